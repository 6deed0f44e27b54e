// SPDX-License-Identifier: BSD-3-Clause
/*
 * The host machine as the MCU domain's R5F core 0: one core, whose interrupt controller is the
 * model of its VIM below the real driver, and the MCU Navigator Subsystem's router and aggregator.
 * It takes the place of the GIC in memory (tests/host/support/gic_host.c), and of
 * tests/host/support/msi_host.c.
 */
#ifndef TESTS_HOST_VIM_VIM_HOST_H
#define TESTS_HOST_VIM_VIM_HOST_H

#include "root/root.h"

#include <stdint.h>

/* Inputs of the VIM, and their INTIDs. */
#define INPUT_MCU_UART  30u
#define INPUT_TIMER     38u
#define INPUT_ALARM     39u
#define INPUT_MCU_INTR  64u
#define INPUT_GPIOMUX   124u
#define INTID_OF(input) (ROOT_INTID_SPI_FIRST + (input))

/* Devices of TI-SCI's. */
#define R5F_DEV_RINGACC 195u
#define R5F_DEV_INTA    189u
#define R5F_DEV_INTR    190u
#define R5F_DEV_GPIOMUX 156u
#define R5F_HOST        4u /* MCU_0_R5_1, which is not secure */

#define VIM_HOST_BASE   0x40f80000u
#define MCU_INTA_BASE   0x2a700000u
#define MCU_INTA_VINTS  256u

/* Inputs behind INTIDs 16-31: a timer that ends a wait, and the alarm. */
extern const uint16_t vim_host_privates[VIM_ROOT_PRIVATE];

/* The machine without the interrupt layer; its IRQs are taken by the handler of
 * exception_set_irq_handler(). */
void vim_host_reset(void);

/* For a handler: what interrupts it, interrupts it here, as often as something may. */
void vim_host_interrupt_handler(void);

#endif
