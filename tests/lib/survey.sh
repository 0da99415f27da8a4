# survey.sh: the survey program alone behind a real nginx and a real PostgreSQL, without the tally.
# To be sourced by bash after tests/lib/cluster.sh.
#
#   survey_house DIR PORT     cluster, schema, the demonstration's questionnaire, an epoch key; and the
#                             folders; starts nothing
#   survey_up / survey_down   the program and nginx, under the supervisor (env of the caller counts)
#   survey_pid                pid of the program
#   ops WHAT                  healthz, readyz or metrics, as the host sees them
#   req METHOD PATH [curl arguments]   sets $status, $body (file), $head (file); cookies are not kept
#   field NAME FILE           value of a hidden field of a page
#   ok NAME / not_ok NAME WHY / expect NAME GOT WANTED
#   finish                    exit status by what failed
SURVEY_FAILED=0

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $2"; SURVEY_FAILED=1; }
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got \"$2\", wanted \"$3\""; fi; }
expect_in() { if grep -qF -- "$3" "$2"; then ok "$1"; else not_ok "$1" "\"$3\" is not in the page"; fi; }
finish() { exit "$SURVEY_FAILED"; }

survey_house() {
    H=$1 PORT=$2
    U=http://127.0.0.1:$PORT S=/survey/gov-wechat-2014
    head=$H/head body=$H/body
    scratch_cluster "$H" >/dev/null && scratch_migrate >/dev/null || return 1
    PGUSER=minyi_operator "$SCRATCH_OUT/minyi" publish "$SCRATCH_ROOT/sql/seed/gov-wechat-2014" >/dev/null || return 1
    PGUSER=minyi_operator "$SCRATCH_OUT/minyi" key init >"$H/recovery" || return 1
    survey_epoch 1
    mkdir -p "$H/run" "$H/log" "$H/web/tmp" "$H/verify" "$H/spool" "$H/cache" "$H/secrets"
    survey_config
}

# An epoch key whose secret half is the recovery key's: the tally is not needed to take ballots.
survey_epoch() {
    scratch_sql minyi_owner "INSERT INTO intake.epoch_key (epoch_id, public_key, recovery_id, escrow)
        SELECT $1, public_key, recovery_id, '\\x00' FROM intake.recovery_key LIMIT 1"
}

survey_config() {
    # as root nginx and its socket are nobody's, as an ordinary user one's own
    WEB_USER='' WEB_GROUP=''
    if [ "$(id -u)" = 0 ]; then
        WEB_USER='user nobody' WEB_GROUP="group $(id -gn nobody)"
        chown nobody: "$H/web" "$H/web/tmp" "$H/log"
    fi
    "$SCRATCH_ROOT/.make/render.sh" "$SCRATCH_ROOT/nginx.conf" "RUN=$H/web" "LOG=$H/log" "TMP=$H/web/tmp" \
        "SOCKETS=$H/run" "HTML=$SCRATCH_ROOT/build/html" "PUBLIC=$H/verify" "CONF=$H/verify" \
        "LISTEN=127.0.0.1:$PORT" >"$H/nginx.conf"
}

survey_up() {
    cat >"$H/supervise.conf" <<S
env PGHOST=$PGHOST
env PGDATABASE=minyi
env MINYI_HTML_DIR=$SCRATCH_ROOT/build/html
env MINYI_SPOOL_DIR=$H/spool
env MINYI_CACHE_DIR=$H/cache
env MINYI_SECRETS_DIR=$H/secrets
env MINYI_REFRESH_S=${MINYI_REFRESH_S:-1}
env MINYI_DB_DEADLINE_MS=${MINYI_DB_DEADLINE_MS:-1000}
env MINYI_COOKIE_DAYS=${MINYI_COOKIE_DAYS:-30}
env MINYI_SLOTS=${MINYI_SLOTS:-256}
env MINYI_FAULT=${MINYI_FAULT:-}
program survey
    command $SCRATCH_OUT/survey
    socket $H/run/survey.sock
    $WEB_GROUP
    log $H/log/survey.log
program nginx
    command $(PATH=$PATH:/usr/sbin command -v nginx)
    arg -e
    arg stderr
    arg -c
    arg $H/nginx.conf
    $WEB_USER
    stop QUIT
    remove $H/web/ops.sock
    log $H/log/nginx.log
S
    "$SCRATCH_OUT/supervise" "$H/supervise.conf" >>"$H/log/supervise.log" 2>&1 </dev/null &
    SUPERVISOR=$!
    local i
    for ((i = 0; i < 100; i++)); do
        curl -sf --unix-socket "$H/web/ops.sock" http://ops/survey/readyz >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    echo "the survey program did not start:" >&2
    cat "$H"/log/* >&2
    return 1
}

survey_down() {
    [ -n "${SUPERVISOR:-}" ] || return 0
    kill "$SUPERVISOR" 2>/dev/null || true
    wait "$SUPERVISOR" 2>/dev/null || true
    SUPERVISOR=
}

survey_pid() { pgrep -P "$SUPERVISOR" -x survey; }
ops() { curl -s --unix-socket "$H/web/ops.sock" "http://ops/survey/$1"; }
metric() { ops metrics | awk -v m="minyi_survey_$1" '$1 == m {print $2}'; }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local i n=$(($1 * 10))
    shift
    for ((i = 0; i < n; i++)); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

req() {
    local method=$1 path=$2
    shift 2
    status=$(curl -s -o "$body" -D "$head" -w '%{http_code}' -X "$method" "$@" "$U$path")
}

header() { tr -d '\r' <"$head" | sed -n "s/^$1: //Ip" | head -1; }
# The ballot cookie that the last reply set, as "name=value".
cookie() { header set-cookie | cut -d';' -f1; }
field() { grep -oE "name=\"$1\" value=\"[^\"]*\"" "$body" | head -1 | sed 's/.*value="//; s/"$//'; }
version() { scratch_sql minyi_owner "SELECT current_version FROM core.survey"; }
boxed() { scratch_sql minyi_owner "SELECT coalesce(sum(n), 0) FROM intake.batch"; }
# Distinct ballot keys in the box.
keys() {
    scratch_sql minyi_owner "SELECT count(DISTINCT substr(box_hashes, 1 + 16 * i, 16))
        FROM intake.batch, generate_series(0, n - 1) AS i"
}
