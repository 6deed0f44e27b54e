// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NVMe driver under a controller that is as hostile as the input says: registers, what Identify
 * gives, completions of whatever id, status and phase, late, twice or never, interrupts for
 * nothing; one that fails or vanishes. Whatever it does: each request ends once, and before that
 * the controller can reach its buffer; nothing but the controller's registers is accessed; nothing
 * of the interrupt layer's is left after a close, and no wait is for ever.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/nvme/internal.h"
#include "msi/irq.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE         0x10100000u
#define CORES        4u
#define QUEUES       16u
#define VECTORS      8u
#define ENTRIES      4096u /* of a queue, at most */
#define REQUESTS     12u
#define STEPS        48u
#define ACCESSES_MAX 400000u
#define HELD         16u
#define BUFFER       0x30000u

/* ---- interrupts, timeouts and work: the interrupt layer's part ---- */

static struct device device = {.name = "nvme"};

static struct timeout *timeout;
static timeout_function_t timeout_function;
static void *timeout_context;
static uint64_t due; /* ns; 0: not set */

static struct work *work;
static work_function_t work_function;
static void *work_context;
static bool work_queued;

int irq_free(struct irq *irq)
{
    fuzz_vector_of(irq)->requested = false;
    return 0;
}

int irq_synchronize(struct irq *irq)
{
    (void)fuzz_vector_of(irq);
    return fuzz_lies(64) ? -EAGAIN : 0;
}

int timeout_begin(struct timeout *begun, timeout_function_t function, void *context)
{
    FUZZ_CHECK(timeout == NULL);
    if (fuzz_lies(64))
        return -ENOSPC;
    timeout = begun;
    timeout_function = function;
    timeout_context = context;
    due = 0;
    return 0;
}

int timeout_set(struct timeout *set, uint32_t microseconds)
{
    if (timeout == NULL)
        return -ECANCELED;
    FUZZ_CHECK(set == timeout);
    due = fuzz_now() + UINT64_C(1000) * microseconds;
    return 0;
}

int timeout_end(struct timeout *ended)
{
    FUZZ_CHECK(timeout == NULL || ended == timeout); /* it may have ended */
    timeout = NULL;
    due = 0;
    return 0;
}

void work_init(struct work *begun, work_function_t function, void *context)
{
    work = begun;
    work_function = function;
    work_context = context;
    work_queued = false;
}

int work_queue(struct work *queued)
{
    FUZZ_CHECK(queued == work);
    if (work_queued)
        return -EALREADY;
    work_queued = true;
    return 0;
}

int work_cancel(struct work *cancelled)
{
    FUZZ_CHECK(cancelled == work);
    work_queued = false;
    work = NULL;
    return 0;
}

static void run_work(void)
{
    if (work == NULL || !work_queued)
        return;
    work_queued = false;
    work_function(work_context);
}

static void take_timeout(void)
{
    if (due == 0 || fuzz_now() < due)
        return;
    due = 0;
    timeout_function(timeout_context);
}

static void take_interrupts(void)
{
    fuzz_take_interrupts(ENTRIES, take_timeout);
}

/* ---- the controller ---- */

static struct queue {
    bool submission, completion;
    const struct nvme_command *commands;
    struct nvme_completion *completions;
    uint32_t sq_size, cq_size, sq_head, cq_tail, phase;
    unsigned vector;
} queues[QUEUES];
static struct held {
    unsigned queue;
    uint16_t id;
} held[HELD];
static unsigned held_count, accesses;
static uint64_t capabilities;
static uint32_t configuration, aqa, registers_size;
static uint32_t asq[2], acq[2];
static bool ready, fatal, gone, on_bus;

static void forget_queues(void)
{
    memset(queues, 0, sizeof(queues));
    held_count = 0;
}

/* It may be put where the queue is full: that is its crime, and the driver's memory all the same.
 */
static void post(struct queue *queue, uint32_t ids, uint32_t status, uint32_t result)
{
    struct nvme_completion *completion;

    if (!queue->completion)
        return;
    completion = &queue->completions[queue->cq_tail];
    completion->result = result;
    completion->ids_status = (uint64_t)status << 49 | (queue->phase ? NVME_PHASE : 0) |
                             (uint64_t)ids << 16 | (queue->sq_head & 0xffff);
    queue->cq_tail = (queue->cq_tail + 1) % queue->cq_size;
    queue->phase ^= queue->cq_tail == 0;
}

/* ---- data ---- */

static bool fill_data;

