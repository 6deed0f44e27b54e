// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI on the host: functions in memory (tests/host/support/pci_functions.h) that the firmware
 * finds, gives addresses, enables, resets; and functions that tell nonsense, or go away, at any
 * access.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"
#include "tests/host/support/host.h"
#include "tests/host/support/pci_functions.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NVME    0x010802u
#define NETWORK 0x020000u
#define MEGA    0x100000u

static struct pci_host host;
static struct pci_model *port;

static int set_up(void **state)
{
    (void)state;
    host_reset();
    pci_models_start(&host);
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pci_models_stop(&host);
    return 0;
}

static struct pci_model *add_device(struct pci_model *bridge, unsigned device)
{
    struct pci_model *model = pci_model_add(bridge, device, 0, 0x0010, NVME);

    pci_model_add_bar(model, 0, 0x4000, PCI_BAR_MEMORY_64);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, true);
    return model;
}

static struct pci_function *found(const struct pci_model *model)
{
    struct pci_function *function = pci_model_found(&host, model);

    assert_non_null(function);
    return function;
}

/* Each assigned BAR answers where it was put, and nobody else there: pci_functions.c aborts if two
 * functions have an address, and counts where nobody has. */
static void check_bar(struct pci_function *function, unsigned bar)
{
    const unsigned unanswered = pci_models_unanswered();
    uint64_t size = 0;
    uintptr_t base = 0;

    assert_int_equal(pci_map_bar(function, bar, &base, &size), 0);
    assert_int_equal(base % size, 0);
    assert_true(base >= PCI_MODELS_CPU && base + size <= PCI_MODELS_CPU + PCI_MODELS_SIZE);
    (void)mmio_read32(base);
    assert_int_equal(pci_models_unanswered(), unanswered + 1);
    assert_int_equal(pci_enable(function, false), 0);
    mmio_write32(base, 0x12345678);
    mmio_write32(base + size - 4, 0x9abcdef0);
    assert_int_equal(pci_models_unanswered(), unanswered + 1);
    assert_int_equal(pci_disable(function), 0);
    (void)mmio_read32(base);
    assert_int_equal(pci_models_unanswered(), unanswered + 2);
}

/* ---- what there is ---- */

static void finds_a_device_behind_the_root_port(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;

    (void)state;
    model->config[PCI_INTERRUPT_PIN] = 1;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 2);
    assert_int_equal(host.problem_count, 0);
    function = found(model);
    assert_string_equal(function->name, "01:00.0");
    assert_string_equal(function->device.name, "01:00.0");
    assert_ptr_equal(pci_function_of(&function->device), function);
    assert_ptr_equal(function->bridge, found(port));
    assert_int_equal(function->vendor_id, PCI_MODELS_VENDOR);
    assert_int_equal(function->device_id, 0x0010);
    assert_int_equal(function->subsystem_id, 0x0010);
    assert_int_equal(function->class_code, NVME);
    assert_int_equal(function->revision, 1);
    assert_int_equal(function->express_type, PCI_EXPRESS_TYPE_ENDPOINT);
    assert_int_equal(function->bars[0].size, 0x4000);
    assert_true(function->bars[0].is_64_bit);
    check_bar(function, 0);
    assert_ptr_equal(pci_find_id(&host, PCI_MODELS_VENDOR, 0x0010, NULL), function);
    assert_ptr_equal(pci_find_class(&host, NVME, NULL), function);
    assert_ptr_equal(pci_find_class(&host, NVME >> 8, NULL), function);
    assert_null(pci_find_class(&host, NVME, function));
    assert_int_equal(pci_enumerate(&host), -EALREADY);
}

static void finds_nothing_behind_a_port(void **state)
{
    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 1);
    assert_int_equal(found(port)->secondary, 1);
    assert_int_equal(found(port)->subordinate, 1);
}

/* Out of reset for so short a time that it says it is not ready; another one always does. */
static void waits_for_who_is_not_ready(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *slow = add_device(up, 3), *never = add_device(up, 1);

    (void)state;
    slow->ready_at = time_now_ns() + 700000000u;
    assert_int_equal(pci_enumerate(&host), 0);
    check_bar(found(slow), 0);
    assert_non_null(pci_model_found(&host, never));
    tear_down(state);
    set_up(state);
    never = add_device(port, 0);
    never->ready_at = UINT64_MAX;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 1);
}

