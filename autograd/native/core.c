/* Values in C: nodes, operators and the backward sweep. It knows no derivative: those are in rules.h.

   For Values and the ops in rules.h, it does what the Python in engine/ and operands/ does, with the same bits. It calls
   that Python for everything else: another operand, a user's own op, a mode that watches each op, an error message. A
   node has the same attributes as one of the pure engine, so the Stepper, pictures and second derivatives read both.

   Follow y = a * b and y.backward() through this file:

     a * b           multiply -> operate -> record: read both operands, compute with `forward` of rules.h, and make a node
                     that holds its inputs. `_apply` is the same for tanh(x); record_any is for ops of lists and for ops
                     with three inputs or with parameters.
     y.backward()    the Python calls `sweep`: `reach` finds the nodes below y, `by_age` sorts them from the newest to the
                     oldest, `contribute` calls `backward` of rules.h for each, and `commit` writes its gradient.
     y is dropped    Value_dealloc frees the nodes that no one holds; new_node takes them again.

   Words:

     code       the op of a node, as a number: LEAF is 0. Then come the elementwise ops, and from ELEMENTWISE on the ops of
                lists (sum, dot, logsumexp). OTHER is an op that Python recorded.
     index      the place in creation order, which nodes of all kinds and in both languages share. An input is older than
                the node, so its index is smaller. A constant has none: it gets no gradient.
     slot       a number that a node has during one sweep, or one call of `graph`; else 0.
     constant   a node that gets no gradient, such as a result under no_grad(). A number among the inputs of a node is kept
                as a double, and becomes a constant when somebody asks for `inputs`.
     more       a second block of memory, for the few nodes that need it.

   Where C leaves the work to Python, it has changed nothing that can be seen, and says so: a function that
   returns an object then returns NULL without an error set, and the functions that Python calls return None or False. So
   a NULL has two meanings, and callers ask PyErr_Occurred().

   The order of the file: memory, recording, backward, attributes, the graph as arrays for a Program, the module. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

/* Copy a function into each of its callers: where the code of the op is a constant there, only that op's case is left. */
#define INLINE static inline Py_ALWAYS_INLINE

#include "lists.h"

enum { OTHER = CODES };         /* the op of a node that Python recorded */
enum { NONE, NUMBER, ZERO, OBJECT };    /* what a node has for a gradient; ZERO: the int 0, as micrograd sets it */
enum { FRESH = -2, CONSTANT = -1 };     /* the index of a node that is not filled yet, and that of a constant */
enum { OP, INPUTS, PARAMS, LABEL, FIELDS };     /* the fields of `More`, and how many there are */

typedef struct Node Node;

/* What few nodes have: more than two inputs and parameters, data that was set, a label, an op that Python recorded. */
typedef struct {
    int64_t changed;            /* when the data was last set, as a place in creation order; 0: never */
    PyObject *field[FIELDS];    /* NULL: the op of the node's code, the inputs in `in`, NO_PARAMS, "" */
    Py_ssize_t count;           /* of the inputs in `in` and, as constants behind them, the parameters */
    Node *in[];
} More;

struct Node {                   /* 64 bytes, a line of the cache */
    PyObject_HEAD
    double data;
    union { double number; PyObject *object; } grad;
    union { int64_t index; Node *next; };      /* the place in creation order; the next one of a list of dead nodes */
    union { union { Node *node; double number; } in[2]; More *more; };
    uint32_t slot;              /* the place in the search, the sweep or the list under way; 0 where there is none */
    uint8_t code, has_more, has_grad;
    uint8_t numbers;            /* bit k: in[k] is no node, but a number, or nothing */
};

/* What Python hands over, see `connect`. */
static PyTypeObject *ValueType;
static PyObject *python_init, *set_python_data, *python_pow, *python_apply, *refuse;
static PyObject *ops, *codes, *parameters;     /* the op of a code, the code of an op, and the parameters of a code */
static PyObject *usual[FIELDS]; /* the params and the label of a node that has no others */
static PyObject *get_mode, *set_mode;
static PyObject *IN_C;          /* the name of the attribute of a mode that says RECORD, COMPUTE or ASK */
static const char *switched;    /* a byte of Python's that is not 0 once a mode was entered */
static int64_t *commits;        /* how many sweeps have written gradients, those of Python too */
static int64_t created = 1;     /* the next place in creation order */
static Py_ssize_t living;       /* nodes that are not freed */

