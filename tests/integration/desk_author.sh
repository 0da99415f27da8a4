#!/bin/bash
# Authoring at the desk: upload, problems by row, preview, publication; another survey's author, hostile files.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
# shellcheck source=../lib/house.sh
. "$ROOT/tests/lib/house.sh"
# shellcheck source=../lib/desk.sh
. "$ROOT/tests/lib/desk.sh"
new_folder
chmod 755 "$FOLDER"
JARS=$FOLDER H=$FOLDER/head B=$FOLDER/body
DESK_PORT=$(free_port)
DESK=http://127.0.0.1:$DESK_PORT
MINYI_REFRESH_S=1 house_start --no-demo --tally 0 --admin-port "$DESK_PORT"
house run tally >/dev/null || exit 1
head_of() { tr -d '\r' <"$H" | sed -n "s/^$1: //Ip"; }
says() { grep -qF -- "$1" "$B"; }
audit_has() { house run minyi audit | cut -f3- | grep -qE "$1"; }
# upload WHO FILE [curl options]: the status
upload() {
    local who=$1 file=$2
    shift 2
    curl -s -m 20 -D "$H" -o "$B" -w '%{http_code}' -b "$JARS/$who.jar" -F "_token=$(cat "$JARS/$who.token")" -F _lang=en -F "file=@$file" "$@" "$DESK/admin/author"
}
# A workbook of a form: through the database of this house, as export-form writes it.
workbook() { "$ROOT/build/minyi" export-form "$1" "$2" >/dev/null; }

desk_new all author
desk_enrol all
desk_new one author hall
desk_enrol one
same "the page" 200 "$(desk GET all /admin/author?lang=en)"

# ---- a workbook of each questionnaire that stands in the tests ----
for f in hall visit; do
    house run minyi publish "$ROOT/tests/forms/$f" >"$FOLDER/published" 2>&1 || cp -r "$ROOT/tests/forms/$f" "$FOLDER/$f"
    slug=$(desk_sql "SELECT slug FROM core.survey ORDER BY survey_id DESC LIMIT 1")
    house run minyi export-form "$slug" /tmp/"$(basename "$FOLDER")"-$f.xlsx >/dev/null && mv /tmp/"$(basename "$FOLDER")"-$f.xlsx "$FOLDER/$f.xlsx"
    echo "$slug" >"$FOLDER/$f.slug"
done
HALL=$(cat "$FOLDER/hall.slug") VISIT=$(cat "$FOLDER/visit.slug")
desk_sql "UPDATE office.role SET survey = '$HALL' WHERE survey = 'hall'" >/dev/null
for f in hall visit; do
    same "$f: uploaded" 303 "$(upload all "$FOLDER/$f.xlsx")"
    check "$f: leads to the draft" grep -q "^/admin/drafts/[0-9]*?lang=en$" <(head_of Location)
    draft=$(head_of Location | grep -o '[0-9]*' | head -n 1)
    same "$f: its page" 200 "$(desk GET all "/admin/drafts/$draft?lang=en")"
    check "$f: it is the same as the current version" says "It is the same as the current version."
    check "$f: so there is nothing to publish" sh -c "! grep -q /publish '$B'"
done

# ---- a new version ----
/usr/bin/python3 - "$FOLDER/visit.xlsx" "$FOLDER/new.xlsx" <<'P'
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book['survey']
heads = [c.value for c in sheet[1]]
row = [None] * len(heads)
for name, value in (('type', 'integer'), ('name', 'waited_for'), *((h, 'How many minutes? <b>&"') for h in heads if h and h.startswith('label'))):
    row[heads.index(name)] = value
groups = [i for i, r in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2) if r[heads.index('type')] == 'end_group']
sheet.insert_rows(groups[-1])
for i, value in enumerate(row, 1):
    sheet.cell(groups[-1], i, value)
