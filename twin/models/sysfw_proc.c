// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's processor control (TI-SCI documentation, "Processor Boot Management"; "AM65x Processor
 * Descriptions"; the fields as the headers of TI's MCU+ SDK have them): who controls a core, where
 * it starts, how it is configured, whether it is halted.
 *
 * Of the R5Fs the state that follows is kept: of what was asked for here and of the devices' power
 * and resets (sysfw_device.c) comes what am65x_processor() tells. What a core samples at the end of
 * its reset is in its Technical Reference Manual (Arm DDI 0460: INITRAM, LOCZRAM, the halt inputs);
 * that a halt does not stop a core which runs says Linux's driver of the R5Fs. No R5F runs here.
 *
 * Of the A53s it is book-keeping: they are the monitor's.
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

#define CONTROL_R5_HALT            UINT32_C(0x1)
/* ACINACTM, AINACTS, L2FLUSHREQ: TF-A sets and clears them for every core. */
#define CONTROL_A53                UINT32_C(0x103)
#define CONTROL_A53_L2_FLUSH       UINT32_C(0x100)

/* In a request only: the boot vector is not meant. */
#define CONFIG_IGNORE_VECTOR       UINT32_C(0x10000000)
/* Debug, NMFI, TCMs, no initialisation of memories; lock-step and Thumb at exceptions are the
 * cluster's, so core 0's to set. */
#define CONFIG_R5_CORE             UINT32_C(0x7c03)
#define CONFIG_R5_CLUSTER          UINT32_C(0x0300)
#define CONFIG_R5_LOCKSTEP         UINT32_C(0x0100)
#define CONFIG_R5_ATCM_AT_ZERO     UINT32_C(0x0800)
#define CONFIG_R5_BTCM             UINT32_C(0x1000)
#define CONFIG_R5_ATCM             UINT32_C(0x2000)
#define CONFIG_A53                 UINT32_C(0x010f)

#define STATUS_R5_WFI              UINT32_C(0x002)
#define STATUS_R5_CLOCK_GATED      UINT32_C(0x004)
#define STATUS_R5_LOCKSTEP_ALLOWED UINT32_C(0x100)
#define STATUS_A53_FLUSHED         UINT32_C(0x010)

#define LOCAL_RESET                UINT32_C(0x1)

#define HOST_NONE                  0xffu

/* Offsets in PROC_WAIT_STATUS. */
#define WAIT_LOOKS                 9u
#define WAIT_MATCHES               10u
#define WAIT_EACH_US               11u
#define WAIT_BEFORE_US             12u

/* The R5Fs first: processor i is core i. */
static const struct processor {
    uint8_t id;
    uint16_t device;
    bool is_r5;
    uint32_t config, control; /* flags that can be set */
} processors[] = {
    {0x01, 159, true, CONFIG_R5_CORE | CONFIG_R5_CLUSTER, CONTROL_R5_HALT},
    {0x02, 245, true, CONFIG_R5_CORE, CONTROL_R5_HALT},
    {0x20, 202, false, CONFIG_A53, CONTROL_A53}, /* A53, cluster 0 and 1 */
    {0x21, 203, false, CONFIG_A53, CONTROL_A53},
    {0x22, 204, false, CONFIG_A53, CONTROL_A53},
    {0x23, 205, false, CONFIG_A53, CONTROL_A53},
};

/* TI-SCI documentation, "AM65x Host Descriptions". */
static const uint8_t hosts[] = {3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 30, 31, 50, 51, 52};

static struct {
    uint8_t owner; /* the host that controls it, or HOST_NONE */
    uint64_t vector;
    uint32_t config, control;
} states[COUNT_OF(processors)];

static struct am65x_processor cores[AM65X_R5F_COUNT];
static bool waiting[AM65X_R5F_COUNT]; /* it is in WFI */
static bool wait_met;                 /* what the last wait came to */

/* ---------------------------------------------------------------- the R5Fs */

/* For those who run no R5F. */
__attribute__((weak)) void model_processor_changed(unsigned core)
{
    (void)core;
}

const struct am65x_processor *am65x_processor(unsigned core)
{
    return core < AM65X_R5F_COUNT ? &cores[core] : NULL;
}

static bool runs(unsigned core)
{
    return cores[core].released && !cores[core].halted;
}

