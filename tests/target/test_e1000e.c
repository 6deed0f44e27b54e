// SPDX-License-Identifier: BSD-3-Clause
/*
 * A card with Intel's 82574, if there is one: its MAC's loopback carries frames of all cores while
 * its three interrupts move, and each message that it is told to send is one interrupt. Nothing
 * goes over the wire.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/e1000e/e1000e.h"
#include "drivers/e1000e/e1000e_registers.h"
#include "drivers/pci/pci.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/pci_hosts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH      64u
#define BURST      8u /* frames under way of each core */
#define BURSTS     50u
#define FRAMES     (BURSTS * BURST)
#define MESSAGES   64u
#define AGAIN      10u
#define FRAME_SIZE 1536u
#define HEADER     20u /* addresses, type, core, number; in a piece of its own */
#define TIMEOUT_US 20000000u
#define QUIET_US   400u    /* longer than the card keeps messages apart */
#define EXPERIMENT 0x88b5u /* IEEE 802's EtherType for local experiments */

static struct pci_function *function;
static struct e1000e *card;
static uint8_t *buffers;
static unsigned returned, sent_well, strange;

/* What a core has sent, and what of it has come. */
struct sender {
    uint8_t (*frames)[FRAME_SIZE]; /* a burst of them */
    uint32_t sent;
    uint32_t received; /* atomic */
    unsigned wrong;
    int error;
};
static struct sender senders[CORE_MAX];

/* ---- frames ---- */

static uint32_t length_of(unsigned core, uint32_t number)
{
    return 60 + (number * 97 + core * 13) % (1514 - 60 + 1);
}

static void make_frame(uint8_t *frame, unsigned core, uint32_t number)
{
    e1000e_get_address(card, frame);
    e1000e_get_address(card, frame + 6);
    frame[12] = EXPERIMENT >> 8;
    frame[13] = EXPERIMENT & 0xff;
    frame[14] = (uint8_t)core;
    frame[15] = 0;
    memcpy(frame + 16, &number, sizeof(number));
    for (uint32_t i = HEADER; i < length_of(core, number); i++)
        frame[i] = (uint8_t)(i * 7 + number);
}

static bool is_right(const uint8_t *frame, uint32_t length, unsigned core, uint32_t number)
{
    uint32_t has;

    memcpy(&has, frame + 16, sizeof(has));
    if (has != number || length != length_of(core, number))
        return false;
    for (uint32_t i = HEADER; i < length; i++)
        if (frame[i] != (uint8_t)(i * 7 + number))
            return false;
    return true;
}

/* ---- from the card ---- */

static int give(uintptr_t buffer)
{
    const struct e1000e_buffer given = {.data = buffers + buffer * E1000E_BUFFER_SIZE,
                                        .cookie = (void *)buffer,
                                        .length = E1000E_BUFFER_SIZE};

    return e1000e_give(card, &given, 1);
}

static void on_received(void *context, const struct e1000e_received *frames, unsigned count)
{
    (void)context;
    for (unsigned i = 0; i < count; i++) {
        const uintptr_t buffer = (uintptr_t)frames[i].cookie;
        const uint8_t *frame = buffers + buffer * E1000E_BUFFER_SIZE;
        struct sender *sender = &senders[frame[14] % CORE_MAX];

        if (frames[i].length < 60 || frame[12] != EXPERIMENT >> 8 || frame[14] >= CORE_MAX) {
            strange++;
        } else {
            sender->wrong += !is_right(frame, frames[i].length, frame[14], sender->received);
            __atomic_add_fetch(&sender->received, 1, __ATOMIC_RELEASE);
            wait_signal(sender);
        }
        strange += give(buffer) != 1;
    }
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    __atomic_add_fetch(&sent_well, status == 0, __ATOMIC_RELAXED);
}

static void on_returned(void *context, void *cookie)
{
    (void)context;
    (void)cookie;
    returned++;
}

/* ---- the card ---- */

static void attach(void)
{
    const struct e1000e_config config = {.name = "eth0",
                                         .core = 0,
                                         .receive_depth = DEPTH,
                                         .send_depth = DEPTH,
                                         .loopback = true,
                                         .received = on_received,
                                         .sent = on_sent,
                                         .returned = on_returned};

    memset(senders, 0, sizeof(senders));
    returned = sent_well = strange = 0;
    CHECK_EQUAL(e1000e_attach(function, &config, &card), 0);
    for (uintptr_t i = 0; i < DEPTH; i++)
        CHECK_EQUAL(give(i), 1);
    CHECK_EQUAL(e1000e_start(card), 0);
}

static void with_card(void (*body)(void))
{
    struct irq_inventory before, after;

    function = test_pci_find_id(E1000E_PCI_VENDOR, E1000E_PCI_DEVICE);
    if (function == NULL)
        SKIP("no 82574: no link, or something else is plugged in");
    before = take_inventory();
    buffers = aligned_alloc(64, (size_t)DEPTH * E1000E_BUFFER_SIZE);
    CHECK(buffers != NULL);
    attach();
    if (!selftest_failed()) {
        body();
        CHECK_EQUAL(e1000e_detach(card), 0);
        CHECK_EQUAL(returned, DEPTH);
    }
    free(buffers);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

/* Handlers on other cores make it true, and wake nobody. */
static int await(bool (*condition)(void *argument), void *argument)
{
    const deadline_t deadline = deadline_after_us(TIMEOUT_US);

    while (!condition(argument)) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        delay_us(50);
    }
    return 0;
}

