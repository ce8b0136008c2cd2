//! A FLAC file written here, sample by sample without compression (RFC 9639), so that its truth needs no other program.

#[cfg(feature = "codecs")]
use myovox::formats::codecs::{Codec, Container};

use super::read;

/// CRC of `polynomial` over whole bytes, most significant bit first.
fn crc(bytes: &[u8], polynomial: u32, bits: u32) -> u32 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ (u32::from(byte) << (bits - 8)), |crc, _| {
            let carry = (crc >> (bits - 1)) & 1;
            ((crc << 1) ^ (carry * polynomial)) & ((1 << bits) - 1)
        })
    })
}

/// One mono file of 16 bits at 8000 Hz, in frames of 256 samples and verbatim subframes, without an MD5 sum.
fn flac(samples: &[i16]) -> Vec<u8> {
    const BLOCK: usize = 256;
    let block = u16::try_from(BLOCK).unwrap().to_be_bytes();
    // Sizes of frames unknown; 8000 Hz in 20 bits, channels - 1 in 3, bits - 1 in 5, samples in 36.
    let packed = (8000_u64 << 44) | (15 << 36) | samples.len() as u64;
    let info = [&block[..], &block, &[0; 6], &packed.to_be_bytes(), &[0; 16]].concat();
    let mut file = [b"fLaC\x80\0\0\x22".as_slice(), &info].concat();
    for (number, chunk) in samples.chunks(BLOCK).enumerate() {
        let length = u8::try_from(chunk.len() - 1).unwrap();
        // Sync, block size as 8 bits at the end of the header, rate 8000, mono of 16 bits, frame number.
        let mut frame = vec![0xFF, 0xF8, 0x64, 0x08, u8::try_from(number).unwrap(), length];
        frame.push(u8::try_from(crc(&frame, 0x07, 8)).unwrap());
        frame.push(0x02); // verbatim
        frame.extend(chunk.iter().flat_map(|sample| sample.to_be_bytes()));
        frame.extend(u16::try_from(crc(&frame, 0x8005, 16)).unwrap().to_be_bytes());
        file.extend(frame);
    }
    file
}

fn ramp() -> Vec<i16> {
    (0..1000).map(|i| i16::try_from((i * 7919) % 65536 - 32768).unwrap()).collect()
}

#[cfg(feature = "codecs")]
#[test]
fn a_verbatim_file_is_read_to_the_last_bit() {
    let recording = read(&flac(&ramp())).unwrap();
    assert_eq!((recording.container, recording.codec, recording.bits), (Container::Flac, Codec::Flac, Some(16)));
    assert_eq!((recording.sample_rate, recording.warnings.len()), (8000, 0), "{:?}", recording.warnings);
    let expected: Vec<f64> = ramp().iter().map(|&sample| f64::from(sample) / 32768.0).collect();
    assert_eq!(recording.samples.row(0).to_vec(), expected);
    // The same behind a tag, as some programs write it.
    let tagged = [b"ID3\x03\0\0\0\0\0\x05hello".as_slice(), &flac(&ramp())].concat();
    assert_eq!(read(&tagged).unwrap(), recording);
}

#[cfg(feature = "codecs")]
#[test]
fn a_lost_frame_is_silence_and_what_follows_keeps_its_time() {
    let mut bytes = flac(&ramp());
    let second = 42 + 7 + 1 + 512 + 2;
    bytes[second + 100] ^= 1;
    let recording = read(&bytes).unwrap();
    let expected: Vec<f64> = ramp().iter().map(|&sample| f64::from(sample) / 32768.0).collect();
    let row = recording.samples.row(0).to_vec();
    assert_eq!(row.len(), 1000);
    assert!(row[..256] == expected[..256] && row[512..] == expected[512..]);
    assert!(row[256..512].iter().all(|&sample| sample == 0.0));
    let warning = &recording.warnings[0];
    assert_eq!(warning.place.span_s, Some([256.0 / 8000.0, 512.0 / 8000.0]), "{warning:?}");
}

#[cfg(feature = "codecs")]
#[test]
fn a_file_cut_short_is_read_as_far_as_it_goes_and_says_so() {
    let bytes = flac(&ramp());
    let recording = read(&bytes[..42 + 2 * 522 + 100]).unwrap();
    assert_eq!(recording.samples.ncols(), 512);
    assert!(super::codes(&recording).contains(&"codecs.length-disagrees"), "{:?}", recording.warnings);
    assert_eq!(read(&bytes[..20]).unwrap_err().code(), "codecs.bad-container");
}

#[cfg(not(feature = "codecs"))]
#[test]
fn without_the_feature_it_is_refused() {
    assert_eq!(read(&flac(&ramp())).unwrap_err().code(), "codecs.not-built");
}
