#!/bin/bash
# What the outside sees of nginx: headers, methods, limits, hostile requests, logs, restarts.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
SLUG=gov-wechat-2014
MINYI_REFRESH_S=1 house_start --no-demo --tally 0
house run tally >/dev/null || exit 1 # makes the key that ballots are sealed to
house run minyi publish "$ROOT/sql/seed/$SLUG" >/dev/null || exit 1
FORM=$URL/survey/$SLUG
H=$PLACE/head.txt
B=$PLACE/body.txt

get() { curl -s -m 10 -D "$H" -o "$B" -w '%{http_code}' "$@"; }
head_of() { tr -d '\r' <"$H" | sed -n "s/^$1: //Ip"; }
within() { [ "$3" -ge "$1" ] && [ "$3" -le "$2" ]; }
first_line() { head -n 1 | tr -d '\r'; }

check "the questionnaire is served within seconds" until_true 50 curl -sf -o /dev/null "$FORM"

# ---- headers, on every kind of answer ----
CSP="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
all_headers() { # all_headers NAME: of the answer in $H
    local want got
    want="$CSP|nosniff|no-referrer|nginx|charset=utf-8|once"
    got="$(head_of Content-Security-Policy)|$(head_of X-Content-Type-Options)|$(head_of Referrer-Policy)|$(head_of Server)"
    got+="|$(head_of Content-Type | grep -o 'charset=utf-8')|$(tr -d '\r' <"$H" | grep -ci '^Cache-Control:' | sed 's/^1$/once/')"
    same "$1: security headers, charset, caching" "$want" "$got"
}
same "the form is there" 200 "$(get "$FORM")"
all_headers 200
same "HTML is not stored" no-store "$(head_of Cache-Control)"
same "plain HTTP announces no HSTS" "" "$(head_of Strict-Transport-Security)"
STYLE=$(sed -n 's/^style.css=//p' "$ROOT/build/html/assets.txt")
same "the style sheet is there" 200 "$(get "$URL$STYLE")"
all_headers asset
same "assets are kept for ever" "public, max-age=31536000, immutable" "$(head_of Cache-Control)"
same "an unknown page" 404 "$(get "$URL/nothing")"
all_headers "404 of a program"
same "an unknown asset" 404 "$(get "$URL/assets/nothing.css")"
all_headers "404 of nginx"
same "is not kept" no-store "$(head_of Cache-Control)"
same "no listing" 404 "$(get "$URL/assets/")"
same "an error page is not a page" 404 "$(get "$URL/errors/50x.html")"
for m in TRACE PUT DELETE OPTIONS PROPFIND; do
    same "$m is not allowed" 405 "$(get -X $m "$FORM")"
done
all_headers 405
same "405 says what is" "GET, HEAD, POST" "$(head_of Allow)"
same "POST to an asset" 405 "$(get -d x "$URL$STYLE")"
same "65,537 bytes are too many" 413 "$(head -c 65537 /dev/zero | tr '\0' a | get --data-binary @- "$FORM")"
all_headers 413
check "413 in both languages" grep -q "too large" "$B"
check "413 in Chinese too" grep -q "过大" "$B"
mv "$PLACE/run/results.sock" "$PLACE/run/results.away"
same "a program whose socket is gone" 502 "$(get "$URL/results/")"
all_headers 502
check "502 says: not confirmed" grep -q "they count once" "$B"
check "502 in Chinese too" grep -q "只会计一次" "$B"
mv "$PLACE/run/results.away" "$PLACE/run/results.sock"
same "and when it is back" 200 "$(get "$URL/results/")"
same "HEAD has no body" "200 0" "$(curl -sI -m 5 -o /dev/null -w '%{http_code} %{size_download}' "$FORM")"

# ---- what is nobody's business ----
for p in healthz readyz metrics; do
    same "/$p is not public" 404 "$(get "$URL/$p")"
    same "//$p neither" 404 "$(get "$URL//$p")"
    same "nor %2f$p" 404 "$(get "$URL/x%2f..%2f$p")"
    for program in survey results admin; do
        same "$program/$p for the host" 200 "$(get --unix-socket "$PLACE/web/ops.sock" "http://ops/$program/$p")"
    done
done
same "the host's socket serves nothing else" 404 "$(get --unix-socket "$PLACE/web/ops.sock" http://ops/survey/survey/$SLUG)"
echo wechat-says-so >"$PLACE/verify/MP_verify_Ab3.txt"
mkdir -p "$PLACE/verify/.well-known/acme-challenge" && echo acme >"$PLACE/verify/.well-known/acme-challenge/t0ken"
same "WeChat's domain check" "200 wechat-says-so" "$(get "$URL/MP_verify_Ab3.txt") $(cat "$B")"
same "a certificate's challenge" "200 acme" "$(get "$URL/.well-known/acme-challenge/t0ken") $(cat "$B")"

