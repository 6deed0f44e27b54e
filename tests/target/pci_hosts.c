// SPDX-License-Identifier: BSD-3-Clause
/*
 * See pci_hosts.h.
 */
#include "tests/target/pci_hosts.h"
#include "app/selftest/selftest.h"
#include "drivers/pci/pci.h"
#include "platform/pci.h"

#include <stdbool.h>
#include <stddef.h>

int test_pci_open(unsigned number, struct pci_host **host)
{
    static bool is_open[PLATFORM_PCIS];
    int error = platform_pci_open(number, host);

    if (error == 0 && !is_open[number])
        selftest_keep();
    if (error == 0)
        is_open[number] = true;
    return error;
}

unsigned test_pci_open_all(void)
{
    struct pci_host *host;
    unsigned count = 0;

    for (unsigned i = 0; i < PLATFORM_PCIS; i++)
        count += test_pci_open(i, &host) == 0;
    return count;
}

struct pci_function *test_pci_find_class(uint32_t class_code)
{
    (void)test_pci_open_all();
    return platform_pci_find_class(class_code);
}

struct pci_function *test_pci_find_id(uint16_t vendor, uint16_t device)
{
    struct pci_function *function = NULL;
    struct pci_host *host;

    for (unsigned i = 0; i < PLATFORM_PCIS && function == NULL; i++)
        if (test_pci_open(i, &host) == 0)
            function = pci_find_id(host, vendor, device, NULL);
    return function;
}
