#!/bin/bash
# The supervisor: sockets, restarts, jobs, orderly and violent ends.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${MINYI_BUILD:-$ROOT/build}
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
new_folder
D=$FOLDER
ME=$(id -un)

cat >"$D/conf" <<CONF
grace 2
env GREETING=hello there
env OUT=$D
program server
    command /bin/bash
    arg -c
    arg echo \$\$ > \$OUT/server.pid; echo "\$GREETING \$PATH_OF_NOTHING"; sleep 1000 & sleep 1001 & wait
    socket $D/server.sock
    mode 0620
    user $ME
    log $D/server.log
    umask 0027
program failing
    command /bin/bash
    arg -c
    arg date +%s%N >> \$OUT/failing.times; exit 3
program stubborn
    command /bin/bash
    arg -c
    arg trap "" TERM; echo \$\$ > \$OUT/stubborn.pid; while :; do sleep 0.2; done
every 1 job
    command /bin/bash
    arg -c
    arg echo start >> \$OUT/job.log; sleep 1.6; echo end >> \$OUT/job.log
CONF

is_alive() { kill -0 "$1" 2>/dev/null; }
is_gone() { ! is_alive "$1"; }
has_new_pid() { [ -s "$D/server.pid" ] && [ "$(cat "$D/server.pid")" != "$1" ] && is_alive "$(cat "$D/server.pid")"; }
n_listening() { grep -c "$1\$" /proc/net/unix; }

began=$(date +%s)
HOME_SECRET=leaked "$BUILD/supervise" "$D/conf" 2>"$D/supervise.log" &
S=$!
at_end "kill -KILL $S 2>/dev/null"
check "a program is started" until_true 30 test -s "$D/server.pid"
check "the stubborn one too" until_true 30 test -s "$D/stubborn.pid"
P=$(cat "$D/server.pid")
until_true 20 test -s "$D/server.log"
same "its output goes to its log, its environment is the configured one" "hello there " "$(cat "$D/server.log")"
check "nothing is inherited" bash -c "! tr '\\0' '\\n' </proc/$P/environ | grep -q HOME_SECRET"
same "its socket has the mode" 620 "$(stat -c %a "$D/server.sock")"
same "descriptor 0 is that socket" "$(awk -v p="$D/server.sock" '$NF == p {print "socket:[" $(NF-1) "]"; exit}' /proc/net/unix)" \
    "$(readlink "/proc/$P/fd/0")"
same "no other descriptor is open" "0 1 2" "$(ls "/proc/$P/fd" | grep -v 255 | xargs)"
same "no new privileges" "NoNewPrivs: 1" "$(grep NoNewPrivs "/proc/$P/status" | tr -s '\t ' ' ')"
same "no core dumps" "0 0" "$(awk '/Max core/ {print $5, $6}' "/proc/$P/limits")"
same "the umask" "Umask: 0027" "$(grep Umask "/proc/$P/status" | tr -s '\t ' ' ')"

children() { pgrep -P "$1" 2>/dev/null; }
C=$(children "$P" | head -n 1)
t0=$(date +%s%N)
kill -KILL "$P"
check "killed, it is back" until_true 30 has_new_pid "$P"
ms=$((($(date +%s%N) - t0) / 1000000))
echo "#   back after $ms ms"
check "within a second" test "$ms" -le 1000
check "what it left behind was ended" until_true 20 is_gone "$C"
same "it listened all the time, once" 1 "$(n_listening "$D/server.sock")"

sleep 2.5
n=$(wc -l <"$D/failing.times")
check "one that fails at once is tried again" test "$n" -ge 3
check "not more often than twice a second" test "$n" -le $((2 * ($(date +%s) - began) + 2))
check "and that is logged" grep -q "ended program=failing .*status=3" "$D/supervise.log"
check "a job runs again and again" test "$(grep -c start "$D/job.log")" -ge 2
same "never two at once" "" "$(uniq -d "$D/job.log")"

P=$(cat "$D/server.pid")
kill -HUP "$S"
check "SIGHUP replaces a program" until_true 30 has_new_pid "$P"

"$BUILD/supervise" "$D/conf" 2>"$D/second.log"
same "a second supervisor with the same sockets ends" 75 $?
check "and says why" grep -q "in use by another supervisor" "$D/second.log"
check "without harm to the first" test -S "$D/server.sock"

P=$(cat "$D/server.pid")
T=$(cat "$D/stubborn.pid")
t0=$(date +%s)
kill -TERM "$S"
wait "$S"
same "SIGTERM ends it with status 0" 0 $?
check "after the grace of 2 s" test $(($(date +%s) - t0)) -le 4
check "the program is gone" is_gone "$P"
check "the one that would not go was killed" is_gone "$T"
check "the socket is removed" test ! -e "$D/server.sock"

rm -f "$D"/*.pid
"$BUILD/supervise" "$D/conf" 2>>"$D/supervise.log" &
S=$!
at_end "kill -KILL $S 2>/dev/null"
until_true 30 test -s "$D/server.pid"
until_true 30 test -s "$D/stubborn.pid"
P=$(cat "$D/server.pid")
C=$(children "$P")
kill -KILL "$S"
wait "$S" 2>/dev/null
check "killed itself, it leaves no program running" until_true 30 is_gone "$P"
# bash does not take its children along, and the stubborn one does not obey: that was asked of it
kill -KILL $C "$(cat "$D/stubborn.pid")" 2>/dev/null
rm -f "$D"/*.pid
"$BUILD/supervise" "$D/conf" 2>>"$D/supervise.log" &
S=$!
at_end "kill -TERM $S; wait $S"
check "a stale socket is replaced" until_true 30 test -s "$D/server.pid"

touch "$D/file"
sed "s|socket .*|socket $D/file|" "$D/conf" >"$D/conf2"
"$BUILD/supervise" "$D/conf2" 2>"$D/second.log"
same "a file in the socket's place is not removed" 1 $?
check "but named" grep -q "is there and is not a socket" "$D/second.log"
printf 'program a\n command /bin/true\n user no-such-user\n' >"$D/conf3"
"$BUILD/supervise" "$D/conf3" 2>"$D/second.log"
same "an unknown user is refused" 1 $?
same "with words" 'supervise: program "a": there is no user "no-such-user"' "$(cat "$D/second.log")"
if [ "$(id -u)" = 0 ]; then
    printf 'env OUT=%s\nprogram a\n command /bin/bash\n arg -c\n arg id -un >$OUT/who; id -G >>$OUT/who; sleep 100\n user nobody\n socket %s/a.sock\n group nogroup\n' \
        "$D" "$D" >"$D/conf4"
    chmod 777 "$D"
    "$BUILD/supervise" "$D/conf4" 2>>"$D/supervise.log" &
    S4=$!
    at_end "kill -TERM $S4; wait $S4"
    until_true 30 test -s "$D/who"
    same "as root: another user, with its groups only" "nobody $(id -G nobody)" "$(xargs <"$D/who")"
    same "the socket is root's and the group's" "root:nogroup 660" "$(stat -c '%U:%G %a' "$D/a.sock")"
fi
checks_done
