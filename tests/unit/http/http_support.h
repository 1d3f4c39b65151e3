/*
 * http_support: certificates and a small blocking client for the tests and
 * benchmarks of server/http. Every file goes to a fresh temporary folder.
 */
#ifndef TESTS_UNIT_HTTP_HTTP_SUPPORT_H
#define TESTS_UNIT_HTTP_HTTP_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#define SUPPORT_PATH_MAX 160

struct support_files {
	char folder[64];
	char ca[SUPPORT_PATH_MAX]; /* our CA, also the client CA */
	char server[SUPPORT_PATH_MAX], server_key[SUPPORT_PATH_MAX];
	char client[SUPPORT_PATH_MAX], client_key[SUPPORT_PATH_MAX];
	char expired[SUPPORT_PATH_MAX], expired_key[SUPPORT_PATH_MAX];
	char stranger[SUPPORT_PATH_MAX], stranger_key[SUPPORT_PATH_MAX];
	char unix_socket[SUPPORT_PATH_MAX];
};

/* rsa_client: the client's key is RSA 2048 as phones make it, else P-256. */
bool support_files_make(struct support_files *files, bool rsa_client);
void support_files_remove(struct support_files *files);

/* A client's TLS settings; certificate and key may be NULL. */
SSL_CTX *support_client_ctx(const struct support_files *files,
    const char *certificate, const char *key);

/* Connects to "127.0.0.1:port" or "unix:/path"; -1 on failure. */
int support_connect(const char *address);
/* Connects a TCP socket that exists already; false on failure. */
bool support_connect_fd(int fd, const char *address);
/* Leaves a socket file as a killed server does; 0 on success. */
int support_stale_socket(const char *path);

#endif
