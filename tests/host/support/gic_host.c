// SPDX-License-Identifier: BSD-3-Clause
/*
 * A GICv3 in memory, behind drivers/gic/gic.h: enable, pending, active, priority, trigger and
 * affinity of SGIs, PPIs, SPIs and LPIs. The models' lines are its SPIs; what it finds deliverable
 * reaches the handler of exception_set_irq_handler() in interrupt context of the right core.
 *
 * As in hardware a level line is sampled: it pends for as long as it is high, and again after the
 * end of the interrupt if it still is.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define PRIVATE_COUNT GIC_INTID_SPI_FIRST /* SGIs and PPIs, banked per core */
#define PRIORITY_IDLE 0xffu

struct interrupt {
    bool enabled, latched, active, line, is_level;
    uint8_t priority;
    unsigned core;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct interrupt private_interrupts[CORE_MAX][PRIVATE_COUNT];
static struct interrupt shared_interrupts[GIC_INTID_SPECIAL];
static struct interrupt lpis[HOST_LPI_COUNT];
static unsigned lpis_known; /* from this one on nothing is pending */

/* The INTID each core is handling, one at most: interrupts never nest. */
static unsigned running[CORE_MAX];

static struct interrupt *find(unsigned intid, unsigned core)
{
    if (intid < PRIVATE_COUNT)
        return &private_interrupts[core][intid];
    if (intid < host_intid_limit() && intid < GIC_INTID_SPECIAL)
        return &shared_interrupts[intid];
    if (intid >= GIC_INTID_LPI_FIRST && intid - GIC_INTID_LPI_FIRST < HOST_LPI_COUNT)
        return &lpis[intid - GIC_INTID_LPI_FIRST];
    return NULL;
}

static bool is_pending(const struct interrupt *interrupt)
{
    return interrupt->latched || (interrupt->is_level && interrupt->line);
}

static bool is_deliverable(const struct interrupt *interrupt, unsigned core)
{
    return interrupt->enabled && !interrupt->active && is_pending(interrupt) &&
           interrupt->core == core;
}

static void consider(const struct interrupt *interrupt, unsigned intid, unsigned core,
                     unsigned *best, unsigned *best_priority)
{
    if (is_deliverable(interrupt, core) && interrupt->priority < *best_priority) {
        *best = intid;
        *best_priority = interrupt->priority;
    }
}

/* The deliverable interrupt of highest priority for core, or GIC_INTID_SPURIOUS. */
static unsigned highest(unsigned core)
{
    unsigned best = GIC_INTID_SPURIOUS, priority = PRIORITY_IDLE;

    for (unsigned intid = 0; intid < PRIVATE_COUNT; intid++)
        consider(&private_interrupts[core][intid], intid, core, &best, &priority);
    for (unsigned intid = PRIVATE_COUNT; intid < host_intid_limit(); intid++)
        consider(&shared_interrupts[intid], intid, core, &best, &priority);
    for (unsigned i = 0; i < lpis_known; i++)
        consider(&lpis[i], GIC_INTID_LPI_FIRST + i, core, &best, &priority);
    return best;
}

/* How many interrupts may be pending: a quick answer for the usual case of none. */
static unsigned raised;

static void note_raised(void)
{
    __atomic_store_n(&raised, 1, __ATOMIC_SEQ_CST);
}

static bool anything_pending(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        if (highest(core) != GIC_INTID_SPURIOUS)
            return true;
    return false;
}

/* ---- hooks of the machine ---- */

static void line_changes(unsigned intid, bool high)
{
    pthread_mutex_lock(&lock);
    if (intid >= PRIVATE_COUNT && intid < host_intid_limit()) {
        struct interrupt *interrupt = &shared_interrupts[intid];

        if (high && !interrupt->line && !interrupt->is_level)
            interrupt->latched = true;
        interrupt->line = high;
        note_raised();
    }
    pthread_mutex_unlock(&lock);
}

static bool core_pending(unsigned core)
{
    bool result;

    if (__atomic_load_n(&raised, __ATOMIC_SEQ_CST) == 0)
        return false;
    pthread_mutex_lock(&lock);
    result = highest(core) != GIC_INTID_SPURIOUS;
    if (!result)
        __atomic_store_n(&raised, anything_pending(), __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&lock);
    return result;
}

static void core_take(unsigned core)
{
    host_take_irq(core);
}

static const struct host_interrupt_controller controller = {
    .line = line_changes,
    .its_message = its_host_message,
    .pending = core_pending,
    .take = core_take,
};

void gic_host_reset(void)
{
    pthread_mutex_lock(&lock);
    memset(private_interrupts, 0, sizeof(private_interrupts));
    memset(shared_interrupts, 0, sizeof(shared_interrupts));
    memset(lpis, 0, sizeof(lpis));
    lpis_known = 0;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        running[core] = GIC_INTID_SPURIOUS;
        for (unsigned intid = 0; intid < PRIVATE_COUNT; intid++) {
            private_interrupts[core][intid].core = core;
            private_interrupts[core][intid].priority = GIC_PRIORITY_DEFAULT;
        }
    }
    for (unsigned intid = 0; intid < GIC_INTID_SPECIAL; intid++) {
        shared_interrupts[intid].priority = GIC_PRIORITY_DEFAULT;
        shared_interrupts[intid].is_level = true; /* GICD_ICFGR resets to level-sensitive */
    }
    __atomic_store_n(&raised, 0, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&lock);
}

