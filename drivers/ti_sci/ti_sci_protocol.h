// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI messages as they are on the wire: little-endian, packed, at most 60 bytes.
 *
 * Source: TI-SCI documentation, "TISCI User Guide", chapter 2 "TISCI Message Definitions"; each
 * message names its page. Checked against the field lists of TI's headers for the same pages.
 * Packed because the wire has fields off their natural alignment (ring configuration's virtid).
 */
#ifndef DRIVERS_TI_SCI_TI_SCI_PROTOCOL_H
#define DRIVERS_TI_SCI_TI_SCI_PROTOCOL_H

#include <stdint.h>

#define TI_SCI_PACKED                           __attribute__((packed))

/* Message types. */
#define TISCI_MSG_VERSION                       0x0002u
#define TISCI_MSG_SET_DEVICE                    0x0200u
#define TISCI_MSG_GET_DEVICE                    0x0201u
#define TISCI_MSG_SET_DEVICE_RESETS             0x0202u
#define TISCI_MSG_SET_CLOCK_PARENT              0x0102u
#define TISCI_MSG_GET_FREQ                      0x010eu
#define TISCI_MSG_RM_IRQ_SET                    0x1000u
#define TISCI_MSG_RM_IRQ_RELEASE                0x1001u
#define TISCI_MSG_RM_RING_CFG                   0x1110u
#define TISCI_MSG_RM_RING_MON_CFG               0x1120u
#define TISCI_MSG_RM_UDMAP_TX_CH_CFG            0x1205u
#define TISCI_MSG_RM_UDMAP_RX_CH_CFG            0x1215u
#define TISCI_MSG_RM_UDMAP_FLOW_CFG             0x1230u
#define TISCI_MSG_RM_UDMAP_FLOW_SIZE_THRESH_CFG 0x1231u
#define TISCI_MSG_RM_UDMAP_GCFG_CFG             0x1240u
#define TISCI_MSG_RM_PSIL_PAIR                  0x1280u
#define TISCI_MSG_RM_PSIL_UNPAIR                0x1281u
#define TISCI_MSG_RM_PROXY_CFG                  0x1300u
#define TISCI_MSG_RM_GET_RESOURCE_RANGE         0x1500u
#define TISCI_MSG_PROC_REQUEST                  0xc000u
#define TISCI_MSG_PROC_RELEASE                  0xc001u
#define TISCI_MSG_PROC_HANDOVER                 0xc005u
#define TISCI_MSG_PROC_SET_CONFIG               0xc100u
#define TISCI_MSG_PROC_SET_CONTROL              0xc101u
#define TISCI_MSG_PROC_GET_STATUS               0xc400u
#define TISCI_MSG_PROC_WAIT_STATUS              0xc401u

/* The system firmware's own host id (TI-SCI documentation, AM65x "Host Descriptions"). */
#define TISCI_HOST_ID_DMSC                      0u

/* "General TISCI Message Information", header. In a request AOP asks for an answer once the request
 * has been processed; in an answer the same bit tells that it succeeded. */
struct tisci_header {
    uint16_t type;
    uint8_t host;
    uint8_t seq;
    uint32_t flags;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_header) == 8, "TI-SCI header");

#define TISCI_MSG_FLAG_AOP 0x2u
#define TISCI_MSG_FLAG_ACK 0x2u

/* A request or an answer that is nothing but its header. */
struct tisci_bare_message {
    struct tisci_header header;
} TI_SCI_PACKED;

/* "General Core", TISCI_MSG_VERSION. The request is bare. Newer editions of the page append a
 * sub-version and a patch version, which older firmware leaves out and nothing here needs. */
struct tisci_version_answer {
    struct tisci_header header;
    char description[32];
    uint16_t version;
    uint8_t abi_major;
    uint8_t abi_minor;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_version_answer) == 44, "TISCI_MSG_VERSION answer");

/* "Power Management Device", TISCI_MSG_SET_DEVICE; the answer is bare. */
struct tisci_set_device_request {
    struct tisci_header header;
    uint32_t id;
    uint32_t reserved;
    uint8_t state;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_set_device_request) == 17, "TISCI_MSG_SET_DEVICE");

