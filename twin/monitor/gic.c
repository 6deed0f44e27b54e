// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GIC (Arm IHI 0069) as the twin shares it with its guest.
 *
 * Group 0 is the twin's: the secure timer, a wake-up SGI and the console's UART, all taken at EL3
 * as FIQs. Everything else is non-secure group 1 and goes straight to EL1.
 *
 * A model's line becomes the SPI of the same INTID. QEMU's SPI inputs can't be driven from inside,
 * so a line is played on the pending latch. For a level-sensitive interrupt the latch must be set
 * whenever the line is high, and clear when it falls:
 *   - the line rises: set pending; it falls: clear pending (which also drops what the guest may
 *     have set by GICD_ISPENDR, the one deviation from a wire);
 *   - the guest acknowledges, which clears the latch: set it again while the line is high, so the
 *     interrupt is active and pending, as with a wire;
 *   - the guest clears it by GICD_ICPENDR, or makes it level-sensitive: the same.
 * An edge-triggered interrupt only takes the rising edge.
 *
 * What QEMU's GIC has no interrupt for is spi.c's.
 *
 * Three places must show the AM65x's two clusters instead of the board's one: GICD_IROUTER,
 * GICR_TYPER (here) and ICC_SGI1R_EL1 (sysreg_trap.c).
 *
 * As TF-A has it on an AM65x (plat/ti/common/k3_gicv3.c there), SGIs 8 to 15 and the secure timer
 * are the secure world's, and PSCI's CPU_ON finds all others of a core disabled.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/spi.h"
#include "twin/monitor/sysreg.h"

#define GICD_CTLR              0x0000u
#define GICD_CTLR_ENABLE_GRP0  (1u << 0)
#define GICD_CTLR_ARE_S        (1u << 4)
#define GICD_CTLR_ARE_NS       (1u << 5)
#define GICD_TYPER             0x0004u
#define GICD_IGROUPR(intid)    (0x0080u + (intid) / 32 * 4)
#define GICD_ISENABLER(intid)  (0x0100u + (intid) / 32 * 4)
#define GICD_ICENABLER(intid)  (0x0180u + (intid) / 32 * 4)
#define GICD_ISPENDR(intid)    (0x0200u + (intid) / 32 * 4)
#define GICD_ICPENDR(intid)    (0x0280u + (intid) / 32 * 4)
#define GICD_ICACTIVER(intid)  (0x0380u + (intid) / 32 * 4)
#define GICD_IPRIORITYR(intid) (0x0400u + (intid))
#define GICD_ICFGR(intid)      (0x0c00u + (intid) / 16 * 4)
#define GICD_IROUTER(intid)    (0x6000u + 8 * (uint64_t)(intid))
#define GICD_ICPENDR_END       0x0300u
#define GICD_ICFGR_END         0x0d00u
#define GICD_IROUTER_FIRST     0x6000u
#define IROUTER_IRM            (1ull << 31)
#define AFFINITY_MASK          0xff00ffffffull
/* An affinity that no core has. */
#define AFFINITY_NOWHERE       0xffu

/* A GIC-500 has 5 bits of priority, of which the non-secure world has 4; QEMU's has 8. */
#define GICD_IPRIORITYR_END    0x0800u
#define PRIORITY_LEVELS        32u
#define PRIORITY_NONSECURE     UINT64_C(0xf0f0f0f0f0f0f0f0)

#define GICR_TYPER             0x0008u
#define GICR_TYPER_AFFINITY    32u
#define GICR_TYPER_LAST        (1u << 4)
#define GICR_WAKER             0x0014u
#define GICR_WAKER_SLEEP       (1u << 1)
#define GICR_WAKER_ASLEEP      (1u << 2)
#define GICR_IGROUPR0          0x10080u
#define GICR_ISENABLER0        0x10100u
#define GICR_ICENABLER0        0x10180u
#define GICR_ICPENDR0          0x10280u
#define GICR_ICACTIVER0        0x10380u
#define GICR_IPRIORITYR        0x10400u
#define GICR_IPRIORITYR_END    0x10420u
#define GICR_ICFGR1            0x10c04u
#define GICR_FRAME_MASK        ((1u << GUEST_GICR_FRAME_SHIFT) - 1u)

