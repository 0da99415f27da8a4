#!/bin/bash
# run.sh DIR: start everything, wait for Ctrl-C or SIGTERM, stop everything.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
stopped=
finish() {
    [ -z "$stopped" ] || return 0
    stopped=1
    trap '' INT TERM HUP
    echo "stopping ..." >&2
    "$here/stack.sh" stop "$dir"
    echo "stopped; the data are kept" >&2
}
trap 'finish; exit 0' INT TERM HUP
if "$here/stack.sh" is-up "$dir" 2>/dev/null; then
    echo "a run that was not ended is still there: it is stopped first" >&2
    "$here/stack.sh" stop "$dir"
fi
"$here/stack.sh" start "$dir" --tally "${MINYI_TALLY_S:-60}" &
starting=$!
wait "$starting" || { status=$?; [ -n "$stopped" ] || "$here/stack.sh" stop "$dir" || true; exit "$status"; }
echo "press Ctrl-C to stop" >&2
while "$here/stack.sh" is-up "$dir"; do
    sleep 1 &
    wait $! || true
done
echo "the supervisor ended by itself: see the logs in $(cat "$dir/place")/log" >&2
finish
exit 1
