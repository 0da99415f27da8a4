#!/bin/bash
# stack.sh: the whole house, running: PostgreSQL, the programs, nginx, the tally.
#
#   stack.sh start DIR [--port N] [--tally SECONDS] [--no-demo] [--no-limits]
#                       start (or start again) what lives in DIR; prints "ready http://..."
#                       --tally 0: no tally at intervals; --no-demo: no survey is published
#   stack.sh stop DIR   stop it; the data stay
#   stack.sh run DIR COMMAND [ARG...]   a program (minyi, tally, psql) as its own system user
#   stack.sh is-up DIR  exit status 0 when it runs
#
# As root each program is its own system user, and PostgreSQL knows it by that; as an ordinary user
# all are that user. DIR/place names the folder that holds state and copies: DIR itself, or another
# one where the service users cannot enter DIR.
set -eu -o pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=cluster.sh
. "$ROOT/.make/cluster.sh"
[ "$(id -u)" = 0 ] && IS_ROOT=1 || IS_ROOT=

user_of() { if [ -n "$IS_ROOT" ]; then echo "minyi-$1"; else id -un; fi; }

make_users() {
    [ -n "$IS_ROOT" ] || return 0
    cluster_users
    id -u minyi-web >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin minyi-web
    # the tally and the operator look into the spool (sealed batches only)
    getent group minyi-spool >/dev/null || groupadd --system minyi-spool
    for u in minyi-survey minyi-tally minyi-operator; do usermod -aG minyi-spool "$u"; done
}

# Can the service users read the clone and enter the state folder?
can_enter() {
    [ -z "$IS_ROOT" ] || as_user minyi-survey test -r "$ROOT/build/html/assets.txt" -a -x "$ROOT/build/survey" -a -x "$1"
}

