#include "server/outbox_setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/config.h"
#include "server/outbox/outbox.h"
#include "server/service/notify/outbox_look.h"
#include "server/service/service.h"

/* A bundle of every public authority is about 250 KB. */
#define FILE_MAX (1024 * 1024)
#define PASSWORD_MAX 256

/* key: "mail.ca_file". "": nothing. */
static int read_file(const char *key, const char *path, size_t max,
    struct secret *out, struct err *err)
{
	static uint8_t bytes[FILE_MAX + 1]; /* only while starting */
	FILE *file;
	size_t len;
	int rc;

	if (!*path)
		return 0;
	file = fopen(path, "re");
	if (!file)
		return err_set(
		    err, ERR_IO, "%s: %s: %s", key, path, strerror(errno));
	len = fread(bytes, 1, max + 1, file);
	(void)fclose(file);
	if (len == 0 || len > max)
		rc = err_set(err, ERR_LIMIT, "%s: %s is %s", key, path,
		    len ? "too long" : "empty");
	else
		rc = secret_set(out, bytes, len, err);
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

/* Its first line. */
static int read_password(
    const struct config_mail *mail, struct secret *out, struct err *err)
{
	int rc = read_file(
	    "mail.password_file", mail->password_file, PASSWORD_MAX, out, err);

	if (rc < 0)
		return rc;
	if (!*mail->user != !out->data)
		return err_set(err, ERR_INVALID,
		    "mail.user and mail.password_file belong together: write "
		    "both or none");
	if (out->data) {
		out->len = strcspn((const char *)out->data, "\r\n");
		out->data[out->len] = '\0';
	}
	return 0;
}

static enum mail_security security_of(const char *word)
{
	if (strcmp(word, "tls") == 0)
		return MAIL_TLS;
	return strcmp(word, "none") == 0 ? MAIL_PLAIN : MAIL_STARTTLS;
}

static int mail_setup(
    const struct config_mail *mail, struct outbox_config *out, struct err *err)
{
	int rc = read_password(mail, &out->mail.password, err);

	if (rc == 0)
		rc = read_file("mail.ca_file", mail->ca_file, FILE_MAX,
		    &out->mail.ca, err);
	out->mail.server = mail->server;
	out->mail.security = security_of(mail->security);
	out->mail.user = mail->user;
	out->mail.from = mail->from;
	out->mail.reply_to = mail->reply_to;
	out->mail.hello = mail->hello;
	out->mail.gap_ms = config_ms(mail->gap);
	out->mail.give_up_ms = config_ms(mail->give_up_after);
	out->mail.per_minute = mail->per_minute;
	return rc;
}

static int hooks_setup(const struct config_webhooks *hooks,
    struct outbox_config *out, struct err *err)
{
	int rc = inner_allowed_parse(hooks->allow, &out->hooks.allowed, err);

	if (rc < 0)
		return err_prefix(err, "webhooks.allow");
	out->hooks.plain_http = strcmp(hooks->plain_http, "yes") == 0;
	out->hooks.timeout_ms = config_ms(hooks->timeout);
	out->hooks.give_up_ms = config_ms(hooks->give_up_after);
	out->hooks.keep_ms = config_ms(hooks->keep);
	return read_file(
	    "webhooks.ca_file", hooks->ca_file, FILE_MAX, &out->hooks.ca, err);
}

static void tell_set(const struct config *config,
    const struct outbox_config *outbox, struct service *service,
    struct outbox_health *health)
{
	memset(health, 0, sizeof(*health));
	(void)pthread_mutex_init(&health->lock, NULL);
	health->server = config->mail->server;
	service->tell.by_mail = *config->mail->server != '\0';
	service->tell.window_ms = config_ms(config->mail->window);
	service->tell.plain_http = outbox->hooks.plain_http;
	service->tell.health = health;
}

int outbox_setup(const struct config *config, struct service *service,
    struct outbox_health *health, struct outbox **out, struct err *err)
{
	struct outbox_config outbox = {.hooks = {.plain_http = false}};
	int rc = mail_setup(config->mail, &outbox, err);

	if (rc == 0)
		rc = hooks_setup(config->webhooks, &outbox, err);
	if (rc == 0) {
		tell_set(config, &outbox, service, health);
		rc = outbox_new(&outbox, service, out, err);
	}
	secret_clear(&outbox.mail.password);
	secret_clear(&outbox.mail.ca);
	secret_clear(&outbox.hooks.ca);
	return rc;
}

int outbox_setup_check(const struct config *config, struct err *err)
{
	struct outbox_health health;
	struct service service = {.store = NULL};
	struct outbox *outbox = NULL;
	int rc = outbox_setup(config, &service, &health, &outbox, err);

	outbox_free(outbox);
	return rc;
}
