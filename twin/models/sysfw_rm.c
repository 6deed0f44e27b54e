// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's resource management (TI-SCI documentation, chapter "Resource Management API"): resource
 * ranges, interrupt routes, rings, UDMAP channels and flows, PSI-L. What the requesting host does
 * not own, what does not exist and what is taken already is refused.
 */
#include "twin/models/models.h"

/* Resource subtypes. */
#define SUBTYPE_INTR_OUTPUT 0x00u
#define SUBTYPE_INTA_VINT   0x0au
#define SUBTYPE_INTA_EVENT  0x0du
#define SUBTYPE_RING_FIRST  0x01u /* general purpose */
#define SUBTYPE_RING_LAST   0x08u /* ultra-high-capacity transmit */
#define SUBTYPE_RING_ERROR  0x00u
#define SUBTYPE_MONITOR     0x0bu
#define SUBTYPE_PROXY       0x00u
#define SUBTYPE_FLOW_COMMON 0x00u
#define SUBTYPE_GLOBAL      0x01u
#define SUBTYPE_TRIGGER     0x02u
#define SUBTYPE_FLOW_ERROR  0x03u
#define SUBTYPE_RCHAN_FIRST 0x0au
#define SUBTYPE_RCHAN_LAST  0x0cu
#define SUBTYPE_TCHAN_FIRST 0x0du
#define SUBTYPE_TCHAN_LAST  0x10u

#define SECONDARY_HOST_NONE 0xffu

/* ---------------------------------------------------------------- ranges */

bool sysfw_rm_range(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    uint16_t device = sci_get16(request, 8) & 0x3ff;
    uint8_t subtype = sci_get8(request, 10) & 0x3f;
    uint8_t secondary = sci_get8(request, 11);
    struct rm_range ranges[2] = {{0, 0}, {0, 0}};
    if (secondary != SECONDARY_HOST_NONE && secondary != 0)
        host = secondary;
    if (rm_ranges(host, device, subtype, ranges) == 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        sci_put16(answer, 8 + 4 * i, ranges[i].first);
        sci_put16(answer, 10 + 4 * i, ranges[i].count);
    }
    return true;
}

/* ---------------------------------------------------------------- interrupt routes */

#define IRQ_DESTINATION     (UINT32_C(1) << 0)
#define IRQ_DESTINATION_IRQ (UINT32_C(1) << 1)
#define IRQ_IA              (UINT32_C(1) << 2)
#define IRQ_VINT            (UINT32_C(1) << 3)
#define IRQ_EVENT           (UINT32_C(1) << 4)
#define IRQ_VINT_BIT        (UINT32_C(1) << 5)
#define IRQ_SECONDARY_HOST  (UINT32_C(1) << 31)

#define IRQ_ROUTE           (IRQ_DESTINATION | IRQ_DESTINATION_IRQ)
#define IRQ_EVENT_MAP       (IRQ_IA | IRQ_VINT | IRQ_EVENT | IRQ_VINT_BIT)

struct irq_request {
    uint32_t valid;
    uint16_t source, source_index;
    uint16_t destination, destination_irq;
    uint16_t inta, vint, event;
    uint8_t vint_bit;
    uint8_t host;
};

static struct irq_request parse_irq(uint8_t host, const struct sci_message *request)
{
    struct irq_request irq = {
        .valid = sci_get32(request, 8) & ~IRQ_SECONDARY_HOST,
        .source = sci_get16(request, 12),
        .source_index = sci_get16(request, 14),
        .destination = sci_get16(request, 16),
        .destination_irq = sci_get16(request, 18),
        .inta = sci_get16(request, 20),
        .vint = sci_get16(request, 22),
        .event = sci_get16(request, 24),
        .vint_bit = sci_get8(request, 26),
        .host = host,
    };
    if ((sci_get32(request, 8) & IRQ_SECONDARY_HOST) != 0)
        irq.host = sci_get8(request, 27);
    return irq;
}

static bool navss_of_device(uint16_t device, uint16_t main_device, uint16_t mcu_device,
                            enum navss *navss)
{
    *navss = device == mcu_device ? NAVSS_MCU : NAVSS_MAIN;
    return device == main_device || device == mcu_device;
}

