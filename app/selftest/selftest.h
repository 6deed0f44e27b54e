// SPDX-License-Identifier: BSD-3-Clause
/*
 * The on-target self-test: tests register themselves from their own files, run file by file in link
 * order and line by line within a file, and report TAP version 13 over the console. It runs the
 * same on a board and on the twin.
 */
#ifndef APP_SELFTEST_SELFTEST_H
#define APP_SELFTEST_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

/* One test: what SELFTEST() below defines. */
struct selftest {
    const char *suite, *name;
    const char *file;
    uint32_t line;
    void (*run)(void);
    uint32_t deadline_seconds;
};

/* Defines and registers a test: SELFTEST(udma, copies_one_byte, 5) { ... } */
#define SELFTEST(suite_, name_, deadline_)                                                         \
    static void selftest_##suite_##_##name_(void);                                                 \
    static const struct selftest selftest_entry_##suite_##_##name_                                 \
        __attribute__((used, section(".selftests"))) = {                                           \
            .suite = #suite_,                                                                      \
            .name = #name_,                                                                        \
            .file = __FILE__,                                                                      \
            .line = __LINE__,                                                                      \
            .run = selftest_##suite_##_##name_,                                                    \
            .deadline_seconds = (deadline_),                                                       \
    };                                                                                             \
    static void selftest_##suite_##_##name_(void)

/* Fails the running test with file, line and both values, and returns from the calling function
 * (which must return void). On any core; the first failure is kept. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            selftest_fail(__FILE__, __LINE__, "%s", #condition);                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define CHECK_EQUAL(actual, expected)                                                              \
    do {                                                                                           \
        long long check_actual_ = (long long)(actual), check_expected_ = (long long)(expected);    \
        if (check_actual_ != check_expected_) {                                                    \
            selftest_fail(__FILE__, __LINE__, "%s is %lld, expected %lld", #actual, check_actual_, \
                          check_expected_);                                                        \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        selftest_skip(reason);                                                                     \
        return;                                                                                    \
    } while (0)

/* What the macros call: records a failure, or that the test cannot run here (for `reason`). On any
 * core. selftest_failed(): whether the running test has failed already. */
void selftest_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void selftest_skip(const char *reason);
bool selftest_failed(void);
/* What is in use now need not be given back at the running test's end: it is somebody else's. */
void selftest_keep(void);

/* Whether the run is to end (Ctrl-C at the console): a test that takes minutes asks now and then,
 * and returns. Thread context, boot core. */
bool selftest_aborted(void);

/* Runs the tests that `names` chooses (NULL: all) and reports them. names: suites ("its"), single
 * tests ("udma.copies_one_byte"), either with * for any characters, separated by commas. Those of
 * the suite `soak` take minutes and run only if a name begins with it. Returns how many failed; a
 * run that was aborted, or that found nothing to run, counts as one more, and so does each name
 * that no test has. Thread context, boot core. */
unsigned selftest_run(const char *names);

#endif
