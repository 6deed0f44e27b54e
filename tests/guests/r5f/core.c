// SPDX-License-Identifier: BSD-3-Clause
/*
 * A program of the Cortex-R5F, built as any is, with floating point and newlib: what it finds of
 * its core, its memories, its MPU, its interrupts.
 */
#include <stdio.h>
#include <string.h>

#include "tests/guests/r5f/r5f.h"

#define STATUS(fsr) (((fsr)&0xfu) | ((fsr) >> 6 & 0x10u))
#define BACKGROUND  0x0u
#define ALIGNMENT   0x1u
#define DEBUG       0x2u
#define PERMISSION  0xdu
#define WRITE       (1u << 11)

#define VARIABLES   (BTCM + 0x3000u) /* of BTCM, above data, below the stacks */
#define GUARD       (BTCM + 0x3820u)
#define SPARE_SRAM  (MSRAM + 0x60000u)
#define NOWHERE     0x60000000u

static volatile unsigned irqs, fiqs, order;
static volatile double in_irq;

void on_irq(void)
{
    irqs++;
    in_irq = in_irq * 1.5 + 1;
    order = order * 10 + 1;
    service(TWIN_LINES, 0, 0);
}

void on_fiq(void)
{
    fiqs++;
    order = order * 10 + 2;
    service(TWIN_LINES, 0, LINE_IRQ); /* IRQ stays up */
}

/* ---- the core ---- */

static void check_floating_point(void)
{
    char text[64];
    volatile double circle = 355.0, square = 2.0;
    double root;

    circle /= 113.0;
    __asm__("vsqrt.f64 %P0, %P1" : "=w"(root) : "w"(square));
    snprintf(text, sizeof(text), "%.6f %.6f %e", circle, root, 1e-30);
    check("printf has floating point", strcmp(text, "3.141593 1.414214 1.000000e-30") == 0);
}

static void check_identity(void)
{
    check_value("MIDR is a Cortex-R5 r1p3", read_cp15(0, 0, 0, 0), 0x411fc153);
    check_value("MPUIR has 16 regions", read_cp15(0, 0, 0, 4), 16u << 8);
    check_value("MPIDR is core 0", read_cp15(0, 0, 0, 5), 1u << 31);
    check_value("CTR", read_cp15(0, 0, 0, 1), 0x8003c003);
    check_value("TCMTR has one TCM of each", read_cp15(0, 0, 0, 2), 0x00010001);
    check_value("CCSIDR has 16 KiB in 4 ways", read_cp15(0, 1, 0, 0), 0xf00fe019);
    check_value("SCTLR after reset", read_cp15(1, 0, 0, 0), 0x00e50878);
    write_cp15(15, 0, 0, 0, 0x12345678);
    check_value("the secondary ACTLR keeps what is written", read_cp15(15, 0, 0, 0), 0x12345678);
    write_cp15(1, 0, 0, 1, 0x20);
    check_value("and ACTLR", read_cp15(1, 0, 0, 1), 0x20);
}

/* The DCC-like sequences that start-up code has. */
static void check_caches(void)
{
    uint32_t before = taken.undefined;

    write_cp15(15, 0, 5, 0, 0);          /* invalidate all data caches */
    write_cp15(7, 0, 5, 0, 0);           /* ICIALLU */
    write_cp15(7, 0, 5, 1, MSRAM);       /* ICIMVAU */
    write_cp15(7, 0, 5, 6, 0);           /* BPIALL */
    write_cp15(7, 0, 6, 1, SPARE_SRAM);  /* DCIMVAC */
    write_cp15(7, 0, 6, 2, 0);           /* DCISW */
    write_cp15(7, 0, 10, 1, SPARE_SRAM); /* DCCMVAC */
    write_cp15(7, 0, 10, 2, 0);          /* DCCSW */
    write_cp15(7, 0, 11, 1, SPARE_SRAM); /* DCCMVAU */
    write_cp15(7, 0, 14, 1, SPARE_SRAM); /* DCCIMVAC */
    write_cp15(7, 0, 14, 2, 0);          /* DCCISW */
    write_cp15(7, 0, 10, 4, 0);          /* DSB */
    write_cp15(7, 0, 10, 5, 0);          /* DMB */
    write_cp15(7, 0, 5, 4, 0);           /* ISB */
    check_value("maintenance of the caches is known", taken.undefined, before);
}

