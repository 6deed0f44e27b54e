// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a completion's status says (NVM Express Base Specification 1.4, 4.6.1), as an errno and in
 * words.
 */
#include "drivers/nvme/internal.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

LOG_SUBJECT(nvme);

static const struct meaning {
    uint16_t code;
    int16_t error;
    const char *name;
} meanings[] = {
    {NVME_OK, 0, "success"},
    {NVME_INVALID_OPCODE, -ENOTSUP, "invalid opcode"},
    {NVME_INVALID_FIELD, -EINVAL, "invalid field"},
    {NVME_DATA_TRANSFER_ERROR, -EIO, "data transfer error"},
    {NVME_INTERNAL_ERROR, -EIO, "internal error"},
    {NVME_ABORT_REQUESTED, -ETIMEDOUT, "abort requested"}, /* only what is late is aborted */
    {NVME_ABORT_SQ_DELETED, -ECANCELED, "submission queue deleted"},
    {NVME_INVALID_NAMESPACE, -ENODEV, "invalid namespace"},
    {NVME_WRITE_PROTECTED, -EROFS, "namespace is write protected"},
    {NVME_LBA_OUT_OF_RANGE, -ERANGE, "block out of range"},
    {NVME_CAPACITY_EXCEEDED, -ENOSPC, "capacity exceeded"},
    {NVME_NAMESPACE_NOT_READY, -EBUSY, "namespace not ready"},
    {NVME_READ_ONLY_RANGE, -EROFS, "range is read only"},
    {NVME_WRITE_FAULT, -EIO, "write fault"},
    {NVME_UNRECOVERED_READ, -EIO, "unrecovered read error"},
    {NVME_GUARD_CHECK, -EIO, "guard check error"},
    {NVME_ACCESS_DENIED, -EACCES, "access denied"},
};

static const struct meaning *find(uint16_t status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].code == NVME_STATUS_CODE(status))
            return &meanings[i];
    return NULL;
}

int nvme_status_error(uint16_t status)
{
    const struct meaning *meaning = find(status);

    return meaning != NULL ? meaning->error : -EIO;
}

const char *nvme_status_name(uint16_t status)
{
    const struct meaning *meaning = find(status);

    return meaning != NULL ? meaning->name : "a status without a name";
}
