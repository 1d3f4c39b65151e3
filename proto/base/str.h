/*
 * str: bounded text: copies, hex, base64, numbers, UTF-8. Pure.
 */
#ifndef PROTO_BASE_STR_H
#define PROTO_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Copies text into out (size bytes); -ERR_LIMIT when it does not fit. */
int str_copy(char *out, size_t size, const char *text);

/* Bytes of the UTF-8 character at text (1 to 4), 0 when it is malformed. */
size_t str_utf8_step(const char *text);
bool str_is_utf8(const char *text, size_t len);

/* Lower-case hex; out holds 2 * len + 1 bytes. */
void str_hex(char *out, const uint8_t *data, size_t len);
/* Takes either case; -ERR_INVALID on odd length or other characters. */
int str_hex_parse(
    const char *text, size_t len, uint8_t *out, size_t size, size_t *out_len);

/* Standard base64 with padding; NULL when out of memory; free() it. */
char *str_base64(const uint8_t *data, size_t len);

/*
 * Standard or URL-safe alphabet, padding optional, ASCII white space skipped.
 * Refuses every other character and bits that do not belong to a byte.
 * *out is the caller's to free().
 */
int str_base64_parse(const char *text, size_t len, uint8_t **out,
    size_t *out_len, struct err *err);

/* Whole decimal number with no sign, no blanks; -ERR_INVALID otherwise. */
int str_number_parse(const char *text, uint64_t max, uint64_t *out);

/* Equal in constant time for equal lengths; NULL equals nothing. */
bool str_equal_secret(const char *a, const char *b);

/* Removes every blank and dash in place: IMEI and ICCID come with spaces. */
void str_strip_blanks(char *text);

#endif
