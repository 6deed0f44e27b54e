// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parts of the command `irq`: what it does for its first word. words[0] is that word. They
 * return as a command does (lib/command.h).
 */
#ifndef APP_PROMPT_IRQ_WORDS_H
#define APP_PROMPT_IRQ_WORDS_H

int irq_word_balance(int count, char **words);
int irq_word_stats(int count, char **words);
int irq_word_trigger(int count, char **words);

#endif
