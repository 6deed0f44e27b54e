// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages in a device's own slots, blocks of interrupts, and the two examples of docs/msi.md.
 *
 * The device with slots is memory here; what it would do on the bus, this test does: it writes the
 * slot's data to the slot's address, the AM65x's pre-ITS window.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "msi/internal.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/example_dma.h"
#include "tests/target/example_slots.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>
#include <string.h>

#define SLOTS_ID   0x6001u
#define SLOTS_BITS 4u

/* ---- a device with slots ---- */

static struct example_slots slots;
static struct example_slot table[EXAMPLE_SLOTS];
static unsigned writes, writes_until_failure;
static int (*real_write)(struct device *device, uint32_t index, const struct irq_message *message);

static int counted_write(struct device *device, uint32_t index, const struct irq_message *message)
{
    writes++;
    if (message != NULL && writes_until_failure != 0 && --writes_until_failure == 0)
        return -EIO;
    return real_write(device, index, message);
}

static void with_slots(void (*body)(void))
{
    memset(table, 0, sizeof(table));
    writes = writes_until_failure = 0;
    example_slots_init(&slots, table);
    real_write = slots.device.write_message;
    slots.device.write_message = counted_write;
    CHECK_EQUAL(irq_bind_its(&slots.device, platform_its(), SLOTS_ID, SLOTS_BITS), 0);
    body();
    CHECK_EQUAL(irq_unbind(&slots.device), 0);
}

/* What the device does to raise a source. */
static void send(unsigned slot, uint32_t low_bits)
{
    if (table[slot].valid)
        mmio_write32((uintptr_t)table[slot].address, table[slot].data + low_bits);
}

static bool queue_has_call(void *argument)
{
    const struct example_queue *queue = argument;

    return __atomic_load_n(&queue->calls, __ATOMIC_ACQUIRE) != 0;
}

/* Takes the calls, which must be exactly one. */
static void check_one_call(struct example_queue *queue)
{
    CHECK_EQUAL(wait_for(queue_has_call, queue, ARRIVAL_TIMEOUT_US), 0);
    CHECK_EQUAL(__atomic_exchange_n(&queue->calls, 0, __ATOMIC_SEQ_CST), 1);
}

static void check_all_sources(void)
{
    for (unsigned i = 0; i < EXAMPLE_QUEUES; i++) {
        send(0, i);
        check_one_call(&slots.queues[i]);
    }
    send(EXAMPLE_SLOT_ADMIN, 0);
    check_one_call(&slots.admin);
}

static void body_slots(void)
{
    CHECK_EQUAL(example_slots_open(&slots), 0);
    CHECK_EQUAL(writes, 2); /* the block's, and the single one's */
    check_all_sources();

    /* Moved: the message stays what it is. */
    CHECK_EQUAL(irq_set_affinity(slots.queue_irqs[3], core_count() - 1), 0);
    CHECK_EQUAL(irq_core(slots.queue_irqs[3]), core_count() - 1);
    CHECK_EQUAL(writes, 2);
    check_all_sources();

    /* Lost: nothing comes; restored: all do. */
    memset(table, 0, sizeof(table));
    send(0, 1);
    writes = 0;
    CHECK_EQUAL(example_slots_resume(&slots), 0);
    CHECK_EQUAL(writes, 2);
    check_all_sources();

    CHECK_EQUAL(example_slots_close(&slots), 0);
    for (unsigned i = 0; i < EXAMPLE_SLOTS; i++)
        CHECK(!table[i].valid);
}

SELFTEST(msi_messages, device_with_slots_gets_writes_and_restores_its_messages, 60)
{
    with_slots(body_slots);
}

static void body_slot_refused(void)
{
    struct irq_inventory before = take_inventory();

    for (unsigned nth = 1; nth <= 2; nth++) {
        writes_until_failure = nth;
        CHECK_EQUAL(example_slots_open(&slots), -EIO);
        struct irq_inventory after = take_inventory();

        CHECK(inventories_equal(&before, &after));
    }
    writes_until_failure = 0;
    CHECK_EQUAL(example_slots_open(&slots), 0);
    check_all_sources();
    CHECK_EQUAL(example_slots_close(&slots), 0);
}

