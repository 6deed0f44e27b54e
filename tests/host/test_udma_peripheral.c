// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels to and from a peripheral (drivers/udma/peripheral.h) on the host, on the device models:
 * a McASP that is its own other end. What is sent comes back; what can't be is refused; and after
 * teardowns in the middle, of data that stands still too, and requests that fail, all is given
 * back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/extra.h"
#include "drivers/udma/peer_registers.h"
#include "drivers/udma/peripheral.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "tests/target/mcasp_loopback.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdbool.h>

#define WAIT_US     2000000u
#define BASE        AM65X_MCASP0_BASE
#define BURST_BYTES (MCASP_BURST * MCASP_WORD_BYTES)
#define PERIODS     4u
#define PERIOD      (4u * BURST_BYTES)
#define WORDS       (PERIODS * PERIOD / MCASP_WORD_BYTES) /* of a round */
#define LOG         64u                                   /* periods */
#define CALLS       16u

/* One direction. */
struct end {
    struct udma_channel *channel;
    struct udma_transfer *transfer;
    uint32_t memory[WORDS];
    unsigned periods, calls;
    uint64_t lost;
    uint32_t log[LOG][PERIOD / MCASP_WORD_BYTES]; /* what periods had */
    int statuses[CALLS];
    uintptr_t cookies[CALLS];
};

static struct end to, from;

static void on_end(void *context, void *cookie, int status)
{
    struct end *end = context;

    assert_true(end->calls < CALLS);
    end->cookies[end->calls] = (uintptr_t)cookie;
    end->statuses[end->calls++] = status;
}

static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    struct end *end = context;

    assert_int_equal(status, 0);
    assert_int_equal(index, (end->periods + end->lost + lost) % PERIODS);
    memcpy(end->log[end->periods % LOG], (uint8_t *)end->memory + index * PERIOD, PERIOD);
    end->periods++;
    end->lost += lost;
}

static struct udma_endpoint endpoint(uint16_t bursts)
{
    struct udma_endpoint endpoint;

    must(udma_endpoint_get("mcasp0", 0, &endpoint));
    endpoint.static_tr = (struct udma_static_tr){MCASP_WORD_BYTES, MCASP_BURST, bursts};
    return endpoint;
}

static struct udma_channel_config config_of(struct end *end)
{
    return (struct udma_channel_config){
        .name = "test", .depth = 4, .callback = on_end, .context = end};
}

static void open_to(void)
{
    const struct udma_channel_config config = config_of(&to);
    const struct udma_endpoint mcasp = endpoint(0);

    memset(&to, 0, sizeof(to));
    must(udma_channel_open_to(&config, &mcasp, &to.channel));
}

static void open_from(uint16_t bursts)
{
    const struct udma_channel_config config = config_of(&from);
    const struct udma_endpoint mcasp = endpoint(bursts);

    memset(&from, 0, sizeof(from));
    must(udma_channel_open_from(&config, &mcasp, &from.channel));
}

static void must_submit(struct udma_transfer *transfer, uintptr_t cookie)
{
    void *cookies[] = {(void *)cookie};

    must(udma_submit(transfer->channel, &transfer, 1, cookies));
}

static void start_cyclic(struct end *end)
{
    struct udma_move moves[PERIODS];
    const struct udma_transfer_config config = {
        .moves = moves, .count = PERIODS, .cyclic = true, .period = on_period, .context = end};

    for (unsigned i = 0; i < PERIODS; i++) {
        const uintptr_t place = (uintptr_t)end->memory + i * PERIOD;

        moves[i] = end == &to ? udma_move_send(place, PERIOD) : udma_move_receive(place, PERIOD);
    }
    must(udma_transfer_prepare(end->channel, &config, &end->transfer));
    must_submit(end->transfer, 1);
}

/* What is sent: each word is its number, from 1 on. */
static void fill(void)
{
    for (unsigned i = 0; i < WORDS; i++)
        to.memory[i] = i + 1u;
}

