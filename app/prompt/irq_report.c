// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `irq`: the interrupts in use, as a table and as a picture (the DOT language of
 * Graphviz).
 *
 * The picture has one node for each stage that irq_describe() names, and an edge from each stage to
 * the next. Routes that meet share nodes by their names, and `strict` makes one edge of those that
 * are the same: so nothing has to be collected here.
 */
#include "app/prompt/irq_words.h"
#include "arch/core.h"
#include "lib/command.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROUTE_MAX 160u
#define STAGE_END " > "
#define BIT       " bit " /* of a VINT: written at the edge, so that the VINT is one node */

static void print_line(const struct irq *irq, void *argument)
{
    char route[ROUTE_MAX];

    (void)argument;
    irq_describe(irq, route, sizeof(route));
    printf("%-10s %5" PRIu32 "  %-12s core %u  %-8s  %10" PRIu64 "  %-7s  %s\n",
           irq_device_name(irq), irq_index(irq), irq_name(irq), irq_core(irq),
           irq_priority_name(irq_priority(irq)), irq_count(irq), irq_state_name(irq), route);
}

static void print_table(void)
{
    struct irq_inventory inventory;

    irq_service(); /* logs strays and storms first */
    printf("device     index  name         core    priority       count  state    route\n");
    irq_for_each(print_line, NULL);
    irq_get_inventory(&inventory);
    printf("%" PRIu32 " in use; free: %" PRIu32 " events, %" PRIu32 " VINTs, %" PRIu32
           " routes, %" PRIu32 " LPIs; spurious %" PRIu64 ", stray %" PRIu64 ", storms %" PRIu64
           ", held %" PRIu32 "\n",
           inventory.irqs, inventory.events_free, inventory.vints_free, inventory.routes_free,
           inventory.lpis_free, inventory.spurious, inventory.stray, inventory.storms,
           inventory.held);
}

/* Cuts off and returns the first stage of the rest of a route; NULL: there is none. */
static char *next_stage(char **rest)
{
    char *stage = *rest;

    if (stage == NULL)
        return NULL;
    *rest = strstr(stage, STAGE_END);
    if (*rest != NULL) {
        **rest = '\0';
        *rest += strlen(STAGE_END);
    }
    return stage;
}

static void print_edges(const struct irq *irq, void *argument)
{
    char route[ROUTE_MAX], from[ROUTE_MAX];
    char *rest = route, *stage;

    (void)argument;
    irq_describe(irq, route, sizeof(route));
    snprintf(from, sizeof(from), "%s %" PRIu32, irq_device_name(irq), irq_index(irq));
    printf("  \"%s\" [label=\"%s\\n%s\", shape=box, style=filled, fillcolor=lightgrey];\n", from,
           from, irq_name(irq));
    while ((stage = next_stage(&rest)) != NULL) {
        char *bit = strstr(stage, BIT);

        if (bit != NULL)
            *bit++ = '\0';
        printf("  \"%s\" -> \"%s\"", from, stage);
        if (bit != NULL)
            printf(" [label=\"%s\"]", bit);
        printf(";\n");
        snprintf(from, sizeof(from), "%s", stage);
    }
}

static void print_dot(void)
{
    printf("strict digraph interrupts {\n"
           "  rankdir=LR;\n"
           "  node [shape=plaintext, fontname=\"sans-serif\", fontsize=11];\n"
           "  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for (unsigned core = 0; core < core_count(); core++)
        printf("  \"core %u\" [shape=doublecircle];\n", core);
    irq_for_each(print_edges, NULL);
    printf("}\n");
}

static int run_irq(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "dot") == 0)
        print_dot();
    else if (count == 1)
        print_table();
    else if (strcmp(words[1], "balance") == 0)
        return irq_word_balance(count - 1, words + 1);
    else if (strcmp(words[1], "stats") == 0)
        return irq_word_stats(count - 1, words + 1);
    else if (strcmp(words[1], "trigger") == 0)
        return irq_word_trigger(count - 1, words + 1);
    else
        return COMMAND_USAGE;
    return COMMAND_DONE;
}

static const char *irq_words(unsigned word, unsigned index)
{
    static const char *const first[] = {"balance", "dot", "stats", "trigger"};

    return word == 1 && index < sizeof(first) / sizeof(first[0]) ? first[index] : NULL;
}

COMMAND(irq, .arguments = "[balance | dot | stats [on|off|reset] | trigger name [index [times]]]",
        .help = "every interrupt in use; spreads them; for Graphviz; times; raises one",
        .run = run_irq, .candidate = irq_words);
