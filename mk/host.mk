# SPDX-License-Identifier: BSD-3-Clause
# The portable firmware code and the device models, compiled for this machine under sanitizers;
# tests/host/include stands in for arch/arm64/include and arch/common/include.

H            := $(BUILD)/host
# What is at the root of the interrupt layer: drivers/gic, or drivers/vim (below).
HOST_ROOT    ?= gic
HOST_SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS   = -std=gnu11 -O1 -g -fno-omit-frame-pointer $(WARNINGS) $(HOST_SANITIZE) -MMD -MP -I. \
                -Itests/host/$(HOST_ROOT)/include -Itests/host/include -Idrivers/$(HOST_ROOT)/include -DHOST_TEST=1 -Dsniprintf=snprintf
HOST_CODE    := $(sort $(filter drivers/cpsw/% drivers/e1000e/% drivers/link/% drivers/mailbox/% drivers/nvme/% drivers/pci/% drivers/r5f/% drivers/serial/% drivers/ti_sci/% drivers/udma/% drivers/gic/its_% msi/%,$(library-sources)) \
                  $(wildcard twin/models/*.c tests/host/support/*.c)) \
                arch/common/completion.c arch/common/deadline.c arch/common/idle.c drivers/rpmsg/rpmsg.c drivers/rpmsg/vring.c lib/block.c lib/command.c \
                lib/device_tree.c lib/device_tree_pci.c lib/device_tree_phy.c lib/device_tree_r5f.c lib/log_buffer.c lib/trace.c \
                lib/ymodem.c platform/mailbox.c platform/main_intr.c app/prompt/line_editor.c twin/monitor/decode.c \
                twin/monitor/r5f_decode.c \
                $(addprefix tests/target/,all_cores.c counting.c link_talk.c mailbox_talk.c mcasp_loopback.c msi_churn.c msi_siege.c soc_a53.c thread_calls.c)
# With a VIM at the root there is one core, and no ITS; what the system firmware does is asked of its model.
ifeq ($(HOST_ROOT),vim)
HOST_CODE    := $(sort $(filter-out msi/parents/its.c msi/parents/lpi_regions.c,$(filter msi/%,$(library-sources))) \
                  $(wildcard drivers/vim/*.c twin/models/*.c) $(filter-out tests/host/vim/test_%.c,$(wildcard tests/host/vim/*.c)) \
                  $(addprefix tests/host/support/,alarm_host.c arch_interrupt.c arch_log.c arch_machine.c arch_smp.c arch_wait.c msi_case.c \
                    r5f_host.c)) \
                arch/common/deadline.c arch/common/idle.c lib/trace.c
# GCC 12 warns of a second core's place, where there is none and no core.
HOST_CFLAGS  += -Wno-stringop-overflow -Wno-array-bounds
endif
HOST_TESTS   := $(patsubst tests/host/%.c,$(H)/%,$(sort $(wildcard tests/host/test_*.c)))
HOST_OBJECTS := $(addprefix $(H)/,$(addsuffix .o,$(HOST_CODE)))
HOST_TEST_OBJECTS := $(HOST_TESTS:$(H)/%=$(H)/tests/host/%.c.o)

HOST_FDT      = -lfdt

.PHONY: host-tests tsan-tests
host-tests: $(HOST_TESTS)

$(H)/%.c.o: %.c $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_FIRST) $(HOST_CFLAGS) -c -o $@ $<

# With delays (mk/delay.mk) where the firmware and the tests are; the machine that they run on is
# HOST_PLAIN's. What makes the pauses has no sanitizer: the thread sanitizer must not see who lets whom
# go on.
ifdef HOST_DELAYED
HOST_PLAIN         ?= $(BUILD)/host
HOST_DELAY_OBJECTS := $(HOST_DELAY_CODE:%=$(H)/%.o)
HOST_DELAYED_CODE  := $(filter drivers/% msi/% tests/target/%,$(HOST_CODE))
HOST_OBJECTS       := $(HOST_DELAYED_CODE:%=$(H)/%.o) $(addprefix $(HOST_PLAIN)/,$(addsuffix .o,$(filter-out $(HOST_DELAYED_CODE),$(HOST_CODE))))
$(HOST_DELAYED_CODE:%=$(H)/%.o) $(HOST_TEST_OBJECTS): HOST_CFLAGS += $(HOST_DELAY_CFLAGS)
$(HOST_DELAY_OBJECTS): override HOST_SANITIZE :=
HOST_WRAP := $(HOST_DELAY_WRAP)

$(HOST_PLAIN)/%.c.o: %.c $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -c -o $@ $<
endif

$(H)/libcode.a: $(HOST_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

# Functions that a test puts its own in the place of.
$(H)/test_msi_undo: WRAP = calloc ti_sci_event_map ti_sci_event_unmap ti_sci_route_map ti_sci_route_unmap \
                           its_map_device its_open_event its_discard_event \
                           gic_configure gic_set_affinity
$(H)/test_udma_faults: WRAP = calloc aligned_alloc ti_sci_batch ti_sci_ring_configure \
                              ti_sci_psil_pair ti_sci_psil_unpair ti_sci_get_range irq_free irq_synchronize host_mmio_read \
                              snprintf
$(H)/test_udma_parallel $(H)/test_udma_packet_races $(H)/test_udma_transfer_races: WRAP = irq_free
$(H)/test_pci_msi: WRAP = calloc its_map_device its_unmap_device its_open_event its_discard_event
$(H)/test_packets: WRAP = psil_find
$(H)/test_cpsw: WRAP = ti_sci_device_get ti_sci_device_put udma_send
$(H)/test_cpsw_blocks: WRAP = host_mmio_read
$(H)/test_pdma: WRAP = psil_send_bytes psil_ready psil_ended
$(H)/test_r5f: WRAP = host_mmio_read host_mmio_write r5f_memory_find
$(H)/test_serial: WRAP = calloc aligned_alloc udma_receive_close
$(H)/test_link: WRAP = mailbox_close irq_free
$(H)/test_nvme: WRAP = host_mmio_read host_mmio_write calloc aligned_alloc irq_request timeout_end work_cancel
$(H)/test_e1000e: WRAP = calloc aligned_alloc irq_request irq_free
$(H)/test_nvme_pci: WRAP = host_mmio_read host_mmio_write irq_synchronize
$(H)/test_pci_am65x: WRAP = host_mmio_read
$(H)/test_gic: WRAP = dcache_clean_invalidate
$(H)/test_its_table: WRAP = dcache_clean_invalidate
$(H)/test_msi_scarce: WRAP = ti_sci_get_range ti_sci_event_unmap ti_sci_route_unmap intr_lines_spare
$(H)/test_msi_restore: WRAP = ti_sci_event_map ti_sci_route_map
$(H)/test_cpsw_model: WRAP = psil_send_packet psil_ready

# It has the reader's source in it and counts what runs, also in libfdt: so that has to be linked in.
$(H)/test_device_tree_cost: WRAP = memchr memcmp strlen strnlen fdt_next_tag
$(H)/test_device_tree_cost: HOST_FDT = -l:libfdt.a
$(H)/tests/host/test_device_tree_cost.c.o: HOST_CFLAGS := $(HOST_CFLAGS) -fsanitize-coverage=trace-pc

# Where tests/host/support/interleave.c lets another core come in between.
INTERLEAVED := calloc spin_lock spin_unlock mutex_lock mutex_unlock wait_for host_mmio_read host_mmio_write \
               gic_enable gic_disable gic_configure gic_set_affinity gic_clear_pending gic_send_sgi \
               its_map_event its_open_event its_move_event its_discard_event its_enable_event its_disable_event its_silence_lpi \
               ti_sci_event_map ti_sci_event_unmap ti_sci_route_map ti_sci_route_unmap ti_sci_get_range
$(H)/test_promises $(H)/test_msi_errors $(H)/test_msi_held $(H)/test_msi_locks $(H)/test_udma_close $(H)/test_starving $(H)/test_mailbox: WRAP = $(INTERLEAVED)
$(H)/test_stray: WRAP = $(INTERLEAVED) log_write
$(H)/test_msi_start: WRAP = $(INTERLEAVED) its_lpi_limit
$(H)/test_msi_races: WRAP = $(INTERLEAVED) gic_acknowledge
$(H)/test_storm: WRAP = $(INTERLEAVED) gic_acknowledge gic_end log_write

$(HOST_TESTS): $(H)/test_%: $(H)/tests/host/test_%.c.o $(HOST_DELAY_OBJECTS) $(H)/libcode.a $(MAKEFILE_PARTS)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $< $(HOST_DELAY_OBJECTS) $(H)/libcode.a $(addprefix -Wl$(COMMA)--wrap=,$(WRAP) $(HOST_WRAP)) -lcmocka -lpthread $(HOST_FDT)

-include $(HOST_OBJECTS:.o=.d) $(HOST_TEST_OBJECTS:.o=.d) $(HOST_DELAY_OBJECTS:.o=.d)

# The fault sweep: the firmware's own GIC driver and bring-up too, on a GIC by its registers.
SWEEP         := $(H)/sweep
SWEEP_CODE    := $(filter-out tests/host/support/gic_host.c tests/host/support/its_host.c \
                   tests/host/support/msi_%.c tests/host/support/rpmsg_host.c tests/host/support/soc_host.c tests/host/support/udma_host.c tests/host/support/interleave.c tests/host/support/close_race.c tests/target/% app/% lib/command.c lib/device_tree.c lib/device_tree_pci.c lib/device_tree_phy.c lib/device_tree_r5f.c,$(HOST_CODE)) \
                 $(filter-out $(HOST_CODE),$(filter drivers/gic/%.c,$(library-sources))) \
                 drivers/uart/uart.c platform/common.c platform/cpsw.c platform/devices.c platform/mailbox.c platform/navigator.c platform/parts.c platform/platform.c platform/resources.c platform/serial.c platform/watchdog.c \
                 lib/device_tree.c lib/device_tree_pci.c lib/device_tree_phy.c lib/device_tree_r5f.c tests/target/life.c tests/target/life_devices.c tests/target/life_link.c tests/target/life_report.c $(sort $(wildcard tests/sweep/*.c))
SWEEP_OBJECTS := $(addprefix $(H)/,$(addsuffix .o,$(SWEEP_CODE)))
SWEEP_WRAP    := calloc malloc aligned_alloc free log_write ti_sci_request ti_sci_request_all host_mmio_read host_mmio_write \
                 gic_init gic_core_init gic_configure gic_set_affinity gic_enable gic_disable gic_clear_pending irq_mask irq_unmask \
                 smp_run_all udma_copy

.PHONY: sweep
sweep: $(SWEEP)

# Not in HOST_CFLAGS: the coverage build (mk/coverage.mk) has others of these for a wider pattern, and
# make takes a variable's value from the narrowest.
$(H)/drivers/gic/gic_cpu_interface.c.o $(H)/tests/sweep/%.c.o: HOST_FIRST := -Itests/sweep/include

# The model of the UART has a function of the driver's name.
$(H)/drivers/uart/uart.c.o: HOST_CFLAGS := -Duart_write=uart_driver_write $(HOST_CFLAGS)

$(SWEEP): $(SWEEP_OBJECTS)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $^ $(addprefix -Wl$(COMMA)--wrap=,$(SWEEP_WRAP)) -lpthread $(HOST_FDT)

-include $(SWEEP_OBJECTS:.o=.d)

# Once more with a sanitizer that excludes the others: those of which threads are the subject.
# -Wno-tsan: the sanitizer does not follow fences; it is locks and atomics that it looks at here.
TSAN       := $(BUILD)/tsan
TSAN_SANITIZE := -fsanitize=thread -Wno-tsan
TSAN_TESTS := test_cpsw test_e1000e test_link test_local test_mailbox test_nvme test_timeout test_statistics test_work test_msi_parallel test_msi_races test_pci_msi_parallel test_udma_parallel \
              test_udma_deferred test_udma_coalesce test_udma_error_events test_udma_packet_races test_udma_transfer_races

tsan-tests:
	@$(MAKE) --no-print-directory H=$(TSAN) HOST_SANITIZE="$(TSAN_SANITIZE)" \
	    $(addprefix $(TSAN)/,$(TSAN_TESTS))

# Once more what is different with another root: the interrupt layer on an R5F's VIM.
VIM_TESTS := $(patsubst tests/host/vim/%.c,%,$(sort $(wildcard tests/host/vim/test_*.c)))
VIM       := $(BUILD)/host-vim

$(addprefix $(H)/,$(VIM_TESTS)): $(H)/%: $(H)/tests/host/vim/%.c.o $(H)/libcode.a $(MAKEFILE_PARTS)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $< $(H)/libcode.a $(addprefix -Wl$(COMMA)--wrap=,$(WRAP)) -lcmocka -lpthread

-include $(VIM_TESTS:%=$(H)/tests/host/vim/%.c.d)

.PHONY: vim-tests
vim-tests: | $(SETUP)/host
	@$(MAKE) --no-print-directory H=$(VIM) HOST_ROOT=vim $(addprefix $(VIM)/,$(VIM_TESTS))