/* ---- frames ---- */

static bool have_come(void *argument)
{
    const struct sender *sender = argument;

    return __atomic_load_n(&sender->received, __ATOMIC_ACQUIRE) == sender->sent;
}

/* Each in two pieces; all with one doorbell, if there is room. */
static int send_burst(struct sender *sender, unsigned core)
{
    struct e1000e_buffer pieces[BURST][2];
    struct e1000e_frame frames[BURST];
    const deadline_t deadline = deadline_after_us(TIMEOUT_US);
    unsigned done = 0;

    for (unsigned i = 0; i < BURST; i++) {
        uint8_t *data = sender->frames[i];

        make_frame(data, core, sender->sent + i);
        pieces[i][0] = (struct e1000e_buffer){.data = data, .length = HEADER};
        pieces[i][1] = (struct e1000e_buffer){.data = data + HEADER,
                                              .length = length_of(core, sender->sent + i) - HEADER};
        frames[i] = (struct e1000e_frame){.buffers = pieces[i], .buffer_count = 2};
    }
    while (done < BURST) {
        int taken = e1000e_send(card, &frames[done], BURST - done);

        if (taken < 0 && (taken != -EAGAIN || deadline_passed(deadline)))
            return taken;
        if (taken < 0)
            delay_us(50);
        else
            done += (unsigned)taken;
    }
    sender->sent += BURST;
    return 0;
}

/* Vectors go round the cores. */
static int move(uint32_t turn)
{
    return e1000e_set_affinity(card, turn % E1000E_VECTORS, turn / E1000E_VECTORS % core_count());
}

static void send_all(void *argument)
{
    const unsigned core = core_id();
    struct sender *sender = &senders[core];

    (void)argument;
    for (unsigned i = 0; i < BURSTS && sender->error == 0; i++) {
        sender->error = send_burst(sender, core);
        if (sender->error == 0 && core == 0)
            sender->error = move(i);
        if (sender->error == 0)
            sender->error = wait_until_signal(have_come, sender, deadline_after_us(TIMEOUT_US));
    }
}

static bool all_are_sent(void *argument)
{
    (void)argument;
    return __atomic_load_n(&sent_well, __ATOMIC_RELAXED) == FRAMES * core_count();
}

static void check_senders(void)
{
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(senders[core].error, 0);
        CHECK_EQUAL(senders[core].wrong, 0);
        CHECK_EQUAL(senders[core].received, FRAMES);
    }
    CHECK_EQUAL(strange, 0);
}

static void check_counters(void)
{
    const uint64_t receives = irq_count(e1000e_irq(card, E1000E_VECTOR_RECEIVE));
    const uint64_t sends = irq_count(e1000e_irq(card, E1000E_VECTOR_SEND));
    struct e1000e_counters counters;

    e1000e_get_counters(card, &counters);
    CHECK_EQUAL(counters.sent, FRAMES * core_count());
    CHECK_EQUAL(counters.received, FRAMES * core_count());
    CHECK_EQUAL(counters.dropped, 0);
    CHECK(receives != 0 && sends != 0);
    printf("# e1000e: %u frames, interrupts: %" PRIu64 " received, %" PRIu64 " sent\n",
           FRAMES * core_count(), receives, sends);
}

static void body_frames(void)
{
    int error;

    for (unsigned core = 0; core < core_count(); core++)
        senders[core].frames = malloc(BURST * sizeof(*senders[core].frames));
    error = smp_run_all(send_all, NULL, TIMEOUT_US * 4);
    if (error == 0)
        error = await(all_are_sent, NULL);
    for (unsigned core = 0; core < core_count(); core++)
        free(senders[core].frames);
    CHECK_EQUAL(error, 0);
    check_senders();
    if (!selftest_failed())
        check_counters();
}

SELFTEST(e1000e, frames_come_back_while_interrupts_move, 120)
{
    with_card(body_frames);
}

/* ---- messages ---- */

struct arrival {
    const struct irq *irq;
    uint64_t count;
};

static bool has_arrived(void *argument)
{
    const struct arrival *arrival = argument;

    return irq_count(arrival->irq) >= arrival->count;
}

/* The device is told that its link has changed; a while later, since it keeps messages apart. */
static void body_messages(void)
{
    struct irq *irq = e1000e_irq(card, E1000E_VECTOR_LINK);
    struct arrival arrival = {.irq = irq, .count = irq_count(irq)};
    uintptr_t registers;

    CHECK_EQUAL(pci_map_bar(function, 0, &registers, NULL), 0);
    for (unsigned i = 0; i < MESSAGES; i++) {
        CHECK_EQUAL(irq_set_affinity(irq, i % core_count()), 0);
        mmio_write32(registers + E1000E_ICS, E1000E_CAUSE_LSC);
        arrival.count++;
        CHECK_EQUAL(await(has_arrived, &arrival), 0);
        delay_us(QUIET_US);
        CHECK_EQUAL(irq_count(irq), arrival.count);
    }
}

SELFTEST(e1000e, each_message_is_one_interrupt_on_every_core, 60)
{
    with_card(body_messages);
}

static void body_nothing(void)
{
    struct e1000e_link link;

    e1000e_get_link(card, &link);
    CHECK(link.up && link.full_duplex && link.speed == 1000); /* the loopback's */
}

SELFTEST(e1000e, attaches_and_detaches_again_and_again, 60)
{
    for (unsigned i = 0; i < AGAIN && !selftest_failed(); i++)
        with_card(body_nothing);
}
