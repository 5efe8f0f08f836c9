/* Values in C: nodes, operators and the backward sweep. The derivatives are in rules.h.

   For Values and the ops in rules.h, this file does the same as the Python in engine/ and operands/, and gives the same
   bits. It calls that Python for everything else: another operand, a user's own op, a mode that watches each op, an error
   message. A node has the same attributes in both engines, so the Stepper, pictures and second derivatives read both.

   Follow y = a * b and y.backward() through this file:

     a * b           multiply -> operate -> record: make a node, store its inputs in it, and compute it with `forward` of
                     rules.h. Python calls `apply` for tanh(x), ops of lists, and ops with three inputs or parameters.
     y.backward()    Python calls `sweep`: `reach` finds the nodes below y, `by_age` sorts them from the newest to the
                     oldest, and `contribute` of ops.h calls `backward` of rules.h for each.
     y is dropped    Value_dealloc frees the nodes that nothing refers to; new_node uses them again.

   Words:

     code       the op of a node, as a number. LEAF is 0. The codes below ELEMENTWISE are elementwise ops, and those below
                CODES ops of lists (sum, dot, logsumexp). OTHER is an op that Python recorded.
     index      the place of a node in the order of creation, which counts all nodes: Values and Tensors, of C and of Python.
                The inputs of a node are older, so their index is smaller. A constant has none, and gets no gradient.
     slot       a number that a node has during one sweep, or one call of `graph`; 0 at all other times.
     constant   a node that gets no gradient: a result under no_grad(), or a number among the inputs of a node.
     more       a second block of memory, for the few nodes that need it.

   C can leave a piece of work to Python. It has then changed nothing that can be seen. A function that returns an object
   says this with NULL and no error set, and a function that Python calls with None or False. So NULL has two meanings,
   and callers ask PyErr_Occurred().

   The order of the file: memory, recording, backward, attributes, the graph as arrays for a Program, the module. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>
#include <structmember.h>
#include "ops.h"

enum { OTHER = CODES, FREE };   /* the code of a node that Python recorded, and that of a free one */
enum { FRESH = -2, CONSTANT = -1 };     /* the index of a node that is not filled yet, and that of a constant */
enum { OP, INPUTS, PARAMS, LABEL, GRAD, FIELDS };   /* the fields of `More`, and how many there are */

/* What few nodes have: an op of lists, of more than two inputs, with parameters or recorded by Python, data that was set, a
   label, a gradient that is no number. */
typedef struct {
    int64_t changed;            /* when the data was last set, as a place in creation order; 0: never */
    PyObject *field[FIELDS];    /* NULL: the default, which is in `usual` */
    Py_ssize_t count;           /* of the nodes in `in`: the inputs, and then the parameters as constants */
    struct Node *in[];
} More;

typedef struct Node {           /* 64 bytes, a line of the cache */
    PyObject_HEAD
    double data, grad;
    union { int64_t index; struct Node *next; };    /* the place in creation order; the next one in a list of dead nodes */
    union { struct Node *in[2]; More *more; };      /* `in` ends with NULL, or is full */
    uint32_t slot;              /* the place in the search, sweep or list that is under way; else 0 */
    uint8_t code, has_more, has_grad;       /* has_grad: `grad` holds the gradient */
} Node;

/* Objects that Python passes to `connect`, and counters. */
static PyTypeObject *ValueType;
static PyObject *python_init, *python_data, *python_pow, *python_apply, *refuse;
static PyObject *ops, *usual;   /* the op of each code; the fields of a node that has no others */
static PyObject *get_mode, *set_mode, *in_c;   /* in_c: the name of the attribute of a mode that says RECORD, COMPUTE or ASK */
static const char *switched;    /* a byte of Python's that is not 0 once a mode was entered */
static int64_t *commits;        /* how many sweeps have written gradients, those of Python too */
static int64_t created = 1;     /* the index of the next node */
static Py_ssize_t living;       /* nodes that are not freed */

/* Release the result of a Python function; return -1 if it failed, else 0. */
static int done(PyObject *result) { Py_XDECREF(result); return result ? 0 : -1; }

/* Return whether an object is a Value. */
static inline int is_value(PyObject *o) { return Py_TYPE(o) == ValueType; }

