/* The kinds of notices and events. Notice texts: outbox/notice_texts.c. */
#include <string.h>

#include "server/service/notify/notify.h"

static const struct notice_kind_row notice_kinds[NOTICE_KIND_COUNT] = {
    [NOTICE_TASK_ASKED] = {.word = "task_asked", .has_link = true},
    [NOTICE_TASK_REMINDED] = {.word = "task_reminded", .has_link = true},
    [NOTICE_TASK_ESCALATED] = {.word = "task_escalated"},
    [NOTICE_LEAVING_SOON] = {.word = "leaving_soon", .has_link = true},
    [NOTICE_LEAVING_MANAGER] = {.word = "leaving_manager"},
    [NOTICE_LEAVING_OFF] = {.word = "leaving_off", .is_urgent = true},
    [NOTICE_RETURN_LATE] = {.word = "return_late", .has_link = true},
    [NOTICE_RETURN_MANAGER] = {.word = "return_manager"},
    [NOTICE_RETURN_LOST_MODE] = {.word = "return_lost_mode", .is_urgent = true},
    [NOTICE_RETURN_DISPUTED] = {.word = "return_disputed"},
    [NOTICE_RETURN_WRITTEN_OFF] = {.word = "return_written_off"},
    [NOTICE_RETURN_DONE] = {.word = "return_done"},
    [NOTICE_WIPE_PLANNED] = {.word = "wipe_planned", .is_urgent = true},
    [NOTICE_RECEIPT] = {.word = "receipt"},
    [NOTICE_PHONE_LOST] = {.word = "phone_lost", .is_urgent = true},
    [NOTICE_PHONE_FOUND] = {.word = "phone_found"},
    [NOTICE_LOCATION_ASKED] = {.word = "location_asked"},
    [NOTICE_LEAVING_TODAY] = {.word = "leaving_today", .is_urgent = true},
    [NOTICE_WORK_GOES] = {.word = "work_goes"},
    [NOTICE_HAND_BACK_SOON] = {.word = "hand_back_soon", .has_link = true},
    [NOTICE_HAND_BACK_MANAGER] = {.word = "hand_back_manager"},
    [NOTICE_HAND_BACK_TODAY] = {.word = "hand_back_today", .is_urgent = true},
};

static const char *const event_kinds[EVENT_KIND_COUNT] = {
    [EVENT_TASK_ASKED] = "task.asked",
    [EVENT_TASK_REMINDED] = "task.reminded",
    [EVENT_TASK_ESCALATED] = "task.escalated",
    [EVENT_TASK_CLOSED] = "task.closed",
    [EVENT_EMPLOYMENT_CHANGED] = "employment.changed",
    [EVENT_DEPARTURE_CHANGED] = "departure.changed",
    [EVENT_RETURN_CASE_CHANGED] = "return_case.changed",
    [EVENT_SIM_DECIDED] = "sim.decided",
    [EVENT_PHONE_CHANGED] = "phone.changed",
    [EVENT_PHONE_ENROLLED] = "phone.enrolled",
    [EVENT_WIPE_CHANGED] = "wipe.changed",
    [EVENT_LOST_MODE] = "phone.lost_mode",
    [EVENT_HANDOUT_SIGNED] = "handout.signed",
    [EVENT_RECEIPT_ISSUED] = "receipt.issued",
    [EVENT_APPROVAL_CHANGED] = "approval.changed",
    [EVENT_HOLD_CHANGED] = "hold.changed",
    [EVENT_PEOPLE_CHANGED] = "people.changed",
    [EVENT_PEOPLE_PURGED] = "people.purged",
    [EVENT_WEBHOOK_TEST] = "webhook.test",
    [EVENT_OUTBOX_GIVEN_UP] = "outbox.given_up",
};

const struct notice_kind_row *notice_kind_find(enum notice_kind kind)
{
	if ((unsigned)kind >= NOTICE_KIND_COUNT || !notice_kinds[kind].word)
		return NULL;
	return &notice_kinds[kind];
}

const char *event_kind_word(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KIND_COUNT ? event_kinds[kind] : NULL;
}

int event_kind_parse(const char *word)
{
	int i;

	for (i = 0; i < EVENT_KIND_COUNT; i++)
		if (event_kinds[i] && strcmp(event_kinds[i], word) == 0)
			return i;
	return -1;
}
