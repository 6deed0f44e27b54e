// SPDX-License-Identifier: BSD-3-Clause
/*
 * Loads and stores of all kinds to devices, as a Cortex-A53 makes or refuses them (Arm DDI 0487,
 * B2.7.2 "Device memory", C6.2; DDI 0500, 6.5.1 for exclusives), and instructions that are fetched
 * where there are none. Most of it with the MMU off: then all data is Device memory.
 */
#include "tests/guests/guest.h"

#define EC_FETCH       0x21u
#define EC_DATA        0x25u
#define IL             (1u << 25)
#define ISS_WNR        0x40u
#define FAULT_ALIGN    0x21u
#define FAULT_EXCL     0x35u
#define FAULT_EXTERNAL 0x10u
#define JTAGID_VALUE   0x1bb5a02fu

#define SCTLR_M        (1u << 0)
#define SCTLR_E0E      (1u << 24)
#define SCTLR_EE       (1u << 25)
#define CONTROL        "sctlr_el1"

/* Writes words that tell where they are; what they are. */
static void fill(void)
{
    for (unsigned i = 0; i < 32; i++)
        write32(PAD + 4 * i, 0x80010203 + 0x10101010 * i);
}

static uint64_t word(unsigned i)
{
    return (uint32_t)(0x80010203 + 0x10101010 * i);
}

static uint64_t two_words(unsigned i)
{
    return word(i) | word(i + 1) << 32;
}

/* ---- general registers ---- */

static void pairs_load(void)
{
    uint64_t a, b, base = PAD;

    __asm__ volatile("ldp %w0, %w1, [%2, #4]" : "=&r"(a), "=&r"(b) : "r"(base) : "memory");
    check("ldp of words", a == word(1) && b == word(2));
    __asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(base) : "memory");
    check("ldp", a == two_words(0) && b == two_words(2));
    __asm__ volatile("ldnp %0, %1, [%2, #16]" : "=&r"(a), "=&r"(b) : "r"(base) : "memory");
    check("ldnp", a == two_words(4) && b == two_words(6));
    __asm__ volatile("ldpsw %0, %1, [%2], #8" : "=&r"(a), "=&r"(b), "+r"(base) : : "memory");
    check("ldpsw extends the sign",
          a == (0xffffffff00000000 | word(0)) && b == (0xffffffff00000000 | word(1)));
    check_value("and moves its base afterwards", base, PAD + 8);
    __asm__ volatile("ldp %0, xzr, [%1, #-8]!" : "=&r"(a), "+r"(base) : : "memory");
    check("ldp moves its base before", a == two_words(0) && base == PAD);
}

static void pairs_store(void)
{
    uint64_t base = PAD;

    __asm__ volatile("stp %0, %1, [%2, #16]!"
                     :
                     : "r"(0x1122334455667788), "r"(2ull), "r"(base)
                     : "memory");
    check("stp", read32(PAD + 16) == 0x55667788 && read32(PAD + 20) == 0x11223344 &&
                     read32(PAD + 24) == 2 && read32(PAD + 28) == 0);
    __asm__ volatile("mov x9, sp\n mov sp, %0\n stp %w1, wzr, [sp], #16\n mov %0, sp\n mov sp, x9"
                     : "+r"(base)
                     : "r"(7)
                     : "x9", "memory");
    check("stp to the stack's pointer",
          base == PAD + 16 && read32(PAD) == 7 && read32(PAD + 4) == 0);
}

static void the_end_of_memory(void)
{
    uint64_t a, b, end = SRAM_BASE + 0x200000;

    write64(end - 8, 0x123456789abcdef0);
    __asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(end - 8) : "memory");
    check("a pair of which one half is memory", a == 0x123456789abcdef0 && b == 0);
}

/* ---- SIMD registers ---- */

