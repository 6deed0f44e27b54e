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
 * The main NAVSS's router has inputs that are levels, those of the GPIOs have pulses. The others
 * are book-keeping, so that requests for them are answered as the hardware's firmware would.
 */
#include "twin/models/models.h"

#define OUTPUT_MAX 152u
#define INPUT_NONE 0xffffu

static const struct {
    uint16_t device, inputs, outputs;
} routers[] = {
    {DEV_MAIN_INTR, 440, 152}, /* NAVSS0_INTR_ROUTER_0 */
    {3, 128, 32},              /* CMPEVENT_INTRTR0 */
    {97, 192, 64},             /* MAIN2MCU_LVL_INTRTR0 */
    {98, 32, 48},              /* MAIN2MCU_PLS_INTRTR0 */
    {100, 208, 32},            /* GPIOMUX_INTRTR0 */
    {145, 48, 40},             /* TIMESYNC_INTRTR0 */
    {156, 64, 16},             /* WKUP_GPIOMUX_INTRTR0 */
    {190, 261, 64},            /* MCU_NAVSS0_INTR_ROUTER_0 */
};

#define MAIN_ROUTER 0u

static uint16_t selected[COUNT_OF(routers)][OUTPUT_MAX];
static bool input_level[440];

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
    if (output < 128)
        return 448 + (output - 64);
    return 0; /* to the MCU's R5F cores */
}

static void drive(unsigned output)
{
    unsigned intid = intr_output_intid(output);
    uint16_t input = selected[MAIN_ROUTER][output];
    bool high = input != INPUT_NONE && input_level[input];
    if (intid == 0)
        return;
    if (am65x_line_level(intid) != high)
        model_event(AM65X_EVENT_INTR, output, high,
                    input | (uint64_t)intid << AM65X_EVENT_INTID_SHIFT);
    model_line(intid, high);
}

static bool is_routed(unsigned router, uint16_t input)
{
    for (unsigned output = 0; output < routers[router].outputs; output++)
        if (selected[router][output] == input)
            return true;
    return false;
}

/* An output may be high for a moment when its input is selected (TI SPRZ452, i2007). */
static void glitch(unsigned output)
{
    unsigned intid = intr_output_intid(output);
    if (!model_mood(AM65X_MOOD_MAP_ENABLES) || intid == 0 || am65x_line_level(intid))
        return;
    model_line(intid, true);
    model_line(intid, false);
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
    if (router == MAIN_ROUTER) {
        glitch(output);
        drive(output);
    }
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
    if (router == MAIN_ROUTER)
        drive(output);
    return true;
}

void intr_lose_routes(void)
{
    for (unsigned router = 0; router < COUNT_OF(routers); router++) {
        for (unsigned output = 0; output < routers[router].outputs; output++) {
            if (selected[router][output] != INPUT_NONE)
                model_uncount(AM65X_COUNT_ROUTES);
            selected[router][output] = INPUT_NONE;
            if (router == MAIN_ROUTER)
                drive(output);
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

void intr_input(unsigned input, bool high)
{
    input_level[input] = high;
    for (unsigned output = 0; output < routers[MAIN_ROUTER].outputs; output++)
        if (selected[MAIN_ROUTER][output] == input)
            drive(output);
}

/* The GPIO routers' outputs into the GIC follow each other. */
static unsigned gpio_output_intid(uint16_t device, unsigned output)
{
    return device == DEV_GPIOMUX_INTR ? 392 + output : 712 + output;
}

void intr_pulse(uint16_t device, unsigned input)
{
    unsigned router;
    if (!find_router(device, &router))
        return;
    for (unsigned output = 0; output < routers[router].outputs; output++) {
        if (selected[router][output] != input)
            continue;
        model_line(gpio_output_intid(device, output), true);
        model_line(gpio_output_intid(device, output), false);
    }
}
