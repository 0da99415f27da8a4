#!/bin/bash
# The survey program behind a real nginx on a real PostgreSQL: keys, refusals, the spool, and its ends.
set -u
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
. tests/lib/survey.sh
dir=$(mktemp -d /tmp/minyi-sv-XXXXXX)
chmod 755 "$dir"
trap 'survey_down; scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
survey_house "$dir" "${TEST_PORT:-18471}" || { echo "not ok survey: the house does not stand"; exit 1; }
survey_up || { echo "not ok survey: it does not start"; exit 1; }
V=$(version)
GOOD="_version=$V&_lang=zh&agree=1&used=no"
fresh() { req GET $S; C=$(cookie); }
refused() { # refused NAME STATUS BODY [WORDS]
    fresh
    req POST $S -b "$C" --data-raw "$3"
    expect "$1" "$status" "$2"
    if [ $# -gt 3 ]; then expect_in "$1: in words" "$body" "$4"; fi
}
before() { B=$(boxed) K=$(keys); }
added() { echo "$(($(boxed) - B)) ballots, $(($(keys) - K)) keys"; }

# ---- the way of one ballot ----
req GET $S
expect "form: 200" "$status" 200
expect "form: not stored by caches" "$(header cache-control)" no-store
C=$(cookie)
before
req POST $S -b "$C" -d "$GOOD"
expect "ballot: 303" "$status" 303
expect "ballot: no key in the address" "$(header location)" "$S/received"
expect "ballot: in the box when acknowledged" "$(added)" "1 ballots, 1 keys"
SENT=$(cookie)
req GET $S/received -b "$SENT"
receipt=$(grep -oE '[0-9A-Z]{4}(-[0-9A-Z]{4}){3}' "$body" | head -1)
expect "receipt: the key of the cookie" "${receipt//-/}" "$(cut -d. -f3 <<<"$C")"
req GET $S -b "$SENT"
expect_in "form again: already received" "$body" "这台设备已经提交过答卷"
before
req POST $S -b "$SENT" -d "$GOOD"
expect "second tab after the first: at once to the receipt" "$status $(header location) $(added)" "303 $S/received 0 ballots, 0 keys"
fresh
req POST $S -b "$C" -d "$GOOD"
first=$(cookie | cut -d. -f3)
req POST $S -b "$C" -d "$GOOD" # the same unsent cookie: a second click, or a reload after a lost reply
expect "second click: the same receipt" "$(cookie | cut -d. -f3)" "$first"
expect "second click: one key" "$(added)" "2 ballots, 1 keys"
req POST $S/new -b "$SENT" -d _lang=zh
expect "another person: a new ballot" "$status $(header location)" "303 $S"
C2=$(cookie)
req POST $S -b "$C2" -d "$GOOD"
expect "another person: taken" "$status" 303
if [ "$(cookie | cut -d. -f3)" != "$(cut -d. -f3 <<<"$SENT")" ]; then ok "another person: another key"; else not_ok "another person: another key" "the same"; fi

# ---- cookies off ----
before
req POST $S -d "$GOOD&comment=hello"
expect "cookies off: asks to send again" "$status" 409
expect_in "cookies off: the answers are kept" "$body" "hello</textarea>"
T=$(field _ballot)
req POST $S -d "$GOOD&comment=hello&_ballot=$T"
expect "cookies off: the receipt is the answer" "$status $(header location)" "200 "
expect_in "cookies off: shows the code" "$body" 'class="code" id="receipt"'
req POST $S -d "$GOOD&comment=hello&_ballot=$T"
expect "cookies off: reload is the same ballot" "$(added)" "2 ballots, 1 keys"

# ---- what is refused ----
before
refused "wrong version" 409 "_version=999999&agree=1&used=no&comment=kept" "kept</textarea>"
refused "no version" 409 "agree=1&used=no"
refused "empty submission" 422 "_version=$V&_lang=zh" "提交有误"
refused "a field twice" 400 "$GOOD&used=yes" "一道单选题有两个答案"
refused "the version twice" 400 "$GOOD&_version=$V" "单选题收到了两个答案"
refused "unknown field" 400 "$GOOD&nosuch=1"
refused "unknown own field" 400 "$GOOD&_x=1"
refused "unknown choice" 400 "_version=$V&agree=1&used=perhaps"
refused "NUL" 400 "$GOOD&comment=a%00b" "零字节"
refused "bad UTF-8" 400 "$GOOD&comment=%ff%fe" "UTF-8"
refused "overlong UTF-8" 400 "$GOOD&comment=%c0%80"
refused "bad %xx" 400 "$GOOD&comment=%zz" "%xx"
refused "cut %x" 400 "$GOOD&comment=%4"
refused "control character" 400 "$GOOD&comment=%1b"
fields=$(for ((i = 0; i < 300; i++)); do printf '&f%d=1' $i; done)
refused "256 fields" 413 "$GOOD$fields"
refused "a name over 64 bytes" 400 "$GOOD&$(printf 'a%.0s' {1..65})=1"
head -c 70000 /dev/zero | tr '\0' a >"$dir/big"
req POST $S -b "$C" --data-binary "@$dir/big"
expect "64 KiB" "$status" 413
req POST $S -b "$C" -H 'Content-Type: application/json' -d '{}'
expect "not a form" "$status" 400
fresh
req POST $S -b "$C" -H 'Sec-Fetch-Site: cross-site' -d "$GOOD"
expect "from another site" "$status" 403
req POST $S -b "$C" -H 'Origin: https://evil.example' -d "$GOOD"
expect "from another origin" "$status" 403
req POST $S -b "minyi_gov_wechat_2014=n.1.0000000000000000.00000000000000000000000000000000" -d "$GOOD&comment=kept"
expect "stale key" "$status" 409
expect_in "stale key: the answers are kept" "$body" "kept</textarea>"
expect "stale key: a fresh one" "$(cookie | cut -c1-24)" "minyi_gov_wechat_2014=n."
req GET /survey/nothing
expect "unknown survey" "$status" 404
req POST /survey/nothing -d "$GOOD"
expect "unknown survey: POST" "$status" 404
req PUT $S -d a=b
expect "PUT" "$status" 405
req GET $S/new
expect "GET of a page that changes something" "$status $(header allow)" "405 POST"
expect "nothing refused was stored" "$(added)" "0 ballots, 0 keys"
req GET "$S?from=groupmessage&isappinstalled=0&lang=en"
expect "WeChat's own parameters are ignored" "$status $(header content-language)" "200 en"
PGUSER=minyi_operator build/minyi close gov-wechat-2014 >/dev/null
wait_for 5 bash -c "curl -s -o /dev/null -w '%{http_code}' $U$S | grep -q 410" || true
req GET $S
expect "closed: 410" "$status" 410
expect_in "closed: in words" "$body" "本调查已经结束"
req POST $S -b "$C" -d "$GOOD"
expect "closed: a ballot too" "$status" 410
PGUSER=minyi_operator build/minyi open gov-wechat-2014 >/dev/null
wait_for 5 bash -c "curl -s -o /dev/null -w '%{http_code}' $U$S | grep -q 200" || true
expect "no answer, no address in any log" "$(cat "$dir"/log/* | grep -cE 'hello|kept|127\.0\.0\.1')" 0

# ---- a new epoch: the old one is refused, the ballot is sealed again ----
survey_down
MINYI_REFRESH_S=3600 survey_up
survey_epoch 2
scratch_sql minyi_owner "UPDATE intake.epoch_key SET destroyed_at = now() WHERE epoch_id = 1"
fresh; before
req POST $S -b "$C" -d "$GOOD"
expect "destroyed epoch: sealed again" "$status $(added)" "303 1 ballots, 1 keys"
expect "destroyed epoch: the new one is named" "$(scratch_sql minyi_owner 'SELECT max(epoch_id) FROM intake.batch')" 2
survey_down

# ---- killed between COMMIT and reply ----
MINYI_FAULT=survey.after_commit survey_up
fresh; before
req POST $S -b "$C" -d "$GOOD"
expect "killed after COMMIT: nothing is confirmed" "$status" 502
survey_down
survey_up
req POST $S -b "$C" -d "$GOOD"
expect "killed after COMMIT: sent again, one key" "$status $(added)" "303 2 ballots, 1 keys"

# ---- PostgreSQL stopped: spool, then drained ----
before
scratch_stop "$dir" immediate
n=0
for ((i = 0; i < 5; i++)); do
    fresh
    req POST $S -b "$C" -d "$GOOD"
    n=$((n + (status == 303)))
done
expect "database stopped: all are acknowledged" "$n" 5
expect "database stopped: files in the spool" "$(find "$dir/spool" -name '*.batch' | wc -l)" 5
expect "database stopped: ready all the same" "$(ops readyz | head -1)" ready
expect "database stopped: said in the metrics" "$(metric db_up) $(metric ballots_spooled_total)" "0 5"

# ---- started while the database is away: the copy on disk serves ----
survey_down
survey_up
fresh
expect "started without the database: serves" "$status" 200
req POST $S -b "$C" -d "$GOOD"
expect "started without the database: takes a ballot" "$status" 303
scratch_restart "$dir"
from=$(date +%s%N)
wait_for 10 bash -c "[ -z \"\$(find $dir/spool -name '*.batch')\" ]"
echo "# recovered in $((($(date +%s%N) - from) / 1000000)) ms"
expect "database back: the spool is empty" "$(find "$dir/spool" -name '*.batch' | wc -l)" 0
expect "database back: every ballot is in the box" "$(added)" "6 ballots, 6 keys"
wait_for 5 bash -c "curl -s --unix-socket $dir/web/ops.sock http://ops/survey/metrics | grep -q '^minyi_survey_db_up 1'"
fresh
req POST $S -b "$C" -d "$GOOD"
expect "database back: straight into the box" "$status $(added)" "303 7 ballots, 7 keys"

# ---- neither database nor spool ----
scratch_stop "$dir" immediate
mv "$dir/spool" "$dir/spool.away"
fresh
req POST $S -b "$C" -d "$GOOD&comment=kept"
expect "neither: 503" "$status $(header retry-after)" "503 60"
expect_in "neither: the answers are kept" "$body" "kept</textarea>"
wait_for 5 bash -c "curl -s --unix-socket $dir/web/ops.sock http://ops/survey/readyz | grep -q '^not ready'"
expect "neither: not ready" "$(ops readyz | head -1)" "not ready"
mv "$dir/spool.away" "$dir/spool"
scratch_restart "$dir"
wait_for 10 bash -c "curl -s --unix-socket $dir/web/ops.sock http://ops/survey/metrics | grep -q '^minyi_survey_db_up 1'"
before
req POST $S -b "$C" -d "$GOOD"
expect "neither, then sent again" "$status $(added)" "303 1 ballots, 1 keys"

# ---- PostgreSQL hangs: one waits for the deadline, the others do not ----
backends=$(pgrep -P "$(head -1 "$dir/data/postmaster.pid")" -f "postgres: minyi_survey minyi") # this cluster's only
for p in $backends; do kill -STOP "$p"; done
before_ms=$(date +%s%N)
fresh; before_ballots=$(metric ballots_spooled_total)
req POST $S -b "$C" -d "$GOOD"
first_ms=$((($(date +%s%N) - before_ms) / 1000000))
expect "hanging: taken" "$status" 303
slow=0
for ((i = 0; i < 10; i++)); do
    fresh
    from=$(date +%s%N)
    req POST $S -b "$C" -d "$GOOD"
    [ "$status" = 303 ] || not_ok "hanging: ballot $i" "$status"
    [ $((($(date +%s%N) - from) / 1000000)) -lt 500 ] || slow=$((slow + 1))
done
echo "# the first waited $first_ms ms"
if [ "$slow" -le 1 ] && [ "$first_ms" -lt 2500 ]; then ok "hanging: the others do not wait"; else not_ok "hanging: the others do not wait" "$slow waited, the first $first_ms ms"; fi
for p in $backends; do kill -CONT "$p" 2>/dev/null; done
wait_for 15 bash -c "[ -z \"\$(find $dir/spool -name '*.batch')\" ]"
expect "hanging, then back: the spool is empty" "$(find "$dir/spool" -name '*.batch' | wc -l)" 0
wait_for 5 bash -c "curl -s --unix-socket $dir/web/ops.sock http://ops/survey/metrics | grep -q '^minyi_survey_db_up 1'"

# ---- SIGTERM finishes what is in hand; memory ----
before
for ((i = 0; i < 40; i++)); do (
    c=$(curl -s -o /dev/null -D - "$U$S" | tr -d '\r' | sed -n 's/^Set-Cookie: //p' | cut -d';' -f1)
    curl -s -o /dev/null -w '%{http_code}\n' -b "$c" -d "$GOOD" "$U$S" >>"$dir/codes"
) & done
sleep 0.15
kill -TERM "$(survey_pid)"
wait $(jobs -p | grep -v "^$SUPERVISOR$")
acknowledged=$(grep -c 303 "$dir/codes")
wait_for 10 bash -c "[ -z \"\$(find $dir/spool -name '*.batch')\" ]" # the next program's work
stored=$(($(boxed) - B))
echo "# acknowledged $acknowledged of 40, stored $stored"
if [ "$stored" -ge "$acknowledged" ] && [ "$acknowledged" -gt 0 ]; then ok "SIGTERM: nothing acknowledged is lost"; else not_ok "SIGTERM: nothing acknowledged is lost" "$stored of $acknowledged"; fi
if grep -q ' stopped boxed=' "$dir"/log/survey.log; then ok "SIGTERM: a clean end"; else not_ok "SIGTERM: a clean end" "no such line"; fi
wait_for 5 bash -c "curl -sf -o /dev/null $U$S"
expect "SIGTERM: the supervisor starts another" "$?" 0
rss=$(awk '/VmHWM/ {print $2}' "/proc/$(survey_pid)/status")
echo "# peak memory $rss kB"
if [ "$rss" -lt 32768 ]; then ok "memory under 32 MB"; else not_ok "memory under 32 MB" "$rss kB"; fi
finish
