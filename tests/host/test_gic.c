// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GICv3 driver against registers that the test makes up (Arm IHI 0069, 12.2, 12.9, 12.11): what
 * no board has, or only a broken one. Sizes that can't be, frames that reach too far, a write that
 * stays pending for ever, an access that is ignored.
 *
 * The driver is compiled into this file, with its register accesses going to the arrays below. An
 * access outside of them fails the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

/* Before anything includes arch/mmio.h. */
#define host_mmio_read  gic_mmio_read
#define host_mmio_write gic_mmio_write

#include "arch/mmio.h"
#include "drivers/gic/icc.h"

static uint64_t icc_model_read(const char *name);
static void icc_model_write(const char *name, uint64_t value);
#undef icc_read
#undef icc_write
#define icc_read(name)         icc_model_read(name)
#define icc_write(name, value) icc_model_write(name, value)

/* gic_wait.c's memory. */
static void *failing_alloc(size_t alignment, size_t size);
#define aligned_alloc failing_alloc

/* For SGIs: cores 4 and up have numbers that fill each field. */
#include "arch/core.h"
static uint64_t any_affinity(unsigned core)
{
    return core < 4 ? core_affinity(core) : UINT64_C(0xa5003c96c7) + core - 4;
}
#define core_affinity any_affinity
#include "drivers/gic/gic_cpu_interface.c"
#undef core_affinity

#include "drivers/gic/gic_distributor.c"
#include "drivers/gic/gic_interrupt.c"
#include "drivers/gic/gic_redistributor.c"
#include "drivers/gic/gic_wait.c"

/* Three of them have some of these. */
#define saved lpi_saved
#include "drivers/gic/lpi.c"
#undef saved
#define frame_of        suspend_frame_of
#define wait_for_writes suspend_wait_for_writes
#include "drivers/gic/gic_suspend.c"
#undef frame_of
#undef wait_for_writes

#undef aligned_alloc

#include "arch/core.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <stdbool.h>
#include <string.h>

#define GICD          UINT64_C(0x01800000)
#define GICR          UINT64_C(0x01880000)
#define FRAMES_LIMIT  40u /* of 64 KiB, that the test has for redistributors */
#define READ_NS       1000000u
#define ICC_REGISTERS 12u
#define PPI           26u
#define SPI           40u

/* ---- the machine ---- */

static struct {
    uint32_t distributor[GICR_FRAME / 4], redistributors[FRAMES_LIMIT][GICR_FRAME / 4];
    unsigned frames;         /* of the region */
    unsigned pending_writes; /* after so many writes to GICD_CTLR, RWP stays set; 0: never */
    bool redistributor_pending, asleep, lpis_stay, fixed_trigger,
        deaf; /* deaf: BASERs ignore writes */
    bool non_shareable;
    uint32_t lines; /* of each 32 inputs, those that are up: levels are pending for them, too */
    unsigned control_writes, accesses;
    uintptr_t last_read, last_written;
    uint32_t last_value;
} fake;

static struct {
    struct {
        const char *name;
        uint64_t value;
        unsigned writes;
    } registers[ICC_REGISTERS];
    bool no_system_registers;
} icc;

static unsigned allocations, failing_allocation;

/* The host's machine resets stand-ins of the GIC and the ITS, of which this test is the first. */
void gic_host_reset(void)
{
}

void its_host_reset(void)
{
}

static size_t allocated;

static void *failing_alloc(size_t alignment, size_t size)
{
    allocated = size;
    return ++allocations == failing_allocation ? NULL : aligned_alloc(alignment, size);
}

static uint64_t *icc_find(const char *name, unsigned **writes)
{
    for (unsigned i = 0; i < ICC_REGISTERS; i++) {
        if (icc.registers[i].name == NULL)
            icc.registers[i].name = name;
        if (strcmp(icc.registers[i].name, name) == 0) {
            *writes = &icc.registers[i].writes;
            return &icc.registers[i].value;
        }
    }
    fail_msg("too many registers");
    return NULL;
}

static uint64_t icc_model_read(const char *name)
{
    unsigned *writes;

    return *icc_find(name, &writes);
}

static void icc_model_write(const char *name, uint64_t value)
{
    unsigned *writes;
    uint64_t *place = icc_find(name, &writes);

    ++*writes;
    if (!icc.no_system_registers)
        *place = value;
}

static unsigned icc_writes(const char *name)
{
    unsigned *writes;

    (void)icc_find(name, &writes);
    return *writes;
}

/* The word at an address; fails outside of the GIC. */
static uint32_t *word_at(uintptr_t address)
{
    assert_int_equal(address % 4, 0);
    if (address - GICD < GICR_FRAME)
        return &fake.distributor[(address - GICD) / 4];
    if (address < GICR || (address - GICR) / GICR_FRAME >= fake.frames)
        fail_msg("access at 0x%lx, out of the GIC", (unsigned long)address);
    return &fake.redistributors[(address - GICR) / GICR_FRAME][(address - GICR) % GICR_FRAME / 4];
}

static bool is_register(uintptr_t address, uintptr_t offset)
{
    return address >= GICR && (address - GICR) % GICR_FRAME == offset;
}

/* Bits of a register that say "not yet", and stay so. */
static uint64_t busy_bits(uintptr_t address)
{
    if (address == GICD + GICD_CTLR && fake.pending_writes != 0 &&
        fake.control_writes >= fake.pending_writes)
        return GICD_CTLR_RWP;
    if (is_register(address, GICR_CTLR) && fake.redistributor_pending)
        return GICR_CTLR_RWP;
    if (is_register(address, GICR_WAKER) && fake.asleep)
        return GICR_WAKER_CHILDREN_ASLEEP;
    return 0;
}

/* Of the 32 interrupts of a word of ISPENDR or ICPENDR, those that are pending for their lines. */
static uint32_t pending_lines(uintptr_t address)
{
    uintptr_t offset = address % GICR_FRAME;
    uint32_t levels = 0;

    if (fake.lines == 0 || offset < GIC_ISPENDR || offset >= GIC_ISACTIVER)
        return 0;
    for (unsigned n = 0; n < 32; n++) {
        uintptr_t config = address - offset + GIC_ICFGR + 2 * (offset % 0x80) + n / 16 * 4;

        if ((*word_at(config) >> 2 * (n % 16) & GIC_ICFGR_EDGE) == 0)
            levels |= UINT32_C(1) << n;
    }
    return levels & fake.lines;
}

