#!/bin/bash
# The two evaluators, cgi-bin/form/expr_eval.c and html/script/expr.js, on random expressions and answers.
set -u -o pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
agree() { timeout 60 "$ROOT/build/tests/integration/expr_rows" "$1" "$2" | timeout 60 node "$ROOT/tests/integration/expr.mjs" "$3"; }
check "30000 random expressions give the same in C and in the browser's script" agree 30000 20141231 "$ROOT/html/script/expr.js"
check "and 10000 others" agree 10000 20261123 "$ROOT/html/script/expr.js"
new_folder
differs() { # a script with one thing changed has to be found out
    sed "$1" "$ROOT/html/script/expr.js" >"$FOLDER/expr.js"
    ! cmp -s "$FOLDER/expr.js" "$ROOT/html/script/expr.js" && ! agree 5000 20141231 "$FOLDER/expr.js" >/dev/null
}
check "another rounding is noticed" differs "s/Math.floor(number(at(a\[0\])) + 0.5)/Math.trunc(number(at(a[0])))/"
check "another comparison is noticed" differs "s/case '<=': return beside(l, r) <= /case '<=': return beside(l, r) < /"
checks_done
