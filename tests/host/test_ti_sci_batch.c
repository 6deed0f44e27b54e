// SPDX-License-Identifier: BSD-3-Clause
/*
 * Several requests at once, against the device models: their order, what is in flight together, and
 * that each has an outcome of its own when one is refused, lost, late, or can't be sent.
 */
#include "arch/mmio.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/secure_proxy.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TX_WINDOW   (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define TX_STATUS   (AM65X_SECURE_PROXY_RT_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define FIRST_WORD  offsetof(struct secure_proxy_data_registers, words)
#define LAST_WORD   (sizeof(struct secure_proxy_data_registers) - 4)

#define SHORT_US    1000u
#define LATE_US     100u
#define TOO_LATE_US 5000u
#define COUNT       TI_SCI_BATCH_MAX
#define FIRST_RING  304u

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;
static uint64_t elements[COUNT][16];
static uint16_t types[COUNT + 1];
static unsigned sent, sent_at_first_answer;

static void watch(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (address == TX_WINDOW + FIRST_WORD && sent <= COUNT)
        types[sent] = (uint16_t)value;
    if (address == TX_WINDOW + LAST_WORD)
        sent++;
}

static void on_line(unsigned intid)
{
    if (intid != AM65X_SCI_RX_INTID)
        return;
    if (sent_at_first_answer == 0)
        sent_at_first_answer = sent;
    ti_sci_receive();
}

static int set_up_polled(void **state)
{
    (void)state;
    host_reset();
    host_set_write_observer(watch);
    sent = sent_at_first_answer = 0;
    return ti_sci_init(&config);
}

static int set_up_interrupt(void **state)
{
    int error = set_up_polled(state);

    host_set_line_handler(on_line);
    ti_sci_use_interrupt(true);
    return error;
}

static struct ti_sci_counters counters(void)
{
    struct ti_sci_counters now;

    ti_sci_get_counters(&now);
    return now;
}

/* So many rings; or with count 0, none of them. */
static void ask_for_rings(struct ti_sci_item items[COUNT], uint32_t count)
{
    for (unsigned i = 0; i < COUNT; i++)
        items[i] = (struct ti_sci_item){
            .kind = TI_SCI_RING,
            .ring = {.navss_device = AM65X_DEV_RINGACC,
                     .index = (uint16_t)(FIRST_RING + i),
                     .base = count != 0 ? (uintptr_t)elements[i] : 0,
                     .count = count,
                     .mode = TI_SCI_RING_MODE_RING,
                     .element_size = 1},
            .error = -1,
        };
}

/* Only the item `index` may fail, with this error. */
static void check_errors(const struct ti_sci_item items[COUNT], unsigned index, int error)
{
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(items[i].error, i == index ? error : 0);
}

static void all_are_carried_out_in_order(void **state)
{
    static const uint16_t expected[] = {TISCI_MSG_RM_RING_CFG, TISCI_MSG_RM_UDMAP_TX_CH_CFG,
                                        TISCI_MSG_RM_UDMAP_RX_CH_CFG, TISCI_MSG_RM_PSIL_PAIR,
                                        TISCI_MSG_RM_PSIL_UNPAIR};
    const struct ti_sci_psil_threads threads = {AM65X_DEV_NAVSS, 0x1008, 0x9008};
    struct ti_sci_item items[COUNT];

    (void)state;
    ask_for_rings(items, 16);
    items[1] = (struct ti_sci_item){.kind = TI_SCI_UDMAP_TX,
                                    .transmit = {.udmap_device = AM65X_DEV_UDMAP,
                                                 .index = 8,
                                                 .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
                                                 .fetch_size = 4,
                                                 .completion_ring = FIRST_RING}};
    items[2] = (struct ti_sci_item){.kind = TI_SCI_UDMAP_RX,
                                    .receive = {.udmap_device = AM65X_DEV_UDMAP,
                                                .index = 8,
                                                .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
                                                .fetch_size = 4,
                                                .completion_ring = FIRST_RING}};
    items[3] = (struct ti_sci_item){.kind = TI_SCI_PSIL_PAIR, .psil = threads};
    items[4] = (struct ti_sci_item){.kind = TI_SCI_PSIL_UNPAIR, .psil = threads};
    ti_sci_batch(items, COUNT);
    check_errors(items, COUNT, 0); /* the unpairing is not refused, so it came behind the pairing */
    assert_int_equal(sent, COUNT);
    assert_memory_equal(types, expected, sizeof(expected));
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
    assert_int_equal(counters().requests, COUNT);
    assert_int_equal(counters().answers, COUNT);
}