SELFTEST(msi_messages, refused_message_is_undone, 60)
{
    with_slots(body_slot_refused);
}

/* ---- blocks ---- */

static int request_block(uint32_t index, unsigned count, struct irq **irqs)
{
    const struct irq_request request = {.index = index,
                                        .handler = note_call,
                                        .context = test_records,
                                        .name = "block",
                                        .core = IRQ_CORE_ANY};

    return irq_request_block(&test_device, &request, count, sizeof(test_records[0]), irqs);
}

static void body_blocks(void)
{
    struct irq *four[4], *any[8], *one[1], *more[4];

    CHECK_EQUAL(request_block(1, 4, four), -EINVAL); /* not aligned */
    CHECK_EQUAL(request_block(0, 3, four), -EINVAL); /* not a power of two */
    CHECK_EQUAL(request_block(0, 64, four), -EINVAL);
    CHECK_EQUAL(request_block(16, 4, four), -EINVAL); /* beyond the device's events */
    CHECK_EQUAL(request_block(4, 4, four), 0);
    CHECK_EQUAL(request_block(IRQ_INDEX_ANY, 1, one), 0);
    CHECK_EQUAL(irq_index(one[0]), 0);
    CHECK_EQUAL(request_block(IRQ_INDEX_ANY, 8, any), 0);
    CHECK_EQUAL(irq_index(any[0]), 8);
    CHECK_EQUAL(request_block(IRQ_INDEX_ANY, 4, more), -ENOSPC); /* 1-3 are not four */
    CHECK_EQUAL(irq_trigger(any[5]), 0);
    CHECK_EQUAL(wait_calls(&test_records[5], 1), 0);
    /* Singly, and the rest as a block; the place in between is free at once. */
    CHECK_EQUAL(irq_free(any[5]), 0);
    any[5] = NULL;
    CHECK_EQUAL(request_block(13, 1, more), 0);
    CHECK_EQUAL(irq_trigger(any[6]), 0);
    CHECK_EQUAL(wait_calls(&test_records[6], 1), 0);
    CHECK_EQUAL(irq_free_block(more, 1), 0);
    CHECK_EQUAL(irq_free_block(any, 8), 0);
    CHECK_EQUAL(irq_free_block(one, 1), 0);
    CHECK_EQUAL(irq_free_block(four, 4), 0);
}

SELFTEST(msi_messages, blocks_are_aligned_and_freed_singly_or_whole, 60)
{
    with_messages(body_blocks);
}

static void body_block_or_nothing(void)
{
    struct irq_inventory before;
    struct irq *four[4];

    CHECK_EQUAL(request_flags(0, 6, 0, 0), 0);
    before = take_inventory();
    CHECK_EQUAL(request_block(4, 4, four), -EBUSY);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(request_flags(1, 4, 0, 0), 0);
    CHECK_EQUAL(request_flags(2, 5, 0, 0), 0);
}

SELFTEST(msi_messages, block_with_a_source_in_use_leaves_nothing, 60)
{
    with_messages(body_block_or_nothing);
}

static void body_block_of_rings(void)
{
    uint32_t first = (ring_index(0) - 7u) & ~3u;
    struct irq *four[4];

    CHECK_EQUAL(request_block(IRQ_INDEX_ANY, 4, four), -EINVAL); /* rings are not alike */
    CHECK_EQUAL(request_block(first, 4, four), 0);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQUAL(irq_index(four[i]), first + i);
        CHECK_EQUAL(irq_trigger(four[i]), 0);
        CHECK_EQUAL(wait_calls(&test_records[i], 1), 0);
    }
    CHECK_EQUAL(irq_free_block(four, 4), 0);
}

SELFTEST(msi_messages, rings_can_be_a_block, 60)
{
    with_rings(body_block_of_rings);
}

/* ---- the other example ---- */

/* The device's side: entries join the ring, more than one doorbell can say. */
static void add_entries(struct example_dma *dma, unsigned count)
{
    while (count != 0) {
        unsigned some = count < RING_DOORBELL_MAX ? count : RING_DOORBELL_MAX;

        mmio_write32((uintptr_t)&dma->ring.registers->doorbell, some);
        count -= some;
    }
}