/* A piece of a buffer: the controller can reach all of it. */
static void touch(uint64_t address, uint64_t size)
{
    uint8_t *data = (uint8_t *)(uintptr_t)address;

    fuzz_check_memory(data, size, "a buffer that the controller was told of");
    if (fill_data)
        memset(data, 0x5a, size);
}

/* NVMe 1.4, 4.3. */
static void walk(const struct nvme_command *command, uint64_t size)
{
    const uint64_t page = UINT64_C(4096) << (configuration >> 7 & 15);
    uint64_t part = page - (command->prp1 & (page - 1));
    const uint64_t *list;

    part = part < size ? part : size;
    touch(command->prp1, part);
    size -= part;
    if (size == 0)
        return;
    FUZZ_CHECK(command->prp2 % 8 == 0);
    if (size <= page) {
        FUZZ_CHECK(command->prp2 % page == 0);
        touch(command->prp2, size);
        return;
    }
    list = (const uint64_t *)(uintptr_t)command->prp2;
    FUZZ_CHECK((command->prp2 & (page - 1)) + (size + page - 1) / page * 8 <= page);
    for (; size != 0; size -= part, list++) {
        part = size < page ? size : page;
        FUZZ_CHECK(*list % page == 0);
        touch(*list, part);
    }
}

/* ---- commands ---- */

static uint8_t block_shift; /* as it has said last, and so many blocks */
static uint64_t blocks;

static void put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

static void identify(const struct nvme_command *command)
{
    uint8_t *page = (uint8_t *)(uintptr_t)command->prp1;

    fuzz_check_memory(page, 4096, "Identify's page");
    memset(page, 0, 4096);
    switch (command->dw10 & 0xff) {
    case NVME_CNS_NAMESPACE:
        put(page, 0x100000, 8);
        put(page + NVME_NAMESPACE_FORMATS + 2,
            block_shift >= 9 && !fuzz_lies(8) ? block_shift : 9 + fuzz_below(4), 1);
        break;
    case NVME_CNS_CONTROLLER:
        memset(page + 4, 'x', 68);
        put(page + NVME_CONTROLLER_MDTS, fuzz_below(8), 1);
        put(page + NVME_CONTROLLER_SQES, 0x4466, 2);
        break;
    default:
        put(page, 1, 4);
    }
    for (unsigned i = fuzz_lies(4) ? 1 + fuzz_below(8) : 0; i-- != 0;)
        page[fuzz_below(2) != 0 ? fuzz_below(256) : (unsigned)fuzz_take(2) % 4096] =
            (uint8_t)fuzz_take(1);
    if ((command->dw10 & 0xff) != NVME_CNS_NAMESPACE)
        return;
    memcpy(&blocks, page + NVME_NAMESPACE_SIZE, sizeof(blocks));
    block_shift = page[NVME_NAMESPACE_FORMATS + 4 * (page[NVME_NAMESPACE_FLBAS] & 15) + 2];
}

static struct queue *queue_of(uint32_t dw10)
{
    FUZZ_CHECK((dw10 & 0xffff) != 0 && (dw10 & 0xffff) < QUEUES);
    return &queues[dw10 & 0xffff];
}

static void create(const struct nvme_command *command, bool completion)
{
    struct queue *queue = queue_of(command->dw10);
    const uint32_t size = (command->dw10 >> 16) + 1;
    void *memory = (void *)(uintptr_t)command->prp1;

    FUZZ_CHECK(size <= ENTRIES && size <= NVME_CAP_MQES(capabilities) + 1 && size >= 2);
    FUZZ_CHECK((command->dw11 & NVME_QUEUE_CONTIGUOUS) != 0 && command->prp1 % 4096 == 0);
    if (completion) {
        fuzz_check_memory(memory, size * sizeof(struct nvme_completion), "a completion queue");
        queue->completions = memory;
        queue->cq_size = size;
        queue->cq_tail = 0;
        queue->phase = 1;
        queue->vector = command->dw11 >> 16;
        queue->completion = true;
    } else {
        fuzz_check_memory(memory, size * sizeof(struct nvme_command), "a submission queue");
        queue->commands = memory;
        queue->sq_size = size;
        queue->sq_head = 0;
        queue->submission = true;
    }
}

