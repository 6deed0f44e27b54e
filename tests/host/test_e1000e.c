// SPDX-License-Identifier: BSD-3-Clause
/*
 * The driver of Intel's 82574 on the host: the driver, MSI-X, enumeration and the interrupt layer
 * on a card in memory. Frames of every shape, rings that are full, what no card should do, faults
 * at each step, a card that is pulled out, and four cores at once, under the thread sanitizer too.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/e1000e/internal.h"
#include "drivers/pci/msi.h"
#include "msi/irq.h"
#include "tests/host/support/e1000e_card.h"
#include "tests/host/support/failing.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CORES   4u
#define DEPTH   16u
#define BUFFERS 64u          /* that there are, of which most tests give DEPTH */
#define TURNS   (8u * DEPTH) /* more than a ring has descriptors */
#define SETTLE  1000u
#define LONGEST 1514u

static struct pci_host host;
static struct pci_model *model;
static struct pci_function *function;
static struct irq_inventory before;
static struct e1000e *card;
static struct e1000e_config config;

/* ---- what fails ---- */

int __real_irq_free(struct irq *irq);
int __wrap_irq_free(struct irq *irq);

static unsigned busy; /* as failing: the end of a vector whose handler does not return */
static unsigned odd;  /* the same: of one that has ended, and not in order */

int __wrap_irq_free(struct irq *irq)
{
    if (busy != 0 && --busy == 0)
        return -EAGAIN;
    if (odd == 0 || --odd != 0)
        return __real_irq_free(irq);
    return __real_irq_free(irq) == 0 ? -EIO : -EPROTO;
}

/* ---- the card's owner ---- */

static uint8_t *memory; /* of receive buffers */
static struct {
    unsigned received, sent, cancelled, returned, ready, links;
    unsigned good, bad, unknown;
    struct e1000e_link link;
    uint8_t last[E1000E_FRAME_MAX];
    uint32_t last_length;
    bool keep;   /* buffers are not given back */
    bool follow; /* for each frame there is another one, for ever */
    void *last_cookie;
    bool on_bus; /* the card was, when the last of them came back */
} seen;

static int send(const uint8_t *frame, uint32_t length);

static int give(unsigned buffer)
{
    const struct e1000e_buffer given = {.data = memory + buffer * E1000E_BUFFER_SIZE,
                                        .cookie = (void *)(uintptr_t)(buffer + 1),
                                        .length = E1000E_BUFFER_SIZE};

    return e1000e_give(card, &given, 1);
}

static void on_received(void *context, const struct e1000e_received *frames, unsigned count)
{
    assert_ptr_equal(context, &seen);
    assert_true(in_interrupt() && count >= 1 && count <= E1000E_RECEIVE_BATCH);
    for (unsigned i = 0; i < count; i++) {
        const unsigned buffer = (unsigned)(uintptr_t)frames[i].cookie - 1;

        assert_true(buffer < BUFFERS && frames[i].length <= E1000E_FRAME_MAX);
        memcpy(seen.last, memory + buffer * E1000E_BUFFER_SIZE, frames[i].length);
        seen.last_length = frames[i].length;
        seen.good += frames[i].checksum == E1000E_CHECKSUM_GOOD;
        seen.bad += frames[i].checksum == E1000E_CHECKSUM_BAD;
        seen.unknown += frames[i].checksum == E1000E_CHECKSUM_UNKNOWN;
        __atomic_add_fetch(&seen.received, 1, __ATOMIC_RELAXED);
        if (!seen.keep)
            assert_int_equal(give(buffer), 1);
        if (seen.follow)
            assert_true(e1000e_card_receive(seen.last, seen.last_length, 0));
    }
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    seen.last_cookie = cookie;
    if (seen.follow)
        assert_int_equal(send(seen.last, 64), 1);
    assert_true(status == 0 || status == -ECANCELED);
    __atomic_add_fetch(status == 0 ? &seen.sent : &seen.cancelled, 1, __ATOMIC_RELAXED);
}

static void on_ready(void *context)
{
    (void)context;
    __atomic_add_fetch(&seen.ready, 1, __ATOMIC_RELAXED);
}

static void on_returned(void *context, void *cookie)
{
    (void)context;
    assert_true(!in_interrupt() && (uintptr_t)cookie - 1 < BUFFERS);
    seen.on_bus = (pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0;
    if (e1000e_card.never_quiet) /* else the buffer may still be written to */
        assert_false(seen.on_bus);
    seen.returned++;
}

static void on_link(void *context, const struct e1000e_link *link)
{
    (void)context;
    seen.links++;
    seen.link = *link;
}

/* ---- fixture ---- */

static void plug_in(uint32_t size)
{
    pci_models_start(&host);
    host.message_parent = msi_case.its;
    model = e1000e_card_add(pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT), size);
    assert_int_equal(pci_enumerate(&host), 0);
    function = pci_find_id(&host, E1000E_PCI_VENDOR, E1000E_PCI_DEVICE, NULL);
    assert_non_null(function);
}

static int set_up(void **state)
{
    (void)state;
    plug_in(E1000E_CARD_BAR);
    memory = aligned_alloc(64, (size_t)BUFFERS * E1000E_BUFFER_SIZE);
    memset(&seen, 0, sizeof(seen));
    failing = busy = odd = 0;
    card = NULL;
    config = (struct e1000e_config){.name = "eth0",
                                    .core = 0,
                                    .receive_depth = DEPTH,
                                    .send_depth = DEPTH,
                                    .received = on_received,
                                    .sent = on_sent,
                                    .ready = on_ready,
                                    .returned = on_returned,
                                    .link = on_link,
                                    .context = &seen};
    before = msi_in_use();
    return 0;
}

static int detach(void)
{
    struct e1000e *closing = card;

    card = NULL;
    return e1000e_detach(closing);
}

static int tear_down(void **state)
{
    (void)state;
    if (card != NULL) /* a test that has failed */
        (void)detach();
    assert_null(e1000e_card_violation());
    assert_null(function->owner);
    assert_true(msi_in_use_equal(&before));
    if (!model->is_gone)
        assert_int_equal(pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_MASTER, 0);
    free(memory);
    pci_models_stop(&host);
    return 0;
}

static void attach(void)
{
    assert_int_equal(e1000e_attach(function, &config, &card), 0);
    assert_string_equal(function->owner, "eth0");
}

static void begin(void)
{
    attach();
    for (unsigned i = 0; i < DEPTH; i++)
        assert_int_equal(give(i), 1);
    assert_int_equal(e1000e_start(card), 0);
    assert_true(seen.link.up && seen.link.full_duplex && seen.link.speed == 1000);
}

