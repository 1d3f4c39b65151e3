/*
 * files: small files that must survive a power cut: written beside, fsynced,
 * renamed, and the folder fsynced.
 */
#ifndef AGENT_BENCH_UPLINK_FILES_H
#define AGENT_BENCH_UPLINK_FILES_H

#include <stddef.h>
#include <sys/types.h>

#include "proto/base/buf.h"

struct err;

int files_make_folder(const char *path, struct err *err); /* mode 0700 */
int files_write(const char *folder, const char *name, const void *data,
    size_t len, mode_t mode, struct err *err);
/* -ERR_NOT_FOUND, -ERR_LIMIT, -ERR_IO. out: buf_clear() it. */
int files_read(const char *folder, const char *name, size_t max,
    struct buf *out, struct err *err);
/* Removes; a file that is not there is fine. */
int files_remove(const char *folder, const char *name, struct err *err);
/* Calls each for every regular name that ends with suffix, in no order. */
int files_each(const char *folder, const char *suffix,
    int (*each)(void *arg, const char *name), void *arg, struct err *err);

#endif