static void they_are_in_flight_together(void **state)
{
    struct ti_sci_item items[COUNT];

    (void)state;
    ask_for_rings(items, 16);
    ti_sci_batch(items, COUNT);
    check_errors(items, COUNT, 0);
    assert_true(sent_at_first_answer > 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), COUNT);
}

static const struct {
    enum am65x_fault fault;
    uint64_t argument;
    int error;
    bool done;
} faults[] = {
    {AM65X_FAULT_SCI_NAK, 0, -EACCES, false},
    {AM65X_FAULT_SCI_LOST, 0, -ETIMEDOUT, false},
    {AM65X_FAULT_SCI_DROP, 0, -ETIMEDOUT, true},
    {AM65X_FAULT_SCI_LATE, LATE_US, 0, true}, /* it comes after those behind it */
    {AM65X_FAULT_SCI_LATE, TOO_LATE_US, -ETIMEDOUT, true},
    {AM65X_FAULT_SCI_WRONG_TYPE, 0, -EPROTO, true},
    {AM65X_FAULT_SCI_WRONG_HOST, 0, -EPROTO, true},
    {AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, -ETIMEDOUT, true},
};

static void each_has_an_outcome_of_its_own(void **state)
{
    struct ti_sci_item items[COUNT];

    (void)state;
    ti_sci_set_timeout_us(SHORT_US);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        for (unsigned which = 0; which < COUNT; which++) {
            ask_for_rings(items, 16);
            assert_true(am65x_inject_after(faults[i].fault, faults[i].argument, which, 1));
            ti_sci_batch(items, COUNT);
            check_errors(items, which, faults[i].error);
            assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), COUNT - !faults[i].done);
            host_advance_us(TOO_LATE_US);
            ask_for_rings(items, 0); /* and all is well again */
            ti_sci_batch(items, COUNT);
            check_errors(items, COUNT, 0);
            assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 0);
        }
    }
}

/* One write a message: quicker than the firmware takes them. They want no answer. */
static void use_up_credits(void)
{
    while (SECURE_PROXY_STATUS_COUNT(mmio_read32(TX_STATUS)) != 0)
        mmio_write32(TX_WINDOW + LAST_WORD, 0);
}

static void room_to_send_is_waited_for(void **state)
{
    struct ti_sci_item items[COUNT];

    (void)state;
    use_up_credits();
    ask_for_rings(items, 16);
    ti_sci_batch(items, COUNT);
    check_errors(items, COUNT, 0);
}

static void what_can_not_be_sent_keeps_the_rest(void **state)
{
    struct ti_sci_item items[COUNT];

    (void)state;
    ti_sci_set_timeout_us(1);
    use_up_credits();
    ask_for_rings(items, 16);
    ti_sci_batch(items, COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(items[i].error, -EBUSY);
    assert_int_equal(counters().requests, 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 0);
}

static void ask_in_interrupt(void *items)
{
    ti_sci_batch(items, COUNT);
}

static void interrupt_context_is_edeadlk(void **state)
{
    struct ti_sci_item items[COUNT];

    (void)state;
    ask_for_rings(items, 16);
    host_run_in_interrupt(ask_in_interrupt, items);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(items[i].error, -EDEADLK);
    assert_int_equal(sent, 0);
}

#define BOTH_WAYS(test)                                                                            \
    {#test " (polled)", test, set_up_polled, NULL, NULL},                                          \
    {                                                                                              \
#test " (interrupt)", test, set_up_interrupt, NULL, NULL                                   \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(all_are_carried_out_in_order),
        cmocka_unit_test_setup(they_are_in_flight_together, set_up_interrupt),
        BOTH_WAYS(each_has_an_outcome_of_its_own),
        BOTH_WAYS(room_to_send_is_waited_for),
        BOTH_WAYS(what_can_not_be_sent_keeps_the_rest),
        BOTH_WAYS(interrupt_context_is_edeadlk),
    };

    return cmocka_run_group_tests_name("ti_sci_batch", tests, NULL, NULL);
}
