// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the device models share with each other: the services of bus.c and surroundings.c (time,
 * lines, memory, counters, faults), the timer queue, trace lines, and each block's calls. Not for
 * users of the library; they see am65x.h.
 *
 * All state is static and is set up by am65x_reset(), so the library runs where there is no heap.
 */
#ifndef TWIN_MODELS_MODELS_H
#define TWIN_MODELS_MODELS_H

#include "twin/models/am65x.h"
#include "twin/models/psil.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define MICROSECOND     1000u /* in nanoseconds */

/* ---------------------------------------------------------------- surroundings.c */

uint64_t model_now(void);
const struct am65x_config *model_config(void);
bool model_mood(uint32_t mood); /* AM65X_MOOD_* */
/* Some delay below limit, another each time; the same in each run of the same accesses. */
uint64_t model_some_delay(uint32_t limit);
void surroundings_reset(const struct am65x_environment *environment,
                        const struct am65x_config *config);

/* An interrupt line; only changes reach the GIC. */
void model_line(unsigned intid, bool high);

/* Accesses of bus masters: memory, or a device through the bus. false: nobody there. (bus.c) */
bool model_memory_read(uint64_t address, void *data, size_t size);
bool model_memory_write(uint64_t address, const void *data, size_t size);
/* The same where only memory will do: a block that is in the middle of an access of its own must
 * not be accessed through the bus. false: not all of it is what the environment has for memory. */
bool model_ram_read(uint64_t address, void *data, size_t size);
bool model_ram_write(uint64_t address, const void *data, size_t size);
/* On whose behalf memory is read, and written, from now on: the rings whose real-time registers
 * begin there. */
void model_for_rings(uint64_t reads, uint64_t writes);

void model_count(enum am65x_counter counter, uint64_t increment);
void model_uncount(enum am65x_counter counter);

/* Sets a fault; takes one occasion of it, whether it strikes; or only looks whether one waits. */
void model_fault_set(enum am65x_fault fault, uint64_t argument, uint32_t spare, uint32_t count);
bool model_fault_peek(enum am65x_fault fault, uint64_t *argument);
bool model_fault_take(enum am65x_fault fault, uint64_t *argument);

void model_its_message(uint32_t device_id, uint32_t event_id);
void model_uart_transmit(unsigned uart, uint8_t byte);
void model_soc_reset(void);
bool model_has_wire(void);
bool model_frame_send(const uint8_t *frame, size_t length);
void model_frame_wanted(void);

bool model_has_pcie(unsigned controller);
bool model_pcie_request(struct am65x_pcie_request *request);
void model_pcie_port(unsigned controller, unsigned offset, uint32_t value);
void model_pcie_link(unsigned controller, bool up);
void model_pcie_windows(unsigned controller);

/* Tells of an event (am65x.h), if anybody wants to know. */
void model_event(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second);
void model_event_bytes(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second,
                       const void *bytes, size_t size);

/* ---------------------------------------------------------------- timer.c: what is due when */

struct model_timer {
    uint64_t due;
    void (*expire)(unsigned argument);
    unsigned argument;
    unsigned position; /* in the queue, counted from 1; 0: not armed */
};

void timers_reset(void);
/* (Re)arms: expire(argument) is called by the am65x_advance() at or after now + delay. */
void timer_arm(struct model_timer *timer, uint64_t delay);
void timer_cancel(struct model_timer *timer);
bool timer_armed(const struct model_timer *timer);
/* Calls what is due at `now`; what gets armed meanwhile waits for the next call. */
void timers_run(uint64_t now);
uint64_t timers_next(void); /* UINT64_MAX: none */

/* ---------------------------------------------------------------- trace.c: lines for people */

struct trace_line {
    char text[120];
    size_t length;
};

bool model_trace_wanted(uint32_t flag);
void model_trace_start(struct trace_line *line, const char *subject);
void model_trace_text(struct trace_line *line, const char *text);
void trace_number(struct trace_line *line, uint64_t number);
void trace_hex(struct trace_line *line, uint64_t number);
/* " name number": the usual way to add a named number. */
void model_trace_field(struct trace_line *line, const char *name, uint64_t number);
void model_trace_end(const struct trace_line *line);

