// SPDX-License-Identifier: BSD-3-Clause
/*
 * Taking a core: its processor, its reset, its configuration, its power; giving it back in reverse.
 *
 * What was taken is noted before the request goes out, and struck out when it was refused or given
 * back: an answer that is lost leaves it noted, and giving back what one does not have does no
 * harm.
 */
#include "drivers/r5f/r5f.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/r5f/image.h"
#include "drivers/r5f/memory.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_processor.h"
#include "lib/log.h"

#include <errno.h>

#define LOCAL_RESET   1u
#define CONFIG        (TI_SCI_R5_ATCM_AT_ZERO | TI_SCI_R5_ATCM | TI_SCI_R5_BTCM)

#define WFI_WITHIN_US 1000000u
#define WFI_EVERY_US  1000u

LOG_SUBJECT(r5f);

/* TI-SCI's numbers (AM65x device descriptions). */
static const struct {
    uint8_t processor;
    uint16_t device;
} ids[R5F_CORES] = {{TI_SCI_PROCESSOR_R5F0, TI_SCI_DEVICE_R5F0},
                    {TI_SCI_PROCESSOR_R5F1, TI_SCI_DEVICE_R5F1}};

static struct {
    bool owned;   /* the processor */
    bool powered; /* its device */
    bool loaded;
    bool started;
    uint32_t entry;
} cores[R5F_CORES];
static enum r5f_mode mode;                 /* since core 0 was loaded */
static struct r5f_image image;             /* that is being loaded */
static struct r5f_image loaded[R5F_CORES]; /* its segments, while it is */
static struct mutex lock = MUTEX_INIT;

/* ---- a step for each core that is meant ---- */

typedef int (*step_t)(unsigned core);

/* Core 1 is core 0's in lock-step. */
static unsigned last_of(unsigned core)
{
    return mode == R5F_LOCKSTEP ? R5F_CORES - 1 : core;
}

/* From the first core up: the way down in power. All are tried; the first error. */
static int upwards(unsigned core, step_t step)
{
    int first = 0;

    for (unsigned i = core; i <= last_of(core); i++) {
        int error = step(i);

        if (first == 0)
            first = error;
    }
    return first;
}

/* From the last core down, to the first error. */
static int downwards(unsigned core, step_t step)
{
    int error = 0;

    for (unsigned i = last_of(core) + 1; i > core && error == 0; i--)
        error = step(i - 1);
    return error;
}

/* ---- giving back ---- */

static int halt(unsigned core)
{
    return ti_sci_processor_control(ids[core].processor, TI_SCI_R5_HALT, 0);
}

/* After a refusal: whether the processor is another's by now (a recovery master's), or never was
 * ours since the request was lost. What changes nothing is granted to who has it. 0: so it is, and
 * noted; or the error that the refusal was. */
static int disown(unsigned core)
{
    int error = ti_sci_processor_control(ids[core].processor, 0, 0);

    if (error != -EACCES)
        return error == 0 ? -EACCES : error;
    cores[core].owned = false;
    return 0;
}

/* Another's core is left to it, but for our wish that it have power. */
static int hold(unsigned core)
{
    int error;

    if (!cores[core].powered || !cores[core].owned)
        return 0;
    error = halt(core);
    if (error == 0)
        return ti_sci_reset(ids[core].device, LOCAL_RESET);
    return error == -EACCES ? disown(core) : error;
}

static int power_off(unsigned core)
{
    int error = cores[core].powered ? ti_sci_device_put(ids[core].device) : 0;

    if (error == 0)
        cores[core].powered = false;
    return error;
}

static int release(unsigned core)
{
    int error = cores[core].owned ? ti_sci_processor_release(ids[core].processor) : 0;

    if (error == -EACCES)
        return disown(core);
    if (error == 0)
        cores[core].owned = false;
    return error;
}

/* A core that could not be held keeps its power, and stays ours. */
static int give_back(unsigned core)
{
    int error = upwards(core, hold);

    if (error == 0)
        error = upwards(core, power_off);
    if (error == 0)
        error = upwards(core, release);
    for (unsigned i = core; i <= last_of(core); i++)
        cores[i].loaded = cores[i].started = false;
    if (error != 0)
        log_error(r5f, "core %u: can't be given back now (error %d): held", core, error);
    return error;
}

