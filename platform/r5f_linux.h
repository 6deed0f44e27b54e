// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's link with the Linux that has started it: rpmsg (drivers/rpmsg/rpmsg.h) with kicks by the
 * mailbox, as Linux's ti_k3_r5_remoteproc has it: mailbox cluster n for core n, memory that the
 * device tree reserves for it. A program that calls any of this has the virtio device in its
 * resource table.
 *
 *     platform_linux_open();
 *     rpmsg_open(platform_linux_rpmsg(), &endpoint);
 *     do
 *         error = platform_linux_wait(UINT64_MAX);
 *     while (error != -ECANCELED);
 *
 * Thread context, one caller at a time.
 */
#ifndef PLATFORM_R5F_LINUX_H
#define PLATFORM_R5F_LINUX_H

#include "drivers/rpmsg/rpmsg.h"

#include <stdint.h>

/* Opens the link; panics are told to Linux from now on ("crashed", in its log). -EBUSY: it is open;
 * the errors of platform_mailbox_take() and mailbox_open(). */
int platform_linux_open(void);

/* Closes it: Linux is not answered any more. -EINVAL: it is not open; mailbox_close()'s errors;
 * with -EAGAIN and -EDEADLK it stays open. */
int platform_linux_close(void);

/* Valid from the first open on. */
struct rpmsg *platform_linux_rpmsg(void);

/* Hands messages that have come to their endpoints, and waits for some if there are none. How many;
 * -ETIMEDOUT: none came in time; -ECANCELED: Linux has asked the core to stop, and may switch it
 * off as soon as it waits in WFI: the program is to end; -EPROTO as rpmsg_poll(), once for each
 * time that the queues break. */
int platform_linux_wait(uint64_t timeout_us);

#endif
