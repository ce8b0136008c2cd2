/*
 * Muscles followed while samples come: stream
 *
 * Two channels of 1000 Hz: rest of 3 s, activity of the first from 3 to 4 s, rest; then NaN. Prints each expectation that failed; exit status 0
 * when none did.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

enum { SAMPLES = 6000, CHANNELS = 2, MOST = 64 };

static uint32_t seed = 7;

static double noise(void) {
    double sum = 0;
    for (int k = 0; k < 12; k++) {
        seed = seed * 1664525u + 1013904223u;
        sum += seed / 4294967296.0;
    }
    return sum - 6;
}

static double *signal(void) {
    double *x = malloc(sizeof *x * SAMPLES * CHANNELS);
    for (int n = 0; n < SAMPLES; n++) {
        x[2 * n] = noise() * (n >= 3000 && n < 4000 ? 100e-6 : 5e-6);
        x[2 * n + 1] = noise() * 5e-6;
    }
    for (int n = 5500; n < 5600; n++) x[2 * n] = NAN;
    return x;
}

static myovox_emg_stream *new_stream(void) {
    myovox_emg_stream *stream = NULL;
    const double mvc[CHANNELS] = {150e-6, NAN};
    EXPECT_OK(myovox_emg_stream_new(1000, CHANNELS, mvc, "{\"emg\": {\"stream\": {\"minimum_on_ms\": 40}}}", &stream));
    return stream;
}

/* Everything in pieces of `piece` values; returns the number of events. */
static size_t follow(myovox_emg_stream *stream, const double *x, size_t count, size_t piece, double *envelope, myovox_emg_event *events) {
    size_t at = 0, number = 0;
    while (at < count) {
        size_t taken = 0, told = 0, length = count - at < piece ? count - at : piece;
        EXPECT_OK(myovox_emg_stream_push(stream, x + at, length, envelope ? envelope + at : NULL, events + number, MOST - number, &taken, &told));
        if (taken == 0) break;
        at += taken, number += told;
    }
    return number;
}

static const myovox_emg_event *find(const myovox_emg_event *events, size_t count, myovox_emg_event_kind kind) {
    for (size_t k = 0; k < count; k++)
        if (events[k].kind == kind && events[k].channel == 0) return &events[k];
    static const myovox_emg_event none;
    EXPECT(!"an event of that kind");
    return &none;
}

static int near(uint64_t at, uint64_t truth) { return at > truth ? at - truth < 12 : truth - at < 12; }

static void test_events(const double *x) {
    myovox_emg_stream *stream = new_stream();
    static double envelope[SAMPLES * CHANNELS], pieces[SAMPLES * CHANNELS];
    myovox_emg_event events[MOST], others[MOST];
    size_t count = follow(stream, x, SAMPLES * CHANNELS, SAMPLES * CHANNELS, envelope, events);
    double onset_ms = 0, offset_ms = 0;
    EXPECT_OK(myovox_emg_stream_latency_ms(stream, &onset_ms, &offset_ms));
    EXPECT(onset_ms > 60 && onset_ms < 150 && offset_ms > onset_ms);
    const myovox_emg_event *onset = find(events, count, MYOVOX_EMG_EVENT_KIND_ACTIVATION_ONSET);
    EXPECT(near(onset->at, 3000) && onset->sample < 3000 + (uint64_t)onset_ms && onset->cause == MYOVOX_EMG_EVENT_CAUSE_SIGNAL);
    EXPECT(onset->at_s == (double)onset->at / 1000);
    EXPECT(near(find(events, count, MYOVOX_EMG_EVENT_KIND_ACTIVATION_OFFSET)->at, 4000));
    EXPECT(find(events, count, MYOVOX_EMG_EVENT_KIND_CONTRACTION_ONSET)->at < 3050);
    EXPECT(find(events, count, MYOVOX_EMG_EVENT_KIND_CONTRACTION_OFFSET)->at > 3950);
    EXPECT(find(events, count, MYOVOX_EMG_EVENT_KIND_REST_KNOWN)->sample < 2000);
    const myovox_emg_event *suspended = find(events, count, MYOVOX_EMG_EVENT_KIND_SUSPENDED);
    EXPECT(suspended->at == 5500 && suspended->cause == MYOVOX_EMG_EVENT_CAUSE_NOT_FINITE);
    EXPECT(find(events, count, MYOVOX_EMG_EVENT_KIND_RESUMED)->at == 5600);
    EXPECT(isnan(envelope[2 * 5550]) && envelope[2 * 3500] > 10 * envelope[2 * 2500] && !isnan(envelope[2 * 5550 + 1]));

    myovox_emg_stream *other = new_stream();
    EXPECT(follow(other, x, SAMPLES * CHANNELS, 7, pieces, others) == count);
    for (size_t k = 0; k < count; k++) EXPECT(others[k].kind == events[k].kind && others[k].at == events[k].at && others[k].sample == events[k].sample);
    for (size_t k = 0; k < SAMPLES * CHANNELS; k++) EXPECT(pieces[k] == envelope[k] || (isnan(pieces[k]) && isnan(envelope[k])));
    myovox_emg_stream_free(other);
    myovox_emg_stream_free(stream);
}

