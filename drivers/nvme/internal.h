// SPDX-License-Identifier: BSD-3-Clause
/*
 * NVMe: what the driver's files share.
 *
 * Who may do what to a queue pair: a submitter has the queue's lock; completions are taken by the
 * interrupt's handler, which runs on one core at a time and needs no lock, or by who has stopped
 * the queue and has made sure that the handler does not run (recovery.c, with the mutex). Between
 * the two goes a ring of free slots: the handler puts them in, submitters take them out.
 */
#ifndef DRIVERS_NVME_INTERNAL_H
#define DRIVERS_NVME_INTERNAL_H

#include "arch/core_max.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/nvme_registers.h"
#include "msi/handler.h"
#include "msi/timeout.h"
#include "msi/work.h"

#define NVME_PAGE_SHIFT  12u
#define NVME_ADMIN_DEPTH 16u
#define NVME_ENTRIES_MIN 4u /* that a queue may have: half as many to submit */

/* Of one command: with a list of so many pages beside the first. A list is 256 bytes, so none
 * crosses a page. */
#define NVME_LIST_PAGES  32u
#define NVME_BYTES_MAX   (NVME_LIST_PAGES << NVME_PAGE_SHIFT)

/* A queue's timeout is looked at so many times until it is over. */
#define NVME_TICKS       4u

/* A command that is under way, or a place for one. */
struct nvme_slot {
    void *request; /* NULL: none; in an I/O queue a struct block_request */
    union {
        uint32_t ids; /* as completions have them */
        struct {
            uint16_t queue; /* its number */
            uint16_t id;    /* the command's: the slot, and above it how often it was used */
        };
    };
    uint32_t tick; /* when it was submitted */
};

struct nvme_queue {
    /* Submitting. */
    struct spinlock lock;
    uint32_t mask;    /* entries less 1 */
    uint32_t tail;    /* commands put, ever */
    uint32_t taken;   /* slots taken out of `free_slots`, ever */
    int stopped;      /* 0, or what submitting returns */
    bool watched;     /* the timeout is set, and will look here */
    uint32_t wanting; /* who wait for room */
    uint16_t number;  /* the controller's */
    struct nvme *nvme;
    uintptr_t tail_doorbell, head_doorbell;
    struct nvme_command *commands;
    uint64_t (*lists)[NVME_LIST_PAGES]; /* one a slot; none in the admin queue */
    struct nvme_slot *slots;
    uint16_t *free_slots;

    /* Completing. */
    struct nvme_completion *completions;
    uint32_t completion_mask; /* entries less 1 */
    uint32_t head;            /* completions taken, ever */
    uint64_t phase;           /* NVME_PHASE or 0: what the next one has */
    uint32_t given;           /* slots put into `free_slots`, ever */
    uint64_t failed, strange;
    uint64_t base; /* submitted before the last reset */
    struct nvme_vector *vector;
    struct nvme_queue *next; /* on the same vector */
};

struct nvme_vector {
    struct nvme *nvme;
    struct irq *irq;
    struct nvme_queue *queues;
    bool admin;
};

/* The admin command that is under way; `request` of its slot. It lies where a late answer does no
 * harm. */
struct nvme_admin {
    struct nvme_command command;
    struct completion completion;
    uint32_t result;
    uint16_t status;
    int error; /* 0: the controller has answered */
};

struct nvme {
    struct block_device block;
    struct nvme_queue *queue_of_core[CORE_MAX]; /* of that core's submissions */
    uint32_t namespace;
    uint8_t block_shift, page_shift;
    uint32_t tick; /* how often the timeout has come */

    struct nvme_port port;
    struct nvme_config config;
    uint64_t capabilities;
    uint32_t version;
    char model[41], serial[21], firmware[9];
    uint8_t namespace_ids[24];
    bool write_cache;

