// SPDX-License-Identifier: BSD-3-Clause
/*
 * The models by themselves, for targets that have no more: what they ask of their surroundings is
 * looked at, and memory is navss_dram.
 */
#ifndef TESTS_FUZZ_SUPPORT_SOC_H
#define TESTS_FUZZ_SUPPORT_SOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For struct am65x_environment. */
void soc_line(void *context, unsigned intid, bool high);
void soc_its_message(void *context, uint32_t device_id, uint32_t event_id);
bool soc_memory_read(void *context, uint64_t address, void *data, size_t size);
bool soc_memory_write(void *context, uint64_t address, const void *data, size_t size);
uint64_t soc_now(void *context);
void soc_uart_transmit(void *context, unsigned uart, uint8_t byte);
bool soc_frame_send(void *context, const void *frame, size_t length);

/* For struct navss_access. */
void soc_write(uint64_t address, unsigned size, uint64_t value);
uint64_t soc_read(uint64_t address, unsigned size);
void soc_pass(uint64_t ns);

#endif
