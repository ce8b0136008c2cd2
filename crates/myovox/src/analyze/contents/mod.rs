//! What an inspection tells beyond the description of a report: computed from the decoded recording, with a reason for each `None`.

mod c3d;
mod platforms;
mod sound;

use ndarray::ArrayView1;

use super::{Read, Sound};
use crate::error::Result;
use crate::limits::Budget;
use crate::report::Contents;
use crate::warning::{Missing, Warning};

/// What `read` holds, what is doubtful that reading did not say, and why each `None` is one.
///
/// # Errors
/// `limit.memory-bytes`.
pub(super) fn of(read: &Read, budget: &mut Budget) -> Result<(Contents, Vec<Warning>, Vec<Missing>)> {
    let (mut missing, mut warnings) = (Vec::new(), Vec::new());
    let contents = match read {
        Read::C3d(recording) => {
            let (contents, doubts) = c3d::contents(recording, budget, &mut missing)?;
            warnings = doubts;
            Contents::C3d(contents)
        }
        Read::Sound(Sound::Wav(recording)) => Contents::Sound(sound::of_wav(recording, &mut missing)),
        Read::Sound(Sound::Audio(recording)) => Contents::Sound(sound::of_audio(recording, &mut missing)),
    };
    Ok((contents, warnings, missing.into_iter().map(|entry| entry.within("contents")).collect()))
}

/// Sums of a channel, over its finite samples.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moments {
    mean: f64,
    rms: f64,
    peak: f64,
}

/// Mean, root mean square and largest magnitude of the finite samples; nothing where there are none.
///
/// Samples are divided by the largest magnitude before they are squared and summed, so that no sum leaves the range of `f64`.
fn moments(samples: &ArrayView1<'_, f64>) -> Option<Moments> {
    let finite = || samples.iter().copied().filter(|sample| sample.is_finite());
    let peak =
        finite().map(f64::abs).fold(None, |peak: Option<f64>, size| Some(peak.map_or(size, |peak| peak.max(size))))?;
    if peak == 0.0 {
        return Some(Moments { mean: 0.0, rms: 0.0, peak });
    }
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for sample in finite().map(|sample| sample / peak) {
        count += 1.0;
        sum += sample;
        squares += sample * sample;
    }
    // Adding 0 turns -0 into 0.
    Some(Moments { mean: sum / count * peak + 0.0, rms: (squares / count).sqrt() * peak, peak })
}

/// `value`, or nothing with a reason.
fn or_missing<T>(
    value: Option<T>,
    missing: &mut Vec<Missing>,
    path: impl FnOnce() -> String,
    reason: (&'static str, &str),
) -> Option<T> {
    if value.is_none() {
        missing.push(Missing::new(path(), reason.0, reason.1));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_finite_samples() {
        let of = |samples: &[f64]| moments(&ArrayView1::from(samples));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[f64::NAN, f64::INFINITY]), None);
        assert_eq!(of(&[0.0, -0.0]), Some(Moments { mean: 0.0, rms: 0.0, peak: 0.0 }));
        assert_eq!(of(&[3.0, f64::NAN, -1.0, 2.0, 4.0]), Some(Moments { mean: 2.0, rms: 7.5_f64.sqrt(), peak: 4.0 }));
        let huge = of(&[f64::MAX, -f64::MAX, f64::MAX]).unwrap();
        assert!((huge.mean / f64::MAX * 3.0 - 1.0).abs() < 1e-12 && huge.rms == f64::MAX, "{huge:?}");
    }
}
