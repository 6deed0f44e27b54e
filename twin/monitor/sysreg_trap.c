// SPDX-License-Identifier: BSD-3-Clause
/*
 * The guest's accesses to the GIC's CPU interface (Arm IHI 0069, 12.2), trapped by
 * ICH_HCR_EL2.TALL1 and TC, and made at EL3 on its behalf, as far as EL2 has not (fast.S).
 *
 * Most registers mean the same there: those banked by security state follow SCR_EL3.NS. The others:
 *   - ICC_PMR_EL1, ICC_RPR_EL1: the non-secure world sees the lower half of the priorities as all
 *     of them (IHI 0069, 4.8.6);
 *   - ICC_SGI1R_EL1: at EL3 it sends secure interrupts, ICC_ASGI1R_EL1 those of the other world;
 *   - ICC_CTLR_EL1.EOImode: at EL3 ICC_CTLR_EL3's own bit decides, which follows the guest's;
 *   - ICC_AP1R0_EL1: can be cleared, which is what it is good for; other values change nothing;
 *   - ICC_CTLR_EL1.IDbits: 16 bits, as a GIC-500 has; QEMU says 24;
 *   - INTIDs of interrupts that only spi.c has: another one carries them, which is put in their
 *     place and they in its.
 */
#include "twin/monitor/caches.h"
#include "twin/monitor/fast.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/spi.h"
#include "twin/monitor/sysreg.h"

#define PRIORITY_NONSECURE   0x80u /* set: in the non-secure half */
#define PRIORITY_IDLE        0xffu
#define CTLR_EOIMODE         (1u << 1)
#define CTLR_IDBITS          (7u << 11)
#define CTLR_EL3_EOIMODE_EL3 (1u << 2)
#define BPR_MASK             7u
#define INTID_NONE           1023u
#define INTID_MASK           0xffffffu
#define LPI_FIRST            8192u

#define SGI_TARGETS          0xffffull
#define SGI_AFF1(value)      ((value) >> 16 & 0xff)
#define SGI_AFF2_AFF3        0x00ff00ff00000000ull
#define SGI_RANGE            (0xfull << 44)
#define SGI_INTID_SHIFT      24
#define SGI_INTID_MASK       (0xfull << SGI_INTID_SHIFT)
#define SGI_IRM              (1ull << 40)

static uint64_t acknowledge(void)
{
    bool by_el2 = ESR_ISS(read_sysreg(esr_el3)) == FAST_SMC_ACKNOWLEDGED;
    uint64_t intid = gic_acknowledged(by_el2 ? read_sysreg(tpidr_el2) : read_sysreg(ICC_IAR1_EL1));

    /* A group-0 interrupt that came since the trap hides the guest's own. */
    while (intid == INTID_NONE && gic_service())
        intid = gic_acknowledged(read_sysreg(ICC_IAR1_EL1));
    if (intid != INTID_NONE && events_wanted())
        event(EVENT_ACKNOWLEDGE, (uint32_t)intid, 0, 0, NULL, 0);
    return intid;
}

static uint64_t highest_pending(void)
{
    uint64_t intid;

    /* As in acknowledge(). */
    while ((intid = read_sysreg(ICC_HPPIR1_EL1)) == INTID_NONE && gic_service())
        ;
    return spi_is_carrier(intid) ? spi_highest_pending() : intid;
}

static uint64_t priority_to_guest(uint64_t priority)
{
    if (!(priority & PRIORITY_NONSECURE))
        return 0;
    return priority << 1 & 0xff;
}

static uint64_t running_priority(void)
{
    uint64_t priority = read_sysreg(ICC_RPR_EL1);

    return priority == PRIORITY_IDLE ? priority : priority_to_guest(priority);
}

static void set_priority_mask(uint64_t value)
{
    write_sysreg(ICC_PMR_EL1, (value & 0xff) >> 1 | PRIORITY_NONSECURE);
    synchronise_context();
}

static void set_control(uint64_t value)
{
    uint64_t el3 = read_sysreg(ICC_CTLR_EL3) & ~(uint64_t)CTLR_EL3_EOIMODE_EL3;

    if (value & CTLR_EOIMODE)
        el3 |= CTLR_EL3_EOIMODE_EL3;
    write_sysreg(ICC_CTLR_EL3, el3);
    synchronise_context();
    /* Last: ICC_CTLR_EL3 has the guest's bit too, as it was. */
    write_sysreg(ICC_CTLR_EL1, value);
    synchronise_context();
}

