//! Files made to do harm, by hand and by chance: each is read or refused, at once and within its memory.

use std::time::{Duration, Instant};

use myovox::formats::Policy;
use myovox::formats::wav;
use myovox::{Budget, Limits};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::{chunk, config, file_of, fmt, fmt_aligned, folder, read, read_plain, riff, sized_chunk, w64, with_extra};

fn below(random: &mut Pcg64Mcg, end: usize) -> usize {
    usize::try_from(random.next_u64() % end.max(1) as u64).unwrap()
}

fn mutant(file: &[u8], random: &mut Pcg64Mcg) -> Vec<u8> {
    let mut bytes = file.to_vec();
    // One to eight changes, few more often than many: what is hurt too much is refused before it can do harm.
    for _ in 0..=below(random, 8).min(below(random, 8)) {
        let at = below(random, bytes.len());
        match below(random, 8) {
            0 => bytes.truncate(at),
            1 => {
                let count = below(random, 9);
                bytes.splice(at..at, (0..count).map(|i| u8::try_from(i * 37 % 256).unwrap()));
            }
            2 => {
                let end = (at + below(random, 9)).min(bytes.len());
                bytes.drain(at..end);
            }
            // Sizes and counts are attacked by their extremes, everything else by chance.
            3 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0xFF),
            _ => {
                // Headers are where decisions are taken: every second change hits the first 100 bytes.
                let at = if random.next_u32().is_multiple_of(2) { at % 100 } else { at };
                let value = random.next_u64().to_le_bytes()[0];
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
            }
        }
    }
    bytes
}

