/* The interpreter of a tape: the ops of a graph in flat arrays, run forward and backward on floats, or on arrays of
   samples by blocks.

   It knows no nodes. The derivatives are in rules.h. The class Tape in graph/tape.py describes the arrays and checks
   them. Nothing is checked here. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>
#include "ops.h"

enum { LANES = 32 };            /* samples in a block: their values lie side by side, so that an op computes all at once */
enum { NONE, FIRST, LATER };    /* what an operand gets: no gradient, one of the first op that adds to its slot, or of a later op */

/* The arrays of a tape. The operands of op k are operand[first[k]] to operand[first[k + 1] - 1], and `flow` has NONE, FIRST or
   LATER for each. */
typedef struct { const uint8_t *code, *flow; const uint32_t *first, *operand; size_t ops, leaves; } Tape;

/* The operands of an op in a block: `value` has the number in each slot for each lane, and `slope` the gradient. */
typedef struct { double *value, *slope; const uint32_t *in; const uint8_t *flow; int lanes; } Block;

/* A `Find` for the operands of an op in a block. */
static inline Operand find_operand(const void *from, size_t k) {
    const Block *b = from;
    size_t at = (size_t)b->in[k] * b->lanes;
    return (Operand){b->value + at, b->flow[k] ? b->slope + at : NULL};
}

/* Compute the values of all ops, each for as many samples as there are lanes, and with `gradients` the gradients in all
   slots from those at the roots. The first gradient that arrives is added to -0.0, which adds nothing: 0.0 would make 0.0
   of a -0.0. */
INLINE void play(const Tape *t, double *value, double *slope, int gradients, const int lanes) {
    for (size_t k = 0; k < t->ops; k++) {
        const uint32_t *in = t->operand + t->first[k];
        const double *x[MOST];
        double *y = value + (t->leaves + k) * lanes;
        for (int j = 0; j < MOST; j++) x[j] = value + (size_t)in[j] * lanes;
        if (t->code[k] < ELEMENTWISE) forward(t->code[k], lanes, y, x);
        else for (int l = 0; l < lanes; l++) {
            Block block = {value + l, slope, in, t->flow, lanes};   /* of which only the values are read */
            y[l] = list_forward(t->code[k], find_operand, &block, t->first[k + 1] - t->first[k]);
        }
    }
    for (size_t k = gradients ? t->ops : 0; k--;) {
        size_t at = t->first[k], row = (t->leaves + k) * lanes;
        int code = t->code[k], per = table[code].inputs + table[code].params;
        Block block = {value, slope, t->operand + at, t->flow + at, lanes};
        for (size_t j = at; j < t->first[k + 1]; j++)
            if (t->flow[j] == FIRST) for (int l = 0; l < lanes; l++) slope[(size_t)t->operand[j] * lanes + l] = -0.0;
        if (code < ELEMENTWISE) contribute(code, lanes, slope + row, value + row, find_operand, &block, MOST, 1);
        else contribute(code, lanes, slope + row, value + row, find_operand, &block, per, (t->first[k + 1] - at) / per);
    }
}

/* run(tape, memory, lanes, written, given, read, results, samples, length, gradients): run a tape on some samples, block by
   block.

   tape       a tuple of the arrays code, first, operand and flow, and of the number of leaves
   memory     a row for the value of each slot, and then one for the gradient of each slot; each row has `lanes` numbers
   written    the numbers of the rows that are set before each block, from the rows of `given`: one number for each sample
   read       the numbers of the rows that are copied after each block, to the rows of `results`, which have this length;
              `results` begins at the place of the first sample
   gradients  whether to run backward too */
static PyObject *run(PyObject *module, PyObject *args) {
    Py_buffer code, first, operand, flow, memory, written, given, read, results;
    Py_buffer *held[] = {&code, &first, &operand, &flow, &memory, &written, &given, &read, &results};
    Py_ssize_t leaves, samples, length;
    int lanes, gradients;
    if (!PyArg_ParseTuple(args, "(y*y*y*y*n)w*iy*y*y*w*nnp", &code, &first, &operand, &flow, &leaves, &memory, &lanes,
                          &written, &given, &read, &results, &samples, &length, &gradients)) return NULL;
    Tape t = {code.buf, flow.buf, first.buf, operand.buf, code.len, leaves};
    double *value = memory.buf, *slope = value + (leaves + code.len) * lanes, *from = given.buf, *to = results.buf;
    const uint64_t *in = written.buf, *out = read.buf;
    PyThreadState *thread = PyEval_SaveThread();
    for (Py_ssize_t at = 0; at < samples; at += lanes) {
        size_t size = (samples - at < lanes ? samples - at : lanes) * sizeof(double);
        for (Py_ssize_t k = 0; k < written.len / 8; k++) memcpy(value + in[k] * lanes, from + k * samples + at, size);
        if (lanes == 1) play(&t, value, slope, gradients, 1);   /* compiled apart, with its constant number of lanes */
        else play(&t, value, slope, gradients, LANES);
        for (Py_ssize_t k = 0; k < read.len / 8; k++) memcpy(to + k * length + at, value + out[k] * lanes, size);
    }
    PyEval_RestoreThread(thread);
    for (size_t k = 0; k < sizeof held / sizeof *held; k++) PyBuffer_Release(held[k]);
    return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {{"run", run, METH_VARARGS}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "interpreter", NULL, -1, methods};

PyMODINIT_FUNC PyInit_interpreter(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && (PyModule_AddIntMacro(module, LANES) < 0 ||
                   PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0)) Py_CLEAR(module);
    return module;
}
