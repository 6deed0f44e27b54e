// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers of interrupts where a VIM is at the root (drivers/vim/vim_root.h).
 */
#include "drivers/vim/vim_root.h"

#include "drivers/vim/vim.h"

#include <errno.h>

#define PRIVATE_FIRST VIM_ROOT_SOFTWARE
#define SHARED_FIRST  (PRIVATE_FIRST + VIM_ROOT_PRIVATE)
#define NOBODYS       1020u /* as the GIC's architecture has for what is no interrupt */

uint16_t vim_root_inputs[VIM_ROOT_INTIDS];

static void number(unsigned intid, unsigned input)
{
    vim_root_inputs[intid] = (uint16_t)input;
    (void)vim_set_number(input, intid); /* both were looked at */
}

/* An input loses the number that it has as one of all. */
static int make_private(unsigned intid, unsigned input)
{
    if (input >= VIM_SOFTWARE_FIRST || vim_state.numbers[input] < SHARED_FIRST)
        return -EINVAL;
    vim_root_inputs[vim_state.numbers[input]] = VIM_NONE;
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
    /* Those behind the software's nobody enables. */
    for (unsigned i = 0; i < VIM_ROOT_PRIVATE; i++) {
        vim_root_inputs[PRIVATE_FIRST + i] = VIM_NONE;
        (void)vim_set_number(VIM_SOFTWARE_FIRST + VIM_ROOT_SOFTWARE + i, NOBODYS);
    }
    for (unsigned input = 0; input < VIM_SOFTWARE_FIRST; input++)
        number(SHARED_FIRST + input, input);
    for (unsigned i = 0; i < VIM_ROOT_PRIVATE && error == 0; i++)
        if (privates[i] != VIM_NONE)
            error = make_private(PRIVATE_FIRST + i, privates[i]);
    return error;
}

void vim_root_end_local(unsigned intid)
{
    vim_end(vim_root_inputs[intid] % VIM_INPUTS_MAX);
}
