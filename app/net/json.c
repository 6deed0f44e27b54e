// SPDX-License-Identifier: BSD-3-Clause
/*
 * Writing JSON (RFC 8259).
 */
#include "app/net/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void json_init(struct json *json, char *text, size_t size)
{
    *json = (struct json){.text = text, .size = size};
    text[0] = '\0';
}

static void put(struct json *json, const char *bytes, size_t length)
{
    if (json->full || length >= json->size - json->length) {
        json->full = true;
        return;
    }
    memcpy(&json->text[json->length], bytes, length);
    json->length += length;
    json->text[json->length] = '\0';
}

static void put_character(struct json *json, const char *character)
{
    unsigned char code = (unsigned char)*character;
    char escaped[8];
    int length;

    if (code >= 0x20) {
        if (code == '"' || code == '\\')
            put(json, "\\", 1);
        put(json, character, 1);
        return;
    }
    length = sniprintf(escaped, sizeof(escaped), "\\u%04x", code);
    put(json, escaped, (size_t)length);
}

static void put_quoted(struct json *json, const char *value)
{
    put(json, "\"", 1);
    for (; *value != '\0'; value++)
        put_character(json, value);
    put(json, "\"", 1);
}

static void put_key(struct json *json, const char *key)
{
    if (json->comma)
        put(json, ",", 1);
    if (key != NULL) {
        put_quoted(json, key);
        put(json, ":", 1);
    }
    json->comma = true;
}

void json_begin(struct json *json, const char *key, char bracket)
{
    put_key(json, key);
    put(json, &bracket, 1);
    json->comma = false;
}

void json_end(struct json *json, char bracket)
{
    put(json, &bracket, 1);
    json->comma = true;
}

void json_text(struct json *json, const char *key, const char *value)
{
    put_key(json, key);
    put_quoted(json, value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
    char digits[24];
    int length = sniprintf(digits, sizeof(digits), "%" PRIu64, value);

    put_key(json, key);
    put(json, digits, (size_t)length);
}

struct json json_mark(const struct json *json)
{
    return *json;
}

void json_rewind(struct json *json, const struct json *mark)
{
    *json = *mark;
    json->text[json->length] = '\0';
}
