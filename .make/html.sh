#!/bin/bash
# html.sh SOURCE TARGET: render html/ into what the programs and nginx read.
#   assets/NAME.HASH8.EXT  style.css (html/css/*.css in name order), scripts, images; .gz beside
#   (MINYI_ACCENT=#rrggbb: the site's accent colour, see accent.sh)
#   assets.txt             "style.css=/assets/style.1a2b3c4d.css", one line per asset
#   i18n/                  the texts as they are
#   problems/              messages about questionnaires in other languages, as they are
#   paper/                 style sheet of the white paper, with that of its charts
#   errors/                nginx's own error pages, @style.css@ etc. replaced by the asset's address
set -eu -o pipefail
source=$1 target=$2
new=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"
mkdir -p "$new/assets" "$new/i18n" "$new/problems" "$new/errors" "$new/paper"

add() { # add FILE NAME: copy under its hashed name, compress, note the address
    local stem=${2%.*} ext=${2##*.} hash
    hash=$(sha256sum "$1" | cut -c1-8)
    cp "$1" "$new/assets/$stem.$hash.$ext"
    gzip -9nk "$new/assets/$stem.$hash.$ext"
    echo "$2=/assets/$stem.$hash.$ext" >> "$new/assets.txt"
}

LC_ALL=C
cat "$source"/css/*.css | sed -e 's,/\*[^*]*\*/,,g' -e 's/^[[:space:]]*//' -e '/^$/d' > "$new/style.css"
[ -z "${MINYI_ACCENT:-}" ] || "${0%/*}/accent.sh" "$MINYI_ACCENT" >> "$new/style.css"
add "$new/style.css" style.css
rm "$new/style.css"
for f in "$source"/script/*.js; do
    [ -f "$f" ] || continue
    sed -e 's/^[[:space:]]*//' -e '/^\/\//d' -e '/^$/d' "$f" > "$new/script.js" # what stands on lines of its own
    add "$new/script.js" "${f##*/}"
done
rm -f "$new/script.js"
for f in "$source"/img/*; do
    if [ -f "$f" ]; then add "$f" "${f##*/}"; fi
done
cp "$source"/i18n/*.txt "$new/i18n/"
cp "$source"/problems/*.txt "$new/problems/"
cat "$source/paper/paper.css" "$source/css/35-chart.css" | sed -e 's,/\*[^*]*\*/,,g' -e 's/^[[:space:]]*//' -e '/^$/d' > "$new/paper/paper.css"
for f in "$source"/errors/*.html; do
    cp "$f" "$new/errors/"
    while IFS='=' read -r name address; do
        sed -i "s,@$name@,$address,g" "$new/errors/${f##*/}"
    done < "$new/assets.txt"
    if grep -n '@[a-z.]*@' "$new/errors/${f##*/}"; then echo "$f: no such asset" >&2; exit 1; fi
done
# Pages that were sent yesterday still ask for yesterday's assets.
if [ -d "$target/assets" ]; then
    find "$target/assets" -type f -mtime -1 -exec cp -np {} "$new/assets/" \;
fi
chmod -R a+rX "$new"
rm -rf "$target"
mv "$new" "$target"
trap - EXIT
