// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ring accelerators of the main and the MCU Navigator Subsystem (AM65x TRM SPRUID7, "Ring
 * Accelerator (RINGACC)"): queues whose elements lie in memory.
 *
 * In ring mode software writes an element itself and then rings the doorbell with +1, or reads it
 * and rings with -1. In message mode it goes through the FIFO window: the access that ends at the
 * window's end pushes or pops. A ring sends its event "up" when it goes from empty to not empty and
 * "down" when it is empty again, and only then. Rings are configured by the system firmware
 * (sysfw_rm.c).
 *
 * A ring's elements lie in memory. In device space, where they might be among the rings' own
 * registers, they reach nobody.
 *
 * A push to a ring that is full, or has no elements, is lost, and tells nobody (TRMs of the DRA821,
 * SPRUIU1, and the AM64x, SPRUIM2: without an overflow ring). In ring mode one side is software's
 * alone: what hardware pushes back into a ring that it takes from, is lost too (TRM of the DRA829,
 * SPRUIL1, "Ring Mode").
 *
 * A ring's memory that answers with a bus error is an error: it is in the error log, with an event
 * up. Software's read of the log sends the event down, and only then the next is noted; the log's
 * contents stay (the same TRMs, "Bus Error").
 *
 * Not modelled: credential mode, queue-manager mode, the overflow ring (its register reads as "no
 * such ring"). Monitors are in ring_monitor.c, proxies in ring_proxy.c.
 */
#include "twin/models/models.h"

#define MAIN_RINGS            818u
#define MCU_RINGS             286u

#define RING_PAGE_SHIFT       12

#define RT_BASE_MAIN          UINT64_C(0x3c000000) /* as bus.c has them */
#define RT_BASE_MCU           UINT64_C(0x2b800000)

/* Real-time registers. */
#define RT_DOORBELL           0x10u
#define RT_OCCUPANCY          0x18u
#define RT_INDEX              0x1cu
#define RT_HARDWARE_OCCUPANCY 0x20u
#define RT_HARDWARE_INDEX     0x24u

/* FIFO windows of 512 bytes each, in the order of enum ring_end. */
#define WINDOW_SHIFT          9
#define WINDOW_SIZE           512u

/* Global configuration. */
#define GCFG_OVERFLOW         0x20u
#define GCFG_ERROR_EVENT      0x40u
#define GCFG_ERROR_LOG        0x44u
#define ERROR_LOG_PUSH        (UINT32_C(1) << 31)
#define NO_OVERFLOW_RING      0xffffu

static struct ring main_rings[MAIN_RINGS];
static struct ring mcu_rings[MCU_RINGS];
static uint16_t error_events[NAVSS_COUNT];
static uint32_t error_logs[NAVSS_COUNT];
static bool logged[NAVSS_COUNT]; /* and not read */

struct ring *ringacc_ring(enum navss navss, unsigned index)
{
    if (navss == NAVSS_MAIN)
        return index < MAIN_RINGS ? &main_rings[index] : NULL;
    return index < MCU_RINGS ? &mcu_rings[index] : NULL;
}

void ringacc_reset(void)
{
    memset(main_rings, 0, sizeof(main_rings));
    memset(mcu_rings, 0, sizeof(mcu_rings));
    memset(error_logs, 0, sizeof(error_logs));
    memset(logged, 0, sizeof(logged));
    ringacc_lose_events();
}

void ringacc_lose_events(void)
{
    for (unsigned i = 0; i < MAIN_RINGS; i++)
        main_rings[i].event = EVENT_NONE;
    for (unsigned i = 0; i < MCU_RINGS; i++)
        mcu_rings[i].event = EVENT_NONE;
    for (unsigned i = 0; i < NAVSS_COUNT; i++)
        error_events[i] = EVENT_NONE;
}

uint16_t *ringacc_error_event(enum navss navss)
{
    return &error_events[navss];
}

static void bus_error(enum navss navss, unsigned index, bool push)
{
    if (logged[navss])
        return;
    error_logs[navss] = (push ? ERROR_LOG_PUSH : 0) | index;
    logged[navss] = true;
    if (error_events[navss] != EVENT_NONE)
        inta_event(error_events[navss]);
}

static uint32_t read_error_log(enum navss navss)
{
    if (logged[navss] && error_events[navss] != EVENT_NONE)
        inta_event_down(error_events[navss]);
    logged[navss] = false;
    return error_logs[navss];
}

uint64_t ringacc_gcfg_read(unsigned instance, uint64_t offset)
{
    switch (offset) {
    case GCFG_OVERFLOW:
        return NO_OVERFLOW_RING;
    case GCFG_ERROR_EVENT:
        return error_events[instance];
    case GCFG_ERROR_LOG:
        return read_error_log((enum navss)instance);
    default:
        return 0;
    }
}

/* All of it is the system firmware's to write. */
void ringacc_gcfg_write(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)instance;
    (void)offset;
    (void)value;
}

