//! Parameters made by a program, and lists of parameters changed.
//!
//! What is made here fits into a record of a file: names of 1 to 127 printable ASCII characters, dimensions of at most 255, at most 65 535 bytes a
//! record. Numbers are kept as an Intel file stores them and converted when a file for another processor is written. Lists of more than 255
//! values go on in `LABELS2`, `LABELS3`, ... (*`POINT:LABELS2`* in "The C3D File Format", Motion Lab Systems).

use super::{Group, Parameter, ParameterType, Parameters, decoded, key};
use crate::error::{Error, Result};
use crate::formats::c3d::number::Processor;

/// Values of one dimension.
const MOST_PER_DIMENSION: usize = 255;
/// Bytes of a record that the 16-bit offset to the next one spans.
const MOST_RECORD_BYTES: usize = 65_535;
/// Bytes of a record behind its name that are always there: offset, type, number of dimensions, length of the description.
const FIXED_BYTES: usize = 5;
/// Groups that parameters can name: a signed byte above 0.
const MOST_GROUPS: u8 = 127;

impl Parameter {
    /// One text of at most 255 bytes.
    ///
    /// ```
    /// use myovox::formats::c3d::Parameter;
    /// assert_eq!(Parameter::text("UNITS", "mm")?.as_text().as_deref(), Some("mm"));
    /// assert_eq!(Parameter::text("", "mm").unwrap_err().code(), "c3d.parameter-invalid");
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name or the text cannot stand in a file.
    pub fn text(name: &str, text: &str) -> Result<Self> {
        let dims = vec![dimension(name, text.len())?];
        Self::made(name, ParameterType::Text, dims, text.as_bytes().to_vec())
    }

    /// At most 255 texts of at most 255 bytes each, padded with blanks to the longest.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`, as [`text`](Self::text). For more texts see [`Parameters::set_texts`].
    pub fn texts(name: &str, texts: &[impl AsRef<str>]) -> Result<Self> {
        // A width of 0 is read by few programs.
        let width = texts.iter().map(|text| text.as_ref().len()).max().unwrap_or(0).max(1);
        let dims = vec![dimension(name, width)?, dimension(name, texts.len())?];
        let padded = texts.iter().flat_map(|text| {
            let padding = width.saturating_sub(text.as_ref().len());
            text.as_ref().bytes().chain(std::iter::repeat_n(b' ', padding))
        });
        Self::made(name, ParameterType::Text, dims, padded.collect())
    }

    /// One unsigned byte.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name cannot stand in a file.
    pub fn byte(name: &str, value: u8) -> Result<Self> {
        Self::made(name, ParameterType::Byte, Vec::new(), vec![value])
    }

    /// One signed 16-bit integer.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name cannot stand in a file.
    pub fn integer(name: &str, value: i16) -> Result<Self> {
        Self::count(name, value.cast_unsigned())
    }

    /// One unsigned 16-bit integer, as `USED`, `FRAMES` and `DATA_START` are.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name cannot stand in a file.
    pub fn count(name: &str, value: u16) -> Result<Self> {
        Self::made(name, ParameterType::Integer, Vec::new(), value.to_le_bytes().to_vec())
    }

    /// One 32-bit float.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name cannot stand in a file.
    pub fn real(name: &str, value: f32) -> Result<Self> {
        Self::made(name, ParameterType::Real, Vec::new(), value.to_le_bytes().to_vec())
    }

    /// Bytes in an array of the dimensions `dims`, the first one running fastest.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name cannot stand in a file, or the dimensions do not hold as many values as are given.
    pub fn bytes(name: &str, dims: &[u8], values: &[u8]) -> Result<Self> {
        Self::made(name, ParameterType::Byte, dims.to_vec(), values.to_vec())
    }

