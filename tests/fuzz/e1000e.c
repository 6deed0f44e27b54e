// SPDX-License-Identifier: BSD-3-Clause
/*
 * The driver of the 82574 under a card that is as hostile as the input says: what its registers
 * read as, what it writes into descriptors and when, interrupts for nothing, a card that does not
 * stop or vanishes. Whatever it does: each buffer and each frame comes back once, and not while the
 * card can reach it; nothing but its registers is accessed; nothing is left after a detach, and no
 * wait and no handler is for ever.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/e1000e/internal.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/pci.h"
#include "msi/irq.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE         0x10100000u
#define SIZE         0x20000u
#define KEPT         0x5800u /* of the registers: those that are kept have offsets below */
#define CORES        4u
#define BUFFERS      24u
#define FRAMES       24u
#define STEPS        64u
#define ACCESSES_MAX 20000u
#define AGAIN_MAX    8u
#define GONE         0xffffffffu

/* ---- interrupts ---- */

static struct pci_host host = {.is_coherent = true};
static struct pci_function function = {.host = &host, .name = "01:00.0"};
static bool enabled, with_messages;

int irq_free(struct irq *irq)
{
    struct fuzz_vector *vector = fuzz_vector_of(irq);

    if (fuzz_lies(16))
        return -EAGAIN;
    vector->requested = false;
    return fuzz_lies(16) ? -EIO : 0;
}

static void take_interrupts(void)
{
    fuzz_take_interrupts(AGAIN_MAX, NULL);
}

/* ---- its bus ---- */

int pci_take(struct pci_function *taken, const char *owner)
{
    FUZZ_CHECK(taken == &function && function.owner == NULL);
    function.owner = owner;
    return 0;
}

void pci_release(struct pci_function *released)
{
    FUZZ_CHECK(released->owner != NULL && !with_messages);
    enabled = false;
    function.owner = NULL;
}

int pci_enable(struct pci_function *on, bool master)
{
    FUZZ_CHECK(on->owner != NULL && master);
    if (fuzz_lies(32))
        return -ENODEV;
    enabled = true;
    return 0;
}

int pci_disable(struct pci_function *off)
{
    FUZZ_CHECK(off->owner != NULL);
    enabled = false;
    return 0;
}

int pci_map_bar(const struct pci_function *mapped, unsigned bar, uintptr_t *base, uint64_t *size)
{
    FUZZ_CHECK(mapped->owner != NULL && bar == 0);
    *base = BASE;
    *size = fuzz_lies(32) ? SIZE / 2 : SIZE;
    return 0;
}

int pci_msix_enable(struct pci_function *of, unsigned least, unsigned most)
{
    FUZZ_CHECK(of->owner != NULL && least == E1000E_VECTORS && most >= least);
    if (fuzz_lies(32))
        return -ENOSPC;
    with_messages = true;
    fuzz_have_vectors(&of->device, least);
    return (int)least;
}

int pci_interrupts_disable(struct pci_function *of)
{
    FUZZ_CHECK(of->owner != NULL);
    FUZZ_CHECK(fuzz_vectors_requested() == 0);
    with_messages = false;
    fuzz_have_vectors(NULL, 0);
    return fuzz_lies(16) ? -ENODEV : 0;
}

int pci_on_suspend(struct pci_function *of, const struct pci_suspend *suspend, void *context)
{
    FUZZ_CHECK(of->owner != NULL && suspend != NULL && context != NULL);
    return 0;
}

/* ---- the card ---- */

static uint32_t registers[KEPT / 4];
static unsigned accesses;
static bool gone, stuck, was_reset;
static bool strayed; /* it has said that it has done with what it goes on accessing */

static uint32_t *at(uint32_t offset)
{
    return &registers[offset / 4];
}

/* It may reach memory, and does so in sound places only. */
static bool works(void)
{
    return enabled && !gone && !strayed;
}

static uint32_t entries(uint32_t ring)
{
    return *at(ring + E1000E_RING_LENGTH) / (uint32_t)sizeof(struct e1000e_descriptor);
}

