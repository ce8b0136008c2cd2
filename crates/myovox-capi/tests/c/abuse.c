/*
 * What a caller may do wrong, and what must come of it: abuse C3D_FILE WAV_FILE
 *
 * NULL in every place, buffers that are too small, indices beyond the end, text that is not UTF-8, the last error asked for twice and from two
 * threads. Prints each expectation that failed; exit status 0 when none did.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

static void test_last_error(void) {
    char message[4] = "xyz", code[1];
    size_t needed = 0, again = 0;
    EXPECT(myovox_last_error(message, sizeof message, &needed) == MYOVOX_RESULT_OK);
    EXPECT(needed == 1 && message[0] == '\0');

    myovox_report *report = NULL;
    EXPECT(myovox_analyze((const unsigned char *)"no recording", 12, "a.c3d", NULL, &report) != MYOVOX_RESULT_OK);
    EXPECT(report == NULL);
    memcpy(message, "xyz", 4);
    EXPECT(myovox_last_error(message, sizeof message, &needed) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(strcmp(message, "xyz") == 0 && needed > 4);
    EXPECT(myovox_last_error_code(code, sizeof code, &again) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    /* Asking did not change it: the size still fits, twice. */
    char *whole = malloc(needed);
    for (int round = 0; round < 2; round++) {
        EXPECT(myovox_last_error(whole, needed, &again) == MYOVOX_RESULT_OK);
        EXPECT(again == needed && strlen(whole) + 1 == needed);
        EXPECT(strncmp(whole, "a.c3d: ", 7) == 0);
    }
    free(whole);
    EXPECT_NULL_REFUSED(myovox_last_error(message, sizeof message, NULL));
    EXPECT_NULL_REFUSED(myovox_last_error(NULL, 10, &needed));
    EXPECT_NULL_REFUSED(myovox_last_error_code(NULL, 0, NULL));
}

