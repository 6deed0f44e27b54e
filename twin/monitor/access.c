// SPDX-License-Identifier: BSD-3-Clause
/*
 * The guest's accesses to what stage 2 does not map: devices, and what nobody is at (Arm DDI 0487,
 * D17.2.37, "ISS encoding for an exception from a Data Abort").
 *
 * A load or store of one general register comes with a syndrome. All else is told from the
 * instruction (decode.c) and made one element after the other, as a Cortex-A53 does on Device
 * memory, once it is clear that each element can be. What its core would refuse, EL1 is told:
 *   - an access to Device memory that is not aligned to its element, and DC ZVA: alignment fault;
 *   - a load-exclusive: "unsupported exclusive", since no device answers it with EXOKAY (Arm
 *     DDI 0500, 6.5.1);
 *   - what the guest's own tables do not allow, of an instruction that reaches over a page's end.
 * Where the guest's tables call a device Normal memory, accesses that are not aligned are split.
 *
 * Where nothing answers, a load is zero and a store nothing. In the mood abort-unmodelled it is an
 * external abort, as on a board: a synchronous one for loads and stores alike, though a Cortex-A53
 * may tell of a store's later, by an SError.
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/decode.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define HPFAR_FIPA(hpfar) (((hpfar)&0xfffffffff0ull) << 8) /* bits 39:4 are the page's 47:12 */
#define PAGE_OFFSET       0xfffull
#define PAGE_SHIFT        12u
#define ZERO_BLOCK        64u
#define STACK_POINTER     31u

#define PAR_FAILED        0x1ull
#define PAR_STATUS(par)   ((uint32_t)((par) >> 1) & 0x3fu)
#define PAR_ADDRESS(par)  ((par)&0xfffffffff000ull)
#define PAR_DEVICE(par)   (((par) >> 60) == 0) /* by its memory attributes */

#define SCTLR_E0E         (1u << 24)
#define SCTLR_EE          (1u << 25)
#define SPSR_AARCH32_BIG  (1u << 9)

#define EXTERNAL_ABORT    0x10u /* synchronous, not of a table walk */
#define FAULT_ALIGNMENT   0x21u
#define FAULT_EXCLUSIVE   0x35u

/* Pages on which an unmodelled access was reported; a hash table that never forgets. */
#define UNMODELLED_PAGES  4096u
static struct lock unmodelled_lock;
static uint64_t unmodelled_pages[UNMODELLED_PAGES]; /* page number + 1 */

/* Whether this is the first time for its page. A full table reports no more. */
static bool first_time(uint64_t address)
{
    uint64_t page = (address >> PAGE_SHIFT) + 1;
    bool first = false;

    lock_take(&unmodelled_lock);
    for (unsigned i = 0; i < UNMODELLED_PAGES; i++) {
        uint64_t *entry = &unmodelled_pages[(page + i) % UNMODELLED_PAGES];

        if (*entry == page)
            break;
        if (*entry == 0) {
            *entry = page;
            first = true;
            break;
        }
    }
    lock_release(&unmodelled_lock);
    return first;
}

static bool in(uint64_t address, uint64_t base, uint64_t size)
{
    return address - base < size;
}

/* false: nothing answers there. */
static bool device_access(uint64_t address, unsigned size, bool write, uint64_t *value)
{
    count_access(address, write);
    if (in(address, GUEST_GICD_BASE, GUEST_GICD_SIZE))
        return gicd_access(address - GUEST_GICD_BASE, size, write, value);
    if (in(address, GUEST_GICR_BASE, GUEST_GICR_SIZE))
        return gicr_access(address - GUEST_GICR_BASE, size, write, value);
    if (in(address, GUEST_GITS_BASE, GUEST_GITS_SIZE)) {
        its_access(address - GUEST_GITS_BASE, size, write, value);
        return true;
    }
    return write ? machine_write(address, size, *value) : machine_read(address, size, value);
}

/* The SoC has DRAM there, this board has not. In the mood one-gib that is the external abort which
 * a board may make of it; TF-A of TI's K3 takes it at EL3 and does not return
 * (HANDLE_EA_EL3_FIRST). */