    struct mutex mutex; /* admin commands, recovery, close; for what follows */
    bool dead, closing, suspended;
    bool gone; /* with its bus: its registers must not be accessed */
    /* Its queues are stopped, and it is to be restarted: a handler has not returned. Atomic. */
    bool halting;
    struct timeout timeout;
    struct work work;
    bool watches, watch_paused;
    uint8_t *page; /* 4 KiB, for what Identify gives */
    struct nvme_admin command;
    struct nvme_queue admin, queues[CORE_MAX];
    unsigned queue_count;
    struct nvme_vector vectors[CORE_MAX + 1];
    unsigned vector_count;
    struct nvme_counters counters;
};

/* ---- path.c: submitting and completing ---- */

int nvme_submit(struct block_device *device, struct block_request *request);
/* Puts an admin command. Errors as `stopped`; -EAGAIN: no room. */
int nvme_queue_put_admin(struct nvme_queue *queue, struct nvme_admin *admin);
/* Handlers: of an I/O queue that has a vector for itself (struct nvme_queue), of any other vector
 * (struct nvme_vector). */
enum irq_return nvme_queue_interrupt(void *queue);
enum irq_return nvme_vector_interrupt(void *vector);
/* What has come in, without a doorbell: for a controller that is off. */
void nvme_queue_drain(struct nvme_queue *queue);
/* Ends what is in a slot: with this error, once. Not while the handler may run. */
void nvme_queue_end(struct nvme_queue *queue, struct nvme_slot *slot, int error);

/* ---- queue.c ---- */

/* Memory for so many entries, a power of two. -ENOMEM. */
int nvme_queue_allocate(struct nvme *nvme, struct nvme_queue *queue, uint16_t number,
                        uint32_t entries);
/* Empty, as after nvme_queue_allocate(). Nothing is under way. */
void nvme_queue_reset(struct nvme_queue *queue);
void nvme_queue_release(struct nvme_queue *queue);
/* From now on submissions get this error; 0: they go on. Any context. */
void nvme_queue_stop(struct nvme_queue *queue, int error);
/* Slots in use. Any context. */
uint32_t nvme_queue_busy(const struct nvme_queue *queue);
/* Whether the slot's command is late, or this request's; and its ids. Any context. */
bool nvme_is_late(struct nvme_queue *queue, const struct nvme_slot *slot,
                  const struct block_request *request, uint32_t *ids);
/* Has the timeout look at the queues. It fails only while the drive is being closed, which has all
 * end. Any context. */
static inline void nvme_watch(struct nvme *nvme)
{
    (void)timeout_set(&nvme->timeout, nvme->config.timeout_us / NVME_TICKS);
}

/* ---- status.c ---- */

/* The errno of a status. Any context. */
int nvme_status_error(uint16_t status);

/* ---- controller.c: registers; thread context ---- */

/* Reads what the controller can. -ENODEV, -ENOTSUP, -EPROTO. */
int nvme_controller_probe(struct nvme *nvme);
/* For how many queue pairs, up to CORE_MAX, its registers have doorbells, beside the admin queue's.
 */
unsigned nvme_controller_queues(const struct nvme *nvme);
/* CC.EN = 0; it accesses no memory any more. -ENODEV: it is gone; -ETIMEDOUT. */
int nvme_controller_disable(struct nvme *nvme);
/* With the admin queue's memory, empty. -ENODEV; -EIO: fatal; -ETIMEDOUT. */
int nvme_controller_enable(struct nvme *nvme);
/* Tells the drive that it will lose its power. As nvme_controller_disable(). */
int nvme_controller_shut_down(struct nvme *nvme);
/* Whether it can go on: there, and not fatal. Any context. */
bool nvme_controller_is_well(const struct nvme *nvme);

/* ---- admin.c; with the mutex, thread context ---- */

/* Sends it and waits. 0: done, with status 0; the status's errno; -ETIMEDOUT: not answered, and
 * there are no more until the controller is reset; the queue's errors. result may be NULL. */
