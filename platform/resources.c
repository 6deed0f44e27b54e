// SPDX-License-Identifier: BSD-3-Clause
/*
 * What of the Navigator of this core's domain is this host's, as the system firmware says.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <stddef.h>

LOG_USE(ti_sci);

void platform_for_each_range(void (*visit)(const char *name, int error,
                                           const struct ti_sci_range *range))
{
    static const struct {
        const char *name;
        uint8_t device; /* enum platform_device */
        uint8_t subtype;
    } kinds[] = {
        {"INTR outputs", PLATFORM_DEVICE_INTR, TI_SCI_SUBTYPE_IR_OUTPUT},
        {"INTA VINTs", PLATFORM_DEVICE_INTA, TI_SCI_SUBTYPE_IA_VINT},
        {"INTA events", PLATFORM_DEVICE_INTA, TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT},
        {"rings", PLATFORM_DEVICE_RINGACC, TI_SCI_SUBTYPE_RA_GP},
        {"transmit channels", PLATFORM_DEVICE_UDMAP, TI_SCI_SUBTYPE_UDMAP_TX_CHAN},
        {"receive channels", PLATFORM_DEVICE_UDMAP, TI_SCI_SUBTYPE_UDMAP_RX_CHAN},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct ti_sci_range range;
        int error = ti_sci_get_range(platform_devices[kinds[i].device], kinds[i].subtype, &range);

        visit(kinds[i].name, error, &range);
    }
}

bool platform_owns(enum platform_resource resource, unsigned number)
{
    /* The general kind, then those of high capacity, and rings of channels. 0 ends. */
    static const struct {
        uint8_t device;
        uint8_t subtypes[4];
    } kinds[] = {
        [PLATFORM_VINT] = {PLATFORM_DEVICE_INTA, {TI_SCI_SUBTYPE_IA_VINT}},
        [PLATFORM_RING] = {PLATFORM_DEVICE_RINGACC,
                           {TI_SCI_SUBTYPE_RA_GP, TI_SCI_SUBTYPE_RA_UDMAP_TX,
                            TI_SCI_SUBTYPE_RA_UDMAP_TX_H}},
        [PLATFORM_TRANSMIT_CHANNEL] = {PLATFORM_DEVICE_UDMAP,
                                       {TI_SCI_SUBTYPE_UDMAP_TX_CHAN,
                                        TI_SCI_SUBTYPE_UDMAP_TX_HCHAN}},
        [PLATFORM_RECEIVE_CHANNEL] = {PLATFORM_DEVICE_UDMAP,
                                      {TI_SCI_SUBTYPE_UDMAP_RX_CHAN,
                                       TI_SCI_SUBTYPE_UDMAP_RX_HCHAN}},
    };

    for (const uint8_t *subtype = kinds[resource].subtypes; *subtype != 0; subtype++) {
        struct ti_sci_range range;

        if (ti_sci_get_range(platform_devices[kinds[resource].device], *subtype, &range) == 0 &&
            ti_sci_range_has(&range, number))
            return true;
    }
    return false;
}

static void log_range(const char *name, int error, const struct ti_sci_range *range)
{
    if (error != 0)
        log_error(ti_sci, "range of %s: error %d", name, error);
    else if (range->second_count != 0)
        log_info(ti_sci, "range: %-18s %u-%u, %u-%u", name, range->first,
                 range->first + range->count - 1u, range->second_first,
                 range->second_first + range->second_count - 1u);
    else
        log_info(ti_sci, "range: %-18s %u-%u", name, range->first,
                 range->first + range->count - 1u);
}

void platform_log_ranges(void)
{
    platform_for_each_range(log_range);
}
