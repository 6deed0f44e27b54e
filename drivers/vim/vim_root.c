// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers of interrupts where a VIM is at the root (drivers/vim/vim_root.h).
 */
#include "drivers/vim/vim_root.h"

#include "drivers/vim/vim.h"

#include <errno.h>

#define PRIVATE_FIRST VIM_ROOT_SOFTWARE
#define SHARED_FIRST  (PRIVATE_FIRST + VIM_ROOT_PRIVATE)

uint16_t vim_root_intids[VIM_INPUTS_MAX];
uint16_t vim_root_inputs[VIM_ROOT_INTIDS];

static void number(unsigned intid, unsigned input)
{
    vim_root_inputs[intid] = (uint16_t)input;
    vim_root_intids[input] = (uint16_t)intid;
}

/* An input loses the number that it has as one of all. */
static int make_private(unsigned intid, unsigned input)
{
    if (input >= VIM_SOFTWARE_FIRST || vim_root_intids[input] < SHARED_FIRST)
        return -EINVAL;
    vim_root_inputs[vim_root_intids[input]] = VIM_NONE;
    number(intid, input);
    return 0;
}

int vim_root_init(uintptr_t base, const uint16_t privates[VIM_ROOT_PRIVATE])
{
    int error = vim_init(base);

    if (error != 0)
        return error;
    if (vim_input_count() < VIM_INPUTS_MAX)
        return -ERANGE;
    for (unsigned i = 0; i < VIM_ROOT_SOFTWARE; i++)
        number(i, VIM_SOFTWARE_FIRST + i);
    /* Those behind the software's have no number: nobody enables them. */
    for (unsigned i = 0; i < VIM_ROOT_PRIVATE; i++) {
        vim_root_inputs[PRIVATE_FIRST + i] = VIM_NONE;
        vim_root_intids[VIM_SOFTWARE_FIRST + VIM_ROOT_SOFTWARE + i] = VIM_NONE;
    }
    for (unsigned input = 0; input < VIM_SOFTWARE_FIRST; input++)
        number(SHARED_FIRST + input, input);
    for (unsigned i = 0; i < VIM_ROOT_PRIVATE && error == 0; i++)
        if (privates[i] != VIM_NONE)
            error = make_private(PRIVATE_FIRST + i, privates[i]);
    return error;
}
