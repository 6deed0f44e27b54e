// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the twin adds to QEMU's plain `virt` (docs/performance.md): how long an end of an interrupt,
 * all of one, an interrupt of another core's, and a read of a device's register take. The same
 * guest for both, built with the addresses of either (VIRT); it takes its interrupts with IRQs
 * masked, by polling.
 *
 * Times are CNTVCT's, which follows the host. The least of many is printed, since a host has other
 * work too, and the median.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef VIRT
#define GICD        UINT64_C(0x08000000)
#define GICR        UINT64_C(0x080a0000)
#define UART_DATA   UINT64_C(0x09000000)
#define READ_STATUS UINT64_C(0x09000018) /* the UART's flags */
#define SMC         "hvc #0"
#else
#define GICD        UINT64_C(0x01800000)
#define GICR        UINT64_C(0x01880000)
#define UART_DATA   UINT64_C(0x02800000)
#define READ_STATUS UINT64_C(0x02800014)
#define SMC         "smc #0"
#endif

/* Arm IHI 0069, 12.9 to 12.11. */
#define GICD_CTLR         0x0u
#define GICD_CTLR_ON      0x12u /* ARE_NS, EnableGrp1A */
#define GICR_SIZE         0x20000u
#define GICR_WAKER        0x14u
#define GICR_WAKER_SLEEPS 0x2u
#define GICR_WAKER_ASLEEP 0x4u
#define GICR_SGI_BASE     0x10000u
#define GICR_IGROUPR0     0x80u
#define GICR_ISENABLER0   0x100u
#define INTID_NONE        1020u

#define PSCI_SYSTEM_OFF   UINT64_C(0x84000008)
#define PSCI_CPU_ON       UINT64_C(0xc4000003)
#define ROUNDS            1000u
#define WARM_UP           50u
#define SGI               1u

