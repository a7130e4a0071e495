// Losses by row, with their gradients.
#include "kernel_case.h"

namespace lamella::benchmarks {

namespace {

constexpr std::pair<LossKind, const char*> kPointwise[] = {
    {LossKind::absolute_percentage_error, "absolute percentage error"},
    {LossKind::squared_logarithmic_error, "squared logarithmic error"},
    {LossKind::huber, "huber"},
    {LossKind::log_cosh, "log-cosh"},
    {LossKind::poisson, "poisson"},
    {LossKind::hinge, "hinge"},
    {LossKind::squared_hinge, "squared hinge"},
    {LossKind::binary_focal, "binary focal"}};
constexpr std::pair<LossKind, const char*> kByClass[] = {{LossKind::kl_divergence, "kl divergence"},
                                                         {LossKind::cosine_similarity, "cosine similarity"},
                                                         {LossKind::categorical_hinge, "categorical hinge"},
                                                         {LossKind::categorical_focal, "categorical focal"}};

// Probabilities, targets, losses of rows, gradients.
std::vector<Fill> arrays(int64_t rows, int64_t cols) {
  return {{rows * cols, 0.1, 0.9}, {rows * cols, 0.1, 0.9}, {rows}, {rows * cols}};
}

template <class T>
kernels::RowLossBlock<T> block(int64_t rows, int64_t cols, Arrays<T>& a) {
  return {.rows = rows,
          .cols = cols,
          .p = a[0],
          .t = a[1],
          .labels = nullptr,
          .weights = nullptr,
          .scale = 1,
          .row_loss = a[2],
          .dp = a[3],
          .delta = 1,
          .alpha = T(0.25),
          .gamma = 2,
          .smoothing = 0,
          .balanced = false,
          .from_logits = false,
          .binary_labels = false};
}

void add_row_losses(int64_t rows, int64_t cols) {
  const double bytes = 4.0 * static_cast<double>(rows * cols), row = 4.0 * static_cast<double>(rows);
  const auto describe = [&](const char* name) {
    return Description{name,        rows_by_cols(rows, cols), Traffic::copy, 2 * bytes,
                       bytes + row, arrays(rows, cols)};
  };
  for (const auto& [kind, name] : kPointwise)
    add_kernel(describe(name), [=, kind = kind](const auto& table, auto& a) {
      table.pointwise_row_loss(kind, block(rows, cols, a));
    });
  for (const auto& [kind, name] : kByClass)
    add_kernel(describe(name), [=, kind = kind](const auto& table, auto& a) {
      table.class_row_loss(kind, block(rows, cols, a));
    });
  add_kernel(describe("squared error"), [=](const auto& table, auto& a) {
    table.squared_error(rows, cols, a[0], a[1], nullptr, 1, a[2], a[3]);
  });
  add_kernel(describe("absolute error"), [=](const auto& table, auto& a) {
    table.absolute_error(rows, cols, a[0], a[1], nullptr, 1, a[2], a[3]);
  });
  add_kernel(describe("binary cross-entropy"), [=](const auto& table, auto& a) {
    table.binary_cross_entropy(rows, cols, a[0], a[1], 0, nullptr, 1, a[2], a[3]);
  });
  add_kernel(describe("categorical cross-entropy"), [=](const auto& table, auto& a) {
    table.cross_entropy(rows, cols, a[0], a[1], 0, nullptr, 1, a[2], a[3]);
  });
  Description by_label = describe("sparse cross-entropy");
  by_label.read = bytes + row;
  by_label.labels = rows;
  by_label.classes = cols;
  add_kernel(by_label, [=](const auto& table, auto& a) {
    table.cross_entropy_sparse(rows, cols, a[0], a.labels(), nullptr, 1, a[2], a[3]);
  });
  by_label.kernel = "generalized cross-entropy";
  add_kernel(by_label, [=](const auto& table, auto& a) {
    auto p = block(rows, cols, a);
    p.t = nullptr;
    p.labels = a.labels();
    table.class_row_loss(LossKind::generalized_cross_entropy, p);
  });
  add_kernel({"argmax of rows", rows_by_cols(rows, cols), Traffic::read, bytes, row, {{rows * cols}}, rows},
             [=](const auto& table, auto& a) { table.argmax_rows(rows, cols, a[0], a.labels()); });
}

void add_heads(int64_t rows, int64_t cols) {
  const double bytes = 4.0 * static_cast<double>(rows * cols), row = 4.0 * static_cast<double>(rows);
  const std::string shape = rows_by_cols(rows, cols);
  // logits, losses of rows, probabilities, gradients
  add_kernel({"softmax + sparse cross-entropy",
              shape,
              Traffic::copy,
              bytes + row,
              2 * bytes + row,
              {{rows * cols, -4, 4}, {rows}, {rows * cols}, {rows * cols}},
              rows,
              cols},
             [=](const auto& table, auto& a) {
               table.softmax_cross_entropy_sparse(rows, cols, a[0], a.labels(), nullptr, 1, a[1], a[2], a[3]);
             });
  add_kernel({"softmax + cross-entropy",
              shape,
              Traffic::copy,
              2 * bytes,
              2 * bytes + row,
              {{rows * cols, -4, 4}, {rows * cols, 0, 1}, {rows}, {rows * cols}, {rows * cols}}},
             [=](const auto& table, auto& a) {
               table.softmax_cross_entropy(rows, cols, a[0], a[1], 0, nullptr, 1, a[2], a[3], a[4]);
             });
  add_kernel({"sigmoid + cross-entropy",
              shape,
              Traffic::copy,
              2 * bytes,
              2 * bytes + row,
              {{rows * cols, -4, 4}, {rows * cols, 0, 1}, {rows}, {rows * cols}, {rows * cols}}},
             [=](const auto& table, auto& a) {
               table.sigmoid_cross_entropy(rows, cols, a[0], a[1], 0, nullptr, 1, a[2], a[3], a[4]);
             });
}

}  // namespace

void add_loss_cases() {
  for (int64_t rows : {128, 262'144}) {
    add_heads(rows, 10);
    add_row_losses(rows, 10);
  }
}

}  // namespace lamella::benchmarks
