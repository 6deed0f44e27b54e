// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GIC as EL1 of an AM65x has it under TF-A: the CPU interface of a Cortex-A53 over a GIC-500
 * (Arm IHI 0069; DDI 0500 for the 5 bits of priority), and what PSCI leaves of it (DEN 0022).
 */
#include "tests/guests/guest.h"

#define ICC_PMR      "S3_0_C4_C6_0"
#define ICC_EOIR1    "S3_0_C12_C12_1"
#define ICC_BPR1     "S3_0_C12_C12_3"
#define ICC_CTLR     "S3_0_C12_C12_4"
#define ICC_IGRPEN1  "S3_0_C12_C12_7"
#define ICC_RPR      "S3_0_C12_C11_3"
#define ICC_DIR      "S3_0_C12_C11_1"
#define ICC_SGI1R    "S3_0_C12_C11_5"
#define L2CTLR       "S3_1_C11_C0_2"
#define CTLR_CBPR    1u
#define CTLR_EOIMODE 2u

#define SPI          100u /* of nobody's */
#define ISENABLER    0x0100u
#define ICENABLER    0x0180u
#define ISPENDR      0x0200u
#define ISACTIVER    0x0300u
#define ICACTIVER    0x0380u
#define IPRIORITYR   0x0400u
#define IROUTER      0x6000u
#define IROUTER_IRM  (1u << 31)
#define FRAME(core)  (GICR_BASE + 0x20000u * (core))
#define SGI(core)    (FRAME(core) + 0x10000u)
#define CORE_1       1u
#define CORE_2       0x100u

#define SUCCESS      0
#define INVALID      (-2)
#define ALREADY_ON   (-4)
#define NO_ADDRESS   (-9)

static volatile unsigned seen, seen_by[4];

static void note(uint64_t intid)
{
    seen++;
    seen_by[guest_core()]++;
    write_sysreg(ICC_EOIR1, intid);
    if (read_sysreg(ICC_CTLR) & CTLR_EOIMODE)
        write_sysreg(ICC_DIR, intid);
}

static void pend(unsigned intid)
{
    write32(GICD_BASE + ISPENDR + intid / 32 * 4, 1u << intid % 32);
    barrier();
}

/* ---- registers ---- */

static void control_reads_back(void)
{
    uint64_t reset = read_sysreg(ICC_CTLR);

    check_value("ICC_CTLR_EL1: interrupts have 16 bits", reset >> 11 & 7, 0);
    check_value("and 5 bits of priority", reset >> 8 & 7, 4);
    write_sysreg(ICC_CTLR, reset | CTLR_EOIMODE);
    check_value("EOImode reads back", read_sysreg(ICC_CTLR), reset | CTLR_EOIMODE);
    write_sysreg(ICC_CTLR, reset | CTLR_CBPR);
    check_value("and off again; CBPR is EL3's", read_sysreg(ICC_CTLR), reset);
    check_value("L2CTLR_EL1: two cores in a cluster", read_sysreg(L2CTLR) >> 24 & 3, 1);
}

static void priorities_have_four_bits(void)
{
    write_sysreg(ICC_PMR, 0xff);
    check_value("ICC_PMR_EL1 has 4 bits for EL1", read_sysreg(ICC_PMR), 0xf0);
    write_sysreg(ICC_PMR, 0x5a);
    check_value("the upper ones", read_sysreg(ICC_PMR), 0x50);
    write32(GICD_BASE + IPRIORITYR + SPI, 0xff5ac3a8);
    check_value("GICD_IPRIORITYR has them", read32(GICD_BASE + IPRIORITYR + SPI), 0xf050c0a0);
    write8(GICD_BASE + IPRIORITYR + SPI, 0x9f);
    check_value("byte by byte too", read32(GICD_BASE + IPRIORITYR + SPI), 0xf050c090);
    write32(SGI(0) + IPRIORITYR, 0xff5ac3a8);
    check_value("GICR_IPRIORITYR has them", read32(SGI(0) + IPRIORITYR), 0xf050c0a0);
    write32(SGI(0) + IPRIORITYR, 0);
}

static void routers_remember(void)
{
    uint64_t router = GICD_BASE + IROUTER + 8 * SPI;

    write64(router, 0x101);
    check_value("GICD_IROUTER remembers a core", read64(router), 0x101);
    write64(router, 0x0000003300221100);
    check_value("and an affinity that no core has", read64(router), 0x0000003300221100);
    write32(router, IROUTER_IRM | 0x203);
    check_value("a half of it, and IRM", read64(router), 0x0000003300000203 | IROUTER_IRM);
    check_value("SPIs only", read64(GICD_BASE + IROUTER + 8 * 20), 0);
    write64(router, 0x7f7f);
    seen = 0;
    write32(GICD_BASE + ISENABLER + SPI / 32 * 4, 1u << SPI % 32);
    pend(SPI);
    guest_wait(1000);
    check_value("an interrupt for a core that is not there waits", seen, 0);
    write64(router, 0);
    guest_wait(1000);
    check_value("until it is routed to one that is", seen, 1);
    write32(GICD_BASE + ICENABLER + SPI / 32 * 4, 1u << SPI % 32);
}

