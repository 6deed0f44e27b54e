// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `net`: what the stack does, and what a person, or a test, wants of it.
 */
#include "lib/command.h"
#include "app/net/connection.h"
#include "app/net/inventory.h"
#include "app/net/ping.h"
#include "app/net/services.h"
#include "app/net/stack.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "msi/irq.h"
#include "msi/report.h"

#include <errno.h>
#include <inttypes.h>
#include <lwip/stats.h>
#include <stdio.h>
#include <string.h>

#define PING_US       10000000u
#define PINGS_MAX     10000u
#define ADDRESS_S_MAX 600u
#define IRQS_MAX      16u
#define INTERRUPT_NAME                                                                             \
    "net" /* of all of the port's: their driver's name for it, or how they begin */

static int tell(const char *what, int error)
{
    if (error == 0)
        return COMMAND_DONE;
    printf("net %s: error %d\n", what, error);
    return COMMAND_FAILED;
}

static void print_address(uint32_t address)
{
    const ip4_addr_t ip = {.addr = address};
    char text[IP4ADDR_STRLEN_MAX]; /* lwIP's own buffer is the stack's thread's */

    printf("address %s", address == 0 ? "none" : ip4addr_ntoa_r(&ip, text, sizeof(text)));
}

/* ---- state ---- */

static void print_interface(const struct net_interface *interface)
{
    const struct net_counters *counters = &interface->counters;

    printf("received %" PRIu64 " frames, %" PRIu64 " bytes; bad checksums %" PRIu64
           ", not taken %" PRIu64 "\n",
           counters->received, counters->received_bytes, counters->bad_checksums,
           counters->not_taken);
    printf("sent %" PRIu64 " frames, %" PRIu64 " bytes, %" PRIu64 " doorbells; copied %" PRIu64
           ", waits for room %" PRIu64 ", refused %" PRIu64 ", failed %" PRIu64 "\n",
           counters->sent, counters->sent_bytes, counters->batches, counters->copied,
           counters->deferred, counters->refused, counters->failed);
    printf("buffers with the stack %" PRIu32 ", at most %" PRIu32 " of %u; link changes %" PRIu64
           ", port errors %" PRIu32 "\n",
           counters->buffers_out, counters->buffers_out_most, NET_RECEIVE_BUFFERS,
           counters->link_changes, counters->port_errors);
}

static void print_services(void)
{
    const struct net_connection_counters *tcp = &net_connection_counters;

    printf("connections %" PRIu32 ", accepted %" PRIu64 ", refused %" PRIu64 ", timed out %" PRIu64
           ", broken %" PRIu64 "; bytes in %" PRIu64 ", out %" PRIu64 "\n",
           tcp->open, tcp->accepted, tcp->refused, tcp->timed_out, tcp->broken, tcp->bytes_in,
           tcp->bytes_out);
    printf("datagrams %" PRIu64 ", echoed %" PRIu64 "; TCP segments %" PRIu64 ", dropped %" PRIu64
           ", checksum errors %" PRIu64 "; heap %" PRIu64 " bytes, at most %" PRIu64
           ", refused %" PRIu64 "\n",
           net_udp_counters.received, net_udp_counters.echoed, (uint64_t)lwip_stats.tcp.recv,
           (uint64_t)lwip_stats.tcp.drop, (uint64_t)lwip_stats.tcp.chkerr,
           (uint64_t)lwip_stats.mem.used, (uint64_t)lwip_stats.mem.max,
           (uint64_t)lwip_stats.mem.err);
}

static int print_state(void)
{
    struct net_link link = {.up = false};

    if (!net_is_running()) {
        printf("the network is stopped\n");
        return COMMAND_DONE;
    }
    net_get_device()->get_link(net_get_interface()->port, &link);
    printf("%s, ", net_get_device()->name);
    print_address(net_get_address());
    printf(", link %s", link.up ? "up" : "down");
    if (link.up)
        printf(", %u Mbit/s %s duplex", (unsigned)link.speed, link.full_duplex ? "full" : "half");
    printf("\n");
    print_interface(net_get_interface());
    print_services();
    return COMMAND_DONE;
}

/* ---- ping ---- */

struct ping_order {
    ip_addr_t target;
    int error;
};

static void begin_ping(void *argument)
{
    struct ping_order *order = argument;

    order->error = net_ping_begin(&order->target);
}

static void next_ping(void *argument)
{
    struct ping_order *order = argument;

    order->error = net_ping_next();
}

static void end_ping(void *argument)
{
    (void)argument;
    net_ping_end();
}

static bool is_answered(void *argument)
{
    struct net_ping ping;

    net_ping_get(&ping);
    return ping.answered + ping.wrong > *(const uint32_t *)argument;
}

/* A number of them, each after the answer to the one before, or after PING_US. */
static int ping_all(struct ping_order *order, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct net_ping ping;
        uint32_t had;
        int error;

        net_ping_get(&ping);
        had = i == 0 ? 0 : ping.answered + ping.wrong;
        error = net_call(i == 0 ? begin_ping : next_ping, order);
        if (error != 0 || order->error != 0)
            return error != 0 ? error : order->error;
        (void)idle_for(is_answered, &had, PING_US); /* without an answer it counts as lost */
    }
    return 0;
}

