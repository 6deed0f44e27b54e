// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory that the loader's device tree gives a Cortex-R5F (Linux's bindings
 * ti,k3-r5f-rproc.yaml and reserved-memory.yaml).
 */
#ifndef LIB_DEVICE_TREE_R5F_H
#define LIB_DEVICE_TREE_R5F_H

#include "lib/device_tree.h"

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_TREE_R5F_MAX 4u

/* A node of /reserved-memory; one that is no_map is nowhere mapped. */
struct device_tree_r5f_region {
    struct memory_range range;
    bool no_map;
};

/* Reads which nodes of /reserved-memory the core's memory-region names: of the R5F that is this
 * device of the system firmware's, in the tree that info was read from, which has to be readable
 * still. Each is of whole pages, below 4 GiB, all memory, and has no byte of another reserved
 * range, of the tree, of the loader's file, or of `own`, which is the reader's. The first
 * DEVICE_TREE_R5F_MAX of them count. Any context.
 * How many there are; 0: the tree has no such core, or gives it nothing; -EINVAL: one of them can't
 * be, and *problem says why. */
int device_tree_read_r5f(const struct device_tree_info *info, uint32_t device,
                         const struct memory_range *own,
                         struct device_tree_r5f_region regions[static DEVICE_TREE_R5F_MAX],
                         const char **problem);

#endif