/* NULL: there is no ring yet. */
static struct e1000e_descriptor *descriptor(uint32_t ring, uint32_t index)
{
    const uint64_t base =
        (uint64_t)*at(ring + E1000E_RING_BASE_HIGH) << 32 | *at(ring + E1000E_RING_BASE_LOW);
    struct e1000e_descriptor *found = (struct e1000e_descriptor *)(uintptr_t)base;

    if (base == 0 || entries(ring) == 0)
        return NULL;
    fuzz_check_memory(found, *at(ring + E1000E_RING_LENGTH), "a ring");
    return &found[index % entries(ring)];
}

/* The next that it may work on; NULL: none. */
static struct e1000e_descriptor *next(uint32_t ring)
{
    uint32_t *head = at(ring + E1000E_RING_HEAD);
    struct e1000e_descriptor *found;

    if (!works() || *head == *at(ring + E1000E_RING_TAIL))
        return NULL;
    found = descriptor(ring, *head);
    if (found != NULL)
        *head = (*head + 1) % entries(ring);
    return found;
}

static void receive(void)
{
    struct e1000e_descriptor *to;
    uint64_t word;

    if ((*at(E1000E_RCTL) & E1000E_RCTL_EN) == 0)
        return;
    to = next(E1000E_RECEIVE_RING);
    if (to == NULL)
        return;
    fuzz_check_memory((void *)(uintptr_t)to->address, E1000E_BUFFER_SIZE, "a receive buffer");
    memset((void *)(uintptr_t)to->address, 0x5a, E1000E_BUFFER_SIZE);
    word = fuzz_lies(4) ? fuzz_take(8) : 60 + fuzz_below(256);
    to->word = word | E1000E_RX_DD | (fuzz_lies(8) ? 0 : E1000E_RX_EOP);
    if (!fuzz_lies(8))
        fuzz_raise(E1000E_VECTOR_RECEIVE);
}

static void send_one(void)
{
    struct e1000e_descriptor *from;

    if ((*at(E1000E_TCTL) & E1000E_TCTL_EN) == 0)
        return;
    from = next(E1000E_TRANSMIT_RING);
    if (from == NULL)
        return;
    fuzz_check_memory((void *)(uintptr_t)from->address, from->word & 0xffff, "what is sent");
    if ((from->word & E1000E_TX_RS) != 0 && !fuzz_lies(16))
        from->word |= E1000E_TX_DD;
    fuzz_raise(E1000E_VECTOR_SEND);
}

/* Out of its own head, where the driver does not look for it. */
static void stray(void)
{
    struct e1000e_descriptor *any = descriptor(
        fuzz_below(2) != 0 ? E1000E_RECEIVE_RING : E1000E_TRANSMIT_RING, fuzz_below(256));

    if (any == NULL || !works())
        return;
    strayed = true;
    any->word = fuzz_take(8);
    fuzz_raise(fuzz_below(E1000E_VECTORS));
}

static void act(void)
{
    switch (fuzz_below(16)) {
    case 0:
        stray();
        break;
    case 1:
        gone = fuzz_lies(4);
        break;
    case 2:
        fuzz_raise(fuzz_below(E1000E_VECTORS));
        break;
    case 3:
        *at(E1000E_STATUS) ^= fuzz_take(1);
        fuzz_raise(E1000E_VECTOR_LINK);
        break;
    case 4:
    case 5:
    case 6:
        send_one();
        break;
    default:
        receive();
    }
}

static uint32_t check_access(uintptr_t address, unsigned size)
{
    FUZZ_CHECK(++accesses < ACCESSES_MAX);
    FUZZ_CHECK(address >= BASE && address - BASE < KEPT && address % 4 == 0 && size == 4);
    FUZZ_CHECK(function.owner != NULL);
    return (uint32_t)(address - BASE);
}

