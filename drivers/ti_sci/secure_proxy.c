// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxy (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", secure proxy).
 */
#include "drivers/ti_sci/secure_proxy.h"
#include "arch/barrier.h"
#include "arch/mmio.h"

#include <errno.h>
#include <stdbool.h>

#define DATA_WORD(thread, i)    ((uintptr_t) & (thread)->data->words[i])
#define REAL_TIME(thread, name) ((uintptr_t) & (thread)->real_time->name)
#define SCFG(thread, name)      ((uintptr_t) & (thread)->scfg->name)

void secure_proxy_thread_init(struct secure_proxy_thread *thread, uintptr_t data,
                              uintptr_t real_time, uintptr_t scfg, uint16_t number)
{
    uintptr_t offset = (uintptr_t)number * SECURE_PROXY_STRIDE;

    thread->data = (struct secure_proxy_data_registers *)(data + offset);
    thread->real_time = (struct secure_proxy_rt_registers *)(real_time + offset);
    thread->scfg =
        (struct secure_proxy_scfg_registers *)(scfg + SECURE_PROXY_SCFG_THREADS + offset);
}

int secure_proxy_check(const struct secure_proxy_thread *thread,
                       enum secure_proxy_direction direction)
{
    uint32_t control = mmio_read32(SCFG(thread, control));
    bool receives = (control & SECURE_PROXY_CONTROL_IS_RECEIVE) != 0;

    if (receives != (direction == SECURE_PROXY_RECEIVE))
        return -ENODEV;
    return secure_proxy_count(thread) < 0 ? -EIO : 0;
}

int secure_proxy_count(const struct secure_proxy_thread *thread)
{
    uint32_t status = mmio_read32(REAL_TIME(thread, status));

    if ((status & SECURE_PROXY_STATUS_ERROR) != 0)
        return -EIO;
    return (int)SECURE_PROXY_STATUS_COUNT(status);
}

void secure_proxy_send(const struct secure_proxy_thread *thread,
                       const struct secure_proxy_message *message)
{
    /* All words, in order: what a shorter message left behind in the window must not be sent, and
     * the last one sends. One device, so the stores stay in order without barriers; the branch on
     * the count that came before keeps them after that load. */
    for (unsigned i = 0; i < SECURE_PROXY_WORDS; i++)
        mmio_write32(DATA_WORD(thread, i), message->words[i]);
    /* The next core to look at the count, in another region, must see this message counted. */
    barrier_complete();
}

void secure_proxy_receive(const struct secure_proxy_thread *thread,
                          struct secure_proxy_message *message)
{
    /* The status is in another region than the data, and a branch does not order two loads. */
    barrier_after_status();
    for (unsigned i = 0; i < SECURE_PROXY_WORDS; i++)
        message->words[i] = mmio_read32(DATA_WORD(thread, i));
}
