//! Arrow IPC files and Parquet: columns with their units, for pandas, polars, R and databases.
//!
//! Numbers are 64-bit floats, bit by bit those of the recording; a position that was not seen and a number that is not known are null, NaN
//! that a recording holds as a value stays NaN. The metadata of a column are its `label` (the name where that had to change) and `unit`;
//! those of the schema the facts of the table: kind, table, rate, first row. The same recording gives the same bytes.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Metadata};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::Exported;
use super::csv::no_rate;
use super::names;
use super::rows::{Block, Cells, Clock, Rows, Schema, Series, Shape, each_block};
use super::text::put;
use crate::error::{Error, Result};
use crate::warning::Warning;

/// Cells of a Parquet row group, which is held in memory until it is whole: 8 MiB of numbers.
const GROUP_CELLS: usize = 1 << 20;

/// The columns of a table, and which of them have nulls.
struct Columns {
    arrow: Arc<arrow_schema::Schema>,
    clock: Option<Clock>,
    nulls: Vec<bool>,
}

/// Writes `rows` as an Arrow IPC file.
pub(super) fn write_arrow(rows: &mut dyn Rows, to: &mut dyn Write) -> Result<Exported> {
    let schema = rows.schema().clone();
    let (columns, warnings) = Columns::new(&schema);
    let mut writer = FileWriter::try_new(to, &columns.arrow).map_err(arrow_failed)?;
    each_block(rows, |first, block| writer.write(&columns.batch(first, block)?).map_err(arrow_failed))?;
    writer.finish().map_err(arrow_failed)?;
    Ok(Exported::new(&schema, warnings))
}

/// Writes `rows` as Parquet, compressed by Snappy.
pub(super) fn write_parquet(rows: &mut dyn Rows, to: &mut dyn Write) -> Result<Exported> {
    let schema = rows.schema().clone();
    let (columns, warnings) = Columns::new(&schema);
    let group = GROUP_CELLS.checked_div(columns.arrow.fields().len()).unwrap_or(GROUP_CELLS).max(1);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        // Samples hardly repeat: a dictionary would be built and thrown away.
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(Some(group))
        .build();
    // The writer asks for a sink that other threads may use, which `to` need not be: it writes to memory, from where each part is passed on.
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&columns.arrow), Some(properties)).map_err(failed)?;
    each_block(rows, |first, block| {
        writer.write(&columns.batch(first, block)?).map_err(failed)?;
        put(&std::mem::take(writer.inner_mut()), to)
    })?;
    put(&writer.into_inner().map_err(failed)?, to)?;
    Ok(Exported::new(&schema, warnings))
}

impl Columns {
    fn new(schema: &Schema) -> (Self, Vec<Warning>) {
        let clock = super::clock_names(schema);
        let (names, renamed) = names::unique(&names::labels(&schema.series), &clock, str::to_owned);
        let before = clock.iter().map(|&name| match name {
            "frame" => Field::new(name, DataType::UInt64, false),
            _ => Field::new(name, DataType::Float64, false).with_metadata(metadata([("unit", "s")])),
        });
        let of_series = |(series, name): (&Series, &String)| {
            series.shape.ends().iter().map(|end| field(series, format!("{name}{end}"))).collect::<Vec<_>>()
        };
        let fields: Vec<Field> = before.chain(schema.series.iter().zip(&names).flat_map(of_series)).collect();
        let nulls = schema.series.iter().flat_map(|series| series.shape.ends().iter().map(|_| has_nulls(series)));
        let facts: Metadata = schema.facts.iter().cloned().collect();
        let arrow = Arc::new(arrow_schema::Schema::new_with_metadata(fields, facts));
        let mut warnings: Vec<Warning> = renamed.into_iter().collect();
        if schema.clock.is_some_and(|clock| clock.rate_hz.is_none()) {
            warnings.push(no_rate());
        }
        (Self { arrow, clock: schema.clock, nulls: nulls.collect() }, warnings)
    }

    /// `block`, whose first row is row `first`.
    fn batch(&self, first: u64, block: &Block) -> Result<RecordBatch> {
        let count = block.columns().first().map_or(0, Cells::len) as u64;
        let rows = || first..first.saturating_add(count);
        let frames: Option<UInt64Array> =
            self.clock.and_then(|clock| rows().map(|row| clock.frame(row)).collect::<Option<Vec<_>>>()).map(Into::into);
        let times: Option<Float64Array> = self
            .clock
            .and_then(|clock| rows().map(|row| clock.seconds(row)).collect::<Option<Vec<_>>>())
            .map(Into::into);
        let frames = frames.map(|frames| Arc::new(frames) as ArrayRef);
        let times = times.map(|times| Arc::new(times) as ArrayRef);
        let cells = block.columns().iter().zip(&self.nulls).map(|(cells, &nulls)| array(cells, nulls));
        let arrays = frames.into_iter().chain(times).chain(cells).collect();
        RecordBatch::try_new(Arc::clone(&self.arrow), arrays).map_err(arrow_failed)
    }
}

fn field(series: &Series, name: String) -> Field {
    let kind = if series.shape == Shape::Words { DataType::Utf8 } else { DataType::Float64 };
    Field::new(name, kind, has_nulls(series))
        .with_metadata(metadata([("unit", series.unit.as_str()), ("label", series.label.as_str())]))
}

/// What stands beside a column; what is empty does not.
fn metadata<const N: usize>(entries: [(&str, &str); N]) -> Metadata {
    let stated = entries.into_iter().filter(|(_, value)| !value.is_empty());
    stated.collect()
}

fn has_nulls(series: &Series) -> bool {
    matches!(series.shape, Shape::Position | Shape::Known)
}

fn array(cells: &Cells, nulls: bool) -> ArrayRef {
    match cells {
        Cells::Numbers(numbers) if nulls => {
            Arc::new(numbers.iter().map(|value| (!value.is_nan()).then_some(*value)).collect::<Float64Array>())
        }
        Cells::Numbers(numbers) => Arc::new(Float64Array::from_iter_values(numbers.iter().copied())),
        Cells::Words(words) => Arc::new(StringArray::from_iter_values(words)),
    }
}

fn failed(cause: ParquetError) -> Error {
    match cause {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => Error::io("write", &cause),
            Err(cause) => Error::internal(cause),
        },
        cause => Error::internal(cause),
    }
}

fn arrow_failed(cause: ArrowError) -> Error {
    match cause {
        ArrowError::IoError(_, cause) => Error::io("write", &cause),
        cause => Error::internal(cause),
    }
}
