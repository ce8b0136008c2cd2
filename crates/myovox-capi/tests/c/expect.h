/*
 * What the test programs share: expectations that are counted and printed, a file as bytes, the code of the last error.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "myovox.h"

static int failures = 0;

#define EXPECT(condition)                                                                \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);    \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

#define EXPECT_OK(call) EXPECT((call) == MYOVOX_RESULT_OK)
#define EXPECT_NULL_REFUSED(call) EXPECT((call) == MYOVOX_RESULT_NULL_POINTER)

typedef struct {
    unsigned char *bytes;
    size_t length;
} file_bytes;

static file_bytes load(const char *path) {
    file_bytes loaded = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    loaded.length = (size_t)ftell(file);
    rewind(file);
    loaded.bytes = malloc(loaded.length);
    if (!loaded.bytes || fread(loaded.bytes, 1, loaded.length, file) != loaded.length) exit(2);
    fclose(file);
    return loaded;
}

static int last_error_code_is(const char *expected) {
    char code[64] = "";
    size_t needed;
    return myovox_last_error_code(code, sizeof code, &needed) == MYOVOX_RESULT_OK && strcmp(code, expected) == 0;
}

#endif
