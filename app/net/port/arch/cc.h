// SPDX-License-Identifier: BSD-3-Clause
/*
 * What lwIP wants to know of its compiler and machine (lwIP, doc/sys_arch.txt). Besides this, it
 * asks for the time: sys_now() is stack.c's.
 */
#ifndef APP_NET_PORT_ARCH_CC_H
#define APP_NET_PORT_ARCH_CC_H

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

/* Not newlib's limits.h; lwIP would define the type, too. */
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif
#define LWIP_NO_UNISTD_H 1

/* Not secret, but no two ports of one network begin alike (stack.c). */
uint32_t net_random(void);
#define LWIP_RAND() net_random()

/* How many segments that came too early a connection may keep; each has a receive buffer
 * (stack.c). */
unsigned net_early_segments_max(void);

/* An assertion of lwIP's is a fault of ours: it ends as any other. It has no messages besides, but
 * counts what it drops. */
#define LWIP_PLATFORM_ASSERT(message) assert(!message)
#define LWIP_PLATFORM_DIAG(message)                                                                \
    do {                                                                                           \
    } while (0)

#endif