#define SPI_FIRST              32u
#define TIMER_INTID            29u /* CNTPS */
#define WAKE_SGI               15u
#define SECURE_SGIS            0xff00u
#define SPECIAL_INTIDS         1020u
#define INTID_NONE             1023u
#define PRIORITY_GUEST         0x80808080u

#define SRE_ENABLE             0xfu /* SRE, no bypass, lower levels may use it */
#define CTLR_EL3_EOIMODE       (1u << 2)
#define SGI_INTID(intid)       ((uint64_t)(intid) << 24)

/* The lines of the models, a bit for each INTID. Written with the models' lock held. */
static uint32_t lines_high[BOARD_INTID_LIMIT / 32];

/* GICD_IROUTER<n> as the guest has them: an affinity that no core has is kept, too. */
static uint64_t routers[BOARD_INTID_LIMIT];
static struct lock router_lock;

/* The console's and, if there is one, the network device's: the twin's, in one word. */
static bool is_mine(uint64_t intid)
{
    return intid == BOARD_CONSOLE_INTID || (net_wanted() && intid == BOARD_NET_INTID);
}

static uint32_t mine(void)
{
    return 1u << BOARD_CONSOLE_INTID % 32 | (net_wanted() ? 1u << BOARD_NET_INTID % 32 : 0);
}

_Static_assert(BOARD_NET_INTID / 32 == BOARD_CONSOLE_INTID / 32, "mine()");

static bool line_is_high(unsigned intid)
{
    return __atomic_load_n(&lines_high[intid / 32], __ATOMIC_ACQUIRE) >> (intid % 32) & 1;
}

const uint32_t *gic_lines(void)
{
    return lines_high;
}

static bool is_level(unsigned intid)
{
    uint32_t config = read32(BOARD_GICD_BASE + GICD_ICFGR(intid));

    return !(config >> (intid % 16 * 2 + 1) & 1);
}

static void set_pending(unsigned intid)
{
    write32(BOARD_GICD_BASE + GICD_ISPENDR(intid), 1u << (intid % 32));
}

static void clear_pending(unsigned intid)
{
    write32(BOARD_GICD_BASE + GICD_ICPENDR(intid), 1u << (intid % 32));
}

void gic_line(unsigned intid, bool high)
{
    uint32_t bit = 1u << (intid % 32);

    if (gic_spi_has(intid)) {
        spi_line(intid, high);
        return;
    }
    if (intid < SPI_FIRST || intid >= BOARD_INTID_LIMIT || line_is_high(intid) == high)
        return;
    /* What the line was asserted for (a status register, a ring in memory) comes before it. */
    complete_accesses();
    if (high) {
        __atomic_fetch_or(&lines_high[intid / 32], bit, __ATOMIC_RELEASE);
        set_pending(intid);
    } else {
        __atomic_fetch_and(&lines_high[intid / 32], ~bit, __ATOMIC_RELEASE);
        if (is_level(intid))
            clear_pending(intid);
    }
}

/* Makes the latch of intid what its line says. With the models' lock held. */
static void refresh(uint64_t intid)
{
    if (line_is_high((unsigned)intid) && is_level((unsigned)intid))
        set_pending((unsigned)intid);
}

static bool has_high_line(uint64_t intid)
{
    return intid - SPI_FIRST < BOARD_INTID_LIMIT - SPI_FIRST && line_is_high((unsigned)intid);
}

uint64_t gic_acknowledged(uint64_t intid)
{
    if (!has_high_line(intid))
        return intid;
    if (spi_is_carrier(intid))
        return gic_acknowledged(spi_take()); /* that is no carrier */
    machine_locked(refresh, intid);
    return intid;
}

/* ---- start ---- */

static void wait_for_writes(void)
{
    complete_accesses();
}

