// SPDX-License-Identifier: BSD-3-Clause
/*
 * UART 0 to 2 of the main domain, and UART 0 of the MCU domain as number 3 (AM65x TRM SPRUID7,
 * "Universal Asynchronous Receiver/Transmitter (UART)"): a 16550 with 64-byte FIFOs and the
 * extended registers of TI's UARTs. Which register an offset means depends on LCR: operational
 * mode, configuration mode A (divisor latch on) or B (LCR = 0xbf).
 *
 * What a core writes is sent at once, so the transmit FIFO is empty. What a PDMA writes (pdma.c)
 * leaves at the line's rate. And in the mood stale-loader UART 0 is still busy with a loader's last
 * words when it is first accessed: they leave at the loader's rate, what the guest sends follows
 * them, and who changes the line's settings meanwhile breaks the character that is on its way and
 * loses the rest.
 *
 * The line itself never stalls; looped back, the receiver overruns as it does on a board, and a
 * break is received as one. Other errors come by a test's fault: LSR shows those of the byte that
 * is read next, and in bit 7 that there is one anywhere in the FIFO; who reads the byte has them
 * out.
 *
 * With EFR2.TIMEOUT_BEHAVE a time-out comes whenever nothing has come for so long, though DMA has
 * emptied the FIFO, and reading IIR ends it (TRM of the AM263Px, SPRUJB3, has words for that).
 *
 * Not modelled: IrDA, parity bits, flow control, the time-out's own registers, and the rest of
 * EFR2.
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

#define FIFO_SIZE           64u

#define REG_RHR_THR         0x00u /* DLL in modes A and B */
#define REG_IER             0x04u /* DLH */
#define REG_IIR_FCR         0x08u /* EFR in mode B */
#define REG_LCR             0x0cu
#define REG_MCR             0x10u /* XON1 in mode B */
#define REG_LSR             0x14u /* XON2 in mode B */
#define REG_MSR             0x18u /* TCR, or XOFF1 in mode B */
#define REG_SPR             0x1cu /* TLR, or XOFF2 in mode B */
#define REG_MDR1            0x20u
#define REG_SCR             0x40u
#define REG_SSR             0x44u
#define REG_MVR             0x50u
#define REG_SYSC            0x54u
#define REG_SYSS            0x58u
#define REG_IER2            0x6cu
#define REG_EFR2            0x8cu
#define REG_RXFIFO_LVL      0x64u
#define REG_TXFIFO_LVL      0x68u
#define REG_LAST            0x9cu

#define IER_RHR             0x01u
#define IER_THR             0x02u
#define IER_LINE            0x04u
#define IER_ENHANCED        0xf0u /* writable with EFR[4] only */

#define IIR_NONE            0x01u
#define IIR_THR             0x02u
#define IIR_RHR             0x04u
#define IIR_LINE            0x06u
#define IIR_TIMEOUT         0x0cu
#define IIR_FIFOS           0xc0u

#define FCR_ENABLE          0x01u
#define FCR_CLEAR_RX        0x02u
#define FCR_CLEAR_TX        0x04u
#define FCR_DMA_MODE_1      0x08u
#define FCR_TRIGGER_SHIFT   6
#define FCR_TX_SHIFT        4

#define LCR_DIVISOR         0x80u
#define LCR_MODE_B          0xbfu
#define LCR_LENGTH          0x03u
#define LCR_BREAK           0x40u

#define MCR_DTR             0x01u
#define MCR_RTS             0x02u
#define MCR_OUTS            0x0cu
#define MCR_LOOPBACK        0x10u
#define MCR_TCR_TLR         0x40u
#define MCR_ENHANCED        0xe0u

#define LSR_DATA            0x01u
#define LSR_OVERRUN         0x02u
#define LSR_PARITY          0x04u
#define LSR_FRAMING         0x08u
#define LSR_BREAK           0x10u
#define LSR_THR_FREE        0x20u
#define LSR_IDLE            0x40u
#define LSR_ERROR_IN_FIFO   0x80u

#define MSR_CTS             0x10u
#define MSR_DSR             0x20u
#define MSR_DCD             0x80u

#define EFR_ENHANCED        0x10u

#define SCR_RX_FINE_TRIGGER 0x80u
#define SCR_TX_FINE_TRIGGER 0x40u
#define SCR_DMA_MODE_SHIFT  1 /* two bits: none, both directions, receive, transmit */
#define SCR_DMA_MODE_HERE   0x01u

