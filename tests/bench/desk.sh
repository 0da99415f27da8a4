#!/bin/bash
# desk.sh: the desk's overview, idle and while fifty people sign in at once (argon2id, 64 MiB each): the slowest
# hundredth of the replies; and the results of 1,000,000 responses beside the form page. Prints lines of table.awk's input (name, unit, goal, value), one set per round.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
# shellcheck source=../lib/desk.sh
. "$ROOT/tests/lib/desk.sh"
rounds=${DESK_ROUNDS:-5}
new_folder
JARS=$FOLDER H=$FOLDER/head B=$FOLDER/body
DESK_PORT=$(free_port)
DESK=http://127.0.0.1:$DESK_PORT
make -s bench-programs >&2
house_start --tally 0 --no-limits --admin-port "$DESK_PORT" >&2
desk_new viewer viewer
desk_enrol viewer
COOKIE=desk=$(awk '/\tdesk\t/ { print $7 }' "$JARS/viewer.jar")
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
# p99 in microseconds, of a visitor who asks every 5 ms
p99() { "$ROOT/build/tests/bench/load" --url "$DESK/admin/" --connections 1 --pause-ms 5 --requests 500 --cookie "$COOKIE" | sed -n 's/.*p99_us=\([0-9]*\).*/\1/p'; }
curl -s -c "$FOLDER/nobody" -o "$B" "$DESK/admin/sign-in"
TOKEN=$(desk_token "$B")
sign_in() { curl -s -m 60 -o /dev/null -w '%{http_code}\n' -b "$FOLDER/nobody" -d "_token=$TOKEN" -d "name=somebody$1" -d password=not-the-password -d code= "$DESK/admin/sign-in"; }
for i in $(seq 0 "$rounds"); do
    desk_sql "DELETE FROM office.attempt" >/dev/null
    idle=$(p99)
    from=$EPOCHREALTIME
    for k in $(seq 50); do sign_in "$k" & done >"$FOLDER/statuses"
    busy=$(p99)
    for job in $(jobs -p); do wait "$job"; done
    [ "$(grep -c 403 "$FOLDER/statuses")" = 50 ] || { echo "desk.sh: not all were looked at: $(sort "$FOLDER/statuses" | uniq -c | tr '\n' ' ')" >&2; exit 1; }
    [ "$i" != 0 ] || continue # the warm-up
    row "desk, overview idle, p99" ms - "$(awk -v a="$idle" 'BEGIN { printf "%.2f", a / 1000 }')"
    row "desk, while 50 sign in, p99" ms - "$(awk -v a="$busy" 'BEGIN { printf "%.2f", a / 1000 }')"
    row "desk, busy / idle" ratio "<= 3.0" "$(awk -v a="$busy" -v b="$idle" 'BEGIN { printf "%.4f", a / b }')"
    row "desk, 50 sign-ins" s - "$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')"
done

# ---- results of 1,000,000 responses: the demonstration's, a hundred times; twenty of them sent again, so that they are published ----
SLUG=gov-wechat-2014
desk_sql "INSERT INTO record.response SELECT substr(sha256(r.record_hash || int4send(i)), 1, 16), survey_id, version_id, opened_on, codes
    FROM record.response r, generate_series(1, 99) i;
    UPDATE publish.cell SET n = n * 100, counts = (SELECT array_agg(c * 100 ORDER BY k) FROM unnest(counts) WITH ORDINALITY AS u(c, k));
    UPDATE publish.opening SET n = n * 100" >/dev/null
head -n 21 "$ROOT/sql/seed/$SLUG/responses.csv" >"$FOLDER/more.csv"
chmod 755 "$FOLDER"; chmod 644 "$FOLDER/more.csv"
house run minyi import $SLUG "$FOLDER/more.csv" --consent 'made up' >&2
house run tally >&2
sleep 1.1 # the desk asks once a second
curl -s -o "$B" -b "$COOKIE" "$DESK/admin/surveys/$SLUG/results"
grep -q '<dd>1,000,000</dd>' "$B" || { echo "desk.sh: not the results of a million" >&2; exit 1; }
p50() { "$ROOT/build/tests/bench/load" --url "$1" --connections 1 --requests 1000 --cookie "$COOKIE" | sed -n 's/.*p50_us=\([0-9]*\).*/\1/p'; }
for i in $(seq 0 "$rounds"); do
    form=$(p50 "$URL/survey/$SLUG")
    results=$(p50 "$DESK/admin/surveys/$SLUG/results")
    [ "$i" != 0 ] || continue
    row "form page, p50" ms - "$(awk -v a="$form" 'BEGIN { printf "%.3f", a / 1000 }')"
    row "desk, results of 1,000,000, p50" ms - "$(awk -v a="$results" 'BEGIN { printf "%.3f", a / 1000 }')"
    row "desk, results / form page" ratio "<= 8.0" "$(awk -v a="$results" -v b="$form" 'BEGIN { printf "%.4f", a / b }')"
done
