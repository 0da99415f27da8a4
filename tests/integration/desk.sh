#!/bin/bash
# The administrators' desk: signing in, sessions, the second factor, forms, people, and what the database keeps of it all.
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
DESK=http://127.0.0.1:$DESK_PORT
MINYI_REFRESH_S=1 house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
house run tally >/dev/null || exit 1
house run minyi publish "$ROOT/sql/seed/gov-wechat-2014" >/dev/null || exit 1
head_of() { tr -d '\r' <"$H" | sed -n "s/^$1: //Ip"; }
says() { grep -qF -- "$1" "$B"; }
cookie() { awk '/\tdesk\t/ { print $7 }' "$JARS/$1.jar"; }
audit_has() { house run minyi audit | cut -f3- | grep -qE "$1"; }

# ---- accounts ----
same "there is no account but those that were made" "" "$(house run minyi user list)"
fails() { ! "$@" 2>/dev/null; }
for weak in short "password1234" "P@ssw0rd2014!!" "123456789012" "qwertyuiop123" "aaaaaaaaaaaaaa" "woaini1314520" "wang.fang2024!" "minyiadmin2026"; do
    PASSWORD=$weak check "\"$weak\" is refused as a password" fails desk_new wang.fang administrator
done
check "the first administrator is made by the operator" desk_new wang.fang administrator
check "a second account of that name is refused" fails desk_new wang.fang viewer
same "every page leads to signing in" 303 "$(desk GET - /admin/)"
same "by its address" "/admin/sign-in?lang=zh" "$(head_of Location)"
same "the desk is not on the public address" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$URL/admin/")"

# ---- signing in: nothing tells a wrong name from a wrong password ----
same "a wrong password" 403 "$(desk_sign_in wang.fang '' 'not the password at all')"
sed 's/wang\.fang//g; s/value="[0-9a-f]\{32\}"//g' "$B" >"$FOLDER/wrong"
same "an unknown name" 403 "$(desk_sign_in zhao.liua '' 'not the password at all')"
check "gives the same page" cmp -s "$FOLDER/wrong" <(sed 's/zhao\.liua//g; s/value="[0-9a-f]\{32\}"//g' "$B")
took() { local t=$EPOCHREALTIME; desk_sign_in "$1" '' 'not the password at all' >/dev/null; awk -v a="$t" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d\n", (b - a) * 1000 }'; }
known=$(for _ in 1 2 3; do took wang.fang; done | sort -n | sed -n 2p) unknown=$(for _ in 1 2 3; do took zhao.liua; done | sort -n | sed -n 2p)
check "and takes a like time ($known and $unknown ms)" [ $((unknown * 2)) -gt "$known" -a $((known * 2)) -gt "$unknown" ]
check "the log does not keep a name that is nobody's" audit_has $'^\\?\tsign_in_refused\t\tname or password'
check "nor any other place" sh -c "! '$ROOT/.make/stack.sh' run '$HOUSE' minyi audit | grep -q zhao.liua"

# ---- slowed down, never locked ----
same "the fifth wrong try is still looked at" 403 "$(desk_sign_in wang.fang '' 'not the password at all')"
same "then one has to wait" 429 "$(desk_sign_in wang.fang '' 'not the password at all')"
check "and is told how long" [ "$(head_of Retry-After)" -ge 1 ]
same "the right password has to wait, too" 429 "$(desk_sign_in wang.fang)"
desk_sql "UPDATE office.attempt SET last_at = now() - interval '61 seconds'" >/dev/null
same "after a minute it is taken" 303 "$(desk_sign_in wang.fang)"
same "and leads to the second factor" "/admin/enrol?lang=en" "$(head_of Location)"
same "before it there is nothing else" 303 "$(desk GET wang.fang /admin/people)"
same "but that" "/admin/enrol?lang=zh" "$(head_of Location)"
desk_sql "DELETE FROM office.attempt" >/dev/null
same "of 12 tries at once 5 are looked at" "5 7" "$(for i in $(seq 12); do
    JARS=$FOLDER/j$i H=$FOLDER/j$i/head B=$FOLDER/j$i/body; mkdir -p "$JARS"; desk_sign_in parallel '' 'not the password at all' & done | grep -o ... | sort | uniq -c | awk '{ printf "%s%s", s, $1; s = " " }')"
