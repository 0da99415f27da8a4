#!/bin/bash
# Exports from the desk: the same file as the command's, entered in the log before the first row; sensitive surveys need two.
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
house_start --tally 0 --admin-port "$DESK_PORT"
SLUG=gov-wechat-2014
head_of() { tr -d '\r' <"$H" | sed -n "s/^$1: //Ip"; }
audit_has() { house run minyi audit | cut -f3- | grep -qE "$1"; }
for p in "sun.li analyst" "qian.yu analyst" "gao.yan administrator"; do
    # shellcheck disable=SC2086
    desk_new $p
    desk_enrol "${p% *}"
done
X=/admin/surveys/$SLUG/export
same "the page" 200 "$(desk GET sun.li $X?lang=en)"

for f in csv sav dta jsonl xlsx r; do
    house run export $SLUG --format $f --lang en $([ $f != xlsx ] || echo "--out /dev/null") >"$FOLDER/want.$f" 2>/dev/null
    same "$f: downloaded" 200 "$(desk POST sun.li $X format=$f lang=en)"
    cp "$B" "$FOLDER/got.$f"
    check "$f: as a file of that name" grep -qi "attachment; filename=\"$SLUG.$f\"" <(head_of Content-Disposition)
    same "$f: stored nowhere" no-store "$(head_of Cache-Control)"
done
sorted() { sort "$1" | sha256sum; }
same "csv: 10,000 rows and a head" 10001 "$(wc -l <"$FOLDER/got.csv")"
same "csv: as the command gives it" "$(sorted "$FOLDER/want.csv")" "$(sorted "$FOLDER/got.csv")"
same "jsonl: as the command gives it" "$(sorted "$FOLDER/want.jsonl")" "$(sorted "$FOLDER/got.jsonl")"
same "R: as the command gives it" "$(sorted "$FOLDER/want.r")" "$(sorted "$FOLDER/got.r")"
pspp-convert "$FOLDER/got.sav" "$FOLDER/sav.csv" 2>"$FOLDER/pspp"
same "sav: PSPP reads 10,000 rows" 10001 "$(wc -l <"$FOLDER/sav.csv")"
check "dta, xlsx: pandas reads 10,000 rows" /usr/bin/python3 - "$FOLDER" <<'P'
import sys, pandas
d = sys.argv[1]
assert len(pandas.read_stata(d + '/got.dta', convert_categoricals=False)) == 10000
assert len(pandas.read_excel(d + '/got.xlsx', sheet_name=0)) == 10000
P
same "no file is left behind" "desk" "$(ls "$PLACE/desk")"
check "each is in the log" audit_has $'^sun.li\texport\tgov-wechat-2014\tcurrent version as sav'
same "all six, as those of the command are" "6 sun.li,6 minyi_tally" "$(house run minyi audit | cut -f3,4 | grep -P '\texport$' | cut -f1 | sort -r | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = "," }')"

pid_of() { pgrep -P "$(cat "$PLACE/run/supervise.pid")" -x "$1"; }
same "nor is one held open" 0 "$(find "/proc/$(pid_of admin)/fd" -lname '*export-*' | wc -l)"
printf 'answers' >"$PLACE/desk/export-0123456789abcdef.part"
kill "$(pid_of admin)"
check "what a killed export left is cleared when the desk starts" until_true 50 [ ! -e "$PLACE/desk/export-0123456789abcdef.part" ]
check "and the desk is there again" until_true 50 curl -sf -o "$B" "$DESK/admin/sign-in"

same "packed on its way" 200 "$(desk POST sun.li $X format=csv lang=en -H 'Accept-Encoding: gzip')"
check "it is, as a page with a token is not" [ "$(head_of Content-Encoding)" = gzip ]
check "and whole" sh -c "[ \$(gunzip -c '$B' | wc -l) -gt 1 ]"

# ---- refused ----
same "an unknown format" 400 "$(desk POST sun.li $X format=exe lang=en)"
same "an unknown language" 400 "$(desk POST sun.li $X format=csv lang=xx)"
same "a version that is none" 404 "$(desk POST sun.li $X format=csv lang=en version=9)"
same "an unknown survey" 404 "$(desk POST sun.li /admin/surveys/nothing/export format=csv lang=en)"
same "an administrator" 404 "$(desk POST gao.yan $X format=csv lang=en)"
desk_sql "UPDATE office.session SET confirmed_at = now() - interval '6 minutes'" >/dev/null
same "with an old code" "303 /admin/confirm?then=$X&lang=en" "$(desk POST sun.li $X format=csv lang=en) $(head_of Location)"
desk_sql "UPDATE office.session SET confirmed_at = now()" >/dev/null
S="(SELECT session_hash FROM office.session JOIN office.person USING (person_id) WHERE name = 'qian.yu' ORDER BY session.made_at DESC LIMIT 1)"
same "the database gives no row to a session that began no export" "0 []" \
    "$(desk_sql "SELECT count(*) FROM office.export_rows($S, 1, 1, true)") [$(desk_sql "SELECT n FROM office.export_count($S, 1, 1)")]"
same "nor to no session" 0 "$(desk_sql "SELECT count(*) FROM office.export_rows('\\x00', 1, 1, true)")"

# ---- two people ----
same "marked as sensitive" 200 "$(desk POST sun.li /admin/surveys/$SLUG/sensitive)"
same "nobody exports it alone" 403 "$(desk POST sun.li $X format=csv lang=en)"
check "which the log says" audit_has $'^sun.li\texport_refused\tgov-wechat-2014\tcsv, not approved'
same "without a reason there is no asking" 422 "$(desk POST sun.li /admin/surveys/$SLUG/ask reason=)"
same "asked" 200 "$(desk POST sun.li /admin/surveys/$SLUG/ask "reason=the yearly report")"
id=$(desk_sql "SELECT approval_id FROM office.approval")
same "one's own request cannot be agreed to" 422 "$(desk POST sun.li /admin/approvals id="$id")"
same "another analyst sees it" 200 "$(desk GET qian.yu /admin/approvals?lang=en)"
check "with its reason" grep -q "the yearly report" "$B"
same "and agrees" 200 "$(desk POST qian.yu /admin/approvals id="$id")"
same "once is enough" 422 "$(desk POST qian.yu /admin/approvals id="$id")"
same "it is not hers to use" 403 "$(desk POST qian.yu $X format=csv lang=en)"
same "now it is exported" 200 "$(desk POST sun.li $X format=csv lang=en)"
same "once" 403 "$(desk POST sun.li $X format=csv lang=en)"
desk POST sun.li /admin/surveys/$SLUG/ask "reason=again" >/dev/null
same "an administrator agrees, too" 200 "$(desk POST gao.yan /admin/approvals id=$((id + 1)))"
desk_sql "UPDATE office.approval SET given_at = now() - interval '25 hours' WHERE used_at IS NULL" >/dev/null
same "a day later it is worth nothing" 403 "$(desk POST sun.li $X format=csv lang=en)"
same "the operator takes the mark away" "$SLUG: an analyst exports alone" "$(house run minyi sensitive $SLUG no)"
same "then one is enough" 200 "$(desk POST sun.li $X format=csv lang=en)"
check "all of it is in a chain that holds" house run minyi audit verify
same "no answer is in the log" 0 "$(house run minyi audit | grep -cE 'q_privacy|satisfied')"
checks_done
