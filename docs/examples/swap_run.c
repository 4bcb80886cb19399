/* SPDX-License-Identifier: MIT */
/* Replaces rules while threads ask them. Each answer has to come from one rule set as a whole, and a thread
 * never sees an older one than before. Prints how it went; exit status 0 if it was right. */
#include "swap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, LOADS = 200, AT_LEAST = 200 };

struct asker {
    struct place *place;
    pthread_t thread;
    bool right;
};

/* Asks once. The views of a result live as long as its rules: until they are released. */
static long ask(struct place *place, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    long number = -1;
    struct generation *held = place_acquire(place);
    if (certmap_match(held->rules, peer, &result, NULL) == CERTMAP_OK && result.decision == CERTMAP_ALLOW &&
        strcmp((const char *)result.mapping.data, (const char *)result.account.data) == 0)
        number = strtol((const char *)result.account.data, NULL, 10);
    place_release(place, held);
    return number;
}

static bool ask_often(struct place *place, struct certmap_peer *peer) {
    long newest = 0;
    for (int asked = 0; newest < LOADS || asked < AT_LEAST; asked++) {
        const long number = ask(place, peer);
        if (number < newest)
            return false;
        newest = number;
    }
    return true;
}

/* Each thread has a peer of its own. */
static void *run(void *argument) {
    static const uint8_t name[] = {0x30, 0x0C, 0x31, 0x0A, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0C, 0x01, 'a'};
    struct asker *asker = argument;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    cert.subject = cert.issuer = (struct certmap_view){name, sizeof name};
    if (certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK && certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK)
        asker->right = ask_often(asker->place, peer);
    certmap_peer_free(peer);
    return NULL;
}

static bool load(struct place *place, const char *text) {
    struct certmap_diagnostic err;
    return place_load(place, (struct certmap_view){(const uint8_t *)text, strlen(text)}, &err) == CERTMAP_OK;
}

/* Rules 1 to LOADS; between them a text that does not load, so that the rules before it stay. */
static bool load_often(struct place *place) {
    char text[128];
    for (int number = 2; number <= LOADS; number++) {
        snprintf(text, sizeof text, "certmap 1; mapping \"%d\" { when subject.CN = \"a\"; allow \"%d\"; }", number,
                 number);
        if (!load(place, text) || load(place, "certmap 1; mapping"))
            return false;
    }
    return true;
}

int main(void) {
    struct place place = PLACE_INIT;
    struct asker askers[THREADS];
    bool right = load(&place, "certmap 1; mapping \"1\" { when always; allow \"1\"; }");
    int started = 0;
    for (; right && started < THREADS; started++) {
        askers[started] = (struct asker){.place = &place};
        right = pthread_create(&askers[started].thread, NULL, run, &askers[started]) == 0;
    }
    right = right && load_often(&place);
    while (right && started-- > 0) {
        pthread_join(askers[started].thread, NULL);
        right = askers[started].right;
    }
    place_clear(&place);
    printf("%d rule sets, %d threads: %s\n", LOADS, THREADS, right ? "right" : "wrong");
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
