#!/bin/bash
# The life of receipts: sent, looked up, counted, read back, proven, withdrawn, taken out; and what a
# stranger learns. The survey program behind nginx, the tally, a real PostgreSQL.
set -u
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/survey.sh
dir=$(mktemp -d /tmp/minyi-rc-XXXXXX)
chmod 755 "$dir"
trap 'survey_down; scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
survey_epoch() { :; } # the tally makes the key
survey_house "$dir" "${TEST_PORT:-18160}" || { echo "not ok receipt: the house does not stand"; exit 1; }
export MINYI_KEYRING_DIR=$dir/keyring MINYI_TALLY_SECRETS_DIR=$dir/tally MINYI_SPOOL_DIR=$dir/spool
sql() { scratch_sql postgres "$1"; }
tally() { STATUS=0; OUT=$("$SCRATCH_OUT/tally" "$@" 2>"$dir/err") || STATUS=$?; }
tally
# A survey whose answers may be read back; the demonstration is one whose may not.
mkdir "$dir/q"
cp sql/seed/gov-wechat-2014/{survey,choices,settings}.csv "$dir/q/"
python3 - "$dir/q/settings.csv" <<'P'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8')))
for name, value in (('form_id', 'open-1'), ('sample', 'open'), ('min_opening', '5'), ('read_back', 'yes')):
    rows[1][rows[0].index(name)] = value
csv.writer(open(sys.argv[1], 'w', encoding='utf-8', newline='')).writerows(rows)
P
PGUSER=minyi_operator "$SCRATCH_OUT/minyi" publish "$dir/q" >/dev/null || not_ok "a survey with read-back" "not published"
survey_up || { echo "not ok receipt: it does not start"; exit 1; }

# vote SLUG ANSWERS: one ballot; its code in CODE
vote() {
    local v
    v=$(sql "SELECT current_version FROM core.survey WHERE slug = '$1'")
    req GET "/survey/$1"
    CODE=$(cookie | cut -d. -f3)
    req POST "/survey/$1" -b "$(cookie)" -d "_version=$v&_lang=en&agree=1&$2"
    [ "$status" = 303 ] || not_ok "a ballot is taken" "$status"
}
# ask CODE [WISH]: the page in $body, its heading in TITLE
ask() {
    req POST /receipt -d "_lang=en&code=$1${2:+&wish=$2}"
    TITLE=$(sed -n 's/.*<h1>\(.*\)<\/h1>.*/\1/p' "$body")
}
# proof FILE: the JSON of the page
proof() { python3 - "$body" >"$1" <<'P'
import html, re, sys
print(html.unescape(re.search(r'<textarea id="proof"[^>]*>(.*?)</textarea>', open(sys.argv[1], encoding='utf-8').read(), re.S).group(1)))
P
}
verify() { STATUS=0; OUT=$("$SCRATCH_OUT/minyi" verify "$@" 2>&1) || STATUS=$?; }
published() { sql "SELECT p.body::json ->> 'merkle_root' FROM publish.current c JOIN publish.publication p USING (publication_id) WHERE slug = '$1'"; }
ballots() { sql "SELECT p.body::json ->> 'ballots' FROM publish.current c JOIN publish.publication p USING (publication_id) WHERE slug = '$1'"; }
SEED="used=yes&q_participation=4&q_increase=5&q_privacy=2&comment=well+done+%3Cb%3E"

# ---- the form for a code ----
req GET '/receipt?lang=en&code=0123456789ABCDEF&from=singlemessage'
expect "the page: 200" "$status $(header cache-control)" "200 no-store"
if grep -q 0123456789ABCDEF "$body"; then not_ok "a code in the address is not taken" "it is in the page"; else ok "a code in the address is not taken"; fi
expect "it tells no referrer" "$(header referrer-policy)" no-referrer
vote gov-wechat-2014 "$SEED"
A=$CODE
wrong=$(tr '0123456789ABCDEFGHJKMNPQRSTVWXYZ' '123456789ABCDEFGHJKMNPQRSTVWXYZ0' <<<"${A:3:1}")
ask "${A:0:3}$wrong${A:4}"
expect "a wrong character: 422" "$status" 422
expect_in "and it is named as such" "$body" "One character is wrong, or two changed places."
ask "${A:1}"
expect_in "a missing character" "$body" "has 16 letters and digits"
ask '%22%3E%3Cscript%3E'
expect_in "what was typed is shown as text" "$body" 'value="&#34;&gt;&lt;script&gt;"'
req POST /receipt -d "code=$A&code=$A"
expect "the code twice" "$status" 400
req POST /receipt -d "code=$A&other=1"
expect "an unknown field" "$status" 400
req POST /receipt -d "code=$A&wish=all"
expect "an unknown wish" "$status" 400
req POST /receipt -H 'Sec-Fetch-Site: cross-site' -d "code=$A"
expect "from another site" "$status" 403

