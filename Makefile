# SPDX-License-Identifier: BSD-3-Clause
#
# k3metal. `make run` and `make check` are all that a fresh Debian machine needs: they install what
# is missing (tools/setup), build newlib once, and go. `make help` lists the rest.

CROSS_COMPILE ?= aarch64-linux-gnu-
HOSTCC        ?= gcc
BUILD         ?= build
V             ?= 0

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

CC      := $(CROSS_COMPILE)gcc
OBJCOPY := $(CROSS_COMPILE)objcopy
TARGET  := $(notdir $(patsubst %-,%,$(CROSS_COMPILE)))
NEWLIB  := $(BUILD)/newlib/$(TARGET)
O       := $(BUILD)/$(TARGET)
Q       := $(if $(filter 1,$(V)),,@)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Werror

# -fno-pie, -mno-outline-atomics: Debian's compiler is one for Linux; its defaults make position
#   independent programs and atomics that ask Linux for the CPU's features.
# -mgeneral-regs-only: no FP/SIMD in the firmware's own code, so that an interrupt need not save
#   those registers unless a handler calls newlib (arch/arm64/vectors.S).
# -mstrict-align: boot code runs before the MMU is on, where every access is to Device memory.
# __DYNAMIC_REENT__: as newlib is built (tools/build-newlib): its state is per core.
# -isystem ... -nostdinc: newlib's headers and the compiler's own, never the host system's.
TARGET_FLAGS = -mcpu=cortex-a53 -fno-pie -mno-outline-atomics -mgeneral-regs-only -mstrict-align \
               -fno-stack-protector -fno-common -ffunction-sections -fdata-sections \
               -fno-omit-frame-pointer -g -MMD -MP
# _POSIX_C_SOURCE: newlib hides strnlen, strtok_r and the like from a strict C11 program otherwise.
CFLAGS  = -std=c11 -D_POSIX_C_SOURCE=200809L -D__DYNAMIC_REENT__ -O2 $(WARNINGS) $(TARGET_FLAGS) -nostdinc \
          -isystem $(NEWLIB)/aarch64-none-elf/include -isystem $(shell $(CC) -print-file-name=include) \
          -isystem $(shell $(CC) -print-file-name=include-fixed) \
          -I. -Iarch/arm64/include
LDFLAGS = -static -nostdlib -no-pie -Wl,--gc-sections -Wl,--fatal-warnings -Wl,--build-id=none \
          -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack

