"""The norm as versioned data, and its evaluation."""
