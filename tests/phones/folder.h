/*
 * folder: a folder of phones, one file each, held by one process at a time.
 */
#ifndef TESTS_PHONES_FOLDER_H
#define TESTS_PHONES_FOLDER_H

#include "tests/phones/phone.h"

struct err;
struct folder;

/*
 * Opens DIR, or one phone's FILE ending in .json, and locks it; made when it
 * is not there. ERR_BUSY when another process holds it.
 */
int folder_open(const char *path, struct folder **out, struct err *err);
void folder_close(struct folder *folder);

/* Every phone, sorted by serial; the array and the phones are the caller's. */
int folder_load_all(
    struct folder *folder, struct phone ***out, size_t *count, struct err *err);

/* ERR_NOT_FOUND when there is no such phone. */
int folder_load(struct folder *folder, const char *serial, struct phone **out,
    struct err *err);

/* From any thread, for different phones. */
int folder_save(struct folder *folder, struct phone *phone, struct err *err);

void folder_free_all(struct phone **phones, size_t count);

#endif
