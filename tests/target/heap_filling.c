// SPDX-License-Identifier: BSD-3-Clause
/*
 * The heap's holes (tests/target/heap_filling.h).
 */
#include "tests/target/heap_filling.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

void *_sbrk(ptrdiff_t increment); /* newlib's, lib/newlib.c */

struct heap_filling {
    struct heap_filling *next;
    uint8_t rest[40];
};

const void *heap_break(void)
{
    return _sbrk(0);
}

struct heap_filling *heap_fill_holes(void)
{
    const void *end = heap_break();
    struct heap_filling *all = NULL;

    while (heap_break() == end) {
        struct heap_filling *one = malloc(sizeof(*one));

        if (one == NULL)
            break;
        one->next = all;
        all = one;
    }
    return all;
}

void heap_free_filling(struct heap_filling *filling)
{
    while (filling != NULL) {
        struct heap_filling *next = filling->next;

        free(filling);
        filling = next;
    }
}