/* ---------------------------------------------------------------- register blocks
 * Each takes the offset in its region, aligned to the block's natural width. */

uint64_t uart_read(unsigned instance, uint64_t offset);
void uart_write(unsigned instance, uint64_t offset, uint64_t value);
void uart_reset(void);
#define UART_MCU   3u
#define UART_COUNT 4u
/* Its DMA requests: the receive FIFO has reached its trigger level, the transmit FIFO has so many
 * spaces. And the PDMA's accesses to the FIFOs. */
bool uart_asks_to_be_read(unsigned instance);
bool uart_asks_to_be_written(unsigned instance);
uint8_t uart_dma_read(unsigned instance);
void uart_dma_write(unsigned instance, uint8_t byte);

#define MCASP_COUNT 3u
uint64_t mcasp_read(unsigned instance, uint64_t offset);
void mcasp_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t mcasp_data_read(unsigned instance, uint64_t offset);
void mcasp_data_write(unsigned instance, uint64_t offset, uint64_t value);
void mcasp_reset(void);
/* As a UART's. */
bool mcasp_asks_to_be_read(unsigned instance);
bool mcasp_asks_to_be_written(unsigned instance);
uint32_t mcasp_dma_read(unsigned instance);
void mcasp_dma_write(unsigned instance, uint32_t word);

/* pdma.c: a peripheral's requests may have changed. */
void pdma_uart_asks(unsigned instance);
void pdma_mcasp_asks(unsigned instance);
void pdma_reset(void);

#define RTI_MCU   4u /* the first of the MCU domain's */
#define RTI_COUNT 6u
uint64_t rti_read(unsigned instance, uint64_t offset);
void rti_write(unsigned instance, uint64_t offset, uint64_t value);
void rti_reset(void);

#define MCU_TIMER_COUNT 4u
uint64_t mcu_timer_read(unsigned instance, uint64_t offset);
void mcu_timer_write(unsigned instance, uint64_t offset, uint64_t value);
void mcu_timer_reset(void);
void mcu_timer_power(void); /* TI-SCI has switched a device */

enum chipid_region {
    CHIPID_WKUP,
    CHIPID_MAIN,
    CHIPID_SECURITY,
    CHIPID_MCU,
};
uint64_t chipid_read(unsigned instance, uint64_t offset);

enum ctrl_mmr_region {
    CTRL_MMR_MODES,
    CTRL_MMR_PADS,
    CTRL_MMR_WKUP_PADS,
    CTRL_MMR_MCU_MODES,
    CTRL_MMR_COUNT,
};
uint64_t ctrl_mmr_read(unsigned region, uint64_t offset);
void ctrl_mmr_write(unsigned region, uint64_t offset, uint64_t value);
void ctrl_mmr_reset(void);

enum gpio_instance {
    GPIO_MAIN_0,
    GPIO_MAIN_1,
    GPIO_WKUP_0,
    GPIO_COUNT,
};
uint64_t gtc_read(unsigned instance, uint64_t offset);
void gtc_write(unsigned instance, uint64_t offset, uint64_t value);
void gtc_reset(void);

uint64_t gpio_read(unsigned instance, uint64_t offset);
void gpio_write(unsigned instance, uint64_t offset, uint64_t value);
void gpio_reset(void);
/* Whether a pin is an output, and low. */
bool gpio_drives_low(unsigned instance, unsigned pin);

#define TCM_SIZE 0x8000u
uint64_t tcm_read(unsigned instance, uint64_t offset);
void tcm_write(unsigned instance, uint64_t offset, uint64_t value);
void tcm_reset(void);

#define MAILBOX_COUNT 12u /* clusters, in one region */
uint64_t mailbox_read(unsigned instance, uint64_t offset);
void mailbox_write(unsigned instance, uint64_t offset, uint64_t value);
void mailbox_reset(void);

enum secure_proxy_region {
    SECURE_PROXY_DATA,
    SECURE_PROXY_REAL_TIME,
    SECURE_PROXY_SCFG,
    SECURE_PROXY_MCU, /* and up: the same of the MCU domain's proxy */
};
uint64_t secure_proxy_read(unsigned region, uint64_t offset);
void secure_proxy_write(unsigned region, uint64_t offset, uint64_t value);
void secure_proxy_reset(void);

