// SPDX-License-Identifier: BSD-3-Clause
/* What the R5F's test programs share: exceptions that are noted down, CP15, the twin's service,
 * TAP. */
#ifndef TESTS_GUESTS_R5F_R5F_H
#define TESTS_GUESTS_R5F_R5F_H

#include <stdbool.h>
#include <stdint.h>

#define ATCM     0x00000000u
#define ATCM_SOC 0x41000000u
#define BTCM     0x41010000u
#define MSRAM    0x41c00000u
#define TCM_SIZE 0x8000u
#define PAD      0x0011c000u /* registers that remember */

/* As start.S fills it. */
struct taken {
    volatile uint32_t undefined, undefined_lr;
    volatile uint32_t calls, calls_lr;
    volatile uint32_t prefetch, ifar, ifsr;
    volatile uint32_t data, dfar, dfsr, undefined_spsr;
};
extern struct taken taken;

#define read_cp15(crn, opc1, crm, opc2)                                                            \
    ({                                                                                             \
        uint32_t cp15_value_;                                                                      \
        __asm__ volatile("mrc p15, " #opc1 ", %0, c" #crn ", c" #crm ", " #opc2                    \
                         : "=r"(cp15_value_)                                                       \
                         :                                                                         \
                         : "memory");                                                              \
        cp15_value_;                                                                               \
    })
#define write_cp15(crn, opc1, crm, opc2, value)                                                    \
    __asm__ volatile("mcr p15, " #opc1 ", %0, c" #crn ", c" #crm ", " #opc2 "\n dsb\n isb"         \
                     :                                                                             \
                     : "r"((uint32_t)(value))                                                      \
                     : "memory")

#define SCTLR_MPU        (1u << 0)
#define SCTLR_ALIGNMENT  (1u << 1)
#define SCTLR_BACKGROUND (1u << 17)

#define TWIN_EXIT        0x86000003u
#define TWIN_LINES       0x86000004u
#define LINE_IRQ         1u
#define LINE_FIQ         2u

uint32_t service(uint32_t function, uint32_t first, uint32_t second);
void as_user(void (*function)(void));
void leave(void);
void on_irq(void);
void on_fiq(void);

bool check(const char *name, bool good);
bool check_value(const char *name, uint32_t value, uint32_t wanted);

/* A region of the MPU: size 2 to the power of `power`, subregions that are off, DRACR. */
void region(unsigned number, uint32_t base, unsigned power, uint32_t off, uint32_t access);
void region_off(unsigned number);
#define ACCESS_NONE        0x0000u
#define ACCESS_PRIVILEGED  0x0100u
#define ACCESS_USER_READS  0x0200u
#define ACCESS_FULL        0x0300u
#define ACCESS_READ_ONLY   0x0500u
#define ACCESS_EXECUTE_NOT 0x1000u
#define ACCESS_NORMAL      0x000bu

/* Four bytes each, as the handler of data aborts passes by. */
#ifdef __thumb__
#define LDR "ldr.w"
#define STR "str.w"
#else
#define LDR "ldr"
#define STR "str"
#endif

static inline uint32_t read32(uint32_t address)
{
    uint32_t value;

    __asm__ volatile(LDR " %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void write32(uint32_t address, uint32_t value)
{
    __asm__ volatile(STR " %0, [%1]" : : "r"(value), "r"(address) : "memory");
}

#endif
