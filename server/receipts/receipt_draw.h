/*
 * receipt_draw: a receipt as a PDF page or more, A4, in its own language, fonts
 * embedded, tagged. Not signed yet: receipt_pdf.h. Reads fonts from the system.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_DRAW_H
#define SERVER_RECEIPTS_RECEIPT_DRAW_H

struct buf;
struct err;
struct receipt;

/* Appends the PDF. The same receipt gives the same bytes. */
int receipt_draw(
    const struct receipt *receipt, struct buf *pdf, struct err *err);

/* Loads the fonts' register, so that later calls open font files only. */
int receipt_draw_warm(struct err *err);

#endif
