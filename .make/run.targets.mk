# run: the whole house on this machine.
packages: ## install the missing Debian packages
	@.make/packages.sh run

# Packages come before the compiler is looked for, so the build is a second make.
run: ## install what is missing, build, start everything; Ctrl-C stops it
	@.make/packages.sh run
	@$(MAKE) --no-print-directory -s -j2 all
	@exec .make/run.sh var

reset: ## throw the data away, after asking (YES=1 does not ask)
	@.make/reset.sh var

.PHONY: packages run reset
