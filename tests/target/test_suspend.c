// SPDX-License-Identifier: BSD-3-Clause
/*
 * SYSTEM_SUSPEND (platform_suspend()): interrupts of each kind are where they were afterwards, come
 * as often as they are raised, and what a device has reported meanwhile is not lost. An alarm wakes
 * the SoC at the latest. Where the secure monitor offers no suspend, nothing may change; the twin
 * offers it in the mood suspend, and loses what there is to lose.
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/psci.h"
#include "arch/smp.h"
#include "arch/suspend.h"
#include "arch/sysreg.h"
#include "arch/wait.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its.h"
#include "drivers/link/link.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/udma/udma.h"
#include "msi/local.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/link_talk.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <string.h>

#define DEADLINE_S 60u
#define ROUNDS     2u
#define WAKE_US    20000u
#define LATEST_US  3000000u
#define STALL_US   100000u
#define ARRIVE_US  20000000u
#define BYTES      4096u

/* ---- the alarm that wakes it ---- */

static uint64_t rings;

static enum irq_return ring(void *context)
{
    (void)context;
    alarm_off();
    __atomic_add_fetch(&rings, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

/* The alarm is the watchdog's otherwise. */
static void with_alarm(const char *name, void (*body)(void))
{
    watchdog_stop();
    rings = 0;
    if (irq_ppi_request(ALARM_INTID, ring, NULL) == 0)
        body();
    else
        selftest_fail(__FILE__, __LINE__, "the alarm is taken");
    alarm_off();
    (void)irq_ppi_free(ALARM_INTID);
    watchdog_start(name, DEADLINE_S);
}

static bool has_rung(void *argument)
{
    return __atomic_load_n(&rings, __ATOMIC_SEQ_CST) != *(const uint64_t *)argument;
}

/* With an alarm that ends it; not one that has come before all was ready. */
static int suspend_for_us(uint32_t us)
{
    int error = -ECANCELED;

    for (; error == -ECANCELED && us <= ARRIVE_US; us *= 2) {
        uint64_t before = rings;

        alarm_set_us(us);
        error = platform_suspend(has_rung, &before);
    }
    return error;
}

/* What nobody sets up again tells that power was lost. */
static void suspend_until_alarm(void)
{
    uint64_t before = rings;

    sysreg_write(CNTKCTL_EL1, 1);
    CHECK_EQUAL(suspend_for_us(WAKE_US), 0);
    CHECK_EQUAL(wait_for_count(&rings, before + 1, ARRIVE_US), 0);
    if (twin_present())
        CHECK_EQUAL(sysreg_read(CNTKCTL_EL1), 0);
}

static bool is_offered(void)
{
    return psci_has(PSCI_SYSTEM_SUSPEND);
}

/* ---- interrupts of each kind ---- */

enum kind {
    WIRE_LEVEL,
    WIRE_EDGE,
    INPUT,
    RING,
    RING_MASKED,
    MESSAGE,
    MESSAGE_MASKED,
    MESSAGE_WRITTEN, /* by a device, not by the ITS's INT command */
    KINDS,
};

static struct device wire = {.name = "wire"}, router = {.name = "router"},
                     ring_source = {.name = "rings"}, messages = {.name = "messages"};
static struct record records[KINDS];
static struct irq *irqs[KINDS];

static bool is_masked(unsigned kind)
{
    return kind == RING_MASKED || kind == MESSAGE_MASKED;
}

static void request(unsigned kind, struct device *device, uint32_t index)
{
    const struct irq_request request = {
        .index = index,
        .handler = note_call,
        .context = &records[kind],
        .name = "suspend",
        .flags = kind == WIRE_EDGE ? IRQ_FLAG_EDGE : 0,
        .core = kind % core_count(),
    };

    CHECK_EQUAL(irq_request(device, &request, &irqs[kind]), 0);
    if (is_masked(kind))
        irq_mask(irqs[kind]);
}

static void request_all(void)
{
    static uint16_t intids[2], inputs[1];

    intids[0] = test_soc.intid_wire;
    intids[1] = (uint16_t)(test_soc.intid_wire + 1);
    inputs[0] = test_soc.direct_inputs;

    memset(records, 0, sizeof(records));
    memset(irqs, 0, sizeof(irqs));
    CHECK_EQUAL(ti_sci_get_range(AM65X_DEV_RINGACC, RINGACC_SUBTYPE_GP, &test_rings), 0);
    CHECK_EQUAL(irq_bind_wired(&wire, platform_wired(), intids, 2), 0);
    CHECK_EQUAL(irq_bind_intr(&router, platform_intr(), inputs, 1), 0);
    CHECK_EQUAL(irq_bind_inta(&ring_source, platform_inta(), AM65X_DEV_RINGACC), 0);
    CHECK_EQUAL(irq_bind_its(&messages, platform_its(), TEST_DEVICE_ID, TEST_EVENT_BITS), 0);
    request(WIRE_LEVEL, &wire, 0);
    request(WIRE_EDGE, &wire, 1);
    request(INPUT, &router, 0);
    request(RING, &ring_source, ring_index(0));
    request(RING_MASKED, &ring_source, ring_index(1));
    for (unsigned kind = MESSAGE; kind < KINDS; kind++)
        request(kind, &messages, kind - MESSAGE);
}

static void free_all(void)
{
    struct device *const devices[] = {&wire, &router, &ring_source, &messages};

    for (unsigned kind = 0; kind < KINDS; kind++)
        if (irqs[kind] != NULL)
            CHECK_EQUAL(irq_free(irqs[kind]), 0);
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        CHECK_EQUAL(irq_unbind(devices[i]), 0);
}

static void raise(unsigned kind)
{
    if (kind == MESSAGE_WRITTEN)
        mmio_write32(AM65X_PRE_ITS_BASE + 4u * TEST_DEVICE_ID, MESSAGE_WRITTEN - MESSAGE);
    else
        CHECK_EQUAL(irq_trigger(irqs[kind]), 0);
}

/* Each comes once when it is raised once, on its core; what is masked, when it is unmasked. */
static void check_each_comes(void)
{
    for (unsigned kind = 0; kind < KINDS && !selftest_failed(); kind++) {
        uint64_t before = calls(&records[kind]);

        CHECK_EQUAL(irq_core(irqs[kind]), kind % core_count());
        raise(kind);
        if (is_masked(kind)) {
            delay_us(SETTLE_US);
            CHECK_EQUAL(calls(&records[kind]), before);
            irq_unmask(irqs[kind]);
        }
        CHECK_EQUAL(wait_for_count(&records[kind].calls, before + 1, ARRIVE_US), 0);
        delay_us(SETTLE_US);
        CHECK_EQUAL(calls(&records[kind]), before + 1);
        CHECK_EQUAL(records[kind].core, kind % core_count());
        if (is_masked(kind))
            irq_mask(irqs[kind]);
    }
}

/* A ring's event has had nowhere to go for a while: its interrupt comes once by itself, if the
 * system firmware has lost the mapping, as the twin's has. What is masked has that pending. */
static void check_each_is_there(const uint64_t before[KINDS])
{
    if (twin_present())
        CHECK_EQUAL(wait_for_count(&records[RING].calls, before[RING] + 1, ARRIVE_US), 0);
    delay_us(SETTLE_US);
    for (unsigned kind = 0; kind < KINDS; kind++)
        CHECK_EQUAL(calls(&records[kind]), before[kind] + (kind == RING && twin_present()));
}

static void body_kinds(void)
{
    uint64_t before[KINDS];

    request_all();
    check_each_comes();
    for (unsigned round = 0; round < ROUNDS && !selftest_failed(); round++) {
        for (unsigned kind = 0; kind < KINDS; kind++)
            before[kind] = calls(&records[kind]);
        suspend_until_alarm();
        check_each_is_there(before);
        check_each_comes();
    }
    free_all();
}

SELFTEST(suspend, interrupts_of_each_kind_are_as_they_were, DEADLINE_S)
{
    struct irq_inventory before = take_inventory(), after;
    unsigned cores = core_count();

    if (!is_offered())
        SKIP("the secure monitor offers no SYSTEM_SUSPEND");
    with_alarm("suspend.interrupts_of_each_kind_are_as_they_were", body_kinds);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(core_count(), cores);
    for (unsigned core = 1; core < cores; core++)
        CHECK(smp_is_on(core));
}

/* ---- what comes meanwhile ---- */

static uint64_t copies;

static bool is_copied(void *argument)
{
    return __atomic_load_n(&copies, __ATOMIC_SEQ_CST) >= *(const uint64_t *)argument;
}

/* A core that is off before stays off. */
static void turn_one(bool on)
{
    if (core_count() <= 2)
        return;
    CHECK_EQUAL(smp_is_on(1), !on);
    CHECK_EQUAL(on ? platform_core_on(1) : platform_core_off(1), 0);
}

/* The copy ends while the SoC sleeps, and wakes it; the alarm would if it did not, and is set as it
 * was. */
static void body_copy(void)
{
    const struct udma_channel_config config = {.name = "suspend",
                                               .core = core_count() - 1,
                                               .depth = 1,
                                               .callback = count_copy,
                                               .context = &copies};
    uint8_t *memory = dma_alloc(2 * BYTES);
    struct udma_channel *channel;
    uint64_t alarm, wanted = 0;
    int error;

    CHECK(memory != NULL);
    turn_one(false);
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    for (unsigned round = 0; round < ROUNDS && !selftest_failed(); round++) {
        memset(memory, (int)round + 1, BYTES);
        wanted++;
        (void)twin_inject(AM65X_FAULT_DMA_STALL, STALL_US, 1);
        alarm_set_us(LATEST_US);
        alarm = sysreg_read(CNTP_CVAL_EL0);
        CHECK_EQUAL(udma_copy(channel, (uintptr_t)memory + BYTES, (uintptr_t)memory, BYTES, NULL),
                    0);
        error = platform_suspend(is_copied, &wanted);
        CHECK(error == 0 || error == -ECANCELED); /* it was over before all was ready */
        CHECK_EQUAL(sysreg_read(CNTP_CVAL_EL0), alarm);
        CHECK_EQUAL(wait_for_count(&copies, round + 1, ARRIVE_US), 0);
        CHECK_EQUAL(memcmp(memory, memory + BYTES, BYTES), 0);
        CHECK_EQUAL(udma_channel_core(channel), core_count() - 1);
        alarm_off();
    }
    CHECK_EQUAL(copies, ROUNDS);
    turn_one(true);
    CHECK_EQUAL(udma_channel_close(channel), 0);
    dma_free(memory);
}

SELFTEST(suspend, copy_that_ends_meanwhile_wakes_it_and_is_told, DEADLINE_S)
{
    if (!is_offered())
        SKIP("the secure monitor offers no SYSTEM_SUSPEND");
    copies = 0;
    with_alarm("suspend.copy_that_ends_meanwhile_wakes_it_and_is_told", body_copy);
}

/* ---- links, and the mailbox ---- */

#define CLUSTER  10u /* nobody else's */
#define MESSAGES 50u

static uint64_t words, word;

static void received_words(void *context, const uint32_t *values, unsigned count)
{
    (void)context;
    word = values[count - 1];
    __atomic_add_fetch(&words, count, __ATOMIC_SEQ_CST);
    wait_notify();
}

/* Both sides of a link talk on; what side 0, which is polled, has not taken is there. */
static void link_over_suspend(void)
{
    struct link_talk_side *polled = &link_talk_sides[0];
    struct link_counters counters;

    for (uint64_t i = 0; i < 2 * MESSAGES && !selftest_failed(); i++) {
        CHECK_EQUAL(link_send_wait(link_talk_sides[1].link, i, ARRIVE_US), 0);
        if (i % LINK_TALK_DEPTH == LINK_TALK_DEPTH / 2)
            suspend_until_alarm();
        while (i % LINK_TALK_DEPTH == LINK_TALK_DEPTH - 1 && polled->received <= i)
            (void)link_poll(polled->link);
    }
    while (polled->received < 2 * MESSAGES && link_poll(polled->link))
        ;
    CHECK_EQUAL(link_flush(link_talk_sides[1].link, ARRIVE_US), 0); /* by interrupts */
    CHECK_EQUAL(polled->received, 2 * MESSAGES);
    CHECK_EQUAL(polled->wrong, 0);
    link_get_counters(link_talk_sides[1].link, &counters);
    CHECK_EQUAL(counters.connections, 1);
    CHECK_EQUAL(counters.again + counters.stale + counters.wrong + counters.missed, 0);
}

/* A word that waits in its FIFO, and one that is sent afterwards. */
static void words_over_suspend(struct mailbox *sender, struct mailbox *receiver)
{
    words = 0;
    mailbox_pause(receiver);
    CHECK_EQUAL(mailbox_send(sender, 1), 0);
    suspend_until_alarm();
    CHECK_EQUAL(words, 0);
    mailbox_resume(receiver);
    CHECK_EQUAL(wait_for_count(&words, 1, ARRIVE_US), 0);
    CHECK_EQUAL(mailbox_send(sender, 2), 0);
    CHECK_EQUAL(wait_for_count(&words, 2, ARRIVE_US), 0);
    CHECK_EQUAL(word, 2);
}

static void body_links(void)
{
    struct mailbox_cluster *cluster;
    struct mailbox_config config;
    struct mailbox *sender, *receiver;

    CHECK_EQUAL(platform_mailbox_take(CLUSTER, &cluster), 0);
    link_talk_begin();
    CHECK_EQUAL(link_talk_open(cluster, 0, true), 0);
    CHECK_EQUAL(link_talk_open(cluster, 1, false), 0);
    link_over_suspend();
    CHECK_EQUAL(link_close(link_talk_sides[0].link), 0);
    CHECK_EQUAL(link_close(link_talk_sides[1].link), 0);
    config = (struct mailbox_config){
        .name = "sender", .cluster = cluster, .receive = MAILBOX_NONE, .core = IRQ_CORE_ANY};
    CHECK_EQUAL(mailbox_open(&config, &sender), 0);
    config = (struct mailbox_config){.name = "receiver",
                                     .cluster = cluster,
                                     .user = 1,
                                     .transmit = MAILBOX_NONE,
                                     .core = core_count() - 1,
                                     .received = received_words};
    CHECK_EQUAL(mailbox_open(&config, &receiver), 0);
    words_over_suspend(sender, receiver);
    CHECK_EQUAL(mailbox_close(sender), 0);
    CHECK_EQUAL(mailbox_close(receiver), 0);
    CHECK_EQUAL(platform_mailbox_release(CLUSTER), 0);
}

SELFTEST(suspend, links_and_the_mailbox_go_on, DEADLINE_S)
{
    struct irq_inventory before = take_inventory(), after;

    if (!is_offered())
        SKIP("the secure monitor offers no SYSTEM_SUSPEND");
    with_alarm("suspend.links_and_the_mailbox_go_on", body_links);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

/* ---- work ---- */

static uint64_t worked;

static void count_work(void *context)
{
    (void)context;
    __atomic_add_fetch(&worked, 1, __ATOMIC_SEQ_CST);
}

/* An alarm wakes it at the latest. */
static void refuse_for(struct work *work, unsigned core)
{
    CHECK_EQUAL(work_queue_on(work, core), 0);
    alarm_set_us(LATEST_US);
    CHECK_EQUAL(platform_suspend(NULL, NULL), -ECANCELED);
    alarm_off();
}

static void body_work(void)
{
    struct work work;

    work_init(&work, count_work, NULL);
    refuse_for(&work, 0);
    CHECK_EQUAL(worked, 0);
    CHECK_EQUAL(work_flush(&work, ARRIVE_US), 0);
    turn_one(false);
    if (core_count() > 2) { /* that of a core which was off before waits for that core anyway */
        CHECK_EQUAL(work_queue_on(&work, 1), 0);
        suspend_until_alarm();
        CHECK_EQUAL(worked, 1);
    }
    turn_one(true);
    CHECK_EQUAL(work_flush(&work, ARRIVE_US), 0);
    CHECK_EQUAL(worked, core_count() > 2 ? 2 : 1);
    suspend_until_alarm();
}

SELFTEST(suspend, work_that_is_queued_keeps_it_awake, DEADLINE_S)
{
    if (!is_offered())
        SKIP("the secure monitor offers no SYSTEM_SUSPEND");
    worked = 0;
    with_alarm("suspend.work_that_is_queued_keeps_it_awake", body_work);
}

/* ---- what was pending before ---- */

/* Whether LPIs could be turned off, and what is pending so was written to the tables. */
static bool lpis_are_off(void)
{
    return (mmio_read32(gic_redistributor_address(0) + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS) == 0;
}

/* core_suspend(), and that it keeps what a function has to: 0, or another number. */
static uint64_t suspend_with_registers(void)
{
    register uint64_t result __asm__("x0") = (uintptr_t)boot_resume;

    __asm__ volatile(".irp n, 19,20,21,22,23,24,25,26,27,28\n\tmov x\\n, #\\n\n\t.endr\n\t"
                     ".irp n, 8,9,10,11,12,13,14,15\n\tmov x1, #\\n\n\tfmov d\\n, x1\n\t.endr\n\t"
                     "bl core_suspend\n\t"
                     "sxtw x0, w0\n\t"
                     ".irp n, 19,20,21,22,23,24,25,26,27,28\n\t"
                     "sub x1, x\\n, #\\n\n\torr x0, x0, x1\n\t.endr\n\t"
                     ".irp n, 8,9,10,11,12,13,14,15\n\t"
                     "fmov x1, d\\n\n\tsub x1, x1, #\\n\n\torr x0, x0, x1\n\t.endr"
                     : "+r"(result)
                     :
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
                       "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
                       "x24", "x25", "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4", "v5",
                       "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",
                       "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27",
                       "v28", "v29", "v30", "v31", "memory", "cc");
    return result;
}

/* As platform_suspend() does it, but with interrupts that come just before. */
static void body_pending(void)
{
    bool kept;
    unsigned long state;
    uint64_t registers;
    int errors[4];

    request_all();
    for (unsigned kind = 0; kind < KINDS; kind++)
        CHECK_EQUAL(irq_set_affinity(irqs[kind], 0), 0);
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(platform_core_off(core), 0);
    state = irq_save();
    gic_set_pending(test_soc.intid_wire);
    gic_set_pending(test_soc.intid_wire + 1);
    raise(MESSAGE_WRITTEN);
    alarm_set_us(WAKE_US);
    errors[0] = its_suspend();
    errors[1] = gic_suspend();
    kept = lpis_are_off();
    registers = suspend_with_registers();
    errors[2] = gic_resume();
    errors[3] = its_resume();
    irq_restore(state);
    CHECK_EQUAL(registers, 0);
    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        CHECK_EQUAL(errors[i], 0);
    CHECK_EQUAL(wait_for_count(&records[WIRE_LEVEL].calls, 1, ARRIVE_US), 0);
    CHECK_EQUAL(wait_for_count(&records[WIRE_EDGE].calls, 1, ARRIVE_US), 0);
    if (kept)
        CHECK_EQUAL(wait_for_count(&records[MESSAGE_WRITTEN].calls, 1, ARRIVE_US), 0);
    CHECK_EQUAL(irq_restore_routes(), 0);
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(platform_core_on(core), 0);
    CHECK_EQUAL(calls(&records[WIRE_LEVEL]), 1);
    CHECK_EQUAL(calls(&records[WIRE_EDGE]), 1);
    free_all();
}

SELFTEST(suspend, edge_and_message_that_were_pending_come_afterwards, DEADLINE_S)
{
    if (!is_offered())
        SKIP("the secure monitor offers no SYSTEM_SUSPEND");
    with_alarm("suspend.edge_and_message_that_were_pending_come_afterwards", body_pending);
}

/* ---- refusals ---- */

static int refusal;
static bool in_use;

static void suspend_here(void *argument)
{
    (void)argument;
    refusal = platform_suspend(NULL, NULL);
}

static bool at_once(void *argument)
{
    (void)argument;
    return true;
}

static bool is_over(void *argument)
{
    (void)argument;
    return !__atomic_load_n(&in_use, __ATOMIC_SEQ_CST);
}

static void keep_busy(void *argument)
{
    (void)argument;
    (void)wait_for(is_over, NULL, ARRIVE_US);
}

/* Nothing has changed after any. */
static void body_refused(void)
{
    unsigned last = core_count() - 1;
    unsigned long state = irq_save();

    refusal = platform_suspend(NULL, NULL);
    irq_restore(state);
    CHECK_EQUAL(refusal, -EDEADLK);
    request_all();
    if (!is_offered())
        CHECK_EQUAL(platform_suspend(NULL, NULL), -ENOTSUP);
    if (is_offered())
        CHECK_EQUAL(platform_suspend(at_once, NULL), -ECANCELED);
    if (last != 0) {
        CHECK_EQUAL(smp_start(last, suspend_here, NULL), 0);
        CHECK_EQUAL(smp_join(last, ARRIVE_US), 0);
        CHECK_EQUAL(refusal, -EINVAL);
        __atomic_store_n(&in_use, true, __ATOMIC_SEQ_CST);
        CHECK_EQUAL(smp_start(last, keep_busy, NULL), 0);
        if (is_offered())
            CHECK_EQUAL(platform_suspend(NULL, NULL), -EBUSY);
        __atomic_store_n(&in_use, false, __ATOMIC_SEQ_CST);
        wait_notify();
        CHECK_EQUAL(smp_join(last, ARRIVE_US), 0);
    }
    CHECK_EQUAL(core_suspend((uintptr_t)boot_resume), is_offered() ? -EPERM : -ENOTSUP);
    if (twin_present()) /* TF-A may not look */
        CHECK_EQUAL(core_suspend(0), is_offered() ? -EINVAL : -ENOTSUP);
    check_each_comes();
    free_all();
}

/* PSCI denies it while another core is on; alone it would have to be woken. */
SELFTEST(suspend, refused_it_changes_nothing, DEADLINE_S)
{
    if (is_offered() && core_count() == 1)
        SKIP("needs a second core");
    body_refused();
}
