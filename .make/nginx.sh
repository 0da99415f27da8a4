#!/bin/bash
# nginx.sh [FEATURE...] NAME=VALUE...: render nginx.conf to standard output.
# FEATUREs are the words after "#:" in nginx.conf; NAME=VALUE fills in @NAME@.
# Fails when a @NAME@ is left, or a value could not stand in a configuration file.
set -eu
features=' ' pairs=()
for a in "$@"; do
    case $a in
    *=*[\"\;{}$'\n\t ']*) echo "nginx.sh: ${a%%=*} holds a space, quote, semicolon or brace: \"${a#*=}\"" >&2; exit 1 ;;
    *=*) pairs+=("$a") ;;
    *) features+="$a " ;;
    esac
done
printf '%s\n' "${pairs[@]}" | awk -v features="$features" '
    FNR == NR { at = index($0, "="); value[substr($0, 1, at - 1)] = substr($0, at + 1); next }
    /^#/ { print; next }
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
                print "nginx.sh: line " FNR " needs " name "=..." > "/dev/stderr"
                exit 1
            }
            out = out substr($0, 1, RSTART - 1) value[name]
            $0 = substr($0, RSTART + RLENGTH)
        }
        print out $0
    }' - "$(dirname "$0")/../nginx.conf"
