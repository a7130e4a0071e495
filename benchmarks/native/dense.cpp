#include "dense.h"

#include "dense_layer.h"
#include "limits.h"
#include "report.h"

namespace lamella::benchmarks {

namespace {

enum class Pass { forward, prediction, input_gradient, weight_gradient };

// In training the kernel is read as it lies; for predictions it has been packed.
struct Layer : DenseLayer {
  Layer(const ProductShape& s, int threads)
      : DenseLayer(s.m, s.n, s.k, threads),
        dy(s.m, s.n, 5),
        dx(s.m, s.k, 6),
        kernel_gradient(s.k, s.n, 7),
        bias_gradient(1, s.n, 8),
        packed(ops().packed_bytes(context, DType::float32, s.k, s.n)),
        scratch(ops().backward_scratch_bytes(context, DType::float32, s.m, s.k, s.n)) {
    pack();
    forward(nullptr);
  }

  void pack() const { ops().pack(context, kernel.view(), packed.data()); }

  void forward(const void* packed_kernel) const {
    ops().forward(context, {.x = x.view(),
                            .kernel = kernel.view(),
                            .packed = packed_kernel,
                            .bias = bias.view(),
                            .activation = Activation::relu,
                            .alpha = 0,
                            .y = y.view()});
  }

  // dy is overwritten with dy * relu'(y), which a second call leaves as it is.
  void backward(Pass pass) const {
    const bool weights = pass == Pass::weight_gradient;
    ops().backward(context, {.x = x.view(),
                             .kernel = kernel.view(),
                             .y = y.view(),
                             .dy = dy.view(),
                             .activation = Activation::relu,
                             .alpha = 0,
                             .dx = weights ? TensorView{} : dx.view(),
                             .kernel_gradient = weights ? kernel_gradient.view() : TensorView{},
                             .bias_gradient = weights ? bias_gradient.view() : TensorView{},
                             .scratch = scratch.data()});
  }

  void run(Pass pass) const {
    if (pass == Pass::forward || pass == Pass::prediction)
      forward(pass == Pass::prediction ? packed.data() : nullptr);
    else
      backward(pass);
  }

  double error(Pass pass) const {
    if (pass == Pass::forward || pass == Pass::prediction)
      return error_of(y, x.cols(), [&](int64_t row, int64_t col) {
        return std::fmax(0.0, product(row, col) + double(bias.at(0, col)));
      });
    if (pass == Pass::input_gradient)
      return error_of(dx, dy.cols(), [&](int64_t row, int64_t col) {
        double sum = 0;
        for (int64_t j = 0; j < dy.cols(); ++j) sum += double(dy.at(row, j)) * kernel.at(col, j);
        return sum;
      });
    return error_of(kernel_gradient, dy.rows(), [&](int64_t row, int64_t col) {
      double sum = 0;
      for (int64_t i = 0; i < dy.rows(); ++i) sum += double(x.at(i, row)) * dy.at(i, col);
      return sum;
    });
  }

  Matrix dy, dx, kernel_gradient, bias_gradient;
  Block packed, scratch;
};

void run(benchmark::State& state, Pass pass, const ProductShape& s, int threads) {
  const Layer layer(s, threads);
  layer.run(pass);
  if (!(layer.error(pass) <= 1)) {
    state.SkipWithError("wrong result");
    return;
  }
  for (auto _ : state) layer.run(pass);
  set_rate(state, Unit::flops, layer.flops(), flops_per_second(threads));
}

// The packing of a kernel; a prediction verifies it.
void run_packing(benchmark::State& state, const ProductShape& s, int threads) {
  const Layer layer(s, threads);
  layer.run(Pass::prediction);
  if (!(layer.error(Pass::prediction) <= 1)) {
    state.SkipWithError("wrong result");
    return;
  }
  for (auto _ : state) layer.pack();
  const int64_t bytes = 2 * s.k * s.n * int64_t{sizeof(float)};
  set_rate(state, Unit::bytes, static_cast<double>(bytes), bytes_per_second(Traffic::copy, bytes));
}

}  // namespace

void add_dense() {
  for (const ProductShape& s : kProductShapes)
    benchmark::RegisterBenchmark(row_name("dense packing", product_shape(s.m, s.n, s.k), 1).c_str(),
                                 [s](benchmark::State& state) { run_packing(state, s, 1); });
  for (const auto& [pass, name] :
       {std::pair{Pass::forward, "dense forward"}, std::pair{Pass::prediction, "dense prediction"},
        std::pair{Pass::input_gradient, "dense input gradient"},
        std::pair{Pass::weight_gradient, "dense weight gradient"}})
    for (const ProductShape& s : kProductShapes)
      for (int threads : {1, 2})
        benchmark::RegisterBenchmark(
            row_name(name, product_shape(s.m, s.n, s.k), threads).c_str(),
            [pass = pass, s, threads](benchmark::State& state) { run(state, pass, s, threads); })
            ->UseRealTime();
}

}  // namespace lamella::benchmarks
