// SPDX-License-Identifier: BSD-3-Clause
/*
 * xHCI: registers and behaviour of the eXtensible Host Controller Interface for USB, revision 1.2,
 * 4.2, 4.17 and 5.3 to 5.5. No USB is needed: an interrupter whose event ring is not empty when its
 * "event handler busy" is cleared interrupts (4.17.2), and a ring is not empty when the dequeue
 * pointer is not where the controller would write next. So one write of a pointer to the second
 * event, into a ring that has none, is one message.
 *
 * ivshmem-doorbell: QEMU's specification of its device "Inter-VM shared memory".
 */
#include "tests/target/pci_firing.h"

#include "arch/barrier.h"
#include "arch/mmio.h"
#include "arch/time.h"

#include <errno.h>

/* ---- ivshmem-doorbell ---- */

#define DOORBELL_OWN_ID 0x8u /* registers, in BAR 0 */
#define DOORBELL        0xcu /* a peer's id in the upper half, the number of a message below */

static int set_up_doorbell(uintptr_t registers, unsigned vectors)
{
    (void)registers;
    (void)vectors;
    return 0;
}

static void fire_doorbell(uintptr_t registers, unsigned vector)
{
    const uint32_t own = mmio_read32(registers + DOORBELL_OWN_ID);

    mmio_write32(registers + DOORBELL, own << 16 | vector);
}

static void quiet_doorbell(uintptr_t registers)
{
    (void)registers;
}

const struct pci_firing firing_doorbell = {
    .absent = "no ivshmem-doorbell is plugged in",
    .vendor = 0x1af4,
    .device = 0x1110,
    .vectors = 64,
    .is_maskable = true,
    .set_up = set_up_doorbell,
    .fire = fire_doorbell,
    .quiet = quiet_doorbell,
};

/* ---- xHCI ---- */

#define LENGTH(word)       ((word)&0xffu)
#define STRUCTURAL_1       0x04u
#define INTERRUPTERS(word) ((word) >> 8 & 0x7ffu)
#define RUNTIME_OFFSET     0x18u
#define COMMAND            0x00u
#define COMMAND_RUN        (1u << 0)
#define COMMAND_RESET      (1u << 1)
#define COMMAND_INTERRUPTS (1u << 2)
#define STATUS             0x04u
#define STATUS_NOT_READY   (1u << 11)
#define INTERRUPTER(n)     (0x20u + 0x20u * (n))
#define MANAGEMENT         0x00u
#define MANAGEMENT_PENDING (1u << 0) /* written as 1: cleared */
#define MANAGEMENT_ENABLE  (1u << 1)
#define MODERATION         0x04u
#define SEGMENTS           0x08u
#define SEGMENT_TABLE      0x10u
#define DEQUEUE_POINTER    0x18u
#define DEQUEUE_BUSY       (1u << 3) /* written as 1: cleared */
#define EVENT_SIZE         16u
#define EVENTS             16u /* the fewest that a segment may have */
#define RESET_TIMEOUT_US   1000000u

/* An event ring, in which nobody writes, is enough for all. */
static uint8_t ring[EVENTS * EVENT_SIZE] __attribute__((aligned(64)));
static struct {
    uint64_t base;
    uint32_t events, reserved;
} segment __attribute__((aligned(64)));

static uintptr_t operational(uintptr_t registers)
{
    return registers + LENGTH(mmio_read32(registers));
}

static uintptr_t interrupter(uintptr_t registers, unsigned n)
{
    return registers + (mmio_read32(registers + RUNTIME_OFFSET) & ~0x1fu) + INTERRUPTER(n);
}

static void quiet_xhci(uintptr_t registers)
{
    mmio_write32(operational(registers) + COMMAND, 0);
}

static int reset_xhci(uintptr_t registers)
{
    const uintptr_t base = operational(registers);
    const deadline_t deadline = deadline_after_us(RESET_TIMEOUT_US);

    quiet_xhci(registers);
    mmio_write32(base + COMMAND, COMMAND_RESET);
    while ((mmio_read32(base + COMMAND) & COMMAND_RESET) != 0 ||
           (mmio_read32(base + STATUS) & STATUS_NOT_READY) != 0) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
    }
    return 0;
}

static void write_pointer(uintptr_t at, const void *pointer, uint32_t offset)
{
    const uint64_t address = (uintptr_t)pointer;

    mmio_write32(at, (uint32_t)address + offset);
    mmio_write32(at + 4, (uint32_t)(address >> 32));
}

static void enable_interrupter(uintptr_t at)
{
    mmio_write32(at + MODERATION, 0);
    mmio_write32(at + SEGMENTS, 1);
    write_pointer(at + DEQUEUE_POINTER, ring, 0);
    write_pointer(at + SEGMENT_TABLE, &segment, 0);
    mmio_write32(at + MANAGEMENT, MANAGEMENT_PENDING | MANAGEMENT_ENABLE);
}

static int set_up_xhci(uintptr_t registers, unsigned vectors)
{
    int error = reset_xhci(registers);

    if (error != 0)
        return error;
    if (INTERRUPTERS(mmio_read32(registers + STRUCTURAL_1)) < vectors)
        return -ENOSPC;
    segment.base = (uintptr_t)ring;
    segment.events = EVENTS;
    barrier_before_doorbell();
    for (unsigned n = 0; n < vectors; n++)
        enable_interrupter(interrupter(registers, n));
    mmio_write32(operational(registers) + COMMAND, COMMAND_RUN | COMMAND_INTERRUPTS);
    return 0;
}

static void fire_xhci(uintptr_t registers, unsigned vector)
{
    const uintptr_t pointer = interrupter(registers, vector) + DEQUEUE_POINTER;

    mmio_write32(pointer, (uint32_t)(uintptr_t)ring + EVENT_SIZE + DEQUEUE_BUSY);
}

const struct pci_firing firing_xhci = {
    .absent = "no nec-usb-xhci is plugged in",
    .vendor = 0x1033,
    .device = 0x0194,
    .vectors = 16,
    .set_up = set_up_xhci,
    .fire = fire_xhci,
    .quiet = quiet_xhci,
};
