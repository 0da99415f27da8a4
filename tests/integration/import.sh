#!/bin/bash
# minyi import: synthetic ballots, all of a file or nothing, and a note of what was imported.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-imp-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
matches() { if [[ $3 == $2 ]]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
call() {
    status=0
    "$SCRATCH_OUT/minyi" "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
    out=$(cat "$dir/out") err=$(cat "$dir/err")
}
in_box() { scratch_sql postgres "SELECT coalesce(sum(n), 0) || ' in ' || count(*) FROM intake.batch"; }
noted() { scratch_sql postgres "SELECT string_agg(n || ' ' || consent, ', ' ORDER BY import_id) FROM core.import"; }

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
export MINYI_KEYRING_DIR=$dir/keyring
mkdir "$dir/keyring"
cp -r sql/seed/gov-wechat-2014 "$dir/elsewhere"
sed -i 's,Asia/Shanghai,Asia/Shangai,' "$dir/elsewhere/settings.csv"
call publish "$dir/elsewhere"
expect "a time zone that nobody knows is not published" \
    "1 minyi: time_zone \"Asia/Shangai\" is not one that the database knows, such as Asia/Shanghai" "$status $err"
"$SCRATCH_OUT/minyi" publish sql/seed/gov-wechat-2014 >/dev/null
slug=gov-wechat-2014
head -n 601 sql/seed/gov-wechat-2014/responses.csv > "$dir/some.csv" # two batches

call import $slug "$dir/some.csv"
matches "the basis of consent must be named" "2 *usage: minyi import*" "$status $err"
call import $slug "$dir/some.csv" --consent "made up"
matches "no key to seal to" "1 *there is no key to seal to*" "$status $err"
expect "leaves no note" "" "$(noted)"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tests/integration/epoch" 1
call import nothing "$dir/some.csv" --consent "made up"
matches "no such survey" "1 *there is no survey \"nothing\"*" "$status $err"
call import $slug "$dir/nothing.csv" --consent "made up"
matches "no such file" "1 *cannot open*nothing.csv*" "$status $err"

sed '400s/$/,one cell too many/' "$dir/some.csv" > "$dir/wide.csv"
call import $slug "$dir/wide.csv" --consent "made up"
expect "a row that is too long: exit status" 1 $status
sed '500s/^[^,]*/ /; 500s/,[^,]*$/,nonsense/' "$dir/some.csv" > "$dir/wrong.csv"
call import $slug "$dir/wrong.csv" --consent "made up"
matches "a wrong answer is named by its row" "1 *:500:*nothing was imported*" "$status $err"
expect "nothing of these is in the box" "0 in 0" "$(in_box)"
call import $slug "$dir/some.csv" --consent "$(printf 'x%.0s' $(seq 1001))"
matches "a basis that is too long" "1 *1 to 1000 characters*" "$status $err"
expect "takes the batches back" "0 in 0" "$(in_box)"

call import $slug "$dir/some.csv" --consent "made up"
expect "a file is imported: exit status" 0 $status
expect "its ballots are in the box" "600 in 2" "$(in_box)"
expect "and noted" "600 made up" "$(noted)"
scratch_sql minyi_owner "SELECT p.version_no FROM core.version v, core.publish_version('real', 'open', v.definition, v.definition_hash) p" >/dev/null
call import real "$dir/some.csv" --consent "made up"
matches "only a demonstration takes them" "1 *only a demonstration*" "$status $err"
expect "and nothing of it is there" "600 in 2" "$(in_box)"

# ---- a file is counted once however often it comes, and its texts come along ----
export MINYI_TALLY_SECRETS_DIR=$dir/secrets MINYI_SPOOL_DIR=$dir/spool
mkdir "$dir/spool"
form=$dir/small
mkdir "$form"
cat >"$form/settings.csv" <<'END'
form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),contact::English (en),legal_basis::English (en),sample,min_opening
small,T,D,O,H,C,L,demonstration,1
END
cat >"$form/choices.csv" <<'END'
list_name,name,label::English (en),exclusive
yn,yes,Yes,
yn,no,No,
many,a,A,
many,b,B,
many,none,None,yes
END
head='type,name,label::English (en),required,relevant,constraint'
printf '%s\n' "$head" 'acknowledge,agree,I agree,yes,,' 'acknowledge,news,Send me news,,,' 'select_one yn,used,Used?,yes,,' \
    "select_multiple many,m,Which?,,\${used} = 'yes'," "integer,n,How many?,,,. >= 0 and . <= 9" \
    'text,t,Say,,,string-length(.) <= 5' >"$form/survey.csv"
call publish "$form"
expect "publish says what is new" "0 small: version 1 is published" "$status $out"
call publish "$form"
expect "and what is not" "0 small: version 1 was published before, nothing changed" "$status $out"

