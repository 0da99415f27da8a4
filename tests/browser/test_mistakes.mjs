// What a citizen is told when something is wrong, and that nothing typed is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, ballot, fill, held, ledger, receipt, send, sendUnchecked, vote } from './lib/form.mjs';
import { theSite } from './lib/stack.mjs';
import { PHONE, visit } from './lib/visit.mjs';

const words = { zh: { error: /^错误/, summary: '提交有误' }, en: { error: /^Error: /, summary: 'There is a problem' } };

// The summary is the first thing of the page's content and has the focus; gives its links.
async function summaryLinks(page) {
  const seen = await page.evaluate(() => {
    const summary = document.querySelector('main .summary');
    return {
      isFirst: document.querySelector('main').firstElementChild === summary,
      hasFocus: document.activeElement === summary,
      inView: summary.getBoundingClientRect().top >= 0 && summary.getBoundingClientRect().top < innerHeight,
    };
  });
  assert.deepEqual(seen, { isFirst: true, hasFocus: true, inView: true });
  return page.locator('main .summary a').all();
}

for (const lang of ['zh', 'en'])
  for (const script of [true, false])
    test(`mistakes: nothing filled in, ${lang}, ${script ? 'with' : 'without'} script: summary, focus, links to the fields`, async () => {
      const { origin } = await theSite();
      await visit(origin, { lang, script }, async (page) => {
        await page.goto(origin + FORM);
        const response = await sendUnchecked(page);
        assert.equal(response.status(), 422);
        assert.match(await page.title(), words[lang].error);
        assert.equal(await page.locator('main .summary h2').innerText(), words[lang].summary);
        const links = await summaryLinks(page);
        assert.equal(links.length, 2, 'the agreement and the first question');
        for (const link of links) {
          await link.click();
          const target = new URL(await link.evaluate((a) => a.href)).hash.slice(1);
          const field = page.locator(`[id="${target}"]`);
          assert.ok(await field.evaluate((e) => e.matches('input, select, textarea')), `${target} is a field`);
          const top = await field.evaluate((e) => e.getBoundingClientRect().top);
          assert.ok(top >= 0 && top < PHONE.height, `${target} is in view`);
          const error = await field.evaluate((e) => {
            const owner = e.closest('[aria-describedby]');
            return owner && owner.getAttribute('aria-describedby').split(' ')
              .map((id) => document.getElementById(id)?.textContent.trim() ?? `no element ${id}`).join(' ');
          });
          assert.ok(error?.includes(await link.innerText()), `${target} is described by its error: ${error}`);
        }
      });
    });

const rich = {
  used: 'yes', frequency: 'weekly', actions: ['comment', 'complain'], departments: ['police', 'tax'], n_accounts: '12',
  q_participation: '4', q_increase: 'dk', q_privacy: '1', info_safe: '2', protections: ['pay_lock'],
  purposes: ['services'], services_used: ['medical'],
  comment: '第一行\n第二行 <script>alert(1)</script> "引号" & 100%', province: '54', gender: 'other', age_group: '55+', level: 'dk',
};

for (const script of [true, false])
  test(`mistakes: one thing is missing, ${script ? 'with' : 'without'} script: every answer is kept, then it is sent`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, { agree: true, ...rich });
      await page.evaluate(() => { document.querySelector('[name=agree]').checked = false; });
      const before = await held(page);
      const response = await sendUnchecked(page);
      assert.equal(response.status(), 422);
      assert.equal((await summaryLinks(page)).length, 1);
      assert.deepEqual(await held(page), before);
      await vote(page, { agree: true });
      ledger[ledger.length - 1] = { agree: true, ...rich }; // the whole of what was sent
    });
  });

test('mistakes: a number out of range is named, with its limits, in both languages', async () => {
  const { origin } = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, ballot(5, 5, 5, { n_accounts: '501' }));
      const response = await send(page);
      assert.equal(response.status(), 422);
      const text = await page.locator('main .summary').innerText();
      assert.match(text, /500/);
      assert.equal(await page.locator('[name=n_accounts]').inputValue(), '501');
      assert.equal(await page.locator('[name=n_accounts]').getAttribute('aria-invalid'), 'true');
    });
});

test('mistakes: "none of these" beside another answer is asked about, not guessed', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', script: false }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(3, 3, 3, { protections: ['pay_lock', 'none'] }));
    assert.equal((await send(page)).status(), 422);
    assert.equal((await summaryLinks(page)).length, 1);
    assert.deepEqual((await held(page)).protections, ['pay_lock', 'none']);
  });
  await visit(origin, { lang: 'en', script: true }, async (page) => { // the script keeps it alone
    await page.goto(origin + FORM);
    await fill(page, { agree: true, used: 'yes', protections: ['pay_lock', 'none'] });
    assert.deepEqual((await held(page)).protections, ['none']);
  });
});