static void send_sgi(uint64_t value)
{
    uint64_t board = value & (SGI_INTID_MASK | SGI_IRM);

    if (!(value & SGI_IRM)) {
        if (value & (SGI_AFF2_AFF3 | SGI_RANGE))
            return; /* no such cores */
        for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++) {
            uint64_t affinity = cpu_affinity(cpu);

            if (affinity >> 8 == SGI_AFF1(value) && value >> (affinity & 0xff) & 1)
                board |= 1ull << cpu;
        }
        if (!(board & SGI_TARGETS))
            return;
    }
    event(EVENT_SGI, (uint32_t)(value >> SGI_INTID_SHIFT & 0xf),
          value & SGI_IRM ? ~(1ull << cpu_id()) & SGI_TARGETS : board & SGI_TARGETS, 0, NULL, 0);
    /* What the guest wrote before is there for whom it interrupts. */
    complete_accesses();
    write_sysreg(ICC_ASGI1R_EL1, board);
    synchronise_context();
}

static bool trap_read(uint32_t name, uint64_t *value)
{
    switch (name) {
    case TRAPPED_IAR1:
        *value = acknowledge();
        return true;
    case TRAPPED_HPPIR1:
        *value = highest_pending();
        return true;
    case TRAPPED_PMR:
        *value = priority_to_guest(read_sysreg(ICC_PMR_EL1));
        return true;
    case TRAPPED_RPR:
        *value = running_priority();
        return true;
    case TRAPPED_BPR1:
        *value = read_sysreg(ICC_BPR1_EL1);
        return true;
    case TRAPPED_CTLR:
        *value = read_sysreg(ICC_CTLR_EL1) & ~(uint64_t)CTLR_IDBITS;
        return true;
    case TRAPPED_IGRPEN1:
        *value = read_sysreg(ICC_IGRPEN1_EL1);
        return true;
    case TRAPPED_AP1R(0):
        *value = read_sysreg(ICC_AP1R0_EL1);
        return true;
    default:
        return false;
    }
}

/* LPIs are never active. QEMU's GIC would look for the bit of one, or of whatever number this is,
 * and clear it behind the end of those that it has. */
static void end(uint64_t intid)
{
    event(EVENT_END, (uint32_t)intid, 0, 0, NULL, 0);
    if (gic_spi_has(intid))
        spi_end(intid);
    else if (intid >= LPI_FIRST)
        spi_drop_priority();
    else
        write_sysreg(ICC_EOIR1_EL1, intid);
}

static bool trap_write(uint32_t name, uint64_t value)
{
    switch (name) {
    case TRAPPED_EOIR1:
        value &= INTID_MASK;
        if (value >= LPI_FIRST || __atomic_load_n(&ends_watched, __ATOMIC_RELAXED) != 0)
            end(value);
        else
            write_sysreg(ICC_EOIR1_EL1, value);
        return true;
    case TRAPPED_DIR:
        value &= INTID_MASK;
        if (gic_spi_has(value))
            spi_deactivate(value);
        else
            write_sysreg(ICC_DIR_EL1, value);
        return true;
    case TRAPPED_SGI1R:
        send_sgi(value);
        return true;
    case TRAPPED_SGI0R:
    case TRAPPED_ASGI1R:
        return true; /* the secure world lets nobody interrupt it (GICR_NSACR is 0) */
    case TRAPPED_PMR:
        set_priority_mask(value);
        return true;
    case TRAPPED_BPR1:
        write_sysreg(ICC_BPR1_EL1, value & BPR_MASK); /* QEMU looks for the least before it masks */
        return true;
    case TRAPPED_CTLR:
        set_control(value);
        return true;
    case TRAPPED_IGRPEN1:
        write_sysreg(ICC_IGRPEN1_EL1, value);
        return true;
    case TRAPPED_AP1R(0):
        if ((uint32_t)value == 0)
            gic_drop_priorities();
        return true;
    default:
        return false;
    }
}

void sysreg_trap(struct frame *frame, uint32_t iss)
{
    uint32_t name = iss & TRAPPED_MASK;
    unsigned rt = TRAPPED_RT(iss);
    uint64_t value = 0;
    bool known;

    if (caches_trap(frame, iss))
        return;
    count_register(!(iss & TRAPPED_READ));
    if (iss & TRAPPED_READ) {
        known = trap_read(name, &value);
        if (known)
            frame_set(frame, rt, value);
    } else {
        known = trap_write(name, frame_get(frame, rt));
        synchronise_context();
    }
    if (!known)
        die("%s of a system register the twin does not have: S%u_%u_C%u_C%u_%u, pc %x",
            iss & TRAPPED_READ ? "read" : "write", (uint64_t)(iss >> 20 & 3),
            (uint64_t)(iss >> 14 & 7), (uint64_t)(iss >> 10 & 15), (uint64_t)(iss >> 1 & 15),
            (uint64_t)(iss >> 17 & 7), trap_pc());
    guest_skip();
}
