#!/bin/bash
# PostgreSQL is stopped at once (pg_ctl stop -m immediate) under load, and started again.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start crash-postgres
fault_load 9
for _ in 1 2; do
    sleep 2
    line_down immediate
    line_up
done
fault_load_end
line_rest
fault_count
fault_verdict crash-postgres
