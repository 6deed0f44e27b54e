// SPDX-License-Identifier: BSD-3-Clause
/*
 * ICMP's echo, asked on lwIP's raw API.
 */
#include "app/net/ping.h"

#include "arch/time.h"
#include "arch/wait.h"

#include <errno.h>
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/ip4.h>
#include <lwip/raw.h>
#include <stddef.h>
#include <string.h>

#define IDENTIFIER 0x6b33u

static struct raw_pcb *pcb;
static ip_addr_t target;
static struct net_ping ping;
static uint64_t asked_ns;

static void fill(uint8_t *data, uint32_t sequence)
{
    for (uint32_t i = 0; i < NET_PING_BYTES; i++)
        data[i] = (uint8_t)(i + sequence);
}

static void judge(const struct icmp_echo_hdr *header, const uint8_t *data)
{
    uint8_t expected[NET_PING_BYTES];
    uint64_t took = time_now_ns() - asked_ns;

    if (lwip_ntohs(header->seqno) != (uint16_t)ping.sent)
        return; /* a late one */
    fill(expected, ping.sent);
    if (memcmp(data, expected, sizeof(expected)) != 0) {
        ping.wrong++;
        return;
    }
    ping.last_ns = took;
    if (took > ping.longest_ns)
        ping.longest_ns = took;
    __atomic_store_n(&ping.answered, ping.answered + 1, __ATOMIC_RELEASE);
    wait_notify();
}

/* Every ICMP datagram, with its IP header. 1: it was ours. */
static u8_t on_datagram(void *argument, struct raw_pcb *raw, struct pbuf *pbuf,
                        const ip_addr_t *address)
{
    uint8_t bytes[sizeof(struct icmp_echo_hdr) + NET_PING_BYTES];
    struct icmp_echo_hdr header;
    uint8_t first;

    (void)argument;
    (void)raw;
    if (!ip_addr_cmp(address, &target) || pbuf_copy_partial(pbuf, &first, 1, 0) != 1 ||
        pbuf_copy_partial(pbuf, bytes, sizeof(bytes), (u16_t)((first & 0xfu) * 4u)) !=
            sizeof(bytes))
        return 0;
    memcpy(&header, bytes, sizeof(header));
    if (ICMPH_TYPE(&header) != ICMP_ER || lwip_ntohs(header.id) != IDENTIFIER)
        return 0;
    judge(&header, bytes + sizeof(header));
    pbuf_free(pbuf);
    return 1;
}

int net_ping_begin(const ip_addr_t *address)
{
    if (pcb != NULL)
        return -EBUSY;
    pcb = raw_new(IP_PROTO_ICMP);
    if (pcb == NULL)
        return -ENOMEM;
    memset(&ping, 0, sizeof(ping));
    ip_addr_copy(target, *address);
    raw_recv(pcb, on_datagram, NULL);
    (void)raw_bind(pcb, IP_ADDR_ANY);
    return net_ping_next();
}

int net_ping_next(void)
{
    struct pbuf *pbuf =
        pbuf_alloc(PBUF_IP, sizeof(struct icmp_echo_hdr) + NET_PING_BYTES, PBUF_RAM);
    struct icmp_echo_hdr *header;
    err_t error;

    if (pbuf == NULL)
        return -ENOMEM;
    header = pbuf->payload;
    ICMPH_TYPE_SET(header, ICMP_ECHO);
    ICMPH_CODE_SET(header, 0);
    header->chksum = 0;
    header->id = lwip_htons(IDENTIFIER);
    header->seqno = lwip_htons((u16_t)++ping.sent);
    fill((uint8_t *)(header + 1), ping.sent);
    header->chksum = inet_chksum(header, pbuf->len);
    asked_ns = time_now_ns();
    error = raw_sendto(pcb, pbuf, &target);
    pbuf_free(pbuf);
    return error == ERR_OK ? 0 : -EHOSTUNREACH;
}

void net_ping_end(void)
{
    if (pcb != NULL)
        raw_remove(pcb);
    pcb = NULL;
}

void net_ping_get(struct net_ping *result)
{
    result->answered = __atomic_load_n(&ping.answered, __ATOMIC_ACQUIRE);
    result->sent = ping.sent;
    result->wrong = ping.wrong;
    result->last_ns = ping.last_ns;
    result->longest_ns = ping.longest_ns;
}
