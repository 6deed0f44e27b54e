// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a priority is (msi/irq.h), for the interrupt layer.
 */
#ifndef MSI_PRIORITY_H
#define MSI_PRIORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irq_priority {
    const char *name;
    void (*use)(int change); /* one more, or one less, interrupt has it, from before it is enabled
                                until no core looks at it; thread context; NULL: the default one */
    uint8_t number;          /* the root's: less is more urgent */
};

static inline bool irq_priority_is_default(const struct irq_priority *priority)
{
    return priority->use == NULL;
}

#endif
