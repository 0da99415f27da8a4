#!/bin/bash
# tally report: the white paper of the demonstration: every published figure agrees, a disturbed one is
# found, two runs give the same bytes, and the PDF is one where WeasyPrint is there.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/cluster.sh
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-report-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok report: $1"; }
not_ok() { echo "not ok report: $1: $2"; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }
seed=sql/seed/gov-wechat-2014
export MINYI_HTML_DIR=$PWD/build/html MINYI_SQL_DIR=$PWD/sql MINYI_REPORT_DIR=$dir/reports MINYI_KEYRING_DIR=$dir/keyring \
    MINYI_TALLY_SECRETS_DIR=$dir/tally-secrets MINYI_SPOOL_DIR=$dir/spool
report() { # report ARGUMENTS: output in out, exit status printed
    local rc=0
    "$SCRATCH_OUT/tally" report "$@" >"$dir/out" 2>"$dir/err" || rc=$?
    echo $rc
}

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
mkdir -p "$dir/spool"
expect "no publication yet" "$(report gov-wechat-2014 --no-pdf)" 1
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/minyi" publish $seed >/dev/null
"$SCRATCH_OUT/tally" >/dev/null
"$SCRATCH_OUT/minyi" import gov-wechat-2014 $seed/responses.csv --consent "synthetic rows of the demonstration" >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null
expect "no census yet" "$(report gov-wechat-2014 --no-pdf)" 1
"$SCRATCH_OUT/minyi" census import $seed/accounts.csv.gz --as-of 2014-12-31 --demonstration >/dev/null 2>&1

expect "help" "$(report --help)" 0
expect "no survey is a wrong use" "$(report)" 2
expect "nor is a word that nobody knows" "$(report gov-wechat-2014 --colour)" 2
expect "another date" "$(report gov-wechat-2014 --census 2013-12-31 --no-pdf)" 1
expect "every published figure agrees" "$(report gov-wechat-2014 --census 2014-12-31 --out "$dir/a" --compare $seed/published.csv --no-pdf)" 0
expect "49 of them, and 12 are cited" "$(tail -n 1 "$dir/out")" "49 agree, 0 differ, 0 missing, 12 cited"
expect "the files" "$(ls "$dir/a" | tr '\n' ' ')" "figures.csv figures.json figures.xlsx whitepaper.en.html whitepaper.zh.html "
while IFS=, read -r key _; do
    # one number after the other: each must be missed
    awk -F, -v k="$key" -v OFS=, 'NR == 1 {print; next} $1 == k {for (i = 4; i <= NF; i++) if ($i ~ /^[0-9.]+$/) {$i = $i * 3 + 70000.5; break} print}' \
        $seed/published.csv >"$dir/disturbed.csv"
    rc=$(report gov-wechat-2014 --out "$dir/b" --compare "$dir/disturbed.csv" --no-pdf)
    grep -q '^differs' "$dir/out" && [ "$rc" = 1 ] || not_ok "a disturbed figure is found" "$key: $rc, $(cat "$dir/out")"
done < <(awk -F, 'NR > 1 && /,eq,/ && !/,date,/' $seed/published.csv | head -n 8)
ok "each of eight disturbed figures is found"
# one account less, and the data no longer agree
gunzip -c $seed/accounts.csv.gz | awk -F, 'FNR == 1 || done || $4 != "police" {print; next} {done = 1}' >"$dir/less.csv"
"$SCRATCH_OUT/minyi" census import "$dir/less.csv" --as-of 2015-01-01 --demonstration >/dev/null 2>&1
expect "a disturbed row of the data is found" "$(report gov-wechat-2014 --census 2015-01-01 --out "$dir/b" --compare $seed/published.csv --no-pdf)" 1
expect "in its figures" "$(grep '^differs' "$dir/out" | awk '{print $2}' | tr '\n' ' ')" "total.accounts function.police.count "
rm -rf "$dir/b"
expect "again" "$(report gov-wechat-2014 --census 2014-12-31 --out "$dir/b" --compare $seed/published.csv --no-pdf)" 0
if diff -r "$dir/a" "$dir/b" >"$dir/diff"; then ok "two runs, the same bytes"; else not_ok "two runs, the same bytes" "$(cat "$dir/diff")"; fi
for lang in zh en; do
    f=$dir/a/whitepaper.$lang.html
    expect "$lang: no script, no address" "$(grep -cE '<script|https?://| style=' "$f")" 0
    expect "$lang: eleven elements" "$(sed -n '/class="method"/,/<\/ol>/p' "$f" | grep -c '^<li><h3>')" 11
    size=$(gzip -9c "$f" | wc -c)
    [ "$size" -le 40960 ] && ok "$lang: at most 40 KB compressed ($size bytes)" || not_ok "$lang: at most 40 KB" "$size bytes"
done
if command -v weasyprint >/dev/null; then
    expect "with PDF" "$(report gov-wechat-2014 --census 2014-12-31 --out "$dir/a" --published $seed/published.csv)" 0
    expect "which is one" "$(head -c 5 "$dir/a/whitepaper.zh.pdf")" "%PDF-"
    cp "$dir/a/whitepaper.en.pdf" "$dir/first.pdf"
    rm "$dir/a/whitepaper.en.pdf"
    expect "again" "$(report gov-wechat-2014 --census 2014-12-31 --out "$dir/a" --published $seed/published.csv)" 0
    cmp -s "$dir/first.pdf" "$dir/a/whitepaper.en.pdf" && ok "the same PDF" || not_ok "the same PDF" "bytes differ"
fi
rm -f "$dir"/a/*.pdf
mkdir "$dir/bin"
rc=0
PATH=$dir/bin "$SCRATCH_OUT/tally" report gov-wechat-2014 --out "$dir/a" >"$dir/out" 2>"$dir/err" || rc=$?
expect "without weasyprint the rest is written" "$rc" 0
grep -q "apt-get install weasyprint" "$dir/err" && ok "and it says how to get the PDF" || not_ok "it says how to get the PDF" "$(cat "$dir/err")"
exit $failed
