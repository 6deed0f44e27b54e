// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI and PCI Express, for drivers of devices: which functions there are, their configuration
 * registers, capabilities and BARs, enabling, resetting. docs/pci.md has an example.
 *
 * A host is a root complex; the platform makes it (platform/pci.h), and pci_enumerate() finds its
 * functions, numbers the buses and gives addresses to the BARs. A driver takes a function, enables
 * it, maps its BARs, and requests interrupts for `function->device` (msi/irq.h) after
 * drivers/pci/msi.h has given it messages.
 *
 * What a device has in its registers is not believed: nonsense is an error of that function, and
 * the others work. A device that is gone reads as all ones.
 *
 * Errors of every function that accesses configuration registers:
 *   -EINVAL  NULL, a size that is not 1, 2 or 4, or an offset that is not aligned or not in the
 *            configuration space
 *   -EIO     the host could not make the access: the link is down
 *   -ENODEV  (where a function says so) nobody answers any more: the device is gone; anywhere: the
 *            host's link was lost (pci_lose())
 */
#ifndef DRIVERS_PCI_PCI_H
#define DRIVERS_PCI_PCI_H

#include "arch/spinlock.h"
#include "arch/wait.h"
#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bus, device and function in the 16 bits that a request carries (the requester id). */
#define PCI_ADDRESS(bus, device, function)                                                         \
    ((uint16_t)((unsigned)(bus) << 8 | (unsigned)(device) << 3 | (unsigned)(function)))
#define PCI_ADDRESS_BUS(address)      ((uint8_t)((address) >> 8))
#define PCI_ADDRESS_DEVICE(address)   ((address) >> 3 & 0x1fu)
#define PCI_ADDRESS_FUNCTION(address) ((address)&7u)

struct pci_function;

/* ---- hosts: what the platform, or a test, fills in ---- */

/* Addresses at which the cores reach devices, and which these then see: all below 4 GiB there. */
enum pci_window_kind {
    PCI_WINDOW_MEMORY,
    PCI_WINDOW_PREFETCHABLE, /* for 64-bit BARs that say so of themselves; may be missing */
    PCI_WINDOW_IO,           /* may be missing */
    PCI_WINDOW_KINDS
};
struct pci_window {
    uint64_t cpu, bus; /* where it begins */
    uint64_t size;     /* 0: there is none */
};

/* An entry of the device tree's msi-map: the ITS knows requester id first_requester + n as device
 * first_device + n. */
struct pci_message_map {
    uint32_t first_requester, first_device, count;
};
#define PCI_MESSAGE_MAPS_MAX 4u

#define PCI_FUNCTIONS_MAX    64u /* of a host: more are left alone, and told */
#define PCI_DEPTH_MAX        8u  /* bridges, one behind the other */

struct pci_host {
    const char *name; /* for people, short: "pcie0" */

    /* One access to a function's configuration registers: `size` is 1, 2 or 4 bytes, `offset` a
     * multiple of it below PCI_CONFIG_SIZE_EXTENDED. Where nobody is, a read gives all ones.
     * Called with the host's lock held and IRQs masked: no waits but for what the hardware does in
     * a bounded time, no printing. -EIO: it can't be made. */
    int (*read)(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                uint32_t *value);
    int (*write)(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                 uint32_t value);
    void *context; /* of these two */

    struct pci_window windows[PCI_WINDOW_KINDS];
    uint8_t first_bus, last_bus; /* the root bus, and the last that there may be */
    bool is_coherent; /* devices see what is in the cores' caches; else a driver cleans, and
                         invalidates (arch/cache.h). Devices address memory by physical address. */
    uint16_t read_request_max; /* bytes; 0: as the devices want. Else their Max_Read_Request_Size
                                  is limited to so many (a power of two, 128 and up) */

    struct pci_message_map message_maps[PCI_MESSAGE_MAPS_MAX];
    unsigned message_map_count;
    struct irq_parent *message_parent; /* where messages go: the ITS; NULL: nowhere */

    /* Where INTA to INTD of the root bus end: lines 0 to 3 of irq_shared_init() (msi/binding.h).
     * NULL: there is no route for them. */
    struct irq_parent *lines;