uint64_t gic_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value = *word_at(address & ~(uintptr_t)3) >> (8 * (address % 4));

    fake.accesses++;
    fake.last_read = address;
    if (size == 8)
        value |= (uint64_t)*word_at(address + 4) << 32;
    if (busy_bits(address) != 0)
        host_tick(READ_NS); /* nothing happens, but time passes */
    return value | busy_bits(address) | pending_lines(address);
}

/* Set and clear registers are pairs, of which both read the same. */
static void write_pair(uintptr_t address, uint32_t value, uintptr_t set, uintptr_t clear)
{
    uintptr_t frame = address & ~(uintptr_t)(GICR_FRAME - 1), offset = address - frame;

    if (offset >= set && offset < set + 0x80) {
        *word_at(address) |= value;
        *word_at(address + clear - set) |= value;
    } else if (offset >= clear && offset < clear + 0x80) {
        *word_at(address) &= ~value;
        *word_at(address + set - clear) &= ~value;
    }
}

static bool is_pair(uintptr_t address)
{
    uintptr_t offset = address % GICR_FRAME;

    return offset >= GIC_ISENABLER && offset < GIC_IPRIORITYR;
}

void gic_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    uint32_t *word = word_at(address & ~(uintptr_t)3);

    fake.accesses++;
    fake.last_written = address;
    fake.last_value = (uint32_t)value;
    if (address == GICD + GICD_CTLR)
        fake.control_writes++;
    if (is_register(address, GICR_WAKER))
        value &= ~(uint64_t)GICR_WAKER_CHILDREN_ASLEEP; /* read-only */
    if (is_register(address, GICR_CTLR))
        value &= ~(uint64_t)GICR_CTLR_RWP; /* read-only */
    if (fake.lpis_stay && is_register(address, GICR_CTLR))
        value |= GICR_CTLR_ENABLE_LPIS;
    if (fake.fixed_trigger && is_register(address, GIC_ICFGR + 4))
        return;
    if (fake.deaf && size == 8)
        return;
    if (fake.non_shareable && size == 8)
        value &= ~GICR_BASER_SHAREABILITY(UINT64_C(3));
    if (is_pair(address)) {
        write_pair(address, (uint32_t)value, GIC_ISENABLER, GIC_ICENABLER);
        write_pair(address, (uint32_t)value, GIC_ISPENDR, GIC_ICPENDR);
        write_pair(address, (uint32_t)value, GIC_ISACTIVER, GIC_ICACTIVER);
        return;
    }
    if (size == 1) {
        unsigned shift = 8 * (address % 4);

        *word = (*word & ~(0xffu << shift)) | (uint32_t)value << shift;
        return;
    }
    *word = (uint32_t)value;
    if (size == 8)
        *word_at(address + 4) = (uint32_t)(value >> 32);
}

static void set_typer(unsigned frame, uint64_t typer)
{
    fake.redistributors[frame][GICR_TYPER / 4] = (uint32_t)typer;
    fake.redistributors[frame][GICR_TYPER / 4 + 1] = (uint32_t)(typer >> 32);
    fake.redistributors[frame][GICR_PIDR2 / 4] = 0x30;
}

/* GICR_TYPER of the core with that number: its affinity, and what else. */
static uint64_t typer_of(unsigned core, uint64_t bits)
{
    return core_affinity(core) << 32 | GICR_TYPER_PLPIS | bits;
}

#define IT_LINES(n) ((uint32_t)(n))
#define NUM_LPIS(n) ((uint32_t)(n) << 11)
#define ID_BITS(n)  ((uint32_t)((n)-1u) << 19)
#define SPI_LIMIT   256u
#define TYPER       (IT_LINES(SPI_LIMIT / 32 - 1) | GICD_TYPER_LPIS | ID_BITS(16))

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&fake, 0, sizeof(fake));
    memset(&icc, 0, sizeof(icc));
    icc_model_write(ICC_CTLR_EL1, UINT64_C(4) << 8 | ICC_CTLR_CBPR | ICC_CTLR_EOIMODE);
    allocations = failing_allocation = 0;
    memset(&distributor, 0, sizeof(distributor));
    memset(of_core, 0, sizeof(of_core));
    fake.distributor[GICD_TYPER / 4] = TYPER;
    fake.distributor[GICD_PIDR2 / 4] = 0x30;
    fake.frames = 8;
    for (unsigned core = 0; core < 4; core++)
        set_typer(2 * core, typer_of(core, core == 3 ? GICR_TYPER_LAST : 0));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free_tables();
    memset(&lpis, 0, sizeof(lpis));
    return 0;
}

static int init(void)
{
    return gic_init(GICD, GICR, fake.frames * GICR_FRAME_SIZE);
}

static void init_core(unsigned core)
{
    host_thread.core = core;
    assert_int_equal(gic_core_init(), 0);
    host_thread.core = 0;
}

/* ---- the distributor ---- */

static void spis_start_disabled_and_routed_to_the_boot_core(void **state)
{
    struct gic_facts facts;

    (void)state;
    memset(&fake.distributor[GIC_ISENABLER / 4], 0xff, 0x80);
    memset(&fake.distributor[GIC_ICENABLER / 4], 0xff, 0x80);
    assert_int_equal(init(), 0);
    gic_get_facts(&facts);
    assert_int_equal(gic_intid_limit(), SPI_LIMIT);
    assert_int_equal(facts.spi_count, SPI_LIMIT - 32);
    assert_int_equal(facts.intid_bits, 16);
    assert_int_equal(gic_lpi_announced_limit(), 1u << 16);
    assert_int_equal(fake.distributor[GICD_CTLR / 4], GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP1A);
    for (unsigned intid = 32; intid < SPI_LIMIT; intid++) {
        assert_false(gic_is_enabled(intid));
        assert_int_equal(mmio_read64(GICD + GICD_IROUTER(intid)), core_affinity(0));
        assert_int_equal(mmio_read8(GICD + GIC_IPRIORITYR + intid), GIC_PRIORITY_DEFAULT);
    }
}

static void what_is_no_gicv3_is_refused(void **state)
{
    static const uint32_t others[] = {0, 0x20, 0x10, 0xffffffff};

    (void)state;
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        fake.distributor[GICD_PIDR2 / 4] = others[i];
        assert_int_equal(init(), -ENODEV);
        assert_int_equal(fake.control_writes, 0);
    }
    fake.distributor[GICD_PIDR2 / 4] = 0x40;
    assert_int_equal(init(), 0);
}

