/*
 * qr: a QR code as text, two modules a character. Light modules are drawn, so
 * that it can be scanned off a dark terminal; with colour it is black and
 * white on every terminal.
 */
#ifndef SERVER_CLI_QR_H
#define SERVER_CLI_QR_H

#include <stdbool.h>

struct buf;
struct err;

/* Appends lines that each end with a newline. -ERR_LIMIT: text too long. */
int qr_render(const char *text, bool colour, struct buf *out, struct err *err);

#endif
