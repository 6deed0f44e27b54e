// SPDX-License-Identifier: BSD-3-Clause
/*
 * The fault sweep: in the bring-up, and in the firmware's lives after it, the n-th occasion of a
 * fault strikes, for n = 1 until all passes without the fault being reached. Each time in a process
 * of its own; after it the error has been told, nothing is lost, and a second run works.
 *
 *     sweep                       the bring-up and the life, as TAP, with a table at the end
 *     sweep brief                 without the kinds of TI-SCI's that strike like another
 *     sweep rest                  these kinds only
 *     sweep devices               the devices' life likewise
 *     sweep NUMBER                one fault only (faults.h numbers them from 0)
 *     sweep NUMBER boot|life|devices N
 *                                 its N-th occasion; HOST_LOG=1 shows what the firmware logs
 */
#include "tests/sweep/faults.h"
#include "tests/sweep/machine.h"
#include "tests/target/life.h"
#include "tests/target/life_devices.h"

#include "msi/service.h"
#include "platform/internal.h"
#include "platform/platform.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>

/* Each case asks for the leak check itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "leak_check_at_exit=0";
}
#endif

#define WORKERS_MAX 16u
#define STEPS_MAX   4000u
#define BUSY_MAX    60        /* seconds of the processors' time: a child that spins */
#define SECONDS_MAX 900u      /* of real time, which a busy machine makes long: one that sleeps */
#define SETTLE_US   10000000u /* for answers that come late */
#define TEXT_SIZE   400u
#define EXIT_RED    1

enum stage {
    BOOT,
    LIFE,
    DEVICES, /* the life of what stands on channels and rings */
    STAGES
};
static const char *const stage_names[STAGES] = {"boot", "life", "devices"};

enum outcome {
    NOT_RUN,
    NOT_REACHED,
    SURVIVED, /* no error: asked again, waited for, done without */
    UNDONE,   /* told; all is as it was */
    KEPT,     /* told; something was kept, and the second run got it back */
    LESS,     /* told at boot; the part works with what it has, and had all later */
    OFF,      /* told at boot; what needs it is off, the rest works, and it came up later */
    LOST,     /* all below are red */
    LEAKED,
    CRASHED,
    SILENT,
    BROKEN, /* the second run fails */
    OUTCOMES
};
static const char *const outcome_names[OUTCOMES] = {
    [NOT_RUN] = "not run",        [NOT_REACHED] = "not reached",
    [SURVIVED] = "survived",      [UNDONE] = "undone",
    [KEPT] = "kept, got back",    [LESS] = "less, had all later",
    [OFF] = "off, came up later", [LOST] = "lost",
    [LEAKED] = "leaked",          [CRASHED] = "crashed",
    [SILENT] = "silent",          [BROKEN] = "not usable",
};

struct result {
    enum outcome outcome;
    bool reached; /* the fault; if not, all the same has to pass */
    char text[TEXT_SIZE];
};

/* What all processes share. */
static struct shared {
    unsigned next[STAGES][FAULTS], end[STAGES][FAULTS]; /* n; end: the first that was not reached */
    struct fault_heap reference[STAGES];                /* in use after two runs without a fault */
    struct inventory lived[STAGES];                     /* after bring-up without one */
    struct result results[STAGES][FAULTS][STEPS_MAX];
} * shared;

static bool slot_fails(void)
{
    fault_occasion("a slot");
    return fault_strikes(SLOT_FAILS);
}

static const struct life_size life_size = {
    .channels = LIFE_CHANNELS_MAX,
    .rings = LIFE_RINGS_MAX,
    .copies = LIFE_COPIES_MAX,
    .packets = 2,
    .slot_fails = slot_fails,
    .has_link = true,
};

/* What is lived in each stage, after bring-up or in it. */
static const struct {
    void (*run)(const struct life_size *size, struct life_report *report);
    void (*try_again)(const struct life_size *size, struct life_report *report);
} lives[STAGES] = {
    [BOOT] = {life_run, life_try_again},
    [LIFE] = {life_run, life_try_again},
    [DEVICES] = {life_devices_run, life_devices_try_again},
};