/* Drop what a function of Python returned; -1 where it failed. */
static int done(PyObject *result) {
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* Whether an object is a Value. */
static inline int is_value(PyObject *o) { return Py_TYPE(o) == ValueType; }

/* --- memory --- */

/* Load memory that is used soon. In a graph larger than the cache, waiting for memory takes most of the time. */
#ifndef __GNUC__
#define __builtin_prefetch(x) ((void)(x))
#endif
#define PREFETCH_INPUTS(x) (__builtin_prefetch((x)->in[0].node), __builtin_prefetch((x)->in[1].node))

/* tools/sanitize.py defines these: it allocates slabs one by one, and AddressSanitizer is told that what a free node has
   before its `slot` is not to be touched, because the memory of nodes is not given back. */
#ifndef SLABS
#define SLABS 7         /* in an allocation */
#define CLOSE(node)
#define OPEN(node)
#endif

#ifdef __linux__
#include <sys/mman.h>
#else
#define madvise(memory, size, advice)
#endif

enum { SLAB = 1 << 21, NODES = SLAB / sizeof(Node) };   /* bytes of a slab, and how many nodes long it is */
enum { ENOUGH = NODES / 4 };    /* free nodes for which a slab is searched again; so at most a quarter of the memory is not */
enum { FREE = 255 };            /* the code of a free node */
_Static_assert((int)OTHER < (int)FREE, "the code of a free node is that of no op");

/* A slab of nodes, as large as a large page and at the place of one, so that each node is on a cache line of its own. This
   is in the place of its first node. Slabs are not given back. */
typedef struct Slab { struct Slab *next; int free; } Slab;

static Slab *slabs;             /* the first one */
static Node *candidate, *end;   /* the rest of a slab, in which the next free node is looked for */

/* Return the slab of a node. */
static inline Slab *slab_of(const Node *node) { return (Slab *)((uintptr_t)node & ~(uintptr_t)(SLAB - 1)); }

/* Return a new slab, or NULL. They are allocated several at a time, with room for one more to align them: Linux may give
   the rest, where the C library writes a header, a large page too. No slab is touched before its time. */
static Slab *new_slab(void) {
    static char *next, *last;
    if (next == last) {
        char *memory = malloc((SLABS + 1) * (size_t)SLAB);
        if (!memory) return NULL;
        next = memory + (SLAB - (uintptr_t)memory % SLAB) % SLAB;
        last = next + SLABS * (size_t)SLAB;
    }
    Node *nodes = (Node *)next;
    next += SLAB;
    madvise(nodes, SLAB, MADV_HUGEPAGE);    /* which are in the processor's table of pages more often than small ones */
    for (int k = 1; k < NODES; k++) {
        PyObject_Init((PyObject *)&nodes[k], ValueType);
        nodes[k].code = FREE;
        CLOSE(&nodes[k]);
    }
    *(Slab *)nodes = (Slab){NULL, NODES - 1};
    return (Slab *)nodes;
}

/* Go on with a slab that has enough free nodes; 0 where there is none, and no memory for one. */
static int find_slab(void) {
    Slab **at = &slabs;
    while (*at && (*at)->free < ENOUGH) at = &(*at)->next;
    if (!*at && !(*at = new_slab())) return 0;
    candidate = (Node *)*at + 1;
    end = (Node *)*at + NODES;
    return 1;
}

/* Return a new node without inputs: a leaf, or a constant. NULL with MemoryError. Free nodes are taken in the order of
   their places, and not in that of their freeing: memory that is read in order is read ahead. */
static inline Node *new_node(double data, int64_t index) {
    do if (candidate == end && !find_slab()) return (Node *)PyErr_NoMemory();
    while (candidate++->code != FREE);
    Node *node = candidate - 1;
    slab_of(node)->free--;
    OPEN(node);
    Py_SET_REFCNT((PyObject *)node, 1);
    node->data = data;
    node->index = index;
    node->slot = node->code = node->has_more = node->has_grad = 0;  /* LEAF, NONE */
    node->numbers = 3;
    living++;
    return node;
}

/* Drop the references of a node to its inputs; it has none then. */
static inline void drop_inputs(Node *node) {
    if (!(node->numbers & 1)) Py_DECREF(node->in[0].node);
    if (!(node->numbers & 2)) Py_DECREF(node->in[1].node);
    node->numbers = 3;
    while (node->has_more && node->more->count) Py_DECREF(node->more->in[--node->more->count]);
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
        if (node->has_more) {
            for (int k = 0; k < FIELDS; k++) Py_XDECREF(node->more->field[k]);
            PyMem_Free(node->more);
        }
        node->code = FREE;
        slab_of(node)->free++;
        CLOSE(node);
        living--;
    }
    busy = 0;
}

/* Return how many inputs and parameters a node has. */
static inline Py_ssize_t inputs_of(const Node *node) { return node->has_more ? node->more->count : table[node->code].inputs; }

/* Return what is in a place for an input; NULL for a number, and for nothing. `more`: whether the node has more. */
INLINE Node *place_of(const Node *node, int more, Py_ssize_t k) {
    if (more) return node->more->in[k];
    return node->numbers >> k & 1 ? NULL : node->in[k].node;
}

