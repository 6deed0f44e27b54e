// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ring accelerators' monitors: each looks at one ring, counts or compares, and may send an
 * event (TRM of the AM64x, SPRUIM2, "Monitors"; TI-SCI documentation, "Ring Monitor Configure";
 * registers and modes as TI's CSL for the ring accelerator names them). They are configured by the
 * system firmware and read by software.
 *
 * Of the data sources the count of elements is modelled: no document says where in an element the
 * sizes are that the two others look at.
 */
#include "twin/models/models.h"

#define MONITORS        32u /* the AM65x's board configuration hands out so many */

#define PAGE_SHIFT      12
#define MONITOR_CONTROL 0x0u
#define MONITOR_QUEUE   0x4u
#define MONITOR_DATA0   0x8u
#define MONITOR_DATA1   0xcu
#define CONTROL_EVENT   16
#define CONTROL_SOURCE  8

static struct ring_monitor monitors[NAVSS_COUNT][MONITORS];
static unsigned running; /* rings are seldom monitored, and used often */

void ring_monitor_reset(void)
{
    memset(monitors, 0, sizeof(monitors));
    running = 0;
    ring_monitor_lose_events();
}

void ring_monitor_lose_events(void)
{
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++)
        for (unsigned i = 0; i < MONITORS; i++)
            monitors[navss][i].event = EVENT_NONE;
}

struct ring_monitor *ring_monitor(enum navss navss, unsigned index)
{
    return index < MONITORS ? &monitors[navss][index] : NULL;
}

void ring_monitor_configured(enum navss navss, unsigned index)
{
    struct ring_monitor *monitor = &monitors[navss][index];
    const struct ring *ring = ringacc_ring(navss, monitor->queue);
    uint32_t occupied = ring != NULL ? ring->occupied : 0;

    if (monitor->mode == MONITOR_WATERMARK)
        monitor->data[0] = monitor->data[1] = occupied;
    else if (monitor->mode != MONITOR_THRESHOLD)
        monitor->data[0] = monitor->data[1] = 0;
    running = 0;
    for (unsigned i = 0; i < NAVSS_COUNT * MONITORS; i++)
        running += monitors[i / MONITORS][i % MONITORS].mode != MONITOR_OFF;
}

static void tell(const struct ring_monitor *monitor)
{
    if (monitor->event != EVENT_NONE)
        inta_event(monitor->event);
}

static void look(struct ring_monitor *monitor, const struct ring *ring, int64_t more)
{
    uint32_t before = (uint32_t)(ring->occupied - more);

    switch (monitor->mode) {
    case MONITOR_COUNTS:
        monitor->data[more > 0 ? 0 : 1] += (uint32_t)(more > 0 ? more : -more);
        break;
    case MONITOR_THRESHOLD: /* only when one is crossed */
        if ((ring->occupied < monitor->data[0] && before >= monitor->data[0]) ||
            (ring->occupied > monitor->data[1] && before <= monitor->data[1]))
            tell(monitor);
        break;
    case MONITOR_WATERMARK:
        if (ring->occupied < monitor->data[0])
            monitor->data[0] = ring->occupied;
        if (ring->occupied > monitor->data[1])
            monitor->data[1] = ring->occupied;
        break;
    case MONITOR_STARVATION:
        if (more == 0) {
            monitor->data[0]++;
            tell(monitor);
        }
        break;
    default:
        break;
    }
}

void ring_monitor_change(enum navss navss, unsigned index, int64_t more)
{
    const struct ring *ring = ringacc_ring(navss, index);

    if (running == 0)
        return;
    for (unsigned i = 0; i < MONITORS; i++) {
        struct ring_monitor *monitor = &monitors[navss][i];
        if (monitor->queue == index && monitor->source == 0 &&
            (more != 0 || monitor->mode == MONITOR_STARVATION))
            look(monitor, ring, more);
    }
}

uint64_t ring_monitor_read(unsigned instance, uint64_t offset)
{
    const struct ring_monitor *monitor =
        ring_monitor((enum navss)instance, (unsigned)(offset >> PAGE_SHIFT));

    if (monitor == NULL)
        return 0;
    switch (offset & 0xfff) {
    case MONITOR_CONTROL:
        return (uint32_t)monitor->event << CONTROL_EVENT |
               (uint32_t)monitor->source << CONTROL_SOURCE | monitor->mode;
    case MONITOR_QUEUE:
        return monitor->queue;
    case MONITOR_DATA0:
        return monitor->data[0];
    case MONITOR_DATA1:
        return monitor->data[1];
    default:
        return 0;
    }
}
