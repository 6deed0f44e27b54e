// SPDX-License-Identifier: BSD-3-Clause
/*
 * An NVMe controller in memory (tests/host/support/nvme_controller.h). Its numbers are its own, not
 * the driver's: each states the specification.
 */
#include "tests/host/support/nvme_controller.h"

#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <pthread.h>
#include <string.h>

#define HELD_MAX 4096u
#define ONES     UINT64_MAX

struct entry {
    uint32_t dw[16];
};

struct completion_entry {
    uint32_t dw[2];
    uint64_t ids_status;
};

struct queue {
    bool submission, completion;
    struct entry *commands;
    struct completion_entry *completions;
    uint32_t sq_size, cq_size;
    uint32_t sq_head, sq_tail, cq_head, cq_tail;
    uint32_t cq_used;
    uint32_t phase;
    uint32_t vector;
    bool interrupts;
};

struct held {
    uint16_t queue, id;
    struct entry command;
    bool lost, for_good, aborted;
};

struct nvme_controller nvme_controller;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue queues[NVME_CONTROLLER_QUEUES + 1];
static struct held held[HELD_MAX];
static unsigned held_count;
static uint32_t configuration, aqa, reads_left;
static uint64_t asq, acq;
static bool ready, fatal, gone, shut_down;
static const char *violation;
static struct irq_message messages[NVME_CONTROLLER_VECTORS];
static bool has_message[NVME_CONTROLLER_VECTORS];
static bool to_send[NVME_CONTROLLER_VECTORS];

static void violate(const char *what)
{
    if (violation == NULL)
        violation = what;
}

/* ---- messages ---- */

static int write_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    (void)device;
    if (index >= NVME_CONTROLLER_VECTORS)
        return -1;
    pthread_mutex_lock(&lock);
    has_message[index] = message != NULL;
    if (message != NULL)
        messages[index] = *message;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* Without the lock. */
static void send_messages(void)
{
    for (unsigned i = 0; i < NVME_CONTROLLER_VECTORS; i++) {
        struct irq_message message;
        bool send;

        pthread_mutex_lock(&lock);
        send = to_send[i] && (has_message[i] || nvme_controller.raise != NULL);
        to_send[i] = false;
        message = messages[i];
        nvme_controller.messages += send;
        pthread_mutex_unlock(&lock);
        if (send && nvme_controller.raise != NULL)
            nvme_controller.raise(i);
        else if (send)
            host_its_message((uint32_t)((message.address - AM65X_PRE_ITS_BASE) / 4), message.data);
    }
    host_interrupts_changed();
}

/* ---- memory; with the lock ---- */

static bool may_access(void)
{
    return nvme_controller.on_bus && !gone;
}

static void forget_queues(void)
{
    memset(queues, 0, sizeof(queues));
    held_count = 0;
}

void nvme_controller_reset(uint8_t *disk, uint64_t blocks)
{
    pthread_mutex_lock(&lock);
    forget_queues();
    memset(has_message, 0, sizeof(has_message));
    memset(to_send, 0, sizeof(to_send));
    configuration = aqa = reads_left = 0;
    asq = acq = 0;
    ready = fatal = gone = shut_down = false;
    violation = NULL;
    nvme_controller = (struct nvme_controller){
        /* 1024 entries, contiguous; 1 s; doorbells 4 bytes apart; NVM; pages of 4 KiB. */
        .capabilities = 1023 | UINT64_C(1) << 16 | UINT64_C(2) << 24 | UINT64_C(1) << 37,
        .granted = NVME_CONTROLLER_QUEUES,
        .mdts = 5,
        .block_shift = 9,
        .entry_sizes = 0,
        .namespaces = 1,
        .write_cache = true,
        .disk = disk,
        .blocks = blocks,
        .device = {.name = "nvme", .write_message = write_message},
        .on_bus = true,
    };
    pthread_mutex_unlock(&lock);
}

