// SPDX-License-Identifier: BSD-3-Clause
/*
 * Faults of a wire.
 */
#include "tests/net/faults.h"

#include <stdbool.h>
#include <string.h>

/* Numerical Recipes' generator; its upper bits. */
static uint32_t next(struct faults *faults)
{
    faults->seed = faults->seed * 1664525u + 1013904223u;
    return faults->seed >> 8;
}

static bool strikes(struct faults *faults, unsigned rate)
{
    return rate != 0 && next(faults) % rate == 0;
}

void faults_settle(struct faults *faults)
{
    size_t length = faults->held_length;

    faults->held_length = 0;
    if (length != 0)
        faults->frame(faults->held, length);
}

void faults_pass(struct faults *faults, const uint8_t *frame, size_t length)
{
    uint8_t copy[FAULTS_FRAME_MAX];

    if (strikes(faults, faults->rates.lost)) {
        faults->lost++;
        return;
    }
    if (faults->held_length == 0 && strikes(faults, faults->rates.late)) {
        faults->late++;
        memcpy(faults->held, frame, length);
        faults->held_length = length;
        return;
    }
    memcpy(copy, frame, length);
    if (strikes(faults, faults->rates.changed)) {
        faults->changed++;
        copy[next(faults) % length] ^= (uint8_t)(1u << next(faults) % 8u);
    }
    faults->passed++;
    faults->frame(copy, length);
    if (strikes(faults, faults->rates.doubled)) {
        faults->doubled++;
        faults->frame(copy, length);
    }
    faults_settle(faults);
}
