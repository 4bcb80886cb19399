/* SPDX-License-Identifier: MIT */
/* SPOP as certmapd reads and writes it: numbers and values, each kind of frame, sessions; whole, cut short, and hostile.
 * Frames are written as t_der has bytes: hexadecimal and "characters". */
#include "spop_session.h"
#include "support/count.h"
#include "support/der.h"
#include "support/run.h"

#define HEAD_HELLO "01 00000001 00 00 "
#define HEAD_BYE "02 00000001 00 00 "
#define HEAD_NOTIFY "03 00000001 01 02 "
#define VERSIONS "12 \"supported-versions\" 08 03 \"2.0\" "
#define MAX_FRAME "0E \"max-frame-size\" 03 FCF006 " /* 16380 */
#define CAPABILITIES "0C \"capabilities\" 08 10 \"pipelining,async\" "
#define HELLO HEAD_HELLO VERSIONS MAX_FRAME CAPABILITIES
#define MESSAGE "0F \"certmap-session\" 05 "
#define DER "03 \"der\" 09 04 DEADBEEF "
#define USED "04 \"used\" 11 "
#define VERIFY "06 \"verify\" 04 00 "
#define CHAIN "05 \"chain\" 09 02 CAFE "
#define SRC "03 \"src\" 06 7F000001 "
#define ARGUMENTS DER USED VERIFY CHAIN SRC
#define NOTIFY HEAD_NOTIFY MESSAGE ARGUMENTS

static struct certmap_view view(const char *text, struct t_buf *buf) {
    t_buf_clear(buf);
    t_der(buf, text);
    return t_view(buf);
}

static bool is_bytes(struct certmap_view bytes, const char *text) {
    struct t_buf buf = T_BUF_INIT;
    const struct certmap_view expected = view(text, &buf);
    const bool same =
        bytes.len == expected.len && (bytes.len == 0 || memcmp(bytes.data, expected.data, bytes.len) == 0);
    t_buf_free(&buf);
    return same;
}

static struct certmap_view written(const struct spop_writer *writer) {
    return (struct certmap_view){writer->data, writer->len};
}

/* ---- numbers ---- */

static const struct {
    uint64_t number;
    const char *bytes;
} numbers[] = {
    {0, "00"},
    {239, "EF"},
    {240, "F0 00"},
    {241, "F1 00"},
    {255, "FF 00"},
    {256, "F0 01"},
    {2287, "FF 7F"},
    {2288, "F0 80 00"},
    {16380, "FC F0 06"},
    {264431, "FF FF 7F"},
    {264432, "F0 80 80 00"},
    {33818863, "FF FF FF 7F"},
    {33818864, "F0 80 80 80 00"},
    {UINT32_MAX, "FF F0 FE FE 7E"},
    {4328786159, "FF FF FF FF 7F"},
    {4328786160, "F0 80 80 80 80 00"},
    {INT64_MAX, "FF F0 FE FE FE FE FE FE FE 06"},
    {UINT64_MAX, "FF F0 FE FE FE FE FE FE FE 0E"},
};

T_TEST(a_number) {
    struct t_buf buf = T_BUF_INIT;
    uint8_t room[SPOP_MAX_VARINT];
    struct spop_writer writer = {room, sizeof room, 0, false};
    struct certmap_view bytes = view(numbers[_i].bytes, &buf);
    uint64_t number = 0;
    ck_assert(spop_read_varint(&bytes, &number));
    ck_assert_uint_eq(number, numbers[_i].number);
    ck_assert_uint_eq(bytes.len, 0);
    spop_write_varint(&writer, number);
    ck_assert(!writer.is_full && is_bytes(written(&writer), numbers[_i].bytes));
    t_buf_free(&buf);
}

static const char *const no_numbers[] = {
    "",
    "F0",
    "FF FF",
    "F0 80",
    "F0 80 80 80 80 80 80 80 80",
    "F0 F1 FE FE FE FE FE FE FE 0E", /* 2^64 */
    "FF F0 FE FE FE FE FE FE FE 0F", /* more bits than there are */
    "FF FF FF FF FF FF FF FF FF 0F", /* a sum that is too large */
    "FF FF FF FF FF FF FF FF FF 7F",
    "F0 80 80 80 80 80 80 80 80 80 00", /* one byte more than the longest */
    "FF FF FF FF FF FF FF FF FF FF FF 7F",
};

T_TEST(no_number) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_view bytes = view(no_numbers[_i], &buf);
    uint64_t number = 0;
    ck_assert(!spop_read_varint(&bytes, &number));
    t_buf_free(&buf);
}

/* ---- values ---- */

