#!/bin/bash
# lint.sh: clang's analyser over every file of cgi-bin, as errors.  Takes about a minute.
set -u
cd "$(dirname "$0")/.." || exit 1
analyse() {
    clang --analyze --analyzer-output text -Xclang -analyzer-werror -std=c17 -Iinclude -include .make/analyze.h \
        -D_GNU_SOURCE -isystem /usr/include/postgresql "$@"
}
export -f analyse
# rc.c defines what analyze.h explains
if find cgi-bin -name '*.c' ! -path cgi-bin/base/rc.c -print0 | sort -z |
    xargs -0 -P "$(nproc)" -n 4 bash -c 'analyse "$@"' _; then
    echo "ok the analyser of clang finds nothing"
else
    echo "not ok the analyser of clang: see above"
    exit 1
fi
