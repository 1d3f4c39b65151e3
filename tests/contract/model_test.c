/*
 * model_test: do lifecycle and store keep a command in exactly one state, a
 * life apart from the next and every answer on disk, whatever comes in
 * whatever order (DESIGN invariants 2, 3 and 6)? Random steps against a model;
 * after each the outcome and the phone's queue are compared. A child process
 * takes the steps and is ended now and then: by SIGKILL in the middle of one,
 * by leaving without closing, by closing. Then everything is compared.
 *
 * WORKPHONE_MODEL_SEED=n runs that seed alone, WORKPHONE_MODEL_STEPS=n as far.
 */
#include "tests/contract/fixture.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/contract/audit.h"
#include "tests/contract/model.h"
#include "tests/contract/queue.h"

#define STEPS_A_SEED 30000
#define EPISODE_MAX 3000

/* Shared with the child. */
struct progress {
	atomic_uint_fast64_t done; /* steps that were answered */
};

enum ending { ENDING_KILL, ENDING_LEAVE, ENDING_CLOSE };

struct episode {
	uint64_t steps;
	enum ending ending;
	uint64_t kill_after; /* steps */
};

static void die(const char *what, const struct step *step, const char *why)
{
	char text[256];

	model_step_text(step, text, sizeof(text));
	(void)fprintf(stderr, "%s\n  %s\n  %s\n", what, text, why);
	_exit(3);
}

static void take_step(struct fixture *f, struct model *model)
{
	struct outcome want;
	struct outcome got;
	struct step step;
	struct err err = {0};
	char why[AUDIT_WHY];

	model_plan(model, &step);
	model_apply(model, &step, &want);
	if (queue_apply(f->store, &step, &got, &err) < 0)
		die("fault", &step, err.text);
	(void)snprintf(why, sizeof(why),
	    "code %d, expected %d; next %s, "
	    "expected %s",
	    (int)got.code, (int)want.code, got.next, want.next);
	if (got.code != want.code || strcmp(got.next, want.next) != 0)
		die("outcome", &step, why);
	if (!audit_phone(f->store, model, step.phone, why))
		die("queue", &step, why);
}

/* The model is the child's own copy: the parent replays. */
static void run_child(struct fixture *f, struct model *model,
    const struct episode *episode, struct progress *progress)
{
	uint64_t i;

	(void)setenv("CMOCKA_TEST_ABORT", "1", 1);
	fixture_open(f);
	for (i = 0; i < episode->steps; i++) {
		take_step(f, model);
		atomic_fetch_add(&progress->done, 1);
	}
	if (episode->ending == ENDING_CLOSE)
		fixture_close(f);
	while (episode->ending == ENDING_KILL)
		(void)pause();
	_exit(0);
}

static void replay(struct model *model, uint64_t steps)
{
	struct outcome outcome;
	struct step step;

	for (; steps > 0; steps--) {
		model_plan(model, &step);
		model_apply(model, &step, &outcome);
	}
	assert_false(model->failed);
}

static void end_child(
    pid_t child, const struct episode *episode, struct progress *progress)
{
	int status = 0;
	int r = 0;

	while (episode->ending == ENDING_KILL &&
	    atomic_load(&progress->done) < episode->kill_after && r == 0) {
		(void)usleep(50);
		r = waitpid(child, &status, WNOHANG);
	}
	if (episode->ending == ENDING_KILL)
		(void)kill(child, SIGKILL);
	if (r == 0)
		assert_int_equal(waitpid(child, &status, 0), child);
	if (episode->ending == ENDING_KILL)
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	else
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/*
 * Every step that was answered must be there; the one under way may be, but
 * then whole. Refused steps leave no mark and nothing else.
 */
static void compare(struct fixture *f, struct model *model, uint64_t done,
    const struct episode *episode)
{
	uint64_t answered = model->steps + done;
	uint64_t mark = 0;
	char why[AUDIT_WHY];
	struct err err = {0};

	fixture_open(f);
	if (queue_last_step(f->store, &mark, &err) < 0)
		fail_msg("%s", err.text);
	assert_in_range(mark, 0, answered + (episode->ending == ENDING_KILL));
	if (mark > answered)
		answered = mark;
	replay(model, answered - model->steps);
	if (!audit_all(f->store, model, why))
		fail_msg("%s", why);
	fixture_close(f);
}

static void run_episode(struct fixture *f, struct model *model,
    const struct episode *episode, struct progress *progress)
{
	pid_t child;

	atomic_store(&progress->done, 0);
	(void)fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_child(f, model, episode, progress);
	end_child(child, episode, progress);
	compare(f, model, atomic_load(&progress->done), episode);
}

static void plan_episode(struct fixture *f, uint64_t left, struct episode *out)
{
	static const enum ending endings[] = {
	    ENDING_KILL, ENDING_KILL, ENDING_LEAVE, ENDING_CLOSE};

	out->ending = endings[fixture_random(f, COUNT(endings))];
	out->steps = 1 + fixture_random(f, EPISODE_MAX);
	if (out->steps > left)
		out->steps = left;
	out->kill_after = out->steps;
	if (out->ending == ENDING_KILL) {
		out->steps = EPISODE_MAX * 2;
		if (out->kill_after > left)
			out->kill_after = left;
	}
}

static void run_seed(uint64_t seed, uint64_t steps)
{
	struct fixture f;
	struct model model;
	struct progress *progress;
	struct episode episode;
	int kills = 0;

	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(progress != MAP_FAILED);
	assert_int_equal(fixture_make(&f, true), 0);
	f.seed = seed;
	f.readers = 1;
	model_init(&model, seed);
	fixture_open(&f);
	fixture_write(&f, queue_prepare, NULL);
	fixture_close(&f);
	while (model.steps < steps) {
		plan_episode(&f, steps - model.steps, &episode);
		run_episode(&f, &model, &episode, progress);
		kills += episode.ending == ENDING_KILL;
	}
	fixture_check_file(&f);
	print_message("seed %llu: %llu steps, %zu commands, %zu lives, %d "
	              "kills\n",
	    (unsigned long long)seed, (unsigned long long)model.steps,
	    model.command_count, model.life_count, kills);
	model_clear(&model);
	fixture_remove(&f);
	(void)munmap(progress, sizeof(*progress));
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_fixed_seeds(void **state)
{
	uint64_t steps = number_from("WORKPHONE_MODEL_STEPS", STEPS_A_SEED);
	uint64_t seed;

	(void)state;
	if (getenv("WORKPHONE_MODEL_SEED")) {
		run_seed(number_from("WORKPHONE_MODEL_SEED", 1), steps);
		return;
	}
	for (seed = 1; seed <= 3; seed++)
		run_seed(seed, steps);
}

/* Another one each run; its number is printed before anything can fail. */
static void test_new_seed(void **state)
{
	struct timespec now;
	uint64_t seed;

	(void)state;
	if (getenv("WORKPHONE_MODEL_SEED"))
		skip();
	(void)clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	print_message(
	    "this run: WORKPHONE_MODEL_SEED=%llu\n", (unsigned long long)seed);
	run_seed(seed, number_from("WORKPHONE_MODEL_STEPS", STEPS_A_SEED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fixed_seeds),
	    cmocka_unit_test(test_new_seed),
	};

	return FIXTURE_RUN("queue model", tests);
}
