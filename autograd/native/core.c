/* Values in C: nodes, operators and the backward sweep. It knows no derivative: those are in rules.h.

   For Values and the ops in rules.h, it does what the Python in engine/ and operands/ does, with the same bits. It calls
   that Python for everything else: another operand, a user's own op, a mode that watches each op, an error message. A
   node has the same attributes as one of the pure engine, so the Stepper, pictures and second derivatives read both. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lists.h"

#ifndef SOURCE_HASH
#define SOURCE_HASH ""
#endif

enum { OTHER = CODES };         /* an op that only Python knows */
enum { NONE, NUMBER, OBJECT };  /* what a node has for a gradient */
enum { CONSTANT = -1, MORE = 255, NODES_PER_SLAB = 4096, AHEAD = 8 };

typedef struct Node Node;
typedef union { Node *node; double number; } Input;

enum { LABEL, PARAMS, OP, INPUTS, FIELDS };                    /* Python objects that few nodes hold */

typedef struct {                /* what few nodes have: many inputs, data that was set, a label, an op of Python's */
    int64_t changed;
    PyObject *field[FIELDS];    /* NULL: "", NO_PARAMS, the op of the node's code, the inputs in `in` */
    Py_ssize_t count;
    Input in[];
} More;

struct Node {                   /* 64 bytes, a line of the cache */
    PyObject_HEAD
    double data;
    union { double number; PyObject *object; } grad;
    union { int64_t index; Node *next; };      /* the place in creation order; the next one of a list of dead nodes */
    uint32_t slot;              /* the place in the sweep under way; 0 where there is none */
    uint8_t code, count;        /* count: of the inputs in `in`; MORE: they are in `more` */
    uint8_t numbers;            /* bit k: input k is not a node but a number, which wants no gradient */
    uint8_t has_grad;
    union { Input in[2]; More *more; };
};

/* What Python hands over, see `connect`. */
static PyTypeObject *ValueType;
static PyObject *python_init, *set_python_data, *python_apply, *ops, *codes, *get_mode, *set_mode, *usual_mode;
static PyObject *python_pow, *switched, *commits;
static PyObject *WATCH, *RECORDING, *OUTER;    /* the names of a mode's attributes: made once, so that a look-up is short */
static PyObject *defaults[2];   /* of LABEL and PARAMS */
static PyObject *parameters[CODES];    /* the names of an op's parameters, as a tuple */
static int64_t created = 1;     /* the next place in creation order */
static Py_ssize_t living;       /* nodes that are not freed */

static inline int is_value(PyObject *o) { return Py_TYPE(o) == ValueType; }

/* --- memory --- */

/* Load memory that is used soon. In a graph larger than the cache, waiting for memory takes most of the time. */
#ifdef __GNUC__
#define PREFETCH(x) __builtin_prefetch(x)
#else
#define PREFETCH(x) ((void)(x))
#endif
#define PREFETCH_INPUTS(x) (PREFETCH((x)->in[0].node), PREFETCH((x)->in[1].node))

/* A free node is not to be touched: AddressSanitizer is told so, because the memory is not given back. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define CLOSE(node) ASAN_POISON_MEMORY_REGION(node, sizeof(Node))
#define OPEN(node) ASAN_UNPOISON_MEMORY_REGION(node, sizeof(Node))
#else
#define CLOSE(node) ((void)(node))
#define OPEN(node) ((void)(node))
#endif

static Node *free_nodes;

/* Add a slab of nodes to the free list, each node on a cache line of its own. Slabs are not given back. */
static int more_nodes(void) {
    char *slab = malloc((NODES_PER_SLAB + 1) * sizeof(Node));
    if (!slab) return 0;
    Node *nodes = (Node *)(slab + (64 - (uintptr_t)slab % 64) % 64);
    for (int k = NODES_PER_SLAB - 1; k >= 0; k--) {
        nodes[k].next = free_nodes;
        free_nodes = &nodes[k];
        CLOSE(free_nodes);
    }
    return 1;
}

/* Return a new leaf, or NULL with MemoryError. */
static inline Node *new_node(double data, int64_t index) {
    if (!free_nodes && !more_nodes()) return (Node *)PyErr_NoMemory();
    Node *node = free_nodes;
    OPEN(node);
    free_nodes = node->next;
    PREFETCH(free_nodes);
    PyObject_Init((PyObject *)node, ValueType);
    node->data = data;
    node->index = index;
    node->slot = 0;
    node->code = node->count = node->numbers = node->has_grad = 0;
    living++;
    return node;
}

/* Return the inputs of a node, of which some may be numbers. */
static inline Input *inputs_of(Node *node, Py_ssize_t *count) {
    *count = node->count == MORE ? node->more->count : node->count;
    return node->count == MORE ? node->more->in : node->in;
}

static inline int is_number(const Node *node, Py_ssize_t k) { return k < 8 && node->numbers >> k & 1; }

/* Return when the data of a node was last set; 0: never. */
static inline int64_t changed(const Node *node) { return node->count == MORE ? node->more->changed : 0; }

/* Drop the references of a node to its inputs; it has none then. */
static void drop_inputs(Node *node) {
    Py_ssize_t count;
    Input *in = inputs_of(node, &count);
    if (node->count == MORE) node->more->count = 0;
    else node->count = 0;
    for (Py_ssize_t k = 0; k < count; k++)
        if (!is_number(node, k)) Py_DECREF(in[k].node);
    node->numbers = 0;
}

/* Free a node, and its inputs that no other node holds. Dead nodes wait in a list, because recursion along a long chain
   would overflow the stack. */
