// SPDX-License-Identifier: BSD-3-Clause
/*
 * The VIM as the root of the interrupt layer: its inputs by the numbers that the layer has for
 * interrupts, and the way of an interrupt, inline.
 *
 * The numbers (INTIDs) are laid out as in the GIC architecture, so that the layer above knows one
 * layout: 0-15 come from software, 16-31 are the core's own devices, and input n is 32 + n. Behind
 * the first are inputs that nothing is wired to, from VIM_SOFTWARE_FIRST on; behind the second
 * those inputs that vim_root_init() is told.
 *
 * What an acknowledge costs: three reads. PRIIRQ, since reading IRQVEC while nothing is presented
 * would leave ACTIRQ at what an interrupted handler has; IRQVEC; and ACTIRQ, since something more
 * urgent may have come in between. The core's VIC port is off (SCTLR.VE): with it on, the core
 * itself has read IRQVEC, and the second read would be one too many.
 */
#ifndef DRIVERS_VIM_VIM_ROOT_H
#define DRIVERS_VIM_VIM_ROOT_H

#include "arch/barrier.h"
#include "arch/mmio.h"
#include "drivers/vim/vim.h"
#include "drivers/vim/vim_registers.h"

#include <stdbool.h>
#include <stdint.h>

#define VIM_ROOT_SOFTWARE  16u
#define VIM_ROOT_PRIVATE   16u
#define VIM_ROOT_INTIDS    VIM_INPUTS_MAX /* 0-31, and inputs below VIM_SOFTWARE_FIRST */
/* AM65x: no input from 352 on has a source (docs/hardware.md). */
#define VIM_SOFTWARE_FIRST (VIM_INPUTS_MAX - 2u * VIM_ROOT_SOFTWARE)

/* Memory's view of the VIM, for what an interrupt goes through. */
struct vim_state {
    uintptr_t base;
    unsigned inputs;
    uint32_t pulse[VIM_INPUTS_MAX / 32]; /* a bit each: cleared when it is acknowledged */
    uint32_t again[VIM_INPUTS_MAX / 32]; /* made pending by software since it was acknowledged */
};
extern struct vim_state vim_state;

extern uint16_t vim_root_intids[VIM_INPUTS_MAX];  /* of each input */
extern uint16_t vim_root_inputs[VIM_ROOT_INTIDS]; /* of each INTID; VIM_NONE: there is none */

/* As vim_init(), and makes the numbers. privates: the input behind each of INTIDs 16-31, or
 * VIM_NONE; such an input has no other number. The layer above wants a timer behind 27, which ends
 * waits, and one behind 30 for alarms (msi/local.h, arch/alarm.h). -EINVAL: one that is out of
 * range, or there twice; -ERANGE: a VIM that has fewer than VIM_INPUTS_MAX inputs. */
int vim_root_init(uintptr_t base, const uint16_t privates[VIM_ROOT_PRIVATE]);

static inline uintptr_t vim_group(unsigned input)
{
    return vim_state.base + input / 32 * VIM_GROUP_STRIDE;
}

static inline unsigned vim_acknowledge(void)
{
    uintptr_t base = vim_state.base;

    if (__builtin_expect((mmio_read32(base + VIM_PRIIRQ) & VIM_TAKEN_VALID) == 0, 0))
        return VIM_NONE;
    (void)mmio_read32(base + VIM_IRQVEC);

    unsigned input = VIM_TAKEN_NUMBER(mmio_read32(base + VIM_ACTIRQ)) % VIM_INPUTS_MAX;
    uint32_t bit = UINT32_C(1) << input % 32;

    /* A pulse that comes from now on is another one. */
    if ((vim_state.pulse[input / 32] & bit) != 0)
        mmio_write32(vim_group(input) + VIM_STS, bit);
    vim_state.again[input / 32] &= ~bit;
    /* It is active, and a pulse cleared, before the handler touches its device. */
    barrier_complete();
    return input;
}

static inline void vim_end(unsigned input)
{
    uint32_t bit = UINT32_C(1) << input % 32;

    if ((vim_state.pulse[input / 32] & bit) == 0) {
        mmio_write32(vim_group(input) + VIM_STS,
                     bit); /* if it is still high, it is pending again */
        if (__builtin_expect((vim_state.again[input / 32] & bit) != 0, 0))
            mmio_write32(vim_group(input) + VIM_RAW, bit);
    }
    mmio_write32(vim_state.base + VIM_IRQVEC, 0);
    barrier_complete(); /* what is presented is what is left, before IRQs are unmasked */
}

#endif
