// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where all interrupts are. The note is in the order in which they are visited, and that is the
 * same the next time, but for what has been requested or freed meanwhile: so looking for one begins
 * behind the one before it. An interrupt is only compared with the note, never reached from it:
 * what has been freed may be gone, and its memory another's. So the source has to be the same too.
 */
#include "msi/places.h"

#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/registry.h"

#include <errno.h>
#include <stdlib.h>

struct irq_places {
    size_t count, capacity, next;
    int error; /* the first of a move */
    struct place {
        const struct irq *irq;
        const struct irq_binding *binding;
        uint32_t index;
        unsigned core;
    } of[];
};

static int count(struct irq *irq, void *argument)
{
    (void)irq;
    ++*(size_t *)argument;
    return 0;
}

static int note(struct irq *irq, void *argument)
{
    struct irq_places *places = argument;

    /* One that was requested since they were counted stays where it will be. */
    if (places->count < places->capacity)
        places->of[places->count++] = (struct place){irq, irq->binding, irq->index, irq_core(irq)};
    return 0;
}

struct irq_places *irq_places_note(void)
{
    struct irq_places *places = NULL;
    size_t capacity = 0;

    if (irq_is_allowed() && irq_visit_all(count, &capacity) == 0)
        places = calloc(1, sizeof(*places) + capacity * sizeof(places->of[0]));
    if (places == NULL)
        return NULL;
    places->capacity = capacity;
    if (irq_visit_all(note, places) != 0) {
        free(places);
        return NULL;
    }
    return places;
}

static bool is_of(const struct place *place, const struct irq *irq)
{
    return place->irq == irq && place->binding == irq->binding && place->index == irq->index;
}

/* Not to a core that has left, and is not back. */
static int move(struct irq *irq, unsigned core)
{
    return irq_core(irq) != core && irq_core_is_placeable(core) ? irq_move(irq, core) : 0;
}

static int put_back(struct irq *irq, void *argument)
{
    struct irq_places *places = argument;

    for (size_t i = 0; i < places->count; i++) {
        size_t at = (places->next + i) % places->count;

        if (!is_of(&places->of[at], irq))
            continue;
        places->next = at + 1;

        int error = move(irq, places->of[at].core);

        places->error = places->error != 0 ? places->error : error;
        break;
    }
    return 0;
}

int irq_places_put_back(struct irq_places *places)
{
    int error = irq_is_allowed() ? irq_visit_all(put_back, places) : -EDEADLK;

    if (error == 0)
        error = places->error;
    free(places);
    return error != 0 ? error : irq_quiesce();
}
