/* Written by tools/spell_c.py from the table of derivatives in autograd/rules/. Change the table, not this file.

   forward_relu(x)          the value of an op; + and exp need no function, because C has them
   forward_dot(find, ...)   the value of an op of lists; `find` finds its operands
   rule_mul_a(g, y, a, b)   what the gradient g at the result y contributes to the input a */

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Copy a function into each of its callers: where the code of the op is a constant, only its case remains. */
#define INLINE static inline Py_ALWAYS_INLINE

/* Where the value of an operand is, and where its gradient is added up: NULL if it gets none. */
typedef struct { const double *x; double *to; } Operand;

/* A function that returns operand k of an op; `from` is the object that has the operands, such as a node. */
typedef Operand Find(const void *from, size_t k);

static inline double forward_identity(double x) {
    return x;
}

static inline double forward_square(double x) {
    return x * x;
}

static inline double forward_reciprocal(double x) {
    return 1.0 / x;
}

static inline double forward_sech(double x) {
    return 1.0 / cosh(x);
}

static inline double forward_sign(double x) {
    return x != x ? x : (double)((x > 0.0) - (x < 0.0));
}

static inline double forward_maximum(double a, double b) {
    return a >= b || a != a ? a : b;
}

static inline double forward_minimum(double a, double b) {
    return a <= b || a != a ? a : b;
}

static inline double forward_clip(double x, double min, double max) {
    return forward_minimum(forward_maximum(x, min), max);
}

static inline double forward_where(double mask, double a, double b) {
    return mask ? a : b;
}

static inline double gaussian(double x, double factor) {
    if (x != x) {
        return x;
    }
    x = x < -60.0 ? -60.0 : (x > 60.0 ? 60.0 : x);
    double head = (rint(x * 256.0) + 0.0) / 256.0;
    return exp(-factor * head * head) * exp(-factor * (x - head) * (x + head));
}

static inline double forward_gaussian(double x) {
    return gaussian(x, 1.0);
}

static inline double forward_normal_pdf(double x) {
    return gaussian(x, 0.5) / 2.5066282746310002;
}

static inline double mills(double x) {
    if (x < -100000000.0) {
        return -1.0 / x;
    }
    double fraction = -x;
    for (int k = 70; k > 0; k += -1) {
        fraction = (double)k / fraction - x;
    }
    return 1.0 / fraction;
}

static inline double forward_normal_cdf(double x) {
    return x < -2.5 ? forward_normal_pdf(x) * mills(x) : 0.5 * erfc(-x / 1.4142135623730951);
}

static inline double forward_log_normal_cdf(double x) {
    if (x < -2.5) {
        return x > -INFINITY ? -0.5 * x * x - 0.9189385332046727 + log(mills(x)) : x;
    }
    return x > -1.0 ? log1p(-forward_normal_cdf(-x)) : log(forward_normal_cdf(x));
}

static inline double forward_inverse_mills(double x) {
    if (x < -100000000.0) {
        return -x;
    }
    return x < -2.5 ? 1.0 / mills(x) : forward_normal_pdf(x) / forward_normal_cdf(x);
}

static inline double forward_sigmoid(double x) {
    if (x >= 0.0) {
        return 1.0 / (1.0 + exp(-x));
    }
    double e = exp(x);
    return e / (1.0 + e);
}

static inline double forward_softplus(double x) {
    return forward_maximum(x, 0.0) + log1p(exp(-fabs(x)));
}

static inline double forward_log_sigmoid(double x) {
    return -forward_softplus(-x);
}

static inline double forward_logit(double x) {
    return 0.25 <= x && x <= 0.75 ? 2.0 * atanh(2.0 * x - 1.0) : log(x) - log1p(-x);
}

static inline double forward_logaddexp(double a, double b) {
    if (a == b) {
        return a + 0.6931471805599453;
    }
    return forward_maximum(a, b) + log1p(exp(-fabs(a - b)));
}

static inline double forward_relu(double x) {
    return x <= 0.0 ? 0.0 : x;
}

static inline double forward_leaky_relu(double x, double negative_slope) {
    return x > 0.0 ? x : x * negative_slope;
}

static inline double forward_elu(double x, double alpha) {
    return x > 0.0 ? x : alpha * expm1(x);
}

static inline double forward_selu(double x) {
    return 1.0507009873554805 * forward_elu(x, 1.6732632423543772);
}

static inline double forward_gelu(double x) {
    return x * forward_normal_cdf(x);
}

static inline double forward_silu(double x) {
    return x * forward_sigmoid(x);
}