desk_sql "DELETE FROM office.attempt" >/dev/null

# ---- the second factor ----
desk_enrol wang.fang
same "ten recovery codes are shown" 10 "$(wc -l <"$JARS/wang.fang.codes")"
same "signed in" 200 "$(desk GET wang.fang /admin/?lang=en)"
first=$(cookie wang.fang)
same "without a code no more" 403 "$(desk_sign_in wang.fang)"
code=$(desk_code wang.fang)
same "with a code" 303 "$(desk_sign_in wang.fang "$code")"
check "there is a new session" [ "$(cookie wang.fang)" != "$first" ]
same "and the one before it is dead" 303 "$(curl -s -o /dev/null -w '%{http_code}' -b "desk=$first" "$DESK/admin/")"
same "the same code does not count twice" 403 "$(desk_sign_in wang.fang "$code")"
recovery=$(head -n 1 "$JARS/wang.fang.codes")
same "a recovery code takes its place" 303 "$(desk_sign_in wang.fang "$(tr 'A-Z' 'a-z' <<<"${recovery/-/}")")"
same "once" 403 "$(desk_sign_in wang.fang "$recovery")"
check "which the log says" audit_has $'^wang.fang\trecovery_code_used\t\t9 left'
for odd in 12345 1234567 abcdef "' OR 1=1" "$(printf '12345\0336')" "$(head -c 600 /dev/zero | tr '\0' 1)"; do
    desk_sql "DELETE FROM office.attempt" >/dev/null
    status=$(desk_sign_in wang.fang "$odd")
    check "a code of ${#odd} odd characters is refused ($status)" [ "$status" = 403 -o "$status" = 400 ]
done
desk_sql "DELETE FROM office.attempt" >/dev/null
same "signed in again" 303 "$(desk_sign_in wang.fang "$(desk_code wang.fang)")"
same "the account page" 200 "$(desk GET wang.fang /admin/account?lang=en)"

# ---- cookies ----
curl -s -o /dev/null -D "$H" "$DESK/admin/sign-in"
check "the cookie is for http alone, of this site, without script" grep -qE '^Set-Cookie: desk=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax' "$H"
dump() { house run psql -c "SELECT t.* FROM office.$1 t"; }
for t in person recovery session attempt audit; do dump $t; done >"$FOLDER/office"
check "no session is stored as it is" sh -c "! grep -q '$(cookie wang.fang)' '$FOLDER/office'"
check "no seed" sh -c "! grep -qi '$(cat "$JARS/wang.fang.seed")' '$FOLDER/office'"
check "no seed in other letters" sh -c "! grep -qi '$(base32 -d <"$JARS/wang.fang.seed" | od -An -tx1 | tr -d ' \n')' '$FOLDER/office'"
check "no recovery code" sh -c "! grep -qFf '$JARS/wang.fang.codes' '$FOLDER/office'"
check "no password, and no address" sh -c "! grep -qE 'lanterns|127\.0\.0\.1' '$FOLDER/office'"
check "the hash is argon2id of 64 MiB and 2 passes" grep -q '\$argon2id\$v=19\$m=65536,t=2,p=1\$' "$FOLDER/office"
check "nor does any log" sh -c "! grep -rqE 'lanterns|$(cookie wang.fang)|$(cat "$JARS/wang.fang.seed")' '$PLACE/log' '$PLACE/data/server.log'"

