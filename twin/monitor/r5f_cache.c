// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood caches, of an R5F: its data cache (Arm DDI 0460, chapter 8), which nobody snoops.
 *
 * The cache is as large as it need be: a page that the MPU says is write-back, and that the core
 * accesses while its cache is on, is copied twice. The core works on one copy; the other tells what
 * it has written. Only maintenance moves anything afterwards, line by line: a clean brings a line
 * that was written to memory, an invalidate has it read from there again. That no line is evicted
 * is legal and the hardest case: a program can't be right by chance.
 *
 * What a device reads where the core has written a line since, and what it writes into such a line,
 * which would undo it some day, is reported. What the core reads too late shows by itself.
 *
 * Not played: write-through, which is as if not cached; the instruction cache; lines that are read
 * without an access of their page.
 */
#include <string.h>

#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/r5f.h"

#define LINE            32u
#define LINES_SETS      128u /* of 16 KiB in four ways: as many as a page has lines */
#define WAYS            4u
#define PAGE_SIZE       4096u
#define PAGES           (1u << 20) /* of its addresses */
#define NUMBER(address) ((uint32_t)(address) / PAGE_SIZE)
#define SET(value)      ((value) / LINE % LINES_SETS)
#define WAY(value)      ((value) >> 30)

/* So much can be cached of what a core has in use. */
#define CACHED_MAX      8192u

#define DCIMVAC         CP15(7, 0, 6, 1)
#define DCISW           CP15(7, 0, 6, 2)
#define DCCMVAC         CP15(7, 0, 10, 1)
#define DCCSW           CP15(7, 0, 10, 2)
#define DCCMVAU         CP15(7, 0, 11, 1)
#define DCCIMVAC        CP15(7, 0, 14, 1)
#define DCCISW          CP15(7, 0, 14, 2)
#define INVALIDATE_ALL  CP15(15, 0, 5, 0)

#define REPORTED_MAX    16u

struct copies {
    uint8_t cores[PAGE_SIZE], filled[PAGE_SIZE];
};

/* At R5F_CACHES_BASE, of each core. */
struct store {
    uint16_t copy_of[PAGES]; /* one more than its index; 0: it is not cached */
    struct copies copies[CACHED_MAX];
};
_Static_assert(sizeof(struct store) <= R5F_CACHE_SIZE, "as board.h has room for");

/* Who changes what is cached, and devices, which look at it from other cores. */
static struct lock cache_lock;
static uint32_t pages[R5FS_MAX][CACHED_MAX]; /* which are cached */
static unsigned counts[R5FS_MAX];
static uint32_t reported[REPORTED_MAX];
static unsigned reported_count;

static uint64_t store_base(unsigned core)
{
    return R5F_CACHES_BASE + (uint64_t)core * R5F_CACHE_SIZE;
}

static struct store *store(unsigned core)
{
    return memory_at(store_base(core));
}

void r5f_cache_init(void)
{
    for (unsigned core = 0; caches_on() && core < parameters()->r5fs; core++)
        memset(store(core)->copy_of, 0, sizeof(store(core)->copy_of));
}

/* NULL: it is not cached. */
static struct copies *copies_of(unsigned core, uint64_t address)
{
    struct store *own = store(core);
    unsigned index = address > UINT32_MAX ? 0 : own->copy_of[NUMBER(address)];

    return index == 0 ? NULL : &own->copies[index - 1];
}

static struct copies *fill(unsigned core, uint32_t page)
{
    struct store *own = store(core);
    unsigned index = counts[core];

    if (index == CACHED_MAX)
        return NULL;
    memcpy(own->copies[index].cores, memory_at(page), PAGE_SIZE);
    memcpy(own->copies[index].filled, memory_at(page), PAGE_SIZE);
    pages[core][index] = page;
    counts[core] = index + 1;
    own->copy_of[NUMBER(page)] = (uint16_t)(index + 1);
    return &own->copies[index];
}

uint64_t r5f_cache_view(const struct r5f *r5f, uint32_t address)
{
    uint32_t page = address & ~(PAGE_SIZE - 1);
    struct copies *copies;

    if (!caches_on() || !(r5f->cp15.sctlr & SCTLR_CACHE) || !r5f_mpu_write_back(r5f, page))
        return address;
    lock_take(&cache_lock);
    copies = copies_of(r5f->core, page);
    if (copies == NULL)
        copies = fill(r5f->core, page);
    lock_release(&cache_lock);
    return copies == NULL ? address
                          : store_base(r5f->core) +
                                (uint64_t)((uint8_t *)copies - (uint8_t *)store(r5f->core)) +
                                offsetof(struct copies, cores) + address % PAGE_SIZE;
}

/* What it wrote before is lost, and nobody wonders. */
void r5f_cache_reset(const struct r5f *r5f)
{
    if (!caches_on())
        return;
    lock_take(&cache_lock);
    for (unsigned i = 0; i < counts[r5f->core]; i++) {
        struct copies *copies = &store(r5f->core)->copies[i];

        memcpy(copies->filled, copies->cores, PAGE_SIZE);
    }
    lock_release(&cache_lock);
}

