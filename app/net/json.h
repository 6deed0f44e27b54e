// SPDX-License-Identifier: BSD-3-Clause
/*
 * Writing JSON into memory of fixed size. What does not fit is left out as a whole: a part that was
 * begun and has no room left is taken back by the caller (json_mark(), json_rewind()).
 */
#ifndef APP_NET_JSON_H
#define APP_NET_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
    char *text;
    size_t size, length; /* text[length] is always '\0' */
    bool full, comma;    /* comma: another value stands before */
};

void json_init(struct json *json, char *text, size_t size);

/* key: of a member; NULL: of an array's element, or of the whole. */
void json_begin(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_end(struct json *json, char bracket);                    /* '}' or ']' */
void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);

/* Where it is now; and back to there. */
struct json json_mark(const struct json *json);
void json_rewind(struct json *json, const struct json *mark);

#endif