/* Every value that the two fields can have, with and without LPIs. */
static void widths_that_cannot_be_are_refused_before_they_are_used(void **state)
{
    unsigned taken = 0;

    (void)state;
    for (unsigned bits = 1; bits <= 32; bits++)
        for (unsigned number = 0; number < 32; number++) {
            uint64_t count = number != 0 ? UINT64_C(2) << number : (UINT64_C(1) << bits) - 8192;
            bool fits = bits <= 24 && (number == 0 || 8192 + count <= UINT64_C(1) << bits);

            fake.distributor[GICD_TYPER / 4] =
                IT_LINES(7) | GICD_TYPER_LPIS | NUM_LPIS(number) | ID_BITS(bits);
            assert_int_equal(init(), fits ? 0 : -ERANGE);
            if (!fits)
                continue;
            taken++;
            assert_int_equal(gic_lpi_announced_limit(),
                             number != 0 ? 8192 + count : UINT64_C(1) << bits);
            assert_int_equal(gic_lpi_init(), bits < 14 ? -ENODEV : 0);
            assert_true(gic_lpi_limit() <= 1u << 16);
            free_tables();
            lpis.limit = 0;
        }
    assert_true(taken > 24);
    fake.distributor[GICD_TYPER / 4] = IT_LINES(7) | ID_BITS(16);
    assert_int_equal(init(), 0);
    assert_int_equal(gic_lpi_announced_limit(), 0);
    assert_int_equal(gic_lpi_init(), -ENODEV);
    fake.distributor[GICD_TYPER / 4] = UINT32_MAX; /* no power there */
    assert_int_equal(init(), -ERANGE);
}

static void the_number_of_spis_ends_before_the_special_intids(void **state)
{
    (void)state;
    fake.distributor[GICD_TYPER / 4] = IT_LINES(31) | ID_BITS(10);
    assert_int_equal(init(), 0);
    assert_int_equal(gic_intid_limit(), GIC_INTID_SPECIAL);
    fake.distributor[GICD_TYPER / 4] = ID_BITS(10);
    assert_int_equal(init(), 0);
    assert_int_equal(gic_intid_limit(), GIC_INTID_SPI_FIRST);
    assert_int_equal(gic_enable(32), -EINVAL);
}

static void a_distributor_that_stays_busy_is_given_up_at_each_step(void **state)
{
    (void)state;
    for (unsigned write = 1; write <= 3; write++) {
        fake.control_writes = 0;
        fake.pending_writes = write;
        assert_int_equal(init(), -ETIMEDOUT);
        assert_int_equal(fake.control_writes, write);
        assert_int_equal(gic_distributor_base(), 0);
    }
    fake.pending_writes = 0;
    assert_int_equal(init(), 0);
}

/* ---- redistributors ---- */

static void redistributors_are_found_up_to_the_last(void **state)
{
    (void)state;
    assert_int_equal(init(), 0);
    assert_int_equal(gic_redistributor_count(), 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(gic_redistributor_affinity(i), core_affinity(i));
        assert_int_equal(gic_redistributor_address(i), GICR + 2 * i * GICR_FRAME);
    }
    assert_int_equal(gic_redistributor_affinity(4), UINT64_MAX);
    assert_int_equal(gic_redistributor_address(4), 0);
    set_typer(0, UINT64_C(0x80010203) << 32 | GICR_TYPER_LAST);
    assert_int_equal(init(), 0);
    assert_int_equal(gic_redistributor_count(), 1);
    assert_int_equal(gic_redistributor_affinity(0), UINT64_C(0x8000010203)); /* Aff3 at 39:32 */
}

/* The walk ends where the region does, whatever its size, and never looks behind it. */
static void the_walk_stays_in_its_region_whatever_its_size(void **state)
{
    (void)state;
    set_typer(6, typer_of(3, 0)); /* no last one */
    for (uintptr_t size = 0; size <= fake.frames * GICR_FRAME_SIZE; size += 0x8000) {
        unsigned whole = (unsigned)(size / (2 * GICR_FRAME));

        assert_int_equal(gic_init(GICD, GICR, size), whole != 0 ? 0 : -ENODEV);
        assert_int_equal(gic_redistributor_count(), whole);
    }
}

static void four_frames_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    set_typer(0, typer_of(0, GICR_TYPER_VLPIS));
    set_typer(4, typer_of(1, GICR_TYPER_VLPIS));
    assert_int_equal(init(), 0);
    assert_int_equal(gic_redistributor_count(), 2);
    assert_int_equal(gic_redistributor_address(1), GICR + 4 * GICR_FRAME);
    for (fake.frames = 6; fake.frames < 8; fake.frames++) {
        assert_int_equal(init(), -ERANGE);
        assert_int_equal(gic_redistributor_count(), 0);
    }
    fake.frames = 2;
    assert_int_equal(init(), -ERANGE);
}

static void a_region_past_the_end_of_addresses_is_refused(void **state)
{
    unsigned before;

    (void)state;
    before = fake.accesses;
    assert_int_equal(gic_init(GICD, GICR, UINTPTR_MAX), -ERANGE);
    assert_true(fake.accesses <= before + 3); /* the distributor's facts */
}

static void the_walk_ends_at_what_is_no_redistributor(void **state)
{
    (void)state;
    fake.redistributors[4][GICR_PIDR2 / 4] = 0;
    assert_int_equal(init(), 0);
    assert_int_equal(gic_redistributor_count(), 2);
    fake.redistributors[0][GICR_PIDR2 / 4] = UINT32_MAX;
    assert_int_equal(init(), -ENODEV);
    fake.redistributors[0][GICR_PIDR2 / 4] = 0x40;
    assert_int_equal(init(), 0);
}

static void more_redistributors_than_cores_are_left_out(void **state)
{
    bool left_out;

    (void)state;
    fake.frames = 2 * (CORE_MAX + 2);
    for (unsigned i = 0; i < CORE_MAX + 2; i++)
        set_typer(2 * i, typer_of(i, 0));
    assert_int_equal(init(), 0);
    assert_int_equal(gic_redistributor_count(), CORE_MAX);
    assert_int_equal(gic_redistributors_find(GICR, 2 * CORE_MAX * GICR_FRAME_SIZE, &left_out), 0);
    assert_false(left_out);
    assert_int_equal(gic_redistributors_find(GICR, fake.frames * GICR_FRAME_SIZE, &left_out), 0);
    assert_true(left_out);
    set_typer(2 * (CORE_MAX - 1), typer_of(CORE_MAX - 1, GICR_TYPER_LAST));
    assert_int_equal(gic_redistributors_find(GICR, fake.frames * GICR_FRAME_SIZE, &left_out), 0);
    assert_false(left_out);
}

/* ---- a core's part ---- */

