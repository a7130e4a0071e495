// Losses that see a whole row at once: distributions, directions and scores of classes. Formulas: Keras 3.
#pragma once
#include "kernels/regression_losses.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
LAMELLA_INLINE void kl_divergence_row(int64_t cols, const T* p, const T* t, T factor, T* row_loss, T* dp) {
  const auto clip = [](Vec<T> x) { return min(splat(T(1)), max(splat(kClip<T>), x)); };
  *row_loss = row_sum<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> y = clip(load(t + j, span));
    return y * log<T>(y / clip(load(p + j, span)));
  });
  if (!dp) return;
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> raw = load(p + j, span), q = clip(raw);
    const Vec<T> slope = -clip(load(t + j, span)) / q * factor;
    store(dp + j, raw == q ? slope : Vec<T>{}, span);
  });
}

// x / max(|x|, 1e-7): what Keras multiplies a row with.
template <class T>
LAMELLA_INLINE T inverse_norm(T sum_of_squares) {
  const T norm = sqrt(splat(sum_of_squares))[0];
  return norm > kClip<T> ? T(1) / norm : T(1) / kClip<T>;
}

// With u = p / |p|, v = t / |t|: d(-u.v)/dp = (u (u.v) - v) / |p|; where |p| is taken as 1e-7 it is -v /
// 1e-7.
template <class T>
LAMELLA_INLINE void cosine_row(int64_t cols, const T* p, const T* t, T factor, T* row_loss, T* dp) {
  const auto product = [&](const T* a, const T* b) {
    return row_sum<T>(cols, [&](int64_t j, auto span) { return load(a + j, span) * load(b + j, span); });
  };
  const T of_p = inverse_norm<T>(product(p, p)), of_t = inverse_norm<T>(product(t, t));
  const T cosine = product(p, t) * of_p * of_t;
  *row_loss = -cosine;
  if (!dp) return;
  const T along = of_p < T(1) / kClip<T> ? cosine * of_p : T(0);
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> slope = load(p + j, span) * along - load(t + j, span) * of_t;
    store(dp + j, slope * (of_p * factor), span);
  });
}

// max(max_j((1 - t_j) p_j) - sum_j(t_j p_j) + 1, 0); of several maxima the first takes the gradient.
template <class T>
LAMELLA_INLINE void categorical_hinge_row(int64_t cols, const T* p, const T* t, T factor, T* row_loss,
                                          T* dp) {
  T positive = 0, negative = -kInfinity<T>;
  int64_t largest = 0;
  for (int64_t j = 0; j < cols; ++j) {
    positive += t[j] * p[j];
    const T other = (T(1) - t[j]) * p[j];
    if (!(other > negative)) continue;
    negative = other;
    largest = j;
  }
  const T margin = negative - positive + T(1);
  *row_loss = margin < T(0) ? T(0) : margin;
  if (!dp) return;
  const T share = margin > T(0) ? factor : T(0);
  const T of_largest = (T(1) - t[largest]) * share;
  for_each_vector<T>(cols, [&](int64_t j, auto span) { store(dp + j, load(t + j, span) * -share, span); });
  dp[largest] += of_largest;
}

// sum_j of -alpha t_j (1 - c_j)^gamma log(c_j), c = clip(q), q = p / sum(p). With g_j the derivative by q_j:
// d/dp_k = (g_k - sum_j g_j q_j) / sum(p), and by logits d/dz_k = q_k (g_k - sum_j g_j q_j).
template <class T>
LAMELLA_INLINE void categorical_focal_row(int64_t cols, const T* p, const T* t, const RowLossBlock<T>& b,
                                          T factor, T* row_loss, T* dp) {
  const T largest = b.from_logits ? row_max(cols, p) : T(0);
  const auto share = [&](int64_t j, auto span) {
    const Vec<T> x = load(p + j, span);
    return b.from_logits ? exp<T>(x - largest) : x;
  };
  const T sum = row_sum<T>(cols, share);
  const auto target = [&](int64_t j, auto span) {
    return load(t + j, span) * (T(1) - b.smoothing) + b.smoothing / T(cols);
  };
  *row_loss = row_sum<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> c = clip_probability<T>(share(j, span) / sum);
    return target(j, span) * power<T>(T(1) - c, b.gamma) * log<T>(c) * -b.alpha;
  });
  if (!dp) return;
  const auto slope = [&](int64_t j, auto span) {
    const Vec<T> q = share(j, span) / sum, c = clip_probability<T>(q), rest = T(1) - c;
    const Vec<T> focus = power<T>(rest, b.gamma - T(1)) * log<T>(c) * b.gamma;
    return unless_clipped<T>(q, target(j, span) * (focus - power<T>(rest, b.gamma) / c) * b.alpha);
  };
  const T mean =
      row_sum<T>(cols, [&](int64_t j, auto span) { return slope(j, span) * share(j, span); }) / sum;
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> centred = (slope(j, span) - mean) * (factor / sum);
    store(dp + j, b.from_logits ? centred * share(j, span) : centred, span);
  });
}

// Zhang and Sabuncu, "Generalized Cross Entropy Loss", equation 6: (1 - p_label^q) / q.
template <class T>
LAMELLA_INLINE void generalized_row(int64_t cols, const T* p, int32_t label, T q, T factor, T* row_loss,
                                    T* dp) {
  const T likely = p[label];
  *row_loss = (T(1) - power<T>(splat(likely), q)[0]) / q;
  if (!dp) return;
  const T slope = -power<T>(splat(likely), q - T(1))[0] * factor;
  for_each_vector<T>(cols, [&](int64_t j, auto span) { store(dp + j, Vec<T>{}, span); });
  dp[label] = slope;
}

template <class T>
void class_row_loss(LossKind kind, const RowLossBlock<T>& b) {
  for (int64_t i = 0; i < b.rows; ++i) {
    const T* p = b.p + i * b.cols;
    const T* t = b.t ? b.t + i * b.cols : nullptr;
    T* dp = b.dp ? b.dp + i * b.cols : nullptr;
    const T factor = b.weights ? b.scale * b.weights[i] : b.scale;
    switch (kind) {
      case LossKind::kl_divergence:
        kl_divergence_row<T>(b.cols, p, t, factor, b.row_loss + i, dp);
        break;
      case LossKind::cosine_similarity:
        cosine_row<T>(b.cols, p, t, factor, b.row_loss + i, dp);
        break;
      case LossKind::categorical_hinge:
        categorical_hinge_row<T>(b.cols, p, t, factor, b.row_loss + i, dp);
        break;
      case LossKind::categorical_focal:
        categorical_focal_row<T>(b.cols, p, t, b, factor, b.row_loss + i, dp);
        break;
      default:
        generalized_row<T>(b.cols, p, b.labels[i], b.delta, factor, b.row_loss + i, dp);
    }
  }
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
