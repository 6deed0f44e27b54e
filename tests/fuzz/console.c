// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is typed at the prompt: line editor, completion, words, and every command of the prompt. The
 * commands' subjects (interrupts, DMA, system firmware) stand still; md and mw reach memory and
 * registers only through the functions below, which know on their own what may be touched.
 */
#include "lib/console.h"
#include "app/prompt/irq_latency.h"
#include "app/prompt/prompt.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/probe.h"
#include "arch/psci.h"
#include "arch/translate.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/uart/uart.h"
#include "drivers/udma/udma.h"
#include "lib/crc32.h"
#include "lib/device_tree.h"
#include "lib/log.h"
#include "lib/version.h"
#include "msi/balance.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/statistics.h"
#include "platform/am65x.h"
#include "platform/pci.h"
#include "platform/platform.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/output.h"

#include <errno.h>
#include <string.h>

#define PAGE       0x1000u
#define OUTPUT_MAX 2000000u /* characters: no line asks for more */

LOG_SUBJECT(udma);
LOG_SUBJECT(its);

const struct version version_of_image = {"0.0.0", "0123456789ab", true, "a compiler"};

static const struct device_tree_info tree = {
    .memory = {{0x80000000, 0x80000000}},
    .memory_count = 1,
    .reserved = {{0x9e800000, 0x01800000}},
    .reserved_count = 1,
    .tree = {0x88000000, 0x4000},
    .file = {0x89000000, 0x1000},
};

/* ---- what may be touched, as docs/prompt.md and docs/hardware.md have it ---- */

static bool in(uint64_t address, uint64_t base, uint64_t size)
{
    return address - base < size;
}

static bool is_memory(uint64_t address)
{
    return in(address, 0x80000000, 0x80000000) && !in(address, 0x9e800000, 0x01800000);
}

/* The numbers that platform_owns() gives this host below. */
static bool is_owned_page(uint64_t address, uint64_t base)
{
    return in(address, base + 16 * PAGE, 16 * PAGE);
}

static bool may_read_register(uint64_t address)
{
    uint64_t offset = address % PAGE;

    return in(address, 0x01800000, 0x10000) || in(address, 0x01820000, 0x10000) ||
           in(address, 0x01880000, 4 * 0x20000) || address == 0x43000014 ||
           in(address, 0x31150000, 0x30) ||
           (in(address, 0x02800000, 0x60) && offset != 0 && offset != 0x8 && offset != 0x14) ||
           (is_owned_page(address, 0x3c000000) && offset >= 0x18 && offset < 0x28) ||
           (is_owned_page(address, 0x33d00000) && offset < 0x28) ||
           is_owned_page(address, 0x34000000) || is_owned_page(address, 0x35000000) ||
           (in(address, 0x3240b000, 8) || in(address, 0x3240d000, 8));
}

static bool may_write_register(uint64_t address)
{
    uint64_t offset = address % 0x10000;
    bool sets = offset >= 0x100 && offset < 0x300;

    return (in(address, 0x01800000, 0x10000) && sets) ||
           (in(address, 0x01880000, 4 * 0x20000) && (address & 0x10000) != 0 && sets) ||
           address == 0x0280001c ||
           (is_owned_page(address, 0x3c000000) && address % PAGE == 0x10) ||
           (is_owned_page(address, 0x33d00000) && address % PAGE < 0x20);
}

static void check(bool allowed, const char *what, uint64_t address)
{
    if (!allowed || address % 4 != 0)
        fuzz_fail("%s 0x%llx", what, (unsigned long long)address);
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    (void)size;
    check(may_read_register(address), "a register is read at", address);
    return address;
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    check(may_write_register(address), "a register is written at", address);
}

int probe_read32(uintptr_t address, uint32_t *value)
{
    check(may_read_register(address) || is_memory(address), "a word is read at", address);
    if (address % 0x10000 == 0xfff0)
        return -EFAULT;
    *value = (uint32_t)address;
    return 0;
}

int probe_write32(uintptr_t address, uint32_t value)
{
    (void)value;
    check(may_write_register(address) || is_memory(address), "a word is written at", address);
    return address % 0x10000 == 0xfff0 ? -EFAULT : 0;
}

size_t mapping_length(uintptr_t address, size_t limit)
{
    return in(address, 0x80000000, 0x40000000) ? limit : 0;
}

/* ---- the commands' subjects ---- */

