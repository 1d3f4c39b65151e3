/*
 * style: the pages' one style sheet, part of the program, under a name that
 * holds its hash: it may be kept for ever.
 */
#ifndef SERVER_OFFICE_PAGES_STYLE_H
#define SERVER_OFFICE_PAGES_STYLE_H

#include <stddef.h>

extern const unsigned char style_bytes[]; /* made by embed_style.cmake */
extern const size_t style_len;

#define STYLE_PATH "/assets/"
/* "pages-0123456789abcdef.css"; static. */
const char *style_file_name(void);
/* "/assets/pages-….css"; static. */
const char *style_address(void);
/* A strong ETag, quotes included; static. */
const char *style_etag(void);

#endif
