// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5Fs' loader on the models: what images it takes and refuses, where their bytes go, what the
 * cores do then; and each of its requests refused or lost, with nothing left of it.
 */
#include "drivers/r5f/image.h"
#include "drivers/r5f/r5f.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_processor.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHORT_US   1000u
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

#define DRAM       0xa0000000u
#define DRAM_SIZE  0x1000u

#define SRAM_FIRST 0x41000000u
#define SRAM_LAST  0x41c7ffffu

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

/* ---- memories: TCMs, SRAM and DRAM of the R5F ---- */

static uint8_t sram[SRAM_LAST + 1 - SRAM_FIRST], dram[DRAM_SIZE];
static uint32_t stuck;          /* a word of sram that takes no write */
static void (*meanwhile)(void); /* what others do while a file is read */

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
void __real_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
bool __real_r5f_memory_find(unsigned core, uint32_t address, uint32_t size, r5f_is_free_t is_free,
                            struct r5f_place *place);
bool __wrap_r5f_memory_find(unsigned core, uint32_t address, uint32_t size, r5f_is_free_t is_free,
                            struct r5f_place *place);

/* Device memory: whole words only, of a core that is out of reset if it is a TCM. */
static bool is_sram(uintptr_t address, unsigned size)
{
    if (address < SRAM_FIRST || address > SRAM_LAST)
        return false;
    assert_int_equal(size, 4);
    assert_int_equal(address % 4, 0);
    if (address < R5F_MSRAM)
        assert_true(am65x_processor(address >= SRAM_FIRST + R5F_CORE_BUS)->released);
    return true;
}

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    uint32_t word;

    if (!is_sram(address, size))
        return __real_host_mmio_read(address, size);
    memcpy(&word, &sram[address - SRAM_FIRST], sizeof(word));
    return word;
}

void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    if (!is_sram(address, size))
        __real_host_mmio_write(address, size, value);
    else if (address != stuck)
        memcpy(&sram[address - SRAM_FIRST], &word, sizeof(word));
}

/* DRAM is where the host can have it. */
bool __wrap_r5f_memory_find(unsigned core, uint32_t address, uint32_t size, r5f_is_free_t is_free,
                            struct r5f_place *place)
{
    bool found = __real_r5f_memory_find(core, address, size, is_free, place);

    if (meanwhile != NULL)
        meanwhile();
    if (found && place->is_dram)
        place->address = (uintptr_t)dram + (place->address - DRAM);
    return found;
}

static bool is_free(uint64_t start, uint64_t size)
{
    return start >= DRAM && start + size <= DRAM + DRAM_SIZE;
}

/* ---- images ---- */

struct header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, segments, sections, flags;
    uint16_t size, each, count, section_each, section_count, names;
};

struct segment {
    uint32_t type, offset, virtual, physical, in_file, in_ram, flags, align;
};

#define SEGMENTS 4u
#define APART    0x200u

static struct {
    struct header header;
    struct segment segments[SEGMENTS];
    uint8_t bytes[SEGMENTS][0x40];
} file;
_Static_assert(sizeof(struct header) == 52 && sizeof(struct segment) == 32, "ELF32");

/* One segment each in ATCM, BTCM, SRAM and DRAM; the first begins with the entry. */
static void make_file(void)
{
    static const uint32_t addresses[SEGMENTS] = {0, R5F_BTCM + 2, R5F_MSRAM + 0x101, DRAM + 0x10};

    memset(sram, 0xa5, sizeof(sram));
    memset(dram, 0xa5, sizeof(dram));
    stuck = 0;
    file.header = (struct header){
        .ident = {0x7f, 'E', 'L', 'F', 1, 1, 1},
        .type = 2,
        .machine = 40,
        .version = 1,
        .segments = offsetof(__typeof__(file), segments),
        .size = sizeof(struct header),
        .each = sizeof(struct segment),
        .count = SEGMENTS,
    };
    for (unsigned i = 0; i < SEGMENTS; i++) {
        file.segments[i] = (struct segment){
            .type = 1,
            .offset = (uint32_t)(offsetof(__typeof__(file), bytes) + i * sizeof(file.bytes[0])),
            .virtual = addresses[i],
            .physical = addresses[i],
            .in_file = sizeof(file.bytes[0]) - i,
            .in_ram = sizeof(file.bytes[0]) + 2,
            .flags = i == 0 ? 5 : 6,
        };
        for (unsigned byte = 0; byte < sizeof(file.bytes[0]); byte++)
            file.bytes[i][byte] = (uint8_t)(0x10 * i + byte + 1);
    }
}

