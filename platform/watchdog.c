// SPDX-License-Identifier: BSD-3-Clause
/*
 * The windowed watchdog that a loader may have started: RTI 1 of the MCU domain, which U-Boot and
 * Linux use on AM65x boards (AM65x TRM SPRUID7, chapter 12 "Peripherals", "RTI", "Digital Windowed
 * Watchdog"; which it is: Linux's driver rti_wdt and its device trees). Once it runs, only a reset
 * stops it. It may be served in its window only, whose size its user knows; so it is told of, with
 * the time that is left, and left alone.
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "platform/am65x.h"
#include "platform/internal.h"

#include <errno.h>
#include <stddef.h>

LOG_SUBJECT(watchdog);

/* Three thousand ticks of its slowest clock, 32 kHz. */
#define MEASURE_US 100000u

struct rti_registers {
    uint32_t timers[36];
    uint32_t dwdctrl;
    uint32_t dwdprld;
    uint32_t wdstatus;
    uint32_t wdkey;
    uint32_t dwdcntr; /* counts down to the reset */
};

_Static_assert(offsetof(struct rti_registers, dwdctrl) == 0x90, "RTI_DWDCTRL");
_Static_assert(offsetof(struct rti_registers, dwdcntr) == 0xa0, "RTI_DWDCNTR");

#define RTI_DWDCTRL_ENABLED 0xa98559dau
#define READ(name)          mmio_read32(AM65X_RTI_BASE + offsetof(struct rti_registers, name))

static void tell(void)
{
    uint64_t began = time_now_ns(), took;
    uint32_t before = READ(dwdcntr), left, ticks;

    delay_us(MEASURE_US);
    left = READ(dwdcntr);
    took = time_now_ns() - began;
    ticks = before - left;
    if (ticks == 0 || ticks > before)
        log_warning(watchdog, "a loader's is on (RTI 0x%x), and can't be stopped", AM65X_RTI_BASE);
    else
        log_warning(watchdog,
                    "a loader's runs (RTI 0x%x), and can't be stopped: it resets the board in %u s",
                    AM65X_RTI_BASE, (unsigned)(left * (took / ticks) / 1000000000u));
}

int platform_look_for_watchdog(void)
{
    struct ti_sci_device_state state;
    int error = ti_sci_device_get_state(AM65X_DEV_RTI, &state);

    if (error == -EACCES)
        return 0; /* it is somebody else's, and may not answer us */
    if (error == 0 && state.current == TI_SCI_DEVICE_ON && READ(dwdctrl) == RTI_DWDCTRL_ENABLED)
        tell();
    return error;
}
