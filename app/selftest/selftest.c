// SPDX-License-Identifier: BSD-3-Clause
/*
 * Runs the registered tests and reports them as TAP version 13 (testanything.org).
 *
 * Around each test the runner checks two more things: a watchdog on this core's physical timer
 * turns a hang into a failure that says where it hangs, and the inventories of interrupts and DMA
 * are compared before and after, so that a test that loses a resource fails.
 */
#include "app/selftest/selftest.h"

#include "app/selftest/watchdog.h"
#include "arch/exception.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "lib/console.h"
#include "lib/version.h"
#include "msi/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

extern const struct selftest selftests_start[], selftests_end[];

enum verdict {
    VERDICT_OK,
    VERDICT_FAILED,
    VERDICT_SKIPPED,
};

/* The running test's verdict; the first failure or skip is kept, from whichever core. */
static struct {
    struct spinlock lock;
    enum verdict verdict;
    char message[160];
} current;

static bool set_verdict(enum verdict verdict)
{
    unsigned long state = spin_lock(&current.lock);
    bool first = current.verdict == VERDICT_OK;

    if (first)
        current.verdict = verdict;
    spin_unlock(&current.lock, state);
    return first;
}

void selftest_fail(const char *file, int line, const char *format, ...)
{
    if (!set_verdict(VERDICT_FAILED))
        return;
    va_list arguments;
    va_start(arguments, format);
    int used = snprintf(current.message, sizeof(current.message), "%s:%d: ", file, line);
    if (used > 0 && (size_t)used < sizeof(current.message))
        vsnprintf(current.message + used, sizeof(current.message) - (size_t)used, format,
                  arguments);
    va_end(arguments);
}

void selftest_skip(const char *reason)
{
    if (set_verdict(VERDICT_SKIPPED))
        snprintf(current.message, sizeof(current.message), "%s", reason);
}

bool selftest_failed(void)
{
    return current.verdict == VERDICT_FAILED;
}

/* What a test must leave as it was. */
enum holding {
    HOLDING_IRQS,
    HOLDING_BINDINGS,
    HOLDING_EVENTS,
    HOLDING_VINTS,
    HOLDING_ROUTES,
    HOLDING_ITS_DEVICES,
    HOLDING_LPIS,
    HOLDING_FREE_CHANNELS,
    HOLDING_FREE_RINGS,
    HOLDING_COUNT,
};

static const char *const holding_names[HOLDING_COUNT] = {
    "irqs",        "bindings", "events",        "VINTs",      "routes",
    "ITS devices", "LPIs",     "free channels", "free rings",
};

static void take_holdings(uint32_t holdings[HOLDING_COUNT])
{
    struct irq_inventory irqs;
    struct udma_inventory dma;

    irq_get_inventory(&irqs);
    udma_get_inventory(&dma);
    holdings[HOLDING_IRQS] = irqs.irqs;
    holdings[HOLDING_BINDINGS] = irqs.bindings;
    holdings[HOLDING_EVENTS] = irqs.events;
    holdings[HOLDING_VINTS] = irqs.vints;
    holdings[HOLDING_ROUTES] = irqs.routes;
    holdings[HOLDING_ITS_DEVICES] = irqs.its_devices;
    holdings[HOLDING_LPIS] = irqs.lpis;
    holdings[HOLDING_FREE_CHANNELS] = dma.channels_free;
    holdings[HOLDING_FREE_RINGS] = dma.rings_free;
}

static uint32_t holdings_before[HOLDING_COUNT];

void selftest_keep(void)
{
    take_holdings(holdings_before);
}

static void check_holdings(void)
{
    const uint32_t *before = holdings_before;
    uint32_t after[HOLDING_COUNT];

    take_holdings(after);
    for (unsigned i = 0; i < HOLDING_COUNT; i++)
        if (after[i] != before[i])
            selftest_fail(__FILE__, __LINE__, "%u %s before the test, %u after it",
                          (unsigned)before[i], holding_names[i], (unsigned)after[i]);
}

static void run_one(const struct selftest *test)
{
    char name[96];

    current.verdict = VERDICT_OK;
    snprintf(name, sizeof(name), "%s.%s", test->suite, test->name);
    selftest_keep();
    watchdog_start(name, test->deadline_seconds);
    test->run();
    watchdog_stop();
    check_holdings();
}

/* ---- the order ---- */

/* The one with the lowest line beyond `line` among those of the file of the entry `at`, and where
 * the entries of the next file begin. The compiler puts a file's entries in any order. */
static const struct selftest *next_in_file(const struct selftest *at, uint32_t line,
                                           const struct selftest **next_file)
{
    const struct selftest *lowest = NULL, *test = at;

    for (; test < selftests_end && strcmp(test->file, at->file) == 0; test++)
        if (test->line > line && (lowest == NULL || test->line < lowest->line))
            lowest = test;
    *next_file = test;
    return lowest;
}

static const struct selftest *first_of_file(const struct selftest *test)
{
    while (test > selftests_start && strcmp(test[-1].file, test->file) == 0)
        test--;
    return test;
}

/* The test after this one (NULL: the first test); NULL after the last. */
static const struct selftest *next_test(const struct selftest *test)
{
    const struct selftest *next_file = selftests_start, *next = NULL;

    if (test != NULL)
        next = next_in_file(first_of_file(test), test->line, &next_file);
    if (next == NULL && next_file < selftests_end)
        next = next_in_file(next_file, 0, &next_file);
    return next;
}

