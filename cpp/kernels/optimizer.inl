// Optimizer updates, one pass over flat arrays. Formulas: Keras 3. What a rule reads is in local variables,
// so that nothing that is stored could change it.
#pragma once
#include "kernels/math.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// Numbers learning_rate, momentum, nesterov; slot m, which may be absent where momentum is 0: w -= lr * g;
// else m = momentum * m - lr * g; w += nesterov ? momentum * m - lr * g : m.
template <class T>
void sgd(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], momentum = run.numbers[1];
  const bool nesterov = run.numbers[2] != 0;
  T* const m = run.slots[0];
  const Vec<T> step = splat(-learning_rate), decay = splat(momentum);
  if (momentum == 0) {
    for_each_vector<T>(run.n, [&](int64_t i, auto span) {
      store(w + i, mul_add(step, load(g + i, span), load(w + i, span)), span);
    });
    return;
  }
  const auto update = [&](auto advance) {
    for_each_vector<T>(run.n, [&](int64_t i, auto span) {
      const Vec<T> change = load(g + i, span) * step;
      const Vec<T> velocity = mul_add(decay, load(m + i, span), change);
      store(m + i, velocity, span);
      store(w + i, load(w + i, span) + advance(velocity, change), span);
    });
  };
  if (nesterov)
    update([&](Vec<T> velocity, Vec<T> change) { return mul_add(decay, velocity, change); });
  else
    update([](Vec<T> velocity, Vec<T>) { return velocity; });
}

// The two running means that Adam and Nadam keep: m of gradients, v of their squares.
template <class T, class Span>
struct Moments {
  Vec<T> gradient, m, v;

  LAMELLA_INLINE Moments(const T* g, const T* m_slot, const T* v_slot, int64_t i, Vec<T> rate_1,
                         Vec<T> rate_2, Span span) {
    const Vec<T> old_m = load(m_slot + i, span), old_v = load(v_slot + i, span);
    gradient = load(g + i, span);
    m = mul_add(gradient - old_m, rate_1, old_m);
    v = mul_add(mul_add(gradient, gradient, -old_v), rate_2, old_v);
  }

  LAMELLA_INLINE void keep(T* m_slot, T* v_slot, int64_t i, Span span) const {
    store(m_slot + i, m, span);
    store(v_slot + i, v, span);
  }
};

// Numbers alpha, beta_1, beta_2, epsilon, amsgrad; slots m, v and, with amsgrad, v_max, the largest v so far:
// m += (g - m) * (1 - beta_1); v += (g * g - v) * (1 - beta_2); w -= alpha * m / (sqrt(v) + epsilon), where
// alpha = lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) (Kingma & Ba 2014, arXiv 1412.6980, section 2, last
// paragraph); v_max takes the place of v. All loads come before the stores: arrays a multiple of 4 KB apart
// would look to the processor as if they overlapped.
template <class T>
void adam(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T alpha = run.numbers[0], beta_1 = run.numbers[1], beta_2 = run.numbers[2], epsilon = run.numbers[3];
  T *const m = run.slots[0], *const v = run.slots[1],
           *const v_max = run.numbers[4] != 0 ? run.slots[2] : nullptr;
  const Vec<T> rate_1 = splat(T(1) - beta_1), rate_2 = splat(T(1) - beta_2), step = splat(-alpha);
  const auto update = [&](auto largest) {
    for_each_vector<T>(run.n, [&](int64_t i, auto span) {
      const Moments<T, decltype(span)> now(g, m, v, i, rate_1, rate_2, span);
      const Vec<T> old_w = load(w + i, span), square = largest(i, now.v, span);
      now.keep(m, v, i, span);
      const Vec<T> scale =
          root(min(splat(T(1e37)), max(splat(Constants<T>::kSmallestNormal), square))) + epsilon;
      store(w + i, mul_add(step, quotient(now.m, scale), old_w), span);
    });
  };
  if (v_max)
    update([&](int64_t i, Vec<T> now, auto span) {
      const Vec<T> so_far = max(load(v_max + i, span), now);
      store(v_max + i, so_far, span);
      return so_far;
    });
  else
    update([](int64_t, Vec<T> now, auto) { return now; });
}

