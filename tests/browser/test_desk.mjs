// The administrators' desk: a day of each role, in both languages, on a phone and on a desk, without script.
import assert from 'node:assert/strict';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { addUser, codeOf, enrol, typeSignIn } from './lib/desk.mjs';
import { root, sleep, theSite } from './lib/stack.mjs';
import { DESK, NARROW, PHONE, assertNoSideways, textSize, visit } from './lib/visit.mjs';

const SLUG = 'gov-wechat-2014';
let number = 0;
const name = (role) => `${role}.${process.pid}.${number += 1}`;

// What every page must be, at 360 px, at 320 px with text twice as large, and on a desk.
async function look(page, what) {
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport);
    await assertNoSideways(page, `${what} at ${viewport.width}`);
  }
  await page.setViewportSize(NARROW);
  await textSize(page, 200);
  await assertNoSideways(page, `${what} at 320 with large text`);
  await textSize(page, 100);
  await page.setViewportSize(PHONE);
  await assertAxe(page, what);
  const text = await page.locator('body').innerText();
  assert.doesNotMatch(text, /\bdesk\.[a-z_.]+|\{[a-z]+\}/, `${what}: a text is missing`);
}

const go = async (page, site, path, lang) => {
  const r = await page.goto(`${site.desk}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
  return r.status();
};

for (const lang of ['zh', 'en'])
  test(`desk: an administrator's day, ${lang}`, async () => {
    const site = await theSite();
    const me = name('wang'), her = name('li');
    await addUser(site, me, 'administrator');
    await visit(site.desk, { lang }, async (page) => {
      await page.goto(`${site.desk}/`);
      await look(page, 'signing in');
      await typeSignIn(page, site, lang, me, '', 'not the password at all');
      assert.equal(await page.locator('.summary').count(), 1);
      await look(page, 'signing in, refused');
      await typeSignIn(page, site, lang, me, '');
      await look(page, 'enrolment');
      const seed = (await page.locator('.receipt .code').innerText()).replace(/\s/g, '');
      await page.fill('#code', '000000');
      await page.click('main button[type=submit]');
      await look(page, 'enrolment, a wrong code');
      await page.fill('#code', codeOf(seed));
      await page.click('main button[type=submit]');
      assert.equal(await page.locator('.codes li').count(), 10);
      await look(page, 'recovery codes');
      await page.click('main a.button');
      await look(page, 'an administrator\'s overview');

      await page.click('.desk a[href^="/admin/people"]');
      await page.fill('#name', her);
      await page.locator('main form[action="/admin/people"] button').click();
      const first = await page.locator('#first-password').innerText();
      assert.match(first, /^[a-z0-9]{20}$/);
      await look(page, 'somebody was added');
      await page.click('main a.button');
      await page.selectOption('#role', 'viewer');
      await page.selectOption('#survey', SLUG);
      await page.locator('main form[action$="/role"] button').last().click();
      await look(page, 'one person');
      assert.equal(await page.locator('.held').count(), 1);
      await page.click('.desk a[href^="/admin/people"]');
      await look(page, 'people');
      assert.equal(await go(page, site, '/admin/units', lang), 200);
      await look(page, 'units');
      await page.locator('main table input[type=text]').first().fill('44.health');
      await page.locator('main table button').first().click();
      assert.equal(await page.locator('main table input[type=text]').first().inputValue(), '44.health');
      await page.locator('main table input[type=text]').first().fill('');
      await page.locator('main table button').first().click();
      assert.equal(await page.locator('[role=status]').count(), 1);
      assert.equal(await go(page, site, '/admin/account', lang), 200);
      await look(page, 'the account');
      assert.equal(await go(page, site, '/admin/approvals', lang), 200);
      await look(page, 'requests');
      assert.equal(await go(page, site, '/admin/confirm', lang), 200);
      await look(page, 'confirming');
      assert.equal(await go(page, site, '/admin/audit', lang), 403);
      await look(page, 'not theirs');
      assert.equal(await go(page, site, `/admin/surveys/${SLUG}`, lang), 404);
      await page.click('.site');
      await page.click('.desk button');
      assert.match(page.url(), /\/admin\/sign-in/);

      // the one that was added
      await typeSignIn(page, site, lang, her, '', first);
      assert.match(page.url(), /\/admin\/enrol/);
    });
  });

