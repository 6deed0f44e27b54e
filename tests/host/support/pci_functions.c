// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI functions for host tests (tests/host/support/pci_functions.h).
 */
#include "tests/host/support/pci_functions.h"

#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPABILITY 0x40u
#define BAR_MEMORY_MAX   0x100000u /* larger ones have no memory */
#define RESET_NS         50000000u
#define NOT_READY        0x0001u
#define MSI_CONTROL      2u
#define MSI_ENABLE       0x0001u
#define MSI_64           0x0080u
#define MSI_MASKS        0x0100u
#define MSIX_CONTROL     2u
#define MSIX_ENABLE      0x8000u
#define MSIX_FUNCTION    0x4000u /* masks all */
#define MSIX_ENTRY       16u
#define MSIX_MASK        1u
#define OUTBOX           64u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pci_model *models[PCI_MODELS_MAX];
static unsigned model_count, unanswered;
static const struct pci_host *windows_of;
static void (*sink)(uint16_t requester, uint64_t address, uint32_t data);

/* Messages that are sent when the lock is let go. */
struct message {
    uint16_t requester;
    uint64_t address;
    uint32_t data;
};
static struct message outbox[OUTBOX];
static unsigned outbox_count;

static void deliver(const struct message *message)
{
    const uint64_t offset = message->address - AM65X_PRE_ITS_BASE;

    if (sink != NULL)
        sink(message->requester, message->address, message->data);
    else if (offset < AM65X_PRE_ITS_SIZE)
        host_its_message((uint32_t)(offset / 4u), message->data);
}

static void unlock(void)
{
    struct message messages[OUTBOX];
    const unsigned count = outbox_count;

    memcpy(messages, outbox, sizeof(messages));
    outbox_count = 0;
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < count; i++)
        deliver(&messages[i]);
}

/* ---- registers ---- */

static uint32_t get(const uint8_t *bytes, unsigned size)
{
    uint32_t value = 0;

    while (size-- != 0)
        value = value << 8 | bytes[size];
    return value;
}

static void put(uint8_t *bytes, unsigned size, uint32_t value)
{
    for (; size-- != 0; value >>= 8)
        *bytes++ = (uint8_t)value;
}

uint32_t pci_model_get(const struct pci_model *model, unsigned offset, unsigned size)
{
    return get(&model->config[offset], size);
}

void pci_model_set(struct pci_model *model, unsigned offset, unsigned size, uint32_t value)
{
    put(&model->config[offset], size, value);
}

void pci_model_allow(struct pci_model *model, unsigned offset, unsigned size, uint32_t bits)
{
    put(&model->writable[offset], size, bits);
}

static bool has_command(const struct pci_model *model, uint32_t bits)
{
    return (pci_model_get(model, PCI_COMMAND, 2) & bits) == bits;
}

/* ---- where a function is ---- */

static unsigned bus_of(const struct pci_model *model)
{
    return model->bridge == NULL ? windows_of->first_bus : model->bridge->config[PCI_SECONDARY_BUS];
}

uint16_t pci_model_address(const struct pci_model *model)
{
    return PCI_ADDRESS(bus_of(model), model->device, model->function);
}

struct pci_function *pci_model_found(const struct pci_host *host, const struct pci_model *model)
{
    struct pci_function *function = pci_next(host, NULL);

    while (function != NULL && function->address != pci_model_address(model))
        function = pci_next(host, function);
    return function;
}

/* Whether a configuration access to the bus goes through all bridges above the function. */
static bool is_routed(const struct pci_model *model, unsigned bus)
{
    if (bus_of(model) != bus)
        return false;
    for (const struct pci_model *bridge = model->bridge; bridge != NULL; bridge = bridge->bridge)
        if (bridge->is_gone || bus < bridge->config[PCI_SECONDARY_BUS] ||
            bus > bridge->config[PCI_SUBORDINATE_BUS] || bridge->config[PCI_SECONDARY_BUS] == 0)
            return false;
    return true;
}

static struct pci_model *find(uint16_t address)
{
    for (unsigned i = 0; i < model_count; i++)
        if (models[i]->device == PCI_ADDRESS_DEVICE(address) &&
            models[i]->function == PCI_ADDRESS_FUNCTION(address) &&
            is_routed(models[i], PCI_ADDRESS_BUS(address)))
            return models[i];
    return NULL;
}

/* ---- messages ---- */

