// SPDX-License-Identifier: BSD-3-Clause
/*
 * A second interrupt router, GPIOMUX_INTRTR0 (TI-SCI device 100; TI-SCI documentation, AM65x
 * interrupt tables): the banks of GPIO 0 (AM65x TRM SPRUID7, "General-Purpose Interface (GPIO)")
 * come through it as pulses, on INTIDs from 392 on. An output pin that changes gives an interrupt
 * like an input. On the twin only: pins of a board lead somewhere.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "tests/target/counting.h"
#include "tests/target/twin_faults.h"

#include <stddef.h>
#include <stdio.h>

#define ROUTER_DEVICE  100u
#define ROUTER_OUTPUTS 32u
#define ROUTER_INTID   392u
#define BANK_0_INPUT   192u

#define GPIO_BASE      0x00600000u
#define GPIO_BINTEN    0x08u
#define BANK_PINS      16u
#define BANKS          6u

#define ROUNDS         8u
#define TIMEOUT_US     20000000u
#define SETTLE_US      2000u

/* Of two banks of 16 pins each. */
struct gpio_registers {
    uint32_t dir, out_data, set_data, clr_data, in_data;
    uint32_t set_ris_trig, clr_ris_trig, set_fal_trig, clr_fal_trig, intstat;
};

static uintptr_t registers_of(unsigned bank)
{
    return GPIO_BASE + 0x10u + bank / 2 * sizeof(struct gpio_registers);
}

#define REGISTER(bank, name) (registers_of(bank) + offsetof(struct gpio_registers, name))

/* Pin n of bank n is the test's. */
static uint32_t bit_of(unsigned bank)
{
    return UINT32_C(1) << (bank % 2 * BANK_PINS + bank);
}

static struct device gpio = {.name = "gpio0"};
static struct irq *irqs[BANKS];
static struct count {
    uint64_t calls;
    unsigned bank, core;
} counts[BANKS];

static enum irq_return bank_handler(void *context)
{
    struct count *count = context;
    uint32_t bit = bit_of(count->bank);

    if ((mmio_read32(REGISTER(count->bank, intstat)) & bit) == 0)
        return IRQ_NONE;
    mmio_write32(REGISTER(count->bank, intstat), bit);
    count->core = core_id();
    __atomic_add_fetch(&count->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static void drive(unsigned bank, bool high)
{
    if (high)
        mmio_write32(REGISTER(bank, set_data), bit_of(bank));
    else
        mmio_write32(REGISTER(bank, clr_data), bit_of(bank));
}

static uint64_t calls_of(unsigned bank)
{
    return __atomic_load_n(&counts[bank].calls, __ATOMIC_SEQ_CST);
}

static void pins_set_up(bool on)
{
    for (unsigned bank = 0; bank < BANKS; bank++) {
        uint32_t dir = mmio_read32(REGISTER(bank, dir)), bit = bit_of(bank);

        mmio_write32(REGISTER(bank, clr_data), bit);
        mmio_write32(REGISTER(bank, dir), on ? dir & ~bit : dir | bit);
        if (on) {
            mmio_write32(REGISTER(bank, set_ris_trig), bit);
            mmio_write32(REGISTER(bank, set_fal_trig), bit);
        } else {
            mmio_write32(REGISTER(bank, clr_ris_trig), bit);
            mmio_write32(REGISTER(bank, clr_fal_trig), bit);
        }
        mmio_write32(REGISTER(bank, intstat), bit);
    }
    mmio_write32(GPIO_BASE + GPIO_BINTEN, on ? (1u << BANKS) - 1 : 0);
}

/* The router's parent stays to the end of the run, as a platform's does. */
static struct irq_parent *router(void)
{
    static const struct intr_output_range outputs[] = {{0, ROUTER_INTID, ROUTER_OUTPUTS}};
    static const struct intr_facts facts = {
        .device_id = ROUTER_DEVICE, .ranges = outputs, .range_count = 1};
    static struct irq_parent *parent;

    if (parent == NULL && irq_intr_init(&facts, &parent) != 0)
        parent = NULL;
    return parent;
}

static int request(unsigned bank, unsigned core)
{
    const struct irq_request wanted = {
        .index = bank,
        .handler = bank_handler,
        .context = &counts[bank],
        .name = "bank",
        .flags = IRQ_FLAG_EDGE,
        .core = core,
    };

    counts[bank] = (struct count){.bank = bank};
    return irq_request(&gpio, &wanted, &irqs[bank]);
}

static void with_gpio(void (*body)(void))
{
    static uint16_t inputs[BANKS];

    if (!twin_present())
        SKIP("a board's pins lead somewhere");
    CHECK(router() != NULL);
    for (unsigned bank = 0; bank < BANKS; bank++)
        inputs[bank] = (uint16_t)(BANK_0_INPUT + bank);
    CHECK_EQUAL(irq_bind_intr(&gpio, router(), inputs, BANKS), 0);
    pins_set_up(true);
    body();
    pins_set_up(false);
    (void)irq_free_block(irqs, BANKS);
    CHECK_EQUAL(irq_unbind(&gpio), 0);
}

/* Both edges of the bank's pin, one after the other, and where they arrive. */
static void up_and_down(unsigned bank, unsigned core)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t before = calls_of(bank);

        drive(bank, round % 2 == 0);
        CHECK_EQUAL(wait_for_count(&counts[bank].calls, before + 1, TIMEOUT_US), 0);
        CHECK_EQUAL(calls_of(bank), before + 1);
        CHECK_EQUAL(counts[bank].core, core);
    }
}

