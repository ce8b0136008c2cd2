//! What a person reads: at most [`WIDTH`] columns, units in heads, numbers aligned at the point, [`–`](number::ABSENT) for what is missing
//! with the reason below.
//!
//! Labels and messages come from files: nothing of them reaches a terminal before [`clean`] took its control characters.

mod inspection;
mod motion;
mod muscles;
mod report;
mod scores;
mod settings;
mod sound;
mod voice;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle};
use myovox::report::number;
use myovox::report::words::word;
use myovox::{Missing, Warning};

pub(crate) use inspection::inspection;
pub(crate) use myovox::report::words::clean;
pub(crate) use report::report;
pub(crate) use settings::{checked, settings_table};

/// Characters of a unit.
const UNIT: usize = 12;

/// Columns of a terminal that a text fits into.
const WIDTH: usize = 100;

/// Rows of a list that is not the heart of a text; what comes after is counted.
const LONGEST_LIST: usize = 20;

/// Whether words are painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Colour,
}

impl Paint {
    /// Colour on a terminal that shows it, unless `NO_COLOR` is set (no-color.org).
    pub(crate) fn of(is_terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let unwanted = set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb");
        if is_terminal && !unwanted { Self::Colour } else { Self::Plain }
    }

    /// A head.
    fn head(self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    /// A warning.
    fn doubt(self, text: &str) -> String {
        self.styled(Style::new().fg_color(Some(AnsiColor::Yellow.into())), text)
    }

    fn styled(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("{style}{text}{style:#}"),
        }
    }
}

/// The text of a file without what a terminal would obey, cut after `length` characters.
fn short(text: &str, length: usize) -> String {
    let text = clean(text);
    match text.char_indices().nth(length) {
        None => text,
        Some(_) => text.chars().take(length - 1).chain(['…']).collect(),
    }
}

/// `text` in lines of at most [`WIDTH`] columns; the first begins with `first`, the others are as far from the edge. A word that no line
/// holds is broken.
fn wrapped(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let (mut lines, mut line) = (String::new(), first.to_owned());
    let mut used = indent;
    for word in text.split_whitespace().flat_map(|word| pieces(word, WIDTH - indent)) {
        let length = word.chars().count();
        if used > indent && used + 1 + length > WIDTH {
            lines.extend([line.trim_end(), "\n"]);
            line = " ".repeat(indent);
            used = indent;
        }
        if used > indent {
            line.push(' ');
            used += 1;
        }
        line.push_str(&word);
        used += length;
    }
    lines.extend([line.trim_end(), "\n"]);
    lines
}

/// `word` in pieces of at most `length` characters.
fn pieces(word: &str, length: usize) -> Vec<String> {
    word.chars().collect::<Vec<_>>().chunks(length).map(|piece| piece.iter().collect()).collect()
}

/// Where the words of a column stand.
#[derive(Clone, Copy)]
enum Align {
    /// Labels, never broken.
    Left,
    /// Numbers.
    Right,
    /// Sentences, broken into lines where there is no room.
    Sentence,
}

/// A table: head, alignment and cells of each column.
#[derive(Default)]
struct Columns(Vec<(String, Align, Vec<String>)>);

impl Columns {
    fn with(mut self, head: impl Into<String>, align: Align, cells: Vec<String>) -> Self {
        self.0.push((head.into(), align, cells));
        self
    }

    fn text(&self) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX));
        table.set_header(self.0.iter().map(|(head, ..)| head));
        let rows = self.0.iter().map(|(.., cells)| cells.len()).max().unwrap_or(0);
        for row in 0..rows {
            table.add_row(self.0.iter().map(|(.., cells)| cells.get(row).map_or("", String::as_str)));
        }
        for (column, (_, align, _)) in table.column_iter_mut().zip(&self.0) {
            match align {
                Align::Left => {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
                Align::Right => column.set_cell_alignment(CellAlignment::Right),
                Align::Sentence => {}
            }
        }
        table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
    }
}

/// Reasons for what a table shows as missing, each once.
struct Reasons<'a> {
    missing: &'a [Missing],
    /// Reason, and for whom it holds.
    given: Vec<(&'a str, Vec<String>)>,
}

