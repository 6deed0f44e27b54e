// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening, starting and closing the port (drivers/cpsw/cpsw.h). The AM65x has one of it.
 */
#include "drivers/cpsw/cpsw.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "drivers/cpsw/cpsw_registers.h"
#include "drivers/cpsw/internal.h"
#include "drivers/cpsw/mac.h"
#include "drivers/cpsw/mdio.h"
#include "drivers/udma/endpoint.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <string.h>

LOG_USE(cpsw);

static struct cpsw port;
static bool claimed;   /* atomic */
static bool is_open;   /* atomic */
static bool abandoned; /* by an open that failed, and could not be undone; of who has claimed it */

/* ---- what is asked for ---- */

static bool is_core(uint32_t core)
{
    return core == IRQ_CORE_ANY || core < core_count();
}

static bool is_depth(uint32_t depth)
{
    return depth != 0 && depth <= CPSW_DEPTH_MAX;
}

static bool is_valid(const struct cpsw_config *config)
{
    if (config == NULL || config->received == NULL || config->sent == NULL ||
        config->returned == NULL || config->flow_count > CPSW_FLOWS_MAX ||
        !is_depth(config->send_depth) || !is_core(config->send_core) ||
        (config->mac_address != NULL && !cpsw_is_unicast(config->mac_address)))
        return false;
    for (unsigned i = 0; i == 0 || i < config->flow_count; i++)
        if (!is_depth(config->flows[i].depth) || !is_core(config->flows[i].core))
            return false;
    return true;
}

static int get_address(const struct cpsw_config *config, uint8_t *address)
{
    if (config->mac_address == NULL)
        return cpsw_get_efuse_address(config->facts, address);
    memcpy(address, config->mac_address, CPSW_MAC_ADDRESS_LENGTH);
    return 0;
}

/* ---- up ---- */

/* What the host sends is padded; what it receives has no frame check sequence. */
static void set_up_host_port(const struct cpsw *cpsw)
{
    struct cpsw_host_port_registers *const host =
        (struct cpsw_host_port_registers *)(cpsw->facts->base + CPSW_HOST_PORT_OFFSET);
    struct cpsw_switch_registers *const registers =
        (struct cpsw_switch_registers *)(cpsw->facts->base + CPSW_SWITCH_OFFSET);

    mmio_write32((uintptr_t)&registers->control, 0);
    mmio_write32((uintptr_t)&registers->ptype, 0);
    mmio_write32((uintptr_t)&host->control,
                 cpsw->facts->checksum_erratum ? 0 : CPSW_P0_CONTROL_RX_CHECKSUM_EN);
    mmio_write32((uintptr_t)&host->port_vlan, 0);
    mmio_write32((uintptr_t)&host->rx_pri_map, CPSW_PRI_MAP_ONE_TO_ONE);
    mmio_write32((uintptr_t)&host->pri_ctl,
                 mmio_read32((uintptr_t)&host->pri_ctl) & ~CPSW_PRI_CTL_RX_PTYPE);
    mmio_write32((uintptr_t)&host->rx_maxlen, CPSW_RX_MAXLEN_VALUE);
}

static int set_up_mac_port(const struct cpsw *cpsw)
{
    struct cpsw_mac_port_registers *const mac =
        (struct cpsw_mac_port_registers *)(cpsw->facts->base + CPSW_MAC_PORT_OFFSET);
    int error = cpsw->config.loopback ? 0 : cpsw_select_rgmii(cpsw->facts->interface_select);

    if (error == 0)
        error = cpsw_mac_reset(cpsw->facts->base);
    if (error != 0)
        return error;
    mmio_write32((uintptr_t)&mac->port_vlan, 0);
    cpsw_mac_set_address(cpsw->facts->base, cpsw->address);
    return 0;
}

static int set_up_hardware(struct cpsw *cpsw)
{
    const uintptr_t base = cpsw->facts->base;
    int error = cpsw_power_on(cpsw->facts->device);

    if (error != 0)
        return error;
    cpsw->powered = true;
    set_up_host_port(cpsw);
    cpsw_statistics_start(cpsw);
    error = set_up_mac_port(cpsw);
    if (error != 0)
        return error;
    cpsw_ale_start(&cpsw->ale, base + CPSW_ALE_OFFSET, cpsw->facts->clock_hz);
    cpsw->switched_on = true;
    error = cpsw_filter_start(cpsw);
    if (error != 0 || cpsw->config.loopback)
        return error;
    cpsw_mdio_start(base + CPSW_MDIO_OFFSET);
    return cpsw_phy_open(&cpsw->phy, base + CPSW_MDIO_OFFSET, cpsw->facts);
}

