// SPDX-License-Identifier: BSD-3-Clause
/*
 * The life of what stands on channels and rings (tests/target/life_devices.h).
 */
#include "tests/target/life_devices.h"

#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/cpsw/cpsw.h"
#include "drivers/serial/serial.h"
#include "drivers/udma/message_ring.h"
#include "drivers/udma/monitor.h"
#include "drivers/udma/transfers.h"
#include "msi/irq.h"
#include "msi/service.h"
#include "platform/cpsw.h"
#include "platform/platform.h"
#include "tests/target/life_link.h"
#include "tests/target/life_report.h"

#include <errno.h>
#include <string.h>

#define SIZE         4096u
#define TIME_US      2000000u
#define LAST_LOOK_US 20000u
#define PERIODS      2u
#define MESSAGE      70u /* two pieces and a rest */
#define ELEMENTS     8u
#define FRAMES       2u /* sent, and buffers for them */
#define FRAME        100u
#define LINK_TIME_US 10000000u
#define LINK_LOOK_US 10000u

/* Two channels: the end of what the first does starts what the second does. */
struct chain {
    struct udma_channel *first, *second;
    struct udma_transfer *transfers[2], *cyclic;
    unsigned submitted, ended, failed, periods; /* callbacks: atomic */
    bool chained;
    uint8_t source[SIZE], middle[SIZE], destination[SIZE];
};

struct message_ring {
    struct udma_message_ring *ring;
    struct udma_monitor *monitor;
    unsigned events;
};

struct line {
    struct serial *serial;
    unsigned uart; /* that is taken; 0: none */
    unsigned queued, sent, canceled, received, errors, wrong;
    uint8_t message[MESSAGE];
    bool seen[MESSAGE]; /* in whatever order: a late piece of the DMA's comes behind others */
};

struct port {
    struct cpsw *cpsw;
    unsigned queued, given, sent, canceled, received, returned, links;
    uint8_t frames[FRAMES][FRAME], buffers[FRAMES][CPSW_BUFFER_SIZE] __attribute__((aligned(64)));
};

static struct {
    struct chain chain;
    struct message_ring messages;
    struct line line;
    struct port port;
} life;

/* Comes, or a fault keeps it from its end. */
static bool comes(const unsigned *count, unsigned least)
{
    return life_comes(count, least, life_is_hopeless() ? LAST_LOOK_US : TIME_US);
}

/* ---- transfers ---- */

static void on_end(void *context, void *cookie, int status)
{
    struct chain *chain = context;

    (void)cookie;
    if (status != 0)
        life_note(&chain->failed);
    life_note(&chain->ended);
}

static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    (void)index;
    (void)lost;
    (void)status;
    life_note(&((struct chain *)context)->periods);
}

static struct udma_channel *open_channel(struct chain *chain, unsigned number)
{
    const struct udma_channel_config config = {
        .name = "transfers",
        .core = number < core_count() ? number : IRQ_CORE_ANY,
        .depth = 2,
        .callback = on_end,
        .context = chain,
        .transfers = &udma_transfers,
    };
    struct udma_channel *channel;

    return CALL(number, udma_channel_open(&config, &channel)) == 0 ? channel : NULL;
}

/* NULL: it could not be. */
static struct udma_transfer *prepare(struct udma_channel *channel, const struct udma_move *move,
                                     enum udma_trigger trigger, bool tell)
{
    const struct udma_transfer_config config = {
        .moves = move, .count = 1, .trigger = trigger, .step = UDMA_STEP_TRANSFER, .tell = tell};
    struct udma_transfer *transfer;

    return CALL(0, udma_transfer_prepare(channel, &config, &transfer)) == 0 ? transfer : NULL;
}

static void submit(struct chain *chain, struct udma_channel *channel,
                   struct udma_transfer *transfer)
{
    if (transfer != NULL && CALL(0, udma_submit(channel, &transfer, 1, NULL)) == 0)
        chain->submitted++;
}

static void release(struct udma_transfer **transfer)
{
    if (*transfer != NULL && CALL(0, udma_transfer_release(*transfer)) == 0)
        *transfer = NULL;
}

/* What has not ended after its time is aborted, and is said to be. */
static void await_transfers(struct chain *chain)
{
    if (comes(&chain->ended, chain->submitted)) {
        if (chain->failed != 0)
            (void)life_call(-EIO, "a transfer", 0);
        return;
    }
    (void)life_call(-ETIMEDOUT, "a transfer", 0);
    (void)CALL(0, udma_channel_abort(chain->first));
    (void)CALL(1, udma_channel_abort(chain->second));
    if (__atomic_load_n(&chain->ended, __ATOMIC_ACQUIRE) != chain->submitted)
        life_complain("transfer", "it has not come back", chain->submitted - chain->ended);
}

