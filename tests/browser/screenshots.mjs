// PNGs of every page, for the eye: 360 and 1200 px, zh and en, light and dark; and sheets of many at once.
//   node screenshots.mjs FOLDER [name ...]      a name stands for all that begin with it
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pages } from './lib/pages.mjs';
import { away, fromRight, prepare, printed, publish, shots, stopDatabase } from './lib/shots.mjs';
import { ownSite, sleep } from './lib/stack.mjs';
import { deskShots } from './lib/desk_shots.mjs';
import { thirdLanguage } from './lib/third.mjs';
import { DESK, PHONE, browser, closeBrowser, visit } from './lib/visit.mjs';

const A4 = { width: 718, height: 1050 }; // between margins of 10 mm
const SHEET = { width: 794, height: 1123 }; // to its edges
const WIDTHS = [['360', PHONE], ['1200', DESK]];
const SCHEMES = ['light', 'dark'];
const TALLEST = 12000; // px of one picture

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node screenshots.mjs FOLDER [page name ...]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((w) => name.startsWith(w));
let failed = 0;

async function picture(page, viewport, file) {
  await page.setViewportSize(viewport);
  const height = Math.min(TALLEST, await page.evaluate(() => {
    window.scrollTo(0, 0);
    return Math.max(document.documentElement.scrollHeight, window.innerHeight);
  }));
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height } });
}

async function shoot(page, { name, print }, lang) {
  if (print) {
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await picture(page, A4, `${name}-${lang}`);
    return page.emulateMedia({ media: 'screen' });
  }
  for (const [width, viewport] of WIDTHS)
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await picture(page, viewport, `${name}-${lang}-${width}-${scheme}`);
    }
  return page.emulateMedia({ colorScheme: 'light' });
}

// All of `list` in one visit each for browsers with and without script.
async function shootAll(list, site, lang, given) {
  for (const script of [true, false]) {
    const some = list.filter((one) => isWanted(one) && (one.script ?? true) === script);
    for (const one of some) {
      const use = async (page) => {
        await one.open(page, given ?? site, lang);
        await shoot(page, one, lang);
      };
      try {
        await (one.visited ? use(one.visited) : visit(site.origin, { lang, script }, use));
      } catch (e) {
        failed += 1;
        console.error(`${one.name} ${lang}: ${e.message.split('\n').slice(0, 4).join(' ')}`);
      }
    }
  }
}

// The pages of the tests, in one visit: "received" needs a ballot sent before.
const shootPages = (site, lang) => visit(site.origin, { lang }, (page) =>
  shootAll(pages.map((one) => ({ ...one, visited: page })), site, lang, site.origin)).catch((e) => {
  failed += 1;
  console.error(`pages ${lang}: ${e.message}`);
});

async function shootDesk(site, lang) {
  const contexts = [];
  const newPage = async () => {
    contexts.push(await (await browser()).newContext({ locale: lang }));
    return contexts.at(-1).newPage();
  };
  if (wanted.length === 0 || wanted.some((w) => w.startsWith('desk')))
    await shootAll(await deskShots(site, lang, newPage), site, lang);
  for (const c of contexts) await c.close();
}

async function shootPrinted(site, lang) {
  const page = await (await browser()).newPage({ viewport: A4 });
  for (const [name, ending, text] of await printed(site, lang)) {
    if (!isWanted({ name })) continue;
    const file = resolve(folder, `${name}-${lang}.${ending}`);
    writeFileSync(file, text);
    await page.setViewportSize(SHEET);
    await page.goto(pathToFileURL(file).href);
    await page.emulateMedia({ media: 'print' });
    await (ending === 'svg' ? page.screenshot({ path: join(folder, `${name}-${lang}.png`) }) : picture(page, A4, `${name}-${lang}`));
  }
  await page.close();
}

// Twelve pictures of one kind side by side, each from its top.
async function sheets() {
  const all = readdirSync(folder).filter((f) => f.endsWith('.png') && !f.startsWith('sheet-'));
  const kinds = Object.entries(all.reduce((by, f) => { (by[kindOf(f)] ??= []).push(f); return by; }, {}));
  const page = await (await browser()).newPage({ viewport: { width: 1860, height: 900 } });
  for (const [kind, files] of kinds)
    for (let i = 0; i < files.length; i += 12) {
      const figures = files.slice(i, i + 12).map((f) => `<figure><figcaption>${f}</figcaption><img src="data:image/png;base64,${readFileSync(join(folder, f)).toString('base64')}"></figure>`);
      await page.setContent(`<!doctype html><style>body{margin:0;background:#999;display:grid;align-items:start;grid-template-columns:repeat(6,1fr);gap:8px;font:11px sans-serif}
        figure{margin:0;max-block-size:900px;overflow:hidden}img{inline-size:100%}</style>${figures.join('')}`);
      await page.screenshot({ path: join(folder, `sheet-${kind}-${1 + i / 12}.png`), fullPage: true });
    }
  await page.close();
}
function kindOf(file) {
  return /-((?:zh|en|ar)(?:-\d+-\w+)?)\.png$/.exec(file)[1];
}

async function mainSite() {
  const site = await ownSite();
  try {
    await prepare(site);
    for (const lang of ['zh', 'en']) {
      await shootPages(site, lang);
      await shootAll(shots, site, lang);
      await shootDesk(site, lang);
      await shootPrinted(site, lang);
    }
    stopDatabase(site);
    await sleep(1000);
    for (const lang of ['zh', 'en']) await shootAll(away, site, lang);
  } finally {
    await site.stop();
  }
}

async function thirdSite() {
  const html = thirdLanguage();
  const site = await ownSite(['--no-demo'], { MINYI_HTML_DIR: join(html, 'html') });
  try {
    await site.tally(); // the first key
    await publish(site, 'rtl');
    for (let i = 0; i < 100 && !(await fetch(`${site.origin}/survey/rtl`)).ok; i++) await sleep(100);
    await shootAll(fromRight, site, 'ar');
  } finally {
    await site.stop();
    rmSync(html, { recursive: true, force: true });
  }
}

try {
  const isThird = fromRight.some(isWanted);
  if (wanted.length === 0 || !isThird || wanted.length > 1) await mainSite();
  if (isThird) await thirdSite();
  await sheets();
} finally {
  await closeBrowser();
}
console.log(`written to ${folder}`);
process.exitCode = failed ? 1 : 0;