static bool owns_tchan(uint8_t host, uint16_t udmap, uint32_t channel)
{
    return rm_owns_any(host, udmap, SUBTYPE_TCHAN_FIRST, SUBTYPE_TCHAN_LAST, channel);
}

static bool owns_rchan(uint8_t host, uint16_t udmap, uint32_t channel)
{
    return rm_owns_any(host, udmap, SUBTYPE_RCHAN_FIRST, SUBTYPE_RCHAN_LAST, channel);
}

static bool owns_ring(uint8_t host, uint16_t ringacc, uint32_t ring)
{
    return rm_owns_any(host, ringacc, SUBTYPE_RING_FIRST, SUBTYPE_RING_LAST, ring);
}

/* The output-event registers, by TI-SCI's source indexes. */
#define RINGACC_MONITORS     0x400u
#define RINGACC_ERROR        0x800u
#define UDMAP_RCHAN_EVENTS   0x200u
#define UDMAP_FLOW_EVENTS    0x400u
#define UDMAP_EVENTS_CHANNEL 0xffu

static uint16_t *ringacc_register(const struct irq_request *irq, enum navss navss)
{
    unsigned index = irq->source_index;
    if (index >= RINGACC_ERROR)
        return rm_owns(irq->host, irq->source, SUBTYPE_RING_ERROR, index - RINGACC_ERROR)
                   ? ringacc_error_event(navss)
                   : NULL;
    if (index >= RINGACC_MONITORS) {
        struct ring_monitor *monitor = ring_monitor(navss, index - RINGACC_MONITORS);
        return monitor != NULL &&
                       rm_owns(irq->host, irq->source, SUBTYPE_MONITOR, index - RINGACC_MONITORS)
                   ? &monitor->event
                   : NULL;
    }
    struct ring *ring = ringacc_ring(navss, index);
    return ring != NULL && owns_ring(irq->host, irq->source, index) ? &ring->event : NULL;
}

/* Of a channel: the end of its TRs, or its errors. */
static uint16_t *udmap_register(const struct irq_request *irq, enum navss navss)
{
    unsigned index = irq->source_index, channel = index & UDMAP_EVENTS_CHANNEL;
    bool owned;
    if (index >= UDMAP_FLOW_EVENTS)
        owned = rm_owns(irq->host, irq->source, SUBTYPE_FLOW_ERROR, index - UDMAP_FLOW_EVENTS);
    else if (index >= UDMAP_RCHAN_EVENTS)
        owned = owns_rchan(irq->host, irq->source, channel);
    else
        owned = owns_tchan(irq->host, irq->source, channel);
    return owned ? udmap_event_register(navss, index) : NULL;
}

/* The output-event register of a source that the host owns; NULL: none such. */
static uint16_t *event_register(const struct irq_request *irq)
{
    enum navss navss;
    if (navss_of_device(irq->source, DEV_MAIN_RINGACC, DEV_MCU_RINGACC, &navss))
        return ringacc_register(irq, navss);
    if (navss_of_device(irq->source, DEV_MAIN_UDMAP, DEV_MCU_UDMAP, &navss))
        return udmap_register(irq, navss);
    return NULL;
}

static bool owns_event_numbers(const struct irq_request *irq, enum navss *navss)
{
    return navss_of_device(irq->inta, DEV_MAIN_INTA, DEV_MCU_INTA, navss) &&
           rm_owns(irq->host, irq->inta, SUBTYPE_INTA_VINT, irq->vint) &&
           rm_owns(irq->host, irq->inta, SUBTYPE_INTA_EVENT, irq->event);
}

/* A ring that holds elements already sends its event as soon as it has one to send. */
static void tell_what_is_there(const struct irq_request *irq)
{
    enum navss navss;
    if (navss_of_device(irq->source, DEV_MAIN_RINGACC, DEV_MCU_RINGACC, &navss))
        ringacc_tell(navss, irq->source_index);
}

static bool set_event(const struct irq_request *irq)
{
    uint16_t *source = event_register(irq);
    enum navss navss;
    if (source == NULL || *source != EVENT_NONE || !owns_event_numbers(irq, &navss) ||
        !inta_map(navss, irq->event, irq->vint, irq->vint_bit))
        return false;
    *source = irq->event;
    if (model_mood(AM65X_MOOD_MAP_ENABLES))
        tell_what_is_there(irq);
    return true;
}

