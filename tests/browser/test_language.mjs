// Both languages everywhere: by the browser's wish, by the switch, and kept on the way through.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, RECEIVED, RESULTS, ballot, fill, receipt, sendUnchecked, vote } from './lib/form.mjs';
import { pages } from './lib/pages.mjs';
import { theSite } from './lib/stack.mjs';
import { visit } from './lib/visit.mjs';

const tag = { zh: 'zh-CN', en: 'en' };
const htmlLang = (page) => page.locator('html').getAttribute('lang');
const notice = { zh: '演示：本调查的答卷均为人工合成', en: 'Demonstration: the ballots of this survey are synthetic' };

for (const lang of ['zh', 'en'])
  test(`language: every page in ${lang}, one heading, a title, and the notice of the demonstration in both languages`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang }, async (page) => {
      for (const { name, open, isDemonstration = false, isError = false, isBilingual = false } of pages) {
        await open(page, origin);
        assert.equal(await htmlLang(page), isBilingual ? 'zh-CN' : tag[lang], name);
        assert.equal(await page.locator('h1').count(), 1, `${name}: one h1`);
        const title = await page.title();
        if (isError) assert.match(title, lang === 'zh' || isBilingual ? /^错误/ : /^Error: /, name);
        else assert.ok(!/错误|Error/.test(title) && title.length > 4, `${name}: title "${title}"`);
        const text = await page.locator('body').innerText();
        for (const words of Object.values(notice)) assert.equal(text.includes(words), isDemonstration, `${name}: ${words}`);
        const strange = text.match(/\{[a-z_]+\}|\b(form|frame|error|receipt|home|results|admin|reason)\.[a-z_.]+\b/);
        assert.equal(strange, null, `${name}: a key or a place of the texts is seen`);
      }
    });
  });

test('language: the switch keeps one on the page, and the choice stays on the way to the receipt', async () => {
  const { origin } = await theSite();
  for (const path of ['/', FORM, '/results/', RESULTS])
    await visit(origin, { lang: 'zh' }, async (page) => {
      await page.goto(origin + path);
      assert.equal(await htmlLang(page), 'zh-CN');
      await page.locator('nav a[hreflang=en]').click();
      assert.equal(new URL(page.url()).pathname, path);
      assert.equal(await htmlLang(page), 'en');
      assert.equal(await page.locator('nav a[hreflang=en]').getAttribute('aria-current'), 'true');
      if (path !== FORM) return;
      await fill(page, ballot(5, 4, 5));
      await page.evaluate(() => { document.querySelector('[name=agree]').checked = false; });
      await sendUnchecked(page);
      assert.equal(await htmlLang(page), 'en', 'the page with the problem');
      await vote(page, ballot(5, 4, 5));
      assert.equal(await htmlLang(page), 'en', 'the receipt');
      await page.locator('nav a[hreflang="zh-CN"]').click();
      assert.equal(await htmlLang(page), 'zh-CN');
      await receipt(page);
    });
});

test('language: from the first page on, links keep the language that was chosen', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(`${origin}/?lang=en`);
    await page.locator(`main a[href^="${FORM}"]`).click();
    assert.equal(await htmlLang(page), 'en');
    await page.locator('footer a[href^="/results/"]').click();
    assert.equal(await htmlLang(page), 'en');
    await page.locator(`main a[href^="${RESULTS}"]`).click();
    assert.equal(await htmlLang(page), 'en');
    await page.locator('header a').first().click();
    assert.equal(await htmlLang(page), 'en');
  });
});

test('language: Accept-Language is weighed, an unknown one gets the first', async () => {
  const { origin } = await theSite();
  const rows = [['en', 'en'], ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-CN'], ['de,en;q=0.5,zh;q=0.4', 'en'], ['zh;q=0.1,en-US;q=0.9', 'en'],
    ['de', 'zh-CN'], ['', 'zh-CN'], ['en;q=0,zh', 'zh-CN']];
  for (const [header, expected] of rows) {
    const r = await fetch(origin + FORM, { headers: { 'Accept-Language': header } });
    assert.match(await r.text(), new RegExp(`<html lang="${expected}"`), header);
    assert.equal(r.headers.get('content-language'), expected, header);
    assert.match(r.headers.get('vary') ?? '', /Accept-Language/i);
  }
});

test('language: a page that asks for a receipt of nobody leads to the form', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    const response = await page.goto(origin + RECEIVED);
    assert.ok(response.status() < 500);
    assert.ok(await page.locator(`main a[href^="${FORM}"], main [name=agree]`).count() > 0, 'a way to the form');
    assert.equal(await htmlLang(page), 'en');
  });
});