static uint32_t administer(const struct nvme_command *command)
{
    switch (command->opcode_id & 0xff) {
    case NVME_ADMIN_IDENTIFY:
        identify(command);
        return 0;
    case NVME_ADMIN_CREATE_CQ:
        create(command, true);
        return 0;
    case NVME_ADMIN_CREATE_SQ:
        create(command, false);
        return 0;
    case NVME_ADMIN_DELETE_SQ:
        queue_of(command->dw10)->submission = false;
        return 0;
    case NVME_ADMIN_DELETE_CQ:
        queue_of(command->dw10)->completion = false;
        return 0;
    case NVME_ADMIN_SET_FEATURES:
        return fuzz_lies(4) ? (uint32_t)fuzz_take(4) : command->dw11;
    default:
        return fuzz_below(2);
    }
}

static void move_data(const struct nvme_command *command)
{
    const unsigned opcode = command->opcode_id & 0xff;
    const uint64_t first = command->dw10 | (uint64_t)command->dw11 << 32;

    FUZZ_CHECK(opcode <= NVME_IO_READ && command->dw12 <= 0xffff);
    fill_data = opcode == NVME_IO_READ;
    if (opcode == NVME_IO_FLUSH)
        return;
    FUZZ_CHECK(first < blocks && command->dw12 < blocks - first);
    walk(command, (command->dw12 + UINT64_C(1)) << block_shift);
}

static void hold(unsigned number, uint16_t id)
{
    if (held_count < HELD)
        held[held_count++] = (struct held){number, id};
}

/* Of another command, or of another queue's with this id. */
static uint32_t ids_of_nobody(uint32_t ids)
{
    const uint32_t other = (uint32_t)fuzz_take(2);

    return (other & 1) != 0 ? (ids & 0xffff0000u) | other >> 1 : other << 16 | (ids & 0xffffu);
}

static void carry_out(unsigned number, const struct nvme_command *command)
{
    struct queue *queue = &queues[number];
    const uint16_t id = (uint16_t)(command->opcode_id >> 16);
    const unsigned crime = fuzz_lies(number == 0 ? 24 : 6) ? fuzz_below(8) : 8;
    const uint32_t ids = (uint32_t)id << 16 | number;
    uint32_t result = 0, status = 0;

    if (crime == 0)
        return; /* lost */
    if (crime == 1) {
        hold(number, id);
        return;
    }
    if (crime == 2)
        fatal = true;
    if (crime == 3)
        gone = true;
    if (crime == 4)
        status = (uint32_t)fuzz_take(2) & 0x7fff;
    else if (number == 0)
        result = administer(command);
    else
        move_data(command);
    if (crime == 5)
        post(queue, ids_of_nobody(ids), status, result);
    post(queue, ids, status, result);
    if (crime == 6)
        post(queue, ids, status, result);
    if (crime != 7)
        fuzz_raise(queue->vector);
}

static void ring(unsigned number, uint32_t tail)
{
    struct queue *queue = &queues[number];

    if (!queue->submission)
        return; /* it has said that there is one */
    FUZZ_CHECK(tail < queue->sq_size);
    while (queue->submission && queue->sq_head != tail && !gone && !fatal) {
        const struct nvme_command command = queue->commands[queue->sq_head];

        queue->sq_head = (queue->sq_head + 1) % queue->sq_size;
        carry_out(number, &command);
    }
}

/* Out of its own head. */
static void act(void)
{
    struct queue *queue = &queues[fuzz_below(CORES + 1)];

    if ((configuration & 1) == 0 || !on_bus || gone)
        return;
    switch (fuzz_below(6)) {
    case 0:
        fuzz_raise(fuzz_below(VECTORS));
        break;
    case 1:
        post(queue, (uint32_t)fuzz_take(2) << 16 | (uint32_t)(queue - queues), 0, 0);
        break;
    case 2:
        if (queue->completion)
            queue->completions[fuzz_below(queue->cq_size)].ids_status =
                fuzz_take(4) << 32 | (uint32_t)(queue - queues) << 16;
        fuzz_raise(queue->vector);
        break;
    default:
        if (held_count != 0) {
            const struct held *one = &held[--held_count];

            post(&queues[one->queue], (uint32_t)one->id << 16 | one->queue, 0, 0);
            fuzz_raise(queues[one->queue].vector);
        }
    }
}

/* ---- registers ---- */

