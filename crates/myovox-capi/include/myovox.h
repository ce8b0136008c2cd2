/*
 * myovox for C: muscle recordings (C3D) and phone calls (WAV) in, reports, arrays and files out.
 *
 * Results. Functions return a myovox_result (MYOVOX_RESULT_OK is 0); outputs go through pointers. On failure nothing is written, except
 * *needed when a buffer is too small. myovox_last_error has the words for the last failure of the calling thread.
 *
 * Handles (myovox_report, myovox_c3d, myovox_wav, ...) are opaque and belong to the caller, who frees each once with its own _free function; freeing
 * NULL does nothing. They are independent of each other and of the bytes that they were made from. Using a handle after it was freed
 * is undefined. A handle never changes after it was made: any number of threads may read it at once. The exception is myovox_emg_stream, which
 * remembers what was pushed: one thread at a time may use it.
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
 * Array buffer convention (double *buffer, size_t capacity, size_t *needed): the same, counted in values of the buffer's type. Time is the last
 * axis and runs fastest.
 *
 * Settings (const char *config_json_or_null) are a JSON object with the names and defaults of the library; what it does not name has its default.
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

// Room for events that every push and finish asks for, per channel for finish.
#define MYOVOX_EMG_STREAM_MOST_EVENTS 8

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

// What became known.
typedef enum {
  // Rest has been seen for as long as it takes to know its level: from here on activations are told.
  MYOVOX_EMG_EVENT_KIND_REST_KNOWN = 0,
  // The muscle is more than at rest.
  MYOVOX_EMG_EVENT_KIND_ACTIVATION_ONSET = 1,
  // It is at rest again.
  MYOVOX_EMG_EVENT_KIND_ACTIVATION_OFFSET = 2,
  // An effort has begun: the envelope reached its share of the maximal contraction.
  MYOVOX_EMG_EVENT_KIND_CONTRACTION_ONSET = 3,
  // It has ended.
  MYOVOX_EMG_EVENT_KIND_CONTRACTION_OFFSET = 4,
  // What comes is no signal; nothing is told until it is one again.
  MYOVOX_EMG_EVENT_KIND_SUSPENDED = 5,
  // It is a signal again.
  MYOVOX_EMG_EVENT_KIND_RESUMED = 6,
} myovox_emg_event_kind;

// What placed an event where the signal itself did not, and why a stream is suspended.
typedef enum {
  // The signal.
  MYOVOX_EMG_EVENT_CAUSE_SIGNAL = 0,
  // It was there at the first sample: when it began is not known.
  MYOVOX_EMG_EVENT_CAUSE_STARTS_BEFORE = 1,
  // The stream was closed: when it ends is not known.
  MYOVOX_EMG_EVENT_CAUSE_ENDS_AFTER = 2,
  // A stretch without signal is where it begins or ends.
  MYOVOX_EMG_EVENT_CAUSE_TOUCHES_GAP = 3,
  // NaN, infinity, or too large to be squared.
  MYOVOX_EMG_EVENT_CAUSE_NOT_FINITE = 4,
  // One far-off value held: lost packets, an electrode that came off.
  MYOVOX_EMG_EVENT_CAUSE_PLATEAU = 5,
  // One value held for long: the sensor gives no signal.
  MYOVOX_EMG_EVENT_CAUSE_FLAT = 6,
} myovox_emg_event_cause;

// A C3D recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_c3d myovox_c3d;

// The force platforms of a recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_c3d_platforms myovox_c3d_platforms;

// A C3D file of which header and parameters are read, and whose data is read in parts. Never changes: may be read from several threads at
// once; freed once, when no thread reads it any more. While it lives its file stays open.
typedef struct myovox_c3d_reader myovox_c3d_reader;

// Muscles of one rate, followed while their samples come. Changes with every push: one thread at a time may use it; freed once.
typedef struct myovox_emg_stream myovox_emg_stream;

// The report of one recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_report myovox_report;

// Warnings of one call. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_warnings myovox_warnings;

// A recording of sound. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
typedef struct myovox_wav myovox_wav;

// One thing that became known.
typedef struct {
  // What.
  myovox_emg_event_kind kind;
  // What placed it.
  myovox_emg_event_cause cause;
  // The channel, from 0.
  size_t channel;
  // The sample of the channel with which it became known, from 0.
  uint64_t sample;
  // Where it was, estimated backwards: the first sample of an activity or of signal, the one after the last of them at an end.
  uint64_t at;
  // The same in seconds.
  double at_s;
} myovox_emg_event;

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

// Number of warnings. Fails with NULL_POINTER. Thread-safe, also for one handle.
myovox_result myovox_warnings_count(const myovox_warnings *warnings, size_t *count);

// The warnings: a JSON array of objects with "code", "message" and the place; "[]" for none.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
myovox_result myovox_warnings_json(const myovox_warnings *warnings,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *needed);

// Frees warnings; NULL is nothing to free. Freeing twice is undefined.
void myovox_warnings_free(myovox_warnings *warnings);

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

// The same with what the recording cannot know of its session.
//
// session_json_or_null: a session as a JSON object (schema: "myovox schema session"): sides, maximal voluntary contractions, targets, exertion,
// cuff pressure. Unknown keys are refused, and so is a "calibration_recording": no file is opened, write its values into the session. NULL is
// myovox_analyze.
//
// All else as myovox_analyze. Thread-safe; single-threaded inside.
myovox_result myovox_analyze_session(const uint8_t *bytes,
                                     size_t length,
                                     const char *name_or_null,
                                     const char *config_json_or_null,
                                     const char *session_json_or_null,
                                     myovox_report **report);

// The report as JSON (schema "myovox/report/1"), byte for byte as from every other door of the library.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one report.
myovox_result myovox_report_json(const myovox_report *report, char *buffer, size_t capacity, size_t *needed);

// Frees a report; NULL is nothing to free. Freeing twice is undefined.
void myovox_report_free(myovox_report *report);

// A stream that has seen nothing yet.
//
// rate_hz: sampling rate. channels: number of channels, at least 1.
// mvc_or_null: for each channel the envelope in a maximal contraction, in the unit of the samples, NaN where it is not known; contractions are told
// of channels that have one, activations of all. NULL for none.
// config_json_or_null: settings as for myovox_analyze.
// stream: receives the stream, to be freed with myovox_emg_stream_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, CONFIG, PANIC. Thread-safe.
myovox_result myovox_emg_stream_new(double rate_hz,
                                    size_t channels,
                                    const double *mvc_or_null,
                                    const char *config_json_or_null,
                                    myovox_emg_stream **stream);

// Takes the next samples and gives what became known with them. Allocates nothing.
//
// samples, count: of one moment those of all channels, then those of the next; NaN is a missing sample. A piece may end anywhere.
// envelope_or_null: receives count values, the envelope of each sample, NaN where there is no signal. NULL if it is not wanted.
// events, capacity: receives events in the order in which they became known; capacity must be at least MYOVOX_EMG_STREAM_MOST_EVENTS.
// taken: receives how many samples were taken in: less than count when the events' buffer could be too small for the next one. Call again with the
// samples from there on (and the envelope from there on).
// told: receives how many events were written.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL (nothing was taken in then), PANIC. One thread at a time for one stream.
myovox_result myovox_emg_stream_push(myovox_emg_stream *stream,
                                     const double *samples,
                                     size_t count,
                                     double *envelope_or_null,
                                     myovox_emg_event *events,
                                     size_t capacity,
                                     size_t *taken,
                                     size_t *told);

// Ends what is active, as the stream ends: events with the cause ENDS_AFTER. Samples may be pushed all the same.
//
// events, capacity: room for two events a channel. told: receives how many were written.
//
// Fails with NULL_POINTER, BUFFER_TOO_SMALL, PANIC. One thread at a time for one stream.
myovox_result myovox_emg_stream_finish(myovox_emg_stream *stream,
                                       myovox_emg_event *events,
                                       size_t capacity,
                                       size_t *told);

// The longest times in ms between what happens and its event: for onsets and offsets of activations. Those of contractions, and all other numbers
// of the stream, are in myovox_emg_stream_plan_json.
//
// Fails with NULL_POINTER. Thread-safe, also for one stream while nobody pushes.
myovox_result myovox_emg_stream_latency_ms(const myovox_emg_stream *stream,
                                           double *onset_ms,
                                           double *offset_ms);

// The numbers of the stream as a JSON object: filters, windows, latencies; warnings about them under "warnings".
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one stream while nobody pushes.
myovox_result myovox_emg_stream_plan_json(const myovox_emg_stream *stream,
                                          char *buffer,
                                          size_t capacity,
                                          size_t *needed);

// All that the stream remembers, as JSON: a stream of the same rate, channels and settings that restores it goes on to the bit.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one stream while nobody pushes.
myovox_result myovox_emg_stream_state_json(const myovox_emg_stream *stream,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *needed);

// Goes on from a state that was kept.
//
// state_json: what myovox_emg_stream_state_json gave.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, CONFIG (not a state of such a stream; it stays as it is). One thread at a time for one stream.
myovox_result myovox_emg_stream_restore(myovox_emg_stream *stream,
                                        const char *state_json);

// Frees a stream; NULL is nothing to free. Freeing twice is undefined.
void myovox_emg_stream_free(myovox_emg_stream *stream);

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

// Which cameras saw the points, markers x frames, one byte each: bits 0 to 6 are cameras 1 to 7; 0 where the point was not seen.
//
// Array buffer convention, counted in bytes. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_camera_masks(const myovox_c3d *recording,
                                      uint8_t *buffer,
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

// What the recording says about itself, as one JSON object: "frames", "first_frame", "point_rate_hz", "point_units", "point_labels",
// "samples_per_frame", "analog_rate_hz", "analog_labels", "analog_units", "processor", "storage", "force_platform_channels" (from 0), "events",
// "parameters", "warnings". What the file does not state is null.
//
// "events": objects with "label", "context", "time_s" (from the first frame in the file), "time_trial_s" (from frame 1 of the trial), "source",
// "stored_s".
// "parameters": {"POINT": {"RATE": {"type": "real", "dims": [], "values": [100.0], "description": ""}, ...}, ...}, names in upper case, of names
// that occur twice the first; the first dimension runs fastest; texts are one string each; numbers that are none are null; of unknown types
// "values" holds the bytes.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_c3d_metadata_json(const myovox_c3d *recording,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

// Writes the recording to a C3D file, whole or not at all: the file of that name is replaced when everything was written.
//
// path: UTF-8.
// config_json_or_null: settings as a JSON object; NULL for all defaults. "processor": "auto" (default), "intel", "dec" or "mips"; "storage":
// "auto" (default), "integer" or "float"; "long_parameters": "refuse" (default) or "uncounted". Unknown keys are refused.
// warnings_or_null: receives what was corrected or rounded, to be freed with myovox_warnings_free; NULL when not wanted.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe, also for one recording.
myovox_result myovox_c3d_write(const myovox_c3d *recording,
                               const char *path,
                               const char *config_json_or_null,
                               myovox_warnings **warnings_or_null);

// Opens a C3D file and reads its header and parameters; of the data nothing is decoded. The file stays open until the reader is freed.
//
// path: UTF-8.
// config_json_or_null: settings as a JSON object; NULL for all defaults. "policy": "lenient" (default), "strict" or "recover". Unknown keys are
// refused.
// reader: receives the reader, to be freed with myovox_c3d_reader_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe.
myovox_result myovox_c3d_reader_open(const char *path,
                                     const char *config_json_or_null,
                                     myovox_c3d_reader **reader);

// The same for a file in memory. The bytes are copied.
//
// bytes, length: the whole file. NULL with 0 is an empty file.
// config_json_or_null, reader: as for myovox_c3d_reader_open.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe.
myovox_result myovox_c3d_reader_from_bytes(const uint8_t *bytes,
                                           size_t length,
                                           const char *config_json_or_null,
                                           myovox_c3d_reader **reader);

// Frees a reader and closes its file; NULL is nothing to free. Freeing twice is undefined.
void myovox_c3d_reader_free(myovox_c3d_reader *reader);

// How much there is: points (markers), analog channels, frames, analog samples per channel and frame. Any of the outputs may be NULL.
//
// Fails with NULL_POINTER. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_sizes(const myovox_c3d_reader *reader,
                                      size_t *points_or_null,
                                      size_t *channels_or_null,
                                      uint64_t *frames_or_null,
                                      uint32_t *samples_per_frame_or_null);

// What header and parameters say, as one JSON object; the fields of myovox_c3d_metadata_json. The warnings are those of header, parameters and
// analog scales.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_metadata_json(const myovox_c3d_reader *reader,
                                              char *buffer,
                                              size_t capacity,
                                              size_t *needed);

// The index, from 0, of the first point with this label.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT (where there is none, or the text is not UTF-8). Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_find_point(const myovox_c3d_reader *reader,
                                           const char *label,
                                           size_t *index);

// The index, from 0, of the first analog channel with this label.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT (where there is none, or the text is not UTF-8). Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_find_channel(const myovox_c3d_reader *reader,
                                             const char *label,
                                             size_t *index);

// Coordinates of chosen points and frames, points x 3 x frames: all frames of x of the first point, then of y, then of z, then the next point, ...;
// in the unit of the file, NaN where the point was not seen. Block after block of frames reads a recording of any length in constant memory.
//
// indices_or_null, count: which points, from 0, in the order in which they come out; NULL with 0 for all.
// first_frame, frames: which frames, counted from 0 at the first in the file.
// warnings_or_null: receives what was doubtful among the numbers read, to be freed with myovox_warnings_free; NULL when not wanted. Not written
// when the size is asked for.
//
// Array buffer convention, in the type of the buffer. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL, IO, DATA, LIMIT, CONFIG (points, channels or frames that are not there), PANIC.
// Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_points_f64(const myovox_c3d_reader *reader,
                                           const size_t *indices_or_null,
                                           size_t count,
                                           uint64_t first_frame,
                                           uint64_t frames,
                                           double *buffer,
                                           size_t capacity,
                                           size_t *needed,
                                           myovox_warnings **warnings_or_null);

// The same in single precision.
//
// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_points_f32(const myovox_c3d_reader *reader,
                                           const size_t *indices_or_null,
                                           size_t count,
                                           uint64_t first_frame,
                                           uint64_t frames,
                                           float *buffer,
                                           size_t capacity,
                                           size_t *needed,
                                           myovox_warnings **warnings_or_null);

// Residuals of chosen points and frames, points x frames; in the unit of the file, 0 for points that were interpolated, negative where the point
// was not seen.
//
// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_residuals_f64(const myovox_c3d_reader *reader,
                                              const size_t *indices_or_null,
                                              size_t count,
                                              uint64_t first_frame,
                                              uint64_t frames,
                                              double *buffer,
                                              size_t capacity,
                                              size_t *needed,
                                              myovox_warnings **warnings_or_null);

// The same in single precision.
//
// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_residuals_f32(const myovox_c3d_reader *reader,
                                              const size_t *indices_or_null,
                                              size_t count,
                                              uint64_t first_frame,
                                              uint64_t frames,
                                              float *buffer,
                                              size_t capacity,
                                              size_t *needed,
                                              myovox_warnings **warnings_or_null);

// Which cameras saw chosen points in chosen frames, points x frames, one byte each: bits 0 to 6 are cameras 1 to 7.
//
// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_camera_masks(const myovox_c3d_reader *reader,
                                             const size_t *indices_or_null,
                                             size_t count,
                                             uint64_t first_frame,
                                             uint64_t frames,
                                             uint8_t *buffer,
                                             size_t capacity,
                                             size_t *needed,
                                             myovox_warnings **warnings_or_null);

// Samples of chosen analog channels and frames, channels x samples: all of the first channel, then all of the next, ...; as many samples in each
// frame as myovox_c3d_reader_sizes says, in the unit of the channel.
//
// indices_or_null, count: which channels, from 0, in the order in which they come out; NULL with 0 for all.
// Else as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_analog_f64(const myovox_c3d_reader *reader,
                                           const size_t *indices_or_null,
                                           size_t count,
                                           uint64_t first_frame,
                                           uint64_t frames,
                                           double *buffer,
                                           size_t capacity,
                                           size_t *needed,
                                           myovox_warnings **warnings_or_null);

// The same in single precision.
//
// Arguments, conventions and failures as for myovox_c3d_reader_analog_f64. Thread-safe, also for one reader.
myovox_result myovox_c3d_reader_analog_f32(const myovox_c3d_reader *reader,
                                           const size_t *indices_or_null,
                                           size_t count,
                                           uint64_t first_frame,
                                           uint64_t frames,
                                           float *buffer,
                                           size_t capacity,
                                           size_t *needed,
                                           myovox_warnings **warnings_or_null);

// Computes force, moment, centre of pressure and free moment of every force platform of a recording.
//
// config_json_or_null: settings as a JSON object; NULL for all defaults. "cop_threshold_n": smallest |Fz| for a centre of pressure, 10 N by
// default; "sign": "measured" (default) or "ground_reaction"; "baseline": "none" (default) or "zero_frames"; "kistler_correction": "none"
// (default) or "polynomial"; "policy": "lenient" (default) or "strict". Unknown keys are refused.
// platforms: receives the platforms, none where the recording has none; to be freed with myovox_c3d_platforms_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, LIMIT, CONFIG, PANIC. Thread-safe, also for one recording.
myovox_result myovox_c3d_force_platforms(const myovox_c3d *recording,
                                         const char *config_json_or_null,
                                         myovox_c3d_platforms **platforms);

// Frees force platforms; NULL is nothing to free. Freeing twice is undefined.
void myovox_c3d_platforms_free(myovox_c3d_platforms *platforms);

// Number of force platforms, also of those without loads. Fails with NULL_POINTER. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_count(const myovox_c3d_platforms *platforms,
                                         size_t *count);

// What the platforms are, as one JSON object: "rate_hz" of the loads, "baseline_frames" that were subtracted, "platforms" with "type", "channels"
// (from 0), "corners", "center", "rotation" (rows of the matrix from plate to laboratory), "origin", "length_m" (metres per unit of
// length), the sources of their units, "cop_corrected", "has_loads"; "missing" says which have no loads and why; "warnings".
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_json(const myovox_c3d_platforms *platforms,
                                        char *buffer,
                                        size_t capacity,
                                        size_t *needed);

// The type of a platform (FORCE_PLATFORM:TYPE), 0 where the file does not say; index from 0.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_type(const myovox_c3d_platforms *platforms, size_t index, uint32_t *kind);

// The corners of a platform in the laboratory, 4 x 3: x, y, z of the corner at (+x, +y) of the plate, then at (-x, +y), (-x, -y), (+x, -y); in
// the unit of the points.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_corners(const myovox_c3d_platforms *platforms,
                                           size_t index,
                                           double *buffer,
                                           size_t capacity,
                                           size_t *needed);

// The origin of a platform (FORCE_PLATFORM:ORIGIN) as it was used: x, y, z in the frame of the plate and the unit of the points.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_origin(const myovox_c3d_platforms *platforms,
                                          size_t index,
                                          double *buffer,
                                          size_t capacity,
                                          size_t *needed);

// The force on a platform in the laboratory in N, 3 x samples: all samples of x, then of y, then of z; NaN for type 12, which measures one
// component only.
//
// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL, and with DATA where the platform cannot be what the file
// says: the last error has the reason. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_force_n(const myovox_c3d_platforms *platforms,
                                           size_t index,
                                           double *buffer,
                                           size_t capacity,
                                           size_t *needed);

// The force along the z axis of the plate in N, one value a sample.
//
// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_normal_force_n(const myovox_c3d_platforms *platforms,
                                                  size_t index,
                                                  double *buffer,
                                                  size_t capacity,
                                                  size_t *needed);

// The moment about the centre of the surface of a platform, in the laboratory in N m, 3 x samples; NaN for type 12, and where the origin is not
// known.
//
// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_moment_nm(const myovox_c3d_platforms *platforms,
                                             size_t index,
                                             double *buffer,
                                             size_t capacity,
                                             size_t *needed);

// The centre of pressure on a platform, in the laboratory and the unit of the points, 3 x samples; NaN at or below the threshold of force.
//
// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_center_of_pressure(const myovox_c3d_platforms *platforms,
                                                      size_t index,
                                                      double *buffer,
                                                      size_t capacity,
                                                      size_t *needed);

// The free moment on a platform, along the z axis of the plate, in the laboratory in N m, 3 x samples; NaN at or below the threshold of force and
// for type 12.
//
// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
myovox_result myovox_c3d_platforms_free_moment_nm(const myovox_c3d_platforms *platforms,
                                                  size_t index,
                                                  double *buffer,
                                                  size_t capacity,
                                                  size_t *needed);

// Reads a recording of sound with the default limits: WAV (RIFF, RIFX, RF64, BW64, Wave64; integers, floats, G.711, ADPCM, GSM 6.10), AIFF, AU,
// and, unless built without the feature "codecs", FLAC, MP3, AAC-LC and ALAC in MP4, Vorbis and Opus in Ogg and WebM. The kind is
// found from the bytes. Encoder delay and padding are cut where the file states them.
//
// bytes, length: the whole file. NULL with 0 is an empty file.
// recording: receives the recording, to be freed with myovox_wav_free. Not written on failure.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, PANIC. Thread-safe.
myovox_result myovox_wav_read(const uint8_t *bytes,
                              size_t length,
                              myovox_wav **recording);

// Frees a recording; NULL is nothing to free. Freeing twice is undefined.
void myovox_wav_free(myovox_wav *recording);

// Number of channels. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_channels(const myovox_wav *recording, size_t *channels);

// Samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_samples_per_channel(const myovox_wav *recording, size_t *samples);

// Samples per second and channel, Hz. Fails with NULL_POINTER. Thread-safe, also for one recording.
myovox_result myovox_wav_rate_hz(const myovox_wav *recording, double *rate_hz);

// How the samples are stored: "pcm16", "float32", "mulaw", "ima_adpcm", "mp3", "opus", ...; the word of the reports.
//
// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
myovox_result myovox_wav_coding(const myovox_wav *recording,
                                char *buffer,
                                size_t capacity,
                                size_t *needed);

// The samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; full scale is 1, floats and lossy
// codecs may go beyond it.
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

// Writes samples to a WAV file, whole or not at all: the file of that name is replaced when everything was written.
//
// path: UTF-8.
// samples: channels x samples_per_channel, all of channel 0, then all of channel 1, ...; full scale is 1.
// rate_hz: samples per second and channel.
// config_json_or_null: settings as a JSON object; NULL for all defaults. "coding": "pcm8", "pcm16" (default), "pcm24", "pcm32" or "float32".
// "policy": "lenient" (default) clips samples beyond full scale with a warning, "strict" refuses them. Unknown keys are refused.
// warnings_or_null: receives what was clipped, to be freed with myovox_warnings_free; NULL when not wanted.
//
// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, CONFIG, PANIC. Thread-safe.
myovox_result myovox_wav_write(const char *path,
                               const double *samples,
                               size_t channels,
                               size_t samples_per_channel,
                               uint32_t rate_hz,
                               const char *config_json_or_null,
                               myovox_warnings **warnings_or_null);

// The same for samples in single precision.
//
// Arguments and failures as for myovox_wav_write. Thread-safe.
myovox_result myovox_wav_write_f32(const char *path,
                                   const float *samples,
                                   size_t channels,
                                   size_t samples_per_channel,
                                   uint32_t rate_hz,
                                   const char *config_json_or_null,
                                   myovox_warnings **warnings_or_null);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MYOVOX_H */
