// SPDX-License-Identifier: BSD-3-Clause
/*
 * A Cortex-R5F's program that talks with the Linux which has started it: what comes to its endpoint
 * goes back. The endpoint has the name that Linux's sample client (samples/rpmsg) looks for.
 */
#include "lib/log.h"
#include "platform/platform.h"
#include "platform/r5f_linux.h"

#include <errno.h>
#include <stdlib.h>

#define ADDRESS  14u
#define FOR_EVER UINT64_MAX

LOG_SUBJECT(echo);

static void echo(void *context, uint32_t source, const void *data, size_t length);

static struct rpmsg_endpoint endpoint = {
    .name = "rpmsg-client-sample", .address = ADDRESS, .received = echo};

static void echo(void *context, uint32_t source, const void *data, size_t length)
{
    int error = rpmsg_send(platform_linux_rpmsg(), &endpoint, source, data, length);

    (void)context;
    if (error != 0)
        log_warning(echo, "%u bytes for 0x%x are not sent: error %d", (unsigned)length,
                    (unsigned)source, error);
}

/* Until Linux asks the core to stop; how it ended. Linux of the kind that does not ask resets it.
 */
static int talk(void)
{
    struct rpmsg *rpmsg = platform_linux_rpmsg();
    bool up = false;
    int count;

    do {
        count = platform_linux_wait(FOR_EVER);
        if (rpmsg_is_up(rpmsg) != up) {
            up = !up;
            log_info(echo, "Linux's driver is %s", up ? "there" : "gone");
        }
        if (count == -EPROTO)
            log_warning(echo, "Linux's queues make no sense");
    } while (count >= 0 || count == -EPROTO || count == -ETIMEDOUT);
    return count;
}

int main(int argc, char **argv)
{
    int error = platform_linux_open();

    (void)argc;
    (void)argv;
    if (error == 0)
        error = rpmsg_open(platform_linux_rpmsg(), &endpoint);
    if (error == 0) {
        log_info(echo, "waits for Linux");
        error = talk();
    }
    log_info(echo, "ends: %d", error);
    return error == -ECANCELED ? EXIT_SUCCESS : EXIT_FAILURE;
}