static void run_chain(struct chain *chain)
{
    const struct udma_move out = udma_move_rows((uintptr_t)chain->middle, SIZE / 4,
                                                (uintptr_t)chain->source, SIZE / 4, SIZE / 4, 4);
    const struct udma_move in =
        udma_move_copy((uintptr_t)chain->destination, (uintptr_t)chain->middle, SIZE);

    memset(chain->source, 0x69, SIZE);
    memset(chain->middle, 0, SIZE);
    memset(chain->destination, 0, SIZE);
    chain->chained = CALL(0, udma_chain(chain->first, chain->second, UDMA_TRIGGER_0)) == 0;
    chain->transfers[1] =
        prepare(chain->second, &in, chain->chained ? UDMA_TRIGGER_0 : UDMA_TRIGGER_NONE, false);
    chain->transfers[0] = prepare(chain->first, &out, UDMA_TRIGGER_NONE, true);
    if (chain->transfers[0] != NULL) {
        submit(chain, chain->second, chain->transfers[1]);
        submit(chain, chain->first, chain->transfers[0]);
    }
    await_transfers(chain);
    if (chain->chained && chain->submitted == 2 && chain->ended == 2 && chain->failed == 0 &&
        memcmp(chain->destination, chain->source, SIZE) != 0)
        life_complain("transfer", "wrong data reported as good", 0);
    release(&chain->transfers[0]);
    release(&chain->transfers[1]);
    if (chain->chained && CALL(0, udma_unchain(chain->first)) == 0)
        chain->chained = false;
}

static void run_cyclic(struct chain *chain)
{
    struct udma_move moves[PERIODS];
    const struct udma_transfer_config config = {.moves = moves,
                                                .count = PERIODS,
                                                .cyclic = true,
                                                .period = on_period,
                                                .context = chain,
                                                .trigger = UDMA_TRIGGER_0,
                                                .step = UDMA_STEP_MOVE};
    const unsigned before = __atomic_load_n(&chain->ended, __ATOMIC_ACQUIRE);

    for (unsigned i = 0; i < PERIODS; i++)
        moves[i] = udma_move_copy((uintptr_t)chain->middle + i, (uintptr_t)chain->source, 1);
    if (CALL(0, udma_transfer_prepare(chain->second, &config, &chain->cyclic)) != 0) {
        chain->cyclic = NULL;
        return;
    }
    if (CALL(0, udma_submit(chain->second, &chain->cyclic, 1, NULL)) == 0) {
        for (unsigned i = 1; i <= PERIODS; i++) {
            (void)CALL(0, udma_trigger(chain->second));
            if (!comes(&chain->periods, i) && !life_is_hopeless())
                life_complain("period", "it does not come", i);
        }
        (void)CALL(0, udma_channel_abort(chain->second));
        if (__atomic_load_n(&chain->ended, __ATOMIC_ACQUIRE) != before + 1)
            life_complain("cyclic transfer", "it has not come back once", chain->ended - before);
    }
    release(&chain->cyclic);
}

static void use_transfers(void)
{
    struct chain *chain = &life.chain;

    chain->submitted = chain->ended = chain->failed = chain->periods = 0;
    chain->transfers[0] = chain->transfers[1] = chain->cyclic = NULL;
    chain->chained = false;
    chain->first = open_channel(chain, 1);
    chain->second = open_channel(chain, 2);
    if (chain->first == NULL || chain->second == NULL)
        return;
    run_chain(chain);
    /* One that may still be triggered, or whose transfer goes on, is closed only. */
    if (!chain->chained && chain->ended == chain->submitted)
        run_cyclic(chain);
}

static void close_channel(struct udma_channel **channel, unsigned number)
{
    if (*channel != NULL && CALL(number, udma_channel_close(*channel)) != -EAGAIN)
        *channel = NULL;
}

static void close_transfers(void)
{
    close_channel(&life.chain.first, 1);
    close_channel(&life.chain.second, 2);
}

/* ---- a ring in message mode, and its monitor ---- */

static void on_event(void *context)
{
    life_note(&((struct message_ring *)context)->events);
}

