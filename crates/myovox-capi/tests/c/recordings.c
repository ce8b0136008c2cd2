/*
 * Recordings in parts, force platforms, compressed sound, and files written: recordings PLATFORM_C3D FOLDER
 *
 * PLATFORM_C3D is the fixture platform_type2.c3d, whose values are known; FOLDER is where files may be written. Prints each expectation that
 * failed; exit status 0 when none did.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

enum { FRAMES = 20, SAMPLES = 80, CHANNELS = 6 };

/* The load on the plate at sample 40, in the laboratory: N, mm, N m. The z axis of the plate points down. */
static const double FORCE_X_40 = -40, FORCE_Z_40 = -400, COP_X_40 = 290, COP_Y_40 = 200, FREE_MOMENT_Z_40 = -0.12;

static int no_warnings(myovox_warnings *warnings) {
    size_t count = 7, needed = 0;
    char json[3] = "";
    int none = myovox_warnings_count(warnings, &count) == MYOVOX_RESULT_OK && count == 0 &&
               myovox_warnings_json(warnings, json, sizeof json, &needed) == MYOVOX_RESULT_OK && strcmp(json, "[]") == 0;
    myovox_warnings_free(warnings);
    return none;
}

static int metadata_has(const myovox_c3d_reader *reader, const char *text) {
    size_t needed = 0;
    EXPECT_OK(myovox_c3d_reader_metadata_json(reader, NULL, 0, &needed));
    char *json = malloc(needed);
    EXPECT_OK(myovox_c3d_reader_metadata_json(reader, json, needed, &needed));
    int found = strstr(json, text) != NULL;
    free(json);
    return found;
}

/* What the fixture holds: the point moves 1 mm a frame along x, channel 0 rises by 2 N a sample, channel 1 falls by 1 N. */
static void check_reader(const myovox_c3d_reader *reader) {
    size_t points = 0, channels = 0, needed = 0, index = 7;
    uint64_t frames = 0;
    uint32_t per_frame = 0;
    EXPECT_OK(myovox_c3d_reader_sizes(reader, &points, &channels, &frames, &per_frame));
    EXPECT(points == 1 && channels == CHANNELS && frames == FRAMES && per_frame == 4);
    EXPECT_OK(myovox_c3d_reader_sizes(reader, NULL, NULL, NULL, NULL));
    EXPECT(metadata_has(reader, "\"point_labels\":[\"HEEL\"]"));
    EXPECT(metadata_has(reader, "\"analog_rate_hz\":400.0"));
    EXPECT(metadata_has(reader, "\"RATE\":{\"type\":\"real\",\"dims\":[],\"values\":[100.0]"));
    EXPECT(metadata_has(reader, "\"events\":[]"));
    EXPECT_OK(myovox_c3d_reader_find_point(reader, "HEEL", &index));
    EXPECT(index == 0);
    EXPECT_OK(myovox_c3d_reader_find_channel(reader, "Fy1", &index));
    EXPECT(index == 1);
    EXPECT(myovox_c3d_reader_find_channel(reader, "Fy9", &index) == MYOVOX_RESULT_INVALID_ARGUMENT && index == 1);
    EXPECT(last_error_code_is("capi.no-such-label"));

    double wide[3 * FRAMES];
    myovox_warnings *warnings = NULL;
    EXPECT_OK(myovox_c3d_reader_points_f64(reader, NULL, 0, 0, FRAMES, wide, 3 * FRAMES, &needed, &warnings));
    EXPECT(no_warnings(warnings) && needed == 3 * FRAMES);
    EXPECT(wide[0] == 300 && wide[19] == 319 && wide[FRAMES] == 200 && wide[2 * FRAMES + 19] == 10);
    double residuals[FRAMES];
    float narrow_residuals[2];
    uint8_t masks[FRAMES];
    EXPECT_OK(myovox_c3d_reader_residuals_f64(reader, NULL, 0, 0, FRAMES, residuals, FRAMES, &needed, NULL));
    EXPECT_OK(myovox_c3d_reader_residuals_f32(reader, NULL, 0, 3, 2, narrow_residuals, 2, &needed, NULL));
    EXPECT_OK(myovox_c3d_reader_camera_masks(reader, NULL, 0, 0, FRAMES, masks, FRAMES, &needed, NULL));
    EXPECT(residuals[19] == 0.125 && narrow_residuals[1] == 0.125f && masks[0] == 3 && masks[19] == 3);

    /* Block by block, two channels in another order than the file's. */
    const size_t chosen[2] = {1, 0};
    double block[2 * 7 * 4];
    for (uint64_t first = 0; first < FRAMES; first += 7) {
        uint64_t count = FRAMES - first < 7 ? FRAMES - first : 7;
        EXPECT_OK(myovox_c3d_reader_analog_f64(reader, chosen, 2, first, count, block, 2 * 7 * 4, &needed, NULL));
        EXPECT(needed == 2 * count * 4);
        for (size_t n = 0; n < count * 4; n++) {
            double at = (double)(first * 4 + n);
            EXPECT(block[n] == -at && block[count * 4 + n] == 2 * at);
        }
    }
    float narrow[CHANNELS * SAMPLES];
    EXPECT_OK(myovox_c3d_reader_analog_f32(reader, NULL, 0, 0, FRAMES, narrow, CHANNELS * SAMPLES, &needed, NULL));
    EXPECT(needed == CHANNELS * SAMPLES && narrow[79] == 158.0f && narrow[SAMPLES + 79] == -79.0f);
    float narrow_points[3];
    EXPECT_OK(myovox_c3d_reader_points_f32(reader, NULL, 0, 5, 1, narrow_points, 3, &needed, NULL));
    EXPECT(narrow_points[0] == 305.0f && narrow_points[1] == 200.0f && narrow_points[2] == 10.0f);
    /* None of the points, none of the frames. */
    EXPECT_OK(myovox_c3d_reader_points_f64(reader, chosen, 0, 0, FRAMES, wide, 3 * FRAMES, &needed, NULL));
    EXPECT(needed == 0);
    EXPECT_OK(myovox_c3d_reader_points_f64(reader, NULL, 0, FRAMES, 0, wide, 3 * FRAMES, &needed, NULL));
    EXPECT(needed == 0 && wide[0] == 300);
}

