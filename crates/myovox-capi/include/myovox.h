/*
 * myovox for C: muscle recordings (C3D) and phone calls (WAV) in, reports and arrays out.
 *
 * Results. Functions return a myovox_result (MYOVOX_RESULT_OK is 0); outputs go through pointers. On failure nothing is written, except
 * *needed when a buffer is too small. myovox_last_error has the words for the last failure of the calling thread.
 *
 * Handles (myovox_report, myovox_c3d, myovox_wav) are opaque and belong to the caller, who frees each once with its own _free function; freeing
 * NULL does nothing. They are independent of each other and of the bytes that they were made from. Using a handle after it was freed
 * is undefined. A handle never changes after it was made: any number of threads may read it at once.
 *
 * Pointers. NULL is checked everywhere and refused with MYOVOX_RESULT_NULL_POINTER, where the name does not end in _or_null. Any other pointer
 * must point to as much memory as the length beside it says. Text is UTF-8 and NUL-terminated.
 *
 * Text buffer convention (char *buffer, size_t capacity, size_t *needed): *needed receives the bytes of the text with its terminating NUL. The text
 * is copied if capacity is at least that; otherwise the call returns MYOVOX_RESULT_BUFFER_TOO_SMALL and leaves the buffer as it is. NULL with
 * a capacity of 0 asks for the size only, with MYOVOX_RESULT_OK:
 *
 *     size_t needed;
 *     if (myovox_report_json(report, NULL, 0, &needed) == MYOVOX_RESULT_OK) {
 *         char *json = malloc(needed);
 *         if (json && myovox_report_json(report, json, needed, &needed) == MYOVOX_RESULT_OK) puts(json);
 *         free(json);
 *     }
 *
 * Array buffer convention (double *buffer, size_t capacity, size_t *needed): the same, counted in doubles. Time is the last axis and runs fastest.
 *
 * Threads. Every function may be called from any thread at any time. The library starts no threads and has no state beside the last error of
 * each thread.
 *
 * Building. `cargo build --release -p myovox-capi` makes libmyovox_capi as a static and a shared library. To link the static one on Linux:
 *
 *     cc program.c -I crates/myovox-capi/include target/release/libmyovox_capi.a -lpthread -ldl -lm
 *
 * Panics. A fault inside the library does not end the process: the call returns MYOVOX_RESULT_PANIC.
 */


#ifndef MYOVOX_H
#define MYOVOX_H

/* Generated from crates/myovox-capi by cbindgen; do not edit. */

#include <stddef.h>
#include <stdint.h>

// What a call returns: MYOVOX_RESULT_OK, or what a caller can do about the failure. myovox_last_error has the words, myovox_last_error_code
// the stable code. Later versions may add values.
typedef enum {
  // Done.
  MYOVOX_RESULT_OK = 0,
  // A pointer that must not be NULL was NULL: correct the call.
  MYOVOX_RESULT_NULL_POINTER = 1,
  // An index beyond the end, text that is not UTF-8, a length that no object has: correct the call.
  MYOVOX_RESULT_INVALID_ARGUMENT = 2,
  // The buffer is too small and was not touched; *needed says how large it must be.
  MYOVOX_RESULT_BUFFER_TOO_SMALL = 3,
  // The library failed in a way that it should not: please report it with the recording. The process goes on.
  MYOVOX_RESULT_PANIC = 4,
  // The operating system refused.
  MYOVOX_RESULT_IO = 5,
  // The bytes are not what their format says: another file, or a repaired one.
  MYOVOX_RESULT_DATA = 6,
  // Well formed, but not read by this library: convert it first.
  MYOVOX_RESULT_UNSUPPORTED = 7,
  // A limit would be exceeded: raise it in the settings if the recording is trusted.
  MYOVOX_RESULT_LIMIT = 8,
  // A setting is wrong: correct it.
  MYOVOX_RESULT_CONFIG = 9,
  // Anything else; the code tells what.
  MYOVOX_RESULT_OTHER = 10,
} myovox_result;

// A C3D recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_c3d myovox_c3d;

// The report of one recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_report myovox_report;

// A WAV recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_wav myovox_wav;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The line that says why the last failing call of this thread failed: recording, byte or field, what was found, what was expected. Empty
// before the first failure. A successful call leaves it as it is, and asking for it does not change it.
//
// Text buffer convention as for all texts. Fails with NULL_POINTER and BUFFER_TOO_SMALL, without becoming the last error itself.
// Thread-safe: each thread has its own last error.
myovox_result myovox_last_error(char *buffer,
                                size_t capacity,
                                size_t *needed);

// The stable code of the last failing call of this thread, `room-or-format.words-with-hyphens`: "c3d.not-c3d", "limit.memory-bytes",
// "capi.null-pointer"; the same in every language. Empty before the first failure.
//
// Conventions, failures and threads as for myovox_last_error.
myovox_result myovox_last_error_code(char *buffer,
                                     size_t capacity,
                                     size_t *needed);