/* --- memory --- */

enum { NODES = 1 << 14 };       /* in a slab; the first one is no node: its `next` is the next slab */
static Node *slabs;             /* the first slab */
static Node *candidate, *end;   /* the rest of the current slab, which is still to be searched */

/* Search the next slab from now on, and allocate it if there is none; 0 if there is no memory. If more than a quarter of the
   nodes in the slabs that were searched is free, search again from the first slab instead. */
static Py_NO_INLINE int next_slab(void) {
    static Py_ssize_t passed;   /* nodes in the slabs from the first one to the current one */
    if (4 * living < 3 * passed) passed = 0;
    Node **at = passed ? &(end - NODES)->next : &slabs;
    if (!*at) {
        char *memory = PyMem_Calloc(NODES + 1, sizeof(Node));     /* one more, so that each node fills one cache line */
        if (!memory) return 0;
        *at = (Node *)(memory + sizeof(Node) - (uintptr_t)memory % sizeof(Node));
        for (Node *node = *at + 1; node < *at + NODES; node++) {
            Py_SET_TYPE((PyObject *)node, ValueType);
            node->code = FREE;
        }
    }
    candidate = *at + 1;
    end = *at + NODES;
    passed += NODES - 1;
    return 1;
}

/* Return a new node without inputs: a leaf, or a constant. NULL with MemoryError. Free nodes are used in the order of their
   addresses, and not in the order in which they were freed, because the processor fetches memory ahead in that order. */
static inline Node *new_node(double data, int64_t index) {
    do if (candidate == end && !next_slab()) return (Node *)PyErr_NoMemory();
    while (candidate++->code != FREE);
    Node *node = candidate - 1;
    Py_INCREF((PyObject *)node);        /* of a free node nobody has a reference */
    node->data = data;
    node->index = index;
    node->in[0] = node->in[1] = NULL;
    node->slot = node->code = node->has_more = node->has_grad = 0;  /* the code LEAF */
    living++;
    return node;
}

/* Return the array of the inputs of a node, which its parameters follow. */
static inline Node **inputs_of(Node *node) { return node->has_more ? node->more->in : node->in; }

/* Return how many inputs and parameters a node has. */
static inline Py_ssize_t count_of(const Node *node) { return node->has_more ? node->more->count : table[node->code].inputs; }

/* Return when the data of a node was last set; 0: never. */
static inline int64_t changed(const Node *node) { return node->has_more ? node->more->changed : 0; }

/* Release the inputs of a node; it has none afterwards. */
static inline void drop_inputs(Node *node) {
    if (node->has_more) while (node->more->count) Py_DECREF(node->more->in[--node->more->count]);
    else for (int k = 0; k < 2; k++) Py_CLEAR(node->in[k]);
}

/* Free a node, and those of its inputs that nothing else refers to. Dead nodes wait in a list, because recursion along a long
   chain would overflow the stack. */
static void Value_dealloc(PyObject *self) {
    static Node *dead;
    static int busy;
    Node *node = (Node *)self;
    node->next = dead;
    dead = node;
    if (busy) return;
    busy = 1;
    while ((node = dead)) {
        dead = node->next;
        drop_inputs(node);
        for (int k = 0; node->has_more && k < FIELDS; k++) Py_XDECREF(node->more->field[k]);
        if (node->has_more) PyMem_Free(node->more);
        node->code = FREE;
        living--;
    }
    busy = 0;
}

/* Give a node `more`, with room for so many inputs that will be added. 0 with MemoryError. */
static int give_more(Node *node, Py_ssize_t room) {
    if (node->has_more) return 1;
    Py_ssize_t count = count_of(node);
    More *more = PyMem_Calloc(1, sizeof(More) + (count + room) * sizeof(Node *));
    if (!more) return PyErr_NoMemory(), 0;
    memcpy(more->in, node->in, count * sizeof(Node *));
    more->count = count;
    node->more = more;
    return node->has_more = 1;
}

/* --- recording --- */

enum { RECORD, COMPUTE, ASK };  /* what to do with an op: record it, compute a constant, leave it to Python */

/* Return what to do in the mode of this thread and task; ASK with an error set if that fails. No Python code runs in it,
   which could change the lists that are read. */
