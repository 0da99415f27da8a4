# cluster.sh: a private PostgreSQL cluster on a Unix socket.  To be sourced.
#
#   cluster_init DATA OWNER     initdb as OWNER (a system user; as an ordinary user: oneself)
#   cluster_start DATA SOCKETS OWNER
#   cluster_stop DATA OWNER [fast|immediate]
#   cluster_is_up DATA OWNER
#   cluster_bootstrap SOCKETS OWNER SQL_DIR   roles and the database "minyi" (idempotent)
#
# Peer authentication: each system user minyi-X is the role minyi_X and no other; the owner of the
# cluster is the superuser and minyi_owner. Run by an ordinary user, that user is every role.

PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
SYSTEM_USERS="minyi-survey minyi-results minyi-admin minyi-tally minyi-operator"

# Run a command as the given user (as an ordinary user there is only oneself).
as_user() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
        (cd / && exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- env HOME=/ "$@")
    else
        "$@"
    fi
}

cluster_init() {
    local data=$1 owner=$2
    [ -s "$data/PG_VERSION" ] && return 0
    as_user "$owner" "$PG_BIN/initdb" -D "$data" -U postgres -E UTF8 --locale=C.UTF-8 -A peer --no-instructions >/dev/null
    cluster_configure "$data" "$owner"
}

cluster_configure() {
    local data=$1 owner=$2
    as_user "$owner" tee "$data/conf.minyi" >/dev/null <<'CONF'
# Written by Minyi. No TCP; server logs must not hold answers.
listen_addresses = ''
unix_socket_permissions = 0777
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = none
log_line_prefix = '%m [%p] '
max_connections = 60
shared_buffers = 256MB
max_wal_size = 2GB
jit = off
CONF
    grep -qs "conf.minyi" "$data/postgresql.conf" ||
        echo "include 'conf.minyi'" | as_user "$owner" tee -a "$data/postgresql.conf" >/dev/null
    echo "local all all peer map=minyi" | as_user "$owner" tee "$data/pg_hba.conf" >/dev/null
    {
        echo "# system user -> role"
        if [ "$(id -u)" = 0 ]; then
            echo "minyi $owner postgres"
            echo "minyi $owner minyi_owner"
            for u in $SYSTEM_USERS; do echo "minyi $u ${u/-/_}"; done
        else
            for r in postgres minyi_owner $SYSTEM_USERS; do echo "minyi $owner ${r/-/_}"; done
        fi
    } | as_user "$owner" tee "$data/pg_ident.conf" >/dev/null
}

cluster_is_up() {
    as_user "$2" "$PG_BIN/pg_ctl" -D "$1" status >/dev/null 2>&1
}

cluster_start() {
    local data=$1 sockets=$2 owner=$3 extra=${4:-}
    cluster_is_up "$data" "$owner" && return 0
    as_user "$owner" "$PG_BIN/pg_ctl" -D "$data" -s -w -t 60 -l "$data/server.log" \
        -o "-c unix_socket_directories='$sockets' $extra" start </dev/null
}

cluster_stop() {
    local data=$1 owner=$2 mode=${3:-fast}
    cluster_is_up "$data" "$owner" || return 0
    as_user "$owner" "$PG_BIN/pg_ctl" -D "$data" -s -w -t 60 -m "$mode" stop
}

cluster_bootstrap() {
    local sockets=$1 owner=$2 sql=$3
    as_user "$owner" "$PG_BIN/psql" -h "$sockets" -U postgres -d postgres -qX -v ON_ERROR_STOP=1 <"$sql/roles.sql"
    if [ "$(as_user "$owner" "$PG_BIN/psql" -h "$sockets" -U postgres -d postgres -qXAt \
        -c "SELECT 1 FROM pg_database WHERE datname = 'minyi'")" != 1 ]; then
        as_user "$owner" "$PG_BIN/psql" -h "$sockets" -U postgres -d postgres -qX -v ON_ERROR_STOP=1 \
            -c "CREATE DATABASE minyi OWNER minyi_owner" -c "REVOKE ALL ON DATABASE minyi FROM PUBLIC" \
            -c "GRANT CONNECT ON DATABASE minyi TO minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator"
        as_user "$owner" "$PG_BIN/psql" -h "$sockets" -U postgres -d minyi -qX -v ON_ERROR_STOP=1 \
            -c "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    fi
}
