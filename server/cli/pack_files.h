/*
 * pack_files: a pack's folder, and those of the packs it stands on, as the one
 * document that the server takes (server/service/policy/policy_upload.h).
 */
#ifndef SERVER_CLI_PACK_FILES_H
#define SERVER_CLI_PACK_FILES_H

#include <jansson.h>

struct err;
struct pack;

/* Loads and checks first: an error names file and line. *pack: pack_free();
 * *out: {"packs": […]}, json_decref(). */
int pack_files_read(
    const char *folder, struct pack **pack, json_t **out, struct err *err);

#endif
