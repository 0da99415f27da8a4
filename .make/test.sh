#!/bin/bash
# test.sh [STAGE...]: every test, stage by stage; ends with "N passed, N failed".
# Stages: build unit asan fuzz layers integration faults browser.  Output is kept in build/test/.
set -u
cd "$(dirname "$0")/.." || exit 1

# As root the programs run as users of their own, and PostgreSQL refuses root: where these cannot enter
# the clone (a home of mode 0700), a copy of it is tested.
test_copy() {
    local copy status=0
    copy=$(mktemp -d /var/tmp/minyi-test-XXXXXX) && chmod 755 "$copy" || return 1
    echo "other users cannot enter this folder: a copy in $copy is tested"
    tar --exclude=./build --exclude=./var -cf - . | tar --no-same-owner -C "$copy" -xf - || return 1
    "$copy/.make/test.sh" "$@" || status=$?
    mkdir -p build
    rm -rf build/test
    [ ! -d "$copy/build/test" ] || cp -r "$copy/build/test" build/test
    rm -rf "$copy"
    return $status
}
if [ "$(id -u)" = 0 ] && ! (cd / && setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$OLDPWD/Makefile"); then
    test_copy "$@"
    exit
fi
mkdir -p build/test
passed=0 failed=0
J=$(nproc)

say() { printf '%-14s %s\n' "$1" "$2"; }

# count NAME LOG STATUS: add up cmocka's and the scripts' lines of a log.
count() {
    local name=$1 log=$2 status=$3 p f
    p=$(awk '/^\[  PASSED  \] [0-9]+ test/ {s += $4} /^ok / {s++} END {print s + 0}' "$log")
    f=$(awk '/^\[  FAILED  \] [0-9]+ test/ {s += $4} /^not ok / {s++} END {print s + 0}' "$log")
    [ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f))
    if [ "$f" = 0 ]; then
        say "$name" "$p passed (${SECONDS_TAKEN}s)"
    else
        say "$name" "$p passed, $f FAILED (${SECONDS_TAKEN}s)"
        grep -nE '^not ok |^\[  FAILED  \]|error:|ERROR:|failed:|Assertion' "$log" | head -40
        echo "  the whole output: $log; again alone: make test STAGES=$name"
        tail -n 25 "$log" | sed 's/^/  | /'
    fi
}

stage() { # stage NAME COMMAND...
    local name=$1 log=build/test/$1.log from=$SECONDS status=0
    shift
    say "$name" "..."
    "$@" >"$log" 2>&1 </dev/null || status=$?
    SECONDS_TAKEN=$((SECONDS - from))
    count "$name" "$log" "$status"
}

run_build() {
    make -s -j"$J" all EXTRA_CFLAGS=-Werror && echo "ok gcc without a warning" &&
        make -s -j"$J" all CC=clang OUT=build/clang EXTRA_CFLAGS=-Werror && echo "ok clang without a warning"
}
run_unit() { make -s -j"$J" unit EXTRA_CFLAGS=-Werror; }
run_asan() { make -s -j"$J" unit OUT=build/asan CC=clang SAN=address,undefined; }
run_fuzz() { make -s -j"$J" fuzz FUZZ_S="${FUZZ_S:-2}"; }
run_layers() { .make/check-layers.sh && .make/check-texts.sh && .make/check-security.sh; }
# Two scripts at a time, each with a house of its own; a script prints its ok lines, and one that dies counts as a failure.
one_script() { # one_script LOGS SCRIPT
    local log=$1/${2##*/} from=$SECONDS
    timeout 400 bash "$2" >"$log" 2>&1 || echo "not ok $2 ended with $?" >>"$log"
    echo "# $2 took $((SECONDS - from)) s" >>"$log"
}
export -f one_script
run_scripts() { # run_scripts STAGE SCRIPT...
    local logs=build/test/$1
    shift
    rm -rf "$logs" && mkdir -p "$logs" || return 1
    printf '%s\0' "$@" | xargs -0 -P 2 -I {} bash -c 'one_script "$@"' _ "$logs" {}
    cat "$logs"/* && [ "$(cat "$logs"/* | grep -c "^# .* took ")" = $# ] || return 1
    ! grep -q '^not ok ' "$logs"/*
}
run_integration() {
    make -s -j"$J" all integration-programs bench-programs EXTRA_CFLAGS=-Werror && run_scripts integration tests/integration/*.sh
}
run_faults() { make -s -j"$J" all bench-programs EXTRA_CFLAGS=-Werror && run_scripts faults tests/faults/*.sh; }
run_browser() { make -s browser; }

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(build unit asan fuzz layers integration faults browser)
for s in "${stages[@]}"; do
    declare -F "run_$s" >/dev/null || { echo "there is no stage $s"; exit 2; }
    stage "$s" "run_$s"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
