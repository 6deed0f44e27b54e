// SPDX-License-Identifier: BSD-3-Clause
/*
 * A hash table in which the later one wins: it costs the same however many registers a driver
 * initialises.
 */
#include "tests/fuzz/support/registers.h"

#include <stddef.h>

#define PLACES_SHIFT 9
#define MULTIPLIER   UINT64_C(0x9e3779b97f4a7c15) /* 2^64 divided by the golden ratio */

static struct {
    uint64_t address; /* 0: nothing is kept here */
    uint64_t value;
} kept[1u << PLACES_SHIFT];

static size_t place_of(uint64_t address)
{
    return (size_t)(address * MULTIPLIER >> (64 - PLACES_SHIFT));
}

uint64_t *registers_find(uint64_t address)
{
    size_t place = place_of(address);

    return kept[place].address == address ? &kept[place].value : NULL;
}

void registers_keep(uint64_t address, uint64_t value)
{
    size_t place = place_of(address);

    kept[place].address = address;
    kept[place].value = value;
}
