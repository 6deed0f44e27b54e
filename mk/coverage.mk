# SPDX-License-Identifier: BSD-3-Clause
# Which lines and branches the tests run, on the host and on the twin (docs/testing.md).

COVERAGE        := $(BUILD)/coverage
COVERAGE_PLUGIN := $(COVERAGE)/plugin.so
COVERAGE_FLAGS  := --coverage -fprofile-update=atomic
GCOV            ?= gcov

.PHONY: coverage check-coverage coverage-host

# What only runs with a VIM at the root.
COVERED_VIM := $(sort $(wildcard drivers/vim/*.c) msi/parents/chain.c)

# Of what is built now; folders may have objects of sources that are no more.
COVERAGE_NOTES = $(patsubst %,$(COVERAGE)/host/%.gcno,$(filter-out tests/% $(COVERED_VIM),$(sort $(HOST_CODE) $(SWEEP_CODE)))) \
                 $(patsubst $(H)/%.o,$(COVERAGE)/host/%.gcno,$(HOST_TEST_OBJECTS)) \
                 $(COVERED_VIM:%=$(COVERAGE)/host-vim/%.gcno)

coverage: firmware twin measure-plugin coverage-host $(COVERAGE_PLUGIN) | $(SETUP)/run $(SETUP)/debug $(SETUP)/coverage
	@tests/coverage/run --cross $(CROSS_COMPILE) --gcov $(GCOV) --notes $(COVERAGE_NOTES) \
	    --firmware $(LIBRARY_OBJECTS) $(MODULE_OBJECTS) $(APP_OBJECTS) --twin $(TWIN_OBJECTS) -- $(O) $(COVERAGE)

# What isn't reported needn't pay for it: here cores spin, and the sweep's GIC looks at all LPIs for one
# that is pending. But a tests/host/test_*.c may have a driver's source in it.
UNCOUNTED := $(addprefix $(COVERAGE)/host/tests/,host/support sweep target)
$(addsuffix /%,$(UNCOUNTED)): HOST_CFLAGS := $(filter-out -O0 $(COVERAGE_FLAGS),$(HOST_CFLAGS))

# The host tests without sanitizers, which bring branches of their own, and with each line as it stands.
# Tests run in threads: without -fprofile-update=atomic counts would get lost, and gcov, which works
# some out from others, would say wrong things.
coverage-host:
	@$(MAKE) --no-print-directory H=$(COVERAGE)/host \
	    HOST_SANITIZE="-O0 $(COVERAGE_FLAGS)" host-tests sweep
	@$(MAKE) --no-print-directory VIM=$(COVERAGE)/host-vim HOST_SANITIZE="-O0 $(COVERAGE_FLAGS)" vim-tests
	@nm -A $(UNCOUNTED:%=%/*.o) >$(COVERAGE)/uncounted
	@! grep -m1 __gcov $(COVERAGE)/uncounted || { echo "coverage: what isn't reported is counted" >&2; exit 1; }

# Loaded by QEMU, into which its symbols are resolved then.
$(COVERAGE_PLUGIN): tests/coverage/plugin.c twin/order/qemu_plugin.h $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARNINGS) -fPIC -shared -I. -o $@ $<

# That the report tells the truth.
check-coverage: $(COVERAGE_PLUGIN) | $(SETUP)/run $(SETUP)/host
	@tests/coverage/test $(COVERAGE_PLUGIN) $(CROSS_COMPILE) $(HOSTCC) $(GCOV)
