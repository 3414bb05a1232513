"""Record files, TFRecord and ArrayRecord, and the examples in them."""