static void body_edges(void)
{
    unsigned input, output, intid, core;
    char text[96];

    for (unsigned bank = 0; bank < BANKS; bank++)
        CHECK_EQUAL(request(bank, bank % core_count()), 0);
    for (unsigned bank = 0; bank < BANKS && !selftest_failed(); bank++) {
        CHECK(irq_describe(irqs[bank], text, sizeof(text)) > 0);
        CHECK_EQUAL(sscanf(text, "INTR input %u > INTR output %u > INTID %u > core %u", &input,
                           &output, &intid, &core),
                    4);
        CHECK_EQUAL(input, BANK_0_INPUT + bank);
        CHECK_EQUAL(intid, ROUTER_INTID + output);
        up_and_down(bank, bank % core_count());
    }
}

SELFTEST(gpio, each_edge_comes_through_a_router_of_its_own, 60)
{
    with_gpio(body_edges);
}

static void body_moves(void)
{
    CHECK_EQUAL(request(1, 0), 0);
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        CHECK_EQUAL(irq_set_affinity(irqs[1], core), 0);
        up_and_down(1, core);
    }
}

SELFTEST(gpio, interrupts_above_255_move, 60)
{
    with_gpio(body_moves);
}

static void body_masked(void)
{
    CHECK_EQUAL(request(5, 0), 0);
    irq_mask(irqs[5]);
    drive(5, true);
    drive(5, false);
    (void)wait_for_count(&counts[5].calls, 1, SETTLE_US);
    CHECK_EQUAL(calls_of(5), 0);
    CHECK(irq_pending(irqs[5]));
    irq_unmask(irqs[5]);
    CHECK_EQUAL(wait_for_count(&counts[5].calls, 1, TIMEOUT_US), 0);
    up_and_down(5, irq_core(irqs[5]));
    CHECK_EQUAL(calls_of(5), ROUNDS + 1);
    CHECK_EQUAL(irq_free(irqs[5]), 0);
    irqs[5] = NULL;
    drive(5, true);
    CHECK_EQUAL(request(5, 0), 0); /* what came while nobody had it is not for its new owner */
    (void)wait_for_count(&counts[5].calls, 1, SETTLE_US);
    CHECK_EQUAL(calls_of(5), 0);
    mmio_write32(REGISTER(5, intstat), bit_of(5));
    drive(5, false);
    CHECK_EQUAL(wait_for_count(&counts[5].calls, 1, TIMEOUT_US), 0);
}

SELFTEST(gpio, an_edge_is_kept_while_masked_and_gone_with_its_owner, 60)
{
    with_gpio(body_masked);
}
