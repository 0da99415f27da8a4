// All browser tests, one after another, with one browser and one stack.
// A name as argument runs the files whose name holds it: node run.mjs watch
// MINYI_BROWSER_HALF: 1 or 2 runs one half of them; the first one holds those that count each other's ballots.
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stopSite } from './lib/stack.mjs';
import { closeBrowser } from './lib/visit.mjs';

const order = ['watch', 'ballot', 'steps', 'again', 'mistakes', 'language', 'access', 'weight', 'lighthouse', 'receipt', 'census', 'results', 'invited', 'third', 'forms', 'closed', 'desk'];
const place = (f) => order.indexOf(f.slice('test_'.length, -'.mjs'.length));
const wanted = process.argv.slice(2);
const second = ['access', 'forms', 'invited', 'desk'];
const isOfHalf = (f) => !process.env.MINYI_BROWSER_HALF || second.includes(order[place(f)]) === (process.env.MINYI_BROWSER_HALF === '2');

after(async () => { await closeBrowser(); await stopSite(); });
for (const f of readdirSync(dirname(fileURLToPath(import.meta.url)))
  .filter((f) => /^test_.*\.mjs$/.test(f))
  .filter((f) => wanted.length === 0 ? isOfHalf(f) : wanted.some((w) => f.includes(w)))
  .sort((a, b) => place(a) - place(b)))
  await import(`./${f}`);