void am65x_processor_waits(unsigned core, bool waits)
{
    if (core < AM65X_R5F_COUNT && runs(core))
        waiting[core] = waits;
}

/* The state in bits. */
static unsigned flags_of(const struct am65x_processor *core)
{
    return (unsigned)core->powered | (unsigned)core->released << 1 | (unsigned)core->halted << 2 |
           (unsigned)core->lockstep << 3 | (unsigned)core->atcm << 4 | (unsigned)core->btcm << 5 |
           (unsigned)core->atcm_at_zero << 6;
}

static void sample(struct am65x_processor *now, unsigned core)
{
    uint32_t config = states[core].config;
    now->lockstep = (states[0].config & CONFIG_R5_LOCKSTEP) != 0;
    now->atcm = (config & CONFIG_R5_ATCM) != 0;
    now->btcm = (config & CONFIG_R5_BTCM) != 0;
    now->atcm_at_zero = (config & CONFIG_R5_ATCM_AT_ZERO) != 0;
}

/* Core 1 may never have more power than core 0 (Linux's driver of the R5Fs). */
static bool is_powered(unsigned core)
{
    return sysfw_device_is_on(processors[core].device) && sysfw_device_is_on(processors[0].device);
}

static void update(unsigned core)
{
    struct am65x_processor before = cores[core], *now = &cores[core];
    now->powered = is_powered(core);
    now->released =
        now->powered && (sysfw_device_resets_of(processors[core].device) & LOCAL_RESET) == 0;
    if (now->released && !before.released) {
        sample(now, core);
        vim_core_reset(core);
    }
    if (!now->released || !before.released)
        now->halted = true;
    if (now->halted && (states[core].control & CONTROL_R5_HALT) == 0) {
        now->halted = false;
        now->boot_vector = states[core].vector;
        waiting[core] = true;
    }
    if (flags_of(now) != flags_of(&before) || now->boot_vector != before.boot_vector)
        model_processor_changed(core);
}

void sysfw_proc_update(void)
{
    for (unsigned core = 0; core < AM65X_R5F_COUNT; core++)
        update(core);
}

void am65x_processor_started(unsigned core, uint64_t boot_vector)
{
    if (core >= AM65X_R5F_COUNT)
        return;
    if (core != 0)
        states[0].config &= ~CONFIG_R5_LOCKSTEP;
    states[core].config |= CONFIG_R5_ATCM | CONFIG_R5_BTCM | CONFIG_R5_ATCM_AT_ZERO;
    states[core].vector = boot_vector;
    sysfw_device_started(processors[core].device);
    sysfw_proc_update();
}

void sysfw_proc_reset(void)
{
    memset(states, 0, sizeof(states));
    for (size_t i = 0; i < COUNT_OF(processors); i++)
        states[i].owner = HOST_NONE;
    states[0].config = CONFIG_R5_LOCKSTEP;
    sysfw_proc_update();
}

/* ---------------------------------------------------------------- who may */

static bool host_exists(uint8_t host)
{
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (hosts[i] == host)
            return true;
    return false;
}

/* What the board configuration says of a processor; NULL: nothing. */
static const struct am65x_access *access_to(size_t i)
{
    const struct am65x_access *list = model_config()->access;
    for (unsigned entry = 0; entry < AM65X_ACCESS_MAX; entry++)
        if (list[entry].processor == processors[i].id)
            return &list[entry];
    return NULL;
}

static bool is_master(size_t i, uint8_t host)
{
    const struct am65x_access *list = access_to(i);
    return list != NULL && list->master == host;
}

static bool may_control(size_t i, uint8_t host)
{
    const struct am65x_access *list = access_to(i);
    if (list == NULL || list->master == host)
        return true;
    for (size_t other = 0; other < COUNT_OF(list->others); other++)
        if (list->others[other] == host)
            return true;
    return false;
}

/* The processor of a request, if the host is allowed to have to do with it; COUNT_OF(processors):
 * none. */
static size_t find(uint8_t host, const struct sci_message *request)
{
    uint8_t id = sci_get8(request, 8);
    size_t i = 0;
    while (i < COUNT_OF(processors) && processors[i].id != id)
        i++;
    return i < COUNT_OF(processors) && may_control(i, host) ? i : COUNT_OF(processors);
}

