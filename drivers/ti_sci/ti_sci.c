// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI requests and answers over the secure proxy (TI-SCI documentation, "TISCI User Guide",
 * chapter 2 "General TISCI Message Information").
 *
 * A request claims a sequence number, waits for room in the transmit thread, sends, and waits for
 * its answer. No lock is held across a wait, so requests of several cores are in flight together.
 * Answers are taken off the receive thread by its interrupt's handler, or, without it, by any core
 * that waits, and at its deadline by any core anyway, since the interrupt's may be held up; whoever
 * takes one copies it to the request with its number, and wakes who waits for that, and nobody
 * else.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "arch/core.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/secure_proxy.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "drivers/ti_sci/ti_sci_sequence.h"
#include "lib/log.h"
#include "lib/trace.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_TIMEOUT_US 1000000u

/* How long a core sleeps before it looks at the proxy again itself, where no interrupt tells:
 * for room to transmit, and for answers while they are polled. */
#define POLL_US            50u

/* One look at the receive thread takes no more messages than its status can count, so a faulty
 * firmware can't keep a core in the handler. The interrupt is a level: what is left raises it. */
#define DRAIN_MAX          255u

#define HEADER_WORDS       ((unsigned)(sizeof(struct tisci_header) / sizeof(uint32_t)))

LOG_SUBJECT(ti_sci);

TRACE_BEGIN(sci_request, "type 0x%04llx, sequence %llu");
TRACE_EVENT(sci_parameters, "0x%016llx 0x%016llx");
TRACE_END(sci_answer, "sequence %llu, error %lld");

static struct secure_proxy_thread transmit_thread, receive_thread;
static uint8_t host_id;
static bool ready; /* there are threads to talk over */

/* A thread's count is only good while nobody else sends or takes. The receive thread's lock is that
 * of the sequence numbers. */
static struct spinlock transmit_lock = SPINLOCK_INIT;

/* Shared between cores without a lock; accessed with the compiler's __atomic built-ins, because
 * newlib's stdatomic.h does not know GCC's atomics. */
static bool interrupt_used;
static bool receive_failed; /* the receive thread was in error state: stays so */
static uint64_t timeout_us = DEFAULT_TIMEOUT_US;

enum counter {
    REQUESTS,
    ANSWERS,
    TIMEOUTS,
    LATE,
    REFUSED,
    MALFORMED,
    STRAY,
    INTERRUPTS,
    COUNTERS
};
static uint64_t counters[COUNTERS];

static inline void count(enum counter counter)
{
    __atomic_fetch_add(&counters[counter], 1, __ATOMIC_RELAXED);
}

/* ---- receiving ---- */

/* Takes the oldest answer, and copies to its request what of it is wanted. Returns the request, for
 * its name only: it may be gone. NULL: nobody waits for it, or this core, which is awake, and looks
 * again when it goes on. The lock is held. */
static const void *receive_locked(void)
{
    static const enum counter counter_of[] = {
        [TI_SCI_DELIVERED] = ANSWERS, [TI_SCI_LATE] = LATE, [TI_SCI_STRAY] = STRAY};
    struct ti_sci_exchange *exchange;
    enum ti_sci_delivery delivery;
    struct tisci_header header;
    uint32_t head[HEADER_WORDS];
    unsigned words = HEADER_WORDS;
    bool elsewhere = false;

    secure_proxy_look(&receive_thread, head, 0, HEADER_WORDS);
    memcpy(&header, head, sizeof(header));
    delivery = ti_sci_sequence_deliver(header.seq, &exchange);
    if (exchange != NULL) {
        words = exchange->words;
        elsewhere = exchange->core != core_id();
        for (unsigned i = 0; i < HEADER_WORDS; i++)
            exchange->message.words[i] = head[i];
        if (words > HEADER_WORDS)
            secure_proxy_look(&receive_thread, exchange->message.words + HEADER_WORDS, HEADER_WORDS,
                              words - HEADER_WORDS);
    }
    secure_proxy_take(&receive_thread, words);
    count(counter_of[delivery]);
    if (exchange != NULL)
        ti_sci_exchange_end(exchange);
    return elsewhere ? exchange : NULL;
}

