#!/bin/bash
# Each database role tries what it must not do; each system user tries to be another role; PUBLIC
# holds nothing; functions with the owner's rights pin their search_path.  Run as root, every
# attempt is made by the system user itself, over peer authentication.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-roles-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
failed=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; shift; printf '    %s\n' "$@" >&2; failed=1; }
# expect NAME WANT GOT
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "got: $3"; fi; }

ROLES="minyi_owner minyi_survey minyi_results minyi_tally minyi_admin minyi_operator postgres"
if [ "$(id -u)" = 0 ]; then
    cluster_users
    export CLUSTER_TRUST=strict
    owner_user=$(scratch_owner)
fi

# The system user that is ROLE in a strict cluster; by oneself otherwise.
user_of() {
    [ "$(id -u)" = 0 ] || { id -un; return; }
    case $1 in
    postgres) echo "$owner_user" ;;
    minyi_owner) echo minyi-operator ;;
    *) echo "${1/_/-}" ;;
    esac
}
# run ROLE SQL: as that role's system user
run() {
    as_user "$(user_of "$1")" "$PG_BIN/psql" -h "$PGHOST" -d minyi -U "$1" -qXAt -v ON_ERROR_STOP=1 -c "$2" 2>&1
}

scratch_cluster "$dir" >/dev/null
migrate() {
    as_user "$(user_of minyi_owner)" env MINYI_SQL_DIR="$1" PGHOST="$PGHOST" PGDATABASE=minyi "$dir/minyi" migrate
}
cp "$SCRATCH_OUT/minyi" "$dir/minyi"
cp -r sql "$dir/sql"
chmod -R a+rX "$dir/minyi" "$dir/sql"
expect "migrate applies the schema" "applied 001_tables.sql" "$(migrate "$dir/sql" | head -n 1)"
expect "migrate again does nothing" "" "$(migrate "$dir/sql")"

# ---- who may be whom ----
if [ "$(id -u)" = 0 ]; then
    wrong=
    for user in minyi-survey minyi-results minyi-tally minyi-admin minyi-operator minyi-db nobody; do
        for role in $ROLES; do
            may=no
            case $user:$role in
            minyi-operator:minyi_owner | "$owner_user":postgres | "$owner_user":minyi_owner) may=yes ;;
            esac
            [ "${user/-/_}" = "$role" ] && may=yes
            got=no
            as_user "$user" "$PG_BIN/psql" -h "$PGHOST" -d minyi -U "$role" -qXAtc 'SELECT 1' >/dev/null 2>&1 && got=yes
            [ "$may" = "$got" ] || wrong="$wrong $user-as-$role:$got"
        done
    done
    expect "a system user is its own role and no other" "" "$wrong"
else
    echo "ok a system user is its own role and no other # skipped: needs root"
fi
wrong=
for role in minyi_survey minyi_results minyi_tally minyi_admin minyi_operator; do
    for other in $ROLES; do
        [ "$role" = "$other" ] && continue
        [[ $(run "$role" "SET ROLE $other") == *"permission denied to set role"* ]] || wrong="$wrong $role-to-$other"
    done
    for base in postgres template1; do
        as_user "$(user_of "$role")" "$PG_BIN/psql" -h "$PGHOST" -d $base -U "$role" -qXAtc 'SELECT 1' >/dev/null 2>&1 &&
            wrong="$wrong $role-in-$base"
    done
done
expect "no role can become another, or enter another database" "" "$wrong"

