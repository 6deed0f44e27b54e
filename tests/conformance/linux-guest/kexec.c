// SPDX-License-Identifier: BSD-3-Clause
/*
 * kexec KERNEL INITRD: ends the Linux that runs and starts another, without a reset and without a C
 * library. The other gets the device tree of this one, /sys/firmware/fdt, and so its arguments; its
 * initrd comes to lie where this one's was, which that tree tells. Debian's kernel has the call
 * kexec_load only, whose caller must get x0 right: a few instructions of ours run in between.
 *
 * (man 2 kexec_load; Linux Documentation/arm64/booting.rst; the kernel's generic system call table)
 */
#include <stddef.h>
#include <stdint.h>

enum {
    CALL_OPENAT = 56,
    CALL_READ = 63,
    CALL_WRITE = 64,
    CALL_EXIT = 93,
    CALL_KEXEC_LOAD = 104,
    CALL_REBOOT = 142,
    CALL_MMAP = 222,
};

#define AT_FDCWD       (-100)
#define READ_AND_WRITE 3
#define PRIVATE_PAGES  0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */
#define MAGIC_1        0xfee1dead
#define MAGIC_2        672274793
#define REBOOT_KEXEC   0x45584543
#define KEXEC_AARCH64  (183ul << 16)
#define PAGE           4096ul

#define LARGEST        (64ul << 20)
#define KERNEL_AT      0xb0000000ul /* free in every tree and mood: DRAM ends at 0xc0000000 in some */
#define TREE_AT        0xb8000000ul
#define STEP_AT        0xb8200000ul
#define CHOSEN         "/sys/firmware/devicetree/base/chosen/linux,initrd-"

struct segment {
    const void *data;
    size_t length;
    uintptr_t at;
    size_t size; /* whole pages; zero behind the data */
};

_Noreturn void start(uintptr_t *stack);

__asm__(".globl _start\n"
        "_start: mov x0, sp\n"
        "        b   start\n");

static long call(long number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
    register uintptr_t x8 __asm__("x8") = (uintptr_t)number;
    register uintptr_t x0 __asm__("x0") = a;
    register uintptr_t x1 __asm__("x1") = b;
    register uintptr_t x2 __asm__("x2") = c;
    register uintptr_t x3 __asm__("x3") = d;
    register uintptr_t x4 __asm__("x4") = (uintptr_t)-1; /* mmap() of no file, */
    register uintptr_t x5 __asm__("x5") = 0;             /* at offset 0 */

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return (long)x0;
}

static _Noreturn void fail(const char *what)
{
    size_t length = 0;

    while (what[length])
        length++;
    call(CALL_WRITE, 2, (uintptr_t) "kexec: ", 7, 0);
    call(CALL_WRITE, 2, (uintptr_t)what, length, 0);
    call(CALL_WRITE, 2, (uintptr_t) "\n", 1, 0);
    for (;;)
        call(CALL_EXIT, 1, 0, 0, 0);
}

static struct segment read_file(const char *path, uintptr_t at)
{
    long memory = call(CALL_MMAP, 0, LARGEST, READ_AND_WRITE, PRIVATE_PAGES);
    long file = call(CALL_OPENAT, (uintptr_t)AT_FDCWD, (uintptr_t)path, 0, 0);
    size_t length = 0;

    if (memory < 0 && memory > -(long)PAGE)
        fail("no memory");
    if (file < 0)
        fail(path);
    for (;;) {
        long got =
            call(CALL_READ, (uintptr_t)file, (uintptr_t)memory + length, LARGEST - length, 0);

        if (got < 0)
            fail(path);
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (length == LARGEST)
        fail("too long");
    return (struct segment){(const void *)memory, length, at, (length + PAGE - 1) & ~(PAGE - 1)};
}

/* A number of the device tree. */
static uintptr_t read_cells(const char *path)
{
    struct segment cells = read_file(path, 0);
    const uint8_t *bytes = cells.data;
    uintptr_t value = 0;

    for (size_t i = 0; i < cells.length; i++)
        value = value << 8 | bytes[i];
    return value;
}

void start(uintptr_t *stack)
{
    static const struct {
        uint32_t code[4];
        uint64_t kernel, tree;
    } step = {{
                  0x58000084, /* ldr x4, kernel */
                  0x580000a0, /* ldr x0, tree */
                  0xd61f0080, /* br x4 */
                  0xd503201f, /* nop */
              },
              KERNEL_AT,
              TREE_AT};
    struct segment segments[4];
    uintptr_t initrd, end;

    if (stack[0] != 3)
        fail("it takes a kernel and an initrd");
    initrd = read_cells(CHOSEN "start");
    end = read_cells(CHOSEN "end");
    segments[0] = read_file((const char *)stack[3], initrd & ~(PAGE - 1));
    if (segments[0].length > end - initrd || initrd % PAGE)
        fail("the initrd does not fit where the first was");
    segments[0].size = (end - initrd + PAGE - 1) & ~(PAGE - 1);
    segments[1] = read_file((const char *)stack[2], KERNEL_AT);
    segments[2] = read_file("/sys/firmware/fdt", TREE_AT);
    segments[3] = (struct segment){&step, sizeof(step), STEP_AT, PAGE};
    if (call(CALL_KEXEC_LOAD, STEP_AT, 4, (uintptr_t)segments, KEXEC_AARCH64))
        fail("the kernel does not take it");
    call(CALL_REBOOT, MAGIC_1, MAGIC_2, REBOOT_KEXEC, 0);
    fail("it comes back");
}