static void check_reader_refusals(const myovox_c3d_reader *reader) {
    const size_t beyond[1] = {6};
    double values[4] = {7, 7, 7, 7};
    size_t needed = 7;
    myovox_warnings *warnings = NULL;
    EXPECT_OK(myovox_c3d_reader_analog_f64(reader, NULL, 0, 0, FRAMES, NULL, 0, &needed, &warnings));
    EXPECT(needed == CHANNELS * SAMPLES && warnings == NULL);
    EXPECT(myovox_c3d_reader_analog_f64(reader, NULL, 0, 0, 1, values, 4, &needed, &warnings) ==
           MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(needed == 24 && warnings == NULL);
    EXPECT(myovox_c3d_reader_analog_f64(reader, beyond, 1, 0, 1, values, 4, &needed, NULL) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("c3d.no-such-channel"));
    EXPECT(myovox_c3d_reader_points_f64(reader, NULL, 0, 19, 2, values, 4, &needed, NULL) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("c3d.no-such-frames"));
    EXPECT(myovox_c3d_reader_points_f64(reader, NULL, 0, UINT64_MAX, UINT64_MAX, values, 4, &needed, NULL) !=
           MYOVOX_RESULT_OK);
    EXPECT(myovox_c3d_reader_points_f64(reader, beyond, SIZE_MAX, 0, 1, values, 4, &needed, NULL) ==
           MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT_NULL_REFUSED(myovox_c3d_reader_points_f64(reader, NULL, 1, 0, 1, values, 4, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_points_f64(reader, NULL, 0, 0, 1, values, 4, NULL, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_points_f64(reader, NULL, 0, 0, 1, NULL, 4, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_points_f32(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_residuals_f64(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_residuals_f32(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_camera_masks(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_analog_f64(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_analog_f32(NULL, NULL, 0, 0, 1, NULL, 0, &needed, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_sizes(NULL, NULL, NULL, NULL, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_metadata_json(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_find_point(reader, NULL, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_find_channel(reader, "Fx1", NULL));
    EXPECT(needed == 24 && values[0] == 7);
}

static void test_reader(const char *path, file_bytes c3d) {
    myovox_c3d_reader *reader = NULL;
    EXPECT_NULL_REFUSED(myovox_c3d_reader_open(NULL, NULL, &reader));
    EXPECT_NULL_REFUSED(myovox_c3d_reader_open(path, NULL, NULL));
    EXPECT(myovox_c3d_reader_open("/no/such/file.c3d", NULL, &reader) == MYOVOX_RESULT_IO);
    EXPECT(last_error_code_is("io.not-found"));
    EXPECT(myovox_c3d_reader_open(path, "{\"polite\": 1}", &reader) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("config.unknown-key"));
    EXPECT(myovox_c3d_reader_open(path, "{\"policy\": 1}", &reader) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("config.bad-value"));
    EXPECT(myovox_c3d_reader_open(path, "{", &reader) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("config.not-json"));
    EXPECT(myovox_c3d_reader_from_bytes(c3d.bytes, 100, NULL, &reader) == MYOVOX_RESULT_DATA);
    EXPECT_NULL_REFUSED(myovox_c3d_reader_from_bytes(NULL, 1, NULL, &reader));
    EXPECT(reader == NULL);

    EXPECT_OK(myovox_c3d_reader_open(path, "{\"policy\": \"strict\"}", &reader));
    check_reader(reader);
    check_reader_refusals(reader);
    myovox_c3d_reader_free(reader);
    myovox_c3d_reader_free(NULL);

    /* The reader has a copy: what happens to the bytes afterwards does not matter. */
    unsigned char *bytes = malloc(c3d.length);
    memcpy(bytes, c3d.bytes, c3d.length);
    EXPECT_OK(myovox_c3d_reader_from_bytes(bytes, c3d.length, NULL, &reader));
    memset(bytes, 0, c3d.length);
    free(bytes);
    check_reader(reader);
    myovox_c3d_reader_free(reader);
}

static void check_platform(const myovox_c3d_platforms *platforms) {
    size_t count = 0, needed = 0;
    uint32_t type = 0;
    double corners[12], origin[3], values[3 * SAMPLES], normal[SAMPLES];
    EXPECT_OK(myovox_c3d_platforms_count(platforms, &count));
    EXPECT_OK(myovox_c3d_platforms_type(platforms, 0, &type));
    EXPECT(count == 1 && type == 2);
    EXPECT_OK(myovox_c3d_platforms_corners(platforms, 0, corners, 12, &needed));
    EXPECT(needed == 12 && corners[0] == 600 && corners[1] == 400 && corners[3] == 600 && corners[4] == 0 && corners[11] == 0);
    EXPECT_OK(myovox_c3d_platforms_origin(platforms, 0, origin, 3, &needed));
    EXPECT(needed == 3 && origin[2] == -40);
    EXPECT_OK(myovox_c3d_platforms_force_n(platforms, 0, values, 3 * SAMPLES, &needed));
    EXPECT(needed == 3 * SAMPLES);
    EXPECT(fabs(values[40] - FORCE_X_40) < 1e-9 && fabs(values[2 * SAMPLES + 40] - FORCE_Z_40) < 1e-9);
    EXPECT_OK(myovox_c3d_platforms_normal_force_n(platforms, 0, normal, SAMPLES, &needed));
    EXPECT(needed == SAMPLES && fabs(fabs(normal[40]) - fabs(FORCE_Z_40)) < 1e-9);
    EXPECT_OK(myovox_c3d_platforms_center_of_pressure(platforms, 0, values, 3 * SAMPLES, &needed));
    EXPECT(fabs(values[40] - COP_X_40) < 1e-9 && fabs(values[SAMPLES + 40] - COP_Y_40) < 1e-9);
    EXPECT_OK(myovox_c3d_platforms_moment_nm(platforms, 0, values, 3 * SAMPLES, &needed));
    EXPECT(isfinite(values[40]));
    EXPECT_OK(myovox_c3d_platforms_free_moment_nm(platforms, 0, values, 3 * SAMPLES, &needed));
    EXPECT(fabs(values[2 * SAMPLES + 40] - FREE_MOMENT_Z_40) < 1e-9);
}

static void test_platforms(file_bytes c3d) {
    myovox_c3d *recording = NULL;
    myovox_c3d_platforms *platforms = NULL;
    size_t needed = 7;
    uint32_t type = 7;
    double values[3];
    EXPECT_OK(myovox_c3d_read(c3d.bytes, c3d.length, &recording));
    EXPECT_NULL_REFUSED(myovox_c3d_force_platforms(NULL, NULL, &platforms));
    EXPECT_NULL_REFUSED(myovox_c3d_force_platforms(recording, NULL, NULL));
    EXPECT(myovox_c3d_force_platforms(recording, "{\"cop_threshold_n\": -1}", &platforms) == MYOVOX_RESULT_CONFIG);
    EXPECT(last_error_code_is("config.out-of-range") && platforms == NULL);
    EXPECT_OK(myovox_c3d_force_platforms(recording, NULL, &platforms));
    check_platform(platforms);
    EXPECT_OK(myovox_c3d_platforms_json(platforms, NULL, 0, &needed));
    char *json = malloc(needed);
    EXPECT_OK(myovox_c3d_platforms_json(platforms, json, needed, &needed));
    EXPECT(strncmp(json, "{\"rate_hz\":400.0,", 17) == 0 && strstr(json, "\"has_loads\":true") != NULL);
    free(json);
    EXPECT(myovox_c3d_platforms_type(platforms, 1, &type) == MYOVOX_RESULT_INVALID_ARGUMENT && type == 7);
    EXPECT(myovox_c3d_platforms_force_n(platforms, 1, NULL, 0, &needed) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_c3d_platforms_corners(platforms, 0, values, 3, &needed) == MYOVOX_RESULT_BUFFER_TOO_SMALL);
    EXPECT(needed == 12);
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_count(NULL, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_type(platforms, 0, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_json(NULL, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_origin(NULL, 0, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_moment_nm(NULL, 0, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_free_moment_nm(NULL, 0, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_normal_force_n(NULL, 0, NULL, 0, &needed));
    EXPECT_NULL_REFUSED(myovox_c3d_platforms_center_of_pressure(NULL, 0, NULL, 0, &needed));
    myovox_c3d_platforms_free(platforms);
    myovox_c3d_platforms_free(NULL);

    /* The opposite force, and a threshold that no sample passes. */
    double opposite[3 * SAMPLES];
    EXPECT_OK(myovox_c3d_force_platforms(
        recording, "{\"sign\": \"ground_reaction\", \"cop_threshold_n\": 1000.0}", &platforms));
    EXPECT_OK(myovox_c3d_platforms_force_n(platforms, 0, opposite, 3 * SAMPLES, &needed));
    EXPECT(fabs(opposite[40] + FORCE_X_40) < 1e-9);
    EXPECT_OK(myovox_c3d_platforms_center_of_pressure(platforms, 0, opposite, 3 * SAMPLES, &needed));
    EXPECT(isnan(opposite[40]));
    myovox_c3d_platforms_free(platforms);
    myovox_c3d_free(recording);
}

/* FORCE_PLATFORM:TYPE of the fixture made a type that nobody knows: the platform is there, its loads are not, and the error says why. */
static void test_platform_without_loads(file_bytes c3d) {
    static const unsigned char record[] = {4, 3, 'T', 'Y', 'P', 'E'};
    unsigned char *bytes = malloc(c3d.length);
    memcpy(bytes, c3d.bytes, c3d.length);
    size_t at = 0;
    for (size_t n = 512; n + 16 < c3d.length; n++)
        if (bytes[n] == record[0] && memcmp(bytes + n + 2, record + 2, 4) == 0) at = n;
    EXPECT(at > 0);
    /* Name, offset to the next record (2 bytes), size of a value, number of dimensions, one dimension, the value. */
    unsigned char *value = bytes + at + 6 + 2 + 1 + 1 + bytes[at + 9];
    EXPECT(*value == 2);
    *value = 99;
    myovox_c3d *recording = NULL;
    myovox_c3d_platforms *platforms = NULL;
    size_t count = 0, needed = 7;
    EXPECT_OK(myovox_c3d_read(bytes, c3d.length, &recording));
    EXPECT_OK(myovox_c3d_force_platforms(recording, NULL, &platforms));
    EXPECT_OK(myovox_c3d_platforms_count(platforms, &count));
    EXPECT(count == 1);
    EXPECT(myovox_c3d_platforms_force_n(platforms, 0, NULL, 0, &needed) == MYOVOX_RESULT_DATA && needed == 7);
    EXPECT(last_error_code_is("capi.no-loads"));
    char message[256] = "";
    EXPECT_OK(myovox_last_error(message, sizeof message, &needed));
    EXPECT(strstr(message, "99") != NULL);
    myovox_c3d_platforms_free(platforms);
    myovox_c3d_free(recording);
    free(bytes);
}

static void test_recording(file_bytes c3d, const char *folder) {
    myovox_c3d *recording = NULL, *again = NULL;
    size_t needed = 0;
    uint8_t masks[FRAMES] = {0};
    double analog[CHANNELS * SAMPLES], back[CHANNELS * SAMPLES];
    char path[1024];
    snprintf(path, sizeof path, "%s/written.c3d", folder);
    EXPECT_OK(myovox_c3d_read(c3d.bytes, c3d.length, &recording));
    EXPECT_NULL_REFUSED(myovox_c3d_camera_masks(NULL, masks, FRAMES, &needed));
    EXPECT_OK(myovox_c3d_camera_masks(recording, masks, FRAMES, &needed));
    EXPECT(needed == FRAMES && masks[0] == 3 && masks[19] == 3);
    EXPECT_NULL_REFUSED(myovox_c3d_metadata_json(NULL, NULL, 0, &needed));
    EXPECT_OK(myovox_c3d_metadata_json(recording, NULL, 0, &needed));
    char *json = malloc(needed);
    EXPECT_OK(myovox_c3d_metadata_json(recording, json, needed, &needed));
    EXPECT(strncmp(json, "{\"frames\":20,\"first_frame\":1,\"point_rate_hz\":100.0,\"point_units\":\"mm\"", 68) == 0);
    EXPECT(strstr(json, "\"FORCE_PLATFORM\":{\"USED\":{\"type\":\"integer\",\"dims\":[],\"values\":[1]") != NULL);
    free(json);

    EXPECT_NULL_REFUSED(myovox_c3d_write(NULL, path, NULL, NULL));
    EXPECT_NULL_REFUSED(myovox_c3d_write(recording, NULL, NULL, NULL));
    EXPECT(myovox_c3d_write(recording, "/no/such/folder/x.c3d", NULL, NULL) == MYOVOX_RESULT_IO);
    EXPECT(myovox_c3d_write(recording, path, "{\"storage\": \"paper\"}", NULL) == MYOVOX_RESULT_CONFIG);
    myovox_warnings *warnings = NULL;
    EXPECT_OK(myovox_c3d_write(recording, path, "{\"processor\": \"mips\", \"storage\": \"float\"}", &warnings));
    EXPECT(no_warnings(warnings));
    file_bytes file = load(path);
    EXPECT(file.bytes[0] == 2 && file.bytes[1] == 0x50 && file.bytes[512 + 3] == 86);
    EXPECT_OK(myovox_c3d_read(file.bytes, file.length, &again));
    EXPECT_OK(myovox_c3d_analog(recording, analog, CHANNELS * SAMPLES, &needed));
    EXPECT_OK(myovox_c3d_analog(again, back, CHANNELS * SAMPLES, &needed));
    EXPECT(needed == CHANNELS * SAMPLES && memcmp(analog, back, sizeof analog) == 0);
    free(file.bytes);
    myovox_c3d_free(again);
    /* As it was read, on the same path once more. */
    EXPECT_OK(myovox_c3d_write(recording, path, NULL, NULL));
    file = load(path);
    EXPECT_OK(myovox_c3d_read(file.bytes, file.length, &again));
    EXPECT_OK(myovox_c3d_analog(again, back, CHANNELS * SAMPLES, &needed));
    EXPECT(memcmp(analog, back, sizeof analog) == 0);
    free(file.bytes);
    myovox_c3d_free(again);
    myovox_c3d_free(recording);
}

static void test_wav_write(const char *folder) {
    const double legs[2][4] = {{0.5, -0.25, 0.0, 1.5}, {-1.0, 0.125, 0.75, -0.5}};
    const float single[3] = {0.5f, -1.75f, 0.25f};
    char path[1024], json[512], coding[16];
    size_t count = 0, needed = 0;
    double rate = 0, back[8];
    snprintf(path, sizeof path, "%s/written.wav", folder);
    EXPECT_NULL_REFUSED(myovox_wav_write(NULL, legs[0], 2, 4, 8000, NULL, NULL));
    EXPECT_NULL_REFUSED(myovox_wav_write(path, NULL, 2, 4, 8000, NULL, NULL));
    EXPECT(myovox_wav_write(path, legs[0], SIZE_MAX, 4, 8000, NULL, NULL) == MYOVOX_RESULT_INVALID_ARGUMENT);
    EXPECT(myovox_wav_write(path, legs[0], 0, 4, 8000, NULL, NULL) == MYOVOX_RESULT_DATA);
    EXPECT(myovox_wav_write(path, legs[0], 2, 4, 0, NULL, NULL) == MYOVOX_RESULT_DATA);
    EXPECT(myovox_wav_write(path, legs[0], 2, 4, 8000, "{\"coding\": \"mp3\"}", NULL) == MYOVOX_RESULT_CONFIG);
    EXPECT(myovox_wav_write(path, legs[0], 2, 4, 8000, "{\"policy\": \"strict\"}", NULL) == MYOVOX_RESULT_DATA);
    EXPECT(last_error_code_is("wav.clipped"));
    EXPECT(fopen(path, "rb") == NULL);

    myovox_warnings *warnings = NULL;
    EXPECT_OK(myovox_wav_write(path, legs[0], 2, 4, 8000, "{\"coding\": \"pcm24\"}", &warnings));
    EXPECT_OK(myovox_warnings_count(warnings, &count));
    EXPECT_OK(myovox_warnings_json(warnings, json, sizeof json, &needed));
    EXPECT(count == 1 && strstr(json, "\"wav.clipped\"") != NULL);
    EXPECT_NULL_REFUSED(myovox_warnings_count(NULL, &count));
    EXPECT_NULL_REFUSED(myovox_warnings_json(NULL, NULL, 0, &needed));
    myovox_warnings_free(warnings);
    myovox_warnings_free(NULL);
    file_bytes file = load(path);
    myovox_wav *recording = NULL;
    EXPECT_OK(myovox_wav_read(file.bytes, file.length, &recording));
    EXPECT_OK(myovox_wav_rate_hz(recording, &rate));
    EXPECT_OK(myovox_wav_coding(recording, coding, sizeof coding, &needed));
    EXPECT(rate == 8000 && strcmp(coding, "pcm24") == 0);
    EXPECT_NULL_REFUSED(myovox_wav_coding(NULL, coding, sizeof coding, &needed));
    EXPECT_OK(myovox_wav_samples(recording, back, 8, &needed));
    EXPECT(needed == 8 && back[0] == 0.5 && back[1] == -0.25 && back[3] == 1 - 1.0 / 8388608 && back[4] == -1 && back[7] == -0.5);
    myovox_wav_free(recording);
    free(file.bytes);

    EXPECT_NULL_REFUSED(myovox_wav_write_f32(path, NULL, 1, 3, 16000, NULL, NULL));
    EXPECT_OK(myovox_wav_write_f32(path, single, 1, 3, 16000, "{\"coding\": \"float32\"}", &warnings));
    EXPECT(no_warnings(warnings));
    file = load(path);
    EXPECT_OK(myovox_wav_read(file.bytes, file.length, &recording));
    EXPECT_OK(myovox_wav_samples(recording, back, 8, &needed));
    EXPECT(needed == 3 && back[0] == 0.5 && back[1] == -1.75 && back[2] == 0.25);
    myovox_wav_free(recording);
    free(file.bytes);
}

/* CRC of whole bytes, most significant bit first. */
static unsigned crc(const unsigned char *bytes, size_t length, unsigned polynomial, int bits) {
    unsigned value = 0;
    for (size_t n = 0; n < length; n++) {
        value ^= (unsigned)bytes[n] << (bits - 8);
        for (int bit = 0; bit < 8; bit++)
            value = ((value << 1) ^ ((value >> (bits - 1) & 1) ? polynomial : 0)) & ((1u << bits) - 1);
    }
    return value;
}

/* A FLAC file of one frame of 256 samples of 16 bits at 8000 Hz, stored as they are (RFC 9639), and two samples in an AU file. */
static void test_other_sound(void) {
    unsigned char flac[42 + 8 + 512 + 2] = {'f', 'L', 'a', 'C', 0x80, 0, 0, 0x22, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0,
                                            0x01, 0xF4, 0x00, 0xF0, 0, 0, 1, 0};
    unsigned char *frame = flac + 42, *at = frame + 8;
    memcpy(frame, "\xFF\xF8\x64\x08\x00\xFF", 6);
    frame[6] = (unsigned char)crc(frame, 6, 0x07, 8);
    frame[7] = 0x02;
    for (int n = 0; n < 256; n++) {
        unsigned sample = (unsigned)(n * 251 - 32000) & 0xFFFF;
        *at++ = (unsigned char)(sample >> 8);
        *at++ = (unsigned char)(sample & 0xFF);
    }
    unsigned check = crc(frame, (size_t)(at - frame), 0x8005, 16);
    *at++ = (unsigned char)(check >> 8);
    *at++ = (unsigned char)(check & 0xFF);

    myovox_wav *recording = NULL;
    char coding[16] = "", warnings[512] = "";
    size_t needed = 0;
    double rate = 0, samples[256];
    EXPECT_OK(myovox_wav_read(flac, sizeof flac, &recording));
    EXPECT_OK(myovox_wav_rate_hz(recording, &rate));
    EXPECT_OK(myovox_wav_coding(recording, coding, sizeof coding, &needed));
    EXPECT_OK(myovox_wav_warnings_json(recording, warnings, sizeof warnings, &needed));
    EXPECT(rate == 8000 && strcmp(coding, "flac") == 0 && strcmp(warnings, "[]") == 0);
    EXPECT_OK(myovox_wav_samples(recording, samples, 256, &needed));
    EXPECT(needed == 256);
    for (int n = 0; n < 256; n++) EXPECT(samples[n] == (n * 251 - 32000) / 32768.0);
    myovox_wav_free(recording);

    static const unsigned char au[] = ".snd\0\0\0\x18\0\0\0\x04\0\0\0\x03\0\0\x1f\x40\0\0\0\x01\x80\x00\x40";
    EXPECT_OK(myovox_wav_read(au, 28, &recording));
    EXPECT_OK(myovox_wav_samples(recording, samples, 256, &needed));
    EXPECT(needed == 2 && samples[0] == -1 && samples[1] == 0.5);
    myovox_wav_free(recording);

    recording = NULL;
    EXPECT(myovox_wav_read((const unsigned char *)"\xff\xd8\xff\xe0 a picture", 14, &recording) == MYOVOX_RESULT_DATA);
    EXPECT(last_error_code_is("wav.not-wav") && recording == NULL);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s PLATFORM_C3D FOLDER\n", argv[0]);
        return 2;
    }
    file_bytes c3d = load(argv[1]);
    test_reader(argv[1], c3d);
    test_platforms(c3d);
    test_platform_without_loads(c3d);
    test_recording(c3d, argv[2]);
    test_wav_write(argv[2]);
    test_other_sound();
    free(c3d.bytes);
    return failures ? 1 : 0;
}
