// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the small guests share that tell the twin from a board, or try to get out of it: a console,
 * TAP, exceptions that are noted down, cores, TI-SCI. Freestanding, at EL1, without an MMU.
 */
#ifndef TESTS_GUESTS_GUEST_H
#define TESTS_GUESTS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define UART_BASE UINT64_C(0x02800000)
#define GICD_BASE UINT64_C(0x01800000)
#define GITS_BASE UINT64_C(0x01820000)
#define GICR_BASE UINT64_C(0x01880000)
#define JTAGID    UINT64_C(0x43000014) /* reads as 0x1bb5a02f */
#define PAD       UINT64_C(0x0011c000) /* a register that remembers */
#define SRAM_BASE UINT64_C(0x70000000)
#define THE_TWINS UINT64_C(0x40200000) /* its code; no memory of a guest's */

#define read_sysreg(name)                                                                          \
    ({                                                                                             \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " name : "=r"(sysreg_value_) : : "memory");                      \
        sysreg_value_;                                                                             \
    })
#define write_sysreg(name, value)                                                                  \
    __asm__ volatile("msr " name ", %x0\n isb" : : "rZ"((uint64_t)(value)) : "memory")

static inline uint32_t read32(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void write32(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline uint64_t read64(uint64_t address)
{
    uint64_t value;

    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void write64(uint64_t address, uint64_t value)
{
    __asm__ volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline void write8(uint64_t address, uint32_t value)
{
    __asm__ volatile("strb %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline void barrier(void)
{
    __asm__ volatile("dsb sy\n isb" ::: "memory");
}

/* ---- TAP, on the console ---- */

bool check(const char *name, bool good);
/* The same, and tells the value if it is another. */
bool check_value(const char *name, uint64_t value, uint64_t wanted);
/* The plan, and off; the status is 0 if all was good. */
noreturn void guest_end(void);

/* ---- exceptions ---- */

struct frame {
    uint64_t x[31], elr, spsr;
};

/* What this core was told by the exceptions since guest_no_faults(). Each returns behind the
 * instruction; one of an instruction fetch to where that was called from. */
struct faults {
    unsigned count;
    uint64_t esr, far, elr, spsr; /* of the last one */
};
struct faults *guest_faults(void);
void guest_no_faults(void);
#define ESR_EC(esr)  ((esr) >> 26)
#define ESR_ISS(esr) ((esr)&0x1ffffff)

void guest_exception(struct frame *frame);
void guest_interrupt(struct frame *frame);
/* Called with the INTID that was acknowledged; has to end it. */
extern void (*volatile guest_on_interrupt)(uint64_t intid);

void guest_run_at_el0(uint64_t pc, uint64_t spsr, uint64_t x[8]);
noreturn void guest_leave_el0(struct frame *frame);

/* ---- cores ---- */

uint64_t smc(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);
#define PSCI_CPU_ON        0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
/* Has a core run function, and turn itself off afterwards. */
int64_t guest_core_on(uint64_t affinity, void (*function)(void));
void guest_wait_off(uint64_t affinity);
extern const char guest_secondary[];
unsigned guest_core(void);
/* So many microseconds. */
void guest_wait(uint64_t us);

/* ---- the GIC ---- */

void guest_gic_on(void);      /* the distributor */
void guest_gic_core_on(void); /* this core's interface */

/* ---- TI-SCI, host 12, whatever the thread ---- */

struct sci_message {
    uint8_t bytes[60];
};
void sci_put(struct sci_message *message, unsigned offset, unsigned size, uint64_t value);
/* Sends a request of this type and takes the answer; whether there was one, with an ACK. */
bool sci_call(unsigned type, struct sci_message *message);
/* RM_RING_CFG: a ring of the main Navigator with elements of 8 bytes; mode 0 exposed, 1 message. */
bool sci_ring(unsigned ring, uint64_t base, uint32_t count, unsigned mode);

int main(void);

#endif
