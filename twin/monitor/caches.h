// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood caches (caches.c). Without it each of these does nothing, or answers that nothing is
 * special.
 */
#ifndef TWIN_MONITOR_CACHES_H
#define TWIN_MONITOR_CACHES_H

#include <stdbool.h>
#include <stdint.h>

struct frame;

bool caches_on(void);
/* The boot core, before the guest: what tools/twin has loaded is clean. */
void caches_init(void);
/* This core enters the guest, with its MMU off. */
void caches_start(uint64_t entry);
/* A trapped write to a system register, or maintenance. false: it is none of this mood's. */
bool caches_trap(const struct frame *frame, uint32_t iss);

/* Where a reader that does not snoop finds what is at an address. */
uint64_t caches_shadow(uint64_t address);
/* Such a reader reads guest memory: reports what it gets and was not cleaned. */
void caches_check(const char *reader, uint64_t address, uint64_t size);
void caches_read(const char *reader, uint64_t address, void *data, uint64_t size);
/* Somebody beside the cores has written guest memory. */
void caches_written(uint64_t address, uint64_t size);

/* The guest's LPI for a message; 0: none was told. */
void caches_mapped(uint64_t device, uint64_t event, uint64_t intid);
uint32_t caches_mapped_to(uint64_t device, uint64_t event);

/* Whether this core's MMU is off, so that its accesses are made here. */
bool caches_bypassed(void);
/* The instruction at hand is one that such a core has read. */
void caches_look_at_code(void);
/* A load or store of such a core. false: it is no matter of caches. */
bool caches_access(uint64_t address, unsigned size, bool write, void *bytes);

#endif
