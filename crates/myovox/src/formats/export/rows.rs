//! Tables whose rows come in blocks: what every writer takes, and what a reader gives that wants its recording written.
//!
//! A source states its [`Schema`] first, with the exact number of rows, and then fills one [`Block`] after another, column by column. Frame
//! numbers and times are not part of a block: they follow from the [`Clock`] and the number of the row, so that each writer gives the same.

use crate::error::{Error, Result};
use crate::warning::Warning;

/// Cells of a block: some 1 MiB of numbers, which stay in the cache while rows are written from columns.
const BLOCK_CELLS: usize = 1 << 17;

/// Most rows of a block.
const BLOCK_ROWS: usize = 1 << 14;

/// Which rows of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row per frame: x, y, z of each marker.
    Points,
    /// One row per sample: the analog channels of a C3D recording, the channels of a sound.
    Analog,
    /// One row per event.
    Events,
    /// One row per sample: the analog channels that belong to force platforms, as measured.
    Platforms,
    /// One row per sample: what the ground does to the foot on each force platform, computed from its channels.
    Loads,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 5] = [Self::Points, Self::Analog, Self::Events, Self::Platforms, Self::Loads];

    /// Its name on the command line and in the metadata of what is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Analog => "analog",
            Self::Events => "events",
            Self::Platforms => "platforms",
            Self::Loads => "loads",
        }
    }
}

/// What the rows of a [`Series`] hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One number; NaN and infinity are values that the recording holds.
    Number,
    /// One number; NaN stands for one that is not known.
    Known,
    /// Three numbers: x, y, z of a marker; NaN where it was not seen.
    Position,
    /// A text.
    Words,
}

impl Shape {
    /// The ends of the column names.
    pub(super) fn ends(self) -> &'static [&'static str] {
        match self {
            Self::Number | Self::Known | Self::Words => &[""],
            Self::Position => &["_x", "_y", "_z"],
        }
    }
}

/// A marker, a channel or a field of events: one column, or three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Label as the recording has it; it may be empty or stand twice.
    pub label: String,
    /// Unit; empty where it is not stated.
    pub unit: String,
    /// What the rows hold.
    pub shape: Shape,
}

/// Where the rows stand in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Rows per second; nothing where the recording states no rate.
    pub rate_hz: Option<f64>,
    /// Index of the first row in the recording, from 0: row `i` of the table is at `(first + i) / rate_hz` seconds.
    pub first: u64,
    /// Number of the first row's frame in the trial, where rows are frames.
    pub frame_number: Option<u64>,
}

impl Clock {
    /// The time of `row` in seconds from the recording's first sample, where there is a rate.
    pub fn seconds(&self, row: u64) -> Option<f64> {
        self.rate_hz.map(|hz| self.first.saturating_add(row) as f64 / hz)
    }

    /// The number of the frame of `row`, where rows are frames.
    pub fn frame(&self, row: u64) -> Option<u64> {
        self.frame_number.map(|number| number.saturating_add(row))
    }
}

/// What a table holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Which table.
    pub table: Table,
    /// Where the rows stand in time; nothing for events, which have times of their own.
    pub clock: Option<Clock>,
    /// The columns.
    pub series: Vec<Series>,
    /// Number of rows, exactly.
    pub rows: u64,
    /// What formats with room for it keep beside the rows: name and value.
    pub facts: Vec<(String, String)>,
}

/// The cells of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Of every shape but [`Shape::Words`].
    Numbers(Vec<f64>),
    /// Of [`Shape::Words`].
    Words(Vec<String>),
}