static void simd_loads(void)
{
    uint64_t a, b, index = (uint64_t)-1;

    __asm__ volatile("movi v1.2d, #-1\n ldr b1, [%2]\n umov %0, v1.d[0]\n umov %1, v1.d[1]"
                     : "=r"(a), "=r"(b)
                     : "r"(PAD));
    check("ldr b", a == 0x03 && b == 0);
    __asm__ volatile("ldr h31, [%1, #2]\n umov %0, v31.d[0]" : "=r"(a) : "r"(PAD));
    check_value("ldr h", a, 0x8001);
    __asm__ volatile("ldr s7, [%1, %w2, sxtw #2]\n umov %0, v7.d[0]"
                     : "=r"(a)
                     : "r"(PAD + 4), "r"(index));
    check_value("ldr s, by an index", a, word(0));
    __asm__ volatile("ldur d3, [%1, #-8]\n umov %0, v3.d[0]" : "=r"(a) : "r"(PAD + 8));
    check_value("ldur d", a, two_words(0));
    __asm__ volatile("ldr q9, [%2, #16]\n umov %0, v9.d[0]\n umov %1, v9.d[1]"
                     : "=r"(a), "=r"(b)
                     : "r"(PAD));
    check("ldr q", a == two_words(4) && b == two_words(6));
    __asm__ volatile("ldp q1, q2, [%2]\n umov %0, v1.d[1]\n umov %1, v2.d[0]"
                     : "=r"(a), "=r"(b)
                     : "r"(PAD));
    check("ldp q", a == two_words(2) && b == two_words(4));
}

static void simd_structures(void)
{
    uint64_t a, b, base = PAD;

    __asm__ volatile("ld1 {v4.16b, v5.16b}, [%2], #32\n umov %0, v4.d[1]\n umov %1, v5.d[1]"
                     : "=&r"(a), "=&r"(b), "+r"(base));
    check("ld1", a == two_words(2) && b == two_words(6) && base == PAD + 32);
    base = PAD;
    __asm__ volatile(
        "movi v4.2d, #-1\n ld2 {v4.2s, v5.2s}, [%2], %3\n umov %0, v4.d[0]\n umov %1, v4.d[1]"
        : "=&r"(a), "=&r"(b), "+r"(base)
        : "r"(5ull));
    check("ld2 takes turns, clears a half, moves by a register",
          a == (word(0) | word(2) << 32) && b == 0 && base == PAD + 5);
    __asm__ volatile("movi v6.2d, #0\n ld1 {v6.s}[3], [%2]\n umov %0, v6.d[0]\n umov %1, v6.d[1]"
                     : "=&r"(a), "=&r"(b)
                     : "r"(PAD));
    check("ld1 of a lane", a == 0 && b == word(0) << 32);
    __asm__ volatile("ld1r {v6.4s}, [%2]\n umov %0, v6.d[0]\n umov %1, v6.d[1]"
                     : "=&r"(a), "=&r"(b)
                     : "r"(PAD));
    check("ld1r", a == (word(0) | word(0) << 32) && b == a);
    __asm__ volatile(
        "ld4 {v30.h, v31.h, v0.h, v1.h}[2], [%2]\n umov %0, v31.d[0]\n umov %1, v1.d[0]"
        : "=&r"(a), "=&r"(b)
        : "r"(PAD));
    check("ld4 of a lane",
          (a >> 32 & 0xffff) == word(0) >> 16 && (b >> 32 & 0xffff) == word(1) >> 16);
}

static void simd_stores(void)
{
    uint64_t base = PAD;

    __asm__ volatile("movi v2.16b, #0x5a\n str q2, [%0]" : : "r"(PAD + 32) : "memory");
    check("str q", read32(PAD + 32) == 0x5a5a5a5a && read32(PAD + 44) == 0x5a5a5a5a);
    __asm__ volatile("movi v2.16b, #1\n movi v3.16b, #2\n stp d2, d3, [%0], #16"
                     : "+r"(base)
                     :
                     : "memory");
    check("stp d",
          read32(PAD + 4) == 0x01010101 && read32(PAD + 8) == 0x02020202 && base == PAD + 16);
    __asm__ volatile("st2 {v2.4s, v3.4s}, [%0]" : : "r"(PAD) : "memory");
    check("st2", read32(PAD) == 0x01010101 && read32(PAD + 4) == 0x02020202 &&
                     read32(PAD + 28) == 0x02020202);
}

