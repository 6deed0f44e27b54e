// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's devices as a library: it takes a physical address, a size and a value, and calls out
 * for line levels, memory and time. It knows nothing of what it runs in: the twin's monitor, or a
 * host program under sanitizers.
 *
 * No allocation, no libc beyond string.h, no locks of its own: the caller serialises all calls.
 */
#ifndef TWIN_MODELS_AM65X_H
#define TWIN_MODELS_AM65X_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the models tell as it happens; tools/k3twin/trace.py knows these numbers too. A ring or a
 * channel is its number, and AM65X_EVENT_MCU if it is one of the MCU's Navigator Subsystem; VINTs
 * of its aggregator are counted from 256 on. */
enum am65x_event {
    AM65X_EVENT_REQUEST = 1,  /* a serial number; host, thread; the TI-SCI message */
    AM65X_EVENT_ANSWER = 2,   /* the request's serial number; AM65X_ANSWER_*, host; the message */
    AM65X_EVENT_RING = 3,     /* a ring; elements more, signed; how many then, event, 1: hardware */
    AM65X_EVENT_FETCHED = 4,  /* a channel; descriptor */
    AM65X_EVENT_RETURNED = 5, /* a channel; descriptor, with the ring above; bytes */
    AM65X_EVENT_STOPPED = 6,  /* a channel, with a descriptor in its hands */
    AM65X_EVENT_GLOBAL = 7,   /* an event; VINT, bit, or UINT64_MAX: nowhere; 1: up, 0: down */
    AM65X_EVENT_VINT = 8,     /* a VINT; its level; status and enable */
    AM65X_EVENT_INTR = 9,     /* an output; its level; input, INTID */
    AM65X_EVENT_LINE = 10,    /* an INTID; its level */
    AM65X_EVENT_MESSAGE = 11, /* a device id; event id */
    AM65X_EVENT_RECEIVED = 12, /* a receive channel; as RETURNED */
    AM65X_EVENT_OTHER = 64,    /* from here on: the user's own */
};
#define AM65X_EVENT_MCU               0x10000u
#define AM65X_EVENT_RING_EVENT_SHIFT  32 /* RING, second */
#define AM65X_EVENT_RING_HARDWARE     (UINT64_C(1) << 48)
#define AM65X_EVENT_RETURN_RING_SHIFT 48 /* RETURNED, first */
#define AM65X_EVENT_BIT_SHIFT         16 /* GLOBAL, first */
#define AM65X_EVENT_INTID_SHIFT       32 /* INTR, second */
#define AM65X_ANSWER_ACK              0x1u
#define AM65X_ANSWER_SENT             0x2u /* else nobody gets it */

/* An access through a PCI Express controller's link, of 1, 2 or 4 aligned bytes. */
enum am65x_pcie_space {
    AM65X_PCIE_CONFIG0, /* address: bus 31:24, device 23:19, function 18:16, register 11:0 */
    AM65X_PCIE_CONFIG1, /* the same, for a bridge to pass on */
    AM65X_PCIE_IO,
    AM65X_PCIE_MEMORY,
    AM65X_PCIE_NOTHING,
};
struct am65x_pcie_request {
    unsigned controller;
    enum am65x_pcie_space space;
    uint64_t address;
    unsigned size;
    bool write;
    uint32_t value;
};

