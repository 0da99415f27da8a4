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
exit $failed
