//! What a sound holds, as text: levels, chunks, texts.

use myovox::report::{Recording, SoundContents, SoundLevel};

use super::inspection::ALL;
use super::number::{self, ABSENT};
use super::{Align, Columns, LONGEST_LIST, Paint, Reasons, clean, listed, more, short, wrapped};

/// Chunks that are named.
const MOST_CHUNKS: usize = 16;

/// Characters of a text that are shown.
const TEXT: usize = 300;

/// Levels of the channels, and which of them are the same.
pub(super) fn levels(
    recording: &Recording,
    contents: &SoundContents,
    reasons: &mut Reasons<'_>,
    paint: Paint,
) -> String {
    if contents.channels.is_empty() {
        return String::new();
    }
    let shown = &contents.channels[..contents.channels.len().min(LONGEST_LIST)];
    let name = |index: usize| format!("channel {}", index + 1);
    let mut value = |level: &SoundLevel, value: Option<f64>, field: &str, show: &dyn Fn(f64) -> String| {
        let path = format!("contents.channels[{}].{field}", level.index);
        reasons.note(value, &path, &name(level.index)).map_or_else(|| ABSENT.to_owned(), show)
    };
    let db = |db: f64| number::fixed(db, 1);
    let peaks = shown.iter().map(|level| value(level, level.peak_dbfs, "peak_dbfs", &db)).collect();
    let powers = shown.iter().map(|level| value(level, level.rms_dbfs, "rms_dbfs", &db)).collect();
    let means = shown.iter().map(|level| value(level, level.mean, "mean", &number::engineering)).collect();
    let bound = |of: fn(&myovox::report::ChannelDescription) -> Option<f64>| {
        let bounds = recording.channels.iter().take(shown.len()).map(of);
        bounds.map(|value| value.map_or_else(|| ABSENT.to_owned(), number::engineering)).collect::<Vec<_>>()
    };
    let table = Columns::default()
        .with("channel", Align::Left, shown.iter().map(|level| name(level.index)).collect())
        .with("peak, dBFS", Align::Right, peaks)
        .with("rms, dBFS", Align::Right, powers)
        .with("smallest", Align::Right, bound(|channel| channel.min))
        .with("largest", Align::Right, bound(|channel| channel.max))
        .with("mean", Align::Right, means);
    let bits = contents.valid_bits.map_or_else(String::new, |bits| format!("{bits} significant bits; "));
    let head = paint.head(&format!("Levels ({bits}1 is full scale)"));
    let more = more(contents.channels.len(), ALL);
    format!("\n{head}\n{}{more}{}{}", table.text(), reasons.take(), identical(contents, paint))
}

fn identical(contents: &SoundContents, paint: Paint) -> String {
    let line = |group: &Vec<usize>| {
        let channels: Vec<String> = group.iter().map(|index| (index + 1).to_string()).collect();
        let text = format!("the channels {} hold the same samples", listed(&channels, MOST_CHUNKS));
        paint.doubt(wrapped(" ! ", &text).trim_end()) + "\n"
    };
    contents.identical_channels.iter().map(line).collect()
}

/// Chunks with their sizes, in the order of the file.
pub(super) fn chunks(contents: &SoundContents, paint: Paint) -> String {
    if contents.chunks.is_empty() {
        return String::new();
    }
    let names: Vec<String> = contents
        .chunks
        .iter()
        .map(|chunk| format!("{} {}", clean(chunk.id.trim()), number::size(chunk.bytes)))
        .collect();
    let cues = match contents.cue_points {
        0 => String::new(),
        count => format!(", {}", number::count(count, "cue point")),
    };
    let head = paint.head(&format!("Chunks ({}{cues})", names.len()));
    format!("\n{head}\n{}", wrapped("   ", &listed(&names, MOST_CHUNKS)))
}

/// Texts that stand beside the samples.
pub(super) fn texts(contents: &SoundContents, paint: Paint) -> String {
    if contents.texts.is_empty() {
        return String::new();
    }
    let shown = &contents.texts[..contents.texts.len().min(LONGEST_LIST)];
    let line = |entry: &myovox::report::TextEntry| {
        let text: Vec<&str> = entry.text.split_whitespace().collect();
        wrapped("   ", &format!("{}: {}", clean(&entry.name), short(&text.join(" "), TEXT)))
    };
    let lines: String = shown.iter().map(line).collect();
    let head = paint.head(&format!("Texts ({})", contents.texts.len()));
    format!("\n{head}\n{lines}{}", more(contents.texts.len(), ALL))
}
