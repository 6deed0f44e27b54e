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

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

LOG_USE(net);

/* A card, if there is one, else the port; or the one that net=NAME asks for. */
static const struct net_device *choose(int argc, char **argv)
{
    static const struct net_device *const devices[] = {&net_e1000e, &net_cpsw};
    static const char word[] = "net=";
    const char *wanted = NULL;

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], word, sizeof(word) - 1) == 0)
            wanted = argv[i] + sizeof(word) - 1;
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        if ((wanted == NULL || strcmp(wanted, devices[i]->name) == 0) && devices[i]->find() == 0)
            return devices[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct net_device *device = choose(argc, argv);
    uint8_t status;
    int error;

    if (device == NULL) {
        log_error(net, "there is no Ethernet port");
        return EXIT_FAILURE;
    }
    if (core_count() == 1) {
        log_info(net, "one core: the network has it, and there is no prompt");
        return net_run(device) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    error = net_inventory_start(device);
    if (error != 0)
        log_error(net, "no network: error %d", error);
    status = prompt_run();
    error = net_inventory_stop();
    return error == 0 || error == -ENODEV ? status : EXIT_FAILURE;
}
