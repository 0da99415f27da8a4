#!/bin/bash
# bench.sh TABLE.json: measure the whole line on this machine and hold it against the goals.
# One house of its own (default durability, no rate limits); yardsticks and the real thing take turns,
# BENCH_ROUNDS rounds (7; at least 5) after a warm-up; medians, lowest and highest. Clients run on the
# same machine. After every round the acknowledged ballots must be the rows of record.response.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/line.sh"
json=$1
rounds=${BENCH_ROUNDS:-7}
size=${BENCH_SIZE:-100} # percent of the usual number of requests
bin=$LINE_ROOT/build/tests/bench
yardsticks=()

say() { echo "bench: $*" >&2; }
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$LINE_DIR/figures"; }
value() { sed -n "s/.*\b$1=\([0-9.]*\).*/\1/p" <<<"$2"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

# yardstick NAME [PROGRAM [ARGUMENT]]: a program of tests/bench, as the cluster's user, with its socket where nginx
# finds it.
yardstick() {
    local name=$1 program=${2:-$1} as=()
    [ "$(id -u)" != 0 ] || as=(setpriv "--reuid=$LINE_OWNER" "--regid=$(id -g "$LINE_OWNER")" --init-groups --)
    install -m 755 "$bin/$program" "$bin/listen" "$LINE_PLACE/bench/"
    (cd / && exec "${as[@]}" env PGHOST="$LINE_PLACE/pg" PGDATABASE=minyi PGUSER=postgres \
        "$LINE_PLACE/bench/listen" "$LINE_PLACE/pg/$name.sock" "$LINE_PLACE/bench/$program" "${@:3}" >"$LINE_DIR/$name.log" 2>&1) &
    yardsticks+=($!)
}

finish() {
    local status=$?
    kill "${yardsticks[@]}" 2>/dev/null || true
    line_end "$status"
}

# The house's own nginx configuration, with three more places and without an access log.
render_nginx() {
    local conf=$LINE_PLACE/nginx.conf place="" name
    for name in empty naive long; do
        place+="location = /bench/$name { fastcgi_pass unix:$LINE_PLACE/pg/$name.sock; } "
    done
    place+="location = /bench/static.html { root $LINE_PLACE; }"
    sed -e "s|^ *access_log .* if=.*|access_log off;|" -e "0,/^ *location \/ {/s|^ *location / {|$place\n&|" "$conf" >"$conf.new"
    cat "$conf.new" >"$conf"
    kill -HUP "$(line_pid nginx)"
    sleep 1
}

prepare() {
    mkdir "$LINE_PLACE/bench" && chmod 755 "$LINE_PLACE/bench"
    head -c 8192 /dev/zero | tr '\0' x >"$LINE_PLACE/bench/static.html"
    line_sql "CREATE SCHEMA bench; CREATE TABLE bench.ballot
        (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, body bytea NOT NULL)" >/dev/null
    yardstick empty
    yardstick naive
    publish_long
    yardstick long empty "$(curl -s -H "Accept-Encoding: gzip" -o /dev/null -w '%{size_download}' "$LINE_URL/survey/long-form")"
    render_nginx
}

# A questionnaire of 200 questions beside the usual one.
publish_long() {
    "$here/long_form.sh" "$LINE_PLACE/long" && chmod -R a+rX "$LINE_PLACE/long"
    line_stack run minyi publish "$LINE_PLACE/long" >/dev/null
    for _ in $(seq 300); do
        curl -sf -o /dev/null "$LINE_URL/survey/long-form" && return 0
        sleep 0.1
    done
    echo "bench: the long form is not served" >&2
    return 1
}

# measure NAME GOAL-OF-RATE LOAD-OPTIONS...: three rows; the rate stays in RATE_NAME.
measure() {
    local name=$1 out
    shift
    out=$("$@")
    [ "$(value refused "$out")" = 0 ] || { echo "bench: $name: $out" >&2; return 1; }
    printf -v "RATE_$name" %s "$(value rate "$out")"
    printf -v "ACKNOWLEDGED_$name" %s "$(value acknowledged "$out")"
    row "$name, requests" "1/s" - "$(value rate "$out")"
    row "$name, p50" ms - "$(divide "$(value p50_us "$out")" 1000)"
    row "$name, p99" ms - "$(divide "$(value p99_us "$out")" 1000)"
}

get() { "$bin/load" --url "$LINE_URL$1" --requests $(($2 * size / 100)) "${@:3}"; }
post() { line_load --requests $((40000 * size / 100)); }
# the same ballots to the naive acceptor: a later --url replaces the form's
post_naive() { line_load --requests $((15000 * size / 100)) --url "$LINE_URL/bench/naive"; }

must_be() { # must_be WHAT WANTED GOT
    [ "$2" = "$3" ] || { echo "bench: $1: $2 acknowledged, $3 rows" >&2; return 1; }
}

round() {
    local flush
    flush=$("$bin/flush" "$LINE_DIR")
    row "flush of 8 KB (fdatasync), p50" ms - "$(divide "$(value p50_us "$flush")" 1000)"
    measure static get /bench/static.html 100000 --plain # 8 KB on the wire: nginx would compress them
    measure empty get /bench/empty 50000 --plain
    measure naive post_naive
    measure accept post
    measure form get "/survey/$LINE_SLUG" 50000
    measure long get /bench/long 20000 --plain
    measure form_200 get /survey/long-form 20000
    row "accept / empty" ratio ">= 0.85" "$(divide "$RATE_accept" "$RATE_empty")"
    row "accept / naive" ratio ">= 2.0" "$(divide "$RATE_accept" "$RATE_naive")"
    row "accept / static" ratio ">= 0.30" "$(divide "$RATE_accept" "$RATE_static")"
    row "form page / empty" ratio ">= 0.9" "$(divide "$RATE_form" "$RATE_empty")"
    row "form of 200 questions / empty of its size, time" ratio "<= 2.0" "$(divide "$RATE_long" "$RATE_form_200")"
    n_accept=$((n_accept + ACKNOWLEDGED_accept))
    n_naive=$((n_naive + ACKNOWLEDGED_naive))
    line_rest
    line_stack run tally >"$LINE_DIR/tally.out"
    must_be accept "$n_accept" "$(line_sql 'SELECT count(*) FROM record.response')"
    must_be naive "$n_naive" "$(line_sql 'SELECT count(*) FROM bench.ballot')"
}

# What a phone loads at its first visit: the page and what it names, compressed, without headers.
first_visit() {
    local page=$LINE_DIR/page.html requests=1 bytes total address
    bytes=$(curl -s -H "Accept-Encoding: gzip" -H "Accept-Language: zh-CN" -o "$page.gz" -w '%{size_download}' \
        "$LINE_URL/survey/$LINE_SLUG")
    gzip -dc "$page.gz" >"$page" 2>/dev/null || cp "$page.gz" "$page"
    total=$bytes
    row "first visit, page" bytes "<= 14336" "$bytes"
    for address in $(grep -oE '<(link|script|img)[^>]*>' "$page" | grep -vE 'rel="?(canonical|alternate)' |
        grep -oE '(href|src)="[^"]+"' | cut -d'"' -f2 | sort -u); do
        requests=$((requests + 1))
        total=$((total + $(curl -sf -H "Accept-Encoding: gzip" -o /dev/null -w '%{size_download}' "$LINE_URL$address")))
    done
    row "first visit, all" bytes "<= 30720" "$total"
    row "first visit, requests" count "<= 4" "$requests"
}

# What Lighthouse makes of the form on the slow phone that it simulates.
lighthouse() {
    local score
    [ -d "$LINE_ROOT/tests/browser/node_modules/lighthouse" ] || { say "no Lighthouse: make browser brings it"; return 0; }
    say "loading the form with Lighthouse"
    for score in $(node "$LINE_ROOT/tests/browser/performance.mjs" "$LINE_URL/survey/$LINE_SLUG" 5); do
        row "form page, Lighthouse performance" score ">= 98" "$score"
    done
}

# The tally's own bench prints lines of table.awk's input.
opening() {
    [ -x "$here/opening.sh" ] || return 0
    say "opening, storing and counting"
    "$here/opening.sh" >>"$LINE_DIR/figures"
}

recount() {
    local room
    room=$(df --output=avail -B 1000000 /tmp | tail -n 1)
    [ "$size" -ge 100 ] && [ "$room" -ge 8000 ] || { say "no recount: it takes BENCH_SIZE 100 and 8 GB in /tmp"; return 0; }
    say "recounting"
    "$here/recount.sh" >>"$LINE_DIR/figures"
}

exporting() {
    say "exporting"
    "$here/export.sh" >>"$LINE_DIR/figures"
}

# Fifty people sign in at once; how the desk's other pages fare meanwhile.
desk() {
    say "the desk"
    "$here/desk.sh" >>"$LINE_DIR/figures"
}

# The statistics of any CSV file: no house is needed.
analysing() {
    say "analysing a large file"
    "$here/analyse.sh" >>"$LINE_DIR/figures"
}

[ "$rounds" -ge 5 ] || say "fewer than five rounds: a try, not a measurement"
line_start bench
trap finish EXIT
prepare
n_accept=0 n_naive=0
for i in $(seq 0 "$rounds"); do
    say "round $i of $rounds$([ "$i" != 0 ] || echo ' (warm-up)')"
    round
    [ "$i" != 0 ] || rm "$LINE_DIR/figures"
done
row "survey, memory at its highest" MB "<= 32" \
    "$(awk '/^VmHWM/ { printf "%.1f", $2 / 1024 }' "/proc/$(line_pid survey)/status")"
first_visit
lighthouse
opening
recount
exporting
desk
analysing
say "$(nproc) processors, PostgreSQL and clients on the same machine; $n_accept ballots acknowledged and counted"
if ! awk -v json="$json" -f "$here/table.awk" "$LINE_DIR/figures"; then
    LINE_QUIET=1 # the house is well; its logs would tell nothing
    say "a goal is missed"
    exit 1
fi