static void a_core_wakes_its_redistributor_and_enables_its_interface(void **state)
{
    (void)state;
    assert_int_equal(init(), 0);
    fake.redistributors[4][GICR_WAKER / 4] = GICR_WAKER_PROCESSOR_SLEEP;
    fake.redistributors[5][GIC_ISENABLER / 4] = UINT32_MAX;
    assert_int_equal(gic_redistributor_base(2), 0);
    icc_model_write(ICC_BPR1_EL1, 3);
    init_core(2);
    assert_int_equal(icc_model_read(ICC_BPR1_EL1), 0);
    assert_int_equal(gic_redistributor_base(2), GICR + 4 * GICR_FRAME);
    assert_int_equal(gic_redistributor_typer(2) >> 32, core_affinity(2));
    assert_int_equal(fake.redistributors[4][GICR_WAKER / 4], 0);
    assert_int_equal(fake.redistributors[5][GIC_ISENABLER / 4], 0);
    assert_int_equal(icc_model_read(ICC_SRE_EL1), ICC_SRE_SRE);
    assert_int_equal(icc_model_read(ICC_PMR_EL1), 0xff);
    assert_int_equal(icc_model_read(ICC_IGRPEN1_EL1), 1);
    assert_int_equal(icc_model_read(ICC_CTLR_EL1), 4 << 8); /* EOImode 0, no common BPR */
    assert_int_equal(gic_redistributor_base(CORE_MAX), 0);
    assert_int_equal(gic_redistributor_typer(CORE_MAX), 0);
}

/* GICR, ICC_CTLR_EL1.PRIbits less one: how many of the active-priority registers there are. */
static void only_active_priority_registers_that_exist_are_written(void **state)
{
    static const struct {
        unsigned bits, registers;
    } cases[] = {{5, 1}, {6, 2}, {7, 4}};

    (void)state;
    assert_int_equal(init(), 0);
    for (unsigned i = 0; i < 3; i++) {
        memset(&icc, 0, sizeof(icc));
        icc_model_write(ICC_CTLR_EL1, (uint64_t)(cases[i].bits - 1) << 8);
        init_core(0);
        assert_int_equal(icc_writes(ICC_AP1R0_EL1), 1);
        assert_int_equal(icc_writes(ICC_AP1R1_EL1), cases[i].registers >= 2);
        assert_int_equal(icc_writes(ICC_AP1R2_EL1), cases[i].registers == 4);
        assert_int_equal(icc_writes(ICC_AP1R3_EL1), cases[i].registers == 4);
    }
}

static void what_a_loader_left_pending_is_dropped_but_not_for_ever(void **state)
{
    (void)state;
    assert_int_equal(init(), 0);
    assert_int_equal(gic_core_init(), 0);
    assert_int_equal(icc_writes(ICC_EOIR1_EL1), 0);
    icc_model_write(ICC_IAR1_EL1, 8195); /* always */
    assert_int_equal(gic_core_init(), 0);
    assert_int_equal(icc_writes(ICC_EOIR1_EL1), LPIS_MAX);
    assert_int_equal(icc_model_read(ICC_EOIR1_EL1), 8195);
}

static void a_core_that_comes_back_drops_nothing(void **state)
{
    uintptr_t frame = GICR + GICR_SGI_FRAME;

    (void)state;
    assert_int_equal(init(), 0);
    assert_int_equal(gic_core_init(), 0);
    gic_mmio_write(frame + GIC_ISENABLER, 4, UINT32_MAX);
    gic_mmio_write(frame + GIC_ISPENDR, 4, 0xf0f);
    gic_mmio_write(frame + GIC_ISACTIVER, 4, 0xf);
    icc_model_write(ICC_IAR1_EL1, 8195);
    icc_model_write(ICC_PMR_EL1, 0);
    assert_int_equal(gic_core_resume(), 0);
    assert_int_equal(icc_writes(ICC_EOIR1_EL1), 0);
    assert_int_equal(icc_model_read(ICC_PMR_EL1), ICC_PMR_ALL);
    assert_int_equal(gic_mmio_read(frame + GIC_ISENABLER, 4), 0);
    assert_int_equal(gic_mmio_read(frame + GIC_ISACTIVER, 4), 0);
    assert_int_equal(gic_mmio_read(frame + GIC_ISPENDR, 4), 0xf0f);
    fake.asleep = true;
    assert_int_equal(gic_core_resume(), -ETIMEDOUT);
    fake.asleep = false;
    fake.redistributor_pending = true;
    assert_int_equal(gic_core_resume(), -ETIMEDOUT);
    fake.redistributor_pending = false;
    icc_model_write(ICC_SRE_EL1, 0);
    icc.no_system_registers = true;
    assert_int_equal(gic_core_resume(), -ENODEV);
}

static void a_core_that_cannot_be_brought_up_has_no_redistributor(void **state)
{
    (void)state;
    assert_int_equal(init(), 0);
    fake.asleep = true;
    assert_int_equal(gic_core_init(), -ETIMEDOUT);
    fake.asleep = false;
    fake.redistributor_pending = true;
    assert_int_equal(gic_core_init(), -ETIMEDOUT);
    fake.redistributor_pending = false;
    icc.no_system_registers = true;
    assert_int_equal(gic_core_init(), -ENODEV);
    icc.no_system_registers = false;
    assert_int_equal(gic_redistributor_base(0), 0);
    assert_int_equal(gic_enable(PPI), -EINVAL);
    set_typer(0, UINT64_C(0x77) << 32 | GICR_TYPER_LAST);
    assert_int_equal(init(), 0);
    assert_int_equal(gic_core_init(), -ENODEV); /* no redistributor of that affinity */
}

/* ---- single interrupts ---- */

static void up(void)
{
    assert_int_equal(init(), 0);
    init_core(0);
    init_core(1);
}

static void a_mask_has_arrived_when_it_returns_and_waits_for_nothing(void **state)
{
    static const unsigned intids[] = {PPI, SPI};

    (void)state;
    up();
    fake.redistributor_pending = true;
    fake.pending_writes = 1; /* both would be waited for in vain */
    for (unsigned i = 0; i < 2; i++) {
        unsigned before, intid = intids[i];
        uint64_t began;

        assert_int_equal(gic_enable(intid), 0);
        assert_true(gic_is_enabled(intid));
        before = fake.accesses;
        began = host_now_ns();
        assert_int_equal(gic_mask(intid), 0);
        assert_int_equal(host_now_ns(), began);
        assert_int_equal(fake.accesses, before + 2);
        assert_int_equal(fake.last_written % GICR_FRAME, GIC_ICENABLER + intid / 32 * 4);
        assert_int_equal(fake.last_value, 1u << intid % 32);
        assert_int_equal(fake.last_read, fake.last_written); /* once, from where it was written */
        assert_false(gic_is_enabled(intid));
    }
    assert_int_equal(gic_mask(SPI_LIMIT), -EINVAL);
    assert_int_equal(gic_mask(GIC_INTID_SPURIOUS), -EINVAL);
}