static void finds_all_functions_of_a_device(void **state)
{
    struct pci_model *models[8];

    (void)state;
    for (unsigned i = 0; i < 8; i += 2) {
        models[i] = pci_model_add(port, 0, i, (uint16_t)i, NETWORK);
        pci_model_add_bar(models[i], 0, 0x1000u << i, PCI_BAR_MEMORY_32);
    }
    models[0]->config[PCI_HEADER_TYPE] = PCI_HEADER_MULTI_FUNCTION;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 5);
    for (unsigned i = 0; i < 8; i += 2)
        check_bar(found(models[i]), 0);
}

/* A device of one function that answers at all eight is found once. */
static void does_not_look_for_functions_of_one_that_has_one(void **state)
{
    (void)state;
    (void)add_device(port, 0);
    (void)pci_model_add(port, 0, 3, 3, NETWORK);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 2);
}

static void finds_what_is_behind_a_switch(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *down[3], *models[3];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        down[i] = pci_model_add_bridge(up, i, PCI_EXPRESS_TYPE_DOWNSTREAM);
        models[i] = add_device(down[i], 0);
        pci_model_add_bar(models[i], 2, 0x100000u << i, PCI_BAR_MEMORY_32);
    }
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 8);
    assert_int_equal(host.problem_count, 0);
    assert_int_equal(found(port)->subordinate, 5);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(found(down[i])->secondary, 3 + i);
        assert_int_equal(found(down[i])->subordinate, 3 + i);
        check_bar(found(models[i]), 0);
        check_bar(found(models[i]), 2);
    }
}

static void knows_no_more_than_there_are_in_the_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 32; i++) {
        (void)pci_model_add(NULL, i, 1, 1, NETWORK);
        (void)pci_model_add(NULL, i, 2, 2, NETWORK);
        if (i != 0)
            pci_model_add(NULL, i, 0, 0, NETWORK)->config[PCI_HEADER_TYPE] =
                PCI_HEADER_MULTI_FUNCTION;
    }
    port->config[PCI_HEADER_TYPE] |= PCI_HEADER_MULTI_FUNCTION;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, PCI_FUNCTIONS_MAX);
    assert_int_equal(host.problem_count, 1);
}

static void goes_no_deeper_than_there_is_an_end(void **state)
{
    struct pci_model *bridge = port;

    (void)state;
    for (unsigned i = 0; i < PCI_DEPTH_MAX + 3; i++)
        bridge = pci_model_add_bridge(bridge, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, PCI_DEPTH_MAX + 1);
    assert_int_equal(host.problem_count, 1);
}

static void has_buses_for_some_bridges(void **state)
{
    struct pci_model *model;

    (void)state;
    host.first_bus = 4;
    host.last_bus = 5;
    model = add_device(port, 0);
    (void)pci_model_add_bridge(NULL, 1, PCI_EXPRESS_TYPE_ROOT_PORT);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 3);
    assert_int_equal(host.problem_count, 1);
    assert_string_equal(found(model)->name, "05:00.0");
}

static void refuses_hosts_that_cant_be(void **state)
{
    (void)state;
    assert_int_equal(pci_enumerate(NULL), -EINVAL);
    host.windows[PCI_WINDOW_MEMORY].size = 0x100000000u;
    assert_int_equal(pci_enumerate(&host), -EINVAL);
    host.windows[PCI_WINDOW_MEMORY].size = PCI_MODELS_SIZE;
    host.first_bus = 2;
    host.last_bus = 1;
    assert_int_equal(pci_enumerate(&host), -EINVAL);
}

/* ---- addresses ---- */

static void packs_bars_of_all_sizes(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *models[8];

    (void)state;
    host.windows[PCI_WINDOW_MEMORY].cpu += 0x30000;
    host.windows[PCI_WINDOW_MEMORY].bus += 0x30000;
    host.windows[PCI_WINDOW_MEMORY].size -= 0x30000;
    for (unsigned i = 0; i < 8; i++) {
        models[i] = pci_model_add(up, i, 0, (uint16_t)i, NETWORK);
        pci_model_add_bar(models[i], 0, 0x10u << 3 * i, PCI_BAR_MEMORY_32);
        pci_model_add_bar(models[i], 1, 0x1000, PCI_BAR_MEMORY_32);
        pci_model_add_bar(models[i], 2, 0x40, PCI_BAR_MEMORY_64 | PCI_BAR_PREFETCHABLE);
        pci_model_add_bar(models[i], 5, 0x20, PCI_BAR_IO);
    }
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.problem_count, 0);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned bar = 0; bar < 3; bar++)
            check_bar(found(models[i]), bar);
        assert_true(found(models[i])->bars[5].is_assigned);
        assert_true(found(models[i])->bars[5].bus >= 0x1000);
    }
}