choose_place() {
    mkdir -p "$DIR"
    if [ -s "$DIR/place" ]; then
        PLACE=$(cat "$DIR/place")
    elif can_enter "$DIR" && [ ${#DIR} -lt 70 ]; then
        PLACE=$DIR
    elif [ -n "$IS_ROOT" ]; then
        PLACE=/var/lib/minyi-$(printf %s "$DIR" | cksum | cut -d' ' -f1)
    else
        PLACE=${XDG_STATE_HOME:-$HOME/.local/state}/minyi-$(printf %s "$DIR" | cksum | cut -d' ' -f1)
    fi
    echo "$PLACE" >"$DIR/place"
    APP=$ROOT
    if [ "$PLACE" != "$DIR" ]; then
        echo "the programs' users cannot enter this folder: state and copies are in $PLACE" >&2
        APP=$PLACE/app
    fi
}

# Programs, pages and schema, copied to where they can be read.
copy_app() {
    [ "$APP" != "$ROOT" ] || return 0
    mkdir -p "$APP/build"
    chmod 755 "$PLACE" "$APP" "$APP/build"
    for p in survey results admin tally minyi supervise; do install -m 755 "$ROOT/build/$p" "$APP/build/$p.new" && mv "$APP/build/$p.new" "$APP/build/$p"; done
    rm -rf "$APP/build/html" "$APP/sql"
    cp -r "$ROOT/build/html" "$APP/build/html"
    cp -r "$ROOT/sql" "$APP/sql"
    chmod -R a+rX "$APP"
}

folder() { # folder NAME USER GROUP MODE
    mkdir -p "$PLACE/$1"
    [ -z "$IS_ROOT" ] || chown "$2:$3" "$PLACE/$1"
    chmod "$4" "$PLACE/$1"
}

make_folders() {
    mkdir -p "$PLACE"
    [ -z "$IS_ROOT" ] || chmod 755 "$PLACE"
    folder run root root 755
    folder pg minyi-db minyi-db 755
    folder data minyi-db minyi-db 700
    folder log root root 755
    folder tmp minyi-web minyi-web 700
    folder verify root root 755
    folder spool minyi-survey minyi-spool 2750
    folder cache minyi-survey minyi-survey 700
    folder secrets minyi-survey minyi-survey 700
    folder keyring minyi-tally minyi-tally 700
    folder tally-secrets minyi-tally minyi-tally 700
}

render_nginx() {
    local user_line=
    [ -z "$IS_ROOT" ] || user_line="user minyi-web minyi-web;"
    sed -e "s|@USER@|$user_line|; s|@RUN@|$PLACE/run|g; s|@LOG@|$PLACE/log|g; s|@TMP@|$PLACE/tmp|g" \
        -e "s|@HTML@|$APP/build/html|g; s|@VERIFY@|$PLACE/verify|g; s|@LISTEN@|127.0.0.1|g; s|@PORT@|$PORT|g" \
        "$ROOT/nginx.conf" | { if [ -n "$NO_LIMITS" ]; then sed -E '/^ *limit_(req|conn)/d'; else cat; fi; } >"$PLACE/nginx.conf"
    mkdir -p "$ROOT/build" && cp "$PLACE/nginx.conf" "$ROOT/build/nginx.conf"
}

settings() {
    cat <<S
PGHOST=$PLACE/pg
PGDATABASE=minyi
MINYI_HTML_DIR=$APP/build/html
MINYI_SQL_DIR=$APP/sql
MINYI_SPOOL_DIR=$PLACE/spool
MINYI_CACHE_DIR=$PLACE/cache
MINYI_KEYRING_DIR=$PLACE/keyring
MINYI_SECRETS_DIR=$PLACE/secrets
MINYI_TALLY_SECRETS_DIR=$PLACE/tally-secrets
MINYI_BASE_URL=http://127.0.0.1:$PORT
MINYI_REFRESH_S=${MINYI_REFRESH_S:-5}
S
    env | grep -E '^MINYI_(EPOCH_DAYS|SLOTS|DB_DEADLINE_MS|COOKIE_DAYS)=' || true
}

render_supervise() {
    local b=$APP/build
    {
        settings | sed 's/^/env\t/'
        printf 'log\t%s\ngroup\tminyi-web\n' "$PLACE/log"
        for p in survey results admin; do
            printf 'serve\t%s\t%s\t%s\t%s\n' $p "$(user_of $p)" "$PLACE/run/$p.sock" "$b/$p"
        done
        [ "$TALLY_S" = 0 ] || printf 'every\ttally\t%s\t%s\t%s\n' "$(user_of tally)" "$TALLY_S" "$b/tally"
        printf 'keep\tnginx\t-\t/usr/sbin/nginx\t-e\tstderr\t-c\t%s\t-g\tdaemon off;\n' "$PLACE/nginx.conf"
    } >"$PLACE/supervise.conf"
    settings >"$PLACE/env"
}

run_as() { # run_as PROGRAM-USER COMMAND...
    local user
    user=$(user_of "$1")
    shift
    # shellcheck disable=SC2046
    as_user "$user" env $(tr '\n' ' ' <"$PLACE/env") "$@"
}

supervisor_pid() {
    local pid
    pid=$(cat "$PLACE/run/supervise.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && grep -qs supervise "/proc/$pid/cmdline" && echo "$pid"
}

demo() {
    # with everything there already this is three quick look-ups
    run_as operator "$APP/build/minyi" publish "$APP/sql/seed/gov-wechat-2014" >/dev/null
    [ ! -e "$PLACE/demo-loaded" ] || return 0
    run_as tally "$APP/build/tally" >/dev/null # makes the first key
    run_as operator "$APP/build/minyi" import gov-wechat-2014 "$APP/sql/seed/gov-wechat-2014/responses.csv" \
        --consent "synthetic rows of the demonstration: nobody was asked" >/dev/null 2>>"$PLACE/log/import.log"
    run_as tally "$APP/build/tally" >/dev/null
    date -u +%FT%TZ >"$PLACE/demo-loaded"
}

recovery_key() {
    [ -e "$PLACE/recovery-made" ] && return 0
    run_as operator "$APP/build/minyi" key init && date -u +%FT%TZ >"$PLACE/recovery-made"
}

start() {
    PORT=${MINYI_PORT:-8080} TALLY_S=60 DEMO=1 NO_LIMITS=
    while [ $# -gt 0 ]; do
        case $1 in
        --port) PORT=$2; shift ;;
        --tally) TALLY_S=$2; shift ;;
        --no-demo) DEMO= ;;
        --no-limits) NO_LIMITS=1 ;;
        *) echo "stack.sh: what is $1?" >&2; exit 2 ;;
        esac
        shift
    done
    make_users
    choose_place
    if supervisor_pid >/dev/null; then
        echo "it runs already in $PLACE: stop it first (stack.sh stop $DIR)" >&2
        exit 1
    fi
    if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
        echo "port $PORT is taken by another program: choose one with MINYI_PORT=8081 make run" >&2
        exit 1
    fi
    make_folders
    copy_app
    render_nginx
    render_supervise
    [ -n "$IS_ROOT" ] || echo "run by $(id -un): every program is this one user; as root each has its own" >&2
    local db
    db=$(user_of db)
    cluster_init "$PLACE/data" "$db"
    cluster_start "$PLACE/data" "$PLACE/pg" "$db"
    trap 'cluster_stop "$PLACE/data" "$db" || true' ERR
    cluster_bootstrap "$PLACE/pg" "$db" "$APP/sql"
    as_user "$db" env PGHOST="$PLACE/pg" PGDATABASE=minyi MINYI_SQL_DIR="$APP/sql" "$APP/build/minyi" migrate >/dev/null
    recovery_key
    [ -z "$DEMO" ] || demo
    setsid "$APP/build/supervise" "$PLACE/supervise.conf" </dev/null >>"$PLACE/log/supervise.log" 2>&1 &
    echo $! >"$PLACE/run/supervise.pid"
    wait_ready
    trap - ERR
    echo "ready http://127.0.0.1:$PORT/"
}

