// SPDX-License-Identifier: BSD-3-Clause
/*
 * An NVMe controller in memory (NVM Express Base Specification 1.4), for the driver's host tests:
 * one namespace, a disk of bytes, MSI-X vectors by write_message(). It holds the driver to the
 * specification (nvme_controller_violation()), and on request does itself what none should.
 *
 * Commands are carried out at the doorbell, or held until the test lets them go. A lock makes it
 * one controller for any number of cores.
 */
#ifndef TESTS_HOST_SUPPORT_NVME_CONTROLLER_H
#define TESTS_HOST_SUPPORT_NVME_CONTROLLER_H

#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NVME_CONTROLLER_BASE    0x10100000u
#define NVME_CONTROLLER_SIZE    0x4000u
#define NVME_CONTROLLER_QUEUES  16u
#define NVME_CONTROLLER_VECTORS 32u
#define NVME_CONTROLLER_ALWAYS  UINT32_MAX

/* What it does with I/O commands, and with admin commands of one opcode. */
enum nvme_fault {
    NVME_FAULT_NONE,
    NVME_FAULT_STATUS, /* `status` instead of doing it */
    NVME_FAULT_LOSE,   /* never completed, but after an abort */
    NVME_FAULT_LOSE_FOR_GOOD /* and not then either */,
    NVME_FAULT_QUIET,       /* completed without an interrupt */
    NVME_FAULT_TWICE,       /* two completions */
    NVME_FAULT_WRONG_ID,    /* a completion of a command that there is not, and then its own */
    NVME_FAULT_WRONG_QUEUE, /* its completion as of another queue's command, and then its own */
    NVME_FAULT_WRONG_PHASE, /* the completion has the phase of the round before: it is none */
    NVME_FAULT_FATAL,       /* CSTS.CFS, and nothing more until it is disabled */
    NVME_FAULT_GONE,        /* all reads give ones, nothing is written, for ever */
};

struct nvme_controller_faults {
    enum nvme_fault fault;
    uint32_t count; /* of the next commands, or NVME_CONTROLLER_ALWAYS */
    uint16_t status;
};

struct nvme_controller {
    /* To be set before it is used; nvme_controller_reset() has what is usual. */
    uint64_t capabilities;
    uint32_t granted; /* queue pairs */
    uint8_t mdts;
    uint8_t block_shift;
    uint16_t metadata;
    uint8_t protection, entry_sizes;
    uint32_t namespaces;  /* 0: none */
    uint8_t namespace_id; /* of its EUI-64; 0: it has none */
    bool write_cache;
    const char *serial, *model; /* NULL: what is usual */
    uint8_t *disk;
    uint64_t blocks;
    uint32_t ready_reads; /* of CSTS, until RDY is as CC.EN is */
    bool never_ready, never_off, never_shut_down;
    bool hold;     /* I/O commands wait for nvme_controller_release() */
    bool backward; /* and are completed the last first */
    struct nvme_controller_faults io, admin;
    uint8_t admin_opcode;           /* that `admin` is for */
    enum nvme_fault breaks;         /* FATAL or GONE, at */
    uint32_t breaks_at;             /* the access to its registers with this number; 0: never */
    void (*raise)(unsigned vector); /* instead of the messages that `device` was given */

    /* To be looked at. */
    struct device device; /* the test binds it; write_message() is the model's */
    bool on_bus;          /* its memory accesses are on */
    unsigned enables, aborts, flushes, shut_downs, bus_resets;
    unsigned tail_doorbells, head_doorbells; /* of I/O queues */
    unsigned messages;
};
extern struct nvme_controller nvme_controller;

/* As after power-on; with a disk of `blocks` of 512 bytes, which the test gives. */
void nvme_controller_reset(uint8_t *disk, uint64_t blocks);

/* Its registers. Whether the address is one of them. */
bool nvme_controller_read(uintptr_t address, unsigned size, uint64_t *value);
bool nvme_controller_write(uintptr_t address, unsigned size, uint64_t value);

/* The bus's reset: registers as after power-on, messages gone. */
void nvme_controller_bus_reset(void);
/* Completes what is held; how many that were. */
unsigned nvme_controller_release(void);
/* The id of the first command that is held. */
uint16_t nvme_controller_held_id(void);
/* Writes a completion of the test's own into a queue, 0: the admin queue's, and sends its message:
 * of a command of queue `of`. */
void nvme_controller_forge(unsigned queue, unsigned of, uint16_t id, uint16_t status);
/* What the driver has done that the specification does not allow; NULL: nothing. */
const char *nvme_controller_violation(void);
/* Queue pairs that there are, without the admin queue's. */
unsigned nvme_controller_pairs(void);

#endif
