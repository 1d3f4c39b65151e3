#include "server/cli/pack_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#define PATH_BYTES 4096

static int file_read(const char *path, struct buf *out, struct err *err)
{
	char block[8192];
	size_t got;
	FILE *file = fopen(path, "rbe");

	if (!file)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", path, strerror(errno));
	while (out->len <= LIMIT_PACK_FILE &&
	    (got = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(out, block, got);
	(void)fclose(file);
	return buf_check(out, err);
}

/* A file that is not there is left out: pack_load() knows whether it may. */
static int file_put(
    json_t *files, const char *folder, const char *name, struct err *err)
{
	char path[PATH_BYTES];
	struct buf text = {0};
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	rc = file_read(path, &text, err);
	if (rc == 0 &&
	    json_object_set_new(
	        files, name, json_stringn((const char *)text.data, text.len)))
		rc = err_set(err, ERR_INVALID, "%s is not UTF-8", path);
	buf_clear(&text);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int folder_put(json_t *packs, const char *folder,
    const struct pack *pack, const char *name, struct err *err)
{
	json_t *files = json_object();
	char file[32];
	size_t i;
	int rc;

	if (!files ||
	    json_array_append_new(
	        packs, json_pack("{ss so}", "name", name, "files", files)))
		return err_memory(err);
	rc = file_put(files, folder, "pack.yaml", err);
	for (i = 0; rc == 0 && i < pack_language_count(pack); i++) {
		(void)snprintf(file, sizeof(file), "texts.%.8s.yaml",
		    pack_language_at(pack, i));
		rc = file_put(files, folder, file, err);
	}
	return rc;
}

/* From the top downwards, each beside the other. */
static int chain_put(
    json_t *packs, const char *folder, const struct pack *top, struct err *err)
{
	char path[PATH_BYTES];
	char next[PATH_BYTES];
	const struct pack *pack = top;
	struct pack *below = NULL;
	int rc = folder_put(packs, folder, top, pack_name(top), err);

	(void)snprintf(path, sizeof(path), "%s", folder);
	while (rc == 0 && pack_extends(pack)) {
		struct pack *base = NULL;

		if ((size_t)snprintf(next, sizeof(next), "%s/../%s", path,
		        pack_extends(pack)) >= sizeof(next)) {
			rc = err_set(
			    err, ERR_LIMIT, "the folder's path is too long");
			break;
		}
		rc = pack_load(next, &base, err);
		if (rc == 0)
			rc =
			    folder_put(packs, next, base, pack_name(base), err);
		pack_free(below);
		below = base;
		pack = base;
		memcpy(path, next, sizeof(path));
	}
	pack_free(below);
	return rc;
}

int pack_files_read(
    const char *folder, struct pack **pack, json_t **out, struct err *err)
{
	struct pack *loaded = NULL;
	json_t *packs;
	json_t *document;
	int rc = pack_load(folder, &loaded, err);

	if (rc < 0)
		return rc;
	packs = json_array();
	document = json_pack("{so}", "packs", packs);
	rc = document ? chain_put(packs, folder, loaded, err) : err_memory(err);
	if (rc < 0) {
		json_decref(document);
		pack_free(loaded);
		return rc;
	}
	*pack = loaded;
	*out = document;
	return 0;
}
