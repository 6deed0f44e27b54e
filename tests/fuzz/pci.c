// SPDX-License-Identifier: BSD-3-Clause
/*
 * Configuration spaces that say what the input says: enumeration and the calls of a driver, its
 * interrupts included. Found functions and given addresses keep to their limits whatever is told,
 * no register is accessed but in a BAR, and nothing goes on for ever.
 */
#include "drivers/pci/pci.h"
#include "arch/mmio.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/pci_registers.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <string.h>

#define FAKES        8u
#define SIZE         0x100u
#define CHANGES      32u
#define WINDOW       0x10000000u
#define WINDOW_SIZE  0x08000000u
#define IO           0x18000000u
#define IO_SIZE      0x10000u
#define ACCESSES_MAX 200000u

/* One function: on the root bus, or behind a bridge among those before it. */
static struct fake {
    unsigned bridge; /* its index and 1; 0: root bus */
    uint8_t device, function;
    uint8_t bytes[SIZE], writable[SIZE];
} fakes[FAKES];
static unsigned fake_count, accesses;

static const struct pci_host *found; /* what is accessed is one of its functions' */

static unsigned bus_of(const struct fake *fake)
{
    return fake->bridge == 0 ? 0 : fakes[fake->bridge - 1].bytes[PCI_SECONDARY_BUS];
}

static struct fake *find(uint16_t address)
{
    FUZZ_CHECK(++accesses < ACCESSES_MAX);
    for (unsigned i = 0; i < fake_count; i++)
        if (bus_of(&fakes[i]) == PCI_ADDRESS_BUS(address) &&
            fakes[i].device == PCI_ADDRESS_DEVICE(address) &&
            fakes[i].function == PCI_ADDRESS_FUNCTION(address))
            return &fakes[i];
    return NULL;
}

/* While the input lasts, one access in some is answered with what it says. */
static bool lies(void)
{
    return fuzz_lies(64);
}

static int config_read(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                       uint32_t *value)
{
    const struct fake *fake = find(address);

    (void)host;
    FUZZ_CHECK(offset % size == 0 && offset + size <= PCI_CONFIG_SIZE_EXTENDED);
    *value = UINT32_MAX >> (32u - 8u * size);
    if (fake == NULL)
        return 0;
    if (lies())
        *value = (uint32_t)fuzz_take(size);
    else
        memcpy(value, &fake->bytes[offset % SIZE], size);
    return 0;
}

static int config_write(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                        uint32_t value)
{
    struct fake *fake = find(address);

    (void)host;
    FUZZ_CHECK(offset % size == 0 && offset + size <= PCI_CONFIG_SIZE_EXTENDED);
    for (unsigned i = 0; fake != NULL && i < size; i++, value >>= 8) {
        uint8_t *byte = &fake->bytes[(offset + i) % SIZE],
                bits = fake->writable[(offset + i) % SIZE];

        *byte = (uint8_t)((*byte & ~bits) | (value & bits));
    }
    return 0;
}

/* A device or a bridge that makes sense, and then some of its bytes as the input has them. */
static void make(struct fake *fake, unsigned number)
{
    const bool is_bridge = fuzz_below(2) != 0;

    memset(fake->writable, 0, sizeof(fake->writable));
    fake->bridge = fuzz_below(number + 1);
    fake->device = (uint8_t)fuzz_below(4);
    fake->function = (uint8_t)fuzz_below(2);
    memcpy(fake->bytes, (const uint8_t[]){0x34, 0x12, 1, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0},
           16);
    fake->bytes[0x0a] = is_bridge ? 0x04 : 0x08;
    fake->bytes[0x0b] = is_bridge ? 0x06 : 0x01;
    fake->bytes[PCI_HEADER_TYPE] = (uint8_t)(is_bridge | fuzz_below(2) << 7);
    fake->bytes[PCI_CAPABILITIES_POINTER] = 0x40;
    memcpy(&fake->bytes[0x40], (const uint8_t[]){PCI_CAPABILITY_EXPRESS, 0x80, 0x02, 0x00}, 4);
    memcpy(&fake->bytes[0x80], (const uint8_t[]){PCI_CAPABILITY_POWER, 0x90, 3, 0}, 4);
    memcpy(&fake->bytes[0x90], (const uint8_t[]){PCI_CAPABILITY_MSI, 0xb0, 0x8a, 1}, 4);
    memcpy(&fake->bytes[0xb0], (const uint8_t[]){PCI_CAPABILITY_MSIX, 0, 3, 0, 0, 1, 0, 0}, 8);
    memset(&fake->writable[0x92], 0xff, 18);
    fake->writable[0xb3] = 0xc0;
    fake->bytes[PCI_INTERRUPT_PIN] = (uint8_t)fuzz_below(6);
    memset(&fake->writable[is_bridge ? PCI_PRIMARY_BUS : PCI_BAR(0)], 0xff, is_bridge ? 3 : 0);
    for (unsigned i = 0; i < (is_bridge ? PCI_BRIDGE_BARS : PCI_DEVICE_BARS); i++) {
        const uint32_t bits = UINT32_MAX << (4 + fuzz_below(28));

        memcpy(&fake->writable[PCI_BAR(i)], &bits, sizeof(bits));
        fake->bytes[PCI_BAR(i)] = (uint8_t)fuzz_below(16);
    }
    for (unsigned i = fuzz_below(CHANGES); i-- != 0;) {
        const unsigned place = fuzz_below(SIZE);

        fake->bytes[place] = (uint8_t)fuzz_take(1);
        fake->writable[place] = (uint8_t)fuzz_take(1);
    }
}

