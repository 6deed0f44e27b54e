// SPDX-License-Identifier: BSD-3-Clause
/*
 * A program of the Cortex-R5F that looks for a way past its MPU and out of its core: what a twin
 * that is made of another core, one instruction at a time, could let slip.
 */
#include <stdio.h>
#include <string.h>

#include "tests/guests/r5f/r5f.h"

#define STATUS(fsr) (((fsr)&0xfu) | ((fsr) >> 6 & 0x10u))
#define PERMISSION  0xdu

#define DATA        (BTCM + 0x3000u) /* of BTCM, above data, below the stacks */
#define GUARD       (DATA + 0x800u)
#define CODE        (MSRAM + 0x60000u)
#define CODE_GUARD  (CODE + 0x800u)
#define A32_BX_LR   0xe12fff1eu

void on_irq(void)
{
}

void on_fiq(void)
{
}

/* ---- accesses that reach into a guard ---- */

static uint32_t inside(void)
{
    uint32_t sum = 0;

    region_off(7);
    for (uint32_t at = GUARD; at < GUARD + 32; at += 4)
        sum |= read32(at);
    return sum;
}

static void set_guard(void)
{
    for (uint32_t at = GUARD - 64; at < GUARD + 64; at += 4)
        write32(at, 0);
    region(7, GUARD, 5, 0, ACCESS_NONE);
    taken.data = 0;
}

static void guarded(const char *what)
{
    uint32_t faults = taken.data, address = taken.dfar, left = inside();

    if (!check(what, faults == 1 && left == 0 && address >= GUARD - 2 && address < GUARD + 32))
        printf("  %u aborts, dfar 0x%08x, 0x%08x in the guard\n", (unsigned)faults,
               (unsigned)address, (unsigned)left);
}

static void check_straddling(void)
{
    uint32_t at;

    set_guard();
    write32(GUARD - 2, 0xffffffff);
    guarded("a word that is half in a guard");
    set_guard();
    __asm__ volatile("strh %1, [%0]\n nop" ::"r"(GUARD - 1), "r"(0xffff) : "memory");
    guarded("half a word");
    set_guard();
    at = GUARD - 8;
    __asm__ volatile("mvn r4, #0\n mov r5, r4\n mov r6, r4\n mov r7, r4\n stmia %0, {r4-r7}"
                     : "+r"(at)::"r4", "r5", "r6", "r7", "memory");
    guarded("STM up into a guard");
    set_guard();
    at = GUARD - 4;
    __asm__ volatile("mvn r4, #0\n mov r5, r4\n strd r4, r5, [%0]" ::"r"(at)
                     : "r4", "r5", "memory");
    guarded("STRD into a guard");
    set_guard();
    __asm__ volatile(
        "mvn r4, #0\n vmov d0, r4, r4\n vmov d1, r4, r4\n vstmia %0, {d0-d1}" ::"r"(GUARD - 8)
        : "r4", "d0", "d1", "memory");
    guarded("VSTM into a guard");
}

/* ---- code beside a guard that accesses it ---- */

/* Four bytes each. */
static const uint32_t store[] = {
    0xe5801000, /* str r1, [r0] */
    A32_BX_LR,
};

static void check_code_beside(void)
{
    void (*volatile run)(uint32_t, uint32_t) = (void (*)(uint32_t, uint32_t))(uintptr_t)CODE;

    memcpy((void *)(uintptr_t)CODE, store, sizeof(store));
    write_cp15(7, 0, 5, 0, 0);
    region(8, CODE_GUARD, 5, 0, ACCESS_NONE);
    set_guard();
    run(GUARD, 0xffffffff);
    guarded("code in a page with a guard writes to another guard");
    taken.data = 0;
    run(CODE_GUARD, 0xffffffff);
    region_off(8);
    check("code in a page with a guard writes to that one",
          taken.data == 1 && taken.dfar == CODE_GUARD && STATUS(taken.dfsr) == PERMISSION &&
              read32(CODE_GUARD) != 0xffffffff);
    taken.data = 0;
    write32(CODE_GUARD, 0);
    region(8, CODE_GUARD, 5, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT);
    run(CODE_GUARD, 0x1234);
    check("and to what it may", taken.data == 0 && read32(CODE_GUARD) == 0x1234);
    region(8, CODE_GUARD, 5, 0, ACCESS_READ_ONLY | ACCESS_EXECUTE_NOT);
    run(CODE_GUARD, 0x5678);
    check("but not to what it may only read", taken.data == 1 && read32(CODE_GUARD) == 0x1234);
    region_off(8);
}

