#!/bin/bash
# What goes out to people: minyi poster, minyi paper, and a version back to its author.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-prt-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
matches() { if [[ $3 == $2 ]]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }
call() {
    status=0
    "$SCRATCH_OUT/minyi" "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
    out=$(cat "$dir/out") err=$(cat "$dir/err")
}
slug=gov-wechat-2014
scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
"$SCRATCH_OUT/minyi" publish sql/seed/$slug >/dev/null

call poster $slug
matches "a poster needs the site's address" "2 *--url*" "$status $err"
call poster $slug --url 'https://a"b'
matches "and a good one" "1 *is not an address*" "$status $err"
call poster $slug --lang fr --url https://survey.example.gov.cn
matches "in a language of the survey" "1 *no texts in \"fr\"*" "$status $err"
call poster nothing --url https://survey.example.gov.cn
matches "of a survey that is there" "1 *there is no survey \"nothing\"*" "$status $err"
call poster $slug --url https://survey.example.gov.cn
matches "a poster in the survey's first language" "0 <svg*xml:lang=\"zh-CN\"*微信扫一扫*survey.example.gov.cn/survey/$slug<*</svg>" "$status $out"
matches "says that it is a demonstration" "*演示*" "$out"
MINYI_BASE_URL=https://survey.example.gov.cn/ call poster $slug --lang en
matches "and in another" "0 <svg*xml:lang=\"en\"*Demonstration*Scan to take part*survey.example.gov.cn/survey/$slug<*</svg>" "$status $out"
call paper nothing
matches "a form of a survey that is there" "1 *there is no survey \"nothing\"*" "$status $err"
call paper $slug --lang fr
matches "in a language of it" "1 *no texts in \"fr\"*" "$status $err"
call paper $slug --lang en
matches "a form to print: all questions, numbered, with their conditions" \
    "0 <!doctype html>*Demonstration*1. *Answer only if*class=\"one\"*class=\"line\"*</html>" "$status $out"
names=$(scratch_sql postgres "SELECT count(*) FROM core.version v, jsonb_array_elements(v.definition::jsonb -> 'nodes') n
    WHERE n ->> 'type' NOT IN ('note', 'begin_group', 'end_group')")
matches "as many as there are" "$names" "$(grep -cE '>[0-9]+\. ' "$dir/out")"

call export-form $slug "$dir/back.xlsx"
matches "a version as a workbook" "0 *" "$status $err"
call export-form $slug "$dir/back.xlsx"
matches "which is not written over" "1 *is there already*" "$status $err"
call publish "$dir/back.xlsx"
matches "published again it is the same version" "0 *published before, nothing changed*" "$status $out"
call export-form $slug "$dir/back"
call publish "$dir/back"
matches "and so is the folder" "0 *published before, nothing changed*" "$status $out"
call export-form $slug "$dir/back"
matches "which is not written over either" "1 *cannot be made*" "$status $err"
exit $failed