static void send(struct pci_model *model, uint64_t address, uint32_t data)
{
    if (!has_command(model, PCI_COMMAND_MASTER) || outbox_count == OUTBOX) {
        model->lost++;
        return;
    }
    for (const struct pci_model *bridge = model->bridge; bridge != NULL; bridge = bridge->bridge)
        if (!has_command(bridge, PCI_COMMAND_MASTER)) {
            model->lost++;
            return;
        }
    model->sent++;
    outbox[outbox_count++] = (struct message){pci_model_address(model), address, data};
}

static uint8_t *msix_entry(const struct pci_model *model, unsigned vector)
{
    return &model->bars[model->msix_bar].memory[model->msix_table + vector * MSIX_ENTRY];
}

static void show_pending(struct pci_model *model, unsigned vector, bool pending)
{
    uint8_t *bits;

    model->pending[vector] = pending;
    if (model->msix == 0)
        return;
    bits = &model->bars[model->msix_bar].memory[model->msix_pending + vector / 8u];
    *bits = (uint8_t)((*bits & ~(1u << vector % 8u)) | (unsigned)pending << vector % 8u);
}

static bool try_msix(struct pci_model *model, unsigned vector)
{
    const uint8_t *entry = msix_entry(model, vector);
    const uint32_t control = pci_model_get(model, model->msix + MSIX_CONTROL, 2);

    if ((control & MSIX_FUNCTION) != 0 || (get(entry + 12, 4) & MSIX_MASK) != 0) {
        show_pending(model, vector, true);
        return false;
    }
    show_pending(model, vector, false);
    send(model, get(entry, 4) | (uint64_t)get(entry + 4, 4) << 32, get(entry + 8, 4));
    return true;
}

/* Where the parts of an MSI capability are: they move with its flags. */
static unsigned msi_data(const struct pci_model *model)
{
    const bool wide = (pci_model_get(model, model->msi + MSI_CONTROL, 2) & MSI_64) != 0;

    return model->msi + (wide ? 12u : 8u);
}

static bool try_msi(struct pci_model *model, unsigned vector)
{
    const uint32_t control = pci_model_get(model, model->msi + MSI_CONTROL, 2);
    const unsigned data = msi_data(model), enabled = 1u << (control >> 4 & 7u);
    uint64_t address = pci_model_get(model, model->msi + 4u, 4);

    if ((control & MSI_64) != 0)
        address |= (uint64_t)pci_model_get(model, model->msi + 8u, 4) << 32;
    vector %= enabled;
    if ((control & MSI_MASKS) != 0) {
        const uint32_t bit = 1u << vector, waiting = pci_model_get(model, data + 8u, 4);
        const bool is_masked = (pci_model_get(model, data + 4u, 4) & bit) != 0;

        pci_model_set(model, data + 8u, 4, is_masked ? waiting | bit : waiting & ~bit);
        model->pending[vector] = is_masked;
        if (is_masked)
            return false;
    }
    send(model, address, (pci_model_get(model, data, 2) & ~(enabled - 1u)) | vector);
    return true;
}

static bool msix_enabled(const struct pci_model *model)
{
    return model->msix != 0 &&
           (pci_model_get(model, model->msix + MSIX_CONTROL, 2) & MSIX_ENABLE) != 0;
}

static bool msi_enabled(const struct pci_model *model)
{
    return model->msi != 0 && (pci_model_get(model, model->msi + MSI_CONTROL, 2) & MSI_ENABLE) != 0;
}

bool pci_model_raise_within(struct pci_model *model, unsigned vector)
{
    const unsigned before = model->lost;

    if (msix_enabled(model) && vector < model->msix_count)
        return try_msix(model, vector) && model->lost == before;
    if (msi_enabled(model))
        return try_msi(model, vector) && model->lost == before;
    model->lost++;
    return false;
}

bool pci_model_raise(struct pci_model *model, unsigned vector)
{
    bool sent;

    pthread_mutex_lock(&lock);
    sent = pci_model_raise_within(model, vector);
    unlock();
    return sent;
}

/* What waited goes out when its mask goes. */
static void send_waiting(struct pci_model *model)
{
    const unsigned count = msix_enabled(model) ? model->msix_count : msi_enabled(model) ? 32u : 0;

    for (unsigned vector = 0; vector < count; vector++)
        if (model->pending[vector])
            (void)pci_model_raise_within(model, vector);
}

/* ---- reset ---- */

