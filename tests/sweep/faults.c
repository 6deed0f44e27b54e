// SPDX-License-Identifier: BSD-3-Clause
/*
 * Occasions of faults (tests/sweep/faults.h).
 */
#include "tests/sweep/faults.h"

#include "arch/mmio.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/internal.h"
#include "lib/log.h"
#include "tests/host/support/arch_host.h"
#include "tests/sweep/gic_model.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LATE_US     100u     /* of an answer: within the time-out */
#define TOO_LATE_US 3000000u /* beyond it */
#define STALL_US    5000u
#define NEVER_US    UINT64_C(1000000000000)
#define FOREIGN     64u /* added to a descriptor's address: the middle of another's */

static const struct {
    const char *name;
    enum am65x_fault model; /* AM65X_FAULT_COUNT: not one of the device models' */
    uint64_t argument;
    uint32_t count;
} kinds[FAULTS] = {
    [NO_MEMORY] = {"no memory", AM65X_FAULT_COUNT, 0, 0},
    [SCI_REFUSED] = {"TI-SCI refused", AM65X_FAULT_SCI_NAK, 0, 1},
    [SCI_LOST] = {"TI-SCI lost", AM65X_FAULT_SCI_LOST, 0, 1},
    [SCI_DONE_LOST] = {"TI-SCI done, answer lost", AM65X_FAULT_SCI_DROP, 0, 1},
    [SCI_LATE] = {"TI-SCI late", AM65X_FAULT_SCI_LATE, LATE_US, 1},
    [SCI_TOO_LATE] = {"TI-SCI later than awaited", AM65X_FAULT_SCI_LATE, TOO_LATE_US, 1},
    [SCI_SHORT] = {"TI-SCI short", AM65X_FAULT_SCI_SHORT, 0, 1},
    [SCI_TYPE] = {"TI-SCI wrong type", AM65X_FAULT_SCI_WRONG_TYPE, 0, 1},
    [SCI_SEQUENCE] = {"TI-SCI wrong sequence", AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, 1},
    [SCI_HOST] = {"TI-SCI wrong host", AM65X_FAULT_SCI_WRONG_HOST, 0, 1},
    [SCI_REFUSED_TWICE] = {"TI-SCI refused twice", AM65X_FAULT_SCI_NAK, 0, 2},
    [SCI_LOST_TWICE] = {"TI-SCI lost twice", AM65X_FAULT_SCI_LOST, 0, 2},
    [SCI_DONE_LOST_TWICE] = {"TI-SCI done, lost twice", AM65X_FAULT_SCI_DROP, 0, 2},
    [SCI_SHORT_TWICE] = {"TI-SCI short twice", AM65X_FAULT_SCI_SHORT, 0, 2},
    [ITS_STALLS] = {"ITS refuses", AM65X_FAULT_COUNT, 0, 0},
    [ITS_LATE] = {"ITS late", AM65X_FAULT_COUNT, 0, 0},
    [ITS_DONE_LATE] = {"ITS done, told late", AM65X_FAULT_COUNT, 0, 0},
    [ITS_STOPS] = {"ITS stops", AM65X_FAULT_COUNT, 0, 0},
    [GIC_REFUSES] = {"GIC call refused", AM65X_FAULT_COUNT, 0, 0},
    [GIC_DONE_REFUSES] = {"GIC call done, told late", AM65X_FAULT_COUNT, 0, 0},
    [GIC_RWP] = {"GIC write pending for long", AM65X_FAULT_COUNT, 0, 0},
    [DMA_ERROR] = {"DMA error", AM65X_FAULT_DMA_ERROR, 0, 1},
    [DMA_LATE] = {"DMA late", AM65X_FAULT_DMA_STALL, STALL_US, 1},
    [DMA_NEVER] = {"DMA never ends", AM65X_FAULT_DMA_STALL, NEVER_US, 1},
    [DMA_DESCRIPTOR] = {"DMA wrong descriptor", AM65X_FAULT_DMA_DESCRIPTOR, FOREIGN, 1},
    [DMA_TEARDOWN] = {"DMA teardown never ends", AM65X_FAULT_DMA_TEARDOWN, 0, 1},
    [SLOT_FAILS] = {"device refuses message", AM65X_FAULT_COUNT, 0, 0},
    [CORE_STAYS_OFF] = {"core does not start", AM65X_FAULT_COUNT, 0, 0},
};

