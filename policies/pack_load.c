/* pack_load: the one place in policies/ that reads files. */
#include "policies/pack_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"

#define PACK_PATH_MAX 4096

static int file_check(int fd, const char *path, struct err *err)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return err_set(err, ERR_INVALID, "%s: not a file", path);
	if (info.st_size > LIMIT_PACK_FILE)
		return err_set(err, ERR_LIMIT,
		    "%s:1: the file is larger than %d bytes", path,
		    LIMIT_PACK_FILE);
	return 0;
}

/* Reads to the end, but not past the limit: the file may grow meanwhile. */
static int fd_read(int fd, const char *path, struct buf *out, struct err *err)
{
	char block[8192];
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(
			    err, ERR_IO, "%s: %s", path, strerror(errno));
		buf_append(out, block, (size_t)got);
		if (out->len > LIMIT_PACK_FILE)
			break; /* the parser says it */
	}
	return buf_check(out, err);
}

static int file_read(const char *path, struct buf *out, struct err *err)
{
	/* O_NONBLOCK: a FIFO in the folder must not hold us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", path, strerror(errno));
	rc = file_check(fd, path, err);
	if (rc == 0)
		rc = fd_read(fd, path, out, err);
	(void)close(fd);
	return rc;
}

static int path_make(char path[PACK_PATH_MAX], const char *folder,
    const char *before, const char *language, struct err *err)
{
	int wrote = snprintf(
	    path, PACK_PATH_MAX, "%s/%s%s.yaml", folder, before, language);

	if (wrote < 0 || wrote >= PACK_PATH_MAX)
		return err_set(err, ERR_LIMIT, "the folder's path is too long");
	return 0;
}

/* The packs that are being loaded, from the one below the top upwards. */
struct chain {
	const char *name;
	const struct chain *above;
	unsigned depth;
};

struct places {
	const char *library; /* NULL: none */
	const struct chain *above;
};

static bool is_there(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

/* An overlay need not say anything in a language that its base has. */
static bool is_left_out(
    const struct pack *pack, const char *language, const char *path)
{
	return pack_extends(pack) && !is_there(path) &&
	    pack_profile_text_find(pack, language);
}

static int texts_load(struct pack *pack, const char *folder,
    const char *language, struct err *err)
{
	char path[PACK_PATH_MAX];
	struct buf yaml = {0};
	int rc = path_make(path, folder, "texts.", language, err);

	if (rc == 0 && is_left_out(pack, language, path))
		return 0;
	if (rc == 0)
		rc = file_read(path, &yaml, err);
	if (rc == 0)
		rc = pack_parse_texts(
		    pack, language, path, yaml.data, yaml.len, err);
	buf_clear(&yaml);
	return rc;
}

static int folder_load(const char *folder, const struct places *places,
    struct pack **out, struct err *err);

/* The folder `name` in another one; -ERR_NOT_FOUND when no pack is there. */
static int pack_find(const char *in, const char *name, char path[PACK_PATH_MAX])
{
	char file[PACK_PATH_MAX + 16];
	int wrote = snprintf(path, PACK_PATH_MAX, "%s/%s", in, name);

	if (wrote < 0 || wrote >= PACK_PATH_MAX)
		return -ERR_NOT_FOUND;
	(void)snprintf(file, sizeof(file), "%s/pack.yaml", path);
	return is_there(file) ? 0 : -ERR_NOT_FOUND;
}

/* Beside the folder, then in the library. A name holds no slash and no dot. */
static int base_find(const struct pack *pack, const char *folder,
    const struct places *places, char path[PACK_PATH_MAX], struct err *err)
{
	const char *name = pack_extends(pack);
	char beside[PACK_PATH_MAX];
	int wrote = snprintf(beside, sizeof(beside), "%s/..", folder);

	if (wrote > 0 && wrote < PACK_PATH_MAX &&
	    pack_find(beside, name, path) == 0)
		return 0;
	if (places->library && pack_find(places->library, name, path) == 0)
		return 0;
	return xyaml_err(pack->outline, "extends", err, ERR_NOT_FOUND,
	    "no pack '%s' beside this one%s", name,
	    places->library ? ", and none of that name is shipped" : "");
}

static int chain_check(
    const struct pack *pack, const struct chain *chain, struct err *err)
{
	const struct chain *link;
	const char *name = pack_extends(pack);

	if (chain->depth > PACK_DEPTH_MAX)
		return xyaml_err(pack->outline, "extends", err, ERR_LIMIT,
		    "more than %d packs below the first: change the nearest "
		    "of them instead",
		    PACK_DEPTH_MAX);
	for (link = chain->above; link; link = link->above) {
		if (strcmp(link->name, name) == 0)
			return xyaml_err(pack->outline, "extends", err,
			    ERR_INVALID, "the pack '%s' would stand on itself",
			    name);
	}
	return 0;
}

static int base_load(struct pack *pack, const char *folder,
    const struct places *places, struct err *err)
{
	struct chain chain = {pack_name(pack), places->above,
	    places->above ? places->above->depth + 1 : 1};
	struct places below = {places->library, &chain};
	char beneath[PACK_PATH_MAX];
	struct pack *base = NULL;
	int rc = chain_check(pack, &chain, err);

	if (rc == 0)
		rc = base_find(pack, folder, places, beneath, err);
	if (rc == 0)
		rc = folder_load(beneath, &below, &base, err);
	if (rc == 0)
		rc = pack_lay_over(pack, base, err);
	if (rc)
		pack_free(base);
	return rc;
}

static int folder_load(const char *folder, const struct places *places,
    struct pack **out, struct err *err)
{
	char path[PACK_PATH_MAX];
	struct buf yaml = {0};
	struct pack *pack = NULL;
	size_t i;
	int rc = path_make(path, folder, "pack", "", err);

	if (rc == 0)
		rc = file_read(path, &yaml, err);
	if (rc == 0)
		rc = pack_parse(path, yaml.data, yaml.len, &pack, err);
	if (rc == 0 && pack_extends(pack))
		rc = base_load(pack, folder, places, err);
	for (i = 0; rc == 0 && i < pack_language_count(pack); i++)
		rc = texts_load(pack, folder, pack_language_at(pack, i), err);
	if (rc == 0)
		rc = pack_check(pack, err);
	if (rc == 0) {
		*out = pack;
		pack = NULL;
	}
	pack_free(pack);
	buf_clear(&yaml);
	return rc;
}

int pack_load_with(
    const char *folder, const char *library, struct pack **out, struct err *err)
{
	struct places places = {library, NULL};

	return folder_load(folder, &places, out, err);
}

int pack_load(const char *folder, struct pack **out, struct err *err)
{
	return pack_load_with(folder, NULL, out, err);
}