#define UNDEFINED(what, ...)                                                                       \
    do {                                                                                           \
        uint32_t before_ = taken.undefined;                                                        \
        __asm__ volatile(__VA_ARGS__ ::: "r0", "r1", "r2", "r3", "memory");                        \
        check_value(what " is undefined", taken.undefined, before_ + 1);                           \
    } while (0)

static void check_undefined(void)
{
    uint32_t before = taken.undefined;

    service(1, 0, 0);
    check_value("a monitor call is undefined", taken.undefined, before + 1);
    UNDEFINED("VBAR", "mcr p15, 0, r0, c12, c0, 0");
    UNDEFINED("TTBR0", "mrc p15, 0, r0, c2, c0, 0");
    UNDEFINED("TTBR0 as 64 bits", "mrrc p15, 0, r0, r1, c2");
    UNDEFINED("a TLB operation", "mcr p15, 0, r0, c8, c7, 0");
    UNDEFINED("a register that nobody has", "mrc p15, 3, r0, c6, c4, 5");
    UNDEFINED("a write to MIDR", "mcr p15, 0, r0, c0, c0, 0");
    UNDEFINED("the GIC's CPU interface", "mrc p15, 0, r0, c12, c12, 0");
    UNDEFINED("the generic timer", "mrc p15, 0, r0, c14, c2, 1");
    UNDEFINED("UDF", "udf #1");
    check("and the handler finds where, and in which mode",
          taken.undefined_lr - MSRAM < 0x40000 && (taken.undefined_spsr & 0x1f) == 0x13);
}

static uint32_t __attribute__((noinline, target("thumb"))) thumb_cp15(uint32_t odd)
{
    uint32_t value = 0, sum = 1;

    __asm__ volatile("tst %2, #1\n"
                     "ittet ne\n"
                     "mrcne p15, 0, %0, c6, c2, 0\n"
                     "addne %1, %1, #2\n"
                     "addeq %1, %1, #4\n"
                     "addne %1, %1, #8\n"
                     : "+r"(value), "+r"(sum)
                     : "r"(odd)
                     : "cc");
    return value + sum;
}

static uint32_t __attribute__((noinline, target("thumb"))) thumb_udf(void)
{
    uint32_t before = taken.undefined;

    __asm__ volatile("udf #1\n mrc p15, 0, r0, c2, c0, 0" ::: "r0", "memory");
    return taken.undefined - before;
}

static void check_thumb(void)
{
    write_cp15(6, 0, 2, 0, 9); /* RGNR, which no A53 has */
    check_value("T32 reads CP15 in an IT block", thumb_cp15(1), 9 + 11);
    check_value("and passes it by", thumb_cp15(2), 5);
    check_value("T32's undefined instructions are taken, of two bytes and of four", thumb_udf(), 2);
}

static void check_cycles(void)
{
    uint32_t before;

    write_cp15(9, 0, 12, 0, 0x5);        /* PMCR: enable, reset the cycle counter */
    write_cp15(9, 0, 12, 1, 0x80000000); /* PMCNTENSET */
    before = read_cp15(9, 0, 13, 0);
    for (volatile unsigned i = 0; i < 100000; i++)
        ;
    check("the cycle counter counts", read_cp15(9, 0, 13, 0) != before);
}

/* ---- memories ---- */

static void __attribute__((section(".atcm"), noinline)) in_atcm(volatile uint32_t *word)
{
    *word += 0x100;
}