/* What the models ask of their surroundings. */
struct am65x_environment {
    void *context;
    /* An interrupt line into the GIC changes level. intid is the AM65x's (32-1019). */
    void (*line)(void *context, unsigned intid, bool high);
    /* A message reached the ITS through the pre-ITS window. */
    void (*its_message)(void *context, uint32_t device_id, uint32_t event_id);
    /* Memory accesses of bus masters (DMA, rings). false: not all of it is memory. */
    bool (*memory_read)(void *context, uint64_t address, void *data, size_t size);
    bool (*memory_write)(void *context, uint64_t address, const void *data, size_t size);
    /* One of those has succeeded, of a ring accelerator or a UDMA, on behalf of the ring whose
     * real-time registers begin at `ring` (may be NULL). */
    void (*accessed)(void *context, uint64_t ring, uint64_t address, size_t size, bool write);
    /* Nanoseconds, monotonic. */
    uint64_t (*now)(void *context);
    /* A byte leaves UART number uart: 0-2, or 3, the MCU domain's. */
    void (*uart_transmit)(void *context, unsigned uart, uint8_t byte);
    /* A frame leaves by the Ethernet port, from its destination address on, without frame check
     * sequence. false: not now; am65x_frame_room() tells when. NULL: no cable is plugged in. */
    bool (*frame_send)(void *context, const void *frame, size_t length);
    /* After a refusal of am65x_frame_receive(): offer it again (may be NULL). Called from within
     * other calls: note it down and act afterwards. */
    void (*frame_wanted)(void *context);
    /* What is plugged in behind the PCI Express controllers: a bit for each that has something (0:
     * nothing, and no link). A request; false: nobody answers. A word of the root port's header, at
     * offset, has changed: command, buses and windows, bridge control. The link has come up, all
     * behind it just out of reset; or is gone. am65x_pcie_window() may tell something else. Called
     * from within other calls. */
    unsigned pcie_plugged;
    bool (*pcie_request)(void *context, struct am65x_pcie_request *request);
    void (*pcie_port)(void *context, unsigned controller, unsigned offset, uint32_t value);
    void (*pcie_link)(void *context, unsigned controller, bool up);
    void (*pcie_windows)(void *context, unsigned controller);
    /* A line of trace, asked for by trace flags; no newline. */
    void (*trace)(void *context, const char *line);
    /* Something has happened, for a trace that a program reads (NULL: nobody wants to know). What
     * subject, first, second and the bytes are is said with enum am65x_event. */
    void (*event)(void *context, enum am65x_event event, uint32_t subject, uint64_t first,
                  uint64_t second, const void *bytes, size_t size);
    /* The guest asked the system firmware to reset the SoC (may be NULL). Called from within
     * am65x_advance(): note it down and act afterwards. */
    void (*soc_reset)(void *context);
};

#define AM65X_TRACE_IRQ             0x1u
#define AM65X_TRACE_SCI             0x2u
#define AM65X_TRACE_DMA             0x4u
#define AM65X_TRACE_COUNT           0x8u /* nothing is printed until the end (count.c) */

/* Moods: what a board may be like and this one is not unless asked (docs/twin.md);
 * tools/k3twin/board.py knows these numbers too. */
#define AM65X_MOOD_STALE_LOADER     (1u << 0) /* a loader has left everything on */
#define AM65X_MOOD_I2101            (1u << 1) /* the ITS has the advisory i2101 */
#define AM65X_MOOD_GARBAGE_FIELDS   (1u << 2) /* left-overs in the registers of channels */
#define AM65X_MOOD_MAP_ENABLES      (1u << 3) /* a mapping enables, and its event comes at once */
#define AM65X_MOOD_SLOW_EVENTS      (1u << 4) /* events arrive late, and the last state counts */
#define AM65X_MOOD_MISORDERED       (1u << 5) /* answers and completions change places */
/* The monitor's. */
#define AM65X_MOOD_FEW_CORES        (1u << 6)  /* two cores, as an AM6528 */
#define AM65X_MOOD_ONE_GIB          (1u << 7)  /* an access where there is no DRAM ends it */
#define AM65X_MOOD_ABORT_UNMODELLED (1u << 8)  /* what no block answers is an external abort */
#define AM65X_MOOD_CACHES           (1u << 9)  /* who does not snoop sees what was cleaned */
#define AM65X_MOOD_ORDER            (1u << 10) /* missing barriers are told */
/* Of the ITS and the redistributors. */
#define AM65X_MOOD_NON_SHAREABLE    (1u << 11) /* what they read, they read without snooping */
#define AM65X_MOOD_FLAT_ITS         (1u << 12) /* few ids, and collections in the ITS itself */
#define AM65X_MOOD_TWO_LEVEL_ITS    (1u << 13) /* the table of devices can have two levels */
/* The monitor's, and of INTA and INTR. */
#define AM65X_MOOD_SUSPEND          (1u << 14) /* SYSTEM_SUSPEND, and what it loses */
#define AM65X_MOOD_STALE_ETHERNET   (1u << 15) /* a loader has left Ethernet on */
#define AM65X_MOOD_FROM_ROM         (1u << 16) /* an R5F's program is the first after ROM */

