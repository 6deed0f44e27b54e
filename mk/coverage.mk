# SPDX-License-Identifier: BSD-3-Clause
# Which lines and branches the tests run, on the host and on the twin (docs/testing.md).

COVERAGE        := $(BUILD)/coverage
COVERAGE_PLUGIN := $(COVERAGE)/plugin.so
GCOV            ?= gcov

.PHONY: coverage check-coverage coverage-host

coverage: firmware twin coverage-host $(COVERAGE_PLUGIN) | $(SETUP)/run $(SETUP)/debug $(SETUP)/coverage
	@tests/coverage/run $(O) $(COVERAGE) $(CROSS_COMPILE) $(GCOV)

# The host tests without sanitizers, which bring branches of their own, and with each line as it stands.
coverage-host:
	@$(MAKE) --no-print-directory H=$(COVERAGE)/host \
	    HOST_SANITIZE="-O0 --coverage -fprofile-update=atomic" host-tests

# Loaded by QEMU, into which its symbols are resolved then.
$(COVERAGE_PLUGIN): tests/coverage/plugin.c tests/coverage/qemu_plugin.h $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARNINGS) -fPIC -shared -I. -o $@ $<

# That the report tells the truth.
check-coverage: $(COVERAGE_PLUGIN) | $(SETUP)/run $(SETUP)/host
	@tests/coverage/test $(COVERAGE_PLUGIN) $(CROSS_COMPILE) $(HOSTCC) $(GCOV)
