# SPDX-License-Identifier: BSD-3-Clause
# Fuzzing: libFuzzer over the real sources, under clang's address and undefined-behaviour sanitizers
# (docs/testing.md, "Fuzzing").
#
#   FUZZ_TARGETS   which; each has its list of sources, fuzz-NAME, below
#   FUZZ_SECONDS   how long each runs

FUZZCC       ?= clang
FUZZ_SECONDS ?= 20
Z            := $(BUILD)/fuzz

FUZZ_ALL     := boot_arguments console device_tree e1000e gic models monitor nvme packets pci r5f r5f_monitor rpmsg ti_sci udma
FUZZ_TARGETS ?= $(FUZZ_ALL)

fuzz-common         := tests/fuzz/support/execute.c tests/fuzz/support/memory.c tests/fuzz/support/arch.c tests/host/support/arch_nesting.c \
                       arch/common/deadline.c arch/common/idle.c
fuzz-boot           := tests/fuzz/support/boot.c tests/fuzz/support/output.c platform/application.c platform/memory.c platform/start.c \
                       app/default/main.c \
                       app/prompt/trace.c drivers/uart/uart.c $(addprefix lib/, \
                       command.c console.c device_tree.c log.c trace.c version.c)
fuzz-boot_arguments := $(fuzz-boot)
fuzz-console        := tests/fuzz/support/output.c drivers/gic/its_command.c $(module-prompt) \
                       $(addprefix drivers/pci/,capability.c config.c function.c interrupt.c) \
                       $(addprefix lib/,command.c console.c device_tree.c log.c trace.c version.c)
fuzz-device_tree    := $(fuzz-boot)
fuzz-e1000e         := $(addprefix tests/fuzz/support/,log.c vectors.c) $(filter drivers/e1000e/%,$(library-sources))
fuzz-gic            := tests/fuzz/support/log.c tests/fuzz/support/registers.c $(filter drivers/gic/%,$(library-sources))
fuzz-models         := $(addprefix tests/fuzz/support/,navss.c pcie.c r5f.c soc.c) $(wildcard twin/models/*.c)
fuzz-monitor        := $(addprefix tests/fuzz/support/,board.c board_gic.c registers.c) $(filter-out tests/fuzz/support/r5f.c,$(fuzz-models)) \
                       $(filter-out twin/monitor/lock.c,$(wildcard twin/monitor/*.c))
fuzz-nvme           := $(addprefix tests/fuzz/support/,log.c vectors.c) arch/common/completion.c lib/block.c $(filter drivers/nvme/%,$(filter-out drivers/nvme/pci.c,$(library-sources)))
fuzz-packets        := $(fuzz-models)
fuzz-pci            := tests/fuzz/support/log.c $(addprefix drivers/pci/,assign.c bus_reset.c capability.c config.c enable.c enumerate.c function.c \
                         interrupt.c line.c messages.c msi.c msix.c reset.c restore.c size.c suspend.c)
fuzz-r5f            := drivers/r5f/image.c drivers/r5f/memory.c
fuzz-r5f_monitor    := $(fuzz-monitor)
fuzz-rpmsg          := drivers/rpmsg/rpmsg.c drivers/rpmsg/vring.c
fuzz-ti_sci         := tests/fuzz/support/log.c lib/trace.c \
                       $(filter drivers/ti_sci/% drivers/gic/% drivers/udma/% msi/%,$(library-sources))
fuzz-udma           := tests/fuzz/support/log.c $(addprefix drivers/ti_sci/ti_sci_,batch.c flow.c irq.c monitor.c proxy.c rm.c trigger.c udmap.c) \
                       lib/trace.c msi/work.c \
                       $(filter drivers/udma/%,$(library-sources))

FUZZ_DEFINES := -DHOST_TEST=1 -include tests/fuzz/support/code.h
# Not all that -fsanitize=fuzzer-no-link brings: a call at each comparison takes two thirds of the
# time, and the targets have dictionaries, and words of their own for what devices want.
FUZZ_COVERAGE := -fsanitize-coverage=inline-8bit-counters,pc-table
FUZZ_FLAGS   := -std=gnu11 -O2 -g -fno-omit-frame-pointer -D_GNU_SOURCE \
                -fsanitize=address,undefined -fno-sanitize-recover=all $(FUZZ_COVERAGE) \
                -fsanitize-ignorelist=tests/fuzz/ignorelist -MMD -MP \
                -Itests/fuzz/include -Itests/host/include -Idrivers/gic/include -I.
# No -Wconversion: clang finds other places than GCC, which has seen all of this.
FUZZ_WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror

# What outlives an execution: parts of the support, and the models, which have a reset of their own.
FUZZ_LASTING := $(addprefix $(Z)/tests/fuzz/support/,execute.c.o memory.c.o output.c.o log.c.o) \
                $(patsubst %,$(Z)/%.o,$(wildcard twin/models/*.c))
FUZZ_PROGRAMS = $(addprefix $(Z)/,$(FUZZ_TARGETS))

.PHONY: fuzz fuzz-programs check-fuzz

fuzz-programs: $(FUZZ_PROGRAMS)

fuzz: fuzz-programs
	@tests/fuzz/run $(Z) --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# Every seed and every regression, once.
check-fuzz: fuzz-programs
	@tests/fuzz/run $(Z) --regressions $(FUZZ_TARGETS)

# That each target finds what is broken on purpose.
.PHONY: check-fuzz-bites
check-fuzz-bites: | $(SETUP)/fuzz
	@tests/fuzz/bite $(Z)/bite $(FUZZ_TARGETS)

$(Z)/%.c.o: %.c $(MAKEFILE_PARTS) tests/fuzz/ignorelist | $(SETUP)/fuzz
	@mkdir -p $(@D)
	$(Q)$(FUZZCC) $(FUZZ_FLAGS) $(FUZZ_DEFINES) $(FUZZ_WARNINGS) -c -o $@ $<

$(FUZZ_LASTING): $(Z)/%.c.o: %.c $(MAKEFILE_PARTS) | $(SETUP)/fuzz
	@mkdir -p $(@D)
	$(Q)$(FUZZCC) $(FUZZ_FLAGS) $(FUZZ_WARNINGS) -c -o $@ $<

define fuzz-rule
$(Z)/$(1): $(patsubst %,$(Z)/%.o,$(sort $(fuzz-common) $(fuzz-$(1)) tests/fuzz/$(1).c)) tests/fuzz/sections.ld $(MAKEFILE_PARTS)
	$$(Q)$(FUZZCC) -fsanitize=fuzzer,address,undefined -o $$@ $$(filter %.o,$$^) -Wl,-T,tests/fuzz/sections.ld -lfdt
endef
$(foreach target,$(FUZZ_ALL),$(eval $(call fuzz-rule,$(target))))

-include $(foreach target,$(FUZZ_ALL),$(patsubst %,$(Z)/%.d,$(fuzz-common) $(fuzz-$(target)) tests/fuzz/$(target).c))
