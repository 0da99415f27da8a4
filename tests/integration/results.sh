#!/bin/bash
# The results and admin programs in a whole house: figures appear after the tally, go on being served
# while the database is away, and the files say the same as the page.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/line.sh
. tests/lib/line.sh
failed=0
ok() { echo "ok results: $1"; }
not_ok() { echo "not ok results: $1: $2"; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }

export MINYI_REFRESH_S=1
line_start results
page=/results/$LINE_SLUG
status() { curl -s -o "$LINE_DIR/body" -D "$LINE_DIR/head" -w '%{http_code}' "$LINE_URL$1" "${@:2}"; }
has() { grep -qF -- "$2" "$LINE_DIR/body" && ok "$1" || not_ok "$1" "\"$2\" is not there"; }
header() { sed -nE "s/^$1: (.*)\r\$/\1/Ip" "$LINE_DIR/head"; }
ops() { curl -s --unix-socket "$LINE_PLACE/web/ops.sock" "http://ops/$1/$2"; }
metric() { ops results metrics | sed -n "s/^$1{[^}]*} //p"; }
figures() { # figures JAVASCRIPT: of the JSON that came last, as d; question NAME is q("NAME")
    node -e 'const d = JSON.parse(require("fs").readFileSync(process.argv[1]));
        const q = (name) => d.figures.questions.find((x) => x.name === name);
        console.log(String(eval(process.argv[2])))' "$LINE_DIR/body" "$1"
}
until_status() { # until_status PATH STATUS: at most 15 s
    for _ in $(seq 75); do
        [ "$(status "$1")" != "$2" ] || return 0
        sleep 0.2
    done
    return 1
}

expect "no figures before the tally" "$(status "$page")" 404
expect "the list is there without a survey" "$(status /results/)" 200
expect "health" "$(ops results healthz)" ok
expect "admin's health" "$(ops admin healthz)" ok
expect "the desk is not on the public address" "$(status /admin/)" 404
expect "a POST to results" "$(status "$page" -d a=1)" 405
expect "what may be done instead" "$(header Allow)" "GET, HEAD"

line_load --requests 40 >/dev/null
line_rest
line_stack run tally >/dev/null
until_status "$page" 200 && ok "figures appear after the tally" || not_ok "figures appear" "no page in 15 s"
status "$page?lang=en" >/dev/null
has "the ballots are counted" "<dd>40</dd>"
has "synthetic ballots are called so in English" "the ballots of this survey are synthetic"
has "and in Chinese" "本调查的答卷均为人工合成"
expect "content language" "$(header Content-Language)" en
status "$page.json" >/dev/null
expect "JSON" "$(figures '[d.figures.ballots, typeof d.tallied_at]')" 40,string
expect "answered, skipped, don't know and not asked add up" \
    "$(figures 'const x = q("q_privacy"); x.n + x.skipped + x.dont_know + x.not_asked')" 40
top2=$(figures 'q("q_privacy").top2.count')
expect "the top two are 4 and 5" "$top2" \
    "$(figures 'q("q_privacy").options.filter((o) => "45".includes(o.name)).reduce((s, o) => s + o.count, 0)')"
status "$page.csv?lang=en" >/dev/null
expect "CSV" "$(grep -c '^q_privacy,.*,_top2,' "$LINE_DIR/body")" 1
expect "CSV and JSON agree" "$(awk -F, '/^q_privacy,/ && /,_top2,/ {print $(NF - 5)}' "$LINE_DIR/body")" "$top2"

line_down
for _ in $(seq 50); do [ "$(metric minyi_db_up)" != 0 ] || break; sleep 0.2; done
expect "the outage is noticed" "$(metric minyi_db_up)" 0
expect "the last figures stay while the database is away" "$(status "$page?lang=en")" 200
has "the same figures" "<dd>40</dd>"
expect "still ready" "$(ops results readyz)" ready
line_up
for _ in $(seq 100); do [ "$(metric minyi_db_up)" != 1 ] || break; sleep 0.2; done
expect "the database is found again" "$(metric minyi_db_up)" 1

line_load --requests 10 >/dev/null
line_rest
line_stack run tally >/dev/null
for _ in $(seq 75); do
    status "$page.json" >/dev/null
    [ "$(figures d.figures.ballots)" != 50 ] || break
    sleep 0.2
done
expect "new figures come without a restart" "$(figures d.figures.ballots)" 50

old=$(line_pid results)
kill -TERM "$old"
for _ in $(seq 50); do kill -0 "$old" 2>/dev/null || break; sleep 0.1; done
kill -0 "$old" 2>/dev/null && not_ok "stops on SIGTERM" "still there after 5 s" || ok "stops on SIGTERM"
until_status "$page" 200 && ok "the supervisor brings it back" || not_ok "comes back" "no page in 15 s"
line_end "$failed"
