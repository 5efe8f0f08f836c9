"""Explain the backward sweep: one step at a time, as a page that plays the steps, and as questions with answers."""
