// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reading the loader's device tree. Everything in it comes from outside: the structure is checked
 * as a whole before anything is looked up, and each value before it is used.
 */
#include "lib/device_tree.h"

#include <errno.h>
#include <libfdt.h>
#include <stdbool.h>
#include <string.h>

#define BAUD_MAX                12000000u
#define PATH_DEPTH_MAX          16u /* nodes in a console's path, the root among them */

#define NAMED(tree, node, name) is_named(tree, node, name, sizeof(name) - 1)

/* Keeps the first problem; returns the error for it. */
static int malformed(struct device_tree_info *info, const char *problem)
{
    if (info->problem == NULL)
        info->problem = problem;
    return -EINVAL;
}

static void lose_reserved(struct device_tree_info *info, const char *problem)
{
    malformed(info, problem);
    info->reserved_lost = true;
}

static void reserve(struct device_tree_info *info, uint64_t base, uint64_t size, bool no_map)
{
    unsigned i = info->reserved_count;

    if (size == 0)
        return;
    if (base + size < base) {
        lose_reserved(info, "a reserved range ends beyond the address space");
    } else if (i == DEVICE_TREE_RESERVED_MAX) {
        lose_reserved(info, "there are more reserved ranges than are handled");
    } else {
        info->reserved[i] = (struct memory_range){base, size};
        info->no_map[i] = no_map;
        info->reserved_count++;
    }
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_ld(&cells[i]);
    return value;
}

/* A #-cells property of a bus, or its default; 0: malformed or more than 2. libfdt's own functions
 * for it would bring its writers into the image: they share a file. */
static int cell_count(const void *tree, int bus, const char *name, uint32_t by_default)
{
    int length;
    const fdt32_t *property = fdt_getprop(tree, bus, name, &length);
    uint32_t count = by_default;

    if (property != NULL)
        count = length == (int)sizeof(*property) ? fdt32_ld(property) : 0;
    return count <= 2 ? (int)count : 0;
}

/* How many cells make an address and a size in reg of bus's children (Devicetree Specification,
 * 2.3.5). False: not 1 or 2. */
static bool cell_counts(const void *tree, int bus, int *address_cells, int *size_cells)
{
    *address_cells = cell_count(tree, bus, "#address-cells", 2);
    *size_cells = cell_count(tree, bus, "#size-cells", 1);
    return *address_cells != 0 && *size_cells != 0;
}

/* The ranges of a node's reg, in turn. Returns false after the last, or on a malformed reg. */
static bool next_range(const void *tree, int bus, int node, unsigned index,
                       struct memory_range *range, bool *bad)
{
    int length, address_cells, size_cells;
    const fdt32_t *cells = fdt_getprop(tree, node, "reg", &length);

    *bad = false;
    if (cells == NULL)
        return false;
    if (!cell_counts(tree, bus, &address_cells, &size_cells) ||
        length % ((address_cells + size_cells) * (int)sizeof(fdt32_t)) != 0) {
        *bad = true;
        return false;
    }
    if (index >= (unsigned)length / ((unsigned)(address_cells + size_cells) * sizeof(fdt32_t)))
        return false;
    cells += index * (unsigned)(address_cells + size_cells);
    range->base = read_cells(cells, address_cells);
    range->size = read_cells(cells + address_cells, size_cells);
    *bad = range->base + range->size < range->base;
    return !*bad;
}

/* Returns whether all of it fits. */
static bool copy_string(const void *tree, int node, const char *name, char *text, size_t size)
{
    int length;
    const char *value = fdt_getprop(tree, node, name, &length);

    if (value == NULL || length <= 0)
        return true;
    size_t count = strnlen(value, (size_t)length);
    bool fits = count < size;

    if (!fits)
        count = size - 1;
    memcpy(text, value, count);
    text[count] = '\0';
    return fits;
}

/* Whether a string property of the node has exactly this value. */
static bool string_is(const void *tree, int node, const char *name, const char *wanted)
{
    int length;
    const char *value = fdt_getprop(tree, node, name, &length);

    return value != NULL && (size_t)length == strlen(wanted) + 1 &&
           memcmp(value, wanted, (size_t)length) == 0;
}

/* ------------------------------------------------------------------------ cores */