static void configure(uint32_t value)
{
    const bool was = (configuration & NVME_CC_EN) != 0, is = (value & NVME_CC_EN) != 0;

    configuration = value;
    if (was && !is) {
        forget_queues();
        fatal = false;
        ready = false;
    }
    if (!is || was)
        return;
    queues[0] = (struct queue){
        .submission = true,
        .completion = true,
        .commands = (void *)(uintptr_t)(asq[0] | (uint64_t)asq[1] << 32),
        .completions = (void *)(uintptr_t)(acq[0] | (uint64_t)acq[1] << 32),
        .sq_size = (aqa & 0xfff) + 1,
        .cq_size = (aqa >> 16 & 0xfff) + 1,
        .phase = 1,
    };
    fuzz_check_memory(queues[0].commands, queues[0].sq_size * sizeof(struct nvme_command), "ASQ");
    fuzz_check_memory(queues[0].completions, queues[0].cq_size * sizeof(struct nvme_completion),
                      "ACQ");
    ready = true;
}

static uint32_t status_register(void)
{
    const bool is_down = (configuration & NVME_CC_SHN_MASK) != 0;

    return (ready ? NVME_CSTS_RDY : 0) | (fatal ? NVME_CSTS_CFS : 0) |
           (is_down ? NVME_CSTS_SHST_DONE : 0);
}

static uint32_t read_register(uint32_t offset)
{
    switch (offset) {
    case NVME_CAP:
        return (uint32_t)capabilities;
    case NVME_CAP + 4:
        return (uint32_t)(capabilities >> 32);
    case NVME_VS:
        return 0x10400;
    case NVME_CC:
        return configuration;
    default:
        FUZZ_CHECK(offset == NVME_CSTS);
        return status_register();
    }
}

static uint32_t check_access(uintptr_t address, unsigned size)
{
    FUZZ_CHECK(++accesses < ACCESSES_MAX);
    FUZZ_CHECK(address >= BASE && address - BASE <= registers_size - 4 && size == 4);
    return (uint32_t)(address - BASE);
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    const uint32_t offset = check_access(address, size);

    if (gone)
        return NVME_GONE;
    if (offset == NVME_CSTS && fuzz_lies(24))
        return fuzz_below(3) == 1 ? NVME_GONE : fuzz_take(4);
    return read_register(offset); /* what it says of itself is fuzz_one()'s, once */
}

static void write_doorbell(uint32_t offset, uint32_t value)
{
    const uint32_t stride = 4u << NVME_CAP_DSTRD(capabilities), place = offset - NVME_DOORBELLS;
    const uint32_t number = place / stride / 2;

    FUZZ_CHECK(place % stride == 0 && number < QUEUES);
    if (place / stride % 2 == 0)
        ring(number, value);
    else
        FUZZ_CHECK(!queues[number].completion || value < queues[number].cq_size);
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t written)
{
    const uint32_t offset = check_access(address, size), value = (uint32_t)written;

    if (gone)
        return;
    switch (offset) {
    case NVME_CC:
        configure(value);
        break;
    case NVME_AQA:
        aqa = value;
        break;
    case NVME_ASQ:
    case NVME_ASQ + 4:
        asq[(offset - NVME_ASQ) / 4] = value;
        break;
    case NVME_ACQ:
    case NVME_ACQ + 4:
        acq[(offset - NVME_ACQ) / 4] = value;
        break;
    default:
        FUZZ_CHECK(offset >= NVME_DOORBELLS);
        if ((configuration & NVME_CC_EN) != 0)
            write_doorbell(offset, value);
    }
}

/* ---- its bus ---- */

static int reset(void *context)
{
    FUZZ_CHECK(context == &device);
    if (fuzz_lies(4))
        return -ENODEV;
    configuration = 0;
    ready = fatal = false;
    on_bus = true;
    forget_queues();
    return gone ? -ENODEV : 0;
}

static void quiet(void *context)
{
    FUZZ_CHECK(context == &device);
    on_bus = false;
    forget_queues();
}

/* ---- its user ---- */

static struct nvme *nvme;
static struct use {
    struct block_request request;
    bool under_way;
    uint8_t *buffer;
} uses[REQUESTS];

static void ended(struct block_request *request)
{
    struct use *use = request->context;

    FUZZ_CHECK(use->under_way);
    use->under_way = false;
    free(use->buffer);
    use->buffer = NULL;
}

static void submit(struct use *use)
{
    struct block_device *drive = nvme_block(nvme);
    uint32_t count = 1 + fuzz_below(8);
    int error;

    if (use->under_way)
        return;
    if (fuzz_below(4) == 1)
        count = drive->count_max;
    count = count < BUFFER / drive->block_size ? count : BUFFER / drive->block_size;
    use->buffer = malloc((size_t)count * drive->block_size + 64);
    if (use->buffer == NULL)
        return;
    use->request = (struct block_request){.operation = fuzz_below(3),
                                          .first = fuzz_below(256),
                                          .count = count,
                                          .buffer = use->buffer + 4 * fuzz_below(16),
                                          .done = ended,
                                          .context = use};
    use->under_way = true;
    error = block_submit(drive, &use->request);
    if (error == 0)
        return;
    FUZZ_CHECK(use->under_way);
    use->under_way = false;
    free(use->buffer);
    use->buffer = NULL;
}

