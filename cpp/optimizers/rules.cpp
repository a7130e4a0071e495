// What each update rule is set by, what it keeps, and its numbers of a step. Formulas: kernels/optimizer.inl.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

namespace {

using Names = std::vector<std::string>;

// Stochastic gradient descent, with momentum or Nesterov momentum (Sutskever et al. 2013).
class Sgd final : public Optimizer {
 public:
  explicit Sgd(const Attributes& attributes)
      : Optimizer(UpdateRule::sgd),
        momentum_(attributes.number("momentum")),
        nesterov_(attributes.number("nesterov")) {}

  Names slot_names() const override { return momentum_ != 0 ? Names{"momentum"} : Names{}; }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override {
    return {learning_rate, momentum_, nesterov_};
  }

 private:
  double momentum_, nesterov_;
};

// 1 - beta^t.
double bias_correction(double beta, uint64_t t) { return 1 - std::pow(beta, static_cast<double>(t)); }

// Adam (Kingma & Ba 2014, arXiv 1412.6980); with amsgrad the largest second moment so far (Reddi et al. 2018,
// arXiv 1904.09237).
class Adam final : public Optimizer {
 public:
  explicit Adam(const Attributes& attributes)
      : Optimizer(UpdateRule::adam),
        beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")),
        amsgrad_(attributes.number("amsgrad")) {}

  Names slot_names() const override {
    return amsgrad_ != 0 ? Names{"momentum", "velocity", "velocity_hat"} : Names{"momentum", "velocity"};
  }
  UpdateNumbers numbers(double learning_rate, uint64_t updates) const override {
    const uint64_t t = updates + 1;
    const double alpha = learning_rate * std::sqrt(bias_correction(beta_2_, t)) / bias_correction(beta_1_, t);
    return {alpha, beta_1_, beta_2_, epsilon_, amsgrad_};
  }

 private:
  double beta_1_, beta_2_, epsilon_, amsgrad_;
};

// Adamax: Adam with the infinity norm (Kingma & Ba 2014, arXiv 1412.6980, section 7.1).
class Adamax final : public Optimizer {
 public:
  explicit Adamax(const Attributes& attributes)
      : Optimizer(UpdateRule::adamax),
        beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")) {}

  Names slot_names() const override { return {"momentum", "norm"}; }
  UpdateNumbers numbers(double learning_rate, uint64_t updates) const override {
    return {learning_rate / bias_correction(beta_1_, updates + 1), beta_1_, beta_2_, epsilon_};
  }

 private:
  double beta_1_, beta_2_, epsilon_;
};

// Nadam: Adam with Nesterov momentum (Dozat 2016, ICLR workshop), with its schedule of beta_1:
// u_t = beta_1 (1 - 0.96^t / 2).
class Nadam final : public Optimizer {
 public:
  explicit Nadam(const Attributes& attributes)
      : Optimizer(UpdateRule::nadam),
        beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")) {}

  Names slot_names() const override { return {"momentum", "velocity"}; }
  UpdateNumbers numbers(double learning_rate, uint64_t updates) const override {
    const uint64_t t = updates + 1;
    const double u = beta_1_at(t), next_u = beta_1_at(t + 1), product = product_up_to(t);
    const double m = learning_rate * next_u / (1 - product * next_u);
    const double g = learning_rate * (1 - u) / (1 - product);
    return {m, g, 1 / bias_correction(beta_2_, t), beta_1_, beta_2_, epsilon_};
  }

 private:
  double beta_1_at(uint64_t t) const { return beta_1_ * (1 - 0.5 * std::pow(0.96, static_cast<double>(t))); }

  // u_1 u_2 ... u_t = beta_1^t times factors that are 1, to the last bit, after kSettled steps: so it follows
  // from t alone, and a step stays cheap however late it is.
  double product_up_to(uint64_t t) const {
    constexpr uint64_t kSettled = 920;  // 0.96^920 < 2^-53
    double product = std::pow(beta_1_, static_cast<double>(t)), decay = 1;
    for (uint64_t i = 1; i <= std::min(t, kSettled); ++i) {
      decay *= 0.96;
      product *= 1 - 0.5 * decay;
    }
    return product;
  }