// Numbers m_factor, g_factor, v_factor, beta_1, beta_2, epsilon; slots m and v as Adam's:
// w -= (m_factor * m + g_factor * g) / (sqrt(v_factor * v) + epsilon).
template <class T>
void nadam(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T m_factor = run.numbers[0], g_factor = run.numbers[1], v_factor = run.numbers[2];
  const T beta_1 = run.numbers[3], beta_2 = run.numbers[4], epsilon = run.numbers[5];
  T *const m = run.slots[0], *const v = run.slots[1];
  const Vec<T> rate_1 = splat(T(1) - beta_1), rate_2 = splat(T(1) - beta_2);
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Moments<T, decltype(span)> now(g, m, v, i, rate_1, rate_2, span);
    const Vec<T> old_w = load(w + i, span), ahead = mul_add(splat(m_factor), now.m, now.gradient * g_factor);
    now.keep(m, v, i, span);
    store(w + i, old_w - ahead / (sqrt(now.v * v_factor) + epsilon), span);
  });
}

// Numbers alpha = lr / (1 - beta_1^t), beta_1, beta_2, epsilon; slots m as Adam's, u:
// u = max(beta_2 * u, |g|); w -= alpha * m / (u + epsilon).
template <class T>
void adamax(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T alpha = run.numbers[0], beta_1 = run.numbers[1], beta_2 = run.numbers[2], epsilon = run.numbers[3];
  T *const m = run.slots[0], *const u = run.slots[1];
  const Vec<T> rate = splat(T(1) - beta_1), step = splat(-alpha);
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_m = load(m + i, span);
    const Vec<T> new_m = mul_add(gradient - old_m, rate, old_m);
    const Vec<T> new_u = max(load(u + i, span) * beta_2, abs(gradient));
    store(m + i, new_m, span);
    store(u + i, new_u, span);
    store(w + i, mul_add(step, new_m / (new_u + epsilon), load(w + i, span)), span);
  });
}

// Numbers learning_rate, rho, momentum, epsilon, centered; slots v, m where there is momentum, mean where it
// is centred: v = rho * v + (1 - rho) * g^2; mean = rho * mean + (1 - rho) * g; d = lr * g / sqrt(v - mean^2
// + epsilon); with m: m = momentum * m + d, w -= m; without: w -= d.
template <class T>
void rmsprop(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], rho = run.numbers[1], momentum = run.numbers[2],
          epsilon = run.numbers[3];
  const bool moves = momentum > 0;
  T *const v = run.slots[0], *const m = moves ? run.slots[1] : nullptr;
  T* const mean = run.numbers[4] != 0 ? run.slots[moves ? 2 : 1] : nullptr;
  const Vec<T> decay = splat(rho), rate = splat(T(1) - rho);
  const auto update = [&](auto centre, auto advance) {
    for_each_vector<T>(run.n, [&](int64_t i, auto span) {
      const Vec<T> gradient = load(g + i, span);
      const Vec<T> new_v = mul_add(decay, load(v + i, span), rate * (gradient * gradient));
      store(v + i, new_v, span);
      const Vec<T> root = sqrt(centre(i, new_v, gradient, span) + epsilon);
      const Vec<T> change = advance(i, gradient * learning_rate / root, span);
      store(w + i, load(w + i, span) - change, span);
    });
  };
  const auto plain = [](int64_t, Vec<T> square, Vec<T>, auto) { return square; };
  const auto centred = [&](int64_t i, Vec<T> square, Vec<T> gradient, auto span) {
    const Vec<T> new_mean = mul_add(decay, load(mean + i, span), rate * gradient);
    store(mean + i, new_mean, span);
    return square - new_mean * new_mean;
  };
  const auto direct = [](int64_t, Vec<T> change, auto) { return change; };
  const auto with_momentum = [&](int64_t i, Vec<T> change, auto span) {
    const Vec<T> velocity = mul_add(splat(momentum), load(m + i, span), change);
    store(m + i, velocity, span);
    return velocity;
  };
  if (mean && m)
    update(centred, with_momentum);
  else if (mean)
    update(centred, direct);
  else if (m)
    update(plain, with_momentum);
  else
    update(plain, direct);
}

