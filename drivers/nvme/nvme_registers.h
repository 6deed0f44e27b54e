// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers, queue entries and data of an NVMe controller (NVM Express Base Specification 1.4:
 * chapter 3 "Controller Registers", 4 "Data Structures", 5 "Admin Command Set", 6 "NVM Command
 * Set"). All is little-endian.
 */
#ifndef DRIVERS_NVME_REGISTERS_H
#define DRIVERS_NVME_REGISTERS_H

#include <stdint.h>

/* Offsets in BAR 0 (3.1). Those of 64 bits may be accessed in halves. */
enum {
    NVME_CAP = 0x00, /* 64 bits: capabilities */
    NVME_VS = 0x08,
    NVME_INTMS = 0x0c,
    NVME_INTMC = 0x10,
    NVME_CC = 0x14,
    NVME_CSTS = 0x1c,
    NVME_AQA = 0x24,
    NVME_ASQ = 0x28, /* 64 bits: the admin submission queue's address */
    NVME_ACQ = 0x30, /* 64 bits: the admin completion queue's address */
    NVME_DOORBELLS = 0x1000,
};

#define NVME_GONE              0xffffffffu /* what reads of a device give that is not there any more */

#define NVME_CAP_MQES(cap)     ((uint32_t)((cap)&0xffff))       /* entries of a queue, less 1 */
#define NVME_CAP_TO(cap)       ((uint32_t)((cap) >> 24 & 0xff)) /* until ready: 500 ms */
#define NVME_CAP_DSTRD(cap)    ((uint32_t)((cap) >> 32 & 0xf))  /* doorbells are 4 << DSTRD apart */
#define NVME_CAP_CSS_NVM(cap)  ((uint32_t)((cap) >> 37 & 1))    /* has the NVM command set */
#define NVME_CAP_MPSMIN(cap)   ((uint32_t)((cap) >> 48 & 0xf))  /* the smallest page is 4 KiB << */

#define NVME_CC_EN             (1u << 0)
#define NVME_CC_MPS(shift)     ((uint32_t)(shift) << 7)
#define NVME_CC_SHN_NORMAL     (1u << 14)
#define NVME_CC_SHN_MASK       (3u << 14)
#define NVME_CC_IOSQES(log)    ((uint32_t)(log) << 16)
#define NVME_CC_IOCQES(log)    ((uint32_t)(log) << 20)

#define NVME_CSTS_RDY          (1u << 0)
#define NVME_CSTS_CFS          (1u << 1) /* fatal */
#define NVME_CSTS_SHST_MASK    (3u << 2)
#define NVME_CSTS_SHST_DONE    (2u << 2)

#define NVME_AQA_SIZES(sq, cq) (((uint32_t)(cq)-1u) << 16 | ((uint32_t)(sq)-1u))

/* A submission queue's entry (4.2), as reads and writes and the admin commands here have it. */
struct nvme_command {
    uint32_t opcode_id; /* 7:0 opcode, 31:16 command id */
    uint32_t namespace;
    uint32_t dw2, dw3;
    uint64_t metadata;
    uint64_t prp1, prp2;
    uint32_t dw10, dw11, dw12, dw13, dw14, dw15;
};
_Static_assert(sizeof(struct nvme_command) == 64, "NVMe 1.4, 4.2");

/* A completion queue's (4.6). */
struct nvme_completion {
    uint32_t result;
    uint32_t dw1;
    uint64_t ids_status; /* DW2 and DW3 */
};
_Static_assert(sizeof(struct nvme_completion) == 16, "NVMe 1.4, 4.6");

#define NVME_COMMAND_LOG         6u /* log2 of their sizes */
#define NVME_COMPLETION_LOG      4u

/* In ids_status; 15:0 are the submission queue's head. */
#define NVME_IDS(entry)          ((uint32_t)((entry) >> 16)) /* 31:16 the command, 15:0 its queue */
#define NVME_PHASE               (UINT64_C(1) << 48)
#define NVME_STATUS(entry)       ((uint16_t)((entry) >> 49)) /* DNR, M, CRD, SCT, SC */

/* A command of a submission queue, as completions name it, and as Abort wants it in DW10 (5.1). */
#define NVME_COMMAND_ID(ids)     ((ids) >> 16)
#define NVME_COMMAND_ONE         (1u << 16) /* of its id */

