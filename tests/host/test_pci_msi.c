// SPDX-License-Identifier: BSD-3-Clause
/*
 * MSI and MSI-X of PCI functions over the interrupt layer (drivers/pci/msi.h): functions in memory,
 * which send what their registers say.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/gic/its.h"
#include "drivers/pci/msi.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "root/root.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/pci_line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTORS      64u
#define MSI_VECTORS  32u
#define WIDE         0x80u /* of Message Control */
#define MASKABLE     0x100u
#define BAR_SIZE     0x4000u
#define TABLE        0x1000u
#define PENDING      0x2000u
#define ITS_MAPD     0x08u
#define ENTRY        16u
#define SETTLE_US    10u
#define JOINS        10000u
#define MESSAGE_BITS 3u

static struct pci_host host;
static struct pci_model *port;
static struct msi_record records[VECTORS];
static struct irq *irqs[VECTORS];

/* ---- the functions ---- */

static int set_up(void **state)
{
    (void)state;
    memset(records, 0, sizeof(records));
    memset(irqs, 0, sizeof(irqs));
    pci_models_start(&host);
    host.message_parent = msi_case.its;
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    return 0;
}

static int tear_down(void **state)
{
    int error = irq_free_block(irqs, VECTORS);

    for (struct pci_function *each = NULL; (each = pci_next(&host, each)) != NULL;) {
        int left = pci_interrupts_disable(each);

        error = error != 0 ? error : left;
    }
    pci_models_stop(&host);
    return error != 0 ? error : msi_case_end(state);
}

static struct pci_model *add_plain(unsigned number)
{
    struct pci_model *model = pci_model_add(port, 0, number, 0x1234, 0xff0000);

    model->config[PCI_HEADER_TYPE] |= PCI_HEADER_MULTI_FUNCTION;
    pci_model_add_bar(model, 0, BAR_SIZE, 0);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, true);
    pci_model_add_power(model, true);
    return model;
}

static struct pci_model *add_msix(unsigned number, unsigned count)
{
    struct pci_model *model = add_plain(number);

    pci_model_add_msix(model, count, 0, TABLE, PENDING);
    return model;
}

static struct pci_model *add_msi(unsigned number, unsigned log, uint16_t flags)
{
    struct pci_model *model = add_plain(number);

    pci_model_add_msi(model, log, flags);
    return model;
}

static struct pci_function *find(const struct pci_model *model)
{
    struct pci_function *function = pci_model_found(&host, model);

    assert_non_null(function);
    assert_int_equal(pci_enable(function, true), 0);
    return function;
}

static struct pci_function *enumerate(const struct pci_model *model)
{
    assert_int_equal(pci_enumerate(&host), 0);
    return find(model);
}

static int request_flags(struct pci_function *function, uint32_t index, uint32_t core,
                         uint32_t flags)
{
    const struct irq_request request = {.index = index,
                                        .handler = msi_note,
                                        .context = &records[index],
                                        .name = "vector",
                                        .flags = flags,
                                        .core = core};

    return irq_request(&function->device, &request, &irqs[index]);
}

/* For functions of which several are in use: with another record. */
static void request_at(struct pci_function *function, uint32_t index, unsigned place)
{
    const struct irq_request request = {
        .index = index, .handler = msi_note, .context = &records[place], .core = IRQ_CORE_ANY};

    assert_int_equal(irq_request(&function->device, &request, &irqs[place]), 0);
}

static void request(struct pci_function *function, uint32_t index)
{
    assert_int_equal(request_flags(function, index, IRQ_CORE_ANY, 0), 0);
}

static void release(uint32_t index)
{
    assert_int_equal(irq_free(irqs[index]), 0);
    irqs[index] = NULL;
}

static bool fire(struct pci_model *model, unsigned vector)
{
    bool sent = pci_model_raise(model, vector);

    host_advance_us(SETTLE_US);
    return sent;
}

/* One call more, of this one only. */
static void expect_call(struct pci_model *model, unsigned vector, unsigned count)
{
    uint64_t before[VECTORS];

    for (unsigned i = 0; i < count; i++)
        before[i] = msi_calls(&records[i]);
    assert_true(fire(model, vector));
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(msi_calls(&records[i]), before[i] + (i == vector));
}

static uint32_t entry_word(const struct pci_model *model, unsigned vector, unsigned offset)
{
    uint32_t word;

    memcpy(&word, &model->bars[0].memory[TABLE + vector * ENTRY + offset], sizeof(word));
    return word;
}

static bool is_enabled(const struct pci_model *model)
{
    return (model->msix != 0 && (pci_model_get(model, model->msix + 2, 2) & 0x8000) != 0) ||
           (model->msi != 0 && (pci_model_get(model, model->msi + 2, 2) & 1) != 0);
}

/* ---- MSI-X ---- */

static void each_vector_has_its_handler(void **state)
{
    struct pci_model *model = add_msix(0, VECTORS);
    struct pci_function *function = enumerate(model);

    (void)state;
    assert_int_equal(pci_msix_enable(function, 1, VECTORS), VECTORS);
    assert_true((pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE) != 0);
    for (unsigned i = 0; i < VECTORS; i++)
        assert_int_equal(request_flags(function, i, i % core_count(), 0), 0);
    for (unsigned i = 0; i < VECTORS; i++) {
        expect_call(model, i, VECTORS);
        assert_int_equal(records[i].core, i % core_count());
    }
    assert_int_equal(request_flags(function, 0, 0, 0), -EBUSY);
    assert_int_equal(pci_interrupts_disable(function), -EBUSY);
    assert_int_equal(pci_msix_enable(function, 1, 1), -EBUSY);
}

