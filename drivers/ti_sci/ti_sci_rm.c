// SPDX-License-Identifier: BSD-3-Clause
/*
 * What of the resources is this host's (TI-SCI documentation, "Resource Management Core").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

static unsigned refused_ranges; /* atomic */

unsigned ti_sci_refused_ranges(void)
{
    return __atomic_load_n(&refused_ranges, __ATOMIC_RELAXED);
}

/* -EMSGSIZE: it may be cut to its header, and says nothing. A range of nothing has a start. */
static int ask_for_range(const struct tisci_get_range_request *request,
                         struct tisci_get_range_answer *answer)
{
    int error = ti_sci_request(TISCI_MSG_RM_GET_RESOURCE_RANGE, request, sizeof(*request), answer,
                               sizeof(*answer));

    if (error != 0)
        return error;
    if ((answer->range_start | answer->range_num | answer->range_start_sec |
         answer->range_num_sec) == 0)
        return -EMSGSIZE;
    return answer->range_num == 0 && answer->range_num_sec == 0 ? -ENOENT : 0;
}

/* Something would be given to two. */
static bool overlap(const struct ti_sci_range *range)
{
    return range->first < (uint32_t)range->second_first + range->second_count &&
           range->second_first < (uint32_t)range->first + range->count && range->count != 0 &&
           range->second_count != 0;
}

int ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range)
{
    return ti_sci_get_range_of(TISCI_NO_SECONDARY_HOST, device, subtype, range);
}

int ti_sci_get_range_of(uint8_t host, uint16_t device, uint8_t subtype, struct ti_sci_range *range)
{
    struct tisci_get_range_request request = {
        .type = device, .subtype = subtype, .secondary_host = host};
    struct tisci_get_range_answer answer;
    int error = ask_for_range(&request, &answer);

    if (error == -EMSGSIZE)
        error = ask_for_range(&request, &answer);
    if (error == -EMSGSIZE)
        return ti_sci_short_answer(TISCI_MSG_RM_GET_RESOURCE_RANGE);
    if (error == -EACCES) {
        __atomic_fetch_add(&refused_ranges, 1, __ATOMIC_RELAXED);
        log_warning(ti_sci, "device %u: subtype 0x%02x refused: nothing of it is this host's",
                    device, subtype);
        return -ENOENT;
    }
    if (error != 0)
        return error;
    *range = (struct ti_sci_range){
        .first = answer.range_start,
        .count = answer.range_num,
        .second_first = answer.range_start_sec,
        .second_count = answer.range_num_sec,
    };
    if (!overlap(range))
        return 0;
    log_error(ti_sci, "device %u: subtype 0x%02x: ranges %u+%u and %u+%u overlap", device, subtype,
              range->first, range->count, range->second_first, range->second_count);
    return -EPROTO;
}
