# Minyi: build, run, test.  `make help` lists the targets.
.DEFAULT_GOAL := all
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

CC      ?= gcc
OUT     ?= build
SAN     ?=
PREFIX  ?= /usr/local
DESTDIR ?=
MINYI_PORT ?= 8080
export MINYI_PORT

PROGRAMS := survey results admin tally minyi supervise
PKGS     := libpq libsodium jansson zlib

include .make/flags.mk
-include .make/*.targets.mk

LIB_SRC := $(sort $(wildcard cgi-bin/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o)
LIB     := $(OUT)/libminyi.a
BINS    := $(patsubst %,$(OUT)/%,$(foreach p,$(PROGRAMS),$(if $(wildcard cgi-bin/$(p).c),$(p))))
UNIT    := $(patsubst tests/unit/%.c,$(OUT)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
BENCH   := $(patsubst tests/bench/%.c,$(OUT)/tests/bench/%,$(sort $(wildcard tests/bench/*.c)))

all: $(BINS) ## build every program

$(LIB): $(LIB_OBJ)
	@rm -f $@; ar rcs $@ $^

$(OUT)/%.o: %.c $(OUT)/.flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BINS): $(OUT)/%: $(OUT)/cgi-bin/%.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(OUT)/tests/bench/%: $(OUT)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-programs: $(BENCH)

unit: $(UNIT) ## the unit tests alone
	@for t in $(UNIT); do $$t || { echo "failed: $$t"; exit 1; }; done

clean: ## remove what was built (never the data)
	rm -rf $(OUT)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: all unit bench-programs clean help
.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(wildcard $(OUT)/cgi-bin/*.d) $(wildcard $(OUT)/tests/*/*.d)
