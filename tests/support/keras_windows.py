"""Layers that move windows over signals, pictures and volumes, or reshape these: what to make of them."""

# Layers on signals, pictures and volumes: name, positional arguments, options.
WINDOWS = [
    *[
        ("Conv1D", (4, size), {"padding": p, **o})
        for p in ("valid", "same", "causal")
        for size, o in [
            (1, {}),
            (3, {"strides": 2}),
            (4, {"dilation_rate": 2}),
            (5, {"groups": 2, "activation": "relu"}),
        ]
    ],
    *[
        ("Conv2D", (4, size), {"padding": p, **o})
        for p in ("valid", "same")
        for size, o in [
            (3, {}),
            ((2, 4), {"strides": 2}),
            (4, {"strides": (3, 2)}),
            ((3, 2), {"dilation_rate": (1, 2)}),
            (3, {"groups": 2, "use_bias": False}),
        ]
    ],
    *[
        ("Conv3D", (3, size), {"padding": p, **o})
        for p in ("valid", "same")
        for size, o in [
            (2, {}),
            ((1, 2, 3), {"strides": (2, 1, 2)}),
            (2, {"dilation_rate": 2}),
        ]
    ],
    *[
        ("DepthwiseConv1D", (3,), {"padding": p, **o})
        for p in ("valid", "same")
        for o in [
            {},
            {"strides": 2, "depth_multiplier": 3},
            {"dilation_rate": 2},
        ]
    ],
    *[
        ("DepthwiseConv2D", (3,), {"padding": p, **o})
        for p in ("valid", "same")
        for o in [
            {},
            {"strides": 2},
            {"dilation_rate": 2, "depth_multiplier": 2},
        ]
    ],
    *[("SeparableConv1D", (4, 3), {"padding": p, "depth_multiplier": 2}) for p in ("valid", "same")],
    *[("SeparableConv2D", (4, 3), {"padding": p, "strides": s}) for p in ("valid", "same") for s in (1, 2)],
    *[
        (f"Conv{rank}DTranspose", (3, size), {"padding": p, **o})
        for rank in (1, 2, 3)
        for p in ("valid", "same")
        for size, o in [
            (3, {}),
            (2, {"strides": 3}),
            (3, {"strides": 2}),
            (4, {"strides": 2}),
            (3, {"dilation_rate": 2}),
            (3, {"strides": 2, "output_padding": 1}),
            (4, {"strides": 3, "output_padding": 2}),
        ]
    ],
    *[
        (f"MaxPooling{rank}D", (size,), {"padding": p, "strides": strides})
        for rank in (1, 2, 3)
        for p in ("valid", "same")
        for size, strides in [(2, None), (3, 2), (2, 3), (3, 1)]
    ],
    # Where padding is uneven, Keras on PyTorch averages over repeated edges; on its other back ends, and
    # here, over what lies inside.
    *[
        (f"AveragePooling{rank}D", (size,), {"padding": p, "strides": strides})
        for rank in (1, 2, 3)
        for size, strides, p in [(2, None, "valid"), (3, 2, "valid"), (2, 3, "valid"), (3, 1, "same")]
    ],
    *[
        (f"Global{kind}Pooling{rank}D", (), {"keepdims": keep})
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
        for keep in (False, True)
    ],
    ("ZeroPadding1D", (2,), {}),
    ("ZeroPadding1D", ((1, 0),), {}),
    ("ZeroPadding2D", (((0, 1), (2, 3)),), {}),
    ("ZeroPadding2D", ((1, 2),), {}),
    ("ZeroPadding3D", (((0, 1), (2, 3), (1, 0)),), {}),
    ("Cropping1D", (1,), {}),
    ("Cropping1D", ((2, 1),), {}),
    ("Cropping2D", (((0, 1), (2, 0)),), {}),
    ("Cropping3D", (1,), {}),
    ("UpSampling1D", (3,), {}),
    ("UpSampling2D", ((2, 3),), {}),
    ("UpSampling2D", (3,), {"interpolation": "bilinear"}),
    ("UpSampling3D", (2,), {}),
]
SPATIAL = {1: (9,), 2: (7, 8), 3: (5, 6, 4)}
