/* Operations that Python and C define differently, on doubles, with the results of Python. Where Python raises an error,
   the result is the inf or nan of IEEE 754. */

#include <math.h>

/* a % b, which has the sign of b. */
static inline double python_remainder(double a, double b) {
    double rest = fmod(a, b);
    if (rest == 0.0) return copysign(0.0, b);
    return (b < 0.0) != (rest < 0.0) ? rest + b : rest;
}

/* a // b, from the exact remainder: a / b is rounded and may have reached the next integer. */
static inline double python_floor_divide(double a, double b) {
    if (b == 0.0) return a / b;
    double rest = fmod(a, b);
    double quotient = (a - rest) / b;
    if (rest != 0.0 && (b < 0.0) != (rest < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return copysign(0.0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

/* round(x), half to even. Python's result is an int, which has no -0.0. */
static inline double python_round(double x) { return rint(x) + 0.0; }

/* min(a, b) and max(a, b): the first one, unless the second is less, or larger. */
static inline double python_min(double a, double b) { return b < a ? b : a; }
static inline double python_max(double a, double b) { return b > a ? b : a; }

/* math.fsum of at most 2**60 numbers from 0 to 1: their exact sum, held in parts that do not overlap, rounded once. The
   parts lie between 2**-1074 and 2**60, so there are fewer than there is room for. After Shewchuk 1997, "Adaptive
   Precision Floating-Point Arithmetic", as in Python. */
typedef struct { int count; double part[1200]; } ExactSum;

/* Add a number to the sum. */
static inline void add_exactly(ExactSum *sum, double x) {
    int kept = 0;
    for (int k = 0; k < sum->count; k++) {
        double y = sum->part[k], high, low;
        if (fabs(x) < fabs(y)) { double other = x; x = y; y = other; }
        high = x + y;
        low = y - (high - x);
        if (low != 0.0) sum->part[kept++] = low;
        x = high;
    }
    sum->part[kept] = x;
    sum->count = kept + 1;
}

/* Return the float that is nearest to the sum. */
static inline double rounded_sum(const ExactSum *sum) {
    int k = sum->count;
    double total = k ? sum->part[--k] : 0.0, low = 0.0;
    while (k && low == 0.0) {
        double x = total, y = sum->part[--k];
        total = x + y;
        low = y - (total - x);
    }
    /* Half way between two numbers, what is left of the parts decides. */
    if (k && low != 0.0 && (low < 0.0) == (sum->part[k - 1] < 0.0)) {
        double twice = low * 2.0, next = total + twice;
        if (twice == next - total) total = next;
    }
    return total;
}
