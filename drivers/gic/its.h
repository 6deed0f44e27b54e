// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Interrupt Translation Service and LPIs (Arm IHI 0069, chapters 5 and 6).
 *
 * A message (device id, event id) becomes an LPI on the core of the event's collection. There is
 * one collection for each core, its ICID the core's number. Every command waits, with a deadline of
 * 1 s, until the ITS has consumed it. Thread context, any number of cores at once, unless said
 * otherwise.
 *
 * Errors of everything that sends a command:
 * -EINVAL: an argument out of range.
 * -EDEADLK: not thread context. Nothing has been done.
 * -ENOBUFS: the ITS stands still, or its queue is full. The command was not queued, nothing has
 * been done. (After one -ETIMEDOUT callers are told so within a millisecond, until the ITS goes
 * on.) -EIO: the ITS refused the command. It has not been done. -ETIMEDOUT: not known. The ITS has
 * not told in time that the command is done, but may do it at any time later. What that leaves, and
 * how it is found out, is said with each function. The queue keeps the order, so the outcome is
 * known as soon as a later command is done. All but -EINVAL and -EDEADLK are logged with the
 * command.
 */
#ifndef DRIVERS_GIC_ITS_H
#define DRIVERS_GIC_ITS_H

#include <stdbool.h>
#include <stdint.h>

/* Allocates tables and command queue, enables the ITS. Boot core, once, after gic_init(). -ENODEV:
 * no ITS there, or no LPIs; -ENOMEM; -EIO: a register does not take what is written to it;
 * -ETIMEDOUT: it does not come to rest. After an error there is no ITS, and the memory that its
 * registers may name stays allocated. */
int its_init(uintptr_t base);

/* Gives the calling core its pending table and maps its collection; enables its LPIs. Each core
 * once, after its_init() and its own gic_core_init(); IRQs may be masked. -ENODEV: no LPIs at this
 * redistributor, or no its_init() before; -ERANGE: the ITS has no collection for the core; -EBUSY:
 * a loader has enabled LPIs with tables of its own; and the errors of commands, after all of which
 * the core has no collection, and it may be called again. */
int its_core_init(void);

/* Around a loss of power: before gic_suspend(), and after gic_resume(). Boot core, the other cores
 * off; IRQs may be masked. Each may also be called where nothing was lost.
 *
 * its_suspend() turns the ITS off: all that it knows is in its tables then, in memory. What devices
 * send from here on is lost. -EBUSY: it has commands that it has not done; -ETIMEDOUT: it does not
 * come to rest. After an error it goes on.
 *
 * its_resume() gives it its tables and its queue again, turns it on, and maps the collections,
 * which it may have held itself. Devices and events are there as before. -EIO: a register does not
 * take what it had; -ETIMEDOUT: it does not come to rest; and the errors of commands. Without an
 * ITS both return 0. */
int its_suspend(void);
int its_resume(void);

/* LPI INTIDs that can be handed out: [GIC_INTID_LPI_FIRST, its_lpi_limit()). 0 before its_init().
 * Any context. */
unsigned its_lpi_limit(void);

/* An ITS device: its interrupt translation table. */
struct its_device;

/* MAPD V=1 with a table for 2^event_bits events. -ENOMEM; -EEXIST: the id is mapped already;
 * -ERANGE: an id or event_bits beyond what GITS_TYPER tells, or more events than there can be LPIs.
 *
 * After any error the caller has nothing. After -ETIMEDOUT the table and the id stay with this
 * driver: the next its_map_device() or its_unmap_device(), of whatever id, unmaps it with a MAPD
 * V=0 and frees the table. Until that is done, mapping the id again is -ENOBUFS. */
int its_map_device(uint32_t device_id, unsigned event_bits, struct its_device **device);

