// SPDX-License-Identifier: BSD-3-Clause
/*
 * An 82574 in memory (tests/host/support/e1000e_card.h). Its numbers are its own, not the driver's:
 * each states the datasheet.
 */
#include "tests/host/support/e1000e_card.h"

#include "tests/host/support/arch_host.h"

#include <pthread.h>
#include <string.h>

#define CTRL                0x0000u
#define STATUS              0x0008u
#define EECD                0x0010u
#define CTRL_EXT            0x0018u
#define ICR                 0x00c0u
#define ICS                 0x00c8u
#define IMS                 0x00d0u
#define IMC                 0x00d8u
#define EIAC                0x00dcu
#define IAM                 0x00e0u
#define IVAR                0x00e4u
#define RCTL                0x0100u
#define TCTL                0x0400u
#define RECEIVE             0x2800u
#define TRANSMIT            0x3800u
#define BASE_LOW            0x00u
#define BASE_HIGH           0x04u
#define LENGTH              0x08u
#define HEAD                0x10u
#define TAIL                0x18u
#define RAL                 0x5400u
#define RAH                 0x5404u

#define CTRL_MASTER_DISABLE 0x4u
#define CTRL_RST            0x04000000u
#define STATUS_MASTER       0x00080000u
#define CAUSE_LSC           0x4u
#define CAUSE_RXQ0          0x00100000u
#define CAUSE_TXQ0          0x00400000u
#define CAUSE_OTHER         0x01000000u
#define LOOPBACK            0x40u /* RCTL.LBM = 01b */
#define ENABLE              0x2u  /* RCTL.EN, TCTL.EN */
#define FRAME_MAX           1522u /* with the check sequence and a VLAN tag */
#define CRC                 4u
#define DONE                (UINT64_C(1) << 32)
#define END                 (UINT64_C(2) << 32)
#define COMMAND_EOP         (UINT64_C(1) << 24)
#define COMMAND_RS          (UINT64_C(8) << 24)

/* CTRL's bits that the NVM has set, and that nobody has to change: ADVD3WUC. */
#define CTRL_KEEP           0x00100000u
#define RESET_NS            1000000u /* nothing is accessed for so long */
#define RXCSUM              0x5000u
#define RFCTL               0x5008u
#define RFCTL_EXSTEN        0x8000u
#define MTA                 0x5200u

struct descriptor {
    uint64_t address, word;
};

struct e1000e_card e1000e_card;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pci_model *model;
static uint32_t registers[E1000E_CARD_BAR / 4];
static uint32_t told; /* causes whose message has gone out, while they stay */
static bool to_send[E1000E_CARD_VECTORS];
static const char *violation;
static uint64_t reset_at; /* ns */
static unsigned looks[3]; /* of those that find nothing: STATUS, CTRL, EECD */

static void violate(const char *what)
{
    if (violation == NULL)
        violation = what;
}

static uint32_t *at(uint32_t offset)
{
    return &registers[offset / 4];
}

/* ---- causes and messages; with the lock ---- */

static uint32_t vector_of(uint32_t cause)
{
    const unsigned shift = cause == CAUSE_RXQ0 ? 0 : cause == CAUSE_TXQ0 ? 8 : 16;

    return *at(IVAR) >> shift & 15u;
}

static void tell(uint32_t cause)
{
    const uint32_t vector = vector_of(cause);

    if ((vector & 8u) == 0 || (vector & 7u) >= E1000E_CARD_VECTORS)
        return violate("a cause that is not masked has no vector");
    to_send[vector & 7u] = true;
    if ((*at(EIAC) & cause) != 0)
        *at(ICR) &= ~cause;
    if ((*at(CTRL_EXT) & 1u << 24) != 0 && (*at(IAM) & cause) != 0)
        *at(IMS) &= ~cause;
}

/* A cause that comes up has a message; it has another one when it has gone and come again. */
static void look(void)
{
    static const uint32_t causes[] = {CAUSE_RXQ0, CAUSE_TXQ0, CAUSE_OTHER};

    for (unsigned i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        const bool up = (*at(ICR) & *at(IMS) & causes[i]) != 0;

        if (up && (told & causes[i]) == 0)
            tell(causes[i]);
        told = (*at(ICR) & *at(IMS) & causes[i]) != 0 ? told | causes[i] : told & ~causes[i];
    }
}

