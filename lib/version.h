// SPDX-License-Identifier: BSD-3-Clause
/*
 * What this image is: which release, from which commit, built with what. tools/version writes the
 * definition.
 */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/* The parts of the identity. */
struct version {
    const char *release;  /* the file VERSION */
    const char *commit;   /* the first 12 digits; "unknown" where there is no git */
    bool modified;        /* the tree differed from that commit */
    const char *compiler; /* as the compiler calls itself */
};

extern const struct version version_of_image;

/* "k3metal 1.2.3, commit 0123456789ab, modified"; the length as snprintf(). Any context. */
int version_describe(char *text, size_t size);

#endif