void pci_model_reset(struct pci_model *model)
{
    const uint64_t now = host_now_ns();

    memcpy(model->config, model->initial, sizeof(model->config));
    memset(model->pending, 0, sizeof(model->pending));
    for (unsigned i = 0; i < PCI_BARS; i++)
        if (model->bars[i].memory != NULL)
            memset(model->bars[i].memory, 0, model->bars[i].size);
    for (unsigned vector = 0; vector < model->msix_count; vector++)
        put(msix_entry(model, vector) + 12, 4, MSIX_MASK);
    model->answers_at = now + (model->reset_us != 0 ? model->reset_us * 1000u : RESET_NS);
    model->ready_at = model->answers_at + model->not_ready_us * 1000u;
    model->resets++;
    if (model->was_reset != NULL)
        model->was_reset(model);
}

void pci_models_reset(void)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < model_count; i++) {
        pci_model_reset(models[i]);
        models[i]->answers_at = models[i]->ready_at = 0;
    }
    unlock();
}

static bool is_behind(const struct pci_model *model, const struct pci_model *bridge)
{
    const struct pci_model *outer = model->bridge;

    while (outer != NULL && outer != bridge)
        outer = outer->bridge;
    return outer != NULL;
}

/* All behind the bridge, whose control register says so: until it says so no more, and a while. */
static void reset_behind(const struct pci_model *bridge)
{
    for (unsigned i = 0; i < model_count; i++)
        if (is_behind(models[i], bridge))
            pci_model_reset(models[i]);
}

static bool resets_behind(const struct pci_model *bridge)
{
    return (bridge->config[PCI_HEADER_TYPE] & PCI_HEADER_LAYOUT) == PCI_HEADER_BRIDGE &&
           (pci_model_get(bridge, PCI_BRIDGE_CONTROL, 2) & PCI_BRIDGE_RESET) != 0;
}

static bool is_held(const struct pci_model *model)
{
    const struct pci_model *bridge = model->bridge;

    while (bridge != NULL && !resets_behind(bridge))
        bridge = bridge->bridge;
    return bridge != NULL;
}

/* ---- configuration accesses ---- */

/* From the first access on it is what it comes back as. */
static void turn_on(struct pci_model *model)
{
    if (!model->is_on)
        memcpy(model->initial, model->config, sizeof(model->config));
    model->is_on = true;
}

/* Whether it answers; *not_ready: to say that it is not ready. */
static bool answers(struct pci_model *model, bool *not_ready)
{
    const uint64_t now = host_now_ns();

    if (model->gone_after != 0 && --model->gone_after == 0)
        model->is_gone = true;
    if (!model->is_gone && (now < model->answers_at || is_held(model)))
        model->early++;
    *not_ready = now < model->ready_at;
    return !model->is_gone && now >= model->answers_at && !is_held(model);
}

static int config_read(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                       uint32_t *value)
{
    struct pci_model *model;
    bool not_ready;

    (void)host;
    pthread_mutex_lock(&lock);
    *value = UINT32_MAX >> (32u - 8u * size);
    model = find(address);
    if (model != NULL) {
        turn_on(model);
        if (answers(model, &not_ready)) {
            *value = pci_model_get(model, offset, size);
            if (not_ready && offset == PCI_VENDOR_ID)
                *value = (*value & 0xffff0000u) | NOT_READY;
        }
    }
    unlock();
    return 0;
}

static void after_write(struct pci_model *model, unsigned offset, unsigned size)
{
    const uint32_t control = pci_model_get(model, model->express + PCI_EXPRESS_DEVICE_CONTROL, 2);

    if (model->express != 0 && (control & PCI_EXPRESS_RESET) != 0)
        pci_model_reset(model);
    send_waiting(model);
    if (model->written != NULL)
        model->written(model, offset, size);
}

/* On the way from D3hot to D0 it is reset, but for one that says it is not. */
static bool wakes(const struct pci_model *model, unsigned offset, uint32_t value)
{
    const unsigned power = model->power + PCI_POWER_CONTROL;
    const uint32_t before = model->power != 0 ? pci_model_get(model, power, 2) : 0;

    return model->power != 0 && offset == power &&
           (before & PCI_POWER_STATE) == PCI_POWER_STATE_D3HOT && (value & PCI_POWER_STATE) == 0 &&
           (before & PCI_POWER_NO_SOFT_RESET) == 0;
}

