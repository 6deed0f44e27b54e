// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's clocks (TI-SCI documentation, "Power Management Clock API"; "AM65x Clock Identifiers"):
 * every device has clocks by index. The model is simple but consistent: a clock has a frequency, a
 * state and a parent, remembers what it is set to, and a multiplexer takes its parent's frequency.
 */
#include "twin/models/models.h"

#define CLOCK_MAX         256u /* clock indices of a device */

#define STATE_UNREQUESTED 0u
#define STATE_AUTOMATIC   1u
#define STATE_REQUESTED   2u

#define DEFAULT_FREQUENCY UINT64_C(250000000)

/* Clocks whose frequency or parents drivers look at; the parents of a multiplexer are the indices
 * that follow its own. */
static const struct {
    uint16_t device;
    uint8_t clock, parents;
    uint64_t frequency;
} known[] = {
    {146, 0, 1, 48000000},  {147, 0, 1, 48000000},  {148, 0, 1, 48000000}, /* main UARTs */
    {35, 0, 1, 25000000},   {36, 0, 1, 25000000},   {37, 0, 1, 25000000},  /* MCU timers */
    {38, 0, 1, 25000000},   {149, 0, 1, 96000000},  {150, 0, 1, 48000000}, /* MCU, WKUP UART */
    {67, 0, 1, 170000000},  {67, 1, 1, 165000000},  {67, 2, 3, 170000000}, /* DSS */
    {110, 1, 1, 96000000},  {111, 1, 1, 96000000},  {112, 1, 1, 96000000}, /* I2C */
    {113, 1, 1, 96000000},  {114, 1, 1, 96000000},  {115, 1, 1, 96000000},
    {137, 1, 1, 48000000},  {138, 1, 1, 48000000},  {139, 1, 1, 48000000}, /* SPI */
    {140, 1, 1, 48000000},  {141, 1, 1, 48000000},  {142, 1, 1, 48000000},
    {143, 1, 1, 48000000},  {144, 1, 1, 48000000},  {151, 2, 4, 20000000},  /* USB3SS */
    {151, 7, 2, 125000000}, {152, 2, 4, 20000000},  {153, 4, 4, 100000000}, /* SERDES */
    {154, 5, 4, 100000000}, {47, 0, 1, 200000000},  {47, 1, 1, 200000000},  /* SD/MMC */
    {48, 0, 1, 200000000},  {48, 1, 1, 200000000},  {202, 0, 1, 800000000}, /* A53 */
    {203, 0, 1, 800000000}, {118, 5, 1, 500000000},
};

/* Clock 0 of further devices: multiplexers. The number of parents is what the multiplexer has room
 * for (4 bits, 2 and 1), and not less than the highest that Linux's device trees and their authors
 * name (12, 4 and 2; 8 for the MCU's timers as in the J7 family's): TI's list of the AM65x's clocks
 * could not be read. */
static const struct {
    uint16_t first, last; /* devices */
    uint8_t parents;
    uint64_t frequency;
} multiplexers[] = {
    {23, 34, 16, 25000000},           /* timers, from the oscillator */
    {135, 135, 4, DEFAULT_FREQUENCY}, /* the MCU's RTI1 */
    {248, 248, 2, DEFAULT_FREQUENCY}, /* OSPI0 */
};

/* What has been set, for clocks that differ from their reset state. */
static struct setting {
    bool used;
    uint8_t clock, state, parent;
    uint16_t device;
    uint64_t frequency; /* 0: not set */
} settings[128];

void sysfw_clock_reset(void)
{
    memset(settings, 0, sizeof(settings));
}

/* 8-bit fields of 255 point to a 32-bit field further on. */
static bool clock_of(const struct sci_message *request, unsigned small, unsigned large,
                     uint32_t *device, uint32_t *clock)
{
    *device = sci_get32(request, 8);
    *clock = sci_get8(request, small);
    if (*clock == 255)
        *clock = sci_get32(request, large);
    return sysfw_device_exists(*device) && *clock < CLOCK_MAX;
}

static struct setting *find(uint32_t device, uint32_t clock, bool create)
{
    struct setting *spare = NULL;
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (settings[i].used && settings[i].device == device && settings[i].clock == clock)
            return &settings[i];
        if (!settings[i].used && spare == NULL)
            spare = &settings[i];
    }
    if (!create || spare == NULL)
        return NULL;
    *spare = (struct setting){.used = true,
                              .device = (uint16_t)device,
                              .clock = (uint8_t)clock,
                              .state = STATE_AUTOMATIC,
                              .parent = (uint8_t)(clock + 1)};
    return spare;
}

