// SPDX-License-Identifier: BSD-3-Clause
/*
 * The network stack's thread.
 */
#include "app/net/stack.h"

#include "app/net/ping.h"
#include "app/net/services.h"
#include "app/net/web.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "lib/log.h"
#include "msi/service.h"

#include <errno.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/ip4_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <stddef.h>

#define HOSTNAME       "k3metal"
#define LINK_LOOK_US   1000000u
#define LAST_FRAMES_US 500000u /* for what is still to be sent at the end */
#define EARLY_SEGMENTS 64u     /* a window, and more */
#define START_US       30000000u
#define CALL_US        10000000u

LOG_SUBJECT(net);

static struct net_interface the_interface;
static const struct net_device *the_device;
static bool running, stopping; /* atomic */
static int outcome;            /* of the start, then of the end */
static unsigned stack_core;
static uint32_t the_address; /* atomic */

/* What somebody asks of the thread. */
static struct {
    void (*function)(void *argument); /* atomic; NULL: nothing */
    void *argument;
    uint32_t taken; /* atomic: somebody asks */
} question;

/* ---- what lwIP wants of its machine ---- */

u32_t sys_now(void)
{
    return (u32_t)(time_now_ns() / 1000000u);
}

/* Xorshift (Marsaglia, 2003). The address makes a difference between boards, the time between
 * boots. */