#define IER2_NO_RHR         0x04u /* only its time-out interrupts */
#define EFR2_PERIODIC       0x40u /* time-outs, whether there is a byte or not */

#define SSR_DMA_RESET_VALUE 0x04u
#define SYSC_SOFT_RESET     0x02u
#define SYSS_RESET_DONE     0x01u
#define MDR1_DISABLED       0x07u
#define MDR1_MODE_MASK      0x07u
#define MDR1_16X            0x00u
#define MDR1_13X            0x03u
#define LEFT_DIVISOR        384u /* 48 MHz / (13 x 384) = 9615 baud */
#define BROKEN              '?'

/* New-scheme revision number, major 6, minor 3. */
#define MVR_VALUE           0x47424603u

enum mode {
    MODE_OPERATIONAL,
    MODE_A,
    MODE_B,
};

/* Interrupts and function clocks as in the TRM's module integration tables. */
static const struct {
    uint16_t intid;
    uint16_t to_mcu; /* its input of the router MAIN2MCU_LVL; the MCU's: of the R5F cores' VIMs */
    uint32_t clock;  /* Hz */
} wiring[UART_COUNT] = {
    {224, 104, 48000000},
    {225, 105, 48000000},
    {226, 106, 48000000},
    [UART_MCU] = {597, 30, 96000000},
};

static struct uart {
    uint8_t fifo[FIFO_SIZE], errors[FIFO_SIZE]; /* of each byte, as in LSR */
    unsigned oldest, level;
    bool overrun;
    bool timed_out; /* bytes have waited below the trigger level */
    uint8_t ier, fcr, lcr, mcr, spr, efr, tcr, tlr, dll, dlh;
    uint8_t xon_xoff[4];
    uint8_t plain[REG_LAST / 4 + 1]; /* registers that only remember */
    struct model_timer timer;
    uint8_t leaving[FIFO_SIZE]; /* the transmit FIFO, while it is not empty */
    unsigned leaving_first, leaving_level;
    bool leaving_yet, loaders_rate; /* has been accessed; nobody on the line sends at that rate */
    uint64_t leaves_at;
    struct model_timer leaving_timer;
} uarts[UART_COUNT];

static void timeout_expired(unsigned argument);
static void character_left(unsigned argument);

static void reset_one(unsigned instance)
{
    struct uart *uart = &uarts[instance];
    timer_cancel(&uart->timer);
    timer_cancel(&uart->leaving_timer);
    memset(uart, 0, sizeof(*uart));
    uart->timer.expire = timeout_expired;
    uart->timer.argument = instance;
    uart->leaving_timer.expire = character_left;
    uart->leaving_timer.argument = instance;
    uart->plain[REG_MDR1 / 4] = MDR1_DISABLED;
}

/* 9600 baud, 8N1, FIFOs on, as a UART that is used at higher rates has it. */
static void leave_over(struct uart *uart)
{
    static const char words[] = "\r\nA loader's last words, sixty bytes of them in the FIFO...\r\n";
    _Static_assert(sizeof(words) - 1 <= FIFO_SIZE, "they fit");

    uart->plain[REG_MDR1 / 4] = MDR1_13X;
    uart->dll = LEFT_DIVISOR & 0xff;
    uart->dlh = LEFT_DIVISOR >> 8;
    uart->lcr = LCR_LENGTH;
    uart->fcr = FCR_ENABLE;
    uart->ier = IER_RHR | IER_THR;
    uart->mcr = MCR_DTR | MCR_RTS;
    memcpy(uart->leaving, words, sizeof(words) - 1);
    uart->leaving_level = sizeof(words) - 1;
    uart->loaders_rate = true;
}

void uart_reset(void)
{
    for (unsigned i = 0; i < UART_COUNT; i++)
        reset_one(i);
    if ((model_config()->moods & AM65X_MOOD_STALE_LOADER) != 0)
        leave_over(&uarts[0]);
}

static enum mode mode_of(const struct uart *uart)
{
    if (uart->lcr == LCR_MODE_B)
        return MODE_B;
    return (uart->lcr & LCR_DIVISOR) != 0 ? MODE_A : MODE_OPERATIONAL;
}

static bool enhanced(const struct uart *uart)
{
    return (uart->efr & EFR_ENHANCED) != 0;
}