# Ready to work; without a questionnaire a program can only be up.
wait_ready() {
    local what=readyz
    [ -n "$DEMO" ] || what=healthz
    for _ in $(seq 100); do
        curl -sf -o /dev/null --unix-socket "$PLACE/run/ops.sock" "http://ops/survey/$what" &&
            curl -sf -o /dev/null --unix-socket "$PLACE/run/ops.sock" "http://ops/results/$what" && return 0
        supervisor_pid >/dev/null || break
        sleep 0.1
    done
    echo "the programs did not become ready; the last lines of their logs:" >&2
    tail -n 5 "$PLACE"/log/*.log >&2 || true
    stop_all
    return 1
}

stop_all() {
    local pid
    if pid=$(supervisor_pid); then
        kill -TERM "$pid" 2>/dev/null || true
        for _ in $(seq 200); do
            grep -qs supervise "/proc/$pid/cmdline" || break
            sleep 0.1
        done
    fi
    rm -f "$PLACE/run/supervise.pid"
    [ ! -s "$PLACE/data/PG_VERSION" ] || cluster_stop "$PLACE/data" "$(user_of db)"
}

[ $# -ge 2 ] || { sed -n '2,14p' "$0" >&2; exit 2; }
verb=$1
DIR=$(mkdir -p "$2" && cd "$2" && pwd)
shift 2
case $verb in
start) start "$@" ;;
stop | run | is-up)
    [ -s "$DIR/place" ] || { echo "nothing was started in $DIR" >&2; [ "$verb" = stop ] && exit 0 || exit 1; }
    PLACE=$(cat "$DIR/place")
    [ "$PLACE" = "$DIR" ] && APP=$ROOT || APP=$PLACE/app
    case $verb in
    stop) stop_all ;;
    is-up) supervisor_pid >/dev/null ;;
    run)
        program=$1
        shift
        case $program in
        tally) run_as tally "$APP/build/tally" "$@" ;;
        key-restore) run_as tally "$APP/build/minyi" key restore ;;
        minyi) run_as operator "$APP/build/minyi" "$@" ;;
        psql) run_as db "$PG_BIN/psql" -h "$PLACE/pg" -U postgres -qXAt -v ON_ERROR_STOP=1 minyi "$@" ;;
        *) echo "stack.sh: what is $program?" >&2; exit 2 ;;
        esac
        ;;
    esac
    ;;
*) echo "stack.sh: what is $verb?" >&2; exit 2 ;;
esac