#define AM65X_ACCESS_MAX            4u

struct am65x_config {
    uint32_t trace;       /* AM65X_TRACE_* */
    uint32_t intid_limit; /* INTIDs from here on do not exist in the GIC below: the resource
                             ranges hand out no INTR output that leads there */
    uint32_t moods;       /* AM65X_MOOD_* */
    /* As in the board configuration of the security (processor_acl_list): who may control a
     * processor. An entry of processor 0 is none; a processor without an entry is anybody's, as all
     * are in TI's default. The master may also take it from who has it. */
    struct am65x_access {
        uint8_t processor, master, others[3]; /* hosts; 0: none */
    } access[AM65X_ACCESS_MAX];
    /* Of frames on the Ethernet's wire: one of so many is lost, or overtaken by the next one (0:
     * none), and each is so many microseconds late. */
    uint32_t frames_lost, frames_swapped, frames_delay;
};

/* Resets every model. Once before anything else; again for a reset of the SoC. */
void am65x_reset(const struct am65x_environment *environment, const struct am65x_config *config);

/* The SoC comes back from a suspend: the aggregator and the routers have lost what the system
 * firmware and the guest had set up there, and no source has an event any more. All else stays. */
void am65x_lose_interrupts(void);
/* So have the PCI Express controllers, their SERDES and the modes of both; what is plugged in comes
 * out of a reset when its link is up again. */
void am65x_lose_pcie(void);

/* A guest's access. size is 1, 2, 4 or 8 bytes. false: no model claims the address. Reads of
 * reserved offsets inside a claimed block read as zero, writes are ignored. */
bool am65x_read(uint64_t address, unsigned size, uint64_t *value);
bool am65x_write(uint64_t address, unsigned size, uint64_t value);

/* The same for R5F core 0 or 1 of the MCU domain: what only that core sees, and all of the above.
 */
bool am65x_r5f_read(unsigned core, uint64_t address, unsigned size, uint64_t *value);
bool am65x_r5f_write(unsigned core, uint64_t address, unsigned size, uint64_t value);

/* The user defines it: the levels of the two interrupt lines of an R5F core, when one has changed.
 * Called from within other calls. */
void model_r5f_interrupt(unsigned core, bool irq, bool fiq);

/* Does what is due by now(); returns when to be called again (nanoseconds, UINT64_MAX: never).
 * The deadline may also have moved after any am65x_write(). */
uint64_t am65x_advance(void);
uint64_t am65x_next_deadline(void);

/* A byte arrives at UART uart. false: it can't take it, since its FIFO is full, or it is off (as
 * after a reset), or looped back; offer it again after some am65x_read() or am65x_write(). */
bool am65x_uart_receive(unsigned uart, uint8_t byte);

/* A frame arrives at the Ethernet port, as for frame_send(), of AM65X_FRAME_MAX bytes at most.
 * false: there is no room; offer it again after frame_wanted(), or after any other call. */
#define AM65X_FRAME_MAX 2048u
bool am65x_frame_receive(const void *frame, size_t length);
/* There is room for another frame_send(). */
void am65x_frame_room(void);
/* The Ethernet's cable is plugged in, or pulled out. After a reset it is in if there is a
 * frame_send(). */
void am65x_link(bool up);

