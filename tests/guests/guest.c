// SPDX-License-Identifier: BSD-3-Clause
/*
 * See guest.h.
 */
#include "tests/guests/guest.h"

#define PSCI_SYSTEM_OFF 0x84000008u
#define OFF_STATUS      UINT64_C(0x4b334f4600000000)
#define CORES           4u
#define POLLS           1000000u

#define EC_SVC64        0x15u
#define EC_SVC32        0x11u
#define EC_FETCH_LOWER  0x20u
#define EC_FETCH        0x21u
#define EC_STEP_LOWER   0x32u
#define ESR_IL          (1u << 25)

#define GICD_CTLR       0x0000u
#define GICD_CTLR_NS    0x12u /* ARE_NS, EnableGrp1A */
#define ICC_IAR1        "S3_0_C12_C12_0"
#define ICC_PMR         "S3_0_C4_C6_0"
#define ICC_IGRPEN1     "S3_0_C12_C12_7"
#define INTID_SPECIAL   1020u

/* Host 12's threads: its answers, and its requests of low priority. */
#define DATA            UINT64_C(0x32c00000)
#define REAL_TIME       UINT64_C(0x32400000)
#define THREAD(n)       (0x1000u * (n))
#define ANSWERS         THREAD(11)
#define REQUESTS        THREAD(13)
#define WORDS           15u
#define FLAG_ACK        0x2u
#define HOST            12u

static unsigned checks, failures;
static struct faults faults[CORES];
void (*volatile guest_on_interrupt)(uint64_t intid);

/* ---- the console ---- */

static void put(char character)
{
    write32(UART_BASE, (uint8_t)character);
}

static void say(const char *text)
{
    while (*text != '\0')
        put(*text++);
}

static void say_number(uint64_t number, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    while (count != 0)
        put(digits[--count]);
}

bool check(const char *name, bool good)
{
    checks++;
    if (!good)
        failures++;
    say(good ? "ok " : "not ok ");
    say_number(checks, 10);
    say(" - ");
    say(name);
    put('\n');
    return good;
}

bool check_value(const char *name, uint64_t value, uint64_t wanted)
{
    bool good = check(name, value == wanted);

    if (!good) {
        say("  ---\n  message: 0x");
        say_number(value, 16);
        say(", not 0x");
        say_number(wanted, 16);
        say("\n  ...\n");
    }
    return good;
}

noreturn void guest_end(void)
{
    say("1..");
    say_number(checks, 10);
    put('\n');
    smc(PSCI_SYSTEM_OFF, OFF_STATUS | (failures != 0), 0, 0);
    for (;;)
        ;
}

/* ---- exceptions ---- */

unsigned guest_core(void)
{
    uint64_t affinity = read_sysreg("mpidr_el1");

    return (unsigned)((affinity >> 8 & 1) << 1 | (affinity & 1));
}

struct faults *guest_faults(void)
{
    return &faults[guest_core()];
}

void guest_no_faults(void)
{
    guest_faults()->count = 0;
}

void guest_exception(struct frame *frame)
{
    struct faults *told = guest_faults();
    uint64_t esr = read_sysreg("esr_el1");

    if (ESR_EC(esr) == EC_SVC64 || ESR_EC(esr) == EC_SVC32)
        guest_leave_el0(frame);
    told->count++;
    told->esr = esr;
    told->far = read_sysreg("far_el1");
    told->elr = frame->elr;
    told->spsr = frame->spsr;
    if (ESR_EC(esr) == EC_STEP_LOWER)
        write_sysreg("mdscr_el1", 0); /* one step is all */
    else if (ESR_EC(esr) == EC_FETCH || ESR_EC(esr) == EC_FETCH_LOWER)
        frame->elr = frame->x[30];
    else
        frame->elr += esr & ESR_IL ? 4 : 2;
}

void guest_interrupt(struct frame *frame)
{
    uint64_t intid = read_sysreg(ICC_IAR1);

    (void)frame;
    if (intid - INTID_SPECIAL >= 4 && guest_on_interrupt != NULL)
        guest_on_interrupt(intid);
}

/* ---- cores ---- */

uint64_t smc(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3)
{
    register uint64_t r0 __asm__("x0") = function;
    register uint64_t r1 __asm__("x1") = x1;
    register uint64_t r2 __asm__("x2") = x2;
    register uint64_t r3 __asm__("x3") = x3;

    __asm__ volatile("smc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "memory");
    return r0;
}

int64_t guest_core_on(uint64_t affinity, void (*function)(void))
{
    barrier();
    return (int64_t)smc(PSCI_CPU_ON, affinity, (uintptr_t)guest_secondary, (uintptr_t)function);
}

void guest_wait_off(uint64_t affinity)
{
    for (unsigned i = 0; i < POLLS && smc(PSCI_AFFINITY_INFO, affinity, 0, 0) != 1; i++)
        ;
}

void guest_wait(uint64_t us)
{
    uint64_t ticks = us * read_sysreg("cntfrq_el0") / 1000000u, start = read_sysreg("cntpct_el0");

    while (read_sysreg("cntpct_el0") - start < ticks)
        ;
}

/* ---- the GIC ---- */

void guest_gic_on(void)
{
    write32(GICD_BASE + GICD_CTLR, GICD_CTLR_NS);
}

void guest_gic_core_on(void)
{
    write_sysreg(ICC_PMR, 0xff);
    write_sysreg(ICC_IGRPEN1, 1);
}

/* ---- TI-SCI ---- */

void sci_put(struct sci_message *message, unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        message->bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t word_of(const struct sci_message *message, unsigned word)
{
    const uint8_t *bytes = &message->bytes[4 * word];

    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bool sci_call(unsigned type, struct sci_message *message)
{
    sci_put(message, 0, 2, type);
    sci_put(message, 2, 1, HOST);
    sci_put(message, 4, 4, FLAG_ACK);
    for (unsigned word = 0; word < WORDS; word++)
        write32(DATA + REQUESTS + 4 + 4 * word, word_of(message, word));
    for (unsigned i = 0; (read32(REAL_TIME + ANSWERS) & 0xff) == 0; i++)
        if (i == POLLS)
            return false;
    for (unsigned word = 0; word < WORDS; word++)
        sci_put(message, 4 * word, 4, read32(DATA + ANSWERS + 4 + 4 * word));
    return message->bytes[4] & FLAG_ACK;
}

bool sci_ring(unsigned ring, uint64_t base, uint32_t count, unsigned mode)
{
    struct sci_message message = {{0}};

    sci_put(&message, 8, 4, 0x1f); /* address, count, mode, size are valid */
    sci_put(&message, 12, 2, 187); /* the main Navigator's ring accelerator */
    sci_put(&message, 14, 2, ring);
    sci_put(&message, 16, 8, base);
    sci_put(&message, 24, 4, count);
    sci_put(&message, 28, 1, mode);
    sci_put(&message, 29, 1, 1); /* 8 bytes */
    return sci_call(0x1110, &message);
}
