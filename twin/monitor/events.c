// SPDX-License-Identifier: BSD-3-Clause
/*
 * Events with time and core, in a ring of records in the twin's memory. tools/twin reads it from
 * outside when the run has ended, however it ended (tools/k3twin/trace.py has the same layout).
 * When the ring is full the oldest records go.
 *
 * Any core writes at any time, with or without locks: it takes a number, which says where in the
 * ring, fills the record in, and last of all writes the number into it. A record whose number is
 * not the expected one was not finished when the machine stopped.
 *
 * The head of the ring is not initialised: the board's memory is zero when it is switched on, and
 * a reset of the guest is to leave what came before.
 */
#include <string.h>

#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

struct record {
    uint64_t number; /* how many came before, + 1 */
    uint64_t ticks;  /* CNTPCT_EL0 */
    uint8_t kind;
    uint8_t core;
    uint8_t size; /* of the bytes */
    uint8_t reserved;
    uint32_t subject;
    uint64_t first, second;
    uint8_t bytes[EVENT_BYTES_MAX];
    uint8_t padding[24];
};

_Static_assert(sizeof(struct record) == 128, "as tools/k3twin/trace.py has it");

struct head {
    uint64_t taken; /* numbers given out */
    uint64_t ticks_per_second;
};

#define RECORDS_OFFSET 128u

static struct head *head(void)
{
    return (struct head *)(uintptr_t)EVENTS_BASE;
}

void event(unsigned kind, uint32_t subject, uint64_t first, uint64_t second, const void *bytes,
           size_t size)
{
    struct record *records = (struct record *)(uintptr_t)(EVENTS_BASE + RECORDS_OFFSET);
    uint64_t number;
    struct record *record;

    if (!events_wanted())
        return;
    head()->ticks_per_second = read_sysreg(cntfrq_el0);
    number = __atomic_fetch_add(&head()->taken, 1, __ATOMIC_RELAXED);
    record = &records[number & (parameters()->events - 1)];
    __atomic_store_n(&record->number, 0, __ATOMIC_RELAXED);
    record->ticks = read_sysreg(cntpct_el0);
    record->kind = (uint8_t)kind;
    record->core = (uint8_t)cpu_id();
    record->size = (uint8_t)size;
    record->subject = subject;
    record->first = first;
    record->second = second;
    if (size != 0)
        memcpy(record->bytes, bytes, size);
    __atomic_store_n(&record->number, number + 1, __ATOMIC_RELEASE);
}
