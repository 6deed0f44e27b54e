# SPDX-License-Identifier: BSD-3-Clause
# The library and an application for the MCU domain's Cortex-R5F (docs/r5f.md), beside the A53's: from
# the same sources, with Debian's arm-none-eabi GCC and its newlib.
#
#   r5-sources     what the R5F's libk3metal.a is made of; each folder's objects.mk adds its own
#   R5_APP=folder  the application: every .c in the folder

CROSS_COMPILE_R5 ?= arm-none-eabi-
R5_APP           ?= app/r5f

R5_CC      := $(CROSS_COMPILE_R5)gcc
R5         := $(BUILD)/$(notdir $(patsubst %-,%,$(CROSS_COMPILE_R5)))
R5_LIBRARY := $(R5)/libk3metal.a
R5_NAME    := $(notdir $(abspath $(R5_APP)))
R5_ELF     := $(R5)/$(R5_NAME).elf

include arch/arm/objects.mk
r5-sources += $(addprefix drivers/vim/,vim.c vim_root.c)
r5-sources += boot/r5f.S platform/r5f.c

R5_OBJECTS     := $(r5-sources:%=$(R5)/firmware/%.o) $(R5)/firmware/version.c.o
R5_APP_SOURCES := $(wildcard $(R5_APP)/*.c)
R5_APP_OBJECTS := $(R5_APP_SOURCES:%=$(R5)/%.o)

# -mthumb: a third less of text than Arm's own instructions.
# -funwind-tables: backtraces are found by these (arch/arm/backtrace.c); Thumb code has no frame
#   records to follow.
R5_CPU_FLAGS = -mcpu=cortex-r5 -mfpu=vfpv3-d16 -mfloat-abi=hard -mthumb
R5_FLAGS     = $(R5_CPU_FLAGS) -fno-common -ffunction-sections -fdata-sections -funwind-tables -g -MMD -MP \
               -ffile-prefix-map=$(CURDIR)=.
R5_INCLUDES  = -I. -Iarch/arm/include -Iarch/common/include -Idrivers/vim/include
R5_CFLAGS    = -std=c11 -D_DEFAULT_SOURCE $(OPTIMIZE) $(R5_FLAGS) $(R5_INCLUDES)
# For analysers that are not this compiler.
R5_NEWLIB_INCLUDES = $(shell $(R5_CC) -print-file-name=../../../arm-none-eabi/include)
R5_LDFLAGS   = $(R5_CPU_FLAGS) -nostartfiles -nostdlib -static -Wl,--gc-sections -Wl,--fatal-warnings \
               -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=32

.PHONY: r5 r5-library
r5: $(R5_ELF)
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

# An application may use the floating point unit; so may what interrupts it (arch/arm/vectors.S).
$(R5)/$(R5_APP)/%.c.o: $(R5_APP)/%.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(R5_ELF): $(R5_APP_OBJECTS) $(R5_LIBRARY) r5f.ld
	@echo "  LINK  $@"
	$(Q)$(R5_CC) $(R5_LDFLAGS) -Wl,-T,r5f.ld -Wl,-Map,$(@:.elf=.map) -o $@ $(R5_APP_OBJECTS) \
	    -Wl,--start-group $(R5_LIBRARY) -lm -lc -lgcc -Wl,--end-group

-include $(R5_OBJECTS:.o=.d) $(R5_APP_OBJECTS:.o=.d)

# ---- the program that tries arch/arm on a Cortex-R5F of QEMU's (tests/system/r5f-core) ----

R5_TEST         := $(R5)/core-test.elf
R5_TEST_OBJECTS := $(patsubst %,$(R5)/%.o,$(wildcard tests/r5f/*.c))

.PHONY: r5-test check-r5
r5-test: $(R5_TEST) $(R5)/a53.elf

$(R5)/tests/r5f/%.c.o: tests/r5f/%.c $(MAKEFILE_PARTS) | $(SETUP)/r5f
	@mkdir -p $(@D)
	$(Q)$(R5_CC) $(R5_CFLAGS) $(WARNINGS) -c -o $@ $<

$(R5_TEST): $(R5_TEST_OBJECTS) $(R5_LIBRARY) r5f.ld
	@echo "  LINK  $@"
	$(Q)$(R5_CC) $(R5_LDFLAGS) -Wl,-T,r5f.ld -o $@ $(R5_TEST_OBJECTS) \
	    -Wl,--start-group $(R5_LIBRARY) -lm -lc -lgcc -Wl,--end-group

# What starts it there: of the A53's.
$(R5)/a53.elf: tests/r5f/a53.S $(MAKEFILE_PARTS) | $(SETUP)/firmware
	@mkdir -p $(@D)
	$(Q)$(CC) -nostdlib -static -Wl,-Ttext=0x60000000 -Wl,--build-id=none -o $@ $<

check-r5: r5 r5-test | $(SETUP)/run
	@tests/run $(O) $(H) --only R5F

-include $(R5_TEST_OBJECTS:.o=.d)
