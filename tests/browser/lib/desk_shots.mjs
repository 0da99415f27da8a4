// The desk's pages for the eye: each role signed in once, and where it goes.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addUser, codeOf, enrol, typeSignIn } from './desk.mjs';

const SLUG = 'gov-wechat-2014';
const survey = (ending = '') => `/admin/surveys/${SLUG}${ending}`;

// What each role looks at: name of the picture, path.
const paths = {
  administrator: [['people', '/admin/people'], ['units', '/admin/units'], ['account', '/admin/account'], ['requests', '/admin/approvals'],
    ['confirm', '/admin/confirm'], ['not-theirs', '/admin/audit']],
  analyst: [['overview', '/admin/'], ['survey', survey()], ['results', survey('/results')], ['cross', survey('/cross?row=age_group&column=q_privacy')],
    ['waves', survey('/waves')], ['export', survey('/export')]],
  author: [['author', '/admin/author'], ['author-survey', survey()], ['settings', survey('/settings')], ['wave-settings', survey('/wave-settings')],
    ['versions', survey('/versions')], ['wording', survey('/wording')], ['wording-one', survey('/wording?question=q_privacy')], ['key', survey('/key')]],
  auditor: [['audit', '/admin/audit']],
};

let number = 0;

// { name, visited, open } of every page, in the order in which they are opened. newPage(): one with cookies of its own.
export async function deskShots(site, lang, newPage) {
  const list = [];
  const go = (page, path) => page.goto(`${site.desk}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
  for (const [role, some] of Object.entries(paths)) {
    const who = `${role}.${number += 1}`, page = await newPage();
    await addUser(site, who, role);
    if (role === 'administrator') { // the way in, step by step
      list.push({ name: 'desk-sign-in', visited: page, open: async () => go(page, '/admin/sign-in') });
      list.push({ name: 'desk-sign-in-refused', visited: page, open: async () => { await go(page, '/admin/sign-in'); await typeSignIn(page, site, lang, who, '', 'not the password at all'); } });
      list.push({ name: 'desk-enrol', visited: page, open: async () => { await go(page, '/admin/sign-in'); await typeSignIn(page, site, lang, who, ''); } });
      list.push({ name: 'desk-codes', visited: page, open: async () => {
        const seed = (await page.locator('.receipt .code').innerText()).replace(/\s/g, '');
        await page.fill('#code', codeOf(seed));
        await page.click('main button[type=submit]');
      } });
    }
    some.forEach(([name, path], i) => list.push({ name: `desk-${name}`, visited: page, open: async () => {
      if (i === 0 && role !== 'administrator') await enrol(page, site, lang, who);
      await go(page, path);
    } }));
    if (role === 'author')
      list.push({ name: 'desk-draft', visited: page, open: async () => {
        const folder = mkdtempSync('/tmp/minyi-shot-');
        chmodSync(folder, 0o777);
        await site.minyi('export-form', SLUG, join(folder, 'form.xlsx'));
        await go(page, '/admin/author');
        await page.setInputFiles('#file', join(folder, 'form.xlsx'));
        await page.locator('main form button').first().click();
        rmSync(folder, { recursive: true, force: true });
      } }, { name: 'desk-preview', visited: page, open: async () => page.locator('main .places a').first().click() });
    if (role === 'administrator')
      list.push({ name: 'desk-person', visited: page, open: async () => {
        await go(page, '/admin/people');
        await page.locator('main table a').first().click();
      } });
  }
  return list;
}
