#include "tests/bench/checkins/load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "tests/bench/checkins/cost.h"
#include "tests/bench/checkins/samples.h"

#define OPENING_MAX 64 /* handshakes under way at once */
#define EVENTS_MAX 256
#define SETTLE_US 300000  /* the server's side of the last handshake */
#define PATIENCE 30       /* seconds without any answer */
#define CYCLES_WARMING 32 /* requests under way */

enum line_state { LINE_CLOSED, LINE_OPENING, LINE_FREE, LINE_BUSY, LINE_DONE };

struct line {
	struct wire wire;
	struct roster_phone *phone;
	unsigned number;
	enum line_state state;
	bool is_answering; /* Acknowledged is out, not Idle */
	double began;      /* when it was due */
	struct line *next_free;
};

struct run {
	const struct load *load;
	struct load_result *result;
	struct line *lines;
	struct line *first_free;
	struct line **last_free;
	int epoll;
	unsigned opened, opening, busy, done;
	bool is_counting;
	double counting_from, counting_until, due, last_answer;
	uint64_t cpu_before[LOAD_PIDS];
	struct samples samples;
};

/* ---- what is counted ---- */

static void cpu_read(const struct load *load, uint64_t ns[LOAD_PIDS])
{
	size_t i;

	for (i = 0; i < LOAD_PIDS; i++)
		ns[i] = load->pids[i] ? cost_cpu_ns(load->pids[i]) : 0;
}

static void counting_start(struct run *run)
{
	run->is_counting = true;
	run->samples.count = 0;
	run->result->answers = 0;
	cpu_read(run->load, run->cpu_before);
	run->counting_from = cost_seconds();
	run->counting_until = run->counting_from + run->load->seconds;
}

static void counting_stop(struct run *run)
{
	struct load_result *result = run->result;
	uint64_t after[LOAD_PIDS];
	size_t i;

	cpu_read(run->load, after);
	result->seconds = cost_seconds() - run->counting_from;
	for (i = 0; i < LOAD_PIDS; i++)
		result->cpu_ns[i] = after[i] - run->cpu_before[i];
	samples_sort(&run->samples);
	result->p50_ms = samples_at(&run->samples, 0.50);
	result->p99_ms = samples_at(&run->samples, 0.99);
	result->max_ms = samples_at(&run->samples, 1.0);
}

static void note_answer(struct run *run, const struct line *line)
{
	run->last_answer = cost_seconds();
	run->result->answers++;
	samples_add(&run->samples, (run->last_answer - line->began) * 1e3);
}

/* ---- lines ---- */

static void free_push(struct run *run, struct line *line)
{
	line->state = LINE_FREE;
	line->next_free = NULL;
	*run->last_free = line;
	run->last_free = &line->next_free;
}

static struct line *free_take(struct run *run)
{
	struct line *line = run->first_free;

	run->first_free = line->next_free;
	if (!run->first_free)
		run->last_free = &run->first_free;
	return line;
}

static void leave_state(struct run *run, const struct line *line)
{
	if (line->state == LINE_BUSY)
		run->busy--;
	if (line->state == LINE_OPENING)
		run->opening--;
}

/* Its connection stays open: closing is work too, and not what is counted. */
static void line_rest(struct run *run, struct line *line)
{
	leave_state(run, line);
	line->state = LINE_DONE;
	run->done++;
}

static void line_lose(struct run *run, struct line *line)
{
	line_rest(run, line);
	run->result->errors++;
	wire_close(&line->wire);
}

static bool line_open(struct run *run, struct line *line)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = line};

	line->state = LINE_OPENING;
	line->began = cost_seconds();
	run->opening++;
	if (wire_open(
	        &line->wire, &run->load->target, line->phone, line->number) &&
	    epoll_ctl(run->epoll, EPOLL_CTL_ADD, line->wire.fd, &event) == 0)
		return true;
	line_lose(run, line);
	return false;
}

static void line_write(struct run *run, struct line *line)
{
	const struct load *load = run->load;
	struct buf *out = &line->wire.out;

	buf_reset(&line->wire.in);
	buf_reset(out);
	line->wire.out_sent = 0;
	line->is_answering = false;
	if (load->kind == LOAD_TOKEN || load->kind == LOAD_TOKEN_UNLOCK ||
	    (load->kind == LOAD_CYCLE && !run->is_counting))
		message_append_token(out, &load->style, line->phone,
		    load->kind == LOAD_TOKEN_UNLOCK);
	else
		message_append_idle(out, &load->style, line->phone);
}

