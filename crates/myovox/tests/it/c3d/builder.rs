//! Small C3D files with known content, well formed unless a test spoils them.

use myovox::formats::c3d::Processor;

/// The values of a parameter.
#[derive(Clone, Debug)]
pub enum Value {
    Words(Vec<u16>),
    Bytes(Vec<u8>),
    Reals(Vec<f32>),
    Text(String),
    /// Texts padded to the longest.
    Texts(Vec<String>),
    /// Type, dimensions, data.
    Raw(i8, Vec<u8>, Vec<u8>),
}

impl Value {
    pub fn texts(texts: &[&str]) -> Self {
        Self::Texts(texts.iter().map(|&text| text.to_owned()).collect())
    }

    fn encode(&self, processor: Processor) -> (i8, Vec<u8>, Vec<u8>) {
        let dims = |len: usize| if len == 1 { Vec::new() } else { vec![u8::try_from(len).unwrap()] };
        match self {
            Self::Words(words) => (2, dims(words.len()), words.iter().flat_map(|&w| word(processor, w)).collect()),
            Self::Bytes(bytes) => (1, dims(bytes.len()), bytes.clone()),
            Self::Reals(reals) => (4, dims(reals.len()), reals.iter().flat_map(|&r| real(processor, r)).collect()),
            Self::Text(text) => (-1, vec![u8::try_from(text.len()).unwrap()], text.as_bytes().to_vec()),
            Self::Texts(texts) => {
                let width = texts.iter().map(String::len).max().unwrap_or(0);
                let data = texts.iter().flat_map(|text| format!("{text:width$}").into_bytes()).collect();
                (-1, vec![u8::try_from(width).unwrap(), u8::try_from(texts.len()).unwrap()], data)
            }
            Self::Raw(kind, dims, data) => (*kind, dims.clone(), data.clone()),
        }
    }
}

/// One word.
pub fn words(value: u16) -> Value {
    Value::Words(vec![value])
}

/// One float.
pub fn reals(value: f32) -> Value {
    Value::Reals(vec![value])
}

pub fn word(processor: Processor, value: u16) -> [u8; 2] {
    if processor == Processor::Mips { value.to_be_bytes() } else { value.to_le_bytes() }
}

/// A float; for DEC of ordinary size, so that four times its IEEE value has the same bits but for the order of the words.
pub fn real(processor: Processor, value: f32) -> [u8; 4] {
    match processor {
        Processor::Mips => value.to_be_bytes(),
        Processor::Dec => {
            let [a, b, c, d] = (value * 4.0).to_le_bytes();
            [c, d, a, b]
        }
        Processor::Intel => value.to_le_bytes(),
    }
}

/// A trial: what stands in the header, in the parameters and in the data.
#[derive(Clone, Debug)]
pub struct Trial {
    pub processor: Processor,
    pub points: u16,
    pub channels: u16,
    pub per_frame: u16,
    pub frames: usize,
    pub first: u16,
    pub scale: f32,
    pub rate: f32,
    pub parameters: Vec<(String, String, Value)>,
    /// Numbers of the data section in file order.
    pub data: Vec<f32>,
    /// Blocks behind the data.
    pub behind: Vec<u8>,
}

/// First byte of the parameter section.
pub const PARAMETERS: usize = 512;

impl Trial {
    /// A float trial at 100 Hz whose numbers tell where they stand: coordinate = 100 marker + 10 axis + frame, sample = 1000 channel + index.
    pub fn new(points: u16, channels: u16, per_frame: u16, frames: usize) -> Self {
        let mut data = Vec::new();
        for t in 0..frames {
            for m in 0..points {
                data.extend((0..3_u16).map(|axis| f32::from(100 * m + 10 * axis) + t as f32));
                data.push(0.0);
            }
            for s in 0..usize::from(per_frame) {
                let index = (t * usize::from(per_frame) + s) as f32;
                data.extend((0..channels).map(|c| 1000.0 * f32::from(c) + index));
            }
        }
        let mut trial = Self {
            processor: Processor::Intel,
            points,
            channels,
            per_frame,
            frames,
            first: 1,
            scale: -0.5,
            rate: 100.0,
            parameters: Vec::new(),
            data,
            behind: Vec::new(),
        };
        let labels = |letter: char, count: u16| (0..count).map(|i| format!("{letter}{i}")).collect();
        trial.set("POINT", "USED", words(points));
        trial.set("POINT", "SCALE", reals(-0.5));
        trial.set("POINT", "RATE", reals(100.0));
        trial.set("POINT", "FRAMES", words(u16::try_from(frames).unwrap_or(u16::MAX)));
        trial.set("POINT", "UNITS", Value::Text("mm  ".to_owned()));
        trial.set("ANALOG", "USED", words(channels));
        trial.set("ANALOG", "RATE", reals(100.0 * f32::from(per_frame)));
        trial.set("ANALOG", "GEN_SCALE", reals(1.0));
        if points < 256 && channels < 256 {
            trial.set("POINT", "LABELS", Value::Texts(labels('P', points)));
            trial.set("ANALOG", "LABELS", Value::Texts(labels('C', channels)));
            trial.set("ANALOG", "SCALE", Value::Reals(vec![1.0; usize::from(channels)]));
            trial.set("ANALOG", "OFFSET", Value::Words(vec![0; usize::from(channels)]));
        }
        trial
    }

