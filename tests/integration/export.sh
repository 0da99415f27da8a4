#!/bin/bash
# minyi export: every format, read back with software that is not ours (PSPP, pandas, openpyxl), against the database.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-exp-XXXXXX)
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
read_back() { /usr/bin/python3 tests/lib/read_export.py "$@" 2>&1; }
slug=gov-wechat-2014
view=analyst.gov_wechat_2014_v1

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
export MINYI_KEYRING_DIR=$dir/keyring MINYI_TALLY_SECRETS_DIR=$dir/secrets MINYI_SPOOL_DIR=$dir/spool
mkdir "$MINYI_SPOOL_DIR"
"$SCRATCH_OUT/minyi" key init >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1
"$SCRATCH_OUT/minyi" publish sql/seed/$slug >/dev/null
head -n 1501 sql/seed/$slug/responses.csv > "$dir/some.csv"
"$SCRATCH_OUT/minyi" import $slug "$dir/some.csv" --consent "made up" >/dev/null 2>&1
"$SCRATCH_OUT/tally" >/dev/null 2>&1
# One comment that a spreadsheet would run, with everything that CSV has to quote.
node=$(scratch_sql postgres "SELECT n - 1 FROM core.version, jsonb_array_elements(definition::jsonb -> 'nodes')
    WITH ORDINALITY AS t(v, n) WHERE v ->> 'name' = 'comment'")
at=$(scratch_sql postgres "SELECT v -> 'offset' FROM core.version, jsonb_array_elements(definition::jsonb -> 'nodes') v
    WHERE v ->> 'name' = 'comment'")
scratch_sql postgres "WITH one AS (UPDATE record.response SET codes = set_byte(codes, $at, 2)
    WHERE record_hash = (SELECT record_hash FROM record.response ORDER BY 1 LIMIT 1) RETURNING *)
    INSERT INTO record.comment (record_hash, node, survey_id, version_id, opened_on, body)
    SELECT record_hash, $node, survey_id, version_id, opened_on, E'=SUM(A1), \"您好\"\nnext' FROM one"

# What the database says of a column, in the shape of read_export.py.
wanted() { scratch_sql postgres "SELECT 'rows ' || count(*) FROM record.response"
    scratch_sql postgres "SELECT 'value ' || v || ' ' || n FROM (SELECT coalesce($1::text, '$2') AS v, count(*) AS n FROM $view GROUP BY 1) t
        ORDER BY v COLLATE \"C\""; }

call export $slug --format csv
expect "csv to standard output" 0 "$status"
mv "$dir/out" "$dir/a.csv"
matches "the count is told, and the log line" "* info minyi export survey=$slug version=1 format=csv rows=1500 comments=no uid=*1500 rows, as many as*" "$err"
expect "csv: the counts of a question" "$(wanted q_privacy '')" "$(read_back "$dir/a.csv" q_privacy)"
expect "csv: and of another" "$(wanted gender '')" "$(read_back "$dir/a.csv" gender)"
expect "csv: without --comments nothing in words" 0 "$(grep -c 您好 "$dir/a.csv" || true)"
hashes=$(scratch_sql postgres "SELECT encode(record_hash, 'hex') FROM record.response LIMIT 3")
expect "no hash leaves" 0 "$(grep -cF "$hashes" "$dir/a.csv" || true)"
call export $slug --format csv --bom --comments --labels --out "$dir/b.csv"
expect "csv with mark and comments" "0 600 efbbbf" "$status $(stat -c %a "$dir/b.csv") $(head -c 3 "$dir/b.csv" | od -An -tx1 | tr -d ' ')"
echo untouched >"$dir/victim"
ln -s "$dir/victim" "$dir/l.csv.part"
call export $slug --format csv --out "$dir/l.csv"
expect "a link laid in the way leads nowhere" "0 untouched 600" "$status $(cat "$dir/victim") $(stat -c %a "$dir/l.csv")"
matches "a formula is disarmed and quoted" "*value '=SUM(A1), \"您好\"
next 1*" "$(read_back "$dir/b.csv" comment)"
matches "labels in Chinese" "*value 女 *value 男 *" "$(read_back "$dir/b.csv" gender)"

call export $slug --format jsonl --out "$dir/a.jsonl"
expect "jsonl: not asked is absent" "$(wanted used absent)" "$(read_back "$dir/a.jsonl" used)"
expect "jsonl: the counts of a question" "$(wanted q_privacy None)" "$(read_back "$dir/a.jsonl" q_privacy)"

call export $slug --format xlsx --out "$dir/a.xlsx"
expect "xlsx, read by openpyxl" "$(wanted q_privacy None)" "$(read_back "$dir/a.xlsx" q_privacy)"
call export $slug --format xlsx
matches "a workbook needs a file, and its refusal leaves a line" "2 *warn minyi export_refused survey=$slug format=xlsx *name a file*" "$status $err"

call export $slug --format dta --lang zh --out "$dir/a.dta"
expect "dta: done" 0 "$status"
got=$(read_back "$dir/a.dta" q_privacy)
expect "dta, read by pandas: the counts" "$(wanted "CASE q_privacy WHEN 'dk' THEN '.c' ELSE q_privacy || '.0' END" .b)" \
    "$(grep -E '^(rows|value)' <<<"$got")"
matches "dta: the label in Chinese" "*label 使用时，我的个人信息是安全的*" "$got"
matches "dta: what its values mean" "*means *非常同意*" "$got"
call export $slug --format dta --comments --out "$dir/c.dta"
matches "dta: a comment" "0 *value =SUM(A1), \"您好\"*" "$status $(read_back "$dir/c.dta" comment)"

call export $slug --format sav --lang zh --comments --out "$dir/a.sav"
expect "sav: done" 0 "$status"
cat > "$dir/a.sps" <<SPS
GET FILE='$dir/a.sav'.
DISPLAY DICTIONARY /VARIABLES=q_privacy.
FREQUENCIES /VARIABLES=gender /FORMAT=NOTABLE /STATISTICS=NONE.
SAVE TRANSLATE /OUTFILE='$dir/back.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /REPLACE /KEEP=q_privacy comment.
SPS
pspp -O format=txt -o "$dir/pspp.txt" "$dir/a.sps" >"$dir/err" 2>&1 || not_ok "PSPP reads the sav" "$(cat "$dir/err")"
matches "sav: label in Chinese" "*使用时，我的个人信息是安全的*" "$(cat "$dir/pspp.txt")"
matches "sav: value labels in Chinese" "*非常同意*" "$(cat "$dir/pspp.txt")"
matches "sav: missing values are declared" "*-9*-8*" "$(cat "$dir/pspp.txt")"
matches "sav: the label of a missing one" "*未问到*" "$(cat "$dir/pspp.txt")"
expect "sav, read by PSPP: the counts, and -8 for the skipped" "$(wanted q_privacy -8 | LC_ALL=C sort)" \
    "$(read_back "$dir/back.csv" q_privacy | LC_ALL=C sort)"
matches "sav: a comment" "*=SUM(A1), \"您好\"*" "$(read_back "$dir/back.csv" comment)"

printf 'variable,category,population\ngender,male,686852572\ngender,female,652872280\n' > "$dir/m.csv"
"$SCRATCH_OUT/minyi" margins $slug "$dir/m.csv" --source "Census 2010" --as-of 2010-11-01 >/dev/null
call export $slug --format r
matches "the lines in R weigh by the margins" "*survey::svydesign(*survey::rake(design, list(~\`gender\`), population*" "$out"

call export nothing --format csv
matches "an unknown survey" "1 *there is no survey*" "$status $err"
call export $slug --format pdf
matches "an unknown format" "2 *\"pdf\" is no format*" "$status $err"
call export $slug --format csv --version 7
matches "an unknown version" "1 *no such version*" "$status $err"
call export $slug --format csv --out "$dir/no/such/folder.csv"
matches "a folder that is not there" "1 *cannot be written*" "$status $err"
PGUSER=minyi_operator call export $slug --format csv
expect "the operator's role reads no answer" "1 0" "$status $(wc -c <"$dir/out" | tr -d ' ')"
PGUSER=minyi_admin call export $slug --format csv
expect "nor does the administrators'" "1 0" "$status $(wc -c <"$dir/out" | tr -d ' ')"
exit $failed