static const struct {
    const char *bytes;
    enum spop_kind kind;
    uint64_t number;
    size_t len;
} values[] = {
    {"00", SPOP_NULL, 0, 0},
    {"01", SPOP_BOOL, 0, 0},
    {"11", SPOP_BOOL, 1, 0},
    {"02 05", SPOP_INT32, 5, 0},
    {"02 FF F0 FE FE FE FE FE FE FE 0E", SPOP_INT32, UINT64_MAX, 0}, /* -1 */
    {"02 FF F0 FE FE 3E", SPOP_INT32, INT32_MAX, 0},
    {"03 FF F0 FE FE 7E", SPOP_UINT32, UINT32_MAX, 0},
    {"04 15", SPOP_INT64, 21, 0},
    {"05 FF F0 FE FE FE FE FE FE FE 0E", SPOP_UINT64, UINT64_MAX, 0},
    {"06 C0000207", SPOP_IPV4, 0, 4},
    {"07 20010DB8000000000000000000000001", SPOP_IPV6, 0, 16},
    {"08 00", SPOP_STRING, 0, 0},
    {"08 03 \"abc\"", SPOP_STRING, 0, 3},
    {"09 F0 00 240*41", SPOP_BINARY, 0, 240},
};

T_TEST(a_value) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_view bytes = view(values[_i].bytes, &buf);
    struct spop_value value;
    ck_assert(spop_read_value(&bytes, &value));
    ck_assert_int_eq(value.kind, values[_i].kind);
    ck_assert_uint_eq(value.kind == SPOP_BOOL ? value.truth : value.number, values[_i].number);
    ck_assert_uint_eq(value.bytes.len, values[_i].len);
    ck_assert_uint_eq(bytes.len, 0);
    t_buf_free(&buf);
}

static const char *const no_values[] = {
    "",   /* nothing */
    "0A", /* kinds that there are not */
    "0F 00",
    "10", /* flags that a kind does not have */
    "18 00",
    "21",
    "91",
    "02 FF F0 FE FE 7E", /* 2^32-1 is no INT32 */
    "02 F0 F1 FE FE 3E", /* nor is 2^31 */
    "03 F0 F1 FE FE 7E", /* 2^32 is no UINT32 */
    "04",                /* cut short */
    "06 7F0000",
    "07 20010DB80000000000000000000000",
    "08",
    "08 01",
    "08 04 \"abc\"",
    "09 FF F0 FE FE FE FE FE FE FE 0E", /* longer than memory */
    "09 F0 FE FE FE FE FE FE FE FE 0E \"abc\"",
};

T_TEST(no_value) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_view bytes = view(no_values[_i], &buf);
    struct spop_value value;
    ck_assert(!spop_read_value(&bytes, &value));
    t_buf_free(&buf);
}

/* ---- sessions: what comes, what is said ---- */

/* A connection, and what was said over it last. */
struct talk {
    struct spop_session session;
    struct spop_turn turn;
    struct spop_writer writer;
    uint8_t room[SPOP_PREFIX + SPOP_MAX_FRAME];
};

static struct talk *new_talk(void) {
    struct talk *talk = calloc(1, sizeof *talk);
    ck_assert_ptr_nonnull(talk);
    return talk;
}

static void add_frame(struct t_buf *buf, const char *text) {
    struct t_buf frame = T_BUF_INIT;
    const struct certmap_view bytes = view(text, &frame);
    const uint8_t len[] = {(uint8_t)(bytes.len >> 24), (uint8_t)(bytes.len >> 16), (uint8_t)(bytes.len >> 8),
                           (uint8_t)bytes.len};
    t_bytes(buf, len, sizeof len);
    t_bytes(buf, bytes.data, bytes.len);
    t_buf_free(&frame);
}

/* Gives these bytes, in room of just their size. */
static size_t give_bytes(struct talk *talk, struct certmap_view bytes) {
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes.data, bytes.len);
    talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
    const size_t done =
        spop_session_take(&talk->session, (struct certmap_view){copy, bytes.len}, &talk->turn, &talk->writer);
    ck_assert(!talk->writer.is_full);
    free(copy);
    return done;
}

static size_t give(struct talk *talk, const char *text) {
    struct t_buf buf = T_BUF_INIT;
    add_frame(&buf, text);
    const size_t done = give_bytes(talk, t_view(&buf));
    t_buf_free(&buf);
    return done;
}

/* Whether exactly this frame was said; "": nothing. */
static bool said(const struct talk *talk, const char *text) {
    struct t_buf buf = T_BUF_INIT;
    if (text[0] != '\0')
        add_frame(&buf, text);
    const struct certmap_view expected = t_view(&buf), seen = written(&talk->writer);
    const bool same = seen.len == expected.len && (seen.len == 0 || memcmp(seen.data, expected.data, seen.len) == 0);
    t_buf_free(&buf);
    return same;
}

static bool goodbye_is(const struct talk *talk, enum spop_code code) {
    static const char begin[] = "\x66\x00\x00\x00\x01\x00\x00\x0Bstatus-code\x03";
    const struct certmap_view seen = written(&talk->writer);
    return seen.len > SPOP_PREFIX + sizeof begin && memcmp(seen.data + SPOP_PREFIX, begin, sizeof begin - 1) == 0 &&
           seen.data[SPOP_PREFIX + sizeof begin - 1] == code && seen.len <= SPOP_PREFIX + SPOP_MIN_FRAME;
}

