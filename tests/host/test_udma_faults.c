// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UDMA driver when something fails: requests that are refused or whose answers are lost,
 * memory, registers that say what can't be, interrupts that are masked, handlers that hang. Each
 * error is told, nothing is lost, and what was held comes back.
 *
 * The linker leads calls of the functions below the driver here (--wrap, see mk/host.mk).
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS_MAX 100u

/* ---- steps that fail ---- */

enum way {
    REFUSED,   /* an error, and nothing has happened */
    LOST,      /* no answer, and nothing has happened */
    DONE_LOST, /* no answer, but it has happened */
    WAYS
};

static unsigned steps_left; /* until some fail; 0: none will */
static unsigned in_a_row;   /* how many do then */
static enum way way;
static int injected;      /* the last error that was */
static unsigned requests; /* that reached the stand-ins */

static bool fails(int refusal)
{
    requests++;
    if (steps_left == 0 || --steps_left != 0)
        return false;
    if (--in_a_row != 0)
        steps_left = 1;
    injected = way == REFUSED ? refusal : -ETIMEDOUT;
    return true;
}

static void fail_from(unsigned step, unsigned count)
{
    injected = 0;
    steps_left = step;
    in_a_row = count;
}

static void fail_no_more(void)
{
    steps_left = 0;
}

/* Only these, if not NULL: the name of the function. */
static const char *only;

