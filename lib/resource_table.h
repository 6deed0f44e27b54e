// SPDX-License-Identifier: BSD-3-Clause
/*
 * The resource table of a remote processor's program: what Linux's remoteproc, and U-Boot's, find
 * in the ELF's section .resource_table (layout: Linux 6.1, include/linux/rsc_table.h and
 * include/linux/remoteproc.h; Documentation/staging/remoteproc.rst). All fields are little-endian.
 *
 * Linux writes into the table where the core sees it: a virtio device's state, and the places of
 * its rings. So it lies in memory that the core does not cache (r5f.ld).
 */
#ifndef LIB_RESOURCE_TABLE_H
#define LIB_RESOURCE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define RESOURCE_TABLE_VERSION 1u
#define RESOURCE_NAME_SIZE     32u

/* An entry's type. Others than these are not used. */
enum resource_type {
    RESOURCE_TRACE = 2,
    RESOURCE_VIRTIO = 3,
};

/* A zero-terminated text in memory, for people. */
struct resource_trace {
    uint32_t type;
    uint32_t address; /* as the core has it */
    uint32_t size;
    uint32_t reserved;
    char name[RESOURCE_NAME_SIZE];
};

#define RESOURCE_ADDRESS_ANY UINT32_MAX /* Linux finds a place, and writes it here */

struct resource_vring {
    uint32_t address;
    uint32_t alignment;
    uint32_t count;     /* of buffers: a power of two */
    uint32_t notify_id; /* what a kick says; Linux gives it */
    uint32_t reserved;
};

/* A virtio device with two rings and without configuration. */
struct resource_virtio {
    uint32_t type;
    uint32_t id; /* virtio's number of the kind of device */
    uint32_t notify_id;
    uint32_t features;       /* that the device has */
    uint32_t features_taken; /* by the driver */
    uint32_t configuration;  /* bytes of it, behind this */
    uint8_t status;          /* virtio's device status: the driver's */
    uint8_t vring_count;
    uint8_t reserved[2];
    struct resource_vring vrings[2];
};

/* What every image of k3metal's has. The second entry is there if the program has such a device
 * (drivers/rpmsg), right behind. */
struct resource_table {
    uint32_t version;
    uint32_t count;
    uint32_t reserved[2];
    uint32_t offsets[2]; /* of entries, from the table's start */
    struct resource_trace trace;
};

_Static_assert(sizeof(struct resource_trace) == 48, "fw_rsc_trace");
_Static_assert(sizeof(struct resource_virtio) == 68, "fw_rsc_vdev with two fw_rsc_vdev_vring");
_Static_assert(offsetof(struct resource_virtio, vrings) == 28, "fw_rsc_vdev.vring");

#endif
