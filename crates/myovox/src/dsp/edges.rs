//! What a window that reaches beyond the ends of a signal finds there.

/// How a moving window treats the ends of a signal `a b c ... x y z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edges {
    /// The window shrinks to the samples that exist.
    #[default]
    Shrink,
    /// Mirrored, the edge sample repeated: `c b a | a b c ... x y z | z y x` (SciPy's `ndimage`: `reflect`; NumPy's `pad`: `symmetric`).
    Reflect,
    /// The edge sample goes on: `a a a | a b c ... x y z | z z z`.
    Nearest,
    /// Zeros (`ndimage`: `constant`).
    Zero,
    /// No output where the window does not fit: `samples - window + 1` values, the first for the window that starts with the first sample.
    Valid,
}