FIRMWARE_SOURCES := $(sort $(wildcard boot/*.[cS] arch/arm64/*.[cS] drivers/*/*.c msi/*.c platform/*.c \
                      lib/*.c app/*.c tests/selftest/*.c))
FIRMWARE_OBJECTS := $(addprefix $(O)/firmware/,$(addsuffix .o,$(FIRMWARE_SOURCES)))

# libfdt: Debian's own arm64 build of it, unpacked here.
LIBFDT := $(BUILD)/libfdt

# The twin runs at EL3 with the MMU off, where unaligned accesses and FP registers are out.
TWIN_SOURCES := $(sort $(wildcard twin/monitor/*.[cS] twin/models/*.c))
TWIN_OBJECTS := $(addprefix $(O)/twin/,$(addsuffix .o,$(TWIN_SOURCES)))

.PHONY: all firmware twin run check debug clean help setup check-host check-target check-boot \
        check-format format check-static check-fresh

all: firmware twin

firmware: $(O)/k3metal.elf $(O)/Image
twin: $(O)/twin.elf

# ---------------------------------------------------------------------------- set-up

# Re-run whenever the list of packages changes; prints only what it does.
$(BUILD)/setup.stamp: tools/setup
	@mkdir -p $(@D)
	@tools/setup $(CROSS_COMPILE)
	@touch $@

setup: $(BUILD)/setup.stamp

$(NEWLIB)/stamp: tools/build-newlib | $(BUILD)/setup.stamp
	@tools/build-newlib $(CROSS_COMPILE) $(NEWLIB)

$(LIBFDT)/stamp: tools/debian-package | $(BUILD)/setup.stamp
	@tools/debian-package libfdt-dev arm64 $(LIBFDT)

# ---------------------------------------------------------------------------- firmware

$(O)/firmware/%.c.o: %.c Makefile | $(NEWLIB)/stamp $(LIBFDT)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -isystem $(LIBFDT)/usr/include -c -o $@ $<

# Tests run in the order in which they stand in the source, which the compiler would turn round.
$(O)/firmware/tests/selftest/%.o: CFLAGS += -fno-toplevel-reorder

$(O)/firmware/%.S.o: %.S Makefile | $(NEWLIB)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -I. -Iarch/arm64/include -c -o $@ $<

$(O)/k3metal.elf: $(FIRMWARE_OBJECTS) linker.ld
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,-T,linker.ld -Wl,-Map,$(@:.elf=.map) -o $@ $(FIRMWARE_OBJECTS) \
	    $(LIBFDT)/usr/lib/aarch64-linux-gnu/libfdt.a -L$(NEWLIB)/aarch64-none-elf/lib -lc -lgcc

$(O)/Image: $(O)/k3metal.elf
	@echo "  IMAGE $@"
	$(Q)$(OBJCOPY) -O binary $< $@

# ---------------------------------------------------------------------------- twin

$(O)/twin/%.c.o: %.c Makefile | $(NEWLIB)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -ffreestanding -c -o $@ $<

$(O)/twin/%.S.o: %.S Makefile | $(BUILD)/setup.stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -I. -c -o $@ $<

$(O)/twin.elf: $(TWIN_OBJECTS) twin/monitor/twin.ld
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,-T,twin/monitor/twin.ld -o $@ $(TWIN_OBJECTS) -lgcc

-include $(FIRMWARE_OBJECTS:.o=.d) $(TWIN_OBJECTS:.o=.d)

# ---------------------------------------------------------------------------- tests on the host

# The portable firmware code and the device models, compiled for this machine under sanitizers;
# tests/host/include stands in for arch/arm64/include.
H            := $(BUILD)/host
HOST_SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS  := -std=gnu11 -O1 -g -fno-omit-frame-pointer $(WARNINGS) $(HOST_SANITIZE) -MMD -MP -I. -Itests/host/include \
                -DHOST_TEST=1
HOST_CODE    := $(sort $(wildcard drivers/ti_sci/*.c drivers/udma/*.c drivers/gic/its_*.c msi/*.c twin/models/*.c \
                  tests/host/support/*.c))
HOST_TESTS   := $(patsubst tests/host/%.c,$(H)/%,$(sort $(wildcard tests/host/test_*.c)))
HOST_OBJECTS := $(addprefix $(H)/,$(addsuffix .o,$(HOST_CODE)))

$(H)/%.c.o: %.c Makefile | $(BUILD)/setup.stamp
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -c -o $@ $<

$(H)/libcode.a: $(HOST_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(H)/test_%: tests/host/test_%.c $(H)/libcode.a Makefile
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $< $(H)/libcode.a -lcmocka -lpthread

-include $(HOST_OBJECTS:.o=.d) $(HOST_TESTS:=.d)

host-tests: $(HOST_TESTS)

# ---------------------------------------------------------------------------- what a person types

INPUT ?= $(O)/Image

run: firmware twin
	@tools/run-demo $(O) "$(INPUT)"

debug: firmware twin
	@tools/debug $(O)

check: firmware twin host-tests $(O)/check-tools.stamp
	@tools/check $(O) $(H)

$(O)/check-tools.stamp: | $(BUILD)/setup.stamp
	@touch $@

FORMATTED = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

format:
	clang-format -i $(FORMATTED)

check-format: | $(BUILD)/setup.stamp
	@clang-format --dry-run -Werror $(FORMATTED) && echo "layout: as clang-format has it"

# The three analysers, each over firmware and twin. They look at what the compiler compiles.
# -Wno-analyzer-malloc-leak: GCC 12's analyser loses a pointer that is stored through another, which
#   is how every table here is filled; the host tests run under LeakSanitizer instead.
STATIC_SOURCES = $(filter %.c,$(FIRMWARE_SOURCES) $(TWIN_SOURCES))
ANALYZED       = $(STATIC_SOURCES:%.c=$(O)/analyzed/%.c.ok)
TIDY_FLAGS     = --target=aarch64-none-elf -std=c11 -nostdinc -isystem $(NEWLIB)/aarch64-none-elf/include \
                 -isystem $(LIBFDT)/usr/include -isystem $(shell clang -print-resource-dir)/include \
                 -mcpu=cortex-a53 -I. -Iarch/arm64/include

check-static: $(ANALYZED)
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    -j2 --platform=unix64 -I. -Iarch/arm64/include --suppress=missingIncludeSystem $(STATIC_SOURCES)
	@echo "gcc -fanalyzer, clang-tidy, cppcheck: nothing found in $(words $(STATIC_SOURCES)) files"

$(O)/analyzed/%.c.ok: %.c Makefile .clang-tidy | $(NEWLIB)/stamp $(LIBFDT)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -isystem $(LIBFDT)/usr/include -fanalyzer -Wno-analyzer-malloc-leak -MT $@ -c -o $(@:.ok=.o) $<
	$(Q)clang-tidy --quiet $< -- $(TIDY_FLAGS) 2>/dev/null
	@touch $@

-include $(ANALYZED:.ok=.d)

clean:
	rm -rf $(O) $(H)

help:
	@echo "make run [INPUT=file]   build, boot on the twin, copy the file by DMA, print every route"
	@echo "make check              all tests, on the host and on the twin"
	@echo "make debug              boot under GDB"
	@echo "make firmware | twin    just build: $(O)/k3metal.elf, Image, twin.elf"
	@echo "make format             lay the sources out; make check-format only looks"
	@echo "make clean              forget what was built (not newlib)"
	@echo "Variables: CROSS_COMPILE=$(CROSS_COMPILE) BUILD=$(BUILD) V=1 (show commands)"