static void as_many_as_wanted_and_no_more(void **state)
{
    struct pci_model *model = add_msix(0, 5);
    struct pci_function *function = enumerate(model);
    struct irq *one;
    const struct irq_request any = {
        .index = IRQ_INDEX_ANY, .handler = msi_note, .context = records};

    (void)state;
    assert_int_equal(pci_msix_enable(function, 6, 8), -ENOSPC);
    assert_int_equal(pci_msix_enable(function, 0, 8), -EINVAL);
    assert_int_equal(pci_msix_enable(function, 3, 2), -EINVAL);
    assert_int_equal(pci_msix_enable(NULL, 1, 2), -EINVAL);
    assert_int_equal(pci_msix_enable(function, 1, 8), 5);
    assert_int_equal(request_flags(function, 5, 0, 0), -EINVAL);
    for (unsigned i = 0; i < 5; i++)
        request(function, i);
    assert_int_equal(irq_request(&function->device, &any, &one), -ENOSPC);
    for (unsigned i = 0; i < 5; i++)
        release(i);
    assert_int_equal(pci_interrupts_disable(function), 0);
    assert_false(is_enabled(model));
    memset(&model->bars[0].memory[TABLE], 0, 5 * ENTRY); /* a loader has had it */
    assert_int_equal(pci_msix_enable(function, 1, 2), 2);
    assert_int_equal(request_flags(function, 2, 0, 0), -EINVAL);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(entry_word(model, i, 12), 1); /* those that nobody may have, too */
}

/* Nothing of it reaches the layer: it costs no interrupt. */
static void masked_vector_is_kept_by_the_function(void **state)
{
    struct pci_model *model = add_msix(0, VECTORS);
    struct pci_function *function = enumerate(model);

    (void)state;
    assert_int_equal(pci_msix_enable(function, 1, VECTORS), VECTORS);
    assert_int_equal(request_flags(function, 33, 0, IRQ_FLAG_MASKED), 0);
    assert_int_equal(entry_word(model, 33, 12), 1);
    assert_false(irq_pending(irqs[33]));
    for (unsigned i = 0; i < 3; i++)
        assert_false(fire(model, 33));
    assert_int_equal(model->sent, 0);
    assert_true(irq_pending(irqs[33]));
    assert_int_equal(msi_calls(&records[33]), 0);
    irq_unmask(irqs[33]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[33]), 1);
    assert_false(irq_pending(irqs[33]));
    irq_mask(irqs[33]);
    assert_false(fire(model, 33));
    assert_true(irq_pending(irqs[33]));
    model->is_gone = true; /* reads all ones: nothing waits */
    assert_false(irq_pending(irqs[33]));
    model->is_gone = false;
}

static void freed_vector_is_dropped_and_counted(void **state)
{
    struct pci_model *model = add_msix(0, VECTORS);
    struct pci_function *function = enumerate(model);
    uint64_t strays = msi_strays();

    (void)state;
    assert_int_equal(pci_messages_dropped(function), 0);
    assert_int_equal(pci_msix_enable(function, 1, VECTORS), VECTORS);
    request(function, 7);
    request(function, 8);
    expect_call(model, 7, VECTORS);
    release(7);
    assert_false(fire(model, 7));
    expect_call(model, 8, VECTORS);
    assert_int_equal(msi_calls(&records[7]), 1);
    request(function, 7); /* what it had for the last owner is not for this one */
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[7]), 1);
    assert_int_equal(pci_messages_dropped(function), 1);
    expect_call(model, 7, VECTORS);
    assert_int_equal(pci_messages_dropped(function), 1);
    assert_int_equal(msi_strays(), strays);
}

static void pending_that_does_not_leave_ends_in_time(void **state)
{
    struct pci_model *model = add_msix(0, 2);
    struct pci_function *function = enumerate(model);

    (void)state;
    assert_int_equal(pci_msix_enable(function, 1, 2), 2);
    assert_false(fire(model, 1));
    model->bars[0].memory[PENDING] = 0x2; /* stuck: no bus mastering, or a broken device */
    model->pending[1] = false;
    request(function, 1);
    assert_int_equal(pci_messages_dropped(function), 1);
    expect_call(model, 1, 2);
}

static void vectors_move(void **state)
{
    struct pci_model *model = add_msix(0, VECTORS);
    struct pci_function *function = enumerate(model);

    (void)state;
    assert_int_equal(pci_msix_enable(function, 1, VECTORS), VECTORS);
    request(function, 9);
    for (unsigned i = 0; i < 2 * core_count(); i++) {
        const unsigned core = i % core_count();
        const uint32_t data = entry_word(model, 9, 8);

        assert_int_equal(irq_set_affinity(irqs[9], core), 0);
        expect_call(model, 9, VECTORS);
        assert_int_equal(records[9].core, core);
        assert_int_equal(entry_word(model, 9, 8), data);
    }
}

static void blocks_have_an_entry_for_each(void **state)
{
    struct pci_model *model = add_msix(0, 16);
    struct pci_function *function = enumerate(model);
    const struct irq_request block = {
        .index = 4, .handler = msi_note, .context = &records[4], .core = IRQ_CORE_ANY};

    (void)state;
    assert_int_equal(pci_msix_enable(function, 16, 16), 16);
    request(function, 2);
    assert_int_equal(irq_request_block(&function->device, &block, 4, sizeof(records[0]), &irqs[4]),
                     0);
    for (unsigned i = 4; i < 8; i++)
        expect_call(model, i, 16);
    release(5);
    assert_false(fire(model, 5));
    expect_call(model, 6, 16);
    request(function, 5);
    expect_call(model, 5, 16);
    expect_call(model, 2, 16);
}

