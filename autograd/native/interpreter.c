/* The interpreter of a tape: the ops of a graph in flat arrays, run forward and backward on floats, or on arrays of
   samples by blocks.

   It knows no node, and no derivative: those are in rules.h. The class Tape in graph/tape.py says what the arrays are,
   and checks them. Nothing is checked here. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>
#define INLINE static inline
#include "lists.h"

enum { LANES = 32 };            /* samples in a block: their values lie side by side, so that one op takes all of them */
enum { NO_FLOW, SET, ADD };     /* what a gradient does in a slot: nothing, be the first one there, or be added */

/* The arrays of a tape. */
typedef struct {
    const uint8_t *code;        /* of each op */
    const uint32_t *first, *operand;    /* the operands of op k are operand[first[k]] to operand[first[k + 1] - 1] */
    const uint8_t *flow;        /* of each operand: what the gradient that the op passes to it does */
    size_t ops, leaves;
} Tape;

/* --- one block: `value` and `slope` have the number and the gradient in each slot, for each lane --- */

/* A sample of the values, and which of them are the operands of an op. */
typedef struct { const double *value; const uint32_t *in; int lanes; } Sample;

/* The `Operand` of a sample. */
static double operand_of(const void *from, size_t k) {
    const Sample *s = from;
    return s->value[(size_t)s->in[k] * s->lanes];
}

#define X(j) value[(size_t)in[j] * lanes + l]       /* operand j of an op, in lane l */

/* Compute the values of all ops, each for as many samples as there are lanes. */
static inline void play_forward(const Tape *t, double *value, const int lanes) {
    for (size_t k = 0; k < t->ops; k++) {
        const uint32_t *in = t->operand + t->first[k];
        double *restrict to = value + (t->leaves + k) * lanes;
        #define FORWARD(code, result, contributions) case code: \
            for (int l = 0; l < lanes; l++) { const double x0 = X(0), x1 = X(1), x2 = X(2); to[l] = result; } break;
        switch (t->code[k]) {
        ELEMENTWISE_OPS(FORWARD)
        default:
            for (int l = 0; l < lanes; l++)
                to[l] = list_forward(t->code[k], operand_of, &(Sample){value + l, in, lanes}, t->first[k + 1] - t->first[k]);
        }
    }
}

/* For the macros of rules.h: add what op k contributes to its operand j, where a gradient flows. */
#define EACH(j, sign, contribution) { \
    const double *result = value + (t->leaves + k) * lanes, *gradient = slope + (t->leaves + k) * lanes; \
    double *restrict to = slope + (size_t)in[j] * lanes; \
    for (int l = 0; l < lanes; l++) { \
        const double x0 = X(0), x1 = X(1), x2 = X(2), y = result[l], g = gradient[l]; to[l] sign contribution; } }
#define TO(j, contribution) if (flow[j] == SET) EACH(j, =, contribution) else if (flow[j]) EACH(j, +=, contribution)
#define BACKWARD(code, result, contributions) case code: contributions break;
#define LIST_BACKWARD(code, contributions) case code: contributions break;

/* Add what an op of lists contributes: list by list, and each time to the elements of that list alone. */
static inline void list_backward(const Tape *t, size_t k, const double *value, double *slope, const int lanes) {
    const uint32_t *all = t->operand + t->first[k], count = t->first[k + 1] - t->first[k];
    const uint8_t *flows = t->flow + t->first[k];
    uint32_t lists = table[t->code[k]].inputs, size = count / lists;
    for (uint32_t list = 0; list < lists; list++)
        for (uint32_t each = 0; each < size; each++, flows++) {
            const uint32_t in[] = {all[each], all[count - size + each], 0};
            const uint8_t flow[] = {list ? NO_FLOW : *flows, list ? *flows : NO_FLOW};
            switch (t->code[k]) { LIST_OPS(LIST_BACKWARD) }
        }
}

/* Compute the gradients in all slots from those at the roots. */
static inline void play_backward(const Tape *t, const double *value, double *slope, const int lanes) {
    for (size_t k = t->ops; k--;) {
        const uint32_t *in = t->operand + t->first[k];
        const uint8_t *flow = t->flow + t->first[k];
        switch (t->code[k]) {
        ELEMENTWISE_OPS(BACKWARD)
        default: list_backward(t, k, value, slope, lanes);
        }
    }
}

/* --- for Python --- */

