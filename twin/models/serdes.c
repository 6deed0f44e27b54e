// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two SERDES (registers as in Linux's driver phy-am654-serdes and U-Boot's phy-ti-am654):
 * memory, but for the two status bits that tell how far software's sequence has come. A lane works
 * when the power-on reset has been asserted and released, the configuration's version is set, the
 * clock unit's and the lane's master resets are released, the PLL is on and has locked, and
 * transmitter and receiver are on. What Linux writes of analogue settings is remembered; U-Boot
 * leaves them as they come out of reset.
 */
#include "twin/models/pcie.h"

#define SIZE                0x2000u

#define CMU_R07C            0x007cu
#define CMU_MASTER_CDN      (1u << 24)
#define COMLANE_R138        0x0b38u
#define VERSION(word)       ((word) >> 16 & 0xffu)
#define VERSION_PCIE        0x70u
#define COMLANE_R190        0x0b90u
#define L1_MASTER_CDN       (1u << 9)
#define COMLANE_R194        0x0b94u
#define CMU_OK              (1u << 19)
#define SERDES_CTRL         0x1fd0u
#define POR_EN              (1u << 29)
#define WIZ_LANEXCTL_STS    0x1fe0u
#define TRANSMITTER(word)   ((word) >> 29)
#define RECEIVER(word)      ((word) >> 13 & 7u)
#define WIZ_PLL_CTRL        0x1ff4u
#define PLL(word)           ((word) >> 29)
#define PLL_OK              (1u << 28)
#define ENABLED             7u /* overridden by software: on */

#define LOCK_TIME           (50 * MICROSECOND)
#define CALIBRATION_TIME    (20 * MICROSECOND)

/* In the control module's page of modes (CTRLMMR_SERDES0_CTRL, SERDES1_CTRL): the lane's use. */
#define CTRL(n)             (0x80u + 0x10u * (n))
#define CTRL_FUNCTION(word) ((word)&3u)

static struct serdes {
    uint32_t words[SIZE / 4];
    bool was_reset; /* POR_EN has been set since the module is on */
    bool locked, calibrated;
    struct model_timer lock, calibration;
} serdes[SERDES_COUNT];

static void follow(unsigned n);

static void pll_locks(unsigned n)
{
    serdes[n].locked = true;
    follow(n);
}

static void lane_calibrates(unsigned n)
{
    serdes[n].calibrated = true;
    pcie_follow();
}

static void forget(unsigned n)
{
    timer_cancel(&serdes[n].lock);
    timer_cancel(&serdes[n].calibration);
    memset(serdes[n].words, 0, sizeof(serdes[n].words));
    serdes[n].was_reset = serdes[n].locked = serdes[n].calibrated = false;
}

void serdes_reset(void)
{
    memset(serdes, 0, sizeof(serdes));
    for (unsigned n = 0; n < SERDES_COUNT; n++) {
        serdes[n].lock.expire = pll_locks;
        serdes[n].lock.argument = n;
        serdes[n].calibration.expire = lane_calibrates;
        serdes[n].calibration.argument = n;
    }
}

static bool is_powered(unsigned n)
{
    return sysfw_device_is_on(DEV_SERDES0 + n) && sysfw_device_resets_of(DEV_SERDES0 + n) == 0;
}

static uint32_t word(unsigned n, unsigned offset)
{
    return serdes[n].words[offset / 4];
}

/* A state is reached some time after what it needs, and lost with it. */
static void reach(bool wanted, bool *reached, struct model_timer *timer, uint64_t time)
{
    if (!wanted) {
        timer_cancel(timer);
        *reached = false;
    } else if (!*reached && !timer_armed(timer)) {
        timer_arm(timer, time);
    }
}

static void follow(unsigned n)
{
    struct serdes *self = &serdes[n];
    bool runs = is_powered(n) && self->was_reset && (word(n, SERDES_CTRL) & POR_EN) == 0;
    bool released = (word(n, CMU_R07C) & CMU_MASTER_CDN) != 0 &&
                    (word(n, COMLANE_R190) & L1_MASTER_CDN) != 0 &&
                    VERSION(word(n, COMLANE_R138)) == VERSION_PCIE;
    bool lane = TRANSMITTER(word(n, WIZ_LANEXCTL_STS)) == ENABLED &&
                RECEIVER(word(n, WIZ_LANEXCTL_STS)) == ENABLED;

    reach(runs && PLL(word(n, WIZ_PLL_CTRL)) == ENABLED, &self->locked, &self->lock, LOCK_TIME);
    reach(self->locked && released && lane, &self->calibrated, &self->calibration,
          CALIBRATION_TIME);
    pcie_follow();
}

void serdes_power(void)
{
    for (unsigned n = 0; n < SERDES_COUNT; n++) {
        if (!is_powered(n))
            forget(n);
        follow(n);
    }
}

void serdes_lose(void)
{
    for (unsigned n = 0; n < SERDES_COUNT; n++) {
        forget(n);
        ctrl_mmr_write(CTRL_MMR_MODES, CTRL(n), 0);
    }
}

bool serdes_is_ready(unsigned n, unsigned function)
{
    return serdes[n].calibrated &&
           CTRL_FUNCTION(ctrl_mmr_read(CTRL_MMR_MODES, CTRL(n))) == function;
}

uint64_t serdes_read(unsigned instance, uint64_t offset)
{
    uint32_t value = word(instance, (unsigned)offset);

    if (!is_powered(instance))
        return 0;
    if (offset == WIZ_PLL_CTRL)
        return (value & ~PLL_OK) | (serdes[instance].locked ? PLL_OK : 0);
    if (offset == COMLANE_R194)
        return (value & ~CMU_OK) | (serdes[instance].calibrated ? CMU_OK : 0);
    return value;
}

void serdes_write(unsigned instance, uint64_t offset, uint64_t value)
{
    if (!is_powered(instance))
        return;
    if (offset == SERDES_CTRL && (value & POR_EN) != 0) {
        forget(instance);
        serdes[instance].was_reset = true;
    }
    serdes[instance].words[offset / 4] = (uint32_t)value;
    follow(instance);
}