/* The same, if the host controls it. */
static size_t find_own(uint8_t host, const struct sci_message *request)
{
    size_t i = find(host, request);
    return i < COUNT_OF(processors) && states[i].owner == host ? i : COUNT_OF(processors);
}

bool sysfw_proc_request(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find(host, request);
    (void)answer;
    if (i == COUNT_OF(processors) ||
        (states[i].owner != HOST_NONE && states[i].owner != host && !is_master(i, host)))
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
    uint8_t next = sci_get8(request, 9);
    (void)answer;
    if (i == COUNT_OF(processors) || !host_exists(next) || !may_control(i, next))
        return false;
    states[i].owner = next;
    return true;
}

/* ---------------------------------------------------------------- what */

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
    uint32_t set = sci_get32(request, 17), clear = sci_get32(request, 21);
    (void)answer;
    if (i == COUNT_OF(processors) ||
        !change_flags(&states[i].config, processors[i].config, set & ~CONFIG_IGNORE_VECTOR,
                      clear & ~CONFIG_IGNORE_VECTOR))
        return false;
    if ((set & CONFIG_IGNORE_VECTOR) == 0)
        states[i].vector = sci_get64(request, 9);
    return true;
}

bool sysfw_proc_set_control(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer)
{
    size_t i = find_own(host, request);
    (void)answer;
    if (i == COUNT_OF(processors) || !change_flags(&states[i].control, processors[i].control,
                                                   sci_get32(request, 9), sci_get32(request, 13)))
        return false;
    sysfw_proc_update();
    return true;
}

/* No device of this type (general purpose) authenticates. */
bool sysfw_proc_auth_boot(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer)
{
    (void)host;
    (void)request;
    (void)answer;
    return false;
}

static uint32_t status_of(size_t i)
{
    if (!processors[i].is_r5)
        return (states[i].control & CONTROL_A53_L2_FLUSH) != 0 ? STATUS_A53_FLUSHED : 0;
    if (!cores[i].powered)
        return STATUS_R5_LOCKSTEP_ALLOWED | STATUS_R5_CLOCK_GATED;
    return STATUS_R5_LOCKSTEP_ALLOWED | (runs((unsigned)i) && waiting[i] ? STATUS_R5_WFI : 0);
}

bool sysfw_proc_status(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    size_t i = find(host, request);
    if (i == COUNT_OF(processors))
        return false;
    sci_put8(answer, 8, processors[i].id);
    sci_put64(answer, 9, states[i].vector);
    sci_put32(answer, 17, states[i].config);
    sci_put32(answer, 21, states[i].control);
    sci_put32(answer, 25, status_of(i));
    return true;
}

/* ---------------------------------------------------------------- waiting */

static bool is_met(const struct sci_message *request, uint32_t status)
{
    uint32_t all_set = sci_get32(request, 13), any_set = sci_get32(request, 17),
             all_clear = sci_get32(request, 21), any_clear = sci_get32(request, 25);
    return (status & all_set) == all_set && (any_set == 0 || (status & any_set) != 0) &&
           (status & all_clear) == 0 && (any_clear == 0 || (~status & any_clear) != 0);
}

/* At most 255 looks of 255 us. Neither number may be 0. */
uint64_t sysfw_proc_look(uint8_t host, const struct sci_message *request, struct sysfw_wait *wait)
{
    size_t i = find(host, request);
    uint8_t wanted = sci_get8(request, WAIT_MATCHES);
    wait_met = false;
    if (i == COUNT_OF(processors) || sci_get8(request, WAIT_LOOKS) == 0 || wanted == 0)
        return 0;
    if (!wait->begun) {
        wait->begun = true;
        if (sci_get8(request, WAIT_BEFORE_US) != 0)
            return sci_get8(request, WAIT_BEFORE_US) * MICROSECOND;
    }
    wait->looks++;
    wait->matches = is_met(request, status_of(i)) ? (uint8_t)(wait->matches + 1) : 0;
    wait_met = wait->matches == wanted;
    if (wait_met || wait->looks == sci_get8(request, WAIT_LOOKS))
        return 0;
    uint8_t each = sci_get8(request, WAIT_EACH_US);
    return (each != 0 ? each : 1) * MICROSECOND;
}

/* sysfw_proc_look() has just looked for the last time. */
bool sysfw_proc_wait(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    (void)host;
    (void)request;
    (void)answer;
    return wait_met;
}
