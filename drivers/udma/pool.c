// SPDX-License-Identifier: BSD-3-Clause
/*
 * A pool of numbered resources: a bit each in four maps.
 */
#include "drivers/udma/pool.h"

#include <errno.h>
#include <stddef.h>

#define WORD_BITS 64u
#define WORDS     (POOL_LIMIT / WORD_BITS)

static uint64_t bit_of(unsigned number)
{
    return UINT64_C(1) << (number % WORD_BITS);
}

static void add_to_word(struct udma_pool *pool, size_t word, uint64_t bits)
{
    pool->owned[word] |= bits;
    pool->free[word] |= bits;
}

/* 1 to WORD_BITS of them. */
static uint64_t lowest_bits(unsigned count)
{
    return count < WORD_BITS ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

void udma_pool_add(struct udma_pool *pool, unsigned first, unsigned count)
{
    unsigned room = first < POOL_LIMIT ? POOL_LIMIT - first : 0;
    unsigned left = count < room ? count : room;

    while (left != 0) {
        unsigned bit = first % WORD_BITS;
        unsigned some = left < WORD_BITS - bit ? left : WORD_BITS - bit;

        add_to_word(pool, first / WORD_BITS, lowest_bits(some) << bit);
        first += some;
        left -= some;
    }
}

void udma_pool_join(struct udma_pool *pool, const struct udma_pool *other)
{
    for (size_t word = 0; word < WORDS; word++)
        add_to_word(pool, word, other->owned[word]);
}

static __attribute__((noinline)) void keep(struct udma_pool *pool, const struct udma_pool *other,
                                           uint64_t others)
{
    for (size_t word = 0; word < WORDS; word++)
        pool->free[word] = pool->owned[word] &= other->owned[word] ^ others;
}

void udma_pool_keep(struct udma_pool *pool, const struct udma_pool *other)
{
    keep(pool, other, 0);
}

void udma_pool_leave_out(struct udma_pool *pool, const struct udma_pool *other)
{
    keep(pool, other, UINT64_MAX);
}

bool udma_pool_owns(const struct udma_pool *pool, unsigned number)
{
    return number < POOL_LIMIT && (pool->owned[number / WORD_BITS] & bit_of(number)) != 0;
}

static void take(struct udma_pool *pool, unsigned number)
{
    pool->free[number / WORD_BITS] &= ~bit_of(number);
    pool->last[number / WORD_BITS] &= ~bit_of(number);
}

static bool is_free(const struct udma_pool *pool, unsigned number)
{
    return (pool->free[number / WORD_BITS] & bit_of(number)) != 0;
}

int udma_pool_take_first_of_both(struct udma_pool *one, struct udma_pool *other, uint16_t *number)
{
    for (size_t word = 0; word < WORDS; word++) {
        uint64_t available =
            one->free[word] & ~one->last[word] & other->free[word] & ~other->last[word];

        if (available != 0) {
            *number = (uint16_t)(word * WORD_BITS + (unsigned)__builtin_ctzll(available));
            take(one, *number);
            take(other, *number);
            return 0;
        }
    }
    return -ENOSPC;
}

int udma_pool_take_of_both(struct udma_pool *one, struct udma_pool *other, uint16_t *number)
{
    if (udma_pool_take_first_of_both(one, other, number) == 0)
        return 0;
    /* All that are free were put last. Each has its turn. */
    for (unsigned i = 0; i < POOL_LIMIT; i++) {
        unsigned candidate = (one->turn + i) % POOL_LIMIT;

        if (is_free(one, candidate) && is_free(other, candidate)) {
            take(one, candidate);
            take(other, candidate);
            one->turn = candidate + 1u;
            *number = (uint16_t)candidate;
            return 0;
        }
    }
    return -ENOSPC;
}

int udma_pool_take_first(struct udma_pool *pool, uint16_t *number)
{
    return udma_pool_take_first_of_both(pool, pool, number);
}

int udma_pool_take(struct udma_pool *pool, uint16_t *number)
{
    return udma_pool_take_of_both(pool, pool, number);
}

int udma_pool_take_this(struct udma_pool *pool, uint16_t number)
{
    if (number >= POOL_LIMIT || !is_free(pool, number))
        return -ENOSPC;
    take(pool, number);
    return 0;
}

int udma_pool_take_row(struct udma_pool *pool, unsigned count, uint16_t *first)
{
    unsigned found = 0;

    for (unsigned number = 0; number < POOL_LIMIT; number++) {
        found = is_free(pool, number) ? found + 1u : 0;
        if (found == count) {
            *first = (uint16_t)(number + 1u - count);
            for (unsigned i = 0; i < count; i++)
                take(pool, *first + i);
            return 0;
        }
    }
    return -ENOSPC;
}

void udma_pool_give_back(struct udma_pool *pool, uint16_t number, bool last)
{
    if (!udma_pool_owns(pool, number))
        return;
    pool->free[number / WORD_BITS] |= bit_of(number);
    if (last)
        pool->last[number / WORD_BITS] |= bit_of(number);
}

void udma_pool_reserve(struct udma_pool *pool, uint16_t number)
{
    pool->reserved[number / WORD_BITS] |= bit_of(number);
}

int udma_pool_unreserve(struct udma_pool *pool, uint16_t number)
{
    if (number >= POOL_LIMIT || (pool->reserved[number / WORD_BITS] & bit_of(number)) == 0)
        return -EINVAL;
    pool->reserved[number / WORD_BITS] &= ~bit_of(number);
    udma_pool_give_back(pool, number, false);
    return 0;
}

static unsigned count_bits(const uint64_t words[WORDS])
{
    unsigned count = 0;

    for (size_t word = 0; word < WORDS; word++) {
        /* AArch64 counts bits in SIMD registers, which this code is compiled without. */
        for (uint64_t bits = words[word]; bits != 0; bits &= bits - 1u)
            count++;
    }
    return count;
}

unsigned udma_pool_count(const struct udma_pool *pool)
{
    return count_bits(pool->owned);
}

unsigned udma_pool_count_free(const struct udma_pool *pool)
{
    return count_bits(pool->free);
}

static unsigned count_common_bits(const uint64_t words[WORDS], const uint64_t others[WORDS])
{
    uint64_t common[WORDS];

    for (size_t word = 0; word < WORDS; word++)
        common[word] = words[word] & others[word];
    return count_bits(common);
}

unsigned udma_pool_count_of_both(const struct udma_pool *one, const struct udma_pool *other)
{
    return count_common_bits(one->owned, other->owned);
}

unsigned udma_pool_count_free_of_both(const struct udma_pool *one, const struct udma_pool *other)
{
    return count_common_bits(one->free, other->free);
}

unsigned udma_pool_count_reserved(const struct udma_pool *pool)
{
    return count_bits(pool->reserved);
}
