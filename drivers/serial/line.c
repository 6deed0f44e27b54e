// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UART itself (AM65x TRM SPRUID7, chapter 12 "Peripherals", "UART": "Baud Rate Generator",
 * "FIFO Management", "FIFO DMA Mode").
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "drivers/serial/internal.h"

#include <errno.h>

#define RESET_US        1000u
#define FIFO_BYTES      64u
#define BITS            10u /* of a character, 8N1 */
#define TRIGGER_UNIT    4u  /* TLR's fields */
#define DEVIATION_SHARE 50u /* a fiftieth: 2 %, half of what a receiver stands */

struct divisor {
    uint32_t mode, divisor, error; /* error: of the rate, in Hz */
};

static struct divisor divide(uint32_t clock_hz, uint32_t baud, uint32_t mode, uint32_t sampling)
{
    struct divisor found = {.mode = mode};
    uint32_t rate;

    found.divisor = (clock_hz + baud * sampling / 2u) / (baud * sampling);
    if (found.divisor == 0 || found.divisor > UART_DIVISOR_MAX) {
        found.error = UINT32_MAX;
        return found;
    }
    rate = clock_hz / (found.divisor * sampling);
    found.error = rate > baud ? rate - baud : baud - rate;
    return found;
}

static int find_divisor(const struct serial_config *config, struct divisor *found)
{
    struct divisor other;

    if (config->baud == 0 || config->baud > config->clock_hz / 13u)
        return -EINVAL;
    *found = divide(config->clock_hz, config->baud, UART_MDR1_UART_16X, 16);
    other = divide(config->clock_hz, config->baud, UART_MDR1_UART_13X, 13);
    if (other.error < found->error)
        *found = other;
    return found->error <= config->baud / DEVIATION_SHARE ? 0 : -EINVAL;
}

/* Whatever was in it, and was set, is gone. */
static int reset(const struct serial *serial)
{
    deadline_t deadline = deadline_after_us(RESET_US);

    SERIAL_WRITE(serial, sysc, UART_SYSC_SOFT_RESET);
    while ((SERIAL_READ(serial, syss) & UART_SYSS_RESET_DONE) == 0)
        if (deadline_passed(deadline))
            return -EIO;
    SERIAL_WRITE(serial, mdr1, UART_MDR1_DISABLED);
    return 0;
}

/* The trigger levels. Those of TLR count once FCR and SCR leave it to them, and are reached in
 * enhanced mode only. To be written a PDMA asks for each byte: so no message is too short. */
static void set_up_fifos(const struct serial *serial)
{
    SERIAL_WRITE(serial, lcr, UART_LCR_MODE_B);
    SERIAL_WRITE(serial, efr, UART_EFR_ENHANCED);
    SERIAL_WRITE(serial, lcr, UART_LCR_8N1);
    SERIAL_WRITE(serial, mcr, UART_MCR_TCR_TLR);
    SERIAL_WRITE(serial, tlr, SERIAL_PIECE / TRIGGER_UNIT << UART_TLR_RX_SHIFT);
    SERIAL_WRITE(serial, scr, UART_SCR_TX_FINE_TRIGGER | UART_SCR_DMA_MODE_HERE);
    SERIAL_WRITE(serial, fcr,
                 UART_FCR_FIFO_EN | UART_FCR_RX_FIFO_CLEAR | UART_FCR_TX_FIFO_CLEAR |
                     1u << UART_FCR_TX_SHIFT);
    SERIAL_WRITE(serial, ier2, UART_IER2_NO_RHR);
}

int serial_line_up(struct serial *serial)
{
    struct divisor divisor;
    int error = find_divisor(&serial->config, &divisor);

    if (error == 0)
        error = reset(serial);
    if (error != 0)
        return error;
    set_up_fifos(serial); /* before the baud clock runs */
    SERIAL_WRITE(serial, lcr, UART_LCR_DIV_EN | UART_LCR_8N1);
    SERIAL_WRITE(serial, dll, divisor.divisor & 0xffu);
    SERIAL_WRITE(serial, dlh, divisor.divisor >> 8);
    SERIAL_WRITE(serial, lcr, UART_LCR_8N1);
    SERIAL_WRITE(serial, mcr, UART_MCR_DTR_RTS | (serial->config.loopback ? UART_MCR_LOOPBACK : 0));
    SERIAL_WRITE(serial, mdr1, divisor.mode);
    serial->line_up = true;
    return 0;
}

/* What is in the FIFO leaves in its time, and half as much for good measure. */
static void drain(const struct serial *serial)
{
    const uint64_t bits = UINT64_C(1000000) * BITS * FIFO_BYTES * 3u / 2u;
    deadline_t deadline = deadline_after_us(bits / serial->config.baud + 1u);

    while ((SERIAL_READ(serial, lsr) & UART_LSR_TX_SR_E) == 0)
        if (deadline_passed(deadline))
            return;
}

void serial_line_down(struct serial *serial, bool may_leave)
{
    if (!serial->line_up)
        return;
    serial->line_up = false;
    if (may_leave)
        drain(serial);
    SERIAL_WRITE(serial, ier, 0);
    SERIAL_WRITE(serial, scr, 0);
    SERIAL_WRITE(serial, mdr1, UART_MDR1_DISABLED);
}
