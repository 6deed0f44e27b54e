// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxy: message threads between the cores and the system firmware
 * (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", secure proxy; TI-SCI documentation, "Secure
 * Proxy").
 *
 * A thread has one direction and a window of registers that holds one message. Access to the
 * window's last word completes the message: a write sends it, a read takes it off the queue.
 */
#ifndef DRIVERS_TI_SCI_SECURE_PROXY_H
#define DRIVERS_TI_SCI_SECURE_PROXY_H

#include "drivers/ti_sci/secure_proxy_registers.h"

#include <stdint.h>

#define SECURE_PROXY_THREADS 160u

struct secure_proxy_message {
    uint32_t words[SECURE_PROXY_WORDS];
};

struct secure_proxy_thread {
    struct secure_proxy_data_registers *data;
    struct secure_proxy_rt_registers *real_time;
    struct secure_proxy_scfg_registers *scfg; /* only the direction is read */
};

enum secure_proxy_direction {
    SECURE_PROXY_TRANSMIT,
    SECURE_PROXY_RECEIVE,
};

/* Fills in thread `number` of the proxy whose three regions start at the given addresses. */
void secure_proxy_thread_init(struct secure_proxy_thread *thread, uintptr_t data,
                              uintptr_t real_time, uintptr_t scfg, uint16_t number);

/* 0; -ENODEV if the thread has another direction; -EIO if it is in error state. Any context. */
int secure_proxy_check(const struct secure_proxy_thread *thread,
                       enum secure_proxy_direction direction);

/* How many messages can be sent, or wait to be received; -EIO in error state. Any context. */
int secure_proxy_count(const struct secure_proxy_thread *thread);

/* Sends one message. The count must have been above zero, and the caller keeps others away from the
 * thread since it looked; so for the next two. Any context. */
void secure_proxy_send(const struct secure_proxy_thread *thread,
                       const struct secure_proxy_message *message);

/* Reads words [first, first + count) of the oldest message, which stays where it is, unless the
 * last of its words is among them. In order. Any context. */
void secure_proxy_look(const struct secure_proxy_thread *thread, uint32_t *words, unsigned first,
                       unsigned count);

/* Takes the oldest message off the queue, `read` words of which have been read. Any context. */
void secure_proxy_take(const struct secure_proxy_thread *thread, unsigned read);

#endif
