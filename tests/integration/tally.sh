#!/bin/bash
# tally on a real database: the same input gives the same result, whatever happens in between.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/cluster.sh
. tests/lib/check.sh
new_folder
D=$FOLDER
at_end scratch_stop "$D/pg" immediate
scratch_cluster "$D/pg" >/dev/null && scratch_migrate >/dev/null || { echo "not ok a cluster starts"; exit 1; }
export MINYI_KEYRING_DIR=$D/keyring MINYI_TALLY_SECRETS_DIR=$D/secrets MINYI_SPOOL_DIR=$D/spool
mkdir "$D/spool"
SLUG=gov-wechat-2014
sql() { scratch_sql postgres "$1"; }
# run ARGUMENTS: tally; its exit status in STATUS, its words in OUT and ERR
run() {
    STATUS=0
    "$SCRATCH_OUT/tally" "$@" >"$D/out" 2>"$D/err" || STATUS=$?
    OUT=$(<"$D/out") ERR=$(<"$D/err")
}
drop() { "$SCRATCH_OUT/tests/integration/drop" "$@" >/dev/null; }
minyi() { "$SCRATCH_OUT/minyi" "$@"; }
has() { [[ "$2" == *"$1"* ]]; }
lacks() { [[ "$2" != *"$1"* ]]; }
count() { sql "SELECT count(*) FROM $1"; }
# What a tally leaves behind, without clock times and ids.
result() {
    sql "SELECT encode(record_hash, 'hex'), survey_id, version_id, opened_on, encode(codes, 'hex') FROM record.response ORDER BY 1
         ;SELECT encode(record_hash, 'hex'), node, body FROM record.comment ORDER BY 1, 2
         ;SELECT survey_id, version_id, encode(profile, 'hex'), n, counts FROM publish.cell ORDER BY 1, 2, 3
         ;SELECT survey_id, version_id, opened_on, n FROM publish.opening ORDER BY 1, 2, 3
         ;SELECT p.body FROM publish.current c JOIN publish.publication p USING (publication_id) ORDER BY c.slug
         ;SELECT count(*) FROM intake.batch;SELECT count(*) FROM intake.quarantine" >"$1"
}
forget() {
    sql "TRUNCATE record.response, record.comment, publish.cell, publish.cell_retired, publish.opening, publish.current, publish.tree_part, publish.tree_touched, intake.batch,
         intake.quarantine"
}
refill() {
    forget
    sql "INSERT INTO intake.batch SELECT * FROM public.full_box"
}

# ---- before there is anything ----
run --nonsense
check "wrong usage is 2" [ "$STATUS" = 2 ]
run --survey no-such
check "an unknown survey is 1, with its name" [ "$STATUS" = 1 -a -n "$(grep no-such "$D/err")" ]
run
check "without a recovery key it fails" [ "$STATUS" = 1 ]
check "and says what to run" has 'run "minyi key init"' "$ERR"
SECRET=$(minyi key init 2>/dev/null)
run
check "then it makes a key and is done" [ "$STATUS" = 0 -a -s "$D/keyring/1.key" ]
same "the secret is the owner's alone" 600 "$(stat -c %a "$D/keyring/1.key")"
minyi publish "sql/seed/$SLUG" >/dev/null

# ---- the undisturbed run ----
drop $SLUG 2000 --seed 3 --comments --at 1000 &&
    drop $SLUG 300 --seed 3 --comments --from 1900 --batch 7 --at 5000 && # 100 of them again, 200 new
    drop $SLUG 40 --seed 3 --comments --from 0 --batch 1 --at 1           # sent twice, and here first
sql "CREATE TABLE public.full_box AS TABLE intake.batch"
run
check "a full box is opened" has "opened 2200, repeated 140, quarantined 0 batches, waiting 0" "$OUT"
result "$D/undisturbed"
same "the box is empty" 0 "$(count intake.batch)"
same "a row for each ballot" 2200 "$(count record.response)"
check "comments came along" [ "$(count record.comment)" -gt 100 ]
same "the rows lie in the order of their hashes" t "$(sql "SELECT bool_and(h > before) FROM (SELECT record_hash AS h, lag(record_hash) OVER (ORDER BY ctid) AS before FROM record.response) AS t WHERE before IS NOT NULL")"
run --recount
check "the recount agrees" [ "$STATUS" = 0 ]
before=$(sql "SELECT tallied_at FROM publish.current")
run
same "nothing new: no new publication" 1 "$(count publish.publication)"
check "but the figures are confirmed" [ "$before" != "$(sql "SELECT tallied_at FROM publish.current")" ]
result "$D/again"
check "and nothing else changed" cmp -s "$D/undisturbed" "$D/again"