/* 64 MiB fit into 128 twice, but not beside small ones. A function is disabled then as a whole: a
 * BAR without an address would answer at others'. */
static void leaves_out_what_there_is_no_room_for(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *models[4], *huge;
    uintptr_t base;
    unsigned left_out = 0;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        models[i] = pci_model_add(up, i, 0, (uint16_t)i, NETWORK);
        pci_model_add_bar(models[i], 0, 0x1000, PCI_BAR_MEMORY_32);
        pci_model_add_bar(models[i], 1, 64 * MEGA, PCI_BAR_MEMORY_32);
    }
    huge = pci_model_add(up, 4, 0, 4, NETWORK);
    for (unsigned i = 0; i < PCI_BARS; i += 2)
        pci_model_add_bar(huge, i, UINT64_C(1) << (40 + 5 * i), PCI_BAR_MEMORY_64);
    assert_int_equal(pci_enumerate(&host), 0);
    for (unsigned i = 0; i < 4; i++) {
        struct pci_function *function = found(models[i]);
        int error = pci_map_bar(function, 1, &base, NULL);

        assert_true(error == 0 || error == -ENOSPC);
        left_out += error != 0;
        assert_int_equal(pci_enable(function, false), error);
        assert_int_equal(pci_disable(function), 0);
        if (error == 0)
            check_bar(function, 0);
    }
    assert_int_equal(left_out, 3);
    assert_int_equal(pci_enable(found(huge), false), -ENOSPC);
    assert_int_equal(host.problem_count, 6);
}

static void puts_prefetchable_bars_into_their_window(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;

    (void)state;
    pci_model_add_bar(model, 2, 0x2000, PCI_BAR_MEMORY_64 | PCI_BAR_PREFETCHABLE);
    host.windows[PCI_WINDOW_MEMORY].size = 0x4000000;
    host.windows[PCI_WINDOW_PREFETCHABLE] =
        (struct pci_window){PCI_MODELS_CPU + 0x4000000, PCI_MODELS_BUS + 0x4000000, 0x4000000};
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_true(function->bars[2].bus >= PCI_MODELS_BUS + 0x4000000);
    assert_true(function->bars[0].bus < PCI_MODELS_BUS + 0x4000000);
    check_bar(function, 0);
    check_bar(function, 2);
}

static void maps_only_what_there_is(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;
    uintptr_t base;

    (void)state;
    pci_model_add_bar(model, 4, 0x20, PCI_BAR_IO);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_map_bar(function, 1, &base, NULL), -ENOENT); /* the upper half of 0 */
    assert_int_equal(pci_map_bar(function, 2, &base, NULL), -ENOENT);
    assert_int_equal(pci_map_bar(function, 4, &base, NULL), -ENOENT);
    assert_int_equal(pci_map_bar(function, 6, &base, NULL), -EINVAL);
    assert_int_equal(pci_map_bar(NULL, 0, &base, NULL), -EINVAL);
}

/* ---- registers and capabilities ---- */

