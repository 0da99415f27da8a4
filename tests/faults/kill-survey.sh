#!/bin/bash
# survey is killed (kill -9) four times under load; the supervisor brings it back.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start kill-survey
fault_load 8
for _ in 1 2 3 4; do
    sleep 1.5
    kill -9 "$(line_pid survey)"
done
fault_load_end
line_rest
fault_count
fault_verdict kill-survey