static void use_messages(void)
{
    struct message_ring *messages = &life.messages;
    struct udma_monitor_config config = {.mode = UDMA_MONITOR_THRESHOLD,
                                         .high = ELEMENTS / 2,
                                         .event = on_event,
                                         .context = messages,
                                         .name = "life",
                                         .core = IRQ_CORE_ANY};
    uint64_t element;

    messages->events = 0;
    messages->monitor = NULL;
    if (CALL(0, udma_message_ring_open(NULL, ELEMENTS, &messages->ring)) != 0) {
        messages->ring = NULL;
        return;
    }
    config.ring = udma_message_ring_index(messages->ring);
    if (CALL(0, udma_monitor_open(&config, &messages->monitor)) != 0)
        messages->monitor = NULL;
    for (unsigned i = 0; i < ELEMENTS; i++)
        (void)CALL(i, udma_message_ring_put(messages->ring, i));
    if (messages->monitor != NULL && !comes(&messages->events, 1))
        life_complain("monitor", "its event does not come", 0);
    for (unsigned i = 0; i < ELEMENTS; i++)
        if (CALL(i, udma_message_ring_take(messages->ring, &element)) == 0 && element != i)
            life_complain("message ring", "another element comes", i);
}

static void close_messages(void)
{
    struct message_ring *messages = &life.messages;

    if (messages->monitor != NULL && CALL(0, udma_monitor_close(messages->monitor)) != -EAGAIN)
        messages->monitor = NULL;
    if (messages->ring != NULL)
        (void)CALL(0, udma_message_ring_close(messages->ring));
    messages->ring = NULL;
}

/* ---- a UART by DMA ---- */

static void serial_came(void *context, uint8_t *data, uint32_t length)
{
    struct line *line = context;

    for (uint32_t i = 0; i < length; i++) {
        if (data[i] >= MESSAGE || line->seen[data[i]])
            line->wrong++;
        else
            line->seen[data[i]] = true;
    }
    (void)serial_give(line->serial, data);
    __atomic_add_fetch(&line->received, length, __ATOMIC_RELEASE);
    wait_notify();
}

static void serial_left(void *context, void *cookie, int status)
{
    struct line *line = context;

    (void)cookie;
    life_note(status == 0 ? &line->sent : &line->canceled);
}

static void serial_went_wrong(void *context, enum serial_error error)
{
    (void)error;
    life_note(&((struct line *)context)->errors);
}

static void open_line(struct line *line, struct serial_config *config)
{
    line->uart = 2;
    if (platform_serial_take(2, config) == 0)
        return;
    line->uart = 1; /* that one is the console, or was refused */
    if (CALL(1, platform_serial_take(1, config)) != 0)
        line->uart = 0;
}

static void use_serial(void)
{
    struct line *line = &life.line;
    struct serial_config config = {.baud = 1000000,
                                   .loopback = true,
                                   .core = IRQ_CORE_ANY,
                                   .depth = 2,
                                   .pieces = 4,
                                   .received = serial_came,
                                   .sent = serial_left,
                                   .error = serial_went_wrong,
                                   .context = line};

    memset(line, 0, sizeof(*line));
    open_line(line, &config);
    if (line->uart == 0)
        return;
    if (CALL(0, serial_open(&config, &line->serial)) != 0) {
        line->serial = NULL;
        return;
    }
    for (unsigned i = 0; i < MESSAGE; i++)
        line->message[i] = (uint8_t)i;
    if (CALL(0, serial_send(line->serial, line->message, MESSAGE, NULL)) != 0)
        return;
    line->queued = 1;
    if (!comes(&line->received, MESSAGE) || !comes(&line->sent, 1))
        (void)life_call(-ETIMEDOUT, "a message by a UART", line->received);
    if (line->wrong != 0)
        life_complain("UART", "wrong bytes", line->wrong);
}

static void close_serial(void)
{
    struct line *line = &life.line;

    if (line->serial != NULL) {
        if (CALL(0, serial_close(line->serial)) == -EAGAIN)
            return;
        line->serial = NULL;
        if (line->sent + line->canceled != line->queued)
            life_complain("UART", "sent() has not come once for each", line->sent + line->canceled);
    }
    if (line->uart != 0 && CALL(line->uart, platform_serial_release(line->uart)) == 0)
        line->uart = 0;
}

/* ---- the Ethernet port ---- */

static const uint8_t own[CPSW_MAC_ADDRESS_LENGTH] = {0x02, 0, 0, 0, 0, 0x01};
static const uint8_t peer[CPSW_MAC_ADDRESS_LENGTH] = {0x02, 0, 0, 0, 0, 0x02};

