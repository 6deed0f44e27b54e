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
 * What an acknowledge costs: two reads. PRIIRQ, since what reading IRQVEC returns while nothing is
 * presented no manual says; and IRQVEC, which makes the most urgent one active and returns its
 * vector in one step. The vector is no address here, but the interrupt's number, and a bit for what
 * is rare: then ACTIRQ is the third, since something more urgent may have come in after PRIIRQ. The
 * core's VIC port is off (SCTLR.VE): with it on, the core itself has read IRQVEC, would jump to
 * what it read, and the second read would be one too many.
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

/* An input's vector: its number, and whether its acknowledge has more to do (vim_begin()). */
#define VIM_VECTOR_SHIFT   2
#define VIM_VECTOR(number) ((uint32_t)(number) << VIM_VECTOR_SHIFT)
#define VIM_VECTOR_RARE    (UINT32_C(1) << 31)

/* Memory's view of the VIM, for what an interrupt goes through. */
struct vim_state {
    uintptr_t base;
    unsigned inputs;
    uint32_t pulse[VIM_INPUTS_MAX / 32]; /* a bit each: cleared when it is acknowledged */
    uint32_t again[VIM_INPUTS_MAX / 32]; /* made pending by software since it was acknowledged */
    uint32_t rare[VIM_INPUTS_MAX / 32];  /* one of the two */
    uint16_t numbers[VIM_INPUTS_MAX];    /* what each is acknowledged by */
};
extern struct vim_state vim_state;

extern uint16_t vim_root_inputs[VIM_ROOT_INTIDS]; /* of each INTID; VIM_NONE: there is none */

/* As vim_init(), and makes the numbers. privates: the input behind each of INTIDs 16-31, or
 * VIM_NONE; such an input has no other number. The layer above wants a timer behind 27, which ends
 * waits, and one behind 30 for alarms (msi/local.h, arch/alarm.h). -EINVAL: one that is out of
 * range, or there twice; -ERANGE: a VIM that has fewer than VIM_INPUTS_MAX inputs. */
int vim_root_init(uintptr_t base, const uint16_t privates[VIM_ROOT_PRIVATE]);

/* vim_end() of an INTID below 32. */
void vim_root_end_local(unsigned intid);

static inline uintptr_t vim_group(unsigned input)
{
    return vim_state.base + input / 32 * VIM_GROUP_STRIDE;
}

/* The most urgent input's number, or `none`. base: vim_state.base. The read has returned before
 * the number is used: so it is active before its handler touches its device, without a barrier. */
static inline unsigned vim_acknowledge_at(uintptr_t base, unsigned none)
{
    int32_t number;

    if (__builtin_expect((mmio_read32(base + VIM_PRIIRQ) & VIM_TAKEN_VALID) == 0, 0))
        return none;
    number = (int32_t)mmio_read32(base + VIM_IRQVEC) >> VIM_VECTOR_SHIFT; /* with its sign */
    return __builtin_expect(number < 0, 0) ? vim_begin() : (unsigned)number;
}

static inline unsigned vim_acknowledge(void)
{
    return vim_acknowledge_at(vim_state.base, VIM_NONE);
}

static inline bool vim_has_pending_at(uintptr_t base)
{
    return (mmio_read32(base + VIM_PRIIRQ) & VIM_TAKEN_VALID) != 0;
}

static inline void vim_end_at(uintptr_t base, unsigned input)
{
    uint32_t bit = UINT32_C(1) << input % 32;

    if (__builtin_expect((vim_state.rare[input / 32] & bit) != 0, 0))
        vim_clear(input);
    else /* if it is still high, it is pending again */
        mmio_write32(base + input / 32 * VIM_GROUP_STRIDE + VIM_STS, bit);
    mmio_write32(base + VIM_IRQVEC, 0);
    barrier_complete(); /* what is presented is what is left, before IRQs are unmasked */
}

static inline void vim_end(unsigned input)
{
    vim_end_at(vim_state.base, input);
}

#endif