impl<'a> Reasons<'a> {
    fn new(missing: &'a [Missing]) -> Self {
        Self { missing, given: Vec::new() }
    }

    /// Why the value at `path` is missing.
    fn reason(&self, path: &str) -> &'a str {
        // A group that is missing as a whole has one entry.
        let holds = |entry: &&Missing| {
            path.strip_prefix(&entry.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.missing.iter().find(holds).map_or("the report gives no reason", |entry| entry.message.as_str())
    }

    /// Notes why the value at `path` is missing for `whom`, if it is.
    fn note<T>(&mut self, value: Option<T>, path: &str, whom: &str) -> Option<T> {
        if value.is_none() {
            let reason = self.reason(path);
            let index = self.given.iter().position(|(given, _)| *given == reason).unwrap_or_else(|| {
                self.given.push((reason, Vec::new()));
                self.given.len() - 1
            });
            let all = &mut self.given[index].1;
            if !whom.is_empty() && !all.iter().any(|other| other == whom) {
                all.push(whom.to_owned());
            }
        }
        value
    }

    /// The reasons since the last call, one below the other.
    fn take(&mut self) -> String {
        let line = |(reason, whom): (&str, Vec<String>)| {
            let whom = if whom.is_empty() { String::new() } else { format!(" ({})", listed(&whom, 6)) };
            wrapped(&format!(" {} ", number::ABSENT), &format!("{}{whom}", clean(reason)))
        };
        self.given.drain(..).map(line).collect()
    }
}

/// `a, b, c`, or the first `most` and how many more.
fn listed(labels: &[String], most: usize) -> String {
    let shown: Vec<String> = labels.iter().take(most).map(|label| short(label, 24)).collect();
    let more = labels.len().saturating_sub(most);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// What is doubtful; `all` says how the whole list is had.
fn warnings(warnings: &[Warning], all: &str, paint: Paint) -> String {
    if warnings.is_empty() {
        return format!("\n{}\n", paint.head("No warnings"));
    }
    let mut text = format!("\n{}\n", paint.head(&format!("Warnings ({})", warnings.len())));
    for warning in warnings.iter().take(LONGEST_LIST) {
        let place = warning.place.to_string();
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        let line = format!("{place}{} [{}]", warning.message, warning.code);
        text.push_str(&paint.doubt(wrapped(" ! ", &clean(&line)).trim_end()));
        text.push('\n');
    }
    text + &more(warnings.len(), all)
}

/// The line below a list that was cut.
fn more(length: usize, all: &str) -> String {
    match length.saturating_sub(LONGEST_LIST) {
        0 => String::new(),
        rest => format!("   … and {rest} more ({all})\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_command_the_terminal() {
        assert_eq!(clean("CH\u{1b}[31m1\n"), "CH\\u{1b}[31m1\\u{a}");
        assert_eq!(clean("\u{202e}abc µ"), "\\u{202e}abc µ");
        assert_eq!(short("Rectus femoris", 8), "Rectus …");
        assert_eq!(short("Rectus", 6), "Rectus");
    }

    #[test]
    fn lines_are_wrapped_below_their_first_word() {
        let text = wrapped(" ! ", &"word ".repeat(40));
        assert!(text.lines().count() == 3 && text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("   word")));
    }

    #[test]
    fn a_word_that_no_line_holds_is_broken() {
        let text = wrapped(" ! ", &"x".repeat(150));
        assert_eq!(text, format!(" ! {}\n   {}\n", "x".repeat(97), "x".repeat(53)));
    }

    #[test]
    fn a_reason_stands_once_with_all_it_holds_for() {
        let missing =
            [Missing::new("a[0].x", "none", "nothing was found"), Missing::new("a[1].x", "none", "nothing was found")];
        let mut reasons = Reasons::new(&missing);
        assert_eq!(reasons.note(Some(1), "a[2].x", "C"), Some(1));
        for (k, whom) in ["A", "B"].into_iter().enumerate() {
            assert_eq!(reasons.note(None::<f64>, &format!("a[{k}].x"), whom), None);
        }
        assert_eq!(reasons.take(), " – nothing was found (A, B)\n");
    }
}