static void read_and_wait(void)
{
    struct block_device *drive = nvme_block(nvme);
    const uint64_t count = 1 + fuzz_below(64);
    const size_t size = (size_t)count * drive->block_size;
    uint8_t *buffer = malloc(size);

    if (buffer == NULL)
        return;
    switch (fuzz_below(4)) {
    case 0:
        (void)block_write(drive, fuzz_below(256), count, buffer);
        break;
    case 1:
        (void)block_flush(drive);
        break;
    default:
        (void)block_read(drive, fuzz_take(1), count, buffer);
    }
    free(buffer);
}

static void sleep_and_wake(void)
{
    int error = nvme_suspend(nvme);

    if (error != 0)
        return;
    for (unsigned i = 0; i < REQUESTS; i++)
        FUZZ_CHECK(!uses[i].under_way);
    error = fuzz_below(4) == 1 ? -ENODEV : 0;
    if (fuzz_below(2) != 0)
        (void)reset(&device);
    nvme_resume(nvme, error);
}

static void step(void)
{
    struct nvme_counters counters;

    accesses = 0;
    fuzz_restart_clock();
    switch (fuzz_below(12)) {
    case 0:
    case 1:
        read_and_wait();
        break;
    case 2:
        act();
        break;
    case 3:
        take_interrupts();
        break;
    case 4:
        fuzz_pass(UINT64_C(1000) << fuzz_below(24));
        take_interrupts();
        break;
    case 5:
        run_work();
        break;
    case 6:
        fuzz_set_core(fuzz_below(CORES));
        break;
    case 7:
        sleep_and_wake();
        break;
    case 8:
        (void)nvme_set_affinity(nvme, fuzz_below(CORES), fuzz_below(CORES));
        nvme_get_counters(nvme, &counters);
        break;
    default:
        submit(&uses[fuzz_below(REQUESTS)]);
    }
}

static void everything_is_given_back(void)
{
    FUZZ_CHECK(fuzz_vectors_requested() == 0);
    for (unsigned i = 0; i < REQUESTS; i++)
        FUZZ_CHECK(!uses[i].under_way);
    FUZZ_CHECK(timeout == NULL && fuzz_pieces() == 0);
}

static void close_it(void)
{
    int error = -EAGAIN;

    for (unsigned i = 0; i < 8 && error == -EAGAIN; i++) {
        accesses = 0;
        fuzz_restart_clock();
        error = nvme_close(nvme);
    }
    if (error != -EAGAIN)
        everything_is_given_back();
}

static void idle(void)
{
    if (fuzz_lies(8))
        act();
    take_interrupts();
}

void fuzz_one(void)
{
    struct nvme_config config = {
        .name = "nvme0", .depth = (uint16_t)(4u << fuzz_below(4)), .timeout_us = 1000000};
    struct nvme_port port = {.registers = BASE,
                             .device = &device,
                             .vectors = 1 + fuzz_below(VECTORS - 1),
                             .reset = fuzz_below(4) != 1 ? reset : NULL,
                             .quiet = quiet,
                             .context = &device};

    registers_size = fuzz_below(4) == 1 ? 0x1004u + 4 * fuzz_below(64) : 0x4000;
    port.size = registers_size;
    capabilities = 1023 | UINT64_C(1) << 16 | UINT64_C(2) << 24 | UINT64_C(1) << 37;
    if (fuzz_lies(4))
        capabilities ^= fuzz_take(8) & ~(UINT64_C(1) << 37);
    configuration = fuzz_lies(8);
    on_bus = true;
    fuzz_have_vectors(&device, VECTORS);
    fuzz_set_idle(idle);
    if (nvme_open(&port, &config, &nvme) != 0) {
        if (fuzz_lies(2))
            return;
        for (unsigned i = 0; i < REQUESTS; i++)
            FUZZ_CHECK(!uses[i].under_way);
        return;
    }
    FUZZ_CHECK(nvme_block(nvme)->block_size >= 512 && nvme_block(nvme)->count_max != 0);
    for (unsigned i = 0; i < STEPS && fuzz_left() != 0; i++)
        step();
    fuzz_set_core(0);
    close_it();
}
