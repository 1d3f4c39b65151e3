/*
 * keeper_test: does the key process do each of its tasks so that openssl's own
 * programs agree, refuse what it should, and outlive everything but its end?
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/scep/scep.h"
#include "server/keeper/channel.h"
#include "server/keeper/keeper.h"
#include "server/keeper/message.h"
#include "server/keeper/process.h"
#include "tests/unit/scep/scep_client.h"

#define DAY_MS INT64_C(86400000)

static struct {
	char folder[64];
	struct keeper *keeper;
	X509 *ca;
	EVP_PKEY *phone;
	int64_t now_ms;
} world;

static const char *path_of(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", world.folder, name);
	return path;
}

static int setup(void **state)
{
	static const char *const hosts[] = {"localhost"};
	FILE *file;

	(void)state;
	world.now_ms = (int64_t)time(NULL) * 1000;
	(void)snprintf(
	    world.folder, sizeof(world.folder), "/tmp/workphone-keeper-XXXXXX");
	if (!mkdtemp(world.folder) ||
	    keeper_init(world.folder, "Test", hosts, 1, world.now_ms, NULL) ||
	    keeper_start(world.folder, &world.keeper, NULL))
		return -1;
	world.phone = EVP_RSA_gen(2048);
	file = fopen(path_of(KEEPER_CA_CERTIFICATE), "r");
	world.ca = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	return 0;
}

static int teardown(void **state)
{
	struct dirent *entry;
	DIR *folder = opendir(world.folder);

	(void)state;
	keeper_stop(world.keeper);
	EVP_PKEY_free(world.phone);
	X509_free(world.ca);
	while (folder && (entry = readdir(folder)))
		(void)unlink(path_of(entry->d_name));
	closedir(folder);
	(void)rmdir(world.folder);
	return 0;
}

static void file_write(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path_of(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	fclose(file);
}

/* Exit code of openssl, run inside the key folder. */
static int openssl(const char *const *arguments)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		if (chdir(world.folder) == 0)
			execvp("openssl", (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define OPENSSL(...)                                                           \
	openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})

/* Issues for the plan's phone what the server would; the leaf's DER. */
static struct buf serve_request(
    const struct client_plan *plan, struct buf *cert_rep)
{
	struct client_bytes message = client_request(plan);
	struct scep_request request = {0};
	struct scep_csr csr = {0};
	struct buf content = {0};
	struct buf leaf = {0};

	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(scep_request_check(&request, NULL), 0);
	assert_int_equal(keeper_open_envelope(world.keeper, request.envelope,
	                     request.envelope_len, &content, NULL),
	    0);
	assert_int_equal(
	    scep_csr_parse(content.data, content.len, &csr, NULL), 0);
	assert_int_equal(scep_request_check_csr(&request, &csr, NULL), 0);
	if (plan->challenge)
		assert_string_equal(
		    (const char *)csr.challenge.data, plan->challenge);
	assert_int_equal(
	    keeper_issue_certificate(world.keeper, content.data, content.len,
	        "device-1", world.now_ms, 365 * DAY_MS, &leaf, NULL),
	    0);
	assert_int_equal(keeper_scep_success(world.keeper, &request, leaf.data,
	                     leaf.len, cert_rep, NULL),
	    0);
	scep_csr_clear(&csr);
	scep_request_clear(&request);
	buf_clear(&content);
	OPENSSL_free(message.data);
	return leaf;
}

static void leaf_check(X509 *leaf)
{
	uint8_t *der = NULL;
	int len = i2d_X509(leaf, &der);
	char name[65];

	X509_NAME_get_text_by_NID(
	    X509_get_subject_name(leaf), NID_commonName, name, sizeof(name));
	/* Whatever the request said. */
	assert_string_equal(name, "device-1");
	assert_int_equal(X509_get_key_usage(leaf),
	    KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
	assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_CLIENT);
	file_write("leaf.der", der, (size_t)len);
	assert_int_equal(OPENSSL("verify", "-x509_strict", "-CAfile", "ca.crt",
	                     "-purpose", "sslclient", "leaf.der"),
	    0);
	assert_int_not_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-purpose",
	                         "sslserver", "leaf.der"),
	    0);
	OPENSSL_free(der);
}

