# SPDX-License-Identifier: BSD-3-Clause
# The library, the modules that applications take in, and the application itself.
#
#   library-sources     what libk3metal.a is made of; each folder's objects.mk adds its own
#   public-headers      those of its headers that other folders, and applications, may include
#   module-NAME         what an application gets that has NAME in app-modules: linked as a whole,
#                       since it registers what it has (commands, tests) in sections
#   APP=folder          the application: its objects.mk may set
#                         app-name      (default: the folder's name)
#                         app-sources   (default: every .c and .S in the folder), relative to it
#                         app-modules   (default: none)
#                         app-libraries (default: none; lwip: mk/lwip.mk)
#                         app-embeds    (default: none): files that a source takes in by .incbin
#                         app-cflags, app-warnings

APP ?= app/default

ifneq ($(words $(APP)),1)
$(error APP=$(APP): make can't handle a path with blanks)
endif
override APP := $(patsubst $(CURDIR)/%,%,$(abspath $(APP)))

LIBRARY_FOLDERS := boot arch/arm64 arch/common lib drivers/cpsw drivers/gic drivers/link drivers/mailbox drivers/e1000e drivers/nvme drivers/pci drivers/r5f drivers/rpmsg drivers/serial drivers/ti_sci drivers/uart drivers/udma \
                   msi msi/parents platform $(FLAVOUR_FOLDERS)
MODULES         := bench demo prompt r5 selftest tests
MODULE_FOLDERS  := app/bench app/demo app/prompt app/r5 app/selftest tests/target

library-sources :=
r5-sources      :=
public-headers  :=
include $(addsuffix /objects.mk,$(LIBRARY_FOLDERS) $(MODULE_FOLDERS))

F             := $(O)/firmware
objects-of     = $(addprefix $(F)/,$(addsuffix .o,$(1)))
LIBRARY       := $(O)/libk3metal.a
LIBRARY_OBJECTS := $(call objects-of,$(library-sources)) $(F)/version.c.o
MODULE_OBJECTS := $(call objects-of,$(foreach module,$(MODULES),$(module-$(module))))
FIRMWARE_SOURCES := $(library-sources) $(foreach module,$(MODULES),$(module-$(module)))

# ---- the application ----

app-name    := $(notdir $(abspath $(APP)))
app-sources := $(notdir $(wildcard $(APP)/*.c $(APP)/*.S))
app-modules :=
app-libraries :=
app-embeds :=
app-cflags  :=
app-warnings := -Wall -Wextra
ifeq ($(wildcard $(APP)/.),)
$(error APP=$(APP): no such folder)
endif
-include $(APP)/objects.mk
ifeq ($(strip $(app-sources)),)
$(error APP=$(APP): no sources (.c, .S) in it)
endif
ifneq ($(subst /,,$(app-name)) $(words $(app-name)),$(app-name) 1)
$(error APP=$(APP): app-name "$(app-name)" is no name of a file)
endif
ifeq ($(filter tests selftest,$(app-modules)),tests)
$(error APP=$(APP): app-modules has "tests", which wants "selftest" too)
endif
ifneq ($(filter-out $(MODULES),$(app-modules)),)
$(error APP=$(APP): app-modules has "$(filter-out $(MODULES),$(app-modules))"; there are $(MODULES))
endif
ifneq ($(filter-out lwip,$(app-libraries)),)
$(error APP=$(APP): app-libraries has "$(filter-out lwip,$(app-libraries))"; there is lwip)
endif

ifeq ($(APP),app/default)
A           := $(O)
else
A           := $(O)/apps/$(app-name)
endif
APP_ELF     := $(A)/$(app-name).elf
APP_IMAGE   := $(A)/Image
APP_OBJECTS := $(addprefix $(A)/app/,$(addsuffix .o,$(app-sources)))

.PHONY: firmware library
firmware: $(APP_ELF) $(APP_IMAGE)
library: $(LIBRARY)

# ---- compiling ----

# Empty where two texts are the same.
unequal = $(subst x$(strip $(1)),,x$(strip $(2)))$(subst x$(strip $(2)),,x$(strip $(1)))

# $(call write,TEXT): the command that makes the target hold it. Not $(file) and $(shell), which make -n runs too.
write = mkdir -p $(@D) && printf '%s\n' '$(subst ','\'',$(1))' >$@

# $(call listed,FILE,TEXT): the rule for a file that holds the text, and is written when it changes.
define listed
$(1): FORCE
	$$(if $$(call unequal,$$(file <$$@),$(2)),@$$(call write,$(2)))
endef

FIRMWARE_NEEDS := $(NEWLIB)/stamp $(LIBFDT)/stamp

# On every interrupt's way, every copy's, or every request's to the ITS or the system firmware; and
# psci.c, whose SMCs a debugger's script wants to
# find in their functions (tests/system/faults).
FAST_SOURCES := arch/arm64/core.c arch/arm64/exception.c arch/arm64/psci.c arch/common/spinlock.c \
                arch/arm64/time.c arch/common/wait.c drivers/cpsw/frames.c \
                drivers/gic/gic_cpu_interface.c drivers/gic/its_queue.c drivers/e1000e/path.c drivers/nvme/path.c \
                drivers/ti_sci/secure_proxy.c drivers/ti_sci/ti_sci_batch.c \
                drivers/ti_sci/ti_sci_sequence.c drivers/udma/receive_path.c \
                drivers/udma/transfer.c drivers/udma/transmit_path.c lib/trace.c msi/dispatch.c \
                msi/parents/vint.c msi/quiesce.c msi/state.c msi/statistics.c msi/storm.c
# Without the NOPs that would bring functions and loops to rounder addresses: 580 bytes.
FAST := -O2 -falign-functions=4 -fno-align-jumps -fno-align-loops -fno-align-labels
$(FAST_SOURCES:%=$(F)/%.o): OPTIMIZE = $(FAST)

$(F)/%.c.o: %.c $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FIRMWARE_CFLAGS) $(WARNINGS) -c -o $@ $<

$(F)/%.S.o: %.S $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FIRMWARE_ASFLAGS) -c -o $@ $<

# What the image is: looked at each time, written when it has changed.
.PHONY: identity
identity:
	@mkdir -p $(F)
	@tools/version $(F)/version.c

$(F)/version.c: identity ;

$(F)/version.c.o: $(F)/version.c $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS)
	$(Q)$(CC) $(FIRMWARE_CFLAGS) $(WARNINGS) -c -o $@ $<

$(eval $(call listed,$(F)/library.list,$(LIBRARY_OBJECTS)))
$(LIBRARY): $(LIBRARY_OBJECTS) $(F)/library.list
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIBRARY_OBJECTS)

# ---- modules ----

define module-rule
$(call listed,$(F)/module-$(1).list,$(call objects-of,$(module-$(1))))
$(O)/modules/$(1).o: $(call objects-of,$(module-$(1))) $(F)/module-$(1).list
	@mkdir -p $$(@D)
	$(Q)$(LD) -r -o $$@ $(call objects-of,$(module-$(1)))
endef
$(foreach module,$(MODULES),$(eval $(call module-rule,$(module))))

# ---- applications ----

# The folder is part of what an object is: two applications may have the same name, and one may move.
APP_FROM := $(abspath $(APP)) $(app-cflags)

$(A)/app/from: FORCE
	$(if $(call unequal,$(file <$@),$(APP_FROM)),@rm -rf $(@D) && $(call write,$(APP_FROM)))

.PHONY: FORCE
FORCE:

# lwIP as this application wants it, since its options are the application's. Its warnings are its
# authors' concern; it may use what the application may.
ifneq ($(filter lwip,$(app-libraries)),)
APP_NEEDS     := $(LWIP)/stamp
APP_LIBRARIES := $(A)/liblwip.a
APP_INCLUDES   = $(call lwip-includes,$(APP))
LWIP_OBJECTS  := $(LWIP_PARTS:%=$(A)/lwip/%.o)

$(A)/lwip/%.c.o: $(LWIP)/stamp $(wildcard $(APP)/port/*.h $(APP)/port/arch/*.h) $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(APP_CFLAGS) $(APP_INCLUDES) -c -o $@ $(LWIP_SOURCE)/$*.c

$(APP_LIBRARIES): $(LWIP_OBJECTS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
endif

$(A)/app/%.c.o: $(APP)/%.c $(A)/app/from $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS) $(APP_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(APP_CFLAGS) $(APP_INCLUDES) $(app-warnings) -I$(APP) $(app-cflags) -c -o $@ $<

$(A)/app/%.S.o: $(APP)/%.S $(A)/app/from $(MAKEFILE_PARTS) $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(APP_CFLAGS) -I$(APP) $(app-cflags) -c -o $@ $<

$(filter %.S.o,$(APP_OBJECTS)): $(addprefix $(APP)/,$(app-embeds))

APP_MODULES := $(addprefix $(O)/modules/,$(addsuffix .o,$(app-modules)))

$(eval $(call listed,$(A)/application.list,$(APP_OBJECTS) $(APP_MODULES)))
$(APP_ELF): $(APP_OBJECTS) $(APP_MODULES) $(APP_LIBRARIES) $(LIBRARY) linker.ld $(A)/application.list $(FIRMWARE_NEEDS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(FLAVOUR_LDFLAGS) -Wl,-T,linker.ld -Wl,-Map,$(@:.elf=.map) -o $@ $(APP_OBJECTS) $(APP_MODULES) \
	    $(APP_LIBRARIES) $(LIBRARY) $(LIBFDT)/usr/lib/aarch64-linux-gnu/libfdt.a -L$(NEWLIB)/aarch64-none-elf/lib -lm -lc -lgcc

$(APP_IMAGE): $(APP_ELF)
	@echo "  IMAGE $@"
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(LIBRARY_OBJECTS:.o=.d) $(MODULE_OBJECTS:.o=.d)
ifeq ($(call unequal,$(file <$(A)/app/from),$(APP_FROM)),)
-include $(APP_OBJECTS:.o=.d)
endif