#define STORM_CALLS     50u
#define STORM_WINDOW_US 1000000u

static enum irq_return find_nothing(void *context)
{
    (void)msi_note(context);
    return IRQ_NONE;
}

/* It ends where it comes from, and another vector of the function goes on. */
static void storm_is_masked_in_the_function(void **state)
{
    struct pci_model *model = add_msix(0, 4);
    struct pci_function *function = enumerate(model);
    const struct irq_request stormy = {
        .index = 1, .handler = find_nothing, .context = &records[1], .name = "storm"};
    uint64_t storms = msi_storms(), calls;

    (void)state;
    assert_int_equal(pci_msix_enable(function, 4, 4), 4);
    assert_int_equal(irq_request(&function->device, &stormy, &irqs[1]), 0);
    request(function, 2);
    irq_set_storm_limit(STORM_CALLS, STORM_WINDOW_US);
    for (unsigned i = 0; i < 10 * STORM_CALLS && !irq_is_masked(irqs[1]); i++)
        assert_true(fire(model, 1));
    for (unsigned i = 0; i < STORM_CALLS; i++)
        assert_false(fire(model, 1)); /* and costs nothing */
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    assert_int_equal(msi_storms(), storms + 1);
    calls = msi_calls(&records[1]);
    assert_int_equal(model->sent, calls);
    expect_call(model, 2, 4);
    irq_unmask(irqs[1]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[1]), calls + 1);
    expect_call(model, 1, 4);
}

/* ---- MSI ---- */

static void use_msi(uint16_t flags)
{
    struct pci_model *model = add_msi(0, 5, flags);
    struct pci_function *function = enumerate(model);
    const bool maskable = (flags & MASKABLE) != 0;
    uint64_t strays = msi_strays();

    assert_int_equal(pci_msi_enable(function, 1, 2 * MSI_VECTORS), MSI_VECTORS);
    for (unsigned i = 0; i < MSI_VECTORS; i++)
        request(function, i);
    for (unsigned i = 0; i < MSI_VECTORS; i++)
        expect_call(model, i, MSI_VECTORS);
    for (unsigned i = 0; i < MSI_VECTORS; i += 3) {
        release(i);
        /* The function keeps it, or the ITS drops it. */
        assert_int_equal(fire(model, i), !maskable);
        expect_call(model, (i + 1) % MSI_VECTORS, MSI_VECTORS);
    }
    for (unsigned i = 0; i < MSI_VECTORS; i += 3) {
        request(function, i);
        host_advance_us(SETTLE_US);
        assert_int_equal(irq_set_affinity(irqs[i], i % core_count()), 0);
    }
    for (unsigned i = 0; i < MSI_VECTORS; i++)
        expect_call(model, i, MSI_VECTORS);
    irq_mask(irqs[17]);
    assert_int_equal(fire(model, 17), !maskable);
    assert_true(irq_pending(irqs[17]));
    uint64_t before = msi_calls(&records[17]);

    irq_unmask(irqs[17]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[17]), before + 1);
    assert_int_equal(msi_strays(), strays);
    assert_int_equal(pci_messages_dropped(function), maskable ? (MSI_VECTORS + 2) / 3 : 0);
}

static void msi_with_32_bits(void **state)
{
    (void)state;
    use_msi(0);
}

static void msi_with_64_bits(void **state)
{
    (void)state;
    use_msi(WIDE);
}

static void msi_with_32_bits_and_masks(void **state)
{
    (void)state;
    use_msi(MASKABLE);
}

static void msi_with_64_bits_and_masks(void **state)
{
    (void)state;
    use_msi(WIDE | MASKABLE);
}

static void msi_is_on_while_one_is_requested(void **state)
{
    struct pci_model *model = add_msi(0, 3, WIDE);
    struct pci_function *function = enumerate(model);
    const struct irq_request block = {
        .index = 4, .handler = msi_note, .context = &records[4], .core = IRQ_CORE_ANY};

    (void)state;
    assert_int_equal(pci_msi_enable(function, 8, 16), 8);
    assert_int_equal(pci_model_get(model, model->msi + 2, 2) & 1, 0);
    assert_int_equal(irq_request_block(&function->device, &block, 4, sizeof(records[0]), &irqs[4]),
                     0);
    assert_int_equal(pci_model_get(model, model->msi + 2, 2), WIDE | 3 << 4 | 3 << 1 | 1);
    for (unsigned i = 4; i < 8; i++)
        expect_call(model, i, 8);
    for (unsigned i = 4; i < 8; i++) {
        assert_int_equal(pci_model_get(model, model->msi + 2, 2) & 1, 1);
        release(i);
    }
    assert_int_equal(pci_model_get(model, model->msi + 2, 2) & 1, 0);
}

static void msi_counts_are_powers_of_two(void **state)
{
    struct pci_model *model = add_msi(0, 3, WIDE);
    struct pci_function *function = enumerate(model);

    (void)state;
    assert_int_equal(pci_msi_enable(function, 3, 3), -ENOSPC);
    assert_int_equal(pci_msi_enable(function, 9, 16), -ENOSPC);
    pci_model_set(model, model->msi + 2, 2, WIDE | 7 << 4 | 3 << 1); /* a loader has had it */
    assert_int_equal(pci_msi_enable(function, 1, 7), 4);
    assert_int_equal(pci_model_get(model, model->msi + 2, 2) >> 4 & 7, 2);
    assert_int_equal(request_flags(function, 4, 0, 0), -EINVAL);
    request(function, 3);
    expect_call(model, 3, 4);
    release(3);
    assert_int_equal(pci_interrupts_disable(function), 0);
    assert_int_equal(pci_msi_enable(function, 1, 1), 1);
}

