// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's monitor: what its files offer each other. All of it runs at EL3 with interrupts
 * masked, on any core, unless said otherwise.
 */
#ifndef TWIN_MONITOR_MONITOR_H
#define TWIN_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "twin/monitor/board.h"

/* The guest's general registers as a vector saved them (vectors.S). */
struct frame {
    uint64_t x[31];
    uint64_t unused;
};

/* Register 31 in an instruction's register field is the zero register. */
static inline uint64_t frame_get(const struct frame *frame, unsigned reg)
{
    return reg == 31 ? 0 : frame->x[reg];
}

static inline void frame_set(struct frame *frame, unsigned reg, uint64_t value)
{
    if (reg != 31)
        frame->x[reg] = value;
}

/* A 64-bit register's value with size bytes of it replaced. */
static inline uint64_t merge(uint64_t whole, uint64_t offset, unsigned size, uint64_t part)
{
    unsigned shift = (unsigned)(offset % 8) * 8;
    uint64_t mask = (size == 8 ? UINT64_MAX : (1ull << size * 8) - 1) << shift;

    return (whole & ~mask) | (part << shift & mask);
}

/* ---- monitor.c: cores, start ---- */

/* The number of the core that asks: Aff0 of the board's MPIDR. */
unsigned cpu_id(void);

/* The AM65x has two clusters of two: core n is Aff1 n / 2, Aff0 n % 2. */
static inline uint64_t cpu_affinity(unsigned cpu)
{
    return (uint64_t)(cpu >> 1) << 8 | (cpu & 1u);
}

/* The core with this affinity (Aff3 in bits 39:32, Aff2-Aff0 in 23:0), or -1. */
int cpu_of_affinity(uint64_t affinity);

/* Gives the EL1 of this core the state of a core out of reset, apart from its general registers. */
void cpu_reset_el1(void);
/* start.S */
noreturn void guest_enter(uint64_t entry, uint64_t x0);
noreturn void guest_enter_mode(uint64_t entry, uint64_t x0, uint64_t spsr);
extern const char el3_vectors[], el2_vectors[];
extern const char el3_stacks[]; /* stacks.h */
/* twin.ld: the ends of what is code, of what is not to be written, of all; whole pages. */
extern const char text_start[], text_end[], rodata_end[], image_end[];

/* ---- lock.c ---- */
struct lock {
    uint32_t taken;
};
void lock_take(struct lock *lock);
void lock_release(struct lock *lock);

/* ---- el3_mmu.c, stage2.c: build once on the boot core, enable on each ---- */
void el3_mmu_build(void);
void el3_mmu_enable(void);
void stage2_build(void);
void stage2_enable(void);
/* This core's view: the guest's memory, or what lies behind its caches (caches.c). */
void stage2_select(bool behind_caches);

/* ---- report.c: lines to tools/twin over the secure UART; %s %c %u %x (64 bits) ---- */
void report_init(void);
void report(const char *format, ...);
/* The guest's power-off: tools/twin ends with status. */
noreturn void report_exit(unsigned status);

/* ---- count.c: how often the guest accesses what, if tools/twin --count wants to know ---- */
bool counting(void);
void count_access(uint64_t address, bool write);
void count_register(bool write); /* a system register that trapped */
void count_report(void);
noreturn void report_reset(void);
/* The guest can't go on, or the twin can't. */
noreturn void die(const char *format, ...);

/* ---- events.c: what happened when, for tools/twin ---- */
/* The monitor's own events, besides the models' (enum am65x_event). */
enum monitor_event {
    EVENT_ACKNOWLEDGE = 64, /* AM65X_EVENT_OTHER: INTID */
    EVENT_END = 65,         /* INTID */
    EVENT_SGI = 66,         /* INTID; a bit for each core */
    EVENT_CORE = 67,        /* 1: on, 0: off */
};
static inline bool events_wanted(void)
{
    return parameters()->events != 0;
}
/* Adds a record for this core; size is at most EVENT_BYTES_MAX. With or without locks. */
#define EVENT_BYTES_MAX 64u
void event(unsigned kind, uint32_t subject, uint64_t first, uint64_t second, const void *bytes,
           size_t size);

