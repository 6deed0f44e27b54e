// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxy's registers (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", secure proxy).
 */
#include "drivers/ti_sci/secure_proxy.h"
#include "arch/barrier.h"
#include "arch/mmio.h"

#include <errno.h>
#include <stdbool.h>

#define THREAD_STRIDE         0x1000u

/* Target data region: word i of the message; the last one completes the message. */
#define DATA_WORD(i)          (0x4u + (i)*4u)

/* Real-time region: THREADj_STATUS. */
#define RT_STATUS             0x0u
#define RT_STATUS_ERROR       0x80000000u
#define RT_STATUS_COUNT_MASK  0xffu

/* SCFG region: THREADj_CTRL. Its threads start one stride in. */
#define SCFG_THREADS          0x1000u
#define SCFG_CTRL             0x0u
#define SCFG_CTRL_DIR_RECEIVE 0x80000000u

void secure_proxy_thread_init(struct secure_proxy_thread *thread, uintptr_t data,
                              uintptr_t real_time, uintptr_t scfg, uint16_t number)
{
    uintptr_t offset = (uintptr_t)number * THREAD_STRIDE;

    thread->data = data + offset;
    thread->real_time = real_time + offset;
    thread->scfg = scfg + SCFG_THREADS + offset;
}

int secure_proxy_check(const struct secure_proxy_thread *thread,
                       enum secure_proxy_direction direction)
{
    uint32_t control = mmio_read32(thread->scfg + SCFG_CTRL);
    bool receives = (control & SCFG_CTRL_DIR_RECEIVE) != 0;

    if (receives != (direction == SECURE_PROXY_RECEIVE))
        return -ENODEV;
    return secure_proxy_count(thread) < 0 ? -EIO : 0;
}

int secure_proxy_count(const struct secure_proxy_thread *thread)
{
    uint32_t status = mmio_read32(thread->real_time + RT_STATUS);

    if ((status & RT_STATUS_ERROR) != 0)
        return -EIO;
    return (int)(status & RT_STATUS_COUNT_MASK);
}

void secure_proxy_send(const struct secure_proxy_thread *thread,
                       const struct secure_proxy_message *message)
{
    /* All words, in order: what a shorter message left behind in the window must not be sent, and
     * the last one sends. One device, so the stores stay in order without barriers; the branch on
     * the count that came before keeps them after that load. */
    for (unsigned i = 0; i < SECURE_PROXY_WORDS; i++)
        mmio_write32(thread->data + DATA_WORD(i), message->words[i]);
    /* The next core to look at the count, in another region, must see this message counted. */
    barrier_complete();
}

void secure_proxy_receive(const struct secure_proxy_thread *thread,
                          struct secure_proxy_message *message)
{
    /* The status is in another region than the data, and a branch does not order two loads. */
    barrier_after_status();
    for (unsigned i = 0; i < SECURE_PROXY_WORDS; i++)
        message->words[i] = mmio_read32(thread->data + DATA_WORD(i));
}
