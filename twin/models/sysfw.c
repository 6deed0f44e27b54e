// SPDX-License-Identifier: BSD-3-Clause
/*
 * The system firmware: takes TI-SCI requests off the secure proxy's threads, works on them one
 * after the other, and answers some microseconds later (TI-SCI documentation, "TISCI User Guide",
 * chapter 2: message format and flags). What the messages mean is in sysfw_*.c.
 */
#include "twin/models/models.h"

/* All the transmit threads' credits together (secure_proxy.c); and answers that nobody takes, or
 * that an injected fault holds back. While there are so many no request is worked on. */
#define REQUESTS_MAX      SECURE_PROXY_CREDITS
#define ANSWERS_MAX       64u
#define JOB_COUNT         (REQUESTS_MAX + ANSWERS_MAX)

#define FIRST_LATENCY     (6u * MICROSECOND)
#define NEXT_LATENCY      (4u * MICROSECOND)
#define RETRY_DELAY       (5u * MICROSECOND)  /* the response thread is full */
#define ANSWER_SPREAD     (30u * MICROSECOND) /* in the mood misordered: several requests' */

/* The header: type, host, sequence, flags. */
#define HEADER_TYPE       0u
#define HEADER_HOST       2u
#define HEADER_SEQUENCE   3u
#define HEADER_FLAGS      4u

#define FLAG_WANTS_ANSWER 0x3u /* acknowledge on received, on processed */
#define FLAG_ACK          0x2u

#define TYPE_SYSTEM_RESET 0x0005u
#define TYPE_PROC_WAIT    0xc401u

#define BOOT_HOST         4u

#define MSMC_BASE         UINT64_C(0x70000000)
#define MSMC_SIZE         UINT64_C(0x200000)

enum job_state {
    JOB_FREE,
    JOB_WORKING,
    JOB_ANSWERING,
    JOB_HELD,
};

static struct job {
    enum job_state state;
    uint8_t host;
    uint8_t thread;
    uint32_t serial;
    struct sci_message message; /* the request, then the answer */
    struct sysfw_wait wait;     /* of a PROC_WAIT_STATUS */
    struct model_timer timer;
} jobs[JOB_COUNT];

static uint64_t busy_until; /* when the last of the accepted requests will be done */
static uint32_t requests;

static bool version(uint8_t host, const struct sci_message *request, struct sci_message *answer);
static bool query_msmc(uint8_t host, const struct sci_message *request, struct sci_message *answer);
static bool board_config(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer);
static bool get_firewall(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer);

