# SPDX-License-Identifier: BSD-3-Clause
# The library and an application for the MCU domain's Cortex-R5F (docs/r5f.md), beside the A53's: from
# the same sources, with Debian's arm-none-eabi GCC and its newlib.
#
#   r5-sources      what the R5F's libk3metal.a is made of; each folder's objects.mk adds its own
#   r5-module-NAME  what a module is there (mk/firmware.mk); one without it is the A53's alone, and is
#                   left out
#   R5_APP=folder   the application, with an objects.mk as the A53's, which may set app-r5-modules too
#                   (default: those of app-modules that there are)
#   R5_MEMORY=dram  it lies in DRAM instead of the MCU domain's SRAM

CROSS_COMPILE_R5 ?= arm-none-eabi-
R5_APP           ?= app/default
R5_MEMORY        ?= sram
override R5_APP  := $(patsubst $(CURDIR)/%,%,$(abspath $(R5_APP)))

R5_CC      := $(CROSS_COMPILE_R5)gcc
R5         := $(BUILD)/$(notdir $(patsubst %-,%,$(CROSS_COMPILE_R5)))
R5_LIBRARY := $(R5)/libk3metal.a

include arch/arm/objects.mk
r5-sources += $(addprefix drivers/vim/,vim.c vim_root.c)

R5_OBJECTS     := $(r5-sources:%=$(R5)/firmware/%.o) $(R5)/firmware/version.c.o

# ---- the application: what its objects.mk sets, beside what APP's has set ----

# r5-modules first, since modules are its default.
r5-app-variables := r5-modules name sources modules libraries embeds cflags warnings
$(foreach each,$(r5-app-variables),$(eval a53-app-$(each) := $$(app-$(each))))

