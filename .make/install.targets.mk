# install: into DESTDIR/PREFIX; MINYI_HOST, MINYI_CERT and MINYI_CERT_KEY make it a public site.
SYSCONFDIR ?= /etc
install: all ## install (DESTDIR, PREFIX; MINYI_HOST, MINYI_CERT, MINYI_CERT_KEY for TLS)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' SYSCONFDIR='$(SYSCONFDIR)' .make/install.sh
.PHONY: install
