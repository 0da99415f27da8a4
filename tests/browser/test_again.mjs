// One person, one ballot: whatever is clicked, reloaded, opened twice or lost on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORM, RECEIVED, SEND, ballot, fill, ledger, receipt, receiptAgain, send, sendBy, toSend, vote } from './lib/form.mjs';
import { sleep, theSite } from './lib/stack.mjs';
import { PHONE, visit } from './lib/visit.mjs';

test('again: two tabs are one ballot, and the first one wins', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page, context) => {
    const second = await context.newPage();
    await page.goto(origin + FORM);
    await second.goto(origin + FORM);
    await page.bringToFront();
    const code = await vote(page, ballot(5, 5, 5));
    await second.bringToFront();
    await fill(second, ballot(1, 1, 1));
    await send(second);
    assert.equal(second.url(), origin + RECEIVED);
    assert.equal(await receipt(second), code, 'the second tab shows the first receipt');
  });
});

for (const script of [true, false])
  test(`again: a second click is the same ballot, ${script ? 'with' : 'without'} script`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script }, async (page) => {
      await page.goto(origin + FORM);
      await fill(page, ballot(4, 2, 4));
      await (await toSend(page)).dblclick();
      await page.waitForURL(origin + RECEIVED);
      await receipt(page);
      ledger.push(ballot(4, 2, 4));
    });
  });

// Send the browser's request for it, so that its reply, cookie included, never reaches the browser.
async function postFromOutside(request) {
  const headers = { ...await request.allHeaders() };
  for (const name of Object.keys(headers))
    if (name.startsWith(':') || ['host', 'connection', 'content-length'].includes(name)) delete headers[name];
  const reply = await fetch(request.url(), { method: 'POST', headers, body: request.postData(), redirect: 'manual' });
  return reply.status;
}

// The broken connection is this test's own doing.
const own = (pattern) => (e) => {
  const faults = Array.isArray(e.actual) ? e.actual : [];
  if (faults.length === 0 || !faults.every((f) => pattern.test(f))) throw e;
};
const told = (page) => page.locator('.told').innerText();

test('again: the reply is lost: the page says so, sends again by itself, and it counts once', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(2, 2, 2));
    let lost = 0;
    await page.route(`**${FORM}`, async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      assert.equal(await postFromOutside(route.request()), 303, 'the ballot was taken');
      return route.abort('connectionreset');
    });
    await (await toSend(page)).click();
    await page.waitForFunction(() => /Not confirmed yet/.test(document.querySelector('.told').textContent));
    await page.waitForURL(origin + RECEIVED);
    await receipt(page);
    assert.equal(lost, 1);
    ledger.push(ballot(2, 2, 2)); // enters the ledger once: both were one
  }).catch(own(/ERR_CONNECTION_RESET/));
});

test('again: no network at the moment of sending: told, reloaded, told again, sent when it returns', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page, context) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(4, 4, 4, { comment: '断网' }));
    const button = await toSend(page);
    await page.route(`**${FORM}`, (route) => (route.request().method() === 'POST' ? route.abort('internetdisconnected') : route.continue()));
    await button.click();
    await page.waitForFunction(() => document.querySelector('.told').textContent.includes('尚未确认收到'));
    await page.reload();
    await page.waitForFunction(() => document.querySelector('.told').textContent.includes('尚未确认收到'));
    assert.equal(await page.locator('[name=comment]').inputValue(), '断网', 'the answers came through the reload');
    await context.setOffline(true);
    await page.unroute(`**${FORM}`);
    await context.setOffline(false); // the browser says "online": no waiting for the next try
    await page.waitForURL(origin + RECEIVED);
    const code = await receipt(page);
    await page.goto(origin + FORM);
    assert.equal(await receiptAgain(page), code);
    assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0, 'no draft is left');
    ledger.push(ballot(4, 4, 4, { comment: '断网' }));
  }).catch(own(/ERR_INTERNET_DISCONNECTED/));
});

test('again: a server that cannot store says "not confirmed", and the page goes on trying', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(1, 3, 1));
    let n = 0;
    await page.route(`**${FORM}`, (route) => (route.request().method() !== 'POST' || (n += 1) > 2
      ? route.continue() : route.fulfill({ status: n === 1 ? 503 : 429, contentType: 'text/html', body: 'away' })));
    await (await toSend(page)).click();
    await page.waitForFunction(() => /again by itself in 4 seconds/.test(document.querySelector('.told').textContent));
    await page.waitForURL(origin + RECEIVED);
    assert.equal(n, 3);
    ledger.push(ballot(1, 3, 1));
  }).catch(own(/^(503|429) for |status of (503|429)/));
});