/* Calls visit() for each piece of the command's buffer (4.3). */
static bool walk(const struct entry *command, uint64_t bytes,
                 void (*visit)(uint8_t *memory, uint64_t length, void *argument), void *argument)
{
    const uint64_t page = UINT64_C(4096) << (nvme_controller.capabilities >> 48 & 15);
    uint64_t prp1, prp2, length;
    const uint64_t *list;

    memcpy(&prp1, &command->dw[6], 8);
    memcpy(&prp2, &command->dw[8], 8);
    if (prp1 % 4 != 0 || prp1 == 0)
        violate("PRP1 is not aligned to 4 bytes");
    length = page - prp1 % page < bytes ? page - prp1 % page : bytes;
    visit((uint8_t *)(uintptr_t)prp1, length, argument);
    bytes -= length;
    if (bytes == 0)
        return true;
    if (bytes <= page) {
        if (prp2 % page != 0)
            violate("PRP2 is not a page");
        visit((uint8_t *)(uintptr_t)prp2, bytes, argument);
        return true;
    }
    if (prp2 % 8 != 0)
        violate("a PRP list is not aligned to 8 bytes");
    list = (const uint64_t *)(uintptr_t)prp2;
    while (bytes != 0) {
        if ((uintptr_t)(list + 1) % page == 0 && bytes > page)
            list = (const uint64_t *)(uintptr_t)*list;
        if (*list % page != 0)
            violate("a PRP list's entry is not a page");
        length = bytes < page ? bytes : page;
        visit((uint8_t *)(uintptr_t)*list++, length, argument);
        bytes -= length;
    }
    return true;
}

static void copy_in(uint8_t *memory, uint64_t length, void *at)
{
    uint8_t **disk = at;

    memcpy(*disk, memory, length);
    *disk += length;
}

static void copy_out(uint8_t *memory, uint64_t length, void *at)
{
    uint8_t **disk = at;

    memcpy(memory, *disk, length);
    *disk += length;
}

/* ---- completing; with the lock ---- */

static void complete_of(struct queue *queue, unsigned of, uint16_t id, uint16_t status,
                        uint32_t result, bool phase, bool interrupt)
{
    struct completion_entry *entry = &queue->completions[queue->cq_tail];
    uint32_t word = (uint32_t)status << 17 | id;

    if (!may_access() || !queue->completion)
        return;
    if (queue->cq_used == queue->cq_size)
        violate("a completion queue has run over");
    if ((queue->phase != 0) == phase)
        word |= 1u << 16;
    entry->dw[0] = result;
    entry->dw[1] = 0;
    __atomic_store_n(&entry->ids_status, (uint64_t)word << 32 | (uint32_t)of << 16 | queue->sq_head,
                     __ATOMIC_RELEASE);
    if (!phase)
        return; /* none, as it were */
    queue->cq_used++;
    queue->cq_tail = (queue->cq_tail + 1) % queue->cq_size;
    if (queue->cq_tail == 0)
        queue->phase ^= 1;
    if (interrupt && queue->interrupts && queue->vector < NVME_CONTROLLER_VECTORS)
        to_send[queue->vector] = true;
}

static void complete_with(struct queue *queue, uint16_t id, uint16_t status, uint32_t result,
                          bool phase, bool interrupt)
{
    complete_of(queue, (unsigned)(queue - queues), id, status, result, phase, interrupt);
}

static void complete(struct queue *queue, uint16_t id, uint16_t status, uint32_t result)
{
    complete_with(queue, id, status, result, true, true);
}

/* ---- admin commands; with the lock ---- */