uint64_t inta_read(unsigned instance, uint64_t offset);
void inta_write(unsigned instance, uint64_t offset, uint64_t value);
void inta_reset(void);
void inta_lose_all(void); /* as am65x_lose_interrupts(); these four */

uint64_t ringacc_rt_read(unsigned instance, uint64_t offset);
void ringacc_rt_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t ringacc_fifo_read(unsigned instance, uint64_t offset);
void ringacc_fifo_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t ringacc_gcfg_read(unsigned instance, uint64_t offset);
void ringacc_gcfg_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t ring_proxy_read_config(unsigned instance, uint64_t offset);
uint64_t ring_proxy_read(unsigned instance, uint64_t offset);
void ring_proxy_write(unsigned instance, uint64_t offset, uint64_t value);
void ring_proxy_reset(void);
uint64_t ring_monitor_read(unsigned instance, uint64_t offset);
void ring_monitor_reset(void);
void ring_monitor_lose_events(void);
void ringacc_reset(void);
void ringacc_lose_events(void);

uint64_t udmap_gcfg_read(unsigned instance, uint64_t offset);
void udmap_gcfg_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t udmap_rchan_read(unsigned instance, uint64_t offset);
void udmap_rchan_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t udmap_tchan_read(unsigned instance, uint64_t offset);
void udmap_tchan_write(unsigned instance, uint64_t offset, uint64_t value);
void udmap_reset(void);
void udmap_lose_events(void);

uint64_t cpsw_read(unsigned instance, uint64_t offset);
void cpsw_write(unsigned instance, uint64_t offset, uint64_t value);
void cpsw_reset(void);
extern const struct psil_peripheral cpsw_source, cpsw_destination;

/* PCI Express (pcie.h): what is no memory of a controller's registers goes by address, since the
 * width of an access matters. */
uint64_t pcie_app_read(unsigned instance, uint64_t offset);
void pcie_app_write(unsigned instance, uint64_t offset, uint64_t value);
uint64_t pcie_atu_read(unsigned instance, uint64_t offset);
void pcie_atu_write(unsigned instance, uint64_t offset, uint64_t value);
bool pcie_claims(uint64_t address, unsigned size);
uint64_t pcie_read(uint64_t address, unsigned size);
void pcie_write(uint64_t address, unsigned size, uint64_t value);
void pcie_reset(void);
void pcie_lose(void);   /* as am65x_lose_pcie() */
void pcie_power(void);  /* TI-SCI has switched a device, or its reset */
void pcie_follow(void); /* what a link needs may have changed */

#define SERDES_COUNT 2u
uint64_t serdes_read(unsigned instance, uint64_t offset);
void serdes_write(unsigned instance, uint64_t offset, uint64_t value);
void serdes_reset(void);
void serdes_power(void);

void pre_its_write(unsigned instance, uint64_t offset, uint64_t value);
void pre_its_reset(void);

/* ---------------------------------------------------------------- numbers of the AM65x
 * TI-SCI documentation for the AM65x, "Devices Descriptions". */

#define DEV_MAIN2MCU_LVL      97u
#define DEV_MAIN2MCU_PLS      98u
#define DEV_GPIOMUX_INTR      100u
#define DEV_PCIE0             120u
#define DEV_PCIE1             121u
#define DEV_SERDES0           153u
#define DEV_WKUP_GPIOMUX_INTR 156u
#define DEV_MAIN_NAVSS        118u
#define DEV_MCU_NAVSS         119u
#define DEV_MAIN_INTA         179u
#define DEV_MAIN_INTR         182u
#define DEV_MAIN_PROXY        185u
#define DEV_MAIN_RINGACC      187u
#define DEV_MAIN_UDMAP        188u
#define DEV_MCU_INTA          189u
#define DEV_MCU_INTR          190u
#define DEV_MCU_PROXY         191u
#define DEV_MCU_UDMAP         194u
#define DEV_MCU_RINGACC       195u

/* The two Navigator Subsystems, as instance numbers of ring accelerators and UDMAPs. */
enum navss {
    NAVSS_MAIN,
    NAVSS_MCU,
    NAVSS_COUNT,
};

