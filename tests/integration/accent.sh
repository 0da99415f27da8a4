#!/bin/bash
# The accent colour: one that cannot be read is refused, a good one is in the style sheet and nothing else changes.
set -eu
cd "$(dirname "$0")/../.."
dir=$(mktemp -d /tmp/minyi-acc-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
verdict() { # verdict NAME COMMAND...
    local name=$1
    shift
    if "$@"; then echo "ok $name"; else echo "not ok $name"; failed=1; fi
}
tried() { # tried COLOUR: what accent.sh says to it, and its status
    local status=0
    .make/accent.sh "$1" 2>&1 || status=$?
    echo "status $status"
}
matches() { [[ $1 == $2 ]]; }

verdict "a pale colour is refused, with its contrast" matches "$(tried '#ff9900')" "*too pale*1.96:1*status 1"
verdict "the palest grey that passes on the soft ground" matches "$(tried '#6f6f6f')" ":root*status 0"
verdict "the next one does not" matches "$(tried '#717171')" "*too pale*4.4?:1*status 1"
for bad in red '#12345' '#1234567' '#12345g' '' '#000000;}body{display:none'; do
    verdict "\"$bad\" is no colour" matches "$(tried "$bad")" "*is not a colour*status 1"
done
.make/html.sh html "$dir/own" 
MINYI_ACCENT='#8a1f11' .make/html.sh html "$dir/red"
verdict "the colour is in the style sheet" grep -q -- '--accent:#8a1f11;' "$dir"/red/assets/style.*.css
verdict "and the address of the style sheet is another" test ! -e "$dir/red/assets/$(basename "$dir"/own/assets/style.*.css)"
verdict "nothing else changes" test "$(grep -v ^style "$dir/own/assets.txt")" = "$(grep -v ^style "$dir/red/assets.txt")"
if MINYI_ACCENT='#ffff00' .make/html.sh html "$dir/red" 2>/dev/null; then refused=no; else refused=yes; fi
verdict "a refused colour leaves what is there" test "$refused" = yes -a -s "$dir/red/assets.txt"
exit $failed
