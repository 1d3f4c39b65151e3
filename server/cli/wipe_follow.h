/*
 * wipe_follow: shows a wipe's ladder as it is climbed.
 */
#ifndef SERVER_CLI_WIPE_FOLLOW_H
#define SERVER_CLI_WIPE_FOLLOW_H

struct cli;

/*
 * Asks the server again and again until the wipe is silent, proven, cancelled
 * or failed, or --timeout has passed. device: its id. With --json only the
 * last state is printed. Returns an enum cli_exit.
 */
int wipe_follow(struct cli *cli, const char *device);

#endif