#[test]
fn mutants_are_read_or_refused_within_time_and_memory() {
    let Some((folder, truths)) = folder() else { return };
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let (mut total, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    for (name, truth) in &truths {
        let file = std::fs::read(folder.join(name)).unwrap();
        for round in 0..300 {
            let bytes = mutant(&file, &mut random);
            let mut budget = Budget::new(&Limits::default());
            let started = Instant::now();
            let policy = if round % 4 == 0 { Policy::Strict } else { Policy::Lenient };
            let result = wav::read(&bytes, &config(truth).policy(policy), &mut budget);
            slowest = slowest.max(started.elapsed());
            assert!(budget.memory_bytes() <= 16 * bytes.len() as u64 + (1 << 20), "{name}: {}", budget.memory_bytes());
            if let Ok(recording) = &result {
                assert!(recording.samples.iter().all(|x| x.is_finite()), "{name}");
                assert_eq!(recording.samples.dim(), (recording.samples.nrows(), recording.frames));
            }
            total += 1;
            refused += usize::from(result.is_err());
        }
    }
    println!("{refused} of {total} mutants refused, the slowest took {slowest:?}");
    assert!(total > 50_000 && refused > total / 10 && refused < total, "{refused} of {total} refused");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn every_beginning_of_a_file_is_read_or_refused() {
    let Some((folder, truths)) = folder() else { return };
    for (name, truth) in truths.iter().filter(|(_, truth)| truth.accept == "yes") {
        let file = std::fs::read(folder.join(name)).unwrap();
        for end in (0..file.len().min(160)).chain((160..file.len()).step_by(997)) {
            if let Ok(recording) = read(&file[..end], &config(truth)) {
                assert!(recording.samples.len() <= 8 * end, "{name} cut at {end}");
            }
        }
    }
}

/// Fastest of five readings, so that a busy machine does not count against the reader.
fn refused(what: &str, bytes: &[u8], code: &str, within: Duration) {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let result = read_plain(bytes);
        fastest = fastest.min(started.elapsed());
        let error = result.expect_err(what);
        assert_eq!(error.code(), code, "{what}: {error}");
    }
    assert!(fastest < within, "{what} took {fastest:?}");
}

#[test]
fn hostile_headers_are_refused_at_once_and_by_name() {
    let data = [0_u8; 320];
    let pcm = |channels, rate, bits| file_of(&fmt(1, channels, rate, bits), &data);
    let ima = |align, extra: &[u16]| file_of(&with_extra(fmt_aligned(0x11, 1, 8000, 4, align), extra), &data);
    let ms = |align, extra: &[u16]| file_of(&with_extra(fmt_aligned(2, 1, 8000, 4, align), extra), &data);
    let format = chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let wide = fmt(1, 1, 8000, 16);
    let rf64 = |body: Vec<u8>| [b"RF64\xFF\xFF\xFF\xFFWAVE".as_slice(), &body].concat();
    let quick = Duration::from_micros(500);
    for (what, bytes, code) in [
        ("65535 channels", pcm(65535, 8000, 8), "limit.audio-channels"),
        ("no channel", pcm(0, 8000, 16), "wav.bad-field"),
        ("rate 0", pcm(1, 0, 16), "wav.bad-field"),
        ("rate 2^32-1", pcm(1, u32::MAX, 16), "limit.rate-hz"),
        ("65535 bits", pcm(1, 8000, 65535), "wav.bad-field"),
        ("fmt of 2 GiB", riff(&[sized_chunk(b"fmt ", 0x7FFF_FFFF, &wide), chunk(b"data", &data)]), "wav.bad-field"),
        ("fmt of 5 bytes", riff(&[chunk(b"fmt ", &wide[..5]), chunk(b"data", &data)]), "wav.bad-field"),
        (
            "2^32-1 before data",
            riff(&[format.clone(), sized_chunk(b"junk", u32::MAX, &[]), chunk(b"data", &data)]),
            "wav.no-data",
        ),
        (
            "2^32-8 before data",
            riff(&[format.clone(), sized_chunk(b"junk", u32::MAX - 7, &[]), chunk(b"data", &data)]),
            "wav.no-data",
        ),
        ("Wave64 chunk of 0", w64(&[(b"fmt ", 40, &wide), (b"junk", 0, &[]), (b"data", 344, &data)]), "wav.bad-field"),
        ("Wave64 chunk of 3", w64(&[(b"fmt ", 40, &wide), (b"junk", 3, &[]), (b"data", 344, &data)]), "wav.bad-field"),
        (
            "Wave64 chunk of 2^64-8",
            w64(&[(b"fmt ", 40, &wide), (b"junk", u64::MAX - 7, &[]), (b"data", 344, &data)]),
            "wav.no-data",
        ),
        ("IMA block align 0", ima(0, &[505]), "wav.bad-field"),
        ("IMA block align 3", ima(3, &[505]), "wav.bad-field"),
        ("IMA of 7 channels, align 7", file_of(&fmt_aligned(0x11, 7, 8000, 4, 7), &data), "wav.bad-field"),
        ("MS block align 6", ms(6, &[0]), "wav.bad-field"),
        ("MS without coefficients", ms(64, &[116, 0]), "wav.bad-field"),
        ("MS of 65535 coefficients", ms(64, &[116, 65535]), "wav.bad-field"),
        ("GSM block align 0", file_of(&fmt_aligned(0x31, 1, 8000, 0, 0), &data), "wav.bad-field"),
        ("ds64 of nothing, no data", rf64([chunk(b"ds64", &[]), format.clone()].concat()), "wav.no-data"),
        ("ID3v2 beyond the file", b"ID3\x03\0\0\x7F\x7F\x7F\x7FRIFF\0\0\0\0WAVE".to_vec(), "wav.not-wav"),
        ("half a frame", file_of(&fmt(1, 2, 8000, 32), &[1, 2, 3, 4]), "wav.no-samples"),
    ] {
        refused(what, &bytes, code, quick);
    }
    for index in [89, 200, 255] {
        let mut block = vec![0; 256];
        block[2] = index;
        let file = file_of(&with_extra(fmt_aligned(0x11, 1, 8000, 4, 256), &[505]), &block);
        refused("IMA step index", &file, "wav.bad-data", quick);
    }
    for predictor in [7, 255] {
        let mut block = vec![0; 64];
        block[0] = predictor;
        let fixed = [116, 7, 256, 0, 512, 0xFF00, 0, 0, 192, 64, 240, 0, 460, 0xFF30, 392, 0xFF18];
        let file = file_of(&with_extra(fmt_aligned(2, 1, 8000, 4, 64), &fixed), &block);
        refused("MS predictor", &file, "wav.bad-data", quick);
    }
}

#[test]
fn lies_about_sizes_are_read_as_far_as_the_file_goes() {
    let format = chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let samples = [1_i16, -2, 3, -4].map(i16::to_le_bytes).concat();
    let ds64 = |data: u64, table: u32| {
        let sizes = [0, data, 4].map(u64::to_le_bytes).concat();
        chunk(b"ds64", &[sizes, table.to_le_bytes().to_vec()].concat())
    };
    let rf64 = |ds64: Vec<u8>| {
        [b"RF64\xFF\xFF\xFF\xFFWAVE".to_vec(), ds64, format.clone(), sized_chunk(b"data", u32::MAX, &samples)].concat()
    };
    let wide = fmt(1, 1, 8000, 16);
    for (what, file, code) in [
        ("ds64 data 2^64-1", rf64(ds64(u64::MAX, 0)), "wav.data-size-open"),
        ("ds64 table of 2^32-1", rf64(ds64(8, u32::MAX)), "wav.ds64-table"),
        ("Wave64 data 2^64-8", w64(&[(b"fmt ", 40, &wide), (b"data", u64::MAX - 7, &samples)]), "wav.data-size-open"),
        ("Wave64 data of 1 TiB", w64(&[(b"fmt ", 40, &wide), (b"data", 1 << 40, &samples)]), "wav.data-cut"),
        ("data 2^32-1", riff(&[format.clone(), sized_chunk(b"data", u32::MAX, &samples)]), "wav.data-size-open"),
        ("data 0", riff(&[format.clone(), sized_chunk(b"data", 0, &samples)]), "wav.data-size-zero"),
    ] {
        let recording = read_plain(&file).unwrap();
        let read: Vec<f64> = recording.samples.iter().map(|x| x * 32768.0).collect();
        assert_eq!(read, [1.0, -2.0, 3.0, -4.0], "{what}");
        assert!(recording.warnings.iter().any(|warning| warning.code == code), "{what}: {:?}", recording.warnings);
    }
    // Claims of samples per block are cut to what a block holds, for 0 and for 65535.
    for claimed in [0, 65535] {
        let file = file_of(&with_extra(fmt_aligned(0x11, 1, 8000, 4, 36), &[claimed]), &[0; 72]);
        let recording = read_plain(&file).unwrap();
        assert_eq!(recording.frames, 2 * 65);
        assert_eq!(recording.warnings[0].code, "wav.samples-per-block");
    }
    // The largest block align: one cut block.
    let file = file_of(&with_extra(fmt_aligned(0x11, 1, 8000, 4, 65535), &[]), &[0; 72]);
    assert_eq!(read_plain(&file).unwrap().frames, 1 + 2 * 68);
}

#[test]
fn many_chunks_and_deep_lists_cost_no_more_than_their_bytes() {
    let data = chunk(b"data", &[0; 4]);
    let format = chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let million = riff(&[format.clone(), b"tiny\0\0\0\0".repeat(1_000_000), data.clone()]);
    refused("a million chunks", &million, "limit.chunks", Duration::from_millis(50));
    // The same behind samples of size 0: looking ahead for the end is bounded too.
    let million = riff(&[format.clone(), sized_chunk(b"data", 0, &[]), b"tiny\0\0\0\0".repeat(1_000_000)]);
    let started = Instant::now();
    assert_eq!(read_plain(&million).unwrap().warnings[0].code, "wav.data-size-zero");
    assert!(started.elapsed() < Duration::from_secs(1));

    let deep: Vec<u8> = (0..10_000)
        .flat_map(|level| [b"LIST".as_slice(), &(12 * (10_000_u32 - level)).to_le_bytes(), b"INFO"].concat())
        .collect();
    let swallowed = read_plain(&riff(&[format.clone(), deep, data.clone()])).unwrap_err();
    assert_eq!(swallowed.code(), "wav.no-data"); // the outermost list swallows the rest
    let text = riff(&[
        format,
        data,
        sized_chunk(b"LIST", 24, &[b"INFOICMT".as_slice(), &(1_u32 << 30).to_le_bytes(), b"hello, world"].concat()),
    ]);
    let recording = read_plain(&text).unwrap();
    assert_eq!(recording.metadata.info[0].text, "hello, world");
    assert_eq!(recording.warnings[0].code, "wav.metadata-damaged");
}
