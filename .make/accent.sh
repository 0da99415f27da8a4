#!/bin/bash
# accent.sh '#rrggbb': the style rules that make this the site's accent colour, for light and dark, on stdout.
# Refused (status 1): a colour whose contrast with white, with the page's soft grey, or as the ground of white
# words is under 4.5:1 (WCAG 2.2, success criterion 1.4.3; relative luminance as defined there).  For dark
# pages it is lightened until it stands out from both dark grounds by 7:1, as the own accent does.
set -eu
[[ ${1-} =~ ^#[0-9A-Fa-f]{6}$ ]] || { echo "MINYI_ACCENT=\"${1-}\" is not a colour like #0b5a8a" >&2; exit 1; }
awk -v colour="${1#?}" '
function hex(s, i, n) { n = 0; s = tolower(s)
    for (i = 1; i <= length(s); i++) n = 16 * n + index("0123456789abcdef", substr(s, i, 1)) - 1
    return n }
function linear(v) { v /= 255; return v <= 0.04045 ? v / 12.92 : exp(2.4 * log((v + 0.055) / 1.055)) }
function luminance(c) {
    return 0.2126 * linear(hex(substr(c, 1, 2))) + 0.7152 * linear(hex(substr(c, 3, 2))) + 0.0722 * linear(hex(substr(c, 5, 2))) }
function contrast(a, b, x, y) { x = luminance(a) + 0.05; y = luminance(b) + 0.05; return x > y ? x / y : y / x }
function mix(c, with, part, i, v, out) { out = ""
    for (i = 1; i < 6; i += 2) {
        v = hex(substr(c, i, 2)) * (1 - part) + hex(substr(with, i, 2)) * part
        out = out sprintf("%02x", int(v + 0.5)) }
    return out }
BEGIN {
    worst = contrast(colour, "f2f5f7") # the soft grey: white differs more
    if (worst < 4.5) {
        printf "MINYI_ACCENT=\"#%s\" is too pale: its contrast with the page is %.2f:1, at least 4.5:1 is needed\n", colour, worst > "/dev/stderr"
        exit 1 }
    strong = mix(colour, "000000", 0.25)
    for (part = 0; part < 1; part += 0.02) {
        dark = mix(colour, "ffffff", part)
        if (contrast(dark, "1c232a") >= 7) break }
    print ":root{--accent:#" colour ";--accent-strong:#" strong ";--focus:#" colour "}"
    print "@media (prefers-color-scheme:dark){:root{--accent:#" dark ";--accent-strong:#" mix(dark, "ffffff", 0.35) ";--on-accent:#06222f;--focus:#ffd54a}}"
    print "@media print{:root{--accent:#000}}"
}'
