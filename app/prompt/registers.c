// SPDX-License-Identifier: BSD-3-Clause
/*
 * The registers that the prompt knows by name. All else is refused before it is touched: on the
 * AM65x an access to a block that is off, or firewalled because it is another host's, ends in an
 * SError, and some registers change by being read (a UART's received bytes, a proxy's message).
 */
#include "app/prompt/registers.h"

#include "drivers/gic/gic.h"
#include "drivers/udma/ring_registers.h"
#include "msi/parents/inta_registers.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE      0x1000u
#define GIC_FRAME 0x10000u
#define ANY       UINT32_MAX
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define R         REGISTER_READ
#define W         REGISTER_WRITE
#define RW        (REGISTER_READ | REGISTER_WRITE)

/* IHI 0069, 12.9; offsets as in drivers/gic/gic_registers.h. */
static const struct register_kind gicd[] = {
    {"ctlr", 0x0, 4, R, 0},          {"typer", 0x4, 4, R, 0},
    {"iidr", 0x8, 4, R, 0},          {"igroupr", 0x80, 4, R, 32},
    {"isenabler", 0x100, 4, RW, 32}, {"icenabler", 0x180, 4, RW, 32},
    {"ispendr", 0x200, 4, RW, 32},   {"icpendr", 0x280, 4, RW, 32},
    {"isactiver", 0x300, 4, R, 32},  {"ipriorityr", 0x400, 4, R, 255},
    {"icfgr", 0xc00, 4, R, 64},      {"irouter", 0x6000, 8, R, 1020},
    {"pidr2", 0xffe8, 4, R, 0},
};

/* 12.11: the RD frame, and the SGI frame behind it. */
static const struct register_kind gicr[] = {
    {"ctlr", 0x0, 4, R, 0},     {"iidr", 0x4, 4, R, 0},       {"typer", 0x8, 8, R, 0},
    {"waker", 0x14, 4, R, 0},   {"propbaser", 0x70, 8, R, 0}, {"pendbaser", 0x78, 8, R, 0},
    {"pidr2", 0xffe8, 4, R, 0},
};
static const struct register_kind gicr_sgi[] = {
    {"igroupr0", 0x80, 4, R, 0},     {"isenabler0", 0x100, 4, RW, 0},
    {"icenabler0", 0x180, 4, RW, 0}, {"ispendr0", 0x200, 4, RW, 0},
    {"icpendr0", 0x280, 4, RW, 0},   {"isactiver0", 0x300, 4, R, 0},
    {"ipriorityr", 0x400, 4, R, 8},  {"icfgr", 0xc00, 4, R, 2},
};

/* 12.19. */
static const struct register_kind gits[] = {
    {"ctlr", 0x0, 4, R, 0},    {"iidr", 0x4, 4, R, 0},     {"typer", 0x8, 8, R, 0},
    {"cbaser", 0x80, 8, R, 0}, {"cwriter", 0x88, 8, R, 0}, {"creadr", 0x90, 8, R, 0},
    {"baser", 0x100, 8, R, 8}, {"pidr2", 0xffe8, 4, R, 0},
};

/* TRM, UART: without RHR, which a read empties. */
static const struct register_kind uart[] = {
    {"ier", 0x4, 4, R, 0},   {"lcr", 0xc, 4, R, 0},   {"mcr", 0x10, 4, R, 0},
    {"spr", 0x1c, 4, RW, 0}, {"mdr1", 0x20, 4, R, 0}, {"sysc", 0x54, 4, R, 0},
    {"syss", 0x58, 4, R, 0},
};

static const struct register_kind jtagid[] = {{"jtagid", 0x0, 4, R, 0}};

/* TRM 10.2: the global configuration of the UDMAP, a channel, a ring, a VINT, a proxy's thread. */
static const struct register_kind udmap[] = {
    {"rev", 0x0, 4, R, 0},
    {"cap", 0x20, 4, R, 4},
};
static const struct register_kind channel[] = {
    {"ctl", 0x0, 4, R, 0},    {"peer", 0x200, 4, R, 16}, {"pcnt", 0x400, 4, R, 0},
    {"bcnt", 0x408, 4, R, 0}, {"sbcnt", 0x410, 4, R, 0},
};