int nvme_admin(struct nvme *nvme, const struct nvme_command *command, uint32_t *result);
/* Into nvme->page. */
int nvme_identify(struct nvme *nvme, uint8_t structure, uint32_t namespace);
/* Asks for *count queue pairs; *count: how many there are of these, at least 1. */
int nvme_set_queue_count(struct nvme *nvme, unsigned *count);
/* Both queues of a pair. */
int nvme_create_queue(struct nvme *nvme, const struct nvme_queue *queue);
int nvme_delete_queue(struct nvme *nvme, const struct nvme_queue *queue);
/* 0: the controller says that it has aborted the command; -ENOENT: it says that it has not. */
int nvme_abort(struct nvme *nvme, uint32_t ids);

/* ---- start.c; with the mutex, thread context ---- */

/* From a controller that is off to one with all its queues. After an error: nvme_halt(). */
int nvme_start(struct nvme *nvme);
/* The first time: also asks what it can, and takes queues and vectors. */
int nvme_start_first(struct nvme *nvme);

/* ---- recovery.c; thread context ---- */

/* Deals with what is late, and with this request; which may be NULL. */
void nvme_recover(struct nvme *nvme, const struct block_request *request);

/* Of the block device. */
void nvme_expire(struct block_device *device, struct block_request *request);
int nvme_wait_for_room(struct block_device *device);

/* nvme_queue_stop() of all of them. Any context. */
void nvme_stop_all(struct nvme *nvme, int error);
/* Puts the controller off or, if that fails, off the bus, and has all that is under way end, with
 * `error`, or -ETIMEDOUT where it is late; queues are stopped. With the mutex. -EAGAIN: a handler
 * does not return, nothing has been ended; another error: it is off the bus, and won't come back.
 */
int nvme_halt(struct nvme *nvme, int error);
/* Until no handler runs that has begun before. -EAGAIN: one does not return. */
int nvme_wait_for_handlers(struct nvme *nvme);
/* Of its error: a handler has not returned, and it is tried again. With the mutex. */
bool nvme_halts_later(struct nvme *nvme, int error);
/* Of a controller that was halted with -EIO and is off: starts it again, or gives it up, for this
 * error or for that of the start. With the mutex. */
void nvme_go_on(struct nvme *nvme, int error);

/* ---- nvme.c; with the mutex, thread context ---- */

/* Refuses what is submitted from here on with this error, and waits until nothing is under way, for
 * as long as that may take, and no handler is. -ETIMEDOUT; -EAGAIN: a handler does not return. */
int nvme_come_to_rest(struct nvme *nvme, int refusal);
/* Then: deletes the queues, and tells the drive. nvme_admin()'s errors, or
 * nvme_controller_shut_down()'s. */
int nvme_shut_down(struct nvme *nvme);

/* ---- suspend.c: what a bus that suspends calls (docs/nvme.md); thread context ---- */

/* 0: nothing is under way, the drive can lose its power, and requests are -EAGAIN. -EBUSY: commands
 * don't end, or a handler does not return; -EIO: it does not shut down; then it goes on. */
int nvme_suspend(struct nvme *nvme);
/* error: 0, or its registers can't be reached any more: then all is -ENODEV. */
void nvme_resume(struct nvme *nvme, int error);

/* ---- watch.c ---- */

/* Thread context. Errors of timeout_begin(). */
int nvme_watch_begin(struct nvme *nvme);
/* The timeout ends, or begins anew if it has ended. With the mutex, while nobody can submit. Errors
 * of timeout_end(), or timeout_begin(): then it has ended, and can be begun anew. */
int nvme_watch_pause(struct nvme *nvme);
int nvme_watch_resume(struct nvme *nvme);
/* Thread context. -EAGAIN: the timeout or the work has not returned. */
int nvme_watch_end(struct nvme *nvme);

#endif
