// A visitor: a browser context with its own cookies, watched for everything that must never happen.
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PHONE = { width: 360, height: 740 };
export const NARROW = { width: 320, height: 640 };
export const DESK = { width: 1200, height: 900 };

// WeChat on Android, as its web view announces itself.
export const WECHAT_AGENT = 'Mozilla/5.0 (Linux; Android 13; M2102J2SC Build/TKQ1; wv) AppleWebKit/537.36 ' +
  '(KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 ' +
  'MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64';

export const launch = {
  executablePath: process.env.MINYI_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
};

let shared;

/** The one browser of this run. */
export async function browser() {
  shared ??= await chromium.launch(launch);
  return shared;
}

export async function closeBrowser() {
  await shared?.close();
  shared = undefined;
}

// Chromium reports every page answered with 4xx as a console error: that alone is no fault.
function isOwnStatus(message, documents) {
  return message.text().startsWith('Failed to load resource: the server responded with a status of') &&
    documents.has(message.location().url);
}

// Collect in `faults` whatever no page of ours may do.
async function watch(page, origin, faults) {
  const documents = new Set();
  page.on('response', (r) => {
    // what the script sends and the server does not take is sent once more as a page, which says why
    const isRefusal = r.request().method() === 'POST' && [409, 410, 422].includes(r.status());
    if (r.request().isNavigationRequest() || isRefusal) documents.add(r.url());
    else if (r.status() >= 400) faults.push(`${r.status()} for ${r.url()}`);
  });
  page.on('request', (r) => {
    if (new URL(r.url()).origin !== origin) faults.push(`request to another origin: ${r.url()}`);
  });
  page.on('pageerror', (e) => faults.push(`script error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error' && !isOwnStatus(m, documents)) faults.push(`console: ${m.text()}`);
  });
  const audits = await page.context().newCDPSession(page);
  audits.on('Audits.issueAdded', ({ issue }) => {
    faults.push(`browser issue ${issue.code}: ${JSON.stringify(issue.details).slice(0, 400)}`);
  });
  await audits.send('Audits.enable');
}

function contextOptions({ lang = 'zh', viewport = PHONE, script = true, agent, scheme = 'light', forced = 'none' }) {
  return {
    viewport,
    javaScriptEnabled: script,
    locale: lang === 'en' ? 'en-GB' : 'zh-CN',
    colorScheme: scheme,
    forcedColors: forced,
    hasTouch: viewport.width < 600,
    reducedMotion: 'reduce',
    ...(agent ? { userAgent: agent } : {}),
  };
}

/** Run `use(page, context)` as a fresh visitor of `origin`, and fail on anything the watch saw.
 *  Options: lang (zh, en), viewport, script, agent, scheme, forced, cookies (false: refused by the browser). */
export async function visit(origin, options, use) {
  const { cookies = true } = options;
  const held = cookies ? await openContext(options) : await openCookieless(options);
  const faults = [];
  try {
    held.context.setDefaultTimeout(10000);
    const page = await held.context.newPage();
    await watch(page, origin, faults);
    await within(150e3, use(page, held.context));
  } finally {
    await within(10e3, held.close());
  }
  // named in the message itself: older Node leaves the difference out where there is one
  assert.deepEqual(faults, [], `the page did what no page of ours may do:\n${faults.join('\n')}`);
}

// A page that hangs fails its test, not the run.
async function within(ms, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function openContext(options) {
  const context = await (await browser()).newContext(contextOptions(options));
  return { context, close: () => context.close() };
}

// A second browser whose own settings refuse every cookie, as a cautious citizen sets them.
async function openCookieless(options) {
  const profile = mkdtempSync(join(tmpdir(), 'minyi-browser-'));
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const context = await chromium.launchPersistentContext(profile, { ...launch, ...contextOptions(options) });
  return {
    context,
    close: async () => { await context.close(); rmSync(profile, { recursive: true, force: true }); },
  };
}

/** Text at `percent` of its usual size, as set in the browser or by WeChat's own control. */
export async function textSize(page, percent) {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes',
    { fontSizes: { standard: Math.round(16 * percent / 100), fixed: Math.round(13 * percent / 100) } });
}

/** Fail when the page can be scrolled sideways, naming what sticks out. */
export async function assertNoSideways(page, what) {
  const out = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
      .map((e) => [e, e.getBoundingClientRect()])
      .filter(([, r]) => r.right > width + 1 || r.left < -1)
      .map(([e, r]) => `${e.tagName.toLowerCase()}.${e.className} ${Math.round(r.left)}..${Math.round(r.right)} in 0..${width}`)
      .concat('page scrolls sideways')
      .slice(0, 8);
  });
  assert.deepEqual(out, [], `${what}: wider than the window`);
}
