//! Names of columns: unique and never empty, whatever the labels of a recording are.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::Series;
use crate::warning::Warning;

/// Changed names that a warning shows.
const SHOWN: usize = 5;

/// One name per label. A label keeps its name where it can; an empty one becomes `unnamed_n` (n: its place, from 1), one that stands twice or
/// is `reserved` becomes `label#2`, `label#3` ... What `tidy` changes is a change too.
pub(super) fn unique(labels: &[&str], reserved: &[&str], tidy: fn(&str) -> String) -> (Vec<String>, Option<Warning>) {
    let wanted: Vec<String> = labels.iter().zip(1_usize..).map(|(label, place)| named(&tidy(label), place)).collect();
    let all: BTreeSet<&str> = wanted.iter().map(String::as_str).chain(reserved.iter().copied()).collect();
    let mut taken: BTreeSet<String> = reserved.iter().map(|&name| name.to_owned()).collect();
    let mut next: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names = Vec::with_capacity(wanted.len());
    for name in &wanted {
        let mut unique = name.clone();
        while taken.contains(&unique) {
            let number = next.entry(name).or_insert(1);
            *number = number.saturating_add(1);
            let candidate = format!("{name}#{number}");
            // A later label of this very name keeps it.
            if !all.contains(candidate.as_str()) {
                unique = candidate;
            }
        }
        taken.insert(unique.clone());
        names.push(unique);
    }
    let warning = changed(labels, &names);
    (names, warning)
}

/// The labels of `series`.
pub(super) fn labels(series: &[Series]) -> Vec<&str> {
    series.iter().map(|series| series.label.as_str()).collect()
}

fn named(label: &str, place: usize) -> String {
    if label.trim().is_empty() { format!("unnamed_{place}") } else { label.to_owned() }
}

fn changed(labels: &[&str], names: &[String]) -> Option<Warning> {
    let changes: Vec<(&&str, &String)> = labels.iter().zip(names).filter(|(label, name)| *label != name).collect();
    if changes.is_empty() {
        return None;
    }
    let shown: Vec<String> = changes.iter().take(SHOWN).map(|(label, name)| format!("\"{label}\" is {name}")).collect();
    let more = changes.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!("columns that cannot have their labels as names: {}{more}", shown.join(", "));
    Some(Warning::new("export.column-renamed", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(labels: &[&str], reserved: &[&str]) -> Vec<String> {
        unique(labels, reserved, str::to_owned).0
    }

    #[test]
    fn every_name_is_its_label_where_it_can_be() {
        assert_eq!(
            unique(&["A", "=1+1", "b c"], &[], str::to_owned),
            (vec!["A".into(), "=1+1".into(), "b c".into()], None)
        );
        assert_eq!(names(&["A", "", "A", "A#2", "A"], &[]), ["A", "unnamed_2", "A#3", "A#2", "A#4"]);
        assert_eq!(names(&["time_s", "unnamed_2", " "], &["time_s"]), ["time_s#2", "unnamed_2", "unnamed_3"]);
        assert_eq!(names(&["", "unnamed_1"], &[]), ["unnamed_1", "unnamed_1#2"]);
    }

    #[test]
    fn what_was_changed_is_said() {
        let (names, warning) = unique(&["a b", "a_b"], &[], |label| label.replace(' ', "_"));
        assert_eq!(names, ["a_b", "a_b#2"]);
        let warning = warning.unwrap();
        assert_eq!(warning.code, "export.column-renamed");
        assert!(warning.message.ends_with(": \"a b\" is a_b, \"a_b\" is a_b#2"), "{}", warning.message);
    }

    #[test]
    fn thousands_of_equal_labels_are_named_at_once() {
        let names = names(&vec!["x"; 16_384], &[]);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 16_384);
    }
}
