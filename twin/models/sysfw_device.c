// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's power management of devices (TI-SCI documentation, "Power Management Device API"; "AM65x
 * Devices Descriptions"): a device is on while some host wants it on. Every device of the list
 * exists here, whether a model stands behind it or not, so that a guest's device tree probes.
 */
#include "twin/models/models.h"

#define DEVICE_COUNT    265u
#define HOST_COUNT      16u

#define FLAG_EXCLUSIVE  (UINT32_C(1) << 10)

#define STATE_AUTO_OFF  0u
#define STATE_RETENTION 1u
#define STATE_ON        2u

#define HARDWARE_OFF    0u
#define HARDWARE_ON     1u

#define HOST_NONE       0xffu
#define HOST_LOADER     12u /* U-Boot's, and Linux's after it */

static struct {
    uint8_t wanted[HOST_COUNT]; /* by host: the state it asked for */
    uint8_t exclusive;          /* the host that claimed it, or HOST_NONE */
    uint32_t resets;
    uint32_t context_losses;
} devices[DEVICE_COUNT];

/* Devices that the boot loaders leave on, on behalf of the system firmware itself: the cores, the
 * interrupt controllers and the Navigator Subsystems. */
static const uint16_t always_on[] = {
    56, 118, 119, 179, 180, 181, 182, 187, 188, 189, 190, 191, 194, 195, 198, 199, 200, 202, 203,
};

#define RTI0       130u /* and five more: the watchdogs that a loader has left on */
#define MCU_TIMER0 35u  /* and three more: its ticks */

void sysfw_device_reset(void)
{
    memset(devices, 0, sizeof(devices));
    for (unsigned i = 0; i < DEVICE_COUNT; i++)
        devices[i].exclusive = HOST_NONE;
    for (size_t i = 0; i < COUNT_OF(always_on); i++)
        devices[always_on[i]].wanted[0] = STATE_ON;
    for (unsigned i = 0; i < RTI_COUNT && model_mood(AM65X_MOOD_STALE_LOADER); i++)
        devices[RTI0 + i].wanted[0] = STATE_ON;
    for (unsigned i = 0; i < MCU_TIMER_COUNT && model_mood(AM65X_MOOD_STALE_LOADER); i++)
        devices[MCU_TIMER0 + i].wanted[0] = STATE_ON;
    if (model_mood(AM65X_MOOD_FROM_ROM))
        devices[MCU_TIMER0].wanted[0] = STATE_ON;
}

void sysfw_device_started(uint32_t device)
{
    devices[device].wanted[HOST_LOADER] = STATE_ON;
}

bool sysfw_device_exists(uint32_t device)
{
    return device < DEVICE_COUNT;
}

bool sysfw_device_is_on(uint32_t device)
{
    for (unsigned host = 0; host < HOST_COUNT; host++)
        if (devices[device].wanted[host] != STATE_AUTO_OFF)
            return true;
    return false;
}

uint32_t sysfw_device_resets_of(uint32_t device)
{
    return devices[device].resets;
}

static bool wanted_by_another(uint8_t host, uint32_t device)
{
    for (unsigned other = 1; other < HOST_COUNT; other++)
        if (other != host && devices[device].wanted[other] != STATE_AUTO_OFF)
            return true;
    return false;
}

bool sysfw_device_set(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    uint32_t device = sci_get32(request, 8);
    uint8_t state = sci_get8(request, 16);
    bool exclusive = (sci_get32(request, 4) & FLAG_EXCLUSIVE) != 0;
    (void)answer;
    if (!sysfw_device_exists(device) || state > STATE_ON)
        return false;
    if (state != STATE_AUTO_OFF) {
        uint8_t owner = devices[device].exclusive;
        if (owner != HOST_NONE && owner != host)
            return false;
        if (exclusive && wanted_by_another(host, device))
            return false;
    }
    bool was_on = sysfw_device_is_on(device);
    devices[device].wanted[host] = state;
    if (state == STATE_AUTO_OFF && devices[device].exclusive == host)
        devices[device].exclusive = HOST_NONE;
    else if (state != STATE_AUTO_OFF && exclusive)
        devices[device].exclusive = host;
    if (was_on && !sysfw_device_is_on(device))
        devices[device].context_losses++;
    mcu_timer_power();
    pcie_power();
    sysfw_proc_update();
    return true;
}

bool sysfw_device_get(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    uint32_t device = sci_get32(request, 8);
    if (!sysfw_device_exists(device))
        return false;
    sci_put32(answer, 8, devices[device].context_losses);
    sci_put32(answer, 12, devices[device].resets);
    sci_put8(answer, 16, devices[device].wanted[host]);
    sci_put8(answer, 17, sysfw_device_is_on(device) ? HARDWARE_ON : HARDWARE_OFF);
    return true;
}

bool sysfw_device_resets(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer)
{
    uint32_t device = sci_get32(request, 8);
    (void)answer;
    if (!sysfw_device_exists(device) ||
        (devices[device].exclusive != HOST_NONE && devices[device].exclusive != host))
        return false;
    devices[device].resets = sci_get32(request, 12);
    pcie_power();
    sysfw_proc_update();
    return true;
}
