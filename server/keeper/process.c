#include "server/keeper/process.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/channel.h"
#include "server/keeper/message.h"
#include "server/keeper/shield.h"
#include "server/keeper/vault.h"

/* The server stops by its own order and closes the socket last. */
static void signals_ignore(void)
{
	static const int ignored[] = {
	    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What libraries read from files on first use, they read now. */
static void libraries_warm(void)
{
	time_t now = time(NULL);
	struct tm parts;

	tzset();
	(void)gmtime_r(&now, &parts);
	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG |
	        OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
	        OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS,
	    NULL);
}

static int answer_error(
    int fd, uint32_t number, int rc, const struct err *reason, struct err *err)
{
	return channel_send(fd, number, (uint32_t)-rc,
	    (const uint8_t *)reason->text, strlen(reason->text), err);
}

/* One question, one answer; fails when the other end is gone. */
static int process_answer(
    int fd, struct vault *vault, struct channel_inbox *inbox, struct err *err)
{
	struct keeper_message message = {0};
	struct err reason = {0};
	struct buf out = {0};
	int rc = channel_receive(fd, inbox, &reason);

	if (rc == -ERR_IO)
		return rc;
	if (rc == 0)
		rc = keeper_message_parse(
		    inbox->kind, inbox->data, inbox->len, &message, &reason);
	if (rc == 0)
		rc = vault_serve(vault, &message, &out, &reason);
	if (rc == 0)
		rc = channel_send(
		    fd, inbox->number, ERR_NONE, out.data, out.len, err);
	else
		rc = answer_error(fd, inbox->number, rc, &reason, err);
	if (out.data)
		explicit_bzero(out.data, out.len);
	buf_clear(&out);
	return rc;
}

static _Noreturn void process_fail(int fd, int rc, const struct err *err)
{
	(void)answer_error(fd, 0, rc, err, NULL);
	_exit(1);
}

static const char *process_shut_in(void)
{
	bool has_landlock;
	bool has_seccomp;

	shield_privileges();
	has_landlock = shield_landlock();
	shield_limits();
	has_seccomp = shield_seccomp();
	return shield_name(has_seccomp, has_landlock);
}

_Noreturn void process_run(int fd, const char *folder)
{
	struct channel_inbox inbox = {0};
	struct vault *vault = NULL;
	struct err err = {0};
	const char *shields;
	int rc;

	signals_ignore();
	libraries_warm();
	rc = vault_load(folder, &vault, &err);
	if (rc == 0)
		rc = channel_inbox_init(&inbox, &err);
	if (rc == 0 && shield_descriptors(fd) != 0)
		rc = err_set(&err, ERR_IO,
		    "the keeper cannot let go of its descriptors");
	if (rc != 0)
		process_fail(fd, rc, &err);
	shields = process_shut_in();
	rc = channel_send(SHIELD_FD, 0, ERR_NONE, (const uint8_t *)shields,
	    strlen(shields), &err);
	while (rc == 0)
		rc = process_answer(SHIELD_FD, vault, &inbox, &err);
	vault_free(vault);
	channel_inbox_clear(&inbox);
	_exit(0);
}
