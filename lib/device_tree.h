// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the boot loader says in the device tree: boot arguments, console, cores, memory, reserved
 * memory, the file that it loaded. (Devicetree Specification 0.4; /cpus as Linux's binding
 * arm/cpus.yaml has it; the tree is read with libfdt.)
 */
#ifndef LIB_DEVICE_TREE_H
#define LIB_DEVICE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_TREE_ARGUMENTS_MAX 1024u
#define DEVICE_TREE_CORES_MAX     16u
#define DEVICE_TREE_MEMORY_MAX    8u
#define DEVICE_TREE_RESERVED_MAX  32u

/* A tree larger than this is not one. */
#define DEVICE_TREE_SIZE_MAX      0x200000u

/* [base, base + size). */
struct memory_range {
    uint64_t base, size;
};

/* Whether it has a byte of [start, end). */
static inline bool memory_range_overlaps(const struct memory_range *range, uint64_t start,
                                         uint64_t end)
{
    return range->size != 0 && start < range->base + range->size && range->base < end;
}

/* Whether all of [start, start + size) is in it, and start in any case. */
static inline bool memory_range_contains(const struct memory_range *range, uint64_t start,
                                         uint64_t size)
{
    return start >= range->base && start - range->base < range->size &&
           size <= range->size - (start - range->base);
}

/* What device_tree_read() has found. */
struct device_tree_info {
    char model[64];                            /* /model, or "" */
    char arguments[DEVICE_TREE_ARGUMENTS_MAX]; /* /chosen bootargs, or "" */
    bool arguments_cut;                        /* they are longer */

    unsigned core_count;                   /* that are there, as /cpus has it; 0: not told */
    uint64_t cores[DEVICE_TREE_CORES_MAX]; /* their affinities, fields as in MPIDR_EL1 */

    unsigned memory_count; /* 0: not told */
    struct memory_range memory[DEVICE_TREE_MEMORY_MAX];
    unsigned reserved_count; /* /memreserve/ entries, children of /reserved-memory */
    struct memory_range reserved[DEVICE_TREE_RESERVED_MAX];
    bool no_map[DEVICE_TREE_RESERVED_MAX]; /* reserved[i] may not even be mapped as memory */
    bool reserved_lost;                    /* there are more, or one that makes no sense */

    struct memory_range tree; /* where it lies itself */
    struct memory_range file; /* /chosen linux,initrd-start to -end; size 0: none */

    /* /chosen stdout-path: the UART's address as a CPU sees it (0: not told), and the baud rate
     * (0: not told). */
    uint64_t console_base;
    uint32_t console_baud;

    const char *problem; /* what is malformed, in words; NULL: nothing */
};

/* Reads the tree, which lies in at most room bytes of readable memory; missing properties leave
 * their fields zero. Touches nothing but the tree. Any context.
 * 0; -ENOENT: there is no device tree; -EINVAL: the tree or a value in it is malformed: problem
 * says what, and info has all else that could be read. */
int device_tree_read(const void *tree, size_t room, struct device_tree_info *info);

/* The size that the header tells; 0: there is no device tree. At least DEVICE_TREE_HEAD_SIZE bytes
 * of it are readable. Any context. */
#define DEVICE_TREE_HEAD_SIZE 8u
size_t device_tree_size(const void *tree);

/* The first memory at or behind from that may be mapped; false: there is no more. Any context. */
bool device_tree_next_memory(const struct device_tree_info *info, uint64_t from,
                             struct memory_range *range);

/* Whether [start, start + size) is memory that the tree describes, and nothing of it is reserved.
 * Any context. */
bool device_tree_is_memory(const struct device_tree_info *info, uint64_t start, uint64_t size);

/* The end of the free memory that begins at start: at most end, inside the memory that the tree
 * describes, and below the first reserved range, the tree and the file. start itself if it is not
 * free. Any context. */
uint64_t device_tree_free_end(const struct device_tree_info *info, uint64_t start, uint64_t end);

/* The end of the reserved range, the tree or the file that start is in; start itself if it is in
 * none of them. Any context. */
uint64_t device_tree_taken_end(const struct device_tree_info *info, uint64_t start);

#endif
