#!/bin/bash
# What operator and tally publish, export, import or do to keys stands in the audit log, whichever way it was done.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
new_folder
house_start --no-demo --tally 0
house run tally >/dev/null || exit 1
log() { house run minyi audit | cut -f3-; }
has() { log | grep -qE "$1"; }
times() { log | grep -cE "$1"; }
sql() { house run psql -c "$1"; }
SLUG=gov-wechat-2014
SEED=$ROOT/sql/seed
fails() { ! "$@" >/dev/null 2>&1; }

check "the recovery key of the first start" has $'^minyi_operator\trecovery_key_set\t\t[0-9a-f]{64}$'
check "the first key of the box" has $'^minyi_tally\tkey_made\t1\t[0-9a-f]{64}$'
house run minyi publish "$SEED/$SLUG" >/dev/null || exit 1
check "a questionnaire" has $'^minyi_operator\tversion_published\tgov-wechat-2014\tversion 1$'
house run minyi publish "$SEED/$SLUG" >/dev/null
same "which again is nothing new" 1 "$(times version_)"
house run minyi close $SLUG >/dev/null && house run minyi close $SLUG >/dev/null && house run minyi open $SLUG >/dev/null
same "closed once, though it was said twice" 1 "$(times $'^minyi_operator\tsurvey_closed\tgov-wechat-2014\t$')"
check "opened" has $'^minyi_operator\tsurvey_open\tgov-wechat-2014\t$'

mkdir -m 755 "$FOLDER/in"
printf 'variable,category,population\ngender,male,686852572\ngender,female,652872280\n' >"$FOLDER/in/m.csv"
printf 'name,first_day,last_day\nfirst,2020-01-01,2020-12-31\nsecond,2021-01-01,2039-12-31\n' >"$FOLDER/in/w.csv"
chmod 755 "$FOLDER"; chmod 644 "$FOLDER"/in/*
house run minyi waves $SLUG "$FOLDER/in/w.csv" >/dev/null || echo "not ok the waves were not taken"
check "waves" has $'^minyi_operator\twaves_set\tgov-wechat-2014\t2$'
if house run minyi margins $SLUG "$FOLDER/in/m.csv" --source 'A census' --as-of 2020-01-01 >"$FOLDER/m.out" 2>&1; then
    check "margins, with their source" has $'^minyi_operator\tmargins_set\tgov-wechat-2014\t2020-01-01 A census$'
else
    check "margins: $(cat "$FOLDER/m.out")" false
fi

before=$(times figures_published)
head -n 201 "$SEED/$SLUG/responses.csv" >"$FOLDER/in/r.csv"; chmod 644 "$FOLDER/in/r.csv"
house run minyi import $SLUG "$FOLDER/in/r.csv" --consent 'made up' >/dev/null 2>&1
check "an import" has $'^minyi_operator\timported\tgov-wechat-2014\t200 synthetic ballots$'
house run tally >/dev/null
same "the tally's figures, once" $((before + 1)) "$(times $'^minyi_tally\tfigures_published\tgov-wechat-2014\tpublication [0-9]+ sha256 [0-9a-f]{64}$')"
SHOWN=$(sql "SELECT encode(sha256(convert_to(p.body, 'UTF8')), 'hex') FROM publish.current c JOIN publish.publication p USING (publication_id)")
check "named by what the page shows" has "sha256 $SHOWN$"

house run export $SLUG --format csv >"$FOLDER/rows" 2>"$FOLDER/rows.err"
same "an export has its rows" 201 "$(wc -l <"$FOLDER/rows")"
check "and its entry" has $'^minyi_tally\texport\tgov-wechat-2014\tcurrent version as csv, uid [0-9]+$'
check "which a survey that is not there leaves, too" fails house run export nothing --format sav
check "for somebody asked" has $'^minyi_tally\texport\tnothing\tcurrent version as sav'

mkdir "$PLACE/slips" && chmod 777 "$PLACE/slips"
house run minyi publish "$ROOT/tests/forms/invited" >/dev/null && house run minyi invite canteen --count 7 --url https://survey.example.gov.cn --out "$PLACE/slips/first" >/dev/null 2>"$FOLDER/invite"
check "invitation codes" has $'^minyi_operator\tcodes_made\tcanteen\t7$'
house run minyi quarantine discard --yes >/dev/null 2>&1
check "what was set aside and given up" has $'^minyi_operator\tquarantine_given_up\t\t0 batches, 0 ballots$'
house run key-restore <<<"$(printf '%064d' 0)" >/dev/null 2>&1
check "who tries to put keys back leaves a line" has $'^minyi_tally\tkeys_restored\t'
sql "SET ROLE minyi_owner; SELECT core.set_state('$SLUG', 'closed')" >/dev/null
check "whoever goes round the programs is in it as well" has $'\tsurvey_closed\tgov-wechat-2014\t$'

check "no answer is in it" fails grep -qE 'used|agree' <(log)
check "and the chain holds" house run minyi audit verify
checks_done
