// SPDX-License-Identifier: BSD-3-Clause
/*
 * A node on the Ethernet: DHCP, ping, echo, two services that measure, and a web page with the live
 * interrupt topology (docs/ethernet.md). The stack has a core of its own; the boot core has the
 * prompt. Where there is one core the stack has it, for ever.
 */
#include "app/net/inventory.h"
#include "app/net/stack.h"
#include "app/prompt/prompt.h"
#include "arch/core.h"
#include "lib/log.h"
#include "platform/cpsw.h"

#include <errno.h>
#include <stdlib.h>

LOG_USE(net);

int main(void)
{
    const struct cpsw_facts *facts = platform_cpsw();
    uint8_t status;
    int error;

    if (facts == NULL) {
        log_error(net, "there is no Ethernet port");
        return EXIT_FAILURE;
    }
    if (core_count() == 1) {
        log_info(net, "one core: the network has it, and there is no prompt");
        return net_run(facts) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    error = net_inventory_start(facts);
    if (error != 0)
        log_error(net, "no network: error %d", error);
    status = prompt_run();
    error = net_inventory_stop();
    return error == 0 || error == -ENODEV ? status : EXIT_FAILURE;
}
