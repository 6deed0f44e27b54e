// SPDX-License-Identifier: BSD-3-Clause
/*
 * A plugin of QEMU's for the mood order (docs/twin.md, "Moods"): it tells where a barrier is
 * missing between the guest's accesses to memory and those to a device's registers.
 *
 *     qemu-system-aarch64 ... -plugin order.so,report=FILE
 *
 * It sees the guest's loads, stores and barriers, and the monitor tells it by stores of its own
 * (see twin/monitor/order.h) when the guest writes a register that makes a device read memory, when
 * a device reads or writes memory, and when the guest reads a register that says so.
 *
 * Time is a number that grows at each barrier and each such access to a register. For each word of
 * the guest's DRAM there is noted who has written it last, and when.
 *   - A device reads what a core has stored before it told the device, and neither that core nor
 * the one that told it has made a barrier for stores in between: a fault.
 *   - A core loads what a device has written, has asked the device since, and has made no barrier
 *     for loads after it asked: a fault.
 * Barriers count if they reach as far as the device: the outer-shareable domain, or all; the ITS
 * and the redistributors are in the inner-shareable one, as their registers say.
 */
#include "twin/order/qemu_plugin.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "twin/monitor/order.h"

#define CORES            4u
#define GRANULE          4u
#define LOW_BASE         UINT64_C(0x80000000)
#define HIGH_BASE        UINT64_C(0x880000000)
#define BANK_SIZE        UINT64_C(0x80000000)
#define TWIN_BASE        UINT64_C(0x40400000) /* its code */
#define TWIN_END         UINT64_C(0x40600000)

#define INSTRUCTIONS_MAX (1u << 24)
#define FAULTS_MAX       64u
#define WAITING_MAX      8u

/* Registers by number: the main rings, the MCU's, the GIC's blocks. */
#define RING_PAGE        0x1000u
#define RINGS_MAIN       UINT64_C(0x3c000000)
#define RINGS_MCU        UINT64_C(0x2b800000)
#define GIC              UINT64_C(0x01800000)
#define GIC_PAGE         0x10000u
#define NUMBER_MCU       1024u
#define NUMBER_GIC       2048u
#define NUMBERS          2112u
#define NO_NUMBER        NUMBERS

/* What is noted of a granule: when, and by whom: a core, and which instruction, or a device. */
#define NOTE_DEVICE      (UINT64_C(1) << 32)
#define NOTE_CORE_SHIFT  33
#define NOTE_WHAT_SHIFT  36
#define NOTE_TIME(note)  ((uint32_t)(note))
#define NOTE_CORE(note)  ((note) >> NOTE_CORE_SHIFT & 3u)
#define NOTE_WHAT(note)  ((note) >> NOTE_WHAT_SHIFT)

/* How far a barrier reaches. */
enum reach {
    REACH_INNER,
    REACH_OUTER, /* or all */
    REACHES
};

static uint32_t now = 1;
static uint64_t *notes[2]; /* of each bank */
static uint64_t *places;   /* of the instructions that were translated */
static uint32_t place_count;
static uint32_t stores_ordered[CORES][REACHES]; /* when, the last time */

/* By whom a register was written last, and up to when each core's stores had been ordered. */
static struct telling {
    uint32_t time;
    unsigned int core;
    uint64_t pc;
    uint32_t ordered[CORES];
} tellings[NUMBERS];

/* When a core has read a register the last time, and the last time with a barrier behind it. */
static struct asking {
    uint32_t time, ordered;
    uint64_t pc;
} askings[CORES][NUMBERS];

/* What a core has read since its last barrier. */
static struct {
    unsigned int numbers[WAITING_MAX], count;
} waiting[CORES];

