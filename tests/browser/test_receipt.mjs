// A receipt: made to be kept, looked up, and proven; withdrawing asks first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { FORM, RESULTS, ballot, lookUp, sendBy, vote } from './lib/form.mjs';
import { sleep, theSite } from './lib/stack.mjs';
import { DESK, NARROW, PHONE, assertNoSideways, visit } from './lib/visit.mjs';

const told = (page) => page.locator('#proof-result');
const check = async (page) => {
  await page.locator('#proof-check').click();
  await page.waitForFunction(() => !['', 'busy', undefined].includes(document.getElementById('proof-result').dataset.is));
  return told(page).getAttribute('data-is');
};
const put = (page, text) => page.locator('#proof').evaluate((e, t) => { e.value = t; }, text);

for (const lang of ['zh', 'en'])
  test(`receipt: the page to be kept, ${lang}: code, picture, no link in it`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang, viewport: PHONE }, async (page) => {
      await page.goto(origin + FORM);
      const code = await vote(page, ballot(4, 4, 4));
      const shown = await page.locator('#receipt').innerText();
      assert.match(shown, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
      assert.equal(shown.replaceAll('-', ''), code);
      const box = await page.locator('.receipt').boundingBox();
      assert.ok(box.height < PHONE.height, 'it fits one screenshot');
      const qr = page.locator('.receipt .qr svg');
      const { width, height } = await qr.boundingBox();
      assert.ok(width >= 120 && Math.abs(width - height) < 1, `a square of ${width} px`);
      assert.match(await qr.getAttribute('aria-label'), new RegExp(shown));
      assert.equal(await page.locator('.receipt a, .receipt use, .receipt image').count(), 0);
      const head = await page.locator('head').innerHTML();
      assert.ok(!head.includes(code) && !head.includes(shown), 'a share card shows nothing of it');
      assert.ok(!page.url().includes(code));
    });
  });

test('receipt: counted, with a proof that the script checks', async () => {
  const { origin, tally, json } = await theSite();
  await visit(origin, { lang: 'en', viewport: PHONE }, async (page) => {
    await page.goto(origin + FORM);
    const code = await vote(page, ballot(3, 4, 5));
    await lookUp(page, origin, code.toLowerCase());
    assert.equal(await page.locator('h1').innerText(), 'In the box, not counted yet');
    await tally();
    await lookUp(page, origin, code);
    assert.equal(await page.locator('h1').innerText(), 'Your ballot was counted');
    assert.ok(!page.url().includes(code), 'the code stands in no address');
    assert.equal(await page.locator('.answers').count(), 0, 'answers are not read back here');
    const proof = await page.locator('#proof').inputValue();
    for (let i = 0; (await json(`${RESULTS}.json`)).figures.merkle_root !== JSON.parse(proof).root; i += 1) {
      assert.ok(i < 300, 'the results show the root');
      await sleep(100);
    }
    assert.equal(await check(page), 'ok');
    assert.match(await told(page).innerText(), /is included under the published root/);
    for (const viewport of [NARROW, DESK]) {
      await page.setViewportSize(viewport);
      await page.locator('details').evaluate((e) => { e.open = true; });
      await assertAxe(page, `counted ${viewport.width} px`);
      await assertNoSideways(page, `counted ${viewport.width} px`);
    }

    const flip = (hex) => (hex[0] === '0' ? '1' : '0') + hex.slice(1);
    const changed = (change) => {
      const p = JSON.parse(proof);
      change(p);
      return JSON.stringify(p);
    };
    const tampered = {
      'another leaf': changed((p) => { p.leaf = flip(p.leaf); }),
      'another root': changed((p) => { p.root = flip(p.root); }),
      'another neighbour': changed((p) => { p.path[0].hash = flip(p.path[0].hash); }),
      'the other side': changed((p) => { p.path[0].side = p.path[0].side === 'left' ? 'right' : 'left'; }),
      'a step less': changed((p) => { p.path.pop(); }),
      'answers that are not the leaf\'s': changed((p) => {
        Object.assign(p, { salt: '00'.repeat(16), record_hash: '00'.repeat(16), codes: '02' });
      }),
      'not JSON': proof.slice(1),
    };
    for (const [name, text] of Object.entries(tampered)) {
      await put(page, text);
      assert.equal(await check(page), 'bad', name);
    }
    await put(page, changed((p) => { p.path = []; p.root = p.leaf; }));
    assert.equal(await check(page), 'other', 'a proof of another tree holds, but not under this root');
    await put(page, proof);
    assert.equal(await check(page), 'ok', 'and the true one still does');
  });
});

for (const script of [true, false])
  test(`receipt: withdrawing asks first, and can be left, ${script ? 'with' : 'without'} script`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script, viewport: NARROW }, async (page) => {
      await page.goto(origin + FORM);
      const code = await vote(page, ballot(2, 2, 2));
      await lookUp(page, origin, code);
      await sendBy(page, () => page.locator('main button.second').last().click());
      assert.equal(await page.locator('h1').innerText(), '确定要撤回吗？');
      await assertNoSideways(page, 'the question');
      await sendBy(page, () => page.locator('main button.second').last().click());
      assert.equal(await page.locator('h1').innerText(), '答卷在票箱里，尚未计票');
    });
  });

test('receipt: a typing error is named and leads to the field', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', viewport: PHONE }, async (page) => {
    const response = await lookUp(page, origin, '0000-0000-0000-0001');
    assert.equal(response.status(), 422);
    assert.match(await page.title(), /^Error: /);
    assert.match(await page.locator('#summary').innerText(), /One character is wrong/);
    await page.locator('#summary a').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
    assert.equal(await page.locator('#code').inputValue(), '0000-0000-0000-0001', 'what was typed is still there');
  });
});

test('receipt: one who is too young is thanked, and nothing is stored', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', viewport: PHONE }, async (page) => {
    await page.goto(origin + FORM);
    await page.locator('.terms a[href*="/younger"]').click();
    assert.equal(await page.locator('h1').innerText(), 'Thank you for your interest');
    assert.equal(await page.locator('main form').count(), 0);
  });
});
