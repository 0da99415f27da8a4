// One line per test, the reason below a failure, a count at the end.
export default async function* reporter(source) {
  let passed = 0, failed = 0, skipped = 0;
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && data.nesting > 0) yield `#   ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    const ms = Math.round(data.details?.duration_ms ?? 0);
    if (data.skip !== undefined) {
      skipped += 1;
      yield `ok ${data.name} # skip ${data.skip}\n`;
    } else if (type === 'test:pass') {
      passed += 1;
      yield `ok ${data.name} (${ms} ms)\n`;
    } else {
      failed += 1;
      const error = data.details?.error?.cause ?? data.details?.error;
      const words = String(error?.stack ?? error?.message ?? error).slice(0, 4000);
      yield `not ok ${data.name} (${ms} ms)\n${words.replace(/^/gm, '    ')}\n`;
    }
  }
  yield `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`;
}
