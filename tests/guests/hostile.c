// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest that tries to get out: each address that it can give to something that reads or writes
 * memory leads into the twin's own, to its GIC, to the ends of DRAM, or to registers. After each
 * attempt the twin is whole: it answers, starts a core, and takes and gives messages.
 */
#include "tests/guests/guest.h"

#define SRAM_END     (SRAM_BASE + 0x200000)
#define HERE         UINT64_C(0x82000000) /* memory to play with */
#define VALID        (UINT64_C(1) << 63)
#define PSCI_VERSION 0x84000000u
#define CORE_1       1u

/* Where the guest has nothing to look for: QEMU's flash, GIC, UARTs and PCIe; the twin's image,
 * parameters, ITS tables, stacks; between the banks of DRAM; behind all of it. */
static const uint64_t foreign[] = {
    0x0,          0x04000000,   0x08000000,   0x08080000,   0x080a0000,   0x09000000,
    0x09040000,   0x090b0000,   0x40000000,   0x40200000,   0x40300000,   0x40c00000,
    0x41800000,   0x41880000,   0x42000000,   0x6ffff000,   0x70200000,   0x100000000,
    0x1040200000, 0x4008000000, 0x4010000000, 0x8000000000, 0xffff000000,
};
#define FOREIGN (sizeof(foreign) / sizeof(foreign[0]))

static const char *attempt;
static volatile bool started;

static void say_so(const char *name)
{
    attempt = name;
}

/* ---- that the twin is whole ---- */

static void run_on_core_1(void)
{
    started = true;
}

static void nobody_is_hurt(void)
{
    struct sci_message message = {{0}};
    bool good = smc(PSCI_VERSION, 0, 0, 0) == 0x10001;

    started = false;
    good = good && guest_core_on(CORE_1, run_on_core_1) == 0;
    guest_wait_off(CORE_1);
    good = good && started && sci_call(0x0002, &message) && read32(JTAGID) == 0x1bb5a02f &&
           guest_faults()->count == 0;
    check(attempt, good);
    guest_no_faults();
}

/* ---- the ITS ---- */

#define GITS_CTLR    (GITS_BASE + 0x00)
#define GITS_CBASER  (GITS_BASE + 0x80)
#define GITS_CWRITER (GITS_BASE + 0x88)
#define GITS_CREADR  (GITS_BASE + 0x90)
#define GITS_BASER   (GITS_BASE + 0x100)
#define DEVICES      (HERE + 0x10000)
#define COLLECTIONS  (HERE + 0x20000)
#define QUEUE        (HERE + 0x30000)
#define ITT          (HERE + 0x40000)
#define PROPERTIES   (HERE + 0x100000)
#define PENDING      (HERE + 0x200000)
#define PRE_ITS      UINT64_C(0x01000000)
#define STALLED      1u
#define INDIRECT     (UINT64_C(1) << 62)

struct command {
    uint64_t words[4];
};

static void its_set_up(uint64_t devices, uint64_t collections, uint64_t queue)
{
    write32(GITS_CTLR, 0);
    write64(GITS_BASER, VALID | devices);
    write64(GITS_BASER + 8, VALID | collections);
    write64(GITS_CBASER, VALID | queue);
    write64(GITS_CWRITER, 0);
    write32(GITS_CTLR, 1);
}

static struct command mapd(uint64_t device, uint64_t itt, uint64_t bits)
{
    return (struct command){{device << 32 | 8, bits, VALID | itt, 0}};
}

static struct command mapc(uint64_t collection, uint64_t core)
{
    return (struct command){{9, 0, VALID | core << 16 | collection, 0}};
}

static struct command mapti(uint64_t device, uint64_t event, uint64_t lpi)
{
    return (struct command){{device << 32 | 10, lpi << 32 | event, 0, 0}};
}

/* Whether the ITS has done it. */
static bool its_does(struct command command)
{
    uint64_t at = read64(GITS_CREADR) & ~(uint64_t)STALLED;

    for (unsigned i = 0; i < 4; i++)
        write64(QUEUE + at + 8 * i, command.words[i]);
    barrier();
    write64(GITS_CWRITER, ((at + 32) % 0x1000) | STALLED); /* the bit there: go on after a stall */
    at = read64(GITS_CREADR);
    if (at & STALLED) { /* over it, to the next */
        write32(GITS_CTLR, 0);
        write64(GITS_CBASER, VALID | QUEUE);
        write64(GITS_CWRITER, 0);
        write32(GITS_CTLR, 1);
    }
    return !(at & STALLED);
}