static bool release_event(const struct irq_request *irq)
{
    uint16_t *source = event_register(irq);
    enum navss navss;
    if (source == NULL || *source != irq->event || !owns_event_numbers(irq, &navss) ||
        !inta_unmap(navss, irq->event, irq->vint, irq->vint_bit))
        return false;
    *source = EVENT_NONE;
    return true;
}

/* An event that no aggregator gets, but a UDMAP, whose channel it triggers. */
static bool is_trigger(const struct irq_request *irq)
{
    return rm_owns(irq->host, DEV_MAIN_UDMAP, SUBTYPE_TRIGGER, irq->event) ||
           rm_owns(irq->host, DEV_MCU_UDMAP, SUBTYPE_TRIGGER, irq->event);
}

static bool set_trigger(const struct irq_request *irq)
{
    uint16_t *source = event_register(irq);
    if (source == NULL || *source != EVENT_NONE || !is_trigger(irq))
        return false;
    *source = irq->event;
    return true;
}

static bool release_trigger(const struct irq_request *irq)
{
    uint16_t *source = event_register(irq);
    if (source == NULL || *source != irq->event || !is_trigger(irq))
        return false;
    *source = EVENT_NONE;
    return true;
}

/* The router's input that a source drives: its own inputs by number, or its aggregator's VINTs. */
static bool route_known(const struct irq_request *irq)
{
    bool source_ok = irq->source == irq->destination ||
                     (irq->source == DEV_MAIN_INTA && irq->destination == DEV_MAIN_INTR) ||
                     (irq->source == DEV_MCU_INTA && irq->destination == DEV_MCU_INTR);
    return source_ok && intr_known(irq->destination) &&
           rm_owns(irq->host, irq->destination, SUBTYPE_INTR_OUTPUT, irq->destination_irq);
}

bool sysfw_rm_irq_set(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    struct irq_request irq = parse_irq(host, request);
    (void)answer;
    if (irq.valid == IRQ_EVENT_MAP)
        return set_event(&irq);
    if (irq.valid == IRQ_EVENT)
        return set_trigger(&irq);
    if (irq.valid == IRQ_ROUTE)
        return route_known(&irq) &&
               intr_map(irq.destination, irq.source_index, irq.destination_irq);
    return false;
}

bool sysfw_rm_irq_release(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer)
{
    struct irq_request irq = parse_irq(host, request);
    (void)answer;
    if (irq.valid == IRQ_EVENT_MAP)
        return release_event(&irq);
    if (irq.valid == IRQ_EVENT)
        return release_trigger(&irq);
    if (irq.valid == IRQ_ROUTE)
        return route_known(&irq) &&
               intr_unmap(irq.destination, irq.source_index, irq.destination_irq);
    return false;
}

/* ---------------------------------------------------------------- rings */

#define RING_VALID_ADDRESS_LOW  (UINT32_C(1) << 0)
#define RING_VALID_ADDRESS_HIGH (UINT32_C(1) << 1)
#define RING_VALID_COUNT        (UINT32_C(1) << 2)
#define RING_VALID_MODE         (UINT32_C(1) << 3)
#define RING_VALID_SIZE         (UINT32_C(1) << 4)
#define RING_VALID_ORDER        (UINT32_C(1) << 5)
#define RING_VALID_VIRT_ID      (UINT32_C(1) << 6)
#define RING_VALID_ASEL         (UINT32_C(1) << 7)

#define RING_COUNT_MAX          0xfffffu
#define RING_MODE_MAX           4u
#define RING_SIZE_MAX           6u /* 256 bytes */

static struct ring *owned_ring(uint8_t host, const struct sci_message *request, enum navss *navss,
                               unsigned index_offset, uint16_t *index)
{
    uint16_t device = sci_get16(request, index_offset - 2);
    *index = sci_get16(request, index_offset);
    if (!navss_of_device(device, DEV_MAIN_RINGACC, DEV_MCU_RINGACC, navss) ||
        !owns_ring(host, device, *index))
        return NULL;
    return ringacc_ring(*navss, *index);
}