/* ---- what is refused ---- */

static void told(const char *name, uint64_t ec, uint64_t iss, uint64_t far)
{
    const struct faults *faults = guest_faults();

    check_value(name, faults->esr, ec << 26 | IL | iss);
    check("  once, with the address", faults->count == 1 && faults->far == far);
    guest_no_faults();
}

static void accesses_that_are_not_aligned(void)
{
    uint64_t a;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(a) : "r"(JTAGID + 1));
    told("ldr, not aligned", EC_DATA, FAULT_ALIGN, JTAGID + 1);
    __asm__ volatile("strh %w0, [%1]" : : "r"(0), "r"(PAD + 3));
    told("strh, not aligned", EC_DATA, FAULT_ALIGN | ISS_WNR, PAD + 3);
    __asm__ volatile("ldp %0, xzr, [%1]" : "=r"(a) : "r"(PAD + 4));
    told("ldp, not aligned", EC_DATA, FAULT_ALIGN, PAD + 4);
    __asm__ volatile("ldr q0, [%0]" : : "r"(PAD + 8));
    told("ldr q, aligned to a half of it", EC_DATA, FAULT_ALIGN, PAD + 8);
    __asm__ volatile("ldr %w0, [%1, #3]!" : "=&r"(a) : "r"(PAD));
    told("ldr that moves its base, not aligned", EC_DATA, FAULT_ALIGN, PAD + 3);
}

static void exclusives(void)
{
    uint64_t a = 0, status = 7;

    __asm__ volatile("ldxr %w0, [%1]" : "+r"(a) : "r"(PAD));
    told("ldxr", EC_DATA, FAULT_EXCL, PAD);
    __asm__ volatile("ldaxp %0, xzr, [%1]" : "+r"(a) : "r"(PAD));
    told("ldaxp", EC_DATA, FAULT_EXCL, PAD);
    __asm__ volatile("stxr %w0, %w1, [%2]" : "=&r"(status) : "r"(1), "r"(PAD) : "memory");
    check("stxr fails without a monitor, and changes nothing",
          status == 1 && guest_faults()->count == 0 && read32(PAD) == word(0));
    __asm__ volatile("ldar %w0, [%1]\n stlr %w0, [%2]"
                     : "=&r"(a)
                     : "r"(PAD), "r"(PAD + 4)
                     : "memory");
    check("ldar and stlr", a == word(0) && read32(PAD + 4) == word(0));
}

static void cache_blocks(void)
{
    __asm__ volatile("dc zva, %0" : : "r"(PAD + 64) : "memory");
    told("dc zva", EC_DATA, FAULT_ALIGN | ISS_WNR, PAD + 64);
    check_value("it zeroes nothing", read32(PAD + 64), word(16));
    __asm__ volatile("dc civac, %0\n prfm pldl1keep, [%0]" : : "r"(PAD) : "memory");
    check_value("other maintenance and prefetches do nothing", guest_faults()->count, 0);
}

static void fetches(void)
{
    static const uint64_t places[] = {UART_BASE, 0x05000000, THE_TWINS, GICD_BASE, 0xffffffff00};

    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        __asm__ volatile("blr %0" : : "r"(places[i]) : "x30", "memory");
        told("a call to where no memory is", EC_FETCH, FAULT_EXTERNAL, places[i]);
    }
}

/* ---- big endian ---- */

static void big_endian(void)
{
    uint64_t control = read_sysreg(CONTROL), a, b, c, d;

    write_sysreg(CONTROL, control | SCTLR_EE);
    __asm__ volatile("ldr %w0, [%4]\n ldrsh %1, [%5]\n ldp %w2, %w3, [%5]\n str %w6, [%5, #8]\n"
                     " strb %w6, [%5, #12]\n ldr q0, [%5, #16]"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d)
                     : "r"(JTAGID), "r"(PAD), "r"(0x11223344)
                     : "memory");
    write_sysreg(CONTROL, control);
    check_value("a load is swapped if EL1 is big endian", a, 0x2fa0b51b);
    check_value("a half", b, 0x0302);
    check("a pair, each for itself", c == 0x03020180 && d == 0x13121190);
    check_value("a store", read32(PAD + 8), 0x44332211);
    check_value("a byte is what it is", read32(PAD + 12) & 0xff, 0x44);
    __asm__ volatile("umov %0, v0.d[1]" : "=r"(a));
    check_value("all of a SIMD register", a, __builtin_bswap64(two_words(4)));
}