static void tables_of_the_its(void)
{
    unsigned done = 0;

    for (unsigned i = 0; i < FOREIGN; i++) {
        its_set_up(foreign[i] & ~UINT64_C(0xfff), COLLECTIONS, QUEUE);
        done += its_does(mapd(1, ITT, 4));
        its_set_up(DEVICES, foreign[i] & ~UINT64_C(0xfff), QUEUE);
        done += its_does(mapc(0, 0));
    }
    its_set_up(DEVICES, COLLECTIONS, QUEUE);
    for (unsigned i = 0; i < FOREIGN; i++)
        done += its_does(mapd(1, foreign[i] & ~UINT64_C(0xff), 4));
    done += its_does(mapd(1, SRAM_END - 0x100, 15)); /* the beginning is memory, the end is not */
    done += its_does(mapd(1, HERE, 31));
    done += its_does(mapd(0xffffffff, ITT, 4));
    done += its_does(mapc(0xffff, 0));
    done += its_does(mapc(0, 99));
    for (uint64_t opcode = 0x10; opcode < 0x100; opcode++)
        done += its_does((struct command){{opcode, ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)}});
    check_value("the ITS does none of the commands that lead elsewhere", done, 0);
    say_so("tables of the ITS that lie elsewhere");
    nobody_is_hurt();
}

static void queues_of_the_its(void)
{
    for (unsigned i = 0; i < FOREIGN; i++) {
        its_set_up(DEVICES, COLLECTIONS, foreign[i] & ~UINT64_C(0xfff));
        write64(GITS_CWRITER, 0xfe0);
    }
    its_set_up(DEVICES, COLLECTIONS,
               SRAM_END - 0x1000 + 0xff); /* 256 pages, of which one is there */
    write64(GITS_CWRITER, 0xfffe0);
    write64(GITS_CWRITER, ~UINT64_C(0));
    say_so("queues of the ITS that lie elsewhere");
    nobody_is_hurt();
}

static void fill(uint64_t from, uint64_t size, uint64_t value)
{
    for (uint64_t at = from; at < from + size; at += 8)
        write64(at, value);
}

/* Where tables can have two levels, the guest writes the addresses of the second ones by itself. */
static void first_levels_of_the_its(void)
{
    for (unsigned i = 0; i < FOREIGN; i++) {
        fill(DEVICES, 0x1000, VALID | foreign[i]);
        its_set_up(INDIRECT | DEVICES, COLLECTIONS, QUEUE);
        its_does(mapd(1, ITT, 4));
        its_does(mapd(0x301, ITT, 4));
        write32(PRE_ITS + 4, 0);
    }
    fill(DEVICES, 0x1000, 0);
    say_so("first levels of tables that lead elsewhere");
    nobody_is_hurt();
}

/* What the guest writes where the ITS has its entries are numbers; QEMU checks them. */
static void garbage_in_its_tables(void)
{
    static const uint64_t patterns[] = {
        ~UINT64_C(0),      1, 3, 0x8000000000000001, 0xfffffffffffffffd, 0x0000ffff0000ffff,
        0x5a5a5a5a5a5a5a5b};

    its_set_up(DEVICES, COLLECTIONS, QUEUE);
    its_does(mapc(0, 0));
    for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        its_does(mapd(2, ITT, 4));
        its_does(mapti(2, 0, 8192));
        fill(ITT, 0x200, patterns[i]);
        for (uint32_t event = 0; event < 40; event++)
            write32(PRE_ITS + 4 * 2, event);
        its_does((struct command){{UINT64_C(2) << 32 | 1, 0, 0, 0}});  /* MOVI */
        its_does((struct command){{UINT64_C(2) << 32 | 12, 0, 0, 0}}); /* INV */
        fill(DEVICES, 0x1000, patterns[i]);
        fill(COLLECTIONS, 0x1000, patterns[i]);
        write32(GITS_CTLR, 0);
        write32(GITS_CTLR, 1);
        write32(PRE_ITS + 4 * 2, 0);
        fill(DEVICES, 0x1000, 0);
        fill(COLLECTIONS, 0x1000, 0);
        its_does(mapc(0, 0));
    }
    say_so("garbage in the ITS's tables");
    nobody_is_hurt();
}