/* ---- trap.c: from vectors.S ---- */
void trap_synchronous(struct frame *frame);
void trap_fiq(struct frame *frame);
noreturn void trap_bug(uint64_t lr, uint64_t sp); /* on a stack of its own */
/* The guest's pc at the trap being handled, for messages. */
uint64_t trap_pc(void);

/* ---- access.c: data aborts of the guest's ---- */
void data_abort(struct frame *frame, uint32_t iss);
/* One aligned access to what is no memory, of 1, 2, 4 or 8 bytes; reported where nothing answers.
 * false: nothing answers, and in this mood the bus says so. */
bool bus_access(uint64_t address, unsigned size, bool write, uint64_t *value);

/* ---- inject.c: back to the guest from a trap by way of EL2 ---- */
/* Behind the instruction. */
void guest_skip(void);
/* To EL1's vectors: an abort, of a class as if from a lower level (EC_*_LOWER). */
void guest_abort(uint32_t class, uint32_t iss, uint64_t far);
bool guest_at_el0(void);

/* ---- syndrome.c ---- */
/* The guest's A64 instruction at pc. false: it lies in no memory, or is AArch32's. */
bool syndrome_fetch(uint64_t pc, uint32_t *instruction);

/* ---- simd.S ---- */
void simd_get(unsigned reg, uint64_t value[2]);
void simd_set(unsigned reg, const uint64_t value[2]);

/* ---- sysreg_trap.c: traps of the GIC's CPU interface ---- */
void sysreg_trap(struct frame *frame, uint32_t iss);

/* ---- fast.c ---- */
/* This core's EL2 makes the simplest of these accesses itself (fast.S). */
void fast_init(void);

/* ---- gic.c ---- */
/* Priorities of the twin's own interrupts, above all that the non-secure world can have. */
#define PRIORITY_TIMER 0x00u /* first, so that it alone can be let through (lock.c) */
#define PRIORITY_MINE  0x40u
void gic_init(void);     /* the distributor, once */
void gic_cpu_init(void); /* this core's redistributor and CPU interface */
/* The guest turns this core on again: what it had set up there is gone. */
void gic_cpu_restart(void);
/* Sleeps until the guest has an interrupt pending on this core. Then the GIC, but for the twin's
 * own part, is as after a reset: distributor, redistributors, ITS. */
void gic_sleep(void);
void gic_lose_power(void);
/* No priority of the guest's is active on this core any more; what is active, stays. */
void gic_drop_priorities(void);
/* Handles the group-0 interrupt that is pending, if any. false: there was none. */
bool gic_service(void);
/* Wakes a core from WFI at EL3. */
void gic_wake(unsigned cpu);
/* A model's line changed. With the models' lock held. */
void gic_line(unsigned intid, bool high);
/* The models' lines, a bit for each INTID; of carriers (spi.h) always set. */
const uint32_t *gic_lines(void);
/* The board's GIC has acknowledged intid for the guest. Returns what the guest is told. */
uint64_t gic_acknowledged(uint64_t intid);
/* Accesses to the trapped pages of distributor and redistributors; false: no register is there. */
bool gicd_access(uint64_t offset, unsigned size, bool write, uint64_t *value);
bool gicr_access(uint64_t offset, unsigned size, bool write, uint64_t *value);

/* ---- its.c ---- */
void its_init(void);
void its_access(uint64_t offset, unsigned size, bool write, uint64_t *value);
void its_lose_power(void);
/* For tests: the ITS refuses `count` of the guest's commands, after the first `spare`; how often it
 * has. */
void its_inject_stall(uint32_t spare, uint32_t count);
uint32_t its_injected_stalls(void);
/* INT for (device, event), if the guest has enabled the ITS. */
void its_message(uint32_t device_id, uint32_t event_id);