/* A core whose status begins with "fail" is not there. A "disabled" one is: it waits to be started
 * (Devicetree Specification, 3.8.1). */
static bool is_core(const void *tree, int node)
{
    int length;
    const char *status = fdt_getprop(tree, node, "status", &length);

    return string_is(tree, node, "device_type", "cpu") &&
           (status == NULL || length < 4 || memcmp(status, "fail", 4) != 0);
}

static void add_core(struct device_tree_info *info, uint64_t affinity)
{
    for (unsigned i = 0; i < info->core_count; i++)
        if (info->cores[i] == affinity) {
            malformed(info, "two nodes of /cpus are the same core");
            return;
        }
    if (info->core_count == DEVICE_TREE_CORES_MAX)
        return; /* more than the firmware could start */
    info->cores[info->core_count++] = affinity;
}

static void read_core(const void *tree, int cpus, int node, struct device_tree_info *info)
{
    int length, cells = cell_count(tree, cpus, "#address-cells", 1);
    const fdt32_t *affinity = fdt_getprop(tree, node, "reg", &length);

    if (!is_core(tree, node))
        return;
    if (affinity == NULL || cells == 0 || length != cells * (int)sizeof(fdt32_t))
        malformed(info, "the reg of a core in /cpus makes no sense");
    else
        add_core(info, read_cells(affinity, cells));
}

/* ------------------------------------------------------------------------ memory */

static bool disabled(const void *tree, int node)
{
    return fdt_getprop(tree, node, "status", NULL) != NULL &&
           !string_is(tree, node, "status", "okay") && !string_is(tree, node, "status", "ok");
}

static bool overlaps_memory(const struct device_tree_info *info, const struct memory_range *range)
{
    for (unsigned i = 0; i < info->memory_count; i++)
        if (memory_range_overlaps(&info->memory[i], range->base, range->base + range->size))
            return true;
    return false;
}

static void read_memory_node(const void *tree, int node, struct device_tree_info *info)
{
    struct memory_range range;
    bool bad;

    for (unsigned i = 0; next_range(tree, 0, node, i, &range, &bad); i++) {
        if (range.size == 0)
            continue;
        if (overlaps_memory(info, &range))
            malformed(info, "two ranges of memory overlap");
        if (info->memory_count == DEVICE_TREE_MEMORY_MAX)
            return; /* what is left out is not used: no harm */
        info->memory[info->memory_count++] = range;
    }
    if (bad)
        malformed(info, "the reg of a memory node makes no sense");
}

static void read_memory(const void *tree, int node, struct device_tree_info *info)
{
    if (string_is(tree, node, "device_type", "memory") && !disabled(tree, node))
        read_memory_node(tree, node, info);
}

/* The header's own list. */
static void read_reservations(const void *tree, struct device_tree_info *info)
{
    int count = fdt_num_mem_rsv(tree);

    for (int i = 0; i < count; i++) {
        uint64_t base, size;

        if (fdt_get_mem_rsv(tree, i, &base, &size) == 0)
            reserve(info, base, size, false);
    }
}

static void read_reserved(const void *tree, int parent, int node, struct device_tree_info *info)
{
    struct memory_range range;
    bool no_map = fdt_getprop(tree, node, "no-map", NULL) != NULL, bad = false;

    if (disabled(tree, node))
        return;
    for (unsigned i = 0; next_range(tree, parent, node, i, &range, &bad); i++)
        reserve(info, range.base, range.size, no_map);
    if (bad)
        lose_reserved(info, "the reg of a child of /reserved-memory makes no sense");
}

/* ------------------------------------------------------------------------ console */

/* One step up: an address on bus to one on bus's parent, by bus's ranges. */
static bool translate_once(const void *tree, int bus, int parent, uint64_t *address)
{
    int length, child_cells, size_cells, parent_cells, unused;
    const fdt32_t *cells = fdt_getprop(tree, bus, "ranges", &length);

    if (cells == NULL || !cell_counts(tree, bus, &child_cells, &size_cells) ||
        !cell_counts(tree, parent, &parent_cells, &unused))
        return false;
    if (length == 0)
        return true; /* the same addresses */
    int entry = child_cells + parent_cells + size_cells;
    for (int left = length / (int)sizeof(fdt32_t); left >= entry; left -= entry, cells += entry) {
        uint64_t child = read_cells(cells, child_cells);
        uint64_t size = read_cells(cells + child_cells + parent_cells, size_cells);

        if (*address < child || *address - child >= size)
            continue;
        *address += read_cells(cells + child_cells, parent_cells) - child;
        return true;
    }
    return false;
}

