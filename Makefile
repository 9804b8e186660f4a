# berth: plain GNU make, not recursive. Programs are found by name: bin/NAME.c becomes bin/NAME,
# helpers/NAME.c becomes helpers/NAME, lib/*/*.c becomes build/libberth.a.
#
#   make            the programs and helpers, runnable in place
#   make deps       install what is needed, from Debian
#   make check      lint, unit tests, program tests, real guests, wire, corpus;  make lint  the first of them alone
#   make fault      kill and error sweeps;  make fuzz  fuzz targets;  make bench  speed and size against peers
#   make demo       a real container, step by step
#   make install    DESTDIR= PREFIX=/usr/local
#   V=1             show the commands whole
#   SANITIZE=address,undefined   a build of its own in build-address,undefined/

PREFIX ?= /usr/local
SANITIZE ?=
empty :=
BUILD := build$(if $(SANITIZE),-$(SANITIZE),)
# The plain build leaves its programs where people look for them; any other build keeps them to itself.
OUT := $(if $(SANITIZE),$(BUILD)/,)

CC ?= gcc
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
HARDEN = $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fstack-clash-protection -fcf-protection
SANITIZER = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer,)
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARNINGS) $(HARDEN) -fPIE -ffunction-sections -fdata-sections $(SANITIZER)
CPPFLAGS_ALL = -D_GNU_SOURCE -DHELPER_DIR='"$(PREFIX)/libexec/berth"' -DBERTH_VERSION='"$(VERSION)"' \
	-Ilib -I$(BUILD)/gen -I/usr/include/libxml2 -I/usr/include/tirpc -I/usr/include/libnl3 $(CPPFLAGS)
VERSION := 0.1

# What starts fast is linked statically: 0.2 ms less than with a dynamic loader. A program that reads XML loads the shared libxml2, whose
# static form brings its own start-up; the linker finds out which ones do. libtirpc is static everywhere, for its XDR routines alone,
# because its shared form brings in Kerberos.
LINK_LIGHT = -static-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now
LINK_BIN = -pie -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro -Wl,-z,now
# A sanitizer catches XDR calls and passes them on to the next library that has them: there must be one.
TIRPC = $(if $(SANITIZE),-ltirpc,-l:libtirpc.a)
LIBS_BIN = $(TIRPC) -l:libpopt.a -l:libjansson.a -l:libev.a -lseccomp -lnl-route-3 -lnl-3 -lblkid -lxml2 -lm
LIBS_LIGHT = $(filter-out -lxml2,$(LIBS_BIN))
# A helper lives as long as its guest: static and not relocated, so that its pages are shared with its sisters. The library is named again after
# libxml2: conf/xml_icu.c stands there in the place of ICU.
LINK_HELPER = -static -no-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,noexecstack
LIBS_HELPER = -l:libtirpc.a -l:libev.a -l:libjansson.a -l:libpopt.a -lseccomp -lnl-route-3 -lnl-3 -l:libblkid.a \
	-lxml2 $(LIB) -lz -llzma -lm
ifneq ($(SANITIZE),)
LINK_HELPER = $(LINK_BIN)
LIBS_HELPER = $(LIBS_BIN)
endif

# libnftables has no static form.
$(OUT)helpers/nft-run: LINK_HELPER = $(LINK_BIN)
$(OUT)helpers/nft-run: LIBS_HELPER = -lnftables

# The smallest helpers need no C library, whose start costs more than all that they do. One of them runs where no library is: in no build has it a sanitizer.
MACHINE := $(shell $(CC) -dumpmachine)
SMALL = fd-holder init-launcher
ifneq ($(filter x86_64-%,$(MACHINE)),)
$(SMALL:%=$(BUILD)/helpers/%.o) $(SMALL:%=$(OUT)helpers/%): private SANITIZER =
$(SMALL:%=$(BUILD)/helpers/%.o): ALL_CFLAGS += -DFREESTANDING -fno-stack-protector -fno-tree-loop-distribute-patterns
$(SMALL:%=$(OUT)helpers/%): LINK_HELPER = -static -no-pie -nostdlib -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,noexecstack -Wl,--build-id=none
$(SMALL:%=$(OUT)helpers/%): LIBS_HELPER =
endif

# What TLS and SASL need is shared, and in this program alone.
$(OUT)helpers/driver-remote: LINK_HELPER = $(LINK_BIN)
$(OUT)helpers/driver-remote: LIBS_HELPER = $(LIBS_BIN) -lgnutls -lsasl2

