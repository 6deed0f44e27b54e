// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a read of 4 KiB from an NVMe drive costs, if there is one: its submission, its interrupt,
 * and a read that somebody waits for; and what a message of a PCI function costs that is requested
 * and freed. Nothing is written.
 */
#include "app/bench/bench.h"
#include "app/bench/interrupts.h"
#include "arch/core.h"
#include "arch/sysreg.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/pci.h"
#include "lib/block.h"
#include "platform/pci.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define READ_SIZE 4096u
#define ISR_IRQ   (UINT64_C(1) << 7) /* ISR_EL1.I (D17.2.91) */
#define LOOKS_MAX 100000000u         /* for an interrupt that does not come: a second or so */

/* ---- a message ---- */

static int measure_message(struct pci_function *function, uint32_t rounds,
                           struct bench_figure *figures)
{
    static const char *const names[] = {"request of a PCI function's message", "free"};
    int error = pci_take(function, "bench"), disabled;

    if (error != 0)
        return error;
    error = pci_enable(function, true);
    if (error == 0)
        error = pci_interrupts_enable(function, 1, 1);
    if (error == 1) {
        error = bench_request_and_free(names, &function->device, 0, rounds, figures);
        disabled = pci_interrupts_disable(function);
        error = error != 0 ? error : disabled;
    }
    pci_release(function);
    return error;
}

/* ---- one read, and its interrupt ---- */

struct reading {
    struct block_device *drive;
    uint8_t *buffer;
    struct block_request request; /* the drive's, should it not answer, until it is detached */
};

/* The tools know its name. */
static void bench_done(struct block_request *request)
{
    bench_callback(NULL, NULL, 0);
    request->context = NULL;
}

/* figures[1] is the submission, figures[0] the interrupt. */
static int read_once(struct reading *reading, struct bench_figure *figures)
{
    uint64_t calls_before = bench_calls();
    uint32_t before = bench_handler_calls();
    unsigned long state = irq_save();
    int error;

    reading->request = (struct block_request){.operation = BLOCK_READ,
                                              .count = READ_SIZE / reading->drive->block_size,
                                              .buffer = reading->buffer,
                                              .done = bench_done,
                                              .context = reading};
    BENCH_STEP(&figures[1], 1, error = block_submit(reading->drive, &reading->request));
    if (error != 0) {
        irq_restore(state);
        return error;
    }
    (void)bench_wait_pending();
    bench_let_in(&figures[0], state, calls_before, before);
    return reading->request.context == NULL ? reading->request.error : -ETIMEDOUT;
}

static int measure_reads(struct reading *reading, uint32_t rounds, struct bench_figure *figures)
{
    int error = 0;

    for (uint32_t i = 0; i < rounds && error == 0; i++)
        error = read_once(reading, figures);
    bench_print("submission of a read of 4 KiB", &figures[1], 1);
    bench_print_interrupt("its interrupt (MSI-X > ITS > LPI)", &figures[0]);
    return error;
}

/* ---- a read that is waited for ---- */

/* A drive that always answers at the same instruction: its interrupt is pending when a submission
 * returns, and is taken there. */
struct prompt_drive {
    struct block_device device; /* the first */
    struct block_device *drive;
};

/* The tools know its name, and leave out its own instructions: so it calls nothing else. */
static __attribute__((noinline)) int bench_submit(struct block_device *device,
                                                  struct block_request *request)
{
    struct block_device *drive = ((struct prompt_drive *)device)->drive;
    unsigned long state = irq_save();
    int error = block_submit(drive, request);

    for (uint32_t looks = LOOKS_MAX; error == 0 && looks != 0; looks--)
        if ((sysreg_read(ISR_EL1) & ISR_IRQ) != 0)
            break;
    irq_restore(state);
    return error;
}

static int wait_for_room(struct block_device *device)
{
    struct block_device *drive = ((struct prompt_drive *)device)->drive;

    return drive->wait_for_room(drive);
}

static void expire(struct block_device *device, struct block_request *request)
{
    struct block_device *drive = ((struct prompt_drive *)device)->drive;

    drive->expire(drive, request);
}

static int measure_waiting(const struct reading *reading, uint32_t rounds,
                           struct bench_figure *figure)
{
    const uint32_t count = READ_SIZE / reading->drive->block_size;
    struct prompt_drive prompt = {*reading->drive, reading->drive};
    int error = 0;

    prompt.device.submit = bench_submit;
    prompt.device.wait_for_room = wait_for_room;
    prompt.device.expire = expire;
    for (uint32_t i = 0; i < rounds && error == 0; i++)
        BENCH_STEP(figure, 0, error = block_read(&prompt.device, 0, count, reading->buffer));
    bench_print("a read of 4 KiB that is waited for", figure, 1);
    return error;
}

static int measure_drive(struct pci_function *function, uint32_t rounds,
                         struct bench_figure *figures)
{
    const struct nvme_config config = {.name = "bench"};
    struct reading reading = {.buffer = aligned_alloc(READ_SIZE, READ_SIZE)};
    struct nvme *nvme;
    int error = reading.buffer != NULL ? nvme_attach(function, &config, &nvme) : -ENOMEM, detached;

    if (error == 0) {
        reading.drive = nvme_block(nvme);
        error = measure_reads(&reading, rounds, figures);
        if (error == 0)
            error = measure_waiting(&reading, rounds, figures);
        do
            detached = nvme_detach(nvme);
        while (detached == -EAGAIN);
        error = error != 0 ? error : detached;
    }
    free(reading.buffer);
    return error;
}

int bench_drives(uint32_t rounds, struct bench_figure *figures)
{
    struct pci_function *function = platform_pci_find_class(NVME_PCI_CLASS);
    int error;

    if (function == NULL) {
        printf("no NVMe drive\n");
        return 0;
    }
    error = measure_message(function, rounds, figures);
    if (error == 0)
        error = measure_drive(function, rounds, figures);
    if (error != 0)
        bench_print_error("drives", error);
    return error;
}
