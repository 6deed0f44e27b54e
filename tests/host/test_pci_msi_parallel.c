// SPDX-License-Identifier: BSD-3-Clause
/*
 * MSI-X and MSI of PCI functions, on cores that are real threads: each requests, masks, moves and
 * frees vectors of its own, which fire meanwhile, of functions that all share. Built twice, under
 * the address and the thread sanitizer.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/pci/msi.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/pci_line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FUNCTIONS  3u
#define VECTORS    32u
#define ROUNDS     60u /* of each core */
#define FIRES      4u
#define PAUSE_US   3000u
#define TIMEOUT_US 3600000000u
#define WIDE       0x80u
#define MASKABLE   0x100u

static struct pci_host host;
static struct pci_model *models[FUNCTIONS]; /* MSI-X; MSI with masks, and without */
static struct pci_function *functions[FUNCTIONS];
static unsigned counts[FUNCTIONS];
static struct {
    uint64_t sent, called, errors;
} sums[CORE_MAX]; /* each core its own */

/* Behind a bridge to conventional PCI they have one requester id. */
static void add_functions(bool share_an_id)
{
    struct pci_model *bridge = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);

    if (share_an_id)
        bridge = pci_model_add_bridge(bridge, 0, PCI_EXPRESS_TYPE_TO_PCI);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        models[i] = pci_model_add(bridge, 0, i, 0x1234, 0xff0000);
        models[i]->config[PCI_HEADER_TYPE] |= PCI_HEADER_MULTI_FUNCTION;
        pci_model_add_bar(models[i], 0, 0x1000, 0);
        if (!share_an_id)
            pci_model_add_express(models[i], PCI_EXPRESS_TYPE_ENDPOINT, true);
        pci_model_add_power(models[i], true);
    }
}

static int set_up_functions(bool share_an_id)
{
    memset(sums, 0, sizeof(sums));
    pci_models_start(&host);
    host.message_parent = msi_case.its;
    add_functions(share_an_id);
    pci_model_add_msix(models[0], VECTORS, 0, 0, 0x800);
    pci_model_add_msi(models[1], 5, WIDE | MASKABLE);
    pci_model_add_msi(models[2], 5, 0);
    assert_int_equal(pci_enumerate(&host), 0);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        functions[i] = pci_model_found(&host, models[i]);
        assert_int_equal(pci_enable(functions[i], true), 0);
        assert_int_equal(pci_interrupts_enable(functions[i], VECTORS, VECTORS), VECTORS);
        counts[i] = VECTORS;
    }
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    return set_up_functions(false);
}

static int set_up_with_one_id(void **state)
{
    (void)state;
    return set_up_functions(true);
}

static int tear_down(void **state)
{
    for (unsigned i = 0; i < FUNCTIONS; i++)
        assert_int_equal(pci_interrupts_disable(functions[i]), 0);
    pci_models_stop(&host);
    return msi_case_end(state);
}

struct wanted {
    const struct msi_record *record;
    uint64_t calls;
};

static bool has_come(void *argument)
{
    const struct wanted *wanted = argument;

    return msi_calls(wanted->record) >= wanted->calls;
}

static void expect(unsigned self, bool condition)
{
    if (!condition)
        sums[self].errors++;
}

/* Each message by itself, so that the calls can be counted. */
static void fire(unsigned self, unsigned which, uint32_t vector, struct msi_record *record)
{
    struct wanted wanted = {.record = record, .calls = msi_calls(record) + 1};

    (void)pci_model_raise(models[which], vector);
    sums[self].sent++;
    expect(self, wait_for(has_come, &wanted, TIMEOUT_US) == 0);
}

static void fire_masked(unsigned self, unsigned which, struct irq *irq, struct msi_record *record)
{
    struct wanted wanted = {.record = record, .calls = msi_calls(record) + 1};

    irq_mask(irq);
    (void)pci_model_raise(models[which], irq_index(irq));
    sums[self].sent++;
    expect(self, irq_synchronize(irq) == 0);
    expect(self, msi_calls(record) == wanted.calls - 1);
    irq_unmask(irq);
    expect(self, wait_for(has_come, &wanted, TIMEOUT_US) == 0);
}

