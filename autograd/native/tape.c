/* A tape: the ops of a graph in flat arrays, run forward and backward on floats, or on arrays of samples by blocks.

   It knows no node, and no derivative: those are in rules.h. Every number of a run has a slot. The first slots are the
   leaves: inputs and constants. Each op writes the next slot and reads earlier ones, so one pass in order computes all
   values, and one pass from the end all gradients, in the order of the engine's sweep and with its bits. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define INLINE static inline
#include "lists.h"

#ifndef SOURCE_HASH
#define SOURCE_HASH ""
#endif

enum { LANES = 32 };            /* samples in a block: their values lie side by side, so that one op takes all of them */
enum { FEW = 8 };               /* fewer samples than this are run one by one */
enum { PATIENCE = 1 << 20 };    /* values to compute before the next look for Ctrl-C */
enum { KEPT = 1 << 22 };        /* bytes of memory that a tape keeps for its next run, at most */
enum { NO_FLOW, SET, ADD };     /* what a gradient does in a slot: nothing, be the first one there, or be added */
enum { PADDING = 2 };           /* operands behind the last one, because an op may look at three and use one */

typedef struct {
    PyObject_HEAD
    uint32_t leaves, ops, slots, operands, inputs, roots;
    uint8_t *code;              /* of each op */
    uint8_t *wanted, *reached;  /* of each slot: whether it depends on an input, and whether a gradient arrives there */
    uint8_t *flow;              /* of each operand: what the gradient that the op passes to it does */
    uint32_t *first, *operand;  /* the operands of op k are operand[first[k]] to operand[first[k + 1] - 1] */
    uint32_t *input, *root;     /* the slots of inputs and roots */
    double *data;               /* the numbers in the leaves */
    double *kept;               /* memory of the last run */
    size_t kept_size;
} Tape;

/* --- one block --- */

/* A sample of the values, and which of them are the operands of an op. */
typedef struct { const double *value; const uint32_t *in; int lanes; } Sample;

/* The `Operand` of a sample. */
static double operand_of(const void *from, size_t k) {
    const Sample *s = from;
    return s->value[(size_t)s->in[k] * s->lanes];
}

/* Add what the gradients g of an op of lists contribute to its operands. */
static void list_backward(int code, const uint32_t *in, uint32_t count, const uint8_t *flow, const double *value,
                          const double *result, const double *gradient, double *slope, int lanes) {
    uint32_t size = count / table[code].inputs, k = 0;
    for (int list = 0; list < table[code].inputs; list++)
        for (uint32_t each = 0; each < size; each++, k++) {
            const double *a = value + (size_t)in[each] * lanes, *b = value + (size_t)in[count - size + each] * lanes;
            double *to = slope + (size_t)in[k] * lanes;
            if (!flow[k]) continue;
            if (flow[k] == SET) for (int l = 0; l < lanes; l++) to[l] = -0.0;    /* adds nothing, also to a -0.0 */
            #define TO(j, contribution) if (j == list) for (int l = 0; l < lanes; l++) { \
                const double x0 = a[l], x1 = b[l], y = result[l], g = gradient[l]; to[l] += contribution; }
            #define BACKWARD(code, contributions) case code: contributions break;
            switch (code) { LIST_OPS(BACKWARD) }
            #undef TO
            #undef BACKWARD
        }
}

/* Compute the values of all ops, each for as many samples as there are lanes. */
static inline void play_forward(const Tape *t, double *value, const int lanes) {
    for (uint32_t k = 0; k < t->ops; k++) {
        const uint32_t *in = t->operand + t->first[k];
        const double *a = value + (size_t)in[0] * lanes, *b = value + (size_t)in[1] * lanes, *c = value + (size_t)in[2] * lanes;
        double *restrict to = value + (size_t)(t->leaves + k) * lanes;
        #define FORWARD(code, result, contributions) case code: \
            for (int l = 0; l < lanes; l++) { const double x0 = a[l], x1 = b[l], x2 = c[l]; to[l] = result; } break;
        switch (t->code[k]) {
        ELEMENTWISE_OPS(FORWARD)
        default:
            for (int l = 0; l < lanes; l++)
                to[l] = list_forward(t->code[k], operand_of, &(Sample){value + l, in, lanes}, t->first[k + 1] - t->first[k]);
        }
    }
}