#define TISCI_DEVICE_AUTO_OFF 0u
#define TISCI_DEVICE_ON       2u

/* The same page, TISCI_MSG_GET_DEVICE. */
struct tisci_get_device_request {
    struct tisci_header header;
    uint32_t id;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_device_request) == 12, "TISCI_MSG_GET_DEVICE");

struct tisci_get_device_answer {
    struct tisci_header header;
    uint32_t context_loss_count;
    uint32_t resets;
    uint8_t programmed_state;
    uint8_t current_state;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_device_answer) == 18, "TISCI_MSG_GET_DEVICE answer");

/* The same page, TISCI_MSG_SET_DEVICE_RESETS; the answer is bare. */
struct tisci_set_resets_request {
    struct tisci_header header;
    uint32_t id;
    uint32_t resets;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_set_resets_request) == 16, "TISCI_MSG_SET_DEVICE_RESETS");

/* "Power Management Clock", TISCI_MSG_GET_FREQ. A clock of 255 or more would be in clock_large. */
struct tisci_get_frequency_request {
    struct tisci_header header;
    uint32_t device;
    uint8_t clock;
    uint32_t clock_large;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_frequency_request) == 17, "TISCI_MSG_GET_FREQ");

struct tisci_get_frequency_answer {
    struct tisci_header header;
    uint64_t hz;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_frequency_answer) == 16, "TISCI_MSG_GET_FREQ answer");

/* "Power Management Clock", TISCI_MSG_SET_CLOCK_PARENT: clocks by number, as above. */
struct tisci_set_clock_parent_request {
    struct tisci_header header;
    uint32_t device;
    uint8_t clock;
    uint8_t parent;
    uint32_t clock_large;
    uint32_t parent_large;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_set_clock_parent_request) == 22, "TISCI_MSG_SET_CLOCK_PARENT");

/* "Resource Management Core", TISCI_MSG_RM_GET_RESOURCE_RANGE. */
struct tisci_get_range_request {
    struct tisci_header header;
    uint16_t type; /* a device id */
    uint8_t subtype;
    uint8_t secondary_host;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_range_request) == 12, "TISCI_MSG_RM_GET_RESOURCE_RANGE");

#define TISCI_NO_SECONDARY_HOST 0xffu /* the asking host's own range */

struct tisci_get_range_answer {
    struct tisci_header header;
    uint16_t range_start;
    uint16_t range_num;
    uint16_t range_start_sec;
    uint16_t range_num_sec;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_get_range_answer) == 16,
               "TISCI_MSG_RM_GET_RESOURCE_RANGE answer");

/* "Resource Management IRQ", TISCI_MSG_RM_IRQ_SET and _RELEASE; the answers are bare. A field whose
 * bit in valid_params is clear is ignored. */
struct tisci_irq_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t src_id;
    uint16_t src_index;
    uint16_t dst_id;
    uint16_t dst_host_irq;
    uint16_t ia_id;
    uint16_t vint;
    uint16_t global_event;
    uint8_t vint_status_bit_index;
    uint8_t secondary_host;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_irq_request) == 28, "TISCI_MSG_RM_IRQ_SET");

#define TISCI_IRQ_DST_ID_VALID                0x01u
#define TISCI_IRQ_DST_HOST_IRQ_VALID          0x02u
#define TISCI_IRQ_IA_ID_VALID                 0x04u
#define TISCI_IRQ_VINT_VALID                  0x08u
#define TISCI_IRQ_GLOBAL_EVENT_VALID          0x10u
#define TISCI_IRQ_VINT_STATUS_BIT_INDEX_VALID 0x20u

/* "Resource Management Ring Accelerator", TISCI_MSG_RM_RING_CFG; the answer is bare. */
struct tisci_ring_cfg_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t index;
    uint32_t addr_lo;
    uint32_t addr_hi;
    uint32_t count;
    uint8_t mode;
    uint8_t size;
    uint8_t order_id;
    uint16_t virtid;
    uint8_t asel;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_ring_cfg_request) == 34, "TISCI_MSG_RM_RING_CFG");

#define TISCI_RING_ADDR_LO_VALID  0x01u
#define TISCI_RING_ADDR_HI_VALID  0x02u
#define TISCI_RING_COUNT_VALID    0x04u
#define TISCI_RING_MODE_VALID     0x08u
#define TISCI_RING_SIZE_VALID     0x10u
#define TISCI_RING_ORDER_ID_VALID 0x20u

