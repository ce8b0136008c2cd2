//! HTML as it is written: every text of a recording is escaped here, and tables say which of their cells are heads.

use crate::report::{Report, number, words};

/// Writes to a text, which takes everything.
macro_rules! put {
    ($to:expr, $($form:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($to, $($form)*);
    }};
}
pub(super) use put;

/// `text` as a page shows it, whatever it holds: no tag, no attribute, no control character, no change of the direction of writing.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in words::clean(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// A paragraph of plain text.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// A list of plain texts, nothing for none.
pub(super) fn list(entries: &[String]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let mut html = "<ul>\n".to_owned();
    for entry in entries {
        put!(html, "<li>{}</li>\n", escape(entry));
    }
    html + "</ul>\n"
}

/// What is closed until somebody opens it.
pub(super) fn details(summary: &str, inner: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{inner}</details>\n", escape(summary))
}

/// How the cells of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

struct Column {
    head: String,
    align: Align,
    cells: Vec<String>,
}

/// A table; the cells of its first column are heads of their rows.
pub(super) struct Table {
    caption: String,
    columns: Vec<Column>,
}

impl Table {
    pub(super) fn new(caption: &str) -> Self {
        Self { caption: escape(caption), columns: Vec::new() }
    }

    /// With a column of plain texts.
    pub(super) fn with(self, head: &str, align: Align, cells: &[String]) -> Self {
        self.with_html(head, align, cells.iter().map(|cell| escape(cell)).collect())
    }

    /// With a column whose cells are HTML already.
    pub(super) fn with_html(mut self, head: &str, align: Align, cells: Vec<String>) -> Self {
        // A unit stays on the line of the word before it.
        self.columns.push(Column { head: escape(head).replace(", ", ",\u{a0}"), align, cells });
        self
    }

    pub(super) fn html(&self) -> String {
        let class = |align: Align| if align == Align::Right { " class=\"n\"" } else { "" };
        let mut head = String::new();
        for column in &self.columns {
            put!(head, "<th scope=\"col\"{}>{}</th>", class(column.align), column.head);
        }
        let rows = self.columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
        let cell = |(k, column): (usize, &Column), row: usize| {
            let text = column.cells.get(row).map_or("", String::as_str);
            match k {
                0 => format!("<th scope=\"row\"{}>{text}</th>", class(column.align)),
                _ => format!("<td{}>{text}</td>", class(column.align)),
            }
        };
        let row = |row: usize| {
            let cells: String = self.columns.iter().enumerate().map(|column| cell(column, row)).collect();
            format!("<tr>{cells}</tr>\n")
        };
        let body: String = (0..rows).map(row).collect();
        format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table>\n<caption>{0}</caption>\n\
             <thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n",
            self.caption
        )
    }
}

/// Reasons for what a table shows as missing, each once.
pub(super) struct Reasons<'a> {
    report: &'a Report,
    given: Vec<(&'a str, Vec<String>)>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self { report, given: Vec::new() }
    }

    /// Why the value at `path` is missing.
    pub(super) fn of(&self, path: &str) -> &'a str {
        self.report.reason(path).map_or("the report gives no reason", |entry| entry.message.as_str())
    }

    /// Notes why the value at `path` is missing for `whom`, if it is.
    pub(super) fn note<T>(&mut self, value: Option<T>, path: &str, whom: &str) -> Option<T> {
        if value.is_none() {
            let reason = self.of(path);
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

    /// The reasons since the last call, as a list.
    pub(super) fn take(&mut self) -> String {
        const NAMED: usize = 12;
        let line = |(reason, whom): (&str, Vec<String>)| {
            let named = whom[..whom.len().min(NAMED)].join(", ");
            let more = if whom.len() > NAMED { format!(" and {} more", whom.len() - NAMED) } else { String::new() };
            let whom = if named.is_empty() { String::new() } else { format!(" ({named}{more})") };
            format!("<li>{} {}</li>\n", number::ABSENT, escape(&format!("{reason}{whom}")))
        };
        let lines: String = self.given.drain(..).map(line).collect();
        if lines.is_empty() { lines } else { format!("<ul class=\"reasons\">\n{lines}</ul>\n") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escape("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{202e}b\u{0}c"), "a\\u{202e}b\\u{0}c");
        let table = Table::new("<b>").with("<i>", Align::Right, &["<u>".to_owned()]).html();
        assert!(!["<b>", "<i>", "<u>"].iter().any(|tag| table.contains(tag)), "{table}");
        assert!(table.contains("<th scope=\"row\" class=\"n\">&lt;u&gt;</th>"), "{table}");
    }
}
