#!/bin/bash
# stack.sh: the whole house, running: PostgreSQL, the programs, nginx, the tally.
#
#   stack.sh start DIR [--port N] [--tally SECONDS] [--no-demo] [--no-limits] [--admin-port N]
#                       start (or start again) what lives in DIR; prints "ready http://..."
#                       --tally 0: no tally at intervals; --no-demo: no survey is published;
#                       --admin-port: the administrators' pages on a port of their own, too
#   stack.sh stop DIR   stop it; the data stay
#   stack.sh remove DIR stop it and throw everything away
#   stack.sh run DIR COMMAND [ARG...]   a program (minyi, tally, psql) as its own system user;
#                       "key-restore": minyi key restore as the tally's user; "export": minyi export, too
#   stack.sh is-up DIR  exit status 0 when it runs
#   stack.sh place DIR  prints the folder that holds state and copies: DIR itself, or another one
#                       where the service users cannot enter DIR
#
# As root each program is its own system user, and PostgreSQL knows it by that; as an ordinary user
# all are that user.  Settings (MINYI_EPOCH_DAYS, MINYI_SLOTS, ...) are taken from the environment.
set -eu -o pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=cluster.sh
. "$ROOT/.make/cluster.sh"
[ "$(id -u)" = 0 ] && IS_ROOT=1 || IS_ROOT=
PROGRAMS="survey results admin tally minyi supervise"
SEED=gov-wechat-2014

user_of() { if [ -n "$IS_ROOT" ]; then echo "minyi-$1"; else id -un; fi; }
group_of() { if [ -n "$IS_ROOT" ]; then echo "minyi-$1"; else id -gn; fi; }

make_users() {
    local u
    [ -n "$IS_ROOT" ] || return 0
    cluster_users
    id -u minyi-web >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin minyi-web
    # the tally and the operator look into the spool (sealed batches only)
    getent group minyi-spool >/dev/null || groupadd --system minyi-spool
    for u in minyi-survey minyi-tally minyi-operator; do
        id -nG "$u" | grep -qw minyi-spool || usermod -aG minyi-spool "$u"
    done
}

