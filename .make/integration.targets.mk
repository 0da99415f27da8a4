# C programs that the scripts in tests/integration run against a scratch cluster.
INTEGRATION := $(patsubst tests/integration/%.c,$(OUT)/tests/integration/%,$(sort $(wildcard tests/integration/*.c)))

$(OUT)/tests/integration/%: $(OUT)/tests/integration/%.o $(OUT)/libminyi.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

integration-programs: $(INTEGRATION)
.PHONY: integration-programs
