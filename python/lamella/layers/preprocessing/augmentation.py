"""Random changes to pictures in training and in calls: more different pictures than there are."""

from __future__ import annotations

import math
from typing import Any, Self

from lamella.base.checks import choice, entries_of, number, numbers, refusal
from lamella.base.registry import config_entries
from lamella.base.types import Config, Shape
from lamella.graph.builder import ProgramBuilder
from lamella.graph.layer import Layer, owner_of
from lamella.graph.value import Value
from lamella.layers.preprocessing.picture_layer import PictureLayer
from lamella.layers.regularization.dropout import native_seed, require_seed
from lamella.layers.window import channels_last, size

FILL_MODES = ("reflect", "wrap", "constant", "nearest")


def factor_range(
    layer: Layer, argument: str, factor: Any, low: float, high: float, both_ways: bool = True
) -> tuple[float, float]:
    """Two numbers of a pair, or of one number f: -f and f, or f and f.

    Raises:
        ValueError: for another form, or numbers outside [low, high].
    """
    owner = owner_of(layer)
    if entries_of(factor) is not None:
        first, second = numbers(owner, argument, factor, 2, least=low, most=high)
    else:
        second = number(owner, argument, factor, least=low, most=high)
        first = -second if both_ways else second
    return (min(first, second), max(first, second)) if both_ways else (first, second)