uint32_t net_random(void)
{
    static uint32_t state;

    if (state == 0) {
        const uint8_t *address = the_interface.netif.hwaddr;

        state = (uint32_t)time_now_ns() ^ (uint32_t)(address[5] << 24 | address[4] << 16);
        state |= 1;
    }
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

unsigned net_early_segments_max(void)
{
    return net_interface_is_scarce(&the_interface) ? 0 : EARLY_SEGMENTS;
}

/* ---- what runs in the thread ---- */

static void on_changed(struct netif *netif)
{
    uint32_t address = ip4_addr_get_u32(netif_ip4_addr(netif));

    if (__atomic_exchange_n(&the_address, address, __ATOMIC_RELEASE) == address)
        return;
    if (address != 0)
        log_info(net, "address %s", ip4addr_ntoa(netif_ip4_addr(netif)));
    else
        log_info(net, "no address any more");
    wait_notify();
}

static int listen_all(void)
{
    static const struct net_service *const services[] = {&net_echo_service, &net_sink_service,
                                                         &net_source_service};
    int error = net_udp_echo_open();

    for (unsigned i = 0; error == 0 && i < sizeof(services) / sizeof(services[0]); i++)
        error = net_service_listen(services[i]);
    if (error == 0)
        net_web_open();
    return error;
}

/* All that lwIP has open, and what it keeps of received frames, which are the interface's
 * buffers. */
static void close_all(void)
{
    net_udp_echo_close();
    net_ping_end();
    while (tcp_active_pcbs != NULL)
        tcp_abort(tcp_active_pcbs);
    while (tcp_tw_pcbs != NULL)
        tcp_abort(tcp_tw_pcbs);
    while (tcp_listen_pcbs.listen_pcbs != NULL)
        (void)tcp_close((struct tcp_pcb *)tcp_listen_pcbs.listen_pcbs);
    for (unsigned i = 0; i <= IP_REASS_MAXAGE; i++)
        ip_reass_tmr(); /* each makes parts of datagrams a second older */
}

static void answer(void)
{
    void (*function)(void *argument) = __atomic_load_n(&question.function, __ATOMIC_ACQUIRE);

    if (function == NULL)
        return;
    function(question.argument);
    __atomic_store_n(&question.function, NULL, __ATOMIC_RELEASE);
    wait_signal(&question);
}

static bool has_reason(void *argument)
{
    return net_interface_is_pending(argument) || idle_has_task() ||
           __atomic_load_n(&stopping, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(&question.function, __ATOMIC_ACQUIRE) != NULL;
}

/* Until there is something to do. */
static void await_reason(void)
{
    uint32_t sleep_ms = sys_timeouts_sleeptime();
    uint64_t sleep_us = sleep_ms < LINK_LOOK_US / 1000u ? sleep_ms * UINT64_C(1000) : LINK_LOOK_US;

    if (net_web_is_pending())
        return;
    (void)wait_until_signal(has_reason, &the_interface, deadline_after_us(sleep_us));
}

/* About once a second: of the port's, no interrupt tells. */
static void look_at_link(deadline_t *next)
{
    if (!deadline_passed(*next))
        return;
    *next = deadline_after_us(LINK_LOOK_US);
    (void)the_device->check_link(the_interface.port); /* with an error the link counts as down */
}

static void turn(void)
{
    idle_run_task();
    if (net_interface_is_pending(&the_interface))
        net_interface_turn(&the_interface);
    sys_check_timeouts();
    net_web_turn(&the_interface);
    answer();
    net_interface_flush(&the_interface);
    irq_service();
}

static int start(void)
{
    static bool initialized; /* lwIP's can't be done twice */
    const struct net_interface_config config = {
        .device = the_device, .core = core_id(), .hostname = HOSTNAME, .changed = on_changed};
    int error;

    if (!initialized)
        lwip_init();
    initialized = true;
    error = net_interface_open(&the_interface, &config);
    if (error != 0)
        return error;
    error = listen_all();
    if (error == 0 && dhcp_start(&the_interface.netif) != ERR_OK)
        error = -ENOMEM;
    if (error != 0) {
        close_all();
        (void)net_interface_close(&the_interface);
    }
    return error;
}

/* Has left what is still to be sent, unless the port takes too long. */
static void send_last_frames(void)
{
    deadline_t deadline = deadline_after_us(LAST_FRAMES_US);

    net_interface_turn(&the_interface);
    while (!net_interface_is_quiet(&the_interface) && !deadline_passed(deadline)) {
        (void)wait_until_signal(net_interface_is_pending, &the_interface, deadline);
        net_interface_turn(&the_interface);
    }
}

/* Tells peers that there is nobody any more, then closes. */
static int finish(void)
{
    int error;

    close_all(); /* gives memory back that the next may need */
    dhcp_release_and_stop(&the_interface.netif);
    dhcp_cleanup(&the_interface.netif);
    send_last_frames();
    do
        error = net_interface_close(&the_interface);
    while (error == -EAGAIN);
    return error;
}

int net_run(const struct net_device *device)
{
    deadline_t next_look = 0;

    the_device = device;
    __atomic_store_n(&stopping, false, __ATOMIC_RELEASE);
    outcome = start();
    __atomic_store_n(&running, outcome == 0, __ATOMIC_RELEASE);
    wait_notify();
    if (outcome != 0) {
        log_error(net, "the network does not start: error %d", outcome);
        return outcome;
    }
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        await_reason();
        look_at_link(&next_look);
        turn();
    }
    outcome = finish();
    if (outcome != 0)
        log_error(net, "the network does not end as it should: error %d", outcome);
    __atomic_store_n(&running, false, __ATOMIC_RELEASE);
    return outcome;
}

/* ---- what others call ---- */

static void run(void *device)
{
    (void)net_run(device);
}

bool net_is_running(void)
{
    return __atomic_load_n(&running, __ATOMIC_ACQUIRE);
}

static bool has_begun(void *argument)
{
    (void)argument;
    return net_is_running() || outcome != 0;
}

int net_start(const struct net_device *device, unsigned core)
{
    int error;

    outcome = 0;
    error = smp_start(core, run, (void *)device);
    if (error != 0)
        return error;
    stack_core = core;
    error = idle_for(has_begun, NULL, START_US);
    return error != 0 ? error : outcome;
}

int net_stop(void)
{
    int error;

    if (!net_is_running())
        return -ENODEV;
    __atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
    wait_signal(&the_interface);
    error = smp_join(stack_core, START_US);
    return error != 0 ? error : outcome;
}

static bool is_answered(void *argument)
{
    (void)argument;
    return __atomic_load_n(&question.function, __ATOMIC_ACQUIRE) == NULL;
}

int net_call(void (*function)(void *argument), void *argument)
{
    int error;

    if (!net_is_running())
        return -ENODEV;
    if (__atomic_exchange_n(&question.taken, 1, __ATOMIC_ACQUIRE) != 0)
        return -EBUSY;
    question.argument = argument;
    __atomic_store_n(&question.function, function, __ATOMIC_RELEASE);
    wait_signal(&the_interface);
    error = wait_until_signal(is_answered, &question, deadline_after_us(CALL_US));
    if (error == 0) /* else it may still be answered: nobody else asks */
        __atomic_store_n(&question.taken, 0, __ATOMIC_RELEASE);
    return error;
}

const struct net_device *net_get_device(void)
{
    return the_device;
}

struct net_interface *net_get_interface(void)
{
    return &the_interface;
}

uint32_t net_get_address(void)
{
    return __atomic_load_n(&the_address, __ATOMIC_ACQUIRE);
}

static bool has_address(void *argument)
{
    (void)argument;
    return net_get_address() != 0;
}

int net_await_address(uint64_t timeout_us)
{
    return idle_for(has_address, NULL, timeout_us);
}
