// SPDX-License-Identifier: BSD-3-Clause
/*
 * The default image: the demonstration, the prompt and the self-test in one.
 *
 * Boot arguments are words, done in their order: each that is the name of a command which may be
 * given at boot ("demo", "selftest" or "selftest=its,udma", "console") is run, and
 * log=SUBJECT:LEVEL sets a level. The others are ignored, since boards' device trees bring
 * arguments for Linux. After the last word the firmware powers off, with a failing status if any
 * word failed; without any word of its own it goes to the prompt.
 */
#include "app/prompt/prompt.h"
#include "lib/command.h"
#include "lib/log.h"
#include "platform/platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

LOG_USE(boot);

/* Splits "name=value"; returns the value, or NULL. */
static char *split_value(char *word)
{
    char *mark = strchr(word, '=');

    if (mark == NULL)
        return NULL;
    *mark = '\0';
    return mark + 1;
}

/* "udma:debug". */
static void set_log_level(char *value)
{
    char *name = strchr(value, ':');
    int level = name == NULL ? -1 : log_level_of(name + 1);

    if (level < 0) {
        log_error(boot, "log=%s: not SUBJECT:LEVEL (error, warning, info or debug)", value);
        return;
    }
    *name = '\0';
    if (log_set_level(value, (enum log_level)level) != 0)
        log_error(boot, "log=%s: there is no such subject", value);
}

/* Does one boot argument. False: it is not for this firmware. */
static bool do_word(char *word, int *status)
{
    char *value = split_value(word);
    const struct command *command = command_find(word);
    char *words[] = {word, value, NULL};

    if (strcmp(word, "log") == 0 && value != NULL) {
        set_log_level(value);
        return false;
    }
    /* Not a command, or one that takes no value: the argument is for another operating system. */
    if (command == NULL || !command->at_boot || (value != NULL && command->arguments == NULL)) {
        log_info(boot, "ignoring the boot argument \"%s\"", word);
        return false;
    }
    *status = command_run(command, value == NULL ? 1 : 2, words);
    return true;
}

int main(int argc, char **argv)
{
    bool any = false;
    int status = COMMAND_DONE;

    /* If the SoC did not come up, no boot argument is done: that would report a success. */
    if (platform_get_boot_info()->error != 0) {
        if (argc == 1)
            return prompt_run();
        log_error(boot, "not all is up, so the boot arguments are not done");
        return COMMAND_FAILED;
    }
    for (int i = 1; i < argc; i++) {
        int word_status = COMMAND_DONE;

        any = do_word(argv[i], &word_status) || any;
        if (status == COMMAND_DONE)
            status = word_status;
    }
    return any ? status : prompt_run();
}
