// SPDX-License-Identifier: BSD-3-Clause
/*
 * Block devices: drives that are read and written in blocks of a fixed size.
 *
 * A driver fills in a struct block_device and hands it out; whoever uses it need not know which
 * drive it is. There are two ways: block_submit() queues a request, whose done() is called when it
 * has ended; block_read(), block_write() and block_flush() wait.
 *
 * The data goes straight to the caller's buffer and from there: from the submit to done() the
 * buffer is the device's.
 */
#ifndef LIB_BLOCK_H
#define LIB_BLOCK_H

#include <stdint.h>

enum block_operation {
    BLOCK_READ,
    BLOCK_WRITE,
    BLOCK_FLUSH, /* what has been written before, and ended, survives a loss of power */
};

struct block_request {
    enum block_operation operation;
    uint32_t count; /* blocks, up to the device's count_max; not for BLOCK_FLUSH, nor those below */
    uint64_t first; /* the number of the first block */
    void *buffer;   /* `count` blocks, aligned to the device's alignment */
    /* It has ended; called once, after which the request is the caller's again: it may submit it
     * anew, or do away with it. Interrupt context; or thread context, if the driver had to see to
     * it that it ends. Never before block_submit() has taken the request; it may be before that has
     * returned. */
    void (*done)(struct block_request *request);
    void *context;   /* for done() */
    int error;       /* set before done(): 0, or a negative errno (below) */
    uint16_t status; /* and what the device said, as its driver explains it; 0: nothing */
};

struct block_device {
    const char *name;
    uint64_t blocks;     /* that it has; others, if it comes back from a reset with others */
    uint32_t block_size; /* bytes, a power of two */
    uint32_t count_max;  /* blocks of one request, a power of two */
    uint32_t alignment;  /* of buffers, bytes, a power of two */

    /* The driver's. submit(): as block_submit(). wait_for_room(): until a submit may succeed again,
     * 0 or -ETIMEDOUT. expire(): a request has not ended within timeout_us: have it end. The last
     * two in thread context. */
    uint64_t timeout_us;
    int (*submit)(struct block_device *device, struct block_request *request);
    int (*wait_for_room)(struct block_device *device);
    void (*expire)(struct block_device *device, struct block_request *request);
};

/* How a request ends: -EIO: the device could not; -ETIMEDOUT: not in time, and the driver has had
 * it aborted; -ENODEV: the device is gone, or does not come back; -ECANCELED: it is taken down;
 * -ERANGE, -EROFS, -EACCES, -ENOSPC, -EBUSY, -EINVAL, -ENOTSUP: the device says so. */

/* Queues a request, and 0: done() will be called, or has been. Any context, any number of cores at
 * once; requests that are under way at one time end in any order. -EINVAL: no done(), no such
 * operation, no blocks or more than count_max, no buffer or one that is not aligned; -ERANGE:
 * beyond the device's end; -EAGAIN: too many are under way, or the device is being reset: try
 * again; -ENODEV, -ECANCELED: as above. */
static inline int block_submit(struct block_device *device, struct block_request *request)
{
    return device->submit(device, request);
}

/* Each waits until it is done, however many blocks they are. The deadline is the driver's: a device
 * that does not answer ends in an error. Thread context. -EDEADLK: elsewhere; the errors of
 * block_submit() but -EAGAIN, -ETIMEDOUT: there was no room for it; and how requests end. After an
 * error of block_read() or block_write() some of it may have been done; of what reaches beyond the
 * end, nothing has. */
int block_read(struct block_device *device, uint64_t first, uint64_t count, void *buffer);
int block_write(struct block_device *device, uint64_t first, uint64_t count, const void *buffer);
int block_flush(struct block_device *device);

#endif
