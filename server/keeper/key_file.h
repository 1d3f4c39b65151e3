/*
 * key_file: small files in the key folder, written so that they survive a power
 * cut and read only when nobody else may read them. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_KEY_FILE_H
#define SERVER_KEEPER_KEY_FILE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct secret;

#define KEY_FILE_MAX (64 * 1024)

/* There while keeper_init() is at work; whoever finds it finds a ruin. */
#define KEY_FILE_UNFINISHED ".init-unfinished"

/* The folder's descriptor, or a negative code. */
int key_folder_open(const char *folder, struct err *err);

bool key_file_exists(int folder, const char *name);

/* Creates a new file and brings it to the disk. ERR_CONFLICT when it exists. */
int key_file_write(int folder, const char *name, mode_t mode,
    const uint8_t *data, size_t len, struct err *err);

/*
 * Reads a regular file of at most KEY_FILE_MAX bytes. is_private: refuses one
 * that group or others may read (ERR_DENIED).
 */
int key_file_read(int folder, const char *name, bool is_private,
    struct secret *out, struct err *err);

#endif
