#!/bin/bash
# Disclosure control on a real database: what an open survey publishes, night after night.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/cluster.sh
. tests/lib/check.sh
new_folder
D=$FOLDER
at_end scratch_stop "$D/pg" immediate
scratch_cluster "$D/pg" >/dev/null && scratch_migrate >/dev/null || { echo "not ok a cluster starts"; exit 1; }
export MINYI_KEYRING_DIR=$D/keyring MINYI_TALLY_SECRETS_DIR=$D/secrets MINYI_SPOOL_DIR=$D/spool
mkdir "$D/spool" "$D/q"
sql() { scratch_sql postgres "$1"; }
run() {
    STATUS=0
    OUT=$("$SCRATCH_OUT/tally" "$@" 2>"$D/err") || STATUS=$?
}
drop() { "$SCRATCH_OUT/tests/integration/drop" "$@" >/dev/null; }
body() { sql "SELECT p.body FROM publish.current c JOIN publish.publication p USING (publication_id)"; }
# Every count of the publication, one a line.
counts() { body | grep -oE '"(count|n|skipped|not_asked|dont_know|ballots)":[0-9]+' | cut -d: -f2; }
night_passes() { sql "UPDATE publish.row_kept SET day = day - 1"; }

"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
run
printf 'type,name,label::English (en),required\nselect_one yn,good,Good?,yes\nselect_multiple five,which,Which?,\n' >"$D/q/survey.csv"
printf 'list_name,name,label::English (en)\nyn,yes,Yes\nyn,no,No\nfive,1,a\nfive,2,b\nfive,3,c\n' >"$D/q/choices.csv"
printf 'form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),contact::English (en),legal_basis::English (en),population::English (en),sample,min_opening\nstreet,T,D,O,H,C,L,P,open,5\n' >"$D/q/settings.csv"
"$SCRATCH_OUT/minyi" publish "$D/q" >/dev/null

drop street 203
run
check "the first night is published" [ "$STATUS" = 0 ]
same "the secret is the tally's alone" 600 "$(stat -c %a "$D/secrets/rounding")"
check "there are counts" [ "$(counts | wc -l)" -ge 10 ]
same "and every one is a multiple of 5" "" "$(counts | awk '$1 % 5')"
same "one row a question is kept" "2 t" "$(sql "SELECT count(*) || ' ' || bool_and(is_shown) FROM publish.row_kept" | sed s/true/t/)"
same "with the true n" "$(sql "SELECT sum(counts[3] + counts[4]) FROM publish.cell")" "$(sql "SELECT last_n FROM publish.row_kept WHERE address = 'street/1/good'")"
check "the day is in the publication" grep -q "\"as_of\":\"$(sql "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")\"" <<<"$(body)"
FIRST=$(body)

run
same "again: the same bytes" "$FIRST" "$(body)"
night_passes
drop street 5 --from 203 --at 100
run
same "five ballots on the next night change no count" "2" "$(sql "SELECT count(*) FROM publish.row_kept")"
run --recount
check "a recount agrees with what is shown" [ "$STATUS" = 0 ]
drop street 60 --from 300 --at 200
run
same "sixty more replace the rows" "4 2" "$(sql "SELECT count(*) || ' ' || count(DISTINCT day) FROM publish.row_kept")"
same "still multiples of 5" "" "$(counts | awk '$1 % 5')"
SECOND=$(body)
drop street 60 --from 400 --at 300
run
same "but only once a day" "4" "$(sql "SELECT count(*) FROM publish.row_kept")"
run --recount
check "and a recount agrees" [ "$STATUS" = 0 ]
check "the second night was another publication" [ "$FIRST" != "$SECOND" ]
mv "$D/secrets/rounding" "$D/rounding"
run
check "a lost secret is an error, and no new one is made" [ "$STATUS" = 1 -a ! -e "$D/secrets/rounding" ]
check "that says what to do" grep -q "restore it" "$D/err"
mv "$D/rounding" "$D/secrets/rounding"
printf 'type,name,label::English (en),required,appearance,profile\nselect_one five,how,How?,yes,likert,\nselect_one part,where,Where?,,,yes\n' >"$D/q/survey.csv"
printf 'list_name,name,label::English (en)\nfive,5,a\nfive,4,b\nfive,3,c\nfive,2,d\nfive,1,e\npart,north,N\npart,south,S\n' >"$D/q/choices.csv"
sed -i 's/^street,/parts,/' "$D/q/settings.csv"
"$SCRATCH_OUT/minyi" publish "$D/q" >/dev/null
body() { sql "SELECT p.body FROM publish.current c JOIN publish.publication p USING (publication_id) JOIN core.survey s ON s.survey_id = c.survey_id WHERE s.slug = 'parts'"; }
drop parts 40
run --survey parts
check "a survey with groups is published" [ "$STATUS" = 0 ]
check "of few ballots no group has a number" grep -q '"levels":\[{"items":\[{"question":"how","suppressed":true}\],"name":"north","suppressed":true}' <<<"$(body)"
drop parts 400 --from 40 --at 40
sql "UPDATE publish.row_kept SET day = day - 1"
run --survey parts
# by the secret of the rounding one of the two may be held back, so that sums tell no more than each row does
check "once there are enough, groups appear" grep -qE '"name":"(north|south)","suppressed":false' <<<"$(body)"
same "as multiples of 5" "" "$(counts | awk '$1 % 5')"
check "and no weights" grep -q '"why_not":"no_margins"' <<<"$(body)"
THIRD=$(body)
run --survey parts
same "again: the same bytes, groups and all" "$THIRD" "$(body)"
run --survey parts --recount
check "and a recount agrees with the groups" [ "$STATUS" = 0 ]
# ---- provinces collapse to regions ----

"$SCRATCH_OUT/minyi" publish tests/forms/regions >/dev/null
drop regions 150
run --survey regions
regions() { sql "SELECT p.body::jsonb -> 'groups' -> 0 #>> '{$1}' FROM publish.current c JOIN publish.publication p USING (publication_id)
    JOIN core.survey s ON s.survey_id = p.survey_id WHERE s.slug = 'regions'"; }
same "the regions are there" "east" "$(regions wider,0,name)"
some() { sql "SELECT jsonb_path_exists(p.body::jsonb, '\$.groups[0].$1[*].items[0] ? (@.suppressed == false)') FROM publish.current c
    JOIN publish.publication p USING (publication_id) JOIN core.survey s ON s.survey_id = p.survey_id WHERE s.slug = 'regions'"; }
same "with figures, in place of the provinces'" "t f" "$(some wider) $(some levels)"
night_passes
drop regions 600 --from 200 --at 100
run --survey regions
same "later provinces" "t f" "$(some levels) $(some wider)" # one or another may be held back
run --survey regions --recount
check "a recount agrees with both" [ "$STATUS" = 0 ]

sql "UPDATE publish.row_kept SET shown = shown[1:1]"
run
check "damaged state is an error" [ "$STATUS" = 1 ]
check "that names the row" grep -q "street/1/good" "$D/err"
checks_done