app-name    := $(notdir $(R5_APP))
app-sources := $(notdir $(wildcard $(R5_APP)/*.c $(R5_APP)/*.S))
app-modules :=
app-r5-modules = $(app-modules)
app-libraries :=
app-embeds :=
app-cflags :=
app-warnings := -Wall -Wextra
ifeq ($(wildcard $(R5_APP)/.),)
$(error R5_APP=$(R5_APP): no such folder)
endif
-include $(R5_APP)/objects.mk
$(foreach each,$(r5-app-variables),$(eval r5-app-$(each) := $$(app-$(each)))$(eval app-$(each) := $$(a53-app-$(each))))

ifeq ($(strip $(r5-app-sources)),)
$(error R5_APP=$(R5_APP): no sources (.c, .S) in it)
endif
ifneq ($(filter-out $(MODULES),$(r5-app-r5-modules)),)
$(error R5_APP=$(R5_APP): app-modules has "$(filter-out $(MODULES),$(r5-app-r5-modules))"; there are $(MODULES))
endif
ifneq ($(strip $(r5-app-libraries)),)
$(error R5_APP=$(R5_APP): app-libraries has "$(r5-app-libraries)", which is the A53's alone)
endif
ifneq ($(filter-out sram dram,$(R5_MEMORY)),)
$(error R5_MEMORY=$(R5_MEMORY): there are sram and dram)
endif

# The default image is r5f.elf: k3metal.elf is the A53's.
R5_NAME := $(if $(filter app/default,$(R5_APP)),r5f,$(r5-app-name))
R5_ELF  := $(R5)/$(R5_NAME).elf
# The same in DRAM in any case: what Linux loads.
R5_DRAM_ELF := $(R5)/$(R5_NAME)-dram.elf
# Core 1's, where each core has its own (docs/r5f.md, "Lock-step or split").
R5_DRAM_1_ELF := $(R5)/$(R5_NAME)-dram-1.elf
R5_A    := $(R5)/apps/$(R5_NAME)

R5_APP_OBJECTS    := $(r5-app-sources:%=$(R5_A)/%.o)
R5_MODULE_OBJECTS  = $(patsubst %,$(R5)/firmware/%.o,$(foreach module,$(r5-app-r5-modules),$(r5-module-$(module))))

# -mthumb: a third less of text than Arm's own instructions.
# -funwind-tables: backtraces are found by these (arch/arm/backtrace.c); Thumb code has no frame
#   records to follow.
R5_CPU_FLAGS = -mcpu=cortex-r5 -mfpu=vfpv3-d16 -mfloat-abi=hard -mthumb
R5_FLAGS     = $(R5_CPU_FLAGS) -fno-common -ffunction-sections -fdata-sections -funwind-tables -g -MMD -MP \
               -ffile-prefix-map=$(CURDIR)=.
R5_INCLUDES  = -I. -Iarch/arm/include -Iarch/common/include -Idrivers/vim/include
# __int64_t_defined: newlib's <inttypes.h> has PRIu64 for who has newlib's own <stdint.h>; this compiler brings one.
R5_CFLAGS    = -std=c11 -D_DEFAULT_SOURCE -D__int64_t_defined=1 $(OPTIMIZE) $(R5_FLAGS) $(R5_INCLUDES)
# For analysers that are not this compiler.
R5_NEWLIB_INCLUDES = $(shell $(R5_CC) -print-file-name=../../../arm-none-eabi/include)
R5_LDFLAGS   = $(R5_CPU_FLAGS) -nostartfiles -nostdlib -static -Wl,--gc-sections -Wl,--fatal-warnings \
               -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=32

# In what the boards' device trees reserve for the first R5F (k3-am654-base-board.dts, 0xa0100000 to
# 0xa1000000), the part that is one MPU region; what Linux reads and writes at its start. The second
# one's is 16 MiB further on.
R5_DRAM_LENGTHS   = --defsym=main_length=0x800000,--defsym=dma_length=0x400000
R5_DRAM_LDFLAGS   = -Wl,--defsym=main_at=0xa0800000,--defsym=shared_at=0xa0100000,$(R5_DRAM_LENGTHS)
R5_DRAM_LDFLAGS_1 = -Wl,--defsym=main_at=0xa1800000,--defsym=shared_at=0xa1100000,$(R5_DRAM_LENGTHS)

# Links the objects $(1) with the library.
define R5_LINK
	@echo "  LINK  $@"
	$(Q)$(R5_CC) $(R5_LDFLAGS) $(R5_PLACE) -Wl,-T,r5f.ld -Wl,-Map,$(@:.elf=.map) -o $@ $(1) \
	    -Wl,--start-group $(R5_LIBRARY) -lm -lc -lgcc -Wl,--end-group
endef

.PHONY: r5 r5-library
r5: $(R5_ELF) $(R5_DRAM_ELF) $(R5_DRAM_1_ELF)
r5-library: $(R5_LIBRARY)

# quiesce.c: with -O2 GCC 12 warns of a second core's, for which there is no room and no core.
$(patsubst %,$(R5)/firmware/%.o,$(filter-out msi/quiesce.c,$(FAST_SOURCES))): OPTIMIZE = -O2

$(R5)/firmware/%.c.o: %.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(R5)/firmware/%.S.o: %.S $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_FLAGS) $(R5_INCLUDES) -c -o $@ $<

# What the image is: looked at each time, written when it has changed.
$(R5)/firmware/version.c: FORCE
	@mkdir -p $(@D)
	@tools/version $@

$(R5)/firmware/version.c.o: $(R5)/firmware/version.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(eval $(call listed,$(R5)/firmware/library.list,$(R5_OBJECTS)))
$(R5_LIBRARY): $(R5_OBJECTS) $(R5)/firmware/library.list
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(CROSS_COMPILE_R5)ar rcs $@ $(R5_OBJECTS)

# An application may use the floating point unit; so may what interrupts it (arch/arm/vectors.S). The
# folder is part of what an object is, as for the A53's (mk/firmware.mk).
R5_APP_FROM := $(abspath $(R5_APP)) $(r5-app-cflags)

$(R5_A)/from: FORCE
	$(if $(call unequal,$(file <$@),$(R5_APP_FROM)),@rm -rf $(@D) && $(call write,$(R5_APP_FROM)))

$(R5_A)/%.c.o: $(R5_APP)/%.c $(R5_A)/from $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(r5-app-warnings) -I$(R5_APP) $(r5-app-cflags) -c -o $@ $<

$(R5_A)/%.S.o: $(R5_APP)/%.S $(R5_A)/from $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_FLAGS) $(R5_INCLUDES) -I$(R5_APP) $(r5-app-cflags) -c -o $@ $<

$(filter %.S.o,$(R5_APP_OBJECTS)): $(addprefix $(R5_APP)/,$(r5-app-embeds))

# Modules as a whole: they register what they have (commands, tests) in sections.
$(eval $(call listed,$(R5_A)/application.list,$(R5_MEMORY) $(R5_APP_OBJECTS) $(R5_MODULE_OBJECTS)))
$(R5_ELF):        R5_PLACE = $(if $(filter dram,$(R5_MEMORY)),$(R5_DRAM_LDFLAGS))
$(R5_DRAM_ELF):   R5_PLACE = $(R5_DRAM_LDFLAGS)
$(R5_DRAM_1_ELF): R5_PLACE = $(R5_DRAM_LDFLAGS_1)
$(R5_ELF) $(R5_DRAM_ELF) $(R5_DRAM_1_ELF): $(R5_APP_OBJECTS) $(R5_MODULE_OBJECTS) $(R5_LIBRARY) r5f.ld $(R5_A)/application.list
	$(call R5_LINK,$(R5_APP_OBJECTS) $(R5_MODULE_OBJECTS))

-include $(R5_OBJECTS:.o=.d) $(R5_MODULE_OBJECTS:.o=.d)
ifeq ($(call unequal,$(file <$(R5_A)/from),$(R5_APP_FROM)),)
-include $(R5_APP_OBJECTS:.o=.d)
endif

# ---- the default application with the self-test, for which the SRAM has no room ----

R5_SELFTEST         := $(R5)/r5f-selftest.elf
R5_SELFTEST_SOURCES := app/default/main.c $(foreach module,demo prompt selftest tests,$(r5-module-$(module)))
R5_SELFTEST_OBJECTS := $(R5_SELFTEST_SOURCES:%=$(R5)/firmware/%.o)

.PHONY: r5-selftest
r5-selftest: $(R5_SELFTEST)

$(eval $(call listed,$(R5)/firmware/selftest.list,$(R5_SELFTEST_OBJECTS)))
$(R5_SELFTEST): R5_PLACE = $(R5_DRAM_LDFLAGS)
$(R5_SELFTEST): $(R5_SELFTEST_OBJECTS) $(R5_LIBRARY) r5f.ld $(R5)/firmware/selftest.list
	$(call R5_LINK,$(R5_SELFTEST_OBJECTS))

-include $(R5_SELFTEST_OBJECTS:.o=.d)

# As `make run`, on the twin's Cortex-R5F alone: DMA copies with ring interrupts, every route printed. On a
# terminal the prompt follows.
.PHONY: run-r5
run-r5: $(R5_ELF) twin | $(SETUP)/run
	@tools/run-app --twin $(TWIN) --r5 $(R5_ELF) --console 3 $(if $(filter app/default,$(R5_APP)),--demo) \
	    $(if $(ARGS),--r5-append $(quoted-args))

# ---- the program that tries arch/arm on a Cortex-R5F of QEMU's (tests/system/r5f-core) ----

R5_TEST         := $(R5)/core-test.elf
R5_TEST_OBJECTS := $(patsubst %,$(R5)/%.o,$(wildcard tests/r5f/*.c))

.PHONY: r5-test check-r5
r5-test: $(R5_TEST) $(R5)/a53.elf

$(R5)/tests/r5f/%.c.o: tests/r5f/%.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(R5_TEST): $(R5_TEST_OBJECTS) $(R5_LIBRARY) r5f.ld
	$(call R5_LINK,$(R5_TEST_OBJECTS))

# ---- the program that tries the interrupt layer on the twin's R5F (tests/system/r5f-soc) ----

R5_SOC_TEST    := $(R5)/soc-test.elf
R5_SOC_OBJECTS := $(patsubst %,$(R5)/%.o,$(wildcard tests/r5f-soc/*.c))
r5-test: $(R5_SOC_TEST)

$(R5)/tests/r5f-soc/%.c.o: tests/r5f-soc/%.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(R5_SOC_TEST): $(R5_SOC_OBJECTS) $(R5_LIBRARY) r5f.ld
	$(call R5_LINK,$(R5_SOC_OBJECTS))

-include $(R5_SOC_OBJECTS:.o=.d)

# What starts the core's test: of the A53's.
$(R5)/a53.elf: tests/r5f/a53.S $(MAKEFILE_PARTS) | $(SETUP)/firmware
	@mkdir -p $(@D)
	$(Q)$(CC) -nostdlib -static -Wl,-Ttext=0x60000000 -Wl,--build-id=none -o $@ $<

# All suites of the R5F: make check has those that are quick (tests/run).
check-r5: firmware twin r5 r5-selftest r5-test | $(SETUP)/run $(SETUP)/debug $(SETUP)/serial
	@tests/run $(O) $(H) --only R5F

-include $(R5_TEST_OBJECTS:.o=.d)

# ---- what talks with Linux (tests/conformance/linux), for core 0 and for core 1 ----

# The library first: two makes must not make it at once.
.PHONY: r5-linux
r5-linux: r5-library
	@$(MAKE) --no-print-directory r5 R5_APP=app/r5f_rpmsg
