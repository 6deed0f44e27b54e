// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's own lines, to tools/twin, over the board's secure UART (PL011, Arm DDI 0183); and the
 * end of the machine, through its secure GPIO (PL061, Arm DDI 0190), whose first two lines are
 * power-off and reset.
 *
 * Lines that tools/twin understands: "exit STATUS", "exception: ..." (the guest's last one, told
 * before a status that is not 0), "die REASON", "unmodelled: ...", "no memory: ...".
 */
#include <stdarg.h>

#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define UARTDR          0x00u
#define UARTFR          0x18u
#define UARTFR_TXFF     (1u << 5)
#define UARTCR          0x30u
#define UARTCR_ENABLE   0x301u /* UARTEN, TXE, RXE */

/* GPIODATA's address bits 9:2 are a mask of the lines that an access is for. */
#define GPIODATA(lines) ((lines) << 2)
#define GPIODIR         0x400u

static struct lock report_lock;
static unsigned reporter; /* the core that has the lock, + 1 */

static void take(void)
{
    lock_take(&report_lock);
    reporter = cpu_id() + 1;
}

void report_init(void)
{
    write32(BOARD_REPORT_BASE + UARTCR, UARTCR_ENABLE);
}

static void put(char character)
{
    while (read32(BOARD_REPORT_BASE + UARTFR) & UARTFR_TXFF)
        ;
    write32(BOARD_REPORT_BASE + UARTDR, (uint8_t)character);
}

static void put_string(const char *string)
{
    while (*string)
        put(*string++);
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (count)
        put(digits[--count]);
}

static void put_format(const char *format, va_list *arguments)
{
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        switch (*++format) {
        case 's':
            put_string(va_arg(*arguments, const char *));
            break;
        case 'c':
            put((char)va_arg(*arguments, int));
            break;
        case 'u':
            put_number(va_arg(*arguments, uint64_t), 10);
            break;
        case 'x':
            put_string("0x");
            put_number(va_arg(*arguments, uint64_t), 16);
            break;
        default:
            put(*format);
            break;
        }
    }
    put('\n');
}

void report(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    take();
    put_format(format, &arguments);
    reporter = 0;
    lock_release(&report_lock);
    va_end(arguments);
}

/* The caller keeps the lock: the last line stays the last. */
static noreturn void raise_gpio(unsigned line)
{
    write32(BOARD_SECURE_GPIO_BASE + GPIODIR, 1u << line);
    write32(BOARD_SECURE_GPIO_BASE + GPIODATA(1u << line), 1u << line);
    for (;;)
        wait_for_interrupt();
}

static void last_line(const char *format, ...)
{
    va_list arguments;

    console_end();
    va_start(arguments, format);
    take();
    put_format(format, &arguments);
    va_end(arguments);
}

noreturn void report_exit(unsigned status)
{
    last_line("exit %u", (uint64_t)status);
    raise_gpio(BOARD_GPIO_POWEROFF);
}

noreturn void report_reset(void)
{
    last_line("reset");
    raise_gpio(BOARD_GPIO_RESET);
}

noreturn void die(const char *format, ...)
{
    va_list arguments;

    console_end();
    va_start(arguments, format);
    if (reporter != cpu_id() + 1) /* else it is a report that failed */
        take();
    put_string("die ");
    put_format(format, &arguments);
    va_end(arguments);
    raise_gpio(BOARD_GPIO_POWEROFF);
}
