/* What waits to be sent, and once more. */
#include "server/service/notify/outbox_look.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/notify/notify.h"

static const char *const mail_states[MAIL_STATE_COUNT] = {
    [MAIL_WAITING] = "waiting",
    [MAIL_SENT] = "sent",
    [MAIL_GIVEN_UP] = "given_up",
    [MAIL_DROPPED] = "dropped",
};
static const char *const notice_states[NOTICE_STATE_COUNT] = {
    [NOTICE_WAITING] = "waiting",
    [NOTICE_MAILED] = "mailed",
    [NOTICE_GIVEN_UP] = "given_up",
    [NOTICE_DROPPED] = "dropped",
    [NOTICE_NOWHERE] = "no_address",
};

int office_outbox_get(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	struct outbox_view view;
	int rc = service_outbox_view(call->service, &call->actor, &view, err);

	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	encode_open(enc, "mail", '{');
	encode_bool(enc, "is_on", view.by_mail);
	encode_text(enc, "server", view.server);
	encode_time(enc, "failing_since", view.failing_since);
	encode_time(enc, "retry_at", view.retry_at);
	encode_text(enc, "error", view.error);
	encode_number(enc, "waiting", view.mails.waiting);
	encode_time(enc, "oldest_waiting_at", view.mails.oldest_at);
	encode_number(enc, "sent_24h", view.mails.sent);
	encode_number(enc, "given_up_24h", view.mails.given_up);
	encode_close(enc, '}');
	encode_close(enc, '}');
	return 0;
}

static void notice_encode(struct encoder *enc, const struct notice_row *row)
{
	const struct notice_kind_row *kind =
	    notice_kind_find((enum notice_kind)row->kind);

	encode_open(enc, NULL, '{');
	encode_text(enc, "kind", kind ? kind->word : "unknown");
	encode_text(enc, "state", notice_states[row->state]);
	encode_text(enc, "task_id", row->task_id);
	encode_text(enc, "case_id", row->case_id);
	encode_text(enc, "receipt_id", row->receipt_id);
	encode_text(enc, "device_id", row->device_id);
	encode_time(enc, "created_at", row->created_at);
	encode_close(enc, '}');
}

static void mail_encode(struct encoder *enc, const struct mail_view *view)
{
	size_t i;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", view->mail.id);
	encode_text(enc, "state", mail_states[view->mail.state]);
	encode_open(enc, "person", '{');
	encode_text(enc, "id", view->mail.person_id);
	encode_text(enc, "name", view->person_name);
	encode_close(enc, '}');
	encode_open(enc, "notices", '[');
	for (i = 0; i < view->notice_count; i++)
		notice_encode(enc, &view->notices[i]);
	encode_close(enc, ']');
	encode_number(enc, "attempts", view->mail.attempts);
	encode_text(enc, "result", view->mail.result);
	encode_time(enc, "created_at", view->mail.created_at);
	encode_time(enc, "next_at",
	    view->mail.state == MAIL_WAITING ? view->mail.next_at : 0);
	encode_time(enc, "closed_at", view->mail.closed_at);
	encode_close(enc, '}');
}

static int on_mail(void *arg, const struct mail_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->mail.id);

	if (turn == PAGER_SHOW)
		mail_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

static int state_read(struct office_call *call, int *state, struct err *err)
{
	static const char *const names[] = {
	    "state", "limit", "cursor", "organisation"};
	char *word = NULL;
	int i;
	int rc = decode_query_names(call->request, names, 4, err);

	if (rc == 0)
		rc = decode_query_text(call->request, "state", 16, &word, err);
	*state = -1;
	if (rc < 0 || !word)
		return rc;
	for (i = 0; i < MAIL_STATE_COUNT; i++)
		if (strcmp(mail_states[i], word) == 0)
			*state = i;
	free(word);
	return *state >= 0 ? 0
	                   : err_set(err, ERR_INVALID,
	                         "state is waiting, sent, given_up or dropped");
}

int office_mails_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int state;
	int rc = state_read(call, &state, err);

	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_mail_each(call->service, &call->actor, state, pager.after,
	        (int)pager.limit + 1, on_mail, &pager, err));
}

int office_mail_retry(struct office_call *call, struct err *err)
{
	struct mail_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_mail_retry(call->service, &call->actor,
		    call->request->params[0], &view, err);
	if (rc == 0)
		mail_encode(&call->enc, &view);
	return rc;
}
