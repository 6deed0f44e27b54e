// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers by name, and which of them may be read and written: "ring.304.occupancy",
 * "inta.16", "gicd.isenabler[2]".
 */
#ifndef APP_PROMPT_REGISTERS_H
#define APP_PROMPT_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum register_access {
    REGISTER_READ = 0x1, /* and reading it changes nothing */
    REGISTER_WRITE = 0x2,
};

/* One register, or `count` of them side by side. */
struct register_kind {
    const char *name;
    uint16_t offset;
    uint8_t width;  /* bytes: 4 or 8 */
    uint8_t access; /* REGISTER_* */
    uint16_t count; /* 0: one */
};

/* What a name stands for. */
struct register_place {
    uintptr_t block;                  /* the address of the block's instance */
    const struct register_kind *kind; /* NULL: all of the block's */
    unsigned element;                 /* of kind->count */
    const struct register_kind *kinds;
    size_t kind_count;
};

/* Looks a name up. NULL: found; else what is wrong with it, in words. Thread context. */
const char *registers_look_up(const char *name, struct register_place *place);

/* Whether [address, address + size) are registers with that access, all of them. Thread context. */
bool registers_allow(uint64_t address, uint64_t size, unsigned access);

/* For completion: the names of blocks; NULL after the last. */
const char *registers_block_name(unsigned index);

/* Prints the list of blocks with their registers. */
void registers_print(void);

#endif