cat >"$dir/small.csv" <<'END'
response_id,used,m,n,t,news
r1,yes,a b,3,你好，世界,
r2,no,,,hi,1
r3,yes,none,,,
r4,no,a,9,,
END
call import small "$dir/small.csv" --consent "made up"
matches "answers of every kind are imported" "0 small: 4 synthetic ballots are in the box*" "$status $out"
call import small "$dir/small.csv" --consent "made up again"
expect "again: exit status" 0 $status
"$SCRATCH_OUT/tally" --survey small >"$dir/out" 2>"$dir/err" && ok "the tally opens them" || not_ok "the tally opens them" "$(cat "$dir/err")"
expect "each row counts once" "agree 4, news 1, used 2, m/a 1, m/none 1, n 2, t 2" "$(scratch_sql postgres \
    "SELECT format('agree %s, news %s, used %s, m/a %s, m/none %s, n %s, t %s', count(*) FILTER (WHERE agree),
     count(*) FILTER (WHERE news), count(*) FILTER (WHERE used = 'yes'), count(*) FILTER (WHERE \"m/a\"),
     count(*) FILTER (WHERE \"m/none\"), count(n), count(*) FILTER (WHERE t)) FROM analyst.small_v1")"
expect "the texts came along" "hi|你好，世界" "$(scratch_sql postgres "SELECT string_agg(body, '|' ORDER BY octet_length(body)) FROM record.comment")"

# ---- what is wrong is named by file, row and column, all at once ----
wrong() { # wrong NAME FILE-CONTENT STDERR
    printf '%s\n' "$2" >"$dir/w.csv"
    call import small "$dir/w.csv" --consent "made up"
    expect "$1" "1 $3" "$status $err"
}
wrong "every mistake of every row" 'response_id,used,m,n,t
,yes,,,
x1,,,,
x2,yes,a none,10,123456
x3,perhaps,,,
x4,yes,a a,,
x5,yes,,ten,
x6,no,,,
x6,no,,,
x7,no,zz,,' "$(cat <<'END'
w.csv:2:response_id: every row needs an id
w.csv:3:used: an answer is required
w.csv:4:m: one of these choices excludes the others
w.csv:4:n: the number is not within 0..9
w.csv:4:t: the text is longer than 5 characters
w.csv:5:used: question "used" has no such choice
w.csv:6:m: question "m" got the same choice twice
w.csv:7:n: this is not a whole number
w.csv:10:m: question "m" has no such choice
w.csv:9:response_id: the id "x6" is there twice
minyi: w.csv: 10 wrong answers or ids: nothing was imported
END
)"
wrong "the consent is no column" $'response_id,agree\nx,1' "minyi: w.csv:1:agree: --consent answers this for every row: remove the column"
wrong "a column that is no question" $'response_id,nope\nx,1' "minyi: w.csv:1:nope: the questionnaire has no such question"
wrong "no id" $'used\nyes' "minyi: w.csv:1:response_id: this column is missing: it makes a second import count once"
wrong "a column twice" $'response_id,n,n\nx,1,1' "minyi: w.csv:1:n: this column is there twice"
wrong "more than can be shown" "$(echo response_id,n; for i in $(seq 30); do echo "y$i,x"; done)" \
    "$(for i in $(seq 2 21); do echo "w.csv:$i:n: this is not a whole number"; done
       echo "... and 10 more"; echo "minyi: w.csv: 30 wrong answers or ids: nothing was imported")"
expect "nothing of these is in the box either" "0" "$(scratch_sql postgres "SELECT count(*) FROM intake.batch b JOIN core.survey s USING (survey_id) WHERE slug = 'small'")"

# ---- a new version ----
sed -i 's/^integer,n,/integer,number,/' "$form/survey.csv"
call publish "$form"
expect "publish names the questions that came and went" "0 small: version 2 is published
  new questions: number
  questions that are gone: n" "$status $out"
sed -i 's/How many?/How many are there?/' "$form/survey.csv"
call publish "$form"
matches "or that only the words changed" "0 small: version 3 is published*the same questions*" "$status $out"
sed -i 's/demonstration/open/; s/,1$/,20/' "$form/settings.csv"
call publish "$form"
matches "a survey keeps its sample" "1 *was published with another sample*" "$status $err"
printf '%s\n' "$head" 'geopoint,where,Where?,,,' "text,_x,X,,\${nope} = 'a'," >"$form/survey.csv"
call check "$form"
expect "check prints every problem" "1 survey.csv:2:type: type \"geopoint\" is not supported: a place is asked for as a choice, never as where somebody stands
survey.csv:3:name: the name \"_x\" is kept for the system: choose another
survey.csv:3:relevant: at character 1: there is no question \"nope\"
minyi: the questionnaire has 3 problems" "$status $err"
call check "$dir/nowhere"
matches "no such folder" "1 *cannot open*nowhere*" "$status $err"
call check
expect "check without a folder: exit status" 2 $status
exit $failed