book.save(sys.argv[2])
P
same "a changed workbook" 303 "$(upload all "$FOLDER/new.xlsx")"
draft=$(head_of Location | grep -o '[0-9]*' | head -n 1)
desk GET all "/admin/drafts/$draft?lang=en" >/dev/null
check "what is new is named" says '<span class="code">waited_for</span></th><td>added</td>'
check "and what changed nothing is not" [ "$(grep -c '<tr><th scope="row">' "$B")" = 1 ]
for lang in zh en; do
    same "preview in $lang" 200 "$(desk GET all "/admin/drafts/$draft/preview?lang=$lang")"
    check "shows the question, its text as text" says 'How many minutes? &lt;b&gt;&amp;'
done
check "and says that it is one" says "and not kept"
preview() { desk POST all "/admin/drafts/$draft/preview" "$@"; }
check "with script, and without" grep -q '<script' "$B"
same "without" 200 "$(desk GET all "/admin/drafts/$draft/preview?lang=en&script=off")"
check "there is none" sh -c "! grep -q '<script' '$B'"
same "it can be tried: nothing filled in is too little" 422 "$(preview)"
check "as the citizen would be told" says 'id="summary"'
mapfile -t given < <(/usr/bin/python3 "$ROOT/tests/lib/fill.py" "$B")
same "filled in it is enough" 200 "$(preview "${given[@]}")"
check "which it says" says "It would be taken"
check "with what was answered" grep -qF 'waited_for</th><td>answered' "$B"
same "a question that is none" 400 "$(preview "${given[@]}" no_such=1)"
same "nothing of it is kept" 0 "$(desk_sql "SELECT count(*) FROM intake.batch")"
desk GET all "/admin/drafts/$draft?lang=en" >/dev/null
same "nobody sees it yet" 0 "$(curl -s "$URL/survey/$VISIT" | grep -c waited_for)"
desk_sql "UPDATE office.session SET confirmed_at = now() - interval '6 minutes'" >/dev/null
same "publishing asks for a code when the last is old" 303 "$(desk POST all "/admin/drafts/$draft/publish")"
check "and comes back to the draft or the list" grep -q "^/admin/confirm?then=/admin/" <(head_of Location)
desk_sql "UPDATE office.session SET confirmed_at = now()" >/dev/null
served() { curl -s "$URL/survey/$VISIT" | grep -q 'name="_version"'; }
check "the version before is served" until_true 50 served
before=$(curl -s "$URL/survey/$VISIT" | sed -n 's/.*name="_version" value="\([0-9]*\)".*/\1/p' | head -n 1)
same "one that was not looked at is not published" 409 "$(desk POST all "/admin/drafts/$draft/publish")"
same "nor one that is another now" 409 "$(desk POST all "/admin/drafts/$draft/publish" "base=$(printf '0%.0s' {1..64})")"
desk GET all "/admin/drafts/$draft?lang=en" >/dev/null
same "published" 303 "$(desk POST all "/admin/drafts/$draft/publish" "base=$(desk_base)")"
same "version 2" 2 "$(desk_sql "SELECT max(version_no) FROM core.version JOIN core.survey USING (survey_id) WHERE slug = '$VISIT'")"
check "which the log says" audit_has $'^all\tversion_published\t'"$VISIT"$'\tversion 2'
same "once" 404 "$(desk POST all "/admin/drafts/$draft/publish")"
now() { curl -s "$URL/survey/$VISIT" | grep -q waited_for; }
check "citizens see it within seconds" until_true 50 now
check "whoever had the page before can still send it: version $before is kept" [ "$(desk_sql "SELECT count(*) FROM core.version WHERE version_id = ${before:-0}")" = 1 ]

# ---- the template ----
same "a template" 200 "$(desk GET all /admin/template.xlsx?lang=zh)"
cp "$B" "$FOLDER/template.xlsx"
check "has a comment on each column, in the page's language" /usr/bin/python3 - "$FOLDER/template.xlsx" <<'P'
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
assert book.sheetnames == ['survey', 'choices', 'settings']
for sheet in book:
    for cell in sheet[1]:
        assert cell.comment is not None, (sheet.title, cell.value)
