// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strays: all are counted, each one that is turned off is told once, and what gets an owner is no
 * stray any more.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/parents/inta_registers.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/stray.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTLE_US      2000u
#define MESSAGE_DEVICE 43u
#define MESSAGE_BITS   3u
#define FIRST_ORPHAN   130u
#define LAST_ORPHAN    199u
#define LINES_MAX      256u
#define LINE_SIZE      160u

/* ---- what was logged ---- */

static char lines[LINES_MAX][LINE_SIZE];
static unsigned line_count;

void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...)
{
    va_list arguments;

    (void)subject;
    (void)level;
    va_start(arguments, format);
    if (line_count < LINES_MAX)
        vsnprintf(lines[line_count++], LINE_SIZE, format, arguments);
    va_end(arguments);
}

static unsigned lines_that_name(const char *what, unsigned number)
{
    char text[32];
    unsigned count = 0;

    snprintf(text, sizeof(text), "%s %u", what, number);
    for (unsigned i = 0; i < line_count; i++) {
        const char *at = strstr(lines[i], text);

        /* INTID 13 is not INTID 130. */
        count += at != NULL && strchr("0123456789", at[strlen(text)]) == NULL;
        count += at != NULL && at[strlen(text)] == '\0';
    }
    return count;
}

static struct device device;
static struct msi_record record;
static unsigned next_orphan = FIRST_ORPHAN;

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "strays"};
    record = (struct msi_record){0};
    line_count = 0;
    return 0;
}

static struct irq *request(uint32_t index, uint32_t flags)
{
    const struct irq_request request = {
        .index = index, .handler = msi_note, .context = &record, .core = 0, .flags = flags};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(&device, &request, &irq), 0);
    return irq;
}

static void check_works(struct irq *irq)
{
    uint64_t before = msi_calls(&record);

    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), before + 1);
}

/* An SPI that nobody has, and that somebody has left enabled. */
static unsigned make_orphan(void)
{
    unsigned intid = next_orphan++;

    assert_true(intid <= LAST_ORPHAN);
    assert_int_equal(gic_disable(intid), 0);
    assert_int_equal(gic_configure(intid, GIC_EDGE, GIC_PRIORITY_DEFAULT), 0);
    assert_int_equal(gic_set_affinity(intid, 0), 0);
    assert_int_equal(gic_enable(intid), 0);
    return intid;
}

static void send(unsigned intid, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(gic_set_pending(intid), 0);
        host_advance_us(10);
    }
}

/* ---- an LPI that was a stray, and gets an owner ---- */

static unsigned lpi_of(const struct irq *irq)
{
    unsigned id, event, lpi;
    char route[96];

    irq_describe(irq, route, sizeof(route));
    assert_int_equal(sscanf(route, "device %u event %u > LPI %u", &id, &event, &lpi), 3);
    return lpi;
}

static void make_lpi_stray(unsigned lpi, unsigned times)
{
    struct its_device *raw;

    assert_int_equal(its_map_device(0x777, 0, &raw), 0);
    assert_int_equal(its_map_event(raw, 0, lpi, 0), 0);
    assert_int_equal(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(its_trigger_event(raw, 0), 0);
        host_advance_us(10);
    }
    irq_service();
    assert_int_equal(its_discard_event(raw, 0), 0);
    assert_int_equal(its_unmap_device(raw), 0);
}

static void lpi_with_a_new_owner_is_no_stray(void **state)
{
    uint64_t strays = msi_strays();

    (void)state;
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
    struct irq *irq = request(0, 0);
    unsigned lpi = lpi_of(irq);

    assert_int_equal(irq_free(irq), 0);
    make_lpi_stray(lpi, IRQ_STRAY_LIMIT);
    assert_int_equal(msi_strays(), strays + IRQ_STRAY_LIMIT);
    irq = request(0, 0);
    assert_int_equal(lpi_of(irq), lpi);
    check_works(irq);
    send(make_orphan(), 1); /* something else goes astray, and is told */
    irq_service();
    check_works(irq);
    irq_service();
    check_works(irq);
    assert_int_equal(irq_free(irq), 0);
    /* Without an owner again, it is told and turned off again. */
    line_count = 0;
    make_lpi_stray(lpi, IRQ_STRAY_LIMIT);
    assert_true(lines_that_name("INTID", lpi) >= 1);
    assert_int_equal(irq_unbind(&device), 0);
}

