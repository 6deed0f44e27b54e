// SPDX-License-Identifier: BSD-3-Clause
/*
 * A client of TI's system firmware: TI-SCI messages over the secure proxy
 * (TI-SCI documentation, "TISCI User Guide", chapters 2 and 5).
 *
 * Every function that returns int sends a request, unless said otherwise. Thread context only; any
 * number of cores at once. Requests from several cores are in flight together; their sequence
 * numbers tell them apart. Errors of every request:
 *   -ETIMEDOUT   no answer within the deadline (a late one is recognised, counted and dropped);
 *                nobody knows whether the request was carried out
 *   -EACCES      the firmware answered without ACK: it refuses (not owned, out of range, ...)
 *   -EMSGSIZE    the answer is shorter than this request's answer must be
 *   -EPROTO      the answer's message type is not the request's, or it came from another host
 *   -EBUSY       every sequence number is in flight, or the proxy's transmit credits are used up
 *                until the deadline
 *   -EIO         a secure-proxy thread is in error state
 *   -EDEADLK     called from interrupt context, or with IRQs masked
 *   -ENODEV      ti_sci_init() has not been, or has failed
 */
#ifndef DRIVERS_TI_SCI_TI_SCI_H
#define DRIVERS_TI_SCI_TI_SCI_H

#include <stdbool.h>
#include <stdint.h>

/* Where the secure proxy is, and which of its threads are this host's. */
struct ti_sci_config {
    uintptr_t target_data; /* secure proxy regions */
    uintptr_t real_time;
    uintptr_t scfg;
    uint8_t host_id;
    uint16_t rx_thread; /* answers */
    uint16_t tx_thread; /* requests */
};

/* Checks the threads' directions and states, and drops answers that wait for an earlier user of the
 * threads. Sends nothing. Boot core, thread context. -EINVAL: no such threads; -ENODEV: a thread
 * has the wrong direction; -EIO: one is in error state. */
int ti_sci_init(const struct ti_sci_config *config);

/* With true, ti_sci_receive() collects answers in the receive thread's interrupt, and requesters
 * sleep; with false, as at first, requesters poll. Any context. */
void ti_sci_use_interrupt(bool use);

/* For that interrupt's handler: takes the waiting answers off the thread, at most as many as its
 * status can count. Returns whether there was one. Interrupt context. */
bool ti_sci_receive(void);

/* What TISCI_MSG_VERSION tells. */
struct ti_sci_version {
    char description[33];
    uint16_t version;
    uint8_t abi_major, abi_minor;
};

/* TISCI_MSG_VERSION: what the firmware calls itself, its version and that of the protocol. */
int ti_sci_get_version(struct ti_sci_version *version);

/* Resource subtypes of a device (TI-SCI documentation, "AM65x Board Configuration Resource
 * Assignment Type Descriptions", where they are called RESASG_SUBTYPE_...): each device counts its
 * own, so that a number stands here more than once. */
enum ti_sci_subtype {
    TI_SCI_SUBTYPE_IR_OUTPUT = 0x00, /* interrupt routers */

    TI_SCI_SUBTYPE_IA_VINT = 0x0a, /* interrupt aggregators */
    TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT = 0x0d,

    TI_SCI_SUBTYPE_RA_GP = 0x01,         /* ring accelerators: for any use */
    TI_SCI_SUBTYPE_RA_UDMAP_RX = 0x02,   /* of receive channels */
    TI_SCI_SUBTYPE_RA_UDMAP_TX = 0x03,   /* of transmit channels */
    TI_SCI_SUBTYPE_RA_UDMAP_RX_H = 0x05, /* of those with high capacity */
    TI_SCI_SUBTYPE_RA_UDMAP_TX_H = 0x07,
    TI_SCI_SUBTYPE_RA_MONITORS = 0x0b,

    TI_SCI_SUBTYPE_PROXY_PROXIES = 0x00, /* proxies */

    TI_SCI_SUBTYPE_UDMAP_FLOW_COMMON = 0x00, /* UDMAPs: flows beside the channels' own */
    TI_SCI_SUBTYPE_UDMAP_RX_CHAN = 0x0a,     /* channels; H: with high capacity */
    TI_SCI_SUBTYPE_UDMAP_RX_HCHAN = 0x0b,
    TI_SCI_SUBTYPE_UDMAP_TX_CHAN = 0x0d,
    TI_SCI_SUBTYPE_UDMAP_TX_HCHAN = 0x0f,
};

/* TISCI_MSG_RM_GET_RESOURCE_RANGE: what this host owns of a device's resources of a subtype, in up
 * to two ranges; a range of count 0 is none. -ENOENT: the host owns nothing of it, or the firmware
 * refuses to say, which it does where its board configuration has no entry (logged, and counted).
 * An answer that is cut short twice is -EMSGSIZE, and one whose ranges overlap -EPROTO. */