const struct device_tree_info *platform_get_device_tree(void)
{
    return &tree;
}

uintptr_t platform_console_base(void)
{
    return AM65X_UART0_BASE;
}

bool platform_owns(enum platform_resource resource, unsigned number)
{
    (void)resource;
    return number >= 16 && number < 32;
}

void platform_for_each_range(void (*visit)(const char *name, int error,
                                           const struct ti_sci_range *range))
{
    const struct ti_sci_range range = {0, 0, 65535, 65535};

    visit("a range", 0, &range);
    visit("another", -EACCES, &range);
}

static int its_error = -EIO, udma_error = -ENODEV;

void platform_for_each_part(void (*visit)(const char *name, int error, unsigned refused,
                                          void *argument),
                            void *argument)
{
    visit("GIC", 0, 0, argument);
    visit("ITS", its_error, 0, argument);
    visit("UDMA", udma_error, 3, argument);
}

/* Not offered, or to no end. */
int platform_suspend(bool (*is_over)(void *argument), void *argument)
{
    (void)is_over;
    (void)argument;
    return its_error != 0 ? -ENOTSUP : 0;
}

/* One of them a try. */
int platform_retry(void)
{
    if (its_error != 0)
        its_error = 0;
    else
        udma_error = 0;
    return udma_error;
}

struct irq_parent *platform_wired(void)
{
    return NULL;
}

struct irq_parent *platform_its(void)
{
    return NULL;
}

/* What functions are like is the target pci's (tests/fuzz/pci.c). */
int platform_pci_open(unsigned number, struct pci_host **host)
{
    (void)host;
    return number == 0 ? -ENODEV : -ENOENT;
}

int platform_pci_get_errors(unsigned number, struct pci_am65x_errors *errors)
{
    (void)number;
    (void)errors;
    return -ENOENT;
}

/* A drive that is a block device, if anybody finds one. */
int nvme_attach(struct pci_function *function, const struct nvme_config *config, struct nvme **nvme)
{
    (void)config;
    (void)nvme;
    FUZZ_CHECK(function != NULL);
    return -ENODEV;
}

int nvme_detach(struct nvme *nvme)
{
    (void)nvme;
    fuzz_fail("nothing was attached");
}

struct block_device *nvme_block(struct nvme *nvme)
{
    (void)nvme;
    fuzz_fail("nothing was attached");
}

void nvme_get_facts(const struct nvme *nvme, struct nvme_facts *facts)
{
    (void)nvme;
    (void)facts;
    fuzz_fail("nothing was attached");
}

void nvme_get_queue(const struct nvme *nvme, unsigned queue, struct nvme_queue_facts *facts)
{
    (void)nvme;
    (void)queue;
    (void)facts;
    fuzz_fail("nothing was attached");
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    (void)crc;
    (void)data;
    (void)size;
    fuzz_fail("nothing was read");
}

int block_read(struct block_device *device, uint64_t first, uint64_t count, void *buffer)
{
    (void)device;
    (void)first;
    (void)count;
    (void)buffer;
    fuzz_fail("nothing was attached");
}

unsigned gic_redistributor_count(void)
{
    return core_count();
}

uintptr_t gic_redistributor_address(unsigned index)
{
    return index < core_count() ? AM65X_GICR_BASE + index * 0x20000u : 0;
}

int gic_set_pending(unsigned intid)
{
    (void)intid;
    return 0;
}

int uart_peek(void)
{
    return fuzz_left() != 0 ? (int)fuzz_take(1) : -ETIMEDOUT;
}

void uart_get_counters(struct uart_counters *counters)
{
    memset(counters, 0, sizeof(*counters));
    counters->overruns = fuzz_left() / 100;
}

int ti_sci_get_version(struct ti_sci_version *version)
{
    memset(version, 0, sizeof(*version));
    memset(version->description, 'A', sizeof(version->description) - 1);
    return 0;
}

void ti_sci_get_counters(struct ti_sci_counters *counters)
{
    memset(counters, 0xff, sizeof(*counters));
}

void its_get_facts(struct its_facts *facts)
{
    memset(facts, 0, sizeof(*facts));
}

uint64_t its_command_count(uint8_t opcode)
{
    return opcode;
}

void its_for_each_device(void (*visit)(uint32_t id, unsigned event_bits, unsigned mapped,
                                       void *argument),
                         void *argument)
{
    visit(0xfffff, 16, 65536, argument);
}

