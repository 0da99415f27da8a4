// Every questionnaire of tests/forms: filled in, sent, counted, and stored as it was filled in, in all the ways in which a
// citizen may come.  Each form is filled in twice at least, and every two of these ways meet; MINYI_FORMS=all: each form
// in each way.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { fillAll, pressSend } from './lib/fill.mjs';
import { receipt, sendBy, sendUnchecked } from './lib/form.mjs';
import { ownSite, parseCsv, root, sleep } from './lib/stack.mjs';
import { assertNoSideways, textSize, visit } from './lib/visit.mjs';
import { factors, pairsOf, pairwise, singly, visitor } from './lib/ways.mjs';

// Where any answer will not do.
const forms = {
  hotline: {}, hall: {}, schools: {}, parks: {}, briefing: {},
  transit: { modes: ['bus', 'bike'], days: '3', change: '-4' },
  clinic: { been: 'yes', day: '2024-05-06', came: '09:30', seen: '10:15', fee: '12.5', fee_high: 'yes' },
  permits: { sector: 'food', licence: 'fl', steps: ['apply', 'check'], postcode: '430000', days: '5' },
  privacy: { data: ['id', 'phone', 'face'], asked: '2' },
  budget: { district: 'east', street: 'e2', parks: '30', roads: '20', trust: '9' },
  visit: { day: '2024-05-06', arrived: '09:30', left: '18:45', hours: '1.5', reason: 'queue' },
  'gov-wechat-2014': { used: 'yes', n_accounts: '3' },
};
// MINYI_FORMS: "all", or names of these, each then in all ways: for work on one.
const wanted = (process.env.MINYI_FORMS ?? '').split(' ').filter((slug) => slug in forms);
const isAll = wanted.length > 0 || process.env.MINYI_FORMS === 'all';
const source = (slug) => join(root, slug === 'gov-wechat-2014' ? 'sql/seed' : 'tests/forms', slug);

// A copy that opens every ballot at once, whatever the original says.
function copyOf(slug, folder) {
  const to = join(folder, slug);
  cpSync(source(slug), to, { recursive: true });
  const file = join(to, 'settings.csv'), [head, row] = parseCsv(readFileSync(file, 'utf8'));
  const set = { sample: 'demonstration', min_opening: '1' };
  const values = head.map((name, i) => set[name] ?? row[i]);
  const quote = (cells) => cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(',');
  writeFileSync(file, `${quote(head)}\n${quote(values)}\n`);
  return to;
}

// Which form in which ways: all in all, or each in two of the combinations, one with script and one without.
function plan() {
  const slugs = Object.keys(forms).filter((slug) => wanted.length === 0 || wanted.includes(slug));
  if (isAll) return slugs.flatMap((slug) => singly().map((way) => ({ slug, way })));
  const all = pairwise(), without = all.filter((w) => w.way === 'none'), withIt = all.filter((w) => w.way !== 'none');
  return slugs.flatMap((slug, i) => [{ slug, way: withIt[i % withIt.length] }, { slug, way: without[i % without.length] },
    ...withIt.slice(slugs.length).filter((_, k) => k % slugs.length === i).map((way) => ({ slug, way }))]);
}

const wordsOf = (way) => Object.values(way).join(' ');

// Fill in one form in one way; gives what was answered.
async function fillOne(site, { slug, way }) {
  const address = `${site.origin}/survey/${slug}?lang=${way.lang}`, what = `${slug} ${wordsOf(way)}`;
  let answers;
  await visit(site.origin, visitor(way), async (page) => {
    // without script: none arrives, so that axe, which is one itself, can look at the page
    if (way.way === 'none') await page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const dress = async () => {
      if (way.dir === 'rtl') await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
      if (way.text !== '100') await textSize(page, Number(way.text));
    };
    const look = async (where, isNew = true) => {
      await assertNoSideways(page, `${what}: ${where}`);
      if (isNew) await assertAxe(page, `${what}: ${where}`);
    };
    const open = async () => { await page.goto(address); await dress(); };
    await open();
    await look('form');
    if (await page.locator('#ballot .need').count() > 0) {
      assert.equal((await sendUnchecked(page)).status(), 422, what);
      await dress();
      await look('empty submission');
      await page.evaluate(() => { sessionStorage.clear(); history.replaceState(null, ''); }).catch(() => {});
      await open();
    }
    answers = await fillAll(page, { given: { agree: true, ...forms[slug] }, hands: way.way, look: (where) => look(where, false) });
    await look('before sending');
    const response = await sendBy(page, () => pressSend(page, way.way));
    assert.equal(response.status(), 200, what);
    await dress();
    await receipt(page);
    await look('receipt');
  });
  return answers;
}