/* Compute the gradients of all slots from those at the roots. */
static inline void play_backward(const Tape *t, const double *value, double *slope, const int lanes) {
    for (uint32_t k = t->ops; k--;) {
        if (!t->reached[t->leaves + k]) continue;
        const uint32_t *in = t->operand + t->first[k];
        const uint8_t *flow = t->flow + t->first[k];
        const double *a = value + (size_t)in[0] * lanes, *b = value + (size_t)in[1] * lanes, *c = value + (size_t)in[2] * lanes;
        const double *result = value + (size_t)(t->leaves + k) * lanes, *gradient = slope + (size_t)(t->leaves + k) * lanes;
        #define EACH(j, sign, contribution) { \
            double *restrict to = slope + (size_t)in[j] * lanes; \
            for (int l = 0; l < lanes; l++) { \
                const double x0 = a[l], x1 = b[l], x2 = c[l], y = result[l], g = gradient[l]; to[l] sign contribution; } }
        #define TO(j, contribution) if (flow[j] == SET) EACH(j, =, contribution) else if (flow[j]) EACH(j, +=, contribution)
        #define BACKWARD(code, result, contributions) case code: contributions break;
        switch (t->code[k]) {
        ELEMENTWISE_OPS(BACKWARD)
        default: list_backward(t->code[k], in, t->first[k + 1] - t->first[k], flow, value, result, gradient, slope, lanes);
        }
    }
}

/* --- a run --- */

/* What a run reads and writes: `from` has an array for each input and root, NULL where all samples have the number in
   `numbers`, and `to` has a row for each root and, if there are gradients to compute, each input. */
typedef struct { Py_ssize_t samples; const double *numbers, **from; double *to; int gradients; } Run;

/* Set the samples of a block: to those of an array, else to a number in all lanes. */
static void fill(double *to, const double *array, double number, size_t width, size_t lanes) {
    if (array) memcpy(to, array, width * sizeof(double));
    else for (size_t l = 0; l < lanes; l++) to[l] = number;
}

/* Run the samples from `at` to `end`. */
static void play(const Tape *t, const Run *run, double *memory, Py_ssize_t at, Py_ssize_t end, int lanes) {
    double *value = memory, *slope = memory + (size_t)t->slots * lanes;
    for (; at < end; at += lanes) {
        size_t width = end - at < lanes ? end - at : lanes;
        #define COLUMN(k) (run->from[k] ? run->from[k] + at : NULL)
        #define ROW(k) (run->to + (k) * run->samples + at)
        for (uint32_t k = 0; k < t->inputs; k++) fill(value + (size_t)t->input[k] * lanes, COLUMN(k), run->numbers[k], width, lanes);
        if (lanes == 1) play_forward(t, value, 1);      /* the compiler makes one function for each */
        else play_forward(t, value, LANES);
        for (uint32_t k = 0; k < t->roots; k++) memcpy(ROW(k), value + (size_t)t->root[k] * lanes, width * sizeof(double));
        if (!run->gradients) continue;
        for (uint32_t k = 0; k < t->roots; k++)
            fill(slope + (size_t)t->root[k] * lanes, COLUMN(t->inputs + k), run->numbers[t->inputs + k], width, lanes);
        if (lanes == 1) play_backward(t, value, slope, 1);
        else play_backward(t, value, slope, LANES);
        for (uint32_t k = 0; k < t->inputs; k++)
            fill(ROW(t->roots + k), t->reached[t->input[k]] ? slope + (size_t)t->input[k] * lanes : NULL, 0.0, width, width);
    }
}

/* Run all samples; 0 with the error of a signal, such as KeyboardInterrupt. Other threads may run in the meantime. */
static int play_all(Tape *t, const Run *run) {
    int lanes = run->samples < FEW ? 1 : LANES, done = 1;
    size_t per_slot = 2 * lanes * sizeof(double), size = t->slots * per_slot;
    if (t->slots > SIZE_MAX / per_slot) return PyErr_NoMemory(), 0;
    double *memory = t->kept;           /* taken away, so that another thread finds none */
    t->kept = NULL;
    if (memory && t->kept_size != size) { PyMem_Free(memory); memory = NULL; }
    if (!memory) {
        if (!(memory = PyMem_Malloc(size))) return PyErr_NoMemory(), 0;
        for (uint32_t k = 0; k < t->leaves; k++) fill(memory + (size_t)k * lanes, NULL, t->data[k], 0, lanes);
    }
    Py_ssize_t step = PATIENCE / ((size_t)t->slots * lanes + 1) + 1, left;
    for (Py_ssize_t at = 0; done && at < run->samples; at += left) {
        left = run->samples - at < step * lanes ? run->samples - at : step * lanes;
        PyThreadState *thread = PyEval_SaveThread();
        play(t, run, memory, at, at + left, lanes);
        PyEval_RestoreThread(thread);
        done = PyErr_CheckSignals() == 0;
    }
    if (size > KEPT || t->kept) PyMem_Free(memory);
    else { t->kept = memory; t->kept_size = size; }
    return done;
}

