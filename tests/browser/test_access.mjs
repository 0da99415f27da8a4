// Everybody: axe, narrow windows, large text, forced colours, dark, keyboards, thumbs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { FORM, fill, sendUnchecked } from './lib/form.mjs';
import { pages } from './lib/pages.mjs';
import { theSite } from './lib/stack.mjs';
import { DESK, NARROW, PHONE, WECHAT_AGENT, assertNoSideways, textSize, visit } from './lib/visit.mjs';

// Do `look(page, name)` on every kind of page, as one visitor.
async function everyPage(options, look) {
  const { origin } = await theSite();
  await visit(origin, options, async (page) => {
    for (const { name, open } of pages) {
      await open(page, origin);
      await look(page, name);
    }
  });
}

for (const lang of ['zh', 'en'])
  test(`access: axe finds nothing on any page, ${lang}, narrow and wide, light and dark`, async () => {
    await everyPage({ lang }, async (page, name) => {
      for (const viewport of [NARROW, DESK]) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          await assertAxe(page, `${name} ${lang} ${viewport.width} px ${colorScheme}`);
        }
        await assertNoSideways(page, `${name} ${lang} ${viewport.width} px`);
      }
      await page.setViewportSize(PHONE);
      await page.emulateMedia({ colorScheme: 'light' });
    });
  });

for (const lang of ['zh', 'en'])
  test(`access: text at 200% in a window of 320 px stays inside it, ${lang}`, async () => {
    await everyPage({ lang, viewport: NARROW }, async (page, name) => {
      const size = () => page.locator('main').evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
      await textSize(page, 100);
      const usual = await size();
      await textSize(page, 200);
      assert.ok(await size() >= 1.9 * usual, `${name}: the text does not grow`);
      await assertNoSideways(page, `${name} at 200%`);
      await textSize(page, 100);
    });
  });

test('access: WeChat with text at 150%', async () => {
  await everyPage({ agent: WECHAT_AGENT }, async (page, name) => {
    await textSize(page, 150);
    await assertNoSideways(page, `${name} at 150%`);
  });
});

test('access: forced colours: axe, and what is chosen, wrong or counted is still seen', async () => {
  await everyPage({ lang: 'zh', forced: 'active' }, async (page, name) => {
    await assertAxe(page, `${name} forced colours`);
    if (name === 'form-whole') {
      const border = (value) => page.locator(`label:has([name=used][value=${value}])`)
        .evaluate((e) => getComputedStyle(e).borderTopWidth);
      assert.notEqual(await border('yes'), await border('no'), 'the chosen option differs by more than colour');
    }
    if (name === 'results') {
      const [track, fill] = await page.evaluate(() => ['.bar .track', '.bar .fill']
        .map((s) => getComputedStyle(document.querySelector(s)).fill));
      assert.notEqual(track, fill, 'a bar is seen on its track');
    }
  });
});

// What can be clicked and how large it is; a choice counts with its label, a link in running text is left out.
const targets = (page) => page.evaluate(() =>
  [...document.querySelectorAll('a, button, input, select, textarea, summary')]
    .filter((e) => e.type !== 'hidden' && e.checkVisibility() && !e.matches('.skip') && getComputedStyle(e).display !== 'inline')
    .map((e) => {
      const { width, height } = (e.closest('label') ?? e).getBoundingClientRect();
      return { what: e.name || e.textContent.trim(), isControl: !e.matches('a:not(.button)'), width, height };
    }));

test('access: every target is large enough for a thumb: 44 px for controls, 24 px for links', async () => {
  await everyPage({ lang: 'zh' }, async (page, name) => {
    const all = await targets(page);
    assert.ok(all.length > 0, name);
    const small = all.filter((t) => Math.min(t.width, t.height) < (t.isControl ? 44 : 24) - 0.1);
    assert.deepEqual(small, [], name);
  });
});

test('access: zoom is never disabled, and a shared link shows a title and a description', async () => {
  await everyPage({}, async (page, name) => {
    const content = (selector) => page.locator(`head ${selector}`).evaluateAll(([e]) => e?.content ?? '');
    assert.doesNotMatch(await content('meta[name=viewport]'), /user-scalable|maximum-scale/, name);
    if (!['home', 'form', 'results', 'results-list'].includes(name)) return;
    assert.ok((await content('meta[name=description]')).length > 10, `${name}: description`);
    assert.ok((await content('meta[property="og:title"]')).length > 1, `${name}: title`);
    const picture = await fetch(await content('meta[property="og:image"]')); // a whole address
    assert.equal(picture.headers.get('content-type'), 'image/png', `${name}: picture`);
    const png = new DataView(await picture.arrayBuffer());
    assert.ok(png.getUint32(16) >= 300 && png.getUint32(20) >= 300, `${name}: ${png.getUint32(16)} by ${png.getUint32(20)} px`);
  });
});

test('access: every question has its name, and its hint and error with it', async () => {
  const { origin } = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      await page.goto(origin + FORM);
      await sendUnchecked(page);
      const bad = await page.evaluate(() => [...document.querySelectorAll('main form input, main form select, main form textarea')]
        .filter((e) => e.type !== 'hidden').flatMap((e) => {
          const isChoice = e.type === 'radio' || e.type === 'checkbox';
          const group = isChoice ? e.closest('fieldset')?.querySelector('legend') : null;
          const broken = [e, e.closest('fieldset')].flatMap((x) => (x?.getAttribute('aria-describedby') ?? '').split(' '))
            .filter((id) => id && !document.getElementById(id)?.textContent.trim());
          return [
            ...(e.labels.length === 1 && e.labels[0].textContent.trim() ? [] : [`${e.name}: no label`]),
            ...(!isChoice || group?.textContent.trim() ? [] : [`${e.name}: no group`]),
            ...broken.map((id) => `${e.name}: describedby ${id}`),
          ];
        }));
      assert.deepEqual(bad, []);
    });
});

test('access: the focus is seen at every stop, light, dark and in forced colours', async () => {
  const { origin } = await theSite();
  for (const look of [{ scheme: 'light' }, { scheme: 'dark' }, { forced: 'active' }])
    await visit(origin, { lang: 'en', viewport: DESK, ...look }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, { agree: true, used: 'yes' }); // the longest section, with its buttons
      await page.evaluate(() => { document.activeElement.blur(); });
      const unseen = [];
      for (let stops = 0; ; stops += 1) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const e = document.activeElement;
          if (e === document.body) return null;
          const isDrawn = [e, e.closest('label')].filter(Boolean).some((x) => {
            const s = getComputedStyle(x);
            return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
          });
          return { what: e.name || e.textContent.trim().slice(0, 30), isDrawn };
        });
        if (!at) {
          assert.ok(stops >= 8, `only ${stops} stops`);
          break;
        }
        if (!at.isDrawn) unseen.push(at.what);
        assert.ok(stops < 100, 'Tab never leaves the page');
      }
      assert.deepEqual(unseen, [], JSON.stringify(look));
    });
});
