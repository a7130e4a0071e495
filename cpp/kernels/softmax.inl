// Softmax over rows and the fused heads: softmax or sigmoid with cross-entropy, from logits. Short rows, such
// as those of ten classes, are turned.
#pragma once
#include "kernels/losses.inl"
#include "kernels/transpose.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
LAMELLA_INLINE T row_max(int64_t cols, const T* x) {
  Vec<T> largest = splat(-kInfinity<T>);
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    largest = max(largest, fill_beyond(load(x + j, span), span, -kInfinity<T>));
  });
  return reduce_max(largest);
}

template <class T>
LAMELLA_INLINE Vec<T> largest_of_rows(int64_t cols, const TurnedRows<T>& rows) {
  Vec<T> largest = rows.column(0);
  for (int64_t j = 1; j < cols; ++j) largest = max(largest, rows.column(j));
  return largest;
}

// One row by itself, summed in the order of turned rows.
template <class T>
void softmax_short_row(int64_t cols, const T* x, T* y) {
  T powers[TurnedRows<T>::kMostCols];
  const T largest = row_max(cols, x);
  for_each_vector<T>(
      cols, [&](int64_t j, auto span) { store(powers + j, exp<T>(load(x + j, span) - largest), span); });
  T sum = 0;
  for (int64_t j = 0; j < cols; ++j) sum += powers[j];
  const T inverse = T(1) / sum;
  for_each_vector<T>(cols,
                     [&](int64_t j, auto span) { store(y + j, load(powers + j, span) * inverse, span); });
}

template <class T>
void softmax_short_rows(int64_t rows, int64_t cols, const T* x, T* y) {
  constexpr int64_t kFew = 4;  // that do not pay for a block
  if (rows < kFew) {
    for (int64_t i = 0; i < rows; ++i) softmax_short_row(cols, x + i * cols, y + i * cols);
    return;
  }
  TurnedRows<T> block(cols);
  for_each_block<T>(rows, [&](int64_t first, int64_t count) {
    block.read(count, x + first * cols);
    const Vec<T> largest = largest_of_rows(cols, block);
    Vec<T> sum{};
    for (int64_t j = 0; j < cols; ++j) {
      const Vec<T> power = exp<T>(block.column(j) - largest);
      block.set_column(j, power);
      sum += power;
    }
    const Vec<T> inverse = T(1) / sum;
    for (int64_t j = 0; j < cols; ++j) block.set_column(j, block.column(j) * inverse);
    block.write(count, y + first * cols);
  });
}

template <class T>
void softmax_forward(int64_t rows, int64_t cols, const T* x, T* y) {
  if (cols <= TurnedRows<T>::kMostCols) return softmax_short_rows(rows, cols, x, y);
  for (int64_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const T largest = row_max(cols, x);
    const T inverse = T(1) / row_sum<T>(cols, [&](int64_t j, auto span) {
                        const Vec<T> power = exp<T>(load(x + j, span) - largest);
                        store(y + j, power, span);
                        return power;
                      });
    for_each_vector<T>(cols, [&](int64_t j, auto span) { store(y + j, load(y + j, span) * inverse, span); });
  }
}

template <class T>
void softmax_backward(int64_t rows, int64_t cols, const T* y, const T* dy, T* dx) {
  for (int64_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    const auto products = sum_along<T, 1>(cols, [&](int64_t j, auto span, Vec<T>(&sums)[1]) {
      sums[0] = mul_add(load(y + j, span), load(dy + j, span), sums[0]);
    });
    const T dot = reduce_add(products.of[0]);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      store(dx + j, load(y + j, span) * (load(dy + j, span) - dot), span);
    });
  }
}

// What a row's loss is made of: mass * log(sum) - picked, with mass = sum_j t'_j, picked = sum_j t'_j (z_j -
// max).
template <class T>
struct LossParts {
  T sum, mass, picked;
};

// Targets given as labels: t' is 1 at the label and 0 elsewhere, 0 everywhere where the label is negative.
template <class T>
struct Labels {
  int64_t cols;
  const T* z;
  const int32_t* labels;

  template <class Span>
  LAMELLA_INLINE Vec<T> target(int64_t i, int64_t j, Span) const {
    const LaneInt<T> lane = static_cast<LaneInt<T>>(labels[i] - j);
    return lane_index<T>() == lane ? splat(T(1)) : Vec<T>{};
  }
  // To be read before a row's outputs are written, which may be its logits.
  LAMELLA_INLINE T logit(int64_t i) const { return labels[i] < 0 ? T(0) : z[i * cols + labels[i]]; }

  template <class Span>
  LAMELLA_INLINE void add(int64_t, int64_t, Span, Vec<T>, Vec<T>&, Vec<T>&) const {}

