//! Lists of one entry per point, channel, platform or event, of which some are kept.

use super::{Parameter, ParameterType, Parameters};
use crate::error::Result;

impl Parameter {
    /// Bytes of one entry: all dimensions but the last. A text of one dimension, and a single number, is one entry.
    fn entry_bytes(&self) -> usize {
        let each = match (self.kind, self.dims.as_slice()) {
            (ParameterType::Text, [_]) => &self.dims,
            (_, [each @ .., _]) => each,
            (_, []) => &[],
        };
        let width = usize::try_from(self.kind.width()).unwrap_or(1);
        each.iter().fold(width, |bytes, &dim| bytes.saturating_mul(usize::from(dim)))
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks_exact(self.entry_bytes().max(1))
    }
}

impl Parameters {
    /// Of the list `name` and its continuations keeps the entries with the numbers `kept`, from 0, in this order. Types, descriptions and the
    /// bytes of the entries stay; numbers behind the end of the list are passed over. What is no list of such entries stays as it is.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub(in crate::formats::c3d) fn keep_entries(&mut self, group: &str, name: &str, kept: &[usize]) -> Result<()> {
        let Some(first) = self.get(group, name).cloned() else { return Ok(()) };
        let parts = || self.series(group, name);
        if first.entry_bytes() == 0 || parts().any(|part| part.entry_bytes() != first.entry_bytes()) && !is_text(&first)
        {
            return Ok(());
        }
        let width = parts().map(Parameter::entry_bytes).max().unwrap_or(1);
        let entries: Vec<&[u8]> = parts().flat_map(Parameter::entries).collect();
        let kept: Vec<Vec<u8>> =
            kept.iter().filter_map(|&at| entries.get(at)).map(|entry| padded(entry, width)).collect();
        let each = match (first.kind, first.dims.as_slice()) {
            (ParameterType::Text, _) => vec![u8::try_from(width).unwrap_or(u8::MAX)],
            (_, [each @ .., _]) => each.to_vec(),
            (_, []) => Vec::new(),
        };
        let make = |name: &str, part: &[Vec<u8>]| {
            let count = u8::try_from(part.len()).unwrap_or(u8::MAX);
            let (dims, data) = ([each.as_slice(), &[count]].concat(), part.concat());
            let (name, raw_name) = (name.to_owned(), name.as_bytes().to_vec());
            Ok(Parameter { name, raw_name, dims, data, description: Vec::new(), ..first.clone() })
        };
        self.set_series(group, name, &kept, make)
    }
}

fn is_text(parameter: &Parameter) -> bool {
    parameter.kind == ParameterType::Text
}

/// A text padded with blanks; a number is as wide as all others.
fn padded(entry: &[u8], width: usize) -> Vec<u8> {
    let mut entry = entry.to_vec();
    entry.resize(width.max(entry.len()), b' ');
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parameters: &Parameters, name: &str) -> Vec<String> {
        parameters.texts("ANALOG", name).collect()
    }

    #[test]
    fn entries_keep_their_bytes_and_lists_go_on_in_continuations() {
        let labels: Vec<String> = (0..600).map(|n| format!("EMG{n}")).collect();
        let scales: Vec<f32> = (0..600_u16).map(f32::from).collect();
        let mut parameters = Parameters::default();
        parameters.set_texts("ANALOG", "LABELS", &labels).unwrap();
        parameters.set_reals("ANALOG", "SCALE", &scales).unwrap();
        let kept: Vec<usize> = (0..600).filter(|n| n % 2 == 1).rev().collect();
        for name in ["LABELS", "SCALE"] {
            parameters.keep_entries("ANALOG", name, &kept).unwrap();
            assert_eq!(parameters.series("ANALOG", name).count(), 2);
        }
        let expected: Vec<String> = kept.iter().map(|n| format!("EMG{n}")).collect();
        assert_eq!(texts(&parameters, "LABELS"), expected);
        assert!(parameters.numbers("ANALOG", "SCALE").iter().zip(&kept).all(|(scale, n)| *scale == *n as f64));
        parameters.keep_entries("ANALOG", "LABELS", &[]).unwrap();
        assert_eq!(texts(&parameters, "LABELS"), Vec::<String>::new());
    }

    #[test]
    fn an_array_is_cut_along_its_last_dimension() {
        let mut parameters = Parameters::default();
        let corners: Vec<f32> = (0..36_u8).map(f32::from).collect();
        parameters.set("FORCE_PLATFORM", Parameter::reals("CORNERS", &[3, 4, 3], &corners).unwrap()).unwrap();
        parameters.keep_entries("FORCE_PLATFORM", "CORNERS", &[2]).unwrap();
        let left = parameters.get("FORCE_PLATFORM", "CORNERS").unwrap();
        assert_eq!((left.dims.as_slice(), left.as_f64s()), ([3, 4, 1].as_slice(), (24..36).map(f64::from).collect()));
    }

    #[test]
    fn what_is_short_or_no_list_is_left_as_far_as_it_goes() {
        let mut parameters = Parameters::default();
        parameters.set("ANALOG", Parameter::real("SCALE", 0.5).unwrap()).unwrap();
        parameters.set_texts("ANALOG", "UNITS", &["V", "mV"]).unwrap();
        parameters.keep_entries("ANALOG", "SCALE", &[0, 7]).unwrap();
        parameters.keep_entries("ANALOG", "UNITS", &[1, 5]).unwrap();
        parameters.keep_entries("ANALOG", "NOTHING", &[0]).unwrap();
        assert_eq!(
            (parameters.numbers("ANALOG", "SCALE"), texts(&parameters, "UNITS")),
            (vec![0.5], vec!["mV".to_owned()])
        );
    }
}