static void cause(uint32_t bits)
{
    *at(ICR) |= bits | ((bits & CAUSE_LSC) != 0 ? CAUSE_OTHER : 0);
    look();
}

/* Without the lock. */
static void send_messages(bool (*raise)(struct pci_model *raising, unsigned vector))
{
    for (unsigned i = 0; i < E1000E_CARD_VECTORS; i++) {
        bool send;

        pthread_mutex_lock(&lock);
        send = to_send[i];
        to_send[i] = false;
        e1000e_card.messages[i] += send;
        pthread_mutex_unlock(&lock);
        if (send)
            (void)raise(model, i);
    }
}

/* ---- rings; with the lock ---- */

static struct descriptor *descriptor(uint32_t ring, uint32_t index)
{
    const uint64_t base = (uint64_t)*at(ring + BASE_HIGH) << 32 | *at(ring + BASE_LOW);

    return &((struct descriptor *)(uintptr_t)base)[index];
}

static uint32_t next(uint32_t ring, uint32_t index)
{
    return (index + 1) % (*at(ring + LENGTH) / (uint32_t)sizeof(struct descriptor));
}

static bool may_access(void)
{
    if ((pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0 &&
        (*at(CTRL) & CTRL_MASTER_DISABLE) == 0)
        return true;
    violate("it is to work, and may not access memory");
    return false;
}

static bool receive(const uint8_t *frame, size_t length, uint64_t found)
{
    struct descriptor *to;
    uint64_t word;

    if ((*at(RCTL) & ENABLE) == 0 || length + CRC > FRAME_MAX || !may_access())
        return false;
    if (*at(RECEIVE + HEAD) == *at(RECEIVE + TAIL)) {
        e1000e_card.missed++;
        return false;
    }
    if ((*at(RFCTL) & RFCTL_EXSTEN) != 0)
        violate("descriptors are not legacy ones");
    to = descriptor(RECEIVE, *at(RECEIVE + HEAD));
    if (to->address == 0 || to->word != 0)
        violate("a receive descriptor has no buffer, or is one that was used");
    if ((*at(RCTL) & 0x02030000u) != 0)
        violate("buffers are not of 2048 bytes");
    memcpy((void *)(uintptr_t)to->address, frame, length);
    if ((*at(RCTL) & 1u << 26) == 0)
        length += CRC;
    word = (length | found | DONE | END) ^ e1000e_card.damage;
    e1000e_card.damage = 0;
    e1000e_card.received++;
    __atomic_store_n(&to->word, word, __ATOMIC_RELEASE);
    *at(RECEIVE + HEAD) = next(RECEIVE, *at(RECEIVE + HEAD));
    cause(CAUSE_RXQ0);
    return true;
}

static void put_on_wire(const uint8_t *frame, size_t length)
{
    uint8_t padded[60] = {0};

    if (length < sizeof(padded) && (*at(TCTL) & 8u) != 0) {
        memcpy(padded, frame, length);
        frame = padded;
        length = sizeof(padded);
    }
    e1000e_card.sent++;
    if ((*at(RCTL) & 0xc0u) == LOOPBACK)
        (void)receive(frame, length, 0);
    else if (e1000e_card.wire != NULL && e1000e_card.cable)
        e1000e_card.wire(frame, length);
}

/* One frame: its pieces up to that with EOP. */
static bool send_one(void)
{
    uint8_t frame[FRAME_MAX];
    struct descriptor *from;
    size_t length = 0;

    if ((*at(TCTL) & ENABLE) == 0 || *at(TRANSMIT + HEAD) == *at(TRANSMIT + TAIL) || !may_access())
        return false;
    do {
        const uint64_t piece = (from = descriptor(TRANSMIT, *at(TRANSMIT + HEAD)))->word & 0xffffu;

        if (piece == 0 || length + piece + CRC > FRAME_MAX || (from->word >> 32) != 0) {
            violate("a transmit descriptor is empty, too long, or one that was used");
            return false;
        }
        memcpy(&frame[length], (const void *)(uintptr_t)from->address, piece);
        length += piece;
        *at(TRANSMIT + HEAD) = next(TRANSMIT, *at(TRANSMIT + HEAD));
        if ((from->word & COMMAND_EOP) == 0 && *at(TRANSMIT + HEAD) == *at(TRANSMIT + TAIL))
            violate("a frame has no end");
    } while ((from->word & COMMAND_EOP) == 0 && *at(TRANSMIT + HEAD) != *at(TRANSMIT + TAIL));
    put_on_wire(frame, length);
    if ((from->word & COMMAND_RS) != 0) {
        __atomic_store_n(&from->word, from->word | DONE, __ATOMIC_RELEASE);
        cause(CAUSE_TXQ0);
    }
    return true;
}

static unsigned send_some(unsigned frames)
{
    unsigned sent = 0;

    while (sent < frames && send_one())
        sent++;
    return sent;
}

/* ---- registers ---- */

/* What nothing promises to be 0: the NVM may have set it, or a loader. */
static void power_on(void)
{
    memset(registers, 0, sizeof(registers));
    told = 0;
    *at(CTRL) = CTRL_KEEP | 0x1900u;   /* forced to 100 Mbit/s */
    *at(CTRL_EXT) = 0x98000000u;       /* PBA, DRV_LOAD, IAME */
    *at(RFCTL) = RFCTL_EXSTEN | 0x40u; /* and NFSW_DIS */
    *at(RXCSUM) = 0x2000u;             /* PCSD */
    *at(ICR) = CAUSE_RXQ0;
    *at(IMS) = CAUSE_TXQ0;
    memset(at(MTA), 0xff, 0x200);
    memset(at(0xe8), 0x12, 5 * 4); /* EITR */
    for (uint32_t ring = RECEIVE; ring <= TRANSMIT; ring += TRANSMIT - RECEIVE)
        *at(ring + HEAD) = *at(ring + TAIL) = *at(ring + 0x20u) = *at(ring + 0x2cu) = 3;
    memcpy(at(RAL), e1000e_card.address, 6);
    if (!e1000e_card.has_no_address)
        *at(RAH) |= 0x80000000u;
}

static void write_control(uint32_t value)
{
    if ((value & CTRL_KEEP) == 0)
        violate("CTRL has lost a bit");
    if ((value & ~*at(CTRL) & CTRL_MASTER_DISABLE) != 0)
        looks[0] = e1000e_card.slow;
    *at(CTRL) = value;
    if ((value & CTRL_RST) == 0 || e1000e_card.never_reset)
        return;
    looks[1] = looks[2] = e1000e_card.slow;
    if ((*at(RCTL) | *at(TCTL)) != 0)
        violate("it is reset while frames go");
    if ((value & CTRL_MASTER_DISABLE) == 0 || looks[0] != 0)
        violate("it is reset while it may access memory");
    reset_at = host_now_ns();
    if (*at(IMS) != 0)
        violate("it is reset while interrupts are enabled");
    power_on();
    e1000e_card.resets++;
}

static void check_ring(uint32_t ring)
{
    if ((*at(ring + BASE_LOW) & 15u) != 0 || *at(ring + LENGTH) == 0 ||
        *at(ring + LENGTH) % 128 != 0 || *at(ring + LENGTH) >= 1u << 20)
        violate("a ring is not aligned, or not a multiple of 128 bytes");
}

static void write_other(uint32_t offset, uint32_t value)
{
    *at(offset) = value;
    if ((offset == RCTL || offset == TCTL) && (value & ENABLE) != 0)
        check_ring(offset == RCTL ? RECEIVE : TRANSMIT);
    if (offset == TRANSMIT + TAIL) {
        e1000e_card.tail_doorbells++;
        if (!e1000e_card.hold)
            (void)send_some(UINT32_MAX);
    }
}

static void write_register(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case CTRL:
        write_control(value);
        break;
    case ICR:
        *at(ICR) &= ~value;
        break;
    case ICS:
        cause(value);
        break;
    case IMS:
        *at(IMS) |= value;
        break;
    case IMC:
        *at(IMS) &= ~value;
        break;
    default:
        write_other(offset, value);
    }
    look();
}

