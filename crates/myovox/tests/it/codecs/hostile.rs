//! Mutants of every compressed file: read or refused, at once, within their memory, and never a panic that escapes.

use std::time::{Duration, Instant};

use myovox::formats::codecs::{self, CodecsConfig};
use myovox::{Budget, Limits};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::corpus;

const ROUNDS: usize = 60;

fn below(random: &mut Pcg64Mcg, end: usize) -> usize {
    usize::try_from(random.next_u64() % end.max(1) as u64).unwrap()
}

fn mutant(file: &[u8], random: &mut Pcg64Mcg) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=below(random, 8) {
        let len = bytes.len();
        // Headers are where decisions are taken: every second change hits the first 400 bytes.
        let at = if random.next_u32().is_multiple_of(2) { below(random, len.min(400)) } else { below(random, len) };
        match below(random, 9) {
            0 => bytes.truncate(at.max(12)),
            1 => drop(bytes.splice(
                at..at,
                (0..below(random, 9)).map(|i| u8::try_from(i * 37 % 256).unwrap()).collect::<Vec<_>>(),
            )),
            2 => drop(bytes.drain(at..(at + below(random, 9)).min(len))),
            3 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0xFF),
            4 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.next_u64().to_le_bytes()[0]),
        }
    }
    bytes
}

#[test]
fn mutants_never_take_the_process_down() {
    let Some(files) = corpus::files() else { return };
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let limits = Limits::default().max_memory_bytes(64 << 20);
    let (mut total, mut refused, mut caught, mut slowest) = (0, 0, 0, (Duration::ZERO, ""));
    for (name, file) in &files {
        for _ in 0..ROUNDS {
            let bytes = mutant(file, &mut random);
            let started = Instant::now();
            let result = codecs::read(&bytes, &CodecsConfig::default(), &mut Budget::new(&limits));
            slowest = slowest.max((started.elapsed(), name));
            total += 1;
            match result {
                Ok(recording) => assert!(recording.samples.iter().all(|sample| sample.is_finite()), "{name}"),
                Err(error) => {
                    let line = error.to_string();
                    assert!(!line.is_empty() && !line.contains('\n'), "{name}: {line:?}");
                    refused += 1;
                    if error.code() == "codecs.panicked" {
                        caught += 1;
                        println!("{name}: {line}");
                    }
                }
            }
        }
    }
    println!("{refused} of {total} mutants refused, {caught} panics caught, the slowest took {slowest:?}");
    assert!(total > 1000 && refused > total / 20 && refused < total, "{refused} of {total} refused");
    assert!(slowest.0 < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn every_beginning_of_a_file_is_read_or_refused() {
    let Some(files) = corpus::files() else { return };
    for (name, file) in &files {
        for end in (0..file.len().min(100)).chain((100..file.len()).step_by(file.len() / 40 + 1)) {
            if let Ok(recording) = super::read(&file[..end]) {
                assert!(!recording.samples.is_empty(), "{name} cut at {end}");
            }
        }
    }
}
