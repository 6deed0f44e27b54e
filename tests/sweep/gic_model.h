// SPDX-License-Identifier: BSD-3-Clause
/*
 * A GIC-500 with its ITS, by its registers (Arm IHI 0069), for the host machine: the firmware's own
 * GIC driver runs on it. One thread, which plays all the cores.
 *
 * It is as strict as the architecture lets it be. Properties of LPIs are read when an INV or INVALL
 * says so, and not otherwise. The ITS keeps what it knows of devices and events in the tables that
 * it is given, and ends the program if one of them has been freed: hardware would read on.
 */
#ifndef TESTS_SWEEP_GIC_MODEL_H
#define TESTS_SWEEP_GIC_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_MODEL_CORES     4u
#define GIC_MODEL_INTIDS    256u
#define GIC_MODEL_LPI_FIRST 8192u
#define GIC_MODEL_LPI_LIMIT 16384u /* 14-bit INTIDs */

/* Whether the GIC, the ITS included, has a register at the address; and an access to it. */
bool gic_model_claims(uintptr_t address);
uint64_t gic_model_read(uintptr_t address, unsigned size);
void gic_model_write(uintptr_t address, unsigned size, uint64_t value);

/* The level of a line. */
void gic_model_line(unsigned intid, bool high);

/* What the GIC holds now; equal before a request and after the free. */
struct gic_model_state {
    unsigned spis_enabled, spis_pending, active;
    unsigned lpis_enabled, lpis_pending; /* as the redistributors know them */
    unsigned devices, events;            /* mapped at the ITS */
};
void gic_model_get_state(struct gic_model_state *state);

/* ---- its_model.c, for gic_model.c ---- */

void its_model_reset(void);
uint64_t its_model_read(uint32_t offset);
void its_model_write(uint32_t offset, unsigned size, uint64_t value);
void its_model_message(uint32_t device, uint32_t event);
void its_model_get_state(struct gic_model_state *state);

/* An ITS that has stopped (ITS_STOPS) goes on. */
void its_model_go_on(void);

/* ---- gic_model.c, for its_model.c ---- */

#define GIC_MODEL_REDISTRIBUTOR_STRIDE 0x20000u

/* A redistributor has its LPIs on; an LPI becomes pending there, moves, is forgotten; what the
 * tables say of one, or of all, is read again. */
bool gic_model_lpis_on(unsigned core);
void gic_model_lpi_pend(unsigned lpi, unsigned core);
void gic_model_lpi_move(unsigned lpi, unsigned core);
void gic_model_lpi_forget(unsigned lpi);
void gic_model_lpi_reload(unsigned lpi);
void gic_model_lpi_reload_all(void);

/* Memory that a table lies in: ends the program if it is not the firmware's any more. */
void *gic_model_table(uint64_t address, uint64_t size, const char *what);

#endif
