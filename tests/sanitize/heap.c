// SPDX-License-Identifier: BSD-3-Clause
/*
 * The heap of the sanitized build: newlib's, with red zones around each block, and a queue in which
 * freed blocks stay forbidden for a while before newlib gets them back.
 *
 * It stands in the place of newlib's reentrant functions (newlib's libc manual, "Stdlib"), which
 * all others end in, stdio's own calls included. newlib's malloc() lies below.
 *
 *   what newlib gave | red zone, struct block at its end | the caller's bytes | red zone
 */
#include "lib/heap.h"
#include "arch/exception.h"
#include "tests/sanitize/shadow.h"

#include <errno.h>
#include <reent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ALIGNMENT    16u
#define RED_ZONE     16u /* behind a block, at least */
#define QUEUE_BLOCKS 512u
#define QUEUE_BYTES  (size_t)(4u << 20)
#define DESCRIBE_WITHIN                                                                            \
    (UINT64_C(1) << 20) /* so far in front of an address its block is looked for */

enum block_state {
    BLOCK_LIVE = 0x4c495645,
    BLOCK_FREED = 0x46524545,
};

/* In front of the caller's bytes. */
struct block {
    void *memory; /* newlib's */
    size_t size;
    uintptr_t allocated_by, freed_by;
    size_t total;
    enum block_state state;
};

_Static_assert(sizeof(struct block) % ALIGNMENT == 0, "what follows it is aligned");

void *__wrap__malloc_r(struct _reent *reent, size_t size);
void *__wrap__calloc_r(struct _reent *reent, size_t count, size_t size);
void *__wrap__memalign_r(struct _reent *reent, size_t alignment, size_t size);
void *__wrap__realloc_r(struct _reent *reent, void *memory, size_t size);
void __wrap__free_r(struct _reent *reent, void *memory);
void *__real__malloc_r(struct _reent *reent, size_t size);
void __real__free_r(struct _reent *reent, void *memory);

/* newlib's, recursive: guards the queue too. */
void __malloc_lock(struct _reent *reent);
void __malloc_unlock(struct _reent *reent);

static struct block *queue[QUEUE_BLOCKS]; /* a ring of freed blocks, the oldest first */
static size_t queue_first, queue_count, queue_bytes;

static struct block *block_of(uintptr_t bytes)
{
    return (struct block *)(bytes - sizeof(struct block));
}

static uintptr_t bytes_of(const struct block *block)
{
    return (uintptr_t)(block + 1);
}

static void give_back_oldest(struct _reent *reent)
{
    struct block *block = queue[queue_first];

    queue_first = (queue_first + 1) % QUEUE_BLOCKS;
    queue_count--;
    queue_bytes -= block->total;
    __real__free_r(reent, block->memory);
}

/* newlib's malloc(), at the cost of the queue if need be. */
static void *allocate_below(struct _reent *reent, size_t total)
{
    void *memory = __real__malloc_r(reent, total);

    __malloc_lock(reent);
    while (memory == NULL && queue_count > 0) {
        give_back_oldest(reent);
        memory = __real__malloc_r(reent, total);
    }
    __malloc_unlock(reent);
    return memory;
}

static void *allocate(struct _reent *reent, size_t alignment, size_t size, uintptr_t caller)
{
    size_t spare = alignment > ALIGNMENT ? alignment : 0;
    size_t total;

    if (__builtin_add_overflow(size, sizeof(struct block) + spare + RED_ZONE + ALIGNMENT, &total)) {
        reent->_errno = ENOMEM;
        return NULL;
    }
    total &= ~(size_t)(ALIGNMENT - 1);
    void *memory = allocate_below(reent, total);
    if (memory == NULL)
        return NULL;

    uintptr_t bytes = (uintptr_t)memory + sizeof(struct block);
    if (spare != 0)
        bytes = (bytes + alignment - 1) & ~(uintptr_t)(alignment - 1);
    *block_of(bytes) = (struct block){.memory = memory,
                                      .size = size,
                                      .allocated_by = caller,
                                      .total = total,
                                      .state = BLOCK_LIVE};
    shadow_poison((uintptr_t)memory, total, POISON_HEAP);
    shadow_allow(bytes, size);
    return (void *)bytes;
}

/* The block of memory that free() or realloc() was given; a panic if it is none. */
static struct block *take_block(const void *memory, const char *function)
{
    uintptr_t bytes = (uintptr_t)memory;
    struct block *block = block_of(bytes);
    bool may_be = bytes % ALIGNMENT == 0 && bytes >= heap_first() + sizeof(*block) &&
                  bytes < SHADOW_START && *shadow_of(bytes - 1) == POISON_HEAP;

