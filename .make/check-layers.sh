#!/bin/bash
# check-layers.sh [FOLDER]: includes point down only, each library has its one user, files stay
# readable.  Prints what is wrong and exits 1.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1
bad=0
complain() { echo "$*"; bad=$((bad + 1)); }

# A room may include rooms of a lower rank and itself; report and web stand side by side.
rank() {
    case $1 in
    base) echo 0 ;; stats) echo 1 ;; form) echo 2 ;; report | web) echo 3 ;; store) echo 4 ;; box) echo 5 ;;
    pages | cmd) echo 6 ;; *) echo 7 ;;
    esac
}
while IFS=: read -r file line; do
    room=$(sed -E 's#^(cgi-bin|include)/([a-z]+)/.*#\2#; t; s#.*#program#' <<<"$file")
    other=$(sed -E 's/.*#include "([a-z]+)\/.*/\1/' <<<"$line")
    [ "$room" = "$other" ] && continue
    [ "$(rank "$other")" -lt "$(rank "$room")" ] || complain "$file includes $other/: not below $room"
done < <(grep -rHE '^#include "[a-z]+/' cgi-bin include --include='*.[ch]')

only() { # only PATTERN WHERE WHY
    local f
    for f in $(grep -rlE "$1" cgi-bin include --include='*.[ch]' | grep -vE "$2"); do complain "$f: $3"; done
}
only '#include [<"]libpq-fe' '^cgi-bin/store/db|^include/store/db' "libpq has one user, store/db"
only '#include [<"](fcgiapp|fcgi_stdio)' '^cgi-bin/web/fcgi' "libfcgi has one user, web/fcgi"
only 'PQescape' '^$' "values travel as parameters only"
only '"(SELECT|INSERT|UPDATE|DELETE|COPY|WITH) ' '^cgi-bin/store|^include/store' "SQL outside the stores"
only '\b(malloc|calloc|realloc|free)\(' '^cgi-bin/(base|box|store|cmd|web|form/form_json)|^cgi-bin/[a-z]+\.c|^include' "pages, reports and forms use the arena"
only '\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|alloca)\(' '^$' "banned function"
only '\b(mktemp|tmpnam|system|popen)\(' '^$' "banned function"

only '#include <(zip|expat)\.h>' '^cgi-bin/form/xlsx' "workbooks have one reader"
only '#include <(stdio|unistd|sys/socket|fcntl)\.h>' '^(cgi-bin|include)/([^s]|s[^t]|store)' "statistics do no I/O"

while read -r f; do
    n=$(wc -l <"$f")
    [ "$n" -le 500 ] || complain "$f has $n lines: look for the seam"
done < <(find cgi-bin include -name '*.[ch]')
# Functions over 80 lines: from a brace in column 0 to its end.
while read -r l; do complain "$l"; done < <(
    find cgi-bin -name '*.c' -exec awk '
        FNR == 1 {at = 0} /^\{/ {at = FNR}
        /^\}/ && at {if (FNR - at > 80) print FILENAME ":" at ": a function of " FNR - at " lines"; at = 0}' {} +
)

if [ "$bad" = 0 ]; then echo "ok layers"; else echo "not ok layers: $bad places"; exit 1; fi
