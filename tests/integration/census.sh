#!/bin/bash
# minyi census: all or nothing, every problem named, snapshots that never change, and who may read what.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../lib/cluster.sh
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-census-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok census: $1"; }
not_ok() { echo "not ok census: $1: $2"; failed=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }
census() { # census ARGUMENTS: output in out, exit status printed
    local rc=0
    MINYI_SQL_DIR=$PWD/sql "$SCRATCH_OUT/minyi" census "$@" >"$dir/out" 2>"$dir/err" || rc=$?
    echo $rc
}
said() { grep -qF -- "$2" "$dir/out" "$dir/err" && ok "$1" || not_ok "$1" "\"$2\" was not said: $(cat "$dir/out" "$dir/err")"; }
refused() { # refused NAME ROLE SQL WORDS
    local got
    got=$(scratch_sql "$2" "$3" 2>&1) && { not_ok "$1" "it was done"; return; }
    [[ $got == *"$4"* ]] && ok "$1" || not_ok "$1" "$got"
}

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
gz=sql/seed/gov-wechat-2014/accounts.csv.gz
gunzip -c $gz >"$dir/accounts.csv"

expect "help" "$(census --help)" 0
said "help has an example" "minyi census import accounts.csv --as-of 2014-12-31"
expect "no census yet" "$(census list)" 0
said "the list says so" "there is no census yet"
expect "no date" "$(census import "$dir/accounts.csv")" 2
expect "a day that is none" "$(census import "$dir/accounts.csv" --as-of 2014-02-30)" 2
expect "no such file" "$(census import "$dir/none.csv" --as-of 2014-12-31)" 1

# ---- all or nothing ----
{ head -n 3 "$dir/accounts.csv"; printf 'SYN-00001,44,广东,police,公安,central,x,1,2014-01-01\nSYN-X,99,,police,,central,,,2015-01-01\n'; } >"$dir/bad.csv"
expect "a file with wrong rows" "$(census import "$dir/bad.csv" --as-of 2014-12-31)" 1
said "the row and column of the first" "bad.csv:4:account_id: the account is there twice: row 2 has it too"
said "of the second" 'bad.csv:5:province: "99" is not in provinces.csv'
said "of the third" "bad.csv:5:followers: this cell is empty"
said "of the fourth" "bad.csv:5:opened_on: this is after the date of the census"
said "nothing was taken" "2 of 4 rows are wrong: nothing was imported"
expect "and nothing is there" "$(scratch_sql minyi_owner 'SELECT count(*) FROM registry.account')" 0
expect "--reject takes the others" "$(census import "$dir/bad.csv" --as-of 2013-12-31 --reject "$dir/rejects.csv")" 0
said "and says how many" "2013-12-31: 2 accounts; 2 rows were rejected"
expect "the rejected rows" "$(wc -l <"$dir/rejects.csv")" 3
expect "with their reasons" "$(grep -c 'province: ""99"" is not in provinces.csv' "$dir/rejects.csv")" 1
expect "a file of rejects is never overwritten" \
    "$(census import "$dir/bad.csv" --as-of 2013-12-30 --reject "$dir/rejects.csv")" 1
expect "then nothing is imported" "$(scratch_sql minyi_owner 'SELECT count(*) FROM registry.census')" 1

# ---- the demonstration's 40,924 accounts ----
began=$(date +%s%N)
expect "40,924 accounts" "$(census import $gz --as-of 2014-12-31 --demonstration)" 0
ms=$((($(date +%s%N) - began) / 1000000))
said "what was imported" "2014-12-31: 40924 accounts (demonstration)"
[ $ms -lt 2000 ] && ok "in under 2 s ($ms ms)" || not_ok "in under 2 s" "$ms ms"
expect "the rows are in the database" "$(scratch_sql minyi_owner "SELECT count(*) FROM registry.account WHERE as_of = '2014-12-31'")" 40924
expect "the figures agree with SQL: followers" \
    "$(scratch_sql minyi_owner "SELECT body::json #>> '{followers,sum}' FROM registry.census WHERE as_of = '2014-12-31'")" \
    "$(scratch_sql minyi_owner "SELECT sum(followers) FROM registry.account WHERE as_of = '2014-12-31'")"
