// SPDX-License-Identifier: BSD-3-Clause
/*
 * SGIs: requested, sent and freed by several cores at once. A handler runs with the context that it
 * was requested with, and not after its free. Built twice, under the address and the thread
 * sanitizer.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "msi/local.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SGI        6u
#define ROUNDS     1000u
#define OWNERS     2u /* cores that want it: 1 and 2; cores 0 and 3 take it */
#define SENDS      3u
#define FOREVER_US 3600000000u

/* Each owner has a handler and a context of its own. */
struct owner {
    unsigned number;
    bool freed;
    uint64_t calls, late, refused, rounds;
};

static struct owner owners[OWNERS];
static uint64_t mixed_up;

static enum irq_return called(struct owner *owner, unsigned number)
{
    if (__atomic_load_n(&owner->number, __ATOMIC_SEQ_CST) != number)
        __atomic_add_fetch(&mixed_up, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&owners[number].freed, __ATOMIC_SEQ_CST))
        __atomic_add_fetch(&owners[number].late, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&owners[number].calls, 1, __ATOMIC_SEQ_CST);
    return IRQ_HANDLED;
}

static enum irq_return first_handler(void *context)
{
    return called(context, 0);
}

static enum irq_return second_handler(void *context)
{
    return called(context, 1);
}

/* Takes it whenever it is free, has it sent, and frees it. */
static void own(void *argument)
{
    struct owner *owner = argument;
    irq_handler_t handler = owner->number == 0 ? first_handler : second_handler;

    while (owner->rounds < ROUNDS) {
        __atomic_store_n(&owner->freed, false, __ATOMIC_SEQ_CST);
        int error = irq_sgi_request(SGI, handler, owner);

        assert(error == 0 || error == -EBUSY);
        if (error != 0) {
            owner->refused++;
            delay_us(1);
            continue;
        }
        for (unsigned i = 0; i < SENDS; i++) {
            gic_send_sgi(0, SGI);
            gic_send_sgi(3, SGI);
        }
        error = irq_sgi_free(SGI);
        __atomic_store_n(&owner->freed, true, __ATOMIC_SEQ_CST);
        assert(error == 0);
        owner->rounds++;
    }
}

static void contexts_are_never_mixed_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OWNERS; i++)
        owners[i] = (struct owner){.number = i};
    msi_start_idling(3);
    for (unsigned i = 0; i < OWNERS; i++)
        assert_int_equal(smp_start(1 + i, own, &owners[i]), 0);
    for (unsigned i = 0; i < OWNERS; i++)
        assert_int_equal(smp_join(1 + i, FOREVER_US), 0);
    msi_stop_idling(3);
    for (unsigned i = 0; i < OWNERS; i++) {
        print_message("# owner %u: %llu calls, refused %llu times\n", i,
                      (unsigned long long)owners[i].calls, (unsigned long long)owners[i].refused);
        assert_int_equal(owners[i].late, 0);
    }
    assert_int_equal(mixed_up, 0);
    assert_int_equal(irq_sgi_free(SGI), 0);
}

/* ---- a handler that has left something for its next call ---- */

static enum irq_return has_more(void *context)
{
    uint64_t *left = context;

    return --*left != 0 ? IRQ_AGAIN : IRQ_HANDLED;
}

static void handler_is_called_until_it_has_done_all(void **state)
{
    (void)state;
    host_advance_us(1000); /* SGIs that were sent earlier, and had no owner left, come now */
    for (unsigned core = 0; core < 2; core++) {
        uint64_t left = 100;

        assert_int_equal(irq_sgi_request(SGI, has_more, &left), 0);
        gic_send_sgi(core, SGI);
        host_advance_us(1000);
        assert_int_equal(left, 0);
        assert_int_equal(irq_sgi_free(SGI), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_are_never_mixed_up),
        cmocka_unit_test(handler_is_called_until_it_has_done_all),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
