# line.sh: a house of its own, empty but for the questionnaire, for the bench and the fault tests.
# To be sourced by bash after `set -eu`; stops and removes everything when the script ends.
#
#   line_start NAME [stack.sh options]   start it; the questionnaire is published, the box has a key
#   line_stack VERB [ARG...]   stack.sh for this house: line_stack run psql -c "SELECT 1"
#   line_sql SQL               one statement as the superuser, unaligned, tuples only
#   line_load [options]        the load client, posting ballots to the form of this house
#   line_pid PROGRAM           process id of a program that the supervisor keeps
#   line_rest                  survey has nothing in its spool any more (waits, at most 30 s)
#   line_down [immediate]      stop PostgreSQL alone; line_up starts it again
#
# LINE_DIR, LINE_URL, LINE_SLUG, LINE_OWNER (the system user of the cluster) are set.
LINE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../.make/cluster.sh
. "$LINE_ROOT/.make/cluster.sh"
LINE_SLUG=gov-wechat-2014
LINE_DIR=
LINE_MOUNTED=
LINE_QUIET=

line_port() {
    local port
    for _ in $(seq 100); do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return 0; }
    done
    return 1
}

line_stack() {
    local verb=$1
    shift
    "$LINE_ROOT/.make/stack.sh" "$verb" "$LINE_DIR" "$@"
}

line_sql() { line_stack run psql -c "$1"; }

# A folder that the service users can enter, with a path short enough for sockets.
line_folder() {
    [ -z "$LINE_DIR" ] || return 0
    LINE_DIR=$(mktemp -d "/tmp/minyi-$1.XXXXXX")
    chmod 755 "$LINE_DIR"
    trap line_end EXIT
    trap 'exit 130' INT TERM HUP
}

line_end() { # line_end [STATUS]
    local status=${1:-$?} place
    trap - EXIT
    if [ "$status" != 0 ] && [ -z "${LINE_QUIET:-}" ] && [ -s "$LINE_DIR/place" ]; then
        place=$(cat "$LINE_DIR/place")
        tail -n 4 "$place"/log/survey.log "$place"/log/supervise.log "$place/data/server.log" >&2 || true
    fi
    line_stack stop >/dev/null 2>&1 || true
    [ ! -s "$LINE_DIR/place" ] || rm -rf "$(cat "$LINE_DIR/place")"/[!d]* # all but data, perhaps a mount
    [ -z "$LINE_MOUNTED" ] || umount "$LINE_DIR/data" || true
    place=$(cat "$LINE_DIR/place" 2>/dev/null || echo "$LINE_DIR")
    rm -rf "$place" "$LINE_DIR"
    exit "$status"
}

line_start() {
    local name=$1 port
    shift
    line_folder "$name"
    port=$(line_port)
    line_stack start --port "$port" --no-demo --tally 0 --no-limits "$@" >"$LINE_DIR/start.out" 2>"$LINE_DIR/start.err" ||
        { cat "$LINE_DIR/start.err" >&2; return 1; }
    LINE_PLACE=$(cat "$LINE_DIR/place")
    LINE_URL=http://127.0.0.1:$port
    LINE_OWNER=$(stat -c %U "$LINE_PLACE/data")
    line_stack run tally >/dev/null 2>"$LINE_DIR/first-tally.err" || # makes the first epoch key
        { cat "$LINE_DIR/first-tally.err" >&2; return 1; }
    line_publish
}

line_publish() {
    local seed=$LINE_ROOT/sql/seed/$LINE_SLUG
    cp -r "$seed" "$LINE_PLACE/seed" && chmod -R a+rX "$LINE_PLACE/seed"
    line_stack run minyi publish "$LINE_PLACE/seed" >/dev/null
    line_sql "SELECT definition FROM core.version" >"$LINE_DIR/definition.json"
    LINE_FIELDS="_version=$(line_sql "SELECT current_version FROM core.survey WHERE slug = '$LINE_SLUG'")&_lang=zh"
    for _ in $(seq 300); do
        curl -sf -o /dev/null "$LINE_URL/survey/$LINE_SLUG" && return 0
        sleep 0.1
    done
    echo "survey does not serve the questionnaire" >&2
    return 1
}

line_load() {
    "$LINE_ROOT/build/tests/bench/load" --url "$LINE_URL/survey/$LINE_SLUG" --definition "$LINE_DIR/definition.json" \
        --secret "$LINE_PLACE/secrets/cookie.key" --fields "$LINE_FIELDS" "$@"
}

line_pid() {
    local boss pid
    boss=$(cat "$LINE_PLACE/run/supervise.pid")
    for pid in $(cat "/proc/$boss/task/$boss/children"); do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$1" ]; then
            echo "$pid"
            return 0
        fi
    done
    return 1
}

line_down() { cluster_stop "$LINE_PLACE/data" "$LINE_OWNER" "${1:-fast}"; }
line_up() { cluster_start "$LINE_PLACE/data" "$LINE_PLACE/pg" "$LINE_OWNER"; }

line_rest() {
    for _ in $(seq 300); do
        [ -n "$(find "$LINE_PLACE/spool" -name '*.batch' -print -quit)" ] || return 0
        sleep 0.1
    done
    echo "the spool is not drained after 30 s" >&2
    return 1
}

# now_s: seconds with a fraction, for differences.
line_now() { date +%s.%N; }
line_since() { awk -v a="$1" -v b="$(line_now)" 'BEGIN { printf "%.1f", b - a }'; }
