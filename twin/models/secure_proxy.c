// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxies of the two Navigator Subsystems (AM65x TRM SPRUID7, "Secure Proxy"), with the
 * threads that TI-SCI gives the A53's first four hosts on the main one, and the R5Fs' four on the
 * MCU domain's (TI-SCI documentation for the AM65x, "Secure Proxy Descriptions"; of the R5Fs' the
 * device tree of U-Boot's R5 stage, which has threads 5, 6 and 8 for host 4): five a host, from
 * thread 0 for host 10, and for host 3.
 *
 * A thread is a page in each of three windows. Target data: a message of 15 words at 0x4 to 0x3c;
 * writing the last one sends it, reading the last one takes it off. Real time: status and
 * interrupt threshold. Configuration: direction, one page further on than the thread's number.
 *
 * A secure host's messages have a header in front, a checksum of 16 bits and 16 more, both zero on
 * a device of this type (TI-SCI documentation, "Secure Messaging"; hosts: "Host Descriptions").
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

#define THREADS_PER_HOST    5u
#define MAIN_HOSTS          4u
#define PROXY_THREADS       (THREADS_PER_HOST * MAIN_HOSTS)

#define PAGE_SHIFT          12

#define DATA_FIRST          0x04u
#define DATA_LAST           0x3cu
#define WORD_COUNT          15u

#define RT_STATUS           0x0u
#define RT_STATUS_ERROR     (UINT32_C(1) << 31)
#define RT_STATUS_COUNT     0xffu
#define RT_THRESHOLD        0x4u

#define SCFG_THREAD_CONTROL 0x0u /* in the thread's page, which is one after its number */
#define SCFG_RECEIVE        (UINT32_C(1) << 31)

enum thread_use {
    THREAD_NOTIFY,
    THREAD_RESPONSE,
    THREAD_HIGH_PRIORITY,
    THREAD_LOW_PRIORITY,
    THREAD_NOTIFY_RESPONSE,
};

/* Of each host the messages that its threads have room for; the transmit threads' are added up in
 * SECURE_PROXY_CREDITS. TI-SCI's page has those of hosts 10 to 12; host 13's are taken to be as
 * many. Of the R5Fs' no page is at hand: few, so that a client which counts on more is noticed. */
static const struct {
    uint8_t host;
    bool is_secure;
    uint8_t depths[THREADS_PER_HOST];
} hosts[] = {
    {10, true, {2, 30, 10, 20, 2}}, {11, true, {2, 30, 10, 20, 2}}, {12, false, {2, 22, 2, 20, 2}},
    {13, false, {2, 22, 2, 20, 2}}, {3, false, {2, 20, 10, 10, 2}}, {4, true, {2, 20, 10, 10, 2}},
    {5, false, {1, 2, 1, 1, 1}},    {6, true, {1, 2, 1, 1, 1}},
};

/* The main proxy's threads, then the MCU's. */
#define THREAD_COUNT    (THREADS_PER_HOST * COUNT_OF(hosts))
#define DEPTH_MAX       30u
/* Of the MCU's, host 3's for responses to notifications. */
#define ROM_THREAD      (PROXY_THREADS + THREAD_NOTIFY_RESPONSE)
/* Of the A53's threads only host 12's responses have an interrupt in the GIC that Linux's device
 * tree and the firmware know (GIC_SPI 37). */
#define WIRED_THREAD    11u
#define WIRED_INTID     69u

#define VIM_PENDING     64u
#define HOSTS_PER_CORE  2u
#define RECEIVE_THREADS 2u /* notifications and responses: the first of a host's */

static struct {
    uint32_t count; /* receive: messages waiting; transmit: credits left */
    uint32_t threshold;
    bool error;
    uint8_t oldest;
    uint32_t buffer[WORD_COUNT]; /* a transmit thread's message in the making */
    uint32_t messages[DEPTH_MAX][WORD_COUNT];
} threads[THREAD_COUNT];

static enum thread_use use_of(unsigned thread)
{
    return (enum thread_use)(thread % THREADS_PER_HOST);
}

static uint8_t host_of(unsigned thread)
{
    return hosts[thread / THREADS_PER_HOST].host;
}

static unsigned depth_of(unsigned thread)
{
    return hosts[thread / THREADS_PER_HOST].depths[use_of(thread)];
}

static bool receives(unsigned thread)
{
    return use_of(thread) == THREAD_NOTIFY || use_of(thread) == THREAD_RESPONSE;
}

/* Words of the header that TI-SCI's own lies behind. */
static unsigned header_of(unsigned thread)
{
    return hosts[thread / THREADS_PER_HOST].is_secure ? 1 : 0;
}

/* Each R5F's VIM has its two hosts' receive threads at four inputs, by way of the MCU Navigator's
 * router, where the system firmware keeps their outputs for itself (TI's interrupt tables of the
 * AM65x, CSL: r5_0_pend_0 to 3). */
static void update_vim(unsigned thread, bool high)
{
    unsigned host = thread / THREADS_PER_HOST - MAIN_HOSTS, core = host / HOSTS_PER_CORE;

    vim_line(core, VIM_PENDING + RECEIVE_THREADS * (host % HOSTS_PER_CORE) + use_of(thread), high);
}

