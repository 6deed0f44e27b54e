# SPDX-License-Identifier: BSD-3-Clause
# All that looks whether it is right.

.PHONY: check check-all check-long soak soak-image soak-messages soak-nvme soak-turns soak-threads check-mutations check-format format check-static check-compiled check-tidy check-cppcheck check-layers

# Building takes all processors; not so tests/run and what it starts, which share them out themselves.
ON_ALL_PROCESSORS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$$(nproc))

check: setup-check
	@$(MAKE) --no-print-directory $(ON_ALL_PROCESSORS) built
	@$(MAKE) --no-print-directory check-built

.PHONY: built check-built check-host check-target
built: firmware r5 r5-selftest r5-test twin order measure-plugin host-tests vim-tests sweep tsan-tests sdk
# The example of docs/messages.md, for tests/system/r5f-link, and tests/system/nvme's: one after the other, since all have libraries.
	@$(MAKE) --no-print-directory r5 R5_APP=app/link
	@$(MAKE) --no-print-directory firmware APP=app/link
	@$(MAKE) --no-print-directory firmware APP=app/nvme

check-built: built
	@tests/run $(O) $(H)

# Parts of it: what runs on this machine under sanitizers, what runs on the twin.
check-host: host-tests vim-tests sweep tsan-tests delayed-host-tests
	@tests/run $(O) $(H) --only host:

check-target: firmware twin | $(SETUP)/run
	@tests/run $(O) $(H) --only self-test,

# The longer ones too.
check-all: FUZZ_SECONDS = 12
check-all: check built-for-all check-long check-mutations-by-hand coverage fuzz

.PHONY: built-for-all
built-for-all:
	@$(MAKE) --no-print-directory $(ON_ALL_PROCESSORS) coverage-host fuzz-programs

# What check leaves out of the suites: check-sanitized, check-moods, check-uboot, prove and soak side by
# side, since some of these keep one processor busy and others wait.
check-long: firmware twin r5-selftest net order sanitized delayed delayed-host-tests sweep | $(SETUP)/run $(SETUP)/images $(SETUP)/prove
	@tests/run $(O) $(H) --long

# The self-test and the demonstration on boards that are nastier (docs/twin.md, "Moods").
.PHONY: check-moods
check-moods: firmware r5-selftest twin order | $(SETUP)/run
	@tests/run $(O) $(H) --only "mood "

# Breaks the firmware on purpose, and fails where no test notices. MUTATIONS: how many of those that
# are generated, or all.
MUTATIONS ?=

# By hand: only those that are written so. Those tests notice each that are quickest to say so: the others
# needn't be seen green before.
BY_HAND_WITHOUT := $(addprefix --without ,boot panics console demonstration traces faults "self-test?*one?core")
.PHONY: check-mutations-by-hand
check-mutations:         MUTATIONS_CHOSEN = $(if $(MUTATIONS),--count $(MUTATIONS))
check-mutations-by-hand: MUTATIONS_CHOSEN = --only "written:*" $(BY_HAND_WITHOUT)

check-mutations check-mutations-by-hand: firmware r5 twin host-tests vim-tests tsan-tests | $(SETUP)/run
	@tests/mutation/run $(O) $(BUILD) $(CROSS_COMPILE) $(MUTATIONS_CHOSEN)

# The long runs, which tell how far they are. SOAK=soak: the million too, and a hundred thousand messages
# by the mailbox, a quarter of an hour more.
SOAK ?= soak.ten_thousand*,soak.quarter*,soak.long_siege*,soak.a_hundred_thousand_packets*

soak: firmware delayed delayed-host-tests twin
	@$(MAKE) --no-print-directory soak-image soak-turns soak-threads soak-nvme

# Of what is built.
soak-image: | $(SETUP)/run
	@tools/twin --twin $(TWIN) --image $(APP_ELF) --append "selftest=$(SOAK)" --timeout 3600 --strict </dev/null

# A million messages each way between the A53s and an R5F, over restarts: a quarter of an hour.
soak-messages: firmware twin | $(SETUP)/run
	@tests/system/r5f-link $(O) --soak

# A million commands of an NVMe drive's: one minute.
soak-nvme: firmware twin | $(SETUP)/run
	@tests/system/nvme $(O) --soak

soak-turns: | $(SETUP)/run
	@tools/twin --twin $(TWIN) --image $(O)-delayed/k3metal.elf --turns --append "selftest=soak.ten_thousand_requests*,soak.long_siege*" \
	    --timeout 3600 --strict </dev/null

soak-threads: | $(SETUP)/run
	@tests/delay/run 20 $(DELAYED_PROGRAMS)

# ---- layout ----

SOURCE_FOLDERS := app arch boot drivers lib msi platform tests twin
FORMATTED       = $(sort $(shell find $(SOURCE_FOLDERS) -name '*.[ch]'))

format: | $(SETUP)/analysis
	@clang-format -i $(FORMATTED)

check-layers: firmware
	@tests/static/layers --objects $(F)