/* Takes one message off the receive thread. How many there were, or that the thread has failed. */
static int receive_one(void)
{
    const void *exchange = NULL;
    unsigned long state = spin_lock(&ti_sci_sequence_lock);
    int waiting = secure_proxy_count(&receive_thread);

    if (waiting > 0)
        exchange = receive_locked();
    spin_unlock(&ti_sci_sequence_lock, state);
    if (exchange != NULL)
        wait_signal(exchange);
    if (waiting < 0) {
        __atomic_store_n(&receive_failed, true, __ATOMIC_RELAXED);
        wait_wake_all(); /* no answer comes any more */
    }
    return waiting;
}

/* Delivers what waits on the receive thread; returns how much that was. What comes after the last
 * look raises the interrupt, or is found by the next who polls. */
static unsigned drain(void)
{
    unsigned taken = 0;
    int waiting;

    do {
        waiting = receive_one();
        taken += waiting > 0;
    } while (waiting > 1 && taken < DRAIN_MAX);
    return taken;
}

bool ti_sci_receive(void)
{
    count(INTERRUPTS);
    return drain() != 0;
}

/* ---- one request ---- */

struct attempt {
    struct ti_sci_exchange exchange; /* first: its address is what is waited for */
    int transmit_error;
    int error; /* of sending it; nothing was sent then */
    deadline_t deadline;
    struct tisci_header header;
};

/* A wait condition: sends the request if there is room, and holds when it is sent or can't be. */
static bool has_sent(void *argument)
{
    struct attempt *attempt = argument;
    unsigned long state = spin_lock(&transmit_lock);
    int room = secure_proxy_count(&transmit_thread);

    /* After a failure of the receive thread no answer could come: nothing is sent. */
    if (room >= 0 && __atomic_load_n(&receive_failed, __ATOMIC_RELAXED))
        room = -EIO;
    if (room > 0)
        secure_proxy_send(&transmit_thread, &attempt->exchange.message);
    spin_unlock(&transmit_lock, state);
    attempt->transmit_error = room < 0 ? room : 0;
    return room != 0;
}

/* Acquire: pairs with the release of who copied the answer. */
static inline __attribute__((always_inline)) bool has_answer(const struct attempt *attempt)
{
    return __atomic_load_n(&attempt->exchange.answered, __ATOMIC_ACQUIRE);
}

/* A wait condition where no interrupt brings answers: fetches them, for other requests too. Holds
 * when this one's has come, or never will. */
static bool has_ended(void *argument)
{
    (void)drain();
    return has_answer(argument) || __atomic_load_n(&receive_failed, __ATOMIC_RELAXED);
}

/* The same where an interrupt brings them; holds also when it does no longer. */
static bool has_ended_or_polls(void *argument)
{
    return has_answer(argument) || __atomic_load_n(&receive_failed, __ATOMIC_RELAXED) ||
           !__atomic_load_n(&interrupt_used, __ATOMIC_RELAXED);
}

/* As wait_until_signal(), but with a look at the condition every POLL_US. */
static int poll_until(wait_condition_t condition, void *argument, deadline_t deadline)
{
    deadline_t next;
    int error;

    do {
        next = deadline_after_us(POLL_US);
        if (next > deadline)
            next = deadline;
        error = wait_until_signal(condition, argument, next);
    } while (error == -ETIMEDOUT && next < deadline);
    return error;
}

static int send(struct attempt *attempt, deadline_t deadline)
{
    int error = has_sent(attempt) ? 0 : poll_until(has_sent, attempt, deadline);

    if (error == -ETIMEDOUT)
        return -EBUSY;
    if (error != 0)
        return error;
    if (attempt->transmit_error == 0)
        count(REQUESTS);
    return attempt->transmit_error;
}

/* The core that takes the interrupt may be held up: what waits at the deadline is fetched without.
 */
static int await(struct attempt *attempt, deadline_t deadline)
{
    if (__atomic_load_n(&interrupt_used, __ATOMIC_RELAXED) &&
        wait_until_signal(has_ended_or_polls, attempt, deadline) == 0 && has_answer(attempt))
        return 0;
    return poll_until(has_ended, attempt, deadline);
}

/* Whether an answer is one to this request, and what it says. No document says whether an answer
 * carries the host it goes to or the one it comes from: both are accepted. */
static int check_answer(uint16_t type, const struct tisci_header *answer)
{
    bool host_fits = answer->host == host_id || answer->host == TISCI_HOST_ID_DMSC;

    if (!host_fits || answer->type != type) {
        count(MALFORMED);
        return -EPROTO;
    }
    if ((answer->flags & TISCI_MSG_FLAG_ACK) == 0) {
        count(REFUSED);
        return -EACCES;
    }
    return 0;
}