/* ---- one case, in a process of its own ---- */

static struct result *result;

static void say(enum outcome outcome, const char *format, const char *first, const char *second)
{
    size_t used;

    if (outcome > result->outcome)
        result->outcome = outcome;
    used = strlen(result->text);
    if (used != 0 && used < TEXT_SIZE)
        used += (size_t)snprintf(result->text + used, TEXT_SIZE - used, "; ");
    if (used < TEXT_SIZE)
        snprintf(result->text + used, TEXT_SIZE - used, format, first, second);
}

static void say_error(const struct life_report *report)
{
    say(NOT_RUN, "%s: %s", report->call, strerror(-report->error));
}

/* Answers that come late have come; nothing else is on its way. */
static void settle(void)
{
    host_advance_us(SETTLE_US);
    irq_service();
}

/* A second run works, and then all is as it was. */
static void run_again(enum stage stage)
{
    const struct fault_heap *reference = &shared->reference[stage];
    struct life_report report;
    struct inventory after;
    struct fault_heap heap;
    char text[TEXT_SIZE];

    lives[stage].try_again(&life_size, &report);
    if (report.errors != 0)
        say(BROKEN, "second try: %s: %s", report.call, strerror(-report.error));
    lives[stage].run(&life_size, &report);
    if (report.errors != 0)
        say(BROKEN, "second run: %s: %s", report.call, strerror(-report.error));
    if (report.complaint[0] != '\0')
        say(BROKEN, "second run: %s%s", report.complaint, "");
    inventory_take(&after);
    if (!inventory_equal(&shared->lived[stage], &after, text, sizeof(text)))
        say(LEAKED, "after the second run: %s%s", text, "");
    fault_get_heap(&heap);
    if (reference->blocks != 0 && heap.blocks != reference->blocks) {
        snprintf(text, sizeof(text), "%lld blocks, %lld bytes",
                 (long long)(heap.blocks - reference->blocks),
                 (long long)(heap.bytes - reference->bytes));
        say(LEAKED, "memory is missing: %s%s", text, "");
    }
#if defined(__SANITIZE_ADDRESS__)
    if (__lsan_do_recoverable_leak_check() != 0)
        say(LEAKED, "the leak sanitizer complains%s%s", "", "");
#endif
}

/* After bring-up. */
static void live(enum stage stage, enum fault fault, unsigned n)
{
    struct life_report report;
    struct inventory after;
    char text[TEXT_SIZE];

    fault_arm(fault, n);
    lives[stage].run(&life_size, &report);
    fault_disarm();
    result->reached = fault_has_struck();
    if (!result->reached)
        say(NOT_REACHED, "%s%s", "", "");
    else
        say(report.errors == 0 ? SURVIVED : UNDONE, "at %s%s", fault_struck_at(), "");
    if (report.errors != 0)
        say_error(&report);
    if (!fault_has_struck() && report.errors != 0)
        say(BROKEN, "without a fault%s%s", "", "");
    if (report.complaint[0] != '\0')
        say(LOST, "%s%s", report.complaint, "");
    settle();
    inventory_take(&after);
    if (!inventory_equal(&shared->lived[stage], &after, text, sizeof(text)))
        say(report.errors == 0 ? SILENT : KEPT, "kept: %s%s", text, "");
    run_again(stage);
}

/* ---- bring-up ---- */

/* The parts that are not up, and those that are and were refused something; "" if none is. */
struct told {
    char off[TEXT_SIZE], less[TEXT_SIZE];
};

static void note_part(const char *name, int error, unsigned refused, void *argument)
{
    struct told *told = argument;
    char *text = error != 0 ? told->off : told->less;
    size_t used = strlen(text);

    if ((error != 0 || refused != 0) && used < TEXT_SIZE)
        snprintf(text + used, TEXT_SIZE - used, "%s%s %d", used != 0 ? ", " : "", name,
                 error != 0 ? error : (int)refused);
}

static void note_what_is_told(struct told *told)
{
    *told = (struct told){0};
    platform_for_each_part(note_part, told);
}

