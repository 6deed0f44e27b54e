// SPDX-License-Identifier: BSD-3-Clause
/*
 * Calls from where they are not allowed (tests/target/thread_calls.h).
 */
#include "tests/target/thread_calls.h"

#include "drivers/gic/its.h"
#include "msi/balance.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "msi/service.h"
#include "msi/state.h"
#include "msi/statistics.h"
#include "platform/am65x.h"

#include <errno.h>
#include <stddef.h>

#define ITS_COMMANDS   16u
#define SPARE_INTID    210u
#define SPARE_INPUT    400u
#define SPARE_ITS_ID   0x77u
#define HANDLE_IS_LOST 1 /* in place of an error */

static const struct thread_calls *with;
static struct device unbound;
static struct irq_parent *parent_made;

static enum irq_return nothing(void *context)
{
    (void)context;
    return IRQ_NONE;
}

static struct irq_request some_request(void)
{
    return (struct irq_request){.index = with->free_index, .handler = nothing};
}

static int request(void)
{
    struct irq_request request = some_request();
    struct irq *irq;

    return irq_request(with->device, &request, &irq);
}

static int request_block(void)
{
    struct irq_request request = some_request();
    struct irq *irqs[4];

    return irq_request_block(with->device, &request, 4, 0, irqs);
}

static int free_one(void)
{
    return irq_free(with->irq);
}

static int free_block(void)
{
    struct irq *irqs[2] = {with->irq, NULL};
    int error = irq_free_block(irqs, 2);

    return irqs[0] == with->irq ? error : HANDLE_IS_LOST;
}

static int set_affinity(void)
{
    return irq_set_affinity(with->irq, irq_core(with->irq) == 0 ? with->core : 0);
}

static int synchronize(void)
{
    return irq_synchronize(with->irq);
}

static int restore_messages(void)
{
    return irq_restore_messages(with->device);
}

static int bind_wired(void)
{
    static const uint16_t intids[] = {SPARE_INTID};

    return irq_bind_wired(&unbound, with->wired, intids, 1);
}

static int bind_intr(void)
{
    static const uint16_t inputs[] = {SPARE_INPUT};

    return irq_bind_intr(&unbound, with->router, inputs, 1);
}

static int bind_inta(void)
{
    return irq_bind_inta(&unbound, with->aggregator, with->event_owner);
}

static int bind_its(void)
{
    return irq_bind_its(&unbound, with->its, SPARE_ITS_ID, 2);
}

static int unbind(void)
{
    return irq_unbind(with->device);
}

static int wired_init(void)
{
    return irq_wired_init(&parent_made);
}

static int intr_init(void)
{
    static const struct intr_output_range ranges[] = {{0, AM65X_INTR_OUTPUTS_LOW_INTID, 64}};
    const struct intr_facts facts = {AM65X_DEV_INTR, ranges, 1, 0};

    return irq_intr_init(&facts, &parent_made);
}

static int inta_init(void)
{
    const struct inta_facts facts = {AM65X_DEV_INTA, AM65X_INTA_BASE, AM65X_INTA_VINTS, 0};

    return irq_inta_init(&facts, with->router, &parent_made);
}

static int its_init_parent(void)
{
    return irq_its_init(&parent_made);
}

static int its_use_window(void)
{
    return irq_its_use_window(with->its, AM65X_PRE_ITS_BASE, AM65X_PRE_ITS_SIZE);
}

static int sgi_request(void)
{
    return irq_sgi_request(with->sgi + 1, nothing, NULL);
}

static int sgi_free(void)
{
    return irq_sgi_free(with->sgi);
}

static int ppi_request(void)
{
    return irq_ppi_request(with->ppi, nothing, NULL);
}

static int ppi_free(void)
{
    return irq_ppi_free(with->ppi);
}

static int evacuate_core(void)
{
    return irq_evacuate_core(with->core);
}

static int admit_core(void)
{
    return irq_admit_core(with->core);
}

static int trigger(void)
{
    return irq_trigger(with->irq);
}

static int balance(void)
{
    struct irq_balance result;

    return irq_balance(&result);
}

static const struct {
    const char *name;
    int (*call)(void);
} functions[] = {
    {"irq_request", request},
    {"irq_request_block", request_block},
    {"irq_free", free_one},
    {"irq_free_block", free_block},
    {"irq_set_affinity", set_affinity},
    {"irq_synchronize", synchronize},
    {"irq_restore_messages", restore_messages},
    {"irq_bind_wired", bind_wired},
    {"irq_bind_intr", bind_intr},
    {"irq_bind_inta", bind_inta},
    {"irq_bind_its", bind_its},
    {"irq_unbind", unbind},
    {"irq_init", irq_init},
    {"irq_wired_init", wired_init},
    {"irq_intr_init", intr_init},
    {"irq_inta_init", inta_init},
    {"irq_its_init", its_init_parent},
    {"irq_its_use_window", its_use_window},
    {"irq_sgi_request", sgi_request},
    {"irq_sgi_free", sgi_free},
    {"irq_ppi_request", ppi_request},
    {"irq_ppi_free", ppi_free},
    {"irq_evacuate_core", evacuate_core},
    {"irq_admit_core", admit_core},
    {"irq_quiesce", irq_quiesce},
    {"irq_trigger", trigger},
    {"irq_balance", balance},
    {"irq_statistics_start", irq_statistics_start},
    {"irq_statistics_reset", irq_statistics_reset},
    {"irq_statistics_stop", irq_statistics_stop},
};

/* What a call could have changed. */
struct snapshot {
    uint32_t state;
    unsigned core;
    const struct irq_binding *bound, *unbound;
    const struct irq_parent *parent_made;
    uint64_t commands, activity;
};

static struct snapshot take(thread_calls_activity_t activity)
{
    struct snapshot snapshot = {
        .state = __atomic_load_n(&with->irq->state, __ATOMIC_SEQ_CST),
        .core = irq_core(with->irq),
        .bound = with->device->interrupts,
        .unbound = unbound.interrupts,
        .parent_made = parent_made,
        .activity = activity != NULL ? activity() : 0,
    };

    for (uint8_t opcode = 0; opcode < ITS_COMMANDS; opcode++)
        snapshot.commands += its_command_count(opcode);
    return snapshot;
}

static bool equal(const struct snapshot *a, const struct snapshot *b)
{
    return a->state == b->state && a->core == b->core && a->bound == b->bound &&
           a->unbound == b->unbound && a->parent_made == b->parent_made &&
           a->commands == b->commands && a->activity == b->activity;
}

static void count_visit(const struct irq *irq, void *argument)
{
    (void)irq;
    ++*(unsigned *)argument;
}

/* Those that return nothing: they do what can be done without locks, which is to say nothing. */
static bool look_around(void)
{
    struct irq_inventory inventory;
    unsigned visits = 0;

    irq_get_inventory(&inventory);
    irq_for_each(count_visit, &visits);
    irq_service();
    return inventory.irqs == 0 && inventory.bindings == 0 && visits == 0;
}

void thread_calls_make(const struct thread_calls *calls, thread_calls_activity_t activity,
                       void (*wrong)(const char *name, int error, bool changed))
{
    with = calls;
    unbound = (struct device){.name = "unbound"};
    parent_made = NULL;
    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        struct snapshot before = take(activity);
        int error = functions[i].call();
        struct snapshot after = take(activity);

        if (error != -EDEADLK || !equal(&before, &after))
            wrong(functions[i].name, error, !equal(&before, &after));
    }
    if (!look_around())
        wrong("irq_get_inventory, irq_for_each", 0, false);
}
