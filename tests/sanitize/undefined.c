// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the compiler calls where C defines no behaviour: says where and with which values, and ends
 * the firmware (-fsanitize=undefined; GCC, gcc/ubsan.cc has what it passes). Values are register
 * wide, but for those of more than 64 bits, of which the address comes.
 */
#include "arch/exception.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct location {
    const char *file;
    uint32_t line, column;
};

enum {
    TYPE_INTEGER = 0
};

struct type {
    uint16_t kind;
    uint16_t info; /* of integers: bit 0, signed; the rest, log2 of its bits */
    char name[];
};

/* What is passed for each kind, as far as it is told. */
struct overflow_data {
    struct location at;
    const struct type *type;
};

struct shift_data {
    struct location at;
    const struct type *left, *right;
};

struct bounds_data {
    struct location at;
    const struct type *array, *index;
};

struct mismatch_data {
    struct location at;
    const struct type *type;
    uint8_t log2_alignment;
    uint8_t access;
};

struct place_data {
    struct location at;
};

struct invalid_data {
    struct location at;
    const struct type *type;
};

struct argument_data {
    struct location at, attribute;
    int32_t argument;
};

struct builtin_data {
    struct location at;
    uint8_t kind; /* 0: counted from the lowest bit, 1: from the highest */
};

void __ubsan_handle_add_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right);
void __ubsan_handle_sub_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right);
void __ubsan_handle_mul_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right);
void __ubsan_handle_divrem_overflow_abort(const struct overflow_data *data, uint64_t left,
                                          uint64_t right);
void __ubsan_handle_negate_overflow_abort(const struct overflow_data *data, uint64_t value);
void __ubsan_handle_shift_out_of_bounds_abort(const struct shift_data *data, uint64_t left,
                                              uint64_t right);
void __ubsan_handle_out_of_bounds_abort(const struct bounds_data *data, uint64_t index);
void __ubsan_handle_type_mismatch_v1_abort(const struct mismatch_data *data, uint64_t address);
void __ubsan_handle_pointer_overflow_abort(const struct place_data *data, uint64_t base,
                                           uint64_t result);
void __ubsan_handle_load_invalid_value_abort(const struct invalid_data *data, uint64_t value);
void __ubsan_handle_vla_bound_not_positive_abort(const struct invalid_data *data, uint64_t bound);
void __ubsan_handle_nonnull_arg_abort(const struct argument_data *data);
void __ubsan_handle_nonnull_return_v1_abort(const struct place_data *data,
                                            const struct location *at);
void __ubsan_handle_invalid_builtin_abort(const struct builtin_data *data);
void __ubsan_handle_builtin_unreachable(const struct place_data *data);
void __ubsan_handle_missing_return(const struct place_data *data);

#define TELL(at, format, ...)                                                                      \
    panic("undefined behaviour: %s:%" PRIu32 ":%" PRIu32 ": " format, (at)->file, (at)->line,      \
          (at)->column, __VA_ARGS__)

#define VALUE_ROOM 24

/* A value in digits, in text, which it returns. */
static const char *digits(const struct type *type, uint64_t value, char text[VALUE_ROOM])
{
    unsigned bits = 1u << (type->info >> 1);

    if (type->kind != TYPE_INTEGER || bits > 64)
        sniprintf(text, VALUE_ROOM, "(%u bits)", bits);
    else if ((type->info & 1) != 0) /* the register's upper bits may hold anything */
        sniprintf(text, VALUE_ROOM, "%" PRId64, (int64_t)(value << (64 - bits)) >> (64 - bits));
    else
        sniprintf(text, VALUE_ROOM, "%" PRIu64, value << (64 - bits) >> (64 - bits));
    return text;
}

static noreturn void tell_overflow(const struct overflow_data *data, uint64_t left,
                                   const char *operator, uint64_t right)
{
    char one[VALUE_ROOM], other[VALUE_ROOM];

    TELL(&data->at, "overflow: %s %s %s does not fit into %s",
         digits(data->type, left, one), operator, digits(data->type, right, other),
         data->type->name);
}