    /// Signed 16-bit integers in an array of the dimensions `dims`, the first one running fastest.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub fn integers(name: &str, dims: &[u8], values: &[i16]) -> Result<Self> {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self::made(name, ParameterType::Integer, dims.to_vec(), data)
    }

    /// 32-bit floats in an array of the dimensions `dims`, the first one running fastest.
    ///
    /// ```
    /// use myovox::formats::c3d::Parameter;
    /// let corners = Parameter::reals("CORNERS", &[3, 4, 1], &[0.0; 12])?;
    /// assert_eq!(corners.as_f64s().len(), 12);
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub fn reals(name: &str, dims: &[u8], values: &[f32]) -> Result<Self> {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self::made(name, ParameterType::Real, dims.to_vec(), data)
    }

    /// The same with a description of at most 255 bytes.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the description, or the record with it, is too long.
    pub fn described(mut self, description: &str) -> Result<Self> {
        dimension(&self.name, description.len())?;
        self.description = description.as_bytes().to_vec();
        self.checked()
    }

    /// The same, with the request to programs not to change it.
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.locked = true;
        self
    }

    fn made(name: &str, kind: ParameterType, dims: Vec<u8>, data: Vec<u8>) -> Result<Self> {
        check_name(name)?;
        let (name, raw_name) = (name.to_owned(), name.as_bytes().to_vec());
        let (description, processor) = (Vec::new(), Processor::Intel);
        Self { name, raw_name, kind, dims, data, description, locked: false, byte: 0, processor }.checked()
    }

    /// Refuses what no record can hold.
    fn checked(self) -> Result<Self> {
        let held = self.len().saturating_mul(self.kind.width());
        if held != self.data.len() as u64 {
            let found = format!("dimensions {:?}", self.dims);
            let expected = format!("room for {} bytes", self.data.len());
            return Err(invalid(&self.name, "dimensions and values do not fit").found(found).expected(expected));
        }
        dimension(&self.name, self.dims.len())?;
        let bytes = [self.dims.len(), self.data.len(), self.description.len()];
        let bytes = bytes.iter().fold(FIXED_BYTES, |sum, len| sum.saturating_add(*len));
        if bytes > MOST_RECORD_BYTES {
            let error = invalid(&self.name, "a record is too long").found(format!("{bytes} bytes"));
            return Err(error.expected(format!("at most {MOST_RECORD_BYTES}")));
        }
        Ok(self)
    }
}

fn invalid(name: &str, what: &str) -> Error {
    Error::config("c3d.parameter-invalid", what).field(name)
}

fn check_name(name: &str) -> Result<()> {
    let is_printable = name.bytes().all(|byte| (0x20..0x7F).contains(&byte));
    if (1..=127).contains(&name.len()) && is_printable {
        return Ok(());
    }
    let error = invalid(name, "no name for a group or parameter").found(format!("{} bytes", name.len()));
    Err(error.expected("1 to 127 printable ASCII characters"))
}

fn dimension(name: &str, len: usize) -> Result<u8> {
    let most = MOST_PER_DIMENSION;
    u8::try_from(len).map_err(|_| invalid(name, "too long").found(len).expected(format!("at most {most}")))
}

impl Parameters {
    /// Gives `group` a parameter. One of the same name is replaced in its place, keeps its description where the new one has none, and stays
    /// locked; otherwise it comes behind the last of its group, and a group that is not there behind the last group.
    ///
    /// ```
    /// use myovox::formats::c3d::{Parameter, Parameters};
    /// let mut parameters = Parameters::default();
    /// parameters.set("SUBJECTS", Parameter::text("NAMES", "P07")?)?;
    /// assert_eq!(parameters.get("subjects", "names").and_then(Parameter::as_text).as_deref(), Some("P07"));
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the name of the group cannot stand in a file, there are 127 groups already, or the kept description makes the
    /// record too long.
    pub fn set(&mut self, group: &str, mut parameter: Parameter) -> Result<()> {
        if let Some(&(g, p)) = self.index.get(&key(group, &parameter.name))
            && let Some(old) = self.groups.get_mut(g).and_then(|group| group.parameters.get_mut(p))
        {
            if parameter.description.is_empty() {
                parameter.description.clone_from(&old.description);
            }
            parameter.locked |= old.locked;
            parameter.byte = old.byte;
            (parameter.name, parameter.raw_name) = (old.name.clone(), old.raw_name.clone());
            *old = parameter.checked()?;
            return Ok(());
        }
        parameter.byte = 0;
        let g = self.group_index(group)?;
        if let Some(group) = self.groups.get_mut(g) {
            self.index.insert(key(&group.name, &parameter.name), (g, group.parameters.len()));
            group.parameters.push(parameter);
        }
        Ok(())
    }