void gic_init(void)
{
    write32(BOARD_GICD_BASE + GICD_CTLR, 0);
    write32(BOARD_GICD_BASE + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS);
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid += 32)
        write32(BOARD_GICD_BASE + GICD_IGROUPR(intid), UINT32_MAX);
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid += 4)
        write32(BOARD_GICD_BASE + GICD_IPRIORITYR(intid), PRIORITY_GUEST);

    spi_init();
    /* As if their lines were high: so to tell them from others costs an acknowledge nothing. */
    lines_high[CARRIER_FIRST / 32] |= ((1u << BOARD_CPUS_MAX) - 1) << CARRIER_FIRST % 32;

    /* They go to the boot core, whatever the guest does with it. */
    write32(BOARD_GICD_BASE + GICD_IGROUPR(BOARD_CONSOLE_INTID), ~mine());
    for (unsigned intid = SPI_FIRST; intid < SPI_FIRST + 32; intid++) {
        if (!is_mine(intid))
            continue;
        mmio_write(BOARD_GICD_BASE + GICD_IPRIORITYR(intid), 1, PRIORITY_MINE);
        mmio_write(BOARD_GICD_BASE + GICD_IROUTER(intid), 8, cpu_id());
    }
    write32(BOARD_GICD_BASE + GICD_ISENABLER(BOARD_CONSOLE_INTID), mine());
    write32(BOARD_GICD_BASE + GICD_CTLR,
            GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP0);
    wait_for_writes();
}

static void redistributor_init(uint64_t frame)
{
    const uint32_t own = 1u << TIMER_INTID | 1u << WAKE_SGI;
    const uint32_t secure = 1u << TIMER_INTID | SECURE_SGIS;

    write32(frame + GICR_WAKER, read32(frame + GICR_WAKER) & ~GICR_WAKER_SLEEP);
    while (read32(frame + GICR_WAKER) & GICR_WAKER_ASLEEP)
        ;
    write32(frame + GICR_ICENABLER0, ~own);
    write32(frame + GICR_IGROUPR0, ~secure);
    write32(frame + GICR_ICFGR1, 0);
    for (unsigned intid = 0; intid < SPI_FIRST; intid += 4)
        write32(frame + GICR_IPRIORITYR + intid, PRIORITY_GUEST);
    mmio_write(frame + GICR_IPRIORITYR + TIMER_INTID, 1, PRIORITY_TIMER);
    mmio_write(frame + GICR_IPRIORITYR + WAKE_SGI, 1, PRIORITY_MINE);
    write32(frame + GICR_ISENABLER0, own);
    wait_for_writes();
}

static uint64_t own_frame(void)
{
    return BOARD_GICR_BASE + ((uint64_t)cpu_id() << GUEST_GICR_FRAME_SHIFT);
}

/* QEMU lets nobody write the non-secure ICC_AP1R0_EL1. */
void gic_drop_priorities(void)
{
    uint64_t control = read_sysreg(ICC_CTLR_EL3);

    write_sysreg(ICC_CTLR_EL3, control | CTLR_EL3_EOIMODE);
    synchronise_context();
    for (unsigned i = 0; i < PRIORITY_LEVELS && read_sysreg(ICC_AP1R0_EL1) != 0; i++) {
        write_sysreg(ICC_EOIR1_EL1, 0);
        synchronise_context();
    }
    write_sysreg(ICC_CTLR_EL3, control);
    synchronise_context();
    spi_forget_ends();
}

/* The non-secure group's part of the CPU interface. */
static void reset_interface(void)
{
    write_sysreg(ICC_IGRPEN1_EL1, 0);
    gic_drop_priorities();
    write_sysreg(ICC_CTLR_EL3, read_sysreg(ICC_CTLR_EL3) & ~(uint64_t)CTLR_EL3_EOIMODE);
    synchronise_context();
    write_sysreg(ICC_CTLR_EL1, 0);
    write_sysreg(ICC_BPR1_EL1, 0); /* becomes the smallest that there is */
    write_sysreg(ICC_PMR_EL1, 0xff);
    synchronise_context();
}

