"""The state of a training holds everything that it needs to resume."""

from __future__ import annotations

import keras

from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.trainer import Trainer


def test_the_scale_of_the_loss_is_kept_with_float16() -> None:
    settings = TrainingConfig(precision="float16", steps=10)
    trainer = Trainer(settings, None, None)
    (scale,) = [v for v in trainer.network.optimizer.variables if v.path.endswith("dynamic_scale")]
    scale.assign(4096.0)
    later = Trainer(settings, None, trainer.state([], {}, 0.0))
    (kept,) = [v for v in later.network.optimizer.variables if v.path.endswith("dynamic_scale")]
    assert float(keras.ops.convert_to_numpy(kept)) == 4096.0


def test_with_float32_nothing_wraps_the_optimizer() -> None:
    trainer = Trainer(TrainingConfig(precision="float32", steps=10), None, None)
    assert trainer.network.optimizer is trainer.optimizer
