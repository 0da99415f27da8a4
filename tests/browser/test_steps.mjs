// With script: a section at a time, what was filled in is kept, and everything can be looked through and changed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FORM, ballot, fill, held, ledger, reach, receipt, send, toSend, vote } from './lib/form.mjs';
import { root, sleep, theSite } from './lib/stack.mjs';
import { WECHAT_AGENT, visit } from './lib/visit.mjs';

const place = (page) => page.locator('.progress p').innerText();
const shown = (page) => page.locator('form > .section:not(.off) > legend').innerText();
const button = (page, what) => page.locator(`[data-do=${what}]`);
const stored = (page) => page.evaluate(() => [sessionStorage.length, localStorage.length]);

test('steps: the scripts that a form needs are at most 8 KB compressed', () => {
  const folder = join(root, 'build/html/assets');
  const now = readFileSync(join(root, 'build/html/assets.txt'), 'utf8');
  const sizes = readdirSync(folder).filter((f) => /^(survey|expr)\..*\.js\.gz$/.test(f) && now.includes(f.slice(0, -3)))
    .map((f) => readFileSync(join(folder, f)).length);
  const all = sizes.reduce((a, b) => a + b, 0);
  assert.ok(sizes.length === 2 && all <= 8 * 1024, `${all} bytes`);
});

test('steps: progress follows the answers; sections that fall away are no steps', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    assert.equal(await place(page), 'Step 1 of 5');
    assert.equal(await page.locator('form > .section:not(.off)').count(), 1);
    assert.equal(await button(page, 'back').isVisible(), false);
    await fill(page, { agree: true, used: 'yes' });
    assert.equal(await place(page), 'Step 2 of 8');
    await fill(page, { used: 'no' });
    assert.equal(await place(page), 'Step 2 of 5');
    await button(page, 'next').click();
    assert.equal(await shown(page), 'In your own words');
    assert.ok(await page.evaluate(() => document.activeElement.matches('.progress p')), 'the focus is where one reads on');
    const bar = await page.locator('progress').evaluate((e) => [e.value, e.max, e.getAttribute('aria-label')]);
    assert.deepEqual(bar, [3, 5, 'Progress']);
  });
});

test("steps: the phone's own back is a step back, and forward again", async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh', agent: WECHAT_AGENT }, async (page) => {
    await page.goto(`${origin}/`);
    await page.goto(origin + FORM);
    await fill(page, { agree: true, used: 'no', comment: '好' });
    await page.goBack();
    assert.equal(await shown(page), '使用情况');
    await page.goForward();
    assert.equal(await shown(page), '您的意见');
    await button(page, 'back').click();
    await page.waitForFunction(() => document.querySelector('.progress p').textContent.startsWith('第2步'));
    await page.goBack();
    assert.equal(await place(page), '第1步，共5步');
    await page.goBack();
    assert.equal(page.url(), `${origin}/`);
  });
});

test('steps: the page to check names every question that is asked, and "change" leads there and back', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, { agree: true, used: 'no', comment: 'one\ntwo', gender: 'female' });
    await toSend(page);
    const rows = await page.locator('.check dl > div').evaluateAll((all) => all.map((d) => [...d.children].slice(0, 2).map((e) => e.innerText)));
    assert.deepEqual(rows.map(([, a]) => a), ['Ticked', 'No', 'one\ntwo', 'Not answered', 'Not answered', 'Female']);
    assert.ok(rows.every(([q]) => q.length > 3 && !/required/.test(q)), JSON.stringify(rows));
    assert.equal(await page.locator('.check dl a').nth(2).textContent(), 'Change Is there anything else that you want to tell us?');
    await page.locator('.check dl a').nth(2).click();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'comment');
    await page.keyboard.type('!');
    assert.equal(await button(page, 'next').innerText(), 'Back to your answers');
    await button(page, 'next').click();
    assert.match(await page.locator('.check dl').innerText(), /!/);
    // an answer that brings more questions: they are checked, too
    await page.locator('.check dl a').nth(1).click();
    await fill(page, { used: 'yes' });
    await button(page, 'next').click();
    assert.ok(await page.locator('.check dl > div').count() > 12);
    assert.equal((await send(page)).status(), 200);
    await receipt(page);
    ledger.push({ agree: true, used: 'yes', comment: 'x', gender: 'female' });
  });
});

test('steps: what was filled in stays for the tab: a reload, another language, a look at another page', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page, context) => {
    const answers = ballot(2, 3, 4, { actions: ['help', 'comment'], n_accounts: '7', comment: '留着 "\n& <b>', province: '44' });
    await page.goto(origin + FORM);
    await fill(page, answers);
    const before = await held(page), here = await place(page);
    await page.reload();
    assert.deepEqual(await held(page), before);
    assert.equal(await place(page), here, 'on the same step');
    await page.locator('nav a[hreflang=en]').click();
    assert.deepEqual(await held(page), before);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.goto(`${origin}/results/`);
    await page.goto(origin + FORM);
    assert.deepEqual(await held(page), before);
    assert.deepEqual(await stored(page), [1, 0], 'nothing stays on the phone unasked');
    const other = await context.newPage();
    await other.goto(origin + FORM);
    assert.deepEqual(await held(other), {}, 'another tab begins afresh');
    await other.close();
    await vote(page, answers);
    assert.deepEqual(await stored(page), [0, 0]);
  });
});

