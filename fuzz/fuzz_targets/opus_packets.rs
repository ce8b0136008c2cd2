//! Opus packets without a container, whose checksums would hide nearly every mutant: finite samples, no more than a packet's frames.
//!
//! The first byte says how many channels; then, for each packet, a byte with half its length, and the packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opus_pure::OpusDecoder;

/// 120 ms at 48 kHz.
const LONGEST_PACKET: usize = 5760;

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, mut rest)) = bytes.split_first() else { return };
    let channels = 1 + usize::from(first & 1);
    let mut decoder = OpusDecoder::new(48_000, channels).expect("one or two channels");
    let mut pcm = vec![0.0_f32; LONGEST_PACKET * channels];
    while let Some((&half, tail)) = rest.split_first() {
        let (packet, next) = tail.split_at((2 * usize::from(half)).min(tail.len()));
        if !packet.is_empty()
            && let Ok(frames) = decoder.decode(packet, LONGEST_PACKET, &mut pcm)
        {
            assert!(frames <= LONGEST_PACKET);
            assert!(pcm[..frames * channels].iter().all(|sample| sample.is_finite()), "a sample that is no number");
        }
        rest = next;
    }
});