static bool tcr_tlr_selected(const struct uart *uart)
{
    return enhanced(uart) && (uart->mcr & MCR_TCR_TLR) != 0;
}

/* Bytes that raise the receive interrupt: TLR in steps of 4 (or, with SCR[7], both fields in steps
 * of 1), else FCR's four choices. */
static unsigned trigger_level(const struct uart *uart)
{
    static const uint8_t choices[4] = {8, 16, 56, 60};
    unsigned coarse = uart->tlr >> 4, choice = uart->fcr >> FCR_TRIGGER_SHIFT;
    unsigned level = choices[choice];
    if ((uart->fcr & FCR_ENABLE) == 0)
        return 1;
    if ((uart->plain[REG_SCR / 4] & SCR_RX_FINE_TRIGGER) != 0)
        level = coarse << 2 | choice;
    else if (coarse != 0)
        level = 4 * coarse;
    return level != 0 ? level : 1;
}

static uint64_t character_time(const struct uart *uart, uint32_t clock)
{
    uint64_t divisor = (uint64_t)uart->dlh << 8 | uart->dll;
    uint64_t bits = 2 + 5 + (uart->lcr & LCR_LENGTH);
    uint64_t oversampling = (uart->plain[REG_MDR1 / 4] & MDR1_MODE_MASK) == MDR1_16X ? 16 : 13;
    if (divisor == 0)
        divisor = 1;
    return bits * oversampling * divisor * UINT64_C(1000000000) / clock;
}

/* Spaces in the transmit FIFO that a PDMA is asked to fill at once: as above, but by the other
 * fields. */
static unsigned transmit_trigger(const struct uart *uart)
{
    static const uint8_t choices[4] = {8, 16, 32, 56};
    unsigned coarse = uart->tlr & 0xf, choice = uart->fcr >> FCR_TX_SHIFT & 3;
    unsigned spaces = choices[choice];
    if ((uart->fcr & FCR_ENABLE) == 0)
        return 1;
    if ((uart->plain[REG_SCR / 4] & SCR_TX_FINE_TRIGGER) != 0)
        spaces = coarse << 2 | choice;
    else if (coarse != 0)
        spaces = 4 * coarse;
    return spaces != 0 ? spaces : 1;
}

static bool any_error(const struct uart *uart)
{
    for (unsigned i = 0; i < uart->level; i++)
        if (uart->errors[(uart->oldest + i) % FIFO_SIZE] != 0)
            return true;
    return false;
}

static bool is_periodic(const struct uart *uart)
{
    return (uart->plain[REG_EFR2 / 4] & EFR2_PERIODIC) != 0;
}

static uint8_t interrupt_id(const struct uart *uart)
{
    bool silent = (uart->plain[REG_IER2 / 4] & IER2_NO_RHR) != 0;
    if ((uart->ier & IER_LINE) != 0 && (uart->overrun || any_error(uart)))
        return IIR_LINE;
    if ((uart->ier & IER_RHR) != 0) {
        if (uart->level >= trigger_level(uart) && !silent)
            return IIR_RHR;
        if (uart->timed_out && (uart->level != 0 || is_periodic(uart)))
            return IIR_TIMEOUT;
    }
    /* Unlike a 16550's, a level: it lasts while the transmit FIFO is below its trigger level, and
     * reading IIR does not end it. */
    return (uart->ier & IER_THR) != 0 ? IIR_THR : IIR_NONE;
}

static void update(unsigned instance)
{
    bool high = interrupt_id(&uarts[instance]) != IIR_NONE;

    model_line(wiring[instance].intid, high);
    if (instance == UART_MCU)
        vim_line_all(wiring[instance].to_mcu, high);
    else
        intr_input(DEV_MAIN2MCU_LVL, wiring[instance].to_mcu, high);
    pdma_uart_asks(instance);
}

static void restart_timeout(struct uart *uart)
{
    uart->timed_out = false;
    if (uart->level != 0 || is_periodic(uart))
        timer_arm(&uart->timer, 4 * character_time(uart, wiring[uart - uarts].clock));
    else
        timer_cancel(&uart->timer);
}

static void timeout_expired(unsigned argument)
{
    uarts[argument].timed_out = true;
    update(argument);
}

