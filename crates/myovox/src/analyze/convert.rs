//! Recordings written for other programs: bytes in, a file of another format out.
//!
//! What can be decoded as it is written (points, channels and events of C3D, everything of WAV) is: whatever its length, header and parameters, and
//! a block of it, are in memory. Compressed sound, loads of force platforms and C3D files are written from the whole recording.

mod recordings;

use std::io::Write;

use super::{Analyzer, Read, Sound};
use crate::config::Auto;
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::formats::c3d::{self, C3dRecording, C3dWriteConfig, ForcePlatformConfig};
use crate::formats::codecs;
use crate::formats::export::{
    Exported, Selection, Table, Target, Unloaded, of_c3d, of_events, of_loads, of_sound, stream_c3d, stream_wav,
};
use crate::formats::sniff::{self, Kind};
use crate::formats::wav::{self, WriteCoding};
use crate::limits::{Budget, exceeded};

/// Bytes in which a kind shows, unless tags stand in front.
const HEAD_BYTES: u64 = 1 << 16;

/// What a recording is converted to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// A table of the recording.
    Table(Target),
    /// A C3D file, of a C3D recording.
    C3d(C3dWriteConfig),
    /// A WAV file, of a sound. Default coding: the smallest that holds every sample as it was decoded.
    Wav(Auto<WriteCoding>),
}

impl Format {
    /// Its name, which is the extension of its files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Table(target) => target.name(),
            Self::C3d(_) => "c3d",
            Self::Wav(_) => "wav",
        }
    }

    /// All formats, with their default settings.
    pub fn all() -> impl Iterator<Item = Self> {
        let recordings = [Self::C3d(C3dWriteConfig::default()), Self::Wav(Auto::Auto)];
        Target::ALL.into_iter().map(Self::Table).chain(recordings)
    }

    /// The format whose files have `extension`, with its default settings; as [`Target::of_extension`], and `c3d`, `wav`.
    ///
    /// ```
    /// use myovox::analyze::Format;
    /// assert_eq!(Format::of_extension("WAV").map(|format| format.name()), Some("wav"));
    /// assert_eq!(Format::of_extension("feather").map(|format| format.name()), Some("arrow"));
    /// assert!(Format::of_extension("docx").is_none());
    /// ```
    pub fn of_extension(extension: &str) -> Option<Self> {
        let table = Target::of_extension(extension).map(Self::Table);
        table.or_else(|| Self::all().find(|format| format.name().eq_ignore_ascii_case(extension)))
    }
}

impl From<Target> for Format {
    fn from(target: Target) -> Self {
        Self::Table(target)
    }
}

impl From<C3dWriteConfig> for Format {
    fn from(config: C3dWriteConfig) -> Self {
        Self::C3d(config)
    }
}

/// What a recording is converted to, and what of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Conversion {
    /// Format.
    pub format: Format,
    /// Rows of a table. Default `auto`: markers for TRC; else the analog channels where there are any, and the markers where there are none.
    pub table: Auto<Table>,
    /// Part of the recording. Default: all of it. For a C3D file, `channels` names channels and markers, and nothing else is written.
    pub selection: Selection,
    /// What a TRC, MOT or STO file calls itself. Default `myovox`.
    pub title: String,
}

impl Conversion {
    /// The whole recording as `format`: a [`Target`], a [`C3dWriteConfig`], or any [`Format`].
    #[must_use]
    pub fn new(format: impl Into<Format>) -> Self {
        let (table, selection) = (Auto::Auto, Selection::default());
        Self { format: format.into(), table, selection, title: "myovox".to_owned() }
    }

    /// Sets [`table`](Self#structfield.table).
    #[must_use]
    pub fn table(mut self, table: Auto<Table>) -> Self {
        self.table = table;
        self
    }

