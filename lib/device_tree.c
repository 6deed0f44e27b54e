// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reading the loader's device tree. Everything in it comes from outside: what it says counts once
 * its structure was passed to the end and is in order, and each value is checked before it is used.
 *
 * A tree of Linux's has 2,000 tags, and libfdt looks at each character of a node's name when it
 * passes it: so the tags are passed once, and what is to be known is gathered on the way. Only a
 * console that stands in front of what names it takes a second time.
 */
#include "lib/device_tree.h"

#include <errno.h>
#include <libfdt.h>
#include <stdbool.h>
#include <string.h>

#define ALIAS_MAX 31u /* characters (Devicetree Specification, 3.3) */
#define BAUD_MAX  12000000u
#define DEPTH_MAX 16u /* nodes in a console's path, the root among them; others are less deep */

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

/* A field of a tag, which need not be aligned. */
static uint32_t word_at(const char *tag, size_t offset)
{
    return fdt32_ld((const fdt32_t *)(const void *)(tag + offset));
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_ld(&cells[i]);
    return value;
}

/* ------------------------------------------------------------------------ nodes */

/* The properties that are read. */
enum property {
    ADDRESS_CELLS,
    SIZE_CELLS,
    REG,
    RANGES,
    DEVICE_TYPE,
    STATUS,
    NO_MAP,
    MODEL,
    BOOTARGS,
    STDOUT_PATH,
    INITRD_START,
    INITRD_END,
    PROPERTIES
};

static const char property_names[PROPERTIES][20] = {
    [ADDRESS_CELLS] = "#address-cells",
    [SIZE_CELLS] = "#size-cells",
    [REG] = "reg",
    [RANGES] = "ranges",
    [DEVICE_TYPE] = "device_type",
    [STATUS] = "status",
    [NO_MAP] = "no-map",
    [MODEL] = "model",
    [BOOTARGS] = "bootargs",
    [STDOUT_PATH] = "stdout-path",
    [INITRD_START] = "linux,initrd-start",
    [INITRD_END] = "linux,initrd-end",
};

/* What a node is read for: first the root's children of a certain name, and its others. */
enum kind {
    ALIASES,
    CHOSEN,
    CPUS,
    RESERVED_MEMORY,
    OF_ROOT,
    ROOT,
    CORE,
    RESERVED,
    NOTHING
};

static const char child_names[OF_ROOT][16] = {[ALIASES] = "aliases",
                                              [CHOSEN] = "chosen",
                                              [CPUS] = "cpus",
                                              [RESERVED_MEMORY] = "reserved-memory"};

/* Of a property, in the tree: it need not be aligned. */
struct value {
    const void *data; /* NULL: the node has no such property */
    uint32_t length;
};

/* A node that is read. */
struct node {
    enum kind kind;
    struct value properties[PROPERTIES];
};

/* A #-cells property of a bus, or its default; 0: malformed or more than 2. */
static int cell_count(const struct node *bus, enum property which, uint32_t by_default)
{
    const struct value *value = &bus->properties[which];
    uint32_t count = by_default;

    if (value->data != NULL)
        count = value->length == sizeof(fdt32_t) ? fdt32_ld(value->data) : 0;
    return count <= 2 ? (int)count : 0;
}

/* How many cells make an address and a size in reg of bus's children (Devicetree Specification,
 * 2.3.5). False: not 1 or 2. */
static bool cell_counts(const struct node *bus, int *address_cells, int *size_cells)
{
    *address_cells = cell_count(bus, ADDRESS_CELLS, 2);
    *size_cells = cell_count(bus, SIZE_CELLS, 1);
    return *address_cells != 0 && *size_cells != 0;
}

/* The ranges of reg, in turn, of a node whose bus lies in front of it. 1; 0: there are no more;
 * -EINVAL: reg is malformed. */
