#!/bin/bash
# Every message about a questionnaire, a table of populations or of waves is known in each language of html/problems.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
for file in "$ROOT"/html/problems/*.txt; do
    lang=$(basename "$file" .txt)
    check "every message in $lang" /usr/bin/python3 "$ROOT/tests/lib/phrases.py" "$ROOT" "$lang"
done
checks_done
