# SPDX-License-Identifier: BSD-3-Clause
# The twin: the monitor and the device models, freestanding, without newlib.

TWIN_SOURCES := $(sort $(wildcard twin/monitor/*.[cS] twin/models/*.c))
TWIN_OBJECTS := $(addprefix $(O)/,$(addsuffix .o,$(TWIN_SOURCES)))
TWIN         := $(O)/twin.elf
TWIN_CFLAGS   = -std=c11 -O2 -ffreestanding $(TARGET_FLAGS) $(COMPILER_INCLUDES) -Itwin/monitor/include -I.

.PHONY: twin order
twin: $(TWIN)

# It runs at EL3 with the MMU off, where unaligned accesses and FP registers are out (TARGET_FLAGS).
$(O)/twin/%.c.o: twin/%.c $(MAKEFILE_PARTS) | $(SETUP)/twin
	@mkdir -p $(@D)
	$(Q)$(CC) $(TWIN_CFLAGS) $(WARNINGS) -c -o $@ $<

$(O)/twin/%.S.o: twin/%.S $(MAKEFILE_PARTS) | $(SETUP)/twin
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -I. -c -o $@ $<

$(TWIN): $(TWIN_OBJECTS) twin/monitor/twin.ld
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,-T,twin/monitor/twin.ld -o $@ $(TWIN_OBJECTS) -lgcc

-include $(TWIN_OBJECTS:.o=.d)

# The plugin of QEMU's for the mood order; QEMU resolves its symbols when it loads it.
ORDER_PLUGIN := $(O)/order.so
order: $(ORDER_PLUGIN)

$(ORDER_PLUGIN): twin/order/order.c twin/order/qemu_plugin.h twin/monitor/order.h $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	@echo "  HOSTLD $@"
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARNINGS) -fPIC -shared -pthread -I. -o $@ $<

# The plugin that measures (docs/performance.md).
MEASURE_PLUGIN := $(O)/measure.so
.PHONY: measure-plugin
measure-plugin: $(MEASURE_PLUGIN)

$(MEASURE_PLUGIN): twin/measure/measure.c twin/order/qemu_plugin.h $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	@echo "  HOSTLD $@"
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARNINGS) -fPIC -shared -I. -o $@ $<
