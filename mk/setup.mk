# SPDX-License-Identifier: BSD-3-Clause
# What a target needs and the machine lacks. Each target asks for the groups of packages that it
# uses, so nothing else is installed; tools/setup has the groups.

SETUP := $(BUILD)/setup/$(TARGET)

# $(SETUP)/GROUP exists once the group is installed; again whenever the list of packages changes.
$(SETUP)/%: tools/setup
	@mkdir -p $(@D)
	@tools/setup $(CROSS_COMPILE) $*
	@touch $@

# Several groups at once are one installation.
CHECK_NEEDS := firmware r5f twin run host analysis images board debug sdk templates fuzz source net serial

.PHONY: setup setup-check
setup: setup-check
setup-check:
	@tools/setup $(CROSS_COMPILE) $(CHECK_NEEDS)
	@mkdir -p $(SETUP)
	@touch $(addprefix $(SETUP)/,$(CHECK_NEEDS))

$(NEWLIB)/stamp: tools/build-newlib | $(SETUP)/firmware
	@tools/build-newlib $(CROSS_COMPILE) $(NEWLIB)

# libfdt: Debian's own arm64 build of it, unpacked here.
$(LIBFDT)/stamp: tools/debian-package | $(SETUP)/firmware
	@tools/debian-package libfdt-dev arm64 $(LIBFDT)

.PRECIOUS: $(SETUP)/%
