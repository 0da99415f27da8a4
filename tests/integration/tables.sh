#!/bin/bash
# What a survey that is no demonstration shows of weights, groups, crossings, straight lines and waves, in a
# whole house: rounded counts on pages, in JSON and CSV; intervals and tests for a random sample alone.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/line.sh
. tests/lib/line.sh
failed=0
ok() { echo "ok tables: $1"; }
not_ok() { echo "not ok tables: $1: $2"; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }

LINE_SLUG=street
sample=open
line_publish() {
    local form=$LINE_PLACE/form-$LINE_SLUG
    mkdir -p "$form"
    printf '%s\n' 'form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),contact::English (en),legal_basis::English (en),population::English (en),sample,min_opening,cross_tables' \
        "$LINE_SLUG,T,D,O,H,C,L,P,$sample,5,q1*q2 sex*q1" >"$form/settings.csv"
    printf '%s\n' 'list_name,name,label::English (en)' five,5,A five,4,B five,3,C five,2,D five,1,E sex,f,F sex,m,M >"$form/choices.csv"
    printf '%s\n' 'type,name,label::English (en),appearance,profile,required' 'select_one sex,sex,Sex?,,yes,yes' \
        'select_one five,q1,1?,likert,,yes' 'select_one five,q2,2?,likert,,yes' 'select_one five,q3,3?,likert,,yes' \
        'select_one five,q4,4?,likert,,yes' >"$form/survey.csv"
    printf 'variable,category,population\nsex,f,300000\nsex,m,700000\n' >"$form/margins.csv"
    chmod -R a+rX "$form"
    line_stack run minyi publish "$form" >/dev/null
    line_stack run minyi margins "$LINE_SLUG" "$form/margins.csv" --source Census >/dev/null
    line_sql "SELECT definition FROM core.version v JOIN core.survey s USING (survey_id) WHERE slug = '$LINE_SLUG'" >"$LINE_DIR/definition.json"
    LINE_FIELDS="_version=$(line_sql "SELECT current_version FROM core.survey WHERE slug = '$LINE_SLUG'")&_lang=en"
    for _ in $(seq 300); do
        curl -sf -o /dev/null "$LINE_URL/survey/$LINE_SLUG" && return 0
        sleep 0.1
    done
    return 1
}
status() { curl -s -o "$LINE_DIR/body" -w '%{http_code}' "$LINE_URL$1"; }
has() { grep -qF -- "$2" "$LINE_DIR/body" && ok "$1" || not_ok "$1" "\"$2\" is not there"; }
lacks() { grep -qF -- "$2" "$LINE_DIR/body" && not_ok "$1" "\"$2\" is there" || ok "$1"; }
figures() { # figures JAVASCRIPT: of the survey's JSON, as d
    curl -s "$LINE_URL/results/$LINE_SLUG.json" >"$LINE_DIR/json"
    node -e 'const d = JSON.parse(require("fs").readFileSync(process.argv[1])).figures;
        console.log(String(eval(process.argv[2])))' "$LINE_DIR/json" "$1"
}
until_figures() { # until_figures JAVASCRIPT VALUE: at most 15 s
    for _ in $(seq 75); do
        [ "$(figures "$1" 2>/dev/null)" != "$2" ] || return 0
        sleep 0.2
    done
    return 1
}
day_passes() {
    line_sql "UPDATE record.response SET opened_on = opened_on - 1; UPDATE publish.opening SET opened_on = opened_on - 1;
              UPDATE publish.row_kept SET day = day - 1" >/dev/null
}
counts='JSON.stringify(d).match(/"(count|n|ballots|skipped|not_asked|dont_know|incomplete)":\d+/g).filter((x) => x.split(":")[1] % 5).length'

export MINYI_REFRESH_S=1
line_start tables
line_load --requests 600 >/dev/null
line_rest
line_stack run tally >/dev/null
until_figures 'd.crosses.length' 2 && ok "figures appear" || not_ok "figures appear" "no crossing in 15 s"
expect "every count is a multiple of 5" "$(figures "$counts")" 0
expect "rows of sex * q1 are shown" "$(figures 'd.crosses[1].rows.some((r) => !r.suppressed)')" true # one may be held back
expect "some of q1 * q2, as boxes where five are too many" \
    "$(figures 'd.crosses[0].rows.some((r) => !r.suppressed && r.shares.length === (r.boxes ? 3 : 5))')" true
expect "rows say how old they are" "$(figures 'd.crosses[1].rows.find((r) => !r.suppressed).as_of.length')" 10
expect "the weights are described" "$(figures '[d.weights.effective_n > 100, d.weights.design_effect > 1, d.weights.population]')" true,true,1000000
expect "a weighted share comes from the published groups" "$(figures '(() => {
    const at = d.questions.filter((q) => q.top2).findIndex((q) => q.top2.weighted), i = d.groups[0].levels.map((l) => l.items[at]), w = d.groups[0].levels.map((l) => (l.name === "f" ? 3e5 : 7e5) / l.ballots);
    const p = i.reduce((s, x, k) => s + w[k] * x.top2.count, 0) / i.reduce((s, x, k) => s + w[k] * x.n, 0);
    return Math.abs(p - d.questions.find((q) => q.name === i[0].question).top2.weighted.share) < 1e-9; })()')" true
