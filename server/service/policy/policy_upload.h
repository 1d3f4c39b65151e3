/*
 * policy_upload: a pack as it travels and is kept: one JSON document with the
 * files of the pack and of those it stands on, top first:
 *   {"packs": [{"name": "vastervik", "files": {"pack.yaml": "…",
 *    "texts.sv.yaml": "…"}}]}
 * The same bytes go from `workphone policy plan` to the server and into the
 * store, so that a pack in force never depends on a folder. Pure.
 */
#ifndef SERVER_SERVICE_POLICY_POLICY_UPLOAD_H
#define SERVER_SERVICE_POLICY_POLICY_UPLOAD_H

#include <stddef.h>

struct err;
struct pack;

/*
 * Loads and checks the whole; errors name file and line. len: at most
 * LIMIT_POLICY_BODY. *out: pack_free().
 */
int policy_upload_parse(
    const char *json, size_t len, struct pack **out, struct err *err);

#endif