test('steps: saved on the phone only after a tap, for 24 hours, and gone once it was sent', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page, context) => {
    const answers = ballot(5, 3, 1, { comment: '明天再说' });
    const afresh = async () => {
      const tab = await context.newPage();
      await tab.goto(origin + FORM);
      return tab;
    };
    await page.goto(origin + FORM);
    assert.equal(await button(page, 'save').isVisible(), false, 'nothing to save yet');
    await fill(page, answers);
    await button(page, 'save').click();
    assert.match(await page.locator('.told').innerText(), /已保存在本机/);
    assert.deepEqual(await stored(page), [1, 1]);
    await fill(page, { gender: 'male' }); // goes on being saved
    const before = await held(page);
    let tab = await afresh();
    assert.deepEqual(await held(tab), before);
    assert.match(await tab.locator('.told').innerText(), /已取回/);
    await tab.locator('[data-do=save]').click();
    assert.match(await tab.locator('.told').innerText(), /已清除/);
    await tab.close();
    tab = await afresh();
    assert.deepEqual(await held(tab), {}, 'deleted by the button');
    await tab.close();
    // a day later
    await button(page, 'save').click(); // this tab still believes it is saved: it deletes
    await button(page, 'save').click();
    await page.evaluate(() => {
      const key = Object.keys(localStorage)[0], draft = JSON.parse(localStorage[key]);
      draft.until -= 24 * 3600e3 + 1000;
      localStorage[key] = JSON.stringify(draft);
    });
    tab = await afresh();
    assert.deepEqual(await held(tab), {}, 'too old');
    assert.equal(await tab.evaluate(() => localStorage.length), 0);
    await tab.close();
    await reach(page, 'gender');
    await fill(page, { gender: 'female' });
    assert.deepEqual(await stored(page), [1, 1]);
    await send(page);
    await receipt(page);
    assert.deepEqual(await stored(page), [0, 0], 'sent: nothing is left on the phone');
    ledger.push({ ...answers, gender: 'female' });
  });
});

test('steps: a browser that keeps nothing is told, and can still send', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.addInitScript(() => { Storage.prototype.setItem = () => { throw new Error('refused'); }; });
    await page.goto(origin + FORM);
    await fill(page, ballot(1, 1, 1));
    await button(page, 'save').click();
    assert.match(await page.locator('.told').innerText(), /does not let this page save/);
    await send(page);
    await receipt(page);
    ledger.push(ballot(1, 1, 1));
  });
});

test('steps: on paper the whole form is there, without its buttons', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, { agree: true, used: 'yes' });
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('[name=comment]').isVisible());
    assert.ok(await page.locator('[name=agree]').isVisible());
    assert.equal(await page.locator('main button:visible').count(), 0);
  });
});

test('steps: conditions that are expressions hide and show; where the browser cannot tell, it does not insist', async () => {
  const site = await theSite();
  const folder = mkdtempSync('/tmp/minyi-expr-');
  try {
    cpSync(join(root, 'tests/forms/expressions'), join(folder, 'form'), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    await site.minyi('publish', join(folder, 'form'));
    const form = `${site.origin}/survey/expressions`;
    for (let i = 0; i < 100 && !(await fetch(form)).ok; i++) await sleep(100);
    // the evaluator is an asset of its own: a house without it still takes every ballot
    const isThere = readFileSync(join(root, 'build/html/assets.txt'), 'utf8').includes('expr.js=');
    for (const canTell of isThere ? [true, false] : [false])
      await visit(site.origin, { lang: 'en' }, async (page) => {
        if (!canTell) await page.route('**/assets/expr.*', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
        await page.goto(form);
        await fill(page, { age: '30' });
        await reach(page, 'again');
        assert.equal(await page.locator('[name=help]').first().isVisible(), !canTell);
        if (canTell) {
          await fill(page, { ways: ['web', 'app'] }); // two of them: an answer further up asks for more
          await reach(page, 'again');
          assert.ok(await page.locator('[name=help]').first().isVisible());
          await fill(page, { help: 'yes', who: 'a neighbour' });
          await fill(page, { ways: 'desk', age: '60' });
          await fill(page, { help: 'no' });
          assert.equal(await page.locator('[name=who]').isVisible(), false, 'a condition on a condition');
        } else {
          assert.match(await page.locator('.when:visible').first().innerText(), /depends on your other answers/);
        }
        assert.equal((await send(page)).status(), 200);
        await receipt(page);
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