static void check_memories(void)
{
    volatile uint32_t word = 5;
    uint32_t atcm = ATCM + TCM_SIZE - 8;
    void (*volatile function)(volatile uint32_t *) = in_atcm;

    write32(atcm, 0xa7c3a7c3);
    check_value("ATCM is at 0 and at the SoC's address", read32(ATCM_SOC + TCM_SIZE - 8),
                0xa7c3a7c3);
    write32(ATCM_SOC + TCM_SIZE - 8, 0x1234);
    check_value("both ways", read32(atcm), 0x1234);
    function(&word);
    check_value("code runs in ATCM, on data in BTCM", word, 0x105);
    write32(SPARE_SRAM, 0x55aa);
    check_value("MCU SRAM is there", read32(SPARE_SRAM), 0x55aa);
    write32(0x90000000, 0xddddaaaa);
    check_value("DRAM too", read32(0x90000000), 0xddddaaaa);
    write_cp15(9, 0, 1, 1, 0x00080001);
    check_value("ATCM can be moved", read32(0x00080000 + TCM_SIZE - 8), 0x1234);
    write_cp15(9, 0, 1, 1, 0x00000001);
    check_value("and its region register has its size", read_cp15(9, 0, 1, 1), 0x19);
}

/* ---- devices ---- */

static void check_devices(void)
{
    uint32_t at = PAD, a = 0x11111, b = 0x22222, c, d;

    __asm__ volatile("str %1, [%0], #4\n str %2, [%0], #4" : "+r"(at) : "r"(a), "r"(b) : "memory");
    check_value("stores with writeback reach a device", at, PAD + 8);
    __asm__ volatile("ldr %1, [%0, #-4]!\n ldr %2, [%0, #-4]!" : "+r"(at), "=&r"(c), "=&r"(d));
    check("and loads come back with it", at == PAD && c == b && d == a);
    __asm__ volatile("mov r4, #0x33\n mov r5, #0x44\n mov r6, #0x55\n stmia %0!, {r4-r6}"
                     : "+r"(at)
                     :
                     : "r4", "r5", "r6", "memory");
    check("STM", at == PAD + 12 && read32(PAD) == 0x33 && read32(PAD + 8) == 0x55);
    __asm__ volatile("ldmdb %2!, {%0, %1}" : "=r"(c), "=r"(d), "+r"(at));
    check("LDM", at == PAD + 4 && c == 0x44 && d == 0x55);
    __asm__ volatile("ldrd r4, r5, [%2]\n add %0, r4, r5\n strd r4, r5, [%2, #4]\n mov %1, r5"
                     : "=&r"(c), "=&r"(d)
                     : "r"(PAD)
                     : "r4", "r5", "memory");
    check("LDRD and STRD", c == 0x77 && read32(PAD + 4) == 0x33 && read32(PAD + 8) == 0x44);
    write32(PAD, 0x8081);
    at = PAD;
    __asm__ volatile("ldrsb %1, [%2], #1\n ldrsh %0, [%2, #-1]!" : "=&r"(c), "=&r"(d), "+r"(at));
    check("signed halves and bytes", c == 0xffff8081 && d == 0xffffff81 && at == PAD);
    taken.data = 0;
    (void)read32(PAD + 2);
    check("an access that is not aligned is refused",
          taken.data == 1 && STATUS(taken.dfsr) == ALIGNMENT && taken.dfar == PAD + 2);
}

