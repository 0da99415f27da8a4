#!/bin/bash
# Waves: cells are filed by the wave of their opening, filed anew when the operator changes the waves, and
# a recount by waves agrees; joint counts and grids go along. Which versions compare is declared and checked.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/cluster.sh
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-wav-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok waves: $1"; }
not_ok() { echo "not ok waves: $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
matches() { if [[ $3 == $2 ]]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
sql() { scratch_sql postgres "$1"; }
minyi() {
    status=0
    out=$("$SCRATCH_OUT/minyi" "$@" 2>&1 </dev/null) || status=$?
}
tally() {
    status=0
    out=$("$SCRATCH_OUT/tally" "$@" 2>&1 </dev/null) || status=$?
}
cells() { sql "SELECT string_agg(wave || ':' || n, ' ' ORDER BY wave) FROM (SELECT wave, sum(n) AS n FROM publish.cell GROUP BY wave) t"; }
retired() { sql "SELECT coalesce(string_agg(wave || ':' || n, ' ' ORDER BY wave), '') FROM (SELECT wave, sum(n) AS n FROM publish.cell_retired GROUP BY wave) t"; }

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
export MINYI_KEYRING_DIR=$dir/keyring MINYI_TALLY_SECRETS_DIR=$dir/secrets MINYI_SPOOL_DIR=$dir/spool
mkdir "$dir/keyring" "$dir/spool" "$dir/form"
cat >"$dir/form/settings.csv" <<'END'
form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),contact::English (en),legal_basis::English (en),sample,min_opening,retain_days,cross_tables
wavy,T,D,O,H,C,L,demonstration,1,365,q1*q2 sex*q1
END
cat >"$dir/form/choices.csv" <<'END'
list_name,name,label::English (en)
five,1,A
five,2,B
five,3,C
five,4,D
five,5,E
sex,f,F
sex,m,M
END
printf '%s\n' 'type,name,label::English (en),appearance,profile' 'select_one sex,sex,Sex?,,yes' 'select_one five,q1,1?,likert,' \
    'select_one five,q2,2?,likert,' 'select_one five,q3,3?,likert,' 'select_one five,q4,4?,likert,' >"$dir/form/survey.csv"
"$SCRATCH_OUT/minyi" publish "$dir/form" >/dev/null
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1 # makes the first key
{
    echo response_id,sex,q1,q2,q3,q4
    for i in $(seq 0 599); do # every tenth is a straight line
        a=$((i % 5 + 1)) b=$((i / 5 % 5 + 1))
        [ $((i % 10)) = 0 ] && echo "r$i,f,4,4,4,4" || echo "r$i,$([ $((i % 3)) = 0 ] && echo f || echo m),$a,$b,$(((a + 1) % 5 + 1)),1"
    done
} >"$dir/rows.csv"
minyi import wavy "$dir/rows.csv" --consent "made up"
tally
expect "the tally opens them" 0 $status
joint() { sql "SELECT string_agg(s::text, ' ') FROM (SELECT sum(counts[i]) AS s FROM publish.cell, generate_subscripts(counts, 1) AS i WHERE i > 32 GROUP BY i ORDER BY i) t"; }
# 4 + 4 * 7 slots of the questions, 25 of q1*q2, 10 of sex*q1, 5 of the grid
expect "joint counts are in the cells" 72 "$(sql "SELECT DISTINCT cardinality(counts) FROM publish.cell")"
expect "q1 * q2, sex * q1 and straight lines add up" "600 600 60" "$(sql "SELECT sum(counts[i]) FILTER (WHERE i BETWEEN 33 AND 57) || ' ' ||
    sum(counts[i]) FILTER (WHERE i BETWEEN 58 AND 67) || ' ' || sum(counts[i]) FILTER (WHERE i BETWEEN 68 AND 72)
    FROM publish.cell, generate_subscripts(counts, 1) AS i")"
expect "as the view of the responses has them" "$(sql "SELECT count(*) FROM analyst.wavy_v1 WHERE q1 = '4' AND q2 = '4'")" \
    "$(sql "SELECT sum(counts[33 + 3 * 5 + 3]) FROM publish.cell")"
before=$(joint)

# ---- days: as if they had been opened one after the other ----
sql "UPDATE record.response SET opened_on = date '2030-01-01' + get_byte(record_hash, 0) % 20" >/dev/null
sql "DELETE FROM publish.opening; INSERT INTO publish.opening SELECT survey_id, version_id, opened_on, count(*) FROM record.response GROUP BY 1, 2, 3" >/dev/null
expect "no waves: all in wave 0" "0:600" "$(cells)"
minyi waves wavy
expect "none are listed" "0 the survey has no waves" "$status $out"
minyi waves nothing
matches "no such survey" '1 *there is no survey "nothing"*' "$status $out"
printf 'name,first_day,last_day\nA,2030-01-01,2030-01-05\nB,2030-01-05,2030-01-10\n' >"$dir/bad.csv"
minyi waves wavy "$dir/bad.csv"
matches "days that overlap" "1 *bad.csv:3:first_day: this is not after the last day of the wave before*" "$status $out"
printf 'name,first_day,last_day\nA,2030-02-30,2030-03-05\n' >"$dir/bad.csv"
minyi waves wavy "$dir/bad.csv"
matches "a day that is none" '1 *bad.csv:2:first_day: "2030-02-30" is not a day*' "$status $out"
expect "the database looks, too" 2 "$(scratch_sql minyi_operator "SELECT publish.set_waves('wavy', '{a,b}', '{2030-01-01,2030-01-05}', '{2030-01-05,2030-01-06}')")"
printf 'name,first_day,last_day\n一月上旬,2030-01-01,2030-01-05\n"B, later",2030-01-08,2030-01-12\n' >"$dir/waves.csv"
minyi waves wavy "$dir/waves.csv"
expect "waves are set" "0 wavy: 2 waves from the next tally on" "$status $out"
expect "not before" "0:600" "$(cells)"
by_day() { sql "SELECT string_agg(w || ':' || n, ' ' ORDER BY w) FROM (SELECT CASE WHEN opened_on BETWEEN '$1' AND '$2' THEN 1 WHEN opened_on BETWEEN '$3' AND '$4' THEN 2 ELSE 0 END AS w, count(*) AS n FROM record.response GROUP BY 1) t"; }
tally
matches "the tally files the cells" "0 *waves_filed survey=wavy waves=2*" "$status $out"
expect "by the days of the responses" "$(by_day 2030-01-01 2030-01-05 2030-01-08 2030-01-12)" "$(cells)"
expect "nothing is lost or counted twice" "$before" "$(joint)"
tally --recount
matches "a recount agrees" "0 *agree with their responses" "$status $out"
tally
[[ $out != *waves_filed* ]] && ok "the next one has nothing to file" || not_ok "the next one has nothing to file" "$out"
minyi waves wavy
expect "they are listed" "0  1  2030-01-01 to 2030-01-05  一月上旬
 2  2030-01-08 to 2030-01-12  B, later" "$status $out"

# ---- a cell in the wrong wave is found ----
sql "UPDATE publish.cell SET n = n + 1 WHERE wave = 1; UPDATE publish.cell SET n = n - 1 WHERE wave = 2" >/dev/null
tally --recount
matches "a recount finds a ballot in the wrong wave" "1 *differs: wavy version 1 wave 1 profile*" "$status $out"
sql "UPDATE publish.cell SET n = n - 1 WHERE wave = 1; UPDATE publish.cell SET n = n + 1 WHERE wave = 2" >/dev/null

# ---- a new opening goes into today's wave ----
today=$(sql "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
printf 'name,first_day,last_day\nA,2000-01-01,%s\nB,2030-01-01,2030-01-05\nC,2030-01-08,2030-01-12\n' "$today" >"$dir/waves.csv"
minyi waves wavy "$dir/waves.csv"
sed 's/^r\([0-9]\)/x\1/' "$dir/rows.csv" | head -n 101 >"$dir/more.csv"
minyi import wavy "$dir/more.csv" --consent "made up"
tally
expect "100 more, opened in wave 1" 100 "$(sql "SELECT sum(n) FROM publish.cell WHERE wave = 1")"
tally --recount
matches "a recount agrees with the new numbers" "0 *agree with their responses" "$status $out"

# ---- deleted responses keep their wave ----
sql "UPDATE record.response SET opened_on = date '2010-01-01' + get_byte(record_hash, 0) % 2 WHERE opened_on = '$today'" >/dev/null
sql "DELETE FROM publish.opening; INSERT INTO publish.opening SELECT survey_id, version_id, opened_on, count(*) FROM record.response GROUP BY 1, 2, 3" >/dev/null
tally
expect "the oldest are deleted" "1:100" "$(retired)"
expect "and stay in the cells" 100 "$(sql "SELECT sum(n) FROM publish.cell WHERE wave = 1")"
tally --recount
matches "a recount agrees without them" "0 *agree with their responses" "$status $out"
minyi waves wavy --none
matches "their wave cannot be taken from them" "1 *responses are deleted already would change their wave*" "$status $out"
printf 'name,first_day,last_day\nA,2000-01-01,%s\nAll,2030-01-01,2030-12-31\n' "$today" >"$dir/waves.csv"
minyi waves wavy "$dir/waves.csv"
expect "that of the others can" 0 $status
tally
expect "and they are filed anew beside them" "1:100 2:600" "$(cells)"
tally --recount
matches "a recount agrees again" "0 *agree with their responses" "$status $out"

# ---- versions ----
minyi comparable wavy 1 2 q1
matches "there is one version only" "1 *has no version 2*" "$status $out"
cp -r "$dir/form" "$dir/form2"
sed -i 's/five,q1,1?/five,q1,How do you find it now?/; s/five,q2/sex,q2/; s/five,q3/five,q33/' "$dir/form2/survey.csv"
minyi publish "$dir/form2"
minyi comparable wavy 2 1 q1,q4
expect "questions are declared to compare" "0 wavy: version 2 and 1: q1,q4" "$status $out"
expect "in the order of the versions" "1 2 q1, 1 2 q4" "$(sql "SELECT string_agg(version_a || ' ' || version_b || ' ' || question, ', ' ORDER BY question) FROM publish.comparable")"
minyi comparable wavy 1 2 q2
matches "not those with other choices" '1 *question "q2" cannot be compared*' "$status $out"
minyi comparable wavy 1 2 q3
matches "nor those that one has not" '1 *question "q3" is not in both versions*' "$status $out"

# ---- one trend across both versions ----
head -n 51 "$dir/rows.csv" | sed '1s/q3/q33/; s/^r\([0-9]\)/v\1/' | awk -F, -v OFS=, 'NR > 1 { $4 = $4 > 2 ? "f" : "m" } 1' >"$dir/v2.csv"
minyi import wavy "$dir/v2.csv" --consent "made up"
tally
matches "the tally of the new version" "0 *opened 50*" "$status $out"
point() { # point QUESTION WAVE: n and comparable
    sql "SELECT (x ->> 'n') || ' ' || (x ->> 'comparable') FROM (SELECT jsonb_path_query(body::jsonb,
         '\$.trends[*] ? (@.question == \"$1\").points[$2]') AS x FROM publish.current JOIN publish.publication USING (publication_id)) t"
}
expect "a question that compares holds both versions' ballots" "150 true" "$(point q1 0)"
expect "and those of the first in the second wave" "600 true" "$(point q1 1)"
expect "one that does not holds its own alone" "50 true" "$(point q33 0)"
expect "and says so in the other wave" "0 false" "$(point q33 1)"
tally --recount
matches "a recount of both agrees" "0 *agree with their responses" "$status $out"
tally
matches "the same again is not published again" "0 *published 0*" "$status $out"

minyi comparable wavy 1 2 none
expect "nothing compares any more" "0 0" "$status $(sql "SELECT count(*) FROM publish.comparable")"
exit $failed