static void test_analyze(file_bytes c3d) {
    myovox_report *report = NULL;
    size_t needed = 0;
    EXPECT_NULL_REFUSED(myovox_analyze(c3d.bytes, c3d.length, NULL, NULL, NULL));
    EXPECT(last_error_code_is("capi.null-pointer"));
    EXPECT_NULL_REFUSED(myovox_analyze(NULL, 10, NULL, NULL, &report));
    EXPECT(myovox_analyze(NULL, 0, NULL, NULL, &report) != MYOVOX_RESULT_OK);
    EXPECT(myovox_analyze(c3d.bytes, (size_t)-1, NULL, NULL, &report) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_analyze(c3d.bytes, c3d.length, "\xff", NULL, &report) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(last_error_code_is("capi.not-utf8"));
    EXPECT(myovox_analyze(c3d.bytes, c3d.length, NULL, "{\"no_such_key\": 1}", &report) == MYOVOX_RESULT_CONFIG);
    EXPECT(myovox_analyze(c3d.bytes, c3d.length, NULL, "{", &report) == MYOVOX_RESULT_CONFIG);
    EXPECT(report == NULL);

    EXPECT(myovox_analyze(c3d.bytes, c3d.length, NULL, "{}", &report) == MYOVOX_RESULT_OK);
    EXPECT_NULL_REFUSED(myovox_report_json(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_report_json(report, NULL, 0, NULL));
    EXPECT_NULL_REFUSED(myovox_report_json(report, NULL, 1, &needed));
    EXPECT(myovox_report_json(report, NULL, 0, &needed) == MYOVOX_RESULT_OK);
    char *json = malloc(needed);
    memset(json, 'x', needed);
    EXPECT(myovox_report_json(report, json, needed - 1, &needed) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(json[0] == 'x' && json[needed - 2] == 'x');
    EXPECT(last_error_code_is("capi.buffer-too-small"));
    EXPECT(myovox_report_json(report, json, needed, &needed) == MYOVOX_RESULT_OK);
    EXPECT(strlen(json) + 1 == needed && json[0] == '{');
    free(json);
    myovox_report_free(report);
    myovox_report_free(NULL);
}

static void test_c3d(file_bytes c3d) {
    myovox_c3d *recording = NULL;
    size_t markers = 7, frames = 7, channels = 7, samples = 7, needed = 7;
    double rate = 7;
    char label[64] = "x";
    EXPECT_NULL_REFUSED(myovox_c3d_read(c3d.bytes, c3d.length, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_read(NULL, 1, &recording));
    EXPECT(myovox_c3d_read((const unsigned char *)"RIFF", 4, &recording) == MYOVOX_RESULT_DATA);
    EXPECT(recording == NULL);
    EXPECT_NULL_REFUSED(myovox_c3d_markers(NULL, &markers));
    EXPECT_NULL_REFUSED(myovox_c3d_frames(NULL, &frames));
    EXPECT_NULL_REFUSED(myovox_c3d_channels(NULL, &channels));
    EXPECT_NULL_REFUSED(myovox_c3d_samples_per_channel(NULL, &samples));
    EXPECT_NULL_REFUSED(myovox_c3d_point_rate_hz(NULL, &rate));
    EXPECT_NULL_REFUSED(myovox_c3d_analog_rate_hz(NULL, &rate));
    EXPECT_NULL_REFUSED(myovox_c3d_point_label(NULL, 0, label, sizeof label, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_analog_label(NULL, 0, label, sizeof label, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_analog_unit(NULL, 0, label, sizeof label, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_points(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_residuals(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_analog(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_warnings_json(NULL, NULL, 0, &needed));
    EXPECT(markers == 7 && frames == 7 && channels == 7 && samples == 7 && needed == 7 && rate == 7);

    EXPECT(myovox_c3d_read(c3d.bytes, c3d.length, &recording) == MYOVOX_RESULT_OK);
    EXPECT_NULL_REFUSED(myovox_c3d_markers(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_frames(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_channels(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_samples_per_channel(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_point_rate_hz(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_analog_rate_hz(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_points(recording, NULL, 5, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_points(recording, NULL, 0, NULL));
    EXPECT(myovox_c3d_markers(recording, &markers) == MYOVOX_RESULT_OK && markers == 1);
    EXPECT(myovox_c3d_frames(recording, &frames) == MYOVOX_RESULT_OK && frames == 330);
    EXPECT(myovox_c3d_channels(recording, &channels) == MYOVOX_RESULT_OK && channels == 4);
    EXPECT(myovox_c3d_samples_per_channel(recording, &samples) == MYOVOX_RESULT_OK && samples == 9900);
    EXPECT(myovox_c3d_point_rate_hz(recording, &rate) == MYOVOX_RESULT_OK && rate == 33);
    EXPECT(myovox_c3d_analog_rate_hz(recording, &rate) == MYOVOX_RESULT_OK && rate == 990);
    EXPECT(myovox_c3d_point_label(recording, 0, label, sizeof label, &needed) == MYOVOX_RESULT_OK);
    EXPECT(strcmp(label, "PlayerPosition") == 0 && needed == 15);
    EXPECT(myovox_c3d_point_label(recording, 1, label, sizeof label, &needed) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(last_error_code_is("capi.out-of-range"));
    EXPECT(myovox_c3d_analog_label(recording, 3, label, 5, &needed) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(strcmp(label, "PlayerPosition") == 0 && needed == 14);
    EXPECT(myovox_c3d_analog_label(recording, 3, label, sizeof label, &needed) == MYOVOX_RESULT_OK);
    EXPECT(strcmp(label, "CH2 activated") == 0);
    EXPECT(myovox_c3d_analog_unit(recording, (size_t)-1, label, sizeof label, &needed) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_c3d_analog_unit(recording, 0, label, sizeof label, &needed) == MYOVOX_RESULT_OK);

    EXPECT(myovox_c3d_analog(recording, NULL, 0, &needed) == MYOVOX_RESULT_OK && needed == 4 * 9900);
    double *analog = malloc(needed * sizeof *analog);
    analog[0] = 42;
    EXPECT(myovox_c3d_analog(recording, analog, needed - 1, &needed) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(analog[0] == 42);
    EXPECT(myovox_c3d_analog(recording, (double *)((char *)analog + 1), needed, &needed) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_c3d_analog(recording, analog, needed, &needed) == MYOVOX_RESULT_OK);
    EXPECT(fabs(analog[0]) < 1e-3 && analog[2 * 9900] == 0);
    free(analog);
    double points[3 * 330], residuals[330];
    EXPECT(myovox_c3d_points(recording, points, 3 * 330, &needed) == MYOVOX_RESULT_OK && needed == 3 * 330);
    EXPECT(points[0] == 132 && points[1] == 136 && points[330] == 95 && points[660] == -3);
    EXPECT(myovox_c3d_residuals(recording, residuals, 330, &needed) == MYOVOX_RESULT_OK && residuals[329] == 0);
    EXPECT(myovox_c3d_warnings_json(recording, NULL, 0, &needed) == MYOVOX_RESULT_OK && needed >= 3);
    myovox_c3d_free(recording);
    myovox_c3d_free(NULL);
}

static void test_wav(file_bytes wav) {
    myovox_wav *recording = NULL;
    size_t channels = 7, samples = 7, needed = 7;
    double rate = 7;
    char warnings[4];
    EXPECT_NULL_REFUSED(myovox_wav_read(wav.bytes, wav.length, NULL));
    EXPECT_NULL_REFUSED(myovox_wav_read(NULL, 1, &recording));
    EXPECT(myovox_wav_read(wav.bytes, 20, &recording) == MYOVOX_RESULT_DATA);
    EXPECT(recording == NULL);
    EXPECT_NULL_REFUSED(myovox_wav_channels(NULL, &channels));
    EXPECT_NULL_REFUSED(myovox_wav_samples_per_channel(NULL, &samples));
    EXPECT_NULL_REFUSED(myovox_wav_rate_hz(NULL, &rate));
    EXPECT_NULL_REFUSED(myovox_wav_samples(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_wav_warnings_json(NULL, NULL, 0, &needed));
    EXPECT(channels == 7 && samples == 7 && needed == 7 && rate == 7);

    EXPECT(myovox_wav_read(wav.bytes, wav.length, &recording) == MYOVOX_RESULT_OK);
    EXPECT_NULL_REFUSED(myovox_wav_channels(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_wav_samples_per_channel(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_wav_rate_hz(recording, NULL));
    EXPECT_NULL_REFUSED(myovox_wav_samples(recording, NULL, 1, &needed));
    EXPECT(myovox_wav_channels(recording, &channels) == MYOVOX_RESULT_OK && channels == 2);
    EXPECT(myovox_wav_samples_per_channel(recording, &samples) == MYOVOX_RESULT_OK && samples == 48000);
    EXPECT(myovox_wav_rate_hz(recording, &rate) == MYOVOX_RESULT_OK && rate == 8000);
    EXPECT(myovox_wav_samples(recording, NULL, 0, &needed) == MYOVOX_RESULT_OK && needed == 96000);
    double *values = malloc(needed * sizeof *values);
    EXPECT(myovox_wav_samples(recording, values, needed, &needed) == MYOVOX_RESULT_OK);
    double left = 0, right = 0;
    for (size_t n = 8000; n < 9600; n++) left += fabs(values[n]), right += fabs(values[samples + n]);
    /* At 1.0-1.2 s the first speaker speaks and the second listens. */
    EXPECT(left > 20 * right);
    free(values);
    EXPECT(myovox_wav_warnings_json(recording, warnings, sizeof warnings, &needed) == MYOVOX_RESULT_OK);
    EXPECT(strcmp(warnings, "[]") == 0);
    myovox_wav_free(recording);
    myovox_wav_free(NULL);
}

typedef struct {
    file_bytes c3d;
    const myovox_report *shared;
    const char *wrong;
    const char *code;
    int failures;
} worker;

/* Each thread fails in its own way, and reads the shared report. */
static void *work(void *argument) {
    worker *self = argument;
    for (int round = 0; round < 20; round++) {
        myovox_report *report = NULL;
        size_t needed = 0;
        if (myovox_analyze((const unsigned char *)self->wrong, strlen(self->wrong), NULL, round % 2 ? "{" : NULL, &report) == MYOVOX_RESULT_OK)
            self->failures++;
        if (!last_error_code_is(round % 2 ? "config.not-json" : self->code)) self->failures++;
        if (myovox_report_json(self->shared, NULL, 0, &needed) != MYOVOX_RESULT_OK || needed < 100) self->failures++;
    }
    myovox_report *own = NULL;
    if (myovox_analyze(self->c3d.bytes, self->c3d.length, NULL, NULL, &own) != MYOVOX_RESULT_OK) self->failures++;
    myovox_report_free(own);
    return NULL;
}

static void test_threads(file_bytes c3d) {
    myovox_report *shared = NULL;
    EXPECT(myovox_analyze(c3d.bytes, c3d.length, NULL, NULL, &shared) == MYOVOX_RESULT_OK);
    worker workers[2] = {
        {c3d, shared, "\x01\x02\x7f\xf3", "recording.unknown-kind", 0},
        {c3d, shared, "\xff\xd8\xff\xe0 a picture", "recording.other-kind", 0},
    };
    pthread_t threads[2];
    for (int index = 0; index < 2; index++) EXPECT(pthread_create(&threads[index], NULL, work, &workers[index]) == 0);
    for (int index = 0; index < 2; index++) {
        EXPECT(pthread_join(threads[index], NULL) == 0);
        EXPECT(workers[index].failures == 0);
    }
    myovox_report_free(shared);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s C3D_FILE WAV_FILE\n", argv[0]);
        return 2;
    }
    file_bytes c3d = load(argv[1]), wav = load(argv[2]);
    EXPECT(strchr(myovox_version(), '.') != NULL);
    test_last_error();
    test_analyze(c3d);
    test_c3d(c3d);
    test_wav(wav);
    test_threads(c3d);
    free(c3d.bytes);
    free(wav.bytes);
    return failures ? 1 : 0;
}
