// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages for people: to the console, one line at a time, never interleaved between cores, each
 * with the time since the counter started and its subject.
 *
 * A subject (a block, a driver, an application) has a level of its own; messages beyond it cost a
 * comparison. The file that a subject belongs to says LOG_SUBJECT(name) once; other files that
 * write about it say LOG_USE(name). The line names the device, the operation and the numbers; no
 * line feed at its end. It is formatted by newlib's vsniprintf(): all of printf but floating point.
 *
 * Thread context only: nothing prints on an interrupt path.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stddef.h>
#include <stdint.h>

/* How much a message matters; a subject's level lets it and all above it through. */
enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO, /* the level of every subject at first */
    LOG_DEBUG,
    LOG_LEVELS,
};

/* A subject: what LOG_SUBJECT() below defines. */
struct log_subject {
    const char *name;
    uint32_t level; /* an enum log_level; atomic */
};

#define LOG_SUBJECT(name_)                                                                         \
    struct log_subject log_subject_##name_                                                         \
        __attribute__((used, section(".log_subjects"))) = {#name_, LOG_INFO}
#define LOG_USE(name_)            extern struct log_subject log_subject_##name_

#define log_error(subject, ...)   log_write(&log_subject_##subject, LOG_ERROR, __VA_ARGS__)
#define log_warning(subject, ...) log_write(&log_subject_##subject, LOG_WARNING, __VA_ARGS__)
#define log_info(subject, ...)    log_write(&log_subject_##subject, LOG_INFO, __VA_ARGS__)
#define log_debug(subject, ...)   log_write(&log_subject_##subject, LOG_DEBUG, __VA_ARGS__)

/* What the macros above call. Thread context. */
void log_write(const struct log_subject *subject, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the level of the subject with that name, or of all ("*"). -ENOENT: there is none. Any
 * context. */
int log_set_level(const char *subject, enum log_level level);

/* A level's name ("error", "warning", "info", "debug"); the level of that name, or -ENOENT. Any
 * context. */
const char *log_level_name(enum log_level level);
int log_level_of(const char *name);

/* Subject number `index` (from 0, in no order); NULL after the last. Any context. */
const struct log_subject *log_get_subject(unsigned index);

/* The latest lines are kept, as many as fit into LOG_KEPT bytes. */
#define LOG_KEPT 16384u

/* Copies the last `lines` of them into text, which has room for LOG_KEPT bytes; returns the length.
 * Thread context. */
size_t log_copy(char *text, unsigned lines);

#endif