static void update_line(unsigned thread)
{
    bool high = threads[thread].count >= threads[thread].threshold && threads[thread].count != 0;

    if (thread == WIRED_THREAD)
        model_line(WIRED_INTID, high);
    if (thread >= PROXY_THREADS)
        update_vim(thread, high);
}

void secure_proxy_reset(void)
{
    memset(threads, 0, sizeof(threads));
    for (unsigned thread = 0; thread < THREAD_COUNT; thread++) {
        threads[thread].threshold = 1;
        threads[thread].count = receives(thread) ? 0 : depth_of(thread);
    }
}

static unsigned thread_for(uint8_t host, enum thread_use use)
{
    unsigned thread = use;
    while (host_of(thread) != host)
        thread += THREADS_PER_HOST;
    return thread;
}

static bool deliver(unsigned thread, unsigned header, const struct sci_message *message)
{
    unsigned depth = depth_of(thread);
    if (threads[thread].count == depth)
        return false;
    unsigned place = (threads[thread].oldest + threads[thread].count) % depth;
    threads[thread].messages[place][0] = 0;
    for (unsigned word = header; word < WORD_COUNT; word++)
        threads[thread].messages[place][word] = sci_get32(message, 4 * (word - header));
    threads[thread].count++;
    update_line(thread);
    return true;
}

bool secure_proxy_deliver(uint8_t host, const struct sci_message *message)
{
    unsigned thread = thread_for(host, THREAD_RESPONSE);
    return deliver(thread, header_of(thread), message);
}

bool secure_proxy_notify(uint8_t host, const struct sci_message *message)
{
    unsigned thread = thread_for(host, THREAD_NOTIFY);
    return deliver(thread, header_of(thread), message);
}

bool secure_proxy_notify_plainly(uint8_t host, const struct sci_message *message)
{
    return deliver(thread_for(host, THREAD_NOTIFY), 0, message);
}

void secure_proxy_taken(unsigned thread)
{
    threads[thread].count++;
}

static void send(unsigned thread)
{
    struct sci_message message = {{0}};
    unsigned header = header_of(thread);
    if (threads[thread].count == 0) {
        threads[thread].error = true; /* more messages than credits */
        return;
    }
    threads[thread].count--;
    for (unsigned word = header; word < WORD_COUNT; word++)
        sci_put32(&message, 4 * (word - header), threads[thread].buffer[word]);
    if (thread == ROM_THREAD && boot_rom_request(&message))
        secure_proxy_taken(thread);
    else
        sysfw_request(host_of(thread), thread, &message);
}

static uint32_t take_word(unsigned thread, unsigned word)
{
    if (threads[thread].count == 0) {
        threads[thread].error = true;
        return 0;
    }
    uint32_t value = threads[thread].messages[threads[thread].oldest][word];
    if (word == WORD_COUNT - 1) {
        threads[thread].oldest = (uint8_t)((threads[thread].oldest + 1u) % depth_of(thread));
        threads[thread].count--;
        update_line(thread);
    }
    return value;
}

static uint32_t read_real_time(unsigned thread, uint64_t offset)
{
    if (offset == RT_STATUS)
        return (threads[thread].error ? RT_STATUS_ERROR : 0) |
               (threads[thread].count & RT_STATUS_COUNT);
    return offset == RT_THRESHOLD ? threads[thread].threshold : 0;
}

/* The thread of a page in a region; THREAD_COUNT: none. */
static unsigned thread_of(unsigned *region, uint64_t page)
{
    bool is_mcu = *region >= SECURE_PROXY_MCU;
    *region %= SECURE_PROXY_MCU;
    if (*region == SECURE_PROXY_SCFG)
        page--; /* the first page is not a thread's */
    return page < PROXY_THREADS ? (unsigned)page + (is_mcu ? PROXY_THREADS : 0) : THREAD_COUNT;
}

uint64_t secure_proxy_read(unsigned region, uint64_t offset)
{
    unsigned thread = thread_of(&region, offset >> PAGE_SHIFT);
    offset &= (1u << PAGE_SHIFT) - 1;
    if (thread == THREAD_COUNT)
        return 0;
    if (region == SECURE_PROXY_REAL_TIME)
        return read_real_time(thread, offset);
    if (region == SECURE_PROXY_SCFG)
        return offset == SCFG_THREAD_CONTROL && receives(thread) ? SCFG_RECEIVE : 0;
    if (offset < DATA_FIRST || offset > DATA_LAST || !receives(thread))
        return 0;
    return take_word(thread, (unsigned)(offset - DATA_FIRST) / 4);
}

void secure_proxy_write(unsigned region, uint64_t offset, uint64_t value)
{
    unsigned thread = thread_of(&region, offset >> PAGE_SHIFT);
    offset &= (1u << PAGE_SHIFT) - 1;
    if (thread == THREAD_COUNT)
        return;
    if (region == SECURE_PROXY_REAL_TIME && offset == RT_THRESHOLD) {
        threads[thread].threshold = (uint32_t)value & RT_STATUS_COUNT;
        update_line(thread);
    }
    if (region != SECURE_PROXY_DATA || offset < DATA_FIRST || offset > DATA_LAST)
        return;
    if (receives(thread)) {
        threads[thread].error = true;
        return;
    }
    threads[thread].buffer[(offset - DATA_FIRST) / 4] = (uint32_t)value;
    if (offset == DATA_LAST)
        send(thread);
}