static inline int current_mode(void) {
    if (!*switched) return RECORD;
    PyObject *mode = PyObject_CallNoArgs(get_mode), *answer = mode ? PyObject_GetAttr(mode, in_c) : NULL;
    int found = answer ? (int)PyLong_AsLong(answer) : ASK;
    Py_XDECREF(mode); Py_XDECREF(answer);
    return found;
}

/* Read a plain number into x; return 0 if the object is none, or an integer that is too large for a float. */
static int read_number(PyObject *o, double *x) {
    if (PyFloat_Check(o)) return *x = PyFloat_AsDouble(o), 1;
    if (!PyLong_CheckExact(o) && !PyBool_Check(o)) return 0;
    *x = PyLong_AsDouble(o);
    return !PyErr_Occurred() || (PyErr_Clear(), 0);
}

/* Return an argument of an op as a node; NULL if it is neither a Value nor a number, and with MemoryError. */
static inline Node *as_node(PyObject *o) {
    double x;
    if (is_value(o)) return (Node *)Py_NewRef(o);
    return read_number(o, &x) ? new_node(x, CONSTANT) : NULL;
}

/* A `Find` for the values of a node's inputs. */
static inline Operand find_value(const void *node, size_t k) { return (Operand){&inputs_of((Node *)node)[k]->data, NULL}; }

/* Apply an op to `many` Values and numbers: its inputs and then its parameters, which are also in the dict `params`. If `size`
   is not 0, `given` has that many lists of this size instead. NULL without an error: Python has to apply it. `wanted` is set
   if an input gets a gradient, and `values` counts the Values. */
INLINE PyObject *record(int code, PyObject *const *given, Py_ssize_t many, Py_ssize_t size, PyObject *params) {
    const double *x[MOST] = {NULL};
    int mode = current_mode(), wanted = 0, values = 0;
    Py_ssize_t count = size ? many * size : many;
    int more = size && (count > 2 || params || code >= ELEMENTWISE);    /* else the inputs are in the node itself */
    Node *y = mode == ASK ? NULL : new_node(0.0, CONSTANT);
    if (!y || (more && !give_more(y, count))) return Py_XDECREF((PyObject *)y), NULL;
    Node **in = inputs_of(y);
    #pragma GCC unroll 2    /* an operator has one input or two */
    for (Py_ssize_t k = 0, j = 0; k < count; k++) {
        PyObject *item = size ? PyList_GetItem(*given, j) : given[k];
        if (!item || !(in[k] = as_node(item))) return Py_DECREF((PyObject *)y), NULL;
        values += is_value(item);
        if (more) y->more->count++;
        if (size && ++j == size) j = 0, given++;
        if (k < MOST) x[k] = &in[k]->data;
        wanted |= in[k]->index >= 0;
    }
    /* Python detaches a mask that wants a gradient. */
    if (!values || (code == OP_WHERE && in[0]->index >= 0)) return Py_DECREF((PyObject *)y), NULL;
    if (code < ELEMENTWISE) forward(code, 1, &y->data, x);
    else y->data = list_forward(code, find_value, y, count);
    if (mode == RECORD && wanted) {
        if (params) y->more->field[PARAMS] = Py_NewRef(params);
        y->index = created++;
        y->code = code;
    } else drop_inputs(y);
    return (PyObject *)y;
}

/* apply(code, params, *lists): apply an op of lists to its lists. Apply another op to one list of its inputs and then its
   parameters, which are also in the dict `params`. None: Python has to apply it. */
static PyObject *apply(PyObject *module, PyObject *const *given, Py_ssize_t count) {
    long code = count > 2 ? PyLong_AsLong(given[0]) : LEAF;
    if (code <= LEAF || code >= CODES) return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    Py_ssize_t size = PyList_CheckExact(given[2]) ? PyList_Size(given[2]) : 0, many = count - 2;
    int per = table[code].inputs + table[code].params;
    int right = size && (code < ELEMENTWISE ? size * many == per : size * many % per == 0);
    for (Py_ssize_t k = 1; k < many; k++) right &= PyList_CheckExact(given[k + 2]) && PyList_Size(given[k + 2]) == size;
    PyObject *y = right ? record(code, given + 2, many, size, table[code].params ? given[1] : NULL) : NULL;
    return y || PyErr_Occurred() ? y : Py_NewRef(Py_None);
}