static void Value_dealloc(PyObject *self) {
    static Node *dead;
    static int busy;
    Node *node = (Node *)self;
    node->next = dead;
    dead = node;
    PREFETCH_INPUTS(node);
    if (busy) return;
    busy = 1;
    while ((node = dead)) {
        dead = node->next;
        drop_inputs(node);
        if (node->has_grad == OBJECT) Py_DECREF(node->grad.object);
        if (node->count == MORE) {
            for (int k = 0; k < FIELDS; k++) Py_XDECREF(node->more->field[k]);
            PyMem_Free(node->more);
        }
        node->next = free_nodes;
        free_nodes = node;
        CLOSE(node);
        living--;
        Py_DECREF(ValueType);
    }
    busy = 0;
}

/* Return a node's `more` with room for this many inputs, of which it keeps those that it has. NULL with MemoryError. */
static More *more_of(Node *node, Py_ssize_t room) {
    int had = node->count == MORE;
    Py_ssize_t count = had ? node->more->count : node->count;
    if (had && room <= count) return node->more;
    if (room < count) room = count;
    More *more = PyMem_Realloc(had ? node->more : NULL, sizeof(More) + room * sizeof(Input));
    if (!more) return (More *)PyErr_NoMemory();
    if (!had) {
        memset(more, 0, sizeof(More));
        memcpy(more->in, node->in, count * sizeof(Input));
        more->count = count;
        node->count = MORE;
    }
    return node->more = more;
}

/* --- recording --- */

enum { FAILED = -1, RECORD, COMPUTE, ASK };

/* Return what the mode of this thread and task says: record a node, compute without one, or leave it to Python. */
static int current_mode(void) {
    if (!PyList_Size(switched)) return RECORD;     /* no mode was ever entered */
    int answer = FAILED;
    PyObject *mode = PyObject_CallNoArgs(get_mode), *watch = NULL, *recording = NULL;
    if (mode == usual_mode) answer = RECORD;
    else if (mode && (watch = PyObject_GetAttr(mode, WATCH)) && (recording = PyObject_GetAttr(mode, RECORDING)))
        answer = watch != Py_None ? ASK : recording == Py_True ? RECORD : COMPUTE;
    Py_XDECREF(mode); Py_XDECREF(watch); Py_XDECREF(recording);
    return answer;
}

/* Read an argument of an op; return 1 for a Value, 0 for a plain number, -1 for anything else. */
static inline int read_number(PyObject *o, double *x) {
    if (is_value(o)) { *x = ((Node *)o)->data; return 1; }
    if (PyFloat_CheckExact(o)) { *x = PyFloat_AsDouble(o); return 0; }
    if (!PyLong_CheckExact(o) && !PyBool_Check(o)) return -1;
    *x = PyLong_AsDouble(o);
    if (*x != -1.0 || !PyErr_Occurred()) return 0;
    PyErr_Clear();              /* an integer too large for a float: Python says so in words */
    return -1;
}

/* Read the parameters of an op; return 0 where one is no float, and no integer that a float holds exactly. */
static inline int read_params(int code, PyObject *params, double *x) {
    for (int k = 0; k < table[code].params; k++) {
        PyObject *found = params ? PyDict_GetItem(params, PyTuple_GetItem(parameters[code], k)) : NULL;
        if (!found || read_number(found, x + k) || (!PyFloat_CheckExact(found) && fabs(x[k]) > 1e15)) return 0;
    }
    return 1;
}

/* Apply an op of the table. NULL without an error: that is for Python to do. */
static inline PyObject *record(int code, int count, PyObject *const *args, PyObject *params) {
    double x[MOST];
    int nodes = 0, wanted = 0;
    for (int k = 0; k < count; k++) {
        int is_node = read_number(args[k], x + k);
        if (is_node < 0) return NULL;
        nodes |= is_node << k;
        wanted |= is_node && ((Node *)args[k])->index >= 0;
    }
    if (code == OP_WHERE && nodes & 1) return NULL;    /* Python makes a constant of such a mask */
    if (!read_params(code, params, x + count)) return NULL;
    int mode = current_mode();
    if (mode == FAILED || mode == ASK) return NULL;
    Node *y = new_node(forward(code, x), mode == RECORD && wanted ? created++ : CONSTANT);
    if (!y || y->index < 0) return (PyObject *)y;
    y->code = code;
    if (count <= 2 && !table[code].params) y->count = count;
    else if (!more_of(y, count)) return Py_DECREF(y), NULL;
    else {
        y->more->count = count;
        if (table[code].params) y->more->field[PARAMS] = Py_NewRef(params);
    }
    y->numbers = ~nodes & ((1 << count) - 1);
    Input *in = y->count == MORE ? y->more->in : y->in;
    for (int k = 0; k < count; k++)
        if (nodes >> k & 1) in[k].node = (Node *)Py_NewRef(args[k]);
        else in[k].number = x[k];
    return (PyObject *)y;
}

/* Take the Values and numbers of a list or tuple as further inputs. Return how many Values there were; -1 where it has
   something else, or memory fails. */
static Py_ssize_t take_inputs(Node *y, PyObject *list, Py_ssize_t count) {
    int is_list = PyList_CheckExact(list);
    Py_ssize_t values = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *item = is_list ? PyList_GetItem(list, k) : PyTuple_GetItem(list, k);
        double x;
        int is_node = read_number(item, &x);
        Node *input = is_node < 0 ? NULL : is_node ? (Node *)Py_NewRef(item) : new_node(x, CONSTANT);
        if (!input) return -1;
        values += is_node;
        y->more->in[y->more->count++].node = input;
    }
    return values;
}