const notFound = [['/nothing', 404], ['/survey/nothing', 404], ['/results/nothing', 404], ['/survey/', 404], [`${FORM}/nothing`, 404]];
test('mistakes: pages that are not there say so in the language of the reader', async () => {
  const { origin } = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      for (const [path, status] of notFound) {
        const response = await page.goto(origin + path);
        assert.equal(response.status(), status, path);
        assert.match(await page.title(), words[lang].error, path);
        assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en', path);
        assert.equal(await page.locator('main h1').count(), 1, path);
        assert.ok(await page.locator('main a[href^="/"]').count() > 0, `${path}: a way on`);
        const panel = (await page.locator('main .panel').allInnerTexts()).join();
        if (path.startsWith('/results/')) assert.match(panel, lang === 'zh' ? /还没有公布结果/ : /no published results yet/, path);
        else assert.equal(panel, '', path);
      }
    });
});

test('mistakes: the service refuses the form of another site', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    const other = 'http://other.example';
    await page.route(`${other}/**`, (route) => route.fulfill({ contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>t</title><form method="post" action="${origin}${FORM}">` +
        '<input type="hidden" name="agree" value="yes"><button type="submit">go</button></form>' }));
    await page.goto(`${other}/`);
    const [response] = await Promise.all([
      page.waitForResponse((r) => r.request().method() === 'POST'), page.locator('button').click()]);
    assert.equal(response.status(), 403);
    await page.waitForLoadState();
    assert.match(await page.title(), /^Error: /);
  }).catch((e) => {
    const faults = Array.isArray(e.actual) ? e.actual : [];
    if (faults.length === 0 || !faults.every((f) => /other\.example|another origin/.test(f))) throw e;
  });
});

test('mistakes: an old page is sent after the survey had a new version: the answers stay, the reason is told', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(2, 3, 4));
    await page.locator('[name=_version]').evaluate((e) => { e.value = '999999'; });
    const response = await send(page);
    assert.equal(response.status(), 409);
    await summaryLinks(page);
    assert.ok(await page.locator('[name=q_privacy][value="4"]').isChecked());
    await vote(page, ballot(2, 3, 4));
  });
});

for (const script of [true, false])
  test(`mistakes: a key that is not ours, ${script ? 'with script: sent again by itself' : 'without script: told, and the answers stay'}`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script }, async (page, context) => {
      await page.goto(origin + FORM);
      await fill(page, ballot(3, 3, 3));
      const [cookie] = await context.cookies();
      assert.ok(cookie.httpOnly);
      assert.equal(cookie.sameSite, 'Lax');
      assert.equal(cookie.path, FORM);
      await context.clearCookies();
      await context.addCookies([{ ...cookie, value: cookie.value.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }]);
      const response = await send(page);
      if (script) {
        assert.equal(response.status(), 200);
        await receipt(page);
        ledger.push(ballot(3, 3, 3));
      } else {
        assert.equal(response.status(), 409);
        assert.ok(await page.locator('[name=q_privacy][value="3"]').isChecked());
        await vote(page, ballot(3, 3, 3));
      }
    });
  });

test('mistakes: the script asks for what is missing before going on, and says it as the server does', async () => {
  const { origin } = await theSite();
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      await page.goto(origin + FORM);
      const title = await page.title();
      await page.locator('[data-do=next]').click();
      assert.match(await page.title(), words[lang].error);
      assert.equal(await page.locator('main .summary h2').innerText(), words[lang].summary);
      const [link] = await summaryLinks(page);
      await link.click();
      assert.equal(await page.evaluate(() => document.activeElement.name), 'agree');
      const error = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent);
      assert.equal(error, await link.innerText());
      await page.keyboard.press('Space');
      assert.equal(await page.locator('.has-error').count(), 0, 'mended');
      await page.locator('[data-do=next]').click();
      assert.equal(await page.title(), title);
      assert.equal(await page.locator('main .summary').count(), 0);
      assert.match(await page.locator('.progress p').innerText(), /2/);
    });
});

for (const script of [true, false])
  test(`mistakes: the trap for programs, ${script ? 'with' : 'without'} script: no person meets it; who fell into it is told, and can send`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'en', script }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, ballot(4, 1, 4));
      const trap = page.locator('[name=_website]');
      assert.equal(await trap.isVisible(), false);
      assert.deepEqual(await trap.evaluate((e) => [e.tabIndex, e.closest('[aria-hidden=true]') !== null]), [-1, true]);
      await trap.evaluate((e) => { e.value = 'http://buy.example'; });
      assert.equal((await send(page)).status(), 422);
      assert.match(await page.locator('main .summary').innerText(), /automatic programs/);
      assert.equal(await page.locator('[name=_website]').inputValue(), '');
      assert.ok(await page.locator('[name=q_privacy][value="4"]').isChecked());
      await vote(page, ballot(4, 1, 4));
    });
  });
