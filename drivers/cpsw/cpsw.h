// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ethernet: the CPSW2G of the AM65x's MCU domain (MCU_CPSW0), a switch of two ports: port 0 is the
 * host's, over UDMA packet channels of the MCU Navigator (drivers/udma/packet.h); port 1 has the
 * MAC, and an RGMII PHY that is managed over MDIO. (AM65x TRM SPRUID7, 12.2.1 MCU_CPSW0.)
 *
 * The life of a port:
 *
 *     cpsw_open()      power, channels, interrupts, MAC and PHY; nothing is received yet
 *     cpsw_give()      receive buffers, for each flow
 *     cpsw_start()     frames go in and out from here on, when the link is up
 *     cpsw_send(), cpsw_give() ...
 *     cpsw_close()     every buffer has come back by then: sent() or returned()
 *
 * Nothing is copied: a frame is received into a buffer that the caller gave, and sent from the
 * caller's. A frame is destination, source, type and data, without the check sequence: the MAC adds
 * it, checks it and takes it off; what is shorter than 60 bytes is padded by the hardware.
 *
 * A buffer is memory of dma_alloc() or any other that is coherent, with nothing else in its cache
 * lines while it is being received into.
 */
#ifndef DRIVERS_CPSW_CPSW_H
#define DRIVERS_CPSW_CPSW_H

#include "drivers/cpsw/statistics.h"
#include "drivers/udma/packet.h"
#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPSW_FRAME_MIN          60u   /* what is shorter, is sent padded */
#define CPSW_FRAME_MAX          1518u /* with a VLAN tag; 1514 without */
#define CPSW_BUFFER_SIZE        1536u /* receives any frame; a multiple of a cache line */
#define CPSW_MAC_ADDRESS_LENGTH 6u

#define CPSW_FLOWS_MAX          4u   /* one a core */
#define CPSW_DEPTH_MAX          256u /* frames queued, and receive buffers of a flow */
#define CPSW_BUFFERS_MAX        4u   /* that one sent frame can consist of */

struct cpsw; /* opaque */

/* What the platform tells the driver; platform_cpsw() has it (platform/cpsw.h). */
struct cpsw_facts {
    uintptr_t base;                        /* CPSW_NUSS: subsystem, MDIO, switch, ALE, statistics */
    uintptr_t mac_id;                      /* CTRLMMR_MCU_MAC_ID0; MAC_ID1 follows */
    uintptr_t interface_select;            /* CTRLMMR_MCU_ENET_CTRL: the port's mode */
    uint16_t device;                       /* TI-SCI's id of it, for power */
    uint32_t clock_hz;                     /* that the ALE ages its entries by */
    uint8_t phy_address;                   /* on MDIO, or CPSW_PHY_ANY: the first that answers */
    uint8_t receive_delay, transmit_delay; /* a DP83867's, in 0.25 ns less one; CPSW_NO_DELAY */
    const char *endpoint;                  /* of its threads (drivers/udma/endpoint.h) */
    struct udma *udma;                     /* the Navigator that it hangs on */
    bool checksum_erratum;                 /* AM65x SR1.0, errata SPRZ452, i2027: none is added */
};

#define CPSW_PHY_ANY  0xffu
#define CPSW_NO_DELAY 0xffu

struct cpsw_link {
    bool up;
    bool full_duplex;
    uint16_t speed; /* Mbit/s: 10, 100, 1000; 0 while it is down */
};

/* A receive flow: frames that end on one core, with an interrupt of its own. */
struct cpsw_flow_config {
    uint32_t core;  /* or IRQ_CORE_ANY */
    uint32_t depth; /* receive buffers, 1 to CPSW_DEPTH_MAX */
};

/* What a port is opened with. Callbacks come where `delivery` says: in interrupt context, or as
 * deferred work (drivers/udma/udma.h); those at cpsw_close() come in it. They may call cpsw_send()
 * and cpsw_give(). */
struct cpsw_config {
    const char *name;
    const struct cpsw_facts *facts;
    const uint8_t *mac_address; /* 6 bytes, copied; NULL: of the efuses */
    bool loopback;              /* the MAC's own: what is sent is received; no PHY, no wire */

    unsigned flow_count; /* 0 means 1; frames go to flow 0 unless cpsw_classify() says otherwise */
    struct cpsw_flow_config flows[CPSW_FLOWS_MAX];
    uint32_t send_core;                   /* of the transmit interrupt, or IRQ_CORE_ANY */
    uint32_t send_depth;                  /* frames queued, 1 to CPSW_DEPTH_MAX */
    const struct udma_delivery *delivery; /* NULL: in the interrupt */
    uint32_t thread_core;                 /* for udma_in_thread_on */
    /* Fewer interrupts than frames (drivers/udma/udma.h): of each flow, and of sent(). A count is
     * up to the depth, and takes a ring monitor of the Navigator. */
    struct udma_coalesce receive_coalesce, send_coalesce;

