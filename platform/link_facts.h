// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the sides of a link (link.h) have in common. Users and FIFOs are those that TI's device
 * trees give to A53s and R5Fs in clusters 0 and 1.
 */
#ifndef PLATFORM_LINK_FACTS_H
#define PLATFORM_LINK_FACTS_H

enum platform_link_facts {
    LINK_CORES = 2,   /* R5Fs */
    LINK_CLUSTER = 2, /* of the mailbox: core 0's; core 1's is the next */
    LINK_USER_A53 = 0,
    LINK_USER_R5F = 1,
    LINK_FIFO_TO_A53 = 0,
    LINK_FIFO_TO_R5F = 1,
};

#endif
