// SPDX-License-Identifier: BSD-3-Clause
/*
 * ITS commands, as 32 bytes each in the command queue (Arm IHI 0069, 5.3 "ITS commands").
 *
 * Pure functions. A target is a redistributor in the form that RDbase fields take: see
 * its_command_target(). Arguments wider than their field are cut to it; the caller has checked
 * them.
 */
#ifndef DRIVERS_GIC_ITS_COMMAND_H
#define DRIVERS_GIC_ITS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum its_opcode {
    ITS_MOVI = 0x01,
    ITS_INT = 0x03,
    ITS_CLEAR = 0x04,
    ITS_SYNC = 0x05,
    ITS_MAPD = 0x08,
    ITS_MAPC = 0x09,
    ITS_MAPTI = 0x0a,
    ITS_INV = 0x0c,
    ITS_INVALL = 0x0d,
    ITS_MOVALL = 0x0e,
    ITS_DISCARD = 0x0f,
};

struct its_command {
    uint64_t words[4];
};

/* Where a redistributor is, for MAPC and SYNC: by its RD frame's address with
 * GITS_TYPER.PTA = 1, by GICR_TYPER.Processor_Number with 0. */
uint64_t its_command_target(bool by_address, uint64_t address, unsigned processor_number);

/* A device's translation table for 2^event_bits events (1-32) at a 256-byte aligned address; with
 * valid false the device is unmapped. */
struct its_command its_command_mapd(uint32_t device_id, unsigned event_bits, uint64_t table,
                                    bool valid);
/* A collection's redistributor. */
struct its_command its_command_mapc(uint16_t collection, uint64_t target, bool valid);
/* An event's LPI and collection. */
struct its_command its_command_mapti(uint32_t device_id, uint32_t event, uint32_t lpi,
                                     uint16_t collection);
/* An event goes to another collection, its pending state along with it. */
struct its_command its_command_movi(uint32_t device_id, uint32_t event, uint16_t collection);
struct its_command its_command_int(uint32_t device_id, uint32_t event);
struct its_command its_command_clear(uint32_t device_id, uint32_t event);
struct its_command its_command_discard(uint32_t device_id, uint32_t event);
/* The cached configuration of an event's LPI, or of all LPIs of a collection, is read again. */
struct its_command its_command_inv(uint32_t device_id, uint32_t event);
struct its_command its_command_invall(uint16_t collection);
/* All that is pending at a redistributor is pending at another one instead. */
struct its_command its_command_movall(uint64_t from, uint64_t to);
/* All commands before it have taken effect at the redistributor. */
struct its_command its_command_sync(uint64_t target);

static inline enum its_opcode its_command_opcode(const struct its_command *command)
{
    return (enum its_opcode)(command->words[0] & 0xffu);
}

/* The command in words ("MAPTI device 5 event 3 LPI 8195 collection 2"); returns the length as
 * snprintf(). */
int its_command_text(const struct its_command *command, char *text, size_t size);

#endif