#define STEP(name, takes, passes, refusal)                                                         \
    int __real_##name takes;                                                                       \
    int __wrap_##name takes;                                                                       \
    int __wrap_##name takes                                                                        \
    {                                                                                              \
        if ((only != NULL && strcmp(only, #name) != 0) || !fails(refusal))                         \
            return __real_##name passes;                                                           \
        if (way == DONE_LOST)                                                                      \
            (void)__real_##name passes;                                                            \
        return injected;                                                                           \
    }

STEP(ti_sci_ring_configure, (const struct ti_sci_ring_config *config), (config), -EACCES)
STEP(ti_sci_psil_unpair, (uint16_t a, uint16_t b, uint16_t c), (a, b, c), -EACCES)

/* A subtype for which the system firmware grants the numbers of another one too. */
static struct {
    uint8_t subtype, as;
} granted_twice[3];

static uint8_t granted_as(uint8_t subtype)
{
    for (size_t i = 0; i < sizeof(granted_twice) / sizeof(granted_twice[0]); i++)
        if (granted_twice[i].as != 0 && granted_twice[i].subtype == subtype)
            return granted_twice[i].as;
    return subtype;
}

/* Another core starts the driver while it asks for its ranges. */
static bool init_meanwhile;
static int init_meanwhile_error;

static uint8_t asked_for(uint8_t subtype)
{
    if (init_meanwhile) {
        init_meanwhile = false;
        init_meanwhile_error = udma_init(&udma_host_facts);
    }
    return granted_as(subtype);
}

STEP(ti_sci_get_range, (uint16_t a, uint8_t b, struct ti_sci_range *c), (a, asked_for(b), c),
     -EACCES)

/* What befalls the next answer of the models to a pairing, in place of a step that fails. */
static bool spoil;
static enum am65x_fault spoil_fault;
static uint64_t spoil_argument;

STEP(ti_sci_psil_pair, (uint16_t a, uint16_t b, uint16_t c), (a, b, c), -EACCES)

/* Each of a batch may fail as if it came alone. */
void __real_ti_sci_batch(struct ti_sci_item *items, unsigned count);
void __wrap_ti_sci_batch(struct ti_sci_item *items, unsigned count);

/* 0: it does not. */
static int fate(const struct ti_sci_item *item)
{
    static const char *const names[] = {
        [TI_SCI_RING] = "ti_sci_ring_configure",
        [TI_SCI_UDMAP_TX] = "transmit",
        [TI_SCI_UDMAP_RX] = "receive",
        [TI_SCI_PSIL_PAIR] = "ti_sci_psil_pair",
        [TI_SCI_PSIL_UNPAIR] = "ti_sci_psil_unpair",
    };

    if (only != NULL && strcmp(only, names[item->kind]) != 0)
        return 0;
    return fails(-EACCES) ? injected : 0;
}

void __wrap_ti_sci_batch(struct ti_sci_item *items, unsigned count)
{
    struct ti_sci_item passed[TI_SCI_BATCH_MAX];
    int fates[TI_SCI_BATCH_MAX];
    unsigned passes = 0;

    assert_true(count <= TI_SCI_BATCH_MAX);
    for (unsigned i = 0; i < count; i++) {
        fates[i] = fate(&items[i]);
        if (fates[i] == 0 || way == DONE_LOST)
            passed[passes++] = items[i];
    }
    if (spoil) { /* the answer to the last, which is a pairing */
        spoil = false;
        assert_int_equal(passed[--passes].kind, TI_SCI_PSIL_PAIR);
        __real_ti_sci_batch(passed, passes);
        assert_true(am65x_inject(spoil_fault, spoil_argument, 1));
        __real_ti_sci_batch(&passed[passes], 1);
    } else {
        __real_ti_sci_batch(passed, passes);
    }
    passes = 0;
    for (unsigned i = 0; i < count; i++) {
        if (fates[i] == 0 || way == DONE_LOST)
            items[i].error = passed[passes++].error;
        if (fates[i] != 0)
            items[i].error = fates[i];
    }
}

/* Memory, which has no ways to fail but one. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    if (only != NULL || !fails(-ENOMEM))
        return __real_calloc(count, size);
    injected = -ENOMEM;
    return NULL;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    if (only != NULL || !fails(-ENOMEM))
        return __real_aligned_alloc(alignment, size);
    injected = -ENOMEM;
    return NULL;
}

/* Errors of the interrupt layer, each for the next call. */
static int free_error, synchronize_error;

int __real_irq_free(struct irq *irq);
int __wrap_irq_free(struct irq *irq);
int __wrap_irq_free(struct irq *irq)
{
    int error = free_error;

    free_error = 0;
    if (error == -EAGAIN)
        return error; /* kept */
    return error != 0 && __real_irq_free(irq) == 0 ? error : __real_irq_free(irq);
}

int __real_irq_synchronize(struct irq *irq);
int __wrap_irq_synchronize(struct irq *irq);
int __wrap_irq_synchronize(struct irq *irq)
{
    int error = synchronize_error;

    synchronize_error = 0;
    return error != 0 ? error : __real_irq_synchronize(irq);
}

/* The nth text that is put together from here on is refused: newlib's sniprintf() does that with a
 * size that no int can say. Not of this file's own calls. */
static unsigned texts_left;

int __real_snprintf(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int __wrap_snprintf(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int __wrap_snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    if (texts_left != 0 && --texts_left == 0)
        return -1;
    va_start(arguments, format);
    length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

/* A register that says what it is told to. */
static uintptr_t stuck_register;
static uint32_t stuck_value;
static unsigned stuck_reads;

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value = __real_host_mmio_read(address, size);

    if (address != stuck_register || stuck_register == 0)
        return value;
    stuck_reads++;
    return stuck_value;
}

static void stick(const void *address, uint32_t value)
{
    stuck_register = (uintptr_t)address;
    stuck_value = value;
    stuck_reads = 0;
}

static void unstick(void)
{
    stuck_register = 0;
}

/* ---- a life: open, copy, close ---- */

#define WAIT_US 1000000u

struct probe {
    struct udma_channel *channel;
    unsigned calls;
    int status;
    int again; /* of a copy that the callback queues, if it is not 0 before */
    uint8_t *memory;
};

static int copy(struct probe *probe)
{
    return udma_copy(probe->channel, (uintptr_t)probe->memory + 64, (uintptr_t)probe->memory, 64,
                     NULL);
}

static void on_copy(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    (void)cookie;
    probe->calls++;
    probe->status = status;
    if (probe->again != 0)
        probe->again = copy(probe);
    wait_notify();
}

static uint8_t memory[128];

static int open_probe(struct probe *probe, uint32_t depth)
{
    const struct udma_channel_config config = {
        .name = "test", .core = 0, .depth = depth, .callback = on_copy, .context = probe};

    *probe = (struct probe){.memory = memory};
    return udma_channel_open(&config, &probe->channel);
}

static int open_deferred(struct probe *probe, uint32_t depth)
{
    const struct udma_channel_config config = {.name = "test",
                                               .depth = depth,
                                               .callback = on_copy,
                                               .context = probe,
                                               .delivery = &udma_in_thread};

    *probe = (struct probe){.memory = memory};
    return udma_channel_open(&config, &probe->channel);
}

static int open_polled(struct probe *probe, uint32_t depth)
{
    const struct udma_channel_config config = {
        .name = "test", .polled = true, .depth = depth, .callback = on_copy, .context = probe};

    *probe = (struct probe){.memory = memory};
    return udma_channel_open(&config, &probe->channel);
}

struct expectation {
    const struct probe *probe;
    unsigned calls;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return expectation->probe->calls >= expectation->calls;
}

static void wait_for_calls(const struct probe *probe, unsigned count)
{
    struct expectation expectation = {.probe = probe, .calls = count};

    must(wait_for(has_come, &expectation, WAIT_US));
}

static void copy_and_wait(struct probe *probe)
{
    unsigned calls = probe->calls;

    must(copy(probe));
    wait_for_calls(probe, calls + 1);
    assert_int_equal(probe->status, 0);
}

static void live(void)
{
    struct probe probe;

    must(open_probe(&probe, 2));
    copy_and_wait(&probe);
    must(udma_channel_close(probe.channel));
}

static struct udma_host_inventory before;

static void check_leftovers(void)
{
    const struct udma_host_inventory after = udma_host_inventory();

    assert_int_equal(after.open, before.open);
    assert_int_equal(after.udma.held, before.udma.held);
    assert_int_equal(after.udma.channels_free, before.udma.channels_free);
    assert_int_equal(after.udma.rings_free, before.udma.rings_free);
    assert_int_equal(after.irqs, before.irqs);
    assert_int_equal(after.mappings, before.mappings);
    assert_int_equal(after.routes, before.routes);
    assert_int_equal(after.pairs, before.pairs);
    assert_int_equal(after.rings, before.rings);
}

static unsigned held(void)
{
    return udma_host_inventory().udma.held;
}

static int start(void **state)
{
    (void)state;
    udma_host_start();
    live(); /* what the interrupt layer allocates once */
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    must(udma_init(&udma_host_facts)); /* no number is last */
    before = udma_host_inventory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fail_no_more();
    unstick();
    texts_left = 0;
    only = NULL;
    spoil = false;
    way = REFUSED;
    host_set_write_observer(NULL);
    return 0;
}

/* ---- requests and memory ---- */

/* Fails steps from the nth on, `count` in a row, in a life. false: it did not get there. */
static bool live_with_failure(unsigned step, unsigned count)
{
    struct probe probe;
    int error;

    fail_from(step, count);
    error = open_probe(&probe, 2);
    if (error == 0) {
        copy_and_wait(&probe);
        error = udma_channel_close(probe.channel);
    }
    fail_no_more();
    /* A lost answer that was made good is no error; and one is told only if there was a failure. */
    assert_true(error == 0 || injected != 0);
    assert_int_equal(udma_open_count(), before.open);
    if (injected != 0 && way == REFUSED && count == 1 && error == 0)
        assert_true(only != NULL && strcmp(only, "ti_sci_psil_pair") == 0);
    return injected != 0;
}

static unsigned sweep(unsigned count)
{
    for (unsigned step = 1; step < STEPS_MAX; step++) {
        bool reached = live_with_failure(step, count);

        live();
        check_leftovers();
        if (!reached)
            return step - 1;
    }
    fail_msg("it never gets through");
    return 0;
}

static void each_step_of_a_life_may_fail(void **state)
{
    static const char *const functions[] = {
        "ti_sci_ring_configure", "transmit", "receive", "ti_sci_psil_pair", "ti_sci_psil_unpair",
    };

    (void)state;
    for (way = REFUSED; way < WAYS; way++) {
        for (unsigned count = 1; count <= 4; count++) {
            unsigned steps = 0;

            for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
                only = functions[i];
                steps += sweep(count);
            }
            print_message("# way %u, %u in a row: %u steps\n", way, count, steps);
            assert_true(steps >= 8);
        }
    }
}

static void all_steps_may_fail_mixed(void **state)
{
    (void)state;
    /* Memory too; refusals of several kinds in a row. */
    for (way = REFUSED; way < WAYS; way++) {
        for (unsigned count = 2; count <= 8; count++)
            assert_true(sweep(count) >= 10);
    }
}

static void without_memory_there_is_no_channel(void **state)
{
    struct probe probe;

    (void)state;
    for (unsigned step = 1; step <= 2; step++) {
        fail_from(step, 1); /* the channel, its descriptors */
        assert_int_equal(open_probe(&probe, 1), -ENOMEM);
        fail_no_more();
        check_leftovers();
    }
    fail_from(3, 1); /* the first ring's elements */
    assert_int_equal(open_probe(&probe, 1), -ENOMEM);
    fail_no_more();
    check_leftovers();
    assert_null(dma_alloc(0));
    assert_null(dma_alloc(SIZE_MAX));
}

/* The models themselves lose, delay or garble the answer, after the pairing was made. */
static void a_pairing_without_an_answer_costs_no_number(void **state)
{
    static const struct {
        enum am65x_fault fault;
        uint64_t argument;
        int error;
    } cases[] = {
        {AM65X_FAULT_SCI_DROP, 0, -ETIMEDOUT},
        {AM65X_FAULT_SCI_LATE, 2000000, -ETIMEDOUT},
        {AM65X_FAULT_SCI_WRONG_TYPE, 0, -EPROTO},
        {AM65X_FAULT_SCI_WRONG_HOST, 0, -EPROTO},
        {AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, -ETIMEDOUT},
    };
    struct probe probe;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        spoil = true;
        spoil_fault = cases[i].fault;
        spoil_argument = cases[i].argument;
        assert_int_equal(open_probe(&probe, 1), cases[i].error);
        assert_false(spoil);
        check_leftovers(); /* of the models too: the pairing is gone */
        live();
        host_advance_us(3000000); /* the late answer comes, and is nobody's */
        live();
        check_leftovers();
    }
}

static uint16_t source_thread(unsigned number)
{
    return (uint16_t)(AM65X_PSIL_BASE + number);
}

static uint16_t destination_thread(unsigned number)
{
    return source_thread(number) | 0x8000u;
}

/* The number that the next open takes. */
static unsigned next_number(void)
{
    struct probe probe;
    unsigned number;

    must(open_probe(&probe, 1));
    number = probe.channel->numbers.channel;
    must(udma_channel_close(probe.channel));
    return number;
}

static void a_pairing_that_was_left_is_taken_away(void **state)
{
    unsigned number = next_number();

    (void)state;
    must(ti_sci_psil_pair(AM65X_DEV_NAVSS, source_thread(number), destination_thread(number)));
    assert_int_equal(next_number(), number);
    check_leftovers();
}

static void open_all(void)
{
    const unsigned count = udma_capacity();
    struct probe *probes = calloc(count, sizeof(*probes));

    for (unsigned i = 0; i < count; i++) {
        must(open_probe(&probes[i], 1));
        copy_and_wait(&probes[i]);
    }
    for (unsigned i = 0; i < count; i++)
        must(udma_channel_close(probes[i].channel));
    free(probes);
}

static void a_number_that_is_paired_elsewhere_is_put_last(void **state)
{
    unsigned number = next_number();
    struct probe *probes;
    unsigned count = udma_capacity();

    (void)state;
    /* Both this number's source and the next one's destination are taken. */
    must(ti_sci_psil_pair(AM65X_DEV_NAVSS, source_thread(number), destination_thread(number + 1)));
    assert_int_equal(next_number(), number + 2);
    only = "ti_sci_psil_pair";
    requests = 0;
    assert_int_equal(next_number(), number + 2);
    assert_int_equal(requests, 1); /* the other two are not tried */
    /* They are tried again when nothing else is left, and told. */
    probes = calloc(count, sizeof(*probes));
    for (unsigned i = 0; i < count - 2; i++)
        must(open_probe(&probes[i], 1));
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(open_probe(&probes[count - 2], 1), -EACCES);
    must(
        ti_sci_psil_unpair(AM65X_DEV_NAVSS, source_thread(number), destination_thread(number + 1)));
    must(open_probe(&probes[count - 2], 1));
    must(open_probe(&probes[count - 1], 1));
    for (unsigned i = 0; i < count; i++)
        must(udma_channel_close(probes[i].channel));
    free(probes);
    check_leftovers();
}

static void when_all_pairings_are_refused_that_is_told(void **state)
{
    struct probe probe;

    (void)state;
    only = "ti_sci_psil_pair";
    fail_from(1, UINT32_MAX);
    requests = 0;
    assert_int_equal(open_probe(&probe, 1), -EACCES);
    assert_int_equal(requests, 2 * (udma_capacity() + 1)); /* once more the first */
    requests = 0;
    assert_int_equal(open_probe(&probe, 1), -EACCES); /* not all of them again */
    assert_int_equal(requests, 2);
    fail_no_more();
    check_leftovers();
    open_all();
    check_leftovers();
}

/* ---- what is held ---- */

static void close_with(const char *function, enum way how, unsigned count, int expected)
{
    struct probe probe;

    must(open_probe(&probe, 1));
    only = function;
    way = how;
    fail_from(1, count);
    assert_int_equal(udma_channel_close(probe.channel), expected);
    fail_no_more();
}

static void what_was_held_comes_back(void **state)
{
    static const char *const functions[] = {"ti_sci_psil_unpair", "ti_sci_ring_configure"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct udma_host_inventory now;
        unsigned first = next_number();
        struct probe probe;

        close_with(functions[i], REFUSED, 1, -EIO);
        now = udma_host_inventory();
        assert_int_equal(now.udma.held, 1);
        assert_int_equal(now.open, 0);
        assert_int_equal(now.udma.channels_free, before.udma.channels_free - 1);
        assert_int_equal(now.udma.rings_free, before.udma.rings_free - 1);
        /* While the step is refused, so is the number to others, and nobody loses it. */
        fail_from(1, 1);
        must(open_probe(&probe, 1));
        assert_int_not_equal(probe.channel->numbers.channel, first);
        assert_int_equal(held(), 1);
        must(udma_channel_close(probe.channel)); /* a close tries again too */
        assert_int_equal(held(), 0);
        check_leftovers();
        open_all();
        check_leftovers();
    }
}

static void lost_answers_hold_nothing_or_little(void **state)
{
    (void)state;
    close_with("ti_sci_psil_unpair", DONE_LOST, 1, 0);
    check_leftovers();
    close_with("ti_sci_psil_unpair", LOST, 1, 0);
    check_leftovers();
    close_with("ti_sci_psil_unpair", DONE_LOST, 2, -EIO);
    assert_int_equal(held(), 1);
    live(); /* refused, since it is gone: that is certain now */
    check_leftovers();
    close_with("ti_sci_ring_configure", DONE_LOST, 1, 0);
    check_leftovers();
    close_with("ti_sci_ring_configure", LOST, 2, -EIO);
    live();
    check_leftovers();
}

static void a_silent_firmware_is_asked_once_a_call(void **state)
{
    const unsigned count = 5;
    struct probe probes[5], probe;

    (void)state;
    for (unsigned i = 0; i < count; i++)
        must(open_probe(&probes[i], 1));
    only = "ti_sci_psil_unpair";
    way = LOST;
    fail_from(1, UINT32_MAX);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(udma_channel_close(probes[i].channel), -EIO);
    assert_int_equal(held(), count);
    requests = 0;
    must(open_probe(&probe, 1));
    assert_int_equal(requests, 1);
    fail_no_more();
    must(udma_channel_close(probe.channel));
    check_leftovers();
}

static void an_open_that_can_not_be_undone_is_held(void **state)
{
    struct probe probe;

    (void)state;
    only = NULL;
    way = LOST;
    /* Memory for channel, descriptors and rings; then all requests. */
    fail_from(5, UINT32_MAX);
    assert_int_equal(open_probe(&probe, 1), -EIO);
    fail_no_more();
    assert_int_equal(held(), 1);
    live();
    check_leftovers();
}

static void a_channel_that_stays_on_is_held(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 1));
    copy_and_wait(&probe);
    stick(&probe.channel->halves.receive->ctl, UDMAP_CTL_ENABLE);
    assert_int_equal(udma_channel_close(probe.channel), -EIO);
    assert_int_equal(held(), 1);
    assert_int_equal(udma_host_inventory().pairs, before.pairs + 1);
    live();
    assert_int_equal(held(), 1);
    unstick();
    live();
    check_leftovers();
}