expect "and: level x function" \
    "$(scratch_sql minyi_owner "SELECT md5(string_agg(x ->> 'level' || (r ->> 'code') || (r ->> 'count'), ',' ORDER BY x ->> 'level' COLLATE \"C\", r ->> 'code' COLLATE \"C\"))
        FROM registry.census, json_array_elements(body::json -> 'level_functions') x, json_array_elements(x #> '{functions,rows}') r WHERE as_of = '2014-12-31'")" \
    "$(scratch_sql minyi_owner "SELECT md5(string_agg(level || function || n, ',' ORDER BY level COLLATE \"C\", function COLLATE \"C\"))
        FROM (SELECT level, function, count(*) AS n FROM registry.account WHERE as_of = '2014-12-31' GROUP BY 1, 2) t")"
expect "and: medians by province" \
    "$(scratch_sql minyi_owner "SELECT count(*) FROM registry.census, json_array_elements(body::json #> '{provinces,rows}') r
        JOIN (SELECT province, percentile_cont(0.5) WITHIN GROUP (ORDER BY followers) AS m FROM registry.account
              WHERE as_of = '2014-12-31' GROUP BY 1) t ON t.province = r ->> 'code'
        WHERE as_of = '2014-12-31' AND m = (r ->> 'median_followers')::float8")" 31
expect "the same file again" "$(census import "$dir/accounts.csv" --as-of 2014-12-31 --demonstration)" 0
said "changes nothing and says so" "this file was imported before: nothing to do"
expect "not as a demonstration" "$(census import "$dir/accounts.csv" --as-of 2014-12-31)" 1
sed '2d' "$dir/accounts.csv" >"$dir/other.csv"
expect "another file for the same date" "$(census import "$dir/other.csv" --as-of 2014-12-31 --demonstration)" 1
said "is refused with words" "a census never changes"
expect "same accounts, same bytes" "$(census import "$dir/accounts.csv" --as-of 2015-01-01 --demonstration)" 0
expect "but the date" "$(scratch_sql minyi_owner "SELECT count(DISTINCT regexp_replace(body, '201[45]-(12-31|01-01)|,{\"month\":\"2015-01\",\"opened\":0,\"total\":40924}', '', 'g'))
    FROM registry.census WHERE as_of >= '2014-12-31'")" 1
expect "list" "$(census list)" 0
expect "the newest comes first" "$(sed -E 's/ +/ /g' "$dir/out" | paste -sd'|')" \
    "2015-01-01 40924 accounts demonstration|2014-12-31 40924 accounts demonstration|2013-12-31 2 accounts"

# ---- a snapshot never changes ----
late="INSERT INTO registry.account (as_of, platform, account_id, province, function, level, followers, opened_on)
    VALUES ('2014-12-31', 'wechat', 'late', '44', 'tax', 'central', 1, '2014-01-01')"
refused "no account comes late" minyi_operator "$late" "never changes"
refused "not even the owner's" minyi_owner "$late" "never changes"
refused "no account goes" minyi_owner "DELETE FROM registry.account" "cannot be changed"
refused "no figure changes" minyi_owner "UPDATE registry.census SET body = '{}'" "cannot be changed"
refused "no census is emptied" minyi_owner "TRUNCATE registry.census" "cannot be changed"
expect "a census without its accounts is refused" \
    "$(scratch_sql minyi_operator "SELECT registry.close_census('2016-01-01', false, 5, decode(repeat('00', 32), 'hex'),
        '{\"as_of\":\"2016-01-01\",\"total\":5,\"demonstration\":false}')")" 1

# ---- who may read what ----
expect "results reads the figures" "$(scratch_sql minyi_results "SELECT count(body) FROM registry.census")" 3
refused "and no account" minyi_results "SELECT * FROM registry.account" "permission denied"
refused "nor which file it was" minyi_results "SELECT file_hash FROM registry.census" "permission denied"
refused "survey reads nothing of it" minyi_survey "SELECT body FROM registry.census" "permission denied"
refused "the operator reads no account back" minyi_operator "SELECT * FROM registry.account" "permission denied"
refused "and writes no figures past the check" minyi_operator \
    "INSERT INTO registry.census VALUES ('2017-01-01', false, 1, decode(repeat('00', 32), 'hex'), '{}')" "permission denied"
exit $failed
