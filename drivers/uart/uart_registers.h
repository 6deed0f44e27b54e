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
        uint32_t efr; /* with LCR = LCR_MODE_B */
    };
    uint32_t lcr;
    uint32_t mcr;
    uint32_t lsr; /* reading it clears its error bits */
    uint32_t reserved_18;
    union {
        uint32_t spr;
        uint32_t tlr; /* with EFR.ENHANCED_EN and MCR.TCR_TLR */
    };
    uint32_t mdr1;
    uint32_t reserved_24[7];
    uint32_t scr;
    uint32_t ssr;
    uint32_t reserved_48[3];
    uint32_t sysc;
    uint32_t syss;
    uint32_t reserved_5c[2];
    uint32_t rxfifo_lvl; /* bytes in it */
    uint32_t txfifo_lvl;
    uint32_t ier2;
};

_Static_assert(offsetof(struct uart_registers, lcr) == 0x0c, "UART_LCR");
_Static_assert(offsetof(struct uart_registers, lsr) == 0x14, "UART_LSR");
_Static_assert(offsetof(struct uart_registers, spr) == 0x1c, "UART_SPR");
_Static_assert(offsetof(struct uart_registers, mdr1) == 0x20, "UART_MDR1");
_Static_assert(offsetof(struct uart_registers, scr) == 0x40, "UART_SCR");
_Static_assert(offsetof(struct uart_registers, sysc) == 0x54, "UART_SYSC");
_Static_assert(offsetof(struct uart_registers, rxfifo_lvl) == 0x64, "UART_RXFIFO_LVL");
_Static_assert(offsetof(struct uart_registers, ier2) == 0x6c, "UART_IER2");

#define UART_IER_RHR             (1u << 0) /* received data, and its time-out */
#define UART_IER_LINE_STATUS     (1u << 2)
#define UART_IIR_TYPE(iir)       ((iir)&0x3fu)
#define UART_IIR_NONE            0x01u /* nothing is pending (IT_PENDING, low while something is) */
#define UART_IIR_LINE_STATUS     0x06u
#define UART_IIR_RX_TIMEOUT      0x0cu
#define UART_IIR_FIFO_ENABLED    0xc0u /* mirrors FCR.FIFO_EN */
#define UART_FCR_FIFO_EN         (1u << 0)
#define UART_FCR_RX_FIFO_CLEAR   (1u << 1)
#define UART_FCR_TX_FIFO_CLEAR   (1u << 2)
#define UART_FCR_TX_SHIFT        4u /* TX_FIFO_TRIG; with SCR.TX_TRIG_GRANU1 TLR's lowest bits */
#define UART_LCR_8N1             0x03u
#define UART_LCR_BREAK_EN        (1u << 6)
#define UART_LCR_DIV_EN          (1u << 7)
#define UART_LCR_MODE_B          0xbfu /* shows another set of registers, not LSR */
#define UART_MCR_DTR_RTS         0x03u
#define UART_MCR_LOOPBACK        (1u << 4)
#define UART_MCR_TCR_TLR         (1u << 6) /* TCR and TLR in place of MSR and SPR */
#define UART_LSR_RX_FIFO_E       (1u << 0) /* data waits (the TRM's name means "empty") */
#define UART_LSR_RX_OE           (1u << 1)
#define UART_LSR_RX_PE           (1u << 2)
#define UART_LSR_RX_FE           (1u << 3)
#define UART_LSR_RX_BI           (1u << 4)
#define UART_LSR_TX_FIFO_E       (1u << 5) /* the transmit FIFO is empty */
#define UART_LSR_TX_SR_E         (1u << 6) /* and so is the shift register */
#define UART_LSR_RX_FIFO_STS     (1u << 7) /* a byte in the FIFO has an error; 2-4: the next one's */
#define UART_MDR1_MODE           0x07u
#define UART_MDR1_UART_16X       0x00u
#define UART_MDR1_UART_13X       0x03u
#define UART_MDR1_DISABLED       0x07u
#define UART_EFR_ENHANCED        (1u << 4)
#define UART_TLR_RX_SHIFT        4u        /* in steps of four bytes */
#define UART_SCR_TX_FINE_TRIGGER (1u << 6) /* TX_TRIG_GRANU1: steps of one */
#define UART_SCR_DMA_MODE_HERE   (1u << 0) /* DMA_MODE_CTL: the mode is not FCR's */
#define UART_SCR_DMA_NONE        (0u << 1) /* DMA_MODE_2 */
#define UART_SCR_DMA_BOTH        (1u << 1)
#define UART_SCR_DMA_TRANSMIT    (3u << 1)
#define UART_IER2_NO_RHR         (1u << 2) /* RHR_IT_DIS: of received data its time-out only */
#define UART_SYSC_SOFT_RESET     (1u << 1)
#define UART_SYSS_RESET_DONE     (1u << 0)
#define UART_DIVISOR_MAX         0x3fffu /* DLH has six bits */

#endif