/* Every buffer and every frame has come back. */
static void end(unsigned sent, unsigned kept)
{
    assert_int_equal(detach(), 0);
    assert_int_equal(seen.returned, DEPTH - kept);
    assert_int_equal(seen.sent + seen.cancelled, sent);
}

static void fill(uint8_t *frame, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++)
        frame[i] = (uint8_t)(i * 7 + seed * 13 + (i >> 8));
}

static int send(const uint8_t *frame, uint32_t length)
{
    const struct e1000e_buffer buffer = {.data = (void *)(uintptr_t)frame, .length = length};
    const struct e1000e_frame sent = {.buffers = &buffer, .buffer_count = 1};

    return e1000e_send(card, &sent, 1);
}

static uint8_t on_wire[E1000E_FRAME_MAX];
static size_t wire_length;

static void note_wire(const uint8_t *frame, size_t length)
{
    memcpy(on_wire, frame, length);
    wire_length = length;
}

/* ---- what is usual ---- */

static void opens_and_closes_and_leaves_nothing(void **state)
{
    uint8_t address[E1000E_ADDRESS_LENGTH];
    struct e1000e *other;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        attach();
        e1000e_get_address(card, address);
        assert_memory_equal(address, e1000e_card.address, sizeof(address));
        assert_int_equal(e1000e_attach(function, &config, &other), -EBUSY);
        assert_int_equal(send(address, sizeof(address)), -ENETDOWN);
        assert_int_equal(e1000e_check_link(card), 0);
        assert_int_equal(detach(), 0);
        assert_int_equal(e1000e_card.resets, 2 * i + 2);
    }
    assert_int_equal(seen.links, 0);
}

static void what_comes_over_the_wire_is_received(void **state)
{
    uint8_t frame[LONGEST];

    (void)state;
    begin();
    for (unsigned i = 0; i < TURNS; i++) {
        const size_t length = 60 + i * 11;

        fill(frame, length, i);
        assert_true(e1000e_card_receive(frame, length, 0));
        host_advance_us(SETTLE);
        assert_int_equal(seen.received, i + 1);
        assert_int_equal(seen.last_length, length);
        assert_memory_equal(seen.last, frame, length);
    }
    assert_int_equal(e1000e_card.messages[E1000E_VECTOR_RECEIVE],
                     irq_count(e1000e_irq(card, E1000E_VECTOR_RECEIVE)));
    assert_int_equal(e1000e_card.messages[E1000E_VECTOR_RECEIVE], TURNS);
    end(0, 0);
}

static enum irq_return handler_said;

static void take_received(void *unused)
{
    (void)unused;
    handler_said = e1000e_receive_interrupt(card);
}

static void take_sent(void *unused)
{
    (void)unused;
    handler_said = e1000e_send_interrupt(card);
}

/* By hand, while its vector is masked. */
static void must_take(void (*take)(void *unused), unsigned frames, enum irq_return says)
{
    const unsigned *taken = take == take_sent ? &seen.sent : &seen.received;
    const unsigned before_it = *taken;

    host_run_in_interrupt(take, NULL);
    assert_int_equal(*taken - before_it, frames);
    assert_int_equal(handler_said, says);
}

/* A ring's worth a call, in batches; the cause comes again when there is nothing left. */
static void a_handler_takes_what_there_is_up_to_a_ring(void **state)
{
    static const unsigned counts[] = {1, E1000E_RECEIVE_BATCH - 1, E1000E_RECEIVE_BATCH,
                                      E1000E_RECEIVE_BATCH + 1, BUFFERS - 1};
    uint8_t frame[64] = {0};

    (void)state;
    config.receive_depth = BUFFERS;
    begin();
    for (unsigned i = DEPTH; i < BUFFERS; i++)
        assert_int_equal(give(i), 1);
    irq_mask(e1000e_irq(card, E1000E_VECTOR_RECEIVE));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        for (unsigned j = 0; j < counts[i]; j++)
            assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
        must_take(take_received, counts[i], IRQ_HANDLED);
        must_take(take_received, 0, IRQ_NONE);
        assert_int_equal(e1000e_card_register(0xd0) & 1u << 20, 1u << 20); /* IMS: RXQ0 */
    }
    for (unsigned i = 0; i < E1000E_RECEIVE_BATCH; i++)
        assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
    seen.follow = true;
    must_take(take_received, BUFFERS, IRQ_AGAIN);
    assert_int_equal(e1000e_card_register(0xd0) & 1u << 20, 0);
    must_take(take_received, BUFFERS, IRQ_AGAIN);
    seen.follow = false;
    must_take(take_received, E1000E_RECEIVE_BATCH, IRQ_HANDLED);
    irq_unmask(e1000e_irq(card, E1000E_VECTOR_RECEIVE));
    assert_int_equal(detach(), 0);
    assert_int_equal(seen.returned, BUFFERS);
}

static void so_does_that_of_sent_frames(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    irq_mask(e1000e_irq(card, E1000E_VECTOR_SEND));
    must_take(take_sent, 0, IRQ_NONE);
    for (unsigned i = 0; i < DEPTH - 1; i++)
        assert_int_equal(send(frame, sizeof(frame)), 1);
    must_take(take_sent, DEPTH - 1, IRQ_HANDLED);
    assert_int_equal(send(frame, sizeof(frame)), 1);
    seen.follow = true;
    must_take(take_sent, DEPTH, IRQ_AGAIN);
    seen.follow = false;
    must_take(take_sent, 1, IRQ_HANDLED);
    irq_unmask(e1000e_irq(card, E1000E_VECTOR_SEND));
    end(2 * DEPTH, 0);
}

/* And another one, for what has come after its message. */
static void many_frames_take_one_interrupt(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    irq_mask(e1000e_irq(card, E1000E_VECTOR_RECEIVE));
    for (unsigned i = 0; i < DEPTH; i++)
        assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
    assert_false(e1000e_card_receive(frame, sizeof(frame), 0));
    assert_int_equal(seen.received, 0);
    irq_unmask(e1000e_irq(card, E1000E_VECTOR_RECEIVE));
    host_advance_us(SETTLE);
    assert_int_equal(seen.received, DEPTH);
    assert_int_equal(e1000e_card.messages[E1000E_VECTOR_RECEIVE], 2);
    assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
    host_advance_us(SETTLE);
    assert_int_equal(seen.received, DEPTH + 1);
    end(0, 0);
}

