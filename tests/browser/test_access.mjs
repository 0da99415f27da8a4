// Everybody: axe, narrow windows, large text, forced colours, dark, targets for thumbs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { FORM } from './lib/form.mjs';
import { pages } from './lib/pages.mjs';
import { theSite } from './lib/stack.mjs';
import { DESK, NARROW, PHONE, WECHAT_AGENT, assertNoSideways, textSize, visit } from './lib/visit.mjs';

const looks = [
  { name: '320 px, light', viewport: NARROW, scheme: 'light' },
  { name: 'desk, dark', viewport: DESK, scheme: 'dark' },
];

for (const lang of ['zh', 'en'])
  for (const { name: look, viewport, scheme } of looks)
    test(`access: axe finds nothing on any page, ${lang}, ${look}`, async () => {
      const { origin } = await theSite();
      await visit(origin, { lang, viewport, scheme }, async (page) => {
        for (const { name, open } of pages) {
          await open(page, origin);
          await assertAxe(page, `${name} ${lang} ${look}`);
          await assertNoSideways(page, `${name} ${lang} ${look}`);
        }
      });
    });

test('access: text at 200% in a window of 320 px stays inside it', async () => {
  const { origin } = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang, viewport: NARROW }, async (page) => {
      for (const { name, open } of pages) {
        await open(page, origin);
        await textSize(page, 200);
        await assertNoSideways(page, `${name} ${lang} at 200%`);
      }
    });
});

test('access: WeChat with text at 150%', async () => {
  const { origin } = await theSite();
  await visit(origin, { agent: WECHAT_AGENT, viewport: PHONE }, async (page) => {
    for (const { name, open } of pages) {
      await open(page, origin);
      await textSize(page, 150);
      await assertNoSideways(page, `${name} at 150%`);
    }
  });
});

test('access: forced colours', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh', forced: 'active' }, async (page) => {
    for (const { name, open } of pages) {
      await open(page, origin);
      await assertAxe(page, `${name} forced colours`);
    }
  });
});

test('access: every target on the form is large enough for a thumb', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh', viewport: PHONE }, async (page) => {
    await page.goto(origin + FORM);
    await page.locator('[name=used][value=yes]').check();
    const small = await page.evaluate(() => [...document.querySelectorAll('main input, main select, main textarea, main button')]
      .filter((e) => e.type !== 'hidden' && e.offsetParent !== null)
      .map((e) => ({ name: e.name, box: (e.closest('label') ?? e).getBoundingClientRect() }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`));
    assert.deepEqual(small, []);
  });
});

test('access: zoom is never disabled', async () => {
  const { origin } = await theSite();
  await visit(origin, {}, async (page) => {
    for (const { name, open } of pages) {
      await open(page, origin);
      const viewport = await page.locator('meta[name=viewport]').getAttribute('content');
      assert.doesNotMatch(viewport, /user-scalable|maximum-scale/, name);
    }
  });
});
