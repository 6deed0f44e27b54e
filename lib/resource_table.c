// SPDX-License-Identifier: BSD-3-Clause
/*
 * The resource table that each image of an R5F has. r5f.ld puts it where Linux expects it, and
 * tells how many entries there are.
 */
#include "lib/resource_table.h"

/* r5f.ld: the addresses of these symbols. */
extern uint8_t resource_count[], trace_text_start[], trace_text_size[];

__attribute__((used, section(".resource_table.head"))) struct resource_table resource_table = {
    .version = RESOURCE_TABLE_VERSION,
    .count = (uint32_t)resource_count,
    .offsets = {offsetof(struct resource_table, trace), sizeof(struct resource_table)},
    .trace =
        {
            .type = RESOURCE_TRACE,
            .address = (uint32_t)trace_text_start,
            .size = (uint32_t)trace_text_size,
            .name = "trace:r5f",
        },
};
