#!/bin/bash
# check-security.sh [FOLDER]: every check that tests/security.txt names is there.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1
bad=0 n=0
while IFS=$'\t' read -r file check; do
    n=$((n + 1))
    grep -qsF -- "$check" "tests/$file" && continue
    echo "tests/security.txt: tests/$file has no check \"$check\""
    bad=$((bad + 1))
done < <(sed -n 's/^\t//p' tests/security.txt)
if [ "$bad" = 0 ] && [ "$n" -gt 0 ]; then echo "ok security"; else echo "not ok security: $bad of $n"; exit 1; fi