/* Of floating point registers: the words are those of any store, one after the other. */
static void check_loads_of_floats(void)
{
    uint32_t at = PAD, a, b, c;

    for (uint32_t n = 0; n < 8; n++)
        write32(PAD + 4 * n, 0x101 * (n + 1));
    __asm__ volatile("vldr s1, [%2, #4]\n vmov s0, s1\n vldr s1, [%2, #8]\n vmov %0, %1, s0, s1"
                     : "=r"(a), "=r"(b)
                     : "r"(PAD)
                     : "s0", "s1");
    check("VLDR of a single", a == 0x202 && b == 0x303);
    __asm__ volatile("vldr d15, [%2, #-8]\n vmov %0, %1, d15"
                     : "=r"(a), "=r"(b)
                     : "r"(PAD + 12)
                     : "d15");
    check("VLDR of a double, at a word's address", a == 0x202 && b == 0x303);
    __asm__ volatile("vldmia %0!, {d3-d4}\n vmov r4, r5, d3\n vmov r6, r7, d4\n"
                     "add %1, r4, r5, lsl #16\n add %2, r6, r7, lsl #16"
                     : "+r"(at), "=&r"(a), "=&r"(b)
                     :
                     : "r4", "r5", "r6", "r7", "d3", "d4");
    check("VLDM, and its base", at == PAD + 16 && a == 0x02020101 && b == 0x04040303);
    __asm__ volatile("vldmdb %0!, {s5-s7}\n vmov %1, %2, s5, s6\n vmov %3, s7"
                     : "+r"(at), "=r"(a), "=r"(b), "=r"(c)
                     :
                     : "s5", "s6", "s7");
    check("VLDM down, of singles", at == PAD + 4 && a == 0x202 && b == 0x303 && c == 0x404);
}

static void check_stores_of_floats(void)
{
    uint32_t at = PAD + 20;

    __asm__ volatile(
        "vmov s8, %1\n vmov d5, %1, %2\n vstr s8, [%0]\n vstr d5, [%0, #20]" ::"r"(PAD), "r"(0x77),
        "r"(0x88)
        : "s8", "d5", "memory");
    check("VSTR", read32(PAD) == 0x77 && read32(PAD + 20) == 0x77 && read32(PAD + 24) == 0x88 &&
                      read32(PAD + 16) == 0x505);
    __asm__ volatile("vmov d6, %1, %2\n vmov d7, %2, %1\n vstmdb %0!, {d6-d7}\n"
                     : "+r"(at)
                     : "r"(0x99), "r"(0xaa)
                     : "d6", "d7", "memory");
    check("VSTM down, and its base", at == PAD + 4 && read32(PAD + 4) == 0x99 &&
                                         read32(PAD + 8) == 0xaa && read32(PAD + 12) == 0xaa &&
                                         read32(PAD + 16) == 0x99 && read32(PAD) == 0x77);
}

static void check_conditional_floats(void)
{
    uint32_t at = PAD + 4, sum = 0, loaded = 5;

    write32(at, 0x99);
    __asm__ volatile(".syntax unified\n"
                     "vmov s4, %2\n"
                     "cmp %1, #0\n"
                     "itete eq\n"
                     "vldmiaeq %0!, {s4}\n"
                     "vldmiane %0!, {s4}\n"
                     "addeq %1, %1, #1\n"
                     "addne %1, %1, #2\n"
                     "ittee ne\n"
                     "vldrne s4, [%0]\n"
                     "addne %1, %1, #4\n"
                     "vldreq s5, [%0]\n"
                     "addeq %1, %1, #8\n"
                     "vmov %2, s4\n"
                     : "+r"(at), "+r"(sum), "+r"(loaded)
                     :
                     : "s4", "s5", "cc");
    check("those whose condition holds, in an IT block too, and no others",
          at == PAD + 8 && sum == 9 && loaded == 0x99);
}

static bool faulted(uint32_t address, uint32_t status, uint32_t write);

/* Of words only LDR and STR may lie where they like (DDI 0406, A3.2.1), and to devices neither. The
 * base is as before then. */
