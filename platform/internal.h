// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of this folder call, and nobody else.
 */
#ifndef PLATFORM_INTERNAL_H
#define PLATFORM_INTERNAL_H

struct device_tree_info;

/* Brings up GIC, the other cores, the interrupt layer, the ITS, system firmware, router,
 * aggregator, UDMA and the console's interrupt (console: the UART's number, 0-2; told: what the
 * loader says, which stays where it is); logs what it finds. A part that fails leaves out those
 * that need it. Called once, before main(). Returns the error of the first that fails. */
int platform_init(unsigned console, const struct device_tree_info *told);

/* watchdog.c: tells of a watchdog that runs. A part of platform_init(); the errors of
 * ti_sci_device_get_state(), but a refusal. */
int platform_look_for_watchdog(void);

#endif