# Can the service users read the clone and enter the state folder, and can configurations name them?
can_enter() {
    local u
    [[ $ROOT$DIR =~ ^[A-Za-z0-9/._-]+$ ]] && [ ${#DIR} -lt 70 ] || return 1
    [ -n "$IS_ROOT" ] || return 0
    for u in survey web db; do
        as_user "$(user_of $u)" test -r "$ROOT/build/html/assets.txt" -a -x "$ROOT/build/survey" -a -x "$DIR" || return 1
    done
}

choose_place() {
    # a folder that mktemp just made is nobody else's to enter
    [ -n "$(ls -A "$DIR")" ] || [ ! -O "$DIR" ] || chmod 755 "$DIR"
    if [ -s "$DIR/place" ]; then
        PLACE=$(cat "$DIR/place")
    elif can_enter; then
        PLACE=$DIR
    elif [ -n "$IS_ROOT" ]; then
        PLACE=/var/lib/minyi-$(printf %s "$DIR" | cksum | cut -d' ' -f1)
    else
        PLACE=/tmp/minyi-$(id -u)-$(printf %s "$DIR" | cksum | cut -d' ' -f1)
    fi
    echo "$PLACE" >"$DIR/place"
    APP=$ROOT
    if [ "$PLACE" != "$DIR" ]; then
        echo "the programs' users cannot use this folder: state and copies are in $PLACE" >&2
        APP=$PLACE/app
    fi
}

# Programs, pages and schema, copied to where they can be read.
copy_app() {
    local p
    [ "$APP" != "$ROOT" ] || return 0
    mkdir -p "$APP/build"
    chmod 755 "$PLACE" "$APP" "$APP/build"
    for p in $PROGRAMS; do
        install -m 755 "$ROOT/build/$p" "$APP/build/$p.new"
        mv "$APP/build/$p.new" "$APP/build/$p" # it may be running
    done
    rm -rf "$APP/build/html" "$APP/sql"
    cp -r "$ROOT/build/html" "$APP/build/html"
    cp -r "$ROOT/sql" "$APP/sql"
    chmod -R a+rX "$APP"
}

folder() { # folder NAME USER GROUP MODE; an empty USER is the caller
    mkdir -p "$PLACE/$1"
    if [ -n "$IS_ROOT" ] && [ -n "$2" ]; then chown "$2:$3" "$PLACE/$1"; fi
    chmod "$4" "$PLACE/$1"
}

make_folders() {
    mkdir -p "$PLACE"
    if [ -n "$IS_ROOT" ]; then
        chmod 755 "$PLACE"
    elif [ ! -O "$PLACE" ]; then
        echo "$PLACE is not yours: remove it first" >&2
        exit 1
    fi
    folder run "" "" 755
    folder log "" "" 755
    folder verify "" "" 755  # files for WeChat's domain check and the like
    folder nginx.d "" "" 755 # additions to nginx's public server
    folder web minyi-web minyi-web 755
    folder web/tmp minyi-web minyi-web 700
    folder pg minyi-db minyi-db 755
    folder data minyi-db minyi-db 700
    folder spool minyi-survey minyi-spool 2750
    folder cache minyi-survey minyi-survey 700
    folder secrets minyi-survey minyi-survey 700
    folder desk minyi-admin minyi-admin 700
    folder keyring minyi-tally minyi-tally 700
    folder reports minyi-tally minyi-tally 755
    folder tally-secrets minyi-tally minyi-tally 700
    touch "$PLACE/log/nginx-access.log" "$PLACE/log/nginx-error.log"
    [ -z "$IS_ROOT" ] || chown minyi-web: "$PLACE"/log/nginx-*.log
}

render_nginx() {
    local features=()
    [ -n "$NO_LIMITS" ] || features+=(limits)
    [ -z "$ADMIN_PORT" ] || features+=(admin "ADMIN=127.0.0.1:$ADMIN_PORT")
    "$ROOT/.make/render.sh" "$ROOT/nginx.conf" "${features[@]}" "RUN=$PLACE/web" "LOG=$PLACE/log" "TMP=$PLACE/web/tmp" "SOCKETS=$PLACE/run" \
        "HTML=$APP/build/html" "PUBLIC=$PLACE/verify" "CONF=$PLACE/nginx.d" "LISTEN=127.0.0.1:$PORT" >"$PLACE/nginx.conf"
    chmod 644 "$PLACE/nginx.conf"
    [ "$DIR" != "$ROOT/var" ] || cp "$PLACE/nginx.conf" "$ROOT/build/nginx.conf"
}

settings() {
    cat <<S
PGHOST=$PLACE/pg
PGDATABASE=minyi
MINYI_HTML_DIR=${MINYI_HTML_DIR:-$APP/build/html}
MINYI_SQL_DIR=$APP/sql
MINYI_DATA_DIR=$PLACE/data
MINYI_SPOOL_DIR=$PLACE/spool
MINYI_CACHE_DIR=$PLACE/cache
MINYI_KEYRING_DIR=$PLACE/keyring
MINYI_SECRETS_DIR=$PLACE/secrets
MINYI_DESK_DIR=$PLACE/desk
MINYI_TALLY_SECRETS_DIR=$PLACE/tally-secrets
MINYI_BASE_URL=http://127.0.0.1:$PORT
MINYI_REPORT_DIR=$PLACE/reports
MINYI_REFRESH_S=${MINYI_REFRESH_S:-5}
S
    env | grep -E '^MINYI_(EPOCH_DAYS|SLOTS|DB_DEADLINE_MS|COOKIE_DAYS|DESK_TLS|FAULT|SITE_[A-Z]+)=.' || true
}

render_supervise() {
    local p
    {
        settings | sed 's/^/env /'
        for p in survey results admin; do
            cat <<S
program $p
    command $APP/build/$p
    user $(user_of $p)
    umask 0027
    socket $PLACE/run/$p.sock
    group $(group_of web)
    log $PLACE/log/$p.log
S
        done
        cat <<S
program nginx
    command $(PATH=$PATH:/usr/sbin command -v nginx)
    arg -e
    arg stderr
    arg -c
    arg $PLACE/nginx.conf
    user $(user_of web)
    stop QUIT
    remove $PLACE/web/ops.sock
    log $PLACE/log/nginx.log
S
        [ "$TALLY_S" = 0 ] || cat <<S
every $TALLY_S tally
    command $APP/build/tally
    user $(user_of tally)
    log $PLACE/log/tally.log
S
        [ "$TALLY_S" = 0 ] || cat <<S
every 5 asked
    command $APP/build/tally
    arg --if-asked
    user $(user_of tally)
    log $PLACE/log/tally.log
S
        # the white paper follows; its PDF takes half a minute, so not where the tally runs for a test
        [ -z "$DEMO" ] || [ "$TALLY_S" -lt 30 ] || cat <<S
every $TALLY_S report
    command $APP/build/tally
    arg report
    arg $SEED
    arg --published
    arg $APP/sql/seed/$SEED/published.csv
    user $(user_of tally)
    log $PLACE/log/report.log
S
    } >"$PLACE/supervise.conf"
    settings | grep -v ^MINYI_FAULT= >"$PLACE/env"
}

run_as() { # run_as PROGRAM-USER COMMAND...
    local user vars
    user=$(user_of "$1")
    shift
    mapfile -t vars <"$PLACE/env"
    [ -z "${MINYI_FAULT:-}" ] || vars+=("MINYI_FAULT=$MINYI_FAULT")
    as_user "$user" env "${vars[@]}" "$@"
}

supervisor_pid() {
    local pid
    pid=$(cat "$PLACE/run/supervise.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qx "$PLACE/supervise.conf" && echo "$pid"
}

demo() {
    # A house that has the demonstration keeps its version: a new one would begin its figures at nought.
    [ -e "$PLACE/demo-loaded" ] || run_as operator "$APP/build/minyi" publish "$APP/sql/seed/$SEED" >/dev/null
    [ -e "$PLACE/census-loaded" ] || census
    [ ! -e "$PLACE/demo-loaded" ] || { paper; return 0; }
    run_as tally "$APP/build/tally" >/dev/null # makes the first key
    run_as operator "$APP/build/minyi" import $SEED "$APP/sql/seed/$SEED/responses.csv" \
        --consent "synthetic rows of the demonstration: nobody was asked" >>"$PLACE/log/import.log" 2>&1
    run_as tally "$APP/build/tally" >/dev/null
    paper
    date -u +%FT%TZ >"$PLACE/demo-loaded"
}

paper() { # the PDF comes later: see render_supervise
    run_as tally "$APP/build/tally" report "$SEED" --published "$APP/sql/seed/$SEED/published.csv" --no-pdf 2>>"$PLACE/log/report.log"
}

census() {
    run_as operator "$APP/build/minyi" census import "$APP/sql/seed/$SEED/accounts.csv.gz" --as-of 2014-12-31 \
        --demonstration >>"$PLACE/log/import.log" 2>&1
    date -u +%FT%TZ >"$PLACE/census-loaded"
}

recovery_key() {
    [ -e "$PLACE/recovery-made" ] && return 0
    run_as operator "$APP/build/minyi" key init && date -u +%FT%TZ >"$PLACE/recovery-made"
}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

options() {
    PORT=${MINYI_PORT:-8080} TALLY_S=60 DEMO=1 NO_LIMITS='' ADMIN_PORT=''
    while [ $# -gt 0 ]; do
        case $1 in
        --port) PORT=$2; shift ;;
        --tally) TALLY_S=$2; shift ;;
        --admin-port) ADMIN_PORT=$2; shift ;;
        --no-demo) DEMO= ;;
        --no-limits) NO_LIMITS=1 ;;
        *) echo "stack.sh: what is $1?" >&2; exit 2 ;;
        esac
        shift
    done
}

