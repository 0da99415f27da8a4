// Filling in a form as a person does: by clicking and typing, whatever the questions are.
import assert from 'node:assert/strict';

export const SLUG = 'gov-wechat-2014';
export const FORM = `/survey/${SLUG}`;
export const RECEIVED = `${FORM}/received`;
export const RESULTS = `/results/${SLUG}`;
export const SEND = 'main form button[type=submit]';

/** Every ballot that was acknowledged in this run: what was answered, to be found in the results. */
export const ledger = [];

/** The least that the form takes, with the three items of the white paper. */
export const ballot = (participation, increase, privacy, more = {}) => ({
  agree: true, used: 'yes',
  q_participation: String(participation), q_increase: String(increase), q_privacy: String(privacy),
  ...more,
});

/** Give `answers` ({name: value | [values] | true for a tick}) to the form on the page. */
export async function fill(page, answers) {
  for (const [name, given] of Object.entries(answers))
    for (const value of [given].flat()) await fillOne(page, name, value);
}

/** With script the form stands one section at a time: go to the one with the field, as a person does. */
export async function reach(page, name) {
  for (let i = 0; i < 60; i += 1) {
    const way = await page.evaluate((n) => {
      const field = [...document.querySelector('main form').elements].find((e) => e.name === n);
      if (!field?.closest('.off')) return null;
      const here = document.querySelector('form > .section:not(.off), form > .q:not(.off), form > .check:not(.off)');
      return here.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_PRECEDING ? 'back' : 'next';
    }, name);
    if (!way) return;
    await page.locator(`.steps [data-do=${way}]`).click();
  }
  throw new Error(`the section with "${name}" is not reached; problems: ${await page.locator('main .summary').allInnerTexts()}`);
}

/** To the page where the answers are checked and sent; without script it is the end of the only one. */
export async function toSend(page) {
  const next = page.locator('.steps [data-do=next]:visible');
  for (let i = 0; i < 60 && await next.count() > 0; i += 1) {
    await next.click();
    assert.deepEqual(await page.locator('main .summary').allInnerTexts(), [], 'a problem stands in the way');
  }
  return page.locator(SEND).last();
}

async function fillOne(page, name, value) {
  await reach(page, name);
  const field = page.locator(`main form [name="${name}"]`);
  const first = await field.first().evaluate((e) => ({ tag: e.tagName, type: e.type }));
  if (first.tag === 'SELECT') return field.selectOption(value);
  if (first.type === 'radio' || first.type === 'checkbox') {
    const one = value === true ? field.first() : page.locator(`main form [name="${name}"][value="${value}"]`);
    return one.check();
  }
  return field.fill(String(value));
}

/** What the form holds now: {name: [values]}, without its hidden fields. */
export async function held(page) {
  return page.evaluate(() => {
    const out = {};
    for (const e of document.querySelector('main form').elements) {
      if (!e.name || e.type === 'hidden') continue;
      const isChoice = e.type === 'radio' || e.type === 'checkbox';
      if (isChoice ? e.checked : e.value !== '') (out[e.name] ??= []).push(e.value);
    }
    return out;
  });
}

/** Do what leads to another page and wait for it; gives the response that is shown. */
export async function sendBy(page, act) {
  const [response] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), act()]);
  return response;
}

export const send = async (page) => {
  const button = await toSend(page);
  return sendBy(page, () => button.click());
};

/** Send the form as it stands, as a browser does whose script did not look at it. */
export const sendUnchecked = (page) => sendBy(page, async () => {
  if (await page.locator('html.js').count() > 0) await page.evaluate(() => document.getElementById('ballot').submit());
  else await page.locator(SEND).last().click();
});

/** Fill in, send, and see the receipt: enters the ballot in the ledger and gives the receipt's code. */
export async function vote(page, answers) {
  await fill(page, answers);
  const response = await send(page);
  assert.equal(response.status(), 200);
  const code = await receipt(page);
  ledger.push(answers);
  return code;
}

/** The receipt's code without its spaces, from the page "received". */
export async function receipt(page) {
  const text = await page.locator('main').innerText();
  const code = text.match(/\b[0-9A-HJKMNP-TV-Z]{4}([\s-][0-9A-HJKMNP-TV-Z]{4}){3}\b/)?.[0];
  assert.ok(code, `no receipt on the page: ${text.slice(0, 300)}`);
  return code.replace(/[\s-]/g, '');
}

/** Ask for a receipt as a person does: type its code. */
export async function lookUp(page, origin, code) {
  await page.goto(`${origin}/receipt`);
  await page.fill('#code', code);
  return send(page);
}

/** The page "already received" instead of a form, and from there the receipt. */
export async function receiptAgain(page) {
  assert.equal(await page.locator('main [name=agree]').count(), 0, 'there is no second form');
  await sendBy(page, () => page.locator(`main a[href^="${RECEIVED}"]`).click());
  return receipt(page);
}