static void test_enrolment(void **state)
{
	const EVP_CIPHER *ciphers[] = {EVP_des_ede3_cbc(), EVP_aes_256_cbc()};
	X509 *own = client_self_signed(world.phone, "MDM SCEP SIGNER");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct client_plan plan = {.key = world.phone,
		    .ca = world.ca,
		    .certificate = own,
		    .challenge = "once-only",
		    .name = "attacker's wish",
		    .cipher = ciphers[i]};
		struct client_answer answer = {0};
		struct buf cert_rep = {0};
		struct buf leaf = serve_request(&plan, &cert_rep);

		assert_int_equal(client_open(cert_rep.data, cert_rep.len,
		                     world.ca, world.phone, own, &answer),
		    0);
		assert_string_equal(answer.status, "0");
		leaf_check(answer.leaf);
		file_write("certrep.der", cert_rep.data, cert_rep.len);
		assert_int_equal(
		    OPENSSL("cms", "-verify", "-noverify", "-inform", "DER",
		        "-in", "certrep.der", "-out", "/dev/null"),
		    0);
		X509_free(answer.leaf);
		buf_clear(&cert_rep);
		buf_clear(&leaf);
	}
	X509_free(own);
}

/* The old leaf signs, a new key asks, no challenge. */
static void test_renewal(void **state)
{
	EVP_PKEY *fresh = EVP_RSA_gen(2048);
	struct client_plan first = {.key = world.phone, .ca = world.ca};
	struct client_plan second = {
	    .key = world.phone, .csr_key = fresh, .ca = world.ca, .type = "17"};
	struct client_answer answer = {0};
	struct buf cert_rep = {0};
	struct buf leaf = serve_request(&first, &cert_rep);
	const uint8_t *at = leaf.data;
	X509 *old = d2i_X509(NULL, &at, (long)leaf.len);

	(void)state;
	buf_clear(&leaf);
	buf_clear(&cert_rep);
	second.certificate = old;
	leaf = serve_request(&second, &cert_rep);
	/* Opened by the old key, which the message was signed with. */
	assert_int_equal(client_open(cert_rep.data, cert_rep.len, world.ca,
	                     world.phone, old, &answer),
	    0);
	assert_int_equal(X509_check_private_key(answer.leaf, fresh), 1);
	X509_free(answer.leaf);
	X509_free(old);
	EVP_PKEY_free(fresh);
	buf_clear(&leaf);
	buf_clear(&cert_rep);
}

static void test_failure_answer(void **state)
{
	struct client_plan plan = {.key = world.phone, .ca = world.ca};
	struct client_bytes message = client_request(&plan);
	struct scep_request request = {0};
	struct client_answer answer = {0};
	struct buf cert_rep = {0};

	(void)state;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(keeper_scep_failure(world.keeper, &request,
	                     SCEP_BAD_MESSAGE_CHECK, &cert_rep, NULL),
	    0);
	assert_int_equal(client_open(cert_rep.data, cert_rep.len, world.ca,
	                     world.phone, NULL, &answer),
	    0);
	assert_string_equal(answer.fail_info, "1");
	file_write("failure.der", cert_rep.data, cert_rep.len);
	assert_int_equal(OPENSSL("smime", "-verify", "-noverify", "-inform",
	                     "DER", "-in", "failure.der"),
	    0);
	assert_int_equal(
	    keeper_scep_failure(world.keeper, &request, 5, &cert_rep, NULL),
	    -ERR_INVALID);
	scep_request_clear(&request);
	OPENSSL_free(message.data);
	buf_clear(&cert_rep);
}