start() {
    local p db supervisor
    options "$@"
    make_users
    choose_place
    if supervisor_pid >/dev/null; then
        echo "it runs already in $PLACE: stop it first (.make/stack.sh stop $DIR)" >&2
        exit 1
    fi
    for p in $PORT $ADMIN_PORT; do
        if is_taken "$p"; then
            echo "port $p is taken by another program: choose another, for example MINYI_PORT=$((PORT + 1000)) make run" >&2
            exit 1
        fi
    done
    make_folders
    copy_app
    render_nginx
    render_supervise
    [ -n "$IS_ROOT" ] || echo "run by $(id -un): every program is this one user; as root each has its own" >&2
    db=$(user_of db)
    trap 'stop_all' EXIT
    trap 'exit 130' INT TERM HUP
    cluster_init "$PLACE/data" "$db"
    cluster_start "$PLACE/data" "$PLACE/pg" "$db"
    cluster_bootstrap "$PLACE/pg" "$db" "$APP/sql"
    run_as db "$APP/build/minyi" migrate >/dev/null
    recovery_key
    [ -z "$DEMO" ] || demo
    setsid "$APP/build/supervise" "$PLACE/supervise.conf" </dev/null >>"$PLACE/log/supervise.log" 2>&1 &
    supervisor=$!
    echo "$supervisor" >"$PLACE/run/supervise.pid"
    wait_ready || exit 1
    trap - EXIT
    echo "ready http://127.0.0.1:$PORT/"
    [ -z "$ADMIN_PORT" ] || administrators
}

