/* The values of the ops of lists, which core.c and tape.c both compute: those of rules/elementwise_forward.py. */

#include <stddef.h>
#include "rules.h"

/* A function that returns operand k; `from` is where it finds it. */
typedef double Operand(const void *from, size_t k);

/* Return the largest of some numbers plus log1p of the exact sum of the others' exponentials; the Python says why. */
static inline double list_logsumexp(Operand *x, const void *from, size_t count) {
    size_t top = 0;
    for (size_t k = 0; k < count; k++) {
        if (x(from, k) != x(from, k)) return NAN;
        if (x(from, k) > x(from, top)) top = k;
    }
    double largest = x(from, top);
    if (isinf(largest)) return largest;
    ExactSum others;
    others.count = 0;
    for (size_t k = 0; k < count; k++) if (k != top) add_exactly(&others, exp(x(from, k) - largest));
    return largest + log1p(rounded_sum(&others));
}

/* Return the value of an op of lists; the second list of a dot follows the first one. */
static inline double list_forward(int code, Operand *x, const void *from, size_t count) {
    if (code == OP_LOGSUMEXP) return list_logsumexp(x, from, count);
    size_t half = count / 2;
    double total = code == OP_DOT ? x(from, 0) * x(from, half) : x(from, 0);
    if (code == OP_SUM) for (size_t k = 1; k < count; k++) total += x(from, k);
    else for (size_t k = 1; k < half; k++) total += x(from, k) * x(from, k + half);
    return total;
}
