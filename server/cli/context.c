#include "server/cli/context.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/credential.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define FILE_MAX (256 * 1024)
#define TOKEN_FILE_MAX 512

/* ---- the file ---- */

static int folder_find(char out[PATH_MAX], struct err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int len = -1;

	if (config && config[0] == '/')
		len = snprintf(out, PATH_MAX, "%s/workphone", config);
	else if (home && home[0] == '/')
		len = snprintf(out, PATH_MAX, "%s/.config/workphone", home);
	if (len < 0 || len >= PATH_MAX - 32)
		return err_set(err, ERR_NOT_FOUND,
		    "HOME does not say where contexts are kept");
	return 0;
}

static int file_find(char out[PATH_MAX], struct err *err)
{
	char folder[PATH_MAX];
	int rc = folder_find(folder, err);

	if (rc < 0)
		return rc;
	if (snprintf(out, PATH_MAX, "%s/contexts.json", folder) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "the home folder is too deep");
	return 0;
}

static json_t *file_empty(void)
{
	return json_pack("{s:n,s:{}}", "current", "contexts");
}

/* What somebody else may write could send our token anywhere. */
static int file_check(int fd, const char *path, struct err *err)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) ||
	    stat.st_size > FILE_MAX)
		return err_set(err, ERR_INVALID, "%s is no file of ours", path);
	if ((stat.st_uid != geteuid() && stat.st_uid != 0) ||
	    (stat.st_mode & (S_IWGRP | S_IWOTH)))
		return err_set(err, ERR_DENIED,
		    "%s can be written by others: chmod 600 it", path);
	return 0;
}

static int file_load(json_t **out, struct err *err)
{
	char path[PATH_MAX];
	json_t *document = NULL;
	int rc = file_find(path, err);
	int fd;

	if (rc < 0)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*out = file_empty();
		return *out ? 0 : err_memory(err);
	}
	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	rc = file_check(fd, path, err);
	if (rc == 0)
		document = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	(void)close(fd);
	if (rc == 0 && !json_is_object(json_object_get(document, "contexts"))) {
		json_decref(document);
		return err_set(err, ERR_INVALID, "%s holds no contexts", path);
	}
	*out = document;
	return rc;
}

static int folders_make(struct err *err)
{
	char path[PATH_MAX];
	char *slash;
	int rc = folder_find(path, err);

	if (rc < 0)
		return rc;
	for (slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_set(
			    err, ERR_IO, "%s: %s", path, strerror(errno));
		if (!slash)
			return 0;
		*slash = '/';
	}
}

/* A new file takes the place of the old one, or the old one stays. */
static int file_save(const json_t *document, struct err *err)
{
	char path[PATH_MAX];
	char fresh[PATH_MAX + 8];
	int rc = folders_make(err);
	int fd;

	if (rc == 0)
		rc = file_find(path, err);
	if (rc < 0)
		return rc;
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", fresh, strerror(errno));
	if (json_dumpfd(document, fd, JSON_INDENT(2)) < 0 || fsync(fd) < 0)
		rc = err_set(err, ERR_IO, "%s: %s", fresh, strerror(errno));
	(void)close(fd);
	if (rc == 0 && rename(fresh, path) < 0)
		rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (rc < 0)
		(void)unlink(fresh);
	return rc;
}

/* ---- one context ---- */

static int text_take(const json_t *object, const char *key, char *out,
    size_t size, struct err *err)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (str_copy(out, size, text ? text : "") < 0)
		return err_set(err, ERR_LIMIT, "\"%s\" is too long", key);
	return 0;
}

static int context_of(const char *name, const json_t *object,
    struct context *out, struct err *err)
{
	struct context one = {.name = ""};
	int rc = text_take(object, "url", one.url, sizeof(one.url), err);

	if (rc == 0)
		rc = text_take(
		    object, "ca_file", one.ca_file, sizeof(one.ca_file), err);
	if (rc == 0)
		rc = text_take(object, "token_file", one.token_file,
		    sizeof(one.token_file), err);
	if (rc == 0 && str_copy(one.name, sizeof(one.name), name) < 0)
		rc = err_set(err, ERR_LIMIT, "a context's name is too long");
	if (rc == 0)
		rc = context_url_check(one.url, err);
	if (rc == 0)
		*out = one;
	return rc;
}

int context_url_check(const char *url, struct err *err)
{
	static const char scheme[] = "https://";
	const char *host = url + sizeof(scheme) - 1;

	/* A token is never sent in the clear. */
	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0 || !*host ||
	    strlen(url) >= CONTEXT_URL_MAX || strpbrk(host, "/?#@ \t\r\n\\"))
		return err_set(err, ERR_INVALID,
		    "the address is like https://phones.example.org:8443, "
		    "nothing behind the port");
	return 0;
}

int context_load(const char *name, struct context *out, struct err *err)
{
	json_t *document = NULL;
	const json_t *found;
	int rc = file_load(&document, err);

	if (rc < 0)
		return rc;
	if (!name)
		name = json_string_value(json_object_get(document, "current"));
	found = name
	    ? json_object_get(json_object_get(document, "contexts"), name)
	    : NULL;
	rc = found ? context_of(name, found, out, err)
	           : err_set(err, ERR_NOT_FOUND,
	                 "there is no context \"%.64s\"; see workphone "
	                 "context list",
	                 name ? name : "");
	json_decref(document);
	return rc;
}

