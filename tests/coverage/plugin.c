// SPDX-License-Identifier: BSD-3-Clause
/*
 * A plugin of QEMU's that counts which instructions a guest begins and which way its conditional
 * branches go (docs/testing.md, "Coverage"):
 *
 *     qemu-system-aarch64 ... -plugin plugin.so,counts=FILE[,counts=FILE]
 *
 * A file of counts is made by counts.py, with the instructions of an image in it, and stands for
 * the image's code at its link addresses. The counts go into the mapped file at once, so that
 * nothing is lost when QEMU is killed, and are added to those of earlier runs.
 *
 * What is counted is the image's own code: where something else lies at those addresses (a loader,
 * or the image itself before it has moved to its place), the instructions differ.
 */
#include "twin/order/qemu_plugin.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC      0x31544e554f43334bu /* "K3COUNT1" */
#define IMAGES_MAX 2
#define CORES_MAX  8
#define WORD       4u /* bytes of an instruction */

/* As counts.py has them. */
struct header {
    uint64_t magic;
    uint64_t start; /* of the code */
    uint64_t count; /* of instructions */
    uint64_t reserved;
};

struct record {
    uint64_t instruction;
    uint64_t begun;
    uint64_t taken; /* of a conditional branch */
    uint64_t not_taken;
};

/* `branch`: for each core, the conditional branch that it began last and whose outcome isn't known
 * yet. */
struct image {
    uint64_t start;
    uint64_t end;
    struct record *records;
    struct record *branch[CORES_MAX];
};

static struct image images[IMAGES_MAX];
static size_t image_count;

const int qemu_plugin_version = QEMU_PLUGIN_INTERFACE;

/* ---- branches ---- */

static int64_t sign_extended(uint64_t value, unsigned int bits)
{
    uint64_t sign = 1ull << (bits - 1);

    value &= (1ull << bits) - 1;
    return (int64_t)((value ^ sign) - sign);
}

/* The displacement of a conditional branch in instructions; 0: it is none (Arm ARM DDI 0487, C4.1).
 */
static int64_t displacement_of(uint64_t instruction)
{
    bool b_cond =
        (instruction & 0xff000010) == 0x54000000 && (instruction & 0xe) != 0xe; /* not "always" */
    bool compare = (instruction & 0x7e000000) == 0x34000000;                    /* CBZ, CBNZ */
    bool test = (instruction & 0x7e000000) == 0x36000000;                       /* TBZ, TBNZ */

    if (b_cond || compare) {
        return sign_extended(instruction >> 5, 19);
    }
    return test ? sign_extended(instruction >> 5, 14) : 0;
}

static void count(uint64_t *number)
{
    __atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

static struct image *image_of(const struct record *record)
{
    size_t i = 0;

    while (record < images[i].records ||
           record >= images[i].records + (images[i].end - images[i].start) / WORD) {
        i++;
    }
    return &images[i];
}

static void begin_branch(unsigned int core, void *cookie)
{
    if (core < CORES_MAX) {
        image_of(cookie)->branch[core] = cookie;
    }
}

/*
 * A branch ends its block; where the same core goes on tells its outcome. An interrupt in between
 * leaves it unknown, unless its handler is no code of this image's.
 */
static void begin_block(unsigned int core, void *cookie)
{
    struct image *image = image_of(cookie);
    const struct record *first = cookie;
    struct record *branch = core < CORES_MAX ? image->branch[core] : NULL;

    if (branch == NULL) {
        return;
    }
    image->branch[core] = NULL;
    if (first == branch + 1) {
        count(&branch->not_taken);
    } else if (first == branch + displacement_of(branch->instruction)) {
        count(&branch->taken);
    }
}

/* ---- blocks ---- */

static struct image *find_image(uint64_t first, uint64_t last)
{
    for (size_t i = 0; i < image_count; i++) {
        if (first >= images[i].start && last < images[i].end) {
            return &images[i];
        }
    }
    return NULL;
}

static struct record *record_of(const struct image *image,
                                const struct qemu_plugin_insn *instruction)
{
    return &image->records[(qemu_plugin_insn_vaddr(instruction) - image->start) / WORD];
}

static bool is_the_images_own(const struct image *image, const struct qemu_plugin_tb *block,
                              size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint32_t word;

        memcpy(&word, qemu_plugin_insn_data(instruction), sizeof(word));
        if (record_of(image, instruction)->instruction != word) {
            return false;
        }
    }
    return true;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    size_t length = qemu_plugin_tb_n_insns(block);
    uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0));
    struct image *image = find_image(first, first + WORD * (length - 1));

    (void)id;
    if (image == NULL || !is_the_images_own(image, block, length)) {
        return;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(block, begin_block, QEMU_PLUGIN_CB_NO_REGS,
                                         record_of(image, qemu_plugin_tb_get_insn(block, 0)));
    for (size_t i = 0; i < length; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        struct record *record = record_of(image, instruction);

        /* Cores that add at once may lose a count, but never leave the number 0. */
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64,
                                                   &record->begun, 1);
        if (displacement_of(record->instruction) != 0) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin_branch,
                                                   QEMU_PLUGIN_CB_NO_REGS, record);
        }
    }
}

/* ---- files ---- */

/* 0, or -1 if the file can't be mapped or is no file of counts. */
static int map_counts(const char *path, struct image *image)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    struct header *header = MAP_FAILED;

    if (file >= 0 && fstat(file, &status) == 0 && (size_t)status.st_size >= sizeof(*header)) {
        header = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (file >= 0) {
        close(file);
    }
    if (header == MAP_FAILED || header->magic != MAGIC ||
        (size_t)status.st_size != sizeof(*header) + header->count * sizeof(struct record)) {
        return -1;
    }
    image->start = header->start;
    image->end = header->start + WORD * header->count;
    image->records = (struct record *)(header + 1);
    return 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    static const char name[] = "counts=";

    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *path = argv[i] + sizeof(name) - 1;

        if (strncmp(argv[i], name, sizeof(name) - 1) != 0 || image_count == IMAGES_MAX) {
            fprintf(stderr, "coverage: \"%s\" is no option, or one too many\n", argv[i]);
            return -1;
        }
        if (map_counts(path, &images[image_count]) != 0) {
            fprintf(stderr, "coverage: %s is no file of counts\n", path);
            return -1;
        }
        image_count++;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