/* ---- drivers/gic/gic.h ---- */

int gic_init(uintptr_t distributor_base, uintptr_t redistributor_base, uintptr_t redistributor_size)
{
    (void)distributor_base;
    (void)redistributor_base;
    (void)redistributor_size;
    gic_host_reset();
    host_set_interrupt_controller(&controller);
    return 0;
}

unsigned gic_redistributor_count(void)
{
    return core_count();
}

uint64_t gic_redistributor_affinity(unsigned index)
{
    return core_affinity(index);
}

int gic_core_init(void)
{
    return 0;
}

unsigned gic_intid_limit(void)
{
    return host_intid_limit();
}

int gic_configure(unsigned intid, enum gic_trigger trigger, uint8_t priority)
{
    struct interrupt *interrupt = find(intid, core_id());

    if (interrupt == NULL || intid >= GIC_INTID_SPECIAL || priority > 0xf8)
        return -EINVAL;
    pthread_mutex_lock(&lock);
    interrupt->is_level = trigger == GIC_LEVEL;
    interrupt->priority = priority;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* Sets one of an SGI's, PPI's or SPI's flags. */
static int change(unsigned intid, size_t flag, bool value)
{
    struct interrupt *interrupt = find(intid, core_id());

    if (interrupt == NULL || intid >= GIC_INTID_SPECIAL)
        return -EINVAL;
    pthread_mutex_lock(&lock);
    *(bool *)((char *)interrupt + flag) = value;
    note_raised();
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
    return 0;
}

int gic_enable(unsigned intid)
{
    return change(intid, offsetof(struct interrupt, enabled), true);
}

int gic_mask(unsigned intid)
{
    return change(intid, offsetof(struct interrupt, enabled), false);
}

int gic_disable(unsigned intid)
{
    return wait_is_allowed() ? gic_mask(intid) : -EDEADLK;
}

int gic_set_pending(unsigned intid)
{
    return change(intid, offsetof(struct interrupt, latched), true);
}

int gic_clear_pending(unsigned intid)
{
    return change(intid, offsetof(struct interrupt, latched), false);
}

bool gic_is_enabled(unsigned intid)
{
    const struct interrupt *interrupt = find(intid, core_id());
    bool result;

    pthread_mutex_lock(&lock);
    result = interrupt != NULL && interrupt->enabled;
    pthread_mutex_unlock(&lock);
    return result;
}

bool gic_is_pending(unsigned intid)
{
    const struct interrupt *interrupt = find(intid, core_id());
    bool result;

    pthread_mutex_lock(&lock);
    result = interrupt != NULL && is_pending(interrupt);
    pthread_mutex_unlock(&lock);
    return result;
}

bool gic_is_active(unsigned intid)
{
    const struct interrupt *interrupt = find(intid, core_id());
    bool result;

    pthread_mutex_lock(&lock);
    result = interrupt != NULL && interrupt->active;
    pthread_mutex_unlock(&lock);
    return result;
}

int gic_set_affinity(unsigned intid, unsigned core)
{
    struct interrupt *interrupt = find(intid, core_id());

    if (interrupt == NULL || intid < GIC_INTID_SPI_FIRST || intid >= GIC_INTID_SPECIAL ||
        core >= core_count())
        return -EINVAL;
    pthread_mutex_lock(&lock);
    interrupt->core = core;
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
    return 0;
}

void gic_send_sgi(unsigned core, unsigned sgi)
{
    if (core >= core_count() || sgi >= 16)
        return;
    pthread_mutex_lock(&lock);
    private_interrupts[core][sgi].latched = true;
    note_raised();
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
}

/* Nothing interrupts a handler here (exception_open()), so there is nothing to hold back. */
uint8_t gic_running_priority(void)
{
    return 0;
}

void gic_set_priority_mask(uint8_t priority)
{
    (void)priority;
}

bool gic_has_pending(void)
{
    unsigned core = core_id();

    pthread_mutex_lock(&lock);
    bool pending = running[core] == GIC_INTID_SPURIOUS && highest(core) != GIC_INTID_SPURIOUS;
    pthread_mutex_unlock(&lock);
    return pending;
}

unsigned gic_acknowledge(void)
{
    unsigned core = core_id(), intid;

    pthread_mutex_lock(&lock);
    /* While one is active its running priority keeps equal and lower ones away. */
    intid = running[core] == GIC_INTID_SPURIOUS ? highest(core) : GIC_INTID_SPURIOUS;
    if (intid != GIC_INTID_SPURIOUS) {
        struct interrupt *interrupt = find(intid, core);

        interrupt->latched = false;
        interrupt->active = intid < GIC_INTID_LPI_FIRST; /* LPIs have no active state */
        running[core] = intid;
    }
    pthread_mutex_unlock(&lock);
    return intid;
}

void gic_end(unsigned intid)
{
    unsigned core = core_id();
    struct interrupt *interrupt = find(intid, core);

    pthread_mutex_lock(&lock);
    if (running[core] == intid)
        running[core] = GIC_INTID_SPURIOUS;
    if (interrupt != NULL)
        interrupt->active = false;
    note_raised();
    pthread_mutex_unlock(&lock);
}

void gic_get_facts(struct gic_facts *facts)
{
    *facts = (struct gic_facts){
        .architecture = 3,
        .spi_count = host_intid_limit() - GIC_INTID_SPI_FIRST,
        .lpis = true,
        .intid_bits = 16,
    };
}

void gic_host_ppi(unsigned core, unsigned intid, bool high)
{
    pthread_mutex_lock(&lock);
    private_interrupts[core][intid].line = high;
    note_raised();
    pthread_mutex_unlock(&lock);
}

/* ---- LPIs, for its_host.c ---- */

void gic_host_lpi_pend(unsigned lpi, unsigned core)
{
    pthread_mutex_lock(&lock);
    lpis[lpi - GIC_INTID_LPI_FIRST].latched = true;
    if (lpi - GIC_INTID_LPI_FIRST >= lpis_known)
        lpis_known = lpi - GIC_INTID_LPI_FIRST + 1;
    lpis[lpi - GIC_INTID_LPI_FIRST].core = core;
    note_raised();
    pthread_mutex_unlock(&lock);
}

void gic_host_lpi_clear(unsigned lpi)
{
    pthread_mutex_lock(&lock);
    lpis[lpi - GIC_INTID_LPI_FIRST].latched = false;
    pthread_mutex_unlock(&lock);
}

void gic_host_lpi_enable(unsigned lpi, bool enable, uint8_t priority)
{
    pthread_mutex_lock(&lock);
    lpis[lpi - GIC_INTID_LPI_FIRST].enabled = enable;
    if (enable)
        lpis[lpi - GIC_INTID_LPI_FIRST].priority = priority;
    note_raised();
    pthread_mutex_unlock(&lock);
}

void gic_host_lpi_move(unsigned lpi, unsigned core)
{
    pthread_mutex_lock(&lock);
    lpis[lpi - GIC_INTID_LPI_FIRST].core = core;
    note_raised();
    pthread_mutex_unlock(&lock);
}