static void reads_and_writes_registers(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;
    uint32_t word;
    uint16_t half;
    uint8_t byte;

    (void)state;
    pci_model_set(model, 0xe00, 4, 0x11223344);
    pci_model_allow(model, 0xe00, 4, 0xffffffff);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_read32(function, 0xe00, &word), 0);
    assert_int_equal(word, 0x11223344);
    assert_int_equal(pci_read16(function, 0xe02, &half), 0);
    assert_int_equal(half, 0x1122);
    assert_int_equal(pci_read8(function, 0xe01, &byte), 0);
    assert_int_equal(byte, 0x33);
    assert_int_equal(pci_write8(function, 0xe03, 0xaa), 0);
    assert_int_equal(pci_write16(function, 0xe00, 0xbbcc), 0);
    assert_int_equal(pci_model_get(model, 0xe00, 4), 0xaa22bbcc);
    assert_int_equal(pci_update16(function, 0xe02, 0xff00, 0x1), 0);
    assert_int_equal(pci_model_get(model, 0xe00, 4), 0x0023bbcc);
    assert_int_equal(pci_read32(function, 0xe02, &word), -EINVAL);
    assert_int_equal(pci_read32(function, 0x1000, &word), -EINVAL);
    assert_int_equal(pci_write16(function, 0xe01, 0), -EINVAL);
    assert_int_equal(pci_update16(NULL, 0, 0, 0), -EINVAL);
    assert_int_equal(pci_read8(NULL, 0, &byte), -EINVAL);
    assert_int_equal(pci_host_read(NULL, 0, 0, 4, &word), -EINVAL);
    assert_int_equal(pci_host_read(&host, 0, 0, 0, &word), -EINVAL);
    assert_int_equal(pci_host_read(&host, 0, 0, 3, &word), -EINVAL);
    assert_int_equal(pci_host_read(&host, 0, 0, 8, &word), -EINVAL);
    pci_release(NULL);
}

static void finds_capabilities(void **state)
{
    struct pci_model *model = pci_model_add(port, 0, 0, 0x0010, NVME);
    struct pci_function *function;
    unsigned offset;

    (void)state;
    pci_model_add_power(model, false);
    pci_model_add_msi(model, 3, 0x80);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, true);
    (void)pci_model_add_extended(model, 0x0001, 0x40);
    (void)pci_model_add_extended(model, 0x0003, 0x0c);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_find_capability(function, PCI_CAPABILITY_MSI, &offset), 0);
    assert_int_equal(offset, model->msi);
    assert_int_equal(pci_find_capability(function, PCI_CAPABILITY_MSIX, &offset), -ENOENT);
    assert_int_equal(pci_find_extended_capability(function, 0x0003, &offset), 0);
    assert_int_equal(offset, 0x140);
    assert_int_equal(pci_find_extended_capability(function, 0x0010, &offset), -ENOENT);
    assert_int_equal(pci_find_capability(NULL, 1, &offset), -EINVAL);
    assert_int_equal(pci_find_extended_capability(NULL, 1, &offset), -EINVAL);
    model->is_gone = true;
    assert_int_equal(pci_find_capability(function, PCI_CAPABILITY_MSI, &offset), -ENODEV);
    assert_int_equal(pci_find_extended_capability(function, 0x0003, &offset), -ENODEV);
    assert_int_equal(pci_check_present(function), -ENODEV);
    assert_int_equal(pci_enable(function, true), -ENODEV);
}

/* A list that leads back, into the header, and to nowhere. The other device works. */
static void ends_lists_that_do_not(void **state)
{
    static const uint8_t nexts[] = {0x40, 0x10, 0x04, 0xff};
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *models[sizeof(nexts)], *good = add_device(up, 31);
    unsigned offset;

    (void)state;
    for (unsigned i = 0; i < sizeof(nexts); i++) {
        models[i] = pci_model_add(up, i, 0, 1, NETWORK);
        offset = pci_model_add_capability(models[i], PCI_CAPABILITY_VENDOR, 8);
        pci_model_set(models[i], offset + 1, 1, nexts[i]);
        if (nexts[i] == 0xff)
            pci_model_set(models[i], 0xfc, 2, 0xffff);
    }
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.problem_count, sizeof(nexts));
    for (unsigned i = 0; i < sizeof(nexts); i++)
        assert_int_equal(pci_find_capability(found(models[i]), PCI_CAPABILITY_MSI, &offset),
                         -EPROTO);
    check_bar(found(good), 0);
}

static void ends_extended_lists_that_do_not(void **state)
{
    struct pci_model *model = add_device(port, 0);
    unsigned offset;

    (void)state;
    (void)pci_model_add_extended(model, 0x0001, 0x40);
    assert_int_equal(pci_enumerate(&host), 0);
    pci_model_set(model, 0x100, 4, 0x10010001); /* leads to itself */
    assert_int_equal(pci_find_extended_capability(found(model), 3, &offset), -EPROTO);
    pci_model_set(model, 0x100, 4, 0x04010001); /* and into the other list */
    assert_int_equal(pci_find_extended_capability(found(model), 3, &offset), -EPROTO);
    pci_model_set(model, 0x100, 4, 0xffffffff);
    assert_int_equal(pci_find_extended_capability(found(model), 3, &offset), -EPROTO);
    pci_model_set(model, 0x100, 4, 0);
    assert_int_equal(pci_find_extended_capability(found(model), 3, &offset), -ENOENT);
}