static void checksums_are_told(void **state)
{
    const uint64_t looked = UINT64_C(1) << 37, wrong = UINT64_C(1) << 45,
                   ignore = UINT64_C(1) << 34;
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
    assert_true(e1000e_card_receive(frame, sizeof(frame), looked));
    assert_true(e1000e_card_receive(frame, sizeof(frame), looked));
    assert_true(e1000e_card_receive(frame, sizeof(frame), looked | wrong));
    assert_true(e1000e_card_receive(frame, sizeof(frame), looked | wrong | ignore));
    host_advance_us(SETTLE);
    assert_int_equal(seen.good, 2);
    assert_int_equal(seen.bad, 1);
    assert_int_equal(seen.unknown, 2);
    end(0, 0);
}

static void frames_of_pieces_are_sent(void **state)
{
    static const uint32_t pieces[][E1000E_BUFFERS_MAX] = {
        {14, 20, 20, 1460}, {LONGEST}, {1, 1, 1, 1}, {60}, {14, 500}, {42, 1, 900}};
    struct e1000e_counters counters;
    uint8_t frame[LONGEST];

    (void)state;
    begin();
    e1000e_card.wire = note_wire;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        const uint32_t *piece = pieces[turn % (sizeof(pieces) / sizeof(pieces[0]))];
        struct e1000e_buffer buffers[E1000E_BUFFERS_MAX];
        struct e1000e_frame sent = {.buffers = buffers};
        uint32_t length = 0;

        for (unsigned i = 0; i < E1000E_BUFFERS_MAX && piece[i] != 0; i++) {
            buffers[i] = (struct e1000e_buffer){.data = frame + length, .length = piece[i]};
            length += piece[i];
            sent.buffer_count++;
        }
        fill(frame, length, turn);
        assert_int_equal(e1000e_send(card, &sent, 1), 1);
        host_advance_us(SETTLE);
        assert_int_equal(seen.sent, turn + 1);
        assert_int_equal(wire_length, length < 60 ? 60 : length);
        assert_memory_equal(on_wire, frame, length);
    }
    assert_int_equal(e1000e_card.messages[E1000E_VECTOR_SEND],
                     irq_count(e1000e_irq(card, E1000E_VECTOR_SEND)));
    e1000e_get_counters(card, &counters);
    assert_int_equal(counters.sent, TURNS);
    end(TURNS, 0);
}

static void a_ring_that_is_full_says_so_and_when_it_is_not(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    e1000e_card.hold = true;
    for (unsigned i = 0; i < DEPTH; i++)
        assert_int_equal(send(frame, sizeof(frame)), 1);
    assert_int_equal(send(frame, sizeof(frame)), -EAGAIN);
    assert_int_equal(seen.ready, 0);
    assert_int_equal(e1000e_card_send(1), 1);
    host_advance_us(SETTLE);
    assert_int_equal(seen.ready, 1);
    assert_int_equal(send(frame, sizeof(frame)), 1);
    assert_int_equal(e1000e_card_send(DEPTH), DEPTH);
    host_advance_us(SETTLE);
    assert_int_equal(seen.ready, 1); /* nobody has asked again */
    assert_int_equal(seen.sent, DEPTH + 1);
    end(DEPTH + 1, 0);
}

static void several_frames_take_one_doorbell(void **state)
{
    uint8_t data[64] = {0};
    const struct e1000e_buffer buffer = {.data = data, .length = sizeof(data)};
    struct e1000e_frame frames[DEPTH + 4];

    (void)state;
    begin();
    for (unsigned i = 0; i < DEPTH + 4; i++)
        frames[i] = (struct e1000e_frame){.buffers = &buffer, .buffer_count = 1};
    e1000e_card.hold = true;
    assert_int_equal(e1000e_send(card, frames, DEPTH + 4), DEPTH);
    assert_int_equal(e1000e_card.tail_doorbells, 2); /* the first is the set-up's */
    assert_int_equal(e1000e_card_send(DEPTH), DEPTH);
    host_advance_us(SETTLE);
    assert_int_equal(seen.ready, 1);
    frames[2].buffer_count = 0;
    assert_int_equal(e1000e_send(card, frames, 4), 2);
    end(DEPTH + 2, 0);
    assert_int_equal(seen.cancelled, 2);
}

static void the_longest_frame_is_one(void **state)
{
    static uint8_t data[E1000E_FRAME_MAX + 1];
    struct e1000e_buffer buffers[2] = {{.data = data, .length = E1000E_FRAME_MAX - 1},
                                       {.data = data + E1000E_FRAME_MAX - 1, .length = 1}};
    const struct e1000e_frame frame = {.buffers = buffers, .buffer_count = 2};

    (void)state;
    begin();
    e1000e_card.wire = note_wire;
    fill(data, sizeof(data), 1);
    assert_int_equal(send(data, E1000E_FRAME_MAX), 1);
    assert_int_equal(wire_length, E1000E_FRAME_MAX);
    assert_int_equal(e1000e_send(card, &frame, 1), 1);
    assert_int_equal(wire_length, E1000E_FRAME_MAX);
    assert_memory_equal(on_wire, data, E1000E_FRAME_MAX);
    assert_int_equal(send(data, E1000E_FRAME_MAX + 1), -EINVAL);
    buffers[1].length = 2;
    assert_int_equal(e1000e_send(card, &frame, 1), -EINVAL);
    assert_true(e1000e_card_receive(data, E1000E_FRAME_MAX, 0));
    host_advance_us(SETTLE);
    assert_int_equal(seen.last_length, E1000E_FRAME_MAX);
    assert_memory_equal(seen.last, data, E1000E_FRAME_MAX);
    end(2, 0);
}

/* The card is told of them when it may receive. */
static void buffers_before_the_start_have_no_doorbell(void **state)
{
    (void)state;
    attach();
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_int_equal(give(i), 1);
        assert_int_equal(e1000e_card_register(0x2818), 0); /* RDT */
    }
    assert_int_equal(e1000e_start(card), 0);
    assert_int_equal(e1000e_card_register(0x2818), DEPTH);
    assert_int_equal(give(0), 0);
    end(0, 0);
}