static void frames_came(void *context, unsigned flow, struct udma_received *const *packets,
                        unsigned count)
{
    (void)flow;
    (void)packets;
    for (unsigned i = 0; i < count; i++)
        life_note(&((struct port *)context)->received);
}

static void frame_left(void *context, void *cookie, int status)
{
    struct port *port = context;

    (void)cookie;
    life_note(status == 0 ? &port->sent : &port->canceled);
}

static void buffer_returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)flow;
    (void)buffer;
    life_note(&((struct port *)context)->returned);
}

static void link_changed(void *context, const struct cpsw_link *link)
{
    if (link->up)
        life_note(&((struct port *)context)->links);
}

static void frame_went_wrong(void *context, enum udma_error error)
{
    (void)context;
    (void)error;
}

static bool open_port(struct port *port, bool loopback)
{
    const struct cpsw_config config = {
        .name = "life",
        .facts = platform_cpsw(),
        .mac_address = own,
        .loopback = loopback,
        .flow_count = 2,
        .flows = {{.core = IRQ_CORE_ANY, .depth = FRAMES}, {.core = IRQ_CORE_ANY, .depth = FRAMES}},
        .send_core = IRQ_CORE_ANY,
        .send_depth = FRAMES,
        .received = frames_came,
        .sent = frame_left,
        .returned = buffer_returned,
        .link = link_changed,
        .error = frame_went_wrong,
        .context = port};

    memset(port, 0, sizeof(*port));
    if (CALL(loopback, cpsw_open(&config, &port->cpsw)) != 0) {
        port->cpsw = NULL;
        return false;
    }
    for (unsigned i = 0; i < FRAMES; i++) {
        const struct udma_buffer buffer = {port->buffers[i], NULL, CPSW_BUFFER_SIZE};

        port->given += cpsw_give(port->cpsw, 0, &buffer, 1) == 1;
    }
    return CALL(loopback, cpsw_start(port->cpsw)) == 0;
}

static void send_frames(struct port *port)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        struct udma_buffer buffer = {port->frames[i], NULL, FRAME};
        struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1};

        memset(port->frames[i], 0, FRAME);
        memcpy(port->frames[i], own, sizeof(own));
        memcpy(port->frames[i] + sizeof(own), peer, sizeof(peer));
        port->frames[i][12] = 0x88;
        port->frames[i][13] = 0xb5;
        port->queued += cpsw_send(port->cpsw, &packet, 1) == 1;
    }
    if (!comes(&port->received, port->queued) || !comes(&port->sent, port->queued))
        (void)life_call(-ETIMEDOUT, "a frame", port->received);
}

static void await_link(struct port *port)
{
    for (unsigned i = 0; i < LINK_TIME_US / LINK_LOOK_US && port->links == 0; i++) {
        (void)CALL(0, cpsw_check_link(port->cpsw));
        delay_us(LINK_LOOK_US);
    }
    if (port->links == 0)
        (void)life_call(-ETIMEDOUT, "a link", 0);
}

static void close_port(void)
{
    struct port *port = &life.port;

    if (port->cpsw == NULL || CALL(0, cpsw_close(port->cpsw)) == -EAGAIN)
        return;
    port->cpsw = NULL;
    if (port->sent + port->canceled != port->queued)
        life_complain("port", "sent() has not come once for each", port->sent + port->canceled);
    if (port->received + port->returned != port->given)
        life_complain("port", "buffers are lost", port->received + port->returned);
}

/* First in the MAC's loopback, then with the PHY, where there is something at the other end. */
static void use_port(void)
{
    struct port *port = &life.port;

    if (platform_cpsw() == NULL)
        return;
    if (open_port(port, true))
        send_frames(port);
    close_port();
    if (port->cpsw == NULL && open_port(port, false) && life_has_link())
        await_link(port);
}

/* ---- the whole ---- */

static void give_all_back(void)
{
    life_link_close();
    close_port();
    close_serial();
    close_messages();
    close_transfers();
}

void life_devices_run(const struct life_size *size, struct life_report *report)
{
    life_begin(size, report);
    use_transfers();
    use_messages();
    use_serial();
    use_port();
    life_link_use();
    irq_service();
    give_all_back();
}

void life_devices_try_again(const struct life_size *size, struct life_report *report)
{
    life_begin(size, report);
    give_all_back();
}
