// The whole stack, really running: nginx, the programs, PostgreSQL, the tally.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const script = join(root, '.make', 'stack.sh');

async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

let shared;

/** The one stack of this run. */
export function theSite() {
  shared ??= startStack();
  return shared;
}

export async function stopSite() {
  await (await shared?.catch(() => null))?.stop();
}

/* Start a stack of its own in a new folder. With MINYI_BROWSER_DIR, use the one that runs there
 * (MINYI_BROWSER_URL and MINYI_BROWSER_DESK are its addresses) and leave it running: for work on a single test. */
async function startStack() {
  const { MINYI_BROWSER_DIR: dir, MINYI_BROWSER_URL: url, MINYI_BROWSER_DESK: desk } = process.env;
  if (dir && url) return site(dir, new URL(url).origin, desk, async () => {});
  return ownSite();
}

/** A stack of one test's own, with more options of stack.sh and settings. */
export async function ownSite(options = [], settings = {}) {
  const own = mkdtempSync('/tmp/minyi-b-');
  chmodSync(own, 0o755); // the programs' users must enter it
  const port = await freePort(), deskPort = await freePort();
  const stop = () => run(script, ['remove', own], { cwd: root });
  try {
    await run(script, ['start', own, '--port', String(port), '--admin-port', String(deskPort), '--tally', '0', ...options],
      { cwd: root, maxBuffer: 1 << 24, timeout: 180000, env: { ...process.env, MINYI_REFRESH_S: '1', ...settings } });
  } catch (e) {
    await stop().catch(() => {});
    throw new Error(`the stack did not start: ${e.stderr || e.message}`);
  }
  return site(own, `http://127.0.0.1:${port}`, `http://127.0.0.1:${deskPort}`, stop);
}

function site(dir, origin, desk, stop) {
  const command = (...args) => run(script, ['run', dir, ...args], { cwd: root });
  return {
    origin,
    desk, // address of the administrators' pages
    dir,
    stop,
    minyi: (...args) => command('minyi', ...args),
    tally: (...args) => command('tally', ...args),
    psql: async (sql) => (await run(script, ['run', dir, 'psql', '-P', 'tuples_only=off', '--csv', '-c', sql], { cwd: root, maxBuffer: 1 << 24 })).stdout,
    async json(path) {
      const r = await fetch(origin + path);
      if (!r.ok) throw new Error(`${r.status} for ${path}`);
      return r.json();
    },
  };
}

/** The rows of a plain CSV file (no quoted fields) as objects. */
export function readCsv(path) {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((l) => Object.fromEntries(l.split(',').map((v, i) => [names[i], v])));
}

/** A CSV file with quoted fields as lists of cells. */
export function parseCsv(text) {
  const rows = [[]];
  let cell = '', isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (isQuoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += c; i += 1; } else isQuoted = false;
    } else if (c === '"') isQuoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1).push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else if (c !== '\r') cell += c;
  }
  return rows.filter((r) => r.length > 0);
}

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