# ---- something to be after ----
public_key="decode(repeat('ab', 32), 'hex')"
run postgres "
    INSERT INTO intake.recovery_key (public_key) VALUES ($public_key);
    INSERT INTO intake.epoch_key (epoch_id, public_key, recovery_id, escrow) VALUES (1, $public_key, 1, 'escrow'), (2, $public_key, 1, 'escrow');
    SET ROLE minyi_owner;
    SELECT FROM core.publish_version('open-one', 'open', '{\"nodes\":[]}', 'h1');
    SELECT FROM core.publish_version('demo', 'demonstration', '{\"nodes\":[]}', 'h2');
    INSERT INTO record.response VALUES (decode(repeat('01', 16), 'hex'), 1, 1, '2026-01-01', 'codes');
    INSERT INTO record.comment VALUES (decode(repeat('01', 16), 'hex'), 1, 1, 1, '2026-01-01', 'body');
    INSERT INTO publish.publication (survey_id, version_id, body, body_hash) VALUES (1, 1, '{}', 'h');" >/dev/null

# ---- what each role must not do ----
while IFS='|' read -r role sql; do
    [ -n "$role" ] || continue
    got=$(run "$role" "$sql" || true)
    if [[ $got == *"permission denied"* || $got == *"must be owner"* || $got == *"must be superuser"* ]]; then
        ok "$role may not: $sql"
    else
        not_ok "$role may not: $sql" "$got"
    fi
