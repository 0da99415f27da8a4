// Lighthouse: 100 for accessibility and for best practices, on every page that has an address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withLighthouse } from './lib/lighthouse.mjs';
import { pages } from './lib/pages.mjs';
import { theSite } from './lib/stack.mjs';

// What an answer to a POST shows has no address of its own: axe looks at those pages.
const unaddressed = new Set(['form-whole', 'form-wrong', 'wrong-method', 'own-50x', 'own-4xx', 'own-429', 'own-413']);

for (const lang of ['zh', 'en'])
  test(`lighthouse: 100 for accessibility and best practices on every page, ${lang}`, async () => {
    const { origin } = await theSite();
    await withLighthouse(async (audit, page) => {
      const looked = new Set(); // it loads an address afresh: what was typed there makes no other page
      for (const { name, open, isError } of pages.filter((p) => !unaddressed.has(p.name))) {
        await open(page, origin);
        const url = new URL(page.url());
        url.searchParams.set('lang', lang);
        const what = `${url.href} ${await page.title()}`;
        if (looked.has(what)) continue;
        looked.add(what);
        const { score, failed } = await audit(url.href, 'accessibility', 'best-practices');
        // a page that says "there is no such page" is answered with 404, which the browser itself logs
        const own = isError ? failed.filter((f) => !/^errors-in-console: .*the server responded with a status of 4/.test(f)) : failed;
        assert.deepEqual(own, [], `${name} ${lang}: ${JSON.stringify(score)}`);
        assert.equal(score.accessibility, 100, `${name} ${lang}`);
        if (!isError) assert.equal(score['best-practices'], 100, `${name} ${lang}`);
      }
    });
  });
