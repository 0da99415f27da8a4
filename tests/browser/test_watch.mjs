// The watch itself: each fault that it must see is shown to it once, so that a silent run means something.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { NARROW, assertNoSideways, textSize, visit } from './lib/visit.mjs';

const frame = (inside) => '<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>' +
  `<link rel="icon" href="/icon.svg"><main><h1>t</h1>${inside}</main></html>`;
const pages = {
  '/good': frame('<p>nothing wrong</p>'),
  '/inline': frame('<script>document.title = "x"</script>'),
  '/foreign': frame('<img alt="" src="http://127.0.0.2:9/x.png">'),
  '/missing': frame('<img alt="" src="/nothing.png">'),
  '/throws': frame('<script src="/throws.js"></script>'),
  '/throws.js': 'throw new Error("on purpose");',
  '/wide': frame('<p style="inline-size:40rem">x</p>'),
  '/unlabelled': frame('<form><input name="x"></form><p style="color:#ddd;background:#fff">pale</p>'),
  '/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};

let server, origin;

before(async () => {
  server = createServer((rq, rs) => {
    const body = pages[rq.url];
    const isPage = body?.startsWith('<!doctype');
    rs.writeHead(body ? 200 : 404, {
      'Content-Type': isPage ? 'text/html' : rq.url.endsWith('.js') ? 'text/javascript' : 'image/svg+xml',
      ...(rq.url === '/inline' && { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; img-src 'self'" }),
    });
    rs.end(body ?? '');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => new Promise((closed) => server.close(closed)));

const rows = [
  ['a script that the policy refuses', '/inline', /Content Security Policy|ContentSecurityPolicy/],
  ['a request to another origin', '/foreign', /another origin/],
  ['an image that is not there', '/missing', /404/],
  ['a script that throws', '/throws', /on purpose/],
];
for (const [what, path, words] of rows)
  test(`watch: sees ${what}`, async () => {
    await assert.rejects(visit(origin, { lang: 'en' }, (page) => page.goto(origin + path)), words);
  });

test('watch: a good page passes, with and without script', async () => {
  for (const script of [true, false])
    await visit(origin, { lang: 'en', script }, async (page) => {
      await page.goto(`${origin}/good`);
      assert.equal(await page.locator('h1').innerText(), 't');
      if (script) assert.deepEqual((await axe(page)).violations, []); // axe is a script itself
    });
});

test('watch: sees what is wider than the window, and larger text', async () => {
  await visit(origin, { lang: 'en', viewport: NARROW }, async (page) => {
    await page.goto(`${origin}/good`);
    await assertNoSideways(page, 'good');
    const height = () => page.evaluate(() => document.querySelector('p').getBoundingClientRect().height);
    const usual = await height();
    await textSize(page, 200);
    assert.ok(await height() > 1.7 * usual, 'text did not grow');
    await page.goto(`${origin}/wide`);
    await assert.rejects(assertNoSideways(page, 'wide'), /wider than the window/);
  });
});

test('watch: axe sees a field without a label and pale text', async () => {
  let found = '';
  await visit(origin, { lang: 'en' }, async (page) => {
    await page.goto(`${origin}/unlabelled`);
    found = (await axe(page)).violations.join('\n');
  }).catch(() => {}); // the browser has its own issues with such a form
  assert.match(found, /^label /m);
  assert.match(found, /^color-contrast /m);
});
