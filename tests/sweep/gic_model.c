// SPDX-License-Identifier: BSD-3-Clause
/*
 * Distributor, redistributors and CPU interfaces (tests/sweep/gic_model.h).
 */
#include "tests/sweep/gic_model.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/icc.h"
#include "drivers/gic/its_registers.h"
#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/sweep/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define PRIVATE_COUNT  32u
#define SGI_COUNT      16u
#define SPURIOUS       1023u
#define PRIORITY_IDLE  0x100u
#define LPI_COUNT      (GIC_MODEL_LPI_LIMIT - GIC_MODEL_LPI_FIRST)
#define BUSY_NS        1000u
#define BUSY_LOOK_NS   1000000u /* of time that a look takes at a register that is stuck */

#define GICD_SIZE      0x10000u
#define GITS_SIZE      0x20000u
#define GICR_SIZE      (GIC_MODEL_CORES * GIC_MODEL_REDISTRIBUTOR_STRIDE)

#define PIDR2_GICV3    0x30u
#define TYPER_ID_BITS  13u /* less one */
#define PROPERTY_ON    0x01u
#define PROPERTY_LEVEL 0xfcu

struct interrupt {
    bool enabled, latched, active, line, edge;
    uint8_t priority;
    uint64_t router;
};

static struct {
    uint32_t control;
    struct interrupt shared[GIC_MODEL_INTIDS]; /* from INTID 32 */
    uint64_t busy_until;
} distributor;

static struct redistributor {
    uint32_t control, waker;
    uint64_t properties, pending;
    struct interrupt private[PRIVATE_COUNT];
    uint64_t busy_until;
    /* The CPU interface. */
    uint64_t sre, mask, enable, registers[8];
    unsigned running; /* an INTID, one at most: interrupts never nest */
} redistributors[GIC_MODEL_CORES];

static struct {
    uint8_t property; /* as it was read last */
    bool latched;
    uint8_t core;
} lpis[LPI_COUNT];
static unsigned lpis_latched;

/* What highest() said last of each core, and whether something has changed since: it is asked at
 * every access to a register. */
static unsigned known[GIC_MODEL_CORES];
static bool changed[GIC_MODEL_CORES];

static void change(void)
{
    memset(changed, 1, sizeof(changed));
}

/* ---- time that registers take ---- */

static void make_busy(uint64_t *until)
{
    *until = host_now_ns() + (fault_strikes(GIC_RWP) ? FAULT_LATE_NS : BUSY_NS);
}

static bool is_busy(uint64_t until)
{
    if (host_now_ns() >= until)
        return false;
    if (until - host_now_ns() > BUSY_LOOK_NS)
        host_tick(BUSY_LOOK_NS);
    return true;
}

/* ---- interrupts ---- */

static struct interrupt *find(unsigned intid, unsigned core)
{
    return intid < PRIVATE_COUNT ? &redistributors[core].private[intid]
                                 : &distributor.shared[intid];
}

static bool pending(const struct interrupt *interrupt)
{
    return interrupt->latched || (!interrupt->edge && interrupt->line);
}

static void consider(const struct interrupt *interrupt, unsigned intid, unsigned *best,
                     unsigned *priority)
{
    if (interrupt->enabled && !interrupt->active && pending(interrupt) &&
        interrupt->priority < *priority) {
        *best = intid;
        *priority = interrupt->priority;
    }
}

/* The interrupt of highest priority for the core, or SPURIOUS. */
static unsigned highest(unsigned core)
{
    const struct redistributor *own = &redistributors[core];
    unsigned best = SPURIOUS, priority = (unsigned)own->mask;

    if ((own->enable & 1u) == 0 || (distributor.control & GICD_CTLR_ENABLE_GRP1A) == 0)
        return SPURIOUS;
    for (unsigned intid = 0; intid < PRIVATE_COUNT; intid++)
        consider(&own->private[intid], intid, &best, &priority);
    for (unsigned intid = PRIVATE_COUNT; intid < GIC_MODEL_INTIDS; intid++)
        if (distributor.shared[intid].router == core_affinity(core))
            consider(&distributor.shared[intid], intid, &best, &priority);
    for (unsigned i = 0; lpis_latched != 0 && i < LPI_COUNT; i++)
        if (lpis[i].latched && lpis[i].core == core && (lpis[i].property & PROPERTY_ON) != 0 &&
            (lpis[i].property & PROPERTY_LEVEL) < priority) {
            best = GIC_MODEL_LPI_FIRST + i;
            priority = lpis[i].property & PROPERTY_LEVEL;
        }
    return best;
}