/* Gives a number up whose answer has not come. Whether it has come at the last moment after all. */
static bool give_up(const struct attempt *attempt, uint8_t sequence, bool sent)
{
    unsigned long state = spin_lock(&ti_sci_sequence_lock);
    bool answered = has_answer(attempt);

    if (!answered)
        ti_sci_sequence_release(sequence, sent);
    spin_unlock(&ti_sci_sequence_lock, state);
    return answered;
}

/* Waits for the answer, with the sequence number claimed; it is free afterwards, or reserved. */
static int end_exchange(struct attempt *attempt)
{
    int error = attempt->error;
    bool sent = error == 0;

    if (sent)
        error = await(attempt, attempt->deadline);
    if (has_answer(attempt) || give_up(attempt, attempt->header.seq, sent))
        return 0;
    if (sent && error == 0)
        return -EIO; /* the receive thread has failed */
    if (error == -ETIMEDOUT)
        count(TIMEOUTS);
    return error;
}

static const char *in_words(int error)
{
    switch (error) {
    case -ETIMEDOUT:
        return "no answer in time";
    case -EPROTO:
        return "the answer is for another request or host";
    case -EBUSY:
        return "no sequence number or no room to send";
    case -EIO:
        return "a secure proxy thread is in error state";
    default:
        return "failed";
    }
}

/* The request, and what of its parameters fits into an event: the first 16 bytes. */
static void trace_request(const struct tisci_header *header, const struct attempt *attempt)
{
    uint64_t parameters[2];

    memcpy(parameters, (const uint8_t *)attempt->exchange.message.words + sizeof(*header),
           sizeof(parameters));
    trace(sci_request, header->type, header->seq);
    trace(sci_parameters, parameters[0], parameters[1]);
}

/* Words that a message of so many bytes has. */
static unsigned words_of(size_t size)
{
    return (unsigned)((size + sizeof(uint32_t) - 1) / sizeof(uint32_t));
}

static int claim(struct ti_sci_exchange *exchange, uint8_t *sequence)
{
    unsigned long state = spin_lock(&ti_sci_sequence_lock);
    int error = ti_sci_sequence_claim(exchange, sequence);

    spin_unlock(&ti_sci_sequence_lock, state);
    return error;
}

static void log_failure(const struct tisci_header *header, int error)
{
    if (error != 0 && error != -EACCES)
        log_error(ti_sci, "request 0x%04x, sequence %u: %s (error %d)", header->type, header->seq,
                  in_words(error), error);
}

/* Sends a request. After an error nothing is left of it. */
static int begin(struct attempt *attempt, uint16_t type, const void *request, size_t size)
{
    struct tisci_header *header = &attempt->header;
    int error;

    /* What a shorter message does not fill is sent too. */
    attempt->exchange.message = (struct secure_proxy_message){{0}};
    *header = (struct tisci_header){.type = type, .host = host_id, .flags = TISCI_MSG_FLAG_AOP};
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!ready)
        return -ENODEV;
    attempt->exchange.core = core_id();
    error = claim(&attempt->exchange, &header->seq);
    if (error != 0) {
        log_failure(header, error);
        return error;
    }
    memcpy(attempt->exchange.message.words, request, size);
    memcpy(attempt->exchange.message.words, header, sizeof(*header));
    if (trace_is_on())
        trace_request(header, attempt);
    attempt->deadline = deadline_after_us(__atomic_load_n(&timeout_us, __ATOMIC_RELAXED));
    attempt->error = send(attempt, attempt->deadline);
    return 0;
}

/* Waits for the answer to a request that has begun. */
static int end(struct attempt *attempt)
{
    int error = end_exchange(attempt);

    if (error == 0) {
        struct tisci_header answer;

        memcpy(&answer, attempt->exchange.message.words, sizeof(answer));
        error = check_answer(attempt->header.type, &answer);
    }
    trace(sci_answer, attempt->header.seq, (uint64_t)(int64_t)error);
    log_failure(&attempt->header, error);
    return error;
}

int ti_sci_request(uint16_t type, const void *request, size_t request_size, void *answer,
                   size_t answer_size)
{
    struct attempt attempt;
    int error;

    attempt.exchange.words = answer_size != 0 ? words_of(answer_size) : HEADER_WORDS;
    error = begin(&attempt, type, request, request_size);
    if (error == 0)
        error = end(&attempt);
    if (error == 0 && answer != NULL)
        memcpy(answer, attempt.exchange.message.words, answer_size);
    return error;
}