/* They have 32 bits or 64; here they are accessed with fewer. */
static void registers_of_the_its(void)
{
    for (uint64_t at = GITS_BASE; at < GITS_BASE + 0x140; at += 2) {
        write8(at, 0xff);
        write8(at + 1, 0x80);
        __asm__ volatile("strh %w0, [%1]\n ldrh w9, [%1]\n ldrb w9, [%1, #1]"
                         :
                         : "r"(0xffff), "r"(at)
                         : "x9", "memory");
    }
    say_so("registers of the ITS, by bytes and halves");
    nobody_is_hurt();
}

static void tables_of_lpis(void)
{
    unsigned on = 0;

    for (unsigned i = 0; i < FOREIGN; i++) {
        write64(GICR_BASE + 0x70, (foreign[i] & ~UINT64_C(0xfff)) | 15);
        write64(GICR_BASE + 0x78, PENDING);
        write32(GICR_BASE, 1);
        on += read32(GICR_BASE) & 1;
        write64(GICR_BASE + 0x70, PROPERTIES | 15);
        write64(GICR_BASE + 0x78, foreign[i] & ~UINT64_C(0xffff));
        write32(GICR_BASE, 1);
        on += read32(GICR_BASE) & 1;
    }
    write64(GICR_BASE + 0x70, (SRAM_END - 0x1000) | 31);
    write64(GICR_BASE + 0x78, PENDING);
    write32(GICR_BASE, 1);
    on += read32(GICR_BASE) & 1;
    check_value("LPIs stay off", on, 0);
    say_so("LPI tables that lie elsewhere");
    nobody_is_hurt();
}

/* All LPIs pending and enabled, and garbage afterwards: the guest's own trouble. */
static void a_flood_of_lpis(void)
{
    fill(PROPERTIES, 0xe000, 0xffffffffffffffff);
    fill(PENDING, 0x2000, 0xffffffffffffffff);
    write64(GICR_BASE + 0x70, PROPERTIES | 15);
    write64(GICR_BASE + 0x78, PENDING);
    write32(GICR_BASE, 1);
    check_value("with tables of the guest's they come on", read32(GICR_BASE) & 1, 1);
    write64(GICR_BASE + 0x70, THE_TWINS | 15);
    write64(GICR_BASE + 0x78, THE_TWINS);
    check("and stay where they are",
          (read64(GICR_BASE + 0x70) & 0xfffffffff01f) == (PROPERTIES | 15) &&
              (read64(GICR_BASE + 0x78) & 0xffffffff0000) == PENDING);
    fill(PENDING, 0x2000, 0x5a5a5a5a5a5a5a5a);
    its_set_up(DEVICES, COLLECTIONS, QUEUE);
    its_does(mapc(0, 0));
    its_does((struct command){{13, 0, 0, 0}}); /* INVALL */
    say_so("a flood of LPIs");
    nobody_is_hurt();
}

/* ---- rings and DMA of the main Navigator ---- */

#define RING         304u
#define WORK         8u /* a channel, and its ring */
#define RING_FIFO(n) (UINT64_C(0x38000000) + 0x1000 * (n))
#define RING_RT(n)   (UINT64_C(0x3c000000) + 0x1000 * (n))
#define TCHAN        (UINT64_C(0x35000000) + 0x1000 * WORK)
#define RCHAN        (UINT64_C(0x34000000) + 0x1000 * WORK)
#define ENABLE       (1u << 31)
#define DESCRIPTOR   (HERE + 0x300000)
#define RING_MEMORY  (HERE + 0x310000)
#define FOREVER      (0x1ffu << 20)

static void push_and_pop(unsigned ring)
{
    for (unsigned window = 0; window < 4; window++) {
        write32(RING_FIFO(ring) + 0x200 * window + 0x1f8, 0xdeadbeef);
        write32(RING_FIFO(ring) + 0x200 * window + 0x1fc, 0xdeadbeef);
        (void)read32(RING_FIFO(ring) + 0x200 * window + 0x1f8);
        (void)read32(RING_FIFO(ring) + 0x200 * window + 0x1fc);
    }
    for (unsigned i = 0; i < 4; i++) {
        write32(RING_RT(ring) + 0x10, 0x7f);
        write32(RING_RT(ring) + 0x10, 0x80);
    }
}

