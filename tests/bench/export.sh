#!/bin/bash
# export.sh: minyi export of EXPORT_BALLOTS (1,000,000) responses as CSV against COPY ... TO of the same rows.
# Prints lines of table.awk's input (name, unit, goal, value), one set per round. A cluster of its own.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/check.sh
rounds=${EXPORT_ROUNDS:-5}
ballots=${EXPORT_BALLOTS:-1000000}
few=100000
new_folder
at_end scratch_stop "$FOLDER" immediate
make -s integration-programs >&2

row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }
timed() { # timed COMMAND...: its wall time in T
    local from=$EPOCHREALTIME
    "$@" >"$FOLDER/out" 2>"$FOLDER/err" || { cat "$FOLDER/err" >&2; return 1; }
    T=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }')
}
fill() { # fill N FROM: so many responses, numbered from FROM on, opened
    "$SCRATCH_OUT/tests/integration/drop" gov-wechat-2014 "$1" --from "$2" --batch 500 >&2
    "$SCRATCH_OUT/tally" >&2
}
copy() { scratch_sql postgres "COPY (SELECT opened_on, codes FROM record.response) TO STDOUT"; }
as_csv() { "$SCRATCH_OUT/minyi" export gov-wechat-2014 --format csv --out "$FOLDER/all.csv"; }
# The program's memory at its highest, as the kernel saw it.
peak_mb() { # peak_mb FORMAT
    local pid now peak=0
    "$SCRATCH_OUT/minyi" export gov-wechat-2014 --format "$1" --out "$FOLDER/all.$1" 2>/dev/null & pid=$!
    while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.02
    done
    wait "$pid"
    [ -s "$FOLDER/all.$1" ] && rm "$FOLDER/all.$1"
    awk -v k="$peak" 'BEGIN { printf "%.1f", k / 1024 }'
}

scratch_cluster "$FOLDER" >/dev/null
scratch_migrate >&2
export MINYI_KEYRING_DIR=$FOLDER/keyring MINYI_TALLY_SECRETS_DIR=$FOLDER/secrets MINYI_SPOOL_DIR=$FOLDER/spool
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1
"$SCRATCH_OUT/minyi" publish sql/seed/gov-wechat-2014 >&2
fill "$few" 0
for i in $(seq 0 "$rounds"); do
    timed copy
    copied=$T
    timed as_csv
    [ "$(wc -l <"$FOLDER/all.csv")" = $((few + 1)) ] || { echo "export.sh: not $few rows" >&2; exit 1; }
    [ "$i" != 0 ] || continue # the warm-up
    row "export of $few responses as CSV" s - "$T"
    row "COPY ... TO of the same rows" s - "$copied"
    row "export / COPY" ratio "<= 3.0" "$(divide "$T" "$copied")"
done
fill $((ballots - few)) "$few"
for format in csv jsonl sav dta xlsx; do
    row "export of $ballots responses as $format, memory" MB "<= 64" "$(peak_mb "$format")"
done
