"""Optimizers for Keras and lamella alike: each function takes the module that plays Keras."""

OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(learning_rate=0.1),
    "sgd_momentum": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.9),
    "sgd_nesterov": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.8, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(),
    "adam_options": lambda k: k.optimizers.Adam(learning_rate=0.02, beta_1=0.7, beta_2=0.95, epsilon=1e-3),
    "adam_amsgrad": lambda k: k.optimizers.Adam(learning_rate=0.02, amsgrad=True),
    "adamw": lambda k: k.optimizers.AdamW(learning_rate=0.02, weight_decay=0.1),
    "adamax": lambda k: k.optimizers.Adamax(learning_rate=0.02),
    "nadam": lambda k: k.optimizers.Nadam(learning_rate=0.02),
    "rmsprop": lambda k: k.optimizers.RMSprop(),
    "rmsprop_momentum": lambda k: k.optimizers.RMSprop(learning_rate=0.01, rho=0.8, momentum=0.7),
    "rmsprop_centered": lambda k: k.optimizers.RMSprop(learning_rate=0.005, epsilon=1e-3, centered=True),
    "rmsprop_all": lambda k: k.optimizers.RMSprop(0.005, 0.8, 0.5, 1e-3, True),
    "adagrad": lambda k: k.optimizers.Adagrad(learning_rate=0.05),
    "adadelta": lambda k: k.optimizers.Adadelta(learning_rate=1.0, rho=0.9, epsilon=1e-4),
    "lion": lambda k: k.optimizers.Lion(learning_rate=0.003),
    "ftrl": lambda k: k.optimizers.Ftrl(learning_rate=0.1),
    "ftrl_options": lambda k: k.optimizers.Ftrl(0.1, -0.7, 0.2, 0.01, 0.02, 0.03, 0.1),
}

SHARED_OPTIONS = {
    "weight_decay": {"weight_decay": 0.1},
    "clipnorm": {"clipnorm": 0.05},
    "clipvalue": {"clipvalue": 0.005},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "ema": {"use_ema": True, "ema_momentum": 0.8},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "everything": {
        "weight_decay": 0.1,
        "global_clipnorm": 0.1,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
    },
}


def with_options(name, rate, options):
    return lambda k: getattr(k.optimizers, name)(learning_rate=rate, **options)


OPTIMIZERS |= {
    f"{name.lower()}_{option}": with_options(name, rate, options)
    for name, rate in (
        ("SGD", 0.1),
        ("Adam", 0.01),
        ("AdamW", 0.01),
        ("RMSprop", 0.005),
        ("Adagrad", 0.05),
        ("Adadelta", 1.0),
        ("Adamax", 0.01),
        ("Nadam", 0.01),
        ("Lion", 0.003),
        ("Ftrl", 0.05),
    )
    for option, options in SHARED_OPTIONS.items()
}

SCHEDULES = {
    "exponential": lambda s: s.ExponentialDecay(0.1, 7, 0.5),
    "exponential_staircase": lambda s: s.ExponentialDecay(0.1, 7, 0.5, staircase=True),
    "inverse_time": lambda s: s.InverseTimeDecay(0.1, 5, 0.8),
    "inverse_time_staircase": lambda s: s.InverseTimeDecay(0.1, 5, 0.8, staircase=True),
    "piecewise": lambda s: s.PiecewiseConstantDecay([3, 10, 15], [0.1, 0.05, 0.02, 0.01]),
    "polynomial": lambda s: s.PolynomialDecay(0.1, 12, 0.01, power=2.0),
    "polynomial_cycle": lambda s: s.PolynomialDecay(0.1, 6, 0.01, cycle=True),
    "cosine": lambda s: s.CosineDecay(0.1, 15, alpha=0.1),
    "cosine_warmup": lambda s: s.CosineDecay(0.01, 10, warmup_target=0.1, warmup_steps=5),
    "restarts": lambda s: s.CosineDecayRestarts(0.1, 5, m_mul=0.8, alpha=0.1),
    "restarts_equal": lambda s: s.CosineDecayRestarts(0.1, 6, t_mul=1.0),
}


def excluding(name, names):
    """Weight decay on some variables only."""

    def make(k):
        optimizer = getattr(k.optimizers, name)(learning_rate=0.02, weight_decay=0.3)
        optimizer.exclude_from_weight_decay(var_names=names)
        return optimizer

    return make


# Every parameter by its position, as Keras orders them.
SHARED_POSITIONS = (0.1, None, None, 0.1, True, 0.8, 3, 2.0, 2)
OPTIMIZERS |= {
    "sgd_without_decay_of_biases": excluding("SGD", ["bias"]),
    "adam_without_decay_of_kernels": excluding("Adam", ["kern", "nothing"]),
    "sgd_by_position": lambda k: k.optimizers.SGD(0.1, 0.5, True, *SHARED_POSITIONS),
    "adam_by_position": lambda k: k.optimizers.Adam(0.02, 0.8, 0.99, 1e-5, True, *SHARED_POSITIONS),
    "adamw_by_position": lambda k: k.optimizers.AdamW(
        0.02, 0.1, 0.8, 0.99, 1e-5, False, *SHARED_POSITIONS[1:]
    ),
    "rmsprop_by_position": lambda k: k.optimizers.RMSprop(0.01, 0.8, 0.5, 1e-3, True, *SHARED_POSITIONS),
    "adagrad_by_position": lambda k: k.optimizers.Adagrad(0.05, 0.2, 1e-5, *SHARED_POSITIONS),
    "adadelta_by_position": lambda k: k.optimizers.Adadelta(1.0, 0.9, 1e-4, *SHARED_POSITIONS),
    "adamax_by_position": lambda k: k.optimizers.Adamax(0.02, 0.8, 0.99, 1e-5, *SHARED_POSITIONS),
    "nadam_by_position": lambda k: k.optimizers.Nadam(0.02, 0.8, 0.99, 1e-5, *SHARED_POSITIONS),
    "lion_by_position": lambda k: k.optimizers.Lion(0.003, 0.8, 0.9, *SHARED_POSITIONS),
    "ftrl_by_position": lambda k: k.optimizers.Ftrl(0.1, -0.7, 0.2, 0.01, 0.02, 0.03, 0.1, *SHARED_POSITIONS),
    "rate_of_a_function": lambda k: k.optimizers.SGD(lambda: 0.07, momentum=0.5),
}


def scheduled(make):
    return lambda k: k.optimizers.SGD(make(k.optimizers.schedules), momentum=0.5)


OPTIMIZERS |= {f"schedule_{name}": scheduled(make) for name, make in SCHEDULES.items()}
