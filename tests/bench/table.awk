# table.awk: figures of all rounds to a table on stdout and the same rows as JSON in the file `json`.
# Input, tab-separated, one line per round and figure:  name  unit  goal  value
# goal: ">= X", "<= X" or "-". The figure of a row is the median; it is what the goal is held against.
# Exit status 1 when a goal is missed.
BEGIN { FS = "\t" }
NF != 4 || $4 !~ /^-?[0-9.]+$/ { printf "table: not a figure: %s\n", $0 > "/dev/stderr"; is_bad = 1; next }
!($1 in n) { order[++rows] = $1; unit[$1] = $2; goal[$1] = $3 }
{ v[$1, ++n[$1]] = $4 + 0 }

function median(name,    i, j, t, m) {
    m = n[name]
    for (i = 2; i <= m; i++)
        for (j = i; j > 1 && v[name, j] < v[name, j - 1]; j--) {
            t = v[name, j]; v[name, j] = v[name, j - 1]; v[name, j - 1] = t
        }
    return m % 2 ? v[name, (m + 1) / 2] : (v[name, m / 2] + v[name, m / 2 + 1]) / 2
}
function shown(x) {
    return x >= 1000 || x == int(x) ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}
function is_met(name, x,    w) {
    split(goal[name], w, " ")
    return w[1] == ">=" ? x >= w[2] + 0 : x <= w[2] + 0
}
END {
    printf "%-44s %-11s %-10s %10s %10s %10s  %s\n", "figure", "unit", "goal", "median", "low", "high", "met"
    printf "[" > json
    for (i = 1; i <= rows; i++) {
        name = order[i]
        x = median(name)
        low = v[name, 1]; high = v[name, n[name]]
        met = goal[name] == "-" ? "" : is_met(name, x) ? "yes" : "NO"
        missed += met == "NO"
        printf "%-44s %-11s %-10s %10s %10s %10s  %s\n", name, unit[name], goal[name] == "-" ? "" : goal[name],
               shown(x), shown(low), shown(high), met
        goal_json = goal[name] == "-" ? "null" : "\"" goal[name] "\""
        met_json = met == "" ? "null" : met == "yes" ? "true" : "false"
        printf("%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"goal\": %s, \"figure\": %.6g, \"low\": %.6g, \"high\": %.6g, \"met\": %s}",
               (i > 1 ? "," : ""), name, unit[name], goal_json, x, low, high, met_json) > json
    }
    printf "\n]\n" > json
    exit is_bad || missed > 0 || rows == 0
}
