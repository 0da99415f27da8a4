#!/bin/bash
# The operator's command: exit status, what goes to stdout and what to stderr, the recovery key and
# a lost keyring, and every alarm of `minyi status`.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-op-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
matches() { if [[ $3 == $2 ]]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
# call ARGUMENTS: run minyi; out, err and status hold what it did
call() {
    status=0
    "$SCRATCH_OUT/minyi" "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
    out=$(cat "$dir/out") err=$(cat "$dir/err")
}

# ---- without a database ----
call --help
expect "help: exit status" 0 $status
matches "help lists the commands" "*migrate*publish FILE.xlsx|DIR*key *status*" "$out"
matches "help lists the settings" "*MINYI_SPOOL_DIR*" "$out"
call
expect "no command: exit status" 2 $status
expect "no command: nothing on stdout" "" "$out"
call fly
expect "unknown command" "2 minyi: there is no command \"fly\": see minyi --help" "$status $err"
call migrate now
matches "wrong usage says the usage" "2 *usage: minyi migrate*" "$status $err"
PGHOST=/nonexistent call migrate
matches "no server" "1 *cannot connect to the database*/nonexistent*" "$status $err"
MINYI_EPOCH_DAYS=0 call status
matches "a setting out of range" "2 *MINYI_EPOCH_DAYS=\"0\"*" "$status $err"

scratch_cluster "$dir" >/dev/null
call status
matches "an empty database: status" "1 *ALARM DATABASE_AWAY*" "$status $out"
call key init
matches "an empty database: says what to run" "1 *run \"minyi migrate\"*" "$status $err"
MINYI_SQL_DIR=$dir call migrate
matches "no schema files" "1 *no schema files in*" "$status $err"
scratch_migrate >/dev/null

# ---- the recovery key, and a lost keyring ----
export MINYI_KEYRING_DIR=$dir/keyring MINYI_SPOOL_DIR=$dir/spool MINYI_DATA_DIR=
mkdir "$dir/keyring" "$dir/spool"
call key
expect "key alone is wrong usage" 2 $status
"$SCRATCH_OUT/minyi" key init >&- 2>"$dir/err" && not_ok "a secret that nobody saw is an error" || ok "a secret that nobody saw is an error"
call key init
matches "a second recovery key is refused" "1 *there is a recovery key already*" "$status $err"
call key init --replace
expect "replaced: exit status" 0 $status
secret=$out
[[ $secret =~ ^([0-9a-f]{8}-){7}[0-9a-f]{8}$ ]] && ok "the secret, alone on stdout, in groups" || not_ok "the secret, alone on stdout, in groups" "$secret"
matches "the words on stderr" "*Write it down*" "$err"
held=$(scratch_sql postgres "SELECT string_agg(encode(public_key, 'hex'), ' ') FROM intake.recovery_key")
[[ $held == *"${secret//-/}"* ]] && not_ok "the secret is not in the database" || ok "the secret is not in the database"
for id in 1 2 3; do "$SCRATCH_OUT/tests/integration/epoch" $id; done
before=$(cd "$dir/keyring" && sha256sum ./*)
rm "$dir/keyring/1.key" "$dir/keyring/3.key"
restore() { status=0; out=$(printf '%s\n' "$1" | "$SCRATCH_OUT/minyi" key restore 2>&1) || status=$?; }
restore ""
matches "restore without a secret" "1 *64 hex digits*" "$status $out"
restore "${secret%?}"
matches "restore with a digit missing" "1 *64 hex digits*" "$status $out"
restore "${secret}0"
matches "restore with a digit too many" "1 *64 hex digits*" "$status $out"
restore "${secret/-/x}"
matches "restore with a letter that is none" "1 *64 hex digits*" "$status $out"
other=$(printf '%s' "$secret" | tr '0123456789abcdef' '123456789abcdef0')
restore "$other"
expect "restore with another secret: exit status" 1 $status
expect "which restores nothing" "2.key" "$(ls "$dir/keyring")"
restore "$(printf '%s' "$secret" | tr 'a-f-' 'A-F ')"
matches "restore, typed in capitals with spaces" "0 restored 2 of 3 keys*" "$status $out"
expect "the keyring is as before" "$before" "$(cd "$dir/keyring" && sha256sum ./*)"
expect "for its user alone" "600 600 600" "$(stat -c %a "$dir"/keyring/* | xargs)"

# ---- open and close ----
scratch_sql minyi_owner "SELECT FROM core.publish_version('one', 'open', '{\"nodes\":[]}', 'h')" >/dev/null
call close one
expect "close" "0 one is closed" "$status $out"
expect "closed" closed "$(scratch_sql minyi_owner "SELECT state FROM core.survey")"
call open one
expect "open" "0 one is open" "$status $out"
call open nothing
expect "no such survey" "1 minyi: there is no survey \"nothing\"" "$status $err"
call open
expect "open what" 2 $status

# ---- status ----
# alarms: the codes that status gives, in one line
alarms() { call status; printf '%s\n' "$out" | sed -n 's/^ALARM \([A-Z_]*\):.*/\1/p' | xargs; }
owner() { scratch_sql minyi_owner "$1" >/dev/null; }
expect "before the first tally" "TALLY_LATE" "$(alarms)"
owner "INSERT INTO publish.run (kind, started_at, finished_at, outcome) VALUES ('tally', now() - interval '2 minutes', now() - interval '1 minute', 'done')"
expect "all is well" "" "$(alarms)"
call status
matches "all is well: words" "0 *all is well" "$status $out"
call status --json
matches "json: no alarms" "0 *\"alarms\": \[\]*\"tally_outcome\": \"done\"*" "$status $out"
owner "INSERT INTO publish.run (kind, finished_at, outcome, message) VALUES ('tally', now(), 'failed', 'the reason')"
expect "a failed tally" "TALLY_FAILED" "$(alarms)"
call status
matches "a failed tally says why" "1 *it said *the reason*" "$status $out"
owner "UPDATE publish.run SET outcome = 'killed' WHERE outcome = 'failed'"
expect "a killed tally" "TALLY_FAILED" "$(alarms)"
owner "DELETE FROM publish.run WHERE outcome = 'killed'"
owner "UPDATE publish.run SET started_at = started_at - interval '27 hours', finished_at = finished_at - interval '27 hours'"
expect "a late tally" "TALLY_LATE" "$(alarms)"
owner "UPDATE publish.run SET started_at = now() - interval '2 minutes', finished_at = now() - interval '1 minute'"

batch() { # batch ID AGE N
    echo "(decode(repeat('$1', 16), 'hex'), 1, 1, 1, (extract(epoch FROM now() - interval '$2') * 1000000)::bigint, $3, '', 's')"
}
owner "INSERT INTO intake.batch VALUES $(batch 01 '1 hour' 4)"
expect "ballots after one tally" "" "$(alarms)"
owner "INSERT INTO publish.run (kind, started_at, finished_at, outcome, waiting) VALUES ('tally', now(), now(), 'done', 4)"
expect "too few ballots wait without alarm" "" "$(alarms)"
owner "INSERT INTO intake.batch VALUES $(batch 02 '1 second' 9)"
expect "new ballots wait without alarm" "" "$(alarms)"
owner "INSERT INTO intake.batch VALUES $(batch 03 '30 minutes' 1)"
expect "ballots that two tallies passed by" "BOX_OLD" "$(alarms)"
owner "DELETE FROM intake.batch"
owner "INSERT INTO intake.quarantine (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed, reason) VALUES ('b', 1, 1, 1, 1, 7, '', '', 'r')"
expect "quarantine" "QUARANTINE" "$(alarms)"
call status --json
matches "json: quarantine" "1 *\"alarms\": \[*\"QUARANTINE\"*\"quarantine_ballots\": 7*" "$status $out"
owner "DELETE FROM intake.quarantine"
owner "UPDATE intake.epoch_key SET created_at = now() - interval '10 days'"
expect "old keys" "KEY_OLD" "$(alarms)"
owner "UPDATE intake.epoch_key SET created_at = now(), destroyed_at = now()"
expect "no key" "NO_KEY" "$(alarms)"
owner "UPDATE intake.epoch_key SET destroyed_at = NULL"
now=$(date +%s)
touch "$dir/spool/$((now - 60))000000-1-0011223344556677.batch"
expect "a fresh spool file" "" "$(alarms)"
touch "$dir/spool/$((now - 4000))000000-1-0011223344556678.batch"
expect "an old spool file" "SPOOL_OLD" "$(alarms)"
rm "$dir"/spool/*
touch "$dir/spool/$((now - 60))000000-1-0011223344556677.batch.bad"
expect "a damaged spool file" "SPOOL_BAD" "$(alarms)"
rm "$dir"/spool/*
MINYI_SPOOL_DIR=$dir/nothing expect "no spool" "SPOOL_UNREADABLE SPOOL_DISK_FULL" "$(MINYI_SPOOL_DIR=$dir/nothing alarms)"
MINYI_DATA_DIR=$dir/nothing call status
matches "a data folder that is not there" "1 *ALARM DATA_DISK_FULL*" "$status $out"
MINYI_DATA_DIR=$dir call status
matches "the disk of the database" "*disk of the database, % used*" "$out"
for code in $(grep -o '"[A-Z_]\{6,\}"' cgi-bin/cmd/status.c | tr -d '"' | sort -u); do
    matches "README says what $code means" "*| *\`$code\`*" "$(grep "\`$code\`" README.md)"
done
scratch_stop "$dir"
call status
matches "the database is away" "1 *ALARM DATABASE_AWAY*" "$status $out"
exit $failed
