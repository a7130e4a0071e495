"""The factor and the offset that normalisations end in."""

from __future__ import annotations

from typing import Any

from lamella import constraints, initializers, regularizers
from lamella.base.checks import flag
from lamella.base.types import Config
from lamella.graph.layer import Layer, owner_of, resolved
from lamella.variable import Variable


class Affine(Layer):
    """Base class of layers with a factor gamma and an offset beta, either of which may be missing."""

    gamma: Variable | None
    beta: Variable | None

    def set_affine(
        self,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
    ) -> None:
        """Take over the arguments of the constructor."""
        self.center = flag(owner_of(self), "center", center)
        self.scale = flag(owner_of(self), "scale", scale)
        self.beta_initializer = resolved(self, "beta_initializer", initializers.get, beta_initializer)
        self.gamma_initializer = resolved(self, "gamma_initializer", initializers.get, gamma_initializer)
        self.beta_regularizer = resolved(self, "beta_regularizer", regularizers.get, beta_regularizer)
        self.gamma_regularizer = resolved(self, "gamma_regularizer", regularizers.get, gamma_regularizer)
        self.beta_constraint = resolved(self, "beta_constraint", constraints.get, beta_constraint)
        self.gamma_constraint = resolved(self, "gamma_constraint", constraints.get, gamma_constraint)
        self.gamma = None
        self.beta = None

    def build_affine(self, shape: tuple[int, ...]) -> None:
        """Create gamma and beta, where they are wanted."""
        if self.scale:
            self.gamma = self.add_configured_weight(shape, "gamma")
        if self.center:
            self.beta = self.add_configured_weight(shape, "beta")

    def affine_config(self) -> Config:
        """The constructor's arguments that `set_affine` took."""
        return {
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }
