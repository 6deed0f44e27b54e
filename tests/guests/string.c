// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a compiler calls by itself. Without the MMU all memory is a device's: byte by byte.
 */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *to, const void *from, size_t size)
{
    volatile unsigned char *t = to;
    const volatile unsigned char *f = from;

    while (size-- != 0)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t size)
{
    volatile unsigned char *t = to;

    while (size-- != 0)
        *t++ = (unsigned char)value;
    return to;
}