static void a_channel_that_was_left_on_is_turned_off(void **state)
{
    const unsigned number = next_number();
    const uintptr_t control = AM65X_TCHAN_RT_BASE + number * UDMAP_CHANNEL_STRIDE;
    struct probe probe;

    (void)state;
    mmio_write32(control, UDMAP_CTL_ENABLE);
    live();
    assert_int_equal(mmio_read32(control), 0);
    stick((const void *)control, UDMAP_CTL_ENABLE);
    assert_int_equal(open_probe(&probe, 1), -EIO);
    assert_int_equal(held(), 1);
    unstick();
    live();
    check_leftovers();
}

/* What the doorbells of one ring have added. */
static uintptr_t watched_doorbell;
static uint64_t added;

static void add_up(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (address == watched_doorbell)
        added += value;
}

static void watch(const struct ring_rt_registers *registers)
{
    watched_doorbell = (uintptr_t)&registers->doorbell;
    added = 0;
    host_set_write_observer(add_up);
}

#define COUNT_WRAPS 0x400000u /* the UDMAP's count has 22 bits */

static void the_erratum_is_worked_round_again_after_a_lost_answer(void **state)
{
    struct udma_facts facts = udma_host_facts;
    struct probe probe;

    (void)state;
    facts.ring_state_erratum = true;
    must(udma_init(&facts));
    must(open_probe(&probe, 64));
    for (unsigned i = 0; i < 64; i++)
        must(copy(&probe));
    watch(probe.channel->transfer.registers);
    only = "ti_sci_ring_configure";
    way = DONE_LOST;
    fail_from(1, 1);
    assert_int_equal(udma_channel_close(probe.channel), -EIO);
    fail_no_more();
    assert_int_equal(held(), 1);
    assert_int_equal(added, 0);
    /* The ring's own count is zero by now; the UDMAP's is not. */
    live();
    assert_in_range(added, COUNT_WRAPS - 64, COUNT_WRAPS - 1);
    host_set_write_observer(NULL);
    check_leftovers();
    must(udma_init(&udma_host_facts));
}