static void what_is_none_is_refused(void **state)
{
    uint8_t data[64] = {0};
    struct e1000e_buffer buffers[E1000E_BUFFERS_MAX + 1];
    struct e1000e_frame frame = {.buffers = buffers, .buffer_count = 1};

    (void)state;
    begin();
    for (unsigned i = 0; i <= E1000E_BUFFERS_MAX; i++)
        buffers[i] = (struct e1000e_buffer){.data = data, .length = 10};
    frame.buffer_count = E1000E_BUFFERS_MAX + 1;
    assert_int_equal(e1000e_send(card, &frame, 1), -EINVAL);
    frame.buffer_count = 0;
    assert_int_equal(e1000e_send(card, &frame, 1), -EINVAL);
    frame.buffer_count = 2;
    buffers[1].length = 0;
    assert_int_equal(e1000e_send(card, &frame, 1), -EINVAL);
    buffers[1].length = E1000E_FRAME_MAX - 9;
    assert_int_equal(e1000e_send(card, &frame, 1), -EINVAL);
    buffers[0] = (struct e1000e_buffer){.data = memory, .length = E1000E_BUFFER_SIZE - 1};
    assert_int_equal(e1000e_give(card, buffers, 1), 0); /* it has all that it takes */
    end(0, 0);
    attach();
    assert_int_equal(e1000e_give(card, buffers, 1), -EINVAL);
    assert_int_equal(detach(), 0);
}

static void configurations_of_nonsense_are_refused(void **state)
{
    const struct e1000e_config good = config;
    static const uint32_t depths[] = {0, 4, 24, 2 * E1000E_DEPTH_MAX};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        config = good;
        config.receive_depth = depths[i];
        assert_int_equal(e1000e_attach(function, &config, &card), -EINVAL);
        config = good;
        config.send_depth = depths[i];
        assert_int_equal(e1000e_attach(function, &config, &card), -EINVAL);
    }
    config = good;
    config.received = NULL;
    assert_int_equal(e1000e_attach(function, &config, &card), -EINVAL);
    config = good;
    config.core = 100;
    assert_int_equal(e1000e_attach(function, &config, &card), -EINVAL);
    config = good;
    assert_int_equal(e1000e_attach(NULL, &config, &card), -EINVAL);
    assert_int_equal(e1000e_attach(function, NULL, &card), -EINVAL);
    assert_int_equal(e1000e_attach(function, &config, NULL), -EINVAL);
    assert_int_equal(e1000e_detach(NULL), -EINVAL);
    host.is_coherent = false;
    assert_int_equal(e1000e_attach(function, &config, &card), -ENOTSUP);
}

static void depths_from_the_least_to_the_most_are_taken(void **state)
{
    static const uint32_t depths[] = {8, E1000E_DEPTH_MAX};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        config.receive_depth = depths[i];
        config.send_depth = depths[1 - i];
        attach();
        assert_int_equal(e1000e_card_register(0x2808), 2 * 16 * depths[i]);
        assert_int_equal(e1000e_card_register(0x3808), 2 * 16 * 4 * depths[1 - i]);
        assert_int_equal(detach(), 0);
    }
}

static void a_loopback_needs_no_cable(void **state)
{
    uint8_t frame[200];

    (void)state;
    e1000e_card.cable = false;
    config.loopback = true;
    begin();
    /* Full duplex at 1000 Mbit/s, all forced, and the link is to be up. */
    assert_int_equal(e1000e_card_register(0x0000) & 0x1b41, 0x1a41);
    assert_int_equal(e1000e_start(card), 0);
    assert_int_equal(seen.links, 1);
    for (unsigned i = 0; i < TURNS; i++) {
        fill(frame, sizeof(frame), i);
        assert_int_equal(send(frame, sizeof(frame)), 1);
        host_advance_us(SETTLE);
        assert_int_equal(seen.received, i + 1);
        assert_memory_equal(seen.last, frame, sizeof(frame));
    }
    end(TURNS, 0);
}

/* ---- the link ---- */

static void the_link_is_told_by_its_interrupt(void **state)
{
    uint8_t frame[64] = {0};
    struct e1000e_counters counters;

    (void)state;
    begin();
    for (unsigned i = 0; i < 5; i++) {
        e1000e_card_plug(false);
        host_advance_us(SETTLE);
        assert_false(seen.link.up);
        assert_int_equal(send(frame, sizeof(frame)), -ENETDOWN);
        e1000e_card_plug(true);
        host_advance_us(SETTLE);
        assert_true(seen.link.up);
        assert_int_equal(send(frame, sizeof(frame)), 1);
    }
    e1000e_get_counters(card, &counters);
    assert_int_equal(counters.link_changes, 11);
    assert_int_equal(seen.links, 11);
    assert_int_equal(irq_count(e1000e_irq(card, E1000E_VECTOR_LINK)), 10);
    e1000e_card.cable = false; /* and no interrupt */
    assert_int_equal(e1000e_check_link(card), 0);
    assert_false(seen.link.up);
    host_advance_us(SETTLE);
    end(5, 0);
}

static void a_link_that_is_down_at_the_start_is_told(void **state)
{
    (void)state;
    e1000e_card.cable = false;
    e1000e_card.status = 0; /* as if nothing had changed */
    attach();
    seen.link.up = true;
    assert_int_equal(e1000e_start(card), 0);
    assert_int_equal(seen.links, 1);
    assert_false(seen.link.up);
    e1000e_card_plug(true);
    host_advance_us(SETTLE);
    assert_int_equal(seen.links, 2);
    assert_true(seen.link.up);
    assert_int_equal(detach(), 0);
}

static void speed_and_duplex_are_told(void **state)
{
    static const struct {
        uint32_t status;
        struct e1000e_link link;
    } cases[] = {
        {0x01, {.up = true, .full_duplex = true, .speed = 10}},
        {0x40, {.up = true, .full_duplex = false, .speed = 100}},
        {0x80, {.up = true, .full_duplex = false, .speed = 1000}},
        {0xc1, {.up = true, .full_duplex = true, .speed = 1000}},
    };

    (void)state;
    begin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct e1000e_link link;

        e1000e_card.status = cases[i].status;
        e1000e_card_plug(true);
        host_advance_us(SETTLE);
        e1000e_get_link(card, &link);
        for (unsigned told = 0; told < 2; told++, link = seen.link) {
            assert_true(link.up);
            assert_int_equal(link.full_duplex, cases[i].link.full_duplex);
            assert_int_equal(link.speed, cases[i].link.speed);
        }
    }
    end(0, 0);
}

static void descriptors_are_written_back_one_by_one(void **state)
{
    (void)state;
    attach();
    assert_int_equal(e1000e_card_register(0x2828), 0x01010000);
    assert_int_equal(e1000e_card_register(0x3828), 0x01400000);
    for (uint32_t ring = 0x2800; ring <= 0x3800; ring += 0x1000) { /* and without delay */
        assert_int_equal(e1000e_card_register(ring + 0x20), 0);
        assert_int_equal(e1000e_card_register(ring + 0x2c), 0);
    }
    assert_int_equal(detach(), 0);
}

