// Lighthouse on pages as a phone loads them, in the same Chromium as the other tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { launch } from './visit.mjs';

async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Run `use(audit, page)` with a browser of its own: audit(url, category, ...) loads the address anew, with the
 *  cookies that `page` has there, and gives { score: {category: 0..100}, failed: ['audit: what it says'] }. */
export async function withLighthouse(use) {
  const profile = mkdtempSync(join(tmpdir(), 'minyi-lighthouse-'));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile,
    { ...launch, args: [...launch.args, `--remote-debugging-port=${port}`], viewport: null, locale: 'zh-CN' });
  try {
    const page = context.pages()[0] ?? await context.newPage();
    return await use((url, ...categories) => audit(port, url, categories), page);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

// Where no time is measured, a page is looked at as soon as it is there. (Any throttling but the simulated one
// makes Lighthouse wait for ten seconds of quiet.)
const atOnce = { throttlingMethod: 'simulate', maxWaitForLoad: 15000, pauseAfterFcpMs: 0, pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0, cpuQuietThresholdMs: 0 };

async function audit(port, url, categories) {
  const isTimed = categories.includes('performance');
  const { lhr } = await lighthouse(url, { port, logLevel: 'silent', output: 'json', onlyCategories: categories,
    disableStorageReset: true, disableFullPageScreenshot: true, ignoreStatusCode: true, ...(isTimed ? {} : atOnce) });
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const score = Object.fromEntries(categories.map((c) => [c, Math.round(100 * lhr.categories[c].score)]));
  const failed = categories.flatMap((c) => lhr.categories[c].auditRefs).map((r) => [r, lhr.audits[r.id]])
    .filter(([r, a]) => r.weight > 0 && a.score !== null && a.score < 1)
    .map(([r, a]) => `${r.id}: ${a.title} ${JSON.stringify(a.details?.items ?? []).slice(0, 300)}`);
  return { score, failed };
}
