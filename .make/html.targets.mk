# html: style sheet, script, images, texts and error pages, rendered into build/html.
HTML_SRC := $(wildcard html/*/*)

all: html
html: build/html/assets.txt ## render html/ into build/html
# MINYI_ACCENT='#rrggbb' make: the accent colour of the site; another one than last time renders anew.
export MINYI_ACCENT
build/.accent: FORCE | build/.folder
	@[ "$$(cat $@ 2>/dev/null)" = "$$MINYI_ACCENT" ] && [ -e $@ ] || printf '%s' "$$MINYI_ACCENT" > $@
FORCE:
build/html/assets.txt: .make/html.sh .make/accent.sh build/.accent $(HTML_SRC) | build/.folder
	.make/html.sh html build/html
build/.folder:
	@mkdir -p build; touch $@
.PHONY: html FORCE
