#!/bin/bash
# --help: each command has one, with an example; each option that a parser knows is in its help. No database.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=${OUT:-build}
export MINYI_HTML_DIR=$PWD/build/html MINYI_SQL_DIR=$PWD/sql
unset PGHOST
failed=0
ok() { echo "ok help: $1"; }
not_ok() { echo "not ok help: $1"; failed=1; }

# The options in a file's source: its string literals that are nothing but an option.
options_of() { grep -hoE '"--[a-z][a-z-]*"' "$@" | tr -d '"' | sort -u | grep -vxE -- '--(help|quiet)'; }

has_all() { # has_all NAME TEXT SOURCE...
    local name=$1 text=$2 option lacking=
    shift 2
    for option in $(options_of "$@"); do
        grep -qE -- "(^|[^a-z-])$option([^a-z-]|$)" <<<"$text" || lacking+=" $option"
    done
    if [ -z "$lacking" ]; then ok "$name: every option"; else not_ok "$name does not explain$lacking"; fi
}

commands=$("$out/minyi" --help | sed -nE 's/^  (minyi )?([a-z-]+)( .*)?$/\2/p')
[ "$(wc -w <<<"$commands")" -ge 14 ] && ok "minyi lists its commands" || not_ok "minyi lists its commands: $commands"
for c in $commands; do
    text=$("$out/minyi" "$c" --help 2>&1) && grep -qE "minyi $c( |$)" <<<"$(tail -n +2 <<<"$text")" && ok "minyi $c: an example" ||
        not_ok "minyi $c --help: $text"
    src=cgi-bin/cmd/${c//-/_}.c
    [ ! -e "$src" ] || has_all "minyi $c" "$(tail -n +2 <<<"$text")" "$src"
done
has_all tally "$("$out/tally" --help)" cgi-bin/tally.c
has_all "tally analyse" "$("$out/tally" analyse --help)" cgi-bin/cmd/analyse_options.c
has_all "tally report" "$("$out/tally" report --help)" cgi-bin/cmd/report.c
# the test can fail: an option that nobody explains is found
failed_before=$failed
fake=$(mktemp)
echo '"--colour"' >"$fake"
said=$(has_all "a command" "--colours" "$fake")
rm -f "$fake"
failed=$failed_before
[ "$said" = "not ok help: a command does not explain --colour" ] && echo "ok help: a missing option is found" || not_ok "a missing option: $said"
exit $failed
