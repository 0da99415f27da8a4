# check.sh: one "ok NAME" or "not ok NAME" line per check, a folder that goes away at the end, and
# what was started stopped.  To be sourced by bash scripts that call `checks_done` last.
#
#   check NAME COMMAND...       ok when the command succeeds
#   same NAME WANT GOT          ok when the two are equal; prints both when they are not
#   skip NAME WHY               a check that cannot be made here
#   until_true TENTHS COMMAND   wait for it, at most so many tenths of a second
#   at_end COMMAND              run when the script ends, last one first
#   new_folder                  sets FOLDER: empty, short path, removed at the end
#   free_port                   prints a port of 127.0.0.1 that nobody listens on

N_FAILED=0
N_PASSED=0
AT_END=()

check() {
    local name=$1
    shift
    if "$@"; then
        N_PASSED=$((N_PASSED + 1))
        echo "ok $name"
    else
        N_FAILED=$((N_FAILED + 1))
        echo "not ok $name"
    fi
}

same() {
    if [ "$2" != "$3" ]; then
        printf '#   wanted: %s\n#   got:    %s\n' "$2" "$3"
    fi
    check "$1" [ "$2" = "$3" ]
}

skip() {
    echo "ok $1 # skipped: $2"
}

until_true() {
    local n=$1
    shift
    while ! "$@"; do
        n=$((n - 1))
        [ "$n" -gt 0 ] || return 1
        sleep 0.1
    done
}

at_end() {
    AT_END=("$*" "${AT_END[@]}")
}

run_at_end() {
    local c
    for c in "${AT_END[@]}"; do eval "$c" 2>/dev/null || true; done
    AT_END=()
}
trap run_at_end EXIT
trap 'exit 130' INT TERM HUP

new_folder() {
    FOLDER=$(mktemp -d /tmp/minyi-XXXXXX)
    chmod 755 "$FOLDER"
    at_end "rm -rf $FOLDER"
}

free_port() {
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 12000)) # below the range of outgoing connections
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return 0; }
    done
    return 1
}

checks_done() {
    [ "$N_PASSED" -gt 0 ] && [ "$N_FAILED" = 0 ]
    exit $?
}