/* Beside those that other tests look at; whatever they were before. */
static void registers_are_as_the_datasheet_wants_them(void **state)
{
    static const struct {
        uint32_t offset, attached, started;
    } wanted[] = {
        {0x0000, 0x00100140, 0x00100140} /* CTRL: SLU; what it had, and the speed is not forced */,
        {0x0018, 0x11000000, 0x11000000} /* CTRL_EXT: EIAME; DRV_LOAD is kept */,
        {0x00c0, 0, 0} /* ICR */,
        {0x00d0, 0, 0x01500004} /* IMS: OTHER, TXQ0, RXQ0, LSC */,
        {0x00dc, 0x00500000, 0x00500000} /* EIAC */,
        {0x00e0, 0x00500000, 0x00500000} /* IAM */,
        {0x00e4, 0x800a0908, 0x800a0908} /* IVAR */,
        {0x00f4, 0x12121212, 0x12121212} /* EITR(3), which is nobody's */,
        {0x0100, 0, 0x04008002} /* RCTL: SECRC, BAM, EN */,
        {0x0400, 0, 0x0003f0fa} /* TCTL: COLD, CT, PSP, EN */,
        {0x2808, 2 * DEPTH * 16, 2 * DEPTH * 16} /* RDLEN */,
        {0x2810, 0, 0} /* RDH */,
        {0x2818, 0, DEPTH} /* RDT */,
        {0x3808, 2 * DEPTH * 4 * 16, 2 * DEPTH * 4 * 16} /* TDLEN */,
        {0x3810, 0, 0} /* TDH */,
        {0x3818, 0, 0} /* TDT */,
        {0x5000, 0x0300, 0x0300} /* RXCSUM: TUOFLD, IPOFLD */,
        {0x5008, 0x0040, 0x0040} /* RFCTL: legacy descriptors; what else it had */,
        {0x5400, 0x12211b00, 0x12211b00} /* RAL */,
        {0x5404, 0x80005634, 0x80005634} /* RAH */,
    };

    (void)state;
    for (unsigned started = 0; started < 2; started++) {
        if (started != 0)
            begin();
        else
            attach();
        for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
            assert_int_equal(e1000e_card_register(wanted[i].offset),
                             started != 0 ? wanted[i].started : wanted[i].attached);
        for (uint32_t word = 0; word < 128; word++) /* MTA */
            assert_int_equal(e1000e_card_register(0x5200 + 4 * word), 0);
        assert_int_equal(detach(), 0);
    }
}

static void whoever_is_promiscuous_gets_everything(void **state)
{
    (void)state;
    config.promiscuous = true;
    begin();
    assert_int_equal(e1000e_card_register(0x0100), 0x0400801a); /* RCTL: MPE, UPE */
    end(0, 0);
    memset(&seen, 0, sizeof(seen));
    config.promiscuous = false;
    config.loopback = true;
    begin();
    assert_int_equal(e1000e_card_register(0x0100), 0x04008042); /* LBM */
    end(0, 0);
}

static void interrupts_are_throttled_as_asked(void **state)
{
    (void)state;
    attach();
    assert_int_equal(e1000e_card_register(0xe8), 195); /* 20,000 a second, in 256 ns */
    assert_int_equal(e1000e_card_register(0xf0), 195);
    assert_int_equal(detach(), 0);
    config.interrupts_per_s = 1;
    attach();
    assert_int_equal(e1000e_card_register(0xec), 0xffff);
    assert_int_equal(detach(), 0);
}

/* ---- what no card should do ---- */

static void what_is_no_frame_goes_back_to_the_card(void **state)
{
    static const uint64_t damages[] = {UINT64_C(2) << 32 /* no end */, UINT64_C(1) << 40,
                                       UINT64_C(0x80) << 40, 64 /* length 0 */, 0x4000};
    uint8_t frame[64] = {0};
    struct e1000e_counters counters;

    (void)state;
    begin();
    for (unsigned turn = 0; turn < TURNS; turn++) {
        e1000e_card.damage = damages[turn % 5];
        assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
        assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
        host_advance_us(SETTLE);
        assert_int_equal(seen.received, turn + 1);
    }
    e1000e_get_counters(card, &counters);
    assert_int_equal(counters.dropped, TURNS);
    assert_int_equal(counters.received, TURNS);
    end(0, 0);
}

/* By the word that the card leaves: its length is not the frame's. */
static void lengths_that_a_frame_has_are_taken(void **state)
{
    static const struct {
        uint32_t length;
        bool is_frame;
    } cases[] = {{0, false},
                 {1, true},
                 {E1000E_FRAME_MAX, true},
                 {E1000E_FRAME_MAX + 1, false},
                 {0xffff, false}};
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const unsigned received = seen.received;

        e1000e_card.damage = cases[i].length ^ sizeof(frame);
        assert_true(e1000e_card_receive(frame, sizeof(frame), 0));
        host_advance_us(SETTLE);
        assert_int_equal(seen.received - received, cases[i].is_frame);
        if (cases[i].is_frame)
            assert_int_equal(seen.last_length, cases[i].length);
        assert_int_equal(e1000e_card_register(0x2818), DEPTH + i + 1); /* RDT: it has it again */
    }
    end(0, 0);
}

static void a_card_that_does_not_stop_is_taken_off_the_bus(void **state)
{
    bool *const nevers[] = {&e1000e_card.never_quiet, &e1000e_card.never_reset,
                            &e1000e_card.never_read};

    for (unsigned i = 0; i < sizeof(nevers) / sizeof(nevers[0]); i++) {
        (void)tear_down(state);
        (void)set_up(state);
        *nevers[i] = true;
        assert_int_equal(e1000e_attach(function, &config, &card), -ETIMEDOUT);
        *nevers[i] = false;
        (void)tear_down(state); /* CTRL.RST has stayed */
        (void)set_up(state);
        begin();
        *nevers[i] = true;
        assert_int_equal(detach(), -ETIMEDOUT);
        assert_int_equal(seen.returned, DEPTH);
    }
}

