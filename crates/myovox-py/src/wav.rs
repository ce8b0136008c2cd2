//! WAV recordings as Python sees them.

use myovox::formats::codecs::{self, AudioRecording};
use myovox::formats::wav::{self, ChunkInfo, Metadata};
use myovox::units::Rate;
use myovox::{Auto, Budget};
use numpy::{IntoPyArray, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::border::border;
use crate::convert::{dict, shape, word};
use crate::source::Source;
use crate::{settings, warning};

/// A decoded recording of sound.
///
/// Attributes
/// ----------
/// sample_rate : int
///     Samples per second and channel.
/// samples : numpy.ndarray of float64 [shape=(channels, samples)]
///     Integers and compressed codings in [-1, 1), floats as stored; all finite.
/// duration_s : float
///     Duration in seconds.
/// coding : str
///     How the samples are stored: ``pcm16``, ``float32``, ``mulaw``, ``ima_adpcm``; ``flac``, ``alac``, ``mp3``, ``aac_lc``, ``vorbis``, ``opus``.
/// container : str
///     ``riff``, ``rifx``, ``rf64``, ``bw64``, ``w64``, or ``raw`` for samples without a header; ``flac``, ``mp3``, ``adts``, ``mp4``, ``ogg``,
///     ``matroska``, ``aiff``, ``caf``, ``au``, and ``wav`` for MP3 in WAV.
/// bits : int
///     Bits that a stored sample takes; 0 for GSM 6.10 and lossy codecs, which have no such number.
/// valid_bits : int
///     Bits of a decoded sample that can carry signal; 0 for lossy codecs.
/// channel_mask : int or None
///     Speakers, one bit each, where the file names them.
/// chunks : list of dict
///     The chunks in file order, each with ``id``, ``offset`` and ``bytes``.
/// metadata : dict
///     What stands beside the samples: ``info``, ``broadcast``, ``cues``, ``cue_texts``, ``fact_samples``, ``ixml``.
/// warnings : list of Warning
///     What was guessed or is doubtful.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct WavRecording {
    /// Samples per second and channel.
    sample_rate: u32,
    /// (channels, samples), float64.
    samples: Py<PyArray2<f64>>,
    /// Duration in seconds.
    duration_s: f64,
    /// How the samples are stored.
    coding: &'static str,
    /// What they stand in.
    container: String,
    /// Bits that a stored sample takes.
    bits: u16,
    /// Bits of a decoded sample that can carry signal.
    valid_bits: u16,
    /// Speakers, one bit each.
    channel_mask: Option<u32>,
    /// The chunks in file order.
    chunks: Py<PyList>,
    /// What stands beside the samples.
    metadata: Py<PyDict>,
    /// What was guessed or is doubtful.
    warnings: Py<PyList>,
}

impl WavRecording {
    fn new(py: Python<'_>, recording: wav::WavRecording) -> PyResult<Self> {
        let rate = Rate::new(f64::from(recording.sample_rate));
        Ok(Self {
            sample_rate: recording.sample_rate,
            duration_s: rate.map_or(f64::NAN, |rate| rate.seconds(recording.frames)),
            samples: recording.samples.into_pyarray(py).unbind(),
            coding: recording.coding.name(),
            container: word(recording.container),
            bits: recording.bits,
            valid_bits: recording.valid_bits,
            channel_mask: recording.channel_mask,
            chunks: chunks(py, &recording.chunks)?.unbind(),
            metadata: metadata(py, &recording.metadata)?.unbind(),
            warnings: warning::list(py, recording.warnings)?,
        })
    }

    fn of_audio(py: Python<'_>, recording: AudioRecording) -> PyResult<Self> {
        let rate = Rate::new(f64::from(recording.sample_rate));
        let bits = recording.bits.unwrap_or(0);
        Ok(Self {
            sample_rate: recording.sample_rate,
            duration_s: rate.map_or(f64::NAN, |rate| rate.seconds(recording.samples.ncols())),
            samples: recording.samples.into_pyarray(py).unbind(),
            coding: recording.codec.name(),
            container: recording.container.name().to_owned(),
            bits,
            valid_bits: bits,
            channel_mask: None,
            chunks: chunks(py, &[])?.unbind(),
            metadata: metadata(py, &Metadata::default())?.unbind(),
            warnings: warning::list(py, recording.warnings)?,
        })
    }
}

/// What stands in the bytes.
enum Sound {
    Wav(Box<wav::WavRecording>),
    Audio(AudioRecording),
}

#[pymethods]
impl WavRecording {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!(
            "WavRecording(samples={} at {} Hz, {:.3} s, {} in {}, {} warnings)",
            shape(self.samples.bind(py).as_untyped()),
            self.sample_rate,
            self.duration_s,
            self.coding,
            self.container,
            self.warnings.bind(py).len()
        )
    }
}

/// Reads a recording of sound; see `myovox.read_wav`.
#[pyfunction]
#[pyo3(signature = (source, *, policy = "lenient", raw = None))]
pub(crate) fn read_wav(py: Python<'_>, source: Source, policy: &str, raw: Option<&str>) -> PyResult<WavRecording> {
    border(py, || {
        let mut config = settings::with_policy("wav.policy", policy)?;
        if let Some(raw) = raw {
            config.wav.raw = Auto::Value(raw.parse()?);
        }
        let compressed = config.codecs.policy(config.wav.policy);
        let limits = config.limits;
        let read = |bytes: &[u8]| {
            let budget = &mut Budget::new(&limits);
            if config.wav.raw.given().is_none() && codecs::container(bytes).is_some() {
                codecs::read(bytes, &compressed, budget).map(Sound::Audio)
            } else {
                wav::read(bytes, &config.wav, budget).map(|recording| Sound::Wav(Box::new(recording)))
            }
        };
        match py.detach(|| source.with_bytes(&limits, read))? {
            Sound::Wav(recording) => Ok(WavRecording::new(py, *recording)?),
            Sound::Audio(recording) => Ok(WavRecording::of_audio(py, recording)?),
        }
    })
}

fn chunks<'py>(py: Python<'py>, chunks: &[ChunkInfo]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for chunk in chunks {
        list.append(dict!(py, { "id": chunk.id.to_string(), "offset": chunk.offset, "bytes": chunk.bytes }))?;
    }
    Ok(list)
}

fn metadata<'py>(py: Python<'py>, metadata: &Metadata) -> PyResult<Bound<'py, PyDict>> {
    let (info, cues, cue_texts) = (PyList::empty(py), PyList::empty(py), PyList::empty(py));
    for entry in &metadata.info {
        info.append(dict!(py, { "id": entry.id.to_string(), "text": &entry.text }))?;
    }
    for cue in &metadata.cues {
        cues.append(dict!(py, { "id": cue.id, "frame": cue.frame }))?;
    }
    for entry in &metadata.cue_texts {
        cue_texts.append(dict!(py, { "cue": entry.cue, "id": entry.id.to_string(), "text": &entry.text }))?;
    }
    let broadcast = match &metadata.broadcast {
        None => None,
        Some(bext) => Some(dict!(py, {
            "description": &bext.description,
            "originator": &bext.originator,
            "originator_reference": &bext.originator_reference,
            "origination_date": &bext.origination_date,
            "origination_time": &bext.origination_time,
            "time_reference": bext.time_reference,
            "version": bext.version,
            "coding_history": &bext.coding_history,
        })),
    };
    Ok(dict!(py, {
        "info": info,
        "broadcast": broadcast,
        "cues": cues,
        "cue_texts": cue_texts,
        "fact_samples": metadata.fact_samples,
        "ixml": metadata.ixml.as_deref(),
    }))
}
