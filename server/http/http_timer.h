/*
 * http_timer: deadlines of one I/O thread. Every phase has one fixed length,
 * so each phase is a list in the order of starting: start, stop and the next
 * expiry all cost the same however many connections there are. Pure: the
 * time is handed in, monotonic milliseconds.
 */
#ifndef SERVER_HTTP_HTTP_TIMER_H
#define SERVER_HTTP_HTTP_TIMER_H

#include <stdint.h>

enum http_phase {
	HTTP_PHASE_NONE, /* no deadline: the handler has the request */
	HTTP_PHASE_HANDSHAKE,
	HTTP_PHASE_IDLE,
	HTTP_PHASE_HEADER,
	HTTP_PHASE_BODY,
	HTTP_PHASE_WRITE,
	HTTP_PHASE_LINGER, /* answered and ended, the rest is thrown away */
	HTTP_PHASE_COUNT
};

struct http_timer {
	struct http_timer *previous, *next;
	int64_t at;
	enum http_phase phase;
};

struct http_timers {
	int64_t length[HTTP_PHASE_COUNT];
	struct http_timer heads[HTTP_PHASE_COUNT]; /* rings */
};

void http_timers_init(
    struct http_timers *timers, const int64_t length[HTTP_PHASE_COUNT]);

/* Leaves the phase it was in; HTTP_PHASE_NONE only leaves. */
void http_timer_start(struct http_timers *timers, struct http_timer *timer,
    enum http_phase phase, int64_t now);
void http_timer_stop(struct http_timer *timer);

/* Milliseconds to the next deadline, 0 when one has passed, -1: none. */
int64_t http_timers_wait(const struct http_timers *timers, int64_t now);

/* One that has expired, taken out of its list but with phase kept; or NULL. */
struct http_timer *http_timers_take(struct http_timers *timers, int64_t now);

#endif
