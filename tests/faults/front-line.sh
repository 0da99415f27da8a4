#!/bin/bash
# What stands before and behind survey fails under load: hostile FastCGI records arrive at its socket,
# nginx is killed, and its database connection stops answering without closing (SIGSTOP).
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start front-line
fault_load 16 --pause-ms 30
sleep 1
"$LINE_ROOT/build/tests/bench/records" "$(find "$LINE_PLACE/run" -name survey.sock)" 4
kill -9 "$(line_pid nginx)"
sleep 2
mapfile -t backends < <(pgrep -P "$(head -1 "$LINE_PLACE/data/postmaster.pid")" -f "postgres: minyi_survey minyi")
[ "${#backends[@]}" -gt 0 ] || { echo "not ok front-line: survey has no connection to stop"; exit 1; }
kill -STOP "${backends[@]}"
sleep 6
kill -CONT "${backends[@]}" 2>/dev/null || true # some are gone by now
fault_load_end
line_rest
fault_count
fault_verdict front-line