static void secure_interrupts_hide(void)
{
    const uint32_t secure = 0x2000ff00; /* SGIs 8-15, CNTPS */

    write32(SGI(0) + ISENABLER, UINT32_MAX);
    check_value("EL1 can enable SGIs 0-7 and its PPIs only", read32(SGI(0) + ISENABLER), ~secure);
    write32(SGI(0) + ICENABLER, ~0x1u);
    write32(SGI(0) + IPRIORITYR + 8, 0xa0a0a0a0);
    check_value("SGI 8 has no priority of EL1's", read32(SGI(0) + IPRIORITYR + 8), 0);
    seen = 0;
    for (unsigned sgi = 8; sgi < 16; sgi++)
        write_sysreg(ICC_SGI1R, (uint64_t)sgi << 24 | 1);
    guest_wait(1000);
    check_value("nor does it come", seen, 0);
    write_sysreg(ICC_SGI1R, 1);
    guest_wait(1000);
    check_value("SGI 0 does", seen, 1);
}

/* Of the register only 3 bits are there: what a write has above them is not a larger number. */
static void the_binary_point_has_three_bits(void)
{
    uint64_t least = read_sysreg(ICC_BPR1);

    write_sysreg(ICC_BPR1, 7);
    check_value("ICC_BPR1_EL1 reads back", read_sysreg(ICC_BPR1), 7);
    write_sysreg(ICC_BPR1, 8);
    check_value("and not below its least", read_sysreg(ICC_BPR1), least);
    seen = 0;
    write_sysreg(ICC_SGI1R, 1);
    guest_wait(1000);
    check_value("interrupts come with it", seen, 1);
}

static void priorities_can_be_cleared(void)
{
    uint64_t intid = 1023;

    __asm__ volatile("msr daifset, #2");
    write_sysreg(ICC_SGI1R, 1);
    for (unsigned i = 0; i < 1000 && intid != 0; i++)
        intid = read_sysreg("S3_0_C12_C12_0");
    check_value("an interrupt that is not ended", intid, 0);
    check("leaves its priority active", read_sysreg(ICC_RPR) != 0xff);
    write_sysreg("S3_0_C12_C9_0", 0);
    check_value("ICC_AP1R0_EL1 = 0 takes it back", read_sysreg(ICC_RPR), 0xff);
    check_value("and nothing else", read32(SGI(0) + ISACTIVER) & 1, 1);
    write32(SGI(0) + ICACTIVER, 1);
    __asm__ volatile("msr daifclr, #2");
}

/* QEMU 7.2 takes them for bits behind the ends of its own tables. These are where it keeps whom SPI
 * is routed to. */
static void ends_of_what_is_no_interrupt(void)
{
    const uint64_t first = 76512 + 64 * SPI;

    __asm__ volatile("msr daifset, #2");
    for (uint64_t intid = first; intid < first + 64; intid++) {
        write_sysreg(ICC_SGI1R, 1);
        for (unsigned i = 0; i < 1000 && read_sysreg("S3_0_C12_C12_0") != 0; i++)
            ;
        write_sysreg(ICC_EOIR1, intid);
        write32(SGI(0) + ICACTIVER, 1);
    }
    check_value("a number that is none ends what runs", read_sysreg(ICC_RPR), 0xff);
    __asm__ volatile("msr daifclr, #2");
    write32(GICD_BASE + ISENABLER + SPI / 32 * 4, 1u << SPI % 32);
    seen = 0;
    pend(SPI);
    guest_wait(1000);
    check_value("and does nothing else", seen, 1);
    write32(GICD_BASE + ICENABLER + SPI / 32 * 4, 1u << SPI % 32);
}

/* A request of the lowest kind that wants no answer: the twin's timer fires some microseconds
 * later. */
static void have_the_twin_interrupted(void)
{
    const uint64_t requests = 0x32c0d000;

    write32(requests + 4, 12u << 16 | 2);
    for (unsigned word = 1; word < 15; word++)
        write32(requests + 4 + 4 * word, 0);
}

static void the_twins_interrupts_hide_none(void)
{
    unsigned hidden = 0;

    __asm__ volatile("msr daifset, #2");
    write_sysreg(ICC_SGI1R, 1);
    guest_wait(1000);
    for (unsigned i = 0; i < 3000; i++) {
        have_the_twin_interrupted();
        for (unsigned look = 0; look < 10; look++)
            hidden += read_sysreg("S3_0_C12_C12_2") != 0;
    }
    check_value("ICC_HPPIR1_EL1 always tells what is pending", hidden, 0);
    __asm__ volatile("msr daifclr, #2");
    guest_wait(1000);
}

