/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the plugins of this tree use of QEMU's plugin interface, version 1 (QEMU's "TCG
 * Plugins" page): Debian has the interface in its QEMU, but no package with the header. Opaque
 * types are QEMU's; the functions are found in QEMU when it loads the plugin.
 */
#ifndef QEMU_PLUGIN_H
#define QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_INTERFACE 1

typedef uint64_t qemu_plugin_id_t;

struct qemu_plugin_tb;   /* a translated block: instructions that QEMU runs one after the other */
struct qemu_plugin_insn; /* one instruction of it */

/* What a callback wants to see of the guest's registers. */
enum qemu_plugin_cb_flags {
    QEMU_PLUGIN_CB_NO_REGS = 0
};

/* What can be done without a callback. */
enum qemu_plugin_op {
    QEMU_PLUGIN_INLINE_ADD_U64 = 0
};

typedef void (*qemu_plugin_translated)(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*qemu_plugin_executed)(unsigned int core, void *cookie);

/* Valid while the block is being translated. */
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);

/* Called for each block, once it is translated and before it runs. */
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_translated function);

/* Called by each core that begins the block, or the instruction: just before it does. */
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block,
                                          qemu_plugin_executed function,
                                          enum qemu_plugin_cb_flags flags, void *cookie);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
                                            qemu_plugin_executed function,
                                            enum qemu_plugin_cb_flags flags, void *cookie);

/* Adds to a number instead, not atomically. */
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *instruction,
                                                enum qemu_plugin_op operation, void *number,
                                                uint64_t addend);

/* Called by each core behind each access to memory that the instruction has made. */
enum qemu_plugin_mem_rw {
    QEMU_PLUGIN_MEM_R = 1,
    QEMU_PLUGIN_MEM_W,
    QEMU_PLUGIN_MEM_RW,
};
typedef uint32_t qemu_plugin_meminfo_t;
typedef void (*qemu_plugin_accessed)(unsigned int core, qemu_plugin_meminfo_t info,
                                     uint64_t address, void *cookie);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction,
                                      qemu_plugin_accessed function,
                                      enum qemu_plugin_cb_flags flags,
                                      enum qemu_plugin_mem_rw which, void *cookie);

/* Valid in such a call. */
struct qemu_plugin_hwaddr;
unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);

/* Called once, when QEMU ends. */
typedef void (*qemu_plugin_ended)(qemu_plugin_id_t id, void *cookie);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_ended function, void *cookie);

/* What QEMU finds in a plugin. */
extern const int qemu_plugin_version;
struct qemu_info_t;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv);

#endif