static const char *problem;

/* What core 1 has beside core 0: in SRAM and DRAM, which both see. */
static void move_shared(uint32_t distance)
{
    file.segments[2].physical += distance;
    file.segments[3].physical += distance;
}

static int load(unsigned core, enum r5f_mode mode)
{
    int error;

    move_shared(core * APART);
    error = r5f_load(core, mode, &file, sizeof(file), is_free, &problem);
    move_shared(0u - core * APART);
    return error;
}

static int set_up(void **state)
{
    int error;

    (void)state;
    host_reset();
    make_file();
    error = ti_sci_init(&config);
    ti_sci_set_timeout_us(SHORT_US);
    return error;
}

/* Nothing is held from one test to the next. */
static int tear_down(void **state)
{
    (void)state;
    (void)r5f_stop(1, true);
    (void)r5f_stop(0, true);
    ti_sci_set_timeout_us(1000000);
    return 0;
}

static void check_nothing_is_left(void)
{
    for (unsigned core = 0; core < R5F_CORES; core++) {
        struct r5f_state now;

        assert_int_equal(r5f_stop(core, true), -ENOENT);
        assert_false(am65x_processor(core)->powered);
        assert_int_equal(r5f_get_state(core, &now), 0);
        assert_false(now.loaded || now.started || now.held);
        assert_false(now.powered);
        assert_int_equal(ti_sci_processor_release((uint8_t)(core + 1)), -EACCES); /* not ours */
    }
}

/* ---- what is loaded ---- */

static void check_bytes(const uint8_t *memory, unsigned segment)
{
    const struct segment *header = &file.segments[segment];

    assert_int_equal(memory[-1], 0xa5);
    assert_memory_equal(memory, file.bytes[segment], header->in_file);
    for (uint32_t i = header->in_file; i < header->in_ram; i++)
        assert_int_equal(memory[i], 0);
    assert_int_equal(memory[header->in_ram], 0xa5);
}

static void an_image_goes_where_the_core_looks_for_it(void **state)
{
    (void)state;
    assert_int_equal(load(0, R5F_SPLIT), 0);
    assert_null(problem);
    assert_memory_equal(sram, file.bytes[0], file.segments[0].in_file);
    assert_int_equal(sram[R5F_TCM_SIZE - 1], 0); /* the TCMs are written all over */
    assert_int_equal(sram[R5F_TCM_SIZE], 0xa5);
    assert_int_equal(sram[0x10001], 0);
    assert_memory_equal(&sram[0x10002], file.bytes[1], file.segments[1].in_file);
    assert_int_equal(sram[0x10000 + R5F_TCM_SIZE - 1], 0);
    check_bytes(&sram[R5F_MSRAM + 0x101 - SRAM_FIRST], 2);
    check_bytes(&dram[0x10], 3);
    assert_true(am65x_processor(0)->released && am65x_processor(0)->halted);
    assert_true(am65x_processor(0)->atcm && am65x_processor(0)->btcm);
    assert_true(am65x_processor(0)->atcm_at_zero && !am65x_processor(0)->lockstep);
    assert_int_equal(r5f_stop(0, false), 0);
    check_nothing_is_left();
}

