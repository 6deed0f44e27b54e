// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rests: where messages come as fast as a core can take them, they leave its threads nothing, and
 * the ring's interrupt would in the end be masked as a storm, for good. Before that, what has come
 * is left in the ring for a while. Meanwhile the other side fills its share of the ring and waits.
 */
#include "drivers/link/internal.h"
#include "msi/handler.h"

#include <errno.h>

#define REST_US 1000u

static void end(void *context)
{
    struct link *link = context;

    __atomic_store_n(&link->resting, false, __ATOMIC_RELEASE);
    (void)link_run(link); /* unmasks the ring's interrupt, which knows of what is left */
}

int link_rest_open(struct link *link)
{
    int error = timeout_begin(&link->rest, end, link);

    link->may_rest = error == 0;
    return error == -EBUSY ? 0 : error; /* somebody else has the alarm: then without rests */
}

int link_rest_close(struct link *link)
{
    int error = link->may_rest ? timeout_end(&link->rest) : 0;

    if (error == 0)
        link->may_rest = false;
    return error;
}

void link_rest_if_due(struct link *link)
{
    if (!link->may_rest || link_is_resting(link) || !irq_should_rest())
        return;
    __atomic_store_n(&link->resting, true, __ATOMIC_RELEASE);
    if (timeout_set(&link->rest, REST_US) != 0)
        __atomic_store_n(&link->resting, false, __ATOMIC_RELEASE);
}
