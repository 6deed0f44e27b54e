// SPDX-License-Identifier: BSD-3-Clause
/*
 * The pre-ITS window (AM65x TRM SPRUID7, "GIC-500", MSI support): a word written at offset
 * 4 x device id becomes the message (device id, event id = the word) to the ITS.
 */
#include "twin/models/models.h"

void pre_its_write(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)instance;
    model_its_message((uint32_t)(offset / 4), (uint32_t)value);
}