/* ---- AArch32 at EL0 ---- */

#define THUMB_AT_EL0 0x30u

static uint64_t run_thumb(const uint16_t *code, uint64_t spsr)
{
    uint64_t x[8] = {JTAGID};

    guest_run_at_el0((uintptr_t)code, spsr, x);
    check_value("a Thumb load", x[1], JTAGID_VALUE);
    return x[2];
}

static void thumb(void)
{
    /* ldr r1, [r0]; adds r2, #1; adds r2, #2; svc 0 */
    static const uint16_t plain[] = {0x6801, 0x3201, 0x3202, 0xdf00};
    /* cmp r3, r3; ite eq; ldreq r1, [r0]; addne r2, #1; adds r2, #2; svc 0 */
    static const uint16_t block[] = {0x429b, 0xbf0c, 0x6801, 0x3201, 0x3202, 0xdf00};
    /* ldr.w r1, [r0]; adds r2, #1; svc 0 */
    static const uint16_t wide[] = {0xf8d0, 0x1000, 0x3201, 0xdf00};

    check_value("of 16 bits goes on at the next", run_thumb(plain, THUMB_AT_EL0), 3);
    check_value("in an IT block, with the next one's condition", run_thumb(block, THUMB_AT_EL0), 2);
    check_value("of 32 bits goes on behind them", run_thumb(wide, THUMB_AT_EL0), 1);
}

/* ---- devices as Normal memory ---- */

static uint64_t table[512] __attribute__((aligned(4096)));

static void normal_memory(void)
{
    uint64_t a = 0, control = read_sysreg(CONTROL);

    for (unsigned i = 0; i < 4; i++)
        table[i] = (uint64_t)i << 30 | 0x701; /* a block of 1 GiB, attribute 0, inner shareable */
    write_sysreg("mair_el1", 0x44);           /* Normal, not cacheable */
    write_sysreg("tcr_el1", 0x200000019ull);  /* 39 bits, physical addresses of 40 */
    write_sysreg("ttbr0_el1", (uintptr_t)table);
    barrier();
    write_sysreg(CONTROL, control | SCTLR_M);
    __asm__ volatile("ldur %0, [%1]" : "=r"(a) : "r"(JTAGID - 3) : "memory");
    check_value("a load that is not aligned takes its bytes", a, (uint64_t)JTAGID_VALUE << 24);
    check_value("without a fault", guest_faults()->count, 0);
    __asm__ volatile("stur %w0, [%1]" : : "r"(0xa1b2c3d4), "r"(PAD + 0xa2) : "memory");
    check("and a store leaves them",
          (read32(PAD + 0xa0) >> 16) == 0xc3d4 && (read32(PAD + 0xa4) & 0xffff) == 0xa1b2);
    __asm__ volatile("ldp %0, xzr, [%1]" : "=r"(a) : "r"(THE_TWINS | 0x100000000) : "memory");
    told("a pair where nothing is mapped", EC_DATA, 0x5, THE_TWINS | 0x100000000);
    write_sysreg(CONTROL, control);
}

/* ---- over a page's end ---- */

static uint64_t middle[512] __attribute__((aligned(4096))),
    last[512] __attribute__((aligned(4096)));
static uint8_t page[4096] __attribute__((aligned(4096)));

#define PAGES UINT64_C(0xc0000000)
#define IN    (PAGES + 0x1000) /* where memory ends and the device begins */
#define OUT   (PAGES + 0x2000)

/* Three pages: memory, the device, the same memory; all of it Normal. */
static void map_pages(void)
{
    table[3] = (uintptr_t)middle | 3;
    middle[0] = (uintptr_t)last | 3;
    last[0] = last[2] = (uintptr_t)page | 0x703;
    last[1] = (PAD & ~UINT64_C(0xfff)) | 0x703;
    barrier();
    write_sysreg(CONTROL, read_sysreg(CONTROL) | SCTLR_M);
}