# ---- killed at every stage ----
for point in after_read after_open after_copy after_cells before_commit after_commit before_publish after_publish; do
    refill
    MINYI_FAULT=tally.$point run
    check "killed at $point" [ "$STATUS" = 137 ]
    run
    result "$D/after"
    check "and the next run gives what an undisturbed run gives" cmp -s "$D/undisturbed" "$D/after"
done
same "killed runs are called so" 8 "$(sql "SELECT count(*) FROM publish.run WHERE outcome = 'killed'")"

# ---- more than one transaction holds ----
refill
MINYI_OPENING_BALLOTS=500 run
check "in five transactions" has "opened 2200, repeated 140, quarantined 0 batches, waiting 0" "$OUT"
result "$D/parts"
check "the result is the same" cmp -s "$D/undisturbed" "$D/parts"
refill
MINYI_OPENING_BALLOTS=500 MINYI_FAULT=tally.after_commit run
check "killed after the first of them" [ "$STATUS" = 137 -a "$(count record.response)" -gt 400 -a "$(count record.response)" -lt 600 ]
MINYI_OPENING_BALLOTS=500 run
result "$D/parts"
check "the next run does the others" cmp -s "$D/undisturbed" "$D/parts"

# ---- the oldest batches' key is missing: they stay, and the parts are made of the others ----
refill
sql "INSERT INTO intake.epoch_key (epoch_id, public_key, recovery_id, escrow, created_at)
     SELECT 0, sha256('lost'), recovery_id, '', created_at FROM intake.epoch_key LIMIT 1;
     UPDATE intake.batch SET epoch_id = 0 WHERE accepted_us BETWEEN 1000 AND 1049" >/dev/null
locked=$(sql "SELECT sum(n) FROM intake.batch WHERE epoch_id = 0")
run_timed() { STATUS=0; timeout 60 "$SCRATCH_OUT/tally" >"$D/out" 2>"$D/err" || STATUS=$?; OUT=$(<"$D/out"); }
MINYI_OPENING_BALLOTS=300 run_timed
check "locked ballots ($locked) do not fill the parts: the tally ends" [ "$STATUS" = 1 ]
check "and the others are all opened" has "waiting $locked," "$OUT"
same "nothing but the locked ones is left" "$locked" "$(sql "SELECT sum(n) FROM intake.batch")"
sql "UPDATE intake.batch SET epoch_id = 1; DELETE FROM intake.epoch_key WHERE epoch_id = 0"
MINYI_OPENING_BALLOTS=300 run_timed
same "with their key they count" 2200 "$(count record.response)"

# ---- some had counted before: COPY meets them and is done again without them ----
forget
sql "INSERT INTO intake.batch SELECT * FROM public.full_box WHERE accepted_us < 1050"
run
first=$(count record.response)
sql "INSERT INTO intake.batch SELECT * FROM public.full_box"
run
check "ballots that had counted are dropped" has "opened $((2200 - first)), repeated $((140 + first))" "$OUT"
result "$D/two"
check "in two openings the result is the same" cmp -s "$D/undisturbed" "$D/two"
run --recount
check "the recount agrees with it" [ "$STATUS" = 0 ]
run --survey $SLUG
check "one survey alone" [ "$STATUS" = 0 ]

# ---- one at a time ----
exec 9>>"$D/secrets/tally.lock"
flock 9
run 9>&-
check "the machine's lock is held: 75" [ "$STATUS" = 75 ]
exec 9>&-
"$PG_BIN/psql" -U minyi_tally -qXAt -c "SELECT pg_advisory_lock(x'4d696e7969'::bigint)" -c "SELECT pg_sleep(60)" >/dev/null 2>&1 & holder=$!
until_true 50 bash -c "[ \"\$('$PG_BIN/psql' -U postgres -qXAt -c \"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'\")\" = 1 ]"
run
check "the database's lock is held: 75" [ "$STATUS" = 75 ]
check "and it says so" has "another tally" "$ERR"
kill "$holder"; wait "$holder" 2>/dev/null
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()" >/dev/null

