// SPDX-License-Identifier: BSD-3-Clause
/*
 * The machine that host tests run on: the device models, a virtual clock, cores that are threads,
 * and interrupts.
 *
 * Time is virtual. It moves a little with every register access and every look at the clock, and
 * jumps to the next thing that is due when every core waits (wait_for(), delay_us(), smp_join()).
 * So tests need no real time, and a test with one core takes the same course on every run.
 *
 * A core is a thread: the main thread is core 0, smp_start() makes the others. Threads made in
 * another way are not known to the clock; do not use them.
 *
 * An interrupt is taken where a core's IRQs are unmasked and it accesses a register, looks at the
 * clock, waits, unmasks IRQs, or calls the GIC. An interrupt for a core that has no thread is taken
 * by the next thread that does one of these, under that core's number.
 *
 * DMA addresses are host pointers. An access of a bus master to memory that the address sanitizer
 * calls not addressable, or below HOST_MEMORY_BASE, is answered with "nothing there".
 */
#ifndef TESTS_HOST_SUPPORT_HOST_H
#define TESTS_HOST_SUPPORT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#define HOST_MEMORY_BASE 0x100000000ull
#define HOST_MEMORY_SIZE 0xfffe00000000ull

/* Everything as after power-on: models reset, no interrupt controller, no handlers, four cores.
 * Call it first in every test's setup. Time goes on. */
void host_reset(void);

/* As host_reset(), with other numbers than 4 cores and INTIDs below 256. */
void host_reset_with(unsigned cores, uint32_t intid_limit);
uint32_t host_intid_limit(void);

/* From now to the next reset, registers are accessed as core 0 of the MCU domain's R5Fs sees them.
 */
void host_be_r5f(bool r5f);

/* For tests without a GIC: handler(intid) runs in interrupt context, on core 0, for each line that
 * is high, again and again while it stays high. NULL: lines are ignored. */
void host_set_line_handler(void (*handler)(unsigned intid));

/* Lets time pass, taking interrupts as they come. Thread context. */
void host_advance_us(uint64_t microseconds);

/* Sees every register write before the models do. NULL: nobody. Reset takes it away. */
void host_set_write_observer(void (*observer)(uintptr_t address, unsigned size, uint64_t value));

/* Registers that no device model has, but a test: accesses to [base, base + size) go to it. NULL:
 * there are none. Reset takes them away. */
struct host_registers {
    uintptr_t base;
    uint64_t size;
    uint64_t (*read)(uintptr_t address, unsigned size);
    void (*write)(uintptr_t address, unsigned size, uint64_t value);
};
void host_set_registers(const struct host_registers *registers);

/* What is plugged into PCI Express controller 0 (struct am65x_environment) at the next reset, and
 * at that one only; NULL: nothing. */
struct am65x_pcie_request;
void host_plug_in(bool (*request)(void *context, struct am65x_pcie_request *request),
                  void (*port)(void *context, unsigned controller, unsigned offset,
                               uint32_t value));

/* Runs function(argument) as if in interrupt context of the calling core. */
void host_run_in_interrupt(void (*function)(void *argument), void *argument);

/* Runs function(argument) in thread context of another core, or in its interrupt context, in the
 * middle of whatever this thread does. The core must have no thread of its own. */
void host_run_as_core(unsigned core, void (*function)(void *argument), void *argument);
void host_interrupt_core(unsigned core, void (*function)(void *argument), void *argument);

/* What the interrupt controller stand-in (gic_host.c) hooks into. line() may be called with the
 * models' lock held: it only takes note. take() runs the handlers of what is pending for core. */
struct host_interrupt_controller {
    void (*line)(unsigned intid, bool high);
    void (*its_message)(uint32_t device_id, uint32_t event_id);
    bool (*pending)(unsigned core);
    void (*take)(unsigned core);
};
void host_set_interrupt_controller(const struct host_interrupt_controller *controller);

/* Takes what is pending if IRQs are unmasked; wakes waiting cores to do so too. */
void host_interrupts_changed(void);

/* The handler that exception_set_irq_handler() was given, or NULL. */
void host_take_irq(unsigned core);

/* A level-sensitive PPI of a core. */
void gic_host_ppi(unsigned core, unsigned intid, bool high);

/* its_host.c to gic_host.c: an LPI becomes pending, enabled, or is forgotten. */
void gic_host_lpi_pend(unsigned lpi, unsigned core);
void gic_host_lpi_clear(unsigned lpi);
void gic_host_lpi_enable(unsigned lpi, bool enable, uint8_t priority);
void gic_host_lpi_move(unsigned lpi, unsigned core);
#define HOST_LPI_COUNT 8192u

/* gic_host.c's reset, and its_host.c's (which frees its devices). host_reset() calls both. */
void gic_host_reset(void);
void its_host_reset(void);
void its_host_message(uint32_t device_id, uint32_t event_id);

#endif