static inline double forward_mish(double x) {
    return x * tanh(forward_softplus(x));
}

static inline double forward_binary_cross_entropy_with_logits(double x, double t) {
    return (1.0 - t) * forward_softplus(x) + t * forward_softplus(-x);
}

static inline double forward_remainder(double a, double b) {
    double rest = fmod(a, b);
    if (rest == 0.0) {
        return copysign(0.0, b);
    }
    return (b < 0.0) != (rest < 0.0) ? rest + b : rest;
}

static inline double forward_floor(double x) {
    return copysign(floor(x) + 0.0, x);
}

static inline double forward_floor_divide(double a, double b) {
    if (b == 0.0) {
        return a / b;
    }
    double rest = fmod(a, b);
    double quotient = (a - rest) / b;
    if (rest != 0.0 && (b < 0.0) != (rest < 0.0)) {
        quotient -= 1.0;
    }
    if (quotient == 0.0) {
        return copysign(0.0, a / b);
    }
    double whole = forward_floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

static inline double forward_ceil(double x) {
    return copysign(ceil(x) + 0.0, x);
}

static inline double forward_round(double x) {
    return copysign(rint(x) + 0.0, x);
}

INLINE double forward_sum(Find *find, const void *from, size_t count) {
    double total = *find(from, 0).x;
    for (size_t k = 1; k < count; k++) {
        total = total + *find(from, k).x;
    }
    return total;
}

INLINE double forward_dot(Find *find, const void *from, size_t count) {
    size_t half = count / 2;
    double total = *find(from, 0).x * *find(from, half).x;
    for (size_t k = 1; k < half; k++) {
        total = total + *find(from, k).x * *find(from, half + k).x;
    }
    return total;
}

INLINE double forward_logsumexp(Find *find, const void *from, size_t count) {
    size_t top = 0;
    for (size_t k = 0; k < count; k++) {
        if (*find(from, k).x != *find(from, k).x) {
            return NAN;
        }
        if (*find(from, k).x > *find(from, top).x) {
            top = k;
        }
    }
    double largest = *find(from, top).x;
    if (isinf(largest)) {
        return largest;
    }
    double total = 0.0;
    double lost = 0.0;
    for (size_t k = 0; k < count; k++) {
        if (k != top) {
            double term = exp(*find(from, k).x - largest);
            double new = total + term;
            lost += total >= term ? total - new + term : term - new + total;
            total = new;
        }
    }
    return largest + log1p(total + lost);
}

static inline double rule_add_a(double g, double y, double a, double b) {
    return g;
}

static inline double rule_add_b(double g, double y, double a, double b) {
    return g;
}

static inline double rule_sub_a(double g, double y, double a, double b) {
    return g;
}

static inline double rule_sub_b(double g, double y, double a, double b) {
    return -g;
}

static inline double rule_mul_a(double g, double y, double a, double b) {
    return g * b;
}

static inline double rule_mul_b(double g, double y, double a, double b) {
    return g * a;
}

static inline double rule_div_a(double g, double y, double a, double b) {
    return g / b;
}

static inline double rule_div_b(double g, double y, double a, double b) {
    return -g * y / b;
}

static inline double rule_neg(double g, double y, double x) {
    return -g;
}

static inline double rule_pow_a(double g, double y, double a, double b) {
    return g * b * pow(a == 0.0 && b == 0.0 ? 1.0 : a, b - 1.0);
}

static inline double rule_pow_b(double g, double y, double a, double b) {
    return g * y * log(a == 0.0 && b >= 0.0 ? 1.0 : a);
}

static inline double rule_identity(double g, double y, double x) {
    return g;
}

static inline double rule_square(double g, double y, double x) {
    return g * 2.0 * x;
}

static inline double rule_reciprocal(double g, double y, double x) {
    return -g * y * y;
}

static inline double rule_sqrt(double g, double y, double x) {
    return g / (2.0 * y);
}

static inline double rule_cbrt(double g, double y, double x) {
    return g / (3.0 * y * y);
}

static inline double rule_hypot_a(double g, double y, double a, double b) {
    return g * (a / y);
}

static inline double rule_hypot_b(double g, double y, double a, double b) {
    return g * (b / y);
}

static inline double rule_exp(double g, double y, double x) {
    return g * y;
}

static inline double rule_expm1(double g, double y, double x) {
    return g * exp(x);
}

static inline double rule_log(double g, double y, double x) {
    return g / x;
}

static inline double rule_exp2(double g, double y, double x) {
    return g * y * 0.6931471805599453;
}

static inline double rule_log2(double g, double y, double x) {
    return g / (0.6931471805599453 * x);
}

static inline double rule_log10(double g, double y, double x) {
    return g / (2.302585092994046 * x);
}

static inline double rule_log1p(double g, double y, double x) {
    return g / (1.0 + x);
}

static inline double rule_sin(double g, double y, double x) {
    return g * cos(x);
}

static inline double rule_cos(double g, double y, double x) {
    return -g * sin(x);
}

static inline double rule_tan(double g, double y, double x) {
    return g * (1.0 + y * y);
}

static inline double rule_asin(double g, double y, double x) {
    return g / sqrt((1.0 - x) * (1.0 + x));
}

static inline double rule_acos(double g, double y, double x) {
    return -g / sqrt((1.0 - x) * (1.0 + x));
}

static inline double rule_atan(double g, double y, double x) {
    return g / (1.0 + x * x);
}

static inline double rule_atan2_a(double g, double y, double a, double b) {
    return g * (b / hypot(a == 0.0 && b == 0.0 ? 1.0 : a, b)) / hypot(a == 0.0 && b == 0.0 ? 1.0 : a, b);
}

static inline double rule_atan2_b(double g, double y, double a, double b) {
    return g * ((0.0 - a) / hypot(a == 0.0 && b == 0.0 ? 1.0 : a, b)) / hypot(a == 0.0 && b == 0.0 ? 1.0 : a, b);
}

static inline double rule_sinh(double g, double y, double x) {
    return g * cosh(x);
}

static inline double rule_cosh(double g, double y, double x) {
    return g * sinh(x);
}

static inline double rule_tanh(double g, double y, double x) {
    return g * forward_square(forward_sech(x));
}

static inline double rule_asinh(double g, double y, double x) {
    return g / hypot(x, 1.0);
}

static inline double rule_acosh(double g, double y, double x) {
    return g / (sqrt(x - 1.0) * sqrt(x + 1.0));
}

static inline double rule_atanh(double g, double y, double x) {
    return g / ((1.0 - x) * (1.0 + x));
}

static inline double rule_sech(double g, double y, double x) {
    return -g * y * tanh(x);
}

static inline double rule_abs(double g, double y, double x) {
    return g * forward_sign(x);
}

static inline double rule_sign(double g, double y, double x) {
    return 0.0;
}

static inline double rule_maximum_a(double g, double y, double a, double b) {
    return a < b ? 0.0 : (a == b ? g / 2.0 : g);
}

static inline double rule_maximum_b(double g, double y, double a, double b) {
    return b < a ? 0.0 : (a == b ? g / 2.0 : g);
}

static inline double rule_minimum_a(double g, double y, double a, double b) {
    return a > b ? 0.0 : (a == b ? g / 2.0 : g);
}

static inline double rule_minimum_b(double g, double y, double a, double b) {
    return b > a ? 0.0 : (a == b ? g / 2.0 : g);
}

static inline double rule_clip(double g, double y, double x, double min, double max) {
    return x >= min && x <= max ? g : 0.0;
}

static inline double rule_where_a(double g, double y, double mask, double a, double b) {
    return mask ? g : 0.0;
}

static inline double rule_where_b(double g, double y, double mask, double a, double b) {
    return mask ? 0.0 : g;
}

static inline double rule_erf(double g, double y, double x) {
    return g * 1.1283791670955126 * forward_gaussian(x);
}

static inline double rule_erfc(double g, double y, double x) {
    return -g * 1.1283791670955126 * forward_gaussian(x);
}

static inline double rule_gaussian(double g, double y, double x) {
    return -g * 2.0 * y * x;
}

static inline double rule_normal_pdf(double g, double y, double x) {
    return -g * y * x;
}

static inline double rule_normal_cdf(double g, double y, double x) {
    return g * forward_normal_pdf(x);
}

static inline double rule_log_normal_cdf(double g, double y, double x) {
    return g * forward_inverse_mills(x);
}

static inline double rule_inverse_mills(double g, double y, double x) {
    return -g * y * (x + y);
}

static inline double rule_sigmoid(double g, double y, double x) {
    return g * y * forward_sigmoid(-x);
}

static inline double rule_log_sigmoid(double g, double y, double x) {
    return g * forward_sigmoid(-x);
}

static inline double rule_softplus(double g, double y, double x) {
    return g * forward_sigmoid(x);
}

static inline double rule_logit(double g, double y, double x) {
    return g / (x * (1.0 - x));
}

static inline double rule_logaddexp_a(double g, double y, double a, double b) {
    return g * forward_sigmoid(a - (y == -INFINITY ? 0.0 : b));
}

static inline double rule_logaddexp_b(double g, double y, double a, double b) {
    return g * forward_sigmoid(b - (y == -INFINITY ? 0.0 : a));
}

static inline double rule_relu(double g, double y, double x) {
    return x <= 0.0 ? 0.0 : g;
}

static inline double rule_leaky_relu(double g, double y, double x, double negative_slope) {
    return x > 0.0 ? g : g * negative_slope;
}

static inline double rule_elu(double g, double y, double x, double alpha) {
    return x <= 0.0 ? g * alpha * exp(forward_clip(x, -INFINITY, 0.0)) : g;
}

static inline double rule_selu(double g, double y, double x) {
    return g * 1.0507009873554805 * (x <= 0.0 ? 1.6732632423543772 * exp(forward_clip(x, -INFINITY, 0.0)) : 1.0);
}

static inline double rule_gelu(double g, double y, double x) {
    return g * (forward_normal_cdf(x) + x * forward_normal_pdf(x));
}

static inline double rule_silu(double g, double y, double x) {
    return g * (forward_sigmoid(x) + y * forward_sigmoid(-x));
}

static inline double rule_mish(double g, double y, double x) {
    return g * (tanh(forward_softplus(x)) + x * forward_square(forward_sech(forward_softplus(x))) * forward_sigmoid(x));
}

static inline double rule_binary_cross_entropy_with_logits_x(double g, double y, double x, double t) {
    return g * ((1.0 - t) * forward_sigmoid(x) - t * forward_sigmoid(-x));
}

static inline double rule_binary_cross_entropy_with_logits_t(double g, double y, double x, double t) {
    return -g * x;
}

static inline double rule_remainder_a(double g, double y, double a, double b) {
    return g;
}

static inline double rule_remainder_b(double g, double y, double a, double b) {
    return -g * forward_floor_divide(a, b);
}

static inline double rule_floor_divide_a(double g, double y, double a, double b) {
    return 0.0;
}

static inline double rule_floor_divide_b(double g, double y, double a, double b) {
    return 0.0;
}

static inline double rule_floor(double g, double y, double x) {
    return 0.0;
}

static inline double rule_ceil(double g, double y, double x) {
    return 0.0;
}

static inline double rule_round(double g, double y, double x) {
    return 0.0;
}

static inline double rule_sum(double g, double y, double x) {
    return g;
}

static inline double rule_dot_a(double g, double y, double a, double b) {
    return g * b;
}

static inline double rule_dot_b(double g, double y, double a, double b) {
    return g * a;
}

static inline double rule_logsumexp(double g, double y, double x) {
    return g * exp(x - (y == -INFINITY ? 0.0 : y));
}

/* The codes of the ops. ELEMENTWISE is the end of the elementwise ops, and CODES that of all. */
enum {
    LEAF,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_NEG,
    OP_POW,
    OP_IDENTITY,
    OP_SQUARE,
    OP_RECIPROCAL,
    OP_SQRT,
    OP_CBRT,
    OP_HYPOT,
    OP_EXP,
    OP_EXPM1,
    OP_LOG,
    OP_EXP2,
    OP_LOG2,
    OP_LOG10,
    OP_LOG1P,
    OP_SIN,
    OP_COS,
    OP_TAN,
    OP_ASIN,
    OP_ACOS,
    OP_ATAN,
    OP_ATAN2,
    OP_SINH,
    OP_COSH,
    OP_TANH,
    OP_ASINH,
    OP_ACOSH,
    OP_ATANH,
    OP_SECH,
    OP_ABS,
    OP_SIGN,
    OP_MAXIMUM,
    OP_MINIMUM,
    OP_CLIP,
    OP_WHERE,
    OP_ERF,
    OP_ERFC,
    OP_GAUSSIAN,
    OP_NORMAL_PDF,
    OP_NORMAL_CDF,
    OP_LOG_NORMAL_CDF,
    OP_INVERSE_MILLS,
    OP_SIGMOID,
    OP_LOG_SIGMOID,
    OP_SOFTPLUS,
    OP_LOGIT,
    OP_LOGADDEXP,
    OP_RELU,
    OP_LEAKY_RELU,
    OP_ELU,
    OP_SELU,
    OP_GELU,
    OP_SILU,
    OP_MISH,
    OP_BINARY_CROSS_ENTROPY_WITH_LOGITS,
    OP_REMAINDER,
    OP_FLOOR_DIVIDE,
    OP_FLOOR,
    OP_CEIL,
    OP_ROUND,
    ELEMENTWISE,
    OP_SUM = ELEMENTWISE,
    OP_DOT,
    OP_LOGSUMEXP,
    CODES
};

/* The names of the ops, in the order of their codes. */
#define NAMES "add sub mul div neg pow identity square reciprocal sqrt cbrt hypot exp expm1 log exp2 log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh sech abs sign maximum minimum clip where erf erfc gaussian normal_pdf normal_cdf log_normal_cdf inverse_mills sigmoid log_sigmoid softplus logit logaddexp relu leaky_relu elu selu gelu silu mish binary_cross_entropy_with_logits remainder floor_divide floor ceil round sum dot logsumexp"

/* How many inputs (or lists) and parameters an op has. */
static const struct { unsigned char inputs, params; } table[CODES] = {
    [OP_ADD] = {2, 0},
    [OP_SUB] = {2, 0},
    [OP_MUL] = {2, 0},
    [OP_DIV] = {2, 0},
    [OP_NEG] = {1, 0},
    [OP_POW] = {2, 0},
    [OP_IDENTITY] = {1, 0},
    [OP_SQUARE] = {1, 0},
    [OP_RECIPROCAL] = {1, 0},
    [OP_SQRT] = {1, 0},
    [OP_CBRT] = {1, 0},
    [OP_HYPOT] = {2, 0},
    [OP_EXP] = {1, 0},
    [OP_EXPM1] = {1, 0},
    [OP_LOG] = {1, 0},
    [OP_EXP2] = {1, 0},
    [OP_LOG2] = {1, 0},
    [OP_LOG10] = {1, 0},
    [OP_LOG1P] = {1, 0},
    [OP_SIN] = {1, 0},
    [OP_COS] = {1, 0},
    [OP_TAN] = {1, 0},
    [OP_ASIN] = {1, 0},
    [OP_ACOS] = {1, 0},
    [OP_ATAN] = {1, 0},
    [OP_ATAN2] = {2, 0},
    [OP_SINH] = {1, 0},
    [OP_COSH] = {1, 0},
    [OP_TANH] = {1, 0},
    [OP_ASINH] = {1, 0},
    [OP_ACOSH] = {1, 0},
    [OP_ATANH] = {1, 0},
    [OP_SECH] = {1, 0},
    [OP_ABS] = {1, 0},
    [OP_SIGN] = {1, 0},
    [OP_MAXIMUM] = {2, 0},
    [OP_MINIMUM] = {2, 0},
    [OP_CLIP] = {1, 2},
    [OP_WHERE] = {3, 0},
    [OP_ERF] = {1, 0},
    [OP_ERFC] = {1, 0},
    [OP_GAUSSIAN] = {1, 0},
    [OP_NORMAL_PDF] = {1, 0},
    [OP_NORMAL_CDF] = {1, 0},
    [OP_LOG_NORMAL_CDF] = {1, 0},
    [OP_INVERSE_MILLS] = {1, 0},
    [OP_SIGMOID] = {1, 0},
    [OP_LOG_SIGMOID] = {1, 0},
    [OP_SOFTPLUS] = {1, 0},
    [OP_LOGIT] = {1, 0},
    [OP_LOGADDEXP] = {2, 0},
    [OP_RELU] = {1, 0},
    [OP_LEAKY_RELU] = {1, 1},
    [OP_ELU] = {1, 1},
    [OP_SELU] = {1, 0},
    [OP_GELU] = {1, 0},
    [OP_SILU] = {1, 0},
    [OP_MISH] = {1, 0},
    [OP_BINARY_CROSS_ENTROPY_WITH_LOGITS] = {2, 0},
    [OP_REMAINDER] = {2, 0},
    [OP_FLOOR_DIVIDE] = {2, 0},
    [OP_FLOOR] = {1, 0},
    [OP_CEIL] = {1, 0},
    [OP_ROUND] = {1, 0},
    [OP_SUM] = {1, 0},
    [OP_DOT] = {2, 0},
    [OP_LOGSUMEXP] = {1, 0},
};

/* The most inputs and parameters that an op has, together. */
enum { MOST = 3 };

/* The ops that are methods too, such as x.exp(): their names and codes, for a macro of two arguments. */
#define METHODS(M) M(square, OP_SQUARE) M(reciprocal, OP_RECIPROCAL) M(sqrt, OP_SQRT) M(exp, OP_EXP) M(expm1, OP_EXPM1) M(log, OP_LOG) M(exp2, OP_EXP2) M(log2, OP_LOG2) M(log10, OP_LOG10) M(log1p, OP_LOG1P) M(sin, OP_SIN) M(cos, OP_COS) M(tan, OP_TAN) M(sinh, OP_SINH) M(cosh, OP_COSH) M(tanh, OP_TANH) M(asinh, OP_ASINH) M(acosh, OP_ACOSH) M(atanh, OP_ATANH) M(abs, OP_ABS) M(sign, OP_SIGN) M(erf, OP_ERF) M(erfc, OP_ERFC) M(sigmoid, OP_SIGMOID) M(softplus, OP_SOFTPLUS) M(logit, OP_LOGIT) M(relu, OP_RELU) M(gelu, OP_GELU) M(silu, OP_SILU) M(floor, OP_FLOOR) M(ceil, OP_CEIL)

/* Compute the values of an op for as many samples as there are lanes: y[l] from x[0][l], x[1][l], ..., which are the
   inputs and then the parameters. */
INLINE void forward(int code, int lanes, double *restrict y, const double *const *x) {
    #define EACH(value) for (int l = 0; l < lanes; l++) y[l] = value
    switch (code) {
    case OP_ADD: EACH(x[0][l] + x[1][l]); return;
    case OP_SUB: EACH(x[0][l] - x[1][l]); return;
    case OP_MUL: EACH(x[0][l] * x[1][l]); return;
    case OP_DIV: EACH(x[0][l] / x[1][l]); return;
    case OP_NEG: EACH(-x[0][l]); return;
    case OP_POW: EACH(pow(x[0][l], x[1][l])); return;
    case OP_IDENTITY: EACH(forward_identity(x[0][l])); return;
    case OP_SQUARE: EACH(forward_square(x[0][l])); return;
    case OP_RECIPROCAL: EACH(forward_reciprocal(x[0][l])); return;
    case OP_SQRT: EACH(sqrt(x[0][l])); return;
    case OP_CBRT: EACH(cbrt(x[0][l])); return;
    case OP_HYPOT: EACH(hypot(x[0][l], x[1][l])); return;
    case OP_EXP: EACH(exp(x[0][l])); return;
    case OP_EXPM1: EACH(expm1(x[0][l])); return;
    case OP_LOG: EACH(log(x[0][l])); return;
    case OP_EXP2: EACH(exp2(x[0][l])); return;
    case OP_LOG2: EACH(log2(x[0][l])); return;
    case OP_LOG10: EACH(log10(x[0][l])); return;
    case OP_LOG1P: EACH(log1p(x[0][l])); return;
    case OP_SIN: EACH(sin(x[0][l])); return;
    case OP_COS: EACH(cos(x[0][l])); return;
    case OP_TAN: EACH(tan(x[0][l])); return;
    case OP_ASIN: EACH(asin(x[0][l])); return;
    case OP_ACOS: EACH(acos(x[0][l])); return;
    case OP_ATAN: EACH(atan(x[0][l])); return;
    case OP_ATAN2: EACH(atan2(x[0][l], x[1][l])); return;
    case OP_SINH: EACH(sinh(x[0][l])); return;
    case OP_COSH: EACH(cosh(x[0][l])); return;
    case OP_TANH: EACH(tanh(x[0][l])); return;
    case OP_ASINH: EACH(asinh(x[0][l])); return;
    case OP_ACOSH: EACH(acosh(x[0][l])); return;
    case OP_ATANH: EACH(atanh(x[0][l])); return;
    case OP_SECH: EACH(forward_sech(x[0][l])); return;
    case OP_ABS: EACH(fabs(x[0][l])); return;
    case OP_SIGN: EACH(forward_sign(x[0][l])); return;
    case OP_MAXIMUM: EACH(forward_maximum(x[0][l], x[1][l])); return;
    case OP_MINIMUM: EACH(forward_minimum(x[0][l], x[1][l])); return;
    case OP_CLIP: EACH(forward_clip(x[0][l], x[1][l], x[2][l])); return;
    case OP_WHERE: EACH(forward_where(x[0][l], x[1][l], x[2][l])); return;
    case OP_ERF: EACH(erf(x[0][l])); return;
    case OP_ERFC: EACH(erfc(x[0][l])); return;
    case OP_GAUSSIAN: EACH(forward_gaussian(x[0][l])); return;
    case OP_NORMAL_PDF: EACH(forward_normal_pdf(x[0][l])); return;
    case OP_NORMAL_CDF: EACH(forward_normal_cdf(x[0][l])); return;
    case OP_LOG_NORMAL_CDF: EACH(forward_log_normal_cdf(x[0][l])); return;
    case OP_INVERSE_MILLS: EACH(forward_inverse_mills(x[0][l])); return;
    case OP_SIGMOID: EACH(forward_sigmoid(x[0][l])); return;
    case OP_LOG_SIGMOID: EACH(forward_log_sigmoid(x[0][l])); return;
    case OP_SOFTPLUS: EACH(forward_softplus(x[0][l])); return;
    case OP_LOGIT: EACH(forward_logit(x[0][l])); return;
    case OP_LOGADDEXP: EACH(forward_logaddexp(x[0][l], x[1][l])); return;
    case OP_RELU: EACH(forward_relu(x[0][l])); return;
    case OP_LEAKY_RELU: EACH(forward_leaky_relu(x[0][l], x[1][l])); return;
    case OP_ELU: EACH(forward_elu(x[0][l], x[1][l])); return;
    case OP_SELU: EACH(forward_selu(x[0][l])); return;
    case OP_GELU: EACH(forward_gelu(x[0][l])); return;
    case OP_SILU: EACH(forward_silu(x[0][l])); return;
    case OP_MISH: EACH(forward_mish(x[0][l])); return;
    case OP_BINARY_CROSS_ENTROPY_WITH_LOGITS: EACH(forward_binary_cross_entropy_with_logits(x[0][l], x[1][l])); return;
    case OP_REMAINDER: EACH(forward_remainder(x[0][l], x[1][l])); return;
    case OP_FLOOR_DIVIDE: EACH(forward_floor_divide(x[0][l], x[1][l])); return;
    case OP_FLOOR: EACH(forward_floor(x[0][l])); return;
    case OP_CEIL: EACH(forward_ceil(x[0][l])); return;
    case OP_ROUND: EACH(forward_round(x[0][l])); return;
    }
    #undef EACH
}

/* Add to to[k] what the gradients g at the results y contribute to input k, for as many samples as there are lanes;
   skip an input whose to[k] is NULL. For an op of lists, input k is one element of list k. */
INLINE void
backward(int code, int lanes, const double *g, const double *y, const double *const *x, double *const *to) {
    #define TO(k, contribution) \
        if (to[k]) { double *restrict sum = to[k]; for (int l = 0; l < lanes; l++) sum[l] += contribution; }
    switch (code) {
    case OP_ADD: TO(0, rule_add_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_add_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_SUB: TO(0, rule_sub_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_sub_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_MUL: TO(0, rule_mul_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_mul_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_DIV: TO(0, rule_div_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_div_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_NEG: TO(0, rule_neg(g[l], y[l], x[0][l])); return;
    case OP_POW: TO(0, rule_pow_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_pow_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_IDENTITY: TO(0, rule_identity(g[l], y[l], x[0][l])); return;
    case OP_SQUARE: TO(0, rule_square(g[l], y[l], x[0][l])); return;
    case OP_RECIPROCAL: TO(0, rule_reciprocal(g[l], y[l], x[0][l])); return;
    case OP_SQRT: TO(0, rule_sqrt(g[l], y[l], x[0][l])); return;
    case OP_CBRT: TO(0, rule_cbrt(g[l], y[l], x[0][l])); return;
    case OP_HYPOT: TO(0, rule_hypot_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_hypot_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_EXP: TO(0, rule_exp(g[l], y[l], x[0][l])); return;
    case OP_EXPM1: TO(0, rule_expm1(g[l], y[l], x[0][l])); return;
    case OP_LOG: TO(0, rule_log(g[l], y[l], x[0][l])); return;
    case OP_EXP2: TO(0, rule_exp2(g[l], y[l], x[0][l])); return;
    case OP_LOG2: TO(0, rule_log2(g[l], y[l], x[0][l])); return;
    case OP_LOG10: TO(0, rule_log10(g[l], y[l], x[0][l])); return;
    case OP_LOG1P: TO(0, rule_log1p(g[l], y[l], x[0][l])); return;
    case OP_SIN: TO(0, rule_sin(g[l], y[l], x[0][l])); return;
    case OP_COS: TO(0, rule_cos(g[l], y[l], x[0][l])); return;
    case OP_TAN: TO(0, rule_tan(g[l], y[l], x[0][l])); return;
    case OP_ASIN: TO(0, rule_asin(g[l], y[l], x[0][l])); return;
    case OP_ACOS: TO(0, rule_acos(g[l], y[l], x[0][l])); return;
    case OP_ATAN: TO(0, rule_atan(g[l], y[l], x[0][l])); return;
    case OP_ATAN2: TO(0, rule_atan2_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_atan2_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_SINH: TO(0, rule_sinh(g[l], y[l], x[0][l])); return;
    case OP_COSH: TO(0, rule_cosh(g[l], y[l], x[0][l])); return;
    case OP_TANH: TO(0, rule_tanh(g[l], y[l], x[0][l])); return;
    case OP_ASINH: TO(0, rule_asinh(g[l], y[l], x[0][l])); return;
    case OP_ACOSH: TO(0, rule_acosh(g[l], y[l], x[0][l])); return;
    case OP_ATANH: TO(0, rule_atanh(g[l], y[l], x[0][l])); return;
    case OP_SECH: TO(0, rule_sech(g[l], y[l], x[0][l])); return;
    case OP_ABS: TO(0, rule_abs(g[l], y[l], x[0][l])); return;
    case OP_SIGN: TO(0, rule_sign(g[l], y[l], x[0][l])); return;
    case OP_MAXIMUM: TO(0, rule_maximum_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_maximum_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_MINIMUM: TO(0, rule_minimum_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_minimum_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_CLIP: TO(0, rule_clip(g[l], y[l], x[0][l], x[1][l], x[2][l])); return;
    case OP_WHERE: TO(1, rule_where_a(g[l], y[l], x[0][l], x[1][l], x[2][l])); TO(2, rule_where_b(g[l], y[l], x[0][l], x[1][l], x[2][l])); return;
    case OP_ERF: TO(0, rule_erf(g[l], y[l], x[0][l])); return;
    case OP_ERFC: TO(0, rule_erfc(g[l], y[l], x[0][l])); return;
    case OP_GAUSSIAN: TO(0, rule_gaussian(g[l], y[l], x[0][l])); return;
    case OP_NORMAL_PDF: TO(0, rule_normal_pdf(g[l], y[l], x[0][l])); return;
    case OP_NORMAL_CDF: TO(0, rule_normal_cdf(g[l], y[l], x[0][l])); return;
    case OP_LOG_NORMAL_CDF: TO(0, rule_log_normal_cdf(g[l], y[l], x[0][l])); return;
    case OP_INVERSE_MILLS: TO(0, rule_inverse_mills(g[l], y[l], x[0][l])); return;
    case OP_SIGMOID: TO(0, rule_sigmoid(g[l], y[l], x[0][l])); return;
    case OP_LOG_SIGMOID: TO(0, rule_log_sigmoid(g[l], y[l], x[0][l])); return;
    case OP_SOFTPLUS: TO(0, rule_softplus(g[l], y[l], x[0][l])); return;
    case OP_LOGIT: TO(0, rule_logit(g[l], y[l], x[0][l])); return;
    case OP_LOGADDEXP: TO(0, rule_logaddexp_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_logaddexp_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_RELU: TO(0, rule_relu(g[l], y[l], x[0][l])); return;
    case OP_LEAKY_RELU: TO(0, rule_leaky_relu(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_ELU: TO(0, rule_elu(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_SELU: TO(0, rule_selu(g[l], y[l], x[0][l])); return;
    case OP_GELU: TO(0, rule_gelu(g[l], y[l], x[0][l])); return;
    case OP_SILU: TO(0, rule_silu(g[l], y[l], x[0][l])); return;
    case OP_MISH: TO(0, rule_mish(g[l], y[l], x[0][l])); return;
    case OP_BINARY_CROSS_ENTROPY_WITH_LOGITS: TO(0, rule_binary_cross_entropy_with_logits_x(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_binary_cross_entropy_with_logits_t(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_REMAINDER: TO(0, rule_remainder_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_remainder_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_FLOOR_DIVIDE: TO(0, rule_floor_divide_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_floor_divide_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_FLOOR: TO(0, rule_floor(g[l], y[l], x[0][l])); return;
    case OP_CEIL: TO(0, rule_ceil(g[l], y[l], x[0][l])); return;
    case OP_ROUND: TO(0, rule_round(g[l], y[l], x[0][l])); return;
    case OP_SUM: TO(0, rule_sum(g[l], y[l], x[0][l])); return;
    case OP_DOT: TO(0, rule_dot_a(g[l], y[l], x[0][l], x[1][l])); TO(1, rule_dot_b(g[l], y[l], x[0][l], x[1][l])); return;
    case OP_LOGSUMEXP: TO(0, rule_logsumexp(g[l], y[l], x[0][l])); return;
    }
    #undef TO
}

/* Return the value of an op of lists. It has `count` operands: the elements of the first list, then of the next. */
INLINE double list_forward(int code, Find *find, const void *from, size_t count) {
    switch (code) {
    case OP_SUM: return forward_sum(find, from, count);
    case OP_DOT: return forward_dot(find, from, count);
    case OP_LOGSUMEXP: return forward_logsumexp(find, from, count);
    }
    return NAN;
}