void ti_sci_request_all(struct ti_sci_message *messages, unsigned count)
{
    struct attempt attempts[TI_SCI_BATCH_MAX];
    unsigned begun = 0;
    int error = 0;

    while (begun < count && error == 0) {
        const struct ti_sci_message *message = &messages[begun];

        attempts[begun].exchange.words = HEADER_WORDS;
        error = begin(&attempts[begun], message->type, message->request, message->size);
        if (error != 0)
            break;
        error = attempts[begun++].error; /* no room to send: there is none for the others either */
    }
    for (unsigned i = begun; i < count; i++)
        messages[i].error = error;
    /* The last first: when its answer has come, so have the others'. */
    while (begun-- > 0)
        messages[begun].error = end(&attempts[begun]);
}

int ti_sci_short_answer(uint16_t type)
{
    count(MALFORMED);
    log_error(ti_sci, "request 0x%04x: the answer is cut short", type);
    return -EMSGSIZE;
}

/* ---- set-up ---- */

/* Answers to an earlier user of the threads, the boot loader say, would only be strays. */
static int discard_stale_answers(void)
{
    for (unsigned i = 0; i < DRAIN_MAX && secure_proxy_count(&receive_thread) > 0; i++)
        secure_proxy_take(&receive_thread, 0);
    return secure_proxy_count(&receive_thread) == 0 ? 0 : -EIO;
}

static void reset_sequences(void)
{
    unsigned long state = spin_lock(&ti_sci_sequence_lock);

    ti_sci_sequence_reset();
    spin_unlock(&ti_sci_sequence_lock, state);
}

int ti_sci_init(const struct ti_sci_config *config)
{
    int error;

    if (config->rx_thread >= SECURE_PROXY_THREADS || config->tx_thread >= SECURE_PROXY_THREADS ||
        config->rx_thread == config->tx_thread)
        return -EINVAL;
    secure_proxy_thread_init(&transmit_thread, config->target_data, config->real_time, config->scfg,
                             config->tx_thread);
    secure_proxy_thread_init(&receive_thread, config->target_data, config->real_time, config->scfg,
                             config->rx_thread);
    host_id = config->host_id;
    reset_sequences();
    for (unsigned i = 0; i < COUNTERS; i++)
        __atomic_store_n(&counters[i], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&interrupt_used, false, __ATOMIC_RELAXED);
    __atomic_store_n(&receive_failed, false, __ATOMIC_RELAXED);
    __atomic_store_n(&timeout_us, DEFAULT_TIMEOUT_US, __ATOMIC_RELAXED);
    error = secure_proxy_check(&transmit_thread, SECURE_PROXY_TRANSMIT);
    if (error == 0)
        error = secure_proxy_check(&receive_thread, SECURE_PROXY_RECEIVE);
    if (error == 0)
        error = discard_stale_answers();
    ready = error == 0;
    if (error != 0)
        log_error(ti_sci, "secure proxy threads %u (transmit) and %u (receive): error %d",
                  config->tx_thread, config->rx_thread, error);
    return error;
}

void ti_sci_use_interrupt(bool use)
{
    __atomic_store_n(&interrupt_used, use, __ATOMIC_RELAXED);
    wait_wake_all(); /* cores that wait look at the new mode */
}

void ti_sci_set_timeout_us(uint64_t new_timeout_us)
{
    __atomic_store_n(&timeout_us, new_timeout_us, __ATOMIC_RELAXED);
}

void ti_sci_get_counters(struct ti_sci_counters *copy)
{
    copy->requests = __atomic_load_n(&counters[REQUESTS], __ATOMIC_RELAXED);
    copy->answers = __atomic_load_n(&counters[ANSWERS], __ATOMIC_RELAXED);
    copy->timeouts = __atomic_load_n(&counters[TIMEOUTS], __ATOMIC_RELAXED);
    copy->late = __atomic_load_n(&counters[LATE], __ATOMIC_RELAXED);
    copy->refused = __atomic_load_n(&counters[REFUSED], __ATOMIC_RELAXED);
    copy->malformed = __atomic_load_n(&counters[MALFORMED], __ATOMIC_RELAXED);
    copy->stray = __atomic_load_n(&counters[STRAY], __ATOMIC_RELAXED);
    copy->interrupts = __atomic_load_n(&counters[INTERRUPTS], __ATOMIC_RELAXED);
}
