// Filling in a form as a person does: by clicking and typing, whatever the questions are.
export const SLUG = 'gov-wechat-2014';
export const FORM = `/survey/${SLUG}`;
export const SEND = 'main form button[type=submit]';

/** Give `answers` ({name: value | [values] | true for a tick}) to the form on the page. */
export async function fill(page, answers) {
  for (const [name, given] of Object.entries(answers))
    for (const value of [given].flat()) await fillOne(page, name, value);
}

async function fillOne(page, name, value) {
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

/** Send the form and wait for the page that answers; gives its response. */
export async function send(page) {
  const [response] = await Promise.all([
    page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 303),
    page.locator(SEND).last().click(),
  ]);
  await page.waitForLoadState('load');
  return response;
}

/** The receipt's code without its spaces, from the page "received". */
export async function receipt(page) {
  const text = await page.locator('main').innerText();
  return text.match(/\b([0-9A-Z]{4}[\s-][0-9A-Z]{4}[\s-][0-9A-Z]{4}[\s-][0-9A-Z]{4})\b/)?.[1].replace(/[\s-]/g, '');
}