static double data_of(const void *in, size_t k) { return ((const Input *)in)[k].node->data; }

/* Apply an op of lists to the items of lists or tuples of one length. NULL without an error: that is for Python to do. */
static PyObject *record_lists(int code, PyObject *const *lists, Py_ssize_t many) {
    Py_ssize_t size = 0, values = 0, taken = 0;
    for (Py_ssize_t k = 0; k < many; k++) {
        if (!PyList_CheckExact(lists[k]) && !PyTuple_CheckExact(lists[k])) return NULL;
        if (PySequence_Size(lists[k]) != PySequence_Size(lists[0])) return NULL;
        size += PySequence_Size(lists[k]);
    }
    int mode = current_mode(), wanted = 0;
    if (mode == FAILED || mode == ASK || !size || size % table[code].inputs) return NULL;
    Node *y = new_node(0.0, CONSTANT);
    if (!y || !more_of(y, size)) return Py_XDECREF((PyObject *)y), NULL;
    for (Py_ssize_t k = 0; k < many && taken >= 0; k++) values += taken = take_inputs(y, lists[k], PySequence_Size(lists[k]));
    if (taken < 0 || !values) return Py_DECREF(y), NULL;    /* of plain numbers the result is one */
    for (Py_ssize_t k = 0; k < size; k++) wanted |= y->more->in[k].node->index >= 0;
    y->data = list_forward(code, data_of, y->more->in, size);
    if (mode == RECORD && wanted) {
        y->index = created++;
        y->code = code;
    } else drop_inputs(y);
    return (PyObject *)y;
}

/* Return the code of an op; OTHER of one that only Python knows. -1 with an error. */
static inline int code_of(PyObject *op) {
    PyObject *found = PyDict_GetItemWithError(codes, op);
    return found ? (int)PyLong_AsLong(found) : PyErr_Occurred() ? -1 : OTHER;
}

/* apply_to_lists(op, *lists): apply an op to a list, or dot to two of one length. None: that is for Python to do. */
static PyObject *apply_to_lists(PyObject *module, PyObject *const *given, Py_ssize_t count) {
    int code = count ? code_of(given[0]) : OTHER;
    int fits = code >= ELEMENTWISE && code < CODES && count - 1 == table[code].inputs;
    PyObject *y = fits ? record_lists(code, given + 1, count - 1) : NULL;
    return y || PyErr_Occurred() ? y : Py_NewRef(Py_None);
}

/* Apply an operator: what `record` leaves to Python is applied there. */
static inline PyObject *operate(int code, PyObject *a, PyObject *b) {
    PyObject *given[2] = {a, b}, *y = record(code, b ? 2 : 1, given, NULL);
    if (y || PyErr_Occurred()) return y;
    PyObject *args = b ? PyTuple_Pack(2, a, b) : PyTuple_Pack(1, a);
    if (!args) return NULL;
    PyObject *op = PyList_GetItem(ops, code), *self = is_value(a) ? a : b;
    y = PyObject_CallFunctionObjArgs(python_apply, self, op, args, defaults[PARAMS], NULL);
    Py_DECREF(args);
    return y;
}

static PyObject *add(PyObject *a, PyObject *b) { return operate(OP_ADD, a, b); }
static PyObject *subtract(PyObject *a, PyObject *b) { return operate(OP_SUB, a, b); }
static PyObject *multiply(PyObject *a, PyObject *b) { return operate(OP_MUL, a, b); }
static PyObject *divide(PyObject *a, PyObject *b) { return operate(OP_DIV, a, b); }
static PyObject *negate(PyObject *a) { return operate(OP_NEG, a, NULL); }
static PyObject *take_absolute(PyObject *a) { return operate(OP_ABS, a, NULL); }

static PyObject *raise_to(PyObject *a, PyObject *b, PyObject *modulus) {
    if (modulus == Py_None) return operate(OP_POW, a, b);
    return PyObject_CallFunctionObjArgs(python_pow, a, b, modulus, NULL);    /* which refuses it in words */
}

/* x.exp() and the like. */
#define METHOD(name, code) static PyObject *method_##name(PyObject *x, PyObject *_) { return operate(code, x, NULL); }
METHODS(METHOD)

/* _apply(op, args, params): what an op calls, such as tanh(x), and a method that is not above. */
static PyObject *Value_apply(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    if (count != 3 || !PyTuple_CheckExact(given[1])) return PyErr_Format(PyExc_TypeError, "_apply(op, args, params)");
    PyObject *op = given[0], *args = given[1], *params = given[2], *y = NULL;
    int code = code_of(op);
    if (code >= ELEMENTWISE && code < CODES) y = record_lists(code, &args, 1);
    else if (code >= 0 && code < ELEMENTWISE && PyTuple_Size(args) == table[code].inputs) {
        PyObject *each[MOST];
        for (int k = 0; k < table[code].inputs; k++) each[k] = PyTuple_GetItem(args, k);
        y = record(code, table[code].inputs, each, params);
    }
    if (y || PyErr_Occurred()) return y;
    return PyObject_CallFunctionObjArgs(python_apply, self, op, args, params, NULL);
}

/* --- backward: one sweep, newest node first --- */

typedef struct { uint64_t age; Node *node; } Reached;    /* age: how long before the root it was made, in places */

/* The memory of the last sweep, for the next one: to allocate it anew would take as long as the sweep. */
static struct { Reached *reached, *sorted; double *gradients; size_t room; } held;

