#include "losses/region_loss.h"

#include <algorithm>

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
      : k_(coefficients), reduction_(reduction_of(attributes)) {}

  Target target() const override { return Target::values; }

  double evaluate(const ops::Context& context, const LossPass& pass) const override {
    const ops::Overlap sums = context.ops.loss.overlap(context, pass.prediction, pass.values);
    const double denominator = k_.b * sums.both + k_.c * sums.target + k_.d * sums.prediction + kEpsilon;
    const double ratio = k_.a * sums.both / denominator;
    const double factor = weight_of_batch(context, pass);
    if (pass.gradient) {
      const double slope = (ratio * k_.b - k_.a) / denominator, offset = ratio * k_.d / denominator;
      context.ops.loss.overlap_gradient(context, pass.values, slope * factor, offset * factor, pass.gradient);
    }
    return (1 - ratio) * factor;
  }

  // Every row gets the value of the batch.
  void rows(const ops::Context& context, const LossPass& pass) const override {
    LossPass plain = pass;
    plain.weights = nullptr;
    plain.gradient = {};
    const double value = evaluate(context, plain);
    dispatch(pass.row_loss.dtype, [&](auto t) {
      using T = decltype(t);
      std::fill_n(pass.row_loss.as<T>(), pass.row_loss.size(), static_cast<T>(value));
    });
  }

 private:
  // Keras multiplies the one value with every row's weight, then reduces.
  double weight_of_batch(const ops::Context& context, const LossPass& pass) const {
    if (pass.weights == nullptr || reduction_ == Reduction::weighted_mean) return 1;
    const TensorView weights{const_cast<void*>(pass.weights), pass.prediction.dtype, pass.prediction.rows, 1};
    const double sum = context.ops.loss.weighted_sum(context, weights, nullptr);
    const double mean = sum / static_cast<double>(pass.prediction.rows);
    const int64_t width = checked_product(*pass.row_shape);
    if (reduction_ == Reduction::mean || width == 0) return mean;
    return mean * static_cast<double>(pass.prediction.size() / width);
  }

  Coefficients k_;
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