static void line_changes(unsigned intid, bool high)
{
    struct interrupt *interrupt;

    if (intid < PRIVATE_COUNT || intid >= GIC_MODEL_INTIDS)
        return;
    interrupt = &distributor.shared[intid];
    if (high && !interrupt->line && interrupt->edge)
        interrupt->latched = true;
    interrupt->line = high;
    change();
}

void gic_model_line(unsigned intid, bool high)
{
    line_changes(intid, high);
    host_interrupts_changed();
}

static bool core_pending(unsigned core)
{
    if (core >= GIC_MODEL_CORES || redistributors[core].running != SPURIOUS)
        return false;
    if (changed[core])
        known[core] = highest(core);
    changed[core] = false;
    return known[core] != SPURIOUS;
}

static void core_take(unsigned core)
{
    host_take_irq(core);
}

static const struct host_interrupt_controller controller = {
    .line = line_changes,
    .its_message = its_model_message,
    .pending = core_pending,
    .take = core_take,
};

/* ---- LPIs ---- */

void *gic_model_table(uint64_t address, uint64_t size, const char *what)
{
    void *memory = (void *)(uintptr_t)address;

#if defined(__SANITIZE_ADDRESS__)
    if (memory == NULL || __asan_region_is_poisoned(memory, size) != NULL) {
        fprintf(stderr, "SUMMARY: the GIC uses %s at 0x%llx, which has been freed\n", what,
                (unsigned long long)address);
        abort();
    }
#else
    (void)size;
    (void)what;
#endif
    return memory;
}

bool gic_model_lpis_on(unsigned core)
{
    return core < GIC_MODEL_CORES && (redistributors[core].control & GICR_CTLR_ENABLE_LPIS) != 0;
}

void gic_model_lpi_reload(unsigned lpi)
{
    uint64_t table = redistributors[0].properties & GICR_PROPBASER_ADDRESS;
    const uint8_t *properties = gic_model_table(table, LPI_COUNT, "the LPIs' properties");

    lpis[lpi - GIC_MODEL_LPI_FIRST].property = properties[lpi - GIC_MODEL_LPI_FIRST];
    change();
}

void gic_model_lpi_reload_all(void)
{
    uint64_t table = redistributors[0].properties & GICR_PROPBASER_ADDRESS;
    const uint8_t *properties = gic_model_table(table, LPI_COUNT, "the LPIs' properties");

    for (unsigned i = 0; i < LPI_COUNT; i++)
        lpis[i].property = properties[i];
    change();
}

static void set_latched(unsigned i, bool latched)
{
    lpis_latched += (latched ? 1u : 0u) - (lpis[i].latched ? 1u : 0u);
    lpis[i].latched = latched;
    change();
}

void gic_model_lpi_pend(unsigned lpi, unsigned core)
{
    uint64_t table = redistributors[core].pending & GICR_PENDBASER_ADDRESS;

    if (!gic_model_lpis_on(core))
        return;
    (void)gic_model_table(table, GIC_MODEL_LPI_LIMIT / 8u, "a core's pending table");
    lpis[lpi - GIC_MODEL_LPI_FIRST].core = (uint8_t)core;
    set_latched(lpi - GIC_MODEL_LPI_FIRST, true);
}

void gic_model_lpi_move(unsigned lpi, unsigned core)
{
    lpis[lpi - GIC_MODEL_LPI_FIRST].core = (uint8_t)core;
    change();
}

void gic_model_lpi_forget(unsigned lpi)
{
    set_latched(lpi - GIC_MODEL_LPI_FIRST, false);
}

/* ---- registers of single interrupts ---- */

enum flag {
    ENABLED,
    PENDING,
    ACTIVE
};

static bool *flag_of(struct interrupt *interrupt, enum flag flag)
{
    return flag == ENABLED   ? &interrupt->enabled
           : flag == PENDING ? &interrupt->latched
                             : &interrupt->active;
}

static uint32_t read_flags(unsigned first, unsigned core, enum flag flag)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 32 && first + i < GIC_MODEL_INTIDS; i++) {
        struct interrupt *interrupt = find(first + i, core);
        bool set = flag == PENDING ? pending(interrupt) : *flag_of(interrupt, flag);

        value |= (uint32_t)set << i;
    }
    return value;
}