/* What a test has put onto the line; an overrun is no byte's. */
static uint8_t injected(struct uart *uart)
{
    uint64_t errors;
    if (!model_fault_take(AM65X_FAULT_UART_LINE, &errors))
        return 0;
    uart->overrun = uart->overrun || (errors & LSR_OVERRUN) != 0;
    return (uint8_t)(errors & (LSR_OVERRUN | LSR_PARITY | LSR_FRAMING));
}

static bool put(unsigned instance, uint8_t byte, uint8_t error)
{
    struct uart *uart = &uarts[instance];
    unsigned size = (uart->fcr & FCR_ENABLE) != 0 ? FIFO_SIZE : 1;
    if (uart->level >= size)
        return false;
    error |= injected(uart);
    if ((error & LSR_OVERRUN) != 0) {
        update(instance);
        return true; /* and lost */
    }
    uart->fifo[(uart->oldest + uart->level) % FIFO_SIZE] = byte;
    uart->errors[(uart->oldest + uart->level) % FIFO_SIZE] = error;
    uart->level++;
    restart_timeout(uart);
    update(instance);
    return true;
}

/* Whether the receiver is connected to the line: MDR1 switches the UART off, as it is out of reset;
 * a loop-back takes what the transmitter sends. */
static bool listens(const struct uart *uart)
{
    return (uart->plain[REG_MDR1 / 4] & MDR1_MODE_MASK) != MDR1_DISABLED && !uart->loaders_rate &&
           (uart->mcr & MCR_LOOPBACK) == 0;
}

bool am65x_uart_receive(unsigned instance, uint8_t byte)
{
    return instance < UART_COUNT && listens(&uarts[instance]) && put(instance, byte, 0);
}

static uint8_t receive(struct uart *uart)
{
    if (uart->level == 0)
        return 0;
    uint8_t byte = uart->fifo[uart->oldest];
    uart->oldest = (uart->oldest + 1) % FIFO_SIZE;
    uart->level--;
    if (!is_periodic(uart))
        restart_timeout(uart);
    return byte;
}

/* One after the other, however late the one before was told of. */
static void next_character(struct uart *uart)
{
    uint64_t now = model_now();

    uart->leaves_at += character_time(uart, wiring[uart - uarts].clock);
    if (uart->leaving_level != 0)
        timer_arm(&uart->leaving_timer, uart->leaves_at > now ? uart->leaves_at - now : 0);
}

/* Out of the shift register: onto the line, or into the own receiver, which nobody holds up. */
static void send_out(unsigned instance, uint8_t byte, uint8_t error)
{
    struct uart *uart = &uarts[instance];

    if ((uart->mcr & MCR_LOOPBACK) == 0) {
        model_uart_transmit(instance, byte);
    } else if (!put(instance, byte, error)) {
        uart->overrun = true;
        update(instance);
    }
}

static void character_left(unsigned argument)
{
    struct uart *uart = &uarts[argument];
    uint8_t byte = uart->leaving[uart->leaving_first];

    uart->leaving_first = (uart->leaving_first + 1) % FIFO_SIZE;
    uart->leaving_level--;
    next_character(uart);
    send_out(argument, byte, 0);
    update(argument); /* there is room for one more */
}

/* A loader wrote its last words just before. */
static void first_access(struct uart *uart)
{
    if (uart->leaving_level != 0 && !uart->leaving_yet) {
        uart->leaves_at = model_now();
        next_character(uart);
    }
    uart->leaving_yet = true;
}

/* The settings of a line change on which a character is on its way. */
static void break_off(unsigned instance)
{
    if (uarts[instance].leaving_level == 0)
        return;
    if ((uarts[instance].mcr & MCR_LOOPBACK) == 0)
        model_uart_transmit(instance, BROKEN);
    uarts[instance].leaving_level = 0;
    timer_cancel(&uarts[instance].leaving_timer);
}

static void transmit(unsigned instance, uint8_t byte)
{
    struct uart *uart = &uarts[instance];

    if (uart->leaving_level != 0) {
        if (uart->leaving_level < FIFO_SIZE)
            uart->leaving[(uart->leaving_first + uart->leaving_level++) % FIFO_SIZE] = byte;
        return;
    }
    send_out(instance, byte, 0);
}

/* ---------------------------------------------------------------- DMA requests */

enum dma_mode {
    DMA_NONE,
    DMA_BOTH,
    DMA_RECEIVE,
    DMA_TRANSMIT,
};

