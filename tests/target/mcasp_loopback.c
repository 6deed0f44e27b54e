// SPDX-License-Identifier: BSD-3-Clause
/*
 * A McASP in digital loopback (AM65x TRM SPRUID7, chapter 12 "Peripherals", "Multichannel Audio
 * Serial Port (McASP)": registers, "Operational Sequence", "Loopback Modes"; TRM of the AM335x,
 * SPRUH73, 22.3 and 22.4, has the same block; offsets as Linux's sound/soc/ti/davinci-mcasp.h).
 */
#include "tests/target/mcasp_loopback.h"

#include "arch/mmio.h"
#include "arch/time.h"

#include <errno.h>

enum mcasp_register {
    PFUNC = 0x010,
    PDIR = 0x014,
    GBLCTL = 0x044,
    DLBCTL = 0x04c,
    RMASK = 0x064,
    RFMT = 0x068,
    AFSRCTL = 0x06c,
    ACLKRCTL = 0x070,
    AHCLKRCTL = 0x074,
    RTDM = 0x078,
    RSTAT = 0x080,
    XMASK = 0x0a4,
    XFMT = 0x0a8,
    AFSXCTL = 0x0ac,
    ACLKXCTL = 0x0b0,
    AHCLKXCTL = 0x0b4,
    XTDM = 0x0b8,
    XSTAT = 0x0c0,
    SRCTL0 = 0x180,
    SRCTL1 = 0x184,
    WFIFOCTL = 0x1000,
    RFIFOCTL = 0x1008,
};

/* GBLCTL: the receiver's bits; the transmitter's are 8 above. Released in this order. */
#define HIGH_CLOCK        (1u << 1)
#define CLOCK             (1u << 0)
#define SERIALIZERS       (1u << 2)
#define STATE_MACHINE     (1u << 3)
#define FRAME_SYNC        (1u << 4)
#define BOTH(bit)         ((bit) | (bit) << 8)

#define DLBCTL_EVEN_SENDS (1u << 0 | 1u << 1 | 1u << 2) /* on; even to odd; transmit's clocks */
#define FORMAT_32_BITS    (15u << 4 | 1u << 15)         /* most significant first */
#define TWO_SLOTS         (2u << 7 | 1u << 4)           /* a frame sync as long as a word */
#define OWN_FRAME_SYNC    (1u << 1)
#define OWN_CLOCK         (1u << 5)
#define CLOCK_DIVIDER     7u /* of AUXCLK, less 1 */
#define OWN_HIGH_CLOCK    (1u << 15)
#define BOTH_SLOTS        3u
#define SENDS             1u
#define RECEIVES          2u
#define FIFO              (MCASP_BURST << 8 | 1u) /* words: an event; a slot */
#define FIFO_ENABLE       (1u << 16)
#define STAT_ALL          0xffffu
#define STAT_WRONG        (1u << 0)

#define RELEASE_US        1000u

static uint32_t get(uintptr_t base, enum mcasp_register number)
{
    return mmio_read32(base + number);
}

static void set(uintptr_t base, enum mcasp_register number, uint32_t value)
{
    mmio_write32(base + number, value);
}

static void set_up_receiver(uintptr_t base)
{
    set(base, RMASK, 0xffffffffu);
    set(base, RFMT, FORMAT_32_BITS);
    set(base, AFSRCTL, TWO_SLOTS | OWN_FRAME_SYNC);
    set(base, ACLKRCTL, OWN_CLOCK | CLOCK_DIVIDER);
    set(base, AHCLKRCTL, OWN_HIGH_CLOCK);
    set(base, RTDM, BOTH_SLOTS);
}

static void set_up_transmitter(uintptr_t base)
{
    set(base, XMASK, 0xffffffffu);
    set(base, XFMT, FORMAT_32_BITS);
    set(base, AFSXCTL, TWO_SLOTS | OWN_FRAME_SYNC);
    set(base, ACLKXCTL, OWN_CLOCK | CLOCK_DIVIDER); /* the receiver follows: not asynchronous */
    set(base, AHCLKXCTL, OWN_HIGH_CLOCK);
    set(base, XTDM, BOTH_SLOTS);
}

void mcasp_loopback_prepare(uintptr_t base)
{
    set(base, GBLCTL, 0);
    set(base, WFIFOCTL, FIFO);
    set(base, RFIFOCTL, FIFO);
    set_up_receiver(base);
    set_up_transmitter(base);
    set(base, SRCTL0, SENDS);
    set(base, SRCTL1, RECEIVES);
    set(base, PFUNC, 0);
    set(base, PDIR, 0); /* no pin is driven */
    set(base, DLBCTL, DLBCTL_EVEN_SENDS);
    set(base, RFIFOCTL, FIFO | FIFO_ENABLE);
    set(base, WFIFOCTL, FIFO | FIFO_ENABLE);
}

/* A bit says that it is released when its clock has seen it. */
static int release(uintptr_t base, uint32_t bit)
{
    const deadline_t deadline = deadline_after_us(RELEASE_US);

    set(base, GBLCTL, get(base, GBLCTL) | BOTH(bit));
    while ((get(base, GBLCTL) & BOTH(bit)) != BOTH(bit))
        if (deadline_passed(deadline))
            return -EIO;
    return 0;
}

int mcasp_loopback_run(uintptr_t base)
{
    static const uint32_t order[] = {HIGH_CLOCK, CLOCK, SERIALIZERS, STATE_MACHINE, FRAME_SYNC};
    int error = 0;

    for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]) && error == 0; i++) {
        if (order[i] == SERIALIZERS) {
            set(base, XSTAT, STAT_ALL);
            set(base, RSTAT, STAT_ALL);
        }
        error = release(base, order[i]);
    }
    return error;
}

void mcasp_loopback_stop(uintptr_t base)
{
    set(base, GBLCTL, 0);
    set(base, WFIFOCTL, FIFO);
    set(base, RFIFOCTL, FIFO);
}

bool mcasp_loopback_failed(uintptr_t base)
{
    return ((get(base, XSTAT) | get(base, RSTAT)) & STAT_WRONG) != 0;
}