/* Return an input of a node: a number becomes the constant that it is in the pure engine. NULL with MemoryError. */
static Node *input_of(Node *node, Py_ssize_t k) {
    Node *number = place_of(node, node->has_more, k);
    if (number) return number;
    number = new_node(node->in[k].number, CONSTANT);
    if (!number) return NULL;
    node->numbers &= ~(1 << k);
    return node->in[k].node = number;
}

/* Return when the data of a node was last set; 0: never. */
static inline int64_t changed(const Node *node) { return node->has_more ? node->more->changed : 0; }

/* Give a node `more`; a new node one with room for inputs. 0 with MemoryError. */
static int give_more(Node *node, Py_ssize_t room) {
    if (node->has_more) return 1;
    Py_ssize_t count = inputs_of(node);
    for (Py_ssize_t k = 0; k < count; k++) if (!input_of(node, k)) return 0;
    More *more = PyMem_Calloc(1, sizeof(More) + (count + room) * sizeof(Node *));
    if (!more) return PyErr_NoMemory(), 0;
    while (more->count < count) { more->in[more->count] = node->in[more->count].node; more->count++; }
    node->numbers = 3;
    node->more = more;
    return node->has_more = 1;
}

/* Read an argument of an op; return 1 for a Value, 0 for a plain number, -1 for anything else. */
static inline int read_number(PyObject *o, double *x) {
    if (is_value(o)) { *x = ((Node *)o)->data; return 1; }
    if (PyFloat_Check(o)) { *x = PyFloat_AsDouble(o); return 0; }
    if (!PyLong_CheckExact(o) && !PyBool_Check(o)) return -1;
    *x = PyLong_AsDouble(o);
    if (*x != -1.0 || !PyErr_Occurred()) return 0;
    PyErr_Clear();              /* an integer too large for a float: Python says so in words */
    return -1;
}

/* Add a Value or a number to the inputs of a node, for which `more` has room. Return 1 for a Value, 0 for a number, -1 for
   anything else and where memory fails. */
static inline int add_input(Node *node, PyObject *item) {
    double x;
    int is_node = read_number(item, &x);
    Node *input = is_node < 0 ? NULL : is_node ? (Node *)Py_NewRef(item) : new_node(x, CONSTANT);
    if (input) node->more->in[node->more->count++] = input;
    return input ? is_node : -1;
}

/* --- recording --- */

enum { RECORD, COMPUTE, ASK };  /* what to do with an op: record a node, compute without one, leave it to Python */

/* Return the code of an op; OTHER of one that only Python knows. -1 with an error. */
static inline int code_of(PyObject *op) {
    PyObject *found = PyDict_GetItemWithError(codes, op);
    return found ? (int)PyLong_AsLong(found) : PyErr_Occurred() ? -1 : OTHER;
}

/* Return what the mode of this thread and task says; ASK with an error. */
static int current_mode(void) {
    if (!*switched) return RECORD;
    PyObject *mode = PyObject_CallNoArgs(get_mode), *answer = mode ? PyObject_GetAttr(mode, IN_C) : NULL;
    int found = answer ? (int)PyLong_AsLong(answer) : ASK;
    Py_XDECREF(mode); Py_XDECREF(answer);
    return found;
}

/* Apply an op of one input or two, without parameters; of one, b is NULL. NULL without an error: that is for Python. */
INLINE PyObject *record(int code, PyObject *a, PyObject *b) {
    double x[MOST] = {0.0};
    int is_a = read_number(a, x), is_b = b ? read_number(b, x + 1) : 0;
    if (is_a < 0 || is_b < 0) return NULL;
    int mode = current_mode();
    if (mode == ASK) return NULL;
    Node *y = new_node(forward(code, x), CONSTANT);
    int wanted = (is_a && ((Node *)a)->index >= 0) || (is_b && ((Node *)b)->index >= 0);
    if (!y || !wanted || mode == COMPUTE) return (PyObject *)y;
    y->index = created++;
    y->code = code;
    y->numbers = 3 - is_a - 2 * is_b;
    if (is_a) y->in[0].node = (Node *)Py_NewRef(a);
    else y->in[0].number = x[0];
    if (is_b) y->in[1].node = (Node *)Py_NewRef(b);
    else y->in[1].number = x[1];
    return (PyObject *)y;
}

/* The `Operand` of a node: the data of input k. */
static double data_of(const void *in, size_t k) { return ((Node *const *)in)[k]->data; }

/* Give a new node the items of lists as inputs, and the parameters behind them, as an op in rules.h takes them. Return how
   many Values there are; 0 where the op is for Python to apply, and where memory fails. */