/* Apply an operator; call Python if `record` leaves it to Python. */
INLINE PyObject *operate(int code, int inputs, PyObject *a, PyObject *b) {
    PyObject *given[] = {a, b}, *y = record(code, given, inputs, 0, NULL);
    if (y || PyErr_Occurred()) return y;
    return PyObject_CallFunction(python_apply, inputs == 2 ? "iOO" : "iO", code, a, b);
}

/* The operators of Python. The Python refuses a modulus with a message. */
static PyObject *add(PyObject *a, PyObject *b) { return operate(OP_ADD, 2, a, b); }
static PyObject *subtract(PyObject *a, PyObject *b) { return operate(OP_SUB, 2, a, b); }
static PyObject *multiply(PyObject *a, PyObject *b) { return operate(OP_MUL, 2, a, b); }
static PyObject *divide(PyObject *a, PyObject *b) { return operate(OP_DIV, 2, a, b); }
static PyObject *negate(PyObject *a) { return operate(OP_NEG, 1, a, NULL); }
static PyObject *take_absolute(PyObject *a) { return operate(OP_ABS, 1, a, NULL); }
static PyObject *raise_to(PyObject *a, PyObject *b, PyObject *modulus) {
    return modulus == Py_None ? operate(OP_POW, 2, a, b) : PyObject_CallFunctionObjArgs(python_pow, a, b, modulus, NULL);
}

/* The methods of the ops, such as x.exp(). */
/* The methods of Python that take nothing else, such as x.exp(). */
#define METHOD(name, code) static PyObject *method_##name(PyObject *x, PyObject *_) { return operate(code, 1, x, NULL); }
METHODS(METHOD)

/* --- backward: one sweep, newest node first --- */

typedef struct { uint64_t age; Node *node; } Reached;    /* age: the index of the root less that of the node */

/* The memory of a sweep, kept for the next one, because allocating it would take as long as the sweep. `room` and `count`: how
   many nodes fit in, and how many are in. `oldest`: the largest age of a node that is no leaf. */
static struct { Reached *reached, *sorted; double *gradients; size_t room, count; uint64_t oldest; } held;

/* Make room for twice as many nodes, and keep those in `reached`; 0 with MemoryError. */
static int grow(void) {
    size_t room = held.room ? 2 * held.room : 1024;
    size_t size = 2 * sizeof(Reached) + sizeof(double);     /* for one node; a slot has 32 bits */
    Reached *memory = room > UINT32_MAX ? NULL : PyMem_Realloc(held.reached, room * size);
    if (!memory) return PyErr_NoMemory(), 0;
    held.reached = memory;
    held.sorted = memory + room;
    held.gradients = (double *)(memory + 2 * room);
    held.room = room;
    return 1;
}

/* Sort the reached nodes by age with a radix sort: each pass sorts by 8 or 11 bits, from one of the two arrays into the other.
   Return the array that has the result. A node that is older than all results is a leaf, such as a parameter. These come
   last, in any order, and count as equally old, because their ages may have many more bits. */
static Reached *by_age(void) {
    Reached *from = held.reached, *to = held.sorted;
    uint64_t last = held.oldest + 1;
    int bits = last < 256 ? 8 : 11;
    #define PART(k) ((from[k].age < last ? from[k].age : last) >> shift & ((1 << bits) - 1))
    for (int shift = 0; last >> shift; shift += bits) {
        size_t start[2049];
        memset(start, 0, ((1 << bits) + 1) * sizeof(size_t));
        for (size_t k = 0; k < held.count; k++) start[PART(k) + 1]++;
        for (int k = 0; k < 1 << bits; k++) start[k + 1] += start[k];
        for (size_t k = 0; k < held.count; k++) to[start[PART(k)]++] = from[k];
        Reached *other = from; from = to; to = other;
    }
    return from;
}

/* Push a node on the stack of the nodes whose inputs are still to be visited, and return its number; 0 with MemoryError. The
   stack is a list inside `reached`: `top` is the number of the node below, or 0, and the slot of the node is `top` + 1. */
