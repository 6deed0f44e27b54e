// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSI-L pairings (AM65x TRM SPRUID7, "PSI-L"; TI-SCI documentation, "Resource Management PSI-L
 * TISCI Description"): which source thread sends to which destination thread. A thread takes part
 * in one pairing at most. And which peripheral a thread belongs to.
 *
 * The threads are those of TI's PSI-L tables for the AM65x.
 */
#include "twin/models/models.h"
#include "twin/models/pdma.h"

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

bool psil_source(uint16_t destination, uint16_t *source)
{
    *source = source_of[number(destination)];
    return *source != 0;
}

/* ---------------------------------------------------------------- peripherals */

/* Threads of one direction; NULL: no model, what is sent to them waits. */
static const struct row {
    uint16_t first, count;
    const struct psil_peripheral *peripheral;
} rows[] = {
    {0x4000, 4, NULL}, /* SA2UL */
    {0xc000, 2, NULL},
    {0x4100, 4, NULL}, /* PRU_ICSSG0 */
    {0xc100, 8, NULL},
    {0x4200, 4, NULL}, /* PRU_ICSSG1 */
    {0xc200, 8, NULL},
    {0x4300, 4, NULL}, /* PRU_ICSSG2 */
    {0xc300, 8, NULL},
    {0x4400, 3, &pdma_mcasp_source}, /* PDMA0: McASP 0 to 2 */
    {0xc400, 3, &pdma_mcasp_destination},
    {0x4500, 20, NULL}, /* PDMA1: McSPI 0 to 4, four channels each */
    {0xc500, 20, NULL},
    {0x4514, 3, &pdma_uart_source}, /* PDMA1: UART 0 to 2 */
    {0xc514, 3, &pdma_uart_destination},
    {0x7000, 1, &cpsw_source}, /* CPSW */
    {0xf000, 8, &cpsw_destination},
    {0x7100, 4, NULL},  /* MCU PDMA0: ADC */
    {0x7200, 12, NULL}, /* MCU PDMA1: McSPI 0 to 2 */
    {0xf200, 12, NULL},
    {0x7212, 1, &pdma_mcu_uart_source}, /* MCU PDMA1: UART */
    {0xf212, 1, &pdma_mcu_uart_destination},
};

const struct psil_peripheral *psil_find(uint16_t thread, unsigned *argument)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (thread < rows[i].first || thread - rows[i].first >= rows[i].count)
            continue;
        *argument = (unsigned)(thread - rows[i].first);
        if (rows[i].peripheral != NULL)
            *argument += rows[i].peripheral->first;
        return rows[i].peripheral;
    }
    return NULL;
}
