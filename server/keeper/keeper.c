#include "server/keeper/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/scep/scep.h"
#include "server/keeper/audit_text.h"
#include "server/keeper/channel.h"
#include "server/keeper/message.h"
#include "server/keeper/process.h"

#define ANSWER_SECONDS 10
#define STOP_TRIES 200
#define STOP_STEP_NS 10000000 /* 10 ms */

/*
 * One socket and one lock: the keeper does one thing at a time anyway, and a
 * second socket would only move the queue. A question's number makes an answer
 * that came after its time limit known as stale.
 */
struct keeper {
	pthread_mutex_t lock;
	struct channel_inbox inbox;
	uint32_t number;
	int fd;
	pid_t pid;
	char shields[KEEPER_SHIELDS_MAX];
};

static int socket_set_limits(int fd, struct err *err)
{
	const struct timeval limit = {.tv_sec = ANSWER_SECONDS};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		return err_set(err, ERR_IO, "keeper: %s", strerror(errno));
	return 0;
}

static int keeper_fork(
    struct keeper *keeper, const char *folder, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_set(err, ERR_IO, "keeper: %s", strerror(errno));
	keeper->pid = fork();
	if (keeper->pid == 0) {
		(void)close(pair[0]);
		process_run(pair[1], folder);
	}
	(void)close(pair[1]);
	keeper->fd = pair[0];
	if (keeper->pid < 0)
		return err_set(err, ERR_IO, "keeper: %s", strerror(errno));
	return socket_set_limits(keeper->fd, err);
}

/* A code and a sentence that came over the socket. */
static int answer_refused(const struct channel_inbox *inbox, struct err *err)
{
	uint32_t code = inbox->kind;

	if (code >= ERR_CODE_COUNT)
		code = ERR_INTERNAL;
	return err_set(err, (enum err_code)code, "%.*s", (int)inbox->len,
	    (const char *)inbox->data);
}

static int keeper_await_ready(struct keeper *keeper, struct err *err)
{
	struct channel_inbox *inbox = &keeper->inbox;
	int rc = channel_receive(keeper->fd, inbox, err);

	if (rc != 0)
		return rc;
	if (inbox->kind != ERR_NONE)
		return answer_refused(inbox, err);
	if (inbox->len >= sizeof(keeper->shields))
		return err_set(err, ERR_INTERNAL, "keeper: odd greeting");
	memcpy(keeper->shields, inbox->data, inbox->len);
	return 0;
}

int keeper_start(const char *folder, struct keeper **out, struct err *err)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	int rc;

	if (!keeper)
		return err_memory(err);
	keeper->fd = -1;
	(void)pthread_mutex_init(&keeper->lock, NULL);
	rc = channel_inbox_init(&keeper->inbox, err);
	if (rc == 0)
		rc = keeper_fork(keeper, folder, err);
	if (rc == 0)
		rc = keeper_await_ready(keeper, err);
	if (rc != 0) {
		keeper_stop(keeper);
		return rc;
	}
	*out = keeper;
	return 0;
}

/* It ends when the socket closes; killed if it does not within two seconds. */
static void keeper_reap(pid_t pid)
{
	const struct timespec step = {.tv_nsec = STOP_STEP_NS};

	for (int i = 0; i < STOP_TRIES; i++) {
		pid_t done = waitpid(pid, NULL, WNOHANG);

		if (done == pid || (done < 0 && errno != EINTR))
			return;
		(void)nanosleep(&step, NULL);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

void keeper_stop(struct keeper *keeper)
{
	if (!keeper)
		return;
	if (keeper->fd >= 0)
		(void)close(keeper->fd);
	if (keeper->pid > 0)
		keeper_reap(keeper->pid);
	channel_inbox_clear(&keeper->inbox);
	(void)pthread_mutex_destroy(&keeper->lock);
	free(keeper);
}

int keeper_pid(const struct keeper *keeper)
{
	return (int)keeper->pid;
}

const char *keeper_shields(const struct keeper *keeper)
{
	return keeper->shields;
}

static int question_send(struct keeper *keeper,
    const struct keeper_message *message, struct err *err)
{
	uint8_t small[4096];
	size_t size = keeper_message_size(message);
	uint8_t *data = small;
	int rc;

	if (size > KEEPER_MESSAGE_MAX)
		return err_set(err, ERR_LIMIT,
		    "%zu bytes are too many for the keeper", size);
	if (size > sizeof(small)) {
		data = malloc(size);
		if (!data)
			return err_memory(err);
	}
	keeper_message_encode(message, data);
	rc = channel_send(keeper->fd, ++keeper->number, (uint32_t)message->op,
	    data, size, err);
	explicit_bzero(data, size);
	if (data != small)
		free(data);
	return rc;
}

static int answer_await(struct keeper *keeper, struct err *err)
{
	int rc;

	do {
		rc = channel_receive(keeper->fd, &keeper->inbox, err);
	} while (rc == 0 && keeper->inbox.number != keeper->number);
	if (rc == -ERR_LIMIT || rc == -ERR_INVALID)
		return err_set(err, ERR_IO, "the keeper's answer is broken");
	if (rc == 0 && keeper->inbox.kind != ERR_NONE)
		return answer_refused(&keeper->inbox, err);
	return rc;
}

/* Where an answer goes: one of the two. */
struct answer {
	struct buf *bytes;
	struct secret *secret;
};

static int answer_take(
    struct keeper *keeper, const struct answer *answer, struct err *err)
{
	struct channel_inbox *inbox = &keeper->inbox;

	if (answer->secret)
		return secret_set(answer->secret, inbox->data, inbox->len, err);
	buf_append(answer->bytes, inbox->data, inbox->len);
	return buf_check(answer->bytes, err);
}

static int keeper_ask(struct keeper *keeper,
    const struct keeper_message *message, const struct answer *answer,
    struct err *err)
{
	int rc;

	(void)pthread_mutex_lock(&keeper->lock);
	rc = question_send(keeper, message, err);
	if (rc == 0)
		rc = answer_await(keeper, err);
	if (rc == 0)
		rc = answer_take(keeper, answer, err);
	channel_inbox_reset(&keeper->inbox);
	(void)pthread_mutex_unlock(&keeper->lock);
	return rc;
}

int keeper_issue_certificate(struct keeper *keeper, const uint8_t *csr,
    size_t csr_len, const char *common_name, int64_t now_ms, int64_t valid_ms,
    struct buf *certificate, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_ISSUE,
	    .field_count = 4,
	    .fields = {{csr, csr_len}, keeper_field_text(common_name),
	        keeper_field_number(&now_ms), keeper_field_number(&valid_ms)},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = certificate}, err);
}

