//! Recordings written for other programs: bytes in, a file of another format out.

use std::io::Write;

use super::{Analyzer, Read, Sound};
use crate::config::Auto;
use crate::error::{Error, Result};
use crate::formats::export::{Exported, RecordingRows, Selection, Table, Target, of_c3d, of_sound};
use crate::limits::Budget;

/// What a recording is converted to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Conversion {
    /// Format.
    pub target: Target,
    /// Rows. Default `auto`: markers for TRC; else the analog channels where there are any, and the markers where there are none.
    pub table: Auto<Table>,
    /// Part of the recording. Default: all of it.
    pub selection: Selection,
    /// What a TRC, MOT or STO file calls itself. Default `myovox`.
    pub title: String,
}

impl Conversion {
    /// The whole recording as `target`.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { target, table: Auto::Auto, selection: Selection::default(), title: "myovox".to_owned() }
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
    /// Those of [`inspect`](Self::inspect), of [`of_c3d`], [`of_sound`] and [`Target::write`]; `export.no-such-table` for a table that a sound
    /// does not have.
    pub fn convert(&self, bytes: &[u8], conversion: &Conversion, to: &mut dyn Write) -> Result<Exported> {
        let mut read = self.read(bytes, &mut Budget::new(&self.config().limits))?;
        let mut warnings = match &mut read {
            Read::C3d(recording) => std::mem::take(&mut recording.warnings),
            Read::Sound(Sound::Wav(recording)) => std::mem::take(&mut recording.warnings),
            Read::Sound(Sound::Audio(recording)) => std::mem::take(&mut recording.warnings),
        };
        let mut exported = conversion.target.write(&mut rows(&read, conversion)?, &conversion.title, to)?;
        warnings.append(&mut exported.warnings);
        exported.warnings = warnings;
        Ok(exported)
    }
}

fn rows<'a>(read: &'a Read, conversion: &Conversion) -> Result<RecordingRows<'a>> {
    let (table, selection) = (conversion.table, &conversion.selection);
    match read {
        Read::C3d(recording) => {
            let found = match conversion.target {
                Target::Trc => Table::Points,
                _ if recording.analog_labels.is_empty() => Table::Points,
                _ => Table::Analog,
            };
            of_c3d(recording, table.or(found), selection)
        }
        Read::Sound(sound) => match table.or(Table::Analog) {
            Table::Analog => of_sound(sound.samples(), sound.sample_rate(), selection),
            other => Err(Error::config("export.no-such-table", "a sound has samples only")
                .found(format!("table {}", other.name()))
                .expected("table analog")),
        },
    }
}