static void core_1_has_tcms_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(load(0, R5F_SPLIT), 0);
    memset(sram, 0xa5, sizeof(sram));
    assert_int_equal(load(1, R5F_SPLIT), 0);
    assert_memory_equal(&sram[R5F_CORE_BUS], file.bytes[0], file.segments[0].in_file);
    assert_memory_equal(&sram[R5F_CORE_BUS + 0x10002], file.bytes[1], file.segments[1].in_file);
    assert_int_equal(sram[0], 0xa5);
    assert_int_equal(r5f_stop(1, false), 0);
    file.segments[0].physical = file.segments[0].virtual = file.header.entry = 0x41400000;
    assert_int_equal(load(1, R5F_SPLIT), 0); /* by the bus's name */
    file.segments[0].physical = file.segments[0].virtual = file.header.entry = 0x41000000;
    assert_int_equal(r5f_stop(1, false), 0);
    assert_int_equal(load(1, R5F_SPLIT), -ENOEXEC); /* that is core 0's */
    assert_int_equal(r5f_stop(0, false), 0);
    check_nothing_is_left();
}

static void memory_that_does_not_hold_is_noticed(void **state)
{
    (void)state;
    stuck = R5F_MSRAM + 0x110;
    assert_int_equal(load(0, R5F_LOCKSTEP), -EIO);
    assert_null(problem);
    check_nothing_is_left();
    stuck = 0;
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    assert_int_equal(r5f_stop(0, false), 0);
}

/* ---- what is refused ---- */

static void check_refused(int error)
{
    assert_int_equal(load(0, R5F_LOCKSTEP), error);
    assert_non_null(problem);
    check_nothing_is_left();
    make_file();
}

static void a_damaged_header_is_refused(void **state)
{
    static const struct {
        uint8_t offset, value;
    } damages[] = {{0, 0},  {3, 'f'}, {4, 2},    {5, 2},  {6, 0},    {16, 3},  {17, 1},   {18, 183},
                   {20, 2}, {42, 31}, {28, 255}, {29, 2}, {31, 255}, {44, 13}, {45, 255}, {44, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        ((uint8_t *)&file)[damages[i].offset] = damages[i].value;
        check_refused(-ENOEXEC);
    }
    for (size_t size = 0; size < sizeof(struct header); size++) {
        assert_int_equal(r5f_load(0, R5F_LOCKSTEP, &file, size, is_free, &problem), -ENOEXEC);
        assert_non_null(problem);
    }
    check_nothing_is_left();
}

static void move_program_headers(void)
{
    file.header.segments = 0x10000000;
    file.header.count = UINT16_MAX;
}

/* Its memory may be any, also one that the other core's program writes to. */
static void a_header_that_changes_once_it_is_checked_leads_nowhere(void **state)
{
    (void)state;
    meanwhile = move_program_headers;
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    meanwhile = NULL;
    assert_int_equal(r5f_stop(0, false), 0);
    check_refused(-ENOEXEC);
}

static void a_segment_has_to_be_in_the_file(void **state)
{
    (void)state;
    file.segments[2].offset = sizeof(file) - file.segments[2].in_file + 1;
    check_refused(-ENOEXEC);
    file.segments[2].offset = UINT32_MAX;
    check_refused(-ENOEXEC);
    file.segments[2].in_file = UINT32_MAX;
    check_refused(-ENOEXEC);
    file.segments[2].in_ram = file.segments[2].in_file - 1;
    check_refused(-ENOEXEC);
}

static void a_segment_has_to_be_in_memory_of_the_core(void **state)
{
    static const struct {
        uint32_t address, size;
    } wrong[] = {
        {R5F_TCM_SIZE, 0x42},        {R5F_TCM_SIZE - 0x41, 0x42}, {0xfffff000, 0x1042},
        {0x42000000, 0x42},          {0x41400000, 0x42},          {0x41410000, 0x42},
        {R5F_MSRAM + 0x7ffc0, 0x42}, {R5F_MSRAM - 1, 0x42},       {DRAM - 1, 0x42},
        {DRAM, DRAM_SIZE + 1},       {0x7fffffff, 0x42},          {0xffffffc0, 0x42},
        {DRAM, UINT32_MAX},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        file.segments[2].physical = wrong[i].address;
        file.segments[2].in_ram = wrong[i].size;
        check_refused(-EFAULT);
    }
}

static void segments_do_not_overlap(void **state)
{
    (void)state;
    file.segments[2].physical = 0x20;
    check_refused(-EFAULT);
    file.segments[2].physical = 0x41000041; /* the same, by another name */
    check_refused(-EFAULT);
    file.segments[2].physical = DRAM + 0x51;
    check_refused(-EFAULT);
    file.segments[2].physical = DRAM + 0x52;
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    assert_int_equal(r5f_stop(0, false), 0);
}

static void an_image_does_not_overwrite_its_file(void **state)
{
    (void)state;
    memcpy(&dram[0x100], &file, sizeof(file));
    file.segments[3].physical = DRAM + 0x100 - 0x41;
    memcpy(&dram[0x100], &file, sizeof(file));
    assert_int_equal(r5f_load(0, R5F_LOCKSTEP, &dram[0x100], sizeof(file), is_free, &problem),
                     -EFAULT);
    file.segments[3].physical = DRAM + 0x100 - 0x42;
    memcpy(&dram[0x101], &file, sizeof(file)); /* at any address */
    assert_int_equal(r5f_load(0, R5F_LOCKSTEP, &dram[0x101], sizeof(file), is_free, &problem), 0);
    assert_int_equal(r5f_stop(0, false), 0);
}

static void the_entry_has_to_be_loaded_code(void **state)
{
    static const uint32_t wrong[] = {2, 1, 0x40, R5F_MSRAM + 0x104, 0x60000000, 0xfffffffc};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        file.header.entry = wrong[i];
        check_refused(-ENOEXEC);
    }
    file.segments[0].flags = 6;
    check_refused(-ENOEXEC);
    file.segments[0].type = 6;
    check_refused(-ENOEXEC);
    file.header.entry = 0x41000010; /* the same memory */
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    assert_int_equal(r5f_stop(0, false), 0);
}

