/* The values of the ops of lists, which core.c and interpreter.c both compute: those of rules/elementwise_forward.py. */

#include <stddef.h>
#include "rules.h"

/* A function that returns operand k; `from` is where it finds it. */
typedef double Operand(const void *from, size_t k);

/* Return the largest of some numbers plus log1p of the sum of the others' exponentials; the Python says why. */
static inline double list_logsumexp(Operand *x, const void *from, size_t count) {
    size_t top = 0;
    double total = 0.0, lost = 0.0;
    for (size_t k = 0; k < count; k++) {
        if (x(from, k) != x(from, k)) return NAN;
        if (x(from, k) > x(from, top)) top = k;
    }
    double largest = x(from, top);
    if (isinf(largest)) return largest;
    for (size_t k = 0; k < count; k++) {
        double term = k == top ? 0.0 : exp(x(from, k) - largest), new = total + term;
        lost += total >= term ? total - new + term : term - new + total;
        total = new;
    }
    return largest + log1p(total + lost);
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
