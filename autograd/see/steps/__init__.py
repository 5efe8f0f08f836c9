"""The backward sweep as a lesson: one step at a time, as a page that plays it, and as questions with answers."""