static int next_range(const struct node *node, unsigned index, struct memory_range *range)
{
    const struct value *reg = &node->properties[REG];
    int address_cells, size_cells;

    if (reg->data == NULL)
        return 0;
    if (!cell_counts(node - 1, &address_cells, &size_cells))
        return -EINVAL;
    uint32_t size = (uint32_t)(address_cells + size_cells) * sizeof(fdt32_t);
    if (reg->length % size != 0)
        return -EINVAL;
    if (index >= reg->length / size)
        return 0;
    const fdt32_t *cells = (const fdt32_t *)reg->data + index * (size / sizeof(fdt32_t));
    range->base = read_cells(cells, address_cells);
    range->size = read_cells(cells + address_cells, size_cells);
    return range->base + range->size < range->base ? -EINVAL : 1;
}

/* Returns whether all of it fits. */
static bool copy_string(const struct value *value, char *text, size_t size)
{
    if (value->data == NULL)
        return true;
    size_t count = strnlen(value->data, value->length);
    bool fits = count < size;

    if (!fits)
        count = size - 1;
    memcpy(text, value->data, count);
    text[count] = '\0';
    return fits;
}

/* Whether a string property has exactly this value. */
static bool string_is(const struct value *value, const char *wanted)
{
    return value->data != NULL && value->length == strlen(wanted) + 1 &&
           memcmp(value->data, wanted, value->length) == 0;
}

/* ------------------------------------------------------------------------ cores */

/* A core whose status begins with "fail" is not there. A "disabled" one is: it waits to be started
 * (Devicetree Specification, 3.8.1). */