static bool is_in_use(unsigned core)
{
    bool is = false;

    for (unsigned i = core; i <= last_of(core); i++)
        is |= cores[i].owned || cores[i].powered;
    return is;
}

/* ---- taking ---- */

static int own(unsigned core)
{
    int error;

    cores[core].owned = true;
    error = ti_sci_processor_request(ids[core].processor);
    if (error == -EACCES)
        cores[core].owned = false;
    return error;
}

/* Not one that another program has let go, a boot loader say. */
static int check_idle(unsigned core)
{
    struct r5f_state state;
    int error = r5f_get_state(core, &state);

    if (error == 0 && state.powered && !state.in_reset && !state.halted) {
        log_error(r5f, "core %u runs already, and not for us", core);
        error = -EBUSY;
    }
    return error;
}

/* Before it has power: what it samples, and that it fetches nothing. */
static int configure(unsigned core)
{
    const uint32_t cluster = core == 0 ? TI_SCI_R5_LOCKSTEP | TI_SCI_R5_THUMB : 0;
    int error = ti_sci_reset(ids[core].device, LOCAL_RESET);

    if (error == 0)
        error = halt(core);
    if (error == 0)
        error = ti_sci_processor_configure(ids[core].processor, 0, CONFIG, cluster);
    return error;
}

/* Both have been configured alike, as split ones: only so can core 1's be set. */
static int lock_together(void)
{
    struct ti_sci_processor_state state;
    int error = ti_sci_processor_get_state(ids[0].processor, &state);

    if (error != 0)
        return error;
    if ((state.status & TI_SCI_R5_LOCKSTEP_ALLOWED) == 0)
        return -ENOTSUP;
    return ti_sci_processor_configure(ids[0].processor, 0, TI_SCI_R5_LOCKSTEP, 0);
}

static int power_on(unsigned core)
{
    int error;

    cores[core].powered = true;
    error = ti_sci_device_get(ids[core].device);
    if (error == -EACCES)
        cores[core].powered = false;
    return error;
}

static int end_reset(unsigned core)
{
    return ti_sci_reset(ids[core].device, 0);
}

static int take(unsigned core)
{
    int error = downwards(core, own);

    if (error == 0)
        error = downwards(core, check_idle);
    if (error == 0)
        error = upwards(core, configure);
    if (error == 0 && mode == R5F_LOCKSTEP)
        error = lock_together();
    if (error == 0)
        error = downwards(core, power_on);
    if (error == 0)
        error = downwards(core, end_reset);
    return error;
}

/* ---- loading ---- */

static int write_image(unsigned core)
{
    int error = r5f_memory_clear_tcms(core);

    if (error != 0)
        log_error(r5f, "core %u: its TCMs can't be cleared", core);
    for (unsigned i = 0; i < image.count && error == 0; i++) {
        const struct r5f_segment *segment = &image.segments[i];

        error = r5f_memory_write(&segment->place, segment->bytes, segment->count, segment->size);
        if (error != 0)
            log_error(r5f, "core %u: 0x%x does not read back as written", core,
                      (unsigned)segment->address);
    }
    return error;
}

/* Whether a core may be loaded in that mode, with all that is in use. */
static int check_order(unsigned core, enum r5f_mode wanted)
{
    if (core >= R5F_CORES || (wanted == R5F_LOCKSTEP && core != 0))
        return -EINVAL;
    if (core == 1 && (!cores[0].loaded || mode != R5F_SPLIT))
        return -EINVAL;
    if (cores[core].started || (core == 0 && mode == R5F_SPLIT && cores[1].loaded))
        return -EBUSY;
    return 0;
}

/* What is left of before, of core 1 too when core 0 begins anew. */
static int give_back_rest(unsigned core)
{
    int error = core == 0 && mode == R5F_SPLIT && is_in_use(1) ? give_back(1) : 0;

    return error == 0 && is_in_use(core) ? give_back(core) : error;
}

static int load(unsigned core, enum r5f_mode wanted)
{
    int error = give_back_rest(core);

    if (error != 0)
        return error;
    if (core == 0)
        mode = wanted;
    error = take(core);
    if (error == 0)
        error = write_image(core);
    if (error == 0)
        error = ti_sci_processor_configure(ids[core].processor, image.entry, 0, 0);
    if (error != 0) {
        (void)give_back(core); /* tells, and is tried again */
        return error;
    }
    cores[core].loaded = true;
    cores[core].entry = image.entry;
    loaded[core] = image;
    return 0;
}

