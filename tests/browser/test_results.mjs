// Last: the tally counts everything that this run sent, once, and the page shows it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { RESULTS, ledger } from './lib/form.mjs';
import { readCsv, root, theSite } from './lib/stack.mjs';
import { visit } from './lib/visit.mjs';

const items = ['q_participation', 'q_increase', 'q_privacy'];

// Counts of one question over the demonstration's rows and the ballots of this run.
function expected(name) {
  const counts = {};
  const rows = readCsv(join(root, 'sql/seed/gov-wechat-2014/responses.csv'));
  for (const v of [...rows.map((r) => r[name]), ...ledger.map((b) => b[name])])
    if (v !== undefined && v !== '') counts[v] = (counts[v] ?? 0) + 1;
  return counts;
}

test('results: after the tally every ballot of this run is counted, once', async () => {
  const site = await theSite();
  assert.ok(ledger.length > 0, 'no ballot was sent before this test');
  await site.tally();
  let figures;
  for (let i = 0; i < 100; i += 1) { // results looks for new figures every few seconds
    ({ figures } = await site.json(`${RESULTS}.json`));
    if (figures.ballots === 10000 + ledger.length) break;
    await new Promise((r) => setTimeout(r, 200));
  }
  assert.equal(figures.ballots, 10000 + ledger.length);
  for (const name of items) {
    const q = figures.questions.find((one) => one.name === name);
    const want = expected(name);
    for (const o of q.options) assert.equal(o.count, want[o.name] ?? 0, `${name} = ${o.name}`);
    const n = Object.values(want).reduce((a, b) => a + b, 0);
    assert.equal(q.n, n);
    const top = (want['4'] ?? 0) + (want['5'] ?? 0);
    assert.ok(Math.abs(q.top2.share - top / n) < 1e-9, `${name}: top two`);
  }
});

for (const lang of ['zh', 'en'])
  test(`results: the page shows the percentages and their n, ${lang}, with and without script`, async () => {
    const { origin } = await theSite();
    for (const script of [true, false])
      await visit(origin, { lang, script }, async (page) => {
        await page.goto(origin + RESULTS);
        const text = await page.locator('main').innerText();
        assert.ok(text.includes((10000 + ledger.length).toLocaleString('en')), 'the number of ballots');
        for (const name of items) {
          const want = expected(name);
          const n = Object.values(want).reduce((a, b) => a + b, 0);
          const share = (100 * ((want['4'] ?? 0) + (want['5'] ?? 0)) / n).toFixed(1);
          assert.ok(text.includes(`${share}%`), `${name}: ${share}%`);
          assert.ok(text.includes(n.toLocaleString('en')), `${name}: n = ${n}`);
        }
        assert.doesNotMatch(text, /margin of sampling error|抽样误差/);
        assert.ok(await page.locator('main table').count() > 3, 'tables carry the figures');
        assert.equal(await page.locator('main svg:not([aria-hidden=true])').count(), 0, 'bars repeat the table');
      });
  });

test('results: CSV and JSON agree', async () => {
  const site = await theSite();
  const { figures } = await site.json(`${RESULTS}.json`);
  const response = await fetch(`${site.origin}${RESULTS}.csv`);
  assert.match(response.headers.get('content-type'), /text\/csv/);
  const csv = await response.text();
  for (const name of items) {
    const q = figures.questions.find((one) => one.name === name);
    for (const o of q.options.filter((one) => !one.dont_know)) { // don't know is counted apart
      const line = csv.split(/\r?\n/).find((l) => l.startsWith(`${name},`) && l.includes(`,${o.name},`));
      assert.ok(line?.split(',').includes(String(o.count)), `${name},${o.name}: ${line}`);
    }
  }
});
