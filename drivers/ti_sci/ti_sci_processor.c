// SPDX-License-Identifier: BSD-3-Clause
/*
 * Processor control (TI-SCI documentation, "Processor Boot Management"). One request each: every
 * step of a start depends on the one before, so that a batch, which goes on behind a refusal, is
 * not what is wanted.
 */
#include "drivers/ti_sci/ti_sci_processor.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

#define WAIT_MATCHES 1u

/* Whose answer is bare. */
static int ask(uint16_t type, const void *request, size_t size, uint8_t processor, const char *what)
{
    int error = ti_sci_request(type, request, size, NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "processor %u: %s refused", processor, what);
    return error;
}

int ti_sci_processor_request(uint8_t processor)
{
    struct tisci_proc_request request = {.processor = processor};

    return ask(TISCI_MSG_PROC_REQUEST, &request, sizeof(request), processor, "request");
}

int ti_sci_processor_release(uint8_t processor)
{
    struct tisci_proc_request request = {.processor = processor};

    return ask(TISCI_MSG_PROC_RELEASE, &request, sizeof(request), processor, "release");
}

int ti_sci_processor_hand_over(uint8_t processor, uint8_t host)
{
    struct tisci_proc_handover_request request = {.processor = processor, .host = host};

    return ask(TISCI_MSG_PROC_HANDOVER, &request, sizeof(request), processor, "hand-over");
}

int ti_sci_processor_configure(uint8_t processor, uint64_t boot_vector, uint32_t set,
                               uint32_t clear)
{
    struct tisci_proc_config_request request = {
        .processor = processor,
        .boot_vector_low = (uint32_t)boot_vector,
        .boot_vector_high = (uint32_t)(boot_vector >> 32),
        .set = set,
        .clear = clear,
    };

    return ask(TISCI_MSG_PROC_SET_CONFIG, &request, sizeof(request), processor, "configuration");
}

int ti_sci_processor_control(uint8_t processor, uint32_t set, uint32_t clear)
{
    struct tisci_proc_control_request request = {
        .processor = processor, .set = set, .clear = clear};

    return ask(TISCI_MSG_PROC_SET_CONTROL, &request, sizeof(request), processor, "control");
}

int ti_sci_processor_get_state(uint8_t processor, struct ti_sci_processor_state *state)
{
    struct tisci_proc_request request = {.processor = processor};
    struct tisci_proc_status_answer answer;
    int error = ti_sci_request(TISCI_MSG_PROC_GET_STATUS, &request, sizeof(request), &answer,
                               sizeof(answer));

    if (error == -EACCES)
        log_error(ti_sci, "processor %u: status refused", processor);
    if (error != 0)
        return error;
    /* What is missing of an answer reads as zeros, and no processor has the number 0. */
    if (answer.processor != processor)
        return ti_sci_short_answer(TISCI_MSG_PROC_GET_STATUS);
    state->boot_vector = (uint64_t)answer.boot_vector_high << 32 | answer.boot_vector_low;
    state->config = answer.config;
    state->control = answer.control;
    state->status = answer.status;
    return 0;
}

int ti_sci_processor_wait(uint8_t processor, uint32_t set, uint8_t looks, uint8_t delay_us)
{
    struct tisci_proc_wait_request request = {
        .processor = processor,
        .iterations = looks,
        .matches = WAIT_MATCHES,
        .delay_each_us = delay_us,
        .all_set = set,
    };
    int error = ti_sci_request(TISCI_MSG_PROC_WAIT_STATUS, &request, sizeof(request), NULL, 0);

    return error == -EACCES ? -EAGAIN : error;
}