/* Hold the memory of an array of doubles in the next view; return how many, or -1 with an error. */
static Py_ssize_t hold(PyObject *array, int flags, Py_buffer *views, Py_ssize_t *held) {
    Py_buffer *view = views + *held;
    if (PyObject_GetBuffer(array, view, flags) < 0) return -1;
    ++*held;
    if (view->len % sizeof(double) == 0 && (uintptr_t)view->buf % sizeof(double) == 0) return view->len / sizeof(double);
    return PyErr_SetString(PyExc_ValueError, "an array of a run is not one of doubles"), -1;
}

/* Read the arguments of `run` into a Run, and hold each array in a view; return whether they are right. */
static int read_run(const Tape *t, Run *run, PyObject *numbers, PyObject *columns, PyObject *results, Py_buffer *views,
                    Py_ssize_t *held) {
    Py_ssize_t given = t->inputs + (Py_ssize_t)t->roots, many = PyTuple_Size(columns);
    Py_ssize_t size = hold(numbers, PyBUF_SIMPLE, views, held);
    Py_ssize_t room = size < 0 ? -1 : hold(results, PyBUF_WRITABLE, views, held);
    if (room < 0) return 0;
    run->numbers = views[0].buf;
    run->to = views[1].buf;
    int right = size == given && run->samples > 0 && (!many || many == given);
    for (Py_ssize_t k = 0; right && k < many; k++) {
        if (PyTuple_GetItem(columns, k) == Py_None) continue;
        if ((size = hold(PyTuple_GetItem(columns, k), PyBUF_SIMPLE, views, held)) < 0) return 0;
        run->from[k] = views[*held - 1].buf;
        right = size == run->samples;
    }
    Py_ssize_t rows = right && room % run->samples == 0 ? room / run->samples : -1;
    run->gradients = t->inputs && rows == given;
    if (run->gradients || rows == t->roots) return 1;
    PyErr_SetString(PyExc_ValueError, "the arrays of a run do not have the sizes that the tape and the samples give");
    return 0;
}

/* run(samples, numbers, columns, results): compute the roots for some samples, and the gradients of the inputs.

   numbers    an array with a number for each input, and then the gradient at each root
   columns    a tuple, empty or for each of these an array with an element for each sample; None: all have the number
   results    an array that is filled row by row: the samples of each root, and then, where there is room for them, of
              the gradient of each input */