static void use_vector(unsigned self, unsigned which, uint32_t vector, unsigned round)
{
    struct msi_record record = {0};
    const struct irq_request request = {.index = vector,
                                        .handler = msi_note,
                                        .context = &record,
                                        .core = (self + round) % core_count()};
    struct irq *irq;
    int error = irq_request(&functions[which]->device, &request, &irq);

    expect(self, error == 0);
    if (error != 0)
        return;
    for (unsigned i = 0; i < FIRES; i++) {
        fire(self, which, vector, &record);
        fire_masked(self, which, irq, &record);
        expect(self, irq_set_affinity(irq, (self + i) % core_count()) == 0);
    }
    expect(self, irq_free(irq) == 0);
    sums[self].called += msi_calls(&record);
}

/* A core has each so many-th vector of each function. */
static void use_all(void *argument)
{
    const unsigned self = core_id();

    (void)argument;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const unsigned which = round % FUNCTIONS;
        const uint32_t vector = (round / FUNCTIONS * core_count() + self) % counts[which];

        use_vector(self, which, vector, round);
        if (round % 10 == 0)
            expect(self, irq_restore_messages(&functions[which]->device) == 0);
    }
}

static void each_message_makes_one_call(void **state)
{
    const uint64_t strays = msi_strays(), dropped = pci_messages_dropped(functions[0]);
    uint64_t sent = 0;

    (void)state;
    assert_int_equal(smp_run_all(use_all, NULL, TIMEOUT_US), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        assert_int_equal(sums[core].errors, 0);
        assert_int_equal(sums[core].called, sums[core].sent);
        sent += sums[core].sent;
    }
    print_message("# %llu messages\n", (unsigned long long)sent);
    assert_int_equal(msi_strays(), strays);
    assert_int_equal(pci_messages_dropped(functions[0]), dropped);
}

/* ---- functions that are reset and put to sleep meanwhile ---- */

static bool is_over;

/* What its vectors' owners do is never an error, but that a request may find the function off. What
 * it sends may be lost while it is. */
static void come_and_go(unsigned self, unsigned which, uint32_t vector)
{
    struct msi_record record = {0};
    const struct irq_request request = {
        .index = vector, .handler = msi_note, .context = &record, .core = self};
    struct irq *irq;
    int error = irq_request(&functions[which]->device, &request, &irq);

    expect(self, error == 0 || error == -EIO || error == -ENODEV);
    delay_us(PAUSE_US);
    if (error != 0)
        return;
    for (unsigned i = 0; i < FIRES; i++) {
        (void)pci_model_raise(models[which], vector);
        irq_mask(irq);
        expect(self, irq_set_affinity(irq, (self + i) % core_count()) == 0);
        (void)irq_pending(irq);
        delay_us(PAUSE_US);
        irq_unmask(irq);
    }
    expect(self, irq_free(irq) == 0);
    expect(self, msi_calls(&record) <= 2 * FIRES);
}

static void reset_or_come_and_go(void *argument)
{
    const unsigned self = core_id();

    (void)argument;
    for (unsigned round = 0; round < ROUNDS && self == 0; round++) {
        struct pci_function *function = functions[round % FUNCTIONS];

        expect(self, (round & 1u) != 0 ? pci_reset(function) == 0 : pci_sleep(function) == 0);
        expect(self, pci_wake(function) == 0);
    }
    if (self == 0)
        __atomic_store_n(&is_over, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; self != 0 && !__atomic_load_n(&is_over, __ATOMIC_SEQ_CST); i++)
        come_and_go(self, i % FUNCTIONS, self * 4 + i / FUNCTIONS % 4);
}