static void address_that_does_not_fit_is_refused(void **state)
{
    struct pci_function *function = enumerate(add_msi(0, 0, 0));

    (void)state;
    assert_int_equal(irq_its_use_window(msi_case.its, UINT64_C(0x100000000), 0x400000), 0);
    assert_int_equal(pci_msi_enable(function, 1, 1), 1);
    assert_int_equal(request_flags(function, 0, 0, 0), -ERANGE);
    assert_int_equal(irq_its_use_window(msi_case.its, 0x1000000, 0x400000), 0);
    request(function, 0);
}

/* ---- which of them ---- */

static void best_is_chosen(void **state)
{
    struct pci_model *model = add_msix(0, 4), *none = add_plain(1), *small = add_msi(2, 1, 0);
    struct pci_function *function;

    (void)state;
    pci_model_add_msi(model, 5, WIDE);
    function = enumerate(model);
    assert_int_equal(pci_interrupts_enable(function, 1, 32), 4);
    assert_int_equal(pci_interrupts_disable(function), 0);
    assert_int_equal(pci_interrupts_disable(function), 0);
    assert_int_equal(pci_interrupts_enable(function, 5, 32), 32);
    assert_int_equal(pci_interrupts_disable(function), 0);
    assert_int_equal(pci_interrupts_disable(NULL), -EINVAL);
    assert_int_equal(pci_interrupts_enable(find(none), 1, 1), -ENOENT);
    assert_int_equal(pci_interrupts_enable(find(small), 1, 32), 2);
    assert_int_equal(pci_msix_enable(find(none), 1, 1), -ENOENT);
}

static void no_way_to_the_its_is_an_error(void **state)
{
    struct pci_function *function = enumerate(add_msix(0, 4));

    (void)state;
    host.message_parent = NULL;
    assert_int_equal(pci_msix_enable(function, 1, 4), -ENXIO);
    host.message_parent = msi_case.its;
    host.message_maps[0] = (struct pci_message_map){0x8000, 0, 4};
    assert_int_equal(pci_msix_enable(function, 1, 4), -ENXIO);
    host.message_maps[0] = (struct pci_message_map){function->address, 0x4321, 1};
    assert_int_equal(pci_msix_enable(function, 1, 4), 4);

    char text[96];

    request(function, 2);
    assert_true(irq_describe(irqs[2], text, sizeof(text)) > 0);
    assert_ptr_equal(strstr(text, "device 17185 event 2 "), text);
}

/* ---- nonsense ---- */

static void check_broken_msix(unsigned table_bar, unsigned table, unsigned pending_bar,
                              unsigned pending, int error)
{
    struct pci_model *model = add_plain(0);
    struct irq_inventory before;
    struct pci_function *function;

    pci_model_add_bar(model, 2, 0x100, PCI_BAR_IO);
    pci_model_add_msix(model, 64, 0, TABLE, PENDING);
    pci_model_set(model, model->msix + 4, 4, table | table_bar);
    pci_model_set(model, model->msix + 8, 4, pending | pending_bar);
    function = enumerate(model);
    before = msi_in_use();
    assert_int_equal(pci_msix_enable(function, 1, 64), error);
    assert_true(msi_in_use_equal(&before));
    assert_null(function->device.write_message);
    assert_null(function->device.mask_source);
    assert_int_equal(pci_model_get(model, model->msix + 2, 2) & 0x8000, 0);
}

