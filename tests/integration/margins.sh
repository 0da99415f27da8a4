#!/bin/bash
# minyi margins: the population that a survey is weighted to, from the file to the published figures.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-mar-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
matches() { if [[ $3 == $2 ]]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
call() {
    status=0
    "$SCRATCH_OUT/minyi" "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
    out=$(cat "$dir/out") err=$(cat "$dir/err")
}
slug=gov-wechat-2014
shown() { scratch_sql postgres "SELECT p.body::jsonb #>> '$1' FROM publish.current c JOIN publish.publication p USING (publication_id)"; }
tally() { "$SCRATCH_OUT/tally" "$@" 2>&1; }

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
export MINYI_KEYRING_DIR=$dir/keyring MINYI_TALLY_SECRETS_DIR=$dir/secrets MINYI_SPOOL_DIR=$dir/spool
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
tally >/dev/null
"$SCRATCH_OUT/minyi" publish sql/seed/$slug >/dev/null
head -n 2001 sql/seed/$slug/responses.csv > "$dir/some.csv"
"$SCRATCH_OUT/minyi" import $slug "$dir/some.csv" --consent "made up" >/dev/null 2>&1
tally >/dev/null

call margins $slug
expect "none at first" "0 the survey has no margins: its figures are of its ballots alone" "$status $out"
expect "and none are published" "no_margins" "$(shown '{weights,why_not}')"
printf 'variable,category,population\ngender,male,686852572\ngender,female,652872280\n' > "$dir/m.csv"
call margins $slug "$dir/m.csv"
matches "who published them must be said" "2 *--source*" "$status $err"
call margins nothing "$dir/m.csv" --source S
matches "an unknown survey" "1 *there is no survey \"nothing\"*" "$status $err"
printf 'variable,category,population\ngender,male,1\ngender,martian,1\n' > "$dir/bad.csv"
call margins $slug "$dir/bad.csv" --source S
matches "an unknown choice, with its row" "1 *bad.csv:3: question \"gender\" has no choice \"martian\"*" "$status $err"
call margins $slug "$dir/m.csv" --source "Census 2010" --as-of 2010-11-01
matches "added" "0 *weighted to these margins*" "$status $out"
call margins $slug "$dir/m.csv" --source "Census 2010" --as-of 2010-11-01
call margins $slug
expect "the same again adds nothing" "1" "$(wc -l <"$dir/out")"
matches "listed" "as of 2010-11-01, added *: Census 2010 (newest)" "$out"
call margins $slug "$dir/m.csv" --source "From the future" --as-of 2999-01-01
tally >/dev/null
expect "weighted, by the newest whose day has come" "Census 2010" "$(shown '{weights,source}')"
expect "every ballot weighs" "0" "$(shown '{weights,incomplete}')"
by_hand=$(scratch_sql postgres "
    WITH b AS (SELECT gender, q_privacy IN ('4', '5') AS is_top FROM analyst.gov_wechat_2014_v1 WHERE q_privacy IS NOT NULL),
    g AS (SELECT gender, count(*) AS n FROM analyst.gov_wechat_2014_v1 GROUP BY gender)
    SELECT round((sum(CASE gender WHEN 'male' THEN 686852572.0 ELSE 652872280.0 END / g.n * is_top::int)
         / sum(CASE gender WHEN 'male' THEN 686852572.0 ELSE 652872280.0 END / g.n))::numeric, 9) FROM b JOIN g USING (gender)")
expect "the weighted share, as SQL has it" "$by_hand" "$(scratch_sql postgres "
    SELECT round((q #>> '{top2,weighted,share}')::numeric, 9) FROM publish.current c JOIN publish.publication p USING (publication_id),
    jsonb_array_elements(p.body::jsonb -> 'questions') q WHERE q ->> 'name' = 'q_privacy'")"
expect "a level of a group, as SQL has it" "$(scratch_sql postgres "
    SELECT count(*) FROM analyst.gov_wechat_2014_v1 WHERE province = '44' AND q_privacy IN ('4', '5')")" "$(scratch_sql postgres "
    SELECT i #>> '{top2,count}' FROM publish.current c JOIN publish.publication p USING (publication_id),
    jsonb_array_elements(p.body::jsonb -> 'groups') g, jsonb_array_elements(g -> 'levels') l, jsonb_array_elements(l -> 'items') i
    WHERE g ->> 'question' = 'province' AND l ->> 'name' = '44' AND i ->> 'question' = 'q_privacy'")"
before=$(scratch_sql postgres "SELECT count(*) FROM publish.publication")
tally >/dev/null
expect "the same input, the same bytes" "$before" "$(scratch_sql postgres "SELECT count(*) FROM publish.publication")"
matches "the recount agrees" "*agree with their responses" "$(tally --recount)"
call margins $slug --none
tally >/dev/null
expect "and taken away again" "no_margins" "$(shown '{weights,why_not}')"
exit $failed
