#!/bin/bash
# Surveys by invitation: one code, one ballot; and whoever has every table before and after the opening,
# and the logs, does not tell whose ballot is whose.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
. "$ROOT/.make/cluster.sh"
SLUG=canteen
CITIZENS=240
house_start --no-demo --tally 0 --no-limits
FORM=$URL/survey/$SLUG
sql() { house run psql -c "$1"; }
left() { house run minyi invite $SLUG | grep -oE '[0-9]+ codes' | cut -d' ' -f1; }
house run tally >/dev/null || exit 1
cp -r "$ROOT/tests/forms/invited" "$PLACE/invited" && chmod -R a+rX "$PLACE/invited"
house run minyi publish "$PLACE/invited" >/dev/null || exit 1
mkdir "$PLACE/slips" && chmod 777 "$PLACE/slips"
invite() { house run minyi invite $SLUG --url https://survey.example.gov.cn "$@"; }
until_true 100 curl -sf -o /dev/null "$FORM"

# ---- the codes ----
check "codes and slips are made" invite --count $((CITIZENS + 10)) --out "$PLACE/slips/first" >/dev/null
mapfile -t CODES < <(tail -n +2 "$PLACE/slips/first/codes.csv")
same "as many as were asked for, all different" $((CITIZENS + 10)) "$(printf '%s\n' "${CODES[@]}" | sort -u | wc -l)"
same "in the database, too" $((CITIZENS + 10)) "$(left)"
same "a slip for each" $((CITIZENS + 10)) "$(grep -c '<section>' "$PLACE/slips/first/slips.html")"
same "for the operator alone" "600 600 700" "$(stat -c %a "$PLACE"/slips/first/* "$PLACE/slips/first" | xargs)"
check "an existing folder is not written over" eval '! invite --count 1 --out "$PLACE/slips/first" 2>/dev/null'
sql "SELECT encode(code_hash, 'hex') FROM intake.invitation ORDER BY ctid" >"$HOUSE/hashes"
check "stored in the order of the hashes" sort -c "$HOUSE/hashes"

# ---- a ballot ----
VERSION=$(sql "SELECT current_version FROM core.survey WHERE slug = '$SLUG'")
open_form() { curl -s -m 20 -o "$1.html" -c "$1.jar" "$FORM$2"; }
post() { # post JAR CODE ANSWER [FIELDS]: prints the status; the page is in JAR.html
    curl -s -m 20 -o "$1.html" -w '%{http_code}' -b "$1.jar" -c "$1.jar" -d "_version=$VERSION&_lang=zh&agree=1&q_service=$3&_code=$2${4:-}" "$FORM"
}
send() { open_form "$1" "" && post "$@"; }
P=$HOUSE/p
open_form "$P" "?from=timeline&code=${CODES[0]}"
check "the form asks for the code" grep -q 'name="_code"' "$P.html"
check "a code in the address is not taken up" eval '! grep -qF "${CODES[0]}" "$P.html"'
same "and a look at the form uses up nothing" $((CITIZENS + 10)) "$(left)"
same "no code: asked for" 422 "$(post "$P" "" 4 "&comment=held")"
check "in words, with the answers kept" eval 'grep -q "请填写邀请码" "$P.html" && grep -q "held</textarea>" "$P.html"'
same "not a code" 422 "$(post "$P" ABC 4)"
typo=${CODES[0]%?}$([ "${CODES[0]: -1}" = 2 ] && echo 3 || echo 2)
same "a typing error is told from a wrong code" "422 1" "$(post "$P" "$typo" 4) $(grep -c '输错了' "$P.html" | sed 's/[1-9].*/1/')"
same "two codes at once" 400 "$(post "$P" "${CODES[0]}" 4 "&_code=${CODES[1]}")"
same "the right code, as a person types it" 303 "$(post "$P" "$(tr 'A-Z-' 'a-z ' <<<"${CODES[0]}" | sed 's/ /%20/g')" 4)"
same "a second click: the same receipt" 303 "$(post "$P" "${CODES[0]}" 4)"
same "one code is gone" $((CITIZENS + 9)) "$(left)"
same "used before, by another phone: refused" 409 "$(send "$HOUSE/q" "${CODES[0]}" 1 "&comment=held")"
check "in words, with answers and code kept" eval 'grep -q "已经用过" "$HOUSE/q.html" && grep -q "held</textarea>" "$HOUSE/q.html" && grep -qF "value=\"${CODES[0]}\"" "$HOUSE/q.html"'
same "the box took one" 1 "$(sql "SELECT sum(n) FROM intake.batch")"

# ---- a hundred phones, one code ----
pids=()
for i in $(seq 100); do
    send "$HOUSE/r$i" "${CODES[1]}" 5 >"$HOUSE/r$i.status" &
    pids+=($!)
done
wait "${pids[@]}"
same "100 tries at once with one code: one ballot" "1 of 303, 99 of 409" \
    "$(cat "$HOUSE"/r*.status | grep -o 303 | wc -l) of 303, $(cat "$HOUSE"/r*.status | grep -o 409 | wc -l) of 409"
same "in the box, too" "2 $((CITIZENS + 8))" "$(sql "SELECT sum(n) FROM intake.batch") $(left)"

# ---- the program that takes ballots cannot make up any ----
as_survey() { sql "SET SESSION AUTHORIZATION minyi_survey; $1" 2>&1; }
batch="'\\x$(printf '%032d' 7)', (SELECT survey_id FROM core.survey WHERE slug = '$SLUG'), $VERSION, (SELECT epoch_id FROM intake.newest_key()), 1, 1"
same "not past the codes" 3 "$(as_survey "SELECT intake.drop_batch($batch, '\\x$(printf '%032d' 8)', '\\x$(printf '%0200d' 9)')")"
same "not with a ballot that was not admitted" 1 "$(as_survey "SELECT intake.drop_invited($batch, '\\x$(printf '%032d' 8)', '\\x$(printf '%0200d' 9)')")"
admitted=$(sql "SELECT encode(box_hash, 'hex') FROM intake.admitted LIMIT 1")
same "nor with one that was admitted before" 1 "$(as_survey "SELECT intake.drop_invited($batch, '\\x$admitted', '\\x$(printf '%0200d' 9)')")"
check "it cannot list the codes" grep -q "permission denied" <<<"$(as_survey "SELECT * FROM intake.invitation")"
check "nor who was admitted" grep -q "permission denied" <<<"$(as_survey "SELECT * FROM intake.admitted")"

# ---- the database is away ----
owner=$(stat -c %U "$PLACE/data")
cluster_stop "$PLACE/data" "$owner" fast >/dev/null
same "database away: not taken" 503 "$(send "$P" "${CODES[2]}" 2 "&comment=held")"
check "the answers and the code are still in the page" eval 'grep -q "held</textarea>" "$P.html" && grep -qF "${CODES[2]}" "$P.html"'
same "and nothing lies in the spool" 0 "$(find "$PLACE/spool" -name '*.batch' | wc -l)"
cluster_start "$PLACE/data" "$PLACE/pg" "$owner" >/dev/null
sleep 2
until_true 100 eval '[ "$(post "$P" "${CODES[2]}" 2)" = 303 ]'
same "sent again when it is back" "3 $((CITIZENS + 7))" "$(sql "SELECT sum(n) FROM intake.batch") $(left)"

# ---- killed between COMMIT and the reply ----
house stop >/dev/null
MINYI_FAULT=survey.after_commit house start --port "$PORT" --no-demo --tally 0 --no-limits >/dev/null 2>&1
until_true 100 curl -sf -o /dev/null "$FORM"
lost=$(send "$P" "${CODES[3]}" 3)
check "no reply: the page does not say that it was received ($lost)" [ "$lost" != 303 ]
house stop >/dev/null
house start --port "$PORT" --no-demo --tally 0 --no-limits >/dev/null 2>&1
until_true 100 curl -sf -o /dev/null "$FORM"
same "sent again with the used code: received" 303 "$(post "$P" "${CODES[3]}" 3)"
same "and there once" "4 $((CITIZENS + 6))" "$(sql "SELECT sum(n) FROM intake.batch") $(left)"

# ---- the attacker: answers follow the codes, and every table is known before and after the opening ----
house run tally >/dev/null # 4 are too few to be opened: they stay
same "too few to be opened: they wait" "0 4" "$(sql "SELECT count(*) FROM record.response") $(sql "SELECT sum(n) FROM intake.batch")"
for i in $(seq $CITIZENS); do # one after the other, each its own batch: what he could wish for
    answer=$(((i * 2654435761 >> 7) % 2 * 4 + 1))
    echo "$answer" >>"$HOUSE/answers"
    status=$(send "$HOUSE/a" "${CODES[$((i + 9))]}" "$answer" "&comment=c$answer")
    [ "$status" = 303 ] || echo "# ballot $i: $status"
done
sql "SELECT xmin, n, encode(box_hashes, 'hex') FROM intake.batch ORDER BY accepted_us" | tail -n $CITIZENS >"$HOUSE/before"
same "as many batches as ballots, in the order of arrival" "$CITIZENS" "$(awk -F'|' '$2 == 1' "$HOUSE/before" | wc -l)"
house run tally >/dev/null
same "all are counted" $((CITIZENS + 4)) "$(sql "SELECT count(*) FROM record.response")"
same "and gone from the box" 0 "$(sql "SELECT count(*) FROM intake.batch")"
everything() {
    local t
    for t in $(sql "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('core', 'intake', 'record', 'publish', 'office')"); do
        sql "SELECT '$t', t.xmin, t.ctid, t FROM $t t"
    done
}
everything >"$HOUSE/after"
sql "SELECT encode(record_hash, 'hex') FROM record.response" >"$HOUSE/records"
same "no hash of the record was ever seen in the box" 0 "$(grep -cFf "$HOUSE/records" "$HOUSE/before")"
cut -d'|' -f3 "$HOUSE/before" >"$HOUSE/boxes"
same "no hash of the box stands beside an answer" 0 "$(sql "SELECT t FROM record.response t" | grep -cFf "$HOUSE/boxes")"
same "used codes left no hash" 0 "$(grep -vFf <(sql "SELECT encode(code_hash, 'hex') FROM intake.invitation") "$HOUSE/hashes" | grep -cFf - "$HOUSE/after")"
same "the record is the work of one transaction" 1 "$(sql "SELECT count(DISTINCT xmin::text) FROM record.response")"
same "which admitted nobody" 0 "$(sql "SELECT count(*) FROM intake.admitted a WHERE a.xmin IN (SELECT r.xmin FROM record.response r)")"
printf '%s\n' "${CODES[@]}" "${CODES[@]//-/}" >"$HOUSE/codes"
house_log >"$HOUSE/logs"
same "no log names a code" 0 "$(grep -ciFf "$HOUSE/codes" "$HOUSE/logs")"
same "or a hash" 0 "$(cat "$HOUSE/hashes" "$HOUSE/boxes" "$HOUSE/records" | grep -cFf - "$HOUSE/logs")"

# Whatever order he lays beside whatever other, he guesses about as many answers as by tossing a coin:
# 120 of 240, and over 155 or under 85 once in 100,000 times.
guess() { # guess CODES-IN-AN-ORDER RESPONSES-IN-AN-ORDER (answers, one a line)
    paste "$1" "$2" | awk '$1 == $2 { n++ } END { print n + 0 }'
}
by_arrival=$HOUSE/answers # that of the slips, too
paste -d' ' "$HOUSE/boxes" "$HOUSE/answers" | sort | cut -d' ' -f2 >"$HOUSE/by-box"
tac "$HOUSE/answers" >"$HOUSE/by-arrival-back"
for order in r.ctid r.record_hash c.ctid "md5(r.record_hash::text)" "r.codes, r.ctid DESC"; do
    sql "SELECT substr(c.body, 2) FROM record.response r JOIN record.comment c ON c.record_hash = r.record_hash
         WHERE c.body IN ('c1', 'c5') ORDER BY $order" >"$HOUSE/responses"
    same "$CITIZENS responses in the order of $order" "$CITIZENS" "$(wc -l <"$HOUSE/responses")"
    for codes in "$by_arrival" "$HOUSE/by-box" "$HOUSE/by-arrival-back"; do
        hits=$(guess "$codes" "$HOUSE/responses")
        check "$(basename "$codes") beside it: no better than chance ($hits of $CITIZENS)" eval "[ $hits -ge 85 ] && [ $hits -le 155 ]"
    done
done
check "the attack finds what there is to find" eval "[ $(guess "$by_arrival" "$by_arrival") = $CITIZENS ]"
checks_done
