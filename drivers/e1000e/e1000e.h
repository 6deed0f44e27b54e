// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ethernet on a PCI Express card: Intel's 82574, with three vectors of MSI-X, one for what was
 * received, one for what was sent, one for the link (docs/e1000e.md).
 *
 *     e1000e_attach()   takes the function, resets it, takes its vectors; nothing is received yet
 *     e1000e_give()     receive buffers
 *     e1000e_start()    frames go in and out from here on, when the link is up
 *     e1000e_send(), e1000e_give() ...
 *     e1000e_detach()   every buffer has come back by then: sent() or returned()
 *
 * Nothing is copied: a frame is received into a buffer that the caller gave, and sent from the
 * caller's. A frame is destination, source, type and data, without the check sequence, which the
 * MAC adds, checks and takes off; what is shorter than 60 bytes is padded by the hardware. The host
 * is coherent: a buffer is any memory, with nothing else in its cache lines while it is received
 * into.
 *
 * A card that is gone reads as all ones, or the link to it was lost (pci_lose(), pci_tell_lost()),
 * and with that all that it has been told. Whoever finds that out is told -ENODEV, as everybody
 * from then on; the link counts as down, and only e1000e_detach() is left to do.
 */
#ifndef DRIVERS_E1000E_E1000E_H
#define DRIVERS_E1000E_E1000E_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct e1000e; /* opaque */
struct irq;
struct pci_function;

#define E1000E_PCI_VENDOR     0x8086u
#define E1000E_PCI_DEVICE     0x10d3u /* 82574L */

#define E1000E_FRAME_MAX      1518u /* with a VLAN tag; 1514 without */
#define E1000E_BUFFER_SIZE    2048u /* what the device takes a receive buffer for */
#define E1000E_BUFFERS_MAX    4u    /* that one sent frame can consist of */
#define E1000E_DEPTH_MAX      1024u
#define E1000E_ADDRESS_LENGTH 6u

enum e1000e_vector {
    E1000E_VECTOR_RECEIVE,
    E1000E_VECTOR_SEND,
    E1000E_VECTOR_LINK,
    E1000E_VECTORS
};

struct e1000e_link {
    bool up;
    bool full_duplex;
    uint16_t speed; /* Mbit/s: 10, 100, 1000; 0 while it is down */
};

struct e1000e_buffer {
    void *data;
    void *cookie;    /* the caller's; comes back with the buffer; of a sent one unused */
    uint32_t length; /* of a receive buffer: E1000E_BUFFER_SIZE at least */
};

/* To be sent. */
struct e1000e_frame {
    const struct e1000e_buffer *buffers;
    unsigned buffer_count;
    void *cookie; /* comes back with sent() */
};

/* What the hardware found of a received frame's TCP or UDP checksum. */
enum e1000e_checksum {
    E1000E_CHECKSUM_UNKNOWN, /* it did not look */
    E1000E_CHECKSUM_GOOD,
    E1000E_CHECKSUM_BAD
};

struct e1000e_received {
    void *cookie; /* of the buffer that it is in: the callee's from then on */
    uint32_t length;
    enum e1000e_checksum checksum;
};

#define E1000E_RECEIVE_BATCH 16u /* frames of a call */

struct e1000e_config {
    const char *name;          /* must live as long */
    uint32_t core;             /* of the interrupts, or IRQ_CORE_ANY */
    uint32_t receive_depth;    /* receive buffers, 8 to E1000E_DEPTH_MAX, a power of two */
    uint32_t send_depth;       /* frames queued, the same */
    uint32_t interrupts_per_s; /* of each vector, at most; 0: 20,000 */
    bool loopback;             /* the MAC's own: what is sent is received; no wire */
    bool promiscuous;          /* receives whatever passes, not only what is for it */

