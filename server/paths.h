/*
 * paths: names of the server's own files inside its folders.
 */
#ifndef SERVER_PATHS_H
#define SERVER_PATHS_H

struct err;

#define PATHS_MAX 4096
#define PATHS_DATABASE "workphone.db" /* in `data` */
#define PATHS_LOCK "workphone.lock"   /* in `data`: one server at a time */

/* folder/name into out (PATHS_MAX bytes); -ERR_LIMIT when too long. */
int paths_join(
    char *out, const char *folder, const char *name, struct err *err);

#endif
