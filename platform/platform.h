// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x as a whole: what brings it up before main(), and what an application can ask about it.
 *
 * An application is a C program: main() runs in thread context on core 0 with everything up; its
 * arguments are the loader's boot arguments, word by word, behind the program's name. What it
 * returns, or gives to exit(), is the status with which the SoC is switched off (PSCI SYSTEM_OFF;
 * the twin makes it its own). docs/application.md shows how to write one.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct device;
struct device_tree_info;
struct irq_parent;
struct mailbox_cluster;
struct serial_config;
struct ti_sci_range;
struct udma;

/* How the image was started, and whether the SoC came up: error is 0, or the negative errno of the
 * first part that did not (platform_for_each_part()). main() is called in both cases. What a failed
 * part is needed for is off, and has been logged with it: a parent below is NULL, which
 * irq_bind_*() refuses with -EINVAL, and udma_channel_open() returns -ENODEV. The rest works. */
struct platform_boot_info {
    uintptr_t dtb;        /* x0 at entry: the device tree's address, or whatever else was there */
    unsigned entry_level; /* the exception level that the loader used: 1 or 2 */
    uintptr_t load_address;
    int error;
};

/* Any context. */
const struct platform_boot_info *platform_get_boot_info(void);

/* Whether the range is memory of the device tree's, mapped, below 4 GiB, where nothing of the
 * firmware's lies or will, nor what the loader has left for it. Any context. */
bool platform_is_free_memory(uint64_t start, uint64_t size);

/* Calls visit() for each part of the SoC that is brought up, in that order: its name, and 0 or why
 * it is not up; -ENODEV: it needs a part that is not. refused: how many ranges of resources the
 * system firmware has refused, which the part does without; there may be boards where it owns
 * nothing of them. Any context. */
void platform_for_each_part(void (*visit)(const char *name, int error, unsigned refused,
                                          void *argument),
                            void *argument);

/* Tries again what did not come up, and then what needs it: after a fault that has passed, an
 * answer that was lost say, or a core that did not start. Of a part that is up it asks again for
 * ranges that were refused, unless something of it is in use. Thread context, core 0, while the
 * other cores have nothing to do. 0: all is up; or the error of the first part that still is not;
 * -EDEADLK. */
int platform_retry(void);

/* Has a core go off: its interrupts move to others, and no other comes to it; SGIs that are sent to
 * it may be lost, its PPIs and its alarm wait. The core runs no function (arch/smp.h); what work is
 * queued for it runs before (msi/work.h). Thread context; of several callers at once one comes
 * after the other. 0: it is off. -EINVAL: no such core, core 0, or the caller's; -EBUSY: it runs a
 * function, or is off; -EDEADLK; or an error of irq_evacuate_core() or smp_off(): then it stays on,
 * and takes interrupts as before. But after -ETIMEDOUT smp_is_on() may be false: it runs nothing
 * any more, and the secure monitor has not said that it is off; platform_core_on() has it back. */
int platform_core_off(unsigned core);

/* Has it come back, with its number, its PPIs and its alarm; what is pending for it comes. No
 * interrupt moves back by itself (msi/balance.h). Thread context, as above. Errors of smp_on(), or
 * the GIC's, of one of its PPIs too: then it stays off; -EDEADLK. */
int platform_core_on(unsigned core);

/* Suspends the SoC over PSCI (SYSTEM_SUSPEND), until an interrupt wakes it that this core could
 * take when it was called: the caller sets one up. Messages don't wake: the ITS is off, and what
 * devices send meanwhile is lost. So is an edge on a wire; a level is not, nor what a ring reports:
 * its interrupt comes once more. The other cores go off before, and come back; interrupts are where
 * they were, requested, masked and routed as they were. PCI Express goes down
 * before, and comes up again (docs/pci.md); other DMA that runs is nobody's business here.
 *
 * is_over(argument), if not NULL, is asked at the last, with IRQs masked: whether what is to wake
 * it has been handled already, since it came earlier. What comes from then on is pending, and
 * wakes. Work (msi/work.h) that is queued for a core that is on is such a thing, too: the caller
 * lets it run (work_run()), or cancels it, and calls again.
 *
 * Thread context, core 0, while the other cores have nothing to do. 0: it was suspended, and all is
 * back. After these nothing has changed: -ECANCELED: is_over() said so, or work is queued;
 * -ENOTSUP: the secure monitor does not offer it (as TF-A's on an AM65x: docs/hardware.md);
 * -EINVAL: another core; -EDEADLK; -ENOMEM; -EBUSY: the ITS has not done its commands, or a drive
 * its own; -EPERM: a core is on that is not ours; an error of a sleeper's; or an error of
 * platform_core_off(). After any other error what is told in the log did not come back, and the
 * rest did; the interrupts of a core that did not are on others. */