static void check_devices_unaligned(void)
{
    uint32_t at = PAD + 2;

    taken.data = 0;
    __asm__ volatile("vldr s0, [%0]" ::"r"(at) : "s0");
    check("VLDR that is not aligned", faulted(PAD + 2, ALIGNMENT, 0));
    __asm__ volatile("vstmia %0!, {d0}" : "+r"(at)::"memory");
    check("VSTM", faulted(PAD + 2, ALIGNMENT, WRITE) && at == PAD + 2);
    __asm__ volatile("vldmdb %0!, {d0}" : "+r"(at)::"d0");
    check("VLDM down", faulted(PAD - 6, ALIGNMENT, 0) && at == PAD + 2);
    __asm__ volatile("ldrd r4, r5, [%0, #4]!" : "+r"(at)::"r4", "r5");
    check("LDRD", faulted(PAD + 6, ALIGNMENT, 0) && at == PAD + 2);
    __asm__ volatile("stmdb %0!, {r4, r5}" : "+r"(at)::"memory");
    check("STM", faulted(PAD - 6, ALIGNMENT, WRITE) && at == PAD + 2);
    __asm__ volatile("ldr r4, [%0, #4]!" : "+r"(at)::"r4");
    check("LDR with writeback", faulted(PAD + 6, ALIGNMENT, 0) && at == PAD + 2);
    __asm__ volatile("strh r4, [%0, #1]!" : "+r"(at)::"memory");
    check("STRH", faulted(PAD + 3, ALIGNMENT, WRITE) && at == PAD + 2);
    __asm__ volatile(".syntax unified\n cmp %0, %0\n it ne\n vldrne s0, [%0]" ::"r"(at)
                     : "s0", "cc");
    check_value("one whose condition does not hold has no fault", taken.data, 0);
}

#ifdef __thumb__
#define T_BIT 1u
#else
#define T_BIT 0u
#endif

/* A jump through a device's register, as through a vector of an interrupt controller. */
static uint32_t __attribute__((noinline)) jump_through(uint32_t at)
{
    uint32_t way;

    __asm__ volatile(".syntax unified\n"
                     "adr r4, 1f\n"
                     "orr r4, r4, %2\n"
                     "str r4, [%1]\n"
                     "mov %0, #1\n"
                     "ldr pc, [%1]\n"
                     "mov %0, #2\n"
                     ".balign 4\n"
                     "1: add %0, %0, #4\n"
                     "adr r4, 2f\n"
                     "orr r4, r4, %2\n"
                     "str r4, [%1, #4]\n"
                     "ldr pc, [%1, #4]!\n"
                     "mov %0, #2\n"
                     ".balign 4\n"
                     "2: add %0, %0, #8\n"
                     : "=&r"(way), "+&r"(at)
                     : "i"(T_BIT)
                     : "r4", "memory");
    return way + at - PAD;
}

/* ---- the MPU ---- */

static bool faulted(uint32_t address, uint32_t status, uint32_t write)
{
    bool good = taken.data == 1 && taken.dfar == address && STATUS(taken.dfsr) == status &&
                (taken.dfsr & WRITE) == write;

    if (!good)
        printf("  %u aborts, dfar 0x%08x, dfsr 0x%08x\n", (unsigned)taken.data,
               (unsigned)taken.dfar, (unsigned)taken.dfsr);
    taken.data = 0;
    return good;
}

static bool fetch_faulted(uint32_t address, uint32_t status)
{
    bool good = taken.prefetch == 1 && taken.ifar == address && STATUS(taken.ifsr) == status;

    if (!good)
        printf("  %u aborts, ifar 0x%08x, ifsr 0x%08x\n", (unsigned)taken.prefetch,
               (unsigned)taken.ifar, (unsigned)taken.ifsr);
    taken.prefetch = 0;
    return good;
}

static void call(uint32_t address)
{
    void (*volatile function)(void) = (void (*)(void))(uintptr_t)address;

    function();
}

static uint32_t user_reads, user_value;

static void user_read(void)
{
    user_value = read32(user_reads);
}

static void user_write(void)
{
    write32(user_reads, 1);
}

static void user_cp15(void)
{
    (void)read_cp15(0, 0, 0, 0);
}

