// Steps 2 to 10 of training, the partial batch among them, allocate nothing: this program replaces malloc,
// operator new and mmap and counts the calls of every thread.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <numeric>

#include "check.h"
#include "cpu/device.h"
#include "engine/activity_penalty.h"
#include "engine/trainer.h"

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

// The pairs of new and delete below are malloc and free, which the compiler cannot see to belong together.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

std::atomic<bool> counting{false};
std::atomic<int64_t> allocations{0};

void note() {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* malloc(size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
  note();
  return __libc_realloc(block, size);
}
void* memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
void* mmap(void* address, size_t length, int protection, int flags, int file, off_t offset) noexcept {
  note();
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, length, protection, flags, file, offset));
}
}

void* operator new(size_t size) {
  if (void* block = malloc(size)) return block;
  throw std::bad_alloc();
}
void* operator new(size_t size, std::align_val_t alignment) {
  if (void* block = memalign(static_cast<size_t>(alignment), size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }
void operator delete(void* block, std::align_val_t) noexcept { free(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { free(block); }

namespace lamella {

namespace {

constexpr int64_t kBatch = 64, kSteps = 10, kRows = (kSteps - 1) * kBatch + 13, kFeatures = 70, kClasses = 10;

VariablePtr variable(const char* name, Shape shape, DType dtype, bool trainable = true, double value = 0.01) {
  auto made = std::make_shared<Variable>(name, std::move(shape), dtype, trainable);
  dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    std::fill_n(reinterpret_cast<T*>(made->data()), made->size(), static_cast<T>(value));
  });
  return made;
}

int add(engine::Program& program, const char* op, std::vector<VariablePtr> variables,
        Attributes::Map attributes) {
  layers::Definition definition{};
  definition.name = op;
  definition.variables = std::move(variables);
  definition.attributes = Attributes(op, std::move(attributes));
  return program.add(op, {program.output}, std::move(definition));
}

void add_activity_penalty(engine::Program& program) {
  layers::Definition definition{};
  definition.name = "activity_penalty";
  definition = program.define({program.output}, std::move(definition));
  program.append(std::make_shared<engine::ActivityPenalty>(
                     definition, penalties::make_penalty("l1_l2", Attributes("l1_l2", {{"l1", 1e-4}}))),
                 {program.output});
}

// Every layer there is, fused and not, wide enough that the pool shares the work out.
engine::Program make_program(DType dtype, const VariablePtr& kernel) {
  constexpr int64_t units = 257;
  engine::Program program({kFeatures}, dtype);
  add(program, "rescaling", {}, {{"scale", 1.0 / 255}, {"offset", 0.0}});
  add(program, "dense", {kernel, nullptr}, {});
  add(program, "batch_normalization",
      {variable("gamma", {units}, dtype), variable("beta", {units}, dtype),
       variable("moving_mean", {units}, dtype, false), variable("moving_variance", {units}, dtype, false, 1)},
      {{"momentum", 0.9}, {"epsilon", 1e-3}});
  add(program, "activation", {}, {{"kind", "relu"}, {"a", 0.0}});
  add(program, "dropout", {}, {{"rate", 0.3}, {"scale", 1.25}, {"seed", int64_t{-1}}});
  add(program, "gaussian_noise", {}, {{"stddev", 0.1}, {"multiplied", int64_t{1}}, {"seed", int64_t{-1}}});
  add(program, "row_normalization", {variable("gamma", {units}, dtype), variable("beta", {units}, dtype)},
      {{"centred", int64_t{1}},
       {"unit", int64_t{0}},
       {"epsilon", 1e-3},
       {"groups", int64_t{1}},
       {"segments", int64_t{1}}});
  add(program, "prelu", {variable("alpha", {1}, dtype)}, {});
  add(program, "reshape", {}, {{"shape", std::vector<double>{1, units}}});
  add(program, "map_axis", {},
      {{"axis", int64_t{0}},
       {"starts", std::vector<double>{0, 1, 2}},
       {"sources", std::vector<double>{0, 0}},
       {"weights", std::vector<double>{1, 1}}});
  add(program, "permute", {}, {{"axes", std::vector<double>{1, 0}}});
  add(program, "permute", {}, {{"axes", std::vector<double>{1, 0}}});
  add(program, "reshape", {}, {{"shape", std::vector<double>{2 * units}}});
  add(program, "dense", {variable("kernel", {2 * units, units}, dtype), variable("bias", {units}, dtype)},
      {});
  add(program, "activation", {}, {{"kind", "gelu"}, {"a", 0.0}});
  add_activity_penalty(program);
  add(program, "dense", {variable("kernel", {units, kClasses}, dtype), variable("bias", {kClasses}, dtype)},
      {});
  add(program, "activation", {}, {{"kind", "softmax"}, {"a", 0.0}});
  return program;
}

// Signals and pictures of the same features, large enough to be shared out, with what joins them.
engine::Program make_convolutional_program(DType dtype, const VariablePtr& kernel) {
  engine::Program program({kFeatures}, dtype);
  const std::vector<double> two{2, 2}, one{1, 1};
  add(program, "dense", {kernel, nullptr}, {});
  add(program, "dense", {variable("kernel", {257, 300}, dtype), variable("bias", {300}, dtype)}, {});
  add(program, "reshape", {}, {{"shape", std::vector<double>{10, 10, 3}}});
  add(program, "random_transform", {}, {{"seed", int64_t{-1}}, {"angle", std::vector<double>{-1, 1}}});
  add(program, "random_color", {}, {{"seed", int64_t{-1}}, {"range", std::vector<double>{-9, 9}}});
  add(program, "conv", {variable("kernel", {3, 3, 3, 40}, dtype), variable("bias", {40}, dtype)},
      {{"groups", int64_t{1}}, {"before", one}, {"after", one}});
  const int shortcut = program.output;
  add(program, "batch_normalization",
      {variable("gamma", {40}, dtype), variable("beta", {40}, dtype), variable("mean", {40}, dtype, false),
       variable("variance", {40}, dtype, false, 1)},
      {{"momentum", 0.9}, {"epsilon", 1e-3}});
  for (const char* op : {"add", "concatenate"}) {
    layers::Definition definition{};
    definition.name = op;
    program.add(op, {program.output, shortcut}, std::move(definition));
    if (program.output_shape().back() == 40) add(program, "activation", {}, {{"kind", "relu"}, {"a", 0.0}});
  }
  add(program, "spatial_dropout", {}, {{"rate", 0.2}, {"seed", int64_t{-1}}});
  add(program, "pool", {}, {{"kind", "max"}, {"taps", two}, {"strides", two}});
  add(program, "depthwise_conv", {variable("kernel", {9, 80}, dtype), variable("bias", {80}, dtype)},
      {{"taps", std::vector<double>{3, 3}}, {"before", one}, {"after", one}});
  add(program, "conv_transpose", {variable("kernel", {2, 2, 20, 80}, dtype), variable("bias", {20}, dtype)},
      {{"strides", two}, {"output", std::vector<double>{10, 10}}});
  add(program, "pool", {}, {{"kind", "mean"}, {"taps", std::vector<double>{10, 10}}});
  add(program, "reshape", {}, {{"shape", std::vector<double>{20}}});
  add(program, "dense", {variable("kernel", {20, kClasses}, dtype), variable("bias", {kClasses}, dtype)}, {});
  add(program, "activation", {}, {{"kind", "softmax"}, {"a", 0.0}});
  return program;
}

// Layers of which each thread takes its own rows.
engine::Program make_program_by_rows(DType dtype, const VariablePtr& kernel) {
  engine::Program program({kFeatures}, dtype);
  add(program, "rescaling", {}, {{"scale", 1.0 / 255}, {"offset", 0.0}});
  add(program, "dense", {kernel, nullptr}, {});
  add(program, "dropout", {}, {{"rate", 0.3}, {"scale", 1.25}, {"seed", int64_t{-1}}});
  add(program, "dense", {variable("kernel", {257, kClasses}, dtype), variable("bias", {kClasses}, dtype)},
      {});
  add(program, "activation", {}, {{"kind", "softmax"}, {"a", 0.0}});
  return program;
}

engine::Objective make_objective(const VariablePtr& kernel) {
  engine::Objective objective;
  objective.loss =
      losses::make_loss("sparse_categorical_crossentropy", Attributes("loss", {{"from_logits", int64_t{0}}}));
  objective.metrics.push_back({metrics::make_metric("sparse_categorical_accuracy", {}), false});
  objective.penalties.push_back(
      {kernel, penalties::make_penalty("l1_l2", Attributes("l1_l2", {{"l1", 1e-4}, {"l2", 1e-3}}))});
  return objective;
}

engine::VariableRules make_rules(const VariablePtr& kernel) {
  const Attributes norm(
      "norm",
      {{"low", 0.0}, {"high", 2.0}, {"rate", 1.0}, {"first_axis", int64_t{0}}, {"last_axis", int64_t{0}}});
  return {{{kernel, penalties::make_constraint("norm", norm, kernel->shape())}}, {kernel}};
}

ops::ArrayView view(const std::vector<uint8_t>& data, Shape shape) {
  ops::ArrayView array;
  array.data = reinterpret_cast<const char*>(data.data());
  array.dtype = DType::uint8;
  array.strides.assign(shape.size(), 1);
  if (shape.size() == 2) array.strides[0] = shape[1];
  array.shape = std::move(shape);
  return array;
}

constexpr double kRate = 1e-3;

void run_to(engine::Trainer& trainer, int64_t steps, const engine::Poll& poll) {
  for (int64_t done = 0; done < steps;) done = trainer.run({&kRate, 1}, 1, poll);
}

// Counts from the second step on: the first one starts the threads and lays the memory out.
using MakeProgram = engine::Program (*)(DType dtype, const VariablePtr& kernel);

void check_steps(MakeProgram make, int threads, DType dtype, const char* optimizer, Attributes settings) {
  ThreadPool pool(threads);
  const cpu::Device device(pool);
  const ops::Context context{cpu::op_table(), device};
  const VariablePtr kernel = variable("kernel", {kFeatures, 257}, dtype);
  engine::Trainer trainer(context, make(dtype, kernel), make_objective(kernel),
                          optimizers::make_optimizer(optimizer, settings), engine::UpdateSettings(settings),
                          make_rules(kernel), 1);
  std::vector<uint8_t> x(kRows * kFeatures), y(kRows);
  std::iota(x.begin(), x.end(), uint8_t{0});
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<uint8_t>(i % kClasses);
  engine::Feed feed;
  feed.x = view(x, {kRows, kFeatures});
  feed.y = view(y, {kRows});
  const engine::Poll poll = [] {};

  CHECK(trainer.start(feed, kBatch, std::nullopt, true) == kSteps);
  run_to(trainer, 1, poll);
  allocations = 0;
  counting = true;
  run_to(trainer, kSteps, poll);
  counting = false;
  CHECK(trainer.iterations() == kSteps);
  testing::context += ": " + std::to_string(allocations.load()) + " allocations";
  CHECK(allocations == 0);
}

TEST(training_steps_allocate_nothing) {
  const std::string name = testing::context;
  for (int threads : {1, 3}) {
    for (DType dtype : {DType::float32, DType::float64}) {
      testing::context = name + ", " + std::to_string(threads) + " threads, " + name_of(dtype) + ", adam";
      check_steps(make_program, threads, dtype, "adam",
                  Attributes("adam", {{"beta_1", 0.9},
                                      {"beta_2", 0.999},
                                      {"epsilon", 1e-7},
                                      {"amsgrad", int64_t{1}},
                                      {"global_clipnorm", 1.0},
                                      {"weight_decay", 1e-3},
                                      {"use_ema", int64_t{1}},
                                      {"ema_momentum", 0.9}}));
      testing::context = name + ", " + std::to_string(threads) + " threads, " + name_of(dtype) + ", sgd";
      for (MakeProgram make : {make_program, make_convolutional_program, make_program_by_rows})
        check_steps(make, threads, dtype, "sgd",
                    Attributes("sgd", {{"momentum", 0.9}, {"nesterov", int64_t{1}}}));
    }
  }
}

TEST(every_kind_of_allocation_is_counted) {
  allocations = 0;
  counting = true;
  void* volatile block = malloc(10);
  free(block);
  block = ::operator new(10);
  ::operator delete(block);
  block = ::operator new(64, std::align_val_t{64});
  ::operator delete(block, std::align_val_t{64});
  block = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  counting = false;
  munmap(block, 4096);
  CHECK(allocations == 4);
}

}  // namespace

}  // namespace lamella

int main() {
  using namespace lamella::testing;
  for (const Test& test : tests()) {
    context = test.name;
    test.run();
  }
  return failures == 0 ? 0 : 1;
}