struct expectation {
    const struct end *end;
    unsigned periods, calls;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return expectation->end->periods >= expectation->periods &&
           expectation->end->calls >= expectation->calls;
}

static void wait_until(const struct end *end, unsigned periods, unsigned calls)
{
    struct expectation expectation = {end, periods, calls};

    must(wait_for(has_come, &expectation, WAIT_US));
}

/* Counts up, and begins again after WORDS. */
static void check_words(const uint32_t *words, unsigned count, uint32_t *next)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(words[i], *next);
        *next = *next % WORDS + 1u;
    }
}

static struct udma_host_inventory before;

static int machine_up(void **state)
{
    (void)state;
    udma_host_start();
    must(ti_sci_device_get(AM65X_DEV_MCASP0));
    return 0;
}

/* The first channel asks the system firmware for what it has of receive rings; that stays. */
static int test_up(void **state)
{
    (void)state;
    mcasp_loopback_stop(BASE);
    mcasp_loopback_prepare(BASE);
    before = udma_host_inventory();
    return 0;
}

static int test_down(void **state)
{
    const struct udma_host_inventory now = udma_host_inventory();

    (void)state;
    mcasp_loopback_stop(BASE);
    assert_memory_equal(&now, &before, sizeof(now));
    return 0;
}

static void start_both(void)
{
    open_to();
    open_from(0);
    fill();
    start_cyclic(&to);
    start_cyclic(&from);
    must(mcasp_loopback_run(BASE));
}

static void close_both(void)
{
    must(udma_channel_close(from.channel));
    must(udma_channel_close(to.channel));
}

/* ---- what goes round ---- */

static void what_is_sent_comes_back(void **state)
{
    uint32_t next = 1, counted;

    (void)state;
    start_both();
    counted = udma_channel_peer_bytes(from.channel);
    wait_until(&from, LOG / 2u, 0);
    assert_false(mcasp_loopback_failed(BASE));
    assert_int_equal(from.lost, 0);
    for (unsigned i = 0; i < LOG / 2u; i++)
        check_words(from.log[i], PERIOD / MCASP_WORD_BYTES, &next);
    /* What was sent, as the sender counts, is at least that, and no more than FIFOs beyond. */
    assert_true(to.periods + to.lost >= from.periods - 1u);
    assert_true(udma_transfer_done(from.transfer) >= from.periods * (uint64_t)PERIOD);
    counted = udma_channel_peer_bytes(from.channel) - counted;
    assert_true(counted >= (from.periods - 1u) * PERIOD);
    close_both();
    assert_int_equal(from.calls + to.calls, 0); /* dropped: closed, not aborted */
}

static void a_list_is_received_in_order(void **state)
{
    enum {
        COUNT = 3
    };
    static uint32_t memory[COUNT][WORDS];
    uint32_t next = 1;

    (void)state;
    open_to();
    open_from(PERIODS * PERIOD / BURST_BYTES);
    fill();
    for (unsigned i = 0; i < COUNT; i++) {
        /* Every other row of two bursts, and then those between. */
        const uintptr_t place = (uintptr_t)memory[i];
        const uint64_t row = 2u * BURST_BYTES, rows = WORDS * MCASP_WORD_BYTES / row / 2u;
        const struct udma_move moves[] = {
            {.destination = {place, {row, rows, 1, 1}, {0, 2 * (int64_t)row, 0, 0}}},
            {.destination = {place + row, {row, rows, 1, 1}, {0, 2 * (int64_t)row, 0, 0}}},
        };
        const struct udma_transfer_config config = {.moves = moves, .count = 2};
        struct udma_transfer *transfer;

        must(udma_transfer_prepare(from.channel, &config, &transfer));
        assert_int_equal(udma_transfer_records(transfer), 2);
        assert_int_equal(transfer->descriptor->packet_info[1] >> 24 & 7, 1); /* 32 bytes each */
        must_submit(transfer, 7u + i);
    }
    start_cyclic(&to);
    must(mcasp_loopback_run(BASE));
    wait_until(&from, 0, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        const unsigned row = 2u * MCASP_BURST;

        assert_int_equal(from.cookies[i], 7u + i);
        assert_int_equal(from.statuses[i], 0);
        for (unsigned half = 0; half < 2; half++)
            for (unsigned at = half * row; at < WORDS; at += 2u * row)
                check_words(&memory[i][at], row, &next);
    }
    close_both();
}