done <<'ATTEMPTS'
minyi_survey|SELECT * FROM record.response
minyi_survey|SELECT * FROM record.comment
minyi_survey|SELECT sealed FROM intake.batch
minyi_survey|SELECT count(*) FROM intake.batch
minyi_survey|INSERT INTO intake.batch SELECT * FROM intake.batch
minyi_survey|DELETE FROM intake.batch
minyi_survey|SELECT escrow FROM intake.epoch_key
minyi_survey|SELECT public_key FROM intake.epoch_key
minyi_survey|SELECT * FROM intake.quarantine
minyi_survey|SELECT * FROM intake.recovery_key
minyi_survey|SELECT * FROM intake.box_state()
minyi_survey|SELECT intake.destroy_key(1)
minyi_survey|SELECT intake.put_recovery_key(decode(repeat('ab', 32), 'hex'), true)
minyi_survey|SELECT intake.drop_batch_synthetic('', 1, 1, 1, 1, 1, '', '')
minyi_survey|SELECT * FROM intake.withdrawal
minyi_survey|INSERT INTO intake.withdrawal VALUES (decode(repeat('ab', 16), 'hex'))
minyi_survey|SELECT intake.is_waiting(decode(repeat('ab', 16), 'hex'))
minyi_survey|SELECT secret FROM publish.tree
minyi_survey|SELECT * FROM publish.tree_part
minyi_results|SELECT secret FROM publish.tree
minyi_tally|INSERT INTO intake.withdrawal VALUES (decode(repeat('ab', 16), 'hex'))
minyi_tally|DELETE FROM intake.withdrawal
minyi_admin|SELECT * FROM intake.withdrawal
minyi_operator|SELECT intake.withdraw(decode(repeat('ab', 16), 'hex'), decode(repeat('ab', 16), 'hex'))
minyi_survey|SELECT * FROM publish.cell
minyi_survey|SELECT * FROM publish.publication
minyi_survey|INSERT INTO core.survey (slug, sample) VALUES ('x', 'open')
minyi_survey|UPDATE core.survey SET state = 'closed'
minyi_survey|UPDATE core.version SET definition = ''
minyi_survey|SELECT core.publish_version('x', 'open', '{}', '')
minyi_survey|SELECT core.set_state('demo', 'closed')
minyi_survey|SELECT core.make_view(1)
minyi_survey|SELECT * FROM core.migration
minyi_survey|SELECT * FROM analyst.demo_v1
minyi_survey|CREATE TABLE core.x (a integer)
minyi_survey|CREATE TABLE public.x (a integer)
minyi_survey|CREATE TEMPORARY TABLE x (a integer)
minyi_survey|CREATE SCHEMA x
minyi_survey|SELECT pg_advisory_lock(1)
minyi_survey|SELECT lo_from_bytea(0, 'x')
minyi_survey|SELECT pg_read_file('/etc/passwd')
minyi_survey|COPY (SELECT 1) TO PROGRAM 'true'
minyi_results|SELECT * FROM record.response
minyi_results|SELECT * FROM record.comment
minyi_results|SELECT * FROM intake.batch
minyi_results|SELECT * FROM intake.newest_key()
minyi_results|SELECT * FROM publish.cell
minyi_results|SELECT * FROM publish.cell_retired
minyi_results|SELECT * FROM publish.row_kept
minyi_results|UPDATE publish.current SET publication_id = 1
minyi_results|INSERT INTO publish.publication (survey_id, version_id, body, body_hash) VALUES (1, 1, '', '')
minyi_results|DELETE FROM publish.publication
minyi_results|SELECT * FROM analyst.demo_v1
minyi_results|CREATE TEMPORARY TABLE x (a integer)
minyi_results|SELECT pg_advisory_lock(1)
minyi_tally|UPDATE core.version SET definition = ''
minyi_tally|UPDATE core.survey SET state = 'open'
minyi_tally|INSERT INTO core.version (survey_id, version_no, definition, definition_hash) VALUES (1, 9, '', '')
minyi_tally|SELECT core.publish_version('x', 'open', '{}', '')
minyi_tally|INSERT INTO intake.batch SELECT * FROM intake.batch
minyi_tally|UPDATE intake.batch SET sealed = ''
minyi_tally|UPDATE intake.epoch_key SET destroyed_at = now()
minyi_tally|INSERT INTO intake.recovery_key (public_key) VALUES (decode(repeat('ab', 32), 'hex'))
minyi_tally|UPDATE record.response SET codes = ''
minyi_tally|UPDATE publish.publication SET body = ''
minyi_tally|DELETE FROM publish.publication
minyi_tally|UPDATE publish.row_kept SET last_n = 0
minyi_tally|DELETE FROM publish.row_kept
minyi_tally|CREATE TABLE record.x (a integer)
minyi_admin|SELECT * FROM intake.batch
minyi_admin|SELECT box_hashes FROM intake.quarantine
minyi_admin|SELECT * FROM intake.epoch_key
minyi_admin|SELECT * FROM publish.row_kept
minyi_admin|SELECT record_hash FROM record.response
minyi_admin|SELECT codes FROM record.response
minyi_admin|SELECT * FROM record.comment
minyi_admin|SELECT * FROM publish.cell
minyi_admin|UPDATE core.version SET definition = ''
minyi_admin|SELECT core.set_state('demo', 'closed')
minyi_admin|UPDATE publish.publication SET body = ''
minyi_operator|SELECT * FROM intake.batch
minyi_operator|SELECT escrow FROM intake.epoch_key
minyi_operator|SELECT * FROM intake.quarantine
minyi_operator|SELECT * FROM record.response
minyi_operator|SELECT * FROM record.comment
minyi_operator|SELECT * FROM publish.cell
minyi_operator|UPDATE core.version SET definition = ''
minyi_operator|INSERT INTO core.version (survey_id, version_no, definition, definition_hash) VALUES (1, 9, '', '')
minyi_operator|INSERT INTO intake.recovery_key (public_key) VALUES (decode(repeat('ab', 32), 'hex'))
minyi_operator|SELECT intake.drop_batch('', 1, 1, 1, 1, 1, '', '')
minyi_operator|SELECT intake.destroy_key(1)
minyi_operator|UPDATE publish.current SET publication_id = 1
minyi_operator|SELECT * FROM analyst.demo_v1
ATTEMPTS

# ---- what was published stays, whoever asks ----
for sql in "UPDATE core.version SET definition = ''" "DELETE FROM core.version" "TRUNCATE core.version CASCADE" \
           "UPDATE publish.publication SET body = ''" "DELETE FROM publish.publication"; do
    for role in minyi_owner postgres; do
        got=$(run $role "$sql" || true)
        [[ $got == *"what was published cannot be changed"* ]] && ok "$role cannot: $sql" || not_ok "$role cannot: $sql" "$got"
    done
