#!/bin/bash
# make install: what lands where, units that systemd takes, an nginx file that nginx takes, TLS.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
cd "$ROOT" || exit 1
new_folder
D=$FOLDER
T=$D/root
UNITS=$T/usr/lib/systemd/system
quietly() { "$@" >"$D/out" 2>&1; }
MOST=15 # exposure of a unit, in tenths, by systemd-analyze security

check "make install" make -s install DESTDIR="$T" PREFIX=/usr
for f in lib/minyi/survey lib/minyi/results lib/minyi/admin lib/minyi/tally lib/minyi/minyi bin/minyi bin/minyi-tally; do
    check "/usr/$f is there" test -x "$T/usr/$f"
done
for f in html/assets.txt html/i18n/zh.txt html/errors/50x.html sql/roles.sql sql/grants.sql sql/001_tables.sql \
    sql/seed/gov-wechat-2014/survey.csv postgresql/pg_ident.conf LICENSE; do
    check "share/minyi/$f is there" test -s "$T/usr/share/minyi/$f"
done
same "nothing can be written by others" "" "$(find "$T" ! -type l -perm /022)"
same "no place is left open" "" "$(grep -rnE '@[A-Z_]+@|#:' "$T/etc" "$UNITS" "$T/usr/bin" "$T/usr/lib/sysusers.d" "$T/usr/lib/tmpfiles.d")"
same "no path of this clone" "" "$(grep -rlF "$ROOT" "$T/etc" "$T/usr/lib/systemd" "$T/usr/bin" "$T/usr/share")"
echo "MINYI_EPOCH_DAYS=3" >>"$T/etc/minyi/minyi.env"
make -s install DESTDIR="$T" PREFIX=/usr 2>"$D/again"
check "a second install keeps the operator's settings" grep -q EPOCH_DAYS=3 "$T/etc/minyi/minyi.env"
check "and says so" grep -q "minyi.env.new" "$D/again"
same "the command says what it can do" 0 "$(sed "s|/etc/minyi|$T/etc/minyi|; s|/usr/lib|$T/usr/lib|" "$T/usr/bin/minyi" | sh -s -- --help >"$D/help"; echo $?)"
check "with the settings of the house" grep -q MINYI_SPOOL_DIR "$D/help"

# ---- systemd ----
if command -v systemd-analyze >/dev/null; then
    # a root of its own, with what the units name
    mkdir -p "$T/bin" "$T/usr/sbin" "$T/usr/lib/systemd" && cp /bin/kill "$T/bin/" && cp -L "$(PATH=$PATH:/usr/sbin command -v nginx)" "$T/usr/sbin/nginx"
    cp -r /usr/lib/systemd/system/. "$UNITS/" 2>/dev/null
    for u in minyi.target minyi-nginx.service minyi-tally.timer minyi-tally.service minyi-asked.timer minyi-asked.service minyi-{survey,results,admin}.{socket,service}; do
        systemd-analyze verify --man=no --root="$T" "$u" >"$D/verify" 2>&1
        same "systemd takes $u" "" "$(grep -F minyi "$D/verify")"
        case $u in *.service)
            systemd-analyze security --offline=yes --root="$T" --threshold=$MOST "$u" >"$D/security" 2>&1
            same "$u: $(tail -n 1 "$D/security" | grep -o 'Overall.*[0-9]')" 0 $?
            ;;
        esac
    done
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$D/users/etc"
        check "systemd-sysusers takes the users" quietly systemd-sysusers --root="$D/users" "$T/usr/lib/sysusers.d/minyi.conf"
        same "and makes six of them" 6 "$(grep -c '^minyi-' "$D/users/etc/passwd")"
    fi
else
    skip "the units" "there is no systemd-analyze"
fi

# ---- the database as README says, with the installed commands, each by its system user ----
# shellcheck source=../../.make/cluster.sh
. "$ROOT/.make/cluster.sh"
by_the_book() {
    local share=$D/live/usr/share/minyi pg=$D/pg
    make -s install PREFIX="$D/live/usr" SYSCONFDIR="$D/live/etc" LOCALSTATEDIR="$D/live/var" 2>/dev/null || return 1
    cluster_users && getent group minyi-spool >/dev/null || groupadd --system minyi-spool
    for u in minyi-survey minyi-tally minyi-operator; do usermod -aG minyi-spool $u; done
    systemd-tmpfiles --create --prefix="$D/live/var" "$D/live/usr/lib/tmpfiles.d/minyi.conf" || return 1
    mkdir -p "$pg" && chown postgres: "$pg"
    as_user postgres "$PG_BIN/initdb" -D "$pg/data" -U postgres -E UTF8 --locale=C.UTF-8 -A peer --no-sync >/dev/null || return 1
    as_user postgres tee "$pg/data/pg_hba.conf" <"$share/postgresql/pg_hba.conf" >/dev/null
    echo "local all postgres peer" | as_user postgres tee -a "$pg/data/pg_hba.conf" >/dev/null
    as_user postgres tee "$pg/data/pg_ident.conf" <"$share/postgresql/pg_ident.conf" >/dev/null
    as_user postgres tee -a "$pg/data/postgresql.conf" <"$share/postgresql/postgresql.conf" >/dev/null
    at_end "cluster_stop $pg/data postgres immediate"
    cluster_start "$pg/data" "$pg" postgres "-c fsync=off -c listen_addresses=" || return 1
    sed -i "s|^PGHOST=.*|PGHOST=$pg|" "$D/live/etc/minyi/minyi.env"
    as_user postgres "$PG_BIN/createdb" -h "$pg" -T template0 minyi &&
        as_user postgres "$PG_BIN/psql" -h "$pg" -qd minyi -v ON_ERROR_STOP=1 -f "$share/sql/roles.sql"
}
if [ "$(id -u)" = 0 ] && command -v systemd-tmpfiles >/dev/null; then
    check "a database as README says" by_the_book

    minyi() { as_user minyi-operator "$D/live/usr/bin/minyi" "$@"; }
    check "minyi migrate" quietly minyi migrate
    check "minyi key init" quietly minyi key init
    check "minyi-tally makes the first key" quietly as_user minyi-tally "$D/live/usr/bin/minyi-tally"
    check "minyi publish" quietly minyi publish "$D/live/usr/share/minyi/sql/seed/gov-wechat-2014"
    minyi status >"$D/status"
    same "minyi status: all is well" "0 all is well" "$? $(tail -n 1 "$D/status")"
    quietly as_user minyi-web "$D/live/usr/bin/minyi" status
    same "nginx's user is nobody to the database" "1 yes" "$? $(grep -q 'ALARM DATABASE_AWAY' "$D/out" && echo yes)"
    check "the server's logs hold no statement" bash -c "test -s $D/pg/data/server.log && ! grep -iqE 'STATEMENT|DETAIL|INSERT' $D/pg/data/server.log"
