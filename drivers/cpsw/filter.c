// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which frames the port takes, and which flow they are for (drivers/cpsw/cpsw.h).
 */
#include "drivers/cpsw/ale_registers.h"
#include "drivers/cpsw/internal.h"

#include <errno.h>
#include <string.h>

#define PRIORITIES 8u
#define VLAN_LAST  4094u

static const uint8_t broadcast[CPSW_MAC_ADDRESS_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static int add(struct cpsw *cpsw, const struct ale_entry *entry)
{
    const int number = cpsw_ale_add(&cpsw->ale, entry);

    return number < 0 ? number : 0;
}

/* ---- multicast ---- */

static bool is_group(const uint8_t *address)
{
    return address != NULL && (address[0] & 1u) != 0 &&
           memcmp(address, broadcast, sizeof(broadcast)) != 0;
}

static int change_group(struct cpsw *cpsw, const uint8_t *address,
                        int (*change)(struct cpsw *cpsw, const struct ale_entry *entry))
{
    struct ale_entry entry;
    int error;

    if (cpsw == NULL || !is_group(address))
        return -EINVAL;
    entry = cpsw_ale_multicast(address, ALE_NO_VLAN, ALE_HOST | ALE_MAC);
    error = mutex_lock(&cpsw->mutex);
    if (error != 0)
        return error;
    error = change(cpsw, &entry);
    mutex_unlock(&cpsw->mutex);
    return error;
}

static int remove_entry(struct cpsw *cpsw, const struct ale_entry *entry)
{
    return cpsw_ale_remove(&cpsw->ale, entry);
}

int cpsw_multicast_add(struct cpsw *cpsw, const uint8_t *address)
{
    return change_group(cpsw, address, add);
}

int cpsw_multicast_remove(struct cpsw *cpsw, const uint8_t *address)
{
    return change_group(cpsw, address, remove_entry);
}

int cpsw_set_promiscuous(struct cpsw *cpsw, bool on)
{
    int error = cpsw_lock(cpsw);

    if (error != 0)
        return error;
    cpsw_ale_take_all(&cpsw->ale, on);
    mutex_unlock(&cpsw->mutex);
    return 0;
}

/* ---- VLANs ---- */

/* Frames of VLAN 0 have no tag, in and out; those of the others keep theirs. Broadcast has an entry
 * for each VLAN. */
static struct ale_entry vlan_entry(uint16_t vlan)
{
    return cpsw_ale_vlan(vlan, ALE_HOST | ALE_MAC, vlan == 0 ? ALE_HOST | ALE_MAC : 0,
                         CPSW_ALE_UNREGISTERED, CPSW_ALE_REGISTERED);
}

static int add_vlan(struct cpsw *cpsw, uint16_t vlan)
{
    const struct ale_entry entry = vlan_entry(vlan);
    const struct ale_entry all = cpsw_ale_multicast(broadcast, vlan, ALE_HOST | ALE_MAC);
    int error = add(cpsw, &entry);

    if (error != 0)
        return error;
    error = add(cpsw, &all);
    if (error != 0)
        (void)cpsw_ale_remove(&cpsw->ale, &entry);
    return error;
}

static int remove_vlan(struct cpsw *cpsw, uint16_t vlan)
{
    const struct ale_entry entry = vlan_entry(vlan);
    const struct ale_entry all = cpsw_ale_multicast(broadcast, vlan, ALE_HOST | ALE_MAC);
    const int error = cpsw_ale_remove(&cpsw->ale, &entry);

    return error == 0 ? cpsw_ale_remove(&cpsw->ale, &all) : error;
}

static int change_vlan(struct cpsw *cpsw, uint16_t vlan,
                       int (*change)(struct cpsw *cpsw, uint16_t vlan))
{
    int error;

    if (cpsw == NULL || vlan == 0 || vlan > VLAN_LAST)
        return -EINVAL;
    error = mutex_lock(&cpsw->mutex);
    if (error != 0)
        return error;
    error = change(cpsw, vlan);
    mutex_unlock(&cpsw->mutex);
    return error;
}

int cpsw_vlan_add(struct cpsw *cpsw, uint16_t vlan)
{
    return change_vlan(cpsw, vlan, add_vlan);
}

int cpsw_vlan_remove(struct cpsw *cpsw, uint16_t vlan)
{
    return change_vlan(cpsw, vlan, remove_vlan);
}

/* ---- at the start ---- */

/* Frames to the port's address are the host's. With loopback, frames from it come in by the wire,
 * so that it can't be secure. */
int cpsw_filter_start(struct cpsw *cpsw)
{
    const struct ale_entry own =
        cpsw_ale_unicast(cpsw->address, CPSW_PORT_HOST, !cpsw->config.loopback);
    int error = add_vlan(cpsw, 0);

    return error == 0 ? add(cpsw, &own) : error;
}

/* ---- classifiers ---- */

static bool same_address(const uint8_t *one, const uint8_t *other)
{
    return memcmp(one, other, CPSW_MAC_ADDRESS_LENGTH) == 0;
}

/* A sender's entry is there for the classifier only, and says that the sender is behind the wire.
 */
static int classify_source(struct cpsw *cpsw, const struct cpsw_rule *rule)
{
    const struct ale_entry sender = cpsw_ale_unicast(rule->address, CPSW_PORT_MAC, false);
    int number, error;

    if (!cpsw_is_unicast(rule->address) || same_address(rule->address, cpsw->address))
        return -EINVAL;
    number = cpsw_ale_add(&cpsw->ale, &sender);
    if (number < 0)
        return number;
    error = cpsw_ale_classify(&cpsw->ale, CPSW_ALE_SOURCE, (unsigned)number, rule->flow);
    if (error != 0)
        (void)cpsw_ale_remove(&cpsw->ale, &sender);
    return error;
}

/* The entry is one that is there; it stays for as long as the classifier, which has no end. */
static int classify_entry(struct cpsw *cpsw, enum cpsw_ale_field field,
                          const struct ale_entry *entry, unsigned flow)
{
    int number, error;

    if (cpsw_ale_find(&cpsw->ale, entry) < 0)
        return -EINVAL;
    number = cpsw_ale_add(&cpsw->ale, entry);
    if (number < 0)
        return number;
    error = cpsw_ale_classify(&cpsw->ale, field, (unsigned)number, flow);
    if (error != 0)
        (void)cpsw_ale_remove(&cpsw->ale, entry);
    return error;
}

static int classify(struct cpsw *cpsw, const struct cpsw_rule *rule)
{
    struct ale_entry entry;

    switch (rule->match) {
    case CPSW_MATCH_PRIORITY:
        if (rule->value >= PRIORITIES)
            return -EINVAL;
        return cpsw_ale_classify(&cpsw->ale, CPSW_ALE_PRIORITY, rule->value, rule->flow);
    case CPSW_MATCH_SOURCE:
        return classify_source(cpsw, rule);
    case CPSW_MATCH_DESTINATION:
        entry = cpsw_ale_multicast(rule->address, ALE_NO_VLAN, ALE_HOST | ALE_MAC);
        return classify_entry(cpsw, CPSW_ALE_DESTINATION, &entry, rule->flow);
    case CPSW_MATCH_VLAN:
        entry = vlan_entry(rule->value);
        return classify_entry(cpsw, CPSW_ALE_VLAN, &entry, rule->flow);
    }
    return -EINVAL;
}

int cpsw_classify(struct cpsw *cpsw, const struct cpsw_rule *rule)
{
    int error;

    if (cpsw == NULL || rule == NULL || rule->flow >= cpsw->config.flow_count)
        return -EINVAL;
    error = mutex_lock(&cpsw->mutex);
    if (error != 0)
        return error;
    error = classify(cpsw, rule);
    mutex_unlock(&cpsw->mutex);
    return error;
}
