# Compiler and linker flags, each probed once per compiler: clang 14 refuses some that gcc takes.
WARN := -Wall -Wextra -Wpedantic -Wformat=2 -Wformat-signedness -Wconversion -Wsign-conversion \
        -Wimplicit-fallthrough -Wvla -Walloca -Wshadow -Wundef -Wcast-qual -Wwrite-strings \
        -Wstrict-prototypes -Wmissing-prototypes -Wnull-dereference
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
          -ftrivial-auto-var-init=zero -fno-strict-overflow -fno-common -fPIE
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed

probe = $(shell echo 'int main(void){return 0;}' | $(CC) -Werror $(1) -x c -c -o /dev/null - 2>/dev/null && echo '$(1)')
ifeq ($(filter clean help packages run reset,$(MAKECMDGOALS)),)
PROBED := $(foreach f,$(WARN) $(HARDEN),$(call probe,$(f)))
endif
FORTIFY := $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)

CPPFLAGS += -Iinclude -D_GNU_SOURCE -isystem /usr/include/postgresql $(FORTIFY)
CFLAGS   := -std=c17 -O2 -g -pthread $(PROBED) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(EXTRA_CFLAGS)
LDFLAGS  := -pthread $(LINK) $(if $(SAN),-fsanitize=$(SAN))
LDLIBS   := -lfcgi -lpq -lsodium -ljansson -lcsv -lgsl -lgslcblas -lxlsxwriter -lreadstat -lqrencode -loath -lzip -lexpat -lz -lm

# Objects are rebuilt when the flags or the compiler change.
$(OUT)/.flags: FORCE
	@mkdir -p $(OUT); echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' > $@
FORCE:
.PHONY: FORCE