static void disable_in_a_handler(void *argument)
{
    *(int *)argument = gic_disable(SPI);
}

static void disabling_is_refused_where_waiting_is_not_allowed(void **state)
{
    int error = 0;

    (void)state;
    up();
    assert_int_equal(gic_enable(SPI), 0);
    host_run_in_interrupt(disable_in_a_handler, &error);
    assert_int_equal(error, -EDEADLK);
    assert_true(gic_is_enabled(SPI));
}

static void disabling_waits_for_the_frame_that_has_the_interrupt(void **state)
{
    (void)state;
    up();
    assert_int_equal(gic_enable(PPI), 0);
    assert_int_equal(gic_enable(SPI), 0);
    fake.pending_writes = 1;
    assert_int_equal(gic_disable(PPI), 0);
    assert_int_equal(gic_disable(SPI), -ETIMEDOUT);
    fake.pending_writes = 0;
    fake.redistributor_pending = true;
    assert_int_equal(gic_disable(SPI), 0);
    assert_int_equal(gic_disable(PPI), -ETIMEDOUT);
    fake.redistributor_pending = false;
    assert_false(gic_is_enabled(SPI));
    assert_false(gic_is_enabled(PPI));
    assert_int_equal(gic_disable(SPI_LIMIT), -EINVAL);
}

static void ppis_are_the_calling_cores_own(void **state)
{
    (void)state;
    up();
    assert_int_equal(gic_set_pending(PPI), 0);
    host_thread.core = 1;
    assert_false(gic_is_pending(PPI));
    assert_int_equal(gic_enable(PPI), 0);
    host_thread.core = 0;
    assert_false(gic_is_enabled(PPI));
    assert_true(gic_is_pending(PPI));
    assert_int_equal(gic_clear_pending(PPI), 0);
    assert_false(gic_is_pending(PPI));
    host_thread.core = 3; /* has not come up */
    assert_int_equal(gic_set_pending(PPI), -EINVAL);
    assert_false(gic_is_enabled(PPI));
    host_thread.core = 0;
}

static void a_trigger_changes_while_disabled_and_where_it_can(void **state)
{
    (void)state;
    up();
    assert_int_equal(gic_configure(SPI, GIC_EDGE, 0x40), 0);
    assert_int_equal(mmio_read32(GICD + GIC_ICFGR + SPI / 16 * 4) >> (SPI % 16 * 2) & 3, 2);
    assert_int_equal(mmio_read8(GICD + GIC_IPRIORITYR + SPI), 0x40);
    assert_int_equal(gic_enable(SPI), 0);
    assert_int_equal(gic_configure(SPI, GIC_LEVEL, 0x50), -EBUSY);
    assert_int_equal(mmio_read8(GICD + GIC_IPRIORITYR + SPI), 0x40);
    assert_int_equal(gic_configure(SPI, GIC_EDGE, 0x50), 0);
    assert_int_equal(gic_configure(SPI, (enum gic_trigger)7, 0x50), -EINVAL);
    assert_int_equal(gic_configure(PPI, GIC_EDGE, 0x50), 0);
    fake.fixed_trigger = true;
    assert_int_equal(gic_configure(PPI, GIC_LEVEL, 0x50), -EINVAL);
    assert_int_equal(gic_configure(5, GIC_LEVEL, 0x50), -EINVAL); /* an SGI */
    assert_int_equal(gic_configure(5, GIC_EDGE, 0x50), 0);
}

static void an_spi_goes_to_the_core_it_is_routed_to(void **state)
{
    (void)state;
    up();
    assert_int_equal(gic_set_affinity(SPI, 3), 0);
    assert_int_equal(mmio_read64(GICD + GICD_IROUTER(SPI)), core_affinity(3));
    assert_int_equal(gic_set_affinity(SPI, 4), -EINVAL);
    assert_int_equal(gic_set_affinity(PPI, 1), -EINVAL);
    assert_int_equal(gic_set_affinity(SPI_LIMIT, 1), -EINVAL);
    assert_false(gic_is_active(SPI));
}

static void acknowledge_end_and_sgi_are_one_register_each(void **state)
{
    (void)state;
    up();
    icc_model_write(ICC_IAR1_EL1, UINT64_C(0x55000028));
    assert_int_equal(gic_acknowledge(), 0x28);
    gic_end(0x28);
    assert_int_equal(icc_model_read(ICC_EOIR1_EL1), 0x28);
    gic_send_sgi(3, 5); /* affinity 0.0.1.1 */
    assert_int_equal(icc_model_read(ICC_SGI1R_EL1), UINT64_C(5) << 24 | UINT64_C(1) << 16 | 1 << 1);
    /* Affinity 0xa5.0x3c.0x96.0xc7: range 12 (the core numbers 192 to 207), target 7 in it. */
    gic_send_sgi(4, 15);
    assert_int_equal(icc_model_read(ICC_SGI1R_EL1), UINT64_C(0xa5) << 48 | UINT64_C(12) << 44 |
                                                        UINT64_C(0x3c) << 32 | UINT64_C(15) << 24 |
                                                        UINT64_C(0x96) << 16 | 1 << 7);
}

/* Of the highest priority that is pending; nothing is acknowledged by asking. */
static void what_is_pending_is_any_intid_but_the_special_ones(void **state)
{
    static const struct {
        uint64_t intid;
        bool pending;
    } cases[] = {
        {0, true},     {30, true},    {1019, true}, {1020, false},      {1021, false},
        {1022, false}, {1023, false}, {8192, true}, {0x55000040, true}, {0x550003ff, false},
    };

    (void)state;
    up();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        icc_model_write(ICC_HPPIR1_EL1, cases[i].intid);
        assert_int_equal(gic_has_pending(), cases[i].pending);
    }
    assert_int_equal(icc_writes(ICC_EOIR1_EL1), 0);
}

/* ---- LPIs ---- */

static void tables_for_lpis_are_all_there_or_none(void **state)
{
    (void)state;
    assert_int_equal(init(), 0);
    for (failing_allocation = 5; failing_allocation > 0; failing_allocation--) {
        allocations = 0;
        assert_int_equal(gic_lpi_init(), -ENOMEM);
        assert_int_equal(gic_lpi_limit(), 0);
        assert_int_equal(gic_lpi_core_init(), -ENODEV);
    }
    allocations = 0;
    assert_int_equal(gic_lpi_init(), 0);
    assert_int_equal(allocations, 5);
    assert_int_equal(gic_lpi_limit(), 1u << 16);
}

