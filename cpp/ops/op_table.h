// All that a device can do: whoever writes the ops of another one fills this table, and touches nothing above
// it.
#pragma once
#include "ops/activation.h"
#include "ops/arrange.h"
#include "ops/augment.h"
#include "ops/batch_norm.h"
#include "ops/conv.h"
#include "ops/dense.h"
#include "ops/depthwise.h"
#include "ops/dropout.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/loss.h"
#include "ops/metric.h"
#include "ops/norms.h"
#include "ops/optimizer.h"
#include "ops/pool.h"
#include "ops/row_norm.h"

namespace lamella::ops {

struct OpTable {
  const DenseOps& dense;
  const ActivationOps& activation;
  const ArrangeOps& arrange;
  const AugmentOps& augment;
  const BatchNormOps& batch_norm;
  const ConvOps& conv;
  const DepthwiseOps& depthwise;
  const DropoutOps& dropout;
  const ElementwiseOps& elementwise;
  const LossOps& loss;
  const MetricOps& metric;
  const NormOps& norm;
  const OptimizerOps& optimizer;
  const PoolOps& pool;
  const RowNormOps& row_norm;
  const GatherOps& gather;
};

}  // namespace lamella::ops
