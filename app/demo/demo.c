// SPDX-License-Identifier: BSD-3-Clause
/*
 * The demonstration: a file in memory is copied through as many DMA channels as there are cores
 * times four, every completion an interrupt on the core that the channel asked for. The file is cut
 * into chunks; channel i copies chunks i, i + n, i + 2n, ... of n channels. The main core queues
 * each channel's first chunk and then sleeps: each completion's interrupt queues the channel's next
 * one.
 */
#include "app/demo/file.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "lib/crc32.h"
#include "lib/log.h"
#include "msi/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define CHANNELS_PER_CORE  4u
#define CHUNKS_PER_CHANNEL 4u /* at least, where the file is long enough */
#define CHUNK_MAX          (64u * 1024u)
#define CHUNK_ALIGNMENT    64u /* a cache line */

/* Even a slow emulation of the SoC moves a MiB in a second. */
#define TIMEOUT_BASE_US    10000000u
#define TIMEOUT_PER_MIB_US 1000000u

LOG_SUBJECT(demo);

struct demo;

struct lane {
    struct demo *demo;
    struct udma_channel *channel;
    char name[sizeof("demo 4294967295")];
    unsigned core;
    size_t chunk;         /* in flight */
    uint64_t completions; /* callbacks that came */
    uint64_t wrong_core;  /* of these, on another core than asked */
    int error;            /* the first */
};

struct demo {
    uintptr_t source, copy;
    size_t length, chunk_size, chunks;
    struct lane *lanes;
    unsigned lane_count, open;
    unsigned running; /* lanes with a chunk in flight; atomic */
};

static size_t chunk_length(const struct demo *demo, size_t chunk)
{
    size_t rest = demo->length - chunk * demo->chunk_size;

    return rest < demo->chunk_size ? rest : demo->chunk_size;
}

static int queue_chunk(struct lane *lane)
{
    const struct demo *demo = lane->demo;
    size_t offset = lane->chunk * demo->chunk_size;

    return udma_copy(lane->channel, demo->copy + offset, demo->source + offset,
                     chunk_length(demo, lane->chunk), lane);
}

static void end_lane(struct lane *lane, int error)
{
    lane->error = error;
    __atomic_fetch_sub(&lane->demo->running, 1, __ATOMIC_RELEASE);
    wait_notify();
}

/* A chunk has been copied: queues the next, from inside the interrupt. */
static void on_chunk(void *context, void *cookie, int status)
{
    struct lane *lane = context;

    lane->completions++;
    if (core_id() != lane->core)
        lane->wrong_core++;
    if (status == 0 && cookie != lane)
        status = -EIO;
    lane->chunk += lane->demo->lane_count;
    if (status == 0 && lane->chunk < lane->demo->chunks) {
        status = queue_chunk(lane);
        if (status == 0)
            return;
    }
    end_lane(lane, status);
}

static int open_lanes(struct demo *demo)
{
    for (; demo->open < demo->lane_count; demo->open++) {
        struct lane *lane = &demo->lanes[demo->open];
        struct udma_channel_config config = {
            .name = lane->name, .depth = 1, .callback = on_chunk, .context = lane};
        int error;

        lane->demo = demo;
        lane->core = demo->open % core_count();
        lane->chunk = demo->open;
        snprintf(lane->name, sizeof(lane->name), "demo %u", demo->open);
        config.core = lane->core;
        error = udma_channel_open(&config, &lane->channel);
        if (error != 0) {
            log_error(demo, "channel %u of %u does not open (%d)", demo->open, demo->lane_count,
                      error);
            return error;
        }
    }
    return 0;
}

/* The first error. A channel that did not stop may still write: *held says to keep the copy. */
static int close_lanes(struct demo *demo, bool *held)
{
    int first = 0;

    *held = false;
    while (demo->open != 0) {
        struct lane *lane = &demo->lanes[--demo->open];
        int error = udma_channel_close(lane->channel);

        if (error == 0)
            continue;
        log_error(demo, "channel \"%s\" did not close cleanly (%d)", lane->name, error);
        *held = *held || error != -ETIMEDOUT;
        if (first == 0)
            first = error;
    }
    return first;
}

static bool all_done(void *argument)
{
    const struct demo *demo = argument;

    return __atomic_load_n(&demo->running, __ATOMIC_ACQUIRE) == 0;
}

static void start_lane(struct lane *lane)
{
    int error;

    if (lane->chunk >= lane->demo->chunks)
        return; /* a file of fewer chunks than channels */
    __atomic_fetch_add(&lane->demo->running, 1, __ATOMIC_RELAXED);
    error = queue_chunk(lane);
    if (error != 0)
        end_lane(lane, error);
}

