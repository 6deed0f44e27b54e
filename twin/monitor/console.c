// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console: the guest's UARTs to and from the board's first PL011 (Arm DDI 0183).
 *
 * Input that the guest's FIFO has no room for stays in the PL011, and so with whoever types: the
 * receive interrupt is masked until the guest has read.
 *
 * The PL011's own FIFOs stay off. QEMU hands input over from its start on, before this code has
 * run, and a change of FEN empties the receiver (DDI 0183, 3.3.7): the first byte would be lost.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"

#define UARTDR        0x00u
#define UARTFR        0x18u
#define UARTFR_RXFE   (1u << 4)
#define UARTFR_TXFF   (1u << 5)
#define UARTLCR_H     0x2cu
#define UARTLCR_8N1   0x60u /* FEN 0, as out of reset */
#define UARTCR        0x30u
#define UARTCR_ENABLE 0x301u /* UARTEN, TXE, RXE */
#define UARTIMSC      0x38u
#define UARTIMSC_RX   0x50u /* receive, and receive time-out */

/* A byte read from the PL011 that the guest's FIFO did not take. */
static uint8_t held;
static bool holding;

void console_init(void)
{
    holding = false;
    write32(BOARD_CONSOLE_BASE + UARTLCR_H, UARTLCR_8N1);
    write32(BOARD_CONSOLE_BASE + UARTCR, UARTCR_ENABLE);
    write32(BOARD_CONSOLE_BASE + UARTIMSC, UARTIMSC_RX);
}

void console_put(uint8_t byte)
{
    while (read32(BOARD_CONSOLE_BASE + UARTFR) & UARTFR_TXFF)
        ;
    write32(BOARD_CONSOLE_BASE + UARTDR, byte);
}

static bool full(void)
{
    return holding && !am65x_uart_receive(parameters()->console, held);
}

void console_feed(void)
{
    bool was_holding = holding;

    while (!full()) {
        holding = !(read32(BOARD_CONSOLE_BASE + UARTFR) & UARTFR_RXFE);
        if (!holding) {
            if (was_holding)
                write32(BOARD_CONSOLE_BASE + UARTIMSC, UARTIMSC_RX);
            return;
        }
        held = (uint8_t)read32(BOARD_CONSOLE_BASE + UARTDR);
    }
    if (!was_holding)
        write32(BOARD_CONSOLE_BASE + UARTIMSC, 0);
}

bool console_holding(void)
{
    return holding;
}
