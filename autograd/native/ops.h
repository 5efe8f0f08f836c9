/* What core.c and interpreter.c share: the backward pass of one op. */

#include "rules.h"

/* Add what the gradients g at the results y of an op contribute to its operands, for some samples. An op has `per` inputs and
   parameters; of an op of lists, each list has `size` elements. Those of a list get theirs after those of the list before. */
INLINE void contribute(int code, int lanes, const double *g, const double *y, Find *find, const void *from, int per,
                       size_t size) {
    const double *x[MOST] = {NULL};
    double *to[MOST] = {NULL};
    int lists = code < ELEMENTWISE ? 1 : per;
    for (int list = 0; list < lists; list++)
        for (size_t k = 0; k < size; k++) {
            for (int j = 0; j < per; j++) {
                Operand operand = find(from, k + j * size);
                x[j] = operand.x;
                to[j] = code < ELEMENTWISE || j == list ? operand.to : NULL;
            }
            backward(code, lanes, g, y, x, to);
        }
}
