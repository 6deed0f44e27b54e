// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the twin stands on: the machine `virt` of QEMU 7.2 (hw/arm/virt.c) with gic-version=3,
 * secure=on, virtualization=on. And what it shows: the addresses of the AM65x (TRM SPRUID7,
 * chapter 2) that the monitor itself answers for; all others belong to the device models.
 */
#ifndef TWIN_MONITOR_BOARD_H
#define TWIN_MONITOR_BOARD_H

#include <stdint.h>

/* The board below. */
#define BOARD_GICD_BASE        0x08000000u
#define BOARD_GITS_BASE        0x08080000u
#define BOARD_GICR_BASE        0x080a0000u
#define BOARD_CONSOLE_BASE     0x09000000u /* PL011, seen by both worlds */
#define BOARD_CONSOLE_INTID    33u
#define BOARD_REPORT_BASE      0x09040000u /* PL011, secure only */
#define BOARD_SECURE_GPIO_BASE 0x090b0000u /* PL061, secure only */
#define BOARD_GPIO_POWEROFF    0u
#define BOARD_GPIO_RESET       1u
/* QEMU's virtio-mmio transport 15: its INTID is in the console's word, and none of the models' is
 * there. */
#define BOARD_NET_BASE         0x0a001e00u
#define BOARD_NET_INTID        63u
/* QEMU's PCI Express: the guest's devices are behind its root port (tools/k3twin/qemu.py). The
 * configuration space and an SMMU in front of all memory; memory at the same addresses on the bus,
 * and IO. */
#define BOARD_ECAM_BASE        0x4010000000ull
#define BOARD_PCIE_MEMORY_BASE 0x10000000u
#define BOARD_PCIE_MEMORY_END  0x3eff0000u
#define BOARD_PCIE_IO_BASE     0x3eff0000u
#define BOARD_PCIE_IO_SIZE     0x00010000u
/* What stands for the controllers' root ports: on bus 0, device 1; and for the second controller,
 * device 0 of a bus that takes the place of its bus 0. Its other buses follow. */
#define BOARD_ROOT_PORT(n)     ((n) == 0 ? 0x0008u : BOARD_SECOND_BUS << 8)
#define BOARD_SECOND_BUS       0xe0u
#define BOARD_SMMU_BASE        0x09050000u
#define BOARD_TRANSLATER       0x08090040u /* GITS_TRANSLATER */
#define BOARD_INTID_LIMIT      256u        /* 224 SPIs */
#define BOARD_CPUS_MAX         4u          /* the guest's A53s */
#define BOARD_CORES_MAX        6u          /* with those that stand for R5Fs */

/* RAM starts at 1 GiB (0x40000000): the first GiB of it is the twin's. The guest's DRAM has the
 * addresses that the AM65x gives it; what lies between its banks is nobody's, and never touched. */
#define PARAMETERS_BASE        0x40c00000u
#define ITS_DEVICES_BASE       0x41800000u /* the ITS's tables (its_tables.c) */
#define ITS_COLLECTIONS_BASE   0x41880000u
#define ITS_TABLE_SIZE         0x00080000u
#define LPI_PENDING_BASE       0x41900000u /* the redistributors' pending tables (lpi.c) */
#define LPI_PENDING_STRIDE     0x00010000u
#define BOARD_NET_QUEUES       0x41a00000u /* of the network device (virtio_net.c) */
#define BOARD_NET_QUEUES_END   0x42000000u
#define EVENTS_BASE            0x42000000u /* up to the SRAM below (events.c) */
#define STAGE2_TABLES_BASE     0x6e000000u /* of DRAM, page by page (stage2.c), behind all events */
#define STAGE2_TABLES_SIZE     0x00810000u /* for 4 GiB */
/* In the mood caches: what lies behind the caches, so much above what it is of; a word for each
 * message to the ITS; a bit for each line of the guest's (caches.c). */
#define SHADOW_OFFSET          0x1000000000ull
#define INTIDS_BASE            0x2000000000ull
#define INTIDS_END             0x2400000000ull
#define LINES_BASE             INTIDS_END
#define LINES_END              0x2440000000ull
/* And what each R5F has in its cache (r5f_cache.c). */
#define R5F_CACHES_BASE        LINES_END
#define R5F_CACHE_SIZE         0x08000000ull
#define CACHES_END             0x2480000000ull

/* What the guest sees. */
#define GUEST_GICD_BASE        0x01800000u
#define GUEST_GICD_SIZE        0x00010000u
#define GUEST_GITS_BASE        0x01820000u
#define GUEST_GITS_SIZE        0x00020000u
#define GUEST_GICR_BASE        0x01880000u
#define GUEST_GICR_SIZE        0x00080000u
#define GUEST_GICR_FRAME_SHIFT 17u         /* RD and SGI frame, 64 KiB each */
#define GUEST_MSMC_BASE        0x70000000u /* on-chip SRAM; RAM of the board at the same address */
#define GUEST_MSMC_SIZE        0x00200000u
/* On-chip SRAM of the MCU's domain: 0x200 bytes of the first are U-Boot's scratchpad, with what the
 * board's EEPROM says; the second is Linux's mcu_ram. RAM of the board too, in the twin's GiB. */
#define GUEST_MCU_PSRAM_BASE   0x40280000u
#define GUEST_MCU_PSRAM_SIZE   0x00001000u
#define GUEST_MCU_MSRAM_BASE   0x41c00000u
#define GUEST_MCU_MSRAM_SIZE   0x00080000u
/* The R5F's tightly coupled memories, where the SoC has them; RAM of the board at the same address.
 * Core n's ATCM is at + n * STRIDE, its BTCM another OFFSET above (k3-am65-mcu.dtsi has them too).
 */