static void line_ask(struct run *run, struct line *line, double due)
{
	line->state = LINE_BUSY;
	line->began = due;
	run->busy++;
	line_write(run, line);
	if (wire_send(&line->wire) == WIRE_ENDED)
		line_lose(run, line);
}

static void line_acknowledge(
    struct run *run, struct line *line, const struct message_command *command)
{
	buf_reset(&line->wire.in);
	buf_reset(&line->wire.out);
	line->wire.out_sent = 0;
	line->is_answering = true;
	message_append_answer(
	    &line->wire.out, &run->load->style, line->phone, command);
	if (wire_send(&line->wire) == WIRE_ENDED)
		line_lose(run, line);
}

/* ---- what an answer leads to ---- */

/* A phone has done its work when it is told nothing more. */
static void on_cycle_answer(struct run *run, struct line *line)
{
	struct message_command command;
	const char *body = (const char *)line->wire.in.data + line->wire.body;

	if (line->is_answering)
		note_answer(run, line);
	if (!message_read_command(body, &command)) {
		line_rest(run, line);
		return;
	}
	if (line->is_answering)
		line->began = cost_seconds();
	line_acknowledge(run, line, &command);
}

static void on_connect_answer(struct run *run, struct line *line)
{
	leave_state(run, line);
	note_answer(run, line);
	wire_close(&line->wire);
	line->number += run->load->connections;
	line->phone =
	    &run->load->roster->phones[line->number % run->load->roster->count];
	if (line_open(run, line))
		line_write(run, line);
}

static void on_hold_answer(struct run *run, struct line *line)
{
	note_answer(run, line);
	wire_forget_tls(&line->wire);
	line_rest(run, line);
}

static void on_answer(struct run *run, struct line *line)
{
	if (line->wire.status != 200) {
		line_lose(run, line);
		return;
	}
	switch (run->load->kind) {
	case LOAD_CYCLE:
		if (!run->is_counting)
			break;
		on_cycle_answer(run, line);
		return;
	case LOAD_CONNECT:
		on_connect_answer(run, line);
		return;
	case LOAD_HOLD:
		on_hold_answer(run, line);
		return;
	case LOAD_IDLE:
	case LOAD_TOKEN:
	case LOAD_TOKEN_UNLOCK:
	case LOAD_KIND_COUNT:
		break;
	}
	leave_state(run, line);
	note_answer(run, line);
	free_push(run, line);
}

static void on_opened(struct run *run, struct line *line)
{
	if (run->load->kind == LOAD_HOLD || run->load->kind == LOAD_CONNECT)
		return; /* its request is on the way */
	leave_state(run, line);
	free_push(run, line);
}

static void on_event(struct run *run, struct line *line)
{
	enum wire_event event;

	if (line->state != LINE_OPENING && line->state != LINE_BUSY)
		return;
	event = wire_move(&line->wire);
	if (event == WIRE_ENDED)
		line_lose(run, line);
	else if (event == WIRE_ANSWERED)
		on_answer(run, line);
	else if (line->state == LINE_OPENING &&
	    (!line->wire.ssl || SSL_is_init_finished(line->wire.ssl)))
		on_opened(run, line);
}

/* ---- the loop ---- */

static void poll_events(struct run *run, double until)
{
	struct epoll_event events[EVENTS_MAX];
	double left = until - cost_seconds();
	struct timespec wait = {0};
	int n;
	int i;

	if (left > 0.1)
		left = 0.1;
	if (left > 0)
		wait.tv_nsec = (long)(left * 1e9);
	n = epoll_pwait2(run->epoll, events, EVENTS_MAX, &wait, NULL);
	for (i = 0; i < n; i++)
		on_event(run, events[i].data.ptr);
}

static void open_more(struct run *run)
{
	bool asks =
	    run->load->kind == LOAD_HOLD || run->load->kind == LOAD_CONNECT;

	while (run->opening < OPENING_MAX &&
	    run->opened < run->load->connections) {
		struct line *line = &run->lines[run->opened++];

		if (line_open(run, line) && asks)
			line_write(run, line);
	}
}

static bool is_stuck(const struct run *run)
{
	return cost_seconds() - run->last_answer > PATIENCE;
}

static int open_all(struct run *run, struct err *err)
{
	unsigned before = 0;

	run->last_answer = cost_seconds();
	while (run->opened < run->load->connections || run->opening > 0) {
		open_more(run);
		poll_events(run, cost_seconds() + 0.1);
		if (run->opened - run->opening != before)
			run->last_answer = cost_seconds();
		before = run->opened - run->opening;
		if (is_stuck(run) || run->result->errors > 0)
			return err_set(err, ERR_IO,
			    "%u connections of %u opened, %llu lost",
			    run->opened - run->opening, run->load->connections,
			    (unsigned long long)run->result->errors);
	}
	return 0;
}

