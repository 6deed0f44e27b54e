// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x as a Cortex-R5F of its MCU domain has it: from the boot code's hand-over to the
 * application's main(), and from main()'s return to the end.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "boot/boot.h"
#include "drivers/uart/uart.h"
#include "lib/console.h"
#include "lib/log.h"
#include "lib/version.h"

#include <stdlib.h>

/* MCU_UART0 (TRM SPRUID7, memory map; its functional clock as k3-am65-mcu.dtsi's of the SoC). */
#define MCU_UART0_BASE     0x40a00000u
#define MCU_UART0_CLOCK_HZ 96000000u
#define UART_BAUD          115200u

LOG_SUBJECT(boot);

/* The application. */
int main(int argc, char **argv);

/* r5f.ld: its functions with __attribute__((constructor)). */
typedef void (*constructor_t)(void);
extern const constructor_t constructors_start[], constructors_end[];

/* A report that comes before the console is up. */
void exception_early_output(const char *text, size_t length)
{
    if (uart_init(MCU_UART0_BASE, MCU_UART0_CLOCK_HZ, UART_BAUD) == 0)
        uart_panic_write(text, length);
}

static void log_image(void)
{
    char identity[96];

    version_describe(identity, sizeof(identity));
    log_info(boot, "%s", identity);
    log_info(boot, "AM65x, Cortex-R5F of affinity 0x%x", (unsigned)core_affinity(core_id()));
}

noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    static const struct console_device uart = {uart_write, uart_getc, uart_flush,
                                               uart_discard_through};
    static char name[] = "k3metal";
    static char *words[] = {name, NULL};

    (void)dtb;
    (void)entry_level;
    (void)load_address;
    if (uart_init(MCU_UART0_BASE, MCU_UART0_CLOCK_HZ, UART_BAUD) == 0)
        console_attach(&uart);
    log_image();
    for (const constructor_t *constructor = constructors_start; constructor < constructors_end;
         constructor++)
        (*constructor)();
    exit(main(1, words)); /* flushes stdout, runs atexit()'s functions, and comes to _exit() */
}