static void write_flags(unsigned first, unsigned core, enum flag flag, uint32_t bits, bool value)
{
    for (unsigned i = 0; i < 32 && first + i < GIC_MODEL_INTIDS; i++)
        if ((bits >> i & 1u) != 0)
            *flag_of(find(first + i, core), flag) = value;
}

static uint32_t read_triggers(unsigned first, unsigned core)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 16 && first + i < GIC_MODEL_INTIDS; i++)
        value |= (find(first + i, core)->edge ? GIC_ICFGR_EDGE : 0u) << (2 * i);
    return value;
}

static void write_triggers(unsigned first, unsigned core, uint32_t value)
{
    for (unsigned i = 0; i < 16 && first + i < GIC_MODEL_INTIDS; i++)
        if (first + i >= SGI_COUNT)
            find(first + i, core)->edge = (value >> (2 * i) & GIC_ICFGR_EDGE) != 0;
}

/* In the distributor's frame or a redistributor's SGI frame; false: no register of interrupts. */
static bool interrupts_read(uint32_t offset, unsigned core, uint64_t *value)
{
    unsigned first = (offset & 0x7fu) * 8u;

    if (offset >= GIC_ICFGR && offset < GIC_IGRPMODR)
        *value = read_triggers((offset - GIC_ICFGR) * 4u, core);
    else if (offset >= GIC_IPRIORITYR && offset < GIC_IPRIORITYR + GIC_MODEL_INTIDS)
        *value = find(offset - GIC_IPRIORITYR, core)->priority;
    else if (offset >= GIC_ISENABLER && offset < GIC_ISPENDR)
        *value = read_flags(first, core, ENABLED);
    else if (offset >= GIC_ISPENDR && offset < GIC_ISACTIVER)
        *value = read_flags(first, core, PENDING);
    else if (offset >= GIC_ISACTIVER && offset < GIC_IPRIORITYR)
        *value = read_flags(first, core, ACTIVE);
    else
        return false;
    return true;
}

static void interrupts_write(uint32_t offset, unsigned core, unsigned size, uint64_t value,
                             uint64_t *busy_until)
{
    unsigned first = (offset & 0x7fu) * 8u;
    bool set = (offset & 0x80u) == 0;

    if (offset >= GIC_ICFGR && offset < GIC_IGRPMODR) {
        write_triggers((offset - GIC_ICFGR) * 4u, core, (uint32_t)value);
    } else if (offset >= GIC_IPRIORITYR && offset < GIC_IPRIORITYR + GIC_MODEL_INTIDS) {
        for (unsigned i = 0; i < size; i++)
            find(offset - GIC_IPRIORITYR + i, core)->priority = (uint8_t)(value >> (8 * i));
    } else if (offset >= GIC_ISENABLER && offset < GIC_ISPENDR) {
        write_flags(first, core, ENABLED, (uint32_t)value, set);
        if (!set)
            make_busy(busy_until);
    } else if (offset >= GIC_ISPENDR && offset < GIC_ISACTIVER) {
        write_flags(first, core, PENDING, (uint32_t)value, set);
    } else if (offset >= GIC_ISACTIVER && offset < GIC_IPRIORITYR) {
        write_flags(first, core, ACTIVE, (uint32_t)value, set);
    }
}

/* ---- the distributor ---- */

static uint64_t distributor_read(uint32_t offset)
{
    uint64_t value = 0;

    if (offset >= GICD_IROUTER0 && offset < GICD_IROUTER(GIC_MODEL_INTIDS))
        return distributor.shared[(offset - GICD_IROUTER0) / 8u].router;
    switch (offset) {
    case GICD_CTLR:
        return distributor.control | (is_busy(distributor.busy_until) ? GICD_CTLR_RWP : 0);
    case GICD_TYPER:
        return (GIC_MODEL_INTIDS / 32u - 1u) | GICD_TYPER_LPIS | TYPER_ID_BITS << 19;
    case GICD_IIDR:
        return 0x43b;
    case GICD_PIDR2:
        return PIDR2_GICV3;
    default:
        (void)interrupts_read(offset, 0, &value);
        return value;
    }
}

