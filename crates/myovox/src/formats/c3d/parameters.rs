//! Groups and parameters: what a file says about itself, as typed views on the stored bytes.
//!
//! Bytes are kept as they stand, so that a file can be written again unchanged; texts are decoded (UTF-8, else Latin-1) and numbers converted
//! when they are asked for. Names are compared without regard to ASCII case. Where a name occurs twice the first one is found.
//! Source: "The C3D File Format", Motion Lab Systems, *The Parameter Section*.

mod edit;
mod entries;

use std::collections::BTreeMap;

use super::number::{Processor, is_vax_reserved};

/// How the values of a parameter are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// Characters (type -1, sometimes 0).
    Text,
    /// Unsigned bytes (type 1).
    Byte,
    /// 16-bit integers (type 2).
    Integer,
    /// 32-bit floats (type 4).
    Real,
    /// Anything else: only the raw bytes are known.
    Unknown(i8),
}

impl ParameterType {
    pub(super) fn from_code(code: i8) -> Self {
        match code {
            -1 | 0 => Self::Text,
            1 => Self::Byte,
            2 => Self::Integer,
            4 => Self::Real,
            other => Self::Unknown(other),
        }
    }

    /// Bytes of one value.
    pub(super) fn width(self) -> u64 {
        match self {
            Self::Text | Self::Byte => 1,
            Self::Integer => 2,
            Self::Real => 4,
            Self::Unknown(code) => u64::from(code.unsigned_abs()),
        }
    }
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Name as stored, decoded.
    pub name: String,
    /// Name as stored.
    pub raw_name: Vec<u8>,
    /// How the values are stored.
    pub kind: ParameterType,
    /// Size of each dimension, the first one running fastest; none: a single value.
    pub dims: Vec<u8>,
    /// The stored bytes: as many as the dimensions say, or fewer where the file ends before.
    pub data: Vec<u8>,
    /// Description as stored.
    pub description: Vec<u8>,
    /// Whether programs are asked not to change it.
    pub locked: bool,
    /// Byte of the record in the file; 0 where it was made by a program.
    pub byte: u64,
    pub(super) processor: Processor,
}

/// One group of parameters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// Name as stored, decoded; `#id` where the file has no record of the group.
    pub name: String,
    /// Name as stored; empty where the file has no record of the group.
    pub raw_name: Vec<u8>,
    /// Number by which parameters name their group, 1 to 128.
    pub id: u8,
    /// Description as stored.
    pub description: Vec<u8>,
    /// Whether programs are asked not to change it.
    pub locked: bool,
    /// Byte of the record in the file; nothing where there is none, or where it was made by a program.
    pub byte: Option<u64>,
    /// Its parameters in file order.
    pub parameters: Vec<Parameter>,
}

/// All groups of a file, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    groups: Vec<Group>,
    /// `GROUP` NUL `NAME` in upper case -> group, parameter: the first of each name.
    index: BTreeMap<String, (usize, usize)>,
}

fn key(group: &str, name: &str) -> String {
    format!("{}\0{}", group.to_ascii_uppercase(), name.to_ascii_uppercase())
}

impl Parameters {
    pub(super) fn new(groups: Vec<Group>) -> Self {
        let mut index = BTreeMap::new();
        for (g, group) in groups.iter().enumerate() {
            for (p, parameter) in group.parameters.iter().enumerate() {
                index.entry(key(&group.name, &parameter.name)).or_insert((g, p));
            }
        }
        Self { groups, index }
    }

    /// The groups in file order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The parameter `name` of `group`, whatever the case of the letters.
    ///
    /// ```
    /// # use myovox::{formats::c3d, Budget, Limits};
    /// # fn show(bytes: &[u8]) -> myovox::Result<()> {
    /// let recording = c3d::read(bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default()))?;
    /// let rate = recording.parameters.get("POINT", "RATE").and_then(|parameter| parameter.as_f64());
    /// # Ok(()) }
    /// # assert!(show(b"no C3D file").is_err());
    /// ```
    pub fn get(&self, group: &str, name: &str) -> Option<&Parameter> {
        let &(g, p) = self.index.get(&key(group, name))?;
        self.groups.get(g)?.parameters.get(p)
    }

