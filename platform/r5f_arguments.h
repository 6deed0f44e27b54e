// SPDX-License-Identifier: BSD-3-Clause
/*
 * The arguments of a Cortex-R5F's program, which has no device tree: who starts it may have put
 * text into its image (r5f.ld, .arguments).
 */
#ifndef PLATFORM_R5F_ARGUMENTS_H
#define PLATFORM_R5F_ARGUMENTS_H

#define R5F_ARGUMENTS_MAX 32 /* words */

/* The text's words, with the program's name in front and NULL behind the last: words has room for
 * R5F_ARGUMENTS_MAX + 2. Returns their number. Once. */
int r5f_arguments(char **words);

#endif