static void mpu_on(void)
{
    region(0, 0x00000000, 15, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(1, BTCM, 15, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT | ACCESS_NORMAL);
    region(2, MSRAM, 19, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(3, 0x40000000, 24, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_MPU);
}

static void check_regions(void)
{
    write32(SPARE_SRAM, 0xe12fff1e); /* bx lr */
    region(4, SPARE_SRAM, 12, 0, ACCESS_READ_ONLY | ACCESS_NORMAL);
    write32(SPARE_SRAM + 4, 1);
    check("a write to what is read-only", faulted(SPARE_SRAM + 4, PERMISSION, WRITE));
    check_value("which it is", read32(SPARE_SRAM), 0xe12fff1e);
    call(SPARE_SRAM);
    check("code runs there", taken.prefetch == 0);
    region(5, SPARE_SRAM, 12, 0, ACCESS_FULL | ACCESS_EXECUTE_NOT | ACCESS_NORMAL);
    write32(SPARE_SRAM + 4, 2);
    check("the region with the higher number wins", taken.data == 0);
    call(SPARE_SRAM);
    check("execution of data", fetch_faulted(SPARE_SRAM, PERMISSION));
    region_off(5);
    write32(SPARE_SRAM + 4, 3);
    check("and is gone again", faulted(SPARE_SRAM + 4, PERMISSION, WRITE));
    (void)read32(NOWHERE);
    check("a read where no region is", faulted(NOWHERE, BACKGROUND, 0));
    write32(NOWHERE + 4, 0);
    check("a write there", faulted(NOWHERE + 4, BACKGROUND, WRITE));
    call(0x90000000);
    check("a jump there", fetch_faulted(0x90000000, BACKGROUND));
    (void)read32(PAD);
    check("a device there", faulted(PAD, BACKGROUND, 0));
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_BACKGROUND);
    (void)read32(PAD);
    check("the background region has it", taken.data == 0);
    call(0x90000000);
    check("but no code in DRAM", fetch_faulted(0x90000000, PERMISSION));
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) & ~SCTLR_BACKGROUND);
    region(6, PAD, 5, 0, ACCESS_READ_ONLY | ACCESS_EXECUTE_NOT);
    (void)read32(PAD + 4);
    check("a device's 32 bytes can be read", taken.data == 0);
    write32(PAD + 4, 1);
    check("and not written", faulted(PAD + 4, PERMISSION, WRITE));
    (void)read32(PAD + 32);
    check("and not those behind them", faulted(PAD + 32, BACKGROUND, 0));
}

static void check_parts(void)
{
    uint32_t low = GUARD - 32, value;

    for (uint32_t at = VARIABLES; at < VARIABLES + 0x1000; at += 4)
        write32(at, at);
    region(7, GUARD, 5, 0, ACCESS_NONE);
    check_value("a word below a guard of 32 bytes", read32(GUARD - 4), GUARD - 4);
    write32(GUARD, 1);
    check("the guard's first word", faulted(GUARD, PERMISSION, WRITE));
    (void)read32(GUARD + 28);
    check("its last", faulted(GUARD + 28, PERMISSION, 0));
    write32(GUARD + 32, 7);
    check_value("a word above it", read32(GUARD + 32), 7);
    __asm__ volatile("ldmia %1, {r4-r7}\n add %0, r4, r7"
                     : "=r"(value)
                     : "r"(low)
                     : "r4", "r5", "r6", "r7");
    check_value("many words below it", value, 2 * low + 12);
    region_off(7);
    region(8, VARIABLES, 12, 0x0f, ACCESS_READ_ONLY | ACCESS_EXECUTE_NOT | ACCESS_NORMAL);
    write32(VARIABLES + 0x7fc, 8);
    check("subregions that are off are not there", taken.data == 0);
    write32(VARIABLES + 0x800, 8);
    check("those that are on are", faulted(VARIABLES + 0x800, PERMISSION, WRITE));
    region_off(8);
    region_off(4);
    write32(SPARE_SRAM + 0x100, 0xe1200070); /* bkpt */
    write32(SPARE_SRAM + 0x104, 0xe12fff1e); /* bx lr */
    region(7, SPARE_SRAM + 0x200, 5, 0, ACCESS_NONE);
    taken.prefetch = 0;
    call(SPARE_SRAM + 0x104);
    check("code beside a guard runs", taken.prefetch == 0);
    call(SPARE_SRAM + 0x100);
    check("and has its breakpoint", fetch_faulted(SPARE_SRAM + 0x100, DEBUG));
    call(SPARE_SRAM + 0x200);
    check("the guard is no code", fetch_faulted(SPARE_SRAM + 0x200, PERMISSION));
    region_off(7);
}