bool sysfw_rm_ring_set(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    enum navss navss;
    uint16_t index;
    struct ring *ring = owned_ring(host, request, &navss, 14, &index);
    uint32_t valid = sci_get32(request, 8);
    uint32_t count = sci_get32(request, 24);
    uint8_t mode = sci_get8(request, 28), size = sci_get8(request, 29);
    (void)answer;
    if (ring == NULL || ((valid & RING_VALID_COUNT) != 0 && count > RING_COUNT_MAX) ||
        ((valid & RING_VALID_MODE) != 0 && mode > RING_MODE_MAX) ||
        ((valid & RING_VALID_SIZE) != 0 && size > RING_SIZE_MAX))
        return false;
    if ((valid & RING_VALID_ADDRESS_LOW) != 0)
        ring->base = (ring->base & ~UINT64_C(0xffffffff)) | sci_get32(request, 16);
    if ((valid & RING_VALID_ADDRESS_HIGH) != 0)
        ring->base = (ring->base & UINT64_C(0xffffffff)) | (uint64_t)sci_get32(request, 20) << 32;
    if ((valid & RING_VALID_MODE) != 0)
        ring->mode = mode;
    if ((valid & RING_VALID_SIZE) != 0)
        ring->size_code = size;
    if ((valid & RING_VALID_ORDER) != 0)
        ring->order_id = sci_get8(request, 30);
    if ((valid & RING_VALID_VIRT_ID) != 0)
        ring->virt_id = sci_get16(request, 31);
    if ((valid & RING_VALID_ASEL) != 0)
        ring->asel = sci_get8(request, 33);
    if ((valid & RING_VALID_COUNT) != 0)
        ringacc_configured(navss, index, count);
    return true;
}

bool sysfw_rm_ring_get(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    enum navss navss;
    uint16_t index;
    const struct ring *ring = owned_ring(host, request, &navss, 10, &index);
    if (ring == NULL)
        return false;
    sci_put32(answer, 8, (uint32_t)ring->base);
    sci_put32(answer, 12, (uint32_t)(ring->base >> 32));
    sci_put32(answer, 16, ring->count);
    sci_put8(answer, 20, ring->mode);
    sci_put8(answer, 21, ring->size_code);
    sci_put8(answer, 22, ring->order_id);
    return true;
}

/* ---------------------------------------------------------------- UDMAP channels and flows */

/* A field of a channel's or a flow's configuration: its bit in valid_params, where it is in the
 * message and in the settings, and the largest value that the register has room for. */
struct field {
    uint8_t valid_bit, offset, size;
    uint16_t most;
    size_t place;
};
#define FIELD_OF(type, bit, offset, size, most, name)                                              \
    {                                                                                              \
        bit, offset, size, most, offsetof(type, name)                                              \
    }
#define FIELD(bit, offset, size, most, name)                                                       \
    FIELD_OF(struct udmap_channel_settings, bit, offset, size, most, name)

static const struct field transmit_fields[] = {
    FIELD(0, 16, 1, 1, pause_on_error),
    FIELD(1, 19, 1, 2, atype),
    FIELD(2, 20, 1, 15, type),
    FIELD(3, 22, 2, 127, fetch_size),
    FIELD(4, 25, 2, UINT16_MAX, completion_ring),
    FIELD(5, 27, 1, 7, priority),
    FIELD(6, 28, 1, 7, qos),
    FIELD(7, 29, 1, 15, order_id),
    FIELD(8, 32, 1, 3, scheduling),
    FIELD(9, 17, 1, 1, filter_einfo),
    FIELD(10, 18, 1, 1, filter_pswords),
    FIELD(11, 21, 1, 1, suppress_teardown_packet),
    FIELD(12, 24, 1, 7, credit_count),
    FIELD(13, 30, 2, 8191, fifo_depth),
    FIELD(14, 33, 1, 3, burst_size),
};

static const struct field receive_fields[] = {
    FIELD(0, 28, 1, 1, pause_on_error),
    FIELD(1, 29, 1, 2, atype),
    FIELD(2, 30, 1, 15, type),
    FIELD(3, 16, 2, 127, fetch_size),
    FIELD(4, 18, 2, UINT16_MAX, completion_ring),
    FIELD(5, 20, 1, 7, priority),
    FIELD(6, 21, 1, 7, qos),
    FIELD(7, 22, 1, 15, order_id),
    FIELD(8, 23, 1, 3, scheduling),
    FIELD(9, 24, 2, 16383, flow_start),
    FIELD(10, 26, 2, 16383, flow_count),
    FIELD(11, 31, 1, 1, ignore_short),
    FIELD(12, 32, 1, 1, ignore_long),
    FIELD(14, 33, 1, 3, burst_size),
};

