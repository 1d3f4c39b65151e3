/*
 * fence: what the server process may still touch in the file system once its
 * certificates are loaded: the data folder, what looking up host names takes,
 * and nothing of the keys (Landlock). Holds for the calling thread and those it
 * starts later.
 */
#ifndef SERVER_FENCE_H
#define SERVER_FENCE_H

#include <stdbool.h>

/* data: folder to read and write. False: the kernel does not offer it. */
bool fence_close(const char *data);

#endif
