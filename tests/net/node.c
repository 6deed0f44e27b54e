// SPDX-License-Identifier: BSD-3-Clause
/*
 * The application `net` as a program of this machine, on the user network of libslirp, which is
 * what QEMU has: DHCP, a gateway, and TCP and UDP ports of this machine that lead to the node's.
 *
 *     node [--tcp HOST:NODE]... [--udp HOST:NODE]... [--lost N] [--doubled N] [--changed N]
 *          [--late N] [--seed N]
 *
 * One frame in N has the fault, in each direction. A line on standard input is an order: "down" and
 * "up" of the link; the input's end is the application's. The exit status is net_run()'s outcome,
 * and 3 if the port has not all buffers back.
 */
#include "app/net/stack.h"
#include "arch/time.h"
#include "tests/net/faults.h"
#include "tests/net/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLLS_MAX 256u

static Slirp *slirp;
static struct pollfd polls[POLLS_MAX];
static unsigned poll_count;
static struct faults to_node = {.seed = 1}, from_node = {.seed = 2};

/* ---- frames ---- */

static void into_port(const uint8_t *frame, size_t length)
{
    (void)machine_deliver(frame, length, CPSW_CHECKSUM_UNKNOWN);
}

static void into_network(const uint8_t *frame, size_t length)
{
    slirp_input(slirp, frame, (int)length);
}

static ssize_t on_network_frame(const void *frame, size_t length, void *opaque)
{
    (void)opaque;
    faults_pass(&to_node, frame, length);
    return (ssize_t)length;
}

static void on_port_frame(const uint8_t *frame, size_t length)
{
    faults_pass(&from_node, frame, length);
}

/* ---- what libslirp wants of its host ---- */

static void on_guest_error(const char *message, void *opaque)
{
    (void)opaque;
    fprintf(stderr, "node: the network says: %s\n", message);
}

static int64_t clock_ns(void *opaque)
{
    (void)opaque;
    return (int64_t)time_now_ns();
}

/* Its timers are of IPv6, which is off. */
static void *timer_new(SlirpTimerCb callback, void *argument, void *opaque)
{
    (void)callback;
    (void)argument;
    return opaque;
}

static void timer_free(void *timer, void *opaque)
{
    (void)timer;
    (void)opaque;
}

static void timer_mod(void *timer, int64_t expires, void *opaque)
{
    (void)timer;
    (void)expires;
    (void)opaque;
}

static void with_descriptor(int descriptor, void *opaque)
{
    (void)descriptor;
    (void)opaque;
}

static void notify(void *opaque)
{
    (void)opaque;
}

static const SlirpCb callbacks = {
    .send_packet = on_network_frame,
    .guest_error = on_guest_error,
    .clock_get_ns = clock_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = with_descriptor,
    .unregister_poll_fd = with_descriptor,
    .notify = notify,
};

/* ---- waiting ---- */

static int add_poll(int descriptor, int events, void *opaque)
{
    struct pollfd *entry = &polls[poll_count];

    (void)opaque;
    if (poll_count == POLLS_MAX)
        return -1;
    *entry = (struct pollfd){.fd = descriptor};
    entry->events = (short)(((events & SLIRP_POLL_IN) != 0 ? POLLIN : 0) |
                            ((events & SLIRP_POLL_OUT) != 0 ? POLLOUT : 0) |
                            ((events & SLIRP_POLL_PRI) != 0 ? POLLPRI : 0));
    return (int)poll_count++;
}

static int get_events(int index, void *opaque)
{
    short events = index >= 0 ? polls[index].revents : 0;

    (void)opaque;
    return ((events & POLLIN) != 0 ? SLIRP_POLL_IN : 0) |
           ((events & POLLOUT) != 0 ? SLIRP_POLL_OUT : 0) |
           ((events & POLLPRI) != 0 ? SLIRP_POLL_PRI : 0) |
           ((events & POLLERR) != 0 ? SLIRP_POLL_ERR : 0) |
           ((events & POLLHUP) != 0 ? SLIRP_POLL_HUP : 0);
}

