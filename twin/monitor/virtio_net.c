// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet's wire: a network device of QEMU's (OASIS Virtual I/O Device 1.2, 4.2 "Virtio Over
 * MMIO", 2.7 "Split Virtqueues", 5.1 "Network Device"), which the monitor drives at EL3 if
 * tools/twin --net has put one there. All with the models' lock held.
 *
 * Two queues of buffers that never move. A frame that the models have no room for stays in its
 * buffer: the device then runs out of buffers, and whoever sends to us waits. Of sent frames the
 * device tells only when somebody waits for room.
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define VIRTIO_MAGIC             0x000u
#define MAGIC                    0x74726976u
#define VIRTIO_VERSION           0x004u
#define VERSION                  2u
#define VIRTIO_DEVICE_ID         0x008u
#define DEVICE_NET               1u
#define VIRTIO_DEVICE_FEATURES   0x010u
#define VIRTIO_DEVICE_SELECT     0x014u
#define VIRTIO_DRIVER_FEATURES   0x020u
#define VIRTIO_DRIVER_SELECT     0x024u
#define VIRTIO_QUEUE_SELECT      0x030u
#define VIRTIO_QUEUE_MAX         0x034u
#define VIRTIO_QUEUE_SIZE        0x038u
#define VIRTIO_QUEUE_READY       0x044u
#define VIRTIO_QUEUE_NOTIFY      0x050u
#define VIRTIO_INTERRUPT_STATUS  0x060u
#define VIRTIO_INTERRUPT_ACK     0x064u
#define VIRTIO_STATUS            0x070u
#define STATUS_ACKNOWLEDGE       1u
#define STATUS_DRIVER            2u
#define STATUS_DRIVER_OK         4u
#define STATUS_FEATURES_OK       8u
#define VIRTIO_QUEUE_DESCRIPTORS 0x080u
#define VIRTIO_QUEUE_DRIVER      0x090u
#define VIRTIO_QUEUE_DEVICE      0x0a0u
#define VIRTIO_CONFIG_STATUS     0x106u
#define CONFIG_LINK_UP           1u

#define FEATURE_STATUS           (1u << 16) /* the link's state can be read */
#define FEATURE_VERSION_1        (1u << 0)  /* bit 32 */

#define DESCRIPTOR_WRITE         2u
#define NO_INTERRUPT             1u

#define QUEUE_SIZE               64u
#define HEADER                   12u
#define BUFFER                   4096u

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

/* A queue as it lies in the twin's memory, at BOARD_NET_QUEUES. */
struct queue {
    struct descriptor descriptors[QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[QUEUE_SIZE], event;
    } available __attribute__((aligned(4)));
    struct {
        uint16_t flags, index;
        struct {
            uint32_t descriptor, length;
        } ring[QUEUE_SIZE];
        uint16_t event;
    } used __attribute__((aligned(4)));
    uint8_t buffers[QUEUE_SIZE][BUFFER] __attribute__((aligned(4096)));
};

enum {
    RECEIVE,
    SEND,
    QUEUES,
};

_Static_assert(BOARD_NET_QUEUES + QUEUES * sizeof(struct queue) <= BOARD_NET_QUEUES_END,
               "the queues' memory");

static bool running;
static uint16_t taken[QUEUES]; /* how many used buffers we have seen */
static bool refused;           /* a frame waits for the models */
static bool room_wanted;       /* the models wait for a buffer */

static struct queue *queue(unsigned number)
{
    return (struct queue *)(uintptr_t)BOARD_NET_QUEUES + number;
}

static uint32_t get(uint64_t reg)
{
    return read32(BOARD_NET_BASE + reg);
}

static void put(uint64_t reg, uint32_t value)
{
    write32(BOARD_NET_BASE + reg, value);
}

static void put_address(uint64_t reg, const void *address)
{
    put(reg, (uint32_t)(uintptr_t)address);
    put(reg + 4, (uint32_t)((uint64_t)(uintptr_t)address >> 32));
}

/* ---- start ---- */

static void fill_queue(unsigned number)
{
    struct queue *q = queue(number);

    memset(q, 0, sizeof(*q) - sizeof(q->buffers));
    for (unsigned i = 0; i < QUEUE_SIZE; i++) {
        q->descriptors[i].address = (uintptr_t)q->buffers[i];
        q->descriptors[i].length = BUFFER;
        q->descriptors[i].flags = number == RECEIVE ? DESCRIPTOR_WRITE : 0;
        q->available.ring[i] = (uint16_t)i;
    }
    q->available.index = number == RECEIVE ? QUEUE_SIZE : 0;
    q->available.flags = (uint16_t)(number == RECEIVE ? 0 : NO_INTERRUPT);
    taken[number] = 0;
}

static void start_queue(unsigned number)
{
    struct queue *q = queue(number);

    put(VIRTIO_QUEUE_SELECT, number);
    if (get(VIRTIO_QUEUE_MAX) < QUEUE_SIZE)
        die("the network device's queues have only %u entries", get(VIRTIO_QUEUE_MAX));
    fill_queue(number);
    put(VIRTIO_QUEUE_SIZE, QUEUE_SIZE);
    put_address(VIRTIO_QUEUE_DESCRIPTORS, q->descriptors);
    put_address(VIRTIO_QUEUE_DRIVER, &q->available);
    put_address(VIRTIO_QUEUE_DEVICE, &q->used);
    put(VIRTIO_QUEUE_READY, 1);
}