/* A path on its way through the tree. */
struct path {
    const char *text; /* NULL: none is looked for, or not any more */
    size_t length;    /* of what is not found yet; 0, with a depth: it is found */
    unsigned depth;   /* of the last node of it that was found */
    int nodes[PATH_DEPTH_MAX];
};

/* Past `count` characters, and the slashes behind them. */
static void go_on(struct path *path, size_t count)
{
    while (count < path->length && path->text[count] == '/')
        count++;
    path->text += count;
    path->length -= count;
}

/* The node that a path or an alias of length characters names is looked for from now on. An alias
 * must stand for a path: libfdt would look for ever for one that stands for itself. */
static void look_for(const void *tree, const char *text, size_t length, struct path *path)
{
    *path = (struct path){0};
    if (length > 0 && text[0] != '/') {
        text = fdt_get_alias_namelen(tree, text, (int)length);
        length = text != NULL ? strlen(text) : 0;
    }
    if (length == 0 || text[0] != '/')
        return;
    path->text = text;
    path->length = length;
    go_on(path, 0); /* nothing is left of the root's path: it has no address */
}

/* Whether the node's name is this one, which may leave out the unit address. */
static bool is_named(const void *tree, int node, const char *wanted, size_t length)
{
    int name_length;
    const char *name = fdt_get_name(tree, node, &name_length);

    return name != NULL && (size_t)name_length >= length && memcmp(name, wanted, length) == 0 &&
           (name[length] == '\0' || (name[length] == '@' && memchr(wanted, '@', length) == NULL));
}

/* The next node of the tree, in its order. */
static void follow(const void *tree, int node, unsigned depth, struct path *path)
{
    if (path->text == NULL || path->length == 0 || depth > path->depth + 1)
        return;
    if (depth <= path->depth) {
        path->text = NULL; /* the last one had no such child */
        return;
    }
    size_t count = 0;

    while (count < path->length && path->text[count] != '/')
        count++;
    if (depth == PATH_DEPTH_MAX || !is_named(tree, node, path->text, count))
        return;
    path->nodes[++path->depth] = node;
    go_on(path, count);
}

/* The address of a device's first register, as a CPU sees it. */
static bool cpu_address(const void *tree, const struct path *path, uint64_t *address)
{
    const int *node = &path->nodes[path->depth];
    struct memory_range range;
    bool bad;

    if (path->depth == 0 || path->length != 0 ||
        !next_range(tree, node[-1], node[0], 0, &range, &bad))
        return false;
    *address = range.base;
    while (--node > path->nodes)
        if (!translate_once(tree, node[0], node[-1], address))
            return false;
    return true;
}

/* "115200n8": the number in front. */
static uint32_t read_baud(const char *options)
{
    uint32_t baud = 0;

    for (; *options >= '0' && *options <= '9' && baud <= BAUD_MAX; options++)
        baud = baud * 10 + (uint32_t)(*options - '0');
    return baud <= BAUD_MAX ? baud : 0;
}

/* Returns what follows the path: ":", and what the line is to be set to; NULL: no path. */
static const char *read_console(const void *tree, int chosen, struct device_tree_info *info,
                                struct path *path)
{
    int length;
    const char *text = fdt_getprop(tree, chosen, "stdout-path", &length);

    if (text == NULL)
        return NULL;
    if (length <= 0 || text[length - 1] != '\0') {
        malformed(info, "/chosen stdout-path is no string");
        return NULL;
    }
    size_t end = strcspn(text, ":");

    look_for(tree, text, end, path);
    return text + end;
}

static void set_console(const void *tree, const struct path *path, const char *rest,
                        struct device_tree_info *info)
{
    if (rest == NULL)
        return;
    if (!cpu_address(tree, path, &info->console_base)) {
        info->console_base = 0;
        malformed(info, "/chosen stdout-path leads to no device with an address");
        return;
    }
    if (*rest == ':')
        info->console_baud = read_baud(rest + 1);
}

/* ------------------------------------------------------------------------ the loader's file */