# ---- hostile requests ----
same "/a%2f..%2fadm is /adm, and not there" 404 "$(get "$URL/a%2f..%2fadm")"
same "a newline in the path" 400 "$(get "$URL/a%0ab")"
same "invalid UTF-8 in the path" 400 "$(get "$URL/a%ff")"
same "a NUL in the path" "HTTP/1.1 400 Bad Request" "$(raw 'GET /a%%00b HTTP/1.1\r\nHost: x\r\n\r\n' | first_line)"
same "Content-Length twice" "HTTP/1.1 400 Bad Request" \
    "$(raw "POST /survey/$SLUG HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab" | first_line)"
same "Content-Length and chunks" "HTTP/1.1 400 Bad Request" \
    "$(raw "POST /survey/$SLUG HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" | first_line)"
same "a negative Content-Length" "HTTP/1.1 400 Bad Request" \
    "$(raw "POST /survey/$SLUG HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" | first_line)"
same "Host twice" "HTTP/1.1 400 Bad Request" "$(raw 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n' | first_line)"
same "a header of 9 KB" "HTTP/1.1 400 Bad Request" "$(raw "GET / HTTP/1.1\r\nHost: x\r\nA: $(head -c 9000 /dev/zero | tr '\0' a)\r\n\r\n" | first_line)"
raw "GET / HTTP/1.1\r\nHost: x\r\nA: $(head -c 9000 /dev/zero | tr '\0' a)\r\n\r\n" >"$H"
all_headers "400 of nginx"
get "$FORM" >/dev/null
COOKIE=$(head_of Set-Cookie | cut -d';' -f1)
check "a ballot key comes as a cookie" test -n "$COOKIE"
same "two Cookie headers are one: the key in the second is kept" "200 " \
    "$(get -H 'Cookie: first=1' -H "Cookie: $COOKIE" "$FORM") $(head_of Set-Cookie)"

# ---- slow clients: all at once, as they take their time ----
slow() { # slow FILE HEADER-TEXT BYTE: one byte a second; the seconds until it was cut off
    (
        exec 9<>"/dev/tcp/127.0.0.1/$PORT"
        # shellcheck disable=SC2059
        printf "$2" >&9
        t=$(date +%s)
        for _ in $(seq 25); do
            printf %s "$3" >&9 || break
            read -r -t 1 -u 9 line
            s=$?
            [ $s -le 128 ] && [ -z "${line:-}" ] && break # end of the connection, not the second's
        done
        echo $(($(date +%s) - t))
    ) >"$1" 2>/dev/null
}
slow "$PLACE/slow-header" 'GET / HTTP/1.1\r\nHost: x\r\nA: ' a &
SLOW=$!
(
    exec 9<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'POST /survey/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc' $SLUG >&9
    t=$(date +%s)
    timeout 25 cat <&9 >/dev/null
    echo $(($(date +%s) - t))
) >"$PLACE/silent-body" 2>/dev/null &
SILENT=$!

# ---- what is logged ----
same "a submission with marks in it" 422 "$(get -A AGENTMARK -H "Cookie: $COOKIE" -H 'Referer: http://REFERERMARK/' \
    -d "_lang=zh&_version=1&comment=ANSWERMARK" "$FORM?from=QUERYMARK")"
get -A AGENTMARK "$URL/results/?from=QUERYMARK" >/dev/null
get -A AGENTMARK -d 'comment=ANSWERMARK' "$URL/results/?from=QUERYMARK" >/dev/null
get "$FORM/received?from=QUERYMARK" >/dev/null
mv "$PLACE/run/survey.sock" "$PLACE/run/survey.away"
same "a submission that meets a 502" 502 "$(get -A AGENTMARK -d 'comment=ANSWERMARK' "$FORM?from=QUERYMARK")"
get "$FORM?from=QUERYMARK" >/dev/null
mv "$PLACE/run/survey.away" "$PLACE/run/survey.sock"
until_true 20 grep -q "GET /results/ " "$PLACE/log/nginx-access.log"
sleep 0.2
check "pages are logged" grep -q "GET /results/ 200" "$PLACE/log/nginx-access.log"
same "submissions and receipts are not" "" "$(grep -E 'POST|/received|405 .*results' "$PLACE/log/nginx-access.log")"
same "no log holds an answer, an agent, a query or a referrer" "" \
    "$(house_log | grep -E 'ANSWERMARK|AGENTMARK|QUERYMARK|REFERERMARK')"
same "no log of a visit holds an address" "" "$(house_log | grep -F 127.0.0.1)"

