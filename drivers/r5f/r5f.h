// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two Cortex-R5Fs of the MCU domain, loaded, started and stopped from an A53 by the system
 * firmware (TI-SCI documentation, "Processor Boot Management"; the order of steps is that of
 * Linux's and U-Boot's drivers).
 *
 * In lock-step both are one processor, core 0. In split mode each has its own image; core 1 may
 * have no more power than core 0, so it is loaded after core 0 and stopped before it. The ATCM is
 * at 0, the BTCM at 0x41010000, both on; exceptions are taken in Arm state.
 *
 * From its load to its stop a core belongs to this program: no other host can control it.
 *
 * Thread context; one caller after the other. Beside the errors named below, all may return those
 * of the TI-SCI requests (drivers/ti_sci/ti_sci.h), and -EDEADLK. What a failed step had taken is
 * given back; what can't be given back now, since an answer was lost say, is held and given back by
 * the next load or stop of the core, before anything else.
 */
#ifndef DRIVERS_R5F_R5F_H
#define DRIVERS_R5F_R5F_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define R5F_CORES 2u

enum r5f_mode {
    R5F_LOCKSTEP,
    R5F_SPLIT,
};

/* Powers a core, which stays halted, and loads an image: an ELF file of `size` bytes. What was
 * loaded before is gone. DRAM of the image must be what is_free() calls so: memory that is mapped,
 * and that nobody uses. *problem says in words why a file is refused; else it is NULL.
 * -ENOEXEC, -EFAULT, -E2BIG: the file (drivers/r5f/image.h); -EINVAL: no such core, or core 1 in
 * lock-step, or without core 0; -EBUSY: the core runs, or core 1 is in use beside it; -ENOTSUP: the
 * device does not permit lock-step; -EIO: the image does not read back as written. */
int r5f_load(unsigned core, enum r5f_mode mode, const void *file, size_t size,
             bool (*is_free)(uint64_t start, uint64_t size), const char **problem);

/* Lets a core go that has been loaded. -EINVAL: no such core; -ENOENT: nothing is loaded; -EBUSY:
 * it runs. After any other error it is off, or held, and nothing is loaded. */
int r5f_start(unsigned core);

/* Stops a core that has been started or loaded, and switches it off. One that runs is first waited
 * for until it is in WFI, where it has nothing outstanding on the bus; unless `at_once`.
 * -EINVAL: no such core; -ENOENT: there is nothing to stop; -EBUSY: it was not in WFI for one
 * second, or core 1 is still in use: it goes on as before. */
int r5f_stop(unsigned core, bool at_once);

/* What the system firmware says of a core. -EINVAL: no such core. */
struct r5f_state {
    bool powered;
    bool in_reset;
    bool halted;   /* or will be, at its next reset: a core that runs is not halted by it */
    bool waits;    /* in WFI */
    bool lockstep; /* core 0 only: how both are configured */
    bool loaded;   /* by this program, in lock-step core 1 with core 0, */
    bool started;  /* and let go */
    bool held;     /* given back it should have been */
    uint64_t boot_vector;
};
int r5f_get_state(unsigned core, struct r5f_state *state);

#endif