impl Cells {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Some rows, column by column; a series of shape [`Shape::Position`] has three columns.
#[derive(Clone, Debug)]
pub struct Block {
    columns: Vec<Cells>,
    capacity: usize,
}

impl Block {
    /// An empty block for rows of `schema`.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        let cells = |series: &Series| match series.shape {
            Shape::Words => vec![Cells::Words(Vec::new())],
            shape => vec![Cells::Numbers(Vec::new()); shape.ends().len()],
        };
        let columns: Vec<Cells> = schema.series.iter().flat_map(cells).collect();
        let capacity = BLOCK_CELLS.checked_div(columns.len()).unwrap_or(BLOCK_CELLS).clamp(1, BLOCK_ROWS);
        Self { columns, capacity }
    }

    /// Most rows that a source should put into it.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The columns.
    pub fn columns(&self) -> &[Cells] {
        &self.columns
    }

    /// The columns, to be filled with the same number of rows each.
    pub fn columns_mut(&mut self) -> &mut [Cells] {
        &mut self.columns
    }

    /// Takes all rows out; the memory stays.
    pub fn clear(&mut self) {
        for column in &mut self.columns {
            match column {
                Cells::Numbers(numbers) => numbers.clear(),
                Cells::Words(words) => words.clear(),
            }
        }
    }

    /// Number of rows, where every column has the same.
    fn rows(&self) -> Option<usize> {
        let rows = self.columns.first().map_or(0, Cells::len);
        self.columns.iter().all(|column| column.len() == rows).then_some(rows)
    }
}

/// A table that gives its rows block by block: a decoded recording, or a reader that decodes as it goes.
///
/// ```
/// use myovox::formats::export::{Block, Cells, Clock, Rows, Schema, Series, Shape, Table, Target};
/// /// A ramp of three samples at 10 Hz.
/// struct Ramp(Schema, bool);
/// impl Rows for Ramp {
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///     fn next_block(&mut self, block: &mut Block) -> myovox::Result<()> {
///         if let (false, [Cells::Numbers(ramp)]) = (self.1, block.columns_mut()) {
///             ramp.extend([0.0, 0.5, 1.0]);
///             self.1 = true;
///         }
///         Ok(())
///     }
/// }
/// let series = vec![Series { label: "ramp".into(), unit: "V".into(), shape: Shape::Number }];
/// let clock = Some(Clock { rate_hz: Some(10.0), first: 0, frame_number: None });
/// let schema = Schema { table: Table::Analog, clock, series, rows: 3, facts: Vec::new() };
/// let mut csv = Vec::new();
/// Target::Csv.write(&mut Ramp(schema, false), "ramp", &mut csv)?;
/// assert_eq!(String::from_utf8_lossy(&csv), "time_s,ramp [V]\n0,0\n0.1,0.5\n0.2,1\n");
/// # Ok::<(), myovox::Error>(())
/// ```
pub trait Rows {
    /// What the table holds; the same at any time.
    fn schema(&self) -> &Schema;

    /// Fills the empty `block` with the next rows, some [`Block::capacity`] of them; a block that stays empty is the end.
    ///
    /// # Errors
    /// Whatever keeps the source from giving its rows.
    fn next_block(&mut self, block: &mut Block) -> Result<()>;

    /// What was doubtful about the recording, asked for once, when all rows were given. By default nothing.
    ///
    /// # Errors
    /// What only all rows show and a strict policy refuses.
    fn warnings(&mut self) -> Result<Vec<Warning>> {
        Ok(Vec::new())
    }
}

/// Hands each block of `rows` to `take`, with the number of its first row.
///
/// # Errors
/// Those of the source and of `take`; `export.rows-differ` where the source gives other rows than its schema states.
pub(super) fn each_block(rows: &mut dyn Rows, mut take: impl FnMut(u64, &Block) -> Result<()>) -> Result<()> {
    let mut block = Block::new(rows.schema());
    let mut given = 0_u64;
    loop {
        block.clear();
        rows.next_block(&mut block)?;
        let count = block.rows().ok_or_else(|| differ("columns of different lengths"))?;
        if count == 0 {
            break;
        }
        take(given, &block)?;
        given = given.saturating_add(count as u64);
    }
    let stated = rows.schema().rows;
    if given == stated { Ok(()) } else { Err(differ(&format!("{given} rows")).expected(stated)) }
}

fn differ(found: &str) -> Error {
    Error::data("export.rows-differ", "the recording gives other rows than it states").found(found)
}
