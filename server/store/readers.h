/*
 * readers: a few read-only connections, lent to whoever reads. Each reads its
 * own snapshot and neither waits for the writer nor holds it up.
 */
#ifndef SERVER_STORE_READERS_H
#define SERVER_STORE_READERS_H

struct db;
struct err;
struct readers;

int readers_open(
    const char *path, unsigned count, struct readers **out, struct err *err);
/* All must have been given back; takes NULL. */
void readers_close(struct readers *readers);

/* Waits for a free one; give it back soon. */
struct db *readers_take(struct readers *readers);
void readers_give(struct readers *readers, struct db *db);

#endif