/* What the end depends on is not lied about: whether it has stopped. */
uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    const uint32_t offset = check_access(address, size);

    if (gone || !enabled)
        return GONE;
    switch (offset) {
    case E1000E_STATUS:
        return (*at(offset) & ~E1000E_STATUS_MASTER) |
               ((*at(E1000E_CTRL) & E1000E_CTRL_MASTER_OFF) == 0 || stuck ? E1000E_STATUS_MASTER
                                                                          : 0);
    case E1000E_CTRL:
        return *at(offset);
    case E1000E_EECD:
        return fuzz_lies(16) ? 0 : E1000E_EECD_AUTO_RD;
    default:
        return fuzz_lies(8) ? fuzz_take(4) : *at(offset);
    }
}

static void control(uint32_t value)
{
    *at(E1000E_CTRL) = value;
    if ((value & E1000E_CTRL_RST) == 0 || stuck)
        return;
    for (uint32_t offset = 0; offset < KEPT; offset += 4)
        if (offset != E1000E_STATUS)
            *at(offset) = 0;
    was_reset = true;
    *at(E1000E_RAL) = 0x21126802;
    *at(E1000E_RAH) = E1000E_RAH_AV | 0x5634;
    strayed = false;
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t written)
{
    const uint32_t offset = check_access(address, size), value = (uint32_t)written;

    if (gone || !enabled)
        return;
    if (offset == E1000E_CTRL)
        control(value);
    else
        *at(offset) = value;
    if ((offset == E1000E_RCTL || offset == E1000E_TCTL) && value != 0)
        was_reset = false;
    if (offset == E1000E_RECEIVE_RING + E1000E_RING_TAIL ||
        offset == E1000E_TRANSMIT_RING + E1000E_RING_TAIL)
        FUZZ_CHECK(value == 0 || value < entries(offset - E1000E_RING_TAIL));
}

/* ---- its user ---- */

static struct e1000e *card;
static struct piece {
    uint8_t *memory; /* NULL: the card has none of it */
} buffers[BUFFERS], frames[FRAMES];
static bool closing;

/* The card's no more: it was reset since it was last let work, or does not reach memory. */
static void must_be_off(void)
{
    FUZZ_CHECK(!enabled || was_reset);
}

static void come_back(struct piece *pieces, unsigned count, const void *cookie)
{
    const uintptr_t index = (uintptr_t)cookie - 1;

    FUZZ_CHECK(index < count && pieces[index].memory != NULL);
    free(pieces[index].memory);
    pieces[index].memory = NULL;
}

static void give(void)
{
    const unsigned index = fuzz_below(BUFFERS);
    struct e1000e_buffer buffer = {.cookie = (void *)(uintptr_t)(index + 1),
                                   .length = E1000E_BUFFER_SIZE};

    if (buffers[index].memory != NULL)
        return;
    buffer.data = buffers[index].memory = malloc(E1000E_BUFFER_SIZE);
    if (buffer.data == NULL)
        return;
    if (fuzz_lies(16))
        buffer.length = fuzz_below(E1000E_BUFFER_SIZE);
    if (e1000e_give(card, &buffer, 1) != 1)
        come_back(buffers, BUFFERS, buffer.cookie);
}

static void send(void)
{
    const unsigned index = fuzz_below(FRAMES), count = 1 + fuzz_below(E1000E_BUFFERS_MAX);
    struct e1000e_buffer parts[E1000E_BUFFERS_MAX];
    const struct e1000e_frame frame = {
        .buffers = parts, .buffer_count = count, .cookie = (void *)(uintptr_t)(index + 1)};
    uint8_t *memory;

    if (frames[index].memory != NULL)
        return;
    memory = frames[index].memory = malloc(E1000E_FRAME_MAX);
    if (memory == NULL)
        return;
    for (unsigned i = 0; i < count; i++) {
        parts[i] = (struct e1000e_buffer){.data = memory, .length = 1 + fuzz_below(300)};
        memory += parts[i].length;
    }
    if (fuzz_lies(16))
        parts[0].length = (uint32_t)fuzz_take(4);
    if (e1000e_send(card, &frame, 1) != 1)
        come_back(frames, FRAMES, frame.cookie);
}

