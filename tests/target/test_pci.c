// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is plugged into PCI Express, whatever it is: that all functions are found and answer, that
 * no two have an address, that they can be reset and put to sleep. Of devices that are known (NVMe;
 * QEMU's edu) registers are read. Without a link the tests are skipped. On a board nobody may be
 * using the devices meanwhile; what they have stored stays.
 */
#include "app/selftest/selftest.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/pci/am65x.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"
#include "platform/pci.h"
#include "tests/target/pci_hosts.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stddef.h>

#define ERROR_REPORTING 0x0001u /* an extended capability */
#define OWNER           "self-test"
#define CLASS_NVME      0x010802u
#define NVME_VERSION    0x08u
#define NVME_ONE        0x10000u
#define EDU_VENDOR      0x1234u
#define EDU_DEVICE      0x11e8u
#define EDU_IDENTITY    0x00u
#define EDU_IS          0x010000edu
#define EDU_LIVENESS    0x04u
#define ALL_ONES        0xffffffffu
#define LINK_US         2000000u

static struct pci_host *hosts[PLATFORM_PCIS];
static unsigned numbers[PLATFORM_PCIS], host_count;

/* Whether there is a link; else why not has been told. */
static bool open_hosts(void)
{
    host_count = 0;
    for (unsigned i = 0; i < PLATFORM_PCIS; i++) {
        int error = test_pci_open(i, &hosts[host_count]);

        if (error == 0)
            numbers[host_count++] = i;
        else if (error != -ENOENT && error != -ENODEV)
            selftest_fail(__FILE__, __LINE__, "pcie%u: error %d", i, error);
    }
    if (host_count == 0 && !selftest_failed())
        selftest_skip("no PCI Express link: nothing is plugged in, or the device tree has none");
    return host_count != 0 && !selftest_failed();
}

/* All functions of all hosts, one by one. */
static struct pci_function *next(struct pci_function *function)
{
    unsigned host = 0;
    struct pci_function *found;

    while (function != NULL && hosts[host] != function->host)
        host++;
    found = pci_next(hosts[host], function);
    while (found == NULL && ++host < host_count)
        found = pci_next(hosts[host], NULL);
    return found;
}

static bool overlaps(const struct pci_bar *one, const struct pci_bar *other)
{
    return one->is_assigned && other->is_assigned && one->cpu < other->cpu + other->size &&
           other->cpu < one->cpu + one->size;
}

static unsigned count_overlaps(const struct pci_bar *bar)
{
    unsigned count = 0;

    for (struct pci_function *f = next(NULL); f != NULL; f = next(f))
        for (unsigned i = 0; i < PCI_BARS; i++)
            count += overlaps(bar, &f->bars[i]);
    return count;
}

SELFTEST(pci, finds_what_is_plugged_in, 60)
{
    if (!open_hosts())
        return;
    for (unsigned i = 0; i < host_count; i++) {
        const struct pci_function *port = pci_next(hosts[i], NULL);

        CHECK(port != NULL && port->layout == PCI_HEADER_BRIDGE);
        CHECK_EQUAL(port->class_code >> 8, PCI_CLASS_BRIDGE_PCI);
        CHECK_EQUAL(port->express_type, PCI_EXPRESS_TYPE_ROOT_PORT);
        CHECK(hosts[i]->function_count > 1);
        CHECK_EQUAL(hosts[i]->problem_count, 0);
    }
    for (struct pci_function *f = next(NULL); f != NULL; f = next(f)) {
        uint32_t ids = 0;
        unsigned offset;
        int error;

        CHECK_EQUAL(pci_check_present(f), 0);
        CHECK_EQUAL(pci_read32(f, PCI_VENDOR_ID, &ids), 0);
        CHECK_EQUAL(ids, f->vendor_id | (uint32_t)f->device_id << 16);
        error = pci_find_extended_capability(f, ERROR_REPORTING, &offset);
        CHECK(error == 0 || error == -ENOENT);
    }
}

SELFTEST(pci, gives_each_bar_an_address_of_its_own, 60)
{
    if (!open_hosts())
        return;
    for (struct pci_function *f = next(NULL); f != NULL; f = next(f))
        for (unsigned i = 0; i < PCI_BARS; i++) {
            const struct pci_bar *bar = &f->bars[i];
            uint32_t low = 0;

            if (!bar->is_assigned)
                continue;
            CHECK_EQUAL(bar->cpu % (bar->is_io ? 4 : bar->size), 0);
            CHECK_EQUAL(count_overlaps(bar), 1); /* itself */
            CHECK_EQUAL(pci_read32(f, PCI_BAR(i), &low), 0);
            CHECK_EQUAL(low & PCI_BAR_MEMORY_ADDRESS, (uint32_t)bar->bus & PCI_BAR_MEMORY_ADDRESS);
        }
}

static struct pci_function *find_known(void)
{
    struct pci_function *found = NULL;

    for (unsigned i = 0; i < host_count && found == NULL; i++) {
        found = pci_find_class(hosts[i], CLASS_NVME, NULL);
        if (found == NULL)
            found = pci_find_id(hosts[i], EDU_VENDOR, EDU_DEVICE, NULL);
    }
    return found;
}

static void check_registers(struct pci_function *function)
{
    uintptr_t base;

    CHECK_EQUAL(pci_map_bar(function, 0, &base, NULL), 0);
    if (function->class_code == CLASS_NVME) {
        CHECK(mmio_read32(base + NVME_VERSION) >= NVME_ONE);
        CHECK(mmio_read32(base + NVME_VERSION) != ALL_ONES);
        return;
    }
    CHECK_EQUAL(mmio_read32(base + EDU_IDENTITY), EDU_IS);
    mmio_write32(base + EDU_LIVENESS, 0x12345678);
    CHECK_EQUAL(mmio_read32(base + EDU_LIVENESS), (uint32_t)~0x12345678);
}

SELFTEST(pci, reaches_a_devices_registers, 60)
{
    struct pci_function *function;

    if (!open_hosts())
        return;
    function = find_known();
    if (function == NULL)
        SKIP("no device whose registers are known");
    CHECK_EQUAL(pci_take(function, OWNER), 0);
    CHECK_EQUAL(pci_take(function, OWNER), -EBUSY);
    CHECK_EQUAL(pci_enable(function, false), 0);
    check_registers(function);
    pci_release(function);
    CHECK(function->owner == NULL);
}

/* The function has the BARs that it had, and is as enabled as it was. */
static void check_restored(struct pci_function *function)
{
    uint16_t command = 0;

    CHECK_EQUAL(pci_check_present(function), 0);
    CHECK_EQUAL(pci_read16(function, PCI_COMMAND, &command), 0);
    CHECK_EQUAL(command & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER), PCI_COMMAND_MEMORY);
    for (unsigned i = 0; i < PCI_BARS; i++) {
        uint32_t low = 0;

        if (!function->bars[i].is_assigned || function->bars[i].is_io)
            continue;
        CHECK_EQUAL(pci_read32(function, PCI_BAR(i), &low), 0);
        CHECK_EQUAL(low & PCI_BAR_MEMORY_ADDRESS, (uint32_t)function->bars[i].bus);
    }
}

