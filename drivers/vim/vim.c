// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Vectored Interrupt Manager: set-up, and single inputs (drivers/vim/vim.h).
 */
#include "drivers/vim/vim.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "drivers/vim/vim_registers.h"
#include "drivers/vim/vim_root.h"

#include <errno.h>
#include <string.h>

#define ALL        UINT32_C(0xffffffff)

/* It pops what a former program has left active; no more can be. */
#define ACTIVE_MAX (VIM_PRIORITY_LEAST + 1u)

struct vim_state vim_state;

static uint32_t bit_of(unsigned input)
{
    return UINT32_C(1) << input % 32;
}

/* The whole of a core's state is its own: nobody else is between these two but its own handlers. */
static void write_bit(unsigned input, enum vim_register offset)
{
    unsigned long state = irq_save();

    mmio_write32(vim_group(input) + offset, bit_of(input));
    /* It has arrived: an IRQ that it takes back is not raised any more when IRQs are unmasked, so
     * none is taken in vain. */
    (void)mmio_read32(vim_group(input) + offset);
    barrier_complete();
    irq_restore(state);
}

static bool read_bit(unsigned input, enum vim_register offset)
{
    return input < vim_state.inputs &&
           (mmio_read32(vim_group(input) + offset) & bit_of(input)) != 0;
}

/* The vectors are in a RAM: one is in force when it can be read back. */
static void write_vector(unsigned input)
{
    uint32_t rare = vim_state.pulse[input / 32] | vim_state.again[input / 32];

    vim_state.rare[input / 32] = rare;
    mmio_write32(vim_state.base + VIM_VEC_INT + 4 * input,
                 VIM_VECTOR(vim_state.numbers[input]) |
                     ((rare & bit_of(input)) != 0 ? VIM_VECTOR_RARE : 0));
    (void)mmio_read32(vim_state.base + VIM_VEC_INT + 4 * input);
}

static void quiet_group(uintptr_t group)
{
    mmio_write32(group + VIM_INTR_EN_CLR, ALL);
    mmio_write32(group + VIM_INTMAP, 0);
    mmio_write32(group + VIM_INTTYPE, 0);
    mmio_write32(group + VIM_STS, ALL);
}

int vim_init(uintptr_t base)
{
    unsigned inputs = mmio_read32(base + VIM_INFO) & VIM_INFO_INTERRUPTS;

    if (inputs == 0 || inputs > VIM_INPUTS_MAX || inputs % 32 != 0)
        return -ENODEV;
    memset(&vim_state, 0, sizeof(vim_state));
    vim_state.base = base;
    vim_state.inputs = inputs;
    for (unsigned input = 0; input < inputs; input += 32)
        quiet_group(vim_group(input));
    for (unsigned input = 0; input < inputs; input++) {
        mmio_write32(base + VIM_PRI_INT + 4 * input, VIM_PRIORITY_LEAST);
        vim_state.numbers[input] = (uint16_t)input;
        write_vector(input);
    }
    /* Should a vector's error correction fail, ACTIRQ still knows. */
    mmio_write32(base + VIM_DEDVEC, VIM_VECTOR_RARE);
    for (unsigned i = 0; i < ACTIVE_MAX; i++) {
        mmio_write32(base + VIM_IRQVEC, 0);
        mmio_write32(base + VIM_FIQVEC, 0);
    }
    barrier_complete();
    return 0;
}

unsigned vim_input_count(void)
{
    return vim_state.inputs;
}

/* The trigger of 32 inputs shares a register. With IRQs masked. */
static void write_trigger(unsigned input, enum vim_trigger trigger)
{
    uint32_t *pulse = &vim_state.pulse[input / 32];

    *pulse = trigger == VIM_PULSE ? *pulse | bit_of(input) : *pulse & ~bit_of(input);
    mmio_write32(vim_group(input) + VIM_INTTYPE, *pulse);
    write_vector(input);
}

