// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupt routers (AM65x TRM SPRUID7, "Interrupt Router (INTRTR)"; TI-SCI documentation for the
 * AM65x, "Interrupt Management Device Descriptions"): each output carries one chosen input. The
 * routers have no registers that software here touches: the system firmware programs them.
 *
 * How many inputs and outputs each has is TI's own system firmware's table for the AM65x (ir_inst
 * of its resource manager, published under a BSD licence), which also refuses an input or an output
 * that is in use.
 *
 * The Navigator Subsystems' routers and MAIN2MCU_LVL have inputs that are levels, those of the
 * GPIOs and MAIN2MCU_PLS have pulses. The others are book-keeping, so that requests for them are
 * answered as the hardware's firmware would.
 *
 * Where the outputs end: in the GIC, or in the R5F cores' VIMs, at the inputs that TI-SCI's page
 * "Interrupt Destination Descriptions" for the AM65x and TI's interrupt tables of its drivers
 * (published under a BSD licence too) have. Both cores have the same inputs, but for the MCU
 * Navigator's router, of which each has a half.
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

#define OUTPUT_MAX    152u
#define INPUT_MAX     440u
#define INPUT_NONE    0xffffu

/* Inputs of the VIMs, from which on a router's outputs are wired to them. */
#define VIM_MCU_INTR  64u
#define VIM_GPIOMUX   124u
#define VIM_MAIN2MCU  160u
#define VIM_PULSES    224u
#define OUTPUTS_EACH  32u /* of the MCU Navigator's router, for a core */

/* Outputs of the main router that are inputs of MAIN2MCU_LVL, and from where on. */
#define TO_MCU_FIRST  120u
#define TO_MCU_COUNT  8u
#define LVL_FROM_MAIN 184u

static const struct {
    uint16_t device, inputs, outputs;
    bool levels;
} routers[] = {
    {DEV_MAIN_INTR, 440, 152, true},        /* NAVSS0_INTR_ROUTER_0 */
    {3, 128, 32, false},                    /* CMPEVENT_INTRTR0 */
    {DEV_MAIN2MCU_LVL, 192, 64, true},      /* MAIN2MCU_LVL_INTRTR0 */
    {DEV_MAIN2MCU_PLS, 32, 48, false},      /* MAIN2MCU_PLS_INTRTR0 */
    {DEV_GPIOMUX_INTR, 208, 32, false},     /* GPIOMUX_INTRTR0 */
    {145, 48, 40, false},                   /* TIMESYNC_INTRTR0 */
    {DEV_WKUP_GPIOMUX_INTR, 64, 16, false}, /* WKUP_GPIOMUX_INTRTR0 */
    {DEV_MCU_INTR, 261, 64, true},          /* MCU_NAVSS0_INTR_ROUTER_0 */
};

#define MAIN_ROUTER 0u

static uint16_t selected[COUNT_OF(routers)][OUTPUT_MAX];
static bool input_level[COUNT_OF(routers)][INPUT_MAX];

void intr_reset(void)
{
    for (size_t router = 0; router < COUNT_OF(routers); router++)
        for (unsigned output = 0; output < OUTPUT_MAX; output++)
            selected[router][output] = INPUT_NONE;
    memset(input_level, 0, sizeof(input_level));
}

