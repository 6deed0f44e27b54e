// SPDX-License-Identifier: BSD-3-Clause
/*
 * The link: what the PHY says, and the MAC set up for it (drivers/cpsw/cpsw.h).
 */
#include "drivers/cpsw/internal.h"
#include "drivers/cpsw/mac.h"

#include <errno.h>

#define LINK_UP          0x80000000u
#define LINK_FULL_DUPLEX 0x40000000u
#define LINK_SPEED       0xffffu

/* The link as one word, which is written and read at once. */
static uint32_t pack(const struct cpsw_link *link)
{
    if (!link->up)
        return 0;
    return LINK_UP | (link->full_duplex ? LINK_FULL_DUPLEX : 0) | link->speed;
}

static void unpack(uint32_t word, struct cpsw_link *link)
{
    *link = (struct cpsw_link){.up = word != 0,
                               .full_duplex = (word & LINK_FULL_DUPLEX) != 0,
                               .speed = (uint16_t)(word & LINK_SPEED)};
}

void cpsw_get_link(const struct cpsw *cpsw, struct cpsw_link *link)
{
    unpack(__atomic_load_n(&cpsw->link, __ATOMIC_RELAXED), link);
}

int cpsw_link_off(struct cpsw *cpsw)
{
    if (__atomic_exchange_n(&cpsw->link, 0, __ATOMIC_RELAXED) == 0)
        return 0;
    cpsw_ale_forward_mac(&cpsw->ale, false);
    return cpsw_mac_down(cpsw->facts->base);
}

static void link_on(struct cpsw *cpsw, const struct cpsw_link *link)
{
    cpsw_mac_up(cpsw->facts->base, link, cpsw->config.loopback);
    cpsw_ale_forward_mac(&cpsw->ale, true);
    __atomic_store_n(&cpsw->link, pack(link), __ATOMIC_RELAXED);
}

static int look(const struct cpsw *cpsw, struct cpsw_link *link)
{
    *link = (struct cpsw_link){0};
    if (!cpsw->started || cpsw->link_down)
        return 0;
    if (!cpsw->config.loopback)
        return cpsw_phy_look(&cpsw->phy, link);
    *link = (struct cpsw_link){.up = true, .full_duplex = true, .speed = 1000};
    return 0;
}

/* With the mutex. A MAC that does not become idle is off all the same, so that it is no error
 * here. */
static int update(struct cpsw *cpsw)
{
    struct cpsw_link link;
    int error = look(cpsw, &link);

    if (pack(&link) != __atomic_load_n(&cpsw->link, __ATOMIC_RELAXED)) {
        (void)cpsw_link_off(cpsw);
        if (link.up)
            link_on(cpsw, &link);
        __atomic_fetch_add(&cpsw->changes, 1, __ATOMIC_RELAXED);
    }
    return error;
}

/* With the mutex. Whether there is something that link() has not been told; if not, nobody tells it
 * any more. */
static bool has_news(struct cpsw *cpsw)
{
    const uint32_t word = __atomic_load_n(&cpsw->link, __ATOMIC_RELAXED);

    cpsw->telling = word != cpsw->told;
    cpsw->told = word;
    return cpsw->telling;
}

/* One core at a time, so that the link's states are told in their order; without the mutex, since
 * link() may come back here. Meanwhile a close waits. */
static void tell(struct cpsw *cpsw)
{
    struct cpsw_link link;
    bool more;

    do {
        unpack(cpsw->told, &link);
        if (cpsw->config.link != NULL)
            cpsw->config.link(cpsw->config.context, &link);
        more = mutex_lock(&cpsw->mutex) == 0;
        if (more) {
            more = has_news(cpsw);
            mutex_unlock(&cpsw->mutex);
        }
    } while (more);
}

int cpsw_check_link(struct cpsw *cpsw)
{
    int error = cpsw_lock(cpsw);
    bool tells;

    if (error != 0)
        return error;
    error = update(cpsw);
    cpsw_statistics_look(cpsw);
    tells = !cpsw->telling && cpsw_enter(cpsw);
    if (tells && !has_news(cpsw)) {
        cpsw_leave(cpsw);
        tells = false;
    }
    mutex_unlock(&cpsw->mutex);
    if (tells) {
        tell(cpsw);
        cpsw_leave(cpsw);
    }
    return error;
}

int cpsw_set_link(struct cpsw *cpsw, bool up)
{
    int error = cpsw_lock(cpsw);

    if (error != 0)
        return error;
    cpsw->link_down = !up;
    if (!cpsw->config.loopback)
        error = cpsw_phy_power(&cpsw->phy, up);
    mutex_unlock(&cpsw->mutex);
    return error == 0 ? cpsw_check_link(cpsw) : error;
}
