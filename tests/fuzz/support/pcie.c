// SPDX-License-Identifier: BSD-3-Clause
/*
 * See pcie.h.
 */
#include "tests/fuzz/support/pcie.h"

#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"

#define APP          UINT64_C(0x05500000)
#define DBI          UINT64_C(0x05501000)
#define ATU          UINT64_C(0x05506000)
#define OUTBOUND     UINT64_C(0x10000000)
/* Controller 1 is so much behind the first. */
#define OTHER        0x00100000u
#define OTHER_SPACE  0x08000000u
#define OTHER_SERDES 0x00010000u
#define SERDES       UINT64_C(0x00900000)
#define MODES        UINT64_C(0x00104000)
#define GPIO1        UINT64_C(0x00601000)
#define THREAD       UINT64_C(0x32c0d004) /* of host 12's requests */
#define SET_DEVICE   0x0200u
#define HOST         12u
#define WORDS        15u

static void device(const struct navss_access *access, uint32_t number, uint32_t state)
{
    for (unsigned word = 0; word < WORDS; word++) {
        uint32_t value = 0;

        if (word == 0)
            value = SET_DEVICE | HOST << 16;
        else if (word == 2)
            value = number;
        else if (word == 4)
            value = state;
        access->write(THREAD + 4 * word, 4, value);
    }
    access->pass(100000);
}

static void link_up(const struct navss_access *access, unsigned n)
{
    const uint64_t serdes = SERDES + OTHER_SERDES * n, modes = MODES + 0x10 * n;
    const struct {
        uint64_t address;
        uint32_t value;
    } steps[] = {
        {modes + 0x80, n == 0 ? 1 : 0},
        {modes + 0x60, 2},
        {serdes + 0x1fd0, 1u << 29},
        {serdes + 0x1fd0, 0},
        {serdes + 0xb38, 0x70u << 16},
        {serdes + 0x7c, 1u << 24},
        {serdes + 0xb90, 1u << 9},
        {serdes + 0x1ff4, 7u << 29},
        {serdes + 0x1fe0, 7u << 29 | 7u << 13},
        {APP + OTHER * n + 0x4, 1},
    };

    device(access, 120 + n, 2);
    device(access, 153 + n, 2);
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        access->write(steps[i].address, 4, steps[i].value);
        access->pass(100000);
    }
    access->write(DBI + OTHER * n + 0x18, 4, 0x00ff0100);
    access->pass(3000000);
}

static void window(const struct navss_access *access)
{
    unsigned n = fuzz_below(2);
    uint64_t at = ATU + OTHER * n + 0x200 * fuzz_below(17);
    uint64_t base = OUTBOUND + OTHER_SPACE * n + (fuzz_take(1) << 16);

    access->write(at + 0x8, 4, base);
    access->write(at + 0x10, 4, base + (fuzz_take(1) << 16));
    access->write(at + 0x14, 4, fuzz_below(2) != 0 ? base : fuzz_take(4));
    access->write(at + 0x0, 4, fuzz_below(7));
    access->write(at + 0x4, 4, fuzz_below(4) != 0 ? UINT64_C(1) << 31 : fuzz_take(4));
}

static uint64_t some_register(void)
{
    switch (fuzz_below(6)) {
    case 0:
        return APP + OTHER * fuzz_below(2) + 4 * fuzz_below(128);
    case 1:
        return DBI + fuzz_take(1);
    case 2:
        return DBI + OTHER * fuzz_below(2) + fuzz_below(0x1000);
    case 3:
        return ATU + OTHER * fuzz_below(2) + fuzz_below(0x2004);
    case 4:
        return SERDES + fuzz_below(0x20) * 0x1000 + 4 * fuzz_take(1);
    default:
        return fuzz_below(2) != 0 ? GPIO1 + 0x10 + 4 * fuzz_below(4)
                                  : MODES + 0x60 + 4 * fuzz_below(16);
    }
}

static void one(const struct navss_access *access)
{
    unsigned size = 1u << fuzz_below(4);
    uint64_t address = OUTBOUND + OTHER_SPACE * fuzz_below(2) + (fuzz_take(1) << 16) + fuzz_take(1);

    switch (fuzz_below(8)) {
    case 0:
        link_up(access, fuzz_below(2));
        break;
    case 1:
        window(access);
        break;
    case 2:
        device(access, 120 + 33 * fuzz_below(2) + fuzz_below(2), fuzz_below(4));
        break;
    case 3:
        access->write(some_register(), size, fuzz_take(4));
        break;
    case 4:
        (void)access->read(some_register(), size);
        break;
    case 5:
        access->write(address, size, fuzz_take(4));
        break;
    case 6:
        (void)access->read(address, size);
        break;
    default:
        access->pass(fuzz_take(3));
    }
}

void pcie_do(const struct navss_access *access)
{
    for (unsigned i = fuzz_below(32); i != 0 && fuzz_left() != 0; i--)
        one(access);
}