static const struct {
    uint16_t type;
    const char *name;
    sci_handler handler;
} messages[] = {
    {0x0002, "VERSION", version},
    {0x000b, "BOARD_CONFIG", board_config},
    {0x000c, "BOARD_CONFIG_RM", board_config},
    {0x000d, "BOARD_CONFIG_SECURITY", board_config},
    {0x000e, "BOARD_CONFIG_PM", board_config},
    {0x0020, "QUERY_MSMC", query_msmc},
    {0x0100, "SET_CLOCK", sysfw_clock_set_state},
    {0x0101, "GET_CLOCK", sysfw_clock_get_state},
    {0x0102, "SET_CLOCK_PARENT", sysfw_clock_set_parent},
    {0x0103, "GET_CLOCK_PARENT", sysfw_clock_get_parent},
    {0x0104, "GET_NUM_CLOCK_PARENTS", sysfw_clock_num_parents},
    {0x010c, "SET_FREQ", sysfw_clock_set_frequency},
    {0x010d, "QUERY_FREQ", sysfw_clock_query_frequency},
    {0x010e, "GET_FREQ", sysfw_clock_get_frequency},
    {0x0200, "SET_DEVICE", sysfw_device_set},
    {0x0201, "GET_DEVICE", sysfw_device_get},
    {0x0202, "SET_DEVICE_RESETS", sysfw_device_resets},
    {0x1000, "RM_IRQ_SET", sysfw_rm_irq_set},
    {0x1001, "RM_IRQ_RELEASE", sysfw_rm_irq_release},
    {0x1110, "RM_RING_CFG", sysfw_rm_ring_set},
    {0x1111, "RM_RING_GET_CFG", sysfw_rm_ring_get},
    {0x1205, "RM_UDMAP_TX_CH_CFG", sysfw_rm_tx_channel},
    {0x1215, "RM_UDMAP_RX_CH_CFG", sysfw_rm_rx_channel},
    {0x1120, "RM_RING_MON_CFG", sysfw_rm_ring_monitor},
    {0x1300, "RM_PROXY_CFG", sysfw_rm_proxy},
    {0x1230, "RM_UDMAP_FLOW_CFG", sysfw_rm_flow},
    {0x1231, "RM_UDMAP_FLOW_SIZE_THRESH_CFG", sysfw_rm_flow_thresholds},
    {0x1240, "RM_UDMAP_GCFG_CFG", sysfw_rm_udmap_global},
    {0x1280, "RM_PSIL_PAIR", sysfw_rm_psil_pair},
    {0x1281, "RM_PSIL_UNPAIR", sysfw_rm_psil_unpair},
    {0x1500, "RM_GET_RESOURCE_RANGE", sysfw_rm_range},
    {0x9001, "GET_FWL_REGION", get_firewall},
    {0xc000, "PROC_REQUEST", sysfw_proc_request},
    {0xc001, "PROC_RELEASE", sysfw_proc_release},
    {0xc005, "PROC_HANDOVER", sysfw_proc_hand_over},
    {0xc100, "PROC_SET_CONFIG", sysfw_proc_set_config},
    {0xc101, "PROC_SET_CONTROL", sysfw_proc_set_control},
    {0xc120, "PROC_AUTH_BOOT", sysfw_proc_auth_boot},
    {0xc400, "PROC_GET_STATUS", sysfw_proc_status},
    {TYPE_PROC_WAIT, "PROC_WAIT_STATUS", sysfw_proc_wait},
};

static void work(unsigned index);

void sysfw_reset(void)
{
    memset(jobs, 0, sizeof(jobs));
    for (unsigned i = 0; i < JOB_COUNT; i++) {
        jobs[i].timer.expire = work;
        jobs[i].timer.argument = i;
    }
    busy_until = 0;
    sysfw_device_reset();
    sysfw_clock_reset();
    sysfw_proc_reset();
}

/* ---------------------------------------------------------------- message fields, little endian */

static uint64_t get(const struct sci_message *message, unsigned offset, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)message->bytes[offset + i] << (8 * i);
    return value;
}

