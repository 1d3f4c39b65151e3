#include "server/fence.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
	    LANDLOCK_ACCESS_FS_MAKE_REG)
#define FILES_ABI_1 ((UINT64_C(1) << 13) - 1)
#define FILE_TRUNCATE (UINT64_C(1) << 14) /* ABI 3; not in Debian 12's header */

static bool allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access};
	bool done;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true; /* not there: nothing to allow */
	done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	           &rule, 0) == 0;
	(void)close(rule.parent_fd);
	return done;
}

/* What finding a host by its name and knowing a public authority take: the
 * outbox speaks with mail servers and webhooks. */
static bool allow_network_files(int rules)
{
	static const char *const paths[] = {"/etc/hosts", "/etc/host.conf",
	    "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
	    "/etc/services", "/run/systemd/resolve", "/run/NetworkManager",
	    "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
	    "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
	    "/usr/lib", "/lib"};
	struct stat status;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (stat(paths[i], &status) == 0 &&
		    !allow(rules, paths[i],
		        S_ISDIR(status.st_mode) ? READ
		                                : LANDLOCK_ACCESS_FS_READ_FILE))
			return false;
	return true;
}

/* Receipts are drawn while the server runs; fonts are nobody's secret. */
static bool allow_fonts(int rules)
{
	static const char *const folders[] = {"/usr/share/fonts",
	    "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig",
	    "/var/cache/fontconfig"};
	bool done = true;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		done = done && allow(rules, folders[i], READ);
	return done;
}

static bool allow_all(int rules, const char *data, uint64_t truncate)
{
	bool done = allow_fonts(rules) &&
	    allow(rules, data, READ | WRITE | truncate) &&
	    allow(rules, "/proc", READ) &&
	    allow(rules, "/dev", READ | LANDLOCK_ACCESS_FS_WRITE_FILE) &&
	    allow_network_files(rules);
#ifndef NDEBUG
	const char *clock = getenv("WORKPHONE_TEST_CLOCK_FILE");

	if (clock)
		done =
		    done && allow(rules, clock, LANDLOCK_ACCESS_FS_READ_FILE);
#endif
	return done;
}

bool fence_close(const char *data)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = FILES_ABI_1};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t truncate = abi >= 3 ? FILE_TRUNCATE : 0;
	int rules;
	bool holds;

	if (abi < 1)
		return false;
	attr.handled_access_fs |= truncate;
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return false;
	holds = allow_all(rules, data, truncate) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return holds;
}