static void there_are_not_too_many_segments(void **state)
{
    static struct {
        struct header header;
        struct segment segments[R5F_SEGMENTS_MAX + 1];
        uint32_t code;
    } many;

    (void)state;
    many.header = file.header;
    many.header.count = R5F_SEGMENTS_MAX + 1;
    for (unsigned i = 0; i <= R5F_SEGMENTS_MAX; i++)
        many.segments[i] = (struct segment){.type = 1,
                                            .offset = offsetof(__typeof__(many), code),
                                            .physical = 4 * i,
                                            .in_file = 4,
                                            .in_ram = 4,
                                            .flags = 5};
    assert_int_equal(r5f_load(0, R5F_LOCKSTEP, &many, sizeof(many), is_free, &problem), -E2BIG);
    many.segments[7].in_ram = 0; /* nothing to be loaded */
    many.segments[7].in_file = 0;
    assert_int_equal(r5f_load(0, R5F_LOCKSTEP, &many, sizeof(many), is_free, &problem), 0);
    assert_int_equal(r5f_stop(0, false), 0);
}

/* ---- starting and stopping ---- */

static void in_lockstep_both_are_one(void **state)
{
    struct r5f_state now;

    (void)state;
    assert_int_equal(r5f_start(0), -ENOENT);
    assert_int_equal(load(1, R5F_LOCKSTEP), -EINVAL);
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    assert_true(am65x_processor(0)->lockstep && am65x_processor(1)->lockstep);
    assert_true(am65x_processor(1)->released && am65x_processor(1)->halted);
    assert_int_equal(load(1, R5F_SPLIT), -EINVAL);
    assert_int_equal(r5f_start(1), -ENOENT);
    assert_int_equal(r5f_stop(1, false), -ENOENT);
    file.header.entry = 0x20;
    assert_int_equal(load(0, R5F_LOCKSTEP), 0); /* again, before it was started */
    assert_int_equal(r5f_start(0), 0);
    assert_int_equal(r5f_start(0), -EBUSY);
    assert_int_equal(load(0, R5F_LOCKSTEP), -EBUSY);
    assert_false(am65x_processor(0)->halted || am65x_processor(1)->halted);
    assert_int_equal(am65x_processor(0)->boot_vector, 0x20);
    assert_int_equal(r5f_get_state(1, &now), 0);
    assert_true(now.powered && !now.held);
    assert_int_equal(r5f_get_state(0, &now), 0);
    assert_true(now.loaded && now.started && now.waits && now.lockstep && !now.held);
    assert_int_equal(r5f_stop(0, false), 0);
    check_nothing_is_left();
    assert_int_equal(r5f_load(2, R5F_SPLIT, &file, sizeof(file), is_free, &problem), -EINVAL);
    assert_int_equal(r5f_start(2), -EINVAL);
    assert_int_equal(r5f_stop(2, false), -EINVAL);
    assert_int_equal(r5f_get_state(2, &now), -EINVAL);
}