/* A pause of the sender is an underrun; then words go on where they were. */
static void a_pause_holds_the_stream(void **state)
{
    uint64_t done;

    (void)state;
    start_both();
    wait_until(&from, 5, 0);
    must(udma_channel_pause(from.channel));
    wait_until(&to, to.periods + 3u, 0);
    done = udma_transfer_done(from.transfer);
    wait_until(&to, to.periods + 3u, 0);
    assert_true(udma_transfer_done(from.transfer) == done);
    assert_true(mcasp_loopback_failed(BASE)); /* there was no room */
    must(udma_channel_resume(from.channel));
    wait_until(&from, from.periods + 3u, 0);
    close_both();
}

/* ---- ends ---- */

static void an_abort_in_the_middle_can_be_gone_on_from(void **state)
{
    (void)state;
    start_both();
    wait_until(&from, 6, 0);
    must(udma_channel_abort(from.channel));
    must(udma_channel_abort(to.channel));
    assert_int_equal(from.calls, 1);
    assert_int_equal(from.statuses[0], -ECANCELED);
    assert_int_equal(to.calls, 1);
    assert_int_equal(to.statuses[0], -ECANCELED);
    mcasp_loopback_stop(BASE);
    must(udma_channel_abort(from.channel)); /* what the PDMA has taken since */
    mcasp_loopback_prepare(BASE);
    from.periods = to.periods = 0;
    from.lost = to.lost = 0;
    must_submit(to.transfer, 2);
    must_submit(from.transfer, 2);
    must(mcasp_loopback_run(BASE));
    wait_until(&from, 6, 0);
    for (uint32_t i = 0, next = 1; i < 6; i++)
        check_words(from.log[i], PERIOD / MCASP_WORD_BYTES, &next);
    close_both();
}

/* What the PDMA has taken finds a place, though nothing is submitted. */
static void nothing_waits_for_what_comes(void **state)
{
    (void)state;
    open_to();
    open_from(1);
    fill();
    start_cyclic(&to);
    must(mcasp_loopback_run(BASE));
    wait_until(&to, 3, 0);
    must(udma_channel_abort(from.channel));
    assert_int_equal(from.calls, 0); /* the drain is nobody's */
    wait_until(&to, to.periods + 3u, 0);
    must(udma_channel_close(from.channel));
    must(udma_channel_close(to.channel));
    assert_int_equal(from.calls, 0);
}

static void dawdle_at_teardowns(uintptr_t address, unsigned size, uint64_t value)
{
    const struct udmap_channel_registers *half = udma_lead(&from.channel->halves);

    (void)size;
    if (address == (uintptr_t)&half->peer[UDMA_PEER_ENABLE] &&
        (value & UDMA_PEER_ENABLE_TEARDOWN) != 0)
        host_advance_us(2000);
}

/* Packets that end before the PDMA is told of the teardown use up what was submitted for its rest.
 */
static void a_core_that_is_slow_still_ends_it(void **state)
{
    (void)state;
    open_to();
    open_from(1);
    fill();
    start_cyclic(&to);
    must(mcasp_loopback_run(BASE));
    wait_until(&to, 3, 0);
    host_set_write_observer(dawdle_at_teardowns);
    must(udma_channel_abort(from.channel));
    wait_until(&to, to.periods + 3u, 0);
    must(udma_channel_close(from.channel));
    host_set_write_observer(NULL);
    must(udma_channel_close(to.channel));
    assert_int_equal(from.calls, 0);
}