int r5f_load(unsigned core, enum r5f_mode wanted, const void *file, size_t size,
             bool (*is_free)(uint64_t start, uint64_t size), const char **problem)
{
    int error;

    *problem = NULL;
    error = mutex_lock(&lock);
    if (error != 0)
        return error;
    error = check_order(core, wanted);
    if (error == 0) {
        error = r5f_image_read(file, size, core, is_free, core == 1 ? &loaded[0] : NULL, &image);
        *problem = image.problem;
    }
    if (error == 0)
        error = load(core, wanted);
    mutex_unlock(&lock);
    return error;
}

/* ---- starting ---- */

/* Whether it was let go can be asked. */
static int run(unsigned core)
{
    struct ti_sci_processor_state state;
    int error = ti_sci_processor_control(ids[core].processor, 0, TI_SCI_R5_HALT);

    if (error != 0 && error != -EACCES &&
        ti_sci_processor_get_state(ids[core].processor, &state) == 0 &&
        (state.control & TI_SCI_R5_HALT) == 0)
        error = 0;
    return error;
}

int r5f_start(unsigned core)
{
    int error;

    if (core >= R5F_CORES)
        return -EINVAL;
    error = mutex_lock(&lock);
    if (error != 0)
        return error;
    if (!cores[core].loaded)
        error = -ENOENT;
    else if (cores[core].started)
        error = -EBUSY;
    else if ((error = downwards(core, run)) == 0)
        cores[core].started = true;
    else
        (void)give_back(core); /* tells, and is tried again */
    mutex_unlock(&lock);
    return error;
}

/* ---- stopping ---- */

/* The system firmware looks once each time, since it does nothing else while it waits. */
static int await_wfi(unsigned core)
{
    deadline_t deadline = deadline_after_us(WFI_WITHIN_US);

    for (;;) {
        bool is_over = deadline_passed(deadline);
        int error = ti_sci_processor_wait(ids[core].processor, TI_SCI_R5_WFI, 1, 1);

        if (error != -EAGAIN)
            return error;
        if (is_over)
            return -EBUSY;
        delay_us(WFI_EVERY_US);
    }
}

static int stop(unsigned core, bool at_once)
{
    int error;

    if (!is_in_use(core) || (core == 1 && mode == R5F_LOCKSTEP))
        return -ENOENT;
    if (core == 0 && mode == R5F_SPLIT && is_in_use(1))
        return -EBUSY;
    error = cores[core].started && !at_once ? await_wfi(core) : 0;
    return error == 0 ? give_back(core) : error;
}

int r5f_stop(unsigned core, bool at_once)
{
    int error;

    if (core >= R5F_CORES)
        return -EINVAL;
    error = mutex_lock(&lock);
    if (error != 0)
        return error;
    error = stop(core, at_once);
    mutex_unlock(&lock);
    return error;
}

/* ---- state ---- */

int r5f_get_state(unsigned core, struct r5f_state *state)
{
    struct ti_sci_device_state device;
    struct ti_sci_processor_state processor;
    unsigned of; /* whose program it runs */
    int error;

    if (core >= R5F_CORES)
        return -EINVAL;
    of = mode == R5F_LOCKSTEP && cores[0].loaded ? 0 : core;
    error = ti_sci_device_get_state(ids[core].device, &device);
    if (error == 0)
        error = ti_sci_processor_get_state(ids[core].processor, &processor);
    if (error != 0)
        return error;
    *state = (struct r5f_state){
        .powered = device.current == TI_SCI_DEVICE_ON,
        .in_reset = (device.resets & LOCAL_RESET) != 0,
        .halted = (processor.control & TI_SCI_R5_HALT) != 0,
        .waits = (processor.status & TI_SCI_R5_WFI) != 0,
        .lockstep = (processor.config & TI_SCI_R5_LOCKSTEP) != 0,
        .loaded = cores[of].loaded,
        .started = cores[of].started,
        .held = is_in_use(core) && !cores[of].loaded,
        .boot_vector = processor.boot_vector,
    };
    return 0;
}