/* An output-event register that sends nothing (its reset value). */
#define EVENT_NONE 0xffffu
#define RING_NONE  0xffffu

/* ---------------------------------------------------------------- events and interrupts */

/* A global event is sent to the interrupt aggregator. */
void inta_event(uint16_t event);
/* Its source takes it back: what a ring reported is gone. */
void inta_event_down(uint16_t event);
/* One arrives there. */
void inta_event_arrives(uint16_t event);
/* false: the event is taken, the VINT has 64 already, or one is out of range. */
bool inta_map(enum navss navss, uint16_t event, uint16_t vint, uint8_t bit);
bool inta_unmap(enum navss navss, uint16_t event, uint16_t vint, uint8_t bit);

/* Interrupt routers: outputs, each fed by at most one input. */
void intr_reset(void);
void intr_lose_routes(void);
bool intr_known(uint16_t device);
bool intr_map(uint16_t device, uint16_t input, uint16_t output);
bool intr_unmap(uint16_t device, uint16_t input, uint16_t output);
/* The INTID of an output of the main NAVSS's router; 0: it leads elsewhere. */
unsigned intr_output_intid(unsigned output);
bool intr_find_output(unsigned input, unsigned *output);
/* The level of an input of a router for levels changed. */
void intr_input(uint16_t device, unsigned input, bool high);
/* A pulse arrives at an input of a router for pulses. */
void intr_pulse(uint16_t device, unsigned input);

/* ---------------------------------------------------------------- rings */

struct ring {
    uint64_t base;
    uint32_t count;    /* elements; 0: not configured */
    uint32_t occupied; /* elements in it */
    uint32_t head;     /* index of the element that leaves next */
    uint16_t event;    /* global event for "no longer empty" */
    uint16_t virt_id;
    uint8_t mode, size_code, order_id, asel;
    uint32_t window[64]; /* the data of an element on its way through the FIFO window */
};

struct ring *ringacc_ring(enum navss navss, unsigned index); /* NULL: no such ring */
/* Where the global event of an error of the ring accelerator is. */
uint16_t *ringacc_error_event(enum navss navss);
/* Software's side in message mode: an element as a whole at one end. false: there is none, or no
 * room. */
enum ring_end {
    RING_HEAD,
    RING_TAIL,
    RING_PEEK_HEAD,
    RING_PEEK_TAIL,
};
bool ringacc_take(enum navss navss, unsigned index, enum ring_end end, uint32_t *words);
bool ringacc_put(enum navss navss, unsigned index, enum ring_end end, const uint32_t *words);
/* A ring's real-time registers. */
uint64_t ringacc_registers(enum navss navss, unsigned index);
/* The hardware's side: an element (its first 8 bytes) joins or leaves. false: full or empty. */
bool ringacc_push(enum navss navss, unsigned index, uint64_t element, bool to_head);
bool ringacc_has(enum navss navss, unsigned index); /* one or more */
bool ringacc_pop(enum navss navss, unsigned index, uint64_t *element);
/* Sends the event of a ring that is not empty. */
void ringacc_tell(enum navss navss, unsigned index);
/* Empties a ring; a count of 0 takes its configuration away. */
void ringacc_configured(enum navss navss, unsigned index, uint32_t count);

/* A monitor's modes, as TI-SCI numbers them. */
enum ring_monitor_mode {
    MONITOR_OFF,
    MONITOR_COUNTS, /* of what was pushed, and of what was popped */
    MONITOR_THRESHOLD,
    MONITOR_WATERMARK,
    MONITOR_STARVATION,
};

struct ring_monitor {
    uint16_t queue, source, mode;
    uint16_t event;
    uint32_t data[2];
};

struct ring_monitor *ring_monitor(enum navss navss, unsigned index); /* NULL: no such */
void ring_monitor_configured(enum navss navss, unsigned index);
/* A ring has so many more elements, or fewer; 0: there was none for who wanted one. */
void ring_monitor_change(enum navss navss, unsigned index, int64_t more);

/* A proxy is taken into use. false: no such. */
bool ring_proxy_configured(enum navss navss, unsigned index);

/* ---------------------------------------------------------------- UDMAP and PSI-L */