int platform_suspend(bool (*is_over)(void *argument), void *argument);

/* Who has something to do when the SoC is suspended, beside interrupts: stops what loses its power,
 * and sets it up again. Thread context, core 0. */
struct platform_sleeper {
    /* Before the other cores go off. A negative errno: not now; nothing has changed. */
    int (*down)(void *context);
    /* When interrupts come again, and before the other cores do. lost: it was suspended. What does
     * not come back, the log tells; the first error goes to platform_suspend()'s caller. */
    int (*up)(void *context, bool lost);
    void *context;
    struct platform_sleeper *next; /* the platform's */
};

/* From now on, for good; once each. The last that came goes down first. Any context. */
void platform_add_sleeper(struct platform_sleeper *sleeper);

/* What the loader's device tree says; the EVM's values where there is none or it is damaged. Any
 * context. */
const struct device_tree_info *platform_get_device_tree(void);

/* The parents that devices are bound to (msi/binding.h); NULL if the bring-up did not get there,
 * as on an R5F it never gets to an ITS. Router and aggregator are the Navigator's of the core's own
 * domain. Any context. */
struct irq_parent *platform_wired(void);
struct irq_parent *platform_its(void);
struct irq_parent *platform_intr(void);
struct irq_parent *platform_inta(void);

/* The Navigators, for drivers/udma: NULL in its calls is that of the core's own domain, too: the
 * main one on an A53, the MCU's on an R5F. NULL: the bring-up did not get there. Any context. */
enum platform_navigator {
    PLATFORM_NAVSS_MAIN,
    PLATFORM_NAVSS_MCU,
    PLATFORM_NAVIGATORS
};
struct udma *platform_udma(enum platform_navigator navigator);

/* Asks the system firmware for each kind of resource that this host uses; visit() gets the error
 * (0) and the range, of which nothing is set if there was an error. Thread context. */
void platform_for_each_range(void (*visit)(const char *name, int error,
                                           const struct ti_sci_range *range));

/* Whether the system firmware has given this host a number of that kind. Thread context. */
enum platform_resource {
    PLATFORM_VINT,
    PLATFORM_RING, /* of any kind, those of channels too */
    PLATFORM_TRANSMIT_CHANNEL,
    PLATFORM_RECEIVE_CHANNEL,
};
bool platform_owns(enum platform_resource resource, unsigned number);

/* A UART for drivers/serial/serial.h: fills in what the SoC decides, and has the system firmware
 * turn it on. 0 to 2: of the main domain; 3: of the MCU's. The rest of the configuration stays as
 * it is. Once, until its release. Thread context. -EINVAL: no such UART; -EBUSY: it is the console,
 * or taken already; -ENODEV: no parent for its interrupt; the errors of irq_bind_wired() and
 * ti_sci_device_get(); if nobody knows whether it is on then, later calls turn it off. */
#define PLATFORM_UARTS 4u
int platform_serial_take(unsigned uart, struct serial_config *config);

/* Gives it back: it is closed, and may be switched off. Thread context. -EINVAL: it was not taken;
 * the errors of irq_unbind() and of ti_sci_device_put(), with which it stays taken: call it again.
 */
int platform_serial_release(unsigned uart);

/* A cluster of the mailbox for drivers/mailbox/mailbox.h, 0 to 11. Once, until its release: the
 * endpoints of a program that are in one cluster share it. Thread context. -EINVAL: no such
 * cluster; -EBUSY: it is taken already; -ENODEV: no parent for its interrupts; -ENOMEM;
 * -EDEADLK. */
#define PLATFORM_MAILBOXES 12u
int platform_mailbox_take(unsigned number, struct mailbox_cluster **cluster);

/* Gives it back. Thread context. -EINVAL: it was not taken; -EBUSY: an endpoint is open, or its
 * interrupt is held: call it again; -EDEADLK. */
int platform_mailbox_release(unsigned number);

/* JTAGID (AM65x TRM SPRUID7, 5.1.2); its fields are in platform/am65x.h. Any context. */
uint32_t platform_jtag_id(void);

/* The address of the registers of the UART that is the console. Any context. */
uintptr_t platform_console_base(void);

#endif