/* The keeper signs no leaf into an answer that is not its CA's. */
static void test_success_with_foreign_leaf(void **state)
{
	struct client_plan plan = {.key = world.phone, .ca = world.ca};
	struct client_bytes message = client_request(&plan);
	struct scep_request request = {0};
	struct buf cert_rep = {0};

	(void)state;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(
	    keeper_scep_success(world.keeper, &request, request.signer,
	        request.signer_len, &cert_rep, NULL),
	    -ERR_DENIED);
	assert_int_equal(keeper_scep_success(world.keeper, &request,
	                     (const uint8_t *)"rubbish", 7, &cert_rep, NULL),
	    -ERR_DENIED);
	assert_int_equal(cert_rep.len, 0);
	scep_request_clear(&request);
	OPENSSL_free(message.data);
}

static int envelope_open(const struct client_bytes *envelope, struct err *err)
{
	struct buf content = {0};
	int rc = keeper_open_envelope(
	    world.keeper, envelope->data, envelope->len, &content, err);

	assert_int_equal(content.len, 0);
	return rc;
}

/* All failures alike: no stranger learns why. */
static void test_envelope_failures(void **state)
{
	struct client_bytes text = {(uint8_t *)(uintptr_t) "no request", 10};
	X509 *stranger = client_self_signed(world.phone, "Test");
	struct client_bytes csr = client_csr(world.phone, "x", "y");
	struct client_bytes cases[] = {
	    client_envelope(&text, world.ca, EVP_aes_128_cbc()),
	    client_envelope(&csr, stranger, EVP_aes_128_cbc()),
	    client_envelope(&csr, world.ca, EVP_aes_128_cbc()),
	    client_envelope(&csr, world.ca, EVP_aes_128_cbc()),
	    csr,
	};
	struct err first = {0};

	(void)state;
	/* Padding of the content, and the encrypted key. */
	cases[2].data[cases[2].len - 1] ^= 1;
	cases[3].data[cases[3].len / 4] ^= 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {0};

		assert_int_equal(envelope_open(&cases[i], &err), -ERR_CRYPTO);
		if (i == 0)
			first = err;
		assert_string_equal(err.text, first.text);
		OPENSSL_free(cases[i].data);
	}
	X509_free(stranger);
}

static int issue(EVP_PKEY *key, const char *name, int64_t now_ms,
    int64_t valid_ms, struct buf *out)
{
	struct client_bytes csr = client_csr(key, "x", NULL);
	int rc = keeper_issue_certificate(
	    world.keeper, csr.data, csr.len, name, now_ms, valid_ms, out, NULL);

	OPENSSL_free(csr.data);
	return rc;
}