static void from_page_to_page(void)
{
    uint64_t a, base = OUT;

    map_pages();
    write64(IN - 8, 0xaabbccdd11223344);
    __asm__ volatile("ldur %0, [%1, #-4]" : "=r"(a) : "r"(IN) : "memory");
    check_value("a load from memory into a device", a, word(0) << 32 | 0xaabbccdd);
    __asm__ volatile("ldursh %0, [%1, #-1]" : "=r"(a) : "r"(IN) : "memory");
    check_value("of a half", a, 0x03aa);
    __asm__ volatile("stur %0, [%1, #-4]" : : "r"(0x5566778899aabbcc), "r"(IN) : "memory");
    check_value("a store: to memory", read64(IN - 8), 0x99aabbcc11223344);
    check_value("and to the device", read64(IN), word(1) << 32 | 0x55667788);
    write32(OUT - 4, 0x77665544);
    write64(OUT, 0xa1a2a3a4a5a6a7a8);
    __asm__ volatile("ldur %0, [%1, #-4]" : "=r"(a) : "r"(OUT) : "memory");
    check_value("a load from a device into memory", a, 0xa5a6a7a800000000 | read32(OUT - 4));
    __asm__ volatile("str %1, [%0, #-4]!" : "+r"(base) : "r"(0x0102030405060708) : "memory");
    check_value("a store likewise", read64(OUT), 0xa1a2a3a401020304);
    write_sysreg(CONTROL, read_sysreg(CONTROL) & ~(uint64_t)SCTLR_M);
}

/* A pair that begins in a device, and whose second half is translated by a table in another. */
static void a_table_in_a_device(void)
{
    uint64_t a, end = PAGES + 0x200000;

    last[511] = (PAD & ~UINT64_C(0xfff)) | 0x703;
    middle[1] = (GITS_BASE + 0x10000) | 3;
    map_pages();
    __asm__ volatile("ldp %0, xzr, [%1, #-8]" : "=r"(a) : "r"(end) : "memory");
    write_sysreg(CONTROL, read_sysreg(CONTROL) & ~(uint64_t)SCTLR_M);
    check("a pair whose second half has its table in a device is the guest's fault",
          guest_faults()->count == 1 && guest_faults()->far == end);
    guest_no_faults();
}

/* ---- step by step ---- */

#define EC_STEP    0x32u
#define MDSCR_SS   1u
#define SPSR_STEP  (1u << 21)
#define A64_AT_EL0 0x1c0u

static void steps(void)
{
    /* ldr w1, [x0]; nop; nop; svc #0 */
    static const uint32_t code[] = {0xb9400001, 0xd503201f, 0xd503201f, 0xd4000001};
    uint64_t x[8] = {JTAGID};

    write_sysreg("oslar_el1", 0);
    write_sysreg("mdscr_el1", MDSCR_SS);
    guest_run_at_el0((uintptr_t)code, A64_AT_EL0 | SPSR_STEP, x);
    write_sysreg("mdscr_el1", 0);
    check_value("a step", ESR_EC(guest_faults()->esr), EC_STEP);
    check_value("over a load from a device ends behind it", guest_faults()->elr,
                (uintptr_t)&code[1]);
    check_value("once", guest_faults()->count, 1);
    guest_no_faults();
    check_value("with what is there", x[1], JTAGID_VALUE);
}

int main(void)
{
    static void (*const tests[])(void) = {
        pairs_load,
        pairs_store,
        the_end_of_memory,
        simd_loads,
        simd_structures,
        simd_stores,
        accesses_that_are_not_aligned,
        exclusives,
        cache_blocks,
        fetches,
        big_endian,
        thumb,
        normal_memory,
        from_page_to_page,
        a_table_in_a_device,
        steps,
    };

    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        fill();
        tests[i]();
        check_value("no other exception", guest_faults()->count, 0);
        guest_no_faults();
    }
    return 0;
}
