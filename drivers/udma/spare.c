// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers of ring monitors and proxies: see spare.h (TI-SCI documentation, "AM65x Board
 * Configuration Resource Assignment Type Descriptions").
 */
#include "drivers/udma/spare.h"

#include "arch/spinlock.h"
#include "drivers/ti_sci/ti_sci.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define KINDS_MAX 4u  /* two resources of two Navigators */
#define COUNT_MAX 64u /* of numbers: the AM65x has 32 monitors and 64 proxies */

static struct spinlock lock = SPINLOCK_INIT;
static struct kind {
    bool used;
    uint16_t device;
    uint8_t subtype;
    uint64_t taken; /* a bit for each of the range's numbers */
} kinds[KINDS_MAX];

/* With the lock, as the next. NULL: there is no room. */
static struct kind *find(uint16_t device, uint8_t subtype)
{
    for (unsigned i = 0; i < KINDS_MAX; i++) {
        if (!kinds[i].used)
            kinds[i] = (struct kind){true, device, subtype, 0};
        if (kinds[i].device == device && kinds[i].subtype == subtype)
            return &kinds[i];
    }
    return NULL;
}

static int take(struct kind *kind, const struct ti_sci_range *range, uint16_t *number)
{
    if (kind == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < range->count && range->first + i < COUNT_MAX; i++)
        if ((kind->taken >> (range->first + i) & 1u) == 0) {
            kind->taken |= UINT64_C(1) << (range->first + i);
            *number = (uint16_t)(range->first + i);
            return 0;
        }
    return -ENOSPC;
}

int udma_spare_take(uint16_t device, uint8_t subtype, uint16_t *number)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(device, subtype, &range);
    unsigned long state;

    if (error != 0)
        return error;
    state = spin_lock(&lock);
    error = take(find(device, subtype), &range, number);
    spin_unlock(&lock, state);
    return error;
}

void udma_spare_give_back(uint16_t device, uint8_t subtype, uint16_t number)
{
    unsigned long state = spin_lock(&lock);
    struct kind *kind = find(device, subtype);

    if (kind != NULL && number < COUNT_MAX)
        kind->taken &= ~(UINT64_C(1) << number);
    spin_unlock(&lock, state);
}
