// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SPIs that QEMU's GIC does not have (twin/models/gic_spi.h), carried to the cores by some that
 * it has and the guest does not see: each core has one, its carrier, which is pending while there
 * is something for the core, with the priority of what that is. So whether it is taken, by which
 * core, and what it interrupts, is the hardware's own decision; and nothing is done while no SPI of
 * these changes.
 *
 * A core acknowledges its carrier and is told the SPI behind it. The carrier is deactivated at
 * once, without an end: its priority stays active, as the SPI's, and it can carry the next one,
 * which may interrupt the first. "Active" is kept for the SPI. The end of the SPI is then the
 * carrier's, and its deactivation is done here.
 *
 * All of it with the models' lock held, but for what a core finds in its own registers.
 */
#include "twin/monitor/spi.h"

#include "twin/monitor/mmio.h"
#include "twin/monitor/sysreg.h"

#define GICD_TYPER             0x0004u
#define GICD_ISENABLER(intid)  (0x0100u + (intid) / 32 * 4)
#define GICD_ISPENDR(intid)    (0x0200u + (intid) / 32 * 4)
#define GICD_ICPENDR(intid)    (0x0280u + (intid) / 32 * 4)
#define GICD_ICACTIVER(intid)  (0x0380u + (intid) / 32 * 4)
#define GICD_IPRIORITYR(intid) (0x0400u + (intid))
#define GICD_IROUTER(intid)    (0x6000u + 8 * (uint64_t)(intid))
#define TYPER_LINES_MASK       0x1fu

#define CTLR_EL3_EOIMODE       (1u << 2)

/* What the carriers stand for, and what of it the GIC below has been told. */
static struct {
    unsigned intid;
    uint8_t priority;
    bool pending;
    unsigned unended; /* that the core has been told; its own affair */
} carried[BOARD_CPUS_MAX];

unsigned ends_watched;

void spi_init(void)
{
    /* Priorities are as gic_init() has set them, the highest of the guest's. */
    gic_spi_reset(parameters()->cpus);
    ends_watched = events_wanted();
    for (unsigned core = 0; core < parameters()->cpus; core++) {
        carried[core].intid = GIC_SPI_NONE;
        mmio_write(BOARD_GICD_BASE + GICD_IROUTER(CARRIER(core)), 8, core);
        write32(BOARD_GICD_BASE + GICD_ISENABLER(CARRIER(core)), 1u << CARRIER(core) % 32);
    }
}

static void update_core(unsigned core, const struct gic_spi_winner *winner)
{
    uint64_t carrier = CARRIER(core);
    uint32_t carrier_bit = 1u << carrier % 32;
    bool wanted = winner->intid != GIC_SPI_NONE;

    __atomic_store_n(&carried[core].intid, winner->intid, __ATOMIC_RELAXED);
    if (wanted && winner->priority != carried[core].priority) {
        carried[core].priority = winner->priority;
        nonsecure_write(BOARD_GICD_BASE + GICD_IPRIORITYR(carrier), 1, winner->priority);
    }
    if (wanted != carried[core].pending) {
        carried[core].pending = wanted;
        write32(BOARD_GICD_BASE + (wanted ? GICD_ISPENDR(carrier) : GICD_ICPENDR(carrier)),
                carrier_bit);
    }
}

/* Makes the carriers what the SPIs are now. */
static void update(void)
{
    struct gic_spi_winner winners[GIC_SPI_CORES_MAX];

    gic_spi_winners(winners);
    for (unsigned core = 0; core < parameters()->cpus; core++)
        update_core(core, &winners[core]);
}

void spi_line(unsigned intid, bool high)
{
    complete_accesses(); /* see gic_line() */
    gic_spi_line(intid, high);
    update();
}

void spi_lose_power(void)
{
    gic_spi_lose_power();
    update();
}

/* ---- the CPU interface ---- */

/* This core has acknowledged its carrier: the GIC below has it active, and no longer pending. */
static void carrier_taken(unsigned core)
{
    carried[core].pending = false;
    write32(BOARD_GICD_BASE + GICD_ICACTIVER(CARRIER(core)), 1u << CARRIER(core) % 32);
}

static void drop_priority(unsigned core)
{
    write_sysreg(ICC_EOIR1_EL1, CARRIER(core));
    synchronise_context();
}

static void count_unended(unsigned core, int more)
{
    carried[core].unended += (unsigned)more;
    (void)__atomic_fetch_add(&ends_watched, (unsigned)more, __ATOMIC_RELAXED);
}

static void take(uint64_t result)
{
    uint64_t *intid = (uint64_t *)(uintptr_t)result;
    unsigned core = cpu_id();

    carrier_taken(core);
    drop_priority(core);
    update();
    *intid = read_sysreg(ICC_IAR1_EL1);
    if (!spi_is_carrier(*intid))
        return;
    *intid = carried[core].intid;
    carrier_taken(core);
    if (*intid == GIC_SPI_NONE) {
        drop_priority(core);
    } else {
        gic_spi_activate((unsigned)*intid);
        count_unended(core, 1);
    }
    update();
}

uint64_t spi_take(void)
{
    uint64_t intid = GIC_SPI_NONE;

    /* Between the acknowledge and here another core may have changed what the carrier stands for.
     * So it is given back, and acknowledged once more while nothing can change. That may find
     * something else, or nothing. */
    machine_locked(take, (uintptr_t)&intid);
    return intid;
}

uint64_t spi_highest_pending(void)
{
    return __atomic_load_n(&carried[cpu_id()].intid, __ATOMIC_RELAXED);
}

static void deactivate(uint64_t intid)
{
    gic_spi_deactivate((unsigned)intid);
    update();
}

static bool ends_in_two_steps(void)
{
    return (read_sysreg(ICC_CTLR_EL3) & CTLR_EL3_EOIMODE) != 0;
}

void spi_forget_ends(void)
{
    unsigned core = cpu_id();

    count_unended(core, -(int)carried[core].unended);
}

void spi_drop_priority(void)
{
    drop_priority(cpu_id());
}

void spi_end(uint64_t intid)
{
    unsigned core = cpu_id();

    drop_priority(core);
    if (carried[core].unended != 0)
        count_unended(core, -1);
    if (!ends_in_two_steps())
        machine_locked(deactivate, intid);
}

void spi_deactivate(uint64_t intid)
{
    if (ends_in_two_steps())
        machine_locked(deactivate, intid);
}

/* ---- the distributor ---- */

struct access {
    uint64_t offset;
    unsigned size;
    bool write;
    uint64_t value;
};

static void register_access(uint64_t argument)
{
    struct access *access = (struct access *)(uintptr_t)argument;

    if (!access->write) {
        access->value = gic_spi_read(access->offset, access->size);
        return;
    }
    gic_spi_write(access->offset, access->size, access->value);
    update();
}

bool spi_gicd_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    struct access access = {offset, size, write, *value};

    if (!gic_spi_register(offset))
        return false;
    machine_locked(register_access, (uintptr_t)&access);
    *value = access.value;
    return true;
}

uint32_t spi_gicd_typer(uint32_t typer)
{
    return (typer & ~TYPER_LINES_MASK) | (GIC_SPI_LIMIT / 32 - 1);
}
