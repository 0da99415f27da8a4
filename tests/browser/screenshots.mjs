// PNGs of every page, for the eye: 360 and 1200 px, zh and en, light and dark.
//   node screenshots.mjs FOLDER [name ...]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './lib/pages.mjs';
import { stopSite, theSite } from './lib/stack.mjs';
import { DESK, PHONE, closeBrowser, visit } from './lib/visit.mjs';

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node screenshots.mjs FOLDER [page name ...]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

async function shoot(page, name, lang) {
  for (const [width, viewport] of [['360', PHONE], ['1200', DESK]])
    for (const scheme of ['light', 'dark']) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: scheme });
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: join(folder, `${name}-${lang}-${width}-${scheme}.png`), fullPage: true });
    }
}

const { origin } = await theSite();
let failed = 0;
try {
  for (const lang of ['zh', 'en'])
    await visit(origin, { lang }, async (page) => {
      for (const { name, open } of pages) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        try {
          await open(page, origin);
          await shoot(page, name, lang);
        } catch (e) {
          failed += 1;
          console.error(`${name} ${lang}: ${e.message.split('\n')[0]}`);
        }
      }
    });
} finally {
  await closeBrowser();
  await stopSite();
}
console.log(`written to ${folder}`);
process.exitCode = failed ? 1 : 0;