static Py_ssize_t take_inputs(Node *node, int code, PyObject *const *lists, Py_ssize_t many, PyObject *params) {
    for (Py_ssize_t k = 0; k < many; k++) {
        if (!PyList_CheckExact(lists[k]) && !PyTuple_CheckExact(lists[k])) return 0;
        if (PySequence_Size(lists[k]) != PySequence_Size(lists[0])) return 0;
    }
    Py_ssize_t size = PySequence_Size(lists[0]), values = 0;
    int inputs = table[code].inputs, behind = table[code].params;
    if (code < ELEMENTWISE ? size != inputs : !size || size * many % inputs) return 0;
    if (!give_more(node, size * many + behind)) return 0;
    for (Py_ssize_t k = 0; k < many; k++) {
        int is_list = PyList_CheckExact(lists[k]);
        for (Py_ssize_t j = 0; j < size; j++) {
            int is_node = add_input(node, is_list ? PyList_GetItem(lists[k], j) : PyTuple_GetItem(lists[k], j));
            if (is_node < 0) return 0;
            values += is_node;
        }
    }
    for (int k = 0; k < behind; k++) {
        PyObject *given = PyDict_GetItem(params, PyTuple_GetItem(PyList_GetItem(parameters, code), k));
        if (!given || add_input(node, given)) return 0;
        double x = node->more->in[inputs + k]->data;
        if (!PyFloat_CheckExact(given) && fabs(x) > 1e15) return 0;     /* an integer that a float may not hold exactly */
    }
    return values;
}

/* Apply any op in rules.h to the items of one list or more. NULL without an error: that is for Python. */
static PyObject *record_any(int code, PyObject *const *lists, Py_ssize_t many, PyObject *params) {
    int mode = current_mode(), wanted = 0;
    if (mode == ASK) return NULL;
    Node *y = new_node(0.0, CONSTANT);
    int taken = y && take_inputs(y, code, lists, many, params);
    if (!taken || (code == OP_WHERE && y->more->in[0]->index >= 0))     /* such a mask Python detaches */
        return Py_XDECREF((PyObject *)y), NULL;
    double x[MOST] = {0.0};
    for (Py_ssize_t k = 0; k < y->more->count; k++) wanted |= y->more->in[k]->index >= 0;
    for (Py_ssize_t k = 0; k < y->more->count && k < MOST; k++) x[k] = y->more->in[k]->data;
    y->data = code < ELEMENTWISE ? forward(code, x) : list_forward(code, data_of, y->more->in, y->more->count);
    if (mode == RECORD && wanted) {
        if (table[code].params) y->more->field[PARAMS] = Py_NewRef(params);
        y->index = created++;
        y->code = code;
    } else drop_inputs(y);
    return (PyObject *)y;
}

/* apply_to_lists(op, *lists): apply an op to a list, or dot to two of one length. None: that is for Python to do. */
static PyObject *apply_to_lists(PyObject *module, PyObject *const *given, Py_ssize_t count) {
    int code = count > 1 ? code_of(given[0]) : OTHER;
    PyObject *y = code >= ELEMENTWISE && code < CODES ? record_any(code, given + 1, count - 1, NULL) : NULL;
    return y || PyErr_Occurred() ? y : Py_NewRef(Py_None);
}

/* _apply(op, args, params): what an op calls, such as tanh(x), and a method that is not below. */
static PyObject *Value_apply(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    if (count != 3 || !PyTuple_CheckExact(given[1])) return PyErr_Format(PyExc_TypeError, "_apply(op, args, params)");
    PyObject *args = given[1], *y = NULL;
    Py_ssize_t many = PyTuple_Size(args);
    int code = code_of(given[0]), known = code > LEAF && code < CODES;
    if (known && many <= 2 && many == table[code].inputs && !table[code].params && code < ELEMENTWISE)
        y = record(code, PyTuple_GetItem(args, 0), many == 2 ? PyTuple_GetItem(args, 1) : NULL);
    else if (known) y = record_any(code, &args, 1, given[2]);
    if (y || PyErr_Occurred()) return y;
    return PyObject_CallFunctionObjArgs(python_apply, self, given[0], args, given[2], NULL);
}

/* Apply an operator: what `record` leaves to Python is applied there. */
INLINE PyObject *operate(int code, PyObject *a, PyObject *b) {
    PyObject *y = record(code, a, b);
    if (y || PyErr_Occurred()) return y;
    PyObject *self = is_value(a) ? a : b, *op = PyList_GetItem(ops, code);
    if (!b) return PyObject_CallFunction(python_apply, "OO(O)O", self, op, a, usual[PARAMS]);
    return PyObject_CallFunction(python_apply, "OO(OO)O", self, op, a, b, usual[PARAMS]);
}

/* The operators of Python. */
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

/* --- backward: one sweep, newest node first --- */

