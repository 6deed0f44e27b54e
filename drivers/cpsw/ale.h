// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address lookup engine of a port that belongs to one host: its table, what it forwards, and
 * which receive flow a frame is for. Nothing is learned, so that what this driver has written is
 * all that the table has, and it keeps a copy of it. For one thread at a time.
 */
#ifndef DRIVERS_CPSW_ALE_H
#define DRIVERS_CPSW_ALE_H

#include "drivers/cpsw/ale_entry.h"

#include <stdbool.h>
#include <stdint.h>

#define CPSW_ALE_ENTRIES      64u /* of the AM65x's */

/* The masks of ports that VLANs' entries name: for frames to groups that are in the table, or not.
 */
#define CPSW_ALE_REGISTERED   0u
#define CPSW_ALE_UNREGISTERED 1u

struct cpsw_ale {
    uintptr_t base;
    unsigned policers; /* classifiers in use */
    struct {
        struct ale_entry entry;
        uint16_t users;
        bool pinned; /* a classifier has its number */
    } table[CPSW_ALE_ENTRIES];
};

/* Clears it, and turns it on with all ports disabled: nothing is forwarded. Frames without a tag
 * are VLAN 0's. clock_hz: what it ages by. */
void cpsw_ale_start(struct cpsw_ale *ale, uintptr_t base, uint32_t clock_hz);
/* Clears it, and turns it off. */
void cpsw_ale_stop(struct cpsw_ale *ale);

/* Whether the host's port, or the MAC's, takes and gives frames. */
void cpsw_ale_forward_host(const struct cpsw_ale *ale, bool on);
void cpsw_ale_forward_mac(const struct cpsw_ale *ale, bool on);
/* All frames go to the host, those of unknown VLANs too; or those that the table says. */
void cpsw_ale_take_all(const struct cpsw_ale *ale, bool on);

/* Adds an entry, or a user of it if it is there. Returns its number; -ENOSPC: the table is full. */
int cpsw_ale_add(struct cpsw_ale *ale, const struct ale_entry *entry);
/* Takes a user away, and the entry with the last one, unless it is pinned. -ENOENT: it has none. */
int cpsw_ale_remove(struct cpsw_ale *ale, const struct ale_entry *entry);
/* The entry stays in the table, whoever uses it. */
void cpsw_ale_pin(struct cpsw_ale *ale, unsigned number);
/* The number of an entry. -ENOENT. */
int cpsw_ale_find(const struct cpsw_ale *ale, const struct ale_entry *entry);

/* Frames that the next classifier matches go to this flow: those of a VLAN tag's priority, or those
 * that an entry of the table stands for. -ENOSPC; -ENOTSUP: there are no classifiers. */
enum cpsw_ale_field {
    CPSW_ALE_PRIORITY, /* value: it */
    CPSW_ALE_SOURCE,   /* value: the entry's number */
    CPSW_ALE_DESTINATION,
    CPSW_ALE_VLAN,
    CPSW_ALE_ETHERTYPE,
    CPSW_ALE_IP_SOURCE,
    CPSW_ALE_IP_DESTINATION
};
int cpsw_ale_classify(struct cpsw_ale *ale, enum cpsw_ale_field field, unsigned value,
                      unsigned flow);

#endif
