// What a designer looks at besides lib/pages.mjs: other questionnaires, every state of a receipt, a closed
// survey, pages without script, in print and from right to left, and what is printed from the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FORM, RESULTS, ballot, fill, lookUp, send, sendBy, sendUnchecked, toSend, vote } from './form.mjs';
import { root, sleep } from './stack.mjs';

const CANTEEN = '/survey/canteen';

async function until(origin, path, status) {
  for (let i = 0; (await fetch(origin + path)).status !== status; i += 1) {
    assert.ok(i < 100, `${path} never answered ${status}`);
    await sleep(100);
  }
}

// The operator's own user must read a form's folder, wherever the clone lies.
function readable(name) {
  const folder = mkdtempSync('/tmp/minyi-form-');
  cpSync(join(root, 'tests/forms', name), folder, { recursive: true });
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return folder;
}

export async function publish(site, name) {
  const folder = readable(name);
  try {
    await site.minyi('publish', folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Questionnaires, invitations and printed things, before the first picture. */
export async function prepare(site) {
  for (const name of ['budget', 'visit', 'invited', 'fast']) await publish(site, name);
  await until(site.origin, '/survey/fast', 200);
  await site.minyi('close', 'fast');
  await until(site.origin, '/survey/fast', 410);
}

async function slips(site, lang) {
  const folder = mkdtempSync('/tmp/minyi-slips-');
  chmodSync(folder, 0o777); // the operator's own user writes there
  try {
    await site.minyi('invite', 'canteen', '--count', '12', '--lang', lang, '--out', join(folder, 'out'), '--url', site.origin);
    return {
      codes: readFileSync(join(folder, 'out/codes.csv'), 'utf8').trim().split('\n').slice(1),
      sheet: readFileSync(join(folder, 'out/slips.html'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const at = (path) => (page, site) => page.goto(site.origin + path);
const open = async (page, site, path, answers = {}) => {
  await page.goto(site.origin + path);
  await fill(page, answers);
};
const toCheck = (path, answers) => async (page, site) => {
  await open(page, site, path, answers);
  await toSend(page);
};
const press = (page, wish) => sendBy(page, () => page.locator(`main form:has([name=wish][value=${wish}]) button`).click());
async function newCode(page, site) {
  await page.context().clearCookies({ name: /^(?!lang)/ });
  await page.goto(site.origin + FORM);
  return vote(page, ballot(4, 3, 4));
}

const budget = { agree: true, district: 'east' };
const visited = { agree: true, day: '2024-05-06', arrived: '09:30', left: '11:00', hours: '9' };

/** Pictures for each language; `script: false` is a browser without it, `print` the page as paper shows it. */
export const shots = [
  { name: 'closed', open: at('/survey/fast') },
  { name: 'budget-start', open: at('/survey/budget') },
  { name: 'budget-place', open: (page, site) => open(page, site, '/survey/budget', budget) },
  { name: 'budget-wishes', open: (page, site) => open(page, site, '/survey/budget', { ...budget, trust: '8' }) },
  { name: 'budget-check', open: toCheck('/survey/budget', budget) },
  { name: 'budget-whole', script: false, open: (page, site) => open(page, site, '/survey/budget', budget) },
  { name: 'visit-day', open: (page, site) => open(page, site, '/survey/visit', visited) },
  { name: 'visit-check', open: toCheck('/survey/visit', { ...visited, comment: 'abc' }) },
  { name: 'visit-wrong', script: false,
    async open(page, site) {
      await open(page, site, '/survey/visit', { agree: true, day: '2013-01-01', hours: '30' });
      await sendUnchecked(page);
    } },
  { name: 'invited', open: at(CANTEEN) },
  { name: 'invited-used', script: false,
    async open(page, site, lang) {
      const code = (await slips(site, lang)).codes[0];
      for (let i = 0; i < 2; i += 1) {
        await page.context().clearCookies({ name: /^(?!lang)/ });
        await open(page, site, CANTEEN, { _code: code, agree: true, q_service: '4' });
        await send(page);
      }
    } },
  { name: 'plain', script: false, open: at(FORM) },
  { name: 'plain-wrong', script: false,
    async open(page, site) {
      await page.goto(site.origin + FORM);
      await sendUnchecked(page);
    } },
  { name: 'receipt-waiting',
    async open(page, site) { await lookUp(page, site.origin, await newCode(page, site)); } },
  { name: 'receipt-ask',
    async open(page, site) {
      await lookUp(page, site.origin, await newCode(page, site));
      await press(page, 'withdraw');
    } },
  { name: 'receipt-withdrawn',
    async open(page, site) {
      await lookUp(page, site.origin, await newCode(page, site));
      await press(page, 'withdraw');
      await press(page, 'confirm');
    } },
  { name: 'receipt-counted',
    async open(page, site) {
      const code = await newCode(page, site);
      await site.tally();
      await sleep(2500); // the results show the new root, too
      await lookUp(page, site.origin, code);
      await page.locator('main details').evaluateAll((all) => all.forEach((e) => { e.open = true; }));
      await page.locator('#proof-check').click();
      await page.waitForFunction(() => document.getElementById('proof-result').dataset.is !== 'busy');
    } },
  { name: 'receipt-one-character', open: (page, site) => lookUp(page, site.origin, '0000 0000 0000 0001') },
  { name: 'results-waiting', open: at('/results/visit') },
  { name: 'print-results', print: true, open: at(RESULTS) },
  { name: 'print-groups', print: true, open: at(`${RESULTS}/groups`) },
  { name: 'print-whitepaper', print: true, open: at('/whitepaper/gov-wechat-2014') },
  { name: 'print-census', print: true, open: at('/census/') },
  { name: 'print-receipt', print: true, open: newCode },
  { name: 'print-form', print: true, script: false, open: at(FORM) },
];

/** The pages of the third language, on a site that has it. */
export const fromRight = [
  { name: 'rtl-home', open: at('/?lang=ar') },
  { name: 'rtl-form', open: at('/survey/rtl?lang=ar') },
  { name: 'rtl-whole', script: false, open: at('/survey/rtl?lang=ar') },
  { name: 'rtl-wrong', script: false,
    async open(page, site) {
      await page.goto(`${site.origin}/survey/rtl?lang=ar`);
      await sendUnchecked(page);
    } },
  { name: 'rtl-received',
    async open(page, site) {
      await open(page, site, '/survey/rtl?lang=ar', { agree: true, q_service: '4' });
      await send(page);
    } },
];

/** What the command prints: name and the bytes of a file with this ending. */
export async function printed(site, lang) {
  const command = async (...args) => (await site.minyi(...args, '--lang', lang)).stdout;
  return [
    ['poster', 'svg', await command('poster', 'gov-wechat-2014', '--url', 'https://survey.example.gov.cn')],
    ['paper', 'html', await command('paper', 'gov-wechat-2014')],
    ['slips', 'html', (await slips(site, lang)).sheet],
  ];
}

/** Stop the site's database, as nothing else can show the pages of a house without one. */
export function stopDatabase(site) {
  const place = execFileSync(join(root, '.make/stack.sh'), ['place', site.dir], { cwd: root }).toString().trim();
  const [pid] = readFileSync(join(place, 'data/postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGINT');
}

export const away = [
  { name: 'away-receipt', open: (page, site) => lookUp(page, site.origin, '0000 0000 0000 0000') },
];