static bool missing_dram(uint64_t address, bool write)
{
    bool missing = dram_window(address);

    if (missing && (parameters()->moods & AM65X_MOOD_ONE_GIB) != 0)
        die("no memory: %s at %x, where this board has no DRAM, pc %x", write ? "write" : "read",
            address, trap_pc());
    return missing;
}

bool bus_access(uint64_t address, unsigned size, bool write, uint64_t *value)
{
    bool missing;

    if (device_access(address, size, write, value))
        return true;
    missing = missing_dram(address, write);
    *value = 0;
    if (first_time(address))
        report("%s: %s %u bytes at %x, pc %x", missing ? "no memory" : "unmodelled",
               write ? "write" : "read", (uint64_t)size, address, trap_pc());
    return !(parameters()->moods & AM65X_MOOD_ABORT_UNMODELLED);
}

static bool access(uint64_t address, unsigned size, bool write, uint64_t *value)
{
    return caches_access(address, size, write, value) || bus_access(address, size, write, value);
}

/* ---- what the guest's own translation says ---- */

/* PAR_EL1 of an address for the access at hand. */
static uint64_t translated(uint64_t address, bool write)
{
    uint64_t guests = read_sysreg(par_el1), par;

    translate_data_for_guest(address, write, guest_at_el0());
    synchronise_context(); /* PAR_EL1 holds the result */
    par = read_sysreg(par_el1);
    write_sysreg(par_el1, guests);
    return par;
}

static void data_fault(uint64_t address, bool write, uint32_t status)
{
    guest_abort(EC_DATA_ABORT_LOWER, status | (write ? ISS_WNR : 0), address);
}

static bool big_endian(void)
{
    uint64_t spsr = read_sysreg(spsr_el2), control;

    if (spsr & SPSR_AARCH32)
        return spsr & SPSR_AARCH32_BIG;
    control = read_sysreg(sctlr_el1) & (SCTLR_E0E | SCTLR_EE);
    return control != 0 && (control & (guest_at_el0() ? SCTLR_E0E : SCTLR_EE)) != 0;
}

/* ---- an element: up to 16 bytes, in the order in which a core that is little endian has them */

