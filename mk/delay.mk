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
$(addprefix $(O)/firmware/,arch/% drivers/% msi/% platform/% tests/target/msi_churn.c.o): \
    FLAVOUR_CFLAGS = $(DELAY_CFLAGS)
$(O)/firmware/arch/arm64/mmu.c.o: FLAVOUR_CFLAGS :=
FLAVOUR_LDFLAGS = $(addprefix -Wl$(COMMA)--wrap=,main $(DELAY_WRAP))
endif

.PHONY: delayed check-delayed
delayed:
	@$(MAKE) --no-print-directory FLAVOUR=delayed firmware

check-delayed: delayed twin | $(SETUP)/run
	@tests/run $(O) $(H) --only delayed
