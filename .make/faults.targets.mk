# faults: each script starts a house of its own, breaks something under load, and counts.
FAULTS := $(sort $(wildcard tests/faults/*.sh))

faults: all $(OUT)/tests/bench/load $(OUT)/tests/bench/records ## break things under load; nothing may be lost or counted twice
	@failed=0; for t in $(FAULTS); do echo "$$(basename $$t .sh)"; bash $$t || failed=$$((failed + 1)); done; \
	[ $$failed = 0 ] || { echo "$$failed fault tests failed"; exit 1; }
.PHONY: faults
