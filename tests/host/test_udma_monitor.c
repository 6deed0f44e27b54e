// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ring monitors, and rings in message mode through proxies, on the device models; what is refused,
 * what has no answer, and what is left.
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
#include "drivers/udma/message_ring.h"
#include "drivers/udma/monitor.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>

#define MONITORS 8u /* of host 12 */
#define PROXIES  12u

static void elements_come_out_as_they_went_in(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_message_ring *ring;
    uint64_t element = 0;

    (void)state;
    must(udma_message_ring_open(NULL, 5, &ring));
    assert_int_equal(udma_message_ring_take(ring, &element), -EAGAIN);
    for (unsigned round = 0; round < 7; round++) {
        for (uint64_t i = 0; i < 5; i++)
            must(udma_message_ring_put(ring, i << 40 | round));
        assert_int_equal(udma_message_ring_put(ring, 9), -EAGAIN);
        for (uint64_t i = 0; i < 5; i++) {
            must(udma_message_ring_take(ring, &element));
            assert_true(element == (i << 40 | round));
        }
        assert_int_equal(udma_message_ring_take(ring, &element), -EAGAIN);
        must(udma_message_ring_put(ring, 1)); /* past the ring's end */
        must(udma_message_ring_take(ring, &element));
    }
    must(udma_message_ring_close(ring));
    assert_int_equal(udma_message_ring_close(NULL), -EINVAL);
    assert_int_equal(udma_message_ring_open(NULL, 0, &ring), -EINVAL);
    check_inventory(&before);
}

static void every_proxy_is_one_rings(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_message_ring *rings[PROXIES], *none;
    uint64_t element;

    (void)state;
    for (unsigned i = 0; i < PROXIES; i++) {
        must(udma_message_ring_open(NULL, 4, &rings[i]));
        must(udma_message_ring_put(rings[i], i));
    }
    assert_int_equal(udma_message_ring_open(NULL, 4, &none), -ENOSPC);
    for (unsigned i = 0; i < PROXIES; i++) {
        must(udma_message_ring_take(rings[i], &element));
        assert_int_equal(element, i);
        must(udma_message_ring_close(rings[i]));
    }
    must(udma_message_ring_open(NULL, 4, &none));
    must(udma_message_ring_close(none));
    check_inventory(&before);
}

static unsigned events;

static void on_event(void *context)
{
    assert_ptr_equal(context, &events);
    events++;
}

static int open_monitor(const struct udma_message_ring *ring, enum udma_monitor_mode mode,
                        struct udma_monitor **monitor)
{
    const struct udma_monitor_config config = {
        .ring = udma_message_ring_index(ring),
        .mode = mode,
        .low = 2,
        .high = 4,
        .event = mode == UDMA_MONITOR_THRESHOLD ? on_event : NULL,
        .context = &events,
        .name = "level",
    };

    return udma_monitor_open(&config, monitor);
}

static void monitors_count_and_compare(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_monitor *counts, *levels, *marks;
    struct udma_message_ring *ring;
    uint32_t first, second;
    uint64_t element;

    (void)state;
    events = 0;
    must(udma_message_ring_open(NULL, 16, &ring));
    must(open_monitor(ring, UDMA_MONITOR_COUNTS, &counts));
    must(open_monitor(ring, UDMA_MONITOR_THRESHOLD, &levels));
    must(open_monitor(ring, UDMA_MONITOR_WATERMARK, &marks));
    for (unsigned i = 1; i <= 6; i++) {
        must(udma_message_ring_put(ring, i));
        host_advance_us(10);
        assert_int_equal(events, i > 4 ? 1 : 0);
    }
    for (unsigned i = 1; i <= 6; i++) {
        must(udma_message_ring_take(ring, &element));
        host_advance_us(10);
        assert_int_equal(events, i >= 5 ? 2 : 1);
    }
    udma_monitor_read(counts, &first, &second);
    assert_int_equal(first, 6);
    assert_int_equal(second, 6);
    udma_monitor_read(marks, &first, &second);
    assert_int_equal(first, 0);
    assert_int_equal(second, 6);
    must(udma_monitor_close(levels));
    for (unsigned i = 1; i <= 6; i++)
        must(udma_message_ring_put(ring, i));
    host_advance_us(10);
    assert_int_equal(events, 2);
    must(udma_monitor_close(counts));
    must(udma_monitor_close(marks));
    for (unsigned i = 0; i < MONITORS; i++)
        assert_int_equal(mmio_read32(AM65X_MONITOR_RT_BASE + 0x1000u * i) & 0xffu, 0); /* off */
    must(udma_message_ring_close(ring));
    check_inventory(&before);
}

static void every_monitor_is_one_callers(void **state)
{
    const struct udma_monitor_config bad[] = {
        {.mode = UDMA_MONITOR_STARVATION + 1},
        {.mode = UDMA_MONITOR_THRESHOLD, .low = 3, .high = 2},
    };
    struct udma_monitor *monitors[MONITORS], *none;
    struct udma_message_ring *ring;

    (void)state;
    must(udma_message_ring_open(NULL, 16, &ring));
    for (unsigned i = 0; i < MONITORS; i++)
        must(open_monitor(ring, UDMA_MONITOR_COUNTS, &monitors[i]));
    assert_int_equal(open_monitor(ring, UDMA_MONITOR_COUNTS, &none), -ENOSPC);
    for (unsigned i = 0; i < MONITORS; i++)
        must(udma_monitor_close(monitors[i]));
    assert_int_equal(udma_monitor_open(&bad[0], &none), -EINVAL);
    assert_int_equal(udma_monitor_open(&bad[1], &none), -EINVAL);
    assert_int_equal(udma_monitor_open(NULL, &none), -EINVAL);
    assert_int_equal(udma_monitor_close(NULL), -EINVAL);
    must(udma_message_ring_close(ring));
}

/* Every request of an open and a close refused, or without its answer, in turn: afterwards all
 * numbers can be had again. */
static void nothing_is_lost_when_requests_fail(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP};
    const struct udma_host_inventory before = udma_host_inventory();

    (void)state;
    for (unsigned kind = 0; kind < 2; kind++)
        for (unsigned spare = 0; spare < 12; spare++)
            for (unsigned count = 1; count <= 3; count++) {
                struct udma_message_ring *rings[PROXIES], *ring = NULL;
                struct udma_monitor *monitor = NULL;

                assert_true(am65x_inject_after(faults[kind], 0, spare, count));
                if (udma_message_ring_open(NULL, 4, &ring) == 0) {
                    if (open_monitor(ring, UDMA_MONITOR_THRESHOLD, &monitor) == 0)
                        (void)udma_monitor_close(monitor);
                    (void)udma_message_ring_close(ring);
                }
                assert_true(am65x_inject(faults[kind], 0, 0));
                for (unsigned i = 0; i < PROXIES; i++)
                    must(udma_message_ring_open(NULL, 4, &rings[i]));
                must(open_monitor(rings[0], UDMA_MONITOR_COUNTS, &monitor));
                must(udma_monitor_close(monitor));
                for (unsigned i = 0; i < PROXIES; i++)
                    must(udma_message_ring_close(rings[i]));
            }
    check_inventory(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_come_out_as_they_went_in),
        cmocka_unit_test(every_proxy_is_one_rings),
        cmocka_unit_test(monitors_count_and_compare),
        cmocka_unit_test(every_monitor_is_one_callers),
        cmocka_unit_test(nothing_is_lost_when_requests_fail),
    };

    return cmocka_run_group_tests(tests, udma_host_machine_up, NULL);
}
