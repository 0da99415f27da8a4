#!/bin/bash
# analyse.sh: tally analyse of a large file against `wc -l` plus one plain libcsv reading of the same file.
# Prints lines of table.awk's input (name, unit, goal, value), one set per round.
#
# The file: ANALYSE_ROWS (1,000,000) synthetic answers to ten questions, a weight, four groups (31
# provinces, 4 levels, 5 ages, 2 genders). Asked: every share of the ten, whole and in each group, with
# linearised errors and all intervals. A second line rakes to two margins first (two readings).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
. tests/lib/check.sh
rounds=${ANALYSE_ROUNDS:-7}
rows=${ANALYSE_ROWS:-1000000}
new_folder
make -s build/tally build/tests/bench/plain_csv >&2
file=$FOLDER/answers.csv

awk -v n="$rows" 'BEGIN {
    srand(7)
    split("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65", province, " ")
    split("national province city county", level, " ")
    split("18-29 30-39 40-49 50-59 60+", age, " ")
    print "id,weight,province,level,age,gender,q1,q2,q3,q4,q5,q6,q7,q8,q9,q10"
    for (i = 1; i <= n; i++) {
        row = i "," sprintf("%.4f", 0.2 + rand() * 3) "," province[1 + int(rand() * 31)] "," level[1 + int(rand() * 4)] \
            "," age[1 + int(rand() * 5)] "," (rand() < 0.5 ? "male" : "female")
        for (q = 1; q <= 10; q++)
            row = row "," (rand() < 0.05 ? "" : 1 + int(rand() * 5))
        print row
    }
}' >"$file"
printf 'variable,category,population\ngender,male,51\ngender,female,49\nlevel,national,5\nlevel,province,20\nlevel,city,30\nlevel,county,45\n' \
    >"$FOLDER/margins.csv"

seconds() { # seconds COMMAND...: its wall time in T
    local from=$EPOCHREALTIME
    "$@" >"$FOLDER/out"
    T=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }')
}
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
questions=$(seq -s, -f 'q%g' 1 10)
analyse() { build/tally analyse "$file" --question "$questions" --by province,level,age,gender --format json "$@"; }
peak_mb() { # the program's memory at its highest, as the kernel saw it
    local pid now peak=0
    build/tally analyse "$file" --weights weight --question "$questions" --by province,level,age,gender >/dev/null & pid=$!
    while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.02
    done
    wait "$pid"
    awk -v k="$peak" 'BEGIN { printf "%.1f", k / 1024 }'
}

for i in $(seq 0 "$rounds"); do
    seconds wc -l "$file"
    lines=$T
    seconds build/tests/bench/plain_csv "$file"
    plain=$T
    seconds analyse --weights weight
    weighted=$T
    grep -q '"q10=5 @ gender=male/proportion", "value": 0\.' "$FOLDER/out" || { echo "analyse.sh: no figures" >&2; exit 1; }
    seconds analyse --weights weight --rake "$FOLDER/margins.csv"
    raked=$T
    [ "$i" != 0 ] || continue # the warm-up
    row "wc -l and a plain CSV reading, $rows rows" s - "$(awk -v a="$lines" -v b="$plain" 'BEGIN { printf "%.3f", a + b }')"
    row "tally analyse, 10 questions, weights, 4 groups" s - "$weighted"
    row "tally analyse / plain reading" ratio "<= 3.0" "$(awk -v a="$lines" -v b="$plain" -v c="$weighted" 'BEGIN { printf "%.4f", c / (a + b) }')"
    row "tally analyse, raked first" s - "$raked"
done
row "tally analyse, memory at its highest" MB - "$(peak_mb)"
