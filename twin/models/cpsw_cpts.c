// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time stamps of the Ethernet switch, CPTS (AM65x TRM SPRUID7, "Common Platform Time Sync"), as far
 * as a driver's start needs them: a time that runs with the twin's, can be set and asked for by
 * "time stamp push"; received frames have it. No stamps of sent frames, no inputs and outputs, no
 * compare, no correction of the rate. Registers also in Linux's am65-cpts.c.
 */
#include "twin/models/cpsw.h"
#include "twin/models/vim.h"

#define CPTS_IDVER         0x00u
#define CPTS_CONTROL       0x04u
#define CONTROL_ENABLE     (1u << 0)
#define CPTS_PUSH          0x0cu
#define CPTS_LOAD_LOW      0x10u
#define CPTS_LOAD_ENABLE   0x14u
#define CPTS_STATUS_RAW    0x20u
#define CPTS_STATUS_MASKED 0x24u
#define CPTS_INT_ENABLE    0x28u
#define CPTS_POP           0x30u
#define CPTS_EVENT_0       0x34u
#define CPTS_EVENT_1       0x38u
#define CPTS_EVENT_3       0x40u
#define CPTS_LOAD_HIGH     0x44u
#define EVENT_TYPE_SHIFT   20
#define EVENT_TYPE_PUSH    0u
#define REGISTERS          0x100u

#define REVISION           0x4e8a010au
#define INTID              602u
#define VIM_INPUT          34u /* of both R5F cores */
#define EVENTS             32u

static uint32_t registers[REGISTERS / 4];
static uint64_t offset_of_time;
static uint64_t events[EVENTS];
static unsigned first, count;

void cpsw_cpts_reset(void)
{
    memset(registers, 0, sizeof(registers));
    offset_of_time = 0;
    first = count = 0;
}

uint64_t cpsw_cpts_time(void)
{
    return registers[CPTS_CONTROL / 4] & CONTROL_ENABLE ? model_now() + offset_of_time : 0;
}

static void update_line(void)
{
    bool high = count != 0 && (registers[CPTS_INT_ENABLE / 4] & 1) != 0;

    model_line(INTID, high);
    vim_line_all(VIM_INPUT, high);
}

uint64_t cpsw_cpts_read(uint64_t offset)
{
    switch (offset) {
    case CPTS_IDVER:
        return REVISION;
    case CPTS_PUSH:
    case CPTS_LOAD_ENABLE:
    case CPTS_POP:
        return 0;
    case CPTS_STATUS_RAW:
        return count != 0;
    case CPTS_STATUS_MASKED:
        return count != 0 && (registers[CPTS_INT_ENABLE / 4] & 1) != 0;
    case CPTS_EVENT_0:
        return count != 0 ? (uint32_t)events[first] : 0;
    case CPTS_EVENT_1:
        return EVENT_TYPE_PUSH << EVENT_TYPE_SHIFT;
    case CPTS_EVENT_3:
        return count != 0 ? events[first] >> 32 : 0;
    default:
        return offset < REGISTERS ? registers[offset / 4] : 0;
    }
}

static void push(void)
{
    if (count < EVENTS && registers[CPTS_CONTROL / 4] & CONTROL_ENABLE)
        events[(first + count++) % EVENTS] = cpsw_cpts_time();
}

static void pop(void)
{
    if (count != 0) {
        first = (first + 1) % EVENTS;
        count--;
    }
}

void cpsw_cpts_write(uint64_t offset, uint64_t value)
{
    if (offset >= REGISTERS)
        return;
    registers[offset / 4] = (uint32_t)value;
    if (offset == CPTS_PUSH && value & 1)
        push();
    else if (offset == CPTS_POP && value & 1)
        pop();
    else if (offset == CPTS_LOAD_ENABLE && value & 1)
        offset_of_time =
            (registers[CPTS_LOAD_LOW / 4] | (uint64_t)registers[CPTS_LOAD_HIGH / 4] << 32) -
            model_now();
    else if (offset == CPTS_CONTROL && (value & CONTROL_ENABLE) == 0)
        count = 0;
    update_line();
}
