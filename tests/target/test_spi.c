// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the GIC makes of several SPIs that are pending together (Arm IHI 0069, 4.1.2 and 4.8): which
 * is next, what may interrupt what, and the two steps of an end. The interrupt layer has one
 * priority for all; here the test is its own handler. With IRQs masked it acknowledges and ends by
 * itself, and the priority mask keeps everybody else's interrupts out.
 *
 * The INTIDs are those of devices that do nothing here. For the twin they are of two kinds: those
 * that QEMU's GIC has, and those that the twin has in software.
 */
#include "app/selftest/selftest.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/icc.h"
#include "drivers/gic/internal.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/twin_faults.h"

#include <errno.h>
#include <stddef.h>

#define ICC_RPR_EL1      "S3_0_C12_C11_3"
#define ICC_DIR_EL1      "S3_0_C12_C11_1"

#define MASK             0x80u /* lets the test's own pass, and none of the layer's */
#define IDLE             0xffu /* ICC_RPR_EL1: nothing is active */
#define ARRIVAL_US       20000000u
#define SETTLE_US        20u
#define SETTLE_LEVEL_US  2000u
#define JOIN_US          UINT64_C(40000000) /* above that */
#define AFFINITY_NOWHERE UINT64_C(0xff00)

static const unsigned intids[] = {240, 600, 610, 900, 901};
#define HARDWARE  240u
#define SPI_COUNT (sizeof(intids) / sizeof(intids[0]))

/* ---- what there is on the way ---- */

static void raise(unsigned intid, uint8_t priority)
{
    CHECK_EQUAL(gic_configure(intid, GIC_EDGE, priority), 0);
    CHECK_EQUAL(gic_enable(intid), 0);
    CHECK_EQUAL(gic_set_pending(intid), 0);
}

static unsigned acknowledge(void)
{
    unsigned intid = (unsigned)icc_read(ICC_IAR1_EL1);

    barrier_complete();
    return intid;
}

static void end(unsigned intid)
{
    icc_write(ICC_EOIR1_EL1, intid);
    barrier_context();
}

static void mask_at(unsigned priority)
{
    icc_write(ICC_PMR_EL1, priority);
    barrier_context();
}

/* Acknowledges, as soon as there is something. */
static unsigned next(void)
{
    deadline_t deadline = deadline_after_us(ARRIVAL_US);
    unsigned intid;

    while ((intid = acknowledge()) == GIC_INTID_SPURIOUS && !deadline_passed(deadline))
        ;
    return intid;
}

/* The same where there should be nothing. */
static unsigned next_at_once(void)
{
    deadline_t deadline = deadline_after_us(SETTLE_US);

    while (!deadline_passed(deadline))
        ;
    return acknowledge();
}

static unsigned running_priority(void)
{
    return (unsigned)icc_read(ICC_RPR_EL1) & 0xffu;
}

/* Runs body with the SPIs routed to this core; puts them back after, whatever body has left. */
static void with_spis(void (*body)(void))
{
    for (size_t i = 0; i < SPI_COUNT; i++)
        CHECK_EQUAL(gic_set_affinity(intids[i], core_id()), 0);

    unsigned long state = irq_save();
    uint64_t mask = icc_read(ICC_PMR_EL1), control = icc_read(ICC_CTLR_EL1);

    mask_at(MASK);
    body();
    icc_write(ICC_CTLR_EL1, control);
    for (size_t i = 0; i < SPI_COUNT; i++) {
        (void)gic_mask(intids[i]);
        (void)gic_clear_pending(intids[i]);
    }
    barrier_context();
    for (size_t i = 0; i < SPI_COUNT && running_priority() != IDLE; i++)
        end(intids[0]); /* a test that has failed */
    for (size_t i = 0; i < SPI_COUNT; i++)
        mmio_write32(gic_distributor_base() + GIC_ICACTIVER + intids[i] / 32 * 4,
                     UINT32_C(1) << (intids[i] % 32));
    mask_at((unsigned)mask);
    irq_restore(state);
    for (size_t i = 0; i < SPI_COUNT; i++) {
        (void)gic_disable(intids[i]);
        (void)gic_configure(intids[i], GIC_LEVEL, GIC_PRIORITY_DEFAULT);
        (void)gic_set_affinity(intids[i], 0);
    }
}