static void ask_paced(struct run *run, double now)
{
	while (run->first_free && run->due <= now) {
		line_ask(run, free_take(run), run->due);
		run->due += 1 / run->load->rate;
	}
}

static void ask_more(struct run *run)
{
	unsigned most = run->load->outstanding;
	double now = cost_seconds();

	if (run->load->rate > 0) {
		ask_paced(run, now);
		return;
	}
	while (run->first_free && (most == 0 || run->busy < most))
		line_ask(run, free_take(run), cost_seconds());
}

/* What is worked out once a phone has been worked out for each. */
static bool is_warm(const struct run *run)
{
	return run->result->answers >= run->load->connections;
}

static void run_timed(struct run *run)
{
	double start = cost_seconds();
	double begin = start + run->load->warm_seconds;

	run->due = start;
	run->last_answer = start;
	while (run->done < run->load->connections && !is_stuck(run)) {
		double now = cost_seconds();
		double next = run->is_counting ? run->counting_until : now + 1;

		if (!run->is_counting && now >= begin && is_warm(run)) {
			counting_start(run);
			continue;
		}
		if (run->is_counting && now >= run->counting_until)
			break;
		ask_more(run);
		if (run->load->rate > 0 && run->first_free && run->due < next)
			next = run->due;
		poll_events(run, next);
	}
	run->result->errors += is_stuck(run);
	if (run->load->rate > 0 && run->due < run->counting_until)
		run->result->late =
		    (uint64_t)((run->counting_until - run->due) *
		        run->load->rate);
	run->result->late += run->busy * (run->load->rate > 0);
}

/* Each says a TokenUpdate first: it takes no command out of the queue. */
static void warm_cycles(struct run *run)
{
	unsigned asked = 0;

	while (!is_warm(run) && run->done == 0 && !is_stuck(run)) {
		while (asked < run->load->connections && run->first_free &&
		    run->busy < CYCLES_WARMING) {
			line_ask(run, free_take(run), cost_seconds());
			asked++;
		}
		poll_events(run, cost_seconds() + 0.1);
	}
}

static void run_cycles(struct run *run)
{
	run->last_answer = cost_seconds();
	warm_cycles(run);
	counting_start(run);
	while (run->done < run->load->connections && !is_stuck(run)) {
		ask_more(run);
		poll_events(run, cost_seconds() + 0.1);
	}
	run->result->errors += run->load->connections - run->done;
}

/* Connections come and go all the time: opening is the work. */
static void run_connecting(struct run *run)
{
	double begin = cost_seconds() + run->load->warm_seconds;

	while (!run->is_counting || cost_seconds() < run->counting_until) {
		if (!run->is_counting && cost_seconds() >= begin)
			counting_start(run);
		open_more(run);
		poll_events(run, cost_seconds() + 0.01);
		if (run->done >= run->load->connections)
			return;
	}
}

static int run_kind(struct run *run, struct err *err)
{
	int rc;

	if (run->load->kind == LOAD_CONNECT) {
		run_connecting(run);
		return 0;
	}
	if (run->load->kind == LOAD_HOLD)
		counting_start(run);
	if ((rc = open_all(run, err)) < 0)
		return rc;
	(void)usleep(SETTLE_US);
	if (run->load->kind == LOAD_CYCLE)
		run_cycles(run);
	else if (run->load->kind != LOAD_HOLD)
		run_timed(run);
	return 0;
}

static void close_all(struct run *run)
{
	unsigned i;

	for (i = 0; i < run->opened; i++) {
		wire_close(&run->lines[i].wire);
		buf_clear(&run->lines[i].wire.in);
		buf_clear(&run->lines[i].wire.out);
	}
	free(run->lines);
}

int load_run(const struct load *load, struct load_result *out, struct err *err)
{
	struct run run = {.load = load, .result = out};
	unsigned i;
	int rc;

	*out = (struct load_result){0};
	run.last_free = &run.first_free;
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	run.lines = calloc(load->connections, sizeof(*run.lines));
	if (!run.lines || run.epoll < 0)
		return err_memory(err);
	for (i = 0; i < load->connections; i++) {
		run.lines[i].number = i;
		run.lines[i].wire.fd = -1;
		run.lines[i].phone =
		    &load->roster->phones[i % load->roster->count];
	}
	rc = run_kind(&run, err);
	if (rc == 0)
		counting_stop(&run);
	samples_clear(&run.samples);
	if (load->kind != LOAD_HOLD || rc < 0)
		close_all(&run);
	(void)close(run.epoll);
	return rc;
}
