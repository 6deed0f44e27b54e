// SPDX-License-Identifier: BSD-3-Clause
/*
 * GICv3 redistributors: finding them, and bringing up the calling core's (Arm IHI 0069, 12.11).
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "lib/log.h"

#include <errno.h>

#define PRIORITIES_DEFAULT (GIC_PRIORITY_DEFAULT * 0x01010101u)
#define SGIS_AND_PPIS      32u
#define FRAMES_MIN         (2u * GICR_FRAME_SIZE)

LOG_USE(gic);

/* In the order of the walk. */
static struct redistributor {
    uintptr_t base;
    uint64_t typer;
    uint64_t affinity;
} redistributors[CORE_MAX];
static unsigned redistributor_count;

/* By core number, once the core has initialised its own. */
static const struct redistributor *of_core[CORE_MAX];

/* GICR_TYPER has the four affinity bytes side by side; MPIDR_EL1 has Aff3 in bits 39:32. */
static uint64_t affinity_of(uint64_t typer)
{
    uint64_t bytes = GICR_TYPER_AFFINITY(typer);

    return (bytes & 0xff000000u) << 8 | (bytes & 0x00ffffffu);
}

/* An RD frame and an SGI frame, and two more where there are virtual LPIs. */
static uintptr_t size_of(uint64_t typer)
{
    return ((typer & GICR_TYPER_VLPIS) != 0 ? 4u : 2u) * GICR_FRAME_SIZE;
}

static bool is_redistributor(uintptr_t base)
{
    unsigned architecture = GIC_PIDR2_ARCHITECTURE(mmio_read32(base + GICR_PIDR2));

    return architecture == GIC_ARCHITECTURE_V3 || architecture == GIC_ARCHITECTURE_V4;
}

/* left: bytes of the region from base on. */
static int walk(uintptr_t base, uintptr_t left, bool *left_out)
{
    uint64_t typer = 0;

    while ((typer & GICR_TYPER_LAST) == 0 && left >= FRAMES_MIN) {
        *left_out = redistributor_count == CORE_MAX;
        if (*left_out || !is_redistributor(base))
            break;
        typer = mmio_read64(base + GICR_TYPER);
        if (size_of(typer) > left) {
            log_error(gic, "redistributor at 0x%llx: its frames reach out of the region",
                      (unsigned long long)base);
            return -ERANGE;
        }
        redistributors[redistributor_count++] =
            (struct redistributor){base, typer, affinity_of(typer)};
        base += size_of(typer);
        left -= size_of(typer);
    }
    return 0;
}

int gic_redistributors_find(uintptr_t base, uintptr_t size, bool *left_out)
{
    int error;

    redistributor_count = 0;
    *left_out = false;
    if (size > UINTPTR_MAX - base) {
        log_error(gic, "redistributors at 0x%llx, 0x%llx bytes: past the end of the addresses",
                  (unsigned long long)base, (unsigned long long)size);
        return -ERANGE;
    }
    error = walk(base, size, left_out);
    if (error == 0 && redistributor_count == 0) {
        log_error(gic, "no redistributor at 0x%llx", (unsigned long long)base);
        error = -ENODEV;
    }
    if (error != 0)
        redistributor_count = 0;
    return error;
}

unsigned gic_redistributor_count(void)
{
    return redistributor_count;
}

uint64_t gic_redistributor_affinity(unsigned index)
{
    return index < redistributor_count ? redistributors[index].affinity : UINT64_MAX;
}

uintptr_t gic_redistributor_address(unsigned index)
{
    return index < redistributor_count ? redistributors[index].base : 0;
}

static const struct redistributor *find(uint64_t affinity)
{
    for (unsigned i = 0; i < redistributor_count; i++)
        if (redistributors[i].affinity == affinity)
            return &redistributors[i];
    return NULL;
}

uintptr_t gic_redistributor_base(unsigned core)
{
    return core < CORE_MAX && of_core[core] != NULL ? of_core[core]->base : 0;
}

uint64_t gic_redistributor_typer(unsigned core)
{
    return core < CORE_MAX && of_core[core] != NULL ? of_core[core]->typer : 0;
}

/* Inlined: most applications have only the first of its two users. */
static inline __attribute__((always_inline)) int wake(uintptr_t base)
{
    uint32_t waker = mmio_read32(base + GICR_WAKER);

    /* Where the secure world owns the register, it reads as zero, and TF-A has woken the
     * redistributor. */
    mmio_write32(base + GICR_WAKER, waker & ~GICR_WAKER_PROCESSOR_SLEEP);
    return gic_wait_clear(base + GICR_WAKER, GICR_WAKER_CHILDREN_ASLEEP);
}

int gic_redistributor_resume(void)
{
    return wake(gic_redistributor_base(core_id()));
}

/* All SGIs and PPIs disabled, not active, of group 1, default priority; not pending, if they are to
 * be dropped: a bit for each. Inlined, as above. */
static inline __attribute__((always_inline)) int reset_sgis_and_ppis(uintptr_t base, uint32_t drop)
{
    uintptr_t frame = base + GICR_SGI_FRAME;

    mmio_write32(frame + GIC_ICENABLER, UINT32_MAX);
    mmio_write32(frame + GIC_ICPENDR, drop);
    mmio_write32(frame + GIC_ICACTIVER, UINT32_MAX);
    mmio_write32(frame + GIC_IGROUPR, UINT32_MAX);
    for (unsigned intid = 0; intid < SGIS_AND_PPIS; intid += 4u)
        mmio_write32(frame + GIC_IPRIORITYR + intid, PRIORITIES_DEFAULT);
    return gic_wait_clear(base + GICR_CTLR, GICR_CTLR_RWP);
}

int gic_core_init(void)
{
    unsigned core = core_id();
    const struct redistributor *own = find(core_affinity(core));
    int error;

    if (own == NULL)
        return -ENODEV;
    error = wake(own->base);
    if (error != 0)
        return error;
    error = reset_sgis_and_ppis(own->base, UINT32_MAX);
    if (error != 0)
        return error;
    error = gic_cpu_interface_init();
    if (error != 0)
        return error;
    of_core[core] = own;
    return 0;
}

int gic_core_resume(void)
{
    uintptr_t base = gic_redistributor_base(core_id());
    int error = wake(base);

    if (error == 0)
        error = reset_sgis_and_ppis(base, 0);
    return error == 0 ? gic_cpu_interface_resume() : error;
}
