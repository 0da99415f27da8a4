// node performance.mjs URL N: Lighthouse's performance score (0..100) of a page on a slow phone and network as
// Lighthouse simulates them, N times, a line each.
import { withLighthouse } from './lib/lighthouse.mjs';

const [url, n] = process.argv.slice(2);
await withLighthouse(async (audit) => {
  for (let i = 0; i < Number(n); i++) console.log((await audit(url, 'performance')).score.performance);
});
