// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI functions for host tests: configuration spaces in memory, behind a root port and bridges of
 * which each passes on what its registers say, and nothing else; BARs that answer where the
 * firmware has put them, while they are enabled; MSI and MSI-X as a device sends them; resets, of a
 * function and of all behind a bridge.
 *
 * A test adds functions, in any order that has a bridge before what is behind it, and changes their
 * configuration as it likes before the host first looks at them: what they are then, is what they
 * come back as after a reset.
 */
#ifndef TESTS_HOST_SUPPORT_PCI_FUNCTIONS_H
#define TESTS_HOST_SUPPORT_PCI_FUNCTIONS_H

#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"

#include <stdbool.h>
#include <stdint.h>

#define PCI_MODELS_MAX    128u
#define PCI_MODELS_CPU    0x10000000u /* the windows, as the cores see them: memory, then I/O */
#define PCI_MODELS_BUS    0x20000000u /* and as the devices do */
#define PCI_MODELS_SIZE   0x08000000u
#define PCI_MODELS_IO     0x00010000u
#define PCI_MODELS_VENDOR 0x1b36u
#define PCI_CONVENTIONAL  0xffu /* in the place of an Express type */

struct pci_model;

struct pci_model_bar {
    uint64_t size;   /* 0: there is none */
    uint32_t type;   /* the low bits */
    uint8_t *memory; /* what reads and writes go to, where the two below are NULL */
    uint64_t (*read)(struct pci_model *model, unsigned bar, uint64_t offset, unsigned size);
    void (*write)(struct pci_model *model, unsigned bar, uint64_t offset, unsigned size,
                  uint64_t value);
};

/* One function. A test reads and writes `config` and `writable` as it likes before the first
 * access; the rest is to be looked at, but for what says so. */
struct pci_model {
    struct pci_model *bridge; /* that it is behind; NULL: it is on the root bus */
    uint8_t device, function;
    uint8_t config[PCI_CONFIG_SIZE_EXTENDED];
    uint8_t writable[PCI_CONFIG_SIZE_EXTENDED]; /* a bit for each that a write changes */
    struct pci_model_bar bars[PCI_BARS];
    unsigned express, msi, msix, power; /* offsets; 0: it has none */
    unsigned msix_bar, msix_table, msix_pending, msix_count;
    bool pending[2048]; /* MSI-X messages that wait, or MSI's */

    /* The test's, at any time: */
    bool is_gone;          /* it reads as all ones */
    uint32_t gone_after;   /* accesses to its configuration; 0: never */
    uint64_t not_ready_us; /* after a reset: it tells that it is not ready */
    uint64_t reset_us;     /* after a reset: it does not answer; 0: 50 ms */
    /* Something of its configuration has been written. NULL: nobody wants to know. */
    void (*written)(struct pci_model *model, unsigned offset, unsigned size);
    void (*was_reset)(struct pci_model *model);
    void *context;

    unsigned resets, early; /* and how many accesses came while it was reset */
    unsigned sent, lost;    /* messages, and those that could not go out: no bus mastering */

    uint8_t initial[PCI_CONFIG_SIZE_EXTENDED];
    uint64_t answers_at, ready_at; /* ns */
    unsigned last_capability, last_extended;
    bool is_on;
};

/* No functions, and a host with windows above, buses 0 to 255, and requester ids as device ids;
 * after host_reset(), whose registers (host_set_registers()) it takes. The functions that an
 * earlier host found are gone. The host is the test's to change before it is enumerated. */
void pci_models_start(struct pci_host *host);
/* For the twin's model of a root complex, whose port the first function stands in for: callbacks of
 * host_plug_in(), and a start without a host of its own. The host's windows are not set. */
struct am65x_pcie_request;
bool pci_models_request(void *context, struct am65x_pcie_request *request);
void pci_models_port(void *context, unsigned controller, unsigned offset, uint32_t value);
void pci_models_start_behind(struct pci_host *host);
/* Frees what this and enumeration have allocated. */
void pci_models_stop(struct pci_host *host);

/* Who gets the messages: NULL is the ITS (its_host.c), by the AM65x's window. */
void pci_models_set_sink(void (*message)(uint16_t requester, uint64_t address, uint32_t data));

/* How many accesses by the cores to the windows nobody answered. */
unsigned pci_models_unanswered(void);

/* What is behind the link is reset, so that no BAR is anywhere; the second ends that, and tells
 * whether the cores have read or written in the memory window meanwhile. */
void pci_models_vanish(void);
bool pci_models_were_accessed(void);

/* The bus that it is on, by its bridge's registers; of a bridge that has none, 0. */
uint16_t pci_model_address(const struct pci_model *model);
/* What the host found at its address; NULL: nothing. */
struct pci_function *pci_model_found(const struct pci_host *host, const struct pci_model *model);

struct pci_model *pci_model_add(struct pci_model *bridge, unsigned device, unsigned function,
                                uint16_t device_id, uint32_t class_code);
/* type: PCI_EXPRESS_TYPE_*, or PCI_CONVENTIONAL. */
struct pci_model *pci_model_add_bridge(struct pci_model *bridge, unsigned device, unsigned type);
void pci_model_add_bar(struct pci_model *model, unsigned index, uint64_t size, uint32_t type);
/* Capabilities: of `size` bytes, zeros that are read-only; each behind the one before. The
 * offset. */
unsigned pci_model_add_capability(struct pci_model *model, uint8_t id, unsigned size);
unsigned pci_model_add_extended(struct pci_model *model, uint16_t id, unsigned size);
void pci_model_add_express(struct pci_model *model, unsigned type, bool can_reset);
void pci_model_add_power(struct pci_model *model, bool resets);
/* 2^log messages; flags: of Message Control (64-bit addresses 0x80, a mask bit each 0x100). */
void pci_model_add_msi(struct pci_model *model, unsigned log, uint16_t flags);
/* count messages; table and pending bits in a BAR that has been added. */
void pci_model_add_msix(struct pci_model *model, unsigned count, unsigned bar, unsigned table,
                        unsigned pending);

/* It is reset, and does not answer for reset_us. Within written(). */
void pci_model_reset(struct pci_model *model);

/* All of them come back as after a reset, at once: the link was lost. */
void pci_models_reset(void);

/* Registers of the configuration, little endian. */
uint32_t pci_model_get(const struct pci_model *model, unsigned offset, unsigned size);
void pci_model_set(struct pci_model *model, unsigned offset, unsigned size, uint32_t value);
/* The same bits writable. */
void pci_model_allow(struct pci_model *model, unsigned offset, unsigned size, uint32_t bits);

/* The device wants to send message `vector`, by whichever of the two is enabled. false: it is
 * masked, and waits; or neither is enabled, or the function may not master the bus: it is lost. */
bool pci_model_raise(struct pci_model *model, unsigned vector);
/* The same within a BAR's read() and write(). */
bool pci_model_raise_within(struct pci_model *model, unsigned vector);

#endif