/* The ITS refuses the first time: that is told, and once more is enough. */
static void lpi_that_stays_loud_is_tried_again(void **state)
{
    struct its_device *raw;
    unsigned lpi = GIC_INTID_LPI_FIRST + HOST_LPI_COUNT - 2;

    (void)state;
    line_count = 0;
    assert_int_equal(its_map_device(0x779, 0, &raw), 0);
    assert_int_equal(its_map_event(raw, 0, lpi, 0), 0);
    assert_int_equal(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
    host_fail_calls("its_silence_lpi", 1, 1, -EIO, false);
    for (unsigned i = 0; i < IRQ_STRAY_LIMIT; i++)
        assert_int_equal(its_trigger_event(raw, 0), 0);
    irq_service();
    assert_int_equal(host_failed_calls(), 1);
    host_fail_calls(NULL, 0, 0, 0, false);
    assert_int_equal(lines_that_name("LPI", lpi), 1);

    uint64_t strays = msi_strays();

    irq_service();
    assert_int_equal(its_trigger_event(raw, 0), 0);
    assert_int_equal(msi_strays(), strays);
    assert_int_equal(lines_that_name("LPI", lpi), 1);
    assert_int_equal(its_discard_event(raw, 0), 0);
    assert_int_equal(its_unmap_device(raw), 0);
}

/* Between the look for what is to be turned off and the turning off another core requests it. */
static struct irq *requested_meanwhile;

static void request_meanwhile(void *argument)
{
    (void)argument;
    requested_meanwhile = request(0, 0);
}

static void lpi_that_gets_an_owner_meanwhile_is_no_stray(void **state)
{
    const struct interleave another_core = {.core = 1, .run = request_meanwhile};
    struct its_device *raw;
    struct irq *irq;
    bool reached = true;
    unsigned lpi;

    (void)state;
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
    irq = request(0, 0);
    lpi = lpi_of(irq);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(its_map_device(0x777, 0, &raw), 0);
    assert_int_equal(its_map_event(raw, 0, lpi, 0), 0);
    for (unsigned at = 1; reached; at++) {
        assert_int_equal(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
        for (unsigned i = 0; i < IRQ_STRAY_LIMIT; i++) {
            assert_int_equal(its_trigger_event(raw, 0), 0);
            host_advance_us(10);
        }
        requested_meanwhile = NULL;
        interleave_begin(&another_core, at);
        irq_service();
        reached = interleave_end();
        if (reached != (requested_meanwhile != NULL))
            fail_msg("point %u: %s", at, interleave_where());
        if (!reached)
            request_meanwhile(NULL); /* now it is a former stray */
        assert_int_equal(lpi_of(requested_meanwhile), lpi);
        check_works(requested_meanwhile);
        irq_service();
        check_works(requested_meanwhile);
        assert_int_equal(irq_free(requested_meanwhile), 0);
        if (!reached)
            assert_true(at > 3);
    }
    assert_int_equal(its_discard_event(raw, 0), 0);
    assert_int_equal(its_unmap_device(raw), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

static void wire_with_a_new_owner_is_no_stray(void **state)
{
    static uint16_t intids[1];
    unsigned orphan = make_orphan();

    (void)state;
    send(orphan, IRQ_STRAY_LIMIT);
    assert_false(gic_is_enabled(orphan));
    irq_service();
    intids[0] = (uint16_t)orphan;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
    struct irq *irq = request(0, IRQ_FLAG_EDGE);

    check_works(irq);
    send(make_orphan(), 1);
    irq_service();
    check_works(irq);
    assert_true(gic_is_enabled(orphan));
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- more different ones than the table keeps ---- */

static void each_that_is_turned_off_is_told(void **state)
{
    unsigned first = next_orphan, told = 0;

    (void)state;
    for (unsigned i = 0; i < IRQ_STRAYS_KEPT + 8; i++) {
        uint64_t strays = msi_strays();
        unsigned orphan = make_orphan(), sent = 0;

        line_count = 0;
        for (; sent < IRQ_STRAY_LIMIT && gic_is_enabled(orphan); sent++)
            send(orphan, 1);
        assert_false(gic_is_enabled(orphan));
        assert_int_equal(msi_strays(), strays + sent);
        irq_service();
        if (lines_that_name("INTID", orphan) != 1)
            fail_msg("the stray number %u, INTID %u, was turned off after %u, and told %u times",
                     orphan - first + 1, orphan, sent, lines_that_name("INTID", orphan));
        told++;
        send(orphan, 3); /* off is off */
        irq_service();
        assert_int_equal(msi_strays(), strays + sent);
        assert_int_equal(lines_that_name("INTID", orphan), 1);
    }
    assert_int_equal(told, IRQ_STRAYS_KEPT + 8);
}

/* As many as the table keeps have come by now. */
static void fill_the_table(void)
{
    while (next_orphan < FIRST_ORPHAN + IRQ_STRAYS_KEPT)
        send(make_orphan(), 1);
    irq_service();
    line_count = 0;
}

/* Several that are turned off between two looks of the thread: at least one line says so. */
static void those_turned_off_at_once_are_told(void **state)
{
    unsigned orphans[8], sent = 0;

    (void)state;
    fill_the_table();
    uint64_t strays = msi_strays();

    for (unsigned i = 0; i < 8; i++) {
        orphans[i] = make_orphan();
        for (; gic_is_enabled(orphans[i]); sent++)
            send(orphans[i], 1);
    }
    assert_int_equal(msi_strays(), strays + sent);
    irq_service();
    assert_true(line_count >= 1);
    irq_service();
    unsigned told = line_count;

    irq_service();
    assert_int_equal(line_count, told);
}

/* A VINT's bit is turned off at its first arrival, told though the table is full. */
static void bit_beyond_the_table_is_told(void **state)
{
    unsigned event, vint, bit, output, intid;
    char route[128];

    (void)state;
    fill_the_table();
    uint64_t strays = msi_strays();

    assert_int_equal(irq_bind_inta(&device, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
    struct irq *irq = request(msi_case.sources[0], 0);

    irq_describe(irq, route, sizeof(route));
    assert_int_equal(sscanf(route, "event %u > VINT %u bit %u > INTR output %u > INTID %u", &event,
                            &vint, &bit, &output, &intid),
                     5);
    uintptr_t registers = AM65X_INTA_BASE + vint * INTA_VINT_STRIDE;

    mmio_write64(registers + offsetof(struct inta_vint_registers, enable_set), UINT64_C(1) << 63);
    mmio_write64(registers + offsetof(struct inta_vint_registers, status_set), UINT64_C(1) << 63);
    host_advance_us(SETTLE_US);
    irq_service();
    assert_int_equal(msi_strays(), strays + 1);
    assert_int_equal(lines_that_name("INTID", intid), 1);
    check_works(irq);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* An LPI that nobody has costs an interrupt for each message until it is turned off at the ITS,
 * also if the table is full. */
static void lpi_beyond_the_table_is_turned_off(void **state)
{
    struct its_device *raw;
    unsigned lpi = GIC_INTID_LPI_FIRST + HOST_LPI_COUNT - 1;

    (void)state;
    fill_the_table();
    uint64_t strays = msi_strays();

    assert_int_equal(its_map_device(0x778, 0, &raw), 0);
    assert_int_equal(its_map_event(raw, 0, lpi, 0), 0);
    assert_int_equal(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
    for (unsigned i = 0; i < 2 * IRQ_STRAY_LIMIT; i++) {
        assert_int_equal(its_trigger_event(raw, 0), 0);
        host_advance_us(10);
        irq_service();
    }
    assert_true(msi_strays() <= strays + IRQ_STRAY_LIMIT + 1);
    assert_true(line_count >= 1);
    assert_true(line_count < 10); /* told, not again and again */
    assert_int_equal(its_discard_event(raw, 0), 0);
    assert_int_equal(its_unmap_device(raw), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, msi_case_end)

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(lpi_with_a_new_owner_is_no_stray),
        TEST(lpi_that_stays_loud_is_tried_again),
        TEST(lpi_that_gets_an_owner_meanwhile_is_no_stray),
        TEST(wire_with_a_new_owner_is_no_stray),
        TEST(each_that_is_turned_off_is_told),
        TEST(those_turned_off_at_once_are_told),
        TEST(bit_beyond_the_table_is_told),
        TEST(lpi_beyond_the_table_is_turned_off),
    };

    if (argument_count > 1)
        cmocka_set_test_filter(arguments[1]);
    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
