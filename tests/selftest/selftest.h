// SPDX-License-Identifier: BSD-3-Clause
/*
 * The on-target self-test: tests register themselves, run file by file in link order, and report
 * TAP version 13 over the console. It runs the same on a board and on the twin.
 */
#ifndef TESTS_SELFTEST_SELFTEST_H
#define TESTS_SELFTEST_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

struct selftest {
    const char *suite, *name;
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
            .run = selftest_##suite_##_##name_,                                                    \
            .deadline_seconds = (deadline_),                                                       \
    };                                                                                             \
    static void selftest_##suite_##_##name_(void)

/* Fails the running test with file, line and both values, and returns from the calling function
 * (which must return void). Use on any core: the first failure is kept. */
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

void selftest_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void selftest_skip(const char *reason);
bool selftest_failed(void); /* the running test has failed already */

/* Runs the tests whose "suite.name" contains pattern (NULL: all). Returns how many failed. Those of
 * the suite `soak` take minutes and run only if the pattern names it. */
unsigned selftest_run(const char *pattern);

/* The twin's fault injection, found by the SMCCC vendor-hypervisor UID; on a board there is none.
 * Returns false (and injects nothing) without a twin. fault and counter: twin/models/am65x.h. */
bool twin_present(void);
bool twin_inject(unsigned fault, uint64_t argument, uint32_t count);
bool twin_counter(unsigned counter, uint64_t *value);

#endif