static int config_write(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                        uint32_t value)
{
    struct pci_model *model;
    bool not_ready;

    (void)host;
    pthread_mutex_lock(&lock);
    model = find(address);
    if (model != NULL) {
        turn_on(model);
        if (answers(model, &not_ready)) {
            const uint32_t bits = get(&model->writable[offset], size);
            const uint32_t old = pci_model_get(model, offset, size);
            const bool resets = resets_behind(model);

            if (wakes(model, offset, value)) {
                pci_model_reset(model);
                model->answers_at = model->ready_at = 0;
            } else {
                pci_model_set(model, offset, size, (old & ~bits) | (value & bits));
            }
            if (resets != resets_behind(model))
                reset_behind(model);
            after_write(model, offset, size);
        }
    }
    unlock();
    return 0;
}

/* ---- accesses to BARs ---- */

static uint64_t address_of_bar(const struct pci_model *model, unsigned index)
{
    const bool is_io = (model->bars[index].type & PCI_BAR_IO) != 0;
    uint64_t address = pci_model_get(model, PCI_BAR(index), 4) &
                       (is_io ? PCI_BAR_IO_ADDRESS : PCI_BAR_MEMORY_ADDRESS);

    if (!is_io && (model->bars[index].type & PCI_BAR_MEMORY_64) != 0)
        address |= (uint64_t)pci_model_get(model, PCI_BAR(index + 1u), 4) << 32;
    return address;
}

/* Whether a bridge's base and limit have the address. */
static bool in_range(const struct pci_model *bridge, unsigned offset, uint64_t address)
{
    const uint64_t base = (uint64_t)(pci_model_get(bridge, offset, 2) & 0xfff0u) << 16;
    const uint64_t limit = (uint64_t)(pci_model_get(bridge, offset + 2u, 2) & 0xfff0u) << 16;

    return address >= base && address < limit + 0x100000u;
}

static bool passes(const struct pci_model *bridge, uint64_t address, bool is_io)
{
    const uint64_t base = (uint64_t)(bridge->config[PCI_IO_BASE] & 0xf0u) << 8;
    const uint64_t limit = (uint64_t)(bridge->config[PCI_IO_LIMIT] & 0xf0u) << 8;

    if (bridge->is_gone || !has_command(bridge, is_io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY))
        return false;
    if (is_io)
        return address >= base && address < limit + 0x1000u;
    return in_range(bridge, PCI_MEMORY_BASE, address) ||
           in_range(bridge, PCI_PREFETCHABLE_BASE, address);
}

static bool is_awake(const struct pci_model *model)
{
    return !model->is_gone && host_now_ns() >= model->answers_at &&
           (model->power == 0 ||
            (pci_model_get(model, model->power + PCI_POWER_CONTROL, 2) & PCI_POWER_STATE) == 0);
}

static bool has_address(const struct pci_model *model, unsigned index, uint64_t address, bool is_io)
{
    const struct pci_model_bar *bar = &model->bars[index];

    if (bar->size == 0 || is_io != ((bar->type & PCI_BAR_IO) != 0) || !is_awake(model) ||
        !has_command(model, is_io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY) ||
        address - address_of_bar(model, index) >= bar->size)
        return false;
    for (const struct pci_model *bridge = model->bridge; bridge != NULL; bridge = bridge->bridge)
        if (!passes(bridge, address, is_io))
            return false;
    return true;
}

/* The one function that has the address: two of them are an error of who gave it. */
static struct pci_model *find_bar(uint64_t address, bool is_io, unsigned *index)
{
    struct pci_model *found = NULL;

    for (unsigned m = 0; m < model_count; m++)
        for (unsigned i = 0; i < PCI_BARS; i++)
            if (has_address(models[m], i, address, is_io)) {
                if (found != NULL)
                    abort();
                found = models[m];
                *index = i;
            }
    return found;
}

/* From the cores' address to the bus's. */
static uint64_t to_bus(uintptr_t address, bool *is_io)
{
    for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++) {
        const struct pci_window *window = &windows_of->windows[kind];

        *is_io = kind == PCI_WINDOW_IO;
        if (address - window->cpu < window->size)
            return address - window->cpu + window->bus;
    }
    *is_io = false;
    return UINT64_MAX;
}