static void the_erratum_is_worked_round_for_each_count(void **state)
{
    struct udma_ring ring;
    uint16_t index;

    (void)state;
    must(udma_ring_reserve(&index));
    must(udma_ring_open(&ring, index, 16));
    watch(ring.registers);
    must(udma_ring_wrap_occupancy(&ring));
    assert_int_equal(added, 0); /* it is empty */
    udma_ring_submit(&ring, 3);
    added = 0;
    must(udma_ring_wrap_occupancy(&ring));
    assert_int_equal(added, COUNT_WRAPS - 3);
    /* The models have no such erratum: the doorbells have filled the ring. */
    added = 0;
    must(udma_ring_wrap_occupancy(&ring));
    assert_int_equal(added, COUNT_WRAPS - 16);
    host_set_write_observer(NULL);
    must(udma_ring_close(&ring));
    must(udma_ring_unreserve(index));
    check_leftovers();
}

/* ---- rings alone ---- */

static void a_ring_of_which_nothing_is_known_is_closed_later(void **state)
{
    struct udma_ring ring;
    uint16_t index;

    (void)state;
    only = "ti_sci_ring_configure";
    must(udma_ring_reserve(&index));
    for (way = LOST; way < WAYS; way++) {
        fail_from(1, 1);
        assert_int_equal(udma_ring_open(&ring, index, 16), -ETIMEDOUT);
        assert_null(ring.elements);
        assert_int_equal(udma_host_inventory().rings, before.rings);
        must(udma_ring_close(&ring)); /* nothing to do */
        fail_from(1, 3);
        assert_int_equal(udma_ring_open(&ring, index, 16), -EIO);
        assert_non_null(ring.elements);
        must(udma_ring_close(&ring));
        assert_null(ring.elements);
        assert_int_equal(udma_host_inventory().rings, before.rings);
    }
    must(udma_ring_unreserve(index));
    check_leftovers();
}

/* ---- completion rings that can't be believed ---- */

/* Puts an element onto the completion ring as the hardware does. */
static void put_element(struct udma_channel *channel, uint64_t element)
{
    channel->completion.elements[channel->completion.position] = element;
    mmio_write32((uintptr_t)&channel->completion.registers->doorbell, 1);
    host_advance_us(100); /* a slow event too (HOST_MOODS) */
}

static void check_failed_channel(uint32_t occupancy)
{
    struct udma_counters counters;
    uint64_t began;
    struct probe probe;

    must(open_probe(&probe, 4));
    stick(&probe.channel->completion.registers->occupancy, occupancy);
    must(copy(&probe));
    began = time_now_ns();
    host_advance_us(1000);
    assert_true(stuck_reads <= 2u * probe.channel->completion.count);
    assert_true(time_now_ns() - began < 2000000u);
    assert_int_equal(copy(&probe), -EIO);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.interrupts, 1);
    assert_int_equal(counters.completions, probe.calls);
    assert_int_equal(counters.errors, 0);
    assert_true(probe.channel->failed);
    assert_int_equal(probe.channel->failed_count, occupancy > 16 ? occupancy : 16 + occupancy);
    if (occupancy == 1) {
        uint64_t bogus = counters.bogus;

        /* The handler emptied the ring before it gave up: so there is another event. */
        put_element(probe.channel, 0);
        udma_channel_get_counters(probe.channel, &counters);
        assert_int_equal(counters.interrupts, 2);
        assert_int_equal(counters.bogus, bogus);
    }
    began = time_now_ns();
    must(udma_channel_close(probe.channel)); /* the hardware has ended all the same */
    assert_true(time_now_ns() - began < 100000000u);
    unstick();
    check_leftovers();
    live();
    check_leftovers();
}

static void a_stuck_occupancy_fails_the_channel_and_no_core(void **state)
{
    (void)state;
    check_failed_channel(1);
    check_failed_channel(16);
    check_failed_channel(17);
    check_failed_channel(RING_OCCUPANCY_ENTRIES);
}

static void a_stuck_occupancy_is_found_at_close_too(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    irq_mask(probe.channel->irq);
    stick(&probe.channel->completion.registers->occupancy, 0x1fffff);
    must(udma_channel_close(probe.channel));
    unstick();
    /* Nothing to be seen for ever, though the channel is off: not drained, but closed. */
    must(open_probe(&probe, 4));
    stick(&probe.channel->completion.registers->occupancy, 0);
    irq_mask(probe.channel->irq);
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    unstick();
    check_leftovers();
    live();
    check_leftovers();
}

/* A polled channel: what the ring tells is told to who asks, and to who closes. */
static void a_polled_channel_fails_like_others(void **state)
{
    struct probe probe;

    (void)state;
    must(open_polled(&probe, 4));
    must(copy(&probe));
    stick(&probe.channel->completion.registers->occupancy, 17);
    assert_int_equal(udma_poll(probe.channel), -EIO);
    assert_int_equal(udma_poll(probe.channel), -EIO);
    assert_int_equal(copy(&probe), -EIO);
    assert_true(probe.calls <= 1);
    must(udma_channel_close(probe.channel));
    unstick();
    /* Nothing to be seen for ever. */
    must(open_polled(&probe, 4));
    stick(&probe.channel->completion.registers->occupancy, 0);
    must(copy(&probe));
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    assert_int_equal(probe.calls, 0);
    unstick();
    /* The teardown never ends. */
    must(open_polled(&probe, 4));
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1));
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    check_leftovers();
    live();
    check_leftovers();
}

