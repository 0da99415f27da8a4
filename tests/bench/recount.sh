#!/bin/bash
# recount.sh: tally --recount over many stored responses against a parallel count(*) of their table.
# Prints lines of table.awk's input (name, unit, goal, value), one set per round.
#
# The record: RECOUNT_BALLOTS (10,000,000) responses of the white paper's questionnaire: a tenth of them
# random ballots that went through box and opening, the others their copies under other hashes. A cluster
# of its own; 2 GB of disk for the full number.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/check.sh
rounds=${RECOUNT_ROUNDS:-5}
ballots=${RECOUNT_BALLOTS:-10000000}
some=$((ballots / 10))
new_folder
at_end scratch_stop "$FOLDER" immediate
make -s integration-programs >&2

sql() { scratch_sql postgres "$1"; }
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }
timed() { # timed COMMAND...: its output in OUT, its wall time in T
    local from=$EPOCHREALTIME
    OUT=$("$@")
    T=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }')
}

scratch_cluster "$FOLDER" >/dev/null
scratch_migrate >&2
export MINYI_KEYRING_DIR=$FOLDER/keyring MINYI_TALLY_SECRETS_DIR=$FOLDER/secrets MINYI_SPOOL_DIR=$FOLDER/spool
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1
"$SCRATCH_OUT/minyi" publish sql/seed/gov-wechat-2014 >&2
"$SCRATCH_OUT/tests/integration/drop" gov-wechat-2014 "$some" --batch 500 >&2
"$SCRATCH_OUT/tally" >&2
sql "INSERT INTO record.response SELECT uuid_send(gen_random_uuid()), survey_id, version_id, opened_on, codes
     FROM record.response, generate_series(1, 9)
     ;
     UPDATE publish.cell SET n = n * 10,
     counts = (SELECT array_agg(c * 10 ORDER BY i) FROM unnest(counts) WITH ORDINALITY AS u(c, i));
     UPDATE publish.opening SET n = n * 10"
sql "VACUUM (ANALYZE) record.response"
sql "CHECKPOINT"
"$SCRATCH_OUT/tally" >&2 # publishes the figures of the copies, too

for i in $(seq 0 "$rounds"); do
    timed sql "SELECT count(*) FROM record.response"
    [ "$OUT" = "$ballots" ] || { echo "recount.sh: $OUT responses, not $ballots" >&2; exit 1; }
    count=$T
    timed "$SCRATCH_OUT/tally" --recount --cells
    case $OUT in *"agree with their responses") ;; *) echo "recount.sh: $OUT" >&2; exit 1 ;; esac
    [ "$i" != 0 ] || continue # the warm-up
    row "recount, $ballots responses" s - "$T"
    row "parallel count(*) of their table" s - "$count"
    row "recount / count(*)" ratio "<= 3.5" "$(divide "$T" "$count")"
done
