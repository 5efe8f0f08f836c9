"""The table of borders: every public function and method, on every kind of operand, in every mode."""
