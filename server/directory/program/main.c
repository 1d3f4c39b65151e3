/*
 * workphone-directory: reads the people of an LDAP directory once and prints
 * them as a roster, for `workphone people import -`.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/directory/directory.h"

#define DEADLINE_S 1800 /* a directory that trickles ends here */

int main(int argc, char **argv)
{
	struct directory_config *config = NULL;
	struct err err = {0};
	int rc;

	if (argc != 3 || strcmp(argv[1], "read") != 0) {
		(void)fprintf(stderr,
		    "usage: workphone-directory read CONFIG\n"
		    "Prints the people of an LDAP directory as a roster.\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(DEADLINE_S);
	rc = directory_config_load(argv[2], &config, &err);
	if (rc == 0)
		rc = directory_read(config, stdout, &err);
	if (rc < 0)
		(void)fprintf(stderr, "workphone-directory: %s\n", err.text);
	directory_config_free(config);
	return rc < 0 ? 1 : 0;
}