static void access_bar(struct pci_model *model, unsigned index, uint64_t offset, unsigned size,
                       bool write, uint64_t *value)
{
    const struct pci_model_bar *bar = &model->bars[index];

    if (write && bar->write != NULL)
        bar->write(model, index, offset, size, *value);
    else if (write && bar->memory != NULL)
        memcpy(&bar->memory[offset], value, size);
    else if (!write && bar->read != NULL)
        *value = bar->read(model, index, offset, size);
    else if (!write && bar->memory != NULL)
        memcpy(value, &bar->memory[offset], size);
    if (write && model->msix != 0 && index == model->msix_bar)
        send_waiting(model);
}

static bool access_bus(uint64_t bus, bool is_io, unsigned size, bool write, uint64_t *value)
{
    unsigned index = 0;
    struct pci_model *model;

    pthread_mutex_lock(&lock);
    model = find_bar(bus, is_io, &index);
    if (model != NULL) {
        if (!write)
            *value = 0;
        access_bar(model, index, bus - address_of_bar(model, index), size, write, value);
    } else {
        unanswered++;
    }
    unlock();
    return model != NULL;
}

static uint64_t bar_read(uintptr_t address, unsigned size)
{
    uint64_t value = UINT64_MAX;
    bool is_io;
    const uint64_t bus = to_bus(address, &is_io);

    (void)access_bus(bus, is_io, size, false, &value);
    return value;
}

static void bar_write(uintptr_t address, unsigned size, uint64_t value)
{
    bool is_io;
    const uint64_t bus = to_bus(address, &is_io);

    (void)access_bus(bus, is_io, size, true, &value);
}

/* ---- behind the twin's root complex ---- */

/* A request of type 0 is for who is at the link's other end, one of type 1 for a bridge to pass on.
 */
static bool is_type_right(const struct am65x_pcie_request *request)
{
    const unsigned bus = PCI_ADDRESS_BUS(request->address >> 16);

    return (request->space == AM65X_PCIE_CONFIG0) == (bus == models[0]->config[PCI_SECONDARY_BUS]);
}

bool pci_models_request(void *context, struct am65x_pcie_request *request)
{
    struct pci_host *host = NULL;
    const uint16_t address = (uint16_t)(request->address >> 16);
    const unsigned offset = (unsigned)request->address & (PCI_CONFIG_SIZE_EXTENDED - 1u);
    uint64_t value = request->value;
    bool answered = true;

    (void)context;
    if (request->space == AM65X_PCIE_MEMORY || request->space == AM65X_PCIE_IO)
        answered = access_bus(request->address, request->space == AM65X_PCIE_IO, request->size,
                              request->write, &value);
    else if (!is_type_right(request))
        return false;
    else if (request->write)
        return config_write(host, address, offset, request->size, request->value) == 0;
    else
        return config_read(host, address, offset, request->size, &request->value) == 0;
    request->value = (uint32_t)value;
    return answered;
}

void pci_models_port(void *context, unsigned controller, unsigned offset, uint32_t value)
{
    (void)context;
    (void)controller;
    if (model_count != 0)
        pci_model_set(models[0], offset, 4, value);
}

void pci_models_start_behind(struct pci_host *host)
{
    *host = (struct pci_host){.name = "pcie0", .last_bus = 255};
    windows_of = host;
    sink = NULL;
    unanswered = outbox_count = 0;
}

/* ---- making them ---- */

static const struct host_registers registers = {
    .base = PCI_MODELS_CPU,
    .size = PCI_MODELS_SIZE + PCI_MODELS_IO,
    .read = bar_read,
    .write = bar_write,
};

void pci_models_start(struct pci_host *host)
{
    *host = (struct pci_host){
        .name = "pcie0",
        .read = config_read,
        .write = config_write,
        .windows =
            {
                [PCI_WINDOW_MEMORY] = {PCI_MODELS_CPU, PCI_MODELS_BUS, PCI_MODELS_SIZE},
                [PCI_WINDOW_IO] = {PCI_MODELS_CPU + PCI_MODELS_SIZE, 0, PCI_MODELS_IO},
            },
        .last_bus = 255,
        .is_coherent = true,
        .message_maps = {{0, 0, 0x10000}},
        .message_map_count = 1,
    };
    windows_of = host;
    sink = NULL;
    unanswered = outbox_count = 0;
    host_set_registers(&registers);
}

