// SPDX-License-Identifier: BSD-3-Clause
/*
 * Included in front of all code that is fuzzed, and of the targets (mk/fuzz.mk): its variables lie
 * in sections of their own, which are put back before each execution, and its memory comes from
 * support/memory.c, which knows what is left over.
 */
#pragma clang section bss = "fuzz_bss" data = "fuzz_data"

#define malloc        fuzz_malloc
#define calloc        fuzz_calloc
#define aligned_alloc fuzz_aligned_alloc
#define free          fuzz_free

/* newlib's, and what the host's own program has already. */
#define sniprintf     snprintf
#define vsniprintf    vsnprintf
#define main          application_main
#define exit          fuzz_exit
int application_main(int argc, char **argv);
