#!/bin/bash
# tally is killed (kill -9) at each of its stages, at named points in its code, while ballots come in.
# The next run goes on as if nothing had happened.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start kill-tally
fault_load 14 --pause-ms 40
for stage in after_read after_open after_copy after_cells before_commit after_commit before_publish after_publish; do
    sleep 0.8
    status=0
    MINYI_FAULT=tally.$stage line_stack run tally >/dev/null 2>&1 || status=$?
    [ "$status" = 137 ] || { echo "not ok kill-tally: tally did not reach $stage (exit $status)"; exit 1; }
done
fault_load_end
line_rest
began=$(line_now)
fault_count
fault_recovered "$(line_since "$began")"
line_stack run tally --recount >/dev/null || { echo "not ok kill-tally: the recount differs"; exit 1; }
fault_verdict kill-tally