static void body_example_dma(void)
{
    static const unsigned batches[] = {1, 5, RING_DOORBELL_MAX, RING_DOORBELL_MAX + 1, 250};
    struct example_dma dma;
    uint64_t expected = 0;

    CHECK_EQUAL(example_dma_open(&dma, &test_device), 0);
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
        irq_mask(dma.irq); /* so that the batch is in the ring as a whole */
        add_entries(&dma, batches[i]);
        irq_unmask(dma.irq);
        expected += batches[i];
        CHECK_EQUAL(example_dma_wait(&dma, expected, ARRIVAL_TIMEOUT_US), 0);
        CHECK_EQUAL(irq_synchronize(dma.irq), 0);
        CHECK_EQUAL(udma_ring_occupancy(&dma.ring), 0);
    }
    CHECK_EQUAL(dma.completed, expected);
    CHECK_EQUAL(irq_count(dma.irq), sizeof(batches) / sizeof(batches[0]));

    /* An event for a ring that is empty: the handler runs and finds nothing. */
    CHECK_EQUAL(irq_trigger(dma.irq), 0);
    CHECK_EQUAL(example_dma_wait(&dma, expected + 1, 1000), -ETIMEDOUT);
    CHECK_EQUAL(dma.completed, expected);
    CHECK_EQUAL(example_dma_close(&dma), 0);
}

SELFTEST(msi_messages, example_of_a_dma_device_works, 60)
{
    with_rings(body_example_dma);
}

/* ---- many devices, each with a message of its own ---- */

#define MANY         8u /* a GIC-500 with TI's advisory i2101 loses the messages of some of these */
#define MANY_ID      0x7300u
#define MANY_APART   0x101u
#define MANY_ROUNDS  3u
#define RESERVED_IDS 5u

static struct sender {
    struct device device;
    struct irq_message message;
    struct irq *irq;
    struct record record;
} senders[MANY];

static int keep_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    (void)index;
    if (message != NULL)
        ((struct sender *)device->driver)->message = *message;
    return 0;
}

static void sender_open(struct sender *sender, uint32_t id)
{
    const struct irq_request request = {
        .handler = note_call, .context = &sender->record, .core = IRQ_CORE_ANY};

    *sender = (struct sender){
        .device = {.name = "sender", .write_message = keep_message, .driver = sender}};
    CHECK_EQUAL(irq_bind_its(&sender->device, platform_its(), id, 0), 0);
    CHECK_EQUAL(irq_request(&sender->device, &request, &sender->irq), 0);
}

static void sender_close(struct sender *sender)
{
    if (sender->irq != NULL)
        CHECK_EQUAL(irq_free(sender->irq), 0);
    CHECK_EQUAL(irq_unbind(&sender->device), 0);
}

SELFTEST(msi_messages, message_of_each_of_many_devices_arrives, 60)
{
    for (unsigned i = 0; i < MANY; i++)
        sender_open(&senders[i], MANY_ID + i * MANY_APART);
    for (unsigned round = 1; round <= MANY_ROUNDS && !selftest_failed(); round++)
        for (unsigned i = 0; i < MANY; i++) {
            mmio_write32((uintptr_t)senders[i].message.address, senders[i].message.data);
            if (wait_calls(&senders[i].record, round) != 0)
                selftest_fail(__FILE__, __LINE__, "device %u, message %u is lost", i, round);
        }
    for (unsigned i = 0; i < MANY; i++) {
        CHECK_EQUAL(calls(&senders[i].record), MANY_ROUNDS);
        sender_close(&senders[i]);
    }
}

SELFTEST(msi_messages, ids_that_are_reserved_are_refused, 60)
{
    struct irq_inventory before = take_inventory();

    for (uint32_t id = 0; id < RESERVED_IDS; id++) {
        struct device device = {.name = "reserved"};

        CHECK_EQUAL(irq_bind_its(&device, platform_its(), id, 0), -EBUSY);
    }
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}
