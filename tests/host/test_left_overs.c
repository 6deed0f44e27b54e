// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a loader has left of DMA (the models' moods stale-loader and stale-ethernet): channels of
 * both Navigators that run, rings with contents, and a peripheral's threads that are paired with
 * channels of other numbers than those that the driver takes for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/mmio.h"
#include "drivers/udma/endpoint.h"
#include "drivers/udma/packet.h"
#include "drivers/udma/udma.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>

#define LEFT_TRANSMIT 11u
#define LEFT_RECEIVE  12u
#define STRIDE        0x1000u
#define ENABLE        (1u << 31)
#define PEER_ENABLE   0x220u
#define DEPTH         4u

static struct udma *mcu;

static int machine_up(void **state)
{
    (void)state;
    udma_host_start();
    return 0;
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    (void)context;
    (void)packets;
    (void)count;
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
}

static int open_transmit(const struct udma_endpoint *endpoint, struct udma_transmit **transmit)
{
    const struct udma_transmit_config config = {.udma = mcu,
                                                .endpoint = endpoint,
                                                .polled = true,
                                                .depth = DEPTH,
                                                .buffers_max = 1,
                                                .sent = on_sent};

    return udma_transmit_open(&config, transmit);
}

static int open_receive(const struct udma_endpoint *endpoint, struct udma_receive **receive)
{
    const struct udma_receive_config config = {.udma = mcu, .endpoint = endpoint, .flow_count = 1};
    const struct udma_flow_config flow = {
        .polled = true, .depth = DEPTH, .received = on_received, .returned = on_returned};
    struct udma_flow *opened;
    int error = udma_receive_open(&config, receive);

    if (error == 0)
        error = udma_flow_open(*receive, 0, &flow, &opened);
    return error == 0 ? udma_receive_start(*receive) : error;
}

static uint32_t control(uintptr_t region, unsigned channel, unsigned place)
{
    return mmio_read32(region + channel * STRIDE + place);
}

static bool runs(unsigned channel, uintptr_t region)
{
    return (control(region, channel, 0) & ENABLE) != 0;
}

/* Before the driver comes up they run; afterwards none does, nor does the peripheral's end. */
static void what_runs_is_stopped(void **state)
{
    (void)state;
    assert_true(runs(LEFT_TRANSMIT, AM65X_MCU_TCHAN_RT_BASE));
    assert_true(runs(LEFT_RECEIVE, AM65X_MCU_RCHAN_RT_BASE));
    mcu = udma_host_start_mcu();
    assert_non_null(mcu);
    for (unsigned i = 0; i < 48; i++) {
        assert_false(runs(i, AM65X_MCU_TCHAN_RT_BASE));
        assert_false(runs(i, AM65X_MCU_RCHAN_RT_BASE));
    }
    assert_int_equal(control(AM65X_MCU_TCHAN_RT_BASE, LEFT_TRANSMIT, PEER_ENABLE) & ENABLE, 0);
    assert_int_equal(control(AM65X_MCU_RCHAN_RT_BASE, LEFT_RECEIVE, PEER_ENABLE) & ENABLE, 0);
}

/* The two that a loader had are the last to be asked for by their numbers. */
static void a_peripheral_is_taken_over(void **state)
{
    const struct udma_endpoint *cpsw = udma_endpoint_find("cpsw0");
    const uint64_t pairs = am65x_counter(AM65X_COUNT_PSIL_PAIRS);
    struct udma_transmit *transmit, *second;
    struct udma_receive *receive;
    struct udma_inventory before, after;

    (void)state;
    assert_int_equal(pairs, 2);
    udma_get_inventory_of(mcu, &before);
    must(open_transmit(cpsw, &transmit));
    must(open_receive(cpsw, &receive));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 2);
    /* What is ours is not taken over. */
    assert_int_equal(open_transmit(cpsw, &second), -EACCES);
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 2);
    must(udma_transmit_close(transmit));
    must(udma_receive_close(receive));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
    udma_get_inventory_of(mcu, &after);
    assert_memory_equal(&before, &after, sizeof(after));
}

/* All channels can be had, those of the loader too, for copies. */
static void its_numbers_are_like_any_other(void **state)
{
    struct udma_inventory before, after;
    struct udma_channel *channels[64];
    const struct udma_channel_config config = {
        .udma = mcu, .polled = true, .depth = 1, .callback = on_sent};
    unsigned count = 0;

    (void)state;
    udma_get_inventory_of(mcu, &before);
    while (count < 64 && udma_channel_open(&config, &channels[count]) == 0)
        count++;
    assert_int_equal(count, before.channels_free);
    while (count-- > 0)
        must(udma_channel_close(channels[count]));
    udma_get_inventory_of(mcu, &after);
    assert_memory_equal(&before, &after, sizeof(after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_runs_is_stopped),
        cmocka_unit_test(a_peripheral_is_taken_over),
        cmocka_unit_test(its_numbers_are_like_any_other),
    };

    /* AM65X_MOOD_STALE_LOADER, AM65X_MOOD_STALE_ETHERNET */
    (void)setenv("HOST_MOODS", "0x8001", 1);
    return cmocka_run_group_tests(tests, machine_up, NULL);
}
