"""The doctor: it looks at a model on one batch, takes steps with copies of it, and says what is wrong."""
