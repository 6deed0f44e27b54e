# SPDX-License-Identifier: BSD-3-Clause
# The image once more, with pauses of random length where another core could come between
# (docs/testing.md, "Delays"). FLAVOUR=delayed is such a build; the ordinary one is made without any
# of this.

ifeq ($(FLAVOUR),delayed)
FLAVOUR_FOLDERS := tests/delay

# The compiler calls a function at each access; the functions are tests/delay/'s. The calls of this
# build's compiler are counted by their return addresses, hence -fno-optimize-sibling-calls.
DELAY_CFLAGS = -fsanitize=thread --param tsan-distinguish-volatile=1 -fno-optimize-sibling-calls \
               -include tests/delay/registers.h
DELAY_WRAP   = spin_lock spin_unlock mutex_lock mutex_unlock irq_save irq_restore

# Where cores meet, and the handlers of the load; arch/arm64/mmu.c runs with the MMU off.
$(addprefix $(O)/firmware/,arch/% drivers/% msi/% platform/% tests/target/msi_churn.c.o tests/target/msi_siege.c.o): \
    FLAVOUR_CFLAGS = $(DELAY_CFLAGS)
$(O)/firmware/arch/arm64/mmu.c.o: FLAVOUR_CFLAGS :=
FLAVOUR_LDFLAGS = $(addprefix -Wl$(COMMA)--wrap=,main $(DELAY_WRAP))
endif

# The host's: HOST_DELAYED=1, in a folder of its own for each sanitizer. Points are basic blocks (a
# coverage the compiler can do beside a sanitizer), atomic operations, registers and locks; threads
# run one at a time.
HOST_DELAY_CODE    := $(addprefix tests/delay/,calls.c host.c points.c turns.c)
HOST_DELAY_CFLAGS   = -fsanitize-coverage=trace-pc -include tests/delay/around_atomics.h -include tests/delay/registers.h
HOST_DELAY_WRAP     = main spin_lock spin_unlock mutex_lock mutex_unlock irq_save irq_restore sched_yield \
                      pthread_create pthread_join pthread_mutex_lock pthread_cond_wait pthread_cond_broadcast
DELAYED_TESTS      := test_msi_siege test_msi_parallel test_udma_parallel test_udma_packet_races test_udma_transfer_races
DELAYED_PROGRAMS   := $(foreach sanitizer,asan tsan,$(addprefix $(BUILD)/delayed-$(sanitizer)/,$(DELAYED_TESTS)))

# So long they run again and again, each time with another seed; 0: once.
DELAY_SECONDS      ?= 0

.PHONY: delayed check-delayed delayed-host-tests
# What both makes want is made by this one: with -j they would make it at the same time.
delayed: $(NEWLIB)/stamp $(LIBFDT)/stamp
	@$(MAKE) --no-print-directory FLAVOUR=delayed firmware

delayed-host-tests: $(BUILD)/host/libcode.a tsan-tests | $(SETUP)/host
	@$(MAKE) --no-print-directory HOST_DELAYED=1 HOST_PLAIN=$(H) H=$(BUILD)/delayed-asan \
	    $(addprefix $(BUILD)/delayed-asan/,$(DELAYED_TESTS))
	@$(MAKE) --no-print-directory HOST_DELAYED=1 HOST_PLAIN=$(TSAN) H=$(BUILD)/delayed-tsan \
	    HOST_SANITIZE="$(TSAN_SANITIZE)" \
	    $(addprefix $(BUILD)/delayed-tsan/,$(DELAYED_TESTS))

check-delayed: delayed delayed-host-tests twin | $(SETUP)/run
	@DELAY_SECONDS=$(DELAY_SECONDS) tests/run $(O) $(H) --only delayed