struct ti_sci_range {
    uint16_t first, count;
    uint16_t second_first, second_count;
};
int ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range);
/* The same of another host, by its number. */
int ti_sci_get_range_of(uint8_t host, uint16_t device, uint8_t subtype, struct ti_sci_range *range);
/* Whether a number is in one of the two. */
static inline bool ti_sci_range_has(const struct ti_sci_range *range, unsigned number)
{
    return (number >= range->first && number - range->first < range->count) ||
           (number >= range->second_first && number - range->second_first < range->second_count);
}
/* How many were refused so far. Sends nothing; any context. */
unsigned ti_sci_refused_ranges(void);

/* Device states (TISCI_MSG_SET_DEVICE and GET_DEVICE): says that this host needs the device, or no
 * longer; asks what state it is in. */
int ti_sci_device_get(uint16_t device);
int ti_sci_device_put(uint16_t device);
#define TI_SCI_DEVICE_ON 1u
struct ti_sci_device_state {
    uint32_t context_loss_count;
    uint32_t resets;
    uint8_t programmed; /* 0 off, 1 retention, 2 on */
    uint8_t current;    /* 0 off, TI_SCI_DEVICE_ON, 2 in transition */
};
int ti_sci_device_get_state(uint16_t device, struct ti_sci_device_state *state);

/* How fast a device's clock is (TISCI_MSG_GET_FREQ): clocks have numbers of their own for each
 * device, below 255. */
int ti_sci_clock_frequency(uint16_t device, uint8_t clock, uint64_t *hz);
/* Which of a multiplexer's inputs a device's clock comes from (TISCI_MSG_SET_CLOCK_PARENT): both
 * are numbers of the device's clocks. */
int ti_sci_clock_set_parent(uint16_t device, uint8_t clock, uint8_t parent);

/* One hop of an interrupt route (TISCI_MSG_RM_IRQ_SET and RELEASE). The two kinds the AM65x uses:
 * an event of a device into a bit of a VINT, and an INTR input to an INTR output. */
int ti_sci_event_map(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                     uint16_t global_event, uint8_t vint_bit);
int ti_sci_event_unmap(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                       uint16_t global_event, uint8_t vint_bit);

/* TISCI_MSG_RM_IRQ_SET and RELEASE with nothing but an event's number: the source's event triggers
 * the channel that has that number among its triggers. */
int ti_sci_trigger_map(uint16_t source_device, uint16_t source_index, uint16_t global_event);
int ti_sci_trigger_unmap(uint16_t source_device, uint16_t source_index, uint16_t global_event);
int ti_sci_route_map(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                     uint16_t destination_irq);
int ti_sci_route_unmap(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                       uint16_t destination_irq);

/* TISCI_MSG_RM_RING_CFG: configures a ring of the host's. */
struct ti_sci_ring_config {
    uint16_t navss_device; /* the ring accelerator's device id */
    uint16_t index;
    uint64_t base;        /* physical address */
    uint32_t count;       /* elements, 0 resets the ring's configuration */
    uint8_t mode;         /* TI_SCI_RING_MODE_* */
    uint8_t element_size; /* log2(bytes) - 2 */
    uint8_t order_id;
};
/* Ring: the cores go by the ring's memory. The others: through the ring accelerator, or a proxy. */
#define TI_SCI_RING_MODE_RING        0u
#define TI_SCI_RING_MODE_MESSAGE     1u
#define TI_SCI_RING_MODE_CREDENTIALS 2u
#define TI_SCI_RING_MODE_QM          3u
int ti_sci_ring_configure(const struct ti_sci_ring_config *config);

/* TISCI_MSG_RM_UDMAP_TX_CH_CFG and RX_CH_CFG. Each sets all that a channel of the AM65x has, so
 * that nothing of an earlier user's is left; 0 is as after a reset, but where another meaning
 * stands. Only in a batch. */
