// SPDX-License-Identifier: BSD-3-Clause
/*
 * `irq trigger`: an interrupt, by hand; and how long it takes to its handler, while that is
 * counted.
 */
#include "app/prompt/irq_words.h"

#include "lib/command.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/statistics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_US  1000u
#define TIMES_MAX  10000u
#define HANDLER_US 100000u /* a handler that has not come by then */

struct search {
    const char *name;
    uint64_t index;
    bool any_index;
    const struct irq *found;
    unsigned count;
    int error;           /* of irq_trigger() */
    uint64_t longest_ns; /* until its handler began */
};

static bool is_meant(const struct irq *irq, const struct search *search)
{
    if (!search->any_index && irq_index(irq) != search->index)
        return false;
    return strcmp(irq_name(irq), search->name) == 0 ||
           strcmp(irq_device_name(irq), search->name) == 0;
}

static void look(const struct irq *irq, void *argument)
{
    struct search *search = argument;

    if (!is_meant(irq, search))
        return;
    search->found = irq;
    search->count++;
}

/* In a visit, so that nobody frees it meanwhile. */
static void trigger(const struct irq *irq, void *argument)
{
    struct irq *raised = (struct irq *)(uintptr_t)irq; /* the visitor's is const */
    struct search *search = argument;

    if (irq != search->found || !is_meant(irq, search))
        return;
    search->error = irq_statistics_are_on() ? irq_statistics_trigger(raised) : irq_trigger(raised);
}

/* Once. While figures are taken, it waits for the handler. */
static int trigger_once(struct search *search)
{
    uint64_t ns;

    search->error = -ENOENT;
    irq_for_each(trigger, search);
    if (search->error != 0 || !irq_statistics_are_on())
        return search->error;
    search->error = irq_statistics_wait(&ns, HANDLER_US);
    if (search->error == 0 && ns > search->longest_ns)
        search->longest_ns = ns;
    return search->error;
}

static void find(struct search *search)
{
    irq_for_each(look, search);
    if (search->count == 0)
        search->error = -ENOENT;
    else if (search->count > 1)
        search->error = -EINVAL;
}

static int tell(const struct search *search)
{
    if (search->error == -ENOENT)
        printf("irq: there is no such interrupt\n");
    else if (search->count > 1)
        printf("irq: %u interrupts are called %s: say the index, or the interrupt's own name\n",
               search->count, search->name);
    else if (search->error == -ETIMEDOUT)
        printf("irq: the handler of %s has not come\n", search->name);
    else
        printf("irq: %s can't be triggered: error %d\n", search->name, search->error);
    return COMMAND_FAILED;
}

static bool read_numbers(int count, char **words, struct search *search, uint64_t *times)
{
    search->any_index = count < 3;
    return (count < 3 || command_read_number(words[2], UINT32_MAX, &search->index)) &&
           (count < 4 || command_read_number(words[3], TIMES_MAX, times));
}

int irq_word_trigger(int count, char **words)
{
    struct search search = {.error = 0};
    uint64_t times = 1;

    if (count < 2 || count > 4 || !read_numbers(count, words, &search, &times))
        return COMMAND_USAGE;
    search.name = words[1];
    find(&search);
    for (uint64_t i = 0; i < times && search.error == 0; i++)
        (void)trigger_once(&search);
    if (search.error != 0)
        return tell(&search);
    if (irq_statistics_are_on())
        printf("the handler began after%s%" PRIu64 ".%u us\n", times > 1 ? " at most " : " ",
               search.longest_ns / NS_PER_US, (unsigned)(search.longest_ns % NS_PER_US / 100u));
    return COMMAND_DONE;
}
