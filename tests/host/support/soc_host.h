// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device models by themselves, as a driver meets them: register by register, with time and
 * memory in the test's hands.
 */
#ifndef TESTS_HOST_SUPPORT_SOC_HOST_H
#define TESTS_HOST_SUPPORT_SOC_HOST_H

#include "twin/models/am65x.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- for a test's struct am65x_environment ---- */

extern uint64_t now_ns;
uint64_t soc_now(void *context);

/* Memory at DRAM_BASE; without soc_memory() there is none. */
#define DRAM_BASE UINT64_C(0x80000000)
void soc_memory(uint8_t *memory, size_t size);
bool soc_read(void *context, uint64_t address, void *data, size_t size);
bool soc_write(void *context, uint64_t address, const void *data, size_t size);

/* What the test does not look at. */
void soc_no_line(void *context, unsigned intid, bool high);
void soc_no_message(void *context, uint32_t device_id, uint32_t event_id);
void soc_no_uart(void *context, unsigned uart, uint8_t byte);

/* This memory and time, and nothing else that is looked at. */
extern const struct am65x_environment soc_environment;

/* ---- registers and time ---- */

uint32_t read32(uint64_t address);
void write32(uint64_t address, uint32_t value);
uint64_t read64(uint64_t address);
void write64(uint64_t address, uint64_t value);

/* Time passes, and what is due meanwhile happens. */
void pass(uint64_t nanoseconds);

/* ---- TI-SCI, as the host that k3metal is, or another one ---- */

#define SCI_HOST  12u
#define SCI_BYTES 60u
#define SCI_ACK   2u

/* Of the host's two threads. */
#define RX_STATUS 0x3240b000u
#define TX_STATUS 0x3240d000u

struct sci {
    uint8_t bytes[SCI_BYTES];
};

void sci_put(struct sci *message, unsigned offset, unsigned size, uint64_t value);
uint64_t sci_get(const struct sci *message, unsigned offset, unsigned size);
/* Who speaks from here on: host 10 to 13, or 3 to 6; not for sci_take() without sci_ask(). */
void sci_speak_as(uint8_t host);
struct sci sci_request(uint16_t type, uint8_t sequence);
void sci_send(const struct sci *message);
struct sci sci_take(void);
/* Sends, waits, takes the answer (may be NULL); whether it was an ACK. */
bool sci_ask(const struct sci *message, struct sci *answer);

#endif
