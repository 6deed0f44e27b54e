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
COMMA   := ,

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

.PHONY: all firmware twin picture image run host-tests tsan-tests soak check check-uboot check-linux run-linux debug flash debug-board clean help setup check-host check-target check-boot \
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
                  lib/device_tree.c app/line_editor.c tests/host/support/*.c) tests/selftest/msi_churn.c)
HOST_TESTS   := $(patsubst tests/host/%.c,$(H)/%,$(sort $(wildcard tests/host/test_*.c)))
HOST_OBJECTS := $(addprefix $(H)/,$(addsuffix .o,$(HOST_CODE)))

$(H)/%.c.o: %.c Makefile | $(BUILD)/setup.stamp
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -c -o $@ $<

$(H)/libcode.a: $(HOST_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

# Functions that a test puts its own in the place of.
$(H)/test_msi_undo: WRAP = calloc ti_sci_event_map ti_sci_event_unmap ti_sci_route_map ti_sci_route_unmap \
                           its_map_device its_map_event its_enable_event its_disable_event its_discard_event \
                           gic_configure gic_set_affinity

$(H)/test_%: tests/host/test_%.c $(H)/libcode.a Makefile
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $< $(H)/libcode.a $(addprefix -Wl$(COMMA)--wrap=,$(WRAP)) -lcmocka -lpthread -lfdt

-include $(HOST_OBJECTS:.o=.d) $(HOST_TESTS:=.d)

host-tests: $(HOST_TESTS)

# Once more with a sanitizer that excludes the others: those of which threads are the subject.
# -Wno-tsan: the sanitizer does not follow fences; it is locks and atomics that it looks at here.
TSAN       := $(BUILD)/tsan
TSAN_TESTS := test_msi_parallel

tsan-tests:
	@$(MAKE) --no-print-directory H=$(TSAN) HOST_SANITIZE="-fsanitize=thread -Wno-tsan" \
	    $(addprefix $(TSAN)/,$(TSAN_TESTS))

# ---------------------------------------------------------------------------- what a person types

INPUT ?= $(O)/Image

# For boards; DTB=file.dtb puts the board's device tree into the FITs.
image: firmware
	@CROSS_COMPILE=$(CROSS_COMPILE) tools/make-images $(O)/k3metal.elf $(O)/images $(DTB)

run: firmware twin
	@tools/run-demo $(O) "$(INPUT)"

debug: firmware twin
	@tools/debug $(O)

# On a board, through JTAG (docs/board.md). DTB=file: a device tree for the firmware.
PROBE ?= xds110

flash: firmware
	@tools/flash --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(O)/k3metal.elf

debug-board: firmware
	@tools/flash --debug --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(O)/k3metal.elf

check: firmware twin host-tests tsan-tests
	@tools/check $(O) $(H)

# U-Boot, from Debian's source package, on the twin.
UBOOT := $(BUILD)/u-boot

$(UBOOT)/stamp: tools/build-uboot | $(BUILD)/setup.stamp
	@tools/build-uboot $(CROSS_COMPILE) $(UBOOT)

check-uboot: firmware twin $(UBOOT)/stamp
	@CROSS_COMPILE=$(CROSS_COMPILE) tests/conformance/uboot/check-uboot $(O) $(UBOOT)/build

# Breaks the firmware on purpose, and fails where no test notices.
check-mutations: firmware twin
	@tests/mutations/run $(O) $(BUILD) $(CROSS_COMPILE)

# Linux, Debian's kernel for arm64, on the twin.
LINUX := $(BUILD)/linux

check-linux: twin
	@tests/conformance/check-linux $(O) $(LINUX)

run-linux: twin
	@tools/run-linux $(O) $(LINUX)

# The long runs, which tell how far they are.
soak: firmware twin
	@tools/twin --twin $(O)/twin.elf --image $(O)/k3metal.elf --append selftest=soak --timeout 3600 --strict </dev/null

# The picture of docs/msi.md: what `irq dot` prints in a run, laid out by Graphviz.
picture: firmware twin
	@tools/setup $(CROSS_COMPILE) graphviz
	@tools/twin --twin $(O)/twin.elf --image $(O)/k3metal.elf --append selftest=msi_report --timeout 60 --strict </dev/null \
	    | tr -d '\r' | sed -n '/^strict digraph/,/^}/p' | dot -Tsvg -o docs/topology.svg

FORMATTED = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

format:
	clang-format -i $(FORMATTED)

check-format: | $(BUILD)/setup.stamp
	@clang-format --dry-run -Werror $(FORMATTED) && echo "layout: as clang-format has it"

# The three analysers, each over firmware and twin. They look at what the compiler compiles.
# comparePointers: cppcheck takes two symbols of linker.ld for two objects; they bound one.
# -Wno-analyzer-malloc-leak: GCC 12's analyser loses a pointer that is stored through another, which
#   is how every table here is filled; the host tests run under LeakSanitizer instead.
STATIC_SOURCES = $(filter %.c,$(FIRMWARE_SOURCES) $(TWIN_SOURCES))
ANALYZED       = $(STATIC_SOURCES:%.c=$(O)/analyzed/%.c.ok)
TIDY_FLAGS     = --target=aarch64-none-elf -std=c11 -nostdlibinc -isystem $(NEWLIB)/aarch64-none-elf/include \
                 -isystem $(LIBFDT)/usr/include \
                 -mcpu=cortex-a53 -I. -Iarch/arm64/include

check-static: $(ANALYZED)
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    -j2 --platform=unix64 -I. -Iarch/arm64/include --suppress=missingIncludeSystem --suppress=comparePointers $(STATIC_SOURCES)
	@echo "gcc -fanalyzer, clang-tidy, cppcheck: nothing found in $(words $(STATIC_SOURCES)) files"

# A CHECK that fails leaves the test at once, and what the test holds is lost with the run.
$(O)/analyzed/tests/selftest/%.ok: TIDY_CHECKS = --checks=-clang-analyzer-unix.Malloc

$(O)/analyzed/%.c.ok: %.c Makefile .clang-tidy | $(NEWLIB)/stamp $(LIBFDT)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -isystem $(LIBFDT)/usr/include -fanalyzer -Wno-analyzer-malloc-leak -MT $@ -c -o $(@:.ok=.o) $<
	$(Q)clang-tidy --quiet $(TIDY_CHECKS) $< -- $(TIDY_FLAGS) 2>/dev/null
	@touch $@

-include $(ANALYZED:.ok=.d)

clean:
	rm -rf $(O) $(H)

help:
	@echo "make run [INPUT=file]   build, boot on the twin, copy the file by DMA, print every route"
	@echo "make check              all tests, on the host and on the twin"
	@echo "make soak               the long runs: some minutes"
	@echo "make debug              boot under GDB"
	@echo "make flash              load it into a board through JTAG and run it (PROBE=xds110 or jlink)"
	@echo "make debug-board        load it into a board, and stop in GDB at its entry"
	@echo "make image [DTB=file]   pack for boards: Image, k3metal.itb, u-boot.img, sdcard/"
	@echo "make check-linux        boot Debian's arm64 kernel on the twin and judge its drivers"
	@echo "make run-linux          the same to a shell; Ctrl-A x ends it"
	@echo "make check-uboot        build U-Boot from Debian's sources, boot with it on the twin"
	@echo "make firmware | twin    just build: $(O)/k3metal.elf, Image, twin.elf"
	@echo "make format             lay the sources out; make check-format only looks"
	@echo "make clean              forget what was built (not newlib)"
	@echo "Variables: CROSS_COMPILE=$(CROSS_COMPILE) BUILD=$(BUILD) V=1 (show commands)"
