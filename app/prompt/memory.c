// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands `md`, `mw` and `regs`: memory and registers, by address (hexadecimal, as U-Boot has
 * it) or by name. Allowed is what does no harm: memory that the loader's device tree describes and
 * does not reserve, and the registers that registers.c knows. All else is refused before it is
 * accessed.
 */
#include "app/prompt/registers.h"
#include "arch/mmio.h"
#include "arch/probe.h"
#include "arch/translate.h"
#include "lib/command.h"
#include "lib/device_tree.h"
#include "platform/platform.h"

#include <inttypes.h>
#include <stdio.h>

#define WORD          4u
#define WORDS_DEFAULT 0x10u
#define WORDS_MAX     0x1000u
#define WORDS_A_LINE  4u

/* Why the words may not be accessed in that way; NULL: they may. */
static const char *refusal(uint64_t address, uint64_t size, unsigned access)
{
    const struct device_tree_info *tree = platform_get_device_tree();

    if (address % WORD != 0)
        return "the address is not a multiple of 4";
    if (registers_allow(address, size, access))
        return NULL;
    if (!memory_range_contains(&tree->tree, address, size) &&
        !memory_range_contains(&tree->file, address, size) &&
        !device_tree_is_memory(tree, address, size))
        return access == REGISTER_READ ? "that is neither memory of ours nor registers that are "
                                         "safe to read"
                                       : "that is neither memory of ours nor registers that may "
                                         "be written";
    if (mapping_length((uintptr_t)address, (size_t)size) != size)
        return "that is not mapped";
    return NULL;
}

static int refused(const char *command, const char *what, const char *reason)
{
    printf("%s: %s: %s\n", command, what, reason);
    return COMMAND_FAILED;
}

/* ---- md ---- */

static int dump(uint64_t address, uint64_t words)
{
    for (uint64_t i = 0; i < words; i++) {
        uint32_t value = 0;

        if (probe_read32((uintptr_t)(address + i * WORD), &value) != 0) {
            printf("\nmd: 0x%" PRIx64 ": the bus refuses it\n", address + i * WORD);
            return COMMAND_FAILED;
        }
        if (i % WORDS_A_LINE == 0)
            printf("%08" PRIx64 ":", address + i * WORD);
        printf(" %08" PRIx32 "%s", value,
               i % WORDS_A_LINE == WORDS_A_LINE - 1 || i == words - 1 ? "\n" : "");
    }
    return COMMAND_DONE;
}

static uintptr_t address_of(const struct register_place *place, const struct register_kind *kind,
                            unsigned element)
{
    return place->block + kind->offset + (uintptr_t)element * kind->width;
}

static void print_register(const struct register_place *place, const struct register_kind *kind,
                           unsigned element)
{
    uintptr_t address = address_of(place, kind, element);
    char name[32];

    snprintf(name, sizeof(name), kind->count != 0 ? "%s[%u]" : "%s", kind->name, element);
    if (kind->width == 8)
        printf("%08" PRIxPTR " %-20s %016" PRIx64 "\n", address, name, mmio_read64(address));
    else
        printf("%08" PRIxPTR " %-20s %08" PRIx32 "\n", address, name, mmio_read32(address));
}

/* One register, or all of a block's that can be read; of an array the first. */
static int print_place(const struct register_place *place)
{
    if (place->kind != NULL) {
        if ((place->kind->access & REGISTER_READ) == 0)
            return refused("md", place->kind->name, "it can only be written");
        print_register(place, place->kind, place->element);
        return COMMAND_DONE;
    }
    for (size_t i = 0; i < place->kind_count; i++)
        if ((place->kinds[i].access & REGISTER_READ) != 0)
            print_register(place, &place->kinds[i], 0);
    return COMMAND_DONE;
}

static int run_md(int count, char **words)
{
    uint64_t address, number = WORDS_DEFAULT;
    struct register_place place = {0};
    const char *reason;

    if (count < 2 || count > 3 ||
        (count == 3 && (!command_read_hex(words[2], WORDS_MAX, &number) || number == 0)))
        return COMMAND_USAGE;
    if (!command_read_hex(words[1], UINT64_MAX, &address)) {
        reason = count == 3 ? "a name takes no count" : registers_look_up(words[1], &place);
        return reason != NULL ? refused("md", words[1], reason) : print_place(&place);
    }
    reason = refusal(address, number * WORD, REGISTER_READ);
    return reason != NULL ? refused("md", words[1], reason) : dump(address, number);
}

static const char *place_names(unsigned word, unsigned index)
{
    return word == 1 ? registers_block_name(index) : NULL;
}

COMMAND(md, .arguments = "address|name [count]",
        .help = "shows words of memory, or registers by name (regs)", .run = run_md,
        .candidate = place_names);

/* ---- mw ---- */

static int write_register(const char *name, uint64_t value)
{
    struct register_place place;
    const char *reason = registers_look_up(name, &place);

    if (reason == NULL && place.kind == NULL)
        reason = "which register of the block?";
    if (reason == NULL && (place.kind->access & REGISTER_WRITE) == 0)
        reason = "it may not be written";
    if (reason == NULL && place.kind->width == WORD && value > UINT32_MAX)
        reason = "it has 32 bits";
    if (reason != NULL)
        return refused("mw", name, reason);

    uintptr_t address = address_of(&place, place.kind, place.element);

    if (place.kind->width == WORD)
        mmio_write32(address, (uint32_t)value);
    else
        mmio_write64(address, value);
    return COMMAND_DONE;
}

static int run_mw(int count, char **words)
{
    uint64_t address, value, number = 1;
    const char *reason;

    if (count < 3 || count > 4 || !command_read_hex(words[2], UINT64_MAX, &value) ||
        (count == 4 && (!command_read_hex(words[3], WORDS_MAX, &number) || number == 0)))
        return COMMAND_USAGE;
    if (!command_read_hex(words[1], UINT64_MAX, &address))
        return count == 4 ? COMMAND_USAGE : write_register(words[1], value);
    reason =
        value > UINT32_MAX ? "a word has 32 bits" : refusal(address, number * WORD, REGISTER_WRITE);
    if (reason != NULL)
        return refused("mw", words[1], reason);
    for (uint64_t i = 0; i < number; i++)
        if (probe_write32((uintptr_t)(address + i * WORD), (uint32_t)value) != 0)
            return refused("mw", words[1], "it is read-only");
    return COMMAND_DONE;
}

COMMAND(mw, .arguments = "address|name value [count]",
        .help = "writes words of memory, or a register by name", .run = run_mw,
        .candidate = place_names);

/* ---- regs ---- */

static int run_regs(int count, char **words)
{
    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    registers_print();
    return COMMAND_DONE;
}

COMMAND(regs, .help = "the blocks and registers that md and mw know by name", .run = run_regs);
