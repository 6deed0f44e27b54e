# SPDX-License-Identifier: BSD-3-Clause
# The image once more, with checks of its memory accesses and for undefined behaviour compiled in
# (docs/testing.md, "Sanitizers on the target"). FLAVOUR=sanitized is such a build; the ordinary one
# is made without any of this.

ifeq ($(FLAVOUR),sanitized)
FLAVOUR_FOLDERS := tests/sanitize

# The shadow byte of an address is at (address >> 3) + this (tests/sanitize/shadow.h).
SHADOW_OFFSET := 0x77000000

# -fno-optimize-sibling-calls: a function that calls another last stands in the backtrace too.
# No warnings: the ordinary build has them, and here the compiler warns of what it added itself.
FLAVOUR_CFLAGS = -fsanitize=kernel-address -fasan-shadow-offset=$(SHADOW_OFFSET) \
                 --param asan-stack=1 --param asan-globals=1 --param asan-instrument-allocas=0 \
                 --param asan-instrumentation-with-call-threshold=0 -fsanitize-address-use-after-scope \
                 -fsanitize=undefined,bounds-strict -fno-sanitize-recover=all \
                 -fno-optimize-sibling-calls
ORDINARY_WARNINGS := $(WARNINGS)
WARNINGS := -w
FLAVOUR_LDFLAGS = -Wl,-T,tests/sanitize/sanitize.ld \
    $(addprefix -Wl$(COMMA)--wrap=,boot_main heap_last heap_set_further _malloc_r _calloc_r _realloc_r _memalign_r _free_r \
                                   memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp)

# What runs before there is a shadow memory, and what keeps it.
$(O)/firmware/arch/arm64/mmu.c.o $(O)/firmware/tests/sanitize/%.o: FLAVOUR_CFLAGS :=
$(O)/firmware/tests/sanitize/%.o: WARNINGS := $(ORDINARY_WARNINGS)
endif

.PHONY: sanitized check-sanitized
sanitized: $(NEWLIB)/stamp $(LIBFDT)/stamp # not by two makes at once
	@$(MAKE) --no-print-directory FLAVOUR=sanitized firmware
	@$(MAKE) --no-print-directory FLAVOUR=sanitized APP=tests/sanitize/faults firmware

check-sanitized: sanitized twin | $(SETUP)/run
	@tests/run $(O) $(H) --only sanitized