static void resets_lose_no_vector(void **state)
{
    const struct irq_inventory before = msi_in_use();
    static struct msi_record kept[FUNCTIONS];
    struct irq *irqs[FUNCTIONS];

    is_over = false;
    memset(kept, 0, sizeof(kept));
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        const struct irq_request request = {
            .index = VECTORS - 1, .handler = msi_note, .context = &kept[i], .core = i};

        assert_int_equal(irq_request(&functions[i]->device, &request, &irqs[i]), 0);
    }
    assert_int_equal(smp_run_all(reset_or_come_and_go, NULL, TIMEOUT_US), 0);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        assert_int_equal(msi_calls(&kept[i]), 0);
        fire(0, i, VECTORS - 1, &kept[i]);
        fire_masked(0, i, irqs[i], &kept[i]);
        assert_int_equal(msi_calls(&kept[i]), 2);
        assert_int_equal(irq_free(irqs[i]), 0);
    }
    for (unsigned core = 0; core < core_count(); core++)
        assert_int_equal(sums[core].errors, 0);
    memset(sums, 0, sizeof(sums));
    assert_true(msi_in_use_equal(&before));
    each_message_makes_one_call(state);
}

/* ---- a line that functions share, which come and go ---- */

#define LINE 200u

/* Whether it was up before. */
static bool raise_line(unsigned which, bool up)
{
    unsigned long state = spin_lock(&host.lock);
    bool was = pci_line_raise(models[which], up);

    spin_unlock(&host.lock, state);
    return was;
}

static int set_up_lines(void **state)
{
    static const uint16_t intids[] = {LINE, 201, 202, 203};
    static struct irq_parent *lines;
    struct pci_model *port;

    (void)state;
    memset(sums, 0, sizeof(sums));
    pci_models_start(&host);
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        models[i] = pci_model_add(port, 0, i, 0x1234, 0xff0000);
        models[i]->config[PCI_HEADER_TYPE] |= PCI_HEADER_MULTI_FUNCTION;
        models[i]->config[PCI_INTERRUPT_PIN] = 1;
    }
    pci_line_begin(models, FUNCTIONS, LINE);
    if (lines == NULL)
        assert_int_equal(irq_shared_init(intids, 4, &lines), 0);
    host.lines = lines;
    assert_int_equal(pci_enumerate(&host), 0);
    for (unsigned i = 0; i < FUNCTIONS; i++)
        functions[i] = pci_model_found(&host, models[i]);
    return 0;
}

struct sharer {
    struct msi_record record;
    unsigned which;
};

/* While the line moves, one call may find that another has served already. */
static enum irq_return serve(void *context)
{
    struct sharer *sharer = context;

    return raise_line(sharer->which, false) ? msi_note(&sharer->record) : IRQ_NONE;
}

static void share(unsigned self)
{
    struct sharer sharer = {.which = self};
    struct wanted wanted = {.record = &sharer.record};
    const struct irq_request request = {.handler = serve, .context = &sharer, .core = IRQ_CORE_ANY};
    struct irq *irq;
    int error = pci_line_enable(functions[self]);

    expect(self, error == 1);
    error = irq_request(&functions[self]->device, &request, &irq);
    expect(self, error == 0);
    for (unsigned i = 0; error == 0 && i < FIRES; i++) {
        if (i % 2 != 0)
            irq_mask(irq);
        (void)raise_line(self, true);
        wanted.calls++;
        expect(self, irq_set_affinity(irq, (self + i) % core_count()) == 0);
        irq_unmask(irq);
        expect(self, wait_for(has_come, &wanted, TIMEOUT_US) == 0);
    }
    expect(self, error != 0 || irq_free(irq) == 0);
    expect(self, msi_calls(&sharer.record) == FIRES);
    expect(self, pci_interrupts_disable(functions[self]) == 0);
}

static void share_again_and_again(void *argument)
{
    const unsigned self = core_id();

    (void)argument;
    for (unsigned round = 0; self < FUNCTIONS && round < ROUNDS; round++)
        share(self);
}

static void sharers_of_a_line_come_and_go(void **state)
{
    const struct irq_inventory before = msi_in_use();

    (void)state;
    assert_int_equal(smp_run_all(share_again_and_again, NULL, TIMEOUT_US), 0);
    for (unsigned core = 0; core < core_count(); core++)
        assert_int_equal(sums[core].errors, 0);
    assert_true(msi_in_use_equal(&before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_message_makes_one_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_message_makes_one_call, set_up_with_one_id, tear_down),
        cmocka_unit_test_setup_teardown(resets_lose_no_vector, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sharers_of_a_line_come_and_go, set_up_lines, tear_down),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