static enum dma_mode dma_mode(const struct uart *uart)
{
    uint8_t scr = uart->plain[REG_SCR / 4];
    if ((uart->plain[REG_MDR1 / 4] & MDR1_MODE_MASK) == MDR1_DISABLED)
        return DMA_NONE;
    if ((scr & SCR_DMA_MODE_HERE) != 0)
        return (enum dma_mode)(scr >> SCR_DMA_MODE_SHIFT & 3);
    return (uart->fcr & FCR_DMA_MODE_1) != 0 ? DMA_BOTH : DMA_NONE;
}

bool uart_asks_to_be_read(unsigned instance)
{
    const struct uart *uart = &uarts[instance];
    enum dma_mode mode = dma_mode(uart);
    return (mode == DMA_BOTH || mode == DMA_RECEIVE) && uart->level >= trigger_level(uart);
}

bool uart_asks_to_be_written(unsigned instance)
{
    const struct uart *uart = &uarts[instance];
    enum dma_mode mode = dma_mode(uart);
    return (mode == DMA_BOTH || mode == DMA_TRANSMIT) &&
           FIFO_SIZE - uart->leaving_level >= transmit_trigger(uart);
}

uint8_t uart_dma_read(unsigned instance)
{
    uint8_t byte = receive(&uarts[instance]);
    update(instance);
    return byte;
}

void uart_dma_write(unsigned instance, uint8_t byte)
{
    struct uart *uart = &uarts[instance];
    if (uart->leaving_level == FIFO_SIZE)
        return; /* lost: it did not ask */
    uart->leaving[(uart->leaving_first + uart->leaving_level++) % FIFO_SIZE] = byte;
    if (uart->leaving_level == 1) {
        uart->leaves_at = model_now();
        next_character(uart);
    }
}

static uint8_t modem_status(const struct uart *uart)
{
    if ((uart->mcr & MCR_LOOPBACK) == 0)
        return MSR_CTS | MSR_DSR | MSR_DCD;
    /* Looped back: RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD. */
    unsigned mcr = uart->mcr;
    return (uint8_t)((mcr & MCR_RTS) << 3 | (mcr & MCR_DTR) << 5 | (mcr & MCR_OUTS) << 4);
}

/* ---------------------------------------------------------------- reads */

static uint8_t read_identification(struct uart *uart)
{
    uint8_t identification = interrupt_id(uart);

    if (identification == IIR_TIMEOUT && is_periodic(uart))
        restart_timeout(uart);
    return (uint8_t)(identification | ((uart->fcr & FCR_ENABLE) != 0 ? IIR_FIFOS : 0));
}

/* The errors of the oldest byte go with it; an overrun is gone when it has been told. */
static uint8_t line_status(struct uart *uart)
{
    uint8_t status = uart->leaving_level == 0 ? LSR_THR_FREE | LSR_IDLE : 0;
    if (uart->level != 0)
        status |= LSR_DATA | uart->errors[uart->oldest];
    if (any_error(uart))
        status |= LSR_ERROR_IN_FIFO;
    if (uart->overrun)
        status |= LSR_OVERRUN;
    uart->overrun = false;
    return status;
}

static uint8_t read_classic(struct uart *uart, enum mode mode, uint64_t offset)
{
    switch (offset) {
    case REG_RHR_THR:
        return mode == MODE_OPERATIONAL ? receive(uart) : uart->dll;
    case REG_IER:
        return mode == MODE_OPERATIONAL ? uart->ier : uart->dlh;
    case REG_IIR_FCR:
        return mode == MODE_B ? uart->efr : read_identification(uart);
    case REG_LCR:
        return uart->lcr;
    case REG_MCR:
        return mode == MODE_B ? uart->xon_xoff[0] : uart->mcr;
    case REG_LSR:
        return mode == MODE_B ? uart->xon_xoff[1] : line_status(uart);
    case REG_MSR:
        if (tcr_tlr_selected(uart))
            return uart->tcr;
        return mode == MODE_B ? uart->xon_xoff[2] : modem_status(uart);
    default: /* REG_SPR */
        if (tcr_tlr_selected(uart))
            return uart->tlr;
        return mode == MODE_B ? uart->xon_xoff[3] : uart->spr;
    }
}

