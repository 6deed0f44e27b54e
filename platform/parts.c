// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing parts up, one after the other, without those that need what is not there; and again.
 */
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <errno.h>

LOG_SUBJECT(platform);

#define PARTS_MAX 32u /* a bit each in struct platform_part's needs */

static struct part_state {
    bool up;
    int error;
    unsigned refused; /* ranges of resources that it does without */
} states[PARTS_MAX];

static const struct platform_part *parts;
static unsigned part_count;

/* The first of those that the part needs and that are not up; the number of parts: they all are. */
static unsigned missing(const struct platform_part *part)
{
    unsigned other = 0;

    while (other < part_count && ((part->needs & PLATFORM_NEEDS(other)) == 0 || states[other].up))
        other++;
    return other;
}

static void bring_up(const struct platform_part *part, struct part_state *state)
{
    const unsigned other = missing(part);
    const unsigned refused = ti_sci_refused_ranges();
    int error;

    if (state->up && state->refused == 0)
        return;
    if (other < part_count) {
        state->error = -ENODEV;
        log_error(platform, "%s: off, for want of %s", part->name, parts[other].name);
        return;
    }
    error = part->up();
    if (state->up && error == -EBUSY) /* it can't look again while it is in use */
        return;
    *state = (struct part_state){error == 0, error, ti_sci_refused_ranges() - refused};
    if (error != 0)
        log_error(platform, "%s: error %d", part->name, error);
    else if (state->refused != 0)
        log_warning(platform, "%s: up; ranges refused: %u", part->name, state->refused);
}

/* The error of the first that is not up. */
static int bring_all_up(void)
{
    int error = 0;

    for (unsigned i = 0; i < part_count; i++) {
        bring_up(&parts[i], &states[i]);
        if (error == 0)
            error = states[i].error;
    }
    return error;
}

int platform_bring_up(const struct platform_part *first, unsigned count)
{
    parts = first;
    part_count = count;
    return bring_all_up();
}

void platform_for_each_part(void (*visit)(const char *name, int error, unsigned refused,
                                          void *argument),
                            void *argument)
{
    for (unsigned i = 0; i < part_count; i++)
        visit(parts[i].name, states[i].error, states[i].refused, argument);
}

int platform_retry(void)
{
    return wait_is_allowed() ? bring_all_up() : -EDEADLK;
}

bool platform_is_up(unsigned part)
{
    return states[part].up;
}