static void agree_on_features(void)
{
    put(VIRTIO_DEVICE_SELECT, 0);
    uint32_t features = get(VIRTIO_DEVICE_FEATURES) & FEATURE_STATUS;

    put(VIRTIO_DRIVER_SELECT, 0);
    put(VIRTIO_DRIVER_FEATURES, features);
    put(VIRTIO_DRIVER_SELECT, 1);
    put(VIRTIO_DRIVER_FEATURES, FEATURE_VERSION_1);
    put(VIRTIO_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    if ((get(VIRTIO_STATUS) & STATUS_FEATURES_OK) == 0)
        die("the network device does not take features %x", features);
}

static void update_link(void)
{
    uint16_t status = (uint16_t)mmio_read(BOARD_NET_BASE + VIRTIO_CONFIG_STATUS, 2);

    am65x_link((status & CONFIG_LINK_UP) != 0);
}

void virtio_net_init(void)
{
    running = refused = room_wanted = false;
    if (!net_wanted())
        return;
    if (get(VIRTIO_MAGIC) != MAGIC || get(VIRTIO_VERSION) != VERSION ||
        get(VIRTIO_DEVICE_ID) != DEVICE_NET)
        die("no network device at %x", (uint64_t)BOARD_NET_BASE);
    put(VIRTIO_STATUS, 0);
    put(VIRTIO_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    agree_on_features();
    for (unsigned number = 0; number < QUEUES; number++)
        start_queue(number);
    complete_accesses();
    put(VIRTIO_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
    put(VIRTIO_QUEUE_NOTIFY, RECEIVE);
    running = true;
    update_link();
}

/* ---- frames ---- */

static uint16_t used_index(unsigned number)
{
    return __atomic_load_n(&queue(number)->used.index, __ATOMIC_ACQUIRE);
}

/* Gives a buffer to the device. */
static void make_available(unsigned number, uint16_t descriptor)
{
    struct queue *q = queue(number);
    uint16_t index = q->available.index;

    q->available.ring[index % QUEUE_SIZE] = descriptor;
    complete_accesses();
    __atomic_store_n(&q->available.index, (uint16_t)(index + 1), __ATOMIC_RELEASE);
}

static bool receive_one(struct queue *q)
{
    unsigned place = taken[RECEIVE] % QUEUE_SIZE;
    uint32_t descriptor = q->used.ring[place].descriptor % QUEUE_SIZE;
    uint32_t length = q->used.ring[place].length;

    if (length > HEADER && length <= BUFFER &&
        !am65x_frame_receive(q->buffers[descriptor] + HEADER, length - HEADER)) {
        refused = true;
        return false;
    }
    taken[RECEIVE]++;
    make_available(RECEIVE, (uint16_t)descriptor);
    return true;
}

/* Whether a frame has come, and is to be handed over. */
static bool has_come(void)
{
    return !refused && taken[RECEIVE] != used_index(RECEIVE);
}

/* A queue's worth at most. */
static bool receive(void)
{
    struct queue *q = queue(RECEIVE);
    unsigned count = 0;

    refused = false;
    while (count < QUEUE_SIZE && has_come() && receive_one(q))
        count++;
    if (count != 0)
        put(VIRTIO_QUEUE_NOTIFY, RECEIVE);
    q->available.flags = refused ? NO_INTERRUPT : 0;
    complete_accesses();
    return has_come(); /* before the device could see that it is to tell of it */
}

/* Each buffer of this queue is used in turn, and the device uses them in order. */
static bool has_room(void)
{
    struct queue *q = queue(SEND);

    taken[SEND] = used_index(SEND);
    return (uint16_t)(q->available.index - taken[SEND]) < QUEUE_SIZE;
}

bool virtio_net_send(const void *frame, size_t length)
{
    struct queue *q = queue(SEND);
    uint16_t descriptor = q->available.index % QUEUE_SIZE;

    if (!has_room()) {
        q->available.flags = 0;
        complete_accesses();
        if (!has_room()) {
            room_wanted = true;
            return false;
        }
    }
    q->available.flags = NO_INTERRUPT;
    memset(q->buffers[descriptor], 0, HEADER);
    memcpy(q->buffers[descriptor] + HEADER, frame, length);
    q->descriptors[descriptor].length = HEADER + (uint32_t)length;
    make_available(SEND, descriptor);
    put(VIRTIO_QUEUE_NOTIFY, SEND);
    return true;
}

/* ---- the interrupt, and what was put off ---- */

void virtio_net_interrupt(void)
{
    if (!running)
        return;
    put(VIRTIO_INTERRUPT_ACK, get(VIRTIO_INTERRUPT_STATUS));
    update_link();
}

bool virtio_net_feed(void)
{
    if (!running)
        return false;
    if (room_wanted && has_room()) {
        room_wanted = false;
        am65x_frame_room();
    }
    return receive();
}