/* Who puts or takes elements; as AM65X_EVENT_RING has it. */
#define SOFTWARE UINT64_C(0)
#define HARDWARE AM65X_EVENT_RING_HARDWARE

static void tell_change(const struct ring *ring, int64_t more, uint64_t who)
{
    bool main = ring >= main_rings && ring < &main_rings[MAIN_RINGS];
    uint32_t index = (uint32_t)(main ? ring - main_rings : ring - mcu_rings);
    uint32_t subject = main ? index : AM65X_EVENT_MCU | index;
    ring_monitor_change(main ? NAVSS_MAIN : NAVSS_MCU, index, more);
    model_event(AM65X_EVENT_RING, subject, (uint64_t)more,
                ring->occupied | (uint64_t)ring->event << AM65X_EVENT_RING_EVENT_SHIFT | who);
}

/* Elements have gone from either end. */
static void gone(struct ring *ring, uint32_t count, uint64_t who)
{
    bool was_occupied = ring->occupied != 0;
    ring->occupied -= count;
    if (count != 0)
        tell_change(ring, -(int64_t)count, who);
    if (was_occupied && ring->occupied == 0 && ring->event != EVENT_NONE)
        inta_event_down(ring->event);
}

void ringacc_configured(enum navss navss, unsigned index, uint32_t count)
{
    struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL)
        return;
    if (ring->count == 0 && count != 0)
        model_count(AM65X_COUNT_RINGS, 1);
    if (ring->count != 0 && count == 0)
        model_uncount(AM65X_COUNT_RINGS);
    ring->count = count;
    ring->head = 0;
    gone(ring, ring->occupied, SOFTWARE);
    if (count != 0)
        udmap_ring_configured(navss, index);
}

uint64_t ringacc_registers(enum navss navss, unsigned index)
{
    return (navss == NAVSS_MAIN ? RT_BASE_MAIN : RT_BASE_MCU) +
           ((uint64_t)index << RING_PAGE_SHIFT);
}

/* Its elements are accessed. */
static void for_ring(enum navss navss, unsigned index)
{
    model_for_rings(ringacc_registers(navss, index), ringacc_registers(navss, index));
}

static uint32_t element_size(const struct ring *ring)
{
    return 4u << ring->size_code;
}

static uint64_t element_address(const struct ring *ring, uint32_t position)
{
    return ring->base + (uint64_t)(position % ring->count) * element_size(ring);
}

void ringacc_tell(enum navss navss, unsigned index)
{
    const struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL || ring->occupied == 0 || ring->event == EVENT_NONE)
        return;
    model_count(AM65X_COUNT_RING_EVENTS, 1);
    inta_event(ring->event);
}

