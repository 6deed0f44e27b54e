// SPDX-License-Identifier: BSD-3-Clause
/*
 * A wire that is not to be relied on: frames are lost, doubled, changed and overtake each other.
 * Which ones follows from the seed.
 */
#ifndef TESTS_NET_FAULTS_H
#define TESTS_NET_FAULTS_H

#include <stddef.h>
#include <stdint.h>

#define FAULTS_FRAME_MAX 1600u

/* One in so many; 0: none. */
struct faults_rates {
    unsigned lost, doubled, changed, late;
};

struct faults {
    struct faults_rates rates;
    uint32_t seed;
    void (*frame)(const uint8_t *frame, size_t length); /* where they come out */
    uint8_t held[FAULTS_FRAME_MAX];                     /* comes after the next one */
    size_t held_length;
    uint64_t passed, lost, doubled, changed, late;
};

/* One frame goes in. */
void faults_pass(struct faults *faults, const uint8_t *frame, size_t length);

/* What is held comes out. */
void faults_settle(struct faults *faults);

#endif