static inline size_t push(Node *node, uint64_t age, size_t top) {
    if (held.count == held.room && !grow()) return 0;
    if (node->code != LEAF && age > held.oldest) held.oldest = age;
    held.reached[held.count] = (Reached){age, node};
    node->slot = top + 1;
    return ++held.count;
}

/* Find all nodes below the root that get a gradient, and set their slots, which are not 0 then. Find none if Python has to do
   the sweep, and with MemoryError. Python does it if it recorded one of the nodes or if a gradient is no number, and it
   refuses data that was set after an op used it.

   Node number n is held.reached[n - 1]. The node that was found last is visited first, because it is still in the cache. */
static void reach(Node *root) {
    held.count = held.oldest = 0;
    size_t top = push(root, 0, 0);
    int ours = top > 0;         /* whether C does this sweep */
    while (ours && top) {
        Node *node = held.reached[top - 1].node, **in = inputs_of(node);
        top = node->slot - 1;
        ours = node->code != OTHER && !(node->has_more && node->more->field[GRAD]);
        ours = ours && (node->code == LEAF || changed(node) <= node->index);
        for (Py_ssize_t k = 0; ours && k < count_of(node); k++) {
            ours = changed(in[k]) <= node->index;
            if (ours && !in[k]->slot && in[k]->index >= 0 && in[k]->index < node->index)
                ours = (top = push(in[k], root->index - in[k]->index, top)) > 0;
        }
    }
    while (!ours && held.count) held.reached[--held.count].node->slot = 0;
}

/* A `Find` for the inputs of a node in a sweep. An input with slot 0 gets no gradient: it is a constant, a parameter, or newer
   than the node, such as a Value whose __init__ ran after its use. There is no input where `in` has NULL. */
static inline Operand find_input(const void *node, size_t k) {
    const Node *input = inputs_of((Node *)node)[k];
    if (!input) return (Operand){NULL, NULL};
    return (Operand){&input->data, input->slot ? &held.gradients[input->slot - 1] : NULL};
}

/* sweep(root, seed): set `.grad` of the root and of all nodes below it, and return True. Return False, with nothing done, if
   Python has to do it. No Python code runs meanwhile, so neither Ctrl-C nor another thread finds half of it done. */
static PyObject *sweep(PyObject *module, PyObject *const *given, Py_ssize_t args) {
    if (args != 2 || !is_value(given[0]) || !PyFloat_CheckExact(given[1])) Py_RETURN_FALSE;
    reach((Node *)given[0]);
    if (!held.count) return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    Reached *reached = by_age();
    for (size_t k = 0; k < held.count; k++) {
        reached[k].node->slot = k + 1;
        held.gradients[k] = k ? -0.0 : PyFloat_AsDouble(given[1]);      /* changes no sum; 0.0 would turn -0.0 into 0.0 */
    }
    for (size_t k = 0; k < held.count; k++) {
        Node *node = reached[k].node;
        double *g = &held.gradients[k];
        int per = table[node->code].inputs + table[node->code].params;
        if (!node->has_more && per) contribute(node->code, 1, g, &node->data, find_input, node, 2, 1);
        else if (per) contribute(node->code, 1, g, &node->data, find_input, node, per, node->more->count / per);
        node->grad = node->code == LEAF && node->has_grad ? node->grad + *g : *g;
        node->has_grad = 1;
        node->slot = 0;
    }
    ++*commits;     /* tells a sweep in Python that gradients have changed since it read them */
    Py_RETURN_TRUE;
}

/* --- attributes: those of a node of the pure engine --- */

/* Make a node that __init__ or _fill fills. Refuse a subclass, with the message of Python, also where another base class of it
   has an __init_subclass__ of its own. */
static PyObject *Value_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    if (type != ValueType) return PyObject_CallMethod((PyObject *)ValueType, "__init_subclass__", NULL);
    return (PyObject *)new_node(0.0, FRESH);
}

/* Fill a node for Value(3.0); call the __init__ of Python for other arguments. */
static int Value_init(PyObject *self, PyObject *args, PyObject *named) {
    Node *node = (Node *)self;
    if (node->index != FRESH || named || PyTuple_Size(args) != 1 || !read_number(PyTuple_GetItem(args, 0), &node->data))
        return done(PyObject_CallFunctionObjArgs(python_init, self, args, named, NULL));
    node->index = created++;
    return 0;
}