/* ---- the debug registers ---- */

static void check_debug(void)
{
    void (*volatile run)(uint32_t, uint32_t) = (void (*)(uint32_t, uint32_t))(uintptr_t)CODE;
    static const uint32_t reads[] = {
        0xee101e10, /* mrc p14, 0, r1, c0, c0, 0: DBGDIDR */
        0xe5801000, /* str r1, [r0] */
        A32_BX_LR,
    };

    memcpy((void *)(uintptr_t)CODE, reads, sizeof(reads));
    write_cp15(7, 0, 5, 0, 0);
    region(8, CODE_GUARD, 5, 0, ACCESS_NONE);
    run(DATA, 0);
    check_value("DBGDIDR is a Cortex-R5's, and is read in a page with a guard too", read32(DATA),
                0x77040013);
    region_off(8);
    taken.undefined = 0;
    __asm__ volatile("mov r0, #0\n"
                     "mcr p14, 0, r0, c1, c0, 4\n" /* OSLAR */
                     "mcr p14, 0, r0, c0, c0, 4\n" /* DBGBVR0 */
                     "mcr p14, 0, r0, c0, c0, 5\n" /* DBGBCR0 */
                     "mcr p14, 0, r0, c0, c0, 7\n" /* DBGWCR0 */
                     "mcr p14, 0, r0, c0, c2, 2\n" ::
                         : "r0"); /* DBGDSCRext */
    check_value("breakpoints of the board's core can't be set", taken.undefined, 5);
}

/* ---- the end of memory ---- */

static void check_ends(void)
{
    uint32_t last = MSRAM + 0x80000 - 4;
    uint32_t (*volatile run)(uint32_t) = (uint32_t(*)(uint32_t))(uintptr_t)(last | 1);
    volatile uint16_t *code = (volatile uint16_t *)(uintptr_t)last;

    code[0] = 0x4603; /* mov r3, r0 */
    code[1] = 0xc802; /* ldmia r0!, {r1} */
    write_cp15(7, 0, 5, 0, 0);
    taken.prefetch = 0;
    run(PAD);
    if (!check("T32's LDM in the last half word of a memory",
               taken.prefetch == 1 && taken.ifar == last + 4))
        printf("  %u aborts, ifar 0x%08x, ifsr 0x%x\n", (unsigned)taken.prefetch,
               (unsigned)taken.ifar, (unsigned)taken.ifsr);
}

static uint32_t __attribute__((noinline, target("thumb"))) behind_short(uint32_t at)
{
    uint32_t count = 0;

    __asm__ volatile(".balign 4\n"
                     "mov r4, %1\n"
                     "stmia r4!, {r0, r1}\n"
                     "adds %0, #1\n"
                     "adds %0, #2\n"
                     "subs r4, #8\n"
                     "ldmia r4!, {r0, r1}\n"
                     "adds %0, #4\n"
                     "adds %0, #8\n"
                     "subs r4, #8\n"
                     "ldr r0, [r4]\n"
                     "adds %0, #16\n"
                     "str r0, [r4]\n"
                     "adds %0, #32\n"
                     "movs r1, #1\n"
                     "itt ne\n"
                     "ldmiane r4!, {r0, r1}\n"
                     "addne %0, #64\n"
                     : "+l"(count)
                     : "l"(at)
                     : "r0", "r1", "r4", "cc", "memory");
    return count;
}

/* ---- what only the board's core has ---- */

#define UNDEFINED(what, ...)                                                                       \
    do {                                                                                           \
        uint32_t before_ = taken.undefined;                                                        \
        __asm__ volatile(__VA_ARGS__ ::: "r0", "r1", "r2", "r3", "memory");                        \
        check_value(what " is undefined", taken.undefined, before_ + 1);                           \
    } while (0)

