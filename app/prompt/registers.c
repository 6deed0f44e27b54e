// SPDX-License-Identifier: BSD-3-Clause
/*
 * The registers that the prompt knows by name. All else is refused before it is touched: on the
 * AM65x an access to a block that is off, or firewalled because it is another host's, ends in an
 * SError, and some registers change by being read (a UART's received bytes, a proxy's message).
 */
#include "app/prompt/registers.h"

#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its_registers.h"
#include "drivers/ti_sci/secure_proxy_registers.h"
#include "drivers/uart/uart_registers.h"
#include "drivers/udma/ring_registers.h"
#include "drivers/udma/udmap_registers.h"
#include "msi/parents/inta_registers.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY                        UINT32_MAX
#define COUNT(a)                   (sizeof(a) / sizeof((a)[0]))
#define R                          REGISTER_READ
#define W                          REGISTER_WRITE
#define RW                         (REGISTER_READ | REGISTER_WRITE)

/* A register by the name of its member, and an array of them. */
#define SIZE(type, member)         sizeof(((struct type *)NULL)->member)
#define ELEMENT_SIZE(type, member) sizeof(*((struct type *)NULL)->member)
#define ONE(type, member, access)                                                                  \
    {                                                                                              \
#member, offsetof(struct type, member), SIZE(type, member), access, 0                      \
    }
#define ARRAY(type, member, access)                                                                \
    {                                                                                              \
#member, offsetof(struct type, member), ELEMENT_SIZE(type, member), access,                \
            SIZE(type, member) / ELEMENT_SIZE(type, member)                                        \
    }

static const struct register_kind gicd[] = {
    {"ctlr", GICD_CTLR, 4, R, 0},
    {"typer", GICD_TYPER, 4, R, 0},
    {"iidr", GICD_IIDR, 4, R, 0},
    {"igroupr", GIC_IGROUPR, 4, R, 32},
    {"isenabler", GIC_ISENABLER, 4, RW, 32},
    {"icenabler", GIC_ICENABLER, 4, RW, 32},
    {"ispendr", GIC_ISPENDR, 4, RW, 32},
    {"icpendr", GIC_ICPENDR, 4, RW, 32},
    {"isactiver", GIC_ISACTIVER, 4, R, 32},
    {"ipriorityr", GIC_IPRIORITYR, 4, R, 255},
    {"icfgr", GIC_ICFGR, 4, R, 64},
    {"irouter", GICD_IROUTER0, 8, R, GIC_INTID_SPECIAL},
    {"pidr2", GICD_PIDR2, 4, R, 0},
};

static const struct register_kind gicr[] = {
    {"ctlr", GICR_CTLR, 4, R, 0},           {"iidr", GICR_IIDR, 4, R, 0},
    {"typer", GICR_TYPER, 8, R, 0},         {"waker", GICR_WAKER, 4, R, 0},
    {"propbaser", GICR_PROPBASER, 8, R, 0}, {"pendbaser", GICR_PENDBASER, 8, R, 0},
    {"pidr2", GICR_PIDR2, 4, R, 0},
};
static const struct register_kind gicr_sgi[] = {
    {"igroupr0", GIC_IGROUPR, 4, R, 0},      {"isenabler0", GIC_ISENABLER, 4, RW, 0},
    {"icenabler0", GIC_ICENABLER, 4, RW, 0}, {"ispendr0", GIC_ISPENDR, 4, RW, 0},
    {"icpendr0", GIC_ICPENDR, 4, RW, 0},     {"isactiver0", GIC_ISACTIVER, 4, R, 0},
    {"ipriorityr", GIC_IPRIORITYR, 4, R, 8}, {"icfgr", GIC_ICFGR, 4, R, 2},
};

static const struct register_kind gits[] = {
    {"ctlr", GITS_CTLR, 4, R, 0},       {"iidr", GITS_IIDR, 4, R, 0},
    {"typer", GITS_TYPER, 8, R, 0},     {"cbaser", GITS_CBASER, 8, R, 0},
    {"cwriter", GITS_CWRITER, 8, R, 0}, {"creadr", GITS_CREADR, 8, R, 0},
    {"baser", GITS_BASER0, 8, R, 8},    {"pidr2", GITS_PIDR2, 4, R, 0},
};

/* Without what a read changes: RHR, IIR, LSR. */
static const struct register_kind uart[] = {
    ONE(uart_registers, ier, R),  ONE(uart_registers, lcr, R),  ONE(uart_registers, mcr, R),
    ONE(uart_registers, spr, RW), ONE(uart_registers, mdr1, R), ONE(uart_registers, sysc, R),
    ONE(uart_registers, syss, R),
};

static const struct register_kind jtagid[] = {{"jtagid", 0x0, 4, R, 0}};

static const struct register_kind udmap[] = {
    ONE(udmap_registers, rev, R),
    ARRAY(udmap_registers, cap, R),
};
static const struct register_kind channel[] = {
    ONE(udmap_channel_registers, ctl, R),   ARRAY(udmap_channel_registers, peer, R),
    ONE(udmap_channel_registers, pcnt, R),  ONE(udmap_channel_registers, bcnt, R),
    ONE(udmap_channel_registers, sbcnt, R),
};

