// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses that may be refused: a synchronous abort of one becomes an error instead of a panic.
 * (Arm ARM DDI 0487, D1.12 "Synchronous exception types". An asynchronous one, SError, can't be
 * told from others and still ends the firmware.)
 *
 * PROBE_FIXUP(at, resume), in assembly, enters a pair of labels into the table that exception.c
 * searches: an abort of the load or store at `at`, or of the fetch that a call which returns to
 * `at` makes, goes on at `resume`.
 */
#ifndef ARCH_PROBE_H
#define ARCH_PROBE_H

#include <errno.h>
#include <stdint.h>

#define PROBE_FIXUP(at, resume)                                                                    \
    ".pushsection .probe_fixups, \"a\"\n\t.balign 8\n\t.quad " #at ", " #resume "\n\t."            \
    "popsection\n"

/* One aligned 32-bit load. 0, or -EFAULT: it was refused, and *value is as it was. Any context. */
static inline int probe_read32(uintptr_t address, uint32_t *value)
{
    uint32_t loaded = *value;
    int error = 0;

    __asm__ volatile("1:\tldr %w0, [%2]\n"
                     "\tb 3f\n"
                     "2:\tmov %w1, %w3\n"
                     "3:\n" PROBE_FIXUP(1b, 2b)
                     : "+r"(loaded), "+r"(error)
                     : "r"(address), "i"(-EFAULT)
                     : "memory");
    *value = loaded;
    return error;
}

/* One aligned 32-bit store. 0, or -EFAULT: it was refused. Any context. */
static inline int probe_write32(uintptr_t address, uint32_t value)
{
    int error = 0;

    __asm__ volatile("1:\tstr %w2, [%1]\n"
                     "\tb 3f\n"
                     "2:\tmov %w0, %w3\n"
                     "3:\n" PROBE_FIXUP(1b, 2b)
                     : "+r"(error)
                     : "r"(address), "r"(value), "i"(-EFAULT)
                     : "memory");
    return error;
}

#endif