static void check_user(void)
{
    region(9, SPARE_SRAM + 0x1000, 12, 0, ACCESS_PRIVILEGED | ACCESS_NORMAL);
    write32(SPARE_SRAM + 0x1000, 0xabc);
    user_reads = SPARE_SRAM + 0x1000;
    as_user(user_read);
    check("User mode can't read what is privileged", faulted(user_reads, PERMISSION, 0));
    region(9, SPARE_SRAM + 0x1000, 12, 0, ACCESS_USER_READS | ACCESS_NORMAL);
    as_user(user_read);
    check("it can what it may read", taken.data == 0 && user_value == 0xabc);
    as_user(user_write);
    check("but not write", faulted(user_reads, PERMISSION, WRITE));
    taken.undefined = 0;
    as_user(user_cp15);
    check_value("CP15 is undefined for it", taken.undefined, 1);
}

static void check_mpu(void)
{
    taken.data = taken.prefetch = 0;
    call(0x90000000);
    check("without the MPU, no code in DRAM", fetch_faulted(0x90000000, PERMISSION));
    mpu_on();
    check_regions();
    check_parts();
    check_user();
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) & ~SCTLR_MPU);
    write32(SPARE_SRAM + 4, 4);
    (void)read32(PAD);
    check("without it all can be written again", taken.data == 0 && read32(SPARE_SRAM + 4) == 4);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_ALIGNMENT);
    taken.data = 0;
    (void)read32(SPARE_SRAM + 5);
    check("SCTLR.A", faulted(SPARE_SRAM + 5, ALIGNMENT, 0));
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) & ~SCTLR_ALIGNMENT);
    (void)read32(SPARE_SRAM + 5);
    check("without it words lie where they like", taken.data == 0);
    taken.prefetch = 0;
    write32(SPARE_SRAM, 0xe1200070); /* bkpt */
    call(SPARE_SRAM);
    check("a breakpoint is a prefetch abort", taken.prefetch == 1 && STATUS(taken.ifsr) == DEBUG);
}

/* ---- interrupts ---- */

static void check_interrupts(void)
{
    volatile float before = 1.25f, sum = 0;

    service(TWIN_LINES, 0, LINE_IRQ);
    check_value("an IRQ that is masked waits", irqs, 0);
    __asm__ volatile("wfi"); /* it is pending: this ends at once */
    __asm__ volatile("cpsie i\n nop\n nop");
    check_value("and is taken then, once", irqs, 1);
    for (unsigned i = 0; i < 1000; i++) {
        sum += before;
        service(TWIN_LINES, 0, LINE_IRQ);
    }
    check("a thousand of them", irqs == 1001 && sum == 1250.0f);
    order = 0;
    __asm__ volatile("cpsie f");
    service(TWIN_LINES, 0, LINE_IRQ | LINE_FIQ);
    check_value("FIQ is first", order, 21);
    check_value("and came once", fiqs, 1);
    __asm__ volatile("svc #0" ::: "lr");
    check_value("a supervisor call arrives", taken.calls != 0, true);
}

int main(void)
{
    check_floating_point();
    check_identity();
    check_caches();
    check_undefined();
    check_thumb();
    check_cycles();
    check_memories();
    check_devices();
    check_loads_of_floats();
    check_stores_of_floats();
    check_conditional_floats();
    check_devices_unaligned();
    check_value("LDR of the PC", jump_through(PAD), 13 + 4);
    check_interrupts();
    check_mpu();
    return 0;
}
