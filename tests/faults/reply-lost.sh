#!/bin/bash
# survey is killed between COMMIT and the replies, at the named point in its code, at every batch until
# a healthy one takes over. Stored but not acknowledged ballots are sent again, and count once.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
MINYI_FAULT=survey.after_commit line_start reply-lost
FAULT_LEAST=100 # at a batch per life they are few
fault_load 4
sleep 4
stored=$(line_sql "SELECT coalesce(sum(n), 0) FROM intake.batch")
deaths=$(grep -c 'program=survey.*signal=9' "$LINE_PLACE/log/supervise.log" || true)
line_stack stop
line_stack start --port "${LINE_URL##*:}" --no-demo --tally 0 --no-limits >/dev/null 2>&1
fault_load_end
if [ "$deaths" -lt 2 ] || [ "$stored" = 0 ]; then
    echo "not ok reply-lost: survey was to die at every COMMIT; it died $deaths times, $stored ballots were stored"
    exit 1
fi
line_rest
fault_count
fault_verdict reply-lost