/* C11's aligned_alloc() wants a multiple of the alignment. */
static void memory_is_a_whole_number_of_alignments(void **state)
{
    (void)state;
    failing_allocation = 0;
    for (size_t size = 1; size <= 3 * 64; size++) {
        uint8_t *memory = gic_memory_allocate(64, size);

        assert_non_null(memory);
        assert_int_equal(allocated, (size + 63) / 64 * 64);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        free(memory);
    }
}

static void lpis_start_with_the_tables_or_not_at_all(void **state)
{
    uint32_t *control = &fake.redistributors[0][GICR_CTLR / 4];

    (void)state;
    up();
    assert_int_equal(gic_lpi_core_init(), -ENODEV); /* no tables yet */
    assert_int_equal(gic_lpi_init(), 0);
    host_thread.core = 2; /* its redistributor has not come up */
    assert_int_equal(gic_lpi_core_init(), -ENODEV);
    host_thread.core = 0;

    *control = GICR_CTLR_ENABLE_LPIS;
    fake.lpis_stay = true;
    assert_int_equal(gic_lpi_core_init(), -EBUSY);
    fake.lpis_stay = false;
    *control = GICR_CTLR_ENABLE_LPIS;
    fake.redistributor_pending = true;
    assert_int_equal(gic_lpi_core_init(), -ETIMEDOUT);
    fake.redistributor_pending = false;
    fake.deaf = true;
    assert_int_equal(gic_lpi_core_init(), -EIO);
    fake.deaf = false;
    assert_int_equal(*control & GICR_CTLR_ENABLE_LPIS, 0);

    assert_int_equal(gic_lpi_core_init(), 0);
    assert_int_equal(*control & GICR_CTLR_ENABLE_LPIS, 1);
    assert_int_equal(mmio_read64(GICR + GICR_PROPBASER) & 0x1f, 15);
    assert_int_equal(mmio_read64(GICR + GICR_PROPBASER) & GICR_PROPBASER_ADDRESS,
                     (uintptr_t)lpis.properties);
    assert_true(gic_lpi_coherent());
    fake.lpis_stay = true; /* on for good; but with these tables, so that once more does no harm */
    assert_int_equal(gic_lpi_core_init(), 0);
}

/* ---- LPIs that a loader has left on ---- */

#define LEFT_BITS 15u

static uint8_t *left_properties, *left_pending;
static uint64_t free_start, free_end;

static bool is_left_free(uint64_t start, uint64_t size)
{
    return start >= free_start && start + size <= free_end;
}

/* For good, in the redistributor of a core. */
static void leave_lpis_on(unsigned core, unsigned bits)
{
    uint32_t *frame = fake.redistributors[2 * core];
    uint64_t properties = (uintptr_t)left_properties | GICR_PROPBASER_ID_BITS(bits);
    uint64_t pending = (uintptr_t)left_pending;

    frame[GICR_CTLR / 4] = GICR_CTLR_ENABLE_LPIS;
    memcpy(&frame[GICR_PROPBASER / 4], &properties, sizeof(properties));
    memcpy(&frame[GICR_PENDBASER / 4], &pending, sizeof(pending));
    fake.lpis_stay = true;
}

static void lpis_that_stay_on_are_taken_over_with_their_tables(void **state)
{
    const size_t properties = (1u << LEFT_BITS) - GIC_INTID_LPI_FIRST;
    uint8_t *memory = aligned_alloc(PENDING_TABLE_ALIGNMENT, 2 * PENDING_TABLE_ALIGNMENT);

    (void)state;
    assert_non_null(memory);
    memset(memory, 0xff, 2 * PENDING_TABLE_ALIGNMENT);
    left_properties = memory;
    left_pending = memory + PENDING_TABLE_ALIGNMENT;
    free_start = (uintptr_t)memory;
    free_end = free_start + 2 * PENDING_TABLE_ALIGNMENT;
    up();
    leave_lpis_on(1, LEFT_BITS);
    assert_int_equal(gic_lpi_init(), -EBUSY); /* nobody says that the memory is free */
    gic_lpi_set_free_memory(is_left_free);
    free_end -= PENDING_TABLE_ALIGNMENT; /* the pending table is not */
    assert_int_equal(gic_lpi_init(), -EBUSY);
    free_end += PENDING_TABLE_ALIGNMENT;
    free_start += GICR_FRAME; /* the properties are not */
    assert_int_equal(gic_lpi_init(), -EBUSY);
    assert_int_equal(gic_lpi_limit(), 0);
    free_start -= GICR_FRAME;
    failing_allocation = allocations + 1; /* of a pending table; theirs is not freed */
    assert_int_equal(gic_lpi_init(), -ENOMEM);

    assert_int_equal(gic_lpi_init(), 0);
    assert_true(gic_lpi_taken_over());
    assert_int_equal(gic_lpi_limit(), 1u << LEFT_BITS);
    for (size_t i = 0; i < properties; i++)
        assert_int_equal(memory[i], GIC_PRIORITY_DEFAULT | PROPERTY_RES1);
    assert_int_equal(memory[properties], 0xff);
    assert_int_equal(left_pending[0], 0xff); /* the redistributor's */

    host_thread.core = 1;
    assert_int_equal(gic_lpi_core_init(), 0);
    assert_int_equal(mmio_read64(GICR + 2 * GICR_FRAME + GICR_PENDBASER), (uintptr_t)left_pending);
    assert_false(gic_lpi_coherent());
    host_thread.core = 0; /* where they were off, they come on with the same properties */
    assert_int_equal(gic_lpi_core_init(), 0);
    assert_int_equal(mmio_read64(GICR + GICR_PROPBASER) & GICR_PROPBASER_ADDRESS,
                     (uintptr_t)memory);
    assert_int_equal(mmio_read64(GICR + GICR_PROPBASER) & 0x1f, LEFT_BITS - 1u);
    gic_lpi_set_free_memory(NULL);
    free(memory);
}

/* ---- cache maintenance, counted in bytes ---- */

static size_t cleaned;

void __wrap_dcache_clean_invalidate(const void *start, size_t size);
void __wrap_dcache_clean_invalidate(const void *start, size_t size)
{
    (void)start;
    cleaned += size;
}

static void set_property(bool enable, uint8_t priority, size_t cleans)
{
    cleaned = 0;
    gic_lpi_set_property(8192, enable, priority);
    assert_int_equal(cleaned, cleans);
}