static void broken_tables_are_refused(void **state)
{
    static const struct {
        unsigned table_bar, table, pending_bar, pending;
        int error;
    } cases[] = {
        {0, BAR_SIZE - 64 * ENTRY + 8, 0, 0, -EPROTO},
        {0, BAR_SIZE, 0, 0, -EPROTO},
        {0, 0xfffffff8u, 0, 0, -EPROTO},
        {0, 0, 0, BAR_SIZE, -EPROTO},
        {0, 0, 0, 0xfffffff8u, -EPROTO},
        {6, 0, 0, TABLE, -EPROTO}, /* no such BAR can be */
        {7, 0, 0, TABLE, -EPROTO},
        {0, 0, 7, 0, -EPROTO},
        {5, 0, 0, TABLE, -EPROTO},     /* none there */
        {2, 0, 0, TABLE, -EPROTO},     /* I/O */
        {0, TABLE, 0, TABLE, -EPROTO}, /* one in the other */
        {0, TABLE, 0, TABLE + 64 * ENTRY - 8, -EPROTO},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_broken_msix(cases[i].table_bar, cases[i].table, cases[i].pending_bar,
                          cases[i].pending, cases[i].error);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void tables_at_the_end_of_a_bar_are_taken(void **state)
{
    struct pci_model *model = add_plain(0);

    (void)state;
    pci_model_add_msix(model, 64, 0, BAR_SIZE - 64 * ENTRY, BAR_SIZE - 64 * ENTRY - 8);
    assert_int_equal(pci_msix_enable(enumerate(model), 64, 64), 64);
}

static void broken_msi_is_refused(void **state)
{
    struct pci_model *model = add_msi(0, 5, WIDE), *all_ones = add_msi(1, 5, WIDE);

    (void)state;
    pci_model_set(model, model->msi + 2, 2, WIDE | 6 << 1);
    pci_model_set(all_ones, all_ones->msi + 2, 2, 0xffff);
    assert_int_equal(pci_msi_enable(enumerate(model), 1, 32), -EPROTO);
    assert_int_equal(pci_msi_enable(find(all_ones), 1, 32), -EPROTO);
}

/* At the end of the list's part: mask bits would be among the extended capabilities. */
static void msi_that_reaches_too_far_is_refused(void **state)
{
    static const uint16_t flags[] = {0, WIDE, MASKABLE, WIDE | MASKABLE};
    static const unsigned sizes[] = {10, 14, 20, 24};

    for (unsigned i = 0; i < 8; i++) {
        const bool fits = i < 4;
        const unsigned at = 0x100 - ((sizes[i % 4] + 3) & ~3u) + (fits ? 0 : 4);
        struct pci_model *model = add_plain(0);
        unsigned last = pci_model_add_capability(model, PCI_CAPABILITY_VENDOR, 4);

        pci_model_set(model, last + 1, 1, at);
        pci_model_set(model, at, 4, PCI_CAPABILITY_MSI | (uint32_t)flags[i % 4] << 16);
        pci_model_allow(model, 0x100, 4, 0xffffffff);
        assert_int_equal(pci_msi_enable(enumerate(model), 1, 1), fits ? 1 : -EPROTO);
        assert_int_equal(pci_model_get(model, 0x100, 4), 0);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void function_that_is_not_enabled_is_refused(void **state)
{
    struct pci_function *function = enumerate(add_msix(0, 4));

    (void)state;
    assert_int_equal(pci_disable(function), 0);
    assert_int_equal(pci_msix_enable(function, 1, 4), -EACCES);
}

static void try_in_interrupt(void *argument)
{
    assert_int_equal(pci_msix_enable(argument, 1, 1), -EDEADLK);
    assert_int_equal(pci_msi_enable(argument, 1, 1), -EDEADLK);
    assert_int_equal(pci_interrupts_disable(argument), -EDEADLK);
}

static void handlers_may_not_enable(void **state)
{
    (void)state;
    host_run_in_interrupt(try_in_interrupt, enumerate(add_msix(0, 4)));
}

/* ---- functions that are gone ---- */

static void gone(bool msix)
{
    struct pci_model *model = msix ? add_msix(0, 8) : add_msi(0, 3, WIDE | MASKABLE);
    struct pci_function *function = enumerate(model);
    struct irq_inventory before = msi_in_use();

    model->is_gone = true;
    assert_int_equal(pci_interrupts_enable(function, 1, 8), -ENODEV);
    assert_true(msi_in_use_equal(&before));
    model->is_gone = false;
    assert_int_equal(pci_interrupts_enable(function, 1, 8), 8);
    before = msi_in_use();
    request(function, 3);
    model->is_gone = true;
    assert_int_equal(request_flags(function, 4, 0, 0), -ENODEV);
    irq_mask(irqs[3]);
    irq_unmask(irqs[3]);
    assert_false(irq_pending(irqs[3]));
    release(3);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(pci_interrupts_disable(function), 0);
}

static void function_that_is_gone_leaves_nothing(void **state)
{
    gone(true);
    assert_int_equal(tear_down(state), 0);
    assert_int_equal(set_up(state), 0);
    gone(false);
}

/* At each access to its configuration in turn. */
static void gone_after_any_access(void **state)
{
    for (unsigned round = 4; round < 240; round++) {
        struct pci_model *model = round % 2 != 0 ? add_msix(0, 4) : add_msi(0, 2, WIDE | MASKABLE);
        struct pci_function *function = enumerate(model);
        struct irq_inventory before = msi_in_use();

        model->gone_after = round / 4;

        int count = round % 4 == 1 ? pci_msix_enable(function, 1, 4)
                                   : pci_interrupts_enable(function, 1, 4);

        assert_true(count == 4 || count == -ENODEV);
        for (unsigned i = 0; count > 0 && i < 4; i++) {
            int error = request_flags(function, i, 0, 0);

            assert_true(error == 0 || error == -ENODEV);
        }
        assert_int_equal(irq_free_block(irqs, 4), 0);
        assert_int_equal(pci_interrupts_disable(function), 0);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* ---- what is lost comes back ---- */

static void check_restored(struct pci_model *model, struct pci_function *function,
                           int (*lose)(struct pci_function *function))
{
    uint64_t before = msi_calls(&records[3]);

    irq_mask(irqs[3]);
    assert_int_equal(lose(function), 0);
    expect_call(model, 1, 8);
    assert_false(fire(model, 2)); /* nobody has it */
    assert_false(fire(model, 3)); /* it is masked as before */
    irq_unmask(irqs[3]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[3]), before + 1);
    expect_call(model, 3, 8);
    expect_call(model, 6, 8);
}

static int sleep_and_wake(struct pci_function *function)
{
    int error = pci_sleep(function);

    return error == 0 ? pci_wake(function) : error;
}

static int move_asleep(struct pci_function *function)
{
    int error = pci_sleep(function);

    if (error == 0)
        error = irq_set_affinity(irqs[1], (irq_core(irqs[1]) + 1) % core_count());
    irq_mask(irqs[6]);
    irq_unmask(irqs[6]);
    return error == 0 ? pci_wake(function) : error;
}

static int lose_the_link(struct pci_function *function)
{
    int error;

    pci_models_reset();
    error = pci_restore(&host);
    return error == 0 ? pci_enable(function, true) : error;
}

static void lose_and_restore(struct pci_model *model)
{
    static const uint32_t vectors[] = {1, 3, 6};
    struct pci_function *function = enumerate(model);

    assert_int_equal(pci_interrupts_enable(function, 8, 8), 8);
    for (unsigned i = 0; i < 3; i++)
        request(function, vectors[i]);
    check_restored(model, function, pci_reset);
    check_restored(model, function, sleep_and_wake);
    check_restored(model, function, move_asleep);
    check_restored(model, function, lose_the_link);
    assert_true((pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE) != 0);
    release(1);
    release(3);
    release(6);
    assert_int_equal(pci_reset(function), 0);
    request(function, 1);
    expect_call(model, 1, 8);
}

static void msix_is_restored(void **state)
{
    (void)state;
    lose_and_restore(add_msix(0, 8));
}

/* It is not on before each that is to be masked is. */
static void check_masks(struct pci_model *model, unsigned offset, unsigned size)
{
    (void)size;
    if (offset == model->msi + 2u && is_enabled(model))
        assert_int_not_equal(pci_model_get(model, model->msi + 12, 4) & 0x4, 0);
}

static void msi_is_restored(void **state)
{
    struct pci_model *model = add_msi(0, 3, MASKABLE);

    (void)state;
    model->written = check_masks;
    lose_and_restore(model);
}

/* ---- joining ---- */

static void joins_and_leaves_lose_nothing(void **state)
{
    struct pci_model *msix = add_msix(0, 16), *msi = add_msi(1, 4, WIDE);
    struct pci_function *functions[] = {enumerate(msix), find(msi)};
    struct irq_inventory before = msi_in_use();
    uint64_t mapd = its_command_count(ITS_MAPD);

    (void)state;
    for (unsigned i = 0; i < JOINS; i++) {
        struct pci_function *function = functions[i % 2];

        assert_int_equal(pci_interrupts_enable(function, 1, 16), 16);
        if (i % 16 == 0) {
            request(function, i / 16 % 16);
            expect_call(i % 2 != 0 ? msi : msix, i / 16 % 16, 16);
            release(i / 16 % 16);
        }
        assert_int_equal(pci_interrupts_disable(function), 0);
    }
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(its_command_count(ITS_MAPD), mapd + 2 * JOINS);
}

/* Behind a bridge to conventional PCI, whose id all have. */
static void shared_id_has_events_for_each(void **state)
{
    struct pci_model *bridge = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_TO_PCI);
    struct pci_model *models[3];
    struct pci_function *functions[3];
    static const unsigned counts[] = {16, 2, 4};
    uint64_t mapd = its_command_count(ITS_MAPD);
    uint32_t ids[3];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        models[i] = pci_model_add(bridge, i, 0, 0x1234, 0xff0000);
        pci_model_add_bar(models[i], 0, BAR_SIZE, 0);
    }
    pci_model_add_msix(models[0], 16, 0, TABLE, PENDING);
    pci_model_add_msi(models[1], 1, 0);
    pci_model_add_msi(models[2], 2, WIDE);
    assert_int_equal(pci_enumerate(&host), 0);
    /* Whoever comes first: the others have their place. */
    for (unsigned i = 3; i-- > 0;) {
        functions[i] = find(models[i]);
        assert_int_equal(pci_message_device_id(functions[i], &ids[i]), 0);
        assert_int_equal(ids[i], ids[2]);
        assert_int_equal(pci_interrupts_enable(functions[i], counts[i], counts[i]), counts[i]);
    }
    assert_int_equal(its_command_count(ITS_MAPD), mapd + 1);
    for (unsigned n = 0; n < 6; n++)
        request_at(functions[n / 2], n % 2, n);
    for (unsigned n = 0; n < 6; n++) {
        assert_true(fire(models[n / 2], n % 2));
        for (unsigned other = 0; other < 6; other++)
            assert_int_equal(msi_calls(&records[other]), other <= n);
    }
    release(2);
    release(3);
    assert_int_equal(pci_interrupts_disable(functions[1]), 0);
    assert_int_equal(its_command_count(ITS_MAPD), mapd + 1);
    models[0]->is_gone = true; /* that nobody can ask it any more does not move the others */
    assert_int_equal(pci_interrupts_enable(functions[1], 2, 2), 2);
    models[0]->is_gone = false;
    for (unsigned vector = 2; vector < 8; vector++)
        request_at(functions[0], vector, 6 + vector); /* the same events, if it did */
    request_at(functions[1], 1, 2);
    assert_true(fire(models[1], 1));
    assert_int_equal(msi_calls(&records[2]), 2);
    assert_true(fire(models[0], 7));
    assert_int_equal(msi_calls(&records[13]), 1);
    release(2);
    assert_int_equal(pci_interrupts_disable(functions[1]), 0);
    pci_model_set(models[1], models[1]->msi + 2, 2, 5 << 1); /* now it wants more than its place */
    assert_int_equal(pci_interrupts_enable(functions[1], 1, 32), -EPROTO);
    assert_int_equal(pci_interrupts_enable(functions[1], 1, 2), 2);
}

/* ---- lines ---- */

#define SHARERS 3u
#define LINE    200u /* the INTID of the second of the host's */

static struct pci_model *sharers[SHARERS];

/* Of the sharer with the record's number: has it let go. */
static enum irq_return serve(void *context)
{
    struct msi_record *record = context;

    (void)pci_line_raise(sharers[record - records], false);
    return msi_note(record);
}

static void set_up_lines(struct pci_function *functions[SHARERS])
{
    static const uint16_t intids[] = {199, LINE, 201, 202};
    static struct irq_parent *lines;

    for (unsigned i = 0; i < SHARERS; i++) {
        sharers[i] = add_plain(i);
        sharers[i]->config[PCI_INTERRUPT_PIN] = 2;
    }
    pci_line_begin(sharers, SHARERS, LINE);
    if (lines == NULL)
        assert_int_equal(irq_shared_init(intids, 4, &lines), 0);
    host.lines = lines;
    assert_int_equal(pci_enumerate(&host), 0);
    for (unsigned i = 0; i < SHARERS; i++)
        functions[i] = find(sharers[i]);
}

static int request_line(struct pci_function *function, unsigned place, uint32_t core)
{
    const struct irq_request request = {
        .handler = serve, .context = &records[place], .name = "line", .core = core};

    return irq_request(&function->device, &request, &irqs[place]);
}

static void use_line(unsigned sharer, uint64_t calls, unsigned core)
{
    (void)pci_line_raise(sharers[sharer], true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[sharer]), calls);
    assert_int_equal(records[sharer].core, core);
}

static void line_is_shared(void **state)
{
    struct pci_function *functions[SHARERS];
    uint64_t strays = msi_strays();
    char text[96];

    (void)state;
    set_up_lines(functions);
    for (unsigned i = 0; i < SHARERS; i++) {
        assert_int_equal(pci_interrupts_enable(functions[i], 1, 8), 1);
        assert_int_equal(request_line(functions[i], i, i), 0);
    }
    for (unsigned i = 0; i < SHARERS; i++)
        use_line(i, 1, 0); /* where the first of them is */
    assert_true(irq_describe(irqs[1], text, sizeof(text)) > 0);
    assert_string_equal(text, "line 1, shared > INTID 200 > core 0");
    assert_int_equal(irq_trigger(irqs[1]), -ENOTSUP);
    assert_int_equal(irq_set_affinity(irqs[1], 2), 0);
    for (unsigned i = 0; i < SHARERS; i++)
        use_line(i, 2, 2);
    /* One that is masked lets go, and the others are served. */
    irq_mask(irqs[1]);
    (void)pci_line_raise(sharers[1], true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[1]), 2);
    assert_true(irq_pending(irqs[1]));
    use_line(0, 3, 2);
    assert_int_equal(msi_calls(&records[1]), 2);
    (void)pci_line_raise(sharers[1], false); /* it has been polled */
    irq_unmask(irqs[1]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[1]), 2);
    irq_mask(irqs[1]);
    (void)pci_line_raise(sharers[1], true);
    irq_unmask(irqs[1]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[1]), 3);
    assert_false(irq_pending(irqs[1]));
    /* One that is freed, too. */
    release(0);
    (void)pci_line_raise(sharers[0], true);
    use_line(2, 3, 2);
    assert_int_equal(msi_calls(&records[0]), 3);
    assert_int_equal(pci_interrupts_disable(functions[0]), 0);
    assert_int_equal(msi_strays(), strays);
    (void)pci_line_raise(sharers[0], false);
    use_line(1, 4, 2);
}