void gic_cpu_restart(void)
{
    redistributor_init(own_frame());
    reset_interface();
}

void gic_cpu_init(void)
{
    redistributor_init(own_frame());
    write_sysreg(ICC_SRE_EL3, SRE_ENABLE);
    synchronise_context();
    write_sysreg(ICC_SRE_EL2, SRE_ENABLE);
    write_sysreg(ICC_SRE_EL1, SRE_ENABLE & 7u);
    synchronise_context();
    reset_interface();
    write_sysreg(ICC_IGRPEN0_EL1, 1);
    synchronise_context();
}

/* ---- the twin's own interrupts ---- */

static void end_of_interrupt(uint64_t intid)
{
    write_sysreg(ICC_EOIR0_EL1, intid);
    /* EL3 follows the guest's choice of EOImode (sysreg_trap.c). */
    if (read_sysreg(ICC_CTLR_EL3) & CTLR_EL3_EOIMODE)
        write_sysreg(ICC_DIR_EL1, intid);
    synchronise_context();
}

bool gic_service(void)
{
    uint64_t intid = read_sysreg(ICC_IAR0_EL1);

    if (intid >= SPECIAL_INTIDS)
        return false;
    /* Ended at once: it is masked at EL3 anyway, and a core whose timer is active could not be
     * woken from its sleep for a lock. */
    end_of_interrupt(intid);
    if (intid == TIMER_INTID)
        machine_tick();
    else if (intid == BOARD_CONSOLE_INTID)
        machine_console();
    else if (intid == BOARD_NET_INTID)
        machine_net();
    /* WAKE_SGI has done its work by ending the WFI. */
    return true;
}

void gic_wake(unsigned cpu)
{
    complete_accesses(); /* the core finds what it is woken for */
    write_sysreg(ICC_SGI0R_EL1, SGI_INTID(WAKE_SGI) | 1u << cpu);
    synchronise_context();
}

/* ---- SYSTEM_SUSPEND ---- */

void gic_sleep(void)
{
    for (;;) {
        uint64_t intid = read_sysreg(ICC_HPPIR1_EL1);

        if (intid != INTID_NONE)
            return;
        complete_accesses();
        wait_for_interrupt();
        while (gic_service())
            ;
    }
}

/* A word of the distributor's bitmaps: all that in it is the guest's. */
static void lose_word(unsigned first)
{
    uint64_t words = BOARD_GICD_BASE + first / 32 * 4;
    uint32_t guests = UINT32_MAX;

    if (first == BOARD_CONSOLE_INTID / 32 * 32)
        guests &= ~mine();
    write32(words + GICD_ICENABLER(0), guests);
    write32(words + GICD_ICPENDR(0), guests);
    write32(words + GICD_ICACTIVER(0), guests);
    for (unsigned intid = first; intid < first + 32; intid++) {
        if (is_mine(intid))
            continue;
        mmio_write(BOARD_GICD_BASE + GICD_IPRIORITYR(intid), 1, PRIORITY_GUEST & 0xff);
        mmio_write(BOARD_GICD_BASE + GICD_IROUTER(intid), 8, AFFINITY_NOWHERE);
        routers[intid] = AFFINITY_NOWHERE; /* the reset value is unknown */
    }
    write32(BOARD_GICD_BASE + GICD_ICFGR(first), 0);
    write32(BOARD_GICD_BASE + GICD_ICFGR(first + 16), 0);
}

/* With the models' lock held. Lines stay what they are, and all are levels now. */
static void lose_distributor(uint64_t unused)
{
    (void)unused;
    write32(BOARD_GICD_BASE + GICD_CTLR,
            GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP0);
    for (unsigned first = SPI_FIRST; first < BOARD_INTID_LIMIT; first += 32)
        if (!gic_spi_has(first))
            lose_word(first);
    spi_lose_power();
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid++)
        if (!gic_spi_has(intid) && has_high_line(intid))
            set_pending(intid);
}

