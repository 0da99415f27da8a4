// People at the administrators' desk: accounts, second factors, signing in.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from './stack.mjs';

export const PASSWORD = 'a steady garden of lanterns 7';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const bytesOf = (base32) => {
  let bits = '';
  for (const c of base32) bits += alphabet.indexOf(c).toString(2).padStart(5, '0');
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
};

/** The code of a seed (RFC 6238), `later` steps of 30 s from now: each counts once. */
export function codeOf(seed, later = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + later));
  const mac = createHmac('sha1', bytesOf(seed)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/** minyi user add, by the operator, with a password on standard input. */
export function addUser(site, name, role, survey = '*') {
  return new Promise((resolve, reject) => {
    const p = execFile(join(root, '.make', 'stack.sh'), ['run', site.dir, 'minyi', 'user', 'add', name, '--role', role, '--survey', survey],
      { cwd: root }, (e, stdout, stderr) => (e ? reject(new Error(stderr)) : resolve(stdout)));
    p.stdin.end(`${PASSWORD}\n`);
  });
}

export async function typeSignIn(page, site, lang, name, code, password = PASSWORD) {
  await page.goto(`${site.desk}/admin/sign-in?lang=${lang}`);
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.fill('#code', code);
  await page.click('main button[type=submit]');
}

/** The first sign-in: sets the second factor. Gives the seed and the recovery codes. */
export async function enrol(page, site, lang, name) {
  await typeSignIn(page, site, lang, name, '');
  assert.match(page.url(), /\/admin\/enrol\?lang=/);
  const seed = (await page.locator('.receipt .code').innerText()).replace(/\s/g, '');
  assert.match(seed, /^[A-Z2-7]{32}$/);
  await page.fill('#code', codeOf(seed));
  await page.click('main button[type=submit]');
  const codes = await page.locator('.codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  await page.click('main a.button');
  return { seed, codes };
}
