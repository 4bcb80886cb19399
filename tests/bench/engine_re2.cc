/* SPDX-License-Identifier: MIT */
/* RE2, in C++ as its interface is: RE2::Set, one automaton for all rules, and FilteredRE2, which tries only the
 * expressions whose literals occur. FilteredRE2 leaves finding the literals to its user: here an Aho-Corasick
 * automaton does. Both have one expression a rule over the joined values. */
#include "engine.h"
#include <algorithm>
#include <cctype>
#include <deque>
#include <memory>
#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <re2/set.h>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

const char *unable(b_workload workload) {
    return workload == B_ONE_TO_ONE ? "compares text, not certificates" : nullptr;
}

std::string expression_of(b_workload workload, size_t id, bool anchors) {
    b_rule rule;
    char body[B_EXPRESSION];
    b_workload_rule(workload, id, &rule);
    if (!b_engine_expression(workload, &rule, body))
        b_engine_failed("RE2", "a rule has nothing but NOT");
    return anchors ? "\\A" + std::string(body) + "\\z" : std::string(body);
}

RE2::Options options_of(b_workload workload, int64_t memory) {
    RE2::Options options(RE2::Latin1);
    options.set_case_sensitive(workload != B_WILDCARDS);
    options.set_max_mem(memory);
    options.set_log_errors(false);
    return options;
}

/* The first of these rules whose NOT hold. */
size_t first_of(b_workload workload, size_t size, std::vector<int> &found, const b_person *person) {
    std::sort(found.begin(), found.end());
    for (int one : found)
        if (b_engine_negations_hold(workload, b_workload_id(static_cast<size_t>(one), size), person))
            return static_cast<size_t>(one);
    return SIZE_MAX;
}

/* ---- RE2::Set ---------------------------------------------------------------------------------------- */

struct whole_set {
    b_workload workload;
    size_t size;
    std::unique_ptr<RE2::Set> set;
    std::vector<int> found;
};

void *build_set(b_workload workload, size_t size) {
    auto state = std::make_unique<whole_set>();
    state->workload = workload;
    state->size = size;
    /* What its automaton may take while it matches; a matcher that runs out of it fails. */
    state->set = std::make_unique<RE2::Set>(options_of(workload, int64_t{2} << 30), RE2::ANCHOR_BOTH);
    for (size_t i = 0; i < size; i++)
        if (state->set->Add(expression_of(workload, b_workload_id(i, size), false), nullptr) < 0)
            b_engine_failed("RE2::Set", "an expression does not compile");
    return state->set->Compile() ? state.release() : nullptr;
}

void release_set(void *state) {
    delete static_cast<whole_set *>(state);
}

size_t match_set(void *state, const b_person *person, certmap_view) {
    auto *set = static_cast<whole_set *>(state);
    char joined[B_JOINED];
    RE2::Set::ErrorInfo error = {RE2::Set::kNoError};
    const size_t length = b_engine_join(set->workload, person, joined);
    set->found.clear();
    if (!set->set->Match(re2::StringPiece(joined, length), &set->found, &error) && error.kind != RE2::Set::kNoError)
        return B_FAILED; /* its automaton is out of memory */
    return first_of(set->workload, set->size, set->found, person);
}

/* ---- FilteredRE2 ------------------------------------------------------------------------------------- */

/* Which of many words occur in a text: Aho and Corasick 1975. */
class words_finder {
  public:
    explicit words_finder(const std::vector<std::string> &words) {
        for (size_t i = 0; i < words.size(); i++)
            add(words[i], static_cast<int>(i));
        link();
    }

    void find(const char *text, size_t length, std::vector<int> *found) const {
        int at = 0;
        for (size_t i = 0; i < length; i++) {
            at = next(at, static_cast<unsigned char>(tolower(static_cast<unsigned char>(text[i]))));
            for (int node = nodes_[at].word >= 0 ? at : nodes_[at].shorter; node > 0; node = nodes_[node].shorter)
                found->push_back(nodes_[node].word);
        }
        std::sort(found->begin(), found->end());
        found->erase(std::unique(found->begin(), found->end()), found->end());
    }

