// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer, the system firmware's client and UDMA on a Cortex-R5F of the twin: each kind
 * of interrupt arrives, what was taken is given back. TAP. tests/bench/r5f counts what its
 * interrupts execute.
 */
#include "arch/cache.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/uart/uart_registers.h"
#include "drivers/udma/udma.h"
#include "drivers/vim/vim.h"
#include "lib/console.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "platform/r5f_console.h"
#include "platform/r5f_linux.h"
#include "platform/r5f_number.h"
#include "twin/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERRUPTS  16u
#define SPARE_INPUT 50u /* of the VIM: nothing that this program knows of */
#define LENGTH      4096u
#define COPIES      200u
#define LINE        32u   /* of the data cache */
#define LOOPBACK    0x10u /* UART's MCR */
#define SECOND_US   UINT64_C(1000000)

static unsigned number, failed;

static void check(const char *what, bool good)
{
    number++;
    failed += !good;
    printf("%sok %u - %s\n", good ? "" : "not ", number, what);
}

/* ---- interrupts that arrive ---- */

static unsigned calls;
static double sum;

static bool has_come(void *argument)
{
    return calls >= *(const unsigned *)argument;
}

static bool come(unsigned count)
{
    return wait_for(has_come, &count, SECOND_US) == 0;
}

enum irq_return soc_wired(void *context);
enum irq_return soc_wired(void *context)
{
    (void)context;
    calls++;
    wait_notify();
    return IRQ_HANDLED;
}

/* All that a handler may overwrite of the floating point unit. */
static enum irq_return floating(void *context)
{
    (void)context;
    for (unsigned i = 1; i < 20; i++)
        sum += 1.0 / i;
    calls++;
    wait_notify();
    return IRQ_HANDLED;
}

static const uint16_t spare_intids[] = {AM65X_VIM_INTID + SPARE_INPUT,
                                        AM65X_VIM_INTID + SPARE_INPUT + 1};
static struct device spare = {.name = "spare inputs"};

static void wired(void)
{
    const struct irq_request request = {.handler = soc_wired};
    bool good = true;
    struct irq *irq;

    calls = 0;
    good = irq_request(&spare, &request, &irq) == 0;
    for (unsigned i = 1; good && i <= INTERRUPTS; i++)
        good = irq_trigger(irq) == 0 && come(i);
    good = good && irq_count(irq) == INTERRUPTS;
    check("an input of the VIM interrupts, once each time", good && irq_free(irq) == 0);
}

static void floating_point(void)
{
    const struct irq_request request = {.handler = floating};
    double mine = 0, again = 0;
    struct irq *irq;
    bool good = irq_request(&spare, &request, &irq) == 0;

    calls = 0;
    for (unsigned i = 1; good && i <= INTERRUPTS; i++) {
        mine += 2.5 / i;
        good = irq_trigger(irq) == 0; /* taken while `mine` is in a register */
        again += 2.5 / i;
    }
    check("a handler's floating point leaves the thread's alone",
          good && calls == INTERRUPTS && mine == again && sum > 0 && irq_free(irq) == 0);
}

/* ---- priorities ---- */

static char order[8];

static void note(char what)
{
    strncat(order, (char[]){what, '\0'}, 1);
}

static enum irq_return urgent(void *context)
{
    (void)context;
    note('u');
    return IRQ_HANDLED;
}

static enum irq_return usual(void *context)
{
    (void)context;
    note('(');
    (void)vim_set_pending(SPARE_INPUT + 1);
    note(')');
    calls++;
    wait_notify();
    return IRQ_HANDLED;
}

static void priorities(void)
{
    const struct irq_request requests[] = {
        {.handler = usual},
        {.index = 1, .handler = urgent, .priority = IRQ_PRIORITY_URGENT},
    };
    struct irq *irq, *urgent_irq;
    bool good = irq_request(&spare, &requests[0], &irq) == 0 &&
                irq_request(&spare, &requests[1], &urgent_irq) == 0;

    calls = 0;
    order[0] = '\0';
    good = good && irq_trigger(irq) == 0 && come(1);
    check("a more urgent interrupt interrupts a handler",
          good && strcmp(order, "(u)") == 0 && irq_free(urgent_irq) == 0 && irq_free(irq) == 0);
}

/* ---- the console's UART: a byte that it sends comes back ---- */

static void find_console(const struct irq *irq, void *found)
{
    if (strcmp(irq_name(irq), "console") == 0)
        *(const struct irq **)found = irq;
}