static void on_received(void *context, const struct e1000e_received *received, unsigned count)
{
    FUZZ_CHECK(context == &card && in_interrupt());
    FUZZ_CHECK(count >= 1 && count <= E1000E_RECEIVE_BATCH);
    for (unsigned i = 0; i < count; i++) {
        FUZZ_CHECK(received[i].length >= 1 && received[i].length <= E1000E_FRAME_MAX);
        come_back(buffers, BUFFERS, received[i].cookie);
    }
    if (fuzz_lies(2))
        give();
}

static void on_sent(void *context, void *cookie, int status)
{
    FUZZ_CHECK(context == &card && (status == 0) == in_interrupt());
    if (status != 0)
        must_be_off();
    come_back(frames, FRAMES, cookie);
    if (status == 0 && fuzz_lies(4))
        send();
}

static void on_ready(void *context)
{
    FUZZ_CHECK(context == &card);
    send();
}

static void on_returned(void *context, void *cookie)
{
    FUZZ_CHECK(context == &card && closing);
    must_be_off();
    come_back(buffers, BUFFERS, cookie);
}

static void on_link(void *context, const struct e1000e_link *link)
{
    FUZZ_CHECK(context == &card && (link->up || link->speed == 0) && link->speed <= 1000);
}

static void step(void)
{
    struct e1000e_counters counters;

    accesses = 0;
    fuzz_restart_clock();
    switch (fuzz_below(12)) {
    case 0:
        (void)e1000e_start(card);
        break;
    case 1:
        (void)e1000e_check_link(card);
        break;
    case 2:
        (void)e1000e_set_affinity(card, fuzz_below(4), fuzz_below(CORES));
        e1000e_get_counters(card, &counters);
        break;
    case 3:
        take_interrupts();
        break;
    case 4:
    case 5:
        give();
        break;
    case 6:
    case 7:
        send();
        break;
    default:
        act();
    }
}

static void everything_is_given_back(void)
{
    for (unsigned i = 0; i < BUFFERS; i++)
        FUZZ_CHECK(buffers[i].memory == NULL);
    for (unsigned i = 0; i < FRAMES; i++)
        FUZZ_CHECK(frames[i].memory == NULL);
    FUZZ_CHECK(fuzz_vectors_requested() == 0);
    FUZZ_CHECK(function.owner == NULL && fuzz_pieces() == 0);
}

static void close_it(void)
{
    int error = -EAGAIN;

    closing = true;
    stuck = fuzz_lies(4);
    for (unsigned i = 0; i < 8 && error == -EAGAIN; i++) {
        accesses = 0;
        fuzz_restart_clock();
        error = e1000e_detach(card);
    }
    if (error != -EAGAIN)
        everything_is_given_back();
}

static void idle(void)
{
    if (fuzz_lies(8))
        act();
    take_interrupts();
}

void fuzz_one(void)
{
    const struct e1000e_config config = {
        .name = "eth0",
        .core = fuzz_below(CORES),
        .receive_depth = 8u << fuzz_below(2),
        .send_depth = 8u << fuzz_below(2),
        .interrupts_per_s = fuzz_below(2) != 0 ? (uint32_t)fuzz_take(4) : 0,
        .promiscuous = fuzz_below(2) != 0,
        .received = on_received,
        .sent = on_sent,
        .ready = on_ready,
        .returned = on_returned,
        .link = on_link,
        .context = &card,
    };

    *at(E1000E_STATUS) = E1000E_STATUS_LU | E1000E_STATUS_FD | E1000E_STATUS_1000;
    *at(E1000E_CTRL) = fuzz_lies(4) ? (uint32_t)fuzz_take(4) : 0;
    stuck = fuzz_lies(16);
    fuzz_set_idle(idle);
    if (e1000e_attach(&function, &config, &card) != 0) {
        /* A vector that does not end keeps the card's memory. */
        if (fuzz_pieces() == 0)
            everything_is_given_back();
        return;
    }
    stuck = false;
    for (unsigned i = 0; i < STEPS && fuzz_left() != 0; i++)
        step();
    fuzz_set_core(0);
    close_it();
}
