// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PDMAs' threads, for psil.c's table.
 */
#ifndef TWIN_MODELS_PDMA_H
#define TWIN_MODELS_PDMA_H

#include "twin/models/psil.h"

extern const struct psil_peripheral pdma_uart_source, pdma_uart_destination;
extern const struct psil_peripheral pdma_mcu_uart_source, pdma_mcu_uart_destination;
extern const struct psil_peripheral pdma_mcasp_source, pdma_mcasp_destination;

#endif