static void test_issue_refused(void **state)
{
	char name65[66];
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	EVP_PKEY *k1 = EVP_EC_gen("secp256k1");
	const int64_t now = world.now_ms;
	struct buf out = {0};

	(void)state;
	memset(name65, 'n', 65);
	name65[65] = '\0';
	assert_int_equal(issue(weak, "x", now, DAY_MS, &out), -ERR_UNSUPPORTED);
	assert_int_equal(issue(k1, "x", now, DAY_MS, &out), -ERR_UNSUPPORTED);
	assert_int_equal(
	    issue(world.phone, name65, now, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(issue(world.phone, "", now, DAY_MS, &out), -ERR_LIMIT);
	assert_int_equal(
	    issue(world.phone, "\xff", now, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(issue(world.phone, "x", now, 0, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", now, INT64_MAX, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", INT64_MIN, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", INT64_MAX / 2, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(out.len, 0);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(k1);
}

static void test_issue_bounds(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-384");
	struct buf out = {0};
	struct tm from = {0};
	const uint8_t *at;
	X509 *leaf;

	(void)state;
	assert_int_equal(
	    issue(ec, "x", world.now_ms, 19 * 365 * DAY_MS, &out), 0);
	at = out.data;
	leaf = d2i_X509(NULL, &at, (long)out.len);
	assert_non_null(leaf);
	/* Not longer than the CA; ten minutes for slow clocks. */
	assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(leaf),
	                     X509_get0_notAfter(world.ca)),
	    0);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &from), 1);
	assert_int_equal(timegm(&from), world.now_ms / 1000 - 600);
	assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
	X509_free(leaf);
	EVP_PKEY_free(ec);
	buf_clear(&out);
}

static void test_sign_profile(void **state)
{
	const char *profile = "<?xml version=\"1.0\"?><plist/>\n";
	uint8_t *large = calloc(1, LIMIT_PROFILE + 1);
	struct buf cms = {0};

	(void)state;
	assert_int_equal(
	    keeper_sign_profile(world.keeper, (const uint8_t *)profile,
	        strlen(profile), &cms, NULL),
	    0);
	file_write("profile.der", cms.data, cms.len);
	file_write("profile.xml", profile, strlen(profile));
	assert_int_equal(OPENSSL("cms", "-verify", "-CAfile", "ca.crt",
	                     "-purpose", "any", "-inform", "DER", "-in",
	                     "profile.der", "-binary", "-out", "out.xml"),
	    0);
	assert_int_equal(
	    OPENSSL("cms", "-verify", "-CAfile", "ca.crt", "-inform", "DER",
	        "-in", "profile.der", "-out", "/dev/null"),
	    0);
	buf_clear(&cms);
	assert_int_equal(
	    keeper_sign_profile(world.keeper, large, LIMIT_PROFILE, &cms, NULL),
	    0);
	assert_true(cms.len > LIMIT_PROFILE);
	assert_int_equal(keeper_sign_profile(world.keeper, large,
	                     LIMIT_PROFILE + 1, &cms, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_sign_profile(world.keeper, large, 0, &cms, NULL),
	    -ERR_LIMIT);
	buf_clear(&cms);
	free(large);
}

static void test_seal(void **state)
{
	const size_t sizes[] = {0, 1, 1300, KEEPER_SECRET_MAX};
	uint8_t *secret = malloc(KEEPER_SECRET_MAX + 1);

	(void)state;
	memset(secret, 's', KEEPER_SECRET_MAX + 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf sealed = {0};
		struct buf again = {0};
		struct secret opened = {0};

		assert_int_equal(keeper_seal(world.keeper, "unlock_token:1",
		                     secret, sizes[i], &sealed, NULL),
		    0);
		assert_int_equal(sealed.len, sizes[i] + KEEPER_SEAL_OVERHEAD);
		assert_int_equal(keeper_seal(world.keeper, "unlock_token:1",
		                     secret, sizes[i], &again, NULL),
		    0);
		assert_memory_not_equal(sealed.data, again.data, sealed.len);
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:1",
		                     sealed.data, sealed.len, &opened, NULL),
		    0);
		assert_int_equal(opened.len, sizes[i]);
		assert_memory_equal(opened.data, secret, sizes[i]);
		secret_clear(&opened);
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:2",
		                     sealed.data, sealed.len, &opened, NULL),
		    -ERR_CRYPTO);
		sealed.data[sealed.len / 2] ^= 1;
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:1",
		                     sealed.data, sealed.len, &opened, NULL),
		    -ERR_CRYPTO);
		assert_null(opened.data);
		buf_clear(&sealed);
		buf_clear(&again);
	}
	free(secret);
}