/* Whether it has not yet done it; it will have, some looks later. */
static bool is_slow(unsigned which)
{
    if (looks[which] == 0)
        return false;
    looks[which]--;
    return true;
}

static uint32_t read_register(uint32_t offset)
{
    uint32_t status = e1000e_card.status;

    if (offset == EECD)
        return e1000e_card.never_read || is_slow(2) ? 0 : 0x200u;
    if (offset == ICR)
        violate("ICR is read, which it must not be with EIAC");
    if (offset == CTRL && is_slow(1))
        return *at(CTRL) | CTRL_RST;
    if (offset != STATUS)
        return *at(offset);
    if (e1000e_card.cable && (*at(CTRL) & 0x40u) != 0)
        status |= 2u;
    if ((*at(CTRL) & CTRL_MASTER_DISABLE) == 0 || e1000e_card.never_quiet || is_slow(0))
        status |= STATUS_MASTER;
    return status;
}

/* Whether it is there. */
static bool is_accessed(unsigned size)
{
    if (size != 4)
        violate("a register is accessed, but not its 32 bits");
    if (reset_at != 0 && host_now_ns() - reset_at < RESET_NS)
        violate("it is accessed while it is being reset");
    if (e1000e_card.gone_after != 0 && --e1000e_card.gone_after == 0)
        e1000e_card.is_gone = true;
    return !e1000e_card.is_gone;
}

