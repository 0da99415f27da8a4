// A citizen opens the form, answers, and gets the receipt.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, RECEIVED, SEND, ballot, fill, held, ledger, receipt, receiptAgain, send, sendBy, vote } from './lib/form.mjs';
import { theSite } from './lib/stack.mjs';
import { DESK, PHONE, WECHAT_AGENT, visit } from './lib/visit.mjs';

const full = {
  actions: ['consult', 'comment'], n_accounts: 3, province: '44', gender: 'female', age_group: '25-34',
  comment: '办事大厅的预约很方便 <b>&amp; "好"</b>',
};

const ways = [
  { name: 'zh, on a phone', lang: 'zh', answers: ballot(5, 4, 3, full) },
  { name: 'en, on a phone', lang: 'en', answers: ballot(1, 2, 5) },
  { name: 'zh, without script', lang: 'zh', script: false, answers: ballot(4, 4, 4, full) },
  { name: 'en, without script', lang: 'en', script: false, answers: ballot(2, 5, 1) },
  { name: 'zh, on a desk', lang: 'zh', viewport: DESK, answers: ballot(3, 3, 3) },
];

for (const { name, lang, script = true, viewport = PHONE, answers } of ways)
  test(`ballot: ${name}: form, receipt, already received`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang, script, viewport }, async (page) => {
      await page.goto(origin + FORM);
      assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en');
      const code = await vote(page, answers);
      assert.equal(page.url(), origin + RECEIVED, 'the address holds neither key nor answers');
      await page.reload();
      assert.equal(await receipt(page), code, 'the same receipt after a reload');
      await page.goto(origin + FORM);
      assert.equal(await receiptAgain(page), code, 'the form says that it was received');
    });
  });

test('ballot: from a link shared in WeChat, in its web view', async () => {
  const { origin } = await theSite();
  await visit(origin, { agent: WECHAT_AGENT }, async (page) => {
    await page.goto(`${origin}${FORM}?from=groupmessage&isappinstalled=0&scene=1`);
    await vote(page, ballot(4, 5, 4));
  });
});

test('ballot: one who never used it can say so and is done', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(origin + FORM);
    await vote(page, { agree: true, used: 'no' });
  });
});

// Tab to the field called `name` and no further; gives how many keystrokes it took.
async function tabTo(page, name) {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((n) => document.activeElement?.name === n, name)) return i;
  }
  throw new Error(`Tab does not reach "${name}"`);
}

async function tabToNext(page) {
  for (let i = 0; i < 60; i += 1) {
    if (await page.evaluate(() => document.activeElement?.dataset.do === 'next')) return page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab does not reach "next"');
}

test('ballot: with the keyboard alone', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', viewport: DESK }, async (page) => {
    await page.goto(origin + FORM);
    await page.keyboard.press('Tab');
    assert.match(await page.evaluate(() => document.activeElement.className), /skip/, 'the first stop skips the frame');
    await page.keyboard.press('Enter');
    await tabTo(page, 'agree');
    await page.keyboard.press('Space');
    await tabToNext(page);
    await tabTo(page, 'used');
    await page.keyboard.press('Space');
    await tabTo(page, 'n_accounts');
    await page.keyboard.type('7');
    await page.keyboard.press('Enter'); // in a field it leads on, as "next" does
    await tabTo(page, 'q_participation');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'q_increase');
    await tabToNext(page);
    await tabTo(page, 'q_privacy');
    for (let i = 0; i < 3; i += 1) await tabToNext(page);
    await tabTo(page, 'province');
    await tabToNext(page);
    const chosen = await held(page);
    assert.deepEqual(Object.keys(chosen), ['agree', 'used', 'n_accounts', 'q_participation']);
    while (!await page.evaluate((s) => document.activeElement.matches(s), SEND)) await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', 'the focus is seen');
    const response = await sendBy(page, () => page.keyboard.press('Enter'));
    assert.equal(response.status(), 200);
    await receipt(page);
    ledger.push(Object.fromEntries(Object.entries(chosen).map(([k, v]) => [k, v[0]])));
  });
});

test('ballot: what is not shown is not counted: answers behind "not used" are dropped', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(5, 5, 5));
    await fill(page, { used: 'no' });
    const response = await send(page);
    assert.equal(response.status(), 200);
    await receipt(page);
    ledger.push({ agree: true, used: 'no' });
  });
});
