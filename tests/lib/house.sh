# house.sh: a whole house for one test: nginx, programs, PostgreSQL, by .make/stack.sh.
# To be sourced by bash after check.sh; everything is stopped and removed when the script ends.
#
#   house_start [stack.sh options]   start it on a free port; sets HOUSE, PLACE, PORT, URL
#   house VERB [ARG...]              stack.sh for this house: house run minyi status
#   ballot [SLUG] [FIELDS]           a new citizen answers; prints the HTTP status
#   counted                          ballots in the published figures
#   raw TEXT                         send bytes (printf escapes) to the port, print what comes back
#   house_log                        every log of the house, PostgreSQL's too

house() {
    local verb=$1
    shift
    "$ROOT/.make/stack.sh" "$verb" "$HOUSE" "$@"
}

house_start() {
    HOUSE=$(mktemp -d /tmp/minyi-XXXXXX)
    chmod 755 "$HOUSE" # the service users must get in
    PORT=$(free_port)
    URL=http://127.0.0.1:$PORT
    at_end "$ROOT/.make/stack.sh remove $HOUSE"
    if ! house start --port "$PORT" "$@" >"$HOUSE/start.out" 2>"$HOUSE/start.err"; then
        cat "$HOUSE/start.err" >&2
        echo "not ok the house did not start"
        exit 1
    fi
    PLACE=$(house place)
}

# The request goes out in one write, and somebody reads before: a server that closes early loses nothing.
raw() {
    local file reader
    file=$(mktemp)
    # shellcheck disable=SC2059
    printf "$1" >"$file"
    {
        exec 9<>"/dev/tcp/127.0.0.1/$PORT" || return 1
        timeout 5 cat <&9 &
        reader=$!
        cat "$file" >&9
        wait $reader
        exec 9>&-
    } 2>/dev/null
    rm -f "$file"
}

house_log() {
    cat "$PLACE"/log/*.log "$PLACE/data/server.log"
}

# ballot [SLUG] [FIELDS]: a new citizen sends the least that the demonstration takes; prints the status.
ballot() {
    local slug=${1:-gov-wechat-2014} jar page version
    jar=$(mktemp)
    page=$(curl -s -m 10 -c "$jar" "$URL/survey/$slug")
    version=$(sed -n 's/.*name="_version" value="\([0-9]*\)".*/\1/p' <<<"$page" | head -n 1)
    curl -s -m 10 -o /dev/null -w '%{http_code}' -b "$jar" -d "_version=$version&_lang=zh&agree=1&used=no${2:+&$2}" \
        "$URL/survey/$slug"
    rm -f "$jar"
}

# counted: ballots in the published figures of the demonstration.
counted() { curl -sf -m 5 "$URL/results/gov-wechat-2014.json" | grep -o '"ballots":[0-9]*' | head -n 1 | cut -d: -f2; }
