// axe-core on the page as it stands.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Every violation as "rule (impact): element", and what axe could not decide by itself. */
export async function axe(page) {
  if (!await page.evaluate(() => typeof window.axe === 'object')) await page.evaluate(source);
  return page.evaluate(async (runOnly) => {
    const say = (list) => list.flatMap((r) =>
      r.nodes.slice(0, 5).map((n) => `${r.id} (${r.impact}): ${n.target.join(' ')} ${n.failureSummary ?? ''}`));
    const r = await window.axe.run(document, { runOnly, resultTypes: ['violations', 'incomplete'] });
    return { rules: r.passes.length, violations: say(r.violations), undecided: say(r.incomplete) };
  }, tags);
}

export async function assertAxe(page, what) {
  const found = await axe(page);
  assert.ok(found.rules >= 10, `${what}: axe ran only ${found.rules} rules`);
  assert.deepEqual(found.violations, [], `${what}: axe`);
}
