// Last: the survey is closed while somebody fills it in, and opened again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { FORM, RECEIVED, RESULTS, SEND, SLUG, ballot, fill, receipt, receiptAgain, send, vote } from './lib/form.mjs';
import { sleep, theSite } from './lib/stack.mjs';
import { visit } from './lib/visit.mjs';

// The program looks for changes every few seconds.
async function until(site, status) {
  for (let i = 0; (await fetch(site.origin + FORM)).status !== status; i += 1) {
    assert.ok(i < 75, `${FORM} never answered ${status}`);
    await sleep(200);
  }
}

async function whileClosed(site, use) {
  await site.minyi('close', SLUG);
  try {
    await until(site, 410);
    await use();
  } finally {
    await site.minyi('open', SLUG);
    await until(site, 200);
  }
}

test('closed: the form, and a page that was open before, say so in the language of the reader', async () => {
  const site = await theSite();
  await visit(site.origin, { lang: 'zh' }, (zh) => visit(site.origin, { lang: 'en' }, async (en) => {
    for (const page of [zh, en]) {
      await page.goto(site.origin + FORM);
      await fill(page, ballot(5, 5, 5));
    }
    await whileClosed(site, async () => {
      for (const page of [zh, en]) {
        assert.equal((await send(page)).status(), 410);
        assert.equal(await page.locator('html').getAttribute('lang'), page === zh ? 'zh-CN' : 'en');
        assert.equal(await page.locator(SEND).count(), 0);
        assert.ok(await page.locator(`main a[href^="${RESULTS}"]`).count() > 0, 'the way to the results');
        await assertAxe(page, 'closed');
        assert.equal((await page.goto(site.origin + FORM)).status(), 410);
      }
      await en.goto(`${site.origin}/`);
      assert.equal(await en.locator(`main a[href^="${FORM}"]`).count(), 0, 'the first page lists open surveys only');
    });
  }));
});

test('closed: who was in time still sees the receipt', async () => {
  const site = await theSite();
  await visit(site.origin, { lang: 'zh' }, async (page) => {
    await page.goto(site.origin + FORM);
    const code = await vote(page, ballot(4, 4, 4));
    await whileClosed(site, async () => {
      await page.goto(site.origin + RECEIVED);
      assert.equal(await receipt(page), code);
    });
    await page.goto(site.origin + FORM);
    assert.equal(await receiptAgain(page), code);
  });
});