static void rings_elsewhere(void)
{
    static const uint64_t registers[] = {
        RING_FIFO(RING),
        RING_FIFO(RING) + 0x1f8,
        RING_FIFO(RING) + 0x3f8,
        RING_RT(RING) + 0x10,
        RING_FIFO(RING + 1) + 0x1f8,
        PRE_ITS,
        UART_BASE,
        GITS_BASE + 0x10040,
        0x33d00000,
    };
    bool good = true;

    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        good = sci_ring(RING, registers[i], 1, 1) && good;
        good = sci_ring(RING + 1, registers[i], 0xfffff, 1) && good;
        push_and_pop(RING);
        push_and_pop(RING + 1);
    }
    for (unsigned i = 0; i < FOREIGN; i++) {
        good = sci_ring(RING, foreign[i], 16, 1) && good;
        push_and_pop(RING);
    }
    check("rings can have any address", good);
    say_so("rings that lie elsewhere, or among their own registers");
    nobody_is_hurt();
}

static void open_channel(void)
{
    struct sci_message message;
    bool good = sci_ring(WORK, RING_MEMORY, 8, 0) && sci_ring(RING, RING_MEMORY + 0x100, 8, 0);

    message = (struct sci_message){{0}};
    sci_put(&message, 8, 4, 0x1c); /* completion ring, fetch size and type are valid */
    sci_put(&message, 12, 2, 188);
    sci_put(&message, 14, 2, WORK);
    sci_put(&message, 20, 1, 12); /* block copy */
    sci_put(&message, 22, 2, 16); /* words to fetch */
    sci_put(&message, 25, 2, RING);
    good = sci_call(0x1205, &message) && good;
    message = (struct sci_message){{0}};
    sci_put(&message, 8, 4, 0x1c);
    sci_put(&message, 12, 2, 188);
    sci_put(&message, 14, 2, WORK);
    sci_put(&message, 16, 2, 16);
    sci_put(&message, 18, 2, RING);
    sci_put(&message, 30, 1, 12);
    good = sci_call(0x1215, &message) && good;
    message = (struct sci_message){{0}};
    sci_put(&message, 8, 4, 118);
    sci_put(&message, 12, 4, 0x1000 + WORK);
    sci_put(&message, 16, 4, 0x9000 + WORK);
    good = sci_call(0x1280, &message) && good;
    write32(RCHAN, ENABLE);
    write32(TCHAN, ENABLE);
    check("a channel of DMA", good);
}

/* One TR of type 15: so many bytes, once. */
static void describe(uint64_t from, uint64_t to, uint32_t bytes, uint32_t reload)
{
    fill(DESCRIPTOR, 0x100, 0);
    write32(DESCRIPTOR, 3u << 30 | reload);
    write32(DESCRIPTOR + 4, 2u << 24);
    write32(DESCRIPTOR + 8, RING);
    write32(DESCRIPTOR + 64, 15u | 1u << 31);
    write32(DESCRIPTOR + 68, bytes | 1u << 16);
    write64(DESCRIPTOR + 72, from);
    write32(DESCRIPTOR + 84, 1u | 1u << 16);
    write64(DESCRIPTOR + 104, to);
    write32(DESCRIPTOR + 120, bytes | 1u << 16);
    write32(DESCRIPTOR + 124, 1u | 1u << 16);
    write32(DESCRIPTOR + 128, 0xee); /* the response */
}

static void submit(uint64_t descriptor)
{
    uint32_t index = (read32(RING_RT(WORK) + 0x1c) + read32(RING_RT(WORK) + 0x18)) % 8;

    write64(RING_MEMORY + 8 * index, descriptor);
    barrier();
    write32(RING_RT(WORK) + 0x10, 1);
    for (unsigned i = 0; i < 2000 && read32(RING_RT(RING) + 0x18) == 0; i++)
        guest_wait(10);
    write32(RING_RT(RING) + 0x10, 0x80); /* takes all of it back */
}

