// SPDX-License-Identifier: BSD-3-Clause
/*
 * A cluster of the AM65x's mailbox (TRM SPRUID7, "Mailbox"; names from there). A bit of an
 * interrupt register says of a FIFO that it has a message, the next one that it has room.
 */
#ifndef DRIVERS_MAILBOX_MAILBOX_REGISTERS_H
#define DRIVERS_MAILBOX_MAILBOX_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct mailbox_registers {
    uint32_t revision;
    uint32_t reserved_04[3];
    uint32_t sysconfig; /* bit 0 resets the whole cluster, of all users */
    uint32_t reserved_14[11];
    uint32_t message[16]; /* a read takes it out; an empty FIFO reads as 0, a full one drops it */
    uint32_t fifo_status[16];
    uint32_t msg_status[16];
    struct mailbox_user_registers {
        uint32_t irq_status_raw; /* whatever is enabled */
        uint32_t irq_status_clr; /* what is enabled; write 1 to clear */
        uint32_t irq_enable_set;
        uint32_t irq_enable_clr;
    } users[4];
    uint32_t irq_eoi;
};

_Static_assert(offsetof(struct mailbox_registers, sysconfig) == 0x10, "MAILBOX_SYSCONFIG");
_Static_assert(offsetof(struct mailbox_registers, message) == 0x40, "MAILBOX_MESSAGE_y");
_Static_assert(offsetof(struct mailbox_registers, fifo_status) == 0x80, "MAILBOX_FIFO_STATUS_y");
_Static_assert(offsetof(struct mailbox_registers, msg_status) == 0xc0, "MAILBOX_MSG_STATUS_y");
_Static_assert(offsetof(struct mailbox_registers, users) == 0x100, "MAILBOX_IRQ_STATUS_RAW_j");
_Static_assert(offsetof(struct mailbox_registers, irq_eoi) == 0x140, "MAILBOX_IRQ_EOI");

#define MAILBOX_FIFO_FULL         0x1u /* FIFO_STATUS */
#define MAILBOX_MSG_COUNT(status) ((status)&0x7u)
#define MAILBOX_NEW_MESSAGE(fifo) (UINT32_C(1) << (2 * (fifo)))
#define MAILBOX_NOT_FULL(fifo)    (UINT32_C(2) << (2 * (fifo)))

#endif