done

# ---- what they are there for ----
expect "survey reads the newest key" "2" "$(run minyi_survey 'SELECT epoch_id FROM intake.newest_key()')"
expect "survey reads the versions" "2" "$(run minyi_survey 'SELECT count(*) FROM core.version')"
expect "results reads publications" "1" "$(run minyi_results 'SELECT count(*) FROM publish.publication')"
expect "admin reads definitions" "2" "$(run minyi_admin 'SELECT count(*) FROM core.survey')"
expect "tally reads the escrow" "2" "$(run minyi_tally 'SELECT count(escrow) FROM intake.epoch_key')"

# ---- the box: codes ----
# drop ROLE FUNCTION ID SURVEY VERSION EPOCH [N [HASHES]]
drop() {
    run "$1" "SELECT intake.$2(decode(repeat('$3', 16), 'hex'), $4, $5, $6, 1000, ${7:-1}, decode(repeat('0a', ${8:-16}), 'hex'), decode(repeat('0b', 60), 'hex'))"
}
while IFS='|' read -r name want arguments; do
    # shellcheck disable=SC2086
    expect "the box: $name" "$want" "$(drop $arguments)"
done <<'CODES'
a batch is stored|0|minyi_survey drop_batch a1 1 1 1
the same again|0|minyi_survey drop_batch a1 1 1 1
hashes of another number|1|minyi_survey drop_batch a2 1 1 1 2 16
no ballots|1|minyi_survey drop_batch a2 1 1 1 0 0
more ballots than a batch holds|1|minyi_survey drop_batch a2 1 1 1 4097 65552
a NULL|1|minyi_survey drop_batch a2 1 1 1 NULL
an unknown epoch|2|minyi_survey drop_batch a2 1 1 77
another survey's version|3|minyi_survey drop_batch a2 1 2 1
synthetic ballots in an open survey|4|minyi_operator drop_batch_synthetic a3 1 1 1
synthetic ballots in a demonstration|0|minyi_operator drop_batch_synthetic a4 2 2 1
CODES
expect "the box holds what was stored, once" "2" "$(run minyi_tally 'SELECT count(*) FROM intake.batch')"
expect "the operator counts" "1 1" "$(run minyi_operator "SELECT string_agg(ballots::text, ' ') FROM intake.box_state()")"

# ---- keys ----
expect "a key that a batch names stays" "1" "$(run minyi_tally 'SELECT intake.destroy_key(1)')"
run minyi_tally "DELETE FROM intake.batch" >/dev/null
expect "a key that nothing names goes" "0" "$(run minyi_tally 'SELECT intake.destroy_key(1)')"
expect "and its escrow with it" "0" "$(run minyi_tally 'SELECT length(escrow) FROM intake.epoch_key WHERE epoch_id = 1')"
expect "once" "2" "$(run minyi_tally 'SELECT intake.destroy_key(1)')"
expect "the box: a destroyed epoch" "2" "$(drop minyi_survey drop_batch a5 1 1 1)"
# a batch on its way, not committed yet, while the tally wants to destroy its key
as_user "$(user_of minyi_survey)" "$PG_BIN/psql" -h "$PGHOST" -d minyi -U minyi_survey -qXAt >/dev/null <<'SLOW' &
BEGIN;
SELECT intake.drop_batch(decode(repeat('a6', 16), 'hex'), 1, 1, 2, 1000, 1, decode(repeat('0a', 16), 'hex'), decode(repeat('0b', 60), 'hex'));
SELECT pg_sleep(1);
COMMIT;
SLOW
slow=$!
for _ in $(seq 50); do # until the batch's transaction holds the epoch's row
    held=$(run postgres "SELECT count(*) FROM pg_stat_activity WHERE usename = 'minyi_survey' AND query LIKE '%pg_sleep%'")
    [ "$held" = 1 ] && break
    sleep 0.02