static uint16_t ringacc_device(enum navss navss)
{
    return navss == NAVSS_MAIN ? DEV_MAIN_RINGACC : DEV_MCU_RINGACC;
}

static bool ring_acceptable(uint8_t host, enum navss navss, uint16_t ring)
{
    return ring == RING_NONE || owns_ring(host, ringacc_device(navss), ring);
}

static bool channel_type_exists(uint16_t type)
{
    return type == 0 || type == 2 || type == 3 || (type >= 10 && type <= 13);
}

/* The flows that a receive channel may use beside its own. */
static bool owns_flows(uint8_t host, uint16_t udmap, const struct udmap_channel_settings *channel)
{
    for (uint32_t i = 0; i < channel->flow_count; i++)
        if (!rm_owns(host, udmap, SUBTYPE_FLOW_COMMON, channel->flow_start + i))
            return false;
    return true;
}

/* What a request asks for: a field whose bit in valid_params is clear is as its register has it,
 * and is looked at like the others (TI-SCI documentation, "UDMAP Valid Parameters Field Usage").
 * false: a value that the register can't hold. */
static bool merge_fields(const struct sci_message *request, const struct field *fields,
                         size_t count, void *settings)
{
    uint32_t valid = sci_get32(request, 8);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &fields[i];
        if ((valid >> field->valid_bit & 1) == 0)
            continue;
        uint16_t value =
            field->size == 1 ? sci_get8(request, field->offset) : sci_get16(request, field->offset);
        if (value > field->most)
            return false;
        *(uint16_t *)((uint8_t *)settings + field->place) = value;
    }
    return true;
}

static bool configure_channel(uint8_t host, enum navss navss, const struct sci_message *request,
                              const struct field *fields, size_t count,
                              struct udmap_channel_settings *channel)
{
    if (channel == NULL)
        return false;
    struct udmap_channel_settings settings = *channel;
    if (!merge_fields(request, fields, count, &settings) || !channel_type_exists(settings.type) ||
        !ring_acceptable(host, navss, settings.completion_ring) || settings.burst_size == 0 ||
        !owns_flows(host, udmap_shape(navss)->device, &settings))
        return false;
    *channel = settings;
    return true;
}

bool sysfw_rm_tx_channel(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer)
{
    enum navss navss;
    uint16_t device = sci_get16(request, 12), index = sci_get16(request, 14);
    (void)answer;
    if (!navss_of_device(device, DEV_MAIN_UDMAP, DEV_MCU_UDMAP, &navss) ||
        !owns_tchan(host, device, index) ||
        !configure_channel(host, navss, request, transmit_fields, COUNT_OF(transmit_fields),
                           udmap_tchan_settings(navss, index)))
        return false;
    udmap_kick(navss, index);
    return true;
}

bool sysfw_rm_rx_channel(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer)
{
    enum navss navss;
    uint16_t device = sci_get16(request, 12), index = sci_get16(request, 14);
    (void)answer;
    return navss_of_device(device, DEV_MAIN_UDMAP, DEV_MCU_UDMAP, &navss) &&
           owns_rchan(host, device, index) &&
           configure_channel(host, navss, request, receive_fields, COUNT_OF(receive_fields),
                             udmap_rchan_settings(navss, index));
}

#define FLOW_FIELD(bit, offset, size, most, name)                                                  \
    FIELD_OF(struct udmap_flow, bit, offset, size, most, name)

