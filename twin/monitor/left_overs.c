// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood stale-loader: what a loader, or a system before a restart without a reset, may leave
 * behind in the GIC. The loader is played here, by the same accesses as a guest's.
 *
 * - The distributor: every interrupt enabled, pending and active, edge-triggered, of the highest
 *   priority, for any core. SGIs and PPIs of every core likewise.
 * - The boot core's interface: an interrupt acknowledged and not ended, whose priority masks all,
 *   the priority mask at nothing, EOImode.
 * - LPIs on in every redistributor, for good (IHI 0069, "GICR_CTLR": EnableLPIs may be RES1 once it
 *   is set), with tables in memory; some of them enabled, some pending.
 * - The ITS on, with a device of its own, a queue that has come to a bad command, and more commands
 *   behind it. Once off, it takes its time to come to rest (its.c).
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define GICD_CTLR          0x0000u
#define GICD_CTLR_GROUP1   0x12u /* EnableGrp1A, ARE_NS */
#define GICD_ISENABLER(i)  (0x0100u + (i) / 8)
#define GICD_ISPENDR(i)    (0x0200u + (i) / 8)
#define GICD_ISACTIVER(i)  (0x0300u + (i) / 8)
#define GICD_IPRIORITYR(i) (0x0400u + (i))
#define GICD_ICFGR(i)      (0x0c00u + (i) / 4)
#define GICD_IROUTER(i)    (0x6000u + 8 * (i))
#define IROUTER_ANY        (1ull << 31)
#define SGI_FRAME          0x10000u
#define SPI_FIRST          32u
#define ALL                0xffffffffu
#define ALL_EDGE           0xaaaaaaaau

#define PMR_ALL            0xffu
#define PMR_NONE           0x80u /* the guest's view of it is 0 */
#define CTLR_EOIMODE       2u

#define GICR_CTLR          0x0000u
#define GICR_PROPBASER     0x0070u
#define GICR_PENDBASER     0x0078u
#define GICR_ENABLE_LPIS   1u
#define LPI_FIRST          8192u
#define LPIS_ON            32u /* the first of them, all pending; as many more pend, but are off */
#define PROPERTY_ON        0x83u
#define PROPERTY_OFF       0x82u

#define GITS_CTLR          0x0000u
#define GITS_CBASER        0x0080u
#define GITS_CWRITER       0x0088u
#define GITS_BASER(n)      (0x0100u + 8 * (n))
#define BASER_TYPE(baser)  ((unsigned)((baser) >> 56) & 7)
#define VALID              (1ull << 63)
#define PAGE_64K           (2ull << 8)
#define DEVICE             5u
#define DEVICE_EVENT_BITS  1u

/* Its memory, far from all that tools/twin loads. */
#define PROPERTIES         0x9c000000u
#define PENDING(cpu)       (0x9c010000u + 0x10000u * (cpu))
#define QUEUE              0x9c080000u
#define TRANSLATIONS       0x9c090000u
#define TABLE(n)           (0x9c100000u + 0x10000u * (n))
#define MEMORY_END         0x9c200000u

static void distributor(uint64_t offset, unsigned size, uint64_t value)
{
    (void)gicd_access(offset, size, true, &value);
}

static void redistributor(unsigned cpu, uint64_t offset, unsigned size, uint64_t value)
{
    (void)gicr_access(((uint64_t)cpu << GUEST_GICR_FRAME_SHIFT) + offset, size, true, &value);
}

static void its(uint64_t offset, unsigned size, uint64_t value)
{
    its_access(offset, size, true, &value);
}

static void leave_shared(void)
{
    distributor(GICD_CTLR, 4, GICD_CTLR_GROUP1);
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid++) {
        distributor(GICD_IROUTER(intid), 8, IROUTER_ANY);
        distributor(GICD_IPRIORITYR(intid), 1, 0);
    }
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid += 16)
        distributor(GICD_ICFGR(intid), 4, ALL_EDGE);
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid += 32) {
        distributor(GICD_ISENABLER(intid), 4, ALL);
        distributor(GICD_ISPENDR(intid), 4, ALL);
    }
}

