/* SPDX-License-Identifier: MIT */
/* The frames of SPOP 2.0 (HAProxy's doc/SPOE.txt, section 3.2), as an agent reads and writes them. Bytes in, what they
 * say out, and back: no sockets, no memory, no log. Frames are not fragmented and not asynchronous: HAProxy sends a
 * question whole, on the connection on which it reads the answer. */
#ifndef CERTMAPD_SPOP_H
#define CERTMAPD_SPOP_H

#include "spop_bytes.h"

/* The length that is before each frame, in bytes. */
#define SPOP_PREFIX 4
/* Largest frame that is read or written, in bytes: a question has a certificate and a chain, each at most of HAProxy's
 * tune.bufsize (16 KB, until an administrator sets more). All connections together may hold 128 MB. */
#define SPOP_MAX_FRAME (128 * 1024)
/* Smallest that two may agree on. */
#define SPOP_MIN_FRAME 256
/* Most items of a HELLO or a DISCONNECT: HAProxy sends five. */
#define SPOP_MAX_ITEMS 32

/* Why a connection ends; HAProxy logs the number. */
enum spop_code {
    SPOP_NORMAL = 0,
    SPOP_TOO_BIG = 3,
    SPOP_INVALID = 4,
    SPOP_NO_VERSION = 5,
    SPOP_NO_MAX_FRAME = 6,
    SPOP_NO_CAPABILITIES = 7,
    SPOP_OTHER_VERSION = 8,
    SPOP_BAD_MAX_FRAME = 9,
    SPOP_FRAGMENTED = 10,
    SPOP_RESOURCES = 13
};

/* What is wrong with a frame. text is in static storage. */
struct spop_fault {
    enum spop_code code;
    const char *text;
};

/* Frames of HAProxy's. */
enum spop_type { SPOP_HAPROXY_HELLO = 1, SPOP_HAPROXY_DISCONNECT = 2, SPOP_NOTIFY = 3 };
/* Frames of the agent's. */
enum spop_agent_type { SPOP_AGENT_HELLO = 101, SPOP_AGENT_DISCONNECT = 102, SPOP_ACK = 103 };

struct spop_frame {
    enum spop_type type;
    uint64_t stream, number; /* of HAProxy's choice, for NOTIFY; else 0 */
    struct certmap_view payload;
};

/* ---- reading: false, and fault says why ---- */

/* Takes the next frame from the bytes that have come, without its length. True with frame->len 0: more has to come. */
bool spop_cut(struct certmap_view *bytes, size_t max_frame, struct certmap_view *frame, struct spop_fault *fault);
/* Its type, which is one that HAProxy sends, its numbers and its payload. */
bool spop_read_frame(struct certmap_view bytes, struct spop_frame *frame, struct spop_fault *fault);

struct spop_hello {
    uint32_t max_frame; /* at least SPOP_MIN_FRAME */
    bool pipelining;    /* it sends questions before the one before is answered */
    bool healthcheck;   /* it asks nothing, and only looks whether somebody is there */
};
bool spop_read_hello(const struct spop_frame *frame, struct spop_hello *hello, struct spop_fault *fault);

struct spop_goodbye {
    uint32_t code;
    struct certmap_view message;
};
bool spop_read_goodbye(const struct spop_frame *frame, struct spop_goodbye *goodbye, struct spop_fault *fault);

/* For how long HAProxy keeps a variable. */
enum spop_scope { SPOP_SESSION = 1, SPOP_TRANSACTION = 2 };

/* What HAProxy says of a client, in the one message of a NOTIFY. */
struct spop_question {
    uint64_t stream, number;
    enum spop_scope scope; /* where the answer belongs */
    struct certmap_view certificate, chain;
    struct certmap_view source; /* of an address its 4 or 16 bytes; else empty */
    bool present;               /* the client has shown a certificate, whether it is here or not */
    bool accepted;              /* HAProxy has verified it, and found nothing wrong */
};
/* The frame can be read to its end. *problem is NULL, or says why the message is not one of those that are answered:
 * then only the numbers of the question are set. */
bool spop_read_question(const struct spop_frame *frame, struct spop_question *question, const char **problem,
                        struct spop_fault *fault);

/* ---- writing: what does not fit makes the writer full ---- */

void spop_write_hello(struct spop_writer *to, const struct spop_hello *agreed);
void spop_write_goodbye(struct spop_writer *to, const struct spop_fault *fault);

/* The variables of an answer, each a text. */
enum spop_variable {
    SPOP_ACCOUNT,
    SPOP_USER,
    SPOP_DOMAIN,
    SPOP_GROUPS,
    SPOP_MAPPING,
    SPOP_REASON,
    SPOP_DECISION /* the last that is set: where it is there, the others are */
};
#define SPOP_VARIABLES 7
extern const char *const spop_variables[SPOP_VARIABLES];

struct spop_answer {
    struct certmap_view texts[SPOP_VARIABLES]; /* empty: the variable is unset */
    int64_t until;                             /* in seconds since 1970: the variable `until` */
};
/* The answer to this question. One that is longer than the frames that were agreed upon becomes a refusal; false then. */
bool spop_write_answer(struct spop_writer *to, size_t max_frame, const struct spop_question *question,
                       const struct spop_answer *answer);
/* The answer to a question that is not understood, which has no scope: a refusal in both. reason is a word. */
void spop_write_refusal(struct spop_writer *to, const struct spop_question *question, const char *reason);
#define SPOP_REASON_MESSAGE "spop-message"
#define SPOP_REASON_TOO_LARGE "spop-frame"

#endif
