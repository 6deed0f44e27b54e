// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's device models: registers, TI-SCI messages, descriptors and rings in memory, time and
 * injected faults, in any order.
 */
#include "twin/models/models.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "tests/fuzz/support/pcie.h"
#include "tests/fuzz/support/soc.h"
#include "twin/models/am65x.h"
#include "twin/models/vim.h"

#include <string.h>

#define STEPS_MAX 400u

static void trace(void *context, const char *text)
{
    (void)context;
    FUZZ_CHECK(strlen(text) < 120);
}

static void event(void *context, enum am65x_event kind, uint32_t subject, uint64_t first,
                  uint64_t second, const void *bytes, size_t size)
{
    (void)context;
    (void)kind;
    (void)subject;
    (void)first;
    (void)second;
    if (size != 0)
        fuzz_check_memory(bytes, size, "an event");
}

static bool pcie_request(void *context, struct am65x_pcie_request *request)
{
    (void)context;
    FUZZ_CHECK(request->size <= 4 && request->address % request->size == 0);
    FUZZ_CHECK((unsigned)request->space < AM65X_PCIE_NOTHING &&
               am65x_pcie_link(request->controller));
    if (!request->write)
        request->value = (uint32_t)fuzz_take(4);
    return fuzz_below(8) != 0;
}

static void pcie_port(void *context, unsigned controller, unsigned offset, uint32_t value)
{
    (void)context;
    FUZZ_CHECK(controller < 2);
    (void)value;
    FUZZ_CHECK(offset <= 0x3c && offset % 4 == 0);
}

static bool pcie_was_up[2];

static void pcie_link(void *context, unsigned controller, bool up)
{
    (void)context;
    FUZZ_CHECK(up != pcie_was_up[controller] && am65x_pcie_link(controller) == up);
    pcie_was_up[controller] = up;
}

static void pcie_windows(void *context, unsigned controller)
{
    struct am65x_pcie_window window;

    (void)context;
    for (unsigned i = 0; i < AM65X_PCIE_WINDOWS + 1; i++)
        if (am65x_pcie_window(controller, i, &window))
            FUZZ_CHECK(((window.base | window.target | (window.limit + 1)) &
                        (AM65X_PCIE_GRANULE - 1)) == 0);
}

static const struct am65x_environment environment = {
    .line = soc_line,
    .its_message = soc_its_message,
    .memory_read = soc_memory_read,
    .memory_write = soc_memory_write,
    .now = soc_now,
    .uart_transmit = soc_uart_transmit,
    .trace = trace,
    .event = event,
    .frame_send = soc_frame_send,
    .pcie_plugged = 3,
    .pcie_request = pcie_request,
    .pcie_port = pcie_port,
    .pcie_link = pcie_link,
    .pcie_windows = pcie_windows,
};

/* By the input's length, which leaves inputs of before moods what they were. */
static uint32_t some_moods(void)
{
    static const uint32_t moods[] = {
        AM65X_MOOD_I2101,          AM65X_MOOD_STALE_LOADER, AM65X_MOOD_GARBAGE_FIELDS,
        AM65X_MOOD_MAP_ENABLES,    AM65X_MOOD_SLOW_EVENTS,  AM65X_MOOD_MISORDERED,
        AM65X_MOOD_STALE_ETHERNET, AM65X_MOOD_FROM_ROM,
    };
    uint32_t chosen = 0;

    for (unsigned i = 0; i < sizeof(moods) / sizeof(moods[0]); i++)
        chosen |= fuzz_left() >> i & 1 ? moods[i] : 0;
    return chosen;
}

/* A frame as a stranger makes it: a few bytes that matter, and a length. */
static size_t some_frame(uint8_t *frame)
{
    static const uint16_t types[] = {0x0800, 0x86dd, 0x8100, 0x88b5};
    size_t length = 1 + fuzz_take(2) % AM65X_FRAME_MAX;
    uint16_t type = types[fuzz_below(4)];

    memset(frame, 0, AM65X_FRAME_MAX);
    for (unsigned i = 0; i < 4; i++)
        frame[3 * i] = (uint8_t)fuzz_take(1);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
    for (unsigned i = 14; i < 30; i++)
        frame[i] = (uint8_t)fuzz_take(1);
    return length;
}