typedef struct { uint64_t age; Node *node; } Reached;    /* age: how long before the root it was made, in places */

/* The memory of the last sweep, for the next one: to allocate it anew would take as long as the sweep. */
static struct { Reached *reached, *sorted; double *gradients; size_t room, count; uint64_t oldest; } held;

/* Make room for twice as many nodes; 0, with MemoryError, where there is none. What `reached` has is kept. */
static int more_room(void) {
    size_t room = held.room ? 2 * held.room : 1024;
    size_t size = room * (2 * sizeof(Reached) + sizeof(double)) + sizeof(double);
    Reached *memory = room > UINT32_MAX ? NULL : realloc(held.reached, size);     /* a slot has 32 bits */
    if (!memory) return PyErr_NoMemory(), 0;
    held.reached = memory;
    held.sorted = memory + room;
    held.gradients = (double *)(memory + 2 * room);     /* one more, because slots count from 1 */
    held.room = room;
    return 1;
}

/* Sort the reached nodes by age, some bits at a time; return them in one of the two arrays that are held. What is older than
   the oldest result is a leaf, such as a parameter, and comes last in any order: its age may have many more bits. */
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

/* Whether this sweep can take a node. If not, Python does the whole sweep: it takes nodes that it recorded and gradients
   that are no numbers, and refuses a result whose data was set. */
static inline int is_ours(const Node *node) {
    if (node->has_grad == OBJECT || node->code == OTHER) return 0;
    return node->code == LEAF || changed(node) <= node->index;
}

/* Add a node to those found; 0 with MemoryError. */
static inline int put(Node *node, uint64_t age) {
    if (held.count == held.room && !more_room()) return 0;
    if (node->code != LEAF && age > held.oldest) held.oldest = age;
    held.reached[held.count++] = (Reached){age, node};
    return node->slot = 1;
}

/* Find all nodes below the root that want a gradient, and set the `slot` of each. Find none where Python has to do the
   sweep, and where MemoryError is set.

   Found nodes whose inputs are not yet looked at wait on a stack: the last one is taken first, because it was just loaded.
   The nth found has number n; `top` is the number of the one on top, or 0, and the slot of a node that waits is 1 more
   than the number of the one below it. So the slot of each found node is not 0. */
static void reach(Node *root) {
    held.count = held.oldest = 0;
    put(root, 0);
    size_t top = held.count;
    while (top) {
        Node *node = held.reached[top - 1].node, *input;
        top = node->slot - 1;
        int ours = is_ours(node);
        Py_ssize_t count = node->has_more ? node->more->count : 2;
        for (Py_ssize_t k = 0; ours && k < count; k++) {
            if (!(input = place_of(node, node->has_more, k))) continue;
            ours = changed(input) <= node->index;
            if (!ours || input->slot || input->index < 0 || input->index >= node->index) continue;
            if (!(ours = put(input, root->index - input->index))) continue;
            input->slot = top + 1;
            top = held.count;
            PREFETCH_INPUTS(input);
        }
        if (ours) continue;
        while (held.count) held.reached[--held.count].node->slot = 0;
        top = 0;
    }
}

/* Add what the gradient g of a node contributes to the gradients of its inputs; those of an op of lists in their order, and
   so one list after the other. Slot 0 is that of an input that wants nothing: a number, a constant, a parameter, and what
   is newer than the node. `more`: whether the node has more, which the compiler knows at each call. */
INLINE void contribute(const Node *node, int more, double g, double *gradients) {
    double x[MOST] = {0.0};
    uint32_t slot[MOST] = {0};
    int inputs = more ? table[node->code].inputs + table[node->code].params : 2;
    int lists = more && node->code >= ELEMENTWISE ? inputs : 1;
    Py_ssize_t size = more ? node->more->count / inputs : 1;
    for (int list = 0; list < lists; list++)
        for (Py_ssize_t k = 0; k < size; k++) {
            for (int j = 0; j < inputs; j++) {
                const Node *input = place_of(node, more, k + j * size);
                x[j] = input ? input->data : node->in[j].number;
                slot[j] = input && (lists == 1 || j == list) ? input->slot : 0;
            }
            backward(node->code, g, node->data, x, slot, gradients);
        }
}

/* Set the gradient of a node: a leaf adds to the one that it has. */
static inline void commit(Node *node, double g) {
    node->grad.number = node->code == LEAF && node->has_grad ? node->grad.number + g : g;
    node->has_grad = NUMBER;
}

/* sweep(root, seed): fill `.grad` below the root and return True; False, with nothing done, where that is for Python.
   No Python code runs in between, so neither Ctrl-C nor another thread finds a half of it. */