struct ti_sci_udmap_tx_config {
    uint16_t udmap_device;
    uint16_t index;
    uint8_t channel_type; /* TI_SCI_UDMAP_CHANNEL_* */
    uint8_t fetch_size;   /* 32-bit words of descriptor header to prefetch, at most 127 */
    uint16_t completion_ring;
    uint16_t fifo_bytes;         /* of the channel's FIFO; 0: 128, all that an ordinary one has */
    uint8_t burst;               /* TI_SCI_UDMAP_BURST_*; 0: 64 bytes */
    uint8_t priority, qos;       /* on the bus, 0-7 */
    uint8_t order_id;            /* on the bus, 0-15 */
    uint8_t scheduling;          /* TI_SCI_UDMAP_SCHEDULING_* */
    uint8_t address_type;        /* TI_SCI_UDMAP_ADDRESS_* */
    uint8_t credits;             /* of transfer requests, 0-7; third-party channels only */
    uint8_t pause_on_error;      /* or it goes on with the next; this and the rest are 0 or 1 */
    uint8_t filter_epib;         /* keeps extended packet information from the other end, */
    uint8_t filter_words;        /* protocol-specific words */
    uint8_t no_teardown_message; /* a teardown does not tell the completion ring */
};
struct ti_sci_udmap_rx_config {
    uint16_t udmap_device;
    uint16_t index;
    uint8_t channel_type;
    uint8_t fetch_size;
    uint16_t completion_ring;
    uint16_t flow_first, flow_count; /* that it may use beside its own; none: both 0 */
    uint8_t burst;
    uint8_t priority, qos;
    uint8_t order_id;
    uint8_t scheduling;
    uint8_t address_type;
    uint8_t pause_on_error;
    uint8_t ignore_short, ignore_long; /* packets that do not fit a transfer are no error */
};
#define TI_SCI_UDMAP_CHANNEL_PACKET      2u
#define TI_SCI_UDMAP_CHANNEL_PACKET_ONE  3u  /* receive: one buffer a packet */
#define TI_SCI_UDMAP_CHANNEL_DMA_PBRR    10u /* third party: transfer requests, to a peripheral */
#define TI_SCI_UDMAP_CHANNEL_DMA_PBVR    11u /* ... the requests themselves on the ring */
#define TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR  12u /* memory to memory */
#define TI_SCI_UDMAP_CHANNEL_BCOPY_PBVR  13u

#define TI_SCI_UDMAP_BURST_64            1u /* bytes: the size that every channel has */
#define TI_SCI_UDMAP_BURST_128           2u /* of high capacity only */
#define TI_SCI_UDMAP_SCHEDULING_HIGH     0u
#define TI_SCI_UDMAP_SCHEDULING_MED_HIGH 1u
#define TI_SCI_UDMAP_SCHEDULING_MED_LOW  2u
#define TI_SCI_UDMAP_SCHEDULING_LOW      3u
#define TI_SCI_UDMAP_ADDRESS_PHYSICAL    0u
#define TI_SCI_NO_RING                   0xffffu /* a completion is told nobody */

/* TISCI_MSG_RM_PSIL_PAIR and UNPAIR: source thread to destination thread of a NAVSS. */
struct ti_sci_psil_threads {
    uint16_t navss_device, source, destination;
};
int ti_sci_psil_pair(uint16_t navss_device, uint16_t source, uint16_t destination);
int ti_sci_psil_unpair(uint16_t navss_device, uint16_t source, uint16_t destination);

/* Several of these at once: all are sent, in their order, before the first answer is waited for, so
 * they take one trip to the firmware and back. It carries them out in that order. Each gets an
 * error of its own, as a request of its own would: one that is refused keeps none behind it from
 * being carried out; those behind one that could not be sent are not sent either, and have its
 * error. count is at most TI_SCI_BATCH_MAX. */
#define TI_SCI_BATCH_MAX 5u
enum ti_sci_kind {
    TI_SCI_RING,
    TI_SCI_UDMAP_TX,
    TI_SCI_UDMAP_RX,
    TI_SCI_PSIL_PAIR,
    TI_SCI_PSIL_UNPAIR,
    TI_SCI_PREPARED, /* by one of the ti_sci_prepare_...() */
};
struct ti_sci_prepared {
    uint16_t device, index;
    uint16_t type; /* of message */
    uint8_t size;
    const char *name;
    const void *request;
};
struct ti_sci_item {
    enum ti_sci_kind kind;
    int error;     /* what came of it */
    bool is_trial; /* a refusal is no error, and is not logged */
    union {        /* which of them, the kind says */
        struct ti_sci_ring_config ring;
        struct ti_sci_udmap_tx_config transmit;
        struct ti_sci_udmap_rx_config receive;
        struct ti_sci_psil_threads psil;
        struct ti_sci_prepared prepared;
    };
};
void ti_sci_batch(struct ti_sci_item *items, unsigned count);

/* Messages that few need, each in an object file of its own: an image that does not send them does
 * not have them. A message is sent at once, or prepared for a batch; then it lies in the caller's
 * memory until ti_sci_batch() has returned. To prepare one sends nothing; any context. */
struct ti_sci_storage {
    uint32_t words[11];
};