void pci_models_stop(struct pci_host *host)
{
    for (unsigned m = 0; m < model_count; m++) {
        for (unsigned i = 0; i < PCI_BARS; i++)
            free(models[m]->bars[i].memory);
        free(models[m]);
    }
    model_count = 0;
    for (struct pci_function *function = host->functions, *next; function != NULL;
         function = next) {
        next = function->next;
        free(function);
    }
    host->functions = NULL;
    host_set_registers(NULL);
}

void pci_models_set_sink(void (*message)(uint16_t requester, uint64_t address, uint32_t data))
{
    sink = message;
}

unsigned pci_models_unanswered(void)
{
    return unanswered;
}

static unsigned written, unanswered_before;

static void note_write(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    written += address >= PCI_MODELS_CPU && address - PCI_MODELS_CPU < PCI_MODELS_SIZE;
}

void pci_models_vanish(void)
{
    pci_models_reset();
    unanswered_before = unanswered;
    written = 0;
    host_set_write_observer(note_write);
}

bool pci_models_were_accessed(void)
{
    host_set_write_observer(NULL);
    return written != 0 || unanswered != unanswered_before;
}

static struct pci_model *add(struct pci_model *bridge, unsigned device, unsigned function,
                             uint16_t device_id, uint32_t class_code)
{
    struct pci_model *model = calloc(1, sizeof(*model));

    if (model == NULL || model_count == PCI_MODELS_MAX)
        abort();
    models[model_count++] = model;
    model->bridge = bridge;
    model->device = (uint8_t)device;
    model->function = (uint8_t)function;
    pci_model_set(model, PCI_VENDOR_ID, 2, PCI_MODELS_VENDOR);
    pci_model_set(model, PCI_DEVICE_ID, 2, device_id);
    pci_model_set(model, PCI_REVISION_ID, 4, class_code << 8 | 1u);
    pci_model_allow(model, PCI_COMMAND, 2,
                    PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
                        PCI_COMMAND_INTX_DISABLE);
    pci_model_allow(model, PCI_CACHE_LINE_SIZE, 1, 0xff);
    pci_model_allow(model, PCI_INTERRUPT_LINE, 1, 0xff);
    return model;
}

struct pci_model *pci_model_add(struct pci_model *bridge, unsigned device, unsigned function,
                                uint16_t device_id, uint32_t class_code)
{
    struct pci_model *model = add(bridge, device, function, device_id, class_code);

    pci_model_set(model, PCI_SUBSYSTEM_VENDOR_ID, 2, PCI_MODELS_VENDOR);
    pci_model_set(model, PCI_SUBSYSTEM_ID, 2, device_id);
    return model;
}

struct pci_model *pci_model_add_bridge(struct pci_model *bridge, unsigned device, unsigned type)
{
    struct pci_model *model = add(bridge, device, 0, 0x000c, PCI_CLASS_BRIDGE_PCI << 8);

    model->config[PCI_HEADER_TYPE] = PCI_HEADER_BRIDGE;
    memset(&model->writable[PCI_PRIMARY_BUS], 0xff, 3);
    pci_model_allow(model, PCI_IO_BASE, 2, 0xf0f0);
    pci_model_allow(model, PCI_MEMORY_BASE, 4, 0xfff0fff0u);
    pci_model_allow(model, PCI_PREFETCHABLE_BASE, 4, 0xfff0fff0u);
    pci_model_allow(model, PCI_BRIDGE_CONTROL, 2, 0xffff);
    if (type != PCI_CONVENTIONAL)
        pci_model_add_express(model, type, false);
    return model;
}

void pci_model_add_bar(struct pci_model *model, unsigned index, uint64_t size, uint32_t type)
{
    const uint64_t bits = -size;

    model->bars[index] = (struct pci_model_bar){.size = size, .type = type};
    if (size <= BAR_MEMORY_MAX)
        model->bars[index].memory = calloc(1, size);
    pci_model_set(model, PCI_BAR(index), 4, type);
    pci_model_allow(model, PCI_BAR(index), 4,
                    (uint32_t)bits &
                        ((type & PCI_BAR_IO) != 0 ? PCI_BAR_IO_ADDRESS : PCI_BAR_MEMORY_ADDRESS));
    if ((type & PCI_BAR_IO) == 0 && (type & PCI_BAR_MEMORY_64) != 0)
        pci_model_allow(model, PCI_BAR(index + 1u), 4, (uint32_t)(bits >> 32));
}

