// SPDX-License-Identifier: BSD-3-Clause
/* The programs of one image, a table that tests/conformance/r5f writes. */
#ifndef TESTS_CONFORMANCE_R5F_PROGRAMS_RUNNER_H
#define TESTS_CONFORMANCE_R5F_PROGRAMS_RUNNER_H

struct program {
    const char *name;
    int (*main)(int argc, char **argv);
};
extern const struct program programs[];
extern const unsigned program_count;

#endif