else
    skip "a database as README says" "that takes root"
fi

# ---- nginx's file, plain and with TLS, taken by nginx and tried on a real house ----
MINYI_REFRESH_S=1 house_start --no-demo --tally 0
house run minyi publish "$ROOT/sql/seed/gov-wechat-2014" >/dev/null || exit 1
TLS_PORT=$(free_port)
PLAIN_PORT=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=survey.example.org -keyout "$D/key.pem" -out "$D/cert.pem" 2>/dev/null
check "make install for a public host" make -s install DESTDIR="$T" PREFIX=/usr MINYI_HOST=survey.example.org \
    MINYI_CERT="$D/cert.pem" MINYI_CERT_KEY="$D/key.pem"
check "without a certificate it is refused" bash -c "! make -s install DESTDIR=$T PREFIX=/usr MINYI_HOST=survey.example.org 2>/dev/null"
check "the settings make cookies Secure" grep -qx MINYI_TLS=1 "$T/etc/minyi/minyi.env.new"
check "systemd hands over the key" grep -qx "LoadCredential=certificate-key:$D/key.pem" "$UNITS/minyi-nginx.service"
mkdir -p "$D/run" "$D/tmp" "$D/log"
sed -e "s|/run/minyi-web|$D/run|; s|/var/cache/minyi-web|$D/tmp|; s|/var/log/minyi|$D/log|; s|/run/minyi/|$PLACE/run/|" \
    -e "s|/run/credentials/minyi-nginx.service/certificate-key|$D/key.pem|; s|/run/credentials/minyi-nginx.service/certificate|$D/cert.pem|" \
    -e "s|/usr/share|$T/usr/share|; s|/etc/minyi|$T/etc/minyi|; s|/var/lib/minyi/public|$PLACE/verify|; /listen \[::\]/d" \
    -e "s|listen 443|listen 127.0.0.1:$TLS_PORT|; s|listen 80 |listen 127.0.0.1:$PLAIN_PORT |; s|listen 127.0.0.1:8081|listen 127.0.0.1:$(free_port)|" \
    "$T/etc/minyi/nginx.conf" >"$D/nginx.conf"
NGINX=$(PATH=$PATH:/usr/sbin command -v nginx)
"$NGINX" -e stderr -t -c "$D/nginx.conf" 2>"$D/nginx.out"
same "nginx takes the file without a warning" "" "$(grep -E 'warn|emerg' "$D/nginx.out" | grep -v '"user" directive')"
if [ "$(id -u)" = 0 ]; then chown -R minyi-web "$D/run" "$D/tmp" "$D/log"; chmod 644 "$D/key.pem"; fi
user=$(id -un)
[ "$user" != root ] || user=minyi-web
as_user "$user" "$NGINX" -e stderr -c "$D/nginx.conf" 2>>"$D/nginx.out" &
at_end "kill -QUIT \$(cat $D/run/nginx.pid)"
tls() { curl -s -k -m 10 --resolve "survey.example.org:$TLS_PORT:127.0.0.1" "$@"; }
S=https://survey.example.org:$TLS_PORT
check "it serves the form over TLS" until_true 50 tls -f -o /dev/null "$S/survey/gov-wechat-2014"
same "HSTS, a year, errors too" "max-age=31536000 max-age=31536000" \
    "$(for p in / /assets/nothing; do tls -o /dev/null -D - "$S$p" | tr -d '\r' | sed -n 's/^strict-transport-security: //Ip'; done | xargs)"
check "TLS 1.2 is spoken" tls -f -o /dev/null --tls-max 1.2 "$S/"
check "TLS 1.1 is not" bash -c "! openssl s_client -connect 127.0.0.1:$TLS_PORT -tls1_1 </dev/null 2>/dev/null | grep -q 'Cipher is [A-Z]'"
same "plain HTTP leads to TLS" "301 https://survey.example.org/x?y=1" \
    "$(curl -s -m 5 -o /dev/null -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$PLAIN_PORT/x?y=1")"
mkdir -p "$PLACE/verify/.well-known/acme-challenge" && echo acme >"$PLACE/verify/.well-known/acme-challenge/t"
same "but for a certificate's challenge" acme "$(curl -s -m 5 "http://127.0.0.1:$PLAIN_PORT/.well-known/acme-challenge/t")"
same "/admin/ is not on the public host" 404 "$(tls -o /dev/null -w '%{http_code}' "$S/admin/")"
checks_done