/* Return a field: `op`, `params`, `label`, the inputs that Python recorded, or a gradient that is no number. */
static PyObject *get_field(PyObject *self, void *which) {
    Node *node = (Node *)self;
    intptr_t k = (intptr_t)which;
    PyObject *found = node->has_more ? node->more->field[k] : NULL;
    if (!found) found = k == OP ? PyList_GetItem(ops, node->code) : PyTuple_GetItem(usual, k);
    return Py_XNewRef(found);
}

/* Set a field. */
static int set_field(PyObject *self, PyObject *value, void *which) {
    Node *node = (Node *)self;
    intptr_t k = (intptr_t)which;
    int is_usual = value == PyTuple_GetItem(usual, k);
    if (is_usual && !node->has_more) return 0;
    if (!give_more(node, 0)) return -1;
    PyObject *before = node->more->field[k];
    node->more->field[k] = is_usual ? NULL : Py_XNewRef(value);
    Py_XDECREF(before);
    return 0;
}

/* _fill(data, op, inputs, params, label, index): fill a new node, once. */
static PyObject *Value_fill(PyObject *self, PyObject *args) {
    Node *node = (Node *)self;
    PyObject *field[FIELDS];
    double data;
    long long index;
    if (!PyArg_ParseTuple(args, "dOO!OOL", &data, &field[OP], &PyTuple_Type, &field[INPUTS], &field[PARAMS], &field[LABEL],
                          &index)) return NULL;
    if (node->index != FRESH) return PyErr_Format(PyExc_TypeError, "a Value is filled once; make a new one");
    for (intptr_t k = OP; k <= LABEL; k++) if (set_field(self, field[k], (void *)k) < 0) return NULL;
    if (field[OP] != Py_None) node->code = OTHER;
    node->data = data;
    node->index = index;
    return Py_NewRef(self);
}

/* Return the inputs as a tuple. */
static PyObject *get_inputs(PyObject *self, void *_) {
    Node *node = (Node *)self;
    if (node->code == OTHER) return get_field(self, (void *)INPUTS);
    Py_ssize_t count = count_of(node) - (node->has_more ? table[node->code].params : 0);
    PyObject *inputs = PyTuple_New(count);
    for (Py_ssize_t k = 0; inputs && k < count; k++) PyTuple_SetItem(inputs, k, Py_NewRef((PyObject *)inputs_of(node)[k]));
    return inputs;
}

/* Return `data` as an object. */
static PyObject *get_data(PyObject *self, void *_) { return PyFloat_FromDouble(((Node *)self)->data); }

/* Set `data`, and note when. Call the property of Python if the value is no float. */
static int set_data(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    if (!value || !PyFloat_CheckExact(value)) return done(PyObject_CallFunctionObjArgs(python_data, self, value, NULL));
    if (!give_more(node, 0)) return -1;
    node->more->changed = created++;
    node->data = PyFloat_AsDouble(value);
    return 0;
}

/* Return `grad` as an object; None where the node has none. */
static PyObject *get_grad(PyObject *self, void *_) {
    Node *node = (Node *)self;
    return node->has_grad ? PyFloat_FromDouble(node->grad) : get_field(self, (void *)GRAD);
}

/* Set `grad` to a number, None or anything else. */
static int set_grad(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    double number = 0.0;
    int is_number = value && read_number(value, &number);
    if (value && !is_number && value != Py_None && !give_more(node, 0)) return -1;  /* so that nothing below can fail */
    node->grad = number;
    node->has_grad = is_number;
    return set_field(self, is_number ? Py_None : value, (void *)GRAD);
}

/* Return `_changed` as an object. */
static PyObject *get_changed(PyObject *self, void *_) { return PyLong_FromLongLong(changed((Node *)self)); }

/* Set `_changed`, as the property `data` of Python does. */
static int set_changed(PyObject *self, PyObject *value, void *_) {
    int64_t place = PyLong_AsLongLong(value);
    if ((place == -1 && PyErr_Occurred()) || !give_more((Node *)self, 0)) return -1;
    ((Node *)self)->more->changed = place;
    return 0;
}