// Numbers learning_rate, epsilon; slot a: a += g^2; w -= lr * g / sqrt(a + epsilon).
template <class T>
void adagrad(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], epsilon = run.numbers[1];
  T* const a = run.slots[0];
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span);
    const Vec<T> sum = mul_add(gradient, gradient, load(a + i, span));
    store(a + i, sum, span);
    store(w + i, load(w + i, span) - gradient * learning_rate / sqrt(sum + epsilon), span);
  });
}

// Numbers learning_rate, rho, epsilon; slots a and d: a = rho * a + (1 - rho) * g^2;
// c = sqrt(d + epsilon) * g / sqrt(a + epsilon); d = rho * d + (1 - rho) * c^2; w -= lr * c.
template <class T>
void adadelta(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], rho = run.numbers[1], epsilon = run.numbers[2];
  T *const a = run.slots[0], *const d = run.slots[1];
  const Vec<T> decay = splat(rho), rate = splat(T(1) - rho);
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_d = load(d + i, span);
    const Vec<T> new_a = mul_add(decay, load(a + i, span), rate * (gradient * gradient));
    const Vec<T> change = sqrt(old_d + epsilon) * gradient / sqrt(new_a + epsilon);
    store(a + i, new_a, span);
    store(d + i, mul_add(decay, old_d, rate * (change * change)), span);
    store(w + i, mul_add(splat(-learning_rate), change, load(w + i, span)), span);
  });
}

// Numbers learning_rate, beta_1, beta_2; slot m: w -= lr * sign(beta_1 * m + (1 - beta_1) * g);
// m = beta_2 * m + (1 - beta_2) * g.
template <class T>
void lion(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], beta_1 = run.numbers[1], beta_2 = run.numbers[2];
  T* const m = run.slots[0];
  const Vec<T> rate = splat(learning_rate);
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_m = load(m + i, span), old_w = load(w + i, span);
    const Vec<T> direction = old_m * beta_1 + gradient * (T(1) - beta_1);
    store(m + i, old_m * beta_2 + gradient * (T(1) - beta_2), span);
    // A direction that is not a number is kept, so that it shows in the weights.
    const Vec<T> step =
        direction == 0 || direction != direction ? direction : with_sign(rate, sign_of(direction));
    store(w + i, old_w - step, span);
  });
}

// Numbers learning_rate, power (the negative of Keras's learning_rate_power), l1, l2, shrinkage; slots a and
// l:
//   root = (a + g^2)^power;  l += g + 2 shrinkage w - (root - a^power) / learning_rate * w
//   w = (clip(l, -l1, l1) - l) / (root / learning_rate + 2 l2);  a += g^2
template <class T>
void ftrl(const UpdateRun<T>& run) {
  const T* const g = run.g;
  T* const w = run.w;
  const T learning_rate = run.numbers[0], exponent = run.numbers[1], l1 = run.numbers[2], l2 = run.numbers[3];
  const T shrinkage = run.numbers[4];
  T *const a = run.slots[0], *const l = run.slots[1];
  const auto power = [&](Vec<T> x) { return exponent == T(0.5) ? sqrt(x) : exp<T>(log<T>(x) * exponent); };
  for_each_vector<T>(run.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_w = load(w + i, span), old_a = load(a + i, span);
    const Vec<T> new_a = mul_add(gradient, gradient, old_a);
    const Vec<T> root = power(new_a);
    const Vec<T> shrunk = gradient + old_w * (2 * shrinkage);
    const Vec<T> linear = load(l + i, span) + shrunk - (root - power(old_a)) / learning_rate * old_w;
    const Vec<T> clipped = min(splat(l1), max(splat(-l1), linear));
    store(a + i, new_a, span);
    store(l + i, linear, span);
    store(w + i, (clipped - linear) / (root / learning_rate + 2 * l2), span);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
