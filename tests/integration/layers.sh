#!/bin/bash
# check-layers.sh finds what it is there to find: a small tree with one fault of each kind.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
new_folder
D=$FOLDER
mkdir -p "$D"/cgi-bin/{base,stats,form,web,report,store,box,pages,cmd} "$D/include/base" "$D/include/form"
cd "$D" || exit 1
printf '#include "store/db.h"\n#include "form/form.h"\n' >cgi-bin/box/good.c
printf '#include "box/seal.h"\n' >cgi-bin/prog.c
layers() { "$ROOT/.make/check-layers.sh" "$D"; }
same "a good tree passes" "ok layers" "$(layers)"

fault() { # fault NAME FILE TEXT COMPLAINT
    printf '%b' "$3" >"$2"
    local said
    said=$(layers)
    same "$1" "1 $4" "$? $(head -n 1 <<<"$said")"
    rm "$2"
}
fault "form may not include web" cgi-bin/form/a.c '#include "web/web.h"\n' "cgi-bin/form/a.c includes web/: not below form"
fault "base may not include form" include/base/a.h '#include "form/form.h"\n' "include/base/a.h includes form/: not below base"
fault "report and web stand side by side" cgi-bin/report/a.c '#include "web/web.h"\n' "cgi-bin/report/a.c includes web/: not below report"
fault "pages may not include cmd" cgi-bin/pages/a.c '#include "cmd/cmd.h"\n' "cgi-bin/pages/a.c includes cmd/: not below pages"
fault "pages know no libpq" cgi-bin/pages/a.c '#include <libpq-fe.h>\n' "cgi-bin/pages/a.c: libpq has one user, store/db"
fault "pages know no libfcgi" cgi-bin/pages/a.c '#include <fcgiapp.h>\n' "cgi-bin/pages/a.c: libfcgi has one user, web/fcgi"
fault "no SQL in a command" cgi-bin/cmd/a.c 'x = "SELECT 1";\n' "cgi-bin/cmd/a.c: SQL outside the stores"
fault "no malloc in a page" cgi-bin/pages/a.c 'p = malloc(3);\n' "cgi-bin/pages/a.c: pages, reports and forms use the arena"
fault "no sprintf" cgi-bin/base/a.c 'sprintf(p, "x");\n' "cgi-bin/base/a.c: banned function"
fault "no escaping of SQL" cgi-bin/store/a.c 'PQescapeLiteral(c, s, n);\n' "cgi-bin/store/a.c: values travel as parameters only"
fault "no I/O in statistics" cgi-bin/stats/a.c '#include <stdio.h>\n' "cgi-bin/stats/a.c: statistics do no I/O"
fault "a long file" cgi-bin/base/a.c "$(printf '\\n%.0s' $(seq 501))" "cgi-bin/base/a.c has 501 lines: look for the seam"
fault "a long function" cgi-bin/base/a.c "int f(void)\n{\n$(printf '\\n%.0s' $(seq 81))}\n" "cgi-bin/base/a.c:2: a function of 82 lines"

# ---- check-security.sh: a check that the list names is there ----
mkdir -p tests/integration
printf '# a list\n1 what holds\n\tintegration/a.sh\tit holds\n' >tests/security.txt
echo 'same "it holds" 1 1' >tests/integration/a.sh
same "a list whose checks are there" "ok security" "$("$ROOT/.make/check-security.sh" "$D")"
echo 'same "it held" 1 1' >tests/integration/a.sh
same "a check that is gone is named" 'tests/security.txt: tests/integration/a.sh has no check "it holds"' "$("$ROOT/.make/check-security.sh" "$D" | head -n 1)"
: >tests/security.txt
check "an empty list is none" sh -c "! '$ROOT/.make/check-security.sh' '$D' >/dev/null"
checks_done
