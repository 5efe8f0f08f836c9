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
