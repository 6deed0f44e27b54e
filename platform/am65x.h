// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's physical address map and numbers, as far as the firmware uses them. Enumerators, so
 * that a debugger has their names; what an int can't hold is a macro.
 *
 * Sources: AM65x TRM (TI SPRUID7), chapter 2 "Memory Map"; TI-SCI documentation for the AM65x
 * (devices, interrupt and resource tables); docs/hardware.md has each with its reference.
 */
#ifndef PLATFORM_AM65X_H
#define PLATFORM_AM65X_H

/* GIC-500 (COMPUTE_CLUSTER0_GIC) and its ITS; the pre-ITS window turns a write at base + 4 x
 * device id into a message of that device. */
enum am65x_gic {
    AM65X_PRE_ITS_BASE = 0x01000000,
    AM65X_PRE_ITS_SIZE = 0x00400000,
    AM65X_GICD_BASE = 0x01800000,
    AM65X_GITS_BASE = 0x01820000,
    AM65X_GICR_BASE = 0x01880000,
    AM65X_GICR_SIZE = 0x00100000,
};

/* The main domain's UARTs: UART n at base + n x stride, its INTID one up each. */
enum am65x_uart {
    AM65X_UART0_BASE = 0x02800000,
    AM65X_UART_STRIDE = 0x00010000,
    AM65X_UART_COUNT = 3,
    AM65X_UART0_INTID = 224, /* GIC_SPI 192 */
    AM65X_UART_CLOCK_HZ = 48000000,
    AM65X_MCASP0_BASE = 0x02b00000,
};

/* All four that have a PDMA: those, and the MCU domain's. */
#define AM65X_DEV_MCASP0    104u /* TI-SCI */
#define AM65X_DEV_UART0     146u /* TI-SCI: one up each, the MCU domain's last */
#define AM65X_DEV_MCU_UART0 (AM65X_DEV_UART0 + 3u)
enum am65x_mcu_uart {
    AM65X_MCU_UART0_BASE = 0x40a00000,
    AM65X_MCU_UART0_INTID = 597,
    AM65X_MCU_UART_CLOCK_HZ = 96000000,
};

/* RTIs, which can be watchdogs: one for each A53 in the main domain, one for each R5F in the MCU's.
 * Their TI-SCI device ids are in this order. */
#define AM65X_RTI_BASES                                                                            \
    {                                                                                              \
        0x02200000, 0x02210000, 0x02220000, 0x02230000, 0x40600000, 0x40610000                     \
    }
#define AM65X_DEV_RTI0           130u

/* JTAGID and its fields (5.1.2): the variant is the silicon revision less one. */
#define AM65X_JTAGID             0x43000014u
#define AM65X_JTAGID_PART(id)    ((id) >> 12 & 0xffffu)
#define AM65X_JTAGID_VARIANT(id) ((id) >> 28)

/* Main NAVSS. */
enum am65x_navss {
    AM65X_UDMAP_GCFG_BASE = 0x31150000,
    AM65X_RINGACC_GCFG_BASE = 0x31160000,
    AM65X_SECURE_PROXY_RT_BASE = 0x32400000,
    AM65X_SECURE_PROXY_SCFG_BASE = 0x32800000,
    AM65X_SECURE_PROXY_DATA_BASE = 0x32c00000,
    AM65X_INTA_BASE = 0x33d00000,
    AM65X_RCHAN_RT_BASE = 0x34000000,
    AM65X_TCHAN_RT_BASE = 0x35000000,
    AM65X_RING_RT_BASE = 0x3c000000,
    AM65X_MONITOR_RT_BASE = 0x32000000,
    AM65X_MAILBOX_BASE = 0x31f80000, /* cluster n at base + n x stride */
    AM65X_MAILBOX_STRIDE = 0x1000,
    AM65X_PROXY_TARGET_BASE = 0x33000000,

    AM65X_INTA_VINTS = 256,
    AM65X_MAILBOX_INPUT = 436, /* of INTR: cluster 0, user 0; each further cluster's four less */
    AM65X_RINGS = 818,
    AM65X_PSIL_BASE = 0x1000,
    AM65X_TRIGGER_BASE = 49152, /* event of transmit channel 0's trigger 0 */
};

/* MCU NAVSS. */
enum am65x_mcu_navss {
    AM65X_MCU_UDMAP_GCFG_BASE = 0x285c0000,
    AM65X_MCU_RCHAN_RT_BASE = 0x2a800000,
    AM65X_MCU_TCHAN_RT_BASE = 0x2aa00000,
    AM65X_MCU_RING_RT_BASE = 0x2b800000,
    AM65X_MCU_MONITOR_RT_BASE = 0x2a280000,
    AM65X_MCU_PROXY_TARGET_BASE = 0x2a500000,

    AM65X_MCU_RINGS = 286,
    AM65X_MCU_PSIL_BASE = 0x6000,
    AM65X_MCU_TRIGGER_BASE = 56320,
};

/* MCU_CPSW0, and the registers of MCU_CTRL_MMR0 that belong to it. The EVM's PHY delays what it
 * sends us by 2 ns: in 0.25 ns, less one. */
enum am65x_cpsw {
    AM65X_MCU_MAC_ID0 = 0x40f00200,
    AM65X_MCU_ENET_CTRL = 0x40f04040,
    AM65X_CPSW_BASE = 0x46000000,
    AM65X_CPSW_CLOCK_HZ = 250000000,
    AM65X_EVM_PHY_DELAY = 7,
};

