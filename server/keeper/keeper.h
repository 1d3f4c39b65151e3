/*
 * keeper: the process that holds the private keys: CA, profile signing, and
 * the sealing key for escrowed secrets. This header is the client's side: each
 * call is one request over a socketpair and may be made from any thread. The
 * keeper process has no network, no database, and after start no files; it
 * runs under seccomp and landlock where the kernel offers them.
 */
#ifndef SERVER_KEEPER_KEEPER_H
#define SERVER_KEEPER_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/secret.h"

struct err;
struct keeper;
struct scep_request;

/*
 * Creates the organisation's keys and certificates in folder (made when it is
 * not there, 0700; keys 0600, certificates 0644): CA (RSA-3072, 10 years),
 * profile signing (RSA-2048, 5 years, issued by the CA), TLS server (EC P-256,
 * issued by the CA for hosts, 820 days: Apple takes 825 at most), sealing key
 * (32 random bytes), supervision identity (RSA-2048, signs itself, 10 years),
 * orders key (EC P-256), document signing (RSA-3072, 10 years, issued by the
 * CA). Refuses to touch a folder that holds any of them
 * (ERR_CONFLICT). All or nothing: what an interrupted run left is thrown away
 * by the next, and keeper_start() refuses it until then.
 * hosts: DNS names (ASCII) and IP addresses for the server certificate's SAN.
 */
int keeper_init(const char *folder, const char *organisation,
    const char *const *hosts, size_t host_count, int64_t now_ms,
    struct err *err);

/*
 * Gives a folder of an older version what it lacks: the supervision identity,
 * the orders key and the document signing key. Nothing that is there is touched; interrupted, it is run
 * again. *made: whether anything was.
 */
int keeper_upgrade(const char *folder, const char *organisation, int64_t now_ms,
    bool *made, struct err *err);

/* File names inside the folder. The server itself reads only these five. */
#define KEEPER_CA_CERTIFICATE "ca.crt"
#define KEEPER_TLS_CERTIFICATE "tls.crt" /* chain */
#define KEEPER_TLS_KEY "tls.key"
#define KEEPER_SUPERVISION_CERTIFICATE "supervision.crt"
#define KEEPER_ORDERS_PUBLIC_KEY "orders.pub" /* PEM, for stations */
/* Readable by the keeper process only. */
#define KEEPER_CA_KEY "ca.key"
#define KEEPER_SIGNING_CERTIFICATE "profile-signing.crt"
#define KEEPER_SIGNING_KEY "profile-signing.key"
#define KEEPER_SEALING_KEY "sealing.key"
#define KEEPER_SUPERVISION_KEY "supervision.key"
#define KEEPER_ORDERS_KEY "orders.key"
#define KEEPER_DOCUMENTS_CERTIFICATE "documents.crt"
#define KEEPER_DOCUMENTS_KEY "documents.key"

/*
 * Forks the keeper; call before any thread is started. It loads the keys from
 * folder, says whether that worked, and then shuts itself in. It ends by
 * itself when the socket closes.
 */
int keeper_start(const char *folder, struct keeper **out, struct err *err);

/* Ends the process and waits for it; no call may be under way. Takes NULL. */
void keeper_stop(struct keeper *keeper);
int keeper_pid(const struct keeper *keeper);

/* What holds the keeper in, for the log: "seccomp+landlock", …, "none". */
const char *keeper_shields(const struct keeper *keeper);

/*
 * All calls below: ERR_IO when the keeper has ended (start the server anew),
 * ERR_TIMEOUT when it did not answer in 10 s; bytes are appended to the buf.
 */

/*
 * Issues a client certificate for a PKCS#10 request (DER) whose signature
 * holds: subject CN = common_name (1 to 64 characters, UTF-8) whatever the
 * request says, KU digitalSignature and, for RSA, keyEncipherment, EKU
 * clientAuth, not before now - 10 min, not after the CA's own end. Refuses RSA
 * below 2048 bits, and anything but RSA and EC P-256/P-384 (ERR_UNSUPPORTED),
 * and a common name that a station's would have (ERR_DENIED).
 */
int keeper_issue_certificate(struct keeper *keeper, const uint8_t *csr,
    size_t csr_len, const char *common_name, int64_t now_ms, int64_t valid_ms,
    struct buf *certificate, struct err *err);

/*
 * The same for a bench station: common name "station:<station_id>", keys of EC
 * P-256 only (ERR_UNSUPPORTED). No phone's certificate ever has such a name.
 */
