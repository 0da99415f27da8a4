// The first visit on a poor network: what is sent, as the browser receives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, RESULTS } from './lib/form.mjs';
import { theSite } from './lib/stack.mjs';
import { visit } from './lib/visit.mjs';

// What a first visit to `path` takes: [path, bytes on the wire] of each request.
async function firstVisit(page, context, origin, path) {
  const session = await context.newCDPSession(page);
  const got = new Map(), urls = new Map();
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', (e) => urls.set(e.requestId, e.request.url));
  session.on('Network.loadingFinished', (e) => got.set(e.requestId, e.encodedDataLength));
  await page.goto(origin + path, { waitUntil: 'networkidle' });
  await page.waitForTimeout(300);
  return [...urls].map(([id, url]) => [new URL(url).pathname, got.get(id) ?? 0]);
}

for (const lang of ['zh', 'en'])
  for (const path of ['/results/', RESULTS, `${RESULTS}/groups`, `${RESULTS}/tables`, '/census/', '/whitepaper/gov-wechat-2014'])
    test(`weight: ${path}, ${lang}: at most 40 KB in all`, async () => {
      const { origin } = await theSite();
      await visit(origin, { lang }, async (page, context) => {
        const sizes = await firstVisit(page, context, origin, path);
        const all = sizes.reduce((sum, [, n]) => sum + n, 0);
        console.log(`# first visit to ${path} ${lang}: ${sizes.length} requests, ${all} bytes`);
        assert.ok(sizes[0][1] > 1000 && all <= 40 * 1024, sizes.map(([p, n]) => `${p} ${n}`).join(', '));
      });
    });

for (const lang of ['zh', 'en'])
  test(`weight: the form's first visit, ${lang}: 14 KB for the page, 30 KB and 4 requests in all`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang }, async (page, context) => {
      const sizes = await firstVisit(page, context, origin, FORM);
      const all = sizes.reduce((sum, [, n]) => sum + n, 0);
      const html = sizes.find(([path]) => path === FORM)[1];
      console.log(`# first visit ${lang}: page ${html} bytes, ${sizes.length} requests, ${all} bytes in all`);
      assert.ok(html > 1000 && html <= 14 * 1024, `page: ${html} bytes`);
      assert.ok(sizes.length <= 4, `requests: ${sizes.map(([p]) => p).join(' ')}`);
      assert.ok(all <= 30 * 1024, `in all: ${all} bytes`);
    });
  });

test('weight: the second page takes nothing but itself: style, icon and script are kept by the browser', async () => {
  const { origin } = await theSite();
  await visit(origin, {}, async (page, context) => {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await page.goto(origin + FORM, { waitUntil: 'networkidle' });
    const kept = new Set(), taken = [];
    session.on('Network.requestServedFromCache', ({ requestId }) => kept.add(requestId));
    session.on('Network.responseReceived', ({ requestId, response: r }) => {
      if (!r.fromDiskCache && !kept.has(requestId)) taken.push(new URL(r.url).pathname);
    });
    await page.goto(`${origin}/?lang=en`, { waitUntil: 'networkidle' });
    assert.deepEqual(taken, ['/']);
  });
});