    /* The core's; zeroed at first. */
    struct spinlock lock;       /* of configuration accesses */
    struct mutex suspend_mutex; /* of what drivers do about a suspend, also while they do it */
    struct pci_function *functions, *last_function;
    unsigned function_count;
    unsigned problem_count; /* that pci_enumerate() has logged */
    bool is_enumerated;
    bool is_gone;      /* atomic: there is no link any more, and no access goes out */
    bool is_resetting; /* atomic: the link is down, for pci_reset_bus() resets what is behind it */
};

/* Finds the host's functions: numbers buses, sizes BARs and gives them addresses in the windows,
 * programs the bridges, and has memory and bus mastering pass through them. Devices stay disabled.
 * What is wrong with one function is logged in one line, and counted; that function, or that BAR,
 * is left out, the rest works. Once a host, thread context. -EALREADY; -EINVAL: the host's windows
 * or buses make no sense; -EIO: the link is down; -ENOMEM: some functions are missing; -EDEADLK. */
int pci_enumerate(struct pci_host *host);

/* After the link was lost and is up again, all behind it out of a reset: gives the functions that
 * were found their buses and addresses again, and their messages. They stay disabled; what their
 * drivers had set up is gone. Thread context, while no driver uses them. -EIO; -ENODEV: a function
 * is not there any more, the others have what is theirs; -EDEADLK; or restore_messages()'s. */
int pci_restore(struct pci_host *host);

/* A suspend of the SoC (docs/msi.md, "Suspend"), in which the controller, and all behind it, may
 * lose their power; the platform calls these, drivers say what they do about it with
 * pci_on_suspend(). Thread context, while nobody else uses the functions.
 *
 * pci_suspend(): drivers stop their devices, those behind bridges first, and no device masters the
 * bus any more. A driver's error: nothing has changed, but for what is in the driver's log.
 * pci_resume(): the functions get back what they have of this layer, as by pci_restore() if they
 * have `lost` it, and are as enabled as they were; then drivers have theirs go on, or hear of the
 * error that their function has. The first of those. */
int pci_suspend(struct pci_host *host);
int pci_resume(struct pci_host *host, bool lost);

/* There is no link any more: from here on no access goes out, and all end in -ENODEV, until
 * pci_regain(). Any context. */
void pci_lose(struct pci_host *host);
void pci_regain(struct pci_host *host);

/* pci_lose() where devices may still be running, of a host that is on. Before anybody sees that it
 * is lost, isolate() has the root port take no requests of devices any more, for good: memory that
 * a driver gives back then is not written to. It is called with the lock of accesses held. Any
 * context. */
void pci_cut_off(struct pci_host *host, void (*isolate)(struct pci_host *host));

/* Whether it is so, and what is behind the link is not to be touched. Any context. */
static inline bool pci_is_lost(const struct pci_host *host)
{
    return __atomic_load_n(&host->is_gone, __ATOMIC_ACQUIRE); /* pci_cut_off() */
}

/* Before pci_regain(), when the link was lost at another time than in a suspend: drivers hear that
 * their device can't be reached any more. Thread context. */
void pci_tell_lost(struct pci_host *host);

/* Reads a configuration register by address, of whatever is there. Any context. */
int pci_host_read(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                  uint32_t *value);

/* ---- functions ---- */

/* A BAR. Of a pair that holds 64 bits, the lower one has it, and the upper one size 0. */
struct pci_bar {
    uint64_t size; /* 0: there is none */
    uint64_t bus;  /* its address on the bus */
    uint64_t cpu;  /* and where the cores see it */
    bool is_io, is_64_bit, is_prefetchable;
    bool is_assigned; /* it has an address; else there was no room, or no window */
};

#define PCI_BARS           6u
#define PCI_FUNCTION_NAME  12u

/* What a function gets back after a reset. */
#define PCI_SAVED_CONTROLS 2u
struct pci_saved {
    uint16_t command;
    uint8_t cache_line_size, interrupt_line;
    uint32_t bars[PCI_BARS];
    uint16_t express[PCI_SAVED_CONTROLS];
};

