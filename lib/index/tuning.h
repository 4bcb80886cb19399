/* SPDX-License-Identifier: MIT */
/* The numbers that tune the index and the search. None of them changes an answer.
 *
 * Beside each is the benchmark that set it, with what half and twice as much do to it. Instructions were counted by
 * callgrind: of loading and of matching, for the workloads and the worst cases of ./dev bench (docs/performance.md) with
 * 4 to 2,000 mappings, and bytes at rest and at the peak.
 *
 * A bound is a number that no benchmark comes near: half and twice as much change nothing by 5 %. It is what keeps time
 * or memory linear in rules and certificates that are made to be slow. A wait is for memory: instructions do not show
 * it, and times on a busy machine differ more than half and twice as much do. */
#ifndef CM_INDEX_TUNING_H
#define CM_INDEX_TUNING_H

/* ---- whether there is an index ---- */

/* Rule sets with fewer mappings have no index: to look at all of them is quicker. Workload shared, 4 and 8 mappings:
 * with 12 a match at 8 takes 180 % more; with 3 one at 4 takes 37 % less, and the peak of exact is 179 % higher. */
#define CM_MIN_INDEXED 6

/* Most mappings of a plan (rule/plan.h): more are found by the index alone. At most 31, because each has a bit. Workload exact, 24
 * mappings: without a plan a match takes 260 % more; wildcards, 24 mappings: 59 % more. */
#define CM_MAX_PLANNED 24
/* So many patterns FRONT* or *BACK of a row, whose literals are as long, are found by a hash of it; fewer are compared one by
 * one. Workload wildcards, 24 mappings: with 4 a match takes 12 % more; mixed, 24 mappings: with 2 one takes 22 % more. */
#define CM_MIN_PLAN_PART 8
/* Most nodes of all mappings of a plan together. A bound, of memory. */
#define CM_MAX_PLANNED_NODES 512
/* The part of the steps that the tests of a plan may take. A bound. */
#define CM_PLAN_PART_OF_STEPS 4

/* ---- which keys a mapping is filed under ---- */

/* What a look-up costs besides the candidates. One for a value costs 1; these are tried at each byte of a value, and the
 * shorter a piece, the more values have it by chance: of six bytes and more, and of fewer. Workload mixed, 2,000 mappings:
 * with 16 for long ones a match takes 7 % more. That others cost more than long ones is a bound. */
#define CM_WEIGHT_LONG_GRAM 8
#define CM_WEIGHT_GRAM 32
/* Longest end that a key has; of a longer one its first or last bytes. Of a Name: RDNs. Workloads mixed and wildcards,
 * 8 mappings: with 128 the peak of loading is 13 % higher, with 32 it is 6 % lower. */
#define CM_MAX_END 64
/* Most lengths of ends that are looked up for the values of one row. A bound. */
#define CM_MAX_END_LENGTHS 6
/* Most literals inside a pattern that keys are made of: the longest. Worst cases "1,000 stars" and "only NOT", loading:
 * with 8 18 % more, with 2 8 to 9 % less. */
#define CM_MAX_INNER 4
/* Most conditions in a cover but the first, and most operands in each of them: a node copies the mapping for each. A
 * bound. */
#define CM_MAX_COVER 4

/* ---- how keys are counted ---- */

/* So many counters that the keys of a few mappings hardly ever share one. Workload shared, 8 mappings: with 2048 the peak
 * of loading is 61 % higher, with 512 it is 31 % lower. */
#define CM_MIN_COUNTERS 1024
/* Counters that many keys share: so few that all of them stay in the cache. Workload wildcards, 100,000 mappings: without
 * them a match takes 14 % more. Half and twice as many are as good. */
#define CM_MAX_COARSE 65536
/* How many keys wait until all of their counters were fetched. A wait. */
#define CM_USES_WAITING 32

/* ---- nodes and lists ---- */

/* Most levels of nodes: a key is shared, and the next, and so on. A bound. */
#define CM_MAX_DEPTH 8
/* Mappings under one key that are looked at one by one; more become a node, if they have further keys. Worst case "grid",
 * 400 mappings: with 16 loading takes 11 % less, and every match that finds such a key looks at more. */
#define CM_MAX_LIST 8
/* Lists of so many mappings have guards, conditions that all of them have: one that is false is all that is evaluated of
 * them; and at most so many. Bounds: shorter lists take little longer than their guards, and rules share few. */
#define CM_MIN_GUARDED 16
#define CM_MAX_GUARDS 4
/* A row whose keys more than this part of all mappings have is not worth a list. A bound, of memory. */
#define CM_ROW_PART 16
/* Most tables of the bytes that pieces have, a quarter of a kilobyte each; further probes share the last one. A bound, of
 * memory. */
#define CM_MAX_GRAM_TABLES 64
/* Entries that the root may have: for each operand that is stored, for each mapping, and at least. Bounds; with the
 * last one, few mappings that share a list of hundreds of values are still filed under each (tests/test_index.c). */
#define CM_MAX_ENTRIES 16
#define CM_MIN_ENTRIES 65536
/* Entries that nodes may make for each mapping, all of its levels together. A bound. */
#define CM_MAX_COPIES 8
/* How often groups may look at each node of an expression: a mapping is in as many groups as it has keys. A bound. */
#define CM_MAX_LOOKS 256
/* Up to so many entries are sorted by insertion, more by digits, which takes thousands of counters each time. A bound:
 * most nodes have fewer. */
#define CM_MAX_INSERTED 64

/* ---- the block ---- */

/* Keys for a word of the Bloom filter: about one look-up in 170 passes it without reason. A wait: what passes is looked
 * up in the slots. */
#define CM_KEYS_A_WORD 4
/* Of so many slots, one more is free. A wait: the fuller, the more slots lie between a key and its place. */
#define CM_SLOTS_A_FREE 5

