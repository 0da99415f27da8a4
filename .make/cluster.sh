# cluster.sh: a private PostgreSQL cluster on a Unix socket.  To be sourced by bash.
#
#   cluster_init DATA OWNER     initdb as OWNER (a system user; as an ordinary user: oneself)
#   cluster_start DATA SOCKETS OWNER ["-c setting=value ..."]
#   cluster_stop DATA OWNER [fast|immediate]
#   cluster_is_up DATA OWNER
#   cluster_bootstrap SOCKETS OWNER SQL_DIR   the database "minyi" and the roles (idempotent)
#   cluster_users               make the system users that are missing (root only)
#
# Peer authentication: each system user minyi-X is the role minyi_X and no other; the owner of the
# cluster is the superuser and minyi_owner. Run by an ordinary user, that user is every role.
#
#   CLUSTER_KIND=durable|throwaway   throwaway: never flushed to disk, for tests (durable)
#   CLUSTER_TRUST=strict|self        self: the calling user may be every role, root too (strict)

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

cluster_users() {
    local u
    for u in minyi-db $SYSTEM_USERS; do
        id -u "$u" >/dev/null 2>&1 && continue
        useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin "$u" || return 1
        echo "made the system user $u" >&2
    done
}

cluster_init() {
    local data=$1 owner=$2 sync=
    [ -s "$data/PG_VERSION" ] && return 0
    [ "${CLUSTER_KIND:-durable}" = throwaway ] && sync=--no-sync
    as_user "$owner" "$PG_BIN/initdb" -D "$data" -U postgres -E UTF8 --locale=C.UTF-8 -A peer \
        --no-instructions $sync >/dev/null || return 1
    cluster_configure "$data" "$owner"
}

# Lines of pg_ident.conf: map, system user, role.
cluster_map() {
    local owner=$1 me r u
    me=$(id -un)
    echo "# system user -> role"
    if [ "$(id -u)" = 0 ]; then
        echo "minyi $owner postgres"
        echo "minyi $owner minyi_owner"
        for u in $SYSTEM_USERS; do echo "minyi $u ${u/-/_}"; done
        echo "minyi minyi-operator minyi_owner" # migrates
    fi
    if [ "$(id -u)" != 0 ] || [ "${CLUSTER_TRUST:-strict}" = self ]; then
        for r in postgres minyi_owner $SYSTEM_USERS; do echo "minyi $me ${r/-/_}"; done
    fi
}

cluster_configure() {
    local data=$1 owner=$2
    {
        cat <<'CONF'
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
        if [ "${CLUSTER_KIND:-durable}" = throwaway ]; then
            echo "fsync = off"
            echo "full_page_writes = off"
        fi
    } | as_user "$owner" tee "$data/conf.minyi" >/dev/null
    grep -qs "conf.minyi" "$data/postgresql.conf" ||
        echo "include 'conf.minyi'" | as_user "$owner" tee -a "$data/postgresql.conf" >/dev/null
    echo "local all all peer map=minyi" | as_user "$owner" tee "$data/pg_hba.conf" >/dev/null
    cluster_map "$owner" | as_user "$owner" tee "$data/pg_ident.conf" >/dev/null
}

cluster_is_up() {
    as_user "$2" "$PG_BIN/pg_ctl" -D "$1" status >/dev/null 2>&1
}

cluster_start() {
    local data=$1 sockets=$2 owner=$3 extra=${4:-}
    cluster_is_up "$data" "$owner" && return 0
    if [ ${#sockets} -gt 90 ]; then
        echo "the socket's folder is too long a path: $sockets" >&2
        return 1
    fi
    as_user "$owner" "$PG_BIN/pg_ctl" -D "$data" -s -w -t 60 -l "$data/server.log" \
        -o "-c unix_socket_directories='$sockets' $extra" start </dev/null
}

cluster_stop() {
    local data=$1 owner=$2 mode=${3:-fast}
    cluster_is_up "$data" "$owner" || return 0
    as_user "$owner" "$PG_BIN/pg_ctl" -D "$data" -s -w -t 60 -m "$mode" stop
}

# The superuser's psql, without anybody's own settings.
cluster_psql() {
    local sockets=$1 owner=$2 db=$3
    shift 3
    as_user "$owner" env PGOPTIONS='-c client_min_messages=warning' \
        "$PG_BIN/psql" -h "$sockets" -U postgres -d "$db" -qXAt -v ON_ERROR_STOP=1 "$@"
}

cluster_bootstrap() {
    local sockets=$1 owner=$2 sql=$3
    if [ "$(cluster_psql "$sockets" "$owner" postgres \
        -c "SELECT 1 FROM pg_database WHERE datname = 'minyi'")" != 1 ]; then
        cluster_psql "$sockets" "$owner" postgres -c "CREATE DATABASE minyi TEMPLATE template0" \
            -c "REVOKE ALL ON DATABASE postgres FROM PUBLIC" \
            -c "REVOKE ALL ON DATABASE template1 FROM PUBLIC" || return 1
    fi
    # by standard input: the owner may be unable to enter the folder of the file
    cluster_psql "$sockets" "$owner" minyi <"$sql/roles.sql"
}
