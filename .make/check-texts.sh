#!/bin/bash
# check-texts.sh: every text that the programs ask for is in html/i18n (whose files are compared with
# each other when they are loaded), and every text there is asked for somewhere.
set -u
cd "$(dirname "$0")/.." || exit 1
areas='(desk|sheet|slip|poster|frame|error|reason|form|receipt|home|results|census|paper|lang|export)'
bad=0
asked=$(grep -rhoE "\"$areas\.[a-z0-9_]+(\.[a-z0-9_]+)?\"" cgi-bin --include='*.c' | tr -d '"' | sort -u)
reasons=$(tr '\n' ' ' < <(cat cgi-bin/*/*.c) | grep -oE 'rc_set_reason\([a-z]+, RC_[A-Z]+, +"[a-z0-9_]+"' |
    sed -E 's/.*"([a-z0-9_]+)"/reason.\1/' | sort -u)
known=$(sed -nE "s/^($areas\.[a-z0-9_.]+) *=.*/\1/p" html/i18n/zh.txt | sort -u)
# A page's pair of texts may be asked for by its stem: "form.stale" for .title and .text.
stems=$(comm -12 <(echo "$asked") <(sed -nE 's/\.title$//p' <<<"$known" | sort -u))
asked=$({
    comm -23 <(echo "$asked") <(echo "$stems")
    sed -E '/./!d; s/$/.title/' <<<"$stems"
    sed -E '/./!d; s/$/.text/' <<<"$stems"
    echo "$reasons"
} | sort -u)
for key in $(comm -23 <(echo "$asked") <(echo "$known")); do
    echo "html/i18n/zh.txt: \"$key\" is missing"
    bad=$((bad + 1))
done
# Keys that are put together at run time: "error.%d.title" and the like.
made=$(grep -rhoE "\"$areas\.[a-z0-9_.]*%[a-z.]+[a-z0-9_.]*\"" cgi-bin --include='*.c' | tr -d '"' |
    sed -E 's/\./\\./g; s/%[a-z.]+/[a-z0-9_]+/' | sort -u)
for key in $(comm -13 <(echo "$asked") <(echo "$known")); do
    grep -qxEf <(echo "$made") <<<"$key" && continue
    echo "html/i18n/zh.txt: \"$key\" is asked for nowhere"
    bad=$((bad + 1))
done
if [ "$bad" = 0 ]; then
    echo "ok texts"
else
    echo "not ok texts: $bad places"
    exit 1
fi
