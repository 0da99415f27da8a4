// The census page says what its files say, and what the white paper of 2015 says; and how heavy it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { theSite } from './lib/stack.mjs';
import { DESK, visit } from './lib/visit.mjs';

const PAGE = '/census/2014-12-31';
const grouped = (n) => n.toLocaleString('en-US');

// The rows of the table under a caption or heading: [name, share, accounts].
const rowsOf = (table) => table.locator('tbody tr').evaluateAll((rows) => rows.map((r) =>
  [r.querySelector('.name').textContent, ...[...r.querySelectorAll('td')].map((d) => d.textContent)]));

for (const lang of ['zh', 'en'])
  test(`census: every row of every table is the published figure, ${lang}`, async () => {
    const site = await theSite();
    const census = await site.json(`${PAGE}.json`);
    await visit(site.origin, { lang, viewport: DESK }, async (page) => {
      await page.goto(`${site.origin}/census/?lang=${lang}`);
      assert.equal(await page.locator('.headline strong').textContent(), grouped(census.total));
      const tables = page.locator('section.result table:has(.name)');
      const wanted = [
        [census.provinces.rows, census.total], [census.region4.rows, census.total], [census.region3.rows, census.total],
        [census.functions.rows, census.total], [census.levels.rows, census.total],
        ...census.level_functions.map((l) => [l.functions.rows.filter((r, i) => i < 5 || r.rank <= l.functions.rows[4].rank),
          l.functions.rows.reduce((sum, r) => sum + r.count, 0)]),
      ];
      assert.equal(await tables.count(), wanted.length);
      for (const [i, [rows, total]] of wanted.entries())
        assert.deepEqual(await rowsOf(tables.nth(i)), rows.map((r) => [r.label[lang],
          `${(100 * r.count / total).toFixed(total < 1000 ? 0 : 1)}%`, grouped(r.count)]));
      const tiles = await page.locator('.map > svg g').evaluateAll((all) => all.map((g) => g.lastChild.textContent));
      assert.equal(tiles.length, 34);
      assert.deepEqual(tiles.filter((n) => n !== '–').sort(), census.provinces.rows.map((r) => grouped(r.count)).sort());
      await page.locator('summary').click();
      assert.equal(await page.locator('details tbody tr').count(), census.months.length);
    });
  });

test('census: the figures of the white paper of 2015', async () => {
  const site = await theSite();
  const census = await site.json(`${PAGE}.json`);
  const percent = (part) => (100 * part / census.total).toFixed(1);
  const row = (part, code) => census[part].rows.find((r) => r.code === code);
  assert.equal(census.total, 40924);
  assert.deepEqual(['central', 'province_city', 'county_below'].map((c) => percent(row('levels', c).count)), ['0.5', '84.7', '14.8']);
  assert.equal(percent(census.functions.top2), '36.7');
  assert.deepEqual(['44', '33'].map((c) => percent(row('provinces', c).count)), ['15.0', '14.8']);
  assert.equal(census.province_ends.bottom_western, 6);
  assert.equal(census.province_ends.top_eastern, 7);
  assert.ok(census.followers.mean > 36000);
});

for (const lang of ['zh', 'en'])
  test(`census: the first visit, ${lang}: 40 KB in all`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang }, async (page, context) => {
      const session = await context.newCDPSession(page);
      const got = new Map();
      await session.send('Network.enable');
      session.on('Network.loadingFinished', (e) => got.set(e.requestId, e.encodedDataLength));
      await page.goto(`${origin}/census/?lang=${lang}`, { waitUntil: 'networkidle' });
      await page.waitForTimeout(300);
      const all = [...got.values()].reduce((sum, n) => sum + n, 0);
      console.log(`# first visit of the census, ${lang}: ${got.size} requests, ${all} bytes in all`);
      assert.ok(got.size >= 2 && all > 2000, 'nothing was measured');
      assert.ok(all <= 40 * 1024, `in all: ${all} bytes`);
    });
  });
