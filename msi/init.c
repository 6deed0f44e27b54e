// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the interrupt layer up: once for all, and on each core (msi/binding.h).
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "msi/binding.h"
#include "msi/dispatch.h"
#include "msi/local.h"
#include "msi/state.h"
#include "root/root.h"

#include <errno.h>

static void wake(unsigned core)
{
    root_send_sgi(core, IRQ_SGI_WAKE);
}

int irq_init(void)
{
    if (!wait_is_allowed())
        return -EDEADLK;

    int error = irq_dispatch_init();

    if (error != 0)
        return error;
    irq_dispatch_start();
    return 0;
}

int irq_core_init(void)
{
    int error;

    for (unsigned sgi = 0; sgi < ROOT_INTID_PPI_FIRST; sgi++) {
        /* What is replayed has had its turn once: whatever else is pending goes first. */
        uint8_t priority = sgi == IRQ_SGI_REPLAY ? ROOT_PRIORITY_LOW : ROOT_PRIORITY_DEFAULT;

        error = root_configure(sgi, ROOT_EDGE, priority);
        if (error == 0)
            error = root_enable(sgi);
        if (error != 0)
            return error;
    }
    error = root_configure(IRQ_PPI_TIMER, ROOT_LEVEL, ROOT_PRIORITY_DEFAULT);
    if (error == 0)
        error = root_enable(IRQ_PPI_TIMER);
    /* From here a core may sleep: the boot core can be woken now, and each other core does not
     * wait before it has come through here. */
    if (error == 0 && core_id() == 0)
        wait_set_waker(wake);
    return error;
}