static void console(void)
{
    struct uart_registers *uart = (struct uart_registers *)platform_console_base();
    const struct irq *irq = NULL;
    uint64_t before;
    int byte;

    irq_for_each(find_console, &irq);
    before = irq != NULL ? irq_count(irq) : 0;
    fflush(stdout);
    console_flush();
    mmio_write32((uintptr_t)&uart->mcr, mmio_read32((uintptr_t)&uart->mcr) | LOOPBACK);
    mmio_write32((uintptr_t)&uart->thr, 'k');
    byte = console_getc(SECOND_US);
    mmio_write32((uintptr_t)&uart->mcr, mmio_read32((uintptr_t)&uart->mcr) & ~LOOPBACK);
    check("a byte from the UART interrupts", byte == 'k' && irq != NULL && irq_count(irq) > before);
}

/* ---- DMA ---- */

struct copying {
    struct udma_channel *channel;
    uint8_t *from, *to;
    unsigned done;
    int status;
};

void soc_callback(void *context, void *cookie, int status);
void soc_callback(void *context, void *cookie, int status)
{
    struct copying *copying = context;

    (void)cookie;
    copying->status = status != 0 ? status : copying->status;
    copying->done++;
    wait_notify();
}

struct awaited {
    const struct copying *copying;
    unsigned count;
};

static bool has_copied(void *argument)
{
    const struct awaited *awaited = argument;

    return awaited->copying->done >= awaited->count;
}

static bool copy_once(struct copying *copying, unsigned round)
{
    struct awaited awaited = {copying, copying->done + 1};

    memset(copying->from, (int)round, LENGTH);
    memset(copying->to, 0, LENGTH);
    return udma_copy(copying->channel, (uintptr_t)copying->to, (uintptr_t)copying->from, LENGTH,
                     NULL) == 0 &&
           wait_for(has_copied, &awaited, SECOND_US) == 0 &&
           memcmp(copying->from, copying->to, LENGTH) == 0;
}

static bool copy(struct udma *udma, unsigned rounds)
{
    struct copying copying = {.from = dma_alloc(LENGTH), .to = dma_alloc(LENGTH)};
    const struct udma_channel_config config = {
        .name = "copy", .udma = udma, .depth = 4, .callback = soc_callback, .context = &copying};
    bool good = copying.from != NULL && copying.to != NULL &&
                udma_channel_open(&config, &copying.channel) == 0;

    for (unsigned round = 1; good && round <= rounds; round++)
        good = copy_once(&copying, round);
    good = good && copying.status == 0 && copying.done == rounds &&
           udma_channel_close(copying.channel) == 0;
    dma_free(copying.from);
    dma_free(copying.to);
    return good;
}

/* Memory that is cached, and not dma_alloc()'s: in the twin's mood caches, what is not maintained
 * is not copied. */
static bool copy_cached(struct udma *udma, bool maintain)
{
    static uint8_t from[LENGTH] __attribute__((aligned(LINE)));
    static uint8_t to[LENGTH] __attribute__((aligned(LINE)));
    struct copying copying = {.from = from, .to = to};
    const struct awaited once = {&copying, 1};
    const struct udma_channel_config config = {
        .name = "cached", .udma = udma, .depth = 4, .callback = soc_callback, .context = &copying};
    bool good = udma_channel_open(&config, &copying.channel) == 0;

    memset(from, 'f', LENGTH);
    memset(to, 't', LENGTH);
    if (maintain) {
        dcache_clean_invalidate(from, LENGTH);
        dcache_clean_invalidate(to, LENGTH);
    }
    good = good && udma_copy(copying.channel, (uintptr_t)to, (uintptr_t)from, LENGTH, NULL) == 0 &&
           wait_for(has_copied, (void *)&once, SECOND_US) == 0;
    if (maintain)
        dcache_invalidate(to, LENGTH);
    return udma_channel_close(copying.channel) == 0 && good && memcmp(from, to, LENGTH) == 0;
}

/* ---- the mailbox, through two routers ---- */

static uint32_t received_message;

static void received(void *context, const uint32_t *messages, unsigned count)
{
    (void)context;
    received_message = messages[count - 1];
    calls++;
    wait_notify();
}

static void mailbox(void)
{
    struct mailbox_cluster *cluster;
    struct mailbox *sender = NULL, *receiver = NULL;
    bool good = platform_mailbox_take(0, &cluster) == 0;
    struct mailbox_config config = {
        .name = "sender", .cluster = cluster, .user = 1, .receive = MAILBOX_NONE};

    calls = 0;
    good = good && mailbox_open(&config, &sender) == 0;
    config = (struct mailbox_config){.name = "receiver",
                                     .cluster = cluster,
                                     .user = 2,
                                     .transmit = MAILBOX_NONE,
                                     .received = received};
    good = good && mailbox_open(&config, &receiver) == 0;
    for (unsigned i = 1; good && i <= INTERRUPTS; i++)
        good = mailbox_send(sender, i) == 0 && come(i) && received_message == i;
    check("a mailbox's messages interrupt, through two routers",
          good && mailbox_close(sender) == 0 && mailbox_close(receiver) == 0 &&
              platform_mailbox_release(0) == 0);
}