static bool is_core(const struct node *node)
{
    const struct value *status = &node->properties[STATUS];

    return string_is(&node->properties[DEVICE_TYPE], "cpu") &&
           (status->data == NULL || status->length < 4 || memcmp(status->data, "fail", 4) != 0);
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

static void read_core(const struct node *node, struct device_tree_info *info)
{
    const struct value *reg = &node->properties[REG];
    int cells = cell_count(node - 1, ADDRESS_CELLS, 1);

    if (!is_core(node))
        return;
    if (reg->data == NULL || cells == 0 || reg->length != (unsigned)cells * sizeof(fdt32_t))
        malformed(info, "the reg of a core in /cpus makes no sense");
    else
        add_core(info, read_cells(reg->data, cells));
}

/* ------------------------------------------------------------------------ memory */

static bool disabled(const struct node *node)
{
    const struct value *status = &node->properties[STATUS];

    return status->data != NULL && !string_is(status, "okay") && !string_is(status, "ok");
}

static bool overlaps_memory(const struct device_tree_info *info, const struct memory_range *range)
{
    for (unsigned i = 0; i < info->memory_count; i++)
        if (memory_range_overlaps(&info->memory[i], range->base, range->base + range->size))
            return true;
    return false;
}

static void read_memory_node(const struct node *node, struct device_tree_info *info)
{
    struct memory_range range;
    int more;

    for (unsigned i = 0; (more = next_range(node, i, &range)) > 0; i++) {
        if (range.size == 0)
            continue;
        if (overlaps_memory(info, &range))
            malformed(info, "two ranges of memory overlap");
        if (info->memory_count == DEVICE_TREE_MEMORY_MAX)
            return; /* what is left out is not used: no harm */
        info->memory[info->memory_count++] = range;
    }
    if (more < 0)
        malformed(info, "the reg of a memory node makes no sense");
}

static void read_memory(const struct node *node, struct device_tree_info *info)
{
    if (string_is(&node->properties[DEVICE_TYPE], "memory") && !disabled(node))
        read_memory_node(node, info);
}

/* The header's own list, of an address and a size each; one of no size ends it. 0, or libfdt's
 * error: it has no end. */
static int read_reservations(const void *tree, struct device_tree_info *info)
{
    const char *start = tree;

    for (size_t offset = fdt_off_mem_rsvmap(tree);
         offset + sizeof(struct fdt_reserve_entry) <= fdt_totalsize(tree);
         offset += sizeof(struct fdt_reserve_entry)) {
        const fdt32_t *cells = (const fdt32_t *)(const void *)(start + offset);
        uint64_t size = read_cells(cells + 2, 2);

        if (size == 0)
            return 0;
        reserve(info, read_cells(cells, 2), size, false);
    }
    return -FDT_ERR_TRUNCATED;
}

static void read_reserved(const struct node *node, struct device_tree_info *info)
{
    struct memory_range range;
    int more;

    if (disabled(node))
        return;
    for (unsigned i = 0; (more = next_range(node, i, &range)) > 0; i++)
        reserve(info, range.base, range.size, node->properties[NO_MAP].data != NULL);
    if (more < 0)
        lose_reserved(info, "the reg of a child of /reserved-memory makes no sense");
}

/* ------------------------------------------------------------------------ console */

/* One step up: an address on bus to one on the node in front of it, by bus's ranges. */
static bool translate_once(const struct node *bus, uint64_t *address)
{
    const struct value *ranges = &bus->properties[RANGES];
    const fdt32_t *cells = ranges->data;
    int child_cells, size_cells, parent_cells, unused;

    if (cells == NULL || !cell_counts(bus, &child_cells, &size_cells) ||
        !cell_counts(bus - 1, &parent_cells, &unused))
        return false;
    if (ranges->length == 0)
        return true; /* the same addresses */
    int entry = child_cells + parent_cells + size_cells;
    for (int left = (int)(ranges->length / sizeof(fdt32_t)); left >= entry;
         left -= entry, cells += entry) {
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
    size_t length;    /* of what is not found yet */
    size_t next;      /* of the next node's name, at its beginning */
    unsigned depth;   /* of the last node of it that was found; the root's is 1 */
};

/* Past `count` characters, and the slashes behind them. */
static void go_on(struct path *path, size_t count)
{
    while (count < path->length && path->text[count] == '/')
        count++;
    path->text += count;
    path->length -= count;
    for (count = 0; count < path->length && path->text[count] != '/';)
        count++;
    path->next = count;
}

/* Whether the node's name is this one, which may leave out the unit address. */
static bool is_named(const char *name, const char *wanted, size_t length)
{
    return strlen(name) >= length && memcmp(name, wanted, length) == 0 &&
           (name[length] == '\0' || (name[length] == '@' && memchr(wanted, '@', length) == NULL));
}

/* The next node of the tree, in its order. Returns whether the path goes through it. */
static bool follow(const char *name, unsigned depth, struct path *path)
{
    if (path->text == NULL || path->length == 0 || depth > path->depth + 1)
        return false;
    if (depth <= path->depth) {
        path->text = NULL; /* the last one had no such child */
        return false;
    }
    if (depth > DEPTH_MAX || !is_named(name, path->text, path->next))
        return false;
    path->depth = depth;
    go_on(path, path->next);
    return true;
}

/* The address of a device's first register, as a CPU sees it; root: the first node of its path. */
static bool cpu_address(const struct node *root, const struct node *device, uint64_t *address)
{
    struct memory_range range;

    if (next_range(device, 0, &range) <= 0)
        return false;
    *address = range.base;
    for (const struct node *bus = device - 1; bus > root; bus--)
        if (!translate_once(bus, address))
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

/* ------------------------------------------------------------------------ the loader's file */

/* A value of 1 or 2 cells, as loaders write addresses in /chosen. */
static bool read_address(const struct value *value, uint64_t *address)
{
    if (value->data == NULL ||
        (value->length != sizeof(fdt32_t) && value->length != 2 * sizeof(fdt32_t)))
        return false;
    *address = read_cells(value->data, (int)(value->length / sizeof(fdt32_t)));
    return true;
}

static void read_file(const struct node *chosen, struct device_tree_info *info)
{
    const struct value *first = &chosen->properties[INITRD_START];
    const struct value *behind = &chosen->properties[INITRD_END];
    uint64_t start, end;

    if (first->data == NULL && behind->data == NULL)
        return;
    if (!read_address(first, &start) || !read_address(behind, &end) || end < start) {
        malformed(info, "/chosen linux,initrd-start and -end make no sense");
        return;
    }
    info->file = (struct memory_range){start, end - start};
}

/* ------------------------------------------------------------------------ on the way */

/* On the way through the tree. */
struct reader {
    const void *tree;
    struct device_tree_info *info;
    const char *structure, *strings; /* the tree's blocks */
    uint32_t names_end;              /* behind the last of the names' ends */
    unsigned depth;                  /* how many nodes are open; the root's is 1 */
    struct node nodes[DEPTH_MAX];    /* those that are open, with what is read of them */
    struct node *node;               /* whose properties come; NULL: they are not read */
    unsigned seen;                   /* a bit for each kind */

    const char *stdout_path;   /* of /chosen; NULL: there is none */
    size_t stdout_path_length; /* of the path or alias; behind it: how the line is set */
    int aliases;               /* the offset of what is in the node; 0: it has not come */
    struct path path, console; /* the console's path, once it is known; how far it is found */
    bool console_found;
    uint64_t console_base;
    bool again; /* for the console, and nothing else */
};

static uint32_t name_offset(const char *property)
{
    return word_at(property, offsetof(struct fdt_property, nameoff));
}

static bool is_alias(const char *name, const char *alias, size_t length)
{
    return length <= ALIAS_MAX && strnlen(name, ALIAS_MAX + 1) == length &&
           memcmp(name, alias, length) == 0;
}

/* The value of an alias; NULL: there is none. libfdt would look for the end of each name in
 * /aliases, as far away as that may be. */
static const char *find_alias(const struct reader *reader, const char *alias, size_t length)
{
    int next = reader->aliases;
    uint32_t tag;

    do {
        const char *property = reader->structure + next;

        tag = fdt_next_tag(reader->tree, next, &next);
        if (tag == FDT_PROP && is_alias(reader->strings + name_offset(property), alias, length))
            return property + offsetof(struct fdt_property, data);
    } while (tag == FDT_PROP || tag == FDT_NOP);
    return NULL;
}

/* When /chosen or /aliases has been passed: the console's path may be known from now on. An alias
 * must stand for a path, not for another alias. */
static void find_path(struct reader *reader)
{
    const unsigned others = 1u << OF_ROOT | 1u << CPUS | 1u << RESERVED_MEMORY;
    const char *text = reader->stdout_path;
    size_t length = reader->stdout_path_length;

    if (text == NULL || reader->path.text != NULL)
        return;
    if (length > 0 && text[0] != '/' && reader->aliases != 0) {
        text = find_alias(reader, text, length);
        length = text != NULL ? strlen(text) : 0;
    }
    if (text == NULL || text[0] != '/')
        return;
    reader->path = (struct path){.text = text, .length = length, .depth = 1};
    go_on(&reader->path, 0);
    if (reader->path.length == 0)
        reader->path.text = NULL; /* the root's, which has no address */
    if ((reader->seen & others) == 0)
        reader->console = reader->path;
}

static void read_stdout_path(const struct node *chosen, struct reader *reader)
{
    const char *text = chosen->properties[STDOUT_PATH].data;
    uint32_t length = chosen->properties[STDOUT_PATH].length;

    if (text == NULL)
        return;
    if (length == 0 || text[length - 1] != '\0') {
        malformed(reader->info, "/chosen stdout-path is no string");
        return;
    }
    reader->stdout_path = text;
    reader->stdout_path_length = strcspn(text, ":");
    find_path(reader);
}

static void set_console(const struct reader *reader)
{
    if (reader->stdout_path == NULL)
        return;
    const char *rest = reader->stdout_path + reader->stdout_path_length;

    if (!reader->console_found) {
        malformed(reader->info, "/chosen stdout-path leads to no device with an address");
        return;
    }
    reader->info->console_base = reader->console_base;
    if (*rest == ':')
        reader->info->console_baud = read_baud(rest + 1);
}

static void read_chosen(const struct node *chosen, struct reader *reader)
{
    struct device_tree_info *info = reader->info;

    info->arguments_cut =
        !copy_string(&chosen->properties[BOOTARGS], info->arguments, sizeof(info->arguments));
    read_stdout_path(chosen, reader);
    read_file(chosen, info);
}

/* What the node that has begun is read for; of the root's children the first one of a name. */
static enum kind kind_of(const struct reader *reader, const char *name)
{
    unsigned child = 0;

    if (reader->depth == 1)
        return ROOT;
    if (reader->depth > 3 || reader->again)
        return NOTHING;
    switch (reader->nodes[reader->depth - 2].kind) {
    case CPUS:
        return CORE;
    case RESERVED_MEMORY:
        return RESERVED;
    case ROOT:
        while (child < OF_ROOT && ((reader->seen & 1u << child) != 0 ||
                                   !is_named(name, child_names[child], strlen(child_names[child]))))
            child++;
        return (enum kind)child;
    default:
        return NOTHING;
    }
}

static void read_node(const struct node *node, struct reader *reader)
{
    struct device_tree_info *info = reader->info;

    switch (node->kind) {
    case ROOT:
        reader->console = reader->path; /* if it is known already */
        (void)copy_string(&node->properties[MODEL], info->model, sizeof(info->model));
        break;
    case ALIASES:
        find_path(reader);
        break;
    case CHOSEN:
        read_chosen(node, reader);
        break;
    case CORE:
        read_core(node, info);
        break;
    case RESERVED:
        read_reserved(node, info);
        break;
    case OF_ROOT:
        read_memory(node, info);
        break;
    default: /* it matters to its children */
        break;
    }
}

/* The properties of a node end with the first tag of a node. */
static void end_properties(struct reader *reader)
{
    const struct node *node = reader->node;

    if (node == NULL)
        return;
    reader->node = NULL;
    if (reader->console.text != NULL && reader->console.length == 0) {
        reader->console_found = cpu_address(reader->nodes, node, &reader->console_base);
        reader->console.text = NULL;
    }
    read_node(node, reader);
}

static int begin_node(struct reader *reader, int next, const char *name)
{
    end_properties(reader);
    if (reader->depth++ == 0 && name[0] != '\0')
        return -FDT_ERR_BADSTRUCTURE; /* the root has no name */
    bool on_path = follow(name, reader->depth, &reader->console);
    enum kind kind = kind_of(reader, name);

    if (kind == NOTHING && !on_path)
        return 0;
    struct node *node = &reader->nodes[reader->depth - 1];
    *node = (struct node){.kind = kind};
    reader->node = node;
    reader->seen |= 1u << kind;
    if (kind == ALIASES)
        reader->aliases = next;
    return 0;
}

static int end_node(struct reader *reader)
{
    end_properties(reader);
    if (reader->depth == 0)
        return -FDT_ERR_BADSTRUCTURE;
    reader->depth--;
    return 0;
}

/* A name that begins in front of the last end ends in the block of names. */
static void find_names_end(struct reader *reader)
{
    uint32_t end = fdt_size_dt_strings(reader->tree);

    while (end != 0 && reader->strings[end - 1] != '\0')
        end--;
    reader->names_end = end;
}

/* Of two properties of one name the first counts. */
static void keep(struct node *node, const char *property, const char *name)
{
    for (unsigned i = 0; i < PROPERTIES; i++)
        if (name[0] == property_names[i][0] && strcmp(name, property_names[i]) == 0) {
            if (node->properties[i].data == NULL)
                node->properties[i] = (struct value){
                    property + offsetof(struct fdt_property, data),
                    word_at(property, offsetof(struct fdt_property, len)),
                };
            return;
        }
}

/* size: from the property to the next tag. libfdt (1.6.1) adds the length without a look: one near
 * 2^32 leads into the property's head, or back, and round for ever. */
static int take_property(struct reader *reader, const char *property, int size)
{
    uint32_t name = name_offset(property);

    if (size <= (int)sizeof(struct fdt_property) &&
        word_at(property, offsetof(struct fdt_property, len)) != 0)
        return -FDT_ERR_BADSTRUCTURE;
    if (name >= reader->names_end)
        return name < fdt_size_dt_strings(reader->tree) ? -FDT_ERR_TRUNCATED : -FDT_ERR_BADOFFSET;
    if (reader->node != NULL)
        keep(reader->node, property, reader->strings + name);
    return 0;
}

/* size: from the tag to the next one. */
static int take(struct reader *reader, uint32_t tag, int offset, int size)
{
    const char *at = reader->structure + offset;

    if (reader->depth == 0 && (reader->seen & 1u << ROOT) != 0 && tag != FDT_END)
        return -FDT_ERR_BADSTRUCTURE; /* behind the root's end */
    switch (tag) {
    case FDT_BEGIN_NODE:
        return begin_node(reader, offset + size, at + offsetof(struct fdt_node_header, name));
    case FDT_END_NODE:
        return end_node(reader);
    case FDT_PROP:
        return take_property(reader, at, size);
    case FDT_END:
        return reader->depth == 0 ? 0 : -FDT_ERR_BADSTRUCTURE;
    default: /* FDT_NOP: libfdt knows no more */
        return 0;
    }
}

/* All of the tree, with the checks of libfdt's fdt_check_full(). 0, or one of libfdt's errors. */
static int pass(struct reader *reader)
{
    int error, offset, next = 0;
    uint32_t tag;

    do {
        offset = next;
        tag = fdt_next_tag(reader->tree, offset, &next);
        error = next < 0 ? next : take(reader, tag, offset, next - offset);
    } while (error == 0 && tag != FDT_END);
    return error;
}

/* For the console alone, which may stand before the node that names it. */
static int pass_again(struct reader *reader)
{
    reader->seen = 0;
    reader->again = true;
    return pass(reader);
}

/* ------------------------------------------------------------------------ all of it */

/* In older trees a node's name is its path, and long values are aligned. Loaders write 17. */
#define VERSION_MIN 16u

/* 0, or one of libfdt's errors. */
static int read_all(const void *tree, struct device_tree_info *info)
{
    struct reader reader = {.tree = tree, .info = info};
    int error = fdt_check_header(tree);

    if (error == 0 && fdt_version(tree) < VERSION_MIN)
        error = -FDT_ERR_BADVERSION;
    if (error != 0)
        return error;
    reader.structure = (const char *)tree + fdt_off_dt_struct(tree);
    reader.strings = (const char *)tree + fdt_off_dt_strings(tree);
    find_names_end(&reader);
    error = read_reservations(tree, info);
    if (error == 0)
        error = pass(&reader);
    if (error == 0 && reader.path.text != NULL && !reader.console_found)
        error = pass_again(&reader);
    set_console(&reader);
    return error;
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
    int error = read_all(tree, info);
    if (error != 0) {
        memset(info, 0, sizeof(*info));
        return malformed(info, in_words(error));
    }
    info->tree = (struct memory_range){(uintptr_t)tree, fdt_totalsize(tree)};
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

static bool has(const struct memory_range *range, uint64_t address)
{
    return address - range->base < range->size;
}

uint64_t device_tree_taken_end(const struct device_tree_info *info, uint64_t start)
{
    const struct memory_range *taken = has(&info->tree, start) ? &info->tree : &info->file;

    for (unsigned i = 0; i < info->reserved_count; i++)
        if (has(&info->reserved[i], start))
            taken = &info->reserved[i];
    return has(taken, start) ? taken->base + taken->size : start;
}
