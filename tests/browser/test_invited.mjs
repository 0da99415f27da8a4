// A survey by invitation: the code behind the '#' of a slip's link, and what a used one looks like.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAxe } from './lib/axe.mjs';
import { fill, receipt, send } from './lib/form.mjs';
import { root, sleep, theSite } from './lib/stack.mjs';
import { PHONE, assertNoSideways, visit } from './lib/visit.mjs';

test('invited: the code of the link goes into the form and out of the address; once used it is refused', async () => {
  const site = await theSite();
  const folder = mkdtempSync('/tmp/minyi-slips-');
  try {
    cpSync(join(root, 'tests/forms/invited'), join(folder, 'form'), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', join(folder, 'form')]);
    chmodSync(folder, 0o777); // the operator's own user writes there
    await site.minyi('publish', join(folder, 'form'));
    await site.minyi('invite', 'canteen', '--count', '2', '--out', join(folder, 'out'), '--url', site.origin);
    const [, code] = readFileSync(join(folder, 'out/codes.csv'), 'utf8').split('\n');
    const form = `${site.origin}/survey/canteen`;
    for (let i = 0; i < 100 && !(await fetch(form)).ok; i++) await sleep(100);
    const answers = { agree: true, q_service: '4' };
    await visit(site.origin, { viewport: PHONE }, async (page) => {
      await page.goto(`${form}#code=${code}`);
      assert.equal(await page.locator('#code').inputValue(), code);
      assert.equal(page.url(), form, 'nobody reads the code over a shoulder');
      await assertAxe(page, 'invited form');
      await assertNoSideways(page, 'invited form');
      await fill(page, answers);
      assert.equal((await send(page)).status(), 200);
      await receipt(page);
    });
    await visit(site.origin, { viewport: PHONE, lang: 'en', script: false }, async (page) => {
      await page.goto(`${form}?lang=en`);
      await fill(page, { ...answers, _code: code, comment: 'held' });
      assert.equal((await send(page)).status(), 409);
      const main = page.locator('main');
      assert.match(await main.innerText(), /does not exist, or was used already/);
      assert.equal(await page.locator('#code').getAttribute('aria-invalid'), 'true');
      assert.equal(await page.locator('[name=comment]').inputValue(), 'held');
      assert.ok(await page.locator('[name=q_service][value="4"]').isChecked());
      assert.match(await page.title(), /^Error: /);
      await page.locator('.summary a').first().click();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