#define AGENT_HELLO(max_frame, capabilities)                                                                           \
    "65 00000001 00 00 07 \"version\" 08 03 \"2.0\" 0E \"max-frame-size\" 03 " max_frame                               \
    " 0C \"capabilities\" 08 " capabilities

static const struct {
    const char *what, *frame, *reply;
    bool ends;
} hellos[] = {
    /* as HAProxy 2.6 sends it */
    {"HAProxy's", HELLO "09 \"engine-id\" 08 24 \"7bb071f3-dde5-487d-ab40-645b4678b920\"",
     AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"HAProxy's health check", HEAD_HELLO VERSIONS MAX_FRAME "0C \"capabilities\" 08 00 0B \"healthcheck\" 11",
     AGENT_HELLO("FCF006", "00"), true},
    {"a health check that is none", HELLO "0B \"healthcheck\" 01", AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"in another order", HEAD_HELLO CAPABILITIES MAX_FRAME VERSIONS, AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"several versions", HEAD_HELLO "12 \"supported-versions\" 08 0A \"1.5 , 2.13\" " MAX_FRAME CAPABILITIES,
     AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"blanks", HEAD_HELLO VERSIONS MAX_FRAME "0C \"capabilities\" 08 14 \"  async , pipelining\"",
     AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"what is not known", HELLO "03 \"new\" 09 02 0102", AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
    {"a word that only begins alike", HEAD_HELLO VERSIONS MAX_FRAME "0C \"capabilities\" 08 0B \"pipelining2\"",
     AGENT_HELLO("FCF006", "00"), false},
    {"the smallest frame", HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 F001 " CAPABILITIES,
     AGENT_HELLO("F001", "0A \"pipelining\""), false},
    {"the largest frame", HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 F0F13E " CAPABILITIES,
     AGENT_HELLO("F0F13E", "0A \"pipelining\""), false},
    {"one more than that", HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 F1F13E " CAPABILITIES,
     AGENT_HELLO("F0F13E", "0A \"pipelining\""), false},
    {"as many items as may be", HELLO "29*00 29*00", AGENT_HELLO("FCF006", "0A \"pipelining\""), false},
};

T_TEST(a_hello) {
    struct talk *talk = new_talk();
    (void)give(talk, hellos[_i].frame);
    ck_assert_msg(talk->turn.took && said(talk, hellos[_i].reply), "%s", hellos[_i].what);
    ck_assert_int_eq(talk->turn.ends, hellos[_i].ends);
    ck_assert_int_eq(talk->session.state, hellos[_i].ends ? SPOP_OVER : SPOP_AGREED);
    ck_assert_int_eq(talk->turn.fault.code, SPOP_NORMAL);
    free(talk);
}

/* The first frame, or the one after HELLO. */
static const struct {
    const char *what;
    bool agreed;
    const char *frame;
    enum spop_code code;
} faults[] = {
    {"no versions", false, HEAD_HELLO MAX_FRAME CAPABILITIES, SPOP_NO_VERSION},
    {"no largest frame", false, HEAD_HELLO VERSIONS CAPABILITIES, SPOP_NO_MAX_FRAME},
    {"no capabilities", false, HEAD_HELLO VERSIONS MAX_FRAME, SPOP_NO_CAPABILITIES},
    {"an empty HELLO", false, HEAD_HELLO, SPOP_NO_VERSION},
    {"version 1", false, HEAD_HELLO "12 \"supported-versions\" 08 03 \"1.0\" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"version 3", false, HEAD_HELLO "12 \"supported-versions\" 08 03 \"3.0\" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"version 20", false, HEAD_HELLO "12 \"supported-versions\" 08 04 \"20.0\" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"version 2.", false, HEAD_HELLO "12 \"supported-versions\" 08 02 \"2.\" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"version 2.x", false, HEAD_HELLO "12 \"supported-versions\" 08 03 \"2.x\" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"no version at all", false, HEAD_HELLO "12 \"supported-versions\" 08 00 " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"commas", false, HEAD_HELLO "12 \"supported-versions\" 08 05 \", ,, \" " MAX_FRAME CAPABILITIES,
     SPOP_OTHER_VERSION},
    {"too small a frame", false, HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 FF00 " CAPABILITIES, SPOP_BAD_MAX_FRAME},
    {"a frame of 0", false, HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 00 " CAPABILITIES, SPOP_BAD_MAX_FRAME},
    {"a largest frame that HELLO is not in", false,
     HEAD_HELLO VERSIONS "0E \"max-frame-size\" 03 F001 " CAPABILITIES "01 \"x\" 09 F000 240*00", SPOP_TOO_BIG},
    {"a largest frame of another type", false, HEAD_HELLO VERSIONS "0E \"max-frame-size\" 04 FCF006 " CAPABILITIES,
     SPOP_INVALID},
    {"versions of another type", false, HEAD_HELLO "12 \"supported-versions\" 09 03 \"2.0\" " MAX_FRAME CAPABILITIES,
     SPOP_INVALID},
    {"capabilities of another type", false, HEAD_HELLO VERSIONS MAX_FRAME "0C \"capabilities\" 00", SPOP_INVALID},
    {"a health check of another type", false, HELLO "0B \"healthcheck\" 03 01", SPOP_INVALID},
    {"an item twice", false, HELLO MAX_FRAME, SPOP_INVALID},
    {"an item without a value", false, HELLO "01 \"x\"", SPOP_INVALID},
    {"an item that is cut", false, HELLO "05 \"x\"", SPOP_INVALID},
    {"one item too many", false, HELLO "30*00 30*00", SPOP_INVALID},
    {"HELLO with a number", false, "01 00000001 00 01 " VERSIONS MAX_FRAME CAPABILITIES, SPOP_INVALID},
    {"HELLO with a stream", false, "01 00000001 01 00 " VERSIONS MAX_FRAME CAPABILITIES, SPOP_INVALID},
    {"a fragment of HELLO", false, "01 00000000 00 00 " VERSIONS MAX_FRAME CAPABILITIES, SPOP_FRAGMENTED},
    {"NOTIFY before HELLO", false, NOTIFY, SPOP_INVALID},
    {"HELLO twice", true, HELLO, SPOP_INVALID},
    {"a fragment", true, "03 00000000 01 02 " MESSAGE ARGUMENTS, SPOP_FRAGMENTED},
    {"the rest of a fragment", true, "00 00000000 01 02 00", SPOP_FRAGMENTED},
    {"the last fragment", true, "00 00000001 01 02 00", SPOP_INVALID},
    {"fragments that are aborted", true, "03 00000003 01 02", SPOP_FRAGMENTED},
    {"flags that are reserved", true, "03 80000001 01 02 " MESSAGE ARGUMENTS, SPOP_INVALID},
    {"AGENT-HELLO", true, "65 00000001 00 00", SPOP_INVALID},
    {"ACK", true, "67 00000001 01 02", SPOP_INVALID},
    {"an unknown type", true, "04 00000001 01 02", SPOP_INVALID},
    {"a head that is cut", true, "03 00000001 F0 80", SPOP_INVALID},
    {"a stream of more than 64 bits", true, "03 00000001 FFFFFFFFFFFFFFFFFF7F 01", SPOP_INVALID},
    {"a frame of 6 bytes", true, "03 00000001 01", SPOP_INVALID},
    {"an empty frame", true, "", SPOP_INVALID},
    {"a message without a count", true, HEAD_NOTIFY "0F \"certmap-session\"", SPOP_INVALID},
    {"a message without its last argument", true, HEAD_NOTIFY MESSAGE DER USED VERIFY CHAIN, SPOP_INVALID},
    {"a certificate longer than the frame", true, HEAD_NOTIFY MESSAGE "03 \"der\" 09 FF7F DEADBEEF", SPOP_INVALID},
    {"a name longer than the frame", true, HEAD_NOTIFY MESSAGE "EF \"der\" 00", SPOP_INVALID},
    {"a message after it that is cut", true, NOTIFY "01 \"x\" 02 01 \"y\" 00", SPOP_INVALID},
    {"messages without end", true, HEAD_NOTIFY "100*00 100*00", SPOP_INVALID},
    {"DISCONNECT without a code", true, HEAD_BYE "07 \"message\" 08 00", SPOP_INVALID},
    {"DISCONNECT without a message", true, HEAD_BYE "0B \"status-code\" 03 00", SPOP_INVALID},
    {"DISCONNECT with a number", true, "02 00000001 00 01 0B \"status-code\" 03 00 07 \"message\" 08 00", SPOP_INVALID},
};

T_TEST(a_fault) {
    struct talk *talk = new_talk();
    if (faults[_i].agreed)
        (void)give(talk, HELLO);
    (void)give(talk, faults[_i].frame);
    ck_assert_msg(talk->turn.took && talk->turn.ends && !talk->turn.asks, "%s", faults[_i].what);
    ck_assert_msg(talk->turn.fault.code == faults[_i].code, "%s: %d", faults[_i].what, (int)talk->turn.fault.code);
    ck_assert_msg(goodbye_is(talk, faults[_i].code), "%s", faults[_i].what);
    ck_assert_uint_eq(give(talk, HELLO), 0); /* nothing more is read */
    ck_assert(!talk->turn.took && said(talk, ""));
    free(talk);
}

/* ---- lengths ---- */

static const struct {
    const char *what, *bytes;
    bool agreed;
    enum spop_code code; /* NORMAL: more may come */
} lengths[] = {
    {"nothing", "", false, SPOP_NORMAL},
    {"a byte", "00", false, SPOP_NORMAL},
    {"three bytes", "00 00 00", false, SPOP_NORMAL},
    {"zeros", "00000000", false, SPOP_INVALID},
    {"6", "00000006", false, SPOP_INVALID},
    {"7", "00000007", false, SPOP_NORMAL},
    {"the largest", "00020000", false, SPOP_NORMAL},
    {"one more", "00020001", false, SPOP_TOO_BIG},
    {"all ones", "FFFFFFFF", false, SPOP_TOO_BIG},
    {"HTTP", "\"GET / HTTP/1.1\" 0D0A 0D0A", false, SPOP_TOO_BIG},
    {"TLS", "16 03 01 02 00 01 00 01 FC 03 03", false, SPOP_TOO_BIG},
    {"the largest that was agreed on", "00003FFC", true, SPOP_NORMAL},
    {"more than that", "00003FFD", true, SPOP_TOO_BIG},
};

T_TEST(a_length) {
    struct talk *talk = new_talk();
    struct t_buf buf = T_BUF_INIT;
    if (lengths[_i].agreed)
        (void)give(talk, HELLO);
    (void)give_bytes(talk, view(lengths[_i].bytes, &buf));
    ck_assert_msg(talk->turn.ends == (lengths[_i].code != SPOP_NORMAL), "%s", lengths[_i].what);
    ck_assert_int_eq(talk->turn.took, talk->turn.ends);
    ck_assert_msg(talk->turn.fault.code == lengths[_i].code, "%s", lengths[_i].what);
    ck_assert_msg(talk->turn.ends ? goodbye_is(talk, lengths[_i].code) : said(talk, ""), "%s", lengths[_i].what);
    t_buf_free(&buf);
    free(talk);
}

/* A frame is taken when its last byte is there, and not before; what is after it stays. */
T_TEST(pieces) {
    struct talk *talk = new_talk();
    struct t_buf buf = T_BUF_INIT;
    add_frame(&buf, HELLO);
    const size_t len = buf.len;
    add_frame(&buf, NOTIFY);
    for (size_t i = 0; i < len; i++) {
        ck_assert_uint_eq(give_bytes(talk, (struct certmap_view){buf.data, i}), 0);
        ck_assert(!talk->turn.took && talk->writer.len == 0);
    }
    ck_assert_uint_eq(give_bytes(talk, t_view(&buf)), len);
    ck_assert(talk->turn.took && !talk->turn.asks);
    ck_assert_uint_eq(give_bytes(talk, (struct certmap_view){buf.data + len, buf.len - len}), buf.len - len);
    ck_assert(talk->turn.asks);
    t_buf_free(&buf);
    free(talk);
}

/* A frame whose payload ends anywhere is refused, and what is after it is not read. */
T_TEST(cut_short) {
    struct t_buf whole = T_BUF_INIT;
    const struct certmap_view bytes = view(NOTIFY, &whole);
    struct talk *talk = new_talk();
    for (size_t len = 7; len < bytes.len; len++) {
        const uint8_t prefix[] = {0, 0, 0, (uint8_t)len};
        struct t_buf buf = T_BUF_INIT;
        memset(&talk->session, 0, sizeof talk->session);
        (void)give(talk, HELLO);
        t_bytes(&buf, prefix, sizeof prefix);
        t_bytes(&buf, bytes.data, len);
        (void)give_bytes(talk, t_view(&buf));
        ck_assert(!talk->turn.asks && (talk->turn.ends || talk->turn.problem != NULL));
        t_buf_free(&buf);
    }
    t_buf_free(&whole);
    free(talk);
}

/* ---- questions ---- */

static const struct {
    const char *what, *payload;
    enum spop_scope scope;
    bool present, accepted;
    size_t certificate, chain, source;
} questions[] = {
    {"verified", MESSAGE ARGUMENTS, SPOP_SESSION, true, true, 4, 2, 4},
    {"for a request", "0F \"certmap-request\" 05 " ARGUMENTS, SPOP_TRANSACTION, true, true, 4, 2, 4},
    {"in another order", MESSAGE SRC CHAIN VERIFY USED DER, SPOP_SESSION, true, true, 4, 2, 4},
    {"IPv6", MESSAGE DER USED VERIFY CHAIN "03 \"src\" 07 20010DB8000000000000000000000001", SPOP_SESSION, true, true,
     4, 2, 16},
    {"no address", MESSAGE DER USED VERIFY CHAIN "03 \"src\" 00", SPOP_SESSION, true, true, 4, 2, 0},
    {"no chain", MESSAGE DER USED VERIFY SRC "05 \"chain\" 00", SPOP_SESSION, true, true, 4, 0, 4},
    {"an empty chain", MESSAGE DER USED VERIFY SRC "05 \"chain\" 09 00", SPOP_SESSION, true, true, 4, 0, 4},
    {"not verified", MESSAGE DER USED CHAIN SRC "06 \"verify\" 04 0A", SPOP_SESSION, true, false, 4, 2, 4},
    {"verify is negative", MESSAGE DER USED CHAIN SRC "06 \"verify\" 04 FFF0FEFEFEFEFEFEFE0E", SPOP_SESSION, true,
     false, 4, 2, 4},
    {"verify is 2^32", MESSAGE DER USED CHAIN SRC "06 \"verify\" 04 F0F1FEFE7E", SPOP_SESSION, true, false, 4, 2, 4},
    {"verify is of another size", MESSAGE DER USED CHAIN SRC "06 \"verify\" 02 00", SPOP_SESSION, true, true, 4, 2, 4},
    /* as HAProxy 2.6 sends them */
    {"withheld: larger than tune.bufsize", MESSAGE USED VERIFY CHAIN SRC "03 \"der\" 00", SPOP_SESSION, true, true, 0,
     2, 4},
    {"withheld, and empty", MESSAGE USED VERIFY CHAIN SRC "03 \"der\" 09 00", SPOP_SESSION, true, true, 0, 2, 4},
    {"no certificate", MESSAGE "03 \"der\" 00 04 \"used\" 01 06 \"verify\" 04 00 05 \"chain\" 00 " SRC, SPOP_SESSION,
     false, false, 0, 0, 4},
    {"no TLS", MESSAGE "03 \"der\" 00 04 \"used\" 00 06 \"verify\" 00 05 \"chain\" 00 " SRC, SPOP_SESSION, false, false,
     0, 0, 4},
};

T_TEST(a_question) {
    struct talk *talk = new_talk();
    char frame[1024];
    (void)give(talk, HELLO);
    ck_assert_int_lt(snprintf(frame, sizeof frame, HEAD_NOTIFY "%s", questions[_i].payload), (int)sizeof frame);
    (void)give(talk, frame);
    const struct spop_question *question = &talk->turn.question;
    ck_assert_msg(talk->turn.asks && talk->turn.problem == NULL && said(talk, ""), "%s", questions[_i].what);
    ck_assert_uint_eq(question->stream, 1);
    ck_assert_uint_eq(question->number, 2);
    ck_assert_int_eq(question->scope, questions[_i].scope);
    ck_assert_msg(question->present == questions[_i].present, "%s", questions[_i].what);
    ck_assert_msg(question->accepted == questions[_i].accepted, "%s", questions[_i].what);
    ck_assert_uint_eq(question->certificate.len, questions[_i].certificate);
    ck_assert_uint_eq(question->chain.len, questions[_i].chain);
    ck_assert_uint_eq(question->source.len, questions[_i].source);
    free(talk);
}

static const struct {
    const char *what, *payload, *says;
} misunderstood[] = {
    {"no message", "", "no message"},
    {"another message", "03 \"ask\" 05 " ARGUMENTS, "neither certmap-session"},
    {"a message without a name", "00 05 " ARGUMENTS, "neither certmap-session"},
    {"a name that begins alike", "10 \"certmap-sessions\" 05 " ARGUMENTS, "neither certmap-session"},
    {"two messages", MESSAGE ARGUMENTS "0F \"certmap-request\" 05 " ARGUMENTS, "more than one"},
    {"no arguments", "0F \"certmap-session\" 00", "missing"},
    {"no certificate argument", "0F \"certmap-session\" 04 " USED VERIFY CHAIN SRC, "missing"},
    {"no address argument", "0F \"certmap-session\" 04 " DER USED VERIFY CHAIN, "missing"},
    {"one more argument", "0F \"certmap-session\" 06 " ARGUMENTS "01 \"x\" 00", "none of der"},
    {"an argument without a name", MESSAGE DER USED VERIFY CHAIN "00 06 7F000001", "none of der"},
    {"an argument twice", "0F \"certmap-session\" 06 " ARGUMENTS DER, "twice"},
    {"an argument twice, and another not", MESSAGE DER DER VERIFY CHAIN SRC, "twice"},
    {"upper case", MESSAGE USED VERIFY CHAIN SRC "03 \"DER\" 09 00", "none of der"},
    {"PEM", MESSAGE USED VERIFY CHAIN SRC "03 \"der\" 08 02 \"AA\"", "der=ssl_c_der"},
    {"a chain that is a text", MESSAGE DER USED VERIFY SRC "05 \"chain\" 08 00", "chain=ssl_c_chain_der"},
    {"an address that is a text", MESSAGE DER USED VERIFY CHAIN "03 \"src\" 08 09 \"127.0.0.1\"", "src=src"},
    {"used is a number", MESSAGE DER VERIFY CHAIN SRC "04 \"used\" 04 01", "used=ssl_c_used"},
    {"used is unknown", MESSAGE DER VERIFY CHAIN SRC "04 \"used\" 00", "used=ssl_c_used"},
    {"verify is a text", MESSAGE DER USED CHAIN SRC "06 \"verify\" 08 01 \"0\"", "verify=ssl_c_verify"},
    {"verify is a boolean", MESSAGE DER USED CHAIN SRC "06 \"verify\" 01", "verify=ssl_c_verify"},
    {"verify is unknown", MESSAGE DER USED CHAIN SRC "06 \"verify\" 00", "verify=ssl_c_verify"},
    {"a certificate that is not there", MESSAGE DER VERIFY CHAIN SRC "04 \"used\" 01", "used says"},
};

#define REFUSAL(scope)                                                                                                 \
    "02 02 " scope " 07 \"account\" 02 02 " scope " 04 \"user\" 02 02 " scope " 06 \"domain\" 02 02 " scope            \
    " 06 \"groups\" 02 02 " scope " 07 \"mapping\" 02 02 " scope " 05 \"until\" "                                      \
    "01 03 " scope " 06 \"reason\" 08 0C \"spop-message\" 01 03 " scope " 08 \"decision\" 08 05 \"error\" "

/* The connection goes on: others have questions in it. */
T_TEST(a_misunderstanding) {
    struct talk *talk = new_talk();
    char frame[1024];
    (void)give(talk, HELLO);
    ck_assert_int_lt(snprintf(frame, sizeof frame, HEAD_NOTIFY "%s", misunderstood[_i].payload), (int)sizeof frame);
    (void)give(talk, frame);
    ck_assert_msg(talk->turn.took && !talk->turn.ends && !talk->turn.asks, "%s", misunderstood[_i].what);
    ck_assert_ptr_nonnull(talk->turn.problem);
    ck_assert_msg(strstr(talk->turn.problem, misunderstood[_i].says) != NULL, "%s: %s", misunderstood[_i].what,
                  talk->turn.problem);
    ck_assert_msg(said(talk, "67 00000001 01 02 " REFUSAL("01") REFUSAL("02")), "%s", misunderstood[_i].what);
    (void)give(talk, NOTIFY);
    ck_assert(talk->turn.asks);
    free(talk);
}

/* ---- answers ---- */

static struct spop_answer answer_of(const char *account, const char *decision) {
    struct spop_answer answer = {.until = 1795922145};
    for (size_t i = 0; i < SPOP_VARIABLES; i++)
        answer.texts[i] = certmap_view_of("");
    answer.texts[SPOP_ACCOUNT] = certmap_view_of(account);
    answer.texts[SPOP_DECISION] = certmap_view_of(decision);
    return answer;
}

#define UNSET(scope)                                                                                                   \
    "02 02 " scope " 07 \"account\" 02 02 " scope " 04 \"user\" 02 02 " scope " 06 \"domain\" 02 02 " scope            \
    " 06 \"groups\" 02 02 " scope " 07 \"mapping\" 02 02 " scope " 05 \"until\" "

T_TEST(answers) {
    struct talk *talk = new_talk();
    const struct spop_question question = {.stream = 300, .number = 5, .scope = SPOP_TRANSACTION};
    struct spop_answer answer = answer_of("C\\a", "allow");
    answer.texts[SPOP_GROUPS] = certmap_view_of("x,y");
    talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
    ck_assert(spop_write_answer(&talk->writer, SPOP_MIN_FRAME, &question, &answer));
    ck_assert(said(talk, "67 00000001 FC03 05 " UNSET(
                             "02") "01 03 02 07 \"account\" 08 03 \"C\\x5Ca\" 01 03 02 06 \"groups\" 08 03 \"x,y\" "
                                   "01 03 02 06 \"reason\" 08 00 01 03 02 05 \"until\" 04 F1FFF1C134 "
                                   "01 03 02 08 \"decision\" 08 05 \"allow\""));
    free(talk);
}

T_TEST(answers_that_may_not_be_kept) {
    struct talk *talk = new_talk();
    const struct spop_question question = {.stream = 1, .number = 2, .scope = SPOP_SESSION};
    struct spop_answer answer = answer_of("", "deny");
    answer.until = 0;
    talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
    ck_assert(spop_write_answer(&talk->writer, SPOP_MIN_FRAME, &question, &answer));
    ck_assert(said(
        talk, "67 00000001 01 02 " UNSET("01") "01 03 01 06 \"reason\" 08 00 01 03 01 08 \"decision\" 08 04 \"deny\""));
    free(talk);
}

/* Nothing is cut: an account of which HAProxy got a part would be another one. */
T_TEST(an_answer_of_any_length) {
    static char account[SPOP_MAX_FRAME + 1];
    static const size_t frames[] = {SPOP_MIN_FRAME, 1024, 16380, SPOP_MAX_FRAME};
    const struct spop_question question = {.stream = UINT64_MAX, .number = UINT64_MAX, .scope = SPOP_SESSION};
    struct talk *talk = new_talk();
    const size_t max_frame = frames[_i];
    memset(account, 'a', sizeof account - 1);
    bool fits = true;
    for (size_t len = max_frame - 200; len <= max_frame; len++) {
        struct spop_answer answer = answer_of("", "allow");
        answer.texts[SPOP_ACCOUNT] = (struct certmap_view){(const uint8_t *)account, len};
        talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
        const bool wrote = spop_write_answer(&talk->writer, max_frame, &question, &answer);
        ck_assert(fits || !wrote);
        fits = wrote;
        const struct certmap_view said_now = written(&talk->writer);
        ck_assert(!talk->writer.is_full && said_now.len > SPOP_PREFIX && said_now.len - SPOP_PREFIX <= max_frame);
        struct certmap_view rest = said_now, frame;
        struct spop_fault fault;
        ck_assert(spop_cut(&rest, max_frame, &frame, &fault) && frame.len + SPOP_PREFIX == said_now.len);
        const char *decision = wrote ? "\x05"
                                       "allow"
                                     : "\x05"
                                       "error";
        ck_assert(memcmp(said_now.data + said_now.len - 6, decision, 6) == 0);
    }
    ck_assert(!fits);
    free(talk);
}

/* What a refusal needs fits into the smallest frame, whatever the numbers of its question are. */
T_TEST(refusals_fit) {
    const struct spop_question question = {.stream = UINT64_MAX, .number = UINT64_MAX};
    uint8_t room[SPOP_PREFIX + SPOP_MIN_FRAME];
    struct spop_writer writer = {room, sizeof room, 0, false};
    spop_write_refusal(&writer, &question, SPOP_REASON_MESSAGE);
    ck_assert(!writer.is_full);
    struct certmap_view rest = written(&writer), frame;
    struct spop_fault fault;
    ck_assert(spop_cut(&rest, SPOP_MIN_FRAME, &frame, &fault) && frame.len > 0 && rest.len == 0);
}

/* Room that is too small is not written beyond. */
T_TEST(a_writer_without_room) {
    const struct spop_question question = {.stream = 1, .number = 2, .scope = SPOP_SESSION};
    const struct spop_answer answer = answer_of("account", "allow");
    for (size_t len = 0; len < 100; len++) {
        uint8_t *room = malloc(len > 0 ? len : 1);
        struct spop_writer writer = {room, len, 0, false};
        ck_assert_ptr_nonnull(room);
        ck_assert(!spop_write_answer(&writer, SPOP_MIN_FRAME, &question, &answer));
        ck_assert(writer.is_full && writer.len <= len);
        free(room);
    }
}

/* ---- the end ---- */

T_TEST(a_goodbye) {
    struct talk *talk = new_talk();
    (void)give(talk, HELLO);
    (void)give(talk, HEAD_BYE "0B \"status-code\" 03 02 07 \"message\" 08 12 \"a timeout occurred\"");
    ck_assert(talk->turn.took && talk->turn.ends && talk->turn.fault.code == SPOP_NORMAL);
    ck_assert_uint_eq(talk->turn.goodbye.code, 2);
    ck_assert_uint_eq(talk->turn.goodbye.message.len, 18);
    ck_assert(said(talk, "66 00000001 00 00 0B \"status-code\" 03 00 07 \"message\" 08 07 \"goodbye\""));
    free(talk);
}

/* HAProxy says so before HELLO where it does not like its own configuration. */
T_TEST(goodbye_at_once) {
    struct talk *talk = new_talk();
    (void)give(talk, HEAD_BYE "0B \"status-code\" 03 00 07 \"message\" 08 00");
    ck_assert(talk->turn.ends && talk->turn.fault.code == SPOP_NORMAL && goodbye_is(talk, SPOP_NORMAL));
    free(talk);
}

T_TEST(end_by_itself) {
    struct talk *talk = new_talk();
    talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
    spop_session_end(&talk->session, &talk->writer);
    ck_assert(said(talk, ""));
    memset(&talk->session, 0, sizeof talk->session);
    (void)give(talk, HELLO);
    talk->writer = (struct spop_writer){talk->room, sizeof talk->room, 0, false};
    spop_session_end(&talk->session, &talk->writer);
    ck_assert(goodbye_is(talk, SPOP_NORMAL));
    ck_assert_uint_eq(give(talk, NOTIFY), 0);
    free(talk);
}

T_TESTS("spop", T_CASE("numbers", T_LOOP(a_number, COUNT(numbers)), T_LOOP(no_number, COUNT(no_numbers))),
        T_CASE("values", T_LOOP(a_value, COUNT(values)), T_LOOP(no_value, COUNT(no_values))),
        T_CASE("frames", T_LOOP(a_hello, COUNT(hellos)), T_LOOP(a_fault, COUNT(faults)),
               T_LOOP(a_length, COUNT(lengths)), pieces, cut_short),
        T_CASE("questions", T_LOOP(a_question, COUNT(questions)), T_LOOP(a_misunderstanding, COUNT(misunderstood))),
        T_CASE("answers", answers, answers_that_may_not_be_kept, T_LOOP(an_answer_of_any_length, 4), refusals_fit,
               a_writer_without_room),
        T_CASE("the end", a_goodbye, goodbye_at_once, end_by_itself))
