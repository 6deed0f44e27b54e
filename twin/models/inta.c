// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt aggregators UDMASS_INTA0 of the main Navigator Subsystem and of the MCU domain's
 * (AM65x TRM SPRUID7, "Interrupt Aggregator (INTR_AGGR)"; TI-SCI documentation for the AM65x,
 * "Interrupt Management Device Descriptions"): 4608 and 1536 global events, each steered to one of
 * 64 status bits of one of 256 virtual interrupts. A virtual interrupt's output is a level: high
 * while a bit is both set and enabled. An "up" event sets the bit, a "down" event clears it, and so
 * does software. Several events may share a bit: TI's firmware refuses only a 65th event of a
 * virtual interrupt.
 *
 * In the mood slow-events they come late, several at a time, and of what a source has sent
 * meanwhile only the last counts: an up that was taken back has never been.
 *
 * Registers, 64 bits each, a page of 4 KiB for each virtual interrupt. Not modelled: counted and
 * multicast events, and local events.
 */
#include "twin/models/models.h"

/* Both aggregators' in one table, the MCU's behind the main one's. */
#define VINTS_EACH        256u
#define VINT_COUNT        (NAVSS_COUNT * VINTS_EACH)
#define EVENTS_MAIN       4608u
#define EVENTS_MCU        1536u
#define EVENT_COUNT       (EVENTS_MAIN + EVENTS_MCU)
#define EVENT_MCU_FIRST   16384u /* the global number */
#define BIT_COUNT         64u

#define VINT_PAGE_SHIFT   12
#define VINT_ENABLE_SET   0x00u
#define VINT_ENABLE_CLEAR 0x08u
#define VINT_STATUS_SET   0x10u
#define VINT_STATUS_CLEAR 0x18u
#define VINT_STATUS_MASK  0x20u /* status and enable */

static struct {
    uint64_t enable, status;
    unsigned mapped; /* events that are steered to it */
    bool level;
} vints[VINT_COUNT];

static struct {
    bool mapped;
    uint8_t bit;
    uint16_t vint;
} events[EVENT_COUNT];

/* Events on their way, in the mood slow-events: what each was last. */
enum late {
    LATE_NONE,
    LATE_UP,
    LATE_DOWN,
};
#define LATE_MAX    256u /* more of them, and all arrive */
#define LATE_LEAST  (5u * MICROSECOND)
#define LATE_SPREAD (40u * MICROSECOND)

static uint8_t late[EVENT_COUNT];      /* enum late */
static uint16_t late_events[LATE_MAX]; /* their places in the tables */
static unsigned late_count;
static struct model_timer late_timer;

static void late_events_arrive(unsigned argument);

/* The place of a global event in the tables; EVENT_COUNT: no aggregator has it. */
static unsigned place_of(uint16_t event)
{
    if (event < EVENTS_MAIN)
        return event;
    if (event >= EVENT_MCU_FIRST && event < EVENT_MCU_FIRST + EVENTS_MCU)
        return EVENTS_MAIN + (event - EVENT_MCU_FIRST);
    return EVENT_COUNT;
}

static uint16_t number_of(unsigned place)
{
    return (uint16_t)(place < EVENTS_MAIN ? place : EVENT_MCU_FIRST + (place - EVENTS_MAIN));
}

static bool is_mapped(uint16_t event)
{
    unsigned place = place_of(event);
    return place < EVENT_COUNT && events[place].mapped;
}

void inta_reset(void)
{
    memset(vints, 0, sizeof(vints));
    memset(events, 0, sizeof(events));
    memset(late, LATE_NONE, sizeof(late));
    late_count = 0;
    late_timer = (struct model_timer){.expire = late_events_arrive};
}

static void update(unsigned vint);

/* The mappings, and the virtual interrupts' registers with them; what is on its way has nowhere to
 * go. */
