#!/bin/bash
# The desk's pages of results: the same figures as the publication's, two questions against each other, two waves.
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
SLUG=gov-wechat-2014
house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
house run tally >/dev/null || exit 1
house run minyi publish "$ROOT/sql/seed/$SLUG" >/dev/null || exit 1
chmod 755 "$FOLDER"
head -n 3001 "$ROOT/sql/seed/$SLUG/responses.csv" >"$FOLDER/r.csv"
printf 'name,first_day,last_day\nfirst,2030-01-01,2030-01-10\nsecond,2030-01-11,2030-01-20\nlater,2031-01-01,2031-01-02\n' >"$FOLDER/w.csv"
chmod 644 "$FOLDER"/*.csv
desk_new viewer viewer $SLUG; desk_enrol viewer
get() { desk GET viewer "/admin/surveys/$SLUG/$1"; }
says() { grep -qF -- "$1" "$B"; }
shown() { desk_sql "SELECT p.body::jsonb #>> '$1' FROM publish.current c JOIN publish.publication p USING (publication_id)"; }

same "before the first count there are no results" 404 "$(get results?lang=en)"
check "which the page says" says "no published results yet"
house run minyi import $SLUG "$FOLDER/r.csv" --consent 'made up' >/dev/null 2>&1
house run tally >/dev/null 2>&1
same "then there are" 200 "$(get results?lang=en)"
N=$(shown '{ballots}')
same "with the ballots of the publication" 3,000 "$(sed -n 's/.*<dd>\([0-9,]*\)<\/dd>.*/\1/p' "$B" | head -n 1)"
check "of which the test knows as well" [ "$N" = 3000 ]
TOP=$(desk_sql "SELECT to_char(100 * (q #>> '{top2,share}')::float8, 'FM990.0') FROM publish.current c JOIN publish.publication p USING (publication_id), jsonb_array_elements(p.body::jsonb -> 'questions') q WHERE q ->> 'name' = 'q_participation'")
check "the two highest answers are $TOP%" grep -qF ">$TOP%<" "$B"
check "stacked and diverging bars" [ "$(grep -o 'class="c-likert"' "$B" | wc -l)" = 6 ]
check "every point has its value for the pointer" grep -q '<title>Highest (5): [0-9.]*%</title>' "$B"
check "item non-response of every question" grep -qE 'Don(&#39;|.)t know</th>' "$B"
check "no wave, no link to waves" sh -c "! grep -q '/waves?' '$B'"
same "that page" 200 "$(get waves?lang=en)"
check "says how to come by some" says "Waves are set"
check "in Chinese" [ "$(get results?lang=zh)" = 200 ]
check "it is" says "五级评分题"

# ---- two questions against each other ----
same "the first pair of those that are listed" 200 "$(get cross?lang=en)"
same "one by its names" 200 "$(get 'cross?lang=en&row=age_group&column=q_participation')"
check "a row for each age" [ "$(grep -c '<tr><th scope="row">' "$B")" -ge 4 ]
check "all of a row's shares are a whole" awk -v RS='<tr><th scope="row">' 'NR > 1 { s = 0; n = 0; t = $0; while (match(t, /share">[0-9.]+%/)) { s += substr(t, RSTART + 7, RLENGTH - 8); n++; t = substr(t, RSTART + RLENGTH) } if (n > 0 && (s < 97 || s > 103)) bad = 1; if (n > 0) rows++ } END { exit bad || rows < 4 }' "$B"
check "with the test of the publication" grep -qE '^<p class="missing">Independence of both questions: chi-square [0-9.]+, df [0-9]+, p (&lt;|=) [0-9.]+' "$B"
same "the other way round" 200 "$(get 'cross?lang=en&row=province&column=q_privacy')"
check "groups are there, too" says "Beijing"
same "a pair that is not listed" 200 "$(get 'cross?lang=en&row=gender&column=q_participation')"
same "a question that is none" 404 "$(get 'cross?lang=en&row=nothing')"
same "a name twice" 400 "$(get 'cross?lang=en&row=gender&row=gender')"
same "markup in a name" 404 "$(get 'cross?lang=en&row=%3Cscript%3E')"