static void ethernet(void)
{
    static const uint32_t places[] = {0x0,     0xf00,   0x20000, 0x21000, 0x22000, 0x22300,
                                      0x3a000, 0x3d000, 0x3e000, 0x3e000, 0x3e100};
    static uint8_t frame[AM65X_FRAME_MAX];
    uint64_t address = 0x46000000 + places[fuzz_below(11)] + 4 * fuzz_take(1);
    struct psil_header header = {.word_count = 4, .destination_tag = (uint16_t)fuzz_below(3)};

    switch (fuzz_below(8)) {
    case 0:
        (void)am65x_frame_receive(frame, some_frame(frame));
        break;
    case 1:
        header.words[2] = (uint32_t)fuzz_take(4);
        (void)cpsw_destination.take_packet(fuzz_below(8), &header, frame,
                                           (uint32_t)some_frame(frame));
        break;
    case 2:
        am65x_link(fuzz_below(2) != 0);
        am65x_frame_room();
        break;
    case 3:
        (void)soc_read(address, 1u << fuzz_below(4));
        break;
    case 4: /* what makes a port run */
        soc_write(0x40f04040, 4, 2);
        soc_write(0x46020004, 4, 0x6006);
        soc_write(0x46022330, 4, 0xa1);
        soc_write(0x4603e008, 4, 0x80000014);
        break;
    default:
        soc_write(address, 1u << fuzz_below(4), fuzz_take(4));
    }
}

/* A timer of the MCU domain, which may be on. */
static void at_timer(unsigned core)
{
    uint64_t address = 0x40400000u + 0x10000u * fuzz_below(4) + 4 * fuzz_below(24), value = 0;

    if (fuzz_below(3) == 0)
        (void)am65x_r5f_read(core, address, 4, &value);
    else
        (void)am65x_r5f_write(core, address, 4,
                              fuzz_below(2) != 0 ? fuzz_below(64) : -fuzz_take(2));
    soc_pass(fuzz_take(2));
}

/* An R5F core at its interrupt controller. */
static void at_interrupt_controller(unsigned core)
{
    static const uint16_t places[] = {0x0, 0x400, 0x480, 0x500, 0x5f0, 0x1000, 0x17f0, 0x2000};
    uint64_t address = VIM_BASE + places[fuzz_below(8)] + 4 * fuzz_below(16), value = 0;
    uint64_t vector = VIM_BASE + 0x18 + 4 * fuzz_below(2);
    unsigned size = 1u << fuzz_below(4);

    switch (fuzz_below(7)) {
    case 0:
        vim_line_all(fuzz_below(VIM_INPUTS), fuzz_below(2) != 0);
        break;
    case 1:
        (void)am65x_r5f_read(core, address, size, &value);
        FUZZ_CHECK(size == 8 || value >> (8 * size) == 0);
        break;
    case 2: /* takes one, and ends one */
        (void)am65x_r5f_read(core, vector, 4, &value);
        break;
    case 3:
        (void)am65x_r5f_write(core, vector, 4, 0);
        break;
    case 6:
        at_timer(core);
        break;
    default:
        (void)am65x_r5f_write(core, address, size, fuzz_take(4));
    }
}

static void interrupt_controller(void)
{
    unsigned core = fuzz_below(3);

    for (unsigned i = fuzz_below(64); i != 0 && fuzz_left() != 0; i--)
        at_interrupt_controller(core);
}