static int open_transmit(struct cpsw *cpsw, const struct udma_endpoint *endpoint)
{
    const struct cpsw_config *config = &cpsw->config;
    struct udma_header header;
    const struct udma_transmit_config transmit = {
        .name = config->name,
        .udma = cpsw->facts->udma,
        .endpoint = endpoint,
        .core = config->send_core,
        .depth = (uint16_t)config->send_depth,
        .buffers_max = CPSW_BUFFERS_MAX,
        .length_max = CPSW_FRAME_MAX,
        .header = &header,
        .delivery = config->delivery,
        .thread_core = config->thread_core,
        .coalesce = config->send_coalesce,
        .sent = config->sent,
        .ready = config->ready,
        .error = config->error,
        .context = config->context,
    };

    cpsw_prepare_header(&header);
    return udma_transmit_open(&transmit, &cpsw->transmit);
}

static int open_flow(struct cpsw *cpsw, unsigned number)
{
    const struct cpsw_config *config = &cpsw->config;
    const struct udma_flow_config flow = {
        .name = config->name,
        .core = config->flows[number].core,
        .depth = (uint16_t)config->flows[number].depth,
        .delivery = config->delivery,
        .thread_core = config->thread_core,
        .coalesce = config->receive_coalesce,
        .when_empty = UDMA_FLOW_DROP,
        .buffer_min = CPSW_BUFFER_SIZE,
        .received = cpsw_received,
        .returned = cpsw_returned,
        .error = config->error == NULL ? NULL : cpsw_error,
        .context = &cpsw->flows[number],
    };

    cpsw->flows[number].cpsw = cpsw;
    cpsw->flows[number].number = number;
    return udma_flow_open(cpsw->receive, number, &flow, &cpsw->flows[number].udma);
}

static int open_channels(struct cpsw *cpsw)
{
    const struct udma_endpoint *endpoint = udma_endpoint_find(cpsw->facts->endpoint);
    const struct udma_receive_config receive = {
        .name = cpsw->config.name,
        .udma = cpsw->facts->udma,
        .endpoint = endpoint,
        .flow_count = (uint16_t)cpsw->config.flow_count,
    };
    int error = endpoint == NULL ? -ENODEV : open_transmit(cpsw, endpoint);

    if (error == 0)
        error = udma_receive_open(&receive, &cpsw->receive);
    for (unsigned i = 0; error == 0 && i < cpsw->config.flow_count; i++)
        error = open_flow(cpsw, i);
    return error;
}

static void switch_on(const struct cpsw *cpsw)
{
    struct cpsw_host_port_registers *const host =
        (struct cpsw_host_port_registers *)(cpsw->facts->base + CPSW_HOST_PORT_OFFSET);
    struct cpsw_switch_registers *const registers =
        (struct cpsw_switch_registers *)(cpsw->facts->base + CPSW_SWITCH_OFFSET);

    mmio_write32((uintptr_t)&host->flow_id_offset, udma_receive_first_flow(cpsw->receive));
    mmio_write32((uintptr_t)&registers->control,
                 CPSW_CONTROL_P0_ENABLE | CPSW_CONTROL_P0_TX_CRC_REMOVE | CPSW_CONTROL_P0_RX_PAD |
                     CPSW_CONTROL_VLAN_AWARE);
}

static int bring_up(struct cpsw *cpsw)
{
    int error = set_up_hardware(cpsw);

    if (error == 0)
        error = open_channels(cpsw);
    if (error == 0)
        switch_on(cpsw);
    return error;
}

/* ---- down ---- */

/* The worse of two results of a close. */
static int worse(int one, int other)
{
    if (one == -EIO || other == -EIO)
        return -EIO;
    return one != 0 ? one : other;
}

/* -EAGAIN, -EDEADLK: something is still open. */
static int close_channels(struct cpsw *cpsw, int *result)
{
    int error;

    if (cpsw->transmit != NULL) {
        error = udma_transmit_close(cpsw->transmit);
        if (error == -EAGAIN || error == -EDEADLK)
            return error;
        cpsw->transmit = NULL;
        *result = worse(*result, error);
    }
    if (cpsw->receive != NULL) {
        error = udma_receive_close(cpsw->receive);
        if (error == -EAGAIN || error == -EDEADLK)
            return error;
        cpsw->receive = NULL;
        *result = worse(*result, error);
    }
    return 0;
}

static int stop_hardware(struct cpsw *cpsw)
{
    struct cpsw_switch_registers *const registers =
        (struct cpsw_switch_registers *)(cpsw->facts->base + CPSW_SWITCH_OFFSET);
    int error = 0;

    if (cpsw->switched_on) {
        error = cpsw_link_off(cpsw);
        cpsw_ale_stop(&cpsw->ale);
        mmio_write32((uintptr_t)&registers->control, 0);
        mmio_write32((uintptr_t)&registers->stat_port_en, 0);
        cpsw->switched_on = false;
    }
    if (cpsw->powered)
        error = worse(error, cpsw_power_off(cpsw->facts->device));
    cpsw->powered = false;
    return error;
}

