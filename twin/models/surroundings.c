// SPDX-License-Identifier: BSD-3-Clause
/*
 * What surrounds the blocks: the environment that they call out to, the levels of their lines, the
 * counters, the faults that wait to be hit.
 */
#include "twin/models/models.h"

#define INTID_COUNT 1024u

static struct am65x_environment env;
static struct am65x_config settings;
static uint64_t counters[AM65X_COUNT_COUNT];
static uint64_t lines[INTID_COUNT / 64];
static uint32_t noise;                   /* a linear congruential generator's state */
static uint64_t ring_read, ring_written; /* on whose behalf memory is accessed */

static struct {
    uint64_t argument;
    uint32_t spare, count;
} faults[AM65X_FAULT_COUNT];

void surroundings_reset(const struct am65x_environment *environment,
                        const struct am65x_config *config)
{
    /* A reset of the SoC: lines that were high go low in the GIC's eyes too. */
    for (unsigned intid = 0; intid < INTID_COUNT; intid++)
        model_line(intid, false);
    env = *environment;
    settings = *config;
    memset(counters, 0, sizeof(counters));
    memset(faults, 0, sizeof(faults));
    noise = 0;
    model_for_rings(0, 0);
}

uint64_t model_now(void)
{
    return env.now(env.context);
}

void model_for_rings(uint64_t reads, uint64_t writes)
{
    ring_read = reads;
    ring_written = writes;
}

bool model_ram_read(uint64_t address, void *data, size_t size)
{
    bool read = env.memory_read(env.context, address, data, size);
    if (read && env.accessed != NULL)
        env.accessed(env.context, ring_read, address, size, false);
    return read;
}

bool model_ram_write(uint64_t address, const void *data, size_t size)
{
    bool written = env.memory_write(env.context, address, data, size);
    if (written && env.accessed != NULL)
        env.accessed(env.context, ring_written, address, size, true);
    return written;
}

const struct am65x_config *model_config(void)
{
    return &settings;
}

bool model_mood(uint32_t mood)
{
    return (settings.moods & mood) != 0;
}

uint64_t model_some_delay(uint32_t limit)
{
    noise = noise * 1664525u + 1013904223u; /* Numerical Recipes' */
    return (noise >> 8) % limit;
}

void model_line(unsigned intid, bool high)
{
    if (intid >= INTID_COUNT || am65x_line_level(intid) == high)
        return;
    lines[intid / 64] ^= UINT64_C(1) << (intid % 64);
    model_event(AM65X_EVENT_LINE, intid, high, 0);
    env.line(env.context, intid, high);
}

bool am65x_line_level(unsigned intid)
{
    return intid < INTID_COUNT && (lines[intid / 64] >> (intid % 64) & 1) != 0;
}

void model_its_message(uint32_t device_id, uint32_t event_id)
{
    model_count(AM65X_COUNT_ITS_MESSAGES, 1);
    model_event(AM65X_EVENT_MESSAGE, device_id, event_id, 0);
    env.its_message(env.context, device_id, event_id);
}

void model_uart_transmit(unsigned uart, uint8_t byte)
{
    env.uart_transmit(env.context, uart, byte);
}

void model_soc_reset(void)
{
    if (env.soc_reset != NULL)
        env.soc_reset(env.context);
}

bool model_has_wire(void)
{
    return env.frame_send != NULL;
}

bool model_frame_send(const uint8_t *frame, size_t length)
{
    return env.frame_send(env.context, frame, length);
}

void model_frame_wanted(void)
{
    if (env.frame_wanted != NULL)
        env.frame_wanted(env.context);
}

bool model_has_pcie(unsigned controller)
{
    return (env.pcie_plugged >> controller & 1) != 0;
}

bool model_pcie_request(struct am65x_pcie_request *request)
{
    return env.pcie_request != NULL && env.pcie_request(env.context, request);
}

void model_pcie_port(unsigned controller, unsigned offset, uint32_t value)
{
    if (model_has_pcie(controller) && env.pcie_port != NULL)
        env.pcie_port(env.context, controller, offset, value);
}

void model_pcie_link(unsigned controller, bool up)
{
    if (model_has_pcie(controller) && env.pcie_link != NULL)
        env.pcie_link(env.context, controller, up);
}

void model_pcie_windows(unsigned controller)
{
    if (model_has_pcie(controller) && env.pcie_windows != NULL)
        env.pcie_windows(env.context, controller);
}

void model_trace_end(const struct trace_line *line)
{
    if (env.trace != NULL)
        env.trace(env.context, line->text);
}

void model_event_bytes(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second,
                       const void *bytes, size_t size)
{
    if (env.event != NULL)
        env.event(env.context, event, subject, first, second, bytes, size);
}

void model_event(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second)
{
    model_event_bytes(event, subject, first, second, NULL, 0);
}

void model_count(enum am65x_counter counter, uint64_t increment)
{
    counters[counter] += increment;
}

void model_uncount(enum am65x_counter counter)
{
    counters[counter]--;
}

uint64_t am65x_counter(enum am65x_counter counter)
{
    return (unsigned)counter < AM65X_COUNT_COUNT ? counters[counter] : 0;
}

void model_fault_set(enum am65x_fault fault, uint64_t argument, uint32_t spare, uint32_t count)
{
    faults[fault].argument = argument;
    faults[fault].spare = spare;
    faults[fault].count = count;
}

bool model_fault_peek(enum am65x_fault fault, uint64_t *argument)
{
    if (faults[fault].count == 0)
        return false;
    *argument = faults[fault].argument;
    return true;
}

bool model_fault_take(enum am65x_fault fault, uint64_t *argument)
{
    if (faults[fault].count == 0)
        return false;
    if (faults[fault].spare != 0) {
        faults[fault].spare--;
        return false;
    }
    faults[fault].count--;
    *argument = faults[fault].argument;
    model_count(AM65X_COUNT_FAULTS, 1);
    return true;
}