static int run_ping(int count, char **words)
{
    struct ping_order order = {.error = 0};
    struct net_ping ping;
    uint64_t pings = 1;
    int error;

    if (count < 2 || count > 3 || !ipaddr_aton(words[1], &order.target) ||
        (count == 3 && (!command_read_number(words[2], PINGS_MAX, &pings) || pings == 0)))
        return COMMAND_USAGE;
    error = ping_all(&order, pings);
    net_ping_get(&ping);
    (void)net_call(end_ping, NULL);
    if (error != 0)
        return tell("ping", error);
    printf("%" PRIu32 " sent, %" PRIu32 " answered, %" PRIu32 " wrong; the slowest took %" PRIu64
           " us\n",
           ping.sent, ping.answered, ping.wrong, ping.longest_ns / 1000u);
    return ping.answered == ping.sent ? COMMAND_DONE : COMMAND_FAILED;
}

/* ---- link, address, interrupts ---- */

static int run_link(int count, char **words)
{
    bool up = count == 2 && strcmp(words[1], "up") == 0;

    if (count != 2 || (!up && strcmp(words[1], "down") != 0))
        return COMMAND_USAGE;
    if (!net_is_running())
        return tell("link", -ENODEV);
    return tell("link", net_get_device()->set_link(net_get_interface()->port, up));
}

static int run_address(int count, char **words)
{
    uint64_t seconds;
    int error;

    if (count != 2 || !command_read_number(words[1], ADDRESS_S_MAX, &seconds))
        return COMMAND_USAGE;
    error = net_await_address(seconds * 1000000u);
    if (error != 0)
        return tell("address", error);
    print_address(net_get_address());
    printf("\n");
    return COMMAND_DONE;
}

struct irq_list {
    struct irq *irqs[IRQS_MAX];
    unsigned count;
};

static void collect(const struct irq *irq, void *argument)
{
    struct irq_list *list = argument;

    if (strncmp(irq_name(irq), INTERRUPT_NAME, strlen(INTERRUPT_NAME)) == 0 &&
        list->count < IRQS_MAX)
        list->irqs[list->count++] = (struct irq *)irq;
}

/* The port is not closed meanwhile: that is this core's to order. */
static int run_move(int count, char **words)
{
    struct irq_list list = {.count = 0};
    uint64_t core;
    int error = 0;

    if (count != 2 || !command_read_number(words[1], core_count() - 1, &core))
        return COMMAND_USAGE;
    if (!net_is_running())
        return tell("move", -ENODEV);
    irq_for_each(collect, &list);
    for (unsigned i = 0; i < list.count && error == 0; i++)
        error = irq_set_affinity(list.irqs[i], (unsigned)core);
    if (error != 0)
        return tell("move", error);
    printf("%u interrupts moved to core %u\n", list.count, (unsigned)core);
    return list.count != 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* Of what is opened next. */
static int run_coalesce(int count, char **words)
{
    struct udma_coalesce coalesce = {.by = NULL};
    uint64_t frames, us;

    if (count != 3 || !command_read_number(words[1], NET_SEND_DEPTH, &frames) || frames == 1 ||
        !command_read_number(words[2], UDMA_COALESCE_US_MAX, &us) || (frames != 0 && us == 0))
        return COMMAND_USAGE;
    if (us != 0)
        coalesce = (struct udma_coalesce)UDMA_COALESCE((uint32_t)frames, (uint32_t)us);
    net_interface_coalesce(&coalesce);
    if (net_is_running())
        printf("from the next start on\n");
    return COMMAND_DONE;
}

/* ---- start and stop ---- */

static int run_start(void)
{
    if (net_is_running())
        return tell("start", -EALREADY);
    if (net_get_device() == NULL)
        return tell("start", -ENODEV);
    return tell("start", net_inventory_start(net_get_device()));
}

static int run_stop(void)
{
    return tell("stop", net_inventory_stop());
}

static int run_net(int count, char **words)
{
    const char *word = count > 1 ? words[1] : "";

    if (count == 1)
        return print_state();
    if (strcmp(word, "ping") == 0)
        return run_ping(count - 1, words + 1);
    if (strcmp(word, "link") == 0)
        return run_link(count - 1, words + 1);
    if (strcmp(word, "address") == 0)
        return run_address(count - 1, words + 1);
    if (strcmp(word, "coalesce") == 0)
        return run_coalesce(count - 1, words + 1);
    if (strcmp(word, "move") == 0)
        return run_move(count - 1, words + 1);
    if (count == 2 && strcmp(word, "start") == 0)
        return run_start();
    if (count == 2 && strcmp(word, "stop") == 0)
        return run_stop();
    return COMMAND_USAGE;
}

static const char *net_words(unsigned word, unsigned index)
{
    static const char *const first[] = {"address", "coalesce", "link", "move",
                                        "ping",    "start",    "stop"};

    return word == 1 && index < sizeof(first) / sizeof(first[0]) ? first[index] : NULL;
}

COMMAND(net,
        .arguments =
            "[address s | coalesce n us | link up|down | move core | ping ip [n] | start | stop]",
        .help = "the network; waits for an address; fewer interrupts; cable; interrupts' core; "
                "starts or stops it",
        .run = run_net, .candidate = net_words);