LIB_SRC := $(wildcard lib/*/*.c)
BIN_SRC := $(wildcard bin/*.c)
HELPER_SRC := $(wildcard helpers/*.c)
UNIT_SRC := $(wildcard tests/unit/*.c)
X_SRC := $(wildcard lib/rpc/*.x)

GEN_SRC := $(patsubst lib/rpc/%.x,$(BUILD)/gen/rpc/%_xdr.c,$(X_SRC))
GEN_HDR := $(patsubst lib/rpc/%.x,$(BUILD)/gen/rpc/%.h,$(X_SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(GEN_SRC:.c=.o)
LIB := $(BUILD)/libberth.a

BINS := $(BIN_SRC:%.c=$(OUT)%)
HELPERS := $(HELPER_SRC:%.c=$(OUT)%)
# Names of the programs that are also supervisors: bin/vm-start is helpers/lxc-supervisor, which it becomes without loading another program.
ALIASES := $(OUT)helpers/lxc-supervisor
UNITS := $(UNIT_SRC:%.c=$(BUILD)/%)

# one short line for each thing made, or the command with V=1
quiet = $(if $(V),,@echo '  $(1)  $@' &&)

.PHONY: all
all: $(BINS) $(HELPERS) $(ALIASES)

.SECONDARY:
.DELETE_ON_ERROR:

$(BUILD)/gen/rpc/%.h: lib/rpc/%.x
	@mkdir -p $(@D)
	$(call quiet,GEN) rm -f $@ && cd lib/rpc && rpcgen -M -i 0 -h -o $(abspath $@) $*.x

$(BUILD)/gen/rpc/%_xdr.c: lib/rpc/%.x $(BUILD)/gen/rpc/%.h
	@mkdir -p $(@D)
	$(call quiet,GEN) rm -f $@ && cd lib/rpc && rpcgen -M -i 0 -c -o $(abspath $@) $*.x && sed -i 's|#include "$*.h"|#include "rpc/$*.h"|' $(abspath $@)

# generated code is not ours to keep tidy
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c | $(GEN_HDR)
	$(call quiet,CC) $(CC) $(CPPFLAGS_ALL) $(ALL_CFLAGS) -w -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c | $(GEN_HDR)
	@mkdir -p $(@D)
	$(call quiet,CC) $(CC) $(CPPFLAGS_ALL) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(call quiet,AR) rm -f $@ && ar rcs $@ $^

$(OUT)helpers/lxc-supervisor: $(OUT)bin/vm-start
	@mkdir -p $(@D)
	$(call quiet,LN) ln -f $< $@
$(OUT)bin/vm-start: LINK_LIGHT = $(LINK_HELPER)
$(OUT)bin/vm-start: LIBS_LIGHT = $(LIBS_HELPER)

$(OUT)bin/%: $(BUILD)/bin/%.o $(LIB)
	@mkdir -p $(@D)
	$(call quiet,LD) $(if $(SANITIZE),,$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_LIGHT) -o $@ $< $(LIB) $(LIBS_LIGHT) 2>/dev/null ||) \
		$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_BIN) -o $@ $< $(LIB) $(LIBS_BIN)

$(OUT)helpers/%: $(BUILD)/helpers/%.o $(LIB)
	@mkdir -p $(@D)
	$(call quiet,LD) $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_HELPER) -o $@ $< $(LIB) $(LIBS_HELPER) 2>$@.log || { cat $@.log; rm -f $@.log; exit 1; }
	@rm -f $@.log

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(call quiet,LD) $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_BIN) -o $@ $< $(LIB) -lcmocka $(LIBS_BIN)

.PHONY: units
units: $(UNITS)

# where helpers are found once installed is compiled in: another PREFIX compiles it again
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@
$(BUILD)/lib/util/process.o: $(BUILD)/prefix
.PHONY: FORCE
FORCE:

MAN = $(wildcard man/*.[1-8])
COMPLETION = $(wildcard completions/berth.bash)
STATE = $(if $(wildcard state),$(shell cd state && find . -type f ! -name '.*'))
.PHONY: install
install: all $(MAN)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/libexec/berth' \
		'$(DESTDIR)$(PREFIX)/share/bash-completion/completions'
	install -m 755 $(BINS) '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 $(HELPERS) '$(DESTDIR)$(PREFIX)/libexec/berth'
	ln -f '$(DESTDIR)$(PREFIX)/bin/vm-start' '$(DESTDIR)$(PREFIX)/libexec/berth/lxc-supervisor' 2>/dev/null || \
		install -m 755 $(OUT)bin/vm-start '$(DESTDIR)$(PREFIX)/libexec/berth/lxc-supervisor'
	# where ssh and LIBVIRTD_PATH of libvirt's clients look
	ln -sf ../libexec/berth/berth-serve '$(DESTDIR)$(PREFIX)/bin/virt-ssh-helper'
	ln -sf berth-serve '$(DESTDIR)$(PREFIX)/libexec/berth/libvirtd'
	for page in $(MAN); do \
		install -D -m 644 $$page '$(DESTDIR)$(PREFIX)/share/man/man'$${page##*.}/$${page##*/} || exit 1; \
	done
	install -m 644 $(COMPLETION) '$(DESTDIR)$(PREFIX)/share/bash-completion/completions'
	for program in $(BIN_SRC:bin/%.c=%); do \
		ln -sf berth.bash '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/'$$program || exit 1; \
	done
	for file in $(STATE); do \
		[ -e '$(DESTDIR)/var/lib/berth/'$$file ] || \
		install -D -m 600 state/$$file '$(DESTDIR)/var/lib/berth/'$$file || exit 1; \
	done

.PHONY: clean
clean:
	rm -rf build build-* $(BIN_SRC:%.c=%) $(HELPER_SRC:%.c=%) $(ALIASES)

include $(wildcard tests/*.mk man/*.mk)

-include $(LIB_OBJ:.o=.d) $(BIN_SRC:%.c=$(BUILD)/%.d) $(HELPER_SRC:%.c=$(BUILD)/%.d) $(UNIT_SRC:%.c=$(BUILD)/%.d)