/* Make room for twice as many nodes; 0, with MemoryError, where there is none. */
static int more_room(void) {
    size_t room = held.room ? 2 * held.room : 1024;
    Reached *reached = realloc(held.reached, room * sizeof(Reached));
    if (reached) held.reached = reached;
    Reached *sorted = realloc(held.sorted, room * sizeof(Reached));
    if (sorted) held.sorted = sorted;
    double *gradients = realloc(held.gradients, (room + 1) * sizeof(double));
    if (gradients) held.gradients = gradients;
    if (!reached || !sorted || !gradients) return PyErr_NoMemory(), 0;
    held.room = room;
    return 1;
}

/* Sort the reached nodes by age, 11 bits at a time; return them in one of the two arrays that are held. */
static Reached *by_age(size_t count, uint64_t oldest) {
    Reached *from = held.reached, *to = held.sorted;
    for (int shift = 0; shift < 64 && oldest >> shift; shift += 11) {
        size_t start[2049] = {0};
        for (size_t k = 0; k < count; k++) start[(from[k].age >> shift & 2047) + 1]++;
        for (int k = 0; k < 2048; k++) start[k + 1] += start[k];
        for (size_t k = 0; k < count; k++) to[start[from[k].age >> shift & 2047]++] = from[k];
        Reached *other = from; from = to; to = other;
    }
    return from;
}

/* Read the parameters that a node has, as above. */
static inline int params_of(const Node *node, double *x) {
    return read_params(node->code, node->count == MORE ? node->more->field[PARAMS] : NULL, x);
}

/* Whether a node is a leaf, or the result of an op of the table with as many inputs as the op takes. */
static inline int is_known(const Node *node, Py_ssize_t count) {
    double x[MOST];
    if (node->code == LEAF) return !count;
    if (node->code == OTHER || (node->count == MORE && node->more->field[INPUTS])) return 0;
    int inputs = table[node->code].inputs;
    return (node->code < ELEMENTWISE ? count == inputs : count && count % inputs == 0) && params_of(node, x);
}

/* Whether this sweep can take a node: one that is known, with a gradient that it can add to. An int is one, as in
   `p.grad = 0`. Python takes the others, and refuses data that was set after it was used. */
static int is_ours(Node *node, Py_ssize_t count) {
    if (node->has_grad == OBJECT) {
        if (!PyLong_CheckExact(node->grad.object)) return 0;
        if (PyLong_AsDouble(node->grad.object) == -1.0 && PyErr_Occurred()) return PyErr_Clear(), 0;
    }
    return is_known(node, count) && (node->code == LEAF || changed(node) <= node->index);
}

static inline int wants(const Node *input, const Node *user) { return input->index >= 0 && input->index < user->index; }

/* Find all nodes below the root that want a gradient. Return how many; 0 where Python has to do the sweep, and
   where MemoryError is set. Each node found has its `slot` set. */
static size_t reach(Node *root, uint64_t *oldest) {
    size_t found = 0;
    if (!held.room && !more_room()) return 0;
    held.reached[found++] = (Reached){0, root};
    root->slot = 1;
    for (size_t k = 0; k < found; k++) {   /* `found` grows on the way; 0 ends the loop */
        Node *node = held.reached[k].node;
        Py_ssize_t count;
        Input *in = inputs_of(node, &count);
        if (k + AHEAD < found) PREFETCH_INPUTS(held.reached[k + AHEAD].node);
        int ours = is_ours(node, count);
        for (Py_ssize_t j = 0; ours && j < count; j++) {
            if (is_number(node, j)) continue;
            Node *input = in[j].node;
            if (changed(input) > node->index) ours = 0;
            if (input->slot || !wants(input, node)) continue;
            if (found == held.room && !more_room()) { ours = 0; break; }
            uint64_t age = root->index - input->index;
            if (age > *oldest) *oldest = age;
            held.reached[found++] = (Reached){age, input};
            input->slot = 1;
        }
        if (ours) continue;
        while (found) held.reached[--found].node->slot = 0;
    }
    return found;
}

/* Compute the contributions to the inputs k, k + size, k + 2 size and so on: to one element of each list of that size. */
static inline void contributions(Node *node, const Input *in, Py_ssize_t k, Py_ssize_t size, double g, double *slopes) {
    double x[MOST];
    int inputs = table[node->code].inputs;
    for (int j = 0; j < inputs; j++, k += size) x[j] = is_number(node, k) ? in[k].number : in[k].node->data;
    if (table[node->code].params) params_of(node, x + inputs);
    backward(node->code, g, node->data, x, slopes);
}

/* Add a contribution to the gradient of an input. */
static inline void add_slope(Node *node, const Input *in, Py_ssize_t k, double slope, double *gradients) {
    if (!is_number(node, k) && wants(in[k].node, node)) gradients[in[k].node->slot] += slope;
}

/* Add what the gradient g of a node contributes to the gradients of its inputs, in their order. */
static inline void contribute(Node *node, double g, double *gradients) {
    Py_ssize_t count;
    Input *in = inputs_of(node, &count);
    double slopes[MOST] = {0.0};
    int inputs = table[node->code].inputs;
    if (node->code < ELEMENTWISE) {
        contributions(node, in, 0, 1, g, slopes);
        for (int k = 0; k < inputs; k++) add_slope(node, in, k, slopes[k], gradients);
        return;
    }
    Py_ssize_t size = count / inputs;
    for (Py_ssize_t list = 0; list < inputs; list++)
        for (Py_ssize_t k = 0; k < size; k++) {
            contributions(node, in, k, size, g, slopes);
            add_slope(node, in, list * size + k, slopes[list], gradients);
        }
}

