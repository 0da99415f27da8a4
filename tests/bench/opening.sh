#!/bin/bash
# opening.sh: tally's opening, storing and counting of a full box against COPY of the same rows into the
# same indexed table.  Prints lines of table.awk's input (name, unit, goal, value), one set per round.
#
# The box: OPENING_BALLOTS (1,000,000) random ballots of the white paper's questionnaire in batches of
# 20; a cluster of its own with default durability. COPY is binary, from a file on the server, into the
# empty table with its two indexes, in the order of arrival, which is random for the index; as a
# yardstick also in the order of the index, which is the one that tally brings the rows into.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/check.sh
rounds=${OPENING_ROUNDS:-5}
ballots=${OPENING_BALLOTS:-1000000}
export CLUSTER_KIND=durable
new_folder
at_end scratch_stop "$FOLDER" immediate
make -s integration-programs >&2

sql() { scratch_sql postgres "$1"; }
seconds() { # seconds COMMAND...: its wall time in T
    local from=$EPOCHREALTIME
    "$@" >/dev/null
    T=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }')
}
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

scratch_cluster "$FOLDER" >/dev/null
scratch_restart_sized() { # as `make run` sizes it
    scratch_stop "$FOLDER"
    cluster_start "$FOLDER/data" "$FOLDER/s" "$(scratch_owner)" "-c max_wal_size=4GB"
}
scratch_restart_sized
scratch_migrate >&2
export MINYI_KEYRING_DIR=$FOLDER/keyring MINYI_TALLY_SECRETS_DIR=$FOLDER/secrets MINYI_SPOOL_DIR=$FOLDER/spool
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1
"$SCRATCH_OUT/minyi" publish sql/seed/gov-wechat-2014 >&2
"$SCRATCH_OUT/tests/integration/drop" gov-wechat-2014 "$ballots" --batch 20 >&2
mkdir "$FOLDER/rows" && chmod 777 "$FOLDER/rows"
sql "CREATE TABLE public.full_box AS TABLE intake.batch"
forget() {
    sql "TRUNCATE record.response, record.comment, publish.cell, publish.opening, publish.current, publish.tree,
        publish.tree_part, publish.tree_touched, intake.batch"
}
copy_in() { sql "COPY record.response FROM '$FOLDER/rows/$1' (FORMAT binary)"; }

for i in $(seq 0 "$rounds"); do
    forget
    sql "INSERT INTO intake.batch TABLE public.full_box"
    sql "VACUUM ANALYZE intake.batch"
    sql "CHECKPOINT"
    "$SCRATCH_OUT/tally" >"$FOLDER/out" 2>&1 & pid=$!
    from=$EPOCHREALTIME
    peak=0
    while kill -0 "$pid" 2>/dev/null; do
        now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
        [ -z "$now" ] || peak=$now
        sleep 0.05
    done
    wait "$pid"
    opening=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }')
    [ "$(sql "SELECT count(*) FROM record.response")" = "$ballots" ] || { cat "$FOLDER/out" >&2; exit 1; }
    if [ "$i" = 0 ]; then # the warm-up leaves the rows, and is held against its responses
        "$SCRATCH_OUT/tally" --recount >&2
        sql "COPY (SELECT * FROM record.response ORDER BY random()) TO '$FOLDER/rows/arrival' (FORMAT binary)"
        sql "COPY (SELECT * FROM record.response ORDER BY record_hash) TO '$FOLDER/rows/index' (FORMAT binary)"
    fi
    for order in arrival index; do
        forget
        sql "CHECKPOINT"
        seconds copy_in "$order"
        [ "$order" = arrival ] && arrival=$T || index=$T
    done
    [ "$i" != 0 ] || continue
    row "opening, $ballots ballots" s - "$opening"
    row "COPY of the same rows, as they arrived" s - "$arrival"
    row "COPY of the same rows, in index order" s - "$index"
    row "opening / COPY" ratio "<= 2.0" "$(divide "$opening" "$arrival")"
    row "opening / COPY in index order" ratio - "$(divide "$opening" "$index")"
    row "tally, memory at its highest" MB - "$(divide "$peak" 1024)"
done
