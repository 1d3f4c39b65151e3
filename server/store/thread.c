#include "server/store/thread.h"

#include <signal.h>
#include <string.h>

#include "proto/base/err.h"

int thread_start(
    pthread_t *out, void *(*main_fn)(void *), void *arg, struct err *err)
{
	sigset_t all;
	sigset_t before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(out, NULL, main_fn, arg);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		return err_set(
		    err, ERR_IO, "cannot start a thread: %s", strerror(rc));
	return 0;
}