static void tables_are_uncached_where_a_redistributor_does_not_snoop(void **state)
{
    (void)state;
    up();
    assert_int_equal(gic_lpi_init(), 0);
    assert_int_equal(gic_lpi_core_init(), 0);
    set_property(true, 0x40, 0);
    fake.non_shareable = true;
    host_thread.core = 1;
    assert_int_equal(gic_lpi_core_init(), 0);
    host_thread.core = 0;
    assert_false(gic_lpi_coherent());
    assert_int_equal(mmio_read64(GICR + 2 * GICR_FRAME + GICR_PENDBASER) >> 7 & 7, 1);
    set_property(true, 0x47, 1);
    assert_int_equal(lpis.properties[0], 0x44 | 0x02 | 0x01);
    set_property(false, 0x40, 1);
    assert_int_equal(lpis.properties[0], 0x42);
}

/* ---- a loss of power ---- */

/* Every register that the firmware sets has a value of its own. Those of triggers have room for
 * less, and the first of them can't be written. */
static uint32_t number_at(unsigned index)
{
    return index * 0x9e3779b1u;
}

#define EDGES(config) ((config)&0xaaaaaaaau)
#define LINES         0x55555555u /* the others' levels are pending because software said so */

static bool is_edge(unsigned n)
{
    return (EDGES(number_at(200 + n / 16)) >> (2 * (n % 16) + 1) & 1) != 0;
}

static void fill(uint32_t *frame, unsigned first, unsigned limit)
{
    for (unsigned i = first / 32; i < limit / 32; i++) {
        frame[GIC_IGROUPR / 4 + i] = number_at(i);
        frame[GIC_ISENABLER / 4 + i] = frame[GIC_ICENABLER / 4 + i] = number_at(100 + i);
    }
    for (unsigned i = first / 16; i < limit / 16; i++)
        frame[GIC_ICFGR / 4 + i] = EDGES(number_at(200 + i));
    for (unsigned n = first; n < limit; n++)
        if (is_edge(n) || (LINES >> n % 32 & 1) == 0)
            frame[GIC_ISPENDR / 4 + n / 32] = frame[GIC_ICPENDR / 4 + n / 32] |= UINT32_C(1)
                                                                                 << n % 32;
    for (unsigned i = first / 4; i < limit / 4; i++)
        frame[GIC_IPRIORITYR / 4 + i] = number_at(300 + i);
}

static void lose(void)
{
    const uint32_t pidr2 = fake.distributor[GICD_PIDR2 / 4];

    memset(fake.distributor, 0, sizeof(fake.distributor));
    fake.distributor[GICD_PIDR2 / 4] = pidr2;
    for (unsigned core = 0; core < 4; core++) {
        fake.redistributors[2 * core][GICR_CTLR / 4] = 0;
        memset(&fake.redistributors[2 * core][GICR_PROPBASER / 4], 0, 16);
        memset(fake.redistributors[2 * core + 1], 0, sizeof(fake.redistributors[0]));
    }
    memset(&icc, 0, sizeof(icc));
    icc_model_write(ICC_CTLR_EL1, UINT64_C(4) << 8 | ICC_CTLR_CBPR | ICC_CTLR_EOIMODE);
}

static void up_with_lpis(void)
{
    up();
    assert_int_equal(gic_lpi_init(), 0);
    for (unsigned core = 0; core < 3; core++) { /* the last has none */
        init_core(core);
        host_thread.core = core;
        assert_int_equal(gic_lpi_core_init(), 0);
    }
    host_thread.core = 0;
    fill(fake.distributor, 32, SPI_LIMIT);
    fill(fake.redistributors[1], 0, 32);
    fake.lines = LINES;
    for (unsigned intid = 32; intid < SPI_LIMIT; intid++)
        mmio_write64(GICD + GICD_IROUTER(intid), UINT64_C(0x1200000000) + number_at(intid) % 999);
}

/* The registers of 32 interrupts are as fill() has them; of what was pending, all is again that was
 * not so for its line only. */
static void check_frame(const uint32_t *frame, unsigned first, unsigned limit, bool kept)
{
    for (unsigned i = first / 32; i < limit / 32; i++) {
        assert_int_equal(frame[GIC_IGROUPR / 4 + i], number_at(i));
        assert_int_equal(frame[GIC_ISENABLER / 4 + i], number_at(100 + i));
        for (unsigned n = 0; n < 32; n++)
            assert_int_equal(frame[GIC_ISPENDR / 4 + i] >> n & 1,
                             is_edge(32 * i + n) || (LINES >> n & 1) == 0 || kept);
    }
    for (unsigned i = first / 16; i < limit / 16; i++)
        assert_int_equal(frame[GIC_ICFGR / 4 + i], EDGES(number_at(200 + i)));
    for (unsigned i = first / 4; i < limit / 4; i++)
        assert_int_equal(frame[GIC_IPRIORITYR / 4 + i], number_at(300 + i));
}

static void check_gic(bool kept)
{
    check_frame(fake.distributor, 32, SPI_LIMIT, kept);
    check_frame(fake.redistributors[1], 0, 32, kept);
    for (unsigned intid = 32; intid < SPI_LIMIT; intid++)
        assert_int_equal(mmio_read64(GICD + GICD_IROUTER(intid)),
                         UINT64_C(0x1200000000) + number_at(intid) % 999);
    assert_int_equal(fake.distributor[GICD_CTLR / 4], GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP1A);
    for (unsigned core = 0; core < 4; core++) {
        uintptr_t redistributor = GICR + 2 * core * GICR_FRAME;
        bool on = core < 3;

        assert_int_equal(mmio_read32(redistributor + GICR_CTLR), on ? GICR_CTLR_ENABLE_LPIS : 0);
        assert_int_equal(mmio_read64(redistributor + GICR_PROPBASER) & GICR_PROPBASER_ADDRESS,
                         on ? (uintptr_t)lpis.properties : 0);
        assert_int_equal(mmio_read64(redistributor + GICR_PENDBASER) & GICR_PENDBASER_ADDRESS,
                         on ? (uintptr_t)lpis.pending[core] : 0);
    }
}

/* The register reads PTZ as zero, and these are memory: as it reads before. */
static void forget_ptz(void)
{
    for (unsigned core = 0; core < 3; core++)
        fake.redistributors[2 * core][GICR_PENDBASER / 4 + 1] &=
            ~(uint32_t)(GICR_PENDBASER_PTZ >> 32);
}

