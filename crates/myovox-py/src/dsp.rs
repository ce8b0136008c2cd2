//! Signal processing on plain arrays: what stands behind `myovox.dsp`.
//!
//! Inputs and outputs are `(channels, samples)`, float64, row by row; `python/myovox/dsp.py` brings arrays into that shape and back.

use myovox::dsp::iir::{self, Band, BesselNorm, CombShape, Extension, Sos, SosState, SosStream, Teeth, ZeroPhase};
use myovox::dsp::moving::{Edges, Moving, Statistic, Workspace};
use myovox::dsp::tkeo::TkeoEdge;
use myovox::dsp::welch::{Detrend, Scaling, Welch, WelchConfig};
use myovox::dsp::window::Shape;
use myovox::dsp::{ar, decimate, order, resample};
use myovox::units::Rate;
use myovox::{Error, Result};
use ndarray::Array2;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray2, PyReadwriteArray2, PyReadwriteArray3};
use pyo3::prelude::*;

use crate::border::border;
use crate::rows::{by_row, chosen, rows};
use crate::simd::level;

/// Second-order sections as numpy holds them: `(sections, 6)`.
fn rows_of(sos: &Sos) -> Array2<f64> {
    let rows = sos.rows();
    Array2::from_shape_fn((rows.len(), 6), |(section, k)| rows[section][k])
}

fn sos_of(sos: &PyReadonlyArray2<'_, f64>) -> Result<Sos> {
    let refuse = |found: usize| {
        Error::config("dsp.section-row", "not second-order sections").field("sos").found(format!("{found} columns"))
    };
    let row = |row: &&[f64]| <[f64; 6]>::try_from(*row).map_err(|_| refuse(row.len()).expected("6 columns"));
    Sos::from_rows(&rows(sos)?.iter().map(row).collect::<Result<Vec<_>>>()?)
}

fn band(btype: &str, edges: &[f64]) -> Result<Band> {
    let words = [
        ("lowpass", 1),
        ("low", 1),
        ("highpass", 2),
        ("high", 2),
        ("bandpass", 3),
        ("band", 3),
        ("bandstop", 4),
        ("stop", 4),
    ];
    match (chosen("btype", btype, &words)?, edges) {
        (1, &[edge]) => Ok(Band::LowPass(edge)),
        (2, &[edge]) => Ok(Band::HighPass(edge)),
        (3, &[low, high]) => Ok(Band::BandPass(low, high)),
        (4, &[low, high]) => Ok(Band::BandStop(low, high)),
        (kind, _) => Err(Error::config("dsp.filter-edge", "another number of edges than the filter has")
            .field("edges_hz")
            .found(edges.len())
            .expected(if kind < 3 { "1" } else { "2" })),
    }
}

/// The sections of a filter of `family`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "those of five functions")]
pub(crate) fn design_sos<'py>(
    py: Python<'py>,
    family: &str,
    order: usize,
    edges_hz: Vec<f64>,
    btype: &str,
    rate: f64,
    ripple_db: f64,
    attenuation_db: f64,
    norm: &str,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    border(py, || {
        let (band, rate) = (band(btype, &edges_hz)?, Rate::new(rate)?);
        let sos = match family {
            "butter" => iir::butterworth(order, band, rate),
            "cheby1" => iir::chebyshev1(order, ripple_db, band, rate),
            "cheby2" => iir::chebyshev2(order, attenuation_db, band, rate),
            "ellip" => iir::elliptic(order, ripple_db, attenuation_db, band, rate),
            _ => {
                let norms =
                    [("phase", BesselNorm::Phase), ("delay", BesselNorm::Delay), ("mag", BesselNorm::Magnitude)];
                iir::bessel(order, chosen("norm", norm, &norms)?, band, rate)
            }
        }?;
        Ok(rows_of(&sos).into_pyarray(py))
    })
}

/// The sections of notches at a frequency and its harmonics up to the one numbered `last`.
#[pyfunction]
pub(crate) fn notch_sos(
    py: Python<'_>,
    f0_hz: f64,
    q: f64,
    rate: f64,
    last: usize,
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    border(py, || Ok(rows_of(&iir::iirnotch_harmonics(f0_hz, q, last, Rate::new(rate)?)?).into_pyarray(py)))
}

/// The sections of a comb.
#[pyfunction]
pub(crate) fn comb_sos<'py>(
    py: Python<'py>,
    f0_hz: f64,
    q: f64,
    rate: f64,
    shape: &str,
    teeth: &str,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    border(py, || {
        let shape = chosen("ftype", shape, &[("notch", CombShape::Notch), ("peak", CombShape::Peak)])?;
        let teeth = chosen("teeth", teeth, &[("multiples", Teeth::Multiples), ("odd_halves", Teeth::OddHalves)])?;
        Ok(rows_of(&iir::iircomb(f0_hz, q, shape, teeth, Rate::new(rate)?)?.sos()).into_pyarray(py))
    })
}