# ---- forms ----
post() { curl -s -m 10 -D "$H" -o "$B" -w '%{http_code}' -b "desk=$(cookie wang.fang)" "$@"; }
T=$(cat "$JARS/wang.fang.token")
same "a form without a token" 403 "$(post -d mark=* "$DESK/admin/account/end")"
check "says what to do" says "$(sed -n 's/^reason.old_form = //p' "$ROOT/html/i18n/zh.txt")"
same "with a token that is no token" 403 "$(post -d "mark=*&_token=00112233445566778899aabbccddeeff" "$DESK/admin/account/end")"
same "with a right one from another site" 403 "$(post -H 'Origin: https://evil.example' -d "mark=*&_token=$T" "$DESK/admin/account/end")"
same "and told so by the browser" 403 "$(post -H 'Sec-Fetch-Site: cross-site' -d "mark=*&_token=$T" "$DESK/admin/account/end")"
same "two tokens" 400 "$(post -d "mark=*&_token=$T&_token=$T" "$DESK/admin/account/end")"
same "an unknown field" 400 "$(post -d "mark=*&_token=$T&role=administrator" "$DESK/admin/account/end")"
same "a field twice" 400 "$(post -d "mark=*&mark=x&_token=$T" "$DESK/admin/account/end")"
same "with a right one" 303 "$(post -d "mark=*&_token=$T" "$DESK/admin/account/end")"
for p in count sign-out account/end account/password people/wang.fang/set people/wang.fang/role surveys/gov-wechat-2014/state; do
    same "GET $p does nothing" 405 "$(post "$DESK/admin/$p?state=closed&what=disable")"
done
same "the survey is as it was" open "$(desk_sql "SELECT state FROM core.survey")"

# ---- headers, on every kind of answer ----
CSP="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
all_headers() {
    same "$1: headers" "$CSP|nosniff|no-referrer|charset=utf-8|no-store" \
        "$(head_of Content-Security-Policy)|$(head_of X-Content-Type-Options)|$(head_of Referrer-Policy)|$(head_of Content-Type | grep -o 'charset=utf-8')|$(head_of Cache-Control)"
}
desk GET wang.fang /admin/ >/dev/null; all_headers 200
desk GET - /admin/ >/dev/null; all_headers 303
desk GET wang.fang /admin/audit >/dev/null; all_headers 403
desk GET wang.fang /admin/nothing >/dev/null; all_headers "404 of the program"
post "$DESK/nothing" >/dev/null; all_headers "404 of nginx"
post "$DESK/admin/count" >/dev/null; all_headers 405
packed() { curl -s -H 'Accept-Encoding: gzip' -o /dev/null -D - -b "desk=$(cookie wang.fang)" "$DESK$1" | grep -ci '^content-encoding: gzip'; }
for page in /admin/ /admin/account /admin/people; do same "the length of a page tells nothing of its token: $page" 0 "$(packed $page)"; done
same "TRACE is not allowed" 405 "$(post -X TRACE "$DESK/admin/")"

# ---- sessions end ----
expire() { desk_sql "UPDATE office.session SET $1" >/dev/null; }
expire "seen_at = now() - interval '14 minutes'"
same "idle for 14 minutes" 200 "$(desk GET wang.fang /admin/)"
expire "seen_at = now() - interval '15 minutes'"
same "idle for 15 minutes" 303 "$(desk GET wang.fang /admin/)"
desk_sign_in wang.fang "$(desk_code wang.fang)" >/dev/null
expire "made_at = now() - interval '8 hours'"
same "eight hours old" 303 "$(desk GET wang.fang /admin/)"
desk_sign_in wang.fang "$(desk_code wang.fang)" >/dev/null
desk GET wang.fang /admin/account >/dev/null
old=$(cookie wang.fang)
same "sign out" 303 "$(desk POST wang.fang /admin/sign-out)"
same "ends the session on the server" 303 "$(curl -s -o /dev/null -w '%{http_code}' -b "desk=$old" "$DESK/admin/")"

# ---- two places at once: listed, and ended from the other ----
marks() { grep -oE 'name="mark" value="[0-9a-f]+"' "$B" | grep -oE '[0-9a-f]{8,}' | sort -u; }
desk_sql "DELETE FROM office.session" >/dev/null
for place in old new; do
    rm -f "$JARS/wang.fang.jar" "$JARS/wang.fang.token"
    desk_sign_in wang.fang "$(desk_code wang.fang)" >/dev/null
    [ $place = new ] || old=$(cookie wang.fang)
