#include "check.h"
#include "cpu/device.h"
#include "engine/fuse.h"

namespace lamella::testing {
namespace {

using engine::Program;

const ops::Context& context() {
  static ThreadPool pool(1);
  static const cpu::Device device(pool);
  static const ops::Context context{cpu::op_table(), device};
  return context;
}

VariablePtr variable(Shape shape) {
  return std::make_shared<Variable>("v", std::move(shape), DType::float32, true);
}

int dense(Program& program, int input, int64_t in, int64_t units) {
  return program.add("dense", {input},
                     {.name = "dense",
                      .dtype = DType::float32,
                      .inputs = {},
                      .variables = {variable({in, units}), variable({units})},
                      .attributes = {},
                      .trainable = true,
                      .id = 0});
}

int activation(Program& program, int input, const char* kind) {
  return program.add("activation", {input},
                     {.name = kind,
                      .dtype = DType::float32,
                      .inputs = {},
                      .variables = {},
                      .attributes = Attributes(kind, {{"kind", std::string(kind)}}),
                      .trainable = true,
                      .id = 0});
}

TEST(an_activation_whose_gradient_comes_from_its_output_goes_into_the_layer_before) {
  for (const char* kind : {"relu", "sigmoid", "tanh", "elu", "leaky_relu"}) {
    Program program({4}, DType::float32);
    const int output = activation(program, dense(program, Program::kInput, 4, 3), kind);
    const Program fused = fuse_activations(context(), program);
    CHECK(fused.nodes.size() == 1);
    CHECK(fused.nodes[0].outputs[0] == output);
  }
}

TEST(an_activation_that_needs_its_input_stays) {
  for (const char* kind : {"gelu", "silu", "softplus", "softmax"}) {
    Program program({4}, DType::float32);
    activation(program, dense(program, Program::kInput, 4, 3), kind);
    CHECK(fuse_activations(context(), program).nodes.size() == 2);
  }
}

TEST(a_layer_takes_one_activation_only) {
  Program program({4}, DType::float32);
  activation(program, activation(program, dense(program, Program::kInput, 4, 3), "relu"), "tanh");
  CHECK(fuse_activations(context(), program).nodes.size() == 2);
}

int batch_normalization(Program& program, int input, int64_t units) {
  return program.add("batch_normalization", {input},
                     {.name = "batch_normalization",
                      .dtype = DType::float32,
                      .inputs = {},
                      .variables = {variable({units}), nullptr, variable({units}), variable({units})},
                      .attributes = Attributes("", {{"momentum", 0.9}, {"epsilon", 1e-3}}),
                      .trainable = true,
                      .id = 0});
}

TEST(a_normalisation_is_folded_into_the_layer_before_and_its_activation_follows) {
  Program program({4}, DType::float32);
  const int output =
      activation(program, batch_normalization(program, dense(program, Program::kInput, 4, 3), 3), "relu");
  const Program folded = fuse_activations(context(), fold_normalizations(program));
  CHECK(folded.nodes.size() == 1);
  CHECK(folded.nodes[0].outputs[0] == output);
  // Kernel, bias, gamma, no beta, mean, variance: a change of any of them is noticed.
  CHECK(folded.nodes[0].layer->variables().size() == 6);
}

TEST(a_normalisation_stays_behind_an_activation_or_a_value_with_two_readers) {
  Program program({4}, DType::float32);
  batch_normalization(program, activation(program, dense(program, Program::kInput, 4, 3), "relu"), 3);
  CHECK(fold_normalizations(program).nodes.size() == 3);
  Program branched({4}, DType::float32);
  const int hidden = dense(branched, Program::kInput, 4, 3);
  const int normalized = batch_normalization(branched, hidden, 3);
  branched.add("add", {hidden, normalized}, {});
  CHECK(fold_normalizations(branched).nodes.size() == 3);
}

TEST(a_value_with_two_readers_is_not_fused_away) {
  Program program({4}, DType::float32);
  const int between = dense(program, Program::kInput, 4, 3);
  activation(program, between, "relu");
  dense(program, between, 3, 2);
  CHECK(fuse_activations(context(), program).nodes.size() == 3);
}

TEST(the_head_goes_into_the_loss_that_asks_for_it) {
  Program program({4}, DType::float32);
  const int logits = dense(program, Program::kInput, 4, 3);
  const int output = activation(program, logits, "softmax");
  const Program fused = fuse_head(program, losses::Head::softmax);
  CHECK(fused.nodes.size() == 1);
  CHECK(fused.logits == logits);
  CHECK(fused.loss_value() == logits);
  CHECK(fused.output == output);
  CHECK(fuse_head(program, losses::Head::sigmoid).nodes.size() == 2);
  CHECK(fuse_head(program, losses::Head::none).logits == Program::kNone);
}

TEST(the_head_stays_where_its_logits_are_read_again) {
  Program program({4}, DType::float32);
  const int logits = dense(program, Program::kInput, 4, 3);
  dense(program, logits, 3, 3);
  program.output = activation(program, logits, "softmax");
  CHECK(fuse_head(program, losses::Head::softmax).logits == Program::kNone);
}

}  // namespace
}  // namespace lamella::testing