class RandomPicture(PictureLayer):
    """Base class of the layers that change pictures at random, and not at all at inference.

    They do so in training, and where they or a model around them are called without `training=False`.
    """

    def __init__(self, seed: int | None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        channels_last(self, data_format)
        self.seed = require_seed(self, seed)

    def transform(self) -> dict[str, Any]:
        """What is drawn, as the native core takes it."""
        raise NotImplementedError

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        attributes = {**self.transform(), "seed": native_seed(self.seed)}
        return [builder.add(self, "random_transform", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "data_format": "channels_last", "seed": self.seed}


class RandomMove(RandomPicture):
    """Base class of layers after which pixels lie between those there were, or come from beyond the edges."""

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        seed: int | None,
        fill_value: float,
        data_format: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.fill_mode = choice(owner_of(self), "fill_mode", fill_mode, FILL_MODES)
        self.interpolation = choice(owner_of(self), "interpolation", interpolation, ("nearest", "bilinear"))
        self.fill_value = number(owner_of(self), "fill_value", fill_value)

    def move(self) -> dict[str, Any]:
        """How far pixels move."""
        raise NotImplementedError

    def transform(self) -> dict[str, Any]:
        return {
            **self.move(),
            "fill": self.fill_mode,
            "fill_value": self.fill_value,
            "interpolate": int(self.interpolation == "bilinear"),
        }

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "fill_mode": self.fill_mode,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
        }


class RandomFlip(RandomPicture):
    """Flips pictures with probability 1/2 in each direction.

    Input (rows, height, width, channels), output alike; `training=False` leaves them alone.

    Args:
        mode: `"horizontal"`, `"vertical"` or `"horizontal_and_vertical"`, the default.
        seed: an integer, or None to follow the model's seed.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for another mode; when built, for inputs that are not pictures.

    >>> import numpy as np
    >>> RandomFlip("horizontal")(np.arange(2.0).reshape(1, 1, 2, 1), training=False).ravel().tolist()
    [0.0, 1.0]
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        modes = ("horizontal", "vertical", "horizontal_and_vertical")
        self.mode: str = choice(owner_of(self), "mode", mode, modes)

    def transform(self) -> dict[str, Any]:
        return {"flip_vertical": int("vertical" in self.mode), "flip_horizontal": int("horiz" in self.mode)}

    def get_config(self) -> Config:
        return {**super().get_config(), "mode": self.mode}


class RandomTranslation(RandomMove):
    """Moves pictures by a random share of their size.

    Input (rows, height, width, channels), output alike; `training=False` leaves them alone.

    Args:
        height_factor: the share downwards: a number f for -f to f, or the two limits, in [-1, 1].
        width_factor: the share to the right, alike.
        fill_mode: what lies beyond the edges: `"reflect"` (the default), the picture mirrored; `"wrap"`, the
            picture again; `"nearest"`, its edge; `"constant"`.
        interpolation: between the four nearest pixels, `"bilinear"` (the default), or `"nearest"`.
        seed: an integer, or None to follow the model's seed.
        fill_value: the constant. Defaults to 0.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a factor outside [-1, 1] or a mode that is not known.

    >>> import numpy as np
    >>> RandomTranslation(0.5, 0.0)(np.ones((1, 2, 2, 1))).shape
    (1, 2, 2, 1)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = factor_range(self, "height_factor", height_factor, -1.0, 1.0)
        self.width_factor = factor_range(self, "width_factor", width_factor, -1.0, 1.0)

    def move(self) -> dict[str, Any]:
        return {"shift_height": list(self.height_factor), "shift_width": list(self.width_factor)}

    def get_config(self) -> Config:
        factors = {"height_factor": self.height_factor, "width_factor": self.width_factor}
        return {**super().get_config(), **factors}


class RandomRotation(RandomMove):
    """Turns pictures by a random angle.

    Input (rows, height, width, channels), output alike; `training=False` leaves them alone.

    Args:
        factor: the angle as a share of a full turn, counterclockwise: a number f for -f to f, or the two
            limits, in [-1, 1].
        fill_mode: what lies beyond the edges: `"reflect"` (the default), the picture mirrored; `"wrap"`, the
            picture again; `"nearest"`, its edge; `"constant"`.
        interpolation: between the four nearest pixels, `"bilinear"` (the default), or `"nearest"`.
        seed: an integer, or None to follow the model's seed.
        fill_value: the constant. Defaults to 0.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a factor outside [-1, 1] or a mode that is not known.

    >>> import numpy as np
    >>> quarter = RandomRotation((0.25, 0.25))
    >>> quarter(np.arange(4.0).reshape(1, 2, 2, 1)).round(3).ravel().tolist()
    [1.0, 3.0, 0.0, 2.0]
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = factor_range(self, "factor", factor, -1.0, 1.0)

    def move(self) -> dict[str, Any]:
        return {"angle": [2.0 * math.pi * share for share in self.factor]}

    def get_config(self) -> Config:
        return {**super().get_config(), "factor": self.factor}


class RandomZoom(RandomMove):
    """Zooms pictures in or out about their middle.

    Input (rows, height, width, channels), output alike; `training=False` leaves them alone.

    Args:
        height_factor: 0.2 shows a picture that is 20 % higher, so all smaller, -0.2 the middle of it: a
            number f for -f to f, or the two limits, above -1 and at most 1.
        width_factor: alike for the width; None, the default, keeps the proportions.
        fill_mode: what lies beyond the edges: `"reflect"` (the default), the picture mirrored; `"wrap"`, the
            picture again; `"nearest"`, its edge; `"constant"`.
        interpolation: between the four nearest pixels, `"bilinear"` (the default), or `"nearest"`.
        seed: an integer, or None to follow the model's seed.
        fill_value: the constant. Defaults to 0.
        data_format: must be None or `"channels_last"`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a factor outside [-1, 1] or a mode that is not known.

    >>> import numpy as np
    >>> RandomZoom(0.2)(np.ones((1, 2, 2, 1))).round(3).ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = self._share("height_factor", height_factor)
        self.width_factor = None if width_factor is None else self._share("width_factor", width_factor)

    def _share(self, argument: str, factor: Any) -> tuple[float, float]:
        shares = factor_range(self, argument, factor, -1.0, 1.0)
        if shares[0] == -1.0:
            raise refusal(owner_of(self), argument, "above -1: nothing would be left to show", factor)
        return shares

    def move(self) -> dict[str, Any]:
        width = self.width_factor or self.height_factor
        return {
            "zoom_height": [1.0 + share for share in self.height_factor],
            "zoom_width": [1.0 + share for share in width],
            "same_zoom": int(self.width_factor is None),
        }

    def get_config(self) -> Config:
        factors = {"height_factor": self.height_factor, "width_factor": self.width_factor}
        return {**super().get_config(), **factors}


class RandomCrop(RandomPicture):
    """Cuts a smaller picture out of each picture at a random place; with `training=False`, the middle.

    Input (rows, height, width, channels), output (rows, `height`, `width`, channels).

    Args:
        height: pixels of the output, at most those of the input.
        width: pixels of the output, at most those of the input.
        seed: an integer, or None to follow the model's seed.
        data_format: must be None or `"channels_last"`.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for sizes that are not positive; when built, for smaller inputs.

    >>> import numpy as np
    >>> RandomCrop(1, 2)(np.arange(12.0).reshape(1, 3, 4, 1), training=False).ravel().tolist()
    [5.0, 6.0]
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, name=name, **kwargs)
        self.height = size(self, "height", height)
        self.width = size(self, "width", width)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        rows, height, width, channels = super().compute_output_shape(input_shape)
        for length, wanted in ((height, self.height), (width, self.width)):
            if length is not None and length < wanted:
                raise ValueError(
                    f"RandomCrop '{self.name}' cannot cut {self.height} by {self.width} pixels out of inputs "
                    f"of shape {tuple(input_shape)}"
                )
        return (rows, self.height, self.width, channels)

    def transform(self) -> dict[str, Any]:
        return {"height": self.height, "width": self.width}

    def get_config(self) -> Config:
        return {**super().get_config(), "height": self.height, "width": self.width}


class RandomColor(RandomPicture):
    """Base class of layers that change the values of pictures within a range."""

    def __init__(self, value_range: Any, seed: int | None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.value_range = tuple(sorted(numbers(owner_of(self), "value_range", value_range, 2)))

    def emit(self, builder: ProgramBuilder, values: list[Value]) -> list[Value]:
        [value] = values
        limits = list(self.value_range)
        attributes = {**self.transform(), "range": limits, "seed": native_seed(self.seed)}
        return [builder.add(self, "random_color", value, attributes=attributes)]

    def get_config(self) -> Config:
        return {**super().get_config(), "value_range": self.value_range}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        entries = config_entries(cls, config)
        data_format = entries.pop("data_format", None)  # Keras takes it among others
        layer = super().from_config(entries)
        channels_last(layer, data_format)
        return layer


class RandomBrightness(RandomColor):
    """Makes pictures brighter or darker.

    Input (rows, height, width, channels), output alike, clipped to `value_range`; `training=False` leaves
    them alone.

    Args:
        factor: what is added, as a share of the range: a number f for -f to f, or the two limits, in [-1, 1].
        value_range: the smallest and the largest value of pixels. Defaults to (0, 255).
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a factor outside [-1, 1].

    >>> import numpy as np
    >>> RandomBrightness((0.5, 0.5), (0, 1))(np.full((1, 1, 2, 1), 0.25)).ravel().tolist()
    [0.75, 0.75]
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, seed, **kwargs)
        self.factor = factor_range(self, "factor", factor, -1.0, 1.0)

    def transform(self) -> dict[str, Any]:
        low, high = self.value_range
        return {"brightness": [share * (high - low) for share in self.factor]}

    def get_config(self) -> Config:
        return {**super().get_config(), "factor": self.factor}


class RandomContrast(RandomColor):
    """Moves the values of pictures away from the mean of their channel, or towards it.

    Input (rows, height, width, channels), output alike, clipped to `value_range`; `training=False` leaves
    them alone.

    Args:
        factor: (lower, upper) for a contrast of 1 - lower to 1 + upper times what it was, or one number for
            both, in [0, 1].
        value_range: the smallest and the largest value of pixels. Defaults to (0, 255).
        seed: an integer, or None to follow the model's seed.
        **kwargs: see `Layer`.

    Raises:
        ValueError: for a factor outside [0, 1].

    >>> import numpy as np
    >>> x = np.array([2.0, 4.0]).reshape(1, 1, 2, 1)
    >>> RandomContrast((1.0, 0.0), seed=1)(x).sum().round(3)
    np.float32(6.0)
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, seed, **kwargs)
        self.factor = factor_range(self, "factor", factor, 0.0, 1.0, both_ways=False)

    def transform(self) -> dict[str, Any]:
        lower, upper = self.factor
        return {"contrast": [1.0 - lower, 1.0 + upper]}

    def get_config(self) -> Config:
        return {**super().get_config(), "factor": self.factor}
