// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxy (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", secure proxy).
 */
#include "drivers/ti_sci/secure_proxy.h"
#include "arch/barrier.h"
#include "arch/mmio.h"

#include <errno.h>
#include <stdbool.h>

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
    struct secure_proxy_data_registers *data = thread->data;

    /* All words, in order: what a shorter message left behind in the window must not be sent, and
     * the last one sends. One device, so the stores stay in order without barriers; the branch on
     * the count that came before keeps them after that load. Unrolled: each request sends all. */
#pragma GCC unroll 15
    for (unsigned i = 0; i < SECURE_PROXY_WORDS; i++)
        mmio_write32((uintptr_t)&data->words[i], message->words[i]);
    /* The next core to look at the count, in another region, must see this message counted. */
    barrier_complete();
}

void secure_proxy_look(const struct secure_proxy_thread *thread, uint32_t *words, unsigned first,
                       unsigned count)
{
    struct secure_proxy_data_registers *data = thread->data;

    /* The status is in another region than the data, and a branch does not order two loads. */
    if (first == 0)
        barrier_after_status();
    for (unsigned i = 0; i < count; i++)
        words[i] = mmio_read32((uintptr_t)&data->words[first + i]);
}

/* What nobody needs stays unread: the last word's load is what takes the message (TI-SCI
 * documentation, "Secure Proxy"; TF-A's and OP-TEE's drivers do so too). */
void secure_proxy_take(const struct secure_proxy_thread *thread, unsigned read)
{
    if (read < SECURE_PROXY_WORDS)
        (void)mmio_read32((uintptr_t)&thread->data->words[SECURE_PROXY_WORDS - 1]);
}