/* The status of a copy's response. */
static uint32_t copy(uint64_t from, uint64_t to, uint32_t bytes)
{
    describe(from, to, bytes, 0);
    submit(DESCRIPTOR);
    return read32(DESCRIPTOR + 128) & 0xff;
}

static void dma_elsewhere(void)
{
    unsigned moved = 0;

    fill(HERE + 0x400000, 0x1000, 0xd503201fd503201f);
    for (unsigned i = 0; i < FOREIGN; i++) {
        moved += copy(HERE + 0x400000, foreign[i], 0x800) == 0;
        moved += copy(foreign[i], HERE + 0x400000, 0x800) == 0;
        submit(foreign[i]);
        write32(TCHAN, 0);
        write32(TCHAN, ENABLE);
    }
    check_value("DMA moves nothing to or from there", moved, 0);
    say_so("DMA that leads elsewhere");
    nobody_is_hurt();
}

static void dma_among_registers(void)
{
    static const uint64_t registers[] = {
        TCHAN,
        RCHAN,
        RING_FIFO(WORK) + 0x1f8,
        RING_RT(WORK) + 0x10,
        RING_RT(RING) + 0x10,
        0x32c0d000,
        0x33d00000,
        PRE_ITS,
        0x3c000000,
    };

    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        (void)copy(HERE + 0x400000, registers[i], 0x40);
        (void)copy(registers[i], HERE + 0x400000, 0x40);
        submit(registers[i]);
        write32(TCHAN, 0);
        write32(RCHAN, ENABLE);
        write32(TCHAN, ENABLE);
    }
    guest_wait(1000);
    while ((read32(0x3240b000) & 0xff) != 0) /* what the system firmware has answered to it */
        (void)read32(0x32c0b03c);
    say_so("DMA to registers, its own too");
    nobody_is_hurt();
}

static void dma_reaches_the_sram(void)
{
    write64(SRAM_BASE + 0x100, 0);
    write64(HERE + 0x400000, 0x0123456789abcdef);
    check_value("DMA reaches the SRAM", copy(HERE + 0x400000, SRAM_BASE + 0x100, 8), 0);
    check_value("and writes there", read64(SRAM_BASE + 0x100), 0x0123456789abcdef);
    write64(HERE + 0x400000, 0);
    check_value("and reads", copy(SRAM_BASE + 0x100, HERE + 0x400000, 8), 0);
    check_value("what is there", read64(HERE + 0x400000), 0x0123456789abcdef);
    check("and not over its end", copy(HERE + 0x400000, SRAM_END - 4, 8) != 0);
}

/* A descriptor that repeats for ever and does nothing, or next to nothing. */
static void dma_without_end(void)
{
    static const uint32_t sizes[] = {0, 1};

    for (unsigned i = 0; i < 2; i++) {
        describe(HERE, HERE + 0x1000, sizes[i], FOREVER);
        submit(DESCRIPTOR);
        say_so("DMA without end");
        nobody_is_hurt();
        write32(TCHAN, 0);
        write32(TCHAN, ENABLE);
    }
}

/* ---- PSCI, and the rest of the secure monitor ---- */

static void entries_elsewhere(void)
{
    unsigned refused = 0;

    for (unsigned i = 0; i < FOREIGN; i++) {
        refused += smc(PSCI_CPU_ON, CORE_1, foreign[i], 0) == (uint64_t)-9;
        refused += smc(0x84000003, CORE_1, foreign[i] & 0x7fffffff, 0) == (uint64_t)-9;
        refused += smc(0xc400000e, foreign[i], 0, 0) == (uint64_t)-9;
        refused += smc(0x8400000e, foreign[i] & 0x7fffffff, 0, 0) == (uint64_t)-9;
    }
    check_value("no core starts there, nor comes back", refused, 4 * FOREIGN);
    say_so("PSCI entries elsewhere");
    nobody_is_hurt();
}

static void calls_of_all_kinds(void)
{
    static const uint64_t values[] = {0, 1, 0x80000000, THE_TWINS, ~UINT64_C(0), HERE + 1};

    for (uint64_t function = 0; function < 0x40; function++) {
        for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            /* not those that turn a core or the board off, or sleep */
            if (function != 2 && function != 8 && function != 9 && function != 1)
                (void)smc(0x84000000 + function, ~values[i], values[i], values[i]);
            (void)smc(0xc6000000 + function, 0x1000 + values[i], values[i], values[i]);
            (void)smc(values[i] + 0x32000000 + function, values[i], values[i], values[i]);
        }
    }
    say_so("calls of all kinds");
    nobody_is_hurt();
}

