#!/bin/bash
# The desk behind a server that speaks TLS, as the README says: the cookie is the host's alone, and nothing works beside it.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
# shellcheck source=../lib/desk.sh
. "$ROOT/tests/lib/desk.sh"
new_folder
JARS=$FOLDER H=$FOLDER/head B=$FOLDER/body
DESK_PORT=$(free_port)
MINYI_DESK_TLS=1 house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
TLS_PORT=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=desk.example.org -addext subjectAltName=DNS:desk.example.org \
    -keyout "$FOLDER/key.pem" -out "$FOLDER/cert.pem" 2>/dev/null
cat >"$FOLDER/front.conf" <<END
pid $FOLDER/front.pid;
error_log $FOLDER/front.log;
events {}
http {
    access_log off;
    client_body_temp_path $FOLDER/body.tmp; proxy_temp_path $FOLDER/proxy.tmp; fastcgi_temp_path $FOLDER/fastcgi.tmp;
    uwsgi_temp_path $FOLDER/uwsgi.tmp; scgi_temp_path $FOLDER/scgi.tmp;
    server {
        listen 127.0.0.1:$TLS_PORT ssl;
        ssl_certificate $FOLDER/cert.pem;
        ssl_certificate_key $FOLDER/key.pem;
        location / {
            proxy_pass http://127.0.0.1:$DESK_PORT;
            proxy_set_header Host \$http_host;
        }
    }
}
END
nginx -c "$FOLDER/front.conf" -g 'daemon on;' 2>/dev/null || { echo "not ok the server in front did not start"; exit 1; }
at_end "kill \$(cat $FOLDER/front.pid)"
DESK=https://desk.example.org:$TLS_PORT
# every request of tests/lib/desk.sh goes by this name, with this certificate
curl() { command curl --cacert "$FOLDER/cert.pem" --resolve "desk.example.org:$TLS_PORT:127.0.0.1" "$@"; }
cookie_of() { tr -d '\r' <"$H" | sed -n 's/^Set-Cookie: //Ip'; }

desk_new wang.fang administrator
same "signing in" 303 "$(desk_sign_in wang.fang)"
check "the cookie is the host's alone" grep -qE '^__Host-desk=[0-9a-f]{32}; ' <(cookie_of)
for part in Secure HttpOnly SameSite=Lax Path=/; do check "with $part" grep -qF "; $part" <(sed 's/SameSite=Strict/SameSite=Lax/' <(cookie_of)); done
check "without a domain" sh -c "! grep -qi domain= '$H'"
desk_enrol wang.fang
same "the second factor, and in" 200 "$(desk GET wang.fang /admin/people?lang=en)"
TOKEN=$(cat "$JARS/wang.fang.token")
same "a form" 200 "$(desk POST wang.fang /admin/people name=li.na)"
for page in /admin/ /admin/nothing /admin/audit /admin/count; do # 200, 404, 403, 405
    same "https alone from then on: $page" "max-age=31536000" "$(desk GET wang.fang $page >/dev/null; tr -d '\r' <"$H" | sed -n 's/^Strict-Transport-Security: //Ip')"
done
desk GET wang.fang /admin/people?lang=en >/dev/null
VALUE=$(awk '/__Host-desk/ { print $7 }' "$JARS/wang.fang.jar")
same "the same value under the plain name is nobody" 303 "$(curl -s -o /dev/null -w '%{http_code}' -b "desk=$VALUE" "$DESK/admin/people")"
same "a form from another site is refused" 403 "$(curl -s -o /dev/null -w '%{http_code}' -b "__Host-desk=$VALUE" -H 'Origin: https://elsewhere.example' -d "_token=$TOKEN" -d name=x.y "$DESK/admin/people")"
same "one of this site is taken" 200 "$(curl -s -o /dev/null -w '%{http_code}' -b "__Host-desk=$VALUE" -H "Origin: $DESK" -d "_token=$TOKEN" -d name=x.y "$DESK/admin/people")"
same "without TLS nobody gets in: no browser would send the cookie back" "__Host-desk" \
    "$(command curl -s -D - -o /dev/null "http://127.0.0.1:$DESK_PORT/admin/sign-in" | tr -d '\r' | sed -n 's/^Set-Cookie: \([^=]*\)=.*/\1/Ip' | head -n 1)"
same "signing out" 303 "$(desk POST wang.fang /admin/sign-out)"
check "takes the cookie away, with the same attributes" grep -qE '^__Host-desk=; .*Secure' <(cookie_of)
checks_done