    /* Frames, 1 to UDMA_RECEIVE_BATCH; the packets are valid in the call, the one buffer of each
     * (buffers[0], of `length` bytes) is the callee's from then on: back by cpsw_give(), to this
     * flow or another. */
    void (*received)(void *context, unsigned flow, struct udma_received *const *packets,
                     unsigned count);
    /* A frame's buffers are the caller's again. cookie: the packet's. status: 0: the switch has
     * taken it; -ECANCELED: it was not sent, since the port was closed before. */
    void (*sent)(void *context, void *cookie, int status);
    /* There is room again after cpsw_send() had none. NULL: nobody wants to know. */
    void (*ready)(void *context);
    /* In cpsw_close(), thread context: a receive buffer that nothing was received into. */
    void (*returned)(void *context, unsigned flow, const struct udma_buffer *buffer);
    /* The link has changed; also for the first state after cpsw_start(). In cpsw_check_link(),
     * cpsw_set_link() or cpsw_start(), thread context, with no lock held. On one core at a time,
     * and in order: what changes meanwhile, by itself or by another core, is told by the core that
     * is in here once it returns, the last state only. A close waits for it: in it, cpsw_close()
     * returns -EAGAIN after 5 s. NULL: nobody wants to know. */
    void (*link)(void *context, const struct cpsw_link *link);
    /* An error that no frame tells of: teardown, descriptor, overflow. NULL: UDMA's counters have
     * it all the same. */
    void (*error)(void *context, enum udma_error error);
    void *context;
};

/* Opens the port: powers it, resets the MAC, takes channels, flows and interrupts. A step that
 * fails undoes those before it. Thread context, any core. -EBUSY: it is open; -EINVAL: no callback,
 * a count, depth, core or what is coalesced out of range, no unicast address; -ENODEV: the platform
 * has none, or the efuses have no address and none is given; -ENXIO: no PHY answers (not with
 * loopback); -ETIMEDOUT: the MAC's reset did not end; the errors of udma_transmit_open(),
 * udma_receive_open(), udma_flow_open() and of the system firmware. -EDEADLK: not allowed here. */
int cpsw_open(const struct cpsw_config *config, struct cpsw **cpsw);

/* The port that is open; NULL: none is. It is its owner's to close: for who knows that he does not
 * meanwhile. Any context. */
struct cpsw *cpsw_find(void);

/* Lets frames in and out. The flows should have buffers by then: a frame that finds none is
 * dropped, and counted by the flow. Thread context. 0 also if it is started. -EINVAL; the errors of
 * udma_receive_start() and cpsw_check_link(). */
int cpsw_start(struct cpsw *cpsw);

/* Stops the MAC and the ALE, tears the channels down, gives every buffer back (sent(), returned()),
 * frees interrupts and channels, and takes the power off. Frames may come
 * and go meanwhile, and other cores may be in cpsw_send(), or look at the link, the statistics and
 * so on: who comes is told -ECANCELED, but must be out of it before the handle is gone. Thread
 * context.
 *
 * 0: the handle is gone, no callback runs any more. -ETIMEDOUT: the same, but something was cut
 * off. -EIO: the same, but the hardware or the system firmware did not release something: it is
 * held, and tried again at later opens and closes. -EAGAIN: a callback has not returned for 5 s:
 * the handle is still the caller's, and carries nothing any more: close it again. -EDEADLK: not
 * allowed here: nothing was done; in a callback of the port's own: as -EAGAIN. -EINVAL. */
int cpsw_close(struct cpsw *cpsw);

/* Queues up to count frames without a copy; one doorbell. A packet's header is NULL, or what
 * cpsw_add_checksum() has made. Returns how many were taken, from the first on; -EAGAIN: none for
 * want of room: ready() tells; -EINVAL: the first one's length is 0 or more than CPSW_FRAME_MAX, or
 * it has no buffers or too many; -ECANCELED: it is being closed; -ENETDOWN: the link is down, or it
 * has not been started. Any context. */
int cpsw_send(struct cpsw *cpsw, const struct udma_packet *packets, unsigned count);

/* Gives a flow buffers to receive into, each of CPSW_BUFFER_SIZE bytes at least (its length).
 * Returns how many it took, from the first on: as many as fit its depth; -EINVAL: no such flow, or
 * too small a buffer; -ECANCELED. Any context. */
int cpsw_give(struct cpsw *cpsw, unsigned flow, const struct udma_buffer *buffers, unsigned count);

/* Makes a header with which a frame of `length` bytes is sent so: the hardware puts the one's
 * complement sum of its bytes from `from` to its end into the two bytes at `at`, which hold what
 * the sum begins with (of TCP and UDP, the pseudo-header's), both counted from the frame's first.
 * -ENOTSUP: this silicon can't (errata SPRZ452, i2027); -EINVAL: they are not in the frame, or
 * beyond its first 254 bytes. Any context. */
int cpsw_add_checksum(const struct cpsw *cpsw, struct udma_header *header, uint32_t length,
                      unsigned from, unsigned at);