int vim_configure(unsigned input, enum vim_trigger trigger, unsigned priority)
{
    int error = 0;

    if (input >= vim_state.inputs || priority > VIM_PRIORITY_LEAST)
        return -EINVAL;

    unsigned long state = irq_save();
    bool is_pulse = (vim_state.pulse[input / 32] & bit_of(input)) != 0;

    if (is_pulse != (trigger == VIM_PULSE)) {
        if (vim_is_enabled(input))
            error = -EBUSY;
        else
            write_trigger(input, trigger);
    }
    if (error == 0)
        mmio_write32(vim_state.base + VIM_PRI_INT + 4 * input, priority);
    irq_restore(state);
    return error;
}

int vim_set_number(unsigned input, unsigned number)
{
    if (input >= vim_state.inputs || number >= VIM_NONE)
        return -EINVAL;
    vim_state.numbers[input] = (uint16_t)number;
    write_vector(input);
    return 0;
}

unsigned vim_begin(void)
{
    unsigned input = VIM_TAKEN_NUMBER(mmio_read32(vim_state.base + VIM_ACTIRQ)) % VIM_INPUTS_MAX;
    uint32_t bit = bit_of(input);

    /* A pulse that comes from now on is another one. */
    if ((vim_state.pulse[input / 32] & bit) != 0)
        mmio_write32(vim_group(input) + VIM_STS, bit);
    if ((vim_state.again[input / 32] & bit) != 0) {
        vim_state.again[input / 32] &= ~bit;
        write_vector(input);
    }
    /* A pulse is cleared before the handler touches its device. */
    barrier_complete();
    return vim_state.numbers[input];
}

/* A pulse has been cleared; a level that software has made pending meanwhile is so again. */
void vim_clear(unsigned input)
{
    uint32_t bit = bit_of(input);

    if ((vim_state.pulse[input / 32] & bit) != 0)
        return;
    mmio_write32(vim_group(input) + VIM_STS, bit);
    if ((vim_state.again[input / 32] & bit) != 0)
        mmio_write32(vim_group(input) + VIM_RAW, bit);
}

int vim_enable(unsigned input)
{
    if (input >= vim_state.inputs)
        return -EINVAL;
    mmio_write32(vim_group(input) + VIM_INTR_EN_SET, bit_of(input));
    return 0;
}

int vim_mask(unsigned input)
{
    if (input >= vim_state.inputs)
        return -EINVAL;
    write_bit(input, VIM_INTR_EN_CLR);
    return 0;
}

bool vim_is_enabled(unsigned input)
{
    return read_bit(input, VIM_INTR_EN_SET);
}

int vim_set_pending(unsigned input)
{
    if (input >= vim_state.inputs)
        return -EINVAL;

    unsigned long state = irq_save();

    /* Of a level that is active now, the end clears what is pending. */
    if ((vim_state.pulse[input / 32] & bit_of(input)) == 0) {
        vim_state.again[input / 32] |= bit_of(input);
        write_vector(input);
    }
    mmio_write32(vim_group(input) + VIM_RAW, bit_of(input));
    irq_restore(state);
    return 0;
}

int vim_clear_pending(unsigned input)
{
    if (input >= vim_state.inputs)
        return -EINVAL;

    unsigned long state = irq_save();

    if ((vim_state.again[input / 32] & bit_of(input)) != 0) {
        vim_state.again[input / 32] &= ~bit_of(input);
        write_vector(input);
    }
    write_bit(input, VIM_STS);
    irq_restore(state);
    return 0;
}

bool vim_is_pending(unsigned input)
{
    return read_bit(input, VIM_RAW);
}

bool vim_has_pending(void)
{
    return vim_has_pending_at(vim_state.base);
}

unsigned vim_running_priority(void)
{
    uint32_t active = mmio_read32(vim_state.base + VIM_ACTIRQ);

    return (active & VIM_TAKEN_VALID) != 0 ? VIM_TAKEN_PRIORITY(active) : VIM_PRIORITY_NONE;
}