static void check_bar(const struct pci_host *host, const struct pci_bar *bar)
{
    const struct pci_window *window =
        &host->windows[bar->is_io ? PCI_WINDOW_IO : PCI_WINDOW_MEMORY];

    FUZZ_CHECK(bar->bus % bar->size == 0 && bar->bus >= window->bus);
    FUZZ_CHECK(bar->size <= window->size && bar->bus - window->bus <= window->size - bar->size);
    FUZZ_CHECK(bar->cpu - window->cpu == bar->bus - window->bus);
}

/* Nobody else has an address of it. */
static void check_alone(const struct pci_host *host, const struct pci_bar *bar)
{
    for (const struct pci_function *f = pci_next(host, NULL); f != NULL; f = f->next)
        for (unsigned i = 0; i < PCI_BARS; i++) {
            const struct pci_bar *other = &f->bars[i];

            FUZZ_CHECK(other == bar || !other->is_assigned || other->is_io != bar->is_io ||
                       other->bus >= bar->bus + bar->size || bar->bus >= other->bus + other->size);
        }
}

/* Each bridge above passes it on. */
static void check_passed(const struct pci_function *function, const struct pci_bar *bar)
{
    for (const struct pci_function *b = function->bridge; b != NULL; b = b->bridge) {
        const struct pci_window *window =
            &b->windows[bar->is_io ? PCI_WINDOW_IO : PCI_WINDOW_MEMORY];

        FUZZ_CHECK(bar->bus >= window->bus && bar->bus + bar->size <= window->bus + window->size);
    }
}

static bool visit(void *argument, unsigned id, unsigned offset)
{
    unsigned *count = argument;

    (void)id;
    FUZZ_CHECK(offset >= 0x40 && offset < PCI_CONFIG_SIZE_EXTENDED && ++*count <= 0x1000);
    return true;
}

/* ---- interrupts: the interrupt layer's part, and MSI-X's tables ---- */

static void check_address(uintptr_t address, unsigned size)
{
    for (const struct pci_function *f = pci_next(found, NULL); f != NULL; f = f->next)
        for (unsigned i = 0; i < PCI_BARS; i++)
            if (f->bars[i].is_assigned && !f->bars[i].is_io && address >= f->bars[i].cpu &&
                address - f->bars[i].cpu <= f->bars[i].size - size)
                return;
    fuzz_fail("0x%llx is in no BAR", (unsigned long long)address);
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    check_address(address, size);
    return fuzz_below(8) == 1 ? UINT32_MAX : fuzz_take(size);
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    (void)value;
    check_address(address, size);
}

bool irq_is_allowed(void)
{
    return true;
}

/* One binding at a time is enough. */
static uint32_t first_event, sources;