static void core_1_is_loaded_beside_core_0(void **state)
{
    (void)state;
    assert_int_equal(load(0, R5F_SPLIT), 0);
    assert_int_equal(r5f_start(0), 0);
    for (unsigned shared = 2; shared < SEGMENTS; shared++) {
        uint32_t own = file.segments[5 - shared].physical;

        file.segments[5 - shared].physical += APART;
        assert_int_equal(r5f_load(1, R5F_SPLIT, &file, sizeof(file), is_free, &problem), -EFAULT);
        assert_non_null(problem);
        file.segments[5 - shared].physical = own;
    }
    assert_false(am65x_processor(1)->powered);
    assert_int_equal(load(1, R5F_SPLIT), 0);
    assert_int_equal(r5f_stop(1, false), 0);
    assert_int_equal(r5f_stop(0, false), 0);
    check_nothing_is_left();
}

static void split_core_1_comes_after_core_0_and_goes_before_it(void **state)
{
    (void)state;
    assert_int_equal(load(1, R5F_SPLIT), -EINVAL);
    assert_int_equal(load(0, R5F_SPLIT), 0);
    assert_false(am65x_processor(1)->powered);
    assert_int_equal(r5f_start(0), 0);
    assert_int_equal(load(1, R5F_SPLIT), 0);
    assert_int_equal(r5f_stop(0, true), -EBUSY);
    assert_int_equal(r5f_start(1), 0);
    assert_false(am65x_processor(1)->halted || am65x_processor(1)->lockstep);
    assert_int_equal(r5f_stop(1, false), 0);
    assert_true(am65x_processor(0)->released);
    assert_int_equal(r5f_stop(0, false), 0);
    check_nothing_is_left();
}

static void a_core_that_is_busy_is_not_stopped(void **state)
{
    struct r5f_state now;

    (void)state;
    assert_int_equal(load(0, R5F_LOCKSTEP), 0);
    assert_int_equal(r5f_start(0), 0);
    am65x_processor_waits(0, false);
    assert_int_equal(r5f_stop(0, false), -EBUSY);
    assert_int_equal(r5f_get_state(0, &now), 0);
    assert_true(now.started && !now.waits && !now.halted && !now.held);
    assert_int_equal(r5f_stop(0, true), 0);
    check_nothing_is_left();
}

static void a_start_whose_answer_is_lost_is_found_out(void **state)
{
    (void)state;
    for (unsigned spare = 0; spare < R5F_CORES; spare++) {
        assert_int_equal(load(0, R5F_LOCKSTEP), 0);
        assert_true(am65x_inject_after(AM65X_FAULT_SCI_DROP, 0, spare, 1));
        assert_int_equal(r5f_start(0), 0);
        assert_false(am65x_processor(0)->halted || am65x_processor(1)->halted);
        assert_int_equal(r5f_stop(0, false), 0);
        assert_int_equal(load(0, R5F_LOCKSTEP), 0);
        assert_true(am65x_inject_after(AM65X_FAULT_SCI_LOST, 0, spare, 1));
        assert_int_equal(r5f_start(0), -ETIMEDOUT);
        check_nothing_is_left();
        assert_int_equal(r5f_start(0), -ENOENT);
    }
}

static void what_another_has_started_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(ti_sci_processor_request(1), 0); /* as U-Boot leaves it */
    assert_int_equal(ti_sci_device_get(159), 0);
    assert_int_equal(ti_sci_processor_release(1), 0);
    assert_false(am65x_processor(0)->halted);
    assert_int_equal(load(0, R5F_LOCKSTEP), -EBUSY);
    assert_true(am65x_processor(0)->released && !am65x_processor(0)->halted);
    assert_int_equal(ti_sci_processor_release(1), -EACCES);
    assert_int_equal(ti_sci_device_put(159), 0);
}

