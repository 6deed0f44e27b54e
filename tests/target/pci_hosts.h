// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PCI Express controllers, for tests.
 */
#ifndef TESTS_TARGET_PCI_HOSTS_H
#define TESTS_TARGET_PCI_HOSTS_H

#include <stdint.h>

struct pci_function;
struct pci_host;

/* platform_pci_open(), after which the running test may keep what a controller has taken when it
 * was opened for the first time: its interrupt for errors. */
int test_pci_open(unsigned number, struct pci_host **host);

/* All controllers that have a link, which may have been lost and have come back: how many. */
unsigned test_pci_open_all(void);

/* The first function with these ids, or of this class, behind any of them; NULL: there is none. */
struct pci_function *test_pci_find_id(uint16_t vendor, uint16_t device);
struct pci_function *test_pci_find_class(uint32_t class_code);

#endif