done
expect "a batch is on its way" "1" "$held"
expect "a key stays for a batch on its way" "1" "$(run minyi_tally 'SELECT intake.destroy_key(2)')"
wait "$slow"
expect "which is then there" "1" "$(run minyi_tally 'SELECT count(*) FROM intake.batch WHERE epoch_id = 2')"

expect "a second recovery key is refused" "1" "$(run minyi_operator "SELECT intake.put_recovery_key($public_key, false)")"
expect "unless it replaces" "0" "$(run minyi_operator "SELECT intake.put_recovery_key($public_key, true)")"
expect "a recovery key has 32 bytes" "2" "$(run minyi_operator "SELECT intake.put_recovery_key('short', true)")"

# ---- publishing ----
expect "the same definition is the same version" "1|f|f" \
    "$(run minyi_operator "SELECT version_no, is_new, sample_changed FROM core.publish_version('demo', 'demonstration', '{\"nodes\":[]}', 'h2')")"
expect "another definition is the next" "2|t|f" \
    "$(run minyi_operator "SELECT version_no, is_new, sample_changed FROM core.publish_version('demo', 'demonstration', '{\"nodes\":[]}', 'h3')")"
expect "a demonstration stays one" "t" \
    "$(run minyi_operator "SELECT sample_changed FROM core.publish_version('demo', 'open', '{\"nodes\":[]}', 'h4')")"
expect "no such state" "1" "$(run minyi_operator "SELECT core.set_state('demo', 'half-open')")"
expect "no such survey" "3" "$(run minyi_operator "SELECT core.set_state('nothing', 'open')")"

# ---- the catalog ----
expect "PUBLIC holds nothing" "" "$(run postgres "
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname IN
            ('core', 'intake', 'record', 'publish', 'registry', 'office', 'analyst', 'public')),
    held AS (
        SELECT 'database ' || datname AS what, coalesce(datacl, acldefault('d', datdba)) AS acl FROM pg_database WHERE datname <> 'template0'
        UNION ALL SELECT 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE oid IN (SELECT oid FROM ours)
        UNION ALL SELECT 'relation ' || oid::regclass, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner))
            FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours) AND relkind IN ('r', 'v', 'm', 'p', 'S', 'f')
        UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace IN (SELECT oid FROM ours) AND attacl IS NOT NULL
        UNION ALL SELECT 'function ' || oid::regprocedure, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
            WHERE pronamespace IN (SELECT oid FROM ours) OR proname LIKE 'pg\_%advisory\_%' OR proname LIKE 'lo\_%'
        UNION ALL SELECT 'language ' || lanname, coalesce(lanacl, acldefault('l', lanowner)) FROM pg_language WHERE lanname = 'plpgsql'
    )
    SELECT string_agg(what || ' ' || x.privilege_type, E'\n') FROM held, aclexplode(acl) AS x WHERE x.grantee = 0")"
expect "functions with the owner's rights pin search_path" "" "$(run postgres "
    SELECT string_agg(oid::regprocedure::text, ' ') FROM pg_proc
    WHERE prosecdef AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)")"
expect "functions with the owner's rights are minyi_owner's" "" "$(run postgres "
    SELECT string_agg(oid::regprocedure::text, ' ') FROM pg_proc
    WHERE prosecdef AND proowner <> 'minyi_owner'::regrole")"
expect "no role has a password, or rights over the server" "" "$(run postgres "
    SELECT string_agg(rolname, ' ') FROM pg_authid WHERE rolname LIKE 'minyi%' AND (rolpassword IS NOT NULL
        OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)")"
expect "no role is a member of another" "0" "$(run postgres "
    SELECT count(*) FROM pg_auth_members WHERE member IN (SELECT oid FROM pg_roles WHERE rolname LIKE 'minyi%')")"
