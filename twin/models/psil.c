// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSI-L pairings (AM65x TRM SPRUID7, "PSI-L"; TI-SCI documentation, "Resource Management PSI-L
 * TISCI Description"): which source thread sends to which destination thread. A thread takes part
 * in one pairing at most.
 */
#include "twin/models/models.h"

#define THREAD_COUNT 0x8000u

/* By thread number, without the destination bit; 0: not paired (there is no thread 0). */
static uint16_t destination_of[THREAD_COUNT];
static uint16_t source_of[THREAD_COUNT];

void psil_reset(void)
{
    memset(destination_of, 0, sizeof(destination_of));
    memset(source_of, 0, sizeof(source_of));
}

static unsigned number(uint16_t thread)
{
    return thread & (THREAD_COUNT - 1);
}

bool psil_pair(uint16_t source, uint16_t destination)
{
    if (destination_of[number(source)] != 0 || source_of[number(destination)] != 0)
        return false;
    destination_of[number(source)] = destination;
    source_of[number(destination)] = source;
    model_count(AM65X_COUNT_PSIL_PAIRS, 1);
    return true;
}

bool psil_unpair(uint16_t source, uint16_t destination)
{
    if (destination_of[number(source)] == 0 || destination_of[number(source)] != destination)
        return false;
    destination_of[number(source)] = 0;
    source_of[number(destination)] = 0;
    model_uncount(AM65X_COUNT_PSIL_PAIRS);
    return true;
}

bool psil_destination(uint16_t source, uint16_t *destination)
{
    *destination = destination_of[number(source)];
    return *destination != 0;
}