unsigned pci_model_add_capability(struct pci_model *model, uint8_t id, unsigned size)
{
    const unsigned last = model->last_capability;
    unsigned offset = FIRST_CAPABILITY;

    if (last != 0) /* behind what the one before has in its initial zeros: its size is here */
        offset = (last & 0xffu) + (last >> 8);
    pci_model_set(model, last != 0 ? (last & 0xffu) + 1u : PCI_CAPABILITIES_POINTER, 1, offset);
    pci_model_set(model, PCI_STATUS, 2,
                  pci_model_get(model, PCI_STATUS, 2) | PCI_STATUS_CAPABILITIES);
    pci_model_set(model, offset, 1, id);
    model->last_capability = offset | ((size + 3u) & ~3u) << 8;
    return offset;
}

unsigned pci_model_add_extended(struct pci_model *model, uint16_t id, unsigned size)
{
    const unsigned last = model->last_extended;
    unsigned offset = PCI_EXTENDED_FIRST;

    if (last != 0) {
        offset = (last & 0xfffu) + (last >> 12);
        pci_model_set(model, last & 0xfffu, 4,
                      (pci_model_get(model, last & 0xfffu, 4) & 0xfffffu) | offset << 20);
    }
    pci_model_set(model, offset, 4, id | 1u << 16);
    model->last_extended = offset | ((size + 3u) & ~3u) << 12;
    return offset;
}

void pci_model_add_express(struct pci_model *model, unsigned type, bool can_reset)
{
    model->express = pci_model_add_capability(model, PCI_CAPABILITY_EXPRESS, 60);
    pci_model_set(model, model->express + PCI_EXPRESS_FLAGS, 2, 2u | type << 4);
    if (can_reset)
        pci_model_set(model, model->express + PCI_EXPRESS_DEVICE_CAPS, 4,
                      PCI_EXPRESS_DEVICE_CAPS_FLR);
    pci_model_set(model, model->express + PCI_EXPRESS_DEVICE_CONTROL, 2, 0x2810);
    pci_model_allow(model, model->express + PCI_EXPRESS_DEVICE_CONTROL, 2,
                    can_reset ? 0xffff : 0x7fff);
    pci_model_allow(model, model->express + PCI_EXPRESS_LINK_CONTROL, 2, 0x01ff);
}

void pci_model_add_power(struct pci_model *model, bool resets)
{
    model->power = pci_model_add_capability(model, PCI_CAPABILITY_POWER, 8);
    pci_model_set(model, model->power + 2u, 2, 0x0003);
    pci_model_set(model, model->power + PCI_POWER_CONTROL, 2, resets ? 0 : PCI_POWER_NO_SOFT_RESET);
    pci_model_allow(model, model->power + PCI_POWER_CONTROL, 2, PCI_POWER_STATE);
}

void pci_model_add_msi(struct pci_model *model, unsigned log, uint16_t flags)
{
    unsigned data;

    model->msi = pci_model_add_capability(model, PCI_CAPABILITY_MSI, 24);
    pci_model_set(model, model->msi + MSI_CONTROL, 2, flags | log << 1);
    pci_model_allow(model, model->msi + MSI_CONTROL, 2, 0x0071);
    pci_model_allow(model, model->msi + 4u, 4, 0xfffffffcu);
    if ((flags & MSI_64) != 0)
        pci_model_allow(model, model->msi + 8u, 4, 0xffffffffu);
    data = msi_data(model);
    pci_model_allow(model, data, 2, 0xffff);
    if ((flags & MSI_MASKS) != 0)
        pci_model_allow(model, data + 4u, 4, UINT32_MAX >> (32u - (1u << log)));
}

void pci_model_add_msix(struct pci_model *model, unsigned count, unsigned bar, unsigned table,
                        unsigned pending)
{
    model->msix = pci_model_add_capability(model, PCI_CAPABILITY_MSIX, 12);
    model->msix_count = count;
    model->msix_bar = bar;
    model->msix_table = table;
    model->msix_pending = pending;
    pci_model_set(model, model->msix + MSIX_CONTROL, 2, count - 1u);
    pci_model_allow(model, model->msix + MSIX_CONTROL, 2, MSIX_ENABLE | MSIX_FUNCTION);
    pci_model_set(model, model->msix + 4u, 4, table | bar);
    pci_model_set(model, model->msix + 8u, 4, pending | bar);
    for (unsigned vector = 0; vector < count; vector++)
        put(msix_entry(model, vector) + 12, 4, MSIX_MASK);
}