/* Whether there is as much to hand out as without a fault. */
static bool is_all_there(void)
{
    const struct inventory *lived = &shared->lived[BOOT];
    struct inventory now;

    inventory_take(&now);
    return now.udma.channels_free == lived->udma.channels_free &&
           now.udma.rings_free == lived->udma.rings_free &&
           now.mcu.transmit_free == lived->mcu.transmit_free &&
           now.mcu.receive_free == lived->mcu.receive_free &&
           now.mcu.rings_free == lived->mcu.rings_free &&
           now.irq.events_free == lived->irq.events_free &&
           now.irq.vints_free == lived->irq.vints_free &&
           now.irq.routes_free == lived->irq.routes_free;
}

/* What came up works, what did not is refused. */
static void use_what_is_up(void)
{
    struct life_size size = life_size;
    struct life_report report;
    struct inventory now;

    /* Packets need a channel of either Navigator, and rings. */
    inventory_take(&now);
    if (now.mcu.receive_free == 0 || now.udma.transmit_free <= size.channels + 1)
        size.packets = 0;
    /* The life reserves one more. */
    if (udma_capacity() > 1 && udma_capacity() <= size.channels)
        size.channels = udma_capacity() - 1;
    life_run(&size, &report);
    if (report.errors != 0)
        say(BROKEN, "what is up does not work: %s: %s", report.call, strerror(-report.error));
    if (report.complaint[0] != '\0')
        say(BROKEN, "what is up does not work: %s%s", report.complaint, "");
    settle();
}

static void boot(enum fault fault, unsigned n)
{
    struct told told;
    int error;

    machine_reset();
    fault_arm(fault, n);
    error = platform_init(0, &machine_tree);
    fault_disarm();
    note_what_is_told(&told);
    result->reached = fault_has_struck();
    if (!result->reached)
        say(NOT_REACHED, "%s%s", "", "");
    else if (error != 0)
        say(OFF, "at %s, off: %s", fault_struck_at(), told.off);
    else if (told.less[0] != '\0')
        say(LESS, "at %s, less: %s", fault_struck_at(), told.less);
    else
        say(SURVIVED, "at %s%s", fault_struck_at(), "");
    if ((error != 0) != (told.off[0] != '\0'))
        say(SILENT, "no part says so%s%s", "", "");
    if ((error != 0 || told.less[0] != '\0') && fault_last_message()[0] == '\0')
        say(SILENT, "the log does not say so%s%s", "", "");
    if (error == 0 && (told.less[0] == '\0') != is_all_there())
        say(SILENT, "there is less than no part says, or all that one does without%s%s", "", "");
    use_what_is_up();
    error = platform_retry();
    note_what_is_told(&told);
    if (error != 0 || told.less[0] != '\0')
        say(BROKEN, "after another try still off: %s, less: %s", told.off, told.less);
    run_again(BOOT);
}

static void run_case(enum stage stage, enum fault fault, unsigned n)
{
    const struct itimerval busy = {.it_value.tv_sec = BUSY_MAX};

    alarm(SECONDS_MAX);
    setitimer(ITIMER_PROF, &busy, NULL);
    if (stage == BOOT)
        boot(fault, n);
    else
        live(stage, fault, n);
    exit(0);
}

/* ---- workers ---- */

static void bring_up(void)
{
    int error;

    machine_reset();
    error = platform_init(0, &machine_tree);
    if (error != 0) {
        fprintf(stderr, "sweep: the machine does not come up without a fault: error %d\n", error);
        exit(EXIT_RED);
    }
}

/* What a process that died has said: the sanitizer's summary, or its last line. */
static void read_last_words(int log, char *text, size_t size)
{
    static char all[65536];
    ssize_t length = pread(log, all, sizeof(all) - 1, 0);
    const char *found;

    all[length > 0 ? length : 0] = '\0';
    found = strstr(all, "runtime error");
    if (found == NULL)
        found = strstr(all, "SUMMARY");
    if (found == NULL)
        found = strstr(all, "panic");
    if (found == NULL)
        found = all;
    snprintf(text, size, "%.*s", (int)strcspn(found, "\n"), found);
}