/* Each device that nobody has, and that can. Returns how many. */
static unsigned for_each_device(int (*act)(struct pci_function *function))
{
    unsigned count = 0;

    for (struct pci_function *f = next(NULL); f != NULL && !selftest_failed(); f = next(f)) {
        int error;

        if (f->layout != PCI_HEADER_DEVICE || pci_take(f, OWNER) != 0)
            continue;
        error = pci_enable(f, false);
        if (error == 0)
            error = act(f);
        if (error == 0)
            check_restored(f);
        else if (error != -ENOTSUP && error != -ENOSPC)
            selftest_fail(__FILE__, __LINE__, "%s: error %d", f->name, error);
        count += error == 0;
        pci_release(f);
    }
    return count;
}

SELFTEST(pci, resets_functions, 60)
{
    if (!open_hosts())
        return;
    if (for_each_device(pci_reset) == 0 && !selftest_failed())
        SKIP("no function with a reset of its own");
}

/* Each bus once for each device on it. */
SELFTEST(pci, resets_buses, 60)
{
    if (!open_hosts())
        return;
    if (for_each_device(pci_reset_bus) == 0 && !selftest_failed())
        SKIP("no function behind a bridge");
}

static int sleep_and_wake(struct pci_function *function)
{
    int error = pci_sleep(function);

    return error != 0 ? error : pci_wake(function);
}

SELFTEST(pci, puts_functions_to_sleep, 60)
{
    if (!open_hosts())
        return;
    if (for_each_device(sleep_and_wake) == 0 && !selftest_failed())
        SKIP("no function with power management");
}

static bool is_told(void *argument)
{
    return pci_check_present(argument) == -ENODEV;
}

static void check_all_bars(void)
{
    for (struct pci_function *f = next(NULL); f != NULL; f = next(f)) {
        if (f->layout != PCI_HEADER_DEVICE || pci_enable(f, false) != 0)
            continue;
        check_restored(f);
        CHECK_EQUAL(pci_disable(f), 0);
    }
}

/* What is pulled out is told by each access and by an interrupt, and nothing hangs; plugged in
 * again, it gets back what it had. */
SELFTEST(pci, tells_what_is_pulled_out, 60)
{
    struct pci_am65x_errors before, after;
    struct pci_function *function;
    struct pci_host *again;
    uint32_t word;
    int error;

    if (!open_hosts())
        return;
    if (!twin_present())
        SKIP("nobody pulls it out on a board");
    function = pci_next(hosts[0], pci_next(hosts[0], NULL));
    CHECK(function != NULL);
    CHECK_EQUAL(platform_pci_get_errors(numbers[0], &before), 0);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 1));
    error = pci_read32(function, PCI_VENDOR_ID, &word);
    CHECK(error == -EIO || error == -ENODEV);
    CHECK_EQUAL(wait_for(is_told, function, LINK_US), 0);
    CHECK_EQUAL(pci_enable(function, true), -ENODEV);
    CHECK_EQUAL(platform_pci_get_errors(numbers[0], &after), 0);
    CHECK_EQUAL(after.fatal, before.fatal + 1);
    CHECK_EQUAL(after.lost_links, before.lost_links + 1);
    CHECK_EQUAL(platform_pci_open(numbers[0], &again), -ENODEV);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    CHECK_EQUAL(pci_enable(function, true), -ENODEV);
    CHECK_EQUAL(test_pci_open_all(), host_count);
    check_all_bars();
    function = find_known();
    if (function == NULL || selftest_failed())
        return;
    CHECK_EQUAL(pci_enable(function, false), 0);
    check_registers(function);
    CHECK_EQUAL(pci_disable(function), 0);
}
