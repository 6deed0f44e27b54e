// SPDX-License-Identifier: BSD-3-Clause
/*
 * The pre-ITS window (AM65x TRM SPRUID7, "GIC-500", MSI support): a word written at offset
 * 4 x device id becomes the message (device id, event id = the word) to the ITS.
 *
 * In the mood i2101 the ITS has that advisory (TI SPRZ452, "GIC: ITS Misbehavior"): a read of its
 * with one certain id is never answered, and then nothing arrives any more of the device for which
 * it was made. The text says that this happens from four devices on, and how it is avoided:
 * requests of device ids that are none, from 0 on, before all others. Which device it is that has
 * bad luck is not said; here it is each one after the fourth.
 */
#include "twin/models/models.h"

/* The pair of the text's with the fewest requests that all others have: (5, 2), (7, 4); and (6, 1),
 * whose single request makes no difference here. */
#define FIRST_REQUESTS 2u
#define GOOD_DEVICES   4u

static uint32_t devices[GOOD_DEVICES]; /* that have sent any, in their order */
static unsigned device_count;

void pre_its_reset(void)
{
    device_count = 0;
}

static bool is_avoided(void)
{
    for (unsigned i = 0; i < FIRST_REQUESTS; i++)
        if (i >= device_count || devices[i] != i)
            return false;
    return true;
}

/* Whether the ITS has its answers for the device. */
static bool is_served(uint32_t device)
{
    if ((model_config()->moods & AM65X_MOOD_I2101) == 0 || is_avoided())
        return true;
    for (unsigned i = 0; i < device_count; i++)
        if (devices[i] == device)
            return true;
    if (device_count == GOOD_DEVICES)
        return false;
    devices[device_count++] = device;
    return true;
}

void pre_its_write(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)instance;
    if (is_served((uint32_t)(offset / 4)))
        model_its_message((uint32_t)(offset / 4), (uint32_t)value);
}
