# The bench programs share tests/bench/lib; so does the unit test of the load client's parts.
BENCH_LIB := $(patsubst %.c,$(OUT)/%.o,$(sort $(wildcard tests/bench/lib/*.c)))
$(OUT)/tests/bench/load $(OUT)/tests/unit/test_load: $(BENCH_LIB)
-include $(BENCH_LIB:.o=.d)

bench: all bench-programs ## measure the whole line and hold it against the goals (build/bench.json)
	@bash tests/bench/bench.sh build/bench.json
.PHONY: bench
