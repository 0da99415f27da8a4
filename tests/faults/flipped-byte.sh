#!/bin/bash
# A byte of a batch in the box and a byte of a file in the spool are flipped: the batch goes to
# quarantine, the file is set aside as .bad, and all other ballots are counted.
set -eu
. "$(dirname "$0")/../lib/faults.sh"
line_start flipped-byte
fault_load 2
fault_load_end
in_row=$(line_sql "WITH one AS (SELECT batch_id FROM intake.batch ORDER BY batch_id LIMIT 1)
    UPDATE intake.batch b SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)
    FROM one WHERE b.batch_id = one.batch_id RETURNING b.n")
line_down
fault_load 2
fault_load_end
file=$(find "$LINE_PLACE/spool" -name '*.batch' | sort | head -1)
[ -n "$file" ] || { echo "not ok flipped-byte: nothing was spooled"; exit 1; }
in_file=$((16#$(od -An -tx1 -j52 -N4 "$file" | tr -d ' '))) # n, see box/spool.h
byte=$(od -An -tu1 -j200 -N1 "$file")
printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$file" bs=1 seek=200 conv=notrunc 2>/dev/null
line_up
line_rest
bad=$(find "$LINE_PLACE/spool" -name '*.bad' | wc -l)
[ "$bad" = 1 ] || { echo "not ok flipped-byte: $bad files were set aside, not one"; exit 1; }
fault_count
row=$(line_sql "SELECT count(*) || ' ' || sum(n) FROM intake.quarantine")
[ "$row" = "1 $in_row" ] || { echo "not ok flipped-byte: in quarantine (batches, ballots): $row, not 1 $in_row"; exit 1; }
grep -q quarantine "$LINE_DIR/tally.err" || { echo "not ok flipped-byte: tally raised no alarm"; exit 1; }
FAULT_SET_ASIDE=$((in_row + in_file))
fault_verdict flipped-byte
