#!/bin/bash
# Paper forms keyed in at the desk: the same check, the same box; counted once each; nothing of them stays behind.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
# shellcheck source=../lib/desk.sh
. "$ROOT/tests/lib/desk.sh"
new_folder
JARS=$FOLDER H=$FOLDER/head B=$FOLDER/body
DESK_PORT=$(free_port)
DESK=http://127.0.0.1:$DESK_PORT
SLUG=gov-wechat-2014
MINYI_REFRESH_S=1 house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
house run tally >/dev/null || exit 1
house run minyi publish "$ROOT/sql/seed/$SLUG" >/dev/null || exit 1
says() { grep -qF -- "$1" "$B"; }
hidden() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$B" | head -n 1; }
desk_new zhao.min author
desk_enrol zhao.min
K=/admin/surveys/$SLUG/key
page() { desk GET zhao.min "$K?lang=en" >/dev/null; V=$(hidden _version) BALLOT=$(hidden _ballot); }
key() { desk POST zhao.min $K "_version=$V" "_ballot=$BALLOT" "_label=hall, box 1" "$@"; }

page
same "a form without consent is shown again" 422 "$(key used=yes frequency=daily comment='a word <b>')"
check "with its problem" says 'id="summary"'
check "and what was keyed" says 'a word &lt;b&gt;'
same "the ballot's number stays" "$BALLOT" "$(hidden _ballot)"
check "and the batch's name" says 'value="hall, box 1"'
same "one that is complete is sealed" 200 "$(key agree=1 used=no comment='on paper')"
check "which the page says" says "Sealed. On to the next form."
check "the next form is empty" sh -c "! grep -q 'on paper' '$B'"
check "and another ballot" [ "$(hidden _ballot)" != "$BALLOT" ]
same "the second click" 200 "$(key agree=1 used=no comment='on paper')"
page
same "another form" 200 "$(key agree=1 used=yes q_participation=5)"
same "three sealed batches wait" 3 "$(desk_sql "SELECT sum(n) FROM intake.batch")"
house run tally >"$FOLDER/tally"
check "two are counted, the second click is one with the first" grep -q "opened 2, repeated 1" "$FOLDER/tally"
same "with their words" "on paper" "$(desk_sql "SELECT body FROM record.comment")"
check "the log says by whom and of which batch, and no answer" grep -qP '\tzhao.min\tform_keyed\tgov-wechat-2014\thall, box 1$' <(house run minyi audit)
same "nothing else" 0 "$(house run minyi audit | grep -c 'on paper')"
same "no log has it" 0 "$(house_log | grep -c 'on paper')"

page
same "an answer that is none" 400 "$(key agree=1 used=perhaps)"
same "a field that is none" 400 "$(key agree=1 used=no _role=administrator)"
same "a ballot's number that is none" 400 "$(desk POST zhao.min $K "_version=$V" _ballot=0000 _label=x agree=1 used=no)"
same "no label is no fault" 200 "$(desk POST zhao.min $K "_version=$V" "_ballot=$BALLOT" agree=1 used=no)"
page
house run minyi close $SLUG >/dev/null
same "a closed survey" 404 "$(key agree=1 used=no)"
house run minyi open $SLUG >/dev/null
cp -r "$ROOT/sql/seed/$SLUG" "$FOLDER/q" && sed -i 's/,About three minutes/,Around three minutes/; s/About three minutes/Around three minutes/' "$FOLDER/q/settings.csv"
chmod -R a+rX "$FOLDER"
house run minyi publish "$FOLDER/q" >/dev/null
same "a page of the version before" 409 "$(key agree=1 used=no)"
check "is not lost" says 'name="used"'
check "and says what to do" says "key it in once more"
V=$(hidden _version)
same "sent once more" 200 "$(key agree=1 used=no)"
check "the chain holds" house run minyi audit verify
checks_done
