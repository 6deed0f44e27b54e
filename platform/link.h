// SPDX-License-Identifier: BSD-3-Clause
/*
 * Links between the A53s and the R5Fs (drivers/link/link.h): what both sides have agreed upon.
 */
#ifndef PLATFORM_LINK_H
#define PLATFORM_LINK_H

#include "drivers/link/link.h"

/* Fills in all of a configuration that is about hardware, for the link between the A53s and R5F
 * `core`: on an A53 0 or 1, on an R5F its own number. It is in a cluster of the mailbox of its own:
 * 2 + core, since 0 and 1 are Linux's (docs/mailbox.md). The rest stays as it is. Once, until its
 * release. Thread context. -EINVAL: no such core; the errors of platform_mailbox_take(). */
int platform_link_take(unsigned core, struct link_config *config);

/* Gives the cluster back; the link is closed. Thread context. The errors of
 * platform_mailbox_release(). */
int platform_link_release(unsigned core);

#endif