/* ---- the CPU interface ---- */

#define EACH_VALUE(name)                                                                           \
    for (unsigned i_ = 0; i_ < 64; i_++) {                                                         \
        write_sysreg(name, UINT64_C(1) << i_);                                                     \
        write_sysreg(name, ~(UINT64_C(1) << i_));                                                  \
        write_sysreg(name, (UINT64_C(1) << i_) - 1);                                               \
    }

static void the_cpu_interface(void)
{
    EACH_VALUE("S3_0_C12_C12_1");    /* ICC_EOIR1_EL1 */
    EACH_VALUE("S3_0_C12_C11_1");    /* ICC_DIR_EL1 */
    EACH_VALUE("S3_0_C12_C11_5");    /* ICC_SGI1R_EL1 */
    EACH_VALUE("S3_0_C12_C11_6");    /* ICC_ASGI1R_EL1 */
    EACH_VALUE("S3_0_C12_C11_7");    /* ICC_SGI0R_EL1 */
    EACH_VALUE("S3_0_C12_C12_3");    /* ICC_BPR1_EL1 */
    EACH_VALUE("S3_0_C12_C12_4");    /* ICC_CTLR_EL1 */
    EACH_VALUE("S3_0_C12_C9_0");     /* ICC_AP1R0_EL1 */
    write_sysreg("S3_0_C4_C6_0", 0); /* ICC_PMR_EL1: nothing gets through, but the twin's own */
    for (unsigned i = 0; i < 2000; i++)
        (void)read_sysreg("S3_0_C12_C12_0");
    say_so("the CPU interface's registers with all values");
    nobody_is_hurt();
}

/* ---- loads and stores ---- */

static void bare_accesses(void)
{
    uint64_t found = 0;

    for (unsigned i = 0; i < FOREIGN; i++) {
        found |= read64(foreign[i]);
        write64(foreign[i], ~UINT64_C(0));
        write32(foreign[i] + 0xffc, 0);
        found |= read64(foreign[i]);
    }
    check_value("what is not the guest's reads as zero", found, 0);
    say_so("loads and stores of the guest's own");
    nobody_is_hurt();
}

/* The GIC's frames that the guest reaches without a trap, at any size. */
static void the_gic_itself(void)
{
    for (uint64_t page = 0; page < 0x90000; page += 0x1000)
        for (uint64_t at = GICD_BASE + page; at < GICD_BASE + page + 0x20; at += 1) {
            (void)*(volatile uint8_t *)at;
            if (at % 4 == 0 && page != 0x20000)
                write32(at, 0);
            __asm__ volatile("ldr x9, [%0]\n ldrh w9, [%0]" : : "r"(at) : "x9", "memory");
        }
    guest_no_faults(); /* where an access is not aligned, or too narrow */
    say_so("the GIC's registers, at any size");
    nobody_is_hurt();
}

static void debug_registers(void)
{
    write_sysreg("oslar_el1", 0);
    write_sysreg("dbgwvr0_el1", THE_TWINS);
    write_sysreg("dbgwcr0_el1", 0x1f00fe19); /* loads and stores, 2 GiB, at all levels */
    write_sysreg("dbgbvr0_el1", THE_TWINS);
    write_sysreg("dbgbcr0_el1", 0x21e7);
    write_sysreg("mdscr_el1", 0xa000); /* MDE, KDE */
    say_so("watchpoints and breakpoints on the twin");
    nobody_is_hurt();
    write_sysreg("mdscr_el1", 0);
}

int main(void)
{
    tables_of_the_its();
    queues_of_the_its();
    first_levels_of_the_its();
    garbage_in_its_tables();
    registers_of_the_its();
    tables_of_lpis();
    rings_elsewhere();
    open_channel();
    dma_elsewhere();
    dma_reaches_the_sram();
    dma_without_end();
    dma_among_registers();
    entries_elsewhere();
    calls_of_all_kinds();
    bare_accesses();
    debug_registers();
    the_cpu_interface();
    a_flood_of_lpis();
    the_gic_itself();
    return 0;
}
