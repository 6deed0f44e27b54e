// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's control registers (Arm IHI 0069, 12.19) and command queue (5.2) as the guest sees them.
 *
 * A message through the pre-ITS window becomes an INT command, and the ITS has one queue: so the
 * physical queue is the twin's. The guest's GITS_CBASER, GITS_CWRITER and GITS_CREADR are kept
 * here. Its commands are read from its memory, passed on one at a time and waited for, unless
 * its_tables.c refuses them. A command that is refused, or on which the ITS stalls, stalls the
 * guest's queue at the same place. The physical queue is emptied then, so that messages still get
 * through.
 *
 * GITS_BASER<n> are kept in its_tables.c. Everything else is the physical register. GITS_IIDR reads
 * as the GIC-500's, by which software recognises the ITS that a pre-ITS window belongs to.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/order.h"
#include "twin/monitor/sysreg.h"

#define GITS_CTLR           0x0000u
#define GITS_CTLR_ENABLED   1u
#define GITS_CTLR_QUIESCENT (1u << 31)
#define RESTLESS_LOOKS      100u
#define GITS_IIDR           0x0004u
#define GITS_IIDR_GIC500    0x0001143bu
#define GITS_TYPER          0x0008u
#define GITS_CBASER         0x0080u
#define GITS_CWRITER        0x0088u
#define GITS_CREADR         0x0090u
#define GITS_TRANSLATION    0x10000u
#define GITS_TRANSLATER     0x10040u
#define CBASER_VALID        (1ull << 63)
#define CBASER_ATTRIBUTES   (7ull << 59 | 1ull << 10) /* inner write-back, inner shareable */
#define CBASER_ADDRESS      0x000ffffffffff000ull
#define CBASER_PAGES(base)  (((base)&0xff) + 1)
#define QUEUE_PAGE          4096u
#define QUEUE_OFFSET        0x000fffe0ull
#define CWRITER_RETRY       1u
#define CREADR_STALLED      1u

#define COMMAND_WORDS       4u
#define COMMAND_SIZE        32u
#define COMMAND_INT         0x03u
/* QEMU works a command off before the write to GITS_CWRITER returns. */
#define COMMAND_POLLS       1000000u

static struct lock its_lock;
static uint64_t queue[QUEUE_PAGE / sizeof(uint64_t)] __attribute__((aligned(4096)));
static uint64_t queue_end; /* where the next command goes, a byte offset */
static uint64_t guest_cbaser, guest_cwriter, guest_creadr;
static bool guest_stalled;
static unsigned restless; /* so many looks at GITS_CTLR more, until it is quiescent */

/* A stall that a test asks for: commands that are spared, that stall, that have. */
static uint32_t stalls_spare, stalls_left, stalls_struck;

static uint64_t reg_read(uint32_t offset)
{
    return nonsecure_read(BOARD_GITS_BASE + offset, 8);
}

static void reg_write(uint32_t offset, uint64_t value)
{
    nonsecure_write(BOARD_GITS_BASE + offset, 8, value);
}

static uint32_t control(void)
{
    return (uint32_t)nonsecure_read(BOARD_GITS_BASE + GITS_CTLR, 4);
}

static void set_control(uint32_t value)
{
    nonsecure_write(BOARD_GITS_BASE + GITS_CTLR, 4, value);
}

/* The queue can only be set while the ITS is disabled. That resets GITS_CREADR. */
static void reset_queue(void)
{
    reg_write(GITS_CBASER, CBASER_VALID | CBASER_ATTRIBUTES | (uintptr_t)queue);
    reg_write(GITS_CWRITER, 0);
    queue_end = 0;
}

void its_init(void)
{
    its_tables_init();
    reset_queue();
}

/* Has the ITS carry out one command. false: it stalled, or gave no sign. */
static bool issue(const uint64_t command[COMMAND_WORDS])
{
    uint64_t *slot = &queue[queue_end / sizeof(uint64_t)];
    uint64_t reader = 0;

    for (unsigned i = 0; i < COMMAND_WORDS; i++)
        slot[i] = command[i];
    queue_end = (queue_end + COMMAND_SIZE) % QUEUE_PAGE;
    complete_accesses(); /* the ITS finds the command when it is told of it */
    reg_write(GITS_CWRITER, queue_end);
    for (unsigned i = 0; i < COMMAND_POLLS; i++) {
        reader = reg_read(GITS_CREADR);
        if (reader == queue_end)
            return true;
        if (reader & CREADR_STALLED)
            break;
    }
    set_control(control() & ~GITS_CTLR_ENABLED);
    reset_queue();
    set_control(control() | GITS_CTLR_ENABLED);
    return false;
}

/* Whether the guest's next command is to be refused, for a test. */
static bool stall_strikes(void)
{
    if (stalls_left == 0)
        return false;
    if (stalls_spare != 0) {
        stalls_spare--;
        return false;
    }
    stalls_left--;
    stalls_struck++;
    return true;
}

void its_inject_stall(uint32_t spare, uint32_t count)
{
    lock_take(&its_lock);
    stalls_spare = spare;
    stalls_left = count;
    lock_release(&its_lock);
}

uint32_t its_injected_stalls(void)
{
    uint32_t count;

    lock_take(&its_lock);
    count = stalls_struck;
    lock_release(&its_lock);
    return count;
}