for (const lang of ['zh', 'en'])
  test(`desk: a viewer's day without script, ${lang}`, async () => {
    const site = await theSite();
    const me = name('zhou');
    await addUser(site, me, 'viewer', SLUG);
    await visit(site.desk, { lang, script: false }, async (page) => {
      await enrol(page, site, lang, me);
      assert.equal(await page.locator('main table a').count(), 1, 'her survey');
      await page.locator('main table a').click();
      assert.match(page.url(), new RegExp(`/admin/surveys/${SLUG}`));
      for (const path of [`/admin/surveys/${SLUG}/results`, `/results/${SLUG}`, `/whitepaper/${SLUG}`]) {
        assert.equal(await page.locator(`main a[href^="${path}?"]`).count(), 1, path);
        assert.equal((await page.request.get(`${site.desk}${path}`)).status(), 200, path);
      }
      await page.goBack();
      await page.locator('form[action="/admin/count"] button').click();
      const said = await page.locator('main').innerText();
      assert.match(said, lang === 'zh' ? /要求计票：等待中/ : /waiting for its turn/);
      await site.tally('--if-asked');
      await page.locator('main a.button').click();
      assert.match(await page.locator('main').innerText(), lang === 'zh' ? /要求计票：完成/ : /\(UTC\): done/);
    });
    await visit(site.desk, { lang }, async (page) => { // the pages, looked at with script: axe needs it
      const other = name('zhou');
      await addUser(site, other, 'viewer', SLUG);
      await enrol(page, site, lang, other);
      await look(page, 'a viewer\'s overview');
      await go(page, site, `/admin/surveys/${SLUG}`, lang);
      await look(page, 'a survey');
    });
  });

for (const lang of ['zh', 'en'])
  test(`desk: an analyst's day, ${lang}`, async () => {
    const site = await theSite();
    const me = name('sun');
    await addUser(site, me, 'analyst', SLUG);
    await visit(site.desk, { lang }, async (page) => {
      await enrol(page, site, lang, me);
      await go(page, site, `/admin/surveys/${SLUG}`, lang);
      await look(page, 'an analyst\'s survey');
      await page.click(`main a[href^="/admin/surveys/${SLUG}/results"]`);
      await look(page, 'results');
      const first = () => page.locator('table.sortable').first().locator('tbody tr').first().innerText();
      const sortBy = page.locator('table.sortable').first().locator('th .sort').nth(2);
      const before = await first();
      await sortBy.click();
      assert.equal(await page.locator('[aria-sort=ascending]').count(), 1);
      assert.notEqual(await first(), before, 'the order is another');
      const shareOf = (text) => Number(/([\d.]+)%/.exec(text)[1]);
      const smallest = shareOf(await first()); // other tests add a ballot now and then: about 78.9%
      await sortBy.press('Enter');
      assert.equal(await page.locator('[aria-sort=descending]').count(), 1, 'by keyboard, too');
      assert.ok(smallest > 70 && shareOf(await first()) > smallest, 'the largest share stands first');
      await page.locator('.c-likert rect').first().hover();
      assert.match(await page.locator('.tip').innerText(), /\d%$/);
      await go(page, site, `/admin/surveys/${SLUG}/cross`, lang);
      await look(page, 'crossings');
      await page.selectOption('#row', 'age_group');
      await page.selectOption('#column', 'q_privacy');
      await page.locator('.choice button').click();
      assert.match(page.url(), /row=age_group&column=q_privacy/);
      assert.equal(await page.locator('table.sortable tbody tr').count() > 3, true);
      await look(page, 'a crossing');
      await go(page, site, `/admin/surveys/${SLUG}/waves`, lang);
      await look(page, 'waves');
      // a count is followed: the page says that it is done without being loaded again
      await go(page, site, '/admin/', lang);
      await page.locator('form[action="/admin/count"] button').click();
      await page.locator('[data-again]').waitFor();
      await page.evaluate(() => { window.isHere = true; });
      await page.locator('#count-do a').focus();
      await site.tally('--if-asked');
      await page.locator('form[action="/admin/count"]').waitFor();
      assert.match(await page.locator('#count-said').innerText(), lang === 'zh' ? /要求计票：完成/ : /\(UTC\): done/);
      assert.equal(await page.evaluate(() => window.isHere), true, 'not loaded again');
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BUTTON', 'the focus is where it was');
      await go(page, site, `/admin/surveys/${SLUG}`, lang);
      await page.locator('main a.button').click();
      await look(page, 'the export page');
      await page.check('[name=format][value=jsonl]');
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('main form[action$="/export"] button').click()]);
      assert.equal(download.suggestedFilename(), `${SLUG}.jsonl`);
      const lines = (await (await import('node:fs/promises')).readFile(await download.path(), 'utf8')).trim().split('\n');
      assert.ok(lines.length >= 10000);
      assert.ok(JSON.parse(lines[0])._opened_on);
    });
  });