static bool line_is_off(unsigned sharer)
{
    return (pci_model_get(sharers[sharer], PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE) != 0;
}

static void line_is_masked_as_before_after_a_reset(void **state)
{
    struct pci_function *functions[SHARERS];

    (void)state;
    set_up_lines(functions);
    assert_int_equal(pci_line_enable(functions[0]), 1);
    assert_int_equal(request_line(functions[0], 0, 1), 0);
    assert_int_equal(pci_sleep(functions[0]), 0);
    irq_mask(irqs[0]);
    assert_int_equal(pci_wake(functions[0]), 0);
    (void)pci_line_raise(sharers[0], true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[0]), 0);
    irq_unmask(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[0]), 1);
    assert_int_equal(pci_reset(functions[0]), 0);
    use_line(0, 2, 1);
    irq_mask(irqs[0]);
    assert_int_equal(lose_the_link(functions[0]), 0);
    assert_true(line_is_off(0));
    (void)pci_line_raise(sharers[0], true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[0]), 2);
    irq_unmask(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[0]), 3);
}

/* It holds the line, and nobody has its interrupt: that ends. */
static void line_that_nobody_takes_is_masked(void **state)
{
    struct pci_function *functions[SHARERS];
    uint64_t strays = msi_strays();

    (void)state;
    set_up_lines(functions);
    assert_int_equal(pci_line_enable(functions[0]), 1);
    assert_int_equal(request_line(functions[0], 0, 0), 0);
    (void)pci_line_raise(sharers[1], true);
    host_advance_us(1000);
    assert_true(msi_strays() > strays);
    strays = msi_strays();
    host_advance_us(1000);
    assert_int_equal(msi_strays(), strays);
    assert_int_equal(msi_calls(&records[0]), 0);
    (void)pci_line_raise(sharers[1], false);
    assert_int_equal(pci_line_enable(functions[1]), 1);
    assert_int_equal(request_line(functions[1], 1, 0), 0); /* takes the line into use again */
    /* What came before is not counted any more: a few for nobody do it no harm. */
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(root_set_pending(LINE), 0);
        host_advance_us(SETTLE_US);
    }
    assert_int_equal(msi_strays(), strays);
    use_line(0, 1, 0);
    use_line(1, 1, 0);
}

