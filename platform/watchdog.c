// SPDX-License-Identifier: BSD-3-Clause
/*
 * Windowed watchdogs that a loader may have started (AM65x TRM SPRUID7, chapter 12 "Peripherals",
 * "RTI", "Digital Windowed Watchdog"; their addresses and device ids: TI's MCU+ SDK, AM65x). Linux
 * and the IOT2050's U-Boot use the MCU domain's second one, but any may run.
 *
 * Once one runs, only a reset stops it. To serve it would be to tell whoever started it that all is
 * well, whatever has become of the application: so it is told of, with the time that is left, and
 * left alone.
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

/* Six hundred ticks of the slowest clock, 32 kHz. */
#define MEASURE_US 20000u

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
#define READ(base, name)    mmio_read32((base) + offsetof(struct rti_registers, name))

static void tell(uintptr_t base)
{
    uint64_t began = time_now_ns(), took;
    uint32_t before = READ(base, dwdcntr), left, ticks;

    delay_us(MEASURE_US);
    left = READ(base, dwdcntr);
    took = time_now_ns() - began;
    ticks = before - left;
    if (ticks == 0 || ticks > before) /* it stands still, or somebody serves it */
        log_warning(watchdog, "a loader's is on (RTI 0x%x), and can't be stopped", (unsigned)base);
    else
        log_warning(watchdog,
                    "a loader's runs (RTI 0x%x), and can't be stopped: it resets the board in %u s",
                    (unsigned)base, (unsigned)(left * (took / ticks) / 1000000000u));
}

int platform_look_for_watchdogs(void)
{
    static const uint32_t bases[] = AM65X_RTI_BASES;
    struct ti_sci_device_state state;

    for (unsigned i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        int error = ti_sci_device_get_state((uint16_t)(AM65X_DEV_RTI0 + i), &state);

        if (error == -EACCES)
            continue; /* it is somebody else's, and may not answer us */
        if (error != 0)
            return error;
        if (state.current == TI_SCI_DEVICE_ON && READ(bases[i], dwdctrl) == RTI_DWDCTRL_ENABLED)
            tell(bases[i]);
    }
    return 0;
}