/* ---- nonsense ---- */

static void leaves_out_bars_that_cant_be(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;
    uintptr_t base;

    (void)state;
    pci_model_allow(model, PCI_BAR(2), 4, 0xf0f00000); /* holes among the bits */
    pci_model_set(model, PCI_BAR(3), 4, 0x6);          /* a type that is none */
    pci_model_allow(model, PCI_BAR(3), 4, 0xffff0000);
    pci_model_set(model, PCI_BAR(5), 4, PCI_BAR_MEMORY_64); /* the upper half is missing */
    pci_model_allow(model, PCI_BAR(5), 4, 0xffff0000);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(host.problem_count, 3);
    check_bar(function, 0);
    for (unsigned bar = 2; bar < PCI_BARS; bar++)
        assert_int_equal(pci_map_bar(function, bar, &base, NULL), -ENOENT);
}

/* Hard-wired bits that say I/O, and no address that could be written. */
static void leaves_out_io_that_has_no_address(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;

    (void)state;
    pci_model_set(model, PCI_BAR(2), 4, PCI_BAR_IO);
    pci_model_set(model, PCI_BAR(3), 4, PCI_BAR_IO); /* 16 bits of address, as some have them */
    pci_model_allow(model, PCI_BAR(3), 4, 0xff00);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(function->bars[2].size, 0);
    assert_int_equal(function->bars[3].size, 0x100);
    assert_int_equal(host.problem_count, 1);
    check_bar(function, 0);
}

/* Capabilities so far at the end that their registers would be those of the extended ones: what is
 * written for the one must not reach the other. */
static void leaves_out_capabilities_that_reach_too_far(void **state)
{
    static const uint8_t ids[] = {PCI_CAPABILITY_EXPRESS, PCI_CAPABILITY_MSI, PCI_CAPABILITY_MSIX,
                                  PCI_CAPABILITY_POWER, PCI_CAPABILITY_AF};
    unsigned offset;

    for (unsigned i = 0; i < sizeof(ids); i++) {
        struct pci_model *model = pci_model_add(port, 0, 0, 1, NVME);

        pci_model_add_bar(model, 0, 0x4000, PCI_BAR_MEMORY_64);
        pci_model_set(model, PCI_STATUS, 2, PCI_STATUS_CAPABILITIES);
        pci_model_set(model, PCI_CAPABILITIES_POINTER, 1, 0xfc);
        pci_model_set(model, 0xfc, 4, ids[i]);
        for (unsigned at = 0x100; at < 0x120; at += 4)
            pci_model_allow(model, at, 4, 0xffffffff);
        assert_int_equal(pci_enumerate(&host), 0);
        assert_int_equal(pci_find_capability(found(model), ids[i], &offset), -EPROTO);
        assert_int_equal(found(model)->express, 0);
        assert_int_equal(pci_reset(found(model)), i == 4 ? -EPROTO : -ENOTSUP);
        assert_int_equal(pci_sleep(found(model)), i == 3 ? -EPROTO : -ENOTSUP);
        for (unsigned at = 0x100; at < 0x120; at += 4)
            assert_int_equal(pci_model_get(model, at, 4), 0);
        tear_down(state);
        set_up(state);
    }
}

static void leaves_out_headers_that_cant_be(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *good = add_device(up, 31), *model;

    (void)state;
    model = pci_model_add(up, 0, 0, 1, NETWORK); /* a bridge's header */
    model->config[PCI_HEADER_TYPE] = PCI_HEADER_BRIDGE;
    model = pci_model_add(up, 1, 0, 1, PCI_CLASS_BRIDGE_PCI << 8); /* a bridge without */
    model = pci_model_add(up, 2, 0, 1, NETWORK);
    model->config[PCI_HEADER_TYPE] = 0x7f;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.problem_count, 3);
    assert_int_equal(host.function_count, 3);
    check_bar(found(good), 0);
}

