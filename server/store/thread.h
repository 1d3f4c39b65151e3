/*
 * thread: starts a thread of the store, deaf to signals: those belong to the
 * program's own loop.
 */
#ifndef SERVER_STORE_THREAD_H
#define SERVER_STORE_THREAD_H

#include <pthread.h>

struct err;

int thread_start(
    pthread_t *out, void *(*main_fn)(void *), void *arg, struct err *err);

#endif