done
alive() { curl -s -o /dev/null -w '%{http_code}' -b "desk=$1" "$DESK/admin/"; }
desk GET wang.fang /admin/account?lang=en >/dev/null
places() { desk GET wang.fang /admin/account?lang=en >/dev/null; grep -o '<tr><th scope="row">' "$B" | wc -l; }
same "both places are listed" 2 "$(places)"
same "and the other can be ended" 1 "$(grep -c . <(marks))"
same "it is" 303 "$(desk POST wang.fang /admin/account/end "mark=$(marks)")"
same "and is out, the other is in" "303 200" "$(alive "$old") $(alive "$(cookie wang.fang)")"
same "one place is listed" 1 "$(places)"
check "no address in a page holds a token" sh -c "! grep -oE '(href|action|src)=\"[^\"]*\"' '$B' | grep -q '$(cat "$JARS/wang.fang.token")'"
same "what stands in an address signs nobody in" 200 "$(desk GET - "/admin/sign-in?name=wang.fang&password=$(sed 's/ /%20/g' <<<"$PASSWORD")&code=$(desk_code wang.fang)")"
check "and stands in no log" sh -c "! grep -rqE 'garden%20of|password=' '$PLACE/log'"

# ---- asked again before what matters ----
desk_sign_in wang.fang "$(desk_code wang.fang)" >/dev/null
same "people, right after signing in" 200 "$(desk GET wang.fang /admin/people?lang=en)"
expire "confirmed_at = now() - interval '301 seconds'"
same "five minutes later a code is asked for" 303 "$(desk GET wang.fang /admin/people?lang=en)"
same "and the page is not forgotten" "/admin/confirm?then=/admin/people&lang=en" "$(head_of Location)"
same "a post neither goes through" 303 "$(desk POST wang.fang /admin/people name=li.na)"
same "so there is no such person" "" "$(desk_sql "SELECT name FROM office.person WHERE name = 'li.na'")"
desk GET wang.fang '/admin/confirm?then=/admin/people&lang=en' >/dev/null
same "a wrong code" 422 "$(desk POST wang.fang /admin/confirm then=/admin/people code=000000)"
old=$(cookie wang.fang)
same "the right one" 303 "$(desk POST wang.fang /admin/confirm then=/admin/people "code=$(desk_code wang.fang)")"
same "leads on" "/admin/people?lang=en" "$(head_of Location)"
check "under a new session" [ "$(cookie wang.fang)" != "$old" ]
same "the old one is dead" 303 "$(curl -s -o /dev/null -w '%{http_code}' -b "desk=$old" "$DESK/admin/")"
for away in //evil.example/ https://evil.example/ /survey/x "/admin//x" "/admin/%0d%0aSet-Cookie:x" "/admin/?then=//evil"; do
    desk GET wang.fang "/admin/confirm?then=$away" >/dev/null
    check "\"$away\" is nowhere to go on" says 'name="then" value="/admin/"'
done

