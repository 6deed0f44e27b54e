// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the Ethernet port is plugged into: the environment's wire, or the port itself (loopback of
 * the MAC or the PHY). A few frames can be on their way in each direction; who has no room for
 * another one makes the other side wait, so nothing is lost here unless a test or the command line
 * asks for it. A frame that waits to change places with the next one does not wait for ever.
 */
#include "twin/models/cpsw.h"

#define QUEUE       8u
#define SWAP_WAIT   (2000u * MICROSECOND)
#define NS_PER_BYTE 8u /* at 1 Gbit/s; what is looped back takes its time */
#define MINIMUM     60u
#define DELAY_LIMIT 10000000u /* in microseconds */

struct frame {
    uint64_t due;
    uint32_t length;
    uint8_t data[CPSW_FRAME_MAX];
};

/* A direction: frames in order, and one that the next frame overtakes. */
static struct direction {
    struct frame frames[QUEUE];
    unsigned first, count;
    struct frame held;
    struct model_timer timer, swap;
    bool waits; /* for the other side to have room */
} directions[2];

enum {
    IN,
    OUT,
};

static bool wired;
static bool blocked_host; /* am65x_frame_receive() was refused */

static bool plugged(void)
{
    uint64_t unused;
    return wired && !model_fault_peek(AM65X_FAULT_LINK_DOWN, &unused);
}

static void deliver(unsigned which);

static struct frame *add(struct direction *direction)
{
    return &direction->frames[(direction->first + direction->count++) % QUEUE];
}

static void release_held(unsigned which)
{
    struct direction *direction = &directions[which];
    if (direction->held.length == 0)
        return;
    timer_cancel(&direction->swap);
    *add(direction) = direction->held;
    direction->held.length = 0;
    deliver(which);
}

void cpsw_wire_reset(void)
{
    for (unsigned which = 0; which < COUNT_OF(directions); which++) {
        struct direction *direction = &directions[which];
        direction->first = direction->count = 0;
        direction->held.length = 0;
        direction->waits = false;
        direction->timer = (struct model_timer){.expire = deliver, .argument = which};
        direction->swap = (struct model_timer){.expire = release_held, .argument = which};
    }
    blocked_host = false;
    wired = model_has_wire();
    cpsw_phy_cable(plugged());
}

static bool give(unsigned which, const struct frame *frame)
{
    if (which == IN)
        return cpsw_port_receive(frame->data, frame->length);
    return !plugged() || model_frame_send(frame->data, frame->length);
}

/* Tells those whose frames could not go on. */
static void room_again(unsigned which)
{
    cpsw_port_room();
    if (which == IN && blocked_host) {
        blocked_host = false;
        model_frame_wanted();
    }
}

static void deliver(unsigned which)
{
    struct direction *direction = &directions[which];
    bool moved = false;
    while (direction->count != 0) {
        struct frame *frame = &direction->frames[direction->first];
        uint64_t now = model_now();
        if (frame->due > now) {
            timer_arm(&direction->timer, frame->due - now);
            break;
        }
        direction->waits = !give(which, frame);
        if (direction->waits)
            break;
        direction->first = (direction->first + 1) % QUEUE;
        direction->count--;
        moved = true;
    }
    if (moved)
        room_again(which);
}

void cpsw_wire_resume(void)
{
    directions[IN].waits = false;
    deliver(IN);
}

void am65x_frame_room(void)
{
    directions[OUT].waits = false;
    deliver(OUT);
}

/* ---------------------------------------------------------------- faults */

/* One of so many frames, but not each so-manieth: a protocol may be in step with those. */
static bool chosen(uint32_t every)
{
    return every != 0 && model_some_delay(every) == 0;
}

static bool strikes(enum am65x_fault fault, unsigned which, uint64_t *argument)
{
    uint64_t wanted;
    if (!model_fault_peek(fault, &wanted))
        return false;
    if ((wanted & AM65X_FRAME_BOTH) != 0 && (wanted & (1u << which)) == 0)
        return false;
    return model_fault_take(fault, argument);
}

static bool lost(unsigned which)
{
    uint64_t argument;
    if (!strikes(AM65X_FAULT_FRAME_DROP, which, &argument) && !chosen(model_config()->frames_lost))
        return false;
    model_count(AM65X_COUNT_FRAMES_LOST, 1);
    return true;
}

static bool swapped(unsigned which)
{
    uint64_t argument;
    return strikes(AM65X_FAULT_FRAME_REORDER, which, &argument) ||
           chosen(model_config()->frames_swapped);
}

static uint64_t delay_of(unsigned which)
{
    uint64_t argument = 0;
    if (strikes(AM65X_FAULT_FRAME_DELAY, which, &argument))
        return (argument >> AM65X_FRAME_DELAY_SHIFT) % DELAY_LIMIT * MICROSECOND;
    return (uint64_t)model_config()->frames_delay * MICROSECOND;
}

/* ---------------------------------------------------------------- frames */

static bool has_room(unsigned which)
{
    /* One is kept for a frame that was overtaken. */
    return directions[which].count < QUEUE - 1;
}

static void fill(struct frame *frame, const uint8_t *data, uint32_t length, uint64_t delay)
{
    memcpy(frame->data, data, length);
    frame->length = length;
    if (length < MINIMUM) { /* the partner's MAC pads */
        memset(frame->data + length, 0, MINIMUM - length);
        frame->length = MINIMUM;
    }
    frame->due = model_now() + delay;
}

/* The caller knows that there is room. */
static void pass(unsigned which, const uint8_t *data, uint32_t length)
{
    struct direction *direction = &directions[which];
    model_count(which == IN ? AM65X_COUNT_FRAMES_IN : AM65X_COUNT_FRAMES_OUT, 1);
    if (lost(which))
        return;
    if (direction->held.length == 0 && swapped(which)) {
        fill(&direction->held, data, length, 0);
        timer_arm(&direction->swap, SWAP_WAIT);
        return;
    }
    fill(add(direction), data, length, delay_of(which));
    if (!direction->waits)
        deliver(which);
    release_held(which);
}

bool cpsw_wire_room(bool back)
{
    return has_room(back ? IN : OUT);
}

void cpsw_wire_send(const uint8_t *frame, uint32_t length, bool back)
{
    if (!back) {
        pass(OUT, frame, length);
        return;
    }
    struct direction *direction = &directions[IN];
    fill(add(direction), frame, length, (uint64_t)length * NS_PER_BYTE);
    if (!timer_armed(&direction->timer))
        timer_arm(&direction->timer, (uint64_t)length * NS_PER_BYTE);
}

bool am65x_frame_receive(const void *frame, size_t length)
{
    if (length == 0 || length > CPSW_FRAME_MAX || !plugged() || cpsw_port_loops())
        return true; /* it gets lost */
    if (!has_room(IN)) {
        blocked_host = true;
        return false;
    }
    pass(IN, frame, (uint32_t)length);
    return true;
}

void cpsw_wire_plug(void)
{
    cpsw_phy_cable(plugged());
    if (!plugged())
        am65x_frame_room(); /* into the air */
}

void am65x_link(bool up)
{
    wired = up;
    cpsw_wire_plug();
}