/* A value of 1 or 2 cells, as loaders write addresses in /chosen. */
static bool read_address(const void *tree, int node, const char *name, uint64_t *value)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree, node, name, &length);

    if (cells == NULL || (length != (int)sizeof(fdt32_t) && length != 2 * (int)sizeof(fdt32_t)))
        return false;
    *value = read_cells(cells, length / (int)sizeof(fdt32_t));
    return true;
}

static void read_file(const void *tree, int chosen, struct device_tree_info *info)
{
    uint64_t start, end;

    if (fdt_getprop(tree, chosen, "linux,initrd-start", NULL) == NULL &&
        fdt_getprop(tree, chosen, "linux,initrd-end", NULL) == NULL)
        return;
    if (!read_address(tree, chosen, "linux,initrd-start", &start) ||
        !read_address(tree, chosen, "linux,initrd-end", &end) || end < start) {
        malformed(info, "/chosen linux,initrd-start and -end make no sense");
        return;
    }
    info->file = (struct memory_range){start, end - start};
}

/* ------------------------------------------------------------------------ all of it */

static size_t aligned(size_t size)
{
    return (size + FDT_TAGSIZE - 1) & ~(FDT_TAGSIZE - 1);
}

/* Whether each tag lies behind the one before it. A property's length near 2^32 takes libfdt's
 * offset back instead (1.6.1: fdt_next_tag() adds without a look), and fdt_check_full() would go
 * round for ever. */
static bool tags_go_forward(const char *tree)
{
    size_t offset = fdt_off_dt_struct(tree), end = fdt_totalsize(tree);

    while (offset % FDT_TAGSIZE == 0 && end - offset >= sizeof(struct fdt_property)) {
        const struct fdt_property *property = (const struct fdt_property *)(tree + offset);
        size_t size = FDT_TAGSIZE;

        switch (fdt32_ld(&property->tag)) {
        case FDT_PROP:
            size = sizeof(*property) + fdt32_ld(&property->len);
            break;
        case FDT_BEGIN_NODE:
            size += strnlen(tree + offset + size, end - offset - size) + 1;
            break;
        case FDT_END_NODE:
        case FDT_NOP:
            break;
        default: /* the end, or what fdt_check_full() refuses */
            return true;
        }
        if (aligned(size) > end - offset)
            return false;
        offset += aligned(size);
    }
    return true; /* too little is left to go back with */
}

/* libfdt takes older headers, but fdt_check_full() (1.6.1) then reads at address 0. Loaders write
 * 17. */
#define VERSION_MIN 16u

/* 0, or one of libfdt's errors. */
static int check_structure(const void *tree)
{
    int error = fdt_check_header(tree);

    if (error == 0 && fdt_version(tree) < VERSION_MIN)
        error = -FDT_ERR_BADVERSION;
    if (error == 0 && !tags_go_forward(tree))
        error = -FDT_ERR_BADSTRUCTURE;
    return error != 0 ? error : fdt_check_full(tree, fdt_totalsize(tree));
}

/* For people; libfdt's own words are the names of its constants. */
static const char *in_words(int error)
{
    switch (-error) {
    case FDT_ERR_BADVERSION:
        return "its version is not one that can be read";
    case FDT_ERR_TRUNCATED:
        return "it is cut short";
    default:
        return "its structure makes no sense";
    }
}

/* All nodes are passed once: each search from the beginning would take as long. */
static void read_nodes(const void *tree, struct device_tree_info *info, struct path *console)
{
    int depth = 0, parent = 0, cpus = 0, reserved = 0;

    for (int node = fdt_next_node(tree, 0, &depth); node >= 0 && depth > 0;
         node = fdt_next_node(tree, node, &depth)) {
        follow(tree, node, (unsigned)depth, console);
        if (depth == 1) {
            parent = node;
            if (cpus == 0 && NAMED(tree, node, "cpus"))
                cpus = node;
            else if (reserved == 0 && NAMED(tree, node, "reserved-memory"))
                reserved = node;
            else
                read_memory(tree, node, info);
        } else if (depth == 2 && parent == cpus) {
            read_core(tree, parent, node, info);
        } else if (depth == 2 && parent == reserved) {
            read_reserved(tree, parent, node, info);
        }
    }
}