static void check_board(void)
{
    uint32_t value;

    __asm__ volatile("push {lr}\n mov lr, #0\n vmrs lr, fpsid\n mov %0, lr\n pop {lr}"
                     : "=r"(value)::"memory");
    check_value("FPSID comes into a banked register too", value, 0x41023153);
    UNDEFINED("HVC", ".inst 0xe1400070");
    UNDEFINED("DACR", "mcr p15, 0, r0, c3, c0, 0");
    UNDEFINED("PRRR", "mcr p15, 0, r0, c10, c2, 0");
    UNDEFINED("an SGI", "mcrr p15, 0, r0, r1, c12");
    UNDEFINED("HCR", "mrc p15, 4, r0, c1, c1, 0");
    UNDEFINED("a Hyp mode's register", ".inst 0xe10e0300"); /* mrs r0, elr_hyp */
    UNDEFINED("an SMC of another number", ".inst 0xe160007f");
}

/* ---- the monitor's page and tables ---- */

#define WINDOW      0x7ff00000u
#define WINDOW_PAGE 0x7ffff000u

static void check_window(void)
{
    taken.data = 0;
    write32(WINDOW_PAGE, 0);
    check("the monitor's page can't be written", taken.data == 1);
    taken.data = 0;
    (void)read32(WINDOW);
    write32(WINDOW, 0);
    check("its tables can't be read, nor written", taken.data == 2);
}

/* ---- devices, where no device of the SoC is, and beyond ---- */

/* What reaches from a device into a memory or a guard, with more registers than are left. */
static void check_reach(void)
{
    uint32_t at = ATCM_SOC - 8;

    taken.data = 0;
    __asm__ volatile("vldmia %0!, {d0-d15}"
                     : "+r"(at)::"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10",
                       "d11", "d12", "d13", "d14", "d15");
    check("VLDM from a device into a memory is refused, and its base is as before",
          taken.data == 1 && at == ATCM_SOC - 8);
    region(9, PAD + 32, 5, 0, ACCESS_NONE);
    taken.data = 0;
    at = PAD + 24;
    write32(PAD + 24, 1);
    __asm__ volatile("vmov d0, %1, %1\n vmov d1, %1, %1\n vstmia %0!, {d0-d1}"
                     : "+r"(at)
                     : "r"(0x66)
                     : "d0", "d1", "memory");
    check("VSTM from a device's registers into a guard writes none of them",
          taken.data == 1 && taken.dfar == PAD + 32 && STATUS(taken.dfsr) == PERMISSION &&
              at == PAD + 24 && read32(PAD + 24) == 1);
    region_off(9);
}

/* ---- endianness ---- */

static void check_big(void)
{
    uint32_t at = PAD, value;

    check_value("nothing behind T32's short accesses to a device is passed by", behind_short(PAD),
                127);
    write32(PAD, 0x11223344);
    __asm__ volatile("setend be\n ldr %0, [%1]\n udf #0\n ldmia %2!, {r4}\n setend le"
                     : "=&r"(value), "+r"(at)
                     : "r"(PAD)
                     : "r4");
    check_value("a device read by a big-endian", value, 0x44332211);
    write32(PAD + 4, 0x55667788);
    __asm__ volatile("setend be\n vldr d0, [%2]\n vstr d0, [%2, #8]\n setend le\n vmov %0, %1, d0"
                     : "=r"(value), "=r"(at)
                     : "r"(PAD)
                     : "d0", "memory");
    check("its double is the other way round, and goes back as it came",
          value == 0x88776655 && at == 0x44332211 && read32(PAD + 8) == 0x11223344 &&
              read32(PAD + 12) == 0x55667788);
}

int main(void)
{
    region(0, 0x00000000, 15, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(1, BTCM, 15, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT | ACCESS_NORMAL);
    region(2, MSRAM, 19, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(3, 0x40000000, 24, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT);
    region(4, 0x00100000, 20, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_MPU);
    check_straddling();
    check_code_beside();
    check_board();
    check_reach();
    check_big();
    check_debug();
    check_ends();
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) & ~SCTLR_MPU);
    check_window();
    return 0;
}
