// SPDX-License-Identifier: BSD-3-Clause
/*
 * The application's main(): its arguments, and its call.
 */
#ifndef PLATFORM_APPLICATION_H
#define PLATFORM_APPLICATION_H

#include <stdbool.h>
#include <stdnoreturn.h>

/* Cuts the text into its words, with the program's name in front and NULL behind the last: words
 * has room for max + 2, of which the text may give max. Returns their number, the name's with it;
 * *lost: there were more. */
int platform_split_arguments(char *text, char **words, int max, bool *lost);

/* The application's constructors, main(), and exit(), which flushes stdout, runs atexit()'s
 * functions and comes to _exit(). */
noreturn void platform_run_application(int count, char **words);

#endif