static uint64_t sgi_frame(unsigned cpu)
{
    return BOARD_GICR_BASE + ((uint64_t)cpu << GUEST_GICR_FRAME_SHIFT) + SGI_FRAME;
}

static void leave_local(unsigned cpu)
{
    uint64_t frame = sgi_frame(cpu);

    for (unsigned intid = 0; intid < SPI_FIRST; intid++)
        nonsecure_write(frame + GICD_IPRIORITYR(intid), 1, 0);
    nonsecure_write(frame + GICD_ISENABLER(0), 4, ALL);
    nonsecure_write(frame + GICD_ISPENDR(0), 4, ALL);
}

/* Nothing can be acknowledged any more. */
static void leave_active(void)
{
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        nonsecure_write(sgi_frame(cpu) + GICD_ISACTIVER(0), 4, ALL);
    for (unsigned intid = SPI_FIRST; intid < BOARD_INTID_LIMIT; intid += 32)
        distributor(GICD_ISACTIVER(intid), 4, ALL);
}

static void leave_interface(void)
{
    write_sysreg(ICC_IGRPEN1_EL1, 1);
    write_sysreg(ICC_PMR_EL1, PMR_ALL);
    synchronise_context();
    (void)read_sysreg(ICC_IAR1_EL1); /* whatever it is, nobody ends it */
    write_sysreg(ICC_CTLR_EL1, CTLR_EOIMODE);
    write_sysreg(ICC_PMR_EL1, PMR_NONE);
    synchronise_context();
}

static void leave_lpis(unsigned cpu)
{
    uint8_t *pending = memory_at(PENDING(cpu));

    memset(pending + LPI_FIRST / 8, 0xff, 2 * LPIS_ON / 8);
    caches_written(PENDING(cpu), LPI_FIRST / 8 + 2 * LPIS_ON / 8);
    redistributor(cpu, GICR_PROPBASER, 8,
                  PROPERTIES | 7ull << 7 | 1ull << 10 | (lpi_id_bits() - 1));
    redistributor(cpu, GICR_PENDBASER, 8, PENDING(cpu) | 7ull << 7 | 1ull << 10);
    redistributor(cpu, GICR_CTLR, 4, GICR_ENABLE_LPIS);
}

static void command(unsigned number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t *at = memory_at(QUEUE + 32 * number);

    at[0] = first;
    at[1] = second;
    at[2] = third;
    at[3] = 0;
    caches_written(QUEUE + 32 * number, 32);
}

static void leave_its(void)
{
    uint64_t device = (uint64_t)DEVICE << 32;

    for (unsigned n = 0; n < 2; n++)
        its(GITS_BASER(n), 8, VALID | TABLE(4 * n) | PAGE_64K | 3);
    its(GITS_CBASER, 8, VALID | QUEUE | 0xf);
    its(GITS_CTLR, 4, 1);
    command(0, 0x09, 0, VALID);                                             /* MAPC: collection 0 */
    command(1, device | 0x08, DEVICE_EVENT_BITS - 1, VALID | TRANSLATIONS); /* MAPD */
    command(2, device | 0x0a, (uint64_t)LPI_FIRST << 32, 0);                /* MAPTI: event 0 */
    command(3, device | 0x03, 0, 0);                                        /* INT */
    command(4, 0xff, 0, 0);                                                 /* none */
    command(5, device | 0x03, 0, 0);
    its(GITS_CWRITER, 8, 32 * 6);
}

void left_overs(void)
{
    uint8_t *properties;

    if (!(parameters()->moods & AM65X_MOOD_STALE_LOADER))
        return;
    if (!guest_memory(PROPERTIES, MEMORY_END - PROPERTIES))
        die("the mood stale-loader wants memory up to %x", (uint64_t)MEMORY_END);
    properties = memory_at(PROPERTIES);
    memset(properties, PROPERTY_OFF, TABLE(0) - PROPERTIES);
    memset(properties, PROPERTY_ON, LPIS_ON);
    memset(memory_at(PENDING(0)), 0, MEMORY_END - PENDING(0));
    caches_written(PROPERTIES, MEMORY_END - PROPERTIES);
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++) {
        leave_local(cpu);
        leave_lpis(cpu);
    }
    leave_its();
    leave_shared();
    leave_interface();
    leave_active();
}