static void fork_case(enum stage stage, enum fault fault, unsigned n, int log)
{
    char words[TEXT_SIZE];
    int status;
    pid_t child;

    result = &shared->results[stage][fault][n];
    if (ftruncate(log, 0) != 0)
        exit(EXIT_RED);
    child = fork();
    if (child == 0) {
        lseek(log, 0, SEEK_SET);
        dup2(log, STDERR_FILENO);
        run_case(stage, fault, n);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        exit(EXIT_RED);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    result->reached = true; /* or the bare life crashes, and each case tells so */
    read_last_words(log, words, sizeof(words));
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF))
        say(CRASHED, "does not end%s%s", "", "");
    else
        say(CRASHED, "at %s: %s", fault_struck_at(), words);
}

/* Those that are asked for. */
static enum fault first_fault = 0, last_fault = FAULTS - 1;
static bool is_devices, is_brief, is_rest;

/* No ITS, slot or core is in the devices' life. */
static const bool never[FAULTS] = {
    [ITS_STALLS] = true, [ITS_LATE] = true,   [ITS_DONE_LATE] = true,
    [ITS_STOPS] = true,  [SLOT_FAILS] = true, [CORE_STAYS_OFF] = true,
};

/* To the drivers an answer that is late, short, or not theirs is one that does not come. */
static const bool is_like_another[FAULTS] = {
    [SCI_LATE] = true, [SCI_TOO_LATE] = true,   [SCI_SHORT] = true,       [SCI_SEQUENCE] = true,
    [SCI_HOST] = true, [SCI_LOST_TWICE] = true, [SCI_SHORT_TWICE] = true,
};

static bool is_wanted(enum stage stage, enum fault fault)
{
    if (first_fault == last_fault)
        return true;
    if (stage == DEVICES)
        return is_devices && !never[fault];
    return !is_devices && !(is_like_another[fault] ? is_brief : is_rest);
}

static void work(enum stage stage)
{
    char name[] = "/tmp/sweep-XXXXXX";
    int log = mkstemp(name);

    unlink(name);
    if (stage != BOOT)
        bring_up();
    for (enum fault fault = first_fault; fault <= last_fault; fault++)
        while (is_wanted(stage, fault)) {
            unsigned n = __atomic_add_fetch(&shared->next[stage][fault], 1, __ATOMIC_SEQ_CST);

            if (n >= STEPS_MAX ||
                __atomic_load_n(&shared->end[stage][fault], __ATOMIC_SEQ_CST) != 0)
                break;
            fork_case(stage, fault, n, log);
            if (!result->reached)
                __atomic_store_n(&shared->end[stage][fault], n, __ATOMIC_SEQ_CST);
        }
    exit(0);
}

/* What two runs without a fault leave in use. */
static void measure_reference(enum stage stage)
{
    struct life_report report;
    pid_t child = fork();

    if (child == 0) {
        bring_up();
        lives[stage].run(&life_size, &report);
        settle();
        lives[stage].try_again(&life_size, &report);
        lives[stage].run(&life_size, &report);
        inventory_take(&shared->lived[stage]); /* what the first device of all has made is there */
        fault_get_heap(&shared->reference[stage]);
        exit(0);
    }
    (void)waitpid(child, NULL, 0);
}

static void sweep(enum stage stage, unsigned workers)
{
    fflush(stdout);
    for (unsigned i = 0; i < workers; i++)
        if (fork() == 0)
            work(stage);
    while (wait(NULL) > 0)
        ;
}

/* ---- telling ---- */

struct row {
    unsigned steps[STAGES], counts[OUTCOMES], red;
};

static void add_result(struct row *row, enum stage stage, enum fault fault, unsigned n)
{
    const struct result *each = &shared->results[stage][fault][n];

    row->steps[stage]++;
    row->counts[each->outcome]++;
    if (each->outcome < LOST)
        return;
    row->red++;
    printf("# %s, %s, n = %u: %s: %s\n", fault_name(fault), stage_names[stage], n,
           outcome_names[each->outcome], each->text);
}

static void add_results(struct row *row, enum fault fault)
{
    for (enum stage stage = BOOT; stage < STAGES; stage++)
        for (unsigned n = 1;
             n < STEPS_MAX && shared->results[stage][fault][n].outcome > NOT_REACHED; n++)
            add_result(row, stage, fault, n);
}