static void leaves_a_bridge_closed_that_keeps_no_number(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *bad = pci_model_add_bridge(up, 0, PCI_EXPRESS_TYPE_DOWNSTREAM);
    struct pci_model *good = add_device(up, 31);

    (void)state;
    pci_model_allow(bad, PCI_SECONDARY_BUS, 1, 0xf0);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.problem_count, 1);
    assert_int_equal(found(bad)->secondary, 0);
    check_bar(found(good), 0);
}

/* A device that is gone after so many accesses of its configuration: at each, the other works. */
static void loses_a_device_at_any_access(void **state)
{
    bool found_it = false;

    for (uint32_t accesses = 1; !found_it; accesses++) {
        struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
        struct pci_model *bad = add_device(up, 0), *good = add_device(up, 31);

        pci_model_add_msi(bad, 0, 0);
        bad->gone_after = accesses;
        assert_int_equal(pci_enumerate(&host), 0);
        check_bar(found(good), 0);
        found_it = !bad->is_gone;
        assert_true(accesses < 1000);
        if (!found_it) {
            tear_down(state);
            set_up(state);
        }
    }
}

static bool is_down;
static unsigned down_after;
static int (*real_read)(struct pci_host *, uint16_t, unsigned, unsigned, uint32_t *);

static int read_until_down(struct pci_host *of, uint16_t address, unsigned offset, unsigned size,
                           uint32_t *value)
{
    if (PCI_ADDRESS_BUS(address) != 0 && --down_after == 0)
        is_down = true;
    if (PCI_ADDRESS_BUS(address) != 0 && is_down)
        return -EIO;
    return real_read(of, address, offset, size, value);
}

/* The link goes down at any access. */
static void loses_the_link_at_any_access(void **state)
{
    for (unsigned accesses = 1;; accesses++) {
        (void)add_device(port, 0);
        real_read = host.read;
        host.read = read_until_down;
        is_down = false;
        down_after = accesses;
        if (pci_enumerate(&host) == 0)
            break;
        assert_true(is_down);
        assert_true(host.function_count <= 2);
        assert_true(accesses < 1000);
        tear_down(state);
        set_up(state);
    }
}

/* ---- who has it, interrupts ---- */

