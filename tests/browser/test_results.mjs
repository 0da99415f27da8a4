// The tally counts everything that this run sent, once, and the page shows it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { RESULTS, ledger } from './lib/form.mjs';
import { readCsv, root, sleep, theSite } from './lib/stack.mjs';
import { DESK, PHONE, visit } from './lib/visit.mjs';

const items = { q_participation: '78.9', q_increase: '80.4', q_privacy: '79.9' };
const rows = readCsv(join(root, 'sql/seed/gov-wechat-2014/responses.csv'));

// How often each answer to `name` was given: in the demonstration's rows and, unless `alone`, in this run.
function counted(name, alone = false) {
  const counts = {};
  for (const given of [...rows, ...(alone ? [] : ledger)].flatMap((r) => r[name] ?? []))
    if (given !== '') counts[given] = (counts[given] ?? 0) + 1;
  return counts;
}

// The denominator and the share of the two best answers: "don't know" is in neither.
function topTwo(name, alone) {
  const { dk = 0, ...valid } = counted(name, alone);
  const n = Object.values(valid).reduce((a, b) => a + b, 0);
  return { n, dk, share: (valid['4'] + valid['5']) / n };
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

// The figures once they hold `ballots`: the program looks for new ones every few seconds.
async function figuresOf(site, ballots) {
  for (let i = 0; ; i += 1) {
    const { figures, ...rest } = await site.json(`${RESULTS}.json`);
    if (figures.ballots === ballots) return { figures, ...rest };
    assert.ok(i < 75, `${figures.ballots} ballots are published, not ${ballots}`);
    await sleep(200);
  }
}

test('results: the demonstration alone gives the three percentages of the white paper', () => {
  for (const [name, published] of Object.entries(items))
    assert.equal(percent(topTwo(name, true).share), `${published}%`, name);
});

test('results: after the tally every ballot of this run is counted, once', async () => {
  const site = await theSite();
  assert.ok(ledger.length > 0, 'no ballot was sent before this test: run them together');
  await site.tally();
  const { figures, tallied_at: talliedAt } = await figuresOf(site, rows.length + ledger.length);
  assert.ok(Math.abs(Date.now() - Date.parse(talliedAt)) < 600e3, `tallied_at: ${talliedAt}`);
  for (const q of figures.questions) {
    const want = counted(q.name);
    for (const o of q.options) assert.equal(o.count, want[o.name] ?? 0, `${q.name} = ${o.name}`);
    if (q.type !== 'select_multiple' && q.options.length > 0)
      assert.equal(q.n + q.dont_know + q.skipped + q.not_asked, figures.ballots, `${q.name}: nobody is lost`);
  }
  for (const name of Object.keys(items)) {
    const q = figures.questions.find((one) => one.name === name), want = topTwo(name);
    assert.equal(q.n, want.n, name);
    assert.equal(q.dont_know, want.dk, name);
    assert.ok(Math.abs(q.top2.share - want.share) < 1e-9, `${name}: top two`);
  }
});

test('results: another tally with nothing new gives the same bytes', async () => {
  const site = await theSite();
  const before = JSON.stringify((await site.json(`${RESULTS}.json`)).figures);
  await site.tally();
  await sleep(2500);
  assert.equal(JSON.stringify((await site.json(`${RESULTS}.json`)).figures), before);
});

for (const lang of ['zh', 'en'])
  test(`results: the page shows the percentages and their n, ${lang}, with and without script`, async () => {
    const { origin } = await theSite();
    for (const [script, viewport] of [[true, PHONE], [false, DESK]])
      await visit(origin, { lang, script, viewport }, async (page) => {
        await page.goto(origin + RESULTS);
        const text = await page.locator('main').innerText();
        assert.ok(text.includes((rows.length + ledger.length).toLocaleString('en')), 'the number of ballots');
        for (const name of Object.keys(items)) {
          const { n, share } = topTwo(name);
          const section = await page.locator(`section[aria-labelledby="${name}"]`).innerText();
          assert.ok(section.includes(percent(share)), `${name}: ${percent(share)}`);
          assert.ok(section.includes(n.toLocaleString('en')), `${name}: n = ${n}`);
        }
        assert.doesNotMatch(text, /margin of sampling error|抽样误差/);
      });
  });

test('results: every bar is as long as its percentage says, and a table carries the same', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', viewport: DESK }, async (page) => {
    await page.goto(origin + RESULTS);
    assert.equal(await page.locator('main svg:not([aria-hidden=true])').count(), 0, 'bars only repeat the table');
    const bars = await page.evaluate(() => [...document.querySelectorAll('.result tbody tr')].map((tr) => {
      const fill = tr.querySelector('.bar .fill')?.getBoundingClientRect().width;
      const track = tr.querySelector('.bar .track')?.getBoundingClientRect().width;
      return { text: tr.querySelector('.share').textContent, drawn: fill === undefined ? null : fill / track };
    }).filter((b) => b.drawn !== null));
    assert.ok(bars.length > 30, `${bars.length} bars`);
    for (const { text, drawn } of bars)
      assert.ok(Math.abs(100 * drawn - parseFloat(text)) < 0.7, `${text} is drawn as ${(100 * drawn).toFixed(1)}%`);
  });
});

test('results: CSV and JSON agree', async () => {
  const site = await theSite();
  const { figures } = await site.json(`${RESULTS}.json`);
  const response = await fetch(`${site.origin}${RESULTS}.csv?lang=en`);
  assert.match(response.headers.get('content-type'), /text\/csv/);
  const csv = (await response.text()).split(/\r?\n/);
  for (const name of Object.keys(items)) {
    const q = figures.questions.find((one) => one.name === name);
    for (const o of q.options.filter((one) => !one.dont_know)) { // don't know is counted apart
      const line = csv.find((l) => l.startsWith(`${name},`) && l.includes(`,${o.name},`));
      assert.ok(line?.split(',').includes(String(o.count)), `${name},${o.name}: ${line}`);
    }
  }
});
