// SPDX-License-Identifier: BSD-3-Clause
/*
 * How lwIP is built: IPv4 on one interface, one thread, no operating system. All of its memory is
 * in pools and a heap of fixed size: whoever sends more than fits has it dropped, or waits.
 */
#ifndef APP_NET_PORT_LWIPOPTS_H
#define APP_NET_PORT_LWIPOPTS_H

#define NO_SYS                         1
#define SYS_LIGHTWEIGHT_PROT           0 /* all of it runs in the stack's thread */
#define LWIP_NETCONN                   0
#define LWIP_SOCKET                    0
#define LWIP_SINGLE_NETIF              1

/* ---- memory: about 1.3 MiB, besides the receive buffers (interface.h) ---- */

#define MEM_ALIGNMENT                  8
#define MEM_SIZE                       (1024 * 1024) /* what is copied: more than the services' send buffers */
#define MEMP_NUM_TCP_PCB               32
#define MEMP_NUM_TCP_PCB_LISTEN        4
#define MEMP_NUM_TCP_SEG               1024
#define MEMP_NUM_UDP_PCB               4
#define MEMP_NUM_PBUF                  1024 /* data that is sent where it lies */
#define MEMP_NUM_SYS_TIMEOUT           12
#define PBUF_POOL_SIZE                 16 /* what is received is in buffers of the interface's */
#define MEMP_NUM_PARALLEL_HTTPD_CONNS  12
#define HTTPD_USE_MEM_POOL             1

/* ---- protocols ---- */

#define LWIP_DHCP                      1
#define DHCP_DOES_ARP_CHECK            0 /* two seconds for what a lease says anyway */
#define LWIP_NETIF_HOSTNAME            1
#define LWIP_NETIF_LINK_CALLBACK       0
#define LWIP_NETIF_STATUS_CALLBACK     1
#define LWIP_RAW                       1 /* to ping the gateway */
#define MEMP_NUM_RAW_PCB               1
#define ARP_QUEUEING                   1
#define ARP_QUEUE_LEN                  4
#define MEMP_NUM_ARP_QUEUE             8
#define IP_REASSEMBLY                  1 /* a part of a datagram keeps a receive buffer: not many */
#define MEMP_NUM_REASSDATA             4
#define IP_REASS_MAX_PBUFS             16
#define IP_FRAG                        1

#define LWIP_TCP                       1
#define TCP_MSS                        1460
#define TCP_WND                        (44 * TCP_MSS) /* fits the receive buffers */
#define TCP_SND_BUF                    (44 * TCP_MSS)
#define TCP_SND_QUEUELEN               128
#define TCP_LISTEN_BACKLOG             1
#define TCP_DEFAULT_LISTEN_BACKLOG     8
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* they count PBUF_POOL_SIZE */
#define TCP_QUEUE_OOSEQ                1
#define TCP_OOSEQ_MAX_PBUFS            1 /* that there is a limit: the next line's */
#define TCP_OOSEQ_PBUFS_LIMIT(pcb)     net_early_segments_max()
#define LWIP_TCP_SACK_OUT              1

/* A TCP or UDP checksum that the MAC has found right is not computed again (interface.c). */
#define LWIP_CHECKSUM_CTRL_PER_NETIF   1
#define LWIP_CHKSUM_ALGORITHM          3

/* ---- the web server ---- */

#define LWIP_HTTPD_DYNAMIC_HEADERS     1
#define LWIP_HTTPD_DYNAMIC_FILE_READ                                                               \
    1 /* what changes is copied; the page is sent from where it is */
#define LWIP_HTTPD_CUSTOM_FILES         1 /* all are web.c's; lwIP's own are not linked */
#define LWIP_HTTPD_FS_ASYNC_READ        1
#define LWIP_HTTPD_SUPPORT_11_KEEPALIVE 1
#define LWIP_HTTPD_SUPPORT_V09          0
#define HTTPD_SERVER_AGENT              "k3metal"
#define HTTPD_MAX_RETRIES               8 /* polls without a word, of 2 s each */

/* ---- counters ---- */

#define LWIP_STATS                      1
#define LWIP_STATS_LARGE                1
#define MEM_STATS                       1
#define MEMP_STATS                      1

#endif
