// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of the CPSW driver share; nothing here is for its users.
 */
#ifndef DRIVERS_CPSW_INTERNAL_H
#define DRIVERS_CPSW_INTERNAL_H

#include "arch/wait.h"
#include "drivers/cpsw/ale.h"
#include "drivers/cpsw/cpsw.h"
#include "drivers/cpsw/phy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

struct cpsw_flow {
    struct cpsw *cpsw;
    unsigned number;
    struct udma_flow *udma;
    uint64_t dropped; /* atomic */
};

struct cpsw {
    struct cpsw_config config; /* without mac_address: */
    const struct cpsw_facts *facts;
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];

    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct cpsw_flow flows[CPSW_FLOWS_MAX];

    /* Who sends, gives, or is in link(), is counted, so that a close knows when nobody is in there
     * any more. */
    uint32_t users;   /* atomic; with CPSW_SHUT, new ones are turned away */
    uint32_t link;    /* one word, by link.c; atomic */
    uint64_t changes; /* of the link; atomic */

    struct mutex mutex; /* for what follows, and for the registers */
    bool powered, switched_on, started;
    bool link_down; /* by cpsw_set_link() */
    bool telling;   /* a core is in link() */
    uint32_t told;  /* the link that link() was last called with */
    struct cpsw_ale ale;
    struct cpsw_phy phy;
    struct cpsw_statistics statistics[CPSW_PORTS];
};

#define CPSW_SHUT 0x80000000u

static inline bool cpsw_enter(struct cpsw *cpsw)
{
    const uint32_t users = __atomic_fetch_add(&cpsw->users, 1, __ATOMIC_ACQUIRE);

    if ((users & CPSW_SHUT) == 0)
        return true;
    __atomic_fetch_sub(&cpsw->users, 1, __ATOMIC_RELAXED);
    return false;
}

static inline void cpsw_leave(struct cpsw *cpsw)
{
    __atomic_fetch_sub(&cpsw->users, 1, __ATOMIC_RELEASE);
}

/* Its channels may be gone: a close that has returned -EAGAIN has closed some of them. */
static inline bool cpsw_is_shut(const struct cpsw *cpsw)
{
    return (__atomic_load_n(&cpsw->users, __ATOMIC_RELAXED) & CPSW_SHUT) != 0;
}

/* -EINVAL: NULL; -ECANCELED: it is being closed; the errors of mutex_lock(). */
static inline int cpsw_lock(struct cpsw *cpsw)
{
    int error = cpsw != NULL ? mutex_lock(&cpsw->mutex) : -EINVAL;

    if (error != 0 || !cpsw_is_shut(cpsw))
        return error;
    mutex_unlock(&cpsw->mutex);
    return -ECANCELED;
}

/* ---- address.c; any context ---- */

bool cpsw_is_unicast(const uint8_t *address);

/* ---- power.c; thread context ---- */

/* The system firmware's error: then it is off again, or held on. */
int cpsw_power_on(uint16_t device);
/* -EIO: it is held on, and tried again later. */
int cpsw_power_off(uint16_t device);

/* ---- statistics.c; with the mutex, or nobody else there ---- */

void cpsw_statistics_start(struct cpsw *cpsw);
/* Adds up those that can go round within a minute. */
void cpsw_statistics_look(struct cpsw *cpsw);

/* ---- link.c ---- */

/* Takes the MAC and the ALE's port down: nothing comes or goes by the wire. */
int cpsw_link_off(struct cpsw *cpsw);

/* ---- filter.c; with the mutex, or nobody else there ---- */

/* What a port takes from the start: frames to its address, and broadcast. -ENOSPC. */
int cpsw_filter_start(struct cpsw *cpsw);

/* ---- frames.c ---- */

/* Turns away who comes to send or give, or for the mutex. When it returns 0, nobody is in there;
 * -EAGAIN: somebody has not left for 5 s. Thread context. */
int cpsw_shut(struct cpsw *cpsw);

/* What goes with a frame: straight to the MAC's port, the ALE is not asked where to. The endpoint
 * has EPIB put in, of zeros. */
void cpsw_prepare_header(struct udma_header *header);

/* Callbacks of the channels; context: the flow's. */
void cpsw_received(void *context, struct udma_received *const *packets, unsigned count);
void cpsw_returned(void *context, const struct udma_buffer *buffer);
void cpsw_error(void *context, enum udma_error error);

#endif
