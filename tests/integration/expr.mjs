// expr.mjs SCRIPT: reads expr_rows' lines, evaluates each with the browser's script, compares.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const window = {};
vm.runInNewContext(readFileSync(process.argv[2], 'utf8'), { window });
const evaluate = window.minyiExpr;
const columns = ['a', '12.5']; // col and price
const n = { rows: 0, different: 0, string: 0, number: 0, boolean: 0, object: 0, true: 0 };
for await (const line of createInterface({ input: process.stdin })) {
  // JSON.parse in the script's world, or its arrays would not be arrays there
  const row = JSON.parse(line);
  const get = (name, isColumn) => (isColumn ? columns : row.answers)[name] ?? '';
  let got;
  try {
    const v = evaluate(row.tree, get, 20780, 't');
    got = [typeof v, evaluate.text(v), evaluate.isTrue(row.tree, get, 20780, 't')];
  } catch (e) { got = ['error', String(e), false]; }
  n.rows++;
  n[got[0]]++;
  n.true += got[2];
  if (got[0] === row.kind && got[1] === row.value && got[2] === row.true) continue;
  if (n.different++ < 10) console.log(`# ${row.source} with ${JSON.stringify(row.answers)}: C ${row.kind} ${JSON.stringify(row.value)} ${row.true}, script ${JSON.stringify(got)}`);
}
console.log(JSON.stringify(n));
process.exit(n.rows > 0 && n.different === 0 ? 0 : 1);
