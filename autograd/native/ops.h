/* What core.c and interpreter.c share: the backward pass of one op. */

#include "rules.h"

/* Run an op backward for as many samples as there are lanes: add to the gradient of each operand what the gradients g at the
   results y contribute. The op has `per` inputs (or lists) and parameters. A list has `size` elements; else size is 1. All
   elements of the first list get their contributions before those of the second, as in Python. */
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
