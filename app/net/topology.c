// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the page draws: every interrupt with its way, stage by stage, and what the network counts.
 */
#include "app/net/topology.h"

#include "app/net/connection.h"
#include "app/net/json.h"
#include "app/net/services.h"
#include "arch/core.h"
#include "arch/time.h"
#include "lib/version.h"
#include "msi/irq.h"
#include "msi/report.h"

#include <errno.h>
#include <lwip/stats.h>
#include <stdint.h>
#include <string.h>

#define PICTURES     4u
#define PICTURE_SIZE 32768u
#define TAIL_ROOM    128u /* what is written behind the interrupts */
#define ROUTE_MAX    160u
#define STAGE_END    " > "

struct net_picture {
    char text[PICTURE_SIZE];
    size_t length;
    unsigned holders;
};

static struct net_picture pictures[PICTURES];
static struct net_picture *last;

/* ---- interrupts ---- */

struct listing {
    struct json *json;
    uint64_t left_out;
};

static void write_route(struct json *json, const struct irq *irq)
{
    char route[ROUTE_MAX], *stage = route, *next;

    irq_describe(irq, route, sizeof(route));
    json_begin(json, "route", '[');
    do {
        next = strstr(stage, STAGE_END);
        if (next != NULL)
            *next = '\0';
        json_text(json, NULL, stage);
        if (next != NULL)
            stage = next + strlen(STAGE_END);
    } while (next != NULL);
    json_end(json, ']');
}

static void write_interrupt(const struct irq *irq, void *argument)
{
    struct listing *listing = argument;
    struct json *json = listing->json;
    struct json before = json_mark(json);

    json_begin(json, NULL, '{');
    json_text(json, "device", irq_device_name(irq));
    json_number(json, "index", irq_index(irq));
    json_text(json, "name", irq_name(irq));
    json_number(json, "core", irq_core(irq));
    json_text(json, "priority", irq_priority_name(irq_priority(irq)));
    json_text(json, "state", irq_state_name(irq));
    json_number(json, "count", irq_count(irq));
    write_route(json, irq);
    json_end(json, '}');
    if (json->full || json->size - json->length < TAIL_ROOM) {
        json_rewind(json, &before);
        listing->left_out++;
    }
}

/* ---- counters ---- */

static void write_interface(struct json *json, const struct net_interface *interface)
{
    const struct net_counters *counters = &interface->counters;

    json_begin(json, "interface", '{');
    json_number(json, "frames received", counters->received);
    json_number(json, "bytes received", counters->received_bytes);
    json_number(json, "frames sent", counters->sent);
    json_number(json, "bytes sent", counters->sent_bytes);
    json_number(json, "doorbells", counters->batches);
    json_number(json, "frames copied", counters->copied);
    json_number(json, "waits for room", counters->deferred);
    json_number(json, "frames refused", counters->refused);
    json_number(json, "frames failed", counters->failed);
    json_number(json, "bad checksums", counters->bad_checksums);
    json_number(json, "frames not taken", counters->not_taken);
    json_number(json, "link changes", counters->link_changes);
    json_number(json, "buffers in use", counters->buffers_out);
    json_number(json, "buffers in use at most", counters->buffers_out_most);
    json_number(json, "port errors", counters->port_errors);
    json_end(json, '}');
}

static void write_stack(struct json *json)
{
    json_begin(json, "stack", '{');
    json_number(json, "IP received", lwip_stats.ip.recv);
    json_number(json, "IP dropped", lwip_stats.ip.drop);
    json_number(json, "ICMP received", lwip_stats.icmp.recv);
    json_number(json, "UDP received", lwip_stats.udp.recv);
    json_number(json, "UDP echoed", net_udp_counters.echoed);
    json_number(json, "TCP received", lwip_stats.tcp.recv);
    json_number(json, "TCP sent", lwip_stats.tcp.xmit);
    json_number(json, "TCP dropped", lwip_stats.tcp.drop);
    json_number(json, "TCP checksum errors", lwip_stats.tcp.chkerr);
    json_number(json, "heap used", lwip_stats.mem.used);
    json_number(json, "heap used at most", lwip_stats.mem.max);
    json_number(json, "heap errors", lwip_stats.mem.err);
    json_number(json, "connections open", net_connection_counters.open);
    json_number(json, "connections accepted", net_connection_counters.accepted);
    json_number(json, "connections refused", net_connection_counters.refused);
    json_number(json, "connections timed out", net_connection_counters.timed_out);
    json_number(json, "connections broken", net_connection_counters.broken);
    json_end(json, '}');
}

static void write_inventory(struct json *json)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);
    json_begin(json, "interrupts in use", '{');
    json_number(json, "interrupts", inventory.irqs);
    json_number(json, "events free", inventory.events_free);
    json_number(json, "VINTs free", inventory.vints_free);
    json_number(json, "routes free", inventory.routes_free);
    json_number(json, "LPIs free", inventory.lpis_free);
    json_number(json, "held", inventory.held);
    json_number(json, "spurious", inventory.spurious);
    json_number(json, "stray", inventory.stray);
    json_number(json, "storms", inventory.storms);
    json_end(json, '}');
}

static void write_all(struct json *json, const struct net_interface *interface)
{
    struct listing listing = {.json = json};
    char identity[96];

    version_describe(identity, sizeof(identity));
    json_begin(json, NULL, '{');
    json_text(json, "identity", identity);
    json_number(json, "time", time_now_ns() / 1000000u);
    json_number(json, "cores", core_count());
    json_text(json, "address", ip4addr_ntoa(netif_ip4_addr(&interface->netif)));
    json_begin(json, "counters", '{');
    write_interface(json, interface);
    write_stack(json);
    write_inventory(json);
    json_end(json, '}');
    json_begin(json, "interrupts", '[');
    irq_for_each(write_interrupt, &listing);
    json_end(json, ']');
    json_number(json, "left out", listing.left_out);
    json_end(json, '}');
}

/* ---- pictures ---- */

/* One that nobody holds; the last one, if possible, is left as it is. */
static struct net_picture *free_picture(void)
{
    for (unsigned i = 0; i < PICTURES; i++)
        if (pictures[i].holders == 0 && &pictures[i] != last)
            return &pictures[i];
    return last != NULL && last->holders == 0 ? last : NULL;
}

int net_picture_take(const struct net_interface *interface)
{
    struct net_picture *picture = free_picture();
    struct json json;

    if (picture == NULL)
        return -EBUSY;
    json_init(&json, picture->text, sizeof(picture->text));
    write_all(&json, interface);
    picture->length = json.length;
    last = picture;
    return 0;
}

struct net_picture *net_picture_hold(void)
{
    if (last != NULL)
        last->holders++;
    return last;
}

void net_picture_release(struct net_picture *picture)
{
    picture->holders--;
}

const char *net_picture_text(const struct net_picture *picture)
{
    return picture->text;
}

size_t net_picture_length(const struct net_picture *picture)
{
    return picture->length;
}
