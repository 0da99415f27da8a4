#!/bin/bash
# Every route of the desk as every role, another survey's address included. The table here is written by hand: a route
# that it does not know fails.
#   i in   n not theirs (403; of a survey 404)   s to sign in   e to set up the second factor   - not tried
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
house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
house run tally >/dev/null || exit 1
for f in park hall; do
    cp -r "$ROOT/sql/seed/gov-wechat-2014" "$FOLDER/$f"
    sed -i "s/gov-wechat-2014/$f/g" "$FOLDER/$f"/settings.csv
done
chmod -R a+rX "$FOLDER"
for f in park hall; do house run minyi publish "$FOLDER/$f" >/dev/null || exit 1; done
head -n 101 "$ROOT/sql/seed/gov-wechat-2014/responses.csv" >"$FOLDER/r.csv"
chmod 644 "$FOLDER/r.csv"
house run minyi import park "$FOLDER/r.csv" --consent 'made up' >/dev/null 2>&1
house run tally >/dev/null 2>&1 # results, for the pages that show some
sed -i 's/satisf/Satisf/g; s/Satisfaction with/A survey of/' "$FOLDER/park/settings.csv"
house run minyi publish "$FOLDER/park" >/dev/null || exit 1 # a second version

mkdir "$PLACE/reports/park.draft" "$PLACE/reports/hall.draft" # access is what counts here: desk_results.sh makes a real one
for f in park hall; do printf '<style></style><!--files-->' | tee "$PLACE/reports/$f.draft/whitepaper.zh.html" >"$PLACE/reports/$f.draft/whitepaper.en.html"; done
chmod -R a+rX "$PLACE/reports"

# Everybody's rights are in the survey "park" where a role can be of one survey.
people=(nobody half viewer analyst author auditor administrator)
desk_new half viewer park
for r in viewer analyst author; do desk_new $r $r park; desk_enrol $r; done
for r in auditor administrator; do desk_new $r $r; desk_enrol $r; done
desk_sign_in half >/dev/null
desk GET half /admin/enrol >/dev/null

desk_sql "INSERT INTO office.draft (slug, sample, definition, definition_hash, made_by) SELECT slug, sample, definition, definition_hash, person_id
    FROM core.survey JOIN core.version ON version_id = current_version, office.person WHERE slug = 'park' AND name = 'author'" >/dev/null

