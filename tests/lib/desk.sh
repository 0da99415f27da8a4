# desk.sh: people at the administrators' desk of a house. To be sourced by bash after house.sh, with house_start given
# --admin-port "$DESK_PORT".
#
#   desk GET|POST WHO PATH [curl options]   as the person WHO ("-": nobody); prints the status; head in $H, body in $B.
#                                           A POST takes fields as "name=value" and adds token and language itself
#   desk_new NAME ROLE [SURVEY]             an account made by the operator; password $PASSWORD, no second factor yet
#   desk_enrol NAME                         its first sign-in; seed in $JARS/NAME.seed, recovery codes in $JARS/NAME.codes
#   desk_sign_in NAME [CODE] [PASSWORD]     prints the status
#   desk_code NAME                          a code of now, as if none was used before
#   desk_base                               what the page in $B was made of, to be sent back with its form
PASSWORD='a steady garden of lanterns 7'

desk_sql() { house run psql -c "$1"; }
desk_base() { grep -o 'name="base" value="[0-9a-f]*"' "$B" | head -n 1 | grep -o '[0-9a-f]\{64\}'; } # what the page in $B was made of
desk_token() { grep -o 'name="_token" value="[0-9a-f]*"' "$1" | head -n 1 | grep -o '[0-9a-f]\{32\}'; }

desk() {
    local method=$1 who=$2 path=$3 jar="$JARS/$2.jar" fields=()
    shift 3
    [ "$who" != - ] || { jar=$JARS/nobody.jar; rm -f "$jar"; }
    touch "$jar"
    if [ "$method" = POST ]; then
        [ -s "$JARS/$who.token" ] && fields=(--data-urlencode "_token=$(cat "$JARS/$who.token")")
        fields+=(--data-urlencode "_lang=en")
    fi
    while [ $# -gt 0 ]; do
        case $1 in
        -*) fields+=("$1" "$2"); shift ;;
        *) fields+=(--data-urlencode "$1") ;;
        esac
        shift
    done
    curl -s -m 20 -D "$H" -o "$B" -w '%{http_code}' -b "$jar" -c "$jar" "${fields[@]}" "$DESK$path"
    # the token follows from the session: with a new one comes a new token
    [ "$who" = - ] || ! desk_token "$B" >"$JARS/$who.token.new" || mv "$JARS/$who.token.new" "$JARS/$who.token"
}

desk_new() { house run minyi user add "$1" --role "$2" --survey "${3:-*}" <<<"$PASSWORD" >/dev/null; }

desk_sign_in() {
    # who is signed in already is led on: another page has the token
    [ "$(desk GET "$1" /admin/sign-in?lang=en)" = 200 ] || desk GET "$1" /admin/account?lang=en >/dev/null
    desk POST "$1" /admin/sign-in "name=$1" "password=${3:-$PASSWORD}" "code=${2:-}"
}

desk_enrol() {
    rm -f "$JARS/$1.jar" "$JARS/$1.token"
    desk_sign_in "$1" >/dev/null
    desk GET "$1" /admin/enrol?lang=en >/dev/null
    grep 'class="code"' "$B" | grep -o '[A-Z2-7]\{4\}' | head -n 8 | tr -d '\n' >"$JARS/$1.seed"
    desk POST "$1" /admin/enrol "code=$(oathtool --totp -b "$(cat "$JARS/$1.seed")")" >/dev/null
    sed -n 's/.*<li class="code">\([0-9A-Z-]*\)<.*/\1/p' "$B" >"$JARS/$1.codes"
    desk GET "$1" /admin/account?lang=en >/dev/null
}

desk_code() {
    desk_sql "UPDATE office.person SET last_step = 0 WHERE name = '$1'" >/dev/null
    oathtool --totp -b "$(cat "$JARS/$1.seed")"
}