int keeper_sign_profile(struct keeper *keeper, const uint8_t *profile,
    size_t profile_len, struct buf *cms, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_SIGN_PROFILE,
	    .field_count = 1,
	    .fields = {{profile, profile_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = cms}, err);
}

int keeper_issue_station(struct keeper *keeper, const uint8_t *csr,
    size_t csr_len, const char *station_id, int64_t now_ms, int64_t valid_ms,
    struct buf *certificate, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_ISSUE_STATION,
	    .field_count = 4,
	    .fields = {{csr, csr_len}, keeper_field_text(station_id),
	        keeper_field_number(&now_ms), keeper_field_number(&valid_ms)},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = certificate}, err);
}

int keeper_sign_order(struct keeper *keeper, const uint8_t *order,
    size_t order_len, struct buf *signature, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_SIGN_ORDER,
	    .field_count = 1,
	    .fields = {{order, order_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = signature}, err);
}

int keeper_sign_checkpoint(struct keeper *keeper, const char *organisation,
    int64_t seq, const uint8_t *sha256, int64_t at_ms, struct buf *signature,
    struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_SIGN_CHECKPOINT,
	    .field_count = 4,
	    .fields = {keeper_field_text(organisation),
	        keeper_field_number(&seq), {sha256, AUDIT_TEXT_HASH},
	        keeper_field_number(&at_ms)},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = signature}, err);
}

int keeper_sign_challenge(struct keeper *keeper, const uint8_t *challenge,
    size_t challenge_len, struct buf *cms, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_SIGN_CHALLENGE,
	    .field_count = 1,
	    .fields = {{challenge, challenge_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = cms}, err);
}

int keeper_open_envelope(struct keeper *keeper, const uint8_t *envelope,
    size_t envelope_len, struct buf *content, struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_OPEN_ENVELOPE,
	    .field_count = 1,
	    .fields = {{envelope, envelope_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = content}, err);
}

int keeper_sign_document(struct keeper *keeper, enum keeper_document kind,
    const uint8_t *document, size_t document_len, int64_t now_ms,
    struct buf *cms, struct err *err)
{
	const int64_t number = kind;
	struct keeper_message message = {
	    .op = KEEPER_OP_SIGN_DOCUMENT,
	    .field_count = 3,
	    .fields = {{document, document_len}, keeper_field_number(&number),
	        keeper_field_number(&now_ms)},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = cms}, err);
}

/* The five fields of a request that its answer needs, then one more. */
static int keeper_scep_ask(struct keeper *keeper, enum keeper_op op,
    const struct scep_request *request, struct keeper_field last,
    struct buf *cert_rep, struct err *err)
{
	const int64_t digest = request->digest;
	const int64_t cipher = request->cipher;
	struct keeper_message message = {
	    .op = op,
	    .field_count = 6,
	    .fields = {keeper_field_text(request->transaction_id),
	        {request->sender_nonce, request->sender_nonce_len},
	        {request->signer, request->signer_len},
	        keeper_field_number(&digest), keeper_field_number(&cipher),
	        last},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = cert_rep}, err);
}

int keeper_scep_success(struct keeper *keeper,
    const struct scep_request *request, const uint8_t *certificate,
    size_t certificate_len, struct buf *cert_rep, struct err *err)
{
	return keeper_scep_ask(keeper, KEEPER_OP_SCEP_SUCCESS, request,
	    (struct keeper_field){certificate, certificate_len}, cert_rep, err);
}

int keeper_scep_failure(struct keeper *keeper,
    const struct scep_request *request, int fail_info, struct buf *cert_rep,
    struct err *err)
{
	const int64_t number = fail_info;

	return keeper_scep_ask(keeper, KEEPER_OP_SCEP_FAILURE, request,
	    keeper_field_number(&number), cert_rep, err);
}

int keeper_seal(struct keeper *keeper, const char *context,
    const uint8_t *secret, size_t secret_len, struct buf *sealed,
    struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_SEAL,
	    .field_count = 2,
	    .fields = {keeper_field_text(context), {secret, secret_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.bytes = sealed}, err);
}

int keeper_unseal(struct keeper *keeper, const char *context,
    const uint8_t *sealed, size_t sealed_len, struct secret *secret,
    struct err *err)
{
	struct keeper_message message = {
	    .op = KEEPER_OP_UNSEAL,
	    .field_count = 2,
	    .fields = {keeper_field_text(context), {sealed, sealed_len}},
	};

	return keeper_ask(
	    keeper, &message, &(struct answer){.secret = secret}, err);
}