void inta_lose_all(void)
{
    for (unsigned event = 0; event < EVENT_COUNT; event++) {
        if (events[event].mapped)
            model_uncount(AM65X_COUNT_EVENT_MAPPINGS);
        events[event].mapped = false;
        late[event] = LATE_NONE;
    }
    for (unsigned vint = 0; vint < VINT_COUNT; vint++) {
        vints[vint].enable = vints[vint].status = 0;
        vints[vint].mapped = 0;
        update(vint);
    }
}

static void update(unsigned vint)
{
    bool level = (vints[vint].status & vints[vint].enable) != 0;
    if (level == vints[vint].level)
        return;
    vints[vint].level = level;
    if (level)
        model_count(AM65X_COUNT_VINT_EDGES, 1);
    model_event(AM65X_EVENT_VINT, vint, level, vints[vint].status & vints[vint].enable);
    intr_input(vint < VINTS_EACH ? DEV_MAIN_INTR : DEV_MCU_INTR, vint % VINTS_EACH, level);
}

static void trace_event(uint16_t event)
{
    if (!model_trace_wanted(AM65X_TRACE_IRQ))
        return;
    struct trace_line line;
    model_trace_start(&line, "irq");
    model_trace_field(&line, "event", event);
    if (!is_mapped(event)) {
        model_trace_text(&line, " > nowhere");
        model_trace_end(&line);
        return;
    }
    unsigned place = place_of(event), vint = events[place].vint;
    model_trace_text(&line, " >");
    model_trace_field(&line, vint < VINTS_EACH ? "VINT" : "MCU VINT", vint % VINTS_EACH);
    model_trace_field(&line, "bit", events[place].bit);
    unsigned output;
    if (vint < VINTS_EACH && intr_find_output(vint, &output)) {
        model_trace_text(&line, " >");
        model_trace_field(&line, "INTR", output);
        model_trace_text(&line, " >");
        model_trace_field(&line, "INTID", intr_output_intid(output));
    }
    model_trace_text(&line, vints[vint].level ? " high" : " low");
    model_trace_end(&line);
}

static void tell_event(uint16_t event, bool up)
{
    uint64_t where = UINT64_MAX;

    if (is_mapped(event)) {
        unsigned place = place_of(event);
        where = events[place].vint | (uint64_t)events[place].bit << AM65X_EVENT_BIT_SHIFT;
    }
    model_event(AM65X_EVENT_GLOBAL, event, where, up);
}

void inta_event_arrives(uint16_t event)
{
    tell_event(event, true);
    if (!is_mapped(event)) {
        model_count(AM65X_COUNT_EVENTS_LOST, 1);
    } else {
        unsigned place = place_of(event), vint = events[place].vint;
        vints[vint].status |= UINT64_C(1) << events[place].bit;
        update(vint);
    }
    trace_event(event);
}

static void down_arrives(uint16_t event)
{
    tell_event(event, false);
    if (!is_mapped(event))
        return;
    unsigned place = place_of(event), vint = events[place].vint;
    vints[vint].status &= ~(UINT64_C(1) << events[place].bit);
    update(vint);
}

static void late_events_arrive(unsigned argument)
{
    unsigned count = late_count;
    (void)argument;
    late_count = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned place = late_events[i];
        uint8_t what = late[place];
        late[place] = LATE_NONE;
        if (what == LATE_UP)
            inta_event_arrives(number_of(place));
        else if (what == LATE_DOWN)
            down_arrives(number_of(place));
    }
}

/* false: it arrives at once. */
static bool is_late(uint16_t event, enum late what)
{
    unsigned place = place_of(event);
    if (!model_mood(AM65X_MOOD_SLOW_EVENTS) || place == EVENT_COUNT)
        return false;
    if (late[place] == LATE_NONE) {
        if (late_count == LATE_MAX)
            late_events_arrive(0);
        if (late_count == 0)
            timer_arm(&late_timer, LATE_LEAST + model_some_delay(LATE_SPREAD));
        late_events[late_count++] = (uint16_t)place;
    }
    late[place] = (uint8_t)what;
    return true;
}

/* Events that don't come here, but trigger a channel: two for each transmit channel of a UDMAP
 * (TI-SCI documentation for the AM65x, "Board Configuration Resource Assignment Type
 * Descriptions": UDMAP trigger events). */
