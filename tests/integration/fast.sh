#!/bin/bash
# Fast answers in a whole house: two ballots within the survey's fast_seconds, one after them and one of
# which nobody knows; what the record keeps, and what the results tell.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/line.sh
. tests/lib/line.sh
failed=0
ok() { echo "ok fast: $1"; }
not_ok() { echo "not ok fast: $1: $2"; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }

export MINYI_REFRESH_S=1
line_start fast
cp -r tests/forms/fast "$LINE_PLACE/fast" && chmod -R a+rX "$LINE_PLACE/fast"
line_stack run minyi publish "$LINE_PLACE/fast" >/dev/null
page=$LINE_URL/survey/fast body=$LINE_DIR/body
for _ in $(seq 75); do
    [ "$(curl -s -o "$body" -w '%{http_code}' "$page?lang=en")" != 200 ] || break
    sleep 0.2
done
field() { grep -oE "name=\"$1\" value=\"[^\"]*\"" "$body" | head -1 | sed 's/.*value="//; s/"$//'; }
grep -qF "whether it was sent within 4 seconds of opening this page" "$body" && ok "the consent page says so" ||
    not_ok "the consent page says so" "it does not"
version=$(field _version)
send() { # send SERVICE [curl options]: prints the status
    local service=$1
    shift
    curl -s -o "$body" -w '%{http_code}' "$@" --data "_version=$version&_lang=en&agree=1&where=window&service=$service&speed=3" "$page"
}
visit() { rm -f "$LINE_DIR/jar.$1" && curl -s -o /dev/null -c "$LINE_DIR/jar.$1" "$page?lang=en"; }
for i in 1 2; do
    visit "$i"
    expect "fast ballot $i is received" "$(send 1 -b "$LINE_DIR/jar.$i")" 303
done
visit 3
sleep 5
expect "the slow ballot is received" "$(send 5 -b "$LINE_DIR/jar.3")" 303
expect "without a cookie the form comes once more" "$(send 4)" 409
token=$(field _ballot)
expect "and is received then" "$(send 4 --data "_ballot=$token")" 200
line_rest
line_stack run tally >/dev/null

expect "two of four are fast" "$(line_sql 'SELECT count(*) FILTER (WHERE ":fast"), count(*) FROM analyst.fast_v1')" "2|4"
expect "those who said so" "$(line_sql 'SELECT DISTINCT service FROM analyst.fast_v1 WHERE ":fast"')" 1
expect "their cells are apart" "$(line_sql "SELECT string_agg(encode(profile, 'hex') || '=' || n, ' ' ORDER BY profile)
    FROM publish.cell c JOIN core.survey s USING (survey_id) WHERE s.slug = 'fast'")" "0200=2 0201=2"
line_stack run tally --recount >/dev/null && ok "a recount agrees" || not_ok "a recount agrees" "it does not"
for _ in $(seq 75); do
    [ "$(curl -s -o "$body" -w '%{http_code}' "$LINE_URL/results/fast.json")" != 200 ] || break
    sleep 0.2
done
figure() { node -e 'const d = JSON.parse(require("fs").readFileSync(process.argv[1])).figures; console.log(String(eval(process.argv[2])))' "$body" "$1"; }
expect "the share of fast ballots" "$(figure '[d.fast.seconds, d.fast.ballots.shares[0].count, d.fast.ballots.n]')" "4,2,4"
expect "with them half are satisfied" "$(figure 'd.questions.find((q) => q.name === "service").top2.share')" 0.5
expect "without them all are" "$(figure '(({ question, n, shares }) => [question, n, shares[0].share])(d.fast.without[0])')" "service,2,1"
curl -s "$LINE_URL/results/fast/tables?lang=en" >"$body"
grep -qF "2 of 4 ballots (50%) came within 4 seconds." "$body" && ok "the page tells it" || not_ok "the page tells it" "it does not"
curl -s "$LINE_URL/results/fast.csv?lang=en" >"$body"
expect "and the table" "$(grep -cE '^service,.*,_(fast|top2 without fast ballots),' "$body")" 2
line_end "$failed"