for (const lang of ['zh', 'en'])
  test(`desk: an author's day, ${lang}`, async () => {
    const site = await theSite();
    const me = name('zhao');
    const folder = mkdtempSync('/tmp/minyi-desk-');
    chmodSync(folder, 0o777);
    await addUser(site, me, 'author');
    await site.minyi('export-form', SLUG, join(folder, 'form.xlsx'));
    await visit(site.desk, { lang }, async (page) => {
      const { seed } = await enrol(page, site, lang, me);
      await page.click('.desk a[href^="/admin/author"]');
      await look(page, 'questionnaires');
      await page.setInputFiles('#file', join(root, 'README.md'));
      await page.locator('main form button').first().click();
      assert.equal(await page.locator('.summary').count(), 1);
      await look(page, 'a file that is no workbook');
      await page.setInputFiles('#file', join(folder, 'form.xlsx'));
      await page.locator('main form button').first().click();
      assert.match(page.url(), /\/admin\/drafts\/\d+/);
      await look(page, 'a draft');
      await page.locator('main .places a').first().click();
      assert.equal(await page.locator('#ballot').count(), 1, 'the questionnaire as a citizen sees it');
      await page.check('[name=agree]');
      await page.locator('[data-do=next]').click();
      await page.check('[name=used][value=no]');
      for (let i = 0; i < 12 && !await page.locator('#ballot button[type=submit]').isVisible(); i += 1)
        await page.locator('[data-do=next]').click();
      await Promise.all([page.waitForNavigation(), page.locator('#ballot button[type=submit]').click()]);
      assert.equal(await page.locator('[role=status]').count(), 1, 'it would be taken');
      await look(page, 'a form tried');
      await go(page, site, `/admin/surveys/${SLUG}/versions`, lang);
      await look(page, 'versions');
      await go(page, site, `/admin/surveys/${SLUG}/wave-settings`, lang);
      await look(page, 'waves to set');
      await go(page, site, `/admin/surveys/${SLUG}/wording`, lang);
      await look(page, 'wording');
      await page.locator('main .places a').nth(4).click();
      await look(page, 'the wording of a question');
      // signed out while typing: what was typed stays, and is sent after signing in beside it
      const typed = `${me}: "typed" <before lunch>`;
      await page.locator('main textarea').first().fill(typed);
      await page.context().clearCookies();
      await page.locator('main form[action$="/wording"] button').click();
      await look(page, 'not sent yet');
      const [beside] = await Promise.all([page.context().waitForEvent('page'), page.locator('main a[target=_blank]').click()]);
      await beside.waitForURL(/sign-in/);
      await typeSignIn(beside, site, lang, me, codeOf(seed, 1));
      assert.equal(await beside.locator('.desk').count(), 1, 'signed in beside it');
      await beside.close();
      await page.locator('main form[action$="/wording"] button').click();
      await look(page, 'not sent yet, signed in');
      await page.locator('main form[action$="/wording"] button').click();
      assert.match(page.url(), /\/admin\/drafts\/\d+/);
      assert.equal(await page.locator('main ins').first().innerText(), typed);
      await look(page, 'a draft with another text');
      await page.locator('main a[href*="/wording"]').click();
      await look(page, 'the wording of a draft');
      await go(page, site, `/admin/surveys/${SLUG}/settings`, lang);
      await look(page, 'weights');
      await go(page, site, `/admin/surveys/${SLUG}/key`, lang);
      await look(page, 'keying a form in');
      await page.locator('main form[action$="/key"] button').last().click();
      await look(page, 'keying, with problems');
      assert.equal(await page.locator('#summary').count(), 1);
      await page.check('[name=agree]');
      await page.check('[name=used][value=no]');
      await page.locator('main form[action$="/key"] button').last().click();
      assert.equal(await page.locator('[role=status]').count(), 1);
    });
    rmSync(folder, { recursive: true, force: true });
  });

test('desk: an auditor\'s day', async () => {
  const site = await theSite();
  const me = name('qian');
  await addUser(site, me, 'auditor');
  await visit(site.desk, { lang: 'en' }, async (page) => {
    await enrol(page, site, 'en', me);
    await look(page, 'an auditor\'s overview');
    await page.click('.desk a[href^="/admin/audit"]');
    await look(page, 'the audit log');
    assert.match(await page.locator('main table').innerText(), new RegExp(`${me}\\s+second_factor_set`));
    await go(page, site, '/admin/audit?before=2', 'en');
    assert.equal(await page.locator('main tbody tr').count(), 1, 'the oldest entry');
  });
});

test('desk: everything is reached by keyboard', async () => {
  const site = await theSite();
  const me = name('feng');
  await addUser(site, me, 'administrator');
  await visit(site.desk, { lang: 'en', viewport: DESK }, async (page) => {
    await page.goto(`${site.desk}/admin/sign-in?lang=en`);
    const reach = async (selector) => {
      for (let i = 0; i < 40; i += 1) {
        if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
        await page.keyboard.press('Tab');
      }
      assert.fail(`${selector} is not reached by Tab`);
    };
    await reach('#name');
    await page.keyboard.type(me);
    await reach('#password');
    await page.keyboard.type('a steady garden of lanterns 7');
    await page.keyboard.press('Enter');
    await page.waitForURL(/enrol/);
    const seed = (await page.locator('.receipt .code').innerText()).replace(/\s/g, '');
    await reach('#code');
    await page.keyboard.type(codeOf(seed));
    await page.keyboard.press('Enter');
    await page.locator('.codes').waitFor();
    await reach('main a.button');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/admin\/\?/);
    await reach('.desk a[href^="/admin/people"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/people/);
    await sleep(0);
    await reach('.desk button');
    await page.keyboard.press('Enter');
    await page.waitForURL(/sign-in/);
  });
});