/* Callbacks in thread context: bounded too, and the core's other work comes between. */
static void check_failed_work(uint32_t occupancy)
{
    struct probe probe;
    unsigned turns = 0;

    must(open_deferred(&probe, 4));
    stick(&probe.channel->completion.registers->occupancy, occupancy);
    must(copy(&probe));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 0);
    for (unsigned ran; (ran = work_run()) != 0; turns++)
        assert_true(ran == 1 && turns <= probe.channel->completion.count);
    assert_true(turns >= 1);
    assert_int_equal(probe.calls, occupancy <= 16); /* as much as there can be is looked at */
    assert_true(stuck_reads <= 3u * probe.channel->completion.count + 1);
    assert_int_equal(copy(&probe), -EIO);
    assert_int_equal(probe.channel->failed_count, occupancy > 16 ? occupancy : 16);
    must(udma_flush(probe.channel, 1000));
    must(udma_channel_close(probe.channel));
    unstick();
    check_leftovers();
    live();
    check_leftovers();
}

static void a_stuck_occupancy_fails_deferred_callbacks(void **state)
{
    (void)state;
    check_failed_work(1);
    check_failed_work(16);
    check_failed_work(17);
    check_failed_work(RING_OCCUPANCY_ENTRIES);
}

/* Few at a time: they are counted, as by the handler. */
static void few_elements_that_are_no_descriptors_fail_no_deferred_callbacks(void **state)
{
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    must(open_deferred(&probe, 4));
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < 10; i++) {
            put_element(probe.channel, 0);
            assert_int_equal(work_run(), 1);
        }
        must(copy(&probe));
        host_advance_us(1000);
        assert_int_equal(work_run(), 1);
        assert_int_equal(probe.calls, round);
    }
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.bogus, 30);
    must(udma_channel_close(probe.channel));
    check_leftovers();
}

static void check_each_step_of_opening(int (*open)(struct probe *probe, uint32_t depth))
{
    struct probe probe;

    only = NULL;
    for (way = REFUSED; way < WAYS; way++)
        for (unsigned step = 1; step < STEPS_MAX; step++) {
            fail_from(step, 1);
            int error = open(&probe, 4);

            fail_no_more();
            assert_true(error == 0 || injected != 0);
            if (error == 0) {
                must(copy(&probe));
                must(udma_channel_close(probe.channel));
            }
            check_leftovers();
            if (injected == 0)
                break;
        }
}

static void a_channel_without_a_handler_is_opened_or_nothing_is_left(void **state)
{
    (void)state;
    check_each_step_of_opening(open_polled);
    check_each_step_of_opening(open_deferred);
}

static void elements_that_are_no_descriptors_are_counted(void **state)
{
    struct udma_counters counters;
    struct probe probe;
    uint64_t descriptors;

    (void)state;
    must(open_probe(&probe, 4));
    descriptors = (uintptr_t)probe.channel->descriptors;
    put_element(probe.channel, 0);
    put_element(probe.channel, UINT64_MAX - 1u);
    put_element(probe.channel, descriptors);      /* not in use */
    put_element(probe.channel, descriptors + 64); /* not one's begin */
    put_element(probe.channel, descriptors + 4 * sizeof(struct udma_descriptor));
    put_element(probe.channel, 1); /* no teardown yet */
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.bogus, 6);
    assert_int_equal(counters.errors, 0);
    assert_int_equal(probe.calls, 0);
    copy_and_wait(&probe);
    /* The false message did not stop it: the transfer in flight ends. */
    must(copy(&probe));
    host_advance_us(1); /* under way by now */
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 2);
    check_leftovers();
}

/* The transfer has ended well, but its descriptor is not what it was. */
static void a_descriptor_that_was_overwritten_is_an_error(void **state)
{
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 1));
    irq_mask(probe.channel->irq);
    must(copy(&probe));
    host_advance_us(100);
    assert_int_equal(probe.calls, 0);
    probe.channel->descriptors[0].packet_info[0] = UINT32_MAX; /* so many records */
    irq_unmask(probe.channel->irq);
    wait_for_calls(&probe, 1);
    assert_int_equal(probe.status, -EIO);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.errors, 1);
    assert_int_equal(counters.bytes, 0);
    assert_int_equal(counters.bogus, 0);
    copy_and_wait(&probe); /* in the same slot */
    must(udma_channel_close(probe.channel));
    check_leftovers();
}

/* ---- closing ---- */

#define RESPONSE_FLUSHED 6u

/* At the teardown the hardware gives back what is queued behind the transfer in flight. */
static struct {
    struct udma_channel *channel; /* NULL: not any more */
    unsigned slot;
    struct udma_counters after;
    bool free_after;
} flush;

static void flush_at_teardown(uintptr_t address, unsigned size, uint64_t value)
{
    struct udma_channel *channel = flush.channel;
    struct udma_descriptor *descriptor;

    (void)size;
    if (channel == NULL || address != (uintptr_t)&channel->halves.transmit->ctl ||
        (value & UDMAP_CTL_TEARDOWN) == 0)
        return;
    flush.channel = NULL;
    descriptor = &channel->descriptors[flush.slot];
    descriptor->records[1].responses[0] = RESPONSE_FLUSHED;
    channel->completion.elements[channel->completion.position] = (uintptr_t)descriptor;
    mmio_write32((uintptr_t)&channel->completion.registers->doorbell, 1);
    udma_channel_get_counters(channel, &flush.after);
    flush.free_after = channel->slots[flush.slot].length == 0;
}

static void what_a_teardown_flushes_is_dropped(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    for (unsigned i = 0; i < 4; i++)
        must(copy(&probe));
    flush.channel = probe.channel;
    flush.slot = 3; /* that of the last one */
    for (unsigned i = 0; i < 4; i++)
        assert_int_not_equal(probe.channel->slots[i].length, 0);
    host_set_write_observer(flush_at_teardown);
    must(udma_channel_close(probe.channel));
    assert_null(flush.channel);
    assert_int_equal(flush.after.interrupts, 1);
    assert_true(flush.free_after);
    assert_int_equal(flush.after.completions, 0); /* dropped: neither done nor failed */
    assert_int_equal(flush.after.errors, 0);
    assert_int_equal(flush.after.bogus, 0);
    assert_true(probe.calls < 4); /* of the others, those that were in flight */
    assert_true(probe.calls == 0 || probe.status == 0);
    host_set_write_observer(NULL);
    check_leftovers();
    live();
    check_leftovers();
}