static uint64_t bar_read(struct pci_model *of, unsigned bar, uint64_t offset, unsigned size)
{
    uint32_t value;

    (void)of;
    (void)bar;
    pthread_mutex_lock(&lock);
    value = is_accessed(size) ? read_register((uint32_t)offset) : UINT32_MAX;
    pthread_mutex_unlock(&lock);
    return value;
}

static void bar_write(struct pci_model *of, unsigned bar, uint64_t offset, unsigned size,
                      uint64_t value)
{
    (void)of;
    (void)bar;
    pthread_mutex_lock(&lock);
    if (is_accessed(size))
        write_register((uint32_t)offset, (uint32_t)value);
    pthread_mutex_unlock(&lock);
    send_messages(pci_model_raise_within);
}

/* ---- the test's side ---- */

struct pci_model *e1000e_card_add(struct pci_model *bridge, uint32_t size)
{
    static const uint8_t address[] = {0x00, 0x1b, 0x21, 0x12, 0x34, 0x56};

    model = pci_model_add(bridge, 0, 0, 0x10d3, 0x020000);
    pci_model_set(model, PCI_VENDOR_ID, 2, 0x8086);
    pci_model_add_bar(model, 0, size, 0);
    model->bars[0].read = bar_read;
    model->bars[0].write = bar_write;
    pci_model_add_bar(model, 3, 0x4000, 0);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, false);
    pci_model_add_msix(model, E1000E_CARD_VECTORS, 3, 0, 0x2000);
    e1000e_card = (struct e1000e_card){.cable = true, .status = 0x81u};
    memcpy(e1000e_card.address, address, sizeof(address));
    violation = NULL;
    reset_at = 0;
    memset(looks, 0, sizeof(looks));
    memset(to_send, 0, sizeof(to_send));
    power_on();
    return model;
}

bool e1000e_card_receive(const uint8_t *frame, size_t length, uint64_t found)
{
    bool received;

    pthread_mutex_lock(&lock);
    received = receive(frame, length, found);
    pthread_mutex_unlock(&lock);
    send_messages(pci_model_raise);
    return received;
}

unsigned e1000e_card_send(unsigned frames)
{
    unsigned sent;

    pthread_mutex_lock(&lock);
    sent = send_some(frames);
    pthread_mutex_unlock(&lock);
    send_messages(pci_model_raise);
    return sent;
}

void e1000e_card_plug(bool cable)
{
    pthread_mutex_lock(&lock);
    e1000e_card.cable = cable;
    cause(CAUSE_LSC);
    pthread_mutex_unlock(&lock);
    send_messages(pci_model_raise);
}

void e1000e_card_pull(void)
{
    pthread_mutex_lock(&lock);
    e1000e_card.is_gone = true;
    pthread_mutex_unlock(&lock);
}

uint32_t e1000e_card_register(uint32_t offset)
{
    uint32_t value;

    pthread_mutex_lock(&lock);
    value = *at(offset);
    pthread_mutex_unlock(&lock);
    return value;
}

const char *e1000e_card_violation(void)
{
    return violation;
}