/* Set the gradient of a node: a leaf adds to the one that it has. */
static inline void commit(Node *node, double g) {
    if (node->has_grad == OBJECT) {      /* an int: to release it runs no Python code */
        double number = PyLong_AsDouble(node->grad.object);
        Py_DECREF(node->grad.object);
        node->grad.number = number;
    }
    node->grad.number = node->code == LEAF && node->has_grad ? node->grad.number + g : g;
    node->has_grad = NUMBER;
}

/* sweep(root, seed): fill `.grad` below the root and return True; False, with nothing done, where that is for Python.
   No Python code runs in between, so neither Ctrl-C nor another thread finds a half of it. */
static PyObject *sweep(PyObject *module, PyObject *args) {
    PyObject *object, *seed;
    if (!PyArg_ParseTuple(args, "OO", &object, &seed)) return NULL;
    if (!is_value(object) || !PyFloat_CheckExact(seed)) Py_RETURN_FALSE;
    uint64_t oldest = 0;
    size_t count = reach((Node *)object, &oldest);
    if (!count) return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    /* Another thread that writes gradients in Python sees by this count that they are not the ones it has read. */
    PyObject *next = PyLong_FromLongLong(PyLong_AsLongLong(PyList_GetItem(commits, 0)) + 1);
    Reached *reached = by_age(count, oldest);
    double *gradients = held.gradients;
    for (size_t k = 0; k < count; k++) {
        reached[k].node->slot = next ? k + 1 : 0;
        gradients[k + 1] = -0.0;                            /* adds nothing, where 0.0 would make 0.0 of a -0.0 */
    }
    if (!next) return NULL;
    gradients[1] = PyFloat_AsDouble(seed);
    for (size_t k = 0; k < count; k++) {
        if (k + AHEAD < count) PREFETCH_INPUTS(reached[k + AHEAD].node);
        if (reached[k].node->code != LEAF) contribute(reached[k].node, gradients[k + 1], gradients);
    }
    for (size_t k = 0; k < count; k++) {
        commit(reached[k].node, gradients[k + 1]);
        reached[k].node->slot = 0;
    }
    PyList_SetItem(commits, 0, next);
    Py_RETURN_TRUE;
}

/* --- what Python sees of a node: the attributes of the pure engine's --- */

static PyObject *Value_new(PyTypeObject *type, PyObject *args, PyObject *named) { return (PyObject *)new_node(0.0, CONSTANT); }

/* Value(3.0) here, all else by the __init__ of Python. */
static int Value_init(PyObject *self, PyObject *args, PyObject *named) {
    Node *node = (Node *)self;
    double data;
    int fresh = node->code == LEAF && !node->count && !node->has_grad && node->index < 0;
    if (fresh && !named && PyTuple_Size(args) == 1 && read_number(PyTuple_GetItem(args, 0), &data) == 0) {
        node->data = data;
        node->index = created++;
        return 0;
    }
    PyObject *own = PyTuple_Pack(1, self), *all = own ? PySequence_Concat(own, args) : NULL;
    PyObject *done = all ? PyObject_Call(python_init, all, named) : NULL;
    Py_XDECREF(own); Py_XDECREF(all); Py_XDECREF(done);
    return done ? 0 : -1;
}

/* Refuse `del x.label` and the like. */
static int is_deleted(PyObject *value) {
    if (!value) PyErr_SetString(PyExc_AttributeError, "a field of a Value cannot be deleted");
    return !value;
}

static PyObject *get_data(PyObject *self, void *_) { return PyFloat_FromDouble(((Node *)self)->data); }

static int set_data(PyObject *self, PyObject *value, void *_) {
    if (is_deleted(value)) return -1;
    double data = PyFloat_AsDouble(value);
    if (data == -1.0 && PyErr_Occurred()) return -1;
    ((Node *)self)->data = data;
    return 0;
}

