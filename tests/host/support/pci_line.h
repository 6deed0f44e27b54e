// SPDX-License-Identifier: BSD-3-Clause
/*
 * A line (INTx) that functions of tests/host/support/pci_functions.h share: it is high while one of
 * them holds it and has not turned it off in its command register.
 */
#ifndef TESTS_HOST_SUPPORT_PCI_LINE_H
#define TESTS_HOST_SUPPORT_PCI_LINE_H

#include "tests/host/support/pci_functions.h"

/* From here on they have a line, with this INTID; their written() is this one's. */
void pci_line_begin(struct pci_model *const *models, unsigned count, unsigned intid);

/* One of them holds it, or lets go: whether it held it before. With the host's lock, where others
 * access its registers. */
bool pci_line_raise(struct pci_model *model, bool up);

#endif