/* Three waits, each looked at every 100 us; and a millisecond in which it is left alone. */
static void a_card_may_take_its_time(void **state)
{
    uint64_t began;

    (void)state;
    for (e1000e_card.slow = 1; e1000e_card.slow < 100; e1000e_card.slow *= 7) {
        const uint64_t least = UINT64_C(1000000) + UINT64_C(3) * e1000e_card.slow * 100000;

        began = time_now_ns();
        attach();
        assert_true(time_now_ns() - began >= least);
        began = time_now_ns();
        assert_int_equal(detach(), 0);
        assert_true(time_now_ns() - began >= least);
    }
}

/* What it says is what was done: the card was reset, or is gone and kept off the bus. */
static void a_card_that_vanishes_at_any_access_is_told_of(void **state)
{
    int error = -ENODEV;

    for (unsigned access = 1; error != 0; access++) {
        unsigned resets;

        assert_int_equal(tear_down(state), 0);
        (void)set_up(state);
        begin();
        resets = e1000e_card.resets;
        e1000e_card.gone_after = access;
        error = detach();
        assert_int_equal(seen.returned, DEPTH);
        assert_true(error == -ENODEV ? !seen.on_bus : e1000e_card.resets == resets + 1);
        assert_true(error == 0 || error == -ENODEV);
        assert_true(access < 100);
    }
}

static void a_card_without_an_address_is_none(void **state)
{
    (void)state;
    e1000e_card.has_no_address = true;
    assert_int_equal(e1000e_attach(function, &config, &card), -ENODEV);
    e1000e_card.has_no_address = false;
    e1000e_card.address[0] |= 1;
    assert_int_equal(e1000e_attach(function, &config, &card), -ENODEV);
    memset(e1000e_card.address, 0, sizeof(e1000e_card.address));
    assert_int_equal(e1000e_attach(function, &config, &card), -ENODEV);
}

static void a_card_with_fewer_registers_is_none(void **state)
{
    (void)state;
    pci_models_stop(&host);
    plug_in(E1000E_CARD_BAR / 2);
    assert_int_equal(e1000e_attach(function, &config, &card), -ENODEV);
    assert_int_equal(e1000e_card.resets, 0);
}

static void a_card_with_two_vectors_is_refused(void **state)
{
    (void)state;
    pci_model_set(model, model->msix + 2, 2, 1); /* so many less 1 */
    assert_int_equal(e1000e_attach(function, &config, &card), -ENOSPC);
    pci_model_set(model, model->msix + 2, 2, E1000E_CARD_VECTORS - 1);
    attach();
    assert_int_equal(detach(), 0);
}

static void a_card_that_is_pulled_out_ends_in_errors(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    e1000e_card.hold = true;
    assert_int_equal(send(frame, sizeof(frame)), 1);
    model->is_gone = true;
    assert_int_equal(e1000e_check_link(card), -ENODEV);
    assert_false(seen.link.up);
    assert_int_equal(send(frame, sizeof(frame)), -ENODEV);
    assert_int_equal(give(0), -ENODEV);
    assert_int_equal(e1000e_check_link(card), -ENODEV);
    assert_int_equal(e1000e_start(card), -ENODEV);
    assert_int_equal(detach(), -ENODEV);
    assert_int_equal(seen.returned, DEPTH);
    assert_int_equal(seen.cancelled, 1);
    assert_int_equal(e1000e_attach(function, &config, &card), -ENODEV);
    model->is_gone = false;
    pci_model_set(model, PCI_COMMAND, 2, 0);
}

static void one_that_comes_back_stays_gone_until_it_is_detached(void **state)
{
    (void)state;
    begin();
    model->is_gone = true;
    assert_int_equal(e1000e_check_link(card), -ENODEV);
    model->is_gone = false;
    assert_int_equal(e1000e_check_link(card), -ENODEV);
    assert_false(seen.link.up);
    assert_int_equal(detach(), 0);
}

/* The link has gone: whoever accesses what was behind it would get an error of the bus. */
static void without_a_link_nothing_goes_out(void **state)
{
    (void)state;
    begin();
    pci_lose(&host);
    pci_models_vanish();
    assert_int_equal(e1000e_check_link(card), -ENODEV);
    assert_false(seen.link.up);
    assert_int_equal(detach(), -ENODEV);
    assert_false(pci_models_were_accessed());
    assert_int_equal(seen.returned, DEPTH);
    pci_regain(&host);
    assert_int_equal(pci_restore(&host), 0);
}

/* The link was lost and has been brought up again, before anybody has looked at the card: it
 * answers, and knows of no rings. */
static void one_whose_bus_was_reset_is_gone(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    for (unsigned started = 0; started < 2; started++) {
        memset(&seen, 0, sizeof(seen));
        if (started != 0)
            begin();
        else
            attach();
        pci_lose(&host);
        pci_tell_lost(&host);
        pci_models_reset();
        pci_regain(&host);
        assert_int_equal(pci_restore(&host), 0);
        assert_int_equal(pci_enable(function, true), 0);
        assert_int_equal(e1000e_check_link(card), -ENODEV);
        assert_int_equal(e1000e_start(card), -ENODEV);
        assert_int_equal(send(frame, sizeof(frame)), -ENODEV);
        assert_int_equal(give(0), -ENODEV);
        assert_false(seen.link.up);
        assert_int_equal(seen.links, started + 1);
        assert_int_equal(detach(), -ENODEV);
        assert_int_equal(seen.returned, started * DEPTH);
    }
    attach(); /* which sets it up */
    assert_int_equal(detach(), 0);
}

/* Each allocation and each vector once; what there was is there again. */
static void faults_at_each_step_leave_nothing(void **state)
{
    unsigned faults = 0;

    (void)state;
    for (failing = 1;; failing = faults + 1) {
        const int error = e1000e_attach(function, &config, &card);

        if (error == 0)
            break;
        assert_true(error == -ENOMEM || error == -ENOSPC);
        assert_null(function->owner);
        assert_true(msi_in_use_equal(&before));
        faults++;
    }
    failing = 0;
    assert_true(faults >= 8);
    assert_int_equal(detach(), 0);
}

static void a_card_that_vanishes_at_any_step_leaves_nothing(void **state)
{
    unsigned steps = 0;

    (void)state;
    for (;; steps++) {
        int error;

        model->gone_after = steps + 1;
        error = e1000e_attach(function, &config, &card);
        if (error == 0)
            break;
        assert_true(error == -ENODEV || error == -EPROTO);
        assert_null(function->owner);
        assert_true(msi_in_use_equal(&before));
        model->is_gone = false;
        pci_model_set(model, PCI_COMMAND, 2, 0);
    }
    model->gone_after = 0;
    assert_true(steps >= 5);
    assert_int_equal(detach(), 0);
}