static bool armed;
static enum fault kind;
static unsigned left; /* occasions until it strikes; 0: over */
static uint64_t model_faults;
static char occasion[96], struck_at[96], message[200];
static bool struck;

const char *fault_name(enum fault fault)
{
    return kinds[fault].name;
}

void fault_arm(enum fault fault, unsigned n)
{
    armed = true;
    kind = fault;
    left = n;
    struck = false;
    struck_at[0] = message[0] = '\0';
    model_faults = am65x_counter(AM65X_COUNT_FAULTS);
    if (kinds[fault].model != AM65X_FAULT_COUNT)
        am65x_inject_after(kinds[fault].model, kinds[fault].argument, n - 1, kinds[fault].count);
}

void fault_disarm(void)
{
    fault_has_struck();
    armed = false;
    if (kinds[kind].model != AM65X_FAULT_COUNT)
        am65x_inject(kinds[kind].model, 0, 0);
    its_model_go_on();
}

static void strike(void)
{
    if (struck)
        return;
    struck = true;
    snprintf(struck_at, sizeof(struck_at), "%s", occasion);
}

bool fault_strikes(enum fault fault)
{
    if (!armed || fault != kind || left == 0 || --left != 0)
        return false;
    strike();
    return true;
}

bool fault_has_struck(void)
{
    if (armed && am65x_counter(AM65X_COUNT_FAULTS) != model_faults)
        strike();
    return struck;
}

const char *fault_struck_at(void)
{
    return struck_at;
}

void fault_occasion(const char *text)
{
    fault_has_struck(); /* a model's fault that has struck did so at what came before */
    snprintf(occasion, sizeof(occasion), "%s", text);
}

const char *fault_last_message(void)
{
    return message;
}

void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...)
{
    va_list arguments;
    char text[sizeof(message)];

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (armed && (level == LOG_ERROR || level == LOG_WARNING))
        snprintf(message, sizeof(message), "%s", text);
    if (getenv("HOST_LOG") != NULL)
        fprintf(stderr, "%s: %s%s\n", subject->name, level == LOG_ERROR ? "error: " : "", text);
}

/* ---- memory ---- */

static struct fault_heap heap;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);

static bool no_memory(size_t size)
{
    char text[40];

    snprintf(text, sizeof(text), "%zu bytes", size);
    fault_occasion(text);
    return fault_strikes(NO_MEMORY);
}

static void *note(void *memory)
{
    if (memory != NULL) {
        heap.blocks++;
        heap.bytes += malloc_usable_size(memory);
    }
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory(count * size) ? NULL : note(__real_calloc(count, size));
}