assert '题型' in book['survey']['A1'].comment.text
P
desk GET all /admin/author?lang=en >/dev/null
same "can be uploaded as it is" 303 "$(upload all "$FOLDER/template.xlsx")"
check "the command makes the same" "$ROOT/build/minyi" template "$FOLDER/t2.xlsx"
check "without a problem" "$ROOT/build/minyi" check "$FOLDER/t2.xlsx"
check "and does not write over it" sh -c "! '$ROOT/build/minyi' template '$FOLDER/t2.xlsx' 2>/dev/null"

# ---- versions ----
same "both versions side by side" 200 "$(desk GET all "/admin/surveys/$VISIT/versions?lang=en")"
check "with what came" says '<span class="code">waited_for</span></th><td>added</td>'
Q=$(sed -n 's/.*<input type="checkbox" name="q" value="\([^"]*\)".*/\1/p' "$B" | head -n 1)
check "and what may be compared ($Q)" [ -n "$Q" ]
same "declared" 200 "$(desk POST all "/admin/surveys/$VISIT/comparable" from=1 to=2 "q=$Q")"
check "is ticked from then on" says "value=\"$Q\" checked"
same "in the database" "1 2 $Q" "$(desk_sql "SELECT version_a, version_b, question FROM publish.comparable" | tr '|' ' ')"
check "and in the log" audit_has $'^all\tcomparable_set\t'"$VISIT"$'\t1, 2: '"$Q"
same "what is in one of them alone cannot be" 400 "$(desk POST all "/admin/surveys/$VISIT/comparable" from=1 to=2 q=waited_for)"
same "taken back" 200 "$(desk POST all "/admin/surveys/$VISIT/comparable" from=2 to=1)"
same "nothing compares" 0 "$(desk_sql "SELECT count(*) FROM publish.comparable")"
same "no such version" 404 "$(desk GET all "/admin/surveys/$VISIT/versions?lang=en&from=1&to=9")"

# ---- wording ----
W=/admin/surveys/$VISIT/wording
# the texts of the page in $B, as a form sends them
read_texts() {
    mapfile -t texts < <(/usr/bin/python3 - "$B" <<'P'
import html, re, sys
page = open(sys.argv[1], encoding='utf-8').read()
for name, text in re.findall(r'<textarea[^>]* name="(w-[^"]*)">\n(.*?)</textarea>', page, re.S):
    print(f'{name}={html.unescape(text)}')
P
    )
    texts+=("base=$(desk_base)")
}
same "the questions to choose from" 200 "$(desk GET all "$W?lang=en")"
check "with their texts" says "/wording?question=reason"
same "one of them" 200 "$(desk GET all "$W?lang=en&question=reason")"
read_texts
check "label, hint, messages and choices in both languages" [ "${#texts[@]}" -ge 15 ]
same "saved as it is" 303 "$(desk POST all "$W" question=reason "${texts[@]}")"
desk GET all "/admin/drafts/$(head_of Location | grep -o '[0-9]*' | head -n 1)?lang=en" >/dev/null
check "is the current version" says "It is the same as the current version."
texts[1]='w-0-1=Why did it take <so> long?'
same "with another text" 303 "$(desk POST all "$W" question=reason "${texts[@]}")"
D=/admin/drafts/$(head_of Location | grep -o '[0-9]*' | head -n 1)
desk GET all "$D?lang=en" >/dev/null
check "is a draft with that text" says '<ins>Why did it take &lt;so&gt; long?</ins>'
check "and nothing else" [ "$(grep -c '<tr><th scope="row">' "$B")" = 1 ]
check "reworded, and comparable if the author says so" says "reworded</td><td>may be declared comparable"
texts[1]='w-0-1=  '
same "an empty one" 422 "$(desk POST all "$W" question=reason "${texts[@]}")"
check "is named" says '<a href="#w-0-1">'
same "the settings' texts" 200 "$(desk GET all "$W?lang=en&question=*")"
same "a question that is none" 404 "$(desk GET all "$W?lang=en&question=nothing")"

