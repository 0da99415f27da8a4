#!/bin/bash
# reset.sh DIR: throw away the data of `make run`, after asking.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -s "$1/place" ] || { echo "there are no data"; exit 0; }
place=$(cat "$1/place")
if [ "${YES:-}" != 1 ]; then
    read -r -p "Throw away every ballot, key and figure in $place? Type yes: " answer || answer=
    [ "$answer" = yes ] || { echo "nothing was done"; exit 1; }
fi
"$here/stack.sh" remove "$1"
echo "the data are gone"
