// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses that may be refused: a synchronous data abort of one becomes an error instead of a
 * panic. An asynchronous one (of a buffered write) can't be told from others and still ends the
 * firmware: hence only loads have a probe, and Device memory's are synchronous.
 *
 * PROBE_FIXUP(at, resume), in assembly, enters a pair of labels into the table that exception.c
 * searches: an abort of the load or store at `at` goes on at `resume`.
 */
#ifndef ARCH_PROBE_H
#define ARCH_PROBE_H

#include <errno.h>
#include <stdint.h>

#define PROBE_FIXUP(at, resume)                                                                    \
    ".pushsection .probe_fixups, \"a\"\n\t.balign 4\n\t.word " #at ", " #resume "\n\t."            \
    "popsection\n"

/* One aligned 32-bit load. 0, or -EFAULT: it was refused, and *value is as it was. Any context. */
static inline int probe_read32(uintptr_t address, uint32_t *value)
{
    uint32_t loaded = *value;
    int error = 0;

    __asm__ volatile("1:\tldr %0, [%2]\n"
                     "\tb 3f\n"
                     "2:\tmvn %1, %3\n"
                     "3:\n" PROBE_FIXUP(1b, 2b)
                     : "+r"(loaded), "+r"(error)
                     : "r"(address), "i"(EFAULT - 1)
                     : "memory");
    *value = loaded;
    return error;
}

#endif