/* "Resource Management UDMAP", TISCI_MSG_RM_UDMAP_TX_CH_CFG; the answer is bare. */
struct tisci_udmap_tx_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t index;
    uint8_t tx_pause_on_err;
    uint8_t tx_filt_einfo;
    uint8_t tx_filt_pswords;
    uint8_t tx_atype;
    uint8_t tx_chan_type;
    uint8_t tx_supr_tdpkt;
    uint16_t tx_fetch_size;
    uint8_t tx_credit_count;
    uint16_t txcq_qnum;
    uint8_t tx_priority;
    uint8_t tx_qos;
    uint8_t tx_orderid;
    uint16_t fdepth;
    uint8_t tx_sched_priority;
    uint8_t tx_burst_size;
    uint8_t tx_tdtype;
    uint8_t extended_ch_type;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_udmap_tx_request) == 36, "TISCI_MSG_RM_UDMAP_TX_CH_CFG");

/* The same page, TISCI_MSG_RM_UDMAP_RX_CH_CFG; the answer is bare. */
struct tisci_udmap_rx_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t index;
    uint16_t rx_fetch_size;
    uint16_t rxcq_qnum;
    uint8_t rx_priority;
    uint8_t rx_qos;
    uint8_t rx_orderid;
    uint8_t rx_sched_priority;
    uint16_t flowid_start;
    uint16_t flowid_cnt;
    uint8_t rx_pause_on_err;
    uint8_t rx_atype;
    uint8_t rx_chan_type;
    uint8_t rx_ignore_short;
    uint8_t rx_ignore_long;
    uint8_t rx_burst_size;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_udmap_rx_request) == 34, "TISCI_MSG_RM_UDMAP_RX_CH_CFG");

/* valid_params: a bit for each field that the AM65x's channels have, and so for all that TI's own
 * driver of it sets; not for tx_tdtype and extended_ch_type, which are other SoCs'. A field whose
 * bit is clear keeps what its register holds. */
#define TISCI_UDMAP_TX_VALID  0x7fffu
#define TISCI_UDMAP_RX_VALID  0x5fffu

#define TISCI_UDMAP_FIFO_FULL 128u /* bytes: all that an ordinary channel has */

/* The same page, TISCI_MSG_RM_UDMAP_FLOW_CFG; the answer is bare. */
struct tisci_udmap_flow_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t flow_index;
    uint8_t rx_einfo_present;
    uint8_t rx_psinfo_present;
    uint8_t rx_error_handling;
    uint8_t rx_desc_type;
    uint16_t rx_sop_offset;
    uint16_t rx_dest_qnum;
    uint8_t rx_src_tag_hi;
    uint8_t rx_src_tag_lo;
    uint8_t rx_dest_tag_hi;
    uint8_t rx_dest_tag_lo;
    uint8_t rx_src_tag_hi_sel;
    uint8_t rx_src_tag_lo_sel;
    uint8_t rx_dest_tag_hi_sel;
    uint8_t rx_dest_tag_lo_sel;
    uint16_t rx_fdq_qnum[4]; /* rx_fdq0_sz0_qnum, rx_fdq1_qnum, ... */
    uint8_t rx_ps_location;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_udmap_flow_request) == 41, "TISCI_MSG_RM_UDMAP_FLOW_CFG");
#define TISCI_UDMAP_FLOW_VALID 0x7ffffu /* all */

/* The same page, TISCI_MSG_RM_UDMAP_FLOW_SIZE_THRESH_CFG; the answer is bare. */
struct tisci_udmap_flow_sizes_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t flow_index;
    uint16_t rx_size_thresh[3]; /* in units of 32 bytes */
    uint16_t rx_fdq0_sz_qnum[3];
    uint8_t rx_size_thresh_en; /* a bit each */
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_udmap_flow_sizes_request) == 29,
               "TISCI_MSG_RM_UDMAP_FLOW_SIZE_THRESH_CFG");
#define TISCI_UDMAP_FLOW_SIZES_VALID 0x7fu /* all */
#define TISCI_UDMAP_FLOW_SIZE_UNIT   32u

