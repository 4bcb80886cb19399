/* SPDX-License-Identifier: MIT */
#include "platform.h"
#include "text.h"
#include "wide.h"
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <windows.h>

#include <shellapi.h> /* after windows.h */
#include <shlwapi.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#endif

/* ---- Lists of strings ---- */

/* Strings one after the other, each with its NUL. */
struct strings {
    struct tool_text text;
    size_t count;
};

static void add_string(struct strings *strings, const char *folder, size_t folder_len, const char *string) {
    tool_text_add(&strings->text, (struct certmap_view){(const uint8_t *)folder, folder_len});
    tool_text_string(&strings->text, string);
    tool_text_repeat(&strings->text, '\0', 1);
    strings->count++;
}

static void add_wide(struct strings *strings, const char *folder, size_t folder_len, const wchar_t *wide) {
    char *string = tool_wide_to_utf8(wide);
    add_string(strings, folder, folder_len, string);
    free(string);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An array of them that ends with NULL, and what it points at, in one piece of memory. */
static char **finish(struct strings *strings) {
    const size_t array = (strings->count + 1) * sizeof(char *);
    char **list = tool_alloc(array + strings->text.len), *next = (char *)list + array;
    if (strings->text.len > 0)
        memcpy(next, strings->text.data, strings->text.len);
    for (size_t i = 0; i < strings->count; i++, next += strlen(next) + 1)
        list[i] = next;
    list[strings->count] = NULL;
    tool_text_free(&strings->text);
    return list;
}

/* ---- Arguments ---- */

/* The strings that main gets are in the code page of the system, which does not have every name. */
static void take_arguments(struct tool_platform *platform, int *argc, char ***argv) {
    struct strings strings = {{NULL, 0, 0}, 0};
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), argc);
    if (wide == NULL)
        tool_no_memory();
    for (int i = 0; i < *argc; i++)
        add_wide(&strings, "", 0, wide[i]);
    (void)LocalFree(wide);
    *argv = platform->arguments = finish(&strings);
}

/* Windows finds a file by its short name, too, *.pem for a.pemold, and takes ? for nothing at the end of a name. */
static bool is_found(const WIN32_FIND_DATAW *found, const wchar_t *pattern) {
    return !(found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
           PathMatchSpecExW(found->cFileName, pattern, PMSF_NORMAL | PMSF_DONT_STRIP_SPACES) == S_OK;
}

/* Adds the files that a pattern finds, whatever order the file system has them in; false: none. */
static bool add_found(struct strings *strings, const char *pattern) {
    const size_t folder = tool_platform_folder(pattern), before = strings->count;
    wchar_t *wide = tool_wide_from_utf8(pattern), *name = tool_wide_from_utf8(pattern + folder);
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(wide, &found);
    for (bool more = search != INVALID_HANDLE_VALUE; more; more = FindNextFileW(search, &found))
        if (is_found(&found, name))
            add_wide(strings, pattern, folder, found.cFileName);
    if (search != INVALID_HANDLE_VALUE)
        (void)FindClose(search);
    free(wide);
    free(name);
    return strings->count > before;
}

/* No name of a file has * or ?. */
void tool_platform_expand(struct tool_platform *platform, char ***operands, size_t *count, size_t *marks,
                          size_t mark_count) {
    struct strings strings = {{NULL, 0, 0}, 0};
    size_t *ends = tool_alloc(*count * sizeof *ends);
    for (size_t i = 0; i < *count; i++) {
        const char *operand = (*operands)[i];
        if (strpbrk(operand + tool_platform_folder(operand), "*?") == NULL || !add_found(&strings, operand))
            add_string(&strings, "", 0, operand);
        ends[i] = strings.count;
    }
    platform->files = finish(&strings);
    for (size_t i = 0, begin = 0; i < *count; begin = ends[i++])
        qsort(platform->files + begin, ends[i] - begin, sizeof *platform->files, by_bytes);
    for (size_t i = 0; i < mark_count; i++)
        marks[i] = marks[i] == 0 ? 0 : ends[marks[i] - 1];
    free(ends);
    *operands = platform->files;
    *count = strings.count;
}

/* ---- Files ---- */

/* A name that no file can have is an invalid argument here; users know it as a file that is not there. */
FILE *tool_platform_open(const char *path) {
    wchar_t *wide = tool_wide_from_utf8(path);
    FILE *file = _wfopen(wide, L"rb");
    const int error = errno == EINVAL ? ENOENT : errno;
    const DWORD attributes = file == NULL ? GetFileAttributesW(wide) : 0;
    free(wide);
    errno = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) ? EISDIR : error;
    return file;
}

