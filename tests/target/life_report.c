// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is reported of a life (tests/target/life_report.h).
 */
#include "tests/target/life_report.h"

#include "arch/wait.h"

#include <stdio.h>
#include <string.h>

struct life_report *life_report;
const struct life_size *life_size;

void life_begin(const struct life_size *of, struct life_report *to)
{
    life_size = of;
    life_report = to;
    *life_report = (struct life_report){.error = 0};
}

int life_call(int error, const char *name, unsigned number)
{
    if (error == 0)
        return 0;
    if (life_report->errors++ == 0) {
        life_report->error = error;
        snprintf(life_report->call, sizeof(life_report->call), "%.*s %u", (int)strcspn(name, "("),
                 name, number); /* the function's name */
    }
    return error;
}

void life_complain(const char *what, const char *text, unsigned number)
{
    if (life_report->complaint[0] == '\0')
        snprintf(life_report->complaint, sizeof(life_report->complaint), "%s %u: %s", what, number,
                 text);
}

bool life_is_hopeless(void)
{
    return life_size->copy_is_hopeless != NULL && life_size->copy_is_hopeless();
}

bool life_has_link(void)
{
    return life_size->has_link;
}

void life_note(unsigned *count)
{
    __atomic_add_fetch(count, 1, __ATOMIC_RELEASE);
    wait_notify();
}

bool life_has_come(void *argument)
{
    const struct life_wanted *wanted = argument;

    return __atomic_load_n(wanted->count, __ATOMIC_ACQUIRE) >= wanted->least;
}

bool life_comes(const unsigned *count, unsigned least, uint64_t within_us)
{
    struct life_wanted wanted = {count, least};

    return wait_for(life_has_come, &wanted, within_us) == 0;
}
