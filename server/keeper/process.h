/*
 * process: the life of the keeper's own process, from fork to the end of the
 * stream. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_PROCESS_H
#define SERVER_KEEPER_PROCESS_H

#define KEEPER_SHIELDS_MAX 32

/*
 * Loads the keys, shuts itself in and answers until the other end closes. The
 * first message it sends has number 0: kind ERR_NONE and the shields' name, or
 * a code and a sentence, after which it ends. Never returns.
 */
_Noreturn void process_run(int fd, const char *folder);

#endif