static uint8_t parents_of(uint32_t device, uint32_t clock)
{
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (known[i].device == device && known[i].clock == clock)
            return known[i].parents;
    for (size_t i = 0; i < COUNT_OF(multiplexers) && clock == 0; i++)
        if (multiplexers[i].first <= device && device <= multiplexers[i].last)
            return multiplexers[i].parents;
    return 1;
}

static uint64_t frequency_of(uint32_t device, uint32_t clock)
{
    const struct setting *setting = find(device, clock, false);
    if (setting != NULL && setting->frequency != 0)
        return setting->frequency;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (known[i].device == device && known[i].clock == clock)
            return known[i].frequency;
    for (size_t i = 0; i < COUNT_OF(multiplexers) && clock == 0; i++)
        if (multiplexers[i].first <= device && device <= multiplexers[i].last)
            return multiplexers[i].frequency;
    return DEFAULT_FREQUENCY;
}

bool sysfw_clock_set_state(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer)
{
    uint32_t device, clock;
    uint8_t state = sci_get8(request, 13);
    (void)host;
    (void)answer;
    if (!clock_of(request, 12, 14, &device, &clock) || state > STATE_REQUESTED)
        return false;
    struct setting *setting = find(device, clock, true);
    if (setting == NULL)
        return false;
    setting->state = state;
    return true;
}

bool sysfw_clock_get_state(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer)
{
    uint32_t device, clock;
    (void)host;
    if (!clock_of(request, 12, 13, &device, &clock))
        return false;
    const struct setting *setting = find(device, clock, false);
    uint8_t state = setting != NULL ? setting->state : STATE_AUTOMATIC;
    bool ready =
        state == STATE_REQUESTED || (state == STATE_AUTOMATIC && sysfw_device_is_on(device));
    sci_put8(answer, 8, state);
    sci_put8(answer, 9, ready ? 1 : 0);
    return true;
}

bool sysfw_clock_set_parent(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer)
{
    uint32_t device, clock;
    (void)host;
    (void)answer;
    if (!clock_of(request, 12, 14, &device, &clock))
        return false;
    uint32_t parent = sci_get8(request, 13);
    if (parent == 255)
        parent = sci_get32(request, 18);
    uint32_t parents = parents_of(device, clock);
    if (parents < 2 || parent <= clock || parent > clock + parents)
        return false;
    struct setting *setting = find(device, clock, true);
    if (setting == NULL)
        return false;
    setting->parent = (uint8_t)parent;
    return true;
}

bool sysfw_clock_get_parent(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer)
{
    uint32_t device, clock;
    (void)host;
    if (!clock_of(request, 12, 13, &device, &clock) || parents_of(device, clock) < 2)
        return false;
    const struct setting *setting = find(device, clock, false);
    uint32_t parent = setting != NULL ? setting->parent : clock + 1;
    sci_put8(answer, 8, (uint8_t)parent);
    sci_put32(answer, 9, parent);
    return true;
}

bool sysfw_clock_num_parents(uint8_t host, const struct sci_message *request,
                             struct sci_message *answer)
{
    uint32_t device, clock;
    (void)host;
    if (!clock_of(request, 12, 13, &device, &clock))
        return false;
    sci_put8(answer, 8, parents_of(device, clock));
    sci_put32(answer, 9, parents_of(device, clock));
    return true;
}

/* The model's dividers hit any target exactly. */
static bool frequency_request(const struct sci_message *request, uint32_t *device, uint32_t *clock,
                              uint64_t *target)
{
    uint64_t least = sci_get64(request, 12), most = sci_get64(request, 28);
    *target = sci_get64(request, 20);
    return clock_of(request, 36, 37, device, clock) && *target != 0 && least <= *target &&
           *target <= most;
}

bool sysfw_clock_set_frequency(uint8_t host, const struct sci_message *request,
                               struct sci_message *answer)
{
    uint32_t device, clock;
    uint64_t target;
    (void)host;
    (void)answer;
    if (!frequency_request(request, &device, &clock, &target))
        return false;
    struct setting *setting = find(device, clock, true);
    if (setting == NULL)
        return false;
    setting->frequency = target;
    return true;
}

bool sysfw_clock_query_frequency(uint8_t host, const struct sci_message *request,
                                 struct sci_message *answer)
{
    uint32_t device, clock;
    uint64_t target;
    (void)host;
    if (!frequency_request(request, &device, &clock, &target))
        return false;
    sci_put64(answer, 8, target);
    return true;
}

bool sysfw_clock_get_frequency(uint8_t host, const struct sci_message *request,
                               struct sci_message *answer)
{
    uint32_t device, clock;
    (void)host;
    if (!clock_of(request, 12, 13, &device, &clock))
        return false;
    sci_put64(answer, 8, frequency_of(device, clock));
    return true;
}