# ---- two waves ----
desk_sql "UPDATE record.response SET opened_on = date '2030-01-01' + get_byte(record_hash, 0) % 20" >/dev/null
desk_sql "DELETE FROM publish.opening; INSERT INTO publish.opening SELECT survey_id, version_id, opened_on, count(*) FROM record.response GROUP BY 1, 2, 3" >/dev/null
house run minyi waves $SLUG "$FOLDER/w.csv" >/dev/null || exit 1
house run tally >/dev/null 2>&1
sleep 1.1 # the desk asks once a second which figures are current
get results?lang=en >/dev/null
check "a trend is drawn" [ "$(grep -o 'class="c-dot"' "$B" | wc -l)" = 6 ]
check "its dots in words" grep -qE '<title>second: [0-9.]+% \([0-9.]+% – [0-9.]+%\), n = [0-9,]+</title>' "$B"
same "two waves" 200 "$(get 'waves?lang=en&from=first&to=second')"
A=$(desk_sql "SELECT round(100 * count(*) FILTER (WHERE q_participation IN ('4', '5')) / count(*)::numeric, 1) FROM analyst.gov_wechat_2014_v1 WHERE q_participation ~ '^[1-5]\$' AND opened_on <= '2030-01-10'")
Z=$(desk_sql "SELECT round(100 * count(*) FILTER (WHERE q_participation IN ('4', '5')) / count(*)::numeric, 1) FROM analyst.gov_wechat_2014_v1 WHERE q_participation ~ '^[1-5]\$' AND opened_on > '2030-01-10'")
check "the shares of both ($A, $Z) are those of the responses" grep -qF ">$A%<" <(grep -F ">$Z%<" <(tr '\n' ' ' <"$B" | sed 's/<tr>/\n/g'))
same "and the other way round" 200 "$(get 'waves?lang=en&from=second&to=first')"
get 'waves?lang=en&from=first&to=later' >/dev/null
check "a wave without ballots says so" grep -qE 'colspan="4">(nobody|asked otherwise)' "$B"
# ---- a draft of the white paper ----
gunzip -c "$ROOT/sql/seed/$SLUG/accounts.csv.gz" >"$FOLDER/accounts.csv" && chmod 644 "$FOLDER/accounts.csv"
house run minyi census import "$FOLDER/accounts.csv" --as-of 2014-12-31 --demonstration >/dev/null 2>"$FOLDER/census" || cat "$FOLDER/census"
same "no draft, no link" 0 "$(get '' >/dev/null; desk GET viewer "/admin/surveys/$SLUG?lang=en" >/dev/null; grep -c paper-draft "$B")"
same "nor such a page" 404 "$(get paper-draft?lang=en)"
house run tally report $SLUG --draft --no-pdf 2>"$FOLDER/report" || cat "$FOLDER/report"
desk GET viewer "/admin/surveys/$SLUG?lang=en" >/dev/null
check "there is one now" says "/paper-draft"
same "for who may see the survey" 200 "$(get paper-draft?lang=en)"
check "and it says what it is" says "Draft: not published."
check "its style named by its hash" grep -qi "^content-security-policy:.*style-src[^;]*'sha256-" "$H"
check "kept by nobody" grep -qi '^cache-control: no-store' "$H"
for path in /whitepaper/$SLUG.draft /whitepaper/$SLUG.draft/whitepaper.en.html /whitepaper/$SLUG; do
    same "not at $path" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$URL$path")"
done
desk_new all.viewer viewer; desk_enrol all.viewer
for path in %2e%2e x%2e%2e "$SLUG.draft"; do same "nothing at $path" 404 "$(desk GET all.viewer "/admin/surveys/$path/paper-draft?lang=en")"; done

same "a wave that is none" 404 "$(get 'waves?lang=en&from=nothing')"
checks_done
