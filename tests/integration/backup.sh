#!/bin/bash
# Backup and restore as README says: another machine, an empty keyring, the recovery secret; ballots
# that were counted, waited in the box, and lay in the spool are all there, once.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
# shellcheck source=../../.make/cluster.sh
. "$ROOT/.make/cluster.sh"
new_folder
D=$FOLDER
export MINYI_REFRESH_S=1 MINYI_DB_DEADLINE_MS=500

house_start --tally 0
SECRET=$(grep -E '^([0-9a-f]{8}-){7}[0-9a-f]{8}$' "$HOUSE/start.out")
FIRST=$HOUSE
OWNER=$(stat -c %U "$PLACE/data")
same "the demonstration was counted" 10000 "$(counted)"
for _ in 1 2 3; do ballot; echo; done >"$D/codes"
same "three ballots into the box" "303 303 303" "$(xargs <"$D/codes")"
as_user "$OWNER" "$PG_BIN/pg_dump" -h "$PLACE/pg" -U postgres -Fc minyi >"$D/minyi.dump"
check "a dump" test -s "$D/minyi.dump"
cluster_stop "$PLACE/data" "$OWNER" fast
for _ in 1 2; do ballot; echo; done >"$D/codes"
same "two more into the spool, the database being away" "303 303" "$(xargs <"$D/codes")"
N=$(find "$PLACE/spool" -name '*.batch' | wc -l)
check "there they are" test "$N" -ge 1
tar -C "$PLACE" -cf "$D/files.tar" spool secrets tally-secrets
house stop

house_start --no-demo --tally 0
check "another house" test "$HOUSE" != "$FIRST"
house stop
cluster_start "$PLACE/data" "$PLACE/pg" "$OWNER"
psql_() { cluster_psql "$PLACE/pg" "$OWNER" "$@"; }
psql_ postgres -c "DROP DATABASE minyi" && cluster_bootstrap "$PLACE/pg" "$OWNER" "$ROOT/sql"
as_user "$OWNER" "$PG_BIN/pg_restore" -h "$PLACE/pg" -U postgres -d minyi <"$D/minyi.dump" 2>"$D/restore.err"
same "pg_restore has no complaint" "" "$(cat "$D/restore.err")"
check "minyi migrate" house run minyi migrate # applies nothing, sets the grants
tar -C "$PLACE" --same-owner -xf "$D/files.tar"
rm -f "$PLACE"/keyring/*.key
house run tally >"$D/tally.out" 2>&1
same "without the keyring the tally fails" 1 $?
check "and says what to do" grep -q "key restore" "$D/tally.out"
same "no ballot went to quarantine for it" 0 "$(psql_ minyi -c 'SELECT count(*) FROM intake.quarantine')"
house run minyi status >"$D/status" 2>&1
same "status calls a person" 1 $?
check "by the name of the alarm" grep -q "ALARM TALLY_FAILED" "$D/status"
house run key-restore <<<"${SECRET/[0-9a-f]/x}" >"$D/wrong" 2>&1
check "a wrong secret restores nothing" test $? -ne 0
house run key-restore <<<"$SECRET" >"$D/restored"
same "the recovery secret brings the keys back" "restored 1 of 1" "$(grep -o 'restored 1 of 1' "$D/restored")"
cluster_stop "$PLACE/data" "$OWNER" fast
house start --port "$PORT" --no-demo --tally 0 >/dev/null 2>&1
check "the spool goes into the box" until_true 100 bash -c "[ -z \"\$(find '$PLACE/spool' -name '*.batch')\" ]"
quietly() { "$@" >"$D/out"; }
check "the tally is done" quietly house run tally
all_there() { [ "$(counted)" = 10005 ]; }
check "all 10,005 ballots are counted, once" until_true 50 all_there
check "a recount agrees" quietly house run tally --recount
house run minyi status >"$D/status"
same "all is well" "0 all is well" "$? $(tail -n 1 "$D/status")"
same "roles and grants are as after a migration" 0 \
    "$(psql_ minyi -c "SELECT count(*) FROM pg_database WHERE datname = 'minyi' AND datacl::text ~ '(\{|,)='")"
HOUSE=$FIRST
checks_done
