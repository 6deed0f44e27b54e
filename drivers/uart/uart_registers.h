// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's UART in 16x UART mode (TRM SPRUID7, chapter 12 "Peripherals", "UART"; names from
 * there). Registers are a word apart; some offsets have one register to read and another to write.
 */
#ifndef DRIVERS_UART_UART_REGISTERS_H
#define DRIVERS_UART_UART_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct uart_registers {
    union {
        uint32_t rhr; /* read: takes a byte out of the FIFO */
        uint32_t thr; /* write */
        uint32_t dll; /* with LCR.DIV_EN */
    };
    union {
        uint32_t ier;
        uint32_t dlh; /* with LCR.DIV_EN */
    };
    union {
        uint32_t iir; /* read */
        uint32_t fcr; /* write */
    };
    uint32_t lcr;
    uint32_t mcr;
    uint32_t lsr; /* reading it clears its error bits */
    uint32_t reserved_18;
    uint32_t spr;
    uint32_t mdr1;
    uint32_t reserved_24[12];
    uint32_t sysc;
    uint32_t syss;
};

_Static_assert(offsetof(struct uart_registers, lcr) == 0x0c, "UART_LCR");
_Static_assert(offsetof(struct uart_registers, lsr) == 0x14, "UART_LSR");
_Static_assert(offsetof(struct uart_registers, spr) == 0x1c, "UART_SPR");
_Static_assert(offsetof(struct uart_registers, mdr1) == 0x20, "UART_MDR1");
_Static_assert(offsetof(struct uart_registers, sysc) == 0x54, "UART_SYSC");

#define UART_IER_RHR           (1u << 0) /* received data, and its time-out */
#define UART_IER_LINE_STATUS   (1u << 2)
#define UART_IIR_TYPE(iir)     ((iir)&0x3fu)
#define UART_IIR_NONE          0x01u /* nothing is pending (IT_PENDING, low while something is) */
#define UART_IIR_RX_TIMEOUT    0x0cu
#define UART_IIR_FIFO_ENABLED  0xc0u /* mirrors FCR.FIFO_EN */
#define UART_FCR_FIFO_EN       (1u << 0)
#define UART_FCR_RX_FIFO_CLEAR (1u << 1)
#define UART_FCR_TX_FIFO_CLEAR (1u << 2)
#define UART_LCR_8N1           0x03u
#define UART_LCR_BREAK_EN      (1u << 6)
#define UART_LCR_DIV_EN        (1u << 7)
#define UART_LCR_MODE_B        0xbfu /* shows another set of registers, not LSR */
#define UART_MCR_DTR_RTS       0x03u
#define UART_LSR_RX_FIFO_E     (1u << 0) /* data waits (the TRM's name means "empty") */
#define UART_LSR_RX_OE         (1u << 1)
#define UART_LSR_TX_FIFO_E     (1u << 5) /* the transmit FIFO is empty */
#define UART_LSR_TX_SR_E       (1u << 6) /* and so is the shift register */
#define UART_MDR1_MODE         0x07u
#define UART_MDR1_UART_16X     0x00u
#define UART_MDR1_DISABLED     0x07u
#define UART_DIVISOR_MAX       0x3fffu /* DLH has six bits */

#endif