# ---- a damaged batch, and one that lies about itself ----
refill
bad=$(sql "UPDATE intake.batch SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)
           WHERE batch_id = (SELECT batch_id FROM intake.batch WHERE accepted_us = 1010) RETURNING n")
sql "UPDATE intake.batch SET n = n + 1 WHERE accepted_us = 1020"
run
check "the damaged ones are set aside" has "quarantined 2 batches" "$OUT"
check "the run is done all the same" [ "$STATUS" = 0 ]
check "with an alarm" has "batch_quarantined" "$ERR"
check "with reasons" [ "$(sql "SELECT count(DISTINCT reason) FROM intake.quarantine")" = 2 ]
check "the others are counted" has "opened $((2200 - bad - 20))," "$OUT"
run --recount
check "the recount agrees with what is left" [ "$STATUS" = 0 ]

# ---- the keyring is lost, with ballots in the box ----
refill
rm -r "$D/keyring"
run
check "a lost keyring fails the run" [ "$STATUS" = 1 ]
check "and says how to restore it" has 'minyi key restore' "$ERR"
check "nothing is opened, nothing set aside" has "opened 0, repeated 0, quarantined 0 batches, waiting 2340" "$OUT"
head -c 32 /dev/urandom >"$D/keyring/1.key"
run
check "another key in its place: the same" [ "$STATUS" = 1 -a "$(count intake.quarantine)" = 0 ]
rm "$D/keyring/1.key"
check "restored with the recovery secret" minyi key restore <<<"$SECRET" >/dev/null
run
check "then all are counted" has "opened 2200, repeated 140" "$OUT"
result "$D/restored"
check "as if nothing had happened" cmp -s "$D/undisturbed" "$D/restored"

# ---- the recount finds what was touched ----
sql "UPDATE publish.cell SET counts[1] = counts[1] + 1 WHERE profile = (SELECT profile FROM publish.cell ORDER BY 1 LIMIT 1)"
run --recount
check "a disturbed count is found" [ "$STATUS" = 1 ]
check "and named" has "slot 0 (agree/not asked)" "$OUT"
run
check "figures that cannot be are not published" has "do not add up" "$OUT"
run --recount
check "a tally does not hide it" [ "$STATUS" = 1 ]
sql "UPDATE publish.cell SET counts[1] = counts[1] - 1 WHERE profile = (SELECT profile FROM publish.cell ORDER BY 1 LIMIT 1)"
sql "CREATE TABLE public.kept AS TABLE record.response"
sql "DELETE FROM record.response WHERE record_hash = (SELECT record_hash FROM record.response ORDER BY 1 LIMIT 1)"
run --recount
check "a lost response is found" [ "$STATUS" = 1 -a -n "$(grep ballots "$D/out")" ]
sql "TRUNCATE record.response; INSERT INTO record.response SELECT * FROM public.kept"
run --recount
check "and nothing else was wrong" [ "$STATUS" = 0 ]
sql "UPDATE publish.opening SET opened_on = opened_on - 1"
run --recount
check "figures that are not of these cells are found" has "what is shown of $SLUG" "$OUT"
sql "UPDATE publish.opening SET opened_on = opened_on + 1"

# ---- retention: 3,650 days ----
sql "UPDATE record.response SET opened_on = opened_on - 3650 WHERE get_byte(record_hash, 0) < 128"
run
check "a response of the last day stays" has "retired 0" "$OUT"
sql "UPDATE record.response SET opened_on = opened_on - 1 WHERE get_byte(record_hash, 0) < 128"
old=$(sql "SELECT count(*) FROM record.response WHERE get_byte(record_hash, 0) < 128")
run
check "older ones are deleted and reported" has "retired $old, published 1" "$OUT" # the root is of what is kept
same "with their comments" 0 "$(sql "SELECT count(*) FROM record.comment WHERE get_byte(record_hash, 0) < 128")"
check "other comments stay" [ "$(count record.comment)" -gt 0 ]
same "responses + retired = cells" t "$(sql "SELECT (SELECT count(*) FROM record.response) + (SELECT sum(n) FROM publish.cell_retired) = (SELECT sum(n) FROM publish.cell)")"
run --recount
check "and the recount knows them" [ "$STATUS" = 0 ]
same "the publication stays" 2200 "$(sql "SELECT (p.body::json ->> 'ballots') FROM publish.current c JOIN publish.publication p USING (publication_id)")"

# ---- how many are opened at once ----
mkdir "$D/q"
printf 'type,name,label::English (en),required,profile\nselect_one yn,good,Good?,,\ntext,say,Say,,\n' >"$D/q/survey.csv"
printf 'list_name,name,label::English (en)\nyn,yes,Yes\nyn,no,No\n' >"$D/q/choices.csv"
settings() { # settings SLUG SAMPLE MIN
    printf 'form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),contact::English (en),legal_basis::English (en),population::English (en),sample,min_opening\n%s,T,D,O,H,C,L,P,%s,%s\n' "$1" "$2" "$3" >"$D/q/settings.csv"
    minyi publish "$D/q" >/dev/null
}
settings street open 20
drop street 19 --batch 4
run --survey street
check "19 of 20 wait" has "opened 0, repeated 0, quarantined 0 batches, waiting 19" "$OUT"
drop street 5 --batch 5 --at 100 # the same ones again
run --survey street
check "ballots sent twice do not fill the box" has "opened 0, repeated 0, quarantined 0 batches, waiting 24" "$OUT"
drop street 1 --from 19 --at 200
run --survey street
check "20 are opened" has "opened 20, repeated 5, quarantined 0 batches, waiting 0" "$OUT"
same "under 30: no number" t "$(sql "SELECT (p.body::json -> 'questions' -> 0 ->> 'suppressed') FROM publish.current c JOIN publish.publication p USING (publication_id) WHERE slug = 'street'" | sed s/true/t/)"
drop street 20 --from 20 --at 300 --batch 10
sql "UPDATE intake.batch SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE accepted_us = 300"
run --survey street
check "a damaged batch is set aside, and the other half waits" has "opened 0, repeated 0, quarantined 1 batches, waiting 10" "$OUT"
drop street 30 --from 40 --at 400
settings street open 30 # a new version, a new promise
drop street 29 --from 100 --at 500
run --survey street
check "two versions are opened together" has "opened 69, repeated 0, quarantined 0 batches, waiting 0" "$OUT"
same "each in its own cells" "60 29" "$(sql "SELECT string_agg(s, ' ' ORDER BY v) FROM (SELECT version_id v, sum(n)::text s FROM publish.cell WHERE survey_id = 2 GROUP BY 1) t")"
run --recount
check "and a recount, of pages that hold both, agrees" [ "$STATUS" = 0 ]
drop street 4 --from 200 --at 600
minyi close street >/dev/null
run --survey street
check "4 after closing are never opened" has "waiting 4" "$OUT"
check "and reported" has "too_few" "$ERR"
drop street 1 --from 204 --at 700
run --survey street
check "5 after closing are" has "opened 5, repeated 0, quarantined 0 batches, waiting 0" "$OUT"
run --recount
check "and all agree" [ "$STATUS" = 0 ]
settings drawn random 5
drop drawn 200
run
check "a random sample has intervals" has '"low"' "$(sql "SELECT body FROM publish.publication ORDER BY publication_id DESC LIMIT 1")"

# ---- keys come and go ----
sql "UPDATE intake.epoch_key SET created_at = now() - interval '8 days'"
touch "$D/keyring/2.key" # of a run that died before it told the database
drop drawn 5 --from 500
run
check "an old key gets a successor, past a number that is taken" [ -s "$D/keyring/3.key" -a ! -s "$D/keyring/2.key" ]
check "and stays for a day" [ -s "$D/keyring/1.key" ]
sql "UPDATE intake.epoch_key SET created_at = now() - interval '25 hours' WHERE epoch_id = 3"
sql "UPDATE intake.epoch_key SET created_at = now() - interval '9 days' WHERE epoch_id = 1"
run
check "a batch in quarantine keeps its key" [ -s "$D/keyring/1.key" -a "$(count intake.quarantine)" != 0 ]
sql "TRUNCATE intake.quarantine"
mv "$D/spool" "$D/away"
run
check "a spool that cannot be read keeps all keys" [ -s "$D/keyring/1.key" -a "$STATUS" = 0 ]
mv "$D/away" "$D/spool"
: >"$D/spool/5-1-0123456789abcdef.batch"
run
check "a file in the spool keeps its key" [ -s "$D/keyring/1.key" ]
rm "$D/spool/"*
run
check "then it goes" [ ! -e "$D/keyring/1.key" ]
same "with its escrow" "t 0" "$(sql "SELECT (destroyed_at IS NOT NULL), length(escrow) FROM intake.epoch_key WHERE epoch_id = 1" | tr '|' ' ')"
check "its successor stays" [ -s "$D/keyring/3.key" ]

# ---- another database, another keyring, the same ballots (and the same secret of the Merkle tree) ----
secret=$(sql "SELECT encode(secret, 'hex') FROM publish.tree JOIN core.survey USING (survey_id) WHERE slug = '$SLUG'")
scratch_stop "$D/pg"
export MINYI_KEYRING_DIR=$D/keyring2 MINYI_TALLY_SECRETS_DIR=$D/secrets2
at_end scratch_stop "$D/pg2" immediate
scratch_cluster "$D/pg2" >/dev/null && scratch_migrate >/dev/null
minyi key init >/dev/null 2>&1
run
minyi publish "sql/seed/$SLUG" >/dev/null
sql "INSERT INTO publish.tree (survey_id, secret) SELECT survey_id, decode('$secret', 'hex') FROM core.survey"
drop $SLUG 2000 --seed 3 --comments --at 1000
drop $SLUG 300 --seed 3 --comments --from 1900 --batch 9 --at 5000
drop $SLUG 40 --seed 3 --comments --from 0 --batch 3 --at 1
run
result "$D/elsewhere"
check "elsewhere the same ballots give the same bytes" cmp -s "$D/undisturbed" "$D/elsewhere"
checks_done
