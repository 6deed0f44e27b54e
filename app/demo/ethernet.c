// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `ethernet`: the port's address, PHY, link and statistics; of a port that nobody has
 * open, it opens it for that long.
 */
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/cpsw/cpsw.h"
#include "lib/command.h"
#include "msi/irq.h"
#include "platform/cpsw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NEGOTIATION_US 4000000u /* what two PHYs may take */
#define LOOK_US        10000u

static void print_address(const char *name, const uint8_t *address)
{
    printf("%s %02x:%02x:%02x:%02x:%02x:%02x\n", name, address[0], address[1], address[2],
           address[3], address[4], address[5]);
}

static void print_link(const struct cpsw_link *link)
{
    if (link->up)
        printf("link up, %u Mbit/s, %s duplex\n", (unsigned)link->speed,
               link->full_duplex ? "full" : "half");
    else
        printf("link down\n");
}

/* Those that are not 0. */
static int print_statistics(struct cpsw *port)
{
    static const char *const names[CPSW_PORTS] = {"host's port", "MAC's port"};
    struct cpsw_statistics statistics;

    for (unsigned i = 0; i < CPSW_PORTS; i++) {
        int error = cpsw_get_statistics(port, (enum cpsw_port)i, &statistics);

        if (error != 0)
            return error;
        printf("%s\n", names[i]);
        for (unsigned number = 0; number < CPSW_STATISTICS; number++)
            if (statistics.values[number] != 0)
                printf("  %-28s %" PRIu64 "\n", cpsw_statistic_name(number),
                       statistics.values[number]);
    }
    return 0;
}

/* ---- a port of its own ---- */

static void received(void *context, unsigned flow, struct udma_received *const *packets,
                     unsigned count)
{
    (void)context;
    (void)flow;
    (void)packets;
    (void)count;
}

static void sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static void returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)context;
    (void)flow;
    (void)buffer;
}

/* It has no buffers, so that it takes no frames. */
static int open_port(struct cpsw **port)
{
    const struct cpsw_config config = {
        .name = "ethernet",
        .facts = platform_cpsw(),
        .flow_count = 1,
        .flows = {{.core = IRQ_CORE_ANY, .depth = 1}},
        .send_core = IRQ_CORE_ANY,
        .send_depth = 1,
        .received = received,
        .sent = sent,
        .returned = returned,
    };
    int error = cpsw_open(&config, port);

    if (error != 0)
        return error;
    error = cpsw_start(*port);
    if (error != 0)
        (void)cpsw_close(*port);
    return error;
}

static int wait_for_link(struct cpsw *port, struct cpsw_link *link)
{
    const deadline_t deadline = deadline_after_us(NEGOTIATION_US);
    int error = 0;

    cpsw_get_link(port, link);
    while (error == 0 && !link->up && !deadline_passed(deadline)) {
        delay_us(LOOK_US);
        error = cpsw_check_link(port);
        cpsw_get_link(port, link);
    }
    return error;
}

static int show(struct cpsw *port, bool statistics)
{
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];
    struct cpsw_link link;
    int error = wait_for_link(port, &link);

    if (error != 0)
        return error;
    cpsw_get_address(port, address);
    print_address("address", address);
    print_link(&link);
    return statistics ? print_statistics(port) : 0;
}

static int run_ethernet(int count, char **words)
{
    const bool statistics = count == 2 && strcmp(words[1], "stats") == 0;
    struct cpsw *port = cpsw_find(), *opened = NULL;
    int error = 0;

    if (count > 1 && !statistics)
        return COMMAND_USAGE;
    if (port == NULL)
        error = open_port(&opened);
    if (error == 0)
        error = show(port != NULL ? port : opened, statistics);
    if (opened != NULL) {
        const int closed = cpsw_close(opened);

        error = error != 0 ? error : closed;
    }
    if (error != 0)
        printf("ethernet: error %d\n", error);
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

static const char *ethernet_words(unsigned word, unsigned index)
{
    return word == 1 && index == 0 ? "stats" : NULL;
}

COMMAND(ethernet, .arguments = "[stats]",
        .help = "the Ethernet port: address, link; what its hardware has counted",
        .run = run_ethernet, .candidate = ethernet_words);
