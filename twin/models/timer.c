// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the models have to do later: a binary heap of armed timers, earliest first. Timers live in
 * their owners; the heap holds pointers to them.
 */
#include "twin/models/models.h"

#define TIMER_MAX 640u

static struct model_timer *queue[TIMER_MAX + 1]; /* from 1: children of n are 2n and 2n + 1 */
static unsigned armed;

void timers_reset(void)
{
    while (armed != 0)
        timer_cancel(queue[armed]);
}

static void place(struct model_timer *timer, unsigned position)
{
    queue[position] = timer;
    timer->position = position;
}

static void sift_up(struct model_timer *timer, unsigned position)
{
    while (position > 1 && queue[position / 2]->due > timer->due) {
        place(queue[position / 2], position);
        position /= 2;
    }
    place(timer, position);
}

static void sift_down(struct model_timer *timer, unsigned position)
{
    for (;;) {
        unsigned child = 2 * position;
        if (child > armed)
            break;
        if (child < armed && queue[child + 1]->due < queue[child]->due)
            child++;
        if (queue[child]->due >= timer->due)
            break;
        place(queue[child], position);
        position = child;
    }
    place(timer, position);
}

void timer_cancel(struct model_timer *timer)
{
    unsigned position = timer->position;
    if (position == 0)
        return;
    timer->position = 0;
    struct model_timer *last = queue[armed--];
    if (last == timer)
        return;
    if (position > 1 && queue[position / 2]->due > last->due)
        sift_up(last, position);
    else
        sift_down(last, position);
}

void timer_arm(struct model_timer *timer, uint64_t delay)
{
    timer_cancel(timer);
    if (armed == TIMER_MAX)
        return; /* cannot happen: the models own fewer timers than that */
    timer->due = model_now() + delay;
    sift_up(timer, ++armed);
}

bool timer_armed(const struct model_timer *timer)
{
    return timer->position != 0;
}

void timers_run(uint64_t now)
{
    while (armed != 0 && queue[1]->due <= now) {
        struct model_timer *timer = queue[1];
        timer_cancel(timer);
        timer->expire(timer->argument);
    }
}

uint64_t timers_next(void)
{
    return armed != 0 ? queue[1]->due : UINT64_MAX;
}