static void gives_a_function_to_one(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;

    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_take(function, "one"), 0);
    assert_int_equal(pci_take(function, "two"), -EBUSY);
    assert_int_equal(pci_enable(function, true), 0);
    assert_int_equal(pci_model_get(model, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    pci_release(function);
    assert_int_equal(pci_model_get(model, PCI_COMMAND, 2), 0);
    assert_int_equal(pci_take(function, "two"), 0);
    assert_int_equal(pci_take(function, NULL), -EINVAL);
}

static void sends_by_the_id_of_a_bridge(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *to_pci = pci_model_add_bridge(up, 1, PCI_EXPRESS_TYPE_TO_PCI);
    struct pci_model *old = pci_model_add_bridge(up, 2, PCI_CONVENTIONAL);
    struct pci_model *express = add_device(up, 3);
    struct pci_model *first = pci_model_add(to_pci, 4, 0, 1, NETWORK);
    struct pci_model *second = pci_model_add(old, 5, 0, 1, NETWORK);
    uint32_t id;

    (void)state;
    host.message_maps[0] = (struct pci_message_map){0x200, 0x10200, 0x100};
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(pci_requester_id(found(express)), PCI_ADDRESS(2, 3, 0));
    assert_int_equal(pci_requester_id(found(first)),
                     PCI_ADDRESS(to_pci->config[PCI_SECONDARY_BUS], 0, 0));
    assert_int_equal(pci_requester_id(found(second)), PCI_ADDRESS(2, 2, 0));
    assert_int_equal(pci_message_device_id(found(express), &id), 0);
    assert_int_equal(id, 0x10218);
    assert_int_equal(pci_message_device_id(found(first), &id), -ENOENT);
}

static void routes_lines(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *down = pci_model_add_bridge(up, 3, PCI_EXPRESS_TYPE_DOWNSTREAM);
    struct pci_model *model = add_device(down, 0);
    char lines; /* that it is there is enough */
    uint32_t source;

    (void)state;
    model->config[PCI_INTERRUPT_PIN] = 2;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(pci_line(found(model), &source), -ENOENT);
    host.lines = (struct irq_parent *)(void *)&lines;
    assert_int_equal(pci_line(found(model), &source), 0);
    assert_int_equal(source, (1 + 0 + 3 + 0) % 4);
    assert_int_equal(pci_line(found(down), &source), -ENOENT);
}

/* ---- reset, sleep ---- */

static unsigned restored;
static uint16_t command_then;

static int restore_messages(struct pci_function *function)
{
    restored++;
    return pci_read16(function, PCI_COMMAND, &command_then);
}

static void resets_a_function(void **state)
{
    struct pci_model *model = add_device(port, 0);
    struct pci_function *function;
    uintptr_t base;

    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_enable(function, true), 0);
    assert_int_equal(pci_map_bar(function, 0, &base, NULL), 0);
    mmio_write32(base, 1);
    function->restore_messages = restore_messages;
    restored = 0;
    model->not_ready_us = 300000;
    assert_int_equal(pci_reset(function), 0);
    assert_int_equal(model->resets, 1);
    assert_int_equal(model->early, 0);
    assert_int_equal(restored, 1);
    assert_int_equal(command_then, PCI_COMMAND_MEMORY); /* not a master yet */
    assert_int_equal(pci_model_get(model, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    assert_int_equal(mmio_read32(base), 0);
    assert_int_equal(pci_models_unanswered(), 0);
}

static unsigned af, looks;

static void af_written(struct pci_model *model, unsigned offset, unsigned size)
{
    (void)size;
    if (offset != af + PCI_AF_CONTROL)
        return;
    looks = pci_model_get(model, PCI_COMMAND, 2);
    pci_model_reset(model);
}

/* A conventional device has its reset in another capability. What it has asked for is waited for,
 * but not for ever. */
static void resets_a_conventional_function(void **state)
{
    struct pci_model *model = pci_model_add(port, 0, 0, 1, NETWORK);
    struct pci_function *function;
    uint64_t before;

    (void)state;
    pci_model_add_bar(model, 0, 0x1000, PCI_BAR_MEMORY_32);
    af = pci_model_add_capability(model, PCI_CAPABILITY_AF, 6);
    pci_model_set(model, af + PCI_AF_CAPS, 1, PCI_AF_CAPS_FLR);
    pci_model_set(model, af + PCI_AF_STATUS, 1, PCI_AF_STATUS_PENDING);
    model->written = af_written;
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_enable(function, true), 0);
    before = time_now_ns();
    assert_int_equal(pci_reset(function), 0);
    assert_true(time_now_ns() - before >= 200000000u); /* 100 ms of draining, and of reset */
    assert_int_equal(model->resets, 1);
    assert_int_equal(looks, 0); /* it was disabled before */
    assert_int_equal(pci_model_get(model, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    assert_int_equal(pci_disable(function), 0);
    check_bar(function, 0);
}

static void tells_of_resets_that_fail(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *slow = add_device(up, 0), *dead = add_device(up, 1);
    struct pci_model *without = pci_model_add(up, 2, 0, 1, NETWORK);

    (void)state;
    slow->not_ready_us = 3000000;
    dead->reset_us = 3000000;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(pci_reset(found(slow)), -ETIMEDOUT);
    assert_int_equal(pci_reset(found(dead)), -ENODEV);
    assert_int_equal(pci_reset(found(without)), -ENOTSUP);
    assert_int_equal(pci_reset(found(up)), -ENOTSUP);
    assert_int_equal(pci_reset(NULL), -EINVAL);
    slow->is_gone = true;
    assert_int_equal(pci_reset(found(slow)), -ENODEV);
}

static void sleeps_and_wakes(void **state)
{
    struct pci_model *model = add_device(port, 0), *other;
    struct pci_function *function;
    uintptr_t base;

    (void)state;
    pci_model_add_power(model, true);
    model->config[PCI_HEADER_TYPE] = PCI_HEADER_MULTI_FUNCTION;
    other = pci_model_add(port, 0, 1, 1, NETWORK);
    assert_int_equal(pci_enumerate(&host), 0);
    function = found(model);
    assert_int_equal(pci_enable(function, true), 0);
    assert_int_equal(pci_map_bar(function, 0, &base, NULL), 0);
    assert_int_equal(pci_sleep(function), 0);
    assert_int_equal(pci_sleep(function), 0);
    assert_int_equal(pci_reset(function), -EBUSY);
    (void)mmio_read32(base);
    assert_int_equal(pci_models_unanswered(), 1);
    assert_int_equal(pci_wake(function), 0);
    assert_int_equal(pci_wake(function), 0);
    assert_int_equal(model->resets, 1);
    (void)mmio_read32(base);
    assert_int_equal(pci_models_unanswered(), 1);
    assert_int_equal(pci_sleep(found(other)), -ENOTSUP);
    assert_int_equal(pci_wake(found(other)), -ENOTSUP);
}

/* All behind the link is reset, and one is not there any more. */
static void restores_what_was_reset(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *down = pci_model_add_bridge(up, 4, PCI_EXPRESS_TYPE_DOWNSTREAM);
    struct pci_model *good = add_device(down, 0), *gone = add_device(up, 5);

    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    found(good)->restore_messages = restore_messages;
    restored = 0;
    struct pci_function *function = found(good);

    pci_models_reset();
    gone->is_gone = true;
    assert_int_equal(pci_restore(&host), -ENODEV);
    assert_int_equal(restored, 1);
    assert_int_equal(command_then, PCI_COMMAND_MEMORY);
    assert_ptr_equal(found(good), function);
    check_bar(function, 0);
    gone->is_gone = false;
    assert_int_equal(pci_restore(&host), 0);
    assert_int_equal(pci_restore(NULL), -EINVAL);
}

static void limits_read_requests(void **state)
{
    struct pci_model *model = add_device(port, 0);

    (void)state;
    host.read_request_max = 128;
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(pci_model_get(model, model->express + PCI_EXPRESS_DEVICE_CONTROL, 2), 0x0810);
}

static int errors[4];

static void call_in_interrupt(void *function)
{
    errors[0] = pci_reset(function);
    errors[1] = pci_sleep(function);
    errors[2] = pci_enumerate(&host);
    errors[3] = pci_enable(function, true);
}

static void waits_in_thread_context_only(void **state)
{
    struct pci_model *model = add_device(port, 0);

    (void)state;
    assert_int_equal(pci_enumerate(&host), 0);
    host.is_enumerated = false;
    host_run_in_interrupt(call_in_interrupt, found(model));
    assert_int_equal(errors[0], -EDEADLK);
    assert_int_equal(errors[1], -EDEADLK);
    assert_int_equal(errors[2], -EDEADLK);
    assert_int_equal(errors[3], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_a_device_behind_the_root_port),
        TEST(finds_nothing_behind_a_port),
        TEST(waits_for_who_is_not_ready),
        TEST(finds_all_functions_of_a_device),
        TEST(does_not_look_for_functions_of_one_that_has_one),
        TEST(finds_what_is_behind_a_switch),
        TEST(knows_no_more_than_there_are_in_the_end),
        TEST(goes_no_deeper_than_there_is_an_end),
        TEST(has_buses_for_some_bridges),
        TEST(refuses_hosts_that_cant_be),
        TEST(packs_bars_of_all_sizes),
        TEST(leaves_out_what_there_is_no_room_for),
        TEST(puts_prefetchable_bars_into_their_window),
        TEST(maps_only_what_there_is),
        TEST(reads_and_writes_registers),
        TEST(finds_capabilities),
        TEST(ends_lists_that_do_not),
        TEST(ends_extended_lists_that_do_not),
        TEST(leaves_out_bars_that_cant_be),
        TEST(leaves_out_io_that_has_no_address),
        TEST(leaves_out_capabilities_that_reach_too_far),
        TEST(leaves_out_headers_that_cant_be),
        TEST(leaves_a_bridge_closed_that_keeps_no_number),
        TEST(loses_a_device_at_any_access),
        TEST(loses_the_link_at_any_access),
        TEST(gives_a_function_to_one),
        TEST(sends_by_the_id_of_a_bridge),
        TEST(routes_lines),
        TEST(resets_a_function),
        TEST(resets_a_conventional_function),
        TEST(tells_of_resets_that_fail),
        TEST(sleeps_and_wakes),
        TEST(restores_what_was_reset),
        TEST(limits_read_requests),
        TEST(waits_in_thread_context_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