/* Passes on one command of the guest's. false: it is refused, or the ITS stalled. */
static bool pass_on(uint64_t address)
{
    uint64_t command[COMMAND_WORDS];

    if (stall_strikes() || !guest_memory(address, COMMAND_SIZE))
        return false;
    /* Copied first: another core of the guest's may write to it all the time. */
    caches_read("the ITS", address, command, sizeof(command));
    order_accessed(GUEST_GITS_BASE, address, sizeof(command), 0);
    if (!its_command_allowed(command) || !its_command_for_board(command))
        return false;
    its_command_behind_caches(command);
    if (!issue(command))
        return false;
    its_command_done(command);
    return true;
}

/* Passes on what the guest has queued. */
static void run_guest_queue(void)
{
    uint64_t size = CBASER_PAGES(guest_cbaser) * QUEUE_PAGE;
    uint64_t base = guest_cbaser & CBASER_ADDRESS;

    if (!(guest_cbaser & CBASER_VALID) || !(control() & GITS_CTLR_ENABLED) || guest_cwriter >= size)
        return;
    while (guest_creadr != guest_cwriter && !guest_stalled) {
        if (pass_on(base + guest_creadr))
            guest_creadr = (guest_creadr + COMMAND_SIZE) % size;
        else
            guest_stalled = true;
    }
}

void its_message(uint32_t device_id, uint32_t event_id)
{
    uint64_t command[COMMAND_WORDS] = {(uint64_t)device_id << 32 | COMMAND_INT, event_id};

    lock_take(&its_lock);
    if (control() & GITS_CTLR_ENABLED && its_command_for_board(command))
        (void)issue(command);
    lock_release(&its_lock);
}

void its_lose_power(void)
{
    lock_take(&its_lock);
    its_tables_lose_power(control() & GITS_CTLR_ENABLED);
    set_control(control() & ~GITS_CTLR_ENABLED);
    guest_cbaser = guest_cwriter = guest_creadr = 0;
    guest_stalled = false;
    restless = 0;
    lock_release(&its_lock);
}

/* Each look at it brings the ITS nearer to its rest. */
static uint32_t guest_control(void)
{
    uint32_t value = control();

    if (restless == 0)
        return value;
    restless--;
    return value & ~GITS_CTLR_QUIESCENT;
}

static uint64_t read_word(uint64_t offset)
{
    switch (offset) {
    case GITS_CTLR:
        return guest_control() | (uint64_t)GITS_IIDR_GIC500 << 32;
    case GITS_TYPER:
        return its_typer();
    case GITS_CBASER:
        return guest_cbaser;
    case GITS_CWRITER:
        return guest_cwriter;
    case GITS_CREADR:
        return guest_creadr | (guest_stalled ? CREADR_STALLED : 0);
    default:
        return its_is_baser(offset) ? its_baser_read(offset)
                                    : nonsecure_read(BOARD_GITS_BASE + offset, 8);
    }
}

static void write_cwriter(uint64_t value)
{
    order_told(GUEST_GITS_BASE);
    guest_cwriter = value & QUEUE_OFFSET;
    if (value & CWRITER_RETRY)
        guest_stalled = false;
    run_guest_queue();
}

static void write_control(uint32_t value)
{
    if ((value & GITS_CTLR_ENABLED) && !(control() & GITS_CTLR_ENABLED)) {
        its_tables_check();
        its_tables_reload();
    } else if (control() & GITS_CTLR_ENABLED && !(value & GITS_CTLR_ENABLED))
        restless = parameters()->moods & AM65X_MOOD_STALE_LOADER ? RESTLESS_LOOKS : 0;
    set_control(value);
}

/* Registers that can be set only while the ITS is disabled. */
static void write_while_off(uint64_t reg, uint64_t offset, unsigned size, uint64_t value)
{
    if (control() & GITS_CTLR_ENABLED || restless != 0)
        return;
    if (reg != GITS_CBASER) {
        its_baser_write(reg, merge(its_baser_read(reg), offset, size, value));
        return;
    }
    guest_cbaser = memory_attributes(merge(guest_cbaser, offset, size, value));
    guest_creadr = 0;
    guest_stalled = false;
}

static void write_word(uint64_t offset, unsigned size, uint64_t value)
{
    uint64_t reg = offset & ~7ull;

    switch (reg) {
    case GITS_CTLR:
        if (offset == GITS_CTLR)
            write_control((uint32_t)value);
        run_guest_queue();
        break;
    case GITS_CBASER:
        write_while_off(reg, offset, size, value);
        break;
    case GITS_CWRITER:
        write_cwriter(merge(guest_cwriter, offset, size, value));
        break;
    case GITS_CREADR:
        break;
    default:
        if (its_is_baser(reg))
            write_while_off(reg, offset, size, value);
        else if (size >= 4) /* QEMU's has no narrower ones, and says so by an abort */
            nonsecure_write(BOARD_GITS_BASE + offset, size, value);
        break;
    }
}

/* The frame of GITS_TRANSLATER, which has 32 bits or 16 and can't be read. */
static void translation_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    if (!write)
        *value = 0;
    else if (offset == GITS_TRANSLATER && (size == 2 || size == 4))
        nonsecure_write(BOARD_GITS_BASE + offset, size, *value);
}

void its_access(uint64_t offset, unsigned size, bool write, uint64_t *value)
{
    if (offset >= GITS_TRANSLATION) {
        translation_access(offset, size, write, value);
        return;
    }
    lock_take(&its_lock);
    if (write)
        write_word(offset, size, *value);
    else
        *value = read_word(offset & ~7ull) >> (offset % 8 * 8);
    lock_release(&its_lock);
}