#define TRIGGERS_MAIN 49152u
#define TRIGGERS_MCU  56320u
#define TRIGGERS_END  56576u

static bool triggers_channel(uint16_t event)
{
    if (event < TRIGGERS_MAIN || event >= TRIGGERS_END)
        return false;
    enum navss navss = event < TRIGGERS_MCU ? NAVSS_MAIN : NAVSS_MCU;
    unsigned number = event - (navss == NAVSS_MAIN ? TRIGGERS_MAIN : TRIGGERS_MCU);
    tell_event(event, true);
    udmap_trigger(navss, number / 2, number % 2);
    return true;
}

void inta_event(uint16_t event)
{
    if (triggers_channel(event))
        return;
    if (!is_late(event, LATE_UP))
        inta_event_arrives(event);
}

void inta_event_down(uint16_t event)
{
    if (!is_late(event, LATE_DOWN))
        down_arrives(event);
}

/* The places of an event and of a VINT of one aggregator. false: it has no such. */
static bool find_places(enum navss navss, uint16_t event, uint16_t vint, unsigned *event_place,
                        unsigned *vint_place)
{
    *event_place = place_of(event);
    *vint_place = navss * VINTS_EACH + vint;
    return *event_place < EVENT_COUNT && (*event_place < EVENTS_MAIN) == (navss == NAVSS_MAIN) &&
           vint < VINTS_EACH;
}

bool inta_map(enum navss navss, uint16_t event, uint16_t vint, uint8_t bit)
{
    unsigned place, v;
    if (!find_places(navss, event, vint, &place, &v) || bit >= BIT_COUNT || events[place].mapped ||
        vints[v].mapped == BIT_COUNT)
        return false;
    events[place].mapped = true;
    events[place].vint = (uint16_t)v;
    events[place].bit = bit;
    vints[v].mapped++;
    if (model_mood(AM65X_MOOD_MAP_ENABLES)) {
        vints[v].enable |= UINT64_C(1) << bit;
        update(v);
    }
    model_count(AM65X_COUNT_EVENT_MAPPINGS, 1);
    return true;
}

bool inta_unmap(enum navss navss, uint16_t event, uint16_t vint, uint8_t bit)
{
    unsigned place, v;
    if (!find_places(navss, event, vint, &place, &v) || !events[place].mapped ||
        events[place].vint != v || events[place].bit != bit)
        return false;
    events[place].mapped = false;
    late[place] = LATE_NONE; /* what is on its way goes nowhere */
    if (model_mood(AM65X_MOOD_MAP_ENABLES)) {
        vints[v].enable &= ~(UINT64_C(1) << bit);
        update(v);
    }
    vints[v].mapped--;
    model_uncount(AM65X_COUNT_EVENT_MAPPINGS);
    return true;
}

uint64_t inta_read(unsigned instance, uint64_t offset)
{
    unsigned vint = instance * VINTS_EACH + (unsigned)(offset >> VINT_PAGE_SHIFT);
    switch (offset & 0xfff) {
    case VINT_ENABLE_SET:
    case VINT_ENABLE_CLEAR:
        return vints[vint].enable;
    case VINT_STATUS_SET:
    case VINT_STATUS_CLEAR:
        return vints[vint].status;
    case VINT_STATUS_MASK:
        return vints[vint].status & vints[vint].enable;
    default:
        return 0;
    }
}

void inta_write(unsigned instance, uint64_t offset, uint64_t value)
{
    unsigned vint = instance * VINTS_EACH + (unsigned)(offset >> VINT_PAGE_SHIFT);
    switch (offset & 0xfff) {
    case VINT_ENABLE_SET:
        vints[vint].enable |= value;
        break;
    case VINT_ENABLE_CLEAR:
        vints[vint].enable &= ~value;
        break;
    case VINT_STATUS_SET:
        vints[vint].status |= value;
        break;
    case VINT_STATUS_CLEAR:
        vints[vint].status &= ~value;
        break;
    default:
        return;
    }
    update(vint);
}