TABLE="
GET  /admin/sign-in               iiiiiii
GET  /admin/enrol                 siiiiii
GET  /admin/                      seiiiii
GET  /admin/confirm               seiiiii
GET  /admin/account               seiiiii
GET  /admin/surveys/park          seiiinn
GET  /admin/surveys/hall          sennnnn
GET  /admin/surveys/park/results  seiiinn
GET  /admin/surveys/park/paper-draft seiiinn
GET  /admin/surveys/hall/paper-draft sennnnn
GET  /admin/surveys/hall/results  sennnnn
GET  /admin/surveys/park/cross    seiiinn
GET  /admin/surveys/hall/cross    sennnnn
GET  /admin/surveys/park/waves    seiiinn
GET  /admin/surveys/hall/waves    sennnnn
GET  /admin/surveys/park/export   seninnn
GET  /admin/approvals             seiiiii
POST /admin/approvals             seiiiii
POST /admin/surveys/park/export   seninnn
GET  /admin/surveys/hall/export   sennnnn
POST /admin/surveys/hall/export   sennnnn
POST /admin/surveys/park/sensitive seninnn
POST /admin/surveys/hall/sensitive sennnnn
POST /admin/surveys/park/ask      seninnn
POST /admin/surveys/hall/ask      sennnnn
GET  /admin/surveys/park/form.xlsx senninn
GET  /admin/surveys/hall/form.xlsx sennnnn
GET  /admin/surveys/park/poster.svg senninn
GET  /admin/surveys/hall/poster.svg sennnnn
GET  /admin/surveys/park/paper.html senninn
GET  /admin/surveys/hall/paper.html sennnnn
GET  /admin/surveys/park/settings senninn
GET  /admin/surveys/hall/settings sennnnn
POST /admin/surveys/park/margins  senninn
POST /admin/surveys/hall/margins  sennnnn
POST /admin/surveys/park/invite   senninn
POST /admin/surveys/hall/invite   sennnnn
GET  /admin/surveys/park/key      senninn
GET  /admin/surveys/hall/key      sennnnn
POST /admin/surveys/park/key      senninn
POST /admin/surveys/hall/key      sennnnn
GET  /admin/author                senninn
GET  /admin/template.xlsx         senninn
POST /admin/author                senninn
GET  /admin/drafts/1              senninn
GET  /admin/drafts/1/preview      senninn
POST /admin/drafts/1/preview      senninn
GET  /admin/surveys/park/versions senninn
GET  /admin/surveys/hall/versions sennnnn
POST /admin/surveys/park/comparable senninn
POST /admin/surveys/hall/comparable sennnnn
GET  /admin/surveys/park/wording senninn
GET  /admin/surveys/hall/wording sennnnn
POST /admin/surveys/park/wording senninn
POST /admin/surveys/hall/wording sennnnn
GET  /admin/surveys/park/wave-settings senninn
GET  /admin/surveys/hall/wave-settings sennnnn
POST /admin/surveys/park/wave-settings senninn
POST /admin/surveys/hall/wave-settings sennnnn
GET  /admin/drafts/1/wording      senninn
POST /admin/drafts/1/wording      senninn
POST /admin/drafts/1/publish      senninn
GET  /admin/people                sennnni
GET  /admin/people/viewer         sennnni
GET  /admin/units                 sennnni
POST /admin/units                 sennnni
GET  /admin/audit                 sennnin
POST /admin/count                 seiiinn
POST /admin/surveys/park/state    senninn
POST /admin/surveys/hall/state    sennnnn
POST /admin/people                sennnni
POST /admin/people/viewer/set     sennnni
POST /admin/people/viewer/role    sennnni
POST /admin/confirm               seiiiii
POST /admin/account/end           seiiiii
POST /admin/account/password      seiiiii
POST /admin/enrol                 siiiiii
POST /admin/sign-in               nnnnnnn
POST /admin/sign-out              iiiiiii
"
letter() { # letter STATUS: where that leads
    local to
    to=$(tr -d '\r' <"$H" | sed -n 's/^Location: //Ip')
    case $1:$to in
    303:/admin/sign-in*) echo s ;;
    303:/admin/enrol*) echo e ;;
    403:* | 404:*) echo n ;;
    *) echo i ;;
    esac
}
while read -r method path want; do
    [ -n "$method" ] || continue
    got=
    for who in "${people[@]}"; do
        fields=()
        [ $method = GET ] || case $path in */state) fields=(state=closed) ;; */export) fields=(format=csv lang=en) ;; */ask) fields=(reason=x) ;; */comparable) fields=(from=1 to=2) ;; */wording) fields=(question=used) ;; */approvals) fields=(id=1) ;; */people) fields=("name=made.by.$who") ;; */units) fields=(survey=hall unit=44.health) ;; */set) fields=(what=enable) ;;
        */role) fields=(what=give role=viewer survey=hall) ;; esac
        as=$who
        [ "$who" != nobody ] || as=-
        # a wrong password would be refused as not theirs: that page is tried elsewhere
        [ "$method $path" != "POST /admin/sign-in" ] || fields=("name=x.$who" password=y code=)
        status=$(desk "$method" "$as" "$path?lang=en" "${fields[@]}")
        # "sign-out" of somebody leads to signing in as it should
        [ "$path" = /admin/sign-out ] && [ "$status" = 303 ] && got+=i || got+=$(letter "$status")
    done
    case "$method $path" in "POST /admin/enrol") got=${got/e/i} ;; "GET /admin/sign-in") got=${got//e/i} ;; esac
    same "$method $path" "$want" "$got"
done <<<"$TABLE"
known=$(awk 'NF == 3 { sub("/(park|hall)", "/%", $2); sub("/people/viewer", "/people/%", $2); sub("/drafts/1", "/drafts/%", $2); print $1, $2 }' <<<"$TABLE" | sort -u)
same "every route of the program is in the table, and no other" "$("$ROOT/build/admin" --routes | cut -d' ' -f1,2 | sort -u)" "$known"

# ---- what came of it ----
same "the author alone closed a survey, and hers alone" "hall open
park closed" "$(desk_sql "SELECT slug || ' ' || state FROM core.survey ORDER BY 1")"
same "the administrator alone made somebody" "made.by.administrator" "$(desk_sql "SELECT name FROM office.person WHERE name LIKE 'made%'")"
same "and gave a role" "viewer:hall" "$(desk_sql "SELECT role || ':' || survey FROM office.role JOIN office.person USING (person_id) WHERE survey = 'hall'")"
same "one count was asked for" 1 "$(desk_sql "SELECT count(*) FROM office.count_request")"
same "every refusal of somebody signed in is in the log" "$(grep -oE '[a-z]{7}$' <<<"$TABLE" | cut -c3- | tr -dc n | wc -c)" \
    "$(($(house run minyi audit | grep -cP '\trefused\t') + 5))"

# ---- a right in a unit: the survey "hall" is of 44.health, "park" of none ----
check "the administrator gave a unit" [ "$(desk_sql "SELECT survey || ' ' || unit FROM office.unit")" = "hall 44.health" ]
for unit in 44 44.health 4 44.heal 45 44.health.rural; do
    who=v.${unit//./-}
    desk_new "$who" viewer "@$unit"; desk_enrol "$who"
    case $unit in 44 | 44.health) want=200 ;; *) want=404 ;; esac
    same "a viewer of $unit" "$want 404" "$(desk GET "$who" /admin/surveys/hall?lang=en) $(desk GET "$who" /admin/surveys/park?lang=en)"
    desk GET "$who" /admin/?lang=en >/dev/null
    same "sees on the desk what is theirs" "$([ $want = 200 ] && echo hall)" "$(grep -oE 'surveys/[a-z]+' "$B" | cut -d/ -f2 | sort -u | tr '\n' ' ' | sed 's/ $//')"
