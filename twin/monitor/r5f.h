// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MCU domain's Cortex-R5F (Arm DDI 0460, r1p3; ARMv7-R: Arm DDI 0406): one core of the board
 * more than the guest's A53s stands for each, an AArch32 guest at EL1.
 *
 *   r5f.c         start and stop, interrupt lines, what a core's traps lead to
 *   r5f_inject.c  exceptions that an R5F would have taken
 *   r5f_page.c    the page behind the board's vectors (VBAR_EL1)
 *   r5f_cp15.c    the system control coprocessor
 *   r5f_mpu.c     the MPU as stage 1; r5f_map.c the bus and the TCMs as stage 2
 *   r5f_cache.c   the data cache, in the mood caches
 *   r5f_access.c  accesses to devices
 *   r5f_decode.c  loads and stores without a syndrome
 */
#ifndef TWIN_MONITOR_R5F_H
#define TWIN_MONITOR_R5F_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "twin/models/am65x.h"
#include "twin/monitor/board.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

/* The exceptions, by their vectors' offsets. */
#define R5F_UNDEFINED       0x04u
#define R5F_PREFETCH_ABORT  0x0cu
#define R5F_DATA_ABORT      0x10u
#define R5F_IRQ             0x18u

/* Fault status of a PMSA core, bits 10 and 3:0 (DDI 0406, B5.4.2, table B5-9). */
#define PMSA_BACKGROUND     0x000u /* no region is there */
#define PMSA_ALIGNMENT      0x001u
#define PMSA_DEBUG          0x002u
#define PMSA_EXTERNAL       0x008u
#define PMSA_PERMISSION     0x00du
#define DFSR_WRITE          (1u << 11)

/* CPSR and SPSR of AArch32. */
#define CPSR_MODE_MASK      0x1fu
#define CPSR_MODE_USER      0x10u
#define CPSR_MODE_FIQ       0x11u
#define CPSR_MODE_IRQ       0x12u
#define CPSR_MODE_SVC       0x13u
#define CPSR_MODE_ABORT     0x17u
#define CPSR_MODE_UNDEFINED 0x1bu
#define CPSR_THUMB          (1u << 5)
#define CPSR_FIQ_MASK       (1u << 6)
#define CPSR_BIG            (1u << 9)

/* The registers of an AArch32 core as AArch64 sees them (Arm DDI 0487, D1.20.1). */
#define X_LR_ABORT          20u
#define X_LR_UNDEFINED      22u

#define R5F_REGIONS         16u
struct r5f_region {
    uint32_t base, size, access; /* DRBAR, DRSR, DRACR */
};

/* What of CP15 is not the A53's own. */
struct r5f_cp15 {
    uint32_t sctlr, actlr, cpacr, csselr, region_number, secondary_actlr, slave_port;
    uint32_t atcm, btcm; /* the TCM region registers */
    uint32_t plain[16];  /* registers that keep what is written, and nothing more */
    struct r5f_region regions[R5F_REGIONS];
};

#define SCTLR_MPU          (1u << 0)
#define SCTLR_ALIGNMENT    (1u << 1)
#define SCTLR_CACHE        (1u << 2)
#define SCTLR_HIGH_VECTORS (1u << 13)
#define SCTLR_BACKGROUND   (1u << 17)
#define SCTLR_VIM          (1u << 24) /* VE: the vector of an IRQ is the VIM's */
#define SCTLR_THUMB        (1u << 30)
#define TCM_ENABLE         (1u << 0)
#define TCM_SIZE_32K       (6u << 2)

/* What a core does in its page of the monitor's (r5f_page.c). */
enum r5f_step {
    R5F_RUNS,
    R5F_READS_SPSR,  /* of the exception just taken */
    R5F_WRITES_SPSR, /* before it returns from it */
    R5F_INJECTS,     /* an instruction that takes the exception to be had */
};

/* Mixed pages of one instruction: two that it lies in, two that its data lie in. */
#define R5F_SHOWN 4u

