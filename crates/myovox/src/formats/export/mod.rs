//! Recordings written for other programs: CSV, TRC, MOT and STO, Arrow, Parquet.
//!
//! What goes in is a table that gives its rows block by block ([`Rows`]): [`of_c3d`], [`of_loads`] and [`of_sound`] make one of a decoded recording,
//! [`stream_c3d`] and [`stream_wav`] of one that is decoded as it is written. What comes out is a file of a [`Target`], written as the blocks come: beside the recording
//! nothing grows with its length. Numbers keep every bit. Labels become column names that are unique and never empty, and what had to be
//! changed for that is a warning.
//!
//! `rows` is the table, `plan` chooses its rows and columns, `recording`, `loads` and `stream` give them, `names` are its columns, `text` writes rows of characters; `csv`, `trc`, `storage` and `columnar`
//! are the formats. A new format is a file like these and a variant of [`Target`].

#[cfg(feature = "columnar")]
mod columnar;
mod csv;
mod loads;
mod names;
mod plan;
mod recording;
mod rows;
mod storage;
mod stream;
mod text;
mod trc;

use std::io::Write;

pub use loads::{Unloaded, of_loads};
pub(crate) use plan::{channel_labels, no_such_channel, span};
pub use recording::{RecordingRows, Selection, of_c3d, of_events, of_sound};
pub use rows::{Block, Cells, Clock, Rows, Schema, Series, Shape, Table};
pub use stream::{C3dRows, WavRows, stream_c3d, stream_wav};

use crate::error::Result;
use crate::warning::Warning;

/// A format that a table is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Comma-separated values.
    Csv,
    /// Marker positions for `OpenSim` and Cortex.
    Trc,
    /// `OpenSim` motion.
    Mot,
    /// `OpenSim` storage, of the same form.
    Sto,
    /// Arrow IPC file.
    Arrow,
    /// Apache Parquet.
    Parquet,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exported {
    /// Rows of a table; frames of a recording.
    pub rows: u64,
    /// What was doubtful in reading, and what was changed or assumed for the format.
    pub warnings: Vec<Warning>,
}

impl Exported {
    fn new(schema: &Schema, warnings: Vec<Warning>) -> Self {
        Self { rows: schema.rows, warnings }
    }
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 6] = [Self::Csv, Self::Trc, Self::Mot, Self::Sto, Self::Arrow, Self::Parquet];

    /// Its name, which is the extension of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Trc => "trc",
            Self::Mot => "mot",
            Self::Sto => "sto",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// The target whose files have `extension`, whatever the case of its letters; `feather` is another name of Arrow's.
    ///
    /// ```
    /// use myovox::formats::export::Target;
    /// assert_eq!(Target::of_extension("TRC"), Some(Target::Trc));
    /// assert_eq!(Target::of_extension("docx"), None);
    /// ```
    pub fn of_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        let extension = if extension == "feather" { "arrow" } else { extension.as_str() };
        Self::ALL.into_iter().find(|target| target.name() == extension)
    }

    /// Writes `rows` to `to`, block by block; TRC, MOT and STO files call themselves `name`.
    ///
    /// # Errors
    /// - `export.table-does-not-fit`: TRC takes points only, MOT and STO no events;
    /// - `export.no-rate`: TRC, MOT and STO need times;
    /// - `export.not-built`: Arrow and Parquet without the feature `columnar`;
    /// - `export.rows-differ` and whatever else the source fails with; `io.*` of `to`.
    pub fn write(self, rows: &mut dyn Rows, name: &str, to: &mut dyn Write) -> Result<Exported> {
        let mut exported = self.write_rows(rows, name, to)?;
        let mut warnings = rows.warnings()?;
        warnings.append(&mut exported.warnings);
        Ok(Exported { warnings, ..exported })
    }

    fn write_rows(self, rows: &mut dyn Rows, name: &str, to: &mut dyn Write) -> Result<Exported> {
        match self {
            Self::Csv => csv::write(rows, to),
            Self::Trc => trc::write(rows, name, to),
            Self::Mot | Self::Sto => storage::write(rows, name, to),
            #[cfg(feature = "columnar")]
            Self::Arrow => columnar::write_arrow(rows, to),
            #[cfg(feature = "columnar")]
            Self::Parquet => columnar::write_parquet(rows, to),
            #[cfg(not(feature = "columnar"))]
            Self::Arrow | Self::Parquet => {
                let _ = to;
                Err(crate::Error::unsupported("export.not-built", "Arrow and Parquet are not part of this build")
                    .expected("a build with the feature columnar"))
            }
        }
    }
}

/// The columns that stand before those of the recording.
fn clock_names(schema: &Schema) -> Vec<&'static str> {
    let Some(clock) = &schema.clock else { return Vec::new() };
    let frame = clock.frame_number.map(|_| "frame");
    let time = clock.rate_hz.map(|_| "time_s");
    frame.into_iter().chain(time).collect()
}
