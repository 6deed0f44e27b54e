// SPDX-License-Identifier: BSD-3-Clause
/*
 * A channel that is being closed takes no copies, as drivers/udma/udma.h says: neither from its
 * callbacks, which the transfer in flight still brings, nor from another core in the middle of the
 * close.
 */
#include "arch/core.h"
#include "drivers/udma/udma.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/udma_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZE   0x10000u
#define COPIES 8u

static struct udma_channel *channel;
static uint8_t *memory;
static bool begun; /* the close */
static unsigned callbacks, accepted, refused;

static int start(void **state)
{
    int error = msi_case_start(state);

    return error == 0 ? udma_host_join(msi_case.aggregator) : error;
}

static int copy(void)
{
    return udma_copy(channel, (uintptr_t)memory + SIZE, (uintptr_t)memory, SIZE, NULL);
}

static void try_copy(void *argument)
{
    int error = copy();

    (void)argument;
    assert_true(error == 0 || error == -ECANCELED);
    accepted += error == 0;
    refused += error == -ECANCELED;
}

static void copied(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
    callbacks++;
    if (begun)
        try_copy(NULL);
}

static void open_and_queue(void)
{
    const struct udma_channel_config config = {.depth = 2 * COPIES, .callback = copied, .core = 1};

    memory = calloc(2, SIZE);
    begun = false;
    callbacks = accepted = refused = 0;
    assert_int_equal(udma_channel_open(&config, &channel), 0);
    for (unsigned i = 0; i < COPIES; i++)
        assert_int_equal(copy(), 0);
}

static void close_channel(void)
{
    begun = true;
    assert_int_equal(udma_channel_close(channel), 0);
    unsigned at_close = callbacks;

    host_advance_us(100000);
    assert_int_equal(callbacks, at_close);
    free(memory);
}

static void callbacks_of_a_channel_that_closes_are_refused_copies(void **state)
{
    (void)state;
    open_and_queue();
    close_channel();
    assert_true(refused != 0);
    assert_int_equal(accepted, 0);
}

/* Whether the transmit channel has been told to stop: from then on no copy is taken. */
static bool stop_seen;

static void see_stop(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    if (address - AM65X_TCHAN_RT_BASE < 0x100000u)
        stop_seen = true;
}

static void copy_from_another_core(void *argument)
{
    int error = copy();

    (void)argument;
    assert_true(error == -ECANCELED || (error == 0 && !stop_seen));
    refused += error == -ECANCELED;
}

/* Until the channel's memory goes, which is the caller's affair, as after irq_free(). */
static bool while_it_waits(const struct host_point *point)
{
    return !point->in_interrupt && point->mutexes == 0 && point->spinlocks == 0 &&
           strcmp(point->function, "wait_for") == 0 && !point->returned;
}

static void other_cores_are_refused_copies(void **state)
{
    const struct interleave copying = {
        .core = 2, .run = copy_from_another_core, .allowed = while_it_waits};

    (void)state;
    open_and_queue();
    stop_seen = false;
    host_set_write_observer(see_stop);
    interleave_begin(&copying, 1);
    close_channel();
    assert_true(interleave_end());
    host_set_write_observer(NULL);
    assert_true(refused != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_of_a_channel_that_closes_are_refused_copies),
        cmocka_unit_test(other_cores_are_refused_copies),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
