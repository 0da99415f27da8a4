#!/bin/bash
# minyi quarantine: a batch that was set aside is listed, put back into the box, or given up.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/check.sh
new_folder
at_end scratch_stop "$FOLDER" immediate
scratch_cluster "$FOLDER" >/dev/null
scratch_migrate >/dev/null
minyi() { "$SCRATCH_OUT/minyi" "$@" 2>&1; }
same "an empty quarantine" "the quarantine is empty" "$(minyi quarantine)"
scratch_sql minyi_owner "INSERT INTO intake.quarantine (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes,
    sealed, reason) VALUES (decode(repeat('ab', 16), 'hex'), 1, 1, 7, 5, 3, decode(repeat('00', 48), 'hex'), '\\x01', 'the batch does not open')"
out=$(minyi quarantine)
check "the list names ballots, epoch and reason" grep -q "3 ballots  epoch 7  the batch does not open" <<<"$out"
check "the list shows no bytes" bash -c '! grep -q abab <<<"$1"' _ "$out"
same "retry" "1 batches are in the box again: the next tally tries them" "$(minyi quarantine retry)"
same "it is in the box, whole" "3 7 5 48" "$(scratch_sql minyi_owner "SELECT n || ' ' || epoch_id || ' ' || accepted_us || ' ' || length(box_hashes) FROM intake.batch")"
same "and set aside no more" 0 "$(scratch_sql minyi_owner "SELECT count(*) FROM intake.quarantine")"
status=0 && minyi quarantine discard >/dev/null || status=$?
same "discard asks to be meant" 2 "$status"
scratch_sql minyi_owner "INSERT INTO intake.quarantine SELECT b.*, 'x' FROM intake.batch b"
same "discard" "1 batches were given up" "$(minyi quarantine discard --yes)"
same "it is gone" 0 "$(scratch_sql minyi_owner "SELECT count(*) FROM intake.quarantine")"
checks_done