int keeper_issue_station(struct keeper *keeper, const uint8_t *csr,
    size_t csr_len, const char *station_id, int64_t now_ms, int64_t valid_ms,
    struct buf *certificate, struct err *err);

/*
 * Signs a work order for stations: ECDSA with SHA-256 over
 * "workphone-order-v1\n" and the bytes, DER, by the orders key, which signs
 * nothing else but checkpoints, and these begin differently.
 */
int keeper_sign_order(struct keeper *keeper, const uint8_t *order,
    size_t order_len, struct buf *signature, struct err *err);

/*
 * Signs that the audit log of an organisation had this entry as its newest at
 * this time: ECDSA with SHA-256, DER, by the orders key over the text of
 * audit_text.h, which the keeper makes. Stations hold that key's public half
 * already: whoever has it is a witness. sha256: 32 bytes.
 */
int keeper_sign_checkpoint(struct keeper *keeper, const char *organisation,
    int64_t seq, const uint8_t *sha256, int64_t at_ms, struct buf *signature,
    struct err *err);

/*
 * Answers a supervised phone's challenge (8 to 1024 bytes): CMS SignedData,
 * DER, content attached and not changed (CMS_BINARY), SHA-256, the supervision
 * certificate inside. Whether the phone may be answered is the caller's to
 * decide.
 */
int keeper_sign_challenge(struct keeper *keeper, const uint8_t *challenge,
    size_t challenge_len, struct buf *cms, struct err *err);

/* Signs a profile: CMS SignedData, DER, attached, signer and CA included. */
int keeper_sign_profile(struct keeper *keeper, const uint8_t *profile,
    size_t profile_len, struct buf *cms, struct err *err);

/*
 * Signs a receipt: CMS SignedData, DER, SHA-256, by the document signing key,
 * which signs nothing else; signer and CA included, now_ms as signing time.
 * KEEPER_DOCUMENT_PDF: the byte range of a PDF, detached (ISO 32000-1,
 * 12.8.3.3); KEEPER_DOCUMENT_JSON: attached. Refuses what begins like neither
 * (ERR_INVALID). At most LIMIT_PROFILE bytes.
 */
enum keeper_document { KEEPER_DOCUMENT_PDF, KEEPER_DOCUMENT_JSON };
int keeper_sign_document(struct keeper *keeper, enum keeper_document kind,
    const uint8_t *document, size_t document_len, int64_t now_ms,
    struct buf *cms, struct err *err);

/*
 * SCEP: the CA's key is also the one that requests are encrypted to. The outer
 * signature of the pkiMessage is checked outside; this opens the envelope and
 * gives the PKCS#10 request (DER). Whatever goes wrong with the content is one
 * and the same ERR_CRYPTO: telling wrong padding from a wrong request would let
 * a stranger use the CA's key as an oracle. So answer all failures of this call
 * alike. content holds the challenge: explicit_bzero() it after use.
 */
int keeper_open_envelope(struct keeper *keeper, const uint8_t *envelope,
    size_t envelope_len, struct buf *content, struct err *err);

/*
 * SCEP answers (RFC 8894 section 3.3), encoded and signed inside the keeper
 * with the CA key, so that the server cannot have arbitrary bytes signed; the
 * certificate must be one of this CA's.
 * request: the parsed pkiMessage that is answered (transaction id, nonce, the
 * requester's certificate, its digest and cipher). certificate: DER of the leaf
 * just issued. fail_info: SCEP's number, e.g. 2 badRequest.
 */
int keeper_scep_success(struct keeper *keeper,
    const struct scep_request *request, const uint8_t *certificate,
    size_t certificate_len, struct buf *cert_rep, struct err *err);
int keeper_scep_failure(struct keeper *keeper,
    const struct scep_request *request, int fail_info, struct buf *cert_rep,
    struct err *err);

/*
 * Seals a secret for storage; context ("unlock_token:<device id>") is bound to
 * it, so a sealed value moved to another row does not open (ERR_CRYPTO).
 * AES-256-GCM; 29 bytes longer than the secret. Secrets: 64 KiB at most.
 */
int keeper_seal(struct keeper *keeper, const char *context,
    const uint8_t *secret, size_t secret_len, struct buf *sealed,
    struct err *err);
int keeper_unseal(struct keeper *keeper, const char *context,
    const uint8_t *sealed, size_t sealed_len, struct secret *secret,
    struct err *err);

#endif
