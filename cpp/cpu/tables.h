// The tables of the CPU's ops, each filled at the end of the file of its topic.
#pragma once
#include "cpu/context.h"
#include "ops/op_table.h"

namespace lamella::cpu {

extern const ActivationOps activation_ops;
extern const ArrangeOps arrange_ops;
extern const AugmentOps augment_ops;
extern const BatchNormOps batch_norm_ops;
extern const ConvOps conv_ops;
extern const DenseOps dense_ops;
extern const DepthwiseOps depthwise_ops;
extern const DropoutOps dropout_ops;
extern const ElementwiseOps elementwise_ops;
extern const GatherOps gather_ops;
extern const LossOps loss_ops;
extern const MetricOps metric_ops;
extern const NormOps norm_ops;
extern const OptimizerOps optimizer_ops;
extern const PoolOps pool_ops;
extern const RowNormOps row_norm_ops;

}  // namespace lamella::cpu