static const struct register_kind ring[] = {
    ONE(ring_rt_registers, doorbell, W),       ONE(ring_rt_registers, occupancy, R),
    ONE(ring_rt_registers, index, R),          ONE(ring_rt_registers, hardware_occupancy, R),
    ONE(ring_rt_registers, hardware_index, R),
};

static const struct register_kind vint[] = {
    ONE(inta_vint_registers, enable_set, RW),   ONE(inta_vint_registers, enable_clear, RW),
    ONE(inta_vint_registers, status_set, RW),   ONE(inta_vint_registers, status_clear, RW),
    ONE(inta_vint_registers, status_masked, R),
};

static const struct register_kind proxy[] = {
    ONE(secure_proxy_rt_registers, status, R),
    ONE(secure_proxy_rt_registers, threshold, R),
};

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

static uintptr_t redistributor_sgi_frame(unsigned index)
{
    return gic_redistributor_address(index) + GICR_SGI_FRAME;
}

static const struct block {
    const char *name;
    uintptr_t base;
    uint32_t stride;                     /* from one to the next; 0: there is one */
    bool (*exists)(unsigned index);      /* for this host */
    uintptr_t (*locate)(unsigned index); /* where those that exist are; NULL: by stride */
    const struct register_kind *kinds;
    size_t kind_count;
} blocks[] = {
    {"gicd", AM65X_GICD_BASE, 0, NULL, NULL, gicd, COUNT(gicd)},
    {"gicr", AM65X_GICR_BASE, GICR_FRAME_SIZE, is_redistributor, gic_redistributor_address, gicr,
     COUNT(gicr)},
    {"gicr_sgi", AM65X_GICR_BASE + GICR_SGI_FRAME, GICR_FRAME_SIZE, is_redistributor,
     redistributor_sgi_frame, gicr_sgi, COUNT(gicr_sgi)},
    {"gits", AM65X_GITS_BASE, 0, NULL, NULL, gits, COUNT(gits)},
    {"inta", AM65X_INTA_BASE, INTA_VINT_STRIDE, is_vint, NULL, vint, COUNT(vint)},
    {"jtagid", AM65X_JTAGID, 0, NULL, NULL, jtagid, COUNT(jtagid)},
    {"proxy", AM65X_SECURE_PROXY_RT_BASE, SECURE_PROXY_STRIDE, is_proxy, NULL, proxy, COUNT(proxy)},
    {"rchan", AM65X_RCHAN_RT_BASE, UDMAP_CHANNEL_STRIDE, is_receive, NULL, channel, COUNT(channel)},
    {"ring", AM65X_RING_RT_BASE, RING_RT_STRIDE, is_ring, NULL, ring, COUNT(ring)},
    {"tchan", AM65X_TCHAN_RT_BASE, UDMAP_CHANNEL_STRIDE, is_transmit, NULL, channel,
     COUNT(channel)},
    {"uart", AM65X_UART0_BASE, AM65X_UART_STRIDE, is_console, NULL, uart, COUNT(uart)},
    {"udmap", AM65X_UDMAP_GCFG_BASE, 0, NULL, NULL, udmap, COUNT(udmap)},
};

static uintptr_t instance_of(const struct block *block, unsigned index)
{
    return block->locate != NULL ? block->locate(index)
                                 : block->base + (uintptr_t)index * block->stride;
}

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
        .block = instance_of(block, index),
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

/* Of the instances that do not lie by their stride, the one around the address; else the first
 * number that there is none of. */
static unsigned find_located(const struct block *block, uint64_t address)
{
    unsigned index = 0;

    while (block->exists(index) &&
           (address < block->locate(index) || address - block->locate(index) >= block->stride))
        index++;
    return index;
}

/* Which instance of the block the address would belong to. */
static uint64_t find_index(const struct block *block, uint64_t address)
{
    if (block->locate != NULL)
        return find_located(block, address);
    return block->stride == 0 || address < block->base ? 0
                                                       : (address - block->base) / block->stride;
}

/* How many bytes from the address on are registers of the block with the access. Whether this host
 * has the instance comes last: that may be a request to the system firmware. */
static uint64_t allowed_in(const struct block *block, uint64_t address, unsigned access)
{
    uint64_t index = find_index(block, address);

    if (index >= ANY)
        return 0;
    for (size_t k = 0; k < block->kind_count; k++) {
        uint64_t bytes = bytes_of(&block->kinds[k], instance_of(block, (unsigned)index), address);

        if (bytes != 0 && (block->kinds[k].access & access) == access &&
            (block->exists == NULL || block->exists((unsigned)index)))
            return bytes;
    }
    return 0;
}

static uint64_t allowed_at(uint64_t address, unsigned access)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < COUNT(blocks) && bytes == 0; i++)
        bytes = allowed_in(&blocks[i], address, access);
    return bytes;
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