uint64_t tool_platform_size(const char *path) {
    WIN32_FILE_ATTRIBUTE_DATA data;
    wchar_t *wide = tool_wide_from_utf8(path);
    const bool found = GetFileAttributesExW(wide, GetFileExInfoStandard, &data);
    free(wide);
    if (!found || (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return 0;
    return (uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow;
}

/* What tells a file from all others of this machine. */
static bool find_identity(const char *path, BY_HANDLE_FILE_INFORMATION *identity) {
    wchar_t *wide = tool_wide_from_utf8(path);
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const HANDLE file = CreateFileW(wide, 0, share, NULL, OPEN_EXISTING, 0, NULL);
    const bool found = file != INVALID_HANDLE_VALUE && GetFileInformationByHandle(file, identity);
    if (file != INVALID_HANDLE_VALUE)
        (void)CloseHandle(file);
    free(wide);
    return found;
}

bool tool_platform_same(const char *path, const char *other) {
    BY_HANDLE_FILE_INFORMATION is, of;
    return find_identity(path, &is) && find_identity(other, &of) &&
           is.dwVolumeSerialNumber == of.dwVolumeSerialNumber && is.nFileIndexHigh == of.nFileIndexHigh &&
           is.nFileIndexLow == of.nFileIndexLow;
}

/* Writes a file that was not there. */
static bool write_new(const wchar_t *path, const char *data, size_t len) {
    const int file = _wopen(path, _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
    bool ok = file >= 0;
    while (ok && len > 0) {
        const int written = _write(file, data, len < 65536 ? (unsigned)len : 65536);
        ok = written > 0;
        data += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    ok = ok && _commit(file) == 0;
    if (file >= 0 && _close(file) != 0)
        ok = false;
    return ok;
}

/* A file that is there keeps its attributes and who may read it. Wine replaces nothing without a name for the old file. */
static bool take_name(const wchar_t *from, const wchar_t *to, const wchar_t *old) {
    if (GetFileAttributesW(to) == INVALID_FILE_ATTRIBUTES)
        return MoveFileExW(from, to, MOVEFILE_WRITE_THROUGH) != 0;
    if (!ReplaceFileW(to, from, old, 0, NULL, NULL))
        return false;
    (void)DeleteFileW(old);
    return true;
}

/* The path with the number of the process and an ending. */
static wchar_t *beside(const char *path, const char *ending) {
    struct tool_text name = {NULL, 0, 0};
    tool_text_string(&name, path);
    tool_text_format(&name, ".%lu%s", (unsigned long)GetCurrentProcessId(), ending);
    wchar_t *wide = tool_wide_from_utf8(name.data);
    tool_text_free(&name);
    return wide;
}

bool tool_platform_replace(const char *path, const void *data, size_t len) {
    wchar_t *from = beside(path, ""), *old = beside(path, ".old"), *to = tool_wide_from_utf8(path);
    errno = 0;
    bool ok = write_new(from, data, len);
    const int number = errno;
    const bool moved = ok && take_name(from, to, old);
    if (!moved && number != EEXIST)
        (void)DeleteFileW(from);
    free(from);
    free(old);
    free(to);
    errno = ok ? EACCES : number;
    return moved;
}

size_t tool_platform_folder(const char *path) {
    size_t len = strlen(path);
    while (len > 0 && strchr("/\\:", path[len - 1]) == NULL)
        len--;
    return len;
}

bool tool_platform_is_absolute(const char *path) {
    return path[0] == '/' || path[0] == '\\' || (path[0] != '\0' && path[1] == ':');
}

/* ---- Terminals ---- */

/* False where the file is no console. */
static bool console_of(FILE *file, HANDLE *console, DWORD *mode) {
    *console = (HANDLE)_get_osfhandle(_fileno(file));
    return GetConsoleMode(*console, mode) != 0;
}

bool tool_platform_is_terminal(FILE *file) {
    HANDLE console;
    DWORD mode;
    return console_of(file, &console, &mode);
}

bool tool_platform_has_colors(FILE *file) {
    HANDLE console;
    DWORD mode;
    return console_of(file, &console, &mode) && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

size_t tool_platform_columns(FILE *file) {
    HANDLE console;
    DWORD mode;
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!console_of(file, &console, &mode) || !GetConsoleScreenBufferInfo(console, &info) ||
        info.srWindow.Right < info.srWindow.Left)
        return 0;
    return (size_t)(info.srWindow.Right - info.srWindow.Left) + 1;
}

/* Consoles of Windows 10 take escape sequences, but have to be asked to; older ones refuse. A handle of our own: the
 * stream's is gone when the stream is closed. */
static void ask_for_colors(struct tool_platform *platform, size_t i, FILE *file) {
    const HANDLE self = GetCurrentProcess();
    HANDLE console;
    DWORD mode;
    if (!console_of(file, &console, &mode) || (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) ||
        !DuplicateHandle(self, console, self, &platform->terminals[i], 0, FALSE, DUPLICATE_SAME_ACCESS))
        return;
    platform->modes[i] = mode;
    (void)SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

static void restore(const struct tool_platform *platform, size_t i) {
    if (platform->terminals[i] == NULL)
        return;
    (void)SetConsoleMode(platform->terminals[i], platform->modes[i]);
    (void)CloseHandle(platform->terminals[i]);
}

/* The next units of a text: not half a pair, and few enough for consoles, which have a buffer for them. */
static DWORD next_units(const wchar_t *text, size_t len) {
    const DWORD most = 8192;
    if (len <= most)
        return (DWORD)len;
    return IS_HIGH_SURROGATE(text[most - 1]) ? most - 1 : most;
}

static bool write_wide(HANDLE console, const wchar_t *text, size_t len) {
    DWORD written = 0;
    for (; len > 0; text += written, len -= written)
        if (!WriteConsoleW(console, text, next_units(text, len), &written, NULL) || written == 0)
            return false;
    return true;
}

/* In UTF-16, whatever code page the console has. */
static bool write_console(HANDLE console, const char *text, size_t len) {
    const int units = len <= INT_MAX ? MultiByteToWideChar(CP_UTF8, 0, text, (int)len, NULL, 0) : 0;
    wchar_t *wide = tool_alloc((size_t)units * sizeof *wide);
    const bool converted = units > 0 && MultiByteToWideChar(CP_UTF8, 0, text, (int)len, wide, units) == units;
    const bool written = converted && write_wide(console, wide, (size_t)units);
    free(wide);
    return written;
}

void tool_platform_write(FILE *file, const char *text, size_t len) {
    HANDLE console;
    DWORD mode;
    if (console_of(file, &console, &mode)) {
        (void)fflush(file); /* what came before */
        if (write_console(console, text, len))
            return;
    }
    (void)fwrite(text, 1, len, file);
}

/* ---- The whole ---- */

void tool_platform_start(struct tool_platform *platform, int *argc, char ***argv) {
    *platform = (struct tool_platform){.arguments = NULL};
    (void)_setmode(_fileno(stdin), _O_BINARY);
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)_setmode(_fileno(stderr), _O_BINARY);
    if (!tool_platform_is_terminal(stdout))
        (void)setvbuf(stdout, NULL, _IOFBF, 65536); /* devices would have no buffer */
    (void)setvbuf(stderr, NULL, _IONBF, 0);         /* not every C library of Windows begins so */
    take_arguments(platform, argc, argv);
    ask_for_colors(platform, 0, stdout);
    ask_for_colors(platform, 1, stderr);
}

/* In the other order: both may be the same console. Standard output is closed by now. */
void tool_platform_end(struct tool_platform *platform) {
    restore(platform, 1);
    restore(platform, 0);
    free(platform->arguments);
    free(platform->files);
}

uint64_t tool_platform_milliseconds(void) {
    return GetTickCount64();
}
