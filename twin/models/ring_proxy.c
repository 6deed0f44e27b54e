// SPDX-License-Identifier: BSD-3-Clause
/*
 * The proxies of the ring accelerators (AM65x TRM SPRUID7, "Proxy"): a window each, through which
 * elements of a ring go word by word, so that no other master sees half of one. Its control
 * register says which ring, which end, and how large an element is; an element lies at the end of
 * the window, and the access to its last word completes it.
 *
 * A proxy that the system firmware configures is reset: what was on its way is gone.
 */
#include "twin/models/models.h"

#define PROXIES              64u

/* Configuration: revision, and the number of proxies. */
#define PROXY_REVISION       0x0u
#define PROXY_CONFIG         0x4u
#define PROXY_REVISION_VALUE 0x66346100u

/* A target window. */
#define PAGE_SHIFT           12
#define TARGET_CONTROL       0x000u
#define TARGET_STATUS        0x004u
#define TARGET_END           0x400u
#define CONTROL_QUEUE        0xffffu
#define CONTROL_MODE_SHIFT   16
#define CONTROL_SIZE_SHIFT   24
#define STATUS_ERROR         (UINT32_C(1) << 31)

static struct proxy {
    uint32_t control, status;
    uint32_t window[64]; /* a half-written element, or one that is being read */
} proxies[NAVSS_COUNT][PROXIES];

void ring_proxy_reset(void)
{
    memset(proxies, 0, sizeof(proxies));
}

bool ring_proxy_configured(enum navss navss, unsigned index)
{
    if (index >= PROXIES)
        return false;
    proxies[navss][index] = (struct proxy){.control = 0};
    return true;
}

uint64_t ring_proxy_read_config(unsigned instance, uint64_t offset)
{
    (void)instance;
    if (offset == PROXY_REVISION)
        return PROXY_REVISION_VALUE;
    return offset == PROXY_CONFIG ? PROXIES : 0;
}

/* A word of an element: which, by its control register. false: not one. */
static bool word_of(const struct proxy *proxy, uint64_t place, unsigned *word, bool *first,
                    bool *last)
{
    uint32_t size = 4u << (proxy->control >> CONTROL_SIZE_SHIFT & 7);

    if (size > 256 || place < TARGET_END - size || place >= TARGET_END)
        return false;
    *word = (unsigned)(place - (TARGET_END - size)) / 4;
    *first = *word == 0;
    *last = place == TARGET_END - 4;
    return true;
}

static enum ring_end end_of(const struct proxy *proxy)
{
    return (enum ring_end)(proxy->control >> CONTROL_MODE_SHIFT & 3);
}

static unsigned queue_of(const struct proxy *proxy)
{
    return proxy->control & CONTROL_QUEUE;
}

static bool sizes_agree(enum navss navss, const struct proxy *proxy)
{
    const struct ring *ring = ringacc_ring(navss, queue_of(proxy));
    return ring != NULL && ring->count != 0 &&
           ring->size_code == (proxy->control >> CONTROL_SIZE_SHIFT & 7);
}

/* The first word that is read takes the element out of the ring as a whole. */
uint64_t ring_proxy_read(unsigned instance, uint64_t offset)
{
    struct proxy *proxy = &proxies[instance][(offset >> PAGE_SHIFT) % PROXIES];
    unsigned word;
    bool first, last;

    if ((offset & 0xfff) == TARGET_CONTROL)
        return proxy->control;
    if ((offset & 0xfff) == TARGET_STATUS)
        return proxy->status;
    if (!word_of(proxy, offset & 0xfff, &word, &first, &last))
        return 0;
    if (first) {
        memset(proxy->window, 0, sizeof(proxy->window));
        bool taken =
            sizes_agree((enum navss)instance, proxy) &&
            ringacc_take((enum navss)instance, queue_of(proxy), end_of(proxy), proxy->window);
        proxy->status = taken ? 0 : STATUS_ERROR;
    }
    return proxy->window[word];
}

void ring_proxy_write(unsigned instance, uint64_t offset, uint64_t value)
{
    struct proxy *proxy = &proxies[instance][(offset >> PAGE_SHIFT) % PROXIES];
    unsigned word;
    bool first, last;

    if ((offset & 0xfff) == TARGET_CONTROL)
        proxy->control = (uint32_t)value;
    if (!word_of(proxy, offset & 0xfff, &word, &first, &last))
        return;
    proxy->window[word] = (uint32_t)value;
    if (!last)
        return;
    bool put = sizes_agree((enum navss)instance, proxy) &&
               ringacc_put((enum navss)instance, queue_of(proxy), end_of(proxy), proxy->window);
    proxy->status = put ? 0 : STATUS_ERROR;
}