static void lines_have_errors(void **state)
{
    struct pci_function *functions[SHARERS];
    struct irq_request request = {
        .handler = serve, .context = &records[1], .priority = IRQ_PRIORITY_HIGH};
    struct device bare = {.name = "bare"};

    (void)state;
    set_up_lines(functions);
    sharers[2]->writable[PCI_COMMAND + 1] = 0; /* an old one */
    assert_int_equal(pci_line_enable(functions[2]), -ENOTSUP);
    functions[2]->interrupt_pin = 0;
    assert_int_equal(pci_line_enable(functions[2]), -ENOENT);
    sharers[1]->is_gone = true;
    assert_int_equal(pci_line_enable(functions[1]), -ENODEV);
    sharers[1]->is_gone = false;
    assert_int_equal(irq_bind_shared(&bare, host.lines, 1), -EINVAL);
    assert_int_equal(irq_bind_shared(&functions[0]->device, msi_case.wired, 1), -EINVAL);

    struct irq_parent *lines = host.lines;

    host.lines = NULL;
    assert_int_equal(pci_line_enable(functions[0]), -ENXIO);
    assert_int_equal(pci_interrupts_enable(functions[0], 1, 1), -ENXIO);
    host.lines = lines;
    assert_int_equal(pci_line_enable(functions[0]), 1);
    assert_int_equal(pci_line_enable(functions[0]), -EBUSY);
    assert_int_equal(pci_line_enable(functions[1]), 1);
    assert_int_equal(request_line(functions[0], 0, 0), 0);
    assert_int_equal(irq_request(&functions[1]->device, &request, &irqs[1]), -ENOSPC);
    request.priority = NULL;
    request.index = 1;
    assert_int_equal(irq_request(&functions[1]->device, &request, &irqs[1]), -EINVAL);
}

