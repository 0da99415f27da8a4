#!/bin/bash
# PostgreSQL is stopped for 20 s under load: ballots go to the spool and move into the box afterwards.
# In that time survey is killed too: it comes back, serves its page and takes ballots.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start postgres-away
fault_load 24 --pause-ms 50
sleep 1
line_down
stopped=$(line_now)
sleep 8
files() { find "$LINE_PLACE/spool" -name '*.batch' | wc -l; }
before=$(files)
[ "$before" -gt 0 ] || { echo "not ok postgres-away: nothing was spooled"; exit 1; }
kill -9 "$(line_pid survey)"
sleep 3
curl -sf -o "$LINE_DIR/page" "$LINE_URL/survey/$LINE_SLUG" || true
if ! grep -qs q_privacy "$LINE_DIR/page" || [ "$(files)" -le "$before" ]; then
    echo "not ok postgres-away: a survey that was started without the database does not serve or spool"
    exit 1
fi
sleep "$(awk -v s="$(line_since "$stopped")" 'BEGIN { print (s < 20 ? 20 - s : 0) }')"
line_up
started=$(line_now)
line_rest
fault_recovered "$(line_since "$started")"
fault_load_end
fault_count
fault_verdict postgres-away