#define read_sysreg(name)                                                                          \
    ({                                                                                             \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " name : "=r"(sysreg_value_) : : "memory");                      \
        sysreg_value_;                                                                             \
    })
#define write_sysreg(name, value)                                                                  \
    __asm__ volatile("msr " name ", %x0\n isb" : : "rZ"((uint64_t)(value)) : "memory")

/* Of the GIC's CPU interface, as S<op0>_<op1>_<CRn>_<CRm>_<op2> (IHI 0069, 12.2). */
#define ICC_PMR     "S3_0_C4_C6_0"
#define ICC_IAR1    "S3_0_C12_C12_0"
#define ICC_EOIR1   "S3_0_C12_C12_1"
#define ICC_SRE     "S3_0_C12_C12_5"
#define ICC_IGRPEN1 "S3_0_C12_C12_7"
#define ICC_SGI1R   "S3_0_C12_C11_5"

extern void probe_second(void); /* start.S */
void main(void);
void second(void);

static uint64_t times[ROUNDS];
static volatile uint32_t taken; /* by the second core */
static volatile bool second_is_up;

static uint32_t read32(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static void write32(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static uint64_t call(uint64_t function, uint64_t first, uint64_t second_argument)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = first;
    register uint64_t x2 __asm__("x2") = second_argument;
    register uint64_t x3 __asm__("x3") = 0;

    __asm__ volatile(SMC : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}

static uint64_t now(void)
{
    __asm__ volatile("isb" : : : "memory");
    return read_sysreg("cntvct_el0");
}

/* ---- output ---- */

static void put(char character)
{
#ifndef VIRT
    while ((read32(READ_STATUS) & 0x20u) == 0) /* LSR.THRE */
        ;
#endif
    write32(UART_DATA, (uint8_t)character);
}

static void put_text(const char *text)
{
    while (*text != '\0') {
        put(*text++);
    }
}

static void put_number(uint64_t value)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count != 0) {
        put(digits[--count]);
    }
}

static void sort(void)
{
    for (unsigned i = 1; i < ROUNDS; i++) {
        uint64_t value = times[i];
        unsigned at = i;

        for (; at > 0 && times[at - 1] > value; at--) {
            times[at] = times[at - 1];
        }
        times[at] = value;
    }
}

/* In nanoseconds of `count` times the same. */
static void tell(const char *name, unsigned count)
{
    uint64_t frequency = read_sysreg("cntfrq_el0");

    sort();
    put_text(name);
    put(' ');
    put_number(times[0] * 1000000000u / frequency / count);
    put(' ');
    put_number(times[ROUNDS / 2] * 1000000000u / frequency / count);
    put('\n');
}

/* ---- the GIC ---- */

static void core_up(unsigned number)
{
    uint64_t frame = GICR + (uint64_t)number * GICR_SIZE;

    write32(frame + GICR_WAKER, read32(frame + GICR_WAKER) & ~GICR_WAKER_SLEEPS);
    while ((read32(frame + GICR_WAKER) & GICR_WAKER_ASLEEP) != 0)
        ;
    write32(frame + GICR_SGI_BASE + GICR_IGROUPR0, 0xffffffffu);
    write32(frame + GICR_SGI_BASE + GICR_ISENABLER0, 1u << SGI);
    write_sysreg(ICC_SRE, 7);
    write_sysreg(ICC_PMR, 0xff);
    write_sysreg(ICC_IGRPEN1, 1);
}

/* To core `number` of the first cluster. */
static void send(unsigned number)
{
    write_sysreg(ICC_SGI1R, (uint64_t)SGI << 24 | UINT64_C(1) << number);
}

static uint64_t acknowledge(void)
{
    uint64_t intid;

    do {
        intid = read_sysreg(ICC_IAR1);
    } while (intid >= INTID_NONE);
    return intid;
}

void second(void)
{
    core_up(1);
    second_is_up = true;
    for (;;) {
        uint64_t intid;

        __asm__ volatile("wfi" : : : "memory");
        intid = read_sysreg(ICC_IAR1);
        if (intid < INTID_NONE) {
            write_sysreg(ICC_EOIR1, intid);
            taken++;
        }
    }
}

/* ---- what is measured ---- */

static void measure_end(void)
{
    for (unsigned i = 0; i < ROUNDS + WARM_UP; i++) {
        uint64_t intid, start;

        send(0);
        intid = acknowledge();
        start = now();
        write_sysreg(ICC_EOIR1, intid);
        times[i % ROUNDS] = now() - start;
    }
    tell("EOI", 1);
}

/* What an end alone does not show: where the interrupt comes from, and its acknowledge. */
static void measure_whole(void)
{
    for (unsigned i = 0; i < ROUNDS + WARM_UP; i++) {
        uint64_t start = now();

        send(0);
        write_sysreg(ICC_EOIR1, acknowledge());
        times[i % ROUNDS] = now() - start;
    }
    tell("whole", 1);
}

static void measure_ipi(void)
{
    for (unsigned i = 0; i < ROUNDS + WARM_UP; i++) {
        uint32_t before = taken;
        uint64_t start = now();

        send(1);
        while (taken == before)
            ;
        times[i % ROUNDS] = now() - start;
    }
    tell("IPI", 1);
}

static void measure_read(void)
{
    for (unsigned i = 0; i < ROUNDS + WARM_UP; i++) {
        uint64_t start = now();

        (void)read32(READ_STATUS);
        times[i % ROUNDS] = now() - start;
    }
    tell("read", 1);
}

void main(void)
{
    write32(GICD + GICD_CTLR, GICD_CTLR_ON);
    core_up(0);
    measure_end();
    measure_whole();
    measure_read();
    if (call(PSCI_CPU_ON, 1, (uintptr_t)probe_second) == 0) {
        while (!second_is_up)
            ;
        measure_ipi();
    }
    put_text("done\n");
    (void)call(PSCI_SYSTEM_OFF, 0, 0);
    for (;;)
        ;
}