static struct udma_transfer *prepare_sending(uint64_t length)
{
    const struct udma_move move = udma_move_send((uintptr_t)to.memory, length);
    const struct udma_transfer_config config = {.moves = &move, .count = 1};
    struct udma_transfer *transfer;

    must(udma_transfer_prepare(to.channel, &config, &transfer));
    return transfer;
}

/* The PDMA has the first of it. */
static void wait_until_begun(uint32_t counted)
{
    for (unsigned i = 0; udma_channel_peer_bytes(to.channel) == counted; i++) {
        assert_true(i < 1000u);
        host_advance_us(1);
    }
}

static void what_is_sent_once_goes_out(void **state)
{
    struct udma_transfer *transfer;
    uint32_t counted;

    (void)state;
    open_to();
    transfer = prepare_sending(sizeof(to.memory));
    counted = udma_channel_peer_bytes(to.channel);
    must_submit(transfer, 3);
    must(mcasp_loopback_run(BASE));
    wait_until_begun(counted);
    assert_true(udma_transfer_done(transfer) < sizeof(to.memory));
    must(udma_channel_close(to.channel)); /* waits for it */
    assert_int_equal(to.calls, 1);
    assert_int_equal(to.statuses[0], 0);
    assert_int_equal(to.cookies[0], 3);
}

/* Nobody asks for the words: they are flushed, and that is no success. */
static void what_stands_still_is_flushed(void **state)
{
    struct udma_transfer *transfers[2];
    uint32_t counted, bytes;

    (void)state;
    open_to();
    bytes = mmio_read32((uintptr_t)&udma_lead(&to.channel->halves)->bcnt);
    counted = udma_channel_peer_bytes(to.channel);
    transfers[0] = prepare_sending(sizeof(to.memory));
    transfers[1] = prepare_sending(sizeof(to.memory));
    must(udma_submit(to.channel, transfers, 2, NULL));
    wait_until_begun(counted);
    assert_int_equal(udma_channel_abort(to.channel), -ETIMEDOUT);
    /* All of it has gone to the PDMA, which has dropped it. */
    assert_int_equal(mmio_read32((uintptr_t)&udma_lead(&to.channel->halves)->bcnt) - bytes,
                     sizeof(to.memory));
    assert_int_equal(to.calls, 2);
    assert_int_equal(to.statuses[0], -ECANCELED);
    assert_int_equal(to.statuses[1], -ECANCELED);
    must(mcasp_loopback_run(BASE));
    must_submit(transfers[1], 4);
    wait_until(&to, 0, 3);
    assert_int_equal(to.statuses[2], 0);
    mcasp_loopback_stop(BASE);
    mcasp_loopback_prepare(BASE);
    counted = udma_channel_peer_bytes(to.channel);
    must_submit(transfers[0], 5);
    wait_until_begun(counted);
    assert_int_equal(udma_channel_close(to.channel), -ETIMEDOUT);
    assert_int_equal(to.calls, 3);
}

static void a_polled_one_comes_when_it_is_asked(void **state)
{
    struct udma_channel_config config = config_of(&from);
    const struct udma_endpoint mcasp = endpoint(0);
    unsigned periods = 0;

    (void)state;
    open_to();
    fill();
    memset(&from, 0, sizeof(from));
    config.polled = true;
    must(udma_channel_open_from(&config, &mcasp, &from.channel));
    start_cyclic(&to);
    start_cyclic(&from);
    must(mcasp_loopback_run(BASE));
    while (periods < 8) {
        int count = udma_cyclic_poll(from.channel);

        assert_true(count >= 0);
        periods += (unsigned)count;
        wait_until(&to, to.periods + 1u, 0);
    }
    assert_int_equal(from.periods, periods);
    close_both();
}

/* ---- refusals ---- */

