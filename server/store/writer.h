/*
 * writer: the one thread that writes. It takes whatever units wait, runs them
 * in one transaction, each in its own savepoint or all without, commits once,
 * and only then wakes those who handed them in (DESIGN invariant 6). No timer:
 * the batch grows with the load.
 */
#ifndef SERVER_STORE_WRITER_H
#define SERVER_STORE_WRITER_H

#include "server/store/store.h"

struct checkpoint;
struct db;
struct writer;

/* Takes the connection over, also on failure; borrows the checkpoint. */
int writer_start(struct db *db, struct checkpoint *checkpoint,
    unsigned queue_max, struct writer **out, struct err *err);
/* Runs what waits, ends the thread, closes the connection; takes NULL. */
void writer_stop(struct writer *writer);

/* From any thread but the writer's: see store_write(). */
int writer_run(struct writer *writer, store_fn *fn, void *arg,
    bool is_repeatable, struct err *err);

/* See store_retirements(). */
uint64_t writer_retirements(const struct writer *writer);

/* Fills all but reads. */
void writer_stats(struct writer *writer, struct store_stats *out);

#endif
