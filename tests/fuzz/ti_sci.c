// SPDX-License-Identifier: BSD-3-Clause
/*
 * The system firmware's client behind a hostile secure proxy: counts, messages that answer nothing,
 * answers with any content, in any number and order. On top of it those who build on the answers:
 * the ranges of DMA driver, router and aggregator, and interrupts that are requested and freed.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/icc.h"
#include "drivers/ti_sci/secure_proxy_registers.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "drivers/udma/udma.h"
#include "drivers/udma/udmap_registers.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <string.h>

#define STEPS_MAX      60u
#define IRQS           4u
#define PAGE           0x1000u
#define CHANNEL_REGION (PAGE * UDMAP_CHANNELS_MAX)
#define SPIS           224u
#define CREDITS        10u
#define QUEUED_MAX     4u

enum mode {
    SOUND_THREADS = 0x1, /* the threads' directions and counts are right */
    SOUND_HEADERS = 0x2, /* answers carry their request's header */
    SOUND_RANGES = 0x4,  /* and ranges are as the AM65x has them */
    ACKNOWLEDGES = 0x8,  /* every request succeeds */
};
static unsigned mode;

static struct message {
    union {
        uint32_t words[SECURE_PROXY_WORDS];
        struct tisci_header header;
        struct tisci_get_range_request range;
        struct tisci_get_range_answer range_answer;
    };
} sent, answers[QUEUED_MAX];
static unsigned answer_count;

/* ---- the proxy ---- */

static struct message make_answer(void)
{
    struct message answer = {{{0}}};
    unsigned payload = fuzz_below(SECURE_PROXY_WORDS);

    for (unsigned i = 0; i < payload; i++)
        answer.words[i] = (uint32_t)fuzz_take(4);
    if ((mode & SOUND_HEADERS) != 0 || fuzz_below(4) != 0) {
        answer.header = sent.header;
        answer.header.flags = (mode & ACKNOWLEDGES) != 0 || fuzz_below(4) != 0 ? 2 : 0;
    }
    if ((mode & SOUND_RANGES) != 0 && sent.header.type == TISCI_MSG_RM_GET_RESOURCE_RANGE) {
        answer.range_answer.range_start = sent.range.subtype == TI_SCI_SUBTYPE_RA_GP ? 304 : 16;
        answer.range_answer.range_num = 32;
        answer.range_answer.range_start_sec = answer.range_answer.range_num_sec = 0;
    }
    return answer;
}

/* The last word of a request is there: the firmware answers, or not, or twice. */
static void request_sent(void)
{
    unsigned count = (mode & SOUND_HEADERS) != 0 ? 1 : fuzz_below(4);

    while (count-- != 0 && answer_count < QUEUED_MAX)
        answers[answer_count++] = make_answer();
}

static uint32_t take_word(unsigned word)
{
    uint32_t value = answer_count != 0 ? answers[0].words[word] : (uint32_t)fuzz_take(4);

    if (word == SECURE_PROXY_WORDS - 1 && answer_count != 0)
        memmove(&answers[0], &answers[1], --answer_count * sizeof(answers[0]));
    return value;
}

static bool in(uintptr_t address, uintptr_t base, uintptr_t size)
{
    return address - base < size;
}

static uint64_t read_proxy(uintptr_t address)
{
    bool receives = (address & 0xff000) / PAGE == AM65X_SCI_RX_THREAD;

    if (in(address, AM65X_SECURE_PROXY_SCFG_BASE, 0x100000))
        return (mode & SOUND_THREADS) == 0 ? fuzz_take(4)
               : (address & 0xff000) / PAGE == AM65X_SCI_RX_THREAD + 1
                   ? SECURE_PROXY_CONTROL_IS_RECEIVE
                   : 0;
    if (in(address, AM65X_SECURE_PROXY_RT_BASE, 0x100000))
        return (mode & SOUND_THREADS) == 0 && fuzz_left() != 0 ? fuzz_take(4)
               : receives                                      ? answer_count
                                                               : CREDITS;
    FUZZ_CHECK(receives && address % PAGE >= 4 && address % PAGE < 4 + 4 * SECURE_PROXY_WORDS);
    return take_word((unsigned)(address % PAGE / 4 - 1));
}

/* ---- the rest of the SoC, which is sound ---- */

static uint64_t read_gic(uintptr_t address)
{
    if (address % GICR_FRAME_SIZE == GICD_PIDR2)
        return GIC_ARCHITECTURE_V3 << 4;
    if (address == AM65X_GICD_BASE + GICD_TYPER)
        return SPIS / 32;
    if (address >= AM65X_GICR_BASE && address % GICR_FRAME_SIZE == GICR_TYPER) {
        unsigned core = (unsigned)((address - AM65X_GICR_BASE) / (2 * GICR_FRAME_SIZE));

        return core_affinity(core) << 32 | core << 8 | (core == 3 ? GICR_TYPER_LAST : 0);
    }
    return 0;
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    FUZZ_CHECK(address % size == 0);
    if (in(address, AM65X_SECURE_PROXY_RT_BASE, 0x900000))
        return read_proxy(address);
    if (in(address, AM65X_GICD_BASE, 0x200000))
        return read_gic(address);
    if (address == AM65X_UDMAP_GCFG_BASE + offsetof(struct udmap_registers, cap[2]))
        return 120 | 150 << 18;
    if (in(address, AM65X_TCHAN_RT_BASE, CHANNEL_REGION) ||
        in(address, AM65X_RCHAN_RT_BASE, CHANNEL_REGION))
        return 0; /* every channel is off */
    FUZZ_CHECK(in(address, AM65X_INTA_BASE, AM65X_INTA_VINTS * PAGE));
    return fuzz_take(8);
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    unsigned word = (unsigned)(address % PAGE / 4) - 1;

    FUZZ_CHECK(address % size == 0);
    if (!in(address, AM65X_SECURE_PROXY_DATA_BASE, 0x100000))
        return;
    FUZZ_CHECK(address - AM65X_SECURE_PROXY_DATA_BASE - PAGE * AM65X_SCI_TX_THREAD < PAGE &&
               word < SECURE_PROXY_WORDS);
    sent.words[word] = (uint32_t)value;
    if (word == SECURE_PROXY_WORDS - 1)
        request_sent();
}

