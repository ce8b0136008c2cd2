//! Arrays of `(channels, samples)` on their way in, row by row.

use myovox::{Error, Result};
use numpy::{PyReadonlyArray2, PyReadwriteArray2};
use pyo3::prelude::*;

use crate::border::Failure;

/// The rows of an array whose last axis is contiguous, which the package sees to.
pub(crate) fn rows<'a>(x: &'a PyReadonlyArray2<'_, f64>) -> Result<Vec<&'a [f64]>> {
    let x = x.as_array();
    let (count, samples) = x.dim();
    let all = x.to_slice().ok_or_else(|| Error::internal("an array in another order than row by row"))?;
    Ok((0..count).map(|k| &all[k * samples..(k + 1) * samples]).collect())
}

/// Runs `job` over the rows of `x` into those of `out`, without the interpreter's lock.
pub(crate) fn by_row(
    py: Python<'_>,
    x: &PyReadonlyArray2<'_, f64>,
    out: &mut PyReadwriteArray2<'_, f64>,
    mut job: impl FnMut(usize, &[f64], &mut [f64]) -> Result<()> + Send,
) -> std::result::Result<(), Failure> {
    let rows = rows(x)?;
    let mut out = out.as_array_mut();
    if out.nrows() != rows.len() {
        let error = Error::config("dsp.channels-differ", "output and input differ in their number of channels");
        return Err(error.field("out").found(out.nrows()).expected(rows.len()).into());
    }
    py.detach(|| {
        rows.iter().zip(out.rows_mut()).enumerate().try_for_each(|(k, (x, mut out))| {
            let out = out.as_slice_mut();
            job(k, x, out.ok_or_else(|| Error::internal("an output in another order than row by row"))?)
        })
    })?;
    Ok(())
}

/// What `word` stands for, among the words of an argument.
pub(crate) fn chosen<T: Copy>(argument: &str, word: &str, words: &[(&str, T)]) -> Result<T> {
    words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        Error::config("config.bad-value", "a word that the argument does not know")
            .field(argument)
            .found(format!("`{word}`"))
            .expected(names.join(", "))
    })
}