# ---- people ----
desk GET wang.fang /admin/people >/dev/null
same "somebody is added" 200 "$(desk POST wang.fang /admin/people name=li.na)"
first_password=$(sed -n 's/.*id="first-password"[^>]*>\([^<]*\)<.*/\1/p' "$B")
same "with a first password of 20 characters" 20 "${#first_password}"
same "again: refused" 422 "$(desk POST wang.fang /admin/people name=li.na)"
for bad in "Li Na" "../x" "-x" "李娜" ""; do same "no name: \"$bad\"" 422 "$(desk POST wang.fang /admin/people "name=$bad")"; done
same "a role in one survey" 200 "$(desk POST wang.fang /admin/people/li.na/role what=give role=analyst survey=gov-wechat-2014)"
same "a role that is none" 422 "$(desk POST wang.fang /admin/people/li.na/role what=give role=owner survey=*)"
same "a survey that is none" 422 "$(desk POST wang.fang /admin/people/li.na/role what=give role=viewer survey=nothing)"
same "an auditor of one survey is none" 422 "$(desk POST wang.fang /admin/people/li.na/role what=give role=auditor survey=gov-wechat-2014)"
same "somebody who is not there" 422 "$(desk POST wang.fang /admin/people/nobody/set what=disable | sed 's/404/422/')"
same "nobody gives rights to themselves" 422 "$(desk POST wang.fang /admin/people/wang.fang/role what=give role=analyst survey=*)"
same "nor takes their own" 422 "$(desk POST wang.fang /admin/people/wang.fang/set what=disable)"
desk_sql "DELETE FROM office.attempt" >/dev/null
same "she signs in with the first password" 303 "$(desk_sign_in li.na '' "$first_password")"
desk GET li.na /admin/enrol?lang=en >/dev/null
grep 'class="code"' "$B" | grep -o '[A-Z2-7]\{4\}' | head -n 8 | tr -d '\n' >"$JARS/li.na.seed"
desk POST li.na /admin/enrol "code=$(oathtool --totp -b "$(cat "$JARS/li.na.seed")")" >/dev/null
same "sees her survey" 200 "$(desk GET li.na /admin/surveys/gov-wechat-2014?lang=en)"
check "and nothing of the people" sh -c "! grep -q /admin/people '$B'"
desk GET li.na /admin/account?lang=en >/dev/null
same "changes her password: not to a common one" 422 "$(desk POST li.na /admin/account/password "password=$first_password" new=password123456 again=password123456)"
same "not without the old one" 422 "$(desk POST li.na /admin/account/password password=wrong "new=$PASSWORD" "again=$PASSWORD")"
same "with it" 200 "$(desk POST li.na /admin/account/password "password=$first_password" "new=$PASSWORD" "again=$PASSWORD")"
mark=$(desk_sql "SELECT encode(substr(sha256(session_hash), 1, 8), 'hex') FROM office.session JOIN office.person USING (person_id) WHERE name = 'wang.fang'")
desk POST li.na /admin/account/end "mark=$mark" >/dev/null
same "nobody ends another person's session" 200 "$(desk GET wang.fang /admin/)"
desk GET wang.fang /admin/people/li.na >/dev/null
same "a new telephone" 200 "$(desk POST wang.fang /admin/people/li.na/set what=reset_factor)"
same "ends her sessions" 303 "$(desk GET li.na /admin/)"
same "and the next sign-in sets up a new one" "303 /admin/enrol?lang=en" "$(desk_sign_in li.na) $(head_of Location)"
same "disabled" 200 "$(desk POST wang.fang /admin/people/li.na/set what=disable)"
same "she is out at once" 303 "$(desk GET li.na /admin/enrol)"
same "and cannot come back" 403 "$(desk_sign_in li.na)"

# ---- count now ----
desk_new zhou.jie viewer
desk_enrol zhou.jie
same "somebody asks for a count" 303 "$(desk POST zhou.jie /admin/count)"
same "once is enough" 303 "$(desk POST zhou.jie /admin/count)"
same "the page says that it waits" 200 "$(desk GET zhou.jie /admin/?lang=en)"
check "and who asked" says "zhou.jie asked for a count"
same "one request" 1 "$(desk_sql "SELECT count(*) FROM office.count_request")"
house run tally --if-asked >"$FOLDER/tally"
check "the tally takes it" grep -q "^tally: opened 0" "$FOLDER/tally"
house run tally --if-asked >"$FOLDER/tally"
same "and then has nothing to do" "" "$(cat "$FOLDER/tally")"
desk GET zhou.jie /admin/?lang=en >/dev/null
check "the page says that it is done" says "(UTC): done"
check "and how old the last count is" says "The last one: just now, done."

# ---- what the log says, and that it cannot be changed ----
for want in "person_added" "second_factor_set" "signed_in" "sign_in_refused" "signed_out" "confirmed" "refused" "role_given" "password_changed" \
    "person_reset_factor" "person_disable" "count_asked" "sessions_ended"; do
    check "the log has: $want" audit_has "	$want	"
