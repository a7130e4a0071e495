#include "cpu/tables.h"

namespace lamella::cpu {

const OpTable& op_table() {
  static const OpTable table{
      .dense = dense_ops,
      .activation = activation_ops,
      .arrange = arrange_ops,
      .augment = augment_ops,
      .batch_norm = batch_norm_ops,
      .conv = conv_ops,
      .depthwise = depthwise_ops,
      .dropout = dropout_ops,
      .elementwise = elementwise_ops,
      .loss = loss_ops,
      .metric = metric_ops,
      .norm = norm_ops,
      .optimizer = optimizer_ops,
      .pool = pool_ops,
      .row_norm = row_norm_ops,
      .gather = gather_ops,
  };
  return table;
}

}  // namespace lamella::cpu
