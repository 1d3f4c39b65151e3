/*
 * dump: every body a phone sends and gets, as numbered files, for judges that
 * read them afterwards:
 *   000012-SERIAL-sent-answer-SecurityInfo-Acknowledged.plist
 *   000012-SERIAL-got-200.plist
 */
#ifndef TESTS_PHONES_DUMP_H
#define TESTS_PHONES_DUMP_H

#include <stddef.h>
#include <stdint.h>

struct err;

/* Makes the folder; numbers go on behind those that are there. */
int dump_start(const char *folder, struct err *err);

/* The number that one exchange's two files share. */
unsigned dump_next_number(void);

/* Nothing when folder is NULL; a dump that fails says so on stderr. */
void dump_write(const char *folder, unsigned number, const char *serial,
    const char *name, const uint8_t *data, size_t len);

#endif
