// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the CPSW counts at each port: the statistics registers' numbers (their offset / 4) and
 * names. A port may lack some: the host port has no collisions. (TRM SPRUID7, MCU_CPSW0 STAT0 and
 * STAT1 registers; Linux, am65-cpsw-ethtool.c, for the offsets.)
 */
#ifndef DRIVERS_CPSW_STATISTICS_H
#define DRIVERS_CPSW_STATISTICS_H

#define CPSW_STATISTICS 128u /* registers a port; those that are not below, are reserved */

/* clang-format off */
#define CPSW_STATISTIC_LIST                                                        \
    CPSW_STATISTIC(0, RX_GOOD_FRAMES, rx_good_frames)                              \
    CPSW_STATISTIC(1, RX_BROADCAST_FRAMES, rx_broadcast_frames)                    \
    CPSW_STATISTIC(2, RX_MULTICAST_FRAMES, rx_multicast_frames)                    \
    CPSW_STATISTIC(3, RX_PAUSE_FRAMES, rx_pause_frames)                            \
    CPSW_STATISTIC(4, RX_CRC_ERRORS, rx_crc_errors)                                \
    CPSW_STATISTIC(5, RX_ALIGN_CODE_ERRORS, rx_align_code_errors)                  \
    CPSW_STATISTIC(6, RX_OVERSIZED_FRAMES, rx_oversized_frames)                    \
    CPSW_STATISTIC(7, RX_JABBER_FRAMES, rx_jabber_frames)                          \
    CPSW_STATISTIC(8, RX_UNDERSIZED_FRAMES, rx_undersized_frames)                  \
    CPSW_STATISTIC(9, RX_FRAGMENTS, rx_fragments)                                  \
    CPSW_STATISTIC(10, ALE_DROP, ale_drop)                                         \
    CPSW_STATISTIC(11, ALE_OVERRUN_DROP, ale_overrun_drop)                         \
    CPSW_STATISTIC(12, RX_OCTETS, rx_octets)                                       \
    CPSW_STATISTIC(13, TX_GOOD_FRAMES, tx_good_frames)                             \
    CPSW_STATISTIC(14, TX_BROADCAST_FRAMES, tx_broadcast_frames)                   \
    CPSW_STATISTIC(15, TX_MULTICAST_FRAMES, tx_multicast_frames)                   \
    CPSW_STATISTIC(16, TX_PAUSE_FRAMES, tx_pause_frames)                           \
    CPSW_STATISTIC(17, TX_DEFERRED_FRAMES, tx_deferred_frames)                     \
    CPSW_STATISTIC(18, TX_COLLISION_FRAMES, tx_collision_frames)                   \
    CPSW_STATISTIC(19, TX_SINGLE_COLLISION_FRAMES, tx_single_collision_frames)     \
    CPSW_STATISTIC(20, TX_MULTIPLE_COLLISION_FRAMES, tx_multiple_collision_frames) \
    CPSW_STATISTIC(21, TX_EXCESSIVE_COLLISIONS, tx_excessive_collisions)           \
    CPSW_STATISTIC(22, TX_LATE_COLLISIONS, tx_late_collisions)                     \
    CPSW_STATISTIC(23, RX_IPG_ERRORS, rx_ipg_errors)                               \
    CPSW_STATISTIC(24, TX_CARRIER_SENSE_ERRORS, tx_carrier_sense_errors)           \
    CPSW_STATISTIC(25, TX_OCTETS, tx_octets)                                       \
    CPSW_STATISTIC(26, FRAMES_64, frames_64)                                       \
    CPSW_STATISTIC(27, FRAMES_65_TO_127, frames_65_to_127)                         \
    CPSW_STATISTIC(28, FRAMES_128_TO_255, frames_128_to_255)                       \
    CPSW_STATISTIC(29, FRAMES_256_TO_511, frames_256_to_511)                       \
    CPSW_STATISTIC(30, FRAMES_512_TO_1023, frames_512_to_1023)                     \
    CPSW_STATISTIC(31, FRAMES_1024_UP, frames_1024_up)                             \
    CPSW_STATISTIC(32, NET_OCTETS, net_octets)                                     \
    CPSW_STATISTIC(33, RX_BOTTOM_OF_FIFO_DROP, rx_bottom_of_fifo_drop)             \
    CPSW_STATISTIC(34, PORT_MASK_DROP, port_mask_drop)                             \
    CPSW_STATISTIC(35, RX_TOP_OF_FIFO_DROP, rx_top_of_fifo_drop)                   \
    CPSW_STATISTIC(36, ALE_RATE_LIMIT_DROP, ale_rate_limit_drop)                   \
    CPSW_STATISTIC(37, ALE_VID_INGRESS_DROP, ale_vid_ingress_drop)                 \
    CPSW_STATISTIC(38, ALE_DA_EQ_SA_DROP, ale_da_eq_sa_drop)                       \
    CPSW_STATISTIC(39, ALE_BLOCK_DROP, ale_block_drop)                             \
    CPSW_STATISTIC(40, ALE_SECURE_DROP, ale_secure_drop)                           \
    CPSW_STATISTIC(41, ALE_AUTH_DROP, ale_auth_drop)                               \
    CPSW_STATISTIC(42, ALE_UNKNOWN_UNICAST, ale_unknown_unicast)                   \
    CPSW_STATISTIC(43, ALE_UNKNOWN_UNICAST_BYTES, ale_unknown_unicast_bytes)       \
    CPSW_STATISTIC(44, ALE_UNKNOWN_MULTICAST, ale_unknown_multicast)               \
    CPSW_STATISTIC(45, ALE_UNKNOWN_MULTICAST_BYTES, ale_unknown_multicast_bytes)   \
    CPSW_STATISTIC(46, ALE_UNKNOWN_BROADCAST, ale_unknown_broadcast)               \
    CPSW_STATISTIC(47, ALE_UNKNOWN_BROADCAST_BYTES, ale_unknown_broadcast_bytes)   \
    CPSW_STATISTIC(48, ALE_POLICY_MATCH, ale_policy_match)                         \
    CPSW_STATISTIC(49, ALE_POLICY_MATCH_RED, ale_policy_match_red)                 \
    CPSW_STATISTIC(50, ALE_POLICY_MATCH_YELLOW, ale_policy_match_yellow)           \
    CPSW_STATISTIC(51, ALE_MULTICAST_SA_DROP, ale_multicast_sa_drop)               \
    CPSW_STATISTIC(52, ALE_DUAL_VLAN_DROP, ale_dual_vlan_drop)                     \
    CPSW_STATISTIC(53, ALE_LENGTH_ERROR_DROP, ale_length_error_drop)               \
    CPSW_STATISTIC(54, ALE_NEXT_HEADER_DROP, ale_next_header_drop)                 \
    CPSW_STATISTIC(55, ALE_IPV4_FRAGMENT_DROP, ale_ipv4_fragment_drop)             \
    CPSW_STATISTIC(80, IET_RX_ASSEMBLY_ERRORS, iet_rx_assembly_errors)             \
    CPSW_STATISTIC(81, IET_RX_ASSEMBLY_OK, iet_rx_assembly_ok)                     \
    CPSW_STATISTIC(82, IET_RX_SMD_ERRORS, iet_rx_smd_errors)                       \
    CPSW_STATISTIC(83, IET_RX_FRAGMENTS, iet_rx_fragments)                         \
    CPSW_STATISTIC(84, IET_TX_HOLD, iet_tx_hold)                                   \
    CPSW_STATISTIC(85, IET_TX_FRAGMENTS, iet_tx_fragments)                         \
    CPSW_STATISTIC(95, TX_MEMORY_PROTECT_ERRORS, tx_memory_protect_errors)         \
    CPSW_STATISTIC(96, TX_PRIORITY0_FRAMES, tx_priority0_frames)                   \
    CPSW_STATISTIC(97, TX_PRIORITY1_FRAMES, tx_priority1_frames)                   \
    CPSW_STATISTIC(98, TX_PRIORITY2_FRAMES, tx_priority2_frames)                   \
    CPSW_STATISTIC(99, TX_PRIORITY3_FRAMES, tx_priority3_frames)                   \
    CPSW_STATISTIC(100, TX_PRIORITY4_FRAMES, tx_priority4_frames)                  \
    CPSW_STATISTIC(101, TX_PRIORITY5_FRAMES, tx_priority5_frames)                  \
    CPSW_STATISTIC(102, TX_PRIORITY6_FRAMES, tx_priority6_frames)                  \
    CPSW_STATISTIC(103, TX_PRIORITY7_FRAMES, tx_priority7_frames)                  \
    CPSW_STATISTIC(104, TX_PRIORITY0_BYTES, tx_priority0_bytes)                    \
    CPSW_STATISTIC(105, TX_PRIORITY1_BYTES, tx_priority1_bytes)                    \
    CPSW_STATISTIC(106, TX_PRIORITY2_BYTES, tx_priority2_bytes)                    \
    CPSW_STATISTIC(107, TX_PRIORITY3_BYTES, tx_priority3_bytes)                    \
    CPSW_STATISTIC(108, TX_PRIORITY4_BYTES, tx_priority4_bytes)                    \
    CPSW_STATISTIC(109, TX_PRIORITY5_BYTES, tx_priority5_bytes)                    \
    CPSW_STATISTIC(110, TX_PRIORITY6_BYTES, tx_priority6_bytes)                    \
    CPSW_STATISTIC(111, TX_PRIORITY7_BYTES, tx_priority7_bytes)                    \
    CPSW_STATISTIC(112, TX_PRIORITY0_DROP, tx_priority0_drop)                      \
    CPSW_STATISTIC(113, TX_PRIORITY1_DROP, tx_priority1_drop)                      \
    CPSW_STATISTIC(114, TX_PRIORITY2_DROP, tx_priority2_drop)                      \
    CPSW_STATISTIC(115, TX_PRIORITY3_DROP, tx_priority3_drop)                      \
    CPSW_STATISTIC(116, TX_PRIORITY4_DROP, tx_priority4_drop)                      \
    CPSW_STATISTIC(117, TX_PRIORITY5_DROP, tx_priority5_drop)                      \
    CPSW_STATISTIC(118, TX_PRIORITY6_DROP, tx_priority6_drop)                      \
    CPSW_STATISTIC(119, TX_PRIORITY7_DROP, tx_priority7_drop)                      \
    CPSW_STATISTIC(120, TX_PRIORITY0_DROP_BYTES, tx_priority0_drop_bytes)          \
    CPSW_STATISTIC(121, TX_PRIORITY1_DROP_BYTES, tx_priority1_drop_bytes)          \
    CPSW_STATISTIC(122, TX_PRIORITY2_DROP_BYTES, tx_priority2_drop_bytes)          \
    CPSW_STATISTIC(123, TX_PRIORITY3_DROP_BYTES, tx_priority3_drop_bytes)          \
    CPSW_STATISTIC(124, TX_PRIORITY4_DROP_BYTES, tx_priority4_drop_bytes)          \
    CPSW_STATISTIC(125, TX_PRIORITY5_DROP_BYTES, tx_priority5_drop_bytes)          \
    CPSW_STATISTIC(126, TX_PRIORITY6_DROP_BYTES, tx_priority6_drop_bytes)          \
    CPSW_STATISTIC(127, TX_PRIORITY7_DROP_BYTES, tx_priority7_drop_bytes)
/* clang-format on */

enum cpsw_statistic {
#define CPSW_STATISTIC(number, symbol, name) CPSW_##symbol = (number),
    CPSW_STATISTIC_LIST
#undef CPSW_STATISTIC
};

/* "rx_good_frames", ...; NULL: there is none of that number. Any context. */
const char *cpsw_statistic_name(unsigned number);

#endif