  // Of a block of rows, turned.
  struct Block {
    Int<T> label;

    LAMELLA_INLINE Vec<T> target(int64_t j) const {
      return label == static_cast<LaneInt<T>>(j) ? splat(T(1)) : Vec<T>{};
    }
    LAMELLA_INLINE void add(int64_t j, Vec<T> shifted, Vec<T>& mass, Vec<T>& picked) const {
      mass += target(j);
      picked += label == static_cast<LaneInt<T>>(j) ? shifted : Vec<T>{};
    }
    LAMELLA_INLINE Vec<T> loss(Vec<T> value) const { return label < 0 ? Vec<T>{} : value; }
  };
  LAMELLA_INLINE Block block(int64_t first, int64_t count) const {
    Block block;
    for (int i = 0; i < lanes<T>; ++i) block.label[i] = i < count ? labels[first + i] : -1;
    return block;
  }

  LAMELLA_INLINE LossParts<T> parts(int64_t i, T sum, T max, T logit, Vec<T>, Vec<T>) const {
    return labels[i] < 0 ? LossParts<T>{1, 0, 0} : LossParts<T>{sum, 1, logit - max};
  }
};

// Targets given as distributions, smoothed: t' = t * share + floor.
template <class T>
struct Distributions {
  int64_t cols;
  const T* t;
  T share, floor;

  template <class Span>
  LAMELLA_INLINE Vec<T> target(int64_t i, int64_t j, Span span) const {
    return fill_beyond(mul_add(load(t + i * cols + j, span), splat(share), splat(floor)), span, T(0));
  }
  LAMELLA_INLINE T logit(int64_t) const { return 0; }

  template <class Span>
  LAMELLA_INLINE void add(int64_t i, int64_t j, Span span, Vec<T> shifted, Vec<T>& mass,
                          Vec<T>& picked) const {
    const Vec<T> goal = target(i, j, span);
    mass += goal;
    picked += fill_beyond(goal * shifted, span, T(0));
  }
  struct Block {
    TurnedRows<T> targets;

    LAMELLA_INLINE Vec<T> target(int64_t j) const { return targets.column(j); }
    LAMELLA_INLINE void add(int64_t j, Vec<T> shifted, Vec<T>& mass, Vec<T>& picked) const {
      mass += target(j);
      picked += target(j) * shifted;
    }
    LAMELLA_INLINE Vec<T> loss(Vec<T> value) const { return value; }
  };
  LAMELLA_INLINE Block block(int64_t first, int64_t count) const {
    Block block{TurnedRows<T>(cols)};
    block.targets.read(count, t + first * cols);
    for (int64_t j = 0; j < cols; ++j)
      block.targets.set_column(j, mul_add(block.targets.column(j), splat(share), splat(floor)));
    return block;
  }

  LAMELLA_INLINE LossParts<T> parts(int64_t, T sum, T, T, Vec<T> mass, Vec<T> picked) const {
    return {sum, reduce_add(mass), reduce_add(picked)};
  }
};

// Where rows of cols values go, either of them may be null: p and (p * mass - t') * factor.
template <class T>
struct SoftmaxOutputs {
  int64_t cols;
  T *probabilities, *dz;

  template <class Span>
  LAMELLA_INLINE void write(int64_t at, Vec<T> p, Vec<T> target, T mass, T factor, Span span) const {
    if (probabilities) store(probabilities + at, p, span);
    if (dz) store(dz + at, (p * mass - target) * factor, span);
  }
};

template <class T, class Targets>
LAMELLA_INLINE void losses_of_short_rows(int64_t rows, const T* z, const Targets& targets, const T* weights,
                                         T scale, T* row_loss, const SoftmaxOutputs<T>& out) {
  const int64_t cols = out.cols;
  TurnedRows<T> block(cols), gradient(cols);
  for_each_block<T>(rows, [&](int64_t first, int64_t count) {
    const auto goal = targets.block(first, count);
    block.read(count, z + first * cols);
    const Vec<T> largest = largest_of_rows(cols, block);
    Vec<T> sum{}, mass{}, picked{};
    for (int64_t j = 0; j < cols; ++j) {
      const Vec<T> shifted = block.column(j) - largest, power = exp<T>(shifted);
      block.set_column(j, power);
      sum += power;
      goal.add(j, shifted, mass, picked);
    }
    const Vec<T> inverse = T(1) / sum;
    with_span<T>(count, [&](auto span) {
      store(row_loss + first, goal.loss(mul_add(log<T>(sum), mass, -picked)), span);
      const Vec<T> factor = weights ? load(weights + first, span) * scale : splat(scale);
      for (int64_t j = 0; j < cols; ++j) {
        const Vec<T> p = block.column(j) * inverse;
        block.set_column(j, p);
        gradient.set_column(j, (p * mass - goal.target(j)) * factor);
      }
    });
    if (out.probabilities) block.write(count, out.probabilities + first * cols);
    if (out.dz) gradient.write(count, out.dz + first * cols);
  });
}