/* ---- maintenance ---- */

static void clean(struct copies *copies, uint32_t line)
{
    uint8_t *cores = &copies->cores[line % PAGE_SIZE], *filled = &copies->filled[line % PAGE_SIZE];

    if (memcmp(cores, filled, LINE) == 0)
        return;
    memcpy(memory_at(line), cores, LINE);
    memcpy(filled, cores, LINE);
    caches_written(line, LINE);
}

static void invalidate(struct copies *copies, uint32_t line)
{
    memcpy(&copies->filled[line % PAGE_SIZE], memory_at(line), LINE);
    memcpy(&copies->cores[line % PAGE_SIZE], memory_at(line), LINE);
}

static void invalidate_all(struct r5f *r5f)
{
    struct store *own = store(r5f->core);

    for (unsigned i = 0; i < counts[r5f->core]; i++)
        own->copy_of[NUMBER(pages[r5f->core][i])] = 0;
    counts[r5f->core] = 0;
    r5f->map_changed = true;
}

static void line_operation(unsigned core, uint32_t line, bool cleans, bool invalidates)
{
    struct copies *copies = copies_of(core, line);

    if (copies != NULL && cleans)
        clean(copies, line);
    if (copies != NULL && invalidates)
        invalidate(copies, line);
}

/* Each page has one line of each set; its way is the page's. */
static void by_set_and_way(unsigned core, uint32_t value, bool cleans, bool invalidates)
{
    for (unsigned i = WAY(value); i < counts[core]; i += WAYS)
        line_operation(core, pages[core][i] + SET(value) * LINE, cleans, invalidates);
}

static bool maintain(struct r5f *r5f, uint32_t reg, uint32_t value)
{
    uint32_t line = value & ~(LINE - 1);

    switch (reg) {
    case DCIMVAC:
        line_operation(r5f->core, line, false, true);
        return true;
    case DCCMVAC:
    case DCCMVAU:
        line_operation(r5f->core, line, true, false);
        return true;
    case DCCIMVAC:
        line_operation(r5f->core, line, true, true);
        return true;
    case DCISW:
        by_set_and_way(r5f->core, value, false, true);
        return true;
    case DCCSW:
        by_set_and_way(r5f->core, value, true, false);
        return true;
    case DCCISW:
        by_set_and_way(r5f->core, value, true, true);
        return true;
    case INVALIDATE_ALL:
        invalidate_all(r5f);
        return true;
    default:
        return false;
    }
}

bool r5f_cache_maintenance(struct r5f *r5f, uint32_t reg, uint32_t value)
{
    bool known;

    if (!caches_on())
        return false;
    lock_take(&cache_lock);
    known = maintain(r5f, reg, value);
    lock_release(&cache_lock);
    return known;
}

/* ---- devices ---- */

static bool first_time(unsigned core, uint64_t address, bool write)
{
    uint32_t what = ((uint32_t)address & ~(PAGE_SIZE - 1)) | core << 1 | write;

    for (unsigned i = 0; i < reported_count; i++)
        if (reported[i] == what)
            return false;
    if (reported_count == REPORTED_MAX)
        return false;
    reported[reported_count++] = what;
    return true;
}

static void tell(unsigned core, uint64_t address, bool write)
{
    if (!first_time(core, address, write))
        return;
    report(write ? "not cleaned: a device writes %x, in a line that r5f %u has written and not "
                   "cleaned, pc %x"
                 : "not cleaned: a device reads %x, but r5f %u has not cleaned it since it was "
                   "written, pc %x",
           address, (uint64_t)core, trap_pc());
}

/* Of one line: what is written by either side. */
static bool differs(const struct copies *copies, uint64_t address, uint64_t size)
{
    return memcmp(&copies->cores[address % PAGE_SIZE], &copies->filled[address % PAGE_SIZE],
                  size) != 0;
}

static void check(unsigned core, uint64_t address, uint64_t size, bool write)
{
    for (uint64_t at = address; at < address + size;) {
        uint64_t line = at & ~(uint64_t)(LINE - 1), next = line + LINE;
        const struct copies *copies = copies_of(core, line);
        uint64_t part = (next < address + size ? next : address + size) - at;

        if (copies == NULL)
            next = (at | (PAGE_SIZE - 1)) + 1;
        else if (write ? differs(copies, line, LINE) : differs(copies, at, part))
            tell(core, at, write);
        at = next;
    }
}

void r5f_cache_device(uint64_t address, uint64_t size, bool write)
{
    if (!caches_on() || parameters()->r5fs == 0)
        return;
    lock_take(&cache_lock);
    for (unsigned core = 0; core < parameters()->r5fs; core++)
        if (counts[core] != 0 && r5f_runs(core))
            check(core, address, size, write);
    lock_release(&cache_lock);
}