/* `data`: set, it is marked as changed. What is no float goes to the property of Python. */
static int change_data(PyObject *self, PyObject *value, void *_) {
    if (is_deleted(value)) return -1;
    if (PyFloat_CheckExact(value)) {
        if (!more_of((Node *)self, 0)) return -1;
        ((Node *)self)->more->changed = created++;
        return set_data(self, value, NULL);
    }
    PyObject *done = PyObject_CallFunctionObjArgs(set_python_data, self, value, NULL);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static PyObject *get_grad(PyObject *self, void *_) {
    Node *node = (Node *)self;
    if (node->has_grad == NUMBER) return PyFloat_FromDouble(node->grad.number);
    return Py_NewRef(node->has_grad ? node->grad.object : Py_None);
}

static int set_grad(PyObject *self, PyObject *value, void *_) {
    if (is_deleted(value)) return -1;
    Node *node = (Node *)self;
    PyObject *before = node->has_grad == OBJECT ? node->grad.object : NULL;
    if (PyFloat_CheckExact(value)) {
        node->has_grad = NUMBER;
        node->grad.number = PyFloat_AsDouble(value);
    } else {
        node->has_grad = value == Py_None ? NONE : OBJECT;
        if (node->has_grad) node->grad.object = Py_NewRef(value);
    }
    Py_XDECREF(before);
    return 0;
}

/* Set any attribute. One that the type does not have is refused in words. */
static int set_attribute(PyObject *self, PyObject *name, PyObject *value) {
    if (PyObject_GenericSetAttr(self, name, value) == 0) return 0;
    if (!value || !PyErr_ExceptionMatches(PyExc_AttributeError)) return -1;
    PyObject *kind, *error, *trace;
    PyErr_Fetch(&kind, &error, &trace);
    if (PyObject_HasAttr((PyObject *)ValueType, name)) return PyErr_Restore(kind, error, trace), -1;
    Py_XDECREF(kind); Py_XDECREF(error); Py_XDECREF(trace);
    PyErr_Format(PyExc_AttributeError, "a Value takes no attribute of your own such as %R, because room for one would make "
                 "every node a third larger; keep it in a dict keyed by the Value: %U[v] = ...", name, name);
    return -1;
}

/* `_index`, and `_changed` where `is_changed` is not NULL. */
static PyObject *get_place(PyObject *self, void *is_changed) {
    return PyLong_FromLongLong(is_changed ? changed((Node *)self) : ((Node *)self)->index);
}

static int set_place(PyObject *self, PyObject *value, void *is_changed) {
    int64_t place = is_deleted(value) ? -1 : PyLong_AsLongLong(value);
    Node *node = (Node *)self;
    if (place == -1 && PyErr_Occurred()) return -1;
    if (!is_changed) node->index = place;
    else if (place || node->count == MORE) {
        if (!more_of(node, 0)) return -1;
        node->more->changed = place;
    }
    return 0;
}

/* Set a field of `more`. In a node without `more` each field counts as NULL. */
static int set_field(Node *node, int which, PyObject *value) {
    if (!value && node->count != MORE) return 0;
    if (!more_of(node, 0)) return -1;
    PyObject *before = node->more->field[which];
    node->more->field[which] = Py_XNewRef(value);
    Py_XDECREF(before);
    return 0;
}

/* `label` and `params`. */
static PyObject *get_object(PyObject *self, void *which) {
    Node *node = (Node *)self;
    PyObject *found = node->count == MORE ? node->more->field[(intptr_t)which] : NULL;
    return Py_NewRef(found ? found : defaults[(intptr_t)which]);
}

static int set_object(PyObject *self, PyObject *value, void *which) {
    return is_deleted(value) ? -1 : set_field((Node *)self, (intptr_t)which, value == defaults[(intptr_t)which] ? NULL : value);
}

static PyObject *get_op(PyObject *self, void *_) {
    Node *node = (Node *)self;
    return Py_NewRef(node->code == OTHER ? node->more->field[OP] : PyList_GetItem(ops, node->code));
}

static int set_op(PyObject *self, PyObject *value, void *_) {
    int code = is_deleted(value) ? -1 : value == Py_None ? LEAF : code_of(value);
    if (code < 0 || set_field((Node *)self, OP, code == OTHER ? value : NULL) < 0) return -1;
    ((Node *)self)->code = code;
    return 0;
}

/* Return input k as a node: a number becomes the constant that it is in the pure engine. NULL with MemoryError. */
static Node *input_node(Node *node, Input *in, Py_ssize_t k) {
    if (!is_number(node, k)) return in[k].node;
    Node *number = new_node(in[k].number, CONSTANT);
    if (!number) return NULL;
    in[k].node = number;
    node->numbers &= ~(1 << k);
    return number;
}

/* The inputs as a tuple of nodes. */
static PyObject *get_inputs(PyObject *self, void *_) {
    Node *node = (Node *)self;
    if (node->count == MORE && node->more->field[INPUTS]) return Py_NewRef(node->more->field[INPUTS]);
    Py_ssize_t count;
    Input *in = inputs_of(node, &count);
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t k = 0; tuple && k < count; k++) {
        if (input_node(node, in, k)) PyTuple_SetItem(tuple, k, Py_NewRef((PyObject *)in[k].node));
        else Py_CLEAR(tuple);
    }
    return tuple;
}

/* Values are held one by one, and a tuple with another node in it as it is. */
static int set_inputs(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    if (is_deleted(value)) return -1;
    if (!PyTuple_Check(value)) return PyErr_SetString(PyExc_TypeError, "inputs are a tuple of nodes"), -1;
    Py_ssize_t count = PyTuple_Size(value), own = 0;
    while (own < count && is_value(PyTuple_GetItem(value, own))) own++;
    drop_inputs(node);
    if (set_field(node, INPUTS, own < count ? value : NULL) < 0) return -1;
    if (own < count) return 0;
    if ((count > 2 || node->count == MORE) && !more_of(node, count)) return -1;
    if (node->count == MORE) node->more->count = count;
    else node->count = count;
    Input *in = inputs_of(node, &count);
    for (Py_ssize_t k = 0; k < count; k++) in[k].node = (Node *)Py_NewRef(PyTuple_GetItem(value, k));
    return 0;
}

static PyGetSetDef fields[] = {
    {"_data", get_data, set_data}, {"data", get_data, change_data}, {"_grad", get_grad, set_grad},
    {"grad", get_grad, set_grad}, {"_index", get_place, set_place},
    {"_changed", get_place, set_place, NULL, (void *)1}, {"op", get_op, set_op}, {"inputs", get_inputs, set_inputs},
    {"params", get_object, set_object, NULL, (void *)PARAMS}, {"label", get_object, set_object, NULL, (void *)LABEL}, {0}};
#define ENTRY(name, code) {#name, method_##name, METH_NOARGS},
static PyMethodDef methods[] = {
    METHODS(ENTRY) {"_apply", (PyCFunction)(void (*)(void))Value_apply, METH_FASTCALL}, {0}};

/* Without a traverse of its own, the type would take the collector's header from its base. A graph has no cycles. */
static int traverse(PyObject *self, visitproc visit, void *arg) { return 0; }

