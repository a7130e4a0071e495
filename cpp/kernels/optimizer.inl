// Optimizer updates, one pass over flat arrays. Formulas: Keras 3.
#pragma once
#include "kernels/math.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
void sgd(int64_t n, T learning_rate, T momentum, bool nesterov, const T* g, T* m, T* w) {
  const Vec<T> step = splat(-learning_rate), decay = splat(momentum);
  if (momentum == 0) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      store(w + i, mul_add(step, load(g + i, span), load(w + i, span)), span);
    });
    return;
  }
  const auto update = [&](auto advance) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
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

// All loads come before the stores: arrays a multiple of 4 KB apart would look to the processor as if they
// overlapped.
template <class T>
void adam(int64_t n, T alpha, T beta_1, T beta_2, T epsilon, const T* g, T* m, T* v, T* v_max, T* w) {
  const Vec<T> rate_1 = splat(T(1) - beta_1), rate_2 = splat(T(1) - beta_2), step = splat(-alpha);
  const auto update = [&](auto largest) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
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

template <class T>
void nadam(int64_t n, T m_factor, T g_factor, T v_factor, T beta_1, T beta_2, T epsilon, const T* g, T* m,
           T* v, T* w) {
  const Vec<T> rate_1 = splat(T(1) - beta_1), rate_2 = splat(T(1) - beta_2);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Moments<T, decltype(span)> now(g, m, v, i, rate_1, rate_2, span);
    const Vec<T> old_w = load(w + i, span), ahead = mul_add(splat(m_factor), now.m, now.gradient * g_factor);
    now.keep(m, v, i, span);
    store(w + i, old_w - ahead / (sqrt(now.v * v_factor) + epsilon), span);
  });
}

template <class T>
void adamax(int64_t n, T alpha, T beta_1, T beta_2, T epsilon, const T* g, T* m, T* u, T* w) {
  const Vec<T> rate = splat(T(1) - beta_1), step = splat(-alpha);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_m = load(m + i, span);
    const Vec<T> new_m = mul_add(gradient - old_m, rate, old_m);
    const Vec<T> new_u = max(load(u + i, span) * beta_2, abs(gradient));
    store(m + i, new_m, span);
    store(u + i, new_u, span);
    store(w + i, mul_add(step, new_m / (new_u + epsilon), load(w + i, span)), span);
  });
}

template <class T>
void rmsprop(int64_t n, T learning_rate, T rho, T momentum, T epsilon, const T* g, T* v, T* m, T* mean,
             T* w) {
  const Vec<T> decay = splat(rho), rate = splat(T(1) - rho);
  const auto update = [&](auto centre, auto advance) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
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

template <class T>
void adagrad(int64_t n, T learning_rate, T epsilon, const T* g, T* a, T* w) {
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span);
    const Vec<T> sum = mul_add(gradient, gradient, load(a + i, span));
    store(a + i, sum, span);
    store(w + i, load(w + i, span) - gradient * learning_rate / sqrt(sum + epsilon), span);
  });
}

template <class T>
void adadelta(int64_t n, T learning_rate, T rho, T epsilon, const T* g, T* a, T* d, T* w) {
  const Vec<T> decay = splat(rho), rate = splat(T(1) - rho);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_d = load(d + i, span);
    const Vec<T> new_a = mul_add(decay, load(a + i, span), rate * (gradient * gradient));
    const Vec<T> change = sqrt(old_d + epsilon) * gradient / sqrt(new_a + epsilon);
    store(a + i, new_a, span);
    store(d + i, mul_add(decay, old_d, rate * (change * change)), span);
    store(w + i, mul_add(splat(-learning_rate), change, load(w + i, span)), span);
  });
}

template <class T>
void lion(int64_t n, T learning_rate, T beta_1, T beta_2, const T* g, T* m, T* w) {
  const Vec<T> rate = splat(learning_rate);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_m = load(m + i, span), old_w = load(w + i, span);
    const Vec<T> direction = old_m * beta_1 + gradient * (T(1) - beta_1);
    store(m + i, old_m * beta_2 + gradient * (T(1) - beta_2), span);
    // A direction that is not a number is kept, so that it shows in the weights.
    const Vec<T> step =
        direction == 0 || direction != direction ? direction : with_sign(rate, sign_of(direction));
    store(w + i, old_w - step, span);
  });
}

template <class T>
void ftrl(const Ftrl<T>& p) {
  const auto power = [&](Vec<T> x) { return p.power == T(0.5) ? sqrt(x) : exp<T>(log<T>(x) * p.power); };
  for_each_vector<T>(p.n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(p.g + i, span), old_w = load(p.w + i, span), old_a = load(p.a + i, span);
    const Vec<T> new_a = mul_add(gradient, gradient, old_a);
    const Vec<T> root = power(new_a);
    const Vec<T> shrunk = gradient + old_w * (2 * p.shrinkage);
    const Vec<T> linear = load(p.l + i, span) + shrunk - (root - power(old_a)) / p.learning_rate * old_w;
    const Vec<T> clipped = min(splat(p.l1), max(splat(-p.l1), linear));
    store(p.a + i, new_a, span);
    store(p.l + i, linear, span);
    store(p.w + i, (clipped - linear) / (root / p.learning_rate + 2 * p.l2), span);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