int context_each(context_fn *fn, void *arg, struct err *err)
{
	struct context one;
	json_t *document = NULL;
	const char *current;
	const char *name;
	json_t *value;
	int rc = file_load(&document, err);

	if (rc < 0)
		return rc;
	current = json_string_value(json_object_get(document, "current"));
	json_object_foreach(json_object_get(document, "contexts"), name, value)
	{
		rc = context_of(name, value, &one, err);
		if (rc < 0)
			break;
		fn(arg, &one, current && strcmp(current, name) == 0);
	}
	json_decref(document);
	return rc;
}

static int name_check(const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len >= CONTEXT_NAME_MAX ||
	    strspn(name,
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	        "0123456789.-_") != len)
		return err_set(err, ERR_INVALID,
		    "a context's name is of letters, digits, dot, dash");
	if (strcmp(name, CONTEXT_LOCAL) == 0)
		return err_set(err, ERR_INVALID,
		    "\"" CONTEXT_LOCAL "\" is the server on this machine");
	return 0;
}

int context_add(const struct context *context, bool *is_first, struct err *err)
{
	json_t *document = NULL;
	json_t *all;
	int rc = name_check(context->name, err);

	if (rc == 0)
		rc = context_url_check(context->url, err);
	if (rc == 0)
		rc = file_load(&document, err);
	*is_first = false;
	if (rc < 0)
		return rc;
	all = json_object_get(document, "contexts");
	if (json_object_set_new(all, context->name,
	        json_pack("{s:s,s:s,s:s}", "url", context->url, "ca_file",
	            context->ca_file, "token_file", context->token_file)) < 0)
		rc = err_set(err, ERR_INVALID, "a path is not UTF-8");
	*is_first = rc == 0 && json_object_size(all) == 1;
	if (*is_first)
		(void)json_object_set_new(
		    document, "current", json_string(context->name));
	if (rc == 0)
		rc = file_save(document, err);
	json_decref(document);
	return rc;
}

static int current_set(json_t *document, const char *name)
{
	return json_object_set_new(
	    document, "current", name ? json_string(name) : json_null());
}

int context_remove(const char *name, struct err *err)
{
	json_t *document = NULL;
	const char *current;
	int rc = file_load(&document, err);

	if (rc < 0)
		return rc;
	current = json_string_value(json_object_get(document, "current"));
	if (current && strcmp(current, name) == 0)
		(void)current_set(document, NULL);
	if (json_object_del(json_object_get(document, "contexts"), name) < 0)
		rc = err_set(
		    err, ERR_NOT_FOUND, "there is no context \"%.64s\"", name);
	if (rc == 0)
		rc = file_save(document, err);
	json_decref(document);
	return rc;
}

int context_use(const char *name, struct err *err)
{
	bool is_local = strcmp(name, CONTEXT_LOCAL) == 0;
	json_t *document = NULL;
	int rc = file_load(&document, err);

	if (rc < 0)
		return rc;
	if (!is_local &&
	    !json_object_get(json_object_get(document, "contexts"), name))
		rc = err_set(
		    err, ERR_NOT_FOUND, "there is no context \"%.64s\"", name);
	else if (current_set(document, is_local ? NULL : name) < 0)
		rc = err_memory(err);
	if (rc == 0)
		rc = file_save(document, err);
	json_decref(document);
	return rc;
}

/* ---- the token ---- */

static int token_check(const char *path, const char *text, size_t len,
    struct secret *out, struct err *err)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return err_set(
			    err, ERR_INVALID, "%s holds no token", path);
	if (len == 0)
		return err_set(err, ERR_INVALID, "%s is empty", path);
	return secret_set(out, text, len, err);
}

/* Who may read a credential, systemd says in an access list (acl(5)), which
 * looks like a group's right. */
static bool is_ours_alone(const struct stat *stat, const char *path)
{
	mode_t others = S_IRWXG | S_IRWXO;

	if (credential_is(path))
		others = S_IWGRP | S_IRWXO;
	return S_ISREG(stat->st_mode) && !(stat->st_mode & others) &&
	    (stat->st_uid == geteuid() || stat->st_uid == 0);
}

int context_token_load(const char *path, struct secret *out, struct err *err)
{
	char place[PATH_MAX];
	char text[TOKEN_FILE_MAX];
	char *start = text;
	struct stat stat;
	ssize_t got;
	size_t len;
	int rc = credential_path(path, place, sizeof(place), err);
	int fd;

	if (rc < 0)
		return rc;
	fd = open(place, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_NOT_FOUND, "the token file %s: %s",
		    path, strerror(errno));
	if (fstat(fd, &stat) < 0 || !is_ours_alone(&stat, path))
		rc = err_set(err, ERR_DENIED,
		    "the token file %s must be its owner's alone: chmod 600 "
		    "it",
		    path);
	got = rc < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (rc == 0 && got < 0)
		rc = err_set(err, ERR_IO, "cannot read %s", path);
	if (rc == 0) {
		text[got] = '\0';
		start += strspn(start, " \t\r\n");
		len = strcspn(start, " \t\r\n");
		rc = start[len + strspn(start + len, " \t\r\n")] != '\0'
		    ? err_set(
		          err, ERR_INVALID, "%s holds more than a token", path)
		    : token_check(path, start, len, out, err);
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}
