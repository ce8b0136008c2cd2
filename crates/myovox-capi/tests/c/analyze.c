/*
 * Analyses one recording and prints its report: analyze FILE [NAME]
 *
 * The report goes to stdout as it is, without a line end of our own, so that it can be compared with that of another door. Exit status 0: done;
 * 1: the recording could not be analysed, the reason on stderr; 2: wrong usage.
 */
#include <stdio.h>
#include <stdlib.h>

#include "myovox.h"

static unsigned char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t capacity = 1 << 16, used = 0;
    unsigned char *bytes = malloc(capacity);
    while (bytes) {
        used += fread(bytes + used, 1, capacity - used, file);
        if (used < capacity) break;
        capacity *= 2;
        unsigned char *larger = realloc(bytes, capacity);
        if (!larger) free(bytes);
        bytes = larger;
    }
    fclose(file);
    *length = used;
    return bytes;
}

static void print_last_error(void) {
    char message[512], code[64];
    size_t needed;
    if (myovox_last_error(message, sizeof message, &needed) != MYOVOX_RESULT_OK) message[0] = '\0';
    if (myovox_last_error_code(code, sizeof code, &needed) != MYOVOX_RESULT_OK) code[0] = '\0';
    fprintf(stderr, "%s [%s]\n", message, code);
}

static int print_report(const myovox_report *report) {
    size_t needed;
    if (myovox_report_json(report, NULL, 0, &needed) != MYOVOX_RESULT_OK) return 0;
    char *json = malloc(needed);
    int done = json && myovox_report_json(report, json, needed, &needed) == MYOVOX_RESULT_OK;
    if (done) fputs(json, stdout);
    free(json);
    return done;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s FILE [NAME]\n", argv[0]);
        return 2;
    }
    size_t length;
    unsigned char *bytes = read_file(argv[1], &length);
    if (!bytes) {
        perror(argv[1]);
        return 1;
    }
    myovox_report *report = NULL;
    int done = myovox_analyze(bytes, length, argc == 3 ? argv[2] : argv[1], NULL, &report) == MYOVOX_RESULT_OK;
    free(bytes);
    if (done) done = print_report(report);
    if (!done) print_last_error();
    myovox_report_free(report);
    return done ? 0 : 1;
}