void udma_get_inventory(struct udma_inventory *inventory)
{
    *inventory = (struct udma_inventory){0};
}

unsigned udma_open_count(void)
{
    return 0;
}

unsigned udma_capacity(void)
{
    return 0;
}

void irq_service(void)
{
}

void irq_get_inventory(struct irq_inventory *inventory)
{
    memset(inventory, 0xff, sizeof(*inventory));
}

/* Two interrupts, by their routes. */
struct irq {
    const char *route;
};

void irq_for_each(void (*visit)(const struct irq *irq, void *argument), void *argument)
{
    static const struct irq irqs[] = {
        {"event 16 > VINT 17 bit 63 > INTR output 3 > INTID 67 > core 3 > SGI 1 > core 0"},
        {"INTID 69 > core 0"},
    };

    visit(&irqs[0], argument);
    visit(&irqs[1], argument);
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    size_t length = strlen(irq->route), kept = length < size ? length : size - 1;

    memcpy(text, irq->route, kept);
    text[kept] = '\0';
    return (int)length;
}

const char *irq_name(const struct irq *irq)
{
    return irq->route;
}

const char *irq_device_name(const struct irq *irq)
{
    (void)irq;
    return "a device";
}

const char *irq_state_name(const struct irq *irq)
{
    (void)irq;
    return "on";
}

const struct irq_priority *irq_priority(const struct irq *irq)
{
    (void)irq;
    return NULL;
}

const char *irq_priority_name(const struct irq_priority *priority)
{
    (void)priority;
    return "default";
}

uint32_t irq_index(const struct irq *irq)
{
    (void)irq;
    return UINT32_MAX;
}

unsigned irq_core(const struct irq *irq)
{
    (void)irq;
    return 0;
}

uint64_t irq_count(const struct irq *irq)
{
    (void)irq;
    return UINT64_MAX;
}

int irq_trigger(struct irq *irq)
{
    (void)irq;
    return 0;
}

int irq_balance(struct irq_balance *result)
{
    memset(result, 0xff, sizeof(*result));
    return -EAGAIN;
}

/* ---- figures: as large as they get ---- */

int irq_statistics_start(void)
{
    return 0;
}

int irq_statistics_stop(void)
{
    return -EALREADY;
}

int irq_statistics_reset(void)
{
    return 0;
}

void irq_get_statistics(const struct irq *irq, struct irq_statistics *statistics)
{
    (void)irq;
    memset(statistics, 0xff, sizeof(*statistics));
}

void irq_get_core_statistics(unsigned core, struct irq_core_statistics *statistics)
{
    (void)core;
    memset(statistics, 0xff, sizeof(*statistics));
}

bool irq_statistics_are_on(void)
{
    return true;
}

int irq_statistics_trigger(struct irq *irq)
{
    (void)irq;
    return 0;
}

int irq_statistics_wait(uint64_t *ns, uint64_t timeout_us)
{
    *ns = UINT64_MAX;
    return timeout_us % 2 != 0 ? -ETIMEDOUT : 0;
}

int irq_latency_start(void)
{
    return -EBUSY;
}

void irq_latency_stop(void)
{
}

void irq_latency_reset(void)
{
}

void irq_latency_get(unsigned core, struct irq_waits *waits)
{
    (void)core;
    memset(waits, 0xff, sizeof(*waits));
}

/* ---- the terminal ---- */

static size_t written;

static int write_text(const char *text, size_t length)
{
    fuzz_check_memory(text, length, "console output");
    written += length;
    FUZZ_CHECK(written < OUTPUT_MAX);
    return 0;
}

/* Whoever types goes away after the last key. */
static int get_key(uint64_t timeout_us)
{
    (void)timeout_us;
    written = 0;
    fuzz_restart_clock();
    if (fuzz_left() == 0)
        fuzz_leave();
    return (int)fuzz_take(1);
}

static int flush(void)
{
    return 0;
}

static bool discard_through(unsigned char byte)
{
    return byte == 0;
}

noreturn void psci_system_reset(void)
{
    fuzz_leave();
}

void fuzz_one(void)
{
    static const struct console_device terminal = {write_text, get_key, flush, discard_through};

    fuzz_allow_panic(true); /* the command of that name */
    console_attach(&terminal);
    fuzz_catch_output(console_write);
    log_info(udma, "a line to begin with");
    (void)prompt_run();
}
