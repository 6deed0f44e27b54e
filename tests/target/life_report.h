// SPDX-License-Identifier: BSD-3-Clause
/*
 * How the firmware's lives (life.h, life_devices.h) tell what happens in them. Of the life that is
 * being lived; thread context, but for life_note().
 */
#ifndef TESTS_TARGET_LIFE_REPORT_H
#define TESTS_TARGET_LIFE_REPORT_H

#include "tests/target/life.h"

#include <stdint.h>

/* Of the life that is being lived. */
extern struct life_report *life_report;
extern const struct life_size *life_size;

/* From here on it is this life. */
void life_begin(const struct life_size *size, struct life_report *report);

/* Returns error, and reports it unless it is 0: what call it was of, and about which number. */
int life_call(int error, const char *name, unsigned number);

/* CALL(i, f(x)): f(x), which is about number i. */
#define CALL(number, expression) life_call(expression, #expression, number)

/* What must not be; the first of it is reported. */
void life_complain(const char *what, const char *text, unsigned number);

/* A callback adds to a count; somebody waits for so much. Whether it comes. */
void life_note(unsigned *count);
struct life_wanted {
    const unsigned *count;
    unsigned least;
};
bool life_has_come(void *wanted); /* a wait's condition: struct life_wanted */
bool life_comes(const unsigned *count, unsigned least, uint64_t within_us);

/* Whether a fault keeps transfers from their end. */
bool life_is_hopeless(void);
/* Whether the Ethernet port's link comes up. */
bool life_has_link(void);

#endif