static void put_word(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put_text(uint8_t *at, const char *text)
{
    memcpy(at, text, strlen(text));
}

static uint16_t identify(const struct entry *command)
{
    static uint8_t page[4096];
    const struct nvme_controller *model = &nvme_controller;
    uint8_t *at = page;

    memset(page, 0, sizeof(page));
    switch (command->dw[10] & 0xff) {
    case 0:
        if (command->dw[1] == 0 || command->dw[1] > model->namespaces)
            return 0x0b;
        put_word(page, model->blocks, 8);
        page[29] = model->protection;
        page[127] = model->namespace_id;
        put_word(page + 128, model->metadata | (uint32_t)model->block_shift << 16, 4);
        break;
    case 1:
        memset(page + 4, ' ', 20);
        put_text(page + 4, model->serial != NULL ? model->serial : "S1");
        memset(page + 24, ' ', 40);
        put_text(page + 24,
                 model->model != NULL ? model->model : "A controller of the host's \x01 tests");
        memcpy(page + 64, "1.0     ", 8);
        page[77] = model->mdts;
        page[512] = model->entry_sizes != 0 ? model->entry_sizes : 0x66;
        page[513] = 0x44;
        page[525] = model->write_cache;
        put_word(page + 516, model->namespaces, 4);
        break;
    case 2:
        for (uint32_t i = 0; i < model->namespaces; i++)
            put_word(page + 4 * i, i + 1, 4);
        break;
    default:
        return 0x02;
    }
    (void)walk(command, sizeof(page), copy_out, &at);
    return 0;
}

static uint64_t address_of(const struct entry *command)
{
    uint64_t address;

    memcpy(&address, &command->dw[6], 8);
    if (address % 4096 != 0 || (command->dw[11] & 1) == 0)
        violate("a queue is not contiguous from a page on");
    return address;
}

static uint16_t create(const struct entry *command, bool completion)
{
    const uint32_t number = command->dw[10] & 0xffff, size = (command->dw[10] >> 16) + 1;
    struct queue *queue = &queues[number % (NVME_CONTROLLER_QUEUES + 1)];

    if (number == 0 || number > nvme_controller.granted || number > NVME_CONTROLLER_QUEUES)
        return 0x101;
    if (size < 2 || size > (nvme_controller.capabilities & 0xffff) + 1)
        return 0x102;
    if (completion) {
        if (queue->completion)
            return 0x101;
        *queue = (struct queue){.completion = true,
                                .completions = (void *)(uintptr_t)address_of(command),
                                .cq_size = size,
                                .phase = 1,
                                .vector = command->dw[11] >> 16,
                                .interrupts = (command->dw[11] & 2) != 0};
        if (nvme_controller.raise == NULL && !has_message[queue->vector % NVME_CONTROLLER_VECTORS])
            violate("a completion queue's vector has no message");
        return 0;
    }
    if (queue->submission || !queue->completion || command->dw[11] >> 16 != number)
        return 0x100;
    queue->submission = true;
    queue->commands = (void *)(uintptr_t)address_of(command);
    queue->sq_size = size;
    return 0;
}

static uint16_t delete_queue(const struct entry *command, bool completion)
{
    const uint32_t number = command->dw[10] & 0xffff;
    struct queue *queue = &queues[number % (NVME_CONTROLLER_QUEUES + 1)];

    if (number == 0 || number > NVME_CONTROLLER_QUEUES || !queue->completion ||
        queue->submission == completion)
        return 0x101;
    if (completion)
        *queue = (struct queue){.completion = false};
    queue->submission = false;
    return 0;
}

static uint16_t abort_command(const struct entry *command, uint32_t *result)
{
    const uint16_t queue = (uint16_t)command->dw[10], id = (uint16_t)(command->dw[10] >> 16);

    nvme_controller.aborts++;
    *result = 1;
    for (unsigned i = 0; i < held_count; i++) {
        if (held[i].queue != queue || held[i].id != id || held[i].for_good)
            continue;
        *result = 0;
        complete(&queues[queue], id, 0x07, 0);
        held[i] = held[--held_count];
        break;
    }
    return 0;
}

static bool takes_fault(struct nvme_controller_faults *faults)
{
    if (faults->fault == NVME_FAULT_NONE || faults->count == 0)
        return false;
    if (faults->count != NVME_CONTROLLER_ALWAYS)
        faults->count--;
    return true;
}

static void do_admin(const struct entry *command)
{
    const uint8_t opcode = (uint8_t)command->dw[0];
    uint32_t result = 0;
    uint16_t status = 0x01;

    if (opcode == nvme_controller.admin_opcode && takes_fault(&nvme_controller.admin)) {
        if (nvme_controller.admin.fault == NVME_FAULT_STATUS)
            complete(queues, (uint16_t)(command->dw[0] >> 16), nvme_controller.admin.status, 0);
        else if (nvme_controller.admin.fault == NVME_FAULT_WRONG_QUEUE)
            complete_of(queues, 1, (uint16_t)(command->dw[0] >> 16), 0, 0, true, true);
        else if (nvme_controller.admin.fault == NVME_FAULT_GONE)
            gone = true;
        else if (nvme_controller.admin.fault == NVME_FAULT_FATAL)
            fatal = true;
        if (nvme_controller.admin.fault != NVME_FAULT_QUIET)
            return;
    }
    switch (opcode) {
    case 0x00:
        status = delete_queue(command, false);
        break;
    case 0x01:
        status = create(command, false);
        break;
    case 0x04:
        status = delete_queue(command, true);
        break;
    case 0x05:
        status = create(command, true);
        break;
    case 0x06:
        status = identify(command);
        break;
    case 0x08:
        status = abort_command(command, &result);
        break;
    case 0x09:
        if ((command->dw[10] & 0xff) == 7) {
            status = 0;
            result = (nvme_controller.granted - 1) << 16 | (nvme_controller.granted - 1);
        }
        break;
    default:
        break;
    }
    complete_with(queues, (uint16_t)(command->dw[0] >> 16), status, result, true,
                  nvme_controller.admin.fault != NVME_FAULT_QUIET ||
                      opcode != nvme_controller.admin_opcode);
}

/* ---- I/O commands; with the lock ---- */

static uint16_t transfer(const struct entry *command)
{
    const struct nvme_controller *model = &nvme_controller;
    const uint64_t first = command->dw[10] | (uint64_t)command->dw[11] << 32;
    const uint64_t count = (command->dw[12] & 0xffff) + UINT64_C(1);
    const bool write = (command->dw[0] & 0xff) == 1;
    uint8_t *at = model->disk + (first << model->block_shift);

    if (command->dw[1] == 0 || command->dw[1] > model->namespaces)
        return 0x0b;
    if (first >= model->blocks || count > model->blocks - first)
        return 0x80;
    if (model->mdts != 0 && count << model->block_shift > UINT64_C(4096) << model->mdts)
        return 0x02;
    (void)walk(command, count << model->block_shift, write ? copy_in : copy_out, &at);
    return 0;
}

static uint16_t do_io(const struct entry *command)
{
    switch (command->dw[0] & 0xff) {
    case 0x00:
        nvme_controller.flushes++;
        return 0;
    case 0x01:
    case 0x02:
        return transfer(command);
    default:
        return 0x01;
    }
}

static void hold(const struct queue *queue, const struct entry *command, bool lost, bool for_good)
{
    if (held_count == HELD_MAX) {
        violate("more commands than it can hold");
        return;
    }
    held[held_count++] = (struct held){.queue = (uint16_t)(queue - queues),
                                       .id = (uint16_t)(command->dw[0] >> 16),
                                       .command = *command,
                                       .lost = lost,
                                       .for_good = for_good};
}

static void do_faulty(struct queue *queue, const struct entry *command)
{
    const uint16_t id = (uint16_t)(command->dw[0] >> 16);
    const enum nvme_fault fault = nvme_controller.io.fault;

    switch (fault) {
    case NVME_FAULT_STATUS:
        complete(queue, id, nvme_controller.io.status, 0);
        return;
    case NVME_FAULT_LOSE:
    case NVME_FAULT_LOSE_FOR_GOOD:
        hold(queue, command, true, fault == NVME_FAULT_LOSE_FOR_GOOD);
        return;
    case NVME_FAULT_FATAL:
        fatal = true;
        return;
    case NVME_FAULT_GONE:
        gone = true;
        return;
    case NVME_FAULT_WRONG_ID:
        complete(queue, (uint16_t)(id + 1), 0, 0);
        break;
    case NVME_FAULT_WRONG_QUEUE:
        complete_of(queue, (unsigned)(queue - queues) + 1, id, 0, 0, true, true);
        break;
    case NVME_FAULT_WRONG_PHASE:
        complete_with(queue, id, 0, 0, false, true);
        if (queue->interrupts)
            to_send[queue->vector % NVME_CONTROLLER_VECTORS] = true;
        hold(queue, command, true, false);
        return;
    case NVME_FAULT_TWICE:
        complete(queue, id, do_io(command), 0);
        complete(queue, id, 0, 0);
        return;
    default:
        break;
    }
    complete_with(queue, id, do_io(command), 0, true, fault != NVME_FAULT_QUIET);
}

static void carry_out(struct queue *queue)
{
    while (queue->sq_head != queue->sq_tail && may_access() && !fatal) {
        const struct entry command = queue->commands[queue->sq_head];

        queue->sq_head = (queue->sq_head + 1) % queue->sq_size;
        if (queue == queues)
            do_admin(&command);
        else if (takes_fault(&nvme_controller.io))
            do_faulty(queue, &command);
        else if (nvme_controller.hold)
            hold(queue, &command, false, false);
        else
            complete(queue, (uint16_t)(command.dw[0] >> 16), do_io(&command), 0);
    }
}

unsigned nvme_controller_release(void)
{
    unsigned released = 0, kept = 0;
    static struct held now[HELD_MAX];
    unsigned count;

    pthread_mutex_lock(&lock);
    count = held_count;
    memcpy(now, held, count * sizeof(held[0]));
    for (unsigned i = 0; i < count; i++) {
        const struct held *one = &now[nvme_controller.backward ? count - 1 - i : i];

        if (one->lost) {
            held[kept++] = *one;
            continue;
        }
        complete(&queues[one->queue], one->id, do_io(&one->command), 0);
        released++;
    }
    held_count = kept;
    pthread_mutex_unlock(&lock);
    send_messages();
    return released;
}

uint16_t nvme_controller_held_id(void)
{
    return held[0].id;
}

void nvme_controller_forge(unsigned queue, unsigned of, uint16_t id, uint16_t status)
{
    pthread_mutex_lock(&lock);
    complete_of(&queues[queue], of, id, status, 0, true, true);
    pthread_mutex_unlock(&lock);
    send_messages();
}

/* ---- registers; with the lock ---- */

static uint32_t status_register(void)
{
    const bool enabled = (configuration & 1) != 0;

    if (ready != enabled && !(enabled ? nvme_controller.never_ready : nvme_controller.never_off)) {
        if (reads_left == 0)
            ready = enabled;
        else
            reads_left--;
    }
    return (uint32_t)ready | (uint32_t)fatal << 1 |
           (shut_down && !nvme_controller.never_shut_down ? 2u << 2 : 0);
}

static void enable(void)
{
    nvme_controller.enables++;
    if (asq % 4096 != 0 || acq % 4096 != 0 || asq == 0 || acq == 0)
        violate("an admin queue is not a page");
    if ((configuration >> 16 & 15) != 6 || (configuration >> 20 & 15) != 4)
        violate("CC has other sizes of entries");
    if ((configuration >> 7 & 15) != (nvme_controller.capabilities >> 48 & 15))
        violate("CC has another page size");
    if (ready)
        violate("enabled before it was off");
    queues[0] = (struct queue){.submission = true,
                               .completion = true,
                               .commands = (void *)(uintptr_t)asq,
                               .completions = (void *)(uintptr_t)acq,
                               .sq_size = (aqa & 0xfff) + 1,
                               .cq_size = (aqa >> 16 & 0xfff) + 1,
                               .phase = 1,
                               .interrupts = true};
}

static void configure(uint32_t value)
{
    const bool was = (configuration & 1) != 0, is = (value & 1) != 0;

    configuration = value;
    nvme_controller.shut_downs += !shut_down && (value >> 14 & 3) != 0;
    shut_down = (value >> 14 & 3) != 0;
    if (was != is)
        reads_left = nvme_controller.ready_reads;
    if (is && !was)
        enable();
    if (was && !is && !nvme_controller.never_off) {
        forget_queues();
        fatal = false;
    }
}

static void ring(uint32_t offset, uint32_t value)
{
    const uint32_t stride = 4u << (nvme_controller.capabilities >> 32 & 15);
    const uint32_t number = (offset - 0x1000) / stride / 2;
    const bool head = (offset - 0x1000) / stride % 2 != 0;
    struct queue *queue = &queues[number % (NVME_CONTROLLER_QUEUES + 1)];

    if ((offset - 0x1000) % stride != 0 || number > NVME_CONTROLLER_QUEUES) {
        violate("no such doorbell");
        return;
    }
    if (number != 0)
        *(head ? &nvme_controller.head_doorbells : &nvme_controller.tail_doorbells) += 1;
    if (!(head ? queue->completion : queue->submission) || !ready) {
        violate("a doorbell of a queue that there is not");
    } else if (head) {
        const uint32_t taken = (value + queue->cq_size - queue->cq_head) % queue->cq_size;

        if (value >= queue->cq_size || (taken == 0 && queue->cq_used < queue->cq_size) ||
            taken > queue->cq_used)
            violate("a completion queue's head is wrong");
        queue->cq_used -= taken != 0 ? taken : queue->cq_size;
        queue->cq_head = value;
    } else {
        if (value >= queue->sq_size || value == queue->sq_tail)
            violate("a submission queue's tail is wrong");
        queue->sq_tail = value % queue->sq_size;
        carry_out(queue);
    }
}

static uint64_t read_register(uint32_t offset)
{
    switch (offset) {
    case 0x00:
        return (uint32_t)nvme_controller.capabilities;
    case 0x04:
        return nvme_controller.capabilities >> 32;
    case 0x08:
        return 0x10400;
    case 0x14:
        return configuration;
    case 0x1c:
        return status_register();
    default:
        violate("a read of another register");
        return 0;
    }
}

static void write_register(uint32_t offset, uint32_t value)
{
    if (offset >= 0x1000) {
        ring(offset, value);
        return;
    }
    switch (offset) {
    case 0x14:
        configure(value);
        break;
    case 0x24:
        aqa = value;
        break;
    case 0x28:
        asq = (asq & ~UINT64_C(0xffffffff)) | value;
        break;
    case 0x2c:
        asq = (uint32_t)asq | (uint64_t)value << 32;
        break;
    case 0x30:
        acq = (acq & ~UINT64_C(0xffffffff)) | value;
        break;
    case 0x34:
        acq = (uint32_t)acq | (uint64_t)value << 32;
        break;
    default:
        violate("a write of another register");
    }
}

static bool is_register(uintptr_t address)
{
    return address >= NVME_CONTROLLER_BASE && address < NVME_CONTROLLER_BASE + NVME_CONTROLLER_SIZE;
}

static void may_break(void)
{
    if (nvme_controller.breaks_at == 0 || --nvme_controller.breaks_at != 0)
        return;
    fatal |= nvme_controller.breaks == NVME_FAULT_FATAL;
    gone |= nvme_controller.breaks == NVME_FAULT_GONE;
}

bool nvme_controller_read(uintptr_t address, unsigned size, uint64_t *value)
{
    if (!is_register(address))
        return false;
    pthread_mutex_lock(&lock);
    if (size != 4)
        violate("a read of another width");
    may_break();
    *value = gone ? (uint32_t)ONES : read_register((uint32_t)(address - NVME_CONTROLLER_BASE));
    pthread_mutex_unlock(&lock);
    return true;
}

bool nvme_controller_write(uintptr_t address, unsigned size, uint64_t value)
{
    if (!is_register(address))
        return false;
    pthread_mutex_lock(&lock);
    if (size != 4)
        violate("a write of another width");
    may_break();
    if (!gone)
        write_register((uint32_t)(address - NVME_CONTROLLER_BASE), (uint32_t)value);
    pthread_mutex_unlock(&lock);
    send_messages();
    return true;
}

void nvme_controller_bus_reset(void)
{
    pthread_mutex_lock(&lock);
    nvme_controller.bus_resets++;
    forget_queues();
    configuration = 0;
    ready = fatal = shut_down = false;
    memset(has_message, 0, sizeof(has_message));
    pthread_mutex_unlock(&lock);
}

const char *nvme_controller_violation(void)
{
    return violation;
}

unsigned nvme_controller_pairs(void)
{
    unsigned count = 0;

    for (unsigned i = 1; i <= NVME_CONTROLLER_QUEUES; i++)
        count += queues[i].submission;
    return count;
}