static PyObject *Tape_run(PyObject *self, PyObject *args) {
    Tape *t = (Tape *)self;
    Run run = {0};
    PyObject *numbers, *columns, *results;
    if (!PyArg_ParseTuple(args, "nOO!O", &run.samples, &numbers, &PyTuple_Type, &columns, &results)) return NULL;
    Py_ssize_t held = 0;
    Py_buffer *views = PyMem_Calloc(2 + PyTuple_Size(columns), sizeof(Py_buffer));
    run.from = PyMem_Calloc(t->inputs + (size_t)t->roots + 1, sizeof(double *));    /* 1: no memory of size 0 */
    int done = 0;
    if (!views || !run.from) PyErr_NoMemory();
    else done = read_run(t, &run, numbers, columns, results, views, &held) && play_all(t, &run);
    while (held) PyBuffer_Release(&views[--held]);
    PyMem_Free(views); PyMem_Free(run.from);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* --- making one --- */

/* Copy an array of items of this size, with padding behind it; NULL with an error. */
static void *copied(PyObject *array, size_t item, uint32_t *count) {
    Py_buffer view;
    if (PyObject_GetBuffer(array, &view, PyBUF_SIMPLE) < 0) return NULL;
    void *copy = NULL;
    if (view.len % item || view.len / item > INT32_MAX / 2) PyErr_SetString(PyExc_ValueError, "an array of a tape has a wrong size");
    else if ((copy = PyMem_Calloc(view.len / item + 1 + PADDING, item))) {
        memcpy(copy, view.buf, view.len);
        *count = (uint32_t)(view.len / item);
    } else PyErr_NoMemory();
    PyBuffer_Release(&view);
    return copy;
}

/* Say what is wrong with the arrays; NULL where a run stays within them. */
static const char *fault(const Tape *t, uint32_t firsts) {
    if (firsts != t->ops + 1 || t->first[0] || t->first[t->ops] != t->operands) return "first does not fit the operands";
    for (uint32_t k = 0; k < t->ops; k++) {
        if (t->first[k] > t->first[k + 1] || t->first[k + 1] > t->operands) return "first does not rise";
        uint32_t count = t->first[k + 1] - t->first[k];
        int code = t->code[k];
        if (code == LEAF || code >= CODES) return "a code is that of no op";
        uint32_t inputs = table[code].inputs, operands = inputs + table[code].params;
        if (code < ELEMENTWISE ? count != operands : !count || count % inputs) return "an op has a wrong number of operands";
        for (uint32_t j = t->first[k]; j < t->first[k + 1]; j++)
            if (t->operand[j] >= t->leaves + k) return "an op has an operand that comes after it";
    }
    for (uint32_t k = 0; k < t->inputs; k++) if (t->input[k] >= t->leaves) return "an input is not a leaf";
    for (uint32_t k = 0; k < t->roots; k++) if (t->root[k] >= t->slots) return "a root is no slot";
    return NULL;
}

/* Find where gradients flow: from a root that depends on an input, and on to every operand with a rule that does. */
static void find_flow(Tape *t) {
    #define RULED(k, j) (t->code[k] >= ELEMENTWISE || table[t->code[k]].ruled >> (j) & 1)
    for (uint32_t k = 0; k < t->inputs; k++) t->wanted[t->input[k]] = 1;
    for (uint32_t k = 0; k < t->ops; k++)
        for (uint32_t j = t->first[k]; j < t->first[k + 1]; j++)
            if (RULED(k, j - t->first[k])) t->wanted[t->leaves + k] |= t->wanted[t->operand[j]];
    for (uint32_t k = 0; k < t->roots; k++) t->reached[t->root[k]] = t->wanted[t->root[k]];
    for (uint32_t k = t->ops; k--;)
        for (uint32_t j = t->first[k]; t->reached[t->leaves + k] && j < t->first[k + 1]; j++) {
            uint32_t slot = t->operand[j];
            if (!RULED(k, j - t->first[k]) || !t->wanted[slot]) continue;
            t->flow[j] = t->reached[slot] ? ADD : SET;
            t->reached[slot] = 1;
        }
}

/* Free a tape and its arrays. */
static void Tape_dealloc(PyObject *self) {
    Tape *t = (Tape *)self;
    PyTypeObject *type = Py_TYPE(self);
    void *parts[] = {t->code, t->flow, t->wanted, t->reached, t->first, t->operand, t->input, t->root, t->data};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) PyMem_Free(parts[k]);
    PyMem_Free(t->kept);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* Tape(codes, first, operands, data, inputs, roots), which are copied: the op of each result, in one byte; where its
   operands begin and the last ones end, and the operands, which are slots, in four; the numbers in the leaves, in eight;
   the slots of inputs and roots, in four. ValueError where one of them points out of the others. */
static PyObject *Tape_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    PyObject *codes, *first, *operands, *data, *inputs, *roots;
    if (!PyArg_ParseTuple(args, "OOOOOO", &codes, &first, &operands, &data, &inputs, &roots)) return NULL;
    Tape *t = (Tape *)PyType_GenericAlloc(type, 0);
    uint32_t firsts;
    if (!t) return NULL;
    if ((t->code = copied(codes, 1, &t->ops)) && (t->first = copied(first, 4, &firsts)) &&
        (t->operand = copied(operands, 4, &t->operands)) && (t->data = copied(data, 8, &t->leaves)) &&
        (t->input = copied(inputs, 4, &t->inputs)) && (t->root = copied(roots, 4, &t->roots))) {
        t->slots = t->leaves + t->ops;
        const char *wrong = fault(t, firsts);
        t->flow = PyMem_Calloc(t->operands + 1 + PADDING, 1);
        t->wanted = PyMem_Calloc(t->slots + 1, 1);
        t->reached = PyMem_Calloc(t->slots + 1, 1);
        if (!t->flow || !t->wanted || !t->reached) PyErr_NoMemory();
        else if (wrong) PyErr_Format(PyExc_ValueError, "this is no tape: %s", wrong);
        else return find_flow(t), (PyObject *)t;
    }
    Py_DECREF(t);
    return NULL;
}

/* moving(): for each root, whether it depends on an input. */
static PyObject *Tape_moving(PyObject *self, PyObject *_) {
    Tape *t = (Tape *)self;
    PyObject *found = PyList_New(t->roots);
    for (uint32_t k = 0; found && k < t->roots; k++) PyList_SetItem(found, k, PyBool_FromLong(t->wanted[t->root[k]]));
    return found;
}

static PyMethodDef methods[] = {{"run", Tape_run, METH_VARARGS}, {"moving", Tape_moving, METH_NOARGS}, {0}};
static PyType_Slot slots[] = {{Py_tp_new, Tape_new}, {Py_tp_dealloc, Tape_dealloc}, {Py_tp_methods, methods}, {0}};
static PyType_Spec spec = {"autograd.native.tape.Tape", sizeof(Tape), 0, Py_TPFLAGS_DEFAULT, slots};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "tape", NULL, -1};

PyMODINIT_FUNC PyInit_tape(void) {
    PyObject *module = PyModule_Create(&definition), *type = PyType_FromSpec(&spec);
    if (!module || !type || PyModule_AddObjectRef(module, "Tape", type) < 0 ||
        PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0) Py_CLEAR(module);
    Py_XDECREF(type);
    return module;
}
