#include "ops/op_table.h"

namespace lamella::ops {

extern const DenseOps dense_cpu;
extern const ActivationOps activation_cpu;
extern const ArrangeOps arrange_cpu;
extern const AugmentOps augment_cpu;
extern const BatchNormOps batch_norm_cpu;
extern const ConvOps conv_cpu;
extern const DepthwiseOps depthwise_cpu;
extern const DropoutOps dropout_cpu;
extern const ElementwiseOps elementwise_cpu;
extern const LossOps loss_cpu;
extern const MetricOps metric_cpu;
extern const NormOps norm_cpu;
extern const OptimizerOps optimizer_cpu;
extern const PoolOps pool_cpu;
extern const RowNormOps row_norm_cpu;
extern const GatherOps gather_cpu;

const OpTable& cpu_ops() {
  static const OpTable table{"cpu",          dense_cpu,  activation_cpu, arrange_cpu,   augment_cpu,
                             batch_norm_cpu, conv_cpu,   depthwise_cpu,  dropout_cpu,   elementwise_cpu,
                             loss_cpu,       metric_cpu, norm_cpu,       optimizer_cpu, pool_cpu,
                             row_norm_cpu,   gather_cpu};
  return table;
}

}  // namespace lamella::ops