static void all_is_set_up_again_after_a_loss_of_power(void **state)
{
    (void)state;
    up_with_lpis();
    forget_ptz();
    assert_int_equal(gic_suspend(), 0);
    for (unsigned core = 0; core < 3; core++)
        assert_int_equal(fake.redistributors[2 * core][GICR_CTLR / 4], 0);
    lpis.pending[1][GIC_INTID_LPI_FIRST / 8] = 0x10; /* as the redistributor has left it */
    lose();
    icc_model_write(ICC_IAR1_EL1, GIC_INTID_LPI_FIRST);
    assert_int_equal(gic_resume(), 0);
    check_gic(false);
    assert_int_equal(lpis.pending[1][GIC_INTID_LPI_FIRST / 8], 0x10);
    assert_int_equal(mmio_read64(GICR + 2 * GICR_FRAME + GICR_PENDBASER) & GICR_PENDBASER_PTZ, 0);
    assert_int_equal(icc_model_read(ICC_PMR_EL1), ICC_PMR_ALL);
    assert_int_equal(icc_model_read(ICC_IGRPEN1_EL1), ICC_IGRPEN1_ENABLE);
    assert_int_equal(icc_writes(ICC_EOIR1_EL1), 0); /* what is pending is not taken for nobody */
    lpis.pending[1][GIC_INTID_LPI_FIRST / 8] = 0;
}

static void set_all_pending(void)
{
    for (unsigned i = 0; i < SPI_LIMIT / 32; i++) {
        uint32_t *frame = i == 0 ? fake.redistributors[1] : fake.distributor;

        frame[GIC_ISPENDR / 4 + i] = frame[GIC_ICPENDR / 4 + i] = UINT32_MAX;
    }
}

/* A secure monitor may have kept it all, with what became pending meanwhile. */
static void nothing_is_lost_where_power_was_not(void **state)
{
    (void)state;
    up_with_lpis();
    forget_ptz();
    assert_int_equal(gic_suspend(), 0);
    set_all_pending();
    assert_int_equal(gic_resume(), 0);
    check_gic(true);
}

/* Then the table is as old as it likes to be, and the redistributor is told that it is empty. */
static void lpis_that_can_not_be_turned_off_begin_with_an_empty_table(void **state)
{
    (void)state;
    up_with_lpis();
    forget_ptz();
    fake.lpis_stay = true;
    assert_int_equal(gic_suspend(), 0);
    set_all_pending();
    assert_int_equal(gic_resume(), 0); /* it had not been lost */
    check_gic(true);
    assert_int_equal(gic_suspend(), 0);
    lpis.pending[2][GIC_INTID_LPI_FIRST / 8] = 0x10;
    lose();
    fake.lpis_stay = false;
    cleaned = 0;
    assert_int_equal(gic_resume(), -EIO); /* for these read PTZ as they were written */
    assert_int_equal(lpis.pending[2][GIC_INTID_LPI_FIRST / 8], 0);
    assert_int_equal(cleaned, 3 * pending_table_size());
    assert_true(mmio_read64(GICR + 4 * GICR_FRAME + GICR_PENDBASER) & GICR_PENDBASER_PTZ);
}

static void a_redistributor_that_does_not_come_to_rest_ends_a_suspend(void **state)
{
    (void)state;
    up_with_lpis();
    forget_ptz();
    fake.redistributor_pending = true;
    assert_int_equal(gic_suspend(), -ETIMEDOUT);
    fake.redistributor_pending = false;
    check_gic(false); /* as it was */
}

static void what_does_not_come_back_is_told_and_the_rest_does(void **state)
{
    (void)state;
    up_with_lpis();
    forget_ptz();
    assert_int_equal(gic_suspend(), 0);
    lose();
    fake.asleep = true;
    assert_int_equal(gic_resume(), -ETIMEDOUT);
    check_gic(false);
    fake.asleep = false;
    lose();
    fake.control_writes = 0;
    fake.pending_writes = 1;
    assert_int_equal(gic_resume(), -ETIMEDOUT);
    fake.pending_writes = 0;
    check_gic(false);
    lose();
    fake.redistributors[2][GICR_CTLR / 4] = GICR_CTLR_ENABLE_LPIS; /* with other tables */
    assert_int_equal(gic_resume(), -EBUSY);
    fake.redistributors[2][GICR_CTLR / 4] = 0;
    assert_int_equal(gic_resume(), 0);
    check_gic(false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(spis_start_disabled_and_routed_to_the_boot_core),
        TEST(what_is_no_gicv3_is_refused),
        TEST(widths_that_cannot_be_are_refused_before_they_are_used),
        TEST(the_number_of_spis_ends_before_the_special_intids),
        TEST(a_distributor_that_stays_busy_is_given_up_at_each_step),
        TEST(redistributors_are_found_up_to_the_last),
        TEST(the_walk_stays_in_its_region_whatever_its_size),
        TEST(four_frames_that_do_not_fit_are_refused),
        TEST(a_region_past_the_end_of_addresses_is_refused),
        TEST(the_walk_ends_at_what_is_no_redistributor),
        TEST(more_redistributors_than_cores_are_left_out),
        TEST(a_core_wakes_its_redistributor_and_enables_its_interface),
        TEST(only_active_priority_registers_that_exist_are_written),
        TEST(what_a_loader_left_pending_is_dropped_but_not_for_ever),
        TEST(a_core_that_comes_back_drops_nothing),
        TEST(a_core_that_cannot_be_brought_up_has_no_redistributor),
        TEST(a_mask_has_arrived_when_it_returns_and_waits_for_nothing),
        TEST(disabling_waits_for_the_frame_that_has_the_interrupt),
        TEST(disabling_is_refused_where_waiting_is_not_allowed),
        TEST(ppis_are_the_calling_cores_own),
        TEST(a_trigger_changes_while_disabled_and_where_it_can),
        TEST(an_spi_goes_to_the_core_it_is_routed_to),
        TEST(acknowledge_end_and_sgi_are_one_register_each),
        TEST(what_is_pending_is_any_intid_but_the_special_ones),
        TEST(tables_for_lpis_are_all_there_or_none),
        TEST(memory_is_a_whole_number_of_alignments),
        TEST(lpis_start_with_the_tables_or_not_at_all),
        TEST(lpis_that_stay_on_are_taken_over_with_their_tables),
        TEST(tables_are_uncached_where_a_redistributor_does_not_snoop),
        TEST(all_is_set_up_again_after_a_loss_of_power),
        TEST(nothing_is_lost_where_power_was_not),
        TEST(lpis_that_can_not_be_turned_off_begin_with_an_empty_table),
        TEST(a_redistributor_that_does_not_come_to_rest_ends_a_suspend),
        TEST(what_does_not_come_back_is_told_and_the_rest_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