    if (may_be && block->state == BLOCK_FREED)
        panic("address sanitizer: %s(0x%lx) of a block that is free: allocated by 0x%lx, freed by "
              "0x%lx",
              function, (unsigned long)bytes, (unsigned long)block->allocated_by,
              (unsigned long)block->freed_by);
    if (!may_be || block->state != BLOCK_LIVE)
        panic("address sanitizer: %s(0x%lx) of what malloc() did not return", function,
              (unsigned long)bytes);
    return block;
}

static void release(struct _reent *reent, void *memory, uintptr_t caller, const char *function)
{
    __malloc_lock(reent);
    struct block *block = take_block(memory, function);

    block->state = BLOCK_FREED;
    block->freed_by = caller;
    shadow_poison((uintptr_t)memory, whole_granules(block->size), POISON_FREED);
    while (queue_count > 0 &&
           (queue_count == QUEUE_BLOCKS || queue_bytes + block->total > QUEUE_BYTES))
        give_back_oldest(reent);
    queue[(queue_first + queue_count++) % QUEUE_BLOCKS] = block;
    queue_bytes += block->total;
    __malloc_unlock(reent);
}

/* ---- in the place of newlib's ---- */

#define CALLER ((uintptr_t)__builtin_return_address(0))

void *__wrap__malloc_r(struct _reent *reent, size_t size)
{
    return allocate(reent, ALIGNMENT, size, CALLER);
}

void *__wrap__memalign_r(struct _reent *reent, size_t alignment, size_t size)
{
    return allocate(reent, alignment, size, CALLER);
}

void *__wrap__calloc_r(struct _reent *reent, size_t count, size_t size)
{
    size_t bytes;
    void *memory = NULL;

    if (__builtin_mul_overflow(count, size, &bytes))
        reent->_errno = ENOMEM;
    else
        memory = allocate(reent, ALIGNMENT, bytes, CALLER);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

void *__wrap__realloc_r(struct _reent *reent, void *memory, size_t size)
{
    if (memory == NULL)
        return allocate(reent, ALIGNMENT, size, CALLER);
    size_t old = take_block(memory, "realloc")->size;
    void *moved = size == 0 ? NULL : allocate(reent, ALIGNMENT, size, CALLER);

    if (moved != NULL)
        memcpy(moved, memory, old < size ? old : size);
    if (moved != NULL || size == 0)
        release(reent, memory, CALLER, "realloc");
    return moved;
}

void __wrap__free_r(struct _reent *reent, void *memory)
{
    if (memory != NULL)
        release(reent, memory, CALLER, "free");
}

/* ---- telling ---- */

static bool is_block(const struct block *block)
{
    return block->state == BLOCK_LIVE || block->state == BLOCK_FREED;
}

/* The block that the address is in front of by less than its red zone; NULL: none. */
static const struct block *block_after(uintptr_t address)
{
    uintptr_t bytes = (address & ~(uintptr_t)(ALIGNMENT - 1)) + ALIGNMENT;

    for (; bytes - address <= sizeof(struct block); bytes += ALIGNMENT)
        if (*shadow_of(bytes) != POISON_HEAP && is_block(block_of(bytes)))
            return block_of(bytes);
    return NULL;
}

/* The block that the address lies in or behind. */
static const struct block *block_before(uintptr_t address)
{
    uintptr_t bytes = address & ~(uintptr_t)(SHADOW_GRANULE - 1);
    uintptr_t lowest = heap_first() + sizeof(struct block);

    if (address - lowest > DESCRIBE_WITHIN)
        lowest = address - DESCRIBE_WITHIN;
    while (bytes > lowest &&
           (*shadow_of(bytes) == POISON_HEAP || *shadow_of(bytes - 1) != POISON_HEAP))
        bytes -= SHADOW_GRANULE;
    return is_block(block_of(bytes)) ? block_of(bytes) : NULL;
}

void heap_describe(uintptr_t address, char *text, size_t size)
{
    const struct block *block = *shadow_of(address) == POISON_HEAP ? block_after(address) : NULL;

    if (block == NULL)
        block = block_before(address);
    if (block == NULL)
        return;
    int used = sniprintf(text, size, ": byte %ld of the %lu at 0x%lx, allocated by 0x%lx",
                         (long)(address - bytes_of(block)), (unsigned long)block->size,
                         (unsigned long)bytes_of(block), (unsigned long)block->allocated_by);
    if (block->state == BLOCK_FREED && used > 0 && (size_t)used < size)
        sniprintf(text + used, size - (size_t)used, ", freed by 0x%lx",
                  (unsigned long)block->freed_by);
}