    /// The parameter and its continuations: `LABELS`, `LABELS2`, `LABELS3` ... up to the first that is not there.
    pub fn series<'a>(&'a self, group: &'a str, name: &'a str) -> impl Iterator<Item = &'a Parameter> {
        let more = (2_u32..).map_while(move |n| self.get(group, &format!("{name}{n}")));
        self.get(group, name).into_iter().chain(more)
    }

    /// The texts of a [`series`](Self::series), without blanks at the end, decoded one by one.
    pub fn texts<'a>(&'a self, group: &'a str, name: &'a str) -> impl Iterator<Item = String> {
        self.series(group, name).flat_map(Parameter::decoded_texts)
    }

    /// The numbers of a [`series`](Self::series).
    pub fn numbers(&self, group: &str, name: &str) -> Vec<f64> {
        self.series(group, name).flat_map(Parameter::as_f64s).collect()
    }

    /// A number that counts something (`USED`, `FRAMES`, `DATA_START`), however it is stored.
    pub fn count(&self, group: &str, name: &str) -> Option<u32> {
        self.get(group, name)?.count_at(0)
    }

    /// The first `count` numbers of a [`series`](Self::series), however many are stored: integers as `integer` reads them.
    pub(super) fn first_numbers(&self, group: &str, name: &str, count: usize, integer: fn(u16) -> f64) -> Vec<f64> {
        let numbers = |parameter| (0..).map_while(move |i| Parameter::number_at(parameter, i, integer));
        self.series(group, name).flat_map(numbers).take(count).collect()
    }

    /// Memory that the first `count` texts of a [`series`](Self::series) may take, with `each` bytes for what holds one: Latin-1 letters
    /// above ASCII take two bytes of UTF-8.
    pub(super) fn text_memory(&self, group: &str, name: &str, count: usize, each: u64) -> u64 {
        let mut left = count;
        let stored = self.series(group, name).map(|parameter| {
            let width = parameter.text_width();
            let texts = parameter.data.len().div_ceil(width.max(1)).min(left);
            left = left.saturating_sub(texts);
            texts.saturating_mul(width) as u64
        });
        stored.sum::<u64>().saturating_mul(2).saturating_add((count as u64).saturating_mul(each))
    }
}

impl Parameter {
    /// Number of values that the dimensions declare.
    pub fn len(&self) -> u64 {
        self.dims.iter().fold(1_u64, |product, &dim| product.saturating_mul(u64::from(dim)))
    }

    /// Whether the dimensions declare no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The description, decoded.
    pub fn description_text(&self) -> String {
        presented(&self.description)
    }

    /// The whole text without blanks at the end, or nothing where it is not text.
    pub fn as_text(&self) -> Option<String> {
        (self.kind == ParameterType::Text).then(|| presented(&self.data))
    }

    /// The texts, each without blanks at the end: the first dimension is the length, the others count. Empty where it is not text or texts
    /// have no length.
    pub fn as_texts(&self) -> Vec<String> {
        self.decoded_texts().collect()
    }

    /// The same, decoded one by one.
    pub(super) fn decoded_texts(&self) -> impl Iterator<Item = String> {
        let width = self.text_width();
        let data = if width == 0 { &[] } else { self.data.as_slice() };
        data.chunks(width.max(1)).map(presented)
    }

    /// Bytes of one text; 0 where there is none.
    fn text_width(&self) -> usize {
        match self.dims.as_slice() {
            _ if self.kind != ParameterType::Text => 0,
            [] | [_] => self.data.len(),
            [width, ..] => usize::from(*width),
        }
    }

    /// The value at `index` as a number, integers as `integer` reads them.
    pub(super) fn number_at(&self, index: usize, integer: fn(u16) -> f64) -> Option<f64> {
        match self.kind {
            ParameterType::Byte => self.data.get(index).map(|&byte| f64::from(byte)),
            ParameterType::Integer => {
                self.data.as_chunks::<2>().0.get(index).map(|raw| integer(self.processor.u16(*raw)))
            }
            ParameterType::Real => self.raw_reals().get(index).map(|raw| self.processor.float(*raw)),
            ParameterType::Text | ParameterType::Unknown(_) => None,
        }
    }

    /// The value at `index` as a count, see [`as_u32s`](Self::as_u32s); nothing where there is none.
    pub(super) fn count_at(&self, index: usize) -> Option<u32> {
        self.number_at(index, f64::from).and_then(count_of)
    }

    /// The values as numbers; empty where it is text or of unknown type. Integers are signed, bytes unsigned.
    pub fn as_f64s(&self) -> Vec<f64> {
        match self.kind {
            ParameterType::Byte => self.data.iter().map(|&byte| f64::from(byte)).collect(),
            ParameterType::Integer => self.words().map(|word| f64::from(word.cast_signed())).collect(),
            ParameterType::Real => self.raw_reals().iter().map(|raw| self.processor.float(*raw)).collect(),
            ParameterType::Text | ParameterType::Unknown(_) => Vec::new(),
        }
    }

