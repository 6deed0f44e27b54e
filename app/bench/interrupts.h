// SPDX-License-Identifier: BSD-3-Clause
/*
 * One interrupt, let in at a known instruction; and one that is requested and freed.
 */
#ifndef APP_BENCH_INTERRUPTS_H
#define APP_BENCH_INTERRUPTS_H

#include "app/bench/bench.h"
#include "msi/handler.h"

struct device;

/* Note when they are called. The tools know their names. Interrupt context. */
enum irq_return bench_handler(void *context);
void bench_callback(void *context, void *cookie, int status);

/* How often one of them was called. Any context. */
uint32_t bench_handler_calls(void);

/* Waits, with IRQs masked, until one is pending. False: none has come. */
bool bench_wait_pending(void);

/* Lets it in: state is irq_save()'s; calls_before is bench_calls(), and before is
 * bench_handler_calls(), both from before it was made pending. Counts the round if nothing else
 * came.
 */
void bench_let_in(struct bench_figure *figure, unsigned long state, uint64_t calls_before,
                  uint32_t before);

/* Requests a device's source and frees it in turns, and prints both, by these names. 0, or the
 * first error. Thread context. */
int bench_request_and_free(const char *const names[2], struct device *device, uint32_t index,
                           uint32_t rounds, struct bench_figure *figures);

#endif