#define RING(field, access)                                                                        \
    {                                                                                              \
#field, offsetof(struct ring_rt_registers, field), 4, access, 0                            \
    }
static const struct register_kind ring[] = {
    RING(doorbell, W),           RING(occupancy, R),      RING(index, R),
    RING(hardware_occupancy, R), RING(hardware_index, R),
};

#define VINT(field, access)                                                                        \
    {                                                                                              \
#field, offsetof(struct inta_vint_registers, field), 8, access, 0                          \
    }
static const struct register_kind vint[] = {
    VINT(enable_set, RW),   VINT(enable_clear, RW), VINT(status_set, RW),
    VINT(status_clear, RW), VINT(status_masked, R),
};

static const struct register_kind proxy[] = {{"status", 0x0, 4, R, 0}, {"threshold", 0x4, 4, R, 0}};

/* ---- blocks ---- */

static bool is_redistributor(unsigned index)
{
    return index < gic_redistributor_count();
}

static bool is_vint(unsigned index)
{
    return platform_owns(PLATFORM_VINT, index);
}

static bool is_ring(unsigned index)
{
    return platform_owns(PLATFORM_RING, index);
}

static bool is_transmit(unsigned index)
{
    return platform_owns(PLATFORM_TRANSMIT_CHANNEL, index);
}

static bool is_receive(unsigned index)
{
    return platform_owns(PLATFORM_RECEIVE_CHANNEL, index);
}

static bool is_proxy(unsigned index)
{
    return index == AM65X_SCI_RX_THREAD || index == AM65X_SCI_TX_THREAD;
}

static bool is_console(unsigned index)
{
    return AM65X_UART0_BASE + index * AM65X_UART_STRIDE == platform_console_base();
}

static const struct block {
    const char *name;
    uintptr_t base;
    uint32_t stride;                /* from one to the next; 0: there is one */
    bool (*exists)(unsigned index); /* for this host */
    const struct register_kind *kinds;
    size_t kind_count;
} blocks[] = {
    {"gicd", AM65X_GICD_BASE, 0, NULL, gicd, COUNT(gicd)},
    {"gicr", AM65X_GICR_BASE, 2 * GIC_FRAME, is_redistributor, gicr, COUNT(gicr)},
    {"gicr_sgi", AM65X_GICR_BASE + GIC_FRAME, 2 * GIC_FRAME, is_redistributor, gicr_sgi,
     COUNT(gicr_sgi)},
    {"gits", AM65X_GITS_BASE, 0, NULL, gits, COUNT(gits)},
    {"inta", AM65X_INTA_BASE, INTA_VINT_STRIDE, is_vint, vint, COUNT(vint)},
    {"jtagid", AM65X_JTAGID, 0, NULL, jtagid, COUNT(jtagid)},
    {"proxy", AM65X_SECURE_PROXY_RT_BASE, PAGE, is_proxy, proxy, COUNT(proxy)},
    {"rchan", AM65X_RCHAN_RT_BASE, PAGE, is_receive, channel, COUNT(channel)},
    {"ring", AM65X_RING_RT_BASE, RING_RT_STRIDE, is_ring, ring, COUNT(ring)},
    {"tchan", AM65X_TCHAN_RT_BASE, PAGE, is_transmit, channel, COUNT(channel)},
    {"uart", AM65X_UART0_BASE, AM65X_UART_STRIDE, is_console, uart, COUNT(uart)},
    {"udmap", AM65X_UDMAP_GCFG_BASE, 0, NULL, udmap, COUNT(udmap)},
};

const char *registers_block_name(unsigned index)
{
    return index < COUNT(blocks) ? blocks[index].name : NULL;
}