uint64_t icc_read(const char *name)
{
    (void)name;
    return 0x701;
}

void icc_write(const char *name, uint64_t value)
{
    (void)name;
    (void)value;
}

/* ---- who builds on it ---- */

static struct device rings = {.name = "rings"};
static struct irq_parent *router, *aggregator;
static struct irq *irqs[IRQS];

static enum irq_return handler(void *context)
{
    (void)context;
    return IRQ_HANDLED;
}

static int start_interrupts(void)
{
    static const struct intr_output_range ranges[] = {{0, 64, 64}, {64, 448, 64}};
    const struct intr_facts intr = {AM65X_DEV_INTR, ranges, 2, 4};
    const struct inta_facts inta = {AM65X_DEV_INTA, AM65X_INTA_BASE, AM65X_INTA_VINTS, 0};
    int error = gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE);

    for (unsigned core = 0; error == 0 && core < core_count(); core++) {
        fuzz_set_core(core);
        error = gic_core_init();
        if (error == 0 && core == 0)
            error = irq_init();
        if (error == 0)
            error = irq_core_init();
    }
    fuzz_set_core(0);
    FUZZ_CHECK(error == 0);
    error = irq_intr_init(&intr, &router);
    if (error == 0)
        error = irq_inta_init(&inta, router, &aggregator);
    if (error == 0)
        error = irq_bind_inta(&rings, aggregator, AM65X_DEV_RINGACC);
    return error;
}

static void start_dma(void)
{
    const struct udma_facts facts = {
        .navss_device = AM65X_DEV_NAVSS,
        .ringacc_device = AM65X_DEV_RINGACC,
        .udmap_device = AM65X_DEV_UDMAP,
        .ring_rt = AM65X_RING_RT_BASE,
        .udmap_gcfg = AM65X_UDMAP_GCFG_BASE,
        .rchan_rt = AM65X_RCHAN_RT_BASE,
        .tchan_rt = AM65X_TCHAN_RT_BASE,
        .psil_base = AM65X_PSIL_BASE,
        .ring_interrupts = &rings,
    };

    if (udma_init(&facts) == 0)
        FUZZ_CHECK(udma_capacity() <= 150);
}

static void use_irq(unsigned number)
{
    const struct irq_request request = {
        .index = (uint32_t)fuzz_take(2), .handler = handler, .name = "fuzz", .core = fuzz_below(5)};
    char text[200];

    if (irqs[number] == NULL) {
        if (irq_request(&rings, &request, &irqs[number]) != 0)
            irqs[number] = NULL;
        return;
    }
    switch (fuzz_below(6)) {
    case 0:
        if (irq_free(irqs[number]) != -EAGAIN)
            irqs[number] = NULL;
        break;
    case 1:
        (void)irq_set_affinity(irqs[number], fuzz_below(5));
        break;
    case 2:
        irq_mask(irqs[number]);
        break;
    case 3:
        irq_unmask(irqs[number]);
        break;
    case 4:
        (void)irq_pending(irqs[number]);
        break;
    default:
        (void)irq_describe(irqs[number], text, fuzz_below(sizeof(text)));
        break;
    }
}

static void ask_version(void)
{
    struct ti_sci_version version;

    if (ti_sci_get_version(&version) == 0)
        FUZZ_CHECK(strnlen(version.description, sizeof(version.description)) <
                   sizeof(version.description));
}

static void ask_device(void)
{
    struct ti_sci_device_state state;
    uint16_t device = (uint16_t)fuzz_take(2);

    (void)ti_sci_device_get(device);
    (void)ti_sci_device_get_state(device, &state);
    (void)ti_sci_device_put(device);
}

static void get_interrupt(void)
{
    fuzz_set_in_interrupt(true);
    (void)ti_sci_receive();
    fuzz_set_in_interrupt(false);
}

static void step(void)
{
    struct ti_sci_range range;
    struct irq_inventory inventory;

    fuzz_restart_clock();
    switch (fuzz_below(10)) {
    case 0:
        ask_version();
        break;
    case 1:
        ask_device();
        break;
    case 2:
        if (ti_sci_get_range((uint16_t)fuzz_take(2), (uint8_t)fuzz_take(1), &range) == 0)
            FUZZ_CHECK(range.count != 0 || range.second_count != 0);
        break;
    case 3:
        ti_sci_use_interrupt(fuzz_below(2) != 0);
        break;
    case 4:
        get_interrupt();
        break;
    case 5:
        fuzz_pass(fuzz_take(4));
        break;
    case 6:
        irq_service();
        irq_get_inventory(&inventory);
        FUZZ_CHECK(inventory.irqs <= 2 * IRQS && inventory.events < 0x20000);
        break;
    default:
        if (rings.interrupts != NULL)
            use_irq(fuzz_below(IRQS));
        break;
    }
}

void fuzz_one(void)
{
    static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

    mode = fuzz_below(16);
    fuzz_set_idle(NULL);
    if (ti_sci_init(&config) != 0)
        return;
    if (start_interrupts() == 0)
        start_dma();
    for (unsigned i = 0; i < STEPS_MAX && fuzz_left() != 0; i++)
        step();
}
