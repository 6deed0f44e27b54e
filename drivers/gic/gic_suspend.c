// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GIC around a loss of power: the distributor, and the boot core's SGIs and PPIs (Arm IHI 0069,
 * 12.9 and 12.11). Those of the other cores are set up when they come back, as at boot.
 *
 * Who has lost what is not asked: a secure monitor may have kept, or brought back, all of it (TF-A
 * does for the K3, plat/ti/common/k3_gicv3.c), and set something pending meanwhile, which must not
 * be lost. So what is enabled is disabled first, since a trigger may only change then, and nothing
 * that is pending is cleared. Nothing is active: no core is in a handler.
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"
#include "drivers/gic/lpi.h"

#include "arch/core.h"
#include "arch/mmio.h"

#include <stddef.h>

#define INTIDS_PER_WORD 32u
#define WORDS           (1024u / INTIDS_PER_WORD)

/* What the registers of 32 interrupts hold. */
struct saved_word {
    uint32_t group, enabled, pending;
    uint32_t priorities[INTIDS_PER_WORD / 4u];
    uint32_t config[2];
};

static struct {
    struct saved_word words[WORDS]; /* the first is the boot core's */
    uint64_t routers[WORDS * INTIDS_PER_WORD];
    uint32_t control;
} saved;

static unsigned words_in_use(void)
{
    return (gic_intid_limit() + INTIDS_PER_WORD - 1u) / INTIDS_PER_WORD;
}

/* Where a word's registers are: as in gic_interrupt.c. */
static uintptr_t frame_of(unsigned word)
{
    return word != 0 ? gic_distributor_base() : gic_redistributor_base(core_id()) + GICR_SGI_FRAME;
}

/* A bit for each interrupt that is an edge. */
static uint32_t edges(const struct saved_word *word)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < INTIDS_PER_WORD; i++)
        if ((word->config[i / 16u] >> 2u * (i % 16u) & GIC_ICFGR_EDGE) != 0)
            bits |= UINT32_C(1) << i;
    return bits;
}

/* Those that are pending because software said so, or for an edge. A level is so for its line, too,
 * and that must not be written back, or it would come once more than the device asks: clearing
 * tells the two apart. (Which software has raised while its line is up comes for the line.) */
static uint32_t latched(const struct saved_word *word, uintptr_t bits)
{
    const uint32_t pending = mmio_read32(bits + GIC_ISPENDR), levels = pending & ~edges(word);
    uint32_t lines;

    mmio_write32(bits + GIC_ICPENDR, levels);
    lines = mmio_read32(bits + GIC_ISPENDR) & levels;
    mmio_write32(bits + GIC_ISPENDR, levels & ~lines); /* it may have to wake us */
    return pending & ~lines;
}

static void save_word(unsigned number)
{
    struct saved_word *word = &saved.words[number];
    const unsigned first = number * INTIDS_PER_WORD;
    const uintptr_t frame = frame_of(number), bits = frame + GIC_WORD_OF_BITS(first);

    word->group = mmio_read32(bits + GIC_IGROUPR);
    word->enabled = mmio_read32(bits + GIC_ISENABLER);
    for (unsigned i = 0; i < INTIDS_PER_WORD / 4u; i++)
        word->priorities[i] = mmio_read32(frame + GIC_IPRIORITYR + first + 4u * i);
    for (unsigned i = 0; i < 2; i++)
        word->config[i] = mmio_read32(frame + GIC_ICFGR + GIC_WORD_OF_ICFGR(first) + 4u * i);
    word->pending = latched(word, bits);
}

static void restore_word(unsigned number)
{
    const struct saved_word *word = &saved.words[number];
    const unsigned first = number * INTIDS_PER_WORD;
    const uintptr_t frame = frame_of(number), bits = frame + GIC_WORD_OF_BITS(first);

    mmio_write32(bits + GIC_IGROUPR, word->group);
    for (unsigned i = 0; i < INTIDS_PER_WORD / 4u; i++)
        mmio_write32(frame + GIC_IPRIORITYR + first + 4u * i, word->priorities[i]);
    for (unsigned i = 0; i < 2; i++)
        mmio_write32(frame + GIC_ICFGR + GIC_WORD_OF_ICFGR(first) + 4u * i, word->config[i]);
    mmio_write32(bits + GIC_ISPENDR, word->pending);
    mmio_write32(bits + GIC_ISENABLER, word->enabled);
}

static void disable_word(unsigned number)
{
    mmio_write32(frame_of(number) + GIC_WORD_OF_BITS(number * INTIDS_PER_WORD) + GIC_ICENABLER,
                 UINT32_MAX);
}

int gic_suspend(void)
{
    const uintptr_t base = gic_distributor_base();

    saved.control = mmio_read32(base + GICD_CTLR) & ~GICD_CTLR_RWP;
    for (unsigned word = 0; word < words_in_use(); word++)
        save_word(word);
    for (unsigned intid = GIC_INTID_SPI_FIRST; intid < gic_intid_limit(); intid++)
        saved.routers[intid] = mmio_read64(base + GICD_IROUTER(intid));
    return gic_lpi_suspend();
}

/* Both, each as long as it takes. */
static int wait_for_writes(void)
{
    int error = gic_wait_clear(gic_distributor_base() + GICD_CTLR, GICD_CTLR_RWP);
    int local = gic_wait_clear(gic_redistributor_base(core_id()) + GICR_CTLR, GICR_CTLR_RWP);

    return error != 0 ? error : local;
}

static int restore_registers(void)
{
    const uintptr_t control = gic_distributor_base() + GICD_CTLR;
    int error;

    /* Group 1 off while the SPIs change; affinity routing is what IROUTER exists with. */
    mmio_write32(control, saved.control & ~GICD_CTLR_ENABLE_GRP1A);
    for (unsigned word = 0; word < words_in_use(); word++)
        disable_word(word);
    error = wait_for_writes();
    for (unsigned intid = GIC_INTID_SPI_FIRST; intid < gic_intid_limit(); intid++)
        mmio_write64(gic_distributor_base() + GICD_IROUTER(intid), saved.routers[intid]);
    for (unsigned word = 0; word < words_in_use(); word++)
        restore_word(word);
    mmio_write32(control, saved.control);
    return error != 0 ? error : wait_for_writes();
}

static void keep_first(int *first, int error)
{
    if (*first == 0)
        *first = error;
}

int gic_resume(void)
{
    int error = gic_redistributor_resume();

    keep_first(&error, gic_cpu_interface_resume());
    keep_first(&error, restore_registers());
    keep_first(&error, gic_lpi_resume());
    return error;
}
