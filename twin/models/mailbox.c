// SPDX-License-Identifier: BSD-3-Clause
/*
 * NAVSS0_MAILBOX0: twelve clusters of 16 FIFOs with four messages of 32 bits each, and for each of
 * four users an interrupt (AM65x TRM SPRUID7, "Mailbox"; what is said of the registers is the same
 * in the AM275x's, SPRUJC6A, and of the FIFOs in the AM64x's, SPRUIM2).
 *
 * A status bit is the state of a FIFO: it has a message, or it has room. Writing 1 to it clears it
 * for two cycles, after which the state shows again; writing 1 to the raw one sets it for two
 * cycles. Of these two cycles nobody who looks at a level sees anything, so neither is kept. EOI is
 * for interrupts that are pulses, which these are not.
 *
 * The clusters' lines are inputs 439 (cluster 0, user 3) down to 392 (cluster 11, user 0) of the
 * main Navigator's interrupt router (TI-SCI documentation for the AM65x, "Interrupt Management
 * Device Descriptions").
 */
#include "twin/models/models.h"

#define CLUSTER_SIZE         0x1000u
#define FIFOS                16u
#define FIFO_MESSAGES        4u
#define USERS                4u
#define LEFT_ON              2u

#define REG_REVISION         0x000u
#define REG_SYSCONFIG        0x010u
#define REG_MESSAGE          0x040u
#define REG_FIFO_STATUS      0x080u
#define REG_MSG_STATUS       0x0c0u
#define REG_USERS            0x100u
#define USER_SIZE            0x10u
#define IRQ_STATUS_RAW       0x0u
#define IRQ_STATUS_CLR       0x4u
#define IRQ_ENABLE_SET       0x8u
#define IRQ_ENABLE_CLR       0xcu

#define SYSCONFIG_SOFT_RESET 0x1u
#define REVISION_VALUE       0x66fc9100u /* no source: drivers print it only */

#define NEW_MESSAGE(fifo)    (UINT32_C(1) << (2 * (fifo)))
#define NOT_FULL(fifo)       (UINT32_C(2) << (2 * (fifo)))

/* Of cluster 0; each further one's are four less. */
#define INPUT_USER_0         436u

static struct mailbox {
    struct fifo {
        uint32_t messages[FIFO_MESSAGES];
        uint8_t first, count;
    } fifos[FIFOS];
    uint32_t status; /* all FIFOs', which is the same for all users */
    uint32_t enabled[USERS];
    bool level[USERS];
} mailboxes[MAILBOX_COUNT];

static void update_lines(unsigned cluster)
{
    struct mailbox *mailbox = &mailboxes[cluster];

    for (unsigned user = 0; user < USERS; user++) {
        bool level = (mailbox->status & mailbox->enabled[user]) != 0;

        if (level == mailbox->level[user])
            continue;
        mailbox->level[user] = level;
        intr_input(DEV_MAIN_INTR, INPUT_USER_0 - USERS * cluster + user, level);
    }
}

static void fifo_changed(unsigned cluster, unsigned index)
{
    struct mailbox *mailbox = &mailboxes[cluster];
    unsigned count = mailbox->fifos[index].count;

    mailbox->status &= ~(NEW_MESSAGE(index) | NOT_FULL(index));
    if (count != 0)
        mailbox->status |= NEW_MESSAGE(index);
    if (count < FIFO_MESSAGES)
        mailbox->status |= NOT_FULL(index);
    update_lines(cluster);
}

/* What is written to a full one is discarded. */
static void put(unsigned cluster, unsigned index, uint32_t message)
{
    struct fifo *fifo = &mailboxes[cluster].fifos[index];

    if (fifo->count == FIFO_MESSAGES) {
        model_count(AM65X_COUNT_MAILBOX_LOST, 1);
        return;
    }
    fifo->messages[(fifo->first + fifo->count++) % FIFO_MESSAGES] = message;
    fifo_changed(cluster, index);
}

static uint32_t take(unsigned cluster, unsigned index)
{
    struct fifo *fifo = &mailboxes[cluster].fifos[index];
    uint32_t message = fifo->messages[fifo->first];

    if (fifo->count == 0)
        return 0;
    fifo->first = (fifo->first + 1) % FIFO_MESSAGES;
    fifo->count--;
    fifo_changed(cluster, index);
    return message;
}

