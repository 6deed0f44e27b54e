// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's two places. A UART that is switched off, as Linux does with those that it does not
 * use, refuses accesses; then there is the memory only.
 */
#include "platform/r5f_console.h"

#include "arch/exception.h"
#include "arch/probe.h"
#include "drivers/uart/uart.h"
#include "drivers/uart/uart_registers.h"
#include "lib/console.h"
#include "lib/log_buffer.h"
#include "platform/am65x.h"
#include "platform/r5f_number.h"

#include <errno.h>
#include <stddef.h>

#define UART_BAUD 115200u

/* r5f.ld: what is between is not cached. */
extern char trace_text_start[], trace_text_end[];

static bool has_uart;

bool platform_r5f_console_has_uart(void)
{
    return has_uart;
}

static int console_output(const char *text, size_t length)
{
    log_buffer_write(text, length);
    return has_uart ? uart_write(text, length) : 0;
}

void platform_r5f_panic_output(const char *text, size_t length)
{
    log_buffer_write(text, length);
    if (has_uart)
        uart_panic_write(text, length);
}

static bool start_uart(void)
{
    uint32_t status = 0;

    return probe_read32(AM65X_MCU_UART0_BASE + offsetof(struct uart_registers, lsr), &status) ==
               0 &&
           uart_init(AM65X_MCU_UART0_BASE, AM65X_MCU_UART_CLOCK_HZ, UART_BAUD) == 0;
}

/* A report that comes before the console is up. */
void exception_early_output(const char *text, size_t length)
{
    static bool begun;

    if (!begun) {
        begun = true;
        log_buffer_init(trace_text_start, (size_t)(trace_text_end - trace_text_start));
        has_uart = platform_r5f_number() == 0 && start_uart();
    }
    platform_r5f_panic_output(text, length);
}

void platform_r5f_console_attach(bool uart)
{
    static const struct console_device device = {console_output, uart_getc, uart_flush,
                                                 uart_discard_through};

    log_buffer_init(trace_text_start, (size_t)(trace_text_end - trace_text_start));
    has_uart = uart && start_uart();
    exception_set_output(platform_r5f_panic_output);
    console_attach(&device);
}
