// SPDX-License-Identifier: BSD-3-Clause
/*
 * The machine that fuzz targets run on: one thread, a virtual clock, registers and memory that say
 * what the input says. (libFuzzer: https://llvm.org/docs/LibFuzzer.html)
 *
 * A target is a file tests/fuzz/NAME.c. It defines fuzz_one(), which reads the input byte by byte
 * and drives the real code with it, and, if that code accesses registers, host_mmio_read() and
 * host_mmio_write() (tests/host/include/arch/mmio.h). Each execution begins with the variables of
 * target and code as they are after the start of a program, and no memory allocated; what the code
 * allocates is freed at the end. So an input takes the same course every time.
 *
 * Time passes when a target says so, and with looks at the clock: a microsecond with the first,
 * twice as much with each further one, until a wait ends well or the target restarts the clock. So
 * a time-out of a second costs 20 looks.
 */
#ifndef TESTS_FUZZ_SUPPORT_FUZZ_H
#define TESTS_FUZZ_SUPPORT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* ---- the target ---- */

/* One execution. Returning early is fine. */
void fuzz_one(void);

/* ---- the input ---- */

/* The next bytes (1-8), little endian; zeros behind the end. */
uint64_t fuzz_take(unsigned bytes);
/* A number in [0, limit). */
unsigned fuzz_below(unsigned limit);
/* True one time in some (2 and more), while the input lasts; never behind its end. */
bool fuzz_lies(unsigned times);
/* How many bytes are left; all of them, taken at once. */
size_t fuzz_left(void);
const uint8_t *fuzz_take_rest(size_t *size);

/* ---- what comes of it ---- */

/* Something is wrong that no sanitizer sees: says what, and ends the process. */
noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails with the condition's text unless it holds. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                        \
    } while (0)

/* Ends this execution from any depth: what the code does instead of returning (power off, stop). */
noreturn void fuzz_leave(void);

/* Whether panic() is a right answer to this target's input. At first it is not. */
void fuzz_allow_panic(bool allow);

/* ---- the machine ---- */

/* The core that the thread is, of four; whether it is in an interrupt handler. */
void fuzz_set_core(unsigned core);
void fuzz_set_in_interrupt(bool in);

/* Time passes; now, in nanoseconds. */
void fuzz_pass(uint64_t ns);
uint64_t fuzz_now(void);
void fuzz_restart_clock(void);

/* Called while the code waits, between two looks at its condition. NULL: nothing happens. */
void fuzz_set_idle(void (*idle)(void));

/* Whether the code has these bytes allocated, in one piece. */
bool fuzz_is_allocated(const void *memory, size_t size);

/* How many pieces of memory the code has allocated. */
unsigned fuzz_pieces(void);

/* Fails unless the code may access these bytes of memory. */
void fuzz_check_memory(const void *memory, size_t size, const char *what);

/* The most memory that the code may ask for at once: more is taken for a size that nobody has
 * checked. */
#define FUZZ_ALLOCATION_MAX (64u << 20)

#endif