uint64_t uart_read(unsigned instance, uint64_t offset)
{
    struct uart *uart = &uarts[instance];
    uint64_t value;
    first_access(uart);
    if (offset <= REG_SPR) {
        value = read_classic(uart, mode_of(uart), offset);
        update(instance);
        return value;
    }
    switch (offset) {
    case REG_SSR:
        return SSR_DMA_RESET_VALUE;
    case REG_MVR:
        return MVR_VALUE;
    case REG_SYSS:
        return SYSS_RESET_DONE;
    case REG_RXFIFO_LVL:
        return uart->level;
    case REG_TXFIFO_LVL:
        return uart->leaving_level;
    default:
        return offset <= REG_LAST ? uart->plain[offset / 4] : 0;
    }
}

/* ---------------------------------------------------------------- writes */

/* Bits that only enhanced mode lets through keep their value otherwise. */
static uint8_t guarded(const struct uart *uart, uint8_t old, uint8_t value, uint8_t mask)
{
    return enhanced(uart) ? value : (uint8_t)((old & mask) | (value & ~mask));
}

static void write_fcr(unsigned instance, uint8_t value)
{
    struct uart *uart = &uarts[instance];
    if (((uart->fcr ^ value) & FCR_ENABLE) != 0 || (value & FCR_CLEAR_TX) != 0)
        break_off(instance);
    if (((uart->fcr ^ value) & FCR_ENABLE) != 0 || (value & FCR_CLEAR_RX) != 0) {
        uart->level = 0;
        restart_timeout(uart);
    }
    uart->fcr = value;
}

static void write_shared(struct uart *uart, enum mode mode, uint64_t offset, uint8_t value)
{
    unsigned place = (unsigned)(offset - REG_MCR) / 4; /* XON1, XON2, XOFF1, XOFF2 */
    if (offset >= REG_MSR && tcr_tlr_selected(uart)) {
        if (offset == REG_MSR)
            uart->tcr = value;
        else
            uart->tlr = value;
    } else if (mode == MODE_B) {
        uart->xon_xoff[place] = value;
    } else if (offset == REG_MCR) {
        uart->mcr = guarded(uart, uart->mcr, value, MCR_ENHANCED);
    } else if (offset == REG_SPR) {
        uart->spr = value;
    }
}

/* Whether a write changes how characters are sent. */
static bool changes_line(const struct uart *uart, enum mode mode, uint64_t offset, uint8_t value)
{
    if (offset == REG_LCR)
        return ((uart->lcr ^ value) & ~LCR_DIVISOR) != 0;
    if (offset == REG_MDR1)
        return uart->plain[REG_MDR1 / 4] != value;
    return mode != MODE_OPERATIONAL && (offset == REG_RHR_THR || offset == REG_IER);
}

static void write_classic(unsigned instance, enum mode mode, uint64_t offset, uint8_t value)
{
    struct uart *uart = &uarts[instance];
    switch (offset) {
    case REG_RHR_THR:
        if (mode == MODE_OPERATIONAL)
            transmit(instance, value);
        else
            uart->dll = value;
        break;
    case REG_IER:
        if (mode == MODE_OPERATIONAL)
            uart->ier = guarded(uart, uart->ier, value, IER_ENHANCED);
        else
            uart->dlh = value & 0x3f;
        break;
    case REG_IIR_FCR:
        if (mode == MODE_B)
            uart->efr = value;
        else
            write_fcr(instance, value);
        break;
    case REG_LCR:
        if ((value & ~uart->lcr & LCR_BREAK) != 0 && (uart->mcr & MCR_LOOPBACK) != 0)
            send_out(instance, 0, LSR_BREAK);
        uart->lcr = value;
        break;
    default:
        write_shared(uart, mode, offset, value);
        break;
    }
}

void uart_write(unsigned instance, uint64_t offset, uint64_t value)
{
    struct uart *uart = &uarts[instance];
    bool resets = offset == REG_SYSC && (value & SYSC_SOFT_RESET) != 0;
    first_access(uart);
    if (resets || changes_line(uart, mode_of(uart), offset, (uint8_t)value))
        break_off(instance);
    if (offset == REG_MDR1)
        uart->loaders_rate = false;
    if (offset <= REG_SPR)
        write_classic(instance, mode_of(uart), offset, (uint8_t)value);
    else if (resets)
        reset_one(instance);
    else if (offset <= REG_LAST)
        uart->plain[offset / 4] = (uint8_t)value;
    if (offset == REG_EFR2)
        restart_timeout(uart);
    update(instance);
}