static const struct field flow_fields[] = {
    FLOW_FIELD(0, 16, 1, 1, einfo),
    FLOW_FIELD(1, 17, 1, 1, psinfo),
    FLOW_FIELD(2, 18, 1, 1, error_handling),
    FLOW_FIELD(3, 19, 1, 3, descriptor_type),
    FLOW_FIELD(4, 20, 2, 255, sop_offset),
    FLOW_FIELD(5, 22, 2, UINT16_MAX, destination_ring),
    FLOW_FIELD(6, 24, 1, 255, source_high),
    FLOW_FIELD(7, 25, 1, 255, source_low),
    FLOW_FIELD(8, 26, 1, 255, destination_high),
    FLOW_FIELD(9, 27, 1, 255, destination_low),
    FLOW_FIELD(10, 28, 1, 7, source_high_select),
    FLOW_FIELD(11, 29, 1, 7, source_low_select),
    FLOW_FIELD(12, 30, 1, 7, destination_high_select),
    FLOW_FIELD(13, 31, 1, 7, destination_low_select),
    FLOW_FIELD(14, 32, 2, UINT16_MAX, free_ring[0]),
    FLOW_FIELD(15, 34, 2, UINT16_MAX, free_ring[1]),
    FLOW_FIELD(16, 36, 2, UINT16_MAX, free_ring[2]),
    FLOW_FIELD(17, 38, 2, UINT16_MAX, free_ring[3]),
    FLOW_FIELD(18, 40, 1, 1, ps_location),
};

static const struct field threshold_fields[] = {
    FLOW_FIELD(0, 16, 2, UINT16_MAX, threshold[0]), FLOW_FIELD(1, 18, 2, UINT16_MAX, threshold[1]),
    FLOW_FIELD(2, 20, 2, UINT16_MAX, threshold[2]), FLOW_FIELD(3, 22, 2, UINT16_MAX, size_ring[0]),
    FLOW_FIELD(4, 24, 2, UINT16_MAX, size_ring[1]), FLOW_FIELD(5, 26, 2, UINT16_MAX, size_ring[2]),
    FLOW_FIELD(6, 28, 1, 7, threshold_enable),
};

/* A flow is the host's if it is one of its common flows, or the default one of its channel. */
static struct udmap_flow *owned_flow(uint8_t host, const struct sci_message *request,
                                     enum navss *navss)
{
    uint16_t device = sci_get16(request, 12), index = sci_get16(request, 14);
    if (!navss_of_device(device, DEV_MAIN_UDMAP, DEV_MCU_UDMAP, navss) ||
        !(rm_owns(host, device, SUBTYPE_FLOW_COMMON, index) || owns_rchan(host, device, index)))
        return NULL;
    return udmap_flow(*navss, index);
}

static bool flow_rings_acceptable(uint8_t host, enum navss navss, const struct udmap_flow *flow)
{
    bool acceptable = ring_acceptable(host, navss, flow->destination_ring);

    for (unsigned i = 0; i < COUNT_OF(flow->free_ring); i++)
        acceptable = acceptable && ring_acceptable(host, navss, flow->free_ring[i]);
    for (unsigned i = 0; i < COUNT_OF(flow->size_ring); i++)
        acceptable = acceptable && ring_acceptable(host, navss, flow->size_ring[i]);
    return acceptable;
}

static bool configure_flow(uint8_t host, const struct sci_message *request,
                           const struct field *fields, size_t count)
{
    enum navss navss;
    struct udmap_flow *flow = owned_flow(host, request, &navss);

    if (flow == NULL)
        return false;
    struct udmap_flow settings = *flow;
    if (!merge_fields(request, fields, count, &settings) ||
        !flow_rings_acceptable(host, navss, &settings))
        return false;
    *flow = settings;
    udmap_flows_changed(navss);
    return true;
}

bool sysfw_rm_flow(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    (void)answer;
    return configure_flow(host, request, flow_fields, COUNT_OF(flow_fields));
}

bool sysfw_rm_flow_thresholds(uint8_t host, const struct sci_message *request,
                              struct sci_message *answer)
{
    (void)answer;
    return configure_flow(host, request, threshold_fields, COUNT_OF(threshold_fields));
}

#define GLOBAL_FLOW_STATUS (UINT32_C(1) << 3)

/* Of the UDMAP's global registers the status of refused flows acts; the others are for what is not
 * modelled: performance, emulation, time-outs of PSI-L. */
bool sysfw_rm_udmap_global(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer)
{
    enum navss navss;
    uint16_t device = sci_get16(request, 12);
    (void)answer;
    if (!navss_of_device(device, DEV_MAIN_UDMAP, DEV_MCU_UDMAP, &navss) ||
        !rm_owns(host, device, SUBTYPE_GLOBAL, 0))
        return false;
    if ((sci_get32(request, 8) & GLOBAL_FLOW_STATUS) != 0)
        udmap_set_flow_status(navss, sci_get32(request, 26));
    return true;
}