/* Set an attribute. If it cannot be set, or is to be deleted, Python says why. */
static int set_attribute(PyObject *self, PyObject *name, PyObject *value) {
    if (value && PyObject_GenericSetAttr(self, name, value) == 0) return 0;
    if (value && !PyErr_ExceptionMatches(PyExc_AttributeError)) return -1;
    PyErr_Clear();
    return done(PyObject_CallFunctionObjArgs(refuse, self, name, value, NULL));
}

static PyGetSetDef fields[] = {
    {"data", get_data, set_data}, {"grad", get_grad, set_grad}, {"_grad", get_grad, set_grad},
    {"_changed", get_changed, set_changed}, {"inputs", get_inputs}, {"op", get_field, NULL, NULL, (void *)OP},
    {"params", get_field, NULL, NULL, (void *)PARAMS}, {"label", get_field, set_field, NULL, (void *)LABEL}, {0}};
static PyMemberDef members[] = {
    {"_data", T_DOUBLE, offsetof(Node, data)}, {"_index", T_LONGLONG, offsetof(Node, index), READONLY}, {0}};
#define ENTRY(name, code) {#name, method_##name, METH_NOARGS, #name "($self, /)\n--\n\n"},     /* for inspect.signature */
static PyMethodDef methods[] = {METHODS(ENTRY) {"_fill", Value_fill, METH_VARARGS}, {0}};

/* With this function, the type does not inherit the garbage collector's header from its base. A graph has no cycles, unless a
   `.grad` is set to a node that is computed from this one: such nodes are never freed. */
static int traverse(PyObject *self, visitproc visit, void *arg) { return 0; }

static PyType_Slot slots[] = {
    {Py_tp_new, Value_new}, {Py_tp_init, Value_init}, {Py_tp_dealloc, Value_dealloc}, {Py_tp_traverse, traverse},
    {Py_tp_setattro, set_attribute}, {Py_tp_getset, fields}, {Py_tp_members, members}, {Py_tp_methods, methods},
    {Py_nb_add, add}, {Py_nb_subtract, subtract}, {Py_nb_multiply, multiply}, {Py_nb_true_divide, divide},
    {Py_nb_power, raise_to}, {Py_nb_negative, negate}, {Py_nb_absolute, take_absolute}, {0}};