// The version of the library, "MAJOR.MINOR.PATCH", for ever valid, not to be freed. Never NULL. Thread-safe.
const char *myovox_version(void);

// Analyses a recording: a C3D file (muscle signals) or a WAV file (voices), found from the bytes.
//
// bytes, length: the whole file. NULL with 0 is an empty file.
// name_or_null: what the report and the messages call the recording, UTF-8; NULL for no name. No file is opened.
// config_json_or_null: settings as a JSON object, as the report's "config" prints them; what it does not name has its default. NULL for
// all defaults. Unknown keys are refused.
// report: receives the report, to be freed with myovox_report_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe; single-threaded inside.
myovox_result myovox_analyze(const uint8_t *bytes,
                             size_t length,
                             const char *name_or_null,
                             const char *config_json_or_null,
                             myovox_report **report);

// The report as JSON (schema "myovox/report/1"), byte for byte as from every other door of the library.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one report.
myovox_result myovox_report_json(const myovox_report *report, char *buffer, size_t capacity, size_t *needed);

// Frees a report; NULL is nothing to free. Freeing twice is undefined.
void myovox_report_free(myovox_report *report);

// Reads a C3D file (all three processors, integers and floats) with the default limits.
//
// bytes, length: the whole file. NULL with 0 is an empty file.
// recording: receives the recording, to be freed with myovox_c3d_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, PANIC. Thread-safe.
myovox_result myovox_c3d_read(const uint8_t *bytes, size_t length, myovox_c3d **recording);

// Frees a recording; NULL is nothing to free. Freeing twice is undefined.
void myovox_c3d_free(myovox_c3d *recording);

// Number of points (markers). Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_markers(const myovox_c3d *recording, size_t *markers);

// Number of frames. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_frames(const myovox_c3d *recording, size_t *frames);

// Number of analog channels. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_channels(const myovox_c3d *recording, size_t *channels);

// Analog samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_samples_per_channel(const myovox_c3d *recording, size_t *samples);

// Frames per second as the file states it, Hz; NaN where the file states none.
//
// Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_point_rate_hz(const myovox_c3d *recording, double *rate_hz);

// Analog samples per second and channel as the file states it, Hz; NaN where the file states none or has no analog channel.
//
// Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_c3d_analog_rate_hz(const myovox_c3d *recording,
                                        double *rate_hz);

// The label of a point, without padding; index from 0.
//
// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_point_label(const myovox_c3d *recording,
                                     size_t index,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *needed);

// The label of an analog channel, without padding; index from 0.
//
// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_analog_label(const myovox_c3d *recording,
                                      size_t index,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *needed);

// The unit of an analog channel as the file writes it ("V", "N"); empty where it is not given; index from 0.
//
// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_analog_unit(const myovox_c3d *recording,
                                     size_t index,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *needed);

// The coordinates, markers x 3 x frames: all frames of x of marker 0, then of y, then of z, then marker 1, ...; in the unit of the file, NaN
// where the point was not seen.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_points(const myovox_c3d *recording,
                                double *buffer,
                                size_t capacity,
                                size_t *needed);

// The residuals, markers x frames: all frames of marker 0, then of marker 1, ...; in the unit of the file, 0 for points that were
// interpolated, negative where the point was not seen.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_residuals(const myovox_c3d *recording,
                                   double *buffer,
                                   size_t capacity,
                                   size_t *needed);

// The analog samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; in the unit of the channel.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_analog(const myovox_c3d *recording,
                                double *buffer,
                                size_t capacity,
                                size_t *needed);

// What had to be guessed while reading: a JSON array of objects with "code", "message" and the place; "[]" for none.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_warnings_json(const myovox_c3d *recording,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

// Reads a WAV file (RIFF, RF64, Wave64; integers, floats, G.711, ADPCM) with the default limits.
//
// bytes, length: the whole file. NULL with 0 is an empty file.
// recording: receives the recording, to be freed with myovox_wav_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, PANIC. Thread-safe.
myovox_result myovox_wav_read(const uint8_t *bytes, size_t length, myovox_wav **recording);

// Frees a recording; NULL is nothing to free. Freeing twice is undefined.
void myovox_wav_free(myovox_wav *recording);

// Number of channels. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_channels(const myovox_wav *recording, size_t *channels);

// Samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_samples_per_channel(const myovox_wav *recording, size_t *samples);

// Samples per second and channel, Hz. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_rate_hz(const myovox_wav *recording, double *rate_hz);

// The samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; full scale is 1.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_wav_samples(const myovox_wav *recording,
                                 double *buffer,
                                 size_t capacity,
                                 size_t *needed);

// What had to be guessed while reading: a JSON array of objects with "code", "message" and the place; "[]" for none.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_wav_warnings_json(const myovox_wav *recording,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MYOVOX_H */