  double beta_1_, beta_2_, epsilon_;
};

// RMSprop (Tieleman & Hinton 2012, lecture 6.5), with momentum and centred (Graves 2013, arXiv 1308.0850).
class RmsProp final : public Optimizer {
 public:
  explicit RmsProp(const Attributes& attributes)
      : Optimizer(UpdateRule::rmsprop),
        rho_(attributes.number("rho")),
        momentum_(attributes.number("momentum")),
        epsilon_(attributes.number("epsilon")),
        centered_(attributes.number("centered")) {}

  Names slot_names() const override {
    Names names{"velocity"};
    if (momentum_ > 0) names.emplace_back("momentum");
    if (centered_ != 0) names.emplace_back("average_gradient");
    return names;
  }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override {
    return {learning_rate, rho_, momentum_, epsilon_, centered_};
  }

 private:
  double rho_, momentum_, epsilon_, centered_;
};

// Adagrad (Duchi, Hazan & Singer 2011, JMLR 12).
class Adagrad final : public Optimizer {
 public:
  explicit Adagrad(const Attributes& attributes)
      : Optimizer(UpdateRule::adagrad),
        initial_accumulator_value_(attributes.number("initial_accumulator_value")),
        epsilon_(attributes.number("epsilon")) {}

  Names slot_names() const override { return {"accumulator"}; }
  double initial_value() const override { return initial_accumulator_value_; }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override { return {learning_rate, epsilon_}; }

 private:
  double initial_accumulator_value_, epsilon_;
};

// Adadelta (Zeiler 2012, arXiv 1212.5701), scaled by a learning rate.
class Adadelta final : public Optimizer {
 public:
  explicit Adadelta(const Attributes& attributes)
      : Optimizer(UpdateRule::adadelta),
        rho_(attributes.number("rho")),
        epsilon_(attributes.number("epsilon")) {}

  Names slot_names() const override { return {"accumulated_grad", "accumulated_delta_var"}; }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override {
    return {learning_rate, rho_, epsilon_};
  }

 private:
  double rho_, epsilon_;
};

// Lion: the sign of an interpolated momentum (Chen et al. 2023, arXiv 2302.06675).
class Lion final : public Optimizer {
 public:
  explicit Lion(const Attributes& attributes)
      : Optimizer(UpdateRule::lion),
        beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")) {}

  Names slot_names() const override { return {"momentum"}; }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override {
    return {learning_rate, beta_1_, beta_2_};
  }

 private:
  double beta_1_, beta_2_;
};

// FTRL-proximal (McMahan et al. 2013, "Ad Click Prediction", KDD), with the shrinkage of L2.
class Ftrl final : public Optimizer {
 public:
  explicit Ftrl(const Attributes& attributes)
      : Optimizer(UpdateRule::ftrl),
        power_(-attributes.number("learning_rate_power")),
        initial_accumulator_value_(attributes.number("initial_accumulator_value")),
        l1_(attributes.number("l1_regularization_strength")),
        l2_(attributes.number("l2_regularization_strength")),
        shrinkage_(attributes.number("l2_shrinkage_regularization_strength")),
        beta_(attributes.number("beta")) {}

  Names slot_names() const override { return {"accumulator", "linear"}; }
  double initial_value() const override { return initial_accumulator_value_; }
  UpdateNumbers numbers(double learning_rate, uint64_t) const override {
    return {learning_rate, power_, l1_, l2_ + beta_ / (2 * learning_rate), shrinkage_};
  }

 private:
  double power_, initial_accumulator_value_, l1_, l2_, shrinkage_, beta_;
};

}  // namespace

OptimizerPtr make_optimizer(const std::string& rule, const Attributes& attributes) {
  if (rule == "adadelta") return std::make_shared<Adadelta>(attributes);
  if (rule == "adagrad") return std::make_shared<Adagrad>(attributes);
  if (rule == "adam") return std::make_shared<Adam>(attributes);
  if (rule == "adamax") return std::make_shared<Adamax>(attributes);
  if (rule == "ftrl") return std::make_shared<Ftrl>(attributes);
  if (rule == "lion") return std::make_shared<Lion>(attributes);
  if (rule == "nadam") return std::make_shared<Nadam>(attributes);
  if (rule == "rmsprop") return std::make_shared<RmsProp>(attributes);
  if (rule == "sgd") return std::make_shared<Sgd>(attributes);
  fail("Unknown optimizer '", rule, "'.");
}

}  // namespace lamella::optimizers