static PyType_Slot slots[] = {
    {Py_tp_new, Value_new}, {Py_tp_init, Value_init}, {Py_tp_dealloc, Value_dealloc}, {Py_tp_traverse, traverse},
    {Py_tp_setattro, set_attribute},
    {Py_tp_getset, fields}, {Py_tp_methods, methods}, {Py_nb_add, add}, {Py_nb_subtract, subtract},
    {Py_nb_multiply, multiply}, {Py_nb_true_divide, divide}, {Py_nb_power, raise_to}, {Py_nb_negative, negate},
    {Py_nb_absolute, take_absolute}, {0}};
static PyType_Spec spec = {"autograd.operands.value.Value", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

/* --- the graph as arrays, for a Program --- */

/* How much of a graph was found; stale: whether data was set after its use. */
typedef struct { size_t nodes, ops, operands, params; uint64_t newest; int stale; } Found;

/* Add a node to those found, unless it is among them; 0 with MemoryError. Its place takes the place of an age, so that
   `by_age` sorts the oldest node first. */
static int find(Node *node, Found *found) {
    if (node->slot) return 1;
    if (found->nodes == held.room && !more_room()) return 0;
    uint64_t place = node->index + 1;      /* 0 of a constant, so that it comes first */
    if (place > found->newest) found->newest = place;
    held.reached[found->nodes++] = (Reached){place, node};
    return node->slot = 1;
}

/* Find the Values of a list; 0 where there is another object in it, or with MemoryError. */
static int find_all(PyObject *list, Found *found) {
    for (Py_ssize_t k = 0; k < PyList_Size(list); k++) {
        PyObject *node = PyList_GetItem(list, k);
        if (!is_value(node) || !find((Node *)node, found)) return 0;
    }
    return 1;
}

/* Find all nodes below those found so far, of which the first `leaves` count as leaves. Return 0 where a node is not in
   the table, and with MemoryError. */
static int find_below(size_t leaves, Found *found) {
    for (size_t k = leaves; k < found->nodes; k++) {
        Node *node = held.reached[k].node;
        Py_ssize_t count;
        Input *in = inputs_of(node, &count);
        if (!is_known(node, count)) return 0;
        if (node->code == LEAF) continue;
        found->ops++;
        found->params += table[node->code].params;
        found->operands += count + table[node->code].params;
        for (Py_ssize_t j = 0; j < count; j++) {
            if (!input_node(node, in, j) || !find(in[j].node, found)) return 0;
            found->stale |= node->index >= 0 && changed(in[j].node) > node->index;
        }
        found->stale |= node->index >= 0 && changed(node) > node->index;
    }
    return 1;
}

/* Write the nodes found as the arrays of a tape; 0 with MemoryError. */
static int write_graph(const Found *found, PyObject *nodes, uint8_t *code, uint32_t *first, uint32_t *operand, double *data) {
    Reached *reached = by_age(found->nodes, found->newest);
    uint32_t param = found->nodes - found->ops, leaf = 0, result = param + found->params, *next = operand;
    for (size_t k = 0; k < found->nodes; k++) {
        Node *node = reached[k].node;
        if (node->slot == 1 && node->code != LEAF) { node->slot = 0; continue; }
        data[leaf] = node->data;
        node->slot = ++leaf;
        if (PyList_Append(nodes, (PyObject *)node) < 0) return 0;
    }
    for (size_t k = 0; k < found->nodes; k++) {
        Node *node = reached[k].node;
        if (node->slot) continue;
        Py_ssize_t count;
        Input *in = inputs_of(node, &count);
        *code++ = node->code;
        *first++ = (uint32_t)(next - operand);
        for (Py_ssize_t j = 0; j < count; j++) *next++ = in[j].node->slot - 1;
        params_of(node, data + param);
        for (int j = 0; j < table[node->code].params; j++) *next++ = param++;
        data[result] = node->data;
        node->slot = ++result;
        if (PyList_Append(nodes, (PyObject *)node) < 0) return 0;
    }
    *first = (uint32_t)(next - operand);
    return 1;
}

/* graph(roots, leaves): the graph below the roots, in which `leaves` count as leaves, as the arrays of a tape. None where
   a node is no Value, or its op is not in the table.

   Return (nodes, codes, first, operands, data, places, stale). Each leaf, each parameter of an op and each result has a
   slot, in this order and the older ones first. `nodes` is a list of the leaves and the results. For each op in turn
   there are its code, in one byte, and where its operands begin, in four, with the end of the last ones behind; the
   operands are slots, in four. `data` has the number of each slot, in eight, and `places` the slot of each of `leaves`
   and then of each root, in four. `stale` tells whether data was set after its use. */
static PyObject *graph(PyObject *module, PyObject *args) {
    PyObject *roots, *leaves, *part[5] = {NULL};
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &roots, &PyList_Type, &leaves)) return NULL;
    PyObject *nodes = PyList_New(0);       /* first: a new list may start the collector, and so any Python code */
    Found found = {0};
    Py_ssize_t first = PyList_Size(leaves), given = first + PyList_Size(roots);
    size_t cut;
    int done = 0;
    if (nodes && (held.room || more_room()) && find_all(leaves, &found) && (cut = found.nodes, 1) &&
        find_all(roots, &found) && find_below(cut, &found)) {
        while (cut) held.reached[--cut].node->slot = 2;
        size_t size[5] = {found.ops, 4 * (found.ops + 1), 4 * found.operands, 8 * (found.nodes + found.params), 4 * given};
        void *to[5];
        while (done < 5 && (part[done] = PyBytes_FromStringAndSize(NULL, size[done]))) {
            to[done] = PyBytes_AsString(part[done]);
            done++;
        }
        done = done == 5 && write_graph(&found, nodes, to[0], to[1], to[2], to[3]);
        for (Py_ssize_t k = 0; done && k < given; k++)
            ((uint32_t *)to[4])[k] = ((Node *)PyList_GetItem(k < first ? leaves : roots, k < first ? k : k - first))->slot - 1;
    }
    while (found.nodes) held.reached[--found.nodes].node->slot = 0;
    if (done) return Py_BuildValue("(NNNNNNi)", nodes, part[0], part[1], part[2], part[3], part[4], found.stale);
    for (int k = 0; k < 5; k++) Py_XDECREF(part[k]);
    Py_XDECREF(nodes);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* --- the module --- */