struct udmap_shape {
    uint16_t device, navss_device;
    uint16_t psil_base;
    uint16_t transmit_channels, external_channels, receive_channels, flows;
};
const struct udmap_shape *udmap_shape(enum navss navss);

/* TI-SCI configuration of channels and flows; the caller has checked the numbers. A channel's
 * settings are the fields of its registers, by TI-SCI's names for them. */
struct udmap_channel_settings {
    uint16_t type, completion_ring, fetch_size;
    uint16_t pause_on_error, atype;
    uint16_t priority, qos, order_id, scheduling, burst_size;
    /* Of transmit channels. */
    uint16_t filter_einfo, filter_pswords, suppress_teardown_packet, credit_count, fifo_depth;
    /* Of receive channels. */
    uint16_t flow_start, flow_count, ignore_short, ignore_long;
};
struct udmap_channel_settings *udmap_tchan_settings(enum navss navss, unsigned channel);
struct udmap_channel_settings *udmap_rchan_settings(enum navss navss, unsigned channel);
struct udmap_flow {
    uint16_t einfo, psinfo, error_handling, descriptor_type, sop_offset;
    uint16_t destination_ring;
    uint16_t source_high, source_low, destination_high, destination_low;
    uint16_t source_high_select, source_low_select;
    uint16_t destination_high_select, destination_low_select;
    uint16_t free_ring[4];
    uint16_t ps_location;
    uint16_t threshold[3], size_ring[3], threshold_enable;
};
void udmap_set_flow_status(enum navss navss, uint32_t value);
struct udmap_flow *udmap_flow(enum navss navss, unsigned flow);

/* The register that holds a global event; NULL: no such. The index is TI-SCI's: of transmit
 * channels' transfer requests from 0, of their errors from 0x100; of receive channels' from 0x200
 * and 0x300; of refused flows 0x400. */
uint16_t *udmap_event_register(enum navss navss, unsigned index);

/* A ring has got memory. */
void udmap_ring_configured(enum navss navss, unsigned ring);
/* Elements have joined it. */
void udmap_ring_filled(enum navss navss, unsigned ring);
/* A flow has other settings. */
void udmap_flows_changed(enum navss navss);
/* A global event that triggers a channel. */
void udmap_trigger(enum navss navss, unsigned transmit_channel, unsigned number);
/* A pairing is over. */
void udmap_unpaired(uint16_t destination);
/* The channel of a thread, if it is one of a UDMAP's. */
bool udmap_find_tchan(uint16_t thread, enum navss *navss, unsigned *index);
bool udmap_find_rchan(uint16_t thread, enum navss *navss, unsigned *index);
/* Something a transmit channel waits for may have happened. */
void udmap_kick(enum navss navss, unsigned transmit_channel);

/* ---------------------------------------------------------------- system firmware */

#define SCI_MESSAGE_SIZE 60u
#define SCI_HEADER_SIZE  8u

struct sci_message {
    uint8_t bytes[SCI_MESSAGE_SIZE];
};

uint8_t sci_get8(const struct sci_message *message, unsigned offset);
uint16_t sci_get16(const struct sci_message *message, unsigned offset);
uint32_t sci_get32(const struct sci_message *message, unsigned offset);
uint64_t sci_get64(const struct sci_message *message, unsigned offset);
void sci_put8(struct sci_message *message, unsigned offset, uint8_t value);
void sci_put16(struct sci_message *message, unsigned offset, uint16_t value);
void sci_put32(struct sci_message *message, unsigned offset, uint32_t value);
void sci_put64(struct sci_message *message, unsigned offset, uint64_t value);

/* A handler answers for one message type: true with the answer's payload filled in, or false for
 * a NAK. host is the requester, proven by the thread that the message came through. */
typedef bool (*sci_handler)(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer);

