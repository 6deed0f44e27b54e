// SPDX-License-Identifier: BSD-3-Clause
/*
 * The application's main() (platform/application.h).
 */
#include "platform/application.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\n"

/* The application. */
int main(int argc, char **argv);

/* linker.ld, r5f.ld: its functions with __attribute__((constructor)). */
typedef void (*constructor_t)(void);
extern const constructor_t constructors_start[], constructors_end[];

int platform_split_arguments(char *text, char **words, int max, bool *lost)
{
    static char name[] = "k3metal";
    char *position = text, *word = strtok_r(text, BLANKS, &position);
    int count = 0;

    words[count++] = name;
    for (; word != NULL && count <= max; word = strtok_r(NULL, BLANKS, &position))
        words[count++] = word;
    words[count] = NULL;
    *lost = word != NULL;
    return count;
}

void platform_run_application(int count, char **words)
{
    for (const constructor_t *constructor = constructors_start; constructor < constructors_end;
         constructor++)
        (*constructor)();
    exit(main(count, words));
}
