//! What an analysis gives out: the serialisable [`Report`], its JSON, its tables, its schema.
//!
//! A report says what was read, what was done with it (settings complete, every number fixed), what came out, what is doubtful
//! ([`Warning`](crate::Warning)) and what is missing with the reason ([`Missing`](crate::Missing)). Keys have a fixed order, floats the shortest form that reads back the same;
//! there is no NaN or infinity, and no `null` without an entry in `missing`. The schema is generated from the types.

mod contents;
mod csv;
mod legs;
pub mod number;
mod schema;
mod traces;
mod types;
pub mod words;

pub use contents::{
    C3dContents, ChannelLevel, ChunkSummary, Contents, EventSummary, GroupSummary, MarkerSummary, PlatformChannel,
    PlatformParameters, PlatformSummary, ResidualSummary, SoundContents, SoundLevel, TextEntry,
};
pub use csv::Table;
pub use legs::{LEG_MEASURES, Measure};
pub use schema::{inspection_schema, report_schema, session_schema, settings_schema};
pub use traces::{Trace, Traces};
pub use types::{ChannelDescription, Details, EventDescription, Inspection, Maker, Recording, RecordingKind, Report};
pub use types::{INSPECTION_SCHEMA, REPORT_SCHEMA};
