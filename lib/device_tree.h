// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the boot loader says in the device tree: boot arguments, memory, the file it loaded.
 * (Devicetree Specification 0.4; the tree is read with libfdt.)
 */
#ifndef LIB_DEVICE_TREE_H
#define LIB_DEVICE_TREE_H

#include <stddef.h>
#include <stdint.h>

#define DEVICE_TREE_ARGUMENTS_MAX 256u

struct device_tree_info {
    char model[64];                            /* /model, or "" */
    char arguments[DEVICE_TREE_ARGUMENTS_MAX]; /* /chosen bootargs, or "" */
    uint64_t memory_base, memory_size;         /* the first range of /memory; size 0: not told */
    uint64_t file_base, file_size; /* /chosen linux,initrd-start to -end; size 0: none */
};

/* Reads the tree at address; missing properties leave their fields zero. Thread context.
 * 0; -ENOENT: address is 0 or holds no device tree; -EINVAL: the tree is malformed, or a value in
 * it is (info then holds what was read before it). */
int device_tree_read(uintptr_t address, struct device_tree_info *info);

#endif
