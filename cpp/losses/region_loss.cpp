#include "losses/region_loss.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::losses {

namespace {

constexpr double kEpsilon = 1e-7;  // Keras's

// 1 - numerator / denominator, both linear in the predictions p with targets t:
//   numerator = a * sum(t p);  denominator = b * sum(t p) + c * sum(t) + d * sum(p) + epsilon.
// Dice: a = 2, b = 0, c = d = 1. Tversky (Salehi et al., arXiv 1706.05721) with Keras's alpha on what is
// missed and beta on what is claimed: a = 1, b = 1 - alpha - beta, c = alpha, d = beta.
class RegionLoss final : public Loss {
 public:
  struct Coefficients {
    double a, b, c, d;
  };

  RegionLoss(const Coefficients& coefficients, const Attributes& attributes)
      : Loss(attributes),
        k_(coefficients),
        extent_(extent_of(attributes)),
        reduction_(reduction_of(attributes)) {}

  Target target() const override { return Target::values; }
  bool takes_batch_axis() const override { return extent_ == Extent::position; }

  double evaluate(const ops::Context& context, const LossPass& pass) const override {
    const int64_t regions = count(pass);
    double scale = 1;
    if (extent_ == Extent::batch) {
      scale = weight_of_batch(context, pass);
    } else if (extent_ == Extent::row) {
      scale = reduction_scale(context, reduction_, pass, regions);
    } else {
      if (pass.weights != nullptr)
        fail(
            "The loss is one value for all samples, because its axis holds the batch axis: sample weights "
            "cannot weigh it.");
      scale = reduction_ == Reduction::sum ? 1 : 1 / static_cast<double>(std::max<int64_t>(regions, 1));
    }
    double sum = 0;
    for (int64_t region = 0; region < regions; ++region) {
      const bool weighted = extent_ == Extent::row && pass.weights != nullptr;
      const double factor = weighted ? scale * weight(context, pass, region) : scale;
      sum += factor * evaluate_region(context, pass, region, regions, factor);
    }
    return sum;
  }

  // One value for each region; where the batch is one, every row gets it.
  void rows(const ops::Context& context, const LossPass& pass) const override {
    LossPass plain = pass;
    plain.gradient = {};
    const int64_t regions = count(pass);
    for (int64_t region = 0; region < regions; ++region) {
      const double value = evaluate_region(context, plain, region, regions, 0);
      if (regions == 1)
        context.ops.elementwise.fill(context, value, pass.row_loss);
      else
        for (int64_t row = region; row < pass.row_loss.rows; row += regions)
          context.ops.elementwise.fill(context, value, row_of(pass.row_loss, row));
    }
  }

 private:
  // What is one region: the batch, each row of the prediction, or the rows at the same position of all
  // samples.
  enum class Extent { batch, row, position };

  static Extent extent_of(const Attributes& attributes) {
    const std::string name = attributes.has("extent") ? attributes.text("extent") : "batch";
    return name == "row" ? Extent::row : name == "position" ? Extent::position : Extent::batch;
  }

  int64_t count(const LossPass& pass) const {
    if (extent_ == Extent::batch) return 1;
    if (extent_ == Extent::row) return pass.prediction.rows;
    return checked_product(*pass.row_shape) / std::max<int64_t>(pass.prediction.cols, 1);
  }

  static double weight(const ops::Context& context, const LossPass& pass, int64_t row) {
    const auto* weights = static_cast<const char*>(pass.weights) + row * size_of(pass.prediction.dtype);
    return context.ops.loss.weight_of_rows(context, row_of(pass.prediction, row), weights, nullptr,
                                           std::nullopt);
  }

  static TensorView row_of(const TensorView& whole, int64_t row) {
    char* data = static_cast<char*>(whole.data) + row * whole.cols * size_of(whole.dtype);
    return {data, whole.dtype, 1, whole.cols};
  }

  // The rows region, region + regions, ...; calls with each block of them that lies in one piece.
  template <class Call>
  static void for_each_block(const LossPass& pass, int64_t region, int64_t regions, Call call) {
    if (regions == 1) return call(pass.prediction, pass.values, pass.gradient);
    const int64_t bytes = pass.prediction.cols * size_of(pass.prediction.dtype);
    for (int64_t row = region; row < pass.prediction.rows; row += regions) {
      call(row_of(pass.prediction, row), static_cast<const char*>(pass.values) + row * bytes,
           pass.gradient ? row_of(pass.gradient, row) : TensorView{});
    }
  }

  double evaluate_region(const ops::Context& context, const LossPass& pass, int64_t region, int64_t regions,
                         double factor) const {
    ops::Overlap sums{};
    for_each_block(pass, region, regions, [&](const TensorView& p, const void* t, const TensorView&) {
      const ops::Overlap part = context.ops.loss.overlap(context, p, t);
      sums.both += part.both;
      sums.target += part.target;
      sums.prediction += part.prediction;
    });
    const double denominator = k_.b * sums.both + k_.c * sums.target + k_.d * sums.prediction + kEpsilon;
    const double ratio = k_.a * sums.both / denominator;
    if (pass.gradient) {
      const double slope = (ratio * k_.b - k_.a) / denominator, offset = ratio * k_.d / denominator;
      for_each_block(
          pass, region, regions, [&](const TensorView&, const void* t, const TensorView& gradient) {
            context.ops.loss.overlap_gradient(context, t, slope * factor, offset * factor, gradient);
          });
    }
    return 1 - ratio;
  }

  // Keras multiplies the one value with every row's weight, then reduces.
  double weight_of_batch(const ops::Context& context, const LossPass& pass) const {
    if (pass.weights == nullptr || reduction_ == Reduction::weighted_mean) return 1;
    const double sum =
        context.ops.loss.weight_of_rows(context, pass.prediction, pass.weights, nullptr, std::nullopt);
    const double mean = sum / static_cast<double>(pass.prediction.rows);
    const int64_t width = checked_product(*pass.row_shape);
    if (reduction_ == Reduction::mean || width == 0) return mean;
    return mean * static_cast<double>(pass.prediction.size() / width);
  }

  Coefficients k_;
  Extent extent_;
  Reduction reduction_;
};

}  // namespace

LossPtr make_region_loss(const std::string& name, const Attributes& attributes) {
  if (name == "dice") {
    return std::make_shared<RegionLoss>(RegionLoss::Coefficients{2, 0, 1, 1}, attributes);
  }
  if (name != "tversky") return nullptr;
  const double alpha = attributes.number_or("alpha", 0.5), beta = attributes.number_or("beta", 0.5);
  return std::make_shared<RegionLoss>(RegionLoss::Coefficients{1, 1 - alpha - beta, alpha, beta}, attributes);
}

}  // namespace lamella::losses