/* Blocks that the Navigator Subsystem has nothing to do with. */
static void other_block(void)
{
    static const uint64_t bases[] = {
        0x00600000, 0x00601000, 0x42110000, 0x40610000, 0x40f04000, 0x40a00000,
        0x02800000, 0x02b00000, 0x02b01000, 0x02b08000, 0x31f80000, 0x31f8b000,
    };
    unsigned choice = (unsigned)fuzz_take(1), blocks = sizeof(bases) / sizeof(bases[0]) + 3;
    unsigned block = choice % blocks;

    if (choice >=
        0x100 / blocks * blocks - 2 * blocks) { /* of what inputs of before were, little */
        interrupt_controller();
        return;
    }
    if (block >= sizeof(bases) / sizeof(bases[0])) {
        ethernet();
        return;
    }
    uint64_t address = bases[block] + 4 * fuzz_take(1);

    if (fuzz_below(2) != 0)
        soc_write(address, 1u << fuzz_below(4), fuzz_take(4));
    else
        (void)soc_read(address, 1u << fuzz_below(4));
}

#define ROM_THREAD 24u /* the MCU's fifth, where the system firmware's loader speaks */

/* A message about a processor, or of any type, of an A53's host or an R5F's. */
static void other_message(void)
{
    static const uint16_t types[] = {0xc000, 0xc001, 0xc005, 0xc100, 0xc101, 0xc400, 0xc401};
    unsigned type = fuzz_below(8), thread = fuzz_below(40);
    bool is_r5 = thread >= 20;
    uint64_t window = is_r5 ? 0x2a480004 - 0x1000 * 20 : 0x32c00004;
    uint32_t host = thread / 5 + (is_r5 ? -1u : 10u);
    uint32_t head = (type < 7 ? types[type] : (uint32_t)fuzz_take(2)) | host << 16;

    window += 0x1000 * thread;
    unsigned header = host == 4 || host == 6 || host == 10 || host == 11 ? 1 : 0;
    if (thread == ROM_THREAD && type == 7)
        head = 0x8105u | 4u << 16;
    if (header != 0)
        soc_write(window, 4, 0);
    soc_write(window + 4 * header, 4, head);
    soc_write(window + 4 * header + 4, 4, 2);
    for (unsigned i = header; i < 13; i++)
        soc_write(window + 8 + 4 * i, 4, i < 6 + header ? fuzz_take(4) : 0);
    am65x_processor_waits(thread & 1, type != 0);
}

/* Whoever asked for what: a core that is let go has power, and core 1 no more of it than core 0. */
static void check_processors(void)
{
    for (unsigned i = 0; i < AM65X_R5F_COUNT; i++) {
        const struct am65x_processor *core = am65x_processor(i);

        FUZZ_CHECK(core->powered || !core->released);
        FUZZ_CHECK(!core->powered || am65x_processor(0)->powered);
    }
}

void fuzz_one(void)
{
    static const struct navss_access access = {soc_write, soc_read, soc_pass};
    const struct am65x_config config = {
        .trace = (uint32_t)fuzz_below(8),
        .intid_limit = 256,
        .moods = some_moods(),
        .access = {{.processor = fuzz_left() % 8 == 0, .master = 10, .others = {12, 3}}},
    };

    bool with_pcie = fuzz_left() % 4 == 3; /* as with moods */

    memset(pcie_was_up, 0, sizeof(pcie_was_up));
    am65x_reset(&environment, &config);
    for (unsigned step = 0; step < STEPS_MAX && fuzz_left() != 0; step++) {
        switch (fuzz_below(16)) {
        case 0:
            (void)am65x_uart_receive(fuzz_below(4), (uint8_t)fuzz_take(1));
            break;
        case 1:
            (void)am65x_inject((enum am65x_fault)fuzz_below(AM65X_FAULT_COUNT), fuzz_take(2),
                               (uint32_t)fuzz_take(1));
            break;
        case 2:
            if (with_pcie)
                pcie_do(&access);
            else
                other_block();
            break;
        case 3:
            other_message();
            break;
        default:
            navss_do(&access);
            break;
        }
    }
    soc_pass(1000000);
    navss_check();
    check_processors();
    FUZZ_CHECK(am65x_counter(AM65X_COUNT_RINGS) < 2000);
    FUZZ_CHECK(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS) < 10000);
    FUZZ_CHECK(am65x_counter(AM65X_COUNT_ROUTES) < 10000);
    FUZZ_CHECK(am65x_counter(AM65X_COUNT_PSIL_PAIRS) < 10000);
}
