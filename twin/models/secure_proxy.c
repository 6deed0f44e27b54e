// SPDX-License-Identifier: BSD-3-Clause
/*
 * The secure proxy of the main Navigator Subsystem (AM65x TRM SPRUID7, "Secure Proxy"), with the
 * threads that TI-SCI gives the A53's four hosts (TI-SCI documentation for the AM65x, "Secure
 * Proxy Thread Allocation"): five a host, from thread 0 for host 10.
 *
 * A thread is a page in each of three windows. Target data: a message of 15 words at 0x4 to 0x3c;
 * writing the last one sends it, reading the last one takes it off. Real time: status and
 * interrupt threshold. Configuration: direction, one page further on than the thread's number.
 */
#include "twin/models/models.h"

#define THREADS_PER_HOST    5u
#define FIRST_HOST          10u
#define HOST_COUNT          4u
#define THREAD_COUNT        (THREADS_PER_HOST * HOST_COUNT)

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

static const struct {
    bool receive;
    uint8_t depth; /* messages */
} uses[THREADS_PER_HOST] = {
    [THREAD_NOTIFY] = {true, 2},           [THREAD_RESPONSE] = {true, 30},
    [THREAD_HIGH_PRIORITY] = {false, 10},  [THREAD_LOW_PRIORITY] = {false, 20},
    [THREAD_NOTIFY_RESPONSE] = {false, 2},
};

#define DEPTH_MAX    30u

/* Of the A53's threads only host 12's responses have an interrupt in the GIC that Linux's device
 * tree and the firmware know (GIC_SPI 37). */
#define WIRED_THREAD 11u
#define WIRED_INTID  69u

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

static bool receives(unsigned thread)
{
    return uses[use_of(thread)].receive;
}

static void update_line(unsigned thread)
{
    if (thread == WIRED_THREAD)
        model_line(WIRED_INTID, threads[thread].count >= threads[thread].threshold &&
                                    threads[thread].count != 0);
}

void secure_proxy_reset(void)
{
    memset(threads, 0, sizeof(threads));
    for (unsigned thread = 0; thread < THREAD_COUNT; thread++) {
        threads[thread].threshold = 1;
        threads[thread].count = receives(thread) ? 0 : uses[use_of(thread)].depth;
    }
}

bool secure_proxy_deliver(uint8_t host, const struct sci_message *message)
{
    unsigned thread = (host - FIRST_HOST) * THREADS_PER_HOST + THREAD_RESPONSE;
    unsigned depth = uses[THREAD_RESPONSE].depth;
    if (threads[thread].count == depth)
        return false;
    unsigned place = (threads[thread].oldest + threads[thread].count) % depth;
    for (unsigned word = 0; word < WORD_COUNT; word++)
        threads[thread].messages[place][word] = sci_get32(message, 4 * word);
    threads[thread].count++;
    update_line(thread);
    return true;
}

void secure_proxy_taken(unsigned thread)
{
    threads[thread].count++;
}

static void send(unsigned thread)
{
    struct sci_message message;
    if (threads[thread].count == 0) {
        threads[thread].error = true; /* more messages than credits */
        return;
    }
    threads[thread].count--;
    for (unsigned word = 0; word < WORD_COUNT; word++)
        sci_put32(&message, 4 * word, threads[thread].buffer[word]);
    sysfw_request((uint8_t)(FIRST_HOST + thread / THREADS_PER_HOST), thread, &message);
}

static uint32_t take_word(unsigned thread, unsigned word)
{
    if (threads[thread].count == 0) {
        threads[thread].error = true;
        return 0;
    }
    uint32_t value = threads[thread].messages[threads[thread].oldest][word];
    if (word == WORD_COUNT - 1) {
        threads[thread].oldest =
            (uint8_t)((threads[thread].oldest + 1u) % uses[use_of(thread)].depth);
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

uint64_t secure_proxy_read(unsigned region, uint64_t offset)
{
    uint64_t page = offset >> PAGE_SHIFT;
    offset &= (1u << PAGE_SHIFT) - 1;
    if (region == SECURE_PROXY_SCFG)
        page--; /* the first page is not a thread's */
    if (page >= THREAD_COUNT)
        return 0;
    unsigned thread = (unsigned)page;
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
    uint64_t page = offset >> PAGE_SHIFT;
    offset &= (1u << PAGE_SHIFT) - 1;
    if (page >= THREAD_COUNT)
        return;
    unsigned thread = (unsigned)page;
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
