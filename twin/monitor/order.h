// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood order: what the monitor tells the plugin of QEMU's that looks for missing barriers
 * (twin/order/order.c). Without the mood each of these does nothing.
 */
#ifndef TWIN_MONITOR_ORDER_H
#define TWIN_MONITOR_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* A message is a kind and its words. The plugin sees no values, only addresses: each 16 bits of a
 * word are a store of a byte, to the window's page of 64 KiB for these bits, so far in it. */
#define ORDER_WINDOW      0x41a00000u
#define ORDER_WINDOW_END  0x41a40000u
#define ORDER_WORDS_MAX   4u
#define ORDER_PIECE_SHIFT 16u

/* A register whose write tells a device of memory, or whose read tells of memory that a device has
 * written, is known by the address that its block, or its ring's page, begins at. */
enum order_message {
    ORDER_TOLD = 1,  /* by the guest: register; pc */
    ORDER_READ = 2,  /* by the device: register; address, size */
    ORDER_WROTE = 3, /* by the device: register; address, size */
    ORDER_ASKED = 4, /* by the guest, who learns of something: register; pc */
};

/* The guest's access to a register of the models' at hand: before a write, after a read. */
void order_device_write(uint64_t address, uint64_t value);
void order_device_read(uint64_t address, uint64_t value);
/* The guest tells this block. */
void order_told(uint64_t block);
/* A device reads or has written memory, on behalf of what is told in this block or ring. */
void order_accessed(uint64_t block, uint64_t address, uint64_t size, int write);

#endif
