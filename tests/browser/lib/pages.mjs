// Every kind of page, and how a visitor comes to it.  In this order: "received" needs a ballot sent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORM, RECEIVED, RESULTS, ballot, fill, lookUp, sendBy, sendUnchecked, toSend, vote } from './form.mjs';
import { root } from './stack.mjs';

const at = (path) => (page, origin) => page.goto(origin + path);

// The form afresh, with these answers, at the section of the last one.
const atStep = (answers) => async (page, origin) => {
  await page.goto(origin + FORM);
  await page.evaluate(() => { sessionStorage.clear(); history.replaceState(null, ''); });
  const response = await page.goto(origin + FORM);
  await fill(page, answers);
  return response;
};

// nginx's own page for a program that does not answer, without stopping one.
const own = (file) => async (page, origin) => {
  const path = `${origin}/browser-test-${file}`;
  const body = readFileSync(join(root, 'build/html/errors', file), 'utf8');
  await page.route(path, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
  return page.goto(path);
};

export const pages = [
  { name: 'home', open: at('/') },
  { name: 'form', isDemonstration: true, open: (page, origin) => atStep({})(page, origin) },
  { name: 'form-use', isDemonstration: true, open: atStep({ agree: true, used: 'yes', actions: ['help'] }) },
  { name: 'form-scale', isDemonstration: true, open: atStep({ agree: true, used: 'yes', q_participation: '4' }) },
  { name: 'form-comment', isDemonstration: true, open: atStep({ agree: true, used: 'no', comment: 'x' }) },
  { name: 'form-profile', isDemonstration: true, open: atStep({ agree: true, used: 'no', province: '44', gender: 'female' }) },
  { name: 'form-check', isDemonstration: true,
    async open(page, origin) {
      const response = await atStep(ballot(4, 3, 4, { actions: ['help', 'comment'], comment: 'x'.repeat(60) }))(page, origin);
      await toSend(page);
      return response;
    } },
  { name: 'form-whole', isDemonstration: true, // nothing is hidden: one of each kind of question, as without script
    async open(page, origin) {
      const response = await atStep({ agree: true, used: 'yes', q_participation: '4', purposes: ['services'], actions: ['help'] })(page, origin);
      await page.evaluate(() => document.querySelectorAll('.off').forEach((e) => e.classList.remove('off')));
      return response;
    } },
  { name: 'form-missing', isDemonstration: true, isError: true, // as the script says it
    async open(page, origin) {
      const response = await atStep({})(page, origin);
      await page.locator('[data-do=next]').click();
      return response;
    } },
  { name: 'form-wrong', isDemonstration: true, isError: true, // as the server says it
    async open(page, origin) {
      await atStep({})(page, origin);
      return sendUnchecked(page);
    } },
  { name: 'received', isDemonstration: true,
    async open(page, origin) {
      await page.goto(origin + FORM);
      if (await page.locator('main [name=agree]').count() > 0) await vote(page, ballot(4, 3, 4));
      return page.goto(origin + RECEIVED);
    } },
  { name: 'already', open: at(FORM), isDemonstration: true },
  { name: 'younger', open: at(`${FORM}/younger`), isDemonstration: true },
  { name: 'receipt-code', open: at('/receipt') },
  { name: 'receipt-typo', isError: true, open: (page, origin) => lookUp(page, origin, '0123') },
  { name: 'receipt-unknown', open: (page, origin) => lookUp(page, origin, '0000 0000 0000 0000') },
  { name: 'receipt-found',
    async open(page, origin) {
      await page.goto(origin + RECEIVED);
      return sendBy(page, () => page.locator('form[action="/receipt"] button').click());
    } },
  { name: 'results-list', open: at('/results/') },
  { name: 'results', open: at(RESULTS), isDemonstration: true },
  { name: 'results-groups', open: at(`${RESULTS}/groups`), isDemonstration: true },
  { name: 'results-tables', open: at(`${RESULTS}/tables`), isDemonstration: true },
  { name: 'census', open: at('/census/') },
  { name: 'whitepaper', open: at('/whitepaper/gov-wechat-2014') },
  { name: 'unknown-page', open: at('/nothing'), isError: true },
  { name: 'unknown-survey', open: at('/survey/nothing'), isError: true },
  { name: 'unknown-results', open: at('/results/nothing'), isError: true },
  { name: 'unknown-census', open: at('/census/1999-12-31'), isError: true },
  { name: 'wrong-method', open: at(`${FORM}/new`), isError: true },
  { name: 'own-50x', open: own('50x.html'), isError: true, isBilingual: true },
  { name: 'own-4xx', open: own('4xx.html'), isError: true, isBilingual: true },
  { name: 'own-429', open: own('429.html'), isError: true, isBilingual: true },
  { name: 'own-413', open: own('413.html'), isError: true, isBilingual: true },
];