static void a_masked_channel_closes_cleanly(void **state)
{
    struct probe probe;
    uint64_t began;

    (void)state;
    must(open_probe(&probe, 4));
    copy_and_wait(&probe);
    irq_mask(probe.channel->irq); /* as the storm guard does */
    must(copy(&probe));
    host_advance_us(100);
    began = time_now_ns();
    must(udma_channel_close(probe.channel));
    assert_true(time_now_ns() - began < 100000000u);
    assert_int_equal(probe.calls, 2); /* what has ended has its callback all the same */
    assert_int_equal(probe.status, 0);
    check_leftovers();
}

/* The line of a channel's interrupt, as people are told. */
static unsigned intid_of(const struct probe *probe)
{
    char text[160];
    unsigned intid = 0;

    assert_in_range(udma_channel_describe(probe->channel, text, sizeof(text)), 1, sizeof(text) - 1);
    assert_non_null(strstr(text, "INTID "));
    assert_int_equal(sscanf(strstr(text, "INTID "), "INTID %u", &intid), 1);
    return intid;
}

/* The core that should take the interrupt does not take any: for longer than the close waits. The
 * copies have ended, and each has its callback, once. */
static void a_close_calls_back_what_a_held_up_core_has_not(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    copy_and_wait(&probe);
    must(gic_disable(intid_of(&probe)));
    for (unsigned i = 0; i < 3; i++)
        must(copy(&probe));
    probe.again = -EAGAIN; /* its callback tries too */
    host_advance_us(1000);
    assert_int_equal(probe.calls, 1);
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 4);
    assert_int_equal(probe.status, 0);
    assert_int_equal(probe.again, -ECANCELED);
    check_leftovers();
}

static void close_again(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    (void)cookie;
    probe->calls++;
    probe->status = status;
    probe->again = udma_channel_close(probe->channel);
}

static void a_callback_that_a_close_calls_can_not_close(void **state)
{
    struct probe probe = {.memory = memory};
    const struct udma_channel_config config = {
        .name = "test", .core = 0, .depth = 1, .callback = close_again, .context = &probe};

    (void)state;
    must(udma_channel_open(&config, &probe.channel));
    irq_mask(probe.channel->irq); /* as the storm guard does */
    must(copy(&probe));
    host_advance_us(100);
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 1);
    assert_int_equal(probe.again, -EAGAIN);
    check_leftovers();
}

/* When a channel that does not end is turned off, a copy ends: between the last look and that. */
static void end_when_turned_off(uintptr_t address, unsigned size, uint64_t value)
{
    struct udma_channel *channel = flush.channel;

    (void)size;
    if (channel == NULL || address != (uintptr_t)&channel->halves.transmit->ctl || value != 0)
        return;
    flush.channel = NULL;
    channel->completion.elements[channel->completion.position] =
        (uintptr_t)&channel->descriptors[flush.slot];
    mmio_write32((uintptr_t)&channel->completion.registers->doorbell, 1);
}

static void check_last_moment(struct probe *probe)
{
    assert_true(am65x_inject(AM65X_FAULT_DMA_STALL, 5000000, 1));
    must(copy(probe));
    host_advance_us(100);
    flush.channel = probe->channel;
    flush.slot = 0;
    host_set_write_observer(end_when_turned_off);
    assert_int_equal(udma_channel_close(probe->channel), -ETIMEDOUT);
    host_set_write_observer(NULL);
    assert_null(flush.channel);
    assert_int_equal(probe->calls, 1);
    assert_int_equal(probe->status, 0);
    host_advance_us(10000000);
    check_leftovers();
}

static void what_ends_at_the_last_moment_has_its_callback(void **state)
{
    struct probe probe;

    (void)state;
    must(open_polled(&probe, 4));
    check_last_moment(&probe);
    must(open_deferred(&probe, 4));
    check_last_moment(&probe);
    must(open_probe(&probe, 4));
    irq_mask(probe.channel->irq);
    check_last_moment(&probe);
    must(open_probe(&probe, 4));
    check_last_moment(&probe);
}

static void a_masked_channel_that_does_not_end_is_cut_off(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    irq_mask(probe.channel->irq);
    assert_true(am65x_inject(AM65X_FAULT_DMA_STALL, 5000000, 1));
    must(copy(&probe));
    host_advance_us(100);
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    host_advance_us(10000000);
    assert_int_equal(probe.calls, 0);
    check_leftovers();
}

static void while_a_handler_hangs_the_handle_stays(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    free_error = -EAGAIN;
    assert_int_equal(udma_channel_close(probe.channel), -EAGAIN);
    assert_int_equal(udma_open_count(), 1);
    assert_int_equal(copy(&probe), -ECANCELED);
    must(udma_channel_close(probe.channel));
    check_leftovers();

    must(open_probe(&probe, 4));
    irq_mask(probe.channel->irq);
    synchronize_error = -EAGAIN;
    assert_int_equal(udma_channel_close(probe.channel), -EAGAIN);
    assert_int_equal(udma_open_count(), 1);
    must(udma_channel_close(probe.channel));
    check_leftovers();

    /* Cut off, and a handler hung: the second close tells of the first. */
    must(open_probe(&probe, 4));
    assert_true(am65x_inject(AM65X_FAULT_DMA_STALL, 5000000, 1));
    must(copy(&probe));
    host_advance_us(100);
    free_error = -EAGAIN;
    assert_int_equal(udma_channel_close(probe.channel), -EAGAIN);
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    host_advance_us(10000000);
    check_leftovers();
}

static void an_interrupt_that_stays_up_puts_the_numbers_last(void **state)
{
    unsigned number = next_number();
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 1));
    assert_int_equal(probe.channel->numbers.channel, number);
    free_error = -ETIMEDOUT;
    assert_int_equal(udma_channel_close(probe.channel), -EIO);
    assert_int_equal(held(), 0);
    assert_int_not_equal(next_number(), number);
    check_leftovers();
    open_all();
}

/* A copy at each moment of a close at which another core can come between: at each register write.
 * None is accepted from the teardown on. */
static struct probe *observed;
static unsigned accepted, refused;
static bool closing, observing;

static void try_to_copy(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (observed == NULL || observing)
        return;
    observing = true;
    closing = closing || (address == (uintptr_t)&observed->channel->halves.transmit->ctl &&
                          (value & UDMAP_CTL_TEARDOWN) != 0);
    if (closing) {
        int error = copy(observed);

        accepted += error == 0;
        refused += error == -ECANCELED;
    }
    observing = false;
}

static void no_copy_is_queued_during_a_close(void **state)
{
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 4));
    probe.again = -EAGAIN; /* its callback tries too */
    must(copy(&probe));
    host_advance_us(1); /* under way by now */
    observed = &probe;
    host_set_write_observer(try_to_copy);
    stick(&probe.channel->halves.receive->ctl,
          UDMAP_CTL_ENABLE); /* so that it is held, and not freed */
    assert_int_equal(udma_channel_close(probe.channel), -EIO);
    observed = NULL;
    assert_true(closing);
    assert_int_equal(accepted, 0);
    assert_true(refused >= 3);
    assert_int_equal(probe.calls, 1);
    assert_int_equal(probe.again, -ECANCELED);
    unstick();
    live();
    check_leftovers();
}