static void endpoints_that_will_not_do_are_refused(void **state)
{
    struct udma_channel_config config = config_of(&to);
    struct udma_endpoint mcasp = endpoint(0), other;
    struct udma_channel *channel;

    (void)state;
    assert_int_equal(udma_channel_open_to(&config, NULL, &channel), -EINVAL);
    assert_int_equal(udma_channel_open_to(NULL, &mcasp, &channel), -EINVAL);
    assert_int_equal(udma_channel_open_to(&config, &mcasp, NULL), -EINVAL);
    must(udma_endpoint_get("uart0", 0, &other));
    other.static_tr = mcasp.static_tr;
    assert_int_equal(udma_channel_open_to(&config, &other, &channel), -EINVAL); /* packets */
    must(udma_endpoint_get("mcu_adc0", 0, &other));
    other.static_tr = mcasp.static_tr;
    assert_int_equal(udma_channel_open_to(&config, &other, &channel), -EINVAL); /* only sends */
    mcasp.kind = UDMA_ENDPOINT_NATIVE; /* it has no static TR */
    mcasp.static_tr = (struct udma_static_tr){0};
    assert_int_equal(udma_channel_open_to(&config, &mcasp, &channel), -EINVAL);
    assert_int_equal(udma_channel_open_from(&config, &mcasp, &channel), -EINVAL);
    mcasp = endpoint(0);
    mcasp.static_tr.element_bytes = 5;
    assert_int_equal(udma_channel_open_from(&config, &mcasp, &channel), -EINVAL);
    mcasp = endpoint(0);
    config.depth = 0;
    assert_int_equal(udma_channel_open_from(&config, &mcasp, &channel), -EINVAL);
    config = config_of(&to);
    open_to();
    assert_int_equal(udma_channel_open_to(&config, &mcasp, &channel), -EACCES);
    must(udma_channel_close(to.channel));
}

/* As packets' channels do: a boot loader's pairing with another channel is not in the way. */
static void an_earlier_users_pairing_is_ended(void **state)
{
    const struct udma_endpoint mcasp = endpoint(0);
    uint16_t other;

    (void)state;
    open_to();
    other = (uint16_t)(AM65X_PSIL_BASE + to.channel->numbers.channel + 1u);
    must(udma_channel_close(to.channel));
    must(ti_sci_psil_pair(AM65X_DEV_NAVSS, other, mcasp.destination_thread));
    open_to();
    must(udma_channel_close(to.channel));
    open_from(0);
    other = (uint16_t)((AM65X_PSIL_BASE + from.channel->numbers.channel + 1u) | PSIL_DESTINATION);
    must(udma_channel_close(from.channel));
    must(ti_sci_psil_pair(AM65X_DEV_NAVSS, mcasp.source_thread, other));
    open_from(0);
    must(udma_channel_close(from.channel));
}

static int try_to_prepare(const struct end *end, const struct udma_transfer_config *config)
{
    struct udma_transfer *transfer;
    int error = udma_transfer_prepare(end->channel, config, &transfer);

    if (error == 0)
        must(udma_transfer_release(transfer));
    return error;
}

