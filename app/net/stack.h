// SPDX-License-Identifier: BSD-3-Clause
/*
 * The network stack's thread: lwIP, its interface and its services. All of lwIP runs there; others
 * ask the thread (net_call()). It sleeps until an interrupt leaves something, somebody asks, or one
 * of lwIP's timers is due.
 */
#ifndef APP_NET_STACK_H
#define APP_NET_STACK_H

#include "app/net/interface.h"

#include <lwip/ip_addr.h>
#include <stdbool.h>
#include <stdint.h>

/* Runs the stack on the calling core until net_stop(); 0, or what it could not be started or
 * stopped with: the errors of net_interface_open(), net_service_listen(), net_interface_close().
 * Thread context. */
int net_run(const struct net_device *device);

/* The same on another core; it returns when the stack is up, and net_stop() when it is down.
 * Thread context, core 0. smp_start()'s errors; -ETIMEDOUT: it does not come up, or end. */
int net_start(const struct net_device *device, unsigned core);
int net_stop(void);

/* What it runs on, or ran on last; NULL: it did not yet. Any context. */
const struct net_device *net_get_device(void);

/* Whether it runs. Any context. */
bool net_is_running(void);

/* Has the stack's thread call function(argument), and waits until it has. Thread context of another
 * core. -ENODEV: the stack does not run; -EBUSY: somebody else asks; -ETIMEDOUT. */
int net_call(void (*function)(void *argument), void *argument);

/* Its interface; its counters can be read from anywhere. */
struct net_interface *net_get_interface(void);

/* The address, 0 until there is one; and waits for one. Any context; thread context. -ETIMEDOUT. */
uint32_t net_get_address(void);
int net_await_address(uint64_t timeout_us);

#endif
