#include "server/cli/socket.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define SOCKET_INSTALLED "/run/workphone/admin.sock"

static int place_set(struct socket_place *out, const char *path,
    const char *origin, struct err *err)
{
	struct socket_place place = {0};

	if (str_copy(place.path, sizeof(place.path), path) < 0)
		return err_set(err, ERR_LIMIT,
		    "the path of the admin socket is over %zu bytes",
		    sizeof(place.path) - 1);
	(void)snprintf(place.origin, sizeof(place.origin), "%s", origin);
	*out = place;
	return 0;
}

/* -1: not there, or not to be believed. */
static int run_file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;

	if (fd < 0)
		return -1;
	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) ||
	    (stat.st_uid != geteuid() && stat.st_uid != 0) ||
	    (stat.st_mode & S_IWOTH)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* An admin_socket with no leading slash is meant from the folder. */
static int place_of_value(const char *folder, const char *value,
    const char *origin, struct socket_place *out, struct err *err)
{
	char path[PATH_MAX];
	int len;

	if (value[0] == '/')
		return place_set(out, value, origin, err);
	len = snprintf(path, sizeof(path), "%s/%s", folder, value);
	if (len < 0 || (size_t)len >= sizeof(path))
		return err_set(err, ERR_LIMIT, "a path is too long");
	return place_set(out, path, origin, err);
}

int socket_of_run(const char *folder, struct socket_place *out, struct err *err)
{
	char path[PATH_MAX];
	json_t *run = NULL;
	const char *value;
	int len;
	int rc;
	int fd;

	len = snprintf(path, sizeof(path), "%s/var/run.json", folder);
	if (len < 0 || (size_t)len >= sizeof(path))
		return -(int)ERR_NOT_FOUND;
	fd = run_file_open(path);
	if (fd < 0)
		return -(int)ERR_NOT_FOUND;
	run = json_loadfd(fd, 0, NULL);
	(void)close(fd);
	value = json_string_value(json_object_get(run, "admin_socket"));
	if (value && *value)
		rc = place_of_value(folder, value, path, out, err);
	else
		rc = -(int)ERR_NOT_FOUND;
	value = json_string_value(json_object_get(run, "organisation"));
	if (rc == 0 && value)
		(void)str_copy(
		    out->organisation, sizeof(out->organisation), value);
	json_decref(run);
	return rc;
}

/* From folder upwards, the root itself left out; folder is used up. */
static int run_search(char *folder, struct socket_place *out, struct err *err)
{
	char *slash;
	int rc = -(int)ERR_NOT_FOUND;

	while (rc == -ERR_NOT_FOUND && folder[0] == '/' && folder[1]) {
		rc = socket_of_run(folder, out, err);
		slash = strrchr(folder, '/');
		*slash = '\0';
	}
	return rc;
}

static int demo_find(struct socket_place *out, struct err *err)
{
	char folder[PATH_MAX];
	ssize_t len;
	int rc = -(int)ERR_NOT_FOUND;

	if (getcwd(folder, sizeof(folder)))
		rc = run_search(folder, out, err);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	len = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	if (len <= 0)
		return rc;
	folder[len] = '\0';
	return run_search(folder, out, err);
}

int socket_find(const char *option, struct socket_place *out, struct err *err)
{
	const char *named = getenv("WORKPHONE_SOCKET");
	int rc;

	if (option)
		return place_set(out, option, "--socket", err);
	if (named && *named)
		return place_set(out, named, "WORKPHONE_SOCKET", err);
	rc = demo_find(out, err);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	return place_set(
	    out, SOCKET_INSTALLED, "the place of an installed server", err);
}