static int copy(struct demo *demo)
{
    uint64_t timeout_us = TIMEOUT_BASE_US + (uint64_t)(demo->length >> 20) * TIMEOUT_PER_MIB_US;
    uint64_t start = time_now_ns(), elapsed_us;
    int error;

    for (unsigned i = 0; i < demo->lane_count; i++)
        start_lane(&demo->lanes[i]);
    error = wait_for(all_done, demo, timeout_us);
    elapsed_us = (time_now_ns() - start) / 1000u;
    if (error != 0)
        log_error(demo, "%u channels have not ended after %" PRIu64 " us (%d)",
                  __atomic_load_n(&demo->running, __ATOMIC_RELAXED), elapsed_us, error);
    else
        log_info(demo, "copied in %" PRIu64 " us", elapsed_us);
    return error;
}

static int check_lane(const struct lane *lane, const struct udma_counters *counters)
{
    if (lane->error != 0)
        log_error(demo, "%s ended with error %d", lane->name, lane->error);
    else if (lane->wrong_core != 0)
        log_error(demo, "%s had %" PRIu64 " of %" PRIu64 " callbacks on another core than %u",
                  lane->name, lane->wrong_core, lane->completions, lane->core);
    else if (counters->completions != lane->completions || counters->errors != 0)
        log_error(demo, "%s had %" PRIu64 " callbacks, %" PRIu64 " completions, %" PRIu64 " errors",
                  lane->name, lane->completions, counters->completions, counters->errors);
    else
        return 0;
    return -EIO;
}

/* Prints the table: a line for each channel, and the totals. Returns the first error found. */
static int report_lanes(const struct demo *demo)
{
    uint64_t interrupts = 0, bytes = 0;
    int first = 0;

    printf("  %-8s %10s %12s  %s\n", "channel", "interrupts", "bytes", "route");
    for (unsigned i = 0; i < demo->lane_count; i++) {
        const struct lane *lane = &demo->lanes[i];
        struct udma_counters counters;
        char route[160];
        int error;

        udma_channel_get_counters(lane->channel, &counters);
        if (udma_channel_describe(lane->channel, route, sizeof(route)) < 0)
            route[0] = '\0';
        printf("  %-8s %10" PRIu64 " %12" PRIu64 "  %s\n", lane->name, counters.interrupts,
               counters.bytes, route);
        interrupts += counters.interrupts;
        bytes += counters.bytes;
        error = check_lane(lane, &counters);
        if (first == 0)
            first = error;
    }
    printf("  %-8s %10" PRIu64 " %12" PRIu64 "  of %lu bytes in %lu chunks\n", "total", interrupts,
           bytes, (unsigned long)demo->length, (unsigned long)demo->chunks);
    if (first == 0 && bytes != demo->length) {
        log_error(demo, "%" PRIu64 " bytes were counted, the file has %lu", bytes,
                  (unsigned long)demo->length);
        first = -EIO;
    }
    return first;
}

static int compare(const struct demo *demo)
{
    uint32_t source = crc32_update(0, (const void *)demo->source, demo->length);
    uint32_t destination = crc32_update(0, (const void *)demo->copy, demo->length);

    log_info(demo, "CRC-32 of the file 0x%08" PRIx32 ", of the copy 0x%08" PRIx32 ": %s", source,
             destination, source == destination ? "equal" : "DIFFERENT");
    return source == destination ? 0 : -EIO;
}

struct inventory {
    struct irq_inventory irq;
    struct udma_inventory udma;
    unsigned channels;
};

static struct inventory take_inventory(void)
{
    struct inventory inventory;

    irq_get_inventory(&inventory.irq);
    udma_get_inventory(&inventory.udma);
    inventory.channels = udma_open_count();
    return inventory;
}

static int compare_inventories(const struct inventory *before, const struct inventory *after)
{
    const struct {
        const char *name;
        uint32_t before, after;
    } items[] = {
        {"open channels", before->channels, after->channels},
        {"free channels", before->udma.channels_free, after->udma.channels_free},
        {"free rings", before->udma.rings_free, after->udma.rings_free},
        {"interrupts", before->irq.irqs, after->irq.irqs},
        {"bindings", before->irq.bindings, after->irq.bindings},
        {"events", before->irq.events, after->irq.events},
        {"free events", before->irq.events_free, after->irq.events_free},
        {"VINTs", before->irq.vints, after->irq.vints},
        {"free VINTs", before->irq.vints_free, after->irq.vints_free},
        {"routes", before->irq.routes, after->irq.routes},
        {"free routes", before->irq.routes_free, after->irq.routes_free},
        {"ITS devices", before->irq.its_devices, after->irq.its_devices},
        {"LPIs", before->irq.lpis, after->irq.lpis},
        {"free LPIs", before->irq.lpis_free, after->irq.lpis_free},
    };
    int error = 0;

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (items[i].before == items[i].after)
            continue;
        log_error(demo, "%s: %" PRIu32 " before, %" PRIu32 " after", items[i].name, items[i].before,
                  items[i].after);
        error = -EIO;
    }
    if (error == 0)
        log_info(demo,
                 "every resource came back: %u channels, %u rings, %" PRIu32 " events, %" PRIu32
                 " VINTs, %" PRIu32 " routes are free",
                 after->udma.channels_free, after->udma.rings_free, after->irq.events_free,
                 after->irq.vints_free, after->irq.routes_free);
    return error;
}

