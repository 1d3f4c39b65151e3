/*
 * document: a receipt signed by the key that signs nothing else. Runs in the
 * keeper's process only. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_DOCUMENT_H
#define SERVER_KEEPER_DOCUMENT_H

struct buf;
struct err;
struct keeper_message;
struct vault;

int serve_sign_document(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err);

#endif