/* PCI Express: the application's registers of controller 0, the other one's behind; its mode, its
 * SERDES's lane and clocks, and the ids of both, in CTRL_MMR0. */
enum am65x_pcie {
    AM65X_CTRL_MMR0_BASE = 0x00100000,
    AM65X_CTRL_MMR0_SIZE = 0x1c000,
    AM65X_PCI_DEVICE_ID = 0x00100210,
    AM65X_PCIE_CTRL = 0x00104060,
    AM65X_PCIE_CTRL_STRIDE = 0x10,
    AM65X_SERDES_CTRL = 0x00104080,
    AM65X_SERDES_CTRL_STRIDE = 0x10,
    AM65X_SERDES_FUNCTIONS = 3,
    AM65X_SERDES_BASE = 0x00900000,
    AM65X_SERDES_STRIDE = 0x10000,
    AM65X_PCIE_APP_BASE = 0x05500000,
    AM65X_PCIE_STRIDE = 0x100000,
};

/* Secure-proxy threads of host 12 (A53, non-secure), and the receive thread's interrupt. */
enum am65x_sci {
    AM65X_HOST_A53 = 12,
    AM65X_SCI_RX_THREAD = 11,
    AM65X_SCI_TX_THREAD = 13,
    AM65X_SCI_RX_INTID = 69, /* GIC_SPI 37 */
};

/* As a Cortex-R5F of the MCU domain has it: its VIM, whose input n is INTID 32 + n
 * (drivers/vim/vim_root.h); the MCU Navigator's secure proxy, with the threads of non-secure hosts
 * 3 and 5, for core 0 and 1. */
enum am65x_r5f {
    AM65X_VIM_BASE = 0x40f80000,
    AM65X_VIM_INTID = 32,
    AM65X_VIM_MCU_UART0 = 30,
    AM65X_VIM_MCU_TIMER0 = 38, /* and one up each, as the devices */
    AM65X_VIM_MCU_INTR = 64,   /* what is wired to outputs 0-31, of core 1 to 32-63 */
    AM65X_VIM_MAIN2MCU = 160,  /* MAIN2MCU_LVL's outputs, of both cores */

    AM65X_MCU_TIMER0_BASE = 0x40400000,
    AM65X_MCU_TIMER_STRIDE = 0x10000,
    AM65X_R5F_TIMERS = 2, /* each core's: core 1's are MCU_TIMER2 and 3 */

    AM65X_MCU_INTR_OUTPUTS_EACH = 32,
    AM65X_INTR_OUTPUTS_MCU = 120, /* of the main router, and the inputs of MAIN2MCU_LVL behind */
    AM65X_INTR_OUTPUTS_MCU_COUNT = 8,
    AM65X_MAIN2MCU_FROM_INTR = 184,
    AM65X_MAIN2MCU_OUTPUTS = 64,
    AM65X_MCU_INTA_BASE = 0x2a700000,

    AM65X_MCU_SECURE_PROXY_RT_BASE = 0x2a380000,
    AM65X_MCU_SECURE_PROXY_SCFG_BASE = 0x2a400000,
    AM65X_MCU_SECURE_PROXY_DATA_BASE = 0x2a480000,
    AM65X_HOST_R5F = 3, /* of core 0; of core 1 it is two up, and threads are ten up */
    AM65X_R5F_SCI_RX_THREAD = 1,
    AM65X_R5F_SCI_TX_THREAD = 3,
    AM65X_R5F_SCI_THREADS = 10,
    AM65X_VIM_SCI_RX = 65, /* of either core */
};

/* The initialiser of a struct ti_sci_config (drivers/ti_sci/ti_sci.h) from them. */
#define AM65X_TI_SCI_CONFIG                                                                        \
    {                                                                                              \
        .target_data = AM65X_SECURE_PROXY_DATA_BASE, .real_time = AM65X_SECURE_PROXY_RT_BASE,      \
        .scfg = AM65X_SECURE_PROXY_SCFG_BASE, .host_id = AM65X_HOST_A53,                           \
        .rx_thread = AM65X_SCI_RX_THREAD, .tx_thread = AM65X_SCI_TX_THREAD,                        \
    }

/* TI-SCI device ids. */
enum am65x_device {
    AM65X_DEV_MCU_CPSW0 = 5,
    AM65X_DEV_NAVSS = 118,
    AM65X_DEV_PCIE0 = 120, /* PCIE1 is the next, and so with SERDES */
    AM65X_DEV_SERDES0 = 153,
    AM65X_DEV_INTA = 179,
    AM65X_DEV_INTR = 182,
    AM65X_DEV_PROXY = 185,
    AM65X_DEV_RINGACC = 187,
    AM65X_DEV_UDMAP = 188,
    AM65X_DEV_MAIN2MCU_LVL = 97,
    AM65X_DEV_MCU_TIMER0 = 35,
    AM65X_DEV_MCU_NAVSS = 119,
    AM65X_DEV_MCU_ARMSS0_CPU0 = 159,
    AM65X_DEV_MCU_INTA = 189,
    AM65X_DEV_MCU_INTR = 190,
    AM65X_DEV_MCU_PROXY = 191,
    AM65X_DEV_MCU_UDMAP = 194,
    AM65X_DEV_MCU_RINGACC = 195,
    AM65X_DEV_MCU_ARMSS0_CPU1 = 245,
};

/* Outputs of the main NAVSS's interrupt router: 0-63 are INTIDs 64-127, 64-119 are 448-503. */
#define AM65X_INTR_OUTPUTS_LOW_INTID  64u
#define AM65X_INTR_OUTPUTS_HIGH_INTID 448u

#endif
