// SPDX-License-Identifier: BSD-3-Clause
/*
 * QEMU's PCI Express behind the AM65x's controllers: what the parts of the monitor that have to do
 * with it offer each other. All of it with the models' lock held.
 */
#ifndef TWIN_MONITOR_PCIE_H
#define TWIN_MONITOR_PCIE_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/models/am65x.h"
#include "twin/monitor/board.h"

/* ---- probe.S: one access of 1, 2 or 4 bytes; false: it was aborted ---- */
bool probe_read(uint64_t address, uint64_t size, uint32_t *value);
bool probe_write(uint64_t address, uint64_t size, uint32_t value);

/* ---- pcie.c ---- */
/* Registers of QEMU's functions, by requester id: bus 15:8, device 7:3, function 2:0. */
uint32_t ecam_read(unsigned function, unsigned offset, unsigned size);
void ecam_write(unsigned function, unsigned offset, unsigned size, uint32_t value);
#define PCIE_CONTROLLERS 2u
/* Whose a bus of QEMU's is, and the buses behind its root port. 0: none yet. */
unsigned pcie_controller_of(unsigned bus);
unsigned pcie_secondary(unsigned controller);
unsigned pcie_subordinate(unsigned controller);

/* ---- pcie_functions.c: which functions there are, and where their MSI-X tables lie ---- */
struct pcie_function {
    uint64_t table; /* the MSI-X table's bus address, 0: none */
    uint32_t table_size;
    uint16_t id;        /* as above */
    uint16_t requester; /* the same, or that of a bridge which speaks for it */
};
#define PCIE_FUNCTIONS_MAX 64u
/* Looks for them anew. */
void pcie_functions_find(void);
unsigned pcie_functions_count(void);
const struct pcie_function *pcie_functions_at(unsigned index);
/* NULL: none of them. */
const struct pcie_function *pcie_function_of(unsigned id);
const struct pcie_function *pcie_function_with_table(uint64_t address);
/* The offset of a capability, 0: there is none. */
unsigned pcie_capability(unsigned function, unsigned id);

/* ---- pcie_messages.c ---- */
/* A word of an MSI-X table at a bus address. */
bool pcie_table_access(const struct pcie_function *function, struct am65x_pcie_request *request);
/* A configuration access, if it concerns the address of an MSI capability. false: it does not. */
bool pcie_message_access(unsigned id, unsigned offset, struct am65x_pcie_request *request);

/* ---- stage2.c: what of the outbound space is QEMU's own memory window, a bit for each page of a
 * granule ---- */
#define PCIE_GRANULES (GUEST_PCIE_SIZE / AM65X_PCIE_GRANULE)
void stage2_show_pcie(const uint16_t pages[PCIE_GRANULES]);

/* ---- smmu.c: in front of what QEMU's devices read and write ---- */
void smmu_init(void);
/* Reports accesses that were refused. */
void smmu_tell(void);

#endif
