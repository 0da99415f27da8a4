#!/bin/bash
# install.sh: put everything into place; called by `make install` (DESTDIR, PREFIX,
# SYSCONFDIR, LOCALSTATEDIR).
# MINYI_HOST with MINYI_CERT and MINYI_CERT_KEY: a public site with TLS; without: plain HTTP on
# 127.0.0.1:MINYI_PORT, for a look or behind another server.
set -eu
cd "$(dirname "$0")/.."
PREFIX=${PREFIX:-/usr/local} SYSCONFDIR=${SYSCONFDIR:-/etc} DESTDIR=${DESTDIR:-}
STATE=${LOCALSTATEDIR:-/var}/lib/minyi
LIB=$PREFIX/lib/minyi SHARE=$PREFIX/share/minyi ETC=$SYSCONFDIR/minyi UNITS=$PREFIX/lib/systemd/system
LISTEN=127.0.0.1:${MINYI_PORT:-8080} ADMIN=127.0.0.1:${MINYI_ADMIN_PORT:-8081}

features=(limits admin)
if [ -n "${MINYI_HOST:-}" ]; then
    [ -n "${MINYI_CERT:-}" ] && [ -n "${MINYI_CERT_KEY:-}" ] || {
        echo "MINYI_HOST needs MINYI_CERT and MINYI_CERT_KEY, the files of its certificate" >&2
        exit 2
    }
    features+=(tls)
fi
# systemd hands the certificate to nginx, which cannot read the operator's files
names=("LIB=$LIB" "SHARE=$SHARE" "ETC=$ETC" "STATE=$STATE" "LISTEN=$LISTEN" "ADMIN=$ADMIN" "HOST=${MINYI_HOST:-}")
credentials=/run/credentials/minyi-nginx.service
for_nginx=("RUN=/run/minyi-web" "LOG=/var/log/minyi" "TMP=/var/cache/minyi-web" "SOCKETS=/run/minyi" "HTML=$SHARE/html"
    "PUBLIC=$STATE/public" "CONF=$ETC/nginx.d" "CERT=$credentials/certificate" "CERT_KEY=$credentials/certificate-key")
for_units=("CERT=${MINYI_CERT:-}" "CERT_KEY=${MINYI_CERT_KEY:-}")

put() { # put MODE TARGET SOURCE [render options]: a rendered file
    local mode=$1 target=$DESTDIR$2 source=$3
    shift 3
    mkdir -p "$(dirname "$target")"
    .make/render.sh "$source" "${features[@]}" "${names[@]}" "$@" >"$target.new"
    chmod "$mode" "$target.new"
    mv "$target.new" "$target"
}

unit() { # unit NAME SOURCE [render options]: with the lines of "hardening" where it says so
    local name=$1 source=$2
    shift 2
    sed -e '/^@HARDENING@$/{' -e 'r .make/install/hardening' -e 'd' -e '}' "$source" >build/unit.in
    put 644 "$UNITS/$name" build/unit.in "${for_units[@]}" "$@"
    rm build/unit.in
}

for p in survey results admin tally minyi supervise; do
    install -D -m 755 "build/$p" "$DESTDIR$LIB/$p"
done
put 755 "$PREFIX/bin/minyi" .make/install/command PROGRAM=minyi
put 755 "$PREFIX/bin/minyi-tally" .make/install/command PROGRAM=tally
for folder in html sql; do
    rm -rf "$DESTDIR${SHARE:?}/$folder.new" && mkdir -p "$DESTDIR$SHARE/$folder.new"
done
cp -r build/html/. "$DESTDIR$SHARE/html.new/"
cp -r sql/. "$DESTDIR$SHARE/sql.new/"
for folder in html sql; do
    rm -rf "$DESTDIR${SHARE:?}/$folder"
    mv "$DESTDIR$SHARE/$folder.new" "$DESTDIR$SHARE/$folder"
done
chmod -R a+rX,go-w "$DESTDIR$SHARE"
for f in pg_hba.conf pg_ident.conf postgresql.conf; do put 644 "$SHARE/postgresql/$f" ".make/install/$f"; done
put 644 "$SHARE/LICENSE" LICENSE

put 644 "$ETC/nginx.conf" nginx.conf "${for_nginx[@]}"
mkdir -p "$DESTDIR$ETC/nginx.d"
if [ -e "$DESTDIR$ETC/minyi.env" ]; then
    put 644 "$ETC/minyi.env.new" .make/install/minyi.env
    if cmp -s "$DESTDIR$ETC/minyi.env" "$DESTDIR$ETC/minyi.env.new"; then
        rm "$DESTDIR$ETC/minyi.env.new"
    else
        echo "your $ETC/minyi.env was left as it is; the new one is beside it: minyi.env.new" >&2
    fi
else
    put 644 "$ETC/minyi.env" .make/install/minyi.env
fi
put 644 "$SYSCONFDIR/logrotate.d/minyi" .make/install/logrotate
put 644 "$PREFIX/lib/sysusers.d/minyi.conf" .make/install/sysusers.conf
put 644 "$PREFIX/lib/tmpfiles.d/minyi.conf" .make/install/tmpfiles.conf
for p in survey results admin; do
    unit "minyi-$p.service" .make/install/program.service PROGRAM=$p $p
    unit "minyi-$p.socket" .make/install/program.socket PROGRAM=$p
done
for u in minyi-tally.service minyi-tally.timer minyi-asked.service minyi-asked.timer minyi-nginx.service minyi.target; do unit "$u" ".make/install/$u"; done
[ -n "$DESTDIR" ] || echo "installed; README, \"On a server of its own\", says what is to be done once" >&2
