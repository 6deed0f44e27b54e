// SPDX-License-Identifier: BSD-3-Clause
/*
 * Firmware version and device states (TI-SCI documentation, "General Core" and "Power Management
 * Device").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(((struct ti_sci_version *)0)->description) ==
                   sizeof(((struct tisci_version_answer *)0)->description) + 1,
               "the description is copied whole, and ended");

int ti_sci_get_version(struct ti_sci_version *version)
{
    struct tisci_bare_message request = {0};
    struct tisci_version_answer answer;
    int error =
        ti_sci_request(TISCI_MSG_VERSION, &request, sizeof(request), &answer, sizeof(answer));

    if (error != 0)
        return error;
    /* The proxy carries no length: what is missing of an answer reads as zeros. So an ABI of zero
     * means that the answer was cut short. */
    if (answer.abi_major == 0 && answer.abi_minor == 0)
        return ti_sci_short_answer(TISCI_MSG_VERSION);
    memcpy(version->description, answer.description, sizeof(answer.description));
    version->description[sizeof(answer.description)] = '\0';
    version->version = answer.version;
    version->abi_major = answer.abi_major;
    version->abi_minor = answer.abi_minor;
    return 0;
}

static int set_device(uint16_t device, uint8_t device_state)
{
    struct tisci_set_device_request request = {.id = device, .state = device_state};
    int error = ti_sci_request(TISCI_MSG_SET_DEVICE, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: state %u refused", device, device_state);
    return error;
}

int ti_sci_device_get(uint16_t device)
{
    return set_device(device, TISCI_DEVICE_ON);
}

int ti_sci_device_put(uint16_t device)
{
    return set_device(device, TISCI_DEVICE_AUTO_OFF);
}

int ti_sci_device_get_state(uint16_t device, struct ti_sci_device_state *state)
{
    struct tisci_get_device_request request = {.id = device};
    struct tisci_get_device_answer answer;
    int error =
        ti_sci_request(TISCI_MSG_GET_DEVICE, &request, sizeof(request), &answer, sizeof(answer));

    if (error != 0)
        return error;
    state->context_loss_count = answer.context_loss_count;
    state->resets = answer.resets;
    state->programmed = answer.programmed_state;
    state->current = answer.current_state;
    return 0;
}