/* Each may come from any general register, or go to it, and changes no other: the twin takes these
 * three apart in assembly. TPIDR_EL0 is the way between C and a register that C may be using. */
#define THROUGH(n, access)                                                                         \
    __asm__ volatile("str x" #n ", [sp, #-16]!\n mrs x" #n ", tpidr_el0\n" access " \n"            \
                     "msr tpidr_el0, x" #n "\n ldr x" #n ", [sp], #16\n isb" ::                    \
                         : "memory")
#define SGI_BY_EACH 5u

static void note_register(uint64_t *wrong, unsigned number, bool good)
{
    if (!good)
        *wrong |= UINT64_C(1) << number;
}

#define BY_REGISTER(n)                                                                             \
    do {                                                                                           \
        write_sysreg("tpidr_el0", (uint64_t)SGI_BY_EACH << 24 | 1);                                \
        THROUGH(n, "msr S3_0_C12_C11_5, x" #n);                                                    \
        intid = 1023;                                                                              \
        for (unsigned i = 0; i < 1000 && intid == 1023; i++) {                                     \
            THROUGH(n, "mrs x" #n ", S3_0_C12_C12_0");                                             \
            intid = read_sysreg("tpidr_el0");                                                      \
        }                                                                                          \
        THROUGH(n, "msr S3_0_C12_C12_1, x" #n);                                                    \
        note_register(&wrong, n,                                                                   \
                      intid == SGI_BY_EACH && read_sysreg(ICC_RPR) == 0xff &&                      \
                          !(read32(SGI(0) + ISACTIVER) & 1u << SGI_BY_EACH));                      \
    } while (0)

static void every_register_is_reached(void)
{
    uint64_t intid, wrong = 0, others;

    __asm__ volatile("msr daifset, #2");
    write32(SGI(0) + ISENABLER, 1u << SGI_BY_EACH);
    BY_REGISTER(0);
    BY_REGISTER(1);
    BY_REGISTER(2);
    BY_REGISTER(3);
    BY_REGISTER(4);
    BY_REGISTER(5);
    BY_REGISTER(6);
    BY_REGISTER(7);
    BY_REGISTER(8);
    BY_REGISTER(9);
    BY_REGISTER(10);
    BY_REGISTER(11);
    BY_REGISTER(12);
    BY_REGISTER(13);
    BY_REGISTER(14);
    BY_REGISTER(15);
    BY_REGISTER(16);
    BY_REGISTER(17);
    BY_REGISTER(18);
    BY_REGISTER(19);
    BY_REGISTER(20);
    BY_REGISTER(21);
    BY_REGISTER(22);
    BY_REGISTER(23);
    BY_REGISTER(24);
    BY_REGISTER(25);
    BY_REGISTER(26);
    BY_REGISTER(27);
    BY_REGISTER(28);
    BY_REGISTER(29);
    BY_REGISTER(30);
    check_value("SGI, acknowledge and end by each general register", wrong, 0);

    /* Registers 0 to 3 are the twin's meanwhile. */
    write_sysreg(ICC_SGI1R, (uint64_t)SGI_BY_EACH << 24 | 1);
    __asm__ volatile("mov x0, #1\n mov x1, #2\n mov x2, #4\n mov x3, #8\n"
                     "mrs x4, S3_0_C12_C12_0\n msr S3_0_C12_C12_1, x4\n isb\n"
                     "orr x0, x0, x1\n orr x2, x2, x3\n orr %0, x0, x2"
                     : "=r"(others)
                     :
                     : "x0", "x1", "x2", "x3", "x4", "memory");
    check_value("and the others stay", others, 0xf);
    write_sysreg(ICC_SGI1R, 1);
    for (unsigned i = 0; i < 1000 && read_sysreg("S3_0_C12_C12_0") != 0; i++)
        ;
    __asm__ volatile("msr S3_0_C12_C12_1, xzr\n mrs xzr, S3_0_C12_C12_0\n"
                     "msr S3_0_C12_C11_5, xzr\n isb");
    check_value("the zero register ends INTID 0", read_sysreg(ICC_RPR), 0xff);
    write32(SGI(0) + ICENABLER, 1u << SGI_BY_EACH);
    __asm__ volatile("msr daifclr, #2");
}

/* ---- cores that are turned off ---- */

static volatile uint64_t found[8];

static void leave_traces(void)
{
    guest_gic_core_on();
    write_sysreg(ICC_CTLR, CTLR_EOIMODE);
    write_sysreg(ICC_BPR1, 7);
    write32(SGI(1) + IPRIORITYR, 0);
    write32(SGI(1) + ISENABLER, 1);
    write_sysreg(ICC_SGI1R, 2); /* to itself; acknowledged, and never ended */
    for (unsigned i = 0; i < 1000 && found[0] != 0; i++)
        found[0] = read_sysreg("S3_0_C12_C12_0");
    found[1] = read_sysreg(ICC_RPR);
    write_sysreg(ICC_PMR, 0x10);
}

static void look_at_traces(void)
{
    found[0] = read_sysreg(ICC_RPR);
    found[1] = read_sysreg(ICC_PMR);
    found[2] = read_sysreg(ICC_CTLR) & CTLR_EOIMODE;
    found[3] = read_sysreg(ICC_IGRPEN1);
    found[4] = read_sysreg(ICC_BPR1);
    found[5] = read32(SGI(1) + ISENABLER);
    guest_gic_core_on();
    write32(SGI(1) + ICACTIVER, UINT32_MAX); /* the redistributor was never off */
    write32(SGI(1) + ISENABLER, 1);
    __asm__ volatile("msr daifclr, #2");
    write_sysreg(ICC_SGI1R, 2);
    guest_wait(1000);
    __asm__ volatile("msr daifset, #2");
}

static void a_core_comes_back_as_from_a_reset(void)
{
    uint64_t binary_point = read_sysreg(ICC_BPR1);

    found[0] = 1023;
    check_value("CPU_ON", (uint64_t)guest_core_on(CORE_1, leave_traces), SUCCESS);
    guest_wait_off(CORE_1);
    check_value("a core leaves an interrupt active", found[0], 0);
    check_value("with its priority", found[1], 0);
    seen_by[1] = 0;
    check_value("CPU_ON again", (uint64_t)guest_core_on(CORE_1, look_at_traces), SUCCESS);
    guest_wait_off(CORE_1);
    check_value("no priority is active any more", found[0], 0xff);
    check_value("no priority is masked but by the firmware's mask", found[1], 0xf0);
    check_value("EOImode is off", found[2], 0);
    check_value("group 1 is off", found[3], 0);
    check_value("the binary point is the smallest", found[4], binary_point);
    check_value("SGIs and PPIs are off", found[5], 0);
    check_value("and interrupts come", seen_by[1], 1);
}

static void nothing(void)
{
}

static volatile bool stay;

static void stays(void)
{
    while (stay)
        ;
}

static void affinities_are_checked(void)
{
    int64_t result;

    for (unsigned bit = 24; bit < 64; bit++) {
        if (bit >= 32 && bit < 40)
            continue;
        result = guest_core_on(CORE_1 | UINT64_C(1) << bit, nothing);
        if (result != INVALID)
            break;
        result = (int64_t)smc(PSCI_AFFINITY_INFO, CORE_1 | UINT64_C(1) << bit, 0, 0);
        if (result != INVALID)
            break;
    }
    check_value("reserved bits of an affinity are no core", (uint64_t)result, (uint64_t)INVALID);
    check_value("nor is a third core of a cluster", (uint64_t)guest_core_on(2, nothing),
                (uint64_t)INVALID);
    check_value("nor is one of another Aff2", (uint64_t)guest_core_on(0x10001, nothing),
                (uint64_t)INVALID);
    check_value("an entry in Thumb is none",
                smc(PSCI_CPU_ON, CORE_1, (uintptr_t)guest_secondary + 1, 0), (uint64_t)NO_ADDRESS);
    check_value("this core is on", (uint64_t)guest_core_on(0, nothing), (uint64_t)ALREADY_ON);
    stay = true;
    check_value("another core starts", (uint64_t)guest_core_on(CORE_2, stays), SUCCESS);
    result = guest_core_on(CORE_2, nothing);
    check("and while it does, it is on, or pending", result == ALREADY_ON || result == -5);
    while (smc(PSCI_AFFINITY_INFO, CORE_2, 0, 0) != 0)
        ;
    check_value("then it is on", (uint64_t)guest_core_on(CORE_2, nothing), (uint64_t)ALREADY_ON);
    stay = false;
    guest_wait_off(CORE_2);
}

int main(void)
{
    guest_on_interrupt = note;
    guest_gic_on();
    control_reads_back();
    priorities_have_four_bits();
    guest_gic_core_on();
    __asm__ volatile("msr daifclr, #2");
    routers_remember();
    secure_interrupts_hide();
    the_binary_point_has_three_bits();
    priorities_can_be_cleared();
    ends_of_what_is_no_interrupt();
    every_register_is_reached();
    the_twins_interrupts_hide_none();
    a_core_comes_back_as_from_a_reset();
    affinities_are_checked();
    return 0;
}