/* PCI Express: whether a controller's link is up; and its outbound window number index, if it is
 * on: addresses base to limit lead to target and up. The first one that has an address counts.
 * base, limit + 1 and target are multiples of the granule. */
#define AM65X_PCIE_GRANULE 0x10000u
#define AM65X_PCIE_WINDOWS 16u
struct am65x_pcie_window {
    uint64_t base, limit, target;
    enum am65x_pcie_space space;
};
bool am65x_pcie_link(unsigned controller);
bool am65x_pcie_window(unsigned controller, unsigned index, struct am65x_pcie_window *window);

/* The level of a line now, for a caller that must pend it again at the end of an interrupt. */
bool am65x_line_level(unsigned intid);

/* The two R5Fs, as the system firmware has set them up. A core fetches its first instruction from
 * boot_vector once it is powered, released and not halted; but in lock-step core 1 checks core 0
 * and runs nothing of its own. What is sampled when a core leaves its reset stays until the next
 * one. */
#define AM65X_R5F_COUNT 2u
struct am65x_processor {
    bool powered;         /* its module is on; core 1's needs core 0's */
    bool released;        /* powered, and its local reset is not asserted */
    bool halted;          /* keeps it from its first instruction; once it runs nothing halts it */
    bool lockstep;        /* sampled; core 0's for both, as far as they leave reset together */
    bool atcm, btcm;      /* sampled: which of its TCMs are on */
    bool atcm_at_zero;    /* sampled: the ATCM is at 0 and the BTCM at 0x41010000; or the reverse */
    uint64_t boot_vector; /* sampled when it is let go */
};
/* NULL: there is no such core. */
const struct am65x_processor *am65x_processor(unsigned core);

/* For who has loaded a program by other means, after am65x_reset(): the core runs, as if a loader
 * on the A53s had started it, which the system firmware's clients see. Core 1 first, if it is to
 * run too: the cluster is split then. */
void am65x_processor_started(unsigned core, uint64_t boot_vector);

/* The models call this when am65x_processor(core) has changed, with their lock held: take note, and
 * act afterwards. Who runs no R5F need not define it. */
void model_processor_changed(unsigned core);

/* For who runs one: whether it is in WFI now, which the system firmware's clients see. A core that
 * nobody runs waits from its first instruction on. */
void am65x_processor_waits(unsigned core, bool waits);

/* Faults that a test injects (through the monitor's vendor SMC, or directly in host tests). Each
 * hits the next `count` occasions, after the first `spare` of them, and is then over; count 0 takes
 * it back. Each answer is an occasion for its faults; its request has been done then. */