test('again: on a network that hangs a second tap does nothing, and after 15 s it is sent again', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(3, 2, 1));
    const posts = [];
    await page.route(`**${FORM}`, (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      posts.push(route);
      return posts.length === 1 ? undefined : route.continue(); // the first one hangs
    });
    const button = await toSend(page);
    await button.click();
    await button.click();
    await sleep(300);
    assert.equal(posts.length, 1);
    assert.match(await told(page), /正在发送/);
    await page.waitForURL(origin + RECEIVED, { timeout: 25000 });
    assert.equal(posts.length, 2);
    ledger.push(ballot(3, 2, 1));
  });
});

test('again: without script, the reply is lost; the page is opened anew and sent once more', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'en', script: false }, async (page) => {
    await page.goto(origin + FORM);
    await fill(page, ballot(2, 1, 2));
    let lost = 0;
    await page.route(`**${FORM}`, async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      assert.equal(await postFromOutside(route.request()), 303, 'the ballot was taken');
      return route.abort('connectionreset');
    });
    await page.locator(SEND).last().click();
    await page.waitForURL('chrome-error://**').catch(() => {});
    assert.equal(lost, 1);
    await page.goto(origin + FORM);
    await vote(page, ballot(2, 1, 2)); // enters the ledger once: both were one
  }).catch(own(/ERR_CONNECTION_RESET/));
});

test('again: back from the receipt, without a page cache, says that it was received', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(`${origin}/`);
    await page.goto(origin + FORM);
    const code = await vote(page, ballot(3, 4, 5));
    await page.goBack();
    assert.equal(page.url(), origin + FORM);
    assert.equal(await receiptAgain(page), code);
  });
});

for (const script of [true, false])
  test(`again: another person on the same phone, ${script ? 'with' : 'without'} script`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script }, async (page) => {
      await page.goto(origin + FORM);
      const first = await vote(page, ballot(5, 1, 3));
      await page.goto(origin + FORM);
      const response = await sendBy(page, () => page.locator(`main form[action="${FORM}/new"] button`).click());
      assert.equal(response.status(), 200);
      assert.equal(page.url(), origin + FORM);
      const second = await vote(page, ballot(1, 5, 3));
      assert.notEqual(first, second, 'a ballot of her own');
      await page.reload();
      assert.equal(await receipt(page), second);
    });
  });

test('again: a link to "another person" that is merely opened changes nothing', async () => {
  const { origin } = await theSite();
  await visit(origin, { lang: 'zh' }, async (page) => {
    await page.goto(origin + FORM);
    const code = await vote(page, ballot(4, 4, 1));
    const response = await page.goto(`${origin}${FORM}/new`);
    assert.equal(response.status(), 405);
    await page.goto(origin + FORM);
    assert.equal(await receiptAgain(page), code);
  });
});

for (const script of [true, false])
  test(`again: cookies off, ${script ? 'with' : 'without'} script: says so, keeps the answers, takes the ballot once`, async () => {
    const { origin } = await theSite();
    await visit(origin, { lang: 'zh', script, cookies: false, viewport: PHONE }, async (page, context) => {
      await page.goto(origin + FORM);
      await fill(page, ballot(5, 5, 2, { province: '11' }));
      await send(page);
      assert.deepEqual(await context.cookies(), [], 'this browser keeps no cookie');
      if (await page.locator('main form [name=_ballot]').count() > 0) { // the page came again, with the key in the form
        assert.ok(await page.locator('main form [name=_ballot]').inputValue());
        assert.ok(await page.locator('[name=q_privacy][value="2"]').isChecked(), 'the answers were kept');
        await send(page);
      }
      const code = await receipt(page);
      assert.ok(!page.url().includes('?'), 'no key in the address');
      assert.ok(!page.url().toUpperCase().includes(code.slice(0, 8)));
      ledger.push(ballot(5, 5, 2, { province: '11' }));
      const again = await sendBy(page, () => page.reload());
      assert.equal(again.status(), 200);
      assert.equal(await receipt(page), code, 'sent again by the reload: the same receipt, counted once');
    });
  });