struct r5f {
    unsigned core;
    struct r5f_cp15 cp15;
    enum r5f_step step;
    uint32_t vector, spsr; /* of the exception at hand */
    uint64_t saved_x0;
    /* Of an exception to be injected. */
    uint32_t inject, inject_pc, inject_status, inject_address;
    /* To find a core that takes the same exception for ever. */
    uint32_t last_vector, last_pc, repeated;
    bool stepping; /* one instruction, past its mixed pages */
    struct {
        uint32_t address;
        bool execute;
    } shown[R5F_SHOWN]; /* for it, one after the other as it came upon them */
    unsigned shown_count;
    bool mpu_changed, map_changed;
    struct am65x_processor started; /* what it was started with */
};

/* ---- r5f.c ---- */
/* Whether the core that asks stands for an R5F; which one. */
static inline bool cpu_is_r5f(void)
{
    return cpu_id() >= parameters()->cpus;
}

void r5f_init(void); /* the boot core, once */
struct r5f *r5f_self(void);
void r5f_setup(void); /* EL2 of this core, once */
noreturn void r5f_main(void);
/* Sets the interrupt lines of a core, from any core. */
void r5f_interrupt(unsigned core, bool irq, bool fiq);
/* Starts, stops, halts a core, from any core. */
void r5f_control(unsigned core, const struct am65x_processor *control);
bool r5f_runs(unsigned core); /* and has neither crashed nor ended */
/* From trap.c, on such a core. */
void r5f_trap_from_el2(struct frame *frame);
void r5f_smc(struct frame *frame);
/* Before the core goes on: whether it still may, and its interrupt lines. */
void r5f_leave(void);
/* The guest goes on at pc with the same state; behind the instruction that trapped. */
void r5f_resume(uint64_t pc);
void r5f_skip(void);
/* It can't go on: says why, and stops for good. */
noreturn void r5f_crash(const struct frame *frame, uint32_t pc, const char *why);

/* ---- r5f_inject.c ---- */
/* At the instruction at hand (ELR_EL2). */
void r5f_inject_undefined(void);
void r5f_inject_abort(uint32_t vector, uint32_t status, uint32_t address);
/* An exception vector of the board's was taken; it comes to its end in the page. */
void r5f_exception(struct frame *frame, uint32_t vector);
void r5f_exception_known(struct frame *frame);
void r5f_return(struct frame *frame);

/* ---- r5f_page.c ---- */
#define R5F_WINDOW      0x7ff00000u /* of the guest's addresses, where an AM65x has nothing */
#define R5F_WINDOW_SIZE 0x00100000u
#define R5F_PAGE        0x7ffff000u
#define R5F_PAGE_RETURN 0x200u
#define R5F_PAGE_READ   0x204u
#define R5F_PAGE_WRITE  0x20cu
#define R5F_PAGE_UDF    0x214u
#define R5F_PAGE_BKPT   0x218u
#define R5F_PAGE_UDF_T  0x21cu
#define R5F_PAGE_BKPT_T 0x21eu
extern const uint32_t r5f_page[1024];
/* Where the board's exceptions go, for these of the guest's settings. */
uint32_t r5f_vbar(uint32_t sctlr);

/* ---- r5f_cp15.c ---- */
void r5f_cp15_reset(struct r5f *r5f);
/* MCR or MRC, as bits of the instruction; false: there is no such register. */
#define CP15(crn, opc1, crm, opc2)                                                                 \
    ((uint32_t)(crn) << 16 | (uint32_t)(opc1) << 21 | (uint32_t)(crm) | (uint32_t)(opc2) << 5)
#define CP15_REGISTER_MASK CP15(15, 7, 15, 7)
bool r5f_cp15_access(struct r5f *r5f, uint32_t reg, bool write, uint32_t *value);

/* ---- r5f_mpu.c ---- */
void r5f_mpu_build(struct r5f *r5f);
/* Whether the guest may; else *status is why not. */
bool r5f_mpu_allows(const struct r5f *r5f, uint32_t address, bool write, bool execute, bool user,
                    uint32_t *status);
