// SPDX-License-Identifier: BSD-3-Clause
/*
 * The image's identity in words.
 */
#include "lib/version.h"

#include <stdio.h>

int version_describe(char *text, size_t size)
{
    return sniprintf(text, size, "k3metal %s, commit %s%s", version_of_image.release,
                     version_of_image.commit, version_of_image.modified ? ", modified" : "");
}