/* ---- choosing ---- */

#define SOAK_SUITE "soak" /* long runs, only when asked for by name */

/* Whether text is the pattern's [pattern, end), in which * stands for any characters. */
static bool fits(const char *pattern, const char *end, const char *text)
{
    if (pattern == end)
        return *text == '\0';
    if (*pattern == '*')
        return fits(pattern + 1, end, text) || (*text != '\0' && fits(pattern, end, text + 1));
    return *pattern == *text && fits(pattern + 1, end, text + 1);
}

/* One name of the list: [name, end). */
static bool is_meant(const struct selftest *test, const char *name, const char *end)
{
    const char *dot = memchr(name, '.', (size_t)(end - name));
    const char *suite_end = dot != NULL ? dot : end;

    if (strcmp(test->suite, SOAK_SUITE) == 0 && strncmp(name, SOAK_SUITE, strlen(SOAK_SUITE)) != 0)
        return false;
    return fits(name, suite_end, test->suite) && (dot == NULL || fits(dot + 1, end, test->name));
}

static bool is_chosen(const struct selftest *test, const char *names)
{
    if (names == NULL)
        return strcmp(test->suite, SOAK_SUITE) != 0;
    for (;;) {
        size_t length = strcspn(names, ",");

        if (is_meant(test, names, names + length))
            return true;
        if (names[length] == '\0')
            return false;
        names += length + 1;
    }
}

/* Tells of each name of the list that means no test; returns how many there are. */
static unsigned tell_unknown(const char *names)
{
    unsigned unknown = 0;

    while (names != NULL && *names != '\0') {
        size_t length = strcspn(names, ",");
        const struct selftest *test = next_test(NULL);

        while (test != NULL && !is_meant(test, names, names + length))
            test = next_test(test);
        if (test == NULL) {
            printf("# no test is called \"%.*s\" (selftest list)\n", (int)length, names);
            unknown++;
        }
        names += length + (names[length] != '\0' ? 1 : 0);
    }
    return unknown;
}

/* ---- running ---- */

static bool aborted;

bool selftest_aborted(void)
{
    aborted = aborted || console_interrupted();
    return aborted;
}

static void report(unsigned number, const struct selftest *test)
{
    switch (current.verdict) {
    case VERDICT_OK:
        printf("ok %u - %s.%s\n", number, test->suite, test->name);
        break;
    case VERDICT_SKIPPED:
        printf("ok %u - %s.%s # SKIP %s\n", number, test->suite, test->name, current.message);
        break;
    case VERDICT_FAILED:
        printf("not ok %u - %s.%s\n  ---\n  message: \"%s\"\n  ...\n", number, test->suite,
               test->name, current.message);
        break;
    }
}

static void print_head(unsigned planned)
{
    char identity[96];

    version_describe(identity, sizeof(identity));
    printf("TAP version 13\n1..%u\n# %s, %s\n", planned, identity, version_of_image.compiler);
}

unsigned selftest_run(const char *names)
{
    unsigned planned = 0, number = 0, failed = 0;

    if (!watchdog_is_free()) {
        printf("Bail out! the physical timer's interrupt is in use (irq stats off)\n");
        return 1;
    }
    aborted = false;
    for (const struct selftest *test = next_test(NULL); test != NULL; test = next_test(test))
        planned += is_chosen(test, names) ? 1 : 0;
    print_head(planned);
    failed += tell_unknown(names);
    for (const struct selftest *test = next_test(NULL); test != NULL; test = next_test(test)) {
        if (!is_chosen(test, names) || selftest_aborted())
            continue;
        run_one(test);
        if (aborted) /* it may have left out what it would have looked at */
            selftest_skip("ended at the console");
        report(++number, test);
        failed += current.verdict == VERDICT_FAILED ? 1 : 0;
    }
    if (aborted)
        printf("Bail out! ended at the console after %u of %u tests\n", number, planned);
    printf("# %u tests, %u failed\n", number, failed);
    return failed + (aborted || planned == 0 ? 1 : 0);
}

/* ---- the command ---- */

static int list(void)
{
    for (const struct selftest *test = next_test(NULL); test != NULL; test = next_test(test))
        printf("%s.%s\n", test->suite, test->name);
    return COMMAND_DONE;
}

static int run_selftest(int count, char **words)
{
    if (count > 2)
        return COMMAND_USAGE;
    if (count == 2 && strcmp(words[1], "list") == 0)
        return list();
    return selftest_run(words[1]) == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* Whether no test before it is of the same suite. */
static bool is_first_of_suite(const struct selftest *test)
{
    const struct selftest *before = next_test(NULL);

    while (before != NULL && before != test && strcmp(before->suite, test->suite) != 0)
        before = next_test(before);
    return before == test;
}

/* "list", and the suites. */
static const char *selftest_words(unsigned word, unsigned index)
{
    if (word != 1)
        return NULL;
    if (index-- == 0)
        return "list";
    for (const struct selftest *test = next_test(NULL); test != NULL; test = next_test(test))
        if (is_first_of_suite(test) && index-- == 0)
            return test->suite;
    return NULL;
}

COMMAND(selftest, .arguments = "[list | name,...]",
        .help = "all tests, or those named: suite, suite.test, with * (Ctrl-C ends)",
        .run = run_selftest, .candidate = selftest_words, .at_boot = true);