static PyObject *sweep(PyObject *module, PyObject *const *given, Py_ssize_t args) {
    if (args != 2 || !is_value(given[0]) || !PyFloat_CheckExact(given[1])) Py_RETURN_FALSE;
    reach((Node *)given[0]);
    size_t count = held.count;
    if (!count) return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    Reached *reached = by_age();
    double *gradients = held.gradients;
    for (size_t k = 0; k < count; k++) {
        reached[k].node->slot = k + 1;
        gradients[k + 1] = -0.0;                            /* adds nothing, where 0.0 would make 0.0 of a -0.0 */
    }
    gradients[1] = PyFloat_AsDouble(given[1]);
    for (size_t k = 0; k < count; k++) {
        Node *node = reached[k].node;
        if (node->code != LEAF && node->has_more) contribute(node, 1, gradients[k + 1], gradients);
        else if (node->code != LEAF) contribute(node, 0, gradients[k + 1], gradients);
        commit(node, gradients[k + 1]);
        node->slot = 0;
    }
    ++*commits;     /* a sweep in Python sees by this that the gradients are not the ones it has read */
    Py_RETURN_TRUE;
}

/* --- what Python sees of a node: the attributes of the pure engine's --- */

/* A node that is to be filled. A subclass, which its other base has let pass, Python refuses in words. */
static PyObject *Value_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    if (type == ValueType) return (PyObject *)new_node(0.0, FRESH);
    return PyObject_CallMethod((PyObject *)ValueType, "__init_subclass__", NULL);
}

/* _fill(data, op, inputs, params, label, index): set what a new node is; once. */
static PyObject *Value_fill(PyObject *self, PyObject *args) {
    Node *node = (Node *)self;
    PyObject *field[FIELDS], *before = NULL;    /* a label that was set before this */
    double data;
    long long index;
    if (!PyArg_ParseTuple(args, "dOO!OOL", &data, &field[OP], &PyTuple_Type, &field[INPUTS], &field[PARAMS], &field[LABEL],
                          &index)) return NULL;
    if (node->index != FRESH) return PyErr_Format(PyExc_TypeError, "a Value is filled once; make a new one");
    if (field[OP] != Py_None || field[LABEL] != usual[LABEL]) {
        if (!give_more(node, 0)) return NULL;
        before = node->more->field[LABEL];
        for (int k = 0; k < FIELDS; k++) node->more->field[k] = Py_NewRef(field[k]);
        node->code = field[OP] == Py_None ? LEAF : OTHER;
    }
    node->data = data;
    node->index = index;
    Py_XDECREF(before);
    return Py_NewRef(self);
}

/* Value(3.0) here, all else by the __init__ of Python. */
static int Value_init(PyObject *self, PyObject *args, PyObject *named) {
    Node *node = (Node *)self;
    double data;
    if (node->index == FRESH && !named && PyTuple_Size(args) == 1 && read_number(PyTuple_GetItem(args, 0), &data) == 0) {
        node->data = data;
        node->index = created++;
        return 0;
    }
    return done(PyObject_CallFunctionObjArgs(python_init, self, args, named, NULL));
}

/* Return `op`, `params` or `label`. */
static PyObject *get_field(PyObject *self, void *which) {
    Node *node = (Node *)self;
    PyObject *found = node->has_more ? node->more->field[(intptr_t)which] : NULL;
    if (!found) found = (intptr_t)which == OP ? PyList_GetItem(ops, node->code) : usual[(intptr_t)which];
    return Py_XNewRef(found);
}

/* Return the inputs as a tuple; NULL with MemoryError. */
static PyObject *get_inputs(PyObject *self, void *_) {
    Node *node = (Node *)self, *input;
    if (node->code == OTHER) return get_field(self, (void *)INPUTS);
    Py_ssize_t count = inputs_of(node) - (node->has_more ? table[node->code].params : 0);
    PyObject *inputs = PyTuple_New(count);
    for (Py_ssize_t k = 0; inputs && k < count; k++) {
        if ((input = input_of(node, k))) PyTuple_SetItem(inputs, k, Py_NewRef((PyObject *)input));
        else Py_CLEAR(inputs);
    }
    return inputs;
}

/* Set `label`. */
static int set_label(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    if (!give_more(node, 0)) return -1;
    PyObject *before = node->more->field[LABEL];
    node->more->field[LABEL] = Py_XNewRef(value);
    Py_XDECREF(before);
    return 0;
}

/* Return `data` as an object. */
static PyObject *get_data(PyObject *self, void *_) { return PyFloat_FromDouble(((Node *)self)->data); }

/* Set `data`, and mark it as changed. What is no float goes to the property of Python. */
static int set_data(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    if (!value || !PyFloat_CheckExact(value)) return done(PyObject_CallFunctionObjArgs(set_python_data, self, value, NULL));
    if (!give_more(node, 0)) return -1;
    node->more->changed = created++;
    node->data = PyFloat_AsDouble(value);
    return 0;
}