static void put(struct sci_message *message, unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        message->bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

uint8_t sci_get8(const struct sci_message *message, unsigned offset)
{
    return message->bytes[offset];
}

uint16_t sci_get16(const struct sci_message *message, unsigned offset)
{
    return (uint16_t)get(message, offset, 2);
}

uint32_t sci_get32(const struct sci_message *message, unsigned offset)
{
    return (uint32_t)get(message, offset, 4);
}

uint64_t sci_get64(const struct sci_message *message, unsigned offset)
{
    return get(message, offset, 8);
}

void sci_put8(struct sci_message *message, unsigned offset, uint8_t value)
{
    message->bytes[offset] = value;
}

void sci_put16(struct sci_message *message, unsigned offset, uint16_t value)
{
    put(message, offset, 2, value);
}

void sci_put32(struct sci_message *message, unsigned offset, uint32_t value)
{
    put(message, offset, 4, value);
}

void sci_put64(struct sci_message *message, unsigned offset, uint64_t value)
{
    put(message, offset, 8, value);
}

/* ---------------------------------------------------------------- the work */

static bool version(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    static const char description[32] = "21.5.0--k3metal (AM65x twin)";
    (void)host;
    (void)request;
    memcpy(&answer->bytes[8], description, sizeof(description));
    sci_put16(answer, 40, 21); /* firmware revision */
    sci_put8(answer, 42, 3);   /* ABI 3.1 */
    sci_put8(answer, 43, 1);
    return true;
}

/* The part of the 2 MiB of MSMC RAM that is memory (all of it: no cache is carved out). */
static bool query_msmc(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    (void)host;
    (void)request;
    sci_put64(answer, 8, MSMC_BASE);
    sci_put64(answer, 16, MSMC_BASE + MSMC_SIZE - 1);
    return true;
}

/* From the first R5F's secure host, which boots: a part of the board's configuration (TI-SCI
 * documentation, chapter 3). It is read, and left at that: the twin's is TI's default
 * (rm_config.c). */
static bool board_config(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer)
{
    uint64_t address = sci_get64(request, 8);
    uint16_t size = sci_get16(request, 16);
    uint8_t byte;
    (void)answer;
    return host == BOOT_HOST && size != 0 && model_memory_read(address, &byte, 1) &&
           model_memory_read(address + size - 1, &byte, 1);
}

/* There are none, so each region says that it is off (TI-SCI documentation, "Firewall"): the fields
 * up to the number of permissions come back, the control word and all else is zero. */
static bool get_firewall(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer)
{
    (void)host;
    memcpy(&answer->bytes[SCI_HEADER_SIZE], &request->bytes[SCI_HEADER_SIZE], 8);
    return true;
}

void sysfw_request(uint8_t host, unsigned thread, const struct sci_message *message)
{
    model_count(AM65X_COUNT_SCI_REQUESTS, 1);
    unsigned index = 0;
    while (index < JOB_COUNT && jobs[index].state != JOB_FREE)
        index++;
    if (index == JOB_COUNT)
        return;
    struct job *job = &jobs[index];
    job->state = JOB_WORKING;
    job->host = host;
    job->thread = (uint8_t)thread;
    job->serial = requests++;
    job->message = *message;
    job->wait = (struct sysfw_wait){0};
    model_event_bytes(AM65X_EVENT_REQUEST, job->serial, host, thread, message->bytes,
                      sizeof(message->bytes));
    uint64_t now = model_now();
    uint64_t due = now + FIRST_LATENCY;
    if (due < busy_until + NEXT_LATENCY)
        due = busy_until + NEXT_LATENCY;
    busy_until = due;
    timer_arm(&job->timer, due - now);
}

static void trace_message(uint8_t host, uint16_t type, bool ack)
{
    if (!model_trace_wanted(AM65X_TRACE_SCI))
        return;
    struct trace_line line;
    model_trace_start(&line, "sci");
    model_trace_field(&line, "host", host);
    model_trace_text(&line, " ");
    const char *name = NULL;
    for (size_t i = 0; i < COUNT_OF(messages); i++)
        if (messages[i].type == type)
            name = messages[i].name;
    if (name != NULL)
        model_trace_text(&line, name);
    else
        trace_hex(&line, type);
    model_trace_text(&line, ack ? " ACK" : " NAK");
    model_trace_end(&line);
}

/* A request of another host than the thread's owner is refused whatever it asks. */
static bool perform(uint8_t host, const struct sci_message *request, struct sci_message *answer)
{
    uint16_t type = sci_get16(request, HEADER_TYPE);
    uint64_t only;
    if (sci_get8(request, HEADER_HOST) != host)
        return false;
    if (model_fault_peek(AM65X_FAULT_SCI_NAK, &only) && (only == 0 || only == type) &&
        model_fault_take(AM65X_FAULT_SCI_NAK, &only))
        return false;
    if (type == TYPE_SYSTEM_RESET) {
        model_soc_reset();
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(messages); i++)
        if (messages[i].type == type)
            return messages[i].handler(host, request, answer);
    return false;
}

/* Turns the request of a job into its answer. */
static void answer_job(struct job *job)
{
    struct sci_message answer = {{0}};
    bool ack = perform(job->host, &job->message, &answer);
    if (!ack) {
        memset(&answer, 0, sizeof(answer));
        model_count(AM65X_COUNT_SCI_NAKS, 1);
    }
    memcpy(answer.bytes, job->message.bytes, HEADER_FLAGS);
    sci_put32(&answer, HEADER_FLAGS, ack ? FLAG_ACK : 0);
    trace_message(job->host, sci_get16(&job->message, HEADER_TYPE), ack);
    job->message = answer;
}

#define NEVER UINT64_MAX
#define HELD  (UINT64_MAX - 1)

/* Spoils the answer as injected; the delay until it goes out, NEVER, or HELD. */
static uint64_t apply_faults(struct sci_message *answer)
{
    uint64_t argument;
    if (model_fault_take(AM65X_FAULT_SCI_DROP, &argument))
        return NEVER;
    if (model_fault_take(AM65X_FAULT_SCI_SHORT, &argument))
        memset(&answer->bytes[SCI_HEADER_SIZE], 0, SCI_MESSAGE_SIZE - SCI_HEADER_SIZE);
    if (model_fault_take(AM65X_FAULT_SCI_WRONG_TYPE, &argument))
        answer->bytes[HEADER_TYPE] ^= 0x01;
    if (model_fault_take(AM65X_FAULT_SCI_WRONG_SEQUENCE, &argument))
        answer->bytes[HEADER_SEQUENCE] ^= 0x80;
    if (model_fault_take(AM65X_FAULT_SCI_WRONG_HOST, &argument))
        answer->bytes[HEADER_HOST] ^= 0x01;
    if (model_fault_take(AM65X_FAULT_SCI_LATE, &argument))
        return argument == AM65X_FAULT_HELD ? HELD : argument * MICROSECOND;
    return 0;
}

static void tell_answer(const struct job *job, uint32_t sent)
{
    uint32_t ack = (sci_get32(&job->message, HEADER_FLAGS) & FLAG_ACK) != 0 ? AM65X_ANSWER_ACK : 0;
    model_event_bytes(AM65X_EVENT_ANSWER, job->serial, ack | sent, job->host, job->message.bytes,
                      sizeof(job->message.bytes));
}

static void deliver(struct job *job)
{
    if (!secure_proxy_deliver(job->host, &job->message)) {
        timer_arm(&job->timer, RETRY_DELAY);
        return;
    }
    tell_answer(job, AM65X_ANSWER_SENT);
    model_count(AM65X_COUNT_SCI_ANSWERS, 1);
    job->state = JOB_FREE;
}

void sysfw_release_held(void)
{
    for (unsigned i = 0; i < JOB_COUNT; i++)
        if (jobs[i].state == JOB_HELD) {
            jobs[i].state = JOB_ANSWERING;
            timer_arm(&jobs[i].timer, FIRST_LATENCY);
        }
}

/* Too many answers stand about, or an older request waits for that. */
static bool has_to_wait(const struct job *job)
{
    unsigned answers = 0;
    for (unsigned i = 0; i < JOB_COUNT; i++) {
        if (jobs[i].state == JOB_WORKING && (int32_t)(jobs[i].serial - job->serial) < 0)
            return true;
        answers += jobs[i].state == JOB_ANSWERING || jobs[i].state == JOB_HELD;
    }
    return answers >= ANSWERS_MAX;
}

/* A wait for a processor's state looks again and again, and holds up what has come after it. */
static uint64_t looks_again(struct job *job)
{
    if (sci_get16(&job->message, HEADER_TYPE) != TYPE_PROC_WAIT ||
        sci_get8(&job->message, HEADER_HOST) != job->host)
        return 0;
    return sysfw_proc_look(job->host, &job->message, &job->wait);
}

static void work(unsigned index)
{
    struct job *job = &jobs[index];
    if (job->state == JOB_ANSWERING) {
        deliver(job);
        return;
    }
    if (has_to_wait(job)) {
        timer_arm(&job->timer, RETRY_DELAY);
        return;
    }
    uint64_t again = looks_again(job);
    if (again != 0) {
        timer_arm(&job->timer, again);
        return;
    }
    bool wanted = (sci_get32(&job->message, HEADER_FLAGS) & FLAG_WANTS_ANSWER) != 0;
    uint64_t argument;
    secure_proxy_taken(job->thread);
    if (wanted && model_fault_take(AM65X_FAULT_SCI_LOST, &argument)) {
        job->state = JOB_FREE;
        return;
    }
    answer_job(job);
    uint64_t delay = wanted ? apply_faults(&job->message) : NEVER;
    if (delay == 0 && model_mood(AM65X_MOOD_MISORDERED))
        delay = model_some_delay(ANSWER_SPREAD);
    if (delay == NEVER) {
        tell_answer(job, 0);
        job->state = JOB_FREE;
        return;
    }
    job->state = delay == HELD ? JOB_HELD : JOB_ANSWERING;
    if (delay == HELD)
        return;
    if (delay != 0)
        timer_arm(&job->timer, delay);
    else
        deliver(job);
}