  private:
    struct node {
        int back = 0;    /* of the longest suffix that begins a word */
        int shorter = 0; /* of the longest suffix that is a word; 0: none */
        int word = -1;
    };
    std::vector<node> nodes_{1};
    std::unordered_map<uint64_t, int> edges_;

    static uint64_t edge(int from, unsigned char by) {
        return static_cast<uint64_t>(from) << 8 | by;
    }

    int child(int from, unsigned char by) const {
        auto found = edges_.find(edge(from, by));
        return found == edges_.end() ? -1 : found->second;
    }

    int next(int at, unsigned char by) const {
        int to = child(at, by);
        while (to < 0 && at != 0) {
            at = nodes_[at].back;
            to = child(at, by);
        }
        return to < 0 ? 0 : to;
    }

    void add(const std::string &word, int number) {
        int at = 0;
        for (char c : word) {
            int to = child(at, static_cast<unsigned char>(c));
            if (to < 0) {
                to = static_cast<int>(nodes_.size());
                nodes_.emplace_back();
                edges_[edge(at, static_cast<unsigned char>(c))] = to;
            }
            at = to;
        }
        nodes_[at].word = number;
    }

    /* Breadth first, so that shorter suffixes are linked before longer ones. */
    void link() {
        std::vector<std::vector<std::pair<unsigned char, int>>> children(nodes_.size());
        for (const auto &one : edges_)
            children[one.first >> 8].emplace_back(static_cast<unsigned char>(one.first & 0xFF), one.second);
        std::deque<int> queue{0};
        while (!queue.empty()) {
            const int from = queue.front();
            queue.pop_front();
            for (const auto &[by, to] : children[from]) {
                nodes_[to].back = from == 0 ? 0 : next(nodes_[from].back, by);
                const node &back = nodes_[nodes_[to].back];
                nodes_[to].shorter = back.word >= 0 ? nodes_[to].back : back.shorter;
                queue.push_back(to);
            }
        }
    }
};

struct filtered {
    b_workload workload;
    size_t size;
    re2::FilteredRE2 expressions{4}; /* literals shorter than this are not searched for */
    std::unique_ptr<words_finder> finder;
    std::vector<int> atoms, found;
};

void *build_filtered(b_workload workload, size_t size) {
    auto state = std::make_unique<filtered>();
    state->workload = workload;
    state->size = size;
    std::vector<std::string> atoms;
    for (size_t i = 0; i < size; i++) {
        int id;
        if (state->expressions.Add(expression_of(workload, b_workload_id(i, size), true),
                                   options_of(workload, int64_t{8} << 20), &id) != RE2::NoError)
            b_engine_failed("FilteredRE2", "an expression does not compile");
    }
    state->expressions.Compile(&atoms);
    state->finder = std::make_unique<words_finder>(atoms);
    return state.release();
}

void release_filtered(void *state) {
    delete static_cast<filtered *>(state);
}

size_t match_filtered(void *state, const b_person *person, certmap_view) {
    auto *set = static_cast<filtered *>(state);
    char joined[B_JOINED];
    const size_t length = b_engine_join(set->workload, person, joined);
    set->atoms.clear();
    set->found.clear();
    set->finder->find(joined, length, &set->atoms);
    set->expressions.AllMatches(re2::StringPiece(joined, length), set->atoms, &set->found);
    return first_of(set->workload, set->size, set->found, person);
}

} // namespace

extern "C" {
extern const b_engine b_engine_re2_set;
extern const b_engine b_engine_filtered_re2;

const b_engine b_engine_re2_set = {
    "RE2::Set",  "one set, one anchored expression a rule over the joined values; a NOT is tested on what it finds",
    false,       100000,
    unable,      build_set,
    release_set, match_set,
    nullptr,
};
const b_engine b_engine_filtered_re2 = {
    "FilteredRE2",
    "the same expressions, tried where their literals occur, which an Aho-Corasick automaton finds",
    false,
    100000,
    unable,
    build_filtered,
    release_filtered,
    match_filtered,
    nullptr,
};
}