static void an_attached_card_refuses_a_suspend(void **state)
{
    (void)state;
    assert_int_equal(pci_suspend(&host), 0);
    assert_int_equal(pci_resume(&host, false), 0);
    begin();
    assert_int_equal(pci_suspend(&host), -EBUSY);
    assert_int_equal(e1000e_check_link(card), 0);
    end(0, 0);
    assert_int_equal(pci_suspend(&host), 0);
    assert_int_equal(pci_resume(&host, false), 0);
}

static void what_is_closed_takes_nothing(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    begin();
    assert_int_equal(send(frame, sizeof(frame)), 1);
    host_advance_us(SETTLE);
    e1000e_card.hold = true;
    for (uintptr_t i = 1; i <= 5; i++) {
        const struct e1000e_buffer buffer = {.data = frame, .length = sizeof(frame)};
        const struct e1000e_frame sent = {
            .buffers = &buffer, .buffer_count = 1, .cookie = (void *)i};

        assert_int_equal(e1000e_send(card, &sent, 1), 1);
    }
    end(6, 0);
    assert_int_equal(seen.cancelled, 5);
    assert_int_equal((uintptr_t)seen.last_cookie, 5);
}

/* Nothing comes back before its handlers are known to have returned; then all does, once. */
static void a_handler_that_does_not_return_keeps_the_card(void **state)
{
    uint8_t frame[64] = {0};

    (void)state;
    for (unsigned vector = 1; vector <= E1000E_VECTORS; vector++) {
        memset(&seen, 0, sizeof(seen));
        begin();
        e1000e_card.hold = true;
        assert_int_equal(send(frame, sizeof(frame)), 1);
        busy = vector;
        assert_int_equal(e1000e_detach(card), -EAGAIN);
        assert_int_equal(seen.returned + seen.cancelled, 0);
        assert_int_equal(send(frame, sizeof(frame)), -ECANCELED);
        assert_int_equal(give(0), -ECANCELED);
        assert_int_equal(e1000e_check_link(card), -ECANCELED);
        assert_int_equal(e1000e_start(card), -ECANCELED);
        end(1, 0);
        assert_int_equal(e1000e_card.resets, 2 * vector);
    }
}

static void a_vector_that_ends_with_an_error_is_told_of(void **state)
{
    (void)state;
    for (unsigned vector = 1; vector <= E1000E_VECTORS; vector++) {
        memset(&seen, 0, sizeof(seen));
        begin();
        odd = vector;
        assert_int_equal(detach(), -EIO);
        assert_int_equal(seen.returned, DEPTH);
        assert_true(msi_in_use_equal(&before));
    }
}

static void detach_in_interrupt(void *unused)
{
    (void)unused;
    assert_int_equal(e1000e_detach(card), -EDEADLK);
    assert_int_equal(e1000e_attach(function, &config, &card), -EDEADLK);
}

static void handlers_do_not_open_and_close(void **state)
{
    (void)state;
    begin();
    host_run_in_interrupt(detach_in_interrupt, NULL);
    end(0, 0);
}

/* ---- four cores ---- */

#define FRAMES 300u

static unsigned refusals[CORES];

/* Sends its frames, whatever room there is. */
static void send_from_each(void *argument)
{
    static uint8_t frames[CORES][64];
    const unsigned self = core_id();

    (void)argument;
    for (unsigned i = 0; i < FRAMES;) {
        const int result = send(frames[self], sizeof(frames[self]));

        if (result == 1)
            i++;
        else
            refusals[self] += result != -EAGAIN;
        delay_us(5);
        if (self == 0 && i % 10 == 0)
            refusals[0] += e1000e_set_affinity(card, i / 10 % E1000E_VECTORS, i / 30 % CORES) != 0;
        if (self == 1 && i % 20 == 0)
            refusals[1] += e1000e_check_link(card) != 0;
    }
}

static void four_cores_send_while_interrupts_move(void **state)
{
    (void)state;
    config.loopback = true;
    begin();
    assert_int_equal(e1000e_set_affinity(card, E1000E_VECTORS, 0), -EINVAL);
    memset(refusals, 0, sizeof(refusals));
    assert_int_equal(smp_run_all(send_from_each, NULL, 60000000), 0);
    host_advance_us(100 * SETTLE);
    for (unsigned i = 0; i < CORES; i++)
        assert_int_equal(refusals[i], 0);
    assert_int_equal(seen.sent, CORES * FRAMES);
    assert_int_equal(seen.received + e1000e_card.missed, CORES * FRAMES);
    assert_int_equal(e1000e_card.received, seen.received);
    end(CORES * FRAMES, 0);
}

static bool go;

/* Core 1 says so before it does what the others are to meet: so nothing but the driver's own locks
 * orders that and what they do. */
static void wait_for_core_1(void)
{
    if (core_id() == 1)
        __atomic_store_n(&go, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 100000 && !__atomic_load_n(&go, __ATOMIC_SEQ_CST); i++)
        delay_us(1);
}

static void give_from_each(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < DEPTH / CORES; i++) {
        if (i == 2 && core_id() != 1)
            wait_for_core_1();
        refusals[core_id()] += give(core_id() * DEPTH / CORES + i) != 1;
    }
    if (core_id() == 1) {
        wait_for_core_1();
        refusals[1] += e1000e_start(card) != 0;
    }
}

static void four_cores_give_buffers_while_it_starts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        memset(&seen, 0, sizeof(seen));
        attach();
        go = false;
        memset(refusals, 0, sizeof(refusals));
        assert_int_equal(smp_run_all(give_from_each, NULL, 60000000), 0);
        for (unsigned core = 0; core < CORES; core++)
            assert_int_equal(refusals[core], 0);
        assert_int_equal(e1000e_card_register(0x2818), DEPTH); /* RDT */
        end(0, 0);
    }
}

static void look_from_each(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < FRAMES; i++) {
        if (core_id() == 3)
            e1000e_card_plug(i % 2 != 0);
        else
            refusals[core_id()] += e1000e_check_link(card) != 0;
        delay_us(5);
    }
}

static void look_once(void *unused)
{
    (void)unused;
    wait_for_core_1();
    refusals[core_id()] += e1000e_check_link(card) != 0;
}

