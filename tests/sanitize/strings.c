// SPDX-License-Identifier: BSD-3-Clause
/*
 * newlib's memory and string functions, which are not compiled with checks: these look at what
 * their arguments cover, then call them. newlib's other functions do their work through these.
 */
#include "tests/sanitize/shadow.h"

#include <string.h>

void *__real_memcpy(void *to, const void *from, size_t size);
void *__real_memmove(void *to, const void *from, size_t size);
void *__real_memset(void *memory, int value, size_t size);
int __real_memcmp(const void *one, const void *other, size_t size);
void *__real_memchr(const void *memory, int value, size_t size);
size_t __real_strlen(const char *text);
size_t __real_strnlen(const char *text, size_t size);
int __real_strcmp(const char *one, const char *other);
int __real_strncmp(const char *one, const char *other, size_t size);

void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__wrap_memmove(void *to, const void *from, size_t size);
void *__wrap_memset(void *memory, int value, size_t size);
int __wrap_memcmp(const void *one, const void *other, size_t size);
void *__wrap_memchr(const void *memory, int value, size_t size);
size_t __wrap_strlen(const char *text);
size_t __wrap_strnlen(const char *text, size_t size);
int __wrap_strcmp(const char *one, const char *other);
int __wrap_strncmp(const char *one, const char *other, size_t size);

static void reads(const void *memory, size_t size)
{
    shadow_check((uintptr_t)memory, size, false);
}

static void writes(void *memory, size_t size)
{
    shadow_check((uintptr_t)memory, size, true);
}

void *__wrap_memcpy(void *to, const void *from, size_t size)
{
    reads(from, size);
    writes(to, size);
    return __real_memcpy(to, from, size);
}

void *__wrap_memmove(void *to, const void *from, size_t size)
{
    reads(from, size);
    writes(to, size);
    return __real_memmove(to, from, size);
}

void *__wrap_memset(void *memory, int value, size_t size)
{
    writes(memory, size);
    return __real_memset(memory, value, size);
}

int __wrap_memcmp(const void *one, const void *other, size_t size)
{
    reads(one, size);
    reads(other, size);
    return __real_memcmp(one, other, size);
}

/* Reads up to what it finds, and no further (C11, 7.24.5.1). */
void *__wrap_memchr(const void *memory, int value, size_t size)
{
    const char *found = __real_memchr(memory, value, size);

    reads(memory, found == NULL ? size : (size_t)(found - (const char *)memory) + 1);
    return (void *)(uintptr_t)found;
}

size_t __wrap_strlen(const char *text)
{
    size_t length = __real_strlen(text);

    reads(text, length + 1);
    return length;
}

size_t __wrap_strnlen(const char *text, size_t size)
{
    size_t length = __real_strnlen(text, size);

    reads(text, length < size ? length + 1 : size);
    return length;
}

/* Strings are read as far as they are the same, and one further. */
static void reads_same(const char *one, const char *other, size_t size)
{
    size_t same = 0;

    while (same < size && one[same] == other[same] && one[same] != '\0')
        same++;
    reads(one, same < size ? same + 1 : size);
    reads(other, same < size ? same + 1 : size);
}

int __wrap_strcmp(const char *one, const char *other)
{
    reads_same(one, other, SIZE_MAX);
    return __real_strcmp(one, other);
}

int __wrap_strncmp(const char *one, const char *other, size_t size)
{
    reads_same(one, other, size);
    return __real_strncmp(one, other, size);
}
