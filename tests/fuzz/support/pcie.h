// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI Express as a hostile guest uses it: the link up and down, windows, whatever is behind it.
 */
#ifndef TESTS_FUZZ_SUPPORT_PCIE_H
#define TESTS_FUZZ_SUPPORT_PCIE_H

struct navss_access;

void pcie_do(const struct navss_access *access);

#endif