static void test_state(const double *x) {
    const size_t half = 3500 * CHANNELS + 1;
    myovox_emg_stream *stream = new_stream(), *other = new_stream();
    myovox_emg_event events[MOST], others[MOST];
    follow(stream, x, half, half, NULL, events);
    size_t needed = 0, told = 0;
    EXPECT_OK(myovox_emg_stream_state_json(stream, NULL, 0, &needed));
    char *state = malloc(needed);
    EXPECT_OK(myovox_emg_stream_state_json(stream, state, needed, &needed));
    EXPECT_OK(myovox_emg_stream_restore(other, state));
    size_t count = follow(stream, x + half, SAMPLES * CHANNELS - half, 64, NULL, events);
    EXPECT(follow(other, x + half, SAMPLES * CHANNELS - half, 1000, NULL, others) == count && count > 0);
    for (size_t k = 0; k < count; k++) EXPECT(others[k].kind == events[k].kind && others[k].at == events[k].at);
    EXPECT(myovox_emg_stream_restore(other, "{}") == MYOVOX_RESULT_CONFIG && last_error_code_is("emg.stream-state"));
    free(state);

    EXPECT_OK(myovox_emg_stream_plan_json(stream, NULL, 0, &needed));
    char *plan = malloc(needed);
    EXPECT_OK(myovox_emg_stream_plan_json(stream, plan, needed, &needed));
    EXPECT(strstr(plan, "\"onset_ms\"") != NULL && strstr(plan, "\"warnings\":[]") != NULL);
    free(plan);
    EXPECT_OK(myovox_emg_stream_finish(stream, events, 2 * CHANNELS, &told));
    EXPECT(told == 0);
    myovox_emg_stream_free(stream);
    myovox_emg_stream_free(other);
}

static void test_misuse(void) {
    myovox_emg_stream *stream = NULL;
    const double zero = 0;
    size_t taken = 7, told = 7;
    myovox_emg_event events[MYOVOX_EMG_STREAM_MOST_EVENTS];
    EXPECT(myovox_emg_stream_new(0, 1, NULL, NULL, &stream) == MYOVOX_RESULT_CONFIG && last_error_code_is("config.rate"));
    EXPECT(myovox_emg_stream_new(1000, 0, NULL, NULL, &stream) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_emg_stream_new(1000, 1, &zero, NULL, &stream) == MYOVOX_RESULT_CONFIG && stream == NULL);
    EXPECT(myovox_emg_stream_new(1000, 1, NULL, "{\"emg\": {\"stream\": {\"x\": 1}}}", &stream) == MYOVOX_RESULT_CONFIG);
    EXPECT_NULL_REFUSED(myovox_emg_stream_new(1000, 1, NULL, NULL, NULL));
    EXPECT_OK(myovox_emg_stream_new(1000, 1, NULL, NULL, &stream));
    EXPECT_NULL_REFUSED(myovox_emg_stream_push(NULL, &zero, 1, NULL, events, 8, &taken, &told));
    EXPECT_NULL_REFUSED(myovox_emg_stream_push(stream, NULL, 1, NULL, events, 8, &taken, &told));
    EXPECT_NULL_REFUSED(myovox_emg_stream_push(stream, &zero, 1, NULL, NULL, 8, &taken, &told));
    EXPECT_NULL_REFUSED(myovox_emg_stream_push(stream, &zero, 1, NULL, events, 8, NULL, &told));
    EXPECT_NULL_REFUSED(myovox_emg_stream_push(stream, &zero, 1, NULL, events, 8, &taken, NULL));
    EXPECT(myovox_emg_stream_push(stream, &zero, 1, NULL, events, 7, &taken, &told) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(taken == 7 && told == 7);
    EXPECT_OK(myovox_emg_stream_push(stream, NULL, 0, NULL, events, 8, &taken, &told));
    EXPECT(taken == 0 && told == 0);
    EXPECT_NULL_REFUSED(myovox_emg_stream_restore(stream, NULL));
    EXPECT_NULL_REFUSED(myovox_emg_stream_finish(stream, NULL, 2, &told));
    EXPECT_NULL_REFUSED(myovox_emg_stream_latency_ms(stream, NULL, NULL));
    EXPECT_NULL_REFUSED(myovox_emg_stream_state_json(NULL, NULL, 0, &taken));
    myovox_emg_stream_free(stream);
    myovox_emg_stream_free(NULL);
}

int main(void) {
    (void)load;
    double *x = signal();
    test_events(x);
    test_state(x);
    test_misuse();
    free(x);
    return failures ? 1 : 0;
}