static void lose_redistributor(unsigned cpu)
{
    uint64_t frame = BOARD_GICR_BASE + ((uint64_t)cpu << GUEST_GICR_FRAME_SHIFT);
    const uint32_t guests = ~(1u << TIMER_INTID | SECURE_SGIS);

    lpi_lose_power(cpu);
    write32(frame + GICR_ICENABLER0, guests);
    write32(frame + GICR_ICPENDR0, guests);
    write32(frame + GICR_ICACTIVER0, guests);
}

void gic_lose_power(void)
{
    machine_locked(lose_distributor, 0);
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        lose_redistributor(cpu);
    its_lose_power();
    wait_for_writes();
}

/* ---- the guest's accesses ---- */

static uint64_t router_to_board(uint64_t router)
{
    int cpu = cpu_of_affinity(router & AFFINITY_MASK);

    uint64_t affinity = cpu < 0 ? AFFINITY_NOWHERE : (uint64_t)cpu;

    return (router & IROUTER_IRM) | affinity;
}

static void router_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    uint64_t intid = (offset - GICD_IROUTER(0)) / 8;

    if (intid < SPI_FIRST || intid >= BOARD_INTID_LIMIT || is_mine(intid)) {
        *value = 0;
    } else if (write) {
        lock_take(&router_lock); /* what is kept, and where it is routed, are one */
        routers[intid] =
            merge(routers[intid], offset, size, *value) & (IROUTER_IRM | AFFINITY_MASK);
        nonsecure_write(BOARD_GICD_BASE + GICD_IROUTER(intid), 8, router_to_board(routers[intid]));
        lock_release(&router_lock);
    } else {
        *value = routers[intid] >> (offset % 8 * 8);
    }
}

static void refresh_many(uint64_t first, unsigned count)
{
    for (uint64_t intid = first; intid < first + count; intid++)
        if (has_high_line(intid))
            machine_locked(refresh, intid);
}

bool gicd_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    if (spi_gicd_access(offset, size, write, value))
        return true;
    if (offset >= GICD_IROUTER_FIRST) {
        router_access(offset, size, write, value);
        return true;
    }
    if (!write) {
        *value = (offset & ~3ull) == GICD_TYPER
                     ? spi_gicd_typer(lpi_gicd_typer()) >> (offset % 4 * 8)
                     : nonsecure_read(BOARD_GICD_BASE + offset, size);
        return true;
    }
    if (offset >= GICD_IPRIORITYR(0) && offset < GICD_IPRIORITYR_END)
        *value &= PRIORITY_NONSECURE;
    nonsecure_write(BOARD_GICD_BASE + offset, size, *value);
    if (offset >= GICD_ICPENDR(0) && offset < GICD_ICPENDR_END)
        refresh_many((offset - GICD_ICPENDR(0)) * 8, 32);
    else if (offset >= GICD_ICFGR(0) && offset < GICD_ICFGR_END)
        refresh_many((offset - GICD_ICFGR(0)) * 4, 16);
    return true;
}

bool gicr_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    unsigned cpu = (unsigned)(offset >> GUEST_GICR_FRAME_SHIFT);
    uint64_t reg = offset & GICR_FRAME_MASK;
    uint64_t typer;

    if (cpu >= parameters()->cpus)
        return false;
    if (write && reg >= GICR_IPRIORITYR && reg < GICR_IPRIORITYR_END) {
        nonsecure_write(BOARD_GICR_BASE + offset, size, *value & PRIORITY_NONSECURE);
    } else if (write) {
        lpi_write(cpu, reg, size, *value);
    } else if ((reg & ~7ull) == GICR_TYPER) {
        typer = nonsecure_read(BOARD_GICR_BASE + (offset & ~7ull), 8);
        typer = (typer & UINT32_MAX) | cpu_affinity(cpu) << GICR_TYPER_AFFINITY;
        if (cpu == parameters()->cpus - 1) /* the board may have R5Fs behind it */
            typer |= GICR_TYPER_LAST;
        *value = typer >> (offset % 8 * 8);
    } else {
        *value = lpi_read(cpu, reg, size);
    }
    return true;
}
