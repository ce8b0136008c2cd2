//! Finds the kind of a recording from its first bytes, never from its name.