/* "Resource Management UDMAP", TISCI_MSG_RM_UDMAP_GCFG_CFG; the answer is bare. */
struct tisci_udmap_global_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint32_t perf_ctrl;
    uint32_t emu_ctrl;
    uint32_t psil_to;
    uint32_t rflowfwstat;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_udmap_global_request) == 30, "TISCI_MSG_RM_UDMAP_GCFG_CFG");
#define TISCI_UDMAP_GLOBAL_FLOW_STATUS_VALID 0x8u

/* "Resource Management Ring Accelerator", TISCI_MSG_RM_RING_MON_CFG; the answer is bare. */
struct tisci_ring_mon_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t index;
    uint8_t source;
    uint8_t mode;
    uint16_t queue;
    uint32_t data0_val;
    uint32_t data1_val;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_ring_mon_request) == 28, "TISCI_MSG_RM_RING_MON_CFG");
#define TISCI_RING_MON_VALID 0x1fu /* all */

/* "Resource Management Proxy", TISCI_MSG_RM_PROXY_CFG; the answer is bare. valid_params has no bits
 * so far. */
struct tisci_proxy_request {
    struct tisci_header header;
    uint32_t valid_params;
    uint16_t nav_id;
    uint16_t index;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proxy_request) == 16, "TISCI_MSG_RM_PROXY_CFG");

/* "Resource Management PSI-L", TISCI_MSG_RM_PSIL_PAIR and _UNPAIR; the answers are bare. */
struct tisci_psil_request {
    struct tisci_header header;
    uint32_t nav_id;
    uint32_t src_thread;
    uint32_t dst_thread;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_psil_request) == 20, "TISCI_MSG_RM_PSIL_PAIR");

/* "Processor Boot Management", TISCI_MSG_PROC_REQUEST, _RELEASE and _GET_STATUS; the answers to the
 * first two are bare. */
struct tisci_proc_request {
    struct tisci_header header;
    uint8_t processor;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_request) == 9, "TISCI_MSG_PROC_REQUEST");

/* The same page, TISCI_MSG_PROC_HANDOVER; the answer is bare. */
struct tisci_proc_handover_request {
    struct tisci_header header;
    uint8_t processor;
    uint8_t host;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_handover_request) == 10, "TISCI_MSG_PROC_HANDOVER");

/* The same page, TISCI_MSG_PROC_SET_CONFIG; the answer is bare. */
struct tisci_proc_config_request {
    struct tisci_header header;
    uint8_t processor;
    uint32_t boot_vector_low;
    uint32_t boot_vector_high;
    uint32_t set;
    uint32_t clear;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_config_request) == 25, "TISCI_MSG_PROC_SET_CONFIG");

/* The same page, TISCI_MSG_PROC_SET_CONTROL; the answer is bare. */
struct tisci_proc_control_request {
    struct tisci_header header;
    uint8_t processor;
    uint32_t set;
    uint32_t clear;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_control_request) == 17, "TISCI_MSG_PROC_SET_CONTROL");

/* The same page, the answer to TISCI_MSG_PROC_GET_STATUS. */
struct tisci_proc_status_answer {
    struct tisci_header header;
    uint8_t processor;
    uint32_t boot_vector_low;
    uint32_t boot_vector_high;
    uint32_t config;
    uint32_t control;
    uint32_t status;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_status_answer) == 29, "TISCI_MSG_PROC_GET_STATUS answer");

/* The same page, TISCI_MSG_PROC_WAIT_STATUS; the answer is bare. */
struct tisci_proc_wait_request {
    struct tisci_header header;
    uint8_t processor;
    uint8_t iterations;
    uint8_t matches;
    uint8_t delay_each_us;
    uint8_t delay_before_us;
    uint32_t all_set;
    uint32_t any_set;
    uint32_t all_clear;
    uint32_t any_clear;
} TI_SCI_PACKED;
_Static_assert(sizeof(struct tisci_proc_wait_request) == 29, "TISCI_MSG_PROC_WAIT_STATUS");

/* PSI-L destination threads start here; a pair request with a lower one is refused. */
#define TISCI_PSIL_DESTINATION_BASE 0x8000u

#endif
