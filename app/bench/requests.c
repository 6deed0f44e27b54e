// SPDX-License-Identifier: BSD-3-Clause
/*
 * What it costs to get something and to give it back: an answer of the system firmware, interrupts
 * of each kind among few and among many, a channel, a device at the ITS.
 */
#include "app/bench/bench.h"
#include "app/bench/interrupts.h"
#include "arch/core.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/udma.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIPS      16u
#define SETUPS_MAX 8u /* rounds that take long on the twin */
#define RINGS_MAX  96u
#define MANY_ID    0x6100u
#define MANY_BITS  15u
#define FEW        16u
#define MANY       16384u
#define JOIN_ID    0x0100u
#define JOIN_BITS  5u
#define JOINS      1500u
#define JOIN_EARLY 10u

static uint32_t at_most(uint32_t rounds, uint32_t most)
{
    return rounds < most ? rounds : most;
}

/* ---- the system firmware ---- */

static int ask(void)
{
    struct ti_sci_device_state state;
    int error = 0;

    for (unsigned i = 0; i < TRIPS && error == 0; i++)
        error = ti_sci_device_get_state(AM65X_DEV_RINGACC, &state);
    return error;
}

int bench_firmware(uint32_t rounds, struct bench_figure *figures)
{
    int error = 0;

    for (uint32_t i = 0; i < at_most(rounds, SETUPS_MAX) && error == 0; i++)
        BENCH_STEP(figures, 0, error = ask());
    if (error != 0)
        bench_print_error("TI-SCI request", error);
    bench_print("a TI-SCI request", figures, TRIPS);
    return error;
}

/* ---- requests ---- */

static int request(struct device *device, uint32_t index, struct irq **irq)
{
    const struct irq_request request = {
        .index = index, .handler = bench_handler, .name = "bench", .core = core_id()};

    return irq_request(device, &request, irq);
}

int bench_request_and_free(const char *const names[2], struct device *device, uint32_t index,
                           uint32_t rounds, struct bench_figure *figures)
{
    struct irq *irq;
    int error = 0;

    for (uint32_t i = 0; i < at_most(rounds, SETUPS_MAX) && error == 0; i++) {
        BENCH_STEP(&figures[0], 0, error = request(device, index, &irq));
        if (error == 0)
            BENCH_STEP(&figures[1], 1, error = irq_free(irq));
    }
    bench_print(names[0], &figures[0], 1);
    bench_print(names[1], &figures[1], 1);
    return error;
}

static int request_up_to(struct device *device, uint32_t first, struct irq **irqs, uint32_t from,
                         uint32_t to)
{
    int error = 0;

    for (uint32_t i = from; i < to && error == 0; i++)
        error = request(device, first + i, &irqs[i]);
    return error;
}

static int free_all(struct irq **irqs, uint32_t count)
{
    int error = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (irqs[i] != NULL && irq_free(irqs[i]) != 0)
            error = -EBUSY;
    }
    return error;
}

/* Whether it has got a VINT with others on it: an own one begins with bit 0. */
static bool is_shared(const struct irq *irq)
{
    char text[128];
    unsigned bit;

    return irq_describe(irq, text, sizeof(text)) > 0 &&
           sscanf(text, "event %*u > VINT %*u bit %u", &bit) == 1 && bit != 0;
}

/* Requests rings' interrupts until there is no VINT left that is nobody's. */
static int use_up_vints(struct device *device, uint32_t first, struct irq **irqs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int error = request(device, first + i, &irqs[i]);

        if (error != 0)
            return error;
        if (is_shared(irqs[i]))
            return 0;
    }
    return -ENOSPC;
}

static int measure_rings(struct device *device, const struct ti_sci_range *rings, struct irq **irqs,
                         uint32_t rounds, struct bench_figure *figures)
{
    static const char *const own[] = {"request of a ring's interrupt, VINT of its own", "free"};
    static const char *const shared[] = {"request of a ring's interrupt, VINT shared", "free"};
    uint32_t last = rings->first + rings->count - 1u, count = rings->count - 1u;
    uint32_t taken = count < RINGS_MAX ? count : RINGS_MAX;
    int error = bench_request_and_free(own, device, last, rounds, figures);

    if (error == 0)
        error = use_up_vints(device, last - taken, irqs, taken);
    if (error == 0)
        error = bench_request_and_free(shared, device, last, rounds, figures);
    return error;
}