/* TISCI_MSG_RM_UDMAP_FLOW_CFG: a receive flow; all that it has, but for packets by size. */
struct ti_sci_flow_config {
    uint16_t udmap_device;
    uint16_t index;
    uint16_t completion_ring; /* for packets that are received */
    uint16_t free_rings[4];   /* of empty descriptors: of the first buffer, ... the fourth
                                 and all after that */
    uint16_t data_offset;     /* bytes of the first buffer that stay free, 0-255 */
    uint8_t epib, words;      /* descriptors have room for them: 0 or 1 */
    uint8_t words_in_data;    /* words go in front of the data, not into the descriptor */
    uint8_t wait_when_empty;  /* 1: a packet without a descriptor waits; 0: it is dropped */
    uint8_t descriptor_type;  /* TI_SCI_FLOW_DESCRIPTOR_* */
    uint8_t source_tag_high, source_tag_low, destination_tag_high, destination_tag_low;
    /* What goes into a descriptor's tags: TI_SCI_FLOW_TAG_* */
    uint8_t source_high_from, source_low_from, destination_high_from, destination_low_from;
};
#define TI_SCI_FLOW_DESCRIPTOR_HOST 0u
#define TI_SCI_FLOW_DESCRIPTOR_MONO 2u
#define TI_SCI_FLOW_TAG_NONE        0u /* what is there stays */
#define TI_SCI_FLOW_TAG_CONSTANT    1u /* the tag given here */
#define TI_SCI_FLOW_TAG_FLOW        2u /* the flow's number that came with the packet */
#define TI_SCI_FLOW_TAG_PACKET_LOW  4u /* the tag that came with the packet; its low byte */
#define TI_SCI_FLOW_TAG_PACKET_HIGH 5u /* ..., its high byte: of destination tags */
void ti_sci_prepare_flow(const struct ti_sci_flow_config *config, struct ti_sci_storage *storage,
                         struct ti_sci_item *item);
int ti_sci_flow_configure(const struct ti_sci_flow_config *config);

/* TISCI_MSG_RM_UDMAP_FLOW_SIZE_THRESH_CFG: which free ring the first buffer comes from, by the
 * packet's length: up to thresholds[0] from the flow's free_rings[0], up to thresholds[1] from
 * free_rings[0] here, and so on; beyond the last threshold in use from the ring after it. */
#define TI_SCI_FLOW_THRESHOLDS 3u
struct ti_sci_flow_sizes {
    uint16_t udmap_device;
    uint16_t index;
    unsigned count; /* of thresholds in use; 0: packets of every length are alike */
    uint32_t thresholds[TI_SCI_FLOW_THRESHOLDS]; /* bytes, multiples of 32, below 2 MiB */
    uint16_t free_rings[TI_SCI_FLOW_THRESHOLDS]; /* the host's, of those not in use too */
};
void ti_sci_prepare_flow_sizes(const struct ti_sci_flow_sizes *sizes,
                               struct ti_sci_storage *storage, struct ti_sci_item *item);
int ti_sci_flow_sizes_configure(const struct ti_sci_flow_sizes *sizes);

/* TISCI_MSG_RM_UDMAP_GCFG_CFG with nothing but the status of refused flows, which is cleared: then
 * the UDMAP notes the next packet for a flow that is not its channel's. */
int ti_sci_udmap_clear_flow_status(uint16_t udmap_device);

/* TISCI_MSG_RM_PROXY_CFG: this host may use the proxy from now on. */
int ti_sci_proxy_configure(uint16_t proxy_device, uint16_t index);

/* TISCI_MSG_RM_RING_MON_CFG: what a monitor of the ring accelerator's looks at. */
struct ti_sci_monitor_config {
    uint16_t ringacc_device;
    uint16_t index;
    uint16_t ring;
    uint8_t source;     /* TI_SCI_MONITOR_OF_* */
    uint8_t mode;       /* TI_SCI_MONITOR_* */
    uint32_t values[2]; /* thresholds: the low one, then the high one; else 0 */
};
#define TI_SCI_MONITOR_OF_ELEMENTS  0u
#define TI_SCI_MONITOR_OF_HEAD_SIZE 1u /* bytes of the packet at the head */
#define TI_SCI_MONITOR_OF_BYTES     2u /* of all packets that are queued */
#define TI_SCI_MONITOR_OFF          0u
#define TI_SCI_MONITOR_PUSH_POP     1u /* counts of both */
#define TI_SCI_MONITOR_THRESHOLD    2u /* an event below the low and above the high value */
#define TI_SCI_MONITOR_WATERMARK    3u /* the lowest and the highest that was */
#define TI_SCI_MONITOR_STARVATION   4u /* how often an empty ring was asked */
int ti_sci_monitor_configure(const struct ti_sci_monitor_config *config);

/* Counts since ti_sci_init(). Any context. */
struct ti_sci_counters {
    uint64_t requests, answers;
    uint64_t timeouts, late, refused, malformed, stray;
    uint64_t interrupts;
};
void ti_sci_get_counters(struct ti_sci_counters *counters);

#endif