static void test_seal_refused(void **state)
{
	uint8_t *secret = calloc(1, KEEPER_SECRET_MAX + 1);
	char context[KEEPER_CONTEXT_MAX + 2];
	struct buf sealed = {0};
	struct secret opened = {0};

	(void)state;
	memset(context, 'c', sizeof(context) - 1);
	context[sizeof(context) - 1] = '\0';
	assert_int_equal(
	    keeper_seal(world.keeper, context, secret, 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_seal(world.keeper, "", secret, 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(keeper_seal(world.keeper, "c", secret,
	                     KEEPER_SECRET_MAX + 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_unseal(world.keeper, "c", secret, 28, &opened, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_unseal(world.keeper, "c", secret, 29, &opened, NULL),
	    -ERR_CRYPTO);
	free(secret);
}

#define THREADS 6
#define THREAD_ROUNDS 200

static void *thread_seal(void *arg)
{
	char context[32];
	char secret[32];
	intptr_t failures = 0;

	for (int i = 0; i < THREAD_ROUNDS; i++) {
		struct buf sealed = {0};
		struct secret opened = {0};
		int len =
		    snprintf(secret, sizeof(secret), "%d/%d", *(int *)arg, i);

		(void)snprintf(context, sizeof(context), "t:%d", *(int *)arg);
		if (keeper_seal(world.keeper, context, (uint8_t *)secret,
		        (size_t)len, &sealed, NULL) ||
		    keeper_unseal(world.keeper, context, sealed.data,
		        sealed.len, &opened, NULL) ||
		    opened.len != (size_t)len ||
		    memcmp(opened.data, secret, (size_t)len) != 0)
			failures++;
		secret_clear(&opened);
		buf_clear(&sealed);
	}
	return (void *)failures;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(
		    pthread_create(&threads[i], NULL, thread_seal, &numbers[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failures = NULL;

		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
}

/* A line "Key:\tvalue" of the keeper's /proc status. */
static int status_number(const char *key)
{
	char path[64];
	char line[256];
	int number = -1;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "/proc/%d/status", keeper_pid(world.keeper));
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0 &&
		    line[strlen(key)] == ':')
			number = (int)strtol(line + strlen(key) + 1, NULL, 10);
	}
	fclose(file);
	return number;
}

static void test_shut_in(void **state)
{
	const char *shields = keeper_shields(world.keeper);
	char path[64];
	DIR *folder;
	int count = 0;

	(void)state;
	assert_int_equal(status_number("NoNewPrivs"), 1);
	assert_int_equal(
	    status_number("Seccomp"), strstr(shields, "seccomp") ? 2 : 0);
	printf("shields: %s\n", shields);
	(void)snprintf(
	    path, sizeof(path), "/proc/%d/fd", keeper_pid(world.keeper));
	folder = opendir(path);
	if (!folder)
		return; /* not dumpable: only root may look */
	while (readdir(folder))
		count++;
	closedir(folder);
	assert_int_equal(count, 2 + 4); /* . and .., 0 to 2, the socket */
}

/* The keeper's loop on a socket of our own, to say wrong things to it. */
static int raw_start(pid_t *pid)
{
	struct channel_inbox inbox = {0};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*pid = fork();
	if (*pid == 0) {
		close(pair[0]);
		process_run(pair[1], world.folder);
	}
	close(pair[1]);
	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	assert_int_equal(channel_receive(pair[0], &inbox, NULL), 0);
	assert_int_equal(inbox.kind, ERR_NONE);
	channel_inbox_clear(&inbox);
	return pair[0];
}

static uint32_t raw_answer(int fd)
{
	struct channel_inbox inbox = {0};
	uint32_t kind;

	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	assert_int_equal(channel_receive(fd, &inbox, NULL), 0);
	kind = inbox.kind;
	channel_inbox_clear(&inbox);
	return kind;
}

static void raw_random(int fd, unsigned seed)
{
	uint8_t data[600];
	uint32_t op = (uint32_t)seed % (KEEPER_OP_COUNT + 2);
	size_t len;

	srand(seed);
	len = (size_t)rand() % sizeof(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i % 4 ? rand() % 3 : rand());
	assert_int_equal(channel_send(fd, seed, op, data, len, NULL), 0);
	assert_int_not_equal(raw_answer(fd), ERR_NONE);
}

static void test_garbage(void **state)
{
	uint8_t *large = calloc(1, KEEPER_MESSAGE_MAX + 1);
	pid_t pid;
	int fd = raw_start(&pid);
	int status = -1;

	(void)state;
	assert_int_equal(send(fd, "rubbish", 7, 0), 7);
	assert_int_equal(raw_answer(fd), ERR_INVALID);
	assert_true(send(fd, large, 60000, 0) == 60000);
	assert_int_equal(raw_answer(fd), ERR_INVALID);
	assert_int_equal(channel_send(fd, 4, KEEPER_OP_SIGN_PROFILE, large,
	                     KEEPER_MESSAGE_MAX + 1, NULL),
	    0);
	assert_int_equal(raw_answer(fd), ERR_LIMIT);
	for (unsigned seed = 0; seed < 2000; seed++)
		raw_random(fd, seed);
	assert_int_equal(kill(pid, 0), 0);
	/* The end of the stream is its end, and a good one. */
	close(fd);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(large);
}

static int seal_once(struct keeper *keeper, struct err *err)
{
	struct buf sealed = {0};
	int rc =
	    keeper_seal(keeper, "c", (const uint8_t *)"s", 1, &sealed, err);

	buf_clear(&sealed);
	return rc;
}

static void test_killed(void **state)
{
	struct keeper *keeper = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(keeper_start(world.folder, &keeper, NULL), 0);
	assert_int_equal(seal_once(keeper, &err), 0);
	assert_int_equal(kill(keeper_pid(keeper), SIGKILL), 0);
	assert_int_equal(seal_once(keeper, &err), -ERR_IO);
	assert_true(err.text[0] != '\0');
	assert_int_equal(seal_once(keeper, &err), -ERR_IO);
	keeper_stop(keeper);
}

/* Signals for the whole process group do not end it before the server. */
static void test_signals(void **state)
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		assert_int_equal(kill(keeper_pid(world.keeper), signals[i]), 0);
	assert_int_equal(seal_once(world.keeper, NULL), 0);
}

/* An answer that comes after its time is not taken for the next one's. */
static void test_stopped(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(kill(keeper_pid(world.keeper), SIGSTOP), 0);
	assert_int_equal(seal_once(world.keeper, &err), -ERR_TIMEOUT);
	assert_int_equal(kill(keeper_pid(world.keeper), SIGCONT), 0);
	test_seal(state);
}

/* A server that dies without a word takes its keeper along. */
static void test_parent_dies(void **state)
{
	int pipes[2];
	int pid = 0;
	pid_t parent;
	char path[64];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	parent = fork();
	if (parent == 0) {
		struct keeper *keeper = NULL;

		if (keeper_start(world.folder, &keeper, NULL) == 0)
			pid = keeper_pid(keeper);
		(void)!write(pipes[1], &pid, sizeof(pid));
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &pid, sizeof(pid)), sizeof(pid));
	waitpid(parent, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	assert_true(pid > 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	/* Gone, or a zombie until init looks after it: no program any more. */
	for (int i = 0; i < 200; i++) {
		char target[8];

		if (readlink(path, target, sizeof(target)) < 0 &&
		    errno == ENOENT)
			return;
		usleep(10000);
	}
	fail_msg("the keeper outlived its server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_enrolment),
	    cmocka_unit_test(test_renewal),
	    cmocka_unit_test(test_failure_answer),
	    cmocka_unit_test(test_success_with_foreign_leaf),
	    cmocka_unit_test(test_envelope_failures),
	    cmocka_unit_test(test_issue_refused),
	    cmocka_unit_test(test_issue_bounds),
	    cmocka_unit_test(test_sign_profile),
	    cmocka_unit_test(test_seal),
	    cmocka_unit_test(test_seal_refused),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_shut_in),
	    cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_killed),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_parent_dies),
	    cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
