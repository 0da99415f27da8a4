// A third language that is written from right to left: a catalogue in the folder and columns in a questionnaire,
// and nothing else.  With it, what else a site sets for itself: its footer.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { fill, receipt, send, toSend } from './lib/form.mjs';
import { ownSite, root, sleep } from './lib/stack.mjs';
import { thirdLanguage } from './lib/third.mjs';
import { DESK, NARROW, assertNoSideways, textSize, visit } from './lib/visit.mjs';

const answers = { agree: true, q_service: '4', again: 'no', why: 'بطيئة جدا', age: '44', city: 'yes' };
const footer = { MINYI_SITE_ORGANISER: 'Office', MINYI_SITE_ICP: 'ICP-12345678', MINYI_SITE_POLICE: 'P-11010202000001', MINYI_SITE_CODE: '1101020001' };

test('third: from right to left: filled in with and without script, narrow, large, axe; and the footer of the site', async () => {
  let folder, site;
  try {
    folder = thirdLanguage();
    site = await ownSite(['--no-demo'], { MINYI_HTML_DIR: join(folder, 'html'), ...footer });
    await site.tally(); // the first key
    await site.minyi('publish', join(root, 'tests/forms/rtl'));
    const form = `${site.origin}/survey/rtl`;
    for (let i = 0; i < 100 && !(await fetch(form)).ok; i++) await sleep(100);
    for (const script of [true, false])
      await visit(site.origin, { lang: 'en', script, viewport: NARROW }, async (page) => {
        const look = async (what) => {
          assert.equal(await page.locator('html').getAttribute('dir'), 'rtl', what);
          await assertNoSideways(page, what);
          if (!script) return;
          for (const scheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme: scheme });
            await assertAxe(page, `${what} ${scheme}`);
          }
          await textSize(page, 200);
          await assertNoSideways(page, `${what} at 200%`);
          await textSize(page, 100);
        };
        await page.goto(form);
        assert.equal(await page.locator('html').getAttribute('dir'), 'ltr');
        assert.deepEqual(await page.locator('nav.languages a').allInnerTexts(), ['العربية', 'English']);
        await page.locator('nav a[hreflang=ar]').click();
        await look('form');
        const [legend, main] = await page.evaluate(() => ['.section:not(.off) > legend', 'main'].map((s) => getComputedStyle(document.querySelector(s)).direction));
        assert.deepEqual([legend, main], ['rtl', 'rtl']);
        await fill(page, answers);
        await look('last section');
        await toSend(page);
        await look('check');
        assert.equal((await send(page)).status(), 200);
        await receipt(page);
        await look('receipt');
        const text = await page.locator('footer').innerText();
        for (const value of Object.values(footer)) assert.ok(text.includes(value) , `${value} in the footer: ${text}`);
        assert.equal(await page.locator('footer a[href^="https://beian."]').count(), 2);
      });
    await visit(site.origin, { lang: 'en', viewport: DESK }, async (page) => {
      await page.goto(`${site.origin}/?lang=ar`);
      assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
      await assertAxe(page, 'home');
      await page.goto(`${site.origin}/?lang=en`);
      assert.match(await page.locator('footer').innerText(), /Run by Office/);
    });
  } finally {
    await site?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
});