static void read_all(const void *tree, struct device_tree_info *info)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    struct path console = {0};
    const char *rest = NULL;

    (void)copy_string(tree, 0, "model", info->model, sizeof(info->model));
    if (chosen >= 0) {
        info->arguments_cut =
            !copy_string(tree, chosen, "bootargs", info->arguments, sizeof(info->arguments));
        rest = read_console(tree, chosen, info, &console);
        read_file(tree, chosen, info);
    }
    read_reservations(tree, info);
    read_nodes(tree, info, &console);
    set_console(tree, &console, rest, info);
}

size_t device_tree_size(const void *tree)
{
    return fdt_magic(tree) == FDT_MAGIC ? fdt_totalsize(tree) : 0;
}

int device_tree_read(const void *tree, size_t room, struct device_tree_info *info)
{
    memset(info, 0, sizeof(*info));
    if (tree == NULL || (uintptr_t)tree % 8 != 0 || room < sizeof(struct fdt_header) ||
        fdt_magic(tree) != FDT_MAGIC)
        return -ENOENT;
    if (fdt_totalsize(tree) > room || fdt_totalsize(tree) > DEVICE_TREE_SIZE_MAX)
        return malformed(info, "its size is beyond the memory that it can be in");
    int error = check_structure(tree);
    if (error != 0)
        return malformed(info, in_words(error));

    info->tree = (struct memory_range){(uintptr_t)tree, fdt_totalsize(tree)};
    read_all(tree, info);
    return info->problem == NULL ? 0 : -EINVAL;
}

/* The end of the memory that start is in, of one range or of several that follow each other; start
 * itself if it is in none. */
static uint64_t memory_end(const struct device_tree_info *info, uint64_t start)
{
    uint64_t end = start, before;

    do {
        before = end;
        for (unsigned i = 0; i < info->memory_count; i++) {
            const struct memory_range *range = &info->memory[i];

            if (end >= range->base && end - range->base < range->size)
                end = range->base + range->size;
        }
    } while (end != before);
    return end;
}

/* The end of the part of [start, end) that lies before the range. */
static uint64_t cut(uint64_t start, uint64_t end, const struct memory_range *range)
{
    if (!memory_range_overlaps(range, start, end))
        return end;
    return range->base > start ? range->base : start;
}

/* Where the next memory begins behind start; UINT64_MAX: nowhere. */
static uint64_t next_base(const struct device_tree_info *info, uint64_t start)
{
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < info->memory_count; i++)
        if (info->memory[i].base > start && info->memory[i].base < next)
            next = info->memory[i].base;
    return next;
}

/* The end of the part of [start, end) that may be mapped; start itself if it may not. */
static uint64_t cut_no_map(const struct device_tree_info *info, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < info->reserved_count; i++)
        if (info->no_map[i])
            end = cut(start, end, &info->reserved[i]);
    return end;
}

/* The end of a range that start is in and that may not be mapped: there is one. */
static uint64_t no_map_end(const struct device_tree_info *info, uint64_t start)
{
    unsigned i = 0;

    while (!info->no_map[i] || start - info->reserved[i].base >= info->reserved[i].size)
        i++;
    return info->reserved[i].base + info->reserved[i].size;
}

bool device_tree_next_memory(const struct device_tree_info *info, uint64_t from,
                             struct memory_range *range)
{
    while (from != UINT64_MAX) {
        uint64_t last = memory_end(info, from), end = cut_no_map(info, from, last);

        if (end > from) {
            *range = (struct memory_range){from, end - from};
            return true;
        }
        from = last == from ? next_base(info, from) : no_map_end(info, from);
    }
    return false;
}

static uint64_t cut_reserved(const struct device_tree_info *info, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < info->reserved_count; i++)
        end = cut(start, end, &info->reserved[i]);
    return end;
}

bool device_tree_is_memory(const struct device_tree_info *info, uint64_t start, uint64_t size)
{
    uint64_t end = start + size;

    return end > start && memory_end(info, start) >= end && cut_reserved(info, start, end) == end;
}

uint64_t device_tree_free_end(const struct device_tree_info *info, uint64_t start, uint64_t end)
{
    uint64_t last = memory_end(info, start);

    end = cut_reserved(info, start, end < last ? end : last);
    end = cut(start, end, &info->tree);
    return cut(start, end, &info->file);
}
