// SPDX-License-Identifier: BSD-3-Clause
/*
 * Another life after bring-up, as life.h has it, of what stands on channels and rings: transfers of
 * every kind, a ring in message mode with its monitor, a UART by DMA, the Ethernet port.
 */
#ifndef TESTS_TARGET_LIFE_DEVICES_H
#define TESTS_TARGET_LIFE_DEVICES_H

#include "tests/target/life.h"

/* As life_run() and life_try_again(). Of size it goes by copy_is_hopeless() and
 * has_link only. */
void life_devices_run(const struct life_size *size, struct life_report *report);
void life_devices_try_again(const struct life_size *size, struct life_report *report);

#endif