    /// The first value as a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind {
            ParameterType::Byte => self.data.first().map(|&byte| f64::from(byte)),
            ParameterType::Integer => self.words().next().map(|word| f64::from(word.cast_signed())),
            ParameterType::Real => self.raw_reals().first().map(|raw| self.processor.float(*raw)),
            ParameterType::Text | ParameterType::Unknown(_) => None,
        }
    }

    /// The values as counts: integers are **unsigned** (-1 is 65535), floats are rounded, and what cannot be a count (text, NaN, below
    /// -32768, above 2^32 - 1) is nothing.
    pub fn as_u32s(&self) -> Vec<Option<u32>> {
        match self.kind {
            ParameterType::Byte => self.data.iter().map(|&byte| Some(u32::from(byte))).collect(),
            ParameterType::Integer => self.words().map(|word| Some(u32::from(word))).collect(),
            ParameterType::Real => self.raw_reals().iter().map(|raw| count_of(self.processor.float(*raw))).collect(),
            ParameterType::Text | ParameterType::Unknown(_) => Vec::new(),
        }
    }

    /// Number of VAX reserved operands among the values.
    pub(super) fn reserved_operands(&self) -> usize {
        let is_vax = self.processor == Processor::Dec && self.kind == ParameterType::Real;
        if is_vax { self.raw_reals().iter().filter(|raw| is_vax_reserved(**raw)).count() } else { 0 }
    }

    fn words(&self) -> impl Iterator<Item = u16> {
        self.data.as_chunks::<2>().0.iter().map(|raw| self.processor.u16(*raw))
    }

    fn raw_reals(&self) -> &[[u8; 4]] {
        self.data.as_chunks::<4>().0
    }
}

/// A float as a count: rounded; -1 to -32768 as the 16-bit word of the same bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn count_of(value: f64) -> Option<u32> {
    let rounded = value.round();
    if (0.0..=f64::from(u32::MAX)).contains(&rounded) {
        Some(rounded as u32)
    } else if (-32768.0..0.0).contains(&rounded) {
        Some((rounded + 65536.0) as u32)
    } else {
        None
    }
}

/// Text of stored bytes: UTF-8, else Latin-1.
pub(super) fn decoded(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => raw.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Text of stored bytes without the blanks and NULs that pad it.
pub(super) fn presented(raw: &[u8]) -> String {
    let end = raw.iter().rposition(|&byte| byte != b' ' && byte != 0);
    decoded(raw.get(..end.map_or(0, |last| last.saturating_add(1))).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(kind: ParameterType, dims: &[u8], data: &[u8]) -> Parameter {
        let (name, raw_name) = ("X".to_owned(), b"X".to_vec());
        let (dims, data, processor) = (dims.to_vec(), data.to_vec(), Processor::Intel);
        Parameter { name, raw_name, kind, dims, data, description: Vec::new(), locked: false, byte: 0, processor }
    }

    #[test]
    fn counts_are_unsigned_and_may_be_stored_as_anything() {
        assert_eq!(parameter(ParameterType::Integer, &[], &[0xFF, 0xFF]).as_u32s(), [Some(65535)]);
        assert_eq!(parameter(ParameterType::Byte, &[], &[200]).as_u32s(), [Some(200)]);
        let float = |value: f32| parameter(ParameterType::Real, &[], &value.to_le_bytes()).as_u32s();
        assert_eq!(float(151.0), [Some(151)]);
        assert_eq!(float(-1.0), [Some(65535)]);
        assert_eq!(float(70000.4), [Some(70000)]);
        assert_eq!(float(f32::NAN), [None]);
        assert_eq!(float(-40000.0), [None]);
        assert_eq!(float(1e38), [None]);
        assert_eq!(parameter(ParameterType::Text, &[2], b"12").as_u32s(), []);
    }

    #[test]
    fn texts_are_utf8_or_latin1_and_lose_their_padding() {
        let labels = parameter(ParameterType::Text, &[4, 3], b"LHE \xB0C\0\0 A B");
        assert_eq!(labels.as_texts(), ["LHE", "\u{B0}C", " A B"]);
        assert_eq!(presented("µV  ".as_bytes()), "µV");
        assert_eq!(parameter(ParameterType::Text, &[0, 255, 255], b"").as_texts(), Vec::<String>::new());
    }
}