/// Filters forward and backward.
#[pyfunction]
pub(crate) fn sosfiltfilt(
    py: Python<'_>,
    sos: PyReadonlyArray2<'_, f64>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    padtype: &str,
    padlen: Option<usize>,
) -> PyResult<()> {
    border(py, || {
        let extensions = [
            ("odd", Extension::Odd),
            ("even", Extension::Even),
            ("constant", Extension::Constant),
            ("none", Extension::None),
        ];
        let extension = chosen("padtype", padtype, &extensions)?;
        let filter = ZeroPhase::new(sos_of(&sos)?, extension, padlen).level(level());
        let mut workspace = iir::Workspace::default();
        by_row(py, &x, &mut out, |_, x, out| filter.run(x, out, &mut workspace))
    })
}

/// Filters forward, from `state` `(channels, sections, 2)`, which is then that behind the last sample.
#[pyfunction]
pub(crate) fn sosfilt(
    py: Python<'_>,
    sos: PyReadonlyArray2<'_, f64>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    mut state: PyReadwriteArray3<'_, f64>,
) -> PyResult<()> {
    border(py, || {
        let sos = sos_of(&sos)?;
        let mut state = state.as_array_mut();
        let (channels, sections, _) = state.dim();
        let pair = |k: usize| [0, 1].map(|z| state[[k / sections, k % sections, z]]);
        let kept = SosState { sections, values: (0..channels * sections).map(pair).collect() };
        let mut stream = SosStream::new(sos, rows(&x)?.len());
        stream.restore(&kept)?;
        by_row(py, &x, &mut out, |channel, x, out| {
            if x.len() != out.len() {
                let error = Error::config("dsp.length-differs", "output and input of a filter differ in length");
                return Err(error.field("out").found(out.len()).expected(x.len()));
            }
            out.copy_from_slice(x);
            stream.push(channel, out);
            Ok(())
        })?;
        for (k, pair) in stream.state().values.iter().enumerate() {
            for (z, value) in pair.iter().enumerate() {
                state[[k / sections, k % sections, z]] = *value;
            }
        }
        Ok(())
    })
}

/// The Hilbert transform.
#[pyfunction]
pub(crate) fn hilbert(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    padding: usize,
) -> PyResult<()> {
    border(py, || {
        let plan = myovox::dsp::hilbert::Hilbert::new(x.as_array().ncols(), padding);
        let mut buffers = plan.buffers();
        by_row(py, &x, &mut out, |_, x, out| plan.quadrature(x, out, &mut buffers))
    })
}

/// The energy operator of Teager and Kaiser.
#[pyfunction]
pub(crate) fn tkeo(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    edge: &str,
) -> PyResult<()> {
    border(py, || {
        let words = [("nearest", TkeoEdge::Nearest), ("zero", TkeoEdge::Zero), ("drop", TkeoEdge::Drop)];
        let edge = chosen("edge", edge, &words)?;
        by_row(py, &x, &mut out, |_, x, out| myovox::dsp::tkeo::tkeo_into(x, edge, out))
    })
}

/// `x` at another rate.
#[pyfunction]
pub(crate) fn resample_poly<'py>(
    py: Python<'py>,
    x: PyReadonlyArray2<'py, f64>,
    up: usize,
    down: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    border(py, || {
        let rows = rows(&x)?;
        let samples = resample::Resampler::new(up, down)?.output_len(x.as_array().ncols());
        let resampled = py.detach(|| {
            let mut all = Vec::new();
            for row in &rows {
                all.extend(resample::resample_poly(row, up, down)?);
            }
            Array2::from_shape_vec((rows.len(), samples), all).map_err(|cause| Error::internal(cause.to_string()))
        })?;
        Ok(resampled.into_pyarray(py))
    })
}

/// A statistic over a window that moves along.
#[pyfunction]
pub(crate) fn moving(
    py: Python<'_>,
    statistic: &str,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    window: usize,
    edges: &str,
) -> PyResult<()> {
    border(py, || {
        let words = [
            ("shrink", Edges::Shrink),
            ("reflect", Edges::Reflect),
            ("nearest", Edges::Nearest),
            ("zero", Edges::Zero),
            ("valid", Edges::Valid),
        ];
        let edges = chosen("edges", edges, &words)?;
        let of = |y: Vec<f64>, out: &mut [f64]| {
            if y.len() != out.len() {
                let what = "output of a moving window and its signal do not belong together";
                return Err(Error::config("dsp.length-differs", what).found(out.len()).expected(y.len()));
            }
            out.copy_from_slice(&y);
            Ok(())
        };
        let mean = match statistic {
            "min" => return by_row(py, &x, &mut out, |_, x, out| of(order::moving_min(x, window, edges)?, out)),
            "max" => return by_row(py, &x, &mut out, |_, x, out| of(order::moving_max(x, window, edges)?, out)),
            "median" => return by_row(py, &x, &mut out, |_, x, out| of(order::moving_median(x, window, edges)?, out)),
            "mean" => Statistic::Mean,
            "mav" => Statistic::Mav,
            _ => Statistic::Rms,
        };
        let mean = Moving::new(mean, window, edges)?.level(level());
        let mut workspace = Workspace::default();
        by_row(py, &x, &mut out, |_, x, out| mean.run(x, out, &mut workspace))
    })
}

