// A third language, written from right to left: the pages' folder with one catalogue more.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './stack.mjs';

// English in Arabic letters, places and line ends kept: every text is there, whatever texts there are.
function pseudoArabic(english) {
  const letters = 'ابتثجحخدذرزسشصضطظعغفقكلمنه';
  const own = { 'lang.tag': 'ar', 'lang.name': 'العربية', 'lang.dir': 'rtl' };
  return english.split('\n').map((line) => {
    const [, key, text] = /^([a-z0-9_.]+) = (.*)$/.exec(line) ?? [];
    if (!key) return line;
    return `${key} = ${own[key] ?? text.replace(/\{[a-z_0-9]+\}|\\n|[A-Za-z]/g, (s) => (s.length > 1 ? s : letters[s.toLowerCase().charCodeAt(0) - 97]))}`;
  }).join('\n');
}

/** A new folder whose html/ holds the third language too, for MINYI_HTML_DIR; the caller removes it. */
export function thirdLanguage() {
  const folder = mkdtempSync('/tmp/minyi-rtl-');
  cpSync(join(root, 'build/html'), join(folder, 'html'), { recursive: true });
  writeFileSync(join(folder, 'html/i18n/ar.txt'), pseudoArabic(readFileSync(join(root, 'html/i18n/en.txt'), 'utf8')));
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return folder;
}
