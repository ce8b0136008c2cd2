//! Benches of myovox; they stand in `benches/`, this library is empty.