    /// Texts of any number: 255 a parameter, the others in `name2`, `name3`, ... Continuations that are no longer needed are removed.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: a text is longer than 255 bytes; as [`set`](Self::set).
    pub fn set_texts(&mut self, group: &str, name: &str, texts: &[impl AsRef<str>]) -> Result<()> {
        self.set_series(group, name, texts, Parameter::texts)
    }

    /// Floats of any number, as [`set_texts`](Self::set_texts).
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_reals(&mut self, group: &str, name: &str, values: &[f32]) -> Result<()> {
        self.set_series(group, name, values, |name, values| Parameter::reals(name, &[length(values)], values))
    }

    /// Signed integers of any number, as [`set_texts`](Self::set_texts).
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_integers(&mut self, group: &str, name: &str, values: &[i16]) -> Result<()> {
        self.set_series(group, name, values, |name, values| Parameter::integers(name, &[length(values)], values))
    }

    /// The values of a series, cut into parameters by `make`, 255 each.
    pub(in crate::formats::c3d) fn set_series<T>(
        &mut self,
        group: &str,
        name: &str,
        values: &[T],
        make: impl Fn(&str, &[T]) -> Result<Parameter>,
    ) -> Result<()> {
        let (first, rest) = values.split_at(values.len().min(MOST_PER_DIMENSION));
        self.set(group, make(name, first)?)?;
        let mut next = 2_u32;
        for part in rest.chunks(MOST_PER_DIMENSION) {
            self.set(group, make(&format!("{name}{next}"), part)?)?;
            next = next.saturating_add(1);
        }
        while self.remove(group, &format!("{name}{next}")).is_some() {
            next = next.saturating_add(1);
        }
        Ok(())
    }

    /// Takes the parameter `name` out of `group`; of several of that name the first.
    pub fn remove(&mut self, group: &str, name: &str) -> Option<Parameter> {
        let &(g, p) = self.index.get(&key(group, name))?;
        let parameters = &mut self.groups.get_mut(g)?.parameters;
        let removed = (p < parameters.len()).then(|| parameters.remove(p));
        self.reindex();
        removed
    }

    /// Takes the group of that name out, with its parameters; of several of that name the first.
    pub fn remove_group(&mut self, group: &str) -> Option<Group> {
        let g = self.groups.iter().position(|known| known.name.eq_ignore_ascii_case(group))?;
        let removed = self.groups.remove(g);
        self.reindex();
        Some(removed)
    }

    /// Describes `group` in at most 255 bytes, adding it where it is not there.
    ///
    /// # Errors
    /// `c3d.parameter-invalid`: the description is too long; as [`set`](Self::set).
    pub fn describe_group(&mut self, group: &str, description: &str) -> Result<()> {
        dimension(group, description.len())?;
        let g = self.group_index(group)?;
        if let Some(group) = self.groups.get_mut(g) {
            group.description = description.as_bytes().to_vec();
        }
        Ok(())
    }

    fn reindex(&mut self) {
        *self = Self::new(std::mem::take(&mut self.groups));
    }

    /// The place of the group of that name, which is added where it is not there.
    fn group_index(&mut self, group: &str) -> Result<usize> {
        if let Some(g) = self.groups.iter().position(|known| known.name.eq_ignore_ascii_case(group)) {
            return Ok(g);
        }
        check_name(group)?;
        let is_free = |id: &u8| self.groups.iter().all(|known| known.id != *id);
        let Some(id) = (1..=MOST_GROUPS).find(is_free) else {
            return Err(invalid(group, "no number left for a group").expected(format!("at most {MOST_GROUPS} groups")));
        };
        let raw_name = group.as_bytes().to_vec();
        let (name, description, parameters) = (decoded(&raw_name), Vec::new(), Vec::new());
        self.groups.push(Group { name, raw_name, id, description, locked: false, byte: None, parameters });
        Ok(self.groups.len().saturating_sub(1))
    }
}

