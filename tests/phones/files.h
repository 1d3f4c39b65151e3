/*
 * files: whole files in and out; writes appear at once or not at all.
 */
#ifndef TESTS_PHONES_FILES_H
#define TESTS_PHONES_FILES_H

#include <stddef.h>
#include <stdio.h>

#include "proto/base/buf.h"

struct err;

#define FILES_MAX (64 * 1024 * 1024)

/* Replaces what buf held. */
int files_read(const char *path, struct buf *out, struct err *err);

/* Reads a stream to its end. */
int files_read_stream(FILE *stream, struct buf *out, struct err *err);

/*
 * Writes path.tmp (0600) and renames it. Not synced: a phone made of software
 * may forget with the machine, never halfway.
 */
int files_write(
    const char *path, const void *data, size_t len, struct err *err);

/* Makes the folder (0700) when it is not there. */
int files_make_folder(const char *path, struct err *err);

#endif