/* What a driver does about a suspend. */
struct pci_suspend {
    /* Has the device finish what is under way, and get ready to lose its power. A negative errno:
     * it can't now; it goes on as before. */
    int (*suspend)(void *context);
    /* error: 0: its registers and messages are as after a reset of the function, or nothing was
     * lost: it may be both. Else nothing can be reached any more; this may come without a suspend,
     * while other cores use the device. */
    void (*resume)(void *context, int error);
};

struct pci_messages; /* drivers/pci/msi.h's: what the function has of MSI or MSI-X */

/* A function that was found. Lives as long as the firmware. Nothing of it changes after
 * pci_enumerate(), but where it says so. */
struct pci_function {
    struct pci_host *host;
    struct pci_function *next;   /* of the host, in the order of their addresses */
    struct pci_function *bridge; /* that it is behind; NULL: it is on the root bus */
    uint16_t address;            /* PCI_ADDRESS() */
    uint16_t vendor_id, device_id;
    uint16_t subsystem_vendor_id, subsystem_id;
    uint32_t class_code; /* 24 bits: class, subclass, programming interface */
    uint8_t revision;
    uint8_t layout;                 /* PCI_HEADER_DEVICE, PCI_HEADER_BRIDGE */
    uint8_t interrupt_pin;          /* 1 to 4; 0: none */
    uint8_t secondary, subordinate; /* buses, of a bridge */
    uint16_t express;               /* offset of its PCI Express capability; 0: it has none */
    uint8_t express_type;           /* PCI_EXPRESS_TYPE_* */
    struct pci_bar bars[PCI_BARS];
    struct pci_window windows[PCI_WINDOW_KINDS]; /* that a bridge passes on; without `cpu` */
    char name[PCI_FUNCTION_NAME];                /* "01:00.0" */

    /* Changing: */
    struct device device;          /* what its driver requests interrupts for */
    const char *owner;             /* atomic; pci_take() */
    struct pci_messages *messages; /* drivers/pci/msi.h's; NULL: not enabled */
    uint16_t message_sources;      /* its too, atomic: messages at most; 0: not asked yet */
    uint16_t suspend_command;      /* pci_suspend()'s */
    /* Called after a reset or a way back from D3, when the registers are restored and before the
     * function may master the bus: puts back what drivers/pci/msi.h keeps. NULL: nothing. */
    int (*restore_messages)(struct pci_function *function);
    const struct pci_suspend *suspend; /* pci_on_suspend() */
    void *suspend_context;
    struct pci_saved saved; /* by pci_reset() and pci_sleep() */
    bool is_asleep;
};

static inline struct pci_function *pci_function_of(struct device *device)
{
    return (struct pci_function *)(void *)((char *)device - offsetof(struct pci_function, device));
}

/* The host's functions one by one: the one behind `previous`, the first for NULL; NULL: no more.
 * Any context, after pci_enumerate(). */
struct pci_function *pci_next(const struct pci_host *host, const struct pci_function *previous);

/* The next function with these ids, or this class (the upper 16 bits of the class code, or with
 * the programming interface all 24). Any context. */
struct pci_function *pci_find_id(const struct pci_host *host, uint16_t vendor_id,
                                 uint16_t device_id, const struct pci_function *previous);
struct pci_function *pci_find_class(const struct pci_host *host, uint32_t class_code,
                                    const struct pci_function *previous);

/* A driver claims the function: owner is its name, which must live as long. -EBUSY: another one has
 * it. Any context. */
int pci_take(struct pci_function *function, const char *owner);

/* Gives it back, and has it disabled; what its driver does about a suspend is not done any more,
 * nor under way. Thread context, not from there. */
void pci_release(struct pci_function *function);

/* What the function's driver does when the SoC is suspended; it must live as long as the driver has
 * the function. NULL, as after pci_take(): nothing, and after a suspend the function has what is of
 * this layer. When it returns 0, nothing that the driver did about it before is under way: it waits
 * for that. Thread context. -EDEADLK: not there, or called from what a driver does about it, of the
 * same host: nothing has changed. */
int pci_on_suspend(struct pci_function *function, const struct pci_suspend *suspend, void *context);

/* ---- configuration registers; any context ---- */