/* ---- faults ---- */

static int live(void)
{
    int error = load(0, R5F_LOCKSTEP);

    if (error == 0)
        error = r5f_start(0);
    if (error == 0)
        error = r5f_stop(0, false);
    return error;
}

static int live_split(void)
{
    int error = load(0, R5F_SPLIT);

    if (error == 0)
        error = load(1, R5F_SPLIT);
    if (error == 0)
        error = r5f_start(0);
    if (error == 0)
        error = r5f_start(1);
    if (error == 0)
        error = r5f_stop(1, false);
    if (error == 0)
        error = r5f_stop(0, false);
    return error;
}

/* The n-th answer is spoilt, for all n; and the one behind it, which undoes. */
static void sweep(enum am65x_fault fault, uint32_t count, int (*life)(void))
{
    for (uint32_t spare = 0;; spare++) {
        uint64_t before = am65x_counter(AM65X_COUNT_FAULTS);
        int error;

        assert_true(spare < 100);
        assert_true(am65x_inject_after(fault, 0, spare, count));
        error = life();
        if (am65x_counter(AM65X_COUNT_FAULTS) == before) {
            assert_int_equal(error, 0);
            assert_true(am65x_inject(fault, 0, 0));
            assert_true(spare > 10);
            break;
        }
        assert_true(am65x_inject(fault, 0, 0));
        for (unsigned core = R5F_CORES; core-- != 0;) {
            int stopped = r5f_stop(core, true);
            assert_true(stopped == 0 || stopped == -ENOENT);
        }
        check_nothing_is_left();
        assert_int_equal(life(), 0);
        check_nothing_is_left();
    }
}

static void whatever_is_refused_nothing_is_left(void **state)
{
    (void)state;
    sweep(AM65X_FAULT_SCI_NAK, 1, live);
    sweep(AM65X_FAULT_SCI_NAK, 1, live_split);
}

static void whatever_request_is_lost_nothing_is_left(void **state)
{
    (void)state;
    sweep(AM65X_FAULT_SCI_LOST, 1, live);
    sweep(AM65X_FAULT_SCI_LOST, 2, live);
    sweep(AM65X_FAULT_SCI_LOST, 1, live_split);
    sweep(AM65X_FAULT_SCI_LOST, 3, live_split);
}

static void whatever_answer_is_lost_nothing_is_left(void **state)
{
    (void)state;
    sweep(AM65X_FAULT_SCI_DROP, 1, live);
    sweep(AM65X_FAULT_SCI_DROP, 2, live);
    sweep(AM65X_FAULT_SCI_DROP, 1, live_split);
    sweep(AM65X_FAULT_SCI_DROP, 3, live_split);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_image_goes_where_the_core_looks_for_it),
        TEST(core_1_has_tcms_of_its_own),
        TEST(memory_that_does_not_hold_is_noticed),
        TEST(a_damaged_header_is_refused),
        TEST(a_header_that_changes_once_it_is_checked_leads_nowhere),
        TEST(a_segment_has_to_be_in_the_file),
        TEST(a_segment_has_to_be_in_memory_of_the_core),
        TEST(segments_do_not_overlap),
        TEST(an_image_does_not_overwrite_its_file),
        TEST(the_entry_has_to_be_loaded_code),
        TEST(there_are_not_too_many_segments),
        TEST(in_lockstep_both_are_one),
        TEST(core_1_is_loaded_beside_core_0),
        TEST(split_core_1_comes_after_core_0_and_goes_before_it),
        TEST(a_core_that_is_busy_is_not_stopped),
        TEST(a_start_whose_answer_is_lost_is_found_out),
        TEST(what_another_has_started_is_left_alone),
        TEST(whatever_is_refused_nothing_is_left),
        TEST(whatever_request_is_lost_nothing_is_left),
        TEST(whatever_answer_is_lost_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
