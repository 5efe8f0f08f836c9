/* Written by tools/spell_c.py from the table of derivatives in autograd/rules/. Change the table, not this file.

   forward_relu(x)          the value of an op; where it is a sign or a function of the C library, C has it already
   rule_mul_a(g, y, a, b)   what the gradient g at the result y contributes to the input a */

#include <math.h>
#include <stdint.h>
#include "python_arithmetic.h"

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

static inline double gaussian(double x, double factor) {
    if (x != x) {
        return x;
    }
    x = python_max(-60.0, python_min(x, 60.0));
    double head = python_round(x * 256.0) / 256.0;
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
        fraction = k / fraction - x;
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

static inline double forward_floor(double x) {
    return copysign(floor(x), x);
}

static inline double forward_ceil(double x) {
    return copysign(ceil(x), x);
}

static inline double forward_round(double x) {
    return copysign(python_round(x), x);
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
    return -g * python_floor_divide(a, b);
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

/* The codes of the ops. Those of lists are last: each rule of them is in one element of each list. */
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

/* How many inputs (or lists) and parameters an op has, and the bits of its inputs with a rule. */
static const struct { unsigned char inputs, params, ruled; } table[CODES] = {
    [OP_ADD] = {2, 0, 3},
    [OP_SUB] = {2, 0, 3},
    [OP_MUL] = {2, 0, 3},
    [OP_DIV] = {2, 0, 3},
    [OP_NEG] = {1, 0, 1},
    [OP_POW] = {2, 0, 3},
    [OP_IDENTITY] = {1, 0, 1},
    [OP_SQUARE] = {1, 0, 1},
    [OP_RECIPROCAL] = {1, 0, 1},
    [OP_SQRT] = {1, 0, 1},
    [OP_CBRT] = {1, 0, 1},
    [OP_HYPOT] = {2, 0, 3},
    [OP_EXP] = {1, 0, 1},
    [OP_EXPM1] = {1, 0, 1},
    [OP_LOG] = {1, 0, 1},
    [OP_EXP2] = {1, 0, 1},
    [OP_LOG2] = {1, 0, 1},
    [OP_LOG10] = {1, 0, 1},
    [OP_LOG1P] = {1, 0, 1},
    [OP_SIN] = {1, 0, 1},
    [OP_COS] = {1, 0, 1},
    [OP_TAN] = {1, 0, 1},
    [OP_ASIN] = {1, 0, 1},
    [OP_ACOS] = {1, 0, 1},
    [OP_ATAN] = {1, 0, 1},
    [OP_ATAN2] = {2, 0, 3},
    [OP_SINH] = {1, 0, 1},
    [OP_COSH] = {1, 0, 1},
    [OP_TANH] = {1, 0, 1},
    [OP_ASINH] = {1, 0, 1},
    [OP_ACOSH] = {1, 0, 1},
    [OP_ATANH] = {1, 0, 1},
    [OP_SECH] = {1, 0, 1},
    [OP_ABS] = {1, 0, 1},
    [OP_SIGN] = {1, 0, 1},
    [OP_MAXIMUM] = {2, 0, 3},
    [OP_MINIMUM] = {2, 0, 3},
    [OP_CLIP] = {1, 2, 1},
    [OP_WHERE] = {3, 0, 6},
    [OP_ERF] = {1, 0, 1},
    [OP_ERFC] = {1, 0, 1},
    [OP_GAUSSIAN] = {1, 0, 1},
    [OP_NORMAL_PDF] = {1, 0, 1},
    [OP_NORMAL_CDF] = {1, 0, 1},
    [OP_LOG_NORMAL_CDF] = {1, 0, 1},
    [OP_INVERSE_MILLS] = {1, 0, 1},
    [OP_SIGMOID] = {1, 0, 1},
    [OP_LOG_SIGMOID] = {1, 0, 1},
    [OP_SOFTPLUS] = {1, 0, 1},
    [OP_LOGIT] = {1, 0, 1},
    [OP_LOGADDEXP] = {2, 0, 3},
    [OP_RELU] = {1, 0, 1},
    [OP_LEAKY_RELU] = {1, 1, 1},
    [OP_ELU] = {1, 1, 1},
    [OP_SELU] = {1, 0, 1},
    [OP_GELU] = {1, 0, 1},
    [OP_SILU] = {1, 0, 1},
    [OP_MISH] = {1, 0, 1},
    [OP_BINARY_CROSS_ENTROPY_WITH_LOGITS] = {2, 0, 3},
    [OP_REMAINDER] = {2, 0, 3},
    [OP_FLOOR_DIVIDE] = {2, 0, 3},
    [OP_FLOOR] = {1, 0, 1},
    [OP_CEIL] = {1, 0, 1},
    [OP_ROUND] = {1, 0, 1},
    [OP_SUM] = {1, 0, 1},
    [OP_DOT] = {2, 0, 3},
    [OP_LOGSUMEXP] = {1, 0, 1},
};

/* The most inputs and parameters that an op has, together. */
enum { MOST = 3 };

/* The ops that are methods too, such as x.exp(): their names and codes, for a macro of two arguments. */
#define METHODS(M) M(square, OP_SQUARE) M(reciprocal, OP_RECIPROCAL) M(sqrt, OP_SQRT) M(exp, OP_EXP) M(expm1, OP_EXPM1) M(log, OP_LOG) M(exp2, OP_EXP2) M(log2, OP_LOG2) M(log10, OP_LOG10) M(log1p, OP_LOG1P) M(sin, OP_SIN) M(cos, OP_COS) M(tan, OP_TAN) M(sinh, OP_SINH) M(cosh, OP_COSH) M(tanh, OP_TANH) M(asinh, OP_ASINH) M(acosh, OP_ACOSH) M(atanh, OP_ATANH) M(abs, OP_ABS) M(sign, OP_SIGN) M(erf, OP_ERF) M(erfc, OP_ERFC) M(sigmoid, OP_SIGMOID) M(softplus, OP_SOFTPLUS) M(logit, OP_LOGIT) M(relu, OP_RELU) M(gelu, OP_GELU) M(silu, OP_SILU) M(floor, OP_FLOOR) M(ceil, OP_CEIL)

/* Return the value of an op, where x has the inputs and behind them the parameters. */
INLINE double forward(int code, const double *x) {
    switch (code) {
    case OP_ADD: return x[0] + x[1];
    case OP_SUB: return x[0] - x[1];
    case OP_MUL: return x[0] * x[1];
    case OP_DIV: return x[0] / x[1];
    case OP_NEG: return -x[0];
    case OP_POW: return pow(x[0], x[1]);
    case OP_IDENTITY: return forward_identity(x[0]);
    case OP_SQUARE: return forward_square(x[0]);
    case OP_RECIPROCAL: return forward_reciprocal(x[0]);
    case OP_SQRT: return sqrt(x[0]);
    case OP_CBRT: return cbrt(x[0]);
    case OP_HYPOT: return hypot(x[0], x[1]);
    case OP_EXP: return exp(x[0]);
    case OP_EXPM1: return expm1(x[0]);
    case OP_LOG: return log(x[0]);
    case OP_EXP2: return exp2(x[0]);
    case OP_LOG2: return log2(x[0]);
    case OP_LOG10: return log10(x[0]);
    case OP_LOG1P: return log1p(x[0]);
    case OP_SIN: return sin(x[0]);
    case OP_COS: return cos(x[0]);
    case OP_TAN: return tan(x[0]);
    case OP_ASIN: return asin(x[0]);
    case OP_ACOS: return acos(x[0]);
    case OP_ATAN: return atan(x[0]);
    case OP_ATAN2: return atan2(x[0], x[1]);
    case OP_SINH: return sinh(x[0]);
    case OP_COSH: return cosh(x[0]);
    case OP_TANH: return tanh(x[0]);
    case OP_ASINH: return asinh(x[0]);
    case OP_ACOSH: return acosh(x[0]);
    case OP_ATANH: return atanh(x[0]);
    case OP_SECH: return forward_sech(x[0]);
    case OP_ABS: return fabs(x[0]);
    case OP_SIGN: return forward_sign(x[0]);
    case OP_MAXIMUM: return forward_maximum(x[0], x[1]);
    case OP_MINIMUM: return forward_minimum(x[0], x[1]);
    case OP_CLIP: return forward_clip(x[0], x[1], x[2]);
    case OP_WHERE: return x[0] ? x[1] : x[2];
    case OP_ERF: return erf(x[0]);
    case OP_ERFC: return erfc(x[0]);
    case OP_GAUSSIAN: return forward_gaussian(x[0]);
    case OP_NORMAL_PDF: return forward_normal_pdf(x[0]);
    case OP_NORMAL_CDF: return forward_normal_cdf(x[0]);
    case OP_LOG_NORMAL_CDF: return forward_log_normal_cdf(x[0]);
    case OP_INVERSE_MILLS: return forward_inverse_mills(x[0]);
    case OP_SIGMOID: return forward_sigmoid(x[0]);
    case OP_LOG_SIGMOID: return forward_log_sigmoid(x[0]);
    case OP_SOFTPLUS: return forward_softplus(x[0]);
    case OP_LOGIT: return forward_logit(x[0]);
    case OP_LOGADDEXP: return forward_logaddexp(x[0], x[1]);
    case OP_RELU: return forward_relu(x[0]);
    case OP_LEAKY_RELU: return forward_leaky_relu(x[0], x[1]);
    case OP_ELU: return forward_elu(x[0], x[1]);
    case OP_SELU: return forward_selu(x[0]);
    case OP_GELU: return forward_gelu(x[0]);
    case OP_SILU: return forward_silu(x[0]);
    case OP_MISH: return forward_mish(x[0]);
    case OP_BINARY_CROSS_ENTROPY_WITH_LOGITS: return forward_binary_cross_entropy_with_logits(x[0], x[1]);
    case OP_REMAINDER: return python_remainder(x[0], x[1]);
    case OP_FLOOR_DIVIDE: return python_floor_divide(x[0], x[1]);
    case OP_FLOOR: return forward_floor(x[0]);
    case OP_CEIL: return forward_ceil(x[0]);
    case OP_ROUND: return forward_round(x[0]);
    }
    return NAN;
}

/* Add what the gradient g at the result y contributes to input k to sum[slot[k]]; slot 0: nothing. */
INLINE void
backward(int code, double g, double y, const double *x, const uint32_t *slot, double *sum) {
    #define TO(k, contribution) if (slot[k]) sum[slot[k]] += contribution
    switch (code) {
    case OP_ADD: TO(0, rule_add_a(g, y, x[0], x[1])); TO(1, rule_add_b(g, y, x[0], x[1])); return;
    case OP_SUB: TO(0, rule_sub_a(g, y, x[0], x[1])); TO(1, rule_sub_b(g, y, x[0], x[1])); return;
    case OP_MUL: TO(0, rule_mul_a(g, y, x[0], x[1])); TO(1, rule_mul_b(g, y, x[0], x[1])); return;
    case OP_DIV: TO(0, rule_div_a(g, y, x[0], x[1])); TO(1, rule_div_b(g, y, x[0], x[1])); return;
    case OP_NEG: TO(0, rule_neg(g, y, x[0])); return;
    case OP_POW: TO(0, rule_pow_a(g, y, x[0], x[1])); TO(1, rule_pow_b(g, y, x[0], x[1])); return;
    case OP_IDENTITY: TO(0, rule_identity(g, y, x[0])); return;
    case OP_SQUARE: TO(0, rule_square(g, y, x[0])); return;
    case OP_RECIPROCAL: TO(0, rule_reciprocal(g, y, x[0])); return;
    case OP_SQRT: TO(0, rule_sqrt(g, y, x[0])); return;
    case OP_CBRT: TO(0, rule_cbrt(g, y, x[0])); return;
    case OP_HYPOT: TO(0, rule_hypot_a(g, y, x[0], x[1])); TO(1, rule_hypot_b(g, y, x[0], x[1])); return;
    case OP_EXP: TO(0, rule_exp(g, y, x[0])); return;
    case OP_EXPM1: TO(0, rule_expm1(g, y, x[0])); return;
    case OP_LOG: TO(0, rule_log(g, y, x[0])); return;
    case OP_EXP2: TO(0, rule_exp2(g, y, x[0])); return;
    case OP_LOG2: TO(0, rule_log2(g, y, x[0])); return;
    case OP_LOG10: TO(0, rule_log10(g, y, x[0])); return;
    case OP_LOG1P: TO(0, rule_log1p(g, y, x[0])); return;
    case OP_SIN: TO(0, rule_sin(g, y, x[0])); return;
    case OP_COS: TO(0, rule_cos(g, y, x[0])); return;
    case OP_TAN: TO(0, rule_tan(g, y, x[0])); return;
    case OP_ASIN: TO(0, rule_asin(g, y, x[0])); return;
    case OP_ACOS: TO(0, rule_acos(g, y, x[0])); return;
    case OP_ATAN: TO(0, rule_atan(g, y, x[0])); return;
    case OP_ATAN2: TO(0, rule_atan2_a(g, y, x[0], x[1])); TO(1, rule_atan2_b(g, y, x[0], x[1])); return;
    case OP_SINH: TO(0, rule_sinh(g, y, x[0])); return;
    case OP_COSH: TO(0, rule_cosh(g, y, x[0])); return;
    case OP_TANH: TO(0, rule_tanh(g, y, x[0])); return;
    case OP_ASINH: TO(0, rule_asinh(g, y, x[0])); return;
    case OP_ACOSH: TO(0, rule_acosh(g, y, x[0])); return;
    case OP_ATANH: TO(0, rule_atanh(g, y, x[0])); return;
    case OP_SECH: TO(0, rule_sech(g, y, x[0])); return;
    case OP_ABS: TO(0, rule_abs(g, y, x[0])); return;
    case OP_SIGN: TO(0, rule_sign(g, y, x[0])); return;
    case OP_MAXIMUM: TO(0, rule_maximum_a(g, y, x[0], x[1])); TO(1, rule_maximum_b(g, y, x[0], x[1])); return;
    case OP_MINIMUM: TO(0, rule_minimum_a(g, y, x[0], x[1])); TO(1, rule_minimum_b(g, y, x[0], x[1])); return;
    case OP_CLIP: TO(0, rule_clip(g, y, x[0], x[1], x[2])); return;
    case OP_WHERE: TO(1, rule_where_a(g, y, x[0], x[1], x[2])); TO(2, rule_where_b(g, y, x[0], x[1], x[2])); return;
    case OP_ERF: TO(0, rule_erf(g, y, x[0])); return;
    case OP_ERFC: TO(0, rule_erfc(g, y, x[0])); return;
    case OP_GAUSSIAN: TO(0, rule_gaussian(g, y, x[0])); return;
    case OP_NORMAL_PDF: TO(0, rule_normal_pdf(g, y, x[0])); return;
    case OP_NORMAL_CDF: TO(0, rule_normal_cdf(g, y, x[0])); return;
    case OP_LOG_NORMAL_CDF: TO(0, rule_log_normal_cdf(g, y, x[0])); return;
    case OP_INVERSE_MILLS: TO(0, rule_inverse_mills(g, y, x[0])); return;
    case OP_SIGMOID: TO(0, rule_sigmoid(g, y, x[0])); return;
    case OP_LOG_SIGMOID: TO(0, rule_log_sigmoid(g, y, x[0])); return;
    case OP_SOFTPLUS: TO(0, rule_softplus(g, y, x[0])); return;
    case OP_LOGIT: TO(0, rule_logit(g, y, x[0])); return;
    case OP_LOGADDEXP: TO(0, rule_logaddexp_a(g, y, x[0], x[1])); TO(1, rule_logaddexp_b(g, y, x[0], x[1])); return;
    case OP_RELU: TO(0, rule_relu(g, y, x[0])); return;
    case OP_LEAKY_RELU: TO(0, rule_leaky_relu(g, y, x[0], x[1])); return;
    case OP_ELU: TO(0, rule_elu(g, y, x[0], x[1])); return;
    case OP_SELU: TO(0, rule_selu(g, y, x[0])); return;
    case OP_GELU: TO(0, rule_gelu(g, y, x[0])); return;
    case OP_SILU: TO(0, rule_silu(g, y, x[0])); return;
    case OP_MISH: TO(0, rule_mish(g, y, x[0])); return;
    case OP_BINARY_CROSS_ENTROPY_WITH_LOGITS: TO(0, rule_binary_cross_entropy_with_logits_x(g, y, x[0], x[1])); TO(1, rule_binary_cross_entropy_with_logits_t(g, y, x[0], x[1])); return;
    case OP_REMAINDER: TO(0, rule_remainder_a(g, y, x[0], x[1])); TO(1, rule_remainder_b(g, y, x[0], x[1])); return;
    case OP_FLOOR_DIVIDE: TO(0, rule_floor_divide_a(g, y, x[0], x[1])); TO(1, rule_floor_divide_b(g, y, x[0], x[1])); return;
    case OP_FLOOR: TO(0, rule_floor(g, y, x[0])); return;
    case OP_CEIL: TO(0, rule_ceil(g, y, x[0])); return;
    case OP_ROUND: TO(0, rule_round(g, y, x[0])); return;
    case OP_SUM: TO(0, rule_sum(g, y, x[0])); return;
    case OP_DOT: TO(0, rule_dot_a(g, y, x[0], x[1])); TO(1, rule_dot_b(g, y, x[0], x[1])); return;
    case OP_LOGSUMEXP: TO(0, rule_logsumexp(g, y, x[0])); return;
    }
    #undef TO
}

/* --- for interpreter.c: the ops above, for arrays of samples --- */

/* For a macro: the code of an op, its value, and TO(k, what g contributes to input k) for each k. */
#define ELEMENTWISE_OPS(OP) \
    OP(OP_ADD, x0 + x1, TO(0, rule_add_a(g, y, x0, x1)) TO(1, rule_add_b(g, y, x0, x1))) \
    OP(OP_SUB, x0 - x1, TO(0, rule_sub_a(g, y, x0, x1)) TO(1, rule_sub_b(g, y, x0, x1))) \
    OP(OP_MUL, x0 * x1, TO(0, rule_mul_a(g, y, x0, x1)) TO(1, rule_mul_b(g, y, x0, x1))) \
    OP(OP_DIV, x0 / x1, TO(0, rule_div_a(g, y, x0, x1)) TO(1, rule_div_b(g, y, x0, x1))) \
    OP(OP_NEG, -x0, TO(0, rule_neg(g, y, x0))) \
    OP(OP_POW, pow(x0, x1), TO(0, rule_pow_a(g, y, x0, x1)) TO(1, rule_pow_b(g, y, x0, x1))) \
    OP(OP_IDENTITY, forward_identity(x0), TO(0, rule_identity(g, y, x0))) \
    OP(OP_SQUARE, forward_square(x0), TO(0, rule_square(g, y, x0))) \
    OP(OP_RECIPROCAL, forward_reciprocal(x0), TO(0, rule_reciprocal(g, y, x0))) \
    OP(OP_SQRT, sqrt(x0), TO(0, rule_sqrt(g, y, x0))) \
    OP(OP_CBRT, cbrt(x0), TO(0, rule_cbrt(g, y, x0))) \
    OP(OP_HYPOT, hypot(x0, x1), TO(0, rule_hypot_a(g, y, x0, x1)) TO(1, rule_hypot_b(g, y, x0, x1))) \
    OP(OP_EXP, exp(x0), TO(0, rule_exp(g, y, x0))) \
    OP(OP_EXPM1, expm1(x0), TO(0, rule_expm1(g, y, x0))) \
    OP(OP_LOG, log(x0), TO(0, rule_log(g, y, x0))) \
    OP(OP_EXP2, exp2(x0), TO(0, rule_exp2(g, y, x0))) \
    OP(OP_LOG2, log2(x0), TO(0, rule_log2(g, y, x0))) \
    OP(OP_LOG10, log10(x0), TO(0, rule_log10(g, y, x0))) \
    OP(OP_LOG1P, log1p(x0), TO(0, rule_log1p(g, y, x0))) \
    OP(OP_SIN, sin(x0), TO(0, rule_sin(g, y, x0))) \
    OP(OP_COS, cos(x0), TO(0, rule_cos(g, y, x0))) \
    OP(OP_TAN, tan(x0), TO(0, rule_tan(g, y, x0))) \
    OP(OP_ASIN, asin(x0), TO(0, rule_asin(g, y, x0))) \
    OP(OP_ACOS, acos(x0), TO(0, rule_acos(g, y, x0))) \
    OP(OP_ATAN, atan(x0), TO(0, rule_atan(g, y, x0))) \
    OP(OP_ATAN2, atan2(x0, x1), TO(0, rule_atan2_a(g, y, x0, x1)) TO(1, rule_atan2_b(g, y, x0, x1))) \
    OP(OP_SINH, sinh(x0), TO(0, rule_sinh(g, y, x0))) \
    OP(OP_COSH, cosh(x0), TO(0, rule_cosh(g, y, x0))) \
    OP(OP_TANH, tanh(x0), TO(0, rule_tanh(g, y, x0))) \
    OP(OP_ASINH, asinh(x0), TO(0, rule_asinh(g, y, x0))) \
    OP(OP_ACOSH, acosh(x0), TO(0, rule_acosh(g, y, x0))) \
    OP(OP_ATANH, atanh(x0), TO(0, rule_atanh(g, y, x0))) \
    OP(OP_SECH, forward_sech(x0), TO(0, rule_sech(g, y, x0))) \
    OP(OP_ABS, fabs(x0), TO(0, rule_abs(g, y, x0))) \
    OP(OP_SIGN, forward_sign(x0), TO(0, rule_sign(g, y, x0))) \
    OP(OP_MAXIMUM, forward_maximum(x0, x1), TO(0, rule_maximum_a(g, y, x0, x1)) TO(1, rule_maximum_b(g, y, x0, x1))) \
    OP(OP_MINIMUM, forward_minimum(x0, x1), TO(0, rule_minimum_a(g, y, x0, x1)) TO(1, rule_minimum_b(g, y, x0, x1))) \
    OP(OP_CLIP, forward_clip(x0, x1, x2), TO(0, rule_clip(g, y, x0, x1, x2))) \
    OP(OP_WHERE, x0 ? x1 : x2, TO(1, rule_where_a(g, y, x0, x1, x2)) TO(2, rule_where_b(g, y, x0, x1, x2))) \
    OP(OP_ERF, erf(x0), TO(0, rule_erf(g, y, x0))) \
    OP(OP_ERFC, erfc(x0), TO(0, rule_erfc(g, y, x0))) \
    OP(OP_GAUSSIAN, forward_gaussian(x0), TO(0, rule_gaussian(g, y, x0))) \
    OP(OP_NORMAL_PDF, forward_normal_pdf(x0), TO(0, rule_normal_pdf(g, y, x0))) \
    OP(OP_NORMAL_CDF, forward_normal_cdf(x0), TO(0, rule_normal_cdf(g, y, x0))) \
    OP(OP_LOG_NORMAL_CDF, forward_log_normal_cdf(x0), TO(0, rule_log_normal_cdf(g, y, x0))) \
    OP(OP_INVERSE_MILLS, forward_inverse_mills(x0), TO(0, rule_inverse_mills(g, y, x0))) \
    OP(OP_SIGMOID, forward_sigmoid(x0), TO(0, rule_sigmoid(g, y, x0))) \
    OP(OP_LOG_SIGMOID, forward_log_sigmoid(x0), TO(0, rule_log_sigmoid(g, y, x0))) \
    OP(OP_SOFTPLUS, forward_softplus(x0), TO(0, rule_softplus(g, y, x0))) \
    OP(OP_LOGIT, forward_logit(x0), TO(0, rule_logit(g, y, x0))) \
    OP(OP_LOGADDEXP, forward_logaddexp(x0, x1), TO(0, rule_logaddexp_a(g, y, x0, x1)) TO(1, rule_logaddexp_b(g, y, x0, x1))) \
    OP(OP_RELU, forward_relu(x0), TO(0, rule_relu(g, y, x0))) \
    OP(OP_LEAKY_RELU, forward_leaky_relu(x0, x1), TO(0, rule_leaky_relu(g, y, x0, x1))) \
    OP(OP_ELU, forward_elu(x0, x1), TO(0, rule_elu(g, y, x0, x1))) \
    OP(OP_SELU, forward_selu(x0), TO(0, rule_selu(g, y, x0))) \
    OP(OP_GELU, forward_gelu(x0), TO(0, rule_gelu(g, y, x0))) \
    OP(OP_SILU, forward_silu(x0), TO(0, rule_silu(g, y, x0))) \
    OP(OP_MISH, forward_mish(x0), TO(0, rule_mish(g, y, x0))) \
    OP(OP_BINARY_CROSS_ENTROPY_WITH_LOGITS, forward_binary_cross_entropy_with_logits(x0, x1), TO(0, rule_binary_cross_entropy_with_logits_x(g, y, x0, x1)) TO(1, rule_binary_cross_entropy_with_logits_t(g, y, x0, x1))) \
    OP(OP_REMAINDER, python_remainder(x0, x1), TO(0, rule_remainder_a(g, y, x0, x1)) TO(1, rule_remainder_b(g, y, x0, x1))) \
    OP(OP_FLOOR_DIVIDE, python_floor_divide(x0, x1), TO(0, rule_floor_divide_a(g, y, x0, x1)) TO(1, rule_floor_divide_b(g, y, x0, x1))) \
    OP(OP_FLOOR, forward_floor(x0), TO(0, rule_floor(g, y, x0))) \
    OP(OP_CEIL, forward_ceil(x0), TO(0, rule_ceil(g, y, x0))) \
    OP(OP_ROUND, forward_round(x0), TO(0, rule_round(g, y, x0)))

/* The same for an op of lists, without the value: x0 and x1 are elements of its lists. */
#define LIST_OPS(OP) \
    OP(OP_SUM, TO(0, rule_sum(g, y, x0))) \
    OP(OP_DOT, TO(0, rule_dot_a(g, y, x0, x1)) TO(1, rule_dot_b(g, y, x0, x1))) \
    OP(OP_LOGSUMEXP, TO(0, rule_logsumexp(g, y, x0)))
