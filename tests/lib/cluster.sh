# cluster.sh: a fresh throw-away cluster for one test.  To be sourced by bash.
#
#   scratch_cluster DIR    cluster in DIR, database minyi, roles; exports PGHOST and PGDATABASE and
#                          prints PGHOST; the calling user may be every role (CLUSTER_TRUST=strict:
#                          only the minyi-* system users may be theirs)
#   scratch_migrate        minyi migrate from this tree's build and sql
#   scratch_sql ROLE SQL   psql as that role, unaligned, tuples only
#   scratch_as USER CMD..  a command as another system user (root only)
#   scratch_stop DIR [immediate]   stop the server; DIR stays
#   scratch_restart DIR    start it again
#
# The steps are in .make/cluster.sh, shared with `make run`.

SCRATCH_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../.make/cluster.sh
. "$SCRATCH_ROOT/.make/cluster.sh"
SCRATCH_OUT=${MINYI_BUILD:-$SCRATCH_ROOT/build}

# PostgreSQL refuses root: some unprivileged user owns the server then.
scratch_owner() {
    local u
    if [ "$(id -u)" != 0 ]; then id -un; return; fi
    for u in minyi-db postgres nobody; do
        if id -u "$u" >/dev/null 2>&1; then echo "$u"; return; fi
    done
}

scratch_as() {
    as_user "$@"
}

scratch_sql() {
    "$PG_BIN/psql" -U "$1" -qXAt -v ON_ERROR_STOP=1 -c "$2"
}

scratch_cluster() {
    local dir=$1 owner
    export CLUSTER_KIND=throwaway CLUSTER_TRUST=${CLUSTER_TRUST:-self}
    owner=$(scratch_owner)
    mkdir -p "$dir" && dir=$(cd "$dir" && pwd) && mkdir -p "$dir/data" "$dir/s" || return 1
    chmod 0711 "$dir" && chmod 0700 "$dir/data" || return 1 # the server's user must get in
    [ "$(id -u)" != 0 ] || chown "$owner:" "$dir/data" "$dir/s" || return 1
    cluster_init "$dir/data" "$owner" || return 1
    scratch_restart "$dir" || return 1
    cluster_bootstrap "$dir/s" "$owner" "$SCRATCH_ROOT/sql" || return 1
    export PGHOST=$dir/s PGDATABASE=minyi
    echo "$PGHOST"
}

scratch_restart() {
    cluster_start "$1/data" "$1/s" "$(scratch_owner)" "-c shared_buffers=32MB"
}

scratch_stop() {
    [ -d "$1/data" ] || return 0
    cluster_stop "$1/data" "$(stat -c %U "$1/data")" "${2:-fast}"
}

scratch_migrate() {
    MINYI_SQL_DIR=$SCRATCH_ROOT/sql "$SCRATCH_OUT/minyi" migrate
}