# ---- in the box ----
ask "$A"
expect "in the box" "$status $TITLE" "200 In the box, not counted yet"
ask "$(sed 's/..../&-/g; s/-$//' <<<"$A" | tr 'A-Z01' 'a-zoi')"
expect "as people type it" "$TITLE" "In the box, not counted yet"
ask 0000000000000000
cp "$body" "$dir/unknown"
expect "an unknown code: 200" "$status $TITLE" "200 No ballot with this code was found"
stranger=$(python3 - <<'P'
A='0123456789ABCDEFGHJKMNPQRSTVWXYZ'
def tx(v):
    v <<= 1
    return (v ^ 37) & 31 if v & 32 else v
d=[7]*15; s=0
for x in d: s=tx(s^x)
print(''.join(A[x] for x in d+[s]))
P
)
ask "$stranger"
check_same() { if cmp -s "$1" "$2"; then ok "$3"; else not_ok "$3" "they differ"; fi; }
check_same "$body" "$dir/unknown" "every unknown code gives the same page"
ask "$stranger" confirm
check_same "$body" "$dir/unknown" "and so does its withdrawal"
expect "of which nothing is stored" "$(sql 'SELECT count(*) FROM intake.withdrawal')" 0

# ---- counted ----
vote gov-wechat-2014 "used=no"
B=$CODE
vote gov-wechat-2014 "$SEED"
C=$CODE
tally
today=$(sql "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
ask "$A"
expect "counted" "$TITLE" "Your ballot was counted"
expect_in "on this day" "$body" "Counted on $today."
if grep -q 'class="terms answers"' "$body"; then not_ok "no answers where they may not be read back" "there are"; else ok "no answers where they may not be read back"; fi
proof "$dir/proof"
verify "$dir/proof"
expect "its proof holds" "$STATUS $OUT" "0 gov-wechat-2014: included under $(published gov-wechat-2014); which answers, the proof does not say"
verify - <"$dir/proof"
expect "from standard input" "$STATUS" 0
verify "$dir/proof" --root "$(published gov-wechat-2014)"
expect "under the published root" "$STATUS" 0
verify "$dir/proof" --root "$(printf '0%.0s' {1..64})"
expect "not under another" "$STATUS" 1
if grep -qE 'salt|codes|record' "$dir/proof"; then not_ok "the proof tells nothing to guess by" "it does"; else ok "the proof tells nothing to guess by"; fi
sed 's/"leaf": "./"leaf": "x/' "$dir/proof" >"$dir/bad"
verify "$dir/bad"
expect "a damaged proof" "$STATUS" 1
python3 - "$dir/proof" >"$dir/bad" <<'P'
import json, sys
p = json.load(open(sys.argv[1])); p['leaf'] = ('0' if p['leaf'][0] != '0' else '1') + p['leaf'][1:]; print(json.dumps(p))
P
verify "$dir/bad"
expect "another leaf" "$STATUS $OUT" "1 minyi: the path does not lead from the leaf to the root"
tally --recount
expect "the recount finds the same root" "$STATUS" 0

# ---- read back ----
for i in 1 2 3 4 5 6; do vote open-1 "$SEED&n_accounts=3&actions=consult&actions=comment&province=44"; done
D=$CODE
tally
ask "$D"
expect_in "read back: a choice" "$body" "Guangdong"
expect_in "read back: several" "$body" "<br>"
expect_in "read back: a number" "$body" "<dd>3</dd>"
expect_in "read back: a text, as text" "$body" "well done &lt;b&gt;"
proof "$dir/proof"
verify "$dir/proof"
expect "the proof says with which answers" "$STATUS ${OUT#*, }" "0 with these answers"
sed -E 's/("codes": "...)./\1f/' "$dir/proof" >"$dir/bad"
verify "$dir/bad"
expect "other answers are not the leaf's" "$STATUS $OUT" "1 minyi: the answers are not those of the leaf"

# ---- withdrawn ----
ask "$A" withdraw
expect "withdrawing asks first" "$TITLE $(sql 'SELECT count(*) FROM intake.withdrawal')" "Withdraw this ballot? 0"
ask "$A" confirm
expect "withdrawn" "$TITLE" "Withdrawn: the next count takes it out"
ask "$A" confirm
expect "twice is once" "$TITLE $(sql 'SELECT count(*) FROM intake.withdrawal')" "Withdrawn: the next count takes it out 1"
vote gov-wechat-2014 "$SEED"
E=$CODE
ask "$E" confirm
expect "one in the box is withdrawn, too" "$TITLE" "This ballot is withdrawn"
n=$(ballots gov-wechat-2014) root=$(published gov-wechat-2014)
words=$(sql "SELECT count(*) FROM record.comment")
MINYI_FAULT=tally.before_take_out tally
expect "killed before the commit" "$STATUS $(sql 'SELECT count(*) FROM record.response WHERE survey_id = 1')" "137 3"
MINYI_FAULT=tally.after_take_out tally
expect "killed after it: out of the record" "$STATUS $(sql 'SELECT count(*) FROM record.response WHERE survey_id = 1')" "137 2"
ask "$B"
expect_in "until the publication the others' proofs wait or hold" "$body" 'Proof of inclusion'
tally --recount
expect "the recount says that a tally has to publish" "$STATUS" 1
tally
expect "then it publishes" "$STATUS $(ballots gov-wechat-2014)" "0 $((n - 1))"
if [ "$root" != "$(published gov-wechat-2014)" ]; then ok "under another root"; else not_ok "under another root" "the same"; fi
tally --recount
expect "the recount agrees" "$STATUS" 0
expect "its comment went along" "$(sql 'SELECT count(*) FROM record.comment')" "$((words - 1))"
expect "the box is empty" "$(sql 'SELECT count(*) FROM intake.batch')" 0
expect "the runs' rows say it" "$(sql 'SELECT sum(withdrawn) FROM publish.run')" 2
ask "$A"
expect "taken out" "$TITLE" "This ballot is withdrawn"
ask "$E"
expect "dropped from the box" "$TITLE" "This ballot is withdrawn"
ask "$C"
proof "$dir/proof"
verify "$dir/proof" --root "$(published gov-wechat-2014)"
expect "the others' proofs hold under the new root" "$STATUS" 0
expect "a tombstone is a hash and nothing else" "$(sql "SELECT string_agg(column_name || ' ' || data_type, ', ') FROM information_schema.columns WHERE table_schema = 'intake' AND table_name = 'withdrawal'")" "record_hash bytea"

# ---- the key sent again ----
"$SCRATCH_OUT/tests/integration/drop" gov-wechat-2014 4 --seed 9 >/dev/null
tally
m=$(sql "SELECT count(*) FROM record.response WHERE survey_id = 1")
sql "INSERT INTO intake.withdrawal SELECT record_hash FROM record.response WHERE survey_id = 1 ORDER BY 1 LIMIT 1" >/dev/null
tally
expect "one more is taken out" "$(sql "SELECT count(*) FROM record.response WHERE survey_id = 1")" "$((m - 1))"
"$SCRATCH_OUT/tests/integration/drop" gov-wechat-2014 4 --seed 9 >/dev/null
tally
expect "its key, sent again, does not count" "$(sql "SELECT count(*) FROM record.response WHERE survey_id = 1")" "$((m - 1))"
tally --recount
expect "and the recount agrees" "$STATUS" 0

# ---- all of them ----
sql "INSERT INTO intake.withdrawal SELECT record_hash FROM record.response WHERE survey_id = 1" >/dev/null
tally
expect "all withdrawn: no cell is left" "$STATUS $(sql 'SELECT count(*) FROM publish.cell WHERE survey_id = 1')" "0 0"
tally --recount
expect "recounted" "$STATUS" 0

# ---- an altered response does not go unnoticed ----
sql "UPDATE record.response SET record_hash = substr(record_hash, 1, 8) || substr(sha256(record_hash), 1, 8)
     WHERE record_hash = (SELECT record_hash FROM record.response ORDER BY 1 LIMIT 1)" >/dev/null
tally --recount --cells
expect "another ballot with the same answers: the cells agree" "$STATUS" 0
tally --recount
expect "but the root does not" "$STATUS $(grep -c 'Merkle root' <<<"$OUT")" "1 1"

# ---- the database away ----
scratch_stop "$dir" immediate
ask "$C"
expect "away: says so" "$status $TITLE" "503 Receipts cannot be looked up now"
expect "and when to come back" "$(header retry-after)" 60
scratch_restart "$dir"

# ---- traces ----
logged=$(cat "$dir"/log/* "$dir/data/server.log" 2>/dev/null | grep -ciE "$A|$C|$D|/receipt\?|${A:0:4}-${A:4:4}")
expect "no log holds a code" "$logged" 0
expect "a lookup leaves no line" "$(grep -c 'POST /receipt' "$dir/log/nginx-access.log")" 0
finish
