// The loops around the micro-kernel that convolutions, their input gradients and transposed convolutions
// share. Nothing is copied or padded: a tile is a run of outputs that have the same taps inside of the
// picture.
#pragma once
#include "base/shape.h"
#include "cpu/context.h"
#include "cpu/window_axis.h"

namespace lamella::cpu {

// A window axis with what one step along it is in memory.
struct CorrelationAxis : WindowAxis {
  int64_t x_step, y_step;
};

// y[o, f] = bias[f] + sum over taps t and channels c of x[input of (o, t), c] kernel[t, c, f]; channels and
// filters are those of a group. The packed kernel is [group][panel of filters][tap][channel][panel].
template <class T>
struct Correlation {
  CorrelationAxis axes[3];  // depth, height, width
  int64_t pictures, x_picture, y_picture;
  int64_t channels, filters, groups;
  const T* x;
  const T* packed;
  const T* bias;  // or null
  T* y;

  int64_t all_taps() const { return axes[0].taps * axes[1].taps * axes[2].taps; }
  // The channels of neighbouring pixels of a row lie side by side: the taps of a row are one long sum.
  bool row_is_one_sum() const { return axes[2].dilation == 1 && axes[2].x_step == channels; }
  // A signal: its batch becomes the height of one picture, so that runs can go from signal to signal.
  void fold_signals() {
    for (const CorrelationAxis* axis : {&axes[0], &axes[1]})
      if (axis->taps != 1 || axis->input != 1 || axis->output != 1 || axis->before != 0) return;
    axes[1].input = axes[1].output = pictures;
    axes[1].stride = 1;
    axes[1].x_step = x_picture;
    axes[1].y_step = y_picture;
    pictures = 1;
  }
};

// Rows [begin, end) of one plane (a picture at one depth), and panels [first_panel, end_panel) of all groups'
// filters.
struct CorrelationItem {
  int64_t picture, depth;
  Range rows;
  int64_t first_panel, end_panel;
};

// How a correlation is cut into items, by its shape alone.
struct CorrelationCut {
  int64_t panel_width, group_panels, panels;
  int64_t planes, depth, height, bands, parts, grain;

  template <class T>
  CorrelationCut(const kernels::Kernels& kernels, const Correlation<T>& c)
      : panel_width(kernels.geometry<T>().panel),
        group_panels(ceil_div(c.filters, panel_width)),
        panels(c.groups * group_panels),
        planes(c.pictures * c.axes[0].output),
        depth(c.axes[0].output),
        height(c.axes[1].output) {
    constexpr int64_t kItems = 64;  // enough to share out evenly
    constexpr int64_t kStart = 16;  // products that starting and ending a tile takes as long as
    const int64_t sum = c.all_taps() * c.channels + kStart;
    const int64_t row_flops = 2 * c.axes[2].output * sum * panels * panel_width;
    const int64_t flops = planes * height * row_flops;
    const int64_t items = std::clamp<int64_t>((flops + kGrainFlops / 2) / kGrainFlops, 1, kItems);
    bands = std::clamp<int64_t>(ceil_div(items, planes), 1, height);
    parts = std::clamp<int64_t>(items / (planes * bands), 1, panels);
    grain = std::max<int64_t>(1, kGrainFlops * this->items() / std::max<int64_t>(flops, 1));
  }

  int64_t items() const { return planes * bands * parts; }
  CorrelationItem item(int64_t index) const {
    const int64_t part = index % parts, band = index / parts % bands, plane = index / (parts * bands);
    return {plane / depth, plane % depth, part_of(height, band, bands), part * panels / parts,
            (part + 1) * panels / parts};
  }
  // Columns of y that a panel covers.
  Range columns(int64_t filters, int64_t panel) const {
    const int64_t in_group = panel % group_panels * panel_width;
    const int64_t begin = panel / group_panels * filters + in_group;
    return {begin, begin + std::min(panel_width, filters - in_group)};
  }
};

// Computes one item.
template <class T>
void correlate(const kernels::Kernels& kernels, const Correlation<T>& c, const CorrelationCut& cut,
               const CorrelationItem& item);

extern template void correlate(const kernels::Kernels&, const Correlation<float>&, const CorrelationCut&,
                               const CorrelationItem&);
extern template void correlate(const kernels::Kernels&, const Correlation<double>&, const CorrelationCut&,
                               const CorrelationItem&);

}  // namespace lamella::cpu
