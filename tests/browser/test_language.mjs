// Chinese and English on every page, and the notice that the ballots are synthetic in both at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pages } from './lib/pages.mjs';
import { theSite } from './lib/stack.mjs';
import { visit } from './lib/visit.mjs';

const hasHan = (text) => /\p{Script=Han}/u.test(text);

for (const lang of ['zh', 'en'])
  test(`language: every page in ${lang}, by what the browser asks for`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang }, async (page) => {
      for (const { name, open, isDemonstration, isBilingual, isError } of pages) {
        const response = await open(page, origin);
        const tag = await page.locator('html').getAttribute('lang');
        const main = await page.locator('main').innerText();
        assert.ok(main.length > 10, name);
        if (isBilingual) {
          assert.ok(hasHan(main) && /[a-z]{4}/.test(main), `${name}: both languages`);
          continue;
        }
        assert.equal(tag, lang === 'zh' ? 'zh-CN' : 'en', name);
        assert.equal(hasHan(await page.locator('h1').first().innerText()), lang === 'zh', `${name}: heading`);
        if (isError) assert.ok(response.status() >= 400, name);
        if (isDemonstration) {
          const notice = await page.locator('.demonstration').innerText();
          assert.ok(/synthetic/.test(notice) && /人工合成/.test(notice), `${name}: the notice, in both languages`);
        }
      }
    });
  });

test('language: the switch leads to the same page in the other language, and back', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    for (const path of ['/', '/survey/gov-wechat-2014', '/results/', '/results/gov-wechat-2014']) {
      await page.goto(origin + path);
      await page.locator('nav.languages a[hreflang=en]').click();
      assert.equal(await page.locator('html').getAttribute('lang'), 'en', path);
      assert.equal(new URL(page.url()).pathname, path);
      await page.locator('nav.languages a[hreflang=zh-CN]').click();
      assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN', path);
    }
  });
});
