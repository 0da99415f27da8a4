# html: style sheet, script, images, texts and error pages, rendered into build/html.
HTML_SRC := $(wildcard html/*/*)

all: html
html: build/html/assets.txt ## render html/ into build/html
build/html/assets.txt: .make/html.sh $(HTML_SRC) | build/.folder
	.make/html.sh html build/html
build/.folder:
	@mkdir -p build; touch $@
.PHONY: html
