// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's processor control (TI-SCI documentation, "Processor Boot Management"; "AM65x Processor
 * Descriptions"; the flags as U-Boot's ti_sci.h has them): who controls a core, where it starts,
 * how it is configured, whether it is halted. TI's default board configuration lets every host
 * control every core, one at a time.
 *
 * Book-keeping: no R5F runs here. One that would run, since its device is on, out of reset, and it
 * is not halted, tells that it waits for an interrupt.
 */
#include "twin/models/models.h"

#define CONTROL_R5_HALT            UINT32_C(0x1)

/* Debug; lockstep and Thumb at exceptions, which are core 0's to set; NMFI, TCMs. */
#define CONFIG_R5_CORE             UINT32_C(0x3c03)
#define CONFIG_R5_CLUSTER          UINT32_C(0x0300)
#define CONFIG_R5_LOCKSTEP         UINT32_C(0x0100)
#define CONFIG_A53                 UINT32_C(0x010f)

#define STATUS_R5_WFI              UINT32_C(0x002)
#define STATUS_R5_CLOCK_GATED      UINT32_C(0x004)
#define STATUS_R5_LOCKSTEP_ALLOWED UINT32_C(0x100)

#define LOCAL_RESET                UINT32_C(0x1)

#define HOST_NONE                  0xffu

static const struct processor {
    uint8_t id;
    uint16_t device;
    bool is_r5;
    uint32_t config; /* flags that can be set */
} processors[] = {
    {0x01, 159, true, CONFIG_R5_CORE | CONFIG_R5_CLUSTER}, /* MCU R5F 0 and 1 */
    {0x02, 245, true, CONFIG_R5_CORE},
    {0x20, 202, false, CONFIG_A53}, /* A53, cluster 0 and 1 */
    {0x21, 203, false, CONFIG_A53},
    {0x22, 204, false, CONFIG_A53},
    {0x23, 205, false, CONFIG_A53},
};

static struct {
    uint8_t owner; /* the host that controls it, or HOST_NONE */
    uint64_t vector;
    uint32_t config, control;
} states[COUNT_OF(processors)];

void sysfw_proc_reset(void)
{
    memset(states, 0, sizeof(states));
    for (size_t i = 0; i < COUNT_OF(processors); i++) {
        states[i].owner = HOST_NONE;
        if (processors[i].is_r5)
            states[i].config = CONFIG_R5_LOCKSTEP & processors[i].config;
    }
}

/* The processor of a request; COUNT_OF(processors): none. */
static size_t find(const struct sci_message *request)
{
    uint8_t id = sci_get8(request, 8);
    size_t i = 0;
    while (i < COUNT_OF(processors) && processors[i].id != id)
        i++;
    return i;
}

/* The same, if the host controls it. */
static size_t find_own(uint8_t host, const struct sci_message *request)
{
    size_t i = find(request);
    return i < COUNT_OF(processors) && states[i].owner == host ? i : COUNT_OF(processors);
}

bool sysfw_proc_request(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find(request);
    (void)answer;
    if (i == COUNT_OF(processors) || (states[i].owner != HOST_NONE && states[i].owner != host))
        return false;
    states[i].owner = host;
    return true;
}

bool sysfw_proc_release(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find_own(host, request);
    (void)answer;
    if (i == COUNT_OF(processors))
        return false;
    states[i].owner = HOST_NONE;
    return true;
}

bool sysfw_proc_hand_over(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer)
{
    size_t i = find_own(host, request);
    (void)answer;
    if (i == COUNT_OF(processors))
        return false;
    states[i].owner = sci_get8(request, 9);
    return true;
}

/* Flags to set and to clear, each of which must be one of `known`. */
static bool change_flags(uint32_t *flags, uint32_t known, uint32_t set, uint32_t clear)
{
    if (((set | clear) & ~known) != 0)
        return false;
    *flags = (*flags | set) & ~clear;
    return true;
}

bool sysfw_proc_set_config(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer)
{
    size_t i = find_own(host, request);
    (void)answer;
    if (i == COUNT_OF(processors) || !change_flags(&states[i].config, processors[i].config,
                                                   sci_get32(request, 17), sci_get32(request, 21)))
        return false;
    states[i].vector = sci_get64(request, 9);
    return true;
}

bool sysfw_proc_set_control(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer)
{
    size_t i = find_own(host, request);
    (void)answer;
    return i < COUNT_OF(processors) &&
           change_flags(&states[i].control, processors[i].is_r5 ? CONTROL_R5_HALT : 0,
                        sci_get32(request, 9), sci_get32(request, 13));
}

static uint32_t status_of(size_t i)
{
    const struct processor *processor = &processors[i];
    if (!processor->is_r5)
        return 0;
    if (!sysfw_device_is_on(processor->device))
        return STATUS_R5_LOCKSTEP_ALLOWED | STATUS_R5_CLOCK_GATED;
    bool held = (sysfw_device_resets_of(processor->device) & LOCAL_RESET) != 0 ||
                (states[i].control & CONTROL_R5_HALT) != 0;
    return STATUS_R5_LOCKSTEP_ALLOWED | (held ? 0 : STATUS_R5_WFI);
}

bool sysfw_proc_status(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find(request);
    (void)host;
    if (i == COUNT_OF(processors))
        return false;
    sci_put8(answer, 8, processors[i].id);
    sci_put64(answer, 9, states[i].vector);
    sci_put32(answer, 17, states[i].config);
    sci_put32(answer, 21, states[i].control);
    sci_put32(answer, 25, status_of(i));
    return true;
}

/* Nothing changes while the system firmware waits, so it is so now or will not be in time. */
bool sysfw_proc_wait(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find(request);
    (void)host;
    (void)answer;
    if (i == COUNT_OF(processors))
        return false;
    uint32_t status = status_of(i);
    uint32_t all_set = sci_get32(request, 13), any_set = sci_get32(request, 17),
             all_clear = sci_get32(request, 21), any_clear = sci_get32(request, 25);
    return (status & all_set) == all_set && (any_set == 0 || (status & any_set) != 0) &&
           (status & all_clear) == 0 && (any_clear == 0 || (~status & any_clear) != 0);
}