/* MAPD V=0; frees the table. Events whose discard failed are discarded, or at least cleared,
 * before: nothing that is pending of them is left to the next owners of their LPIs. -EBUSY: an
 * event is still mapped whose discard has not been tried. After any error the handle is still the
 * caller's, the id taken and the table allocated, because the ITS may still use it; it may be
 * called again. After -ETIMEDOUT it is all that may be called: for its events there may be -ENODEV
 * then. */
int its_unmap_device(struct its_device *device);

/* The functions for events: -ENOENT: the event is not mapped; -ENODEV: the device may be unmapped
 * already (see above). The caller prevents two calls for one event at once. */

/* MAPTI: maps the event to the lpi on core's collection. -EEXIST: the event is mapped already;
 * -EINVAL also for a core without a collection.
 *
 * After -ETIMEDOUT the event may be mapped, and the LPI may come: it is the event's until
 * its_discard_event() returns 0 or the device is unmapped. After any other error it is not mapped.
 */
int its_map_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core);

/* its_map_event() and its_enable_event() in one: MAPTI, INV and one SYNC. The errors of both; after
 * -ETIMEDOUT as its_map_event(), after any other error the event is not mapped. */
int its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                   uint8_t priority);

/* MOVI: moves the event to core, its pending state along with it. -EINVAL also for a core without
 * a collection.
 *
 * After -ETIMEDOUT the event is on the old core or on the new one: the next of these functions that
 * is called for it, but its_discard_event(), puts it back to the old one first, and returns the
 * error if it can't. After any other error it is on the old one. */
int its_move_event(struct its_device *device, uint32_t event, unsigned core);

/* DISCARD: unmaps the event; a pending LPI goes with it. After any error it may still be mapped,
 * and the LPI is not free; it may be called again, or the device be unmapped. */
int its_discard_event(struct its_device *device, uint32_t event);

/* INT: as if the device had written the event. After -ETIMEDOUT the interrupt may still come. */
int its_trigger_event(struct its_device *device, uint32_t event);

/* Sets the LPI's enable bit and priority (0x00-0xf8) in the property table and makes the
 * redistributors read it again (INV on the event). After an error of the command the table has the
 * new property, which the redistributor may have read or not; calling it again makes it certain. */
int its_enable_event(struct its_device *device, uint32_t event, unsigned lpi, uint8_t priority);
int its_disable_event(struct its_device *device, uint32_t event, unsigned lpi);

/* INVALL on a core's collection: its redistributor reads all properties again. It may be called
 * again after any error. IRQs may be masked. */
int its_invalidate_all(unsigned core);

/* Disables an LPI whose event nobody knows, in the property table, and has every redistributor read
 * it again (INVALL). -EINVAL: not an LPI. The error is the first of the cores', of whose
 * redistributors some may not have read it; it may be called again. */
int its_silence_lpi(unsigned lpi);

/* The physical address that a device writes its event id to (GITS_TRANSLATER). Any context. */
uint64_t its_doorbell_address(void);

/* Facts for the boot log, and counts of commands issued since its_init(), by opcode (IHI 0069,
 * 5.3): a test counts MAPDs. */
struct its_facts {
    uint32_t iidr;
    unsigned device_bits, event_bits, collection_bits;
    unsigned itt_entry_size;
    bool two_level_device_table;
    bool tables_coherent; /* the ITS snoops; if not, the driver cleans the cache */
    unsigned lpi_count;
};
/* Any context, after its_init(). */
void its_get_facts(struct its_facts *facts);
uint64_t its_command_count(uint8_t opcode);

/* What the command of an opcode below ITS_OPCODES is called ("MAPTI"); NULL: there is none. Any
 * context. */
#define ITS_OPCODES 0x40u /* those of GICv3 and GICv4 */
const char *its_command_name(uint8_t opcode);

/* Calls visit() for each mapped device, with how many of its events are mapped. visit() must not
 * map or unmap devices. Thread context. */
void its_for_each_device(void (*visit)(uint32_t id, unsigned event_bits, unsigned mapped,
                                       void *argument),
                         void *argument);

#endif