enum am65x_fault {
    AM65X_FAULT_SCI_NAK,   /* answer without ACK; argument: message type, 0 any */
    AM65X_FAULT_SCI_DROP,  /* no answer: the request has been done */
    AM65X_FAULT_SCI_LATE,  /* the answer comes argument microseconds later; AM65X_FAULT_HELD: when
                              the fault is taken back, however long that takes */
    AM65X_FAULT_SCI_SHORT, /* the answer is cut to its header */
    AM65X_FAULT_SCI_WRONG_TYPE,
    AM65X_FAULT_SCI_WRONG_SEQUENCE,
    AM65X_FAULT_SCI_WRONG_HOST,
    AM65X_FAULT_DMA_ERROR,      /* a transfer ends with an error response */
    AM65X_FAULT_DMA_STALL,      /* a transfer ends only argument microseconds later */
    AM65X_FAULT_STRAY_EVENT,    /* at once: global event `argument` fires, count times; see below */
    AM65X_FAULT_SCI_LOST,       /* the request is lost: not done, no answer */
    AM65X_FAULT_DMA_DESCRIPTOR, /* a transfer gives back its descriptor's address, plus argument */
    AM65X_FAULT_DMA_TEARDOWN,   /* a channel's teardown never ends */
    AM65X_FAULT_PACKET_LOST,    /* a packet's descriptor is not given back */
    AM65X_FAULT_PACKET_DROPPED, /* a peripheral's packet is lost */
    /* A frame of the Ethernet's is lost; is overtaken by the next one, if there is one soon; is
     * late by argument >> AM65X_FRAME_DELAY_SHIFT microseconds. argument: AM65X_FRAME_*, 0 both
     * ways. */
    AM65X_FAULT_FRAME_DROP,
    AM65X_FAULT_FRAME_REORDER,
    AM65X_FAULT_FRAME_DELAY,
    AM65X_FAULT_LINK_DOWN,  /* the cable is out while count is not 0 */
    AM65X_FAULT_UART_LINE,  /* a byte that a UART receives has errors: argument: AM65X_UART_* */
    AM65X_FAULT_RING_ERROR, /* an element that hardware pushes gets to the ring's memory, and the
                               answer is a bus error */
    AM65X_FAULT_PCIE_GONE, /* what is plugged into PCI Express is pulled out while count is not 0 */
    AM65X_FAULT_COUNT
};
#define AM65X_FAULT_HELD        UINT64_MAX
#define AM65X_UART_OVERRUN      0x02u /* bits of LSR; the byte is lost, as if there were no room */
#define AM65X_UART_PARITY       0x04u
#define AM65X_UART_FRAMING      0x08u
#define AM65X_FRAME_IN          1u
#define AM65X_FRAME_OUT         2u
#define AM65X_FRAME_BOTH        (AM65X_FRAME_IN | AM65X_FRAME_OUT)
#define AM65X_FRAME_DELAY_SHIFT 2
/* More events out of nowhere at once are refused: all happen before the call returns. */
#define AM65X_STRAY_EVENTS_MAX  64u
bool am65x_inject(enum am65x_fault fault, uint64_t argument, uint32_t count);
bool am65x_inject_after(enum am65x_fault fault, uint64_t argument, uint32_t spare, uint32_t count);

/* Counters that tests compare with the firmware's (index as in the enum). */
enum am65x_counter {
    AM65X_COUNT_SCI_REQUESTS,
    AM65X_COUNT_SCI_ANSWERS,
    AM65X_COUNT_SCI_NAKS,
    AM65X_COUNT_DMA_TRANSFERS,
    AM65X_COUNT_DMA_BYTES,
    AM65X_COUNT_RING_EVENTS, /* events that rings sent */
    AM65X_COUNT_EVENTS_LOST, /* events that no mapping took */
    AM65X_COUNT_VINT_EDGES,  /* VINT outputs going high */
    AM65X_COUNT_ITS_MESSAGES,
    AM65X_COUNT_UNCLAIMED,       /* accesses that no model claimed */
    AM65X_COUNT_EVENT_MAPPINGS,  /* a level: event mappings in place now */
    AM65X_COUNT_ROUTES,          /* a level: INTR routes in place now */
    AM65X_COUNT_PSIL_PAIRS,      /* a level */
    AM65X_COUNT_RINGS,           /* a level: rings configured now */
    AM65X_COUNT_FAULTS,          /* injected faults that have struck */
    AM65X_COUNT_PACKETS_SENT,    /* packets that transmit channels are done with */
    AM65X_COUNT_PACKETS,         /* packets that receive channels have written */
    AM65X_COUNT_PACKETS_DROPPED, /* packets for which no receive channel had a use or a descriptor
                                  */
    AM65X_COUNT_PUSHES_LOST,     /* descriptors that no ring took: full, or not configured */
    AM65X_COUNT_FRAMES_IN,       /* that have come off the Ethernet's wire, */
    AM65X_COUNT_FRAMES_OUT,      /* and gone onto it, */
    AM65X_COUNT_FRAMES_LOST,     /* and been lost there on request */
    AM65X_COUNT_MAILBOX_LOST,    /* messages that were written to a full FIFO */
    AM65X_COUNT_COUNT
};
uint64_t am65x_counter(enum am65x_counter counter);

#endif