void registers_print(void)
{
    for (size_t i = 0; i < COUNT(blocks); i++) {
        const struct block *block = &blocks[i];

        printf("%s%s at 0x%08llx:", block->name, block->stride != 0 ? ".N" : "",
               (unsigned long long)block->base);
        for (size_t k = 0; k < block->kind_count; k++) {
            const struct register_kind *kind = &block->kinds[k];

            printf(" %s%s%s", kind->name, kind->count != 0 ? "[]" : "",
                   (kind->access & REGISTER_WRITE) != 0 ? "*" : "");
        }
        printf("\n");
    }
    printf("* can be written\n");
}

/* ---- names ---- */

static const struct block *find_block(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(blocks); i++)
        if (strlen(blocks[i].name) == length && memcmp(blocks[i].name, name, length) == 0)
            return &blocks[i];
    return NULL;
}

/* A decimal number at *text, which is moved behind it. */
static bool read_index(const char **text, unsigned *index)
{
    size_t length = strspn(*text, "0123456789");

    if (length == 0 || length > 6)
        return false;
    *index = (unsigned)strtoul(*text, NULL, 10);
    *text += length;
    return true;
}

static const char *find_kind(const struct block *block, const char *name,
                             struct register_place *place)
{
    size_t length = strcspn(name, "[");
    const char *rest = name + length;

    for (size_t i = 0; i < block->kind_count; i++) {
        const struct register_kind *kind = &block->kinds[i];

        if (strlen(kind->name) == length && memcmp(kind->name, name, length) == 0)
            place->kind = kind;
    }
    if (place->kind == NULL)
        return "the block has no register of that name";
    if (*rest == '\0')
        return NULL;
    rest++;
    if (!read_index(&rest, &place->element) || strcmp(rest, "]") != 0 ||
        place->element >= place->kind->count)
        return "there is no register of that number";
    return NULL;
}

const char *registers_look_up(const char *name, struct register_place *place)
{
    size_t length = strcspn(name, ".");
    const struct block *block = find_block(name, length);
    const char *rest = name + length;
    unsigned index = 0;

    if (block == NULL)
        return "neither a hexadecimal address nor the name of a block";
    if (block->stride != 0) {
        if (*rest != '.' || (rest++, !read_index(&rest, &index)))
            return "the block wants a number, as in ring.304";
        if (!block->exists(index))
            return "this host has none of that number";
    }
    *place = (struct register_place){
        .block = block->base + (uintptr_t)index * block->stride,
        .kinds = block->kinds,
        .kind_count = block->kind_count,
    };
    if (*rest == '\0')
        return NULL;
    return *rest == '.' ? find_kind(block, rest + 1, place) : "there is something behind the name";
}

/* ---- addresses ---- */

/* How many bytes from the address on belong to this register; 0: it does not. */
static uint64_t bytes_of(const struct register_kind *kind, uintptr_t block, uint64_t address)
{
    uint64_t start = block + kind->offset;
    uint64_t size = (uint64_t)kind->width * (kind->count != 0 ? kind->count : 1u);

    return address >= start && address - start < size ? size - (address - start) : 0;
}

/* How many bytes from the address on are registers with the access. */
static uint64_t allowed_at(uint64_t address, unsigned access)
{
    for (size_t i = 0; i < COUNT(blocks); i++) {
        const struct block *block = &blocks[i];
        uint64_t index = block->stride == 0 || address < block->base
                             ? 0
                             : (address - block->base) / block->stride;
        uintptr_t instance = block->base + (uintptr_t)index * block->stride;

        for (size_t k = 0; k < block->kind_count; k++) {
            uint64_t bytes = bytes_of(&block->kinds[k], instance, address);

            if (bytes != 0 && (block->kinds[k].access & access) == access &&
                (block->exists == NULL || (index < ANY && block->exists((unsigned)index))))
                return bytes;
        }
    }
    return 0;
}

bool registers_allow(uint64_t address, uint64_t size, unsigned access)
{
    while (size != 0) {
        uint64_t bytes = allowed_at(address, access);

        if (bytes == 0)
            return false;
        bytes = bytes < size ? bytes : size;
        address += bytes;
        size -= bytes;
    }
    return true;
}