static void distributor_write(uint32_t offset, unsigned size, uint64_t value)
{
    if (offset >= GICD_IROUTER0 && offset < GICD_IROUTER(GIC_MODEL_INTIDS)) {
        distributor.shared[(offset - GICD_IROUTER0) / 8u].router = value;
    } else if (offset == GICD_CTLR) {
        distributor.control = (uint32_t)value & ~GICD_CTLR_RWP;
        make_busy(&distributor.busy_until);
    } else if (offset < GIC_ISENABLER || (offset & 0x7fu) >= 4u || offset >= GIC_IPRIORITYR) {
        interrupts_write(offset, 0, size, value, &distributor.busy_until);
    }
}

/* ---- redistributors ---- */

static uint64_t redistributor_read(unsigned core, uint32_t offset)
{
    const struct redistributor *own = &redistributors[core];
    uint64_t value = 0, affinity = core_affinity(core);

    switch (offset) {
    case GICR_CTLR:
        return own->control | (is_busy(own->busy_until) ? GICR_CTLR_RWP : 0);
    case GICR_TYPER:
        return GICR_TYPER_PLPIS | (core == GIC_MODEL_CORES - 1 ? GICR_TYPER_LAST : 0) |
               (uint64_t)core << 8 | affinity << 32;
    case GICR_WAKER:
        return own->waker | (is_busy(own->busy_until) ? GICR_WAKER_CHILDREN_ASLEEP : 0);
    case GICR_PROPBASER:
        return own->properties;
    case GICR_PENDBASER:
        return own->pending & ~GICR_PENDBASER_PTZ;
    case GICR_PIDR2:
        return PIDR2_GICV3;
    default:
        if (offset >= GICR_SGI_FRAME)
            (void)interrupts_read(offset - GICR_SGI_FRAME, core, &value);
        return value;
    }
}

static void control_write(struct redistributor *own, uint32_t value)
{
    if ((value & ~own->control & GICR_CTLR_ENABLE_LPIS) != 0) {
        own->control |= GICR_CTLR_ENABLE_LPIS;
        gic_model_lpi_reload_all();
    }
    /* As on the GIC-500, LPIs are not turned off again. */
    make_busy(&own->busy_until);
}

static void redistributor_write(unsigned core, uint32_t offset, unsigned size, uint64_t value)
{
    struct redistributor *own = &redistributors[core];

    switch (offset) {
    case GICR_CTLR:
        control_write(own, (uint32_t)value);
        break;
    case GICR_WAKER:
        own->waker = (uint32_t)value & GICR_WAKER_PROCESSOR_SLEEP;
        make_busy(&own->busy_until);
        break;
    case GICR_PROPBASER:
        if ((own->control & GICR_CTLR_ENABLE_LPIS) == 0)
            own->properties = value;
        break;
    case GICR_PENDBASER:
        if ((own->control & GICR_CTLR_ENABLE_LPIS) == 0)
            own->pending = value;
        break;
    default:
        if (offset >= GICR_SGI_FRAME)
            interrupts_write(offset - GICR_SGI_FRAME, core, size, value, &own->busy_until);
    }
}

/* ---- the CPU interface ---- */

