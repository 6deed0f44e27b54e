// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the tests use of the SoC, as this kind of core has it.
 */
#ifndef TESTS_TARGET_SOC_H
#define TESTS_TARGET_SOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test_soc {
    uint16_t inta, intr, ringacc, udmap; /* TI-SCI ids of the Navigator of its domain */
    uint16_t some_ring;                  /* of this host's, of no channel */
    uintptr_t inta_base;
    uint16_t intid_answers; /* of the system firmware */
    uint16_t intid_wire;    /* of what is wired to nothing here, nor the next one */
    uint16_t direct_inputs; /* the first of its router's that are nobody's here */
    bool holds_back;        /* the root can keep back what is less urgent (root/root.h) */
    size_t dma_max;         /* more memory for DMA there is not, in one piece or two */
};
extern const struct test_soc test_soc;

#endif