/* run(tape, memory, lanes, written, given, read, results, samples, length, gradients): compute some samples by blocks.

   tape       a tuple of its codes, first, operands, flow and number of leaves
   memory     a row of lanes for the number in each slot, and then one for the gradient in each slot
   written    the rows that are set before each block; `given` has for each of them a number for each sample
   read       the rows that are copied after each block, into `results`: its rows have this length, and it begins at
              the place of the first sample
   gradients  whether to run backward too */
static PyObject *run(PyObject *module, PyObject *args) {
    Py_buffer code, first, operand, flow, memory, written, given, read, results;
    Py_buffer *held[] = {&code, &first, &operand, &flow, &memory, &written, &given, &read, &results};
    Py_ssize_t leaves, samples, length;
    int lanes, gradients;
    if (!PyArg_ParseTuple(args, "(y*y*y*y*n)w*iy*y*y*w*nnp", &code, &first, &operand, &flow, &leaves, &memory, &lanes,
                          &written, &given, &read, &results, &samples, &length, &gradients)) return NULL;
    Tape t = {code.buf, first.buf, operand.buf, flow.buf, code.len, leaves};
    double *value = memory.buf, *slope = value + (leaves + code.len) * lanes, *from = given.buf, *to = results.buf;
    const uint64_t *in = written.buf, *out = read.buf;
    PyThreadState *thread = PyEval_SaveThread();
    for (Py_ssize_t at = 0; at < samples; at += lanes) {
        size_t size = (samples - at < lanes ? samples - at : lanes) * sizeof(double);
        for (Py_ssize_t k = 0; k < written.len / 8; k++) memcpy(value + in[k] * lanes, from + k * samples + at, size);
        if (lanes == 1) play_forward(&t, value, 1);     /* the compiler makes one function for each */
        else play_forward(&t, value, LANES);
        if (gradients && lanes == 1) play_backward(&t, value, slope, 1);
        else if (gradients) play_backward(&t, value, slope, LANES);
        for (Py_ssize_t k = 0; k < read.len / 8; k++) memcpy(to + k * length + at, value + out[k] * lanes, size);
    }
    PyEval_RestoreThread(thread);
    for (size_t k = 0; k < sizeof held / sizeof *held; k++) PyBuffer_Release(held[k]);
    return Py_NewRef(Py_None);
}

/* find_flow(codes, first, operands, wanted, reached, flow): find where gradients flow: from a root, to every operand with
   a rule that depends on an input. `wanted` is 1 at the inputs, and then in what depends on them, and `reached` at the
   roots, and then where a gradient arrives. */
static PyObject *find_flow(PyObject *module, PyObject *args) {
    Py_buffer b[6];
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5])) return NULL;
    const uint8_t *code = b[0].buf;
    const uint32_t *first = b[1].buf, *operand = b[2].buf;
    uint8_t *wanted = b[3].buf, *reached = b[4].buf, *flow = b[5].buf;
    size_t ops = b[0].len, leaves = b[3].len - ops;
    #define RULED(k, j) (code[k] >= ELEMENTWISE || table[code[k]].ruled >> (j - first[k]) & 1)
    for (size_t k = 0; k < ops; k++)
        for (uint32_t j = first[k]; j < first[k + 1]; j++) if (RULED(k, j)) wanted[leaves + k] |= wanted[operand[j]];
    for (size_t k = ops; k--;)
        for (uint32_t j = first[k]; reached[leaves + k] && j < first[k + 1]; j++) {
            if (!RULED(k, j) || !wanted[operand[j]]) continue;
            flow[j] = reached[operand[j]] ? ADD : SET;
            reached[operand[j]] = 1;
        }
    for (int k = 0; k < 6; k++) PyBuffer_Release(&b[k]);
    return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {{"run", run, METH_VARARGS}, {"find_flow", find_flow, METH_VARARGS}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "interpreter", NULL, -1, methods};

PyMODINIT_FUNC PyInit_interpreter(void) {
    PyObject *module = PyModule_Create(&definition), *rows = PyBytes_FromStringAndSize((const char *)table, sizeof table);
    if (!module || PyModule_AddObjectRef(module, "table", rows) < 0 || PyModule_AddIntMacro(module, ELEMENTWISE) < 0 ||
        PyModule_AddIntMacro(module, LANES) < 0 || PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0)
        Py_CLEAR(module);
    Py_XDECREF(rows);
    return module;
}