bool sysfw_device_set(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_device_get(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_device_resets(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer);
bool sysfw_device_exists(uint32_t device);
bool sysfw_device_is_on(uint32_t device);
uint32_t sysfw_device_resets_of(uint32_t device); /* a bit each that is asserted */
void sysfw_device_reset(void);
void sysfw_device_started(uint32_t device); /* the boot loader on the A53s has it on */

bool sysfw_proc_request(uint8_t host, const struct sci_message *request,
                        struct sci_message *answer);
bool sysfw_proc_release(uint8_t host, const struct sci_message *request,
                        struct sci_message *answer);
bool sysfw_proc_hand_over(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer);
bool sysfw_proc_set_config(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer);
bool sysfw_proc_set_control(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer);
bool sysfw_proc_status(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_proc_auth_boot(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer);
bool sysfw_proc_wait(uint8_t host, const struct sci_message *request, struct sci_message *answer);
void sysfw_proc_reset(void);
void sysfw_proc_update(void); /* a device's state or resets have changed */
/* How far a PROC_WAIT_STATUS has come. */
struct sysfw_wait {
    bool begun;
    uint8_t looks, matches;
};
/* Looks at the processor; the nanoseconds until the next look, or 0: sysfw_proc_wait() may answer.
 */
uint64_t sysfw_proc_look(uint8_t host, const struct sci_message *request, struct sysfw_wait *wait);

bool sysfw_clock_set_state(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer);
bool sysfw_clock_get_state(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer);
bool sysfw_clock_set_parent(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer);
bool sysfw_clock_get_parent(uint8_t host, const struct sci_message *request,
                            struct sci_message *answer);
bool sysfw_clock_num_parents(uint8_t host, const struct sci_message *request,
                             struct sci_message *answer);
bool sysfw_clock_set_frequency(uint8_t host, const struct sci_message *request,
                               struct sci_message *answer);
bool sysfw_clock_query_frequency(uint8_t host, const struct sci_message *request,
                                 struct sci_message *answer);
bool sysfw_clock_get_frequency(uint8_t host, const struct sci_message *request,
                               struct sci_message *answer);
void sysfw_clock_reset(void);

bool sysfw_rm_range(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_irq_set(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_irq_release(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer);
bool sysfw_rm_ring_set(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_ring_get(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_ring_monitor(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer);
bool sysfw_rm_proxy(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_tx_channel(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer);
bool sysfw_rm_rx_channel(uint8_t host, const struct sci_message *request,
                         struct sci_message *answer);
bool sysfw_rm_flow(uint8_t host, const struct sci_message *request, struct sci_message *answer);
bool sysfw_rm_flow_thresholds(uint8_t host, const struct sci_message *request,
                              struct sci_message *answer);
bool sysfw_rm_udmap_global(uint8_t host, const struct sci_message *request,
                           struct sci_message *answer);
bool sysfw_rm_psil_pair(uint8_t host, const struct sci_message *request,
                        struct sci_message *answer);
bool sysfw_rm_psil_unpair(uint8_t host, const struct sci_message *request,
                          struct sci_message *answer);

/* A message on the thread that ROM listens to. false: ROM does no more, or it is none for it. */
bool boot_rom_request(const struct sci_message *message);
void boot_rom_reset(void);

void sysfw_reset(void);
void sysfw_release_held(void); /* answers that AM65X_FAULT_SCI_LATE holds go out */
/* A message has arrived through a transmit thread of `host`. */
void sysfw_request(uint8_t host, unsigned thread, const struct sci_message *message);
/* The answer side of the proxy. false: the thread is full. */
bool secure_proxy_deliver(uint8_t host, const struct sci_message *message);
/* As that, to the host's thread for notifications; plainly: without a secure host's header. */
bool secure_proxy_notify(uint8_t host, const struct sci_message *message);
bool secure_proxy_notify_plainly(uint8_t host, const struct sci_message *message);
/* The system firmware took a message off a transmit thread: its credit comes back. */
void secure_proxy_taken(unsigned thread);
#define SECURE_PROXY_CREDITS 162u /* of all transmit threads */

/* The resource-manager board configuration: who owns what. */
struct rm_range {
    uint16_t first, count;
};
/* The host's ranges of a resource type, in order; returns how many there are (at most 2 are
 * stored), 0: it owns nothing of it. */
unsigned rm_ranges(uint8_t host, uint16_t device, uint8_t subtype, struct rm_range ranges[2]);
bool rm_owns(uint8_t host, uint16_t device, uint8_t subtype, uint32_t index);
/* The same over the subtypes from first to last. */
bool rm_owns_any(uint8_t host, uint16_t device, uint8_t first, uint8_t last, uint32_t index);

#endif