done
desk_sql "DELETE FROM office.attempt" >/dev/null
before=$(wc -l <"$PLACE/log/admin.log")
desk GET wang.fang /admin/sign-in?lang=en >/dev/null
desk POST wang.fang /admin/sign-in "name=$(printf 'x\n2026-01-01T00:00:00Z info admin signed_in who=root')" password=x code= >/dev/null
desk_sql "SET ROLE minyi_owner; SELECT office.audit_add(E'a\nb', E'c\u2028d', E'e\td\x1b[2J', E'f\u202eg\r\nh')" >/dev/null
same "no entry can pretend to be two" "a?b	c?d	e?d?[2J	f?g??h" "$(house run minyi audit | tail -n 1 | cut -f3-)"
check "nor can a line of the log" [ "$(wc -l <"$PLACE/log/admin.log")" -le $((before + 1)) ]
check "its times are UTC" grep -qE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$' <(house run minyi audit | cut -f2 | tail -n 1)
house run minyi audit verify >"$FOLDER/verify"
same "the chain holds" 0 $?
HEAD=$(sed -n 's/^head.*: //p' "$FOLDER/verify")
check "with its head" house run minyi audit verify --head "$HEAD"
as_admin() { house run psql -c "SET ROLE minyi_admin; $1" 2>&1; }
for s in "INSERT INTO office.audit VALUES (1, now(), 'a', 'b', 'c', 'd', '')" "UPDATE office.audit SET who = 'x'" "DELETE FROM office.audit" \
    "TRUNCATE office.audit" "SELECT * FROM office.audit" "UPDATE office.audit_head SET entry_no = 1" "SELECT office.audit_add('a', 'b', 'c', 'd')" \
    "SELECT * FROM office.person" "UPDATE office.role SET role = 'administrator'" "SELECT * FROM office.session"; do
    check "the desk's role may not: $s" grep -q "permission denied" <(as_admin "$s")
done
check "not even the owner's programs change it" grep -q "only added to" <(house run psql -c "SET ROLE minyi_owner; UPDATE office.audit SET who = 'x'" 2>&1)
spoil() { # spoil NAME SQL UNDO
    desk_sql "ALTER TABLE office.audit DISABLE TRIGGER audit_is_kept; CREATE TABLE office.kept AS SELECT * FROM office.audit; CREATE TABLE office.kept_head AS SELECT * FROM office.audit_head; $2" >/dev/null
    check "found: $1" grep -qE "$3" <(house run minyi audit verify ${4:+--head "$4"} 2>&1)
    desk_sql "DELETE FROM office.audit; INSERT INTO office.audit SELECT * FROM office.kept; UPDATE office.audit_head h SET entry_no = k.entry_no, hash = k.hash FROM office.kept_head k; DROP TABLE office.kept, office.kept_head; ALTER TABLE office.audit ENABLE TRIGGER audit_is_kept" >/dev/null
}
spoil "an entry changed" "UPDATE office.audit SET who = 'nobody' WHERE entry_no = 3" "entry 3: was changed"
spoil "its time" "UPDATE office.audit SET at = at + interval '1 second' WHERE entry_no = 4" "entry 4: was changed"
spoil "an entry left out" "DELETE FROM office.audit WHERE entry_no = 5" "entry 5: is missing"
spoil "the last ones cut off" "DELETE FROM office.audit WHERE entry_no > 6" "entry 7: and all after it are missing"
spoil "the last ones cut off, and the head moved" "DELETE FROM office.audit WHERE entry_no > 6; UPDATE office.audit_head SET entry_no = 6, hash = (SELECT hash FROM office.audit WHERE entry_no = 6)" \
    "is not the one whose head was kept" "$HEAD"
spoil "two swapped" "UPDATE office.audit SET entry_no = 1000 WHERE entry_no = 2; UPDATE office.audit SET entry_no = 2 WHERE entry_no = 3; UPDATE office.audit SET entry_no = 3 WHERE entry_no = 1000" "entry 2: was changed"
# ---- the database goes away: nothing is let in, nothing is told ----
desk_sql "DELETE FROM office.attempt" >/dev/null
check "signed in until then" [ "$(desk GET zhou.jie /admin/)" = 200 ]
desk_sql "ALTER ROLE minyi_admin NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'minyi_admin'" >/dev/null
for page in /admin/ /admin/people /admin/audit /admin/account; do
    same "without it: $page" 503 "$(desk GET zhou.jie $page)"
    check "says nothing of the inside" sh -c "! grep -qiE 'sql|postgres|minyi_admin|office\.|socket' '$B'"
done
all_headers 503
check "says when to come again" [ -n "$(head_of Retry-After)" ]
same "nobody signs in" 503 "$(desk POST zhou.jie /admin/sign-in name=zhou.jie "password=$PASSWORD" code=)"
desk_sql "ALTER ROLE minyi_admin LOGIN" >/dev/null
is_back() { [ "$(desk GET zhou.jie /admin/)" = 200 ]; }
check "and then all is as before" until_true 50 is_back # it tries again after half a second
check "and the chain holds again" house run minyi audit verify --head "$HEAD"
checks_done