static void on_this_core(void *argument)
{
    with_spis(*(void (**)(void))argument);
}

static void on_each_core(void (*body)(void))
{
    with_spis(body);
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        if (core == core_id())
            continue;
        CHECK_EQUAL(smp_start(core, on_this_core, &body), 0);
        CHECK_EQUAL(smp_join(core, JOIN_US), 0);
    }
}

/* ---- the tests ---- */

static void body_order(void)
{
    raise(HARDWARE, 0x70);
    raise(900, 0x60);
    raise(610, 0x50);
    raise(600, 0x40);
    CHECK_EQUAL(next(), 600);
    CHECK_EQUAL(running_priority(), 0x40);
    CHECK(gic_is_active(600));
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS); /* nothing more urgent */
    raise(901, 0x20);
    CHECK_EQUAL(next(), 901);
    CHECK_EQUAL(running_priority(), 0x20);
    raise(HARDWARE, 0x10);
    CHECK_EQUAL(next(), HARDWARE);
    CHECK_EQUAL(running_priority(), 0x10);
    end(HARDWARE);
    end(901);
    CHECK(!gic_is_active(901));
    CHECK(gic_is_active(600));
    CHECK_EQUAL(running_priority(), 0x40);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
    end(600);
    CHECK_EQUAL(next(), 610);
    end(610);
    CHECK_EQUAL(next(), 900);
    end(900);
    CHECK_EQUAL(running_priority(), IDLE);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
}

SELFTEST(spi, the_most_urgent_is_next_and_interrupts_others, 60)
{
    on_each_core(body_order);
}

static void body_mask(void)
{
    mask_at(0x40);
    raise(600, 0x40);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
    CHECK_EQUAL(icc_read(ICC_HPPIR1_EL1), 600);
    CHECK(gic_is_pending(600));
    raise(HARDWARE, 0x30);
    CHECK_EQUAL(next(), HARDWARE);
    end(HARDWARE);
    CHECK_EQUAL(gic_configure(600, GIC_EDGE, 0x30), 0); /* while it is pending */
    CHECK_EQUAL(next(), 600);
    CHECK_EQUAL(running_priority(), 0x30);
    CHECK(!gic_is_pending(600));
    end(600);
}

SELFTEST(spi, the_priority_mask_holds_back, 60)
{
    on_each_core(body_mask);
}

static void body_two_steps(void)
{
    static const unsigned both[] = {HARDWARE, 600};

    icc_write(ICC_CTLR_EL1, icc_read(ICC_CTLR_EL1) | ICC_CTLR_EOIMODE);
    barrier_context();
    for (unsigned i = 0; i < 2; i++) {
        raise(both[i], 0x40);
        CHECK_EQUAL(next(), both[i]);
        end(both[i]);
        CHECK_EQUAL(running_priority(), IDLE);
        CHECK(gic_is_active(both[i]));
        CHECK_EQUAL(gic_set_pending(both[i]), 0);
        CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS); /* active: not again */
        icc_write(ICC_DIR_EL1, both[i]);
        barrier_context();
        CHECK_EQUAL(next(), both[i]);
        end(both[i]);
        icc_write(ICC_DIR_EL1, both[i]);
        barrier_context();
        CHECK(!gic_is_active(both[i]));
    }
}

SELFTEST(spi, an_end_can_have_two_steps, 60)
{
    on_each_core(body_two_steps);
}

