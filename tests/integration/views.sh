#!/bin/bash
# The analysts' views: what the program encodes, SQL decodes; names that are too long or taken; who
# may look.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-views-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
expect() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "not ok $1"; printf '    %s\n' "wanted: $2" "got: $3" >&2; failed=1; fi; }
sql() { scratch_sql "$@"; }

mkdir "$dir/form"
long=q_$(printf 'x%.0s' $(seq 58)) # 60 bytes: a name with room for little behind it
cat > "$dir/form/settings.csv" <<'CSV'
form_title::English (en),form_title::中文 (zh),form_id,default_language,fast_seconds,sample,min_opening,retain_days,smallest_age,time_zone,organiser::English (en),organiser::中文 (zh),handler::English (en),handler::中文 (zh),contact::English (en),contact::中文 (zh),legal_basis::English (en),legal_basis::中文 (zh),population::English (en),population::中文 (zh),description::English (en),description::中文 (zh)
t,t,view-test,English (en),60,open,20,365,18,Asia/Shanghai,o,o,h,h,c,c,l,l,p,p,d,d
CSV
cat > "$dir/form/survey.csv" <<CSV
type,name,label::English (en),label::中文 (zh),required,relevant,constraint
acknowledge,agree,a,a,yes,,
select_one yn,used,u,u,,,
select_one yn,opened_on,a name that the view needs itself,o,,,
begin_group,g,g,g,,\${used} = 'yes',
select_multiple ten,many,m,m,,,
select_multiple ten,$long,m,m,,,
end_group,,,,,,
integer,number,n,n,,,. >= -1000 and . <= 1000
select_one wide,place,p,p,,,
decimal,weight,w,w,,,
date,day,d,d,,,
time,hour,h,h,,,
text,words,w,w,,,
CSV
{
    echo "list_name,name,label::English (en),label::中文 (zh)"
    echo "yn,yes,y,y"
    echo "yn,no%s,n,n"
    for i in $(seq 10); do echo "ten,c$i,c,c"; done
    for i in $(seq 300); do echo "wide,w$i,w,w"; done
} > "$dir/form/choices.csv"

scratch_cluster "$dir" >/dev/null
scratch_migrate >/dev/null
"$SCRATCH_OUT/minyi" publish "$dir/form" || exit 1
i=0
"$SCRATCH_OUT/tests/integration/encode" "$dir/form" > "$dir/codes" <<BALLOTS
agree=1 used=yes opened_on=no%s many=c1 many=c9 many=c10 number=-2 place=w1 words=hello weight=-0.1 day=2014-12-31 hour=23:59
agree=1 used=no%s number=1000 place=w255 weight=123456789012.345 day=0001-01-01 hour=00:00
agree=1 used=yes $long=c2 place=w300 number=0 weight=0 day=9999-12-31
agree=1
BALLOTS
while read -r codes; do
    [ $i != 3 ] || codes=${codes%00}01 # the fourth was fast
    sql minyi_owner "INSERT INTO record.response SELECT decode(lpad('$((i += 1))', 32, '0'), 'hex'), survey_id, version_id,
        '2026-01-02', decode('$codes', 'hex') FROM core.version"
done < "$dir/codes"
sql minyi_owner "INSERT INTO record.response VALUES ('another survey', 99, 99, '2026-01-02', 'not of this layout')"
# column COLUMN WANT: the four ballots' values, as they were inserted; NULL is ~
column() {
    expect "column $1" "$2" "$(sql postgres "
        SELECT string_agg(coalesce(v.\"$1\"::text, '~'), ' ') FROM (SELECT * FROM analyst.view_test_v1) v")"
}
expect "one row a response of this version" 4 "$(sql postgres 'SELECT count(*) FROM analyst.view_test_v1')"
column opened_on "2026-01-02 2026-01-02 2026-01-02 2026-01-02"
column agree "true true true true"
column agree:missing "~ ~ ~ ~"
column used "yes no%s yes ~"
column used:missing "~ ~ ~ skipped"
column 2 "no%s ~ ~ ~"
column many/c1 "true ~ ~ ~"
column many/c2 "false ~ ~ ~"
column many/c8 "false ~ ~ ~"
column many/c9 "true ~ ~ ~"
column many/c10 "true ~ ~ ~"
column many:missing "~ not asked skipped not asked"
column "$long/c2" "~ ~ true ~"
column 5/9 "~ ~ false ~"
column 5:missing "skipped not asked ~ not asked"
column number "-2 1000 0 ~"
column place "w1 w255 w300 ~"
column words "true false false false"
column :fast "false false false true"
column weight "-0.1 123456789012.345 0 ~"
column day "2014-12-31 0001-01-01 9999-12-31 ~"
column hour "23:59:00 00:00:00 ~ ~"
expect "no hash, no codes" 0 "$(sql postgres "SELECT count(*) FROM pg_attribute WHERE attrelid = 'analyst.view_test_v1'::regclass
    AND attname IN ('record_hash', 'codes', 'survey_id', 'version_id')")"

# ---- who may look ----
sql postgres "CREATE ROLE an_analyst LOGIN; GRANT minyi_analyst TO an_analyst;
    ALTER ROLE an_analyst INHERIT" >/dev/null
as_analyst() { sql postgres "SET SESSION AUTHORIZATION an_analyst; $1" 2>&1 || true; }
expect "an analyst reads the view" 4 "$(as_analyst 'SELECT count(*) FROM analyst.view_test_v1')"
expect "and not what is under it" "ERROR:  permission denied for schema record" "$(as_analyst 'SELECT * FROM record.response' | head -n 1)"
scratch_migrate >/dev/null
expect "after another migration too" 4 "$(as_analyst 'SELECT count(*) FROM analyst.view_test_v1')"

# ---- what cannot have a view ----
many=$(for i in $(seq 801); do printf '{"type":"integer","name":"n%s","offset":1,"width":9},' "$i"; done)
expect "too many columns: the version is published" "t" "$(sql minyi_operator "
    SELECT is_new FROM core.publish_version('huge', 'open', '{\"nodes\":[${many%,}]}', 'h')")"
expect "without a view" "" "$(sql postgres "SELECT to_regclass('analyst.huge_v1')")"
slug=$(printf 'a%.0s' $(seq 64))
sql minyi_operator "SELECT FROM core.publish_version('$slug', 'open', '{\"nodes\":[]}', 'h')" >/dev/null
expect "a long slug gives a short name" 1 "$(sql postgres "SELECT count(*) FROM pg_views WHERE schemaname = 'analyst' AND viewname ~ '^survey_[0-9]+_v1$'")"
exit $failed