/* ---- the link with Linux: nobody is at the other end ---- */

static int closed_in_handler;

static enum irq_return close_link(void *context)
{
    (void)context;
    closed_in_handler = platform_linux_close();
    calls++;
    wait_notify();
    return IRQ_HANDLED;
}

/* A close that a handler is refused leaves it open. */
static void linux_link(void)
{
    const struct irq_request request = {.handler = close_link};
    bool good = irq_bind_wired(&spare, platform_wired(), spare_intids, 2) == 0;
    struct mailbox_cluster *cluster;
    struct irq *irq;

    calls = 0;
    good = good && platform_mailbox_take(platform_r5f_number(), &cluster) == 0 &&
           platform_linux_close() == -EINVAL && /* what is not its own it leaves alone */
           platform_mailbox_release(platform_r5f_number()) == 0 && platform_linux_open() == 0 &&
           platform_linux_open() == -EBUSY && irq_request(&spare, &request, &irq) == 0 &&
           irq_trigger(irq) == 0 && come(1) && irq_free(irq) == 0;
    check("the link with Linux can't be closed in a handler",
          good && closed_in_handler == -EDEADLK && platform_linux_wait(1000) == -ETIMEDOUT &&
              platform_linux_open() == -EBUSY && irq_unbind(&spare) == 0);
    good = platform_linux_close() == 0 && platform_linux_open() == 0;
    check("it is closed in a thread, and opened again", good && platform_linux_close() == 0);
}

/* ---- all of it ---- */

static void look_at_part(const char *name, int error, unsigned refused, void *argument)
{
    (void)refused;
    if (error != 0)
        printf("# %s: error %d\n", name, error);
    *(int *)argument |= error;
}

static bool is_equal(const struct irq_inventory *before, const struct irq_inventory *after)
{
    return before->irqs == after->irqs && before->bindings == after->bindings && after->held == 0 &&
           before->events == after->events && before->vints == after->vints &&
           before->routes == after->routes && after->spurious == 0 && after->stray == 0 &&
           after->storms == 0;
}

/* The twin ends the run with it, or tells of it; a board has no such instruction. */
static _Noreturn void leave(int status)
{
    fflush(stdout);

    register uint32_t function __asm__("r0") = TWIN_SMC_EXIT;
    register uint32_t argument __asm__("r1") = (uint32_t)status;

    __asm__ volatile(".inst.w 0xf7f08000 /* SMC 0 */" ::"r"(function), "r"(argument) : "memory");
    exit(status);
}

/* r5f.ld: what was said before main(). */
extern char trace_text_start[];

/* In split mode the UART is core 0's, whose program here has no use for it. */
static void take_uart(void)
{
    static char said[4096];

    (void)snprintf(said, sizeof(said), "%s", trace_text_start);
    platform_r5f_console_attach(true);
    fputs(said, stdout);
}

int main(int argc, char *argv[])
{
    const bool uart_is_ours = platform_r5f_console_has_uart();
    struct irq_inventory before, after;
    uint32_t waiting;
    int error = 0;

    if (!uart_is_ours)
        take_uart();
    platform_for_each_part(look_at_part, &error);
    check("every part is up", error == 0);
    (void)argv; /* any: nothing is maintained */
    irq_get_inventory(&before);
    waiting = before.held;
    error = irq_bind_wired(&spare, platform_wired(), spare_intids, 2);
    wired();
    floating_point();
    priorities();
    check("the spare inputs are given back", error == 0 && irq_unbind(&spare) == 0);
    if (uart_is_ours)
        console();
    check("a copy on the MCU's Navigator interrupts",
          copy(platform_udma(PLATFORM_NAVSS_MCU), COPIES));
    check("a copy on the main one interrupts", copy(platform_udma(PLATFORM_NAVSS_MAIN), COPIES));
    check("so does one of memory that is cached, and maintained",
          copy_cached(platform_udma(PLATFORM_NAVSS_MCU), argc <= 1));
    mailbox();
    linux_link();
    irq_get_inventory(&after);
    check("all that was taken is given back, and nothing came that nobody wanted",
          waiting == 0 && is_equal(&before, &after));
    printf("1..%u\n", number);
    leave(failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