/* ---- its_tables.c: with the ITS's lock held ---- */
void its_tables_init(void);
/* GITS_TYPER as the guest has it; a register that says what memory it names is like. */
uint64_t its_typer(void);
uint64_t memory_attributes(uint64_t value);
/* Whether a 64-bit register is GITS_BASER<n>; as the guest has it. */
bool its_is_baser(uint64_t offset);
uint64_t its_baser_read(uint64_t offset);
void its_baser_write(uint64_t offset, uint64_t value);
void its_tables_lose_power(bool on);
/* The guest is about to switch the ITS on. */
void its_tables_reload(void);
/* The ITS may read all of the guest's tables from now on. */
void its_tables_check(void);
/* Whether the ITS may have a command of the guest's, of four words; the ITS has carried it out. */
bool its_command_allowed(const uint64_t *command);
/* Gives the command the board's device id in place of the guest's. false: there is none for it. */
bool its_command_for_board(uint64_t *command);
void its_command_done(const uint64_t *command);
/* Before it is carried out, in the mood caches: what it leads to is read without snooping. */
void its_command_behind_caches(uint64_t *command);

/* ---- lpi.c ---- */
/* The guest's access to a core's GICR_CTLR, GICR_PROPBASER or GICR_PENDBASER, or another register
 * of the RD frame that is passed on as it is. */
uint64_t lpi_read(unsigned cpu, uint64_t reg, unsigned size);
void lpi_write(unsigned cpu, uint64_t reg, unsigned size, uint64_t value);
void lpi_lose_power(unsigned cpu);
/* GICD_TYPER as the guest has it, and how wide INTIDs are there. */
uint32_t lpi_gicd_typer(void);
unsigned lpi_id_bits(void);
/* A redistributor is told to read the property of an LPI, or of all. */
void lpi_check(uint32_t intid);
void lpi_check_all(void);

/* ---- left_overs.c ---- */
/* What a loader may leave behind, if the mood is such. The boot core, just before the guest. */
void left_overs(void);

/* ---- machine.c: the device models, one lock around all of them ---- */
void machine_init(void);
bool machine_read(uint64_t address, unsigned size, uint64_t *value);
bool machine_write(uint64_t address, unsigned size, uint64_t value);
/* Whether an R5F is in WFI. */
void machine_r5f_waits(unsigned core, bool waits);
void machine_tick(void);    /* this core's timer has fired */
void machine_console(void); /* the console has input */
void machine_net(void);     /* the network device has something to tell */
bool machine_inject(unsigned fault, uint64_t argument, uint32_t spare, uint32_t count);
bool machine_counter(unsigned counter, uint64_t *value);
void machine_end(void);        /* the guest powers off: what is left to tell */
void machine_lose_power(void); /* am65x_lose_interrupts(), am65x_lose_pcie() */
/* Runs function(argument) under the models' lock. */
void machine_locked(void (*function)(uint64_t argument), uint64_t argument);
/* Whether [address, address + size) is memory of the guest, whoever accesses it. */
bool guest_memory(uint64_t address, uint64_t size);
/* Whether the AM65x has DRAM there, if a board has that much. */
bool dram_window(uint64_t address);

/* ---- console.c: with the models' lock held ---- */
void console_init(void);
void console_put(unsigned uart, uint8_t byte);
/* Lines of an R5F are kept until a line of the A53s' ends, one without an end until no more of it
 * comes: when to look again, in ticks of the counter (UINT64_MAX: there are none); and looks if it
 * is then. */
uint64_t console_due(void);
void console_tell(void);
void console_end(void); /* all that is kept, whatever lock is held */
/* Hands input to the guest's UART as far as its FIFO takes it; whether some is left over. */
void console_feed(void);
bool console_holding(void);

/* ---- virtio_net.c: with the models' lock held ---- */
void virtio_net_init(void);
bool virtio_net_send(const void *frame, size_t length);
void virtio_net_interrupt(void);
/* Hands over what has come, as far as the models take it. true: to be called again, soon. */
bool virtio_net_feed(void);

/* ---- pcie.c: with the models' lock held ---- */
struct am65x_pcie_request;
void pcie_init(void);
void pcie_tell(void); /* what its devices were refused */
/* Of struct am65x_environment. */
bool pcie_request(void *context, struct am65x_pcie_request *request);
void pcie_port(void *context, unsigned controller, unsigned offset, uint32_t value);
void pcie_link(void *context, unsigned controller, bool up);
void pcie_windows(void *context, unsigned controller);

/* ---- psci.c ---- */
/* A guest's SMC. */
void smc(struct frame *frame);
/* Sleeps at EL3 until the guest turns this core on. */
noreturn void psci_park(void);
void psci_boot(void); /* marks this core, the first, as on */

#endif
