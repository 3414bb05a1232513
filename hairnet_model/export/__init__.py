"""Exports to LiteRT, SavedModel and ONNX, each verified against the Keras model."""
