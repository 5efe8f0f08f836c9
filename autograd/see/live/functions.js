// Functions of the ops that JavaScript's Math does not have, or has with other answers for zeros, infinities and nan.
// Each computes what the op of the same name computes in Python; see autograd/rules/*_forward.py for the reasons.
const LOG_2 = Math.log(2);
const SQRT_2_PI = Math.sqrt(2 * Math.PI);
const LOG_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const TAIL = -2.5; // below it, the normal distribution is computed by a continued fraction
const LARGE = 20; // from it on, asymptotic series have all digits
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

const isNegativeZero = (x) => Object.is(x, -0);

// Adds numbers and the rounding errors of their sums (Neumaier), as math.fsum does to the last digits but one.
function precise(numbers) {
  let total = 0;
  let lost = 0;
  for (const x of numbers) {
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
}

// Arithmetic

const identity = (x) => x;
const square = (x) => x * x;
const reciprocal = (x) => 1 / x;
const exp2 = (x) => pow(2, x);

// IEEE: 1 to any power is 1, nan included, and so is -1 to an infinite power. Math.pow gives nan.
function pow(a, b) {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return Math.pow(a, b);
}

// The result has the sign of b, where JavaScript's % has the sign of a.
function remainder(a, b) {
  const rest = a % b;
  if (rest === 0) return b < 0 || isNegativeZero(b) ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function floor_divide(a, b) {
  if (b === 0 || !Number.isFinite(a)) return b === 0 ? a / b : NaN;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return a / b < 0 || isNegativeZero(a / b) ? -0 : 0;
  const down = Math.floor(quotient);
  return quotient - down > 0.5 ? down + 1 : down;
}

// Half to even.
function round(x) {
  const down = Math.floor(x);
  if (x - down !== 0.5) return x < 0 ? -Math.round(-x) : Math.round(x);
  return down % 2 === 0 ? (down === 0 && x < 0 ? -0 : down) : x < 0 ? -Math.floor(-x) : down + 1;
}

// Kinks

const sign = (x) => (Number.isNaN(x) ? x : Number(x > 0) - Number(x < 0)); // Math.sign(-0) is -0
const maximum = (a, b) => (a >= b || Number.isNaN(a) ? a : b);
const minimum = (a, b) => (a <= b || Number.isNaN(a) ? a : b);
const clip = (x, min, max) => minimum(maximum(x, min), max);
const relu = (x) => (x <= 0 ? 0 : x);
const leaky_relu = (x, slope) => (x > 0 ? x : x * slope);
const elu = (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x));
const selu = (x) => SELU_SCALE * elu(x, SELU_ALPHA);

// The logistic function and its kin

const sech = (x) => 1 / Math.cosh(x);
const softplus = (x) => maximum(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const log_sigmoid = (x) => -softplus(-x);
const silu = (x) => x * sigmoid(x);
const mish = (x) => x * Math.tanh(softplus(x));
const gelu = (x) => x * normal_cdf(x);

function sigmoid(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

function logit(x) {
  return x >= 0.25 && x <= 0.75 ? 2 * Math.atanh(2 * x - 1) : Math.log(x) - Math.log1p(-x);
}

function logaddexp(a, b) {
  return a === b ? a + LOG_2 : maximum(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

function binary_cross_entropy_with_logits(x, t) {
  return (1 - t) * softplus(x) + t * softplus(-x);
}

// The normal distribution

function gaussian(x, factor = 1) {
  if (Number.isNaN(x)) return x;
  const near = Math.max(-60, Math.min(x, 60));
  const head = Math.round(near * 256) / 256;
  return Math.exp(-factor * head * head) * Math.exp(-factor * (near - head) * (near + head));
}

const normal_pdf = (x) => gaussian(x, 0.5) / SQRT_2_PI;
const normal_cdf = (x) => (x < TAIL ? normal_pdf(x) * mills(x) : 0.5 * erfc(-x / Math.SQRT2));

// normal_cdf(x) / normal_pdf(x) for x < -2.5, by the continued fraction of Laplace.
function mills(x) {
  if (x < -1e8) return -1 / x;
  let fraction = -x;
  for (let k = 70; k > 0; k -= 1) fraction = k / fraction - x;
  return 1 / fraction;
}

function log_normal_cdf(x) {
  if (x < TAIL) return x > -Infinity ? -0.5 * x * x - LOG_SQRT_2_PI + Math.log(mills(x)) : x;
  return x > -1 ? Math.log1p(-normal_cdf(-x)) : Math.log(normal_cdf(x));
}

function inverse_mills(x) {
  if (x < -1e8) return -x;
  return x < TAIL ? 1 / mills(x) : normal_pdf(x) / normal_cdf(x);
}

// Left of 1.8 by a series whose terms have one sign, so that nothing cancels; from there on as 1 - erfc.
function erf(x) {
  const size = Math.abs(x);
  if (size === 0 || Number.isNaN(x)) return x;
  if (size > 1.8) return Math.sign(x) * (1 - erfc(size));
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * gaussian(x) * total;
}

function erfc(x) {
  if (Number.isNaN(x)) return x;
  if (x > 1.8) return gaussian(x) * Math.sqrt(2 / Math.PI) * mills(-x * Math.SQRT2);
  return x < -1.8 ? 2 - erfc(-x) : 1 - erf(x);
}

// The gamma function

const LANCZOS_G = 6.02468004077673;
const LANCZOS = [
  [23531376880.41076, 0], [42919803642.6491, 39916800], [35711959237.35567, 120543840],
  [17921034426.03721, 150917976], [6039542586.352028, 105258076], [1439720407.3117216, 45995730],
  [248874557.86205417, 13339535], [31426415.5854002, 2637558], [2876370.6289353725, 357423],
  [186056.26539522348, 32670], [8071.672002365816, 1925], [210.82427775157935, 66], [2.5066282746310002, 1],
];

// The quotient of two polynomials: above 5 in powers of 1 / x, which cannot overflow.
function lanczos(x) {
  let above = 0;
  let below = 0;
  const step = x < 5 ? x : 1 / x;
  for (const [a, b] of x < 5 ? [...LANCZOS].reverse() : LANCZOS) {
    above = above * step + a;
    below = below * step + b;
  }
  return above / below;
}

// As Python's math.lgamma, whose digits near its zeros at 1 and 2 are those of its method.
function lgamma(x) {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (x === Math.floor(x) && x <= 2) return x <= 0 ? Infinity : 0;
  const size = Math.abs(x);
  if (size < 1e-20) return -Math.log(size);
  const right = Math.log(lanczos(size)) - LANCZOS_G + (size - 0.5) * (Math.log(size + LANCZOS_G - 0.5) - 1);
  if (x > 0) return right;
  const fraction = size - 2 * Math.floor(size / 2);
  return Math.log(Math.PI) - Math.log(Math.abs(sine(fraction))) - Math.log(size) - right;
}

// sin(pi x) for 0 <= x < 2, with all digits near its zeros.
function sine(x) {
  if (x < 0.25) return Math.sin(Math.PI * x);
  if (x < 0.75) return Math.cos(Math.PI * (x - 0.5));
  if (x < 1.25) return -Math.sin(Math.PI * (x - 1));
  return x < 1.75 ? -Math.cos(Math.PI * (x - 1.5)) : Math.sin(Math.PI * (x - 2));
}

function digamma(x) {
  if (Math.abs(x) === Infinity) return x > 0 ? x : NaN;
  if (x === 0) return isNegativeZero(x) ? Infinity : -Infinity;
  if (x < 0) return x === Math.floor(x) ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - round(x)));
  const steps = Number.isNaN(x) ? 0 : Math.max(0, Math.ceil(LARGE - x));
  const terms = [];
  for (let k = 0; k < steps; k += 1) terms.push(-1 / (x + k));
  const far = x + steps;
  const series = far < 1e9 ? BERNOULLI.map((b, k) => -b / ((2 * k + 2) * far ** (2 * k + 2))) : [];
  return precise([Math.log(far), -0.5 / far, ...series, ...terms]);
}

function factorial(n) {
  let product = 1;
  for (let k = 2; k <= n; k += 1) product *= k;
  return product;
}

// Derivative n of digamma.
function polygamma(x, n) {
  if (n === 0) return digamma(x);
  if (x === -Infinity) return NaN; // the poles lie ever denser, so there is no limit
  return (n % 2 ? 1 : -1) * factorial(n) * hurwitz_zeta(n + 1, x);
}

// The sum of (x + k) ** -s over k = 0, 1, 2, ... for an integer s > 1.
function hurwitz_zeta(s, x) {
  if (x <= 0 && x === Math.floor(x)) return s % 2 === 0 || Object.is(x, 0) ? Infinity : NaN;
  if (x < 0) return left_zeta(s, x);
  if (x === Infinity || Number.isNaN(x)) return x > 0 ? 0 : NaN;
  const steps = Math.max(0, Math.ceil(LARGE + s - x));
  const below = [];
  for (let k = 0; k < steps; k += 1) below.push((x + k) ** -s);
  const far = x + steps;
  const first = far ** -s;
  const terms = [(far * first) / (s - 1), 0.5 * first];
  let rising = s / far;
  BERNOULLI.forEach((b, i) => {
    const k = i + 1;
    terms.push((first * b * rising) / factorial(2 * k));
    rising *= ((s + 2 * k - 1) / far) * ((s + 2 * k) / far);
  });
  return precise([...terms, ...below]);
}

// The sum over all integers k, to both sides, depends only on the fraction of x.
function left_zeta(s, x) {
  const near = x - Math.floor(x);
  if (x > -LARGE) {
    const terms = [hurwitz_zeta(s, near)];
    for (let k = 0; k < -Math.floor(x); k += 1) terms.push((x + k) ** -s);
    return precise(terms);
  }
  return hurwitz_zeta(s, near) + (s % 2 ? -1 : 1) * (hurwitz_zeta(s, 1 - near) - hurwitz_zeta(s, 1 - x));
}

// Lists

const sum = (values) => values.reduce((a, b) => a + b);
const dot = (a, b) => sum(a.map((x, k) => x * b[k]));

function logsumexp(values) {
  const top = Math.max(...values); // nan where one of them is
  if (!Number.isFinite(top)) return top;
  const place = values.indexOf(top);
  return top + Math.log1p(precise(values.filter((_, k) => k !== place).map((x) => Math.exp(x - top))));
}