// The powers of a long row wait for their sum in one of the outputs.
template <class T, class Targets>
LAMELLA_INLINE LossParts<T> long_loss_row(int64_t i, const T* z, const Targets& targets, T factor,
                                          const SoftmaxOutputs<T>& out) {
  const int64_t at = i * out.cols;
  T* powers = out.probabilities ? out.probabilities : out.dz;
  const T logit = targets.logit(i), largest = row_max(out.cols, z + at);
  const auto [sum, mass, picked] = sum_along<T, 3>(out.cols, [&](int64_t j, auto span, Vec<T>(&sums)[3]) {
                                     const Vec<T> shifted = load(z + at + j, span) - largest;
                                     const Vec<T> power = fill_beyond(exp<T>(shifted), span, T(0));
                                     if (powers) store(powers + at + j, power, span);
                                     sums[0] += power;
                                     targets.add(i, j, span, shifted, sums[1], sums[2]);
                                   }).of;
  const T total = reduce_add(sum), inverse = T(1) / total;
  const LossParts<T> parts = targets.parts(i, total, largest, logit, mass, picked);
  if (powers)
    for_each_vector<T>(out.cols, [&](int64_t j, auto span) {
      const Vec<T> p = load(powers + at + j, span) * inverse;
      out.write(at + j, p, targets.target(i, j, span), parts.mass, factor, span);
    });
  return parts;
}

// row_loss from parts(i); logarithms are taken by the vector.
template <class T, class Parts>
LAMELLA_INLINE void losses_of_rows(int64_t rows, T* row_loss, Parts parts) {
  for_each_vector<T>(rows, [&](int64_t begin, auto span) {
    T sum[lanes<T>], mass[lanes<T>], picked[lanes<T>];
    for (int64_t l = 0; l < lanes<T>; ++l) {
      const LossParts<T> row = begin + l < rows ? parts(begin + l) : LossParts<T>{1, 0, 0};
      sum[l] = row.sum;
      mass[l] = row.mass;
      picked[l] = row.picked;
    }
    store(row_loss + begin, mul_add(log<T>(load(sum)), load(mass), -load(picked)), span);
  });
}

template <class T, class Targets>
LAMELLA_INLINE void softmax_losses(int64_t rows, const T* z, const Targets& targets, const T* weights,
                                   T scale, T* row_loss, const SoftmaxOutputs<T>& out) {
  if (out.cols <= TurnedRows<T>::kMostCols)
    return losses_of_short_rows(rows, z, targets, weights, scale, row_loss, out);
  const auto factor = [&](int64_t i) { return weights ? scale * weights[i] : scale; };
  losses_of_rows(rows, row_loss, [&](int64_t i) { return long_loss_row(i, z, targets, factor(i), out); });
}

template <class T>
void softmax_cross_entropy_sparse(int64_t rows, int64_t cols, const T* z, const int32_t* labels,
                                  const T* weights, T scale, T* row_loss, T* probabilities, T* dz) {
  const Labels<T> targets{cols, z, labels};
  softmax_losses(rows, z, targets, weights, scale, row_loss, SoftmaxOutputs<T>{cols, probabilities, dz});
}

template <class T>
void softmax_cross_entropy(int64_t rows, int64_t cols, const T* z, const T* t, T smoothing, const T* weights,
                           T scale, T* row_loss, T* probabilities, T* dz) {
  const Distributions<T> targets{cols, t, T(1) - smoothing, smoothing / T(cols)};
  softmax_losses(rows, z, targets, weights, scale, row_loss, SoftmaxOutputs<T>{cols, probabilities, dz});
}

template <class T>
void sigmoid_cross_entropy(int64_t rows, int64_t cols, const T* z, const T* t, T smoothing, const T* weights,
                           T scale, T* row_loss, T* probabilities, T* dz) {
  const T share = T(1) - smoothing, floor = smoothing * T(0.5);
  const auto term = [&](Vec<T> logit, Vec<T> raw, int64_t at, auto span) -> LossTerm<T> {
    const Vec<T> target = mul_add(raw, splat(share), splat(floor));
    const Vec<T> e = exp<T>(-abs(logit));
    const Vec<T> p = quotient(logit < 0 ? e : splat(T(1)), e + T(1));
    if (probabilities) store(probabilities + at, p, span);
    return {mul_add(-logit, target, max(Vec<T>{}, logit)) + log1p_of_unit<T>(e), p - target};
  };
  pointwise_loss(rows, cols, z, t, weights, scale, row_loss, dz, term);
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