/* Return `grad` as an object; None where the node has none. */
static PyObject *get_grad(PyObject *self, void *_) {
    Node *node = (Node *)self;
    if (node->has_grad == NUMBER) return PyFloat_FromDouble(node->grad.number);
    if (node->has_grad == ZERO) return PyLong_FromLong(0);
    return Py_NewRef(node->has_grad ? node->grad.object : Py_None);
}

/* Set `grad` to a float, None or anything else. */
static int set_grad(PyObject *self, PyObject *value, void *_) {
    Node *node = (Node *)self;
    PyObject *before = node->has_grad == OBJECT ? node->grad.object : NULL;
    node->grad.number = 0.0;
    if (!value || value == Py_None) node->has_grad = NONE;
    else if (PyLong_CheckExact(value) && PyObject_Not(value)) node->has_grad = ZERO;
    else if (PyFloat_CheckExact(value)) {
        node->has_grad = NUMBER;
        node->grad.number = PyFloat_AsDouble(value);
    } else {
        node->has_grad = OBJECT;
        node->grad.object = Py_NewRef(value);
    }
    Py_XDECREF(before);
    return 0;
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

/* Set any attribute; one that is not to be set, or is to be deleted, Python refuses in words. */
static int set_attribute(PyObject *self, PyObject *name, PyObject *value) {
    if (value && PyObject_GenericSetAttr(self, name, value) == 0) return 0;
    if (value && !PyErr_ExceptionMatches(PyExc_AttributeError)) return -1;
    PyErr_Clear();
    return done(PyObject_CallFunctionObjArgs(refuse, self, name, value, NULL));
}

static PyGetSetDef fields[] = {
    {"data", get_data, set_data}, {"grad", get_grad, set_grad}, {"_grad", get_grad, set_grad},
    {"_changed", get_changed, set_changed}, {"inputs", get_inputs}, {"op", get_field, NULL, NULL, (void *)OP},
    {"params", get_field, NULL, NULL, (void *)PARAMS}, {"label", get_field, set_label, NULL, (void *)LABEL}, {0}};
static PyMemberDef members[] = {
    {"_data", T_DOUBLE, offsetof(Node, data)}, {"_index", T_LONGLONG, offsetof(Node, index), READONLY}, {0}};
#define ENTRY(name, code) {#name, method_##name, METH_NOARGS, #name "($self, /)\n--\n\n"},     /* for inspect.signature */
#define FAST(function) (PyCFunction)(void (*)(void))function, METH_FASTCALL     /* whose arguments come as an array */
static PyMethodDef methods[] = {
    METHODS(ENTRY) {"_fill", Value_fill, METH_VARARGS}, {"_apply", FAST(Value_apply)}, {0}};

/* Without a traverse of its own, the type would take the collector's header from its base. A graph has no cycles, unless
   a `.grad` is set to a node that is computed from this one: such nodes are not freed. */
static int traverse(PyObject *self, visitproc visit, void *arg) { return 0; }

static PyType_Slot slots[] = {
    {Py_tp_new, Value_new}, {Py_tp_init, Value_init}, {Py_tp_dealloc, Value_dealloc}, {Py_tp_traverse, traverse},
    {Py_tp_setattro, set_attribute}, {Py_tp_getset, fields}, {Py_tp_members, members}, {Py_tp_methods, methods},
    {Py_nb_add, add}, {Py_nb_subtract, subtract}, {Py_nb_multiply, multiply}, {Py_nb_true_divide, divide},
    {Py_nb_power, raise_to}, {Py_nb_negative, negate}, {Py_nb_absolute, take_absolute}, {0}};
static PyType_Spec spec = {"autograd.operands.value.Value", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

/* --- the graph as arrays, for a Program --- */

/* Put a Value behind the nodes of a list, unless it is there; its `slot` is its place, from 1. Return 0 where it is no
   Value, and with MemoryError. */
static int put_behind(PyObject *object, PyObject *nodes) {
    Node *node = (Node *)object;
    if (!is_value(object)) return 0;
    if (!node->slot && PyList_Append(nodes, object) == 0) node->slot = PyList_Size(nodes);
    return node->slot != 0;
}

/* What `graph` tells of a node: an op's code or LEAF, and how many of the places are its inputs and parameters. */
typedef struct { double data; int64_t index, changed; uint32_t code, inputs; } Row;

/* Add some bytes to a bytearray; 0 with MemoryError. */
static int append(PyObject *array, const void *bytes, size_t size) {
    size_t before = PyByteArray_Size(array);
    if (PyByteArray_Resize(array, before + size) < 0) return 0;
    memcpy(PyByteArray_AsString(array) + before, bytes, size);
    return 1;
}

/* graph(ends, leaves): the graph below a list of nodes without repetition, of which the first ones count as leaves. Return
   (nodes, rows, places): a list of the ends and then all nodes below them, and in bytes a Row for each, and where the
   inputs of one after the other are in the list, from 1. None where a node is no Value, or its op is not in rules.h. */
static PyObject *graph(PyObject *module, PyObject *args) {
    PyObject *ends, *nodes = PyList_New(0);     /* first: a new list may start the collector, and so any Python code */
    PyObject *rows = PyByteArray_FromStringAndSize(NULL, 0), *places = PyByteArray_FromStringAndSize(NULL, 0);
    Py_ssize_t leaves;
    int right = nodes && rows && places && PyArg_ParseTuple(args, "O!n", &PyList_Type, &ends, &leaves);
    for (Py_ssize_t k = 0; right && k < PyList_Size(ends); k++) right = put_behind(PyList_GetItem(ends, k), nodes);
    for (Py_ssize_t k = 0; right && k < PyList_Size(nodes); k++) {
        Node *node = (Node *)PyList_GetItem(nodes, k), *input;
        int code = k < leaves ? LEAF : node->code;
        Row row = {node->data, node->index, changed(node), code, code == LEAF ? 0 : inputs_of(node)};
        right = code != OTHER && append(rows, &row, sizeof row);
        for (uint32_t j = 0; right && j < row.inputs; j++)
            right = (input = input_of(node, j)) && put_behind((PyObject *)input, nodes) && append(places, &input->slot, 4);
    }
    for (Py_ssize_t k = 0; nodes && k < PyList_Size(nodes); k++) ((Node *)PyList_GetItem(nodes, k))->slot = 0;
    if (right) return Py_BuildValue("NNN", nodes, rows, places);
    Py_XDECREF(nodes); Py_XDECREF(rows); Py_XDECREF(places);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* --- the module --- */

/* place(): take the next place in creation order, which all nodes share. */
static PyObject *take_place(PyObject *module, PyObject *_) { return PyLong_FromLongLong(created++); }

/* connect(...): return the type in C that has the methods of a class in Python; compiled.py says what it is given. */
static PyObject *connect(PyObject *module, PyObject *args) {
    PyObject *base, *flag, *count;
    if (!PyArg_ParseTuple(args, "OOOOOOO!OO!OOO!OOO!zz", &base, &python_init, &set_python_data, &python_pow, &python_apply,
                          &refuse, &PyList_Type, &ops, &codes, &PyList_Type, &parameters, &usual[PARAMS], &usual[LABEL],
                          &PyByteArray_Type, &flag, &get_mode, &set_mode, &PyByteArray_Type, &count, &fields[0].doc,
                          &fields[1].doc)) return NULL;
    Py_INCREF(args);            /* and so all that is in it, for good */
    switched = PyByteArray_AsString(flag);
    commits = (int64_t *)PyByteArray_AsString(count);
    IN_C = PyUnicode_InternFromString("in_c");      /* made once, so that a look-up is short */
    ValueType = (PyTypeObject *)PyType_FromSpecWithBases(&spec, base);
    return Py_XNewRef((PyObject *)ValueType);
}

/* is_connected(): whether a copy of the package has its Values here; another one goes without. */
static PyObject *is_connected(PyObject *module, PyObject *_) { return PyBool_FromLong(ValueType != NULL); }

/* live(): how many nodes are not freed, for tests of memory. */
static PyObject *live(PyObject *module, PyObject *_) { return PyLong_FromSsize_t(living); }

/* leave(*exception): go back to the mode outside of this one. In C, because Ctrl-C in an `__exit__` of Python would leave
   the mode on for good. */
static PyObject *leave(PyObject *module, PyObject *_) {
    PyObject *mode = PyObject_CallNoArgs(get_mode), *outer = mode ? PyObject_GetAttrString(mode, "outer") : NULL;
    PyObject *token = !outer || outer == Py_None ? NULL : PyObject_CallFunctionObjArgs(set_mode, outer, NULL);
    Py_XDECREF(mode); Py_XDECREF(outer); Py_XDECREF(token);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef functions[] = {
    {"connect", connect, METH_VARARGS}, {"is_connected", is_connected, METH_NOARGS}, {"live", live, METH_NOARGS},
    {"graph", graph, METH_VARARGS}, {"leave", leave, METH_VARARGS}, {"place", take_place, METH_NOARGS},
    {"sweep", FAST(sweep)}, {"apply_to_lists", FAST(apply_to_lists)}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "core", NULL, -1, functions};

PyMODINIT_FUNC PyInit_core(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && (PyModule_AddStringConstant(module, "names", NAMES) < 0 ||
                   PyModule_AddStringConstant(module, "source_hash", SOURCE_HASH) < 0)) Py_CLEAR(module);
    return module;
}
