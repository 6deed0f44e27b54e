// SPDX-License-Identifier: BSD-3-Clause
/* See r5f.h. The output goes to MCU UART 0, as it comes out of reset. */
#include "tests/guests/r5f/r5f.h"

#include <stdio.h>
#include <stdnoreturn.h>
#include <sys/stat.h>

#define UART 0x40a00000u

struct taken taken;

static unsigned checks, failures;

/* ---- newlib's ---- */

int _write(int file, const char *data, int length)
{
    (void)file;
    for (int i = 0; i < length; i++)
        write32(UART, (uint8_t)data[i]);
    return length;
}

void *_sbrk(int size)
{
    static char heap[4096], *next = heap;
    char *last = next;

    if (size > heap + sizeof(heap) - next)
        return (void *)-1;
    next += size;
    return last;
}

int _fstat(int file, struct stat *about)
{
    (void)file;
    about->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _close(int file)
{
    (void)file;
    return -1;
}

int _lseek(int file, int offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    return 0;
}

int _read(int file, char *data, int length)
{
    (void)file;
    (void)data;
    (void)length;
    return 0;
}

noreturn void _exit(int status)
{
    for (;;)
        service(TWIN_EXIT, (uint32_t)status, 0);
}

int _kill(int process, int number)
{
    (void)process;
    _exit(number);
}

int _getpid(void)
{
    return 1;
}

/* ---- TAP ---- */

bool check(const char *name, bool good)
{
    checks++;
    failures += !good;
    printf("%sok %u - %s\n", good ? "" : "not ", checks, name);
    return good;
}

bool check_value(const char *name, uint32_t value, uint32_t wanted)
{
    if (!check(name, value == wanted))
        printf("  0x%08x in place of 0x%08x\n", (unsigned)value, (unsigned)wanted);
    return value == wanted;
}

void leave(void)
{
    printf("1..%u\n", checks);
    service(TWIN_EXIT, failures != 0, 0);
}

/* ---- the MPU ---- */

void region(unsigned number, uint32_t base, unsigned power, uint32_t off, uint32_t access)
{
    write_cp15(6, 0, 2, 0, number);
    write_cp15(6, 0, 1, 0, base);
    write_cp15(6, 0, 1, 4, access);
    write_cp15(6, 0, 1, 2, off << 8 | (power - 1) << 1 | 1u);
}

void region_off(unsigned number)
{
    write_cp15(6, 0, 2, 0, number);
    write_cp15(6, 0, 1, 2, 0);
}
