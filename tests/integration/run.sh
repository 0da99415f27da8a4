#!/bin/bash
# make run from a clone: as root in a folder that the service users cannot enter, and as an ordinary
# user; Ctrl-C, SIGTERM, a second start, a taken port, make reset.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../../.make/cluster.sh
. "$ROOT/.make/cluster.sh"
SLUG=gov-wechat-2014
new_folder
D=$FOLDER
CLONE=$D/home/clone
export MINYI_PORT MINYI_ADMIN_PORT MINYI_TALLY_S=2
MINYI_PORT=$(free_port)
MINYI_ADMIN_PORT=$(free_port)
URL=http://127.0.0.1:$MINYI_PORT
unset MAKEFLAGS MAKELEVEL MFLAGS

# What git knows of, and what was built, so that the build has little to do.
mkdir -p "$CLONE"
(cd "$ROOT" && git ls-files -z | xargs -0 cp -a --parents -t "$CLONE" && cp -a build "$CLONE/" && rm -rf "$CLONE"/build/{asan,clang,fuzz*,test})
chmod 700 "$D/home"
USER_=$(id -un)
AS=() # how to become that user, where it is another one

make_run() { # make_run: in the background, in a session of its own, as $USER_
    : >"$D/out"
    chmod 666 "$D/out"
    (cd "$CLONE" && exec setsid "${AS[@]}" env HOME=/nonexistent bash -c 'trap - INT QUIT; exec make --no-print-directory run' >"$D/out" 2>&1) &
    RUN=$!
    at_end "kill -TERM $RUN; wait $RUN"
}
is_ready() { grep -q "^ready $URL/" "$D/out"; }
is_over() { ! kill -0 "$RUN" 2>/dev/null; }
ballots() { curl -sf -m 5 "$URL/results/$SLUG.json" | grep -o '"ballots":[0-9]*' | head -n 1; }
# Everything of the house: what has its place or the clone in its command line, but us.
left() { pgrep -af "$PLACE|$CLONE" | grep -v -E "pgrep|$0" || true; }
nothing_left() { [ -z "$(left)" ] && ! (exec 3<>"/dev/tcp/127.0.0.1/$MINYI_PORT") 2>/dev/null; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
stop_run() { # stop_run SIGNAL TARGET
    kill "-$1" -- "$2"
    until_true 200 is_over
    wait "$RUN" 2>/dev/null
}

whole_life() { # whole_life NAME WANTED-PLACE-PATTERN
    local name=$1 t0 first second
    make_run
    check "$name: make run becomes ready" until_true 1200 is_ready || { cat "$D/out"; return; }
    PLACE=$(cat "$CLONE/var/place")
    check "$name: state is in $PLACE" bash -c "[[ '$PLACE' =~ $2 ]]"
    same "$name: the recovery secret is shown" 1 "$(grep -cE '^([0-9a-f]{8}-){7}[0-9a-f]{8}$' "$D/out")"
    same "$name: the demonstration is counted" '"ballots":10000' "$(ballots)"
    same "$name: the form is served" 200 "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$URL/survey/$SLUG")"
    same "$name: the administrators' desk on its own port asks to sign in" 303 \
        "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$MINYI_ADMIN_PORT/admin/")"
    check "$name: nginx.conf is rendered into build/" grep -q "listen 127.0.0.1:$MINYI_PORT " "$CLONE/build/nginx.conf"
    check "$name: the tally runs at its interval" until_true 60 grep -q "done program=tally" "$PLACE/log/supervise.log"
    first=$(psql_ "SELECT system_identifier FROM pg_control_system()")
    check "$name: the database flushes to disk" [ "$(psql_ "SHOW fsync") $(psql_ "SHOW synchronous_commit")" = "on on" ]
    same "$name: it listens on no network" "[]" "[$(psql_ "SHOW listen_addresses" || echo failed)]"
    stop_run INT "-$RUN" # as Ctrl-C: to the whole process group
    check "$name: Ctrl-C leaves nothing running" until_true 30 nothing_left || left
    t0=$(now_ms)
    make_run
    check "$name: a second start becomes ready" until_true 100 is_ready || cat "$D/out"
    echo "#   second start: $(($(now_ms) - t0)) ms"
    check "$name: in under 5 s" test $(($(now_ms) - t0)) -lt 5000
    second=$(psql_ "SELECT system_identifier FROM pg_control_system()")
    same "$name: with the same data" "$first" "${second:-nothing}"
    same "$name: and figures" '"ballots":10000' "$(ballots)"
    check "$name: what it prints is seen" grep -q "press Ctrl-C to stop" "$D/out"
    same "$name: the secret is not shown again" 0 "$(grep -cE '^([0-9a-f]{8}-){7}' "$D/out")"
    stop_run TERM "$RUN" # as a service manager: to make alone
    check "$name: SIGTERM leaves nothing running" until_true 30 nothing_left || left
}
psql_() { as_user "$(stat -c %U "$PLACE/data")" "$PG_BIN/psql" -h "$PLACE/pg" -U postgres -qXAt minyi -c "$1"; }
reset() { (cd "$CLONE" && "${AS[@]}" make -s reset "$@" 2>&1); }

if [ "$(id -u)" = 0 ]; then
    whole_life "root, closed folder" '^/var/lib/minyi-'
    check "root: the place was printed" grep -q "state and copies are in $PLACE" "$D/out"
    at_end "rm -rf $PLACE"
    reset <<<"no" >/dev/null
    check "make reset asks, and no is no" test -d "$PLACE/data"
    reset YES=1 >/dev/null
    check "make reset with YES=1 takes the data away" test ! -e "$PLACE" -a ! -e "$CLONE/var"
    USER_=nobody
    AS=(setpriv --reuid=nobody --regid="$(id -g nobody)" --init-groups --)
    chmod 755 "$D/home"
    chown -R nobody: "$CLONE"
fi

# A start that is broken off, and a port that is taken.
make_run
check "a start is under way" until_true 600 test -s "$CLONE/var/data/postmaster.pid"
PLACE=$CLONE/var
stop_run TERM "$RUN"
check "SIGTERM during the start leaves nothing running" until_true 50 nothing_left || left
reset YES=1 >/dev/null

whole_life "user $USER_" "^$CLONE/var\$"
check "user $USER_: says that all is one user" grep -q "run by $USER_: every program is this one user" "$D/out"
BUSY=$MINYI_PORT
coproc NC { exec node -e "require('net').createServer().listen($BUSY, '127.0.0.1', () => console.log('up')); setTimeout(() => process.exit(), 60000)"; }
read -r -u "${NC[0]}" _
make_run
check "a taken port ends the run" until_true 100 is_over
check "with clear words" grep -q "port $BUSY is taken by another program: choose another, for example MINYI_PORT=" "$D/out"
kill "$NC_PID"
wait "$NC_PID" 2>/dev/null
reset YES=1 >/dev/null
checks_done