/* The same for so many bytes; *address: of the first that it may not. */
bool r5f_mpu_allows_all(const struct r5f *r5f, uint32_t *address, uint32_t bytes, bool write,
                        bool user, uint32_t *status);
/* Whether all of a page is Normal memory, write-back, and the core's alone. */
bool r5f_mpu_write_back(const struct r5f *r5f, uint32_t page);
uint64_t r5f_mpu_tables(unsigned core); /* where the guest's IPAs of the window lead to */
#define R5F_MPU_TABLES_SIZE 0x44000u

/* ---- r5f_map.c ---- */
void r5f_map_build(struct r5f *r5f);
void r5f_map_enable(struct r5f *r5f);
/* A page whose parts have different permissions: each access to it traps. */
void r5f_map_mixed(struct r5f *r5f, uint32_t page);
void r5f_map_forget_mixed(struct r5f *r5f);
/* Shows such a page for data, or for instructions, beside those that are shown already; false:
 * there is none. And hides them all. */
bool r5f_map_show_mixed(struct r5f *r5f, uint32_t address, bool execute);
void r5f_map_hide_mixed(struct r5f *r5f);
/* In the mood caches memory is mapped when it is accessed. false: that is not why it trapped. */
bool r5f_map_on_access(struct r5f *r5f, uint32_t address);
/* Where the guest's address is in memory; false: it is no memory. */
bool r5f_map_memory(const struct r5f *r5f, uint32_t address, uint32_t size, uint64_t *at);

/* ---- r5f_cache.c: nothing happens but in the mood caches ---- */
void r5f_cache_init(void); /* the boot core, once */
/* A core out of reset: what is cached stays until the program invalidates it. */
void r5f_cache_reset(const struct r5f *r5f);
/* Where the core finds memory of all, once it is cached, if it is to be. */
uint64_t r5f_cache_view(const struct r5f *r5f, uint32_t address);
/* A write to CP15. false: it is no maintenance of the data cache. */
bool r5f_cache_maintenance(struct r5f *r5f, uint32_t reg, uint32_t value);
/* A device is about to access memory; reports what it misses, or what would be lost. */
void r5f_cache_device(uint64_t address, uint64_t size, bool write);

/* ---- r5f_access.c ---- */
void r5f_data_abort(struct r5f *r5f, struct frame *frame, uint32_t iss);
/* How many bytes the access at hand, which has come as far as `address`, has from there on. */
uint32_t r5f_bytes_from(const struct r5f *r5f, struct frame *frame, uint32_t iss, uint32_t address);
/* The guest's general register n, as its mode has it. */
uint64_t *r5f_register(struct frame *frame, uint32_t cpsr, unsigned n);

/* Where the VIM has the core go for the interrupt that is to be taken. */
uint32_t r5f_irq_vector(void);

/* ---- r5f_decode.c ---- */
#define R5F_ELEMENTS 32u     /* all words of the floating point registers */
#define R5F_T32_WIDE 0xe800u /* from here on a first half has a second one */
#define R5F_STATE    16u     /* CPSR, behind the registers */
#define R5F_VALUES   17u
struct r5f_operation {
    bool write, sign, writeback;
    bool floats, pairs; /* of floating point registers: S, and the halves of D */
    uint8_t size, count, base;
    uint8_t reg[R5F_ELEMENTS];
    uint32_t address, base_value;
};
/* registers[15] is the PC as the instruction reads it. false: none of those that are known. PC is
 * loaded alone or not at all. */
bool r5f_decode(uint32_t instruction, bool thumb, const uint32_t registers[R5F_VALUES],
                struct r5f_operation *op);
/* How many bytes it accesses from its lowest address on, also with floating point registers; 0: not
 * known. *lowest stays as it is for those that the registers here do not tell of (SRS). */
uint32_t r5f_extent(uint32_t instruction, bool thumb, const uint32_t registers[R5F_VALUES],
                    uint32_t *lowest);

#endif