/* Elements have joined; a transmit channel may wait for them, or an event be due. */
static void joined(enum navss navss, unsigned index, struct ring *ring, uint32_t count,
                   uint64_t who)
{
    bool was_empty = ring->occupied == 0;
    ring->occupied += count;
    tell_change(ring, count, who);
    if (was_empty)
        ringacc_tell(navss, index);
    udmap_kick(navss, index); /* transmit channel n takes its work from ring n */
    udmap_ring_filled(navss, index);
}

static void left(struct ring *ring, uint32_t count, uint64_t who)
{
    gone(ring, count, who);
    ring->head = (ring->head + count) % ring->count;
}

static uint32_t before_head(const struct ring *ring)
{
    return (ring->head + ring->count - 1) % ring->count;
}

bool ringacc_has(enum navss navss, unsigned index)
{
    const struct ring *ring = ringacc_ring(navss, index);
    return ring != NULL && ring->occupied != 0;
}

bool ringacc_push(enum navss navss, unsigned index, uint64_t element, bool to_head)
{
    struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL || ring->occupied >= ring->count)
        return false;
    uint8_t bytes[256] = {0};
    uint64_t argument;
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(element >> (8 * i));
    for_ring(navss, index);
    uint32_t position = to_head ? before_head(ring) : ring->head + ring->occupied;
    if (!model_ram_write(element_address(ring, position), bytes, element_size(ring))) {
        bus_error(navss, index, true);
        return false;
    }
    if (model_fault_take(AM65X_FAULT_RING_ERROR, &argument))
        bus_error(navss, index, true);
    if (to_head)
        ring->head = before_head(ring);
    joined(navss, index, ring, 1, HARDWARE);
    return true;
}

bool ringacc_pop(enum navss navss, unsigned index, uint64_t *element)
{
    struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL || ring->occupied == 0) {
        ring_monitor_change(navss, index, 0);
        return false;
    }
    uint8_t bytes[8] = {0};
    size_t size = element_size(ring) < sizeof(bytes) ? element_size(ring) : sizeof(bytes);
    for_ring(navss, index);
    bool read = model_ram_read(element_address(ring, ring->head), bytes, size);
    left(ring, 1, HARDWARE);
    if (!read)
        bus_error(navss, index, false);
    *element = 0;
    for (unsigned i = 0; i < 8; i++)
        *element |= (uint64_t)bytes[i] << (8 * i);
    return read;
}

/* The doorbell's count is a signed byte. What does not fit is not taken, as with a push to a full
 * ring or a pop from an empty one. */
static void doorbell(enum navss navss, unsigned index, uint32_t value)
{
    struct ring *ring = ringacc_ring(navss, index);
    int32_t count = (int32_t)(value & 0x7f) - (int32_t)(value & 0x80);
    if (ring == NULL || ring->count == 0 || count == 0)
        return;
    if (count > 0) {
        uint32_t room = ring->count - ring->occupied;
        uint32_t more = (uint32_t)count < room ? (uint32_t)count : room;
        if (more != 0)
            joined(navss, index, ring, more, SOFTWARE);
    } else {
        uint32_t fewer = (uint32_t)-count;
        left(ring, fewer < ring->occupied ? fewer : ring->occupied, SOFTWARE);
    }
}

uint64_t ringacc_rt_read(unsigned instance, uint64_t offset)
{
    const struct ring *ring =
        ringacc_ring((enum navss)instance, (unsigned)(offset >> RING_PAGE_SHIFT));
    if (ring == NULL)
        return 0;
    switch (offset & 0xfff) {
    case RT_OCCUPANCY:
    case RT_HARDWARE_OCCUPANCY:
        return ring->occupied;
    case RT_INDEX:
    case RT_HARDWARE_INDEX:
        return ring->head;
    default:
        return 0;
    }
}

void ringacc_rt_write(unsigned instance, uint64_t offset, uint64_t value)
{
    unsigned index = (unsigned)(offset >> RING_PAGE_SHIFT);
    if ((offset & 0xfff) == RT_DOORBELL)
        doorbell((enum navss)instance, index, (uint32_t)value);
}