static void obey(void)
{
    char order[32];
    ssize_t length = read(STDIN_FILENO, order, sizeof(order) - 1);

    if (length <= 0) {
        machine_interrupted = true;
        return;
    }
    order[length] = '\0';
    for (const char *line = strtok(order, "\n"); line != NULL; line = strtok(NULL, "\n"))
        machine_set_link(strcmp(line, "up") == 0);
}

static void wait_for_network(uint64_t nanoseconds)
{
    uint32_t timeout_ms = (uint32_t)((nanoseconds + 999999u) / 1000000u);
    int input, ready;

    faults_settle(&to_node);
    faults_settle(&from_node);
    poll_count = 0;
    slirp_pollfds_fill(slirp, &timeout_ms, add_poll, NULL);
    input = add_poll(STDIN_FILENO, SLIRP_POLL_IN, NULL);
    ready = poll(polls, poll_count, (int)timeout_ms);
    slirp_pollfds_poll(slirp, ready < 0, get_events, NULL);
    if (!machine_interrupted && input >= 0 && (polls[input].revents & (POLLIN | POLLHUP)) != 0)
        obey();
}

/* ---- from beginning to end ---- */

static void on_signal(int number)
{
    (void)number;
    machine_interrupted = true;
}

static struct in_addr address_of(const char *text)
{
    struct in_addr address = {.s_addr = inet_addr(text)};

    return address;
}

static void make_network(void)
{
    const SlirpConfig config = {
        .version = 1,
        .in_enabled = true,
        .vnetwork = address_of("10.0.2.0"),
        .vnetmask = address_of("255.255.255.0"),
        .vhost = address_of("10.0.2.2"),
        .vdhcp_start = address_of("10.0.2.15"),
        .vnameserver = address_of("10.0.2.3"),
    };

    slirp = slirp_new(&config, &callbacks, NULL);
}

static bool forward(const char *ports, int is_udp)
{
    int here, there;

    return sscanf(ports, "%d:%d", &here, &there) == 2 &&
           slirp_add_hostfwd(slirp, is_udp, address_of("127.0.0.1"), here, address_of("10.0.2.15"),
                             there) == 0;
}

/* One option with its value. */
static bool take_option(const char *option, const char *value)
{
    unsigned number = (unsigned)strtoul(value, NULL, 10);

    if (strcmp(option, "--tcp") == 0)
        return forward(value, 0);
    if (strcmp(option, "--udp") == 0)
        return forward(value, 1);
    if (strcmp(option, "--lost") == 0)
        to_node.rates.lost = from_node.rates.lost = number;
    else if (strcmp(option, "--doubled") == 0)
        to_node.rates.doubled = from_node.rates.doubled = number;
    else if (strcmp(option, "--changed") == 0)
        to_node.rates.changed = from_node.rates.changed = number;
    else if (strcmp(option, "--late") == 0)
        to_node.rates.late = from_node.rates.late = number;
    else if (strcmp(option, "--seed") == 0)
        from_node.seed = (to_node.seed = number) + 1;
    else
        return false;
    return true;
}

static void tell_faults(const char *way, const struct faults *faults)
{
    printf("%s: passed %" PRIu64 ", lost %" PRIu64 ", doubled %" PRIu64 ", changed %" PRIu64
           ", late %" PRIu64 "\n",
           way, faults->passed, faults->lost, faults->doubled, faults->changed, faults->late);
}

int main(int argc, char **argv)
{
    static const struct machine_wire wire = {.frame = on_port_frame, .wait = wait_for_network};
    const struct net_counters *counters = &net_get_interface()->counters;
    int outcome;

    to_node.frame = into_port;
    from_node.frame = into_network;
    make_network();
    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc || !take_option(argv[i], argv[i + 1])) {
            fprintf(stderr, "node: %s: no such option, or it can't be had\n", argv[i]);
            return 2;
        }
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    machine_reset(&wire);
    outcome = net_run(&net_cpsw);
    tell_faults("to the node", &to_node);
    tell_faults("from the node", &from_node);
    printf("received %" PRIu64 ", sent %" PRIu64 ", doorbells %" PRIu64 ", copied %" PRIu64
           ", buffers at most %" PRIu32 "\n",
           counters->received, counters->sent, counters->batches, counters->copied,
           counters->buffers_out_most);
    slirp_cleanup(slirp);
    return outcome == -EBUSY ? 3 : outcome != 0;
}
