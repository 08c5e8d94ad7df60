"""What comes out: one versioned model, and its renderings."""