    /// Sets [`selection`](Self#structfield.selection).
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Sets [`title`](Self#structfield.title).
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The table of a C3D recording; `has_channels`: whether it has analog channels.
    fn table_of_c3d(&self, has_channels: bool) -> Table {
        self.table.or(match self.format {
            Format::Table(Target::Trc) => Table::Points,
            _ if has_channels => Table::Analog,
            _ => Table::Points,
        })
    }

    /// Refuses a table that a sound does not have.
    fn check_table_of_sound(&self) -> Result<()> {
        match self.table.or(Table::Analog) {
            Table::Analog => Ok(()),
            other => Err(Error::config("export.no-such-table", "a sound has samples only")
                .found(format!("table {}", other.name()))
                .expected("table analog")),
        }
    }

    /// Refuses a table where a whole recording is written.
    fn check_no_table(&self) -> Result<()> {
        let Some(table) = self.table.given() else { return Ok(()) };
        Err(Error::config("export.table-does-not-fit", format!("a {} file holds a recording", self.format.name()))
            .found(format!("table {}", table.name()))
            .expected("no table"))
    }

    /// Refuses a format that recordings of this kind have no place in.
    fn does_not_fit(&self, kind: &str, expected: &str) -> Error {
        let what = format!("{kind} cannot be written as a {} file", self.format.name());
        Error::config("export.kind-does-not-fit", what).expected(expected)
    }
}

impl Analyzer {
    /// Reads a recording and writes it to `to` as `conversion` says. The warnings are those of reading, then those of writing.
    ///
    /// ```
    /// use myovox::analyze::Conversion;
    /// use myovox::formats::export::{Selection, Target};
    /// use myovox::{Analyzer, Config};
    /// # let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files/call_two_legs_8k.wav")).unwrap();
    /// let two_samples = Conversion::new(Target::Csv).selection(Selection::default().end_frame(2.into()));
    /// let mut csv = Vec::new();
    /// let exported = Analyzer::new(Config::default()).convert(&bytes, &two_samples, &mut csv)?;
    /// assert_eq!(exported.rows, 2);
    /// assert!(csv.starts_with(b"time_s,channel 1 [full scale],channel 2 [full scale]\n0,"));
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`inspect`](Self::inspect), of [`of_c3d`], [`of_loads`], [`of_sound`], [`Target::write`], [`c3d::write`] and [`wav::Writer`];
    /// `export.no-such-table` for a table that a sound does not have, `export.table-does-not-fit` for a table where a recording is written,
    /// `export.kind-does-not-fit` for sound as C3D and C3D as sound. An error of the data may come when part of the file was written.
    pub fn convert(&self, bytes: &[u8], conversion: &Conversion, to: &mut dyn Write) -> Result<Exported> {
        self.convert_from(&bytes, conversion, to)
    }

    /// As [`convert`](Self::convert), from a source of which no more is in memory at a time than the conversion needs: an open
    /// [`FileReader`](crate::formats::access::FileReader), a map. Bytes and warnings are the same.
    ///
    /// # Errors
    /// As [`convert`](Self::convert), and those of the source.
    pub fn convert_from(
        &self,
        source: &(dyn ReadAt + Sync),
        conversion: &Conversion,
        to: &mut dyn Write,
    ) -> Result<Exported> {
        let (bytes, at_most) = (source.bytes(), self.config().limits.max_input_bytes);
        if bytes > at_most {
            return Err(exceeded("limit.input-bytes", "recording", "max_input_bytes", bytes, at_most));
        }
        let mut budget = Budget::new(&self.config().limits);
        match self.kind(source)? {
            Kind::C3d if !conversion.needs_whole_c3d() => self.stream_c3d(source, conversion, to, &mut budget),
            Kind::Wav => self.stream_wav(source, conversion, to, &mut budget),
            _ => self.convert_all(source, conversion, to, &mut budget),
        }
    }

    /// From all bytes of the source.
    fn convert_all(
        &self,
        source: &(dyn ReadAt + Sync),
        conversion: &Conversion,
        to: &mut dyn Write,
        budget: &mut Budget,
    ) -> Result<Exported> {
        match source.in_memory() {
            Some(bytes) => self.convert_whole(bytes, conversion, to, budget),
            None => self.convert_whole(&all_of(source)?, conversion, to, budget),
        }
    }

    /// What `source` is, as far as its first bytes tell; compressed sound is nothing here.
    fn kind(&self, source: &(dyn ReadAt + Sync)) -> Result<Kind> {
        if self.config().wav.raw.given().is_some() {
            return Ok(Kind::Wav);
        }
        let mut head = vec![0; usize::try_from(source.bytes().min(HEAD_BYTES)).unwrap_or_default()];
        source.read_at(0, &mut head)?;
        Ok(if codecs::container(&head).is_some() { Kind::Unknown } else { sniff::kind(&head) })
    }

    fn stream_c3d(
        &self,
        source: &(dyn ReadAt + Sync),
        conversion: &Conversion,
        to: &mut dyn Write,
        budget: &mut Budget,
    ) -> Result<Exported> {
        let Format::Table(target) = conversion.format else {
            return Err(conversion.does_not_fit("motion capture", "c3d, or the format of a table"));
        };
        let reader = c3d::Reader::new(source, &self.config().c3d, budget)?;
        match conversion.table_of_c3d(!reader.metadata().analog_labels.is_empty()) {
            Table::Events => {
                let mut exported = target.write(&mut of_events(&reader.metadata().events), &conversion.title, to)?;
                exported.warnings.splice(..0, reader.metadata().warnings.iter().cloned());
                Ok(exported)
            }
            table => {
                let mut rows = stream_c3d(&reader, table, &conversion.selection, budget)?;
                target.write(&mut rows, &conversion.title, to)
            }
        }
    }

