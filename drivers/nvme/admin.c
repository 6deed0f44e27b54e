// SPDX-License-Identifier: BSD-3-Clause
/*
 * Admin commands (NVM Express Base Specification 1.4, chapter 5), one at a time.
 */
#include "drivers/nvme/internal.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

LOG_USE(nvme);

#define ADMIN_US 5000000u

int nvme_admin(struct nvme *nvme, const struct nvme_command *command, uint32_t *result)
{
    struct nvme_admin *admin = &nvme->command;
    int error;

    *admin = (struct nvme_admin){.command = *command};
    error = nvme_queue_put_admin(&nvme->admin, admin);
    if (error != 0)
        return error;
    error = completion_wait(&admin->completion, ADMIN_US);
    if (error != 0) { /* it is still the controller's */
        nvme_queue_stop(&nvme->admin, error);
        log_error(nvme, "%s: admin command 0x%x: no answer", nvme->config.name,
                  (unsigned)command->opcode_id);
        return error;
    }
    if (admin->error != 0)
        return admin->error;
    if (NVME_STATUS_CODE(admin->status) != NVME_OK)
        log_error(nvme, "%s: admin command 0x%x: status 0x%x, %s", nvme->config.name,
                  (unsigned)command->opcode_id, (unsigned)admin->status,
                  nvme_status_name(admin->status));
    if (result != NULL)
        *result = admin->result;
    return nvme_status_error(admin->status);
}

int nvme_identify(struct nvme *nvme, uint8_t structure, uint32_t namespace)
{
    const struct nvme_command command = {.opcode_id = NVME_ADMIN_IDENTIFY,
                                         .namespace = namespace,
                                         .prp1 = (uintptr_t)nvme->page,
                                         .dw10 = structure};

    memset(nvme->page, 0,
           NVME_IDENTIFY_BYTES); /* what is not written is not what was there before */
    return nvme_admin(nvme, &command, NULL);
}

int nvme_set_queue_count(struct nvme *nvme, unsigned *count)
{
    const struct nvme_command command = {.opcode_id = NVME_ADMIN_SET_FEATURES,
                                         .dw10 = NVME_FEATURE_QUEUES,
                                         .dw11 = NVME_FEATURE_COUNTS(*count)};
    uint32_t result, submission, completion;
    int error = nvme_admin(nvme, &command, &result);

    if (error != 0)
        return error;
    submission = (result & 0xffff) + 1;
    completion = (result >> 16) + 1;
    if (submission < *count)
        *count = submission;
    if (completion < *count)
        *count = completion;
    return 0;
}

int nvme_create_queue(struct nvme *nvme, const struct nvme_queue *queue)
{
    const unsigned vector = (unsigned)(queue->vector - nvme->vectors);
    const struct nvme_command completion = {
        .opcode_id = NVME_ADMIN_CREATE_CQ,
        .prp1 = (uintptr_t)queue->completions,
        .dw10 = NVME_QUEUE_SIZE(queue->completion_mask + 1) | queue->number,
        .dw11 = NVME_CQ_VECTOR(vector) | NVME_CQ_INTERRUPTS | NVME_QUEUE_CONTIGUOUS,
    };
    const struct nvme_command submission = {
        .opcode_id = NVME_ADMIN_CREATE_SQ,
        .prp1 = (uintptr_t)queue->commands,
        .dw10 = NVME_QUEUE_SIZE(queue->mask + 1) | queue->number,
        .dw11 = NVME_SQ_CQ(queue->number) | NVME_QUEUE_CONTIGUOUS,
    };
    int error = nvme_admin(nvme, &completion, NULL);

    return error == 0 ? nvme_admin(nvme, &submission, NULL) : error;
}

int nvme_delete_queue(struct nvme *nvme, const struct nvme_queue *queue)
{
    const struct nvme_command submission = {.opcode_id = NVME_ADMIN_DELETE_SQ,
                                            .dw10 = queue->number};
    const struct nvme_command completion = {.opcode_id = NVME_ADMIN_DELETE_CQ,
                                            .dw10 = queue->number};
    int error = nvme_admin(nvme, &submission, NULL);

    return error == 0 ? nvme_admin(nvme, &completion, NULL) : error;
}

int nvme_abort(struct nvme *nvme, uint32_t ids)
{
    const struct nvme_command command = {.opcode_id = NVME_ADMIN_ABORT, .dw10 = ids};
    uint32_t result;
    int error = nvme_admin(nvme, &command, &result);

    if (error != 0)
        return error;
    return (result & NVME_ABORT_NOT_DONE) != 0 ? -ENOENT : 0;
}
