#include "server/http/http_timer.h"

#include <stddef.h>
#include <string.h>

void http_timers_init(
    struct http_timers *timers, const int64_t length[HTTP_PHASE_COUNT])
{
	int i;

	for (i = 0; i < HTTP_PHASE_COUNT; i++) {
		timers->length[i] = length[i];
		timers->heads[i].previous = &timers->heads[i];
		timers->heads[i].next = &timers->heads[i];
	}
}

void http_timer_stop(struct http_timer *timer)
{
	if (!timer->next)
		return;
	timer->previous->next = timer->next;
	timer->next->previous = timer->previous;
	timer->previous = NULL;
	timer->next = NULL;
}

void http_timer_start(struct http_timers *timers, struct http_timer *timer,
    enum http_phase phase, int64_t now)
{
	struct http_timer *head = &timers->heads[phase];

	http_timer_stop(timer);
	timer->phase = phase;
	if (phase == HTTP_PHASE_NONE)
		return;
	timer->at = now + timers->length[phase];
	timer->previous = head->previous;
	timer->next = head;
	head->previous->next = timer;
	head->previous = timer;
}

int64_t http_timers_wait(const struct http_timers *timers, int64_t now)
{
	int64_t wait = -1;
	int i;

	for (i = 1; i < HTTP_PHASE_COUNT; i++) {
		const struct http_timer *first = timers->heads[i].next;
		int64_t left;

		if (first == &timers->heads[i])
			continue;
		left = first->at > now ? first->at - now : 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait;
}

struct http_timer *http_timers_take(struct http_timers *timers, int64_t now)
{
	int i;

	for (i = 1; i < HTTP_PHASE_COUNT; i++) {
		struct http_timer *first = timers->heads[i].next;

		if (first == &timers->heads[i] || first->at > now)
			continue;
		http_timer_stop(first);
		return first;
	}
	return NULL;
}
