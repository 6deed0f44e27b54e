// SPDX-License-Identifier: BSD-3-Clause
/*
 * What SYSTEM_SUSPEND leaves of the GIC and of a core (twin/monitor/psci.c, the mood suspend), seen
 * by a guest that sets nothing up again; and when it is refused (Arm DEN 0022, 5.20).
 */
#include "tests/guests/guest.h"

#define PSCI_FEATURES       0x8400000au
#define PSCI_SUSPEND_32     0x8400000eu
#define PSCI_SUSPEND        0xc400000eu
#define DENIED              UINT64_C(-3)
#define NO_ADDRESS          UINT64_C(-9)
#define CORE_1              UINT64_C(1)

#define GICD_CTLR           GICD_BASE
#define GICD(offset, intid) (GICD_BASE + (offset) + (intid) / 32 * 4)
#define ISENABLER           0x100u
#define ISPENDR             0x200u
#define ISACTIVER           0x300u
#define ICFGR(intid)        (GICD_BASE + 0xc00u + (intid) / 16 * 4)
#define IPRIORITYR(intid)   (GICD_BASE + 0x400u + (intid))
#define IROUTER(intid)      (GICD_BASE + 0x6000u + 8 * (uint64_t)(intid))
#define GICR_CTLR           GICR_BASE
#define GICR_PROPBASER      (GICR_BASE + 0x70u)
#define GICR_PENDBASER      (GICR_BASE + 0x78u)
#define GICR_ISENABLER      (GICR_BASE + 0x10100u)
#define GICR_ISPENDR        (GICR_BASE + 0x10200u)
#define GICR_OF_CORE_1      UINT64_C(0x20000)
#define GITS_CTLR           GITS_BASE
#define GITS_CBASER         (GITS_BASE + 0x80u)
#define GITS_CWRITER        (GITS_BASE + 0x88u)
#define GITS_BASER0         (GITS_BASE + 0x100u)
#define BASER_READ_ONLY     (UINT64_C(7) << 56 | UINT64_C(0x1f) << 48)
#define VALID               (UINT64_C(1) << 63)

#define UART1               UINT64_C(0x02810000)
#define UART_IER            0x04u
#define UART_MDR1           0x20u
#define UART_INTID          225u
#define TRANSMITTER_EMPTY   2u

#define WAKE_SGI            1u
#define OTHER_SGI           2u
#define TABLES              UINT64_C(0x90000000)
#define KEPT                UINT64_C(0x123456789abcdef0)

/* One of QEMU's GIC, one of the twin's own. */
static const unsigned spis[] = {40, 448};
#define SPIS 2u

static volatile uint64_t kept;
static volatile bool over;

static void stay(void)
{
    while (!over)
        ;
}

static void refusals(void)
{
    check_value("it is offered", smc(PSCI_FEATURES, PSCI_SUSPEND, 0, 0), 0);
    check_value("in both widths", smc(PSCI_FEATURES, PSCI_SUSPEND_32, 0, 0), 0);
    check_value("not to an entry in the twin", smc(PSCI_SUSPEND, THE_TWINS, 0, 0), NO_ADDRESS);
    check_value("nor to an odd one", smc(PSCI_SUSPEND, (uintptr_t)guest_secondary + 1, 0, 0),
                NO_ADDRESS);
    check_value("another core is turned on", (uint64_t)guest_core_on(CORE_1, stay), 0);
    check_value("not while it is on", smc(PSCI_SUSPEND, (uintptr_t)guest_secondary, 0, 0), DENIED);
    over = true;
    barrier();
    guest_wait_off(CORE_1);
}

static void set_up_spi(unsigned intid)
{
    write32(ICFGR(intid), UINT32_MAX);
    write8(IPRIORITYR(intid), 0x40);
    write64(IROUTER(intid), CORE_1);
    write32(GICD(ISENABLER, intid), 1u << intid % 32);
    write32(GICD(ISPENDR, intid), 1u << intid % 32);
    write32(GICD(ISACTIVER, intid), 1u << intid % 32);
}

static void check_spi(unsigned intid)
{
    check_value("an SPI is disabled", read32(GICD(ISENABLER, intid)), 0);
    check_value("not pending", read32(GICD(ISPENDR, intid)), 0);
    check_value("not active", read32(GICD(ISACTIVER, intid)), 0);
    check_value("a level", read32(ICFGR(intid)), 0);
    check("routed to no core", (read64(IROUTER(intid)) & 0xff) > 1);
}

static void set_up_tables(void)
{
    for (uint64_t frame = 0; frame <= GICR_OF_CORE_1; frame += GICR_OF_CORE_1) {
        write64(GICR_PROPBASER + frame, TABLES | 13);
        write64(GICR_PENDBASER + frame, TABLES + 0x10000);
        write32(GICR_CTLR + frame, 1);
    }
    write64(GITS_BASER0, VALID | (TABLES + 0x20000));
    write64(GITS_CBASER, VALID | (TABLES + 0x30000));
    write64(GITS_CWRITER, 0);
    write32(GITS_CTLR, 1);
}

static void check_tables(void)
{
    for (uint64_t frame = 0; frame <= GICR_OF_CORE_1; frame += GICR_OF_CORE_1) {
        check_value("LPIs are off", read32(GICR_CTLR + frame) & 1, 0);
        check_value("with no properties", read64(GICR_PROPBASER + frame), 0);
        check_value("and no table of what is pending", read64(GICR_PENDBASER + frame), 0);
    }
    check_value("the ITS is off", read32(GITS_CTLR) & 1, 0);
    check_value("has no table", read64(GITS_BASER0) & ~BASER_READ_ONLY, 0);
    check_value("and no queue", read64(GITS_CBASER), 0);
}

/* Where the guest comes back. */
static void after(void)
{
    check_value("memory is as it was", kept, KEPT);
    check_value("the distributor is off", read32(GICD_CTLR) & 2, 0);
    for (unsigned i = 0; i < SPIS; i++)
        check_spi(spis[i]);
    check_value("SGIs and PPIs are disabled", read32(GICR_ISENABLER), 0);
    check_value("and not pending", read32(GICR_ISPENDR) & (1u << WAKE_SGI | 1u << OTHER_SGI), 0);
    check_tables();
    check("a line that is high still is",
          (read32(GICD(ISPENDR, UART_INTID)) >> UART_INTID % 32 & 1) != 0);
    check_value("the timer is off", read_sysreg("cntp_ctl_el0") & 1, 0);
    guest_end();
}

int main(void)
{
    kept = KEPT;
    refusals();
    guest_gic_on();
    for (unsigned i = 0; i < SPIS; i++)
        set_up_spi(spis[i]);
    set_up_tables();
    write32(UART1 + UART_MDR1, 0);
    write32(UART1 + UART_IER, TRANSMITTER_EMPTY);
    check("a line is high", (read32(GICD(ISPENDR, UART_INTID)) >> UART_INTID % 32 & 1) != 0);
    write_sysreg("cntp_cval_el0", UINT64_MAX);
    write_sysreg("cntp_ctl_el0", 1);
    guest_gic_core_on();
    write32(GICR_ISPENDR, 1u << WAKE_SGI | 1u << OTHER_SGI);
    write32(GICR_ISENABLER, 1u << WAKE_SGI);
    barrier();
    check_value("it does not return",
                smc(PSCI_SUSPEND, (uintptr_t)guest_secondary, (uintptr_t)after, 0), KEPT);
    return 0;
}
