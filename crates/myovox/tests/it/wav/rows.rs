//! What other readers are known to get wrong, as twins made here whose truth is known: they need no shared recordings.
//!
//! The shared folder shows most of these rows; here stand those that it does not, and those that must hold where it is absent.

use myovox::Limits;
use myovox::formats::wav::{self, Coding, Container, WavConfig};
use myovox::{Budget, Class};

use super::{chunk, file_of, fmt, fmt_aligned, read_plain, riff, sized_chunk, w64, with_extra};

fn codes(recording: &wav::WavRecording) -> Vec<&str> {
    recording.warnings.iter().map(|warning| warning.code.as_ref()).collect()
}

/// The samples of one file as 16-bit integers.
fn integers(recording: &wav::WavRecording) -> Vec<f64> {
    recording.samples.iter().map(|sample| sample * 32768.0).collect()
}

const PCM_GUID_TAIL: [u8; 12] = [0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
const AMBISONIC_GUID_TAIL: [u8; 12] = [0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0];

fn extensible(tag: u8, bits: u16, valid: u16, tail: [u8; 12]) -> Vec<u8> {
    let head = with_extra(fmt(0xFFFE, 1, 8000, bits), &[valid, 4, 0]);
    // `with_extra` has counted six bytes; the form has 22.
    let mut form = [head, vec![tag, 0, 0, 0], tail.to_vec()].concat();
    form[16] = 22;
    form
}

#[test]
fn the_padding_of_wave64_is_no_sample() {
    // 198 samples of 8 bits; chunks start on borders of 8 bytes. Others read 200.
    let data = [vec![0x80_u8; 197], vec![0xFF], vec![0; 2]].concat();
    let file = w64(&[
        (b"fmt ", 40, &fmt(1, 1, 8000, 8)),
        (b"data", 24 + 198, &data),
        (b"junk", 24 + 8, &[1, 2, 3, 4, 5, 6, 7, 8]),
    ]);
    let recording = read_plain(&file).unwrap();
    assert_eq!((recording.frames, recording.container), (198, Container::W64));
    assert_eq!(recording.samples[[0, 197]], 127.0 / 128.0);
    let ids: Vec<String> = recording.chunks.iter().map(|chunk| chunk.id.to_string()).collect();
    assert_eq!(ids, ["fmt ", "data", "junk"]);
}

#[test]
fn chunks_of_broadcast_wave_64_are_passed_over_and_listed() {
    let ds64 = [(0_u64).to_le_bytes(), 4_u64.to_le_bytes(), 2_u64.to_le_bytes()].concat();
    let file = [
        b"BW64\xFF\xFF\xFF\xFFWAVE".to_vec(),
        chunk(b"ds64", &[ds64, vec![0; 4]].concat()),
        chunk(b"fmt ", &fmt(1, 1, 8000, 16)),
        chunk(b"chna", &[0; 4]),
        chunk(b"axml", b"<a/>"),
        chunk(b"bxml", b"<b>"),
        chunk(b"sxml", b"<s/>"),
        sized_chunk(b"data", u32::MAX, &[0, 0x40, 0, 0xC0]),
    ]
    .concat();
    let recording = read_plain(&file).unwrap();
    assert_eq!((recording.container, integers(&recording)), (Container::Bw64, vec![16384.0, -16384.0]));
    assert_eq!(recording.chunks.len(), 7, "{:?}", recording.chunks);
}

#[test]
fn big_endian_files_are_big_endian_in_all_their_numbers() {
    // Format, samples, and the numbers of the extensible form; others take the samples for little-endian.
    let big = |numbers: &[u16]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let form = [big(&[0xFFFE, 2, 0, 8000, 0, 0, 4, 16, 22, 16, 0, 3]), vec![0, 0, 0, 1, 0, 0, 0, 0x10]].concat();
    let form = [form, PCM_GUID_TAIL[4..].to_vec()].concat();
    let chunk = |id: &[u8], body: &[u8]| [id, &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat();
    let body = [b"WAVE".to_vec(), chunk(b"fmt ", &form), chunk(b"data", &big(&[0x1234, 0xFF00, 1, 0x8000]))].concat();
    let recording = read_plain(&chunk(b"RIFX", &body)).unwrap();
    assert_eq!(integers(&recording), [4660.0, 1.0, -256.0, -32768.0]);
    assert_eq!((recording.sample_rate, recording.channel_mask, codes(&recording)), (8000, Some(3), vec![]));
}

#[test]
fn a_long_format_chunk_is_read_by_its_beginning() {
    let samples = [1_i16, -2, 3].map(i16::to_le_bytes).concat();
    for extra in [0, 1, 17, 26, 300] {
        let long = with_extra(fmt(1, 1, 8000, 16), &vec![0xABCD; extra]);
        assert_eq!(integers(&read_plain(&file_of(&long, &samples)).unwrap()), [1.0, -2.0, 3.0], "{extra}");
    }
}

#[test]
fn every_width_of_integers_has_its_own_full_scale() {
    for bytes in 1..=8_u16 {
        let least = if bytes == 1 { vec![0] } else { [vec![0; usize::from(bytes) - 1], vec![0x80]].concat() };
        let half = if bytes == 1 { vec![0xC0] } else { [vec![0; usize::from(bytes) - 1], vec![0x40]].concat() };
        let recording = read_plain(&file_of(&fmt(1, 1, 8000, 8 * bytes), &[least, half].concat())).unwrap();
        assert_eq!(recording.samples.row(0).to_vec(), [-1.0, 0.5], "{bytes} bytes");
        assert_eq!((recording.bits, codes(&recording)), (8 * bytes, vec![]));
    }
}

#[test]
fn codings_that_are_not_read_are_refused_by_name_and_number() {
    for (tag, name) in [
        (0x0040_u16, "G.721 ADPCM"),
        (0x0045, "G.726 ADPCM"),
        (0x0050, "MPEG layer 1 or 2"),
        (0x0064, "G.726 ADPCM"),
        (0x0065, "G.722 ADPCM"),
        (0x00FF, "AAC"),
        (0x0161, "Windows Media Audio"),
        (0x674F, "Vorbis"),
        (0xF1AC, "FLAC"),
        (0x1234, "unknown coding"),
    ] {
        let error = read_plain(&file_of(&fmt(tag, 1, 8000, 8), &[0; 64])).unwrap_err();
        assert_eq!((error.code(), error.class()), ("wav.unsupported", Class::Unsupported), "{name}");
        assert!(error.to_string().ends_with(&format!("found {name}, tag 0x{tag:04X}")), "{error}");
    }
    for bits in [8, 24, 80] {
        let error = read_plain(&file_of(&fmt(3, 1, 8000, bits), &[0; 80])).unwrap_err();
        assert_eq!(error.code(), "wav.bad-field", "floats of {bits} bits");
    }
}

#[test]
fn both_ambisonic_sub_formats_are_what_their_first_number_says() {
    let integers = file_of(&extensible(1, 16, 16, AMBISONIC_GUID_TAIL), &[0, 0x40]);
    let floats = file_of(&extensible(3, 32, 32, AMBISONIC_GUID_TAIL), &0.5_f32.to_le_bytes());
    for (file, coding) in [(integers, Coding::Pcm16), (floats, Coding::Float32)] {
        let recording = read_plain(&file).unwrap();
        assert_eq!((recording.coding, recording.samples[[0, 0]], codes(&recording)), (coding, 0.5, vec![]));
    }
}

#[test]
fn limits_end_where_they_say() {
    let of = |channels: u16, rate| read_plain(&file_of(&fmt(1, channels, rate, 8), &vec![0x80; 257]));
    assert_eq!(of(256, 8000).unwrap().samples.dim(), (256, 1));
    assert_eq!(of(257, 8000).unwrap_err().code(), "limit.audio-channels");
    assert_eq!(of(1, 1).unwrap().sample_rate, 1);
    assert_eq!(of(1, 1_000_000).unwrap().sample_rate, 1_000_000);
    assert_eq!(of(1, 1_000_001).unwrap_err().code(), "limit.rate-hz");
    let file = file_of(&fmt(1, 1, 8_000_000, 8), &[0x80; 4]);
    let mut wide = Budget::new(&Limits::default().max_rate_hz(1e7));
    assert_eq!(wav::read(&file, &WavConfig::default(), &mut wide).unwrap().sample_rate, 8_000_000);
}

#[test]
fn where_valid_bits_stand_is_decided_by_all_samples() {
    let samples = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let form = extensible(1, 32, 24, PCM_GUID_TAIL);
    let plain = fmt_aligned(1, 1, 8000, 24, 4);
    let scaled = |value: f64, bits: u32| value / f64::from(1_u32 << (bits - 1));
    for (what, words, expected, code) in [
        ("left", vec![0x1234_5600, 0xFFFF_FF00], [scaled(f64::from(0x1234_5600), 32), scaled(-256.0, 32)], None),
        (
            "zero top",
            vec![0x0012_3456, 0x00FF_FFA0],
            [scaled(1_193_046.0, 24), scaled(-96.0, 24)],
            Some("wav.right-justified"),
        ),
        (
            "sign extended",
            vec![0x0012_3456, 0xFFFF_FFA0],
            [scaled(1_193_046.0, 24), scaled(-96.0, 24)],
            Some("wav.right-justified"),
        ),
        (
            "neither",
            vec![0x1234_5601, 0xFFFF_FF00],
            [scaled(f64::from(0x1234_5601), 32), scaled(-256.0, 32)],
            Some("wav.valid-bits-violated"),
        ),
    ] {
        for format in [&form, &plain] {
            let recording = read_plain(&file_of(format, &samples(&words))).unwrap();
            assert_eq!(recording.samples.row(0).to_vec(), expected, "{what}");
            assert_eq!(codes(&recording), code.into_iter().collect::<Vec<_>>(), "{what}");
        }
    }
    // One sample far behind all others changes how they are read.
    let mut words = vec![0x0012_3456; 100_000];
    words.push(0x1200_0000);
    let recording = read_plain(&file_of(&plain, &samples(&words))).unwrap();
    assert_eq!(
        (recording.samples[[0, 0]], codes(&recording)),
        (scaled(1_193_046.0, 32), vec!["wav.valid-bits-violated"])
    );
}

/// ITU-T G.711 in the words of the standard: segments of 16 steps, each twice as coarse as the one before.
#[test]
fn all_codes_of_both_laws_are_those_of_the_standard() {
    let all: Vec<u8> = (0..=255).collect();
    let mulaw = integers(&read_plain(&file_of(&fmt(7, 1, 8000, 8), &all)).unwrap());
    let alaw = integers(&read_plain(&file_of(&fmt(6, 1, 8000, 8), &all)).unwrap());
    for code in 0..=255_u8 {
        let stored = !code;
        let (segment, step) = (stored >> 4 & 7, f64::from(stored & 15));
        let magnitude = (step * 8.0 + 132.0) * f64::from(1_u32 << segment) - 132.0;
        let expected = if stored & 128 == 0 { magnitude } else { -magnitude };
        assert_eq!(mulaw[usize::from(code)], expected, "mu-law {code:#04x}");
        let stored = code ^ 0x55;
        let (segment, step) = (stored >> 4 & 7, f64::from(stored & 15));
        let magnitude =
            if segment == 0 { step * 16.0 + 8.0 } else { (step * 16.0 + 264.0) * f64::from(1_u32 << (segment - 1)) };
        let expected = if stored & 128 == 0 { -magnitude } else { magnitude };
        assert_eq!(alaw[usize::from(code)], expected, "A-law {code:#04x}");
    }
    assert_eq!((mulaw[0xFF], mulaw[0x7F], mulaw[0]), (0.0, 0.0, -32124.0));
    assert_eq!((alaw[0xD5], alaw[0x55]), (8.0, -8.0));
}

#[test]
fn fact_cuts_within_the_last_block_and_is_doubted_elsewhere() {
    // Two IMA blocks of 36 bytes hold 65 samples each.
    let form = with_extra(fmt_aligned(0x11, 1, 8000, 4, 36), &[65]);
    for (fact, frames, doubted) in
        [(130_u32, 130, false), (129, 129, false), (66, 66, false), (65, 130, true), (0, 130, true), (131, 130, true)]
    {
        let chunks = [chunk(b"fmt ", &form), chunk(b"fact", &fact.to_le_bytes()), chunk(b"data", &[0; 72])];
        let recording = read_plain(&riff(&chunks)).unwrap();
        assert_eq!(recording.frames, frames, "fact {fact}");
        assert_eq!(codes(&recording).contains(&"wav.fact-disagrees"), doubted, "fact {fact}: {:?}", codes(&recording));
    }
    // Of integers it has no say.
    let chunks = [chunk(b"fmt ", &fmt(1, 1, 8000, 16)), chunk(b"fact", &[1, 0, 0, 0]), chunk(b"data", &[0; 8])];
    assert_eq!(read_plain(&riff(&chunks)).unwrap().frames, 4);
}

#[test]
fn a_short_last_block_gives_its_whole_samples_and_no_more() {
    let ima = with_extra(fmt_aligned(0x11, 1, 8000, 4, 36), &[65]);
    let ms = with_extra(
        fmt_aligned(2, 1, 8000, 4, 32),
        &[52, 7, 256, 0, 512, 0xFF00, 0, 0, 192, 64, 240, 0, 460, 0xFF30, 392, 0xFF18],
    );
    let gsm = with_extra(fmt_aligned(0x31, 1, 8000, 0, 65), &[320]);
    // Bytes of the last block, and the samples it adds: a header and whole words of 8, a header of 2 and 2 a byte, nothing.
    for (what, form, block, samples, surplus, added) in [
        ("IMA, less than a header", &ima, 36, 65, 3, 0),
        ("IMA, a header", &ima, 36, 65, 4, 1),
        ("IMA, a header and a word and a half", &ima, 36, 65, 10, 9),
        ("MS, less than a header", &ms, 32, 52, 6, 0),
        ("MS, a header", &ms, 32, 52, 7, 2),
        ("MS, a header and three bytes", &ms, 32, 52, 10, 8),
        ("GSM, most of a block", &gsm, 65, 320, 64, 0),
    ] {
        let recording = read_plain(&file_of(form, &vec![0; 2 * block + surplus])).unwrap();
        assert_eq!(recording.frames, 2 * samples + added, "{what}");
        assert_eq!(codes(&recording), ["wav.partial-block"], "{what}");
    }
    // An even number of bytes for an odd number of GSM blocks counts the pad byte: no block more, no doubt.
    let recording = read_plain(&file_of(&gsm, &[0; 66])).unwrap();
    assert_eq!((recording.frames, codes(&recording)), (320, vec![]));
}

#[test]
fn every_step_index_and_predictor_beyond_the_table_is_refused_and_the_last_one_read() {
    let ima = with_extra(fmt_aligned(0x11, 1, 8000, 4, 36), &[65]);
    let ms = with_extra(
        fmt_aligned(2, 1, 8000, 4, 32),
        &[52, 7, 256, 0, 512, 0xFF00, 0, 0, 192, 64, 240, 0, 460, 0xFF30, 392, 0xFF18],
    );
    for value in 0..=255_u8 {
        // The second block is the bad one: the first has been decoded when it is seen.
        let mut blocks = vec![0; 72];
        blocks[36 + 2] = value;
        let result = read_plain(&file_of(&ima, &blocks));
        assert_eq!(
            result.as_ref().err().map(myovox::Error::code),
            (value > 88).then_some("wav.bad-data"),
            "IMA {value}"
        );
        let mut blocks = vec![0; 64];
        blocks[32] = value;
        let result = read_plain(&file_of(&ms, &blocks));
        assert_eq!(result.as_ref().err().map(myovox::Error::code), (value > 6).then_some("wav.bad-data"), "MS {value}");
    }
}

#[test]
fn the_predictor_of_microsoft_adpcm_rounds_down() {
    // Predictor 4 (240, 0), delta 16, samples -1 and 0: -240 >> 8 is -1, where a division would give 0.
    let form = with_extra(
        fmt_aligned(2, 1, 8000, 4, 8),
        &[4, 7, 256, 0, 512, 0xFF00, 0, 0, 192, 64, 240, 0, 460, 0xFF30, 392, 0xFF18],
    );
    let recording = read_plain(&file_of(&form, &[4, 16, 0, 0xFF, 0xFF, 0, 0, 0x00])).unwrap();
    assert_eq!(integers(&recording), [0.0, -1.0, -1.0, -1.0]);
    // Coefficients of the file's own behind the seven: read, and no doubt.
    let own = with_extra(
        fmt_aligned(2, 1, 8000, 4, 8),
        &[4, 8, 256, 0, 512, 0xFF00, 0, 0, 192, 64, 240, 0, 460, 0xFF30, 392, 0xFF18, 128, 0],
    );
    let recording = read_plain(&file_of(&own, &[7, 16, 0, 100, 0, 0, 0, 0x00])).unwrap();
    assert_eq!((integers(&recording), codes(&recording)), (vec![0.0, 100.0, 50.0, 25.0], vec![]));
}

#[test]
fn sizes_of_recorders_that_never_came_back_reach_to_the_end() {
    let samples = [1_i16, -2, 3, -4].map(i16::to_le_bytes).concat();
    for size in [0x7FFF_FFFF, 0x7FFF_F000, 0x7FFF_FFDB, 0x8000_0000, 0xFFFF_FF00, 0xFFFF_FFFE, u32::MAX] {
        for channels in [1, 2] {
            let format = chunk(b"fmt ", &fmt(1, channels, 8000, 16));
            let recording = read_plain(&riff(&[format, sized_chunk(b"data", size, &samples)])).unwrap();
            assert_eq!(recording.samples.t().iter().map(|x| x * 32768.0).collect::<Vec<_>>(), [1.0, -2.0, 3.0, -4.0]);
            assert!(!recording.warnings.is_empty(), "{size:#x}: said");
        }
    }
}

#[test]
fn chunks_beside_the_samples_are_passed_over_wherever_they_stand() {
    let samples = [1_i16, -2, 3].map(i16::to_le_bytes).concat();
    let (format, data) = (chunk(b"fmt ", &fmt(1, 1, 8000, 16)), chunk(b"data", &samples));
    for id in [b"PAD ", b"FLLR", b"JUNK", b"iXML", b"smpl", b"id3 ", b"inst", b"PEAK", b"bext", b"axml", b"\0\0\0\0"] {
        for body in [&b"<x/>"[..], &b"odd"[..], &[][..]] {
            let beside = chunk(id, body);
            let in_front = [beside.clone(), format.clone(), data.clone()];
            let between = [format.clone(), beside.clone(), data.clone()];
            // Zeros at the end are no chunk but what a recorder did not fill.
            let behind = (id != b"\0\0\0\0").then(|| [format.clone(), data.clone(), beside]);
            for chunks in [Some(in_front), Some(between), behind].into_iter().flatten() {
                let name = String::from_utf8_lossy(id).into_owned();
                let recording = read_plain(&riff(&chunks)).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(integers(&recording), [1.0, -2.0, 3.0], "{name} {body:?}");
                assert_eq!(recording.chunks.len(), 3, "{name} {body:?}");
            }
        }
    }
    let recording = read_plain(&riff(&[format, data, chunk(b"iXML", b"<call leg=\"A\"/>")])).unwrap();
    assert_eq!(recording.metadata.ixml.as_deref(), Some("<call leg=\"A\"/>"));
}

#[test]
fn of_two_data_chunks_the_first_is_the_recording() {
    let format = chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let (first, second) = (chunk(b"data", &[1, 0, 2, 0]), chunk(b"data", &[9; 6]));
    let recording = read_plain(&riff(&[format, first, second])).unwrap();
    assert_eq!((integers(&recording), codes(&recording)), (vec![1.0, 2.0], vec!["wav.second-data"]));
    assert!(recording.warnings[0].message.contains('6'), "{}", recording.warnings[0].message);
}

#[test]
fn two_formats_may_agree_and_may_not_differ() {
    let (one, other) = (chunk(b"fmt ", &fmt(1, 1, 8000, 16)), chunk(b"fmt ", &fmt(1, 1, 16000, 16)));
    let data = chunk(b"data", &[1, 0]);
    let same = read_plain(&riff(&[one.clone(), one.clone(), data.clone()])).unwrap();
    assert_eq!(codes(&same), ["wav.second-fmt"]);
    for order in [[one.clone(), other.clone(), data.clone()], [one, data, other]] {
        let result = read_plain(&riff(&order));
        let said = result.as_ref().map(codes);
        assert!(said.is_err() || said.is_ok_and(|codes| codes.contains(&"wav.second-fmt")), "{result:?}");
    }
}

#[test]
fn a_list_of_waves_is_refused_by_name() {
    let list = [b"wavl".to_vec(), chunk(b"data", &[0; 8]), chunk(b"slnt", &[4, 0, 0, 0])].concat();
    let error = read_plain(&riff(&[chunk(b"fmt ", &fmt(1, 1, 8000, 16)), chunk(b"LIST", &list)])).unwrap_err();
    assert_eq!(error.code(), "wav.unsupported");
    assert!(error.to_string().contains("wavl"), "{error}");
}

#[test]
fn an_odd_chunk_without_its_pad_byte_does_not_swallow_what_follows() {
    let format = chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let data = chunk(b"data", &[1, 0, 2, 0]);
    let [padded, mut unpadded] = [chunk(b"note", b"odd"), chunk(b"note", b"odd")];
    unpadded.pop();
    let mut noisy = padded.clone();
    *noisy.last_mut().unwrap() = 0xFF;
    for (chunks, said) in [
        ([&format, &padded, &data], vec![]),
        ([&format, &noisy, &data], vec![]),
        ([&format, &unpadded, &data], vec!["wav.chunk-unpadded"]),
    ] {
        let recording = read_plain(&riff(&chunks.map(Clone::clone))).unwrap();
        assert_eq!((integers(&recording), codes(&recording)), (vec![1.0, 2.0], said));
    }
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_devices_are_refused_and_not_followed_for_ever() {
    use myovox::formats::{access::FileReader, source};
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one.wav", "two.wav"].map(|name| folder.path().join(name));
    std::os::unix::fs::symlink(&two, &one).unwrap();
    std::os::unix::fs::symlink(&one, &two).unwrap();
    assert_eq!(source::read_path(&one, &Limits::default()).unwrap_err().class(), Class::Io);
    assert_eq!(FileReader::open(&one, &Limits::default()).unwrap_err().class(), Class::Io);
    let error = source::read_path("/dev/zero".as_ref(), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "io.not-a-file");
    assert_eq!(FileReader::open("/dev/zero".as_ref(), &Limits::default()).unwrap_err().code(), "io.not-a-file");
}