// The row that the analysts must find for these answers: {column: text}; a column that is not in it is not looked at.
function rowOf(head, answers, names) {
  const row = {};
  for (const column of head) {
    const [, name, rest] = /^(.*?)(\/.*|:missing)?$/.exec(column);
    if (!names.has(name)) continue;
    const a = answers[name], choice = rest?.slice(1);
    if (rest === ':missing') row[column] = a === undefined ? 'not asked' : '';
    else if (a === undefined) row[column] = '';
    else if (rest === undefined) row[column] = a === true ? 't' : String(a);
    else if (Array.isArray(a)) row[column] = a;
    if (Array.isArray(row[column])) row[column] = { list: a, choice };
  }
  return row;
}

function same(wanted, got, isRank, isText) {
  if (typeof wanted === 'object')
    return isRank ? String(wanted.list.indexOf(wanted.choice) + 1) === got : (wanted.list.includes(wanted.choice) ? 't' : 'f') === got;
  if (isText && wanted !== '') return got === 't'; // the words themselves are kept apart
  return wanted === got || (wanted !== '' && Number(wanted) === Number(got)) || `${wanted}:00` === got;
}

test('forms: every two ways of coming meet', () => {
  const met = new Set(plan().flatMap(({ way }) => pairsOf(way)));
  const pairs = Object.values(factors).map((l) => l.length).reduce((s, n, i, all) => s + n * all.slice(i + 1).reduce((a, b) => a + b, 0), 0);
  if (!isAll) assert.equal(met.size, pairs);
  assert.ok(Object.keys(forms).length >= 12);
});

test('forms: each is filled in and stored as it was filled in', { timeout: 3600e3 }, async (t) => {
  const folder = mkdtempSync('/tmp/minyi-forms-');
  let site;
  try {
    site = await ownSite(['--no-demo']);
    await site.tally(); // the first key
    const slugs = [...new Set(plan().map(({ slug }) => slug))];
    for (const slug of slugs) {
      copyOf(slug, folder);
      execFileSync('chmod', ['-R', 'a+rX', folder]);
      chmodSync(folder, 0o755);
      await site.minyi('publish', join(folder, slug));
    }
    for (const slug of slugs)
      for (let i = 0; i < 100 && !(await fetch(`${site.origin}/survey/${slug}`)).ok; i++) await sleep(100);
    const filled = {};
    for (const one of plan())
      await t.test(`forms: ${one.slug}: ${wordsOf(one.way)}`, async () => {
        const answers = await fillOne(site, one);
        const { all, shown } = filled[one.slug] ??= { all: [], shown: null };
        all.push(answers);
        if (one.way.way !== 'none' && !shown) filled[one.slug].shown = answers; // what was asked, section by section
      });
    await site.tally();
    for (const slug of slugs)
      await t.test(`forms: ${slug}: the analysts find what was filled in`, async () => {
        const { all, shown } = filled[slug];
        const names = new Set(all.flatMap((a) => Object.keys(a)));
        const types = Object.fromEntries(parseCsv(readFileSync(join(source(slug), 'survey.csv'), 'utf8')).map(([type, name]) => [name, type]));
        const [head, ...rows] = parseCsv(await site.psql(`SELECT * FROM analyst."${slug.replaceAll('-', '_')}_v1"`));
        assert.equal(rows.length, all.length, 'as many rows as ballots');
        const wanted = rowOf(head, shown, names);
        for (const row of rows)
          head.forEach((column, i) => {
            if (!(column in wanted)) return;
            const name = column.split(/[/:]/)[0], type = types[name] ?? 'text';
            assert.ok(same(wanted[column], row[i], type.startsWith('rank'), type === 'text' && !column.endsWith(':missing')),
              `${column}: "${row[i]}" instead of ${JSON.stringify(wanted[column])}`);
          });
      });
  } finally {
    await site?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