# ---- more wording, in the same draft ----
desk GET all "$D?lang=en" >/dev/null
check "a draft leads to its wording" says "$D/wording?lang=en"
seen=$(desk_base)
same "its questions" 200 "$(desk GET all "$D/wording?lang=en")"
check "lead to the draft's" says "$D/wording?question=hours"
same "another one" 200 "$(desk GET all "$D/wording?lang=en&question=hours")"
read_texts
stale=("${texts[@]}")
texts[1]='w-0-1=How long in all?'
same "is changed" "303 $D?lang=en" "$(desk POST all "$D/wording" question=hours "${texts[@]}") $(head_of Location)"
desk GET all "$D?lang=en" >/dev/null
check "both changes stand there" sh -c "grep -q 'long?</ins>' '$B' && grep -q '<ins>How long in all?</ins>' '$B'"
same "what was looked at before that is not published" 409 "$(desk POST all "$D/publish" "base=$seen")"
check "which is said" says "was changed since you opened this page"
stale[1]='w-0-1=Mine, from before'
same "who began before it is told" 409 "$(desk POST all "$D/wording" question=hours "${stale[@]}")"
check "and keeps what was typed" sh -c "grep -q 'Mine, from before</textarea>' '$B' && grep -q 'Somebody else changed' '$B'"
same "nothing was saved" 0 "$(desk_sql "SELECT count(*) FROM office.draft WHERE definition LIKE '%Mine, from before%'")"
read_texts
same "saved once more it is" 303 "$(desk POST all "$D/wording" question=hours "${texts[@]}")"
same "it is" 1 "$(desk_sql "SELECT count(*) FROM office.draft WHERE definition LIKE '%Mine, from before%'")"
same "without saying what it was made of" 409 "$(desk POST all "$D/wording" question=hours "${texts[@]:0:${#texts[@]}-1}")"
same "the wording of another's draft is not there" "404 404" "$(desk GET one "$D/wording?question=hours") $(desk POST one "$D/wording" question=hours "${texts[@]}")"

# ---- signed out while typing: nothing is lost ----
desk GET all "$D/wording?lang=en&question=hours" >/dev/null
read_texts
texts[1]='w-0-1=Typed "over" <lunch>'
desk_sql "UPDATE office.session s SET seen_at = now() - interval '15 minutes' FROM office.person p WHERE p.person_id = s.person_id AND p.name = 'all'" >/dev/null
OWN=(-H 'Sec-Fetch-Site: same-origin')
typed() { grep -qF 'value="Typed &#34;over&#34; &lt;lunch&gt;"' "$B"; }
same "signed out meanwhile" 403 "$(desk POST all "$D/wording" "${OWN[@]}" question=hours "${texts[@]}")"
check "the page holds what was typed" typed
check "and leads to signing in beside it" says 'target="_blank" rel="noopener" href="/admin/sign-in?lang=en"'
same "from another site there is no such page" 303 "$(desk POST all "$D/wording" -H 'Sec-Fetch-Site: cross-site' question=hours "${texts[@]}")"
check "and nothing of it" sh -c "! grep -q lunch '$B'"
same "nor where the browser does not say" 303 "$(desk POST all "$D/wording" question=hours "${texts[@]}")"
cp "$JARS/all.token" "$FOLDER/old.token"
desk_sign_in all "$(desk_code all)" >/dev/null
desk GET all /admin/account?lang=en >/dev/null
cp "$FOLDER/old.token" "$JARS/all.token"
same "signed in again, with the old page" 403 "$(desk POST all "$D/wording" "${OWN[@]}" question=hours "${texts[@]}")"
check "it holds what was typed still" typed
same "and sent from there it is taken" 303 "$(desk POST all "$D/wording" "${OWN[@]}" question=hours "${texts[@]}")"
same "nothing was saved but once" 1 "$(desk_sql "SELECT count(*) FROM office.draft WHERE definition LIKE '%Typed%<lunch>%'")"
check "a password is never shown again" sh -c "! grep -q 'garden' '$B'"
echo 00112233445566778899aabbccddeeff >"$JARS/all.token"
same "an old form with a password is only refused" 403 "$(desk POST all /admin/account/password "${OWN[@]}" "password=$PASSWORD" "new=$PASSWORD" "again=$PASSWORD")"
check "without it" sh -c "! grep -q 'garden' '$B'"
desk GET all /admin/account?lang=en >/dev/null

# ---- what keeps answers from being told ----
desk GET all "/admin/surveys/$VISIT/settings?lang=en" >/dev/null
check "the settings say it" says "Rows of fewer than 30 answers are not published"
check "with those of the questionnaire" grep -qE '<dt>Ballots opened together, at least</dt><dd>20</dd>' "$B"

# ---- waves ----
waves() { desk POST all "/admin/surveys/$VISIT/wave-settings" "csv=$1"; }
same "waves" 200 "$(desk GET all "/admin/surveys/$VISIT/wave-settings?lang=en")"
same "a table" 200 "$(waves $'name,first_day,last_day\n"A, early",2020-01-01,2020-12-31\n后期,2021-01-01,2039-12-31\n')"
desk GET all "/admin/surveys/$VISIT/wave-settings?lang=en" >/dev/null
check "is there again" says '"A, early",2020-01-01,2020-12-31'
check "in the log" audit_has $'^all\twaves_set\t'"$VISIT"$'\t2'
same "a day that is none" 422 "$(waves $'name,first_day,last_day\nA,2020-02-30,2020-12-31\n')"
check "is named by its row" says "table:2:first_day"
check "and what was typed is kept" says "A,2020-02-30,2020-12-31"
same "days that overlap" 422 "$(waves $'name,first_day,last_day\nA,2020-01-01,2020-12-31\nB,2020-12-31,2021-12-31\n')"
same "two are left" 2 "$(desk_sql "SELECT count(*) FROM publish.wave")"
same "none any more" 200 "$(waves '')"
same "they are gone" 0 "$(desk_sql "SELECT count(*) FROM publish.wave")"

# ---- to take along ----
same "the current version as a workbook" 200 "$(desk GET all /admin/surveys/$VISIT/form.xlsx)"
cp "$B" "$FOLDER/again.xlsx"
check "under the survey's name" grep -q "attachment; filename=\"$VISIT.xlsx\"" <(head_of Content-Disposition)
same "which is itself when it comes back" 303 "$(upload all "$FOLDER/again.xlsx")"
desk GET all "/admin/drafts/$(head_of Location | grep -o '[0-9]*' | head -n 1)?lang=en" >/dev/null
check "to the last byte" says "It is the same as the current version."
for f in "poster.svg poster" "paper.html paper"; do
    # shellcheck disable=SC2086
    set -- $f
    same "$1" 200 "$(desk GET all "/admin/surveys/$VISIT/$1?lang=en")"
    house run minyi "$2" "$VISIT" --lang en >"$FOLDER/printed"
    check "$1 is what the command writes" cmp -s "$FOLDER/printed" "$B"
done
same "nothing is left behind" "desk" "$(ls "$PLACE/desk")"

# ---- weights ----
house run minyi publish "$ROOT/sql/seed/gov-wechat-2014" >/dev/null
S=/admin/surveys/gov-wechat-2014
margins() { desk POST all $S/margins "csv=$1" "source=${2-Census 2010}" "as_of=${3-2010-11-01}"; }
same "the page" 200 "$(desk GET all $S/settings?lang=en)"
TABLE=$'variable,category,population\ngender,male,512\ngender,female,488'
same "a table is kept" 200 "$(margins "$TABLE")"
same "as the command lists it" "as of 2010-11-01, added $(date -u +%F): Census 2010 (newest)" "$(house run minyi margins gov-wechat-2014)"
check "which the log says" audit_has $'^all\tmargins_set\tgov-wechat-2014\t2010-11-01 Census 2010'
same "an unknown choice" 422 "$(margins "$TABLE"$'\ngender,martian,3')"
check "is named with its row" says "table:4"
check "and what was typed is still there" says "gender,martian,3"
same "no source" 422 "$(margins "$TABLE" '')"
same "no day" 422 "$(margins "$TABLE" x 2010-13-40)"
same "no table: no weights" 200 "$(margins '')"
same "from then on" "as of 2010-11-01, added $(date -u +%F): none (newest)" "$(house run minyi margins gov-wechat-2014 | head -n 1)"

# ---- invitations ----
cp -r "$ROOT/sql/seed/gov-wechat-2014" "$FOLDER/closed"
/usr/bin/python3 - "$FOLDER/closed/settings.csv" <<'P'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8')))
for name, value in (('form_id', 'by-code'), ('access', 'invitation'), ('sample', 'random'), ('min_opening', '5')):
    if name not in rows[0]:
        rows[0].append(name); rows[1].append(value)
    rows[1][rows[0].index(name)] = value
csv.writer(open(sys.argv[1], 'w', encoding='utf-8', newline='')).writerows(rows)
P
chmod -R a+rX "$FOLDER/closed"
house run minyi publish "$FOLDER/closed" >/dev/null
same "500 slips" 200 "$(desk POST all /admin/surveys/by-code/invite count=500)"
check "as a file" grep -q 'attachment; filename="by-code-slips.html"' <(head_of Content-Disposition)
same "with 500 codes on them" 500 "$(grep -oE '>[0-9A-Z]{4}(-[0-9A-Z]{4}){3}<' "$B" | sort -u | wc -l)"
same "of which the database has the hashes" 500 "$(desk_sql "SELECT count(*) FROM intake.invitation")"
desk GET all "/admin/surveys/by-code/settings?lang=en" >/dev/null
check "and the page the number" says "Codes that are not used yet: 500"
for n in 0 501 x -1 ""; do same "\"$n\" slips" 422 "$(desk POST all /admin/surveys/by-code/invite count="$n")"; done
same "an open survey has none" 403 "$(desk POST all $S/invite count=5)"
check "which the log says, too" audit_has $'^all\tcodes_made\tby-code\t500'

# ---- rights ----
same "an author of one survey uploads another's" 403 "$(upload one "$FOLDER/visit.xlsx")"
check "and is told why" says "You are not an author of that survey."
same "her own" 303 "$(upload one "$FOLDER/hall.xlsx")"
own=$(head_of Location | grep -o '[0-9]*' | head -n 1)
upload all "$FOLDER/new.xlsx" >/dev/null
other=$(head_of Location | grep -o '[0-9]*' | head -n 1)
same "another's draft is not there" 404 "$(desk GET one "/admin/drafts/$other")"
same "nor its preview" 404 "$(desk GET one "/admin/drafts/$other/preview")"
same "nor its publication" 404 "$(desk POST one "/admin/drafts/$other/publish")"
same "her own is" 200 "$(desk GET one "/admin/drafts/$own")"
same "a draft that is none" 404 "$(desk GET one "/admin/drafts/x")"

# ---- problems ----
same "no file" 422 "$(curl -s -m 10 -o "$B" -w '%{http_code}' -b "$JARS/all.jar" -F "_token=$(cat "$JARS/all.token")" -F _lang=en -F 'file=;filename=""' "$DESK/admin/author")"
check "says so" says "Choose a file."
/usr/bin/python3 - "$FOLDER/visit.xlsx" "$FOLDER/bad.xlsx" <<'P'
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book['survey']
heads = [c.value for c in sheet[1]]
sheet.cell(4, heads.index('type') + 1, 'geopoint')
sheet.cell(6, heads.index('relevant') + 1 if 'relevant' in heads else len(heads), '${<script>} = 1')
book.save(sys.argv[2])
P
same "a workbook with problems" 422 "$(upload all "$FOLDER/bad.xlsx")"
check "names sheet and row" grep -qE 'survey:4' "$B"
check "and what is wrong" says geopoint
same "in Chinese" 422 "$(curl -s -m 20 -o "$B" -w '%{http_code}' -b "$JARS/all.jar" -F "_token=$(cat "$JARS/all.token")" -F _lang=zh -F "file=@$FOLDER/bad.xlsx" "$DESK/admin/author")"
check "for whoever reads Chinese" says '不支持题型“geopoint”：地点请用选项来问，不采集所在位置'
check "every message" sh -c "! grep -q 'lang=\"en\" dir' '$B'"
check "as text" sh -c "! grep -q '<script>}' '$B'"
head -c 300000 /dev/urandom >"$FOLDER/noise.xlsx"
same "bytes that are no workbook" 422 "$(upload all "$FOLDER/noise.xlsx")"
head -c 3000 "$FOLDER/visit.xlsx" >"$FOLDER/cut.xlsx"
same "half a workbook" 422 "$(upload all "$FOLDER/cut.xlsx")"
/usr/bin/python3 - "$FOLDER" <<'P'
import sys, zipfile
d = sys.argv[1]
with zipfile.ZipFile(d + '/bomb.xlsx', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('[Content_Types].xml', '<x/>')
    z.writestr('xl/workbook.xml', 'a' * 200_000_000)
with zipfile.ZipFile(d + '/visit.xlsx') as src, zipfile.ZipFile(d + '/entity.xlsx', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in src.infolist():
        body = src.read(i)
        if i.filename == 'xl/workbook.xml':
            body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + body[body.index(b'<workbook'):].replace(b'name="survey"', b'name="survey&e;"')
        z.writestr(i, body)
P
same "a zip bomb" 422 "$(upload all "$FOLDER/bomb.xlsx")"
same "an entity from outside" 422 "$(upload all "$FOLDER/entity.xlsx")"
check "shows nothing of the host" sh -c "! grep -q root: '$B'"
same "the desk is well" 200 "$(desk GET all /admin/?lang=en)"
head -c 2097200 /dev/zero >"$FOLDER/big.xlsx"
same "over 2 MiB" 413 "$(upload all "$FOLDER/big.xlsx")"
same "a second file" 400 "$(upload all "$FOLDER/visit.xlsx" -F "file2=@$FOLDER/hall.xlsx")"
same "a field that is none" 400 "$(upload all "$FOLDER/visit.xlsx" -F "role=administrator")"
same "no token" 403 "$(curl -s -m 10 -o "$B" -w '%{http_code}' -b "$JARS/all.jar" -F "file=@$FOLDER/visit.xlsx" "$DESK/admin/author")"
same "a file where none is taken" 400 "$(curl -s -m 10 -o "$B" -w '%{http_code}' -b "$JARS/all.jar" -F "_token=$(cat "$JARS/all.token")" -F "mark=@$FOLDER/hall.xlsx" "$DESK/admin/account/end")"
same "64 KiB are the most elsewhere" 413 "$(head -c 65537 /dev/zero | tr '\0' a | curl -s -m 10 -o "$B" -w '%{http_code}' --data-binary @- "$DESK/admin/account/end")"
same "what the log says holds" 0 "$(house run minyi audit verify >/dev/null; echo $?)"
checks_done