void __ubsan_handle_add_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right)
{
    tell_overflow(data, left, "+", right);
}

void __ubsan_handle_sub_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right)
{
    tell_overflow(data, left, "-", right);
}

void __ubsan_handle_mul_overflow_abort(const struct overflow_data *data, uint64_t left,
                                       uint64_t right)
{
    tell_overflow(data, left, "*", right);
}

void __ubsan_handle_divrem_overflow_abort(const struct overflow_data *data, uint64_t left,
                                          uint64_t right)
{
    tell_overflow(data, left, "/", right);
}

void __ubsan_handle_negate_overflow_abort(const struct overflow_data *data, uint64_t value)
{
    char text[VALUE_ROOM];

    TELL(&data->at, "overflow: -(%s) does not fit into %s", digits(data->type, value, text),
         data->type->name);
}

void __ubsan_handle_shift_out_of_bounds_abort(const struct shift_data *data, uint64_t left,
                                              uint64_t right)
{
    char value[VALUE_ROOM], count[VALUE_ROOM];

    TELL(&data->at, "shift of %s by %s, %s", digits(data->left, left, value),
         digits(data->right, right, count), data->left->name);
}

void __ubsan_handle_out_of_bounds_abort(const struct bounds_data *data, uint64_t index)
{
    char text[VALUE_ROOM];

    TELL(&data->at, "index %s is outside of %s", digits(data->index, index, text),
         data->array->name);
}

void __ubsan_handle_type_mismatch_v1_abort(const struct mismatch_data *data, uint64_t address)
{
    static const char *const accesses[] = {"load from",
                                           "store to",
                                           "reference to",
                                           "member of",
                                           "call on",
                                           "construction at",
                                           "static downcast of",
                                           "downcast of",
                                           "upcast of",
                                           "cast to virtual base of"};
    const char *access = data->access < sizeof(accesses) / sizeof(accesses[0])
                             ? accesses[data->access]
                             : "access to";
    uint64_t alignment = UINT64_C(1) << data->log2_alignment;

    if (address == 0)
        TELL(&data->at, "%s a null pointer to %s", access, data->type->name);
    if ((address & (alignment - 1)) != 0)
        TELL(&data->at, "%s 0x%" PRIx64 ", misaligned for %s, which wants %" PRIu64, access,
             address, data->type->name, alignment);
    TELL(&data->at, "%s 0x%" PRIx64 ", where an object is too small for %s", access, address,
         data->type->name);
}

void __ubsan_handle_pointer_overflow_abort(const struct place_data *data, uint64_t base,
                                           uint64_t result)
{
    TELL(&data->at, "pointer arithmetic from 0x%" PRIx64 " leads to 0x%" PRIx64, base, result);
}

void __ubsan_handle_load_invalid_value_abort(const struct invalid_data *data, uint64_t value)
{
    TELL(&data->at, "the value %" PRIu64 " is none of %s", value, data->type->name);
}

void __ubsan_handle_vla_bound_not_positive_abort(const struct invalid_data *data, uint64_t bound)
{
    char text[VALUE_ROOM];

    TELL(&data->at, "an array of %s elements", digits(data->type, bound, text));
}

void __ubsan_handle_nonnull_arg_abort(const struct argument_data *data)
{
    TELL(&data->at, "argument %" PRId32 " is null, which its function does not take",
         data->argument);
}

void __ubsan_handle_nonnull_return_v1_abort(const struct place_data *data,
                                            const struct location *at)
{
    (void)data;
    TELL(at, "%s", "null is returned where it never is");
}

void __ubsan_handle_invalid_builtin_abort(const struct builtin_data *data)
{
    TELL(&data->at, "the bits %s a 0 are counted", data->kind == 0 ? "behind" : "in front of");
}

void __ubsan_handle_builtin_unreachable(const struct place_data *data)
{
    TELL(&data->at, "%s", "what can't be reached was reached");
}

void __ubsan_handle_missing_return(const struct place_data *data)
{
    TELL(&data->at, "%s", "the end of a function that returns a value");
}