/* In a status: its type and its code (4.6.1). */
#define NVME_STATUS_CODE(status) ((status)&0x7ffu)

enum {
    NVME_OK = 0x000,
    NVME_INVALID_OPCODE = 0x001,
    NVME_INVALID_FIELD = 0x002,
    NVME_DATA_TRANSFER_ERROR = 0x004,
    NVME_INTERNAL_ERROR = 0x006,
    NVME_ABORT_REQUESTED = 0x007,
    NVME_ABORT_SQ_DELETED = 0x008,
    NVME_INVALID_NAMESPACE = 0x00b,
    NVME_WRITE_PROTECTED = 0x020,
    NVME_LBA_OUT_OF_RANGE = 0x080,
    NVME_CAPACITY_EXCEEDED = 0x081,
    NVME_NAMESPACE_NOT_READY = 0x082,
    NVME_READ_ONLY_RANGE = 0x182,
    NVME_WRITE_FAULT = 0x280,
    NVME_UNRECOVERED_READ = 0x281,
    NVME_GUARD_CHECK = 0x282,
    NVME_ACCESS_DENIED = 0x286,
};

/* Admin commands (5). */
enum {
    NVME_ADMIN_DELETE_SQ = 0x00,
    NVME_ADMIN_CREATE_SQ = 0x01,
    NVME_ADMIN_DELETE_CQ = 0x04,
    NVME_ADMIN_CREATE_CQ = 0x05,
    NVME_ADMIN_IDENTIFY = 0x06,
    NVME_ADMIN_ABORT = 0x08,
    NVME_ADMIN_SET_FEATURES = 0x09,
};

#define NVME_QUEUE_SIZE(entries) (((uint32_t)(entries)-1u) << 16) /* beside the queue's number */
#define NVME_QUEUE_CONTIGUOUS    (1u << 0)
#define NVME_CQ_INTERRUPTS       (1u << 1)
#define NVME_CQ_VECTOR(vector)   ((uint32_t)(vector) << 16)
#define NVME_SQ_CQ(queue)        ((uint32_t)(queue) << 16)
#define NVME_FEATURE_QUEUES      0x07u
#define NVME_FEATURE_COUNTS(n)   (((uint32_t)(n)-1u) << 16 | ((uint32_t)(n)-1u))
#define NVME_ABORT_NOT_DONE      1u /* in the result */

/* I/O commands (6); the first block is in dw10 and dw11. */
enum {
    NVME_IO_FLUSH = 0x00,
    NVME_IO_WRITE = 0x01,
    NVME_IO_READ = 0x02,
};

/* What Identify gives (5.15), of which these are offsets. */
#define NVME_IDENTIFY_BYTES 4096u
enum {
    NVME_CNS_NAMESPACE = 0x00,
    NVME_CNS_CONTROLLER = 0x01,
    NVME_CNS_ACTIVE = 0x02, /* numbers of namespaces: 32 bits each, 0 behind the last */
};
enum {
    NVME_CONTROLLER_SERIAL = 4,    /* 20 characters */
    NVME_CONTROLLER_MODEL = 24,    /* 40 */
    NVME_CONTROLLER_FIRMWARE = 64, /* 8 */
    NVME_CONTROLLER_MDTS = 77,     /* log2 of pages that one command may move; 0: any number */
    NVME_CONTROLLER_SQES = 512,    /* log2 of entries' sizes: 3:0 smallest, 7:4 largest */
    NVME_CONTROLLER_CQES = 513,
    NVME_CONTROLLER_VWC = 525, /* bit 0: there is a write cache, and Flush has a purpose */
};
enum {
    NVME_NAMESPACE_SIZE = 0,      /* 64 bits: blocks */
    NVME_NAMESPACE_FLBAS = 26,    /* 3:0: which of the formats it has */
    NVME_NAMESPACE_DPS = 29,      /* 2:0: end-to-end protection is on */
    NVME_NAMESPACE_IDS = 104,     /* NGUID and EUI-64, 24 bytes; zeros: it has none */
    NVME_NAMESPACE_FORMATS = 128, /* 32 bits each: 15:0 metadata, bytes; 23:16 log2 of a block */
};

#endif
