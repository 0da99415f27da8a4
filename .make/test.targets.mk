# test: everything; STAGES="unit browser" runs some of it.
test: ## every test (STAGES="unit browser" for some)
	@.make/packages.sh test
	@.make/test.sh $(STAGES)

asan: ## the unit tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory -s unit OUT=build/asan CC=clang SAN=address,undefined

check-layers: ## includes point down only, one user for each library, file sizes, texts, the list of security checks
	@.make/check-layers.sh
	@.make/check-texts.sh
	@.make/check-security.sh

lint: check-layers ## check-layers and the analyser of clang
	@.make/lint.sh

# libFuzzer: the library with coverage, each target its own program, FUZZ_S seconds each.
FUZZ_S ?= 60
FUZZ_WITH := OUT=build/fuzzlib CC=clang SAN=fuzzer-no-link,address,undefined
FUZZ := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz: ## fuzz every parser for FUZZ_S seconds each (60)
	@$(MAKE) --no-print-directory -s $(FUZZ_WITH) fuzz-programs
	@$(MAKE) --no-print-directory -s -j2 --output-sync $(FUZZ_WITH) $(FUZZ:build/fuzz/%=run-%)

run-fuzz_%: build/fuzz/fuzz_%
	@mkdir -p build/fuzz/corpus/fuzz_$*
	@$< -max_total_time=$(FUZZ_S) -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 -artifact_prefix=build/fuzz/ \
	    build/fuzz/corpus/fuzz_$* $(wildcard tests/fuzz/seeds/fuzz_$*) 2>build/fuzz/fuzz_$*.log && echo "ok fuzz_$*" \
	    || { echo "not ok fuzz_$*"; tail -n 40 build/fuzz/fuzz_$*.log; exit 1; }

fuzz-programs: $(FUZZ)
build/fuzz/%: tests/fuzz/%.c $(OUT)/libminyi.a
	@mkdir -p $(@D)
	clang $(CPPFLAGS) -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $< $(OUT)/libminyi.a $(LDLIBS)

.PHONY: test asan check-layers lint fuzz fuzz-programs
