/*
 * day_words: a day as people write it: "25 november 2026" (sv), "25. november
 * 2026" (da), "25 November 2026" (en). Another language gets English. Pure.
 */
#ifndef SERVER_SERVICE_PAGE_DAY_WORDS_H
#define SERVER_SERVICE_PAGE_DAY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_WORDS_MAX 40

void day_words(
    int32_t day, const char *language, bool with_year, char out[DAY_WORDS_MAX]);

#endif