/* Nothing comes in any more; what was sent leaves; then the MAC is stopped. */
static int take_down(struct cpsw *cpsw)
{
    int result = 0, error = cpsw_shut(cpsw);

    /* Who has the mutex lets it go first; whoever gets it later is turned away. */
    if (error == 0)
        error = mutex_lock(&cpsw->mutex);
    if (error != 0)
        return error;
    if (cpsw->started)
        cpsw_ale_forward_mac(&cpsw->ale, false);
    cpsw->started = false;
    mutex_unlock(&cpsw->mutex);
    error = close_channels(cpsw, &result);
    if (error != 0)
        return error;
    return worse(result, stop_hardware(cpsw));
}

/* ---- the port's life ---- */

/* -EBUSY: it is open; or a failed open could not be undone, nor can it be now. */
static int claim(void)
{
    if (__atomic_exchange_n(&claimed, true, __ATOMIC_ACQUIRE))
        return -EBUSY;
    abandoned = abandoned && take_down(&port) == -EAGAIN;
    if (!abandoned)
        return 0;
    __atomic_store_n(&claimed, false, __ATOMIC_RELEASE);
    return -EBUSY;
}

static int open_claimed(const struct cpsw_config *config, const uint8_t *address)
{
    int error, undone;

    memset(&port, 0, sizeof(port));
    port.config = *config;
    port.config.mac_address = NULL;
    if (port.config.flow_count == 0)
        port.config.flow_count = 1;
    port.facts = config->facts;
    memcpy(port.address, address, sizeof(port.address));
    error = bring_up(&port);
    if (error == 0)
        return 0;
    undone = take_down(&port);
    abandoned = undone == -EAGAIN;
    return undone == -EIO ? -EIO : error;
}

int cpsw_open(const struct cpsw_config *config, struct cpsw **cpsw)
{
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (cpsw == NULL || !is_valid(config))
        return -EINVAL;
    if (config->facts == NULL || config->facts->udma == NULL)
        return -ENODEV;
    error = get_address(config, address);
    if (error == 0)
        error = claim();
    if (error != 0)
        return error;
    error = open_claimed(config, address);
    if (error == 0)
        *cpsw = &port;
    __atomic_store_n(error == 0 ? &is_open : &claimed, error == 0, __ATOMIC_RELEASE);
    return error;
}

struct cpsw *cpsw_find(void)
{
    return __atomic_load_n(&is_open, __ATOMIC_ACQUIRE) ? &port : NULL;
}

int cpsw_start(struct cpsw *cpsw)
{
    int error = cpsw_lock(cpsw);

    if (error != 0)
        return error;
    if (!cpsw->started) {
        error = udma_receive_start(cpsw->receive);
        if (error == 0) {
            cpsw_ale_forward_host(&cpsw->ale, true);
            cpsw->started = true;
        }
    }
    mutex_unlock(&cpsw->mutex);
    return error == 0 ? cpsw_check_link(cpsw) : error;
}

int cpsw_close(struct cpsw *cpsw)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (cpsw == NULL)
        return -EINVAL;
    error = take_down(cpsw);
    if (error == -EAGAIN || error == -EDEADLK)
        return error;
    if (error == -ETIMEDOUT)
        log_error(cpsw, "%s: something did not end in time, and was cut off", cpsw->config.name);
    __atomic_store_n(&is_open, false, __ATOMIC_RELAXED);
    __atomic_store_n(&claimed, false, __ATOMIC_RELEASE);
    return error;
}

/* ---- what it is like ---- */

void cpsw_get_address(const struct cpsw *cpsw, uint8_t address[CPSW_MAC_ADDRESS_LENGTH])
{
    memcpy(address, cpsw->address, CPSW_MAC_ADDRESS_LENGTH);
}

struct udma_flow *cpsw_flow(const struct cpsw *cpsw, unsigned flow)
{
    return !cpsw_is_shut(cpsw) && flow < cpsw->config.flow_count ? cpsw->flows[flow].udma : NULL;
}

void cpsw_get_counters(const struct cpsw *cpsw, struct cpsw_counters *counters)
{
    struct udma_packet_counters channel;

    memset(counters, 0, sizeof(*counters));
    counters->link_changes = __atomic_load_n(&cpsw->changes, __ATOMIC_RELAXED);
    if (cpsw_is_shut(cpsw))
        return;
    udma_transmit_get_counters(cpsw->transmit, &channel);
    counters->sent = channel.packets;
    counters->sent_bytes = channel.bytes;
    for (unsigned i = 0; i < cpsw->config.flow_count; i++) {
        udma_flow_get_counters(cpsw->flows[i].udma, &channel);
        counters->received[i] = channel.packets;
        counters->received_bytes[i] = channel.bytes;
        counters->dropped += __atomic_load_n(&cpsw->flows[i].dropped, __ATOMIC_RELAXED);
    }
}