/* ---- the search ---- */

/* Work that a search may always have, however small the rule set is, and more of it for each mapping: so much that
 * mappings are looked at one by one only where that takes little longer than what was in vain. Bounds. */
#define CM_MIN_WORK 32768
#define CM_WORK_A_MAPPING 16
/* A look-up is one unit; to evaluate a mapping takes as long as some, and so do many bytes that are hashed, of Names
 * byte by byte. Bounds. */
#define CM_WORK_OF_CANDIDATE 8
#define CM_BYTES_A_WORK 64
#define CM_NAME_BYTES_A_WORK 4
/* Most nodes that wait: a certificate whose keys lead to more is hostile, or the rules are; mappings are then looked at
 * one by one. A bound. */
#define CM_MAX_WAITING 1024
/* How many of the last numbers are kept in mind. A bound: a value may have the key of one mapping at each byte. */
#define CM_SEEN 16
/* How many mappings are noted before they are evaluated: while the processor fetches them, further keys are looked up.
 * A wait: of workload exact, 200,000 mappings, a match takes 10 % longer with 16, and of wildcards 8 % with 4. */
#define CM_MAX_NOTED 8
/* Of so many mappings, the first ones, it is kept that they are false, for where other values have a key of them, and where they
 * are looked at one by one afterwards. A bound, of memory. */
#define CM_FALSE_KEPT 32768
/* How many mappings one walk finds where all that hold are asked for; after so many the index is walked through again. Worst
 * case "all": with half as many a match takes 40 % more. */
#define CM_MAX_GATHERED 128
/* How many pieces of a value are looked up together, so that what the filter says of them is fetched at once. A wait. */
#define CM_PIECES_TOGETHER 32
/* What a match needs of a mapping has about a hundred bytes, wherever lines of the cache begin; where it is about a
 * whole certificate it has as many bytes more. In lines of the cache, of so many bytes. Waits. */
#define CM_FETCH_LINE 64
#define CM_FETCH (3 * CM_FETCH_LINE)
#define CM_MAX_FETCH (16 * CM_FETCH_LINE)

/* Rule sets of so many mappings, of at most so many bytes of text on average, lie in the store where their keys say; what is
 * smaller stays in the cache, and what has longer texts takes too many lines of it. Waits. */
#define CM_MIN_HOMES 1024
#define CM_MAX_HOME 128
/* Of so many mappings one may have a second slot, which leads to it from elsewhere. A wait. */
#define CM_SLOTS_A_SECOND 8
/* How many bytes are fetched from a home on. A wait. */
#define CM_FETCH_HOME (6 * CM_FETCH_LINE)
/* The homes of so many keys are fetched before the filter says whether these are there: mostly one of the first is. A wait. */
#define CM_EARLY_HOMES 4
/* Of mappings that are looked at one by one, how far ahead they are fetched. A wait. */
#define CM_FETCH_AHEAD 8

/* ---- evaluating ---- */

/* Conditions whose truth is kept in mind, of those that several mappings have, in slots that others may take. A bound: what
 * people write has fewer that many mappings share. */
#define CM_MEMOS 64
/* When so many were kept there are many, and each has a place of its own: clearing these takes as long as a hundred
 * conditions. Offsets that have one: of 10,000 conditions and more. Worst case "many NOTs": without them a match takes five times
 * as long. */
#define CM_MEMOS_OF_MANY 256
#define CM_KNOWN 32768

/* Of so many short values it is worth to note their pieces, when so many patterns were asked about such; that takes as long as
 * a hundred patterns. Bounds: an ordinary match asks about a few. */
#define CM_SOME_VALUES 4
#define CM_SOME_ASKED 64

/* So few operands are read once for all values that are to fit one of them. As many as have no set. */
#define CM_FEW_OPERANDS 7

/* Paths whose values are counted, and places of values that are kept of each. Values so near the first one are found by going
 * there. Bounds: people write `last` of one path or two. */
#define CM_COUNTED_PATHS 128
#define CM_COUNTED_MARKS 16
#define CM_NEAR_VALUES 16

/* How often networks are asked about before addresses are sorted; words that these may have, which a certificate of 16 KB is too
 * small for; and what sorting one takes, and looking for a network. Bounds. */
#define CM_ADDRESSES_ASKED 2
#define CM_ADDRESS_WORDS 4096
#define CM_STEPS_TO_SORT 16
#define CM_STEPS_TO_HALVE 4

/* A pattern that takes more steps than these is worth to note the pieces of a row at once. Worst case "question marks": without
 * it a match takes three times as long, for the two patterns before. */
#define CM_TRIAL_STEPS 4096

/* After so many mappings the next ones are first asked for what made others false; how much is kept of that; and how often it
 * has to have done so before it is tried first. Bounds: an ordinary match evaluates a few. */
#define CM_MANY_TRIED 64
#define CM_REFUTERS 4
#define CM_REFUTED_BEFORE 2
/* Where finding a mapping false took more steps than these, it is worth to look whether a member that several mappings have is
 * false, too; so often in vain, and then no more. A condition that took so many counts as many mappings. Bounds. */
#define CM_DEAR_STEPS 24
#define CM_VAIN_LOOKS 64
#define CM_MANY_STEPS 2048
/* So often in vain a mapping is gone through for a member that is known to be false, and then only one of so many is; and how
 * many of its nodes a step is for. Bounds. */
#define CM_VAIN_SCANS 16
#define CM_NODES_A_STEP 4

/* Texts of at most so many bytes are compared where they are: that takes less than calling somebody to do it, and most
 * are no longer. A bound, of the length of the loop. */
#define CM_MAX_SHORT_TEXT 32

#endif