static void swap(uint8_t *bytes, unsigned size)
{
    for (unsigned i = 0; i < size / 2; i++) {
        uint8_t byte = bytes[i];

        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
}

static bool piece(uint64_t address, unsigned size, bool write, uint8_t *bytes)
{
    uint64_t value = 0;

    if (caches_access(address, size, write, bytes))
        return true;
    if (guest_memory(address, size)) { /* an instruction may reach from there to a device */
        if (write)
            memcpy(memory_at(address), bytes, size);
        else
            memcpy(bytes, memory_at(address), size);
        return true;
    }
    memcpy(&value, bytes, size);
    if (!access(address, size, write, &value))
        return false;
    if (!write)
        memcpy(bytes, &value, size);
    return true;
}

/* Each piece is aligned to its size, so lies in one page. false: the guest has an abort. */
static bool move_element(uint64_t address, unsigned size, bool write, uint8_t *bytes)
{
    bool swapped = big_endian();

    if (write && swapped)
        swap(bytes, size);
    for (unsigned done = 0; done < size;) {
        uint64_t at = address + done;
        unsigned step = 8;

        while (at % step != 0 || step > size - done)
            step /= 2;
        if (!piece(PAR_ADDRESS(translated(at, write)) | (at & PAGE_OFFSET), step, write,
                   &bytes[done])) {
            data_fault(at, write, EXTERNAL_ABORT);
            return false;
        }
        done += step;
    }
    if (!write && swapped)
        swap(bytes, size);
    return true;
}

/* Whether the guest may have it; else it is told. */
static bool element_allowed(uint64_t address, unsigned size, bool write)
{
    uint64_t first = translated(address, write), last = translated(address + size - 1, write);

    if ((first | last) & PAR_FAILED) {
        bool second = !(first & PAR_FAILED);

        data_fault(second ? (address + size - 1) & ~PAGE_OFFSET : address, write,
                   PAR_STATUS(second ? last : first));
        return false;
    }
    if (address % size != 0 && (PAR_DEVICE(first) || PAR_DEVICE(last))) {
        data_fault(address, write, FAULT_ALIGNMENT);
        return false;
    }
    return true;
}

/* ---- registers ---- */

static uint64_t extended(uint64_t value, unsigned size, bool sign, bool wide)
{
    unsigned unused = 64 - 8 * size;

    if (!sign)
        return value << unused >> unused;
    value = (uint64_t)((int64_t)(value << unused) >> unused);
    return wide ? value : (uint32_t)value;
}

static void load_register(struct frame *frame, const struct operation *op, unsigned i,
                          const uint8_t *bytes)
{
    uint8_t vector[16] = {0};
    unsigned reg = op->elements[i].reg;
    uint64_t value = 0;

    if (!op->simd) {
        memcpy(&value, bytes, op->size);
        frame_set(frame, reg, extended(value, op->size, op->extends, op->wide));
        return;
    }
    if (op->lanes)
        simd_get(reg, (uint64_t *)(void *)vector);
    if (op->everywhere)
        for (unsigned at = 0; at < sizeof(vector); at += op->size)
            memcpy(&vector[at], bytes, op->size);
    else
        memcpy(&vector[op->elements[i].lane * op->size], bytes, op->size);
    if (op->half)
        memset(&vector[8], 0, 8);
    simd_set(reg, (const uint64_t *)(const void *)vector);
}

static void stored_register(const struct frame *frame, const struct operation *op, unsigned i,
                            uint8_t *bytes)
{
    uint64_t vector[2] = {frame_get(frame, op->elements[i].reg), 0};

    if (op->simd)
        simd_get(op->elements[i].reg, vector);
    memcpy(bytes, (const uint8_t *)vector + op->elements[i].lane * op->size, op->size);
}

static uint64_t base_get(const struct frame *frame, const struct operation *op)
{
    if (!op->based)
        return 0;
    if (op->base != STACK_POINTER)
        return frame->x[op->base];
    return (read_sysreg(spsr_el2) & SPSR_MODE_MASK) == SPSR_MODE_EL1H ? read_sysreg(sp_el1)
                                                                      : read_sysreg(sp_el0);
}

static void base_set(struct frame *frame, const struct operation *op, uint64_t value)
{
    if (op->base != STACK_POINTER)
        frame->x[op->base] = value;
    else if ((read_sysreg(spsr_el2) & SPSR_MODE_MASK) == SPSR_MODE_EL1H)
        write_sysreg(sp_el1, value);
    else
        write_sysreg(sp_el0, value);
}

/* An index is 32 bits, extended with zeros (option 2) or its sign (6), or 64 bits (3, 7). */
static uint64_t index_of(const struct frame *frame, const struct operation *op)
{
    uint64_t index = frame_get(frame, op->index);

    if (!(op->option & 1u))
        index = op->option & 4u ? (uint64_t)(int64_t)(int32_t)index : (uint32_t)index;
    return index << op->shift;
}

static uint64_t address_of(const struct frame *frame, const struct operation *op)
{
    uint64_t address = base_get(frame, op) + (uint64_t)op->offset + index_of(frame, op);

    if (op->relative)
        address += trap_pc();
    return op->kind == OPERATION_ZERO ? address & ~(uint64_t)(ZERO_BLOCK - 1) : address;
}

/* ---- instructions without a syndrome ---- */

static bool is_write(const struct operation *op)
{
    return op->kind != OPERATION_LOAD && op->kind != OPERATION_EXCLUSIVE_LOAD;
}

/* What a core says of Device memory before it looks at the elements. */
static bool refused(const struct operation *op, uint64_t address)
{
    bool exclusive = op->kind == OPERATION_EXCLUSIVE_LOAD || op->kind == OPERATION_EXCLUSIVE_STORE;

    if (exclusive)
        data_fault(address, is_write(op), FAULT_EXCLUSIVE);
    else if (op->kind == OPERATION_ZERO && PAR_DEVICE(translated(address, true)))
        data_fault(address, true, FAULT_ALIGNMENT);
    else
        return false;
    return true;
}

static void perform(struct frame *frame, const struct operation *op)
{
    uint64_t address = address_of(frame, op), base = base_get(frame, op);
    uint64_t move =
        op->move_register == NO_REGISTER ? (uint64_t)op->move : frame->x[op->move_register];
    bool write = is_write(op);

    for (unsigned i = 0; i < op->count; i++)
        if (!element_allowed(address + (uint64_t)i * op->size, op->size, write))
            return;
    if (refused(op, address))
        return;
    for (unsigned i = 0; i < op->count; i++) {
        uint8_t bytes[16] = {0};

        if (write)
            stored_register(frame, op, i, bytes);
        if (!move_element(address + (uint64_t)i * op->size, op->size, write, bytes))
            return;
        if (!write)
            load_register(frame, op, i, bytes);
    }
    if (op->moves)
        base_set(frame, op, base + move);
    guest_skip();
}

static void without_syndrome(struct frame *frame, uint64_t address)
{
    struct operation op;
    uint32_t instruction = 0;

    if (!syndrome_fetch(trap_pc(), &instruction) || !decode(instruction, &op))
        die("device access by an instruction without syndrome (%x), address %x, pc %x, esr %x",
            (uint64_t)instruction, address, trap_pc(), read_sysreg(esr_el2));
    perform(frame, &op);
}

/* ---- one general register, with a syndrome ---- */

/* The bytes of a register as memory has them, or the other way round. */
static uint64_t ordered(uint64_t value, unsigned size)
{
    return big_endian() ? __builtin_bswap64(value) >> (64 - 8 * size) : value;
}

/* Where the guest's tables call the device Normal memory; else it has a fault. */
static bool unaligned(unsigned size, bool write, uint64_t *value)
{
    uint64_t address = read_sysreg(far_el2);
    uint8_t bytes[8];

    if (!element_allowed(address, size, write))
        return false;
    memcpy(bytes, value, sizeof(bytes));
    move_element(address, size, write, bytes);
    memcpy(value, bytes, sizeof(bytes));
    return true;
}

/* Another core of the guest's may have changed the instruction meanwhile. */
static bool agrees(const struct operation *op, uint32_t iss)
{
    return op->count == 1 && !op->simd && op->size == 1u << ISS_SAS(iss) &&
           op->elements[0].reg == ISS_SRT(iss) && is_write(op) == ((iss & ISS_WNR) != 0) &&
           op->extends == ((iss & ISS_SSE) != 0);
}

/* At a page's beginning the fault may be one of an access that began in the page before it, which
 * is told from the instruction only. */
static bool began_before(struct frame *frame, uint32_t iss, uint64_t address)
{
    struct operation op;
    uint32_t instruction = 0;

    if ((address & PAGE_OFFSET) != 0 || ISS_SAS(iss) == 0 ||
        !syndrome_fetch(trap_pc(), &instruction) || !decode(instruction, &op) ||
        !agrees(&op, iss) || address_of(frame, &op) == read_sysreg(far_el2))
        return false;
    perform(frame, &op);
    return true;
}

static void with_syndrome(struct frame *frame, uint32_t iss, uint64_t address)
{
    unsigned size = 1u << ISS_SAS(iss);
    bool write = iss & ISS_WNR;
    uint64_t value = write ? extended(frame_get(frame, ISS_SRT(iss)), size, false, false) : 0;

    if (began_before(frame, iss, address))
        return;
    if (address % size != 0) {
        if (!unaligned(size, write, &value))
            return;
    } else {
        if (write)
            value = ordered(value, size);
        if (!access(address, size, write, &value)) {
            data_fault(read_sysreg(far_el2), write, EXTERNAL_ABORT);
            return;
        }
        if (!write)
            value = ordered(extended(value, size, false, false), size);
    }
    if (!write)
        frame_set(frame, ISS_SRT(iss), extended(value, size, iss & ISS_SSE, iss & ISS_SF));
    guest_skip();
}

void data_abort(struct frame *frame, uint32_t iss)
{
    uint64_t address = HPFAR_FIPA(read_sysreg(hpfar_el2)) | (read_sysreg(far_el2) & PAGE_OFFSET);

    caches_look_at_code();
    if (iss & ISS_S1PTW)
        die("translation table outside memory, address %x, pc %x", address, trap_pc());
    if (iss & ISS_CM)
        guest_skip(); /* cache maintenance of a device's address does nothing */
    else if (iss & ISS_ISV)
        with_syndrome(frame, iss, address);
    else
        without_syndrome(frame, address);
}