run minyi_owner "CREATE FUNCTION core.fresh() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TABLE core.fresh (a integer)" >/dev/null
expect "what the owner makes is nobody's until it is granted" "f f" "$(run postgres "
    SELECT bool_or(has_function_privilege(rolname, 'core.fresh()', 'EXECUTE')) || ' ' || bool_or(has_table_privilege(rolname, 'core.fresh', 'SELECT'))
    FROM pg_roles WHERE rolname IN ('minyi_survey', 'minyi_results', 'minyi_tally', 'minyi_admin', 'minyi_operator', 'minyi_analyst')" | sed 's/false/f/g; s/true/t/g')"
# held ROLE: everything that the role holds, in one line
held() {
    run postgres "
        SELECT string_agg(what, ', ' ORDER BY what COLLATE \"C\") FROM (
            SELECT c.oid::regclass || ' ' || x.privilege_type FROM pg_class c, aclexplode(c.relacl) x WHERE x.grantee = '$1'::regrole
            UNION ALL SELECT a.attrelid::regclass || '.' || a.attname || ' ' || x.privilege_type FROM pg_attribute a, aclexplode(a.attacl) x WHERE x.grantee = '$1'::regrole
            UNION ALL SELECT p.oid::regproc || '()' FROM pg_proc p, aclexplode(p.proacl) x WHERE x.grantee = '$1'::regrole) AS t(what)"
}
expect "what survey holds" "core.survey SELECT, core.version SELECT, intake.drop_batch(), intake.drop_invited(), intake.newest_key(), intake.receipt(), intake.receipt_words(), intake.spend_codes(), intake.withdraw()" "$(held minyi_survey)"
expect "what results holds" "publish.current SELECT, publish.publication SELECT, registry.census.as_of SELECT, registry.census.body SELECT, registry.census.is_demonstration SELECT, registry.census.n SELECT" "$(held minyi_results | sed 's/, publish.run SELECT//')"

# ---- migrations ----
echo "-- changed" >> "$dir/sql/001_tables.sql"
got=$(migrate "$dir/sql" 2>&1 || true)
[[ $got == *'"001_tables.sql" was changed after it had been applied'* ]] && ok "a changed file is refused" || not_ok "a changed file is refused" "$got"
cp sql/001_tables.sql "$dir/sql/"
printf 'CREATE TABLE core.half (a integer);\nSELEKT 1;\n' > "$dir/sql/999_broken.sql"
got=$(migrate "$dir/sql" 2>&1 || true)
[[ $got == *'999_broken.sql: line 2: syntax error'* ]] && ok "a broken file is named, with its line" || not_ok "a broken file is named, with its line" "$got"
expect "and leaves nothing behind" "" "$(run postgres "SELECT to_regclass('core.half')")"
rm "$dir/sql/999_broken.sql"
before=$(run postgres "SELECT md5(string_agg(oid || relname || relnatts, ',' ORDER BY oid)) FROM pg_class WHERE oid > 16384")
run minyi_owner "$(cat sql/citus.sql)" >/dev/null
expect "citus.sql does nothing on plain PostgreSQL" "$before" \
    "$(run postgres "SELECT md5(string_agg(oid || relname || relnatts, ',' ORDER BY oid)) FROM pg_class WHERE oid > 16384")"

# ---- logs ----
run minyi_tally "INSERT INTO record.comment VALUES ('x', 1, 1, 1, 'no date', 'an answer that must not be logged')" >/dev/null || true
run minyi_tally "INSERT INTO record.comment VALUES (decode(repeat('01', 16), 'hex'), 1, 1, 1, '2026-01-01', 'an answer that must not be logged')" >/dev/null || true
expect "the server's log has the errors" "yes" "$(grep -q 'duplicate key' "$dir/data/server.log" && echo yes)"
expect "and not what was sent" "" "$(grep -o 'an answer that must not be logged\|DETAIL.*' "$dir/data/server.log" | head -n 1)"
exit $failed