expect "no test of an open sample" "$(figures 'd.crosses.some((c) => c.independence)')" false

day_passes
yesterday=$(line_sql "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date - 1")
today=$(line_sql "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
printf 'name,first_day,last_day\nFirst,2000-01-01,%s\nSecond,%s,2099-12-31\n' "$yesterday" "$today" >"$LINE_PLACE/waves.csv"
chmod a+r "$LINE_PLACE/waves.csv"
line_stack run minyi waves "$LINE_SLUG" "$LINE_PLACE/waves.csv" >/dev/null
line_load --requests 300 --seed 7 >/dev/null
line_rest
line_stack run tally >/dev/null
until_figures 'd.waves.length' 2 && ok "waves appear" || not_ok "waves appear" "none in 15 s"
expect "the one that is over has figures" "$(figures 'd.waves[0].ballots > 550 && d.waves[0].ballots < 650')" true
expect "and tells of questions that have no five points, too" "$(figures 'd.trends.filter((t) => !t.boxes).some((t) => !t.points[0].suppressed)')" true
expect "the one that is not has none" "$(figures '[d.waves[1].open, d.waves[1].suppressed, d.trends.every((t) => t.points[1].suppressed)]')" true,true,true
expect "still multiples of 5" "$(figures "$counts")" 0
expect "a recount agrees" "$(line_stack run tally --recount | grep -c 'agree with their responses')" 1
kept=$(line_sql "SELECT count(*) FROM publish.row_kept")
line_stack run tally >/dev/null
expect "the same again changes nothing" "$(line_sql "SELECT count(*) FROM publish.row_kept")" "$kept"

page=/results/$LINE_SLUG
expect "the page" "$(status "$page?lang=en")" 200
has "with weighted figures" 'class="weighted"'
lacks "without intervals" 'class="interval"'
expect "the groups" "$(status "$page/groups?lang=en")" 200
lacks "without intervals" 'class="interval"'
expect "the tables" "$(status "$page/tables?lang=en")" 200
has "a wave that is not over" "not over yet"
has "crossings with their day" "As counted on"
lacks "without intervals" 'class="interval"'
lacks "and without a test" "chi-square"
lacks "and not of a sampling error" "sampling error"
expect "the CSV" "$(status "$page.csv?lang=en")" 200
expect "holds the same rows" "$(grep -c '^q1,.*,sex=' "$LINE_DIR/body")" "$(figures 'd.crosses[1].rows.reduce((s, r) => s + (r.suppressed ? 5 : r.shares.length), 0)')"
expect "rounded" "$(figures 'd.crosses[1].rows.find((r) => !r.suppressed).shares[0].count')" \
    "$(grep '^q1,.*,sex=' "$LINE_DIR/body" | grep -v suppressed | head -n 1 | awk -F, '{print $(NF - 5)}')"

# ---- old figures are forgotten, younger ones cannot be ----
address=$(line_sql "SELECT address FROM publish.row_kept WHERE address LIKE 'street/1/q1' ORDER BY day LIMIT 1")
expect "the tally cannot forget what is young" "$(line_sql "SELECT publish.forget_row(survey_id, address, day) FROM publish.row_kept WHERE address = '$address' LIMIT 1")" 0
line_sql "UPDATE publish.row_kept SET day = day - 400" >/dev/null
line_load --requests 100 --seed 8 >/dev/null
line_rest
line_stack run tally >/dev/null
expect "of every row the last old figures stay" "$(line_sql "SELECT max(n) FROM (SELECT count(*) AS n FROM publish.row_kept
    WHERE day < (current_date - date '2000-01-01') - 180 GROUP BY address) t")" 1

LINE_SLUG=drawn
sample=random
line_publish
line_load --requests 600 >/dev/null
line_rest
line_stack run tally >/dev/null
until_figures 'd.crosses.length' 2 && ok "a random sample" || not_ok "a random sample" "no figures in 15 s"
whole='const whole = (c) => c.rows.every((r) => !r.suppressed && r.boxes === c.rows[0].boxes);'
expect "has a test where all rows are shown in one shape, and only there" \
    "$(figures "$whole d.crosses.every((c) => whole(c) === (c.independence !== undefined && c.independence.df === (c.rows.length - 1) * (c.rows[0].shares.length - 1)))")" true
weighted='d.questions.filter((q) => q.top2 && q.top2.weighted)'
expect "and weighted intervals" "$(figures "$weighted.length > 0 && $weighted.every((q) => q.top2.weighted.low < q.top2.weighted.share)")" true
status "/results/$LINE_SLUG?lang=en" >/dev/null
has "on the page, too" 'class="interval"'
line_end "$failed"