/* ---------------------------------------------------------------- monitors and proxies */

#define MONITOR_FIELD(bit, offset, size, most, name)                                               \
    FIELD_OF(struct ring_monitor, bit, offset, size, most, name)

static const struct field monitor_fields[] = {
    MONITOR_FIELD(0, 16, 1, 2, source),
    MONITOR_FIELD(1, 17, 1, MONITOR_STARVATION, mode),
    MONITOR_FIELD(2, 18, 2, UINT16_MAX, queue),
};
#define MONITOR_VALID_DATA0 3

bool sysfw_rm_ring_monitor(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer)
{
    enum navss navss;
    uint16_t device = sci_get16(request, 12), index = sci_get16(request, 14);
    uint32_t valid = sci_get32(request, 8);
    (void)answer;
    if (!navss_of_device(device, DEV_MAIN_RINGACC, DEV_MCU_RINGACC, &navss) ||
        !rm_owns(host, device, SUBTYPE_MONITOR, index) || ring_monitor(navss, index) == NULL)
        return false;
    struct ring_monitor settings = *ring_monitor(navss, index);
    if (!merge_fields(request, monitor_fields, COUNT_OF(monitor_fields), &settings) ||
        (settings.mode != MONITOR_OFF && !owns_ring(host, device, settings.queue)))
        return false;
    for (unsigned i = 0; i < 2; i++)
        if ((valid >> (MONITOR_VALID_DATA0 + i) & 1) != 0)
            settings.data[i] = sci_get32(request, 20 + 4 * i);
    *ring_monitor(navss, index) = settings;
    ring_monitor_configured(navss, index);
    return true;
}

bool sysfw_rm_proxy(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    enum navss navss;
    uint16_t device = sci_get16(request, 12), index = sci_get16(request, 14);
    (void)answer;
    return navss_of_device(device, DEV_MAIN_PROXY, DEV_MCU_PROXY, &navss) &&
           rm_owns(host, device, SUBTYPE_PROXY, index) && ring_proxy_configured(navss, index);
}

/* ---------------------------------------------------------------- PSI-L */

/* A thread of a UDMAP belongs to whoever owns the channel; the threads of peripherals belong to
 * nobody in particular. */
static bool owns_thread(uint8_t host, uint16_t thread)
{
    enum navss navss;
    unsigned channel;
    if (udmap_find_tchan(thread, &navss, &channel))
        return owns_tchan(host, udmap_shape(navss)->device, channel);
    if (udmap_find_rchan(thread, &navss, &channel))
        return owns_rchan(host, udmap_shape(navss)->device, channel);
    return (thread & ~PSIL_DESTINATION) != 0;
}

static bool psil_request(uint8_t host, const struct sci_message *request, enum navss *navss,
                         uint16_t *source, uint16_t *destination)
{
    uint32_t device = sci_get32(request, 8), from = sci_get32(request, 12),
             to = sci_get32(request, 16);
    *source = (uint16_t)from;
    *destination = (uint16_t)to;
    return device <= UINT16_MAX && from < PSIL_DESTINATION && to >= PSIL_DESTINATION &&
           to <= UINT16_MAX &&
           navss_of_device((uint16_t)device, DEV_MAIN_NAVSS, DEV_MCU_NAVSS, navss) &&
           owns_thread(host, *source) && owns_thread(host, *destination);
}

static void kick_source(uint16_t source)
{
    enum navss navss;
    unsigned channel;
    if (udmap_find_tchan(source, &navss, &channel))
        udmap_kick(navss, channel);
}

bool sysfw_rm_psil_pair(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    enum navss navss;
    uint16_t source, destination;
    (void)answer;
    if (!psil_request(host, request, &navss, &source, &destination) ||
        !psil_pair(source, destination))
        return false;
    kick_source(source);
    return true;
}

bool sysfw_rm_psil_unpair(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer)
{
    enum navss navss;
    uint16_t source, destination;
    (void)answer;
    if (!psil_request(host, request, &navss, &source, &destination) ||
        !psil_unpair(source, destination))
        return false;
    udmap_unpaired(destination);
    return true;
}