/// The length of a part of a series.
fn length<T>(values: &[T]) -> u8 {
    u8::try_from(values.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn what_no_record_holds_is_refused() {
        assert_eq!(code(Parameter::byte(&"N".repeat(128), 1)), "c3d.parameter-invalid");
        assert!(Parameter::byte(&"N".repeat(127), 1).is_ok());
        assert_eq!(code(Parameter::byte("MÜLLER", 1)), "c3d.parameter-invalid");
        assert_eq!(code(Parameter::text("T", &"x".repeat(256))), "c3d.parameter-invalid");
        assert_eq!(code(Parameter::texts("T", &[""; 256])), "c3d.parameter-invalid");
        assert_eq!(code(Parameter::integers("I", &[2, 2], &[1, 2, 3])), "c3d.parameter-invalid");
        assert_eq!(code(Parameter::reals("R", &[255, 65], &vec![0.0; 255 * 65])), "c3d.parameter-invalid");
        assert!(Parameter::reals("R", &[255, 64], &vec![0.0; 255 * 64]).is_ok());
        assert_eq!(code(Parameter::byte("B", 1).unwrap().described(&"x".repeat(256))), "c3d.parameter-invalid");
        assert!(Parameter::texts("T", &["x".repeat(255).as_str(); 255]).is_ok());
    }

    #[test]
    fn a_replaced_parameter_keeps_place_description_and_lock() {
        let mut parameters = Parameters::default();
        for name in ["A", "B", "C"] {
            let parameter = Parameter::real(name, 1.0).unwrap().described("why").unwrap().locked();
            parameters.set("G", parameter).unwrap();
        }
        parameters.set("g", Parameter::integer("b", -7).unwrap()).unwrap();
        let names: Vec<_> =
            parameters.groups().iter().flat_map(|group| &group.parameters).map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C"]);
        let b = parameters.get("G", "B").unwrap();
        assert_eq!((b.as_f64(), b.description_text().as_str(), b.locked), (Some(-7.0), "why", true));
    }

    #[test]
    fn the_index_follows_what_is_removed() {
        let mut parameters = Parameters::default();
        for name in ["A", "B", "C"] {
            parameters.set("G", Parameter::text(name, name).unwrap()).unwrap();
            parameters.set("H", Parameter::text(name, "h").unwrap()).unwrap();
        }
        assert_eq!(parameters.remove("G", "A").unwrap().name, "A");
        assert!(parameters.remove("G", "A").is_none());
        assert_eq!(parameters.get("G", "C").and_then(Parameter::as_text).as_deref(), Some("C"));
        assert_eq!(parameters.remove_group("g").unwrap().parameters.len(), 2);
        assert_eq!(parameters.get("H", "B").and_then(Parameter::as_text).as_deref(), Some("h"));
        parameters.set("NEW", Parameter::byte("X", 1).unwrap()).unwrap();
        assert_eq!(parameters.groups().iter().map(|group| group.id).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn long_lists_go_on_in_numbered_parameters_and_shrink_again() {
        let mut parameters = Parameters::default();
        let many: Vec<String> = (0..600).map(|i| format!("L{i}")).collect();
        parameters.set_texts("POINT", "LABELS", &many).unwrap();
        assert_eq!(parameters.texts("POINT", "LABELS").collect::<Vec<_>>(), many);
        assert_eq!(parameters.get("POINT", "LABELS3").unwrap().dims, [4, 90]);
        let few: Vec<&String> = many.iter().take(255).collect();
        parameters.set_texts("POINT", "LABELS", &few).unwrap();
        assert_eq!(parameters.texts("POINT", "LABELS").count(), 255);
        assert!(parameters.get("POINT", "LABELS2").is_none() && parameters.get("POINT", "LABELS3").is_none());
    }

    #[test]
    fn there_are_127_groups_and_no_more() {
        let mut parameters = Parameters::default();
        for i in 0..127 {
            parameters.describe_group(&format!("G{i}"), "").unwrap();
        }
        assert_eq!(code(parameters.describe_group("ONE_MORE", "")), "c3d.parameter-invalid");
    }
}