static void four_cores_look_at_the_link_once(void **state)
{
    (void)state;
    begin();
    memset(refusals, 0, sizeof(refusals));
    for (unsigned turn = 1; turn <= 20; turn++) {
        go = false;
        e1000e_card.cable = turn % 2 == 0;
        assert_int_equal(smp_run_all(look_once, NULL, 60000000), 0);
        assert_int_equal(seen.links, turn + 1);
        assert_int_equal(seen.link.up, turn % 2 == 0);
    }
    for (unsigned i = 0; i < CORES; i++)
        assert_int_equal(refusals[i], 0);
    end(0, 0);
}

/* And its interrupt: what is told last is how it is. */
static void four_cores_look_at_the_link(void **state)
{
    struct e1000e_counters counters;

    (void)state;
    begin();
    memset(refusals, 0, sizeof(refusals));
    assert_int_equal(smp_run_all(look_from_each, NULL, 60000000), 0);
    host_advance_us(100 * SETTLE);
    for (unsigned i = 0; i < CORES; i++)
        assert_int_equal(refusals[i], 0);
    e1000e_get_counters(card, &counters);
    assert_int_equal(seen.links, counters.link_changes);
    assert_true(seen.links > 1 && seen.link.up);
    end(0, 0);
}

static void send_until_it_is_gone(void *unused)
{
    static uint8_t frames[CORES][64];
    const unsigned self = core_id();
    int result = 0;

    (void)unused;
    wait_for_core_1();
    if (self == 1) {
        e1000e_card_pull();
        refusals[self] += e1000e_check_link(card) != -ENODEV;
        return;
    }
    for (unsigned i = 0; i < 100 * FRAMES && result != -ENODEV; i++) {
        result = send(frames[self], sizeof(frames[self]));
        refusals[self] += result != 1 && result != -EAGAIN && result != -ENODEV;
        if (i % 16 == 0)
            delay_us(5);
    }
    refusals[self] += result != -ENODEV;
}

static void four_cores_send_until_the_card_is_gone(void **state)
{
    for (unsigned turn = 0; turn < 10; turn++) {
        (void)tear_down(state);
        (void)set_up(state);
        begin();
        e1000e_card.hold = turn % 2 != 0;
        go = false;
        memset(refusals, 0, sizeof(refusals));
        assert_int_equal(smp_run_all(send_until_it_is_gone, NULL, 60000000), 0);
        for (unsigned i = 0; i < CORES; i++)
            assert_int_equal(refusals[i], 0);
        assert_false(seen.link.up);
        assert_int_equal(detach(), -ENODEV);
        assert_int_equal(seen.returned, DEPTH);
    }
}

/* Core 0 takes what is no frame, and gives its buffers back; the others give theirs meanwhile. */
static void give_beside_the_handler(void *unused)
{
    uint8_t frame[64] = {0};

    (void)unused;
    if (core_id() != 0) {
        for (unsigned i = 0; i < DEPTH; i++)
            refusals[core_id()] += give(core_id() * DEPTH + i) != 1;
        return;
    }
    for (unsigned i = 0; i < DEPTH; i++) {
        e1000e_card.damage = UINT64_C(1) << 40;
        refusals[0] += !e1000e_card_receive(frame, sizeof(frame), 0);
        delay_us(100);
    }
}

static void four_cores_give_buffers_beside_the_handler(void **state)
{
    (void)state;
    config.receive_depth = BUFFERS;
    config.interrupts_per_s = 1000000;
    for (unsigned turn = 0; turn < 10; turn++) {
        memset(&seen, 0, sizeof(seen));
        begin();
        memset(refusals, 0, sizeof(refusals));
        assert_int_equal(smp_run_all(give_beside_the_handler, NULL, 60000000), 0);
        host_advance_us(SETTLE);
        for (unsigned i = 0; i < CORES; i++)
            assert_int_equal(refusals[i], 0);
        assert_int_equal(e1000e_card_register(0x2818), BUFFERS + DEPTH); /* RDT */
        assert_int_equal(detach(), 0);
        assert_int_equal(seen.returned, BUFFERS);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(opens_and_closes_and_leaves_nothing),
        TEST(what_comes_over_the_wire_is_received),
        TEST(many_frames_take_one_interrupt),
        TEST(a_handler_takes_what_there_is_up_to_a_ring),
        TEST(so_does_that_of_sent_frames),
        TEST(checksums_are_told),
        TEST(frames_of_pieces_are_sent),
        TEST(a_ring_that_is_full_says_so_and_when_it_is_not),
        TEST(several_frames_take_one_doorbell),
        TEST(the_longest_frame_is_one),
        TEST(buffers_before_the_start_have_no_doorbell),
        TEST(what_is_none_is_refused),
        TEST(configurations_of_nonsense_are_refused),
        TEST(depths_from_the_least_to_the_most_are_taken),
        TEST(a_loopback_needs_no_cable),
        TEST(the_link_is_told_by_its_interrupt),
        TEST(a_link_that_is_down_at_the_start_is_told),
        TEST(speed_and_duplex_are_told),
        TEST(descriptors_are_written_back_one_by_one),
        TEST(registers_are_as_the_datasheet_wants_them),
        TEST(whoever_is_promiscuous_gets_everything),
        TEST(interrupts_are_throttled_as_asked),
        TEST(what_is_no_frame_goes_back_to_the_card),
        TEST(a_card_that_does_not_stop_is_taken_off_the_bus),
        TEST(lengths_that_a_frame_has_are_taken),
        TEST(a_card_may_take_its_time),
        TEST(a_card_that_vanishes_at_any_access_is_told_of),
        TEST(a_card_without_an_address_is_none),
        TEST(a_card_with_fewer_registers_is_none),
        TEST(a_card_with_two_vectors_is_refused),
        TEST(a_card_that_is_pulled_out_ends_in_errors),
        TEST(one_that_comes_back_stays_gone_until_it_is_detached),
        TEST(without_a_link_nothing_goes_out),
        TEST(one_whose_bus_was_reset_is_gone),
        TEST(faults_at_each_step_leave_nothing),
        TEST(a_card_that_vanishes_at_any_step_leaves_nothing),
        TEST(an_attached_card_refuses_a_suspend),
        TEST(what_is_closed_takes_nothing),
        TEST(a_handler_that_does_not_return_keeps_the_card),
        TEST(a_vector_that_ends_with_an_error_is_told_of),
        TEST(handlers_do_not_open_and_close),
        TEST(four_cores_send_while_interrupts_move),
        TEST(four_cores_give_buffers_while_it_starts),
        TEST(four_cores_look_at_the_link_once),
        TEST(four_cores_look_at_the_link),
        TEST(four_cores_send_until_the_card_is_gone),
        TEST(four_cores_give_buffers_beside_the_handler),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