/* What the hardware found of a received frame's TCP or UDP checksum. In received(). */
enum cpsw_checksum {
    CPSW_CHECKSUM_UNKNOWN, /* it did not look: neither of them, or a fragment */
    CPSW_CHECKSUM_GOOD,
    CPSW_CHECKSUM_BAD
};
enum cpsw_checksum cpsw_checksum(const struct udma_received *packet);

/* Which frames go to which flow: what the ALE's classifiers match. */
enum cpsw_match {
    CPSW_MATCH_PRIORITY,    /* value: of the VLAN tag, 0-7 */
    CPSW_MATCH_SOURCE,      /* address: whom it is from */
    CPSW_MATCH_DESTINATION, /* address: to whom: a multicast group of cpsw_multicast_add() */
    CPSW_MATCH_VLAN,        /* value: of cpsw_vlan_add() */
    CPSW_MATCH_ETHERTYPE,   /* value: 0x0806 is ARP, say; behind a VLAN tag, if there is one */
    CPSW_MATCH_IPV4_SOURCE, /* address: its first four bytes are an IPv4 address */
    CPSW_MATCH_IPV4_DESTINATION
};
struct cpsw_rule {
    enum cpsw_match match;
    uint16_t value;
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];
    unsigned flow;
};
/* Adds a rule, until the port is closed; of several that match a frame, the last one added decides.
 * Thread context. -ECANCELED: it is being closed; -ENOSPC: the hardware has no classifier left, or
 * no entry of the ALE's table; -ENOTSUP: it has none at all; -EINVAL; -EDEADLK. */
int cpsw_classify(struct cpsw *cpsw, const struct cpsw_rule *rule);

/* Multicast groups whose frames are received, broadcast is always; or everything (promiscuous).
 * -EINVAL: not a multicast address; -ECANCELED: it is being closed; -ENOSPC: the ALE's table is
 * full; -ENOENT; -EDEADLK. Adding counts: as many removes undo it; but a group, or VLAN, that a
 * rule names (cpsw_classify()) is received until the close. Thread context. */
int cpsw_multicast_add(struct cpsw *cpsw, const uint8_t *address);
int cpsw_multicast_remove(struct cpsw *cpsw, const uint8_t *address);
int cpsw_set_promiscuous(struct cpsw *cpsw, bool on);

/* VLANs 1 to 4094 whose tagged frames are received; untagged frames are always. Errors as above. */
int cpsw_vlan_add(struct cpsw *cpsw, uint16_t vlan);
int cpsw_vlan_remove(struct cpsw *cpsw, uint16_t vlan);

/* The link as it was last seen. Any context. */
void cpsw_get_link(const struct cpsw *cpsw, struct cpsw_link *link);

/* Looks at the link now, sets the MAC up for it, and calls link() if it has changed. Somebody has
 * to do so, about once a second, since MDIO's link interrupt does not work on the AM65x (errata
 * SPRZ452, i2329). Thread context. 0; -EINVAL; -EDEADLK; -ECANCELED: it is being closed; -EIO: no
 * PHY answers any more, and the link counts as down. */
int cpsw_check_link(struct cpsw *cpsw);

/* Takes the link down, as if the cable were pulled, and up again (the PHY's power-down; with
 * loopback, the MAC). Thread context. Errors of cpsw_check_link(). */
int cpsw_set_link(struct cpsw *cpsw, bool up);

/* The port's address. Any context. */
void cpsw_get_address(const struct cpsw *cpsw, uint8_t address[CPSW_MAC_ADDRESS_LENGTH]);

/* The address in the efuses. -ENODEV: there is none (all zero, or a group's). Any context. */
int cpsw_get_efuse_address(const struct cpsw_facts *facts,
                           uint8_t address[CPSW_MAC_ADDRESS_LENGTH]);

/* What the hardware counts at each port since the open, in 64 bits: the driver adds up registers of
 * 32 whenever it is asked, and in cpsw_check_link(). Thread context. -EINVAL; -EDEADLK; -ECANCELED:
 * it is being closed. */
enum cpsw_port {
    CPSW_PORT_HOST, /* its receive side is what the host sends */
    CPSW_PORT_MAC,
    CPSW_PORTS
};
struct cpsw_statistics {
    uint64_t values[CPSW_STATISTICS]; /* by enum cpsw_statistic (drivers/cpsw/statistics.h) */
};
int cpsw_get_statistics(struct cpsw *cpsw, enum cpsw_port port, struct cpsw_statistics *statistics);

/* What the driver counts, since the open; of a port that a close has begun with, the changes of the
 * link only. Any context. */
struct cpsw_counters {
    uint64_t sent, sent_bytes; /* frames that the switch has taken */
    uint64_t received[CPSW_FLOWS_MAX], received_bytes[CPSW_FLOWS_MAX];
    uint64_t dropped; /* received with an error: given back to its flow at once */
    uint64_t link_changes;
};
void cpsw_get_counters(const struct cpsw *cpsw, struct cpsw_counters *counters);

/* The UDMA flow below, for its counters and the route of its interrupt. NULL: there is none of this
 * number, or a close has begun. */
struct udma_flow *cpsw_flow(const struct cpsw *cpsw, unsigned flow);

#endif
