/*
 * ledger_text: what people say of a thing, checked and spelled in one way. For
 * the files of the ledger.
 */
#ifndef SERVER_SERVICE_LEDGER_LEDGER_TEXT_H
#define SERVER_SERVICE_LEDGER_LEDGER_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * One line of UTF-8 without control characters into out; blanks at both ends
 * go. text NULL: out stays. what: for the sentence, "the mail".
 */
int ledger_text_take(char *out, size_t size, const char *text, const char *what,
    struct err *err);
/* The same in lower case (ASCII), with one @ inside; "" is taken. */
int ledger_mail_take(char *out, size_t size, const char *text, struct err *err);
/* "+46 70-123 45 67" → "+46701234567"; "" is taken. */
int ledger_number_take(
    char *out, size_t size, const char *text, struct err *err);
/* "2026-11-22"; "" is 0; NULL: *out stays. */
int ledger_day_take(
    int64_t *out, const char *text, const char *what, struct err *err);

#endif