    fn stream_wav(
        &self,
        source: &(dyn ReadAt + Sync),
        conversion: &Conversion,
        to: &mut dyn Write,
        budget: &mut Budget,
    ) -> Result<Exported> {
        let config = &self.config().wav;
        let reader = match source.in_memory() {
            Some(bytes) => wav::Reader::new(bytes, config, budget),
            None => wav::Reader::at(source, config, budget),
        };
        let reader = match reader {
            // MP3 in a WAV file whose format stands far behind its head.
            Err(error) if error.code() == "wav.unsupported" => return self.convert_all(source, conversion, to, budget),
            reader => reader?,
        };
        match conversion.format {
            Format::Table(target) => {
                conversion.check_table_of_sound()?;
                target.write(&mut stream_wav(reader, &conversion.selection)?, &conversion.title, to)
            }
            Format::Wav(coding) => {
                conversion.check_no_table()?;
                recordings::wav_of_reader(reader, coding, &conversion.selection, to)
            }
            Format::C3d(_) => Err(conversion.does_not_fit("sound", "wav, or the format of a table")),
        }
    }

    fn convert_whole(
        &self,
        bytes: &[u8],
        conversion: &Conversion,
        to: &mut dyn Write,
        budget: &mut Budget,
    ) -> Result<Exported> {
        let (mut exported, mut warnings) = match self.read(bytes, budget)? {
            Read::C3d(mut recording) => {
                (c3d_whole(&recording, conversion, to, budget)?, std::mem::take(&mut recording.warnings))
            }
            Read::Sound(sound) => (sound_whole(&sound, conversion, to)?, sound.into_warnings()),
        };
        warnings.append(&mut exported.warnings);
        Ok(Exported { warnings, ..exported })
    }
}

impl Conversion {
    /// Whether a C3D recording is written from the whole of it.
    fn needs_whole_c3d(&self) -> bool {
        matches!(self.format, Format::C3d(_)) || self.table == Auto::Value(Table::Loads)
    }
}

fn c3d_whole(
    recording: &C3dRecording,
    conversion: &Conversion,
    to: &mut dyn Write,
    budget: &mut Budget,
) -> Result<Exported> {
    let selection = &conversion.selection;
    match &conversion.format {
        Format::C3d(config) => {
            conversion.check_no_table()?;
            recordings::c3d(recording, config, selection, to, budget)
        }
        Format::Table(target) => {
            let table = conversion.table_of_c3d(!recording.analog_labels.is_empty());
            let mut rows = match (table, target) {
                (Table::Loads, target) => {
                    let config = ForcePlatformConfig::default();
                    let is_simulated = matches!(target, Target::Mot | Target::Sto);
                    let unloaded = if is_simulated { Unloaded::AtCenter } else { Unloaded::Unknown };
                    of_loads(recording, selection, &config, unloaded, budget)?
                }
                (table, _) => of_c3d(recording, table, selection)?,
            };
            target.write(&mut rows, &conversion.title, to)
        }
        Format::Wav(_) => Err(conversion.does_not_fit("motion capture", "c3d, or the format of a table")),
    }
}

fn sound_whole(sound: &Sound, conversion: &Conversion, to: &mut dyn Write) -> Result<Exported> {
    match &conversion.format {
        Format::Table(target) => {
            conversion.check_table_of_sound()?;
            let mut rows = of_sound(sound.samples(), sound.sample_rate(), &conversion.selection)?;
            target.write(&mut rows, &conversion.title, to)
        }
        Format::Wav(coding) => {
            conversion.check_no_table()?;
            recordings::wav_of_sound(sound, *coding, &conversion.selection, to)
        }
        Format::C3d(_) => Err(conversion.does_not_fit("sound", "wav, or the format of a table")),
    }
}

/// All bytes of a source, whose length was checked.
fn all_of(source: &(dyn ReadAt + Sync)) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let len = usize::try_from(source.bytes()).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(len)
        .map_err(|_| exceeded("limit.input-bytes", "recording", "max_input_bytes", len, "this machine's memory"))?;
    bytes.resize(len, 0);
    source.read_at(0, &mut bytes)?;
    Ok(bytes)
}