check-format: | $(SETUP)/analysis
	@test $(words $(FORMATTED)) -gt 100 || { echo "layout: only $(words $(FORMATTED)) files found"; exit 1; }
	@clang-format --dry-run -Werror $(FORMATTED) && echo "layout: $(words $(FORMATTED)) files are as clang-format has them"

# ---- the three analysers, each over firmware and twin: what the compiler compiles ----

# comparePointers: cppcheck takes two symbols of linker.ld for two objects; they bound one.
# -Wno-analyzer-malloc-leak: GCC 12's analyser loses a pointer that is stored through another, which
#   is how every table here is filled; the host tests run under LeakSanitizer instead.
STATIC_SOURCES = $(filter %.c,$(FIRMWARE_SOURCES) $(TWIN_SOURCES) app/default/main.c $(wildcard app/net/*.c drivers/vim/*.c))
ANALYZED       = $(STATIC_SOURCES:%.c=$(O)/analyzed/%.o)
TIDIED         = $(STATIC_SOURCES:%.c=$(O)/analyzed/%.tidy)
TIDY_FLAGS     = --target=aarch64-none-elf -std=c11 -D_DEFAULT_SOURCE -nostdlibinc \
                 -mcpu=cortex-a53 $(LIBRARY_INCLUDES)

# The same over what is the Cortex-R5F's alone.
R5_STATIC_SOURCES = $(filter-out $(STATIC_SOURCES),$(filter %.c,$(r5-sources))) $(wildcard tests/r5f/*.c tests/r5f-soc/*.c) $(filter-out $(STATIC_SOURCES),$(filter %.c,$(R5_SELFTEST_SOURCES)))
R5_ANALYZED       = $(R5_STATIC_SOURCES:%.c=$(R5)/analyzed/%.o)
R5_TIDIED         = $(R5_STATIC_SOURCES:%.c=$(R5)/analyzed/%.tidy)
R5_TIDY_FLAGS     = --target=arm-none-eabi -std=c11 -D_DEFAULT_SOURCE -nostdlibinc $(R5_CPU_FLAGS) \
                    -isystem $(R5_NEWLIB_INCLUDES) $(R5_INCLUDES)

check-static: check-compiled check-cppcheck check-tidy

# Of the three, make check has the quickest; the others are check-long's.
check-compiled: $(ANALYZED) $(R5_ANALYZED)
	@echo "gcc -fanalyzer: nothing found in $(words $(STATIC_SOURCES) $(R5_STATIC_SOURCES)) files"

check-tidy: $(TIDIED) $(R5_TIDIED)
	@echo "clang-tidy: nothing found in $(words $(STATIC_SOURCES) $(R5_STATIC_SOURCES)) files"

check-cppcheck: | $(FIRMWARE_NEEDS) $(SETUP)/analysis $(LWIP)/stamp
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    -j2 --platform=unix64 -I. -Iarch/arm64/include -Iarch/common/include -Idrivers/gic/include --suppress=missingIncludeSystem --suppress=comparePointers $(STATIC_SOURCES)
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    -j2 --platform=unix32 $(R5_INCLUDES) --suppress=missingIncludeSystem --suppress=comparePointers $(R5_STATIC_SOURCES)
	@echo "cppcheck: nothing found in $(words $(STATIC_SOURCES) $(R5_STATIC_SOURCES)) files"

# A CHECK that fails leaves the test at once, and what the test holds is lost with the run.
$(O)/analyzed/tests/target/%.tidy: TIDY_CHECKS = --checks=-clang-analyzer-unix.Malloc

$(O)/analyzed/app/net/%: ANALYZED_INCLUDES = $(call lwip-includes,app/net)
$(filter $(O)/analyzed/app/net/%,$(ANALYZED)): | $(LWIP)/stamp

$(O)/analyzed/%.o: %.c $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS) $(SETUP)/analysis
	@mkdir -p $(@D)
	$(Q)$(CC) $(FIRMWARE_CFLAGS) $(ANALYZED_INCLUDES) $(WARNINGS) -fanalyzer -Wno-analyzer-malloc-leak -c -o $@ $<

# Behind the compiler, which says what the file includes.
$(O)/analyzed/%.tidy: %.c $(O)/analyzed/%.o .clang-tidy
	$(Q)clang-tidy --quiet $(TIDY_CHECKS) $< -- $(TIDY_FLAGS) $(ANALYZED_INCLUDES) 2>/dev/null
	@touch $@

$(R5)/analyzed/%.o: %.c $(MAKEFILE_PARTS) | $(SETUP)/r5f $(SETUP)/analysis
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -fanalyzer -Wno-analyzer-malloc-leak -c -o $@ $<

$(R5)/analyzed/%.tidy: %.c $(R5)/analyzed/%.o .clang-tidy
	$(Q)clang-tidy --quiet $(TIDY_CHECKS) $< -- $(R5_TIDY_FLAGS) 2>/dev/null
	@touch $@

-include $(ANALYZED:.o=.d) $(R5_ANALYZED:.o=.d)