/* A message on its way, of each core. */
static struct {
    uint64_t words[ORDER_WORDS_MAX];
    unsigned int count;
} messages[CORES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int report_file = -1;
static struct {
    uint64_t first, second;
} faults[FAULTS_MAX];
static unsigned int fault_count;

const int qemu_plugin_version = QEMU_PLUGIN_INTERFACE;

static uint32_t time_now(void)
{
    return __atomic_load_n(&now, __ATOMIC_RELAXED);
}

/* A new time begins. */
static uint32_t tick(void)
{
    return __atomic_add_fetch(&now, 1, __ATOMIC_RELAXED);
}

static uint64_t *note_of(uint64_t address)
{
    if (address - LOW_BASE < BANK_SIZE) {
        return &notes[0][(address - LOW_BASE) / GRANULE];
    }
    if (address - HIGH_BASE < BANK_SIZE) {
        return &notes[1][(address - HIGH_BASE) / GRANULE];
    }
    return NULL;
}

static uint64_t get(const uint64_t *note)
{
    return __atomic_load_n(note, __ATOMIC_RELAXED);
}

static void put(uint64_t address, uint64_t size, uint64_t note)
{
    for (uint64_t at = address & ~(uint64_t)(GRANULE - 1); at < address + size; at += GRANULE) {
        uint64_t *place = note_of(at);

        if (place != NULL) {
            __atomic_store_n(place, note, __ATOMIC_RELAXED);
        }
    }
}

static unsigned int number_of(uint64_t block)
{
    if (block - RINGS_MAIN < (uint64_t)NUMBER_MCU * RING_PAGE) {
        return (unsigned int)((block - RINGS_MAIN) / RING_PAGE);
    }
    if (block - RINGS_MCU < (uint64_t)(NUMBER_GIC - NUMBER_MCU) * RING_PAGE) {
        return NUMBER_MCU + (unsigned int)((block - RINGS_MCU) / RING_PAGE);
    }
    if (block - GIC < (uint64_t)(NUMBERS - NUMBER_GIC) * GIC_PAGE) {
        return NUMBER_GIC + (unsigned int)((block - GIC) / GIC_PAGE);
    }
    return NO_NUMBER;
}

static enum reach reach_of(unsigned int number)
{
    return number >= NUMBER_GIC ? REACH_INNER : REACH_OUTER;
}

/* ---- faults ---- */

/* With the lock. Whether it is told now; each pair of places is told once. */
static bool is_new(uint64_t first, uint64_t second)
{
    for (unsigned int i = 0; i < fault_count; i++) {
        if (faults[i].first == first && faults[i].second == second) {
            return false;
        }
    }
    if (fault_count == FAULTS_MAX) {
        return false;
    }
    faults[fault_count].first = first;
    faults[fault_count++].second = second;
    return true;
}

static void check_stored(const struct telling *telling, uint64_t address, uint64_t note)
{
    uint32_t time = NOTE_TIME(note);
    uint64_t pc = places[NOTE_WHAT(note)];

    if (note == 0 || (note & NOTE_DEVICE) != 0 || time >= telling->time ||
        time < telling->ordered[telling->core] || time < telling->ordered[NOTE_CORE(note)] ||
        !is_new(pc, telling->pc)) {
        return;
    }
    dprintf(report_file,
            "not ordered: a device reads 0x%llx, stored at pc 0x%llx, and was told at pc 0x%llx, "
            "with no "
            "barrier between them\n",
            (unsigned long long)address, (unsigned long long)pc, (unsigned long long)telling->pc);
}

static void check_loaded(unsigned int core, uint64_t address, uint64_t note, uint64_t pc)
{
    const struct asking *asking = &askings[core][NOTE_WHAT(note)];
    uint32_t time = NOTE_TIME(note);

    if (time >= asking->time || time < asking->ordered) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (is_new(pc, asking->pc)) {
        dprintf(report_file,
                "not ordered: pc 0x%llx loads 0x%llx, which a device has written and told of at pc "
                "0x%llx, "
                "with no barrier between them\n",
                (unsigned long long)pc, (unsigned long long)address,
                (unsigned long long)asking->pc);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- messages of the monitor's ---- */

static void told(unsigned int core, unsigned int number, uint64_t pc)
{
    struct telling *telling = &tellings[number];

    telling->time = tick();
    telling->core = core;
    telling->pc = pc;
    for (unsigned int i = 0; i < CORES; i++) {
        telling->ordered[i] =
            __atomic_load_n(&stores_ordered[i][reach_of(number)], __ATOMIC_RELAXED);
    }
}

/* Words that are read in part only may be someone else's as well. */
static void device_read(unsigned int number, uint64_t address, uint64_t size)
{
    uint64_t first = (address + GRANULE - 1) & ~(uint64_t)(GRANULE - 1);

    for (uint64_t at = first; at + GRANULE <= address + size; at += GRANULE) {
        const uint64_t *note = note_of(at);

        if (note != NULL) {
            check_stored(&tellings[number], at, get(note));
        }
    }
}

static void asked(unsigned int core, unsigned int number, uint64_t pc)
{
    struct asking *asking = &askings[core][number];

    asking->time = tick();
    asking->pc = pc;
    if (waiting[core].count < WAITING_MAX) {
        waiting[core].numbers[waiting[core].count++] = number;
    }
}

static void take_message(unsigned int core, const uint64_t *words)
{
    unsigned int number = number_of(words[1]);

    if (number == NO_NUMBER) {
        return;
    }
    pthread_mutex_lock(&lock);
    switch ((enum order_message)words[0]) {
    case ORDER_TOLD:
        told(core, number, words[2]);
        break;
    case ORDER_READ:
        device_read(number, words[2], words[3]);
        break;
    case ORDER_WROTE:
        put(words[2], words[3], time_now() | NOTE_DEVICE | (uint64_t)number << NOTE_WHAT_SHIFT);
        break;
    case ORDER_ASKED:
        asked(core, number, words[2]);
        break;
    }
    pthread_mutex_unlock(&lock);
}

/* The pieces of a word come lowest first. */
static void take_piece(unsigned int core, uint64_t offset)
{
    unsigned int piece = (unsigned int)(offset >> ORDER_PIECE_SHIFT);
    uint64_t *word = &messages[core].words[messages[core].count];
    uint64_t bits = offset & ((1u << ORDER_PIECE_SHIFT) - 1);

    *word = piece == 0 ? bits : *word | bits << piece * ORDER_PIECE_SHIFT;
    if (piece == 3 && ++messages[core].count == ORDER_WORDS_MAX) {
        messages[core].count = 0;
        take_message(core, messages[core].words);
    }
}

/* ---- instructions ---- */

static bool physical(qemu_plugin_meminfo_t info, uint64_t address, uint64_t *where)
{
    const struct qemu_plugin_hwaddr *found = qemu_plugin_get_hwaddr(info, address);

    if (found == NULL || qemu_plugin_hwaddr_is_io(found)) {
        return false;
    }
    *where = qemu_plugin_hwaddr_phys_addr(found);
    return true;
}

static void monitor_stores(unsigned int core, qemu_plugin_meminfo_t info, uint64_t address,
                           void *cookie)
{
    (void)cookie;
    (void)info; /* the monitor's addresses are physical ones */
    if (core < CORES && address >= ORDER_WINDOW && address < ORDER_WINDOW_END) {
        take_piece(core, address - ORDER_WINDOW);
    }
}

static void guest_accesses(unsigned int core, qemu_plugin_meminfo_t info, uint64_t address,
                           void *cookie)
{
    uint64_t place = (uintptr_t)cookie, where,
             size = UINT64_C(1) << qemu_plugin_mem_size_shift(info);
    const uint64_t *note;

    if (core >= CORES || !physical(info, address, &where)) {
        return;
    }
    if (qemu_plugin_mem_is_store(info)) {
        put(where, size, time_now() | (uint64_t)core << NOTE_CORE_SHIFT | place << NOTE_WHAT_SHIFT);
        return;
    }
    note = note_of(where);
    if (note != NULL && (get(note) & NOTE_DEVICE) != 0) {
        check_loaded(core, where, get(note), places[place]);
    }
}

/* Arm DDI 0487, C6.2, DMB and DSB: CRm[3:2] is the domain, CRm[1:0] what is ordered. */
#define BARRIER_DOMAIN(crm) ((crm) >> 2 & 3u)
#define DOMAIN_OUTER        0u
#define DOMAIN_INNER        2u
#define DOMAIN_ALL          3u
#define BARRIER_TYPES(crm)  ((crm)&3u)
#define TYPES_LOADS         1u
#define TYPES_STORES        2u
#define TYPES_ALL           3u

static void barrier(unsigned int core, void *cookie)
{
    unsigned int crm = (unsigned int)(uintptr_t)cookie;
    unsigned int domain = BARRIER_DOMAIN(crm), types = BARRIER_TYPES(crm);
    bool outer = domain == DOMAIN_OUTER || domain == DOMAIN_ALL;
    uint32_t time;

    if (core >= CORES || (!outer && domain != DOMAIN_INNER) || types == 0) {
        return;
    }
    time = tick();
    if (types == TYPES_STORES || types == TYPES_ALL) {
        __atomic_store_n(&stores_ordered[core][REACH_INNER], time, __ATOMIC_RELAXED);
        if (outer) {
            __atomic_store_n(&stores_ordered[core][REACH_OUTER], time, __ATOMIC_RELAXED);
        }
    }
    if (outer && (types == TYPES_LOADS || types == TYPES_ALL)) {
        for (unsigned int i = 0; i < waiting[core].count; i++) {
            struct asking *asking = &askings[core][waiting[core].numbers[i]];

            asking->ordered = asking->time;
        }
        waiting[core].count = 0;
    }
}

static bool is_barrier(uint32_t instruction)
{
    return (instruction & 0xfffff0ff) == 0xd50330bf || /* DMB */
           (instruction & 0xfffff0ff) == 0xd503309f;   /* DSB */
}

static bool is_access(uint32_t instruction)
{
    return (instruction & 0x0a000000) == 0x08000000 || /* loads and stores: C4.1 */
           (instruction & 0xffffffe0) == 0xd50b7420;   /* DC ZVA */
}

static void instrument(struct qemu_plugin_insn *instruction)
{
    uint64_t pc = qemu_plugin_insn_vaddr(instruction);
    uint32_t word, place;

    memcpy(&word, qemu_plugin_insn_data(instruction), sizeof(word));
    if (pc >= TWIN_BASE && pc < TWIN_END) {
        qemu_plugin_register_vcpu_mem_cb(instruction, monitor_stores, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_W, NULL);
    } else if (is_barrier(word)) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, barrier, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)(word >> 8 & 0xf));
    } else if (is_access(word)) {
        place = __atomic_fetch_add(&place_count, 1, __ATOMIC_RELAXED) % INSTRUCTIONS_MAX;
        places[place] = pc;
        qemu_plugin_register_vcpu_mem_cb(instruction, guest_accesses, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, (void *)(uintptr_t)place);
    }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        instrument(qemu_plugin_tb_get_insn(block, i));
    }
}

/* Memory that costs nothing until it is used. */
static void *lazy(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    static const char name[] = "report=";

    (void)info;
    if (argc != 1 || strncmp(argv[0], name, sizeof(name) - 1) != 0) {
        fprintf(stderr, "order: wants report=FILE\n");
        return -1;
    }
    report_file = open(argv[0] + sizeof(name) - 1, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    notes[0] = lazy(BANK_SIZE / GRANULE * sizeof(uint64_t));
    notes[1] = lazy(BANK_SIZE / GRANULE * sizeof(uint64_t));
    places = lazy(INSTRUCTIONS_MAX * sizeof(uint64_t));
    if (report_file < 0 || notes[0] == NULL || notes[1] == NULL || places == NULL) {
        fprintf(stderr, "order: no room, or no file %s\n", argv[0] + sizeof(name) - 1);
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