static bool find_router(uint16_t device, unsigned *index)
{
    for (unsigned i = 0; i < COUNT_OF(routers); i++) {
        if (routers[i].device == device) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool intr_known(uint16_t device)
{
    unsigned index;
    return find_router(device, &index);
}

unsigned intr_output_intid(unsigned output)
{
    if (output < 64)
        return 64 + output;
    if (output < TO_MCU_FIRST)
        return 448 + (output - 64);
    return 0; /* to the MCU domain, and behind that to the ICSSGs */
}

/* An output of the main router that is wired to the GIC, or to MAIN2MCU_LVL. */
static void drive_main(unsigned output, uint16_t input, bool high)
{
    unsigned intid = intr_output_intid(output);
    if (output - TO_MCU_FIRST < TO_MCU_COUNT)
        intr_input(DEV_MAIN2MCU_LVL, LVL_FROM_MAIN + output - TO_MCU_FIRST, high);
    if (intid == 0)
        return;
    if (am65x_line_level(intid) != high)
        model_event(AM65X_EVENT_INTR, output, high,
                    input | (uint64_t)intid << AM65X_EVENT_INTID_SHIFT);
    model_line(intid, high);
}

/* To where the output of a router for levels is wired. */
static void set_output(unsigned router, unsigned output, uint16_t input, bool high)
{
    switch (routers[router].device) {
    case DEV_MAIN_INTR:
        drive_main(output, input, high);
        break;
    case DEV_MCU_INTR:
        vim_line(output / OUTPUTS_EACH, VIM_MCU_INTR + output % OUTPUTS_EACH, high);
        break;
    default: /* DEV_MAIN2MCU_LVL */
        vim_line_all(VIM_MAIN2MCU + output, high);
        break;
    }
}

static void drive(unsigned router, unsigned output)
{
    uint16_t input = selected[router][output];
    if (routers[router].levels)
        set_output(router, output, input, input != INPUT_NONE && input_level[router][input]);
}

static bool is_routed(unsigned router, uint16_t input)
{
    for (unsigned output = 0; output < routers[router].outputs; output++)
        if (selected[router][output] == input)
            return true;
    return false;
}

/* An output may be high for a moment when its input is selected (TI SPRZ452, i2007). */
static void glitch(unsigned router, unsigned output, uint16_t input)
{
    if (!model_mood(AM65X_MOOD_MAP_ENABLES) || !routers[router].levels ||
        input_level[router][input])
        return;
    set_output(router, output, input, true);
    set_output(router, output, input, false);
}

bool intr_map(uint16_t device, uint16_t input, uint16_t output)
{
    unsigned router;
    if (!find_router(device, &router) || input >= routers[router].inputs ||
        output >= routers[router].outputs || selected[router][output] != INPUT_NONE ||
        is_routed(router, input))
        return false;
    selected[router][output] = input;
    model_count(AM65X_COUNT_ROUTES, 1);
    glitch(router, output, input);
    drive(router, output);
    return true;
}

bool intr_unmap(uint16_t device, uint16_t input, uint16_t output)
{
    unsigned router;
    if (!find_router(device, &router) || output >= routers[router].outputs || input == INPUT_NONE ||
        selected[router][output] != input)
        return false;
    selected[router][output] = INPUT_NONE;
    model_uncount(AM65X_COUNT_ROUTES);
    drive(router, output);
    return true;
}

void intr_lose_routes(void)
{
    for (unsigned router = 0; router < COUNT_OF(routers); router++) {
        for (unsigned output = 0; output < routers[router].outputs; output++) {
            if (selected[router][output] != INPUT_NONE)
                model_uncount(AM65X_COUNT_ROUTES);
            selected[router][output] = INPUT_NONE;
            drive(router, output);
        }
    }
}

bool intr_find_output(unsigned input, unsigned *output)
{
    for (unsigned i = 0; i < routers[MAIN_ROUTER].outputs; i++) {
        if (selected[MAIN_ROUTER][i] == input) {
            *output = i;
            return true;
        }
    }
    return false;
}

void intr_input(uint16_t device, unsigned input, bool high)
{
    unsigned router;
    if (!find_router(device, &router) || input_level[router][input] == high)
        return;
    input_level[router][input] = high;
    for (unsigned output = 0; output < routers[router].outputs; output++)
        if (selected[router][output] == input)
            drive(router, output);
}

static void pulse_output(uint16_t device, unsigned output, bool high)
{
    switch (device) {
    case DEV_GPIOMUX_INTR:
        model_line(392 + output, high);
        break;
    case DEV_WKUP_GPIOMUX_INTR:
        model_line(712 + output, high);
        vim_line_all(VIM_GPIOMUX + output, high);
        break;
    case DEV_MAIN2MCU_PLS:
        vim_line_all(VIM_PULSES + output, high);
        break;
    default:
        break;
    }
}

void intr_pulse(uint16_t device, unsigned input)
{
    unsigned router;
    if (!find_router(device, &router))
        return;
    for (unsigned output = 0; output < routers[router].outputs; output++) {
        if (selected[router][output] != input)
            continue;
        pulse_output(device, output, true);
        pulse_output(device, output, false);
    }
}