int pci_read8(const struct pci_function *function, unsigned offset, uint8_t *value);
int pci_read16(const struct pci_function *function, unsigned offset, uint16_t *value);
int pci_read32(const struct pci_function *function, unsigned offset, uint32_t *value);
int pci_write8(const struct pci_function *function, unsigned offset, uint8_t value);
int pci_write16(const struct pci_function *function, unsigned offset, uint16_t value);
int pci_write32(const struct pci_function *function, unsigned offset, uint32_t value);

/* Clears bits of a register and sets others, as one step to other cores and handlers. Not for
 * registers that hold bits which a write of 1 clears. */
int pci_update16(const struct pci_function *function, unsigned offset, uint16_t clear,
                 uint16_t set);

/* 0: it answers; -ENODEV: it is gone; -EIO. */
int pci_check_present(const struct pci_function *function);

/* Where a capability is (PCI_CAPABILITY_*), or an extended one. -ENOENT: it has none; -EPROTO: the
 * list is broken: it has a loop, or leads out of its part of the configuration space; -ENODEV. */
int pci_find_capability(const struct pci_function *function, uint8_t id, unsigned *offset);
int pci_find_extended_capability(const struct pci_function *function, uint16_t id,
                                 unsigned *offset);

/* Calls visit() for each capability of the list, until it returns false. Errors as above, but for
 * -ENOENT: those before the error have been visited. */
typedef bool (*pci_visit_t)(void *argument, unsigned id, unsigned offset);
int pci_for_each_capability(const struct pci_function *function, pci_visit_t visit, void *argument);
int pci_for_each_extended_capability(const struct pci_function *function, pci_visit_t visit,
                                     void *argument);

/* ---- BARs, enabling, reset ---- */

/* Where the cores access a memory BAR (arch/mmio.h), and how large it is; size may be NULL. It
 * answers while the function is enabled. Any context. -EINVAL: no such BAR can be; -ENOENT: the
 * function does not have it, or it is for I/O; -ENOSPC: it has got no address. */
int pci_map_bar(const struct pci_function *function, unsigned bar, uintptr_t *base, uint64_t *size);

/* Has the function answer at its memory BARs, and with `master` read and write memory, and send
 * messages. What it had enabled else, it has no longer. Any context. -ENOSPC: a memory BAR has got
 * no address, and would answer at others'; -ENODEV. */
int pci_enable(struct pci_function *function, bool master);

/* It answers no more, masters the bus no more. Any context. */
int pci_disable(struct pci_function *function);

/* Resets the function alone (FLR), and gives it back what it has of this layer: BARs, command,
 * messages. What else its driver has set up is gone. The driver has stopped it before: for 100 ms
 * nothing may access it. Thread context. -ENOTSUP: it has no such reset; -EBUSY: it is asleep;
 * -ENODEV: it did not come back; -ETIMEDOUT: it still answers that it is not ready after a second;
 * -EDEADLK; or restore_messages()'s. */
int pci_reset(struct pci_function *function);

/* For a function that has no such reset: resets the bus that it is on, and all behind the bridge
 * there, be it the root port (a hot reset of the link). It has the same afterwards as after
 * pci_reset(); others behind the bridge are disabled, with what else is of this layer. Up to 2.2 s;
 * what is there of conventional PCI is waited for a second. -EBUSY: somebody else has a function
 * there, or this one is asleep; -ENOTSUP: it is on the root bus; others as pci_reset(). */
int pci_reset_bus(struct pci_function *function);

/* Puts the function to sleep (D3hot), and wakes it (D0), with what it has of this layer as
 * pci_reset(); nothing, if it is so already. Thread context. -ENOTSUP: it can't; -ENODEV; -EDEADLK;
 * or restore_messages()'s. */
int pci_sleep(struct pci_function *function);
int pci_wake(struct pci_function *function);

/* ---- interrupts: for drivers/pci/msi.h ---- */

/* The id that the function's messages carry on their way to the root: its own address, or that of
 * the bridge to conventional PCI which it is behind, and shares with others there. Any context. */
uint16_t pci_requester_id(const struct pci_function *function);

/* By which device id the ITS knows it. -ENOENT: the map has none for it. Any context. */
int pci_message_device_id(const struct pci_function *function, uint32_t *device_id);

/* The line of host->lines that the function's ends at. Any context. -ENOENT: the function has no
 * line, or there is no route for the host's. */
int pci_line(const struct pci_function *function, uint32_t *number);

#endif