static bool is(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

static unsigned acknowledge(struct redistributor *own, unsigned core)
{
    unsigned intid = own->running == SPURIOUS ? highest(core) : SPURIOUS;

    change();
    if (intid == SPURIOUS)
        return intid;
    own->running = intid;
    if (intid >= GIC_MODEL_LPI_FIRST) {
        set_latched(intid - GIC_MODEL_LPI_FIRST, false); /* LPIs have no active state */
    } else {
        find(intid, core)->latched = false;
        find(intid, core)->active = true;
    }
    return intid;
}

static void end(struct redistributor *own, unsigned core, unsigned intid)
{
    change();
    if (own->running == intid)
        own->running = SPURIOUS;
    if (intid < GIC_MODEL_INTIDS)
        find(intid, core)->active = false;
}

static void send_sgi(uint64_t value)
{
    uint64_t cluster = (value >> 16 & 0xffu) << 8 | (value >> 32 & 0xffu) << 16;

    for (unsigned core = 0; core < GIC_MODEL_CORES; core++) {
        uint64_t affinity = core_affinity(core);

        if ((affinity & ~UINT64_C(0xff)) == cluster && (value >> (affinity & 0xfu) & 1u) != 0)
            redistributors[core].private[value >> 24 & 0xfu].latched = true;
    }
    change();
    host_interrupts_changed();
}

uint64_t gic_model_icc_read(const char *name)
{
    struct redistributor *own = &redistributors[core_id()];

    if (is(name, ICC_IAR1_EL1))
        return acknowledge(own, core_id());
    if (is(name, ICC_SRE_EL1))
        return own->sre;
    if (is(name, ICC_CTLR_EL1))
        return 4u << 8; /* five bits of priority */
    return 0;
}

void gic_model_icc_write(const char *name, uint64_t value)
{
    struct redistributor *own = &redistributors[core_id()];

    change();
    if (is(name, ICC_EOIR1_EL1))
        end(own, core_id(), (unsigned)value);
    else if (is(name, ICC_SGI1R_EL1))
        send_sgi(value);
    else if (is(name, ICC_SRE_EL1))
        own->sre = value & ICC_SRE_SRE;
    else if (is(name, ICC_PMR_EL1))
        own->mask = value & 0xffu;
    else if (is(name, ICC_IGRPEN1_EL1))
        own->enable = value;
}

/* ---- the whole ---- */

bool gic_model_claims(uintptr_t address)
{
    return address - AM65X_GICD_BASE < GICD_SIZE || address - AM65X_GITS_BASE < GITS_SIZE ||
           address - AM65X_GICR_BASE < AM65X_GICR_SIZE;
}

uint64_t gic_model_read(uintptr_t address, unsigned size)
{
    uintptr_t offset = address - AM65X_GICR_BASE;

    (void)size;
    if (address - AM65X_GICD_BASE < GICD_SIZE)
        return distributor_read((uint32_t)(address - AM65X_GICD_BASE));
    if (address - AM65X_GITS_BASE < GITS_SIZE)
        return its_model_read((uint32_t)(address - AM65X_GITS_BASE));
    if (offset < GICR_SIZE)
        return redistributor_read((unsigned)(offset / GIC_MODEL_REDISTRIBUTOR_STRIDE),
                                  (uint32_t)(offset % GIC_MODEL_REDISTRIBUTOR_STRIDE));
    return 0;
}

void gic_model_write(uintptr_t address, unsigned size, uint64_t value)
{
    uintptr_t offset = address - AM65X_GICR_BASE;

    change();
    if (address - AM65X_GICD_BASE < GICD_SIZE)
        distributor_write((uint32_t)(address - AM65X_GICD_BASE), size, value);
    else if (address - AM65X_GITS_BASE < GITS_SIZE)
        its_model_write((uint32_t)(address - AM65X_GITS_BASE), size, value);
    else if (offset < GICR_SIZE)
        redistributor_write((unsigned)(offset / GIC_MODEL_REDISTRIBUTOR_STRIDE),
                            (uint32_t)(offset % GIC_MODEL_REDISTRIBUTOR_STRIDE), size, value);
}

void gic_model_get_state(struct gic_model_state *state)
{
    *state = (struct gic_model_state){0};
    for (unsigned intid = PRIVATE_COUNT; intid < GIC_MODEL_INTIDS; intid++) {
        state->spis_enabled += distributor.shared[intid].enabled;
        state->spis_pending += pending(&distributor.shared[intid]);
        state->active += distributor.shared[intid].active;
    }
    for (unsigned i = 0; i < LPI_COUNT; i++) {
        state->lpis_enabled += lpis[i].property & PROPERTY_ON;
        state->lpis_pending += lpis[i].latched;
    }
    its_model_get_state(state);
}

/* Alarms: no life here sets one. */
void gic_host_ppi(unsigned core, unsigned intid, bool high)
{
    (void)core;
    (void)intid;
    (void)high;
}

/* host_reset() calls it. */
void gic_host_reset(void)
{
    memset(&distributor, 0, sizeof(distributor));
    memset(redistributors, 0, sizeof(redistributors));
    memset(lpis, 0, sizeof(lpis));
    lpis_latched = 0;
    change();
    for (unsigned core = 0; core < GIC_MODEL_CORES; core++) {
        redistributors[core].running = SPURIOUS;
        redistributors[core].waker = GICR_WAKER_PROCESSOR_SLEEP;
        for (unsigned sgi = 0; sgi < SGI_COUNT; sgi++)
            redistributors[core].private[sgi].edge = true;
    }
    host_set_interrupt_controller(&controller);
}

/* host_reset() calls it, after gic_host_reset(). */
void its_host_reset(void)
{
    its_model_reset();
}