void *__wrap_malloc(size_t size)
{
    return no_memory(size) ? NULL : note(__real_malloc(size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return no_memory(size) ? NULL : note(__real_aligned_alloc(alignment, size));
}

void __wrap_free(void *memory)
{
    if (memory != NULL) {
        heap.blocks--;
        heap.bytes -= malloc_usable_size(memory);
    }
    __real_free(memory);
}

void fault_get_heap(struct fault_heap *copy)
{
    *copy = heap;
}

/* ---- TI-SCI: only what the message is ---- */

int __real_ti_sci_request(uint16_t type, const void *request, size_t size, void *answer,
                          size_t answer_size);
int __wrap_ti_sci_request(uint16_t type, const void *request, size_t size, void *answer,
                          size_t answer_size);
int __wrap_ti_sci_request(uint16_t type, const void *request, size_t size, void *answer,
                          size_t answer_size)
{
    char text[40];
    int error;

    snprintf(text, sizeof(text), "message 0x%04x", type);
    fault_occasion(text);
    error = __real_ti_sci_request(type, request, size, answer, answer_size);
    fault_has_struck();
    return error;
}

/* Several at once: which of them it strikes, the models know. */
void __real_ti_sci_request_all(struct ti_sci_message *messages, unsigned count);
void __wrap_ti_sci_request_all(struct ti_sci_message *messages, unsigned count);
void __wrap_ti_sci_request_all(struct ti_sci_message *messages, unsigned count)
{
    char text[60];

    snprintf(text, sizeof(text), "%u messages, 0x%04x to 0x%04x", count, messages[0].type,
             messages[count - 1].type);
    fault_occasion(text);
    __real_ti_sci_request_all(messages, count);
    fault_has_struck();
}

/* ---- transfers: only that it is one ---- */

struct udma_channel;
int __real_udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                     size_t length, void *cookie);
int __wrap_udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                     size_t length, void *cookie);
int __wrap_udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                     size_t length, void *cookie)
{
    fault_occasion("a copy");
    return __real_udma_copy(channel, destination, source, length, cookie);
}

/* ---- the GIC's calls ---- */

/* In irq_mask() and irq_unmask(), which have no error to return: what they call could only refuse
 * an INTID that does not exist, which the request has seen to. That a write stays pending
 * (GIC_RWP) may happen there, and does. */
static bool masking;

struct irq;
#define MASKING(name)                                                                              \
    void __real_##name(struct irq *irq);                                                           \
    void __wrap_##name(struct irq *irq);                                                           \
    void __wrap_##name(struct irq *irq)                                                            \
    {                                                                                              \
        bool before = masking;                                                                     \
        masking = true;                                                                            \
        __real_##name(irq);                                                                        \
        masking = before;                                                                          \
    }

MASKING(irq_mask)
MASKING(irq_unmask)

/* Defines the stand-in of one function: what it takes, what it passes on, its error when it has
 * done nothing, and when it has done it; 0: it can't fail so. */
#define GIC_CALL(name, takes, passes, refusal, late)                                               \
    int __real_##name takes;                                                                       \
    int __wrap_##name takes;                                                                       \
    int __wrap_##name takes                                                                        \
    {                                                                                              \
        fault_occasion(#name);                                                                     \
        if (masking)                                                                               \
            return __real_##name passes;                                                           \
        if (refusal != 0 && fault_strikes(GIC_REFUSES))                                            \
            return refusal;                                                                        \
        int error = __real_##name passes;                                                          \
        return late != 0 && fault_strikes(GIC_DONE_REFUSES) ? late : error;                        \
    }

GIC_CALL(gic_init, (uintptr_t a, uintptr_t b, uintptr_t c), (a, b, c), -ENODEV, -ETIMEDOUT)
GIC_CALL(gic_core_init, (void), (), -ENODEV, -ETIMEDOUT)
GIC_CALL(gic_configure, (unsigned a, enum gic_trigger b, uint8_t c), (a, b, c), -EBUSY, 0)
GIC_CALL(gic_set_affinity, (unsigned a, unsigned b), (a, b), -EINVAL, 0)
GIC_CALL(gic_enable, (unsigned a), (a), -EINVAL, 0)
GIC_CALL(gic_disable, (unsigned a), (a), 0, -ETIMEDOUT)
GIC_CALL(gic_clear_pending, (unsigned a), (a), -EINVAL, 0)

/* ---- register accesses: the GIC has some, too ---- */

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
void __real_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);

#define ACCESS_NS 50u

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value;

    if (!gic_model_claims(address))
        return __real_host_mmio_read(address, size);
    host_tick(ACCESS_NS);
    value = gic_model_read(address, size);
    host_take_interrupts();
    return value;
}

void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    if (!gic_model_claims(address)) {
        __real_host_mmio_write(address, size, value);
        return;
    }
    host_tick(ACCESS_NS);
    gic_model_write(address, size, value);
    host_take_interrupts();
}
