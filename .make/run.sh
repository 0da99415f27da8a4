#!/bin/bash
# run.sh DIR: start everything, wait for Ctrl-C or SIGTERM, stop everything.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
starting=
finish() {
    trap '' INT TERM HUP
    echo "stopping ..." >&2
    if [ -n "$starting" ]; then
        kill -TERM "$starting" 2>/dev/null || true # a start under way undoes itself
        wait "$starting" || true
    fi
    "$here/stack.sh" stop "$dir"
    echo "stopped; the data are kept" >&2
}
trap 'finish; exit 0' INT TERM HUP
if "$here/stack.sh" is-up "$dir" 2>/dev/null; then
    echo "a run that was not ended is still there: it is stopped first" >&2
    "$here/stack.sh" stop "$dir"
fi
"$here/stack.sh" start "$dir" --tally "${MINYI_TALLY_S:-60}" --admin-port "${MINYI_ADMIN_PORT:-$((MINYI_PORT + 1))}" &
starting=$!
wait "$starting"
starting=
echo "press Ctrl-C to stop" >&2
while "$here/stack.sh" is-up "$dir"; do
    sleep 1 &
    wait $! || true
done
echo "the supervisor ended by itself: see the logs in $("$here/stack.sh" place "$dir")/log" >&2
finish
exit 1
