// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI requests and answers over the secure proxy (TI-SCI documentation, "TISCI User Guide",
 * chapter 2 "General TISCI Message Information").
 *
 * A request claims a sequence number, waits for room in the transmit thread, sends, and waits for
 * its answer. No lock is held across a wait, so requests of several cores are in flight together.
 * Answers are taken off the receive thread by its interrupt's handler, or, without it, by any core
 * that waits; whoever takes one hands it to the request with its number.
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

LOG_SUBJECT(ti_sci);

TRACE_BEGIN(sci_request, "type 0x%04llx, sequence %llu");
TRACE_EVENT(sci_parameters, "0x%016llx 0x%016llx");
TRACE_END(sci_answer, "sequence %llu, error %lld");

static struct secure_proxy_thread transmit_thread, receive_thread;
static uint8_t host_id;
static bool ready; /* there are threads to talk over */

/* A thread's count is only good while nobody else sends or takes. */
static struct spinlock transmit_lock = SPINLOCK_INIT;
static struct spinlock receive_lock = SPINLOCK_INIT;

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

static void count(enum counter counter)
{
    __atomic_fetch_add(&counters[counter], 1, __ATOMIC_RELAXED);
}

/* ---- receiving ---- */

static void deliver(const struct secure_proxy_message *message)
{
    struct tisci_header header;

    memcpy(&header, message->words, sizeof(header));
    switch (ti_sci_sequence_deliver(header.seq, message)) {
    case TI_SCI_DELIVERED:
        count(ANSWERS);
        break;
    case TI_SCI_LATE:
        count(LATE);
        break;
    case TI_SCI_STRAY:
        count(STRAY);
        break;
    }
}

/* Takes one message off the receive thread. false: there is none, or the thread has failed. */
static bool receive_one(struct secure_proxy_message *message)
{
    unsigned long state = spin_lock(&receive_lock);
    int waiting = secure_proxy_count(&receive_thread);

    if (waiting > 0)
        secure_proxy_receive(&receive_thread, message);
    spin_unlock(&receive_lock, state);
    if (waiting < 0)
        __atomic_store_n(&receive_failed, true, __ATOMIC_RELAXED);
    return waiting > 0;
}

/* Delivers what waits on the receive thread; returns how much that was. */
static unsigned drain(void)
{
    struct secure_proxy_message message;
    unsigned taken = 0;

    while (taken < DRAIN_MAX && receive_one(&message)) {
        deliver(&message);
        taken++;
    }
    return taken;
}

bool ti_sci_receive(void)
{
    unsigned taken;

    count(INTERRUPTS);
    taken = drain();
    wait_notify();
    return taken != 0;
}

/* ---- one request ---- */

struct attempt {
    struct ti_sci_exchange exchange;
    int transmit_error;
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

/* A wait condition: the answer has come, or never will. Where no interrupt brings answers, it
 * fetches them, for other requests too. */
static bool has_ended(void *argument)
{
    struct attempt *attempt = argument;

    if (!__atomic_load_n(&interrupt_used, __ATOMIC_RELAXED) && drain() > 0)
        wait_notify();
    /* Acquire: pairs with the release of who copied the answer. */
    return __atomic_load_n(&attempt->exchange.answered, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(&receive_failed, __ATOMIC_RELAXED);
}

/* Whole microseconds until deadline, rounded up. */
static uint64_t remaining_us(deadline_t deadline)
{
    uint64_t now = time_now_ns();

    return now < deadline ? (deadline - now + 999u) / 1000u : 0;
}

/* As wait_for() until deadline, but with a look at the condition every POLL_US. */
static int poll_for(wait_condition_t condition, void *argument, deadline_t deadline)
{
    uint64_t left;
    int error;

    do {
        left = remaining_us(deadline);
        error = wait_for(condition, argument, left < POLL_US ? left : POLL_US);
    } while (error == -ETIMEDOUT && left > POLL_US);
    return error;
}

static int send(struct attempt *attempt, deadline_t deadline)
{
    int error = poll_for(has_sent, attempt, deadline);

    if (error == -ETIMEDOUT)
        return -EBUSY;
    if (error != 0)
        return error;
    if (attempt->transmit_error == 0)
        count(REQUESTS);
    return attempt->transmit_error;
}

/* A wait condition: as has_ended(), or it must be polled for from now on. */
static bool has_ended_or_polls(void *argument)
{
    return !__atomic_load_n(&interrupt_used, __ATOMIC_RELAXED) || has_ended(argument);
}

static int await(struct attempt *attempt, deadline_t deadline)
{
    if (__atomic_load_n(&interrupt_used, __ATOMIC_RELAXED)) {
        int error = wait_for(has_ended_or_polls, attempt, remaining_us(deadline));

        if (error != 0)
            return error;
    }
    return poll_for(has_ended, attempt, deadline);
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

/* Sends and waits, with the sequence number claimed; gives the number back. */
static int exchange_messages(struct attempt *attempt, uint8_t sequence)
{
    deadline_t deadline = deadline_after_us(__atomic_load_n(&timeout_us, __ATOMIC_RELAXED));
    int error = send(attempt, deadline);
    bool sent = error == 0;

    if (sent)
        error = await(attempt, deadline);
    if (ti_sci_sequence_release(sequence, sent))
        return 0; /* also if it came at the last moment */
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

static int exchange(struct attempt *attempt, const struct tisci_header *header)
{
    int error;

    if (trace_is_on())
        trace_request(header, attempt);
    error = exchange_messages(attempt, header->seq);
    if (error == 0) {
        struct tisci_header answer;

        memcpy(&answer, attempt->exchange.message.words, sizeof(answer));
        error = check_answer(header->type, &answer);
    }
    trace(sci_answer, header->seq, (uint64_t)(int64_t)error);
    return error;
}

int ti_sci_request(uint16_t type, const void *request, size_t request_size, void *answer,
                   size_t answer_size)
{
    struct tisci_header header = {.type = type, .host = host_id, .flags = TISCI_MSG_FLAG_AOP};
    struct attempt attempt = {0};
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (!ready)
        return -ENODEV;
    error = ti_sci_sequence_claim(&attempt.exchange, &header.seq);
    if (error == 0) {
        memcpy(attempt.exchange.message.words, request, request_size);
        memcpy(attempt.exchange.message.words, &header, sizeof(header));
        error = exchange(&attempt, &header);
    }
    if (error == 0 && answer != NULL)
        memcpy(answer, attempt.exchange.message.words, answer_size);
    if (error != 0 && error != -EACCES)
        log_error(ti_sci, "request 0x%04x, sequence %u: %s (error %d)", type, header.seq,
                  in_words(error), error);
    return error;
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
    struct secure_proxy_message message;

    for (unsigned i = 0; i < DRAIN_MAX; i++)
        if (!receive_one(&message))
            break;
    return secure_proxy_count(&receive_thread) == 0 ? 0 : -EIO;
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
    ti_sci_sequence_reset();
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
    wait_notify(); /* cores that wait look at the new mode */
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