/* place(): take the next place in creation order, which all nodes share. */
static PyObject *take_place(PyObject *module, PyObject *_) { return PyLong_FromLongLong(created++); }

/* Return an attribute of an object, whose reference it takes; NULL with an error, or without an object. */
static PyObject *of(PyObject *object, const char *name) {
    PyObject *found = object ? PyObject_GetAttrString(object, name) : NULL;
    Py_XDECREF(object);
    return found;
}

/* connect(base, general, ops, no_params, get_mode, usual_mode, switched, commits): return the type in C that has the
   methods of base.

   general    the `_apply` for all that this file leaves to Python
   ops        the ops of `names`, in that order
   get_mode   a function that returns the mode, which is the usual one while the list `switched` is empty
   commits    a list with the number of times that gradients were written */
static PyObject *connect(PyObject *module, PyObject *args) {
    PyObject *base;
    if (!PyArg_ParseTuple(args, "OOO!OOOO!O!", &base, &python_apply, &PyList_Type, &ops, &defaults[PARAMS], &get_mode,
                          &usual_mode, &PyList_Type, &switched, &PyList_Type, &commits)) return NULL;
    Py_INCREF(args);            /* and so all that is in it, for good */
    codes = PyDict_New();
    python_init = PyObject_GetAttrString(base, "__init__");
    set_python_data = of(PyObject_GetAttrString(base, "data"), "__set__");
    python_pow = PyObject_GetAttrString(base, "__pow__");
    set_mode = of(of(Py_NewRef(get_mode), "__self__"), "set");
    WATCH = PyUnicode_InternFromString("watch");
    RECORDING = PyUnicode_InternFromString("recording");
    OUTER = PyUnicode_InternFromString("outer");
    defaults[LABEL] = PyUnicode_FromString("");
    if (PyErr_Occurred()) return NULL;
    for (long code = LEAF + 1; code < CODES; code++) {
        PyObject *op = PyList_GetItem(ops, code), *number = PyLong_FromLong(code);
        PyObject *params = PyObject_GetAttrString(op, "params");
        parameters[code] = params ? PySequence_Tuple(params) : NULL;
        if (!number || !parameters[code] || PyDict_SetItem(codes, op, number) < 0) return NULL;
        Py_DECREF(number); Py_DECREF(params);
    }
    for (PyGetSetDef *field = fields; field->name; field++) {    /* what Python has as a property has its docstring */
        PyObject *property = PyObject_GetAttrString(base, field->name);
        PyObject *doc = property ? PyObject_GetAttrString(property, "__doc__") : NULL;
        if (doc) field->doc = PyUnicode_AsUTF8AndSize(doc, NULL);
        PyErr_Clear();
    }
    ValueType = (PyTypeObject *)PyType_FromSpecWithBases(&spec, base);
    return Py_XNewRef((PyObject *)ValueType);
}

/* is_connected(): whether a copy of the package has its Values here; another one goes without. */
static PyObject *is_connected(PyObject *module, PyObject *_) { return PyBool_FromLong(ValueType != NULL); }

/* live(): how many nodes there are, for tests of memory. */
static PyObject *live(PyObject *module, PyObject *_) { return PyLong_FromSsize_t(living); }

/* leave(*exception): go back to the mode outside of this one. In C, because Ctrl-C in an `__exit__` of Python would leave
   the mode on for good. */
static PyObject *leave(PyObject *module, PyObject *_) {
    PyObject *mode = PyObject_CallNoArgs(get_mode), *outer = mode ? PyObject_GetAttr(mode, OUTER) : NULL;
    PyObject *done = !outer || outer == Py_None ? NULL : PyObject_CallFunctionObjArgs(set_mode, outer, NULL);
    Py_XDECREF(mode); Py_XDECREF(outer); Py_XDECREF(done);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef functions[] = {
    {"connect", connect, METH_VARARGS}, {"is_connected", is_connected, METH_NOARGS}, {"live", live, METH_NOARGS},
    {"graph", graph, METH_VARARGS}, {"leave", leave, METH_VARARGS}, {"place", take_place, METH_NOARGS},
    {"sweep", sweep, METH_VARARGS}, {"apply_to_lists", (PyCFunction)(void (*)(void))apply_to_lists, METH_FASTCALL}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "core", NULL, -1, functions};

PyMODINIT_FUNC PyInit_core(void) {
    PyObject *module = PyModule_Create(&definition), *names = PyList_New(CODES);
    for (int code = LEAF; names && code < CODES; code++) {
        PyList_SetItem(names, code, PyUnicode_FromString(code == LEAF ? "" : table[code].name));
    }
    if (!module || !names || PyModule_AddObjectRef(module, "names", names) < 0 ||
        PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0) Py_CLEAR(module);
    Py_XDECREF(names);
    return module;
}
