// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's PCI Express controllers as root complexes (TRM SPRUID7, "PCIe Subsystem"): a
 * DesignWare core with TI's application registers, and SERDES that carry its lanes. The platform
 * says where they are and how the board uses them (platform/pci.h).
 */
#ifndef DRIVERS_PCI_AM65X_H
#define DRIVERS_PCI_AM65X_H

#include "drivers/pci/pci.h"
#include "msi/handler.h"

#include <stdbool.h>
#include <stdint.h>

#define PCI_AM65X_LANES_MAX  2u
#define PCI_AM65X_CLOCKS_MAX 2u

/* Where a SERDES has its reference clocks from: the external pins, the left or right neighbour. */
enum pci_am65x_clock {
    PCI_AM65X_CLOCK_AS_IT_IS,
    PCI_AM65X_CLOCK_LEFT,
    PCI_AM65X_CLOCK_EXTERNAL,
    PCI_AM65X_CLOCK_RIGHT,
};
enum pci_am65x_output {
    PCI_AM65X_OUTPUT_PLL, /* its own clock unit's */
    PCI_AM65X_OUTPUT_LEFT,
    PCI_AM65X_OUTPUT_RIGHT,
    PCI_AM65X_OUTPUTS
};

struct pci_am65x_serdes {
    uintptr_t base;
    uintptr_t control;   /* CTRLMMR_SERDESn_CTRL */
    uint16_t device;     /* TI-SCI */
    uint8_t function;    /* of the lane: what the SERDES is used for, as CONTROL counts */
    uint8_t clock_count; /* multiplexers of the system firmware that are set before */
    struct {
        uint16_t device;
        uint8_t clock, parent;
    } clocks[PCI_AM65X_CLOCKS_MAX];
    enum pci_am65x_clock sources[PCI_AM65X_OUTPUTS];
};

/* The pin that PERST# of the slot hangs on; the loader has made it a GPIO. */
struct pci_am65x_reset {
    uintptr_t gpio;  /* 0: none is told */
    uint16_t device; /* TI-SCI; 0: it is on */
    uint8_t pin;
    bool is_released_low;
};

struct pci_am65x_facts {
    uintptr_t app, dbi, atu, config; /* config: 4 KiB, from a multiple of 64 KiB on */
    uintptr_t mode;                  /* CTRLMMR_PCIEn_CTRL */
    uint32_t ids;                    /* CTRLMMR_PCI_DEVICE_ID's value */
    uint16_t device;                 /* TI-SCI */
    uint8_t max_speed;               /* 1: 2.5 GT/s, 2: 5, 3: 8 */
    uint8_t lane_count;              /* 1 or 2 */
    struct pci_am65x_serdes serdes[PCI_AM65X_LANES_MAX];
    struct pci_am65x_reset reset;
};

/* How often the controller has told of which, since the start. */
struct pci_am65x_errors {
    uint64_t system, fatal, nonfatal, correctable, other;
    uint64_t lost_links; /* also by a fatal error; each is lost until pci_regain() */
};

struct pci_am65x {
    const struct pci_am65x_facts *facts;

    /* The driver's. */
    struct pci_host *host;
    struct pci_am65x_errors errors;
    uint32_t config_type, config_target; /* what region 0 leads to; with the host's lock */
    uint8_t speed, width;                /* of the link */
};

/* Has the system firmware turn it on, brings up SERDES and link, and makes the host's accesses go
 * there: the rest of the host, its windows say, is filled in already; pci_enumerate() is next.
 * Thread context, for up to 2 s. -ENODEV: the link does not come up, since nothing is plugged in,
 * say: no error to make much of; -EINVAL: a window that can't be translated; -EIO: something of
 * SERDES or controller does not answer; the system firmware's errors (drivers/ti_sci/ti_sci.h);
 * -EDEADLK. After an error it is off again, as far as the system firmware answers, and the call can
 * be repeated. */
int pci_am65x_open(struct pci_am65x *controller, const struct pci_am65x_facts *facts,
                   struct pci_host *host);

/* Whether the link is up, and what is behind it as it was left, of a controller that is on, with
 * its errors enabled: false also where a fatal error has been told, or is about to be. Any context.
 */
bool pci_am65x_link_is_sound(const struct pci_am65x *controller);

/* Of a controller that is on: nothing goes out to what is behind its link any more (pci_lose()),
 * nor comes in from there, until it is opened again and functions are restored. Any context. */
void pci_am65x_cut_off(struct pci_am65x *controller);

/* Of a controller that was opened: from here on its interrupt tells of errors, also of those since
 * then. After that interrupt was requested, which forgets what has come before: the next edge would
 * never come. Any context. */
void pci_am65x_enable_errors(const struct pci_am65x *controller);

/* For irq_request(): the handler of the controller's interrupt for errors, an edge; its context is
 * the host. To be masked while the controller is off. */
enum irq_return pci_am65x_interrupt(void *host);

/* Any context. */
void pci_am65x_get_errors(const struct pci_am65x *controller, struct pci_am65x_errors *errors);

#endif