    /// Gives a parameter its value, adding it where it is not there.
    pub fn set(&mut self, group: &str, name: &str, value: Value) -> &mut Self {
        let same = |entry: &&mut (String, String, Value)| entry.0 == group && entry.1 == name;
        match self.parameters.iter_mut().find(same) {
            Some(entry) => entry.2 = value,
            None => self.parameters.push((group.to_owned(), name.to_owned(), value)),
        }
        self
    }

    pub fn remove(&mut self, group: &str, name: &str) -> &mut Self {
        self.parameters.retain(|entry| entry.0 != group || entry.1 != name);
        self
    }

    fn is_float(&self) -> bool {
        self.scale < 0.0
    }

    /// The records of the parameter section, terminator included.
    fn records(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut groups: Vec<&str> = Vec::new();
        for (group, name, value) in &self.parameters {
            let id = groups.iter().position(|known| known == group).unwrap_or_else(|| {
                groups.push(group);
                let id = u8::try_from(groups.len()).unwrap();
                out.extend([u8::try_from(group.len()).unwrap(), id.wrapping_neg()]);
                out.extend(group.bytes());
                out.extend(word(self.processor, 3));
                out.push(0);
                groups.len() - 1
            });
            let (kind, dims, data) = value.encode(self.processor);
            out.extend([u8::try_from(name.len()).unwrap(), u8::try_from(id + 1).unwrap()]);
            out.extend(name.bytes());
            out.extend(word(self.processor, u16::try_from(2 + 1 + 1 + dims.len() + data.len() + 1).unwrap()));
            out.push(kind.cast_unsigned());
            out.push(u8::try_from(dims.len()).unwrap());
            out.extend(dims);
            out.extend(data);
            out.push(0);
        }
        out.extend([0, 0]);
        out
    }

    pub fn build(&self) -> Vec<u8> {
        let p = self.processor;
        let code = [(Processor::Intel, 84), (Processor::Dec, 85), (Processor::Mips, 86)];
        let code = code.iter().find(|entry| entry.0 == p).unwrap().1;
        let records = self.records();
        let blocks = (records.len() + 4).div_ceil(512);
        let start = u16::try_from(2 + blocks).unwrap();
        let mut bytes = vec![2, 0x50];
        let last = (usize::from(self.first) + self.frames).saturating_sub(1);
        let last = u16::try_from(last).unwrap_or(u16::MAX);
        for value in [self.points, self.channels * self.per_frame, self.first, last, 10] {
            bytes.extend(word(p, value));
        }
        bytes.extend(real(p, self.scale));
        bytes.extend(word(p, start));
        bytes.extend(word(p, self.per_frame));
        bytes.extend(real(p, self.rate));
        bytes.resize(298, 0);
        bytes.extend(word(p, 12345));
        bytes.resize(512, 0);
        bytes.extend([1, 0x50, u8::try_from(blocks).unwrap_or(0), code]);
        bytes.extend(records);
        bytes.resize(512 * (usize::from(start) - 1), 0);
        for &value in &self.data {
            if self.is_float() {
                bytes.extend(real(p, value));
            } else {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "words of 16 bits, signed or unsigned"
                )]
                bytes.extend(word(p, (value as i32 & 0xFFFF) as u16));
            }
        }
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes.extend(&self.behind);
        bytes
    }

    /// First byte of the data of `build()`.
    pub fn data_start(&self) -> usize {
        512 * (1 + (self.records().len() + 4).div_ceil(512))
    }
}

/// Overwrites a little-endian word.
pub fn put(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}