static PyType_Spec spec = {"autograd.operands.value.Value", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

/* --- the graph as arrays, for a Program --- */

/* Append a Value to a list of nodes, unless it is in it; its slot is its place there, counted from 1. Return 0 if it is no
   Value, and with MemoryError. */
static int add_node(PyObject *object, PyObject *nodes) {
    Node *node = (Node *)object;
    if (!is_value(object)) return 0;
    if (!node->slot && PyList_Append(nodes, object) == 0) node->slot = PyList_Size(nodes);
    return node->slot != 0;
}

/* What `graph` tells of a node; `code` is that of an op or LEAF, and `inputs` counts the inputs and parameters. */
typedef struct { double data; int64_t index, changed; uint32_t code, inputs; } Row;

/* Append bytes to a bytearray; 0 with MemoryError. */
static int append(PyObject *array, const void *bytes, size_t size) {
    size_t before = PyByteArray_Size(array);
    if (PyByteArray_Resize(array, before + size) < 0) return 0;
    memcpy(PyByteArray_AsString(array) + before, bytes, size);
    return 1;
}

/* graph(ends, leaves): return (nodes, rows, places), the graph below the list `ends`, which has each node once and whose first
   `leaves` nodes count as leaves. None if a node is no Value, or its op is not in rules.h.

   nodes     a list: the ends, and then all nodes below them
   rows      the bytes of a Row for each node
   places    for one node after the other, the places of its inputs in `nodes`, counted from 1, as uint32 */
static PyObject *graph(PyObject *module, PyObject *args) {
    PyObject *ends, *nodes = PyList_New(0);     /* first, because a new list may start the collector, which may run any code */
    PyObject *rows = PyByteArray_FromStringAndSize(NULL, 0), *places = PyByteArray_FromStringAndSize(NULL, 0);
    Py_ssize_t leaves;
    int ok = nodes && rows && places && PyArg_ParseTuple(args, "O!n", &PyList_Type, &ends, &leaves);
    for (Py_ssize_t k = 0; ok && k < PyList_Size(ends); k++) ok = add_node(PyList_GetItem(ends, k), nodes);
    for (Py_ssize_t k = 0; ok && k < PyList_Size(nodes); k++) {
        Node *node = (Node *)PyList_GetItem(nodes, k), **in = inputs_of(node);
        int code = k < leaves ? LEAF : node->code;
        Row row = {node->data, node->index, changed(node), code, code == LEAF ? 0 : count_of(node)};
        ok = code != OTHER && append(rows, &row, sizeof row);
        for (uint32_t j = 0; ok && j < row.inputs; j++)
            ok = add_node((PyObject *)in[j], nodes) && append(places, &in[j]->slot, 4);
    }
    for (Py_ssize_t k = 0; nodes && k < PyList_Size(nodes); k++) ((Node *)PyList_GetItem(nodes, k))->slot = 0;
    if (ok) return Py_BuildValue("NNN", nodes, rows, places);
    Py_XDECREF(nodes); Py_XDECREF(rows); Py_XDECREF(places);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* --- the module --- */

/* place(): return the index of a new node that Python makes. */
static PyObject *take_place(PyObject *module, PyObject *_) { return PyLong_FromLongLong(created++); }

/* connect(...): make the type Value in C, which inherits the methods of the class in Python, and return it. compiled.py lists
   the arguments. */
static PyObject *connect(PyObject *module, PyObject *args) {
    PyObject *base, *flag, *count;
    if (!PyArg_ParseTuple(args, "OOOOOOO!O!O!OOOO!zz", &base, &python_init, &python_data, &python_pow, &python_apply, &refuse,
                          &PyList_Type, &ops, &PyTuple_Type, &usual, &PyByteArray_Type, &flag, &get_mode, &set_mode,
                          &in_c, &PyByteArray_Type, &count, &fields[0].doc, &fields[1].doc)) return NULL;
    Py_INCREF(args);            /* keeps all objects in it for good */
    switched = PyByteArray_AsString(flag);
    commits = (int64_t *)PyByteArray_AsString(count);
    ValueType = (PyTypeObject *)PyType_FromSpecWithBases(&spec, base);
    return Py_XNewRef((PyObject *)ValueType);
}

/* is_connected(): return whether a copy of the package uses this module; another copy then uses the pure engine. */
static PyObject *is_connected(PyObject *module, PyObject *_) { return PyBool_FromLong(ValueType != NULL); }

/* live(): return how many nodes are not freed, for tests of memory. */
static PyObject *live(PyObject *module, PyObject *_) { return PyLong_FromSsize_t(living); }

/* leave(*exception): go back to the mode outside of this one: the `__exit__` of a mode. It is in C, because Ctrl-C inside of an
   `__exit__` in Python would leave the mode on for good. */
static PyObject *leave(PyObject *module, PyObject *_) {
    PyObject *mode = PyObject_CallNoArgs(get_mode), *outer = mode ? PyObject_GetAttrString(mode, "outer") : NULL;
    PyObject *token = !outer || outer == Py_None ? NULL : PyObject_CallFunctionObjArgs(set_mode, outer, NULL);
    Py_XDECREF(mode); Py_XDECREF(outer); Py_XDECREF(token);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

#define FAST(function) (PyCFunction)(void (*)(void))function, METH_FASTCALL     /* takes its arguments as an array */
static PyMethodDef functions[] = {
    {"connect", connect, METH_VARARGS}, {"is_connected", is_connected, METH_NOARGS}, {"live", live, METH_NOARGS},
    {"graph", graph, METH_VARARGS}, {"leave", leave, METH_VARARGS}, {"place", take_place, METH_NOARGS},
    {"sweep", FAST(sweep)}, {"apply", FAST(apply)}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "core", NULL, -1, functions};

PyMODINIT_FUNC PyInit_core(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && (PyModule_AddStringConstant(module, "names", NAMES) < 0 ||
                   PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0)) Py_CLEAR(module);
    return module;
}
