#!/bin/bash
# browser.sh [NAME...]: the browser tests; without a name all of them, in two halves at a time, each with a stack and a
# browser of its own.
set -u
cd "$(dirname "$0")/.." || exit 1
half() { node --test-reporter=./tests/browser/reporter.mjs --test-reporter-destination=stdout tests/browser/run.mjs "$@"; }

if [ $# -gt 0 ]; then
    half "$@"
    exit
fi
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
MINYI_BROWSER_HALF=2 half >"$log" 2>&1 &
second=$! status=0
MINYI_BROWSER_HALF=1 half || status=$?
wait "$second" || status=$?
cat "$log"
exit "$status"
