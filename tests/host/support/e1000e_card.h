// SPDX-License-Identifier: BSD-3-Clause
/*
 * An 82574 in memory, behind a BAR of a PCI function (pci_functions.h), for the driver's host
 * tests: rings of legacy descriptors, causes, masks and messages as the datasheet has them, a wire.
 * It holds the driver to the datasheet (e1000e_card_violation()), and on request does what no card
 * should.
 */
#ifndef TESTS_HOST_SUPPORT_E1000E_CARD_H
#define TESTS_HOST_SUPPORT_E1000E_CARD_H

#include "tests/host/support/pci_functions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define E1000E_CARD_BAR     0x20000u
#define E1000E_CARD_VECTORS 5u

struct e1000e_card {
    /* The test's, at any time. */
    bool cable;          /* without it there is no link */
    bool hold;           /* nothing is sent until e1000e_card_send() */
    bool never_quiet;    /* it goes on accessing memory: GIO master disable has no answer */
    bool never_reset;    /* CTRL.RST stays */
    bool never_read;     /* the NVM's contents don't come */
    unsigned slow;       /* so many looks find that it has not yet done what it was told */
    uint32_t status;     /* STATUS's speed and duplex; 1000 Mbit/s and full at first */
    unsigned gone_after; /* accesses to its registers: then it is gone; 0: never */
    uint8_t address[6];  /* the NVM's */
    bool has_no_address; /* RAH.AV stays 0 */
    uint64_t damage;     /* of the next received descriptor's word: these bits are the other way */
    void (*wire)(const uint8_t *frame, size_t length); /* what was sent; NULL: nobody */

    /* To be looked at. */
    bool is_gone;
    unsigned resets, messages[E1000E_CARD_VECTORS];
    unsigned sent, received, missed, tail_doorbells;
};
extern struct e1000e_card e1000e_card;

/* Adds it behind a bridge, as after power-on: an Express endpoint with five vectors, and so many
 * bytes of registers, E1000E_CARD_BAR at most. */
struct pci_model *e1000e_card_add(struct pci_model *bridge, uint32_t size);

/* A frame comes over the wire, with its checksums as the card would have found them: bits of the
 * descriptor's word. Whether there was a buffer for it. */
bool e1000e_card_receive(const uint8_t *frame, size_t length, uint64_t found);
/* Sends what is held, up to so many frames; how many those were. */
unsigned e1000e_card_send(unsigned frames);
/* The cable is pulled or plugged in: the link changes, and the card says so. */
void e1000e_card_plug(bool cable);
/* It is pulled out: its registers read as all ones. */
void e1000e_card_pull(void);
uint32_t e1000e_card_register(uint32_t offset);
/* What the driver has done that the datasheet does not allow; NULL: nothing. */
const char *e1000e_card_violation(void);

#endif