/* ---- describing ---- */

static void a_text_that_is_refused_is_an_error(void **state)
{
    struct probe probe;
    char text[160];
    int length;

    (void)state;
    must(open_probe(&probe, 1));
    length = udma_channel_describe(probe.channel, text, sizeof(text));
    assert_int_equal(length, strlen(text));
    assert_non_null(strstr(text, "tchan "));
    assert_non_null(strstr(text, " > VINT "));
    /* The channel's part, and its interrupt's. */
    for (unsigned nth = 1; nth <= 2; nth++) {
        texts_left = nth;
        assert_int_equal(udma_channel_describe(probe.channel, text, sizeof(text)), -1);
        assert_int_equal(texts_left, 0);
    }
    /* One that does not fit is cut, and its length told. */
    for (size_t size = 0; size < 60; size++) {
        memset(text, 'x', sizeof(text));
        assert_int_equal(udma_channel_describe(probe.channel, text, size), length);
        assert_true(size == 0 || memchr(text, '\0', size) != NULL);
        for (size_t i = size; i < sizeof(text); i++)
            assert_int_equal(text[i], 'x');
    }
    must(udma_channel_close(probe.channel));
}

/* ---- udma_init() again ---- */

static void check_init_is_refused(void)
{
    struct udma_host_inventory now = udma_host_inventory(), then;

    assert_int_equal(udma_init(&udma_host_facts), -EBUSY);
    then = udma_host_inventory();
    assert_memory_equal(&now, &then, sizeof(now));
}

static void init_is_refused_while_anything_is_in_use(void **state)
{
    struct probe probe;
    uint16_t number;

    (void)state;
    must(open_probe(&probe, 1));
    check_init_is_refused();
    copy_and_wait(&probe);
    must(udma_channel_close(probe.channel));

    must(udma_ring_reserve(&number));
    check_init_is_refused();
    must(udma_ring_unreserve(number));

    must(udma_channel_reserve(&number));
    check_init_is_refused();
    must(udma_channel_unreserve(number));

    close_with("ti_sci_psil_unpair", REFUSED, 1, -EIO);
    fail_from(1, 1);
    check_init_is_refused();
    must(udma_init(&udma_host_facts)); /* which tried again, too */
    check_leftovers();
}

static void init_is_refused_while_another_is_at_it(void **state)
{
    (void)state;
    init_meanwhile = true;
    must(udma_init(&udma_host_facts));
    assert_false(init_meanwhile);
    assert_int_equal(init_meanwhile_error, -EBUSY);
    check_leftovers();
}

static void check_no_channels(void)
{
    struct probe probe;
    uint16_t number;

    assert_int_equal(udma_capacity(), 0);
    assert_int_equal(udma_host_inventory().udma.channels_free, 0);
    assert_int_equal(open_probe(&probe, 1), -ENODEV);
    assert_int_equal(udma_ring_reserve(&number), -ENODEV);
    assert_int_equal(udma_ring_unreserve(400), -ENODEV);
    assert_int_equal(udma_channel_reserve(&number), -ENODEV);
    assert_int_equal(udma_channel_unreserve(8), -ENODEV);
}

static void what_the_capabilities_say_is_checked(void **state)
{
    static const uint32_t bad[] = {0,          150u << 18,       120u, 0x1ffu | 0x1ffu << 18,
                                   UINT32_MAX, 257u | 257u << 18};
    const struct udmap_registers *registers =
        (const struct udmap_registers *)udma_host_facts.udmap_gcfg;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        stick(&registers->cap[2], bad[i]);
        assert_int_equal(udma_init(&udma_host_facts), -ENODEV);
        check_no_channels();
    }
    stick(&registers->cap[2], 9u | 256u << 18);
    must(udma_init(&udma_host_facts));
    assert_int_equal(udma_capacity(), 3); /* 8 and the two of high capacity */
    unstick();
    must(udma_init(&udma_host_facts));
    check_leftovers();
    open_all();
}

/* The channels that are free after a start; none has a number that another has. */
static unsigned count_channels(void)
{
    struct udma_inventory inventory;
    bool seen[1024] = {false};
    uint16_t number;
    unsigned count = 0;

    must(udma_init(&udma_host_facts));
    udma_get_inventory(&inventory);
    while (udma_channel_reserve(&number) == 0) {
        assert_false(seen[number]);
        seen[number] = true;
        count++;
    }
    assert_int_equal(count, inventory.channels_free);
    for (unsigned i = 0; i < 1024; i++)
        if (seen[i])
            must(udma_channel_unreserve((uint16_t)i));
    return count;
}

static void a_number_that_is_granted_twice_is_one_channel(void **state)
{
    unsigned count = count_channels();

    (void)state;
    granted_twice[0].subtype = TI_SCI_SUBTYPE_UDMAP_TX_HCHAN;
    granted_twice[0].as = TI_SCI_SUBTYPE_UDMAP_TX_CHAN;
    granted_twice[1].subtype = TI_SCI_SUBTYPE_UDMAP_RX_HCHAN;
    granted_twice[1].as = TI_SCI_SUBTYPE_UDMAP_RX_CHAN;
    granted_twice[2].subtype = TI_SCI_SUBTYPE_RA_UDMAP_TX_H;
    granted_twice[2].as = TI_SCI_SUBTYPE_RA_UDMAP_TX;
    assert_int_equal(count_channels(), count - 2); /* without the two of high capacity */
    memset(granted_twice, 0, sizeof(granted_twice));
    must(udma_init(&udma_host_facts));
    check_leftovers();
}

static void a_channels_ring_serves_no_other(void **state)
{
    uint16_t number;

    (void)state;
    granted_twice[0].subtype = TI_SCI_SUBTYPE_RA_GP;
    granted_twice[0].as = TI_SCI_SUBTYPE_RA_UDMAP_TX;
    assert_int_equal(udma_init(&udma_host_facts), -ENOENT);
    assert_int_equal(udma_ring_reserve(&number), -ENODEV);
    memset(granted_twice, 0, sizeof(granted_twice));
    must(udma_init(&udma_host_facts));
    check_leftovers();
}

static void an_init_without_answers_leaves_no_channels(void **state)
{
    (void)state;
    only = "ti_sci_get_range";
    way = LOST;
    for (unsigned step = 1; step <= 7; step++) {
        fail_from(step, 1);
        assert_int_equal(udma_init(&udma_host_facts), -ETIMEDOUT);
        fail_no_more();
        check_no_channels();
    }
    way = REFUSED;
    fail_from(1, 1);
    assert_int_equal(udma_init(&udma_host_facts), -EACCES);
    fail_no_more();
    must(udma_init(&udma_host_facts));
    check_leftovers();
}

/* The system firmware refuses what its board configuration has no entry for; the seven questions
 * are for channels of either kind, three each, and for rings. */
