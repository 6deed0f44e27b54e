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
#                         app-cflags, app-warnings

APP ?= app/default

LIBRARY_FOLDERS := boot arch/arm64 lib drivers/gic drivers/ti_sci drivers/uart drivers/udma \
                   msi msi/parents platform
MODULES         := demo prompt selftest tests
MODULE_FOLDERS  := app/demo app/prompt app/selftest tests/target

library-sources :=
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
app-cflags  :=
app-warnings := -Wall -Wextra
-include $(APP)/objects.mk

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

FIRMWARE_NEEDS := $(NEWLIB)/stamp $(LIBFDT)/stamp

$(F)/%.c.o: %.c $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FIRMWARE_CFLAGS) $(WARNINGS) -c -o $@ $<

# Tests run in the order in which they stand in the source, which the compiler would turn round.
$(F)/tests/target/%.o: FIRMWARE_CFLAGS += -fno-toplevel-reorder

$(F)/%.S.o: %.S $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FIRMWARE_ASFLAGS) -c -o $@ $<

# What the image is: looked at each time, written when it has changed.
.PHONY: identity
identity:
	@mkdir -p $(F)
	@tools/version $(F)/version.c

$(F)/version.c: identity ;

$(F)/version.c.o: $(F)/version.c $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS)
	$(Q)$(CC) $(FIRMWARE_CFLAGS) $(WARNINGS) -c -o $@ $<

$(LIBRARY): $(LIBRARY_OBJECTS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# ---- modules ----

define module-rule
$(O)/modules/$(1).o: $(call objects-of,$(module-$(1)))
	@mkdir -p $$(@D)
	$(Q)$(LD) -r -o $$@ $$^
endef
$(foreach module,$(MODULES),$(eval $(call module-rule,$(module))))

# ---- applications ----

# The folder is part of what an object is: two applications may have the same name.
$(A)/app/from: FORCE
	@mkdir -p $(@D)
	@echo "$(abspath $(APP)) $(app-cflags)" | cmp -s - $@ || echo "$(abspath $(APP)) $(app-cflags)" >$@

.PHONY: FORCE
FORCE:

$(A)/app/%.c.o: $(APP)/%.c $(A)/app/from $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(APP_CFLAGS) $(app-warnings) -I$(APP) $(app-cflags) -c -o $@ $<

$(A)/app/%.S.o: $(APP)/%.S $(A)/app/from $(MAKEFILE_PARTS) | $(FIRMWARE_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(APP_CFLAGS) -I$(APP) $(app-cflags) -c -o $@ $<

APP_MODULES := $(addprefix $(O)/modules/,$(addsuffix .o,$(app-modules)))

$(APP_ELF): $(APP_OBJECTS) $(APP_MODULES) $(LIBRARY) linker.ld
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,-T,linker.ld -Wl,-Map,$(@:.elf=.map) -o $@ $(APP_OBJECTS) $(APP_MODULES) \
	    $(LIBRARY) $(LIBFDT)/usr/lib/aarch64-linux-gnu/libfdt.a -L$(NEWLIB)/aarch64-none-elf/lib -lc -lgcc

$(APP_IMAGE): $(APP_ELF)
	@echo "  IMAGE $@"
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(LIBRARY_OBJECTS:.o=.d) $(MODULE_OBJECTS:.o=.d) $(APP_OBJECTS:.o=.d)