int bench_requests(uint32_t rounds, struct bench_figure *figures)
{
    static struct device device = {.name = "bench"};
    static struct irq *irqs[RINGS_MAX];
    struct ti_sci_range rings;
    int error = ti_sci_get_range(AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, &rings), freed;

    if (error == 0)
        error = irq_bind_inta(&device, platform_inta(), AM65X_DEV_RINGACC);
    if (error == 0) {
        error = measure_rings(&device, &rings, irqs, rounds, figures);
        freed = free_all(irqs, RINGS_MAX);
        for (unsigned i = 0; i < RINGS_MAX; i++)
            irqs[i] = NULL;
        irq_unbind(&device);
        error = error != 0 ? error : freed;
    }
    if (error != 0)
        bench_print_error("request of a ring's interrupt", error);
    return error;
}

/* ---- messages ---- */

static int measure_messages(struct device *device, struct irq **irqs, uint32_t rounds,
                            struct bench_figure *figures)
{
    static const char *const few[] = {"request of an LPI, 16 in use", "free"};
    static const char *const many[] = {"request of an LPI, 16,384 in use", "free"};
    int error = request_up_to(device, 0, irqs, 0, FEW);

    if (error == 0)
        error = bench_request_and_free(few, device, MANY, rounds, figures);
    if (error == 0)
        error = request_up_to(device, 0, irqs, FEW, MANY);
    if (error == 0)
        error = bench_request_and_free(many, device, MANY, rounds, figures);
    return error;
}

int bench_messages(uint32_t rounds, struct bench_figure *figures)
{
    static struct device device = {.name = "bench"};
    struct irq **irqs = calloc(MANY, sizeof(struct irq *));
    int error = irqs == NULL ? -ENOMEM : irq_bind_its(&device, platform_its(), MANY_ID, MANY_BITS);
    int freed;

    if (error == 0) {
        error = measure_messages(&device, irqs, rounds, figures);
        freed = free_all(irqs, MANY);
        irq_unbind(&device);
        error = error != 0 ? error : freed;
    }
    free(irqs);
    if (error != 0)
        bench_print_error("request of an LPI", error);
    return error;
}

/* ---- channels ---- */

int bench_channels(uint32_t rounds, struct bench_figure *figures)
{
    const struct udma_channel_config config = {
        .name = "bench", .core = core_id(), .depth = 4, .callback = bench_callback};
    struct udma_channel *channel;
    int error = 0;

    for (uint32_t i = 0; i < at_most(rounds, SETUPS_MAX) && error == 0; i++) {
        BENCH_STEP(&figures[0], 0, error = udma_channel_open(&config, &channel));
        if (error == 0)
            BENCH_STEP(&figures[1], 1, error = udma_channel_close(channel));
    }
    bench_print("open of a channel", &figures[0], 1);
    bench_print("close", &figures[1], 1);
    if (error != 0)
        bench_print_error("channels", error);
    return error;
}

/* ---- devices ---- */

static int join(struct device *device, unsigned number)
{
    device->name = "bench";
    return irq_bind_its(device, platform_its(), JOIN_ID + number, JOIN_BITS);
}

int bench_binds(uint32_t rounds, struct bench_figure *figures)
{
    struct device *devices = calloc(JOINS, sizeof(*devices));
    int error = devices == NULL ? -ENOMEM : 0;
    unsigned joined = 0;

    (void)rounds;
    while (joined < JOINS && error == 0) {
        struct device *device = &devices[joined++];

        if (joined == JOIN_EARLY)
            BENCH_STEP(&figures[0], 0, error = join(device, joined));
        else if (joined == JOINS)
            BENCH_STEP(&figures[1], 1, error = join(device, joined));
        else
            error = join(device, joined);
    }
    bench_print("bind to the ITS, the 10th", &figures[0], 1);
    bench_print("bind to the ITS, the 1,500th", &figures[1], 1);
    if (error != 0) {
        bench_print_error("bind to the ITS", error);
        joined -= joined > 0; /* the last one has not */
    }
    while (joined > 0)
        irq_unbind(&devices[--joined]);
    free(devices);
    return error;
}