static void body_active(void)
{
    uintptr_t set = gic_distributor_base() + GIC_ISACTIVER + 600 / 32 * 4;
    uintptr_t clear = gic_distributor_base() + GIC_ICACTIVER + 600 / 32 * 4;
    const uint32_t bit = UINT32_C(1) << (600 % 32);

    mmio_write32(set, bit);
    raise(600, 0x40);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
    CHECK_EQUAL(gic_mask(600), 0);
    mmio_write32(clear, bit);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
    CHECK(gic_is_pending(600));
    CHECK_EQUAL(gic_enable(600), 0);
    CHECK_EQUAL(next(), 600);
    CHECK_EQUAL(gic_set_pending(600), 0); /* while it is active */
    end(600);
    CHECK_EQUAL(next(), 600);
    end(600);
}

SELFTEST(spi, active_and_enabled_are_set_and_cleared, 60)
{
    on_each_core(body_active);
}

static void body_affinity(void)
{
    uintptr_t router = gic_distributor_base() + GICD_IROUTER(600);
    uint64_t here = mmio_read64(router);

    mmio_write64(router, AFFINITY_NOWHERE);
    raise(600, 0x40);
    raise(610, 0x50);
    CHECK_EQUAL(next(), 610); /* the other one is more urgent, but nobody's */
    CHECK(gic_is_pending(600));
    mmio_write64(router, here);
    CHECK_EQUAL(next(), 600);
    end(600);
    end(610);
    CHECK_EQUAL(next_at_once(), GIC_INTID_SPURIOUS);
}

SELFTEST(spi, one_for_a_core_that_is_not_there_waits, 60)
{
    on_each_core(body_affinity);
}

/* ---- a level, through the layer ---- */

/* MCU UART 0 (AM65x TRM SPRUID7, "Universal Asynchronous Receiver/Transmitter (UART)"). */
#define UART_BASE  0x40a00000u
#define UART_IER   0x04u
#define UART_MDR1  0x20u
#define IER_THR    0x02u /* high while there is room to send */
#define MDR1_16X   0x00u
#define MDR1_OFF   0x07u
#define UART_INTID 597u
#define CALLS      5u

static uint64_t uart_calls;

/* Silences the line with its last call. */
static enum irq_return uart_handler(void *context)
{
    (void)context;
    if (__atomic_add_fetch(&uart_calls, 1, __ATOMIC_SEQ_CST) == CALLS)
        mmio_write32(UART_BASE + UART_IER, 0);
    wait_notify();
    return IRQ_HANDLED;
}

static void body_level(struct device *device, unsigned core)
{
    const struct irq_request request = {.handler = uart_handler, .core = core};
    struct irq *irq;

    __atomic_store_n(&uart_calls, 0, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(irq_request(device, &request, &irq), 0);
    mmio_write32(UART_BASE + UART_IER, IER_THR);

    int arrived = wait_for_count(&uart_calls, CALLS, ARRIVAL_US);
    int more = wait_for_count(&uart_calls, CALLS + 1, SETTLE_LEVEL_US);
    bool pending = irq_pending(irq);

    mmio_write32(UART_BASE + UART_IER, 0);
    CHECK_EQUAL(irq_free(irq), 0);
    CHECK_EQUAL(arrived, 0);
    CHECK_EQUAL(more, -ETIMEDOUT);
    CHECK(!pending);
}

SELFTEST(spi, a_level_comes_again_until_it_falls, 60)
{
    static const uint16_t wires[] = {UART_INTID};
    struct device device = {.name = "MCU UART"};

    if (!twin_present())
        SKIP("a board's MCU UART is the R5F's");
    CHECK_EQUAL(irq_bind_wired(&device, platform_wired(), wires, 1), 0);
    mmio_write32(UART_BASE + UART_MDR1, MDR1_16X);
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++)
        body_level(&device, core);
    mmio_write32(UART_BASE + UART_MDR1, MDR1_OFF);
    CHECK_EQUAL(irq_unbind(&device), 0);
}
