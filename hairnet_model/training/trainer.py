"""The network in training, its optimizer and its averaged weights; trains in rounds, from validation to validation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import keras
import numpy as np

from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.progress import Progress
from hairnet_model.data.feed import Feed, Pair, augmented, prefetch
from hairnet_model.data.partial_labels import UNSURE
from hairnet_model.evaluation import metrics
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn
from hairnet_model.networks.outputs import class_ids
from hairnet_model.networks.start import quiet_stderr
from hairnet_model.networks.transfer import transfer
from hairnet_model.training.checkpoint import RunError, State
from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.ema import EVERY, Average
from hairnet_model.training.losses import loss_of
from hairnet_model.training.precision import dtype_policy, policy_name
from hairnet_model.training.strategy import ONE_DEVICE, Devices


class Trainer:
    """Holds everything that changes from step to step.

    Args:
        settings: the configuration.
        init: a model whose weights to begin with; its architecture and head must be those of the settings.
        state: what to resume from.
        devices: those that share a batch; the first one validates.

    Attributes:
        network: what is trained.
        averaged_network: the same in float32 with the averaged weights, which is validated and saved.
        step: how many steps are done.
    """

    def __init__(
        self, settings: TrainingConfig, init: Model | None, state: State | None, devices: Devices = ONE_DEVICE
    ) -> None:
        self.settings = settings
        with quiet_stderr():  # on JAX too, it imports TensorFlow, if that is installed
            keras.utils.set_random_seed(settings.seed)
        with devices.scope(), dtype_policy(policy_name(settings.precision)):
            self.network = fcn.create(settings.arch, settings.head)
        with dtype_policy("float32"):
            self.averaged_network = fcn.create(settings.arch, settings.head)
        if init:
            transfer(init.network, self.network)
        # On a processor XLA trains this network at half the speed of TensorFlow's own kernels.
        jit_compile = "auto" if keras.backend.backend() == "jax" else False
        loss = loss_of(settings.head, settings.small_heads)
        with devices.scope():
            self.optimizer = _optimizer(settings)
            self.network.compile(optimizer=self.optimizer, loss=loss, jit_compile=jit_compile)
            self.network.optimizer.build(self.network.trainable_variables)
        self._run_step = devices.step(self.network, loss)
        self.average = Average(settings.average, self.network.get_weights())
        self.step, self._loss = 0, 0.0
        if state:
            self.step, self._loss = state.step, state.loss
            for variable, value in zip(self._variables(), state.variables, strict=True):
                variable.assign(value)
            self.average = Average(settings.average, state.average, state.updates)

    def round(
        self, validated: int, feed: Feed, progress: Progress, note: str, between: Callable[[], None]
    ) -> dict[str, float]:
        """Trains on until the next validation, and validates.

        Args:
            validated: the step of the last validation, or 0.
            feed: the data.
            progress: called after every step.
            note: appended to what `progress` is called with.
            between: called between two steps, where `state` can be asked for; what it raises ends the round.

        Returns:
            A row of the history (`run_log.COLUMNS`), without the seconds.

        Raises:
            RunError: the loss is not a number, or no pixel of the validation split has a label.
        """
        settings, first = self.settings, self.step
        end = settings.next_validation(validated)

        def batches() -> Iterator[Pair]:
            # A feed shuffles what lies between two validations: what was trained on is read again and passed over.
            stored = feed.training(settings.batch, validated, end - validated, settings.seed)
            rest = itertools.islice(stored, first - validated, None)
            return augmented(rest, first, settings.seed, settings.jitter, settings.cover, settings.pad)

        with closing(prefetch(batches)) as stream:
            for step, (images, masks) in enumerate(stream, first + 1):
                loss = self._run_step(images, masks)
                if not math.isfinite(loss):
                    hint = f"the last good weights are kept; try a lower --learning-rate than {settings.rate:g}"
                    raise RunError("training", f"the loss is not a number at step {step}", hint)
                if settings.average and step % EVERY == 0:
                    self.average.update(self.network.get_weights())
                self.step, self._loss = step, self._loss + loss
                progress("training", step * settings.batch, settings.steps * settings.batch, f"loss {loss:.3f}{note}")
                if step < end:
                    between()
        loss, self._loss = self._loss / (end - validated), 0.0
        self.averaged_network.set_weights(self.average.weights if settings.average else self.network.get_weights())
        rate = float(keras.ops.convert_to_numpy(self.optimizer.learning_rate))
        return {
            "step": end,
            "examples": end * settings.batch,
            "learning_rate": rate,
            "loss": loss,
            **self.validate(feed),
        }

    def validate(self, feed: Feed) -> dict[str, float]:
        """Scores of the averaged network on the validation split, from the pooled confusion matrix.

        A class that is neither there nor predicted, or never labelled, has the score NaN.
        """
        confusion, partly = np.zeros((3, 3), np.int64), False
        for images, masks in feed.validation():
            partly = partly or bool(masks.max(initial=0) >= UNSURE)
            predicted = class_ids(np.asarray(self.averaged_network.predict_on_batch(images)))
            confusion += metrics.confusion(masks, predicted)
        if not confusion.any():
            hint = "build the dataset with labels in its validation split"
            raise RunError("validation", "no pixel of the validation examples has a label", hint)
        f1 = metrics.f1(confusion, partly)
        return {
            "pixel_accuracy": float(metrics.pixel_accuracy(confusion)),
            "hair_f1": float(f1[HAIR]),
            "face_f1": float(f1[FACE]),
            "miou": float(metrics.miou(confusion, partly)),
        }

    def state(self, history: list[dict[str, float]], identity: Mapping[str, object], seconds: float) -> State:
        """Everything that is needed to resume from here."""
        values = [keras.ops.convert_to_numpy(variable) for variable in self._variables()]
        average = self.average
        return State(values, average.weights, average.updates, history, dict(identity), self.step, self._loss, seconds)

    def _variables(self) -> list[keras.Variable]:
        # `variables`, not `weights`: they include the state of dropout's random numbers. The network's optimizer, not
        # `self.optimizer`: with float16 Keras wraps it in one that keeps the scale of the loss.
        return [*self.network.variables, *self.network.optimizer.variables]


def _optimizer(settings: TrainingConfig) -> keras.optimizers.Optimizer:
    if settings.head == "maps_2019":
        return keras.optimizers.Adam(settings.rate)
    warmup = min(settings.warmup, settings.steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.rate / 100 if warmup else settings.rate,
        max(1, settings.steps - warmup),
        alpha=0.01,
        warmup_target=settings.rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.decay, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=["gain", "bias"])
    return optimizer
