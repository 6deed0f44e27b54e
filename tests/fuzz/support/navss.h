// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a guest of the models does, in words of their registers (AM65x TRM SPRUID7; TI-SCI
 * documentation): so that random input gets further than the first check.
 */
#ifndef TESTS_FUZZ_SUPPORT_NAVSS_H
#define TESTS_FUZZ_SUPPORT_NAVSS_H

#include <stdint.h>

#define NAVSS_DRAM_BASE 0x80000000ull
#define NAVSS_DRAM_SIZE 0x10000u

/* The DRAM that descriptors and rings lie in, as the host has it. */
extern uint8_t navss_dram[NAVSS_DRAM_SIZE];

/* How a register is written and read, and how time passes; the target's. */
struct navss_access {
    void (*write)(uint64_t address, unsigned size, uint64_t value);
    uint64_t (*read)(uint64_t address, unsigned size);
    void (*pass)(uint64_t ns);
};

/* Does one thing that the input chooses. */
void navss_do(const struct navss_access *access);

/* Fails if a ring of the models holds more than it has room for. */
void navss_check(void);

#endif