/* ---------------------------------------------------------------- FIFO windows */

struct window_access {
    struct ring *ring;
    unsigned index;
    enum ring_end end;
    uint32_t word; /* of the element */
    bool last;     /* the element's last word */
};

/* An element lies at the end of its window. false: not a word of one. */
static bool window_access(enum navss navss, uint64_t offset, struct window_access *access)
{
    access->index = (unsigned)(offset >> RING_PAGE_SHIFT);
    access->ring = ringacc_ring(navss, access->index);
    uint32_t position = (uint32_t)(offset & (WINDOW_SIZE - 1));
    access->end = (enum ring_end)((offset & 0xfff) >> WINDOW_SHIFT);
    if (access->ring == NULL || access->ring->count == 0 || access->end > RING_PEEK_TAIL ||
        position < WINDOW_SIZE - element_size(access->ring))
        return false;
    access->word = (position - (WINDOW_SIZE - element_size(access->ring))) / 4;
    access->last = position == WINDOW_SIZE - 4;
    return true;
}

static bool at_tail(enum ring_end end)
{
    return end == RING_TAIL || end == RING_PEEK_TAIL;
}

/* Where the element at an end is. */
static uint32_t end_position(const struct ring *ring, enum ring_end end)
{
    return ring->head + (at_tail(end) ? ring->occupied - 1 : 0);
}

static void taken(struct ring *ring, enum ring_end end)
{
    if (end == RING_HEAD)
        left(ring, 1, SOFTWARE);
    else if (end == RING_TAIL)
        gone(ring, 1, SOFTWARE);
}

bool ringacc_put(enum navss navss, unsigned index, enum ring_end end, const uint32_t *words)
{
    struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL || ring->occupied >= ring->count)
        return false;
    bool head = end == RING_HEAD;
    for_ring(navss, index);
    if (!model_ram_write(
            element_address(ring, head ? before_head(ring) : ring->head + ring->occupied), words,
            element_size(ring))) {
        bus_error(navss, index, true);
        return false;
    }
    if (head)
        ring->head = before_head(ring);
    joined(navss, index, ring, 1, SOFTWARE);
    return true;
}

bool ringacc_take(enum navss navss, unsigned index, enum ring_end end, uint32_t *words)
{
    struct ring *ring = ringacc_ring(navss, index);
    if (ring == NULL || ring->occupied == 0) {
        ring_monitor_change(navss, index, 0);
        return false;
    }
    for_ring(navss, index);
    if (!model_ram_read(element_address(ring, end_position(ring, end)), words,
                        element_size(ring)) &&
        end <= RING_TAIL)
        bus_error(navss, index, false);
    taken(ring, end);
    return true;
}

uint64_t ringacc_fifo_read(unsigned instance, uint64_t offset)
{
    struct window_access access;
    if (!window_access((enum navss)instance, offset, &access))
        return 0;
    struct ring *ring = access.ring;
    if (ring->occupied == 0) {
        if (access.last)
            ring_monitor_change((enum navss)instance, access.index, 0);
        return 0;
    }
    uint8_t bytes[4] = {0};
    for_ring((enum navss)instance, access.index);
    if (!model_ram_read(element_address(ring, end_position(ring, access.end)) + 4 * access.word,
                        bytes, 4) &&
        access.last && access.end <= RING_TAIL)
        bus_error((enum navss)instance, access.index, false);
    if (access.last)
        taken(ring, access.end);
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void ringacc_fifo_write(unsigned instance, uint64_t offset, uint64_t value)
{
    struct window_access access;
    if (!window_access((enum navss)instance, offset, &access) || access.end > RING_TAIL)
        return;
    access.ring->window[access.word] = (uint32_t)value;
    if (access.last)
        (void)ringacc_put((enum navss)instance, access.index, access.end, access.ring->window);
}