static void a_range_that_is_refused_is_none(void **state)
{
    static const unsigned capacities[7] = {2, 2, 2, 50, 50, 50, 0};
    const unsigned all = udma_capacity();

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        const unsigned earlier = ti_sci_refused_ranges();

        assert_true(am65x_inject_after(AM65X_FAULT_SCI_NAK, 0x1500, i, 1));
        assert_int_equal(udma_init(&udma_host_facts), i == 6 ? -ENOENT : 0);
        assert_int_equal(udma_capacity(), capacities[i]);
        assert_int_equal(ti_sci_refused_ranges(), earlier + 1);
        must(udma_init(&udma_host_facts));
        assert_int_equal(udma_capacity(), all);
    }
    check_leftovers();
}

/* Cut to their headers they would say that there is nothing. */
static void a_range_that_is_cut_short_is_an_error(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        assert_true(am65x_inject_after(AM65X_FAULT_SCI_SHORT, 0, i, 2));
        assert_int_equal(udma_init(&udma_host_facts), -EMSGSIZE);
        check_no_channels();
        assert_true(am65x_inject_after(AM65X_FAULT_SCI_SHORT, 0, i, 1));
        must(udma_init(&udma_host_facts));
        check_leftovers();
    }
}

/* ---- where waiting is not allowed ---- */

static struct udma_ring a_ring;
static struct probe a_probe;
static uint16_t a_number;

static int call_init(void)
{
    return udma_init(&udma_host_facts);
}

static int call_open(void)
{
    struct probe probe;

    return open_probe(&probe, 1);
}

static int call_close(void)
{
    return udma_channel_close(a_probe.channel);
}

static int call_describe(void)
{
    char text[16];

    return udma_channel_describe(a_probe.channel, text, sizeof(text));
}

static int call_channel_reserve(void)
{
    return udma_channel_reserve(&a_number);
}

static int call_channel_unreserve(void)
{
    return udma_channel_unreserve(a_number);
}

static int call_ring_reserve(void)
{
    return udma_ring_reserve(&a_number);
}

static int call_ring_unreserve(void)
{
    return udma_ring_unreserve(a_ring.index);
}

static int call_ring_open(void)
{
    struct udma_ring ring;

    return udma_ring_open(&ring, a_ring.index, 1);
}

static int call_ring_close(void)
{
    return udma_ring_close(&a_ring);
}

static int call_ring_wrap(void)
{
    return udma_ring_wrap_occupancy(&a_ring);
}

static int (*const thread_functions[])(void) = {
    call_init,
    call_open,
    call_close,
    call_describe,
    call_channel_reserve,
    call_channel_unreserve,
    call_ring_reserve,
    call_ring_unreserve,
    call_ring_open,
    call_ring_close,
    call_ring_wrap,
};

static unsigned writes;

static void count_write(uintptr_t address, unsigned size, uint64_t value)
{
    (void)address;
    (void)size;
    (void)value;
    writes++;
}

static void call_all(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < sizeof(thread_functions) / sizeof(thread_functions[0]); i++) {
        int error = thread_functions[i]();

        if (error != -EDEADLK)
            fail_msg("function %zu: %d", i, error);
    }
}

static void nothing_is_done_where_waiting_is_not_allowed(void **state)
{
    struct udma_host_inventory now, then;
    unsigned long flags;
    uint16_t index;

    (void)state;
    must(open_probe(&a_probe, 2));
    must(udma_ring_reserve(&index));
    must(udma_ring_open(&a_ring, index, 16));
    udma_ring_submit(&a_ring, 3); /* so that there is something to wrap */
    must(udma_channel_reserve(&a_number));
    now = udma_host_inventory();
    requests = 0;
    writes = 0;
    host_set_write_observer(count_write);
    host_run_in_interrupt(call_all, NULL);
    flags = irq_save();
    call_all(NULL);
    irq_restore(flags);
    host_set_write_observer(NULL);
    assert_int_equal(requests, 0); /* nor memory */
    assert_int_equal(writes, 0);
    then = udma_host_inventory();
    assert_memory_equal(&now, &then, sizeof(now));
    assert_int_equal(udma_ring_occupancy(&a_ring), 3);
    copy_and_wait(&a_probe); /* not closing */
    must(udma_channel_close(a_probe.channel));
    must(udma_channel_unreserve(a_number));
    must(udma_ring_close(&a_ring));
    must(udma_ring_unreserve(index));
    check_leftovers();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_step_of_a_life_may_fail),
        TEST(all_steps_may_fail_mixed),
        TEST(without_memory_there_is_no_channel),
        TEST(a_pairing_without_an_answer_costs_no_number),
        TEST(a_pairing_that_was_left_is_taken_away),
        TEST(a_number_that_is_paired_elsewhere_is_put_last),
        TEST(when_all_pairings_are_refused_that_is_told),
        TEST(what_was_held_comes_back),
        TEST(lost_answers_hold_nothing_or_little),
        TEST(a_silent_firmware_is_asked_once_a_call),
        TEST(an_open_that_can_not_be_undone_is_held),
        TEST(a_channel_that_stays_on_is_held),
        TEST(a_channel_that_was_left_on_is_turned_off),
        TEST(the_erratum_is_worked_round_again_after_a_lost_answer),
        TEST(the_erratum_is_worked_round_for_each_count),
        TEST(a_ring_of_which_nothing_is_known_is_closed_later),
        TEST(a_stuck_occupancy_fails_the_channel_and_no_core),
        TEST(a_stuck_occupancy_is_found_at_close_too),
        TEST(a_polled_channel_fails_like_others),
        TEST(a_stuck_occupancy_fails_deferred_callbacks),
        TEST(few_elements_that_are_no_descriptors_fail_no_deferred_callbacks),
        TEST(a_channel_without_a_handler_is_opened_or_nothing_is_left),
        TEST(elements_that_are_no_descriptors_are_counted),
        TEST(a_descriptor_that_was_overwritten_is_an_error),
        TEST(what_a_teardown_flushes_is_dropped),
        TEST(a_text_that_is_refused_is_an_error),
        TEST(a_masked_channel_closes_cleanly),
        TEST(a_close_calls_back_what_a_held_up_core_has_not),
        TEST(a_callback_that_a_close_calls_can_not_close),
        TEST(what_ends_at_the_last_moment_has_its_callback),
        TEST(a_masked_channel_that_does_not_end_is_cut_off),
        TEST(while_a_handler_hangs_the_handle_stays),
        TEST(an_interrupt_that_stays_up_puts_the_numbers_last),
        TEST(no_copy_is_queued_during_a_close),
        TEST(init_is_refused_while_anything_is_in_use),
        TEST(what_the_capabilities_say_is_checked),
        TEST(a_number_that_is_granted_twice_is_one_channel),
        TEST(a_channels_ring_serves_no_other),
        TEST(init_is_refused_while_another_is_at_it),
        TEST(an_init_without_answers_leaves_no_channels),
        TEST(a_range_that_is_refused_is_none),
        TEST(a_range_that_is_cut_short_is_an_error),
        TEST(nothing_is_done_where_waiting_is_not_allowed),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