/* ---- faults ---- */

static unsigned steps_left; /* until one fails; 0: none will */

static bool fails(void)
{
    return steps_left != 0 && --steps_left == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

int __real_its_map_device(uint32_t id, unsigned bits, struct its_device **device);
int __wrap_its_map_device(uint32_t id, unsigned bits, struct its_device **device);
int __wrap_its_map_device(uint32_t id, unsigned bits, struct its_device **device)
{
    return fails() ? -EIO : __real_its_map_device(id, bits, device);
}

int __real_its_unmap_device(struct its_device *device);
int __wrap_its_unmap_device(struct its_device *device);
int __wrap_its_unmap_device(struct its_device *device)
{
    return fails() ? -ETIMEDOUT : __real_its_unmap_device(device);
}

int __real_its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                          uint8_t priority);
int __wrap_its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                          uint8_t priority);
int __wrap_its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                          uint8_t priority)
{
    return fails() ? -ENOBUFS : __real_its_open_event(device, event, lpi, core, priority);
}

int __real_its_discard_event(struct its_device *device, uint32_t event);
int __wrap_its_discard_event(struct its_device *device, uint32_t event);
int __wrap_its_discard_event(struct its_device *device, uint32_t event)
{
    return fails() ? -ETIMEDOUT : __real_its_discard_event(device, event);
}

/* While a fault is still in it, and after it. */
static void check_off(const struct pci_model *model, const struct pci_function *function)
{
    assert_null(function->messages);
    assert_null(function->device.write_message);
    assert_false(is_enabled(model));
}

/* A life with one fault: whose is what, is what the errors say. */
static void live(struct pci_model *model, struct pci_function *function)
{
    int count = pci_interrupts_enable(function, 4, 4);

    if (count < 0)
        check_off(model, function);
    for (unsigned i = 0; count > 0 && i < 4; i++)
        (void)request_flags(function, i, i % core_count(), 0);
    for (unsigned i = 0; i < 4; i++) {
        if (irqs[i] != NULL)
            expect_call(model, i, 4);
    }
    for (unsigned i = 0; i < 4; i++) {
        if (irqs[i] != NULL)
            (void)irq_free(irqs[i]);
        irqs[i] = NULL;
    }
    if (pci_interrupts_disable(function) != 0)
        assert_int_equal(pci_interrupts_disable(function), 0);
    check_off(model, function);
}

static void any_step_may_fail(void **state)
{
    struct pci_model *models[] = {add_msix(0, 4), add_msi(1, 2, WIDE | MASKABLE), add_msi(2, 2, 0)};
    struct irq_inventory before;
    unsigned faults = 0;

    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    before = msi_in_use();
    for (unsigned i = 0; i < 3; i++) {
        struct pci_function *function = find(models[i]);

        for (unsigned step = 1; step < 100; step++) {
            steps_left = step;
            live(models[i], function);
            faults += steps_left == 0;
            steps_left = 0;
            assert_true(msi_in_use_equal(&before));
            live(models[i], function); /* and it goes as ever */
            assert_true(msi_in_use_equal(&before));
        }
    }
    print_message("# %u faults\n", faults);
    assert_true(faults > 3 * 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(each_vector_has_its_handler),
        TEST(as_many_as_wanted_and_no_more),
        TEST(masked_vector_is_kept_by_the_function),
        TEST(freed_vector_is_dropped_and_counted),
        TEST(pending_that_does_not_leave_ends_in_time),
        TEST(vectors_move),
        TEST(blocks_have_an_entry_for_each),
        TEST(storm_is_masked_in_the_function),
        TEST(msi_with_32_bits),
        TEST(msi_with_64_bits),
        TEST(msi_with_32_bits_and_masks),
        TEST(msi_with_64_bits_and_masks),
        TEST(msi_is_on_while_one_is_requested),
        TEST(msi_counts_are_powers_of_two),
        TEST(address_that_does_not_fit_is_refused),
        TEST(best_is_chosen),
        TEST(no_way_to_the_its_is_an_error),
        TEST(broken_tables_are_refused),
        TEST(tables_at_the_end_of_a_bar_are_taken),
        TEST(broken_msi_is_refused),
        TEST(msi_that_reaches_too_far_is_refused),
        TEST(function_that_is_not_enabled_is_refused),
        TEST(handlers_may_not_enable),
        TEST(function_that_is_gone_leaves_nothing),
        TEST(gone_after_any_access),
        TEST(msix_is_restored),
        TEST(msi_is_restored),
        TEST(joins_and_leaves_lose_nothing),
        TEST(shared_id_has_events_for_each),
        TEST(line_is_shared),
        TEST(line_is_masked_as_before_after_a_reset),
        TEST(line_that_nobody_takes_is_masked),
        TEST(lines_have_errors),
        TEST(any_step_may_fail),
#undef TEST
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
