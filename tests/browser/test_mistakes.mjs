// Something is wrong: the page says what, first, in the reader's language, and keeps every answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, ballot, fill, held, ledger, receipt, send } from './lib/form.mjs';
import { theSite } from './lib/stack.mjs';
import { PHONE, visit } from './lib/visit.mjs';

const words = { zh: { problem: '提交有误', title: /^错误/ }, en: { problem: 'There is a problem', title: /^Error: / } };

for (const lang of ['zh', 'en'])
  for (const script of [true, false])
    test(`mistakes: an empty submission, ${lang}, ${script ? 'with' : 'without'} script`, async () => {
      const { origin } = await theSite();
      await visit(origin, { lang, script, viewport: PHONE }, async (page) => {
        await page.goto(origin + FORM);
        const response = await send(page);
        assert.equal(response.status(), 422);
        assert.match(await page.title(), words[lang].title);
        const summary = page.locator('#summary');
        assert.match(await summary.innerText(), new RegExp(words[lang].problem));
        const isFirst = await page.evaluate(() =>
          !!(document.querySelector('#summary').compareDocumentPosition(document.querySelector('main form')) & 4));
        assert.ok(isFirst, 'the summary stands before the form');
        if (script) assert.equal(await page.evaluate(() => document.activeElement.id), 'summary', 'it has the focus');
        const links = await summary.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
        assert.equal(links.length, 2, 'consent and the one required question');
        for (const href of links) {
          assert.match(href, /^#/);
          const target = page.locator(`[id="${href.slice(1)}"]`);
          assert.equal(await target.count(), 1, `${href} is on the page`);
          await summary.locator(`a[href="${href}"]`).click();
          const at = await page.evaluate((id) => {
            const e = document.getElementById(id);
            return e === document.activeElement || e.contains(document.activeElement) || e.matches(':target');
          }, href.slice(1));
          assert.ok(at, `${href} leads to its field`);
        }
        const described = await page.locator('[name=used]').first().evaluate((e) => {
          const group = e.closest('fieldset');
          return `${group?.getAttribute('aria-describedby') ?? ''} ${e.getAttribute('aria-describedby') ?? ''}`.trim();
        });
        assert.ok(described.split(' ').some((id) => id !== ''), 'the error is tied to its field');
      });
    });

test('mistakes: one wrong number: everything else is kept, and the mended form is taken', async () => {
  const { origin } = await theSite();
  const answers = ballot(5, 4, 3, { n_accounts: '9999', actions: ['consult', 'complain'], province: '44',
    gender: 'female', comment: '排队太久 <script>alert(1)</script>\n第二行' });
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, answers);
      const before = await held(page);
      const response = await send(page);
      assert.equal(response.status(), 422);
      assert.deepEqual(await held(page), before, 'every answer is still there');
      assert.match(await page.locator('#summary').innerText(), lang === 'zh' ? /0至500/ : /0 to 500/);
      assert.equal(await page.locator('[name=n_accounts]').getAttribute('aria-invalid'), 'true');
      await fill(page, { n_accounts: '12' });
      assert.equal((await send(page)).status(), 200);
      await receipt(page);
      ledger.push({ ...answers, n_accounts: '12' });
    });
});

test('mistakes: "none of these" beside another answer is asked about, not guessed', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', script: false }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(3, 3, 3, { protections: ['pay_lock', 'none'] }));
    assert.equal((await send(page)).status(), 422);
    assert.equal(await page.locator('#summary a').count(), 1);
  });
});

test('mistakes: a survey that is closed, one that is unknown, a page that is not there', async () => {
  const site = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(site.origin, { lang }, async (page) => {
      for (const path of ['/survey/nothing', '/nothing', '/results/nothing']) {
        const response = await page.goto(site.origin + path);
        assert.equal(response.status(), 404, path);
        assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en');
        assert.equal(await page.locator('h1').count(), 1);
      }
    });
  await site.minyi('close', 'gov-wechat-2014');
  try {
    await visit(site.origin, { lang: 'zh' }, async (page) => {
      for (let i = 0; ; i += 1) { // the program looks for changes every few seconds
        const response = await page.goto(site.origin + FORM);
        if (response.status() === 410) break;
        assert.ok(i < 100, 'never closed');
        await page.waitForTimeout(200);
      }
      assert.equal(await page.locator('main form [name=agree]').count(), 0);
    });
  } finally {
    await site.minyi('open', 'gov-wechat-2014');
  }
  for (let i = 0; i < 100 && (await fetch(site.origin + FORM)).status !== 200; i += 1)
    await new Promise((r) => setTimeout(r, 200));
});