    /* Frames, 1 to E1000E_RECEIVE_BATCH. Interrupt context; valid in the call. */
    void (*received)(void *context, const struct e1000e_received *frames, unsigned count);
    /* A frame's buffers are the caller's again. status: 0: the device has taken it; -ECANCELED: it
     * was not, since the device was closed, or is gone. Interrupt context; in e1000e_detach()
     * thread context. */
    void (*sent)(void *context, void *cookie, int status);
    /* There is room again after e1000e_send() had none. Interrupt context. NULL: nobody asks. */
    void (*ready)(void *context);
    /* In e1000e_detach(), thread context: a receive buffer that nothing was received into. */
    void (*returned)(void *context, void *cookie);
    /* The link has changed; also for the first state after e1000e_start(). Interrupt context of the
     * link's vector, or in e1000e_check_link(), e1000e_start() or pci_tell_lost(); perhaps the same
     * state twice, never an older one last. NULL: nobody asks. */
    void (*link)(void *context, const struct e1000e_link *link);
    void *context;
};

/* Takes the function, resets the device and takes its vectors. Thread context. On error nothing is
 * left. -EINVAL: a callback is missing, a depth or core is out of range; -ENOTSUP: the host is not
 * coherent; -ENODEV: it is gone, or has no address that a station may have; -ETIMEDOUT: it does not
 * come out of its reset; -ENOMEM; -EDEADLK; the errors of pci_take(), pci_enable(), pci_map_bar(),
 * pci_msix_enable() and irq_request(). */
int e1000e_attach(struct pci_function *function, const struct e1000e_config *config,
                  struct e1000e **e1000e);

/* Lets frames in and out. It should have buffers by then. Thread context. 0 also if it is started.
 * -ECANCELED; -ENODEV. */
int e1000e_start(struct e1000e *e1000e);

/* Stops the device and gives every buffer back, then vectors, memory and the function. Other cores
 * may be in e1000e_send() and so on, but must be out of it before the handle is gone. Thread
 * context. 0: the handle is gone, no callback runs any more. -ENODEV, -ETIMEDOUT: the same, but the
 * device is gone, or did not stop, and was taken off the bus; irq_free()'s and
 * pci_interrupts_disable()'s: the same, but what they tell. -EAGAIN: a callback has not returned
 * for 5 s: the handle is still the caller's, and carries nothing any more: detach it again.
 * -EDEADLK, -EINVAL: nothing was done. */
int e1000e_detach(struct e1000e *e1000e);

/* Queues up to count frames without a copy; one doorbell. Returns how many were taken, from the
 * first on. -EAGAIN: none for want of room: ready() tells; -EINVAL: the first one's length is 0 or
 * more than E1000E_FRAME_MAX, or it has no buffers, an empty one, or too many; -ECANCELED: it is
 * being closed; -ENODEV; -ENETDOWN: the link is down, or it has not been started. Any context. */
int e1000e_send(struct e1000e *e1000e, const struct e1000e_frame *frames, unsigned count);

/* Gives buffers to receive into. Returns how many it took, from the first on: as many as fit the
 * depth. -EINVAL: the first one is too small; -ECANCELED; -ENODEV. Any context. */
int e1000e_give(struct e1000e *e1000e, const struct e1000e_buffer *buffers, unsigned count);

/* The link as it was last seen. Any context. */
void e1000e_get_link(const struct e1000e *e1000e, struct e1000e_link *link);

/* Looks at the link, and whether the device is there, and calls link() if that has changed: for who
 * does not trust the link's interrupt, which a card that was pulled out does not send. Any context
 * but that of link(). 0; -ECANCELED; -ENODEV. */
int e1000e_check_link(struct e1000e *e1000e);

/* The card's address. Any context. */
void e1000e_get_address(const struct e1000e *e1000e, uint8_t address[E1000E_ADDRESS_LENGTH]);

/* Moves one vector, or asks for it: its count, its way (msi/irq.h). irq_set_affinity()'s errors. */
int e1000e_set_affinity(struct e1000e *e1000e, enum e1000e_vector vector, unsigned core);
struct irq *e1000e_irq(const struct e1000e *e1000e, enum e1000e_vector vector);

/* Since it was attached. Any context. */
struct e1000e_counters {
    uint64_t sent, received; /* frames */
    uint64_t dropped;        /* received wrongly, or what can't be: given back to the device */
    uint64_t link_changes;
};
void e1000e_get_counters(const struct e1000e *e1000e, struct e1000e_counters *counters);

#endif
