// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console: the guest's UARTs to and from the board's first PL011 (Arm DDI 0183).
 *
 * Input that the guest's FIFO has no room for stays in the PL011, and so with whoever types: the
 * receive interrupt is masked until the guest has read.
 *
 * Where an R5F runs beside the A53s, their UARTs and the MCU domain's share it by lines: those of
 * the side that does not get the input have a prefix, and wait until a line of the other's ends, or
 * does not for a while. A line of theirs that has no end, a prompt's, is told when nothing more
 * comes: that is looked at several times, since one long pause may be the host's.
 *
 * The PL011's own FIFOs stay off. QEMU hands input over from its start on, before this code has
 * run, and a change of FEN empties the receiver (DDI 0183, 3.3.7): the first byte would be lost.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

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

#define UART_MCU      3u
#define LINE_SIZE     256u
#define KEPT_SIZE     4096u
#define PATIENCE      50u /* of a second, one part */
#define LOOKS         50u /* at a line without an end, so far apart */

/* Lines of the side without the input: the one that has no end yet, and those that wait. */
static char line[LINE_SIZE];
static char kept[KEPT_SIZE];
static unsigned line_length, kept_length;
static bool in_line; /* of the other side */
static uint64_t in_line_since;
static bool part_told;      /* of a line; the rest follows */
static uint64_t looked;     /* at the line without an end, */
static unsigned looks_left; /* and how often it will be */

/* A byte read from the PL011 that the guest's FIFO did not take. */
static uint8_t held;
static bool holding;

void console_init(void)
{
    holding = false;
    line_length = kept_length = 0;
    in_line = part_told = false;
    write32(BOARD_CONSOLE_BASE + UARTLCR_H, UARTLCR_8N1);
    write32(BOARD_CONSOLE_BASE + UARTCR, UARTCR_ENABLE);
    write32(BOARD_CONSOLE_BASE + UARTIMSC, UARTIMSC_RX);
}

static void put(uint8_t byte)
{
    while (read32(BOARD_CONSOLE_BASE + UARTFR) & UARTFR_TXFF)
        ;
    write32(BOARD_CONSOLE_BASE + UARTDR, byte);
}

static void put_kept(void)
{
    if (kept_length != 0 && in_line) {
        put('\n');
        in_line = false;
    }
    for (unsigned i = 0; i < kept_length; i++)
        put((uint8_t)kept[i]);
    kept_length = 0;
}

static void keep(char character)
{
    if (kept_length < KEPT_SIZE)
        kept[kept_length++] = character;
}

static void keep_line(bool mcu)
{
    if (kept_length > KEPT_SIZE - LINE_SIZE - 16)
        put_kept();
    for (const char *prefix = mcu ? "r5f: " : "a53: "; *prefix != '\0'; prefix++)
        keep(*prefix);
    for (unsigned i = 0; i < line_length; i++)
        keep(line[i]);
    keep('\n');
    line_length = 0;
    if (!in_line)
        put_kept();
}

/* A byte of the side without the input. */
static void put_aside(bool mcu, uint8_t byte)
{
    if (byte != '\n' && byte != '\r') {
        line[line_length++] = (char)byte;
        looked = read_sysreg(cntpct_el0);
        looks_left = LOOKS;
    }
    if (byte == '\n' && line_length == 0 && part_told)
        part_told = false; /* the end of what was told */
    else if (byte == '\n' || line_length == LINE_SIZE) {
        part_told = false;
        keep_line(mcu);
    }
}

void console_put(unsigned uart, uint8_t byte)
{
    bool both = parameters()->r5fs != 0 && parameters()->entry != 0, mcu = uart == UART_MCU;

    if (both && mcu != (parameters()->console == UART_MCU)) {
        put_aside(mcu, byte);
        return;
    }
    put(byte);
    if (!both)
        return;
    in_line = byte != '\n';
    in_line_since = read_sysreg(cntpct_el0);
    if (!in_line)
        put_kept();
}

static uint64_t patience(void)
{
    return read_sysreg(cntfrq_el0) / PATIENCE;
}

uint64_t console_due(void)
{
    uint64_t kept_due = kept_length != 0 ? in_line_since + patience() : UINT64_MAX;
    uint64_t line_due = line_length != 0 ? looked + patience() : UINT64_MAX;

    return kept_due < line_due ? kept_due : line_due;
}

static void look_at_line(uint64_t now)
{
    looked = now;
    if (--looks_left == 0) {
        part_told = true;
        keep_line(parameters()->console != UART_MCU);
    }
}

void console_tell(void)
{
    uint64_t now = read_sysreg(cntpct_el0);

    if (line_length != 0 && now >= looked + patience())
        look_at_line(now);
    if (kept_length != 0 && now >= in_line_since + patience())
        put_kept();
}

void console_end(void)
{
    if (line_length != 0)
        keep_line(parameters()->console != UART_MCU);
    put_kept();
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