#define GUEST_R5F_TCM_BASE     0x41000000u
#define GUEST_R5F_TCM_STRIDE   0x00400000u
#define GUEST_R5F_BTCM_OFFSET  0x00010000u
#define GUEST_R5F_TCM_SIZE     0x00008000u
#define R5FS_MAX               2u
/* The outbound spaces of both PCI Express controllers; only memory windows can be seen without a
 * trap. */
#define GUEST_PCIE_BASE        0x10000000u
#define GUEST_PCIE_EACH        0x08000000u
#define GUEST_PCIE_SIZE        0x10000000u
#define GUEST_PRE_ITS_BASE     0x01000000u
#define GUEST_PRE_ITS_SIZE     0x00400000u
#define GUEST_DRAM_BASE        0x80000000u
#define GUEST_DRAM_LOW_MAX     0x80000000u /* what does not fit there is in the second bank */
#define GUEST_DRAM_HIGH_BASE   0x880000000ull
#define GUEST_DRAM_HIGH_END    0x1000000000ull /* of the AM65x's room for it */

/* EL3's second view of the low GiB, as the non-secure world sees it (el3_mmu.c). */
#define NONSECURE_ALIAS        0x4000000000u
/* And its view of the GiB where BOARD_ECAM_BASE is. */
#define ECAM_ALIAS             0x5000000000u

/* A part of the guest's memory; the size may be 0. */
struct bank {
    uint64_t base, size;
};

#define LOADED_MAX       64u

/* What tools/twin asks for, loaded at PARAMETERS_BASE. Little endian. */
#define PARAMETERS_MAGIC 0x34575434u /* "4TW4" */
struct parameters {
    uint32_t magic;
    uint32_t cpus;
    uint64_t entry;     /* the guest's first instruction; 0: no A53 runs, but an R5F */
    uint64_t dtb;       /* its x0 */
    uint64_t dram_size; /* bytes of both banks, a multiple of 2 MiB */
    uint32_t trace;     /* AM65X_TRACE_* */
    uint32_t console;   /* the UART that the console's input goes to */
    uint64_t events;    /* event records to keep at EVENTS_BASE, a power of two; 0: none */
    uint64_t moods;     /* AM65X_MOOD_* */
    uint32_t net;       /* 1: there is a network device */
    uint32_t net_lost, net_swapped, net_delay; /* of struct am65x_config */
    uint32_t pcie; /* a bit for each PCI Express controller that has something plugged in */
    uint32_t unused;
    uint32_t r5fs;        /* Cortex-R5F cores, behind the A53s */
    uint32_t r5fs_loaded; /* a bit for each that starts at once */
    uint64_t r5f_entry[R5FS_MAX];
    uint64_t r5f_end[R5FS_MAX]; /* where a program leaves the status of its end; 0: nowhere */
    uint64_t loaded_count;
    struct bank loaded[LOADED_MAX]; /* where a loader has put something, and cleaned it */
};

static inline const struct parameters *parameters(void)
{
    return (const struct parameters *)(uintptr_t)PARAMETERS_BASE;
}

static inline int net_wanted(void)
{
    return parameters()->net != 0;
}

static inline int pcie_wanted(void)
{
    return parameters()->pcie != 0;
}

static inline int pcie_is_plugged(unsigned controller)
{
    return (parameters()->pcie >> controller & 1) != 0;
}

/* The board's ITS has device ids of 16 bits, and those of functions are their requester ids. The
 * guest's second controller has its ids from 0x10000 on (msi-map of the device tree): with
 * something plugged in there, the guest's ITS has another bit, and these stand for ids of the
 * board's last buses. The guest's own ids up there have no place then. */
#define BOARD_DEVICE_NONE (~0ull)
#define GUEST_SECOND_IDS  0x10000u
#define BOARD_SECOND_IDS  (BOARD_SECOND_BUS << 8)
#define BOARD_IDS         0x10000u

static inline uint64_t board_device(uint64_t guest)
{
    if (guest < (pcie_is_plugged(1) ? BOARD_SECOND_IDS : BOARD_IDS))
        return guest;
    if (pcie_is_plugged(1) && guest - GUEST_SECOND_IDS < BOARD_IDS - BOARD_SECOND_IDS)
        return guest - GUEST_SECOND_IDS + BOARD_SECOND_IDS;
    return BOARD_DEVICE_NONE;
}

static inline uint64_t guest_device(uint64_t board)
{
    if (pcie_is_plugged(1) && board >= BOARD_SECOND_IDS)
        return board - BOARD_SECOND_IDS + GUEST_SECOND_IDS;
    return board;
}

/* An R5F core's ATCM (which 0) or BTCM (1), as the SoC has it. */
static inline struct bank r5f_tcm(unsigned core, unsigned which)
{
    return (struct bank){GUEST_R5F_TCM_BASE + (uint64_t)core * GUEST_R5F_TCM_STRIDE +
                             (uint64_t)which * GUEST_R5F_BTCM_OFFSET,
                         GUEST_R5F_TCM_SIZE};
}

#define GUEST_BANKS 2u

static inline struct bank guest_bank(unsigned n)
{
    uint64_t size = parameters()->dram_size;
    uint64_t low = size < GUEST_DRAM_LOW_MAX ? size : GUEST_DRAM_LOW_MAX;

    return n == 0 ? (struct bank){GUEST_DRAM_BASE, low}
                  : (struct bank){GUEST_DRAM_HIGH_BASE, size - low};
}

#endif