type Points<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray2<f64>>);

/// Indices and values of the extremes in each of `buckets` parts.
#[pyfunction]
pub(crate) fn min_max<'py>(py: Python<'py>, x: PyReadonlyArray2<'py, f64>, buckets: usize) -> PyResult<Points<'py>> {
    border(py, || {
        let rows = rows(&x)?;
        let points = py.detach(|| rows.iter().map(|x| decimate::min_max(x, buckets)).collect::<Result<Vec<_>>>())?;
        // Channels of one length have one number of points.
        let shape = (points.len(), points.first().map_or(0, Vec::len));
        let indices = Array2::from_shape_fn(shape, |(k, i)| i64::try_from(points[k][i].index).unwrap_or(i64::MAX));
        let values = Array2::from_shape_fn(shape, |(k, i)| points[k][i].value);
        Ok((indices.into_pyarray(py), values.into_pyarray(py)))
    })
}

type Model<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

/// Takes the colour of a model out of signals.
#[pyfunction]
pub(crate) fn whiten(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    coefficients: Vec<f64>,
) -> PyResult<()> {
    border(py, || {
        let model = ar::Ar { coefficients, variance: f64::NAN };
        by_row(py, &x, &mut out, |_, x, out| {
            model.whiten(x, out);
            Ok(())
        })
    })
}

/// Coefficients and variances of autoregressive models; NaN where there is none.
#[pyfunction]
pub(crate) fn burg<'py>(py: Python<'py>, x: PyReadonlyArray2<'py, f64>, order: usize) -> PyResult<Model<'py>> {
    border(py, || {
        let rows = rows(&x)?;
        let models: Vec<_> = py.detach(|| rows.iter().map(|x| ar::burg(x, order)).collect());
        let coefficient = |(k, i): (usize, usize)| models[k].as_ref().map_or(f64::NAN, |model| model.coefficients[i]);
        let coefficients = Array2::from_shape_fn((models.len(), order), coefficient);
        let variances: Vec<f64> =
            models.iter().map(|model| model.as_ref().map_or(f64::NAN, |model| model.variance)).collect();
        Ok((coefficients.into_pyarray(py), variances.into_pyarray(py)))
    })
}

type Spectrum<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>);

/// Frequencies in Hz and the power there.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the settings of the estimate")]
pub(crate) fn welch<'py>(
    py: Python<'py>,
    x: PyReadonlyArray2<'py, f64>,
    rate: f64,
    nperseg: usize,
    noverlap: Option<usize>,
    nfft: Option<usize>,
    window: &str,
    detrend: &str,
    scaling: &str,
) -> PyResult<Spectrum<'py>> {
    border(py, || {
        let shapes = [
            ("hann", Shape::Hann),
            ("hamming", Shape::Hamming),
            ("boxcar", Shape::Rectangular),
            ("rectangular", Shape::Rectangular),
        ];
        let config = WelchConfig::default()
            .segment_samples(nperseg)
            .overlap_samples(noverlap.map_or_else(Default::default, Into::into))
            .n_fft(nfft.map_or_else(Default::default, Into::into))
            .window(chosen("window", window, &shapes)?)
            .detrend(chosen("detrend", detrend, &[("constant", Detrend::Constant), ("none", Detrend::None)])?)
            .scaling(chosen("scaling", scaling, &[("density", Scaling::Density), ("spectrum", Scaling::Spectrum)])?);
        let mut plan = Welch::new(&config, Rate::new(rate)?)?;
        let rows = rows(&x)?;
        let frequencies: Vec<f64> = (0..plan.bins()).map(|k| k as f64 * plan.bin_hz()).collect();
        let mut power = Array2::zeros((rows.len(), plan.bins()));
        py.detach(|| {
            rows.iter().zip(power.rows_mut()).try_for_each(|(x, mut power)| {
                let power = power.as_slice_mut();
                plan.run(x, power.ok_or_else(|| Error::internal("a spectrum that is not in one piece"))?)
            })
        })?;
        Ok((frequencies.into_pyarray(py), power.into_pyarray(py)))
    })
}
