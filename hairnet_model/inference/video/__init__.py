"""Videos to masks: reading and writing with PyAV, heads followed from frame to frame, and masks that do not flicker."""