static void transfers_that_can_not_be_are_refused(void **state)
{
    const uintptr_t memory = (uintptr_t)from.memory;
    struct udma_move move = udma_move_send((uintptr_t)to.memory, BURST_BYTES);
    struct udma_transfer_config config = {.moves = &move, .count = 1, .period = on_period};

    (void)state;
    open_to();
    open_from(2);
    must(try_to_prepare(&to, &config));
    config.tell = true;
    assert_int_equal(try_to_prepare(&to, &config), -EINVAL);
    config.tell = false;
    config.trigger = UDMA_TRIGGER_0;
    assert_int_equal(try_to_prepare(&to, &config), -EINVAL);
    config.trigger = UDMA_TRIGGER_NONE;
    move = udma_move_send((uintptr_t)to.memory, BURST_BYTES + MCASP_WORD_BYTES);
    assert_int_equal(try_to_prepare(&to, &config), -EINVAL);
    move = udma_move_send((uintptr_t)to.memory, 2u * BURST_BYTES);
    assert_int_equal(try_to_prepare(&from, &config), -EINVAL); /* the wrong side */
    move = udma_move_receive(memory, BURST_BYTES);
    assert_int_equal(try_to_prepare(&from, &config), -EINVAL); /* two bursts it wants */
    move = udma_move_receive(memory, 2u * BURST_BYTES);
    must(try_to_prepare(&from, &config));
    config.cyclic = true;
    assert_int_equal(try_to_prepare(&from, &config), -EINVAL); /* and no end of packets */
    assert_int_equal(udma_copy(to.channel, memory, memory, 4, NULL), -EINVAL);
    assert_int_equal(udma_copy(from.channel, memory, memory, 0x20000, NULL), -EINVAL);
    assert_int_equal(udma_trigger(to.channel), -EINVAL);
    assert_int_equal(udma_chain(to.channel, from.channel, UDMA_TRIGGER_0), -EINVAL);
    close_both();
    open_from(0);
    config.cyclic = false;
    assert_int_equal(try_to_prepare(&from, &config), -EINVAL); /* the PDMA would hold it back */
    must(udma_channel_close(from.channel));
}

static void it_says_what_it_is(void **state)
{
    char text[200];

    (void)state;
    open_to();
    open_from(0);
    assert_true(udma_channel_describe(to.channel, text, sizeof(text)) > 0);
    assert_ptr_equal(strstr(text, "tchan "), text);
    assert_null(strstr(text, "rchan"));
    assert_true(udma_channel_describe(from.channel, text, sizeof(text)) > 0);
    assert_ptr_equal(strstr(text, "rchan "), text);
    assert_null(strstr(text, "tchan"));
    close_both();
}

/* ---- errors ---- */

/* Each request of an open and a close fails, or its answer is lost. */
static void whatever_fails_is_undone(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP,
                                              AM65X_FAULT_SCI_LOST};
    struct udma_channel_config config = config_of(&to);
    const struct udma_endpoint mcasp = endpoint(0);
    unsigned failed = 0;

    (void)state;
    for (unsigned i = 0; i < 2u * 3u * 16u; i++) {
        const bool sends = i % 2u == 0;
        int error;

        assert_true(am65x_inject_after(faults[i / 2u % 3u], 0, i / 6u, 1));
        error =
            (sends ? udma_channel_open_to : udma_channel_open_from)(&config, &mcasp, &to.channel);
        failed += error != 0;
        if (error == 0)
            (void)udma_channel_close(to.channel);
        assert_true(am65x_inject(faults[i / 2u % 3u], 0, 0));
        /* What is held is released by the next. */
        must(udma_channel_open_to(&config, &mcasp, &to.channel));
        must(udma_channel_close(to.channel));
    }
    assert_true(failed > 10);
}

/* A teardown that never ends is forced. */
static void a_teardown_that_hangs_is_forced(void **state)
{
    (void)state;
    start_both();
    wait_until(&from, 3, 0);
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1));
    assert_int_equal(udma_channel_close(from.channel), -ETIMEDOUT);
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1));
    assert_int_equal(udma_channel_close(to.channel), -ETIMEDOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_up, test_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_sent_comes_back),
        TEST(a_list_is_received_in_order),
        TEST(a_pause_holds_the_stream),
        TEST(an_abort_in_the_middle_can_be_gone_on_from),
        TEST(nothing_waits_for_what_comes),
        TEST(a_core_that_is_slow_still_ends_it),
        TEST(what_is_sent_once_goes_out),
        TEST(what_stands_still_is_flushed),
        TEST(a_polled_one_comes_when_it_is_asked),
        TEST(endpoints_that_will_not_do_are_refused),
        TEST(an_earlier_users_pairing_is_ended),
        TEST(transfers_that_can_not_be_are_refused),
        TEST(it_says_what_it_is),
        TEST(whatever_fails_is_undone),
        TEST(a_teardown_that_hangs_is_forced),
    };

    return cmocka_run_group_tests(tests, machine_up, NULL);
}
