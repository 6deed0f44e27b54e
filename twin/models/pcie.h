// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two PCI Express controllers: what their parts share. Not for users of the library.
 *
 * pcie.c: the link, and what goes out to it. pcie_port.c: the root port's configuration space and
 * port logic. pcie_atu.c: address translation. pcie_app.c: TI's application registers. serdes.c:
 * the two SERDES.
 */
#ifndef TWIN_MODELS_PCIE_H
#define TWIN_MODELS_PCIE_H

#include "twin/models/models.h"

#define PCIE_COUNT            2u

/* Where a controller is. */
#define PCIE_DBI_BASE(n)      (0x05501000u + 0x00100000u * (n))
#define PCIE_DBI_SIZE         0x1000u
#define PCIE_OUTBOUND_BASE(n) (0x10000000u + 0x08000000u * (n))
#define PCIE_OUTBOUND_SIZE    0x08000000u

/* ---- pcie.c ---- */

/* The module is on, and not in reset: its registers answer. */
bool pcie_is_powered(unsigned n);
bool pcie_is_up(unsigned n);
bool pcie_is_training(unsigned n);
/* A word of the root port's header that says what passes to the link has changed. */
void pcie_port_changed(unsigned n, unsigned offset);
void pcie_windows_changed(unsigned n);

/* ---- pcie_port.c: accesses of 1, 2 or 4 bytes, aligned ---- */

uint32_t pcie_port_read(unsigned n, unsigned offset, unsigned size);
void pcie_port_write(unsigned n, unsigned offset, unsigned size, uint32_t value);
uint32_t pcie_port_word(unsigned n, unsigned offset);
void pcie_port_link(unsigned n, bool up);
void pcie_port_reset(unsigned n);
/* The link is gone, and the port has not asked for that. Whether it tells so. */
bool pcie_port_surprised(unsigned n);
bool pcie_port_resets(unsigned n); /* all behind the link */

/* ---- pcie_atu.c ---- */

/* Where an address of the controller's outbound space leads. false: no region has it. */
bool pcie_atu_translate(unsigned n, uint64_t address, struct am65x_pcie_request *request);
void pcie_atu_reset(unsigned n);

/* ---- pcie_app.c ---- */

bool pcie_app_trains(unsigned n);  /* LTSSM_EN */
bool pcie_app_shadows(unsigned n); /* DBI_CS2: writes of BARs are of their masks */
void pcie_app_reset(unsigned n);
/* What ERR_IRQ_STATUS tells of from here on. */
#define PCIE_ERROR_FATAL       0x2u
#define PCIE_ERROR_CORRECTABLE 0x8u
void pcie_app_error(unsigned n, uint32_t errors);

/* ---- serdes.c ---- */

void serdes_lose(void);

/* Whether the SERDES has been brought up, for this function of its lane. */
bool serdes_is_ready(unsigned n, unsigned function);

#endif