int irq_bind_its_part(struct device *device, struct irq_parent *parent, uint32_t device_id,
                      unsigned event_bits, uint32_t first, uint32_t count)
{
    (void)parent;
    (void)device_id;
    FUZZ_CHECK(device->write_message != NULL && device->has_slot_each && sources == 0);
    FUZZ_CHECK(event_bits <= 16 && count != 0 && first + count <= 1u << event_bits);
    FUZZ_CHECK((first & (count - 1)) == 0 || (count & (count - 1)) != 0);
    if (fuzz_below(8) == 1)
        return -ENOSPC;
    first_event = first;
    sources = count;
    return 0;
}

int irq_bind_shared(struct device *device, struct irq_parent *parent, uint32_t line)
{
    (void)parent;
    FUZZ_CHECK(device->mask_source != NULL && device->source_pending != NULL && line < 4);
    sources = 1;
    return 0;
}

int irq_unbind(struct device *device)
{
    (void)device;
    FUZZ_CHECK(sources != 0);
    sources = 0;
    return 0;
}

int irq_restore_messages(struct device *device)
{
    const struct irq_message message = {.address = 0x1000000, .data = first_event};

    return device->write_message(device, 0, &message);
}

/* As the interrupt layer does. */
static void use_source(struct device *device, uint32_t index)
{
    const struct irq_message message = {.address = 0x1000000, .data = first_event + index};

    if (device->write_message != NULL)
        (void)device->write_message(device, index, &message);
    if (device->mask_source != NULL)
        device->mask_source(device, index, false);
    if (device->source_pending != NULL)
        (void)device->source_pending(device, index);
    if (device->mask_source != NULL)
        device->mask_source(device, index, true);
    if (device->write_message != NULL && fuzz_below(2) != 0)
        (void)device->write_message(device, index, NULL);
}

static void use_interrupts(struct pci_function *function)
{
    const unsigned most = 1 + fuzz_below(100);
    int count = pci_interrupts_enable(function, 1, most);

    if (count <= 0) {
        FUZZ_CHECK(function->messages == NULL && function->device.write_message == NULL);
        return;
    }
    FUZZ_CHECK((unsigned)count <= most && sources == (unsigned)count);
    for (unsigned i = 0; i < 4; i++)
        use_source(&function->device, fuzz_below((unsigned)count));
    (void)pci_reset(function);
    FUZZ_CHECK(pci_interrupts_disable(function) == 0 && sources == 0);
}

static void use(struct pci_function *function)
{
    unsigned count = 0, offset;

    (void)pci_for_each_capability(function, visit, &count);
    (void)pci_for_each_extended_capability(function, visit, &count);
    (void)pci_find_capability(function, PCI_CAPABILITY_MSI, &offset);
    (void)pci_requester_id(function);
    (void)pci_enable(function, true);
    use_interrupts(function);
    (void)pci_reset(function);
    (void)pci_sleep(function);
    (void)pci_wake(function);
    (void)pci_disable(function);
    (void)pci_reset_bus(function);
}

void fuzz_one(void)
{
    struct pci_host host = {
        .name = "pcie0",
        .read = config_read,
        .write = config_write,
        .windows = {[PCI_WINDOW_MEMORY] = {WINDOW + 0x30000, WINDOW + 0x30000, WINDOW_SIZE},
                    [PCI_WINDOW_IO] = {IO, 0, IO_SIZE}},
        .last_bus = (uint8_t)(3 + fuzz_below(4)),
        .message_maps = {{0, 0x100, 0x10000}},
        .message_map_count = 1,
        .message_parent = (struct irq_parent *)(void *)fakes, /* nobody looks into it */
        .lines = (struct irq_parent *)(void *)fakes,
    };

    accesses = 0;
    found = &host;
    fake_count = 1 + fuzz_below(FAKES);
    for (unsigned i = 0; i < fake_count; i++)
        make(&fakes[i], i);
    (void)pci_enumerate(&host);
    FUZZ_CHECK(host.function_count <= PCI_FUNCTIONS_MAX);
    for (struct pci_function *f = pci_next(&host, NULL); f != NULL; f = f->next) {
        for (unsigned i = 0; i < PCI_BARS; i++)
            if (f->bars[i].is_assigned) {
                check_bar(&host, &f->bars[i]);
                check_alone(&host, &f->bars[i]);
                check_passed(f, &f->bars[i]);
            }
        use(f);
    }
    (void)pci_restore(&host);
    if (pci_suspend(&host) == 0)
        (void)pci_resume(&host, fuzz_below(2) != 0);
}