# Where the desk is, and how the first administrator comes to be.
administrators() {
    echo "administrators: http://127.0.0.1:$ADMIN_PORT/admin/"
    [ -n "$(run_as operator "$APP/build/minyi" user list)" ] ||
        echo "  the first one: .make/stack.sh run $DIR minyi user add NAME --role administrator"
}

answers() { curl -sf -m 3 -o /dev/null --unix-socket "$PLACE/web/ops.sock" "http://ops/$1"; }

# Ready to work; without a questionnaire a program can only be up.
wait_ready() {
    local what=readyz
    [ -n "$DEMO" ] || what=healthz
    for _ in $(seq 100); do
        answers "survey/$what" && answers "results/$what" && answers "admin/$what" && is_taken "$PORT" && return 0
        kill -0 "$supervisor" 2>/dev/null || break # not by its command line: on a busy machine it may not have that yet
        sleep 0.1
    done
    echo "the programs did not become ready; the last lines of their logs:" >&2
    tail -n 5 "$PLACE"/log/*.log >&2 || true
    return 1
}

stop_all() {
    local pid
    if pid=$(supervisor_pid); then
        kill -TERM "$pid" 2>/dev/null || true
        for _ in $(seq 250); do
            supervisor_pid >/dev/null || break
            sleep 0.1
        done
    fi
    rm -f "$PLACE/run/supervise.pid"
    [ ! -s "$PLACE/data/PG_VERSION" ] || cluster_stop "$PLACE/data" "$(user_of db)"
}

run_program() {
    local program=$1
    shift
    case $program in
    tally) run_as tally "$APP/build/tally" "$@" ;;
    key-restore) run_as tally "$APP/build/minyi" key restore ;;
    export) run_as tally "$APP/build/minyi" export "$@" ;;
    minyi) run_as operator "$APP/build/minyi" "$@" ;;
    psql) run_as db "$PG_BIN/psql" -h "$PLACE/pg" -U postgres -qXAt -v ON_ERROR_STOP=1 minyi "$@" ;;
    *) echo "stack.sh: what is $program?" >&2; exit 2 ;;
    esac
}

[ $# -ge 2 ] || { sed -n '2,19p' "$0" >&2; exit 2; }
verb=$1
DIR=$(mkdir -p "$2" && cd "$2" && pwd)
shift 2
if [ "$verb" = start ]; then
    start "$@"
    exit 0
fi
if [ ! -s "$DIR/place" ]; then
    echo "nothing was started in $DIR" >&2
    case $verb in stop | remove) exit 0 ;; *) exit 1 ;; esac
fi
PLACE=$(cat "$DIR/place")
if [ "$PLACE" = "$DIR" ]; then APP=$ROOT; else APP=$PLACE/app; fi
case $verb in
stop) stop_all ;;
remove) stop_all && rm -rf "${PLACE:?}" "${DIR:?}" ;;
is-up) supervisor_pid >/dev/null ;;
place) echo "$PLACE" ;;
run) run_program "$@" ;;
*) echo "stack.sh: what is $verb?" >&2; exit 2 ;;
esac
