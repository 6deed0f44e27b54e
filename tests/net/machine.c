// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time, waiting, and what the application asks of a machine besides the network.
 */
#include "tests/net/machine.h"

#include "app/net/stack.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "lib/crc32.h"
#include "lib/log.h"
#include "lib/version.h"
#include "msi/service.h"
#include "tests/net/port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TURN_FRAMES 32u /* that leave the port between two looks */

volatile bool machine_interrupted;

static uint64_t offset_ns;

/* ---- time ---- */

uint64_t time_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + offset_ns;
}

void machine_advance_us(uint64_t microseconds)
{
    offset_ns += microseconds * 1000u;
}

/* ---- waiting ---- */

int wait_until_signal(wait_condition_t condition, void *argument, deadline_t deadline)
{
    for (;;) {
        uint64_t now = time_now_ns();

        (void)machine_send(TURN_FRAMES);
        machine_wire->wait(0);
        if (condition(argument))
            return 0;
        if (now >= deadline || machine_interrupted)
            return -ETIMEDOUT;
        machine_wire->wait(deadline - now);
    }
}

int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    return wait_until_signal(condition, argument, deadline_after_us(timeout_us));
}

int idle_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    return wait_for(condition, argument, timeout_us);
}

void wait_signal(const void *argument)
{
    (void)argument;
}

void wait_notify(void)
{
}

bool idle_has_task(void)
{
    return false;
}

void idle_run_task(void)
{
    if (machine_interrupted && net_is_running())
        (void)net_stop();
}

/* ---- one core ---- */

unsigned core_id(void)
{
    return 0;
}

unsigned core_count(void)
{
    return 4; /* those of the others are drawn */
}

/* The application's thread is this program's: what it starts has begun already. */
int smp_start(unsigned core, void (*function)(void *argument), void *argument)
{
    (void)core;
    (void)function;
    (void)argument;
    return -EINVAL;
}

int smp_join(unsigned core, uint64_t timeout_us)
{
    (void)core;
    (void)timeout_us;
    return 0;
}

unsigned long spin_lock(struct spinlock *lock)
{
    (void)lock;
    return 0;
}

void spin_unlock(struct spinlock *lock, unsigned long state)
{
    (void)lock;
    (void)state;
}

/* ---- the library ---- */

void *dma_alloc(size_t size)
{
    return aligned_alloc(64, (size + 63) / 64 * 64);
}

void dma_free(void *memory)
{
    free(memory);
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    crc = ~crc;
    while (size-- != 0) {
        crc ^= *bytes++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* There are no commands (lib/command.c). */
const struct command commands_start[1], commands_end[1];

void irq_service(void)
{
}

int version_describe(char *text, size_t size)
{
    return snprintf(text, size, "k3metal, not on a board");
}

void log_write(const struct log_subject *subject, enum log_level level, const char *format, ...)
{
    va_list arguments;

    (void)level;
    printf("%s: ", subject->name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}