done
desk_new unit.analyst analyst @44; desk_enrol unit.analyst
same "an analyst of 44 exports from hall alone" "200 404" "$(desk POST unit.analyst /admin/surveys/hall/export format=csv lang=zh) $(desk POST unit.analyst /admin/surveys/park/export format=csv lang=zh)"
desk_new unit.author author @44; desk_enrol unit.author
new_draft() { desk_sql "INSERT INTO office.draft (slug, sample, definition, definition_hash, made_by) SELECT '$1', sample, replace(definition, '\"park\"', '\"$1\"'),
    sha256('$1'::bytea), person_id FROM core.survey JOIN core.version ON version_id = current_version, office.person WHERE slug = 'park' AND name = '$2' RETURNING draft_id"; }
own=$(new_draft lake unit.author) others=$(new_draft pond author) of_park=$(new_draft park unit.author)
same "an author of 44 sees the draft of a new survey of their own alone" "200 404 404" \
    "$(desk GET unit.author "/admin/drafts/$own?lang=en") $(desk GET unit.author "/admin/drafts/$others?lang=en") $(desk GET unit.author "/admin/drafts/$of_park?lang=en")"
desk GET unit.author "/admin/drafts/$own?lang=en" >/dev/null
same "publishes it" 303 "$(desk POST unit.author "/admin/drafts/$own/publish" "base=$(desk_base)")"
same "and it is of that unit" 44 "$(desk_sql "SELECT unit FROM office.unit WHERE survey = 'lake'")"
for who in administrator viewer; do desk_sign_in $who "$(desk_code $who)" >/dev/null; desk GET $who /admin/account?lang=en >/dev/null; done
same "an administrator takes the survey out of its unit" 200 "$(desk POST administrator /admin/units survey=lake unit=)"
same "and it is no longer theirs" 404 "$(desk GET unit.author /admin/surveys/lake?lang=en)"
same "a code that is none is refused" 422 "$(desk POST administrator /admin/units survey=lake 'unit=../44')"
same "a right in a unit is given at the desk" 200 "$(desk POST administrator /admin/people/viewer/role what=give role=viewer survey='*' unit=44.health)"
same "instead of one in the survey beside it" "viewer:@44.health viewer:hall viewer:park" "$(desk_sql "SELECT string_agg(role || ':' || survey, ' ' ORDER BY survey) FROM office.role JOIN office.person USING (person_id) WHERE name = 'viewer'")"
desk_sql "DELETE FROM office.role WHERE survey = 'hall'" >/dev/null
same "and counts at once" 200 "$(desk GET viewer /admin/surveys/hall?lang=en)"
same "nobody is an auditor of a unit" 422 "$(desk POST administrator /admin/people/viewer/role what=give role=auditor survey='*' unit=44)"
desk_sql "DELETE FROM office.role WHERE survey LIKE '@%'" >/dev/null

# ---- the database stands behind the pages: its functions know the actor by the session ----
house run minyi sensitive park no >/dev/null # an analyst had marked it
session_of() { printf "decode('%s', 'hex')" "$(desk_sql "SELECT encode(session_hash, 'hex') FROM office.session JOIN office.person USING (person_id) WHERE name = '$1' ORDER BY session.made_at DESC LIMIT 1")"; }
as_admin() { house run psql -c "SET ROLE minyi_admin; $1" 2>&1; }
for r in viewer analyst author auditor; do desk_sign_in $r "$(desk_code $r)" >/dev/null; done
for r in viewer analyst author auditor; do
    S=$(session_of $r)
    same "$r: adds nobody" 1 "$(as_admin "SELECT office.add_person($S, 'x', '\$argon2id\$')")"
    same "$r: gives no role" 1 "$(as_admin "SELECT office.set_role($S, '$r', 'administrator', '*', true)")"
    same "$r: sees no people" 0 "$(as_admin "SELECT count(*) FROM office.people($S)")"
    [ $r = author ] || same "$r: opens no survey" 1 "$(as_admin "SELECT office.set_state($S, 'park', 'open')")"
    [ $r = auditor ] || same "$r: sees no log" 0 "$(as_admin "SELECT count(*) FROM office.audit_page($S, 0, 100)")"
    [ $r = analyst ] || same "$r: exports nothing" 1 "$(as_admin "SELECT office.begin_export($S, 'park', 1, 'csv')")"
done
same "an analyst of another survey exports nothing" 1 "$(as_admin "SELECT office.begin_export($(session_of analyst), 'hall', 1, 'csv')")"
same "the analyst does" 0 "$(as_admin "SELECT office.begin_export($(session_of analyst), 'park', 1, 'csv')")"
desk_sql "UPDATE office.session SET confirmed_at = now() - interval '6 minutes'" >/dev/null
same "not when the last code is old" 1 "$(as_admin "SELECT office.begin_export($(session_of analyst), 'park', 1, 'csv')")"
for t in record.response record.comment intake.batch intake.invitation publish.cell; do
    check "the desk's role cannot read $t" grep -q "permission denied" <(as_admin "SELECT * FROM $t")
done
checks_done
