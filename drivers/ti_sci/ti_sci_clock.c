// SPDX-License-Identifier: BSD-3-Clause
/*
 * Clocks (TI-SCI documentation, "Power Management Clock API").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>

int ti_sci_clock_frequency(uint16_t device, uint8_t clock, uint64_t *hz)
{
    struct tisci_get_frequency_request request = {.device = device, .clock = clock};
    struct tisci_get_frequency_answer answer;
    int error =
        ti_sci_request(TISCI_MSG_GET_FREQ, &request, sizeof(request), &answer, sizeof(answer));

    if (error == -EACCES)
        log_error(ti_sci, "device %u: frequency of clock %u refused", device, clock);
    if (error != 0)
        return error;
    /* No clock that is on has none: so the answer was cut short. */
    if (answer.hz == 0)
        return ti_sci_short_answer(TISCI_MSG_GET_FREQ);
    *hz = answer.hz;
    return 0;
}

int ti_sci_clock_set_parent(uint16_t device, uint8_t clock, uint8_t parent)
{
    struct tisci_set_clock_parent_request request = {
        .device = device, .clock = clock, .parent = parent};
    int error = ti_sci_request(TISCI_MSG_SET_CLOCK_PARENT, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: clock %u from %u refused", device, clock, parent);
    return error;
}
