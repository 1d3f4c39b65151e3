/*
 * when: times in the words of people, seen from now.
 */
#ifndef SERVER_CLI_WHEN_H
#define SERVER_CLI_WHEN_H

#include <stddef.h>
#include <stdint.h>

#define WHEN_TEXT_MAX 64

/* "just now", "3 minutes ago", "in 6 days". */
void when_text(int64_t at, int64_t now, char out[WHEN_TEXT_MAX]);

#endif
