#!/bin/bash
# render.sh FILE [FEATURE...] NAME=VALUE...: write FILE to standard output, its places filled in.
# @NAME@ becomes VALUE. A line that ends with "#:word" stays where FEATURE word is given, one with
# "#:!word" where it is not; the mark goes. Lines that begin with "##" are notes on the source and go.
# Fails when a place is left, or when a value could not stand in a configuration file.
set -eu
file=$1
shift
features=' ' pairs=()
for a in "$@"; do
    case $a in
    *=*[\"\;{}$'\n\t ']*) echo "render.sh: ${a%%=*} holds a space, quote, semicolon or brace: \"${a#*=}\"" >&2; exit 1 ;;
    *=*) pairs+=("$a") ;;
    *) features+="$a " ;;
    esac
done
printf '%s\n' "${pairs[@]}" | awk -v features="$features" -v file="$file" '
    FNR == NR { at = index($0, "="); value[substr($0, 1, at - 1)] = substr($0, at + 1); next }
    /^##/ { next }
    match($0, / *#:!?[a-z]+$/) {
        tag = substr($0, RSTART, RLENGTH)
        sub(/^ *#:/, "", tag)
        wanted = sub(/^!/, "", tag) ? !index(features, " " tag " ") : index(features, " " tag " ")
        if (!wanted) next
        $0 = substr($0, 1, RSTART - 1)
    }
    {
        out = ""
        while (match($0, /@[A-Z_]+@/)) {
            name = substr($0, RSTART + 1, RLENGTH - 2)
            if (!(name in value)) {
                print "render.sh: " file ":" FNR " needs " name "=..." > "/dev/stderr"
                exit 1
            }
            out = out substr($0, 1, RSTART - 1) value[name]
            $0 = substr($0, RSTART + RLENGTH)
        }
        print out $0
    }' - "$file"
