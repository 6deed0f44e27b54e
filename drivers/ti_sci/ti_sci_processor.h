// SPDX-License-Identifier: BSD-3-Clause
/*
 * Control of the SoC's other processors (TI-SCI documentation, "Processor Boot Management"; numbers
 * of processors and their flags: "AM65x Processor Descriptions" and the headers of TI's MCU+ SDK).
 *
 * A host requests a processor before it configures it, and then no other host can; it releases it,
 * or hands it over. Power and local reset of a processor are those of its device:
 * ti_sci_device_...() and ti_sci_reset(). Thread context only; errors as in ti_sci.h.
 */
#ifndef DRIVERS_TI_SCI_TI_SCI_PROCESSOR_H
#define DRIVERS_TI_SCI_TI_SCI_PROCESSOR_H

#include <stdint.h>

/* The AM65x's R5Fs, and the devices that they are: MCU_ARMSS0_CPU0 and _CPU1. */
#define TI_SCI_PROCESSOR_R5F0       0x01u
#define TI_SCI_PROCESSOR_R5F1       0x02u
#define TI_SCI_DEVICE_R5F0          159u
#define TI_SCI_DEVICE_R5F1          245u

/* Configuration of an R5F, which samples it at the end of its reset. */
#define TI_SCI_R5_DEBUG             0x0001u
#define TI_SCI_R5_DEBUG_NONINVASIVE 0x0002u
#define TI_SCI_R5_LOCKSTEP          0x0100u /* core 0's, for both */
#define TI_SCI_R5_THUMB             0x0200u /* at exceptions; core 0's, for both */
#define TI_SCI_R5_NMFI              0x0400u
#define TI_SCI_R5_ATCM_AT_ZERO      0x0800u /* or the BTCM is */
#define TI_SCI_R5_BTCM              0x1000u
#define TI_SCI_R5_ATCM              0x2000u
#define TI_SCI_R5_NO_MEMORY_INIT    0x4000u

/* Control of an R5F: it fetches no first instruction. One that runs goes on. */
#define TI_SCI_R5_HALT              0x0001u

/* Status of an R5F. */
#define TI_SCI_R5_WFE               0x0001u
#define TI_SCI_R5_WFI               0x0002u
#define TI_SCI_R5_CLOCK_GATED       0x0004u
#define TI_SCI_R5_LOCKSTEP_ALLOWED  0x0100u

/* TISCI_MSG_PROC_REQUEST, RELEASE and HANDOVER. -EACCES of a request: another host has it, or the
 * board configuration does not let this one; of the others: this host does not have it, which
 * settles a request whose answer was lost. */
int ti_sci_processor_request(uint8_t processor);
int ti_sci_processor_release(uint8_t processor);
int ti_sci_processor_hand_over(uint8_t processor, uint8_t host);

/* TISCI_MSG_PROC_SET_CONFIG: where it starts, and flags to set and to clear. */
int ti_sci_processor_configure(uint8_t processor, uint64_t boot_vector, uint32_t set,
                               uint32_t clear);

/* TISCI_MSG_PROC_SET_CONTROL: flags to set and to clear. */
int ti_sci_processor_control(uint8_t processor, uint32_t set, uint32_t clear);

/* TISCI_MSG_PROC_GET_STATUS, which any host may ask that may control the processor.
 * -EMSGSIZE: the answer is cut short, or is about another processor. */
struct ti_sci_processor_state {
    uint64_t boot_vector;
    uint32_t config, control, status;
};
int ti_sci_processor_get_state(uint8_t processor, struct ti_sci_processor_state *state);

/* TISCI_MSG_PROC_WAIT_STATUS: the firmware looks at the status until all of these flags are set,
 * every delay_us, at most `looks` times (both 1-255). It does nothing else meanwhile, for nobody:
 * keep it short. -EAGAIN: they were not; or the firmware refuses to look. */
int ti_sci_processor_wait(uint8_t processor, uint32_t set, uint8_t looks, uint8_t delay_us);

/* TISCI_MSG_SET_DEVICE_RESETS: asserts a device's local resets whose bits are set, and ends the
 * others. */
int ti_sci_reset(uint16_t device, uint32_t resets);

#endif
