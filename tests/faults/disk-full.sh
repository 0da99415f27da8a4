#!/bin/bash
# The file system of the data directory (a small tmpfs) gets full under load: ballots go to the spool,
# which is elsewhere. Then there is room again.
set -eu
here=$(dirname "$0")
if [ "$(id -u)" != 0 ] && [ -z "${MINYI_UNSHARED:-}" ]; then
    # a mount of one's own needs a name space; some systems do not give one to ordinary users
    if unshare --user --map-current-user --mount --keep-caps true 2>/dev/null; then
        MINYI_UNSHARED=1 exec unshare --user --map-current-user --mount --keep-caps bash "$0"
    fi
    echo "skipped disk-full: mounting a small file system needs root or user name spaces"
    exit 0
fi
. "$here/../lib/faults.sh"
line_folder disk-full
mkdir "$LINE_DIR/data"
if ! mount -t tmpfs -o size=160m,mode=755 tmpfs "$LINE_DIR/data" 2>/dev/null; then
    echo "skipped disk-full: this system does not let a file system be mounted"
    exit 0
fi
LINE_MOUNTED=1
line_start disk-full
fault_load 10
sleep 2
dd if=/dev/zero of="$LINE_DIR/data/filler" bs=64k 2>/dev/null || true
full=$(line_now)
sleep 4
spooled=$(find "$LINE_PLACE/spool" -name '*.batch' | wc -l)
rm "$LINE_DIR/data/filler"
freed=$(line_now)
# a server that stopped because its log could not be written is started by the operator
for _ in $(seq 50); do
    line_up 2>/dev/null && break
    sleep 0.2
done
line_rest
fault_recovered "$(line_since "$freed")"
fault_load_end
[ "$spooled" -gt 0 ] || { echo "not ok disk-full: nothing was spooled in $(line_since "$full") s"; exit 1; }
fault_count
fault_verdict disk-full
