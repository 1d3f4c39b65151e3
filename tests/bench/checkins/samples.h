/* samples: many measured times and their percentiles. */
#ifndef TESTS_BENCH_CHECKINS_SAMPLES_H
#define TESTS_BENCH_CHECKINS_SAMPLES_H

#include <stddef.h>

struct samples {
	float *values; /* owned */
	size_t count;
	size_t room;
};

/* Out of memory ends the program: half a measurement is none. */
void samples_add(struct samples *samples, double value);
void samples_sort(struct samples *samples);
/* Of sorted samples; part is 0 to 1. 0 when there are none. */
double samples_at(const struct samples *samples, double part);
void samples_clear(struct samples *samples);

#endif
