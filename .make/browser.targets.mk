# browser: the tests in a real Chromium.  ONLY=name runs the files whose name holds it.
BROWSER := tests/browser

browser: all $(BROWSER)/node_modules/.package-lock.json ## the pages in a real Chromium
	.make/browser.sh $(ONLY)

browser-all: all $(BROWSER)/node_modules/.package-lock.json ## every questionnaire of tests/forms in every way of filling it in
	MINYI_FORMS=all .make/browser.sh forms

$(BROWSER)/node_modules/.package-lock.json: $(BROWSER)/package-lock.json
	cd $(BROWSER) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# PNGs of every page, for the eye: make screenshots SHOTS=folder
SHOTS ?= build/screenshots
screenshots: all $(BROWSER)/node_modules/.package-lock.json
	node $(BROWSER)/screenshots.mjs $(SHOTS)

.PHONY: browser browser-all screenshots
