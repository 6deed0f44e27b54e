// SPDX-License-Identifier: BSD-3-Clause
/*
 * The image's identity in words.
 */
#include "lib/version.h"

#include <stdio.h>

int version_describe(char *text, size_t size)
{
    return sniprintf(text, size, "k3metal %s, commit %s%s", version.release, version.commit,
                     version.modified ? ", modified" : "");
}