/* With the channels open: copies, reports, compares. */
static int run_lanes(struct demo *demo)
{
    int error = copy(demo);
    int report = report_lanes(demo);

    if (error != 0)
        return error;
    return report != 0 ? report : compare(demo);
}

/* Opens, runs, closes. The copy is freed unless a channel may still write to it. */
static int run_channels(struct demo *demo)
{
    int error, closing;
    bool held;

    error = open_lanes(demo);
    if (error == 0)
        error = run_lanes(demo);
    closing = close_lanes(demo, &held);
    if (!held)
        dma_free((void *)demo->copy);
    return error != 0 ? error : closing;
}

/* Cuts the file so that every channel gets several chunks, none beyond CHUNK_MAX. */
static void cut(struct demo *demo)
{
    size_t wanted = demo->length / (demo->lane_count * CHUNKS_PER_CHANNEL);

    demo->chunk_size = wanted & ~(size_t)(CHUNK_ALIGNMENT - 1u);
    if (demo->chunk_size > CHUNK_MAX)
        demo->chunk_size = CHUNK_MAX;
    if (demo->chunk_size == 0)
        demo->chunk_size = CHUNK_ALIGNMENT;
    demo->chunks = (demo->length + demo->chunk_size - 1u) / demo->chunk_size;
}

static int prepare(struct demo *demo, const char *name)
{
    unsigned wanted = core_count() * CHANNELS_PER_CORE;
    unsigned available = udma_capacity() - udma_open_count();

    demo->lane_count = wanted < available ? wanted : available;
    if (demo->lane_count == 0) {
        log_error(demo, "no memory-to-memory channel is free (%u open)", udma_open_count());
        return -ENOSPC;
    }
    cut(demo);
    demo->lanes = calloc(demo->lane_count, sizeof(*demo->lanes));
    demo->copy = (uintptr_t)dma_alloc(demo->length);
    if (demo->lanes == NULL || demo->copy == 0) {
        log_error(demo, "no memory for a copy of %s (%lu bytes)", name,
                  (unsigned long)demo->length);
        dma_free((void *)demo->copy);
        free(demo->lanes);
        return -ENOMEM;
    }
    log_info(demo,
             "%s, %lu bytes at 0x%" PRIxPTR ", through %u channels on %u cores, %lu chunks "
             "of up to %lu bytes",
             name, (unsigned long)demo->length, demo->source, demo->lane_count, core_count(),
             (unsigned long)demo->chunks, (unsigned long)demo->chunk_size);
    return 0;
}

/* Copies the file, compares the CRC-32 of both, prints each channel's route, interrupts and bytes,
 * and shows that every resource came back. name: of the file, for people. Thread context.
 * 0; -EINVAL for an empty file; -EIO if a copy, a core, a CRC or the resources were wrong;
 * or the error of the step that failed, which has been logged. */
static int copy_file(uintptr_t source, size_t length, const char *name)
{
    struct demo demo = {.source = source, .length = length};
    struct inventory before, after;
    int error, resources;

    if (length == 0) {
        log_error(demo, "%s is empty: nothing to copy", name);
        return -EINVAL;
    }
    before = take_inventory();
    error = prepare(&demo, name);
    if (error != 0)
        return error;
    error = run_channels(&demo);
    free(demo.lanes);
    after = take_inventory();
    resources = compare_inventories(&before, &after);
    if (error == 0)
        error = resources;
    if (error != 0)
        log_error(demo, "FAILED (%d)", error);
    return error;
}

static int run_demo(int count, char **words)
{
    uintptr_t start;
    size_t length;
    const char *name;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    name = demo_find_file(&start, &length);
    if (length == 0) {
        log_error(demo, "%s", name);
        return COMMAND_FAILED;
    }
    return copy_file(start, length, name) == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

COMMAND(demo, .help = "copies a file in memory by DMA, and prints every route", .run = run_demo,
        .at_boot = true);
