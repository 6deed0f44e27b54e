// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of this folder call, and nobody else.
 */
#ifndef PLATFORM_INTERNAL_H
#define PLATFORM_INTERNAL_H

#include "platform/platform.h"

#include <stdbool.h>
#include <stdint.h>

struct device;
struct device_tree_info;
struct ti_sci_config;

/* parts.c: what brings the SoC up, in this order. */
struct platform_part {
    const char *name;
    int (*up)(void);
    uint32_t needs; /* what it can't be without, and what comes before it: PLATFORM_NEEDS() */
};
#define PLATFORM_NEEDS(part) (UINT32_C(1) << (part))

/* Brings up what is not up, at most 32 parts, and logs what it finds. A part that fails leaves out
 * those that need it. Returns the error of the first that is not up then. The parts must live for
 * ever: platform_retry() tries them again. */
int platform_bring_up(const struct platform_part *first, unsigned count);
bool platform_is_up(unsigned part);

/* resources.c: the TI-SCI ids of the Navigator of this core's domain. */
enum platform_device {
    PLATFORM_DEVICE_INTR,
    PLATFORM_DEVICE_INTA,
    PLATFORM_DEVICE_RINGACC,
    PLATFORM_DEVICE_UDMAP,
};
extern const uint16_t platform_devices[];
void platform_log_ranges(void);

/* common.c: the parents (platform_wired() and so on), and parts that both kinds of cores have. The
 * console's name, its registers, and its interrupt's INTID come first. Errors: those of
 * irq_wired_init(), irq_bind_wired(), irq_request(), ti_sci_init(), ti_sci_get_version(). */
extern struct platform_parents {
    struct irq_parent *wired, *its, *intr, *inta;
} platform_parents;
void platform_set_console(const char *name, uintptr_t base, uint16_t intid);
int platform_wires_up(void);
int platform_console_interrupt_up(void);
int platform_system_firmware_up(const struct ti_sci_config *config);
int platform_answers_up(uint16_t intid);

/* Reads the device tree at dtb, if there is one (platform_get_device_tree()), maps the memory that
 * it tells of, and gives the heap its part. Once; there is no console before, so it logs nothing.
 * Returns the error of device_tree_read(). */
int platform_read_device_tree(uintptr_t dtb);
/* Says what memory there is, and what of it makes no sense. */
void platform_log_memory(void);

/* Brings up GIC, the other cores, the interrupt layer, the ITS, system firmware, router,
 * aggregator, UDMA and the console's interrupt (console: the UART's number, 0-2; told: what the
 * loader says, which stays where it is); logs what it finds. A part that fails leaves out those
 * that need it. Called once, before main(). Returns the error of the first that fails. */
int platform_init(unsigned console, const struct device_tree_info *told);

/* navigator.c: parts of the bring-up. The errors of irq_bind_inta(); of udma_init(), but -ENOENT
 * for another domain's, of which a board may leave this host nothing. */
enum platform_domain {
    PLATFORM_OWN_DOMAIN,
    PLATFORM_OTHER_DOMAIN,
};
int platform_ring_events_up(enum platform_navigator navigator, struct irq_parent *inta);
int platform_udma_up(enum platform_navigator navigator, enum platform_domain domain,
                     uint32_t jtag_id);

/* r5f_parts.c: on an R5F, what platform_init() is on an A53. */
int platform_r5f_init(void);

/* A device of the main domain's at inputs of the main Navigator's router, the array's life as for
 * irq_bind_intr(), whose errors it has; -ENODEV: there is no way from there to this core. */
int platform_bind_main_intr(struct device *device, const uint16_t *inputs, uint32_t count);

/* sleeper.c: for platform_suspend(). After an error of the first nobody is down. */
int platform_sleepers_down(void);
int platform_sleepers_up(bool lost);

/* watchdog.c: tells of each watchdog that runs. A part of platform_init(); the errors of
 * ti_sci_device_get_state(), but a refusal. */
int platform_look_for_watchdogs(void);

#endif
