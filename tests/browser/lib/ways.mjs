// The ways in which a citizen may come: what differs between them, and a small set of combinations in which every two
// levels of any two factors meet.
import { DESK, NARROW, PHONE, WECHAT_AGENT } from './visit.mjs';

export const factors = {
  way: ['script', 'none', 'keyboard'],
  width: ['320', '360', '1200'],
  text: ['100', '150', '200'],
  colours: ['light', 'dark', 'forced'],
  dir: ['ltr', 'rtl'],
  agent: ['own', 'wechat'],
  lang: ['zh', 'en'],
};
const names = Object.keys(factors);

/** Every two levels of two factors, as "a=1 b=2". */
export const pairsOf = (one) => names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}=${one[a]} ${b}=${one[b]}`));

function allPairs() {
  const pairs = new Set();
  names.forEach((a, i) => names.slice(i + 1).forEach((b) =>
    factors[a].forEach((x) => factors[b].forEach((y) => pairs.add(`${a}=${x} ${b}=${y}`)))));
  return pairs;
}

/** Greedily the combination that meets most of what was not met yet, until all was. */
export function pairwise() {
  const open = allPairs(), all = [];
  const every = names.reduce((list, n) => list.flatMap((one) => factors[n].map((v) => ({ ...one, [n]: v }))), [{}]);
  while (open.size > 0) {
    let best, most = 0;
    for (const one of every) {
      const n = pairsOf(one).filter((p) => open.has(p)).length;
      if (n > most) { best = one; most = n; }
    }
    pairsOf(best).forEach((p) => open.delete(p));
    all.push(best);
  }
  return all;
}

const plain = { way: 'script', width: '360', text: '100', colours: 'light', dir: 'ltr', agent: 'own' };

/** One way at a time, in both languages. */
export const singly = () => [{}, { way: 'none' }, { way: 'keyboard' }, { width: '320' }, { text: '200', width: '320' }, { colours: 'forced' },
  { dir: 'rtl' }, { agent: 'wechat', text: '150' }, { way: 'none', colours: 'dark', width: '1200' }]
  .flatMap((one) => factors.lang.map((lang) => ({ ...plain, ...one, lang })));

/** As options of visit(). */
export const visitor = (one) => ({
  lang: one.lang,
  viewport: { 320: NARROW, 360: PHONE, 1200: DESK }[one.width],
  scheme: one.colours === 'dark' ? 'dark' : 'light',
  forced: one.colours === 'forced' ? 'active' : 'none',
  agent: one.agent === 'wechat' ? WECHAT_AGENT : undefined,
});