static void reset_one(unsigned cluster)
{
    struct mailbox *mailbox = &mailboxes[cluster];

    memset(mailbox->fifos, 0, sizeof(mailbox->fifos));
    memset(mailbox->enabled, 0, sizeof(mailbox->enabled));
    for (unsigned i = 0; i < FIFOS; i++)
        fifo_changed(cluster, i);
}

/* What an earlier user has left: each interrupt enabled, and messages that nobody has taken. In the
 * clusters that TI's device trees give to the R5F cores. */
static void leave_on(unsigned cluster)
{
    for (unsigned user = 0; user < USERS; user++)
        mailboxes[cluster].enabled[user] = UINT32_MAX;
    for (unsigned i = 0; i < FIFOS; i++)
        for (unsigned left = i % (FIFO_MESSAGES + 1); left != 0; left--)
            put(cluster, i, 0xdead0000u + i);
    update_lines(cluster);
}

void mailbox_reset(void)
{
    memset(mailboxes, 0, sizeof(mailboxes));
    for (unsigned cluster = 0; cluster < MAILBOX_COUNT; cluster++) {
        reset_one(cluster);
        if (cluster < LEFT_ON && model_mood(AM65X_MOOD_STALE_LOADER))
            leave_on(cluster);
    }
}

/* ---------------------------------------------------------------- registers */

static uint64_t read_user(unsigned cluster, unsigned user, uint64_t offset)
{
    const struct mailbox *mailbox = &mailboxes[cluster];

    switch (offset) {
    case IRQ_STATUS_RAW:
        return mailbox->status;
    case IRQ_STATUS_CLR:
        return mailbox->status & mailbox->enabled[user];
    default: /* IRQ_ENABLE_SET, IRQ_ENABLE_CLR */
        return mailbox->enabled[user];
    }
}

static bool is_of_fifos(uint64_t offset, uint64_t array)
{
    return offset >= array && offset < array + 4 * FIFOS;
}

static bool is_of_users(uint64_t offset)
{
    return offset >= REG_USERS && offset < REG_USERS + USER_SIZE * USERS;
}

uint64_t mailbox_read(unsigned instance, uint64_t offset)
{
    unsigned cluster = (unsigned)(offset / CLUSTER_SIZE), index = (unsigned)(offset % 0x40) / 4;

    (void)instance;
    offset %= CLUSTER_SIZE;
    if (offset == REG_REVISION)
        return REVISION_VALUE;
    if (is_of_fifos(offset, REG_MESSAGE))
        return take(cluster, index);
    if (is_of_fifos(offset, REG_FIFO_STATUS))
        return mailboxes[cluster].fifos[index].count == FIFO_MESSAGES;
    if (is_of_fifos(offset, REG_MSG_STATUS))
        return mailboxes[cluster].fifos[index].count;
    if (is_of_users(offset))
        return read_user(cluster, index * 4 / USER_SIZE, offset % USER_SIZE);
    return 0;
}

static void write_user(unsigned cluster, unsigned user, uint64_t offset, uint32_t value)
{
    struct mailbox *mailbox = &mailboxes[cluster];

    if (offset == IRQ_ENABLE_SET)
        mailbox->enabled[user] |= value;
    else if (offset == IRQ_ENABLE_CLR)
        mailbox->enabled[user] &= ~value;
    update_lines(cluster);
}

void mailbox_write(unsigned instance, uint64_t offset, uint64_t value)
{
    unsigned cluster = (unsigned)(offset / CLUSTER_SIZE), index = (unsigned)(offset % 0x40) / 4;

    (void)instance;
    offset %= CLUSTER_SIZE;
    if (offset == REG_SYSCONFIG && (value & SYSCONFIG_SOFT_RESET) != 0)
        reset_one(cluster);
    else if (is_of_fifos(offset, REG_MESSAGE))
        put(cluster, index, (uint32_t)value);
    else if (is_of_users(offset))
        write_user(cluster, index * 4 / USER_SIZE, offset % USER_SIZE, (uint32_t)value);
}
