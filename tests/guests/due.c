// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a device has to have done by a certain time is seen by the first look after that time,
 * whatever the host did meanwhile (docs/twin.md, "Time"): a frame on the Ethernet switch's MDIO,
 * begun by the core that looks, or by one that is off since.
 */
#include "tests/guests/guest.h"

#define MDIO         UINT64_C(0x46000f00)
#define MDIO_CONTROL (MDIO + 0x04)
#define ENABLE       (1u << 30)
#define MDIO_ACCESS  (MDIO + 0x80)
#define GO           (1u << 31)
#define ACK          (1u << 29)

/* Of a frame: 64 bits, at the bus clock of 250 MHz divided by one more than this. */
#define DIVIDER      399u
#define FRAME_NS     (64u * (DIVIDER + 1) * 4)
#define SECOND       UINT64_C(1000000000)

#define ROUNDS       1000u
#define ROUNDS_OF_2  50u
#define CORE_1       UINT64_C(1)

static volatile uint64_t begun;

static uint64_t counter(void)
{
    __asm__ volatile("isb" ::: "memory");
    return read_sysreg("cntpct_el0");
}

static void begin(void)
{
    write32(MDIO_ACCESS, GO);
    begun = counter();
}

/* Waits without an access to any device until the frame is over, then looks once. */
static bool is_over(void)
{
    uint64_t ticks = (FRAME_NS * read_sysreg("cntfrq_el0") + SECOND - 1) / SECOND + 1;

    while (counter() - begun < ticks)
        ;
    return (read32(MDIO_ACCESS) & (GO | ACK)) == ACK;
}

static void finish(void)
{
    while ((read32(MDIO_ACCESS) & GO) != 0)
        ;
}

int main(void)
{
    uint64_t late = 0;

    write32(MDIO_CONTROL, ENABLE | DIVIDER);
    for (unsigned round = 0; round < ROUNDS; round++) {
        begin();
        late += !is_over();
        finish();
    }
    check_value("what this core has begun is over when it is due", late, 0);
    late = 0;
    for (unsigned round = 0; round < ROUNDS_OF_2; round++) {
        begun = 0;
        guest_core_on(CORE_1, begin);
        while (begun == 0)
            ;
        late += !is_over();
        finish();
        guest_wait_off(CORE_1);
    }
    check_value("what a core that is off has begun, too", late, 0);
    return 0;
}