# ---- rate limits ----
codes() { sort | uniq -c | awk '{printf "%s:%s ", $2, $1}'; }
ask() { get -d '_lang=en&code=0000000000000000' "$@" "$URL/receipt"; } # a code that nobody holds
curl -s -m 30 -o /dev/null -w '%{http_code}\n' -d '_lang=en&code=0000000000000000' "$URL/receipt?[1-90]" >"$PLACE/asked"
echo "#   90 codes tried at once: $(codes <"$PLACE/asked")"
same "the first 30 codes are looked up" "30 200" "$(head -n 30 "$PLACE/asked" | uniq -c | xargs)"
check "who tries many meets 429" grep -q 429 "$PLACE/asked"
for _ in $(seq 100); do # faster than places become free
    [ "$(ask)" != 429 ] || break
done
all_headers "429 of the receipts"
same "it says when to come back" 30 "$(head_of Retry-After)"
check "in words too" grep -q "Wait a minute and reload" "$B"
check "in both languages" grep -q "请稍等一分钟" "$B"
same "the page that asks for a code is still served" 200 "$(get "$URL/receipt")"
same "another address may ask" 200 "$(ask --interface 127.0.0.2)"
sleep 1
same "and so may this one, a second later" 200 "$(ask)"
curl -s -m 30 -o /dev/null -w '%{http_code}\n' -d 'a=b' "$FORM?[1-700]" >"$PLACE/posts"
echo "#   700 submissions at once: $(codes <"$PLACE/posts")"
check "a flood of submissions meets 429" grep -q 429 "$PLACE/posts"
check "but not its first 300" test "$(grep -vc 429 "$PLACE/posts")" -ge 300
for _ in $(seq 20); do # a busy machine starts a program more slowly than places become free
    curl -s -m 30 -o /dev/null -d a=b "$FORM?[1-100]"
    [ "$(get -d a=b "$FORM")" != 429 ] || break
done
all_headers 429
same "429 says when to come back" 30 "$(head_of Retry-After)"
check "and in both languages that it counts once" grep -q "they count once" "$B"
same "pages are still served" 200 "$(get "$FORM")"
# ---- bodies that never end: one address holds so many and no more ----
ulimit -n 2048
HELD=()
sleep 3 # the submissions were pages, too
for _ in $(seq 660); do
    exec {fd}<>"/dev/tcp/127.0.0.1/$PORT" || break
    printf 'GET /survey/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na' >&"$fd"
    HELD+=("$fd")
done
REFUSED=0
for fd in "${HELD[@]}"; do
    line=
    read -r -t 0.01 -u "$fd" line
    [[ $line != *429* ]] || REFUSED=$((REFUSED + 1))
done
echo "#   660 open bodies: $REFUSED refused"
# the slow ones above are of this address, too
check "beyond 600 open bodies of one address are refused" within 60 62 "$REFUSED"
same "another address is served meanwhile" 200 "$(get --interface 127.0.0.2 "$FORM")"
for fd in "${HELD[@]}"; do exec {fd}>&-; done
sleep 5 # the rate of pages is another limit, tried next

# ---- pages at once ----
curl -s -m 30 -o /dev/null -w '%{http_code}\n' "$URL$STYLE?[1-6000]" >"$PLACE/gets"
echo "#   6000 pages at once: $(codes <"$PLACE/gets")"
check "a flood of pages meets 429" grep -q 429 "$PLACE/gets"
check "but not its first 1500" test "$(grep -vc 429 "$PLACE/gets")" -ge 1500

# ---- slow clients, the outcome ----
wait $SLOW $SILENT
check "a header of a byte a second is cut off after 10 s ($(cat "$PLACE/slow-header") s)" within 9 13 "$(cat "$PLACE/slow-header")"
check "a silent body too ($(cat "$PLACE/silent-body") s)" within 9 15 "$(cat "$PLACE/silent-body")"

# ---- restarts ----
sleep 1
ms_until() { # ms_until COMMAND: how long until it succeeds, tried without a pause
    local t0
    t0=$(date +%s%N)
    until_true 100 "$@"
    echo $((($(date +%s%N) - t0) / 1000000))
}
serves() { curl -sf -m 5 -o /dev/null "$URL/survey/$SLUG"; }
pid_of() { pgrep -P "$(cat "$PLACE/run/supervise.pid")" -x "$1"; }
for program in survey nginx; do
    P=$(pid_of $program)
    kill -KILL "$P"
    ms=$(ms_until serves)
    echo "#   $program killed, serving again after $ms ms"
    check "$program is back within a second" test "$ms" -le 1000
done
check "with another process" test "$(pid_of nginx)" != "$P"

checks_done
