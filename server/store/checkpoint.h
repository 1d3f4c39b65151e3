/*
 * checkpoint: the thread that brings the write-ahead log into the database
 * file, beside the writer. It works without anybody waiting; only when the log
 * has grown long is the writer asked, between two commits, to start it over:
 * under a writer that never rests, nothing else would.
 */
#ifndef SERVER_STORE_CHECKPOINT_H
#define SERVER_STORE_CHECKPOINT_H

#include <stdint.h>

struct checkpoint;
struct db;
struct err;
struct log;

/* Takes the connection over, also on failure. */
int checkpoint_start(struct db *db, const struct log *log,
    struct checkpoint **out, struct err *err);
/* Ends the thread and closes the connection; takes NULL. */
void checkpoint_stop(struct checkpoint *checkpoint);

/*
 * By the writer, after a commit: how long the log is. It starts the log over
 * on its own connection when that is due.
 */
void checkpoint_notice(
    struct checkpoint *checkpoint, struct db *writer, int64_t log_bytes);

#endif
