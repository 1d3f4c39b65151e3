/*
 * http_target: the request target in origin-form (RFC 9112 section 3.2.1):
 * percent-decoding of the path and the look of its bytes. Pure.
 */
#ifndef SERVER_HTTP_HTTP_TARGET_H
#define SERVER_HTTP_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes len bytes at text in place and ends them with NUL: the caller owns
 * the byte behind them. *query is the offset of the query, which keeps its
 * escapes; of a NUL when there is none. False when the target is refused.
 */
bool http_target_parse(char *text, size_t len, size_t *query);

/*
 * Percent-decodes len bytes into out (len + 1 bytes, may be the same place),
 * NUL-terminated. False on a bad escape or on %00.
 */
bool http_percent_decode(
    const char *text, size_t len, char *out, size_t *out_len);

#endif
