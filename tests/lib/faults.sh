# faults.sh: what every fault test does.  To be sourced by bash after `set -eu`; brings line.sh.
#
#   fault_load SECONDS [options]   ballots in the background, 16 phones; what is not acknowledged is
#                                  sent again with the same key; FAULT_LOAD is its process id
#   fault_load_end                 wait for its end
#   fault_count                    run the tally until the box is empty
#   fault_verdict NAME             compare the logs of all loads with the responses, print the line
#                                  (FAULT_LEAST=N: fewer acknowledged ones prove nothing; 500)
#                                  (FAULT_SET_ASIDE=N: so many, no more and no less, are in quarantine)
#   fault_recovered SECONDS        what the test itself measured; the longest gap between two
#                                  acknowledgements is taken where it is longer
#
# Invariant: what was acknowledged is counted, exactly once; no response has a hash that was never sent.
# shellcheck source=line.sh
. "$(dirname "${BASH_SOURCE[0]}")/line.sh"
FAULT_N=0
FAULT_RECOVER_S=0

fault_load() {
    local seconds=$1
    shift
    FAULT_N=$((FAULT_N + 1))
    line_load --seconds "$seconds" --requests 200000 --connections 16 --pause-ms 10 --resend-seconds 40 \
        --log "$LINE_DIR/load.$FAULT_N.log" "$@" >"$LINE_DIR/load.$FAULT_N.out" 2>&1 &
    FAULT_LOAD=$!
}

fault_load_end() {
    wait "$FAULT_LOAD" || true # what was refused shows in the verdict
    fault_recovered "$(sed -n 's/.*longest_gap_s=\([0-9.]*\).*/\1/p' "$LINE_DIR/load.$FAULT_N.out")"
}

fault_recovered() {
    FAULT_RECOVER_S=$(awk -v a="$FAULT_RECOVER_S" -v b="$1" 'BEGIN { printf "%.2f", (a + 0 > b + 0 ? a : b) }')
}

fault_count() {
    line_stack run tally >"$LINE_DIR/tally.out" 2>"$LINE_DIR/tally.err" || { cat "$LINE_DIR/tally.err" >&2; return 1; }
}

fault_verdict() {
    local d=$LINE_DIR acknowledged counted lost unknown doubled refused cells
    cat "$d"/load.*.log >"$d/all.log"
    grep '^+' "$d/all.log" | cut -c2- | sort >"$d/acknowledged" || true
    grep '^-' "$d/all.log" | cut -c2- | sort >"$d/refused" || true
    cut -c2- "$d/all.log" | sort -u >"$d/sent"
    line_sql "SELECT encode(record_hash, 'hex') FROM record.response" | sort >"$d/counted"
    cells=$(line_sql "SELECT coalesce(sum(n), 0) FROM publish.cell")
    acknowledged=$(wc -l <"$d/acknowledged")
    counted=$(wc -l <"$d/counted")
    refused=$(wc -l <"$d/refused")
    lost=$(sort -u "$d/acknowledged" | comm -23 - "$d/counted" | wc -l)
    unknown=$(sort -u "$d/counted" | comm -23 - "$d/sent" | wc -l)
    doubled=$((counted - $(sort -u "$d/counted" | wc -l) + (cells > counted ? cells - counted : counted - cells)))
    echo "acknowledged=$acknowledged counted=$counted doubled=$doubled refused=$refused seconds_to_recover=$FAULT_RECOVER_S"
    if [ "$lost" != "${FAULT_SET_ASIDE:-0}" ] || [ "$doubled" != 0 ] || [ "$unknown" != 0 ] || [ "$acknowledged" -lt "${FAULT_LEAST:-500}" ] ||
        [ "$refused" != 0 ]; then
        echo "not ok $1: lost=$lost doubled=$doubled unknown=$unknown refused=$refused of $acknowledged"
        cat "$d"/load.*.out >&2
        return 1
    fi
    echo "ok $1"
}