/* One row a kind, with what it ended in; red is all that must not be. */
static void print_table(const struct row *rows)
{
    struct row sum = {0};

    printf("#\n# %-27s  boot  life  devices  survived  undone  kept  less   off   red\n",
           "what goes wrong");
    for (enum fault fault = first_fault; fault <= last_fault + 1; fault++) {
        bool is_sum = fault == last_fault + 1;
        const struct row *row = is_sum ? &sum : &rows[fault];

        printf("# %-27s %5u %5u %8u %9u %7u %5u %5u %5u %5u\n", is_sum ? "all" : fault_name(fault),
               row->steps[BOOT], row->steps[LIFE], row->steps[DEVICES], row->counts[SURVIVED],
               row->counts[UNDONE], row->counts[KEPT], row->counts[LESS], row->counts[OFF],
               row->red);
        for (unsigned i = 0; i < OUTCOMES; i++)
            sum.counts[i] += row->counts[i];
        sum.steps[BOOT] += row->steps[BOOT];
        sum.steps[LIFE] += row->steps[LIFE];
        sum.steps[DEVICES] += row->steps[DEVICES];
        sum.red += row->red;
    }
}

static bool is_asked_for(enum fault fault)
{
    return is_wanted(is_devices ? DEVICES : LIFE, fault);
}

/* The exit status. */
static int tell(void)
{
    static struct row rows[FAULTS];
    unsigned red = 0;

    printf("1..%u\n", last_fault - first_fault + 1);
    for (enum fault fault = first_fault; fault <= last_fault; fault++) {
        struct row *row = &rows[fault];

        add_results(row, fault);
        unsigned steps = row->steps[BOOT] + row->steps[LIFE] + row->steps[DEVICES];
        bool bad = row->red != 0 || (steps == 0 && is_asked_for(fault));

        red += bad;
        printf("%sok %u - %s: %u steps%s\n", bad ? "not " : "", fault - first_fault + 1,
               fault_name(fault), steps, is_asked_for(fault) ? "" : " # SKIP not of this part");
    }
    print_table(rows);
    return red == 0 ? 0 : EXIT_RED;
}

/* One case only, in front of one's eyes. */
static int run_one(enum fault fault, enum stage stage, unsigned n)
{
    if (fault >= FAULTS || n == 0 || n >= STEPS_MAX)
        return EXIT_RED;
    result = &shared->results[stage][fault][n];
    if (fork() == 0) {
        if (stage != BOOT)
            bring_up();
        run_case(stage, fault, n);
    }
    (void)wait(NULL);
    printf("%s, %s, n = %u: %s: %s\n", fault_name(fault), stage_names[stage], n,
           outcome_names[result->outcome], result->text);
    return 0;
}

static enum stage stage_of(const char *name)
{
    for (enum stage stage = BOOT; stage < STAGES; stage++)
        if (strcmp(name, stage_names[stage]) == 0)
            return stage;
    return LIFE;
}

int main(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned workers = processors < (long)WORKERS_MAX ? (unsigned)processors : WORKERS_MAX;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared == MAP_FAILED)
        return EXIT_RED;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (enum stage stage = BOOT; stage < STAGES; stage++)
        measure_reference(stage);
    if (argc == 4)
        return run_one((enum fault)atoi(argv[1]), stage_of(argv[2]), (unsigned)atoi(argv[3]));
    is_devices = argc == 2 && strcmp(argv[1], stage_names[DEVICES]) == 0;
    is_brief = argc == 2 && strcmp(argv[1], "brief") == 0;
    is_rest = argc == 2 && strcmp(argv[1], "rest") == 0;
    if (!is_devices && !is_brief && !is_rest && (argc == 2 || argc == 3))
        first_fault = last_fault = (enum fault)atoi(argv[1]);
    if (first_fault >= FAULTS)
        return EXIT_RED;
    for (enum stage stage = BOOT; stage < STAGES; stage++)
        if (argc != 3 || stage == stage_of(argv[2]))
            sweep(stage, workers);
    return tell();
}
